load ../../cli/helper

# Git beside varve: it moves commits and pointers, and none of the blocks.

# ./a with two versions of prices.csv, the first of which is in ../hub.git; the current folder.
pushed_one_of_two() {
	mkdir a
	cd a
	new_repo
	rows 3000 > prices.csv
	varve add prices.csv > /dev/null
	varve commit -qm one
	succeeds varve init -q --bare ../hub.git
	git config core.hooksPath "$PWD/.git/none"
	succeeds varve remote add origin ../hub.git
	succeeds varve push -q -u origin main
	change 7 two
}

# Another version: row $1 changed.
change() {
	tick
	sed -i "s/^$1,item/$1,changed/" prices.csv
	varve commit -qam "$2"
}

sound() {
	succeeds varve fsck --data
	output_has "sound"
}

@test "after a plain git push the next varve push sends the blocks" {
	pushed_one_of_two
	git push -q --no-verify
	succeeds varve push
	stderr_has "sent 0 commits, 1 version of a table"
	stderr_has "[its blocks]       main -> main"
	(cd ../hub.git && sound)
	succeeds varve push
	stderr_is "everything up to date"
}

@test "after a plain git push new commits bring the old ones' blocks along" {
	pushed_one_of_two
	git push -q --no-verify
	change 9 three
	change 11 four
	git push -q --no-verify
	change 13 five
	succeeds varve push
	(cd ../hub.git && sound)
	git -C ../hub.git fsck --strict
	succeeds varve clone -q ../hub.git ../b
	cmp prices.csv ../b/prices.csv
}

@test "a whole history that git pushed gets its blocks" {
	pushed_one_of_two
	change 9 three
	git init -q --bare ../plain.git
	git push -q --no-verify ../plain.git main
	git tag -a -m first v1 HEAD~1
	git push -q --no-verify ../plain.git v1
	succeeds varve push ../plain.git main v1
	stderr_has "[its blocks]       main -> main"
	(cd ../plain.git && sound)
	succeeds varve push ../plain.git main v1
	stderr_is "everything up to date"
}

@test "a push from where the old blocks are missing too brings what is new" {
	pushed_one_of_two
	git push -q --no-verify
	cd ..
	ends_with 1 varve clone -q hub.git b
	cd b
	rows 3000 > prices.csv
	sed -i 's/^20,item/20,mine/' prices.csv
	varve add prices.csv > /dev/null
	varve commit -qm mine
	succeeds varve push
	stderr_has "the other side lacks"
	[ "$(git -C ../hub.git rev-parse main)" = "$(git rev-parse main)" ]
	cd ../hub.git
	varve cat --raw main:prices.csv | cmp - ../b/prices.csv
	ends_with 1 varve fsck
	output_has "1 problem"
	cd ../a
	succeeds varve push origin main:refs/heads/other
	(cd ../hub.git && sound)
}

@test "the checked-out branch of another work tree gets its blocks too" {
	pushed_one_of_two
	cd ..
	git clone -q hub.git desk
	cd a
	git push -q ../desk main:refs/heads/topic
	git -C ../desk checkout -q topic 2> /dev/null
	succeeds varve push ../desk main:topic
	cd ../desk
	sound
}

@test "after a plain git fetch varve fetch brings the blocks and what is new besides" {
	pushed_one_of_two
	cd ..
	varve clone -q hub.git b
	cd a
	varve push -q
	git -C ../b fetch -q
	change 9 three
	varve push -q
	cd ../b
	succeeds varve fetch
	varve cat --raw origin/main:prices.csv | cmp - ../a/prices.csv
	sound
}

@test "what git brought from one remote is no base for another" {
	pushed_one_of_two
	cd ..
	varve clone -q hub.git b
	varve clone -q --bare a other.git
	git -C b remote add other "$PWD/other.git"
	git -C b fetch -q other
	cd a
	change 9 three
	varve push -q
	cd ../b
	succeeds varve fetch origin
	varve cat --raw origin/main:prices.csv | cmp - ../a/prices.csv
	sound
}

@test "a version that gc dropped and git brought back is fetched again" {
	pushed_one_of_two
	varve push -q
	cd ..
	varve clone -q hub.git b
	cd b
	git reset -q --hard HEAD~1
	git update-ref refs/remotes/origin/main HEAD
	rm -f .git/FETCH_HEAD .git/ORIG_HEAD
	git reflog expire --expire=all --all
	git -c gc.pruneExpire=now gc -q --prune=now
	varve gc --prune=now > /dev/null
	varve gc --prune=now > /dev/null
	ends_with 2 varve --offline cat "$(git -C ../a show main:prices.csv | sed -n 's/.*"root": "\([^"]*\)".*/\1/p')"
	git fetch -q
	succeeds varve fetch
	sound
	varve cat --raw origin/main:prices.csv | cmp - ../a/prices.csv
}

# host SCRIPT: what answers at ssh://host/hub.git from now on.
host() {
	printf '#!/bin/sh\n%s\n' "$1" > ../ssh
	chmod +x ../ssh
	export GIT_SSH=$PWD/../ssh
}

@test "peers of another version of the protocol are refused and both versions named" {
	local net=$BATS_TEST_DIRNAME/../../net
	pushed_one_of_two
	host "echo 'varve 2'; cat > /dev/null"
	ends_with 2 varve push ssh://host/hub.git main
	stderr_has "version 2 "
	stderr_has "version 1"
	host "exec python3 -c 'import sys; sys.path.insert(0, \"$net\"); import peer
line = peer.client()
while line.frame()[0] != \".\": pass
line.put(\"M\", {\"v\": 2, \"colour\": True}); line.end()'"
	ends_with 2 varve fetch ssh://host/hub.git main
	stderr_has "version 2 "
	stderr_has "version 1"
	python3 - "$net" ../hub.git > ../said <<-'END'
		import sys
		sys.path.insert(0, sys.argv[1])
		import peer
		line, process = peer.server(sys.argv[2])
		line.put("M", {"v": 2, "op": "hello", "colour": True})
		line.end()
		((kind, error),) = line.answer()
		print(kind, error["code"], error["text"].decode())
	END
	[ "$(cat ../said)" = "E unsupported version 2 of the protocol is not supported here, only version 1" ]
	succeeds varve push ../hub.git main
	(cd ../hub.git && sound)
}

@test "a request that is nothing but its end is answered, and the next one too" {
	succeeds varve init -q --bare hub.git
	python3 - "$BATS_TEST_DIRNAME/../../net" hub.git > said <<-'END'
		import sys
		sys.path.insert(0, sys.argv[1])
		import peer
		line, process = peer.server(sys.argv[2])
		line.end()
		line.put("M", {"v": 1, "op": "hello"})
		line.end()
		process.stdin.close()
		((kind, error),) = line.answer()
		print(kind, error["code"], error["text"].decode())
		((kind, hello),) = line.answer()
		print(kind, hello["v"])
	END
	printf "%s\n" "E damaged expected a request, not '.'" 'M 1' | cmp - said
}

# ./b, a clone of hub.git, and ./a with a version more, which is pushed; the current folder is b.
colleague() {
	pushed_one_of_two
	cd ..
	varve clone -q hub.git b
	git -C b config core.hooksPath "$PWD/b/.git/none"
	cd a
	varve push -q
	cd ../b
}

@test "git pull gets the table with the commit, not its pointer" {
	colleague
	succeeds git pull -q
	stderr_has "varve: fetching blocks from origin"
	cmp prices.csv ../a/prices.csv
	[ -z "$(git status --porcelain)" ]
	sound
}

@test "git pull merges and rebases tables whose blocks only the remote has" {
	colleague
	sed -i 's/^70,item/70,mine/' prices.csv
	varve commit -qam mine
	cp -r . ../c
	succeeds git pull -q --no-rebase --no-edit
	grep -q '^7,changed' prices.csv
	grep -q '^70,mine' prices.csv
	sound
	cd ../c
	succeeds git pull -q --rebase
	cmp prices.csv ../b/prices.csv
	sound
}

@test "varve pull --rebase during a rebase names what ends it" {
	colleague
	sed -i 's/^7,[^,]*,/7,mine,/' prices.csv
	varve commit -qam mine
	run varve pull -q --rebase
	[ "$status" -ne 0 ]
	run --separate-stderr varve pull -q --rebase
	[ "$status" -eq 2 ]
	stderr_has "a rebase is in progress"
	stderr_has "'git rebase --abort'"
	succeeds git rebase --abort
	run varve pull -q --rebase
	[ -d .git/rebase-merge ]
}

@test "varve merge and switch get what git fetched without blocks" {
	colleague
	sed -i 's/^70,item/70,mine/' prices.csv
	varve commit -qam mine
	git fetch -q
	succeeds varve merge -q origin/main
	grep -q '^7,changed' prices.csv
	grep -q '^70,mine' prices.csv
	succeeds varve switch --detach origin/main
	cmp prices.csv ../a/prices.csv
	sound
}

@test "local changes live through stash and pull" {
	colleague
	sed -i 's/^700,item/700,local/' prices.csv
	cp prices.csv ../local.csv
	succeeds git stash -q
	succeeds git pull -q
	succeeds git stash pop -q
	grep -q '^7,changed' prices.csv
	grep -q '^700,local' prices.csv
	git checkout -q stash@{0} 2> /dev/null || true
	succeeds git stash -q
	git reset -q --hard HEAD~1
	succeeds git checkout -q -B back origin/main
	succeeds git stash pop -q
	grep -q '^700,local' prices.csv
	sound
}

@test "where nobody has the blocks git writes the pointer and says why, and no older version" {
	colleague
	git fetch -q
	git remote set-url origin ../gone.git
	succeeds git merge -q origin/main
	stderr_has "prices.csv: blocks are missing here (origin: no such repository '../gone.git'); only the pointer was written"
	[ "$(head -c 14 prices.csv)" = 'varve pointer:' ]
	[ -z "$(git status --porcelain)" ]
	git remote set-url origin ../hub.git
	succeeds varve fetch
	stderr_has "1 table of the work tree is a pointer only: 'varve restore prices.csv' writes the data"
	succeeds varve restore prices.csv
	cmp prices.csv ../a/prices.csv
}

@test "varve.autoFetch false keeps git from asking remotes" {
	colleague
	git config varve.autoFetch false
	succeeds git pull -q
	stderr_has "varve.autoFetch is false"
	stderr_lacks "fetching blocks"
	[ "$(head -c 14 prices.csv)" = 'varve pointer:' ]
}

@test "pointers that cannot be filled are stashed, reset and rebased without loss" {
	colleague
	git config varve.autoFetch false
	cp prices.csv ../one.csv
	echo note > note
	git add note
	git commit -qm note
	succeeds git pull -q --rebase
	[ "$(head -c 14 prices.csv)" = 'varve pointer:' ]
	[ -z "$(git status --porcelain)" ]
	git checkout -q HEAD~2
	cmp prices.csv ../one.csv
	sed -i 's/^700,item/700,local/' prices.csv
	cp prices.csv ../local.csv
	git stash -q
	git checkout -q main
	ends_with 1 git stash pop -q
	git reset -q --hard
	[ "$(head -c 14 prices.csv)" = 'varve pointer:' ]
	git checkout -q HEAD~2
	git stash pop -q
	cmp prices.csv ../local.csv
	git stash -q
	git checkout -q main
	git config varve.autoFetch true
	succeeds varve restore .
	cmp prices.csv ../a/prices.csv
	succeeds git stash pop -q
	grep -q '^7,changed' prices.csv
	grep -q '^700,local' prices.csv
	sound
}

@test "after a plain git clone restore writes the tables and says how to tell git" {
	colleague
	cd ..
	git clone -q hub.git c
	cd c
	succeeds varve restore .
	stderr_has "run 'varve init'"
	cmp prices.csv ../a/prices.csv
	succeeds varve init -q
	[ -z "$(git status --porcelain)" ]
	succeeds varve fetch
	sound
}

@test "every command that reads says what gets the blocks" {
	local command
	colleague
	cd ..
	git clone -q hub.git c
	cd c
	varve init -q
	git remote set-url origin ../gone.git
	for command in "cat prices.csv" "cat HEAD:prices.csv" "cat HEAD:prices.csv --where id=7" "diff HEAD~1 HEAD" \
		"diff --summary HEAD~1 HEAD" "log --row 7 prices.csv" "show HEAD:prices.csv" "blame prices.csv" \
		"blame --cells prices.csv" "info prices.csv" "info HEAD~1:prices.csv" "check" "check HEAD" \
		"convert HEAD:prices.csv out.tsv" "schema prices.csv" "restore prices.csv" "restore --source HEAD~1 ." \
		"log --stat" "show HEAD"; do
		ends_with 2 varve $command
		stderr_has "varve fetch --data"
		stderr_lacks "corrupt"
	done
	for command in status log diff; do
		succeeds varve $command
	done
	for command in "switch -c x HEAD~1" "switch main"; do
		ends_with 1 varve $command
	done
	[ "$(head -c 14 prices.csv)" = 'varve pointer:' ]
	git switch -q -c other HEAD~1
	git rm -q --cached prices.csv
	printf 'id,name\n1,a\n' > prices.csv
	varve add prices.csv > /dev/null
	varve commit -qm other
	ends_with 2 varve merge main
	stderr_has "varve fetch --data"
	[ "$(cat prices.csv)" = $'id,name\n1,a' ]
}

# CPU seconds of both programs with all their children, in turns: a sample of 276 cases, all with VARVE_TEST_ALL=1.
@test "everyday commands in ordinary repositories cost no more than git's by far" {
	local every=16
	[ -z "${VARVE_TEST_ALL-}" ] || every=1
	python3 "$BATS_TEST_DIRNAME/cpu_law.py" "$(command -v varve)" --every $every --sample "${VARVE_TEST_SAMPLE:-0}"
}
