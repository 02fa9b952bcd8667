load ../../cli/helper
load ../../cli/publish/folder

# The origin is gone, and something else answers in its place, or nothing does (dead.py). Its mirror is healthy, and named by the
# signed head: fetch, pull, clone by name and reads on demand use it, and none waits longer than the other copy is worth.

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

# gone MODE [URL]: $bad is an address in whose place nothing, or something else, answers.
gone() {
	bad=http://127.0.0.1:1/
	[ "$1" != refused ] || return 0
	: > "$HOME/dead"
	python3 "$BATS_TEST_DIRNAME/dead.py" "$@" > "$HOME/dead" 3>&- &
	pids+=($!)
	until [ -s "$HOME/dead" ]; do sleep 0.05; done
	bad=$(cat "$HOME/dead")
}

# Of two versions; `whole` and `lazy` are clones.
mirrored() {
	mkdir ../public
	serve_files "$BATS_TEST_TMPDIR/work/public"
	a_table 300
	cp prices.csv ../one.csv
	another 2
	key_of ada
	as ada varve sign -q --name prices --mirror "$site/"
	varve publish -q --no-pages -o ../public
	varve clone -q "$site/" ../whole
	varve clone -q --lazy "$site/" ../lazy
}

# clone_of NAME: `c` is that clone, whose origin is at $bad and of unknown kind.
clone_of() {
	rm -rf ../c "$HOME/.cache"
	cp -r "../$1" ../c
	git -C ../c config remote.origin.url "$bad"
	git -C ../c config --unset remote.origin.varveKind
}

# peer_of_work: a server of varve with the same versions, at $peer.
peer_of_work() {
	varve serve --http 127.0.0.1:0 . > "$HOME/peer" 2>&1 3>&- &
	pids+=($!)
	until grep -qs ' at http' "$HOME/peer"; do sleep 0.05; done
	peer=$(sed -n 's/.* at \(http.*\)$/\1/p' "$HOME/peer")/
}

@test "whatever answers in the place of a dead origin, the mirror is used within ten seconds more" {
	local n mode modes=(refused silent 500 503 503-30 429-999999 403 404 page empty drip chunks signs hello)
	mirrored
	peer_of_work
	for n in $(sampled 56 5); do
		n=$((n - 1)) mode=${modes[n % 14]}
		gone "$mode" "$peer"
		clone_of "$([ $((n / 14)) -lt 2 ] && echo whole || echo lazy)"
		SECONDS=0
		case $((n / 14)) in
		0) succeeds varve -C ../c pull ;;
		1)
			rm -rf ../c
			succeeds varve clone --from "$bad" --from "$site/" "$key_ada/prices" ../c
			cmp prices.csv ../c/prices.csv
			;;
		2)
			succeeds varve -C ../c cat HEAD~1:prices.csv
			printf '%s\n' "$output" | cmp - ../one.csv
			;;
		3)
			succeeds varve -C ../c fetch --data HEAD~1 prices.csv
			varve -C ../c --offline cat HEAD~1:prices.csv | cmp - ../one.csv
			;;
		esac
		echo "$mode $((n / 14)): $SECONDS s" >&2
		[ "$SECONDS" -lt 20 ] || [ "$SECONDS" -lt $((20 * $(slowed))) ]
	done
}

@test "an origin that is empty now, although its versions were signed, is not the origin: the mirror is used" {
	mirrored
	git init -q --bare ../empty.git
	bad=$PWD/../empty.git
	clone_of whole
	succeeds varve -C ../c pull
	stderr_has "is empty, but this repository has signed versions"
	[ "$(git -C ../c rev-parse HEAD)" = "$(git rev-parse HEAD)" ]
}

# gits: how many programs of git contact the server at $bad.
gits() {
	pgrep -fc "git.*$bad" || true
}

@test "programs of git that contact a host end with varve, whatever the host sends, and however varve ends" {
	local signal pid i
	gone sideband
	for signal in KILL TERM; do
		varve clone -q "${bad}x" "c$signal" 3>&- &
		pid=$!
		until [ "$(pgrep -fc "git.*fetch-pack.*$bad")" -gt 0 ]; do sleep 0.05; done
		kill "-$signal" "$pid"
		wait "$pid" || true
		for ((i = 0; i < 400 && $(gits) > 0; i++)); do sleep 0.05; done
		[ "$(gits)" = 0 ] || { pgrep -fa "git.*$bad" >&2; return 1; }
	done
}

@test "an answer of 3 MB that unpacks to 3 GB ends git, not this machine" {
	gone bomb
	for words in "clone -q ${bad}x c" "cat ${bad}x#p.csv"; do
		python3 -c '
import resource, subprocess, sys
code = subprocess.run(["varve", *sys.argv[1:]]).returncode
most = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss // 1024
assert code == 2 and most < 700, (code, most)
' $words
		[ ! -e c/p.csv ]
	done
}
