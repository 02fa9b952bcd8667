load ../helper
load server
load relay

# Relays with many machines that wait, most of them gone: relay_sleepers.py is these machines.

setup() {
	relay_setup
}

teardown() {
	relay_teardown
}

# sleepers CASE ARGUMENT...: in a network of its own where that is allowed, so that machines can go without a word.
sleepers() {
	local alone=()
	! unshare -Urn true 2> /dev/null || alone=(unshare -Urn sh -c 'PATH=$PATH:/usr/sbin:/sbin ip link set lo up && exec "$@"' sh)
	succeeds "${alone[@]}" python3 "$BATS_TEST_DIRNAME/relay_sleepers.py" "$@"
	output_has done
	printf '%s\n' "$output"
}

@test "a living machine is reached beside 200 dead ones, which cost little and are dropped in time" {
	CLOCK_LIBRARY=$(faketime -f +0 sh -c 'echo "$LD_PRELOAD"' 2> /dev/null) || skip "faketime is not installed"
	case $VARVE_BIN in
	*asan*) skip "faketime and the address sanitizer cannot both be loaded first" ;;
	esac
	export CLOCK_LIBRARY CLOCK=$PWD/clock
	two_versions
	sleepers dead "$BATS_TEST_TMPDIR/machines"
}

@test "1,000 sleeping machines use the memory that the manual says" {
	sleepers thousand
}

@test "a machine that waits sends a byte at a time and no other ones" {
	two_versions
	sleepers signs "$BATS_TEST_TMPDIR/machines"
}
