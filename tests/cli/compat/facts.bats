# Repositories with roots of format 2, as the first varve that knew it wrote them: of facts; and of a later one.
load ../helper
load old_repo

@test "a repository of format 2 is read, whole and sound" {
	old_repo format-2 > /dev/null 2>&1
	rows 5000 | sed 's/^62,item [0-9]*/62,two/' | cmp - p.csv
	succeeds varve fsck --data
	succeeds varve cat HEAD~1:p.csv --where id=62
	output_has "item"
	succeeds varve cat HEAD:p.csv --where 'name^=two' --columns id
	output_is $'id\n62'
	succeeds varve diff HEAD~2 HEAD~1
	output_is ""
	succeeds varve status
	output_lacks "modified"
}

@test "a file that did not change keeps its root of format 2, and its child is of format 2" {
	old_repo format-2 > /dev/null 2>&1
	git rev-parse HEAD:p.csv > want
	rm -rf .git/varve/cache
	touch p.csv
	succeeds varve add p.csv
	git rev-parse :p.csv | cmp - want
	sed -i 's/^62,two/62,item 913/' p.csv
	varve add p.csv > /dev/null
	# the version before the change, made again
	[ "$(git rev-parse :p.csv)" = "$(git rev-parse HEAD~1:p.csv)" ]
}

@test "a table of format 1 stays one until it is asked for more, and then is what it was" {
	old_repo format-2 > /dev/null 2>&1
	git checkout -q HEAD~2
	varve restore p.csv
	touch p.csv
	succeeds varve add p.csv
	[ "$(git rev-parse :p.csv)" = "$(git rev-parse HEAD:p.csv)" ]
	varve add --facts p.csv > /dev/null
	[ "$(git rev-parse :p.csv)" = "$(git rev-parse main~1:p.csv)" ]
}

@test "a root of a later format is named everywhere, and is no damage" {
	old_repo later-root > /dev/null 2>&1 || true
	ends_with 2 varve cat HEAD:p.csv
	stderr_has "kept in format generation 3, this program knows 2"
	stderr_has "a newer varve can read it"
	ends_with 1 varve fsck
	output_has "later dataset: "
	output_lacks "damaged"
	ends_with 1 varve fsck --data
	output_has "later dataset: "
	output_lacks "damaged"
	succeeds varve cat HEAD~1:p.csv
	output_is $'id,name\n1,pen\n2,cup'
	ends_with 2 varve clone . "$BATS_TEST_TMPDIR/copy"
	stderr_has "cannot be checked here: p.csv in commit"
	stderr_has "a newer varve can read it"
}
