# What tests of `varve serve --http` start from; load it behind ../helper.

server_setup() {
	varve_setup
	unset http_proxy https_proxy HTTP_PROXY HTTPS_PROXY all_proxy ALL_PROXY
	export no_proxy=127.0.0.1,localhost
}

# start_server OPTION...: on a free port; $url, $server (its process), server.log.
start_server() {
	: > "$BATS_TEST_TMPDIR/server.log"
	varve serve --http 127.0.0.1:0 "$@" 2>> "$BATS_TEST_TMPDIR/server.log" 3>&- &
	server=$!
	local i
	for ((i = 0; i < 1200; i++)); do
		url=$(sed -n 's/.* at \(http.*\)$/\1/p' "$BATS_TEST_TMPDIR/server.log")
		[ -z "$url" ] || return 0
		kill -0 "$server" 2>/dev/null || break
		sleep 0.05
	done
	cat "$BATS_TEST_TMPDIR/server.log" >&2
	server=
	return 1
}

# Ends with SIGTERM, and it must end well.
stop_server() {
	local pid=$server code=0
	server=
	kill -TERM "$pid"
	wait "$pid" || code=$?
	[ "$code" -eq 0 ] || { cat "$BATS_TEST_TMPDIR/server.log" >&2; return 1; }
	grep -q '^stopped$' "$BATS_TEST_TMPDIR/server.log"
}

# wait_for LOG PATTERN [COUNT]: until COUNT lines of the log match; $tries times 50 ms.
wait_for() {
	local i
	for ((i = 0; i < ${tries:-600}; i++)); do
		[ "$(grep -- "$2" "$1" 2>/dev/null | wc -l)" -lt "${3:-1}" ] || return 0
		sleep 0.05
	done
	echo "no '$2' in $1:" >&2
	cat "$1" >&2
	return 1
}

# A request is in the log a moment after its answer.
log_has() {
	tries=200 wait_for "$BATS_TEST_TMPDIR/server.log" "$1"
}

# Two versions of a table of 20,000 rows in src; HEAD~1 and HEAD.
two_versions() {
	new_repo src
	cd src
	rows 20000 > prices.csv
	cp prices.csv ../one.csv
	varve add prices.csv
	varve commit -qm one
	tick
	sed -i '/^500,/s/item/thing/' prices.csv
	varve commit -qam two
	cp prices.csv ../two.csv
	git branch feature/x HEAD~1
	cd ..
}

root_of() {
	git -C src show "$1:prices.csv" | sed -n 's/.*"root": "\([a-z0-9]*\)".*/\1/p'
}

# status CURL-ARGUMENT...: the status of the answer.
status() {
	curl -s -o /dev/null -w '%{http_code}' "$@"
}

# A user ada who may write, bob who may read.
users() {
	printf 'correct horse\n' | varve serve --hash-secret ada > users
	printf 'battery\n' | varve serve --hash-secret bob:r >> users
}

# A certificate of a test authority for 127.0.0.1 and localhost: ca.pem, server.pem, server.key.
certificate() {
	openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 \
		-subj '/CN=test authority' -keyout ca.key -out ca.pem 2>/dev/null
	openssl req -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -subj '/CN=localhost' \
		-keyout server.key -out server.csr 2>/dev/null
	printf 'subjectAltName=DNS:localhost,IP:127.0.0.1\n' > ext
	openssl x509 -req -in server.csr -CA ca.pem -CAkey ca.key -CAcreateserial -days 2 \
		-extfile ext -out server.pem 2>/dev/null
}
