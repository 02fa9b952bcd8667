load holders
load ../serve/server
load hold

setup() {
	server_setup
}

teardown() {
	kind_end
}

kind_start() {
	new_keeper "$1"
	serve_keeper "$1" "${2:-100m}"
}

kind_stop() {
	stop_keeper
}

kind_again() {
	serve_keeper "$1" 100m
}

kind_end() {
	stop_keeper
}

@test "http server: keeps what is replicated" {
	holder_keeps_what_is_replicated
}

@test "http server: gives everything back" {
	holder_gives_everything_back
}

@test "http server: gives shards for a repair" {
	holder_gives_shards_for_a_repair
}

@test "http server: shows single leaves" {
	holder_shows_single_leaves
}

@test "http server: is caught and repaired" {
	holder_is_caught_and_repaired
}

@test "http server: other bytes are not believed" {
	holder_that_lies_is_not_believed
}

@test "http server: says when it is full" {
	holder_says_when_it_is_full
}

@test "http server: is paid when it was away" {
	holder_that_was_away_is_paid
}

@test "http server: lists what is new of a long ledger" {
	holder_lists_what_is_new_of_a_long_ledger
}

@test "http server: is left" {
	holder_is_left
}

@test "http server: deletes what is pruned" {
	holder_deletes_what_is_pruned
}
