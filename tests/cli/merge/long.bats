# Rows with more cells than the header, in tables that Git has as text. docs/use/merge.md, "Rows"
load ../helper

setup_long() {
	new_repo
	varve track --text '*.csv' > /dev/null
}

# sides OURS THEIRS: commits base, which is in t.csv, and both versions; ours is checked out.
sides() {
	git add -A
	git commit -qm base
	git switch -qc side
	printf "$2" > t.csv
	git commit -qam theirs
	git switch -q main
	printf "$1" > t.csv
	git commit -qam ours
}

START='id,a,b\n1,x,p\n2,y,q\n3,z,r\n'

# both_ways WANTED: the same by varve and by git's driver, whichever side is ours.
both_ways() {
	printf "$1" > ../wanted
	for merge in 'varve merge' 'git merge'; do
		for way in 'main side' 'side main'; do
			git checkout -q --detach "${way% *}"
			succeeds $merge -q -m m "${way#* }"
			cmp ../wanted t.csv
		done
	done
	git checkout -q main
}

@test "a row with too many cells that one side added, changed or removed is taken as its line" {
	setup_long
	printf "$START" > t.csv
	sides 'id,a,b\n1,x2,p\n2,y,q\n3,z,r\n' "${START}4,\"w\",s,extra\n"
	both_ways 'id,a,b\n1,x2,p\n2,y,q\n3,z,r\n4,"w",s,extra\n'
	mkdir ../b && cd ../b && setup_long
	printf "${START}4,w,s,extra\n5,v,t,,\n" > t.csv
	sides 'id,a,b\n1,x2,p\n2,y,q\n3,z,r\n4,"w,s",extra\n5,v,t,,\n' "${START}4,w,s,extra\n"
	both_ways 'id,a,b\n1,x2,p\n2,y,q\n3,z,r\n4,"w,s",extra\n'
}

@test "a row with too many cells that all versions have stays where it is, byte for byte" {
	setup_long
	printf 'id;a;b\r\n1;x;p\r\n2;"y";q;; "more" \r\n3;z;r\r\n4;w\r\n' > t.csv
	sides 'id;a;b\r\n1;x2;p\r\n2;"y";q;; "more" \r\n3;z;r\r\n4;w\r\n' 'id;a;b\r\n1;x;p\r\n2;"y";q;; "more" \r\n3;z;r2\r\n4;w\r\n5;new;row\r\n'
	both_ways 'id;a;b\r\n1;x2;p\r\n2;"y";q;; "more" \r\n3;z;r2\r\n4;w\r\n5;new;row\r\n'
}

@test "without a key, too, a row with too many cells is no conflict of the whole table" {
	setup_long
	printf 'shop,n\nx,1\nx,1\ny,2\ny,2\nx,1\nq,3,3\n' > t.csv
	sides 'shop,n\nx,9\nx,1\ny,2\ny,2\nx,1\nq,3,3\n' 'shop,n\nx,1\nx,1\ny,2\ny,2\nx,1\nq,3,4\n'
	both_ways 'shop,n\nx,9\nx,1\ny,2\ny,2\nx,1\nq,3,4\n'
}

@test "a row with too many cells that both sides changed is a conflict of this row alone, in all cells that differ" {
	setup_long
	printf "${START}4,w,s,extra\n" > t.csv
	sides 'id,a,b\n1,x2,p\n2,y,q\n3,z,r\n4,w2,s,extra\n' 'id,a,b\n1,x,p\n2,y,q2\n3,z,r\n4,w,s2,extra\n'
	ends_with 1 varve merge side
	output_has "t.csv: 2 cells of 1 row"
	[ "$(cat t.csv)" = "$(printf 'id,a,b\n1,x2,p\n2,y,q2\n3,z,r\n4,w2,s,extra')" ]
	ends_with 1 varve conflicts
	output_has "row 4"
	output_has "s2"
	succeeds varve resolve --theirs
	[ "$(cat t.csv)" = "$(printf 'id,a,b\n1,x2,p\n2,y,q2\n3,z,r\n4,w,s2,extra')" ]
	succeeds varve merge --abort
	succeeds varve merge -q -m m -X theirs side
	[ "$(cat t.csv)" = "$(printf 'id,a,b\n1,x2,p\n2,y,q2\n3,z,r\n4,w,s2,extra')" ]
}

@test "a row with too many cells that one side removed and the other changed comes back as it was" {
	setup_long
	printf "${START}4,w,s,extra\n" > t.csv
	sides "$START" "${START}4,w,s,more\n"
	ends_with 1 varve merge side
	output_has "1 row removed on one side and changed on the other"
	succeeds varve resolve --theirs
	[ "$(cat t.csv)" = "$(printf "${START}4,w,s,more")" ]
}

@test "beside a row with too many cells, other columns or an open quote are a conflict that names the line" {
	setup_long
	printf "${START}4,w,s,extra\n" > t.csv
	sides 'id,a,b\n1,x2,p\n2,y,q\n3,z,r\n4,w,s,extra\n' 'id,a,b,c\n1,x,p,\n2,y,q,\n3,z,r,\n4,w,s,extra\n'
	ends_with 1 varve merge side
	ends_with 1 varve conflicts
	output_has "t.csv: line 5, character 7: found 4 cells, expected at most 3; correct the line and merge again, or take one side"
	[ "$(git show HEAD:t.csv)" = "$(cat t.csv)" ]
	mkdir ../b && cd ../b && setup_long
	printf "$START" > t.csv
	sides 'id,a,b\n1,x2,p\n2,y,q\n3,z,r\n' "${START}4,\"w,s,extra\n"
	ends_with 1 varve merge side
	ends_with 1 varve conflicts
	output_has "t.csv: line 5, character 3: the quote that opens here is never closed; correct the line"
}

@test "a byte order mark, line ends or a last newline do not conflict with a side that is not a table" {
	setup_long
	printf 'id,days\n1,"2, 3"\n2,"4, 5"\n3,6' > t.csv
	sides 'id,days\n1,"2, 3"\n2,"4, 5"\n3,6\n' 'id,days\n1,2, 3\n2,4, 5\n3,6'
	both_ways 'id,days\n1,2, 3\n2,4, 5\n3,6\n'
	mkdir ../b && cd ../b && setup_long
	printf 'id,days\n1,"2, 3"\n2,"4, 5"\n' > t.csv
	sides '\xef\xbb\xbfid,days\r\n1,"2, 3"\r\n2,"4, 5"\r\n' 'id,days\n1,2, 3\n2,4, 5\n7,8\n'
	both_ways '\xef\xbb\xbfid,days\r\n1,2, 3\r\n2,4, 5\r\n7,8\r\n'
	mkdir ../c && cd ../c && setup_long
	printf 'id,days\n1,"2, 3"\n2,"4, 5"\n3,6' > t.csv
	sides 'id,days\n1,"2, 3"\n2,"4, 5"\n3,7\n' 'id,days\n1,2, 3\n2,4, 5\n3,6'
	ends_with 1 varve merge side
	ends_with 1 varve conflicts
	output_has "theirs is text that is not a table"
}

@test "files that are not tables merge by line even if their line ends differ" {
	setup_long
	printf 'a\n"b\nc\nd\ne\nf\ng' > t.csv
	sides 'a\r\n"b\r\nc\r\nd\r\ne\r\nf\r\nG' 'a\n"B\nc\nd\ne\nf\ng\n'
	both_ways 'a\r\n"B\r\nc\r\nd\r\ne\r\nf\r\nG\r\n'
	mkdir ../b && cd ../b && setup_long
	printf 'a\r\n"b\nc\nd\ne\nf\ng\n' > t.csv
	sides 'a\r\n"b\nc\nd\ne\nf\nG\n' 'a\r\n"B\nc\nd\ne\nf\ng\n'
	both_ways 'a\r\n"B\nc\nd\ne\nf\nG\n'
	mkdir ../c && cd ../c && setup_long
	printf 'a\r\n"b\r\n' > t.csv
	sides 'x\r\na\r\n"b\r\n' 'a'
	both_ways 'x\r\na'
}

@test "a missing cell on one side and an empty one on the other are no conflict" {
	setup_long
	printf "$START" > t.csv
	sides 'id,a,b\n1,x\n2,y,q\n3,z,r\n4,v\n' 'id,a,b\n1,x,\n2,y,q\n3,z,s\n4,v,\n'
	both_ways 'id,a,b\n1,x,\n2,y,q\n3,z,s\n4,v,\n'
}

@test "a missing cell on one side and another value on the other are a conflict" {
	setup_long
	printf "$START" > t.csv
	sides 'id,a,b\n1,x\n2,y,q\n3,z,r\n' 'id,a,b\n1,x,s\n2,y,q\n3,z,r\n'
	ends_with 1 varve merge -q side
	ends_with 1 varve conflicts
	output_has "side  s"
}

@test "random tables with long rows merge as the rules say" {
	new_repo
	git config gc.auto 0
	printf '*.csv diff=varve merge=varve\n' > .git/info/attributes
	succeeds python3 "$BATS_TEST_DIRNAME/long_law.py" "${VARVE_TEST_SAMPLE:-$RANDOM}" "$([ -n "${VARVE_TEST_ALL-}" ] && echo 400 || echo 6)"
	output_has "as the rules say"
}
