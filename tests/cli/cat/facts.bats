# Tables with facts about their row groups: add --facts, and what is found by them.
load ../helper

# Rows of 15 groups, in order of id.
wide_rows() { rows "${1-12000}"; }

with_facts() {
	new_repo
	wide_rows > t.csv
	varve add --facts t.csv > /dev/null
	varve commit -qm one
}

@test "cat --where of a table with facts gives what Python finds in all rows" {
	new_repo
	succeeds python3 "$BATS_TEST_DIRNAME/where_model.py" varve csv
}

@test "cat --where of NDJSON with facts gives what Python finds in all rows" {
	new_repo
	succeeds python3 "$BATS_TEST_DIRNAME/where_model.py" varve ndjson
}

@test "a search by facts reads no row group that cannot have the row" {
	with_facts
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
	with_facts
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

@test "info --quick of a table without facts says how to keep them" {
	new_repo
	rows 10 > t.csv
	varve add -q t.csv
	ends_with 2 varve info --quick t.csv
	stderr_is "varve: t.csv: no facts are kept about this table's row groups
hint: 'varve add --facts PATH' keeps them from then on"
}

@test "add --facts changes how a version is kept and nothing of what it is" {
	new_repo
	wide_rows > t.csv
	cp t.csv before.csv
	varve add t.csv > /dev/null
	varve commit -qm one
	succeeds varve add t.csv
	output_has "unchanged"
	succeeds varve add --facts t.csv
	output_has "0 of"
	output_has "facts:   kept about each group, from this version on"
	varve commit -qm facts
	succeeds varve diff HEAD~1 HEAD
	output_is ""
	succeeds varve status
	output_lacks "modified"
	varve cat HEAD:t.csv | cmp - before.csv
	succeeds varve fsck --data
	succeeds varve add --facts t.csv
	output_has "unchanged"
	git checkout -q HEAD~1 -- t.csv
	succeeds varve add t.csv
	succeeds varve fsck --data
}

@test "facts of a file that is kept as bytes are refused" {
	new_repo
	printf 'x' > f.bin
	ends_with 2 varve add --as file --facts f.bin
	stderr_has "--facts is for tables"
}

@test "children of a version with facts have them whoever writes them" {
	with_facts
	sed -i 's/^5000,/50000,/' t.csv
	varve commit -qam two
	varve rename-column t.csv name title > /dev/null
	varve commit -qam three
	varve info t.csv | grep -q 'facts'
	varve info HEAD~1:t.csv | grep -q 'facts'
	succeeds varve fsck --data
	rm .git/varve/cache -rf
	touch t.csv
	succeeds varve status
	output_lacks "modified"
}

@test "a merge of a side with facts and one without gives facts" {
	new_repo
	wide_rows > t.csv
	varve add t.csv > /dev/null
	varve commit -qm one
	git branch side
	sed -i 's/^77,/770077,/' t.csv
	varve add --facts t.csv > /dev/null
	varve commit -qm facts
	git switch -q side
	varve restore t.csv
	sed -i 's/^9000,/900009,/' t.csv
	varve commit -qam side
	succeeds varve merge -m both main
	varve info t.csv | grep -q 'facts'
	grep -q '^770077,' t.csv
	grep -q '^900009,' t.csv
	succeeds varve fsck --data
}

@test "a patch of a table with facts gives just that version" {
	with_facts
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
	with_facts
	rm -rf .git/varve/packs .git/varve/cache
	touch t.csv
	succeeds varve status
	output_lacks "modified"
	sed -i 's/^5000,/50000,/' t.csv
	succeeds varve status
	output_has "modified"
}

@test "facts travel with the version" {
	with_facts
	here=$PWD
	cd "$BATS_TEST_TMPDIR"
	succeeds varve clone -q "$here" copy
	cd copy
	succeeds varve fsck --data
	succeeds varve cat HEAD:t.csv --where id=7 --columns id
	output_is $'id\n7'
}

@test "a comparison wants a value of the column's type" {
	with_facts
	ends_with 2 varve cat HEAD:t.csv --where 'id<abc'
	stderr_has "'abc' is no value of column 'id', which is of type integer"
	ends_with 2 varve cat HEAD:t.csv --where 'day>=2024'
	ends_with 2 varve cat HEAD:t.csv --where 'ID>=3'
	stderr_has "did you mean 'id'?"
	succeeds varve cat HEAD:t.csv --where 'id>=4' --where 'id<=5' --columns id
	output_is $'id\n4\n5'
	succeeds varve cat HEAD:t.csv --where 'name^=item 12' --limit 0
}

@test "a version that lies about its facts is refused where it arrives" {
	new_repo
	printf 'id,name\n5,pen\n6,cup\n' > t.csv
	varve add --facts t.csv > /dev/null
	varve commit -qm one
	varve car export -q HEAD:t.csv true.car
	# ids from 5 to 6 become 6 to 7: a search for 5 would find nothing
	python3 "$BATS_TEST_DIRNAME/forge_facts.py" true.car lie.car 04000a000c 04000c000e > cid
	mkdir other && cd other && git init -q && varve init -q > /dev/null 2>&1
	ends_with 2 varve car import ../lie.car
	stderr_has "facts"
	succeeds varve car import ../true.car
	ends_with 2 varve cat "$(cat ../cid)"
}
