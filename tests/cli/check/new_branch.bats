# CI services name 000...0 as the commit before when a branch is new.
load ../helper

zero=0000000000000000000000000000000000000000

price() {
	printf 'id,price\n1,5\n2,%s\n' "$1" > t.csv
	varve add t.csv > /dev/null 2>&1
	varve commit -qm "price $1"
	tick
}

# main with two versions; `new` leaves it at the first and has two of its own, of which the first is
# wrong: price was a number.
branches() {
	varve init -q -b main team > /dev/null
	cd team
	echo '{"rules": {"type-contradiction": "error"}}' > varve.json
	git add varve.json
	price 6
	price 7
	git switch -qc new HEAD~1 2> /dev/null
	price none
	price 8
}

@test "a range from no commit begins where the branch left the default one" {
	branches
	ends_with 1 varve check "main..new"
	expected=$output
	output_has "type-contradiction"
	for range in "$zero..new" "$zero.." "$zero...new" "$zero$(printf '%024d' 0)..new"; do
		ends_with 1 varve check "$range"
		[ "$output" = "$expected" ]
	done
	ends_with 1 varve check --json "$zero..new"
	[ "$(printf '%s\n' "$output" | grep -c '"commit"')" -eq 2 ]
}

@test "the default branch is the one that the remote's HEAD names, whatever it is called" {
	branches
	git branch -qm main trunk
	ends_with 2 varve check "$zero..new"
	stderr_has "the remote's default branch is unknown here"
	stderr_has "git remote set-head origin --auto"
	git switch -q trunk 2> /dev/null
	cd ..
	varve clone -q team job > /dev/null
	cd job
	git remote set-head origin trunk
	ends_with 1 varve check --json "$zero..origin/new"
	[ "$(printf '%s\n' "$output" | grep -c '"commit"')" -eq 2 ]
	cd ..
	varve clone -q --bare team bare.git > /dev/null
	ends_with 1 varve -C bare.git check --json "$zero..new"
	[ "$(printf '%s\n' "$output" | grep -c '"commit"')" -eq 2 ]
	git -C team symbolic-ref HEAD refs/heads/new
	git -C team config init.defaultBranch trunk
	ends_with 1 varve -C team check --json "$zero..new"
	[ "$(printf '%s\n' "$output" | grep -c '"commit"')" -eq 2 ]
}

@test "a branch with nothing of its own is checked as it stands, never called valid unseen" {
	varve init -q -b main . > /dev/null
	price none
	echo '{"rules": {"row-count": {"min": 3}}}' > varve.json
	varve add varve.json > /dev/null
	varve commit -qm rules
	ends_with 1 varve check "$zero..HEAD"
	output_has "row-count"
	git branch other
	ends_with 1 varve check "$zero..other"
	output_has "row-count"
}

@test "a branch with a history of its own is checked from its beginning" {
	branches
	git switch -q --orphan apart
	echo '{"rules": {"type-contradiction": "error"}}' > varve.json
	git add varve.json
	price 5
	price none
	ends_with 1 varve check --json "$zero..apart"
	[ "$(printf '%s\n' "$output" | grep -c '"commit"')" -eq 2 ]
	succeeds varve diff --stat "$zero..apart"
	output_has "t.csv"
}

@test "--base takes it in the same way" {
	branches
	price none
	ends_with 1 varve check --base "$zero" new
	output_has "where it left the default branch"
	output_has "type-contradiction"
	succeeds varve check --base "$zero" main
	git switch -q main 2> /dev/null
	succeeds varve check --base "$zero"
}

@test "log and diff know such a range, and a commit it never is" {
	branches
	succeeds varve log --oneline "$zero..new"
	[ "$output" = "$(varve log --oneline main..new)" ]
	succeeds varve diff "$zero..new"
	[ "$output" = "$(varve diff main...new)" ]
	[ -n "$output" ]
	for command in "check new..$zero" "check $zero" "diff $zero" "log $zero"; do
		ends_with 2 varve $command
		stderr_has "is not the id of a commit"
	done
}

@test "a shallow clone that does not reach the default branch says how to deepen" {
	branches
	git symbolic-ref HEAD refs/heads/main
	cd ..
	git clone -q --depth 1 --no-single-branch "file://$PWD/team" job 2> /dev/null
	cd job
	ends_with 2 varve check "$zero..origin/new"
	stderr_has "this shallow clone does not have"
	stderr_has "fetch-depth: 0"
}
