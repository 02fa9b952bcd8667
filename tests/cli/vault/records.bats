# Records of the ledger that a holder damaged: seen, named, passed over, written again.
load vault

# record HOLDER NUMBER: the file of one.
record() {
	ls "$BATS_TEST_TMPDIR/work/$1"/*/records/*/"$(printf %010d "$2")"-*
}

# damage HOW FILE: cut, emptied, flipped in the signature or in the body, or exchanged for another record.
damage() {
	case $1 in
		cut) truncate -s -1 "$2" ;;
		emptied) : > "$2" ;;
		signature) flip_byte "$2" 3 ;;
		flipped) flip_byte "$2" 80 ;;
		swapped) cp "$(record a 0)" "$2" ;;
	esac
}

@test "an audit and ledger verify name a damaged record and repair writes it again" {
	new_vault a b
	succeeds varve vault replicate
	cp -R ../a ../good
	for how in cut emptied signature flipped swapped; do
		damaged=$(record a 3)
		damage "$how" "$damaged"
		count=$(ls ../a/*/records/*/* | wc -l)
		ends_with 1 varve vault audit
		output_has "a: FAILED: 1 record of the ledger damaged; the holder lists 1 of 1 shard, with the right sizes"
		output_has "  ledger: 1 of $count records damaged:"
		output_has "    $(basename "$(dirname "$damaged")")/$(basename "$damaged"): "
		output_has "b: lists 1 of 1 shard"
		ends_with 1 varve vault audit --json a
		echo "$output" | python3 -c 'import json, sys; d = json.load(sys.stdin)[0]; assert d["damaged"] == 1 and sys.argv[1] in d["damagedRecords"][0], d' "$(basename "$damaged")"
		ends_with 1 varve vault ledger verify
		output_has "holder 'a': $(basename "$(dirname "$damaged")")/$(basename "$damaged"): "
		output_lacks "sound"
		succeeds varve vault repair
		stderr_has "rewrote 1 damaged record of the ledger"
		cmp "$damaged" "../good/${damaged#*/work/a/}"
		succeeds varve vault audit
		output_has "records read, all sound"
		succeeds varve vault ledger verify
		output_has " of 1 author, here and at 2 holders"
		succeeds varve vault status
	done
}

@test "a record that was cut is written again by replicate" {
	new_vault a
	succeeds varve vault replicate --copies 1
	cp "$(record a 2)" ../kept
	truncate -s 10 "$(record a 2)"
	ends_with 1 varve vault status
	output_has "1 record of the ledger damaged at holders; run 'varve vault repair'"
	succeeds varve vault replicate
	stderr_has "holder 'a' has a damaged record: "
	stderr_has "it has 10 bytes instead of $(stat -c %s ../kept)"
	cmp "$(record a 2)" ../kept
	succeeds varve vault status
}

@test "recover passes over a damaged record that another holder has" {
	new_vault a b
	succeeds varve vault replicate
	keep_recovery
	for how in cut emptied signature flipped swapped; do
		rm -rf ../a.kept ../again
		cp -R ../a ../a.kept
		damage "$how" "$(record a 3)"
		succeeds varve vault recover --key ../paper --to ../again ../a ../b
		stderr_has "holder 'unnamed-1' has a damaged record: z6Mk"
		stderr_has "$(basename "$(record b 3)") ("
		cmp t.csv ../again/t.csv
		varve -C ../again fsck --data
		rm -rf ../a
		mv ../a.kept ../a
	done
}

@test "recover from one holder with a damaged record gets everything that can be had and says what is missing" {
	new_vault a
	succeeds varve vault replicate --copies 1
	keep_recovery
	change 5
	succeeds varve vault replicate
	cp -R ../a ../good
	# The place and the receipt of the first run, which are not needed.
	for n in 2 3; do
		name=$(record a "$n")
		rm -rf ../a ../again
		cp -R ../good ../a
		flip_byte "$name" 90
		ends_with 1 varve vault recover --key ../paper --to ../again ../a
		output_has "missing: the record $(basename "$(dirname "$name")")/$(basename "$name") is damaged at the holder 'unnamed-1' (it does not match its name), and no other holder has it intact"
		cmp t.csv ../again/t.csv
		varve -C ../again fsck --data
		[ "$(git -C ../again rev-parse main)" = "$(git rev-parse main)" ]
	done
	# The vault's first record and its first epoch: nothing without them.
	for n in 0 1; do
		name=$(record good "$n")
		rm -rf ../a ../again
		cp -R ../good ../a
		: > "$(record a "$n")"
		ends_with 2 varve vault recover --key ../paper --to ../again ../a
		stderr_has "damaged at the holder 'unnamed-1' (the record has only 0 bytes): the vault cannot be opened without the record $(basename "$(dirname "$name")")/$(basename "$name")"
		stderr_has "name more holders: each holder has all records"
	done
}
