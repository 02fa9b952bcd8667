load ../helper
load ../../stories/hosts/host
load ../vault/stores

# The commands of docs/operate/stores.md, from zero to a second machine, at an S3 store of ours.

teardown() {
	stop_program
}

# The block of that name in the page, for the host and the bucket that are here.
block() {
	sed -n "/^\`\`\`sh $1\$/,/^\`\`\`\$/p" "$BATS_TEST_DIRNAME/../../../docs/operate/stores.md" | grep -v '^```' | sed \
		-e "s|https://github.com/acme/sales.git|$url|" -e "s|https://minio.example.org|http://127.0.0.1:$port|" \
		-e 's|eu-west-1|eu-test-1|' -e 's|AWS_ACCESS_KEY_ID=[a-z]* AWS_SECRET_ACCESS_KEY=...|AWS_ACCESS_KEY_ID=AKIDEXAMPLE AWS_SECRET_ACCESS_KEY=secret/with+signs=|'
}

@test "the commands of the guide bring a table to a second machine" {
	plain_host
	git init -q --bare sales.git
	url=ssh://host$PWD/sales.git
	store=$BATS_TEST_TMPDIR/s3
	start_program "$store.port" python3 "$BATS_TEST_DIRNAME/../../net/s3_store.py" 0 "$store.port" "$store.log" \
		"$store" acme-data
	mkdir ada bob
	rows 500 > prices.csv
	{ block ada; echo 'varve fsck --data'; } | sed 's|^cd sales$|cd sales; cp ../../prices.csv .|' > ada/script
	block bob > bob/script
	[ "$(grep -c . bob/script)" -ge 5 ]
	(cd ada && bash -eu script)
	[ "$(cat ada/sales/.varveconfig)" = '[store "team"]
	url = s3://acme-data/sales' ]
	(cd bob && bash -eu script)
	cmp prices.csv bob/sales/prices.csv
	[ "$(ls "$store/acme-data/sales/versions" | wc -l)" -eq 1 ]
}
