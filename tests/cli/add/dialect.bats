load ../helper

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

# rows FILE: its rows as objects.
rows() {
	succeeds varve cat --format ndjson "$1"
}

@test "lines between the rows that begin with '#' are comments, kept as bytes" {
	new_repo
	printf '# top\nid,name\n1,a\n# mid, with, "a quote\n2,b\n\n# x,y,z\n3,"#c"\n4,d\n# end\n' > t.csv
	succeeds varve add t.csv
	output_has "4 rows, 2 columns, key id"
	output_has "comments after '#'"
	stderr_has "from line 4 on"
	varve commit -qm one
	back t.csv
	rows t.csv
	output_is $'{"id":1,"name":"a"}\n{"id":2,"name":"b"}\n{"id":3,"name":"#c"}\n{"id":4,"name":"d"}'
	succeeds varve cat --where id=3 t.csv
	output_is $'id,name\n3,#c'
	succeeds varve convert -q t.csv out.csv
	printf 'id,name\n1,a\n2,b\n3,#c\n4,d\n' > want
	same_bytes want out.csv
	# the blank line is one, the comments are none; findings have the file's lines
	ends_with 1 varve check --json t.csv
	[ "$(jq -c '[.. | objects | select(.rule == "blank-row" and .line != null) | .line] | unique' <<< "$output")" = '[6]' ]
	printf 'id,name\n1,a\n# mid\n2\n3,c,d\n' > bad.csv
	printf '{"resources": [{"path": "bad.csv", "dialect": {"commentChar": "#"}}]}' > datapackage.json
	ends_with 1 varve check --json --files datapackage.json
	[ "$(jq -c '[.. | objects | select(.line != null) | .line] | unique' <<< "$output")" = '[4,5]' ]
}

@test "a row that begins as a comment is written in quotes, and lines that are rows stay so" {
	new_repo
	printf 'id,n\n#1,2\n#2,3\n#3,4\n' > keys.csv
	printf 'id,n\n1,2\n# 2,3\n3,4\n5,6\n' > cells.csv
	for f in keys cells; do
		succeeds varve add "$f.csv"
		output_lacks "comments"
	done
	printf 'id;n\n1;2\n%% note\n2;3\n' > t.csv
	succeeds varve add --comment % t.csv
	varve commit -qm one
	back t.csv
	printf 'id;n\n1;2\n%% note\n2;3\n"%%4";5\n' > t.csv
	succeeds varve add t.csv
	output_has "3 rows"
	varve commit -qm two
	back t.csv
	rows t.csv
	output_has '{"id":"%4","n":5}'
	# the table knows its character; without it the lines are rows
	succeeds varve add --comment none --delimiter ';' t.csv
	output_has "4 rows"
	ends_with 2 varve add --comment ';' --delimiter ';' t.csv
	ends_with 2 varve add --comment ab t.csv
}

@test "a difference of comments is one of form, and a comment goes with the row below it" {
	new_repo
	printf 'id,n\n1,a\n# two\n2,b\n3,c\n# four\n4,d\n5,e\n6,f\n' > t.csv
	varve add -q t.csv 2> /dev/null
	varve commit -qm one
	sed -i 's/# two/# 2/' t.csv
	succeeds varve diff
	output_has "comments between the rows changed"
	varve commit -qam two
	back t.csv
	# each side changes rows, one of them a comment
	git checkout -qb other HEAD~1
	sed -i 's/3,c/3,C/; s/# four/# 4/; s/^4,d/4,D/' t.csv
	sed -i 's/# 4/# four/' t.csv
	varve commit -qam other
	git checkout -q -
	succeeds varve merge other
	printf 'id,n\n1,a\n# 2\n2,b\n3,C\n# four\n4,D\n5,e\n6,f\n' > want
	same_bytes want t.csv
	succeeds varve fsck --data
}

@test "a row that both sides changed keeps its comment in a merge, and comments that both changed are a conflict" {
	new_repo
	printf 'id,n,m\n1,a,x\n# two\n2,b,y\n3,c,z\n4,d,z\n' > t.csv
	varve add -q t.csv 2> /dev/null
	varve commit -qm one
	git checkout -qb other
	sed -i 's/2,b,y/2,b,Y/' t.csv
	varve commit -qam other
	git checkout -q -
	sed -i 's/2,b,y/2,B,y/' t.csv
	varve commit -qam ours
	succeeds varve merge other
	printf 'id,n,m\n1,a,x\n# two\n2,B,Y\n3,c,z\n4,d,z\n' > want
	same_bytes want t.csv
	git reset -q --hard HEAD~1
	varve restore -q t.csv
	# both changed the comments
	git checkout -q other
	sed -i 's/# two/# theirs/' t.csv
	varve commit -qam c
	git checkout -q -
	sed -i 's/# two/# ours/' t.csv
	varve commit -qam d
	ends_with 1 varve merge other
}

@test "a row with a comment that both sides remove is no conflict of comments" {
	new_repo
	printf 'id,n\n1,a\n# two\n2,b\n3,c\n# four\n4,d\n5,e\n' > t.csv
	varve add -q t.csv 2> /dev/null
	varve commit -qm one
	git checkout -qb other
	printf 'id,n\n1,a\n3,c\n# four\n4,d\n# theirs\n5,e\n' > t.csv
	varve commit -qam other
	git checkout -q -
	printf 'id,n\n1,a\n3,c\n# ours\n4,D\n5,e\n' > t.csv
	varve commit -qam ours
	succeeds varve merge other
	printf 'id,n\n1,a\n3,c\n# ours\n4,D\n# theirs\n5,e\n' > want
	same_bytes want t.csv
	succeeds varve fsck --data
}

@test "spaces after delimiters are no part of the cells, and come back" {
	new_repo
	printf 'id, name, n\n1, "a, b", 2\n2, c, 3\n3, d, \n4, " e", 5\n5, f,  6\n' > t.csv
	succeeds varve add t.csv
	output_has "5 rows, 3 columns, key id"
	stderr_has "space"
	varve commit -qm one
	back t.csv
	rows t.csv
	output_is $'{"id":1,"name":"a, b","n":2}\n{"id":2,"name":"c","n":3}\n{"id":3,"name":"d","n":null}\n{"id":4,"name":" e","n":5}\n{"id":5,"name":"f","n":6}'
	sed -i 's/^2, c, 3/2, changed, 3/; $a 6,g,7' t.csv
	succeeds varve diff
	output_has "1 row changed"
	output_has "1 row added"
	varve commit -qam two
	back t.csv
	succeeds varve diff HEAD~1 HEAD --format patch
	printf '%s\n' "$output" > p
	git checkout -q HEAD~1 -- t.csv
	succeeds varve apply p
	cmp t.csv want
	git checkout -q HEAD -- t.csv
	succeeds varve rename-column t.csv name 'the name'
	[ "$(head -1 t.csv)" = 'id, the name, n' ]
	# kept they are text; where a cell has none it is not certain
	printf 'id, n\n1, 2\n2, 3\n3, 4\n' > keep.csv
	succeeds varve add --initial-space keep keep.csv
	rows keep.csv
	output_has '{"id":1," n":'
	printf 'id, n\n1,2\n2, 3\n3, 4\n' > some.csv
	succeeds varve add some.csv
	stderr_lacks "space"
	succeeds varve add --initial-space skip --as table some.csv
	rows some.csv
	output_is $'{"id":1,"n":2}\n{"id":2,"n":3}\n{"id":3,"n":4}'
	ends_with 2 varve add --initial-space skip --delimiter space some.csv
}

@test "a merge and an edit write the space after a delimiter" {
	new_repo
	printf 'id, a, b\n1, x, y\n2, x, y\n3, x, y\n4, x, y\n' > t.csv
	varve add -q t.csv 2> /dev/null
	varve commit -qm one
	git checkout -qb other
	sed -i 's/^2, x, y/2, x, Y/' t.csv
	varve commit -qam other
	git checkout -q -
	sed -i 's/^2, x, y/2, X, y/' t.csv
	varve commit -qam ours
	succeeds varve merge other
	printf 'id, a, b\n1, x, y\n2, X, Y\n3, x, y\n4, x, y\n' > want
	same_bytes want t.csv
}

@test "two header lines become names, where the first one has groups of columns" {
	new_repo
	printf ',2019,,2020,\nregion,a,b,a,c\nN,1,2,3,4\nS,1,2,3,4\nW,5,6,7,8\n' > t.csv
	succeeds varve add t.csv
	output_has "3 rows, 5 columns"
	output_has "2 header lines"
	stderr_has "header"
	varve commit -qm one
	back t.csv
	succeeds varve info --json t.csv
	rows t.csv
	[ "${lines[0]}" = '{"region":"N","2019 a":1,"b":2,"2020 a":3,"c":4}' ]
	succeeds varve check t.csv
	# rows are compared and merged; the header's lines are kept
	printf ',2019,,2020,\nregion,a,b,a,c\nN,1,2,3,9\nS,1,2,3,4\nW,5,6,7,8\nX,5,6,7,8\n' > t.csv
	succeeds varve diff
	output_has "1 row added"
	varve commit -qam two
	back t.csv
	ends_with 2 varve rename-column t.csv c d
	same_bytes want t.csv
	succeeds varve convert -q t.csv out.csv
	[ "$(head -1 out.csv)" = 'region,2019 a,b,2020 a,c' ]
	[ "$(wc -l < out.csv)" = 5 ]
	# the group's label is above each of its columns
	printf ',2019,2019,2020,2020\nregion,a,b,a,c\nN,1,2,3,4\nS,1,2,3,4\nW,5,6,7,8\n' > u.csv
	succeeds varve add u.csv
	output_has "3 rows, 5 columns"
	output_has "2 header lines"
}

@test "--header-rows and --header-join, and what is not certain" {
	new_repo
	# a title that is filled up with delimiters, missing values below a header, units of text columns
	printf 'Report 2020,,\nid,name,n\n1,a,2\n2,b,3\n3,c,4\n' > title.csv
	printf 'id,,\nx,NA,NA\ny,1,2\nz,3,4\nw,5,6\n' > missing.csv
	printf 'a,a,b\nx,y,z\nu,v,w\nq,r,s\nt,u,v\n' > text.csv
	for f in title missing text; do
		varve add "$f.csv" > said 2>&1 || true
		! grep -q "the text between joined header cells (--header-join) is longer than" said || false
	done
	git reset -q
	printf 'x,y\nkg,m\n1,2\n3,4\n' > t.csv
	succeeds varve add --header-rows 2 --header-join / t.csv
	varve commit -qm one
	back t.csv
	rows t.csv
	output_is $'{"x/kg":1,"y/m":2}\n{"x/kg":3,"y/m":4}'
	# the next version has as many, unless data stands in the second one
	printf 'x,y\nkg,cm\n1,2\n3,4\n' > t.csv
	succeeds varve add t.csv
	rows t.csv
	output_is $'{"x/kg":1,"y/cm":2}\n{"x/kg":3,"y/cm":4}'
	printf 'x,y\n1,2\n3,4\n' > t.csv
	succeeds varve add t.csv
	stderr_has "header"
	rows t.csv
	output_is $'{"x":1,"y":2}\n{"x":3,"y":4}'
	ends_with 2 varve add --header-rows 0 t.csv
	ends_with 2 varve add --header-rows 17 t.csv
	ends_with 2 varve add --header-rows 2 --no-header t.csv
	printf 'x,y\n' > short.csv
	ends_with 2 varve add --header-rows 2 --as table short.csv
}

@test "datapackage.json declares them as Frictionless does" {
	new_repo
	printf 'made by hand\nx; y\nkg; m\n%% c\n1; 2\n3; 4\n' > t.csv
	printf '{"resources":[{"name":"t","path":"t.csv","dialect":{"delimiter":";","headerRows":[2,3],"headerJoin":"-","commentChar":"%%","skipInitialSpace":true}}]}' > datapackage.json
	succeeds varve add t.csv
	output_has "2 rows"
	varve commit -qm one
	back t.csv
	rows t.csv
	output_is $'{"x-kg":1,"y-m":2}\n{"x-kg":3,"y-m":4}'
	succeeds varve check t.csv
	# comments by number, above the header
	sed -i 's/"commentChar"/"commentRows":[1],&/' datapackage.json
	sed '$a5; 6' t.csv > more.csv
	mv more.csv t.csv
	succeeds varve add t.csv
	output_has "3 rows"
	for bad in '"headerRows":[1,3]' '"headerRows":[]' '"commentChar":"%%%%"' '"commentChar":";"' \
		'"headerJoin":"0123456789abcdef"' '"commentRows":[3]'; do
		printf '{"resources":[{"name":"t","path":"t.csv","dialect":{"delimiter":";",'"$bad"'}}]}' > datapackage.json
		ends_with 2 varve add t.csv
	done
}

@test "very many comments are refused with their line, or kept" {
	new_repo
	{ printf 'id,n\n1,2\n'; seq -f '# %.0f' 100000; printf '2,3\n3,4\n4,5\n'; } > t.csv
	succeeds varve add --comment '#' t.csv
	output_has "4 rows"
	varve commit -qm one
	back t.csv
	{ printf 'id,n\n1,2\n'; yes '# a comment that is as long as comments are, or somewhat longer' | head -n 150000; printf '2,3\n'; } > t.csv
	ends_with 2 varve add t.csv
	{ printf 'id,n\n'; yes '# above all rows, below the header' | head -n 20000; printf '1,2\n'; } > head.csv
	ends_with 2 varve add --comment '#' --as table head.csv
}

@test "rows that end with a delimiter which the header lacks have a last column without a name" {
	new_repo
	printf 'id;n;v\n1;a;2;\n2;b;3;\n3;c;4;\n' > t.csv
	succeeds varve add t.csv
	output_has "3 rows, 4 columns, key id"
	stderr_has "rows have one delimiter more than the header: the last column has no name, unless a delimiter is missing inside the header"
	varve commit -qm one
	back t.csv
	rows t.csv
	output_is $'{"id":1,"n":"a","v":2,"field4":null}\n{"id":2,"n":"b","v":3,"field4":null}\n{"id":3,"n":"c","v":4,"field4":null}'
	succeeds varve check
	# a row without it, and one that is changed, leave the others as they are
	sed -i 's/^2;b/2;x/' t.csv
	printf '4;d;5\n' >> t.csv
	succeeds varve add t.csv
	stderr_lacks "rows have one delimiter more than the header: the last column has no name, unless a delimiter is missing inside the header"
	varve commit -qm two
	back t.csv
	succeeds varve rename-column t.csv n name
	printf 'id;name;v\n1;a;2;\n2;x;3;\n3;c;4;\n4;d;5\n' > want
	same_bytes want t.csv
	ends_with 2 varve rename-column t.csv field4 f
	stderr_has "the header line has no column 4"
	# what is behind the delimiter, and a delimiter that few rows have, is no such column
	printf 'id;n\n1;a;\n2;b;x\n' > value.csv
	ends_with 2 varve add value.csv
	stderr_has "value.csv: line 2, character 5: found 3 cells, expected at most 2"
	printf 'id;n\n1;a\n2;b;\n3;c\n' > few.csv
	ends_with 2 varve add few.csv
	stderr_has "few.csv: line 3, character 5: found 3 cells, expected at most 2"
	printf 'id;n\n1;a;;\n2;b;;\n' > two.csv
	ends_with 2 varve add two.csv
}

@test "options for a table make a table of what was kept as bytes" {
	new_repo
	printf 'Report\n\nid,v\n1,a\n2,b\n' > t.csv
	cp t.csv want
	varve add -q --as file t.csv
	varve commit -qm bytes
	succeeds varve add --skip-lines 2 t.csv
	varve info --json :t.csv | python3 -c 'import json,sys; d = json.load(sys.stdin); assert d["kind"] == "table", d'
	varve cat :t.csv | cmp - want
	varve reset -q 2> /dev/null || git reset -q
	printf 'id,v\n1,a\n2,b\n' > t.csv
	varve add -q t.csv
	git show :t.csv | grep -q '"kind": "file"'
	succeeds varve add --key id t.csv
	git show :t.csv | grep -q '"kind": "table"'
	varve info --json :t.csv | grep -q '"id"'
}

@test "a form without a delimiter is called none where it changes" {
	new_repo
	printf 'id,v\n1,a\n2,b\n' > c.csv
	varve add -q --delimiter none c.csv
	succeeds varve add --delimiter semicolon c.csv
	output_has "form:    delimiter none -> ';'"
	succeeds varve add --delimiter none c.csv
	output_has "form:    delimiter ';' -> none"
}

@test "a column that goes away or is renamed is not called a change of form" {
	new_repo
	printf 'id,"name",x\n1,a,5\n2,b,6\n' > t.csv
	varve add -q t.csv
	printf 'id,x\n1,5\n2,6\n' > t.csv
	succeeds varve add t.csv
	output_has "columns: id integer, x integer"
	output_lacks "form:"
	printf 'id,y\r\n1,5\r\n2,6\r\n' > t.csv
	succeeds varve add t.csv
	output_has "form:    LF -> CRLF"
	output_lacks "header line"
}

# carets FILE: a table with carets, and commas in some cells.
carets() {
	seq 30 | awk 'BEGIN { print "pk^name^kind^note" } { print "p" $1 "^Port " $1 "^" $1 % 3 "^" ($1 % 4 ? "" : "old, closed") }' > "$1"
}

@test "a rare delimiter is found in a table that the usual ones do not make" {
	new_repo
	carets a.csv
	tr '^' '~' < a.csv > b.csv
	tr '^' '\001' < a.csv > c.csv
	for file in a.csv b.csv c.csv; do
		succeeds varve add $file
		output_has "30 rows, 4 columns, key pk"
		varve cat ":$file" | cmp - $file
	done
	varve commit -qm one
	git checkout -qb side
	sed -i 's/^\(p7^.*^\)1^/\1new, busy^/' a.csv
	varve commit -qam theirs
	git checkout -q main
	sed -i 's/Port 7^/Haven 7^/' a.csv
	varve commit -qam ours
	succeeds varve merge side
	grep -qx 'p7^Haven 7^new, busy^' a.csv
}

@test "a file that was a table stays the same one beside a rare delimiter" {
	new_repo
	# without a comma: one column, as before
	carets a.csv
	sed -i 's/,//' a.csv
	succeeds varve add a.csv
	output_has "30 rows, 1 column"
	stderr_has "read as one column; with --delimiter '^' it has 4 columns"
	varve commit -qm one
	# and when a comma came
	carets a.csv
	ends_with 2 varve add a.csv
	succeeds varve add --delimiter '^' a.csv
	output_has "4 columns"
	# another name, uneven rows, two columns, times, formulas between commas
	carets b.txt
	{ carets b.csv; echo 'p^q' >> b.csv; }
	carets c.csv
	sed -i 's/\^[^^]*^[^^]*$//' c.csv
	sed -i '3s/$/, x/' c.csv
	printf 'at^n\n10:20:30,5,x\n10:20:31,6\n10:20:32,7\n' > d.csv
	succeeds varve add b.txt
	output_has "1 ordinary file: b.txt"
	for file in b.csv c.csv d.csv; do
		ends_with 2 varve add $file
	done
	printf 'a^2^x,b,c\n1^2^3,2,3\n1^2^4,2,3\n1^2^5,2,3\n' > e.csv
	succeeds varve add e.csv
	output_has "3 rows, 3 columns"
}

@test "a merge of texts takes the delimiter that datapackage.json declares" {
	new_repo
	seq 20 | awk 'BEGIN { print "pk:name:kind" } { print "p" $1 ":Port, " $1 ":" $1 % 3 }' > a.csv
	echo '{"resources": [{"name": "a", "path": "a.csv", "dialect": {"delimiter": ":"}}]}' > datapackage.json
	echo '*.csv merge=varve diff=varve' > .gitattributes
	git add .
	git commit -qm base
	git checkout -qb side
	sed -i 's/^\(p7:.*:\)1$/\15/' a.csv
	git commit -qam theirs
	git checkout -q main
	sed -i 's/Port, 7:/Haven, 7:/' a.csv
	git commit -qam ours
	succeeds varve merge side
	grep -qx 'p7:Haven, 7:5' a.csv
}
