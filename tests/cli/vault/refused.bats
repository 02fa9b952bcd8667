# A holder that accepts nothing more: its shards are still read, audited, and released.
load holders
load ../serve/server
load hold

setup() {
	server_setup
}

teardown() {
	stop_keeper
}

# a, and a server x that has room for two files of three, one of which no ref reaches any longer.
full_server() {
	new_vault a
	new_keeper x
	serve_keeper x 700k
	varve vault holder add x "$url" --domain "house x" 2> /dev/null
	succeeds varve vault replicate --copies 2
	keep_recovery
	git switch -q -c aside
	add_file zero
	varve switch -q main
	succeeds varve vault replicate
	git branch -q -D aside
	add_file one
	succeeds varve vault replicate
	add_file two
	ends_with 1 varve vault replicate
	stderr_has "holder 'x': remote: it is full: 5"
	stderr_lacks "cannot be reached"
}

records_of() {
	(cd .git/varve/vault/ledger && find . -type f -path '*-*') | sort
}

@test "a server without room is read from by prune which makes room" {
	full_server
	# What x has too is nowhere else, and no index is here: without x nothing can be rewritten.
	(cd ../a/*/shards && rm $(kind_shards x))
	rm -r .git/varve/vault/runs
	succeeds varve vault audit x
	output_has "x: lists 3 of 3 shards, with the right sizes"
	succeeds varve vault prune --grace 0
	stderr_has "deleted 1 copy"
	stderr_has "1 copy is missing: the deletions may have made room; run 'varve vault replicate' to try again"
	ends_with 1 varve vault audit a
	succeeds varve vault repair
	succeeds varve vault replicate
	succeeds varve vault status
	succeeds varve vault audit --all
	succeeds varve vault ledger verify
}

@test "a server without room gives back what it has" {
	full_server
	(cd ../a/*/shards && rm $(kind_shards x))
	succeeds varve whereis HEAD:t.csv
	output_has "x: 1 of 1 shard"
	ends_with 1 varve vault audit a
	ends_with 1 varve vault repair
	stderr_has "replaced 3 copies"
	stderr_has "still missing: holder 'x': remote: it is full"
	succeeds varve vault audit a
	stop_keeper
	serve_keeper x 700k
	new_machine
	succeeds varve vault recover --key ../paper --to ../back "$url"
	cmp one ../back/one
}

@test "a refused replicate again leaves the ledger as it was" {
	full_server
	records_of > ../before
	for again in 1 2 3; do
		ends_with 1 varve vault replicate
		stderr_has "nothing new was sealed"
		stderr_has "1 copy is missing: holder 'x': remote: it is full"
	done
	records_of | diff ../before -
	# One more run: a place, a receipt, and the vault record; nothing for what was refused, or would be.
	add_file three
	ends_with 1 varve vault replicate
	[ "$(records_of | wc -l)" = $(($(wc -l < ../before) + 3)) ]
	records_of > ../before
	ends_with 1 varve vault replicate
	records_of | diff ../before -
	# When there is room they go there, the first by the place that it has.
	stop_keeper
	serve_keeper x 5m
	succeeds varve vault replicate
	stderr_has "made 2 copies that were missing from earlier runs"
	[ "$(records_of | wc -l)" = $(($(wc -l < ../before) + 3)) ]
	succeeds varve vault audit --all
	succeeds varve vault status
	succeeds varve vault ledger verify
	python3 "$BATS_TEST_DIRNAME/read_vault.py" ../a ../paper
}

@test "what came before the refusal counts" {
	new_vault a
	new_keeper x
	serve_keeper x 600k
	varve vault holder add x "$url" --domain "house x" 2> /dev/null
	add_file one
	python3 -c 'import random, sys; sys.stdout.buffer.write(random.Random(5).randbytes(1100000))' > large
	git add large
	git commit -q -m large
	# Two shards, a full one and the rest, for which there is room.
	ends_with 1 varve vault replicate --copies 2
	stderr_has "1 copy is missing: holder 'x': remote: it is full"
	records_of > ../before
	has=$(kind_shards x)
	[ "$(wc -l <<< "$has")" = 1 ]
	ends_with 1 varve vault replicate
	[ "$(kind_shards x)" = "$has" ]
	records_of | diff ../before -
	stop_keeper
	serve_keeper x 5m
	succeeds varve vault replicate
	succeeds varve vault audit --all
}

@test "a server whose disk is full answers and is read from" {
	new_vault a
	new_keeper x
	serve_keeper x 10m
	varve vault holder add x "$url" --domain "house x" 2> /dev/null
	succeeds varve vault replicate --copies 2
	stop_keeper
	# No file of it may have more than 100 KiB.
	trap '' XFSZ
	ulimit -S -f 100
	serve_keeper x 10m
	ulimit -S -f unlimited
	add_file one
	ends_with 1 varve vault replicate
	stderr_has "holder 'x': remote: cannot write"
	stderr_lacks "cannot be reached"
	succeeds varve vault audit x
	output_has "x: lists 1 of 1 shard, with the right sizes"
	(cd ../a/*/shards && rm $(kind_shards x))
	ends_with 1 varve vault audit a
	ends_with 1 varve vault repair
	stderr_has "replaced 1 copy"
	succeeds varve vault audit a
}

@test "a holder that answered and refused is not called one that cannot be reached" {
	new_vault a
	new_keeper x
	serve_keeper x 10m
	varve vault holder add x "$url" --domain "house x" 2> /dev/null
	succeeds varve vault replicate --copies 2
	stop_keeper
	XDG_CONFIG_HOME="$(keeper_path x).config" varve vault key new --force > /dev/null
	serve_keeper x 10m
	change 5
	ends_with 1 varve vault replicate
	stderr_has "1 copy is missing: holder 'x': $url signs with another key"
	stderr_lacks "cannot be reached"
	stop_keeper
	change 6
	ends_with 1 varve vault replicate
	stderr_has "the holder 'x' cannot be reached; run 'varve vault replicate' when it is back"
}

@test "what a prune could not bring to enough holders keeps its old copies however often it is tried" {
	new_vault a
	new_keeper x
	serve_keeper x 800k
	varve vault holder add x "$url" --domain "house x" 2> /dev/null
	succeeds varve vault replicate --copies 2
	# One run of a file that stays, and more that are deleted.
	add_file keep
	git switch -q -c aside
	for n in 1 2 3; do
		echo "$n" > small
		git add small
		git commit -q -m "$n"
	done
	varve switch -q main
	succeeds varve vault replicate
	old=$(cd "$(kept_in x)" && ls -S | head -n 1)
	git branch -q -D aside
	add_file more
	succeeds varve vault replicate
	for again in 1 2 3; do
		ends_with 1 varve vault prune --grace 0
		stderr_has "1 run stays until the rewritten data has its copies; run 'varve vault replicate', then 'varve vault prune' again"
		[ -f "$(kept_in x)/$old" ]
		succeeds varve vault audit
	done
	stop_keeper
	serve_keeper x 5m
	succeeds varve vault replicate
	succeeds varve vault prune --grace 0
	[ ! -f "$(kept_in x)/$old" ]
	succeeds varve vault replicate
	succeeds varve vault status
	succeeds varve vault audit --all
}
