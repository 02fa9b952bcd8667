load ../helper

# Rows of old versions go by a policy, and their commits stay.

# Six days of t.csv, a version a day, in one table.
six() {
	local day
	new_repo
	for day in 1 2 3 4 5 6; do
		rows 300 "$day" > t.csv
		varve add -q t.csv
		tick 86400
		varve commit -qm "day $day"
	done
}

@test "a plan shows what stays and why, and changes nothing before it is applied" {
	six
	before=$(ls -l .git/varve/packs)
	succeeds varve expire --keep last=2,daily=3 --plan plan.json
	output_has "t.csv: 6 versions: 3 stay (2 last, 1 daily), 3 expire"
	output_has "3 versions would expire, about "
	[ "$(ls -l .git/varve/packs)" = "$before" ]
	ends_with 1 git rev-parse -q --verify refs/varve/expired
	succeeds varve expire --apply plan.json
	output_has "3 versions expired, "
	ends_with 2 varve cat HEAD~3:t.csv
	stderr_has "its rows expired on 2023-11-20 by the policy of C O Mitter (last=2,daily=3)"
	rows 300 4 | cmp - <(varve cat HEAD~2:t.csv)
	succeeds varve log --stat
	succeeds varve fsck
	output_has "expired: 3 versions"
	succeeds varve expire --apply plan.json
	output_has "nothing expires"
	succeeds varve expire --keep last=3
	output_has "t.csv: 6 versions: 3 stay (3 last), 3 expired earlier"
}

@test "a plan that is outdated is refused, and so is a file that is not a plan" {
	six
	varve expire -q --keep last=2 --plan plan.json
	rows 300 7 > t.csv
	varve commit -qam "day 7"
	ends_with 2 varve expire --apply plan.json
	stderr_has "the plan is outdated: t.csv of 2023-11-19 would expire, too"
	git reset -q --hard HEAD~1
	git tag old HEAD~3
	ends_with 2 varve expire --apply plan.json
	stderr_has "the plan is outdated: 1 version of it would stay"
	git tag -d old > /dev/null
	echo '{}' > no.json
	ends_with 2 varve expire --apply no.json
	stderr_has 'no.json: not a plan: expected a member "keep"'
	succeeds varve fsck
	output_has "sound: 7 versions" # one in the reflog
	succeeds varve expire --apply plan.json
}

@test "the policy of varve.json applies, and its errors are named" {
	six
	ends_with 2 varve expire
	stderr_has 'varve.json of HEAD has no member "keep"'
	echo '{"version": 1, "keep": "last=4"}' > varve.json
	varve add -q varve.json
	varve commit -qm policy
	succeeds varve expire
	output_has "4 stay (4 last), 2 expire"
	ends_with 2 varve expire --keep hourly=3
	stderr_has "not a rule: 'hourly=3'"
	echo '{"version": 1, "keep": "last=0"}' > varve.json
	varve commit -qam policy
	ends_with 2 varve expire
	stderr_has "varve.json: \"keep\": 'last' requires a number of at least 1"
}

@test "versions that a stash, a work tree, a tag or the index names stay, and those of tables outside of the paths" {
	six
	git worktree add -q --detach ../other HEAD~5
	git tag old HEAD~4
	git checkout -q HEAD~3
	rows 300 9 > t.csv
	git stash -q
	git checkout -q main
	varve restore --source HEAD~2 --staged t.csv
	succeeds varve expire --keep last=1
	output_has "t.csv: 6 versions: 5 stay (1 last, 3 named, 1 in use), 1 expires"
	git stash drop -q
	git reset -q --hard
	git worktree remove --force ../other
	rm -f .git/ORIG_HEAD
	succeeds varve expire --keep last=1
	output_has "t.csv: 6 versions: 2 stay (1 last, 1 named), 4 expire"
	rows 300 1 > u.csv
	varve add -q u.csv
	varve commit -qm u
	git rm -q u.csv
	git commit -qm "without u"
	rm -f .git/ORIG_HEAD
	succeeds varve expire --keep last=1 t.csv
	output_has "t.csv: 6 versions: 3 stay (1 last, 1 named, 1 other), 3 expire"
	ends_with 2 varve expire --keep last=1 v.csv
}

@test "plain gc frees nothing only because a list names it" {
	six
	varve expire -q --keep last=1 --plan plan.json
	git clone -q --bare . ../list.git
	varve clone -q . ../copy
	varve expire -q --apply plan.json
	git -C ../copy fetch -q ../work refs/varve/expired:refs/varve/expired
	varve -C ../copy gc -q --prune=now
	rows 300 1 | cmp - <(varve -C ../copy cat HEAD~5:t.csv)
}

@test "during a merge, in shallow and in partial clones it is refused" {
	six
	git switch -q -c side HEAD~1
	rows 300 9 > t.csv
	varve commit -qam nine
	git switch -q main
	rows 301 8 | sed 's/^2,/2,other /' > t.csv
	varve commit -qam eight
	varve merge -q side || true
	ends_with 2 varve expire --keep last=1
	stderr_has "a merge is in progress"
	git merge --abort
	git clone -q --depth 1 "file://$PWD" ../shallow
	ends_with 2 varve -C ../shallow expire --keep last=1
	stderr_has "this clone is shallow"
	git config uploadpack.allowFilter true
	git clone -q --filter=blob:none "file://$PWD" ../partial
	ends_with 2 varve -C ../partial expire --keep last=1
	stderr_has "this clone is partial"
}

@test "two at once end, and each version is listed once" {
	six
	varve expire -q --keep last=2 --plan plan.json
	varve expire -q --keep last=2 --plan other.json
	varve expire -q --apply plan.json 2> one & one=$!
	varve expire -q --apply other.json 2> two & two=$!
	wait $one || grep -E "another|in use|locked" one
	wait $two || grep -E "another|in use|locked" two
	succeeds varve expire --apply plan.json
	output_has "nothing expires"
	[ "$(git ls-tree refs/varve/expired | wc -l)" = 1 ]
	succeeds varve fsck --data
	output_has "expired: 4 versions"
	rows 300 5 | cmp - <(varve cat HEAD~1:t.csv)
}

@test "what a state file names stays, wherever the repository is" {
	mkdir -p logs/data
	cd logs/data
	six
	git rev-parse HEAD~3 > .git/ORIG_HEAD
	succeeds varve expire --keep last=1
	output_has "t.csv: 6 versions: 2 stay (1 last, 1 named), 4 expire"
}

@test "the record of an aborted merge keeps no version" {
	six
	git checkout -q -b side HEAD~1
	sed -i '7s/,[^,]*$/,2020-01-01/' t.csv
	tick 86400
	varve commit -qam side
	git checkout -q main
	sed -i '7s/,[^,]*$/,2020-01-02/' t.csv
	varve commit -qam main
	run ! git merge side
	[ -n "$(ls .git/varve/conflicts)" ]
	ends_with 2 varve expire --keep last=1
	git merge --abort
	[ -n "$(ls .git/varve/conflicts)" ]
	git branch -q -D side
	succeeds varve expire --keep last=1 --plan plan.json
	output_has "t.csv: 7 versions: 1 stays (1 last), 6 expire"
	succeeds varve expire --apply plan.json
	succeeds varve fsck
}
