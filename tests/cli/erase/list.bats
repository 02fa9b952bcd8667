load ../helper

# The list of erased data: several erasures at once, and lists that are damaged.

find_person() {
	local name=$1
	shift
	printf '%s@example.org\n' "$name" | varve erase --values-from - "$@"
}

# Three persons in two versions of people.csv.
three_people() {
	new_repo
	printf 'id,email\n1,ada@example.org\n2,bob@example.org\n3,cy@example.org\n4,dan@example.org\n' > people.csv
	varve add -q --key id people.csv
	varve commit -qm people
	printf '5,eve@example.org\n' >> people.csv
	tick
	varve commit -qam more
}

# A git that waits in 'git repack' while the file ../gate exists.
gated_git() {
	local real
	real=$(command -v git)
	mkdir -p "$HOME/bin"
	cat > "$HOME/bin/git" <<-END
	#!/bin/sh
	case " \$* " in *" repack "*)
		while [ -e '$BATS_TEST_TMPDIR/gate' ]; do touch '$BATS_TEST_TMPDIR/met'; sleep 0.1; done ;;
	esac
	exec '$real' "\$@"
	END
	chmod +x "$HOME/bin/git"
	PATH="$HOME/bin:$PATH"
}

@test "an erasure waits for another one, and the list and the history are those of both" {
	three_people
	varve clone -q --bare . ../bare.git
	gated_git
	cd ../bare.git
	find_person ada --plan > /dev/null
	touch "$BATS_TEST_TMPDIR/gate"
	find_person ada --apply > ../first 2>&1 3>&- &
	first=$!
	until [ -e "$BATS_TEST_TMPDIR/met" ]; do sleep 0.1; done
	plan=$(cat varve/erase-plan)
	{ find_person bob --plan && find_person bob --apply; } > ../second 2>&1 3>&- &
	second=$!
	sleep 2
	kill -0 "$second"
	[ "$(cat varve/erase-plan)" = "$plan" ]
	[ "$(grep -c '^value' varve/erased)" = 1 ]
	secret=$(sed -n 2p varve/erased)
	rm "$BATS_TEST_TMPDIR/gate"
	wait "$first"
	wait "$second"
	[ "$(grep -c '^value' varve/erased)" = 2 ]
	[ "$(sed -n 2p varve/erased)" = "$secret" ]
	for commit in main main~1; do
		[ "$(varve cat "$commit:people.csv" | sed -n '2,3p')" = "$(printf '3,cy@example.org\n4,dan@example.org')" ]
	done
	succeeds varve fsck
}

@test "the same plan applied by three processes at once is applied once, and all succeed" {
	three_people
	find_person cy --plan > /dev/null
	for i in 1 2 3; do
		find_person cy --apply > "../out.$i" 2>&1 3>&- &
		eval "run$i=$!"
	done
	wait "$run1"
	wait "$run2"
	wait "$run3"
	[ "$(cat ../out.? | grep -c '^erased 2 rows')" = 1 ]
	[ "$(cat ../out.? | grep -c '^erased 0 rows')" = 2 ]
	[ "$(grep -c '^value' .git/varve/erased)" = 1 ]
	! varve cat main~1:people.csv | grep -q cy@ || false
	succeeds varve fsck
}

@test "a list that is damaged in any way is named, and nothing is compared, taken or erased" {
	three_people
	git init -q --bare -b main ../hub.git
	git remote add origin ../hub.git
	git config remote.origin.varveKind git
	varve push -q -u origin main
	varve clone -q --git-host ../hub.git ../old
	find_person ada --plan > /dev/null
	find_person ada --apply > /dev/null
	cp .git/varve/erased ../good
	(cd ../old && git commit -q --allow-empty -m own && varve push -q)
	find_person bob --plan > /dev/null
	refs=$(git for-each-ref)
	for how in empty short no-entry byte secret newer folder link; do
		rm -rf .git/varve/erased
		case $how in
		empty) : > .git/varve/erased ;;
		short) head -c -1 ../good > .git/varve/erased ;;
		no-entry) sed '/^value/d' ../good > .git/varve/erased ;;
		byte) sed '/^value/s/ 15 / 14 /' ../good > .git/varve/erased ;;
		secret) sed '2y/0123456789abcdef/123456789abcdef0/' ../good > .git/varve/erased ;;
		newer) sed '1s/1$/2/' ../good > .git/varve/erased ;;
		folder) mkdir .git/varve/erased ;;
		link) ln -s nowhere .git/varve/erased ;;
		esac
		! cmp -s ../good .git/varve/erased || false
		for command in "find_person bob --apply" "varve check" "varve fetch" "varve pull"; do
			run $command
			[ "$status" != 0 ]
			[[ $output == *varve/erased* ]] || { echo "$how, $command: $output"; false; }
		done
		[ "$(git for-each-ref)" = "$refs" ]
	done
	rm -rf .git/varve/erased
	cp ../good .git/varve/erased
	succeeds find_person bob --apply
	[ "$(grep -c '^value' .git/varve/erased)" = 2 ]
	[ "$(sed -n 2p .git/varve/erased)" = "$(sed -n 2p ../good)" ]
}

@test "another erasure between an interrupted one and its repetition loses nothing of the list" {
	three_people
	find_person ada --plan > /dev/null
	mkdir .git/refs/heads/main.lock # no ref can move
	ends_with 2 find_person ada --apply
	rmdir .git/refs/heads/main.lock
	cp .git/varve/erased ../first
	[ "$(grep -c '^value' ../first)" = 1 ]
	find_person bob --plan > /dev/null
	run find_person bob --apply
	[ "$(grep -c '^value' .git/varve/erased)" = 2 ]
	[ -z "$(grep -vxFf .git/varve/erased ../first | grep -v '^sum')" ]
	find_person ada --plan > /dev/null
	succeeds find_person ada --apply
	for commit in main main~1; do
		[ "$(varve cat "$commit:people.csv" | sed -n 2p)" = "3,cy@example.org" ]
	done
	succeeds varve fsck
}
