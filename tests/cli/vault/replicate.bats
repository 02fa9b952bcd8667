load vault

@test "an empty machine gets everything back with a recovery key and one URL" {
	new_vault
	git tag v1 HEAD~1
	succeeds varve vault replicate
	keep_recovery
	stderr_has "sealed"
	stderr_has "head bafy"
	git add .varveconfig
	git commit -q -m policy
	succeeds varve vault replicate
	output_lacks recovery
	new_machine
	succeeds varve vault recover --key ../paper --to ../again ../a
	stderr_has "3 of 3 holders that answered had the complete ledger"
	cmp t.csv ../again/t.csv
	cd ../again
	succeeds varve fsck --data
	[ "$(git rev-parse HEAD v1)" = "$(git -C ../repo rev-parse HEAD v1)" ]
	succeeds varve cat HEAD~2:t.csv
	[ "$output" = "$(varve -C ../repo cat HEAD~2:t.csv)" ]
	succeeds varve vault holder list
	output_has "here"
	output_lacks "unnamed"
	succeeds git status --porcelain
	output_is ""
}

@test "the vault reads as the page describes it" {
	new_vault a
	succeeds varve vault replicate --copies 1
	keep_recovery
	change 5
	succeeds varve vault replicate
	succeeds python3 "$BATS_TEST_DIRNAME/read_vault.py" ../a ../paper
	output_has "2 runs, 2 shards,"
	output_has "$(git rev-parse HEAD) refs/heads/main"
	output_has "holders a"
	succeeds python3 "$BATS_TEST_DIRNAME/read_vault.py" ../a "$XDG_CONFIG_HOME/varve/key"
	succeeds python3 "$BATS_TEST_DIRNAME/read_vault.py" --example "$BATS_TEST_DIRNAME/../../../docs/formats/vault.md"
}

@test "a second replicate sends nothing, and a change only what changed" {
	new_vault
	succeeds varve vault replicate
	before=$(shards | wc -l)
	succeeds varve vault replicate
	stderr_is "nothing new"
	[ "$(shards | wc -l)" = "$before" ]
	change 5
	succeeds varve vault replicate --dry-run
	stderr_has "new: "
	[ "$(shards | wc -l)" = "$before" ]
	succeeds varve vault replicate
	[ "$(shards | wc -l)" = $((before + 2)) ]
}

@test "nobody finds names or cells in what holders keep" {
	new_vault a
	printf 'id,secret\n1,swordfish\n' > swordfish.csv
	varve add -q swordfish.csv
	varve commit -q -m swordfish
	succeeds varve vault replicate --copies 1
	run grep -r -l -a -e swordfish -e refs/heads -e "$PWD" -e house ../a
	[ "$status" = 1 ]
}

@test "with fewer copies than --min there is no vault record, and the next run goes on" {
	new_vault
	mv ../b ../b.away
	mv ../c ../c.away
	ends_with 1 varve vault replicate --copies 3 --min 2
	stderr_has "only 1 copy could be made, but at least 2 are required"
	stderr_has "holder 'b': '"
	[ -e .git/varve/vault/spool/run ]
	sealed=$(ls .git/varve/vault/spool)
	change 6
	mv ../b.away ../b
	ends_with 1 varve vault replicate
	stderr_has " missing: "
	[ ! -e .git/varve/vault/spool ]
	for name in $sealed; do
		[ "$name" = run ] || ls ../b/*/shards/"$name"
	done
	mv ../c.away ../c
	succeeds varve vault replicate
	stderr_has "missing from earlier runs"
	[ "$(ls ../a/*/shards | wc -l)" = "$(ls ../c/*/shards | wc -l)" ]
}

@test "too few failure domains for the policy are refused" {
	new_vault a
	varve vault holder add d ../d --domain "house a"
	ends_with 2 varve vault replicate --copies 2
	stderr_has "2 copies are required, and the holders are in only 1 failure domain"
	[ ! -e ../a/bafy* ]
	rm -rf .git/varve/vault
	git config --unset-all holder.a.domain
	git config --unset-all holder.d.domain
	ends_with 2 varve vault replicate --copies 2
	stderr_has "folders on one disk fail together"
}

@test "without a key or a holder it says how to begin" {
	new_vault a
	varve vault holder dead a
	ends_with 2 varve vault replicate
	git config --remove-section holder.a
	ends_with 2 varve vault replicate
	stderr_has "varve vault holder add NAME FOLDER"
	new_machine
	ends_with 2 varve vault replicate
	stderr_has "this machine has no key yet"
	stderr_has "varve vault key new"
	stderr_has "varve vault key import FILE"
	stderr_has "recovery key: --key FILE"
}

@test "a full holder is named and another one takes its share" {
	new_vault a b
	varve vault holder add tiny ../tiny --domain "house t" --quota 1k
	for n in 1 2 3 4 5 6; do
		change "$n"
		succeeds varve vault replicate
		[ "$n" = 1 ] || break
	done
	run ls ../tiny/*/shards
	[ "$status" != 0 ]
	succeeds varve vault replicate
	run varve vault replicate --copies 3
	[ "$status" = 1 ]
	[[ "$output" == *"holder 'tiny': it is full: "*" of at most 1.0 kB are used"* ]]
}

@test "a wrong passphrase and open permissions are refused" {
	new_vault a
	echo right > ../pass
	export VARVE_PASSPHRASE_FILE="$PWD/../pass"
	succeeds varve vault key new --force --passphrase
	succeeds varve vault replicate --copies 1
	change 4
	echo wrong > ../pass
	ends_with 2 varve vault replicate
	stderr_has "wrong passphrase for the key did:key:z6Mk"
	unset VARVE_PASSPHRASE_FILE
	run setsid -w varve vault replicate < /dev/null
	[ "$status" = 2 ]
	[[ "$output" == *"the passphrase of the key cannot be typed without a terminal"*VARVE_PASSPHRASE_FILE* ]]
	chmod 644 "$XDG_CONFIG_HOME/varve/key"
	ends_with 2 varve vault replicate
	stderr_has "other users can read the key"
	stderr_has "chmod 600"
}

@test "a key in use in a second place is named with the way out" {
	new_vault a
	succeeds varve vault replicate --copies 1
	git add .varveconfig
	git commit -q -m policy
	cp -R ../repo ../copy
	change 5
	succeeds varve vault replicate
	cd ../copy
	change 6
	ends_with 2 varve vault replicate
	stderr_has "two machines use the key"
	stderr_has "varve vault key new --force"
	# A copy that replaces the original continues.
	git fetch -q ../repo main
	succeeds varve vault replicate --adopt
	cd ../repo
	change 7
	ends_with 2 varve vault replicate
	stderr_has "was not written on this one"
}

@test "recover refuses a wrong key an older head and a folder that has commits" {
	new_vault a
	succeeds varve vault replicate --copies 1
	keep_recovery
	cp -R ../a ../old
	change 5
	succeeds varve vault replicate
	head=$(sed -n 's/^head //p' <<< "$stderr")
	new_machine
	varve vault key new
	ends_with 2 varve vault recover --key "$XDG_CONFIG_HOME/varve/key" --to ../x ../a
	stderr_has "the vault is not sealed to the key did:key:"
	stderr_has "the recovery key"
	rm -rf ../a
	ends_with 2 varve vault recover --key ../paper --to ../y --expect "$head" ../old
	stderr_has "the holders do not have the head $head"
	succeeds varve vault recover --key ../paper --to ../y ../old
	stderr_has "holder 'a': '"
	ends_with 2 varve vault recover --key ../paper --to ../y ../old
	stderr_has "exists and is not empty"
	succeeds varve vault recover --key ../paper --to ../w --no-checkout ../old
	rm ../w/.varveconfig
	ends_with 2 varve vault recover --key ../paper --to ../w ../old
	stderr_has "exists and is not empty"
}

@test "recover says exactly what is missing" {
	new_vault a
	succeeds varve vault replicate --copies 1
	keep_recovery
	first=$(shards)
	printf 'id,b\n1,2\n' > second.csv
	varve add -q second.csv
	varve commit -q -m second
	succeeds varve vault replicate
	new_machine
	mv "$first" ../kept
	ends_with 2 varve vault recover --key ../paper --to ../y ../a
	stderr_has "the received history is not complete"
	output_has "missing: "
	output_has "it does not have the shard $(basename "$first")"
	mv ../kept "$first"
	succeeds varve vault recover --key ../paper --to ../y ../a
	cmp second.csv ../y/second.csv
	# without the newest record there is an older state, which is not all
	printf X | dd of="$(ls ../a/*/records/*/* | tail -1)" bs=1 seek=200 conv=notrunc 2> /dev/null
	ends_with 1 varve vault recover --key ../paper --to ../z ../a
	output_has "missing: the record "
	[ -f ../z/t.csv ]
}

@test "other bytes under a shard's name are not taken and another copy is" {
	new_vault a b
	succeeds varve vault replicate
	keep_recovery
	for shard in ../a/*/shards/*; do
		printf xxxxxxxx | dd of="$shard" bs=1 seek=200 conv=notrunc 2> /dev/null
	done
	new_machine
	succeeds varve vault recover --key ../paper --to ../y ../a ../b
	cmp t.csv ../y/t.csv
	rm -rf ../b
	ends_with 2 varve vault recover --key ../paper --to ../z ../a
	stderr_has "list of refs cannot be read"
	stderr_has "name more holders"
	output_has "it sent data that does not match the name of the shard"
}

@test "a forged record is noted and left where it is" {
	new_vault a
	succeeds varve vault replicate --copies 1
	record=$(ls ../a/*/records/*/0000000002-*)
	flip_byte "$record" 80
	rm -rf .git/varve/vault
	change 5
	ends_with 2 varve vault replicate
	stderr_has "holder 'a' has a damaged record: z6Mk"
	stderr_has "since earlier ones are missing"
	[ "$(ls ../a/*/records/*/0000000002-* | wc -l)" = 1 ]
}

@test "recover writes over nothing and what failed is not in the way of the right holder" {
	new_vault
	succeeds varve vault replicate --copies 2
	keep_recovery
	mkdir ../other
	(XDG_CONFIG_HOME=$PWD/../else && export XDG_CONFIG_HOME && cd ../other && new_repo && echo x > x && git add x &&
		varve commit -q -m x && varve vault key new > ../key2 &&
		varve vault holder add z ../z --domain z && varve vault replicate --copies 1) > ../made 2>&1
	new_machine
	mkdir ../full
	echo mine > ../full/t.csv
	ends_with 2 varve vault recover --key ../paper --to ../full ../a
	stderr_has "exists and is not empty"
	[ "$(cat ../full/t.csv)" = mine ]
	[ ! -e ../full/.git ]
	ends_with 2 varve vault recover --key ../paper --to ../again ../z
	succeeds varve vault recover --key ../paper --to ../again ../a ../b
	cmp t.csv ../again/t.csv
}

@test "a holder inside the repository is refused and labels stay" {
	new_vault a
	ends_with 2 varve vault holder add in .git/copies
	stderr_has "inside this repository"
	ends_with 2 varve vault holder add in "$PWD/copies"
	mkdir ../link
	ln -s "$PWD" ../link/here
	ends_with 2 varve vault holder add in ../link/here
	succeeds varve vault holder add a ../a
	succeeds varve vault holder list
	output_has "house a"
}

@test "a new clone asks the holders although it does not have the ledger yet" {
	new_vault a
	succeeds varve vault replicate --copies 1
	git add .varveconfig
	git commit -q -m policy
	git clone -q . ../clone
	cd ../clone
	varve init > /dev/null
	varve vault holder add a ../a 2> /dev/null
	mv ../repo ../repo.gone
	succeeds varve restore --source HEAD t.csv
	cmp t.csv ../repo.gone/t.csv
	[ "$(wc -l < t.csv)" = 401 ]
}

@test "holder list counts what lies there where this machine's key does not open the vault" {
	new_vault a
	succeeds varve vault replicate --copies 1
	keep_recovery
	succeeds varve vault holder list --json
	kept=$(jq -c '.[0] | [.shards, .bytes]' <<< "$output")
	new_machine
	succeeds varve vault recover -q --key ../paper --to ../again ../a
	cd ../again
	succeeds varve vault holder list --json
	[ "$(jq -c '.[0] | [.shards, .bytes]' <<< "$output")" = "$kept" ]
	[ "$(jq '.[0].shards' <<< "$output")" -gt 0 ]
}

@test "an audit tells holders that fail from holders that are away by its exit code" {
	new_vault a b
	succeeds varve vault replicate --copies 2
	succeeds varve vault audit
	mv ../b ../b.away
	ends_with 3 varve vault audit
	ends_with 3 varve vault audit b
	succeeds varve vault audit a
	rm ../a/*/shards/*
	ends_with 1 varve vault audit
	ends_with 1 varve vault audit a
}

@test "a holder's folder is made where its disk is, and not in the place of one that is not mounted" {
	new_vault a
	ends_with 2 varve vault holder add usb ../usb/copies
	stderr_has "no disk is mounted"
	[ ! -e ../usb ]
	[ -z "$(git config holder.usb.url)" ]
	mkdir ../usb
	succeeds varve vault holder add usb ../usb/copies
	if [ -w /mnt ] && [ "$(stat -c %d /mnt)" = "$(stat -c %d /)" ]; then
		ends_with 2 varve vault holder add other "/mnt/varve-test-$$"
		stderr_has "no disk is mounted"
		[ ! -e "/mnt/varve-test-$$" ]
	fi
}

@test "members of the sealed list of holders that a newer varve wrote are kept" {
	new_vault a b
	succeeds varve vault replicate --copies 2
	keep_recovery
	python3 "$BATS_TEST_DIRNAME/newer_places.py" ../a "$XDG_CONFIG_HOME/varve/key"
	change 1
	varve vault replicate --adopt > /dev/null
	varve vault holder add c ../c 2> /dev/null
	change 2
	succeeds varve vault replicate
	kept=$(python3 "$BATS_TEST_DIRNAME/newer_places.py" ../a "$XDG_CONFIG_HOME/varve/key" show)
	[[ $kept = *'"name": "c"'* ]]
	[[ $kept = *'"speed": {"down": [1, 2.5]}'* ]]
	[[ $kept = *'"since": 2031'* ]]
	succeeds varve vault recover -q --key ../paper --to ../again ../b
	succeeds varve vault ledger verify
}
