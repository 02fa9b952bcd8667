# kill -9 of varve at its system calls, one after the other: the same command then gets through, and an empty
# machine gets everything back.
load vault
load ../../laws/faults/transfer

# Keeps repository and holders as they are, to begin from again and again.
keep_state() {
	cd ..
	top=$PWD
	mkdir state
	cp -a repo a b state
	cd repo
}

fresh() {
	cd "$top"
	rm -rf repo a b
	cp -a state/repo state/a state/b .
	cd repo
}

# What recover makes is the repository, and nothing waits or is lacking.
vault_sound() {
	"$@"
	[ ! -e .git/varve/vault/spool ]
	varve vault ledger verify
	varve vault status
	varve vault audit --all
	rm -rf "$top/check"
	varve vault recover -q --key "$XDG_CONFIG_HOME/varve/key" --to "$top/check" "$top/a"
	[ "$(git -C "$top/check" rev-parse main)" = "$(git rev-parse main)" ]
	cmp t.csv "$top/check/t.csv"
}

@test "kill -9 in a replicate: the same replicate again gets through" {
	need_strace
	new_vault a b
	varve vault replicate > /dev/null
	change 5
	keep_state
	MOST=4 each_killed client fresh vault_sound varve-vault replicate -q
}

@test "kill -9 in the first replicate: the same replicate again begins a vault" {
	need_strace
	new_vault a b
	keep_state
	MOST=4 each_killed client fresh vault_sound varve-vault replicate -q
}

@test "kill -9 in a repair: the same repair again gets through" {
	need_strace
	new_vault a b
	varve vault replicate > /dev/null
	rm ../a/*/shards/*
	ends_with 1 varve vault audit
	keep_state
	MOST=4 each_killed client fresh vault_sound varve-vault repair -q
}

@test "kill -9 in a repair that seals lost shards again: the same repair again gets through" {
	need_strace
	new_vault a b
	varve vault replicate > /dev/null
	change 5
	varve vault replicate -q
	rm ../a/*/shards/* ../b/*/shards/*
	ends_with 1 varve vault audit
	keep_state
	MOST=4 each_killed client fresh vault_sound varve-vault repair -q
}

@test "kill -9 in a repair that writes damaged records again: the same repair again gets through" {
	need_strace
	new_vault a b
	varve vault replicate > /dev/null
	for record in ../a/*/records/*/*; do
		truncate -s -1 "$record"
	done
	keep_state
	MOST=4 each_killed client fresh vault_sound varve-vault repair -q
}

@test "kill -9 in a prune: the same prune again gets through" {
	need_strace
	new_vault a b
	varve vault replicate > /dev/null
	git switch -q -c aside
	seq 1 3000 | awk 'BEGIN { srand(3); print "id,x" } { print $1 "," rand() }' > big.csv
	varve add -q big.csv
	varve commit -q -m big
	varve switch -q main
	varve vault replicate -q
	git branch -q -D aside
	change 5
	keep_state
	MOST=4 each_killed client fresh vault_sound varve-vault prune --grace 0
}

# As keep_state, with six holders.
keep_striped_state() {
	cd ..
	top=$PWD
	mkdir state
	cp -a repo [a-h] state
	cd repo
}

fresh_striped() {
	cd "$top"
	rm -rf repo [a-h]
	cp -a state/repo state/[a-h] .
	cd repo
}

striped_sound() {
	vault_sound "$@"
	cmp large "$top/check/large"
	varve vault status --json > "$top/status"
	[ "$(jq '.stripes > 0' "$top/status")" = true ]
	[ ! -e .git/varve/vault/made ]
}

large_file() {
	python3 -c 'import random, sys; sys.stdout.buffer.write(random.Random(1).randbytes(2500000))' > large
	git add large
	git commit -q -m large
}

@test "kill -9 in a replicate with stripes: the same replicate again gets through" {
	need_strace
	new_vault a b c d
	varve vault replicate --code 2+2 > /dev/null
	large_file
	keep_striped_state
	MOST=4 each_killed client fresh_striped striped_sound varve-vault replicate -q
}

@test "kill -9 while small runs become a stripe: the same replicate again gets through" {
	need_strace
	new_vault a b c d
	large_file
	varve vault replicate --copies 2 > /dev/null
	keep_striped_state
	MOST=4 each_killed client fresh_striped striped_sound varve-vault replicate -q --code 2+2
}

@test "kill -9 in a repair of stripes: the same repair again gets through" {
	need_strace
	new_vault a b c d e f
	varve vault replicate --code 2+2 > /dev/null
	large_file
	varve vault replicate -q
	# who has shards depends on the holders' ids
	for holder in $(find ../[b-f] -path '*/shards/*' -type f | cut -d/ -f2 | sort -u | head -2); do
		rm ../"$holder"/*/shards/*
	done
	ends_with 1 varve vault audit
	keep_striped_state
	MOST=4 each_killed client fresh_striped striped_sound varve-vault repair -q
}

recovered() {
	"$@" || {
		# It was killed after its last step.
		[ ! -e "$top/check/.git/varve/cloning" ]
		[ -f "$top/check/.git/varve/blocks" ] || [ -d "$top/check/.git/varve/packs" ]
	}
	[ "$(git -C "$top/check" rev-parse main)" = "$(git rev-parse main)" ]
	cmp t.csv "$top/check/t.csv"
	git -C "$top/check" status --short | { ! grep -v varveconfig; }
	varve -C "$top/check" fsck --data
	varve -C "$top/check" vault holder list --json | grep -q '"name": *"b"'
}

@test "kill -9 in a recover: the same recover again gets through" {
	need_strace
	new_vault a b
	varve vault replicate > /dev/null
	keep_state
	fresh_check() { rm -rf "$top/check"; }
	MOST=6 each_killed client fresh_check recovered varve-vault recover -q --key "$XDG_CONFIG_HOME/varve/key" --to "$top/check" "$top/a"
}

@test "two machines that replicate at once both come back" {
	new_vault a b
	varve vault replicate > /dev/null
	second_writer
	XDG_CONFIG_HOME=$first change 5 ada
	git -C ../bob switch -q -c bob
	(cd ../bob && change 6 bob)
	(cd ../bob && XDG_CONFIG_HOME=$second varve vault replicate -q) &
	other=$!
	XDG_CONFIG_HOME=$first varve vault replicate -q
	wait "$other"
	# Each reads the other's records; nothing is missing, nothing was overwritten.
	export XDG_CONFIG_HOME=$first
	succeeds varve vault replicate
	succeeds varve vault ledger verify
	output_has "of 2 authors"
	succeeds varve vault recover -q --key "$first/varve/key" --to ../third ../b
	[ "$(git -C ../third rev-parse main)" = "$(git rev-parse main)" ]
	[ "$(git -C ../third rev-parse bob)" = "$(git -C ../bob rev-parse bob)" ]
	cd ../third
	succeeds varve fsck --data
}

@test "two commands on one repository's vault: one waits or says so" {
	new_vault a
	varve vault replicate --copies 1 > /dev/null
	exec 8> .git/varve/vault/lock
	flock 8
	ends_with 2 varve vault replicate 8>&-
	stderr_has "another command is using this repository's vault"
	exec 8>&-
	succeeds varve vault replicate
}

@test "a recovery that was interrupted after a newer run goes on to the newer state" {
	new_vault a
	varve vault replicate --copies 1 > /dev/null
	recover_again() { varve vault recover -q --key "$XDG_CONFIG_HOME/varve/key" --to ../again ../a; }
	recover_again
	echo recover > ../again/.git/varve/cloning
	rm ../again/.git/index
	change 77
	echo more > more
	git add more
	git commit -q -m more
	varve vault replicate -q
	succeeds recover_again
	[ "$(git -C ../again rev-parse main)" = "$(git rev-parse main)" ]
	cmp t.csv ../again/t.csv
	cmp more ../again/more
	[ -z "$(git -C ../again status --short | grep -v .varveconfig)" ]
	ends_with 2 recover_again
	stderr_has "exists and is not empty"
}

@test "a recovery that goes on to a newer run keeps what was changed since, and stages nothing" {
	new_vault a
	mkdir below
	echo one > below/goes
	echo one > stays
	git add .
	git commit -q -m files
	varve vault replicate --copies 1 > /dev/null
	recover_again() { varve vault recover -q --key "$XDG_CONFIG_HOME/varve/key" --to ../again ../a; }
	recover_again
	echo recover > ../again/.git/varve/cloning # killed after the index was written
	echo mine >> ../again/t.csv
	echo mine > ../again/new
	touch ../again/stays
	change 77
	git rm -q below/goes
	echo two > stays
	echo theirs > new
	git add .
	git commit -q -m more
	varve vault replicate -q
	succeeds recover_again
	[ "$(tail -n 1 ../again/t.csv)" = mine ]
	[ "$(cat ../again/new)" = mine ]
	[ "$(cat ../again/stays)" = two ]
	[ ! -e ../again/below ]
	[ "$(git -C ../again status --short | grep -v .varveconfig)" = " M new
 M t.csv" ]
}

@test "recover makes its repository in the current folder, whatever repository is around it" {
	new_vault a
	varve vault replicate --copies 1 > /dev/null
	mkdir below
	cd below
	succeeds varve vault recover -q --key "$XDG_CONFIG_HOME/varve/key" ../../a
	[ "$(git rev-parse --show-toplevel)" = "$(pwd -P)" ]
	cmp t.csv ../t.csv
}

@test "kill -9 in key new leaves no seed beside the key that is made then" {
	need_strace
	export XDG_CONFIG_HOME="$BATS_TEST_TMPDIR/config"
	strace -f -qq -o /dev/null -e trace=rename -e inject=rename:signal=KILL varve vault key new || true
	[ ! -e "$XDG_CONFIG_HOME/varve/key" ]
	succeeds varve vault key new
	[ "$(ls -A "$XDG_CONFIG_HOME/varve")" = key ]
}
