load ../helper

# What Excel does to a CSV, undone (varve restore --spelling).

@test "what Excel did is named by add and check, and undone; edits stay" {
	new_repo
	printf 'code,gene,day,price\n01234,MARCH1,2024-03-04,4.75\n00777,TP53,2024-03-14,1.50\n10000,SEPT2,2024-12-01,2\n' > t.csv
	varve add -q --key code t.csv
	varve commit -qm one
	printf 'code;gene;day;price\r\n1234;1-Mar;04.03.2024;4,75\r\n777;TP53;14.03.2024;1,9\r\n10000;2-Sep;01.12.2024;2\r\n5;NEW;;2,25\r\n' > t.csv
	ends_with 1 varve check t.csv
	output_has "spreadsheet, column code: leading zeros are lost in 2 cells (01234 -> 1234)"
	output_has "spreadsheet, column gene: texts became dates in 2 cells (MARCH1 -> 1-Mar)"
	output_has "spreadsheet, column price: numbers have a different decimal mark"
	output_has "expected: cells written as in the base; 'varve restore --spelling t.csv'"
	succeeds varve add t.csv
	stderr_has "t.csv, column code: leading zeros are lost in 2 cells (01234 -> 1234); 'varve restore --spelling t.csv'"
	succeeds varve restore --spelling t.csv
	stderr_has "kept 1 changed cell"
	printf 'code,gene,day,price\n01234,MARCH1,2024-03-04,4.75\n00777,TP53,2024-03-14,1.9\n10000,SEPT2,2024-12-01,2\n5,NEW,,2.25\n' > want
	same_bytes want t.csv
}

@test "new values get their zeros back in a column whose values all have as many digits or decimals" {
	new_repo
	{ echo code,post,n,fee; for i in $(seq 30); do printf '%05d,%d,%d,%d.50\n' "$i" "$((i + 90))" "$i" "$i"; done; } > t.csv
	varve add -q --key code t.csv
	varve commit -qm one
	cp t.csv want
	printf '00031,131,1,0.00\n00032,132,1,-4.70\n00033,133,1,\n' >> want
	sed -i 's/^00007,97,7/00007,97,07/; s/8.50$/8.60/' want
	sed 's/^0*//; s/,/;/g; s/\.00$//; s/\.\([0-9]\)0$/,\1/' want > t.csv
	succeeds varve restore --spelling t.csv
	same_bytes want t.csv
}

@test "months come back from their names, also one that a single cell has, and edits stay" {
	new_repo
	printf 'id,day,sent,code\n1,2024-01-05,2024-03-04,MÄRZ1\n2,2024-06-07,2024-05-06,SEPT2\n3,2024-08-09,2024-10-11,AGO3\n4,2024-12-24,2024-11-30,x\n' > t.csv
	cp t.csv base.csv
	varve add -q --key id t.csv
	varve commit -qm one
	printf 'id,day,sent,code\n1,Januar,"4. März 2024",01. Mrz\n2,Juni,"6. Mai 2024",02. Sep\n3,August,"11. Oktober 2024",AGO3\n4,Dezember,"1. Juli 2025",y\n' > t.csv
	succeeds varve restore --spelling t.csv
	[ "$(cat t.csv)" = "$(sed 's/2024-11-30,x/2025-07-01,y/' base.csv)" ]
}

@test "an edit that looks like Excel's in one cell is an edit" {
	new_repo
	printf 'code,day\n01,03/04/2024\n02,05/06/2024\n03,07/08/2024\n' > t.csv
	varve add -q --key code t.csv
	varve commit -qm one
	printf 'code,day\n01,04/03/2024\n02,05/06/2024\n03,07/08/2024\n' > t.csv
	succeeds varve check t.csv
	cp t.csv want
	succeeds varve restore --spelling t.csv
	same_bytes want t.csv
	printf 'id;price\n1;1,234.50\n2;2,000,000.10\n' > marks.csv
	cp marks.csv want
	varve add -q marks.csv
	varve commit -qm marks
	printf 'id;price\n1;1234.5\n2;2000000.1\n' > marks.csv
	succeeds varve restore --spelling marks.csv
	same_bytes want marks.csv
	printf 'code,day,new\n01,04/03/2024,1\n' > t.csv
	ends_with 2 varve restore --spelling t.csv
	stderr_has "the column 'new' is new"
	ends_with 2 varve restore --spelling --staged t.csv
}

@test "dates whose order no cell shows stay and are listed, and a lone number without its point is an edit" {
	new_repo
	printf 'id,day,n\n1,2024-03-04,1.234\n2,2024-05-06,2.5\n3,2024-08-08,0.75\n' > t.csv
	varve add -q --key id t.csv
	varve commit -qm one
	printf 'id,day,n\r\n1,3/4/2024,1234\r\n2,6/5/2024,2.5\r\n3,8/8/2024,0.75\r\n' > t.csv
	succeeds varve restore --spelling t.csv
	stderr_has "t.csv, row 1, column day: 3/4/2024 was left unchanged: its first or its second number may be the day"
	printf 'id,day,n\n1,3/4/2024,1234\n2,6/5/2024,2.5\n3,2024-08-08,0.75\n' > want
	same_bytes want t.csv
	# bytes that no other cell explains do not get into a file of UTF-8
	git checkout -q t.csv
	printf 'id,day,n\n1,\366l,1.234\n2,2024-05-06,2.5\n3,2024-08-08,0.75\n' > t.csv
	ends_with 2 varve restore --spelling t.csv
	stderr_has "'t.csv', column 'day': a changed cell is not UTF-8, and its encoding cannot be found from other cells"
	# clean-ups are no spreadsheet's work
	printf 'id,day,name,x\n1,03/06/18,\320\223\321\203\320\260\320\274,0.30000000000000004\n2,04/07/19,b,1\n' > c.csv
	varve add -q --key id c.csv
	varve commit -qm two c.csv
	printf 'id,day,name,x\n1,2018-03-06,Guam,0.3\n2,2019-04-07,b,1\n' > c.csv
	succeeds varve check --select spreadsheet c.csv
}

@test "random tables that Excel wrote are the base with the edits again" {
	new_repo
	local first=${VARVE_TEST_SEED:-${VARVE_TEST_SAMPLE:-$RANDOM}}
	echo "seed $first"
	local count=2
	[ -z "${VARVE_TEST_ALL:-}" ] || count=200
	for ((seed = first; seed < first + count; seed++)); do
		python3 "$BATS_TEST_DIRNAME/spelling_model.py" "$seed"
		cp base.csv t.csv
		varve add -q --key code t.csv
		varve commit -qm "$seed"
		cp excel.csv t.csv
		succeeds varve restore --spelling t.csv
		same_bytes want.csv t.csv
	done
}

@test "one spoiled cell is told, and other changes in place are not" {
	new_repo
	{ echo code,day; seq -f '%05g,2024-03-04' 2000; } > t.csv
	{ echo a,b,day; seq -f 'x%.2g,y,2024-03-04' 2000; } > keyless.csv
	varve add . > /dev/null
	varve commit -q -m first
	for f in t keyless; do
		sed '1000s/2024-03-04/2024-03-05/;1001s/,2024-03-04/,/' $f.csv > x && mv x $f.csv
		succeeds varve check --select spreadsheet $f.csv
		sed '7s/2024-03-04/3\/4\/2024/' $f.csv > x && mv x $f.csv
		sed '7!s/2024-03-04/2024-03-06/' $f.csv > x && mv x $f.csv
		ends_with 1 varve check --select spreadsheet $f.csv
		output_has "dates have a different form"
	done
}

@test "without a key, a row that was inserted after many edits does not hide what Excel did" {
	new_repo
	{ echo note,code; seq 300 | awk '{ printf "n%d,%05d\n", $1, $1 * 37 % 9000 }'; } > t.csv
	varve add -q --no-key t.csv
	varve commit -qm one
	awk 'NR > 1 && NR <= 101 { sub("n", "edited ") } NR == 102 { print "new," } { print }' t.csv > want
	sed 's/,0*/,/' want > t.csv
	succeeds varve restore --spelling t.csv
	same_bytes want t.csv
}

@test "a column that a spreadsheet wrote as displayed comes back, and edits are spelled as the column" {
	new_repo
	printf 'id,price\n1,9.90\n2,12.50\n3,3.10\n4,7.70\n' > t.csv
	varve add -q --key id t.csv
	varve commit -qm one
	printf 'id;price\r\n1;9,90\r\n2;14,50\r\n3;3,10\r\n4;7,70\r\n' > t.csv
	ends_with 1 varve check t.csv
	output_has "spreadsheet, column price: values are written as displayed in 3 cells (9.90 -> 9,90)"
	succeeds varve add t.csv
	stderr_has "varve restore --spelling t.csv"
	succeeds varve restore --spelling t.csv
	stderr_has "restored 3 cells, kept 1 changed cell"
	printf 'id,price\n1,9.90\n2,14.50\n3,3.10\n4,7.70\n' > want
	same_bytes want t.csv
	git add t.csv
	succeeds varve diff --stat HEAD
	output_has "~1 row"
}

@test "cells that are displayed in part are restored and listed, since an edit may look the same" {
	new_repo
	printf 'id,price\n1,9.99\n2,2.49\n3,7.51\n4,5.20\n5,3.33\n' > t.csv
	cp t.csv base.csv
	varve add -q --key id t.csv
	varve commit -qm one
	printf 'id,price\n1,10\n2,2\n3,8\n4,6\n5,3\n' > t.csv # 6: edited
	succeeds varve restore --spelling t.csv
	stderr_has "t.csv, row 1, column price: restored 9.99, displayed as 10; if this is an edit, enter it again"
	stderr_has "restored 4 cells, kept 1 changed cell"
	printf 'id,price\n1,9.99\n2,2.49\n3,7.51\n4,6.00\n5,3.33\n' > want
	same_bytes want t.csv
	git checkout -q t.csv
	# one such cell proves nothing
	sed 's/9.99/10/' base.csv > t.csv
	cp t.csv want
	succeeds varve restore --spelling t.csv
	same_bytes want t.csv
	succeeds varve restore --spelling --json t.csv
	output_has '"cellsUndecided":0'
}

@test "zeros that rounding leaves at the end of a number are not shown, and it comes back all the same" {
	new_repo
	printf 'id,lon\n1,-89.23450472\n2,-116.0050597\n3,-100.5122997\n4,-74.00601234\n5,-116.0050597\n' > t.csv
	varve add -q --key id t.csv
	varve commit -qm one
	printf 'id;lon\r\n1;-89,2345047\r\n2;-116,00506\r\n3;-100,5123\r\n4;-74,0060123\r\n5;-116,005\r\n' > t.csv # 5: edited
	succeeds varve restore --spelling t.csv
	stderr_has "row 2, column lon: restored -116.0050597, displayed as -116,00506; if this is an edit, enter it again"
	stderr_has "restored 4 cells, kept 1 changed cell"
	printf 'id,lon\n1,-89.23450472\n2,-116.0050597\n3,-100.5122997\n4,-74.00601234\n5,-116.005\n' > want
	same_bytes want t.csv
}

@test "dates in words of any language come back by the column itself" {
	new_repo
	printf 'id,day\n1,2024-03-04\n2,2024-03-14\n3,2023-05-01\n4,2022-05-31\n5,2024-03-02\n' > t.csv
	cp t.csv base.csv
	varve add -q --key id t.csv
	varve commit -qm one
	printf 'id;day\n1;4. M\303\244rz 2024\n2;14. M\303\244rz 2024\n3;1. Mai 2023\n4;31. Mai 2022\n5;7. Mai 2024\n' > t.csv
	succeeds varve restore --spelling t.csv
	stderr_has "restored 4 cells, kept 1 changed cell"
	sed 's/5,2024-03-02/5,2024-05-07/' base.csv > want
	same_bytes want t.csv
}

@test "dates that become ISO are a clean-up to check, also from slashes" {
	new_repo
	printf 'id,d\n1,2012/01/01\n2,2012/01/02\n' > s.csv
	varve add -q s.csv
	varve commit -qm 1
	sed -i 's,/,-,g' s.csv
	succeeds varve check s.csv
	output_has "nothing wrong"
	varve commit -qam 2
	sed -i 's,2012-01-0\(.\),0\1/01/2012,' s.csv
	ends_with 1 varve check s.csv
	output_has "error spreadsheet"
}

# base and saved: t.csv with names and prices; the second as a spreadsheet saves it in the encoding $1.
saved_in() {
	python3 - "$1" <<-'PY'
		import sys
		names = ["Łódź", "Kraków", "Gdańsk", "Zażółć", "świat"]
		open("base.csv", "w").write("name,price\n" + "".join(f"{n},{i}.50\n" for i, n in enumerate(names, 1)))
		names[4] = "Śląsk"
		open("want.csv", "w").write("name,price\n" + "".join(f"{n},{i}.50\n" for i, n in enumerate(names, 1)))
		text = "name;price\r\n" + "".join(f"{n};{i},50 zł\r\n" for i, n in enumerate(names, 1))
		open("saved.csv", "wb").write(text.encode(sys.argv[1], "replace"))
	PY
}

@test "the encoding in which a spreadsheet saved is found from the cells, also of a key" {
	new_repo
	for encoding in cp1250 iso8859-2 cp1257 gb18030 utf-16; do
		saved_in $encoding
		cp base.csv t.csv
		varve add -q --key name t.csv
		varve commit -q --allow-empty -m base
		cp saved.csv t.csv
		ends_with 1 varve check --select spreadsheet t.csv
		succeeds varve restore --spelling t.csv
		# a new key is a new row
		same_bytes want.csv t.csv
	done
}

@test "letters that the file's encoding lacks come back, and an edit with them stays" {
	new_repo
	for encoding in cp1251 iso8859-1 cp932 ascii; do
		saved_in $encoding
		paste -d , <(printf 'id\n1\n2\n3\n4\n5\n') base.csv > t.csv
		varve add -q --key id t.csv
		varve commit -q --allow-empty -m base
		paste -d ';' <(printf 'id\n1\n2\n3\n4\n5\n') saved.csv > t.csv
		succeeds varve restore --spelling t.csv
		paste -d , <(printf 'id\n1\n2\n3\n4\n5\n') base.csv | head -n 5 > want
		head -n 5 t.csv | cmp - want
		[ "$(tail -n 1 t.csv)" = '5,?l?sk,5.50' ]
	done
}

@test "signs that Shift_JIS has and windows-31j reads as their wide forms come back, and edits with them stay" {
	new_repo
	# as LibreOffice saves it: the pound is 81 92, and letters that Shift_JIS lacks are question marks
	printf 'id,name\n1,Zoë £12\n2,café\n3,£1 résumé\n4,naïve\n5,plain\n' > t.csv
	varve add -q --key id t.csv
	varve commit -qm base
	cp t.csv base.csv
	printf 'id,name\n1,Zo? \x81\x9212\n2,caf?\n3,\x81\x921 r?sum?\n4,na?ve\n5,plain\n' > saved.csv
	cp saved.csv t.csv
	succeeds varve restore --spelling t.csv
	same_bytes base.csv t.csv
	sed 's/^5,plain/5,\x81\x92 7 edited/' saved.csv > t.csv
	succeeds varve restore --spelling t.csv
	sed 's/^5,plain/5,£ 7 edited/' base.csv | cmp - t.csv
	# with both forms in the older version, an edit may mean either
	printf 'id,name\n1,Zoë £12\n2,￡ café\n3,£1 résumé\n4,naïve\n5,plain\n' > t.csv
	varve add -q t.csv
	varve commit -qm both
	printf 'id,name\n1,Zo? \x81\x9212\n2,\x81\x92 caf?\n3,\x81\x921 r?sum?\n4,na?ve\n5,\x81\x92 7\n' > t.csv
	cp t.csv want
	ends_with 2 varve restore --spelling t.csv
	stderr_has "its encoding cannot be found from other cells"
	same_bytes want t.csv
}

@test "a changed cell in an encoding that the other cells leave open is refused" {
	new_repo
	# both encodings have all these letters at the same places, but not that of the edit
	printf 'id,name\n1,Łódź\n2,Kraków żółw\n' > t.csv
	sed -i 's/ź//' t.csv
	varve add -q --key id t.csv
	varve commit -qm base
	printf 'id,name\n1,Łód\n2,Kraków święto\n' | iconv -t ISO-8859-2 > t.csv
	cp t.csv want
	ends_with 2 varve restore --spelling t.csv
	stderr_has "its encoding cannot be found from other cells"
	same_bytes want t.csv
}
