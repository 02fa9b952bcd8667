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

@test "a damaged pointer in the place of the file is not taken for a bad CSV file" {
	new_repo
	rows 20 > p.csv
	varve add -q p.csv
	varve commit -qm one
	git cat-file blob HEAD:p.csv | sed 's/bafy/bafz/' > p.csv
	ends_with 2 varve add p.csv
	stderr_is "varve: p.csv: line 3 of the pointer must have a CID as its \"root\"
hint: 'varve restore p.csv' writes the data"
	succeeds varve restore p.csv
	rows 20 | cmp - p.csv
}

@test "a pointer with conflict markers is named, and both its versions are merged" {
	torn
	succeeds varve status
	output_has "p.csv  git merged this pointer as text"
	ends_with 1 varve doctor --offline
	output_has "pointer: p.csv: git merged this pointer as text, and left conflict markers in it"
	output_has "fix: varve add --fix p.csv"
	ends_with 2 varve cat HEAD:p.csv
	stderr_has "git merged this pointer as text"
	succeeds varve log --stat
	ends_with 1 varve add --fix -n
	[ -z "$(git ls-files -u)" ]
	# what both had before is not in the history: the cell that differs is in conflict
	ends_with 1 varve add --fix
	[ "$(git ls-files -u | wc -l)" -eq 2 ]
	ends_with 1 varve conflicts --json
	output_has '"kind": "row-added"'
	succeeds varve resolve --theirs p.csv
	grep -q one p.csv
	[ "$(git cat-file blob :p.csv)" = "$(cat "$HOME/b")" ]
	succeeds varve status --porcelain
	output_lacks U
}

@test "a file that is as neither version of a torn pointer stays as it is, and the next path is mended" {
	torn
	cp "$HOME/kept" q.csv
	varve add -q q.csv
	index_has q.csv "$HOME/torn"
	git -c core.hooksPath=/dev/null commit -q -m torn
	sed -i 's/item 62,/mine,/' p.csv
	cp p.csv "$HOME/mine"
	ends_with 2 varve add --fix
	stderr_has "varve add p.csv"
	cmp p.csv "$HOME/mine"
	[ "$(git diff --name-only --diff-filter=U)" = q.csv ]
	succeeds varve add p.csv
	cmp p.csv "$HOME/mine"
	succeeds varve cat :p.csv
	output_has mine
}

@test "resolve names a torn pointer that it cannot mend beside the conflicts of another path" {
	torn
	rows 5 > q.csv
	varve add -q q.csv
	varve commit -qm q
	git checkout -q -b side
	sed -i '2s/item/theirs/' q.csv
	varve add -q q.csv
	varve commit -qm side
	git checkout -q main
	tick
	sed -i '2s/item/ours/' q.csv
	varve add -q q.csv
	varve commit -qm main
	ends_with 1 varve merge side
	sed -i 's/item 62,/mine,/' p.csv
	cp -r .git/varve/conflicts "$HOME"
	sed -i 's/"varve-conflicts":[0-9]*/"varve-conflicts":99/' .git/varve/conflicts/*
	ends_with 2 varve resolve --theirs p.csv q.csv
	stderr_has "varve: the record of the conflicts of q.csv is of a later version"
	stderr_has "warning: p.csv: the file matches neither side"
	cp "$HOME"/conflicts/* .git/varve/conflicts
	ends_with 2 varve resolve --theirs p.csv q.csv
	stderr_has "q.csv: resolved"
	stderr_has "varve: p.csv: the file matches neither side"
	stderr_lacks "all conflicts are resolved"
	[ -z "$(git ls-files -u)" ]
}

# host_merges OURS THEIRS: two branches, each with its sed script, that a host without varve merged as text; a
# clone with varve has pulled it.
host_merges() {
	new_repo
	rows 20 > p.csv
	varve add p.csv > /dev/null
	varve commit -q -m base
	git checkout -q -b side
	sed -i "$2" p.csv
	varve commit -qam side
	git checkout -q main
	tick
	sed -i "$1" p.csv
	varve commit -qam main
	git clone -q . ../host
	git -C ../host checkout -q -b side origin/side
	git -C ../host checkout -q main
	git -C ../host -c core.attributesFile=/dev/null merge -q side > /dev/null 2>&1 || true
	grep -q '^<<<<<<< ' ../host/p.csv
	git -C ../host add -A
	git -C ../host commit -q -m torn
	git pull -q ../host main
}

@test "what a host merged as text is merged by row and cell after all" {
	host_merges 's/item 31,/one,/; 4d' 's/item 62,/two,/; $a 99,new,1.50,2024-01-01'
	succeeds varve status
	output_has "varve add --fix p.csv"
	succeeds varve add --fix p.csv
	grep -q 'one,' p.csv
	grep -q 'two,' p.csv
	grep -q '^99,new' p.csv
	[ "$(wc -l < p.csv)" -eq 21 ]
	succeeds varve commit -m mended
	[ -z "$(git status --porcelain)" ]
	succeeds varve doctor --offline
	varve cat HEAD:p.csv | cmp - p.csv
}

@test "and what is in conflict then is resolved as after any merge" {
	host_merges 's/item 31,/one,/; s/item 62,/first,/' 's/item 31,/uno,/; s/item 93,/two,/'
	ends_with 1 varve add --fix p.csv
	[ "$(git ls-files -u | wc -l)" -eq 3 ]
	grep -q 'one,' p.csv
	grep -q 'first,' p.csv
	grep -q 'two,' p.csv
	ends_with 1 varve conflicts
	succeeds varve resolve --theirs --row 1 p.csv
	grep -q 'uno,' p.csv
	succeeds varve commit -m mended
	[ -z "$(git status --porcelain)" ]
	git reset -q --hard HEAD~1
	# resolve alone does both
	succeeds varve resolve --theirs p.csv
	grep -q 'uno,' p.csv
	grep -q 'first,' p.csv
	grep -q 'two,' p.csv
}

@test "a killed add --fix is finished by the same command" {
	host_merges 's/item 31,/one,/' 's/item 62,/two,/'
	cp -r . ../kept
	succeeds varve add --fix p.csv
	cp p.csv ../kept/p.csv
	cd ../kept
	succeeds varve add --fix p.csv
	grep -q 'one,' p.csv
	grep -q 'two,' p.csv
	succeeds varve commit -m mended
}

@test "a table that one branch renamed and the other edited is merged after git merged it as text" {
	new_repo
	rows 20 > p.csv
	varve add p.csv > /dev/null
	varve commit -q -m base
	git checkout -q -b side
	varve mv p.csv q.csv
	sed -i 's/item 31,/one,/' q.csv
	varve commit -qam side
	git checkout -q main
	tick
	sed -i 's/item 62,/two,/' p.csv
	varve commit -qam main
	ends_with 1 git merge -q side
	ends_with 2 varve add q.csv
	stderr_has "varve add --fix q.csv"
	succeeds varve status
	output_has 'varve add --fix'
	succeeds varve add --fix
	grep -q 'one,' q.csv
	grep -q 'two,' q.csv
	succeeds varve merge --continue
	[ -z "$(git status --porcelain)" ]
	[ ! -e p.csv ]
	git reset -q --hard HEAD~1
	succeeds varve merge side
	grep -q 'one,' q.csv
	grep -q 'two,' q.csv
}

@test "conflict markers in the place of the file are never taken for a table" {
	torn
	cp "$HOME/torn" p.csv
	ends_with 2 varve add p.csv
	stderr_has "p.csv: git merged this pointer as text, and left conflict markers in it"
	stderr_has "varve add --fix p.csv"
	ends_with 1 varve doctor --offline
	output_has "fix: varve add --fix p.csv"
	sed 's/side/other/' "$HOME/torn" > p.csv
	run --separate-stderr git add p.csv
	[ "$status" != 0 ]
	stderr_has "git merged this pointer as text"
	varve cat "$theirs" > p.csv
	succeeds varve add p.csv
	[ "$(git cat-file blob :p.csv)" = "$(cat "$HOME/b")" ]
	[ "$ours" != "$theirs" ]
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
	output_has "p.csv: HEAD:p.csv: git merged this pointer as text"
	output_has "q.csv"
	succeeds varve log -p
	output_has "git merged this pointer as text"
	succeeds varve log --stat
	ends_with 1 varve check
	output_has "cannot be compared with HEAD"
	output_has "git merged this pointer as text"
	output_has "q.csv: 5 rows"
	ends_with 1 varve check HEAD~2..HEAD
	output_has "git merged this pointer as text"
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
	output_has "Committed as plain text, although .gitattributes tracks them as tables"
	succeeds varve check
	ends_with 1 varve doctor --offline
	output_has "plain: p.csv: Git stores it as plain text, but .gitattributes assigns it to varve"
	succeeds varve add --fix
	succeeds varve commit -m mended
	succeeds varve doctor --offline
	succeeds varve diff HEAD~1 HEAD
	output_lacks "row changed"
}

@test "conflict markers of another size, as conflict-marker-size sets it, are markers" {
	local size wide
	torn
	for size in 4 12; do
		wide=$(printf "%${size}s")
		sed -E "s/^<{7}/${wide// /<}/; s/^={7}\$/${wide// /=}/; s/^>{7}/${wide// />}/; s/^\|{7}/${wide// /|}/" "$HOME/torn" > p.csv
		! cmp -s p.csv "$HOME/torn" || false
		ends_with 2 varve add p.csv
		stderr_has "p.csv: git merged this pointer as text, and left conflict markers in it"
		run --separate-stderr git add p.csv
		[ "$status" != 0 ]
		stderr_has "git merged this pointer as text"
		ends_with 1 varve doctor --offline
		output_has "fix: varve add --fix p.csv"
	done
	ends_with 1 varve add --fix p.csv
	[ "$(git ls-files -u | wc -l)" -eq 2 ]
}

@test "a pointer made of lines of two is refused by git add, and found by check where it was staged" {
	new_repo
	rows 5 > p.csv
	varve add -q p.csv
	varve commit -qm one
	rows 6 1 > p.csv
	varve commit -qam two
	git diff --binary --no-ext-diff HEAD~1 > ../whole.patch
	# the line with the root alone, and then the line with the counts alone
	for line in '"root"' '"rows"'; do
		git cat-file blob HEAD~1:p.csv > ../half
		awk -v line="$line" 'NR == FNR { new[FNR] = $0; next } index($0, line) { $0 = new[FNR] } { print }' \
			<(git cat-file blob HEAD:p.csv) ../half > ../mixed
		ends_with 128 git hash-object -w --stdin --path p.csv < ../mixed
		stderr_has "p.csv: this file is a pointer that was edited, or made of lines of two"
		cp ../mixed p.csv
		ends_with 128 git add p.csv
		git checkout -q p.csv
		git update-index --cacheinfo "100644,$(git hash-object -w ../mixed),p.csv"
		ends_with 1 varve check --staged
		output_has "error source-error: its pointer was edited, or made of lines of two pointers"
		ends_with 2 varve commit -m half
		git commit -qm half
		ends_with 1 varve check HEAD
		output_has "error source-error: its pointer was edited"
		git reset -q --hard HEAD~1
	done
	git reset -q --hard HEAD~1
	succeeds git apply --cached ../whole.patch
	succeeds varve check --staged
}
