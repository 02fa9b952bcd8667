load ../helper

@test "CSV to NDJSON JSON TSV and back" {
	rows 500 > t.csv
	succeeds varve convert t.csv t.ndjson
	stderr_is "wrote t.ndjson: 500 rows, 4 columns"
	head -n 1 t.ndjson | grep -qxF '{"id":1,"name":"item 31","price":79.19,"day":"2024-02-02"}'
	succeeds varve convert t.ndjson t.json
	python3 -c 'import json; assert len(json.load(open("t.json"))) == 500'
	succeeds varve convert t.json t.tsv
	succeeds varve convert t.tsv back.csv
	same_bytes t.csv back.csv
}

@test "gzip zstd and UTF-16 are read" {
	rows 500 > t.csv
	gzip -k t.csv
	succeeds varve convert t.csv.gz gz.csv
	same_bytes t.csv gz.csv
	cat t.csv.gz > two.csv.gz
	if command -v zstd > /dev/null; then
		zstd -q t.csv
		succeeds varve convert t.csv.zst zst.csv
		same_bytes t.csv zst.csv
	fi
	iconv -f utf-8 -t utf-16 t.csv > u16.csv
	succeeds varve convert u16.csv u8.csv
	same_bytes t.csv u8.csv
	iconv -f utf-8 -t utf-16be t.csv > be.csv
	succeeds varve convert be.csv be8.csv
	same_bytes t.csv be8.csv
	printf 'a\n\xf0\x9f\x98\x80\xc3\xa9\n' > smile.csv
	iconv -f utf-8 -t utf-16le smile.csv | gzip > smile16.csv.gz
	succeeds varve convert smile16.csv.gz smile8.csv
	same_bytes smile.csv smile8.csv
}

@test "a cut off or damaged archive is named" {
	rows 500 > t.csv
	gzip -k t.csv
	head -c 1000 t.csv.gz > cut.csv.gz
	ends_with 2 varve convert cut.csv.gz x.csv
	stderr_has "cut.csv.gz: gzip: it ends too early"
	[ ! -e x.csv ]
	[ -z "$(find . -name '.varve-convert-*')" ]
}

@test "malformed CSV is refused with its place" {
	printf 'a,b\n1,x"y\n2,3,4\n5,"z" \n' > bad.csv
	ends_with 2 varve convert bad.csv good.csv
	stderr_has "bad.csv: line "
	[ ! -e good.csv ]
}

@test "standard input and output" {
	rows 3 > t.csv
	run --separate-stderr sh -c 'varve convert - - --format ndjson < t.csv'
	[ "$status" = 0 ]
	[ "${#lines[@]}" = 3 ]
	stderr_is ""
}

@test "how the input is written can be said" {
	printf "1|'a|b'\n2|c\n" > t.txt
	succeeds varve convert --input-format csv --delimiter '|' --quote "'" --no-header t.txt - --format csv
	output_is $'field1,field2\n1,a|b\n2,c'
}

@test "an existing file is not overwritten unasked" {
	rows 3 > t.csv
	echo mine > out.ndjson
	ends_with 2 varve convert t.csv out.ndjson
	stderr_has "varve: 'out.ndjson' already exists"
	stderr_has "hint: 'varve convert -f "
	[ "$(cat out.ndjson)" = mine ]
	succeeds varve convert -f t.csv out.ndjson
	[ "$(wc -l < out.ndjson)" = 3 ]
}

@test "a stored version is converted" {
	new_repo
	rows 3 > t.csv
	varve add t.csv > /dev/null
	varve commit -qm one
	rm t.csv
	succeeds varve convert HEAD:t.csv old.ndjson
	[ "$(wc -l < old.ndjson)" = 3 ]
	ends_with 2 varve convert HEAD:nothing.csv x.csv
	stderr_has "'nothing.csv' is not in 'HEAD'"
}

@test "what to write must be clear" {
	rows 3 > t.csv
	ends_with 2 varve convert t.csv out.xlsx
	stderr_has "--format"
	stderr_has "'varve cat -o FILE.xlsx' writes a workbook"
	ends_with 2 varve convert t.csv
	ends_with 2 varve convert nothing.csv out.tsv
	stderr_has "nothing.csv"
}

@test "nested values of an indented document are one line each in NDJSON and CSV" {
	new_repo
	printf '[\n {"id":1,"tags":[\n "a b",\n "\\"c"\n ]},\n {"id":2,"tags":{\n "x" : 1 }}]\n' > a.json
	succeeds varve convert a.json a.ndjson
	printf '%s\n' '{"id":1,"tags":["a b","\"c"]}' '{"id":2,"tags":{"x":1}}' > want
	same_bytes want a.ndjson
	succeeds varve add a.ndjson a.json
	succeeds varve cat --format ndjson a.json
	output_is "$(cat want)"
	succeeds varve cat --format json a.json
	jq -e '.[0].tags == ["a b", "\"c"]' <<< "$output"
	succeeds varve convert a.json a.csv
	[ "$(wc -l < a.csv)" = 3 ]
	python3 -c 'import csv, json; r = list(csv.reader(open("a.csv"))); assert json.loads(r[1][1]) == ["a b", "\"c"], r'
	rm a.json
	varve restore a.json
	[ "$(head -c 5 a.json)" = "$(printf '[\n {"')" ]
}
