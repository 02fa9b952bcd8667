load ../helper

short() {
	git rev-parse --short "$1"
}

# Five commits: rows made, one cell changed, a column renamed and one added, another cell
# changed beside an added row, the row removed.
history() {
	new_repo
	printf 'id,name,price\n1,apple,5\n2,pear,6\n3,plum,7\n' > t.csv
	varve add t.csv > ../out && varve commit -qm one && tick
	printf 'id,name,price\n1,apple,5\n2,pear,9\n3,plum,7\n' > t.csv
	varve commit -qam two && tick
	printf 'id,fruit,price,stock\n1,apple,5,a\n2,pear,9,b\n3,plum,7,c\n' > t.csv
	varve commit -qam three && tick
	printf 'id,fruit,price,stock\n4,fig,8,d\n1,apple,5,a\n2,peach,9,\n3,plum,7,c\n' > t.csv
	varve commit -qam four && tick
	printf 'id,fruit,price,stock\n4,fig,8,d\n1,apple,5,a\n3,plum,7,c\n' > t.csv
	varve commit -qam five
}

@test "the commits that changed a row are told with its cells" {
	history
	succeeds varve log --oneline --row 2 t.csv
	output_is "$(short HEAD) (HEAD -> main) five
  t.csv: removed
    id: 2
    fruit: peach
    price: 9
    stock: \"\"
$(short HEAD~1) four
  t.csv: changed
    fruit: pear -> peach
    stock: b -> \"\"
$(short HEAD~2) three
  t.csv: changed
    name -> fruit (column renamed)
    stock: b (column added)
$(short HEAD~3) two
  t.csv: changed
    price: 6 -> 9
$(short HEAD~4) one
  t.csv: added
    id: 2
    name: pear
    price: 6"
	succeeds varve log --row 2 t.csv
	output_has "commit $(git rev-parse HEAD~3)
Author: A U Thor <author@example.com>"
	output_has "    two

  t.csv: changed
    price: 6 -> 9"
}

@test "a renamed column is followed and named" {
	new_repo
	{ echo id,name && seq -f '%.0f,x' 100; } > t.csv
	varve add --key id t.csv > ../out && varve commit -qm one && tick
	sed -i -e 's/^id,name/id,label/' -e 's/^60,x/60,y/' t.csv
	varve commit -qam two
	succeeds varve log --oneline --row 60 t.csv
	output_has "name -> label: x -> y"
	output_has "one
  t.csv: added"
}

@test "a renamed key column is followed" {
	new_repo
	rows 50 > t.csv
	varve add --key id t.csv > ../out && varve commit -qm one && tick
	sed -i -e 's/^id,/nr,/' t.csv
	varve commit -qam two && tick
	sed -i -e 's/^7,item [0-9]*/7,seven/' t.csv
	varve commit -qam three
	succeeds varve log --oneline --row 7 t.csv
	output_has "$(short HEAD) (HEAD -> main) three"
	output_has "$(short HEAD~1) two
  t.csv: changed
    id -> nr (column renamed)
$(short HEAD~2) one
  t.csv: added
    id: 7"
}

@test "a renamed file is followed" {
	new_repo
	rows 5000 > a.csv
	varve add a.csv > ../out && varve commit -qm one && tick
	sed -i 's/^70,item [0-9]*,/70,seventy,/' a.csv
	varve commit -qam two && tick
	varve mv a.csv b.csv > ../out
	sed -i 's/^70,seventy,/70,LXX,/' b.csv
	varve add b.csv > ../out && varve commit -qm three && tick
	sed -i 's/^71,item [0-9]*,/71,other,/' b.csv
	varve commit -qam four
	succeeds varve log --oneline --row 70 b.csv
	output_is "$(short HEAD~1) three
  a.csv -> b.csv: changed
    name: seventy -> LXX
$(short HEAD~2) two
  a.csv: changed
    name: item 152 -> seventy
$(short HEAD~3) one
  a.csv: added
    id: 70
    name: item 152
    price: 543.30
    day: 2024-11-15"
	succeeds varve blame --row 70 b.csv
	[[ $output == *$'\n'"$(short HEAD~1)  A U Thor "*" 70  LXX "* ]]
	succeeds varve blame --row 72 b.csv
	[[ $output == *$'\n'"$(short HEAD~3)  A U Thor "*" 72 "* ]]
}

@test "another table that stood at the path before is not its history" {
	new_repo
	printf 'id,v\n1,a\n' > t.csv
	varve add t.csv > ../out && varve commit -qm one && tick
	varve rm -q t.csv && varve commit -qm two && tick
	printf 'id,v\n1,b\n' > t.csv
	varve add t.csv > ../out && varve commit -qm three
	succeeds varve log --oneline --row 1 t.csv
	output_is "$(short HEAD) (HEAD -> main) three
  t.csv: added
    id: 1
    v: b"
}

@test "of a merge the commits that made the change are told" {
	new_repo
	printf 'id,a,b\n1,x,y\n2,x,y\n' > t.csv
	varve add t.csv > ../out && varve commit -qm base && tick
	git checkout -qb side
	printf 'id,a,b\n1,x,side\n2,side,y\n' > t.csv
	varve commit -qam side && tick
	git checkout -q main
	printf 'id,a,b\n1,main,y\n2,x,y\n' > t.csv
	varve commit -qam ours && tick
	varve merge -q side > ../out
	succeeds varve log --oneline --row 1 t.csv
	output_is "$(short HEAD^1) ours
  t.csv: changed
    a: x -> main
$(short HEAD^2) (side) side
  t.csv: changed
    b: y -> side
$(short HEAD~2) base
  t.csv: added
    id: 1
    a: x
    b: y"
	succeeds varve log --oneline --row 2 t.csv
	output_lacks "Merge"
	output_lacks "ours"
	succeeds varve log --oneline --first-parent --row 2 t.csv
	output_has "Merge branch"
	output_has "a: x -> side"
}

@test "a merge that made a value of its own is told" {
	new_repo
	printf 'id,a,b\n1,x,y\n' > t.csv
	varve add t.csv > ../out && varve commit -qm base && tick
	git checkout -qb side
	printf 'id,a,b\n1,side,side\n' > t.csv
	varve commit -qam side && tick
	git checkout -q main
	printf 'id,a,b\n1,main,y\n' > t.csv
	varve commit -qam ours && tick
	ends_with 1 varve merge side
	varve resolve --set a=both t.csv --row 1 > ../out
	varve merge --continue > ../out
	succeeds varve log --oneline --row 1 t.csv
	output_has "Merge branch 'side'
  t.csv: changed
    a: main -> both
$(short HEAD^1) ours"
}

@test "spelling alone is not a change" {
	new_repo
	printf 'id,v,w\n1,1.0,a\n' > t.csv
	varve add t.csv > ../out && varve commit -qm one && tick
	printf 'id,v,w\n1,1.00,a\n' > t.csv
	varve commit -qam two && tick
	printf 'id,v,w\n1,1.000,b\n' > t.csv
	varve commit -qam three
	succeeds varve log --oneline --row 1 t.csv
	output_is "$(short HEAD) (HEAD -> main) three
  t.csv: changed
    v: 1.00 ~> 1.000
    w: a -> b
$(short HEAD~2) one
  t.csv: added
    id: 1
    v: 1.0
    w: a"
}

@test "a row whose key was written otherwise keeps its older history" {
	new_repo
	printf 'k,v\n1.0,a\n2.5,b\n' > t.csv
	varve add -q --key k t.csv && varve commit -qm one && tick
	sed -i s/1.0,a/1.0,c/ t.csv && varve commit -qam two && tick
	sed -i s/1.0,/1,/ t.csv && varve commit -qam respelled && tick
	sed -i s/1,c/1,d/ t.csv && varve commit -qam four
	succeeds varve log --row 1 t.csv
	[ "$(grep -o '^    [a-z]*$' <<< "$output" | xargs)" = "four two one" ]
	git reset -q --hard HEAD~1
	succeeds varve log --row 1 t.csv
	[ "$(grep -o '^    [a-z]*$' <<< "$output" | xargs)" = "two one" ]
}

@test "plain text of git's history has rows too" {
	git init -q
	printf 'id,v\n1,a\n2,b\n' > p.csv
	git add p.csv && git commit -qm one && tick
	printf 'id,v\n1,a\n2,c\n' > p.csv
	git commit -qam two && tick
	varve init > ../out
	varve add --convert p.csv > ../out && varve commit -qm "make a table of it"
	succeeds varve log --oneline --row 2 p.csv
	output_is "$(short HEAD~1) two
  p.csv: changed
    v: b -> c
$(short HEAD~2) one
  p.csv: added
    id: 2
    v: b"
}

@test "a version that is not a table ends the history and is named" {
	git init -q
	printf 'id,v\n1,a\n2,"b\nx,y,z\n' > p.csv
	git add p.csv && git commit -qm one && tick
	printf 'id,v\n1,a\n2,b\n' > p.csv
	git commit -qam two
	succeeds varve log --oneline --row 1 p.csv
	output_is "$(short HEAD) (HEAD -> main) two
  p.csv: added
    id: 1
    v: a"
	stderr_has "$(git rev-parse HEAD~1):p.csv: line "
	stderr_has ", so the history of its rows begins after that version"
}

@test "a key of several columns is parted by commas" {
	new_repo
	printf 'city,year,n\nRome,2020,1\nRome,2021,2\nBonn,2020,3\n' > t.csv
	varve add --key city,year t.csv > ../out && varve commit -qm one && tick
	sed -i 's/Rome,2021,2/Rome,2021,5/' t.csv
	varve commit -qam two
	succeeds varve log --oneline --row Rome,2021 t.csv
	output_has "n: 2 -> 5"
	succeeds varve log --oneline --row Bonn,2020 t.csv
	output_lacks "two"
	succeeds varve log --oneline --row 5 --key n t.csv
	output_has "two
  t.csv: key changed
    n: 2 -> 5" # its key, while all else stayed
}

@test "values of a key of several columns may have commas and quotes" {
	new_repo
	cat > t.csv <<-'EOF'
	a,b,n
	x,"y,z",1
	"x,y",z,2
	"""x",y,3
	EOF
	varve add -q --key a,b t.csv && varve commit -qm one && tick
	for row in 'x,"y,z"' '"x,y",z' '"""x",y'; do
		succeeds varve set t.csv "$row" n=7
		succeeds varve commit -qam "change $row"
		tick
		succeeds varve log --oneline --row "$row" t.csv
		[ "$(grep -c -- '-> 7' <<< "$output")" -eq 1 ]
		output_has "change $row"
		succeeds varve blame --row "$row" t.csv
		[ "$(grep -c "change" <<< "$(git log -1 --format=%s "$(awk '{print $1}' <<< "$output" | grep -oE '[0-9a-f]{7,}' | head -1)")")" -eq 1 ]
	done
	ends_with 2 varve set t.csv x,y,z n=1
	stderr_has "expected 2 values of the key"
	succeeds varve set t.csv '"new, row","""q"""' n=9
	tail -1 t.csv | grep -Fx '"new, row","""q""",9'
}

@test "the row's history as JSON" {
	history
	succeeds varve log --json --row 2 t.csv
	python3 - "$output" <<-'END'
	import json, sys
	d = json.loads(sys.argv[1])
	assert [c["subject"] for c in d] == ["five", "four", "three", "two", "one"]
	assert [c["rowChange"]["change"] for c in d] == ["removed", "changed", "changed", "changed", "added"]
	assert d[2]["rowChange"]["cells"] == {"fruit": {"oldName": "name"}, "stock": {"new": "b", "column": "added"}}
	assert d[3]["rowChange"] == {"path": "t.csv", "change": "changed", "cells": {"price": {"old": "6", "new": "9"}}}
	assert d[4]["rowChange"]["cells"] == {"id": "2", "name": "pear", "price": "6"}
	END
	succeeds varve log --json --row 2 -n 1 --skip 1 t.csv
	python3 -c 'import json, sys; d = json.loads(sys.argv[1]); assert [c["subject"] for c in d] == ["four"]' "$output"
}

@test "ranges and older versions bound it" {
	history
	succeeds varve log --oneline --row 2 HEAD~3 -- t.csv
	output_lacks "four"
	output_has "two"
	succeeds varve log --oneline --row 2 HEAD~3..HEAD~1 -- t.csv
	output_has "four"
	output_lacks "two"
	succeeds varve log --oneline --row 3 HEAD~1.. -- t.csv
	output_is ""
}

@test "what log --row cannot do is said" {
	history
	ends_with 2 varve log --row 99 t.csv
	stderr_is "varve: no version of 't.csv' has a row with the key '99'"
	ends_with 2 varve log --row 2
	stderr_has "--row requires the path of one table"
	ends_with 2 varve log --row 2 --key nr t.csv
	stderr_has "no column named 'nr' for the key"
	ends_with 2 varve log --row 2 --all t.csv
	stderr_has "--row and --all cannot be used together"
	ends_with 2 varve log --key id t.csv
	stderr_has "--key requires --row"
	ends_with 2 varve log --row 2 -- gone.csv
	printf 'a,b\nx,1\nx,1\n' > k.csv
	varve add --no-key k.csv > ../out
	varve commit -qm six
	ends_with 2 varve log --row x k.csv
	stderr_has "has no key"
	stderr_has "specify the columns that identify a row: --key A,B"
}

@test "a key that changed ends the life of the old one and begins that of the new" {
	new_repo
	printf 'symbol,name,city\nAA,Alcoa,Pittsburgh\nBK,Bank of New York,New York\nCC,Chemours,Wilmington\n' > t.csv
	varve add --key symbol t.csv > ../out && varve commit -qm one && tick
	sed -i 's/^BK/BNY/' t.csv && varve commit -qam two && tick
	sed -i 's/,New York$/,NYC/' t.csv && varve commit -qam three
	local common="$(short HEAD~1) two
  t.csv: key changed
    symbol: BK -> BNY
$(short HEAD~2) one
  t.csv: added
    symbol: BK
    name: Bank of New York
    city: New York"
	succeeds varve log --oneline --row BK t.csv
	output_is "$common"
	succeeds varve log --oneline --row BNY t.csv
	output_is "$(short HEAD) (HEAD -> main) three
  t.csv: changed
    city: New York -> NYC
$common"
	succeeds varve log --json --row BK -n 1 t.csv
	output_has '"cells":{"symbol":{"old":"BK","new":"BNY"}},"oldKeyText":"BK","newKeyText":"BNY"'
}

@test "a column that was added, renamed or dropped is told of every row" {
	new_repo
	rows 20 > t.csv
	varve add --key id t.csv > ../out && varve commit -qm one && tick
	sed -i -e '1s/$/,stock/' -e '2,$s/$/,many/' t.csv && varve commit -qam two && tick
	sed -i -e '1s/price/cost/' t.csv && varve commit -qam three && tick
	cut -d, -f1,2,3,5 t.csv > ../t && cp ../t t.csv && varve commit -qam four
	succeeds varve log --oneline --row 7 t.csv
	output_is "$(short HEAD) (HEAD -> main) four
  t.csv: changed
    day: 2024-08-08 (column dropped)
$(short HEAD~1) three
  t.csv: changed
    price -> cost (column renamed)
$(short HEAD~2) two
  t.csv: changed
    stock: many (column added)
$(short HEAD~3) one
  t.csv: added
    id: 7
    name: item 217
    price: 554.33
    day: 2024-08-08"
}

@test "a row is followed to where the table had no such key" {
	new_repo
	printf 'name,v\na,1\nb,2\nb,2\nc,3\n' > t.csv
	varve add t.csv > ../out && varve commit -qm one && tick
	printf 'name,v\na,1\nb,2\nb,2\nc,4\n' > t.csv
	varve commit -qam two && tick
	printf 'id,name,v\n1,a,1\n2,b,2\n3,b,2\n4,c,4\n' > t.csv
	varve add --key id t.csv > ../out && varve commit -qm three
	succeeds varve log --oneline --row 4 t.csv
	output_is "$(short HEAD) (HEAD -> main) three
  t.csv: changed
    id: 4 (column added)
$(short HEAD~1) two
  t.csv: changed
    v: 3 -> 4
$(short HEAD~2) one
  t.csv: added
    name: c
    v: 3"
	succeeds varve blame --cells --row 4 t.csv
	output_has "$(short HEAD)  A U Thor  2023-11-14  id      4"
	output_has "$(short HEAD~1)  A U Thor  2023-11-14  v       4"
	output_has "$(short HEAD~2)  A U Thor  2023-11-14  name    c"
}

@test "no line of history is lost where clocks went wrong" {
	new_repo
	printf 'id,a,b\n1,x,y\n' > t.csv
	varve add t.csv > ../out && varve commit -qm base
	git checkout -qb side
	tick -50000
	printf 'id,a,b\n1,x,side\n' > t.csv
	varve commit -qam side
	git checkout -q main
	tick 60000
	printf 'id,a,b\n1,main,y\n' > t.csv
	varve commit -qam ours && tick
	varve merge -q side > ../out
	succeeds varve log --json --row 1 t.csv
	python3 -c 'import json, sys; assert [c["subject"] for c in json.loads(sys.argv[1])] == ["ours", "base", "side"]' "$output" ||
		python3 -c 'import json, sys; assert [c["subject"] for c in json.loads(sys.argv[1])] == ["ours", "side", "base"]' "$output"
	succeeds varve blame --json --cells t.csv
	python3 - "$output" "$(git rev-parse main~1)" "$(git rev-parse side)" "$(git rev-parse side~1)" <<-'END'
	import json, sys
	(row,) = json.loads(sys.argv[1])["rows"]
	assert row["cells"] == {"id": sys.argv[4], "a": sys.argv[2], "b": sys.argv[3]}, row
	END
}

@test "copies of a row that come and go are no events of the row" {
	new_repo
	printf 'id,v\n1,a\n2,b\n3,c\n' > t.csv
	varve add --key id t.csv > ../out && varve commit -qm one && tick
	printf 'id,v\n1,a\n2,b\n3,c\n1,a\n2,b\n3,c\n' > t.csv
	varve add --no-key t.csv > ../out 2>&1 && varve commit -qm two && tick
	printf 'id,v\n1,a\n2,b\n3,d\n' > t.csv
	varve add --key id t.csv > ../out 2>&1 && varve commit -qm three
	succeeds varve log --oneline --row 2 t.csv
	output_is "$(short HEAD~2) one
  t.csv: added
    id: 2
    v: b"
	succeeds varve log --oneline --row 3 t.csv
	output_has "three"
	output_lacks "two"
	succeeds varve blame --json t.csv
	python3 -c 'import json, sys; assert [r["commit"] for r in json.loads(sys.argv[1])["rows"]] == [sys.argv[2]] * 2 + [sys.argv[3]]' "$output" "$(git rev-parse HEAD~2)" "$(git rev-parse HEAD)"
}

@test "a row's history is the same when what was read before is kept" {
	local seed=${VARVE_TEST_SEED:-$RANDOM} i key
	echo "VARVE_TEST_SEED=$seed"
	git init -q text
	cd text
	python3 - "$seed" <<- 'END'
		import json, random, subprocess, sys
		r = random.Random(int(sys.argv[1]))
		rows = {k: [str(r.randrange(9)), "x"] for k in range(40)}
		names = ["id", "v", "w"]
		for version in range(14):
		    for k in r.sample(sorted(rows), 4):
		        rows[k] = [r.choice([str(r.randrange(9)), "5", "5.0", "NA"]), r.choice("xyz")]
		    if version % 3 == 0:
		        rows.pop(r.choice(sorted(rows)))
		        rows[r.randrange(60)] = ["1", "new"]
		    if version == 6:
		        names[2] = "renamed"
		    if version in (4, 9):
		        fields = [{"name": n, "type": "integer" if n == "id" else "string"} for n in names]
		        with open("datapackage.json", "w") as f:
		            json.dump({"name": "p", "resources": [{"name": "t", "path": "t.csv", "schema": {
		                "fields": fields, "primaryKey": "id", "missingValues": ["", "NA"][:1 + version // 9]}}]}, f)
		    with open("t.csv", "w") as f:
		        for row in [names] + [[str(k)] + v for k, v in sorted(rows.items(), key=lambda x: (x[0] * version) % 61)]:
		            f.write(",".join(row) + "\n")
		    subprocess.run(["git", "add", "."], check=True)
		    subprocess.run(["git", "commit", "-qm", f"version {version}"], check=True)
	END
	for key in 1 7 13 20 33 39; do
		varve log --key id --row $key --format json t.csv > kept 2> kept.err || true
		cp .git/varve/cache/changed-keys pairs
		rm .git/varve/cache/changed-keys
		varve log --key id --row $key --format json t.csv > read 2> read.err || true
		cmp kept read
		cat read >> all
		cmp kept.err read.err
		cp pairs .git/varve/cache/changed-keys
	done
	[ "$(stat -c %s pairs)" -gt 10000 ]
	[ "$(grep -c version all)" -gt 10 ]
}
