load ../../cli/helper

# Lines that break, and processes that are killed: what came is kept, nothing is half done, and
# the next attempt completes it.

setup() {
	varve_setup
	proxy="$BATS_TEST_DIRNAME/../../net/proxy"
	mkdir a
	cd a
	new_repo
	rows 20000 > prices.csv
	varve add prices.csv > /dev/null
	varve commit -qm one
	tick
	sed -i 's/^7,item/7,changed/' prices.csv
	varve commit -qam two
	cd ..
}

# A table that takes many frames.
longer() {
	cd a
	rows 300000 5 > prices.csv
	varve add prices.csv > /dev/null
	varve commit -qm longer
	cd ..
}

# Bytes of one whole clone, down.
clone_size() {
	GIT_SSH_COMMAND="$proxy --count $PWD/count --ssh" varve clone -q "ssh://host$PWD/a" whole
	python3 -c 'import json, sys; print(json.loads(open(sys.argv[1]).readline())["down"])' count
}

@test "a clone that is cut off at any place is completed by the next attempt" {
	size=$(clone_size)
	for part in 1 3 5 20 40 60 80 90 97 99; do
		cut=$((size * part / 100))
		rm -rf b count
		GIT_SSH_COMMAND="$proxy --cut-down $cut --ssh" ends_with 2 varve clone "ssh://host$PWD/a" b
		GIT_SSH_COMMAND="$proxy --count $PWD/count --ssh" succeeds varve clone "ssh://host$PWD/a" b
		cmp a/prices.csv b/prices.csv
		(cd b && varve fsck > /dev/null)
		[ -z "$(ls b/.git/varve/incoming 2> /dev/null)" ]
	done
}

@test "what came before the cut is not fetched again" {
	longer
	size=$(clone_size)
	rm -rf count
	GIT_SSH_COMMAND="$proxy --cut-down $((size * 80 / 100)) --ssh" ends_with 2 varve clone "ssh://host$PWD/a" b
	stderr_has "run the same command again to continue"
	GIT_SSH_COMMAND="$proxy --count $PWD/count --ssh" succeeds varve clone "ssh://host$PWD/a" b
	again=$(python3 -c 'import json, sys; print(json.loads(open(sys.argv[1]).readline())["down"])' count)
	echo "one clone $size, the second attempt $again" >&2
	[ $((size * 80 / 100 + again)) -lt $((size * 125 / 100)) ]
}

# ended_by SIGNAL PERCENT DIRECTION COMMAND...: the line falls silent after so much of $size, then
# the far side is killed if $far says so, and the command ended by the signal.
ended_by() {
	local signal=$1 part=$2 way=$3 pid
	shift 3
	rm -f "$top/stalled"
	cat > "$top/far" <<-END
	#!/bin/sh
	# What ssh runs, and its number.
	for command; do :; done
	echo \$\$ > $top/far.pid
	exec sh -c "exec \$command"
	END
	chmod +x "$top/far"
	GIT_SSH_VARIANT=ssh GIT_SSH_COMMAND="$proxy --cut-$way $((size * part / 100)) --stall --stalled $top/stalled -- $top/far" \
		python3 -c 'import os, signal, sys; signal.signal(signal.SIGINT, signal.SIG_DFL); os.execvp(sys.argv[1], sys.argv[1:])' \
		"$@" > /dev/null 2> "$top/ended.err" & # a shell has what is in the background ignore Ctrl-C
	pid=$!
	for i in $(seq 1200); do [ -e "$top/stalled" ] && break; sleep 0.05; done
	[ -e "$top/stalled" ]
	sleep 0.3
	[ -z "${far-}" ] || kill -9 "$(cat "$top/far.pid")"
	kill -"$signal" "$pid"
	wait "$pid" || true
}

# again LIMIT WAY COMMAND...: gets through, with at most so many bytes on the line.
again() {
	local limit=$1 way=$2 bytes
	shift 2
	rm -f "$top/count"
	GIT_SSH_COMMAND="$proxy --count $top/count --ssh" succeeds "$@"
	bytes=$(python3 -c 'import json, sys; print(json.loads(open(sys.argv[1]).readline())[sys.argv[2]])' "$top/count" "$way")
	echo "$size bytes in one piece; after the kill $bytes" >&2
	[ "$bytes" -lt "$limit" ]
}

@test "what came before a clone was killed is not fetched again" {
	longer
	size=$(clone_size)
	top=$PWD
	for signal in KILL TERM INT; do
		rm -rf b
		ended_by $signal 80 down varve clone "ssh://host$PWD/a" b
		# 64 KiB of the store, what was on the way, and all nodes of the tables.
		again $((size * 20 / 100 + 200000)) down varve clone "ssh://host$PWD/a" b
		cmp a/prices.csv b/prices.csv
		varve -C b fsck --data > /dev/null
		[ -z "$(ls b/.git/varve/incoming)" ]
	done
}

@test "what came before a server of a push was killed is not sent again" {
	longer
	top=$PWD
	varve init -q --bare hub.git
	cd a
	rm -f ../count
	cp -a ../hub.git ../hub2.git
	GIT_SSH_COMMAND="$proxy --count $top/count --ssh" varve push -q "ssh://host$top/hub2.git" main
	size=$(python3 -c 'import json, sys; print(json.loads(open(sys.argv[1]).readline())["up"])' ../count)
	far=1 ended_by KILL 80 up varve push "ssh://host$top/hub.git" main
	[ -z "$(git -C ../hub.git for-each-ref)" ]
	again $((size * 20 / 100 + 200000)) up varve push "ssh://host$top/hub.git" main
	cd ../hub.git
	succeeds varve fsck --data
	[ -z "$(ls varve/incoming)" ]
}

@test "a push that is cut off leaves no ref, and the next one sends the rest" {
	longer
	varve init -q --bare hub.git
	cd a
	git remote add origin "ssh://host$PWD/../hub.git"
	for cut in 100 3000 100000 200000; do
		GIT_SSH_COMMAND="$proxy --cut-up $cut --ssh" ends_with 2 varve push origin main
		[ -z "$(git -C ../hub.git for-each-ref)" ]
		(cd ../hub.git && varve fsck > /dev/null)
	done
	GIT_SSH_COMMAND="$proxy --ssh" succeeds varve push origin main
	stderr_has "part of it was there already"
	cd ../hub.git
	succeeds varve fsck --data
}

# How many bytes come down in a push of this kind, done by a copy of both sides.
push_size() {
	local top=$PWD
	rm -rf copy count
	mkdir copy
	cp -a a hub.git copy
	cd copy/a
	GIT_SSH_COMMAND="$proxy --count $top/count --ssh" varve push -q "ssh://host$top/copy/hub.git" "$@" > /dev/null
	cd "$top"
	python3 -c 'import json, sys; print(json.loads(open(sys.argv[1]).readline())["down"])' count
}

@test "a push that lost its answer, done again, moves what it tracks" {
	varve init -q --bare hub.git
	git -C a remote add origin "ssh://host$PWD/hub.git"
	git -C a tag v1
	size=$(push_size main v1)
	cd a
	GIT_SSH_COMMAND="$proxy --cut-down $((size - 1)) --ssh" ends_with 2 varve push -u origin main v1
	[ "$(git -C ../hub.git rev-parse main)" = "$(git rev-parse main)" ]
	ends_with 1 git rev-parse -q --verify origin/main
	GIT_SSH_COMMAND="$proxy --ssh" succeeds varve push -u origin main v1
	stderr_has "everything up to date"
	[ "$(git rev-parse origin/main)" = "$(git rev-parse main)" ]
	[ "$(git config branch.main.remote) $(git config branch.main.merge)" = "origin refs/heads/main" ]
	entries=$(git reflog origin/main | wc -l)
	GIT_SSH_COMMAND="$proxy --ssh" succeeds varve push origin main
	[ "$(git reflog origin/main | wc -l)" = "$entries" ]
	# A dry run moves nothing.
	git update-ref -d refs/remotes/origin/main
	GIT_SSH_COMMAND="$proxy --ssh" succeeds varve push -n origin main
	ends_with 1 git rev-parse -q --verify origin/main
}

@test "a deletion that lost its answer, done again, is done" {
	varve init -q --bare hub.git
	git -C a remote add origin "ssh://host$PWD/hub.git"
	(cd a && GIT_SSH_COMMAND="$proxy --ssh" varve push -q origin main main:refs/heads/side)
	size=$(push_size :refs/heads/side)
	cd a
	GIT_SSH_COMMAND="$proxy --cut-down $((size - 1)) --ssh" ends_with 2 varve push --delete origin side
	ends_with 1 git -C ../hub.git rev-parse -q --verify side
	git rev-parse -q --verify origin/side
	GIT_SSH_COMMAND="$proxy --ssh" succeeds varve push --delete origin side
	ends_with 1 git rev-parse -q --verify origin/side
	GIT_SSH_COMMAND="$proxy --ssh" ends_with 1 varve push --delete origin side
	stderr_has "the remote has no such ref"
}

@test "a clone that failed is completed without touching what the user put into its folder" {
	longer
	size=$(clone_size)
	GIT_SSH_COMMAND="$proxy --cut-down $((size * 60 / 100)) --ssh" ends_with 2 varve clone "ssh://host$PWD/a" b
	echo mine > b/notes.txt
	(cd a && echo theirs > notes.txt && varve add notes.txt > /dev/null && varve commit -qm notes)
	GIT_SSH_COMMAND="$proxy --ssh" succeeds varve clone "ssh://host$PWD/a" b
	[ "$(cat b/notes.txt)" = mine ]
	cmp a/prices.csv b/prices.csv
	[ "$(git -C b status --porcelain)" = " M notes.txt" ]
}

@test "a folder that is somebody else's is never taken for an unfinished clone" {
	mkdir -p b/.git/varve
	echo 'ssh://host/elsewhere' > b/.git/varve/cloning
	echo mine > b/mine
	GIT_SSH_COMMAND="$proxy --ssh" ends_with 2 varve clone "ssh://host$PWD/a" b
	stderr_has "destination folder 'b' already exists and is not empty"
	[ "$(find b -type f | sort)" = "$(printf '%s\n' b/.git/varve/cloning b/mine)" ]
	# Empty, but made by somebody: it stays when the clone fails.
	mkdir c
	GIT_SSH_COMMAND="$proxy --cut-down 3 --ssh" ends_with 2 varve clone "ssh://host$PWD/a" c
	[ -z "$(ls -A c)" ]
	GIT_SSH_COMMAND="$proxy --cut-down 3 --ssh" ends_with 2 varve clone "ssh://host$PWD/a" d
	[ ! -e d ]
}

@test "a second clone into the same folder at the same time is told so" {
	mkfifo hold
	cat > slow <<-END
	#!/bin/sh
	for command; do :; done
	: > $PWD/begun
	cat $PWD/hold
	exec sh -c "\$command"
	END
	chmod +x slow
	GIT_SSH=$PWD/slow GIT_SSH_VARIANT=ssh varve clone -q "ssh://host$PWD/a" b &
	local first=$!
	for i in $(seq 1200); do [ -e begun ] && break; sleep 0.05; done
	ends_with 2 varve clone -q "ssh://host$PWD/a" b
	stderr_has "another clone into 'b' is running"
	echo go > hold
	wait $first
	cmp a/prices.csv b/prices.csv
}

@test "a flipped bit on the line is noticed, or changes nothing" {
	size=$(clone_size)
	for at in 300 1000 $((size / 3)) $((size * 2 / 3)) $((size - 300)) $((size - 40)); do
		rm -rf b
		GIT_SSH_COMMAND="$proxy --flip-down $at --ssh" run varve clone "ssh://host$PWD/a" b
		if [ "$status" -eq 0 ]; then
			cmp a/prices.csv b/prices.csv
			(cd b && varve fsck --data > /dev/null && git fsck --strict > /dev/null)
		else
			[ ! -d b ] || (cd b && varve fsck > /dev/null)
		fi
	done
}

@test "a line on which nothing comes is given up after the time asked for" {
	GIT_SSH_COMMAND="$proxy --cut-down 2000 --stall --ssh" ends_with 2 timeout 60 varve clone --timeout 2 "ssh://host$PWD/a" b
	stderr_has "2 seconds"
}

# Kills $1 (a pid) after about $2 milliseconds, and waits for it.
kill_after() {
	sleep "$(awk -v ms="$2" 'BEGIN { print ms / 1000 }')"
	kill -9 "$1" 2> /dev/null || true
	wait "$1" 2> /dev/null || true
}

@test "a push killed at any moment leaves the old state or the new one" {
	varve init -q --bare hub.git
	cd a
	varve push -q ../hub.git main~1:refs/heads/main
	for i in $(seq 1 12); do
		tick
		sed -i "$((i * 100 + 2))s/,item/,item $i/" prices.csv
		varve commit -qam "change $i"
		before=$(git -C ../hub.git rev-parse main)
		varve push -q ../hub.git main > /dev/null 2>&1 &
		kill_after $! $((i * 25))
		sleep 0.3
		now=$(git -C ../hub.git rev-parse main)
		[ "$now" = "$before" ] || [ "$now" = "$(git rev-parse main)" ]
		(cd ../hub.git && varve fsck > /dev/null)
		varve push -q ../hub.git main
		[ "$(git -C ../hub.git rev-parse main)" = "$(git rev-parse main)" ]
	done
	cd ../hub.git
	succeeds varve fsck --data
}

@test "the serving side killed at any moment leaves the old state or the new one" {
	varve init -q --bare hub.git
	cat > ssh <<-'END'
	#!/bin/sh
	# The server, and its end after a while.
	for command; do :; done
	sh -c "exec $command" &
	server=$!
	(sleep "$KILL_AFTER"; kill -9 $server) > /dev/null 2>&1 &
	wait $server
	END
	# The server needs the pipe that sh -c & would take away.
	sed -i 's/exec \$command" &/exec $command" <\&3 \&/; 2i exec 3<\&0' ssh
	chmod +x ssh
	cd a
	varve push -q ../hub.git main~1:refs/heads/main
	for i in $(seq 1 10); do
		tick
		sed -i "$((i * 100 + 2))s/,item/,item $i/" prices.csv
		varve commit -qam "change $i"
		before=$(git -C ../hub.git rev-parse main)
		GIT_SSH=$PWD/../ssh KILL_AFTER=0.$((i * 7 + 10)) timeout 60 varve push -q "ssh://host$PWD/../hub.git" main > /dev/null 2>&1 || true
		now=$(git -C ../hub.git rev-parse main)
		[ "$now" = "$before" ] || [ "$now" = "$(git rev-parse main)" ]
		(cd ../hub.git && varve fsck > /dev/null)
		varve push -q ../hub.git main
	done
	cd ../hub.git
	succeeds varve fsck --data
}

@test "two pushes at once: one moves the ref, the other is told" {
	varve init -q --bare hub.git
	cd a
	varve push -q ../hub.git main
	cd ..
	varve clone -q hub.git b
	for d in a b; do
		(cd $d && sed -i "s/^9,item/9,$d/" prices.csv && varve commit -qam "in $d")
	done
	for d in a b; do
		(cd $d && code=0 && { varve push -q ../hub.git main || code=$?; } && echo $code > ../$d.code) 2> $d.err &
	done
	wait
	[ "$(cat a.code b.code | sort | tr -d '\n')" = 01 ] || { cat a.err b.err >&2; return 1; }
	cd hub.git
	succeeds varve fsck --data
}

@test "a push during gc" {
	varve init -q --bare hub.git
	cd a
	varve push -q ../hub.git main~1:refs/heads/main
	for i in 1 2 3 4; do
		tick
		sed -i "$((i * 100 + 2))s/,item/,item $i/" prices.csv
		varve commit -qam "change $i"
		(cd ../hub.git && varve gc > /dev/null 2>&1) &
		succeeds varve push -q ../hub.git main
		wait
	done
	cd ../hub.git
	succeeds varve fsck --data
}

@test "a peer that lost packs asks for what it has no more, and has all of it after the next fetch or push" {
	varve init -q --bare hub.git
	cp a/prices.csv old.csv
	sed -i 's/^7,changed/7,item/' old.csv
	varve -C a push -q "$PWD/hub.git" main
	cp -a hub.git smaller.git
	varve clone -q hub.git c 2> /dev/null
	cp -a c d
	rm hub.git/varve/packs/* c/.git/varve/packs/*
	rm "$(ls -S smaller.git/varve/packs/*.pack | head -1)" "$(ls -S d/.git/varve/packs/*.pack | head -1)"
	# An old version under another name: nothing of it is new to who pushes.
	cd a
	cp ../old.csv again.csv
	varve add again.csv > /dev/null 2>&1
	varve commit -qm again
	for hub in hub smaller; do
		succeeds varve push "$PWD/../$hub.git" main
		varve --git-dir="$PWD/../$hub.git" fsck --data > /dev/null
	done
	cd ..
	for clone in c d; do
		succeeds varve -C $clone fetch
		varve -C $clone fsck --data > /dev/null
	done
}
