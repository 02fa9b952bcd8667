load ../helper

type_of() {
	varve schema "$1" | python3 -c 'import json, sys; f = [c for c in json.load(sys.stdin)["fields"] if c["name"] == sys.argv[1]][0]; print(f["type"], f.get("decimalChar", "-"), f.get("groupChar", "-"))' "$2"
}

@test "numbers with a decimal comma are numbers, and keep their spelling" {
	new_repo
	printf 'id;preis;menge;wann\n1;1.234,50;1,5;2024-01-01\n2;7;2,25;2024-01-02\n3;-0,5;3;2024-01-03\n' > t.csv
	succeeds varve add t.csv
	output_has "preis number, menge number"
	[ "$(type_of t.csv preis)" = "number , ." ]
	[ "$(type_of t.csv menge)" = "number , -" ]
	varve cat :t.csv > got
	same_bytes t.csv got
	succeeds varve cat --where 'preis>1000' t.csv
	output_is $'id;preis;menge;wann\n1;1.234,50;1,5;2024-01-01'
	succeeds varve cat --where 'preis<=0' t.csv
	output_is $'id;preis;menge;wann\n3;-0,5;3;2024-01-03'
	succeeds varve cat --json --columns preis t.csv
	output_has '{"preis":1234.50}'
	output_has '{"preis":-0.5}'
	varve commit -qm one
	sed -i 's/1.234,50/1234,5/' t.csv
	succeeds varve diff --ignore-format --exit-code
	succeeds varve diff
	output_has "1.234,50"
	succeeds varve check t.csv
	sed -i 's/2,25/zwei/' t.csv
	ends_with 1 varve check t.csv
}

@test "a new column and a package keep the decimal comma" {
	new_repo
	printf 'id;p\n1;1,5\n2;2,25\n' > t.csv
	varve add -q t.csv
	varve commit -qm one
	printf 'id;p;q\n1;1,5;3,5\n2;2,25;4,75\n' > t.csv
	varve add -q t.csv
	[ "$(type_of t.csv p)" = "number , -" ]
	[ "$(type_of t.csv q)" = "number , -" ]
	varve commit -qm two
	echo '{"resources": [{"name": "t", "path": "t.csv", "schema": {"fields": [{"name": "id", "type": "integer"}]}}]}' > datapackage.json
	varve add -q t.csv
	[ "$(type_of t.csv p)" = "number , -" ]
}

@test "what may be a list or a thousand stays text" {
	new_repo
	printf 'id,l\n1,"2,4"\n2,"3,5"\n' > l.csv
	succeeds varve add l.csv
	[ "$(type_of l.csv l)" = "string - -" ]
	stderr_has "decimal comma"
	printf 'id;l\n1;1,234\n2;3,567\n' > m.csv
	succeeds varve add m.csv
	[ "$(type_of m.csv l)" = "string - -" ]
	printf 'id,l\n1,"-2,4"\n2,"3,5"\n' > n.csv
	succeeds varve add n.csv
	[ "$(type_of n.csv l)" = "number , -" ]
	printf 'id;v\n1;1.2.3\n2;1,5\n' > o.csv
	succeeds varve add o.csv
	[ "$(type_of o.csv v)" = "string - -" ]
}

@test "decimal commas that nothing marks between commas are refused with their line, and lost nowhere" {
	new_repo
	printf 'id,price\n1,2,5\n2,3,25\n' > t.csv
	ends_with 2 varve add t.csv
	[[ $stderr == *"t.csv: line 2"* ]]
	# a footer does not hide such rows
	printf 'id,price\n1,2\n2,3\n3,2,5\n' > u.csv
	ends_with 2 varve add u.csv
	[[ $stderr == *"u.csv: line 4"* ]]
	ends_with 1 varve check --files t.csv
	[ -z "$(git ls-files)" ]
}

@test "1.000 is a thousand beside decimal commas, and no number alone between semicolons" {
	new_repo
	printf 'a;menge;preis\nA;1.000;1,00\nB;2.500;3,00\nC;12.000;1.500,00\nD;7;2,5\n' > t.csv
	succeeds varve add t.csv
	[ "$(type_of t.csv menge)" = "number , ." ]
	[ "$(varve sql --format csv 'select sum(menge) from t' | tail -n 1)" = 15507.0 ]
	printf 'a;menge\nA;1.500\nB;250\nC;NA\nD;3.125\n' > u.csv
	succeeds varve add u.csv
	[ "$(type_of u.csv menge)" = "string - -" ]
	stderr_has "part thousands"
	printf 'a,x\nA,1.500\nB,250.125\n' > v.csv
	succeeds varve add v.csv
	[ "$(type_of v.csv x)" = "number - -" ]
	stderr_is ""
	printf 'a;x;y\nA;1,500;0,5\nB;2,250;1,75\n' > w.csv
	succeeds varve add w.csv
	[ "$(type_of w.csv x)" = "number , -" ]
	printf 'a;x\nA;1,500\nB;2,250\nC;0,125\n' > x.csv
	succeeds varve add x.csv
	[ "$(type_of x.csv x)" = "string - -" ]
	stderr_has "part thousands"
	printf 'a;x;y\nA;1.000;0,5\nB;NA;1,75\nC;2.000;3,5\n' > y.csv
	succeeds varve add y.csv
	[ "$(varve cat --json :y.csv --columns x | tr -d '\n ')" = '[{"x":1000},{"x":null},{"x":2000}]' ]
}
