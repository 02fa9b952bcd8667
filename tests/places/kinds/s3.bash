# A bucket of the strict store of tests/net.
load ../cli/vault/stores

kind_many=9

kind_start() {
	only_keys AKIDEXAMPLE secret/with+signs=
	store=$BATS_TEST_TMPDIR/store
	start_s3
	as=holder
	kind_proxied "$port"
}

start_s3() {
	start_program "$store.port" python3 "$BATS_TEST_DIRNAME/../net/s3_store.py" "${1-0}" "$store.port" "$store.log" "$store" x
}

kind_proxied() {
	url="s3://x/copies/here?endpoint=http://127.0.0.1:$1&region=eu-test-1"
}

kind_stop() {
	stop_program
}

kind_gone() {
	mv "$store/x" "$store/moved"
}

kind_file() {
	echo "$store/x/copies/here/$vault/shards/$1"
}

kind_full() {
	kind_wrong full
}

kind_wrong() {
	echo "$1" > "$store.mode"
}

seed() {
	python3 "$BATS_TEST_DIRNAME/objects.py" "$(dirname "$(kind_file "$large")")" "$1" > seeded
	kind_wrong pages
}

kind_bad_lists() {
	echo lostpage endless onandon xml
}
