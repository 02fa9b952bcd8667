load ../helper

# Column b (numbers) gives way to column c (words) at its place.
replaced() {
	new_repo
	printf 'id,a,b\n1,x,5\n2,y,6\n3,z,7\n' > t.csv
	varve add --key id t.csv > ../out && varve commit -qm one && tick
	printf 'id,a,c\n1,x,red\n2,y,blue\n3,z,green\n' > t.csv
	varve commit -qam two > ../out 2>&1
}

@test "a new column has a type of its own, not that of the column that stood at its place" {
	replaced
	succeeds git show HEAD:t.csv
	output_has '{"name": "c", "type": "string"}'
	succeeds varve check
	succeeds varve diff HEAD~1 HEAD
	output_has "added 'c' (string)"
	output_has "dropped 'b'"
	succeeds varve diff --format sql HEAD~1 HEAD
	output_has 'ADD COLUMN "c" TEXT'
}

# Column note (words) gives way to column amount (numbers) at its place.
words_to_numbers() {
	new_repo
	printf 'id,note\n1,red\n2,blue\n3,green\n4,\n' > t.csv
	varve add --key id t.csv > /dev/null && varve commit -qm one && tick
}

@test "a new column of numbers at the place of words is one of numbers" {
	words_to_numbers
	printf 'id,amount\n1,1.5\n2,20\n3,\n4,7\n' > t.csv
	varve commit -qam two > /dev/null
	succeeds git show HEAD:t.csv
	output_has '{"name": "amount", "type": "number"}'
	succeeds varve check --json
	python3 -c 'import json, sys; r = json.loads(sys.argv[1]); assert r["valid"] and "type-error" not in sys.argv[1]' "$output"
	succeeds varve diff --format sql HEAD~1 HEAD
	output_has 'ADD COLUMN "amount" NUMERIC'
	output_has 'DROP COLUMN "note"'
	printf 'id,amount\n1,1.5\n2,20\n3,\n4,abc\n' > t.csv
	ends_with 1 varve check --fail-on warning
	output_has "'abc'"
}

@test "new columns of dates on both sides at the place of words are not a conflict" {
	words_to_numbers
	git checkout -q -b side
	printf 'id,day\n1,2024-01-01\n2,2024-01-02\n3,2024-01-03\n4,2024-01-04\n5,2024-01-05\n' > t.csv
	varve commit -qam side > /dev/null
	git checkout -q main
	printf 'id,day\n1,2024-01-01\n2,2024-01-02\n3,2024-01-03\n4,2024-01-04\n' > t.csv
	varve commit -qam main > /dev/null
	succeeds varve merge side
	succeeds git show HEAD:t.csv
	output_has '{"name": "day", "type": "date"}'
	[ "$(tail -n 1 t.csv)" = "5,2024-01-05" ]
}

@test "a column of codes that is renamed stays one of strings, whatever came with it" {
	new_repo
	printf 'id,zip\n1,01234\n2,20095\n3,80331\n' > t.csv
	varve add --key id t.csv > /dev/null && varve commit -qm one && tick
	printf 'id,postcode\n2,20095\n3,80331\n4,50667\n' > t.csv
	varve commit -qam two > /dev/null
	succeeds git show HEAD:t.csv
	output_has '{"name": "postcode", "type": "string"}'
}

@test "a renamed column keeps the type that was declared for it" {
	new_repo
	printf 'id,a,b\n1,x,5\n2,y,6\n3,z,7\n' > t.csv
	varve add --key id t.csv > ../out
	varve schema --type b=number t.csv > ../out
	varve add t.csv datapackage.json > ../out
	varve commit -qam one > ../out && tick
	printf 'id,a,c\n1,x,5\n2,y,6\n3,z,n\n' > t.csv
	varve commit -qam two > ../out 2>&1
	succeeds git show HEAD:t.csv
	output_has '{"name": "c", "type": "number"}'
}

@test "which members of a column's description changed is named, but not its type twice" {
	new_repo
	printf 'id,a\n1,5\n2,6\n' > t.csv
	fields='{"name": "id", "type": "integer"}, {"name": "a", "type": "integer", "title": "A"}'
	printf '{"resources": [{"name": "t", "path": "t.csv", "schema": {"fields": [%s], "primaryKey": ["id"]}}]}\n' \
		"$fields" > datapackage.json
	varve add . > /dev/null
	varve commit -qm one
	sed -i 's/"title": "A"/"title": "B", "constraints": {"minimum": 1}/' datapackage.json
	varve commit -qam two
	succeeds varve diff HEAD~1 HEAD t.csv
	output_has "changed 'a': title, constraints"
	sed -i 's/"title": "B", //; s/"a", "type": "integer"/"a", "type": "number"/' datapackage.json
	varve commit -qam three
	succeeds varve diff HEAD~1 HEAD t.csv
	output_has "retyped 'a': integer -> number, changed title"
	output_lacks "changed title, "
}

@test "a renamed column is found by its values in rows of the same key, in any order and wherever the key stands" {
	new_repo
	python3 -c 'print("name,id,x"); [print(f"n{i % 7},{i},{i * 7919 % 1009}") for i in range(300)]' > t.csv
	varve add -q --key id t.csv
	varve commit -qm one
	python3 -c 'print("name,id,q,p"); [print(f"n{i % 7},{i},{i * 31 % 977},{i * 7919 % 1009}") for i in reversed(range(300))]' > t.csv
	succeeds varve diff
	output_has "added 'q' (integer) after 'id'"
	output_has "renamed 'x' to 'p' (100 % alike)"
}
