load ../helper

setup() {
	varve_setup
	new_repo
	printf '%s\n' id,item,price '1,"pear",9.90' 2,plum,NA 3,fig,70.0 > p.csv
	varve add -q --key id p.csv
	varve commit -qm one
	cp p.csv one.csv
}

# The rows of an NDJSON file as an Arrow stream.
arrow() {
	varve convert --format arrow "$1" -
}

@test "what cat writes as Arrow and add reads changes no byte" {
	for how in '' '--numbers text' '--numbers decimal' '--dictionary item'; do
		varve cat p.csv --format arrow $how | varve add --arrow - p.csv > out
		output=$(cat out)
		output_is "p.csv: unchanged"
		same_bytes one.csv p.csv
	done
	rows 30000 > big.csv
	varve add -q --key id big.csv
	varve cat big.csv --format arrow | varve add -q --arrow - big.csv
	rows 30000 | cmp - big.csv
	printf '%s\n' '{"a": 1.50,"b":"x"}' '{"b":"y",  "a":null}' > odd.ndjson
	cp odd.ndjson odd
	varve add -q odd.ndjson
	varve cat odd.ndjson --format arrow | varve add -q --arrow - odd.ndjson
	same_bytes odd odd.ndjson
}

@test "cells whose value is unchanged keep their spelling" {
	printf '%s\n' '{"id":1,"item":"pear","price":9.9}' '{"id":2,"item":"plum","price":null}' '{"id":3,"item":"figs","price":70}' > new.ndjson
	arrow new.ndjson > new.arrows
	chmod 600 p.csv
	succeeds varve add --arrow new.arrows p.csv
	[ "$(cat p.csv)" = 'id,item,price
1,"pear",9.90
2,plum,NA
3,figs,70.0' ]
	[ "$(stat -c %a p.csv)" = 600 ]
	succeeds varve diff --staged
	output_has "1 row changed (1 cell); 3 -> 3 rows"
	[ -z "$(find . -name '.varve-tmp*')" ]
}

@test "a new table has the format of its name and the types that came" {
	printf '%s\n' '{"id":1,"day":"2026-01-02","n":{"a":[1]}}' '{"id":2,"day":null,"n":null}' > new.ndjson
	mkdir sub
	arrow new.ndjson > new.arrows
	(cd sub && varve add -q --arrow ../new.arrows --key id t.csv)
	printf '%s\n' id,day,n '1,2026-01-02,"{""a"":[1]}"' 2,, | cmp - sub/t.csv
	varve cat --format arrow :sub/t.csv | python3 "$BATS_TEST_DIRNAME/../arrow_stream.py" > out
	grep -q '\["day", "date32", true\]' out
	varve add -q --arrow new.arrows t.ndjson
	varve cat :t.ndjson | cmp - t.ndjson
	varve commit -qm two
	varve log --oneline t.ndjson | grep -q two
	ends_with 2 varve add --arrow new.arrows t.xlsx
	stderr_has "use a name that ends in .csv, .tsv, .ndjson or .json"
}

@test "modes and columns say what becomes of rows and columns that do not come" {
	printf '%s\n' '{"id":3,"price":9.25}' '{"id":4,"price":1}' > new.ndjson
	arrow new.ndjson > new.arrows
	ends_with 2 varve add --arrow new.arrows p.csv
	stderr_has "the data lacks the column 'item'"
	ends_with 2 varve add --columns keep --arrow new.arrows p.csv
	stderr_has "2 of 3 rows would be removed"
	same_bytes one.csv p.csv
	varve add -q --columns keep --mode upsert --arrow new.arrows p.csv
	printf '%s\n' id,item,price '1,"pear",9.90' 2,plum,NA 3,fig,9.25 4,,1.0 | cmp - p.csv
	varve add -q --mode delete --arrow new.arrows p.csv
	printf '%s\n' id,item,price '1,"pear",9.90' 2,plum,NA | cmp - p.csv
	varve add -q --columns drop --mode replace --arrow new.arrows p.csv
	printf '%s\n' id,price 3,9.25 4,1.00 | cmp - p.csv
}

@test "a change that was not added is not lost, nor is a file that was never added" {
	varve cat p.csv --format arrow > p.arrows
	echo 4,kiwi,1 >> p.csv
	cp p.csv edited
	ends_with 2 varve add --arrow p.arrows p.csv
	stderr_has "'p.csv' has unstaged changes"
	same_bytes edited p.csv
	echo a,b > new.csv
	ends_with 2 varve add --arrow p.arrows new.csv
	stderr_has "'new.csv' exists and is untracked"
	ends_with 2 varve add --arrow p.arrows .
	stderr_has "is not a regular file"
	rm p.csv
	varve add -q --arrow p.arrows p.csv
	same_bytes one.csv p.csv
}

@test "a stream that is cut off changes nothing" {
	rows 3000 > new.csv
	arrow new.csv | head -c -100 > cut.arrows
	ends_with 2 varve add --mode replace --columns drop --arrow cut.arrows p.csv
	stderr_has ": the Arrow data is incomplete"
	same_bytes one.csv p.csv
	head -c 30 cut.arrows > cut2.arrows
	ends_with 2 varve add --arrow cut2.arrows other.csv
	[ ! -e other.csv ]
	ends_with 2 varve add --arrow one.csv p.csv
	stderr_has ": not an Arrow stream or file"
	[ -z "$(find . -name '.varve-tmp*')" ]
	ends_with 2 varve add --mode upsert p.csv
	stderr_has "--mode requires --arrow"
	ends_with 2 varve add --arrow cut.arrows
	stderr_has "--arrow FILE PATH"
	ends_with 2 varve add --arrow cut.arrows --delimiter ';' p.csv
	stderr_has "cannot be used with --arrow"
}

@test "an add that is killed leaves the file as it was, and the next one takes away what it left" {
	rows 100000 > big.csv
	varve add -q --key id big.csv
	sed 's/item 31,/item X,/' big.csv > new.csv
	varve convert -q --numbers text new.csv new.arrows
	mkfifo pipe_in
	cp big.csv before.csv
	(head -c 2000000 new.arrows; exec sleep 60) > pipe_in &
	writer=$!
	varve add --arrow - big.csv < pipe_in > /dev/null 2>&1 &
	adding=$!
	for _ in $(seq 100); do
		[ -z "$(find .git/varve/tmp -name '.varve-tmp*' -size +0)" ] || break
		sleep 0.1
	done
	[ -n "$(find .git/varve/tmp -name '.varve-tmp*')" ]
	kill -9 "$adding"
	wait "$adding" || true
	kill "$writer" || true
	same_bytes before.csv big.csv
	rm pipe_in
	varve add -q -A
	[ -z "$(git ls-files '.varve-*')" ]
	varve add -q --arrow new.arrows big.csv
	same_bytes new.csv big.csv
	[ -z "$(find .git/varve/tmp -name '.varve-tmp*')" ]
}

@test "a file keeps its encoding, and says which value it cannot hold" {
	for how in windows-1252 UTF-16; do
		printf '%s\r\n' 'id;name;price' '1;Müller;1,50' '2;abc;2,25' | iconv -t "$how" > e.csv
		varve add -q --encoding "$how" --key id e.csv
		printf '%s\n' '{"id":2,"name":"Zoë","price":3.5}' '{"id":3,"name":"é","price":null}' > new.ndjson
		arrow new.ndjson > new.arrows
		varve add --mode upsert --arrow new.arrows e.csv 2> said
		[ ! -s said ]
		iconv -f "$how" -t UTF-8 e.csv > now
		printf '%s\r\n' 'id;name;price' '1;Müller;1,50' '2;Zoë;3,50' '3;é;' | cmp - now
		varve cat --where "name = 'Zoë'" :e.csv | grep -q Zoë
		succeeds varve status --short e.csv
		[ -z "$(git diff --name-only)" ]
		cp e.csv before
		git rm -qf --cached e.csv
		rm e.csv
	done
	cp before e.csv
	printf '1;M\374ller\n2;abc\n' | sed '1i id;name' > w.csv
	printf '%s\n' '{"datasets": [{"path": "w.csv", "encoding": "windows-1252"}]}' > varve.json
	varve add -q --key id w.csv
	git add varve.json
	cp w.csv before
	printf '%s\n' '{"id":1,"name":"Müller"}' '{"id":2,"name":"Ω"}' > new.ndjson
	arrow new.ndjson > new.arrows
	ends_with 2 varve add --mode upsert --arrow new.arrows w.csv
	stderr_has "row 2 of the data, column 'name': windows-1252 does not have the character 'Ω'"
	same_bytes before w.csv
	printf '%s\n' '{"id":2,"name":"é"}' > new.ndjson
	arrow new.ndjson > new.arrows
	varve add -q --mode upsert --arrow new.arrows w.csv
	printf '1;M\374ller\n2;\351\n' | sed '1i id;name' | cmp - w.csv
	varve cat :w.csv | grep -q '2,é\|2;é'
}

@test "columns come and go, rows come and go, and comments and quotes stay" {
	printf '# by Ada\r\n"id";"name";price\r\n1;"a";1,50\r\n# two\r\n2;"b";2,25\r\n"3";c;3,75\r\n4;"";\r\n' > s.csv
	varve add -q --key id s.csv
	cp s.csv was
	printf '%s\n' '{"id":2,"name":"B"}' '{"id":5,"name":"e"}' > new.ndjson
	arrow new.ndjson > new.arrows
	varve add -q --mode upsert --columns drop --arrow new.arrows s.csv
	printf '# by Ada\r\n"id";"name"\r\n1;"a"\r\n# two\r\n2;"B"\r\n"3";c\r\n4;""\r\n5;"e"\r\n' | cmp - s.csv
	cp was s.csv
	varve add -q s.csv
	printf '%s\n' '{"id":2,"name":"B","price":3,"note":"x"}' > new.ndjson
	arrow new.ndjson > new.arrows
	varve add -q --mode upsert --arrow new.arrows s.csv
	printf '# by Ada\r\n"id";"name";price;"note"\r\n1;"a";1,50;\r\n# two\r\n2;"B";3,00;x\r\n"3";c;3,75;\r\n4;"";;\r\n' | cmp - s.csv
	cp was s.csv
	varve add -q s.csv
	printf '%s\n' '{"id":7,"name":"g"}' > new.ndjson
	arrow new.ndjson > new.arrows
	varve add -q --mode append --columns drop --arrow new.arrows s.csv
	printf '# by Ada\r\n"id";"name"\r\n1;"a"\r\n# two\r\n2;"b"\r\n"3";c\r\n4;""\r\n7;"g"\r\n' | cmp - s.csv
	for mode in replace delete; do
		cp was s.csv
		varve add -q s.csv
		printf '%s\n' '{"id":4,"name":"","price":null}' '{"id":1,"name":"a","price":1.5}' > new.ndjson
		[ $mode = replace ] || printf '%s\n' '{"id":2}' '{"id":3}' > new.ndjson
		arrow new.ndjson > new.arrows
		varve add -q --mode $mode --arrow new.arrows s.csv
		if [ $mode = replace ]; then
			printf '# by Ada\r\n"id";"name";price\r\n# two\r\n4;"";\r\n1;"a";1,50\r\n' | cmp - s.csv
		else
			printf '# by Ada\r\n"id";"name";price\r\n1;"a";1,50\r\n# two\r\n4;"";\r\n' | cmp - s.csv
		fi
	done
}

@test "null in a column of numbers replaces a text, however many texts the column has" {
	for texts in 3 400; do
		for key in "--key id" --no-key; do
			rm -f t.csv
			{
				echo id,v
				seq 1 1000 | awk -v texts="$texts" '{ print $1 ",t" $1 % texts }'
			} > t.csv
			varve add -q $key t.csv
			{
				echo id,v
				seq 1 1000 | awk '{ print $1 "," ($1 == 500 ? 7 : "") }'
			} > want
			seq 1 1000 | awk '{ print "{\"id\":" $1 ",\"v\":" ($1 == 500 ? 7 : "null") "}" }' > new.ndjson
			arrow new.ndjson > new.arrows
			varve add -q --mode replace --arrow new.arrows t.csv
			cmp want t.csv
		done
	done
}

@test "a null key is another one than a text" {
	printf '%s\n' id,v x,1 2,2 > t.csv
	varve add -q --key id t.csv
	printf '%s\n' '{"id":null,"v":1}' '{"id":2,"v":2}' > new.ndjson
	arrow new.ndjson > new.arrows
	varve add -q --mode replace --arrow new.arrows t.csv
	printf '%s\n' id,v ,1 2,2 | cmp - t.csv
	printf '%s\n' id,v x,1 2,2 > t.csv
	varve add -q --key id t.csv
	varve add -q --mode upsert --arrow new.arrows t.csv
	printf '%s\n' id,v x,1 2,2 ,1 | cmp - t.csv
	varve add -q --mode delete --arrow new.arrows t.csv
	printf '%s\n' id,v x,1 | cmp - t.csv
}

@test "where the file is gone, and blocks of its version are missing, the message names the version" {
	new_repo
	printf 'id,v\n1,2\n' > prices-of-a-shop-and-its-branches.csv
	varve add --key id prices-of-a-shop-and-its-branches.csv > /dev/null
	varve commit -qm one
	varve cat --format arrow prices-of-a-shop-and-its-branches.csv > ../rows.arrow
	rm prices-of-a-shop-and-its-branches.csv .git/varve/packs/*
	ends_with 2 varve add --arrow ../rows.arrow prices-of-a-shop-and-its-branches.csv
	stderr_has "varve: :prices-of-a-shop-and-its-branches.csv: block "
}
