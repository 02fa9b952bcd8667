# Rows with more cells than the header, in tables that Git has as text. docs/use/merge.md, "Rows"
load ../helper

# versions BASE NOW: commits base in t.csv; the work tree has the other.
versions() {
	new_repo
	varve track --text '*.csv' > /dev/null
	printf "$1" > t.csv
	git add -A
	git commit -qm base
	printf "$2" > t.csv
}

BASE='id,a,b\n1,x,p\n2,y,q\n3,z,r,k\n6,u,v\n'
NOW='id,a,b\n1,x2,p\n2,y,q\n3,z,r,kk\n4,w,s,extra\n5,v\n'

@test "rows with too many cells are compared as lines, by diff, show, log, status and compare alike" {
	versions "$BASE" "$NOW"
	succeeds varve diff
	cat > ../wanted <<- 'END'
		t.csv: index -> work tree

		    id  a        b  (cell 4)
		  ~  1  x -> x2  p
		  ~  3  z        r  k -> kk
		  -  6  u        v
		  +  4  w        s  extra
		  +  5  v

		  2 rows added, 1 row removed, 2 rows changed (2 cells); 4 -> 5 rows
	END
	varve diff 2> ../err | sed -e 's/ *$//' > ../found
	diff ../wanted ../found
	[ ! -s ../err ]
	succeeds varve diff --stat
	output_has "t.csv | +2 -1 ~2 rows"
	succeeds varve status
	output_has "t.csv  +2 -1 ~2 rows"
	succeeds varve diff --json
	output_has '"cells":{"(cell 4)":{"old":"k","new":"kk"}}'
	output_has '"columns":[]'
	git commit -qam two
	succeeds varve log --stat -1
	output_has "t.csv | +2 -1 ~2 rows"
	for command in "show" "log -p -1" "compare HEAD~:t.csv HEAD:t.csv" "diff HEAD~"; do
		succeeds varve $command
		output_has "k -> kk"
		output_has "extra"
		output_lacks "retyped"
	done
	succeeds git diff HEAD~
	output_has "k -> kk"
}

@test "a table with rows of too many cells is added and removed by its rows, and the columns that no header names have no type" {
	versions "$BASE" 'id,a,b\n1,x,p\n2,y,q\n3,z,r\n6,u,v\n'
	succeeds varve diff
	output_has "k -> absent"
	output_lacks "retyped"
	git commit -qam two
	git rm -q t.csv
	printf "$BASE" > u.csv
	git add u.csv
	succeeds varve diff --cached u.csv
	output_has "new table, 4 rows"
	output_has "3  z  r  k"
	git commit -qm three
	git rm -q u.csv
	succeeds varve diff --cached --stat
	output_has "u.csv | removed: 4 rows"
}

@test "rows with too many cells are compared where the header gets the name that lacked, or another delimiter" {
	versions "$BASE" 'id,a,b,note\n1,x,p,\n2,y,q,\n3,z,r,k\n6,u,v,\n'
	succeeds varve diff
	output_has "renamed '(cell 4)' to 'note'"
	printf 'id;a;b\n1;x;p\n2;y;q\n3;z;r;k\n6;u;v2\n' > t.csv
	succeeds varve diff
	output_has "v -> v2"
	output_has "delimiter ',' -> ';'"
	output_has "1 row changed (1 cell)"
}

@test "text in which most rows are too long, or a quote is open, is named with the line, and not compared" {
	versions "$BASE" 'id,a,b\n1,x,p,9\n2,y,q,9\n3,z,r,k\n'
	succeeds varve diff
	output_has "t.csv: line 4, character 7: found 4 cells, expected at most 3; text changed ('git diff' shows it)"
	printf 'id,a,b\n1,x,p\n2,y,q\n3,"z,r,k\n' > t.csv
	succeeds varve diff
	output_has "work tree:t.csv: line 4, character 3: the quote that opens here is never closed; text changed"
	ends_with 2 varve diff t.csv
	stderr_has "work tree:t.csv: line 4, character 3: the quote that opens here is never closed"
}

@test "a patch and SQL, which have no place for further cells, are refused, and other files have theirs" {
	versions "$BASE" "$NOW"
	printf 'id,c\n1,x\n' > other.csv
	git add other.csv
	git commit -qm other
	printf 'id,c\n1,y\n' > other.csv
	for format in patch sql; do
		ends_with 2 varve diff --format $format
		ends_with 2 varve diff --format $format t.csv
		succeeds varve diff --format $format other.csv
		stderr_is ""
		output_has y
	done
	ends_with 2 varve diff --format patch t.csv
	stderr_has "t.csv: line 4, character 7: found 4 cells, expected at most 3"
	stderr_has "use 'git diff --no-ext-diff' and 'git apply' for this file, and name the other files"
	ends_with 2 varve diff --format sql -o ../out.sql t.csv
	stderr_has "'t.csv' has rows with more cells than the header"
	stderr_has "use '--format ndjson', or name the other files"
	[ ! -e ../out.sql ]
	git diff --no-ext-diff t.csv > ../p
	git checkout -q t.csv
	git apply ../p
	grep -q '^4,w,s,extra$' t.csv
}

@test "a text over a stored table that add would refuse is named with the line, and git is not proposed to show it" {
	new_repo
	printf 'id,a,b\n1,x,p\n2,y,q\n' > t.csv
	succeeds varve add t.csv
	varve commit -qm one
	printf '3,z,r,k\n' >> t.csv
	succeeds varve diff
	output_has "t.csv: work tree:t.csv: line 4, character 7: found 4 cells, expected at most 3; text changed"
	output_lacks "shows it"
	ends_with 128 git diff
}

@test "pages compare rows with too many cells, without links to pages of rows" {
	versions "$BASE" "$NOW"
	git commit -qam two
	succeeds varve web --export ../pages
	page=$(ls ../pages/compare/*/t.csv/index.html)
	grep -q 'kk' "$page"
	grep -q '(cell 4)' "$page"
	[ ! -e ../pages/columns ]
	[ ! -e ../pages/row ]
}

@test "random tables with rows of too many and too few cells are compared as a model does" {
	succeeds python3 "$BATS_TEST_DIRNAME/long_law.py" "${VARVE_TEST_SAMPLE:-$RANDOM}" "$([ -n "${VARVE_TEST_ALL-}" ] && echo 400 || echo 25)"
	output_has "each cell that changed, and no other"
}
