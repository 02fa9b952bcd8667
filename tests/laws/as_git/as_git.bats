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
		python3 "$BATS_TEST_DIRNAME/as_git.py" "${VARVE_TEST_SAMPLE:-1}" 10
	fi
}

@test "a push without words goes where that of git goes, whatever is configured" {
	local who setting
	local -a settings=(
		"remote.origin.push refs/heads/*:refs/heads/for/*" "remote.origin.push main:refs/heads/review"
		"remote.origin.push +refs/heads/side" "remote.origin.push refs/tags/*"
		"push.default current" "push.default upstream" "push.default nothing" "remote.pushDefault other"
		"branch.main.pushRemote other"
	)
	new_repo r
	cd r
	rows 5 > t.csv
	git add .
	varve add -q t.csv
	git commit -q -m one
	git branch side
	git tag v1
	git tag v2
	git config branch.main.remote origin
	git config branch.main.merge refs/heads/main
	for setting in "${settings[@]}"; do
		for who in git varve; do
			rm -rf ../origin ../other
			git init -q --bare ../origin
			git init -q --bare ../other
			git config --replace-all remote.origin.url ../origin
			git config --replace-all remote.other.url ../other
			git config --unset-all remote.origin.push || true
			git config ${setting%% *} "${setting#* }"
			run "$who" push -q
			[ "$who" = varve ] || plain=$((status > 0))
			git -C ../origin for-each-ref --format='%(refname)' refs/heads refs/tags > "../$who"
			git -C ../other for-each-ref --format='other %(refname)' refs/heads refs/tags >> "../$who"
			[ "$((status > 0))" -eq "$plain" ] || { echo "$who, $setting: $output"; return 1; }
			git config --unset-all ${setting%% *}
		done
		diff ../git ../varve || { echo "$setting"; return 1; }
	done
}
