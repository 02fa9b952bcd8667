# What editors and hook runners do with git on a table gives what it gives on a plain file. VARVE_TEST_SAMPLE gives other steps.
load ../../cli/helper

@test "selected lines staged and reverted, patches and blame are as on a plain file" {
	local i count=3
	[ -z "${VARVE_TEST_ALL-}" ] || count=60
	git config --global core.safecrlf false
	for i in $(seq "$count"); do
		mkdir "$i"
		(cd "$i" && python3 "$BATS_TEST_DIRNAME/editors.py" $((${VARVE_TEST_SAMPLE:-1} * 100 + i)) 14)
	done
}
