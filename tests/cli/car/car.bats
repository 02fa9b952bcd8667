load ../helper

# A repository with one version of 5,000 rows, and its root in $root.
one_version() {
	new_repo
	rows 5000 > prices.csv
	varve add prices.csv
	varve commit -qm one
	git tag v1
	root=$(git show v1:prices.csv | sed -n 's/.*"root": "\([a-z0-9]*\)".*/\1/p')
}

# Byte N (from 0) of FILE is changed.
flip() {
	python3 - "$1" "$2" <<-'END'
	import sys
	path, at = sys.argv[1], int(sys.argv[2])
	b = bytearray(open(path, "rb").read())
	b[at] ^= 1
	open(path, "wb").write(b)
	END
}

@test "a version travels by a file" {
	one_version
	succeeds varve ipfs car export v1:prices.csv ../prices.car
	output_has "../prices.car: "
	output_has "$root"
	new_repo ../other
	cd ../other
	succeeds varve ipfs car import ../prices.car
	output_has "$root: table, 5,000 rows, 4 columns"
	varve cat "$root" > back.csv
	same_bytes ../work/prices.csv back.csv
	succeeds varve fsck --data
	succeeds varve ipfs car import ../prices.car
	output_has ", 0 new"
}

@test "an imported table has the size of its file, also if it is not in UTF-8" {
	new_repo
	printf 'id,name\n1,é\n2,ü\n' | iconv -t latin1 > t.csv
	varve add -q t.csv 2> /dev/null
	varve commit -qm one
	varve ipfs car export -q HEAD:t.csv ../t.car
	new_repo ../other
	cd ../other
	succeeds varve ipfs car import ../t.car
	output_has ": table, 2 rows, 2 columns, 16 B"
	succeeds varve ipfs car import --json ../t.car
	[ "$(jq '.roots[0].bytes' <<< "$output")" = 16 ]
}

@test "export and import work as a pipe" {
	one_version
	new_repo ../other
	succeeds bash -c 'varve ipfs car export v1:prices.csv - | (cd ../other && varve ipfs car import -q -)'
	output_is ""
	succeeds varve -C ../other cat "$root" --limit 1 --columns id
	output_is $'id\n1'
}

@test "a version is exported as a file of IPFS" {
	one_version
	succeeds varve ipfs car export --unixfs --json v1:prices.csv ../file.car
	file=$(sed -n 's/.*"root": "\([a-z0-9]*\)".*/\1/p' <<< "$output")
	[ "$file" = "$(varve ipfs publish --json v1:prices.csv | sed -n 's/.*"unixfs": "\([a-z0-9]*\)".*/\1/p')" ]
	# the leaves, one after the other, are the file
	python3 - ../file.car > ../back.csv <<-'END'
	import sys
	b = open(sys.argv[1], "rb").read()
	def varint(at):
	    n = shift = 0
	    while True:
	        n |= (b[at] & 127) << shift
	        shift += 7
	        at += 1
	        if b[at - 1] < 128:
	            return n, at
	n, at = varint(0)
	at += n
	while at < len(b):
	    n, at = varint(at)
	    if b[at + 1] == 0x55:
	        sys.stdout.buffer.write(b[at + 36:at + n])
	    at += n
	END
	same_bytes prices.csv ../back.csv
	varve ipfs publish -q --withdraw v1:prices.csv
	varve ipfs car export -q --unixfs v1:prices.csv - > ../again.car
	same_bytes ../file.car ../again.car
	[ -z "$(ls .git/varve/cache/unixfs)" ]
	ends_with 2 varve ipfs car import --unixfs ../file.car
	ends_with 2 varve ipfs car import ../file.car
	stderr_has "raw or DAG-CBOR"
}

@test "a CARv2 is imported whatever its index says" {
	one_version
	varve ipfs car export -q v1:prices.csv ../one.car
	python3 - ../one.car ../two.car <<-'END'
	import struct, sys
	one = open(sys.argv[1], "rb").read()
	open(sys.argv[2], "wb").write(
	    bytes.fromhex("0aa16776657273696f6e02") + bytes(16)
	    + struct.pack("<QQQ", 60, len(one), 60 + len(one)) + bytes(9) + one + b"no index")
	END
	new_repo ../other
	cd ../other
	succeeds varve ipfs car import ../two.car
	output_has "$root: table, 5,000 rows, 4 columns"
	varve cat "$root" > back.csv
	same_bytes ../work/prices.csv back.csv
}

@test "a CID and the staged version are exported alike" {
	one_version
	varve ipfs car export -q v1:prices.csv a.car
	varve ipfs car export -q "$root" b.car
	varve ipfs car export -q :prices.csv c.car
	varve ipfs car export -q prices.csv d.car
	same_bytes a.car b.car
	same_bytes a.car c.car
	same_bytes a.car d.car
}

@test "a file that is not a table travels as well" {
	new_repo
	head -c 300000 /dev/urandom > noise.bin
	varve add --as file noise.bin
	succeeds varve ipfs car export :noise.bin ../noise.car
	root=${lines[1]}
	new_repo ../other
	cd ../other
	succeeds varve ipfs car import ../noise.car
	output_has "$root: file, 300.0 kB"
	varve cat "$root" > back.bin
	same_bytes ../work/noise.bin back.bin
}

@test "the result is there for scripts" {
	one_version
	succeeds varve ipfs car export --json v1:prices.csv x.car
	[ "$(python3 -c 'import json, sys; print(json.load(sys.stdin)["root"])' <<< "$output")" = "$root" ]
	succeeds varve ipfs car import --json x.car
	[ "$(python3 -c 'import json, sys; d = json.load(sys.stdin); print(d["roots"][0]["rowCount"], d["newBlocks"])' <<< "$output")" = "5000 0" ]
}

@test "every cut of the file is refused and nothing is named" {
	one_version
	varve ipfs car export -q v1:prices.csv x.car
	new_repo ../other
	size=$(stat -c %s x.car)
	for at in 0 1 30 58 59 60 100 $((size / 2)) $((size - 1)); do
		head -c "$at" x.car > ../cut.car
		ends_with 2 varve -C ../other ipfs car import ../cut.car
		case $at in
		59) stderr_has "is missing" ;;
		*) stderr_has "CAR file" ;;
		esac
		ends_with 2 varve -C ../other cat "$root"
	done
}

@test "a file cut between two blocks is incomplete and can be completed" {
	one_version
	varve ipfs car export -q v1:prices.csv x.car
	# the header and the first block
	python3 - <<-'END'
	b = open("x.car", "rb").read()
	at, n, shift = 59, 0, 0
	while True:
	    n |= (b[at] & 127) << shift
	    shift += 7
	    at += 1
	    if not b[at - 1] & 128:
	        break
	open("../part.car", "wb").write(b[:at + n])
	END
	new_repo ../other
	ends_with 2 varve -C ../other ipfs car import ../part.car
	stderr_has "is missing"
	stderr_has "hint: the file is cut off or partial: import the complete file"
	ends_with 2 varve -C ../other cat "$root"
	succeeds varve -C ../other ipfs car import "$PWD/x.car"
	varve -C ../other cat "$root" > back.csv
	same_bytes prices.csv back.csv
}

@test "a changed byte is named with its place" {
	one_version
	varve ipfs car export -q v1:prices.csv x.car
	new_repo ../other
	for at in 70 200 2000; do
		cp x.car ../bad.car
		flip ../bad.car "$at"
		ends_with 2 varve -C ../other ipfs car import ../bad.car
		stderr_has "of the CAR file"
	done
	[ "$(varve -C ../other fsck)" = "sound: 0 versions of tables, 0 blocks" ]
}

@test "what is not a CAR file of ours is refused with the reason" {
	new_repo
	printf 'id,name\n1,a\n' > x.car
	ends_with 2 varve ipfs car import x.car
	stderr_has "x.car"
	: > x.car
	ends_with 2 varve ipfs car import x.car
	stderr_has "the CAR file is empty"
	printf '\x0a\xa1gversion\x02' > x.car
	ends_with 2 varve ipfs car import x.car
	stderr_has "in the middle of its second header"
	printf '\xff\xff\xff\xff\xff\xff\xff\xff\x7f' > x.car
	ends_with 2 varve ipfs car import x.car
	stderr_has "cannot have"
	printf '\x11\xa2eroots\x80gversion\x01' > x.car
	ends_with 2 varve ipfs car import x.car
	stderr_has "the CAR file has no root, so its content is unknown"
	# {roots: [a dag-pb CID], version: 1}
	python3 -c '
import sys
cid = bytes([1, 0x70, 0x12, 0x20]) + bytes(32)
sys.stdout.buffer.write(bytes([58]) + b"\xa2eroots\x81\xd8\x2a\x58\x25\x00" + cid + b"gversion\x01")' > x.car
	ends_with 2 varve ipfs car import x.car
	stderr_has "root 1 of the CAR file"
}

@test "a foreign root is not a table" {
	new_repo
	# {roots: [{}], version: 1} and the block {} (a0)
	python3 -c '
import hashlib, sys
cid = bytes([1, 0x71, 0x12, 0x20]) + hashlib.sha256(b"\xa0").digest()
sys.stdout.buffer.write(bytes([58]) + b"\xa2eroots\x81\xd8\x2a\x58\x25\x00" + cid + b"gversion\x01")
sys.stdout.buffer.write(bytes([37]) + cid + b"\xa0")' > x.car
	ends_with 2 varve ipfs car import x.car
	stderr_has "root bafyreigbtj4x7ip5legnfznufuopl4sg4knzc2cof6duas4b3q2fy6swua"
}

@test "missing blocks end an export without a file" {
	one_version
	rm -r .git/varve/packs
	ends_with 2 varve ipfs car export v1:prices.csv x.car
	[ ! -e x.car ]
	[ -z "$(ls -A | grep varve-car || true)" ]
}

@test "wrong words are explained" {
	new_repo
	ends_with 2 varve ipfs car
	stderr_has "'car export' or 'car import'"
	ends_with 2 varve ipfs car send x
	stderr_has "not 'car send'"
	ends_with 2 varve ipfs car export x
	stderr_has "REV:PATH"
	ends_with 2 varve ipfs car import nowhere.car
	stderr_has "nowhere.car"
	printf 'x' > x.txt
	ends_with 2 varve ipfs car export x.txt x.car
	stderr_has "not a stored version"
}
