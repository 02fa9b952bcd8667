# varve commit and the check that varve.json asks of it (onCommit).
load ../helper

prices() {
	new_repo
	printf 'id,name,price\n1,a,5\n2,b,6\n3,c,7\n' > t.csv
	printf 'x\n1\n' > other.csv
	varve add t.csv other.csv > /dev/null
	varve commit -qm one
	tick
}

demand() {
	printf '{"onCommit": "%s", "rules": {"type-contradiction": "error"}}\n' "$1" > varve.json
	varve add varve.json > /dev/null
	varve commit -qm "ask for checks"
	tick
}

spoil() {
	printf 'id,name,price\n1,a,none\n2,b,6\n3,c,7\n' > t.csv
	varve add t.csv > /dev/null 2>&1
}

@test "without varve.json a commit is not checked" {
	prices
	spoil
	succeeds varve commit -m two
	stderr_lacks "type-contradiction"
}

@test "with refuse invalid data is not committed and the report says why" {
	prices
	demand refuse
	spoil
	head=$(git rev-parse HEAD)
	ends_with 1 varve commit -m two
	stderr_has "type-contradiction"
	stderr_has "varve schema --missing price=none t.csv"
	stderr_has "varve.json forbids committing invalid data; nothing was committed"
	stderr_has "--no-verify"
	[ "$(git rev-parse HEAD)" = "$head" ]
	# what was staged stays so
	[ "$(git diff --cached --name-only)" = t.csv ]
}

@test "valid data is committed without a word about it" {
	prices
	demand refuse
	printf 'id,name,price\n1,a,50\n2,b,6\n3,c,7\n' > t.csv
	varve add t.csv > /dev/null
	succeeds varve commit -m two
	stderr_is ""
}

@test "with warn the report is shown and the commit made" {
	prices
	demand warn
	spoil
	succeeds varve commit -m two
	stderr_has "type-contradiction"
	[ "$(git log -1 --format=%s)" = two ]
}

@test "--no-verify commits it nevertheless" {
	prices
	demand refuse
	spoil
	succeeds varve commit --no-verify -m two
	stderr_is ""
}

@test "commit -a that is refused leaves the index as it was" {
	prices
	demand refuse
	printf 'id,name,price\n1,a,none\n2,b,6\n3,c,7\n' > t.csv
	ends_with 1 varve commit -am two
	[ -z "$(git diff --cached --name-only)" ]
	succeeds varve status --short
	output_is " M t.csv"
}

@test "varve.json accepts the break that it names, with the reason" {
	prices
	demand refuse
	spoil
	accept() { # RULE PATH WHY [COLUMN]
		printf '{"onCommit": "refuse", "rules": {"type-contradiction": "error"}, "accept": [{"rule": "%s", "path": "%s", "why": "%s"%s}]}\n' \
			"$1" "$2" "$3" "${4:+, \"column\": \"$4\"}" > varve.json
		varve add varve.json > /dev/null
	}
	accept primary-key t.csv "another rule"
	ends_with 1 varve commit -m two
	accept type-contradiction other.csv "another file"
	ends_with 1 varve commit -m two
	accept type-contradiction t.csv "another column" name
	ends_with 1 varve commit -m two
	accept type-contradictoin t.csv mistyped
	ends_with 2 varve commit -m two
	stderr_has "did you mean 'type-contradiction'"
	# a message accepts nothing: nobody can prove who wrote it
	accept type-contradiction t.csv "not yet" name
	ends_with 1 varve commit -m two -m 'Varve-Accept: type-contradiction t.csv "not priced yet"'
	accept type-contradiction '*.csv' "not priced yet" price
	succeeds varve commit -m two
	stderr_has "accepted: not priced yet"
	succeeds varve check HEAD
	output_has "accepted: not priced yet"
}

@test "only the tables that a commit changes are looked at" {
	prices
	spoil
	varve commit -qm "spoilt before anybody asked"
	tick
	demand_of_old() {
		printf '{"onCommit": "refuse"}\n' > varve.json
		varve add varve.json > /dev/null
		varve commit --no-verify -qm "ask for checks"
		tick
	}
	demand_of_old
	printf 'x\n1\n2\n' > other.csv
	varve add other.csv > /dev/null
	succeeds varve commit -m "of another table"
	stderr_is ""
}

@test "a commit that changes varve.json holds all tables to it" {
	prices
	printf '{"onCommit": "refuse", "rules": {"row-count": {"min": 3}}}\n' > varve.json
	varve add varve.json > /dev/null
	ends_with 1 varve commit -m rules
	stderr_has "other.csv"
	stderr_has "1 error in 1 of 2 tables"
}

@test "varve.json of the index decides and not that of the work tree" {
	prices
	demand refuse
	spoil
	printf '{"onCommit": "off"}\n' > varve.json
	ends_with 1 varve commit -m two
	varve add varve.json > /dev/null
	succeeds varve commit -m two
}

@test "a varve.json with an unknown word stops the commit and is told" {
	prices
	printf '{"onComit": "refuse"}\n' > varve.json
	varve add varve.json > /dev/null
	ends_with 2 varve commit -m rules
	stderr_has "varve.json"
	stderr_has "onCommit"
	succeeds varve commit --no-verify -m rules
}

@test "bounds against the parent hold for amended commits too" {
	prices
	printf '{"onCommit": "refuse", "rules": {"rows-removed": {"max": 1}}}\n' > varve.json
	varve add varve.json > /dev/null
	varve commit -qm rules
	tick
	printf 'id,name,price\n1,a,5\n2,b,6\n' > t.csv
	varve add t.csv > /dev/null
	varve commit -qm "one row less"
	tick
	# one less than HEAD, two less than its parent
	printf 'id,name,price\n1,a,5\n' > t.csv
	varve add t.csv > /dev/null
	ends_with 1 varve commit --amend -m "two rows less"
	stderr_has "2 of the base's 3 rows are gone"
	succeeds varve commit -m "another row less"
}

@test "a staged datapackage.json is what its tables are held to" {
	prices
	demand refuse
	varve schema --type price=number t.csv 2> /dev/null
	python3 - <<-'END'
	import json
	p = json.load(open("datapackage.json"))
	p["resources"][0]["schema"]["fields"][2]["constraints"] = {"minimum": 6}
	json.dump(p, open("datapackage.json", "w"))
	END
	varve add datapackage.json > /dev/null
	ends_with 1 varve commit -m described
	stderr_has "constraint-error"
	stderr_has "column-retyped"
}
