load holders

kind_start() {
	url="$BATS_TEST_TMPDIR/work/holder-$1"
	kind_options=(${2:+--quota "$2"})
}

shards_of() {
	echo "$BATS_TEST_TMPDIR/work/holder-$1/"*/shards
}

kind_stop() {
	mv "$url" "$url.away"
}

kind_again() {
	mv "$url.away" "$url"
}

kind_shards() {
	ls "$(shards_of "$1")" 2> /dev/null | sort
}

kind_get() {
	cat "$(shards_of "$1")/$2"
}

kind_set() {
	cp "$3" "$(shards_of "$1")/$2"
}

kind_lose() {
	rm "$(shards_of "$1")/$2"
}

@test "folder: keeps what is replicated" {
	holder_keeps_what_is_replicated
}

@test "folder: gives everything back" {
	holder_gives_everything_back
}

@test "folder: gives shards for a repair" {
	holder_gives_shards_for_a_repair
}

@test "folder: gives blocks that were dropped" {
	holder_gives_blocks
}

@test "folder: shows single leaves" {
	holder_shows_single_leaves
}

@test "folder: is caught and repaired" {
	holder_is_caught_and_repaired
}

@test "folder: other bytes are not believed" {
	holder_that_lies_is_not_believed
}

@test "folder: says when it is full" {
	holder_says_when_it_is_full
}

@test "folder: is paid when it was away" {
	holder_that_was_away_is_paid
}

@test "folder: is left" {
	holder_is_left
}

@test "folder: deletes what is pruned" {
	holder_deletes_what_is_pruned
}
