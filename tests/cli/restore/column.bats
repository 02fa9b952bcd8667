load ../helper

# A night that multiplied every price, a note since then, and a new row.
bad_night() {
	new_repo
	printf 'id,name,price\n1,"lamp, blue",9.90\n2,chair,5\n3,desk,700\n' > t.csv
	varve add -q t.csv
	varve commit -qm good
	printf 'id,name,price\n1,"lamp, blue",990\n2,chair,500\n3,desk,70000\n' > t.csv
	varve commit -qam night
	printf 'id,name,price\n1,"lamp, blue",990\n2,armchair,500\n4,new,4\n3,desk,70000\n' > t.csv
	varve commit -qam day
}

@test "a column goes back for all rows that both versions have, and nothing else changes" {
	bad_night
	succeeds varve restore --column price --source HEAD~2 -n t.csv
	stderr_is "t.csv: would restore 3 cells in 3 rows"
	git diff --quiet
	succeeds varve restore --column price --source HEAD~2 t.csv
	stderr_is "t.csv: restored 3 cells in 3 rows"
	printf 'id,name,price\n1,"lamp, blue",9.90\n2,armchair,5\n4,new,4\n3,desk,700\n' | cmp - t.csv
	succeeds varve restore --column price --source HEAD~2 t.csv
	stderr_is "t.csv: nothing to restore: no cell differs in the rows that both versions have"
	succeeds varve restore --column price t.csv
	git diff --quiet
	succeeds varve restore --column price --column name --source HEAD~2 --where 'id < 3' t.csv
	printf 'id,name,price\n1,"lamp, blue",9.90\n2,chair,5\n4,new,4\n3,desk,70000\n' | cmp - t.csv
}

@test "values that are not staged are named, and kept without --force" {
	bad_night
	sed -i 's/^2,armchair,500/2,armchair,6/; s/^4,new,4/4,new,5/' t.csv
	cp t.csv before
	ends_with 2 varve restore --column price --source HEAD~2 t.csv
	stderr_has "t.csv, row 2, column price: its value is not staged"
	stderr_has "the unstaged values of 1 cell would be lost; nothing was done"
	cmp before t.csv
	succeeds varve restore --column price --source HEAD~2 -n t.csv
	stderr_has "would restore 3 cells in 3 rows"
	stderr_has "--force is required"
	succeeds varve restore --column price --source HEAD~2 --where 'id != 2' t.csv
	stderr_is "t.csv: restored 2 cells in 2 rows"
	succeeds varve restore --column price --source HEAD~2 --force t.csv
	printf 'id,name,price\n1,"lamp, blue",9.90\n2,armchair,5\n4,new,5\n3,desk,700\n' | cmp - t.csv
}

@test "a row that the index does not have counts as not staged, and JSON keeps its form" {
	new_repo
	printf '{"id": 1, "p": 5, "q": "x"}\n{"id": 2, "p": 6}\n' > t.ndjson
	varve add -q t.ndjson
	varve commit -qm one
	printf '{"id": 1, "p": 50}\n' > t.ndjson
	varve commit -qam two
	printf '{"id": 1, "p": 50}\n{"id":2,"p":9}\n' > t.ndjson
	ends_with 2 varve restore --column p --source HEAD~1 t.ndjson
	stderr_has "row 2, column p: its value is not staged"
	succeeds varve restore --column p --source HEAD~1 -f t.ndjson
	printf '{"id": 1, "p": 5}\n{"id":2,"p":6}\n' | cmp - t.ndjson
	ends_with 2 varve restore --column nope --source HEAD~1 t.ndjson
	stderr_has "'t.ndjson': both versions must have the column 'nope'"
	ends_with 2 varve restore --where 'id = 1' t.ndjson
	ends_with 2 varve restore --column p t.ndjson t.ndjson
}
