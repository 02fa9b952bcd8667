load ../helper

one_table() {
	new_repo
	printf 'id,name,price\n1,x,1.50\n2,y,10.25\n' > t.csv
	varve add t.csv > /dev/null
	varve commit -qm one
}

@test "the schema is shown as Table Schema" {
	one_table
	succeeds varve schema t.csv
	echo "$output" | python3 -c '
import json, sys
s = json.load(sys.stdin)
assert [(f["name"], f["type"]) for f in s["fields"]] == [("id", "integer"), ("name", "string"), ("price", "number")], s
'
	first=$output
	succeeds varve schema HEAD:t.csv
	output_is "$first"
}

@test "types key and missing values go to datapackage.json and no row is stored again" {
	one_table
	succeeds varve schema --set price=string --key id,name --missing N/A t.csv
	stderr_has "wrote datapackage.json"
	python3 -c '
import json
(r,) = json.load(open("datapackage.json"))["resources"]
assert r["path"] == "t.csv"
s = r["schema"]
assert s["fields"][2]["type"] == "string" and s["primaryKey"] == ["id", "name"] and "N/A" in s["missingValues"], s
'
	varve add datapackage.json > /dev/null
	succeeds varve commit -m two
	output_has "0 of 1 group new"
	succeeds varve schema t.csv
	output_has '"primaryKey"'
	succeeds varve info t.csv
	output_has "key      id, name (datapackage.json)"
	varve cat HEAD:t.csv | cmp - t.csv
	varve fsck --data
}

@test "an existing description keeps its formatting" {
	one_table
	printf '{\n    "name": "mine",\n    "resources": [ {"path": "other.csv"} ]\n}\n' > datapackage.json
	succeeds varve schema --set id=string t.csv
	stderr_has "datapackage.json"
	grep -q '^    "name": "mine",$' datapackage.json
	python3 -c '
import json
a, b = json.load(open("datapackage.json"))["resources"]
assert a == {"path": "other.csv"} and b["path"] == "t.csv"
'
}

@test "unknown columns and types are named" {
	one_table
	ends_with 2 varve schema --set prise=string t.csv
	stderr_has "did you mean 'price'?"
	ends_with 2 varve schema --set price=sting t.csv
	stderr_is $'varve: there is no type \'sting\'\nhint: did you mean \'string\'?'
	ends_with 2 varve schema --set price t.csv
	stderr_has "has no '='"
	ends_with 2 varve schema --key nothing t.csv
	stderr_has "--key: there is no column 'nothing'"
	ends_with 2 varve schema --set id=string HEAD:t.csv
	stderr_has "only the schema of a file in the work tree can be changed"
	[ ! -e datapackage.json ]
}
