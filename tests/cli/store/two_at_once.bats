load ../helper
load ../../stories/hosts/host
load ../vault/stores
load folder

# Two gcs of one store, and a gc and a push, stopped at each request of theirs.

setup() {
	varve_setup
	only_keys AKIDEXAMPLE secret/with+signs=
	store=$BATS_TEST_TMPDIR/s3
}

teardown() {
	stop_program
}

# Five versions of which the last is not pushed in the clone b, and one that no ref reaches.
begin() {
	start_program "$store.port" python3 "$BATS_TEST_DIRNAME/../../net/s3_store.py" 0 "$store.port" "$store.log" \
		"$store" bucket
	export AWS_ENDPOINT_URL_S3=http://127.0.0.1:$port AWS_REGION=eu-test-1 VARVE_TRUSTED_HOSTS=s3://bucket
	plain_host
	varve clone -q "$url" a
	cd a
	varve store add team s3://bucket/sales > /dev/null 2>&1
	rows 1000 > prices.csv
	varve add prices.csv .varveconfig > /dev/null
	varve commit -qm one
	succeeds varve push -q -u origin main
	for row in 10 20 30; do
		change $row
		succeeds varve push -q
	done
	git checkout -q -b gone
	change 60
	succeeds varve push -q origin gone
	git checkout -q main
	git push -q --no-verify origin :gone
	git branch -q -D gone
	succeeds varve clone -q "$url" ../b
	cd ../b
	change 40
	cd ..
	for part in a b host.git; do
		cp -a $part $part.0
	done
	find "$store" -type f -exec touch -d '-2 hours' {} +
	cp -a "$store" "$store.0"
}

every() {
	[ -n "${VARVE_TEST_ALL-}" ] && echo 1 || echo 40
}

@test "of two gcs at once one gives way, and no version is lost" {
	begin
	python3 "$BATS_TEST_DIRNAME/two_at_once.py" "$store" "$PWD/a" "$PWD/b" "$PWD/host.git" gc "$(every)" "${VARVE_TEST_SAMPLE-3}"
}

@test "a push while a gc removes at once arrives whole" {
	begin
	python3 "$BATS_TEST_DIRNAME/two_at_once.py" "$store" "$PWD/a" "$PWD/b" "$PWD/host.git" push "$(every)" "${VARVE_TEST_SAMPLE-3}"
}
