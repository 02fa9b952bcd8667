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
	ends_with 1 varve check --fail-on warning t.csv
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
	stderr_has "separate thousands"
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
	stderr_has "separate thousands"
	printf 'a;x;y\nA;1.000;0,5\nB;NA;1,75\nC;2.000;3,5\n' > y.csv
	succeeds varve add y.csv
	[ "$(type_of y.csv x)" = "string - -" ]
	stderr_has "whose point may be a decimal point or separate thousands; it is kept as string"
}

@test "48.137 is never 48137 because another column has decimal commas" {
	new_repo
	printf 'a;lat;preis\nA;48.137;1,50\nB;9.183;2,25\nC;52.520;1.234,75\n' > t.csv
	printf 'a\tlat\tpreis\nA\t48.137\t1,50\nB\t9.183\t2,25\nC\t52.520\t3,75\n' > tab.tsv
	printf 'a;lat;x;preis\nA;48.137;0.5;1,50\nB;9.183;1.25;2,25\nC;52;7.5;1.234,75\n' > both.csv
	printf 'a,lat,preis\nA,48.137,"-1,50"\nB,9.183,"2,25"\nC,52.520,"3,75"\n' > quoted.csv
	for file in t.csv tab.tsv both.csv quoted.csv; do
		succeeds varve add $file
		[ "$(type_of $file lat)" = "string - -" ]
		stderr_has "$file: column 'lat' has numbers such as 1.234, whose point may be a decimal point or separate thousands; it is kept as string"
		[[ $(type_of $file preis) = "number , "* ]]
	done
	# no fraction has two points
	printf 'a;n;preis\nA;1.234.567;1,50\nB;48.137;2,25\nC;7;3,75\n' > two.csv
	succeeds varve add two.csv
	[ "$(type_of two.csv n)" = "number , ." ]
}

@test "amounts whose thousands are parted by no-break spaces or apostrophes are numbers, and keep their spelling" {
	local nbsp=$'\u00a0' narrow=$'\u202f'
	new_repo
	printf 'id;kwota\n1;1\240234,50\n2;12,00\n3;1\240000\240000,25\n' > pl.csv
	succeeds varve add --encoding windows-1250 pl.csv
	[ "$(type_of pl.csv kwota)" = "number , $nbsp" ]
	cp pl.csv kept && rm pl.csv && varve restore pl.csv
	same_bytes pl.csv kept
	succeeds varve cat --where 'kwota > 1000' --columns id pl.csv
	output_is $'id\n1\n3'
	printf 'id;montant;qt\n1;1%s234,50;1%s000\n2;12,00;5\n3;-3,5;12%s000\n' "$narrow" "$narrow" "$narrow" > fr.csv
	succeeds varve add fr.csv
	[ "$(type_of fr.csv montant)" = "number , $narrow" ]
	[ "$(type_of fr.csv qt)" = "number , $narrow" ]
	succeeds varve cat --json :fr.csv
	output_has '{"id":1,"montant":1234.50,"qt":1000}'
	[ "$(varve sql --format csv 'select sum(montant), sum(qt) from fr' | tail -n 1)" = 1243.0,13005.0 ]
	varve commit -qm one
	sed -i 's/1.*234,50/1234,5/' fr.csv
	printf 'id;montant;qt\n1;1234,5;1000\n2;12;5\n3;-3,50;12000\n' > fr.csv
	succeeds varve diff --ignore-format --exit-code
	printf "id;betrag;n;a\n1;1'234.50;1'000;1\u2019000\n2;12.00;7;2\n3;8;12'000;3\n" > ch.csv
	succeeds varve add ch.csv
	[ "$(type_of ch.csv betrag)" = "number - '" ]
	[ "$(type_of ch.csv n)" = "number - '" ]
	[ "$(type_of ch.csv a)" = "number - $(printf '\u2019')" ]
	stderr_is ""
}

@test "English thousands are numbers where a value has a fraction, too, and else named with the option" {
	new_repo
	printf 'id,amount,qty,all\n1,"1,234.50","1,000","1,000,000"\n2,12.00,7,8\n3,8,"12,000",9\n' > en.csv
	succeeds varve add en.csv
	[ "$(type_of en.csv amount)" = "number - ," ]
	[ "$(type_of en.csv qty)" = "number - ," ]
	[ "$(type_of en.csv all)" = "number - ," ]
	stderr_is ""
	printf 'id,qty\n1,"1,000,000"\n2,"7,000"\n' > some.csv
	succeeds varve add some.csv
	[ "$(type_of some.csv qty)" = "string - -" ]
	stderr_has "varve schema --number qty=1,234.5 some.csv"
	printf 'id;n\n1;552 081 317\n2;7\n' > siren.csv
	succeeds varve add siren.csv
	[ "$(type_of siren.csv n)" = "string - -" ]
	stderr_has "varve schema --number n='1 234.5' siren.csv"
	printf 'id;n\n1;1 234.5\n2;1\u00a0234,5\n' > mixed.csv
	succeeds varve add mixed.csv
	[ "$(type_of mixed.csv n)" = "string - -" ]
	stderr_is ""
}

# advised FILE: each command that the last add's warnings name makes numbers of FILE's column, which check then accepts.
advised() {
	local words count=0 all
	all=$(grep -o 'varve schema --number [^;]*' <<< "$stderr")
	while read -r words; do
		eval "$words"
		varve add -q datapackage.json "$1"
		[[ $(type_of "$1" v) == number* ]]
		succeeds varve check "$1"
		output_has "nothing wrong"
		rm datapackage.json
		count=$((count + 1))
	done <<< "$all"
	[ "$count" = "$2" ]
}

@test "a column of unclear commas is named with both readings, and the commands work as they are printed" {
	new_repo
	printf 'id;v\n1;1,567\n2;469,134\n3;37,25\n' > mixed.csv
	succeeds varve add mixed.csv
	[ "$(type_of mixed.csv v)" = "string - -" ]
	stderr_has "has numbers such as 1,234 and others such as 1,5: all may have a decimal comma, or some separate thousands"
	advised mixed.csv 2
	printf 'id;v\n1;1.567\n2;469.134\n3;37\n' > points.csv
	succeeds varve add points.csv
	advised points.csv 2
	printf 'id,v\n1,"2,4"\n2,"3,5"\n3,1.003\n' > list.csv
	succeeds varve add list.csv
	stderr_has "v=1.234,5"
	advised list.csv 1
	printf "id;v\n1;8\n2;9\n3;7\n4;7,5\n" > few.csv
	succeeds varve add few.csv
	stderr_has "decimal comma"
	advised few.csv 1
	printf "id;v\n1;1 234\n2;12\n" > "it's.csv"
	succeeds varve add "it's.csv"
	advised "it's.csv" 1
	printf 'id;v\n1;1,5\n2;NA\n3;2,25\n' > missing.csv
	succeeds varve add missing.csv
	[ "$(type_of missing.csv v)" = "number , -" ]
	stderr_is ""
}

@test "schema --number takes an example, and refuses one that does not show what its mark is for" {
	new_repo
	printf 'id;v\n1;1,567\n2;469,134\n' > t.csv
	succeeds varve add t.csv
	succeeds varve schema --number v=-1234,50 t.csv
	varve add -q datapackage.json t.csv
	[ "$(type_of t.csv v)" = "number , -" ]
	succeeds varve schema --number "v=1'234" t.csv
	varve add -q datapackage.json t.csv
	[ "$(type_of t.csv v)" = "number . '" ]
	succeeds varve schema --number v=1,5 t.csv
	varve add -q datapackage.json t.csv
	[ "$(type_of t.csv v)" = "number , " ]
	for wrong in v=1,234 v= v=abc v=1234 v=1.2.3,4 v=1,; do
		ends_with 2 varve schema --number "$wrong" t.csv
		stderr_has "does not show how fractions are written"
	done
	ends_with 2 varve schema --number v t.csv
	stderr_has "has no '='"
	ends_with 2 varve schema --number x=1,5 t.csv
}

@test "conditions hold for the same rows whatever marks the numbers have" {
	local marks condition
	new_repo
	python3 - <<- 'END'
		import random
		random.seed(34)
		amounts = [random.choice((1, -1)) * random.randrange(10 ** random.randrange(1, 16)) for _ in range(3000)]
		def put(name, point, group):
		    with open(name, "w") as out:
		        print("id;v;w", file=out)
		        for i, n in enumerate(amounts):
		            whole = f"{abs(n) // 100:,}".replace(",", group)
		            print(f"{i};{'-' * (n < 0)}{whole}{point}{abs(n) % 100:02};{i % 5}", file=out)
		put("plain.csv", ".", "")
		put("comma.csv", ",", ".")
		put("space.csv", ",", "\u00a0")
		put("swiss.csv", ".", "'")
	END
	varve add -q ./*.csv
	for marks in comma space swiss; do
		varve schema $marks.csv > schema
		grep -q '"groupChar"' schema
	done
	for condition in 'v > 1000' 'v >= -12.5 and v < 99999.99' 'v < -1000000000000' 'v * 2 > w + 1000' 'v = 0.07 or v between 10 and 20' 'not v < 123456.78'; do
		varve cat --where "$condition" --format ndjson plain.csv | jq -c .id > want
		[ "$(wc -l < want)" -gt 0 ]
		for marks in comma space swiss; do
			varve cat --where "$condition" --format ndjson $marks.csv | jq -c .id > got
			same_bytes want got
		done
	done
}
