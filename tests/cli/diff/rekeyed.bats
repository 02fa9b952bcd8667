load ../helper

# A table of companies by symbol, and BK called BNY in it.
rekeyed() {
	printf 'symbol,name,city\nAA,Alcoa,Pittsburgh\nBK,Bank of New York,New York\nCC,Chemours,Wilmington\n' > old.csv
	sed 's/^BK/BNY/' old.csv > new.csv
}

differs() {
	succeeds varve diff --no-index --key symbol "$@" old.csv new.csv
}

@test "a changed key is one changed row in the text" {
	rekeyed
	differs
	output_has "~ BK -> BNY  Bank of New York"
	output_has "1 row changed (1 cell, 1 key); 3 -> 3 rows"
	output_lacks "added"
	output_lacks "removed"
}

@test "a changed key of a wide row is told below its new one" {
	rekeyed
	COLUMNS=20 differs --color=never
	output_has "BK"
	output_has "BNY"
	output_lacks "removed"
}

@test "a changed key is one changed row in JSON, with the old key beside the new" {
	rekeyed
	differs --json
	output_has '{"change":"changed","key":{"symbol":"BNY"},"oldKey":{"symbol":"BK"},"oldRow":2,"newRow":2,"cells":{"symbol":{"old":"BK","new":"BNY"}}}'
	output_has '"rowsAdded":0,"rowsRemoved":0,"rowsChanged":1,"keysChanged":1,'
	differs --format ndjson
	output_has '{"type":"row","change":"changed","key":{"symbol":"BNY"},"oldKey":{"symbol":"BK"},'
}

@test "a changed key is one changed row in the other forms" {
	rekeyed
	differs --format sql
	output_has "UPDATE \"new\" SET \"symbol\" = 'BNY' WHERE \"symbol\" = 'BK';"
	output_lacks DELETE
	differs --format markdown
	output_has "**1** row changed (1 cell, **1** key)"
	output_has "| <code>BNY</code> | <code>symbol</code> | <code>BK</code> | <code>BNY</code> |"
	differs --stat
	output_has "~1 row (1 key)"
	differs --summary
	output_has "rows     3 -> 3: 1 changed"
	output_has "cells    1 changed, 1 of them a key"
}

@test "a patch with a changed key makes the new version, and back" {
	rekeyed
	new_repo
	rekeyed
	cp old.csv t.csv
	succeeds varve add --key symbol t.csv
	succeeds varve commit -q -m old
	cp new.csv t.csv
	run varve diff --format patch
	printf '%s\n' "$output" > p.patch
	output_has '"change":"changed","key":{"symbol":"BNY"},"oldKey":{"symbol":"BK"},"oldRow":2,"newRow":2,"cells":{"symbol":{"old":"BK","new":"BNY"}},'
	cp old.csv t.csv
	succeeds varve apply p.patch
	cmp new.csv t.csv
	succeeds varve apply --reverse p.patch
	cmp old.csv t.csv
	# another version of the table: the row is found by its old key
	printf 'symbol,name,city\nBK,The Bank of New York,Albany\nAA,Alcoa,Pittsburgh\n' > t.csv
	succeeds varve apply p.patch
	printf 'symbol,name,city\nBNY,The Bank of New York,Albany\nAA,Alcoa,Pittsburgh\n' | cmp - t.csv
	# and the new key must not be another row's
	printf 'symbol,name,city\nBK,Bank of New York,New York\nBNY,Binary,Boston\n' > t.csv
	run varve apply p.patch
	[ "$status" -eq 1 ]
	[[ "$stderr$output" == *"symbol=BNY, column 'name': expected 'Bank of New York', found 'Binary'"* ]]
}

@test "rows that only resemble each other stay removed and added" {
	printf 'day,value\n2024-01-01,5.0\n2024-01-02,5.0\n2024-01-03,6.5\n2024-01-04,5.0\n' > old.csv
	printf 'day,value\n2024-01-02,5.0\n2024-01-03,6.5\n2024-01-04,5.0\n2024-01-05,5.0\n' > new.csv
	run varve diff --no-index --key day old.csv new.csv
	output_has "1 row added, 1 row removed"
}

@test "--where finds a changed key under both names" {
	rekeyed
	differs --where symbol=BK
	output_has "BK -> BNY"
	differs --where symbol=BNY
	output_has "BK -> BNY"
}

@test "columns that came and went are a change in data" {
	printf 'id,a,b\n1,x,5\n2,y,6\n' > old.csv
	printf 'id,a,c\n1,x,red\n2,y,blue\n' > new.csv
	succeeds varve diff --no-index --key id old.csv new.csv
	output_has "1 column added, 1 column dropped; no change in the other columns"
	output_lacks "no change in data"
	for form in summary stat markdown; do
		succeeds varve diff --no-index --key id --format $form old.csv new.csv
		output_lacks "no change in data"
	done
}

# Sites by day as old.csv; with each day of the next year, and the given edits, in another order as new.csv. Some rows are
# equal but for the day.
sites() {
	awk 'BEGIN { print "site,day,n,kind"; for (i = 0; i < 144; i++) {
		site = int(i / 12); day = i % 12
		printf "S%02d,2024-01-%02d,%d,%s\n", site, day + 1, site + int(day / 2) * 3, day % 2 && (day < 11 || site % 4) ? "b" : "a"
	} }' > old.csv
	(head -1 old.csv; tail -n +2 old.csv | sed "s/,2024-/,2025-/; $1" | sort -t, -k3,3n -k1,1) > new.csv
}

@test "a key of two columns, one of them rewritten, is one key in diff, compare, merge, blame and log" {
	new_repo
	for edits in '' '/^S0[37]/s/[ab]$/z/'; do
		sites "$edits"
		git checkout -q -B main
		cp old.csv t.csv
		varve add -q --key site,day t.csv
		varve commit -qm old
		git checkout -q -B side
		cp new.csv t.csv
		cells=$((144 + $(grep -c ',z$' new.csv || :)))
		for command in 'diff t.csv' 'compare old.csv new.csv'; do
			succeeds varve $command
			output_has "144 rows changed ($cells cells, 144 keys)"
			succeeds varve $command --json
			output_has '"key":{"site":"S03","day":"2025-01-02"},"oldKey":{"site":"S03","day":"2024-01-02"}'
		done
		varve commit -qam new
		git checkout -q main
		sed -i '/^S05/s/,\([0-9]*,.\)$/,9\1/' t.csv
		varve commit -qam edit
		succeeds varve merge -q -m m side
		sed '/^S05/s/,\([0-9]*,.\)$/,9\1/' new.csv | cmp - t.csv
		succeeds varve log --oneline --row S05,2025-01-02 t.csv
		output_has "day: 2024-01-02 -> 2025-01-02"
		output_has "n: 5 -> 95"
		edit=$(git rev-parse HEAD^1)
		[ "$(varve blame t.csv | grep -c "^${edit:0:7}")" -eq 12 ]
		git rm -q t.csv
		varve commit -qm end
	done
}

@test "rows of the next month are no rows of this month under another name" {
	awk 'BEGIN { print "site,month,n"; for (i = 1; i <= 60; i++) print "S" i ",2024-01," i % 20 }' > old.csv
	awk 'BEGIN { print "site,month,n"; for (i = 1; i <= 60; i++) print "S" i ",2024-02," i % 20 + (i % 5 > 1) }' > new.csv
	run varve diff --no-index --key site,month old.csv new.csv
	output_has "60 rows added, 60 rows removed"
}

@test "a row whose value in the rewritten column has no new name, or two, stays removed" {
	# of rows that are equal but for the day, site 11 and its other cells are not
	days() {
		awk -v "names=$1" -v "last=$2" 'BEGIN { split(names, name); print "site,day,n,kind"
			for (i = 0; i < 30; i++) print int(i / 3) + 1 "," name[i % 3 + 1] "," i ",k"
			print last }'
	}
	days 'd1 d2 d3' '11,d9,50,q' > old.csv
	days 'e1 e2 e3' '11,e1,77,r' > new.csv
	run varve diff --no-index --key site,day old.csv new.csv
	output_has "1 row added, 1 row removed, 30 rows changed (30 cells, 30 keys)"
	days 'd1 d2 d3' '11,d1,50,q' > old.csv
	run varve diff --no-index --key site,day old.csv new.csv
	output_has "31 rows changed (33 cells, 31 keys)"
	sed -i 's/^10,e1,/10,f1,/' new.csv
	run varve diff --no-index --key site,day old.csv new.csv
	output_has "1 row added, 1 row removed, 30 rows changed (30 cells, 30 keys)"
}
