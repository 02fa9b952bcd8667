# IPFS nodes as holders, at the stand-in of tests/net/ipfs_node.py: the suite of all kinds, and what only this one can do
# wrong. helia_holder.bats has the same against Helia.
load holders
load stores

kind_records=no
kind_ranges=no

setup() {
	varve_setup
	only_keys
	node=$BATS_TEST_TMPDIR/node
}

teardown() {
	kind_stop x
}

# lies LIE: makes the node send this wrong answer from now on.
lies() {
	kind_stop x
	start_ipfs "$1" "$port"
}

kind_start() {
	start_ipfs
	url=ipfs+http://127.0.0.1:$port
	kind_options=(${2:+--quota "$2"})
}

kind_stop() {
	stop_program
}

kind_again() {
	start_ipfs "" "$port"
}

kind_shards() {
	(cd "$node" && ls pins)
}

kind_get() {
	cat "$node/$2"
}

kind_set() {
	cat "$3" > "$node/$2"
}

kind_lose() {
	rm "$node/$2" "$node/pins/$2"
}

@test "IPFS: keeps what is replicated" {
	holder_keeps_what_is_replicated
}

@test "IPFS: gives shards for a repair" {
	holder_gives_shards_for_a_repair
}

@test "IPFS: gives blocks that were dropped" {
	holder_gives_blocks
}

@test "IPFS: shows single leaves" {
	holder_shows_single_leaves
}

@test "IPFS: is caught and repaired" {
	holder_is_caught_and_repaired
}

@test "IPFS: other bytes are not believed" {
	holder_that_lies_is_not_believed
}

@test "IPFS: says when it is full" {
	holder_says_when_it_is_full
}

@test "IPFS: is paid when it was away" {
	holder_that_was_away_is_paid
}

@test "IPFS: is left" {
	holder_is_left
}

@test "IPFS: deletes what is pruned" {
	holder_deletes_what_is_pruned
}

# --- what only this kind can do wrong ----------------------------------------------------------

@test "IPFS: a node keeps shards only, and somebody else has to keep the ledger" {
	new_vault a
	varve vault holder remove a
	kind_start x
	succeeds varve vault holder add x "$url"
	stderr_has "fails together with: host 127.0.0.1"
	ends_with 2 varve vault replicate --copies 1
	stderr_has "no reachable holder can keep the vault's ledger"
	stderr_has "IPFS nodes keep only shards"
	[ -z "$(kind_shards x)" ]
	[ ! -e .varveconfig ]
	varve vault holder add a ../a --domain "house a" 2> /dev/null
	succeeds varve vault replicate --copies 2
	[ "$(kind_shards x)" = "$(ls ../a/*/shards)" ]
	new_machine
	ends_with 2 varve vault recover --key "$BATS_TEST_TMPDIR/config/varve/key" --to ../again "$url"
	stderr_has "an IPFS node has only shards"
}

@test "IPFS: the shards of a node and the ledger of a folder make a repository" {
	x_and a
	add_large
	succeeds varve vault replicate --copies 2
	keep_recovery
	rm ../a/*/shards/*
	new_machine
	succeeds varve vault recover --key ../paper --to ../again ../a
	cmp big.csv ../again/big.csv
}

@test "IPFS: a block that only the network has does not count" {
	x_and a
	succeeds varve vault replicate --copies 2
	cid=$(kind_shards x)
	mv "$node/$cid" "$node/network/"
	ends_with 1 varve vault audit x
	output_has "x: FAILED: 1 of 1 shard missing or changed"
	ends_with 1 varve vault audit --all x
	[ "$(grep -c 'block/[gs][et]' "$node.log")" = "$(grep -c 'block/[gs][et].*offline=true' "$node.log")" ]
	succeeds varve vault repair
	succeeds varve vault audit --all
}

@test "IPFS: a block that is there and not pinned is missing, and pinned again" {
	x_and a
	succeeds varve vault replicate --copies 2
	rm "$node"/pins/*
	ends_with 1 varve vault audit x
	output_has "x: FAILED: 1 of 1 shard missing or changed"
	succeeds varve vault repair
	has_all x
	succeeds varve vault audit
}

@test "IPFS: a damaged block that the node itself deletes first is written again" {
	x_and a
	succeeds varve vault replicate --copies 2
	cid=$(kind_shards x | head -n 1)
	kind_get x "$cid" > ../right
	cp ../right ../wrong
	flip_byte ../wrong 0
	kind_set x "$cid" ../wrong
	lies swept
	ends_with 1 varve vault audit x
	succeeds varve vault repair
	kind_get x "$cid" | cmp - ../right
	succeeds varve vault audit
}

@test "IPFS: other pins are left alone" {
	x_and a
	printf 'somebody'"'"'s' > "$node/bafkreifzjut3te2nhyekklss27nh3k72ysco7y32koao5eei66wof36n5e"
	touch "$node/pins/bafkreifzjut3te2nhyekklss27nh3k72ysco7y32koao5eei66wof36n5e"
	touch "$node/pins/bafybeigdyrzt5sfp7udm7hu76uh7y26nf3efuylqabf3oclgtqy55fbzdi" "$node/pins/QmYwAPJzv5CZsnA625s3Xf2nemtYgPpHdWEz79ojWnPbdG"
	succeeds varve vault replicate --copies 2
	succeeds varve vault audit x
	output_has "lists 1 of 1 shard"
	output_lacks "records of the ledger"
	change 5
	succeeds varve vault replicate
	succeeds varve vault prune --grace 0
	[ "$(ls "$node/pins" | grep -c 'QmYw\|bafybei\|bafkreifz')" = 3 ]
}

@test "IPFS: what a node says is checked" {
	x_and a
	succeeds varve vault replicate --copies 2
	while IFS='|' read -r lie words; do
		change "$RANDOM"
		lies "$lie"
		ends_with 1 varve vault replicate
		[[ $output$stderr = *"$words"* ]] || { echo "$lie: $output$stderr" >&2; return 1; }
		stderr_has " missing: "
	done <<-'END'
	full|no space left on device
	another|did not answer with the CID and size of the block
	html|answered with the HTTP status 404
	token|answered with the HTTP status 403
	END
	lies ""
	succeeds varve vault replicate
	has_all x
}

@test "IPFS: a long list of pins takes no memory, and a line of it has an end" {
	x_and a
	succeeds varve vault replicate --copies 2
	lies pins
	succeeds python3 - <<-'END'
		import resource, subprocess, sys
		done = subprocess.run(["varve", "vault", "audit", "x"], capture_output=True, text=True)
		sys.stdout.write(done.stdout)
		sys.stderr.write(done.stderr)
		peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
		where = subprocess.run(["sh", "-c", 'nm "$(command -v varve)" | grep -m 1 __asan_init'], capture_output=True, text=True)
		assert peak < 60000 or where.stdout, peak
		sys.exit(done.returncode)
	END
	output_has "x: lists "
	lies longline
	ends_with 1 varve vault audit x
	[[ $output$stderr = *"sent a line of more than 16384 bytes"* ]]
	lies lastline
	succeeds varve vault audit x
}

@test "IPFS: an answer to a command has an end" {
	x_and a
	succeeds varve vault replicate --copies 2
	cid=$(kind_shards x | head -n 1)
	kind_get x "$cid" > ../wrong
	flip_byte ../wrong 0
	kind_set x "$cid" ../wrong
	lies longanswer
	ends_with 1 varve vault audit x
	ends_with 1 varve vault repair
	kind_get x "$cid" | cmp - ../wrong
}

@test "IPFS: addresses that are no node's are refused" {
	new_vault a
	start_ipfs html
	while IFS='|' read -r address words; do
		ends_with 2 varve vault holder add x "$address"
		stderr_has "$words"
		stderr_lacks hidden
	done <<-END
	ipfs+http://node.example:5001|is on another machine and does not use https
	ipfs+http://me:hidden@127.0.0.1:5001|must not contain a password
	ipfs+http://127.0.0.1:1|connection refused
	ipfs+http://127.0.0.1:$port|answered with the HTTP status 404
	END
	stderr_has "ipfs+http://127.0.0.1:5001"
	lies token
	ends_with 2 varve vault holder add x "ipfs+http://127.0.0.1:$port"
	stderr_has "git config http.<url>.extraHeader"
}

@test "IPFS: a byte changed anywhere in a shard is seen by a plain audit, which moves it all" {
	x_and a
	add_large
	succeeds varve vault replicate --copies 2
	cid=$(for one in $(kind_shards x); do echo "$(kind_get x "$one" | wc -c) $one"; done | sort -n | tail -n 1 | cut -d" " -f2)
	len=$(kind_get x "$cid" | wc -c)
	for at in 0 $((len / 2)) $((len - 1)); do
		kind_get x "$cid" > ../right
		cp ../right ../wrong
		flip_byte ../wrong "$at"
		kind_set x "$cid" ../wrong
		ends_with 1 varve vault audit x
		output_has "x: FAILED"
		kind_set x "$cid" ../right
	done
	rm "$node"/pins/*
	ends_with 1 varve vault audit x
	output_has "no leaf was requested"
	output_lacks "all sound"
}

@test "IPFS: holder add and list say what a power cut could take" {
	new_vault a
	kind_start x
	succeeds varve vault holder add x "$url"
	stderr_has "does not report whether it syncs"
	succeeds varve vault holder list --json
	[ "$(jq -r '.[] | select(.name == "x") | .caveat' <<< "$output" | wc -l)" = 1 ]
	[ "$(jq '.[] | select(.name == "a") | .caveat' <<< "$output")" = null ]
}
