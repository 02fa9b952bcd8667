load ../helper
load ../../stories/hosts/host
load ../vault/stores

# Keys that services lend: a role, a CI job's token, a container, a machine. None is in a message, a URL or a file.

setup() {
	varve_setup
	only_keys
	unset AWS_ACCESS_KEY_ID AWS_SECRET_ACCESS_KEY
	store=$BATS_TEST_TMPDIR/s3
	lent=$BATS_TEST_TMPDIR/lent
	start_s3
	export AWS_ENDPOINT_URL_S3=http://127.0.0.1:$port AWS_REGION=eu-test-1
	s3_pid=$store_pid
	: > "$lent.log"
	start_program "$lent.port" python3 "$BATS_TEST_DIRNAME/../../net/aws_keys.py" "$lent.port" "$lent.log" "$lent"
	lender=http://127.0.0.1:$port
	export AWS_ENDPOINT_URL_STS=$lender
	role=arn:aws:iam::1:role/varve
	mkdir "$HOME/.aws"
	plain_host
	varve clone -q "$url" a
	cd a
	rows 300 > prices.csv
}

teardown() {
	stop_program
	store_pid=$s3_pid
	stop_program
}

# The bucket is made a store, and gets a version.
works() {
	succeeds varve store add team s3://bucket/sales
	varve add prices.csv .varveconfig > /dev/null
	varve commit -qm one
	succeeds varve push -u origin main
	[ -n "$(ls "$store/bucket/sales/versions")" ]
	! grep -rq -e 'token/1==' -e 'secret/with' .git .varveconfig ../host.git || false
}

# asked WHAT COUNT
asked() {
	[ "$(grep -c "^$1" "$lent.log")" -eq "$2" ]
}

@test "a role of the profile is taken by the keys of another profile" {
	printf '[base]\naws_access_key_id = AKIDEXAMPLE\naws_secret_access_key = secret/with+signs=\n' > "$HOME/.aws/credentials"
	printf '[profile ci]\nrole_arn = %s\nsource_profile = base\nrole_session_name = me\nexternal_id = x\n' "$role" > "$HOME/.aws/config"
	export AWS_PROFILE=ci
	works
	grep -q '^AssumeRole me x$' "$lent.log"
	touch "$lent/refuse"
	ends_with 2 varve store test
	stderr_has "$role"
	stderr_has "not for you"
	stderr_lacks "secret/"
}

@test "a profile that is its own source takes its role with its keys, and a circle or an unknown source is refused" {
	printf '[default]\nrole_arn = %s\nsource_profile = default\naws_access_key_id = AKIDEXAMPLE\naws_secret_access_key = secret/with+signs=\n' \
		"$role" > "$HOME/.aws/config"
	works
	printf '[default]\nrole_arn = r\nsource_profile = b\n[profile b]\nrole_arn = r\nsource_profile = default\n' > "$HOME/.aws/config"
	ends_with 2 varve store test
	stderr_has "source_profile"
	printf '[default]\nrole_arn = r\n' > "$HOME/.aws/config"
	ends_with 2 varve store test
	stderr_has "its role_arn needs source_profile, credential_source (Environment"
	printf '[default]\nrole_arn = r\ncredential_source = Lambda\n' > "$HOME/.aws/config"
	ends_with 2 varve store test
	stderr_has "its credential_source 'Lambda' is not Environment, EcsContainer or Ec2InstanceMetadata"
	printf '[default]\nrole_arn = r\ncredential_source = Environment\n' > "$HOME/.aws/config"
	ends_with 2 varve store test
	stderr_has "its credential_source is Environment, but AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY are not both set"
	printf '[default]\nrole_arn = r\nsource_profile = none\n' > "$HOME/.aws/config"
	ends_with 2 varve store test
	stderr_has "its source_profile 'none' does not exist, or has no keys"
}

@test "a CI job's token is changed for a role's keys, before the keys of a profile" {
	printf 'a.b.c\n' > token
	printf 'a.b.c' > "$lent/token"
	printf '[default]\naws_access_key_id = other\naws_secret_access_key = other\n' > "$HOME/.aws/credentials"
	export AWS_WEB_IDENTITY_TOKEN_FILE=$PWD/token AWS_ROLE_ARN=$role AWS_ROLE_SESSION_NAME=job
	works
	grep -q '^AssumeRoleWithWebIdentity job -$' "$lent.log"
	echo other > token
	ends_with 2 varve store test
	stderr_has "another token"
	stderr_has "the role of AWS_ROLE_ARN: "
	stderr_lacks "profile"
	stderr_lacks "a.b.c"
}

@test "a container's agent gives keys to who shows its token, and none is asked over http elsewhere" {
	printf 'let me in' > "$lent/token"
	printf 'let me in\n' > token
	export AWS_CONTAINER_CREDENTIALS_FULL_URI=$lender/container AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE=$PWD/token
	works
	AWS_CONTAINER_CREDENTIALS_FULL_URI=http://192.0.2.1/container ends_with 2 varve store test
	stderr_has "192.0.2.1"
	stderr_lacks "let me in"
	echo other > token
	ends_with 2 varve store test
	stderr_has "403"
}

@test "a machine's metadata is asked last, and one that is silent costs a second or two" {
	export AWS_EC2_METADATA_SERVICE_ENDPOINT=$lender
	unset AWS_EC2_METADATA_DISABLED
	works
	asked "metadata keys" "$(grep -c '^metadata token' "$lent.log")"
	touch "$lent/silent"
	start=$SECONDS
	ends_with 2 varve store test
	[ $((SECONDS - start)) -lt $((8 * $(slowed))) ]
	stderr_has "no credentials"
	count=$(grep -c . "$lent.log")
	AWS_ACCESS_KEY_ID=AKIDEXAMPLE AWS_SECRET_ACCESS_KEY=secret/with+signs= succeeds varve store test
	AWS_EC2_METADATA_DISABLED=true ends_with 2 varve store test
	[ "$(grep -c . "$lent.log")" -eq "$count" ]
}

@test "an SSO session's keys come by the program aws" {
	mkdir bin
	cat > bin/aws <<-'END'
	#!/bin/sh
	[ "$*" = "configure export-credentials --profile work --format process" ] || exit 9
	echo '{"Version": 1, "AccessKeyId": "AKIDSESSION", "SecretAccessKey": "secret/with+signs=", "SessionToken": "token/1=="}'
	END
	chmod +x bin/aws
	printf '[profile work]\nsso_session = corp\n[sso-session corp]\nsso_start_url = https://corp.example.org\n' > "$HOME/.aws/config"
	export AWS_PROFILE=work PATH=$PWD/bin:$PATH
	works
	printf '#!/bin/sh\nexit 255\n' > bin/aws
	ends_with 2 varve store test
	stderr_has "aws sso login --profile work"
}

@test "keys that end during a push are asked for anew, and those that a store calls ended" {
	printf 'let me in' > "$lent/token"
	export AWS_CONTAINER_CREDENTIALS_FULL_URI=$lender/container AWS_CONTAINER_AUTHORIZATION_TOKEN='let me in'
	works
	change 7
	: > "$lent.log"
	echo 5 > "$lent/ends"
	succeeds varve push
	[ "$(grep -c '^container' "$lent.log")" -ge 2 ] # at first, and before the first request
	change 9
	: > "$lent.log"
	echo 3600 > "$lent/ends"
	echo "expired 1" > "$store.mode"
	succeeds varve push
	asked container 2
	sound
}

@test "before a bucket of a commit is trusted nobody is asked for keys" {
	printf 'let me in' > "$lent/token"
	export AWS_CONTAINER_CREDENTIALS_FULL_URI=$lender/container AWS_CONTAINER_AUTHORIZATION_TOKEN='let me in'
	works
	: > "$lent.log"
	: > "$store.log"
	run varve clone "$url" ../b
	[ ! -s "$lent.log" ]
	[ ! -s "$store.log" ]
	cd ../b
	for words in '' team; do
		ends_with 2 varve store test $words
		stderr_has "the store team, which .varveconfig names, is not trusted"
	done
	[ ! -s "$lent.log" ]
	[ ! -s "$store.log" ]
	VARVE_TRUSTED_HOSTS=s3://bucket succeeds varve store test
}

@test "of the services that a profile names the endpoint of s3 is asked, before the profile's own" {
	printf '[default]\naws_access_key_id = AKIDEXAMPLE\naws_secret_access_key = secret/with+signs=\nservices = mine\nendpoint_url = http://127.0.0.1:1\n' > "$HOME/.aws/config"
	printf '[services other]\ns3 =\n  endpoint_url = http://127.0.0.1:2\n[services mine]\nsts =\n  endpoint_url = http://127.0.0.1:3\ns3 =\n  endpoint_url = %s\n' \
		"$AWS_ENDPOINT_URL_S3" >> "$HOME/.aws/config"
	unset AWS_ENDPOINT_URL_S3
	works
	sed -i 's/^services = mine/services = other/' "$HOME/.aws/config"
	ends_with 2 varve store test
	sed -i '/^services = /d' "$HOME/.aws/config"
	ends_with 2 varve store test
}
