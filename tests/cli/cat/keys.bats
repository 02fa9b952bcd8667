# Rows found by a key that follows no order of the file, which keeps its own: the hashes of keys that check, and the first search,
# keep.
load ../helper

# Long rows of some 60 groups whose ids, from 1 on, follow no order: facts about groups exclude few for one in the middle.
mixed_rows() {
	rows "${1-40000}" | awk -F, -v OFS=, -v n="${1-40000}" 'NR > 1 { $1 = ($1 * 7919) % n + 1; $2 = sprintf("%s%100s", $2, "of these") } 1'
}

# One commit of t.csv with key id, and its bytes in whole.
keyed() {
	new_repo
	mixed_rows > t.csv
	varve add --key id --order file t.csv > /dev/null
	varve commit -qm one
	cp .git/varve/packs/*.pack whole
	pack=$(echo .git/varve/packs/*.pack)
}

# Damages the pack at tenth $1.
damage_pack() {
	cat whole > whole.now
	head -c 1500 /dev/zero | dd of=whole.now bs=1 seek=$(($(stat -c %s whole) * $1 / 10)) conv=notrunc status=none
	cp -f whole.now "$pack"
}

# search_despite_damage [COLUMN]; found: how many of six searches find their row, each with another part of the table damaged.
search_despite_damage() {
	local at
	found=0
	for at in 2 3 4 5 6 7; do
		damage_pack "$at"
		ends_with 2 varve cat HEAD:t.csv
		if varve cat HEAD:t.csv --where "${1-text(id)} = 20007" --columns id > out 2> err; then
			printf 'id\n20007\n' | cmp - out
			found=$((found + 1))
		fi
	done
}

@test "the second search by key reads no row group but the one" {
	keyed
	succeeds varve cat HEAD:t.csv --where 'text(id) = 20007' --columns id
	output_is $'id\n20007'
	search_despite_damage
	[ "$found" -ge 4 ]
}

@test "a key is found by its value as well, in whatever spelling" {
	keyed
	succeeds varve cat HEAD:t.csv --where 'id = 20007' --columns id
	output_is $'id\n20007'
	search_despite_damage id
	[ "$found" -ge 4 ]
	cp -f whole "$pack"
	mixed_rows | awk -F, -v OFS=, 'NR > 1 && $1 % 10 == 0 { $1 = $1 ".0" } 1' > t.csv
	varve schema --type id=number t.csv > /dev/null
	varve add -q --key id --order file t.csv
	for again in 1 2; do
		for id in 20010 20010.00 20007 20007.0; do
			succeeds varve cat :t.csv --where "id = $id" --columns id
			output_is $'id\n'"$([[ $id == 20010* ]] && echo 20010.0 || echo 20007)"
		done
		succeeds varve cat :t.csv --where 'text(id) = 20010.0' --columns id
		output_is $'id\n20010.0'
		succeeds varve cat :t.csv --where 'text(id) = 20010' --columns id
		output_is 'id'
		succeeds varve cat :t.csv --where 'id >= 20010 and id <= 20010.0' --columns id
		output_is $'id\n20010.0'
	done
	succeeds varve sql --format csv 'SELECT a.id FROM t AS a, t AS b WHERE b.id = a.id AND a.id IN (20010, 20007.0) ORDER BY 1'
	output_is $'id\n20007.0\n20010.0'
}

@test "after a check the first search by key reads no row group but the one" {
	keyed
	varve check -q
	search_despite_damage
	[ "$found" -ge 4 ]
}

@test "a search by key in a later version finds what changed and what did not" {
	keyed
	varve cat HEAD:t.csv --where 'text(id) = 7' > before
	awk -F, -v OFS=, '$1 == 9 { $1 = 900000 } 1' t.csv > u && mv u t.csv
	varve add -q t.csv
	varve commit -qm two
	for again in 1 2; do
		succeeds varve cat HEAD:t.csv --where 'text(id) = 900000' --columns id
		output_is $'id\n900000'
		succeeds varve cat HEAD:t.csv --where 'text(id) = 9' --columns id
		output_is "id"
		succeeds varve cat HEAD~1:t.csv --where 'text(id) = 9' --columns id
		output_is $'id\n9'
		varve cat HEAD:t.csv --where 'text(id) = 7' | cmp - before
	done
}

@test "other tests beside the key hold as well" {
	keyed
	name=$(varve cat HEAD:t.csv --where 'text(id) = 7' --columns name | tail -n 1)
	for again in 1 2; do
		succeeds varve cat HEAD:t.csv --where 'text(id) = 7' --where "name = '$name'" --columns id
		output_is $'id\n7'
		succeeds varve cat HEAD:t.csv --where 'text(id) = 7' --where "name = '$name.'" --columns id
		output_is "id"
		succeeds varve cat HEAD:t.csv --where 'text(id) = 7' --where 'id>7' --columns id
		output_is "id"
	done
}

@test "damaged hashes of keys change no answer" {
	keyed
	mixed_rows 90000 > t.csv # so many that they are a file of their own
	varve add -q t.csv
	varve commit -qm two
	varve cat HEAD:t.csv --where 'text(id) = 40007' > expected
	[ "$(wc -l < expected)" -eq 2 ]
	kept=$(echo .git/varve/cache/check-files/keys-*)
	[ "$(stat -c %s "$kept")" -gt 250000 ]
	for at in 10 20000 100000 200000 250000; do
		head -c 40000 /dev/zero | dd of="$kept" bs=1 seek="$at" conv=notrunc status=none
		varve cat HEAD:t.csv --where 'text(id) = 40007' | cmp - expected
		succeeds varve cat HEAD:t.csv --where 'text(id) = 90001' --columns id
		output_is "id"
	done
	: > "$kept"
	varve cat HEAD:t.csv --where 'text(id) = 40007' | cmp - expected
	succeeds varve check
}

@test "a key that repeats is found in all its places, and check still names it" {
	new_repo
	mixed_rows 90000 > t.csv
	tail -n 1 t.csv >> t.csv
	printf '{"name":"p","resources":[{"name":"t","path":"t.csv","schema":{"fields":[{"name":"id","type":"integer"},{"name":"name","type":"string"},{"name":"price","type":"number"},{"name":"day","type":"date"}],"primaryKey":"id"}}]}' > datapackage.json
	varve add -q t.csv datapackage.json
	varve commit -qm one
	twice=$(tail -n 1 t.csv | cut -d, -f1)
	for again in 1 2; do
		succeeds varve cat HEAD:t.csv --where "text(id) = $twice" --columns id
		output_is "id
$twice
$twice"
	done
	ends_with 1 varve check HEAD
	output_has "repeats row"
}
