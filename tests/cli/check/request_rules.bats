# Whose rules apply (docs/programs/ci.md): each request is judged by the job of docs/programs/ci/varve-pr at a plain host, and by
# receive.varveCheck of a repository that is pushed to. Both must say the same.
load ../helper
load ../../stories/hosts/host

job=$BATS_TEST_DIRNAME/../../../docs/programs/ci/varve-pr

# package PRICE [MORE FIELDS [MORE MEMBERS OF THE SCHEMA]]: a description of t.csv; PRICE: members of the field price.
package() {
	printf '{"resources": [{"name": "t", "path": "t.csv", "schema": {"fields": [{"name": "id", "type": "integer"},
		{"name": "price", "type": "integer"%s}%s]%s}}]}\n' "${1:+, $1}" "${2:+, $2}" "${3:+, $3}" > datapackage.json
}

# base.git and hub have t.csv, its description and rules on main; the current folder is a clone on the branch pr.
team() { # RULES [PRICE]
	plain_host
	mv host.git base.git
	export VARVE_BASE_URL=${url%host.git}base.git VARVE_BASE=main VARVE_HEAD_BRANCH=pr VARVE_TRUSTED=true
	export VARVE_HEAD_URL=$VARVE_BASE_URL
	varve clone -q "$VARVE_BASE_URL" bob 2> /dev/null
	varve init -q --bare hub > /dev/null
	git -C hub config receive.varveCheck refuse
	mkdir job
	cd bob
	git remote add hub ../hub
	{ echo id,price; for i in $(seq 20); do echo "$i,$i"; done; } > t.csv
	printf '%s\n' "$1" > varve.json
	package "${2-}"
	commit first
	merged
	git switch -q -c pr
}

commit() {
	tick
	varve add -q . 2> /dev/null
	git add -A
	git commit -q -m "$1"
}

# The request's commits are main's now, as after a merge.
merged() {
	varve push -q origin HEAD:main
	git -C ../hub config receive.varveCheck off
	varve push -q hub HEAD:main
	git -C ../hub config receive.varveCheck refuse
	git fetch -q hub
}

# One price is negative.
bad() {
	sed -i 's/^7,[^,]*/7,-1/' t.csv
	commit "${1-bad}"
}

# comment STATUS WORDS...: what the job says, with these words.
comment() {
	local words code=$1
	shift
	varve push -q -f origin HEAD:pr
	run env -C ../job sh "$job" comment
	[ "$status" = "$code" ] || { cat ../job/varve.md >&2; show_run comment "exit status $status instead of $code"; return 1; }
	python3 -c 'import html, sys; sys.stdout.write(html.unescape(sys.stdin.read()))' < ../job/varve.md > ../comment.md
	for words; do
		grep -qF -- "$words" ../comment.md || { cat ../comment.md >&2; return 1; }
	done
}

# refused WORDS...: by both, with these words.
refused() {
	local words
	comment 1 'varve check: invalid' "$@"
	ends_with 1 varve push hub HEAD:main
	for words; do
		stderr_has "$words"
	done
	git reset -q --hard hub/main
}

# passes [WORDS...]: both, and the job's comment has the words.
passes() {
	comment 0 "$@"
	succeeds varve push hub HEAD:main
	git reset -q --hard hub/main
	varve push -q origin HEAD:main
}

rule='{"rules": {"row-constraint": "price >= 0"}}'

@test "a request that leaves its tables out of the check is checked" {
	team "$rule"
	echo '{"datasets": [{"path": "*.csv", "check": false}]}' > varve.json
	bad
	refused "price >= 0" "rules-changed"
	echo '{"rules": {"row-constraint": "price >= 0"}, "datasets": [{"path": "t.csv", "check": false}]}' > varve.json
	commit "only the rules"
	passes "rules-changed" "check"
	bad "after the merge"
	passes
}

@test "a request that drops or loosens a rule is held to that of its base, and the change is listed" {
	team "$rule"
	local rules
	for rules in '{}' '{"rules": {"row-constraint": "off"}}' '{"rules": {"row-constraint": "price >= -5"}}' \
		'{"rules": {"row-constraint": {"condition": "price >= 0", "severity": "warning"}}}' \
		'{"rules": {"row-constraint": {"condition": "price >= 0", "mostly": 0.5}}}' \
		'{"rules": {"row-constraint": "price >= 0"}, "datasets": [{"path": "t.csv", "rules": {"row-constraint": "off"}}]}'; do
		echo "$rules" > varve.json
		bad
		refused "price >= 0" "rules-changed"
	done
	git rm -q varve.json
	bad
	refused "price >= 0" "rules-changed"
	echo '{}' > varve.json
	commit loosened
	passes "rules-changed"
	bad "what was loosened is merged"
	passes
}

@test "a trailer accepts nothing, in the request's commits and in the one that squashes them" {
	team "$rule"
	bad $'bad\n\nVarve-Accept: row-constraint t.csv "so it is"'
	refused "price >= 0"
	bad $'bad\n\nVarve-Accept: row-constraint t.csv "so it is"'
	git switch -q -c squashed hub/main
	tick
	git merge -q --squash pr
	git commit -q -m "$(git log -1 --format=%B pr)"
	git log -1 --format=%B | grep -q '^Varve-Accept'
	ends_with 1 varve check HEAD
	refused "price >= 0"
}

@test "what is accepted is in a file that the base has" {
	local accept='{"rules": {"row-constraint": "price >= 0"}, "accept": [{"rule": "row-constraint", "path": "t.csv", "why": "see 214"}]}'
	team "$rule"
	echo "$accept" > varve.json
	bad
	refused "price >= 0" "rules-changed"
	echo "$accept" > varve.json
	commit accepted
	passes "rules-changed" "accept"
	bad
	passes "see 214"
}

@test "constraints, types, missing values and keys that a request loosens are those of the base" {
	team '{}' '"constraints": {"minimum": 0, "required": true}'
	local price
	for price in '' '"constraints": {"required": true}' '"constraints": {"minimum": -9, "required": true}' \
		'"missingValues": ["-1"], "constraints": {"minimum": 0}' '"constraints": {"enum": [-1]}'; do
		package "$price"
		bad
		refused "-1" "minimum"
	done
	package '"constraints": {"minimum": 0, "required": true}' '' '"missingValues": ["", "-1"]'
	bad
	refused "-1" "minimum"
	sed -i 's/"integer", "constraints"/"string", "x"/' datapackage.json
	bad
	refused "-1" "minimum" "rules-changed"
	git rm -q datapackage.json
	bad
	refused "-1" "minimum" "rules-changed"
	package '"constraints": {"minimum": -9, "required": true}'
	commit loosened
	passes "rules-changed" "minimum: 0 -> -9"
	bad
	passes
}

@test "keys and references that a request drops are those of the base" {
	team '{}'
	package '' '' '"primaryKey": "id", "uniqueKeys": [["price"]]'
	commit keys
	merged
	package ''
	sed -i 's/^7,7/7,8/' t.csv
	commit "a value twice"
	refused "unique" "rules-changed"
	package ''
	echo 7,99 >> t.csv
	commit "a key twice"
	refused "primary-key" "rules-changed"
}

# references [FOREIGN KEYS [MORE RESOURCES]]: t.csv, whose price refers to parts.csv, unless other keys are given.
references() {
	package '' '' "\"foreignKeys\": [${1-$reference}]"
	sed -i "s|]}$|, $parts]}|" datapackage.json
}
parts='{"name": "parts", "path": "parts.csv", "schema": {"primaryKey": "part", "fields": [{"name": "part", "type": "integer"}, {"name": "other", "type": "integer"}]}}'
reference='{"fields": "price", "reference": {"resource": "parts", "fields": "part"}}'

@test "a foreign key that a request drops, loosens or cuts off is the base's" {
	team '{}'
	{ echo part,other; for i in $(seq 20); do echo "$i,$((i + 100))"; done; } > parts.csv
	references
	commit references
	merged
	sed -i 's/^7,7$/7,107/' t.csv
	commit dangling
	refused "foreign-key" "107"
	for keys in '' '{"fields": "price", "reference": {"resource": "parts", "fields": "other"}}' \
		'{"fields": "price", "reference": {"resource": "t", "fields": "price"}}'; do
		references "$keys"
		sed -i 's/^7,7$/7,107/' t.csv
		commit dangling
		refused "foreign-key" "107" "rules-changed"
		references "$keys"
		sed -i '/^7,/d' parts.csv
		commit "only the rows referred to"
		refused "foreign-key" "rules-changed"
	done
	package ''
	sed -i 's/^7,7$/7,107/' t.csv
	commit "without the resource referred to"
	refused "foreign-key" "rules-changed"
	references ''
	commit loosened
	passes "rules-changed"
	sed -i 's/^7,7$/7,107/' t.csv
	commit "what was dropped is merged"
	passes
}

@test "a field that a request adds is judged by its own description" {
	team '{}' '"constraints": {"minimum": 0}'
	kind='{"name": "kind", "type": "string", "constraints": {"enum": ["a", "b"]}}'
	package '"constraints": {"minimum": 0}' "$kind"
	sed -i '1s/$/,kind/; 2,$s/$/,x/' t.csv
	commit kind
	refused "kind"
	package '"constraints": {"minimum": 0}' "$kind"
	sed -i '1s/$/,kind/; 2,$s/$/,a/' t.csv
	commit kind
	passes "field kind: none ->"
}

@test "a table that a request renames has the rules of its new path, and the description of the old one is listed as gone" {
	team "$rule" '"constraints": {"maximum": 100}'
	git mv t.csv u.csv
	sed -i 's/t\.csv/u.csv/; s/"constraints": {"maximum": 100}/"title": "x"/' datapackage.json
	sed -i 's/^7,[^,]*/7,-1/; s/^8,[^,]*/8,500/' u.csv
	commit renamed
	refused "price >= 0" "rules-changed" "t.csv"
	varve mv t.csv u.csv
	sed -i 's/t\.csv/u.csv/; s/"constraints": {"maximum": 100}/"title": "x"/' datapackage.json
	commit renamed
	passes "rules-changed" 'field price: {"name":"price","type":"integer","constraints":{"maximum":1' "-> none"
}

@test "a description in a file of its own is the base's too" {
	team '{}'
	echo '{"resources": [{"name": "t", "path": "t.csv", "schema": "t.schema.json"}]}' > datapackage.json
	echo '{"fields": [{"name": "id", "type": "integer"}, {"name": "price", "type": "integer", "constraints": {"minimum": 0}}]}' > t.schema.json
	commit schema
	merged
	sed -i 's/"minimum": 0/"minimum": -9/' t.schema.json
	bad
	refused "-1" "rules-changed"
	echo '{"resources": [{"name": "t", "path": "t.csv"}]}' > datapackage.json
	bad
	refused "-1" "rules-changed"
}

@test "of several conditions each has its count, and all are counted that were found" {
	team '{}'
	{ echo id,price; for i in $(seq 300); do echo "$i,$((i % 3 ? -i : i))"; done; } > t.csv
	commit many
	merged
	echo '{"rules": {"row-constraint": ["price >= 0", "price >= -100", {"condition": "id <= 250", "severity": "warning"}]}}' > varve.json
	commit rules
	run varve check --json --limit 5 HEAD
	python3 - <<-END
	import json
	d = json.loads('''$output''')["datasets"][0]
	got = sorted((r["errors"], r["warnings"], r["listed"], r["unlisted"]) for r in d["rules"] if r["rule"] == "row-constraint")
	assert d["errors"] == 200 + 133 and d["warnings"] == 50, d["errors"]
	assert [sum(x) for x in zip(*got)][:2] == [333, 50], got
	END
	run varve check HEAD
	output_has "row-constraint, 200 times"
	output_has "row-constraint, 133 times"
	output_has "row-constraint, 50 times"
}

@test "a misspelt member of a schema is a warning" {
	team '{}'
	package '"constraint": {"minimum": 0}' '' '"primarykey": "id", "foreignkeys": []'
	commit misspelt
	passes "unknown-member" "constraint" "primarykey" "foreignkeys"
}

@test "an annotation is on the line of its column in the pointer, and says the table's line" {
	team "$rule"
	bad
	run varve check --format github HEAD
	[ "$status" = 1 ]
	line=$(git show HEAD:t.csv | grep -n '"price"' | cut -d: -f1)
	grep "^::error file=t.csv,line=[0-9]*" <<< "$output" | grep -q "line 8, row 7"
	run varve check --json --output "sarif=x.sarif" --output gitlab=q.json HEAD
	python3 - <<-END
	import json
	r = json.load(open("x.sarif"))["runs"][0]["results"][0]
	assert "line 8" in r["message"]["text"], r
	assert "line 8" in json.load(open("q.json"))[0]["description"]
	END
}

@test "an empty varve.json is refused, whoever reads it" {
	new_repo
	rows 3 > t.csv
	: > varve.json
	varve add -q t.csv varve.json
	git commit -qm one
	rows 4 > t.csv
	git commit -qam two
	for range in HEAD HEAD~..HEAD '--rules-from HEAD~ HEAD~..HEAD' --log; do
		# shellcheck disable=SC2086
		ends_with 2 varve check $range
		stderr_has "varve.json, line 1, column 1: the text ends too early"
	done
}

@test "a request that empties or adds an empty varve.json has it listed" {
	new_repo
	rows 3 > t.csv
	varve add -q t.csv
	git commit -qm one
	: > varve.json
	git add varve.json
	git commit -qm two
	run varve check HEAD~..HEAD
	output_has "line 1, column 1: the text ends too early"
}
