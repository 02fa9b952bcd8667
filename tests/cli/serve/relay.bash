# What tests of relays start from; load it behind ../helper and server. Machines are homes: ada (who serves), bob.

relay_setup() {
	server_setup
	started=()
	machine ada
	machine bob
	did_of_bob=$(as bob varve key show | head -n 1)
}

relay_teardown() {
	local pid
	for pid in "${started[@]}"; do
		kill -KILL "$pid" 2>/dev/null || true
		wait "$pid" 2>/dev/null || true
	done
}

# as NAME COMMAND...: on the machine of NAME.
as() {
	local who=$1
	shift
	XDG_CONFIG_HOME="$BATS_TEST_TMPDIR/machines/$who" "$@"
}

machine() {
	mkdir -p "$BATS_TEST_TMPDIR/machines/$1"
	as "$1" varve key new > /dev/null
}

# start_relay_program PROGRAM...: $relay, its URL; $relay_pid, relay.log.
start_relay_program() {
	: > relay.log
	"$@" > relay.log 2>&1 3>&- &
	relay_pid=$!
	started+=("$relay_pid")
	wait_for relay.log '^relaying at'
	relay=$(sed -n 's/^relaying at //p' relay.log)
}

start_relay() {
	start_relay_program varve serve --relay 127.0.0.1:0 "$@"
}

# start_evil ACT...: one that does something to the bytes.
start_evil() {
	start_relay_program python3 "$tests/cli/serve/evil_relay.py" "$@"
}

# start_through OPTION... PATH...: the machine of ada serves; $address, of the last one, $through_pid, through.log.
start_through() {
	: > through.log
	XDG_CONFIG_HOME="$BATS_TEST_TMPDIR/machines/ada" varve serve --through "$relay" "$@" 2> through.log 3>&- &
	through_pid=$!
	started+=("$through_pid")
	wait_for through.log 'waiting for visitors'
	address=$(sed -n "s/^serving .* as //p" through.log | tail -n 1)
}

end_pid() {
	local code=0
	kill "-${2:-TERM}" "$1"
	wait "$1" || code=$?
	[ -n "${2-}" ] || [ "$code" -eq 0 ]
}
