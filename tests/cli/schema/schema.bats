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
	succeeds varve schema --type price=string --key id,name --missing N/A t.csv
	stderr_has "wrote datapackage.json"
	python3 -c '
import json
(r,) = json.load(open("datapackage.json"))["resources"]
assert r["path"] == "t.csv"
s = r["schema"]
assert s["fields"][2]["type"] == "string" and s["primaryKey"] == ["id", "name"] and "N/A" in s["missingValues"], s
'
	varve add datapackage.json > /dev/null
	succeeds varve commit -v -m two
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
	succeeds varve schema --type id=string t.csv
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
	ends_with 2 varve schema --type prise=string t.csv
	stderr_has "did you mean 'price'?"
	ends_with 2 varve schema --type price=sting t.csv
	stderr_is $'varve: no such type \'sting\'\nhint: did you mean \'string\'? \'varve schema --type price=string t.csv\' does it'
	ends_with 2 varve schema --type price t.csv
	stderr_has "has no '='"
	ends_with 2 varve schema --key nothing t.csv
	stderr_has "--key: no such column 'nothing'"
	ends_with 2 varve schema --type id=string HEAD:t.csv
	stderr_has "only the schema of a file in the work tree can be changed"
	[ ! -e datapackage.json ]
}

codes() {
	new_repo
	python3 -c '
print("id,symbol,sector,price,note")
for i in range(60):
    print("%d,%s%s,%s,%d.5,%s" % (i, chr(65 + i % 26), "." if i % 2 else "X", ("Energy", "Health", "IT")[i % 3], i, "" if i % 7 else "Words of %d" % i))
' > t.csv
	varve add t.csv > /dev/null
	varve commit -qm one
}

@test "a first description has constraints that the data meets" {
	codes
	succeeds varve schema --infer t.csv
	stderr_has "wrote datapackage.json"
	python3 -c '
import json
(r,) = json.load(open("datapackage.json"))["resources"]
f = {x["name"]: x for x in r["schema"]["fields"]}
assert r["schema"]["primaryKey"] == ["id"], r
assert f["sector"]["constraints"] == {"required": True, "enum": ["Energy", "Health", "IT"]}, f
assert f["symbol"]["constraints"] == {"required": True, "pattern": "[A-Z.]{2}"}, f
assert f["price"]["constraints"] == {"required": True, "minimum": 0}, f
assert "constraints" not in f["note"], f
'
	varve add datapackage.json > /dev/null
	succeeds varve commit -v -m two
	output_has "0 of 1 group new"
}

@test "a description that is there is not replaced" {
	codes
	varve schema --infer t.csv 2> /dev/null
	cp datapackage.json before.json
	ends_with 2 varve schema --infer t.csv
	stderr_has "already has a schema for 't.csv'"
	cmp datapackage.json before.json
	succeeds varve schema --infer HEAD:t.csv
	output_has '"pattern": "[A-Z.]{2}"'
	ends_with 2 varve schema --infer --key id t.csv
	stderr_has "--infer accepts no other options"
}

@test "other resources keep their formatting when one is described" {
	codes
	printf '{\n    "name": "mine",\n    "resources": [ {"path": "other.csv"}, {"path": "t.csv", "title": "Ours"} ]\n}\n' > datapackage.json
	succeeds varve schema --infer t.csv
	grep -q '^    "name": "mine",$' datapackage.json
	python3 -c '
import json
a, b = json.load(open("datapackage.json"))["resources"]
assert a == {"path": "other.csv"} and b["title"] == "Ours" and b["schema"]["primaryKey"] == ["id"]
'
}

# Whether the table's own stat is trusted or not must not matter.
@test "a schema in a file of its own that was edited alone is seen by status, diff, add and commit alike" {
	local ago
	for ago in "1 hour ago" now; do
		rm -rf r
		mkdir r
		cd r
		new_repo
		rows 30 > prices.csv
		echo '{"resources": [{"name": "p", "path": "prices.csv", "schema": "meta/p.json"}]}' > datapackage.json
		mkdir meta
		echo '{"fields": [{"name": "id", "type": "integer"}, {"name": "name", "type": "string"},
			{"name": "price", "type": "number"}, {"name": "day", "type": "date"}], "primaryKey": "id"}' > meta/p.json
		touch -d "$ago" prices.csv
		varve add . > /dev/null
		varve commit -qm one
		succeeds varve status
		output_has "nothing to commit, working tree clean"
		sed -i 's/"string"/"any"/' meta/p.json
		succeeds varve status
		output_has "	modified:  prices.csv  1 column retyped"
		succeeds varve diff
		output_has "retyped 'name': string -> any"
		varve add meta/p.json > /dev/null # staged, it still is not what the table was read by
		succeeds varve status
		output_has "	modified:  prices.csv  1 column retyped"
		varve add . > /dev/null
		succeeds varve diff --cached
		output_has "retyped 'name': string -> any"
		varve commit -qm two
		succeeds varve status
		output_has "nothing to commit, working tree clean"
		# The package itself, likewise; and a change that says nothing of the table is none.
		sed -i 's/"name": "p", //' datapackage.json
		succeeds varve status
		output_lacks "prices.csv"
		sed -i 's/"schema": "meta.p.json"/"schema": {"fields": [{"name": "id", "type": "string"}]}/' datapackage.json
		succeeds varve status
		output_has "	modified:  prices.csv  "
		varve commit -qam three
		succeeds varve status
		output_has "nothing to commit, working tree clean"
		cd ..
	done
}

# The field qty of the schema of t.csv, compact.
qty() {
	varve schema t.csv | python3 -c '
import json, sys
s = json.load(sys.stdin)
(f,) = [f for f in s["fields"] if f["name"] == sys.argv[1]]
print(json.dumps(f), json.dumps(s.get("missingValues")))' "${1:-qty}"
}

@test "a column has missing values of its own and no row is stored again" {
	new_repo
	printf '%s\n' '{"resources":[{"path":"t.csv","schema":{"fields":[{"name":"id","type":"integer"},{"name":"qty","type":"string"},{"name":"a=b","type":"string"}],"missingValues":["","-"]}}]}' > datapackage.json
	printf 'id,qty,a=b\n1,5,NA\n2,NA,x\n3,-,y\n' > t.csv
	varve add . > /dev/null
	varve commit -qm one
	succeeds varve schema --type qty=integer --missing qty=NA t.csv
	varve add datapackage.json > /dev/null
	succeeds varve commit -v -m two
	output_has "0 of 1 group new"
	[ "$(qty)" = '{"name": "qty", "type": "integer", "missingValues": ["", "-", "NA"]} ["", "-"]' ]
	succeeds varve cat t.csv --json --columns qty,a=b
	output_is $'[\n  {"qty":5,"a=b":"NA"},\n  {"qty":null,"a=b":"x"},\n  {"qty":null,"a=b":"y"}\n]'
	succeeds varve schema --missing qty=NA --missing qty=n/a --missing a=b=NA --missing =x=y t.csv
	[ "$(qty)" = '{"name": "qty", "type": "integer", "missingValues": ["", "-", "NA", "n/a"]} ["", "-", "x=y"]' ]
	[ "$(qty a=b)" = '{"name": "a=b", "type": "string", "missingValues": ["", "-", "NA"]} ["", "-", "x=y"]' ]
	cp datapackage.json before
	ends_with 2 varve schema --missing qyt=NA t.csv
	stderr_has "'qyt'"
	same_bytes before datapackage.json
}

@test "values of the type that a column has from now on are not said to be none" {
	new_repo
	printf 'id,a\n7,x\n8,y\n' > t.csv
	varve add -q t.csv && varve commit -qm one
	printf 'id,a\n7,x\n8.5,y\n' > t.csv
	succeeds varve add t.csv
	stderr_has "id: '8.5' in line 3 is not an integer: now number"
	git checkout -q HEAD -- t.csv
	printf 'id,a\n7,x\n8.5,y\n' > t.csv
	varve schema --type id=number t.csv
	succeeds varve add t.csv
	output_has 'columns: id number, a string'
	stderr_is ''
}
