load ../helper

@test "size form key and columns are told" {
	new_repo
	printf 'id;name;price\n1;x;1.50\n2;y;10.25\n3;;9\n' > t.csv
	varve add t.csv > /dev/null
	varve commit -qm one
	succeeds varve info t.csv
	output_has "  kind     table"
	output_has "  rows     3"
	output_has "semicolon-separated"
	output_has "  key      id ("
	output_has "root     $(git show HEAD:t.csv | sed -n 's/.*"root": "\([a-z0-9]*\)".*/\1/p')"
	output_has "  id      integer        0         3  1     3      1, 2, 3"
	output_has "  name    string         1         2  x     y      x, y"
	output_has "  price   number         0         3  1.50  10.25  1.50, 10.25, 9"
	printf 'id,n\n1,5\n2,NA\n3,n/a\n4,.\n5,7\n' > words.csv
	succeeds varve info words.csv
	output_has "  n       integer (missing: NA, n/a, .)        3         2  5    7    5, 7"
	succeeds varve info --json words.csv
	[[ $(tr -d ' \n' <<< "$output") == *'"missingValues":["","NA","n/a","."]'* ]]
}

@test "JSON for scripts" {
	new_repo
	rows 1000 > t.csv
	varve add t.csv > /dev/null
	succeeds varve info t.csv --json
	echo "$output" | python3 -c '
import json, sys
i = json.load(sys.stdin)
assert i["kind"] == "table" and i["stored"] and i["rowCount"] == 1000 and i["keyColumns"] == ["id"], i
id, name, price, day = i["columns"]
assert (id["type"], id["distinct"], id["distinctExact"], id["min"], id["max"]) == ("integer", 1000, True, "1", "1000")
assert day["type"] == "date" and day["missing"] == 0
'
}

@test "many distinct values are estimated and marked so" {
	new_repo
	seq 1 200000 | awk 'BEGIN { print "n,k" } { print $1 "," $1 % 10 }' > t.csv
	succeeds varve info t.csv --json
	echo "$output" | python3 -c '
import json, sys
n, k = json.load(sys.stdin)["columns"]
assert not n["distinctExact"] and abs(n["distinct"] - 200000) < 6000, n
assert k["distinctExact"] and k["distinct"] == 10
assert n["min"] == "1" and n["max"] == "200000"
'
	succeeds varve info t.csv
	output_has "about "
}

@test "an empty bare repository has no tables in HEAD" {
	git init -q --bare bare.git
	succeeds varve -C bare.git info
	stderr_is "no tables in HEAD"
}

@test "plain text is described without storing it" {
	new_repo
	rows 10 > t.csv
	succeeds varve info t.csv
	output_has "table, not stored in blocks"
	output_has "key      id (found, unique)"
	succeeds varve config --explain t.csv
	output_has "key        id  (found)"
	output_has "(inferred)"
	[ -z "$(find .git/varve -name '*.pack')" ]
}

@test "a file of kind file has bytes and chunks" {
	new_repo
	head -c 300000 /dev/urandom > blob.bin
	varve add --as file blob.bin > /dev/null
	succeeds varve info blob.bin
	output_has "kind     file"
	output_has "chunks"
	ends_with 2 varve cat blob.bin --limit 1
	stderr_has "varve: blob.bin is kept as a file: it has bytes, but no rows"
}

@test "hostile cells are escaped" {
	new_repo
	printf 'a\n\033[2J\n' > t.csv
	succeeds varve info t.csv
	[ -z "$(printf '%s' "$output" | tr -d '\n\t' | tr -cd '\000-\037\177')" ]
	output_has '\x1B[2J'
}

@test "the bytes stored are those of the version's blocks, and it says that others may share them" {
	new_repo
	rows 2000 > prices.csv
	varve add prices.csv > /dev/null
	varve commit -qm one
	succeeds varve info prices.csv
	output_has " bytes of blocks ("
	output_has "which other versions may share"
	first=$(varve info --json prices.csv | sed -n 's/.*"storedBytes": \([0-9]*\).*/\1/p')
	sed -i '1000s/item/changed/' prices.csv
	varve commit -qam two
	succeeds varve info prices.csv
	output_has "which other versions may share"
	second=$(varve info --json prices.csv | sed -n 's/.*"storedBytes": \([0-9]*\).*/\1/p')
	[ "$second" -lt "$first" ]
}

@test "info keeps the width of the terminal" {
	new_repo
	echo "id,$(seq -s, -f 'a_name_that_is_rather_long_%g' 1 9)" > wide.csv
	for n in 1 2 3; do
		echo "$n,$(seq -s, -f "a value that is quite long as well, %g of row $n" 1 9 | sed 's/, / /g')"
	done >> wide.csv
	varve add wide.csv > /dev/null
	varve commit -qm one
	for width in 60 80 120; do
		COLUMNS=$width succeeds varve info wide.csv
		while IFS= read -r line; do
			case $line in
			*root*) ;; # one word, longer than 60 columns
			*) [ "${#line}" -le "$width" ] || { show_run "$width" "too wide: $line"; return 1; } ;;
			esac
		done <<< "$output"
	done
	COLUMNS=80 succeeds varve info wide.csv
	output_has "  column                      type     missing  distinct  min                  …"
	output_has "  a_name_that_is_rather_lon…  string         0         3  a value that is qu…"
	succeeds varve info wide.csv
	output_has "a_name_that_is_rather_long_9"
	output_has "examples"
}

@test "a changed file of a table that is stored is said to be that" {
	new_repo
	rows 100 > t.csv
	varve add -q t.csv
	varve commit -qm one
	echo 500,new,1.00,2024-01-01 >> t.csv
	succeeds varve info t.csv
	output_has "table, changed since it was added"
	output_lacks "not stored"
}

@test "without a path all tables are listed from their pointers" {
	new_repo
	succeeds varve info
	stderr_has "no tables yet"
	rows 1000 > prices.csv
	mkdir data
	printf 'k\tv\n1\t2\n' > data/small.tsv
	varve add -q --key id prices.csv
	varve track --text 'data/*.tsv' > /dev/null
	git add -A
	varve commit -qm one
	rm -rf .git/varve/packs
	succeeds varve info
	output_has "table            rows  columns"
	output_has "prices.csv      1,000        4"
	output_has "data/small.tsv"
	output_has "(plain text)"
	succeeds varve info --json
	[ "$(jq -c '[.[] | [.path, .stored, .rowCount, .columnCount, .keyColumns]]' <<< "$output")" = \
		'[["data/small.tsv",false,null,null,null],["prices.csv",true,1000,4,["id"]]]' ]
	git clone -q --bare . ../bare.git
	succeeds varve -C ../bare.git info
	output_has "prices.csv      1,000        4"
	ends_with 2 varve info --quick
}

@test "hints about a version that is not a table name commands that read versions" {
	new_repo
	printf 'a,b\n1,"2\n3,4\n' > quote.csv
	printf 'a,b\n1,2\n3,4,5\n' > ragged.csv
	printf 'a\n%8388700d,1\n' 1 > long.csv
	printf 'PAR1aaaPAR1' > parquet.csv
	printf '\xff\xfe\0\0a\0\0\0' > wide.csv
	printf '[{"a":1},{"a":2]' > cut.json
	git add .
	git commit -qm 1
	for version in HEAD "$(git rev-parse HEAD)" ''; do
		for file in long.csv parquet.csv cut.json; do
			ends_with 2 varve info "$version:$file"
			stderr_has "hint: 'varve cat $version:$file' prints it"
		done
		for file in quote.csv ragged.csv; do
			ends_with 2 varve cat --where "a = 1" "$version:$file"
			stderr_has "'varve cat $version:$file' prints its text; '--"
		done
		ends_with 2 varve info "$version:wide.csv"
		stderr_has "'iconv -f UTF-32 -t UTF-8 OLD > NEW' converts it"
		stderr_lacks "--as file"
	done
	ends_with 2 varve info cut.json
	stderr_has "'varve add --as file cut.json' keeps it as bytes"
}
