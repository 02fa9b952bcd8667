# Where heads are signed, only lists of expired versions that the owner, or a key that the owner authorized, signed count.
load ../../cli/helper
load host
load ../walks/expired

setup() {
	varve_setup
}

# Four versions of prices.csv in a repository that this machine signs, as a host has them.
signed_repo() {
	new_repo
	days 4
	a_host
	varve key new > /dev/null
	varve config varve.sign true
	varve sign -q --name prices
	git remote add origin "$url"
	varve push -q -u origin main
}

# put_list TEXT: adds this list to refs/varve/expired.
put_list() {
	local list parent=()
	list=$(git hash-object -w --stdin < "$1")
	! git rev-parse -q --verify refs/varve/expired > /dev/null || parent=(-p refs/varve/expired)
	git update-ref refs/varve/expired "$(git commit-tree -m list "${parent[@]}" "$(
		{
			[ ${#parent[@]} = 0 ] || git ls-tree refs/varve/expired
			printf '100644 blob %s\t%s\n' "$list" "$list"
		} | sort -u -k 4 | git mktree
	)")"
}

the_list() {
	git cat-file blob "refs/varve/expired:$(git ls-tree --name-only refs/varve/expired | head -n 1)"
}

# does_not_count WHY [BY]: the list is named by all that reads HEAD~2, and explains nothing.
does_not_count() {
	local why=$1 by=${2-Ada}
	ends_with 2 varve cat HEAD~2:prices.csv
	stderr_has "a list by $by names it as expired, but does not count: $why"
	stderr_lacks "its rows expired"
	ends_with 1 varve fsck
	output_has " by $by, of 2 expired versions, does not count: $why"
	output_lacks "expired: 2"
	ends_with 1 varve fsck --json
	jq -e --arg why "$why" '.expiredLists | length == 1 and (.[0] | endswith($why))' <<< "$output" > /dev/null
	succeeds varve verify
	output_has "does not count: $why"
	succeeds varve verify --json
	jq -e --arg why "$why" '.expiredLists | length == 1 and (.[0] | endswith($why))' <<< "$output" > /dev/null
}

@test "expire signs its list where heads are signed, and it counts in clones" {
	signed_repo
	varve expire -q --keep last=2 --plan ../plan.json
	succeeds varve expire --apply ../plan.json
	the_list | tail -n 2 | head -n 1 | grep -qx "repository z6Mk[^/]*/prices"
	the_list | tail -n 1 | grep -q "^signature "
	the_list | sed '$d' > ../signed
	{
		echo "-----BEGIN SSH SIGNATURE-----"
		the_list | tail -n 1 | sed 's/^signature //' | fold -w 70
		echo "-----END SSH SIGNATURE-----"
	} > ../signature
	ssh-keygen -Y check-novalidate -n varve-expired -s ../signature < ../signed
	varve push -q
	varve clone -q "$url" ../clone
	cd ../clone
	varve fsck > /dev/null
	rm -rf .git/varve/packs .git/varve/cache
	ends_with 2 varve cat HEAD~2:prices.csv
	stderr_has "its rows expired on "
	succeeds varve verify
	output_lacks "does not count"
	succeeds varve verify origin
	output_lacks "does not count"
	output_lacks "older"
}

@test "a list that a stranger wrote explains nothing where heads are signed, and is named" {
	signed_repo
	git remote remove origin
	leave_versions HEAD HEAD~3
	expire_versions HEAD~1 HEAD~2
	does_not_count "it is not signed"
}

@test "a forged and a foreign list are named, and explain nothing" {
	signed_repo
	varve expire -q --keep last=1 --plan ../plan.json
	varve expire -q --apply ../plan.json
	the_list > ../list
	git remote remove origin
	# forged: one byte differs
	git update-ref -d refs/varve/expired
	sed 's/^by .*/by Eve/' ../list > ../forged
	put_list ../forged
	ends_with 2 varve cat HEAD~2:prices.csv
	stderr_has "a list by Eve names it as expired, but does not count: its signature does not match it"
	succeeds varve verify
	output_has "by Eve, of 3 expired versions, does not count: its signature does not match it"
	# damaged: one character of the signature, or its end
	for damage in 's/^\(signature .\{60\}\)\(.\)/\1\2\2/' 's/^\(signature .*\)....$/\1/' 's/^signature .*/signature /'; do
		git update-ref -d refs/varve/expired
		sed "$damage" ../list > ../damaged
		put_list ../damaged
		ends_with 2 varve cat HEAD~2:prices.csv
		stderr_has "but does not count: its signature does not match it"
		stderr_lacks "its rows expired"
	done
	# more lines behind the signature
	git update-ref -d refs/varve/expired
	{
		cat ../list
		grep '^bafy' ../list
	} > ../longer
	put_list ../longer
	ends_with 2 varve cat HEAD~2:prices.csv
	stderr_has "but does not count: it is not signed"
	# the right one counts beside it
	put_list ../list
	ends_with 2 varve cat HEAD~2:prices.csv
	stderr_has "its rows expired on "
	succeeds varve verify
	output_lacks "does not count"
	# foreign: of another repository with the same owner
	git update-ref -d refs/varve/expired
	git clone -q --bare . ../other.git
	git -C ../other.git update-ref -d refs/varve/expired
	varve clone -q --bare "$url" ../rows.git
	cp -r ../rows.git/varve ../other.git
	rm ../other.git/varve/trust
	varve -C ../other.git sign -q --name stock
	varve -C ../other.git expire -q --keep last=1 --plan "$PWD/../other.json"
	varve -C ../other.git expire -q --apply "$PWD/../other.json"
	git -C ../other.git cat-file blob "refs/varve/expired:$(git -C ../other.git ls-tree --name-only refs/varve/expired)" > ../foreign
	grep -q "^repository .*/stock" ../foreign
	put_list ../foreign
	ends_with 2 varve cat HEAD~2:prices.csv
	stderr_has "but does not count: it is of another repository"
}

@test "a key that the owner authorized signs lists, until the owner revokes it, and other keys are refused" {
	local bob=$BATS_TEST_TMPDIR/bob key
	signed_repo
	mkdir "$bob"
	key=$(HOME=$bob XDG_CONFIG_HOME=$bob/.config varve key new | grep -o 'z6Mk[A-Za-z0-9]*' | head -n 1)
	varve clone -q "$url" ../b
	varve -C ../b expire -q --keep last=1 --plan "$PWD/../plan.json"
	HOME=$bob XDG_CONFIG_HOME=$bob/.config ends_with 2 varve -C ../b expire --apply "$PWD/../plan.json"
	stderr_has "a list of expired versions with the key $key would not count: it is signed neither by the owner nor with a key that the owner authorized"
	rows 300 2 | cmp - <(varve -C ../b cat HEAD~2:prices.csv)
	varve sign -q --signer "$key=2099-01-01"
	varve push -q
	varve -C ../b pull -q
	HOME=$bob XDG_CONFIG_HOME=$bob/.config succeeds varve -C ../b expire --apply "$PWD/../plan.json"
	cd ../b
	ends_with 2 varve cat HEAD~2:prices.csv
	stderr_has "its rows expired on "
	cd ../work
	varve sign -q --revoke "$key=0"
	varve push -q
	cd ../b
	varve pull -q
	succeeds varve verify
	output_has "of 3 expired versions, does not count: the owner revoked its signer"
	# the host has the rows
	rows 300 2 | cmp - <(varve cat HEAD~2:prices.csv)
	# the owner may list the same versions
	cd ../work
	git fetch -q ../b refs/varve/expired
	git update-ref refs/varve/expired FETCH_HEAD
	varve expire -q --keep last=1 --plan ../mine.json
	varve expire -q --apply ../mine.json
	ends_with 2 varve cat HEAD~2:prices.csv
	stderr_has "its rows expired on "
	succeeds varve verify
	output_lacks "does not count"
}

@test "a list without a signature beside a signed one explains only what is named as left out" {
	signed_repo
	varve expire -q --keep last=2 --plan ../plan.json
	varve expire -q --apply ../plan.json
	git remote remove origin
	leave_versions HEAD
	expire_versions HEAD~1 HEAD~2
	ends_with 2 varve cat HEAD~2:prices.csv
	stderr_has "its rows expired on "
	stderr_lacks "does not count"
	ends_with 2 varve cat HEAD~1:prices.csv
	stderr_has "a list by Ada names it as expired, but does not count: it is not signed"
	ends_with 1 varve fsck
	output_has "expired: 2 versions"
	output_has "by Ada, of 1 expired version, does not count: it is not signed"
}

@test "the first signed head signs no list of versions that are stored" {
	new_repo
	days 4
	leave_versions HEAD HEAD~2 HEAD~3
	# a stranger's list beside that of the owner
	expire_versions HEAD~1
	expire_versions HEAD~1 HEAD~2
	varve key new > /dev/null
	succeeds varve sign -q --name prices
	ends_with 2 varve cat HEAD~1:prices.csv
	stderr_has "its rows expired on "
	git ls-tree --name-only refs/varve/expired | while read -r list; do
		git cat-file blob "$list" | grep -q '^signature' || continue
		git cat-file blob "$list"
	done > ../signed
	[ "$(grep -c '^bafy' ../signed)" = 1 ]
	grep -qF "$(git cat-file blob HEAD~1:prices.csv | grep -o 'bafy[a-z0-9]*' | head -n 1)" ../signed
	succeeds varve verify
	output_has "of 1 expired version, does not count: it is not signed"
}

@test "lists of before the first signed head are signed with it, and older ones at a copy are named" {
	expired_middle
	a_host
	varve key new > /dev/null
	varve config varve.sign true
	succeeds varve sign -q --name prices
	git remote add origin "$url"
	succeeds varve push -u origin main
	[ "$(git ls-tree refs/varve/expired | wc -l)" = 2 ]
	varve clone -q "$url" ../clone
	cd ../clone
	is_whole
	output_lacks "does not count"
	succeeds varve verify origin
	output_lacks "older"
	git -C "$host" update-ref -d refs/varve/expired
	succeeds varve verify origin
	output_has "its lists of expired versions are older than those here: they lack 2 versions"
}

@test "a clone names a list that does not count" {
	signed_repo
	expire_versions HEAD~1 HEAD~2
	git push -q --no-verify origin refs/varve/expired
	git update-ref -d refs/varve/expired
	varve clone -q "$url" ../clone 2> said || true
	grep -q "by Ada, of 2 expired versions, does not count: it is not signed" said
	# nor does the owner's push leave anything out for it
	cd ../clone
	succeeds varve fsck --data
	output_has "sound: 4 versions"
}
