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

@test "http server: gives blocks that were dropped" {
	holder_gives_blocks
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

@test "http server: is left" {
	holder_is_left
}

@test "http server: deletes what is pruned" {
	holder_deletes_what_is_pruned
}

@test "https server: keeps copies with a certificate that is trusted and not without" {
	new_vault a
	(cd .. && certificate)
	new_keeper x
	serve_keeper x 100m --tls-cert ../server.pem --tls-key ../server.key
	[[ $url = https://* ]]
	ends_with 2 varve vault holder add x "$url" --domain "house x"
	stderr_has "certificate is not trusted"
	stderr_has "http.sslCAInfo"
	git config "http.$url.sslCAInfo" "$PWD/../ca.pem"
	succeeds varve vault holder add x "$url" --domain "house x"
	run --separate-stderr varve vault replicate --copies 2
	[ "$status" = 0 ]
	keep_recovery
	has_all x
	succeeds varve vault audit --all
	# Another authority's word is nobody's.
	cp ../ca.pem ../right.pem
	(cd .. && certificate)
	change 5
	ends_with 1 varve vault replicate
	stderr_has "certificate is not trusted"
	stderr_has "1 copy is missing"
	cp ../right.pem ../ca.pem
	succeeds varve vault replicate
	has_all x
	rm -rf ../a
	git config --global "http.$url.sslCAInfo" "$PWD/../ca.pem"
	XDG_CONFIG_HOME="$BATS_TEST_TMPDIR/empty" varve vault recover -q --key ../paper --to ../again "$url"
	cmp t.csv ../again/t.csv
}

@test "a password in a holder's URL of the settings is not sealed for others" {
	new_vault a
	git config holder.y.url "http://ada:hidden-one@127.0.0.1:9/v"
	for command in "vault replicate" "vault status" "vault holder list" "vault audit"; do
		ends_with 2 varve $command
		stderr_has "git config holder.y.url"
		stderr_lacks hidden-one
	done
	git config holder.y.url "http://ada@127.0.0.1:9/v"
	succeeds varve vault holder list
}
