# Conflicts of columns and of the key: listed, and decided one by one.
load ../helper

# three BASE OURS THEIRS [KEY [FOLDER]]: a table t.csv, changed on main and on spring, and merged.
three() {
	new_repo "${5-.}"
	cd "${5-.}"
	printf "$1" > t.csv
	varve add ${4-"--key" id} t.csv > /dev/null
	varve commit -qm one
	git checkout -q -b spring
	printf "$3" > t.csv
	varve commit -qam spring
	git checkout -q main
	tick
	printf "$2" > t.csv
	varve commit -qam main
	ends_with 1 varve merge spring
}

# Two columns dropped in spring whose cells main edited, and a cell that both edited.
dropped() {
	three 'id,a,b,c\n1,x,1,u\n2,y,2,v\n3,z,3,w\n' 'id,a,b,c\n1,XX,1,u\n2,y,2,V\n3,z,44,w\n' 'id,b\n1,1\n2,2\n3,33\n'
}

holds() {
	[ "$(cat t.csv)" = "$(printf "$1")" ]
}

clean() {
	[ -z "$(git status --porcelain)" ] && [ -z "$(varve status --porcelain)" ]
}

@test "a dropped column whose cells were edited is listed and decided by itself" {
	dropped
	output_has "1 cell of 1 row, 2 columns"
	ends_with 1 varve conflicts
	output_has "column a: theirs dropped column 'a', ours edited its cells"
	output_has "column c: theirs dropped column 'c', ours edited its cells"
	succeeds varve resolve --theirs --column a
	stderr_has "t.csv: still in conflict: 1 cell of 1 row, 1 column"
	holds 'id,b,c\n1,1,u\n2,2,V\n3,44,w\n'
	ends_with 1 varve conflicts --json
	echo "$output" | python3 -c '
import json, sys
i = json.load(sys.stdin)["conflicts"][0]["items"]
assert [(k["kind"], k["column"]) for k in i] == [("column-removed", "c"), ("cell", "b")], i'
	succeeds varve resolve --base --column c
	holds 'id,b,c\n1,1,u\n2,2,v\n3,44,w\n'
	succeeds varve resolve --theirs --row 3
	stderr_has "t.csv: resolved"
	holds 'id,b,c\n1,1,u\n2,2,v\n3,33,w\n'
	succeeds varve merge --continue
	clean
	[ "$(varve cat HEAD:t.csv)" = "$(cat t.csv)" ]
}

@test "cells that were decided before stay decided" {
	dropped
	succeeds varve resolve --theirs --row 3
	stderr_has "still in conflict: 2 columns"
	succeeds varve resolve --ours --column a
	stderr_has "still in conflict: 1 column"
	holds 'id,a,b,c\n1,XX,1,u\n2,y,2,V\n3,z,33,w\n'
	succeeds varve resolve --theirs --column c
	stderr_has "t.csv: resolved"
	holds 'id,a,b\n1,XX,1\n2,y,2\n3,z,33\n'
	succeeds varve merge --continue
	clean
}

@test "what was edited by hand meanwhile stays too" {
	dropped
	sed -i 's/^2,y,2,V/2,hand,2,V/; $a 4,n,4,o' t.csv
	succeeds varve resolve --theirs --column c
	stderr_has "still in conflict: 1 cell of 1 row, 1 column"
	holds 'id,a,b\n1,XX,1\n2,hand,2\n3,z,44\n4,n,4\n'
	succeeds varve resolve --theirs
	holds 'id,b\n1,1\n2,2\n3,33\n4,4\n'
	clean_index=$(git ls-files -u)
	[ -z "$clean_index" ]
}

@test "all of a table at once: ours, theirs, base" {
	dropped
	succeeds varve resolve --base
	holds 'id,a,b,c\n1,x,1,u\n2,y,2,v\n3,z,3,w\n'
	varve merge --abort
	ends_with 1 varve merge spring
	succeeds varve resolve --theirs
	holds 'id,b\n1,1\n2,2\n3,33\n'
	varve merge --abort
	ends_with 1 varve merge spring
	succeeds varve resolve --ours
	holds 'id,a,b,c\n1,XX,1,u\n2,y,2,V\n3,z,44,w\n'
	varve merge --abort
	ends_with 1 varve merge spring
	succeeds varve resolve --theirs --row 3
	succeeds varve resolve --theirs
	holds 'id,b\n1,1\n2,2\n3,33\n'
	succeeds varve merge --continue
	clean
}

@test "the other way round the column comes with theirs' cells" {
	three 'id,a,b\n1,x,1\n2,y,2\n' 'id,b\n1,1\n2,2\n9,9\n' 'id,a,b\n1,XX,1\n2,y,2\n8,n,8\n'
	holds 'id,b\n1,1\n2,2\n8,8\n9,9\n'
	succeeds varve resolve --theirs --column a
	stderr_has "t.csv: resolved"
	holds 'id,a,b\n1,XX,1\n2,y,2\n8,n,8\n9,,9\n'
	succeeds varve merge --continue
	clean
}

# dropped_with_row KEY: spring dropped c and row 2; main edited only c of that row.
dropped_with_row() {
	rm -rf "$BATS_TEST_TMPDIR/row"
	mkdir "$BATS_TEST_TMPDIR/row"
	cd "$BATS_TEST_TMPDIR/row"
	three 'id,a,c\n1,x,u\n2,y,v\n3,z,w\n4,s,t\n' 'id,a,c\n1,x,u\n2,y,VV\n3,z,w\n4,s,t\n' 'id,a\n1,x\n3,z\n4,s\n' "$1"
}

@test "a row edited only in a column that the other side dropped, and removed there, stays with the column" {
	local key words
	for key in "--key=id" --no-key; do
		for words in "--ours" "--ours --column c"; do
			dropped_with_row "$key"
			succeeds varve resolve $words
			holds 'id,a,c\n1,x,u\n2,y,VV\n3,z,w\n4,s,t\n'
			succeeds varve merge --continue
			clean
		done
		for words in --theirs --base; do
			dropped_with_row "$key"
			succeeds varve resolve $words
			[ "$words" = --base ] || holds 'id,a\n1,x\n3,z\n4,s\n'
			[ "$words" = --theirs ] || holds 'id,a,c\n1,x,u\n3,z,w\n4,s,t\n'
		done
	done
}

@test "a row that is edited only in a contested column is a conflict once the column is decided to stay" {
	three 'id,a,c\n1,x,u\n2,y,v\n3,z,w\n4,s,t\n' 'id,a,c\n1,x,u\n2,y,VV\n3,z,W\n4,S,t\n' 'id,a\n1,x\n3,z\n4,s2\n'
	succeeds varve resolve --ours --column c
	stderr_has "still in conflict: 1 cell of 1 row, 1 row removed on one side and changed on the other"
	succeeds varve resolve --theirs --row 2
	holds 'id,a,c\n1,x,u\n3,z,W\n4,S,t\n'
}

@test "so does theirs where ours dropped the column" {
	three 'id,a,c\n1,x,u\n2,y,v\n3,z,w\n4,s,t\n' 'id,a\n1,x\n3,z\n4,s\n' 'id,a,c\n1,x,u\n2,y,VV\n3,z,w\n4,s,t\n'
	succeeds varve resolve --theirs
	holds 'id,a,c\n1,x,u\n2,y,VV\n3,z,w\n4,s,t\n'
	succeeds varve merge --continue
	clean
}

@test "and in a table that git keeps as text" {
	new_repo
	varve track --text t.csv > /dev/null
	three 'id,a,c\n1,x,u\n2,y,v\n3,z,w\n4,s,t\n' 'id,a,c\n1,x,u\n2,y,VV\n3,z,w\n4,s,t\n' 'id,a\n1,x\n3,z\n4,s\n' -q
	succeeds varve resolve --ours
	holds 'id,a,c\n1,x,u\n2,y,VV\n3,z,w\n4,s,t\n'
}

@test "a column renamed on both sides, and conflicts in its cells" {
	three 'id,b\n1,k\n2,l\n3,m\n4,n\n' 'id,c\n1,K\n2,l\n3,m\n4,n\n' 'id,d\n1,Q\n2,l\n3,m\n4,n\n'
	ends_with 1 varve conflicts
	output_has "column b: column 'b' was renamed to 'c' by ours and to 'd' by theirs"
	succeeds varve resolve --theirs --column b
	stderr_has "still in conflict: 1 cell of 1 row"
	holds 'id,d\n1,K\n2,l\n3,m\n4,n\n'
	ends_with 1 varve conflicts
	output_has "    d"
	succeeds varve resolve --set d=Z --row 1
	holds 'id,d\n1,Z\n2,l\n3,m\n4,n\n'
	succeeds varve merge --continue
	clean
}

@test "a renamed column's cells that were decided before stay decided under its new name" {
	three 'id,b\n1,k\n2,l\n3,m\n4,n\n5,o\n6,p\n' 'id,c\n1,K\n2,L\n3,m\n4,n\n5,o\n6,p\n' 'id,d\n1,Q\n2,R\n3,m\n4,n\n5,o\n6,p\n'
	succeeds varve resolve --theirs --row 1
	succeeds varve resolve --theirs --column b
	stderr_has "still in conflict: 1 cell of 1 row"
	holds 'id,d\n1,Q\n2,L\n3,m\n4,n\n5,o\n6,p\n'
	ends_with 1 varve conflicts
	output_has "row 2"
	output_lacks "row 1"
}

@test "a key that both changed" {
	new_repo
	printf 'id,code,a\n1,5,7\n2,6,8\n' > t.csv
	varve add --key id t.csv > /dev/null
	varve commit -qm one
	git checkout -q -b spring
	printf 'id,code,a\n1,5,7\n2,6,9\n' > t.csv
	varve add --key code t.csv > /dev/null
	varve commit -qm spring
	git checkout -q main
	printf 'id,code,a\n1,5,7\n2,6,5\n' > t.csv
	varve add --key id,code t.csv > /dev/null
	varve commit -qm main
	ends_with 1 varve merge spring
	output_has "1 cell of 1 row, the key"
	ends_with 1 varve conflicts
	output_has "key: both changed the key of the table: ours has id, code; theirs has code"
	succeeds varve resolve --theirs --key
	stderr_has "still in conflict: 1 cell of 1 row"
	succeeds varve resolve --ours
	succeeds varve merge --continue
	git show HEAD:t.csv | grep -q '"key": \["code"\]'
	holds 'id,code,a\n1,5,7\n2,6,5\n'
	clean
}

@test "without a key columns are decided first, and it is said" {
	three 'a,b,c\n1,k,p\n2,l,q\n3,m,r\n' 'a,b,c\n1,K,p\n2,l,Q\n3,m,r\n' 'a,c\n1,p\n2,S\n3,r\n' ""
	output_has "1 cell of 1 row, 1 column"
	succeeds varve resolve --theirs --row 2
	ends_with 2 varve resolve --theirs --column b
	stderr_has "has no key, so its columns must be decided before its cells, and some cells were already decided or edited"
	holds 'a,b,c\n1,K,p\n2,l,S\n3,m,r\n'
	varve merge --abort
	ends_with 1 varve merge spring
	succeeds varve resolve --theirs --column b
	holds 'a,c\n1,p\n2,Q\n3,r\n'
	succeeds varve resolve --theirs --row 2
	stderr_has "t.csv: resolved"
	holds 'a,c\n1,p\n2,S\n3,r\n'
}

@test "plain CSV in Git: columns are decided all the same" {
	new_repo
	echo 't.csv merge=varve' > .gitattributes
	printf 'id,a,b\n1,x,1\n2,y,2\n3,z,3\n' > t.csv
	git add . && git commit -qm one
	git checkout -q -b spring
	printf 'id,b\n1,1\n2,2\n3,33\n' > t.csv
	git commit -qam spring
	git checkout -q main
	printf 'id,a,b\n1,XX,1\n2,y,2\n3,z,44\n' > t.csv
	git commit -qam main
	ends_with 1 varve merge spring
	output_has "1 cell of 1 row, 1 column"
	succeeds varve resolve --theirs --row 3
	succeeds varve resolve --theirs --column a
	holds 'id,b\n1,1\n2,2\n3,33\n'
	[ -z "$(git ls-files -u)" ]
	[ "$(git show :t.csv)" = "$(cat t.csv)" ]
}

@test "after a merge by git alone as well" {
	new_repo
	printf 'id,a,b\n1,x,1\n2,y,2\n3,z,3\n' > t.csv
	varve add --key id t.csv > /dev/null
	varve commit -qm one
	git checkout -q -b spring
	printf 'id,b\n1,1\n2,2\n3,3\n4,4\n' > t.csv
	varve commit -qam spring
	git checkout -q main
	printf 'id,a,b\n1,XX,1\n2,y,2\n3,z,3\n' > t.csv
	varve commit -qam main
	git -c merge.varve.driver=false merge -q spring || true
	succeeds varve resolve --theirs --column a
	holds 'id,b\n1,1\n2,2\n3,3\n4,4\n'
	[ -z "$(git ls-files -u)" ]
}

@test "wrong words" {
	dropped
	ends_with 2 varve resolve --theirs --column nothing
	stderr_has "t.csv has no such conflict"
	ends_with 2 varve resolve --theirs --key
	stderr_has "t.csv has no such conflict"
	ends_with 2 varve resolve --theirs --key --column a
	stderr_has "--key and --column cannot be used together"
	ends_with 2 varve resolve --set a=1
	stderr_has "t.csv has no such conflict"
}

# The index has no version of the path then: types and key come from the merged one, of which one side knows more.
@test "a file that was settled by hand in a conflict keeps what the other side declared" {
	new_repo
	rows 40 > prices.csv
	varve add prices.csv > /dev/null
	varve commit -qm base
	varve switch -qc other
	sed -i '5s/,2024.*/,2031-01-01/' prices.csv
	varve add --key id,name prices.csv > /dev/null
	varve commit -qm theirs
	varve switch -q main
	sed -i '5s/,2024.*/,2032-02-02/' prices.csv
	varve add prices.csv > /dev/null
	varve commit -qm ours
	ends_with 1 varve merge other
	rows 40 > prices.csv
	sed -i '5s/,2024.*/,2033-03-03/' prices.csv
	succeeds varve add prices.csv
	output_has "key id, name"
}

# exported STEP EDIT: the table as another program writes it: id is called code, prices and order are new.
exported() {
	seq 60 | awk -v step="$1" 'BEGIN { print "code,name,price" }
		{ n = $1 * step % 61; printf "C%d,n%d,%d.7\n", n, n % 7, n + 100 }' | sed "$2" > t.csv
}

# Both branches take such an export, and each corrects one cell.
renamed_keys() {
	new_repo
	seq 60 | awk 'BEGIN { print "id,name,price" } { printf "C%d,n%d,%d.5\n", $1, $1 % 7, $1 }' > t.csv
	"$@"
	git checkout -q -b spring
	exported 5 's/^C5,n5,/C5,spring,/'
	"$@"
	git checkout -q main
	tick
	exported 7 's/^C9,n2,/C9,main,/'
	"$@"
}

keep_as_table() {
	local key=()
	git rev-parse -q --verify HEAD > /dev/null || key=(--key id)
	varve add "${key[@]}" t.csv > /dev/null && varve commit -qm "$RANDOM"
}

keep_as_text() {
	echo 't.csv !filter !diff merge=varve' > .gitattributes
	git add -A && git commit -qm "$RANDOM"
}

# Every row once, with what both sides corrected.
sixty_rows() {
	[ "$(wc -l < t.csv)" -eq 61 ]
	[ "$(head -1 t.csv)" = code,name,price ]
	[ "$(tail -n +2 t.csv | cut -d, -f1 | sort -u | wc -l)" -eq 60 ]
	grep -qx C5,spring,105.7 t.csv
	grep -qx C9,main,109.7 t.csv
}

@test "a key that both sides renamed still tells rows apart, whatever else changed" {
	renamed_keys keep_as_table
	succeeds varve merge spring
	sixty_rows
	[ "$(git show HEAD:t.csv | grep -c '"key": \["code"\]')" -eq 1 ]
	git reset -q --hard HEAD~1
	succeeds git merge -q -m merged spring
	sixty_rows
}

@test "so does one of tables that git keeps as text" {
	renamed_keys keep_as_text
	succeeds varve merge spring
	sixty_rows
}

@test "a renamed key compares rows, in any order" {
	renamed_keys keep_as_table
	succeeds varve diff --json HEAD~1 HEAD
	[ "$(grep -c '^{"change":"changed","key":{"code":' <<< "$output")" -eq 60 ]
	output_lacks '"change":"added"'
	varve cat HEAD~1:t.csv > ../old.csv
	succeeds varve diff --json --no-index ../old.csv t.csv
	[ "$(grep -c '^{"change":"changed","key":{"code":' <<< "$output")" -eq 60 ]
}

@test "a key column that is gone is a conflict of the key, decided as a whole" {
	three 'id,a,b\n1,x,p\n2,y,q\n3,z,r\n' 'a,b\nx,p\ny,q\nz,R\n' 'id,a,b\n1,x,p\n2,y,w\n3,z,r\n'
	holds 'a,b\nx,p\ny,q\nz,R\n'
	ends_with 1 varve conflicts --json
	output_has '"kind": "key"'
	cp -r . ../again
	succeeds varve resolve --theirs t.csv
	holds 'id,a,b\n1,x,p\n2,y,w\n3,z,r\n'
	succeeds varve merge --continue
	clean
	cd ../again
	succeeds varve resolve --ours t.csv
	succeeds varve merge --continue
	holds 'a,b\nx,p\ny,q\nz,R\n'
	clean
}

# row_gone OURS THEIRS: a table without a key of which one side removed a row that the other changed.
row_gone() {
	three 'a,b,c\n1,x,k\n2,y,l\n3,z,m\n' "$1" "$2" --no-key
}

@test "a row without a key that one side removed is listed with its values" {
	row_gone 'a,b,c\n1,x,k\n3,z,m\n' 'a,b,c\n1,x,k\n2,"W ",l\n3,z,m\n'
	ends_with 1 varve conflicts --json
	printf '%s' "$output" | /usr/bin/python3 -c '
import json, sys
item, = json.load(sys.stdin)["conflicts"][0]["items"]
assert item["kind"] == "row-removed", item
assert item["values"] == {"base": {"a": "2", "b": "y", "c": "l"}, "theirs": {"a": "2", "b": "W ", "c": "l"}}, item
'
	ends_with 1 varve conflicts
	output_has '"b":"W "'
	# the record is read again
	succeeds varve resolve --theirs t.csv
	holds 'a,b,c\n1,x,k\n2,"W ",l\n3,z,m\n'
}

@test "and so is one that the other side removed" {
	row_gone 'a,b,c\n1,x,k\n2,W,l\n3,z,m\n' 'a,b,c\n1,x,k\n3,z,m\n'
	ends_with 1 varve conflicts --json
	printf '%s' "$output" | /usr/bin/python3 -c '
import json, sys
item, = json.load(sys.stdin)["conflicts"][0]["items"]
assert item["values"] == {"base": {"a": "2", "b": "y", "c": "l"}, "ours": {"a": "2", "b": "W", "c": "l"}}, item
assert item["row"] == 1, item
'
}

# gone_rows: theirs changed two rows that ours removed, and both sides added rows around them.
gone_rows() {
	three 'a,b,c\n1,x,k\n2,y,l\n3,z,m\n4,q,n\n5,r,o\n6,s,p\n' \
		'a,b,c\n1,x,k\n3,z,m\n8,new,here\n5,r,o\n6,s,p\n' \
		'a,b,c\n1,x,k\n7,new,there\n2,W,l\n3,z,m\n4,V,n\n5,r,o\n6,s,p\n' --no-key
	ends_with 1 varve conflicts --json
	printf '%s' "$output" | /usr/bin/python3 -c '
import json, sys
a, b = json.load(sys.stdin)["conflicts"][0]["items"]
assert "row" not in a and "row" not in b, (a, b)
assert (a["rowNumbers"], b["rowNumbers"]) == ({"base": 1, "theirs": 2}, {"base": 3, "theirs": 4}), (a, b)
'
}

@test "rows without a key that ours removed are listed one by one, and put back one by one where theirs has them" {
	gone_rows
	ends_with 1 varve conflicts
	output_has 'row theirs:3,' 'row theirs:5,'
	succeeds varve resolve --theirs t.csv --row theirs:5
	holds 'a,b,c\n1,x,k\n7,new,there\n3,z,m\n8,new,here\n4,V,n\n5,r,o\n6,s,p\n'
	succeeds varve resolve --base t.csv --row theirs:3
	holds 'a,b,c\n1,x,k\n7,new,there\n2,y,l\n3,z,m\n8,new,here\n4,V,n\n5,r,o\n6,s,p\n'
	succeeds varve merge --continue
	clean
}

@test "all of them at once, in either order, and none of them" {
	gone_rows
	succeeds varve resolve --theirs t.csv --row theirs:3 --row theirs:5
	holds 'a,b,c\n1,x,k\n7,new,there\n2,W,l\n3,z,m\n8,new,here\n4,V,n\n5,r,o\n6,s,p\n'
	succeeds varve merge --abort
	ends_with 1 varve merge -q spring
	succeeds varve resolve --theirs t.csv --row theirs:3
	succeeds varve resolve --ours t.csv --row theirs:5
	holds 'a,b,c\n1,x,k\n7,new,there\n2,W,l\n3,z,m\n8,new,here\n5,r,o\n6,s,p\n'
}

@test "neighbours that are gone come back in their order" {
	three 'a,b\n1,x\n2,y\n3,z\n4,q\n' 'a,b\n1,x\n4,q\n' 'a,b\n1,x\n2,Y\n3,Z\n4,q\n' --no-key
	succeeds varve resolve --theirs t.csv --row theirs:3
	holds 'a,b\n1,x\n3,Z\n4,q\n'
	succeeds varve resolve --theirs t.csv --row theirs:2
	holds 'a,b\n1,x\n2,Y\n3,Z\n4,q\n'
	succeeds varve merge --abort
	ends_with 1 varve merge -q spring
	succeeds varve resolve --theirs t.csv --row theirs:2
	succeeds varve resolve --theirs t.csv --row theirs:3
	holds 'a,b\n1,x\n2,Y\n3,Z\n4,q\n'
}

@test "base's row takes the place of the one that ours changed and theirs removed" {
	row_gone 'a,b,c\n1,x,k\n2,W,l\n3,z,m\n' 'a,b,c\n1,x,k\n3,z,m\n'
	succeeds varve resolve --base t.csv --row 2
	holds 'a,b,c\n1,x,k\n2,y,l\n3,z,m\n'
}

@test "after an edit by hand rows without a key are not guessed: nothing is put back, removed or settled" {
	row_gone 'a,b,c\n1,x,k\n3,z,m\n' 'a,b,c\n1,x,k\n2,W,l\n3,z,m\n'
	printf 'a,b,c\n0,0,0\n1,x,k\n3,z,m\n' > t.csv
	ends_with 2 varve resolve --theirs t.csv --row theirs:2
	holds 'a,b,c\n0,0,0\n1,x,k\n3,z,m\n'
	ends_with 1 varve conflicts
	mkdir "$BATS_TEST_TMPDIR/other"
	cd "$BATS_TEST_TMPDIR/other"
	row_gone 'a,b,c\n1,x,k\n2,W,l\n3,z,m\n' 'a,b,c\n1,x,k\n3,z,m\n'
	printf 'a,b,c\n0,0,0\n1,x,k\n2,W,l\n3,z,m\n' > t.csv
	ends_with 2 varve resolve --theirs t.csv --row 2
	holds 'a,b,c\n0,0,0\n1,x,k\n2,W,l\n3,z,m\n'
	ends_with 1 varve conflicts
}

@test "a row that is put back has an empty cell in a column that it lacks, also at the end of the line" {
	three 'id,a\n1,x\n2,y\n4,z\n' 'id,a,p\n1,x,P\n2,W,Q\n' 'id,a\n1,x\n2,V\n4,Z\n'
	succeeds varve resolve --theirs --row 4
	holds 'id,a,p\n1,x,P\n2,W,Q\n4,Z,\n'
	three 'id,a\n1,x\n2,y\n4,z\n' 'id,a,p\n1,x,P\n2,W,Q\n' 'id,a\n1,x\n2,V\n4,Z\n' --no-key other
	succeeds varve resolve --base
	holds 'id,a,p\n1,x,P\n2,y,Q\n4,z,\n'
}

@test "a row with a key that ours removed comes back with the whole of theirs in a table that git keeps as text" {
	new_repo
	varve track --text t.csv > /dev/null
	three 'id,a\n1,x\n2,y\n4,z\n' 'id,a\n1,X\n2,y\n' 'id,a\n1,x\n2,y\n4,Z\n' -q
	succeeds varve resolve --theirs
	holds 'id,a\n1,X\n2,y\n4,Z\n'
	succeeds varve merge --continue
	clean
}

@test "a row without a key of a table that git keeps as text is put back alone or with the others" {
	new_repo
	echo 't.csv merge=varve' > .gitattributes
	printf 'a,b,c\n1,x,k\n1,x,k\n2,y,l\n3,z,m\n4,q,n\n' > t.csv
	git add . && git commit -qm one
	git checkout -q -b spring
	printf 'a,b,c\n1,x,k\n1,x,k\n2,W,l\n3,z,m\n4,V,n\n' > t.csv
	git commit -qam spring
	git checkout -q main
	printf 'a,b,c\n1,x,k\n1,x,k\n3,z,m\n' > t.csv
	git commit -qam main
	ends_with 1 varve merge spring
	succeeds varve resolve --theirs t.csv --row theirs:3
	holds 'a,b,c\n1,x,k\n1,x,k\n2,W,l\n3,z,m\n'
	succeeds varve resolve --theirs t.csv
	holds 'a,b,c\n1,x,k\n1,x,k\n2,W,l\n3,z,m\n4,V,n\n'
}

@test "a column that was empty on one side has the type of the other side's values, as an add finds it" {
	new_repo
	printf 'id,n,tags\n1,1,\n2,2,\n' > t.csv
	varve add -q --key id t.csv
	varve commit -qm base
	git branch side
	sed -i 's/^1.*/1,1,a/' t.csv
	varve commit -q -a -m one
	sed -i 's/^2.*/2,2,b/' t.csv
	varve commit -q -a -m two
	git switch -q side
	succeeds git cherry-pick main
	varve schema HEAD:t.csv | grep -A1 '"tags"' | grep -q '"string"'
	touch t.csv
	[ -z "$(git status --porcelain)" ]
}

@test "a type that one side found gives way to the other's values, so that a conflict is still seen as untouched" {
	new_repo
	printf 'id,v\n1,5\n2,x\n3,7\n' > t.csv
	varve add -q t.csv && varve commit -qm one
	git checkout -q -b side
	sed -i s/2,x/2,6/ t.csv # all are integers there
	varve commit -qam side
	git checkout -q main
	sed -i s/2,x/2,y/ t.csv
	varve commit -qam main
	ends_with 1 varve merge side
	ends_with 128 git add t.csv
	stderr_has "t.csv has unresolved conflicts, and the file was not edited"
	ends_with 128 git commit -qam lost
	succeeds varve resolve --theirs
	succeeds varve merge --continue
	[ "$(sed -n 3p t.csv)" = 2,6 ]
	git reset -q --hard HEAD~1
	sed -i s/2,y/2,x/ t.csv
	echo 4,y >> t.csv
	varve commit -qam more
	succeeds git merge -q --no-edit side
	succeeds git show HEAD:t.csv
	output_has '{"name": "v", "type": "string"}'
	touch t.csv
	[ -z "$(git status --porcelain)" ]
}

# ids, then 287a: a column that was empty so far.
@test "two types that were found are no conflict: the column gets the type that has all values" {
	new_repo
	printf 'id,note,n\n1,,5\n2,,6\n3,,7\n4,,8\n' > t.csv
	varve add -q --key id t.csv && varve commit -qm one
	for values in '2 287a string' '2 2026-01-05 string' '2 2.5 number'; do
		read -r ours theirs type <<< "$values"
		git checkout -q -B side main
		sed -i "s/^1,,/1,$theirs,/" t.csv
		varve commit -qam side
		git checkout -q -B merged main
		sed -i "s/^4,,/4,$ours,/" t.csv
		varve commit -qam ours
		succeeds varve merge -q side
		[ "$(cut -d, -f2 t.csv | tr '\n' ' ')" = "note $theirs   $ours " ]
		succeeds git show HEAD:t.csv
		output_has "{\"name\": \"note\", \"type\": \"$type\"}"
		touch t.csv
		[ -z "$(git status --porcelain)" ]
	done
}

# lonely SIDE [ROW]: SIDE removes the only row that has a member, and the other side replaces it by ROW.
lonely() {
	row=${2-'{"id":4,"a":"Z","only":"here"}'}
	rm -rf "$BATS_TEST_TMPDIR/lonely"
	new_repo "$BATS_TEST_TMPDIR/lonely"
	cd "$BATS_TEST_TMPDIR/lonely"
	printf '{"id":1,"a":"x"}\n{"id":2,"a":"y"}\n{"id":4,"a":"z","only":"here"}\n' > t.ndjson
	varve add -q --key id t.ndjson
	varve commit -qm base
	git branch theirs
	git checkout -q -b other
	[ "$1" = theirs ] || git checkout -q theirs
	printf '{"id":1,"a":"x"}\n{"id":2,"a":"y"}\n%s\n' "$row" > t.ndjson
	varve commit -qam changed
	[ "$1" = theirs ] && git checkout -q theirs || git checkout -q other
	printf '{"id":1,"a":"x"}\n{"id":2,"a":"Y"}\n' > t.ndjson
	varve commit -qam removed
	git checkout -q other
}

whole() {
	[ "$(cat t.ndjson)" = "$(printf '{"id":1,"a":"x"}\n{"id":2,"a":"Y"}\n%s' "$row")" ]
}

@test "JSON: a row that stays keeps a member that no other row has" {
	lonely theirs
	ends_with 1 varve merge theirs
	whole
	succeeds varve resolve --ours
	whole
	succeeds varve merge --continue
	[ -z "$(git status --porcelain)" ]
	lonely theirs
	succeeds varve merge -q -X ours theirs
	whole
	lonely ours
	ends_with 1 varve merge theirs
	succeeds varve resolve --theirs
	whole
	lonely ours
	succeeds varve merge -q -X theirs theirs
	whole
	for side in ours theirs; do
		lonely $side
		echo '{"merge": {"t.ndjson": {"deleted-vs-edited": "keep"}}}' > varve.json
		git add varve.json
		git commit -qm rule
		succeeds varve merge -q theirs
		whole
		touch t.ndjson
		[ -z "$(git status --porcelain)" ]
	done
}

@test "JSON: a row that stays because of a new member keeps a member that no other row has" {
	for new in 1 null '""'; do
		row='{"id":4,"a":"z","only":"here","new":'$new'}'
		lonely theirs "$row"
		ends_with 1 varve merge theirs
		whole
		succeeds varve resolve --ours
		whole
		lonely theirs "$row"
		succeeds varve merge -q -X ours theirs
		whole
		lonely ours "$row"
		ends_with 1 varve merge theirs
		succeeds varve resolve --theirs
		whole
		lonely ours "$row"
		succeeds varve merge -q -X theirs theirs
		whole
		touch t.ndjson
		[ -z "$(git status --porcelain)" ]
	done
}

@test "JSON: a member removed from all rows stays in a row that was removed and changed, and goes from the others" {
	for side in ours theirs; do
		new_repo "$side"
		cd "$side"
		printf '{"id":%s,"a":"x","b":"y"}\n' 1 2 3 > t.ndjson
		varve add -q --key id t.ndjson
		echo '{"merge": {"t.ndjson": {"deleted-vs-edited": "keep"}}}' > varve.json
		git add varve.json
		varve commit -qm one
		git checkout -q -b dropped
		printf '{"id":%s,"a":"x"}\n' 1 3 > t.ndjson
		varve commit -qam dropped
		git checkout -q -b changed main
		sed -i '2s/x/new/' t.ndjson
		varve commit -qam changed
		[ "$side" = ours ] && git checkout -q dropped
		succeeds varve merge -q "$([ "$side" = ours ] && echo changed || echo dropped)"
		[ "$(cat t.ndjson)" = "$(printf '%s\n' '{"id":1,"a":"x"}' '{"id":2,"a":"new","b":"y"}' '{"id":3,"a":"x"}')" ]
		touch t.ndjson
		[ -z "$(git status --porcelain)" ]
		cd ..
	done
}

@test "JSON: null in an added row is a value of a column that the other side dropped" {
	new_repo
	printf '{"id":%s,"a":"x","b":"y"}\n' 1 2 3 > t.ndjson
	varve add -q --key id t.ndjson
	varve commit -qm one
	git checkout -q -b spring
	sed -i 's/,"b":"y"//' t.ndjson
	varve commit -qam dropped
	git checkout -q main
	echo '{"id":4,"a":"x","b":null}' >> t.ndjson
	varve commit -qam added
	ends_with 1 varve merge spring
	ends_with 1 varve conflicts
	output_has "column b: theirs dropped column 'b', ours added rows with values in this column"
	[ "$(tail -n 1 t.ndjson)" = '{"id":4,"a":"x","b":null}' ]
}

@test "JSON: a removed row that was only respelled takes its column away" {
	new_repo
	rows() {
		seq 3000 | sed 's/.*/{"id":&,"a":&.5}/'
	}
	only='{"id":4000,"a":1.0,"only":"here"}'
	{ rows; echo "$only"; } > t.ndjson
	varve add -q --key id t.ndjson
	varve commit -qm one
	git checkout -q -b spring
	rows | sed 's/"a":1\.5/"a":2.5/' > t.ndjson
	varve commit -qam removed
	git checkout -q main
	sed -i "s/:1\.0,/:1.00,/" t.ndjson
	varve commit -qam respelled
	succeeds varve merge -q -X ours spring
	touch t.ndjson
	[ -z "$(git status --porcelain)" ]
}

# type_after BASE OURS THEIRS ROWS: the type of the column v that a merge leaves in a table of ROWS rows, in which rows 2 and 3 have
# BASE's two values, and each side replaces one.
type_after() {
	local verb=$5
	rm -rf ../case && mkdir ../case
	(
		cd ../case
		varve init -q
		seq "$4" | awk -v a="${1%,*}" -v b="${1#*,}" 'BEGIN { print "id,v" } { print $1 "," ($1 == 2 ? a : $1 == 3 ? b : $1 % 50 + 10) }' > t.csv
		varve add -q --key id t.csv
		varve commit -qm base
		git switch -qc theirs
		sed -i "s/^3,.*/3,$3/" t.csv
		varve commit -qam theirs
		git switch -q main
		sed -i "s/^2,.*/2,$2/" t.csv
		varve commit -qam ours
		"$verb" merge -q -m merged theirs >&2
		varve schema HEAD:t.csv > schema.json
		varve add -q t.csv # makes no other version
		git diff --cached --quiet
		python3 -c 'import json; print(next(f["type"] for f in json.load(open("schema.json"))["fields"] if f["name"] == "v"))'
	)
}

@test "a column whose last texts a merge removes gets the type of its values, at any size; codes stay texts" {
	mkdir work && cd work
	[ "$(type_after tba,n/k 12 13 60 varve)" = integer ]
	[ "$(type_after tba,n/k 12 13 3000 git)" = integer ]
	[ "$(type_after tba,n/k 12 open 3000 varve)" = string ]
	[ "$(type_after 007,008 12 13 60 varve)" = string ]
}

@test "columns without a name stay without one where a merge writes the header anew" {
	new_repo
	seq 1 30 | sed 's/.*/u&,n&,a&,x,,,/; 1i id,name,artist,img,,,' > x.csv
	varve add -q x.csv
	varve commit -qm base
	git checkout -qb side
	seq 1 30 | sed 's/.*/u&,n&,a&,,x,,/; 1i id,name,artist,slot,img,,' > x.csv
	varve commit -qam theirs
	git checkout -q main
	seq 1 30 | sed 's/.*/u&,n&,a&!,x,,,/; 1i id,name,artists,img,,,' > x.csv
	varve commit -qam ours
	succeeds varve merge -q side
	[ "$(head -2 x.csv | tr '\n' ' ')" = "id,name,artists,slot,img,, u1,n1,a1!,,x,, " ]
	touch x.csv
	succeeds varve add x.csv
	succeeds git diff --cached --exit-code
}
