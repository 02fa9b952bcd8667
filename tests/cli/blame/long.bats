# The history of rows with more cells than the header, in tables that Git has as text.
load ../helper

# commit TEXT SUBJECT
commit() {
	printf "$1" > t.csv
	git add -A
	git commit -qm "$2"
	tick
}

# Row 2 gets a further cell in two, which changes in four and is lost in five.
five_commits() {
	new_repo
	varve track --text '*.csv' > /dev/null
	commit 'id,a,b\n1,x,p\n2,y,q\n3,z,r\n' one
	commit 'id,a,b\n1,x,p\n2,y,q,more\n3,z,r\n' two
	commit 'id,a,b\n1,X,p\n2,y,q,more\n3,z,r\n' three
	commit 'id,a,b\n1,X,p\n2,y,q,MORE,"a, b"\n3,z,r\n' four
	commit 'id,a,b\n1,X,p\n2,y,q\n3,Z,r\n' five
}

# subjects REV...: of the commits that blame names for rows 1 to 3, on one line.
subjects() {
	varve blame --json t.csv "$@" | python3 -c 'import json, sys
blame = json.load(sys.stdin)
print(*[blame["byCommit"][row["commit"]]["subject"] for row in blame["rows"]])'
}

@test "a row is of the commit in which it won, changed or lost cells beyond the header" {
	five_commits
	[ "$(subjects)" = "three five five" ]
	[ "$(subjects HEAD~1)" = "three four one" ]
	[ "$(subjects HEAD~2)" = "three two one" ]
	[ "$(subjects HEAD~3)" = "one two one" ]
	succeeds varve blame t.csv HEAD~1
	output_has "id  a  b  (cell 4)  (cell 5)"
	stderr_is ""
	succeeds varve blame --cells --row 2 t.csv HEAD~1
	[ "$(grep -c "$(git rev-parse --short HEAD~4)" <<< "$output")" = 3 ]
	[ "$(grep -c "$(git rev-parse --short HEAD~1).*(cell [45])" <<< "$output")" = 2 ]
}

@test "log --row lists the commits that changed cells beyond the header, with old and new values" {
	five_commits
	succeeds varve log --oneline --row 2 t.csv
	output_is "$(git rev-parse --short HEAD) (HEAD -> main) five
  t.csv: changed
    (cell 4): MORE -> absent
    (cell 5): a, b -> absent
$(git rev-parse --short HEAD~1) four
  t.csv: changed
    (cell 4): more -> MORE
    (cell 5): absent -> a, b
$(git rev-parse --short HEAD~3) two
  t.csv: changed
    (cell 4): absent -> more
$(git rev-parse --short HEAD~4) one
  t.csv: added
    id: 2
    a: y
    b: q"
	stderr_is ""
	succeeds varve log --figure 'count(*)' --oneline t.csv
	[ "$(grep -c ' 3 #' <<< "$output")" = 5 ]
}

@test "where a merge has a row of one parent, its further cells are that parent's" {
	new_repo
	varve track --text '*.csv' > /dev/null
	commit 'id,a,b\n1,x,p\n2,y,q,old\n3,z,r\n' one
	git switch -qc side
	commit 'id,a,b\n1,x,p\n2,y,q,old,"side, too"\n3,z,r\n' theirs
	git switch -q main
	commit 'id,a,b\n1,x,p\n2,y,q,old\n3,Z,r\n' ours
	succeeds varve merge -q -m merge side
	[ "$(subjects)" = "one theirs ours" ]
	commit 'id,a,b\n1,x,p\n2,y,q,old\n3,Z,r\n' shorter
	[ "$(subjects)" = "one shorter ours" ]
}

@test "where a header names most cells no longer, or a table is stored, history ends with a note, not with a wrong commit" {
	new_repo
	varve track --text '*.csv' > /dev/null
	commit 'id,a,b\n1,x,p\n2,y,q\n3,z,r\n' one
	commit 'id,a,b\n1,x,p,7\n2,y,q,8\n3,z,r,9\n' two
	commit 'id,a,b\n1,x,p\n2,y,q\n3,z,r\n' three
	succeeds varve blame t.csv
	stderr_has "found 4 cells, expected at most 3, so the history of its rows begins after that version"
	[ "$(subjects 2> /dev/null)" = "three three three" ]
	commit 'id,a,b\n1,x,p\n2,y,q,k\n3,z,r\n' four
	printf 'id,a,b\n1,x,p\n2,y,q\n3,z,r\n' > t.csv
	varve track '*.csv' > /dev/null
	varve add -q --fix
	varve commit -qam stored
	succeeds varve blame t.csv
	stderr_has "t.csv has rows with more cells than the header, so it is not compared with a version that is stored as a table"
	[ "$(subjects 2> /dev/null)" = "stored stored stored" ]
	succeeds varve log --oneline --row 2 t.csv
	output_has "t.csv: added"
	stderr_has "is not compared with a version that is stored as a table"
}

@test "random histories of rows with too many and too few cells are blamed as a model does" {
	new_repo
	varve track --text '*.csv' > /dev/null
	git config gc.auto 0
	succeeds python3 "$BATS_TEST_DIRNAME/long_law.py" "${VARVE_TEST_SAMPLE:-$RANDOM}" "$([ -n "${VARVE_TEST_ALL-}" ] && echo 200 || echo 12)"
	output_has "each is of the commit that did it"
}
