load ../helper

# --safe-for-spreadsheets: cells that a spreadsheet would compute are text there.

formulas() {
	printf 'id,text,=head\n1,=1+1,a\n2,+49 30 12,b\n3,-5,c\n4,-5.25e-3,d\n5,@sum(a1),e\n' > t.csv
	printf '6,"=cmd|\047/c calc\047!a1, b",f\n7,"\tx",g\n8,-,h\n9,-2+3,i\n10,plain =,\047x\n' >> t.csv
}

safe() {
	printf "id,text,'=head\n1,'=1+1,a\n2,'+49 30 12,b\n3,-5,c\n4,-5.25e-3,d\n5,'@sum(a1),e\n"
	printf "6,\"'=cmd|'/c calc'!a1, b\",f\n"
	printf "7,'\tx,g\n8,-,h\n9,'-2+3,i\n10,plain =,'x\n"
}

@test "convert writes formulas as text when asked to, and as they are otherwise" {
	formulas
	safe > should.csv
	succeeds varve convert t.csv plain.csv
	cmp t.csv plain.csv
	succeeds varve convert --safe-for-spreadsheets t.csv safe.csv
	tr -d '"' < safe.csv > got
	tr -d '"' < should.csv | cmp - got
	python3 -c "
import csv
plain = list(csv.reader(open('t.csv', newline='')))
safe = list(csv.reader(open('safe.csv', newline='')))
bad = [c for r in safe for c in r if len(c) > 1 and c[0] in '=+-@\t' and c not in ('-5', '-5.25e-3')]
assert not bad, bad
for a, b in zip(plain, safe):
    for x, y in zip(a, b):
        assert y in (x, chr(39) + x), (x, y)
assert len(plain) == len(safe)
"
	succeeds varve convert --safe-for-spreadsheets t.csv safe.tsv
	grep -q "^1	'=1+1	a$" safe.tsv
	ends_with 2 varve convert --safe-for-spreadsheets t.csv out.json
	stderr_has "--safe-for-spreadsheets is for CSV and TSV"
	[ ! -e out.json ]
}

@test "cat writes formulas as text when asked to, restore never does" {
	new_repo
	formulas
	cp t.csv ../t.csv
	varve add -q t.csv
	varve commit -qm one
	succeeds varve cat HEAD:t.csv
	varve cat HEAD:t.csv | cmp - ../t.csv
	varve cat --safe-for-spreadsheets HEAD:t.csv > safe.csv
	safe | tr -d '"' > should
	tr -d '"' < safe.csv | cmp - should
	rm t.csv
	succeeds varve restore t.csv
	cmp t.csv ../t.csv
	ends_with 2 varve cat --safe-for-spreadsheets --json HEAD:t.csv
}

@test "a file keeps its byte order mark, and the apostrophes are taken back" {
	new_repo
	printf '\357\273\277id,text\n1,=1+1\n2,@b\n3,plain\n' > t.csv
	cp t.csv ../t.csv
	varve add -q t.csv
	varve commit -qm one
	for words in "" "--columns id,text" "--where id<9"; do
		# shellcheck disable=SC2086
		succeeds varve cat --safe-for-spreadsheets $words -o safe.csv t.csv
		printf '\357\273\277id,text\n1,\047=1+1\n2,\047@b\n3,plain\n' | cmp - safe.csv
	done
	varve cat --safe-for-spreadsheets t.csv | cmp - safe.csv
	[ "$(varve cat --where 'id < 2' t.csv | head -c 2)" = id ]
	sed 's/plain/edited/' safe.csv > t.csv
	succeeds varve restore --spelling t.csv
	sed 's/plain/edited/' ../t.csv | cmp - t.csv
}
