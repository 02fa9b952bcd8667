# A disk that is full, and files that may not grow.
load ../../cli/helper

# Skips the test where no file system can be mounted: called by the test itself, since a command under test cannot skip.
needs_mounts() {
	unshare -Urm sh -c 'mount -t tmpfs -o size=4m none "$1"' sh "$BATS_TEST_TMPDIR" 2> "$HOME/err" ||
		skip "mounting in a namespace of its own is not permitted: $(head -n 1 "$HOME/err")"
}

# on_small_disk SIZE SCRIPT: runs the script in a fresh file system of that size.
on_small_disk() {
	mkdir -p disk
	unshare -Urm sh -c 'mount -t tmpfs -o size="$1" none disk && cd disk && exec bash -eux "$2" 2> ../trace' \
		sh "$1" "$2" || { tail -n 20 trace >&2; return 1; }
}

# A table that hardly compresses.
noise() {
	awk -v count="$1" 'BEGIN {
		srand(7)
		print "id,a,b"
		for (i = 1; i <= count; i++) {
			printf "%d,%08x%08x,%.9f\n", i, rand() * 4294967295, rand() * 4294967295, rand()
		}
	}'
}

@test "a full disk stops add and commit and nothing is lost" {
	needs_mounts
	cat > script <<-'END'
	git init -q .
	varve init > /dev/null
	cp ../small.csv prices.csv
	varve add prices.csv > /dev/null
	varve commit -q -m one
	old=$(git rev-parse HEAD)
	cat ../big.csv > prices.csv
	failed=0
	# Leaves less and less room, down to none.
	for room in 1024 256 128 64 32 16 8 4 0; do
		rm -f filler
		free=$(($(stat -f -c '%a * %S' .) / 1024))
		[ "$free" -le "$room" ] || head -c $(((free - room) * 1024)) /dev/zero > filler
		if varve commit -q -a -m "room $room" 2> ../err; then
			git reset -q --soft "$old"
			rm filler
			varve restore --staged prices.csv
			git reflog expire --expire=now --all
			varve gc -q --prune=now
			continue
		fi
		failed=$((failed + 1))
		[ "$(grep -c '^varve: ' ../err)" = 1 ] || { cat ../err; exit 1; }
		grep -q 'No space left' ../err || { cat ../err; exit 1; }
		[ "$(git rev-parse HEAD)" = "$old" ]
		cmp prices.csv ../big.csv
		varve fsck --data > /dev/null
		varve cat HEAD:prices.csv | cmp - ../small.csv
	done
	[ "$failed" -ge 3 ]
	rm -f filler
	varve commit -q -a -m two
	varve cat HEAD:prices.csv | cmp - ../big.csv
	varve fsck --data
	[ -z "$(find .git/varve -name '*tmp*' ! -type d)" ]
	END
	rows 300 > small.csv
	noise 5000 > big.csv
	succeeds on_small_disk 3m ../script
	output_has sound
}

# git writes in place: the file may be cut off until then.
@test "a restore that does not fit names the file, and the same again finishes it" {
	needs_mounts
	cat > script <<-'END'
	git init -q .
	varve init > /dev/null
	cp ../big.csv prices.csv
	varve add prices.csv > /dev/null
	varve commit -q -m one
	cp ../small.csv prices.csv
	varve commit -q -a -m two
	free=$(($(stat -f -c '%a * %S' .) / 1024))
	head -c $(((free - 60) * 1024)) /dev/zero > filler
	if varve restore --source HEAD~1 prices.csv 2> ../err; then exit 1; fi
	grep -q 'prices.csv.*No space left' ../err || { cat ../err; exit 1; }
	rm filler
	[ -z "$(ls -A | grep -v -x -e .git -e .gitattributes -e prices.csv)" ]
	varve restore --source HEAD~1 prices.csv
	cmp prices.csv ../big.csv
	END
	rows 300 > small.csv
	noise 5000 > big.csv
	succeeds on_small_disk 3m ../script
}

# full_disk WORDS...: the scenarios on a disk of 4 MB and 800 files, see full_disk.py.
full_disk() {
	mkdir disk
	unshare -Urm sh -c 'mount -t tmpfs -o size=4m,nr_inodes=800 none disk && exec "$@"' \
		sh "$BATS_TEST_DIRNAME/full_disk.py" "$PWD" "$VARVE_BIN/varve" \
		--every "${VARVE_TEST_ALL:-${EVERY-7}}" "$@"
}

@test "on a full disk commands that change files end with a line and can be run again" {
	needs_mounts
	succeeds full_disk init init-new add commit-all merge-forward resolve restore switch mv rm track schema apply convert
	output_has " 0 wrong"
}

@test "on a full disk commands that move refs or settings end with a line and can be run again" {
	needs_mounts
	succeeds full_disk commit commit-amend cherry-pick gc check config
	output_has " 0 wrong"
}

@test "on a full disk import and update end with a line and can be run again" {
	needs_mounts
	EVERY=11 succeeds full_disk import update
	output_has " 0 wrong"
}

@test "on a full disk a transfer ends with a line and can be run again" {
	needs_mounts
	succeeds full_disk push push-first fetch pull-forward clone clone-bare
	output_has " 0 wrong"
}

@test "a limit on the size of files is an error like any other" {
	new_repo
	rows 300 > prices.csv
	varve add prices.csv > /dev/null
	varve commit -q -m one
	noise 10000 > big.csv
	cp big.csv prices.csv
	for blocks in 1 4 8 32 64; do
		ends_with 2 bash -c "ulimit -f $blocks; exec varve commit -q -a -m two"
		stderr_has "varve: "
		[ "$(git rev-list --count HEAD)" = 1 ]
		cmp prices.csv big.csv
		succeeds varve fsck --data
	done
	succeeds varve commit -q -a -m two
	varve cat HEAD:prices.csv | cmp - big.csv
}

@test "few open files are enough or it is said" {
	new_repo
	rows 300 > prices.csv
	varve add prices.csv > /dev/null
	varve commit -q -m one
	rows 320 1 > prices.csv
	cp prices.csv ../new.csv
	for n in 6 7 8 10 12 16; do
		run --separate-stderr bash -c "ulimit -n $n; exec varve commit -q -a -m two"
		# Below some number the dynamic linker does not get that far.
		if [ "$status" -ne 0 ] && [ "$status" -ne 127 ] && [ "$(git rev-list --count HEAD)" = 1 ]; then
			[ "$status" -eq 2 ] || { show_run "limit $n" "status $status"; return 1; }
			stderr_has "varve: "
		fi
		cmp prices.csv ../new.csv
		succeeds varve fsck --data
	done
	[ "$(git rev-list --count HEAD)" = 2 ] || varve commit -q -a -m two
	varve cat HEAD:prices.csv | cmp - ../new.csv
}

@test "a lazy clone that fills the disk does not end as if all were well" {
	needs_mounts
	new_repo
	noise 60000 > prices.csv
	echo small > readme
	varve add -q prices.csv
	git add .
	varve commit -qm one
	cat > script <<-'END'
	code=0
	varve clone --lazy "$OLDPWD" b 2> ../err || code=$?
	cat ../err
	[ "$code" -ne 0 ]
	grep -q 'No space left' ../err
	cd b
	! cmp -s prices.csv ../../prices.csv || false
	END
	on_small_disk 1m "$PWD/script"
	on_small_disk 2m "$PWD/script"
}
