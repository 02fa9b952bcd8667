# Hooks of other tools beside varve's: whatever runs them, rows go with their commits, or somebody hears of it.
load ../../cli/helper

# shared: a repository with a table that is pushed to a host, in src.
shared() {
	git init -q --bare host.git
	new_repo src
	cd src
	git remote add origin "file://$PWD/../host.git"
	git config remote.origin.varveKind git
	rows 30 > t.csv
	varve add -q t.csv
	varve commit -q -m one 2> /dev/null
}

next_version() {
	rows 30 "$1" > t.csv
	git commit -q -a -m "$1" 2> "$HOME/said"
}

rows_are_there() {
	git -C ../host.git rev-parse -q --verify refs/varve/blocks
	varve clone -q --git-host "file://$PWD/../host.git" ../copy
	cmp t.csv ../copy/t.csv
	rm -rf ../copy
}

need_pre_commit() {
	[ -x /usr/bin/pre-commit ] || skip "pre-commit is not installed"
	export PRE_COMMIT_HOME=$HOME/pre-commit
	cat > .pre-commit-config.yaml <<- 'END'
		repos:
		- repo: local
		  hooks:
		  - id: mine
		    name: mine
		    entry: sh -c 'echo ran >> ../ran'
		    language: system
		    always_run: true
		    pass_filenames: false
		    stages: [push]
	END
	git add .pre-commit-config.yaml
	git commit -q -m config
}

@test "pre-commit install -t pre-push after varve init: both run, in any order and again" {
	shared
	need_pre_commit
	/usr/bin/pre-commit install -t pre-push > /dev/null
	next_version 1
	succeeds timeout 60 git push -q origin main
	[ "$(cat ../ran)" = ran ]
	rows_are_there
	succeeds varve doctor --offline
	# varve's first, and pre-commit's on top of it once more
	rm -f .git/hooks/pre-push*
	/usr/bin/pre-commit install -t pre-push > /dev/null
	ends_with 1 varve doctor --offline
	output_has "fix: varve init"
	varve init -q
	/usr/bin/pre-commit install -t pre-push > /dev/null
	varve init -q
	succeeds varve doctor --offline
	next_version 2
	succeeds timeout 60 git push -q origin main
	rows_are_there
	next_version 3
	succeeds timeout 60 varve push -q origin main
	rows_are_there
}

# husky_here: as 'husky' of npm makes it, by the package itself where it is at hand.
husky_here() {
	local from=${VARVE_TEST_HUSKY:-$HOME/none}
	if [ -d "$from" ]; then
		node -e "import('$from/index.js').then(m => m.default())"
	else
		mkdir -p .husky/_
		printf '#!/usr/bin/env sh\nn=$(basename "$0")\ns=$(dirname "$(dirname "$0")")/$n\n[ ! -f "$s" ] && exit 0\nsh -e "$s" "$@"\nexit $?\n' > .husky/_/h
		printf '#!/usr/bin/env sh\n. "$(dirname "$0")/h"' > .husky/_/pre-push
		chmod +x .husky/_/pre-push
		git config core.hooksPath .husky/_
	fi
	echo .husky/_ >> .git/info/exclude
}

# told_of FILE: git's commit, varve's commit, status and doctor name the hook and where the line belongs.
told_of() {
	local mend="add to $1 the line: varve pre-push \"\$@\""
	next_version 5
	grep -q "^warning: the hook .* does not call varve" "$HOME/said"
	grep -qF "hint: $mend" "$HOME/said"
	rows 30 6 > t.csv
	succeeds varve commit -a -m 6
	stderr_has "does not call varve"
	stderr_has "hint: $mend"
	succeeds varve status
	output_has "($mend)"
	succeeds varve status --json
	output_has '"pushesNoRows": "the hook '
	ends_with 1 varve doctor --offline
	output_has "fix: $mend"
	succeeds git diff
	stderr_is ""
}

husky_story() {
	husky_here
	told_of "$PWD/.husky/pre-push"
	succeeds varve init
	stderr_has "add to $PWD/.husky/pre-push the line"
	echo 'varve pre-push "$@"' > .husky/pre-push
	next_version 7
	[ ! -s "$HOME/said" ]
	succeeds varve doctor --offline
	succeeds varve init
	stderr_is ""
	succeeds timeout 60 git push -q origin main
	rows_are_there
}

@test "a hook that husky runs: what sends no rows is named, and the line in husky's own file helps" {
	shared
	husky_story
}

@test "the real husky of npm" {
	command -v npm > /dev/null || skip "npm is not installed"
	[ -n "${VARVE_TEST_ALL-}" ] || skip "only with VARVE_TEST_ALL=1: it is downloaded"
	mkdir npm
	(cd npm && echo '{}' > package.json && timeout 60 npm i husky@9 > log 2>&1) || skip "husky cannot be had"
	export VARVE_TEST_HUSKY=$PWD/npm/node_modules/husky
	shared
	husky_story
}

@test "a hooks folder of the team: the line belongs into its hook" {
	shared
	mkdir hooks
	printf '#!/bin/sh\nexit 0\n' > hooks/pre-push
	chmod +x hooks/pre-push
	git config core.hooksPath hooks
	told_of "$PWD/hooks/pre-push"
	echo 'exec varve pre-push "$@"' > hooks/pre-push
	sed -i '1i #!/bin/sh' hooks/pre-push
	succeeds timeout 60 git push -q origin main
	rows_are_there
}

@test "without a remote, and where varve.prePush is false, nothing is said" {
	shared
	husky_here
	git config varve.prePush false
	next_version 8
	[ ! -s "$HOME/said" ]
	git config --unset varve.prePush
	git remote remove origin
	next_version 9
	[ ! -s "$HOME/said" ]
	succeeds varve status
	output_lacks "call varve"
}

# git_of_settings: a git that has hooks of settings, as git 2.54 has. It records the runs in ../runs.
git_of_settings() {
	mkdir "$HOME/bin"
	cat > "$HOME/bin/git" <<- 'END'
		#!/bin/sh
		[ "$1" = hook ] || exec /usr/bin/git "$@"
		case "$2 $3 $4" in
		"list pre-push ") exec /usr/bin/git config --name-only --get-regexp 'hook[.].*[.]event' ;;
		"run --ignore-missing --to-stdin=/dev/stdin") ;;
		*) exit 129 ;;
		esac
		[ "$5 $6" = "pre-push --" ] || exit 129
		shift 6
		cat > "$HOME/refs"
		echo "$*: $(cut -d' ' -f3 "$HOME/refs")" >> "$HOME/runs"
		sh -c "$(/usr/bin/git config hook.mine.command)" mine "$@" < "$HOME/refs" || exit
		exec /usr/bin/git -c core.hooksPath="$(/usr/bin/git rev-parse --git-path hooks)" hook run --ignore-missing pre-push -- "$@" < "$HOME/refs"
	END
	chmod +x "$HOME/bin/git"
	PATH=$HOME/bin:$PATH
}

@test "hooks that the settings name run at varve push to a peer, and may forbid it" {
	[ -x /usr/bin/git ] || skip "/usr/bin/git is not git"
	shared
	git init -q --bare ../peer.git
	git remote add peer ../peer.git
	git config hook.mine.event pre-push
	git config hook.mine.command 'exit 1'
	# a git that does not know them
	succeeds varve push -q peer main
	git_of_settings
	next_version 11
	ends_with 1 varve push -q peer main
	stderr_has "the hook 'pre-push' failed"
	grep -q '^peer .*: refs/heads/main$' "$HOME/runs"
	[ "$(git -C ../peer.git rev-parse main)" != "$(git rev-parse main)" ]
	git config hook.mine.command 'grep -q refs/heads/main'
	succeeds varve push -q peer main
	[ "$(git -C ../peer.git rev-parse main)" = "$(git rev-parse main)" ]
	[ "$(wc -l < "$HOME/runs")" = 2 ]
	git config hook.mine.event pre-commit
	next_version 12
	succeeds varve push -q peer main
	[ "$(wc -l < "$HOME/runs")" = 2 ]
}

@test "varve's own hook of pre-commit stops a commit of invalid rows, and takes the others" {
	new_repo hooks
	cp "$BATS_TEST_DIRNAME/../../../.pre-commit-hooks.yaml" hooks
	git -C hooks add .pre-commit-hooks.yaml
	git -C hooks commit -q -m hooks
	new_repo src
	cd src
	need_pre_commit
	cat > .pre-commit-config.yaml <<- END
		repos:
		- repo: $PWD/../hooks
		  rev: $(git -C ../hooks rev-parse HEAD)
		  hooks:
		  - id: varve-check
	END
	printf '{"rules": {"type-contradiction": "error"}}\n' > varve.json
	rows 300 > t.csv
	varve add -q t.csv
	git add .
	/usr/bin/pre-commit install > /dev/null
	succeeds git commit -q -m valid
	sed -i 's/^\(3,[^,]*\),[^,]*/\1,dear/; s/^\(9,[^,]*\),[^,]*/\1,cheap/' t.csv
	git add t.csv
	ends_with 1 git commit -q -m invalid
	stderr_has "dear"
	stderr_has "cheap"
	[ "$(git log -1 --format=%s)" = valid ]
	# What is only in the file is not judged: the row that is staged is valid.
	git restore --staged t.csv
	sed 's/dear/5.00/; s/cheap/6.00/' t.csv > ../right
	cp t.csv ../wrong
	cp ../right t.csv
	git add t.csv
	cp ../wrong t.csv
	succeeds git commit -q -m mended
	cmp t.csv ../wrong
	git cat-file --filters HEAD:t.csv | cmp - ../right
}
