load ../helper

schema() {
	cat > s.json <<-'END'
	{"primaryKey": ["id"], "fields": [
	 {"name": "id", "type": "integer"},
	 {"name": "price", "type": "number", "constraints": {"minimum": 0}},
	 {"name": "day", "type": "date"},
	 {"name": "name", "type": "string", "constraints": {"required": true, "pattern": "[a-z ]*"}}]}
	END
}

# A file with one fault in its form and three of other kinds.
faulty() {
	schema
	printf 'id,price,day,name\n1,5,2024-01-01,a\n%s\n3,-1,2024-01-01,b\n4,x,2024-01-01,c\n1,2,2024-01-01,d\n' "$1" > t.csv
}

# What the last --json report found: rule, line, row and column.
found() {
	printf '%s' "$output" | python3 -c '
import json, sys
for d in json.load(sys.stdin)["datasets"]:
    for f in d["findings"]:
        print(f["rule"], f.get("line", "-"), f.get("row", "-"), f.get("column", "-"))'
}

rest="constraint-error 4 3 price
type-error 5 4 price
primary-key 6 5 id"

@test "an extra cell does not switch off the other checks" {
	new_repo
	faulty '2,5,2024-01-01,z,more'
	ends_with 1 varve check --files --schema s.json --json t.csv
	[ "$(found)" = "extra-cell 3 2 -
$rest" ] || { found; false; }
	ends_with 1 varve check --files --schema s.json --skip extra-cell --json t.csv
	[ "$(found)" = "$rest" ] || { found; false; }
	ends_with 1 varve check --files --schema s.json --select type-error --json t.csv
	[ "$(found)" = "type-error 5 4 price" ] || { found; false; }
	echo '{"rules": {"extra-cell": "warning"}}' > rules.json
	ends_with 1 varve check --files --schema s.json --rules rules.json --json t.csv
	[ "$(found)" = "$rest
extra-cell 3 2 -" ] || { found; false; }
	# in a repository, too, with a description
	printf '{"resources": [{"path": "t.csv", "schema": %s}]}' "$(cat s.json)" > datapackage.json
	ends_with 1 varve check --skip extra-cell --json t.csv
	[ "$(found)" = "$rest" ] || { found; false; }
}

@test "a stray quote and one that is not closed do not switch off the other checks" {
	new_repo
	faulty '2,5,2024-01-01,"x"y'
	ends_with 1 varve check --files --schema s.json --json t.csv
	[ "$(found)" = "stray-quote 3 2 -
constraint-error 4 3 price
type-error 5 4 price
constraint-error 3 2 name
primary-key 6 5 id" ] || { found; false; }
	faulty '2,"5,2024-01-01,y'
	ends_with 1 varve check --files --schema s.json --skip unclosed-quote --json t.csv
	[ "$(found)" = "type-error 3 2 price
type-error 5 4 price
constraint-error 4 3 price
primary-key 6 5 id" ] || { found; false; }
}

@test "lines are those of the file where cells with line ends were left out" {
	new_repo
	faulty '2,5,2024-01-01,z,"more
and
more",2'
	ends_with 1 varve check --files --schema s.json --json t.csv
	[ "$(found)" = "extra-cell 3 2 -
constraint-error 6 3 price
type-error 7 4 price
primary-key 8 5 id" ] || { found; false; }
	printf '\n7,8,2024-01-01,q\n' >> t.csv
	ends_with 1 varve check --files --schema s.json --select blank-row --json t.csv
	[ "$(found)" = "blank-row 9 - -" ] || { found; false; }
	{ echo id,price,day,name; seq -f '%g,5,2024-01-01,a' 6000 | sed '2,$i\
'; } > t.csv
	ends_with 1 varve check --files --schema s.json --select blank-row --json t.csv
	[ "$(jq .totals.errors <<< "$output")" = 5999 ]
}

@test "what is compared with a base is compared although a row has faults" {
	new_repo
	rows 20 > t.csv
	varve add t.csv > /dev/null
	varve commit -q -m first
	sed -i '2s/$/,more/; 5s/^[^,]*/x/; 7,9d' t.csv
	echo '{"rules": {"rows-removed": {"max": 1}}}' > varve.json
	ends_with 1 varve check t.csv
	output_has "error extra-cell"
	output_has "type-contradiction"
	output_has "rows-removed"
}

@test "objects of NDJSON and of an array are checked beside what cannot be read" {
	new_repo
	schema
	printf '{"id": 1, "price": 5}\n{"id": 2,\n{"id": 3, "price": -1}\nx\n{"id": "y", "price": 1}\n{"id": 1}\n' > t.ndjson
	echo '{"fields": [{"name": "id", "type": "integer", "constraints": {"unique": true}},
	 {"name": "price", "type": "number", "constraints": {"minimum": 0}}]}' > s.json
	ends_with 1 varve check --files --schema s.json --json t.ndjson
	[ "$(found)" = "source-error 2 - -
source-error 4 - -
type-error 5 3 id
constraint-error 3 2 price
unique-error 6 4 id" ] || { found; false; }
	printf '[{"id": 1, "price": 5},\n{"id": "x", "price": -1},\n{"id": 3, "price": 1} {"id": 4}]\n' > t.json
	ends_with 1 varve check --files --schema s.json --json t.json
	[ "$(found)" = "source-error - - -
type-error 2 2 id
constraint-error 2 2 price" ] || { found; false; }
}

@test "what could not be checked is never valid" {
	new_repo
	schema
	# lines that are not objects
	printf '{"id": 1}\nx\n' > t.ndjson
	ends_with 1 varve check --files --skip source-error t.ndjson
	output_has "error unchecked: the line does not begin with an object"
	ends_with 1 varve check --files --select type-error t.ndjson
	output_has "error unchecked"
	echo '{"rules": {"source-error": "warning"}}' > rules.json
	ends_with 1 varve check --files --rules rules.json t.ndjson
	output_has "error unchecked"
	# no table
	printf '\0\0\0\0\0\0\0\0' > n.csv
	ends_with 1 varve check --files --skip source-error n.csv
	output_has "error unchecked"
	# a schema that says nothing
	printf 'id,price,day,name\n1,5,2024-01-01,a\n' > t.csv
	sed 's/"number"/"numbr"/' s.json > bad.json
	ends_with 1 varve check --files --schema bad.json --skip schema-error t.csv
	output_has "error unchecked"
	echo '{"rules": {"schema-error": "off"}}' > rules.json
	ends_with 1 varve check --files --schema bad.json --rules rules.json t.csv
	output_has "error unchecked"
	# a description that cannot be read
	echo '{"resources": [{"path": "t.csv", "schema": {"fields": 5}}]}' > datapackage.json
	ends_with 1 varve check --select type-error t.csv
	output_has "error unchecked"
	# a foreign key to what is not there
	printf '{"resources": [{"path": "t.csv", "schema": {"fields": [{"name": "id"}], "fieldsMatch": "subset",
	 "foreignKeys": [{"fields": "id", "reference": {"resource": "gone", "fields": "id"}}]}}]}' > datapackage.json
	echo '{"rules": {"foreign-key": "warning"}}' > varve.json
	ends_with 1 varve check t.csv
	output_has "error unchecked"
	rm varve.json
	# and that rule itself stays
	ends_with 2 varve check --files --skip unchecked t.csv
	stderr_has "unchecked data is never valid"
	echo '{"rules": {"unchecked": "off"}}' > rules.json
	ends_with 2 varve check --files --rules rules.json t.csv
	stderr_has "unchecked is always an error"
}

@test "a warning does not hide a value that is missing" {
	new_repo
	schema
	printf 'id,price,day,name\n1,5,2024-01-01\n,,,\n' > t.csv
	echo '{"rules": {"missing-cell": "warning", "blank-row": "warning"}}' > rules.json
	ends_with 1 varve check --files --schema s.json --rules rules.json --json t.csv
	[ "$(found)" = "constraint-error 2 1 name
constraint-error 3 2 name
primary-key 3 2 id
missing-cell 2 1 name
blank-row 3 2 -" ] || { found; false; }
	printf 'id,price,day,name\n1,5,2024-01-01,\xff\n' > t.csv
	ends_with 1 varve check --files --schema s.json --skip encoding-error --json t.csv
	[ "$(found)" = "constraint-error 2 1 name" ] || { found; false; }
}

@test "each planted fault is found whatever others are planted" {
	new_repo
	python3 "$BATS_TEST_DIRNAME/planted_faults.py" 12 1
}

@test "an empty file is not valid" {
	local text
	new_repo
	for text in '' '\n\n' '\r\n' '\xef\xbb\xbf'; do
		printf "$text" > t.csv
		printf "$text" > t.ndjson
		ends_with 1 varve check --files t.csv
		output_has "error source-error: the file"
		ends_with 1 varve check --files t.ndjson
		output_has "error source-error: the file"
		ends_with 1 varve check --files --select type-error t.csv
		output_has "error unchecked: the file"
	done
	printf '' > t.json
	ends_with 1 varve check --files t.json
	# a table without rows is one
	printf 'a,b\n' > t.csv
	succeeds varve check --files t.csv
	printf '[]' > t.json
	succeeds varve check --files t.json
	# in a repository
	printf '' > t.csv
	varve add t.csv > /dev/null
	varve commit -q -m first
	ends_with 1 varve check
	output_has "error source-error: the file is empty"
	ends_with 1 varve check HEAD
}

@test "a file that is described and missing is told from one that was not added" {
	new_repo
	rows 5 > a.csv
	rows 5 > b.csv
	sed -i '3s/^[^,]*/x/' b.csv
	cat > datapackage.json <<-'END'
	{"resources": [{"name": "a", "path": "a.csv"}, {"name": "c", "path": "c.csv"},
	 {"name": "b", "path": "b.csv", "schema": {"fieldsMatch": "subset", "fields": [{"name": "id", "type": "integer"}]}}]}
	END
	varve add a.csv datapackage.json > /dev/null
	ends_with 1 varve check
	output_has "c.csv: 1 error"
	output_has "is described in datapackage.json, and the file does not exist in the work tree"
	output_has "is described in datapackage.json, and was not added"
	output_has "expected: 'varve add b.csv'"
	# what is not added is checked all the same
	output_has "error type-error, column id"
	ends_with 1 varve check --cached
	output_has "is described in datapackage.json, and the file does not exist in the index"
	output_has "is described in datapackage.json, and is in the work tree, but was not added"
	varve commit -q -m first
	ends_with 1 varve check HEAD
	[ "$(grep -c "the file does not exist in the commit" <<< "$output")" = 2 ]
	# a file that is not there is not valid, whatever is looked for
	ends_with 1 varve check --select type-error a.csv c.csv
	output_has "error unchecked: is described in datapackage.json, and the file does not exist"
}

# endless FILE BEFORE BYTE AFTER: 64 MiB of a byte between both.
endless() {
	printf "$2" > "$1"
	head -c 67108864 /dev/zero | tr '\0' "$3" >> "$1"
	printf "$4" >> "$1"
}

# checked FILE: ends with 1 and within the memory of a few rows; the JSON is in $output.
checked() {
	takes_less_than 130000 bash -c 'varve check --files --schema s.json --json "$1" > report.json; [ $? = 1 ]' - "$1"
	output=$(cat report.json)
}

@test "a line of 64 MiB is a row that is too long, takes no memory, and what follows it is checked" {
	new_repo
	echo '{"fields": [{"name": "id", "type": "integer"}, {"name": "text", "type": "string"}]}' > s.json
	endless t.csv 'id,text\n1,a\n' x '\ny,b\n'
	checked t.csv
	[ "$(found)" = "source-error 3 - -
type-error 4 2 id" ] || { found; false; }
	endless quoted.csv 'id,text\r\n1,a\r\n2,"' x '"\r\ny,b\r\n'
	checked quoted.csv
	found | grep -qx "type-error 4 2 id"
	endless last.csv 'id,text\ny,a\n' , ''
	checked last.csv
	[ "$(found)" = "source-error 3 - -
type-error 2 1 id" ] || { found; false; }
	endless t.ndjson '{"id": 1, "text": "a"}\n{"id": 2, "text": "' x '"}\n{"id": "y", "text": "b"}\n'
	checked t.ndjson
	[ "$(found)" = "source-error 2 - -
type-error 3 2 id" ] || { found; false; }
	for byte in x ' '; do
		endless t.json '[{"id": "y", "text": "a"},\n{"id": 2, "text": "' "$byte" '"},\n{"id": 3, "text": "b"}]\n'
		checked t.json
		[ "$(found)" = "source-error - - -
type-error 1 1 id" ] || { found; false; }
	done
	endless blank.json '[{"id": "y", "text": "a"},' ' ' '{"id": 3, "text": "b"}]\n'
	checked blank.json
	found | grep -qx "source-error - - -"
}

@test "a file whose first line is 64 MiB long is not a table, and takes no memory" {
	new_repo
	echo '{"fields": [{"name": "id", "type": "integer"}, {"name": "text", "type": "string"}]}' > s.json
	endless t.csv 'id,' x '\n1,a\n'
	checked t.csv
	[ "$(found)" = "source-error - - -" ] || { found; false; }
	endless t.ndjson '{"id' x '": 1}\n'
	checked t.ndjson
	[ "$(found)" = "source-error - - -" ] || { found; false; }
}

@test "a row of 8 MiB is valid, and one byte more is not" {
	new_repo
	echo '{"fields": [{"name": "id", "type": "integer"}, {"name": "text", "type": "string"}]}' > s.json
	for form in csv ndjson; do
		for more in 0 1; do
			case $form in csv) before='id,text\n1,' after='\n2,b\n' own=3 ;; *) before='{"id": 1, "text": "' after='"}\n{"id": 2, "text": "b"}\n' own=22 ;; esac
			printf "$before" > t.$form
			head -c $((8388608 - own + more)) /dev/zero | tr '\0' x >> t.$form
			printf "$after" >> t.$form
			ends_with $more varve check --files --schema s.json --json t.$form
			[ "$(found | cut -d' ' -f1)" = "$([ $more = 0 ] || echo source-error)" ] || { found; false; }
		done
	done
}
