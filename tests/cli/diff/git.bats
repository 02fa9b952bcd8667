load ../helper

# A table of three rows, and its next version, in two commits.
two_versions() {
	new_repo
	printf 'id,name,price\n1,lamp,9.50\n2,chair,20\n3,table,30\n' > prices.csv
	varve add prices.csv > /dev/null
	varve commit -qm one
	tick
	printf 'id,name,price\n1,lamp,9.50\n2,chair,21\n3,table,30\n' > prices.csv
	varve commit -qam two
}

@test "git diff shows the cells of the work tree's changes" {
	two_versions
	printf 'id,name,price\n1,lamp,9.50\n2,chair,22\n3,table,30\n' > prices.csv
	succeeds git diff
	output_has "prices.csv: "
	output_has "-> work tree"
	output_has "~  2  chair  21 -> 22"
	output_has "1 row changed (1 cell); 3 -> 3 rows"
	output_lacks "bafy"
	varve add prices.csv > /dev/null
	succeeds git diff
	output_is ""
	succeeds git diff --cached
	output_has "21 -> 22"
}

@test "git diff of two versions and git show --ext-diff show cells" {
	two_versions
	succeeds git diff HEAD~1 HEAD
	output_has "20 -> 21"
	succeeds git diff HEAD~1..HEAD -- prices.csv
	output_has "20 -> 21"
	succeeds git show --ext-diff
	output_has "20 -> 21"
	succeeds git log -p --ext-diff -1
	output_has "20 -> 21"
}

@test "git log -p, git show and git diff --no-ext-diff show lines of the file" {
	two_versions
	for command in "git log -p -1" "git show" "git diff --no-ext-diff HEAD~1"; do
		# shellcheck disable=SC2086
		succeeds $command
		output_has "-2,chair,20"
		output_has "+2,chair,21"
		output_has " 3,table,30"
		output_lacks "bafy"
	done
}

@test "git show --textconv gives the file's bytes of every version" {
	new_repo
	printf 'id;name\r\n1;"a ""b"""\r\n2;\303\274' > windows.csv
	printf '\377\376i\0d\0,\0n\0\n\0001\0,\0x\0\n\0' > wide.csv
	printf 'id,v\n1,a\n' | gzip -n > packed.csv.gz
	printf '{"id": 1, "v": "x"}\n' > t.ndjson
	head -c 3000 /dev/zero > zero.bin
	: > empty.csv
	varve add -q . > /dev/null
	varve add --as file zero.bin packed.csv.gz > /dev/null
	varve commit -qm one
	for file in windows.csv wide.csv packed.csv.gz t.ndjson zero.bin empty.csv; do
		cp "$file" "$HOME/now"
		echo other > "$file"
		for name in "HEAD:$file" ":$file"; do
			git show --textconv "$name" | cmp - "$HOME/now"
			git cat-file --textconv "$name" | cmp - "$HOME/now"
			git cat-file --filters "$name" | cmp - "$HOME/now"
		done
		cp "$HOME/now" "$file"
	done
	[ -z "$(git status -s)" ]
	git config alias.left "-c core.quotePath=false show --textconv"
	git left :packed.csv.gz | cmp - packed.csv.gz
	# to read, they are text
	git show > out
	grep -qx '+1,a' out
	grep -qx '+1,x' out
	grep -q '^+binary data, 3000 bytes, ' out
}

@test "where its rows are missing a table is not handed out as a pointer" {
	two_versions
	git clone -q . ../b
	cd ../b
	varve init -q 2> /dev/null
	git remote remove origin
	ends_with 128 git show --textconv HEAD~1:prices.csv
	stderr_has "prices.csv: blocks are missing here"
	output_is ""
	ends_with 128 git show --textconv HEAD:prices.csv
	output_is ""
	ends_with 128 git cat-file --filters HEAD:prices.csv
	output_is ""
	ends_with 128 git cat-file --textconv HEAD:prices.csv
	output_is ""
	succeeds git log -p -1
	output_has '+{"varve": 1, "kind": "table"'
}

@test "git difftool shows tables by cell and text as git does" {
	two_versions
	echo one > notes.txt
	git add notes.txt
	git commit -qm notes
	echo two > notes.txt
	git commit -qam more
	succeeds git difftool -y HEAD~3 HEAD~2
	output_has "20 -> 21"
	succeeds git difftool -y HEAD~1 HEAD
	output_has "-one"
	output_has "+two"
}

@test "a tool that the user chose stays" {
	git init -q
	git config --global diff.tool meld
	varve init -q
	[ "$(git config diff.tool)" = meld ]
	[ -n "$(git config difftool.varve.cmd)" ]
}

@test "new and removed tables are shown whole" {
	two_versions
	succeeds git diff "$(git hash-object -t tree /dev/null)" HEAD~1
	output_has "prices.csv: new table, 3 rows, 3 columns"
	git rm -q prices.csv
	succeeds git diff --cached
	output_has "prices.csv: removed table, 3 rows"
	output_has "-  3  table     30"
}

@test "a table moved and changed is one difference" {
	new_repo
	echo '*.csv filter=varve diff=varve merge=varve -text' > .gitattributes
	rows 300 > a.csv
	varve add a.csv .gitattributes > /dev/null
	varve commit -qm one
	git mv a.csv b.csv
	sed -i 's/^7,item [0-9]*/7,seven/' b.csv
	varve add b.csv > /dev/null
	succeeds git diff --cached -M
	output_has "a.csv -> b.csv: "
	output_has "-> seven"
	succeeds git diff --cached -M --no-ext-diff
	output_has "rename to b.csv"
	output_has "+7,seven"
}

@test "a table that only became executable has its modes told" {
	two_versions
	chmod +x prices.csv
	succeeds git diff
	output_has "prices.csv: mode 100644 -> 100755"
}

@test "one table that cannot be compared does not hide the others" {
	two_versions
	rows 5 > other.csv
	varve add other.csv > /dev/null
	varve commit -qm other
	git checkout -q -b gone
	sed -e 's/"root": "bafyrei...../"root": "bafyreiaaaaa/' <(git cat-file -p HEAD:other.csv) > pointer
	git update-index --cacheinfo "100644,$(git hash-object -w pointer),other.csv"
	rows 5 2 > p.csv
	varve add p.csv > /dev/null
	succeeds git diff --cached
	output_has "other.csv: "
	output_has "p.csv: new table"
	succeeds git diff --cached --no-ext-diff
	output_has '+varve pointer: '
	output_has "+5,"
}

@test "git blame tells the commit of each line" {
	two_versions
	for how in "" --no-ext-diff "--contents prices.csv"; do
		# shellcheck disable=SC2086
		succeeds git blame -s --root $how prices.csv
		output_has "$(git rev-parse --short=8 HEAD~1) 1) id,name,price"
		output_has "$(git rev-parse --short=8 HEAD) 3) 2,chair,21"
	done
	[ "$(git blame -s -L 3,3 prices.csv)" = "$(git rev-parse --short=8 HEAD) 3) 2,chair,21" ]
	# pointers
	succeeds git blame -s --no-textconv prices.csv
	output_has '"kind": "table"'
}

@test "files that are not tables are shown as they are" {
	new_repo
	printf 'some\ntext\n' > notes.log
	varve add --as file notes.log > /dev/null
	head -c 3000 /dev/zero > zero.bin
	varve add --as file zero.bin > /dev/null
	varve commit -qm one
	printf 'some\nmore\n' > notes.log
	head -c 3001 /dev/zero > zero.bin
	varve commit -qam two
	succeeds git show
	output_has "-text"
	output_has "+more"
	output_has "-binary data, 3000 bytes, "
	output_has "+binary data, 3001 bytes, "
	succeeds git diff HEAD~1
	output_has "notes.log: a file, 10 B -> 10 B, contents differ"
}

@test "paths that git says are in conflict are named" {
	two_versions
	git checkout -q -b other HEAD~1
	printf 'id,name,price\n1,lamp,9.50\n2,chair,25\n3,table,30\n' > prices.csv
	varve commit -qam three
	ends_with 1 varve merge main
	succeeds git diff --cached
	output_has "prices.csv: in conflict"
}

@test "two files are compared without a commit" {
	two_versions
	printf 'id,v\n1,a\n' > x.csv
	printf 'id,v\n1,b\n' > y.csv
	echo '*.csv diff=varve' > .git/info/attributes
	ends_with 1 git diff --no-index x.csv y.csv
	output_has "a -> b"
}

@test "git diff shows what is in the blobs, also where the files that git writes of them have other bytes" {
	new_repo
	git config filter.large.clean 'tr A-Z a-z'
	git config filter.large.smudge 'tr a-z A-Z'
	echo '*.csv filter=large diff=varve' > .gitattributes
	printf 'ID,NAME\n1,ANN\n' > t.csv
	git add .
	git commit -qm one
	printf 'ID,NAME\n1,BEN\n' > t.csv
	git commit -qam two
	succeeds git diff HEAD~1 HEAD
	output_has "~  1  ann -> ben"
}

@test "colours follow git's settings" {
	two_versions
	succeeds git -c color.diff=always diff HEAD~1
	output_has $'\033['
	succeeds git -c color.ui=always -c color.diff=never diff HEAD~1
	output_lacks $'\033['
}

@test "the commands for git refuse other words" {
	ends_with 2 varve diff-file a b
	stderr_has "diff-file takes the arguments that git passes"
	ends_with 2 varve textconv
	stderr_has "textconv requires a file"
	ends_with 2 varve diff-tool a
	stderr_has "diff-tool takes OLD NEW PATH"
	ends_with 2 varve textconv missing.csv
	stderr_has "missing.csv"
}

@test "into a pipe or file git diff writes no colours, whatever the terminal" {
	new_repo
	rows 5 > p.csv
	varve add p.csv > /dev/null
	varve commit -q -m one
	sed -i 's/^3,item [0-9]*/3,x/' p.csv
	TERM=xterm git diff > out
	grep -q 'item 93 -> x' out
	! grep -q $'\033' out || false
	TERM=xterm git -c color.diff=always diff > out
	grep -q $'\033' out
}

@test "git blame of a file in the work tree names the lines that are not committed" {
	two_versions
	succeeds git blame -s prices.csv
	git blame -s HEAD -- prices.csv > "$HOME/head"
	[ "$output" = "$(cat "$HOME/head")" ]
	sed -i 's/^3,\([^,]*\),[^,]*/3,\1,77.77/' prices.csv
	succeeds git blame -s prices.csv
	[ "$(grep -c '^00000000 .*3,table,77.77' <<< "$output")" = 1 ]
	[ "$(grep -c '^00000000' <<< "$output")" = 1 ]
	git config alias.praise "blame -s"
	[ "$(git praise prices.csv)" = "$output" ]
}

# both_say OPTIONS: varve diff and git diff have the same exit code and names.
both_say() {
	run varve diff --exit-code --name-status "$@"
	local ours=$status names=$output
	run git diff --exit-code --name-status "$@"
	[ "$ours" = "$status" ] && [ "$names" = "$output" ]
}

@test "a change of a file's mode is shown, as by git, on all sides" {
	new_repo
	rows 3 > t.csv
	rows 3 > u.csv
	echo text > x.txt
	varve add -q . && varve commit -qm one
	chmod +x t.csv x.txt
	both_say
	succeeds varve diff
	output_is "t.csv: mode 100644 -> 100755
x.txt: mode 100644 -> 100755"
	ends_with 1 varve diff --quiet t.csv
	succeeds varve diff --exit-code --columns id t.csv
	output_is ""
	succeeds varve diff --format ndjson t.csv
	stderr_has "t.csv: mode 100644 -> 100755"
	sed -i '2s/item/other/' t.csv
	both_say
	succeeds varve diff t.csv
	output_has "1 row changed"
	output_has "t.csv: mode 100644 -> 100755"
	varve add -q .
	both_say --cached
	both_say
	varve commit -qm two
	both_say HEAD~1 HEAD
	both_say HEAD HEAD~1
	chmod -x t.csv
	both_say
	both_say HEAD~1
	git config core.fileMode false
	both_say
	succeeds varve diff --exit-code t.csv
	output_is ""
}

@test "modes of files in conflict and of old trees are as git has them" {
	new_repo
	rows 3 > t.csv
	echo text > x.sh
	chmod +x t.csv x.sh
	varve add -q . && varve commit -qm one
	varve switch -qc other
	sed -i '2s/item/theirs/' t.csv
	echo theirs > x.sh
	varve commit -qam theirs
	varve switch -q main
	sed -i '2s/item/ours/' t.csv
	echo ours > x.sh
	varve commit -qam ours
	ends_with 1 varve merge other
	for side in "" HEAD --ours --theirs; do
		# shellcheck disable=SC2086
		succeeds varve diff $side
		output_lacks mode
		stderr_lacks mode
	done
	varve merge --abort
	blob=$(git rev-parse HEAD:x.sh)
	tree=$({ printf '100664 x.sh\0'; printf "$(sed 's/../\\x&/g' <<< "$blob")"; } | git hash-object -w -t tree --literally --stdin)
	old=$(git commit-tree -m old "$tree")
	new=$(git commit-tree -m new "$(printf '100644 blob %s\tx.sh\n' "$blob" | git mktree)")
	git cat-file tree "$tree" | grep -aq 100664
	both_say "$old" "$new"
	both_say "$new" "$old"
	succeeds varve diff --exit-code "$old" "$new"
	output_is ""
}
