load vault

@test "what no ref reaches is rewritten away retired and then deleted" {
	new_vault a b
	varve vault replicate > /dev/null
	branch_and_back
	change 5
	succeeds varve vault prune --dry-run
	before=$(du -sb ../a | cut -f1)
	succeeds varve vault prune
	stderr_has "rewrote 1 run, left out"
	stderr_has "deleted 0 copies"
	stderr_has "1 retired shard is not removed yet"
	succeeds varve vault status
	succeeds varve vault prune --grace 0
	stderr_has "rewrote 0 runs"
	stderr_has "deleted 2 copies"
	after=$(du -sb ../a | cut -f1)
	[ "$after" -lt $((before / 2)) ]
	succeeds varve vault audit --all
	succeeds varve vault status
	succeeds varve vault ledger verify
	succeeds varve vault recover -q --key "$XDG_CONFIG_HOME/varve/key" --to ../again ../b
	cmp t.csv ../again/t.csv
	cd ../again
	succeeds varve fsck --data
	[ "$(git rev-parse main)" = "$(git -C ../repo rev-parse main)" ]
}

@test "a retired shard stays until every writer has replicated since" {
	new_vault a
	varve vault replicate --copies 1 > /dev/null
	second_writer
	git -C ../bob switch -q -c bob
	(cd ../bob && XDG_CONFIG_HOME=$second varve vault replicate -q)
	export XDG_CONFIG_HOME=$first
	branch_and_back
	succeeds varve vault prune --grace 0
	stderr_has "retired copies are kept until the writer $bob replicates"
	stderr_has "deleted 0 copies"
	succeeds varve vault audit a
	output_has "  also lists 1 shard that will be removed (retired"
	output_lacks "that no record names"
	export XDG_CONFIG_HOME=$second
	cd ../bob
	change 8 bob
	varve vault replicate -q
	cd ../repo
	export XDG_CONFIG_HOME=$first
	# Bob's commit is missing here: the shards that it needs are unknown.
	ends_with 2 varve vault prune --grace 0
	stderr_has "refs of the vault lead to commits that this repository lacks"
	stderr_has "with 'git fetch' and 'varve fetch' from their clones"
	git fetch -q ../bob bob
	varve fetch -q ../bob bob
	succeeds varve vault prune --grace 0
	stderr_has "deleted 1 copy"
	succeeds varve vault recover -q --key "$first/varve/key" --to ../third ../a
	[ "$(git -C ../third rev-parse bob)" = "$(git -C ../bob rev-parse bob)" ]
	cd ../third
	succeeds varve fsck --data
}

@test "what another writer counted on is sealed again when it was retired" {
	new_vault a
	varve vault replicate --copies 1 > /dev/null
	git add .varveconfig
	git commit -q -m policy
	git switch -q -c aside
	seq 1 9000 | awk 'BEGIN { srand(3); print "id,x" } { print $1 "," rand() }' > big.csv
	varve add -q big.csv
	varve commit -q -m big
	varve switch -q main
	varve vault replicate -q
	first=$XDG_CONFIG_HOME
	new_machine
	second=$XDG_CONFIG_HOME
	bob=$(varve vault key new)
	XDG_CONFIG_HOME=$first varve vault writers add "$bob"
	varve vault recover -q --key "$first/varve/key" --to ../bob ../a
	export XDG_CONFIG_HOME=$first
	git branch -q -D aside
	succeeds varve vault prune
	sleep 1
	succeeds varve vault prune --grace 0
	stderr_has "deleted 1 copy"
	# Bob's branch still has it, and he has just read that it will be deleted.
	export XDG_CONFIG_HOME=$second
	cd ../bob
	succeeds varve vault replicate
	succeeds varve vault recover -q --key "$first/varve/key" --to ../third ../a
	[ "$(git -C ../third rev-parse aside)" = "$(git rev-parse aside)" ]
	cd ../third
	succeeds varve fsck --data
	succeeds varve cat aside:big.csv
	[ "${#lines[@]}" = 9001 ]
}

@test "many small runs that lean on each other are rewritten as one and recovered" {
	new_vault a
	varve vault replicate --copies 1 > /dev/null
	# more than are kept open while they are read (32), and together as many leaves of 4 KiB as fill a shard (256)
	for n in $(seq 100 159); do
		head -c 20000 /dev/urandom > readme
		change "$n"
		varve vault replicate -q
	done
	succeeds varve vault prune
	stderr_has "rewrote 61 runs, left out 0 items"
	succeeds varve vault prune --grace 0
	stderr_has "deleted 61 copies"
	succeeds varve vault audit --all
	succeeds varve vault recover -q --key "$XDG_CONFIG_HOME/varve/key" --to ../again ../a
	cd ../again
	succeeds varve fsck --data
	[ "$(git rev-parse main)" = "$(git -C ../repo rev-parse main)" ]
	[ "$(varve cat HEAD~50:t.csv | sed -n 10p)" = 9,109 ]
}

# Does each holder have at least one shard? The name of a run determines its holders.
all_hold() {
	for name in a b c; do
		[ "$(find "../$name" -path '*/shards/*' -type f | wc -l)" -gt 0 ] || return 1
	done
}

@test "a prune goes on while a holder is away: what it cannot judge stays" {
	new_vault
	succeeds varve vault replicate --copies 1
	for n in $(seq 60); do
		change "$n"
		varve vault replicate -q
		if [ "$n" -ge 6 ] && all_hold; then
			break
		fi
	done
	all_hold
	git branch kept HEAD~3
	git reset -q --hard HEAD~2
	for name in a b c; do
		mv "../$name" ../away
		succeeds varve vault prune --grace 0
		mv ../away "../$name"
		succeeds varve vault audit --all
		rm -rf ../again
		succeeds varve vault recover -q --key "$XDG_CONFIG_HOME/varve/key" --to ../again ../a
		[ "$(git -C ../again rev-parse main kept)" = "$(git rev-parse main kept)" ]
		succeeds varve -C ../again fsck --data
	done
	succeeds varve vault prune --grace 0
	stderr_lacks "could not be read, since holders are away"
}

# A version that no ref names any more stays half: its root in a run with much that is needed, its rows in one that goes.
@test "a version that comes back after a prune is sealed whole" {
	new_vault a
	varve vault replicate --copies 1 > /dev/null
	git switch -q -c beside
	numbers() {
		seq 1 "$2" | awk -v s="$1" 'BEGIN { print "id,v,w" } { print $1 "," ($1 * s) % 1000003 "," ($1 * s * 7) % 1000033 }'
	}
	numbers 7919 20000 > rows.csv
	varve add -q rows.csv
	varve commit -q -m beside
	varve vault replicate -q
	sed -i 's/^9,.*/9,1,1/' rows.csv
	varve add -q rows.csv
	git commit -q --amend --no-edit
	last=$(git rev-parse HEAD)
	cp rows.csv ../rows.csv
	git switch -q main
	numbers 104729 60000 > others.csv
	varve add -q others.csv
	varve commit -q -m others
	varve vault replicate -q
	git branch -q -D beside
	git reflog expire --expire=all --all
	succeeds varve vault prune --grace 0
	stderr_has "retired 1 shard"
	git branch beside "$last"
	succeeds varve vault replicate
	succeeds varve vault recover -q --key "$XDG_CONFIG_HOME/varve/key" --to ../again ../a
	succeeds varve -C ../again fsck --data
	varve -C ../again cat --raw beside:rows.csv | cmp - ../rows.csv
}
