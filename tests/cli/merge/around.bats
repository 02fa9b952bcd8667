# What surrounds the rows in a merge: lines above and below a table, members beside the rows of a JSON document, the encoding.
load ../helper

# versions FILE BASE OURS THEIRS: three texts (as printf has them) of a table, committed on main and side.
versions() {
	printf "$2" > "$1"
	varve add -q --key id "$1"
	varve commit -qm base
	git checkout -q -b side
	printf "$4" > "$1"
	varve add -q "$1"
	varve commit -qm theirs
	git checkout -q main
	printf "$3" > "$1"
	varve add -q "$1"
	varve commit -qm ours
}

ROWS='id,v\n1,a\n2,b\n3,c\n4,d\n'

@test "lines above and below a table that the sides edited at different places are merged, line ends apart" {
	new_repo
	versions t.csv "# by Ada\n# of 2024\n# in km\n$ROWS\nSource: X\nseen: no\nby: me\n" \
		"# by Bob\n# of 2024\n# in km\n$ROWS\nSource: Y\nseen: no\nby: me\n" \
		"# by Ada\n# of 2024\n# in miles\n$ROWS\nSource: X\nseen: no\nby: you\n"
	succeeds varve merge side
	printf "# by Bob\n# of 2024\n# in miles\n$ROWS\nSource: Y\nseen: no\nby: you\n" > want
	cmp want t.csv
	varve switch -q -c third HEAD~1
	sed -i 's/$/\r/' t.csv
	varve add -q t.csv
	varve commit -qm ends
	succeeds varve merge main
	sed -i 's/$/\r/' want
	cmp want t.csv
	succeeds varve fsck --data
}

@test "lines that both sides changed are a conflict in a git merge and a rebase, too" {
	new_repo
	versions t.csv "# of 2024\n$ROWS" "# of 2025\n$ROWS" "# of 2026\n$ROWS"
	ends_with 1 git merge side
	ends_with 1 varve conflicts
	output_has "lines above the table"
	succeeds varve resolve --theirs t.csv
	grep -q 2026 t.csv
	git merge --abort
	ends_with 1 git rebase side
	ends_with 1 varve conflicts
	output_has "lines above the table"
	succeeds varve resolve --base t.csv
	grep -q 2024 t.csv
	GIT_EDITOR=true git rebase --continue
	[ "$(varve cat HEAD:t.csv | head -n 1)" = "# of 2024" ]
}

@test "comments of different rows that both sides changed, added or removed are merged with their rows" {
	new_repo
	versions t.csv 'id,v\n1,a\n# two\n2,b\n3,c\n# four\n4,d\n5,e\n' \
		'id,v\n1,a\n# TWO\n2,b\n3,c\n# four\n4,d\n# five\n5,E\n' \
		'id,v\n1,a\n# two\n2,b\n# three\n# and more\n3,C\n4,D\n5,e\n'
	succeeds varve merge side
	printf 'id,v\n1,a\n# TWO\n2,b\n# three\n# and more\n3,C\n4,D\n# five\n5,E\n' | cmp - t.csv
	succeeds varve fsck --data
}

@test "a comment that both sides changed is a conflict, and so is the same one on both" {
	local theirs
	for theirs in '# THEIRS' '# OURS'; do
		rm -rf r
		mkdir r
		cd r
		new_repo
		versions t.csv 'id,v\n1,a\n# two\n2,b\n3,c\n' 'id,v\n1,a\n# OURS\n2,b\n3,O\n' "id,v\n1,T\n$theirs\n2,b\n3,c\n"
		run varve merge side
		[ "$status" = "$([ "$theirs" = '# OURS' ] && echo 0 || echo 1)" ]
		cd ..
	done
}

@test "comments directly below the header are merged, by lines, or are a conflict" {
	new_repo
	versions t.csv "id,v\n# a\n# b\n# c\n1,x\n2,y\n3,z\n" "id,v\n# A\n# b\n# c\n1,x\n2,y\n3,z\n" \
		"id,v\r\n# a\r\n# b\r\n# C\r\n# D\r\n1,x\r\n2,y\r\n3,z\r\n"
	succeeds varve merge side
	printf 'id,v\r\n# A\r\n# b\r\n# C\r\n# D\r\n1,x\r\n2,y\r\n3,z\r\n' > want
	same_bytes want t.csv
	varve switch -q -c third "$(git log --format=%H --grep '^base$')"
	sed -i 's/# a/# of mine/' t.csv
	varve commit -qam third
	succeeds varve diff HEAD~1 HEAD
	output_has "lines below the header changed: '# a' -> '# of mine'"
	ends_with 1 git merge main
	ends_with 1 varve conflicts
	output_has "both sides changed the lines below the header"
	succeeds varve resolve --theirs t.csv
	same_bytes want t.csv
	git merge --abort
	ends_with 1 git rebase main
	succeeds varve resolve --base t.csv
	[ "$(sed -n '2p' t.csv | tr -d '\r')" = "# a" ]
}

@test "comments directly below the header stay where both sides add columns" {
	new_repo
	versions t.csv 'id,v\n# a\n1,x\n2,y\n3,z\n' 'id,u,v\n# a\n1,,x\n2,,y\n3,u,z\n' 'id,v,w\n# a\n# b\n1,x,1\n2,y,2\n3,z,3\n'
	succeeds varve merge side
	[ "$(sed -n '1,3p' t.csv | tr '\n' ' ')" = "id,u,v,w # a # b " ]
}

@test "blank lines above the header stay where both sides change it, and are merged" {
	local lead rows='1,x\n2,y\n3,z\n' more='1,x,1\n2,y,2\n3,z,3\n' n=0
	for lead in '\n' '# x\n\n' '# x\n\n\n'; do
		new_repo "$((++n))"
		cd "$n"
		versions t.csv "${lead}id,v\n$rows" "${lead}id,u,v\n1,,x\n2,,y\n3,u,z\n" "${lead}id,v,w\n$more"
		succeeds varve merge side
		printf "${lead}id,u,v,w\n1,,x,1\n2,,y,2\n3,u,z,3\n" > want
		same_bytes want t.csv
		new_repo more
		cd more
		versions t.csv "${lead}id,v\n$rows" "${lead}\nid,v\n$rows" "${lead}id,v,w\n$more"
		succeeds varve merge side
		printf "${lead}\nid,v,w\n$more" > want
		same_bytes want t.csv
		cd ../..
	done
}

@test "titles above rows without a header are merged where the other side reads blank lines and rows there" {
	new_repo
	rows='1;a;x\n2;b;x\n3;c;x\n4;d;x\n5;e;x\n'
	printf "\nmade 22\n\nmade x y\n$rows" > t.csv
	varve add -q --no-header t.csv
	varve commit -qm base
	git checkout -q -b side
	printf "\nmade 2a\n\nmade x y\n$rows \nmade 2a\n\nmade x y\n$rows" > t.csv
	varve add -q t.csv
	varve commit -qm rows
	git checkout -q main
	printf "#\nmade 22\n\nmade x y\n$rows" > t.csv
	varve add -q t.csv
	varve commit -qm title
	ends_with 1 varve merge side
	output_has "the lines above the rows"
	succeeds varve resolve --ours t.csv
	[ "$(head -n 4 t.csv)" = "$(printf '#\nmade 22\n\nmade x y')" ]
	[ "$(tail -n 5 t.csv)" = "$(printf "$rows")" ]
	varve commit -qm merged
	succeeds varve fsck --data
}

@test "members beside the rows are merged by name, and those that both changed are a conflict" {
	new_repo
	versions t.json '{"count": 1, "meta": {"by": "a", "of": 1},\n "rows": [{"id": 1}, {"id": 2}],\n "next": null}\n' \
		'{"count": 2, "meta": {"by": "b", "of": 1},\n "rows": [{"id": 1}, {"id": 2}],\n "next": null}\n' \
		'{"count": 1, "meta": {"by": "a", "of": 2, "at": 3},\n "rows": [{"id": 1}, {"id": 2}, {"id": 3}], "more": true}\n'
	succeeds git merge side
	python3 - <<-'END'
	import json
	d = json.load(open("t.json"))
	assert d == {"count": 2, "meta": {"by": "b", "of": 2, "at": 3}, "rows": [{"id": 1}, {"id": 2}, {"id": 3}], "more": True}, d
	END
	varve switch -q -c third "$(git log --format=%H --grep '^base$')"
	sed -i 's/"count": ./"count": 7/; s/"by": "."/"by": "z"/' t.json
	varve add -q t.json
	varve commit -qm third
	ends_with 1 varve merge main
	ends_with 1 varve conflicts
	output_has '"count"'
	succeeds varve resolve --theirs t.json
	grep -q '"more": true' t.json
	varve commit -qm merged
	succeeds varve fsck --data
}

@test "a merge never puts text of two encodings into one file" {
	new_repo
	versions t.csv 'id,name\n1,M\303\274ller\n2,abc\n3,x\n4,y\n' 'id,name\n1,M\303\274ller\n2,J\303\244ger\n3,x\n4,y\n' \
		'id,name\n1,M\374ller\n2,abc\n3,x\n4,z\n'
	ends_with 1 git merge side
	ends_with 1 varve conflicts
	output_has "theirs has text in an unknown encoding, and ours has UTF-8"
	python3 -c 'open("t.csv", "rb").read().decode()'
	succeeds varve resolve --theirs t.csv
	python3 -c 'open("t.csv", "rb").read().decode("cp1252")'
	! python3 -c 'open("t.csv", "rb").read().decode()' 2> /dev/null || false
}

@test "text of two encodings on one side alone is a conflict whichever side merges" {
	new_repo
	versions t.csv 'id,name\n1,a\n2,b\n3,c\n4,d\n5,e\n' 'id,name\n1,M\303\274ller\n2,J\344ger\n3,c\n4,d\n5,e\n' \
		'id,name\n1,a\n2,b\n3,c\n4,d\n5,B\344r\n'
	ends_with 1 varve merge side
	output_has "both have text in an unknown encoding besides UTF-8"
	varve merge --abort
	git checkout -q side
	ends_with 1 varve merge main
	output_has "both have text in an unknown encoding besides UTF-8"
}

@test "a side in a known encoding, in UTF-16 or with a mark gives the merge one encoding" {
	new_repo
	for encoding in windows-1252 UTF-16; do
		rm -rf .git .gitattributes t.csv
		new_repo
		printf 'id,name\n1,M\303\274ller\n2,abc\n3,x\n4,y\n' > t.csv
		varve add -q --key id t.csv
		varve commit -qm base
		git checkout -q -b side
		printf 'id,name\n1,M\303\274ller\n2,abc\n3,x\n4,z\n' | iconv -t $encoding > t.csv
		varve add -q --encoding $encoding t.csv
		varve commit -qm theirs
		git checkout -q main
		printf 'id,name\n1,M\303\274ller\n2,J\303\244ger\n3,x\n4,y\n' > t.csv
		varve add -q t.csv
		varve commit -qm ours
		succeeds git merge -q side
		python3 -c 'import sys; t = open("t.csv", "rb").read().decode(sys.argv[1]); assert "J\u00e4ger" in t and "4,z" in t, t' $encoding
	done
}

@test "a mark of UTF-8 that one side added is gone if the other side chose an encoding without one" {
	local way
	for way in "main side" "side main"; do
		rm -rf .git .gitattributes t.csv
		new_repo
		printf 'id,name\n1,M\303\274ller\n2,abc\n3,x\n4,y\n' > t.csv
		varve add -q --key id t.csv
		varve commit -qm base
		git checkout -q -b side
		printf 'id,name\n1,M\303\274ller\n2,abc\n3,x\n4,z\n' | iconv -t windows-1252 > t.csv
		varve add -q --encoding windows-1252 t.csv
		varve commit -qm theirs
		git checkout -q main
		printf '\357\273\277id,name\n1,M\303\274ller\n2,J\303\244ger\n3,x\n4,y\n' > t.csv
		varve add -q t.csv
		varve commit -qm ours
		git checkout -q "${way% *}"
		succeeds varve merge "${way#* }"
		[ "$(iconv -f windows-1252 t.csv)" = "$(printf 'id,name\n1,M\303\274ller\n2,J\303\244ger\n3,x\n4,z')" ]
	done
}

# One side has other line ends; the other wrote a header, title, comment or last lines of its own, or all lines, with its delimiter.
@test "line ends that one side changed hold for the lines that the other side wrote" {
	local name base ours want n=0
	new_repo
	while IFS='|' read -r name ours want; do
		n=$((n + 1))
		for way in "main side" "side main"; do
			git checkout -q --orphan "start$n${way%% *}"
			git rm -rfq --ignore-unmatch .
			base="id,v\n1,a\n2,b\n3,c\n"
			[ "$name" != comment ] || base="id,v\n1,a\n# two\n2,b\n3,c\n"
			git branch -qD main side 2> /dev/null || true
			git checkout -q -b main
			versions t.csv "$base" "$ours" "$(sed 's/\\n/\\r\\n/g' <<< "$base")"
			git checkout -q "${way%% *}"
			succeeds varve merge -q "${way##* }"
			printf "$want" | sed 's/$/\r/' | cmp - t.csv || { echo "$name, $way"; cat -A t.csv; return 1; }
			varve cat HEAD:t.csv | cmp - t.csv
		done
	done <<-'END'
	delimiter|id;v\n1;a\n2;b\n3;c\n|id;v\n1;a\n2;b\n3;c\n
	title|# a title\nid,v\n1,a\n2,b\n3,c\n|# a title\nid,v\n1,a\n2,b\n3,c\n
	below|id,v\n1,a\n2,b\n3,c\n\nSource: X\n|id,v\n1,a\n2,b\n3,c\n\nSource: X\n
	between|id,v\n# units\n1,a\n2,b\n3,c\n|id,v\n# units\n1,a\n2,b\n3,c\n
	comment|id,v\n1,a\n# zwei\n2,b\n3,c\n|id,v\n1,a\n# zwei\n2,b\n3,c\n
	new comment|id,v\n1,a\n2,b\n# three\n3,c\n|id,v\n1,a\n2,b\n# three\n3,c\n
	name|id,w\n1,a\n2,b\n3,c\n|id,w\n1,a\n2,b\n3,c\n
	column|id,v,w\n1,a,x\n2,b,y\n3,c,z\n|id,v,w\n1,a,x\n2,b,y\n3,c,z\n
	row|id,v\n1,a\n2,B\n3,c\n4,d\n|id,v\n1,a\n2,B\n3,c\n4,d\n
	quotes|"id","v"\n"1","a"\n"2","b"\n"3","c"\n|"id","v"\n"1","a"\n"2","b"\n"3","c"\n
	END
	[ "$n" -eq 10 ]
	succeeds varve fsck --data
}

# Merges, picks and applies two changes of a table whose rows end differently; the arguments are those of track.
keeps_ends() {
	mkdir r
	cd r
	new_repo
	[ $# -eq 0 ] || varve track "$@" > /dev/null
	printf 'id,a\r\n1,x\r\n2,y\n3,y\r\n4,x\r\n5,x\n6,x\r\n7,z\n8,z\n9,y\r\n10,z\n11,y\r\n' > t.csv
	varve add . > /dev/null
	varve commit -q -m base
	git switch -q -c a
	sed -i '/^[389],/d' t.csv
	varve commit -q -a -m a
	git switch -q -c b main
	sed -i 's/^\(1\|11\),./\1,q/' t.csv
	varve commit -q -a -m b
	printf 'id,a\r\n1,q\r\n2,y\n4,x\r\n5,x\n6,x\r\n7,z\n10,z\n11,q\r\n' > ../want
	succeeds varve merge a
	cmp ../want t.csv
	varve diff --format patch main a > ../patch
	varve diff --format patch main b^ > ../other
	git switch -q -c picked b^
	cp t.csv ../before
	succeeds git cherry-pick a
	cmp ../want t.csv
	succeeds git revert --no-edit HEAD
	cmp ../before t.csv
	succeeds varve apply ../patch
	cmp ../want t.csv
	git switch -q -f a
	succeeds varve apply ../other
	cmp ../want t.csv
	cd ..
	rm -rf r
}

@test "rows whose line ends differ keep them, whichever ends are more on one side" {
	keeps_ends
	keeps_ends --text '*.csv'
}

@test "merges, cherry-picks and reverts work in a submodule, and in a work tree of it" {
	local folder
	new_repo source
	cd source
	{ echo id,v; seq 9 | sed 's/$/,a/'; } > t.csv
	varve add -q t.csv
	varve commit -qm base
	cd ..
	git init -q top
	git -C top -c protocol.file.allow=always submodule --quiet add "$PWD/source" mod
	cd top/mod
	varve init -q > ../../out
	varve fetch -q
	varve restore -q .
	git switch -qc side
	sed -i s/^1,a/1,side/ t.csv
	varve commit -qam side
	git switch -q main
	sed -i s/^9,a/9,main/ t.csv
	varve commit -qam main
	git worktree add -q -b beside ../../beside
	for folder in . ../../beside; do
		cd $folder
		succeeds varve cherry-pick side
		[ "$(sed -n '2p;10p' t.csv)" = $'1,side\n9,main' ]
		succeeds varve revert HEAD
		[ "$(sed -n '2p;10p' t.csv)" = $'1,a\n9,main' ]
		succeeds varve merge side
		[ "$(git rev-list --parents -n 1 HEAD | wc -w)" = 3 ]
		[ -z "$(git status --porcelain)" ]
	done
}

@test "a work tree that does not exist is named, not called another user's" {
	new_repo
	git config core.worktree "$PWD/gone"
	ends_with 2 varve status
	stderr_has "gone': No such file or directory"
	stderr_lacks "another user"
	GIT_DIR=.git GIT_WORK_TREE=. succeeds varve status --porcelain
}

# emptied BASE NO-ROWS SPACED: a merge in which the other branch removed all rows of t.json and this one changed its form.
emptied() {
	git checkout -q --orphan "b$((++count))"
	git rm -rqf . 2> /dev/null || :
	varve init > /dev/null
	printf "$1" > t.json
	varve add -q --key id t.json
	varve commit -qm base
	git checkout -q -B side
	printf "$2" > t.json
	varve commit -qam "no rows"
	git cat-file -p HEAD:t.json | grep -q '"key": \["id"\]'
	git checkout -q -B main HEAD~1
	printf "$3" > t.json
	varve commit -qam form
	succeeds varve merge -qm merged side
	[ -z "$(git status --porcelain)" ]
	rm t.json
	git checkout -q t.json
	[ -z "$(git status --porcelain)" ]
	varve clone -q . "../clone$count" 2> /dev/null
	cmp t.json "../clone$count/t.json"
	[ -z "$(git -C "../clone$count" status --porcelain)" ]
	varve set -q t.json 5 a=z
	[ "$(varve cat --format csv t.json | xargs)" = "id,a 5,z" ]
	varve commit -qam again
}

@test "JSON of which one side removed all rows is clean after the merge, and keeps its key" {
	new_repo
	rows='{"id":1,"a":"x"},{"id":2,"a":"y"}' spaced='\n  {"id":1,"a":"x"},\n  {"id":2,"a":"y"}\n'
	emptied "[$rows]\n" '[]\n' "[$spaced]\n"
	emptied "[$rows]" '[ ]' "[\n{\"id\": 1, \"a\": \"x\"},\n{\"id\": 2, \"a\": \"y\"}\n]"
	emptied "{\"n\":1,\"items\":[$rows]}\n" '{"n":1,"items":[]}\n' "{\"n\":1,\"items\":[$spaced]}\n"
	emptied "{\"n\":1,\"items\":[$rows]}\n" '{"n":1,"items":[]}\n' "{\"n\":2,\"items\":[$rows]}\n"
}

@test "merge --abort again restores a file that git could not write" {
	local real
	real=$(command -v git)
	new_repo
	printf 'id,v\n1,a\n2,b\n' > p.csv
	varve add -q --key id .
	varve commit -qm one
	git switch -qc side
	sed -i s/a/S/ p.csv
	varve commit -qam side
	git switch -q main
	sed -i s/a/M/ p.csv
	varve commit -qam main
	mkdir ../bin
	printf '%s\n' '#!/bin/sh' 'case " $* " in *" restore "*) ' "$real"' restore -q --staged --source=HEAD p.csv; eval "$DISK"; exit 1 ;; esac' \
		"exec $real \"\$@\"" > ../bin/git
	chmod +x ../bin/git
	for DISK in ': > p.csv' 'rm p.csv'; do
		export DISK
		ends_with 1 varve merge -q side
		PATH="$PWD/../bin:$PATH" ends_with 2 varve merge --abort
		[ ! -s p.csv ]
		succeeds varve merge --abort
		[ "$(cat p.csv)" = "$(printf 'id,v\n1,M\n2,b')" ]
		[ -z "$(git status --porcelain)" ]
	done
}
