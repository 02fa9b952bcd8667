load ../helper
load ../../stories/hosts/host
load ../vault/stores
load ../../laws/faults/transfer

# What goes wrong with stores: each is named, the host is as it was, and the same command gets through later.

setup() {
	varve_setup
	only_keys AKIDEXAMPLE secret/with+signs=
	store=$BATS_TEST_TMPDIR/s3
}

teardown() {
	stop_program
}

# A clone `a` with a commit of $1 rows that is not pushed yet, whose store is $2.
unpushed() {
	plain_host
	varve clone -q "$url" a
	cd a
	varve store add team "$2" 2> /dev/null
	rows "$1" > prices.csv
	varve add prices.csv .varveconfig > /dev/null
	varve commit -qm one
}

bucket() {
	start_program "$store.port" python3 "$BATS_TEST_DIRNAME/../../net/s3_store.py" 0 "$store.port" "$store.log" \
		"$store" bucket
	export AWS_ENDPOINT_URL_S3=http://127.0.0.1:$port AWS_REGION=eu-test-1
	unpushed 300 s3://bucket/sales
}

# refused STATUS TEXT: a push ends so, names the store, and moves nothing.
refused() {
	ends_with "$1" varve push -u origin main
	stderr_has "s3://bucket/sales"
	stderr_has "$2"
	stderr_lacks "secret/"
	[ -z "$(git -C ../host.git for-each-ref)" ]
}

comes_back() {
	rm -f "$store.mode"
	succeeds varve push -u origin main
	git config --global varve.trustedHost s3://bucket
	succeeds varve clone -q "$url" ../b
	cmp prices.csv ../b/prices.csv
}

@test "a host that does not exist is not called an empty store" {
	bucket
	AWS_ENDPOINT_URL_S3=http://no-such-host.invalid refused 2 "no such host"
	stderr_lacks emptied
	AWS_ENDPOINT_URL_S3=http://no-such-host.invalid ends_with 2 varve store test
	stderr_has "no such host"
	ends_with 2 varve store add web http://no-such-host.invalid/sales
	stderr_has "no such host"
	comes_back
}

@test "credentials that the store does not know stop the push" {
	bucket
	AWS_ACCESS_KEY_ID=OTHER refused 2 InvalidAccessKeyId
	AWS_SECRET_ACCESS_KEY=other refused 2 SignatureDoesNotMatch
	AWS_SESSION_TOKEN=x refused 2 InvalidToken
	AWS_ACCESS_KEY_ID= HOME=$PWD ends_with 2 varve push -u origin main
	stderr_has "no credentials"
	stderr_has "set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or write them to '$PWD/.aws/credentials'"
	comes_back
}

@test "a clock that is wrong is named with its distance, and both clocks" {
	bucket
	echo skewed > "$store.mode"
	refused 2 "clock"
	stderr_has "seconds ahead of the store's clock: $(date -u +%Y-%m-)"
	[ "$(grep -o '[0-9-]* [0-9:]* UTC' <<< "$stderr" | sort -u | grep -c .)" = 2 ]
	stderr_has " UTC there"
	comes_back
}

@test "where nobody names a region the bucket's own answer does" {
	bucket
	unset AWS_REGION
	succeeds varve push -u origin main
	git config --global varve.trustedHost s3://bucket
	succeeds varve clone -q "$url" ../b
	cmp prices.csv ../b/prices.csv
	succeeds varve store test
	output_has ", region eu-test-1, "
	AWS_REGION=eu-other-9 ends_with 2 varve store test
	stderr_has "is in the region 'eu-test-1', not 'eu-other-9'"
	echo region > "$store.mode"
	ends_with 2 varve store test
	stderr_has "not at this endpoint"
}

@test "a store that asks to slow down is asked again" {
	bucket
	echo slow 2 > "$store.mode"
	succeeds varve push -u origin main
	comes_back
}

@test "a store that is full stops the push" {
	bucket
	echo full > "$store.mode"
	refused 2 QuotaExceeded
	comes_back
}

@test "a store that may be written and not listed, where absent is forbidden, serves as well" {
	bucket
	echo hides > "$store.mode"
	succeeds varve push -u origin main
	change 7
	succeeds varve push
	git config --global varve.trustedHost s3://bucket
	succeeds varve clone -q "$url" ../b
	cmp prices.csv ../b/prices.csv
	for i in $(seq 20 40); do
		change "$i"
	done
	succeeds varve push
	cd ../b
	succeeds varve pull -q
	cmp prices.csv ../a/prices.csv
	sound
}

@test "answers that end in the middle are asked for again" {
	bucket
	succeeds varve push -u origin main
	git config --global varve.trustedHost s3://bucket
	echo half 3 > "$store.mode"
	succeeds varve clone -q "$url" ../b
	cmp prices.csv ../b/prices.csv
}

@test "other bytes than were put are not believed" {
	bucket
	succeeds varve push -u origin main
	git config --global varve.trustedHost s3://bucket
	local pack
	pack=$(ls "$store"/bucket/sales/packs/*)
	printf x | dd of="$pack" bs=1 seek=60 conv=notrunc status=none
	ends_with 1 varve clone -q "$url" ../b
	stderr_has "damaged"
	rm -r ../b
	succeeds varve push --blocks
	comes_back
}

@test "a large push that was cut goes on where it was" {
	bucket
	numbers 700000 > big.csv
	varve add -q big.csv
	varve commit -qm big
	succeeds varve push -u origin main
	# As if it had been killed before it wrote the versions, and before git pushed.
	rm "$store"/bucket/sales/versions/*
	git -C ../host.git update-ref -d refs/heads/main
	: > "$store.log"
	succeeds varve push
	[ "$(grep -c '^PUT.*/packs/' "$store.log")" -eq 0 ]
	[ "$(grep -c '^PUT.*/versions/' "$store.log")" -eq 2 ]
}

@test "a full disk stops a push into a folder, and what is there stays" {
	unshare -Urm sh -c 'mount -t tmpfs -o size=64k none "$1"' sh "$BATS_TEST_TMPDIR" 2> "$HOME/err" ||
		skip "mounting in a namespace of its own is not permitted: $(head -n 1 "$HOME/err")"
	mkdir disk
	cat > script <<-'END'
	mount -t tmpfs -o size=64k none disk
	load_store() { varve store add team "$PWD/../disk/s" > /dev/null 2>&1; }
	varve clone -q "$url" a
	cd a
	load_store
	cp ../small.csv prices.csv
	varve add -q prices.csv .varveconfig
	varve commit -qm one
	varve push -q -u origin main
	(cd ../disk/s && find . -type f | xargs sha256sum) > ../before
	cp ../big.csv prices.csv
	varve commit -qam two
	status=0
	varve push 2> ../said || status=$?
	[ "$status" -eq 2 ]
	grep -q 'No space left' ../said
	[ "$(git -C ../host.git rev-parse main)" = "$(git rev-parse HEAD~1)" ]
	(cd ../disk/s && sha256sum -c --quiet -) < ../before
	[ -z "$(find ../disk -name '*tmp*')" ]
	mount -o remount,size=16m ../disk
	varve push -q
	varve clone -q "$url" ../b
	cmp prices.csv ../b/prices.csv
	END
	plain_host
	rows 100 > small.csv
	numbers 20000 > big.csv
	export url
	unshare -Urm bash -eux script 2> trace || { tail -n 12 trace said >&2; return 1; }
}

push_sound() {
	clone_between "$url"
	"$@"
	[ "$(git -C "$top/host.git" rev-parse main)" = "$(git rev-parse main)" ]
	[ "$(git rev-parse origin/main)" = "$(git rev-parse main)" ]
	varve fsck --data
	[ -z "$(find "$top/store" -type f -name '*tmp*')" ]
	[ "$(ls "$top/store/packs" | wc -l)" -eq "$(ls "$top/store/lists" | wc -l)" ]
	[ "$(ls "$top/store/versions" | wc -l)" -eq 2 ]
	rm -rf "$top/check"
	varve clone -q "$url" "$top/check"
	varve -C "$top/check" fsck --data
	cmp prices.csv "$top/check/prices.csv"
}

@test "kill -9 in a push into a folder: the same push again gets through, and leaves nothing behind" {
	need_strace
	plain_host
	top=$PWD
	unpushed 300 "$top/store"
	tick
	rows 320 1 > prices.csv
	varve commit -qam two
	git config remote.origin.varveKind git
	cd "$top"
	rmdir store/trial
	mv a a0
	mv host.git host0.git
	mv store store0
	fresh() { cd "$top"; rm -rf a host.git store; cp -a a0 a; cp -a host0.git host.git; cp -a store0 store; cd a; }
	MOST=9 each_killed client fresh push_sound varve push -q -u origin main
}

@test "a bucket that requesters pay for, or a public one, gets what the settings are" {
	bucket
	succeeds varve push -u origin main
	echo payer > "$store.mode"
	change 3
	ends_with 2 varve push
	git config --global varve.s3RequestPayer true
	succeeds varve push
	git config --global varve.trustedHost s3://bucket
	succeeds varve clone -q "$url" ../b
	cmp prices.csv ../b/prices.csv
	echo public > "$store.mode"
	ends_with 1 varve clone -q "$url" ../c
	git config --global varve.s3Anonymous true
	AWS_ACCESS_KEY_ID= AWS_SECRET_ACCESS_KEY= succeeds varve clone -q "$url" ../d
	AWS_ACCESS_KEY_ID= AWS_SECRET_ACCESS_KEY= run varve store test
	output_has "  as anonymous (varve.s3Anonymous)"
	cmp prices.csv ../d/prices.csv
}

# Keys, region and endpoint from a profile alone.
profile() {
	bucket
	local endpoint=$AWS_ENDPOINT_URL_S3
	unset AWS_ENDPOINT_URL_S3 AWS_REGION AWS_ACCESS_KEY_ID AWS_SECRET_ACCESS_KEY
	mkdir -p "$HOME/.aws"
	printf '[default]\nregion = nowhere-1\n[profile team]\nregion = eu-test-1\nservices = x\nendpoint_url = %s\ns3 =\n  region = other-1\n%s\n' \
		"$endpoint" "$1" > "$HOME/.aws/config"
	export AWS_PROFILE=team
}

@test "a profile gives keys, region and endpoint" {
	profile
	printf '[team]\naws_access_key_id = AKIDEXAMPLE\naws_secret_access_key = secret/with+signs=\n' > "$HOME/.aws/credentials"
	comes_back
}

@test "a program that the profile names gives keys, without a shell" {
	profile "credential_process = $HOME/give 'a b' \"\$(touch $HOME/shell)\" ;"
	cat > "$HOME/give" <<-'END'
	#!/bin/sh
	[ "$1" = "a b" ] && [ "$3" = ";" ] || exit 9
	echo '{"Version": 1, "AccessKeyId": "AKIDSESSION", "SecretAccessKey": "secret/with+signs=", "SessionToken": "token/1=="}'
	END
	chmod +x "$HOME/give"
	comes_back
	[ ! -e "$HOME/shell" ]
	printf '#!/bin/sh\nexit 7\n' > "$HOME/give"
	change 3
	ends_with 2 varve push
	stderr_has "7"
	printf '#!/bin/sh\necho "{}"\n' > "$HOME/give"
	ends_with 2 varve push
	stderr_has "AccessKeyId"
	printf '[services none]\ns3 =\n  endpoint_url = http://127.0.0.1:9\n' >> "$HOME/.aws/config"
	AWS_PROFILE=none ends_with 2 varve push
	stderr_has "nor AWS's config file has the profile [none]"
}

# keeps_versions MODE: a bucket whose objects are never gone serves as another one, and keeps what a gc removed.
keeps_versions() {
	local pack
	bucket
	echo "$1" > "$store.mode"
	succeeds varve push -u origin main
	for i in 3 5 7; do
		change $i
		succeeds varve push -q
	done
	pack=$(ls "$store/bucket/sales/packs" | head -1)
	succeeds varve gc --remote --prune=now
	[ "$(ls "$store/bucket/sales/packs" | wc -l)" -eq 1 ]
	[ -s "$store.kept/bucket/sales/packs/$pack/0" ]
	[[ $stderr =~ "the bucket keeps "([0-9]+)" old versions of files (" ]]
	[ "${BASH_REMATCH[1]}" -ge 4 ]
	[ "${BASH_REMATCH[1]}" -le "$(find "$store.kept" -type f | wc -l)" ]
	succeeds varve gc --remote --prune=now
	stderr_lacks "removed"
	change 9
	succeeds varve push
	# gone behind a marker, and written again under its name
	pack=$(ls -t "$store/bucket/sales/packs" | head -1)
	mkdir -p "$store.kept/bucket/sales/packs/$pack"
	mv "$store/bucket/sales/packs/$pack" "$store.kept/bucket/sales/packs/$pack/0"
	ends_with 1 varve doctor
	succeeds varve push --blocks
	succeeds varve doctor
	git config --global varve.trustedHost s3://bucket
	succeeds varve clone -q "$url" ../b
	cmp prices.csv ../b/prices.csv
	(cd ../b && sound)
	succeeds varve status --remote
	output_has " 0 incomplete there"
}

@test "a bucket that keeps old versions serves, and keeps what was removed" {
	keeps_versions versions
}

@test "a bucket that locks its objects serves, and keeps what was removed" {
	keeps_versions locked
}
