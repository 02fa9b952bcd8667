load holders
load ../../stories/ssh/sshd
load hold

setup() {
	varve_setup
	forgive_libssh2
	start_sshd ed25519
	has_key ed25519
	knows_host ed25519
	ln -s "$VARVE_BIN/varve" "$far/bin/varve"
}

teardown() {
	stop_sshd
}

# The remote side is configured by its settings: no server with options is started there.
kind_start() {
	new_keeper "$1"
	mkdir -p "$far/.config"
	cp -R "$(keeper_path "$1").config/varve" "$far/.config/"
	git -C "$(keeper_path "$1")" config varve.hold "${2:-100m}"
	git -C "$(keeper_path "$1")" config varve.holdFor "$(cat "$BATS_TEST_TMPDIR/work/did")"
	git -C "$(keeper_path "$1")" config varve.holdTerm 0
	url="ssh://127.0.0.1:$port$(keeper_path "$1")"
}

kind_stop() {
	mv "$far/authorized" "$far/authorized.away"
	: > "$far/authorized"
}

kind_again() {
	mv "$far/authorized.away" "$far/authorized"
}

@test "ssh: keeps what is replicated" {
	holder_keeps_what_is_replicated
}

@test "ssh: gives everything back" {
	holder_gives_everything_back
}

@test "ssh: gives shards for a repair" {
	holder_gives_shards_for_a_repair
}

@test "ssh: shows single leaves" {
	holder_shows_single_leaves
}

@test "ssh: is caught and repaired" {
	holder_is_caught_and_repaired
}

@test "ssh: other bytes are not believed" {
	holder_that_lies_is_not_believed
}

@test "ssh: says when it is full" {
	holder_says_when_it_is_full
}

@test "ssh: is paid when it was away" {
	holder_that_was_away_is_paid
}

@test "ssh: is left" {
	holder_is_left
}

@test "ssh: deletes what is pruned" {
	holder_deletes_what_is_pruned
}
