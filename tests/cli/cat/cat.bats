load ../helper

# A repository with two versions of prices.csv, tagged v1 and v2.
two_versions() {
	new_repo
	rows 3000 > prices.csv
	cp prices.csv one.csv
	varve add prices.csv > /dev/null
	varve commit -qm one
	varve tag v1
	sed -i 's/^1500,/1500000,/' prices.csv
	varve add prices.csv > /dev/null
	varve commit -qm two
	varve tag v2
}

@test "every version comes back byte for byte" {
	two_versions
	varve cat v1:prices.csv > back.csv
	same_bytes one.csv back.csv
	varve cat v2:prices.csv > back.csv
	same_bytes prices.csv back.csv
	varve cat prices.csv > back.csv
	same_bytes prices.csv back.csv
	varve cat :prices.csv > back.csv
	same_bytes prices.csv back.csv
}

@test "a CID serves in place of a path" {
	two_versions
	cid=$(git show v1:prices.csv | sed -n 's/.*"root": "\([a-z0-9]*\)".*/\1/p')
	varve cat "$cid" > back.csv
	same_bytes one.csv back.csv
	succeeds varve cat "$cid" --limit 1 --columns id
	output_is $'id\n1'
}

@test "columns limit and offset give a part of the rows" {
	two_versions
	succeeds varve cat v1:prices.csv --columns day,id --limit 2 --offset 2998
	output_is $'day,id\n2024-12-04,2999\n2024-01-05,3000'
}

@test "a limit of 0 gives the header alone" {
	two_versions
	succeeds varve cat prices.csv --limit 0
	output_is "id,name,price,day"
}

@test "an offset past the end gives the header alone" {
	two_versions
	succeeds varve cat prices.csv --offset 3000
	output_is "id,name,price,day"
}

@test "where finds rows and all of several must hold" {
	two_versions
	succeeds varve cat v2:prices.csv --where id=1500000 --columns id
	output_is $'id\n1500000'
	succeeds varve cat v1:prices.csv --where id=1500000 --columns id
	output_is "id"
	succeeds varve cat v1:prices.csv --where id=7 --where "name = 'item 217'" --columns id
	output_is $'id\n7'
	succeeds varve cat v1:prices.csv --where id=7 --where "name='item 218'" --columns id
	output_is "id"
}

@test "between gives both ends and what lies between" {
	two_versions
	succeeds varve cat v1:prices.csv --where 'id between 9 and 11' --columns id
	output_is $'id\n9\n10\n11'
	succeeds varve cat v1:prices.csv --where 'id between 9 and 11' --where 'id>=11' --columns id
	output_is $'id\n11'
	ends_with 2 varve cat v1:prices.csv --where 'id between 9 and x'
	stderr_has "'id between 9 and x': character 18 of the condition: not a value of the column: 'x'"
	stderr_has "column 'id' has type integer"
	ends_with 2 varve cat v1:prices.csv --where 'id between 9'
	stderr_has "between 1 and 9"
}

@test "a condition is of columns, words, quoted texts, lists, patterns and what joins them" {
	new_repo
	printf 'id,item,a b ,day,ok\n1,pear,x,2024-05-01,true\n2,plum tree,y,2024-05-17,false\n3, plum,z,,true\n4,AB-12,w,2025-01-01,\n' > t.csv
	for words in "2=id = 2" "2=item = 'plum tree'" "2=item ^= 'plum'" "1=item=pear" '2="a b " = y' "3=\"a b \"='z'" "3=item = ' plum'" \
		"2=id > 1 and id < 3" "1 4=id in (1, 4)" "1 2=item in (pear, 'plum tree')" "2 3=item like '%plum%'" "1=item like '_ea_'" \
		"3 4=item not like 'p%'" "1=not (id > 1)" "2=day = 2024-05-17" "1 2=day between 2024-05-01 and 2024-05-31" \
		"4=day >= 2025-01-01" "3=day is null" "1 2 4=day is not null" "1 3=ok = true" "2=ok = 'false'" "4=ok is null" \
		"2 3=id between 2 and 3" "1 4=id not between 2 and 3" "4=id * 2 > 7" "3 4=length(item) = 5 and id != 1" "1=item = 'pear' and id=1.0" \
		"=text(id) = 1.0" "3=text(day) = ''" "4=item = 'AB-12'" "1 2=id = 1 or id = 2 and item like 'plum%'" "3=id>-5 and id>2 and id <> 4"; do
		[ "$(varve cat --where "${words#*=}" --columns id t.csv | sed 1d | xargs)" = "${words%%=*}" ] || { echo "$words"; return 1; }
	done
	succeeds varve cat --where 'id > 1' --where 'id < 3 or id = 4' --columns id t.csv
	output_is $'id\n2\n4'
}

@test "random conditions have SQLite's answers" {
	new_repo
	succeeds python3 "$BATS_TEST_DIRNAME/conditions_model.py" varve "${VARVE_TEST_SEED:-${VARVE_TEST_SAMPLE:-1}}" "$(a_sixth 300)"
	output_is "$(a_sixth 300) conditions, all right"
}

@test "what is no condition is refused with its place, and what is meant" {
	new_repo
	printf 'id,item,note\n1,pear,\n2,plum,x\n' > t.csv
	while IFS='~' read -r words why; do
		ends_with 2 varve cat t.csv --where "$words"
		output_is ""
		stderr_has "$why"
	done <<-'END'
		itme = pear~did you mean 'item'?
		item = plum tree~write a text of several words in single quotes
		item = "plum"~double quotes are for names of columns; write a text in single quotes: 'plum'
		item in ("plum")~double quotes are for names of columns; write a text in single quotes: 'plum'
		item = pear || id = 1~expected a text, not a number
		id=>2~a value is missing before '>'
		id = = 2~a value is missing before '='
		id = x~column 'id' has type integer
		note=~COLUMN is null
		note = ''~write: "note" is null
		id~expected true or false, not a number
		count(*) = 2~counts and sums cannot be used in conditions on rows
		3 = 3~the comparison requires a column
		'item' = 'pear'~the comparison requires a column
		item = 'pear~a text has no closing quote
		id = :p~not understood: ':'
		id in 1~'in' requires a list
		id between 1~between 1 and 9
		item like~a value is missing at the end
		~a value is missing at the end
	END
}

@test "empty cells are found as missing, and by their text" {
	new_repo
	printf 'a,b\n1,\n2,x\n3\n' > t.csv
	for empty in "b is null" "text(b) = ''"; do
		succeeds varve cat t.csv --where "$empty" --columns a
		output_is $'a\n1\n3'
	done
}

@test "limit and offset count the rows that match" {
	two_versions
	printf 'k,v\n1,a\n2,b\n3,a\n4,a\n' > t.csv
	succeeds varve cat t.csv --where v=a --offset 1 --limit 1
	output_is $'k,v\n3,a'
}

@test "JSON has numbers where the schema says so" {
	new_repo
	printf 'id,name,ok\n1,x,true\n2,,\n' > t.csv
	varve add t.csv > /dev/null
	succeeds varve cat t.csv --json
	output_is $'[\n  {"id":1,"name":"x","ok":true},\n  {"id":2,"name":null,"ok":null}\n]'
	succeeds varve cat t.csv --format ndjson --columns ok,id
	output_is $'{"ok":true,"id":1}\n{"ok":null,"id":2}'
}

@test "an empty table is an empty JSON array" {
	new_repo
	printf 'id,name\n' > t.csv
	succeeds varve cat t.csv --json
	output_is "[]"
}

@test "TSV and a table for eyes" {
	new_repo
	printf 'id,name\n1,"a\tb"\n20,x\n' > t.csv
	succeeds varve cat t.csv --format tsv
	output_is $'id\tname\n1\t"a\tb"\n20\tx'
	succeeds varve cat t.csv --format table
	output_is $'id  name\n--  ----\n 1  a\\tb\n20  x'
	printf 'id,name\n1,%030d\n' 1 > t.csv
	COLUMNS=20 script -qec "varve cat --format table t.csv" /dev/null > screen < /dev/null
	grep -qF "(1 more column does not fit; select some with --columns)" screen
}

@test "a view keeps the form of the file" {
	new_repo
	printf 'a;b\n1;"x;y"\n' > t.csv
	succeeds varve cat t.csv --limit 1
	output_is $'a;b\n1;"x;y"'
	succeeds varve cat t.csv --format csv
	output_is $'a,b\n1,x;y'
}

@test "plain CSV of Git's history is read like a table" {
	new_repo
	printf 'id,name\n1,x\n2,y\n' > t.csv
	git -c filter.varve.required=false add t.csv
	git commit -qm text
	succeeds varve cat HEAD:t.csv --where id=2
	output_is $'id,name\n2,y'
	[ -z "$(find .git/varve -name '*.pack')" ]
}

@test "a changed file of the work tree is read as it is" {
	two_versions
	sed -i 's/^1,item 31,/1,changed,/' prices.csv
	succeeds varve cat prices.csv --limit 1 --columns name
	output_is $'name\nchanged'
}

@test "a pointer in the work tree gives the table" {
	two_versions
	git show HEAD:prices.csv > pointer
	cp pointer prices.csv
	varve cat prices.csv > back.csv
	[ "$(wc -l < back.csv)" = 3001 ]
	succeeds varve cat prices.csv --limit 1 --columns id
	output_is $'id\n1'
}

@test "paths after a revision count from the top or from here" {
	new_repo
	mkdir sub
	printf 'a\n1\n' > sub/t.csv
	varve add sub/t.csv > /dev/null
	varve commit -qm one
	cd sub
	succeeds varve cat HEAD:sub/t.csv
	succeeds varve cat HEAD:./t.csv
	succeeds varve cat t.csv
	ends_with 2 varve cat HEAD:t.csv
	stderr_has "did you mean 'HEAD:sub/t.csv'?"
}

@test "what is not there is named with what to try" {
	two_versions
	ends_with 2 varve cat nothing.csv
	stderr_is "varve: no such file 'nothing.csv'"
	ends_with 2 varve cat prise.csv
	stderr_has "did you mean 'prices.csv'?"
	ends_with 2 varve cat ../else/prices.csv
	stderr_lacks "hint:"
	git init -q ../else
	mkdir ../else/sub
	ends_with 2 varve cat ../else/sub/prices.csv
	stderr_has "hint: name a file of another repository as FOLDER#PATH: '$(cd ../else && pwd -P)#sub/prices.csv'"
	ends_with 2 varve cat prices.csv --where 'price > 1,5'
	stderr_has "write numbers with a decimal point"
	ends_with 2 varve cat prices.csv --where 'prise = 1 and nothing = 2'
	stderr_has "did you mean 'price'?"
	ends_with 2 varve cat prices.csv --where 'nothing = 2'
	stderr_has "the columns are"
	ends_with 2 varve cat prices.csv --where 'price = nothing'
	ends_with 2 varve cat v1:nothing.csv
	stderr_has "'nothing.csv' is not in 'v1'"
	ends_with 2 varve cat v3:prices.csv
	stderr_has "no version named 'v3'"
	ends_with 2 varve cat v1
	stderr_has "name a file of that version: 'v1:PATH'"
	ends_with 2 varve cat prices.csv --columns id,prise
	stderr_is $'varve: --columns: no such column \'prise\'\nhint: did you mean \'price\'? \'varve cat prices.csv --columns id,price\' does it'
	ends_with 2 varve cat prices.csv --where price
	stderr_has "write a condition, such as: price >= 0"
	ends_with 2 varve cat prices.csv --limit many
	stderr_has "--limit requires a number"
	rm prices.csv
	ends_with 2 varve cat prices.csv
	stderr_has "the last commit contains it: 'HEAD:prices.csv'"
}

@test "cat refuses a submodule of the index" {
	two_versions
	git update-index --add --cacheinfo "160000,$(git rev-parse HEAD),sub"
	ends_with 2 varve cat :sub
	stderr_has "':sub' is a submodule"
}

@test "malformed text is refused with line and column" {
	new_repo
	printf 'a,b\n1,2\n3,"open\n' > t.csv
	ends_with 2 varve cat t.csv --limit 1
	stderr_has "t.csv: line 3, character 3"
	succeeds varve cat t.csv
}

@test "missing blocks are named and nothing is printed" {
	two_versions
	rm -r .git/varve/packs
	ends_with 2 varve cat v1:prices.csv
	output_is ""
	stderr_has "is missing here"
}

@test "a full disk is an error" {
	[ -e /dev/full ] || skip "there is no /dev/full"
	two_versions
	run --separate-stderr sh -c 'varve cat v1:prices.csv > /dev/full'
	[ "$status" = 2 ]
	stderr_has "cannot write the output"
}

@test "outside of a repository it says so" {
	ends_with 2 varve cat x.csv
	stderr_has "not a"
	stderr_has "varve init"
}

@test "texts are not compared with a number in their order, which is not that of numbers" {
	new_repo
	printf 'id,code\n1,007\n2,10\n3,9a\n' > t.csv
	varve add -q t.csv
	for where in 'code > 8' '8 < code' 'code between 1 and 8' "code between '1' and 8" 'lower(code) <= -8'; do
		ends_with 2 varve cat --where "$where" :t.csv
		stderr_has "a text cannot be compared with a number; put the number into quotes to compare it as a text: '"
	done
	ends_with 2 varve cat --where 'code > 8' :t.csv
	stderr_has "varve schema --type code=number t.csv"
	succeeds varve cat --where "code > '8'" :t.csv
	output_is $'id,code\n3,9a'
	succeeds varve cat --where 'code = 007 or code in (10)' :t.csv
	output_is $'id,code\n1,007\n2,10'
}

@test "the rows of a document are printed on a terminal, and its bytes elsewhere" {
	mkdir -p "$HOME/bin"
	cat > "$HOME/bin/toy" <<-'END'
		#!/bin/sh
		case $1 in
		list) echo '{"name":"all"}' ;;
		read) printf 'id,price\n1,4.5\n' ;;
		esac
	END
	printf '#!/bin/sh\necho "No module named varve_data" >&2; exit 1\n' > "$HOME/bin/bare"
	chmod +x "$HOME/bin/toy" "$HOME/bin/bare"
	new_repo
	printf 'PK\003\004 some bytes' > plan.xlsx
	git add plan.xlsx
	git commit -qm one
	VARVE_PYTHON=$HOME/bin/bare ends_with 2 varve cat --limit 1 plan.xlsx
	stderr_has 'plan.xlsx: no reader for this kind of file is installed'
	stderr_has 'hint: '"'pip install"
	VARVE_PYTHON=$HOME/bin/bare ends_with 2 script -qec "varve cat plan.xlsx" /dev/null < /dev/null
	output_has 'pip install'
	git config --global varve.reader.xlsx.command "$HOME/bin/toy"
	for name in plan.xlsx HEAD:plan.xlsx; do
		script -qec "varve cat $name" /dev/null < /dev/null | tr -d '\r' | diff - <(printf 'id,price\n1,4.5\n')
		varve cat "$name" 2> hint | cmp - plan.xlsx
		grep -qF "'varve cat --format csv $name' prints its rows" hint
		varve cat "$name" > copy 2> hint
		cmp copy plan.xlsx
		[ ! -s hint ]
	done
}

@test "the name of a document is never given to CSV: a workbook is written, or the name is refused" {
	new_repo
	printf 'id,name\n1,M\303\274ller\n' > t.csv
	varve add -q t.csv
	varve commit -qm one
	sed -i 's/M/W/' t.csv
	git config --global varve.reader.xlsx.command "$PWD/writer"
	for command in 'cat -o r.xlsx t.csv' 'diff -o r.xlsx' 'compare -o r.xlsx HEAD:t.csv t.csv'; do
		printf '#!/bin/sh\necho "$1" > "$0.ran"\nprintf made\n' > writer
		chmod +x writer
		succeeds varve $command
		[ "$(cat r.xlsx)$(cat writer.ran)" = madewrite ]
		rm r.xlsx writer.ran
		printf '#!/bin/sh\nexit 3\n' > writer
		ends_with 2 varve $command
		stderr_has "no program that writes workbooks is installed"
		[ ! -e r.xlsx ]
	done
	for name in r.ods r.XLS r.html r.sqlite; do
		ends_with 2 varve cat -o $name t.csv
		stderr_has "'$name': no .${name#*.} file can be written here" || stderr_has "'$name': no .xls file can be written here"
		ends_with 2 varve diff -o $name
		[ ! -e $name ]
	done
	ends_with 2 varve cat --format csv -o r.xlsx t.csv
	stderr_has "'r.xlsx' is the name of a file of the format xlsx, not csv"
	# the bytes of a document are copied
	printf 'PK bytes' > plan.xlsx
	git add plan.xlsx
	git commit -qm plan
	succeeds varve cat -o copy.xlsx HEAD:plan.xlsx
	same_bytes plan.xlsx copy.xlsx
}

@test "a byte order mark is written on request, for Excel" {
	new_repo
	printf 'id,name\n1,M\303\274ller\n' > t.csv
	varve add -q t.csv
	{ printf '\357\273\277'; cat t.csv; } > want
	succeeds varve cat --bom -o out.csv t.csv
	same_bytes want out.csv
	varve cat --bom --columns id,name t.csv | cmp - want
	varve cat --bom --safe-for-spreadsheets --format csv t.csv | cmp - want
	# a table that has one gets no second
	cp want marked.csv
	varve add -q marked.csv
	varve cat --bom marked.csv | cmp - want
	succeeds varve convert -q --bom t.csv converted.csv
	same_bytes want converted.csv
	succeeds varve convert -q --bom <(printf '{"id":1,"name":"M\303\274ller"}\n') lines.csv
	same_bytes want lines.csv
	ends_with 2 varve cat --bom --json t.csv
	stderr_has "--bom is for CSV and TSV"
}

@test "Parquet is written by its program, and refused where none is installed" {
	new_repo
	printf 'id,n\n1,0.5\n' > t.csv
	varve add -q t.csv
	git config --global varve.reader.parquet.command "$PWD/writer"
	printf '#!/bin/sh\necho "$1 $3" > "$0.ran"\nhead -n 1 "$2"\n' > writer
	chmod +x writer
	succeeds varve cat -o r.parquet t.csv
	[ "$(cat writer.ran)" = "write parquet" ]
	[ "$(cat r.parquet)" = '{"name": "table", "changes": false}' ]
	[ "$(varve cat --format parquet t.csv)" = '{"name": "table", "changes": false}' ]
	rm r.parquet
	printf '#!/bin/sh\necho pyarrow >&2; exit 3\n' > writer
	ends_with 2 varve cat -o r.parquet t.csv
	stderr_has "no program that writes Parquet is installed: pyarrow"
	stderr_has "pip install"
	[ ! -e r.parquet ]
	ends_with 2 varve convert t.csv r.parquet
	stderr_has "'varve cat -o FILE.parquet' writes Parquet"
}

@test "Parquet of a lazy clone has all rows, which it fetches, or is refused" {
	new_repo o
	cd o
	seq 1 20000 | sed 's/.*/&,name &,&.5/; 1i id,name,x' > t.csv
	varve add -q t.csv
	varve commit -qm base
	seq 1 20000 | sed 's/.*/&,other &,&.75/; 1i id,name,x' > t.csv
	varve commit -qam other
	cd ..
	git config --global varve.reader.parquet.command "$PWD/writer"
	printf '#!/bin/sh\ncat "$2"\n' > writer
	chmod +x writer
	(cd o && varve cat --format parquet HEAD~1:t.csv) > want
	[ "$(wc -c < want)" -gt 100000 ]
	for clone in l m; do
		varve clone -q --lazy o $clone
	done
	cd l
	varve cat --format parquet HEAD~1:t.csv | cmp - ../want
	mv ../o ../gone
	succeeds varve cat -o t.parquet HEAD~1:t.csv
	same_bytes ../want t.parquet
	cd ../m
	ends_with 2 varve cat -o t.parquet HEAD~1:t.csv
	stderr_has "is missing here, and could not be fetched"
	[ ! -e t.parquet ]
}

@test "a row's key in another spelling, or among the files, is answered with the row that is meant" {
	new_repo
	printf 'sku,price\n000042,8.5\n000043,9.25\n' > prices.csv
	varve add -q --key sku prices.csv
	succeeds varve cat --where 'sku = 42' prices.csv
	[ "$output" = sku,price ]
	stderr_has "prices.csv: no row '42', but a row '000042'"
	succeeds varve cat --where "sku = '42'" prices.csv
	stderr_has "no row '42', but a row '000042'"
	succeeds varve cat --where "price = 42" prices.csv
	! stderr_has "no row" || false
	ends_with 2 varve cat prices.csv 000043
	[ -z "$output" ] # nothing is printed before all words are known
	stderr_has "no such file '000043'"
	stderr_has "'varve cat --where \"sku = '000043'\" prices.csv' prints the row"
	ends_with 2 varve cat prices.csv 000049
	! stderr_has "prints the row" || false
}
