load ../helper
load ../../stories/hosts/host
load ../../interop/packages
load ../vault/stores
load forgets

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
	stderr_has "combined: 2"
	succeeds varve clone -q "$url" ../c
	succeeds varve -C ../c fsck --data
	cmp prices.csv ../c/prices.csv
}

# It checks signatures.
knows_keys() {
	AWS_SECRET_ACCESS_KEY=other ends_with 2 varve store test
	stderr_has "s3://bucket/deep/sales"
}

# run_nginx FOLDER: gives its files at $port, as its own configuration for static files does.
run_nginx() {
	local program
	program=$(PATH=$PATH:/usr/sbin command -v nginx) || skip "nginx is not installed"
	port=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
	mkdir "$BATS_TEST_TMPDIR/nginx"
	cat > "$BATS_TEST_TMPDIR/nginx/nginx.conf" <<-END
	daemon off;
	master_process off;
	pid $BATS_TEST_TMPDIR/nginx/pid;
	events {}
	http {
		access_log $BATS_TEST_TMPDIR/nginx/access.log;
		$(for what in client_body proxy fastcgi uwsgi scgi; do echo "${what}_temp_path $BATS_TEST_TMPDIR/nginx/$what;"; done)
		gzip on;
		gzip_types *;
		server {
			listen 127.0.0.1:$port;
			root $1;
		}
	}
	END
	"$program" -e "$BATS_TEST_TMPDIR/nginx/error.log" -c "$BATS_TEST_TMPDIR/nginx/nginx.conf" 3>&- &
	store_pid=$!
	for _ in $(seq 200); do
		! curl -s "http://127.0.0.1:$port/" > /dev/null || return 0
		kill -0 "$store_pid"
		sleep 0.05
	done
	false
}

@test "files that nginx gives are a store to read from, by ranges" {
	plain_host
	varve clone -q "$url" a
	cd a
	mkdir ../www
	varve store add team ../www/sales 2> /dev/null
	rows 60000 > prices.csv
	varve add prices.csv .varveconfig > /dev/null
	varve commit -qm one
	varve push -q -u origin main
	change 7
	varve push -q
	varve store remove team
	run_nginx "$PWD/../www"
	succeeds varve store add --json web "http://127.0.0.1:$port/sales"
	[ "$(jq -c '[.reads, .ranges, .writes, .lists]' <<< "$output")" = '[true,true,false,false]' ]
	git add .varveconfig
	git commit -qm web --no-verify
	git push -q --no-verify
	git config --global varve.trustedHost "http://127.0.0.1:$port"
	succeeds varve clone -q --lazy --bare "$url" ../lazy.git
	cmp <(varve -C ../lazy.git cat main:prices.csv --where id=41234) <(head -n 1 prices.csv; sed -n '/^41234,/p' prices.csv)
	grep -q ' 206 ' "$BATS_TEST_TMPDIR/nginx/access.log"
	succeeds varve clone -q "$url" ../b
	cmp prices.csv ../b/prices.csv
	cd ../b
	sound
	succeeds varve doctor
	change 9
	ends_with 2 varve push
	stderr_has "is read-only"
}

@test "a bucket of s3proxy, which knows no conditional put, keeps the blocks" {
	command -v java > /dev/null && command -v mvn > /dev/null || skip "java or mvn is not installed"
	packages+=-s3proxy
	install_jars "$BATS_TEST_DIRNAME/../../interop/s3proxy" "$packages" || skip "s3proxy cannot be had from Maven"
	mkdir "$store/bucket"
	run_s3proxy
	story
	knows_keys
}

a_minio() {
	install_go minio
	run_minio
}

@test "a bucket of MinIO keeps the blocks" {
	a_minio
	s3 PUT bucket
	story
	knows_keys
}

# damage HOW FILE OUT: the second is the first, damaged.
damage() {
	case $1 in
	empty) : > "$3" ;;
	cut) head -c -3 "$2" > "$3" ;;
	flipped) python3 -c '
import sys
b = bytearray(open(sys.argv[1], "rb").read())
b[len(b) // 2] ^= 64
open(sys.argv[2], "wb").write(b)' "$2" "$3" ;;
	esac
}

# The law of tests/laws/damage, which damages files of a store, with objects of a server that others wrote.
@test "what is damaged or missing in a bucket of MinIO is seen, and put back" {
	local kind how key
	a_minio
	s3 PUT bucket
	export AWS_ENDPOINT_URL_S3=http://127.0.0.1:$port VARVE_TRUSTED_HOSTS=s3://bucket
	plain_host
	varve clone -q "$url" a
	cd a
	varve store add team s3://bucket/sales > /dev/null
	rows 3000 > prices.csv
	varve add prices.csv .varveconfig > /dev/null
	varve commit -qm one
	succeeds varve push -u origin main
	change 20
	succeeds varve push
	for kind in format packs lists versions; do
		key=$(s3 GET "bucket?list-type=2" | grep -o "<Key>sales/$kind[^<]*" | sed 's/<Key>//' | tail -n 1)
		s3 GET "bucket/$key" > ../whole
		for how in missing empty cut flipped; do
			s3 DELETE "bucket/$key"
			if [ "$how" != missing ]; then
				damage "$how" ../whole ../damaged
				s3 PUT "bucket/$key" --data-binary @../damaged
			fi
			ends_with 1 varve doctor
			succeeds varve push --blocks
			succeeds varve doctor
			rm -rf ../b
			succeeds varve clone -q "$url" ../b
			succeeds varve -C ../b fsck --data
			cmp prices.csv ../b/prices.csv
		done
	done
}

@test "a bucket of MinIO that keeps old versions keeps the blocks" {
	a_minio
	s3 PUT bucket
	s3 PUT "bucket?versioning=" --data-binary '<VersioningConfiguration><Status>Enabled</Status></VersioningConfiguration>'
	story
}

# A bucket that locks each object for a day.
locked_bucket() {
	s3 PUT bucket -H 'x-amz-bucket-object-lock-enabled: true'
	printf '%s' '<ObjectLockConfiguration><ObjectLockEnabled>Enabled</ObjectLockEnabled><Rule><DefaultRetention>' \
		'<Mode>COMPLIANCE</Mode><Days>1</Days></DefaultRetention></Rule></ObjectLockConfiguration>' > lock.xml
	s3 PUT "bucket?object-lock=" --data-binary @lock.xml -H "Content-MD5: $(openssl md5 -binary lock.xml | base64)"
}

@test "a bucket of MinIO that locks its objects keeps the blocks" {
	a_minio
	locked_bucket
	story
	# what gc removed stays behind a marker
	[ "$(s3 GET "bucket?versions=" | grep -o '<DeleteMarker>' | wc -l)" -ge 2 ]
}

# The same with expired and erased rows.
minio_forgets() {
	clone_for_bucket
	forgets
	succeeds varve clone -q "$url" ../b
	copy_has_the_rest ../b
}

clone_for_bucket() {
	export AWS_ENDPOINT_URL_S3=http://127.0.0.1:$port VARVE_TRUSTED_HOSTS=s3://bucket
	plain_host
	varve clone -q "$url" a
	cd a
	six_days team s3://bucket/sales
}

@test "what is expired and erased is in no byte of a bucket of MinIO" {
	a_minio
	s3 PUT bucket
	minio_forgets
}

@test "what is expired and erased is in no byte of a bucket of MinIO that keeps old versions" {
	a_minio
	s3 PUT bucket
	s3 PUT "bucket?versioning=" --data-binary '<VersioningConfiguration><Status>Enabled</Status></VersioningConfiguration>'
	minio_forgets
}

@test "in a bucket of MinIO that locks its objects, expired and erased rows stay until an end that is named" {
	a_minio
	locked_bucket
	clone_for_bucket
	succeeds erase_ada --plan --remote origin
	ends_with 1 erase_ada --apply --now --receipt ../receipt
	[[ $(blocks_answer) = "stays the bucket keeps "*"object lock until "* ]]
	varve expire --keep last=2 --remote origin --plan ../plan.json > /dev/null
	succeeds varve expire -q --apply ../plan.json --now
	stderr_has "not freed: the bucket keeps "
	stderr_has "object lock until $(date -u -d tomorrow +%Y-)"
	ends_with 1 python3 "$search" "${gone_days[@]}" ../car/people -- "$store"
	succeeds varve clone -q "$url" ../b
	succeeds varve -C ../b fsck --data
}

install_moto() {
	mkdir -p "$packages"
	(
		flock 9
		[ -x "$packages/bin/moto_server" ] && exit 0
		/usr/bin/python3 -m venv "$packages" || exit 1
		timeout 300 "$packages/bin/pip" -q install 'moto[s3]==5.2.5' flask==3.1.3 flask-cors==6.0.5
	) 9> "$packages/lock"
}

@test "a bucket of moto, which checks no signature, keeps the blocks" {
	[ -n "${VARVE_TEST_ALL-}" ] || skip "only with VARVE_TEST_ALL=1: it is downloaded"
	packages+=-moto
	install_moto || skip "the packages cannot be had"
	port=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
	"$packages/bin/moto_server" -H 127.0.0.1 -p "$port" > "$store.log" 2>&1 3>&- &
	store_pid=$!
	for _ in $(seq 400); do
		! curl -sf -X PUT "http://127.0.0.1:$port/bucket" > /dev/null || break
		kill -0 "$store_pid"
		sleep 0.05
	done
	story
}
