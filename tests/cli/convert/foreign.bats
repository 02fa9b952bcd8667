load ../helper

# Text that is not UTF-8 comes back byte for byte or not at all, wherever it leaves.

latin() {
	printf 'id,gr\xf6\xdfe,name\n1,2,Caf\xe9\n2,3,plain\n' > "${1-t.csv}"
}

@test "convert refuses text that JSON cannot have and names the cell and its encoding" {
	latin
	for out in o.json o.ndjson; do
		ends_with 2 varve convert --encoding UTF-8 t.csv $out
		stderr_has "windows-1252"
		stderr_has "the header"
		[ ! -e $out ]
	done
	printf 'id,name\n1,a\n2,Caf\xe9\n' > t.csv
	ends_with 2 varve convert --encoding UTF-8 t.csv o.ndjson
	stderr_has "row 2"
	stderr_has "name"
	ends_with 2 varve convert --encoding UTF-8 t.csv - --format json
	[ -z "$output" ]
	iconv -f windows-1252 -t UTF-8 t.csv > u.csv
	succeeds varve convert --encoding UTF-8 u.csv o.ndjson
	[ "$(tail -n 1 o.ndjson)" = '{"id":2,"name":"Café"}' ]
}

@test "CSV and TSV keep the bytes of cells and of the header" {
	latin
	succeeds varve convert --encoding UTF-8 t.csv o.tsv
	tr ',' '\t' < t.csv | cmp - o.tsv
	succeeds varve convert --encoding UTF-8 o.tsv back.csv
	same_bytes t.csv back.csv
	new_repo
	latin
	succeeds varve add --encoding UTF-8 t.csv
	succeeds varve commit -m one
	varve cat --columns id,name HEAD:t.csv > o.csv
	cut -d, -f1,3 t.csv | cmp - o.csv
	varve cat --format csv HEAD:t.csv | cmp - t.csv
	for format in json ndjson; do
		ends_with 2 varve cat --format $format HEAD:t.csv
		stderr_has "windows-1252"
		ends_with 2 varve cat --columns name --format $format HEAD:t.csv
		stderr_has "row 1"
		succeeds varve cat --columns id --format $format HEAD:t.csv
	done
}

@test "add warns of text that is not UTF-8 and stores it" {
	new_repo
	printf 'id,name\n1,a\n2,Caf\xe9\n3,\xfcber\n' > t.csv
	succeeds varve add --encoding UTF-8 t.csv
	stderr_has "2 rows have text that is not UTF-8"
	stderr_has "line 3"
	stderr_has "windows-1252"
	succeeds varve commit -m one
	varve cat HEAD:t.csv | cmp - t.csv
	latin h.csv
	succeeds varve add --encoding UTF-8 h.csv
	stderr_has "the header is not UTF-8"
	printf 'id,name\n1,Ünïcode\n2,日本\n3,😀\n' > u.csv
	succeeds varve add --encoding UTF-8 u.csv
	stderr_is ""
	printf 'id\tname\n1\t\xcf\xf0\xe8\xe2\xe5\xf2\n' > c.tsv
	succeeds varve add --encoding UTF-8 c.tsv
	stderr_has "windows-1251"
}

@test "JSON of differences, of rows' lives, of blame and of findings has the bytes in base64" {
	new_repo
	printf 'id,name\n1,Caf\xe9\n2,plain\n' > t.csv
	succeeds varve add --encoding UTF-8 --key id t.csv
	succeeds varve commit -m one
	printf 'id,name\n1,Caf\xe8\n2,plain\n' > t.csv
	cat > expect.py <<-'END'
	import base64, json, sys
	def texts(v):
	    if isinstance(v, dict):
	        if list(v) == ["base64"]:
	            yield base64.b64decode(v["base64"])
	        else:
	            for x in v.values():
	                yield from texts(x)
	    elif isinstance(v, list):
	        for x in v:
	            yield from texts(x)
	    else:
	        assert not (isinstance(v, str) and "\ufffd" in v), v
	found = set()
	for line in (sys.stdin if sys.argv[1] == "lines" else [sys.stdin.read()]):
	    found |= set(texts(json.loads(line)))
	assert found == {bytes.fromhex(x) for x in sys.argv[2:]}, found
	END
	varve diff --format json | python3 expect.py whole 436166e9 436166e8
	varve diff --format ndjson | python3 expect.py lines 436166e9 436166e8
	succeeds varve commit -am two
	varve log --row 1 --json t.csv | python3 expect.py whole 436166e9 436166e8
	run varve check --format json t.csv
	python3 expect.py whole 436166e8 <<< "$output"
	succeeds varve add --encoding UTF-8 --key name t.csv
	succeeds varve commit -m three
	varve blame --json t.csv | python3 expect.py whole 436166e8
	varve info --json t.csv > info.json
	! grep -aq $'\xef\xbf\xbd' info.json || false
}

@test "conflicts of keys that are not UTF-8 are told apart" {
	new_repo
	printf 'name,n\nCaf\xe9,1\nCaf\xe8,2\nx,3\n' > t.csv
	succeeds varve add --encoding UTF-8 --key name t.csv
	succeeds varve commit -m base
	succeeds varve switch -c other
	printf 'name,n\nCaf\xe9,11\nCaf\xe8,12\nx,3\n' > t.csv
	succeeds varve commit -am other
	succeeds varve switch main
	printf 'name,n\nCaf\xe9,21\nCaf\xe8,22\nx,3\n' > t.csv
	succeeds varve commit -am main
	ends_with 1 varve merge other
	varve conflicts --json > c.json || true
	[ "$(grep -o '"keyValues": *\[[^]]*\]' c.json | sort -u | wc -l)" = 2 ] ||
		[ "$(python3 -c '
	import json
	items = json.load(open("c.json"))["conflicts"][0]["items"]
	print(len({json.dumps(i["keyValues"]) for i in items}))')" = 2 ]
	succeeds varve resolve --theirs --row $'Caf\xe8' t.csv
	succeeds varve resolve --ours t.csv
	printf 'name,n\nCaf\xe9,21\nCaf\xe8,12\nx,3\n' | cmp - t.csv
}

@test "a header that a merge writes anew has the bytes of both sides" {
	new_repo
	printf 'id,gr\xf6\xdfe\n1,2\n2,3\n' > t.csv
	succeeds varve add --encoding UTF-8 --key id t.csv
	succeeds varve commit -m base
	succeeds varve switch -c other
	printf 'id,gr\xf6\xdfe,a\xe4\n1,2,x\n2,3,y\n' > t.csv
	succeeds varve commit -am other
	succeeds varve switch main
	printf 'id,b,gr\xf6\xdfe\n1,p,2\n2,q,3\n' > t.csv
	succeeds varve commit -am main
	succeeds varve merge other
	printf 'id,b,gr\xf6\xdfe,a\xe4\n1,p,2,x\n2,q,3,y\n' | cmp - t.csv
}

@test "UTF-16 that is broken is refused" {
	printf '\xff\xfea\0\n\0\x00\xd8\n\0' > bad.csv
	ends_with 2 varve convert bad.csv o.csv
	stderr_has "1 character is not valid in UTF-16LE"
	[ ! -e o.csv ]
}

@test "info has the bytes of a header that is not UTF-8 beside the name that stands for it" {
	new_repo
	printf 'id,a\337,a\374,b\n1,x,y,z\n' > t.csv
	varve add --encoding UTF-8 -q --key id t.csv
	varve commit -qm one
	for option in '' --quick; do
		succeeds varve info --json $option HEAD:t.csv
		[ "$(printf '%s' "$output" | jq -r '[.columns[] | .header.base64 // "-"] | join(" ")')" = "- Yd8= Yfw= -" ]
		[ "$(printf '%s' "$output" | jq -r '[.columns[].name] | unique | length')" = 4 ]
	done
}

@test "columns whose names differ only in bytes that are not UTF-8 are different columns everywhere" {
	new_repo
	printf 'id,a\337,b\n1,x,y\n2,z,w\n3,u,v\n4,s,t\n' > t.csv
	varve add --encoding UTF-8 -q --key id t.csv
	varve commit -qm one
	printf 'id,a\374,b\n1,x,y\n2,q,w\n3,u,v\n4,s,t\n' > t.csv
	varve diff --format json > diff.json
	[ "$(jq -r '.tables[0].columns[] | [.change, .oldName, .name] | join(" ")' diff.json)" = 'changed a\xDF a\xFC' ]
	[ "$(jq -r '.tables[0].rows[] | .cells | keys[]' diff.json)" = 'a\xFC' ]
	varve commit -qam two
	varve log --row 2 --json t.csv | jq -e '[.[0].rowChange.cells | keys[]] == ["a\\xFC"]'
	varve log --row 2 --json t.csv | jq -e '[.[1].rowChange.cells | keys[]] | index("a\\xDF")'
	varve blame --cells --json t.csv > blame.json
	jq -e '[.. | strings] | index("a\\xFC")' blame.json || jq -e '[.. | objects | keys[]] | index("a\\xFC")' blame.json
	varve schema HEAD:t.csv | jq -e '[.fields[].name] == ["id", "a\\xFC", "b"]'
	varve diff --format json --columns 'a\xFC' HEAD~1 HEAD | jq -e '.tables[0].rows | length == 1'
	# both of them, in either order
	printf 'id,a\337,a\374\n1,x,y\n' > u.csv
	varve add --encoding UTF-8 -q --key id u.csv
	varve commit -qm three
	printf 'id,a\374,a\337\n1,y,x\n' > u.csv
	[ "$(varve diff --format json u.csv | jq '.tables[0].rows | length')" = 0 ]
	varve add --encoding UTF-8 -q u.csv
	varve cat u.csv | cmp - u.csv
	! cat diff.json blame.json | grep -aq $'\xef\xbf\xbd' || false
}
