# Wrong clocks: no machine is blocked, and nothing is deleted early.
load vault

setup_clock() {
	command -v faketime > /dev/null || skip "faketime is not installed"
	case ${LD_PRELOAD-}$(ldd "$(command -v varve)") in
		*asan*) skip "faketime and the address sanitizer cannot both be loaded first" ;;
	esac
}

@test "a clock in 1970 or in 2100 keeps nobody from working and the newest refs are found" {
	setup_clock
	new_vault a
	succeeds faketime 2100-01-01 varve vault replicate --copies 1
	keep_recovery
	n=4
	for when in 1970-01-02 2026-11-21 2100-01-01 1970-01-02 2031-01-01; do
		n=$((n + 1))
		change "$n"
		succeeds faketime "$when" varve vault replicate
		succeeds faketime "$when" varve vault audit
		succeeds faketime "$when" varve vault status
		succeeds faketime "$when" varve vault repair
	done
	succeeds varve vault ledger verify
	new_machine
	for when in 1970-01-02 2100-01-01; do
		rm -rf ../again
		succeeds faketime "$when" varve vault recover --key ../paper --to ../again ../a
		cmp t.csv ../again/t.csv
		[ "$(git -C ../again rev-parse main)" = "$(git rev-parse main)" ]
	done
}

@test "a retired shard waits for its days whatever the clocks of who retires and who deletes say" {
	setup_clock
	new_vault a
	varve vault replicate --copies 1 > /dev/null
	branch_and_back
	succeeds faketime 1970-01-02 varve vault prune
	stderr_has "rewrote 1 run"
	for when in 2026-11-21 2026-11-23 2100-01-01 2100-01-01 1970-01-02 2026-11-24; do
		succeeds faketime "$when" varve vault prune
		stderr_has "deleted 0 copies"
		stderr_has "1 retired shard is not removed yet"
	done
	# Two weeks that pass here.
	succeeds faketime 2026-12-01 varve vault prune
	succeeds faketime 2026-12-08 varve vault prune
	stderr_has "deleted 1 copy"
	succeeds varve vault audit --all
}

@test "an audit counts although the clock of who placed the copy is in the future" {
	setup_clock
	new_vault a b
	succeeds faketime 2100-01-01 varve vault replicate
	rm ../a/*/shards/*
	ends_with 1 varve vault audit
	ends_with 1 varve vault status
	output_has "1 copy was missing or changed"
	succeeds varve vault repair
	succeeds varve vault status
}

@test "a holder that was seen by a clock in the future is away from now on" {
	setup_clock
	new_vault
	succeeds faketime 2100-01-01 varve vault replicate
	away=$(for h in a b c; do ls ../$h/*/shards/* > /dev/null 2>&1 && echo "$h"; done | head -n 1)
	mv "../$away" ../gone
	succeeds varve vault repair
	stderr_has "replaced 0 copies"
	succeeds faketime "$(date -d '8 days' +%F)" varve vault repair
	stderr_has "replaced 1 copy"
}
