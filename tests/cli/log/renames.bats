# A table that was renamed and edited in one commit is one table in what log, show and commit list.
load ../helper

renamed() {
	new_repo
	rows "${1-60}" > old.csv
	echo text > note.txt
	varve add --key id old.csv > /dev/null
	varve add note.txt > /dev/null
	varve commit -qm one
	tick
	git mv old.csv new.csv
	git mv note.txt words.txt
	sed -i 's/^7,item /7,thing /' new.csv
	varve add new.csv > /dev/null
}

@test "commit tells a table that was renamed and edited as one" {
	renamed
	succeeds varve commit -m two
	output_has "3 files changed"
	output_has "old.csv => new.csv: ~1 row"
	output_lacks "new, "
}

@test "status shows a staged table that was renamed and edited as renamed" {
	renamed
	succeeds varve status
	output_has "renamed:"
	output_lacks "deleted:"
	succeeds varve status --short
	output_has "R  old.csv -> new.csv"
}

@test "log --stat and show --stat have one line for a table that was renamed and edited" {
	renamed
	varve commit -qm two
	for command in 'log -1' show; do
		succeeds varve $command --stat
		output_has "old.csv => new.csv"
		output_has "| ~1 row"
		output_has "note.txt => words.txt | renamed"
		output_has "3 files changed"
		output_lacks "removed"
	done
}

@test "log --name-status calls a table that was renamed and edited R, as diff does" {
	renamed
	varve commit -qm two
	succeeds varve log -1 --name-status
	output_has $'R\told.csv\tnew.csv'
	output_lacks $'D\told.csv'
	succeeds varve diff --name-status HEAD~1 HEAD
	output_has $'R\told.csv\tnew.csv'
	succeeds varve log -1 --name-only
	output_has new.csv
	output_lacks old.csv
}

@test "log --json --stat has the name before" {
	renamed 3000
	varve commit -qm two
	succeeds varve log -1 --json --stat
	python3 -c '
import json, sys
f = {i["path"]: i for i in json.loads(sys.argv[1])[0]["files"]}
assert f["new.csv"]["oldPath"] == "old.csv" and f["new.csv"]["change"] == "renamed", f
assert f["new.csv"]["rowCount"] == f["new.csv"]["rowCountBefore"] == 3000 and len(f) == 3, f' "$output"
}

@test "two tables without a row in common are removed and added" {
	new_repo
	rows 60 > old.csv
	varve add old.csv > /dev/null
	varve commit -qm one
	git rm -q old.csv
	printf 'x,y\n1,2\n3,4\n' > new.csv
	varve add new.csv > /dev/null
	succeeds varve commit -m two
	output_has "new.csv: new, "
	succeeds varve log -1 --stat
	output_has "removed"
	output_lacks "=>"
}

@test "log, history and row life of a table have the same commits, through renames, gaps and branches" {
	new_repo
	for d in 01 02 03; do
		rm -f s_*.csv
		printf 'id,v\n1,%s\n2,5\n3,6\n4,7\n' $d > s_$d.csv
		varve add -q -A
		varve commit -q -m $d
		tick
	done
	git switch -q -c side HEAD~1
	sed -i s/2,5/2,50/ s_02.csv
	varve commit -q -a -m side
	tick
	git switch -q main
	varve merge -q side
	tick
	varve log --format json s_03.csv | python3 -c 'import json, sys; print(*[c["message"].split()[0] for c in json.load(sys.stdin)])' > ../log
	[ "$(cat ../log)" = "Merge side 03 02 01" ]
	varve sql --format csv "SELECT message FROM varve_log('s_03.csv')" | sed 1d | cut -d' ' -f1 | xargs > ../sql
	diff ../log ../sql
	varve sql --format csv "SELECT message || v FROM varve_history_s_03 WHERE id = 1" | sed 1d | cut -d' ' -f1 | sed 's/0[1-3]$//' | xargs > ../history
	diff ../log ../history
	# the stat of a rename is one line
	varve log --stat s_03.csv | grep -qF 's_02.csv => s_03.csv | ~1 row'
	# a commit that only renames it is one of its history, as in git log --follow
	git mv s_03.csv s_04.csv
	varve commit -q -m moved
	tick
	varve log --stat -n 1 s_04.csv | grep -qF 's_03.csv => s_04.csv | renamed'
	[ "$(varve log --oneline s_04.csv | wc -l)" = 6 ]
	git reset -q --hard HEAD~1
	# what was removed and came back has its life before that
	git rm -q s_03.csv
	varve commit -q -m gone
	tick
	git checkout -q HEAD~1 s_03.csv
	varve commit -q -m back
	[ "$(varve log --oneline s_03.csv | wc -l)" = 7 ]
	[ "$(varve sql --format csv "SELECT count(*) FROM varve_history_s_03" | tail -1)" = 24 ]
	# all other orders
	diff <(varve log --oneline --reverse s_03.csv | tac) <(varve log --oneline s_03.csv)
	diff <(varve log --oneline -n 2 --skip 1 s_03.csv) <(varve log --oneline s_03.csv | sed -n 2,3p)
}
