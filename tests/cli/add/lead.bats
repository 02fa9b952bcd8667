load ../helper

# commented FILE DATE: a table below two lines of comments.
commented() {
	printf '# source: X, "a" and b\n# date: %s\nid,name,price\n1,a,2.5\n2,b,3\n3,c,4\n' "$2" > "$1"
}

@test "comment lines above a table are kept as bytes, and its rows are seen" {
	new_repo
	commented t.csv 2024
	succeeds varve add t.csv
	output_has "3 rows, 3 columns, key id"
	output_has "2 lines above the table"
	stderr_has "t.csv: skipped 2 lines above the table, from '# source: X"
	varve commit -qm one
	varve cat HEAD:t.csv > got
	same_bytes t.csv got
	succeeds varve cat --limit 1 t.csv
	output_is $'id,name,price\n1,a,2.5'
	succeeds varve fsck
	rm t.csv
	succeeds varve restore t.csv
	same_bytes got t.csv
	succeeds varve convert -q t.csv out.csv
	printf 'id,name,price\n1,a,2.5\n2,b,3\n3,c,4\n' > want
	same_bytes want out.csv
}

@test "a difference of the lines above a table is one of its form" {
	new_repo
	commented t.csv 2024
	varve add -q t.csv
	varve commit -qm one
	commented t.csv 2025-longer
	succeeds varve diff
	output_has "lines above the table changed"
	output_lacks "header line"
	output_lacks "column"
	sed -i '1i # one more' t.csv
	succeeds varve add t.csv
	stderr_is ""
	[ "$(varve cat --json :t.csv | grep -c id)" = 3 ]
	varve cat :t.csv > got
	same_bytes t.csv got
	sed -i 1,3d t.csv
	succeeds varve diff
	output_has "lines above the table removed"
	varve add -q t.csv
	varve commit -qm three
	commented t.csv 2026
	succeeds varve diff
	output_has "lines above the table added"
}

@test "titles above a table are passed over where that is certain, else with --skip" {
	new_repo
	printf 'Sales of the year\r\n\r\nid;name\r\n1;a\r\n2;b\r\n3;c\r\n' > t.csv
	succeeds varve add t.csv
	output_has "columns: id integer, name string"
	printf 'Sales, of the year\nid,name,n\n1,a,1\n2,b,1\n' > u.csv
	ends_with 2 varve add u.csv
	stderr_has "--skip-lines"
	succeeds varve add --skip-lines 1 u.csv
	stderr_is ""
	output_has "1 line above the table"
	varve commit -qm one
	printf 'Sales, of another year\nid,name,n\n1,a,1\n2,b,2\n' > u.csv
	succeeds varve add u.csv
	succeeds varve diff --cached u.csv
	output_has "1 -> 2"
	output_has "lines above the table changed: 'Sales, of the year' -> 'Sales, of another year'"
	succeeds varve convert --skip-lines 1 u.csv o.json
	grep -q '"id"' o.json
	ends_with 2 varve add --skip-lines x u.csv
	stderr_has "--skip-lines requires a number from 0 to "
	ends_with 2 varve add --skip-lines 9999999 u.csv
	stderr_has "not '9999999'"
	ends_with 2 varve add --skip-lines 9 u.csv
	succeeds varve add --as file u.csv
}

@test "what only looks like lines above a table is part of it" {
	new_repo
	printf '#id,name\n1,a\n2,b\n' > t.csv
	succeeds varve add t.csv
	output_has "#id"
	stderr_is ""
	printf '##fileformat=1\n#id,name\n1,a\n2,b\n' > v.csv
	succeeds varve add v.csv
	output_has "#id integer, name string"
	printf 'note\n# one\n# two\nthree\n' > n.csv
	succeeds varve add n.csv
	output_has "3 rows, 1 column"
	printf 'name\nDoe, John\nRoe, Jane\nPoe, Ed\n' > p.csv
	ends_with 2 varve add p.csv
	succeeds varve add --skip-lines 0 --delimiter none p.csv
	output_has "3 rows, 1 column"
}

@test "merges, patches, renames and other encodings keep the lines above a table" {
	new_repo
	commented t.csv 2024
	varve add -q --key id t.csv
	varve commit -qm one
	varve switch -qc other
	sed -i 's/^2,b,3/2,bb,3/; 4s/$//; 3s/price/cost/' t.csv
	varve add -q t.csv
	varve commit -qm two
	varve switch -q main 2> ../no || varve switch -q master
	commented t.csv 2025
	sed -i 's/^1,a/1,aa/' t.csv
	varve add -q t.csv
	varve commit -qm three
	succeeds varve merge other
	printf '# source: X, "a" and b\n# date: 2025\nid,name,cost\n1,aa,2.5\n2,bb,3\n3,c,4\n' > want
	same_bytes want t.csv
	succeeds varve fsck
	succeeds varve rename-column t.csv cost price
	sed -i s/cost/price/ want
	same_bytes want t.csv
	varve commit -qm four
	cp t.csv old
	sed -i 's/2025/2026/; s/^3,c/3,ccc/' t.csv
	cp t.csv new
	varve diff --format patch > p.patch
	cp old t.csv
	succeeds varve apply p.patch
	same_bytes new t.csv
	succeeds varve apply -R p.patch
	same_bytes old t.csv
	printf '# K\xf6ln, 2024\nid,name,p\n1,B\xf6nn,1\n2,b,2\n' > w.csv
	succeeds varve add --encoding cp1252 w.csv
	varve cat :w.csv --limit 1 > got
	printf 'id,name,p\n1,Bönn,1\n' > want
	same_bytes want got
	cp w.csv want
	rm w.csv
	succeeds varve restore w.csv
	same_bytes want w.csv
}

@test "check counts lines from the file's beginning" {
	new_repo
	commented t.csv 2024
	varve add -q --key id t.csv
	varve schema --type price=number t.csv
	varve commit -qm one
	sed -i 's/^3,c,4/3,c,x/' t.csv
	ends_with 1 varve check --json t.csv
	output_has '"line": 6'
	sed -i 's/^3,c,x/3,c,4/' t.csv
	cp t.csv u.csv
	succeeds varve check --files u.csv
	printf '# a\n# b\nid,name,price\n1,a,2\n2,b\n3,c,1\n' > u.csv
	ends_with 1 varve check --files u.csv
	output_has "5"
}

@test "100,000 comment lines, and more than can be kept" {
	new_repo
	{ yes '# x' | head -n 100000; printf 'id,name,n\n1,a,1\n2,b,2\n'; } > t.csv
	succeeds varve add t.csv
	output_has "100,000 lines above the table"
	varve cat :t.csv > got
	same_bytes t.csv got
	{ yes '# a longer comment' | head -n 100000; printf 'id,name,n\n1,a,1\n2,b,2\n'; } > u.csv
	ends_with 2 varve add u.csv
}

@test "lines above a table that both sides changed are a conflict, which has ours until it is resolved" {
	new_repo
	commented t.csv 2024
	varve add -q --key id t.csv
	varve commit -qm one
	varve switch -qc other
	sed -i 's/2024/2025/' t.csv
	varve commit -qam two
	varve switch -q -
	sed -i 's/2024/2026/' t.csv
	varve commit -qam three
	ends_with 1 varve merge other
	grep -q 2026 t.csv
	ends_with 1 varve conflicts
	output_has "lines above the rows: both sides changed the lines above the table"
	succeeds varve resolve --theirs t.csv
	grep -q 2025 t.csv
	varve commit -qm merged
	succeeds varve fsck --data
}

@test "a header line longer than what is kept of one is refused, and nothing is staged" {
	new_repo
	python3 -c 'print(",".join("c%07d" % i for i in range(70000))); print("1,2")' > t.csv
	ends_with 2 varve add t.csv
	[[ $stderr == *"t.csv"* ]]
	python3 -c 'print("a," + "x" * 600000); print("1,2")' > t.csv
	ends_with 2 varve add t.csv
	[ -z "$(git ls-files)" ]
	succeeds varve add --as file t.csv
	varve commit -qm one
	varve cat HEAD:t.csv > got
	same_bytes t.csv got
}

@test "titles that a spreadsheet filled up with delimiters, and the line sep=, are above the table" {
	new_repo
	printf 'Umsatz 2026;;\r\n;;\r\nFiliale;Q1;Q2\r\nA;1;2\r\nB;3;4\r\nC;5;6\r\n' > h.csv
	succeeds varve add h.csv
	[ "$(varve cat --json :h.csv | jq -c '[.[] | .Q2]')" = "[2,4,6]" ]
	stderr_has "skipped 2 lines above the table"
	printf 'sep=;\na;b\n1;2\n3;4\n' > s.csv
	succeeds varve add s.csv
	[ "$(varve cat --json :s.csv | jq -c .)" = '[{"a":1,"b":2},{"a":3,"b":4}]' ]
	# rows are never taken for titles
	printf 'x,,\ny,1,2\nz,3,4\nu,5,6\n' > d.csv
	succeeds varve add d.csv
	[ -z "$(grep above <<< "$stderr")" ]
	cp h.csv want
	varve restore h.csv
	same_bytes want h.csv
}
