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

@test "a vault keeps erased data until it is pruned on a machine with the list, and the receipt says both" {
	people_in_vault
	old=$(git rev-parse main~1)
	in_indexes "$old"
	succeeds erase_ada --plan
	ends_with 1 erase_ada --apply --receipt ../receipt
	vault_says stays
	reason_has "pruning the vault without a grace period"
	[ "$(jq '.answers[] | select(.remote == "vault") | .there' ../receipt)" -ge 6 ]
	shards | cmp - ../before
	# more than half of the vault is needed, so that a prune without the list keeps it
	mv .git/varve/erased ../list
	succeeds varve vault prune --grace 0
	mv ../list .git/varve/erased
	ends_with 1 erase_ada --apply --receipt ../receipt
	vault_says stays
	succeeds varve vault prune
	ends_with 1 erase_ada --apply --receipt ../receipt
	vault_says stays
	reason_has "sealed copies at holders, which no version needs"
	succeeds varve vault prune --grace 0
	succeeds erase_ada --apply --receipt ../receipt
	vault_says gone
	succeeds varve vault audit --all
	succeeds varve vault status
	recovers_without_ada ../a
	recovers_without_ada ../b
	shards > ../after
	! grep -qxFf ../before ../after || false
	! in_indexes "$old" || false
	succeeds varve vault prune --grace 0
	stderr_has "rewrote 0 runs"
}

@test "a holder that is away during an erasure is named in the receipt, and freed when it is back" {
	people_in_vault
	erase_ada --plan > /dev/null
	mv ../b ../away
	ends_with 1 erase_ada --apply --receipt ../receipt
	vault_says stays
	reason_has "could not be looked at: b"
	varve vault prune --grace 0 || true
	mv ../away ../b
	run varve vault prune --grace 0
	mv ../b ../away
	ends_with 1 erase_ada --apply --receipt ../receipt
	vault_says "out of reach"
	reason_has "could not be looked at: b"
	mv ../away ../b
	succeeds erase_ada --apply --receipt ../receipt
	vault_says gone
	recovers_without_ada ../b
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
