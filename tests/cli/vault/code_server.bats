# Shards of stripes, the parity too, at servers that check what they store.
load holders
load ../serve/server
load hold
load vault

setup() {
	server_setup
}

teardown() {
	stop_keeper
}

# Full shards that the server keeps: of parity those that do not begin as a shard does.
parity_kept() {
	local file
	for file in "$(kept_in eve)"/*; do
		[ "$(stat -c %s "$file")" != 1048512 ] || [ "$(head -c 7 "$file" | tr -d '\0')" = VVSHARD ] || echo "$file"
	done
}

@test "a server keeps parity, and gives it for what another holder lost" {
	new_vault a b
	new_keeper eve
	serve_keeper eve 200m
	varve vault holder add eve "$url" --domain "house eve" 2> /dev/null
	varve vault replicate --code 2+1 > ../out
	output=$(< ../out) keep_recovery
	# Which of the three holders gets the parity of a stripe is by rank.
	for n in 1 2 3 4 5 6 7 8 9 10 11 12; do
		python3 -c 'import random, sys; sys.stdout.buffer.write(random.Random(int(sys.argv[1])).randbytes(2300000))' "$n" > large
		git add large
		git commit -q -m "large $n"
		varve vault replicate -q
		[ -z "$(parity_kept)" ] || break
	done
	[ -n "$(parity_kept)" ]
	succeeds varve vault status
	succeeds varve vault audit --all
	succeeds varve vault audit eve
	rm -rf ../b
	XDG_CONFIG_HOME="$BATS_TEST_TMPDIR/empty" varve vault recover -q --key ../paper --to ../again ../a
	cmp large ../again/large
}
