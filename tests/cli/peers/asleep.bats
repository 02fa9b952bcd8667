load ../helper
load ../vault/vault

# Machines that sleep: they take connections, and say nothing.

setup() {
	varve_setup
	unset http_proxy https_proxy HTTP_PROXY HTTPS_PROXY all_proxy ALL_PROXY
	: > ports
	python3 "$BATS_TEST_DIRNAME/asleep.py" 2 > ports 3>&- &
	sleepers=$!
	local i
	for ((i = 0; i < 200 && $(wc -l < ports) < 2; i++)); do
		sleep 0.05
	done
	mapfile -t port < ports
}

teardown() {
	kill "$sleepers"
}

# within SECONDS COMMAND...: it does not wait for anybody; $status.
within() {
	local start=$EPOCHREALTIME seconds=$1
	shift
	run --separate-stderr timeout 100 "$@"
	local took=$(((${EPOCHREALTIME/./} - ${start/./}) / 1000))
	[ "$took" -lt $((seconds * 1000)) ] || {
		show_run "$*" "it took $took ms"
		return 1
	}
}

@test "holders that sleep cost two seconds together and then nothing" {
	new_vault a b
	succeeds varve replicate
	for n in 0 1; do
		git config "holder.s$n.url" "http://127.0.0.1:${port[$n]}/v"
	done
	within 5 varve vault status

	change 5
	for command in "vault status" "replicate" "audit"; do
		within 3 varve $command
		[ "$status" -lt 2 ]
	done
	succeeds varve vault status --json
}
