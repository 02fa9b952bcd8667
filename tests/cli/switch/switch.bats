load ../helper

# main with prices.csv and note.txt; spring with other prices and new.csv.
two_branches() {
	new_repo
	rows 3000 > prices.csv
	cp prices.csv ../main.csv
	echo note > note.txt
	varve add prices.csv note.txt > /dev/null
	varve commit -qm one
	varve switch -q -c spring
	sed -i 's/^1500,/1500000,/' prices.csv
	cp prices.csv ../spring.csv
	rows 5 > new.csv
	varve add prices.csv new.csv > /dev/null
	varve commit -qm two
}

clean() {
	[ -z "$(git status --porcelain)" ] && [ -z "$(varve status --porcelain)" ]
}

@test "the tables follow the branch" {
	two_branches
	succeeds varve switch main
	stderr_is "Switched to branch 'main'"
	same_bytes ../main.csv prices.csv
	[ ! -e new.csv ]
	clean
	succeeds varve switch -
	stderr_is "Switched to branch 'spring'"
	same_bytes ../spring.csv prices.csv
	[ -e new.csv ]
	clean
	git fsck --strict
}

@test "the reflog reads as git's" {
	two_branches
	varve switch -q main
	[ "$(git reflog -n 1 --format=%gs)" = "checkout: moving from spring to main" ]
	git checkout -q -
	[ "$(git branch --show-current)" = spring ]
}

@test "a new branch keeps local changes" {
	two_branches
	echo changed > note.txt
	sed -i 's/^9,/9000,/' prices.csv
	succeeds varve switch -c summer
	stderr_is "Switched to a new branch 'summer'"
	output_is ""
	[ "$(cat note.txt)" = changed ]
	succeeds varve switch spring
	output_is $'M\tnote.txt\nM\tprices.csv'
	succeeds varve switch -q summer
	output_is ""
}

@test "changes that would be lost are named and nothing moves" {
	two_branches
	sed -i 's/^9,/9000,/' prices.csv
	cp prices.csv ../mine.csv
	ends_with 2 varve switch main
	stderr_has "Your local changes to the following files would be overwritten by checkout:"
	stderr_has "    prices.csv"
	stderr_has "stash them"
	same_bytes ../mine.csv prices.csv
	[ "$(git branch --show-current)" = spring ]
	[ -e new.csv ]
	varve add prices.csv > /dev/null
	ends_with 2 varve switch main
	stderr_has "    prices.csv"
}

@test "a table that was deleted comes with the branch, and what stands in its place is not lost" {
	two_branches
	rm prices.csv
	succeeds varve switch main
	same_bytes ../main.csv prices.csv
	clean
	rm prices.csv
	ln -s nowhere prices.csv
	ends_with 2 varve switch spring
	stderr_has "    prices.csv"
	[ "$(readlink prices.csv)" = nowhere ]
}

@test "changes in files that are alike on both branches stay" {
	two_branches
	echo changed > note.txt
	succeeds varve switch main
	output_is $'M\tnote.txt'
	[ "$(cat note.txt)" = changed ]
}

@test "an untracked file in the way is named" {
	two_branches
	varve switch -q main
	echo mine > new.csv
	ends_with 2 varve switch spring
	stderr_has "untracked working tree files would be overwritten by checkout:"
	stderr_has "    new.csv"
	[ "$(cat new.csv)" = mine ]
	same_bytes ../main.csv prices.csv
	echo new.csv > .git/info/exclude
	succeeds varve switch spring
	[ "$(head -n 1 new.csv)" = id,name,price,day ]
}

@test "changes are thrown away when that is asked for" {
	two_branches
	echo changed > note.txt
	sed -i 's/^9,/9000,/' prices.csv
	rows 3 > staged.csv
	varve add staged.csv > /dev/null
	rm new.csv
	succeeds varve switch -f main
	same_bytes ../main.csv prices.csv
	[ "$(cat note.txt)" = note ]
	[ ! -e staged.csv ]
	clean
}

@test "a folder takes a file's place and the other way round" {
	new_repo
	echo file > thing
	varve add thing > /dev/null
	varve commit -qm one
	varve switch -q -c folder
	varve rm -q thing
	mkdir thing
	rows 3 > thing/a.csv
	varve add thing/a.csv > /dev/null
	varve commit -qm two
	succeeds varve switch main
	[ "$(cat thing)" = file ]
	succeeds varve switch folder
	[ -e thing/a.csv ]
	clean
	echo mine > thing/untracked
	ends_with 2 varve switch main
	stderr_has "    thing"
	[ -e thing/untracked ]
}

@test "a commit is looked at without a branch" {
	two_branches
	ends_with 2 varve switch main~0
	stderr_has "a branch is expected, got commit"
	stderr_has "--detach"
	succeeds varve switch --detach main
	stderr_has "HEAD is now at "
	same_bytes ../main.csv prices.csv
	succeeds varve switch -
	[ "$(git branch --show-current)" = spring ]
	succeeds varve switch --detach -
	[ -z "$(git branch --show-current)" ]
}

@test "with its blocks missing a table is left as pointer and restored later" {
	two_branches
	touch -d '2 minutes ago' prices.csv new.csv
	git status --porcelain
	mv .git/varve/packs ../packs
	ends_with 1 varve switch main
	stderr_has "prices.csv: blocks are missing here"
	stderr_has "'varve restore prices.csv'"
	[ -z "$(git status --porcelain)" ]
	head -c 15 prices.csv | grep -q '^varve pointer: '
	rm -rf .git/varve/packs
	mv ../packs .git/varve/packs
	succeeds varve restore prices.csv
	same_bytes ../main.csv prices.csv
	clean
}

@test "merge, revert and cherry-pick that leave a pointer where data belongs end with 1" {
	two_branches
	git switch -q main
	touch -d '2 minutes ago' prices.csv
	git status --porcelain
	mv .git/varve/packs ../packs
	ends_with 1 varve merge -q spring
	stderr_has "new.csv: blocks are missing here"
	stderr_has "prices.csv: blocks are missing here"
	[ "$(git rev-parse HEAD)" = "$(git rev-parse spring)" ]
	rm -rf .git/varve/packs
	cp -r ../packs .git/varve/packs
	varve restore .
	same_bytes ../spring.csv prices.csv
	mv .git/varve/packs ../other
	ends_with 1 varve revert -q --no-edit HEAD
	stderr_has "prices.csv: blocks are missing here"
	rm -rf .git/varve/packs
	cp -r ../packs .git/varve/packs
	varve restore .
	same_bytes ../main.csv prices.csv
	rm -rf .git/varve/packs
	ends_with 1 varve cherry-pick -q spring
	stderr_has "prices.csv: blocks are missing here"
}

@test "a branch of one remote is made and followed" {
	two_branches
	git clone -q . ../copy
	cd ../copy
	varve init > /dev/null
	git branch -q -D main 2> /dev/null || true
	succeeds varve switch main
	stderr_has "Switched to a new branch 'main'"
	[ "$(git rev-parse --abbrev-ref 'main@{upstream}')" = origin/main ]
}

@test "names that are taken missing or no names" {
	two_branches
	ends_with 2 varve switch -c main
	stderr_has "a branch named 'main' already exists"
	ends_with 2 varve switch nothing
	stderr_is $'varve: invalid reference: nothing\nhint: \'varve switch -c nothing\' creates it'
	ends_with 2 varve switch -c 'a..b'
	stderr_has "a..b"
	ends_with 2 varve switch
	stderr_has "requires a branch"
	succeeds varve switch -C main
	[ "$(git rev-parse main)" = "$(git rev-parse spring)" ]
}

@test "a branch that another worktree has is refused" {
	two_branches
	git worktree add -q ../other main
	ends_with 2 varve switch main
	stderr_has "'main' is already " # checked out at, used by worktree at
}

@test "a merge under way is finished first" {
	two_branches
	git switch -q main
	echo ours > note.txt
	git commit -qam ours
	git switch -q -c theirs HEAD~1
	echo theirs > note.txt
	git commit -qam theirs
	git merge -q main > /dev/null 2>&1 || true
	ends_with 2 varve switch spring
	stderr_has "a merge is in progress"
}

@test "on an unborn branch only the name changes" {
	new_repo
	succeeds varve switch -c first
	[ "$(git symbolic-ref HEAD)" = refs/heads/first ]
}

@test "the post-checkout hook runs" {
	two_branches
	printf '#!/bin/sh\necho "$3" > ../ran\n' > .git/hooks/post-checkout
	chmod +x .git/hooks/post-checkout
	varve switch -q main
	[ "$(cat ../ran)" = 1 ]
}

@test "a hostile name in a commit is not written" {
	local name
	two_branches
	blob=$(echo evil | git hash-object -w --stdin)
	for name in .GIT git~1 .git; do
		tree=$(printf '100644 blob %s\t%s\n100644 blob %s\tok.txt\n' "$blob" "$name" "$blob" | git mktree)
		commit=$(git commit-tree -m evil "$tree")
		ends_with 2 varve switch --detach "$commit"
		[ ! -f "$name" ]
		[ ! -e ok.txt ]
	done
	same_bytes ../spring.csv prices.csv
	[ "$(git branch --show-current)" = spring ]
}

@test "a name that only changes its case is written where names fold" {
	new_repo
	rows 10 > a.csv
	varve add a.csv > /dev/null
	varve commit -qm one
	git config core.ignorecase true
	varve switch -q -c other
	varve mv a.csv A.csv > /dev/null
	varve commit -qm two
	succeeds varve switch main
	[ -e a.csv ] && [ ! -e A.csv ]
	succeeds varve switch other
	[ -e A.csv ] && [ ! -e a.csv ]
}

@test "of two names that are one file where names fold, none is written over the other" {
	new_repo
	rows 10 > a.csv
	varve add a.csv > /dev/null
	varve commit -qm one
	varve switch -q -c both
	rows 20 > A.csv
	rows 5 > Öl.csv # in the form NFC, and in NFD: two files here
	rows 5 > "$(printf 'O\314\210l.csv')"
	varve add -- *.csv > /dev/null
	varve commit -qm two
	succeeds varve switch main
	git config core.ignorecase true
	ends_with 2 varve switch both
	stderr_has "not switched: 'A.csv' is the same file as 'a.csv' on this file system"
	stderr_lacks "l.csv'"
	[ "$(git branch --show-current)" = main ]
	[ ! -e A.csv ]
	git config core.ignorecase false
	succeeds varve switch both
	git config core.ignorecase true
	rm A.csv
	ends_with 2 varve restore A.csv
	stderr_has "not restored: 'A.csv' is the same file as 'a.csv'"
	[ ! -e A.csv ]
	echo >> a.csv
	succeeds varve restore a.csv # the file has these letters
	rm a.csv Öl.csv
	succeeds varve restore .
	stderr_has "warning: 'a.csv' is the same file as 'A.csv' on this file system: it is left out"
	[ -e A.csv ] && [ -e Öl.csv ] && [ ! -e a.csv ]
	git config core.ignorecase false
	succeeds varve restore .
	[ -e a.csv ]
}

@test "where names fold, a clone leaves out the second of two names, and no commit removes it" {
	new_repo
	mkdir sub
	rows 10 | tee P.csv 'sub/[x] y.csv' > ok.csv
	rows 20 | tee p.csv > 'sub/[X] y.csv'
	varve add . > /dev/null
	varve commit -qm one
	git config --global core.ignorecase true
	here=$PWD
	succeeds varve clone -q . ../copy
	stderr_has "warning: 'p.csv' is the same file as 'P.csv' on this file system: it is left out"
	stderr_has "warning: 'sub/[x] y.csv' is the same file as 'sub/[X] y.csv'"
	cd ../copy
	same_bytes P.csv "$here/P.csv"
	same_bytes "sub/[X] y.csv" "$here/sub/[X] y.csv"
	[ ! -e p.csv ] && [ ! -e 'sub/[x] y.csv' ] && [ -e ok.csv ]
	[ -z "$(git status --porcelain)" ]
	echo 99,x,1 >> ok.csv
	succeeds varve commit -qam two
	[ "$(git diff --name-only HEAD~1 HEAD)" = ok.csv ]
}

@test "nothing is written through a link in place of a folder" {
	new_repo
	mkdir sub ../elsewhere
	rows 10 > sub/a.csv
	echo text > sub/b.txt
	varve add . > /dev/null
	varve add sub/a.csv > /dev/null
	varve commit -qm one
	varve switch -q -c other
	rows 20 > sub/a.csv
	echo more > sub/b.txt
	varve commit -qam two
	rm -r sub
	ln -s ../elsewhere sub
	for command in 'switch main' 'switch --discard-changes main' 'restore .' 'restore --source main sub/a.csv'; do
		run varve $command
		[ -z "$(ls -A ../elsewhere)" ]
	done
	[ "$(git symbolic-ref --short HEAD)" = other ] || [ -d sub ]
}

@test "a table that is too large for git's memory is written by varve, with git's mode" {
	new_repo
	(echo id,name,price; seq -f '%.0f,one row of a large table,12345' 1000000) > big.csv
	[ "$(stat -c %s big.csv)" -gt $((32 << 20)) ]
	varve add big.csv > /dev/null
	varve commit -qm one
	sha256sum big.csv > ../one
	varve switch -q -c side
	sed -i '500000s/one/two/' big.csv
	chmod +x big.csv
	varve commit -qam two
	sha256sum big.csv > ../two
	succeeds varve switch main
	stderr_is "Switched to branch 'main'"
	sha256sum -c ../one
	[ ! -x big.csv ]
	clean
	succeeds varve merge -q --no-ff side
	sha256sum -c ../two
	[ -x big.csv ]
	clean
	succeeds varve restore -q --source HEAD~1 big.csv
	sha256sum -c ../one
	ends_with 2 varve switch HEAD~1 --detach
	succeeds varve switch -q -f side
	sha256sum -c ../two
	clean
}

@test "what stands after -- is no option of git" {
	two_branches
	one=$(git rev-parse main)
	for word in -Cmain --orphan=zz -f --detach; do
		ends_with 2 varve switch -- "$word"
		stderr_is "varve: '$word' is not the name of a branch or version"
	done
	[ "$(git rev-parse main)" = "$one" ]
	[ "$(git branch --show-current)" = spring ]
	succeeds varve switch -q -
	[ "$(git branch --show-current)" = main ]
}

@test "a process that a hook leaves in the background is not waited for" {
	new_repo
	rows 5 > prices.csv
	echo one > note.txt
	varve add -q .
	varve commit -qm one
	varve switch -q -c side
	echo two > note.txt # git waits itself where it runs a filter: the process has the filter's pipe
	varve commit -qam two
	cat > .git/hooks/post-checkout <<-'END'
	#!/bin/sh
	echo said by the hook >&2
	sleep 30 &
	echo $! >> ../left
	END
	chmod +x .git/hooks/post-checkout
	touch -d '1 minute ago' prices.csv # else git runs the filter, to see that it is unchanged
	git update-index -q --refresh
	start=$(date +%s)
	ends_with 0 timeout 20 varve switch main
	stderr_has "said by the hook"
	[ "$(cat note.txt)" = one ]
	succeeds timeout 20 varve merge -q side
	[ "$(cat note.txt)" = two ]
	[ $(($(date +%s) - start)) -lt 20 ]
	xargs kill < ../left || true
}

@test "varve understands git in each language of the user" {
	new_repo
	mkdir bin
	# Translates as a git with translations does, unless it is asked for English.
	cat > bin/git <<- END
		#!/bin/sh
		if [ "\$LANGUAGE" = en ]; then exec $(command -v git) "\$@"; fi
		$(command -v git) "\$@" 2> said; code=\$?
		sed 's/^fatal: /Schwerwiegend: /; s/^error: /Fehler: /' said >&2
		exit \$code
	END
	chmod +x bin/git
	PATH=$PWD/bin:$PATH LANGUAGE=de ends_with 2 varve switch nosuch
	stderr_is "varve: invalid reference: nosuch
hint: 'varve switch -c nosuch' creates it"
}

@test "the current folder stays, as in git, whatever verb takes its last file away" {
	new_repo
	mkdir -p sub/deep
	rows 3 > t.csv
	varve add -q --key id .
	varve commit -qm one
	git switch -qc full
	rows 3 > sub/deep/u.csv
	varve add -q --key id .
	varve commit -qm two
	git switch -qc less
	git rm -qr sub
	git commit -qm less
	git switch -q full
	git switch -qc more
	echo 4,x,1,2024-01-01 >> t.csv
	varve add -q t.csv
	varve commit -qm more
	for words in "switch -q main" "restore -q --source main ." "rm -q u.csv" "merge -q less" "cherry-pick less" "revert --no-edit HEAD~1"; do
		mkdir -p sub/deep
		cd sub/deep
		succeeds varve $words
		[ ! -e u.csv ]
		[ -d ../../sub/deep ]
		[ "$(stat -c %i .)" = "$(stat -c %i "$PWD")" ]
		succeeds varve status
		cd ../..
		git reset -q --hard
		git switch -q more
		git reset -q --hard "$(git rev-parse ':/^more')"
	done
}
