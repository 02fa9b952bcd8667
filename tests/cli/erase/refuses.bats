load ../helper
load ../../stories/hosts/host
load ../vault/stores

# A store that refuses: the receipt has its reason, and the same command ends once it allows it.

setup() {
	varve_setup
	only_keys AKIDEXAMPLE secret/with+signs=
	bucket=$BATS_TEST_TMPDIR/bucket
	start_program "$bucket.port" python3 "$BATS_TEST_DIRNAME/../../net/s3_store.py" 0 "$bucket.port" "$bucket.log" "$bucket" x
	export AWS_ENDPOINT_URL_S3=http://127.0.0.1:$port VARVE_TRUSTED_HOSTS=s3://x
	plain_host
	varve clone -q "$url" work 2> /dev/null
	cd work
	varve store add bucket "s3://x/rows?region=eu-test-1" > /dev/null 2>&1
	printf 'id,email\n1,ada@example.org\n2,bob@example.org\n' > people.csv
	varve add -q --key id people.csv
	git add .varveconfig
	varve commit -qm people
	varve push -q -u origin main
	varve ipfs car export -q HEAD:people.csv ../1.car
	search=$BATS_TEST_DIRNAME/../../stories/hosts/search.py
}

teardown() {
	stop_program
}

erase_ada() {
	printf 'ada@example.org\n' | varve erase --values-from - "$@"
}

blocks_answers() {
	jq -r '.answers[] | select(.remote == "origin" and .what == "blocks") | "\(.answer) \(.there) \(.reason)"' ../receipt
}

@test "a bucket that refuses to remove files is in the receipt with its reason, all else is erased, and the same command ends" {
	erase_ada --plan --remote origin > /dev/null
	echo undeleting > "$bucket.mode"
	for _ in 1 2; do
		ends_with 1 erase_ada --apply --now --receipt ../receipt
		[[ $(blocks_answers) = "stays 0 s3://x/rows"*"the store denies access (AccessDenied)"*"stays "[1-9]*" null" ]]
		[ "$(git rev-parse main)" = "$(git -C ../host.git rev-parse main)" ]
	done
	python3 "$search" =ada@example.org -- .git # and hashes in the list of the bucket
	ends_with 1 python3 "$search" ../1.car -- "$bucket"
	rm "$bucket.mode"
	git -C ../host.git gc -q --prune=now
	succeeds erase_ada --apply --now --receipt ../receipt
	[[ $(blocks_answers) = "gone 0 null" ]]
	python3 "$search" ../1.car =ada@example.org -- .git "$bucket" ../host.git
	succeeds varve clone -q "$url" ../new
	succeeds varve -C ../new fsck --data
}

@test "where a bucket refuses to take the new versions, nothing is replaced at the host, and the same command ends" {
	before=$(git -C ../host.git for-each-ref)
	erase_ada --plan --remote origin > /dev/null
	echo denied > "$bucket.mode"
	ends_with 2 erase_ada --apply --now
	stderr_has "the store denies access (AccessDenied)"
	[ "$(git -C ../host.git for-each-ref)" = "$before" ]
	rm "$bucket.mode"
	succeeds varve clone -q "$url" ../old
	ends_with 1 erase_ada --apply --now
	git -C ../host.git gc -q --prune=now
	succeeds erase_ada --apply --now
	python3 "$search" ../1.car =ada@example.org -- .git "$bucket" ../host.git
}
