# A verb by git in one repository and by varve in another: the same index, files, refs, reflogs, state, permissions, exit code.
load ../../cli/helper

teardown() {
	[ -z "${place-}" ] || rm -rf "$place"
}

@test "a verb of varve leaves what the verb of git leaves, whatever properties the repository has" {
	place=$(mktemp -d /dev/shm/varve-as-git.XXXXXX 2> /dev/null) || place=$(mktemp -d "$BATS_TEST_TMPDIR/as-git.XXXXXX")
	cd "$place"
	if [ -n "${VARVE_TEST_ALL-}" ]; then
		python3 "$BATS_TEST_DIRNAME/as_git.py"
	else
		python3 "$BATS_TEST_DIRNAME/as_git.py" "${VARVE_TEST_SAMPLE:-1}" 5
	fi
}
