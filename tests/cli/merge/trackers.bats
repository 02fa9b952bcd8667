# Stories of projects that keep rows in Git, rebuilt from their descriptions: conflicts that carry no information, and what each
# project did about them by hand.
load ../helper

# ledger N: issues.jsonl as a tracker exports it, with the rules that a tracker would have; one commit on main.
ledger() {
	new_repo
	python3 - "$1" > issues.jsonl <<-'END'
	import json, sys
	for i in range(int(sys.argv[1])):
	    print(json.dumps({"id": f"bd-{i:03}", "title": f"issue {i}", "status": "open", "labels": ["a"], "updated_at": "2026-01-01T00:00:00Z"}))
	END
	echo '{"merge": {"issues.jsonl": {"labels": "union", "status": ["open", "in_progress", "closed"], "*": "latest by updated_at"}}}' > varve.json
	varve track --text '*.jsonl' > /dev/null
	varve add -q .
	varve commit -qm base
}

# say ID FIELD VALUE DAY: one issue changed, as a tracker does: with its time.
say() {
	python3 - "$@" <<-'END'
	import json, sys
	rows = [json.loads(line) for line in open("issues.jsonl")]
	for r in rows:
	    if r["id"] == sys.argv[1]:
	        r[sys.argv[2]] = json.loads(sys.argv[3])
	        r["updated_at"] = f"2026-01-{sys.argv[4]}T00:00:00Z"
	open("issues.jsonl", "w").write("".join(json.dumps(r) + "\n" for r in rows))
	END
}

ids() { python3 -c 'import json; ids = [json.loads(x)["id"] for x in open("issues.jsonl")]; assert len(ids) == len(set(ids)), ids; print(len(ids))'; }
field() { python3 -c "import json; print(next(r for r in map(json.loads, open('issues.jsonl')) if r['id'] == '$1')['$2'])"; }

# dirge#380 and reposkein#32 set merge=union: no conflict, and a record that both branches touched is there twice.
@test "one branch adds an issue, another edits one and adds one: both are there, none twice, where union has two" {
	ledger 20
	git switch -q -c other
	say bd-005 status '"closed"' 03
	echo '{"id": "bd-100", "title": "theirs", "status": "open", "labels": [], "updated_at": "2026-01-03T00:00:00Z"}' >> issues.jsonl
	varve commit -qam other
	git switch -q main
	say bd-005 title '"a better title"' 02
	echo '{"id": "bd-200", "title": "ours", "status": "open", "labels": [], "updated_at": "2026-01-02T00:00:00Z"}' >> issues.jsonl
	varve commit -qam ours
	git show main:issues.jsonl > a && git show main~1:issues.jsonl > o && git show other:issues.jsonl > b
	git merge-file --union a o b
	[ "$(grep -c bd-005 a)" = 2 ]
	git merge -q other
	[ "$(ids)" = 22 ]
	[ "$(field bd-005 status)" = closed ]
	[ "$(field bd-005 title)" = "a better title" ]
	[ "$(field bd-005 updated_at)" = 2026-01-03T00:00:00Z ]
	grep -q bd-100 issues.jsonl
	grep -q bd-200 issues.jsonl
}

# beads: each agent writes updated_at and the status of the same issue in its own branch.
@test "ten agents work on the same issues in branches of their own, and all branches merge without a question" {
	ledger 10
	for n in 1 2 3 4 5 6 7 8 9; do
		git switch -q -c "agent$n" main
		tick
		say bd-001 labels "[\"a\", \"agent$n\"]" "1$n"
		say "bd-00$n" status '"in_progress"' "1$n"
		[ "$n" != 4 ] || say bd-002 status '"closed"' 14
		varve commit -qam "agent $n"
	done
	git switch -q main
	for n in 5 2 9 1 7 3 8 4 6; do
		tick
		git merge -q "agent$n"
	done
	[ "$(ids)" = 10 ]
	[ "$(field bd-001 labels | tr -cd , | wc -c)" = 9 ]
	[ "$(field bd-002 status)" = closed ]
	[ "$(field bd-001 updated_at)" = 2026-01-19T00:00:00Z ]
	for n in 1 3 5 6 7 8 9; do
		[ "$(field "bd-00$n" status)" = in_progress ]
	done
}

# lakeFS#3380: two branches modify one table, and one change set has to be given up.
@test "two branches change other rows of one table, and neither change set is given up" {
	new_repo
	rows 2000 > t.csv
	varve add -q --key id t.csv
	varve commit -qm base
	git switch -q -c etl
	sed -i '100,900s/item/etl/' t.csv
	varve commit -qam etl
	git switch -q main
	sed -i '1100,1900s/item/fix/; 50d' t.csv
	varve commit -qam fix
	git merge -q etl
	rows 2000 | sed '100,900s/item/etl/; 1100,1900s/item/fix/; 50d' | cmp - t.csv
	varve fsck --data
}
