load ../helper

# A table of four columns with a description; versions are made with sed.
described() {
	new_repo
	rows "${1-20}" > prices.csv
	cat > datapackage.json <<-'END'
	{"resources": [{"name": "prices", "path": "prices.csv", "schema": {"primaryKey": ["id"], "fields": [
	 {"name": "id", "type": "integer"},
	 {"name": "name", "type": "string", "constraints": {"required": true, "pattern": "item [0-9]+"}},
	 {"name": "price", "type": "number", "constraints": {"minimum": 0, "maximum": 1000}},
	 {"name": "day", "type": "date"}]}}]}
	END
	varve add prices.csv > "$BATS_TEST_TMPDIR/out"
	git add datapackage.json
	varve commit -q -m "first"
}

committed() {
	tick
	varve commit -q -a -m "$1"
}

# The rules of all findings of the last --json report, with row and column.
found() {
	printf '%s' "$output" | python3 -c '
import json, sys
for d in json.load(sys.stdin)["datasets"]:
    for f in d["findings"]:
        print(f["rule"], f.get("row", "-"), f.get("column", "-"))'
}

@test "data that is as described is valid" {
	described
	succeeds varve check
	output_is "prices.csv: 20 rows, 4 columns, against HEAD ($(git rev-parse --short HEAD)): nothing wrong
valid: nothing wrong in 1 table"
}

@test "what is wrong is told with rule, line, row, key, column and value" {
	described
	sed -i 's/^3,[^,]*,/3,,/; s/^5,\([^,]*\),[^,]*,/5,\1,N\/A,/; s/^7,\([^,]*\),[^,]*,/7,\1,-7,/; s/^9,.*/8,item 1,1,2024-02-30/' prices.csv
	ends_with 1 varve check
	output_is "prices.csv: 20 rows, 4 columns, against HEAD ($(git rev-parse --short HEAD)): 5 errors

  error constraint-error, column name: is missing, and the field is required
    expected: a value
    line  row  key   value
       4    3  id=3  ''

  error type-error, column price: is not a number
    expected: a number
    if it is intended: varve schema --missing price=N/A prices.csv
    line  row  key   value  probably
       6    5  id=5  'N/A'  a missing value

  error constraint-error, column price: is below the 'minimum'
    expected: at least 0
    line  row  key   value
       8    7  id=7  '-7'

  error type-error, column day: is not a date
    expected: a date as 2024-01-31
    line  row  key   value         probably
      10    9  id=8  '2024-02-30'  February 2024 has 29 days

  error primary-key, column id: repeats row 8 (line 9)
    expected: a value that no other row has
    line  row  key   value
      10    9  id=8  '8'

invalid: 5 errors in 1 table"
}

@test "what a wrong value probably is has the command or member that accepts it, and both values of a rule are seen" {
	new_repo
	printf 'id,price,day,from,to\n1,5.0,2024-01-01,a,b\n2,3.5,2024-01-02,a,b\n' > p.csv
	varve add p.csv > out
	varve commit -q -m first
	long=$(printf 'x%.0s' {1..200})
	printf 'id,price,day,from,to\n1,"5,20",45292,a,b\n2,none,31.01.2024,b,a\n3,5\xc2\xa0,2024-1-5,z%s,y%s\n' "$long" "$long" > p.csv
	printf '[p.csv]\n"from" < "to"\n' > varve.checks
	succeeds varve check --select type-contradiction
	output_has "    if it is intended: varve schema --number price=5,20 p.csv"
	output_has "    if it is intended: varve schema --missing price=none p.csv"
	output_has "       2    1  id=1  '5,20'     5.20 with \"decimalChar\": \",\""
	output_has "       4    3  id=3  '5\u00a0'  '5' with a no-break space after it"
	output_has "       2    1  id=1  '45292'       2024-01-01 as Excel's number"
	output_has "       3    2  id=2  '31.01.2024'  2024-01-31 as %d.%m.%Y"
	output_has "    if it is intended: \"format\": \"%d.%m.%Y\" in datapackage.json"
	succeeds varve schema --number price=5,20 p.csv
	succeeds varve schema --missing price=none p.csv
	ends_with 1 varve check --select type-error --json
	[ "$(found | grep -c price)" = 1 ] # the no-break space
	ends_with 1 varve check --select row-constraint
	output_has "       3    2  id=2  'from=b, to=a'"
	[[ $output == *"'from=zxxx"*"x…, to=yxxx"*"x…'"* ]]
}

@test "without any configuration a value against the type of the parent is told, with a proposal" {
	new_repo
	rows 20 > prices.csv
	varve add prices.csv > /dev/null
	varve commit -q -m first
	sed -i 's/^5,\([^,]*\),[^,]*,/5,\1,none,/' prices.csv
	succeeds varve check
	output_has "warning type-contradiction, column price"
	output_has "varve schema --missing price=none prices.csv"
	output_has "6    5  id=5  'none'"
}

@test "a column that is gone and a key that no longer holds are told" {
	new_repo
	rows 20 > prices.csv
	varve add prices.csv > /dev/null
	varve commit -q -m first
	cut -d, -f1,2,4 prices.csv | sed 's/^4,/3,/' > new && mv new prices.csv
	ends_with 1 varve check --json
	[ "$(found)" = "column-removed - price
key-broken 4 id" ]
}

@test "work tree, index, commit and range are different versions" {
	described
	sed -i 's/^7,\([^,]*\),[^,]*,/7,\1,-7,/' prices.csv
	committed wrong
	sed -i 's/^8,\([^,]*\),[^,]*,/8,\1,-8,/' prices.csv
	varve add prices.csv > /dev/null
	sed -i 's/^9,\([^,]*\),[^,]*,/9,\1,-9,/' prices.csv
	ends_with 1 varve check --json
	[ "$(found)" = "constraint-error 7 price
constraint-error 8 price
constraint-error 9 price" ]
	ends_with 1 varve check --worktree --json
	[ "$(found | wc -l)" -eq 3 ]
	ends_with 1 varve check --cached --json
	[ "$(found | wc -l)" -eq 2 ]
	ends_with 1 varve check HEAD --json
	[ "$(found)" = "constraint-error 7 price" ]
	succeeds varve check HEAD~1
	varve restore --staged --worktree prices.csv > /dev/null
	sed -i 's/^7,\([^,]*\),[^,]*,/7,\1,7,/' prices.csv
	committed mended
	succeeds varve check HEAD
	ends_with 1 varve check HEAD~2..HEAD
	output_has "$(git rev-parse HEAD~1 | cut -c1-10) prices.csv"
	output_has "invalid: 1 error in 1 of 2 versions of 2 commits"
	succeeds varve check HEAD~1..HEAD
}

@test "--base names what to compare with, --no-base compares with nothing" {
	new_repo
	rows 20 > prices.csv
	varve add prices.csv > /dev/null
	varve commit -q -m first
	cut -d, -f1,2,3 prices.csv > new && mv new prices.csv
	committed "without day"
	ends_with 1 varve check HEAD
	output_has "column-removed, column day"
	succeeds varve check
	ends_with 1 varve check --base HEAD~1
	output_has "against HEAD~1 ("
	succeeds varve check --no-base HEAD
	ends_with 2 varve check --base nowhere
	stderr_has "nowhere"
	ends_with 2 varve check --base HEAD --no-base
}

@test "plain text of Git's history is checked as a table, also in a bare repository" {
	git init -q .
	rows 20 > prices.csv
	git add prices.csv && git commit -q -m first
	succeeds varve check
	output_has "prices.csv: 20 rows"
	sed -i 's/^5,\([^,]*\),[^,]*,/5,\1,none,/' prices.csv
	succeeds varve check
	output_has "type-contradiction, column price"
	git commit -q -a -m second
	succeeds varve check HEAD~1..HEAD
	output_has "6    5  id=5  'none'"
	git clone -q --bare . ../bare.git
	cd ../bare.git
	succeeds varve check HEAD -- prices.csv
	output_has "type-contradiction"
	ends_with 2 varve check
	stderr_has "a bare repository has no work tree"
}

@test "a file that add refuses is reported in full" {
	new_repo
	printf 'a,b\n1,2\n3,4,5\n6\n7,8,9,10\n"x"y,1\n' > t.csv
	ends_with 2 varve add t.csv
	ends_with 1 varve check t.csv --json
	[ "$(found)" = "extra-cell 2 -
extra-cell 4 -
stray-quote 5 -
missing-cell 3 b" ] || { found; false; }
}

@test "varve.json sets severity, bounds and conditions, for all or for some" {
	described
	cat > varve.json <<-'END'
	{"rules": {"row-count": {"min": 30, "severity": "warning"}},
	 "datasets": [{"path": "*.csv", "rules": {
	   "row-constraint": [{"condition": "price < 990", "title": "cheap"}, "day >= '2024-01-01'"],
	   "rows-removed": {"max": "10%"}}}]}
	END
	sed -i 's/^7,\([^,]*\),[^,]*,/7,\1,995,/; /^1[0-2],/d' prices.csv
	ends_with 1 varve check
	output_has "warning row-count: the table has 17 rows"
	output_has "error rows-removed: 3 of the base's 20 rows are gone (15 %)"
	output_has "error row-constraint"
	output_has "'price=995'"
	output_has "price < 990"
	output_has "invalid: 2 errors, 1 warning in 1 table"
	succeeds varve check --skip row-constraint --skip rows-removed
	output_has "valid: 1 warning in 1 table"
	ends_with 1 varve check --skip row-constraint --skip rows-removed --fail-on warning
	ends_with 1 varve check --select rows-removed --json
	[ "$(found)" = "rows-removed - -" ]
}

@test "a value may be wrong here and there where mostly says so" {
	described 100
	sed -i 's/^7,\([^,]*\),[^,]*,/7,\1,x,/' prices.csv
	ends_with 1 varve check
	echo '{"rules": {"type-error": {"mostly": 0.99}}}' > varve.json
	succeeds varve check
	sed -i 's/^8,\([^,]*\),[^,]*,/8,\1,x,/' prices.csv
	ends_with 1 varve check
}

@test "varve.json may leave tables out" {
	described
	sed -i 's/^7,.*/7/' prices.csv
	ends_with 1 varve check
	echo '{"datasets": [{"path": "prices.csv", "check": false}]}' > varve.json
	succeeds varve check
	output_is "valid: nothing wrong in 0 tables"
}

@test "a limit shortens the list, never the numbers" {
	described 100
	sed -i 's/^\([0-9]*\),\([^,]*\),[^,]*,/\1,\2,-1,/' prices.csv
	ends_with 1 varve check
	output_has "constraint-error, column price, 100 times"
	output_has "and 80 more"
	ends_with 1 varve check --limit 3
	output_has "and 97 more"
	output_has "invalid: 100 errors in 1 table"
	ends_with 1 varve check --limit 0 --json
	[ "$(found | wc -l)" -eq 100 ]
}

@test "a check without a table names those that were not added" {
	new_repo
	rows 5 > p.csv
	succeeds varve check
	stderr_has "no tables to check: p.csv is not added"
	stderr_has "hint: 'varve add p.csv' reads and stages it"
	rows 5 > q.csv
	succeeds varve check
	stderr_has "no tables to check: p.csv and 1 more are not added"
}

@test "--new-only tells what the base did not have" {
	described
	sed -i 's/^3,\([^,]*\),[^,]*,/3,\1,-3,/; s/^4,\([^,]*\),[^,]*,/4,\1,-4,/' prices.csv
	committed legacy
	git branch upstream && git config branch.main.remote . && git config branch.main.merge refs/heads/upstream
	# the old ones move to other lines, and one is new
	sed -i '2d; s/^7,\([^,]*\),[^,]*,/7,\1,-7,/' prices.csv
	committed "one more"
	ends_with 1 varve check
	output_has "invalid: 3 errors"
	ends_with 1 varve check --new-only
	output_has "constraint-error, column price: is below the 'minimum'"
	output_has "id=7"
	output_lacks "id=3"
	output_has "invalid: 1 new problem in 1 table; 2 known ones unchanged"
	ends_with 1 varve check --new-only HEAD
	output_has "invalid: 1 new problem in 1 version of 1 commit; 2 known ones unchanged"
	sed -i 's/^7,\([^,]*\),[^,]*,/7,\1,7,/' prices.csv
	succeeds varve check --new-only
	output_has "valid: no new problems in 1 table; 2 known ones unchanged"
	sed -i 's/^3,\([^,]*\),-3,/3,\1,-3000,/' prices.csv # as wrong, but changed
	ends_with 1 varve check --new-only
	output_has "id=3"
	output_has "invalid: 1 new problem in 1 table; 1 known one unchanged"
	sed -i 's/^3,\([^,]*\),-3000,/3,\1,-3,/' prices.csv
	git config --unset branch.main.merge
	ends_with 2 varve check --new-only
	stderr_has "--new-only compares with the upstream branch, and this branch has none"
	git checkout -q --detach
	ends_with 2 varve check --new-only
	stderr_has "and HEAD is detached"
	git checkout -q main
	succeeds varve check --new-only --base upstream
}

@test "a range with --new-only tells each problem where it came in" {
	described
	sed -i 's/^3,\([^,]*\),[^,]*,/3,\1,-3,/' prices.csv
	committed one
	sed -i 's/^4,\([^,]*\),[^,]*,/4,\1,-4,/' prices.csv
	committed two
	ends_with 1 varve check --new-only --json HEAD~2..HEAD
	[ "$(found)" = "constraint-error 3 price
constraint-error 4 price" ]
}

@test "a break that is intended is accepted by hand, or in varve.json of the base" {
	new_repo
	rows 20 > prices.csv
	varve add prices.csv > /dev/null
	varve commit -q -m first
	cut -d, -f1,2,3 prices.csv > new && mv new prices.csv
	ends_with 1 varve check
	ends_with 2 varve check --accept column-removed prices.csv
	stderr_has "--accept requires a reason"
	ends_with 2 varve check --accept column-remove prices.csv --why x
	stderr_has "did you mean 'column-removed'?"
	succeeds varve check --accept column-removed prices.csv --why "nobody needs it"
	output_has "accepted: nobody needs it"
	output_has "valid: nothing wrong in 1 table; 1 accepted"
	stderr_has '"accept": [{"rule":"column-removed","path":"prices.csv","why":"nobody needs it"}]'
	printf '{"accept": [{"rule":"column-removed","path":"prices.csv","why":"nobody needs it"}]}\n' > varve.json
	varve add prices.csv varve.json > /dev/null
	tick
	varve commit -q -m "Drop the day"
	succeeds varve check HEAD
	output_has "accepted: nobody needs it"
	# what a request accepts for itself does not hold for it: only what its base has does
	ends_with 1 varve check HEAD~1..HEAD
	output_has "rules-changed"
	git checkout -q HEAD~1
	git checkout -q main -- varve.json
	git commit -q -m "Accept that the day goes"
	tick
	git checkout -q main -- .
	git commit -q -m "Drop the day"
	succeeds varve check HEAD~1..HEAD
	output_has "accepted: nobody needs it"
	for bad in '{"accept": {}}' '{"accept": [{"rule": "column-removed", "why": "x"}]}' \
		'{"accept": [{"rule": "column-removed", "path": "a.csv"}]}' '{"accept": [{"rule": "key-lots", "path": "a", "why": "x"}]}'; do
		printf '%s\n' "$bad" > varve.json
		ends_with 2 varve check
		stderr_has "varve.json"
	done
}

@test "--failed-rows writes every row with something wrong, and why" {
	described 5000
	sed -i 's/^3,[^,]*,[^,]*,/3,,-3,/; s/^4000,\([^,]*\),[^,]*,/4000,\1,"a ""b"", c",/' prices.csv
	ends_with 1 varve check --limit 1 --failed-rows failed.csv
	[ "$(cat failed.csv)" = 'check_line,check_row,check_problems,id,name,price,day
4,3,"constraint-error name: is missing, and the field is required; constraint-error price: is below the '"'minimum'"'",3,,-3,2024-04-04
4001,4000,type-error price: is not a number,4000,item 902,"a ""b"", c",2024-05-25' ] || { cat failed.csv; false; }
	cp prices.csv more.csv
	varve add more.csv > /dev/null
	ends_with 2 varve check --failed-rows failed.csv
	stderr_has "--failed-rows and --passed-rows take one table, not 2"
	stderr_has "name one of them, such as 'more.csv'"
	varve commit -qm more
	git rm -qf more.csv
	ends_with 1 varve check --failed-rows failed.csv # the other table is only in the base
	grep -q "is not a number" failed.csv
}

@test "--failed-rows of JSON writes NDJSON, with each value as the file has it" {
	new_repo .
	printf '[\n {"id": 1, "v": 2.50, "o": {"a": [1, null]}},\n {"id": 2, "v": -1.0, "s": "\\u00e9\\n\\"", "n": null},\n {"id": 3, "v": -0}\n]\n' > a.json
	sed -n 's/^ //; s/,$//; /^{/p' a.json > b.ndjson
	printf '[*]\nv > 0\n' > varve.checks
	for file in a.json b.ndjson; do
		varve add -q --key id "$file"
		ends_with 1 varve check --failed-rows failed "$file"
		python3 - "$file" <<-'END'
		import json, sys
		text = open(sys.argv[1]).read()
		rows = json.loads(text) if text[0] == "[" else [json.loads(line) for line in text.splitlines()]
		found = [json.loads(line, parse_float=str) for line in open("failed")]
		assert [r["check_row"] for r in found] == [2, 3], found
		assert [r["v"] for r in found] == ["-1.0", 0] and "o" not in found[0] and found[0]["n"] is None, found
		assert all("v > 0" in r["check_problems"] or "condition" in r["check_problems"] for r in found), found
		assert found[0]["s"] == rows[1]["s"], found
		END
	done
}

@test "files are checked outside of any repository" {
	rows 20 > prices.csv
	echo '{"fields": [{"name": "id", "type": "integer"}, {"name": "name"}, {"name": "price", "type": "number",
	 "constraints": {"maximum": 900}}, {"name": "day", "type": "date"}], "primaryKey": "id"}' > s.json
	echo '{"rules": {"row-count": {"min": 100}}}' > r.json
	succeeds varve check --files prices.csv
	ends_with 1 varve check --files prices.csv --schema s.json
	output_has "constraint-error, column price"
	ends_with 1 varve check --files prices.csv --rules r.json
	output_has "row-count: the table has 20 rows"
	echo '{"resources": []}' > package.json
	ends_with 2 varve check --files prices.csv --schema package.json
	stderr_has "is a data package, not a Table Schema"
	ends_with 2 varve check --files nowhere.csv
	stderr_has "no such file 'nowhere.csv'"
	ends_with 2 varve check
	stderr_has "not a Git repository"
	printf 'a,b\n1\n' > t.csv
	ends_with 1 varve check --files prices.csv t.csv
	output_has "invalid: 1 error in 1 of 2 tables"
	printf '{}\n' > t.ndjson
	ends_with 1 varve check --files t.ndjson
	output_has "the objects of the file have no members"
	printf '\xef\xbb\xbf' > t.csv
	ends_with 1 varve check --files t.csv
	output_has "the file contains no text"
}

@test "an invalid description is a finding with its JSON pointer" {
	described
	sed -i 's/"type": "date"/"type": "dat"/' datapackage.json
	ends_with 1 varve check
	output_has "schema-error"
	output_has "/resources/0/schema/fields/3"
}

@test "invalid rules are not a finding: nothing can be said" {
	described
	echo '{"rules": {"type-eror": "error"}}' > varve.json
	ends_with 2 varve check
	stderr_has "varve.json: /rules: no such rule 'type-eror'"
	stderr_has "did you mean 'type-error'?"
	echo '{"rules": {"row-constraint": "prise > 0"}}' > varve.json
	ends_with 1 varve check
	output_has "row-constraint"
	output_has "prise"
}

@test "a described file that is not there is told" {
	described
	rm prices.csv
	ends_with 1 varve check
	output_has "source-error: is described in datapackage.json, and the file does not exist"
}

@test "usage that makes no sense ends with 2" {
	described
	ends_with 2 varve check --cached --worktree
	ends_with 2 varve check --cached HEAD
	ends_with 2 varve check --select nothing
	stderr_has "no such rule 'nothing'"
	ends_with 2 varve check --limit x
	ends_with 2 varve check --output pdf=x
	stderr_has "--output has no format 'pdf'"
	ends_with 2 varve check --output text
	ends_with 2 varve check --now tomorrowish
	ends_with 2 varve check nowhere.csv
	ends_with 2 varve check --files
	ends_with 2 varve check --new-only --no-base
	ends_with 2 varve check HEAD HEAD~1 --
	ends_with 2 varve check --format pdf
}

@test "freshness is measured against --now" {
	new_repo
	printf 'id,day\n1,2024-01-01\n2,2024-01-05\n' > t.csv
	varve add t.csv > /dev/null
	varve commit -q -m first
	echo '{"rules": {"freshness": {"columns": "day", "maxAge": "3d"}}}' > varve.json
	succeeds varve check --now 2024-01-07T00:00:00Z
	ends_with 1 varve check --now 2024-01-09T00:00:00Z
	output_has "freshness, column day"
}

@test "a foreign key to another resource is looked up, and a missing one told" {
	new_repo
	printf 'id,country\n1,de\n2,fr\n3,xx\n' > people.csv
	printf 'code\nde\nfr\n' > countries.csv
	cat > datapackage.json <<-'END'
	{"resources": [
	 {"name": "people", "path": "people.csv", "schema": {"fields": [{"name": "id", "type": "integer"}, {"name": "country", "type": "string"}],
	  "foreignKeys": [{"fields": "country", "reference": {"resource": "countries", "fields": "code"}}]}},
	 {"name": "countries", "path": "countries.csv", "schema": {"fields": [{"name": "code", "type": "string"}]}}]}
	END
	git add datapackage.json && varve add people.csv countries.csv > /dev/null
	varve commit -q -m first
	ends_with 1 varve check --json
	[ "$(found)" = "foreign-key 3 country" ]
	sed -i 3d people.csv && sed -i '/xx/d' people.csv
	varve commit -q -a -m "without xx"
	succeeds varve check HEAD
	# only the other table changes, and this one is wrong with it
	sed -i '/^de$/d' countries.csv
	tick
	varve commit -q -a -m "without de"
	ends_with 1 varve check --json HEAD~1..HEAD
	[ "$(found)" = "foreign-key 1 country" ]
	sed -i 's/"resource": "countries"/"resource": "lands"/' datapackage.json
	ends_with 1 varve check people.csv
	output_has "lands"
}

@test "a shallow clone is never called valid: the command that mends it is named" {
	described
	sed -i 's/^3,\([^,]*\),[^,]*,/3,\1,3,/' prices.csv
	committed second
	git clone -q --depth 1 "file://$PWD" ../shallow
	mkdir -p ../shallow/.git/varve && cp -r .git/varve/packs ../shallow/.git/varve/
	cd ../shallow
	ends_with 2 varve check HEAD
	stderr_has "is missing, as the clone is shallow"
	stderr_has "git fetch --deepen=1"
	ends_with 2 varve check HEAD~1..HEAD
	succeeds varve check --no-base HEAD
	git fetch -q --deepen=1
	succeeds varve check HEAD
}

@test "missing blocks are not a verdict" {
	described
	git clone -q . ../clone
	cd ../clone
	ends_with 2 varve --offline check HEAD
	ends_with 2 varve --offline check --no-base HEAD
	git remote remove origin
	ends_with 2 varve check HEAD
}

# two_tables: t.csv, whose blocks are in the pack $pack, and u.csv, of which one value is wrong.
two_tables() {
	new_repo
	rows 3000 > t.csv
	varve add -q --key id t.csv
	varve commit -qm one
	pack=$(echo .git/varve/packs/*.pack)
	printf 'id,price\n1,2\n2,3\n' > u.csv
	varve add -q --key id u.csv
	varve commit -qm two
	printf 'id,price\n1,2\n2,cheap\n' > u.csv
	varve add -q u.csv
	varve commit -qm three
	rm -rf .git/varve/cache
}

# told: what was found of which table.
told() {
	printf '%s' "$output" | jq -r '.datasets[] | .path as $p | .findings[] | "\($p) \(.rule)"'
}

@test "a table whose blocks are not here is reported as not checked beside all others, in every form, and ends with 2" {
	two_tables
	rm "$pack" "${pack%.pack}.index"
	ends_with 2 varve check --json HEAD
	[ "$(told)" = "t.csv unchecked
u.csv type-contradiction" ] || { told; false; }
	[ "$(printf '%s' "$output" | jq -r .valid)" = false ]
	for form in text json junit sarif github gitlab markdown html; do
		ends_with 2 varve check --format $form HEAD
		output_has t.csv u.csv
		case $form in text | json | junit | sarif | github | gitlab) output_has unchecked type-contradiction ;; esac
	done
	# what is valid beside it does not make it so, and nothing accepts it
	ends_with 2 varve check --json HEAD -- t.csv
	[ "$(printf '%s' "$output" | jq -r .valid)" = false ]
	ends_with 2 varve check --json --accept unchecked --why so HEAD -- t.csv
	[ "$(printf '%s' "$output" | jq -r .valid)" = false ]
	ends_with 2 varve check --json --select type-contradiction HEAD -- t.csv
	[ "$(told)" = "t.csv unchecked" ]
	# a base that cannot be had is no verdict either
	ends_with 2 varve check --json --base HEAD~2 HEAD -- u.csv t.csv
	succeeds varve check HEAD~1 -- u.csv
}

@test "so is a table with a damaged block" {
	two_tables
	chmod u+w "$pack"
	printf 'XXXXXXXXXXXXXXXX' | dd of="$pack" bs=1 seek=$(($(stat -c %s "$pack") / 2)) conv=notrunc status=none
	ends_with 2 varve check --json --no-base HEAD
	[ "$(told)" = "t.csv unchecked" ] || { told; false; }
	[ "$(printf '%s' "$output" | jq -r '.datasets | length')" = 2 ]
}

@test "a first check and one from what another machine learnt say the same" {
	described 3000
	sed -i 's/^7,\([^,]*\),[^,]*,/7,\1,-7,/; s/^2000,\([^,]*\),[^,]*,/2000,\1,x,/' prices.csv
	committed wrong
	ends_with 1 varve check --json --save-result saved HEAD
	first=$(found)
	rm -rf .git/varve/cache
	ends_with 1 varve check --json --trust-result saved HEAD
	[ "$(found)" = "$first" ]
	printf '%s' "$output" | grep -q '"groupsRead": 0'
	ends_with 1 varve check --json --no-cache HEAD
	[ "$(found)" = "$first" ]
	echo nonsense > saved
	ends_with 2 varve check --trust-result saved HEAD
	stderr_has "make a new file with --save-result FILE"
	rm -rf .git/varve/cache
	mkdir -p .git/varve/cache && echo damaged > .git/varve/cache/check
	ends_with 1 varve check --json HEAD
	[ "$(found)" = "$first" ]
}

@test "all rules are named" {
	succeeds varve check --list-rules
	output_has "type-error           error"
	output_has "rows-removed         off"
	succeeds varve check --list-rules --json
	printf '%s' "$output" | python3 -m json.tool > /dev/null
}

@test "quiet says it with the exit code alone" {
	described
	succeeds varve check -q
	output_is ""
	sed -i 's/^7,\([^,]*\),[^,]*,/7,\1,-7,/' prices.csv
	ends_with 1 varve check -q
	output_is ""
}

@test "the schema of varve.json and the pages say what the program does" {
	rows 20 > prices.csv
	python3 "$BATS_TEST_DIRNAME/rules_schema.py" "$BATS_TEST_DIRNAME/../../../docs" prices.csv
}

@test "no file of the work tree is taken for a version" {
	new_repo
	rows 20 > prices.csv
	varve add prices.csv > /dev/null
	varve commit -q -m first
	cut -d, -f1,2,3 prices.csv > new && mv new prices.csv
	committed second
	# what would be the base, if it were looked for by its name
	cp prices.csv "$(git rev-parse HEAD~1):prices.csv"
	cp prices.csv ":0:prices.csv"
	ends_with 1 varve check HEAD prices.csv
	output_has "column-removed, column day"
}

@test "a table that was kept as a file is looked at as what it should be" {
	new_repo
	printf 'a,b\n1,2\n3,4,5\n' > t.csv
	varve add --as file t.csv > /dev/null
	varve commit -q -m first
	ends_with 1 varve check HEAD --failed-rows failed.csv
	output_has "error extra-cell: the row has 3 cells"
	[ "$(cat failed.csv)" = "check_line,check_row,check_problems,a,b
3,2,extra-cell: the row has 3 cells,3,4" ]
}

@test "NDJSON is checked by its own types, and by conditions" {
	new_repo
	printf '{"id": 1, "n": 5}\n{"id": 2, "n": "6"}\n{"id": 3, "n": 7}\n{"id": 4}\n' > t.ndjson
	echo '{"resources": [{"path": "t.ndjson", "schema": {"fields": [{"name": "id", "type": "integer"},
	 {"name": "n", "type": "integer"}]}}]}' > datapackage.json
	echo '{"rules": {"row-constraint": "n * 2 > id + 9"}}' > varve.json
	ends_with 1 varve check t.ndjson --json
	[ "$(found)" = "type-error 2 n
row-constraint 1 -" ] || { found; false; }
}

@test "conditions find the rows that Python's fractions find" {
	local seed
	for seed in 1 2 3; do
		python3 "$BATS_TEST_DIRNAME/conditions.py" "$((seed + 3 * ${VARVE_TEST_SAMPLE:-0}))" "$(a_sixth 150)" 30
	done
}

@test "a check of many tables reads Git's index as often as one of few" {
	command -v strace > /dev/null || skip "strace is not installed"
	local n count few many
	new_repo
	for count in 3 40; do
		for ((n = 0; n < count; n++)); do
			printf 'id,n\n1,%d\n2,%d\n' "$n" "$count" > "t$n.csv"
		done
		varve add . > /dev/null
		committed "$count tables"
		ASAN_OPTIONS="${ASAN_OPTIONS-}:detect_leaks=0" strace -f -e trace=openat,open -o "../opened$count" varve check -q
	done
	few=$(grep -c '\.git/index"' ../opened3)
	many=$(grep -c '\.git/index"' ../opened40)
	[ "$few" -gt 0 ]
	[ "$few" = "$many" ] || { echo "$few, then $many"; false; }
}

@test "what each condition finds is counted for itself, over the limit too" {
	new_repo
	{ echo id,a,b; for i in $(seq 0 99); do echo "$i,$((i % 3 - 5)),$i"; done; } > t.csv
	echo '{"rules": {"row-constraint": ["a >= 0", "b < 10"]}}' > varve.json
	varve add t.csv > /dev/null
	ends_with 1 varve check
	output_has "error row-constraint, 100 times"
	output_has "error row-constraint, 90 times"
	output_has "and 80 more"
	output_has "and 70 more"
	ends_with 1 varve check --json
	[ "$(jq -c '[.datasets[0].rules[] | [.errors, .listed, .unlisted]]' <<< "$output")" = "[[100,20,80],[90,20,70]]" ]
}

@test "a misspelt member of a schema is a warning that names what is meant" {
	new_repo
	printf 'id,a\n1,2\n' > t.csv
	echo '{"resources": [{"name": "t", "path": "t.csv", "schema": {"primarykey": "id", "fields": [
		{"name": "id", "type": "integer", "constraint": {"minimum": 5}}, {"name": "a", "type": "integer", "owner": "me"}]}}]}' > datapackage.json
	varve add t.csv > /dev/null
	succeeds varve check
	output_has "datapackage.json: /primarykey"
	output_has "'primaryKey'"
	output_has "/fields/0/constraint"
	output_has "'constraints'"
	output_lacks owner
	ends_with 1 varve check --fail-on warning
	succeeds varve check --fail-on warning --skip unknown-member
}
