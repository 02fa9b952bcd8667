load ../../cli/helper

# What makes law 5 true, counted in system calls: times would not tell on a busy machine.

# 60 folders of 5 small files, committed, older than their index.
many_files() {
	local i
	git init -q
	for i in $(seq 60); do
		mkdir "d$i"
		printf 'a %s\nb\n' "$i" | tee d$i/1.txt d$i/2.txt d$i/3.txt d$i/4.txt > d$i/5.txt
	done
	find . -name '*.txt' -exec touch -d '1 hour ago' {} +
	git add .
	git commit -qm one
	varve init -q > /dev/null
	git status > /dev/null
}

# The calls of that name that "varve ARGUMENT..." makes: in $calls.
calls_of() {
	local name="$1"
	shift
	calls="$BATS_TEST_TMPDIR/calls"
	ASAN_OPTIONS="${ASAN_OPTIONS-}:detect_leaks=0" strace -f -e "trace=$name" -o "$calls" varve "$@" > ../out
}

# Only those of varve itself, not of the programs that it runs.
mine() {
	grep "^$(head -1 "$calls" | cut -d' ' -f1) " "$calls" > "$calls.mine" || true
	mv "$calls.mine" "$calls"
}

# How many of them have that text.
count_is() {
	local found
	found="$(grep -c -- "$2" "$calls" || true)"
	[ "$found" -"${3-eq}" "$1" ] || {
		echo "$2: $found calls"
		return 1
	}
}

@test "status, diff and add read Git's index once" {
	many_files
	# libgit2 opens it twice: for its sum, and for its entries. Git opens it once to list new files, and once more
	# for the attributes of all, which add needs: a file that was text may be tracked now.
	for command in "status" "diff" "diff --cached" "add ." "restore ." "switch -q -c other" "commit -q --allow-empty -m two"; do
		# shellcheck disable=SC2086
		calls_of openat $command
		case $command in
		commit*) count_is 5 '\.git/index", O_RDONLY' le ;;
		add*) count_is 4 '\.git/index", O_RDONLY' le ;;
		*) count_is 3 '\.git/index", O_RDONLY' le ;;
		esac
		mine
		count_is 2 '\.git/index", O_RDONLY' le
	done
	# The new one, too: its extensions, what git took, its time, and the wait for the disk.
	rows 100 > t.csv
	calls_of openat add t.csv
	mine
	count_is 5 'index~\.lock", O_RDONLY' le
}

@test "git starts the filter for a commit, and the filter no git for settings that varve gave" {
	new_repo
	rows 100 > t.csv
	varve add -q t.csv
	touch -d '1 hour ago' t.csv # so git looks at it
	calls_of execve commit -qm one
	count_is 1 '"varve", "filter-process"'
	count_is 0 '"config", "--list"'
}

@test "status opens no description where a folder has none" {
	many_files
	calls_of openat status
	count_is 0 datapackage.json
	calls_of newfstatat status
	count_is 61 datapackage.json le
}

@test "restore of clean files reads no blob" {
	many_files
	calls_of openat restore .
	count_is 0 '\.txt"'
	count_is 3 '\.git/objects/../' le
}

@test "the folder of files that are written is looked at once" {
	many_files
	rm -r d7
	calls_of newfstatat restore .
	mine
	count_is 8 'd7", ' le
	count_is 5 'd7/3.txt", ' le # one for the permissions of a file that is there
}

@test "few objects of Git that come are unpacked, and its merge driver leaves none" {
	git init -q --bare ../hub.git
	git init -q
	varve init -q > /dev/null
	git remote add origin ../hub.git
	echo '*.csv merge=varve' > .gitattributes
	seq 40000 | sed 's/$/,a row/; 1i id,name' > t.csv
	git add .
	git commit -qm one
	varve push -q -u origin HEAD
	git clone -q ../hub.git ../b
	sed -i 's/^9,.*/9,ours/' t.csv
	git commit -qam two
	varve push -q
	[ -z "$(find ../hub.git/objects/pack -name '*.pack')" ]
	cd ../b
	varve init -q > /dev/null
	sed -i 's/^30000,.*/30000,theirs/' t.csv
	git commit -qam three
	varve fetch -q
	git gc -q
	succeeds git merge -q --no-edit '@{u}'
	grep -qx "9,ours" t.csv
	grep -qx "30000,theirs" t.csv
	# the table, its folder and the commit
	[ "$(git count-objects | cut -d' ' -f1)" = 3 ]
}

@test "attributes that say nothing cost no randomness" {
	many_files
	calls_of getrandom add .
	count_is 50 getrandom le
}

@test "show REV:PATH reads the blob once" {
	git init -q
	seq 200000 > t.csv
	git add t.csv
	git commit -qm one
	varve init -q > /dev/null
	calls_of openat show HEAD:t.csv
	cmp t.csv ../out
	blob="$(git rev-parse HEAD:t.csv)"
	count_is 3 "$(echo "$blob" | cut -c1-2)/$(echo "$blob" | cut -c3-)" le
}

# 300 tables, committed.
many_tables() {
	local i
	git init -q
	varve init -q > /dev/null
	varve track '*.csv' > /dev/null
	for i in $(seq 300); do
		printf 'id,name\n%s,a\n' "$i" > "t$i.csv"
	done
	varve add . > /dev/null
	varve commit -qm one
}

@test "fsck reads the tree of a folder of 300 tables once" {
	many_tables
	tree="$(git rev-parse 'HEAD^{tree}')"
	mv .git/objects/pack ../pack
	for pack in ../pack/*.pack; do
		git unpack-objects -q < "$pack"
	done
	calls_of openat fsck
	count_is 3 "$(echo "$tree" | cut -c1-2)/$(echo "$tree" | cut -c3-)" le
	count_is 1 "$(echo "$tree" | cut -c1-2)/$(echo "$tree" | cut -c3-)" ge
}

@test "commit -a of 300 changed tables lists no pack and keeps no file for each" {
	many_tables
	sed -i 's/,a/,b/' t*.csv
	calls_of openat,write commit -qam two
	count_is 300 't[0-9]*\.csv", O_RDONLY' ge
	count_is 60 '\.git/objects/pack' le
	count_is 0 'cache/scan/[0-9a-f]*", O_WRONLY'
	# git's filter answers at once
	count_is 20 'write(1, "0000"' le
}

@test "a second push to a Git host looks only at commits that are new" {
	git init -q
	git config gc.auto 0
	for i in $(seq 40); do
		echo "$i" > "f$i.txt"
		git add "f$i.txt"
		git commit -qm "$i"
		tick
	done
	git init -q --bare ../hub.git
	varve init -q > /dev/null
	git remote add origin "file://$(cd .. && pwd)/hub.git"
	git config remote.origin.varveKind git
	calls_of openat push -q origin HEAD:refs/heads/one
	mine
	count_is 80 '\.git/objects/../' ge
	echo more >> f1.txt
	git commit -qam more
	calls_of openat push -q origin HEAD:refs/heads/two
	mine
	count_is 60 '\.git/objects/../' le
	# A table that comes later is found.
	rows 100 > t.csv
	varve add -q t.csv
	varve commit -qm table
	succeeds varve push -q origin HEAD:refs/heads/three
	git -C ../hub.git rev-parse -q --verify refs/varve/blocks
}

@test "readers of documents are looked for in the settings that were read already" {
	many_files
	git config --global varve.reader.toy.command /bin/false
	for i in $(seq 60); do echo c >> "d$i/1.txt"; done
	git commit -qam two
	calls_of openat diff HEAD~1 HEAD
	mine
	count_is 8 '\.gitconfig' le
}

@test "a new branch and a merge look at no file that they leave alone" {
	many_files
	git switch -qc other
	echo c > d1/1.txt
	git commit -qam two
	git switch -q -
	git commit -q --allow-empty -m three
	calls_of newfstatat switch -c third
	mine
	count_is 0 '/d[0-9]*/[1-5][.]txt"' le
	calls_of newfstatat merge -q -m both other
	mine
	count_is 0 '/d[2-9]/[1-5][.]txt"' le
}

@test "files of a clone without tables are written by git, apart, and get to their places in whole folders" {
	many_files
	seq 60000 > top.txt # more than goes object by object
	printf '*.txt ident\n' > .gitattributes
	ln -s d1 link
	git add .
	git commit -qm two
	cd ..
	for way in "clone -q $OLDPWD a" "clone -q --git-host file://$OLDPWD b"; do
		# shellcheck disable=SC2086
		calls_of rename,renameat,renameat2 $way
		copy="${way##* }"
		count_is 80 "/files/" le
		count_is 60 "/files/d" ge
		[ ! -e "$copy/.git/varve/files" ]
		[ -z "$(git -C "$copy" status --porcelain)" ]
		# The times of files that were moved themselves are noted, too.
		[ "$(git -C "$copy" ls-files --debug top.txt | grep -o 'ctime: [0-9]*')" = "ctime: $(stat -c %Z "$copy/top.txt")" ]
		git -C "$copy" fsck --strict
		diff -r -x .git "$OLDPWD" "$copy"
	done
}

@test "a clone reads no table that it wrote" {
	many_tables
	cd ..
	calls_of execve clone -q "$OLDPWD" a
	count_is 1 '"varve", "filter-process"'
	touch -d '1 hour' a/.git/index # so git goes by the stats alone
	succeeds git -C a -c filter.varve.process=false diff-files --quiet
	echo 999,b >> a/t7.csv
	[ "$(git -C a status --porcelain)" = " M t7.csv" ]
}

@test "a file that was put into a clone meanwhile stays" {
	many_files
	seq 60000 > top.txt
	git add .
	git commit -qm two
	cd ..
	# git is as slow as somebody who looks on.
	mkdir bin
	printf '#!/bin/sh\ncase "$*" in *read-tree*) echo mine > "%s/a/d7"; esac\nexec %s "$@"\n' "$PWD" "$(command -v git)" > bin/git
	chmod +x bin/git
	PATH="$PWD/bin:$PATH" succeeds varve clone "$OLDPWD" a
	stderr_has "warning: 'd7/1.txt' differs from the commit: an existing file was not overwritten"
	[ "$(cat a/d7)" = mine ]
	[ "$(git -C a status --porcelain | sort -u | cut -c1-5)" = "$(printf ' D d7\n%.0s' 1 2 3 4 5; echo '?? d7')" ]
	rm a/d7
	succeeds varve -C a restore .
	diff -r -x .git "$OLDPWD" a
}

@test "a push to a Git host without tables lets git alone ask for the refs, and what is in its way is told as ever" {
	many_files
	git init -q --bare ../hub.git
	git remote add origin "file://$(cd .. && pwd)/hub.git"
	git config remote.origin.varveKind git
	calls_of execve push origin HEAD:refs/heads/one
	count_is 0 'upload-pack'
	succeeds varve push origin HEAD:refs/heads/one
	stderr_is "everything up to date"
	old="$(git rev-parse --short HEAD)"
	git commit -q --allow-empty -m two
	succeeds varve push origin HEAD:refs/heads/one
	stderr_has "$old..$(git rev-parse --short HEAD)"
	git commit -q --amend --allow-empty -m other
	ends_with 1 varve push origin HEAD:refs/heads/one
	stderr_has "the remote branch has commits that the pushed commit lacks"
	# A table asks.
	rows 100 > t.csv
	varve add -q t.csv
	varve commit -qm table
	calls_of execve push -q origin HEAD:refs/heads/two
	count_is 1 'upload-pack' ge
	git -C ../hub.git rev-parse -q --verify refs/varve/blocks
}
