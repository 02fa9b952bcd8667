# Merge rules: varve.json's "merge" and `merge -X`: cells that both sides changed are decided, said, and the rest is a conflict.
load ../helper

ISSUES='{"id":1,"title":"a","tags":["x"],"count":5,"status":"open","notes":"one\\ntwo\\nthree","updated_at":"2026-01-01T00:00:00Z"}\n{"id":2,"title":"b","tags":[],"count":1,"status":"open","notes":"","updated_at":"2026-01-01T00:00:00Z"}\n{"id":3,"title":"c","tags":["y"],"count":1,"status":"open","notes":"","updated_at":"2026-01-01T00:00:00Z"}\n'
RULES='{"merge": {"issues.jsonl": {"tags": "union", "count": "sum", "notes": "lines", "status": ["open", "doing", "done"], "*": "latest by updated_at", "deleted-vs-edited": "keep"}}}'

# agents [TEXT]: issues.jsonl on main and side, both edited; with rules (or plain, as Git keeps it).
agents() {
	printf "$ISSUES" > issues.jsonl
	echo "$RULES" > varve.json
	[ "$1" != plain ] || varve track --text '*.jsonl' > /dev/null
	varve add -q .
	varve commit -qm base
	git checkout -q -b side
	sed -i '1s/"title":"a"/"title":"a2"/;1s/\["x"\]/["x","q"]/;1s/"count":5/"count":4/;1s/"open"/"done"/;1s/three/THREE/;1s/2026-01-01/2026-03-01/;3s/"c"/"C"/' issues.jsonl
	varve commit -qam theirs
	git checkout -q main
	sed -i '1s/"title":"a"/"title":"a1"/;1s/\["x"\]/["x","p"]/;1s/"count":5/"count":7/;1s/"open"/"doing"/;1s/one/ONE/;1s/2026-01-01/2026-02-01/;3d' issues.jsonl
	varve commit -qam ours
	cat > want <<-'EOF'
	{"id":1,"title":"a2","tags":["x","p","q"],"count":6,"status":"done","notes":"ONE\ntwo\nTHREE","updated_at":"2026-03-01T00:00:00Z"}
	{"id":2,"title":"b","tags":[],"count":1,"status":"open","notes":"","updated_at":"2026-01-01T00:00:00Z"}
	{"id":3,"title":"C","tags":["y"],"count":1,"status":"open","notes":"","updated_at":"2026-01-01T00:00:00Z"}
	EOF
}

@test "rules decide what both sides changed, and the merge says how many cells" {
	new_repo
	agents
	succeeds varve merge side
	output_has "merged issues.jsonl: 6 cells by rule (union 1, sum 1, lines 1, order 1, latest 2), 1 row kept by rule, no conflict"
	cmp want issues.jsonl
	[ "$(git log -1 --format=%b)" = "Merge-rules: issues.jsonl: 6 cells by rule (union 1, sum 1, lines 1, order 1, latest 2), 1 row kept by rule" ]
	succeeds varve show
	output_has "Merge-rules: issues.jsonl: 6 cells"
	succeeds varve fsck --data
}

@test "git merge, cherry-pick, rebase and pull --rebase decide by the same rules" {
	new_repo
	agents
	git tag ours
	git merge -q side
	cmp want issues.jsonl
	git reset -q --hard ours
	succeeds varve cherry-pick side
	cmp want issues.jsonl
	git reset -q --hard ours
	git rebase -q side
	cmp want issues.jsonl
}

@test "plain text that Git keeps is merged by rules, too" {
	new_repo
	agents plain
	git merge -q side
	cmp want issues.jsonl
}

@test "the rules of the commit that is merged into hold, and another's are named" {
	new_repo
	agents
	git checkout -q side
	echo '{"merge": {"*": {"*": "ours"}}}' > varve.json
	git commit -qam "other rules"
	git checkout -q main
	succeeds varve merge side
	stderr_has "side has different merge rules for issues.jsonl in varve.json; using those of main"
	cmp want issues.jsonl
}

@test "merge rules of the other side that cannot be read are named" {
	new_repo
	agents
	git checkout -q side
	echo '{"merge": 5' > varve.json
	git commit -qam "no JSON"
	git checkout -q main
	succeeds varve merge side
	stderr_has "side has merge rules for issues.jsonl in varve.json that cannot be read; using those of main"
	cmp want issues.jsonl
}

@test "a rule that cannot decide is a conflict that says why" {
	new_repo
	agents
	ends_with 1 varve merge -X 'sum:title' -X 'latest by nothing:status' side
	output_has "2 cells of 1 row; 4 cells by rule"
	ends_with 1 varve conflicts
	output_has "sum: 'a1' is not a number"
	output_has "latest: the table has no such column"
	ends_with 1 varve conflicts --json
	output_has "is not a number"
	succeeds varve resolve --theirs issues.jsonl
	succeeds varve merge --continue
	cmp want issues.jsonl
}

@test "latest by a column that is text is warned of and a conflict, until its format is declared" {
	new_repo
	printf 'id,a,u\n1,x,05.01.2024\n2,y,28.01.2024\n' > t.csv
	echo '{"merge": {"t.csv": {"*": "latest by u"}}}' > varve.json
	varve add -q --key id .
	succeeds varve commit -qm base
	stderr_has "t.csv: the rule \"latest\" requires an order, and the column 'u' is text: declare its type or format to avoid conflicts"
	git checkout -q -b side
	varve set -q t.csv 1 a=LATER u=01.02.2024
	varve commit -qam theirs
	git checkout -q main
	varve set -q t.csv 1 a=EARLIER u=31.01.2024
	varve commit -qam ours
	ends_with 1 varve merge side
	ends_with 1 varve conflicts
	output_has "latest: the column is text: declare its type or format"
	varve merge --abort
	for b in side main; do
		git checkout -q $b
		echo '{"resources": [{"path": "t.csv", "schema": {"fields": [{"name": "u", "type": "date", "format": "%d.%m.%Y"}]}}]}' > datapackage.json
		varve add -q datapackage.json
		varve commit -qm "a format"
	done
	succeeds varve merge side
	grep -qx 1,LATER,01.02.2024 t.csv
}

@test "a commit picked over is not summed twice, nor is one after merges both ways" {
	new_repo
	printf 'id,n\n1,5\n2,5\n' > t.csv
	echo '{"merge": {"t.csv": {"n": "sum"}}}' > varve.json
	varve add -q --key id t.csv
	git add varve.json
	varve commit -qm base
	git checkout -q -b side
	sed -i 's/1,5/1,7/' t.csv
	varve commit -qam "two more"
	sed -i 's/2,5/2,6/' t.csv
	varve commit -qam "another"
	git checkout -q main
	git commit -q --allow-empty -m "of main alone"
	succeeds varve cherry-pick side~1
	sed -i 's/1,7/1,8/' t.csv
	varve commit -qam "one more"
	ends_with 1 varve merge side
	ends_with 1 varve conflicts
	output_has "sum: both sides may have made the same change, or copied it"
	varve merge --abort
	git reset -q --hard HEAD~3
	sed -i 's/1,5/1,8/' t.csv
	varve commit -qam "three more"
	succeeds varve merge side
	grep -qx 1,10 t.csv
	git checkout -q side
	git merge -q main~1
	grep -qx 1,10 t.csv
	sed -i 's/1,10/1,11/' t.csv
	varve commit -qam "side goes on"
	git checkout -q main
	sed -i 's/1,10/1,12/' t.csv
	varve commit -qam "main goes on"
	ends_with 1 varve merge side
	ends_with 1 varve conflicts
	output_has "sum: the branches have several common ancestors"
	varve merge --abort
	git checkout -q -b bots
	for n in 14 15 16; do # each is 1 more, and no copy of what was rebased before it
		sed -i "s/^1,.*/1,$n/" t.csv
		git commit -qam tick
	done
	git checkout -q -b host bots~3
	sed -i 's/^1,.*/1,20/;s/2,6/2,7/' t.csv
	git commit -qam "eight more"
	git rebase -q host bots
	grep -qx 1,24 t.csv
}

@test "no increment is counted twice, however it was copied, and clones that count are never in conflict" {
	new_repo
	local count=1
	[ -z "${VARVE_TEST_ALL:-}" ] || count=60
	succeeds python3 "$BATS_TEST_DIRNAME/sum_law.py" "${VARVE_TEST_SEED:-${VARVE_TEST_SAMPLE:-$RANDOM}}" "$count"
}

@test "-X ours and -X theirs decide everything, also in pull, and resolve remembers -X" {
	new_repo
	agents
	git tag ours
	succeeds varve merge -X theirs side
	output_has "6 cells by rule (theirs 6), 1 row kept by rule, no conflict"
	[ "$(varve cat HEAD:issues.jsonl)" = "$(varve cat side:issues.jsonl)" ]
	git reset -q --hard ours
	succeeds varve merge -X ours side
	[ "$(varve cat HEAD:issues.jsonl)" = "$(varve cat ours:issues.jsonl)" ]
	git reset -q --hard ours
	ends_with 1 varve merge -X conflict:title -X max:count side
	succeeds varve resolve --theirs issues.jsonl
	[ "$(varve cat issues.jsonl --columns title,count --format csv)" = "$(printf 'title,count\na2,7\nb,1\nC,1')" ]
	varve merge --abort
	git clone -q . ../other
	cd ../other
	git reset -q --hard origin/side
	git branch -q -u origin/main
	varve init -q
	succeeds varve pull -X theirs
	[ "$(varve cat HEAD:issues.jsonl)" = "$(varve cat origin/main:issues.jsonl)" ]
}

@test "pull --rebase takes -X for the tables that git's rebase merges" {
	new_repo
	agents
	git clone -q . ../other
	cd ../other
	git branch -q -u origin/side
	git tag mine
	varve init -q
	# Git calls what the commits are put on ours.
	succeeds varve pull --rebase -X ours
	[ "$(git rev-parse HEAD~)" = "$(git rev-parse origin/side)" ] || [ "$(git rev-parse HEAD)" = "$(git rev-parse origin/side)" ]
	[ "$(varve cat HEAD:issues.jsonl)" = "$(varve cat origin/side:issues.jsonl)" ]
	git reset -q --hard mine
	succeeds varve pull --rebase -X theirs
	[ "$(varve cat HEAD:issues.jsonl)" = "$(varve cat mine:issues.jsonl)" ]
	git reset -q --hard mine
	succeeds varve pull --rebase -X max:count -X min:updated_at
	[ "$(varve cat HEAD:issues.jsonl --columns count,updated_at --format csv)" = "$(printf 'count,updated_at\n7,2026-02-01T00:00:00Z\n1,2026-01-01T00:00:00Z\n1,2026-01-01T00:00:00Z')" ]
	git reset -q --hard mine
	ends_with 2 varve pull --rebase -X mx:a
	stderr_has "expected ours, theirs or RULE:COLUMN"
	[ "$(git rev-parse HEAD)" = "$(git rev-parse mine)" ]
}

@test "words that are no rules are refused before anything is done" {
	new_repo
	agents
	for word in most max mx:a 'latest by:a' max: max:; do
		ends_with 2 varve merge -X "$word" side
		stderr_has "expected ours, theirs or RULE:COLUMN"
	done
	echo '{"merge": {"issues.jsonl": {"count": "add"}}}' > varve.json
	git commit -qam "bad rules"
	ends_with 2 varve merge side
	stderr_has "varve.json: /merge/issues.jsonl/count: expected \"max\""
	ends_with 2 varve check
	stderr_has "varve.json: /merge/issues.jsonl/count"
	[ -z "$(git status --porcelain -uno)" ]
}

@test "merge --dry-run says what would conflict, changes nothing, and needs no work tree" {
	new_repo
	agents
	before=$(git rev-parse HEAD)$(cat issues.jsonl)
	succeeds varve merge --dry-run side
	output_has "6 cells by rule"
	output_has "it would be a merge without conflicts"
	ends_with 1 varve merge --dry-run -X conflict:title main side
	output_has "a1"
	output_has "it would be a merge with conflicts"
	ends_with 1 varve merge --dry-run -X conflict:title --json main side
	python3 -c '
import json, sys
d = json.load(sys.stdin)
t = d["tables"][0]
assert d["outcome"] == "conflicts" and d["conflictPaths"] == ["issues.jsonl"], d
assert t["byRule"] == {"union": 1, "sum": 1, "lines": 1, "order": 1, "latest": 1} and t["rowsKept"] == 1, t
assert t["conflictCount"] == 1 and t["items"][0]["column"] == "title", t' <<< "$output"
	succeeds varve merge --dry-run side main
	succeeds varve merge --dry-run main main~1
	output_has "already up to date"
	succeeds varve merge --dry-run main~1 main
	output_has "it would be a fast-forward"
	[ "$before" = "$(git rev-parse HEAD)$(cat issues.jsonl)" ]
	[ -z "$(git status --porcelain -uno)" ]
	cd .git
	succeeds varve merge --dry-run main side
	output_has "6 cells by rule"
	cd ..
	git clone -q --bare . bare.git
	cp -r .git/varve bare.git/
	succeeds varve --git-dir=bare.git merge --dry-run main side
	output_has "6 cells by rule"
	ends_with 2 varve --git-dir=bare.git merge side
	stderr_has "requires a work tree"
}

@test "a column of -X that no table of either side has is refused, before anything is merged" {
	new_repo
	agents
	local head=$(git rev-parse HEAD)
	for rule in sum:cuont 'latest by updated_at:statsu' open,doing,done:state; do
		for how in "merge side" "merge --dry-run side" "cherry-pick side"; do
			ends_with 2 varve $how -X "$rule"
			stderr_has "-X: no table of either side has a column '"
		done
	done
	git init -q --bare "$BATS_TEST_TMPDIR/hub.git"
	git push -q "$BATS_TEST_TMPDIR/hub.git" side
	ends_with 2 varve pull --rebase -X sum:cuont "$BATS_TEST_TMPDIR/hub.git" side
	stderr_has "-X: no table of either side has a column 'cuont'"
	[ "$(git rev-parse HEAD)" = "$head" ]
	[ -z "$(git status --porcelain -uno)" ]
	succeeds varve merge --dry-run side -X sum:count -X 'latest by updated_at:*'
}

@test "rules of a wrong form are named" {
	new_repo
	printf 'id,v\n1,2\n' > t.csv
	varve add -q t.csv
	varve commit -qm one
	local json
	for json in '{"merge":["x"]}' '{"merge":[["x"]]}' '{"merge":{"t.csv":["max"]}}' '{"merge":{"t.csv":{"v":["open",5]}}}'; do
		echo "$json" > varve.json
		ends_with 2 varve check
		stderr_has "varve.json"
	done
	echo '{"datasets":[{"path":["a.csv",5],"encoding":"latin1"}]}' > varve.json
	printf 'id,v\n1,3\n' > t.csv
	ends_with 2 varve add t.csv
	stderr_has "varve.json"
}
