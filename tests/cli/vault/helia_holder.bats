load holders
load ../../interop/packages
load stores

# Helia behind the routes of Kubo's RPC (tests/interop/helia/node.mjs), as a holder: the suite of all kinds.

here=$BATS_TEST_DIRNAME/../../interop/helia
kind_records=no
kind_ranges=no

setup() {
	[ -n "${VARVE_TEST_ALL-}" ] || skip "only with VARVE_TEST_ALL=1: 150 MB of packages are installed"
	need_node
	packages=${VARVE_TEST_INTEROP:-$HOME/.cache/varve-interop}-helia
	install_packages "$here" "$packages" || skip "the npm packages cannot be had"
	varve_setup
	only_keys
	node=$BATS_TEST_TMPDIR/node
}

teardown() {
	kind_stop x
}

run_node() {
	start_printing "$node.port" node "$packages/node.mjs" "$node" "$@"
}

kind_start() {
	run_node
	url=ipfs+http://127.0.0.1:$port
	kind_options=(${2:+--quota "$2"})
}

kind_stop() {
	stop_program
}

kind_again() {
	run_node "$port"
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
	rm "$node/$2"
}

@test "keeps what is replicated" {
	holder_keeps_what_is_replicated
}

@test "gives shards for a repair" {
	holder_gives_shards_for_a_repair
}

@test "shows single leaves" {
	holder_shows_single_leaves
}

@test "is caught and repaired" {
	holder_is_caught_and_repaired
}

@test "other bytes are not believed" {
	holder_that_lies_is_not_believed
}

@test "is paid when it was away" {
	holder_that_was_away_is_paid
}

@test "deletes what is pruned" {
	holder_deletes_what_is_pruned
}
