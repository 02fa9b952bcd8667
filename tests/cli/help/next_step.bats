# What a newcomer tries first, and is told to try next.
load ../helper

@test "words that are not a version, a range or a tracked file get what to type" {
	new_repo
	printf 'id,n\n1,1\n9,9\n' > p.csv
	varve add --key id p.csv > out
	varve commit -qm one
	printf 'id,n\n1,2\n' > p.csv
	varve commit -qam two
	varve mv p.csv q.csv
	varve commit -qm three
	printf 'a,b\n1,1\n' > new.csv
	ends_with 2 varve check HEAD~1 HEAD
	stderr_has "hint: 'HEAD~1..HEAD' names the commits"
	for verb in check log diff; do
		ends_with 2 varve $verb nope.csv
		stderr_has "no version or file is named 'nope.csv'"
		stderr_has "not in the work tree: varve $verb -- nope.csv"
		ends_with 2 varve $verb p.csv
		stderr_has "did you mean 'q.csv'? For a path that is not in the work tree: varve $verb -- p.csv"
	done
	ends_with 2 varve log mian
	stderr_has "did you mean 'main'?"
	for range in 000..main a..b..c main..b..c; do
		ends_with 2 varve check $range
		stderr_has "no version named"
		stderr_has "list versions with 'varve log'"
	done
	ends_with 2 varve commit -m new new.csv
	stderr_is "varve: 'new.csv' is not tracked
hint: 'varve add new.csv' reads and stages it"
	varve rm -q q.csv
	ends_with 2 varve restore q.csv
	stderr_has "'varve restore --source HEAD PATH' brings back a removed file"
	succeeds varve restore --source HEAD q.csv
	[ -e q.csv ]
	ends_with 2 varve diff-file new.csv
	stderr_has "'new.csv' is not in conflict"
	ends_with 2 varve import -o s.csv nope_1.csv
	stderr_has "'nope_1.csv' is neither an existing file nor the URL of a file"
}

@test "a key with too few values is not taken for a row that does not exist" {
	new_repo
	printf 'a,b,v\n1,1,5\n' > t.csv
	varve add --key a,b t.csv > out
	varve commit -qm one
	ends_with 2 varve blame --row 1 t.csv
	stderr_has "'1': expected 2 values of the key"
}

@test "a refusal names what takes the place of what was written" {
	new_repo
	printf 'id,name,price\n1,a,10\n2,b,20\n' > q.csv
	printf 'id,v\n1,"3,5"\n' > ck.csv
	varve add --key id q.csv ck.csv > out
	varve commit -qm one
	printf '{"a":1}\n{"a":2,\n' > broken.jsonl
	ends_with 2 varve add broken.jsonl
	stderr_has "line 2, character 8"
	stderr_lacks "CSV"
	printf 'a,b\n1,2\n3,é"x",4,5\n' > wide.csv
	ends_with 2 varve add wide.csv
	stderr_has "line 3, character 8: found 4 cells"
	cp broken.jsonl made.jsonl
	git add made.jsonl
	varve commit -qm bytes
	ends_with 2 varve blame made.jsonl
	stderr_has "'made.jsonl' is not a table in HEAD"
	stderr_lacks "varve add"
	printf 'a,b\n1,2\n\n\n' > blank.csv
	succeeds varve add blank.csv
	output_has "kept as written: 1 row with other quotes or blank lines"
	printf '# comment\n' > varve.checks
	ends_with 2 varve check
	stderr_has "a comment begins with --, not with #"
	printf '[q.csv]\nprise > 0\n[ck.csv]\nv > 2\n' > varve.checks
	ends_with 1 varve check
	output_has "no such column 'prise'; did you mean 'price'?"
	output_has "varve schema --number v=1234,5 ck.csv"
	rm varve.checks
	ends_with 2 varve log --figure 'sum(name)' q.csv
	stderr_has "expected a number, not a text"
	ends_with 2 varve schema --type 'price=date:%d.%m.%Y' q.csv
	stderr_has 'a format is the member "format"'
	stderr_has "datapackage.json"
	printf 'id,name\n1,a\n2,b\n' > q.csv
	ends_with 1 varve check q.csv
	output_has "if it is intended: varve accept --why TEXT --all column-removed q.csv"
	succeeds varve accept --why TEXT --all column-removed q.csv
	ends_with 1 varve sql .schema
	stderr_has ".schema takes the name of a table"
	ends_with 1 varve sql 'select * from ck.csv'
	stderr_has "'varve sql 'select * from \"ck.csv\"'' does it"
	ends_with 2 varve blame -L 2,3 q.csv
	stderr_has "'varve blame q.csv | sed -n '1p;2,3 p'' does it"
	ends_with 2 varve cat ck.csv --head 3
	stderr_has "--limit 3"
	ends_with 2 varve cat ck.csv --row 1
	stderr_has "'--where "
	ends_with 2 varve clone /nope
	stderr_has "no such folder '/nope'"
	ends_with 2 varve check --failed-rows /nodir/x q.csv
	stderr_is "varve: the folder '/nodir' does not exist"
	mkdir "$HOME/away"
	cd "$HOME/away"
	ends_with 2 varve -C .. status
	stderr_has "not a Git repository: '$HOME'"
	stderr_has "'varve check --files'"
}

@test "a merge that took only the place of a column says so" {
	new_repo
	printf 'id,name,price\n1,a,10\n2,b,20\n' > q.csv
	varve add --key id q.csv > out
	varve commit -qm one
	git checkout -qb side
	printf 'id,price,name\n1,10,a\n2,20,b\n' > q.csv
	varve commit -qam moved
	git checkout -q main
	printf 'id,name,price\n1,a,12\n2,b,20\n' > q.csv
	varve commit -qam edit
	succeeds varve merge side
	output_has "merged q.csv: from side the columns or the form"
}
