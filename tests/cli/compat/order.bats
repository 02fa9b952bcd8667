# A repository with roots in key order, as the first varve that knew them wrote it.
load ../helper
load old_repo

# in_order FACTOR: the rows of `rows 3000` in the order that the old file had them in.
in_order() {
	rows 3000 | head -n 1
	rows 3000 | tail -n +2 | awk -v s="$1" '{ printf "%05d %s\n", (NR * s) % 3001, $0 }' | sort | cut -c7-
}

@test "a repository in key order is read, whole and sound" {
	old_repo key-order > /dev/null 2>&1
	in_order 2111 | cmp - p.csv
	varve cat HEAD~1:p.csv > one.csv
	in_order 1234 | cmp - one.csv
	succeeds varve fsck --data
	output_has "sound: 2 versions"
}

@test "the same files give the roots that they gave then" {
	old_repo key-order > /dev/null 2>&1
	git rev-parse HEAD:p.csv > want
	rm -rf .git/varve/cache
	touch p.csv
	succeeds varve add p.csv
	git rev-parse :p.csv | cmp - want
	in_order 1234 > p.csv
	varve add -q p.csv
	[ "$(git rev-parse :p.csv)" = "$(git rev-parse HEAD~1:p.csv)" ]
}
