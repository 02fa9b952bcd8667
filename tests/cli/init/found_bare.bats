load ../helper

# A folder with the layout of a bare repository, as a clone may bring it, is used by nobody who did not
# name it: its settings could run programs.

setup() {
	varve_setup
	git config --global --unset safe.bareRepository
}

# outer: a repository whose folder nested is laid out as a bare one, with programs in its settings;
# each of them would make the file "ran".
with_nested() {
	new_repo outer
	cd outer
	rows 20 > prices.csv
	varve add -q prices.csv
	varve commit -qm one
	git init -q --bare ../nested.git
	cp -r ../nested.git nested
	printf '#!/bin/sh\ntouch "%s/ran"\n' "$PWD/.." > ../evil
	chmod +x ../evil
	local evil
	evil=$(cd .. && pwd)/evil
	git --git-dir=nested config core.sshCommand "$evil"
	git --git-dir=nested config core.pager "$evil"
	git --git-dir=nested config core.editor "$evil"
	git --git-dir=nested config core.fsmonitor "$evil"
	git --git-dir=nested config gpg.program "$evil"
	git --git-dir=nested config commit.gpgSign true
	git --git-dir=nested config credential.helper "$evil"
	git --git-dir=nested config core.hooksPath "$(dirname "$evil")/hooks"
	git --git-dir=nested config remote.origin.url ssh://127.0.0.1/nowhere
	mkdir ../hooks
	local hook
	for hook in pre-commit post-commit pre-push post-checkout reference-transaction; do
		cp ../evil "../hooks/$hook"
	done
	cd nested
}

nothing_ran() {
	[ ! -e ../../ran ] || { echo "a program of the nested folder ran" >&2; return 1; }
}

@test "commands in a nested bare layout are refused and run nothing" {
	with_nested
	local command
	for command in fetch push 'ls-remote origin' pull log 'log -p' status 'commit -m x' 'commit --allow-empty -m x' \
		'branch b' 'switch -c b' 'tag t' 'show HEAD' gc fsck 'config user.name' 'add x' 'diff' 'check' 'cat HEAD:a' \
		'merge main' 'remote' 'ipfs car export HEAD:a b' 'track x' 'schema a' 'info x' 'init'; do
		run --separate-stderr varve $command
		[ "$status" -ne 0 ] || { echo "$command ended with 0" >&2; return 1; }
		case $stderr in
		*"is a bare repository: such a repository must be named"*"varve --git-dir="*) ;;
		*) show_run "$command" "not refused"; return 1 ;;
		esac
		nothing_ran
	done
	[ -z "$(git -C .. status --porcelain --untracked-files=no)" ]
}

@test "core.worktree and core.bare of a nested layout change nothing" {
	with_nested
	git --git-dir=. config core.bare false
	git --git-dir=. config core.worktree "$PWD/.."
	ends_with 2 varve fetch
	stderr_has "safe.bareRepository"
	mkdir deeper && cd deeper
	ends_with 2 varve fetch
	stderr_has "safe.bareRepository"
	cd ..
	nothing_ran
}

@test "a bare repository is used when it is named" {
	with_nested
	cd ../..
	rm -rf outer/nested
	succeeds varve -C nested.git branch
	succeeds varve --git-dir nested.git branch
	succeeds varve --git-dir=nested.git branch
	ends_with 2 varve --git-dir=nowhere branch
	stderr_has "no repository at 'nowhere'"
	ends_with 2 varve --git-dir
	stderr_has "--git-dir requires a value: DIR"
	cd nested.git
	succeeds env GIT_DIR=. varve branch
	ends_with 2 varve branch
	ends_with 2 varve -C refs branch
	git config --global safe.bareRepository all
	succeeds varve branch
	git config --global safe.bareRepository explicit
	ends_with 2 varve branch
}

@test "work trees, their folders and their .git are found as before" {
	new_repo a
	cd a
	rows 5 > prices.csv
	varve add -q prices.csv
	varve commit -qm one
	mkdir sub
	succeeds varve -C sub status
	(cd sub && succeeds varve status)
	(cd .git && succeeds varve log --oneline)
	(cd .git/refs && succeeds varve log --oneline)
	git worktree add -q ../linked
	(cd ../linked && succeeds varve log --oneline)
	(cd .git/worktrees/linked && succeeds varve log --oneline)
}
