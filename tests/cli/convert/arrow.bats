load ../helper

seeds=$BATS_TEST_DIRNAME/../../fuzz/corpus/arrow_ipc

@test "an Arrow stream becomes the table that it was made of" {
	rows 70000 > t.csv
	varve convert -q --numbers text t.csv t.arrows
	succeeds varve convert t.arrows u.csv
	stderr_has "wrote u.csv: 70,000 rows, 4 columns"
	same_bytes t.csv u.csv
	varve convert --numbers text --dictionary name t.csv --format arrow - | varve convert - - | cmp - t.csv
	zstd -q t.arrows
	varve convert t.arrows.zst - | cmp - t.csv
	varve convert t.arrows --format ndjson - > u.ndjson
	varve convert -q t.csv want.ndjson
	sed 's/"id":"\([0-9]*\)"/"id":\1/; s/"price":"\([0-9.]*\)"/"price":\1/' u.ndjson | cmp - want.ndjson
}

@test "all types of Arrow that a table can have are read, nested ones as JSON" {
	cat > want <<-'END'
		{"id":1,"s":"a","v":"xxxxxxxxxxxxxxxxxxxx","L":"q","d":"red","l":[1,2],"st":{"a":1,"b":"x"},"m":{"k":1},"f":[1,2],"b":true,"x":1.5,"ts":"2026-01-01T12:00:00Z","dt":"2026-01-01","dec":1.50,"n":null,"ld":["a","b"],"t":"01:02:03","du":"PT1S"}
		{"id":2,"s":"","v":null,"L":null,"d":"red","l":[],"st":null,"m":{},"f":[3,4],"b":null,"x":"NaN","ts":null,"dt":null,"dec":null,"n":null,"ld":["a"],"t":null,"du":null}
		{"id":null,"s":"é","v":"kurz","L":"r","d":"green","l":null,"st":{"a":null,"b":"z"},"m":null,"f":null,"b":false,"x":null,"ts":"2026-01-02T00:00:00Z","dt":"1960-01-01","dec":-0.01,"n":null,"ld":null,"t":"00:00:00","du":"PT3S"}
	END
	varve convert "$seeds/all_types" --format ndjson - | cmp - want
	succeeds varve convert "$seeds/all_types" out.json
	jq -e '.[0].st == {a: 1, b: "x"} and .[1].s == ""' out.json
	varve convert "$seeds/zstd_file" - > out
	printf '%s\n' id,s,d 1,a,red '2,"",red' ,é,green | cmp - out
	varve convert "$seeds/lz4" - > out
	printf '%s\n' id,s 1,a '2,""' ,é | cmp - out
	varve convert "$seeds/several" - > out
	printf '%s\n' a a b c a a | cmp - out
}

@test "a dictionary after its rows is found in a file, and missing in a pipe" {
	varve convert "$seeds/polars_file" - > out
	printf '%s\n' a,c x,u ,v 'a long text of a view,u' | cmp - out
	ends_with 2 varve convert - - < "$seeds/polars_file"
	stderr_has "its dictionary is missing, or comes after the rows in a pipe"
}

@test "Arrow data that is cut off gives no file, wherever it was cut" {
	size=$(stat -c %s "$seeds/file")
	for at in $(seq 9 61 "$((size - 1))") $((size - 1)); do
		head -c "$at" "$seeds/file" > cut.arrow
		ends_with 2 varve convert cut.arrow out.csv
		stderr_has cut.arrow
		[ ! -e out.csv ]
	done
	stderr_has ": the Arrow data is incomplete"
	varve convert "$seeds/all_types" --format arrow - | head -c -8 > cut.arrows
	ends_with 2 varve convert cut.arrows out.csv
	stderr_has ": the Arrow data is incomplete"
	{ varve convert "$seeds/lz4" --format arrow - && echo; } > more.arrows
	ends_with 2 varve convert more.arrows out.csv
	stderr_has "more bytes follow after the end"
}

@test "what a table cannot have, and options for text, are refused" {
	ends_with 2 varve convert "$seeds/binary" out.csv
	stderr_has "column 'z' has the Arrow type binary, which a table cannot have"
	ends_with 2 varve convert --delimiter ';' "$seeds/lz4" out.csv
	stderr_has "is Arrow data: options for reading text do not apply"
	[ ! -e out.csv ]
}
