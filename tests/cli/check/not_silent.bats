load ../helper

# What is wrong is found whatever lies in a table's place, and whatever other rules let through.

# The rules of all findings of the last --json report, with row, column and severity, in order.
found() {
	printf '%s' "$output" | python3 -c '
import json, sys
for d in json.load(sys.stdin)["datasets"]:
    for f in d["findings"]:
        print(d["path"], f["rule"], f.get("row", "-"), f.get("column", "-"), f["severity"], *["accepted"] * ("acceptedWhy" in f))' |
		sort
}

# Two tables that a package describes; the first has a key.
two_described() {
	new_repo
	printf 'id,name\n1,a\n2,b\n' > t.csv
	printf 'id\n1\n2\n' > u.csv
	cat > datapackage.json <<-'END'
	{"resources": [
	 {"name": "t", "path": "t.csv", "schema": {"primaryKey": "id", "fields": [{"name": "id", "type": "integer"}, {"name": "name", "type": "string"}]}},
	 {"name": "u", "path": "u.csv", "schema": {"fields": [{"name": "id", "type": "integer"}]}}]}
	END
	varve add -q t.csv u.csv datapackage.json
	varve commit -q -m first
}

# The next `varve check` reports these findings of t.csv, and has looked at u.csv.
finds() {
	ends_with 1 varve check --json
	[ "$(found)" = "$1" ]
	printf '%s' "$output" | python3 -c 'import json, sys; assert [d["path"] for d in json.load(sys.stdin)["datasets"]] == ["t.csv", "u.csv"]'
}

@test "a described table that lost its key column or was emptied is a finding" {
	two_described
	printf 'name\na\nb\n' > t.csv
	finds "t.csv column-removed - id error
t.csv key-broken - id error
t.csv missing-label - id error
t.csv primary-key - - error"
	: > t.csv
	finds "t.csv column-removed - id error
t.csv column-removed - name error
t.csv key-broken - id error
t.csv missing-label - id error
t.csv missing-label - name error
t.csv primary-key - - error
t.csv source-error - - error"
}

@test "a broken pointer, a folder, a pipe and a link to nothing in a table's place are findings" {
	two_described
	git cat-file blob HEAD:t.csv | head -c 60 > t.csv
	finds "t.csv source-error - - error"
	git cat-file blob HEAD:t.csv | sed 's/"root"/"rood"/' > t.csv
	finds "t.csv source-error - - error"
	rm t.csv
	mkdir t.csv
	finds "t.csv source-error - - error"
	touch t.csv/x
	finds "t.csv source-error - - error"
	rm -r t.csv
	mkfifo t.csv
	finds "t.csv source-error - - error"
	rm t.csv
	ln -s nowhere t.csv
	finds "t.csv source-error - - error"
}

# check FILE... as files: rules in $1, the schema in schema.json.
with_rules() {
	printf '{"rules": %s}' "$1" > rules.json
	run --separate-stderr varve check --files --json --rules rules.json --schema schema.json "${@:2}"
}

@test "a value of another type is equal to no value" {
	echo '{"primaryKey": "d", "fields": [{"name": "d", "type": "date"}, {"name": "b", "type": "boolean", "constraints": {"unique": true}}]}' > schema.json
	printf 'd,b\n2024-02-30,false\n2024-03-01,yes\n2023-02-29,no\n2023-03-01,true\n' > t.csv
	with_rules '{"type-error": "warning"}' t.csv
	[ "$status" -eq 0 ]
	[ "$(found)" = "t.csv type-error 1 d warning
t.csv type-error 2 b warning
t.csv type-error 3 b warning
t.csv type-error 3 d warning" ]
	printf 'd,b\n2024-02-30,yes\n2024-02-30,yes\n' > t.csv
	with_rules '{"type-error": "off"}' t.csv
	[ "$status" -eq 1 ]
	[ "$(found)" = "t.csv primary-key 2 d error
t.csv unique-error 2 b error" ]
}

@test "a wrong value refers to nothing, whatever becomes of its type-error" {
	printf 'd\n2024-03-01\n' > a.csv
	printf 'x\n2024-02-30\n2024-03-01\n' > b.csv
	cat > datapackage.json <<-'END'
	{"resources": [{"name": "a", "path": "a.csv", "schema": {"fields": [{"name": "d", "type": "date"}]}},
	 {"name": "b", "path": "b.csv", "schema": {"fields": [{"name": "x", "type": "date"}],
	  "foreignKeys": [{"fields": "x", "reference": {"resource": "a", "fields": "d"}}]}}]}
	END
	echo '{"rules": {"type-error": "warning"}}' > rules.json
	ends_with 1 varve check --files --json --rules rules.json datapackage.json
	[ "$(found)" = "b.csv foreign-key 1 x error
b.csv type-error 1 x warning" ]
}

@test "what a rule lets through, or is accepted, is still looked at by the others" {
	echo '{"primaryKey": "a", "fields": [{"name": "a", "type": "integer", "constraints": {"unique": true}}, {"name": "b", "constraints": {"required": true}}]}' > schema.json
	printf 'a,b\n1,x\n2\n3,x\n' > t.csv
	with_rules '{}' t.csv
	[ "$(found)" = "t.csv missing-cell 2 b error" ]
	for rule in '{"mostly": 0.5}' '"off"'; do
		with_rules "{\"missing-cell\": $rule}" t.csv
		[ "$status" -eq 1 ]
		[ "$(found)" = "t.csv constraint-error 2 b error" ]
	done
	with_rules '{}' --accept missing-cell --why meant t.csv
	[ "$status" -eq 1 ]
	[ "$(found)" = "t.csv constraint-error 2 b error
t.csv missing-cell 2 b error accepted" ]

	printf 'a,b\n1,x\n,\n3,x\n' > t.csv
	with_rules '{"blank-row": {"mostly": 0.5}}' t.csv
	[ "$status" -eq 1 ]
	[ "$(found)" = "t.csv constraint-error 2 b error
t.csv primary-key 2 a error" ]
	with_rules '{}' --accept blank-row --why meant t.csv
	[ "$status" -eq 1 ]
	[ "$(found)" = "t.csv blank-row 2 - error accepted
t.csv constraint-error 2 b error
t.csv primary-key 2 a error" ]

	printf 'a,b\n1,x\n1,y\n' > t.csv
	with_rules '{"primary-key": "warning"}' t.csv
	[ "$status" -eq 1 ]
	[ "$(found)" = "t.csv primary-key 2 a warning
t.csv unique-error 2 a error" ]
	with_rules '{}' --accept primary-key --why meant t.csv
	[ "$status" -eq 1 ]
	[ "$(found)" = "t.csv primary-key 2 a error accepted
t.csv unique-error 2 a error" ]
}

@test "lines and rows without a value are one share" {
	{
		echo a,b
		for i in 1 2 3 4 5 6 7 8; do echo "$i,x"; done
		printf ',\n\n9,x\n'
	} > t.csv
	echo '{"fields": [{"name": "a"}, {"name": "b"}]}' > schema.json
	with_rules '{"blank-row": {"mostly": 0.9}}' t.csv
	[ "$status" -eq 1 ]
	with_rules '{"blank-row": {"mostly": 0.81}}' t.csv
	[ "$status" -eq 0 ]
}

@test "what could not be checked is an error where its rule is off, a warning or accepted" {
	printf 'a\n1\n' > t.csv
	cat > datapackage.json <<-'END'
	{"resources": [{"name": "t", "path": "t.csv", "schema": {"fields": [{"name": "a"}],
	 "foreignKeys": [{"fields": "a", "reference": {"resource": "gone", "fields": "a"}}]}}]}
	END
	for words in "--skip foreign-key" "--select type-error" "--accept foreign-key --why meant --skip foreign-key"; do
		# shellcheck disable=SC2086
		ends_with 1 varve check --files --json $words datapackage.json
		[ "$(found)" = "t.csv unchecked - - error" ]
	done
	echo '{"primaryKey": "x", "uniqueKeys": [["y"]], "foreignKeys": [{"fields": "z", "reference": {"resource": "", "fields": "a"}}],
	 "fields": [{"name": "a"}, {"name": "x"}, {"name": "y"}, {"name": "z"}]}' > schema.json
	with_rules '{"missing-label": "off", "primary-key": "warning", "unique-error": "off", "foreign-key": "warning",
	 "row-constraint": {"condition": "gone > 1", "severity": "warning"}, "type-error": {"columns": "gone", "severity": "warning"}}' t.csv
	[ "$status" -eq 1 ]
	[ "$(found)" = "$(yes "t.csv unchecked - - error" | head -n 5)" ]
	echo '{"fields": [{"name": "a"}, {"name": "x", "constraints": {"required": true}}]}' > schema.json
	with_rules '{"missing-label": "warning"}' t.csv
	[ "$status" -eq 1 ]
	[ "$(found)" = "t.csv constraint-error - x error
t.csv missing-label - x warning" ]
}

@test "a key that nobody declared does not make described data invalid" {
	new_repo
	{ echo id,n; for i in $(seq 40); do echo "$i,x"; done; } > t.csv
	echo '{"resources": [{"name": "t", "path": "t.csv", "schema": {"fields": [{"name": "id", "type": "integer"}, {"name": "n", "type": "string"}]}}]}' > datapackage.json
	varve add -q t.csv datapackage.json
	varve commit -q -m first
	sed -i 's/^7,/6,/' t.csv
	succeeds varve check
	varve add -q t.csv
	succeeds varve check --cached
	tick
	varve commit -q -m second
	succeeds varve check HEAD
	succeeds varve check --no-base HEAD
}

@test "a key that was declared is checked, in the description or by add" {
	new_repo
	{ echo id,n; for i in $(seq 40); do echo "$i,x"; done; } > t.csv
	echo '{"resources": [{"name": "t", "path": "t.csv", "schema": {"fields": [{"name": "id", "type": "integer"}, {"name": "n", "type": "string"}]}}]}' > datapackage.json
	varve add -q --key id t.csv
	varve add -q datapackage.json
	varve commit -q -m first
	sed -i 's/^7,/6,/' t.csv
	ends_with 1 varve check --json
	[ "$(found)" = "t.csv primary-key 7 id error" ]
}

@test "the number of rows is bounded by numbers, and each bound has its severity" {
	printf 'a\n1\n2\n' > t.csv
	echo '{"fields": [{"name": "a"}]}' > schema.json
	with_rules '{"row-count": {"min": "5%"}}' t.csv
	[ "$status" -eq 2 ]
	with_rules '{"row-count": [{"min": 3}, {"min": 10, "severity": "warning"}]}' t.csv
	[ "$status" -eq 1 ]
	[ "$(found)" = "t.csv row-count - - error
t.csv row-count - - warning" ]
	with_rules '{"row-count": [{"min": 3, "severity": "warning"}, {"max": 10}]}' t.csv
	[ "$status" -eq 0 ]
}

@test "a share that must be unique or refer is one of the values that are there" {
	{ echo a,b; for i in $(seq 80); do echo "x$i,"; done; printf 'y1,1\ny2,1\ny3,2\n'; } > t.csv
	echo '{"fields": [{"name": "a"}, {"name": "b", "constraints": {"unique": true}}], "foreignKeys": [{"fields": "b", "reference": {"fields": "a"}}]}' > schema.json
	with_rules '{"unique-error": {"mostly": 0.9}, "foreign-key": {"mostly": 0.9}}' t.csv
	[ "$status" -eq 1 ]
	[ "$(found)" = "t.csv foreign-key 81 b error
t.csv foreign-key 82 b error
t.csv foreign-key 83 b error
t.csv unique-error 82 b error" ]
}

@test "keys, references and required values are judged as by Python and SQLite, under random rules" {
	python3 "$BATS_TEST_DIRNAME/keys_oracle.py" $((28000 + $(drawn 40))) "$(a_sixth 40)"
}

@test "a resource that a foreign key names is read as it is described now" {
	new_repo
	seq 30 | sed '1i id' > p.csv
	printf 'id,x\n1,7\n2,2\n' > c.csv
	varve add -q p.csv c.csv
	cat > datapackage.json <<-'END'
	{"resources": [{"name": "p", "path": "p.csv", "schema": {"fields": [{"name": "id", "type": "integer"}], "missingValues": ["7"]}},
	 {"name": "c", "path": "c.csv", "schema": {"fields": [{"name": "id", "type": "integer"}, {"name": "x", "type": "integer"}],
	  "foreignKeys": [{"fields": "x", "reference": {"resource": "p", "fields": "id"}}]}}]}
	END
	git add datapackage.json
	git commit -q -m first
	for side in "" --cached HEAD; do
		# shellcheck disable=SC2086
		ends_with 1 varve check --json $side
		[ "$(found)" = "c.csv foreign-key 1 x error" ]
	done
}

@test "a number that the schema calls missing is no value in a column of numbers" {
	new_repo
	{ echo id,n; seq 6000 | awk '{ print $1 "," ($1 == 4000 ? 9 : $1 * 7919 % 99991 + 10) }'; } > t.csv
	echo '{"resources": [{"name": "t", "path": "t.csv", "schema": {"missingValues": ["9"],
		"fields": [{"name": "id", "type": "integer"}, {"name": "n", "type": "integer", "constraints": {"required": true}}]}}]}' > datapackage.json
	varve add -q .
	varve commit -q -m first
	ends_with 1 varve check --json HEAD
	[ "$(found)" = "t.csv constraint-error 4000 n error" ] || { found; false; }
}

@test "what type-error lets through is still a value against the type of the base, and each has its share" {
	new_repo
	{ echo id,n; for i in $(seq 40); do echo "$i,$i"; done; } > t.csv
	varve add -q t.csv
	varve commit -q -m first
	sed -i 's/^7,7/7,seven/' t.csv
	varve add -q t.csv
	echo '{"rules": {"type-error": {"mostly": 0.5}}}' > varve.json
	succeeds varve check --json
	[ "$(found)" = "t.csv type-contradiction 7 n warning" ]
	echo '{"rules": {"type-error": {"mostly": 0.5}, "type-contradiction": "error"}}' > varve.json
	ends_with 1 varve check --json
	succeeds varve check --cached --json
	echo '{"rules": {"type-contradiction": {"mostly": 0.9, "severity": "error"}}}' > varve.json
	succeeds varve check
	echo '{"rules": {"type-contradiction": {"mostly": 0.99, "severity": "warning"}}}' > varve.json
	succeeds varve check --json
	[ "$(found)" = "t.csv type-contradiction 7 n warning" ]
	echo '{"rules": {"type-contradiction": "off"}}' > varve.json
	succeeds varve check --json
	[ "$(found)" = "t.csv column-retyped - n warning" ]
}

@test "a rule against the base that has nothing to look at is an error, whatever its severity" {
	new_repo
	printf 'a\n1\n' > t.csv
	varve add -q t.csv
	varve commit -q -m first
	for rule in '"null-share": {"columns": "gone", "severity": "warning"}' \
		'"freshness": {"columns": "a", "maxAge": "1d", "severity": "warning"}' '"key-lost": "warning"'; do
		echo "{\"rules\": {$rule}}" > varve.json
		ends_with 1 varve check --json
		[ "$(found | cut -d' ' -f1-3)" = "t.csv unchecked -" ]
	done
}

@test "what was remembered of a unique key does not stand for a primary key" {
	new_repo
	printf 'a,b\n1,x\n,y\n,z\n' > t.csv
	echo '{"resources": [{"name": "t", "path": "t.csv", "schema": {"primaryKey": "a", "fields": [{"name": "a", "type": "integer", "constraints": {"unique": true}}, {"name": "b"}]}}]}' > datapackage.json
	varve add -q t.csv datapackage.json
	varve commit -q -m first
	for _ in 1 2; do
		succeeds varve check --skip primary-key --no-base HEAD
		ends_with 1 varve check --json --no-base HEAD
		[ "$(found)" = "t.csv primary-key 2 a error
t.csv primary-key 3 a error" ]
	done
}

@test "drift is measured as the page says, with exact decimals" {
	new_repo
	python3 "$BATS_TEST_DIRNAME/drift_oracle.py" 28
}

@test "shares are rounded, and compared without" {
	new_repo
	{ echo id,n; for i in $(seq 30); do echo "$i,1"; done; } > t.csv
	varve add -q t.csv
	varve commit -q -m first
	sed -i '12,$d' t.csv # 20 of 30 are gone: 66.67 %
	echo '{"rules": {"rows-removed": {"max": "66.666666%"}}}' > varve.json
	ends_with 1 varve check --json
	output_has "66.67 %"
	echo '{"rules": {"rows-removed": {"max": "66.6666667%"}}}' > varve.json
	succeeds varve check
}

@test "a pattern that matches no table is reported" {
	new_repo
	mkdir data
	printf 'a\n1\n' > data/t.csv
	printf 'x\n' > notes.txt
	cat > varve.json <<-'END'
	{"datasets": [{"path": "data/*.csv", "rules": {"row-count": {"min": 1}}},
	 {"path": ["data/t.cvs", "t.csv", "notes.txt"], "rules": {"row-count": {"min": 1}}}, {"path": "old/*", "check": false}]}
	END
	varve add -q data/t.csv
	git add varve.json notes.txt
	git commit -q -m first
	for side in "" --cached HEAD; do
		# shellcheck disable=SC2086
		succeeds varve check --json $side
		[ "$(found)" = "varve.json no-dataset - - warning
varve.json no-dataset - - warning
varve.json no-dataset - - warning" ]
	done
	output_has "/datasets/1/path/0"
	output_has "/datasets/1/path/2"
	output_has "/datasets/2/path"
	ends_with 1 varve check --fail-on warning
	succeeds varve check --json data/t.csv
	[ -z "$(found)" ]
	sed -i '1s/{/{"rules": {"no-dataset": "error"}, /' varve.json
	ends_with 1 varve check
	sed -i '1s/"error"/"off"/' varve.json
	succeeds varve check --json
	[ -z "$(found)" ]
}

@test "a pattern of varve.checks that matches no table is reported as of this file" {
	new_repo
	printf 'a\n1\n' > t.csv
	printf '[gone.csv]\na > 0\n' > varve.checks
	varve add -q t.csv varve.checks
	succeeds varve check --json
	[ "$(found)" = "varve.checks no-dataset - - warning" ]
	printf '{"datasets": [{"path": "old/*", "check": false}]}' > varve.json
	succeeds varve check --json
	[ "$(found | sort)" = "varve.checks no-dataset - - warning
varve.json no-dataset - - warning" ]
}

@test "rules for files that are none of the files are reported" {
	printf 'a\n1\n' > t.csv
	cp t.csv u.csv
	echo '{"fields": [{"name": "a"}]}' > schema.json
	printf '{"datasets": [{"path": "sub/t.csv", "rules": {"row-count": {"min": 5}}}]}' > rules.json
	succeeds varve check --files --json --rules rules.json --schema schema.json t.csv
	[ "$(found)" = "rules.json no-dataset - - warning" ]
	printf '{"datasets": [{"path": "t.csv", "rules": {"row-count": {"min": 1}}}, {"path": "u.csv", "rules": {}}]}' > rules.json
	succeeds varve check --files --json --rules rules.json --schema schema.json t.csv
	[ -z "$(found)" ]
}

@test "two settings of which one would do nothing are refused" {
	printf 'a,b\n1,x\n' > t.csv
	echo '{"fields": [{"name": "a"}, {"name": "b"}]}' > schema.json
	for settings in '[{"columns": "a", "mostly": 0.9, "severity": "warning"}, {"columns": ["b", "a"], "mostly": 0.5}]' \
		'["warning", {"mostly": 0.5}]'; do
		with_rules "{\"type-error\": $settings}" t.csv
		[ "$status" -eq 2 ]
	done
	with_rules '{"type-error": ["warning", {"columns": "a", "mostly": 0.5}, {"columns": "b"}], "row-count": [{"min": 1}, {"min": 0}]}' t.csv
	[ "$status" -eq 0 ]
}

@test "a table that is gone or renamed passes no check" {
	succeeds python3 "$BATS_TEST_DIRNAME/gone_law.py"
}

# As its owner, whom permissions bind as they do not bind root.
as_owner() {
	[ "$(id -u)" -ne 0 ] || set -- setpriv --bounding-set=-all --inh-caps=-all "$@"
	"$@"
}

@test "a table in a folder that cannot be read is not left out" {
	new_repo
	mkdir sub
	rows 3 > t.csv
	rows 3 > sub/u.csv
	varve add -q . && varve commit -q -m one
	chmod 0 sub
	run --separate-stderr as_owner varve check --no-base
	chmod 755 sub
	[ "$status" -eq 2 ]
	stderr_has "sub/u.csv': Permission denied"
	succeeds as_owner varve check --no-base
	output_has 'sub/u.csv: 3 rows'
}
