load ../helper
load server
load relay

# Two relays that disagree about a key: behind one is an older copy, or it lies. The newest signed head counts, and none goes back.

setup() {
	relay_setup
	two_versions
	key=$(as ada varve key show | sed -n '1s/did:key://p')
	as ada varve -C src sign -q --name src
	mkdir older
	cp -r src older/src
	another two
}

teardown() {
	relay_teardown
}

# another WORD: a further version at ada, signed.
another() {
	(
		cd src
		tick
		sed -i "s/^600,[a-z]*/600,$1/" prices.csv
		as ada varve commit -qam "$1"
		as ada varve sign -q
	)
}

# two_relays: src is behind $newer, a copy of yesterday with the same key behind $stale.
two_relays() {
	start_relay
	stale=$relay
	start_through --reader "$did_of_bob" older/src
	stale_pid=$through_pid
	start_relay
	newer=$relay
	start_through --reader "$did_of_bob" src
}

# has_newest FOLDER: its origin/main is that of src.
has_newest() {
	[ "$(git -C "$1" rev-parse origin/main)" = "$(git -C src rev-parse main)" ]
}

@test "of two machines with one key behind two relays the one with the newest signed head is taken in either order" {
	two_relays
	succeeds as bob varve clone --from "relay+$stale" --from "relay+$newer" "$key/src" one
	stderr_has "the newest of 2 copies that answered is relay+$newer/$key/src"
	succeeds as bob varve clone --from "relay+$newer" --from "relay+$stale" "$key/src" two
	stderr_has "the newest of 2 copies that answered is relay+$newer/$key/src"
	for copy in one two; do
		same_bytes src/prices.csv "$copy/prices.csv"
		has_newest "$copy"
	done
	# from the older one first; the mirrors of the user have the newer
	succeeds as bob varve clone --from "relay+$stale" "$key/src" three
	same_bytes older/src/prices.csv three/prices.csv
	git config --global --add varve.mirror "relay+$stale"
	git config --global --add varve.mirror "relay+$newer"
	succeeds as bob varve -C three pull
	has_newest three
	same_bytes src/prices.csv three/prices.csv
	another three
	succeeds as bob varve -C three fetch
	has_newest three
	succeeds as bob varve -C one pull
	same_bytes src/prices.csv one/prices.csv
}

@test "where only the older of two machines with one key answers nothing goes back, and it is said" {
	two_relays
	succeeds as bob varve clone -q --from "relay+$newer" "$key/src" copy
	git config --global --add varve.mirror "relay+$stale"
	end_pid "$through_pid"
	before=$(git -C copy for-each-ref)
	for command in fetch pull; do
		ends_with 2 as bob varve -C copy "$command" --timeout 20 # which asks again who was silent a moment ago
		stderr_has "origin is left out: 'relay+$newer/$key/src': no machine with this key is connected to this relay"
		stderr_has "rollback: 'relay+$stale/$key/src'"
		[ "$(git -C copy for-each-ref)" = "$before" ]
	done
	ends_with 1 as bob varve -C copy verify "$key/src"
	stderr_has "relay+$stale/$key/src is left out: rollback"
	stderr_has "every copy of '$key/src' that answered was left out"
	same_bytes src/prices.csv copy/prices.csv
	# the older machine has it too by now
	end_pid "$stale_pid"
	another three
	rm -r older/src
	cp -r src older/src
	relay=$stale
	start_through --reader "$did_of_bob" older/src
	succeeds as bob varve -C copy pull
	stderr_has "relay+$stale/$key/src"
	same_bytes src/prices.csv copy/prices.csv
}

# The lies of the first relay: the machine is gone, and is another one.
@test "a relay that says that a machine is gone or that leads to another one is left out by clone, fetch and pull" {
	machine eve
	mkdir eve
	cp -r src eve/src
	two_relays
	for lie in gone honest; do
		start_evil "$lie"
		XDG_CONFIG_HOME="$BATS_TEST_TMPDIR/machines/eve" varve serve --through "$relay" --public eve/src 2> eve.log 3>&- &
		started+=("$!")
		wait_for eve.log 'waiting for visitors'
		succeeds as bob varve clone --from "relay+$relay" --from "relay+$newer" "$key/src" "$lie"
		stderr_has "relay+$relay/$key/src is left out"
		same_bytes src/prices.csv "$lie/prices.csv"
		# alone it has nothing
		ends_with 2 as bob varve clone --from "relay+$relay" "$key/src" none
		stderr_has "relay+$relay/$key/src"
		[ ! -e none ]
		git config --global varve.mirror "relay+$relay"
		before=$(git -C "$lie" rev-parse origin/main)
		another "$lie"
		succeeds as bob varve -C "$lie" fetch
		has_newest "$lie"
		succeeds as bob varve -C "$lie" pull
		same_bytes src/prices.csv "$lie/prices.csv"
		! grep -q 'may read' eve.log || false
	done
}
