# Rows without a key that both sides added: the same rows, or twice as many? Only a proof or a rule decides.
load ../helper

LOG='day,shop,sold\n2026-01-01,X,5\n2026-01-01,Y,5\n2026-01-02,X,6\n2026-01-02,Y,5\n2026-01-01,X,5\n'

# log BRANCH AUTHOR ROWS: commits the rows of LOG and these on the branch, which is made from base.
log() {
	git checkout -q -B "$1" base
	printf "$LOG$3" > v.csv
	GIT_AUTHOR_NAME=$2 GIT_AUTHOR_EMAIL=$2@example.org varve commit -qam "by $2"
}

start() {
	new_repo
	printf "$LOG" > v.csv
	varve add -q --no-key v.csv
	varve commit -qm base
	git tag base
}

sold() {
	tail -n +7 v.csv | tr '\n' ' '
}

@test "rows without a key that both sides added are a conflict that counts them, decided as once or both" {
	start
	log side ada '2026-01-03,X,100\n2026-01-03,Y,90\n2026-01-04,X,70\n'
	log main bob '2026-01-03,X,100\n2026-01-03,Y,90\n'
	git checkout -q main
	run varve merge side
	[ "$status" -eq 1 ]
	output_has "CONFLICT (content): v.csv: 2 rows that both added"
	run varve conflicts
	output_has "row 7, added on both sides"
	output_has "varve resolve --once takes each of these rows once, --both twice"
	run varve conflicts --json
	output_has '"kind": "row-twice"'
	output_has '"detail": "theirs added all rows that ours added"'
	cp v.csv stopped.csv
	succeeds varve resolve --both --row 7
	stderr_has "still in conflict: 1 row that both added"
	[ "$(sold)" = "2026-01-03,X,100 2026-01-03,Y,90 2026-01-03,Y,90 2026-01-04,X,70 " ]
	succeeds varve resolve --once
	succeeds varve merge --continue
	[ "$(sold)" = "2026-01-03,X,100 2026-01-03,Y,90 2026-01-03,Y,90 2026-01-04,X,70 " ]
	for side in --ours --theirs --once; do
		git reset -q --hard HEAD~1
		git merge -q side || :
		cmp stopped.csv v.csv
		succeeds varve resolve $side v.csv
		git commit -qm merged
		[ "$(sold)" = "2026-01-03,X,100 2026-01-03,Y,90 2026-01-04,X,70 " ]
	done
	git reset -q --hard HEAD~1
	git merge -q side || :
	succeeds varve resolve --base v.csv
	[ "$(sold)" = "2026-01-04,X,70 " ]
}

@test "one row in common among others is a conflict that proposes both, and resolve takes no other table" {
	start
	printf 'id,n\n1,a\n' > k.csv
	varve add -q --key id k.csv
	varve commit -qm key
	git tag -f base > /dev/null
	log side ada '2026-01-03,X,100\n2026-01-04,X,70\n'
	sed -i s/a/b/ k.csv
	varve commit -qam k
	log main bob '2026-01-03,X,100\n2026-01-05,X,1\n'
	sed -i s/a/c/ k.csv
	varve commit -qam k
	run varve merge side
	[ "$status" -eq 1 ]
	run varve conflicts v.csv
	output_has "varve resolve --both takes each of these rows twice, --once once"
	ends_with 2 varve resolve --once k.csv
	stderr_has "k.csv has no conflict of rows that both sides added"
	succeeds varve resolve --both
	run varve conflicts
	output_has "k.csv: 1 cell of 1 row"
	output_lacks v.csv
	[ "$(grep -c 2026-01-03 v.csv)" -eq 2 ]
}

@test "rows of a commit that was copied are there once, whatever copied it and whatever merges" {
	start
	log side ada '2026-01-04,X,70\n'
	git tag side-only
	log main bob '2026-01-03,X,100\n'
	git tag main-only
	for copy in "varve cherry-pick -q side-only" "git cherry-pick side-only" "git merge --squash side-only"; do
		git reset -q --hard main-only
		$copy > log.txt 2>&1
		GIT_AUTHOR_NAME=ada GIT_AUTHOR_EMAIL=ada@example.org git diff --cached --quiet ||
			GIT_AUTHOR_NAME=ada GIT_AUTHOR_EMAIL=ada@example.org git commit -qm squashed
		git tag -f copied > log.txt
		for merge in "varve merge -q -m m side-only" "git merge -q -m m side-only"; do
			git reset -q --hard copied
			succeeds $merge
			[ "$(sold)" = "2026-01-03,X,100 2026-01-04,X,70 " ]
		done
		git checkout -q -B side side-only
		git rebase -q copied > log.txt 2>&1
		[ "$(sold)" = "2026-01-03,X,100 2026-01-04,X,70 " ]
		git checkout -q main
	done
}

@test "several commits that were squashed into one are known again, another's equal commit is not" {
	start
	log side ada '2026-01-04,X,70\n'
	printf '2026-01-04,X,70\n' >> v.csv
	printf '2026-01-05,X,1\n' >> v.csv
	GIT_AUTHOR_NAME=ada GIT_AUTHOR_EMAIL=ada@example.org varve commit -qam more
	log main bob '2026-01-03,X,100\n'
	git merge -q --squash side
	GIT_AUTHOR_NAME=ada GIT_AUTHOR_EMAIL=ada@example.org git commit -qm squashed
	succeeds varve merge -m m side
	[ "$(sold)" = "2026-01-03,X,100 2026-01-04,X,70 2026-01-04,X,70 2026-01-05,X,1 " ]

	log side ada '2026-01-06,X,2\n'
	log main bob '2026-01-03,X,100\n'
	printf '2026-01-06,X,2\n' >> v.csv
	GIT_AUTHOR_NAME=bob GIT_AUTHOR_EMAIL=bob@example.org varve commit -qam 'another sale of 2'
	run varve merge -m m side
	[ "$status" -eq 1 ]
	output_has "v.csv: 1 row that both added"
}

@test "a rule takes rows that both sides added once, or twice but for copied commits" {
	start
	echo '{"merge": {"*.csv": {"rows": "both"}}}' > varve.json
	varve add -q varve.json
	varve commit -qm rule
	git tag -f base > /dev/null
	log side ada '2026-01-03,X,100\n2026-01-04,X,70\n'
	log main bob '2026-01-03,X,100\n'
	succeeds varve merge -m m side
	output_has "1 row taken twice by rule"
	[ "$(sold)" = "2026-01-03,X,100 2026-01-03,X,100 2026-01-04,X,70 " ]
	git reset -q --hard HEAD~1
	succeeds varve merge -m m -X once:rows side
	output_has "1 row taken once by rule"
	[ "$(sold)" = "2026-01-03,X,100 2026-01-04,X,70 " ]
	git reset -q --hard HEAD~1
	log side ada '2026-01-04,X,70\n'
	git checkout -q main
	varve cherry-pick -q side
	succeeds varve merge -m m side
	[ "$(sold)" = "2026-01-03,X,100 2026-01-04,X,70 " ]
	ends_with 2 varve merge --dry-run -X twice:rows side
	stderr_has "-X twice:rows: expected"
}

@test "sides with the same rows in another order merge to these rows, in the order of the side that moved some" {
	start
	log side ada '2026-01-03,X,1\n2026-01-04,X,2\n2026-01-05,X,3\n'
	log main bob '2026-01-05,X,3\n2026-01-03,X,1\n2026-01-04,X,2\n'
	(head -1 v.csv && tail -n +2 v.csv | sort) > sorted.csv
	cp sorted.csv v.csv
	varve commit -qam sorted
	git tag ours
	for merge in "varve merge -m m side" "git merge -q -m m side"; do
		git reset -q --hard ours
		succeeds $merge
		cmp sorted.csv v.csv
	done
	git checkout -q side
	succeeds varve merge -m m ours
	cmp sorted.csv v.csv
}

@test "without a key, differences and merges come out the same in every process" {
	new_repo
	succeeds python3 "$BATS_TEST_DIRNAME/chance_law.py" "${VARVE_TEST_SEED:-$RANDOM}" "${VARVE_TEST_ALL:+40}"
}
