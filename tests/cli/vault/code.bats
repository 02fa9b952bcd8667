# varve vault replicate --code K+M: stripes over holders that do not fail together, and what is left of them.
load vault

# Six holders; more than four shards of a file that cannot be compressed.
striped_vault() {
	new_vault a b c d e f
	python3 -c 'import random, sys; sys.stdout.buffer.write(random.Random(1).randbytes(4500000))' > large
	git add large
	git commit -q -m large
	run --separate-stderr varve vault replicate --code 4+2
	[ "$status" = 0 ]
	keep_recovery
}

# away HOLDER...: moves their folders away; back restores them.
away() {
	local name
	for name; do
		mv "../$name" "../$name.away"
	done
}

back() {
	local name
	for name; do
		rm -rf "../$name"
		mv "../$name.away" "../$name"
	done
}

# An empty machine gets everything back from the holder given, which names the others.
all_back() {
	rm -rf ../again
	XDG_CONFIG_HOME="$BATS_TEST_TMPDIR/empty" varve vault recover -q --key ../paper --to ../again "../$1"
	cmp large ../again/large
	cmp t.csv ../again/t.csv
	[ "$(git -C ../again rev-parse main)" = "$(git rev-parse main)" ]
}

@test "4+2 over six holders: any two can be lost, and everything comes back byte for byte" {
	local pairs=({a..f}{a..f}) both=() pair
	for pair in "${pairs[@]}"; do
		! [[ ${pair:0:1} < ${pair:1} ]] || both+=("$pair")
	done
	[ "${#both[@]}" = 15 ]
	striped_vault
	for pair in $(sampled 15 5); do
		pair=${both[pair - 1]}
		away "${pair:0:1}" "${pair:1}"
		for left in a b c d e f; do
			[ ! -d "../$left" ] || break
		done
		all_back "$left"
		back "${pair:0:1}" "${pair:1}"
	done
}

@test "4+2 takes 1.5 times the room of its stripes, and three copies of the rest" {
	striped_vault
	# Six of a stripe, and one that is not full in three copies.
	[ "$(find .. -path '*/shards/*' -size 1048512c | wc -l)" = 6 ]
	[ "$(find .. -path '*/shards/*' | wc -l)" = 9 ]
	[ "$(find .. -path '*/shards/*' ! -size 1048512c -printf '%f\n' | sort -u | wc -l)" = 1 ]
	for name in a b c d e f; do
		[ "$(find "../$name" -path '*/shards/*' -size 1048512c | wc -l)" = 1 ]
	done
	succeeds varve vault status
	output_has "safe: 1 stripe is whole, the rest has 3 copies; the loss of any 2 holders would lose no data"
	output_has "policy: stripes of 4+2, 3 copies of the rest"
	succeeds varve vault status --json
	[ "$(jq -r '"\(.code) \(.stripes) \(.fewestCopies) \(.owed)"' <<< "$output")" = "4+2 1 3 0" ]
	succeeds varve vault audit --all
	succeeds varve vault ledger verify
}

@test "more than two holders lost: what is missing is said exactly" {
	striped_vault
	away a b c
	XDG_CONFIG_HOME="$BATS_TEST_TMPDIR/empty" run --separate-stderr varve vault recover --key ../paper --to ../again ../d
	[ "$status" != 0 ]
	[ "$(grep -c 'to restore it, 4 other shards of its stripe are required, and only 3 could be read' <<< "$output$stderr")" = 3 ]
	lost=$(find ../a.away ../b.away ../c.away -path '*/shards/*' -size 1048512c -printf '%f\n')
	for shard in $lost; do
		[[ $output$stderr == *"$shard"* ]]
	done
	# The clone has it still, and three holders are too few for a stripe of four and parity.
	ends_with 2 varve vault repair --now
	stderr_has "copies yet, so nothing was retired"
	# They are back: nothing is lost.
	back a b c
	all_back d
	succeeds varve vault replicate -q
	succeeds varve vault status
}

@test "repair after two of six are lost reads four shards for each stripe, and brings back both" {
	striped_vault
	gone=$(find ../b ../e -path '*/shards/*' -size 1048512c -printf '%f\n' | sort)
	rm -r ../b ../e
	varve vault holder dead b
	varve vault holder dead e
	ends_with 1 varve vault status
	output_has "NOT SAFE: some data has only 1 copy instead of 3"
	varve vault holder add g ../g --domain "house g" 2> /dev/null
	varve vault holder add h ../h --domain "house h" 2> /dev/null
	succeeds varve vault repair
	[[ $stderr =~ "replaced "([0-9]+)" copies (".*"); read "([0-9.]+)" MB" ]]
	# The rest is a shard of less than 1 MB, and two of its three copies may be lost.
	awk -v read="${BASH_REMATCH[2]}" 'BEGIN { exit !(read * 1e6 >= 4 * 1048512 && read * 1e6 < 6 * 1048512) }'
	[ "$(find ../g ../h -path '*/shards/*' -size 1048512c -printf '%f\n' | sort)" = "$gone" ]
	[ ! -e .git/varve/vault/made ]
	succeeds varve vault repair
	stderr_has "replaced 0 copies"
	# Two others can be lost now: the vault has their replacements.
	away a c
	all_back d
	back a c
	succeeds varve vault status
	output_has "the loss of any 2 holders would lose no data"
	succeeds varve vault audit --all
}

@test "parity that an audit finds changed is made again" {
	striped_vault
	# Each holder has one shard of the stripe, the parity too; nobody is spared.
	for name in a b c d e f; do
		shard=$(find "../$name" -path '*/shards/*' -size 1048512c)
		flip_byte "$shard" 5000
		ends_with 1 varve vault audit --all "$name"
		output_has "FAILED: 1 of "
		ends_with 1 varve vault status
		succeeds varve vault repair
		succeeds varve vault audit --all "$name"
		succeeds varve vault status
	done
	all_back a
}

@test "a code for which there are too few failure domains is refused, and so is what is none" {
	new_vault a b c d e
	varve vault holder add again ../again --domain "house e" 2> /dev/null
	ends_with 2 varve vault replicate --code 4+2
	stderr_has "each of the 4+2 shards of a stripe needs its own failure domain, and the holders are in only 5 failure domains"
	stderr_has "varve vault holder add --domain"
	[ ! -e .varveconfig ]
	for code in 4 1+2 4+0 30+3 x+y; do
		ends_with 2 varve vault replicate --code "$code"
		stderr_has "is not a code K+M such as 4+2"
	done
	ends_with 2 varve vault replicate --code 3+2 --copies 2
	stderr_has "cannot be used together"
	varve vault replicate --code 3+2 > /dev/null
	[ "$(git config -f .varveconfig vault.code)" = 3+2 ]
	git config -f .varveconfig vault.copies 2
	ends_with 2 varve vault replicate
	stderr_has "vault.code and vault.copies"
	git config -f .varveconfig --unset vault.copies
	git config -f .varveconfig vault.code 3-2
	ends_with 2 varve vault replicate
	stderr_has ".varveconfig: vault.code: '3-2' is not a code K+M"
}

@test "the policy is kept, and --copies goes back for what is new" {
	striped_vault
	succeeds varve vault replicate
	stderr_has "nothing new"
	change 5
	succeeds varve vault replicate -q
	succeeds varve vault status
	output_has "the rest has 3 copies"
	succeeds varve vault replicate --copies 2 -q
	! git config -f .varveconfig vault.code || false
	[ "$(git config -f .varveconfig vault.copies)" = 2 ]
	head -c 4500000 /dev/urandom > other
	git add other
	git commit -q -m other
	succeeds varve vault replicate -q
	succeeds varve vault status
	output_has "safe: 1 stripe is whole, the rest has 2 copies; the loss of any holder would lose no data"
	all_back a
}

@test "a holder that is away is owed its shard, which the next run makes of the others" {
	new_vault a b c d e f
	varve vault replicate --code 4+2 > /dev/null
	python3 -c 'import random, sys; sys.stdout.buffer.write(random.Random(1).randbytes(4500000))' > large
	git add large
	git commit -q -m large
	away c
	ends_with 1 varve vault replicate
	stderr_has "1 copy is missing"
	ends_with 1 varve vault status
	output_has "NOT SAFE: some data has only 2 copies instead of 3"
	back c
	succeeds varve vault replicate
	stderr_has "made 1 copy that was missing from earlier runs"
	[ "$(find ../c -path '*/shards/*' -size 1048512c | wc -l)" = 1 ]
	succeeds varve vault status
}

@test "with fewer shards of a stripe than --min asks for the run does not count, and goes on later" {
	new_vault a b c d e f
	varve vault replicate --code 4+2 --min 2 > /dev/null
	python3 -c 'import random, sys; sys.stdout.buffer.write(random.Random(1).randbytes(4500000))' > large
	git add large
	git commit -q -m large
	away c d
	ends_with 1 varve vault replicate
	stderr_has "only 1 copy could be made, but at least 2 are required"
	ls .git/varve/vault/spool/run
	back c d
	succeeds varve vault replicate
	[ ! -e .git/varve/vault/spool ]
	succeeds varve vault status
}

@test "stripes are read as the page describes them, without varve" {
	striped_vault
	succeeds python3 "$BATS_TEST_DIRNAME/read_vault.py" ../a ../paper ../b ../c ../d ../e ../f
	output_has "stripes: 1 whole, shards made: 0"
	first=$output
	# Two are lost, whichever they are; what is data of them is made of the rest.
	for lost in "b c" "d e" "b f"; do
		away $lost
		succeeds python3 "$BATS_TEST_DIRNAME/read_vault.py" ../a ../paper ../[b-f]
		output_has "stripes: 0 whole"
		[ "$(grep -v ^stripes <<< "$output")" = "$(grep -v ^stripes <<< "$first")" ]
		back $lost
	done
}

# One more commit with so many bytes that cannot be compressed.
add_bytes() {
	python3 -c 'import random, sys; sys.stdout.buffer.write(random.Random(sys.argv[1]).randbytes(int(sys.argv[2])))' "$1" "$2" > "bytes$1"
	git add "bytes$1"
	git commit -q -m "bytes $1"
}

# stripes_are STRIPES: so many are alive, and the room that live shards take is at most so many bytes of parity
# more than the data.
stripes_are() {
	varve vault status --json > ../status || :
	[ "$(jq .stripes ../status)" = "$1" ]
}

@test "what lies in whole copies becomes a stripe when it would fill one" {
	new_vault a b c d e f
	varve vault replicate --code 4+2 > ../out
	output=$(< ../out) keep_recovery
	for n in 1 2 3; do
		add_bytes "$n" 1500000
		succeeds varve vault replicate
		if [ "$n" != 3 ]; then
			[[ $stderr != *"as stripes"* ]]
			stripes_are 0
		fi
	done
	stderr_has "as stripes"
	stripes_are 1
	succeeds varve vault status
	output_has "safe: 1 stripe is whole, the rest has 3 copies"
	# Not again and again.
	succeeds varve vault replicate
	[[ $stderr != *"as stripes"* ]]
	stripes_are 1
	add_bytes 4 200000
	succeeds varve vault replicate
	[[ $stderr != *"as stripes"* ]]
	# Retired shards are deleted, and everything is complete without them.
	succeeds varve vault prune --grace 0
	stderr_has "rewrote 0 runs"
	[ "$(find .. -path '*/shards/*' -size 1048512c -printf '%f\n' | sort -u | wc -l)" = 6 ]
	away b e
	rm -rf ../again
	XDG_CONFIG_HOME="$BATS_TEST_TMPDIR/empty" varve vault recover -q --key ../paper --to ../again ../a
	for n in 1 2 3 4; do
		cmp "bytes$n" "../again/bytes$n"
	done
}

@test "what was sealed in copies becomes stripes when the policy does" {
	new_vault a b c d e f
	add_bytes 1 4500000
	varve vault replicate --copies 2 > ../out
	output=$(< ../out) keep_recovery
	[ "$(find .. -path '*/shards/*' -size 1048512c | wc -l)" -ge 8 ]
	succeeds varve vault replicate --code 4+2
	stderr_has "as stripes"
	stripes_are 1
	succeeds varve vault prune --grace 0
	succeeds varve vault status
	away c d
	cp bytes1 large
	git add large
	git commit -q -m large
	succeeds varve vault replicate
	all_back a
	cmp bytes1 ../again/bytes1
}

@test "prune retires a stripe that is mostly dead with its parity, and writes the rest again" {
	new_vault a b c d e f
	varve vault replicate --code 4+2 > ../out
	output=$(< ../out) keep_recovery
	git switch -q -c aside
	add_bytes 1 4500000
	varve vault replicate -q
	git switch -q main
	stripes_are 1
	git branch -q -D aside
	change 5
	succeeds varve vault prune --grace 0
	stderr_has "rewrote 1 run"
	stripes_are 0
	# No holder has data or parity any longer.
	[ "$(find .. -path '*/shards/*' -size 1048512c | wc -l)" = 0 ]
	succeeds varve vault status
	succeeds varve vault audit --all
	cp readme large
	git add large
	git commit -q -m large
	varve vault replicate -q
	all_back a
}

@test "a holder that is removed gives its shards to another one, and stays where none can take them" {
	striped_vault
	ends_with 2 varve vault holder remove c
	stderr_has "'c' keeps"
	[ "$(find ../c -path '*/shards/*' -size 1048512c | wc -l)" = 1 ]
	varve vault holder add g ../g --domain "house g" 2> /dev/null
	mine=$(find ../c -path '*/shards/*' -size 1048512c -printf '%f\n')
	succeeds varve vault holder remove c
	[ "$(find ../g -path '*/shards/*' -size 1048512c -printf '%f\n')" = "$mine" ]
	succeeds varve vault replicate -q
	rm -r ../c
	succeeds varve vault status
	output_has "the loss of any 2 holders would lose no data"
	away a g
	all_back d
}

@test "drop counts a stripe of 4+2 as three copies, and fewer when a shard of it is changed" {
	striped_vault
	for n in 1 2 3; do
		change "$n"
	done
	git add .varveconfig
	git commit -q -m policy
	varve vault replicate -q
	ends_with 1 varve drop --history --copies 4
	shard=$(find ../a -path '*/shards/*' -size 1048512c)
	chmod u+w "$shard"
	truncate -s -1 "$shard"
	ends_with 1 varve drop --history --copies 3
	succeeds varve drop --history --copies 2
	output_has "at 2 places"
	succeeds varve cat HEAD~3:t.csv
	succeeds varve vault repair
	succeeds varve vault status
}
