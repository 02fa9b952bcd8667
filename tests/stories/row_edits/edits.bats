# Histories of tables whose rows come and go: stored and sent as row edits.
load ../../cli/helper

# version N: the table's N-th version: some rows out, some in, some cells changed since the one before.
version() {
	awk -v n="$1" 'BEGIN {
		print "id,name,kind,price,since,note"
		for (i = 1; i <= 3000 + 2 * n; i++) {
			if (i % 701 == 5 && i / 701 < n / 2) continue
			touched = i % 367 == n % 23 || (n > 4 && i % 997 == 13)
			printf "%d,name %d of them,%s,%d.%02d,%s,%s\n", i * 3, i * 7919 % 100003, i % 3 ? "ASPH" : "TURF",
				i * 31 % 4000, i * 17 % 100, i % 5 ? "2024-01-" sprintf("%02d", i % 28 + 1) : "",
				touched ? "changed " n : "as it was"
		}
	}'
}

# history COUNT: commits so many versions; kept as ../v1, ../v2 ...
history() {
	for n in $(seq "$1"); do
		version "$n" > "../v$n"
		cp "../v$n" t.csv
		varve add -q t.csv
		varve commit -q -m "version $n"
	done
}

# all_are_there COUNT: each version comes back byte for byte.
all_are_there() {
	for n in $(seq "$1"); do
		varve cat "HEAD~$(($1 - n)):t.csv" | cmp - "$BATS_TEST_TMPDIR/v$n"
	done
}

bytes_stored() {
	cat .git/varve/packs/*.pack | wc -c
}

# edited [PACK...]: how many blocks are stored as edits, here or in these packs.
edited() {
	[ $# -gt 0 ] || set -- .git/varve/packs/*.pack
	python3 "$BATS_TEST_DIRNAME/edited_records.py" "$@"
}

# edited_pack: a pack that has some.
edited_pack() {
	for p in .git/varve/packs/*.pack; do [ "$(edited "$p")" -gt 0 ] && echo "$p"; done | head -1
}

@test "versions whose rows come and go come back, before and after gc" {
	new_repo
	history 12
	[ "$(edited)" -gt 0 ]
	all_are_there 12
	succeeds varve fsck --data
	varve gc -q --prune=now
	[ "$(edited)" -gt 0 ]
	all_are_there 12
	succeeds varve fsck --data
	# another gc leaves it so
	varve gc -q --prune=now
	all_are_there 12
}

@test "a version with a few rows in and out takes a few hundred bytes" {
	new_repo
	history 6
	before=$(bytes_stored)
	version 7 > t.csv
	varve add -q t.csv
	after=$(bytes_stored)
	[ $((after - before)) -lt 2500 ]
}

@test "they are pushed, fetched and cloned" {
	new_repo
	varve init -q --bare ../hub.git
	varve remote add origin "file://$PWD/../hub.git"
	history 3
	varve push -q origin main
	varve clone -q "file://$PWD/../hub.git" ../other
	for n in 4 5 6; do
		version "$n" > "../v$n"
		cp "../v$n" t.csv
		varve add -q t.csv
		varve commit -q -m "version $n"
		varve push -q origin main
	done
	succeeds varve -C ../hub.git fsck --data
	cd ../other
	varve pull -q
	all_are_there 6
	succeeds varve fsck --data
	cd ..
	varve clone -q "file://$PWD/hub.git" third
	cd third
	all_are_there 6
}

# through MODE: fetches reach ../hub.git by tests/net/edits.py, which counts into ../edits.
through() {
	cat > ../ssh <<-END
		#!/bin/sh
		exec python3 "$BATS_TEST_DIRNAME/../../net/edits.py" "$PWD/../hub.git" "$PWD/../edits" $1
	END
	chmod +x ../ssh
	export GIT_SSH_COMMAND="$PWD/../ssh" GIT_SSH_VARIANT=simple
	rm -f ../edits
}

# came: how many blocks came as edits since.
came() {
	awk '{ n += $1 } END { print n + 0 }' ../edits
}

# hub_with_history COUNT: so many versions at ../hub.git, of which this repository gets the first three.
hub_with_history() {
	new_repo
	varve init -q --bare ../hub.git
	varve remote add origin "file://$PWD/../hub.git"
	history "$1"
	varve push -q origin "main~$(($1 - 3)):refs/heads/main"
	varve clone -q "file://$PWD/../hub.git" ../reader
	varve push -q origin main
	cd ../reader
	varve remote set-url origin ssh://hub/hub.git
}

@test "a fetch gets rows that came and went as edits" {
	hub_with_history 5
	through plain
	succeeds varve fetch -q origin main
	[ "$(came)" -gt 0 ]
	git reset -q --hard FETCH_HEAD
	all_are_there 5
	succeeds varve fsck --data
	[ "$(edited)" -gt 0 ]
}

@test "a fetch with damaged edits keeps nothing wrong, and another one gets them" {
	hub_with_history 4
	through damaged
	ends_with 2 varve fetch -q origin main
	[[ $stderr =~ "ssh://hub/hub.git sent "[0-9]+" block"s?", which cannot be unpacked: " ]]
	stderr_has "'varve fsck' at the sender shows whether its blocks are sound"
	[ "$(came)" -gt 0 ]
	[ "$(git rev-parse origin/main)" = "$(git rev-parse main)" ]
	succeeds varve fsck --data
	through plain
	succeeds varve fetch -q origin main
	git reset -q --hard FETCH_HEAD
	all_are_there 4
	succeeds varve fsck --data
}

@test "a push whose edits are damaged on the way moves nothing, and the server says so" {
	new_repo
	varve init -q --bare ../hub.git
	varve remote add origin "file://$PWD/../hub.git"
	history 4
	varve push -q origin main~1:refs/heads/main
	varve remote set-url origin ssh://hub/hub.git
	through pushed
	run varve push -q origin main
	[ "$status" -ne 0 ]
	[ "$(came)" -gt 0 ]
	echo "$output"
	[[ $output =~ "remote: "[0-9]+" block"s?" arrived damaged and cannot be unpacked" ]]
	[[ $output == *"'varve fsck' at the sender shows whether its blocks are sound"* ]]
	[ "$(git -C ../hub.git rev-parse main)" = "$(git rev-parse main~1)" ]
	succeeds varve -C ../hub.git fsck --data
	through plain
	succeeds varve push -q origin main
	succeeds varve -C ../hub.git fsck --data
}

@test "every flipped byte of a pack with edits is found" {
	new_repo
	history 3
	pack=$(edited_pack)
	cp "$pack" ../good
	size=$(wc -c < ../good)
	for at in 6 7 $(seq $((size - 700)) 29 $((size - 1))); do
		python3 - "$pack" "$at" <<-'END'
			import os, sys
			path, at = sys.argv[1], int(sys.argv[2])
			os.chmod(path, 0o644)
			with open(path, "r+b") as f:
			    f.seek(at)
			    byte = f.read(1)[0]
			    f.seek(at)
			    f.write(bytes([byte ^ 0x21]))
		END
		run varve fsck
		[ "$status" -ne 0 ]
		cp ../good "$pack"
	done
	succeeds varve fsck --data
}

@test "a damaged format byte is damage, and the versions are still there" {
	new_repo
	history 3
	pack=$(edited_pack)
	chmod u+w "$pack"
	for byte in 002 003 006 012 000; do
		printf "\\$byte" | dd of="$pack" bs=1 seek=6 conv=notrunc 2> /dev/null
		all_are_there 3
		run varve fsck
		[ "$status" -eq 1 ]
	done
}
