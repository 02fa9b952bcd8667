# What 'varve expire' keeps and frees, against a model. VARVE_TEST_SAMPLE draws the histories.
load ../../cli/helper

@test "of random histories, what a policy keeps stays byte for byte, and the blocks of the rest are gone" {
	local count=2
	[ -z "${VARVE_TEST_ALL-}" ] || count=100
	git config --global core.safecrlf false
	python3 "$BATS_TEST_DIRNAME/expire.py" $((${VARVE_TEST_SAMPLE:-1} * 2)) "$count" > out 2>&1 || {
		tail -n 60 out
		return 1
	}
}
