load ../helper

# The words by which every command says what changed in a table: "+2 -1 ~1 rows".

one_change() {
	new_repo
	rows 2000 > prices.csv
	varve add prices.csv > /dev/null
	varve commit -q -m one
	tick
	sed -i -e '100d' -e '500s/,item/,thing/' prices.csv
	printf '90001,new,1.5,2026-01-01\n90002,newer,1.5,2026-01-01\n' >> prices.csv
}

# No word of how it is stored, on either channel.
no_storage() {
	output_lacks group
	output_lacks stored
	output_lacks block
	[[ "$stderr" != *block* ]]
}

@test "status, commit, log, show and diff say a change in the same words" {
	local words='+2 -1 ~1 rows'
	one_change
	succeeds varve status
	output_has "modified:  prices.csv  $words"
	no_storage
	succeeds varve diff --stat
	output_has " prices.csv | $words"
	varve add prices.csv > /dev/null
	succeeds varve status
	output_has "modified:  prices.csv  $words"
	succeeds varve commit -m two
	output_has "  prices.csv: $words"
	no_storage
	succeeds varve log --stat -n 1
	output_has " prices.csv | $words"
	no_storage
	succeeds varve show
	output_has " prices.csv | $words"
	no_storage
}

@test "columns that came, went and have another name are told after the rows" {
	new_repo
	rows 300 > prices.csv
	varve add prices.csv > /dev/null
	varve commit -q -m one
	tick
	awk -F, -v OFS=, 'NR == 1 { print "id", "title", "day", "tax", "note" }
		NR == 7 { $2 = "other" }
		NR > 1 { print $1, $2, $4, NR % 5, "x" }' prices.csv > new.csv
	mv new.csv prices.csv
	succeeds varve status
	output_has "prices.csv  ~1 row, 2 columns added, 1 removed, 1 renamed"
	succeeds varve commit -a -m two
	output_has "prices.csv: ~1 row, 2 columns added, 1 removed, 1 renamed"
	succeeds varve diff --stat HEAD~1 HEAD
	output_has "prices.csv | ~1 row, 2 columns added, 1 removed, 1 renamed"
}

@test "with -v groups and stored bytes are told too" {
	one_change
	succeeds varve status -v
	[[ $output =~ prices\.csv\ \ \+2\ -1\ ~1\ rows\;\ [0-9]+\ of\ [0-9]+\ groups? ]]
	succeeds varve commit -v -a -m two
	[[ $output =~ prices\.csv:\ \+2\ -1\ ~1\ rows\;\ [0-9]+\ of\ [0-9]+\ groups?\ new,\ .*\ for\ a\ file\ of\  ]]
	succeeds varve log -v --stat -n 1
	[[ $output =~ \+2\ -1\ ~1\ rows\;\ [0-9]+\ new\ blocks?,\ .*\ stored ]]
	succeeds varve show -v
	[[ $output =~ \+2\ -1\ ~1\ rows\;\ [0-9]+\ new\ blocks?,\ .*\ stored ]]
}

@test "a merge and a fast-forward say the words" {
	one_change
	git switch -q -c side
	varve commit -q -a -m two
	tick
	git switch -q main
	succeeds varve merge side
	output_has "fast-forward: "
	output_has " prices.csv | +2 -1 ~1 rows"
	no_storage
	git reset -q --hard HEAD~1
	sed -i '1000s/,item/,other/' prices.csv
	varve commit -q -a -m here
	succeeds varve merge side
	output_has " prices.csv | +2 -1 ~1 rows"
	no_storage
}

@test "pull and fetch tell of blocks only with -v" {
	mkdir a
	cd a
	one_change
	cd ..
	varve clone -q a b
	(cd a && varve commit -q -a -m two)
	cd b
	succeeds varve pull
	stderr_has "received 1 commit, 1 version of a table ("
	output_has " prices.csv | +2 -1 ~1 rows"
	no_storage
	git reset -q --hard HEAD~1
	(cd ../a && tick && rows 1500 > prices.csv && varve commit -q -a -m three)
	succeeds varve pull -v
	stderr_has " blocks ("
	[[ $output =~ new\ blocks?,\ .*\ stored ]]
}

@test "where too many rows may differ they are many, and not compared" {
	new_repo
	awk 'BEGIN { print "id,a,b,c,d,e,f,g,h,i,j,k,l,m,n,o,p,q,r,s,t,u,v,w"
		for (n = 0; n < 260000; n++) { print n ",1,2,3,4,5,6,7,8,1,2,3,4,5,6,7,8,1,2,3,4,5,6," n % 10 } }' > big.csv
	varve add big.csv > /dev/null
	varve commit -q -m one
	tick
	sed -i '2,$s/$/1/' big.csv
	succeeds varve status
	output_has "big.csv  many of 260,000 rows"
	sed -i '2,9d' big.csv
	succeeds varve commit -a -m two
	output_has "big.csv: many rows (260,000 -> 259,992)"
	succeeds varve log --stat -n 1
	output_has "big.csv | many rows (260,000 -> 259,992)"
	varve log --json --stat -n 1 | python3 -c '
import json, sys
c = json.load(sys.stdin)[0]["files"][0]["changes"]
assert c["many"] is True and "rowsAdded" not in c, c'
	succeeds varve diff --stat HEAD~1 HEAD
	output_has "big.csv | -8 ~259,992 rows"
}

@test "without the blocks the pointers tell the rows" {
	mkdir a
	cd a
	one_change
	varve commit -q -a -m two
	cd ..
	git clone -q a plain 2> /dev/null
	cd plain
	ends_with 2 varve --offline log --stat -n 1
	output_has " prices.csv | 2,000 -> 2,001 rows, 4 columns (blocks missing here)"
	stderr_has "1 change of a table could not be counted: blocks are missing here"
	stderr_has "varve fetch --data REV"
	succeeds varve log --stat -n 1
	output_has " prices.csv | +2 -1 ~1 rows"
}

@test "two files that did not change are not silently two paths" {
	new_repo
	rows 3 > a.csv
	rows 4 > b.csv
	cp a.csv c.csv
	varve add -q a.csv b.csv c.csv
	varve commit -qm one
	succeeds varve diff a.csv b.csv
	output_is ""
	stderr_is "no change since the index in a.csv, b.csv; 'varve compare a.csv b.csv' compares the two"
	succeeds varve diff --cached a.csv b.csv c.csv
	stderr_is "no change since HEAD in a.csv, b.csv, c.csv; 'varve compare a.csv b.csv' compares the first two"
	for words in "-- a.csv b.csv" "HEAD a.csv b.csv" "--summary HEAD -- a.csv b.csv" "--json a.csv b.csv" "--name-only a.csv b.csv"; do
		succeeds varve diff $words
		stderr_has "in a.csv, b.csv; 'varve compare a.csv b.csv' compares the two"
	done
	git tag v1
	mkdir sub
	cp c.csv sub
	varve add -q sub
	varve commit -qm sub
	cd sub
	succeeds varve diff v1 HEAD -- ../a.csv ../b.csv
	stderr_is "no change from v1 to HEAD in ../a.csv, ../b.csv; 'varve compare HEAD:a.csv HEAD:b.csv' compares the two"
	cd ..
	for words in "a.csv" "HEAD b.csv" "--quiet a.csv b.csv" "-- a.csv sub"; do
		succeeds varve diff $words
		stderr_is ""
	done
}
