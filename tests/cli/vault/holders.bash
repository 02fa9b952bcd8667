# What every kind of holder must do: one suite for all of them. A file for a kind (folder_holder.bats)
# loads this, says how the kind is started, stopped and looked into, and has a @test for each function
# `holder_...` below:
#
#	kind_start NAME [BYTES]  makes a holder called NAME (with room for so many bytes) and sets $url, as
#	                         `varve vault holder add` takes it; $kind_options are further words for that
#	kind_stop NAME           it cannot be reached from now on
#	kind_again NAME          and now it can
#	kind_shards NAME         prints the CIDs of the shards that it keeps, a line each, sorted
#	kind_get NAME CID        prints a shard's bytes
#	kind_set NAME CID FILE   puts other bytes under that name, behind varve's back
#	kind_lose NAME CID       deletes a shard without varve
#	kind_end                 stops everything (optional); call it from teardown
#
# and declares its limits, before or in setup:
#
#	kind_records=no          it keeps shards only, no records: nobody can recover from it alone
#	kind_limit=no            its room cannot be limited
#	kind_ranges=no           it returns a whole shard for a leaf of it
#	kind_deletes=no          it does not delete at once on request
#
# Beside the holder of the kind (`x`) there are folders (`a`, `b`), so that kinds are mixed.

load vault

kind_options=()

# x_and HOLDER...: a repository whose vault is to be kept by a holder x of the kind, and by these folders.
x_and() {
	new_vault "$*"
	kind_start x
	varve vault holder add x "$url" --domain "house x" "${kind_options[@]}" 2> ../added || {
		cat ../added >&2
		return 1
	}
}

# A table whose shard has many leaves.
add_large() {
	seq 1 9000 | awk 'BEGIN { srand(3); print "id,x" } { print $1 "," rand() }' > big.csv
	varve add -q big.csv
	varve commit -q -m big
}

# has_all NAME: the holder has all shards that the folder a has.
has_all() {
	kind_shards "$1" > ../has
	(cd ../a/*/shards && ls) | sort > ../wanted
	diff ../wanted ../has >&2
}

# Stored shards are there, byte for byte, and were sent once.
holder_keeps_what_is_replicated() {
	x_and a
	succeeds varve vault replicate --copies 2
	has_all x
	for cid in $(kind_shards x); do
		kind_get x "$cid" > ../bytes
		cmp ../bytes ../a/*/shards/"$cid"
	done
	succeeds varve vault replicate
	stderr_is "nothing new"
	change 5
	add_large
	succeeds varve vault replicate
	has_all x
	succeeds varve vault status
	output_has "safe: everything has 2 copies"
	succeeds varve vault holder list
	output_has "here"
	output_lacks "away"
	succeeds varve vault ledger verify
}

# One URL brings everything back, to a machine that has only the recovery key.
holder_gives_everything_back() {
	[ "${kind_records-}" != no ] || skip "this kind keeps no records"
	x_and a
	add_large
	succeeds varve vault replicate --copies 2
	keep_recovery
	change 5
	succeeds varve vault replicate
	mv ../a ../a.gone
	new_machine
	succeeds varve vault recover --key ../paper --to ../again "$url"
	cmp t.csv ../again/t.csv
	cd ../again
	succeeds varve fsck --data
	[ "$(git rev-parse main)" = "$(git -C ../repo rev-parse main)" ]
	succeeds varve cat main:big.csv
	[ "${#lines[@]}" = 9001 ]
}

# Shards are restored from it after the others have lost them.
holder_gives_shards_for_a_repair() {
	x_and a b
	add_large
	succeeds varve vault replicate --copies 3
	rm ../a/*/shards/* ../b/*/shards/*
	ends_with 1 varve vault audit
	succeeds varve vault repair
	succeeds varve vault status
	has_all x
	succeeds varve vault audit --all
}

# Dropped blocks are fetched from it, although it was not named, if the origin is unreachable.
holder_gives_blocks() {
	x_and a
	varve init -q --bare ../hub.git
	varve remote add origin "$PWD/../hub.git"
	add_large
	varve cat --raw HEAD:big.csv > ../whole
	seq 1 9 > big.csv
	varve commit -q -a -m short
	varve push -q origin main
	succeeds varve vault replicate --copies 2
	succeeds varve drop --history --from origin
	output_has "dropped"
	mv ../hub.git ../hub.gone
	rm -rf ../a
	succeeds timeout 120 varve cat --raw HEAD~1:big.csv
	varve cat --raw HEAD~1:big.csv > ../again
	cmp ../again ../whole
	grep -q '"peer":"the vault"' .git/varve/receipts
}

# An audit reads a part of a shard, not all of it.
holder_shows_single_leaves() {
	x_and a
	add_large
	succeeds varve vault replicate --copies 2
	succeeds varve vault audit x
	output_has "all sound"
	read=$(varve vault audit --json x | python3 -c 'import json, sys; d = json.load(sys.stdin)[0]; assert d["asked"] == d["good"] == 1, d; print(d["read"])')
	largest=$(kind_get x "$(kind_shards x | tail -n 1)" | wc -c)
	[ "$read" -ge 4096 ]
	if [ "${kind_ranges-}" = no ]; then
		[ "$read" -eq "$largest" ]
	else
		[ "$read" -lt "$largest" ]
	fi
	succeeds varve vault audit --all x
	output_has "x: lists 1 of 1 shard, with the right sizes"
	output_has "every byte was read"
}

# What is lost, cut, or swapped is found, and repaired.
holder_is_caught_and_repaired() {
	local cid
	x_and a
	for n in 1 2 3 4; do
		change "$n"
		succeeds varve vault replicate --copies 2
	done
	kind_shards x > ../cids
	mapfile -t cid < ../cids
	[ ${#cid[@]} = 4 ]
	kind_lose x "${cid[0]}"
	kind_get x "${cid[1]}" > ../whole
	head -c 4096 ../whole > ../cut
	kind_set x "${cid[1]}" ../cut
	kind_set x "${cid[2]}" ../whole
	ends_with 1 varve vault audit
	output_has "x: FAILED: 3 of 4 shards missing or changed"
	ends_with 1 varve vault status
	output_has "3 copies were missing or changed"
	succeeds varve vault repair
	stderr_has "replaced 3 copies"
	succeeds varve vault audit --all
	succeeds varve vault status
	has_all x
}

# Other bytes under a shard's name are not taken, and another copy is.
holder_that_lies_is_not_believed() {
	x_and a
	add_large
	succeeds varve vault replicate --copies 2
	largest=$(kind_get x "$(kind_shards x)" | wc -c)
	head -c "$largest" /dev/zero > ../zeros
	kind_set x "$(kind_shards x)" ../zeros
	ends_with 1 varve vault audit --all
	output_has "x: FAILED: 1 of 1 shard missing or changed"
	succeeds varve vault recover -q --key "$XDG_CONFIG_HOME/varve/key" --to ../again ../a
	cmp big.csv ../again/big.csv
	succeeds varve vault repair
	succeeds varve vault audit --all
}

# A full holder is reported, and another one stores its share.
holder_says_when_it_is_full() {
	[ "${kind_limit-}" != no ] || skip "this kind cannot be limited"
	new_vault "a b"
	kind_start x 30000
	varve vault holder add x "$url" --domain "house x" "${kind_options[@]}" 2> /dev/null
	add_large
	ends_with 1 varve vault replicate --copies 3
	[[ $output$stderr = *"holder 'x': "*"full"* ]]
	stderr_has " missing: "
	[ -z "$(kind_shards x)" ]
	succeeds varve vault replicate --copies 2
	succeeds varve vault audit
	succeeds varve vault status
}

# What a holder did not get while it was away is owed, and the next run pays.
holder_that_was_away_is_paid() {
	x_and a
	succeeds varve vault replicate --copies 2
	kind_stop x
	change 5
	ends_with 1 varve vault replicate
	[[ $output$stderr = *"holder 'x': "* ]]
	stderr_has " missing: "
	succeeds varve vault holder list
	output_has "away"
	kind_again x
	succeeds varve vault replicate
	stderr_has "missing from earlier runs"
	has_all x
	succeeds varve vault audit
	succeeds varve vault status
}

# Its share is copied elsewhere before it is removed.
holder_is_left() {
	x_and a
	succeeds varve vault replicate --copies 2
	ends_with 2 varve vault holder remove x
	stderr_has "would be missing"
	varve vault holder add b ../b --domain "house b" 2> /dev/null
	succeeds varve vault holder remove x
	stderr_has "moved to other holders"
	succeeds varve vault replicate
	succeeds varve vault audit
	succeeds varve vault status
	succeeds varve vault holder list
	output_lacks "$url"
}

# Only unneeded shards are deleted.
holder_deletes_what_is_pruned() {
	[ "${kind_deletes-}" != no ] || skip "this kind does not delete at once"
	x_and a
	succeeds varve vault replicate --copies 2
	git switch -q -c aside
	add_large
	varve switch -q main
	varve vault replicate -q
	git branch -q -D aside
	change 5
	succeeds varve vault prune
	stderr_has "deleted 0 copies"
	succeeds varve vault prune --grace 0
	stderr_has "deleted 2 copies"
	has_all x
	succeeds varve vault audit --all
	succeeds varve vault status
}
