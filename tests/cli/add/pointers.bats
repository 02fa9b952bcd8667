# Pointers that people and git have changed as text, and text in their place.
load ../helper

# index_has PATH FILE: the index has this content there, whatever it is.
index_has() {
	git update-index --add --cacheinfo "100644,$(git hash-object -w --no-filters "$2"),$1"
}

with_table() {
	new_repo
	rows 20 > p.csv
	varve add p.csv > /dev/null
	varve commit -q -m one
}

# Committed with a row count of another version.
edited() {
	with_table
	git cat-file blob :p.csv | sed 's/"rows": 20/"rows": 19/' > "$HOME/edited"
	index_has p.csv "$HOME/edited"
	git -c core.hooksPath=/dev/null commit -q -m edited
}

# Committed as a text merge of two versions left it. $ours and $theirs: the two roots.
torn() {
	with_table
	git cat-file blob :p.csv > "$HOME/a"
	cp p.csv "$HOME/kept"
	sed -i 's/item 31,/one,/' p.csv
	varve add p.csv > /dev/null
	git cat-file blob :p.csv > "$HOME/b"
	{
		head -n 2 "$HOME/a"
		echo '<<<<<<< HEAD'
		sed -n 3p "$HOME/a"
		echo =======
		sed -n 3p "$HOME/b"
		echo '>>>>>>> side'
		tail -n +4 "$HOME/a"
	} > "$HOME/torn"
	index_has p.csv "$HOME/torn"
	git -c core.hooksPath=/dev/null commit -q -m torn
	ours=$(sed -n '3s/.*"root": "\([^"]*\)".*/\1/p' "$HOME/a")
	theirs=$(sed -n '3s/.*"root": "\([^"]*\)".*/\1/p' "$HOME/b")
}

@test "an edited pointer is named by status, and mended by add --fix" {
	edited
	succeeds varve status
	output_has "p.csv  its pointer was edited, the data is the same: varve add --fix p.csv"
	succeeds varve status --json
	output_has '"editedPointer": true'
	succeeds varve cat HEAD:p.csv
	succeeds varve add --fix
	[ "$(git rev-parse :p.csv)" = "$(git rev-parse HEAD~1:p.csv)" ]
	succeeds varve commit -m mended
	succeeds varve doctor --offline
}

@test "an edited pointer in the place of the file is written anew" {
	edited
	cp "$HOME/edited" p.csv
	succeeds varve add --fix
	git cat-file blob HEAD~1:p.csv | cmp - p.csv
	[ "$(git rev-parse :p.csv)" = "$(git rev-parse HEAD~1:p.csv)" ]
	succeeds varve restore p.csv
	rows 20 | cmp - p.csv
	[ "$(git status --porcelain)" = "M  p.csv" ]
}

@test "a pointer with conflict markers is named, and mended from the file" {
	torn
	succeeds varve status
	output_has "p.csv  a pointer with the marks of a merge conflict"
	ends_with 1 varve doctor --offline
	output_has "pointer: p.csv: a pointer with the marks of a merge conflict: git merged it as text"
	output_has "mend: varve add --fix p.csv"
	ends_with 2 varve cat HEAD:p.csv
	stderr_has "a pointer with the marks of a merge conflict"
	stderr_has "varve cat $ours > FILE, or $theirs"
	succeeds varve log --stat
	succeeds varve add --fix
	grep -q one p.csv
	[ "$(git cat-file blob :p.csv)" = "$(cat "$HOME/b")" ]
}

@test "conflict markers in the place of the file are never taken for a table" {
	torn
	cp "$HOME/torn" p.csv
	ends_with 2 varve add p.csv
	stderr_has "p.csv: a pointer with the marks of a merge conflict: git merged it as text"
	stderr_has "write one side back, then add it: varve cat $ours > FILE, or $theirs"
	ends_with 1 varve doctor --offline
	output_has "mend: write one side back"
	sed 's/side/other/' "$HOME/torn" > p.csv
	run --separate-stderr git add p.csv
	[ "$status" != 0 ]
	stderr_has "a pointer with the marks of a merge conflict"
	varve cat "$theirs" > p.csv
	succeeds varve add p.csv
	[ "$(git cat-file blob :p.csv)" = "$(cat "$HOME/b")" ]
}

@test "one that is committed stops nobody: git works, other tables are read" {
	torn
	rows 5 > q.csv
	varve add q.csv > /dev/null
	varve commit -q -m q
	succeeds git clone -q . ../clone
	cd ../clone
	varve init -q
	git config varve.autoFetch true
	touch p.csv
	succeeds git status --porcelain
	output_is ""
	succeeds git stash list
	succeeds git checkout -q HEAD~2
	succeeds git checkout -q main
	cd ../work
	succeeds varve diff HEAD~2 HEAD
	output_has "p.csv: HEAD:p.csv: a pointer with the marks of a merge conflict"
	output_has "q.csv"
	succeeds varve log -p
	output_has "a pointer with the marks of a merge conflict"
	succeeds varve log --stat
	ends_with 1 varve check
	output_has "cannot be compared with HEAD"
	output_has "a pointer with the marks of a merge conflict"
	output_has "q.csv: 5 rows"
	ends_with 1 varve check HEAD~2..HEAD
	output_has "a pointer with the marks of a merge conflict"
}

@test "a csv that begins with such marks and holds no pointer is a table as ever" {
	new_repo
	printf '<<<<<<< x\n1\n2\n' > p.csv
	succeeds varve add p.csv
}

@test "text that somebody committed over a pointer is read, named and mended" {
	with_table
	sed -i 's/item 31,/one,/' p.csv
	index_has p.csv p.csv
	git -c core.hooksPath=/dev/null commit -q -m text
	succeeds varve diff HEAD~1 HEAD
	output_has "item 31 -> one"
	succeeds varve status
	output_has "Committed as plain text, though .gitattributes makes datasets of them"
	succeeds varve check
	ends_with 1 varve doctor --offline
	output_has "plain: p.csv: Git has it as plain text"
	succeeds varve add --fix
	succeeds varve commit -m mended
	succeeds varve doctor --offline
	succeeds varve diff HEAD~1 HEAD
	output_lacks "row changed"
}
