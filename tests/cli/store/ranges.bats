load ../helper
load ../../stories/hosts/host
load ../vault/stores

# What is read of a store: of a pack what is wanted, several ranges at once.

setup() {
	varve_setup
	only_keys AKIDEXAMPLE secret/with+signs=
	store=$BATS_TEST_TMPDIR/s3
	start_s3
	export AWS_ENDPOINT_URL_S3=http://127.0.0.1:$port AWS_REGION=eu-test-1
	git config --global varve.trustedHost s3://bucket
}

teardown() {
	stop_program
}

# table ROWS SEED: what does not compress.
table() {
	python3 -c '
import random, sys
random.seed(sys.argv[2])
print("id,text")
for i in range(int(sys.argv[1])):
    print(f"{i},{random.getrandbits(400):x}")' "$1" "$2"
}

# A host whose blocks are in the bucket: `a`, with what is in the folder, as its first commit.
begin() {
	plain_host
	varve clone -q "$url" a
	cd a
	varve store add team s3://bucket/sales 2> /dev/null
}

# What was sent since the last count, in bytes; then nothing was.
sent() {
	awk '{ n += $1 } END { print n + 0 }' "$store.sent"
	: > "$store.sent"
}

pack_bytes() {
	cat "$store"/bucket/sales/packs/*.pack | wc -c
}

@test "of a pack that two tables share one table's blocks come alone" {
	begin
	table 20000 1 > large.csv
	table 2000 2 > small.csv
	varve add large.csv small.csv .varveconfig > /dev/null
	varve commit -qm one
	varve push -q -u origin main
	git rm -q --cached large.csv small.csv
	varve commit -qm two
	varve push -q
	varve clone -q --lazy "$url" ../b
	cd ../b
	sent > /dev/null
	varve cat HEAD~1:small.csv > small
	cmp small ../a/small.csv
	[ "$(sent)" -lt "$(($(pack_bytes) / 3))" ]
	varve cat HEAD~1:large.csv > large
	cmp large ../a/large.csv
	sound
}

@test "ranges that lie apart are asked for at once, so that the way there does not count for each" {
	begin
	table 40000 1 > t.csv
	varve add t.csv .varveconfig > /dev/null
	varve commit -qm one
	varve push -q -u origin main
	cp t.csv first
	# every 5,000th row is another one now: its group of before is in the first pack alone
	awk -F, 'NR % 5000 == 100 { $2 = "changed" NR } 1' OFS=, first > t.csv
	varve add t.csv
	varve commit -qm two
	varve push -q
	varve clone -q --lazy "$url" ../b
	cd ../b
	sent > /dev/null
	echo 4 > "$store.together"
	varve cat HEAD~1:t.csv | cmp - ../a/first
	sound
	[ "$(cat "$store.packs")" -ge 4 ]
	[ "$(sent)" -lt "$(($(pack_bytes) / 2))" ]
}

@test "a lazy cat --where with few rows reads a few blocks of a large table, and nothing stays" {
	begin
	table 60000 1 > t.csv
	varve add t.csv .varveconfig > /dev/null
	varve commit -qm one
	varve push -q -u origin main
	varve rm -q --cached t.csv
	varve commit -qm none
	varve push -q
	varve clone -q --lazy "$url" ../b
	cd ../b
	sent > /dev/null
	: > "$store.log"
	succeeds varve cat HEAD~1:t.csv --where id=41234 --format csv
	[ "$output" = "$(grep -e '^id,' -e '^41234,' ../a/t.csv)" ]
	# of some megabytes: the list and a few groups, in a dozen requests
	bytes=$(sent)
	echo "bytes $bytes requests $(grep -c . "$store.log")"
	[ "$bytes" -lt "$(($(pack_bytes) / 10))" ]
	[ "$(grep -c . "$store.log")" -le 16 ]
	[ -z "$(find .git/varve/packs -name '*.pack')" ]
	# all rows: the version comes whole
	[ "$(varve cat HEAD~1:t.csv --where 'id>=0' --format csv | cmp - ../a/t.csv && echo same)" = same ]
	[ -n "$(find .git/varve/packs -name '*.pack')" ]
	sound
}

@test "lists of many packs are asked for at once" {
	begin
	table 3000 1 > t.csv
	varve add t.csv .varveconfig > /dev/null
	varve commit -qm one
	varve push -q -u origin main
	for i in $(seq 5); do
		table "$((3000 + i * 500))" 1 > t.csv
		varve add t.csv > /dev/null
		varve commit -qm "$i"
		varve push -q
	done
	echo 4 > "$store.together"
	varve clone -q --lazy "$url" ../b
	cmp t.csv ../b/t.csv
	[ "$(cat "$store.lists")" -ge 4 ]
	[ "$(cat "$store.packs")" -ge 4 ]
}

# A table whose version stands on many packs, in the bucket; it is HEAD~1 of a lazy clone.
many_packs() {
	begin
	python3 -c '
import random
random.seed(1)
for i in range(1600000):
    x = random.getrandbits(40)
    print(f"{i},{x % 99991:x},{x % 1000000 / 100},n{x:x}{x * 7:x}{x * 13:x}")' > rows
	git add .varveconfig
	for part in 0 1 2 3 4 5 6 7; do # a push makes a pack; the table's groups are those of its parts
		awk -v part="$part" 'BEGIN { print "id,code,amount,note" }
			int((NR - 1) / 4000) % 8 == part' rows > "$part.csv"
		varve add "$part.csv" > /dev/null
		varve commit -qm "$part"
		varve push -q -u origin main
	done
	varve rm -q ?.csv # not in one commit with the table: they would be what it is made of
	varve commit -qm none
	{ echo id,code,amount,note && cat rows; } > t.csv
	varve add t.csv > /dev/null
	varve commit -qm all
	varve push -q
	varve rm -q --cached t.csv
	varve commit -qm none
	varve push -q
	varve clone -q --lazy "$url" ../b
	cd ../b
	sent > /dev/null
}

# The row with this number, from the bucket alone.
a_row() {
	rm -rf .git/varve/host
	: > "$store.log"
	succeeds varve cat HEAD~1:t.csv --where "id=$1" --format csv
	[ "$output" = "$(grep -e '^id,' -e "^$1," ../a/t.csv)" ]
}

asked() {
	grep -c "GET .*/$1/" "$store.log" || true
}

@test "a lazy cat --where of a version with many packs reads an index and few lists; one that lies costs requests, and no row" {
	many_packs
	lists=$(find "$store/bucket/sales/lists" -type f | wc -l)
	[ "$lists" -ge 5 ]
	[ "$(find "$store/bucket/sales/indexes" -type f | wc -l)" = 1 ]
	for row in 0 600000 1599999; do
		a_row "$row"
		echo "row $row: $(asked lists) of $lists lists, $(asked indexes) of indexes"
		[ "$(asked indexes)" -ge 1 ]
		[ "$(asked lists)" -lt "$lists" ]
	done
	folder=$store/bucket/sales/indexes
	cp -r "$folder" "$BATS_TEST_TMPDIR/sound"
	local damages=(none empty cut head noise pack hides)
	for n in $(sampled 7 3); do
		python3 - "$folder" "${damages[n - 1]}" <<-'END'
		import os, random, struct, sys
		folder, how = sys.argv[1:]
		for name in os.listdir(folder):
		    path = os.path.join(folder, name)
		    with open(path, "rb") as f:
		        b = bytearray(f.read())
		    packs, count = struct.unpack("<II", b[8:16])
		    entries = len(b) - 12 * count
		    if how == "none":
		        os.remove(path)
		        continue
		    if how == "empty":
		        b = b""
		    elif how == "cut":
		        b = b[:len(b) // 2]
		    elif how == "head":
		        b = b[:20]
		    elif how == "noise":
		        b[16:] = random.Random(1).randbytes(len(b) - 16)
		    else:  # another pack for each; digests that no block has
		        for at in range(entries, len(b), 12):
		            if how == "pack":
		                b[at + 8:at + 12] = struct.pack("<I", (b[at + 8] + 1) % packs)
		            else:
		                b[at + 4:at + 8] = b"\0\0\0\0"
		    with open(path, "wb") as f:
		        f.write(b)
		END
		a_row 700000
		rm -rf "$folder"
		cp -r "$BATS_TEST_TMPDIR/sound" "$folder"
	done
	# a row that is not there: to know whether its key was meant in another spelling, nothing is fetched
	rm -rf .git/varve/host
	succeeds varve cat HEAD~1:t.csv --where id=9999999 --format csv
	[ "$output" = id,code,amount,note ]
	# and a version is not taken to be there by an index
	rm "$store"/bucket/sales/lists/*
	rm -rf .git/varve/host
	ends_with 2 varve cat HEAD~1:t.csv --where id=2000
	[ -z "$output" ]
	ends_with 2 varve cat HEAD~1:t.csv
}

@test "a version with few packs has no index, and its lists are read whole" {
	begin
	table 3000 1 > t.csv
	varve add t.csv .varveconfig > /dev/null
	varve commit -qm one
	varve push -q -u origin main
	[ ! -e "$store/bucket/sales/indexes" ]
	[ -z "$(sed 1d "$store"/bucket/sales/versions/* | grep -v '^sha256\|^root' | grep ' ')" ]
}
