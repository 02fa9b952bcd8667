# Tables that go from text to varve and back, across merges, rebases, picks, reverts, stashes and work trees, against a
# model in Python. VARVE_TEST_SEED gives other histories.
load ../../cli/helper

@test "text and varve cross in any history, and nothing is lost or left as a pointer" {
	mkdir "$BATS_TEST_TMPDIR/form"
	cd "$BATS_TEST_TMPDIR/form"
	if [ -n "${VARVE_TEST_ALL-}" ]; then
		python3 "$BATS_TEST_DIRNAME/form_law.py" "${VARVE_TEST_SEED:-1}" 200 20
	else
		python3 "$BATS_TEST_DIRNAME/form_law.py" "${VARVE_TEST_SEED:-1}" "$(a_sixth 20)" 8 "$(drawn 20)"
	fi
}
