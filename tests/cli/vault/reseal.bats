# Shards that no holder has any longer, and the clone that still has what was in them.
load vault

# Everything is restored from each holder alone, as it is here.
comes_back() {
	local holder
	for holder in "$@"; do
		rm -rf ../check
		succeeds varve vault recover -q --key "$XDG_CONFIG_HOME/varve/key" --to ../check "../$holder"
		[ "$(git -C ../check for-each-ref --format='%(objectname) %(refname)' refs/heads refs/tags)" = \
			"$(git for-each-ref --format='%(objectname) %(refname)' refs/heads refs/tags)" ]
		(cd ../check && varve fsck --data > /dev/null)
		cmp t.csv ../check/t.csv
	done
}

@test "repair seals again what was in shards that no holder has and ends with safe" {
	new_vault a b
	succeeds varve vault replicate
	change 5
	succeeds varve vault replicate
	change 6
	succeeds varve vault replicate
	[ "$(ls ../a/*/shards | wc -l)" = 3 ]
	# The oldest run, the newest, all of them: each time as far as an audit shows.
	for which in '1p' '$p' 'p'; do
		for shard in $(ls -tr ../a/*/shards/* | sed -n "$which"); do
			rm "$shard" "../b/${shard#../a/}"
		done
		ends_with 1 varve vault audit
		ends_with 1 varve vault status
		output_has "NOT SAFE: no holder is known to have"
		output_has "run 'varve vault repair' to seal the data of this clone again"
		ends_with 1 varve vault replicate
		stderr_has "run 'varve vault repair' to seal the data of this clone again"
		ends_with 2 varve vault prune
		stderr_has "run 'varve vault repair' to seal their content again, then prune"
		succeeds varve vault repair
		stderr_has "lost at all holders: sealed "
		stderr_has "sealed "
		stderr_has "safe: everything in the vault has 2 copies"
		succeeds varve vault status
		output_has "safe: "
		succeeds varve vault audit --all
		succeeds varve vault replicate
		stderr_is "nothing new"
		comes_back a b
	done
	succeeds varve vault prune --grace 0
	comes_back a b
}

@test "a run of several shards of which one is lost without the list of what was in it" {
	new_vault a
	seq 1 90000 | awk 'BEGIN { srand(3); print "id,x,y,z" } { print $1 "," rand() "," rand() "," rand() }' > big.csv
	varve add -q big.csv
	varve commit -q -m big
	succeeds varve vault replicate --copies 1
	[ "$(ls ../a/*/shards | wc -l)" -ge 2 ]
	change 5
	succeeds varve vault replicate
	set -- $(ls -S ../a/*/shards/*)
	cp -R ../a ../a.kept
	cp -R ../repo ../repo.kept
	# The one in the middle of it, then its last one, which has the index; and this clone has forgotten it.
	for shard in "$1" "$2"; do
		rm -rf ../a ../repo/.git
		cp -R ../a.kept ../a
		cp -R ../repo.kept/.git .git
		rm -rf .git/varve/vault/runs
		rm "$shard"
		ends_with 1 varve vault audit
		succeeds varve vault repair
		stderr_has "safe: everything in the vault has 1 copy"
		succeeds varve vault status
		comes_back a
	done
}

@test "repair says which versions are lost when this clone has not got them either and another clone seals them" {
	new_vault a
	succeeds varve vault replicate --copies 1
	git add .varveconfig
	git commit -q -m policy
	change 5
	succeeds varve vault replicate
	cp -R ../repo ../whole
	commit=$(git rev-parse --short=10 HEAD)
	rm "$(ls -t ../a/*/shards/* | head -n 1)"
	rm -rf .git/varve/packs
	ends_with 1 varve vault audit
	ends_with 1 varve vault repair
	output_has "lost: t.csv of commit $commit lacks "
	stderr_has "not found in this clone or at any holder"
	[ "$(grep -c ^lost: <<< "$output")" = 1 ]
	ends_with 1 varve vault status
	cd ../whole
	ends_with 1 varve vault replicate --adopt
	succeeds varve vault repair
	stderr_has "safe: everything in the vault has 1 copy"
	comes_back a
}

@test "copies that were found bad and are there again count again" {
	new_vault a b
	succeeds varve vault replicate
	mv ../a/*/shards ../shards
	mkdir ../a/$(ls ../a | grep bafy)/shards
	mv ../b/*/shards ../shards.b
	ends_with 1 varve vault audit
	rmdir ../a/*/shards
	mv ../shards "../a/$(ls ../a | grep bafy)/shards"
	succeeds varve vault repair
	stderr_has "replaced 2 copies"
	succeeds varve vault status
	comes_back a b
}

@test "a lost shard with another writer's refs is left to that writer" {
	new_vault a
	succeeds varve vault replicate --copies 1
	second_writer
	git -C ../bob switch -q -c bob
	ls ../a/*/shards > ../before
	(cd ../bob && change 8 bob && XDG_CONFIG_HOME=$second varve vault replicate -q)
	rm "../a/$(ls ../a | grep bafy)/shards/$(ls ../a/*/shards | grep -v -F -f ../before)"
	export XDG_CONFIG_HOME=$first
	ends_with 1 varve vault audit
	ends_with 1 varve vault repair
	stderr_has "other lost data was sealed by the writer $bob: run 'varve vault repair' on that writer's machine"
	cd ../bob
	export XDG_CONFIG_HOME=$second
	succeeds varve vault repair
	stderr_has "safe: everything in the vault has 1 copy"
	cd ../repo
	export XDG_CONFIG_HOME=$first
	succeeds varve vault repair
	succeeds varve vault recover -q --key "$first/varve/key" --to ../third ../a
	[ "$(git -C ../third rev-parse bob)" = "$(git -C ../bob rev-parse bob)" ]
	varve -C ../third fsck --data
}

@test "stripes that lost more than their parity are sealed again" {
	new_vault "a b c d"
	seq 1 260000 | awk 'BEGIN { srand(3); print "id,x,y,z,w" } { print $1 "," rand() "," rand() "," rand() "," rand() }' > big.csv
	varve add -q big.csv
	varve commit -q -m big
	succeeds varve vault replicate --code 2+1
	[ "$(find .. -path '*/shards/*' -size 1048512c | wc -l)" -ge 6 ]
	# Of six shards of two stripes four: one stripe at least has lost two.
	rm $(find ../a ../b ../c ../d -path '*/shards/*' -size 1048512c | sort | head -n 4)
	ends_with 1 varve vault audit
	ends_with 1 varve vault status
	output_has "no holder is known to have"
	succeeds varve vault repair
	stderr_has "safe: all stripes are whole"
	succeeds varve vault audit --all
	succeeds varve vault status
	comes_back a
	cmp big.csv ../check/big.csv
}
