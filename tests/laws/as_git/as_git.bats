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
		python3 "$BATS_TEST_DIRNAME/as_git.py" "${VARVE_TEST_SAMPLE:-1}" 20
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

@test "a push without words is refused where push.default is matching" {
	new_repo
	rows 5 > t.csv
	varve add -q t.csv
	varve commit -qm one
	git init -q --bare ../origin
	git remote add origin ../origin
	git config push.default matching
	ends_with 2 varve push
	stderr_has "push.default is 'matching': name the ref to push"
	succeeds varve push origin main
}

# All commands in the repository fail with 2 and a message that holds these words, and nothing in .git changes.
refused() {
	local command before
	before=$(cd .git && find . -type f -exec cksum {} + | sort)
	for command in status log "diff" "show" "cat t.csv" "blame t.csv" "info t.csv" "add t.csv" "commit -a -m x" "restore t.csv" "rm t.csv" \
		"mv t.csv u.csv" "switch -c fresh" "merge side" "cherry-pick side" "revert HEAD" "fetch" "push" "pull" \
		"check" "fsck" "gc" "doctor" "track *.csv" "set t.csv 1 v=2"; do
		run varve $command
		[ "$status" -eq 2 ] && [[ "$output" == *"$1"* ]] || { echo "$command: $status: $output"; return 1; }
	done
	[ "$(cd .git && find . -type f -exec cksum {} + | sort)" = "$before" ]
}

@test "a repository of SHA-256 or reftable is refused by every command, which changes nothing" {
	git init -q --object-format=sha256 named
	cd named
	rows 5 > t.csv
	refused sha256
	cd ..
	git init -q tabled
	cd tabled
	rows 5 > t.csv
	git config core.repositoryFormatVersion 1
	git config extensions.refStorage reftable
	refused reftable
}

@test "a repository of another user is refused by every command until safe.directory names it" {
	[ "$(id -u)" -eq 0 ] || skip "only root can give a folder to another user"
	new_repo r
	cd r
	rows 5 > t.csv
	varve add -q t.csv
	git commit -q -m one
	chown -R 12345 .
	refused safe.directory
	local elsewhere=$PWD
	for folder in '*' "$PWD" "$PWD/" "$PWD/x" ''; do # as git takes it from the variables of git -c
		for program in git varve; do
			run env GIT_CONFIG_COUNT=1 GIT_CONFIG_KEY_0=safe.directory GIT_CONFIG_VALUE_0="$folder" "$program" status --porcelain
			echo "$folder $((status > 0))" >> "../$program.is"
		done
		run git -c safe.directory="$folder" status --porcelain # whose filter is varve
		echo "$folder $((status > 0))" >> ../filter.is
	done
	cmp ../git.is ../varve.is
	cmp ../git.is ../filter.is
	git config -f .git/config safe.directory '*'
	refused safe.directory
	[[ $PWD != "$HOME"/* ]] || elsewhere="~${PWD#"$HOME"}"
	git config --global --add safe.directory "$elsewhere"
	varve status
	git config --global --add safe.directory ''
	refused safe.directory
}

@test "a pull without options does what that of git does, whatever is configured" {
	local who setting plain
	local -a settings=(
		"pull.ff only" "pull.ff false" "pull.ff true" "pull.rebase true" "pull.rebase false" "pull.rebase merges"
		"branch.main.rebase true" "merge.ff false" "none.of these"
	)
	new_repo origin
	(cd origin && rows 5 > t.csv && varve add -q t.csv && git commit -q -m one)
	for who in both theirs; do
		for setting in "${settings[@]}"; do
			for program in git varve; do
				rm -rf "$program" far
				cp -a origin far
				varve clone -q far "$program"
				(cd far && sed -i '3s/$/theirs/' t.csv && git commit -q -a -m theirs)
				cd "$program"
				if [ "$who" = both ]; then
					sed -i '5s/$/ours/' t.csv
					git commit -q -a -m ours
				fi
				git config "${setting%% *}" "${setting#* }"
				case $setting in merge.ff*|none*) git config pull.rebase false ;; esac
				run "$program" pull -q
				plain=$((status > 0))
				{ echo "$plain"; git log --format='%s %P' | sed 's/[0-9a-f]\{40\}/ID/g; s/^Merge .* ID ID/merge/'; git status --porcelain; cat t.csv; } > "../$program.is"
				cd ..
			done
			diff git.is varve.is || { echo "$who, $setting"; return 1; }
		done
	done
}
