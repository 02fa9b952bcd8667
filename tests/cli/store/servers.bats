load ../helper
load ../hosts/host
load ../../interop/packages
load ../vault/stores

# Buckets of S3 servers that others wrote, as stores, from `varve store add` to a second machine.

setup() {
	packages=${VARVE_TEST_INTEROP:-$HOME/.cache/varve-interop}
	varve_setup
	only_keys AKIDEXAMPLE secret/with+signs=
	store=$BATS_TEST_TMPDIR/store
	mkdir -p "$store"
}

teardown() {
	stop_program
}

# The bucket is there, at $port.
story() {
	export AWS_ENDPOINT_URL_S3=http://127.0.0.1:$port
	plain_host
	varve clone -q "$url" a
	cd a
	succeeds varve store add --json team s3://bucket/deep/sales
	[ "$(jq -c '[.reads, .ranges, .writes, .lists, .removes]' <<< "$output")" = '[true,true,true,true,true]' ]
	rows 3000 > prices.csv
	varve add prices.csv .varveconfig > /dev/null
	varve commit -qm one
	succeeds varve push -u origin main
	for i in $(seq 20); do
		change "$i"
	done
	succeeds varve push
	git config --global varve.trustedHost s3://bucket
	succeeds varve clone -q "$url" ../b
	cd ../b
	cmp prices.csv ../a/prices.csv
	sound
	succeeds varve doctor
	succeeds varve gc --remote --prune=now
	stderr_has "put together: 2"
	succeeds varve clone -q "$url" ../c
	succeeds varve -C ../c fsck --data
	cmp prices.csv ../c/prices.csv
	AWS_SECRET_ACCESS_KEY=other ends_with 2 varve store test
	stderr_has "s3://bucket/deep/sales"
}

@test "a bucket of s3proxy, which knows no conditional put, keeps the blocks" {
	command -v java > /dev/null && command -v mvn > /dev/null || skip "java or mvn is not installed"
	packages+=-s3proxy
	install_jars "$BATS_TEST_DIRNAME/../../interop/s3proxy" "$packages" || skip "s3proxy cannot be had from Maven"
	mkdir "$store/bucket"
	run_s3proxy
	story
}

a_minio() {
	[ -n "${VARVE_TEST_ALL-}" ] || skip "MinIO takes minutes to build: VARVE_TEST_ALL=1 has it"
	command -v go > /dev/null || skip "go is not installed"
	packages+=-minio
	install_go "$minio_module" "$minio_version" "$packages" || skip "MinIO cannot be had as a Go module"
	run_minio
}

@test "a bucket of MinIO keeps the blocks" {
	a_minio
	s3 PUT bucket
	story
}

@test "a bucket of MinIO that keeps old versions keeps the blocks" {
	a_minio
	s3 PUT bucket
	s3 PUT "bucket?versioning=" --data-binary '<VersioningConfiguration><Status>Enabled</Status></VersioningConfiguration>'
	story
}

@test "a bucket of MinIO that locks its objects keeps the blocks" {
	a_minio
	s3 PUT bucket -H 'x-amz-bucket-object-lock-enabled: true'
	printf '%s' '<ObjectLockConfiguration><ObjectLockEnabled>Enabled</ObjectLockEnabled><Rule><DefaultRetention>' \
		'<Mode>COMPLIANCE</Mode><Days>1</Days></DefaultRetention></Rule></ObjectLockConfiguration>' > lock.xml
	s3 PUT "bucket?object-lock=" --data-binary @lock.xml -H "Content-MD5: $(openssl md5 -binary lock.xml | base64)"
	story
	# what gc removed stays behind a marker
	[ "$(s3 GET "bucket?versions=" | grep -o '<DeleteMarker>' | wc -l)" -ge 2 ]
}
