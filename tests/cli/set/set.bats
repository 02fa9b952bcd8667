# set and delete: one row of a file in the work tree, if a condition is met; all other bytes stay.
load ../helper

tasks() {
	printf '{"id":1,"title":"a","n":5,"tags":["x"],"owner":null}\n{"id":2, "title":"b", "n":1.50, "owner":"bob"}\n' > i.jsonl
}

@test "set changes a row or adds it, and all other bytes stay" {
	new_repo
	tasks
	succeeds varve set i.jsonl 1 n=6 'tags:=["x","y"]' title=5
	printf '{"id":1,"title":"5","n":6,"tags":["x","y"],"owner":null}\n{"id":2, "title":"b", "n":1.50, "owner":"bob"}\n' | cmp - i.jsonl
	succeeds varve set i.jsonl 2 owner:=null
	grep -qxF '{"id":2, "title":"b", "n":1.50, "owner":null}' i.jsonl
	succeeds varve set --json i.jsonl 3 title=c
	output_has '"outcome":"added"'
	grep -qxF '{"id":3,"title":"c"}' i.jsonl
	succeeds varve set --json i.jsonl 3 title=c
	output_has '"outcome":"unchanged"'
	printf '# of 2024\r\nid;name;price\r\n# one\r\n1;"x;y";1,50\r\n2;z;2,00\r\n' > p.csv
	varve add -q p.csv
	succeeds varve set p.csv 2 price=3,00 name='q;r'
	printf '# of 2024\r\nid;name;price\r\n# one\r\n1;"x;y";1,50\r\n2;"q;r";3,00\r\n' | cmp - p.csv
	succeeds varve set p.csv 3 'price:=null' 'name:="n"'
	tail -n 1 p.csv | grep -qxF "$(printf '3;n;\r')"
}

@test "delete removes a row, once" {
	new_repo
	printf 'id,a\n1,x\n# two\n2,y\n' > t.csv
	varve add -q --key id t.csv
	succeeds varve delete --json t.csv 1
	output_has '"outcome":"deleted","cells":{"id":"1","a":"x"}'
	printf 'id,a\n# two\n2,y\n' | cmp - t.csv
	succeeds varve delete --json t.csv 1
	output_has '"outcome":"unchanged","cells":null'
	succeeds varve delete t.csv 1
	stderr_is "t.csv: row 1: no row has this key"
}

@test "a text that does not have the type of its column is refused, with the command that sets it nevertheless" {
	new_repo
	printf 'id,price,n\n000042,8.5,1\n000043,9.25,2\n' > t.csv
	printf '{"id":1,"n":5}\n' > t.ndjson
	varve add -q .
	cp t.csv before
	ends_with 2 varve set t.csv 000042 price=7,99
	stderr_has "'price=7,99': the value does not have the type of the column, number"
	stderr_has "did you mean 'price=7.99'? 'price:=\"7,99\"' sets the text nevertheless"
	ends_with 2 varve set t.csv 000042 price=7,999
	! stderr_has "did you mean" || false
	ends_with 2 varve set t.csv 000044 n=2x
	ends_with 2 varve set t.ndjson 1 n=abc
	cmp before t.csv
	succeeds varve set t.csv 000042 price=7.99 n=2.5 # of a found type
	stderr_has "'n=2.5': the value does not have the type of the column, integer"
	succeeds varve set t.csv 000043 'price:="7,99"'
	stderr_has "warning: t.csv: "
	printf 'id,price,n\n000042,7.99,2.5\n000043,"7,99",2\n' | cmp - t.csv
}

@test "a key that is not of its column's type is set with a warning" {
	new_repo
	tasks
	succeeds varve set i.jsonl foo title=c
	stderr_has "warning: i.jsonl: 'foo': the value does not have the type of the column, integer"
	printf 'id,a\n1,x\n' > t.csv
	varve add -q t.csv
	succeeds varve set t.csv foo a=y
	stderr_has "warning: t.csv: 'foo': the value does not have the type of the column, integer"
}

@test "a condition that is not met is the answer no, with the row as it is" {
	new_repo
	tasks
	succeeds varve set --if 'owner is null' i.jsonl 1 owner=ada
	cp i.jsonl before
	ends_with 1 varve set --if 'owner is null' i.jsonl 1 owner=bob
	output_has '"owner":"ada"'
	stderr_has "the condition is not met"
	ends_with 1 varve set --json --if 'owner is null' i.jsonl 1 owner=bob
	output_has '{"outcome":"refused","cells":{"id":1'
	ends_with 1 varve set --if 'owner is null' i.jsonl 9 owner=bob
	stderr_has "no row has this key"
	ends_with 1 varve delete --if "owner = 'bob'" i.jsonl 1
	cmp before i.jsonl
}

@test "set --add adds a row, and changes none that has the key" {
	new_repo
	tasks
	ends_with 1 varve set --add i.jsonl 2 title=c
	output_is '{"id":2,"title":"b","n":1.50,"owner":"bob"}'
	stderr_has "i.jsonl: row 2: a row has this key"
	ends_with 1 varve set --add --json i.jsonl 2 title=c
	output_has '"outcome":"refused"'
	succeeds varve set --add i.jsonl 3 title=c
	stderr_has "new row 3: added"
	ends_with 2 varve set --add --if 'n > 1' i.jsonl 4 title=c
	stderr_has "--add cannot be used with --if and --all"
	for who in a b c d e f; do # one of them adds the row
		varve set --add -q i.jsonl 9 "title=$who" > /dev/null && echo "$who" >> added &
	done
	wait
	[ "$(wc -l < added)" = 1 ]
	tail -n 1 i.jsonl | grep -qF "\"title\":\"$(cat added)\""
}

@test "a key of several columns names the row" {
	new_repo
	printf 'a,b,n\nx,1,5\nx,2,6\n' > t.csv
	varve add -q --key a,b t.csv
	succeeds varve set t.csv x,2 n=7
	succeeds varve set t.csv y,1 n=8
	printf 'a,b,n\nx,1,5\nx,2,7\ny,1,8\n' | cmp - t.csv
	ends_with 2 varve set t.csv z n=8
	stderr_has "expected 2 values of the key"
}

@test "a key that repeats is refused without --all, and one in another spelling" {
	new_repo
	printf 'id,a,n\n007,x,1\n2,y,2\n' > t.csv
	varve add -q --key id t.csv
	varve schema --type id=integer t.csv
	printf '2,z,3\n' >> t.csv
	cp t.csv before
	ends_with 2 varve set t.csv 7 a=k
	stderr_has "a row '007', which is the same value"
	ends_with 2 varve set t.csv 2 a=k
	stderr_has "has 2 rows with the key '2': 2, 3"
	stderr_has "--all sets all rows with this key"
	ends_with 2 varve delete t.csv 2
	cmp before t.csv
	succeeds varve set --all --json --if 'n = 3' t.csv 2 a=k
	output_has '{"outcome":"changed","cells":{"id":"2","a":"k","n":"3"},"rowsChanged":1}'
	succeeds varve set --all t.csv 2 'n:="abc"'
	stderr_has "the value does not have the type of the column, integer"
	stderr_has "changed, 2 rows"
	printf 'id,a,n\n007,x,1\n2,y,abc\n2,k,abc\n' | cmp - t.csv
	succeeds varve delete --all t.csv 2
	printf 'id,a,n\n007,x,1\n' | cmp - t.csv
}

@test "a member that no other row has is set, with a warning" {
	new_repo
	tasks
	succeeds varve set i.jsonl 2 onwer=ada 'more:=[1]'
	stderr_has "no other row has a member 'onwer'; did you mean 'owner'?"
	grep -qxF '{"id":2, "title":"b", "n":1.50, "owner":"bob", "onwer":"ada", "more":[1]}' i.jsonl ||
		grep -qxF '{"id":2, "title":"b", "n":1.50, "owner":"bob","onwer":"ada","more":[1]}' i.jsonl
}

@test "a number of JSON gets the decimal mark of its column" {
	new_repo
	printf 'id;p\n1;1,50\n2;1.234,50\n3;-0,5\n4;2,05\n' > t.csv
	varve add -q t.csv
	succeeds varve set t.csv 2 'p:=7.25'
	succeeds varve set t.csv 3 'p:=-3'
	[ "$(tail -n 3 t.csv)" = $'2;7,25\n3;-3\n4;2,05' ]
	succeeds varve cat t.csv --where 'p = 7.25'
	output_has "2;7,25"
}

@test "a number with the group mark in another place than before three digits is refused" {
	new_repo
	printf 'id;p\n1;1,50\n2;1.234,50\n3;-0,5\n4;2,05\n' > t.csv
	varve add -q t.csv
	cp t.csv before
	for number in 3.5 12.34 3.5000 -.5 1.2345,0 1234.567 1.; do
		ends_with 2 varve set t.csv 2 "p=$number"
		stderr_has "'.' separates groups of digits, and ',' is the decimal mark"
	done
	cmp before t.csv
	succeeds varve set t.csv 2 p=3,5
	succeeds varve set t.csv 3 p=12.345,6
	succeeds varve set t.csv 4 p=1.23.456
	[ "$(tail -n 3 t.csv)" = $'2;3,5\n3;12.345,6\n4;1.23.456' ]
}

@test "the group mark in a missing value, in a text, or near a unit is none in another place" {
	new_repo
	echo '{"resources":[{"name":"t","path":"t.csv","schema":{"primaryKey":"id","missingValues":["","n.a.","-99.0"],"fields":[{"name":"id","type":"integer"},{"name":"p","type":"number","decimalChar":",","groupChar":"."},{"name":"w","type":"integer","groupChar":" ","bareNumber":false}]}}]}' > datapackage.json
	printf 'id;p;w\n1;1,50;5 kg\n2;1.234,50;1 000 kg\n3;2,05;7 kg\n4;3;8 kg\n' > t.csv
	varve add -q .
	succeeds varve set t.csv 1 p=n.a. 'w=6 kg'
	stderr_is "t.csv: row 1: changed"
	succeeds varve set t.csv 2 p=-99.0 'w=2 000 kg'
	succeeds varve set t.csv 3 p=1.234e5
	succeeds varve set t.csv 4 'p:="ca.4"'
	stderr_has "the value does not have the type of the column, number"
	ends_with 2 varve set t.csv 4 'w=2 00 kg'
	stderr_has "' ' separates groups of digits"
	[ "$(tail -n 4 t.csv)" = $'1;n.a.;6 kg\n2;-99.0;2 000 kg\n3;1.234e5;7 kg\n4;ca.4;8 kg' ]
}

@test "words that make no sense are refused, and the file stays" {
	new_repo
	tasks
	cp i.jsonl before
	ends_with 2 varve set i.jsonl 1
	ends_with 2 varve set i.jsonl 1 n
	stderr_has "expected COL=VALUE or COL:=JSON"
	ends_with 2 varve set i.jsonl "" n=4
	stderr_has "requires a value for the key column 'id'"
	ends_with 2 varve set i.jsonl -5 n=4
	stderr_has "write '--' before"
	printf 'k,n\nx,1\n' > c.csv
	varve add -q --key k c.csv
	ends_with 2 varve set c.csv x m=4
	stderr_has "has no column 'm'"
	stderr_has "the columns are"
	ends_with 2 varve set i.jsonl 1 id=4
	stderr_has "cannot be set"
	ends_with 2 varve set i.jsonl 1 n=4 n:=5
	stderr_has "'n' has two values"
	ends_with 2 varve set i.jsonl 1 'n:={'
	stderr_has "use COL:=JSON for a JSON value, COL=TEXT for a text"
	ends_with 2 varve set --if 'm > 4' i.jsonl 1 n=4
	ends_with 2 varve set HEAD:i.jsonl 1 n=4
	printf 'a,b\nx,y\nx,y\n' > nokey.csv
	ends_with 2 varve set nokey.csv x b=4
	stderr_has "no key"
	cmp before i.jsonl
}

@test "processes that set and claim rows at once lose nothing, and no task is claimed twice" {
	new_repo
	python3 -c 'for i in range(60): print("{\"id\":%d,\"owner\":null,\"n\":0}" % i)' > i.jsonl
	seconds=${VARVE_TEST_CLAIMS:-4}
	cat > claim.py <<-'EOF'
	import random, subprocess, sys, time
	me, end = sys.argv[1], time.time() + float(sys.argv[2])
	rnd, won, added = random.Random(me), [], 0
	while time.time() < end:
	    key = str(rnd.randrange(60))
	    code = subprocess.run(["varve", "set", "-q", "--if", "owner is null", "i.jsonl", key, f"owner=w{me}"],
	                          stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL).returncode
	    assert code in (0, 1), code
	    if code == 0:
	        won.append(key)
	    if rnd.random() < 0.3:
	        subprocess.run(["varve", "set", "-q", "i.jsonl", f"1{me}{added:05}", f"n={added}"], check=True)
	        added += 1
	print(me, added, *won)
	EOF
	for i in 1 2 3 4 5 6 7 8; do
		python3 claim.py $i $seconds > won.$i &
	done
	wait
	python3 - <<-'EOF'
	import glob, json
	rows = {}
	for line in open("i.jsonl"):
	    row = json.loads(line)
	    assert row["id"] not in rows, row
	    rows[row["id"]] = row
	claimed, added = {}, 0
	for name in glob.glob("won.*"):
	    me, count, *keys = open(name).read().split()
	    for key in keys:
	        assert key not in claimed, key
	        claimed[key] = me
	    added += int(count)
	assert claimed, "nothing was claimed"
	assert len(rows) == 60 + added, (len(rows), added)
	for key in range(60):
	    assert rows[key]["owner"] == ("w" + claimed[str(key)] if str(key) in claimed else None), key
	EOF
}

@test "every command of the page for agents works, without a terminal" {
	new_repo
	cd ..
	awk '/^```sh/ { on = 1; next } /^```/ { on = 0 } on' "$BATS_TEST_DIRNAME/../../../docs/use/agents.md" > page.sh
	[ "$(grep -c varve page.sh)" -ge 20 ]
	rm -rf tasks
	GIT_EDITOR=false PAGER=false GIT_PAGER=false succeeds bash -eu page.sh < /dev/null
	cd tasks
	[ "$(varve cat issues.jsonl --where 'id = 2' --columns title --format csv | tail -n 1)" = "Fix the parser now" ]
	[ "$(wc -l < "$BATS_TEST_DIRNAME/../../../docs/use/agents.md")" -le 150 ]
}

@test "a key that misses the zeros of another row's key makes no row without --new" {
	new_repo
	printf 'id,price\n00007,7.25\n00008,8.25\nA-1,3\n' > t.csv
	varve add -q --key id t.csv
	varve commit -qm one
	cp t.csv before
	ends_with 2 varve set t.csv 8 price=3
	stderr_is "varve: 't.csv' has no row '8', but a row '00008'
hint: write the key as in the file, or use --new to add a row '8' beside it"
	ends_with 2 varve set t.csv a-1 price=3
	stderr_has "but a row 'A-1'"
	cmp before t.csv
	succeeds varve delete t.csv 8
	stderr_is "t.csv: row 8: no row has this key; did you mean '00008'?"
	ends_with 2 varve restore --row 8 t.csv
	stderr_has "did you mean '00008'?"
	for command in blame log; do
		ends_with 2 varve "$command" --row 7 t.csv
		stderr_has "hint: did you mean '00007'?"
	done
	cmp before t.csv
	succeeds varve set t.csv 9 price=3
	succeeds varve set --new t.csv 8 price=3
	tail -n 2 t.csv | diff - <(printf '9,3\n8,3\n')
	succeeds varve set t.csv 8 price=4
}

@test "a table that lost all its bytes is the table without rows: key, columns and history stay" {
	local name first
	new_repo
	for name in q.jsonl t.csv text.jsonl; do
		[[ $name = text* ]] && varve track --text "$name"
		[[ $name = *.csv ]] && first='id,title\n1,a\n' || first='{"id":1,"title":"a"}\n'
		printf "$first" > "$name"
		varve add -q $([[ $name = text* ]] || echo --key id) "$name"
		varve commit -qm base
		: > "$name"
		varve commit -qam "no rows"
		[ "$(git cat-file -s "HEAD:$name")" = 0 ]
		succeeds varve diff --json HEAD~1 HEAD
		[[ $output != *'"dropped"'* ]]
		succeeds varve set -q "$name" 1 title=b
		[[ $name != *.csv ]] || printf 'id,title\n1,b\n' | cmp - "$name"
		varve commit -qam back
		[ "$(varve log --row 1 --oneline "$name" | grep -c "^[0-9a-f]")" = 3 ]
	done
}
