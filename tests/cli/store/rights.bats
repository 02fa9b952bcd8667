load ../helper
load ../../stories/hosts/host
load ../../interop/packages
load ../vault/stores

# The least rights that docs/operate/stores.md names, tried on MinIO: reader, writer and cleaner.

setup() {
	install_go minio
	varve_setup
	only_keys AKIDEXAMPLE secret/with+signs=
	store=$BATS_TEST_TMPDIR/store
	mkdir -p "$store"
	run_minio
	s3 PUT acme-data
	export AWS_ENDPOINT_URL_S3=http://127.0.0.1:$port
	git config --global varve.trustedHost s3://acme-data
}

teardown() {
	stop_program
}

# as POLICY: from now on with keys that STS lends, of which the policy takes all rights that it does not name.
as() {
	local answer
	answer=$(curl -sSf --aws-sigv4 aws:amz:us-east-1:sts --user AKIDEXAMPLE:secret/with+signs= \
		-d Action=AssumeRole -d Version=2011-06-15 -d DurationSeconds=3600 --data-urlencode "Policy=$1" "http://127.0.0.1:$port/")
	part() { sed -n "s/.*<$1>\\(.*\\)<\\/$1>.*/\\1/p" <<< "$answer"; }
	export AWS_ACCESS_KEY_ID AWS_SECRET_ACCESS_KEY AWS_SESSION_TOKEN
	AWS_ACCESS_KEY_ID=$(part AccessKeyId) AWS_SECRET_ACCESS_KEY=$(part SecretAccessKey) AWS_SESSION_TOKEN=$(part SessionToken)
	[ -n "$AWS_SESSION_TOKEN" ]
}

# policy WHO: as the table of docs/operate/stores.md has it.
policy() {
	local row objects bucket
	row=$(sed -n '/^### Rights/,$p' "$BATS_TEST_DIRNAME/../../../docs/operate/stores.md" | grep -m 1 "^| $1 |")
	objects=$(cut -d'|' -f3 <<< "$row" | tr -d ' ' | sed 's/`/"/g')
	bucket=$(cut -d'|' -f4 <<< "$row" | tr -d ' ' | sed 's/`/"/g')
	printf '{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": [%s], "Resource": "arn:aws:s3:::acme-data/sales/*"}' "$objects"
	[ "$bucket" = - ] ||
		printf ', {"Effect": "Allow", "Action": [%s], "Resource": "arn:aws:s3:::acme-data", "Condition": {"StringLike": {"s3:prefix": "sales/*"}}}' "$bucket"
	echo ']}'
}

# The policy that the page shows.
shown() {
	sed -n '/^### Rights/,$p' "$BATS_TEST_DIRNAME/../../../docs/operate/stores.md" | sed -n '/^```json/,/^```/p' | sed '/^```/d'
}

objects() { find "$store/acme-data" -name xl.meta | wc -l; }

@test "reader, writer and cleaner do with their rights what the page says, and no more" {
	plain_host
	varve clone -q "$url" a
	cd a
	as "$(shown)"
	succeeds varve store add team s3://acme-data/sales
	rows 3000 > prices.csv
	varve add prices.csv .varveconfig > /dev/null
	varve commit -qm one
	succeeds varve push -q -u origin main
	as "$(policy writer)"
	for i in $(seq 12); do
		change "$i"
		succeeds varve push -q
	done
	succeeds varve status --remote
	before=$(objects)
	ends_with 2 varve gc --remote --prune=now
	stderr_has "s3:ListBucket"
	[ "$(objects)" -ge "$before" ]
	succeeds varve clone -q "$url" ../w
	cmp prices.csv ../w/prices.csv

	as "$(policy reader)"
	succeeds varve clone -q "$url" ../r
	cmp prices.csv ../r/prices.csv
	varve clone -q --lazy "$url" ../l
	succeeds varve -C ../l cat HEAD:prices.csv --where id=41
	cd ../r
	change 99
	head=$(git -C ../host.git rev-parse main)
	ends_with 2 varve push
	[ "$(git -C ../host.git rev-parse main)" = "$head" ]

	as "$(policy cleaner)"
	succeeds varve push -q
	succeeds varve gc --remote --prune=now
	[ "$(objects)" -lt "$before" ]
	succeeds varve clone -q "$url" ../c
	cmp prices.csv ../c/prices.csv
	succeeds varve -C ../c fsck --data
	as "$(policy reader | sed s/sales/other/)"
	ends_with 1 varve clone -q "$url" ../d
	rm -rf ../d
}
