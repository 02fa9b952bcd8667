load ../helper
load server

# Hostile and eager clients of a relay: relay_limits.py speaks its protocol by itself.

setup() {
	server_setup
}

meets() {
	succeeds timeout -s INT 60 python3 "$tests/cli/serve/relay_limits.py" "$1"
	output_has done
}

@test "a machine waits only under its own key and at the relay that it dialled" {
	meets proofs
}

@test "streams, their ends and machines that are gone" {
	meets streams
	meets gone
}

@test "a visitor hears at once that a machine is not there, unless it may come again" {
	meets absent
}

@test "noise and early bytes end their own connection alone" {
	meets noise
}

@test "each client has so much of a relay and no more" {
	meets connections
	meets keys
	meets volume
	meets duration
}
