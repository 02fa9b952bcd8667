# What people who know git, SQL, pandas or Excel type first works, or is answered with the command that does it.
load ../helper

@test "words and orders of other programs work, or are answered with the exact command" {
	new_repo
	printf 'id,item,price\n1,pear,9.99\n2,plum,3.50\n3,fig,0.80\n' > prices.csv
	varve add -q --key id prices.csv
	varve commit -qm one
	sed -i s/3.50/3.75/ prices.csv
	varve commit -qam two
	while IFS='|' read -r code words what; do
		eval "ends_with $code varve $words"
		[[ $output$stderr == *"$what"* ]] || { echo "$words: $output $stderr"; return 1; }
		git checkout -q prices.csv
	done <<- 'EOF'
		2|cat prices.csv@HEAD~1|'varve cat HEAD~1:prices.csv' does it
		2|diff prices.csv@HEAD~1|'varve diff HEAD~1 -- prices.csv' does it
		0|cat --sort 'price desc' --limit 1 prices.csv|pear
		0|cat --sort 'price ASC' --limit 1 prices.csv|fig
		2|cat --sort price desc prices.csv|--sort -price
		2|cat prices.csv --columns id price|--columns id,price
		2|cat prices.csv --to json|'varve cat prices.csv --format json'
		2|schema show prices.csv|'varve schema prices.csv'
		2|get prices.csv 2 price|--columns price prices.csv' does it
		2|cat --row 2 prices.csv|'--where "KEY = VALUE"'
		2|add prices|did you mean 'prices.csv'?
		2|update prices.csv set price=4 where id=2|'varve set prices.csv 2 price=4 --if id=2' does it
		2|update prices.csv set price=4 where 'item = "red plum"'|'varve set prices.csv 'red plum' price=4 --if 'item = "red plum"'' does it
		2|update prices.csv set price=4 where 'id > 2'|'varve set --where 'id > 2' prices.csv price=4' does it
		2|insert prices.csv id=9 item=kiwi price=1.2|'varve set --add prices.csv 9 item=kiwi price=1.2' does it
		2|change prices.csv 2 price=4|'varve set prices.csv 2 price=4' does it
		2|insert prices.csv|'varve set --add prices.csv KEY COL=VALUE'
		2|edit prices.csv id=2 price=4|'varve set prices.csv 2 price=4 --if id=2' does it
		2|history prices.csv --row 2 --column price|'varve log --row 2 prices.csv --columns price' does it
		2|--from prices.csv sort -nr price then cut -f id,price|'varve cat prices.csv --sort -price --columns id,price' does it
		2|--icsv --ojson sort -f item -nr price then head -n 3 then cut -x -f id prices.csv|'varve cat prices.csv --sort item,-price --limit 3 --columns -id --format json' does it
		2|head -n 1 then nest -f item prices.csv|'varve cat prices.csv --limit 1' does it
		2|top -n 1 -f price -g item prices.csv|PARTITION BY item ORDER BY price DESC) AS place FROM prices) WHERE place <= 1"' does it
		2|rollback|'varve revert HEAD' does it
		2|rollback HEAD~1|'varve revert HEAD~1' does it
		2|diff HEAD~1 --csv|varve_diff_cells('FILE', 'HEAD~1')
		2|unique prices.csv item|SELECT DISTINCT item FROM prices
		2|query 'select item from prices'|'varve sql 'select item from prices'' does it
		2|config user.name Ada|'git config user.name Ada' works here
		2|diff --ignore-order prices.csv|did you mean 'varve diff prices.csv'?
		2|cat prices.csv --sort=price --desc|did you mean 'varve cat prices.csv --sort=-price'?
		2|revert prices.csv|'varve restore prices.csv' discards its changes
		2|restore HEAD~1 prices.csv|'varve restore --source HEAD~1 prices.csv' does it
		2|set prices.csv 2 price 4|'varve set prices.csv 2 price=4' does it
		2|delete prices.csv where price=9.99|'varve cat prices.csv --where 'iif(price=9.99, 1, 0) = 0' -o prices.csv'
		2|delete prices.csv plum --where|'varve cat prices.csv --where not(VALUE) -o prices.csv'
		2|log prices.csv 2|'varve log prices.csv --row 2' does it
		2|log --row id=2 prices.csv|'varve log --row 2 prices.csv' does it
		2|blame --row id=2 prices.csv|'varve blame --row 2 prices.csv' does it
		2|restore --row id=2 prices.csv|'varve restore --row 2 prices.csv' does it
		2|filter prices.csv 'price>3'|'varve cat prices.csv --where 'price>3''
		2|value_counts item prices.csv|GROUP BY
		2|to_excel prices.csv|'varve cat prices.csv -o prices.xlsx'
		2|sql prices.csv 'select * from prices'|varve sql "select * from prices"
		1|sql 'show tables'|varve sql '.tables'
		1|sql 'select top 2 * from prices'|'varve sql 'select * from prices limit 2''
		1|sql 'update prices set price = 1'|'varve set --where true prices.csv price=1' does it
	EOF
}

@test "cat -o writes the format of the file's ending, and copies bytes under their own" {
	new_repo
	printf 'id;item\r\n1;"pear"\r\n' > a.csv
	varve add -q a.csv
	varve commit -qm one
	varve cat -o out.json a.csv
	python3 -c 'import json; assert json.load(open("out.json")) == [{"id": 1, "item": "pear"}]'
	varve cat -o out.jsonl HEAD:a.csv
	[ "$(cat out.jsonl)" = '{"id":1,"item":"pear"}' ]
	varve cat -o out.csv a.csv
	same_bytes a.csv out.csv
	varve cat -o out.txt a.csv
	same_bytes a.csv out.txt
	varve cat -o other.json --format tsv a.csv
	[ "$(head -n 1 other.json)" = $'id\titem' ]
}

@test "the ending of an output's name chooses the format, or the name is refused" {
	new_repo
	printf 'id,item\n1,pear\n' > a.csv
	varve add -q --key id a.csv
	varve commit -qm one
	printf '2,plum\n' >> a.csv
	while read -r name format; do
		varve diff --format $format > expected
		succeeds varve diff -o $name
		same_bytes expected $name
		succeeds varve diff -o text.$name --format summary
		varve diff --summary | same_bytes - text.$name
	done <<- 'EOF'
		d.json json
		d.JSON json
		d.ndjson ndjson
		d.jsonl ndjson
		d.md markdown
		d.sql sql
		d.patch patch
		d.arrow arrow
		d.txt text
		d text
	EOF
	while read -r name format; do
		varve check --format $format > expected
		succeeds varve check -q -o $name --output "json=$name.json"
		# the times of a check differ
		[ "$(head -c 20 expected)" = "$(head -c 20 $name)" ]
		[ "$(head -c 1 $name.json)" = '{' ]
	done <<- 'EOF'
		r.json json
		r.html html
		r.md markdown
		r.sarif sarif
		r.txt text
	EOF
	succeeds varve check -q -o r.xml
	grep -q '<testsuites' r.xml
	varve cat --format arrow a.csv > expected
	succeeds varve cat -o a.arrow a.csv
	same_bytes expected a.arrow
	while IFS='|' read -r words name; do
		ends_with 2 varve $words
		stderr_has "'$name': no .${name#*.} file can be written here"
		[ ! -e "$name" ]
	done <<- 'EOF'
		diff -o d.csv|d.csv
		diff --output=d.html|d.html
		compare -o d.tsv HEAD:a.csv a.csv|d.tsv
		cat -o a.md a.csv|a.md
		cat -o a.sql a.csv|a.sql
		check -o r.csv|r.csv
		check -o r.xlsx|r.xlsx
	EOF
	ends_with 2 varve check --output report
	stderr_has "'varve check --output json=report'?"
	# bytes that are no rows are copied
	printf 'text\n' > notes.txt
	git add notes.txt
	succeeds varve cat -o notes.md notes.txt
	same_bytes notes.txt notes.md
}

@test "the command line of a hint works as it is pasted" {
	local words what line
	new_repo
	printf 'id,item,price\n1,pear,9.99\n2,plum,3.50\n3,fig,0.80\n' > prices.csv
	varve add -q --key id prices.csv
	varve commit -qm one
	git tag v1
	printf '4,kiwi,1.20\n' >> prices.csv
	sed -i s/3.50/3.75/ prices.csv
	varve commit -qam two
	printf 'id,item\n1,pear\n' > new.csv
	while IFS='|' read -r words what; do
		eval "ends_with 2 varve $words"
		[[ $stderr =~ \'(varve .*|git .*|printf .*)\'(\?| does it| prints) ]] || { echo "$words: $stderr"; return 1; }
		line=${BASH_REMATCH[1]}
		run bash -c "$line"
		[[ $status -eq 0 && $output == *"$what"* ]] || { echo "$words: $line: $status $output"; return 1; }
	done <<- 'EOF'
		csvcut -c id,price prices.csv|2,3.75
		csvcut -C price prices.csv|id,item
		csvsort -c price -r prices.csv|pear
		csvgrep -c item -m plum prices.csv|plum
		search -s item plum prices.csv|plum
		sort prices.csv by price|plum
		sort -nr price prices.csv|pear
		filter '$price > 3' prices.csv|plum
		query 'price > 3' prices.csv|plum
		head -n 2 v1:prices.csv|3.50
		export v1 prices.csv -o old.csv|
		get prices.csv@v1|3.50
		get prices.csv --rev v1 -o old2.csv|
		cat prices.csv --order-by price --reverse|pear
		cat prices.csv --exclude price|id,item
		convert prices.csv --to json|pear
		blame prices|plum
		compare v1 HEAD prices.csv|3.75
		diff v1 -o json|kiwi
		diff --ignore price v1|kiwi
		diff --exclude=price v1|kiwi
		diff --only-added v1|"item":"kiwi"
		diff --modified v1|"new":"3.75"
		diff v1 --md|kiwi
		diff --format md v1|kiwi
		diff --format csv v1 prices.csv|3.75
		diff --from v1 --to HEAD|kiwi
		diff --side-by-side v1|3.50 -> 3.75
		diff --schema v1|1 added
		diff --colums price v1|3.75
		blame -L 2,3 prices.csv|plum
		blame --column price prices.csv|3.75
		blame --format csv prices.csv|commit_hash
		diff --as json v1|varve.diff
		diff v1 --rows 5|kiwi
		diff --new-only v1|"item":"kiwi"
		blame --author 'A U Thor' prices.csv|A U Thor
		cat prices.csv --distinct|kiwi
		export prices.csv exported.csv|
		cat --rev v1 prices.csv|3.50
		cat --version=v1 prices.csv --limit 2|3.50
		cat -n 1 prices.csv|pear
		cat -n1 prices.csv|pear
		cat --tail 1 prices.csv|kiwi
		cat --filter 'price > 9' prices.csv|pear
		cat --select item,price prices.csv|kiwi,1.20
		cat --pretty prices.csv|-----
		cat --no-header prices.csv|2,plum
		cat --format jsonl prices.csv|{"id":1
		show v1:prices.csv --columns item|plum
		log --limit 1|two
		log --limit=1|two
		set prices.csv --row 2 price=4|row 2: changed
		delete prices.csv --row 1|row 1: deleted
		delete --where 'price > 4' prices.csv|
		check --strict prices.csv|nothing wrong
		check --unique id prices.csv|nothing wrong
		check --not-null item prices.csv|nothing wrong
		convert prices.csv -o prices.tsv|
		convert new.csv --to json -o new.json|
		clone --depth 1 . ../shallow|
		restore --from v1 prices.csv|
		schema --set price=string prices.csv|
		remote list|
		find fig|fig
		save 'My changes'|My changes
		size|in use
		select prices.csv id item|id,item
		left_join prices.csv new.csv id|price
		arrange prices.csv price|plum
		distinct item prices.csv|plum
		lookup 2 prices.csv|plum
		filter prices.csv "item = 'plum'"|plum
		blame prices.csv -r 2|plum
		diff v1 --markdown --limit 3|varve diff
		diff v1 --format table|prices.csv: v1
		diff --json-output changes.json v1|
		diff --tables v1|prices.csv
		diff --skip-columns item v1|prices.csv
		diff -o changes.csv v1|
		diff -o changes.tsv v1 --columns price|
		cat -o page.md prices.csv|
		check --report html|html
		check --report report.html|nothing wrong
		check -o report.csv|nothing wrong
		check --output=report.ndjson|nothing wrong
		sql --format markdown 'select item from prices'|plum
		verify prices.csv|
		update prices.csv set price=4 where id=2|
		insert prices.csv id=9 item=kiwi price=1.20|
		cat prices.csv --sort price --desc|plum
		check --exit-zero|nothing wrong
		move prices.csv old.csv|
		nrow prices.csv|
		patch v1|
		set old.csv id=2 price=5|row 2: changed
		drop column price old.csv|
	EOF
	[ "$(head -n 1 prices.tsv)" = $'id\titem\tprice' ]
}

@test "SQL that writes is answered with a line that does the same, or with none" {
	new_repo
	printf 'item,kind,price\napple,a,2\nred plum,b,3\n' > prices.csv
	varve add -q --key item prices.csv
	varve commit -qm one
	while IFS='|' read -r sql what; do
		ends_with 1 varve sql "$sql"
		[[ $stderr =~ hint:\ \'(.*)\'\ does ]] || { echo "$sql: $stderr"; return 1; }
		bash -c "${BASH_REMATCH[1]}"
		grep -qx -- "$what" prices.csv || { echo "$sql: ${BASH_REMATCH[1]}"; cat prices.csv; return 1; }
		git checkout -q prices.csv
	done <<- 'EOF'
		update prices set kind = '', price = -1.5 where item = 'red plum'|red plum,,-1.5
		update prices set kind='it''s' where item='apple'|apple,it's,2
		update prices set kind = 'a=' where item = 'apple'|apple,a=,2
		update prices.csv set kind = 'where' where item = 'apple'|apple,where,2
		insert into prices (item, kind, price) values ('red fig', 'c', 4)|red fig,c,4
		insert into prices values ('fig', '', 4)|fig,,4
		delete from prices where item = 'red plum'|apple,a,2
		delete from prices where item > 'apple'|apple,a,2
		delete from prices where kind is null or item = 'red plum'|apple,a,2
	EOF
	while read -r sql; do
		run -1 varve sql "$sql"
		output_lacks "does it"
	done <<- 'EOF'
		update prices set price = price * 2 where item = 'apple'
		update prices set price = price+1 where item = 'apple'
		update prices set price = 2 * 2 where item = 'apple'
		update prices set price = NULL where item = 'apple'
		update prices set kind = upper(kind) where item = 'apple'
		update prices set kind = kind || 'x' where item = 'apple'
		insert into prices values ('fig', 'c', 4), ('kiwi', 'c', 5)
		insert into prices values ('fig', 'c')
		insert into prices values ('fig', 'c,d', 4)
		insert into prices values ('fig', NULL, 4)
		insert into prices (item, price) values ('fig', 2+2)
		insert into prices (item, price) values ('fig', 4), ('kiwi', 5)
	EOF
}

@test "a version may follow the file" {
	new_repo
	printf 'id,price\n1,9.99\n' > prices.csv
	varve add -q --key id prices.csv
	varve commit -qm one
	git tag v1
	sed -i s/9.99/8.99/ prices.csv
	varve commit -qam two
	varve diff v1 prices.csv > expected
	succeeds varve diff prices.csv v1
	output_is "$(cat expected)"
	varve log v1 prices.csv > expected
	succeeds varve log prices.csv v1
	output_is "$(cat expected)"
}

@test "a comparison that the shell took for a redirection is answered with quotes" {
	new_repo
	printf 'id,price\n1,9.99\n' > prices.csv
	varve add -q --key id prices.csv
	eval 'varve filter prices.csv price>3' 2> said || true
	grep -q "'varve cat prices.csv --where 'price > 3''" said
	eval 'varve cat prices.csv --where price>3' 2> said || true
	grep -q "'varve cat prices.csv --where 'price > 3''" said
	eval 'varve cat --where=price>3 prices.csv' 2> said || true
	grep -q "'varve cat '--where=price > 3' prices.csv'" said
	[ -e 3 ] && [ ! -s 3 ]
}

@test "two files are compared if one of them is not tracked" {
	new_repo
	printf 'id,price\n1,9.99\n2,3.50\n' > prices.csv
	varve add -q --key id prices.csv
	varve commit -qm one
	sed 's/3.50/3.75/' prices.csv > new.csv
	succeeds varve diff prices.csv new.csv
	output_has "3.50 -> 3.75"
	succeeds varve diff new.csv prices.csv
	output_has "3.75 -> 3.50"
	ends_with 2 varve diff new.csv
	stderr_has "'varve compare FILE new.csv'"
	ends_with 2 varve diff -- prices.csv new.csv
}

@test "a hint that would be cut is not a part of a command line" {
	new_repo
	printf 'id,price\n1,9.99\n' > prices.csv
	ends_with 2 varve cat --filter "price > $(printf '%0400d' 1)" prices.csv
	stderr_has "did you mean '--where'?"
}

@test "conditions in the words of other languages are answered with varve's" {
	new_repo
	printf 'id,city\n1,Rome\n2,\n' > people.csv
	varve add -q --key id people.csv
	while IFS='|' read -r condition what; do
		ends_with 2 varve cat --where "${condition//;/|}" people.csv
		stderr_has "$what"
	done <<- 'EOF'
		city contains 'om'|contains(COLUMN, 'TEXT')
		city starts with 'R'|starts_with(COLUMN, 'TEXT')
		not city %in% c('Rome')|COLUMN in ('A', 'B')
		!(id = 1)|write 'not'
		id > 1 & city = 'Rome'|write 'and'
		id > 1 && city = 'Rome'|write 'and'
		id = 1 ; id = 2|write 'or'
		is.na(city)|COLUMN is null
		isnull(city)|COLUMN is null
		city != ''|"city" is not null
	EOF
}

@test "SQL that names tables as other programs do is answered with varve's names" {
	new_repo
	printf 'id,price\n1,9.99\n' > prices.csv
	varve add -q --key id prices.csv
	varve commit -qm one
	git tag v1
	cp prices.csv new.csv
	ends_with 1 varve sql 'select * from prices join new using (id)'
	stderr_has 'write "new.csv" in place of the name'
	succeeds varve sql 'select * from prices join "new.csv" using (id)'
	ends_with 1 varve sql 'select * from prices@v1 limit 2'
	stderr_has 'in double quotes: "prices@v1"'
	succeeds varve sql 'select * from "prices@v1" limit 2'
	ends_with 1 varve sql 'select * from prices at v1'
	stderr_has "NAME AS OF 'REV'"
	printf '2,1\n' >> prices.csv
	for of in 'as of' 'version as of' 'for system_time as of'; do
		varve sql --format csv "select count(*) n from prices $of 'v1'" | same_bytes - <(printf 'n\n1\n')
	done
	ends_with 1 varve sql "select * from prices p as of 'v1'" # p is an alias
	ends_with 1 varve sql 'describe prices'
	stderr_has "'varve schema prices.csv' does it"
	ends_with 1 varve sql 'show columns from prices;'
	stderr_has "'varve schema prices.csv' does it"
	succeeds varve sql '.schema prices'
	output_has price
}
