load ../helper
load ../vault/vault

# A vault's holders keep sealed copies of erased rows until the vault is pruned.

# A vault at a and b; 40 people, of which ada is one, in three versions that were sealed one after the other.
people_in_vault() {
	new_vault a b
	seq 1 40 | awk 'BEGIN { print "id,email" } { print $1 ",p" $1 "@example.net" }' > people.csv
	sed -i 's/^7,.*/7,ada@example.org/' people.csv
	printf 'for ada@example.org\n' > note.txt
	varve add -q --key id people.csv
	git add note.txt .varveconfig 2> /dev/null || git add note.txt
	varve commit -qm people
	varve vault replicate -q --copies 2 > /dev/null
	for n in 1 2; do
		tick
		echo "9$n,x$n@example.net" >> people.csv
		echo "more $n" >> note.txt
		git add note.txt
		varve commit -qam "more $n"
		varve vault replicate -q
	done
	git add .varveconfig
	varve commit -qm policy || true
	varve vault replicate -q
	shards > ../before
}

erase_ada() {
	printf 'ada@example.org\n' | varve erase --column email --values-from - "$@"
}

# Does the vault's folder here have the id?
in_indexes() {
	python3 -c 'import pathlib, sys; raw = bytes.fromhex(sys.argv[1]); sys.exit(not any(raw in p.read_bytes() for p in pathlib.Path(".git/varve/vault").rglob("*") if p.is_file()))' "$1"
}

vault_says() {
	[ "$(jq -r '.answers[] | select(.remote == "vault") | .answer' ../receipt)" = "$1" ] || {
		jq '.answers[] | select(.remote == "vault")' ../receipt
		false
	}
}

reason_has() {
	[[ $(jq -r '.answers[] | select(.remote == "vault") | .reason' ../receipt) == *"$1"* ]]
}

# A machine that has nothing gets all versions, without ada, from the holder.
recovers_without_ada() {
	rm -rf ../again
	succeeds varve vault recover -q --key "$XDG_CONFIG_HOME/varve/key" --to ../again "$1"
	succeeds varve -C ../again fsck --data
	[ "$(git -C ../again rev-parse main)" = "$(git rev-parse main)" ]
	for rev in main main~1 main~2 main~3; do
		varve -C ../again cat "$rev:people.csv" > ../version
		grep -q '^8,p8@example.net' ../version
		! grep -q ada@ ../version || false
	done
	git -C ../again cat-file --batch-all-objects --batch > ../objects
	! grep -aq 'ada@example' ../objects || false
	! grep -raq 'ada@example' ../again || false
}

both_away() {
	mv ../a ../away-a
	mv ../b ../away-b
}

both_back() {
	mv ../away-a ../a
	mv ../away-b ../b
}

@test "an erasure removes the person from the vault and its holders in the same act" {
	people_in_vault
	old=$(git rev-parse main~1)
	in_indexes "$old"
	succeeds erase_ada --plan
	succeeds erase_ada --apply --receipt ../receipt
	vault_says gone
	reason_has "sealed copies were deleted"
	output_lacks "varve vault prune"
	succeeds varve vault audit --all
	succeeds varve vault status
	shards > ../after
	! grep -qxFf ../before ../after || false
	! in_indexes "$old" || false
	recovers_without_ada ../a
	recovers_without_ada ../b
	succeeds varve vault prune --grace 0
	stderr_has "rewrote 0 runs"
	stderr_has "deleted 0 copies"
}

@test "a vault that is away keeps erased data until it is pruned with the list, and the command is named" {
	people_in_vault
	old=$(git rev-parse main~1)
	erase_ada --plan > /dev/null
	both_away
	ends_with 1 erase_ada --apply --receipt ../receipt
	vault_says stays
	reason_has "could not be looked at: a, b"
	reason_has "pruning the vault without a grace period"
	output_has "vault: finish with 'varve vault prune --grace 0', then run the same command again"
	[ "$(jq '.answers[] | select(.remote == "vault") | .there' ../receipt)" -ge 6 ]
	both_back
	shards | cmp - ../before
	# more than half of the vault is needed, so that a prune without the list keeps it
	mv .git/varve/erased ../list
	succeeds varve vault prune --grace 0
	mv ../list .git/varve/erased
	in_indexes "$old"
	succeeds varve vault prune
	stderr_has "1 retired shard is not removed yet"
	shards > ../waiting
	grep -qxFf ../before ../waiting
	succeeds varve vault prune --grace 0
	shards > ../after
	! grep -qxFf ../before ../after || false
	succeeds erase_ada --apply --receipt ../receipt
	vault_says gone
	recovers_without_ada ../a
	recovers_without_ada ../b
}

@test "a holder that is away during an erasure is named, and the same command frees it when it is back" {
	people_in_vault
	erase_ada --plan > /dev/null
	mv ../b ../away
	ends_with 1 erase_ada --apply --receipt ../receipt
	vault_says stays
	reason_has "could not be looked at: b"
	mv ../away ../b
	succeeds erase_ada --apply --receipt ../receipt
	vault_says gone
	succeeds varve vault audit --all
	recovers_without_ada ../a
	recovers_without_ada ../b
}

@test "a holder that goes away after an erasing prune has no more than the receipt says" {
	people_in_vault
	erase_ada --plan > /dev/null
	both_away
	ends_with 1 erase_ada --apply --receipt ../receipt
	both_back
	succeeds varve vault prune --grace 0
	mv ../b ../away
	ends_with 1 erase_ada --apply --receipt ../receipt
	vault_says "out of reach"
	reason_has "could not be looked at: b"
	mv ../away ../b
	succeeds erase_ada --apply --receipt ../receipt
	vault_says gone
	recovers_without_ada ../b
}

@test "an erasure goes through stripes, and any one holder may be lost after" {
	new_vault a b c
	awk 'BEGIN { srand(5); print "id,email,x"; for (i = 1; i <= 5000; i++) printf "%d,p%d@example.net,%s\n", i, i, rand() }' > people.csv
	sed -i 's/^7,p7@example.net/7,ada@example.org/' people.csv
	printf 'for ada@example.org\n' > note.txt
	python3 -c 'import random, sys; sys.stdout.buffer.write(random.Random(1).randbytes(2500000))' > large
	varve add -q --key id people.csv
	git add note.txt large
	varve commit -qm people
	varve vault replicate -q --code 2+1 > /dev/null
	tick
	sed -i 's/^9,.*/9,x9@example.net,1/' people.csv
	git add .varveconfig
	varve commit -qam more
	varve vault replicate -q
	[ "$(varve vault status --json | jq .stripes)" -gt 0 ]
	shards > ../before
	# the large file has no text to search
	run -1 erase_ada --plan
	ends_with 1 erase_ada --apply --receipt ../receipt
	output_has "large"
	vault_says gone
	shards > ../after
	! grep -qxFf ../before ../after || false
	succeeds varve vault status
	succeeds varve vault audit --all
	[ "$(varve vault status --json | jq .stripes)" -gt 0 ]
	for name in a b c; do
		mv "../$name" ../away
		rm -rf ../again
		holders=(../[abc])
		succeeds varve vault recover -q --key "$XDG_CONFIG_HOME/varve/key" --to ../again "${holders[@]}"
		mv ../away "../$name"
		succeeds varve -C ../again fsck --data
		varve -C ../again cat main:people.csv | cmp - people.csv
		! grep -q ada@ people.csv || false
		[ "$(git -C ../again rev-parse main)" = "$(git rev-parse main)" ]
	done
}

# Bob writes to the vault, too: ../bob, on the branch bob, one commit after what Ada had.
with_bob() {
	people_in_vault
	ada=$XDG_CONFIG_HOME
	new_machine
	bob=$XDG_CONFIG_HOME
	did=$(varve vault key new)
	XDG_CONFIG_HOME=$ada varve vault writers add "$did"
	varve vault recover -q --key "$ada/varve/key" --to ../bob ../a
	git -C ../bob switch -q -c bob
	export XDG_CONFIG_HOME=$ada
	bob_saves 901
}

as_bob() {
	(cd ../bob && XDG_CONFIG_HOME=$bob "$@")
}

bob_saves() {
	tick
	echo "$1,bob$1@example.net" >> ../bob/people.csv
	as_bob varve commit -qam "bob $1"
}

# An empty machine gets what both have, from each holder alone.
both_recover() {
	local holder rev
	for holder in a b; do
		rm -rf ../third
		succeeds varve vault recover -q --key "$ada/varve/key" --to ../third "../$holder"
		[ "$(git -C ../third rev-parse main)" = "$(git rev-parse main)" ]
		[ "$(git -C ../third rev-parse bob)" = "$(git -C ../bob rev-parse bob)" ]
		succeeds varve -C ../third fsck --data
		for rev in main main~1 main~2; do
			[ "$(varve -C ../third cat "$rev:people.csv")" = "$(varve cat "$rev:people.csv")" ]
		done
		for rev in bob bob~1 bob~2; do
			[ "$(varve -C ../third cat "$rev:people.csv")" = "$(varve -C ../bob cat "$rev:people.csv")" ]
		done
	done
}

@test "another writer's refs and runs keep the person until that writer pulls and prunes, and lose nothing" {
	with_bob
	as_bob varve vault replicate -q
	erase_ada --plan > /dev/null
	ends_with 1 erase_ada --apply --receipt ../receipt
	vault_says stays
	reason_has "refs of the vault lead to commits that this repository lacks"
	both_recover
	# Bob takes his commit along, without her, and prunes what he sealed
	cp .git/varve/erased ../bob/.git/varve/erased
	as_bob git remote add origin ../repo
	as_bob varve fetch -q origin
	as_bob git rebase -q --onto origin/main main bob
	as_bob git branch -q -f main origin/main
	as_bob git reflog expire --expire=now --all
	as_bob varve vault replicate -q
	git remote add bob ../bob
	varve fetch -q bob
	run -1 erase_ada --apply --receipt ../receipt
	as_bob varve vault prune --grace 0
	ends_with 1 erase_ada --apply --receipt ../receipt
	vault_says stays
	reason_has "2 sealed copies at holders, which no version needs, may have erased data"
	# those that he placed
	as_bob varve vault prune --grace 0
	succeeds erase_ada --apply --receipt ../receipt
	vault_says gone
	both_recover
	varve -C ../third cat bob:people.csv | grep -q '^901,bob901'
	git -C ../third cat-file --batch-all-objects --batch > ../objects
	! grep -aq 'ada@example' ../objects || false
	! grep -raq 'ada@example' ../third || false
}

@test "one machine that replicates while the other one erases loses nothing" {
	local n freed=0
	with_bob
	as_bob varve vault replicate -q
	git remote add bob ../bob
	for n in 11 12 13 14; do
		# after what Bob has: his versions are not rewritten
		tick
		echo "8$n,q$n@example.com" >> people.csv
		varve commit -qam "q$n"
		varve vault replicate -q
		varve fetch -q bob
		printf 'q%s@example.com\n' "$n" > ../values
		varve erase --column email --values-from - --plan < ../values > /dev/null
		bob_saves "9$n"
		as_bob varve vault replicate -q &
		other=$!
		if varve erase --column email --values-from - --apply < ../values > ../applied 2>&1; then
			freed=$((freed + 1))
		else
			# some of Bob's commits are missing here
			[ $? = 1 ] && grep -Eq "refs of the vault lead to commits that this repository lacks|must replicate first|also sent by another writer" ../applied || {
				cat ../applied
				false
			}
		fi
		wait "$other"
	done
	echo "# $freed of 4 erasures were finished at once" >&3
	varve fetch -q bob
	varve vault replicate -q
	as_bob varve vault replicate -q
	varve vault prune --grace 0 2> ../pruned
	as_bob varve vault replicate -q
	varve vault prune --grace 0 2> ../pruned
	succeeds varve vault ledger verify
	succeeds varve vault audit --all
	both_recover
	git -C ../third cat-file --batch-all-objects --batch > ../objects
	! grep -aq 'q1[1-4]@' ../objects || false
	! grep -raq 'q1[1-4]@' ../third || false
}

@test "an erasure that cannot read the vault says so" {
	people_in_vault
	erase_ada --plan > /dev/null
	key=$XDG_CONFIG_HOME
	new_machine
	ends_with 1 erase_ada --apply --receipt ../receipt
	vault_says "not looked at"
	reason_has "sealed copies stay at the holders"
	export XDG_CONFIG_HOME=$key
	succeeds varve vault prune --grace 0
	succeeds erase_ada --apply --receipt ../receipt
	vault_says gone
}

@test "a commit that was erased and is on a branch again stays in the vault, whole" {
	people_in_vault
	old=$(git rev-parse main)
	git clone -q --bare . ../old.git
	cp -r .git/varve/packs ../old-packs
	erase_ada --plan > /dev/null
	erase_ada --apply > /dev/null || true
	git fetch -q ../old.git main:back
	cp -n ../old-packs/* .git/varve/packs/
	succeeds varve cat back:people.csv
	varve vault prune --grace 0
	rm -rf ../again
	succeeds varve vault recover -q --key "$XDG_CONFIG_HOME/varve/key" --to ../again ../a
	[ "$(git -C ../again rev-parse back)" = "$old" ]
	succeeds varve -C ../again fsck --data
	varve -C ../again cat "$old:people.csv" | grep -q ada@example.org
}
