load ../helper

one_commit() {
	new_repo
	rows 5 > a.csv
	varve add a.csv > /dev/null
	varve commit -qm one
}

@test "branches are made and listed" {
	one_commit
	succeeds varve branch spring
	succeeds varve branch
	output_is $'* main\n  spring'
	succeeds varve branch --show-current
	output_is main
	succeeds varve branch -v
	output_is "$(git branch -v)"
	git switch -q --detach
	succeeds varve branch
	output_is "$(git branch)"
}

@test "JSON lists them for scripts" {
	one_commit
	varve branch spring
	succeeds varve branch --json
	echo "$output" | python3 -c '
import json, sys
b = json.load(sys.stdin)
assert [x["name"] for x in b] == ["main", "spring"]
assert b[0]["current"] and not b[1]["current"]
'
}

@test "a merged branch is deleted and another one only with -D" {
	one_commit
	varve branch merged
	succeeds varve branch -d merged
	output_has "deleted branch merged (was "
	varve switch -q -c other
	echo x > x
	varve add x > /dev/null
	varve commit -qm two
	varve switch -q main
	ends_with 2 varve branch -d other
	stderr_has "'other' is not merged into the current branch"
	stderr_has "varve branch -D other"
	succeeds varve branch -D other
	succeeds varve branch
	output_is "* main"
	ends_with 2 varve branch -d main
	stderr_has "is checked out"
	ends_with 2 varve branch -d nothing
	stderr_is "varve: there is no branch 'nothing'"
}

@test "a branch is renamed with its reflog and settings" {
	one_commit
	git config branch.main.description words
	succeeds varve branch -m trunk
	succeeds varve branch --show-current
	output_is trunk
	[ "$(git config branch.trunk.description)" = words ]
	[ -z "$(git config branch.main.description)" ]
	git reflog trunk | grep -q one
	varve branch other
	succeeds varve branch -m other third
	ends_with 2 varve branch -m third trunk
	stderr_has "trunk"
	ends_with 2 varve branch -m nothing x
	stderr_is "varve: there is no branch 'nothing'"
	git fsck --strict
}

@test "a branch follows another" {
	one_commit
	varve branch spring
	succeeds varve branch -u main spring
	stderr_is "branch 'spring' now follows 'main'"
	succeeds varve branch -vv
	output_is "$(git branch -vv)"
	succeeds varve branch --unset-upstream spring
	[ -z "$(git config branch.spring.merge)" ]
	ends_with 2 varve branch -u nothing spring
	stderr_has "no branch 'nothing' to follow"
}

@test "a deleted branch leaves no settings" {
	one_commit
	varve branch spring
	varve branch -u main spring
	varve branch -d spring
	[ -z "$(git config --get-regexp 'branch\.spring')" ]
}

@test "names that are taken or unfit" {
	one_commit
	varve branch spring
	ends_with 2 varve branch spring
	stderr_has "there is a branch 'spring' already"
	succeeds varve branch -f spring HEAD
	for name in 'a..b' '-x' 'a b' 'x.lock' 'HEAD'; do
		ends_with 2 varve branch -- "$name"
	done
	ends_with 2 varve branch x nothing
	stderr_has "no version named 'nothing'"
}

@test "a branch is renamed into a folder of its own name, and out of it" {
	one_commit
	git branch keep
	git branch keep/x 2> /dev/null && false
	tip=$(git rev-parse main)
	succeeds varve branch -m main/a
	[ "$(git symbolic-ref HEAD)" = refs/heads/main/a ]
	[ "$(git rev-parse main/a)" = "$tip" ]
	ends_with 1 git rev-parse -q --verify refs/heads/main
	git reflog main/a | grep -q one
	succeeds varve branch -m main
	[ "$(git symbolic-ref HEAD)" = refs/heads/main ]
	[ "$(git rev-parse main)" = "$tip" ]
	ends_with 1 git rev-parse -q --verify refs/heads/main/a
	git reflog main | grep -q one
	git fsck --strict
	succeeds git branch other
	# another name in the way
	ends_with 2 varve branch -m other keep/other
	stderr_has "'refs/heads/keep/other' cannot be made: there is 'refs/heads/keep'"
	ends_with 1 git rev-parse -q --verify refs/heads/keep/other
}

@test "renaming takes the HEADs of all worktrees along, and a packed branch" {
	one_commit
	git worktree add -q ../second -b side
	git pack-refs --all
	succeeds varve branch -m side far
	[ "$(git -C ../second symbolic-ref HEAD)" = refs/heads/far ]
	[ "$(git symbolic-ref HEAD)" = refs/heads/main ]
	! grep -q refs/heads/side .git/packed-refs
	succeeds varve -C ../second branch -m main trunk
	[ "$(git symbolic-ref HEAD)" = refs/heads/trunk ]
	ends_with 2 varve branch -M far trunk
	stderr_has "is checked out"
	git branch third HEAD
	succeeds varve branch -M third fourth
	git branch fifth HEAD
	ends_with 2 varve branch -m fifth fourth
	stderr_has "there is a branch 'fourth' already"
	succeeds varve branch -M fifth fourth
	git fsck --strict
}

@test "a branch is listed also while a varve holds the lock of another" {
	new_repo
	git commit -q --allow-empty -m one
	for name in aaa mmm zzz side/one; do git branch $name; done
	git update-ref refs/remotes/origin/main HEAD
	# As varve makes its locks: a symbolic link that names its process.
	for lock in .git/refs/heads/mmm.lock .git/refs/heads/aaaa.lock .git/refs/heads/side/a.lock .git/refs/remotes/origin/a.lock; do
		ln -s 'varve-lock 1 pid=1' $lock
	done
	succeeds varve branch -a
	output_is "$(printf '  aaa\n* main\n  mmm\n  side/one\n  zzz\n  remotes/origin/main')"
}
