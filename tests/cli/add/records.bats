load ../helper

# document FILE N: rows inside of a JSON document.
document() {
	printf '{"generated":%s,"result":{"rows":[\n  {"id":1,"name":"a"},\n  {"id":2,"name":"b"},\n  {"id":3,"name":"c"}\n]},"tags":["x"]}\n' "$2" > "$1"
}

@test "an object that holds one array of objects is a table, and comes back byte for byte" {
	new_repo
	document t.json 1
	echo '{"name":"x","list":[1]}' > conf.json
	echo '{"fields":[{"name":"id"}],"primaryKey":"id"}' > t.schema.json
	succeeds varve add .
	output_has "3 rows, 2 columns, key id"
	output_has "JSON array at /result/rows"
	stderr_is ""
	[ "$(git cat-file -p :conf.json)" = "$(cat conf.json)" ]
	[ "$(git cat-file -p :t.schema.json)" = "$(cat t.schema.json)" ]
	varve commit -qm one
	varve cat HEAD:t.json > got
	same_bytes t.json got
	succeeds varve cat --format csv --limit 1 t.json
	output_is $'id,name\n1,a'
	succeeds varve convert -q t.json out.json
	[ "$(tr -d ' \n' < out.json)" = '[{"id":1,"name":"a"},{"id":2,"name":"b"},{"id":3,"name":"c"}]' ]
	succeeds varve fsck
	rm t.json
	succeeds varve restore t.json
	same_bytes got t.json
	succeeds varve blame t.json
	succeeds varve check
}

@test "a difference of the members beside the rows is one of its form, with their names" {
	new_repo
	document t.json 1
	varve add -q t.json
	varve commit -qm one
	document t.json 2
	succeeds varve diff
	output_has "members outside the rows changed: generated"
	output_lacks "row changed"
	sed -i 's/"b"/"B"/; s/"tags"/ "tags"/; s/:2,"result/:1,"result/' t.json
	succeeds varve diff
	output_has "white space"
	output_has "1 row changed"
	succeeds varve add t.json
	varve cat :t.json > got
	same_bytes t.json got
}

@test "two arrays of objects are refused with the command that takes one" {
	new_repo
	echo '{"a":[{"x":1},{"x":2},{"x":3},{"x":4}],"b":{"c":[{"y":1}]}}' > two.json
	succeeds varve add .
	stderr_has "varve add --records /a two.json"
	git rm -q --cached two.json
	succeeds varve add --records b.c two.json
	output_has "1 row, 1 column"
	output_has "/b/c"
	varve commit -qm one
	varve cat HEAD:two.json > got
	same_bytes two.json got
	# a later version has its rows in the same place
	echo '{"a":[{"x":1},{"x":2}],"b":{"c":[{"y":1},{"y":2}]}}' > two.json
	succeeds varve diff
	output_has "1 row added"
	cp two.json untracked.json
	succeeds varve convert --format csv --records /a untracked.json -
	output_is $'x\n1\n2'
	# the second one far below, after rows that fill more than the sample
	{ printf '{"a":['; for i in $(seq 60000); do printf '{"id":%d,"text":"some words"},' "$i"; done
		printf '{"id":0}],"b":[{"x":1}]}'; } > far.json
	ends_with 2 varve add --as table far.json
	stderr_has "--records /a far.json"
	succeeds varve add --records /a far.json
	output_has "60,001 rows"
}

@test "the rows of a document that is an array are named by their number" {
	new_repo
	echo '[{"page":1,"of":7},[{"y":2001,"v":1},{"y":2002,"v":2}]]' > w.json
	succeeds varve add --records /1 w.json
	output_has "2 rows, 2 columns"
	varve cat :w.json > got
	same_bytes w.json got
	varve commit -qm one
	sed -i 's/2002/2003/' w.json
	succeeds varve diff
	output_has "2002 -> 2003"
}

@test "a package names the array of the rows" {
	new_repo
	echo '{"a":[{"x":1}],"b":[{"y":1}]}' > t.json
	echo '{"name":"p","resources":[{"name":"t","path":"t.json","format":"json","dialect":{"property":"b"}}]}' > datapackage.json
	succeeds varve add t.json
	varve cat --format csv :t.json > got
	[ "$(cat got)" = $'y\n1' ]
}

@test "what ends wrongly, is nested too deep or has rows that are not objects is refused" {
	new_repo
	printf '{"a":[{"x":1}],"b":1' > t.json
	ends_with 2 varve add --as table t.json
	printf '[{"x":1},{"x":2' > t.json
	ends_with 2 varve add --as table t.json
	stderr_has "hint: 'varve add --as file t.json' keeps it as bytes" # there is no last version to go back to
	printf '{"a":[{"x":1}]}}' > t.json
	ends_with 2 varve add --as table t.json
	printf '{"a":[{"x":1},3]}' > t.json
	ends_with 2 varve add --as table t.json
	printf '{"a":1}' > t.json
	ends_with 2 varve add --as table t.json
	stderr_has "--records"
	printf '{"a":[{"x":1}],"a":2}' > t.json
	ends_with 2 varve add --as table t.json
	{ printf '{"a":[{"x":1}],"b":"'; head -c 600000 /dev/zero | tr '\0' x; printf '"}'; } > t.json
	ends_with 2 varve add --as table t.json
	printf '{"a":[]}' > t.json
	succeeds varve add --records /a t.json
	varve cat :t.json > got
	same_bytes t.json got
}

@test "a merge joins rows, and keeps the members of the side that changed them" {
	new_repo
	document t.json 1
	varve add -q --key id t.json
	varve commit -qm one
	varve switch -qc other
	sed -i 's/"generated":1/"generated":2/; s/"a"/"A"/' t.json
	varve commit -qam two
	varve switch -q -
	sed -i 's/"c"/"C"/' t.json
	varve commit -qam three
	succeeds varve merge other
	output_lacks "both sides"
	document want 2
	sed -i 's/"a"/"A"/; s/"c"/"C"/' want
	same_bytes want t.json
	varve switch -qc third HEAD^
	sed -i 's/"generated":./"generated":5/' t.json
	varve commit -qam four
	varve switch -q -
	sed -i 's/"generated":./"generated":6/' t.json
	varve commit -qam five
	ends_with 1 varve merge third
	ends_with 1 varve conflicts
	output_has 'both sides changed members outside the rows: "generated"'
	grep -q '"generated":6' t.json
	succeeds varve resolve --theirs t.json
	grep -q '"generated":5' t.json
}

@test "an edit of a row, a patch and Arrow leave the document around the rows" {
	new_repo
	document t.json 1
	varve add -q --key id t.json
	varve commit -qm one
	document want 1
	sed -i 's/"b"/"B"/' want
	cp want t.json
	varve diff --format patch > ../p
	varve restore t.json
	succeeds varve apply ../p
	same_bytes want t.json
}
