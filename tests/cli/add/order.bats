# Tables in key order: `add --order key`, and all that reads them.
load ../helper
load ../serve/server

teardown() {
	[ -z "${server:-}" ] || stop_server
}

# shuffled COUNT SEED [SALT]: the rows of `rows`, in a random order.
shuffled() {
	rows "$1" "${3-0}" | python3 -c '
import random, sys
head, *lines = sys.stdin.readlines()
random.Random(int(sys.argv[1])).shuffle(lines)
sys.stdout.writelines([head] + lines)' "$2"
}

# sorted_repo: three versions of t.csv in key order: shuffled, shuffled again, with another row and cell.
sorted_repo() {
	new_repo
	shuffled 4000 1 > t.csv && cp t.csv ../one.csv
	varve add -q --order key --key id t.csv && varve commit -qm one
	shuffled 4000 2 > t.csv && cp t.csv ../two.csv
	varve add -q t.csv && varve commit -qm two
	(shuffled 4000 3 && echo 5000,new,1.00,2024-01-01) | sed 's/^77,item [0-9]*/77,changed/' > t.csv
	cp t.csv ../three.csv
	varve add -q t.csv && varve commit -qm three
}

# is_kept_by COLUMNS VERSION: what its rows are sorted by; "": nothing.
is_kept_by() {
	[ "$(varve info --json "$2" | python3 -c 'import json, sys; print(",".join(json.load(sys.stdin)["sortedBy"]))')" = "$1" ]
}

# versions_are: all three come back byte for byte.
versions_are() {
	varve cat HEAD~2:t.csv | cmp - "${1-..}"/one.csv &&
		varve cat HEAD~1:t.csv | cmp - "${1-..}"/two.csv &&
		varve cat HEAD:t.csv | cmp - "${1-..}"/three.csv
}

@test "rows in another order cost their places alone, and each file comes back as it was" {
	new_repo
	shuffled 4000 1 > t.csv && cp t.csv ../one.csv
	succeeds varve add --order key --key id t.csv
	output_has "order:   rows are stored by id, with their positions in the file, from this version on"
	varve commit -qm one
	shuffled 4000 2 > t.csv && cp t.csv ../two.csv
	succeeds varve add t.csv
	output_has "0 of 3 groups new"
	output_lacks "order:"
	succeeds varve commit -m two
	output_has "t.csv: order changed"
	rm t.csv
	succeeds varve restore t.csv
	same_bytes t.csv ../two.csv
	varve cat HEAD~1:t.csv | cmp - ../one.csv
	succeeds varve restore --source HEAD~1 t.csv
	same_bytes t.csv ../one.csv
	succeeds varve fsck --data
	output_has "sound"
	succeeds varve info HEAD:t.csv
	output_has "order    rows are stored by id"
	is_kept_by id HEAD:t.csv
}

@test "random tables of all forms come back, sorted or not" {
	new_repo
	succeeds python3 "$BATS_TEST_DIRNAME/order_model.py" varve "$(a_sixth 3)" "$(drawn 3)"
}

@test "a file that did not change keeps its root, and the order stays until it is asked away" {
	sorted_repo
	git rev-parse HEAD:t.csv > want
	rm -rf .git/varve/cache
	touch t.csv
	succeeds varve add t.csv
	git rev-parse :t.csv | cmp - want
	succeeds varve status
	output_lacks "t.csv"
	succeeds varve add --order file t.csv
	output_has "order:   the file's, in this version and all later ones (--order file)"
	varve commit -qm file
	varve cat HEAD:t.csv | cmp - ../three.csv
	is_kept_by "" t.csv
	succeeds varve diff HEAD~1 HEAD
	output_is ""
	succeeds varve add --order key t.csv
	git rev-parse :t.csv | cmp - want
}

@test "diff, log, blame, check, cat and status speak of the file's rows" {
	sorted_repo
	succeeds varve diff HEAD~2 HEAD~1
	output_has "no change in data; the order of rows changed"
	succeeds varve diff HEAD~1 HEAD --format summary
	output_has "1 added, 1 changed, order changed"
	succeeds varve diff HEAD~1 HEAD
	output_has "+ 5000"
	output_has "changed"
	succeeds varve cat HEAD:t.csv --limit 3
	head -n 4 ../three.csv > want
	echo "$output" | cmp - want
	succeeds varve cat HEAD:t.csv --where id=77 --columns name
	output_is $'name\nchanged'
	succeeds varve blame --row 77 t.csv
	output_has "$(git rev-parse --short=7 HEAD)"
	succeeds varve log --row 77 t.csv
	output_has "three"
	printf '{"resources":[{"name":"t","path":"t.csv","schema":{"fields":[{"name":"id","type":"integer"},{"name":"name","type":"string","constraints":{"maxLength":8}},{"name":"price","type":"number"},{"name":"day","type":"date"}]}}]}' > datapackage.json
	ends_with 1 varve check t.csv
	line=$(grep -n -m1 ',item [0-9][0-9][0-9][0-9],' t.csv | cut -d: -f1)
	[[ $output =~ \ $line\ +$((line - 1))\ +id= ]]
	rm datapackage.json
	cp ../two.csv t.csv
	succeeds varve status
	output_has "modified:  t.csv"
	succeeds varve diff
	output_has "- 5000"
}

@test "a patch of such a table applies, and gives the version that it says" {
	sorted_repo
	varve diff --format patch HEAD~1 HEAD > ../p
	git rev-parse HEAD:t.csv > ../want
	git checkout -q HEAD~1 2> /dev/null && varve restore t.csv
	succeeds varve apply ../p
	same_bytes t.csv ../three.csv
	varve add -q t.csv
	git rev-parse :t.csv | cmp - ../want
}

@test "clone, push and pull take it along, proved" {
	sorted_repo
	git init -q --bare ../hub.git
	varve remote add origin ../hub.git
	succeeds varve push -u origin main
	cd ..
	succeeds varve clone hub.git copy
	cd copy
	same_bytes t.csv ../three.csv
	versions_are
	succeeds varve fsck --data
	shuffled 4000 9 > t.csv && cp t.csv ../four.csv
	varve add -q t.csv && varve commit -qm four
	succeeds varve push
	cd ../work
	succeeds varve pull origin main
	same_bytes t.csv ../four.csv
	succeeds varve fsck --data
	succeeds varve gc --prune=now
	succeeds varve fsck --data
}

@test "both sides of a merge are merged by key, and the result is in key order" {
	new_repo
	shuffled 3000 1 > t.csv
	varve add -q --order key --key id t.csv && varve commit -qm base
	git checkout -qb other
	sed -i 's/^9,item [0-9]*/9,theirs/' t.csv
	varve add -q t.csv && varve commit -qm theirs
	varve switch -q main
	sed -i 's/^2000,item [0-9]*/2000,ours/' t.csv
	varve add -q t.csv && varve commit -qm ours
	succeeds varve merge other
	grep -q '^9,theirs' t.csv
	grep -q '^2000,ours' t.csv
	is_kept_by id HEAD:t.csv
	succeeds varve fsck --data
	# one side alone leaves the order
	git checkout -qb left HEAD~1
	varve restore t.csv
	varve add -q --order file t.csv && varve commit -qm left
	sed -i 's/^5,item [0-9]*/5,left/' t.csv
	varve add -q t.csv && varve commit -qm left2
	succeeds varve merge other
	is_kept_by "" HEAD:t.csv
}

@test "an irregular line is named, and else leaves the file's order with a warning" {
	new_repo
	printf 'id,x\n3,a\n1,"b"\n2,c\n' > t.csv
	ends_with 2 varve add --order key --key id t.csv
	stderr_has "t.csv: line 3 is written differently from the others"
	stderr_has "varve convert IN OUT"
	printf 'id,x\n3,a\n1,b\n2,c\n' > t.csv
	succeeds varve add --order key --key id t.csv
	varve commit -qm one
	printf 'id,x\n3,a\n\n1,b\n2,c\n' > t.csv
	succeeds varve add t.csv
	stderr_has "line 4 is written differently from the others"
	stderr_lacks "t.csv: t.csv"
	stderr_has ": stored in the file's order from this version on"
	output_has "order:   the file's"
	varve commit -qm two
	printf 'id,x\n3,a\n\n1,b\n2,c\n' | cmp - <(varve cat HEAD:t.csv)
	succeeds varve fsck --data
}

@test "the order needs a table and a key" {
	new_repo
	printf 'x,y\n1,1\n1,1\n' > t.csv
	ends_with 2 varve add --order key t.csv
	stderr_has ": the table has no key, so the rows cannot be stored in key order"
	stderr_has "--key"
	ends_with 2 varve add --order key --as file t.csv
	stderr_has "--order requires a table"
	ends_with 2 varve add --order key --key x t.csv
	stderr_has "line 2 and line 3 both have x = '1'"
	ends_with 2 varve add --order random t.csv
}

@test "an order is not passed over in silence for a file of bytes" {
	new_repo
	head -c 3000 /dev/urandom > blob.bin
	for option in "--order key" "--order file"; do
		ends_with 2 varve add $option blob.bin
		stderr_has "'blob.bin' is kept as a file of bytes, and ${option%% *} is for tables"
	done
	varve add -q --as file blob.bin && varve commit -qm one
	echo more >> blob.bin
	ends_with 2 varve add --order key blob.bin
	stderr_has "--order is for tables"
	git reset -q --hard
	rm -f .git/varve/packs/*
	head -c 4000 /dev/urandom > blob.bin
	succeeds varve add blob.bin
	stderr_is "" # nothing about types and order
	printf '\x1f\x8b\x08\0' > wide.csv
	ends_with 2 varve add --order key wide.csv
	stderr_has "only tables can be stored in key order"
}

@test "a named file becomes a table with --key, and --no-key is not passed over in silence" {
	new_repo
	printf 'a,b\n1,2\n' > y.txt
	ends_with 2 varve add --no-key y.txt
	stderr_has "'y.txt' is kept as a file of bytes, and --no-key is for tables"
	ends_with 2 varve add --key c y.txt
	stderr_has "no column named 'c'"
	succeeds varve add --key a y.txt
	output_has "new table, 1 row, 2 columns, key a"
	git rm -q --cached y.txt
	for option in "--escape none" "--header-join -"; do
		succeeds varve add $option y.txt
		output_has "new table, 1 row, 2 columns"
		git rm -q --cached y.txt
	done
	varve add -q --as file y.txt && varve commit -qm bytes
	succeeds varve add --key a y.txt
	output_has "new table, 1 row"
	for option in "--key a" --no-key "--delimiter ," --no-header; do
		ends_with 2 varve add --as file $option y.txt
		stderr_has "a file kept as bytes has no rows"
	done
	printf '\x1f\x8b\x08\0' > wide.csv
	ends_with 2 varve add --key a wide.csv
	stderr_has "compressed"
	# a folder may have other files
	mkdir d
	rows 3 > d/t.csv
	echo text > d/n.txt
	varve add -q --as file d/n.txt
	echo more >> d/n.txt
	succeeds varve add --key id d
	output_has "d/t.csv: new table, 3 rows"
	output_has "d/n.txt: 1 of 1 chunk new"
}

# The name of the version that a patch of one table makes.
new_root() {
	python3 -c '
import base64, hashlib, json, sys
table = json.loads(open(sys.argv[1]).readlines()[1])
cid = bytes([1, 0x71, 0x12, 32]) + hashlib.sha256(base64.b64decode(table["newRoot"])).digest()
print("b" + base64.b32encode(cid).decode().lower().rstrip("="))' "$1"
}

@test "a patch of a changed file in the work tree names the version that add gives it" {
	sorted_repo
	sed -i 's/^78,item [0-9]*/78,changed too/' t.csv
	varve diff --format patch > ../p.patch
	varve commit -qam four
	varve info t.csv --json | grep '"root"' > ../want
	new_root ../p.patch | grep -qF -f - ../want
	git reset -q --hard HEAD~1
	varve restore t.csv
	succeeds varve apply ../p.patch
	varve commit -qam again
	varve info t.csv --json | grep '"root"' | cmp - ../want
}

@test "a patch of a shuffled file in the work tree names the version for which add chooses another order" {
	new_repo
	wide() { python3 -c '
import hashlib, random, sys
rows = list(range(8000))
random.Random(int(sys.argv[1])).shuffle(rows)
print("id,text")
for i in rows:
    print("%d,%s" % (i, hashlib.sha256(b"%d" % i).hexdigest() * 2))' "$1"; }
	wide 1 > t.csv
	varve add -q --key id t.csv 2> /dev/null
	varve commit -qm one
	wide 2 > t.csv
	varve diff --format patch > ../p.patch
	varve add -q t.csv 2> ../warned
	grep -q "another order" ../warned
	varve info :t.csv --json | grep '"root"' > ../want
	new_root ../p.patch | grep -qF -f - ../want
	git reset -q --hard
	varve restore t.csv
	succeeds varve apply --cached ../p.patch
	varve info :t.csv --json | grep '"root"' | cmp - ../want
}

@test "a patch that only changes how rows are kept says so, and what sets it" {
	new_repo
	printf 'id,x\n3,a\n1,b\n' > t.csv
	varve add -q --key id t.csv && varve commit -qm one
	varve add -q --order key t.csv && varve commit -qm two
	varve diff --format patch HEAD~1 HEAD > ../there
	varve diff --format patch HEAD HEAD~1 > ../back
	succeeds varve apply ../back
	output_has "t.csv: the same rows"
	output_has "'varve add --order file t.csv' sets that"
	git checkout -q HEAD~1 2> /dev/null
	succeeds varve apply ../there
	output_lacks "done"
	output_has "'varve add --order key t.csv' sets that"
}

@test "a new table is kept by the key that is found, or that its package declares" {
	new_repo
	shuffled 2000 1 > t.csv && cp t.csv ../one.csv
	ends_with 2 varve add -n --order key t.csv
	stderr_has "; a dry run does not search for a key"
	varve add --no-key t.csv
	varve commit -qm none
	ends_with 2 varve add --order key t.csv
	stderr_has ": the table has no key, so the rows cannot be stored in key order"
	stderr_lacks "a dry run"
	git rm -q -f --cached t.csv
	git commit -qm gone
	succeeds varve add --order key t.csv
	output_has "key id (found: no value repeats)"
	output_has "order:   rows are stored by id"
	varve commit -qm one
	varve cat HEAD:t.csv | cmp - ../one.csv
	succeeds varve fsck --data
	# the likeliest column has a value twice, at the end: the next one is the key
	(echo id,code,v; for i in $(seq 4000 -1 1); do echo "$i,c$i,x"; done; echo 7,c0,y) > u.csv
	cp u.csv ../u.csv
	succeeds varve add --order key u.csv
	output_has "key code (found: no value repeats)"
	output_has "order:   rows are stored by code"
	varve commit -qm two
	varve cat HEAD:u.csv | cmp - ../u.csv
	succeeds varve fsck --data
	mkdir sub && cp ../one.csv sub/p.csv
	printf '{"resources":[{"name":"p","path":"p.csv","schema":{"fields":[{"name":"id"},{"name":"name"},{"name":"price"},{"name":"day"}],"primaryKey":"name"}}]}' > sub/datapackage.json
	ends_with 0 varve add --order key sub/p.csv
	output_has "order:   rows are stored by name"
	varve cat :sub/p.csv | cmp - ../one.csv
}

@test "a renamed column stays the one that rows are sorted by" {
	sorted_repo
	succeeds varve rename-column t.csv id code
	is_kept_by code t.csv
	varve commit -qam renamed
	succeeds varve fsck --data
	sed '1s/id/code/' ../three.csv | cmp - t.csv
}

@test "git's filter gives and takes it" {
	new_repo
	varve install --local > /dev/null
	shuffled 2000 1 > t.csv
	varve add -q --order key --key id t.csv && varve commit -qm one
	shuffled 2000 2 > t.csv && cp t.csv ../two.csv
	git add t.csv && git commit -qm two
	rm t.csv && git checkout -q -- t.csv
	same_bytes t.csv ../two.csv
	is_kept_by id HEAD:t.csv
	succeeds varve fsck --data
}

# Rows of a kilobyte, shuffled: a file of 3 MB.
long_rows() {
	python3 -c '
import random, sys
r = ["%d,%s" % (i, "%06d" % (i * 7919 % 1000003) * 170) for i in range(3000)]
random.Random(int(sys.argv[1])).shuffle(r)
print("id,x")
print("\n".join(r))' "$1"
}

@test "a server gives parts of such a file, and as many of it at once as are asked for" {
	new_repo src
	cd src
	long_rows 1 > t.csv && cp t.csv ../one.csv
	varve add -q --order key --key id t.csv && varve commit -qm one
	long_rows 2 > t.csv && cp t.csv ../two.csv
	varve add -q t.csv && varve commit -qm two
	long_rows 3 > t.csv && cp t.csv ../three.csv
	varve add -q t.csv && varve commit -qm three
	cd ..
	mkdir temp && export TMPDIR=$PWD/temp
	start_server src
	curl -s -D head -o body "$url/raw/HEAD/t.csv"
	same_bytes body three.csv
	grep -qi '^accept-ranges: bytes' head
	curl -s -D head -o body -r 1000000-1000999 "$url/raw/HEAD/t.csv"
	head -n 1 head | grep -q 206
	tail -c +1000001 three.csv | head -c 1000 | cmp - body
	curl -s -o body -r -500 "$url/raw/HEAD/t.csv"
	tail -c 500 three.csv | cmp - body
	# more versions than are kept, by several clients at once
	local -a clients=()
	for i in 1 2 3 4 5 6 7 8 9; do
		local v=$((i % 3))
		curl -s -o "part$i" -r $((i * 300000))-$((i * 300000 + 99999)) "$url/raw/HEAD~$v/t.csv" &
		clients+=($!)
	done
	wait "${clients[@]}"
	for i in 1 2 3 4 5 6 7 8 9; do
		local names=(three two one)
		tail -c +$((i * 300000 + 1)) "${names[i % 3]}.csv" | head -c 100000 | cmp - "part$i"
	done
	# nothing is left in the folder for temporary files, and where there is none a part comes all the same
	[ -z "$(ls -A "$TMPDIR")" ]
	stop_server
	TMPDIR=/nowhere start_server src
	curl -s -o body -r 1000000-1000999 "$url/raw/HEAD/t.csv"
	tail -c +1000001 three.csv | head -c 1000 | cmp - body
}

# cpu_ticks: processor time of the server until now.
cpu_ticks() {
	sed 's/.*) //' "/proc/$server/stat" | awk '{ print $12 + $13 }'
}

# three_versions MAKER: in src, in key order, with tags: the tables of MAKER 1, 2 and 3, one.csv to three.csv here.
three_versions() {
	local v seed=0
	new_repo src
	cd src
	for v in one two three; do
		"$1" "$((++seed))" > t.csv && cp t.csv ../$v.csv
		varve add -q --order key --key id t.csv && varve commit -qm $v
		git tag $v
	done
	cd ..
}

# part VERSION FROM: a hundred bytes of huge_rows' table there.
part() {
	curl -sf -o body -r "$2-$(($2 + 99))" "$url/raw/$1/t.csv"
	tail -c +$(($2 + 1)) "$1.csv" | head -c 100 | cmp - body
}

@test "ranges of several versions in turn, beside slow readers, cost a server what each version costs once" {
	three_versions huge_rows
	local v
	start_server src
	local -a slow=()
	for v in one two; do # 34 MB at 10 kB a second
		curl -s -o /dev/null --limit-rate 10k "$url/raw/$v/t.csv" 3>&- &
		slow+=($!)
	done
	for v in one two three; do part $v 1000000; done
	local once=$(cpu_ticks) i
	for i in 1 2 3 4 5 6 7 8 9 10; do
		for v in one two three; do part $v $((i * 3000000)); done
	done
	local after=$(cpu_ticks)
	kill "${slow[@]}"
	echo "$once ticks for three, $after after thirty more"
	[ $((after - once)) -lt "$once" ]
}

@test "a server whose room for such files is small gives parts of them all the same" {
	three_versions long_rows
	local v
	start_server --temp-space 1m src
	for v in one two three one two three; do
		part $v 1000000
	done
	curl -s -o body "$url/raw/one/t.csv"
	same_bytes body one.csv
	stop_server
	start_server --request-memory 1m src
	[ "$(status -r 0-99 "$url/raw/one/t.csv")" = 413 ]
}

@test "such a version is published in leaves of a mebibyte, which a gateway gives" {
	new_repo src
	cd src
	long_rows 1 > t.csv && cp t.csv ../one.csv
	varve add -q --order key --key id t.csv && varve commit -qm one
	succeeds varve ipfs publish --json HEAD:t.csv
	file=$(echo "$output" | python3 -c 'import json, sys; print(json.load(sys.stdin)["unixfs"])')
	# whatever the version: the bytes alone decide
	cd .. && new_repo other && cd other
	cp ../one.csv t.csv
	varve add -q --order key --key x t.csv && varve commit -qm one
	succeeds varve ipfs publish --json HEAD:t.csv
	[[ $output == *"$file"* ]]
	succeeds varve ipfs car export --unixfs HEAD:t.csv ../t.car
	cd ..
	start_server src
	curl -s -o body "$url/ipfs/$file"
	same_bytes body one.csv
	curl -s -o body -r 1048570-1048590 "$url/ipfs/$file"
	tail -c +1048571 one.csv | head -c 21 | cmp - body
	curl -s -o got.car "$url/ipfs/$file?format=car"
	python3 - <<'END'
import hashlib
one = open('one.csv', 'rb').read()
for name in 'got.car', 't.car':
    b = open(name, 'rb').read()
    for at in range(0, len(one), 1 << 20):
        leaf = one[at:at + (1 << 20)]
        assert bytes.fromhex('01551220') + hashlib.sha256(leaf).digest() + leaf in b, (name, at)
END
}

@test "a flipped byte in such a version is found, and nothing wrong is restored" {
	sorted_repo
	pack=$(ls .git/varve/packs/*.pack | head -n 1)
	chmod u+w "$pack"
	python3 - "$pack" <<'END'
import sys
with open(sys.argv[1], 'r+b') as f:
    b = f.read()
    at = len(b) // 2
    f.seek(at)
    f.write(bytes([b[at] ^ 1]))
END
	ends_with 1 varve fsck --data
	for v in HEAD~2:one HEAD~1:two HEAD:three; do
		varve cat "${v%:*}:t.csv" > got 2> /dev/null && cmp got ../"${v#*:}.csv" || true
		[ ! -s got ] || cmp -n "$(stat -c %s got)" got ../"${v#*:}.csv"
	done
}

@test "a small table is put together without a folder for temporary files" {
	sorted_repo
	export TMPDIR=/nowhere
	versions_are
}

# What is said of two versions is what is said where the same ones are kept in the file's order.
same_said() {
	local one=$1 two=$2 order=$3 as
	shift 3
	for as in file key; do
		rm -rf "../$as"
		varve init -q "../$as"
		cd "../$as"
		git config user.name a
		git config user.email a@b
		printf "$one" > t.csv
		varve add -q --key "$order" --order $as t.csv
		[ $# = 0 ] || varve add -q "$@" t.csv
		varve commit -q -m 1
		printf "$two" > t.csv
		varve status > ../$as.status
		varve add -q t.csv
		varve commit -q -m 2
		varve log --stat -1 | grep t.csv > ../$as.log
	done
	cat ../key.status ../key.log
	cmp ../file.status ../key.status
	cmp ../file.log ../key.log
}

@test "what changed is counted as in the file's order, whatever rows came, went or have another key" {
	new_repo
	same_said 'id,v\n1,a\n3,c\n2,b\n' 'id,v\n2,b\n4,d\n3,c\n' id
	same_said 'id,v\n1,a\n3,c\n2,b\n' 'id,v\n2,b\n1,a\n3,c\n' id
	same_said 'id,v\n1,a\n3,c\n2,b\n' 'id,v\n1,x\n3,c\n2,b\n' id
	same_said 'id,code\n1,A\n2,B\n3,C\n' 'id,code\n9,A\n2,B\n3,C\n' id --key code
	same_said 'id,v,w\n2,x,p\n3,c,q\n1,a,r\n' 'id,v,w\n3,c,q\n1,a,r\n2,y,p\n' id --no-key
}

# wide COUNT SEED [EDIT]: rows that hardly compress, shuffled (SEED 0: as they are); EDIT: Python that changes the list `r` of rows.
wide() {
	python3 -c '
import hashlib, random, sys
r = ["%d,%s,%d" % (i, hashlib.md5(b"%d" % i).hexdigest(), i % 97) for i in range(1, int(sys.argv[1]) + 1)]
if sys.argv[2] != "0":
    random.Random(int(sys.argv[2])).shuffle(r)
exec(sys.argv[3])
print("id,hash,n")
print("\n".join(r))' "$1" "$2" "${3-}"
}

# wide_repo NAME [OPTION...]: in it, a table in the order of its key.
wide_repo() {
	new_repo "$1"
	cd "$1"
	wide 20000 0 > t.csv
	varve add -q --key id "${@:2}" t.csv && varve commit -qm one
}

@test "shuffled rows are kept in key order, which is said with what undoes it" {
	wide_repo a
	wide 20000 1 > t.csv && cp t.csv ../one.csv
	succeeds varve add t.csv
	stderr_has "t.csv: the file has the same rows in another order: from this version on they are stored by id"
	stderr_has "'varve add --order file t.csv' keeps the file's order"
	is_kept_by id :t.csv
	git rev-parse :t.csv > ../want
	succeeds varve add t.csv
	[ -z "$stderr" ]
	# rows that stay together in threes
	git reset -q
	wide 20000 0 'r = [x for k in random.Random(5).sample(range(6666), 6666) for x in r[k * 3:k * 3 + 3]]' > t.csv
	succeeds varve add t.csv
	stderr_has "stored by id"
	git reset -q
	cp ../one.csv t.csv
	varve add -q t.csv 2> /dev/null
	git rev-parse :t.csv | cmp - ../want
	# whatever caches there are, and once more, the same root
	git reset -q && rm -rf .git/varve/cache
	varve add -q t.csv 2> /dev/null
	git rev-parse :t.csv | cmp - ../want
	varve commit -qm two
	varve cat HEAD:t.csv | cmp - ../one.csv
	succeeds varve fsck --data
	# and as if it had been asked for
	git checkout -q HEAD~1 2> /dev/null
	cp ../one.csv t.csv
	varve add -q --order key t.csv
	git rev-parse :t.csv | cmp - ../want
	succeeds varve add --order file t.csv
	is_kept_by "" :t.csv
}

@test "no order is chosen where rows stand where they were, are new, or have no key that is one" {
	wide_repo a
	local -a edits=(
		'r = [x[:-1] + "7" if i % 50 == 0 else x for i, x in enumerate(r)]' # in all groups
		'r = [x.replace(",", ",x", 1) for x in r]'                          # in all rows
		'r = ["%d,new%d,1" % (i + 30000, i * 7919) for i in range(20000)]'  # all others
		'r = r[15000:] + r[:15000]'                                         # in two pieces
		'r = r[::2]'                                                        # every other one gone
		'r = [y for i, x in enumerate(r) for y in (x, "%d,z,1" % (i + 30000))]' # and others between them
	)
	for edit in "${edits[@]}"; do
		wide 20000 0 "$edit" > t.csv
		succeeds varve add t.csv
		[ -z "$stderr" ] || { echo "$edit: $stderr"; false; }
		is_kept_by "" :t.csv
	done
	# numbers that are given anew each time
	git reset -q
	wide 20000 1 'r = ["%d,%s" % (i, x.split(",", 1)[1]) for i, x in enumerate(r)]' > t.csv
	succeeds varve add t.csv
	is_kept_by "" :t.csv
	[ -z "$stderr" ]
	# a line that is written otherwise
	git reset -q
	wide 20000 1 'r[9000] = r[9000].replace(",", ",\"", 1).replace(",", "\",", 2).replace("\",", ",", 1)' > t.csv
	cp t.csv ../odd.csv
	succeeds varve add t.csv
	stderr_has "t.csv: the file has the same rows in another order, but they cannot be stored in the order of id: line 9002 is written differently from the others"
	stderr_has "this attempt is repeated for each such file; 'varve add --order file t.csv' keeps the file's order"
	is_kept_by "" :t.csv
	varve cat :t.csv | cmp - ../odd.csv
	# a key that is none any more
	git reset -q
	wide 20000 1 'r.append(r[0])' > t.csv
	succeeds varve add t.csv
	is_kept_by "" :t.csv
	stderr_has "cannot be stored in the order of id: "
	stderr_has "both have id = "
}

# packed REPO: bytes of its packs.
packed() {
	cat "$1"/.git/varve/packs/*.pack | wc -c
}

@test "an order that is chosen leaves nothing in the store of the one that was given up" {
	wide_repo a
	cd .. && cp -r a b
	local repo
	for repo in a b; do wide 20000 1 > $repo/t.csv; done
	(cd a && varve add -q t.csv 2> /dev/null && is_kept_by id :t.csv)
	(cd b && varve add -q --order key t.csv)
	[ "$(git -C a rev-parse :t.csv)" = "$(git -C b rev-parse :t.csv)" ]
	[ "$(packed a)" = "$(packed b)" ]
	# and what was held back while it was looked for is there
	cd a
	wide 20000 7 'r = ["%d,new%d,%d" % (i + 90000, i * 7919, i % 91) for i in range(20000)]' > t.csv
	git reset -q
	succeeds varve add t.csv
	is_kept_by "" :t.csv
	varve commit -qm new
	varve cat HEAD:t.csv | cmp - t.csv
	succeeds varve fsck --data
}

@test "an order that somebody asked for is kept, whoever adds the file in which way" {
	wide_repo src
	varve install --local > /dev/null
	wide 20000 1 > t.csv
	succeeds varve add t.csv
	stderr_has "'varve add --order file t.csv' keeps the file's order"
	is_kept_by id :t.csv
	succeeds varve add --order file t.csv
	output_has "order:   the file's, in this version and all later ones (--order file)"
	is_kept_by "" :t.csv
	varve commit -qm two
	succeeds varve info t.csv
	output_has "order    the file's, as requested; no other is chosen"
	local seed way n=0
	local -a ways=("varve add t.csv" "git add t.csv" "varve commit -am more")
	for way in "${ways[@]}"; do
		wide 20000 $((++n + 1)) > t.csv
		succeeds $way
		[ -z "$stderr" ]
		is_kept_by "" :t.csv
		git commit -qm "by $n" || true
		cp t.csv ../$n.csv
	done
	rm t.csv && varve restore t.csv
	same_bytes t.csv ../3.csv
	succeeds varve fsck --data
	# in a clone, too, and in a merge with a side that did not know
	cd .. && succeeds varve clone src copy && cd copy
	wide 20000 9 > t.csv
	succeeds varve add t.csv
	[ -z "$stderr" ]
	is_kept_by "" :t.csv
	cd ../src
	git checkout -q -b side HEAD~3
	varve restore -q t.csv
	sed -i 's/^7,/7,side/' t.csv
	varve commit -qam side
	varve switch -q main
	succeeds varve merge side
	succeeds varve info HEAD:t.csv
	output_has "as requested"
	# it ends when the other order is asked for
	wide 20000 5 > t.csv
	succeeds varve add --order key t.csv
	is_kept_by id :t.csv
	varve commit -qm key
	wide 20000 6 > t.csv
	succeeds varve add t.csv
	is_kept_by id :t.csv
}

@test "a patch takes the order that was asked for along, or names what sets it" {
	new_repo
	printf 'id,x\n3,a\n1,b\n' > t.csv
	varve add -q --key id t.csv && varve commit -qm one
	varve add -q --order file t.csv && varve commit -qm two
	[ "$(git rev-parse HEAD:t.csv)" != "$(git rev-parse HEAD~1:t.csv)" ]
	varve diff --format patch HEAD~1 HEAD > ../p
	git rev-parse HEAD:t.csv > ../want
	git checkout -q HEAD~1 2> /dev/null
	varve restore -q t.csv
	succeeds varve apply ../p
	output_has "'varve add --order file t.csv' sets that"
	varve add -q --order file t.csv
	git rev-parse :t.csv | cmp - ../want
	git reset -q --hard HEAD 2> /dev/null
	varve restore -q t.csv
	succeeds varve apply --cached ../p
	git rev-parse :t.csv | cmp - ../want
}

@test "varve add, git add and both commits choose alike, and give the same roots" {
	local -a ways=("varve add -q t.csv" "git add t.csv" "varve commit -qam two" "git commit -qam two")
	local n=0 way
	for way in "${ways[@]}"; do
		wide_repo "repo$((++n))"
		varve install --local > /dev/null
		wide 20000 1 > t.csv
		succeeds $way
		stderr_has "t.csv: the file has the same rows in another order: from this version on they are stored by id"
		is_kept_by id :t.csv
		git rev-parse :t.csv >> ../roots
		[ -z "$(git status --porcelain t.csv | grep '^.M')" ]
		succeeds varve status
		output_lacks "not staged"
		varve cat :t.csv | cmp - t.csv
		# once more, and with rows that are new
		git commit -qm two 2> /dev/null || true
		wide 20000 2 'r[3] = "3,new,7"' > t.csv
		succeeds $way
		git rev-parse :t.csv >> ../again
		succeeds varve fsck --data
		cd ..
	done
	[ "$(sort -u roots | wc -l)" = 1 ]
	[ "$(sort -u again | wc -l)" = 1 ]
	# rows that change, or that cannot be kept in that order, are read from git's pipe as they are
	cd repo2
	wide 20000 0 'r = ["%d,q%d,%d" % (i + 90000, i * 7919, i % 91) for i in range(20000)]' > t.csv
	git checkout -q --detach HEAD~1 2> /dev/null || git checkout -qf --detach HEAD~1
	wide 20000 1 'r[9000] = r[9000].replace(",", ",\"", 1).replace(",", "\",", 2).replace("\",", ",", 1)' > t.csv
	cp t.csv ../odd.csv
	succeeds git add t.csv
	is_kept_by "" :t.csv
	varve cat :t.csv | cmp - ../odd.csv
	git rev-parse :t.csv > ../by_git
	git reset -q
	varve add -q t.csv 2> /dev/null
	git rev-parse :t.csv | cmp - ../by_git
}

# Rows of 15 kB, shuffled: a file of 34 MB.
huge_rows() {
	python3 -c '
import random, sys
r = ["%d,%s,%d" % (i, "%05d" % i * 3000, i % 7) for i in range(2300)]
exec(sys.argv[2])
random.Random(int(sys.argv[1])).shuffle(r)
print("id,x,n")
print("\n".join(r))' "$1" "${2-}"
}

@test "pages compare large versions in key order, and say that the order of rows changed" {
	new_repo src
	cd src
	huge_rows 1 > t.csv
	varve add -q --order key --key id t.csv && varve commit -qm one
	huge_rows 2 > t.csv
	varve add -q t.csv && varve commit -qm two
	huge_rows 3 'r[5] = r[5][:-1] + "9"; r[7:8] = []' > t.csv
	varve add -q t.csv && varve commit -qm three
	varve add -q --order file t.csv
	sed 's/^9,/9,changed/' t.csv > ../u.csv && mv ../u.csv t.csv
	varve add -q t.csv && varve commit -qm four
	cd ..
	start_server src
	got() { curl -s -b cookies "$url/api/v0/compare/$1/t.csv" | python3 -c 'import json, sys; d = json.load(sys.stdin); print(d["words"], d["schema"], [(r["kind"], r["key"]) for r in d["rows"]])'; }
	got HEAD~3..HEAD~2
	[[ $(got HEAD~3..HEAD~2) == *"order"*"rows are in another order"*"[]" ]]
	[[ $(got HEAD~2..HEAD~1) == *"('changed', '5')"* ]]
	[[ $(got HEAD~2..HEAD~1) == *"('removed', '7')"* ]]
	got HEAD~1..HEAD
	[[ $(got HEAD~1..HEAD) == *"[('changed', '9')]" ]]
}

@test "an add that is killed or ended while it sorts leaves no temporary file" {
	new_repo
	mkdir ../temp && export TMPDIR=$PWD/../temp
	huge_rows 1 > t.csv && cp t.csv ../one.csv
	local signal pid code
	for signal in KILL TERM; do # a shell has jobs in the background ignore INT
		varve add -q --order key --key id t.csv 3>&- &
		pid=$!
		# until it has put rows down
		for ((i = 0; i < 1000; i++)); do
			! ls -l /proc/$pid/fd 2> /dev/null | grep -q 'varve-.*deleted' || break
			sleep 0.01
		done
		kill -$signal $pid
		code=0
		wait $pid || code=$?
		[ $code -ge 128 ] || [ $code = 2 ]
		[ -z "$(ls -A "$TMPDIR")" ]
		[ -z "$(find .git/varve -name 'varve-*' -o -name 'tmp-key-*')" ]
	done
	succeeds varve add -q --order key --key id t.csv
	varve cat :t.csv | cmp - ../one.csv
	succeeds varve fsck --data
}

@test "a table with long rows is kept in key order, too, as long as they are rows of a table" {
	new_repo a
	cd a
	wide 40000 0 > t.csv
	varve add -q --key id t.csv && varve commit -qm one
	# one of 7 MB among those that are the sample
	wide 40000 1 'r[4000] = r[4000].replace(",", "," + "%09d" % 4000 * 800000, 1)' > t.csv
	succeeds varve add t.csv
	is_kept_by id :t.csv
	varve cat :t.csv | cmp - t.csv
	# with one of 9 MB it is a file of bytes
	wide 40000 1 'r[4000] = r[4000].replace(",", "," + "%09d" % 4000 * 1000000, 1)' > t.csv
	succeeds varve add -u
	stderr_has "t.csv: line "
	git show :t.csv | grep -q '"kind": "file"'
	varve cat :t.csv | cmp - t.csv
}
