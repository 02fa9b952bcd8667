load ../helper

# Old versions that a policy removed, and an erasure.

# Four versions of people.csv, with ada in the first three; the first two expired here.
expired_people() {
	local day
	new_repo
	for day in 1 2 3 4; do
		printf 'id,email\n1,ada@example.org\n2,bob%s@example.org\n' "$day" > people.csv
		[ "$day" != 4 ] || sed -i 2d people.csv
		varve add -q --key id people.csv
		tick 86400
		varve commit -qm "day $day"
	done
	git init -q --bare -b main ../hub.git
	git remote add origin ../hub.git
	git config remote.origin.varveKind git
	varve push -q -u origin main
	varve expire -q --keep last=2 --plan ../expire.json "$@"
	varve expire -q --apply ../expire.json
}

find_ada() {
	printf 'ada@example.org\n' | varve erase --column email --values-from - "$@"
}

@test "versions that expired are named, and an erasure of the rest ends with success" {
	expired_people
	succeeds find_ada
	output_has "  people.csv, 2 versions: its rows have expired, and are gone from here"
	output_has "  column 'email': 1 row, 1 version"
	succeeds find_ada --json
	output_has '"complete": true'
	output_has '"rowsExpired": true'
	succeeds find_ada --plan
	succeeds find_ada --apply --receipt ../receipt
	output_has "  people.csv, 2 versions: its rows have expired, and are gone from here"
	! varve cat HEAD~1:people.csv | grep -q ada || false
	git cat-file --batch-all-objects --batch > ../objects
	! grep -raq "ada@" .git ../objects || false
	succeeds varve fsck
	succeeds find_ada --plan
	output_has "nothing found"
}

@test "a version that the list names as expired, but whose rows are here, is searched, and one that is only not here ends with 1" {
	expired_people
	varve clone -q --git-host ../hub.git ../copy
	cd ../copy
	git fetch -q ../work refs/varve/expired:refs/varve/expired
	succeeds find_ada
	output_has "  column 'email': 1 row, 3 versions"
	output_lacks "expired"
	git update-ref -d refs/varve/expired
	varve drop -q --history
	ends_with 1 find_ada --json
	output_has '"complete": false'
	output_has '"gapReason": "its rows are not here"'
}

@test "versions that expired here and are stored at the host end with 1, until they are freed there" {
	expired_people
	succeeds find_ada --plan --remote origin
	ends_with 1 find_ada --apply --now --receipt ../receipt
	output_has "blocks: not looked at, or in part; 2 blocks there; versions that expired here were not searched, and are still stored there"
	grep -q "versions that expired here were not searched" ../receipt
	git -C ../hub.git gc -q --prune=now
	ends_with 1 find_ada --apply --now
	output_has "versions that expired here were not searched"
	varve expire -q --keep last=2 --remote origin --plan ../again.json
	varve expire -q --apply ../again.json --now
	git -C ../hub.git gc -q --prune=now
	succeeds find_ada --apply --now
	output_lacks "still stored there"
}
