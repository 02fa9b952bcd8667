load ../../cli/helper
load host

# varve gc --remote: fewer, larger packs on a Git host, in one more commit.

# a: seven versions of a table on the host, and a branch that was deleted; the current folder.
many_packs() {
	plain_host
	a_table a
	for row in 10 20 30 40 50; do
		change $row
		varve push -q
	done
	git checkout -q -b gone
	change 60
	varve push -q origin gone
	git checkout -q main
	varve push -q origin :gone
	git branch -q -D gone
	[ "$(packs | wc -l)" -eq 7 ]
}

@test "gc --remote puts blocks into one pack, and history stays" {
	many_packs
	before=$(git -C ../host.git rev-parse refs/varve/blocks)
	varve clone -q "$url" ../old
	succeeds varve gc --remote --prune=now
	stderr_has "origin: 7 packs, "
	stderr_has " -> 1 pack, "
	stderr_has "are left out, as no ref there needs them"
	[ "$(packs | wc -l)" -eq 1 ]
	[ "$(git -C ../host.git rev-parse refs/varve/blocks~1)" = "$before" ]
	[ -z "$(git for-each-ref refs/varve)" ]
	varve clone -q "$url" ../b
	cmp prices.csv ../b/prices.csv
	cd ../b
	sound
	change 70
	succeeds varve push -q
	cd ../old
	succeeds varve pull -q
	cmp prices.csv ../b/prices.csv
	sound
	succeeds varve gc --remote --prune=now
	stderr_has "origin: 2 packs, "
	succeeds varve gc --remote=origin --prune=now
	stderr_has "nothing to gain"
}

@test "gc --remote leaves young packs as they are, and what they stand on" {
	many_packs
	succeeds varve gc --remote
	stderr_has "origin: 7 packs"
	# the clock of the tests stands in 2023, the machine's does not: all packs are old
	[ "$(packs | wc -l)" -eq 1 ]
	export GIT_COMMITTER_DATE="$(date +%s) +0000"
	for row in 80 90; do
		sed -i "s/^$row,item/$row,changed/" prices.csv
		varve commit -qam "change $row"
		varve push -q
	done
	[ "$(packs | wc -l)" -eq 3 ]
	succeeds varve gc --remote
	stderr_has "nothing to gain"
	[ "$(packs | wc -l)" -eq 3 ]
	varve clone -q "$url" ../b
	cmp prices.csv ../b/prices.csv
}

@test "gc --remote keeps what only a pull request reaches" {
	many_packs
	git checkout -q -b request
	change 70
	varve push -q origin request
	git -C ../host.git update-ref refs/pull/1/head refs/heads/request
	varve push -q origin :request
	git checkout -q main
	succeeds varve gc --remote --prune=now
	git fetch -q origin refs/pull/1/head:refs/heads/back
	varve clone -q "$url" ../b
	cd ../b
	succeeds varve fetch -q origin
	git fetch -q origin refs/pull/1/head
	succeeds git checkout -q FETCH_HEAD
	varve -C ../a cat --raw back:prices.csv | cmp - prices.csv
}

@test "gc --remote --dry-run changes nothing, and a remote that speaks varve is told apart" {
	many_packs
	before=$(git -C ../host.git for-each-ref)
	succeeds varve gc --remote --prune=now --dry-run
	stderr_has "would become fewer"
	[ "$(git -C ../host.git for-each-ref)" = "$before" ]
	varve clone -q --bare . ../peer.git
	varve remote add peer ../peer.git
	ends_with 2 varve gc --remote=peer
	stderr_has "is for Git hosts without varve, and"
}

# A young pack has the version's root, an old one rows of it, and no ref needs either for a while.
@test "gc --remote keeps what versions in young packs need, so that a branch that was deleted can be pushed again" {
	plain_host
	a_table a
	git checkout -q -b beside
	seq 1 20000 | awk 'BEGIN { print "id,v" } { print $1 "," ($1 * 7919) % 1000003 }' > rows.csv
	varve add -q rows.csv
	varve commit -qm beside
	varve push -q origin beside
	export GIT_COMMITTER_DATE="$(date +%s) +0000"
	sed -i 's/^9,.*/9,1/' rows.csv
	varve add -q rows.csv
	git commit -q --amend --no-edit
	varve push -q --force origin beside
	cp rows.csv ../rows.csv
	git checkout -q main
	varve push -q origin :beside
	git tag kept beside
	git branch -q -D beside
	succeeds varve gc --remote
	varve push -q origin kept:refs/heads/beside
	succeeds varve clone -q -b beside "$url" ../b
	cmp ../rows.csv ../b/rows.csv
	succeeds varve -C ../b fsck --data
}
