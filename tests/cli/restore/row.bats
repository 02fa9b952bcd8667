load ../helper

# three: a table of three rows, committed; then changed by hand in rows 1 and 2.
three() {
	new_repo
	printf 'id,name,price\n1,"Blue",9.50\n2,Red,1.0\n3,Green,7\n' > t.csv
	varve add -q --key id t.csv
	varve commit -qm one
}

@test "one row comes back and all other bytes stay" {
	three
	printf 'id,name,price\n1,"blue",9.5\n2,red,2.0\n3, Green,7.0\n' > t.csv
	succeeds varve restore --row 2 t.csv
	stderr_has "2 cells"
	printf 'id,name,price\n1,"blue",9.5\n2,Red,1.0\n3, Green,7.0\n' > want
	same_bytes want t.csv
	succeeds varve diff --exit-code --cached
	succeeds varve restore --row 2 t.csv
	same_bytes want t.csv
}

@test "one cell comes back" {
	three
	printf 'id,name,price\n1,blue,9.5\n2,red,2.0\n3,Green,7\n' > t.csv
	succeeds varve restore -q --row 2 --column price t.csv
	stderr_is ""
	printf 'id,name,price\n1,blue,9.5\n2,red,1.0\n3,Green,7\n' > want
	same_bytes want t.csv
	ends_with 2 varve restore --row 2 --column nothing t.csv
	ends_with 2 varve restore --row 2 --staged t.csv
	ends_with 2 varve restore --row 9 t.csv
	same_bytes want t.csv
}

@test "a removed row comes back behind the row that it followed, a new one goes" {
	three
	printf 'id,name,price\n1,Blue,9.50\n4,New,1\n3,Green,7' > t.csv
	succeeds varve restore --source HEAD --row 2 t.csv
	printf 'id,name,price\n1,Blue,9.50\n2,Red,1.0\n4,New,1\n3,Green,7' > want
	same_bytes want t.csv
	succeeds varve restore --row 4 t.csv
	printf 'id,name,price\n1,Blue,9.50\n2,Red,1.0\n3,Green,7' > want
	same_bytes want t.csv
	ends_with 2 varve restore --row 4 --column name t.csv
	printf 'id,name,price\n2,Red,1.0\n3,Green,7\n' > t.csv
	succeeds varve restore --row 1 t.csv
	printf 'id,name,price\n1,Blue,9.50\n2,Red,1.0\n3,Green,7\n' > want
	cut -d, -f1 want > want.ids
	cut -d, -f1 t.csv > ids
	same_bytes want.ids ids
}

@test "a row comes from an older version whose columns stood otherwise" {
	three
	printf 'price,id,cost,vat\n9.50,1,a,x\n1.0,2,b,y\n' > t.csv
	varve add -q t.csv
	varve commit -qm two
	succeeds varve restore --source HEAD~1 --row 3 t.csv
	stderr_has "'Green' of column 'name' is not restored: the file has no such column"
	printf 'price,id,cost,vat\n9.50,1,a,x\n1.0,2,b,y\n7,3,,\n' > want
	same_bytes want t.csv
	ends_with 2 varve restore --source HEAD~9 --row 3 t.csv
}

@test "a row comes back in JSON, in another encoding, and in key order" {
	new_repo
	printf '[\n  {"id": 1, "n": "a"},\n  {"id": 2, "n": null},\n  {"id": 3, "n": "c"}\n]\n' > t.json
	varve add -q --as table --key id t.json
	cp t.json want
	printf '[\n  {"id": 1, "n": "a"},\n  {"id": 3, "n": "c"}\n]\n' > t.json
	succeeds varve restore --row 2 t.json
	same_bytes want t.json
	printf 'id;n\n1;K\xf6ln\n2;B\xf6nn\n' > w.csv
	varve add -q --encoding cp1252 --key id w.csv
	cp w.csv want
	printf 'id;n\n1;K\xf6ln\n2;Bonn\n' > w.csv
	succeeds varve restore --row 2 w.csv
	same_bytes want w.csv
	printf 'id,n\n3,c\n1,a\n2,b\n' > o.csv
	varve add -q --key id --order key o.csv
	cp o.csv want
	printf 'id,n\n3,c\n1,x\n2,b\n' > o.csv
	succeeds varve restore --row 1 o.csv
	same_bytes want o.csv
}

@test "a row of a file without a key, of a pointer, or of a file of bytes is refused" {
	new_repo
	printf 'a,b\n1,2\n1,2\n' > t.csv
	varve add -q t.csv
	ends_with 2 varve restore --row 1 t.csv
	stderr_has "has no key"
	printf 'text' > f.csv
	varve add -q --as file f.csv
	ends_with 2 varve restore --row 1 f.csv
	ends_with 2 varve restore --row 1 nothing.csv
}

@test "comments and blank lines above a row stay where they are" {
	new_repo
	printf '# made by Ada\nid;name;price\n1;"Blue";9,50\n# about two\n\n2;Red;1,0\n# about three\n3;"Green";7,0\n' > t.csv
	varve add -q --key id t.csv
	varve commit -qm one
	cp t.csv want
	sed -i 's/Red/"red"/;s/1,0/2,0/' t.csv
	succeeds varve restore --row 2 --column name t.csv
	sed 's/1,0/2,0/;s/Red/"Red"/' want | cmp - t.csv
	sed -i 's/"Green"/Green/;s/7,0/8/' t.csv
	succeeds varve restore --row 3 t.csv
	sed 's/1,0/2,0/;s/Red/"Red"/;s/"Green"/Green/' want | cmp - t.csv
	cp want t.csv
	printf '# about four\n4;Grey;1\n' >> t.csv
	succeeds varve restore --row 4 t.csv
	(cat want; echo '# about four') | cmp - t.csv
	cp want t.csv
	sed -i '/^# about three/i # about four\n4;Grey;1' t.csv
	succeeds varve restore --row 4 t.csv
	sed '/^# about three/i # about four' want | cmp - t.csv
	ends_with 2 varve restore --source HEAD --row 4 t.csv
}

@test "a value that the encoding of the file lacks is refused with row and column" {
	new_repo
	printf 'id;name\n1;\316\251mega\n2;b\n' > t.csv
	varve add -q --key id t.csv
	varve commit -qm one
	printf 'id;name\n1;M\374ller\n2;b\n' > t.csv
	varve add -q --encoding windows-1252 t.csv
	cp t.csv before
	ends_with 2 varve restore --source HEAD --row 1 t.csv
	stderr_has "row 1, column 'name': windows-1252 does not have the character 'Ω'"
	same_bytes before t.csv
	[ -z "$(find . -name '.varve-tmp*')" ]
}

@test "a second --row is refused, and does not take the place of the first" {
	new_repo
	rows 9 > prices.csv
	varve add -q . && varve commit -q -m one
	sed -i 's/^[35],.*/&x/' prices.csv
	cp prices.csv before
	ends_with 2 varve restore --row 3 --row 5 prices.csv
	stderr_has "--row was already given, with the value '3'"
	cmp before prices.csv
}

@test "a row whose key is written otherwise in the other version is that row" {
	new_repo
	printf 'k,v\n1.0,a\n2.5,b\n' > t.csv
	varve add -q --key k t.csv && varve commit -qm one
	sed -i 's/^1.0,a/1,z/' t.csv
	cp t.csv edited
	succeeds varve restore --row 1 t.csv
	[ "$(cat t.csv)" = $'k,v\n1.0,a\n2.5,b' ]
	cp edited t.csv
	succeeds varve restore --row 1.0 --column v t.csv
	[ "$(cat t.csv)" = $'k,v\n1,a\n2.5,b' ]
	cp edited t.csv
	ends_with 2 varve delete t.csv 1.0
	stderr_has "has no row '1.0', but a row '1', which is the same value written differently"
	same_bytes edited t.csv
}

@test "the first row comes back to the first place also where the versions have different keys" {
	new_repo
	printf 'id,name\n1,a\n2,b\n3,c\n' > t.csv
	varve add --no-key t.csv > /dev/null
	varve commit -qm one
	printf 'id,name\n2,b\n3,c\n' > t.csv
	varve add --key id t.csv > /dev/null
	varve commit -qm two
	succeeds varve restore --source HEAD~1 --row 1 t.csv
	[ "$(cat t.csv)" = $'id,name\n1,a\n2,b\n3,c' ]
}
