load holders
load ../../interop/packages
load stores

# s3proxy, an S3 store in Java that checks signatures, as a holder: the main stories of the suite of all kinds.

setup() {
	[ -n "${VARVE_TEST_ALL-}" ] || skip "only with VARVE_TEST_ALL=1: s3proxy takes long to start"
	command -v java > /dev/null && command -v mvn > /dev/null || skip "java or mvn is not installed"
	packages=${VARVE_TEST_INTEROP:-$HOME/.cache/varve-interop}-s3proxy
	install_jars "$BATS_TEST_DIRNAME/../../interop/s3proxy" "$packages" || skip "s3proxy cannot be had from Maven"
	varve_setup
	only_keys AKIDEXAMPLE secret/with+signs=
	store=$BATS_TEST_TMPDIR/store
	mkdir -p "$store/bucket-x"
}

teardown() {
	kind_stop x
}

kind_start() {
	[ -n "${store_pid-}" ] || run_s3proxy
	url="s3://bucket-$1/copies?endpoint=http://127.0.0.1:$port"
	kind_options=(${2:+--quota "$2"})
}

kind_stop() {
	stop_program
}

kind_again() {
	run_s3proxy "$port"
}

kind_shards() {
	(cd "$store/bucket-$1" && find . -path '*/shards/*' -type f | sed 's|.*/||' | sort)
}

shard_file() {
	find "$store/bucket-$1" -path "*/shards/$2"
}

kind_get() {
	cat "$(shard_file "$@")"
}

kind_set() {
	cat "$3" > "$(shard_file "$1" "$2")"
}

kind_lose() {
	rm "$(shard_file "$@")"
}

# stories FUNCTION...: each with the same store, which takes seconds to start, from a new vault and an empty bucket.
stories() {
	local story
	for story; do
		mkdir "$BATS_TEST_TMPDIR/work/$story"
		cd "$BATS_TEST_TMPDIR/work/$story"
		rm -rf "$BATS_TEST_TMPDIR/config"* "$store/bucket-x"
		mkdir "$store/bucket-x"
		echo "$story" >&2
		"$story"
	done
}

@test "s3proxy: keeps what is replicated, gives it back, is caught and repaired, deletes what is pruned; another secret is refused" {
	stories holder_keeps_what_is_replicated holder_gives_everything_back holder_is_caught_and_repaired \
		holder_deletes_what_is_pruned another_secret_is_refused
}

another_secret_is_refused() {
	new_vault a
	kind_start x
	AWS_SECRET_ACCESS_KEY=guess ends_with 2 varve vault holder add z "$url"
	stderr_has "SignatureDoesNotMatch"
	succeeds varve vault holder add z "s3://bucket-x/a.b_c-d/E9?endpoint=http://127.0.0.1:$port"
}
