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
	succeeds varve cat v1:prices.csv --where id=7 --where 'name=item 217' --columns id
	output_is $'id\n7'
	succeeds varve cat v1:prices.csv --where id=7 --where 'name=item 218' --columns id
	output_is "id"
}

@test "between gives both ends and what lies between" {
	two_versions
	succeeds varve cat v1:prices.csv --where 'id between 9 and 11' --columns id
	output_is $'id\n9\n10\n11'
	succeeds varve cat v1:prices.csv --where 'id between 9 and 11' --where 'id>=11' --columns id
	output_is $'id\n11'
	ends_with 2 varve cat v1:prices.csv --where 'id between 9 and x'
	stderr_has "'x' is not a value of column 'id', which has type integer"
	ends_with 2 varve cat v1:prices.csv --where 'id between 9'
	stderr_has "COLUMN between LOW and HIGH"
}

@test "blanks around the sign of a test, and single quotes then, are no part of it" {
	new_repo
	printf 'id,item,a b \n1,pear,x\n2,plum tree,y\n3, plum,z\n' > t.csv
	for words in "id = 2" "item = 'plum tree'" "item = plum tree" "id >= 2 " "item ^= 'plum'" "id =2" "a b  = y" "a b =y"; do
		[ "$(varve cat --where "$words" --columns id t.csv | sed -n 2p)" = 2 ] || { echo "$words"; return 1; }
	done
	[ "$(varve cat --where 'item= plum' --columns id t.csv | sed -n 2p)" = 3 ]
	[ "$(varve cat --where "item='pear'" --columns id t.csv 2> /dev/null | wc -l)" = 1 ]
	ends_with 2 varve cat --where 'itme = pear' t.csv
	stderr_has "item"
}

@test "a test that is written in another way is named where no row matches" {
	two_versions
	succeeds varve cat v1:prices.csv --where id==3 --columns id
	output_is "id"
	stderr_is "warning: no row matches: --where looked for the text '=3' in column 'id'; did you mean 'id=3'?"
	succeeds varve cat v1:prices.csv --where 'id=>2999' --columns id
	stderr_has "did you mean 'id>=2999'?"
	succeeds varve cat v1:prices.csv --where 'id=<2' --columns id
	stderr_has "did you mean 'id<=2'?"
	ends_with 2 varve cat v1:prices.csv --where 'id!=3'
	stderr_has "there is no '!='"
	stderr_has "'^=' (begins with)"
	printf 'a,b\n=3,x\n' > formula.csv
	succeeds varve cat formula.csv --where a==3
	output_is $'a,b\n=3,x'
	succeeds varve cat formula.csv --where a==3 --limit 0
	output_is "a,b"
	stderr_is ""
}

@test "several tests in one where are refused" {
	new_repo
	printf 'a,b,n\nx,y,1\nz,w,2\n"p or b=q",r,3\n' > t.csv
	for where in 'a=x or b=w' 'a=x and b=y' 'a=x OR n>1' 'a^=q or b=y' 'n<2 or a=z' 'a<y or b=w' \
		'a=x || b=w' 'a=x or n between 1 and 2'; do
		ends_with 2 varve cat t.csv --where "$where"
		output_is ""
	done
	# what is a cell's text is found; and a word before what is no column is text
	succeeds varve cat t.csv --where 'a=p or b=q' --columns n
	output_is "n
3"
	succeeds varve cat t.csv --where 'a=x or c=w' --columns n
	output_is "n"
}

@test "where with an empty value finds empty cells" {
	new_repo
	printf 'a,b\n1,\n2,x\n3\n' > t.csv
	succeeds varve cat t.csv --where b= --columns a
	output_is $'a\n1\n3'
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
	stderr_is "varve: there is no file 'nothing.csv'"
	ends_with 2 varve cat v1:nothing.csv
	stderr_has "'nothing.csv' is not in 'v1'"
	ends_with 2 varve cat v3:prices.csv
	stderr_has "no version named 'v3'"
	ends_with 2 varve cat v1
	stderr_has "name a file of that version: 'v1:PATH'"
	ends_with 2 varve cat prices.csv --columns id,prise
	stderr_is $'varve: --columns: there is no column \'prise\'\nhint: did you mean \'price\'?'
	ends_with 2 varve cat prices.csv --where price
	stderr_has "has no '='"
	ends_with 2 varve cat prices.csv --limit many
	stderr_has "--limit takes a number"
	rm prices.csv
	ends_with 2 varve cat prices.csv
	stderr_has "the last commit has it: 'HEAD:prices.csv'"
}

@test "malformed text is refused with line and column" {
	new_repo
	printf 'a,b\n1,2\n3,"open\n' > t.csv
	ends_with 2 varve cat t.csv --limit 1
	stderr_has "t.csv: line 3, column 3"
	succeeds varve cat t.csv
}

@test "missing blocks are named and nothing is printed" {
	two_versions
	rm -r .git/varve/packs
	ends_with 2 varve cat v1:prices.csv
	output_is ""
	stderr_has "is not here"
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
