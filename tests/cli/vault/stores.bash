# Stores and nodes that tests of holders start, each a program that writes the port that it got into a file.

store_pid=

# start_program PORTFILE COMMAND...: sets $port, and $store_pid for stop_program.
start_program() {
	local i
	rm -f "$1"
	"${@:2}" 3>&- &
	store_pid=$!
	for i in $(seq 1200); do
		[ ! -s "$1" ] || break
		kill -0 "$store_pid" 2> /dev/null || break
		sleep 0.05
	done
	port=$(cat "$1")
	[ -n "$port" ]
}

# The same of one that prints its port; its other output is in PORTFILE.err.
start_printing() {
	start_program "$1" sh -c 'file=$0; exec "$@" > "$file" 2> "$file.err"' "$@" || {
		cat "$1.err" >&2
		return 1
	}
}

# Twice is fine.
stop_program() {
	if [ -n "$store_pid" ]; then
		kill "$store_pid" || true
		wait "$store_pid" || true
	fi
	store_pid=
}

# Nothing of the caller's environment counts, but these keys of S3.
only_keys() {
	local name
	unset http_proxy HTTP_PROXY
	for name in $(compgen -e AWS_); do
		unset "$name"
	done
	export AWS_EC2_METADATA_DISABLED=true AWS_ACCESS_KEY_ID=${1-} AWS_SECRET_ACCESS_KEY=${2-}
}

# The strict S3 store of tests/net, with its objects below $store: start_s3 [PORT].
start_s3() {
	start_program "$store.port" python3 "$BATS_TEST_DIRNAME/../../net/s3_store.py" "${1-0}" "$store.port" \
		"$store.log" "$store" x y bucket
}

# The replacement of an IPFS node of tests/net, with its blocks in $node: start_ipfs [LIE [PORT]].
start_ipfs() {
	start_program "$node.port" python3 "$BATS_TEST_DIRNAME/../../net/ipfs_node.py" "$node.port" "$node.log" \
		"${1-}" "$node" "${2-0}"
}

# Servers that others wrote, with their objects in $store and the program in $packages.

# A request of another program: s3 METHOD PATH [WORD...]
s3() {
	curl -sSf --retry 8 -X "$1" --aws-sigv4 aws:amz:us-east-1:s3 --user AKIDEXAMPLE:secret/with+signs= \
		-H 'x-amz-content-sha256: UNSIGNED-PAYLOAD' "http://127.0.0.1:$port/$2" "${@:3}"
}

# run_minio [PORT]
run_minio() {
	port=${1:-$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')}
	MINIO_ROOT_USER=AKIDEXAMPLE MINIO_ROOT_PASSWORD=secret/with+signs= MINIO_BROWSER=off MINIO_UPDATE=off \
		"$packages/bin/minio" server --quiet --address "127.0.0.1:$port" "$store" > "$store.log" 2>&1 3>&- &
	store_pid=$!
	for _ in $(seq 600); do
		! curl -sf "http://127.0.0.1:$port/minio/health/ready" > /dev/null || return 0
		kill -0 "$store_pid"
		sleep 0.05
	done
	return 1
}

# run_s3proxy [PORT]
run_s3proxy() {
	port=${1:-$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')}
	cat > "$store.properties" <<-END
	s3proxy.endpoint=http://127.0.0.1:$port
	s3proxy.authorization=aws-v2-or-v4
	s3proxy.identity=AKIDEXAMPLE
	s3proxy.credential=secret/with+signs=
	jclouds.provider=filesystem-nio2
	jclouds.identity=none
	jclouds.credential=none
	jclouds.filesystem.basedir=$store
	END
	java -XX:TieredStopAtLevel=1 -Xshare:auto -cp "$packages/lib/*" org.gaul.s3proxy.Main --properties "$store.properties" \
		> "$store.log" 2>&1 3>&- &
	store_pid=$!
	for _ in $(seq 600); do
		! grep -q 'Started Server' "$store.log" || return 0
		kill -0 "$store_pid"
		sleep 0.05
	done
	return 1
}
