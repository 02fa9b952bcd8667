load ../helper

# What an Arrow stream on stdin has: columns, then rows, as JSON.
arrow() {
	python3 "$BATS_TEST_DIRNAME/../arrow_stream.py"
}

@test "an Arrow stream has the types of the schema and null where a value is missing" {
	new_repo
	printf '%s\n' id,item,price,day,at,ok '1,pear é,9.99,2026-01-01,2026-01-01T10:00:00Z,true' \
		'2,"a, b",150.50,1969-12-31,2026-01-01T10:00:00.5Z,false' 3,,,,, > t.csv
	varve add t.csv > /dev/null
	varve cat t.csv --format arrow | arrow > out
	cat > expected <<-'END'
		[["id", "int64", true], ["item", "utf8", true], ["price", "float64", true], ["day", "date32", true], ["at", "timestamp[us]", true], ["ok", "bool", true]]
		[1, "pear é", 9.99, 20454, 1767261600000000, true]
		[2, "a, b", 150.5, -1, 1767261600500000, false]
		[3, null, null, null, null, null]
	END
	diff expected out
}

@test "an Arrow stream of several batches has the rows that NDJSON has" {
	new_repo
	rows 70000 > prices.csv
	varve add prices.csv > /dev/null
	varve cat prices.csv --format arrow --columns id,name,price | arrow | sed 1d > out
	varve cat prices.csv --format ndjson --columns id,name,price |
		python3 -c 'import json, sys; [print(json.dumps(list(json.loads(line).values()), ensure_ascii=False)) for line in sys.stdin]' > expected
	diff expected out
}

@test "columns conditions offset and limit choose what an Arrow stream has" {
	new_repo
	rows 3000 > prices.csv
	varve add prices.csv > /dev/null
	varve cat prices.csv --format arrow --columns id --offset 2998 | arrow | sed 1d > out
	printf '[%s]\n' 2999 3000 | diff - out
	varve cat prices.csv --format arrow --columns id --offset 1500 --limit 1 | arrow | sed 1d > out
	echo '[1501]' | diff - out
	varve cat prices.csv --format arrow --columns id --where 'id>=2000' --offset 500 --limit 2 | arrow | sed 1d > out
	printf '[%s]\n' 2500 2501 | diff - out
	varve cat prices.csv --format arrow --columns id --limit 0 | arrow > out
	echo '[["id", "int64", true]]' | diff - out
	varve cat prices.csv --format arrow --columns id --where id=-1 | arrow > out
	echo '[["id", "int64", true]]' | diff - out
}

@test "a cell that is not of its type ends an Arrow stream or becomes null" {
	new_repo
	cat > datapackage.json <<-'END'
		{"resources": [{"name": "m", "path": "m.csv", "schema": {"fields": [{"name": "id", "type": "integer"}, {"name": "qty", "type": "integer"}]}}]}
	END
	printf 'id,qty\n1,2\n2,many\n' > m.csv
	varve add m.csv > /dev/null
	ends_with 2 varve cat m.csv --format arrow
	stderr_has "row 2: column 'qty' is of type integer, and has the invalid value 'many'"
	stderr_has "misfit null"
	varve cat m.csv --format arrow --misfit null | arrow | sed 1d > out
	printf '[1, 2]\n[2, null]\n' | diff - out
	ends_with 2 varve cat m.csv --misfit null
	varve cat m.csv --format arrow --misfit text | arrow > out
	cat > expected <<-'END'
		[["id", "int64", true], ["qty", "int64", true], ["_misfits", "utf8", true]]
		[1, 2, null]
		[2, null, "{\"qty\":\"many\"}"]
	END
	diff expected out
	ends_with 2 varve convert :m.csv m.arrows
	[ ! -e m.arrows ]
}

@test "misfits of a row are one JSON object from which their bytes can be made again" {
	new_repo
	cat > datapackage.json <<-'END'
		{"resources": [{"name": "m", "path": "m.csv", "schema": {"fields": [{"name": "id", "type": "integer"}, {"name": "a", "type": "integer"}, {"name": "b", "type": "date"}]}}]}
	END
	seq 600 | sed 's/.*/&,1,2026-01-01/' > m.csv
	sed -i -e '300s/.*/300,x"y,caf\x81/' -e '600s/1,/é,/' -e '1iid,a,b' m.csv
	sed -i 's/x"y/"x""y"/' m.csv
	varve add m.csv > /dev/null
	varve cat m.csv --format arrow --misfit text | arrow | sed 1d | python3 -c '
import json, sys
for line in sys.stdin:
	*row, misfits = json.loads(line)
	if misfits:
		print(row[0], {k: v.encode("utf-8", "surrogateescape") for k, v in json.loads(misfits).items()})' > out
	grep -qF "{'a': b'x\"y', 'b': b'caf\\x81'}" out
	[ "$(wc -l < out)" = 2 ]
}

@test "nested JSON is text and an empty text of JSON is no null in an Arrow stream" {
	new_repo
	printf '%s\n' '{"id":1,"t":"","n":{"a":[1]}}' '{"id":2,"t":null}' '{"id":3}' > t.ndjson
	varve add t.ndjson > /dev/null
	varve cat t.ndjson --format arrow | arrow | sed 1d > out
	cat > expected <<-'END'
		[1, "", "{\"a\":[1]}"]
		[2, null, null]
		[3, null, null]
	END
	diff expected out
}

@test "convert writes the stream that cat writes" {
	new_repo
	rows 100 > prices.csv
	varve add prices.csv > /dev/null
	varve cat prices.csv --format arrow > cat.arrows
	varve convert -q :prices.csv out.arrows
	same_bytes cat.arrows out.arrows
	varve convert --format arrow :prices.csv - > out.arrows
	same_bytes cat.arrows out.arrows
	ends_with 2 varve convert prices.csv out.arrow
}

@test "an Arrow stream is not written to a terminal" {
	new_repo
	rows 3 > prices.csv
	varve add prices.csv > /dev/null
	! script -qec "varve cat prices.csv --format arrow" out < /dev/null > /dev/null || false
	! LC_ALL=C grep -q $'\xff\xff\xff\xff' out || false
}

@test "numbers are decimals or text and columns of text have dictionaries on request" {
	new_repo
	printf 'id,kind,price\n1,pear,9.99\n2,plum,-120\n3,pear,1.5\n4,,\n' > t.csv
	varve add t.csv > /dev/null
	varve cat t.csv --format arrow --numbers decimal --dictionary kind | arrow > out
	cat > expected <<-'END'
		[["id", "decimal(38, 0)", true], ["kind", "utf8 by int32", true], ["price", "decimal(38, 2)", true]]
		["1", "pear", "9.99"]
		["2", "plum", "-120.00"]
		["3", "pear", "1.50"]
		["4", null, null]
	END
	diff expected out
	ends_with 2 varve convert t.csv --numbers decimal --dictionary id,kind --format arrow -
	varve convert t.csv --numbers text --dictionary id,kind --format arrow - | arrow | tail -n 2 > out
	printf '["3", "pear", "1.5"]\n["4", null, null]\n' | diff - out
	varve commit -qm one
	sed -i 's/9.99/9.990/; s/120/121.125/' t.csv
	varve diff --format arrow --numbers decimal HEAD t.csv | arrow | grep update_postimage > out
	grep -q -- '"-121.125"' out
	varve diff --format arrow --numbers text HEAD t.csv | arrow | grep -q '"9.990"'
	for wrong in "cat t.csv" "convert t.csv -" "diff"; do
		ends_with 2 varve $wrong --numbers decimal
	done
	ends_with 2 varve cat t.csv --dictionary kind
	ends_with 2 varve cat t.csv --format arrow --dictionary nothing
}

@test "each batch of an Arrow stream has its own dictionaries" {
	new_repo
	rows 150000 > prices.csv
	varve add prices.csv > /dev/null
	varve cat prices.csv --format arrow --columns id,name --dictionary name | arrow | sed 1d > out
	varve cat prices.csv --format arrow --columns id,name | arrow | sed 1d | cmp - out
}
