# Members of JSON that are renamed or gone in all rows, and keys that no longer hold.
load ../helper

# objects [SED]: thirty objects, changed by the script.
objects() {
	seq 30 | awk '{ printf "{\"id\":%d,\"name\":\"n%d\",\"price\":%d.5}\n", $1, $1 % 5, $1 }' | sed "${1:-}" > t.ndjson
}

with_objects() {
	new_repo
	objects
	varve add --key id t.ndjson > /dev/null
	varve commit -q -m one
}

columns() {
	varve cat --format csv "${1-:}t.ndjson" | head -1
}

@test "a member renamed in all rows is a renamed column" {
	with_objects
	objects 's/"price"/"cost"/'
	ends_with 0 varve diff --json t.ndjson
	output_has '"oldName":"price"'
	output_lacks '"change":"changed","key"'
	succeeds varve add t.ndjson
	[ "$(columns)" = id,name,cost ]
	varve restore --staged t.ndjson
	git add t.ndjson
	[ "$(columns)" = id,name,cost ]
	succeeds varve commit -m two
	cmp t.ndjson <(varve cat HEAD:t.ndjson)
	succeeds varve status --porcelain
	output_is ""
}

@test "a member dropped in all rows is a dropped column, for plain git add too" {
	with_objects
	objects 's/,"name":"[^"]*"//'
	succeeds varve add t.ndjson
	[ "$(columns)" = id,price ]
	root=$(git rev-parse :t.ndjson)
	git reset -q t.ndjson
	git add t.ndjson
	[ "$(git rev-parse :t.ndjson)" = "$root" ]
	succeeds varve diff --json HEAD
	output_has '"change":"dropped","name":"name"'
}

@test "members whose names are not ASCII, or hold a slash, are dropped and renamed as others" {
	new_repo
	seq 9 | awk '{ printf "{\"id\":%d,\"größe\":%d,\"a/b\":\"x\",\"日\":1}\n", $1, $1 * 2 }' > t.ndjson
	varve add -q --key größe t.ndjson
	varve commit -qm one
	sed -i 's/"größe"/"h\\u00f6he"/' t.ndjson
	succeeds varve add t.ndjson
	[ "$(columns)" = id,höhe,a/b,日 ]
	git cat-file blob :t.ndjson | grep -q '"key": \["höhe"\]'
	varve commit -qm two
	sed -i 's/"h\\u00f6he"/"höhe"/; s/"日"/"\\u65e5"/; s/,"a\/b":"x"//' t.ndjson
	succeeds varve add t.ndjson
	[ "$(columns)" = id,höhe,日 ]
	sed -i 's/,"\\u65e5":1//' t.ndjson
	succeeds varve add t.ndjson
	[ "$(columns)" = id,höhe ]
	cp t.ndjson want
	varve commit -qm three
	rm t.ndjson
	varve restore -q t.ndjson
	same_bytes want t.ndjson
}

@test "a renamed key stays the key, and a dropped one is named" {
	with_objects
	objects 's/"id"/"code"/'
	succeeds varve add t.ndjson
	git cat-file blob :t.ndjson | grep -q '"key": \["code"\]'
	objects 's/"id":[0-9]*,//'
	succeeds varve add t.ndjson
	stderr_has "the key column"
	git cat-file blob :t.ndjson | grep -q '"key": \[\]'
}

@test "a member that is far down in a large file stays" {
	new_repo
	{
		seq 20000 | awk '{ printf "{\"id\":%d,\"name\":\"some text of object %d\"}\n", $1, $1 }'
		echo '{"id":20001,"name":"x","note":"last"}'
	} > t.ndjson
	varve add --key id t.ndjson > /dev/null
	varve commit -q -m one
	sed -i '1s/some/other/' t.ndjson
	succeeds varve add t.ndjson
	[ "$(columns)" = id,name,note ]
	sed -i '$d' t.ndjson
	succeeds varve add t.ndjson
	[ "$(columns)" = id,name ]
	root=$(git rev-parse :t.ndjson)
	git reset -q t.ndjson
	git add t.ndjson
	[ "$(git rev-parse :t.ndjson)" = "$root" ]
	cmp t.ndjson <(varve cat :t.ndjson)
}

@test "a file without an object keeps its columns" {
	with_objects
	: > t.ndjson
	succeeds varve add t.ndjson
	objects
	succeeds varve add t.ndjson
	[ "$(git rev-parse :t.ndjson)" = "$(git rev-parse HEAD:t.ndjson)" ]
}

@test "a merge follows a renamed member, and blame does" {
	with_objects
	git checkout -q -b side
	objects 's/"price"/"cost"/; s/"id":7,"name":"n2"/"id":7,"name":"side"/'
	varve commit -qam side
	git checkout -q main
	tick
	objects 's/"price":9.5/"price":90/'
	varve commit -qam main
	succeeds varve merge side
	[ "$(columns HEAD:)" = id,name,cost ]
	grep -q '"id":9,"name":"n4","cost":90}' t.ndjson
	grep -q '"id":7,"name":"side","cost":7.5}' t.ndjson
	[ "$(grep -c cost t.ndjson)" -eq 30 ]
	succeeds varve blame t.ndjson
}

@test "add names a declared key that is empty or comes twice, of CSV and JSON" {
	with_objects
	objects 's/"id":[45],/"id":null,/'
	succeeds varve add t.ndjson
	stderr_has "2 rows have no value in the key"
	objects 's/"id":[45],/"id":6,/'
	succeeds varve add t.ndjson
	stderr_has "row 4 and row 5 both have id = '6'"
	objects
	succeeds varve add t.ndjson
	stderr_is ""
	rows 20 > c.csv
	varve add --key id c.csv > /dev/null
	varve commit -q -m two
	sed -i 's/^[45],/,/' c.csv
	succeeds varve add c.csv
	stderr_has "2 rows have no value in the key"
	rows 20 | sed 's/^[45],/6,/' > c.csv
	succeeds varve add c.csv
	stderr_has "line 5 and line 6 both have id = '6'"
	rows 20 | sed 's/^[^,]*,//' > c.csv
	succeeds varve add c.csv
	stderr_has "the file no longer has the key column 'id'"
}

# 210,000 rows in t.csv, committed with the key id: more than are all looked at each time.
large() {
	new_repo
	rows 210000 > t.csv
	varve add --key id "$@" t.csv > /dev/null
	varve commit -q -m one
}

# sed t.csv, and add it: $stderr is what add said.
edited() {
	sed -i "$@" t.csv
	succeeds varve add t.csv
	varve commit -q -m next
}

@test "a declared key that is lost in a large table is named, wherever its rows stand" {
	large
	edited '100000s/[^,]*$/2001-02-03/'
	stderr_is ""
	edited '$p;$s/^[0-9]*,/900000,/'
	stderr_is ""
	edited '150000s/^[0-9]*,/17,/'
	stderr_has "line 18 and line 150000 both have id = '17'"
	edited '90000s/[^,]*$/2001-02-03/'
	stderr_is ""
	edited '150000s/^17,/149999,/'
	stderr_is ""
	edited '150000s/^[0-9]*,/,/'
	stderr_has "1 row has no value in the key"
	edited '150000s/^,/149999,/'
	stderr_is ""
	sed -n '1001,4000p' t.csv > ../again
	cat ../again >> t.csv
	edited '5s/[^,]*$/2001-02-03/'
	stderr_has "the key does not identify rows"
	edited 's/^[^,]*,//'
	stderr_has "the file no longer has the key column 'id'"
}

@test "so it is in key order" {
	large --order key
	edited '100000s/[^,]*$/2001-02-03/'
	stderr_is ""
	edited '150000s/^[0-9]*,/17,/'
	stderr_has "two rows have id = '17'"
	edited '150000s/^17,/,/'
	stderr_has "1 row has no value in the key"
}

@test "a key that a package declares is looked at in every version, and empty ones when it comes" {
	new_repo
	rows 20 > c.csv
	head -1 c.csv | tr , '\n' | sed 's/.*/{"name":"&"}/' | paste -sd, > ../fields
	printf '{"name":"p","resources":[{"name":"c","path":"c.csv","schema":{"primaryKey":["id"],"fields":[%s]}}]}\n' "$(cat ../fields)" > datapackage.json
	succeeds varve add c.csv datapackage.json
	stderr_is ""
	varve commit -q -m one
	sed -i 's/^[45],/6,/' c.csv
	succeeds varve add c.csv
	stderr_has "line 5 and line 6 both have id = '6'"
	sed -i '5s/^6,/4,/;6s/^6,/,/' c.csv
	succeeds varve add c.csv
	stderr_has "1 row has no value in the key"
	rows 20 | sed '5s/^4,/,/' > d.csv
	succeeds varve add --key id d.csv
	stderr_has "1 row has no value in the key"
}
