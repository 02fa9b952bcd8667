# varve expire --remote: what the plan frees goes from the host and from its store; all else stays, whoever pushes.
load ../../cli/helper
load host
load ../walks/expired

# host.git, and work with five days pushed to it, one push each; the current folder is work.
pushed_days() {
	plain_host
	varve clone -q "$url" work
	cd work
	[ $# = 0 ] || {
		[[ $1 = *://* ]] || mkdir "$1"
		varve store add bucket "$1" > /dev/null
		git add .varveconfig
		varve commit -qm store
	}
	local day
	for day in 1 2 3 4 5; do
		numbers 400 "$day" > prices.csv
		varve add -q prices.csv
		tick 86400
		varve commit -qm "day $day"
		varve push -q -u origin main
	done
}

# The host removes what no ref needs.
gone_from_host() {
	git -C "$BATS_TEST_TMPDIR/work/host.git" reflog expire --expire=all --all
	git -C "$BATS_TEST_TMPDIR/work/host.git" gc -q --prune=now
}



host_bytes() {
	git -C ../host.git cat-file --batch-all-objects --batch-check='%(objectsize)' | awk '{ sum += $1 } END { print sum }'
}

# A fresh clone in ../new has these versions byte for byte, and the others as expired.
only_versions() {
	local keep=" $* " day file=../want.csv
	rm -rf ../new
	varve clone -q "$url" ../new
	for day in 1 2 3 4 5; do
		numbers 400 "$day" > "$file"
		local rev
		rev=$(git log --format=%H --grep="^day $day\$" main)
		if [[ $keep = *" $day "* ]]; then
			varve -C ../new cat --raw "$rev:prices.csv" | cmp - "$file"
		else
			ends_with 2 varve -C ../new cat "$rev:prices.csv"
			stderr_has "its rows expired"
		fi
	done
	succeeds varve -C ../new fsck --data
}

# interpose N COMMAND: runs the command once, before the host's git-receive-pack is started the N-th time.
interpose() {
	local real=$GIT_SSH
	echo 0 > "$BATS_TEST_TMPDIR/count"
	printf '%s\n' "export GIT_SSH='$real'" "$2" > "$BATS_TEST_TMPDIR/between"
	cat > "$BATS_TEST_TMPDIR/ssh_between" <<-END
	#!/bin/sh
	case \$* in
	*git-receive-pack*)
		n=\$((\$(cat '$BATS_TEST_TMPDIR/count') + 1))
		echo \$n > '$BATS_TEST_TMPDIR/count'
		[ \$n != $1 ] || sh -e '$BATS_TEST_TMPDIR/between' > '$BATS_TEST_TMPDIR/between.out' 2>&1 < /dev/null
		;;
	esac
	exec '$real' "\$@"
	END
	chmod +x "$BATS_TEST_TMPDIR/ssh_between"
	export GIT_SSH=$BATS_TEST_TMPDIR/ssh_between
}

@test "a plan with a Git host frees the versions there, and a fresh clone has all others" {
	pushed_days
	gone_from_host
	local before
	before=$(host_bytes)
	succeeds varve expire --keep last=2 --remote origin --plan ../plan.json
	output_has "at origin: 3 versions would be freed, if stored there"
	local blocks
	blocks=$(git -C ../host.git rev-parse refs/varve/blocks)
	succeeds varve expire --apply ../plan.json
	output_has "origin: refs/varve/blocks: "
	output_has "3 versions expired"
	output_has "other clones, forks and published folders keep their copies"
	[ "$(git -C ../host.git rev-list --count refs/varve/blocks)" = 1 ]
	[ "$(git -C ../host.git rev-parse refs/varve/blocks)" != "$blocks" ]
	[ "$(git -C ../host.git rev-parse refs/varve/expired)" = "$(git rev-parse refs/varve/expired)" ]
	gone_from_host
	! git -C ../host.git cat-file -e "$blocks" 2> /dev/null || return 1
	[ $(($(host_bytes) * 2)) -lt "$before" ]
	only_versions 4 5
	# applied again, it changes nothing more
	blocks=$(git -C ../host.git rev-parse refs/varve/blocks)
	succeeds varve expire --apply ../plan.json
	output_has "nothing expires here"
	[ "$(git -C ../host.git rev-parse refs/varve/blocks)" = "$blocks" ]
}

@test "a push of new rows while the host is freed is not lost" {
	pushed_days
	varve clone -q "$url" ../other
	varve expire --keep last=2 --remote origin --plan ../plan.json > /dev/null
	# after the list was sent, before the new commit of blocks replaces the one that was read
	interpose 2 "cd '$PWD/../other'; printf '901,2,3\n' >> prices.csv; varve commit -qam 'day 9' 2> /dev/null; varve push -q origin HEAD:side"
	succeeds varve expire --apply ../plan.json
	cat "$BATS_TEST_TMPDIR/between.out"
	[ ! -s "$BATS_TEST_TMPDIR/between.out" ]
	only_versions 4 5
	cmp <(varve -C ../new cat --raw origin/side:prices.csv) ../other/prices.csv
}

@test "a push that was planned before the host was freed sends what it needs again" {
	pushed_days
	varve clone -q "$url" ../other
	varve expire --keep last=2 --remote origin --plan ../plan.json > /dev/null
	cd ../other
	# rows of an expired version, with a new one: the host had the blocks when the push was planned
	{ numbers 400 2; echo 909,9,9; } > prices.csv
	varve commit -qam "day 9"
	interpose 1 "cd '$PWD/../work'; varve expire -q --apply ../plan.json"
	succeeds varve push -q
	[ ! -s "$BATS_TEST_TMPDIR/between.out" ]
	cd ../work
	only_versions 4 5
	cmp <(varve -C ../new cat --raw origin/main:prices.csv) ../other/prices.csv
}

@test "a version that another user brings back while the host is freed stays there" {
	pushed_days
	varve clone -q "$url" ../other
	varve expire --keep last=2 --remote origin --plan ../plan.json > /dev/null
	# no new blocks: only a branch at an old commit
	interpose 2 "git -C '$PWD/../other' push -q origin $(git rev-parse main~4):refs/heads/old"
	succeeds varve expire --apply ../plan.json
	[ ! -s "$BATS_TEST_TMPDIR/between.out" ]
	varve clone -q "$url" ../new
	cmp <(varve -C ../new cat --raw origin/old:prices.csv) <(numbers 400 1)
}

@test "blocks that no ref needs yet stay at the host, with all that is below them" {
	pushed_days
	varve clone -q "$url" ../other
	cd ../other
	{ numbers 400 2; echo 909,9,9; } > prices.csv
	varve commit -qam "day 9"
	# as in the middle of a push: the blocks are there, the branch is not
	printf '%s\n' '#!/bin/sh' '[ "$1" != refs/heads/main ]' > ../host.git/hooks/update
	chmod +x ../host.git/hooks/update
	ends_with 1 varve push -q
	rm ../host.git/hooks/update
	cd ../work
	varve expire --keep last=2 --remote origin --plan ../plan.json > /dev/null
	succeeds varve expire --apply ../plan.json
	git -C ../other push -q --no-verify origin HEAD
	varve clone -q "$url" ../new
	cmp <(varve -C ../new cat --raw origin/main:prices.csv) ../other/prices.csv
}

@test "a branch that only the host has keeps its versions" {
	pushed_days
	varve clone -q "$url" ../other
	git -C ../other push -q origin "$(git rev-parse main~4)":refs/heads/old
	succeeds varve expire --keep last=2 --remote origin --plan ../plan.json
	output_has "2 expire"
	succeeds varve expire --apply ../plan.json
	only_versions 1 4 5
}

@test "a host that refuses the list or the new commit keeps all rows, and so does the repository" {
	pushed_days
	varve expire --keep last=2 --remote origin --plan ../plan.json > /dev/null
	printf '%s\n' '#!/bin/sh' '[ "$1" != refs/varve/expired ]' > ../host.git/hooks/update
	chmod +x ../host.git/hooks/update
	ends_with 2 varve expire --apply ../plan.json
	stderr_has "the lists of expired versions were not accepted"
	[ "$(varve cat main~4:prices.csv | sha256sum)" = "$(numbers 400 1 | sha256sum)" ]
	printf '%s\n' '#!/bin/sh' '[ "$1" != refs/varve/blocks ]' > ../host.git/hooks/update
	ends_with 2 varve expire --apply ../plan.json
	stderr_has "the blocks were not accepted"
	[ "$(varve cat main~4:prices.csv | sha256sum)" = "$(numbers 400 1 | sha256sum)" ]
	rm ../host.git/hooks/update
	succeeds varve expire --apply ../plan.json
	output_has "3 versions expired"
	only_versions 4 5
}

@test "a plan with a store has the files condemned, and --now removes them" {
	pushed_days "$PWD/store"
	local store
	store=$(cd ../work/.. && pwd)/store
	succeeds varve expire --keep last=2 --remote origin --plan ../plan.json
	succeeds varve expire --apply ../plan.json
	output_has "more can be removed after "
	[ "$(grep -c ^version "$store/condemned")" = 3 ]
	only_versions 4 5
	# an older clone pushes meanwhile, and a gc of it does not keep them for ever
	succeeds varve expire --apply ../plan.json --now
	output_has "3 versions and "
	[ "$(find "$store/versions" -type f | wc -l)" = 2 ]
	only_versions 4 5
	succeeds varve expire --apply ../plan.json --now
	output_has "0 versions and 0 packs (0 B) removed"
	local left
	left=$(find "$store/packs" -type f | wc -l)
	[ "$left" -le 2 ]
}

@test "a store that only pushes from other branches write to is named, and freed from one of these" {
	pushed_days "$PWD/store"
	local store
	store=$(cd ../work/.. && pwd)/store
	git switch -q -c aside
	git rm -q .varveconfig
	varve commit -qm "without a store"
	varve expire --keep last=2 --remote origin --plan ../plan.json > /dev/null
	succeeds varve expire --apply ../plan.json --now
	output_has "origin: $store: not freed: pushes from HEAD do not write there; switch to a branch whose pushes do"
	[ "$(find "$store/versions" -type f | wc -l)" = 5 ]
	git switch -q main
	succeeds varve expire --apply ../plan.json --now
	output_has "origin: $store: 3 versions and "
	output_lacks "not freed"
	[ "$(find "$store/versions" -type f | wc -l)" = 2 ]
	only_versions 4 5
}

@test "condemned expired versions are removed by a later gc, unless they came back" {
	pushed_days "$PWD/store"
	local store
	store=$(cd ../work/.. && pwd)/store
	varve expire --keep last=2 --remote origin --plan ../plan.json > /dev/null
	succeeds varve expire --apply ../plan.json
	touch -d "9 days ago" "$store"/versions/*
	touch -d "8 days ago" "$store/condemned"
	varve clone -q "$url" ../other
	cd ../other
	numbers 400 1 > prices.csv
	varve commit -qam "day 1 again"
	succeeds varve push -q
	cd ../work
	varve pull -q
	succeeds varve gc --remote
	[ "$(find "$store/versions" -type f | wc -l)" = 3 ]
	rm -rf ../new
	varve clone -q "$url" ../new
	cmp ../new/prices.csv <(numbers 400 1)
	succeeds varve -C ../new fsck --data
}

@test "a remote with varve is named, and nothing is changed" {
	new_repo
	days 3
	git init -q --bare ../peer.git
	varve --git-dir=../peer.git init -q
	git remote add origin ../peer.git
	varve push -q -u origin main
	ends_with 2 varve expire --keep last=1 --remote origin
	stderr_has "run this command in the repository there"
}

# kept_bucket MODE COMMAND: five days in a bucket of this mode (tests/net/s3_store.py), and the command with a plan for two of
# them; output in ../applied. The server is ended before anything can fail.
kept_bucket() {
	load ../../cli/vault/stores
	only_keys AKIDEXAMPLE secret/with+signs=
	bucket=$BATS_TEST_TMPDIR/bucket
	start_program "$bucket.port" python3 "$BATS_TEST_DIRNAME/../../net/s3_store.py" 0 "$bucket.port" "$bucket.log" "$bucket" x
	export AWS_ENDPOINT_URL_S3=http://127.0.0.1:$port
	(
		echo "$1" > "$bucket.mode"
		pushed_days "s3://x/rows?region=eu-test-1"
		varve expire --keep last=2 --remote origin --plan ../plan.json
		eval "$2"
	) > applied 2>&1 < /dev/null || true
	stop_program
	cat applied
}

# The number of old versions of packs.
kept_packs() {
	find "$bucket.kept/x/rows/packs" -type f | wc -l
}

# As if another program had removed all files of the store; the bucket keeps them.
lose_all() {
	local file kept
	for file in "$bucket"/x/rows/*/*; do
		kept=$bucket.kept/${file#"$bucket"/}
		mkdir -p "$kept"
		mv "$file" "$kept/99"
	done
}

@test "old versions of removed files are removed from a bucket that keeps them" {
	kept_bucket versions 'varve expire --apply ../plan.json --now && varve fsck --data && VARVE_TRUSTED_HOSTS=s3://x varve clone -q "$url" ../new && varve -C ../new fsck --data'
	grep -q "3 versions and .*removed, and [0-9]* old versions of files$" applied
	! grep -q "not freed: the bucket" applied || return 1
	[ "$(find "$bucket.kept" -type f ! -path '*/gc-*' ! -path '*/trial/*' | wc -l)" = 0 ]
	[ "$(grep -c "^expired: 3 versions" applied)" = 2 ]
}

@test "a lock on old versions is named with its end, also with -q" {
	kept_bucket locked 'varve expire -q --apply ../plan.json --now; varve expire --json --apply ../plan.json --now'
	grep -q "^warning: origin: s3://x/rows.*: not freed: the bucket keeps [0-9]* old versions of files (.*): object lock until 2099-01-02" applied
	grep -q '"reason": "the bucket keeps .*"' applied
	[ "$(kept_packs)" -ge 3 ]
}

@test "a key that may not remove old versions is named, and one that may not list them" {
	kept_bucket undeletable 'varve expire --apply ../plan.json --now; echo unlisted > "$bucket.mode"; varve expire --apply ../plan.json --now'
	grep -q "not freed: the bucket keeps [0-9]* old versions of files (.*): the key may not remove them (s3:DeleteObjectVersion)" applied
	grep -q "not freed: the bucket keeps removed files behind delete markers and does not list them" applied
	[ "$(kept_packs)" -ge 3 ]
}

@test "old versions stay while another program has removed a version that should stay" {
	kept_bucket versions 'lose_all; varve expire --apply ../plan.json --now; varve push --blocks; varve expire --apply ../plan.json --now; varve fsck --data'
	grep -q "not freed: the bucket keeps [0-9]* old versions of files (.*): files of versions that stay are missing: push all blocks" applied
	grep -q "^expired: 3 versions" applied
	[ "$(kept_packs)" = 0 ]
}
