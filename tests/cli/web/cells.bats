load ../helper

# Every cell of random pages, against a model in Python. By hand, more of them: cells.py SEED PAGES.

@test "every cell of random pages of random tables is what Python says" {
	unset http_proxy HTTP_PROXY
	succeeds python3 "$BATS_TEST_DIRNAME/cells.py" "${VARVE_TEST_SEED:-${VARVE_TEST_SAMPLE:-$RANDOM}}" "$(a_sixth 15)"
}
