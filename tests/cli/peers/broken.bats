load ../helper

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
	stderr_has "the same clone again goes on from there"
	GIT_SSH_COMMAND="$proxy --count $PWD/count --ssh" succeeds varve clone "ssh://host$PWD/a" b
	again=$(python3 -c 'import json, sys; print(json.loads(open(sys.argv[1]).readline())["down"])' count)
	echo "one clone $size, the second attempt $again" >&2
	[ $((size * 80 / 100 + again)) -lt $((size * 125 / 100)) ]
}

@test "a push that is cut off leaves no ref, and the next one sends the rest" {
	longer
	varve init -q --bare hub.git
	cd a
	git remote add origin "ssh://host$PWD/../hub.git"
	for cut in 100 3000 100000 300000; do
		GIT_SSH_COMMAND="$proxy --cut-up $cut --ssh" ends_with 2 varve push origin main
		[ -z "$(git -C ../hub.git for-each-ref)" ]
		(cd ../hub.git && varve fsck > /dev/null)
	done
	GIT_SSH_COMMAND="$proxy --ssh" succeeds varve push origin main
	stderr_has "part of it was there already"
	cd ../hub.git
	succeeds varve fsck --data
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
