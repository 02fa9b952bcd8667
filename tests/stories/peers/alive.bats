# A side that works says so: who waits for a slow one with a limit of seconds gets its answer.
load ../../cli/helper
load ../ssh/sshd
load ../../cli/serve/server

setup() {
	server_setup
	busy=$(slowed)
	[ "$busy" -le 5 ] || busy=5 # then it takes half a minute
	limit=$((2 * busy))
	slow=$VARVE_BIN/../tests/net/slow.so
	[ -f "$slow" ] || skip "the library that makes a server slow is not built"
	new_repo src
	rows 300 > src/prices.csv
	(cd src && varve add prices.csv && varve commit -m one) > made
	git -C src config receive.denyCurrentBranch ignore
	git -C src config varve.keepAlive 200
}

teardown() {
	if [ -n "${server-}" ]; then stop_server; fi
	if [ -n "${sshd_pid-}" ]; then stop_sshd; fi
}

# What makes programs slow that are started from here on. Packs of Git are opened when they are
# read first, which is when an answer is made.
slow_here() {
	export ASAN_OPTIONS="${ASAN_OPTIONS-}:verify_asan_link_order=0"
	export SLOW_OPEN=${SLOW_OPEN-"*.pack"} SLOW_OPEN_MS=$((limit * 1300)) SLOW_SYNC_MS=${SLOW_SYNC_MS-$((limit * 250))} LD_PRELOAD=$slow
}

# By $url, which is slow: a clone, and the push of a change.
there_and_back() {
	succeeds "$@" varve clone --timeout $limit "$url" here
	varve -C src cat HEAD:prices.csv | cmp - here/prices.csv
	cd here
	rows 310 "$RANDOM" > prices.csv
	tick
	succeeds varve commit -qam two
	succeeds "$@" varve push --timeout $limit
	cd ..
	[ "$(git -C here rev-parse HEAD)" = "$(git -C src rev-parse HEAD)" ]
}

slowly() {
	(slow_here && "$@")
}

@test "a slow server at a pipe's end is waited for as long as it says that it works" {
	url=$PWD/src
	there_and_back slowly
}

@test "a slow server over http is waited for as long as it says that it works" {
	users
	SLOW_OPEN="*/varve/packs/*.pack"
	slow_here
	start_server --auth users src
	unset LD_PRELOAD
	url=${url/127/ada:correct%20horse@127}/src
	there_and_back
}

@test "a slow server over ssh is waited for as long as it says that it works" {
	forgive_libssh2
	limit=$((4 * busy)) # a login takes its time, too
	start_sshd ed25519
	knows_host ed25519
	has_key ed25519
	far_varve "export ASAN_OPTIONS=\"\$ASAN_OPTIONS:verify_asan_link_order=0\"
	export SLOW_OPEN='*.pack' SLOW_OPEN_MS=$((limit * 1300)) SLOW_SYNC_MS=$((limit * 250)) LD_PRELOAD=$slow
	exec $VARVE_BIN/varve \"\$@\""
	url=ssh://$(id -un)@127.0.0.1:$port$PWD/src
	by_way() {
		there_and_back
		rm -rf here
	}
	each_way by_way
}

@test "without signs of life the same server is given up" {
	git -C src config varve.keepAlive 0
	ends_with 2 slowly varve clone --timeout $limit "$PWD/src" here
	stderr_has "no data could be received from or sent to '"
	succeeds varve clone "$PWD/src" here
	cd here
	rows 310 > prices.csv
	succeeds varve commit -qam two
	export SLOW_SYNC_MS=$((limit * 1100))
	ends_with 2 slowly varve push --timeout $limit
	stderr_has "no data could be received from or sent to '"
}
