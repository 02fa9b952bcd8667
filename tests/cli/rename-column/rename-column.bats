load ../helper

@test "file schema key and stored version say the new name and no row is stored again" {
	new_repo
	rows 3000 > t.csv
	varve add t.csv > /dev/null
	varve commit -qm one
	sed '1s/id/number/' t.csv > ../wanted.csv
	succeeds varve rename-column t.csv id number
	stderr_is "renamed column 'id' to 'number' in t.csv, and staged it"
	same_bytes ../wanted.csv t.csv
	succeeds varve commit -v -m two
	output_has "0 of 2 groups new"
	[ -z "$(git status --porcelain)" ]
	succeeds varve info t.csv
	output_has "key      number"
	output_has "cut      by number"
	varve cat HEAD:t.csv | cmp - t.csv
	succeeds varve fsck --data
	sed -i '100s/item/changed/' t.csv
	succeeds varve add t.csv
	output_has "1 of 2 groups new"
}

@test "quoted header cells and odd dialects keep their form" {
	new_repo
	printf '\xef\xbb\xbf"a;b";\x27c\x27;"d ""e"""\r\n1;2;3\r\n' > t.csv
	varve add t.csv > /dev/null
	varve commit -qm one
	succeeds varve rename-column t.csv 'd "e"' 'x;y'
	printf '\xef\xbb\xbf"a;b";\x27c\x27;"x;y"\r\n1;2;3\r\n' > ../wanted.csv
	same_bytes ../wanted.csv t.csv
	succeeds varve rename-column t.csv 'a;b' 'plain'
	printf '\xef\xbb\xbf"plain";\x27c\x27;"x;y"\r\n1;2;3\r\n' > ../wanted.csv
	same_bytes ../wanted.csv t.csv
	varve commit -qm two
	varve cat HEAD:t.csv | cmp - t.csv
	succeeds varve fsck --data
}

@test "members of NDJSON and JSON rows are renamed and nothing else" {
	new_repo
	printf '{"a":1,"b":"a","c":{"a":2}}\n{"b":"\\"a\\":","\\u0061":3}\n' > t.ndjson
	varve add t.ndjson > /dev/null
	varve commit -qm one
	succeeds varve rename-column t.ndjson a z
	printf '{"z":1,"b":"a","c":{"a":2}}\n{"b":"\\"a\\":","z":3}\n' > ../wanted
	same_bytes ../wanted t.ndjson
	varve commit -qm two
	varve cat HEAD:t.ndjson | cmp - t.ndjson
	printf '[\n  {"a": 1, "b": [{"a": 2}]},\n  {"a": null}\n]\n' > t.json
	varve add --as table t.json > /dev/null
	varve commit -qm three
	succeeds varve rename-column t.json a z
	printf '[\n  {"z": 1, "b": [{"a": 2}]},\n  {"z": null}\n]\n' > ../wanted
	same_bytes ../wanted t.json
	succeeds varve fsck --data
}

@test "the description is renamed too" {
	new_repo
	printf 'id,name\n1,x\n' > t.csv
	varve add t.csv > /dev/null
	varve schema --key id t.csv
	varve add datapackage.json > /dev/null
	varve commit -qm one
	succeeds varve rename-column t.csv id number
	stderr_has "in t.csv and datapackage.json"
	python3 -c '
import json
s = json.load(open("datapackage.json"))["resources"][0]["schema"]
assert s["fields"][0]["name"] == "number" and s["primaryKey"] in ("number", ["number"]), s
'
	varve commit -qm two
	[ -z "$(git status --porcelain)" ]
	[ -z "$(varve status --porcelain)" ]
}

@test "what cannot be renamed is said and nothing changes" {
	new_repo
	printf 'id,name\n1,x\n' > t.csv
	cp t.csv ../before.csv
	ends_with 2 varve rename-column t.csv id number
	stderr_has "'t.csv' is not a table yet"
	varve add t.csv > /dev/null
	varve commit -qm one
	ends_with 2 varve rename-column t.csv nothing x
	stderr_has "no such column 'nothing'"
	ends_with 2 varve rename-column t.csv id name
	stderr_has "a column 'name' already exists"
	ends_with 2 varve rename-column t.csv id ''
	stderr_has "UTF-8 text, and not empty"
	same_bytes ../before.csv t.csv
	echo '2,y' >> t.csv
	ends_with 2 varve rename-column t.csv id number
	stderr_has "changed since it was added"
	stderr_has "varve add t.csv"
	[ -z "$(find . -name '.varve-rename-*')" ]
}

@test "a table that is tracked as text stays text under its new column" {
	new_repo
	printf 'id;a\r\n1;"x;y"\r\n' > t.csv
	varve track --text t.csv > /dev/null
	varve add -q t.csv
	varve commit -qm one
	succeeds varve rename-column t.csv a name
	printf 'id;name\r\n1;"x;y"\r\n' | cmp - t.csv
	git cat-file blob :t.csv | cmp - t.csv
	[ "$(git status --porcelain)" = "M  t.csv" ]
	echo '2;z' >> t.csv
	ends_with 2 varve rename-column t.csv name other
	stderr_has "changed since it was added"
}
