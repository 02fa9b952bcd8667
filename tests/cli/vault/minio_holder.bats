load holders
load ../../interop/packages
load stores

# MinIO itself as a holder: the suite of all kinds. Building it takes minutes, so only VARVE_TEST_ALL=1 has it.

setup() {
	install_go minio
	varve_setup
	only_keys AKIDEXAMPLE secret/with+signs=
	store=$BATS_TEST_TMPDIR/store
	mkdir -p "$store"
}

teardown() {
	kind_stop x
}

kind_start() {
	run_minio
	s3 PUT "bucket-$1"
	url="s3://bucket-$1/copies?endpoint=http://127.0.0.1:$port"
	kind_options=(${2:+--quota "$2"})
}

kind_stop() {
	stop_program
}

kind_again() {
	run_minio "$port"
}

keys() {
	s3 GET "bucket-$1?list-type=2" | grep -o '<Key>[^<]*/shards/[^<]*' | sed 's/<Key>//'
}

kind_shards() {
	keys "$1" | sed 's|.*/||' | sort
}

kind_get() {
	s3 GET "bucket-$1/$(keys "$1" | grep "$2")"
}

kind_set() {
	s3 PUT "bucket-$1/$(keys "$1" | grep "$2")" --data-binary "@$3"
}

kind_lose() {
	s3 DELETE "bucket-$1/$(keys "$1" | grep "$2")"
}

@test "MinIO: keeps what is replicated" {
	holder_keeps_what_is_replicated
}

@test "MinIO: gives everything back" {
	holder_gives_everything_back
}

@test "MinIO: gives shards for a repair" {
	holder_gives_shards_for_a_repair
}

@test "MinIO: gives blocks that were dropped" {
	holder_gives_blocks
}

@test "MinIO: shows single leaves" {
	holder_shows_single_leaves
}

@test "MinIO: is caught and repaired" {
	holder_is_caught_and_repaired
}

@test "MinIO: other bytes are not believed" {
	holder_that_lies_is_not_believed
}

@test "MinIO: says when it is full" {
	holder_says_when_it_is_full
}

@test "MinIO: is paid when it was away" {
	holder_that_was_away_is_paid
}

@test "MinIO: is left" {
	holder_is_left
}

@test "MinIO: deletes what is pruned" {
	holder_deletes_what_is_pruned
}

@test "MinIO: a bucket that keeps versions" {
	x_and a
	s3 PUT "bucket-x?versioning=" --data-binary '<VersioningConfiguration><Status>Enabled</Status></VersioningConfiguration>'
	add_large
	succeeds varve vault replicate --copies 2
	has_all x
	one=$(kind_shards x | head -n 1)
	kind_lose x "$one"
	ends_with 1 varve vault audit x
	succeeds varve vault repair
	succeeds varve vault audit --all
	has_all x
}

@test "MinIO: another secret is refused" {
	new_vault a
	kind_start x
	AWS_SECRET_ACCESS_KEY=another-one ends_with 2 varve vault holder add z "$url"
	stderr_has "SignatureDoesNotMatch"
}
