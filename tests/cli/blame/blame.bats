load ../helper

short() {
	git rev-parse --short "$1"
}

# Four commits: rows made, one cell changed, a column renamed and one added, a row added.
four_commits() {
	new_repo
	printf 'id,name,price\n1,apple,5\n2,pear,6\n3,plum,7\n' > t.csv
	varve add t.csv > ../out && varve commit -qm one && tick
	printf 'id,name,price\n1,apple,5\n2,pear,9\n3,plum,7\n' > t.csv
	varve commit -qam two && tick
	printf 'id,fruit,price,stock\n1,apple,5,a\n2,pear,9,b\n3,plum,7,c\n' > t.csv
	varve commit -qam three && tick
	printf 'id,fruit,price,stock\n4,fig,8,d\n1,apple,5,a\n2,pear,9,b\n3,plum,7,c\n' > t.csv
	varve commit -qam four
}

@test "each row has the commit that last changed it through a renamed column" {
	four_commits
	succeeds varve blame t.csv
	output_is "commit   author    date        id  fruit  price  stock
$(short HEAD)  A U Thor  2023-11-14   4  fig        8  d
$(short HEAD~3)  A U Thor  2023-11-14   1  apple      5  a
$(short HEAD~2)  A U Thor  2023-11-14   2  pear       9  b
$(short HEAD~3)  A U Thor  2023-11-14   3  plum       7  c"
}

@test "blame has the pager of core.pager as the other commands have" {
	command -v script > /dev/null || skip "there is no program 'script'"
	four_commits
	git config core.pager "sed 's/^/paged: /'"
	for command in "blame t.csv" "log" "show" "diff HEAD~1"; do
		script -qec "varve $command" /dev/null < /dev/null > out
		grep -q '^paged: ' out || { echo "$command" >&2; cat -v out >&2; return 1; }
	done
}

@test "a bare repository shows the same, though HEAD is the name of a file there" {
	four_commits
	shown=$(varve blame t.csv)
	git clone -q --bare . ../bare.git
	cp -r .git/varve ../bare.git/varve
	for words in t.csv "t.csv HEAD" "HEAD t.csv" "HEAD -- ./t.csv"; do
		succeeds varve -C ../bare.git blame $words
		output_is "$shown"
	done
}

@test "each cell has the commit that last changed it" {
	four_commits
	succeeds varve blame --cells --row 2 t.csv
	output_is "  commit   author    date        column  value
id: 2
  $(short HEAD~3)  A U Thor  2023-11-14  id      2
  $(short HEAD~3)  A U Thor  2023-11-14  fruit   pear
  $(short HEAD~2)  A U Thor  2023-11-14  price   9
  $(short HEAD~1)  A U Thor  2023-11-14  stock   b"
}

@test "rows that meet a condition are explained alone" {
	four_commits
	for key in '' '--key fruit'; do
		succeeds varve blame --where "price > 6" --where "fruit != 'fig'" $key t.csv
		[ "$(tail -n +2 <<< "$output" | wc -l)" = 2 ]
		output_has "$(short HEAD~2)  A U Thor"
		output_has "$(short HEAD~3)  A U Thor"
		output_lacks apple
	done
	succeeds varve blame --where "id = 2" t.csv
	local by_where=$output
	succeeds varve blame --row 2 t.csv
	[ "$output" = "$by_where" ]
	succeeds varve blame --json --cells --where "id = 2" t.csv
	local by_where=$output
	succeeds varve blame --json --cells --row 2 t.csv
	[ "$output" = "$by_where" ]
	ends_with 2 varve blame --where "price > 100" t.csv
	stderr_has "no row meets the condition"
	ends_with 2 varve blame --where "prize > 1" t.csv
	stderr_has "prize"
	ends_with 2 varve blame --where "price > 1" --row 2 t.csv
	stderr_has "--row and --where cannot be used together"
}

@test "an older version is explained from there" {
	four_commits
	succeeds varve blame t.csv HEAD~3
	output_lacks "$(short HEAD~2)"
	output_has "$(short HEAD~3)  A U Thor  2023-11-14   2  pear       6"
}

@test "rows that only moved keep their commit" {
	four_commits
	printf 'id,fruit,price,stock\n3,plum,7,c\n2,pear,9,b\n1,apple,5,a\n4,fig,8,d\n' > t.csv
	varve commit -qam moved
	succeeds varve blame --row 3 t.csv
	output_has "$(short HEAD~4)  A U Thor"
}

@test "plain text of git's history is explained too" {
	git init -q
	printf 'id,v\n1,a\n2,b\n' > p.csv
	git add p.csv && git commit -qm one && tick
	printf 'id,v\n1,a\n2,c\n' > p.csv
	git commit -qam two && tick
	varve init > ../out
	varve add --convert p.csv > ../out && varve commit -qm "make a table of it"
	succeeds varve blame p.csv
	output_is "commit   author    date        id  v
$(short HEAD~2)  A U Thor  2023-11-14   1  a
$(short HEAD~1)  A U Thor  2023-11-14   2  c"
}

@test "blame keeps the width of the terminal, and its heading says that columns are left out" {
	new_repo
	echo "code,$(seq -s, -f 'a_rather_long_name_%g' 1 12),id,note" > wide.csv
	for n in 1 2 3; do
		echo "x$n,$(seq -s, -f "value %g of the row $n" 1 12),$n,a note that is far longer than what a line of a terminal has room for"
	done >> wide.csv
	varve add --key id wide.csv > ../out && varve commit -qm one
	for width in 60 80 120 160; do
		for how in --row=2 --cells; do
			COLUMNS=$width succeeds varve blame $how wide.csv
			while IFS= read -r line; do
				[ "${#line}" -le "$width" ] || { show_run "$width $how" "too wide: $line"; return 1; }
			done <<< "$output"
		done
	done
	COLUMNS=80 succeeds varve blame --row 2 wide.csv
	output_is "commit   author    date        id  code  a_rather_long_na…  a_rather_long_na…  …
$(short HEAD)  A U Thor  2023-11-14   2  x2    value 1 of the r…  value 2 of the r…"
	COLUMNS=80 succeeds varve blame --cells --row 2 wide.csv
	output_has "id: 2"
	succeeds varve blame --row 2 wide.csv
	output_has "a note that is far longer than what a line of a terminal has room for"
}

@test "without a key blame tells rows by their number" {
	new_repo
	printf 'a,b\n1,x\n1,x\n' > t.csv
	varve add t.csv > ../out && varve commit -qm one
	succeeds varve blame t.csv
	output_is "commit   author    date        row  a  b
$(short HEAD)  A U Thor  2023-11-14    1  1  x
$(short HEAD)  A U Thor  2023-11-14    2  1  x"
	succeeds varve blame --cells t.csv
	output_has "row 2"
}

@test "blame as JSON for scripts" {
	four_commits
	succeeds varve blame --json --row 2 t.csv
	python3 - "$output" "$(git rev-parse HEAD~2)" <<-'END'
	import json, sys
	d = json.loads(sys.argv[1])
	assert d["path"] == "t.csv" and len(d["rows"]) == 1
	row = d["rows"][0]
	assert row["keyValues"] == ["2"] and row["row"] == 3 and row["commit"] == sys.argv[2]
	assert d["byCommit"][sys.argv[2]]["subject"] == "two"
	END
	succeeds varve blame --json --cells t.csv
	python3 -c 'import json, sys; d = json.loads(sys.argv[1]); assert set(d["rows"][0]["cells"]) == {"id", "fruit", "price", "stock"}' "$output"
}

@test "what blame cannot explain is said" {
	four_commits
	ends_with 2 varve blame --row 99 t.csv
	stderr_is "varve: no row has the key '99'
hint: 'varve log --row 99 t.csv' shows the history of a deleted row"
	ends_with 2 varve blame --key nr t.csv
	stderr_has "no column named 'nr' for the key"
	ends_with 2 varve blame nothing.csv
	ends_with 2 varve blame
	stderr_has "blame requires the path of a table"
}

@test "a commit that renames a column and takes, puts in or moves rows did not set its cells" {
	new_repo
	for n in $(seq 1 20); do echo "$n,fruit $n,$((n * 7))"; done > ../rows
	(echo id,name,price && cat ../rows) > t.csv
	varve add --key id t.csv > ../out && varve commit -qm one && tick
	(echo id,fruit,price && sed 3d ../rows) > t.csv
	varve commit -qam removed && tick
	(echo id,fruit,cost && echo 90,new,5 && sed 3d ../rows) > t.csv
	varve commit -qam added && tick
	(echo id,thing,cost && sed '3d; 1,9d' ../rows && echo 90,new,5 && sed '3d; 10,$d' ../rows) > t.csv
	varve commit -qam moved
	succeeds varve blame --cells --row 7 t.csv
	output_is "  commit   author    date        column  value
id: 7
  $(short HEAD~3)  A U Thor  2023-11-14  id      7
  $(short HEAD~3)  A U Thor  2023-11-14  thing   fruit 7
  $(short HEAD~3)  A U Thor  2023-11-14  cost    49"
	succeeds varve blame --row 7 t.csv
	output_has "$(short HEAD~3)  A U Thor"
	succeeds varve log --oneline --row 7 t.csv
	output_is "$(short HEAD) (HEAD -> main) moved
  t.csv: changed
    fruit -> thing (column renamed)
$(short HEAD~1) added
  t.csv: changed
    price -> cost (column renamed)
$(short HEAD~2) removed
  t.csv: changed
    name -> fruit (column renamed)
$(short HEAD~3) one
  t.csv: added
    id: 7
    name: fruit 7
    price: 49"
}

@test "without a key a renamed column is found although rows were removed" {
	new_repo
	for n in $(seq 1 20); do echo "$((n % 7)),fruit $((n % 9)),$((n % 5))"; done > ../rows
	(echo no,name,price && cat ../rows) > t.csv
	varve add t.csv > ../out && varve commit -qm one && tick
	(echo no,fruit,price && sed 3d ../rows) > t.csv
	varve commit -qam removed
	succeeds varve blame --cells t.csv
	output_lacks "$(short HEAD)"
	succeeds varve diff HEAD~1 HEAD
	output_has "renamed 'name' to 'fruit' (100 % alike)"
}

@test "--key is followed through a renamed key column" {
	new_repo
	printf 'id,v\n1,a\n2,b\n3,c\n3,c\n' > t.csv
	varve add t.csv > ../out && varve commit -qm one && tick
	printf 'id,v\n1,a\n2,d\n3,c\n3,c\n' > t.csv
	varve commit -qam two && tick
	printf 'code,v\n1,a\n2,d\n3,c\n3,c\n' > t.csv
	varve commit -qam three && tick
	succeeds varve blame --cells --key code --row 2 t.csv
	output_is "  commit   author    date        column  value
code: 2
  $(short HEAD~2)  A U Thor  2023-11-14  code    2
  $(short HEAD~1)  A U Thor  2023-11-14  v       d"
}

@test "a row whose key changed keeps its history" {
	new_repo
	printf 'symbol,name,city\nAA,Alcoa,Pittsburgh\nBK,Bank of New York,New York\nCC,Chemours,Wilmington\n' > t.csv
	varve add --key symbol t.csv > ../out && varve commit -qm one && tick
	sed -i 's/,New York$/,NYC/' t.csv && varve commit -qam two && tick
	sed -i 's/^BK/BNY/' t.csv && varve commit -qam three && tick
	succeeds varve blame --cells --row BNY t.csv
	output_is "  commit   author    date        column  value
symbol: BNY
  $(short HEAD)  A U Thor  2023-11-14  symbol  BNY
  $(short HEAD~2)  A U Thor  2023-11-14  name    Bank of New York
  $(short HEAD~1)  A U Thor  2023-11-14  city    NYC"
	succeeds varve log --oneline --row BNY t.csv
	output_has "$(short HEAD~1) two"
	output_has "$(short HEAD~2) one"
	output_has "symbol"
	succeeds varve log --json --row BNY t.csv
	output_has '"change":"changed","cells":{"symbol":{"old":"BK","new":"BNY"}}'
}

@test "blame, log --row and diff agree with a model over random histories" {
	python3 "$BATS_TEST_DIRNAME/model.py" $((100 + $(drawn 6))) "$(a_sixth 6)"
}

@test "the revision may stand first, as in Git" {
	new_repo
	rows 5 > prices.csv
	varve add prices.csv > /dev/null
	varve commit -q -m one
	tick
	rows 6 > prices.csv
	varve commit -q -a -m two
	succeeds varve blame prices.csv HEAD~1
	local want=$output
	succeeds varve blame HEAD~1 -- prices.csv
	output_is "$want"
	succeeds varve blame @~1 prices.csv
	output_is "$want"
}

# A table that one side and the other changed, and what they became together.
merged() {
	new_repo
	printf 'id,a,b\n1,x,y\n2,x,y\n3,x,y\n' > t.csv
	varve add t.csv > ../out && varve commit -qm base && tick
	git checkout -qb side
	printf 'id,a,b,c\n1,x,side,p\n2,side,y,q\n3,x,y,r\n4,n,n,n\n' > t.csv
	varve commit -qam side && tick
	git checkout -q main
	printf 'id,a,b\n1,main,y\n2,x,y\n3,x,y\n' > t.csv
	varve commit -qam ours && tick
	varve merge -q side > ../out
}

@test "blame goes through merges to the commits that made the change" {
	merged
	local ours=$(short HEAD^1) side=$(short side) base=$(short side~1)
	succeeds varve blame t.csv
	output_is "commit   author    date        id  a     b     c
$ours  A U Thor  2023-11-14   1  main  side  p
$side  A U Thor  2023-11-14   2  side  y     q
$base  A U Thor  2023-11-14   3  x     y     r
$side  A U Thor  2023-11-14   4  n     n     n"
	succeeds varve blame --cells --row 1 t.csv
	output_is "  commit   author    date        column  value
id: 1
  $base  A U Thor  2023-11-14  id      1
  $ours  A U Thor  2023-11-14  a       main
  $side  A U Thor  2023-11-14  b       side
  $side  A U Thor  2023-11-14  c       p"
	succeeds varve blame --json t.csv
	output_lacks "$(git rev-parse HEAD)" # it set nothing
}

@test "what a merge set itself is the merge's" {
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
	succeeds varve blame --cells t.csv
	output_has "$(short HEAD)  A U Thor  2023-11-14  a       both"
	output_has "$(short side)  A U Thor  2023-11-14  b       side"
	output_has "$(short side~1)  A U Thor  2023-11-14  id      1"
	succeeds varve blame t.csv
	output_has "$(short HEAD)  A U Thor"
}

@test "blame and log --row agree with a model over random histories with merges" {
	python3 "$BATS_TEST_DIRNAME/merges.py" $((1 + $(drawn 2))) "$(a_sixth ${VARVE_TEST_ALL:+3}2)"
}

@test "blame agrees with git blame over random histories with merges" {
	python3 "$BATS_TEST_DIRNAME/git_blame.py" $((1 + $(drawn 2))) "$(a_sixth ${VARVE_TEST_ALL:+2}2)"
}

@test "a path that a version lacks is named with the version as it was written" {
	new_repo
	rows 5 > prices.csv
	varve add prices.csv > /dev/null
	varve commit -q -m one
	for words in nosuch.csv 'HEAD nosuch.csv' 'nosuch.csv HEAD' 'HEAD -- nosuch.csv'; do
		ends_with 2 varve blame $words
		stderr_has "'nosuch.csv' does not exist in HEAD"
		stderr_has "hint: "
	done
}
