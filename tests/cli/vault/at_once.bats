# Two machines at one vault at the same time, again and again: nothing is lost.
load vault

# Ada in ../repo and Bob in ../bob write to the vault with the holders a and b.
two_machines() {
	new_vault a b
	varve vault replicate > /dev/null
	git add .varveconfig
	git commit -q -m policy
	varve vault replicate -q
	ada=$XDG_CONFIG_HOME
	new_machine
	bob=$XDG_CONFIG_HOME
	did=$(varve vault key new)
	XDG_CONFIG_HOME=$ada varve vault writers add "$did"
	varve vault recover -q --key "$ada/varve/key" --to ../bob ../a
	git -C ../bob switch -q -c bob
	export XDG_CONFIG_HOME=$ada
}

as_bob() {
	(cd ../bob && XDG_CONFIG_HOME=$bob "$@")
}

# An empty machine gets what both have, from each holder alone.
both_come_back() {
	local holder
	for holder in a b; do
		rm -rf ../third
		succeeds varve vault recover -q --key "$ada/varve/key" --to ../third "../$holder"
		[ "$(git -C ../third rev-parse main)" = "$(git rev-parse main)" ]
		[ "$(git -C ../third rev-parse bob)" = "$(git -C ../bob rev-parse bob)" ]
		(cd ../third && varve fsck --data)
		[ "$(varve -C ../third cat bob:t.csv)" = "$(varve -C ../bob cat bob:t.csv)" ]
		[ "$(varve -C ../third cat main:t.csv)" = "$(varve cat main:t.csv)" ]
	done
}

@test "two machines that replicate at once lose nothing" {
	two_machines
	for n in 1 2 3 4; do
		change "1$n" ada
		as_bob change "2$n" bob
		as_bob varve vault replicate -q &
		other=$!
		varve vault replicate -q
		wait "$other"
	done
	succeeds varve vault ledger verify
	output_has "of 2 authors"
	succeeds varve vault status
	both_come_back
}

@test "one machine that replicates while the other one prunes loses nothing" {
	two_machines
	for n in 1 2 3 4; do
		# Something large that is removed again: it is pruned while Bob still has it and relies on it.
		git switch -q -c "aside$n"
		seq 1 5000 | awk -v n="$n" 'BEGIN { srand(n); print "id,x" } { print $1 "," rand() }' > "big$n.csv"
		varve add -q "big$n.csv"
		varve commit -q -m "big$n"
		varve vault replicate -q
		git -C ../bob fetch -q ../repo "aside$n"
		as_bob varve fetch -q ../repo "aside$n"
		git -C ../bob merge -q --no-edit FETCH_HEAD > /dev/null
		varve switch -q main
		git branch -q -D "aside$n"
		change "1$n" ada
		as_bob varve vault replicate -q &
		other=$!
		# Some of Bob's commits are missing here: the command reports this, and does nothing.
		varve vault prune --grace 0 > ../pruned 2>&1 || grep -q "refs of the vault lead to commits that this repository lacks" ../pruned
		wait "$other"
		git fetch -q ../bob bob
		varve fetch -q ../bob bob
	done
	as_bob varve vault replicate -q
	varve vault replicate -q
	varve vault prune --grace 0 2> ../pruned
	as_bob varve vault replicate -q
	succeeds varve vault ledger verify
	both_come_back
	for n in 1 2 3 4; do
		[ "$(varve -C ../third cat "bob:big$n.csv" | wc -l)" = 5001 ]
	done
}
