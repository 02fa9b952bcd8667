load ../helper
load server
load relay

# Machines behind a relay among the copies of a repository, in the mirrors of its head and by its name.

setup() {
	relay_setup
	two_versions
	did_of_ada=$(as ada varve key show | head -n 1)
	key=${did_of_ada#did:key:}
}

teardown() {
	relay_teardown
}

# sign_with URL...: the head of src has these mirrors, and bob has it from an origin that is then gone.
sign_with() {
	local words=() it
	for it; do
		words+=(--mirror "$it")
	done
	as ada varve -C src sign -q --name prices "${words[@]}"
	(cd src && varve publish -q --no-pages -o ../hub)
	start_folder hub
	succeeds as bob varve clone -q "$folder" copy
	succeeds as bob varve clone -q --lazy "$folder" lazy
	end_pid "$folder_pid" KILL
}

# start_folder DIR: $folder, its URL.
start_folder() {
	local port
	port=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
	python3 -m http.server --bind 127.0.0.1 --directory "$1" "$port" > "$1.log" 2>&1 3>&- &
	folder_pid=$!
	started+=("$folder_pid")
	folder=http://127.0.0.1:$port/
	for _ in $(seq 200); do
		! curl -s -o /dev/null "$folder" || return 0
		sleep 0.05
	done
	return 1
}

# another WORDS: a third version at ada, signed.
another() {
	(
		cd src
		tick
		sed -i "s/^600,[a-z]*/600,$1/" prices.csv
		as ada varve commit -qam "$1"
		as ada varve sign -q
	)
}

same_head() {
	[ "$(git -C copy rev-parse origin/main)" = "$(git -C src rev-parse main)" ]
}

@test "a machine behind a relay in a head's mirrors replaces an origin that is gone for fetch, pull and lazy reads" {
	start_relay
	sign_with "relay+$relay/$key/src"
	start_through --reader "$did_of_bob" src
	another thing
	succeeds as bob varve -C copy fetch
	stderr_has "fetching the history from relay+$relay/$key/src instead"
	same_head
	succeeds as bob varve -C copy pull
	same_bytes src/prices.csv copy/prices.csv
	as bob varve -C lazy cat HEAD~1:prices.csv > back.csv
	same_bytes one.csv back.csv
	succeeds as bob varve -C copy verify
}

@test "where a direct copy answers, no machine behind a relay is asked for the history" {
	start_relay
	start_folder src
	free=$folder
	end_pid "$folder_pid" KILL
	sign_with "relay+$relay/$key/src" "$free"
	(cd src && varve publish -q --no-pages -o ../direct)
	python3 -m http.server --bind 127.0.0.1 --directory direct "$(sed 's#.*:\([0-9]*\)/$#\1#' <<< "$free")" > direct.log 2>&1 3>&- &
	started+=("$!")
	for _ in $(seq 200); do
		! curl -s -o /dev/null "$free" || break
		sleep 0.05
	done
	start_through --reader "$did_of_bob" src
	succeeds as bob varve -C copy fetch
	stderr_has "fetching the history from $free instead"
	# the one behind the relay has a newer head: it is taken, although it comes last
	another thing
	succeeds as bob varve -C copy fetch
	stderr_has "fetching the history from relay+$relay/$key/src instead"
	same_head
}

@test "of two relays in a head one may be dead, and a killed one is replaced" {
	local first second port second_pid second_through
	start_relay
	second=$relay second_pid=$relay_pid
	start_through --reader "$did_of_bob" src
	second_through=$through_pid
	start_relay
	first=$relay port=${relay##*:}
	start_through --reader "$did_of_bob" src
	sign_with "relay+$first/$key/src" "relay+$second/$key/src"
	# The first is dead. With --timeout also who did not answer the last time is asked.
	end_pid "$relay_pid" KILL
	another thing
	succeeds as bob varve -C copy fetch --timeout 20
	same_head
	stderr_has "from relay+$second/$key/src instead"
	# it is replaced, and then the second one is dead
	wait_for through.log 'trying again'
	varve serve --relay "127.0.0.1:$port" 2> relay.log 3>&- &
	relay_pid=$!
	started+=("$relay_pid")
	wait_for through.log 'waiting for visitors' 2
	end_pid "$second_pid" KILL
	end_pid "$second_through" KILL
	another other
	succeeds as bob varve -C copy fetch --timeout 20
	same_head
	stderr_has "from relay+$first/$key/src instead"
	# the laptop is away: each place says so, and nothing moves
	end_pid "$through_pid"
	before=$(git -C copy rev-parse origin/main)
	another last
	ends_with 2 as bob varve -C copy fetch --timeout 20
	stderr_has "relay+$first/$key/src is left out"
	stderr_has "no machine with this key is connected to this relay"
	stderr_has "relay+$second/$key/src is left out"
	[ "$(git -C copy rev-parse origin/main)" = "$before" ]
}

@test "a relay that leads to another machine is left out, and the other relay is used" {
	local honest
	start_relay
	honest=$relay
	start_through --reader "$did_of_bob" src
	# eve serves a repository of the same name through a relay that joins everybody with everybody
	machine eve
	start_evil honest
	cp -r src "$BATS_TEST_TMPDIR/eves"
	mkdir eve
	mv "$BATS_TEST_TMPDIR/eves" eve/src
	XDG_CONFIG_HOME="$BATS_TEST_TMPDIR/machines/eve" varve serve --through "$relay" --public eve/src 2> eve.log 3>&- &
	started+=("$!")
	wait_for eve.log 'waiting for visitors'
	sign_with "relay+$relay/$key/src" "relay+$honest/$key/src"
	another thing
	succeeds as bob varve -C copy fetch
	same_head
	stderr_has "from relay+$honest/$key/src instead"
	# alone, it leads nowhere
	end_pid "$through_pid"
	another other
	ends_with 2 as bob varve -C copy fetch
	stderr_has "relay+$relay/$key/src is left out"
	! grep -q 'may read' eve.log || false
}

@test "by its name a data set is found at its owner's machine behind a relay that the user names" {
	as ada varve -C src sign -q --name eu/src
	start_relay
	start_through --reader "$did_of_bob" src
	ends_with 2 as bob varve clone "$key/eu/src" none
	stderr_has "no known copy of '$key/eu/src' answers"
	succeeds as bob varve clone --from "relay+$relay" "$key/eu/src" copy
	same_bytes src/prices.csv copy/prices.csv
	[ "$(git -C copy config remote.origin.url)" = "relay+$relay/$key/src" ]
	git config --global varve.mirror "relay+$relay/"
	succeeds as bob varve clone "$key/eu/src" again
	same_bytes src/prices.csv again/prices.csv
	another thing
	succeeds as bob varve -C again pull
	same_bytes src/prices.csv again/prices.csv
	succeeds as bob varve verify "$key/eu/src"
	# the laptop is away
	end_pid "$through_pid"
	ends_with 2 as bob varve clone "$key/eu/src" none
	stderr_has "no machine with this key is connected to this relay"
	[ ! -e none ]
}

@test "a mirror behind a relay that lacks its key or is written wrongly is not signed" {
	start_relay
	before=$(git -C src for-each-ref)
	ends_with 2 as ada varve -C src sign --name prices --mirror "relay+$relay/src"
	stderr_has "has no key of a machine"
	ends_with 2 as ada varve -C src sign --name prices --mirror "relay+$relay/$key/src/more"
	stderr_has "has no key of a machine"
	ends_with 2 as ada varve -C src sign --name prices --mirror "relay+$relay"
	stderr_has "has no key of a machine"
	ends_with 2 as ada varve -C src sign --name prices --mirror "relay+ssh://host/$key"
	stderr_has "does not support 'relay+ssh://'"
	[ "$(git -C src for-each-ref)" = "$before" ]
	succeeds as ada varve -C src sign --name prices --mirror "relay+$relay/$key" --mirror "relay+$relay/$did_of_ada/src"
	git -C src cat-file blob "refs/varve/heads/$key:head" | grep -qx "mirror relay+$relay/$key"
}
