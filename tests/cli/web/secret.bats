load ../helper
load ../serve/server

# `varve web`: who gets in, and what only its owner sees.

setup() {
	server_setup
}

teardown() {
	[ -z "${server:-}" ] || stop_server
}

# start_web ARGUMENT...: $url, without the secret; $first, the whole address; $server.
start_web() {
	: > "$BATS_TEST_TMPDIR/server.log"
	varve web --no-browser "$@" 2>> "$BATS_TEST_TMPDIR/server.log" 3>&- &
	server=$!
	local i
	for ((i = 0; i < 1200; i++)); do
		first=$(sed -n 's/^open \(http.*\)$/\1/p' "$BATS_TEST_TMPDIR/server.log")
		url=$(printf '%s' "$first" | sed 's,^\(http://[^/]*\)/.*,\1,')
		[ -z "$first" ] || return 0
		kill -0 "$server" 2>/dev/null || break
		sleep 0.05
	done
	cat "$BATS_TEST_TMPDIR/server.log" >&2
	server=
	return 1
}

@test "a file that is edited or not committed opens as it is in the work tree" {
	two_versions
	echo 'id,v' > 'src/new one.csv'
	start_web 'src/new one.csv'
	case $first in "$url/table/.work/new%20one.csv?secret="*) ;; *) echo "$first" >&2; return 1 ;; esac
	curl -s -o /dev/null -c jar "$first"
	[ "$(status -b jar "$url/table/.work/new%20one.csv")" = 200 ]
	stop_server
	echo '9999,unsaved,1.00,2024-01-01' >> src/prices.csv
	start_web src/prices.csv
	case $first in "$url/table/.work/prices.csv?secret="*) ;; *) echo "$first" >&2; return 1 ;; esac
	curl -s -o /dev/null -c jar "$first"
	curl -s -b jar "$url/table/.work/prices.csv?q=unsaved" | grep -q unsaved
}

@test "options that do nothing together are refused" {
	two_versions
	cd src
	ends_with 2 varve web --size 5m
	stderr_has "--size requires --export"
	ends_with 2 varve web --export ../out --port 8080
	stderr_has "cannot be used together"
	ends_with 2 varve web --export ../out --size 0
	stderr_has "--size requires a number above 0"
	[ ! -e ../out ]
}

@test "without its secret nobody gets anything on any route" {
	two_versions
	start_web src
	for place in / api/v0/refs raw/main/prices.csv varve ipfs/bafkqaaa assets/page.css; do
		[ "$(status "$url/$place")" = 403 ] || { echo "$place" >&2; return 1; }
		[ "$(status "$url/$place?secret=wrong")" = 403 ]
		[ "$(status -H 'Cookie: varve=x; varve-1=y' "$url/$place")" = 403 ]
	done
	[ "$(status -X POST -H 'Content-Type: application/x-varve' "$url/varve")" = 403 ]
}

@test "the secret in its address becomes a cookie and leaves the address" {
	two_versions
	start_web src/prices.csv
	case $first in "$url/table/HEAD/prices.csv?secret="*) ;; *) echo "$first" >&2; return 1 ;; esac
	curl -s -o /dev/null -D head -w '%{http_code}' -c jar "$first" > code
	[ "$(cat code)" = 303 ]
	grep -qi '^location: /table/HEAD/prices.csv.$' head
	grep -qi '^set-cookie: varve-[0-9]*=[a-z0-9]*; Path=/; HttpOnly; SameSite=Strict' head
	[ "$(status -b jar "$url/api/v0/refs")" = 200 ]
	[ "$(status -b jar "$url/raw/main/prices.csv")" = 200 ]
	[ "$(status -b jar -H 'Host: evil.example' "$url/api/v0/refs")" = 421 ]
	# the cookie alone, whatever else is there
	cookie=$(sed -n 's/^[Ss]et-[Cc]ookie: \([^;]*\);.*/\1/p' head)
	[ "$(status -H "Cookie: a=b; $cookie; c=d" "$url/api/v0/refs")" = 200 ]
	[ "$(status -H "Cookie: $cookie.x" "$url/api/v0/refs")" = 403 ]
	[ "$(status "$url//evil.example/?secret=${first##*=}")" = 303 ]
	curl -s -o /dev/null -D head "$url//evil.example/?secret=${first##*=}"
	grep -qi '^location: /.$' head
}

@test "it listens at 127.0.0.1 only and takes no pushes" {
	two_versions
	start_web src
	port=${url##*:}
	python3 - "$port" <<'P'
import sys
port = int(sys.argv[1])
listening = [line.split()[1] for name in ("/proc/net/tcp", "/proc/net/tcp6") for line in open(name)
             if line.split()[3] == "0A" and int(line.split()[1].split(":")[1], 16) == port]
assert listening == ["0100007F:%04X" % port], listening
P
	curl -s -o /dev/null -c jar "$first"
	curl -s -b jar -X POST -H 'Content-Type: application/x-varve' --data-binary x "$url/varve" > answer
	! git -C src status --porcelain | grep -q . || false
}

@test "the work tree is compared for its owner, and for nobody else" {
	two_versions
	sed -i '/^700,/s/item/work/' src/prices.csv
	start_web src
	curl -s -o /dev/null -c jar "$first"
	curl -s -b jar "$url/api/v0/compare/HEAD...work/prices.csv" > answer
	[ "$(jq -r '.words, .new.id, .rows[0].key' answer)" = '~1 row
.work
700' ]
	curl -s -b jar "$url/api/v0/data/.work/prices.csv?from=699&n=1" > answer
	jq -r '.rows[0].cells[1]' answer | grep -q '^work'
	[ "$(status -b jar "$url/api/v0/data/.work/..%2Fone.csv")" = 404 ]
	[ "$(status -b jar "$url/api/v0/data/.work/.git%2Fconfig")" = 404 ]
	stop_server
	start_server src
	[ "$(status "$url/api/v0/compare/HEAD...work/prices.csv")" = 404 ]
}

@test "the owner hears which remotes may have what is not here" {
	two_versions
	varve clone -q --lazy src lazy
	git -C lazy remote add backup "$PWD/nowhere"
	start_web lazy
	local id
	id=$(git -C src rev-parse HEAD~1 | cut -c1-8)
	curl -s -o /dev/null -c jar "$first"
	said=$(curl -sL -b jar -H 'Accept: text/html' "$url/compare/HEAD~1..HEAD/prices.csv" | sed "s/&#39;/'/g")
	[[ $said == *"'varve fetch --data $id prices.csv' to get it from backup or origin"* ]] || { echo "$said" >&2; return 1; }
	# a link to what is not here would lead nowhere
	[[ $said != *"prices.csv in version"* ]]
}

@test "the owner asks in SQL, of this repository alone; guests do not" {
	two_versions
	echo 'id,v' > outside.csv
	start_web src
	curl -s -o /dev/null -c jar "$first"
	ask() { curl -s -b jar -H 'Accept: text/html' -G "$url/sql" --data-urlencode "q=$1"; }
	curl -s -b jar -H 'Accept: text/html' "$url/" > answer
	grep -q '<a href="/sql">SQL</a>' answer
	ask 'SELECT count(*) AS n, NULL AS "<b>" FROM prices' > answer
	grep -q '<th scope="col" class="n">n</th><th scope="col" class="">&lt;b&gt;</th>' answer
	tr -d '\n' < answer | grep -q '<td class="n">[0-9]*</td><td><i class="v missing">NULL</i></td>'
	ask "SELECT id FROM prices ORDER BY id LIMIT 2" > answer
	grep -q '>2 rows' answer
	ask "SELECT * FROM nowhere" > answer
	grep -q "no such table: nowhere" answer
	ask "ATTACH 'x.db' AS x" > answer
	grep -q 'varve: ' answer
	[ ! -e src/x.db ]
	ask "SELECT '</textarea><script>' AS a WHERE 0" > answer
	! grep -q '</textarea><script>' answer || false
	grep -q 'No row' answer
	ask "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n LIMIT 900000) SELECT i FROM n" > answer
	grep -q 'The first 1,000 rows' answer
	stop_server
	start_server src
	[ "$(status -H 'Accept: text/html' "$url/sql?q=SELECT+1")" = 404 ]
	curl -sL -H 'Accept: text/html' "$url/" > answer
	grep -q '>Search<' answer
	! grep -q '>SQL<' answer || false
}

# long_query: a browser waits for a query of twenty seconds; $asking is its process, and the query runs.
long_query() {
	curl -s -b jar -G "$url/sql" -H 'Accept: text/html' -o /dev/null \
		--data-urlencode "q=WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT max(i) FROM n" 3>&- &
	asking=$!
	until pgrep -P "$server" varve-sql > query; do sleep 0.05; done
}

@test "a query in SQL ends when its browser leaves, and when the server is told to end" {
	two_versions
	start_web src
	curl -s -o /dev/null -c jar "$first"
	long_query
	kill "$asking"
	SECONDS=0
	while kill -0 "$(cat query)" 2> /dev/null; do sleep 0.05; done
	[ "$SECONDS" -le 2 ] || [ "$SECONDS" -le $((2 * $(slowed))) ]
	long_query
	SECONDS=0
	kill "$server"
	wait "$server" || true
	[ "$SECONDS" -le 2 ] || [ "$SECONDS" -le $((2 * $(slowed))) ]
	! kill -0 "$(cat query)" 2> /dev/null || false
	server=
}
