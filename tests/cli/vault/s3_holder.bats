# Buckets as holders, at a strict S3 store of ours (tests/net/s3_store.py): the suite of all kinds, and what
# only this one can do wrong. tests/interop has the same against s3rver.
load holders
load stores

setup() {
	varve_setup
	only_keys AKIDEXAMPLE secret/with+signs=
	store=$BATS_TEST_TMPDIR/store
}

teardown() {
	kind_stop x
}

kind_start() {
	start_s3
	url="s3://$1/copies/here?endpoint=http://127.0.0.1:$port&region=eu-test-1"
	kind_options=(${2:+--quota "$2"})
}

kind_stop() {
	stop_program
}

kind_again() {
	start_s3 "$port"
}

kind_shards() {
	(cd "$store/$1" && find . -path '*/shards/*' -type f | sed 's|.*/||' | sort)
}

shard_file() {
	find "$store/$1" -path "*/shards/$2"
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

@test "S3: keeps what is replicated" {
	holder_keeps_what_is_replicated
}

@test "S3: gives everything back" {
	holder_gives_everything_back
}

@test "S3: gives shards for a repair" {
	holder_gives_shards_for_a_repair
}

@test "S3: gives blocks that were dropped" {
	holder_gives_blocks
}

@test "S3: shows single leaves" {
	holder_shows_single_leaves
}

@test "S3: is caught and repaired" {
	holder_is_caught_and_repaired
}

@test "S3: other bytes are not believed" {
	holder_that_lies_is_not_believed
}

@test "S3: says when it is full" {
	holder_says_when_it_is_full
}

@test "S3: is paid when it was away" {
	holder_that_was_away_is_paid
}

@test "S3: is left" {
	holder_is_left
}

@test "S3: deletes what is pruned" {
	holder_deletes_what_is_pruned
}

# --- what only this kind can do wrong ----------------------------------------------------------

# wrong WHAT [COUNT]: the store does this wrong from now on, or so many times.
wrong() {
	echo "$*" > "$store.mode"
}

right() {
	rm -f "$store.mode"
}

adds() {
	succeeds varve vault holder add z "$url"
	varve vault holder remove z
}

does_not_add() {
	ends_with 2 varve vault holder add z "$url"
	stderr_has "$1"
	stderr_lacks "secret/"
	stderr_lacks AKID
}

start_bucket() {
	new_vault a
	start_s3
	url="s3://bucket?endpoint=http://127.0.0.1:$port&region=eu-test-1"
}

@test "S3: objects are called as files of a folder are, each put once, behind the prefix" {
	x_and a
	add_large
	succeeds varve vault replicate --copies 2
	(cd ../a && find . -type f | sort) > ../wanted
	(cd "$store/x/copies/here" && find . -type f | sort) > ../is
	diff ../wanted ../is
	for cid in $(kind_shards x); do
		[ "$(grep -c "^PUT .*$cid" "$store.log")" = 1 ]
	done
	[ -z "$(grep uploads "$store.log")" ]
	succeeds varve vault recover --key "$XDG_CONFIG_HOME/varve/key" --to ../again "$store/x/copies/here"
	cmp big.csv ../again/big.csv
}

@test "S3: fails together with its endpoint" {
	start_bucket
	succeeds varve vault holder add x "$url"
	stderr_has "fails together with: host 127.0.0.1"
	succeeds varve vault holder add y "s3://y/?endpoint=http://127.0.0.1:$port&region=eu-test-1"
	varve vault holder remove a
	ends_with 2 varve vault replicate --copies 2
	stderr_has "failure domain"
}

@test "S3: credentials come from the environment or the shared file" {
	start_bucket
	unset AWS_ACCESS_KEY_ID AWS_SECRET_ACCESS_KEY
	does_not_add "no credentials for S3 were found"
	stderr_has "AWS_ACCESS_KEY_ID"
	mkdir "$HOME/.aws"
	cat > "$HOME/.aws/credentials" <<-'END'
	# a comment
	[other]
	aws_access_key_id = AKIDOTHER
	aws_secret_access_key = nothing

	[default]
	aws_access_key_id=AKIDEXAMPLE
	aws_secret_access_key =   secret/with+signs=
	[session]
	aws_access_key_id = AKIDSESSION
	aws_secret_access_key = secret/with+signs=
	aws_session_token = token/1==
	[half]
	aws_access_key_id = AKIDHALF
	END
	adds
	AWS_PROFILE=session adds
	AWS_PROFILE=other does_not_add "the store does not have the access key (InvalidAccessKeyId)"
	AWS_PROFILE=half does_not_add "the profile [half]"
	AWS_PROFILE=none does_not_add "config file has the profile [none]"
	mv "$HOME/.aws/credentials" ../elsewhere
	AWS_SHARED_CREDENTIALS_FILE=$PWD/../elsewhere adds
	export AWS_ACCESS_KEY_ID=AKIDSESSION AWS_SECRET_ACCESS_KEY=secret/with+signs=
	does_not_add "the store does not accept the session token (InvalidToken)"
	AWS_SESSION_TOKEN=token/1== adds
	AWS_SECRET_ACCESS_KEY=$'two\nlines' does_not_add "contain blanks or other invalid characters"
	AWS_ACCESS_KEY_ID=AKIDEXAMPLE AWS_SECRET_ACCESS_KEY=guess does_not_add "the store does not accept the signature (SignatureDoesNotMatch)"
}

@test "S3: URLs that make no sense are refused, and none has keys in it" {
	start_bucket
	refuses() {
		ends_with 2 varve vault holder add z "$1"
		stderr_has "$2"
		stderr_lacks hidden
	}
	refuses "s3://KEY:hidden@bucket" "an s3 URL cannot contain keys"
	refuses "s3://bucket?secret=hidden" "an s3 URL has no parameter 'secret'"
	refuses "s3://bucket?region" "no valid value for 'region'"
	refuses "s3://bucket?region=" "no valid value for 'region'"
	refuses "s3://bucket?region=a&region=b" "'region' twice"
	refuses "s3://bucket?region=eu/west" "is not the name of a region"
	refuses "s3://bucket?style=other" "the style in the s3 URL is '"
	refuses "s3://bucket?endpoint=ftp://host" "varve does not support 'ftp://'"
	refuses "s3://bucket?endpoint=https://host/path" "is not an S3 endpoint"
	refuses "s3://bucket?endpoint=https://me:hidden@host" "is not an S3 endpoint"
	refuses "s3://bucket/a//b" "the prefix 'a//b' in an s3 URL is not valid"
	refuses "s3://bucket/a%20b" "is not valid"
	refuses "s3://bucket/../x" "'.' or '..'"
	ends_with 1 git config holder.z.url
}

@test "S3: a bucket can be in the host's name, and an endpoint be encoded" {
	start_bucket
	url="s3://bucket/deep/er?style=virtual&region=eu-test-1&endpoint=http%3A%2F%2Flocalhost%3A$port"
	adds
	[ -s "$store/bucket/deep/er/varve-holder" ]
	grep -q '^PUT /deep/er/varve-holder' "$store.log"
	url="s3://bucket?endpoint=http://127.0.0.1:$port"
	AWS_REGION=eu-other-9 does_not_add "the bucket is in the region 'eu-test-1', not 'eu-other-9'"
	adds
	AWS_REGION=eu-test-1 adds
}

@test "S3: a store that is busy for a while is asked again" {
	x_and a
	: > "$store.log"
	wrong slow 3
	succeeds varve vault replicate --copies 2
	has_all x
	for what in "after 1" "500 2" "drop 2" "half 1"; do
		wrong $what
		change "$RANDOM"
		succeeds varve vault replicate
	done
	has_all x
	succeeds varve vault audit --all
}

@test "S3: Retry-After is obeyed" {
	start_bucket
	wrong after 2
	begin=$(date +%s%N)
	adds
	[ $(($(date +%s%N) - begin)) -ge 2000000000 ]
}

@test "S3: each trouble of a store is named, with what to try" {
	start_bucket
	while IFS='|' read -r what words hint; do
		wrong "$what"
		does_not_add "$words"
		stderr_has "$hint"
	done <<-'END'
	slow|the store repeatedly requested a slower rate (SlowDown)|--limit-rate
	500|the store has an internal error (InternalError)|try again later
	drop|was closed before the end of the answer|
	error200|the store has an internal error (InternalError)|try again later
	denied|the store denies access (AccessDenied)|s3:ListBucket
	html|the server answered with the HTTP status 404, but not as an S3 store does|check the endpoint
	bare|the server answered with the HTTP status 404, but not as an S3 store does|check the endpoint
	region|the bucket is in the region 'ap-test-2', not 'eu-test-1'|region=ap-test-2
	malformed|the bucket is in the region 'ap-test-2', not 'eu-test-1'|region=ap-test-2
	skewed|seconds ahead of the store's clock|set this machine's clock
	full|it is full (QuotaExceeded)|add another holder
	END
	right
	url="s3://nobody?endpoint=http://127.0.0.1:$port&region=eu-test-1"
	does_not_add "no such bucket (NoSuchBucket)"
	stderr_has "varve does not create buckets: create the bucket at the store first"
	url="s3://bucket?endpoint=http://127.0.0.1:1&region=eu-test-1"
	does_not_add "connection refused"
	url="s3://bucket?endpoint=https://127.0.0.1:$port&region=eu-test-1"
	does_not_add "cannot set up TLS"
	url="s3://bucket?endpoint=http://127.0.0.1:$port&region=eu-test-1"
	adds
}

@test "S3: a bucket that is gone is not taken for one that lost everything" {
	x_and a
	succeeds varve vault replicate --copies 2
	for what in html bare error200 denied; do
		wrong "$what"
		run -2 varve vault audit x 2> ../err || true
		right
	done
	mv "$store/x" "$store/moved"
	ends_with 3 varve vault audit
	output_lacks "missing or changed"
	mv "$store/moved" "$store/x"
	succeeds varve vault audit
	succeeds varve vault status
	output_lacks "missing or changed"
}

@test "S3: a store that knows no ranges is read nevertheless" {
	x_and a
	add_large
	succeeds varve vault replicate --copies 2
	wrong norange
	succeeds varve vault audit x
	output_has "all sound"
	rm ../a/*/shards/*
	ends_with 1 varve vault audit a
	succeeds varve vault repair
	succeeds varve vault audit --all
}

@test "S3: what others write into the bucket is left alone and believed in nothing" {
	x_and a
	succeeds varve vault replicate --copies 2
	vault=$(basename "$(ls -d "$store"/x/copies/here/bafy*)")
	here=$store/x/copies/here
	mkdir -p "$here/photos" "$here/$vault/shards/more"
	echo "somebody's" > "$here/photos/a & b <c>.jpg"
	echo "somebody's" > "$here/$vault/shards/notes 'of' \"mine\""
	echo "somebody's" > "$here/$vault/shards/more/bafkreifzjut3te2nhyekklss27nh3k72ysco7y32koao5eei66wof36n5e"
	echo "somebody's" > "$here/$vault/records/readme"
	echo "somebody's" > "$store/x/copies/hereafter"
	succeeds varve vault audit --all
	change 5
	succeeds varve vault replicate
	succeeds varve vault prune --grace 0
	succeeds varve vault recover --key "$XDG_CONFIG_HOME/varve/key" --to ../again "$url"
	[ "$(grep -rl "somebody's" "$store" | wc -l)" = 5 ]
	author=$(ls "$here/$vault/records" | grep '^z')
	echo "no record" > "$here/$vault/records/$author/0000000099-bafyreifzjut3te2nhyekklss27nh3k72ysco7y32koao5eei66wof36n5e"
	change 6
	succeeds varve vault replicate
	ends_with 1 varve vault ledger verify
	output_has "0000000099-bafyreifzjut3te2nhyekklss27nh3k72ysco7y32koao5eei66wof36n5e"
	rm "$here/$vault/records/$author/0000000099"*
	succeeds varve vault ledger verify
}

@test "S3: a store that denies is not one that is full" {
	x_and a
	wrong denied
	ends_with 1 varve vault replicate --copies 2
	stderr_has "the store denies access (AccessDenied)"
	stderr_lacks "full"
	wrong full
	ends_with 1 varve vault replicate --copies 2
	stderr_has "it is full (QuotaExceeded)"
	grep -q "missing: holder 'x': .*it is full (QuotaExceeded); make room there, give it more with 'varve vault holder add --quota', or add another holder" <<< "$stderr"
	right
	succeeds varve vault replicate --copies 2
}
