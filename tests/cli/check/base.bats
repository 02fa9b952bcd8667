# varve check against the version before.
load ../helper

prices() {
	new_repo
	printf 'id,name,price\n1,a,5\n2,b,6\n3,c,7\n' > t.csv
	varve add t.csv > /dev/null
	varve commit -qm one
	tick
}

next() {
	varve add -A > /dev/null 2>&1 || varve add . > /dev/null 2>&1
	varve commit -qm "${1-next}"
	tick
}

@test "a column that is gone is found without any configuration" {
	prices
	printf 'id,name\n1,a\n2,b\n3,c\n' > t.csv
	ends_with 1 varve check
	output_has "column-removed, column price: the column no longer exists"
	next
	ends_with 1 varve check HEAD
	output_has "column-removed"
	succeeds varve check --base HEAD HEAD
	succeeds varve check --skip column-removed HEAD
}

@test "a renamed column is told with its new name" {
	prices
	printf 'id,name,amount\n1,a,5\n2,b,6\n3,c,7\n' > t.csv
	ends_with 1 varve check
	output_has "the column is now called 'amount'"
}

@test "what is proposed for a value of another type makes the data valid" {
	prices
	printf 'id,name,price\n1,a,5\n2,b,none\n3,c,7\n' > t.csv
	succeeds varve check
	output_has "warning type-contradiction, column price"
	proposal=$(printf '%s\n' "$output" | sed -n 's/.*if it is intended: //p')
	[ "$proposal" = "varve schema --missing price=none t.csv" ]
	eval "$proposal" 2> /dev/null
	succeeds varve check
	rm datapackage.json
	printf 'id,name,price\n1,a,5\n2,b,6.5\n3,c,7\n' > t.csv
	succeeds varve check
	proposal=$(printf '%s\n' "$output" | sed -n 's/.*if it is intended: //p')
	[ "$proposal" = "varve schema --type price=number t.csv" ]
	eval "$proposal" 2> /dev/null
	# now it is declared, and another type than it was
	ends_with 1 varve check
	output_has "column-retyped, column price: a number here, an integer in the base"
	output_lacks "type-"
}

@test "text that plain Git keeps is compared in the same way" {
	git init -q .
	printf 'id,name,price\n1,a,5\n2,b,6\n3,c,7\n' > t.csv
	git add t.csv && git commit -qm one
	tick
	printf 'id,name,price\n1,a,5\n2,b,none\n3,c,7\n' > t.csv
	git add t.csv && git commit -qm two
	tick
	succeeds varve check HEAD
	output_has "warning type-contradiction, column price"
	output_has "'none'"
	printf 'id,name\n1,a\n2,b\n3,c\n' > t.csv
	ends_with 1 varve check
	output_has "column-removed, column price"
}

@test "the base's key is held against a version with another one" {
	prices
	printf 'id,name,price\n1,a,5\n2,b,6\n2,c,7\n' > t.csv
	succeeds varve check
	output_has "warning key-broken"
	varve schema --key name t.csv 2> /dev/null
	varve add t.csv datapackage.json > /dev/null 2>&1
	succeeds varve check
	output_has "warning key-broken"
	output_has "the key (id) is unique in the base"
	printf 'id,name,price\n1,a,5\n2,b,6\n9,c,7\n' > t.csv
	succeeds varve check
}

@test "bounds of varve.json" {
	prices
	cat > varve.json <<-'END'
	{"rules": {"rows-removed": {"max": "40%"}, "key-lost": {"max": 0, "severity": "warning"},
	           "null-share": {"columns": ["price"], "max": "10%"}}}
	END
	printf 'id,name,price\n1,a,5\n2,b,6\n' > t.csv
	succeeds varve check
	output_has "warning key-lost"
	output_has "id=3"
	ends_with 1 varve check --fail-on warning
	printf 'id,name,price\n1,a,5\n' > t.csv
	ends_with 1 varve check
	output_has "2 of the base's 3 rows are gone (66.67 %)"
	output_has "at most 40 %"
	printf 'id,name,price\n1,a,5\n2,b,\n3,c,7\n' > t.csv
	ends_with 1 varve check
	output_has "33.33 % of the values are missing (1 of 3), 0 % in the base"
}

@test "new categories and drift with the cache and without it" {
	new_repo
	kinds() {
		python3 -c '
import sys
print("id,kind,price")
for i in range(20000):
    print("%d,%s,%d" % (i, "odd" if i == int(sys.argv[1]) else ("red", "blue")[i % 2], i * 7 % 1000 + (500 if len(sys.argv) > 2 and i % 3 == 0 else 0)))
' "$@" > t.csv
	}
	kinds -1
	printf '{"rules": {"new-category": {"columns": ["kind"]}, "drift-psi": {"columns": ["price"], "max": 0.1}}}\n' > varve.json
	varve add t.csv varve.json > /dev/null
	varve commit -qm one
	tick
	kinds 1234
	varve add t.csv > /dev/null
	varve commit -qm two
	tick
	kinds 1234 shifted
	varve add t.csv > /dev/null
	varve commit -qm three
	ends_with 1 varve check HEAD~1
	output_has "new-category, column kind: is new in this column"
	output_has "1236  1235  id=1234  'odd'"
	output_lacks "drift-psi"
	ends_with 1 varve check HEAD
	output_has "drift-psi, column price: the values are distributed differently from the base: PSI"
	output_lacks "new-category"
	cached=$output
	ends_with 1 varve check --no-cache HEAD
	output_is "$cached"
	rm -rf .git/varve/cache
	ends_with 1 varve check HEAD
	output_is "$cached"
	# damaged, it counts as none
	for f in .git/varve/cache/check/*; do printf 'xxxx' | dd of="$f" bs=1 seek=20 conv=notrunc 2> /dev/null; done
	ends_with 1 varve check HEAD
	output_is "$cached"
}

@test "freshness at a given time" {
	new_repo
	printf 'id,day\n1,2024-01-10\n2,2024-01-12\n' > t.csv
	printf '{"rules": {"freshness": {"columns": ["day"], "maxAge": "36h"}}}\n' > varve.json
	varve add t.csv varve.json > /dev/null
	succeeds varve check --now 2024-01-13T00:00:00Z
	ends_with 1 varve check --now 2024-01-14T00:00:00Z
	output_has "the newest value is 2024-01-12, 2 days ago"
}

@test "only what is new counts with --new-only" {
	prices
	varve schema --infer t.csv 2> /dev/null
	varve add datapackage.json > /dev/null
	varve commit -qm described
	tick
	printf 'id,name,price\n1,a,-5\n2,b,6\n3,c,7\n' > t.csv
	varve add t.csv > /dev/null
	varve commit -qm spoilt
	tick
	git branch base
	# rows moved: the old problem stands elsewhere
	printf 'id,name,price\n3,c,7\n2,b,6\n1,a,-5\n' > t.csv
	ends_with 1 varve check --no-base
	succeeds varve check --new-only --base base
	output_has "1 known one unchanged"
	printf 'id,name,price\n3,c,-7\n2,b,6\n1,a,-5\n' > t.csv
	ends_with 1 varve check --new-only --base base
	output_has "id=3"
}


@test "a key that was found, and has other values in most rows, does not make known findings new" {
	new_repo
	links() { # links LETTER: the codes are too short, and the first occurs twice
		printf 'code,link,place\n'
		for i in $(seq 1 30); do
			echo "C$((i > 1 ? i - 1 : 1)),$1$i,place $((i % 3))"
		done
	}
	printf '[t.csv]\ncode matches %s\n' "'[A-Z][0-9]{3}'" > varve.checks
	links Q > t.csv
	git add -A && git commit -qm base
	succeeds varve info t.csv
	output_has "link (found, unique)"
	links P > t.csv
	succeeds varve check --new-only --base HEAD t.csv
	output_has "valid: no new problems in 1 table; 30 known ones unchanged"
	links P | sed 's/^C29,/C31,/' > t.csv # one more, and one less
	ends_with 1 varve check --new-only --base HEAD t.csv
	output_has "code=C31"
	output_has "invalid: 1 new problem in 1 table; 29 known ones unchanged"
	links Q | sed 's/^C29,/C28,/' > t.csv # here rows have their key
	ends_with 1 varve check --new-only --base HEAD t.csv
	output_has "invalid: 1 new problem in 1 table; 29 known ones unchanged"
}

@test "a report in JSON names the base by its whole id, whatever core.abbrev says" {
	new_repo
	rows 9 > prices.csv
	varve add -q . && varve commit -q -m one
	git config core.abbrev 5
	succeeds varve check --json
	output_has "\"baseCommit\": \"$(git rev-parse HEAD)\""
	succeeds varve check
	output_has "against HEAD ($(git rev-parse --short=5 HEAD))"
}
