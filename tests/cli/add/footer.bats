load ../helper

# noted FILE NOTE: a table with a blank line and a note below it.
noted() {
	printf 'id,name,price\n1,a,2.5\n2,b,3\n3,c,4\n\nSource: %s\n' "$2" > "$1"
}

# back FILE: the last version of it has the same bytes, and is written again.
back() {
	cp "$1" want
	varve cat HEAD:"$1" > got
	same_bytes want got
	rm "$1"
	succeeds varve restore "$1"
	same_bytes want "$1"
	succeeds varve fsck --data
}

@test "a note below a table is kept as bytes, and is no row" {
	new_repo
	noted t.csv X
	succeeds varve add t.csv
	output_has "3 rows, 3 columns, key id"
	output_has "2 lines below the table"
	stderr_has "t.csv: skipped 2 lines below the table, from 'Source: X' on"
	varve commit -qm one
	back t.csv
	succeeds varve cat --where id=3 t.csv
	output_is $'id,name,price\n3,c,4'
	succeeds varve cat --format ndjson t.csv
	[ "${#lines[@]}" = 3 ]
	printf 'id,name,price\n1,a,2.5\n2,b,3\n3,c,4\n' > plain.csv
	succeeds varve convert -q t.csv out.csv
	same_bytes plain.csv out.csv
	succeeds varve check t.csv
	succeeds varve blame t.csv
	output_lacks "Source"
	succeeds varve sql 'SELECT count(*) AS n, max(id) AS m FROM "t"'
	output_has "3"
}

@test "a difference of the lines below a table is one of its form, and they stay below new rows" {
	new_repo
	noted t.csv X
	varve add -q t.csv 2> /dev/null
	varve commit -qm one
	noted t.csv 'Y and more'
	succeeds varve diff
	output_has "lines below the table changed"
	output_lacks "row"
	sed -i '4a 4,d,5' t.csv
	succeeds varve add t.csv
	output_has "4 rows"
	stderr_is ""
	varve commit -qm two
	back t.csv
	succeeds varve diff HEAD~1 HEAD
	output_has "4"
	output_has "lines below the table changed"
	printf 'id,name,price\n1,a,2.5\n2,b,3\n3,c,4\n4,d,5\n' > t.csv
	succeeds varve add t.csv
	output_has "lines below the table removed"
}

@test "--skip-footer names the lines below a table, which stay so while their first cell does" {
	new_repo
	printf 'item,n\na,1\nb,2\nTotal,3\n' > t.csv
	succeeds varve add t.csv
	output_has "3 rows"
	varve reset -q 2> /dev/null || git reset -q
	succeeds varve add --skip-footer 1 --key item t.csv
	output_has "2 rows"
	output_has "1 line below the table"
	varve commit -qm one
	back t.csv
	printf 'item,n\na,1\nb,2\nc,4\nTotal,7\n' > t.csv
	succeeds varve add t.csv
	output_has "3 rows"
	varve commit -qm two
	back t.csv
	# without the total the last row is one
	printf 'item,n\na,1\nb,2\nc,4\n' > t.csv
	succeeds varve add t.csv
	output_has "3 rows"
	output_has "lines below the table removed"
	varve commit -qm three
	back t.csv
	ends_with 2 varve add --skip-footer 9 t.csv
	ends_with 2 varve add --skip-footer x t.csv
}

@test "what is not certain is no footer" {
	new_repo
	# a blank line in a quoted cell; a comment with as many cells as the rows; keys that begin with '#'; no blank line
	printf 'id,text\n1,x\n2,y\n3,"a\n\nSource: b"\n' > quoted.csv
	printf 'id,text\n1,x\n2,y\n# 3,z\n' > cells.csv
	printf 'id,text\n#1,x\n#2,y\n#3\n' > keys.csv
	printf 'id,text\n1,x\n2,y\nSource\n' > near.csv
	printf 'a\n1\n2\n\nSource\n' > one.csv
	printf '{"a":1,"b":2}\n{"a":2,"b":2}\n{"a":3,"b":2}\n' > t.ndjson
	for f in quoted cells keys near one; do
		succeeds varve add "$f.csv"
		output_lacks "below the table"
	done
	succeeds varve add t.ndjson
	varve commit -qm one
	for f in *.csv t.ndjson; do
		varve cat "HEAD:$f" > got
		same_bytes "$f" got
	done
	printf '{"a":1,"b":2}\n{"a":2,"b":2}\n{"a":3,"b":2}\n# end\n' > t.ndjson
	ends_with 2 varve add t.ndjson
	printf 'id,text\n1,x\n2,y\n3,z\n# end, 3 rows, in all, of them\n# bye\n' > c.csv
	succeeds varve add c.csv
	output_has "2 lines below the table"
	printf 'id;text\r\n1;x\r\n2;y\r\n3;z\r\n\r\nNote\r\n\r\nMore' > crlf.csv
	succeeds varve add crlf.csv
	output_has "4 lines below the table"
	printf 'id;text\r1;x\r2;y\r3;z\r\rNote\r' > cr.csv
	succeeds varve add cr.csv
	output_has "2 lines below the table"
	printf '# of 2024\n\nid,text\n1,x\n2,y\n\nNote\n' > both.csv
	succeeds varve add both.csv
	output_has "2 rows"
	output_has "1 line above the table"
	output_has "2 lines below the table"
	varve commit -qm two
	for f in c crlf cr both; do
		back "$f.csv"
	done
}

@test "long tables, streams and other encodings have lines below them, too" {
	new_repo
	rows 30000 > big.csv
	printf '\nSource: \xc3\xa9t\xc3\xa9\n' >> big.csv
	iconv -t utf-16 big.csv > wide.csv
	git init -q ../plain
	cp big.csv ../plain
	succeeds varve add big.csv wide.csv
	output_has "30,000 rows"
	output_lacks "30,001"
	varve commit -qm one
	back big.csv
	cp wide.csv want
	rm wide.csv
	succeeds varve restore wide.csv
	same_bytes want wide.csv
	# through git's filter
	printf 'x' > other
	sed -i 's/^77,/77,changed/' big.csv
	git add big.csv
	varve commit -qm two
	back big.csv
	succeeds varve diff --stat HEAD~1 HEAD
	cd ..
	varve clone -q work c 2> /dev/null || varve clone -q "$OLDPWD" c
	cmp c/big.csv "$OLDPWD/big.csv"
}

@test "a merge takes the side that changed the lines below, and rows go above them" {
	new_repo
	noted t.csv X
	varve add -q --key id t.csv 2> /dev/null
	varve commit -qm one
	varve branch side
	sed -i 's/Source: X/Source: Y/' t.csv
	sed -i '4a 4,d,5' t.csv
	varve commit -qam ours
	varve switch -q side
	sed -i '4a 5,e,6' t.csv
	sed -i 's/^1,a/1,z/' t.csv
	varve commit -qam theirs
	succeeds varve merge main
	printf 'id,name,price\n1,z,2.5\n2,b,3\n3,c,4\n4,d,5\n5,e,6\n\nSource: Y\n' > want1
	printf 'id,name,price\n1,z,2.5\n2,b,3\n3,c,4\n5,e,6\n4,d,5\n\nSource: Y\n' > want2
	cmp t.csv want1 || cmp t.csv want2
	back t.csv
	varve switch -q main
	sed -i 's/Source: Y/Source: A/' t.csv
	varve commit -qam more
	varve switch -q side
	sed -i 's/Source: Y/Source: B/' t.csv
	varve commit -qam more
	ends_with 1 varve merge main
	ends_with 1 varve conflicts
	output_has "both sides changed the lines below the table"
	tail -n 1 t.csv > last
	[ "$(cat last)" = "Source: B" ]
}

@test "patches, edits and columns leave the lines below a table where they are" {
	new_repo
	noted t.csv X
	varve add -q --key id t.csv 2> /dev/null
	varve commit -qm one
	noted t.csv Y
	sed -i '4a 4,d,5' t.csv
	sed -i 's/^2,b/2,z/' t.csv
	cp t.csv want
	varve diff --format patch > p
	varve restore -q t.csv 2> /dev/null || varve restore t.csv > /dev/null
	succeeds varve apply p
	same_bytes want t.csv
	succeeds varve apply -R p
	varve cat HEAD:t.csv > old
	same_bytes old t.csv
	succeeds varve rename-column t.csv name label
	sed 's/name/label/' old > want
	same_bytes want t.csv
	varve commit -qam two
	sed -i 's/^2,b,3/2,q,9/' t.csv
	succeeds varve restore --row 2 t.csv
	same_bytes want t.csv
	sed -i '/^3,/d' t.csv
	succeeds varve restore --row 3 t.csv
	same_bytes want t.csv
}

@test "rows that are kept in key order have lines below them, too" {
	new_repo
	printf 'id,v\n3,a\n1,b\n2,c\n\nSource: x\n' > t.csv
	succeeds varve add --order key --key id t.csv
	output_has "3 rows"
	varve commit -qm one
	back t.csv
	printf 'id,v\n2,c\n3,a\n1,z\n\nSource: y\n' > t.csv
	succeeds varve add t.csv
	output_has "3 rows"
	varve commit -qm two
	back t.csv
}

@test "bytes, rows and lines around a table are those of a model through edits, patches and merges" {
	for seed in $((1 + ${VARVE_TEST_SAMPLE:-0} % 2)) ${VARVE_TEST_ALL:+1 2}; do
		rm -rf t.csv patch .git .gitattributes
		new_repo
		python3 "$BATS_TEST_DIRNAME/footer_model.py" $seed
	done
}

@test "a last row that may be a total is named in the version in which it comes, and not again" {
	new_repo
	printf 'id;name;v\n1;a;10\n2;b;20\n3;c;30\n4;d;40\n' > t.csv
	succeeds varve add t.csv
	stderr_lacks "may be a total"
	varve commit -qm one
	printf ';;100\n' >> t.csv
	succeeds varve add t.csv
	stderr_has "t.csv: the last row may be a total of those above: ';;100'; '--skip-footer 1' leaves it out of the rows"
	varve commit -qm two
	sed -i 's/^;;100/5;e;50\n;;150/' t.csv
	succeeds varve add t.csv
	stderr_lacks "may be a total"
	varve commit -qm three
	# left out in a version, it stays so
	succeeds varve add --skip-footer 1 t.csv
	varve commit -qm four
	sed -i 's/^;;150/6;f;10\n;;160/' t.csv
	succeeds varve add --skip-footer 1 t.csv
	output_has "6 rows"
	stderr_lacks "may be a total"
	# of a table in key order the end of the version before is not known
	printf 'id;name;v\n4;d;40\n3;c;30\n1;a;10\n2;b;20\n' > k.csv
	succeeds varve add --key id --order key k.csv
	varve commit -qm five
	printf 'Total;;100\n' >> k.csv
	succeeds varve add k.csv
	stderr_lacks "may be a total"
}

@test "a last row that may be a total is a row, and named with the option that leaves it out" {
	local n=0 line
	new_repo
	for line in 'Summe;;6' 'RAZEM:;;6' ';;6,5' ';Total;6' '"Grand total";"";"6"' 'Łącznie;;6' 'Итого;;6'; do
		n=$((n + 1))
		printf 'id;a;n\r\n1;x;1\r\n2;y;2\r\n3;z;3\r\n%s\r\n\r\n' "$line" > $n.csv
		succeeds varve add $n.csv
		stderr_has "the last row may be a total of those above: '$line'; '--skip-footer 2' leaves it out"
		output_has " 4 rows"
		succeeds varve add --skip-footer 2 $n.csv
		output_has "3 rows"
		cp $n.csv kept && rm $n.csv && varve restore $n.csv
		same_bytes $n.csv kept
	done
	{
		echo id,name,n
		seq 1 5000 | sed 's/.*/&,"x, y",&/'
		echo Total,,12502500
	} > long.csv
	succeeds varve add long.csv
	stderr_has "'Total,,12502500'; '--skip-footer 1'"
	succeeds varve add --skip-footer 1 long.csv
	output_has "5,000 rows"
}

@test "a last row as those above is not said to be a total" {
	local n=0 line
	new_repo
	for line in '4;t;6' '4;Total;6' 'Total;;' ';;' ';x;7' 'Totals of 2024;;6'; do
		n=$((n + 1))
		printf 'id;a;n\n1;x;1\n2;y;2\n3;z;3\n%s\n' "$line" > $n.csv
		succeeds varve add $n.csv
		[[ $stderr != *"may be a total"* ]]
	done
	printf 'id,name,n,note,day\n1,a,1,,2012-01-01\n2,b,2,,2012-01-01\n3,c,3,,2012-01-01\n,,4,,2012-01-01\n' > missing.csv
	printf 'id,n\n1,1\n2,2\n3,3\n,4\n' > small.csv
	for n in missing small; do
		succeeds varve add $n.csv
		[[ $stderr != *"may be a total"* ]]
	done
	printf 'k,v\nA,1\n,2\nB,3\n,3\n' > holes.csv
	succeeds varve add holes.csv
	[[ $stderr != *"may be a total"* ]]
	printf 'k,v\nA,1\nTotal,3\n' > short.csv
	succeeds varve add short.csv
	[[ $stderr != *"may be a total"* ]]
	printf '{"k":"A","v":1}\n{"k":"B","v":1}\n{"k":"C","v":1}\n{"k":"Total","v":3}\n' > t.ndjson
	succeeds varve add t.ndjson
	[[ $stderr != *"may be a total"* ]]
}

@test "last rows that begin with the mark of comments are rows, and notes below them are found" {
	new_repo
	printf 'id;v\nK-1;a\nK-2;b\nK-3;c\n#-4;d\n#-5;e\n\nSource: X\n' > t.csv
	succeeds varve add t.csv
	output_has "5 rows"
	output_has "2 lines below the table"
	sed -i 's/#-5;e/&\n#-6;f/' t.csv
	succeeds varve add t.csv
	output_has "6 rows (+1)"
	printf 'id;v\nK-1;a\nK-2;b\nK-3;c\n#-4;d\n# one\n# two\n' > u.csv
	succeeds varve add u.csv
	output_has "4 rows"
}
