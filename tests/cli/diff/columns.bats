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

@test "a renamed column keeps the type that was declared for it" {
	new_repo
	printf 'id,a,b\n1,x,5\n2,y,6\n3,z,7\n' > t.csv
	varve add --key id t.csv > ../out
	varve schema --set b=number t.csv > ../out
	varve add t.csv datapackage.json > ../out
	varve commit -qam one > ../out && tick
	printf 'id,a,c\n1,x,5\n2,y,6\n3,z,n\n' > t.csv
	varve commit -qam two > ../out 2>&1
	succeeds git show HEAD:t.csv
	output_has '{"name": "c", "type": "number"}'
}
