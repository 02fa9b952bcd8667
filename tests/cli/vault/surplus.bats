# Copies that the policy does not need, and shards that no run names: varve vault prune lets go of them, and of nothing else.
load vault
load ../serve/server
load hold

setup() {
	server_setup
}

teardown() {
	stop_keeper
}

# How many copies of shards all holders have.
copies() {
	shards | wc -l
}

# Each shard so many times.
each_shard() {
	[ "$(shards | sed 's|.*/||' | sort | uniq -c | awk '{ print $1 }' | sort -u)" = "$1" ]
}

@test "copies that the policy does not need any longer go after a while, and no others" {
	new_vault a b c
	succeeds varve replicate --copies 3
	change 5
	succeeds varve replicate
	each_shard 3
	succeeds varve replicate --copies 2
	before=$(copies)
	succeeds varve vault prune
	stderr_has "copies too many stay for now"
	succeeds varve vault prune --dry-run --grace 0
	[ "$(copies)" = "$before" ]
	# The wait counts from when it was first seen.
	sed -i 's/^[0-9]* last/1 last/' .git/varve/vault/surplus
	succeeds varve vault prune
	[ "$(copies)" = "$before" ]
	succeeds varve vault prune --grace 0
	stderr_has "that the policy does not need"
	each_shard 2
	succeeds varve vault status
	output_has "safe: everything has 2 copies"
	succeeds varve audit --all
	succeeds varve vault prune --grace 0
	[[ $stderr != *"does not need"* ]]
	each_shard 2
	succeeds varve recover -q --key "$XDG_CONFIG_HOME/varve/key" --to ../again ../a
	cmp t.csv ../again/t.csv
	# What was let go of is brought again when the policy wants it.
	succeeds varve replicate --copies 3
	each_shard 3
	succeeds varve vault status
	succeeds varve audit --all
}

@test "no copy goes while one that is to stay is away, or cannot show what it has" {
	new_vault a b c
	succeeds varve replicate --copies 3
	succeeds varve replicate --copies 2
	find ../a ../c -path '*/shards/*' -type f | sort > ../before
	mv ../b ../b.away
	varve vault prune --grace 0 > /dev/null 2>&1 || true
	find ../a ../c -path '*/shards/*' -type f | sort > ../after
	cmp ../before ../after
	mv ../b.away ../b
	# a and b are to stay: what either cannot show stays at c, too.
	shard=$(ls ../c/*/shards | grep -Fx -f <(ls ../a/*/shards) | grep -Fx -f <(ls ../b/*/shards) | head -1)
	for at in ../a ../b; do
		cp "$at"/*/shards/"$shard" ../kept
		python3 - "$at"/*/shards/"$shard" <<-'END'
			import sys
			with open(sys.argv[1], "r+b") as f:
			    data = f.read()
			    f.seek(0)
			    f.write(bytes(b ^ 255 for b in data))
		END
		succeeds varve vault prune --grace 0
		stderr_has "1 copy too many stays for now"
		cmp ../kept ../c/*/shards/"$shard"
		cp ../kept "$at"/*/shards/"$shard"
	done
	succeeds varve vault prune --grace 0
	[ -z "$(ls ../c/*/shards | grep -Fx "$shard")" ]
	each_shard 2
	succeeds varve vault status
	succeeds varve audit --all
}

@test "copies that stay when runs become stripes are retired" {
	new_vault a b c d e f
	python3 -c 'import random, sys; sys.stdout.buffer.write(random.Random(1).randbytes(4500000))' > large
	git add large
	git commit -q -m large
	varve replicate --copies 3 > ../out
	output=$(< ../out) keep_recovery
	succeeds varve replicate --code 4+2
	stderr_has "again in stripes"
	varve vault prune --grace 0
	[ "$(find .. -path '*/shards/*' -size 1048512c -printf '%f\n' | sort | uniq -d | wc -l)" = 0 ]
	[ "$(find .. -path '*/shards/*' -size 1048512c | wc -l)" = 6 ]
	succeeds varve vault status
	output_has "safe: 1 stripe is whole, the rest has 3 copies"
	succeeds varve audit --all
	mv ../c ../c.away
	mv ../e ../e.away
	XDG_CONFIG_HOME="$BATS_TEST_TMPDIR/empty" varve recover -q --key ../paper --to ../again ../a
	cmp large ../again/large
}

@test "shards of a run that came into no record go, and are sent again when they are sealed again" {
	new_vault a b
	succeeds varve replicate --copies 2 --min 2
	mv ../b ../b.away
	cp -a . ../before
	python3 -c 'import random, sys; sys.stdout.buffer.write(random.Random(2).randbytes(1500000))' > large
	git add large
	GIT_COMMITTER_DATE='2026-01-01 00:00 +0000' git commit -q --date '2026-01-01 00:00 +0000' -m large
	ends_with 1 varve replicate
	stderr_has "the vault does not have this run yet"
	full=$(find ../a -path '*/shards/*' -size 1048512c)
	[ -f "$full" ]
	mv ../b.away ../b
	# As long as the run waits here its shards stay.
	ends_with 0 varve vault prune --dry-run --grace 0
	[ -f "$full" ]
	rm -rf .git/varve/vault/spool
	git reset -q --hard HEAD~1
	change 3
	succeeds varve replicate
	succeeds varve vault prune
	stderr_has "too many stay"
	[ -f "$full" ]
	succeeds varve vault prune --grace 0
	stderr_has "that the policy does not need"
	[ ! -e "$full" ]
	[ "$(find ../a -path '*/shards/*' | wc -l)" = "$(find ../b -path '*/shards/*' | wc -l)" ]
	python3 -c 'import random, sys; sys.stdout.buffer.write(random.Random(2).randbytes(1500000))' > large
	git add large
	git commit -q -m large
	succeeds varve replicate
	succeeds varve vault status
	succeeds varve audit --all
}

@test "a server lets go of a copy too many when a record says so, and its term has ended" {
	new_vault a b
	new_keeper x
	serve_keeper x 1m
	varve holder add x "$url" --domain "house x" 2> /dev/null
	succeeds varve replicate --copies 3
	shard=$(ls "$(kept_in x)" | head -1)
	succeeds varve replicate --copies 2
	stop_keeper
	serve_keeper x 1m --term 30
	succeeds varve vault prune --grace 0
	stderr_has "not let go of yet: "
	[ -e "$(kept_in x)/$shard" ]
	succeeds varve vault status
	stop_keeper
	serve_keeper x 1m
	succeeds varve vault prune --grace 0
	stderr_has "that the policy does not need"
	[ ! -e "$(kept_in x)/$shard" ]
	succeeds varve vault status
	succeeds varve audit --all
	succeeds varve ledger verify
	stop_keeper
}

@test "where two write in a vault nobody lets go of copies that another's policy may need" {
	new_vault a b c
	succeeds varve replicate --copies 3
	succeeds varve replicate --copies 2
	second_writer
	before=$(copies)
	# the first one does not know of the second's policy, nor when he lets go of what
	XDG_CONFIG_HOME=$first succeeds varve vault prune --grace 0
	stderr_has "others write in this vault, too"
	[ "$(copies)" = "$before" ]
	cd ../bob
	succeeds varve vault prune --grace 0
	[ "$(copies)" -ge "$before" ] # what he wrote himself comes on top
	succeeds varve audit --all
}
