load ../../cli/helper

# Dated files that become the versions of a table. The first test of a file has all that ten days of a shop have in them.

setup() {
	varve_setup
	unset GIT_AUTHOR_DATE GIT_COMMITTER_DATE
	new_repo
}

shop() {
	python3 "$BATS_TEST_DIRNAME/shop.py" exports
	skipped=(--day-first --date final.csv=2026-10-12 --skip sales_2026-10-09.csv --skip sales_2026-10-10.csv)
}

dates() {
	git log --reverse --format='%ad %cd' --date=format:%d-%H "$@" | tr '\n' ';'
}

# Each version has the bytes of its file.
come_back() {
	local file commit
	while read -r commit file; do
		varve cat "$commit:sales.csv" | cmp - "exports/$file"
	done < <(git log --format='%H %s' -- sales.csv | sed -n 's/ Import / /p')
}

# So many rows, of which the first has the number.
price() {
	sed -i "s/^$1,item $1,[^,]*/$1,item $1,$2/" "$3"
}

@test "ten files of a shop are versions with their own dates, once all is decided" {
	shop
	ends_with 1 varve import -n -o sales.csv exports
	output_has "2026-10-01  exports/sales_2026-10-01.csv  new: 60 rows, 4 columns"
	output_has "2026-10-02  exports/sales 02.10.2026.csv  ~3 rows"
	output_has "2026-10-03  exports/sales_20261003.csv  the same bytes as sales 02.10.2026.csv"
	output_has "2026-10-04  exports/sales-4-Oct-2026.csv  +1 ~2 rows"
	output_has "2026-10-05 18:00  exports/sales_2026-10-05T1800.csv"
	output_has "gap: no file between 2026-10-05 18:00 and 2026-10-08"
	output_has "'price' is now called 'prc' (100 % of the values are equal)"
	output_has "sales_05-10-2026.csv  ? the first number may be the day or the month (--day-first, --month-first)"
	output_has "final.csv  ? its name has no date (--date FILE=DATE, --mtime, --skip FILE)"
	output_has "? exports/sales_2026-10-09.csv was not taken as the next version of sales.csv: 19 rows in place of 61"
	output_has "sales_2026-10-10.csv was not taken as the next version of sales.csv: it is a web page (HTML)"
	stderr_has "4 files need a decision: no version was made"
	plan=$output
	ends_with 1 varve import -o sales.csv exports
	output_is "$plan"
	ends_with 1 git rev-parse -q --verify HEAD
	succeeds varve import -o sales.csv "${skipped[@]}" exports
	stderr_has "7 versions of sales.csv"
	[ "$(dates)" = "01-12 01-12;02-12 02-12;04-12 04-12;05-12 05-12;05-18 05-18;08-12 08-12;12-12 12-12;" ]
	[ "$(git log -3 --format=%s | tail -1)" = "Import sales_2026-10-05T1800.csv" ]
	come_back
	[ -z "$(git status --porcelain -- sales.csv)" ]
	cmp sales.csv exports/final.csv
	succeeds varve diff --stat 2026-10-03 2026-10-04
	output_has "+1 ~2 rows"
	succeeds varve sql --format csv "SELECT count(*) FROM sales AS OF '3 Oct 2026'"
	output_has 60
	succeeds varve fsck --data
}

@test "the same files again change nothing, and new ones go on" {
	shop
	varve import -q -o sales.csv "${skipped[@]}" exports
	before=$(git rev-parse HEAD)
	succeeds varve import -o sales.csv "${skipped[@]}" exports
	stderr_has "0 versions of sales.csv"
	output_has "exports/final.csv  in commit ${before:0:10}"
	[ "$(git rev-parse HEAD)" = "$before" ]
	price 7 500 exports/final.csv
	cp exports/final.csv exports/sales_2026-10-13.csv
	git mv sales.csv goods.csv
	varve commit -qm "another name"
	succeeds varve import -o goods.csv exports/sales_2026-10-0[1-8].csv exports/sales_2026-10-13.csv
	stderr_has "1 version of goods.csv"
	cmp goods.csv exports/sales_2026-10-13.csv
	succeeds varve import --json -n -o goods.csv exports/sales_2026-10-13.csv
	[ "$(jq -r '.files[0] | .outcome, .date, .commit' <<< "$output" | tr '\n' ' ')" = "known 2026-10-13 $(git rev-parse HEAD) " ]
}

@test "edits that were committed since are merged with the next files by cell" {
	shop
	varve import -q -o sales.csv "${skipped[@]}" exports
	price 5 99.99 sales.csv
	varve commit -qam "a wrong price"
	cp exports/final.csv exports/sales_2026-10-13.csv
	price 7 500 exports/sales_2026-10-13.csv
	cp exports/sales_2026-10-13.csv exports/sales_2026-10-14.csv
	price 8 600 exports/sales_2026-10-14.csv
	succeeds varve import -o sales.csv exports/sales_2026-10-13.csv exports/sales_2026-10-14.csv
	output_has "~1 row, merged with edits"
	[ "$(grep -cE '^(5,item 5,99.99|7,item 7,500|8,item 8,600),' sales.csv)" = 3 ]
	[ "$(dates -2)" = "13-12 13-12;14-12 14-12;" ]
	succeeds varve gc --prune=now
	price 9 1 exports/sales_2026-10-14.csv
	cp exports/sales_2026-10-14.csv exports/sales_2026-10-15.csv
	price 5 77 exports/sales_2026-10-15.csv
	cp sales.csv before
	ends_with 1 varve import -o sales.csv exports/sales_2026-10-15.csv
	output_has "? in conflict with edits made since the previous file: 1 cell of 1 row (-X ours, -X theirs)"
	cmp sales.csv before
	succeeds varve import -o sales.csv -X ours exports/sales_2026-10-15.csv
	[ "$(grep -cE '^(5,item 5,99.99|9,item 9,1),' sales.csv)" = 2 ]
	succeeds varve fsck --data
}

@test "another clone goes on with the files, whose last one no commit has as it is" {
	shop
	varve import -q -o sales.csv "${skipped[@]}" exports
	price 5 99.99 sales.csv
	varve commit -qam "a wrong price"
	cp exports/final.csv exports/sales_2026-10-13.csv
	price 7 500 exports/sales_2026-10-13.csv
	varve import -q -o sales.csv exports/sales_2026-10-13.csv
	varve clone -q . ../clone
	cp -r exports ../clone/exports
	cd ../clone
	cp exports/sales_2026-10-13.csv exports/sales_2026-10-14.csv
	price 8 600 exports/sales_2026-10-14.csv
	ends_with 1 varve import -o sales.csv exports/sales_2026-10-14.csv
	output_has "is missing in this clone, so edits made since then cannot be found"
	succeeds varve import -o sales.csv exports/sales_2026-10-1[34].csv
	[ "$(grep -cE '^(5,item 5,99.99|7,item 7,500|8,item 8,600),' sales.csv)" = 3 ]
}

@test "files that are older, of a second date, or cut within a line have to be wanted" {
	printf 'id,v\n1,1\n2,2\n' > t-2026-10-02.csv
	printf 'id,v\n1,1\n2,3\n' > t-2026-10-01.csv
	printf 'id,v\n1,1\n2,4\n' > "t-2026-10-02 b.csv"
	printf 'id,v\n1,1\n2' > t-2026-10-03.csv
	printf 'id,v\n1,1\n2,5\n' > t-2026-10-04-2026-10-05.csv
	touch -d 2026-10-06T10:00Z t-2026-10-04-2026-10-05.csv
	succeeds varve import -o t.csv t-2026-10-02.csv "t-2026-10-02 b.csv"
	output_has "~1 row; a second version of that date"
	cp t.csv newest
	ends_with 1 varve import -o t.csv t-2026-10-01.csv
	output_has "? it is older than the newest version, and would take its place (--skip FILE)"
	ends_with 2 varve import -o t.csv --older t-2026-10-01.csv
	cmp t.csv newest # the newest stays the table
	ends_with 1 varve import -o t.csv t-2026-10-03.csv
	output_has "its last line has no line end (-f)"
	[[ $stderr != *"-f"* ]]
	succeeds varve import -o t.csv -f t-2026-10-03.csv
	cmp t.csv t-2026-10-03.csv
	ends_with 1 varve import -o t.csv --mtime t-2026-10-04*.csv
	output_has "? its name has several dates"
	mv t-2026-10-04*.csv new.csv
	succeeds varve import -o t.csv --mtime new.csv
	[ "$(git log -1 --date=iso-local --format=%cd)" = "2026-10-06 10:00:00 +0000" ]
	printf 'id,v\n1,"1\n' > t-2026-10-07.csv
	for force in "" -f; do
		ends_with 1 varve import -o t.csv $force t-2026-10-07.csv
		output_has "is never closed"
		output_lacks "(-f)"
	done
	ends_with 2 varve import t-2026-10-01.csv
	ends_with 2 varve import -o t.csv --date nothing.csv=2026-10-01 new.csv
	stderr_has "--date: no file is named 'nothing.csv'"
	ends_with 2 varve import -o t.csv --skip nothing.csv new.csv
	stderr_has "--skip: no file is named 'nothing.csv'"
	ends_with 2 varve import -o t.csv --date new.csv=never new.csv
	printf 'id,v\n1,9\n' > t.csv
	printf 'id,v\n1,1\n2,7\n' > t-2026-10-08.csv
	ends_with 2 varve import -o t.csv t-2026-10-08.csv
	stderr_has "'t.csv' has unstaged changes"
	[ "$(cat t.csv)" = $'id,v\n1,9' ]
}

@test "an import that is killed leaves whole versions, and the same command ends it" {
	shop
	for delay in 0.02 0.04 0.06 0.08 0.1 0.15; do
		timeout -s KILL "$delay" varve import -q -o sales.csv "${skipped[@]}" exports > /dev/null 2>&1 || :
		if git rev-parse -q --verify HEAD; then come_back; fi
	done
	succeeds varve import -q -o sales.csv "${skipped[@]}" exports
	[ "$(git log --format=%s | grep -c '^Import')" = 7 ]
	come_back
	succeeds varve fsck --data
}

@test "a file that Excel changed has to be wanted, with the warnings of add" {
	seq 200 | awk 'BEGIN { print "sku,item,price" } { printf "%05d,n%d,%d.25\n", $1, $1, $1 }' > s-2026-09.csv
	sed 's/^0*//' s-2026-09.csv > s-2026-10.csv
	ends_with 1 varve import -o s.csv s-2026-09.csv s-2026-10.csv
	output_has "? column sku: leading zeros are lost in 200 cells"
	output_has "(-f)"
	[ ! -e s.csv ]
	succeeds varve import -f -o s.csv s-2026-09.csv s-2026-10.csv
	stderr_has "s-2026-10.csv: column sku: leading zeros are lost in 200 cells"
	cmp s.csv s-2026-10.csv
}

@test "import --day-first and import --month-first read the same names as other days" {
	mkdir exports
	for day in 01-10-2026 02-10-2026; do
		printf 'id,price\n1,%s\n' "${day:1:1}" > "exports/sales_$day.csv"
	done
	succeeds varve import -q --month-first -o months.csv exports
	[ "$(git log --format=%ad --date=short -- months.csv)" = "2026-02-10
2026-01-10" ]
	succeeds varve import -q --day-first -o days.csv exports
	[ "$(git log --format=%ad --date=short -- days.csv)" = "2026-10-02
2026-10-01" ]
	ends_with 1 varve import -q -o undecided.csv exports
}
