load ../../cli/helper

# holds CODE: what was printed last is one JSON document d, and the Python code passes.
holds() {
	python3 -c 'import json, sys; d = json.loads(sys.argv[1]); exec(sys.argv[2])' "$output" "$1"
}

three() {
	printf 'id,name\n1,a\n2,b\n3,c\n' > t.csv
}

@test "add reports each path as JSON" {
	new_repo
	three
	echo note > x.txt
	printf 'PK\3\4%s' aaaaaaaaaaaaaaaaaaaaaaaaaaa > b.xlsx
	succeeds varve add --json .
	holds '
assert d["dryRun"] is False and d["messages"] == []
b, t, x = d["files"]
assert b == {"path": "b.xlsx", "change": "added", "kind": "text", "rowsUnseen": b["rowsUnseen"]}
assert x == {"path": "x.txt", "change": "added", "kind": "text"}
assert (t["path"], t["change"], t["kind"], t["rowCount"], t["bytes"]) == ("t.csv", "added", "table", 3, 20)
assert t["columns"] == [{"name": "id", "type": "integer"}, {"name": "name", "type": "string"}]
assert t["keyColumns"] == ["id"] and t["form"] == "comma-separated, header"
assert (t["groups"], t["groupsNew"]) == (1, 1) and t["addedBytes"] > 0
assert t["root"].startswith("bafyrei") and "rowCountBefore" not in t'
	succeeds varve add --json t.csv
	holds 'assert d["files"] == [{"path": "t.csv", "change": "unchanged"}]'
	printf '4,d\n5,\n' >> t.csv
	rm x.txt
	succeeds varve add -n --json -A
	holds '
x, t = d["files"]
assert d["dryRun"] is True and x == {"path": "x.txt", "change": "removed"}
assert (t["change"], t["rowCount"], t["rowCountBefore"]) == ("changed", 5, 3)'
	printf 'six,d\n' >> t.csv
	run --separate-stderr varve add --json t.csv
	holds 'assert len(d["messages"]) == 1 and "six" in d["messages"][0]'
	stderr_has "'six' in line 7 is not an integer: now string"
	printf '7,"d\n' >> t.csv
	ends_with 2 varve add --json t.csv
	output_is ""
	succeeds varve add --json --as file t.csv
	holds '(t,) = d["files"]
assert t["kind"] == "file" and t["chunks"] == 1 and "rows" not in t'
}

@test "commit reports the commit as log does, or what status has where none is made" {
	new_repo
	three
	varve add -q t.csv
	succeeds varve commit --json --dry-run -m one
	holds '
assert d["made"] is None and d["status"]["branch"] == "main"
assert [(e["path"], e["index"]) for e in d["status"]["entries"]] == [(".gitattributes", "A"), ("t.csv", "A")]'
	succeeds varve commit --json -m one
	succeeds varve commit --json --allow-empty -m nothing
	holds 'assert d["made"]["subject"] == "nothing" and d["made"]["files"] == []'
	printf '4,d\n' >> t.csv
	succeeds varve commit --json -am two
	made=$output
	holds '
assert d["status"] is None
c = d["made"]
assert c["names"] == ["HEAD", "main"] and c["files"][0]["changes"]["rowsAdded"] == 1'
	succeeds varve log --json --stat -n 1
	[ "$(python3 -c 'import json, sys; print(json.loads(sys.argv[1])["made"] == json.loads(sys.argv[2])[0])' "$made" "$output")" = True ]
	ends_with 1 varve commit --json -m three
	holds 'assert d["made"] is None and d["status"]["entries"] == []'
}

@test "commit reports people as log does, by .mailmap" {
	new_repo
	three
	echo 'Ann Proper <ann@x> <author@example.com>' > .mailmap
	varve add -q t.csv .mailmap
	succeeds varve commit --json -m one
	made=$(jq -c .made.author <<< "$output")
	[ "$(jq -r .name <<< "$made")" = 'Ann Proper' ]
	[ "$(git log -1 --format='%aN <%aE>')" = 'Ann Proper <ann@x>' ]
	succeeds varve log --json -n 1
	[ "$(jq -c '.[0].author' <<< "$output")" = "$made" ]
	git config log.mailmap false
	echo '4,d' >> t.csv
	succeeds varve commit --json -am two
	[ "$(jq -r .made.author.name <<< "$output")" = 'A U Thor' ]
}

@test "merge reports what became of the branch, with paths in conflict" {
	new_repo
	three
	varve add -q --key id t.csv
	varve commit -qm one
	varve branch side
	printf '4,d\n' >> t.csv
	varve commit -qam two
	old=$(git rev-parse side) new=$(git rev-parse main)
	varve switch -q side
	succeeds varve merge --json main
	holds 'assert (d["outcome"], d["old"], d["new"], d["theirCommit"]) == ("fast-forward", "'$old'", "'$new'", "'$new'")
assert d["files"][0]["changes"]["rowsAdded"] == 1 and d["conflictPaths"] == [] and d["blocksHere"] is True'
	succeeds varve merge --json main
	holds 'assert d["outcome"] == "up-to-date" and d["files"] == [] and d["old"] == d["new"] == "'$new'"'
	sed -i 's/^1,a/1,side/' t.csv
	varve commit -qam side
	varve switch -q main
	sed -i 's/^2,b/2,main/' t.csv
	varve commit -qam main
	succeeds varve merge --json --no-commit side
	holds 'assert d["outcome"] == "staged" and d["new"] == d["old"] and d["merged"] == "side"'
	ends_with 2 varve merge --abort --json
	succeeds varve merge --continue --json
	holds 'assert len(d["made"]["parents"]) == 2'
	varve switch -q side
	sed -i 's/^2,b/2,side/' t.csv
	varve commit -qam other
	ends_with 1 varve merge --json main
	holds 'assert d["outcome"] == "conflicts" and d["conflictPaths"] == ["t.csv"] and d["files"] == []'
	varve resolve --ours t.csv > /dev/null
	varve merge --continue > /dev/null
	varve switch -q main
	sed -i 's/^3,c/3,main/' t.csv
	varve commit -qam again
	succeeds varve merge --json side
	holds 'assert d["outcome"] == "merged" and d["new"] == "'$(git rev-parse HEAD)'"'
}

@test "push and fetch report refs and what was sent, each as one object" {
	mkdir a
	cd a
	new_repo
	three
	varve add -q t.csv
	varve commit -qm one
	varve init -q --bare ../hub.git
	varve remote add origin ../hub.git
	one=$(git rev-parse HEAD)
	succeeds varve push --json -n origin main
	holds 'assert d["dryRun"] is True and d["versions"] == 1 and d["refs"][0]["state"] == "moved"'
	succeeds varve push --json -u origin main
	holds '
assert d["url"] == "../hub.git" and d["dryRun"] is False
assert d["refs"] == [{"from": "refs/heads/main", "to": "refs/heads/main", "old": None, "new": "'$one'", "state": "moved", "why": None}]
assert d["versions"] == 1 and d["blocks"] >= 2 and d["bytes"] > 0'
	succeeds varve push --json
	holds 'assert d["refs"][0]["state"] == "same" and d["blocks"] == 0'
	varve clone -q ../hub.git ../b
	printf '4,d\n' >> t.csv
	varve commit -qam two
	two=$(git rev-parse HEAD)
	varve push -q
	cd ../b
	succeeds varve fetch --json
	holds '
assert d["data"] is None
(r,) = d["remotes"]
assert r["remote"] == "origin" and r["url"].endswith("hub.git") and r["error"] is None
assert r["refs"] == [{"from": "refs/heads/main", "to": "refs/remotes/origin/main", "old": "'$one'", "new": "'$two'", "state": "moved"}]
assert (r["commits"], r["versions"], r["missingBlocks"]) == (1, 1, 0) and r["bytes"] > 0'
	tick
	printf '9,z\n' >> t.csv
	varve commit -qam mine
	ends_with 1 varve push --json
	holds 'assert d["refs"][0]["state"] == "refused" and d["refs"][0]["why"] is not None'
	git remote add gone ../gone.git
	ends_with 2 varve fetch --json --all
	holds '
states = {r["remote"]: r for r in d["remotes"]}
assert states["gone"]["error"] and not states["origin"]["error"] and states["origin"]["refs"][0]["state"] == "same"'
	succeeds varve fetch --json --data HEAD~1
	holds 'assert d == {"remotes": [], "data": {"versions": 1, "fetched": 0}}'
	ends_with 2 varve fetch --json --cid bafyreiavqetdlcauem4ahwajccdgeqgwnfqaexksm5h5q4gc2u6sxaa4ge
	output_is ""
}

@test "pull reports what came and what became of the branch" {
	mkdir a
	cd a
	new_repo
	three
	varve add -q --key id t.csv
	varve commit -qm one
	git init -q --bare ../hub.git
	varve remote add origin ../hub.git
	varve push -q -u origin main
	varve clone -q ../hub.git ../b
	sed -i 's/^1,a/1,theirs/' t.csv
	varve commit -qam two
	two=$(git rev-parse HEAD)
	varve push -q
	cd ../b
	succeeds varve pull --json
	stderr_is ""
	holds '
assert d["fetch"]["refs"][0]["new"] == d["merge"]["new"] == "'$two'" and d["fetch"]["versions"] == 1
assert d["merge"]["outcome"] == "fast-forward" and d["merge"]["files"][0]["changes"]["rowsChanged"] == 1'
	sed -i 's/^2,b/2,ours/' t.csv
	tick
	varve commit -qam ours
	sed -i 's/^2,b/2,theirs/' ../a/t.csv
	varve -C ../a commit -qam theirs
	varve -C ../a push -q
	ends_with 1 varve pull --json
	holds 'assert d["merge"]["outcome"] == "conflicts" and d["merge"]["conflictPaths"] == ["t.csv"]'
	ends_with 2 varve pull --json # a merge is under way
	holds 'assert d["fetch"]["refs"][0]["state"] == "same" and d["merge"] is None'
	git config pull.rebase true
	ends_with 2 varve pull --json
	output_is ""
	stderr_has --no-rebase
	git config branch.main.rebase perhaps
	ends_with 2 varve pull
	stderr_has "the setting 'branch.main.rebase' is 'perhaps'"
}

@test "resolve reports what is left of each path in conflict" {
	new_repo
	three
	echo one > x.txt
	varve add -q --key id t.csv
	varve add -q x.txt
	varve commit -qm one
	varve switch -q -c side
	sed -i 's/,[ab]/,side/' t.csv
	echo side > x.txt
	varve commit -qam side
	varve switch -q main
	sed -i 's/,[ab]/,main/' t.csv
	echo main > x.txt
	varve commit -qam main
	ends_with 1 varve merge side
	succeeds varve resolve --json --ours t.csv --row 1
	stderr_is ""
	holds 'assert d == {"files": [{"path": "t.csv", "resolved": False, "conflictCount": 1}]}'
	succeeds varve resolve --json --theirs
	holds 'assert [(p["path"], p["resolved"], p["conflictCount"]) for p in d["files"]] == [("t.csv", True, 0), ("x.txt", True, 0)]'
	printf 'id,name\n1,main\n2,side\n3,c\n' | cmp - t.csv
	ends_with 2 varve resolve --json --ours
	output_is ""
}

@test "restore and switch report what they wrote" {
	new_repo
	three
	echo one > x.txt
	varve add -q --key id t.csv
	varve add -q x.txt
	varve commit -qm one
	one=$(git rev-parse HEAD)
	sed -i 's/^1,a/1,A/; /^3/d' t.csv
	echo two > x.txt
	varve commit -qam two
	two=$(git rev-parse HEAD)
	succeeds varve restore --json --source $one --row 1 t.csv
	holds 'assert d == {"outcome": "changed", "cellsChanged": 1}'
	succeeds varve restore --json --source $one --row 3 t.csv
	holds 'assert d["outcome"] == "added"'
	succeeds varve restore -q --json --source $one --row 3 t.csv
	holds 'assert d == {"outcome": "unchanged", "cellsChanged": 0}'
	succeeds varve restore --json --row 3 t.csv
	holds 'assert d["outcome"] == "deleted"'
	sed -i 's/,/;/; s/2;b/2;B/' t.csv
	echo '9;new' >> t.csv
	succeeds varve restore --json --spelling t.csv
	holds 'assert d == {"cellsChanged": 0, "cellsKept": 2, "cellsUndecided": 0, "rowsAdded": 1, "rowsRemoved": 0}'
	echo three > x.txt
	succeeds varve restore --json .
	stderr_is ""
	holds 'assert d == {"tablesWritten": 1, "filesWritten": 1}'
	succeeds varve switch --json -c spring $one
	stderr_is ""
	holds 'assert d == {"branch": "spring", "old": "'$two'", "new": "'$one'", "blocksHere": True}'
	succeeds varve switch --json --detach main
	holds 'assert (d["branch"], d["new"]) == (None, "'$two'")'
	ends_with 2 varve switch --json nosuch
	output_is ""
}

@test "update reports what became of each import" {
	mkdir src
	cd src
	new_repo
	three
	cp t.csv u.csv
	varve add -q --key id t.csv u.csv
	varve commit -qm one
	cd ..
	new_repo mine
	cd mine
	varve import -q ../src#t.csv
	varve import -q ../src#u.csv
	varve commit -qm imports
	succeeds varve update --json
	holds 'assert [(u["path"], u["outcome"], u["new"]) for u in d["updates"]] == [("t.csv", "unchanged", None), ("u.csv", "unchanged", None)]'
	stderr_is ""
	sed -i 's/^2,b/2,theirs/' ../src/t.csv
	varve -C ../src commit -qam two
	succeeds varve update --json t.csv
	holds '
(u,) = d["updates"]
assert (u["path"], u["outcome"], u["new"], u["error"]) == ("t.csv", "committed", "'$(git rev-parse HEAD)'", None)'
	sed -i 's/^2,theirs/2,ours/' t.csv
	varve commit -qam ours
	sed -i 's/^2,theirs/2,again/' ../src/t.csv
	varve -C ../src commit -qam three
	ends_with 1 varve update --json t.csv
	holds 'assert d["updates"][0]["outcome"] == "conflicts" and d["updates"][0]["new"] is None'
	varve update --abort
	mv ../src ../gone
	ends_with 1 varve update --json u.csv
	holds 'assert d["updates"][0]["outcome"] == "failed" and d["updates"][0]["error"]'
	ends_with 2 varve update --abort --json
}

# kind_of FILE FILTER COMMAND...: the kind of the file among the objects that the filter finds in the command's JSON.
kind_of() {
	local file=$1 filter=$2
	shift 2
	"$@" | jq -r --arg file "$file" "$filter | select((.path // .name | sub(\"^HEAD:\"; \"\")) == \$file) | .kind"
}

@test "one file is of one kind in the JSON of all commands" {
	local file
	git init -q
	three
	cp t.csv text.csv
	echo note | tee kept.txt > note.txt
	git add text.csv note.txt
	git commit -qm zero
	varve init -q > ../out
	varve add -q --convert t.csv
	varve add -q --as file kept.txt
	varve commit -qm one
	declare -A kind=([t.csv]=table [text.csv]=text [kept.txt]=file [note.txt]=text)
	for file in "${!kind[@]}"; do
		echo "9,z" >> "$file"
	done
	varve track '*.tsv' > ../out
	: > empty.tsv
	[ "$(kind_of empty.tsv '.files[]' varve add --json empty.tsv)" = text ]
	[ "$(kind_of empty.tsv '.entries[]' varve status --json)" = text ]
	git rm -q -f empty.tsv
	for file in "${!kind[@]}"; do
		[ "$(kind_of $file '.entries[]' varve status --json)" = "${kind[$file]}" ]
		[ "$(kind_of $file . varve info --json $file)" = "${kind[$file]}" ]
		[ "$(kind_of $file . varve info --json HEAD:$file)" = "${kind[$file]}" ]
		[ "$(kind_of $file '.files[]' varve add -n --json $file)" = "${kind[$file]}" ]
	done
	[ "$(varve info --json | jq -c '[.[] | .kind]')" = '["table","text"]' ]
	rm t.csv kept.txt
	[ "$(kind_of t.csv '.entries[]' varve status --json)" = table ]
	[ "$(kind_of kept.txt '.entries[]' varve status --json)" = file ]
	git show :t.csv > t.csv
	git show :kept.txt > kept.txt
	git commit -qam two
	[ "$(kind_of t.csv '.entries[]' varve status --json)" = table ]
	[ "$(kind_of kept.txt '.entries[]' varve status --json)" = file ]
	varve restore -q t.csv kept.txt
	rm -- "${!kind[@]}"
	git commit -qam three
	for file in text.csv note.txt; do
		[ "$(kind_of $file '.[1].files[]' varve log --json --stat)" = text ]
	done
	for file in "${!kind[@]}"; do
		[ "$(kind_of $file '.[0].files[]' varve log --json --stat)" = "${kind[$file]}" ]
	done
}

@test "a path in conflict is of its kind in the JSON of status and conflicts" {
	local file side
	git init -q
	three
	cp t.csv text.csv
	echo 'text.csv merge=varve' > .gitattributes
	git add text.csv .gitattributes
	git commit -qm zero
	varve init -q > ../out
	echo one > kept.txt
	varve add -q --convert t.csv
	varve add -q --as file kept.txt
	varve commit -qm one
	git branch side
	for side in main side; do
		git switch -q $side
		sed -i "s/1,a/1,$side/" t.csv text.csv
		echo $side > kept.txt
		git commit -qam $side
	done
	ends_with 1 varve merge main
	for file in t.csv:table text.csv:text kept.txt:file; do
		[ "$(kind_of ${file%:*} '.entries[]' varve status --json)" = ${file#*:} ]
		[ "$( (varve conflicts --json || true) | jq -r --arg f ${file%:*} '.conflicts[] | select(.path == $f) | .kind')" = ${file#*:} ]
	done
}

@test "a pointer that is added is of the kind of its version" {
	new_repo
	three
	varve add -q t.csv
	varve commit -qm one
	git show :t.csv > p.csv
	git rm -q --cached t.csv
	cp p.csv t.csv
	succeeds varve add --json t.csv
	holds 'assert d["files"] == [{"path": "t.csv", "change": "added", "kind": "table", "pointerOnly": True}]'
}
