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

# Both sides replace the fifth row of ranges by others.
ranges() {
	rm -rf r
	new_repo r
	cd r
	seq 1 9 | sed 's/.*/&000-&999,north,o&/; 1i range,area,office' > v.csv
	"$@"
	git checkout -qb side
	sed -i '/^5000-/c\5000-5799,mid,x\n5800-5999,mid,y' v.csv
	varve commit -qam theirs
	git checkout -q main
	sed -i '/^5000-/c\5000-5499,south,p\n5500-5999,south,q' v.csv
	varve commit -qam ours
}

as_table() {
	varve add -q --no-key v.csv
	varve commit -qm base
}

as_text() {
	sed -i '$p' v.csv # no column distinguishes the rows
	echo '*.csv merge=varve diff=varve' > .gitattributes
	git add .
	git commit -qm base
}

replaced() {
	sed -n '/^4/,/^6/p' v.csv | tr '\n' ' '
}

@test "a row without a key that both sides replaced by different rows is a conflict, decided by a side or as both" {
	for how in as_table as_text; do
		ranges $how
		run varve merge side
		[ "$status" -eq 1 ]
		output_has "CONFLICT (content): v.csv: 1 row that both replaced by different rows"
		run varve conflicts
		output_has "row base:5, replaced on both sides by different rows"
		output_has "row theirs:6, in its place in side"
		output_has "varve resolve --both keeps the new rows of both sides"
		while read -r side wanted; do
			varve merge --abort
			varve merge -q side || :
			succeeds varve resolve "--$side"
			[ "$(replaced)" = "4000-4999,north,o4 $wanted 6000-6999,north,o6 " ]
		done <<-END
			ours 5000-5499,south,p 5500-5999,south,q
			theirs 5000-5799,mid,x 5800-5999,mid,y
			base 5000-5999,north,o5
			both 5000-5499,south,p 5500-5999,south,q 5000-5799,mid,x 5800-5999,mid,y
		END
		varve merge --abort
		varve merge -q side || :
		succeeds varve resolve --theirs --row theirs:6 --row 5
		[ "$(replaced)" = "4000-4999,north,o4 5500-5999,south,q 5800-5999,mid,y 6000-6999,north,o6 " ]
		succeeds varve resolve --theirs
		[ "$(replaced)" = "4000-4999,north,o4 5000-5799,mid,x 5800-5999,mid,y 6000-6999,north,o6 " ]
		succeeds varve merge --continue
		cd ..
	done
}

@test "a replaced row stays a conflict where the key was only found, and none where it is declared or a rule keeps all" {
	ranges eval 'varve add -q v.csv; varve commit -qm base'
	ends_with 1 varve merge side
	output_has "1 row that both replaced by different rows"
	succeeds varve resolve --theirs --row 5000-5799
	varve merge --abort
	cd ..
	ranges eval 'varve add -q --key range v.csv; varve commit -qm base'
	succeeds varve merge side
	cd ..
	ranges eval 'echo "{\"merge\": {\"*\": {\"rows\": \"both\"}}}" > varve.json; git add varve.json; varve add -q --no-key v.csv; varve commit -qm base'
	succeeds varve merge side
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

@test "most rows of a side among those of the other propose once, half of them both" {
	start
	log side ada '2026-01-03,X,100\n2026-01-03,Y,90\n2026-01-04,X,70\n2026-01-04,Y,60\n2026-01-05,X,50\n2026-01-06,X,1\n2026-01-06,Y,3\n'
	log main bob '2026-01-03,X,100\n2026-01-03,Y,90\n2026-01-04,X,70\n2026-01-04,Y,60\n2026-01-05,X,51\n'
	run varve merge side
	[ "$status" -eq 1 ]
	run varve conflicts v.csv
	output_has "varve resolve --once takes each of these rows once, --both twice"
	run varve conflicts --json
	output_has '"detail": "theirs added most rows that ours added"'
	varve merge --abort
	log main bob '2026-01-03,X,100\n2026-01-03,Y,90\n2026-01-05,X,52\n2026-01-05,X,51\n'
	run varve merge side
	[ "$status" -eq 1 ]
	run varve conflicts v.csv
	output_has "varve resolve --both takes each of these rows twice, --once once"
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

# A list of packages of a public repository: the new row shares 17 of 23 cells with the row that was below it, but is not that row.
@test "without a key, a changed row stays itself where a similar row was inserted beside it" {
	new_repo
	rest='NA,NA,client,true,,,,,,,,,,,Needs Review'
	head='package,group,version,name,service,repo,d1,d2,type,is,e1,e2,e3,e4,e5,e6,e7,e8,e9,e10,notes'
	printf '%s\n' "$head" "a,com.a,1.0,A,As,a,$rest" "spark,com.spark,4.49.1,unknown,unknown,cosmos,$rest" "z,com.a,1.0,Z,Zs,z,$rest" > p.csv
	varve add -q --no-key p.csv
	varve commit -qm base
	git checkout -qb side
	sed -i 's/^spark.*/planet,com.a,1.0.0,unknown,unknown,planet,'"$rest"'\n&/; s/4.49.1/4.49.2/' p.csv
	varve commit -qam "a new row above, another version"
	git checkout -q main
	sed -i 's/4.49.1,unknown,unknown/4.49.1,Spark,Cosmos DB/; /^spark/s/Needs Review//' p.csv
	varve commit -qam "its names"
	printf '%s\n' "$head" "a,com.a,1.0,A,As,a,$rest" "planet,com.a,1.0.0,unknown,unknown,planet,$rest" \
		"spark,com.spark,4.49.2,Spark,Cosmos DB,cosmos,${rest%Needs Review}" "z,com.a,1.0,Z,Zs,z,$rest" > ../wanted
	succeeds varve merge -q -m m side
	cmp ../wanted p.csv
	git checkout -q --detach side
	succeeds varve merge -q -m m main~1
	cmp ../wanted p.csv
}

@test "without a key, differences and merges come out the same in every process" {
	new_repo
	succeeds python3 "$BATS_TEST_DIRNAME/chance_law.py" "${VARVE_TEST_SEED:-$RANDOM}" "${VARVE_TEST_ALL:+300}"
}

@test "rows that both sides added without a key merge as the rules say, whatever the rows" {
	new_repo
	git config gc.auto 0
	succeeds python3 "$BATS_TEST_DIRNAME/keyless_law.py" "${VARVE_TEST_SAMPLE:-$RANDOM}" "$([ -n "${VARVE_TEST_ALL-}" ] && echo 1000 || echo 8)"
	output_has "as the rules say"
}

# numbered TEXT: two people took the next numbers; TEXT: the table stays text.
numbered() {
	new_repo "repo$1" > /dev/null
	cd "repo$1"
	[ -z "${1-}" ] || varve track --text '*.csv' > /dev/null
	(echo id,title,owner; for i in 97 98 99 100; do echo "$i,task$i,ann"; done) > t.csv
	varve add -q t.csv
	varve commit -qm base
	git checkout -qb side
	printf '101,paint,bob\n102,wash,bob\n' >> t.csv
	sed -i s/task98/T98/ t.csv
	varve commit -qam theirs
	git checkout -q main
	printf '101,drill,eve\n102,saw,eve\n' >> t.csv
	varve commit -qam ours
}

tasks() {
	tail -n +6 t.csv | tr '\n' ' '
}

@test "two rows with one new key are shown as two rows, and both stay with the next free key" {
	for text in "" text; do
		numbered $text
		run varve merge side
		[ "$status" -eq 1 ]
		output_has "CONFLICT (content): t.csv: 2 keys that both used for different rows"
		run varve conflicts
		output_has "row 101: two rows, one key"
		output_has 'side: {"id":"101","title":"paint","owner":"bob"}'
		output_has "varve resolve --both keeps both rows, theirs with the next free key"
		succeeds varve resolve --both
		stderr_has "t.csv: row 102 of side is now row 104"
		[ "$(tasks)" = "101,drill,eve 102,saw,eve 103,paint,bob 104,wash,bob " ]
		succeeds varve merge --continue
		[ "$(grep -c T98 t.csv)" -eq 1 ]
		git reset -q --hard HEAD~1
		run git merge -q side
		succeeds varve resolve --both --row 102
		succeeds varve resolve --theirs --row 101
		stderr_has 't.csv: row 101 of main is removed: {"id":"101","title":"drill","owner":"eve"}'
		[ "$(tasks)" = "101,paint,bob 102,saw,eve 103,wash,bob " ]
		cd ..
	done
}

@test "by rule, the row of theirs gets the next free key in each kind of merge, and later edits follow it" {
	for text in "" text; do
		new_repo "repo$text" > /dev/null
		cd "repo$text"
		[ -z "$text" ] || varve track --text '*.csv' > /dev/null
		echo '{"resources": [{"name": "t", "path": "t.csv", "schema": {"fields": [{"name": "id", "type": "integer"}, {"name": "title", "type": "string"}, {"name": "owner", "type": "string"}, {"name": "state", "type": "string"}], "primaryKey": "id"}}]}' > datapackage.json
		echo '{"merge": {"t.csv": {"*": "theirs", "new keys": "renumber"}}}' > varve.json
		(echo id,title,owner,state; for i in 98 99 100; do echo "$i,task$i,ann,open"; done) > t.csv
		varve add -q t.csv
		git add .
		varve commit -qm base
		git checkout -qb side
		printf '101,paint,bob,open\n102,wash,bob,open\n' >> t.csv
		varve commit -qam theirs
		sed -i s/paint,bob,open/paint,bob,done/ t.csv
		varve commit -qam 'paint is done'
		git checkout -q main
		printf '101,drill,eve,open\n102,saw,eve,open\n' >> t.csv
		varve commit -qam ours
		varve merge --dry-run main side > out 2>&1
		grep -q 't.csv: row 101 of side is now row 103' out
		grep -q '2 rows given the next free key by rule' out
		for how in "varve merge" "git merge -q" "varve merge -X renumber:new\ keys" "git rebase -q"; do
			if [ "$how" = "git rebase -q" ]; then
				git checkout -q side
				succeeds git rebase main
				stderr_has "row 102 of theirs is now row 104"
			else
				eval "succeeds $how side"
				stderr_has "t.csv: row 101 of side is now row 103"
			fi
			[ "$(tail -n +5 t.csv | tr '\n' ' ')" = "101,drill,eve,open 102,saw,eve,open 103,paint,bob,done 104,wash,bob,open " ]
			succeeds varve check t.csv
			[ "$how" = "git rebase -q" ] || git reset -q --hard HEAD~1
		done
		git checkout -q main
		git reset -q --hard 'HEAD@{1}'
		succeeds varve merge side
		cd ..
	done
}

@test "later changes of a row that a merge gave another key are merged into that row" {
	numbered
	printf '{"merge": {"t.csv": {"new keys": "renumber"}}}' > varve.json
	varve add -q --key id t.csv
	git add varve.json
	varve commit -qm rule
	succeeds varve merge side
	git checkout -q side
	sed -i s/101,paint,bob/101,paint,joe/ t.csv
	echo 103,glue,joe >> t.csv
	varve commit -qam later
	git checkout -q main
	succeeds varve merge side
	stderr_has "t.csv: row 103 of side is now row 105"
	[ "$(tail -n +6 t.csv | sort | tr '\n' ' ')" = "101,drill,eve 102,saw,eve 103,paint,joe 104,wash,bob 105,glue,joe " ]
}

@test "later changes of a row that resolve --both gave another key are merged into that row, not into ours of its old key" {
	new_repo
	(echo id,title,owner,state; for i in 98 99 100; do echo "$i,task$i,ann,open"; done) > t.csv
	varve add -q --key id t.csv
	varve commit -qm base
	git checkout -qb side
	echo 101,paint,bob,open >> t.csv
	varve commit -qam theirs
	git checkout -q main
	echo 101,drill,eve,open >> t.csv
	varve commit -qam ours
	git tag ours
	ends_with 1 varve merge side
	varve resolve -q --both
	varve merge --continue
	git checkout -q side
	sed -i s/paint,bob,open/paint,bob,done/ t.csv
	echo 102,glue,joe,open >> t.csv
	varve commit -qam 'paint is done, and the next number'
	git checkout -q main
	ends_with 1 varve merge side
	run varve conflicts
	output_has "row 102: two rows, one key"
	varve resolve -q --both
	varve merge --continue
	[ "$(tail -n +5 t.csv | tr '\n' ' ')" = "101,drill,eve,open 102,paint,bob,done 103,glue,joe,open " ]
	git checkout -q side
	sed -i 's/101,paint,bob,done/101,paint,bob,late/; s/glue,joe,open/glue,joe,done/' t.csv
	varve commit -qam 'both rows'
	git checkout -q main
	for merge in "varve merge" "git merge -q"; do
		succeeds $merge side
		[ "$(tail -n +5 t.csv | tr '\n' ' ')" = "101,drill,eve,open 102,paint,bob,late 103,glue,joe,done " ]
		git reset -q --hard HEAD~1
	done
	# a row that resolve --ours left out is not changed under the other's name; nor is one that a pick has not brought
	git reset -q --hard ours
	ends_with 1 varve merge side~2
	varve resolve -q --ours
	varve merge --continue
	ends_with 1 varve merge side~1
	run varve conflicts
	output_has "row 101: two rows, one key; an earlier merge gave one of them another key, or removed it"
	git merge --abort
	git reset -q --hard ours
	ends_with 1 git cherry-pick side
	run varve conflicts
	output_has "row 101: two rows, one key; an earlier merge"
}

@test "resolve --theirs of a whole table keeps rows in no conflict where two rows have one key" {
	succeeds python3 "$BATS_TEST_DIRNAME/numbers_law.py" 307 1 2
	rm -rf 2
	# an edit that makes one of two rows with a number look like the other
	succeeds python3 "$BATS_TEST_DIRNAME/numbers_law.py" 18956 1 0
}

@test "random histories: after two took the next number, each later change reaches its own row, or the merge stops" {
	succeeds python3 "$BATS_TEST_DIRNAME/numbers_law.py" "${VARVE_TEST_SEED:-${VARVE_TEST_SAMPLE:-$RANDOM}}" "$([ -n "${VARVE_TEST_ALL-}" ] && echo 200 || echo 3)"
}

@test "a key that was only found is no key to renumber by rule, and --both changes it only where it is an id" {
	numbered
	printf '{"merge": {"t.csv": {"new keys": "renumber"}}}' > varve.json
	varve add varve.json t.csv
	git add varve.json
	varve commit -qm rule
	run varve merge side
	[ "$status" -eq 1 ]
	run varve conflicts
	output_has "row 101: renumber: the key was only found, not declared"
	output_has "--both keeps both rows, theirs with the next free key"
	succeeds varve resolve --both
	[ "$(tasks)" = "101,drill,eve 102,saw,eve 103,paint,bob 104,wash,bob " ]
	cd ..
	new_repo found
	cd found
	(echo code,title,owner; for i in 1 2 3 4 5 6 7 8; do echo "K$i,task$i,ann$i"; done) > t.csv
	run varve add t.csv
	output_has "key code (found"
	varve commit -qm base
	git checkout -qb side
	echo K9,paint,bob >> t.csv
	varve commit -qam theirs
	git checkout -q main
	echo K9,drill,eve >> t.csv
	varve commit -qam ours
	ends_with 1 varve merge side
	run varve conflicts
	output_has "--both keeps both rows unchanged"
	succeeds varve resolve --both
	[ "$(tail -n 2 t.csv | sort | tr '\n' ' ')" = "K9,drill,eve K9,paint,bob " ]
	succeeds varve merge --continue
}

@test "a side's choice of two rows with one key names the removed row" {
	numbered
	git merge -q side || :
	succeeds varve resolve --theirs t.csv
	stderr_has 't.csv: row 101 of main is removed: {"id":"101","title":"drill","owner":"eve"}'
	[ "$(tasks)" = "101,paint,bob 102,wash,bob " ]
	git reset -q --hard
	git merge -q side || :
	succeeds varve resolve --ours
	stderr_has 't.csv: row 102 of side is removed: {"id":"102","title":"wash","owner":"bob"}'
	git reset -q --hard
	git merge -q side || :
	succeeds varve resolve --base
	stderr_has 't.csv: row 101 of main is removed: {"id":"101","title":"drill","owner":"eve"}'
	stderr_has 't.csv: row 101 of side is removed: {"id":"101","title":"paint","owner":"bob"}'
	[ "$(tasks)" = "" ]
	git reset -q --hard
	git merge -q side || :
	ends_with 2 varve resolve --once
	stderr_has "t.csv has no conflict of rows that both sides added"
}

@test "the JSON of resolve has the rows that a choice of two rows with one key removed or renumbered" {
	numbered
	git merge -q side || :
	succeeds varve resolve --json --theirs --row 101
	stderr_is ""
	[ "$(jq -c '.files[0] | [.resolved, .removedRows, .renumberedRows]' <<< "$output")" = \
		'[false,[{"keyText":"101","side":"ours","values":{"id":"101","title":"drill","owner":"eve"}}],null]' ]
	succeeds varve resolve --json --both
	[ "$(jq -c '.files[0] | [.resolved, .removedRows, .renumberedRows]' <<< "$output")" = \
		'[true,null,[{"keyText":"102","side":"theirs","newKeyText":"103"}]]' ]
	[ "$(tasks)" = "101,paint,bob 102,saw,eve 103,wash,bob " ]
	git reset -q --hard
	git merge -q side || :
	succeeds varve resolve --json --base
	[ "$(jq -c '[.files[0].removedRows[] | [.keyText, .side]]' <<< "$output")" = \
		'[["101","ours"],["101","theirs"],["102","ours"],["102","theirs"]]' ]
}

@test "keys of letters and a number, and of several columns, get the next free key of their kind" {
	new_repo
	printf 'shop,no,what\nA,EX-008,pen\nB,EX-020,ink\n' > t.csv
	varve add -q --key shop,no t.csv
	varve commit -qm base
	git checkout -qb side
	printf 'shop,no,what\nA,EX-008,pen\nA,EX-009,cup\nB,EX-020,ink\n' > t.csv
	varve commit -qam theirs
	git checkout -q main
	printf 'shop,no,what\nA,EX-008,pen\nA,EX-009,jar\nB,EX-020,ink\n' > t.csv
	varve commit -qam ours
	git merge -q side || :
	succeeds varve resolve --both
	[ "$(tail -n +3 t.csv | tr '\n' ' ')" = "A,EX-009,jar A,EX-010,cup B,EX-020,ink " ]
}

# begun BRANCH FROM TO [OPTION]: commits t.csv with these rows on the branch, without a common version; its key, $column, is
# found, not declared.
begun() {
	git checkout -q -B "$1" base
	{ echo "${column-name},height"; seq "$2" "$3" | sed 's/.*/p&,4&/'; } > t.csv
	varve add $4 t.csv 2>&1
	varve commit -qm "$1"
}

@test "without a common version a key that was only found joins no tables of which each has rows of its own" {
	new_repo
	echo a > a.txt
	git add a.txt
	git commit -qm base
	git tag base
	run begun side 1 30
	output_has "key name (found"
	begun main 21 50
	run varve merge side
	[ "$status" -eq 1 ]
	output_has "CONFLICT (content): t.csv: both added a table without a declared key, with different rows"
	[ "$(wc -l < t.csv)" -eq 31 ]
	git merge --abort
	git checkout -q side
	run git merge main
	[ "$status" -eq 1 ]
	git merge --abort
	begun main 11 20
	succeeds varve merge -qm all side
	[ "$(wc -l < t.csv)" -eq 31 ]
	column=id
	begun side 1 30
	begun main 11 40
	succeeds varve merge -qm all side
	[ "$(wc -l < t.csv)" -eq 41 ]
	begun main 21 50
	ends_with 1 varve merge side
	git merge --abort
	column=name
	for key in side main; do
		begun side 1 30 "$([ $key = main ] || echo --key=name)"
		begun main 21 50 "$([ $key = side ] || echo --key=name)"
		succeeds varve merge -qm all side
		[ "$(wc -l < t.csv)" -eq 51 ]
	done
}

# shop [MAIN]: orders and their items, by foreign key; side has the orders 101 and 102 with items, and so has main.
shop() {
	new_repo
	(echo id,title,owner; for i in 98 99 100; do echo "$i,order$i,ann"; done) > orders.csv
	(echo id,order,what; for i in 8 9 10; do echo "$i,100,what$i"; done) > items.csv
	cat > datapackage.json <<- 'EOF'
	{"resources": [{"name": "orders", "path": "orders.csv", "schema": {"fields": [{"name": "id", "type": "integer"}, {"name": "title", "type": "string"}, {"name": "owner", "type": "string"}], "primaryKey": "id"}},
	{"name": "items", "path": "items.csv", "schema": {"fields": [{"name": "id", "type": "integer"}, {"name": "order", "type": "integer"}, {"name": "what", "type": "string"}], "primaryKey": "id", "foreignKeys": [{"fields": "order", "reference": {"resource": "orders", "fields": "id"}}]}}]}
	EOF
	echo '{"merge": {"*.csv": {"new keys": "renumber"}}}' > varve.json
	varve add -q orders.csv items.csv
	git add .
	varve commit -qm base
	git checkout -qb side
	printf '101,paint,bob\n102,wash,bob\n' >> orders.csv
	printf '11,101,of paint\n12,102,of wash\n13,100,of 100\n' >> items.csv
	varve commit -qam theirs
	git checkout -q main
	printf '101,drill,eve\n102,saw,eve\n' >> orders.csv
	[ -z "${1-}" ] || printf '11,101,of drill\n12,102,of saw\n' >> items.csv
	varve commit -qam ours
}

@test "by rule, no row gets another key while rows of another table may refer to it" {
	shop
	for merge in "varve merge" "git merge -q"; do
		run $merge side
		[ "$status" -eq 1 ]
		run varve conflicts
		output_has "row 101: renumber: rows of items.csv may refer to the new key"
		git merge --abort
	done
	git checkout -q side
	run git rebase main
	[ "$status" -ne 0 ]
	run varve conflicts
	output_has "row 101: renumber: rows of items.csv may refer to the new key"
	git rebase --abort
	git checkout -q main
	git reset -q --hard HEAD~1
	printf '{"resources": []}' > datapackage.json
	echo '[items.csv]' > varve.checks
	echo 'order references orders(id)' >> varve.checks
	varve add -q --key id orders.csv
	git add .
	varve commit -qm 'references in varve.checks'
	printf '101,drill,eve\n102,saw,eve\n' >> orders.csv
	varve commit -qam ours
	run varve merge side
	run varve conflicts
	output_has "row 101: renumber: rows of items.csv may refer to the new key"
}

@test "a picked commit that brings a reference and the rows renumbers none of them" {
	new_repo
	(echo id,title,owner; echo 100,order100,ann) > orders.csv
	(echo id,order,what; echo 10,100,what10) > items.csv
	echo '{"merge": {"*.csv": {"new keys": "renumber"}}}' > varve.json
	varve add -q --key id orders.csv items.csv
	git add .
	varve commit -qm base
	git checkout -qb side
	echo 101,paint,bob >> orders.csv
	echo 11,101,of paint >> items.csv
	printf '[items.csv]\norder references orders(id)\n' > varve.checks
	git add varve.checks
	varve commit -qam 'order, item and reference'
	git checkout -q main
	echo 101,drill,eve >> orders.csv
	varve commit -qam ours
	ends_with 1 git cherry-pick side
	run varve conflicts
	output_has "row 101: renumber: rows of items.csv may refer to the new key"
}

@test "rows of other tables follow a row that gets the next free key, if theirs added or changed them" {
	for main in "" both; do
		shop $main
		ends_with 1 varve merge side
		succeeds varve resolve --both
		stderr_has "items.csv: 2 rows of side refer to new keys of orders.csv"
		[ "$(tail -n +5 orders.csv | tr '\n' ' ')" = "101,drill,eve 102,saw,eve 103,paint,bob 104,wash,bob " ]
		[ "$(grep -c '103,of paint\|104,of wash\|100,of 100' items.csv)" -eq 3 ]
		[ -z "$main" ] || [ "$(grep -c '101,of drill\|102,of saw' items.csv)" -eq 2 ]
		succeeds varve merge --continue
		succeeds varve check HEAD
		[ -z "$(git status --porcelain -uno)" ]
		cd ..
		rm -rf repo
	done
}

@test "rows are not renumbered if a table that refers to them has other edits" {
	shop
	ends_with 1 varve merge side
	sed -i 's/of 100/of one hundred/' items.csv
	ends_with 2 varve resolve --both
	stderr_has "orders.csv: rows of items.csv may refer to rows that get another key, and it was edited since the merge"
	run grep paint orders.csv
	[ "$status" -eq 1 ]
	[ "$(grep -c 'of one hundred' items.csv)" -eq 1 ]
	git checkout -q -- items.csv
	succeeds varve resolve --both --row 101
	stderr_has "items.csv: 1 row of side refers to new keys of orders.csv"
	[ "$(grep -c '103,of paint\|102,of wash' items.csv)" -eq 2 ]
}

@test "two things with one number in a table of few rows are both kept" {
	succeeds python3 "$BATS_TEST_DIRNAME/follow_law.py" 88411 3
}

@test "random tables: after a merge each row refers to the row to which its side let it refer" {
	succeeds python3 "$BATS_TEST_DIRNAME/follow_law.py" "${VARVE_TEST_SEED:-${VARVE_TEST_SAMPLE:-$RANDOM}}" "$(a_sixth 18)"
}

# translated FILE LANGUAGE FROM TO: rows of a translation, whose codes are a key once there are enough of them.
translated() {
	python3 - "$2" "$3" "$4" > "$1" <<-'END'
	import json, sys
	language, first, last = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
	print(json.dumps([{"code": f"{i:05}", "name": f"name {i}", "text": f"{language} text of {i}"} for i in range(first, last + 1)], indent=1))
	END
}

# A translation that begins with two rows: two people translate the rest, and a merge of rows without a key has each of them twice.
@test "rows with one key on both sides are one row in conflict, where base had too few rows for a key" {
	for text in "" text; do
		new_repo "few$text"
		cd "few$text"
		[ -z "$text" ] || varve track --text '*.json' > /dev/null
		translated t.json en 1 2
		varve add -q .
		varve commit -qm base
		git checkout -qb side
		translated t.json es 1 9
		varve commit -qam "all in Spanish"
		git checkout -qb more
		translated t.json es 1 12
		varve commit -qam "and more of them"
		git checkout -q main
		translated t.json en 1 10
		varve commit -qam "all in English"
		ends_with 1 varve merge side
		[ "$(grep -c code t.json)" -eq 10 ]
		succeeds varve resolve --theirs
		[ "$(grep -c 'es text' t.json)" -eq 9 ]
		[ "$(grep -o '"000[01][0-9]"' t.json | sort | uniq -d)" = "" ]
		git merge --abort
		git checkout -qb other more
		translated t.json es 1 10
		varve commit -qam "two fewer"
		git checkout -q more
		sed -i 's/es text of 1"/es text of one"/' t.json
		varve commit -qam "one is edited"
		succeeds varve merge -q other
		[ "$(grep -c code t.json)" -eq 10 ]
		cd ..
	done
}

# places FILE N: names with coordinates, one of them twice, so that no column is a key.
places() {
	seq "$1" | awk '{printf "division\tname %d\t%.4f\t%.4f\n", $1, 40 + $1 / 7, 5 + $1 / 11}'
	printf 'country\tname 1\t41.0000\t6.0000\ncountry\tname 1\t41.5000\t6.0000\n'
}

@test "rows without a key that differ only in numbers are one row in conflict, where the other values distinguish rows" {
	for text in "" text; do
		new_repo "places$text"
		cd "places$text"
		[ -z "$text" ] || varve track --text '*.tsv' > /dev/null
		(printf 'kind\tname\tlat\tlong\n'; places 120) > p.tsv
		varve add -q --no-key .
		varve commit -qm base
		git checkout -qb side
		printf 'division\tBasel-Land\t47.4418\t7.7644\ndivision\tZug\t47.1\t8.5\n' >> p.tsv
		varve commit -qam theirs
		git checkout -q main
		printf 'division\tBasel-Land\t47.4933\t7.7149\ndivision\tUri\t46.8\t8.6\n' >> p.tsv
		varve commit -qam ours
		ends_with 1 varve merge side
		[ "$(grep -c Basel-Land p.tsv)" -eq 1 ]
		[ "$(grep -c 'Zug\|Uri' p.tsv)" -eq 2 ]
		succeeds varve resolve --theirs
		grep -q 'Basel-Land.47.4418.7.7644' p.tsv
		succeeds varve merge --continue
		git reset -q --hard HEAD~1
		echo '{"merge": {"p.tsv": {"rows": "both"}}}' > varve.json
		git add varve.json
		git commit -qm "a log"
		succeeds varve merge -q side
		[ "$(grep -c Basel-Land p.tsv)" -eq 2 ]
		cd ..
	done
}

@test "rows that differ in numbers are two rows where the other values repeat, or where base has few rows" {
	new_repo
	(printf 'kind\tname\tlat\tlong\n'; places 20) > few.tsv
	(echo 'shop,item,sold'; seq 150 | awk '{print "shop " $1 % 5 ",pear," $1}') > sold.csv
	varve add -q --no-key .
	varve commit -qm base
	git checkout -qb side
	printf 'division\tBasel-Land\t47.4418\t7.7644\n' >> few.tsv
	echo 'shop 7,plum,3' >> sold.csv
	varve commit -qam theirs
	git checkout -q main
	printf 'division\tBasel-Land\t47.4933\t7.7149\n' >> few.tsv
	echo 'shop 7,plum,4' >> sold.csv
	varve commit -qam ours
	succeeds varve merge -q side
	[ "$(grep -c Basel-Land few.tsv)" -eq 2 ]
	[ "$(grep -c plum sold.csv)" -eq 2 ]
}

@test "without a common version a key that was found on one side alone joins no tables either" {
	new_repo
	git commit -q --allow-empty -m base
	git checkout -qb side
	seq 1 30 | sed 's/.*/n&,x&/; 1i name,v' > t.csv
	varve add -q --no-key t.csv
	varve commit -qm side
	git checkout -q main
	seq 21 50 | sed 's/.*/n&,x&/; 1i name,v' > t.csv
	varve add t.csv
	varve commit -qm main
	run varve merge side
	[ "$status" -eq 1 ]
	output_has "CONFLICT (content): t.csv: both added a table without a declared key, with different rows"
	[ "$(wc -l < t.csv)" -eq 31 ]
}

# Ours adds rows without an id, some of which theirs has with one; the labels are the same.
lost_key() {
	new_repo
	seq 1 20 | sed 's/.*/C:&,part & of a whole,organ,k&/; 1i id,label,kind,note' > t.csv
	varve add -q t.csv
	varve commit -qm base
	git checkout -qb side
	printf 'C:31,the left lobe,organ,p\nC:32,the right lobe,organ,q\n' >> t.csv
	varve commit -qam theirs
	git checkout -q main
	printf ',the left lobe,organ,\n,the upper lobe,organ,r\n' >> t.csv
	varve commit -qam ours
}

@test "rows that both added are one row in conflict if a side lost the key that was found, and another column names them" {
	lost_key
	run varve merge side
	[ "$status" -eq 1 ]
	output_has "CONFLICT (content): t.csv: 2 cells of 1 row"
	run varve conflicts
	output_has "row 21, added on both sides"
	output_lacks "two rows, one key"
	succeeds varve resolve --theirs --row 21
	succeeds varve merge --continue
	[ "$(tail -n +22 t.csv | sort | tr '\n' ' ')" = ",the upper lobe,organ,r C:31,the left lobe,organ,p C:32,the right lobe,organ,q " ]
}
