# A push brings the rows of all that it names to each place to which it brings the commits.
load ../../cli/helper

teardown() {
	[ -z "${place-}" ] || rm -rf "$place"
}

@test "a clone of each URL that a push went to has all rows of all that it names, whatever the remotes are" {
	place=$(mktemp -d /dev/shm/varve-places.XXXXXX 2> /dev/null) || place=$(mktemp -d "$BATS_TEST_TMPDIR/places.XXXXXX")
	cd "$place"
	if [ -n "${VARVE_TEST_ALL-}" ]; then
		python3 "$BATS_TEST_DIRNAME/places.py" 1 300
	else
		python3 "$BATS_TEST_DIRNAME/places.py" "$((${VARVE_TEST_SAMPLE:-1} * 4))" 4
	fi
}
