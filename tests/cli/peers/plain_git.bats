load ../helper

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
	git push -q
	succeeds varve push
	stderr_has "1 version of a dataset, 2 blocks"
	stderr_has "[its blocks]       main -> main"
	(cd ../hub.git && sound)
	succeeds varve push
	stderr_is "everything is up to date"
}

@test "after a plain git push new commits bring the old ones' blocks along" {
	pushed_one_of_two
	git push -q
	change 9 three
	change 11 four
	git push -q
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
	git push -q ../plain.git main
	git tag -a -m first v1 HEAD~1
	git push -q ../plain.git v1
	succeeds varve push ../plain.git main v1
	stderr_has "[its blocks]       main -> main"
	(cd ../plain.git && sound)
	succeeds varve push ../plain.git main v1
	stderr_is "everything is up to date"
}

@test "a push from where the old blocks are missing too brings what is new" {
	pushed_one_of_two
	git push -q
	cd ..
	ends_with 1 varve clone -q hub.git b
	cd b
	rows 3000 > prices.csv
	sed -i 's/^20,item/20,mine/' prices.csv
	varve add prices.csv > /dev/null
	varve commit -qm mine
	succeeds varve push
	stderr_has "that the other side lacks"
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
	ends_with 2 varve cat "$(git -C ../a show main:prices.csv | sed -n 's/.*"root": "\([^"]*\)".*/\1/p')"
	git fetch -q
	succeeds varve fetch
	sound
	varve cat --raw origin/main:prices.csv | cmp - ../a/prices.csv
}

@test "an older peer is understood" {
	pushed_one_of_two
	cat > ../ssh <<-END
	#!/bin/sh
	exec python3 "$BATS_TEST_DIRNAME/../../net/old.py" "$PWD/../hub.git"
	END
	chmod +x ../ssh
	export GIT_SSH=$PWD/../ssh
	succeeds varve push ssh://host/hub.git main
	stderr_has "main -> main"
	(cd ../hub.git && sound)
	succeeds varve push ssh://host/hub.git main
	stderr_is "everything is up to date"
}
