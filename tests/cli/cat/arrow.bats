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
	stderr_has many
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
	! script -qec "varve cat prices.csv --format arrow" out < /dev/null > /dev/null
	! LC_ALL=C grep -q $'\xff\xff\xff\xff' out
}
