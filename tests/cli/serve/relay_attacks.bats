load ../helper
load server
load relay

# A relay that lies. Whatever it does: the same bytes, or a clear error; and the same
# command through an honest relay completes.

setup() {
	relay_setup
	two_versions
}

teardown() {
	relay_teardown
}

# attacked ACT...: a clone through a relay that does ACT fails within its time, without a wrong byte.
attacked() {
	rm -rf copy
	start_evil "$@"
	start_through --reader "$did_of_bob" src
	run as bob timeout 60 varve clone --timeout 4 "$address" copy
	end_pid "$through_pid" KILL
	end_pid "$relay_pid" KILL
	if [ "$status" -eq 0 ]; then
		same_bytes two.csv copy/prices.csv
		return 1
	fi
	[ "$status" -le 2 ] || { echo "$* ended with $status: $output" >&2; return 2; }
	[[ $output == *"varve: "* ]]
	[ ! -e copy/prices.csv ] || same_bytes two.csv copy/prices.csv
}

# Places in the first half, the question, and the data of either way.
places() {
	if [ "$1" = up ]; then
		echo 3 20 50 80 150 200 250
	else
		echo 5 30 60 90 140 170 400 2000 15000
	fi
}

# one_place WAY N: the N-th place that this run takes.
one_place() {
	local all
	read -ra all <<< "$(places "$1")"
	echo "${all[$(((${VARVE_TEST_SAMPLE:-0} + $2) % ${#all[@]}))]}"
}

@test "changed, missing and repeated bytes are refused" {
	for way in up down; do
		at=$(one_place "$way" 0)
		for act in "flip $way $at" "drop $way $at 7" "repeat $way $((at + 30)) 20"; do
			# shellcheck disable=SC2086
			attacked $act || { echo "$act was not refused" >&2; return 1; }
		done
	done
}

@test "a stream that is cut, floods or stands still ends with an error" {
	for way in up down; do
		at=$(one_place "$way" 1)
		for act in "cut $way $at" "flood $way $at"; do
			# shellcheck disable=SC2086
			attacked $act || { echo "$act was not refused" >&2; return 1; }
		done
	done
	attacked hang down "$(one_place down 2)"
}

@test "a late stream is only late" {
	start_evil delay 20
	start_through --reader "$did_of_bob" src
	succeeds as bob varve clone "$address" copy
	same_bytes two.csv copy/prices.csv
}

@test "crossed connections of two visitors reach the owner whole" {
	start_evil cross
	start_through --reader "$did_of_bob" src
	as bob varve clone "$address" one 2> one.log 3>&- &
	one=$!
	as bob varve clone "$address" two 2> two.log 3>&- &
	two=$!
	# from its first byte on, each stream has another connection than the relay was asked for
	wait "$one"
	wait "$two"
	same_bytes two.csv one/prices.csv
	same_bytes two.csv two/prices.csv
}

@test "recorded bytes of a visitor that are sent again reach nothing" {
	start_evil replay
	start_through --reader "$did_of_bob" src
	succeeds as bob varve clone "$address" copy
	wait_for through.log "may read 'src'"
	ends_with 2 as bob varve clone --timeout 4 "$address" again
	wait_for through.log 'was changed on its way'
	[ "$(grep -c "may read 'src'" through.log)" -eq 1 ]
}

@test "another machine that the relay passes off as the owner is refused" {
	machine eve
	start_evil honest
	XDG_CONFIG_HOME="$BATS_TEST_TMPDIR/machines/eve" varve serve --through "$relay" --public src 2> through.log 3>&- &
	started+=("$!")
	wait_for through.log 'waiting for visitors'
	ends_with 2 as bob varve clone "relay+$relay/$(as ada varve key show | sed -n '1s/did:key://p')/src" copy
	stderr_has "does not have the key"
	[ ! -e copy ]
}

@test "an owner who closes the door ends a running clone at once" {
	start_evil hang down 9000
	start_through --reader "$did_of_bob" src
	XDG_CONFIG_HOME="$BATS_TEST_TMPDIR/machines/bob" varve clone "$address" copy > clone.log 2>&1 3>&- &
	clone=$!
	wait_for through.log "may read 'src'"
	sleep 0.3
	end_pid "$through_pid"
	end_pid "$relay_pid" KILL
	code=0
	wait "$clone" || code=$?
	[ "$code" -ne 0 ]
	grep -q 'relay' clone.log
	[ ! -e copy/prices.csv ]
}
