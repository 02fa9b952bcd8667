load ../helper
load server

# What a request may make `varve serve --http` hold: a cell of 100 MB takes some hundred bytes in a pack.

setup() {
	server_setup
}

teardown() {
	[ -z "${server:-}" ] || stop_server
}

# wide.csv: small rows, and in their midst one with a cell of $1 bytes. With "quote" ($2) it has a quote in it,
# which the file has twice; with "raw" a quote before its end that need not be there, so that the line is kept
# as it is, and must be in memory.
with_long_row() {
	local before= after=
	[ "${2-}" != quote ] || before='"a""' after='"'
	[ "${2-}" != raw ] || before='"' after='"'
	new_repo src
	cd src
	{
		echo id,text
		awk 'BEGIN { for (i = 1; i <= 3000; i++) printf "%d,small row %d\n", i, i }'
		printf '3001,%s' "$before"
		head -c "$1" /dev/zero | tr '\0' a
		printf '%s\n' "$after"
		awk 'BEGIN { for (i = 4001; i <= 9000; i++) printf "%d,small row %d\n", i, i }'
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
	with_long_row 20000000 raw
	start_server --request-memory 16m src
	[ "$(status "$url/raw/main/wide.csv")" = 413 ]
	[ "$(curl -s "$url/raw/main/wide.csv")" = "rows here take more memory than this server gives to a request: clone the repository, or ask for a range without them" ]
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

@test "a long cell that the file has as it is stored is given, and never in memory" {
	with_long_row 60000000
	start_server --request-memory 2m src
	curl -s -r 50000000-50000009 -o part "$url/raw/main/wide.csv"
	[ "$(cat part)" = aaaaaaaaaa ]
	curl -s -r 50000-130000 -o part "$url/raw/main/wide.csv"
	tail -c +50001 wide.csv | head -c 80001 | cmp - part
	curl -s -o back "$url/raw/main/wide.csv"
	cmp wide.csv back
	[ "$(peak)" -lt 40000 ] || [ -n "$(nm "$(command -v varve)" 2> /dev/null | grep -m 1 __asan_init)" ]
	stop_server
}

@test "nor is one with quotes that the file has twice" {
	with_long_row 60000000 quote
	start_server --request-memory 2m src
	curl -s -r 50000000-50000009 -o part "$url/raw/main/wide.csv"
	[ "$(cat part)" = aaaaaaaaaa ]
	curl -s -o back "$url/raw/main/wide.csv"
	cmp wide.csv back
	[ "$(peak)" -lt 40000 ] || [ -n "$(nm "$(command -v varve)" 2> /dev/null | grep -m 1 __asan_init)" ]
	stop_server
}

@test "all requests together have so much memory" {
	with_long_row 20000000 raw
	start_server --request-memory 64m --memory 70m src
	pids=
	for i in 1 2 3 4; do
		curl -s --limit-rate 4m -o "part$i" -w '%{http_code}\n' "$url/raw/main/wide.csv" > "code$i" &
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
			head -c 20000000 /dev/zero | tr '\0' "$i"
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
	# 160 MB of rows; one takes twice its 20
	[ "$(peak)" -lt 130000 ] || [ -n "$(nm "$(command -v varve)" 2> /dev/null | grep -m 1 __asan_init)" ]
	stop_server
}
