# Holders in folders that fail or lie, and people who write what they may not.
load vault

# bob_joins: a second writer in ../bob, whose key is in $bob's folder; $did is he.
bob_joins() {
	git add .varveconfig
	git commit -q -m policy
	varve vault replicate -q
	ada=$XDG_CONFIG_HOME
	new_machine
	bob=$XDG_CONFIG_HOME
	did=$(varve vault key new)
	export XDG_CONFIG_HOME=$ada
	varve vault "${1:-writers}" add "$did"
	varve vault recover -q --key "$ada/varve/key" --to ../bob ../a
}

@test "an epoch that is not an owner's changes nothing and is named" {
	new_vault a
	varve vault replicate --copies 1 > /dev/null
	bob_joins
	readers=$(varve vault readers)
	number=$(python3 "$BATS_TEST_DIRNAME/forge.py" ../a "$bob/varve/key" epoch)
	ends_with 1 varve vault ledger verify
	output_has "$did: record $number (epoch) was not written by an owner"
	succeeds varve vault ledger log
	output_has "besides the owners (does not count)"
	succeeds varve vault readers
	output_is "$readers"
	change 5
	succeeds varve vault replicate
	succeeds varve vault recover -q --key "$ada/varve/key" --to ../third ../a
	cmp t.csv ../third/t.csv
	# A stranger's record of any kind.
	new_machine
	stranger=$(varve vault key new)
	stranger_key=$XDG_CONFIG_HOME/varve/key
	export XDG_CONFIG_HOME=$ada
	for kind in epoch vault; do
		python3 "$BATS_TEST_DIRNAME/forge.py" ../a "$stranger_key" "$kind"
	done
	ends_with 1 varve vault ledger verify
	output_has "$stranger: record 0 (epoch) was not written by an owner"
	output_has "$stranger: record 1 (vault) was not written by a writer"
	succeeds varve vault status
	rm -rf ../third
	succeeds varve vault recover -q --key "$ada/varve/key" --to ../third ../a
	cmp t.csv ../third/t.csv
}

@test "records under another's name are not records" {
	new_vault a
	varve vault replicate --copies 1 > /dev/null
	new_machine
	other=$(varve vault key new)
	export XDG_CONFIG_HOME="$BATS_TEST_TMPDIR/config"
	cp -R "$(dirname "$(ls ../a/*/records/*/0000000000-*)")" "../a/$(ls ../a | grep bafy)/records/${other#did:key:}"
	ends_with 1 varve vault audit
	output_has "records damaged:"
	output_has "${other#did:key:}/0000000000-"
	output_has "it does not match its name"
	# All is there; but what such a record was of nothing shows, so the answer is no.
	ends_with 1 varve vault recover -q --key "$XDG_CONFIG_HOME/varve/key" --to ../third ../a
	cmp t.csv ../third/t.csv
}

@test "two holders that were exchanged are found and repaired" {
	new_vault a b
	varve vault replicate --copies 1 > /dev/null
	# Each shard is stored at one of them, chosen by its name: until both have some.
	for n in $(seq 60); do
		[ -z "$(ls ../a/*/shards 2> /dev/null)" ] || [ -z "$(ls ../b/*/shards 2> /dev/null)" ] || [ "$n" -lt 7 ] || break
		change "$n"
		varve vault replicate -q
	done
	mv ../a ../x
	mv ../b ../a
	mv ../x ../b
	ends_with 1 varve vault audit
	output_has "a: FAILED: "
	output_has "b: FAILED: "
	output_has "is not in its list"
	succeeds varve vault repair
	stderr_has "safe: everything in the vault has 1 copy"
	succeeds varve vault audit --all
	succeeds varve vault status
}

@test "a holder that is gone in the middle gets nothing more and is named" {
	new_vault a b
	varve vault replicate > /dev/null
	seq 1 90000 | awk 'BEGIN { srand(3); print "id,x,y,z" } { print $1 "," rand() "," rand() "," rand() }' > big.csv
	varve add -q big.csv
	varve commit -q -m big
	before=$(ls -A ../b/*/shards | wc -l)
	varve vault replicate --limit-rate 500000 > ../said 2>&1 3>&- &
	work=$!
	# While the first new shard is sent, an empty folder replaces the disk.
	for _ in $(seq 600); do
		[ "$(ls -A ../b/*/shards | wc -l)" = "$before" ] || break
		sleep 0.1
	done
	mv ../b ../b.gone
	mkdir ../b
	status=0
	wait "$work" || status=$?
	[ "$status" = 1 ]
	[ -z "$(ls -A ../b)" ]
	grep "holder 'b': '.*/b' has no copies (no file 'varve-holder'), or its disk is not mounted" ../said
	ends_with 1 varve vault status
	rmdir ../b
	mv ../b.gone ../b
	succeeds varve vault replicate
	succeeds varve vault status
	succeeds varve vault audit --all
}

@test "a removed reader is told that what is newer is not for that key" {
	new_vault a
	varve vault replicate --copies 1 > /dev/null
	bob_joins readers
	old=$(git rev-parse main)
	succeeds varve vault readers remove "$did"
	stderr_has "this key cannot read data sealed after this change; it can still read earlier data and its own copies"
	change 5
	succeeds varve vault replicate
	cd ../bob
	export XDG_CONFIG_HOME=$bob
	ends_with 2 varve vault replicate
	stderr_has "the key $did is not a writer of this vault"
	cd ..
	ends_with 1 varve vault recover --key "$bob/varve/key" --to third a
	output_has "is newer, but its version cannot be recovered (this key cannot read a shard"
	output_has "missing: refs/heads/main is restored as of "
	[ "$(git -C third rev-parse main)" = "$old" ]
}

@test "a symbolic link in the place of a holder's folder leads nowhere" {
	new_vault a
	succeeds varve vault replicate --copies 1
	vault=$(echo ../a/bafy*)
	mkdir ../elsewhere
	cp "$vault"/shards/* ../elsewhere
	mv "$vault/shards" ../shards
	ln -s "$PWD/../elsewhere" "$vault/shards"
	find ../elsewhere -type f | sort > ../before
	ends_with 1 varve vault audit --all
	output_has "is a symbolic link"
	change 5
	run varve vault replicate
	[ "$status" -ne 0 ]
	varve vault prune --grace 0 > /dev/null 2>&1 || true
	find ../elsewhere -type f | sort | diff ../before -
	rm "$vault/shards"
	mv ../shards "$vault/shards"
	succeeds varve vault replicate
	succeeds varve vault audit --all
}
