load ../helper

# Two versions of a table: a price changed, a row went, a row came.
two_versions() {
	new_repo
	printf 'id,name,price,day\n1,lamp,30.5,2026-01-01\n2,chair,12,2026-02-03\n3,table,100,\n' > prices.csv
	commit_all first
	git tag v1
	printf 'id,name,price,day\n1,lamp,31.5,2026-01-01\n3,table,100,\n4,"sofa, red",220,2026-03-01\n' > prices.csv
	commit_all second
}

commit_all() {
	tick
	varve add -q .
	varve commit -q -m "$1"
}

@test "a query reads the work tree and versions by their names" {
	two_versions
	succeeds varve sql --format csv 'SELECT * FROM prices'
	output_is 'id,name,price,day
1,lamp,31.5,2026-01-01
3,table,100.0,
4,"sofa, red",220.0,2026-03-01'
	for table in '"prices@v1"' "prices AS OF 'v1'" '"prices.csv@HEAD~1"' "varve_at_prices('v1')" "varve_at('prices', 'v1')"; do
		succeeds varve sql --format csv "SELECT name FROM $table WHERE id = 2"
		output_is 'name
chair'
	done
	sed -i 's/lamp/candle/' prices.csv
	succeeds varve sql --format tsv 'SELECT a.name, b.name FROM prices a JOIN "prices@HEAD" b USING (id) WHERE a.name <> b.name'
	output_is 'name	name
candle	lamp'
}

@test "stddev and variance are of a sample, also far from zero" {
	new_repo
	printf 'id,kind,x\n1,a,1000000001\n2,a,1000000002\n3,a,1000000006\n4,b,7\n5,b,\n' > t.csv
	varve add -q --key id t.csv
	varve commit -qm one
	succeeds varve sql --format csv 'SELECT kind, variance(x), round(stddev(x), 4), var_samp(x) FROM t GROUP BY kind'
	[ "$(tail -n +2 <<< "$output")" = "$(printf 'a,7.0,2.6458,7.0\nb,,,')" ]
	ends_with 1 varve sql 'SELECT kind, max(x) FROM t GROUP BY ALL'
	stderr_has "GROUP BY 1'' does it"
	ends_with 1 varve sql 'SELECT * EXCLUDE (x) FROM t WHERE id = 1' # the condition would be lost
	[[ $stderr != *"does it"* ]]
}

@test "varve_tables has the sizes of files, also of one that is not in UTF-8" {
	new_repo
	printf 'id,name\n1,é\n2,ü\n' | iconv -t latin1 > t.csv
	varve add -q t.csv 2> /dev/null
	varve commit -qm one
	[ "$(wc -c < t.csv)" = 16 ]
	succeeds varve sql --format csv "SELECT bytes FROM varve_tables('HEAD')"
	output_is 'bytes
16'
	[ "$(varve info --json HEAD:t.csv | jq .bytes)" = 16 ]
}

@test "people have the names that .mailmap gives them, as in varve log" {
	two_versions
	echo 'Ann Proper <ann@x> <author@example.com>' > .mailmap
	succeeds varve sql --format csv 'SELECT DISTINCT author, author_email FROM varve_log'
	output_is 'author,author_email
Ann Proper,ann@x'
	for table in varve_history_prices varve_blame_prices; do
		succeeds varve sql --format csv "SELECT DISTINCT author FROM $table"
		output_is 'author
Ann Proper'
	done
	git config log.mailmap false
	succeeds varve sql --format csv 'SELECT DISTINCT author FROM varve_log'
	output_is 'author
A U Thor'
}

@test "a day is the last commit of the day" {
	two_versions
	day=$(git log -1 --format=%cs)
	succeeds varve sql --json "SELECT count(*) AS n FROM \"prices@$day\" WHERE price > 200"
	output_is '[{"n":1}]'
	ends_with 1 varve sql 'SELECT * FROM "prices@1999-01-01"'
	stderr_has 1999-01-01
}

@test "values have one class in each column, and what does not fit is NULL and counted" {
	new_repo
	printf '%s\n' 'id,n,p,b,when' '1,7,1.5,true,2026-01-02T03:04:05Z' '2,,2,false,' > t.csv
	varve schema --type n=integer --type p=number t.csv 2> /dev/null
	commit_all first
	printf '%s\n' 'id,n,p,b,when' '1,x,1.5,true,2026-01-02T03:04:05Z' '2,99999999999999999999,0.10000000000000000001,no,' > t.csv
	succeeds varve sql --format ndjson 'SELECT * FROM t'
	output_is '{"id":1,"n":null,"p":1.5,"b":1,"when":"2026-01-02T03:04:05Z"}
{"id":2,"n":null,"p":0.1,"b":null,"when":null}'
	stderr_has "2 cells of column 'n'"
	stderr_has "1 cell of column 'b'"
	stderr_has "column 'p' became the nearest"
	succeeds varve sql -q --format csv --exact 'SELECT "n:text", p FROM t'
	output_is 'n:text,p
x,1.5
99999999999999999999,0.10000000000000000001'
	stderr_is ''
}

@test "exact texts of numbers with decimal commas are numbers to SQLite" {
	new_repo
	printf '%s\n' 'id;b' '1;1.234,56' '2;99,90' '3;-0,10' '4;2.000' '5;12345678901234567,25' > m.csv
	commit_all one
	succeeds varve sql -q --format csv --exact 'SELECT b, "b:text" FROM m'
	output_is 'b,b:text
1234.56,"1.234,56"
99.90,"99,90"
-0.10,"-0,10"
2000,2.000
12345678901234567.25,"12345678901234567,25"'
	succeeds varve sql -q --format csv --exact 'SELECT sum(b) FROM m WHERE id < 5'
	output_is 'sum(b)
3334.36'
}

@test "differences are rows and cells" {
	two_versions
	succeeds varve sql --format csv "SELECT diff_type, from_id, to_id, from_price, to_price FROM varve_diff_prices('v1', 'HEAD')"
	output_is 'diff_type,from_id,to_id,from_price,to_price
modified,1,1,30.5,31.5
removed,2,,12.0,
added,,4,,220.0'
	succeeds varve sql --format csv "SELECT * FROM varve_diff_cells('prices', 'v1') WHERE diff_type = 'modified'"
	output_is 'id,column_name,diff_type,from_value,to_value,from_row,to_row
1,price,modified,30.5,31.5,0,0'
	succeeds varve sql --json 'SELECT * FROM varve_diff_prices'
	output_is '[]'
}

@test "a renamed column is found on both sides of a difference" {
	new_repo
	rows 100 > prices.csv
	commit_all first
	rows 100 | sed -e 's/price/cost/' -e 's/^1,item 31,79.19/1,item 31,80/' > prices.csv
	succeeds varve sql --format csv "SELECT to_id, from_cost, to_cost FROM varve_diff_prices('HEAD')"
	output_is 'to_id,from_cost,to_cost
1,79.19,80.0'
}

@test "a difference follows a renamed file, staged or committed" {
	new_repo
	rows 100 > prices.csv
	commit_all first
	git tag v1
	git mv prices.csv costs.csv
	sed -i 's/^1,item 31,79.19/1,item 31,80/' costs.csv
	succeeds varve sql --format csv "SELECT to_id, diff_type, to_price FROM varve_diff('costs.csv')"
	output_is $'to_id,diff_type,to_price\n1,modified,80.0'
	commit_all second
	succeeds varve sql --format csv "SELECT to_id, diff_type, to_price FROM varve_diff('costs.csv', 'v1')"
	output_is $'to_id,diff_type,to_price\n1,modified,80.0'
	git mv costs.csv last.csv
	succeeds varve sql --format csv "SELECT to_id, diff_type, to_price FROM varve_diff('last.csv', 'v1')"
	output_is $'to_id,diff_type,to_price\n1,modified,80.0'
	ends_with 1 varve sql "SELECT * FROM varve_diff('last.csv', 'v1', 'HEAD')"
	stderr_has "last.csv"
}

@test "the history of a table has each version, of a row each change" {
	two_versions
	succeeds varve sql --format csv "SELECT price, message FROM varve_history_prices WHERE id = 1"
	output_is 'price,message
31.5,second
30.5,first'
	succeeds varve sql --format csv "SELECT message, column_name, from_value, to_value FROM varve_row_prices(1) WHERE diff_type = 'modified'"
	output_is 'message,column_name,from_value,to_value
second,price,30.5,31.5'
	succeeds varve sql --format csv "SELECT message FROM varve_log('prices')"
	output_is 'message
second
first'
	succeeds varve sql --format csv "SELECT path, name, rows, columns, key FROM varve_tables('v1')"
	output_is 'path,name,rows,columns,key
prices.csv,prices,3,4,id'
	succeeds varve sql --format csv "SELECT name, type, sql_type FROM varve_columns('prices') WHERE in_key"
	output_is 'name,type,sql_type
id,integer,INTEGER'
	succeeds varve sql --json 'SELECT * FROM varve_check'
	output_is '[]'
}

@test "blame has the commit that last set each row, or each cell of a column" {
	two_versions
	sed -i 's/sofa, red/sofa/' prices.csv
	commit_all third
	succeeds varve sql --format csv 'SELECT id, price, message FROM varve_blame_prices'
	output_is 'id,price,message
1,31.5,second
3,100.0,first
4,220.0,third'
	commit=$(git rev-parse HEAD~1)
	for table in "varve_blame_prices('price')" "varve_blame('prices', 'price')" "\"varve_blame_prices.csv\"('price')"; do
		succeeds varve sql --format csv "SELECT id, commit_hash = '$commit' AS second FROM $table WHERE id <> 3"
		output_is 'id,second
1,1
4,1'
	done
	succeeds varve sql --format csv "SELECT id, a.message AS of_row, b.message AS of_cell FROM varve_blame_prices a JOIN varve_blame_prices('name') b USING (id)"
	output_is 'id,of_row,of_cell
1,second,first
3,first,first
4,third,third'
	succeeds varve sql --format csv 'SELECT id, message FROM "varve_blame_prices@v1" WHERE price > 20'
	output_is 'id,message
1,first
3,first'
	sed -i 's/table/desk/' prices.csv
	succeeds varve sql --format csv 'SELECT name, message FROM varve_blame_prices WHERE id = 3'
	output_is 'name,message
table,first'
	ends_with 1 varve sql "SELECT message FROM varve_blame_prices('nosuch')"
	stderr_has nosuch
}

@test "what only a repository has is refused for a file outside of one" {
	two_versions
	cp prices.csv ../own.csv
	for name in varve_blame_ varve_history_ varve_at_; do
		ends_with 1 varve sql "SELECT * FROM \"$name$(dirname "$PWD")/own.csv\"('v1')"
		stderr_has 'not in a repository'
	done
}

@test "conflicts are rows, and there are none without a merge" {
	two_versions
	succeeds varve sql --json 'SELECT * FROM varve_conflicts'
	output_is '[]'
	git checkout -q -b other HEAD~1
	sed -i -e 's/^1,lamp,30.5/1,lamp,29/' -e 's/^3,table,100/3,table,101/' prices.csv
	commit_all other
	git checkout -q -
	ends_with 1 varve merge -q other
	succeeds varve sql --format csv "SELECT file, kind, row_key, column_name, base_value, our_value, their_value, row_number, not_listed FROM varve_conflicts"
	output_is 'file,kind,row_key,column_name,base_value,our_value,their_value,row_number,not_listed
prices.csv,cell,"[""1""]",price,30.5,31.5,29,0,0'
	succeeds varve sql --format csv "SELECT count(*) AS n, max(their_name) AS theirs FROM varve_conflicts('prices')"
	output_is 'n,theirs
1,other'
	succeeds varve sql --format csv 'SELECT id, price FROM prices WHERE id = 3'
	output_is 'id,price
3,101.0'
	ends_with 1 varve sql "SELECT file FROM varve_conflicts('nosuch.csv')"
	stderr_has 'no such table: nosuch.csv'
}

@test "a query waits for no other process that writes, and needs no right to write" {
	new_repo
	printf 'id,v\n1,2\n' > t.csv
	varve add -q . && varve commit -q -m one
	succeeds flock .git/varve/turn timeout 10 varve sql --format csv "SELECT v FROM t"
	output_is $'v\n2'
	rm -f .git/varve/turn
	succeeds varve sql --format csv "SELECT count(*) FROM varve_conflicts"
	[ ! -e .git/varve/turn ]
}

@test "nothing is written, but to temporary tables and to databases of one's own" {
	two_versions
	before=$(cat prices.csv; git status --porcelain)
	for statement in 'UPDATE prices SET id = 7' 'DELETE FROM prices' 'INSERT INTO "prices@v1" SELECT * FROM prices' 'DELETE FROM prices WHERE id = -1'; do
		ends_with 1 varve sql "$statement"
		stderr_has "tables are read-only in SQL"
		[[ $stderr == *"' does it"* || $stderr == *": use 'varve set FILE KEY COLUMN=VALUE', edit the file, or use Repo.write in Python"* ]]
	done
	for statement in "UPDATE prices SET name='x' WHERE rowid=2" 'DELETE FROM prices WHERE rowid=2' 'DELETE FROM prices WHERE _rowid_>2'; do
		ends_with 1 varve sql "$statement"
		stderr_has "use 'varve set FILE KEY COLUMN=VALUE', edit the file"
	done
	[ "$before" = "$(cat prices.csv; git status --porcelain)" ]
	succeeds varve sql --json 'CREATE TEMP TABLE x AS SELECT * FROM prices; SELECT count(*) AS n FROM x'
	output_is '[{"n":3}]'
	succeeds varve sql "ATTACH 'own.db' AS own; CREATE TABLE own.p AS SELECT * FROM prices"
	succeeds varve sql --json "ATTACH 'own.db' AS own; SELECT count(*) AS n FROM own.p"
	output_is '[{"n":3}]'
	for statement in 'CREATE TABLE kept AS SELECT * FROM prices' 'CREATE VIEW kept AS SELECT * FROM prices'; do
		ends_with 1 varve sql "$statement"
		stderr_has "cannot create 'kept'"
		stderr_has 'CREATE TEMP TABLE'
	done
}

@test "errors in a query end with 1, and the first one ends a script" {
	two_versions
	ends_with 1 varve sql 'SELECT * FORM prices'
	stderr_has 'syntax error'
	stderr_has '^--- error here'
	ends_with 1 varve sql 'SELECT * FROM prices@v1'
	stderr_has 'hint: write a name with a revision in double quotes: "prices@v1"; or write: NAME AS OF '"'REV'"
	ends_with 1 varve sql 'SELECT * FROM prizes'
	stderr_has 'did you mean "prices"?'
	ends_with 1 varve sql 'SELECT * FROM "prices@nosuch"'
	stderr_has nosuch
	printf 'SELECT 1;\nSELECT x;\nSELECT 3;\n' > script.sql
	ends_with 1 varve sql --json -f script.sql
	output_is '[{"1":1}]'
	ends_with 2 varve sql 'SELECT 1' -c 'SELECT 2'
	ends_with 2 varve sql --format nosuch 'SELECT 1'
	ends_with 2 varve sql --param day 'SELECT :day'
	ends_with 2 varve sql 'SELECT :day'
	stderr_has '--param day=VALUE'
}

@test "a name that leads to nothing is an error, and never a text or no rows" {
	two_versions
	ends_with 1 varve sql 'SELECT id FROM prices WHERE name = "x"'
	stderr_has 'no such column: ' # SQLite quotes the name since 3.41
	stderr_has "WHERE name = 'x'"
	ends_with 1 varve sql 'SELECT "nmae" FROM prices'
	ends_with 1 varve sql 'SELECT * FROM prices AS OF v1'
	stderr_has "AS OF 'v1'"
	ends_with 1 varve sql 'SELECT to_nmae FROM varve_diff_prices'
	stderr_has "to_NAME and from_NAME"
	ends_with 1 varve sql 'SELECT nmae FROM varve_diff_cells_prices'
	stderr_has "no such column: nmae"
	stderr_lacks to_NAME
	for list in varve_log varve_check varve_conflicts; do
		ends_with 1 varve sql "SELECT * FROM $list('prizes')"
		stderr_has 'did you mean "prices"?'
	done
	git rm -q --cached prices.csv
	git commit -qm 'no more'
	mv prices.csv ..
	succeeds varve sql --format csv "SELECT count(*) AS n FROM varve_log('prices.csv')"
	output_is $'n\n3'
}

@test "a number of NDJSON is found without reading the groups that cannot have it" {
	new_repo
	python3 -c '
import json, random
for i in range(100000): print(json.dumps({"id": i, "v": random.randrange(10 ** 9)}))' > t.ndjson
	commit_all first
	python3 - <<-'END'
		import glob, os
		pack = max(glob.glob(".git/varve/packs/*.pack"), key=os.path.getsize)
		os.chmod(pack, 0o644)
		with open(pack, "r+b") as f:
		    size = os.path.getsize(pack)
		    for at in range(size * 4 // 10, size * 6 // 10, 50):
		        f.seek(at)
		        byte = f.read(1)[0]
		        f.seek(at)
		        f.write(bytes([byte ^ 1]))
	END
	ends_with 2 varve sql 'SELECT sum(v) FROM "t@HEAD"'
	succeeds varve sql --format csv 'SELECT id FROM "t@HEAD" WHERE id = 4; SELECT count(*) AS n FROM "t@HEAD" WHERE id > 99990'
	output_is $'id\n4\nn\n9'
	# After two searches for a value, a slow machine reads the whole table instead.
	succeeds varve sql --format csv 'SELECT id FROM "t@HEAD" WHERE id IN (SELECT id FROM "t@HEAD" WHERE id < 2)'
	output_is $'id\n0\n1'
}

@test "without a query statements are read from stdin, and from a terminal at a prompt" {
	two_versions
	run --separate-stderr varve sql --json <<< 'SELECT 1; SELECT 2'
	output_is '[{"1":1}]
[{"2":2}]'
	succeeds /usr/bin/python3 "$BATS_TEST_DIRNAME/prompt.py" 'SELECT x;' '.mode csv' '.tables' 'SELECT name' 'FROM prices WHERE id = 3;' '.nosuch' '.mode nope' '.quit'
	output_has '.mode takes one of table|'
	output_has 'no such column: x'
	output_has 'prices,prices.csv,3,4,id'
	output_has $'name\r\ntable'
	output_has "varve sql has no command '.nosuch'"
	grep -q 'FROM.*prices' "$HOME/.varve_sql_history"
}

@test "the prompt runs the statements of a file" {
	new_repo
	printf 'SELECT 40 + 2 AS n;\nSELECT 7 * 7 AS m;\n' > q.sql
	succeeds /usr/bin/python3 "$BATS_TEST_DIRNAME/prompt.py" '.mode csv' '.read q.sql' '.read nowhere.sql' 'SELECT 1 + 10;' '.help' '.quit'
	output_has ".read FILE        run the lines of a file"
	output_has $'n\r\n42\r'
	output_has $'m\r\n49\r'
	output_has "cannot open 'nowhere.sql'"
	output_has $'\n11\r'
}

@test "files, stdin and the argument may have the prompt's words, and end at the first error" {
	new_repo
	printf 'id,v\n1,20\n' > t.csv
	varve add -q t.csv
	printf -- '-- sums\r\n.mode csv\r\nSELECT v\r\nFROM t;\r\n.output out.csv\r\nSELECT 7 AS n; SELECT 8 AS m\r\n;\r\n.output\r\nSELECT 9 AS k' > q.sql
	succeeds varve sql -f q.sql
	output_is $'v\n20\nk\n9'
	[ "$(cat out.csv)" = $'n\n7\nm\n8' ]
	succeeds varve sql '.read q.sql'
	output_is $'v\n20\nk\n9'
	succeeds varve sql .tables
	output_has "t.csv"
	for line in .nosuch '.mode xml' '.read nowhere.sql' '.output nowhere/x' '.import t.csv u' 'SELECT x;'; do
		printf '.mode csv\n%s\nSELECT 6 * 7;\n' "$line" > wrong.sql
		run --separate-stderr varve sql -f wrong.sql
		[ "$status" -ne 0 ]
		output_lacks 42
	done
	ends_with 1 varve sql '.import t.csv u'
	stderr_has "query a file by its path: SELECT * FROM \"./FILE.csv\"; 'varve add FILE.csv' records its history"
	echo '.read self.sql' > self.sql
	ends_with 2 varve sql -f self.sql
	stderr_has "'self.sql' is not read: more than 25 files read each other, or it reads itself"
	rm out.csv
	ends_with 1 varve sql --confined -f q.sql
	[ ! -e out.csv ]
}

@test "-o replaces a table that the query reads, when all of its rows are written" {
	two_versions
	succeeds varve sql -o prices.csv "SELECT id, name FROM prices WHERE id < 4"
	[ "$(cat prices.csv)" = $'id,name\n1,lamp\n3,table' ]
	succeeds varve sql --output=out.jsonl 'SELECT id FROM prices; SELECT 7 AS n'
	[ "$(cat out.jsonl)" = $'{"id":1}\n{"id":3}\n{"n":7}' ]
	cp prices.csv was.csv
	ends_with 1 varve sql -o prices.csv 'SELECT id FROM prices; SELECT nothing FROM prices'
	cmp prices.csv was.csv
	printf '.mode csv\n.output prices.csv\nSELECT name FROM prices;\nSELECT nothing;\n' > q.sql
	ends_with 1 varve sql -f q.sql
	[ "$(cat prices.csv)" = $'name\nlamp\ntable' ]
	ends_with 1 varve sql -o other.csv -f q.sql
	stderr_has ".output cannot be used with -o"
	[ ! -e other.csv ]
	[ -z "$(compgen -G '.varve-out-*')" ]
	ends_with 2 varve sql -o x.parquet 'SELECT 1'
	stderr_has "write '-o x.csv', and then run 'varve convert x.csv x.parquet'"
	ends_with 2 varve sql -o x.docx --format csv 'SELECT 1'
	stderr_has "sql does not write .docx files: write '-o x.csv'"
	run ! grep convert <<< "$stderr"
	succeeds varve sql -o x.txt 'SELECT 1 AS n'
	grep -qF '| 1 |' x.txt
	ends_with 2 varve sql -o json 'SELECT 1'
	stderr_has "--format json"
	ends_with 2 varve sql -o rows 'SELECT 1'
	stderr_has "choose one with --format"
	ends_with 1 varve sql "COPY (SELECT name FROM prices) TO 'prices.csv'"
	stderr_has "varve sql -o prices.csv 'SELECT name FROM prices'"
}

@test "a file that is empty where HEAD has columns is not read as a table" {
	two_versions
	: > prices.csv
	for query in 'SELECT * FROM prices' 'SELECT count(*) FROM "prices.csv"' 'SELECT * FROM varve_history_prices'; do
		ends_with 1 varve sql "$query"
		stderr_has "'prices.csv' is empty (0 bytes), and HEAD:prices.csv is not"
	done
	succeeds varve sql --format csv 'SELECT count(*) AS n FROM "prices.csv@HEAD"'
	output_is $'n\n3'
	succeeds varve sql --format csv "SELECT count(*) AS n FROM varve_diff_cells('prices', 'HEAD')"
	varve commit -qam emptied
	succeeds varve sql 'SELECT * FROM prices'
}

@test "SQL with a zero byte is refused, since what follows it would not be run" {
	two_versions
	printf 'SELECT 1;\0SELECT 2;' > q.sql
	printf '.read q.sql\n' > r.sql
	for file in q.sql r.sql; do
		ends_with 1 varve sql -f $file
		stderr_has "zero byte"
		output_is ""
	done
}

@test "a statement that takes longer than --timeout is ended, and the next ones of the prompt are run" {
	two_versions
	endless="WITH RECURSIVE c(x) AS (VALUES(1) UNION ALL SELECT x + 1 FROM c) SELECT count(*) FROM c"
	ends_with 2 varve sql --timeout 1 "$endless"
	stderr_has "took longer than the --timeout of 1 s"
	succeeds varve sql --format csv --timeout 100 'SELECT 6 * 7 AS n; SELECT 7 * 7 AS m'
	output_is $'n\n42\nm\n49'
	# Each of many on a line has its own time.
	local some="WITH RECURSIVE c(x) AS (VALUES(1) UNION ALL SELECT x + 1 FROM c LIMIT 50000) SELECT count(*) FROM c;"
	succeeds varve sql --timeout 1 "$(for ((i = 0; i < 300; i++)); do printf '%s ' "$some"; done)"
}

@test "the prompt writes rows to a file, and to the terminal again" {
	new_repo
	printf 'id,v\n1,20\n2,3\n' > t.csv
	varve add -q t.csv
	echo old > out.csv
	succeeds /usr/bin/python3 "$BATS_TEST_DIRNAME/prompt.py" '.mode csv' '.output out.csv' 'SELECT v FROM t WHERE id = 1;' 'SELECT id + 40 AS n FROM t WHERE id = 2;' \
		'.output' 'SELECT v + 50 AS m FROM t WHERE id = 1;' '.output nowhere/x' 'SELECT 8080 + 1 AS k;' '.output /dev/full' 'SELECT 1 AS lost;' '.output' 'SELECT 9000 + 1 AS last;' '.quit'
	[ "$(cat out.csv)" = $'v\n20\nn\n42' ]
	output_has 70
	output_has 8081
	output_has "nowhere/x"
	output_has "cannot write the output"
	output_has 9001
	output_lacks 42
}

@test "the prompt takes characters beyond ASCII, in every locale" {
	new_repo
	printf 'id,name\n1,M\xc3\xbcller\n2,Miller\n' > t.csv
	varve add -q t.csv
	for locale in C C.UTF-8; do
		LC_ALL=$locale succeeds /usr/bin/python3 "$BATS_TEST_DIRNAME/prompt.py" '.mode csv' "SELECT id + 10 AS n FROM t WHERE name = 'Müller';" \
			$'SELECT \'日本ü\x7f\x7fö\' || \'!\' AS w;' '.quit'
		output_has $'n\r\n11\r'
		output_has $'w\r\n日ö!\r'
	done
}

@test "a number is printed with the digits that make it, whatever its size" {
	new_repo
	succeeds varve sql --format csv 'SELECT 1.7976931348623157e308 AS a, 5e-324 AS b, 123456789012345680.0 AS c, 0.1 + 0.2 AS d, 1e15 AS e, -100.0 AS f, 1e-5 AS g'
	output_is 'a,b,c,d,e,f,g
1.7976931348623157e+308,4.94065645841247e-324,1.2345678901234568e+17,0.30000000000000004,1.0e+15,-100.0,1.0e-05'
}

@test "a condition on a number finds it whatever marks the column has" {
	new_repo
	printf 'id;preis;stueck;anteil\n1;1.234,50;1.000;5%%\n2;0,05;7;12,5 %%\n3;7,25;1.000.000;INF\n4;;NA;NaN\n' > t.csv
	cat > datapackage.json << 'JSON'
{"name": "p", "resources": [{"name": "t", "path": "t.csv", "dialect": {"delimiter": ";"}, "schema": {"missingValues": ["", "NA"], "fields": [
  {"name": "id", "type": "integer"}, {"name": "preis", "type": "number", "decimalChar": ",", "groupChar": "."},
  {"name": "stueck", "type": "integer", "groupChar": "."}, {"name": "anteil", "type": "number", "decimalChar": ",", "bareNumber": false}]}}]}
JSON
	varve add -q .
	varve commit -qm one
	answers() {
		[ "$(varve sql -q --format tsv "SELECT group_concat(id, ' ') AS ids FROM $1 WHERE $2" | tail -n 1)" = "$3" ] || { echo "$2"; return 1; }
	}
	for table in t '"t@HEAD"'; do
		answers "$table" 'preis > 1' '1 3'
		answers "$table" 'preis = 1234.5' 1
		answers "$table" "preis = '1234.5'" 1
		answers "$table" 'preis IN (7.25, 0.05)' '2 3'
		answers "$table" 'preis BETWEEN 0.01 AND 7.25' '2 3'
		answers "$table" 'preis < 1.5' 2
		answers "$table" 'stueck = 1000' 1
		answers "$table" 'stueck >= 1000' '1 3'
		answers "$table" 'stueck IN (7, 1000000)' '2 3'
		answers "$table" 'stueck IS NULL' 4
		answers "$table" 'anteil > 10' '2 3'
		answers "$table" 'anteil = 5' 1
		answers "$table" 'anteil IS NULL' 4
		answers "$table" 'anteil > 1e308' 3
	done
	succeeds varve sql -q --format csv 'SELECT b.id, a.id FROM "t@HEAD" AS a JOIN t AS b ON a.preis > b.preis'
	output_is 'id,id
2,1
3,1
2,3'
}

@test "Tab completes names at the prompt, Ctrl-C forgets what is typed, and long answers are paged" {
	two_versions
	succeeds /usr/bin/python3 "$BATS_TEST_DIRNAME/prompt.py" $'.mod\tcs\t' $'SEL\t count(*) AS n FROM varve_history_pri\t;' 'SELECT 1' $'\x03' 'SELECT 40 + 2;' '.quit'
	output_has $'n\r\n6'
	output_has $'\r\n42\r'
	GIT_PAGER='sed -n s/^7$/paged:7/p' succeeds /usr/bin/python3 "$BATS_TEST_DIRNAME/prompt.py" '.mode csv' \
		'WITH RECURSIVE c(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM c LIMIT 90) SELECT n FROM c;' 'SELECT 40 + 2;' '.quit'
	output_has paged:7
	output_lacks $'\n88'
	output_has $'\r\n42\r'
	GIT_PAGER='head -n 2' succeeds /usr/bin/python3 "$BATS_TEST_DIRNAME/prompt.py" '.mode csv' \
		'WITH RECURSIVE c(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM c LIMIT 900000) SELECT n FROM c;' 'SELECT 40 + 2;' '.quit'
	output_has $'\r\n42\r'
}

@test "parameters are values and never SQL" {
	two_versions
	succeeds varve sql --json --param id=3 --param "name=x' OR 1=1 --" 'SELECT name FROM prices WHERE id = :id OR name = :name'
	output_is '[{"name":"table"}]'
	succeeds varve sql --json --param code=007 "SELECT typeof(:code) AS t, typeof(\$n) AS u" --param n=7
	output_is '[{"t":"text","u":"integer"}]'
}

@test "a name that means two tables is an error that lists both" {
	new_repo
	mkdir a b
	printf 'id\n1\n' > a/t.csv
	printf 'id\n2\n' > b/t.csv
	printf 'id\n3\n' > 'my-prices 1.csv'
	commit_all first
	ends_with 1 varve sql 'SELECT * FROM t'
	stderr_has a/t.csv
	stderr_has b/t.csv
	succeeds varve sql --format csv 'SELECT * FROM "b/t.csv", my_prices_1'
	output_is 'id,id
2,3'
}

@test "names that differ in case only are told apart by their places, in every version" {
	new_repo
	mkdir d
	printf 'id\n1\n' > T.csv
	printf 'id\n2\n' > t.csv
	printf 'id\n3\n' > d/T.csv
	commit_all first
	git tag v1
	printf '4\n' >> t.csv
	commit_all second
	ends_with 1 varve sql 'SELECT * FROM t'
	stderr_has '"./T.csv"'
	ends_with 1 varve sql 'SELECT * FROM "t.csv@v1"'
	stderr_has '"./'
	succeeds varve sql --format csv 'SELECT id FROM "./T.csv@v1"; SELECT id FROM "./t.csv@v1"; SELECT id FROM "./T.csv"; SELECT id FROM "./t.csv" LIMIT 1'
	output_is $'id\n1\nid\n2\nid\n1\nid\n2'
	ends_with 1 varve sql 'SELECT * FROM "./T.csv@v1", "./t.csv@v1"'
	ends_with 1 varve sql "SELECT * FROM './T.csv@v1' JOIN './t.csv@v1'"
	stderr_has 'SQL cannot distinguish "./t.csv@v1" and "./T.csv@v1"'
	succeeds varve sql --format csv 'CREATE TEMP TABLE one AS SELECT * FROM "./T.csv"; SELECT one.id, t.id FROM one, "./t.csv" AS t LIMIT 1'
	output_is $'id,id\n1,2'
	succeeds varve sql --format csv "SELECT to_id, diff_type FROM varve_diff('./t.csv', 'v1', 'HEAD')"
	output_is $'to_id,diff_type\n4,added'
	git tag V1 HEAD
	succeeds varve sql --format csv 'SELECT count(*) AS n FROM "./t.csv@v1"; SELECT count(*) AS n FROM "./t.csv@V1"; SELECT count(*) AS n FROM "./t.csv@v1"'
	output_is $'n\n1\nn\n2\nn\n1'
	cd d
	succeeds varve sql --format csv 'SELECT id FROM "./T.csv@v1"'
	output_is $'id\n3'
	cd ..
	git clone -q --bare . ../bare.git
	succeeds varve -C ../bare.git sql --format csv 'SELECT id FROM "./t.csv" WHERE id = 4'
	output_is $'id\n4'
}

@test "files outside of repositories are tables, and columns get names that differ" {
	printf 'id,ID,a:text,a\n1,2,3,4\n' > t.csv
	succeeds varve sql --format csv 'SELECT * FROM "t.csv"'
	output_is 'id,ID:2,a:text,a
1,2,3,4'
	succeeds varve sql --json 'SELECT 1 AS one'
	output_is '[{"one":1}]'
	ends_with 1 varve sql 'SELECT * FROM nosuch'
}

@test "a file that is not kept as a table is one by its path, in every version" {
	new_repo
	mkdir sub
	printf '[{"id":1,"x":{"y":[7]}},{"id":2,"x":null}]' > sub/j.json
	commit_all first
	printf '[{"id":3}]' > sub/j.json
	succeeds varve sql --json "SELECT id, x ->> '\$.y[0]' AS y FROM \"sub/j.json@HEAD\""
	output_is '[{"id":1,"y":7},
{"id":2,"y":null}]'
	cd sub
	succeeds varve sql --json 'SELECT id FROM "sub/j.json"'
	output_is '[{"id":3}]'
}

@test "formats for people and for programs" {
	two_versions
	succeeds varve sql "SELECT id, name FROM prices WHERE id < 4"
	output_is '+----+-------+
| id | name  |
+----+-------+
|  1 | lamp  |
|  3 | table |
+----+-------+'
	succeeds varve sql "SELECT 'a|b' AS x, NULL AS y, x'ff00' AS z"
	output_is '+-----+------+----------+
| x   | y    | z        |
+-----+------+----------+
| a|b | NULL | \xFF\x00 |
+-----+------+----------+'
	succeeds varve sql --format ndjson "SELECT 1 AS a, 0.1 + 0.2 AS b, NULL AS c, 'x' AS d"
	output_is '{"a":1,"b":0.30000000000000004,"c":null,"d":"x"}'
	succeeds varve sql --format tsv "SELECT 'a' || char(9) || char(10) AS t"
	output_is 't
a\t\n'
	succeeds varve sql --format csv "SELECT '' AS e, NULL AS n, 'a\"b' AS q"
	output_is 'e,n,q
"",,"a""b"'
}

@test "an Arrow stream has a type for each column, in all of its batches" {
	two_versions
	arrow() { varve sql --format arrow "$1" | python3 "$BATS_TEST_DIRNAME/../arrow_stream.py"; }
	run arrow "SELECT id, price, name, day, NULL AS n, price + 1 AS p FROM prices WHERE id > 1"
	output_is '[["id", "int64", true], ["price", "float64", true], ["name", "utf8", true], ["day", "utf8", true], ["n", "utf8", true], ["p", "float64", true]]
[3, 100.0, "table", null, null, 101.0]
[4, 220.0, "sofa, red", "2026-03-01", null, 221.0]'
	run arrow 'SELECT id, price FROM prices WHERE 0'
	output_is '[["id", "int64", true], ["price", "float64", true]]'
	run arrow "SELECT NULL AS x UNION ALL SELECT 1 UNION ALL SELECT 2.5"
	output_is '[["x", "float64", true]]
[null]
[1.0]
[2.5]'
	numbers='WITH RECURSIVE t(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM t WHERE i < 70000)'
	arrow "$numbers SELECT i, CASE WHEN i % 3 THEN 'r' || i END AS r FROM t" | sed 1d > rows
	[ "$(wc -l < rows)" = 70000 ]
	[ "$(sed -n '1p;65536,65538p;70000p' rows)" = '[1, "r1"]
[65536, "r65536"]
[65537, "r65537"]
[65538, null]
[70000, "r70000"]' ]
	varve sql -q --format arrow "SELECT 1 AS x UNION ALL SELECT 'a'" > out 2> errors && false
	grep -q "column 'x'.*row 2" errors
	varve sql -q --format arrow "SELECT 1 AS n, CAST(x'ff' AS TEXT) AS x" > out 2> errors && false
	grep -q "column 'x' of the result has text that is not UTF-8: see row 1" errors
}

@test "a query reads the repository that --git-dir or GIT_DIR names, not the one of the folder" {
	two_versions
	git clone -q --bare . ../bare.git
	cp -R .git/varve ../bare.git/
	varve delete -q prices.csv 1 && commit_all third
	succeeds varve sql --format csv 'SELECT count(*) AS n FROM prices'
	output_is "n
2"
	succeeds varve --git-dir ../bare.git sql --format csv 'SELECT count(*) AS n FROM prices'
	output_is "n
3"
	GIT_DIR=../bare.git succeeds varve sql --format csv 'SELECT count(*) AS n FROM prices'
	output_is "n
3"
}

@test "in a bare repository a table is that of HEAD" {
	two_versions
	git clone -q --bare . ../bare.git
	cp -R .git/varve ../bare.git/ 2> /dev/null || true
	succeeds varve -C ../bare.git sql --format csv 'SELECT count(*) AS n FROM prices'
	output_is 'n
3'
}

@test "a table whose blocks are missing is trouble, and not a fault of the query" {
	new_repo
	rows 100 > prices.csv
	commit_all first
	git clone -q --bare . ../bare.git
	ends_with 2 varve -C ../bare.git --offline sql 'SELECT * FROM prices'
}

@test "a history that ends at an unreadable version names the commit" {
	new_repo
	printf 'id,v\n1,1\n' > t.csv
	varve add -q --key id t.csv
	varve commit -qm v1
	git cat-file blob HEAD:t.csv | sed -E 's/("root": "bafyrei....)./\1a/; s/("root": "bafyrei.....)./\1b/' > ../pointer
	git update-index --cacheinfo "100644,$(git hash-object -w ../pointer),t.csv"
	git commit -qm v2
	printf 'id,v\n1,3\n' > t.csv
	varve add -q t.csv
	varve commit -qm v3
	run --separate-stderr varve sql 'SELECT message, v FROM varve_history_t'
	[ "$status" -ne 0 ]
	output=$stderr
	output_has "commit $(git rev-parse HEAD~1 | cut -c 1-10): "
}

@test "a table that Git keeps as text has the key that diff finds" {
	git init -q text
	cd text
	python3 -c "
for i in range(200):
    print(f'{i * 7919 % 1000},{i % 3},{i % 5}' if i else 'id,kind,n')" > t.csv
	git add t.csv
	git commit -qm one
	awk -F, -v OFS=, 'NR > 1 && NR % 5 == 0 { $2 += 10; $3 += 10 } { print }' t.csv > new
	(head -n 1 new; tail -n +2 new | sort -t, -k2,2n -k1,1n) > t.csv
	rm new
	git commit -qam two
	succeeds varve diff --stat HEAD~1 HEAD
	output_has '~40 rows'
	succeeds varve sql --format csv "SELECT diff_type, count(*) FROM varve_diff_t('HEAD~1', 'HEAD') GROUP BY 1;
		SELECT count(id), count(DISTINCT id) FROM varve_diff_cells_t('HEAD~1', 'HEAD'); SELECT key FROM varve_tables;
		SELECT name FROM varve_columns('t') WHERE in_key;
		SELECT message, column_name, to_value FROM varve_row_t(676) WHERE diff_type = 'modified' AND column_name = 'n'"
	[ "$(echo "$output" | xargs)" = "diff_type,count(*) modified,40 count(id),count(DISTINCT id) 80,40 key id name id message,column_name,to_value two,n,14" ]
}

@test "a join reads each side once, whatever orders rows and whichever columns are compared" {
	new_repo
	python3 - <<-'END'
	import random
	random.seed(3)
	ids = random.sample(range(10**6), 20000)
	with open('t.csv', 'w') as f:
	    print('id,code,n', file=f)
	    f.writelines(f'{i},{random.choice("AB")}{i % 5000:04},{i % 7000}\n' for i in ids)
	END
	commit_all first
	git tag v1
	sed -i -e '100d;200d' -e '300s/,[0-9]*$/,-1/' t.csv
	echo 1000001,X,5 >> t.csv
	for old in '"t@v1"' "varve_at_t('v1')"; do
		succeeds timeout 60 varve sql --format csv "
			SELECT count(*), sum(a.n IS NOT b.n) FROM t a JOIN $old b USING (id);
			SELECT count(*) FROM t a LEFT JOIN $old b USING (id) WHERE b.id IS NULL;
			SELECT count(*) FROM $old a WHERE NOT EXISTS (SELECT 1 FROM t b WHERE b.id = a.id);
			SELECT count(*) FROM t a LEFT JOIN $old b ON b.n = a.id WHERE b.id IS NOT NULL AND a.id < 7000;"
		[ "$(echo "$output" | grep -v count | head -n 3 | xargs)" = "19998,1 1 2" ]
	done
	# texts without a key of their own, and all columns of both
	succeeds timeout 60 varve sql --format csv "SELECT count(DISTINCT a.id), count(*) > 20000 FROM t a JOIN \"t@v1\" b ON b.code = a.code"
	[ "${lines[1]}" = 19998,1 ]
	succeeds timeout 60 varve sql --format csv 'SELECT a.*, b.* FROM t a JOIN "t@v1" b USING (id)'
	[ "${#lines[@]}" = 19999 ]
}

@test "a join finds texts that are numbers as SQLite compares them" {
	new_repo
	seq 100 | sed 's/$/,5/; 1i id,n' > a.csv
	printf '%s\n' id,s '1,5' '2,05' '3,5.0' '4, 5' '5,5e0' '6,50e-1' '7,x5' '8,' '9,5x' '10,0000000000000000000005' > b.csv
	commit_all first
	cat > join.sql <<-'END'
	SELECT group_concat(DISTINCT b.id) FROM a JOIN b ON b.s = a.n;
	SELECT group_concat(DISTINCT b.id) FROM a JOIN b ON b.s = a.n + 0.0;
	SELECT group_concat(DISTINCT b.id) FROM a CROSS JOIN b ON b.s = CAST(a.n AS TEXT);
	SELECT group_concat(DISTINCT b.id) FROM a CROSS JOIN b ON b.s = a.n || 'x';
	END
	succeeds varve sql --format csv -f join.sql
	[ "$(echo "$output" | grep -v group | xargs)" = "1,2,3,4,5,6,10 3 1 9" ]
}

@test "whether the empty text of JSON is missing is for missingValues, and SQL, conditions, info and check agree" {
	new_repo
	printf '%s\n' '{"id":1,"a":""}' '{"id":2,"a":null}' '{"id":3,"a":"x"}' '{"id":4}' | tee t.ndjson > u.ndjson
	local fields='"fields": [{"name": "id", "type": "integer"}, {"name": "a", "type": "string", "constraints": {"required": true}}]'
	echo '{"resources": [{"name": "t", "path": "t.ndjson", "schema": {"missingValues": [], '"$fields"'}},
		{"name": "u", "path": "u.ndjson", "schema": {'"$fields"'}}]}' > datapackage.json
	commit_all first
	local name missing
	while read -r name missing; do
		succeeds varve sql --format csv "SELECT id FROM $name WHERE a IS NULL"
		[ "$(xargs <<< "$output")" = "id $missing" ]
		succeeds varve cat "$name.ndjson" --where 'a is null' --columns id --format csv
		[ "$(xargs <<< "$output")" = "id $missing" ]
		succeeds varve info "$name.ndjson" --json
		[ "$(jq '.columns[1].missing' <<< "$output")" = "$(wc -w <<< "$missing")" ]
		ends_with 1 varve check "$name.ndjson"
		output_has "column a, $(wc -w <<< "$missing") times: is missing"
	done <<< $'t 2 4\nu 1 2 4'
	succeeds varve sql --format csv "SELECT id FROM t WHERE a = ''"
	output_is $'id\n1'
}

@test "a version is the right side of RIGHT JOIN, too" {
	two_versions
	for right in '"prices@v1" AS was' "varve_at_prices('v1') AS was" "varve_at('prices', 'v1') was" "/* old */ varve_at_prices( 'v1') AS was"; do
		succeeds varve sql --format csv "SELECT now.id, was.id, was.name FROM prices now RIGHT JOIN $right ON was.id = now.id ORDER BY was.id"
		output_is 'id,id,name
1,1,lamp
,2,chair
3,3,table'
	done
	succeeds varve sql --format csv "SELECT prices.id, diff_type FROM prices RIGHT OUTER JOIN varve_diff_prices('v1', 'HEAD') ON to_id = prices.id ORDER BY to_id"
	output_is 'id,diff_type
,removed
1,modified
4,added'
}

@test "random queries have the answers of a plain table of SQLite" {
	new_repo
	python3 "$BATS_TEST_DIRNAME/oracle.py" "$(a_sixth 1000)" "${VARVE_TEST_SEED:-${VARVE_TEST_SAMPLE:-1}}" .
}

@test "datetimes compare in SQL as in cat --where, with zones and to the last digit" {
	new_repo
	python3 "$BATS_TEST_DIRNAME/times.py" "${VARVE_TEST_SEED:-1}" .
}

@test "a condition of a LEFT JOIN on its left table leaves no row out" {
	new_repo
	printf 'id,s,n\n1,a,1\n2,,2\n3,b,3\n' > a.csv
	printf 'id,k\n1,1\n2,2\n3,3\n' > b.csv
	succeeds varve sql --format csv "SELECT a.id, b.id AS bid FROM './a.csv' a LEFT JOIN './b.csv' b ON a.n = b.k AND a.s IS NOT NULL"
	output_is "id,bid
1,1
2,
3,3"
}

@test "20,000 random queries have the answers of a plain table of SQLite" {
	[ -n "${VARVE_TEST_ALL-}" ] || skip "only with VARVE_TEST_ALL=1: they take minutes"
	new_repo
	python3 "$BATS_TEST_DIRNAME/oracle.py" 20000 "${VARVE_TEST_SEED:-100}" .
}

@test "a file without a byte is a table without rows" {
	new_repo
	: > none.csv
	printf 'id,a\n1,x\n' > t.csv
	varve add -q --as table none.csv t.csv
	varve commit -qm one
	succeeds varve sql --format csv 'SELECT count(*) FROM none'
	output_is 'count(*)
0'
	succeeds varve sql --format csv 'SELECT * FROM none'
	succeeds varve sql --export-views x.db
	succeeds varve sql --format csv 'SELECT id FROM t'
	output_is 'id
1'
}

@test "the history of a row needs a key" {
	new_repo
	printf 'a,b\n1,x\n1,x\n' > t.csv
	varve add -q t.csv
	varve commit -qm one
	ends_with 1 varve sql "SELECT * FROM varve_row_t('1')"
	stderr_has "'t.csv' has no key"
}

@test "functions of conditions have the values in SQL that they have in rules" {
	succeeds python3 "$BATS_TEST_DIRNAME/functions.py" "$BATS_TEST_DIRNAME/../../.." "${VARVE_TEST_SEEDS:-$RANDOM}" 120
	output_has '0 differ'
	ends_with 1 varve sql "SELECT days(1, '2024-01-01')"
	stderr_has 'days requires a date, not a number'
	ends_with 1 varve sql "SELECT least('a', 1)"
	stderr_has 'the arguments of least must be all texts or all numbers'
	ends_with 1 varve sql "SELECT days('2024-01-01')"
	stderr_has 'wrong number of arguments to function days()'
	succeeds varve sql --format csv "SELECT round(5) / 2, trunc(7), days('2024-13-01', '2024-01-01'), add_days('2024-02-28T10:00:00Z', 1)"
	output_has '2.5,7.0,,2024-02-29T10:00:00Z'
}

@test "commands of hints have names as words of a shell" {
	printf '{"a":[{"x":1}],"b":[{"x":1}]}' > "it's one.json"
	ends_with 1 varve sql "SELECT * FROM \"./it's one.json\""
	stderr_has "hint: 'varve add --records /a '$PWD/it'\\''s one.json'' makes a table of the first array"
}

@test "a missing value is NULL in the history of a row, as in differences" {
	new_repo
	printf 'id,x\n1,\n' > a.csv
	varve add -q a.csv
	varve commit -qm 1
	printf 'id,x\n1,5\n' > a.csv
	varve commit -qam 2
	succeeds varve sql --format csv "SELECT quote(from_value) FROM varve_row_a(1) WHERE diff_type = 'modified'
		UNION ALL SELECT quote(from_value) FROM varve_diff_cells_a('HEAD~1')"
	[ "$(tail -n +2 <<< "$output" | tr -d '\r' | sort -u)" = NULL ]
}

@test "a single step of a confined statement has limits of memory and time" {
	new_repo r
	cd r
	for sql in "SELECT zeroblob(300000000)" "SELECT length(replace(zeroblob(16000000), x'00', x'0101010101'))"; do
		run --separate-stderr bash -c 'ulimit -v 1500000; varve sql --confined --format ndjson --timeout 5 "$1" | wc -c' - "$sql"
		[ "$output" -lt 1000 ]
	done
	ends_with 1 varve sql --confined "SELECT zeroblob(300000000)"
	stderr_has "too big"
	SECONDS=0
	ends_with 2 varve sql --confined --timeout 1 "SELECT length(printf('%.*c', 2000000000, 'x'))"
	stderr_has "--timeout"
	[ "$SECONDS" -lt $((10 * $(slowed))) ]
}
