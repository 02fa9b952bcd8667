load vault

@test "status says that all is safe only when it is" {
	new_vault
	ends_with 2 varve vault status
	stderr_has "this repository has no vault yet"
	succeeds varve vault replicate
	succeeds varve vault status
	output_has "safe: everything has 2 copies; the loss of any holder would lose no data"
	output_has "all copies proven: never"
	change 5
	ends_with 1 varve vault status
	output_has "NOT SAFE: refs/heads/main has commits that have no copies yet"
	succeeds varve vault replicate
	succeeds varve vault audit
	succeeds varve vault status --json
	echo "$output" | python3 -c 'import json, sys; d = json.load(sys.stdin); assert d["safe"] and d["current"] and d["fewestCopies"] == 2 and d["proven"]'
	varve vault holder dead a
	ends_with 1 varve vault status
	output_has "NOT SAFE"
}

@test "an audit finds a shard that is gone cut or swapped and repair makes it again" {
	new_vault a b
	succeeds varve vault replicate
	change 5
	succeeds varve vault replicate
	change 6
	succeeds varve vault replicate
	set -- ../a/*/shards/*
	cp "$1" ../kept
	rm "$1"
	truncate -s -1 "$2"
	cp ../kept "$3"
	ends_with 1 varve vault audit
	output_has "a: FAILED: 3 of 3 shards missing or changed"
	output_has "b: lists 3 of 3 shards"
	ends_with 1 varve vault status
	output_has "3 copies were missing or changed"
	succeeds varve vault repair
	stderr_has "replaced 3 copies"
	succeeds varve vault audit --all
	succeeds varve vault status
	cmp ../kept "$1"
}

@test "a changed leaf is found and a holder that keeps only the hashes fails" {
	new_vault a
	seq 1 9000 | awk 'BEGIN { srand(3); print "id,x" } { print $1 "," rand() }' > big.csv
	varve add -q big.csv
	varve commit -q -m big
	succeeds varve vault replicate --copies 1
	shard=$(ls ../a/*/shards/*)
	size=$(stat -c %s "$shard")
	leaves=$((size / 4128))
	[ "$leaves" -ge 8 ]
	tail -c "$((leaves * 32))" "$shard" > ../hashes
	{ head -c "$((leaves * 4096))" /dev/zero; cat ../hashes; } > "$shard"
	ends_with 1 varve vault audit
	output_has "a: FAILED: 1 of 1 shard missing or changed"
	output_has "has changed"
}

@test "the report of an audit says what it would have seen" {
	new_vault a
	succeeds varve vault replicate --copies 1
	for n in 1 2 3; do
		change "$n"
		succeeds varve vault replicate
	done
	succeeds varve vault audit --leaves 1 a
	output_has "1 random leaf requested, one per shard: all sound (4.1 kB read)"
	output_has "chance to detect the loss of 1 % of the shards: 25.0 %"
	stderr_has "an audit does not prove"
	succeeds varve vault audit --json
	echo "$output" | python3 -c 'import json, sys; d = json.load(sys.stdin); assert d[0]["asked"] == d[0]["good"] == d[0]["shards"] == 4'
	ends_with 2 varve vault audit nobody
	stderr_has "no such holder 'nobody'"
	mv ../a ../gone
	ends_with 3 varve vault audit
	output_has "a: not asked: holder 'a': '"
}

@test "repair waits for a holder that is away unless it is told not to" {
	new_vault
	succeeds varve vault replicate --copies 2
	away=$(for h in a b c; do ls ../$h/*/shards/* > /dev/null 2>&1 && echo "$h"; done | head -n 1)
	mv "../$away" ../gone
	succeeds varve vault repair
	stderr_has "replaced 0 copies"
	succeeds varve vault repair --now
	stderr_has "replaced 1 copy"
	mv ../gone "../$away"
	succeeds varve vault audit
}

@test "removing a holder first moves what it keeps" {
	new_vault
	succeeds varve vault replicate --copies 2
	full=$(for h in a b c; do ls ../$h/*/shards/* > /dev/null 2>&1 && echo "$h"; done | head -n 1)
	succeeds varve vault holder remove "$full"
	stderr_has "1 copy moved to other holders"
	rm -rf "../$full"
	succeeds varve vault audit
	rest=$(varve vault holder list --json | python3 -c 'import json, sys; print(json.load(sys.stdin)[0]["name"])')
	ends_with 2 varve vault holder remove "$rest"
	stderr_has "that no other holder can accept"
}

@test "a second writer adds to the vault and a removed one cannot read on" {
	new_vault a
	succeeds varve vault replicate --copies 1
	keep_recovery
	git add .varveconfig
	git commit -q -m policy
	succeeds varve vault replicate
	first=$XDG_CONFIG_HOME
	new_machine
	second=$XDG_CONFIG_HOME
	bob=$(varve vault key new)
	succeeds varve vault recover --key ../paper --to ../bob ../a
	cd ../bob
	change 77 bob
	ends_with 2 varve vault replicate
	stderr_has "the vault is not sealed to" || stderr_has "is not a writer of this vault"
	cd ../repo
	export XDG_CONFIG_HOME=$first
	varve vault key trust bob "$bob"
	succeeds varve vault writers add bob
	stderr_has "$bob may write to this vault, beginning with epoch 2"
	ends_with 2 varve vault writers add bob
	stderr_has "is already in the list"
	succeeds varve vault writers
	output_is "$bob"
	cd ../bob
	export XDG_CONFIG_HOME=$second
	succeeds varve vault replicate
	ends_with 2 varve vault readers add "$bob"
	stderr_has "is not an owner of this vault"
	# One machine is lost; the other's history is restored, ahead of it.
	new_machine
	succeeds varve vault recover --key ../paper --to ../third ../a
	[ "$(git -C ../third rev-parse main)" = "$(git rev-parse main)" ]
	cd ../repo
	export XDG_CONFIG_HOME=$first
	succeeds varve vault readers remove bob
	stderr_has "earlier data and its own copies"
	change 78 more
	succeeds varve vault replicate
	cd ../bob
	export XDG_CONFIG_HOME=$second
	change 79 again
	ends_with 2 varve vault replicate
	stderr_has "is not a writer of this vault"
	succeeds varve vault ledger verify
}

@test "the ledger lists its records and says when one does not belong" {
	new_vault a
	succeeds varve vault replicate --copies 1
	succeeds varve vault ledger log
	output_has "1 shard at a"
	succeeds varve vault ledger verify
	output_is "sound: 5 records of 1 author, here and at 1 holder"
	record=$(varve vault ledger log --json | python3 -c 'import json, sys; print([r for r in json.load(sys.stdin) if r["kind"] == "place"][0]["record"])')
	succeeds varve vault ledger show "$record"
	output_has "  shard bafkrei"
	output_has "4.1 kB"
	# A stranger, who found the folder, writes as if it were his.
	mkdir ../stranger
	cp -R .git/varve ../stranger-varve
	cp -R ../repo ../thief
	cd ../thief
	new_machine
	varve vault key new
	ends_with 2 varve vault replicate
	stderr_has "is not a writer of this vault"
	ends_with 2 varve vault ledger show bafyreiaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa
}

@test "a holder that goes back to an old state is brought forward and what it lost is found" {
	new_vault a b
	succeeds varve vault replicate
	cp -R ../a ../old
	change 5
	succeeds varve vault replicate
	head=$(sed -n 's/^head //p' <<< "$stderr")
	rm -rf ../a
	mv ../old ../a
	succeeds varve vault replicate
	stderr_is "nothing new"
	ls ../a/*/records/*/*-"$head"
	ends_with 1 varve vault audit
	output_has "a: FAILED: 1 of 2 shards missing or changed"
	succeeds varve vault repair
	succeeds varve vault status
	# A shard under another's name is not that shard.
	set -- ../b/*/shards/*
	mv "$1" ../first
	mv "$2" "$1"
	mv ../first "$2"
	ends_with 1 varve vault audit b
	output_has "b: FAILED: 2 of 2 shards missing or changed"
}
