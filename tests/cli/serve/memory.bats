load ../helper
load server

# What a request may make `varve serve --http` hold: a cell of 8 MB takes some hundred bytes in a pack.

setup() {
	server_setup
}

teardown() {
	[ -z "${server:-}" ] || stop_server
}

# wide.csv: small rows, and in their midst one with a cell of 8,000,000 bytes.
with_long_row() {
	new_repo src
	cd src
	{
		echo id,text
		awk 'BEGIN { for (i = 1; i <= 20000; i++) printf "%d,small row %d\n", i, i }'
		printf '20001,'
		head -c 8000000 /dev/zero | tr '\0' a
		printf '\n'
		awk 'BEGIN { for (i = 24001; i <= 44000; i++) printf "%d,small row %d\n", i, i }'
	} > wide.csv
	cp wide.csv ..
	varve add -q wide.csv
	varve commit -qm one
	cd ..
}

peak() {
	sed -n 's/^VmHWM:[^0-9]*\([0-9]*\).*/\1/p' "/proc/$server/status"
}

@test "a row that takes more memory than a request may is refused and costs nothing" {
	with_long_row
	start_server --request-memory 16m src
	[ "$(status "$url/raw/main/wide.csv")" = 413 ]
	[ "$(curl -s "$url/raw/main/wide.csv")" = "the rows of this request take more memory than this server allows: clone the repository, or request a range without these rows" ]
	[ "$(status -r 1000000-1000100 "$url/raw/main/wide.csv")" = 413 ]
	[ "$(peak)" -lt 60000 ] || [ -n "$(nm "$(command -v varve)" 2> /dev/null | grep -m 1 __asan_init)" ]
	log_has '413 .*would take .* of memory'
	# what does not touch it is given
	[ "$(status -I "$url/raw/main/wide.csv")" = 200 ]
	curl -s -r 0-999 -o part "$url/raw/main/wide.csv"
	head -c 1000 wide.csv | cmp - part
	curl -s -r -1000 -o part "$url/raw/main/wide.csv"
	tail -c 1000 wide.csv | cmp - part
	# and it is cloned all the same
	succeeds varve clone -q "$url/src" copy
	cmp wide.csv copy/wide.csv
	stop_server
}

@test "all requests together have so much memory" {
	with_long_row
	start_server --request-memory 24m --memory 30m src
	pids=
	for i in 1 2 3 4; do
		curl -s --limit-rate 2m -o "part$i" -w '%{http_code}\n' "$url/raw/main/wide.csv" > "code$i" &
		pids="$pids $!"
	done
	for pid in $pids; do
		wait "$pid"
	done
	[ "$(sort code? | uniq -c | awk '{ print $2 "x" $1 }' | tr '\n' ' ')" = "200x1 503x3 " ]
	for i in 1 2 3 4; do
		[ "$(cat "code$i")" = 503 ] || cmp wide.csv "part$i"
	done
	[ "$(status "$url/raw/main/wide.csv")" = 200 ]
	stop_server
}

@test "long rows one after the other take the memory of one" {
	new_repo src
	cd src
	{
		echo id,text
		for i in 1 2 3 4 5 6 7 8; do
			printf '%d,"' "$i"
			head -c 8000000 /dev/zero | tr '\0' "$i"
			echo '"'
		done
	} > wide.csv
	varve add -q wide.csv
	varve commit -qm one
	cp wide.csv ..
	cd ..
	start_server src
	curl -s -o back "$url/raw/main/wide.csv"
	cmp wide.csv back
	# 64 MB of rows; one takes twice its 8
	[ "$(peak)" -lt 80000 ] || [ -n "$(nm "$(command -v varve)" 2> /dev/null | grep -m 1 __asan_init)" ]
	stop_server
}

@test "readers that do not read take the memory that --memory says" {
	[ -z "$(nm "$(command -v varve)" 2> /dev/null | grep -m 1 __asan_init)" ] || skip "a sanitizer takes more"
	new_repo src
	(cd src && awk 'BEGIN { srand(1); print "id,x,y"; for (i = 0; i < 120000; i++) print i "," rand() "," rand() * 1000000 }' > t.csv &&
		varve add -q --key id t.csv && varve commit -qm one)
	start_server --memory 32m src
	before=$(peak)
	python3 - "${url##*:}" <<-'END' > codes
	import collections, socket, sys, time
	held = []
	for i in range(60):
	    s = socket.socket()
	    s.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
	    s.bind((f"127.0.0.{1 + i}", 0))
	    s.connect(("127.0.0.1", int(sys.argv[1])))
	    s.sendall(b"GET /raw/main/t.csv HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")
	    held.append(s)
	time.sleep(2)
	print(sorted(collections.Counter(s.recv(12)[9:] for s in held)))
	END
	[ "$(cat codes)" = "[b'200', b'503']" ]
	[ $(($(peak) - before)) -lt $((46 * 1024)) ]
	stop_server
}
