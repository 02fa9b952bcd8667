load ../../cli/helper
load ../../cli/publish/folder
load ../../cli/vault/vault

# The owner's machine burns. Whoever has a copy stands in for it, each alone; and an attacker who holds a copy shows old, forked,
# foreign or mixed rows beside a healthy one, or sleeps. Servers are those that people run: python's http.server, nginx and varve itself.

setup() {
	varve_setup
	unset http_proxy HTTP_PROXY
	pids=()
}

teardown() {
	local pid
	for pid in "${pids[@]}"; do
		kill "$pid" 2> /dev/null || true
		wait "$pid" 2> /dev/null || true
	done
	stop_server
}

# started LOG COMMAND...: a server that writes where it is; $at is its URL.
started() {
	local log=$1 i
	shift
	: > "$log"
	PYTHONUNBUFFERED=1 "$@" >> "$log" 2>&1 3>&- &
	pids+=($!)
	for ((i = 0; i < 1200; i++)); do
		at=$(grep -o 'http://[^ /)]*' "$log" | head -1)
		[ -z "$at" ] || return 0
		sleep 0.05
	done
	cat "$log" >&2
	return 1
}

web() {
	started "../log-${#pids[@]}" python3 -m http.server 0 --bind 127.0.0.1 --directory "$1"
}

# The data set of ada in `a`: its second version is signed, number 2; `old` is all that there was before.
two_signed() {
	a_table 300
	key_of ada
	name=$key_ada/prices
	as ada varve sign -q --name prices "$@"
	old=$(git rev-parse HEAD)
	cp -r . ../old
	sed -i '7s/item/new/' prices.csv
	tick 86400
	varve commit -qam two
	sleep 1 # heads have seconds
	as ada varve sign -q
	new=$(git rev-parse HEAD)
}

# publish_all NAME...: each repository as the folder pub-NAME.
publish_all() {
	for each in "$@"; do
		varve -C "../$each" publish -q --no-pages -o "$PWD/../pub-$each"
	done
}

# newcomer WHERE...: has the newest signed version from there, in a clone and by one read.
newcomer() {
	rm -rf ../newcomer "$HOME/.cache"
	succeeds varve clone "$@" ../newcomer
	stderr_has "signed by $key_ada"
	stderr_has "number 2"
	[ "$(git -C ../newcomer rev-parse HEAD)" = "$new" ]
	cmp prices.csv ../newcomer/prices.csv
	succeeds varve -C ../newcomer verify
	output_has "number 2"
}

@test "each place alone gives a newcomer the newest signed version: a web server, a folder, a laptop, varve, a vault" {
	two_signed
	publish_all a
	web ../pub-a
	newcomer "$at"
	newcomer --from "$at" "$name"
	succeeds varve cat "$at#main:prices.csv"
	printf '%s\n' "$output" | cmp - prices.csv
	newcomer "$PWD/../pub-a"
	newcomer --from "$PWD/../pub-a" "$name"
	newcomer "$PWD"
	newcomer --from "$PWD" "$name"
	cp -r .git ../served.git
	git -C ../served.git config core.bare true
	started ../log-served varve serve --http 127.0.0.1:0 ../served.git
	newcomer "$at"
	newcomer --from "$at" "$name"
	# a vault of two folders, from its key alone
	mkdir ../x ../y
	as ada varve vault holder add x ../x --domain home 2> /dev/null
	as ada varve vault holder add y ../y --domain work 2> /dev/null
	succeeds as ada varve vault replicate --copies 1
	succeeds as ada varve vault key export ../key
	succeeds varve vault recover --key ../key --to ../r "$PWD/../x" "$PWD/../y"
	succeeds varve -C ../r verify
	output_has "number 2"
	varve -C ../r cat main:prices.csv | cmp - prices.csv
}

@test "nginx alone gives a newcomer the newest signed version, at once and lazily" {
	two_signed
	publish_all a
	serve_nginx "$PWD/../pub-a"
	newcomer "$site"
	newcomer --from "$site" "$name"
	newcomer --lazy "$site"
}

# What an attacker shows who holds a copy: eve has forked ada's key, or signs as somebody else.
attacks() {
	local refs
	cp -r ../old ../forked
	(
		cd ../forked
		sed -i '9s/item/evil/' prices.csv
		varve commit -qam evil
		as ada varve sign -q
	)
	cp -r ../old ../foreign
	key_of eve
	(
		cd ../foreign
		git for-each-ref --format='delete %(refname)' refs/varve/heads | git update-ref --stdin
		rm -f .git/varve/trust
		as eve varve sign -q --name prices
	)
	cp -r . ../mixed
	publish_all old forked foreign mixed
	refs=../pub-mixed/repo.git
	chmod -R u+w "$refs"
	sed -i "s/$new\(.*refs.heads.main\)/$old\1/" "$refs/info/refs" "$refs/packed-refs"
	git -C ../mixed update-ref refs/heads/main "$old"
	for each in old forked foreign mixed; do
		cp -r "../$each/.git" "../$each.git"
		git -C "../$each.git" config core.bare true
	done
	cp -r .git ../a.git
	git -C ../a.git config core.bare true
}

# reader_stays WHAT: a clone that has the newest version does not move, and the place is named.
reader_stays() {
	git -C ../reader remote set-url origin "$bad"
	run --separate-stderr varve -C ../reader pull
	[ "$(git -C ../reader rev-parse origin/main HEAD | sort -u)" = "$new" ]
	stderr_has "$bad"
	stderr_has "$1"
	cmp prices.csv ../reader/prices.csv
}

# With the healthy copy beside it a newcomer has the newest version, whoever is named first.
copy_is_used() {
	newcomer --from "$bad" --from "$good" "$name"
	newcomer --from "$good" --from "$bad" "$name"
}

@test "an attacker at a web server, a folder or varve itself is named, moves nothing, and the healthy copy is used" {
	local -A says=([old]=rollback [forked]=fork [foreign]="cannot be trusted" [mixed]="before its signed head")
	local place what n=0
	two_signed
	publish_all a
	web ../pub-a
	good=$at
	attacks
	varve clone -q "$good" ../reader
	for n in $(sampled 12 3); do
		what=(old forked foreign mixed)
		what=${what[(n - 1) % 4]}
		case $(((n - 1) / 4)) in
		0) web "../pub-$what" && bad=$at ;;
		1) bad=$PWD/../pub-$what ;;
		2) started "../log-$n" varve serve --http 127.0.0.1:0 "../$what.git" && bad=$at ;;
		esac
		git -C ../reader config --unset remote.origin.varveKind || true
		reader_stays "${says[$what]}"
		[ "$what" = forked ] || copy_is_used
	done
}

# sleepy HOW FOLDER: a web server of it that accepts and says nothing (silent), or gives 2 kB each second (slow).
sleepy() {
	cat > ../sleepy.py <<- 'END'
	import http.server, sys, time
	class Handler(http.server.SimpleHTTPRequestHandler):
	    def __init__(self, *args):
	        super().__init__(*args, directory=sys.argv[2])
	    def do_GET(self):
	        time.sleep(600 if sys.argv[1] == "silent" else 0)
	        super().do_GET()
	    def copyfile(self, source, out):
	        while part := source.read(2048):
	            out.write(part)
	            time.sleep(1)
	s = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
	print(f"http://127.0.0.1:{s.server_address[1]}/", flush=True)
	s.serve_forever()
	END
	started "../log-$1" python3 ../sleepy.py "$1" "$2"
}

@test "a place that is silent or slow is passed over for the healthy copy" {
	local how
	two_signed
	publish_all a
	web ../pub-a
	good=$at
	for how in silent slow; do
		sleepy "$how" ../pub-a
		SECONDS=0
		newcomer --from "$at" --from "$good" "$name"
		[ "$SECONDS" -lt 20 ] || [ "$SECONDS" -lt $((20 * $(slowed))) ]
	done
}
