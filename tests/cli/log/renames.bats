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
