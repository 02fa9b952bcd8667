# Where copies go, and how fast: --to and --limit-rate.
load vault

count() {
	find "$BATS_TEST_TMPDIR/work/$1" -path '*/shards/*' -type f | wc -l
}

@test "--to brings copies only to the holders that it names and the rest is owed" {
	new_vault
	ends_with 1 varve vault replicate --copies 2 --to b
	stderr_has "1 copy is missing: data was sent only to the holders that --to names; run 'varve vault replicate' without --to"
	[ "$(count a) $(count b) $(count c)" = "0 1 0" ]
	succeeds varve vault replicate
	stderr_has "made 1 copy that was missing from earlier runs"
	[ "$(count b)" = 1 ]
	[ $(($(count a) + $(count c))) = 1 ]
	change 5
	succeeds varve vault replicate --to a --to c
	[ "$(count b)" = 1 ]
	[ $(($(count a) + $(count c))) = 3 ]
	succeeds varve vault status
	change 6
	ends_with 2 varve vault replicate --to nobody
	stderr_has "no such holder 'nobody'"
	# --min counts what --to leaves.
	ends_with 1 varve vault replicate --to a --min 2
	stderr_has "only 1 copy could be made, but at least 2 are required"
}

@test "--limit-rate sends at most so much a second" {
	new_vault a
	seq 1 30000 | awk 'BEGIN { srand(3); print "id,x,y" } { print $1 "," rand() "," rand() }' > big.csv
	varve add -q big.csv
	varve commit -q -m big
	start=$(date +%s%N)
	succeeds varve vault replicate --copies 1 --limit-rate 75000
	took=$((($(date +%s%N) - start) / 1000000))
	sent=$(find ../a -path '*/shards/*' -type f -printf '%s\n' | awk '{ n += $1 } END { print n }')
	[ "$sent" -gt 150000 ]
	# Never faster; how much slower is the machine's.
	[ "$took" -ge $((sent * 1000 / 75000 * 9 / 10)) ]
	# A repair, too.
	varve vault holder add b ../b --domain "house b" 2> /dev/null
	rm ../a/*/shards/*
	ends_with 1 varve vault audit a
	start=$(date +%s%N)
	succeeds varve vault repair --limit-rate 75000
	took=$((($(date +%s%N) - start) / 1000000))
	[ "$took" -ge $((sent * 1000 / 75000 * 9 / 10)) ]
	ends_with 2 varve vault replicate --limit-rate much
	stderr_has "limit-rate"
}
