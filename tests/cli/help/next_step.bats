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
	stderr_has "hint: 'HEAD~1..HEAD' is the range"
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
hint: 'varve add new.csv' reads the file and stages it"
	varve rm -q q.csv
	ends_with 2 varve restore q.csv
	stderr_has "'varve restore --source HEAD PATH' brings back a removed file"
	succeeds varve restore --source HEAD q.csv
	[ -e q.csv ]
	ends_with 2 varve diff-file new.csv
	stderr_has "'new.csv' is not in conflict"
	ends_with 2 varve import -o s.csv nope_1.csv
	stderr_has "'nope_1.csv' is neither a file here nor the URL of a file"
}

@test "a key with too few values is not taken for a row that does not exist" {
	new_repo
	printf 'a,b,v\n1,1,5\n' > t.csv
	varve add --key a,b t.csv > out
	varve commit -qm one
	ends_with 2 varve blame --row 1 t.csv
	stderr_has "'1': expected 2 values of the key"
}
