load holders
load ../../interop/packages
load stores

# s3rver, an S3 store that varve did not write, as a holder: the suite of all kinds.

here=$BATS_TEST_DIRNAME/../../interop/s3rver

setup() {
	need_node
	packages=${VARVE_TEST_INTEROP:-$HOME/.cache/varve-interop}-s3rver
	install_packages "$here" "$packages" || skip "the npm packages cannot be had"
	varve_setup
	only_keys S3RVER S3RVER
	store=$BATS_TEST_TMPDIR/store
}

teardown() {
	kind_stop x
}

run_store() {
	start_printing "$store.port" node "$packages/store.mjs" "$store" "$@"
}

kind_start() {
	run_store
	url="s3://$1/copies?endpoint=http://127.0.0.1:$port"
	kind_options=(${2:+--quota "$2"})
}

kind_stop() {
	stop_program
}

kind_again() {
	run_store "$port"
}

# s3rver keeps an object as a file "KEY._S3rver_object" and files with facts beside it.
kind_shards() {
	(cd "$store/$1" && find . -path '*/shards/*._S3rver_object' | sed 's|.*/||; s|\._S3rver_object$||' | sort)
}

shard_file() {
	find "$store/$1" -path "*/shards/$2._S3rver_object"
}

kind_get() {
	cat "$(shard_file "$@")"
}

kind_set() {
	cat "$3" > "$(shard_file "$1" "$2")"
}

kind_lose() {
	local file
	file=$(shard_file "$@")
	rm "${file%_object}"*
}

@test "keeps what is replicated" {
	holder_keeps_what_is_replicated
}

# s3rver 3.7.1 omits a common prefix without an object directly after it, unlike S3: here one follows.
@test "gives everything back" {
	new_machine() {
		export XDG_CONFIG_HOME="$BATS_TEST_TMPDIR/config-empty"
		for vault in "$store"/x/copies/bafy*; do
			touch "$vault/here._S3rver_object"
		done
	}
	holder_gives_everything_back
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

@test "says when it is full" {
	holder_says_when_it_is_full
}

@test "is paid when it was away" {
	holder_that_was_away_is_paid
}

@test "deletes what is pruned" {
	holder_deletes_what_is_pruned
}
