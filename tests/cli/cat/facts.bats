# Facts about row groups, and what is found by them.
load ../helper

# Rows of some five groups, in order of id.
wide_rows() { rows "${1-12000}"; }

wide_repo() {
	new_repo
	wide_rows > t.csv
	varve add t.csv > /dev/null
	varve commit -qm one
}

@test "cat --where gives what Python finds in all rows" {
	new_repo
	succeeds python3 "$BATS_TEST_DIRNAME/where_model.py" varve csv
}

@test "cat --where of NDJSON gives what Python finds in all rows" {
	new_repo
	succeeds python3 "$BATS_TEST_DIRNAME/where_model.py" varve ndjson
}

@test "a search by facts reads no row group that cannot have the row" {
	wide_repo
	local pack size at found=0
	pack=$(ls .git/varve/packs/*.pack)
	size=$(stat -c %s "$pack")
	cp "$pack" whole
	# Damage to this group or that one: the whole table is not to be had, rows of others are.
	for at in 2 3 4 5 6 7; do
		cat whole > whole.now
		head -c 1500 /dev/zero | dd of=whole.now bs=1 seek=$((size * at / 10)) conv=notrunc status=none
		cp -f whole.now "$pack"
		ends_with 2 varve cat HEAD:t.csv
		ends_with 2 varve cat HEAD:t.csv --where 'id>3'
		if varve cat HEAD:t.csv --where id=7 --columns id > out 2> /dev/null; then
			printf 'id\n7\n' | cmp - out
			found=$((found + 1))
		fi
	done
	[ "$found" -ge 4 ]
}

@test "info --quick says what facts tell and reads no row" {
	wide_repo
	succeeds varve info --quick HEAD:t.csv
	output_has "rows     12,000"
	output_has "id      integer  none     1 to 12000"
	succeeds varve info --quick --json HEAD:t.csv
	output_has '"greatest": "12000"'
	local pack
	pack=$(ls .git/varve/packs/*.pack)
	cp "$pack" damaged
	head -c 9000 /dev/zero | dd of=damaged bs=1000 seek=4 conv=notrunc status=none
	cp -f damaged "$pack"
	ends_with 2 varve info HEAD:t.csv
	succeeds varve info --quick HEAD:t.csv
	output_has "id      integer  none     1 to 12000"
}

@test "a patch gives just that version" {
	wide_repo
	sed -i 's/^5000,/50000,/' t.csv
	varve diff --format patch > p.patch
	varve commit -qam two
	varve info t.csv --json > want
	git reset -q --hard HEAD~1
	varve restore t.csv
	succeeds varve apply -3 p.patch
	varve commit -qm again
	varve info t.csv --json > got
	cmp <(grep '"root"' want) <(grep '"root"' got)
	succeeds varve fsck --data
}

@test "without its blocks the same file is still the same version" {
	wide_repo
	rm -rf .git/varve/packs .git/varve/cache
	touch t.csv
	succeeds varve status
	output_lacks "modified"
	sed -i 's/^5000,/50000,/' t.csv
	succeeds varve status
	output_has "modified"
}

@test "facts travel with the version" {
	wide_repo
	here=$PWD
	cd "$BATS_TEST_TMPDIR"
	succeeds varve clone -q "$here" copy
	cd copy
	succeeds varve fsck --data
	succeeds varve cat HEAD:t.csv --where id=7 --columns id
	output_is $'id\n7'
}

@test "a comparison wants a value of the column's type" {
	wide_repo
	ends_with 2 varve cat HEAD:t.csv --where 'id<abc'
	stderr_has "not a value of the column: 'abc'"
	stderr_has "column 'id' has type integer"
	ends_with 2 varve cat HEAD:t.csv --where 'day>=2024'
	ends_with 2 varve cat HEAD:t.csv --where 'ID>=3'
	stderr_has "did you mean 'id'?"
	succeeds varve cat HEAD:t.csv --where 'id>=4' --where 'id<=5' --columns id
	output_is $'id\n4\n5'
	succeeds varve cat HEAD:t.csv --where "name ^= 'item 12'" --limit 0
}

@test "a version that lies about its facts is refused where it arrives" {
	new_repo
	printf 'id,name\n5,pen\n6,cup\n' > t.csv
	varve add t.csv > /dev/null
	varve commit -qm one
	varve ipfs car export -q HEAD:t.csv true.car
	# ids from 5 to 6 become 6 to 7: a search for 5 would find nothing
	python3 "$BATS_TEST_DIRNAME/forge_root.py" true.car lie.car 04000a000c 04000c000e > cid
	mkdir other && cd other && git init -q && varve init -q > /dev/null 2>&1
	ends_with 2 varve ipfs car import ../lie.car
	stderr_has "facts"
	succeeds varve ipfs car import ../true.car
	ends_with 2 varve cat "$(cat ../cid)"
}
