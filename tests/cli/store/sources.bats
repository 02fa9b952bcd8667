load ../helper
load ../../stories/hosts/host
load folder

# Where blocks are, beside the place that pushes write to: what is read from there, and what that frees.

# Two versions in the ref of the host; then the repository names an empty store, $store. Here: a clone of it.
older_ref() {
	plain_host
	a_table a 300
	change 7
	succeeds varve push -q
	store=$BATS_TEST_TMPDIR/work/store
	mkdir "$store"
	printf 'varve store 1\n' > "$store/format"
	named "$store"
	varve clone -q "$url" ../b
	cd ../b
}

# The next commit names the store $1, and its blocks stay where they are.
named() {
	printf '[store "team"]\n\turl = %s\n' "$1" > .varveconfig
	git add .varveconfig
	git commit -qm store --no-verify
	git push -q --no-verify
}

@test "what only the ref beside a store has is read and named, and frees nothing" {
	older_ref
	cmp prices.csv ../a/prices.csv
	succeeds varve whereis prices.csv
	output_has "  nothing   origin (in $store)
  all       origin (in refs/varve/blocks)"
	succeeds varve whereis --json prices.csv
	[ "$(jq -c '[.peers[] | select(.peer == "origin") | [.place, .has]]' <<< "$output")" = \
		"[[\"$store\",\"nothing\"],[\"refs/varve/blocks\",\"all\"]]" ]
	ends_with 1 varve drop --history
	succeeds varve --offline cat HEAD~2:prices.csv
	[ "$(varve status --remote --json | jq '.lacking | length')" -eq 2 ]
	ends_with 1 varve doctor
	output_has "the remote origin lacks the blocks of 2 versions of tables"
	succeeds varve push --blocks
	succeeds varve whereis prices.csv
	output_has "  all       origin (in $store)"
	output_lacks refs/varve/blocks
	succeeds varve drop --history
	ends_with 2 varve --offline cat HEAD~2:prices.csv
	succeeds varve cat HEAD~2:prices.csv
}

@test "while a store is away its older ref is read, and frees nothing" {
	older_ref
	succeeds varve push -q --blocks
	mv "$store" "$store.away"
	succeeds varve whereis prices.csv
	output_has "  unknown   origin (in $store): "
	output_has "  all       origin (in refs/varve/blocks)"
	ends_with 2 varve drop --history
	succeeds varve --offline cat HEAD~2:prices.csv
	for lazy in '' --lazy; do
		rm -rf ../c
		succeeds varve clone -q $lazy "$url" ../c
		cmp prices.csv ../c/prices.csv
		varve -C ../c cat HEAD~2:prices.csv | cmp - <(varve cat HEAD~2:prices.csv)
	done
}

@test "where a store is not trusted the older ref is read, and frees nothing" {
	older_ref
	named s3://some-bucket/x
	succeeds varve clone -q "$url" ../c
	stderr_has "varve.trustedHost s3://some-bucket"
	cd ../c
	cmp prices.csv ../a/prices.csv
	succeeds varve whereis prices.csv
	output_has "  unknown   origin (in s3://some-bucket/x): the store team, which .varveconfig names, is not trusted"
	output_has "  all       origin (in refs/varve/blocks)"
	ends_with 2 varve drop --history
	stderr_has "is not trusted"
	succeeds varve --offline cat HEAD~3:prices.csv
	ends_with 1 varve doctor
	output_has "varve.trustedHost s3://some-bucket"
}

@test "whereis names the store of the repository above, from which a fork is read, and drop does not count it" {
	a_store 300
	change 7
	succeeds varve push -q
	git clone -q --bare ../host.git ../fork.git
	cd ..
	mkdir mine
	printf 'varve store 1\n' > mine/format
	fork=${url%/*}/fork.git
	varve clone -q "$fork" b
	cd b
	printf '[store]\n\tupstream = %s\n[store "mine"]\n\turl = %s\n' "$store" "$PWD/../mine" > .varveconfig
	git -c core.hooksPath=/dev/null commit -qam "a store of our own"
	git -c core.hooksPath=/dev/null push -q
	succeeds varve whereis prices.csv
	output_has "  all       origin (in $store)"
	ends_with 1 varve drop --history
	succeeds varve --offline cat HEAD~2:prices.csv
	succeeds varve push --blocks -q
	succeeds varve whereis prices.csv
	output_has "  all       origin (in $PWD/../mine)"
	output_lacks "(in $store)"
}

@test "where the ref of blocks of a peer refuses, git push goes on as varve push does" {
	plain_host
	a_table a 300
	mkdir -p ../host.git/varve
	varve clone -q ../host.git ../b
	cd ../b
	cat > ../host.git/hooks/update <<-'END'
	#!/bin/sh
	case $1 in refs/varve/*) exit 1 ;; esac
	END
	chmod +x ../host.git/hooks/update
	git -C ../host.git config receive.varveSkipHooks true
	change 7
	succeeds varve push
	stderr_has "through git alone cannot get these blocks"
	change 8
	succeeds git push
	stderr_has "through git alone cannot get these blocks"
	[ "$(git -C ../host.git rev-parse main)" = "$(git rev-parse HEAD)" ]
	varve clone -q ../host.git ../c
	cmp prices.csv ../c/prices.csv
}

@test "while a store is away the versions that the older ref has come, and the others are missing" {
	older_ref
	change 9
	succeeds varve push -q
	mv "$store" "$store.away"
	cd ..
	ends_with 1 varve clone "$url" c
	stderr_has "1 of 3 versions lack"
	cd c
	succeeds varve --offline cat HEAD~2:prices.csv
	succeeds varve --offline cat HEAD~3:prices.csv
	mv "$store.away" "$store"
	succeeds varve fetch --data --all
	cmp prices.csv ../b/prices.csv || varve restore prices.csv
	cmp prices.csv ../b/prices.csv
}

@test "fsck --data asks the sources that a fetch reads" {
	older_ref
	git clone -q --bare ../host.git ../fork.git
	succeeds varve clone -q --lazy "$url" ../c
	cd ../c
	succeeds varve fsck --data
	output_has "not here: 1 version; origin has just sent a block of each as proof"
	mv "$store" "$store.away"
	succeeds varve fsck --data
	output_has "not here: 1 version; origin has just sent a block of each as proof"
	git -C ../host.git update-ref -d refs/varve/blocks
	succeeds varve fsck --data
	output_has "not here: 1 version, dropped since origin had copies; asking it for proof failed"
	mv "$store.away" "$store"
	ends_with 1 varve fsck --data
	output_has "the holder does not have it"
	varve -C ../b push -q --blocks
	succeeds varve fsck --data
	output_has "origin has just sent a block of each as proof"
}

@test "fsck --data asks the store above a fork, and the ref of blocks of a peer" {
	older_ref
	succeeds varve push -q --blocks
	git clone -q --bare ../host.git ../fork.git
	git -C ../fork.git update-ref -d refs/varve/blocks
	cd ..
	fork=${url%/*}/fork.git
	varve clone -q "$fork" d
	cd d
	mkdir ../mine
	printf 'varve store 1\n' > ../mine/format
	printf '[store]\n\tupstream = %s\n[store "mine"]\n\turl = %s\n' "$store" "$PWD/../mine" > .varveconfig
	git -c core.hooksPath=/dev/null commit -qam "a store of our own"
	git -c core.hooksPath=/dev/null push -q
	succeeds varve clone -q --lazy "$fork" ../e
	cd ../e
	succeeds varve fsck --data
	output_has "origin has just sent a block of each as proof"
	# a peer that got commits by git, and the rows in its ref of blocks
	git -C ../host.git update-ref refs/heads/main main~1 2> /dev/null || git -C ../host.git update-ref refs/heads/main "$(git rev-parse HEAD~2)"
	mkdir -p ../host.git/varve
	succeeds varve clone -q --lazy "../host.git" ../f
	cd ../f
	succeeds varve fsck --data
	output_has "origin has just sent a block of each as proof"
}

@test "fsck --data calls nothing lost while another source could not be asked" {
	older_ref
	printf '[store]\n\tupstream = s3://some-bucket/x\n[store "team"]\n\turl = %s\n' "$store" > .varveconfig
	git commit -qam upstream --no-verify
	git push -q --no-verify
	succeeds varve clone -q --lazy "$url" ../c
	mkdir -p ../host.git/varve
	succeeds varve clone -q --lazy ../host.git ../d
	git -C ../host.git update-ref -d refs/varve/blocks
	cd ../c
	succeeds varve fsck --data
	output_has "dropped since origin had copies; asking it for proof failed"
	output_has "is not trusted"
	# the peer does not have them, and where else they may be cannot be read
	cd ../d
	echo '[store' > .varveconfig
	git commit -qam broken --no-verify
	succeeds varve fsck --data
	output_has "dropped since origin had copies; asking it for proof failed"
}

# Versions that a dropped in favour of the older ref; an empty store is named since.
dropped_before() {
	plain_host
	a_table a 300
	for row in 7 8; do
		change $row
		succeeds varve push -q
	done
	succeeds varve drop --history
	store=$(dirname "$PWD")/store
	mkdir "$store"
	printf 'varve store 1\n' > "$store/format"
	named "$store"
	change 9
}

@test "a push to a store that was named since fetches what only the older ref has" {
	for push in "varve push" "git push"; do
		dropped_before
		succeeds $push
		stderr_has "2 versions were fetched, as the push needs them"
		git -C ../host.git update-ref -d refs/varve/blocks
		varve clone -q "$url" ../b
		cmp prices.csv ../b/prices.csv
		cd ..
		rm -rf a b host.git store
	done
}

@test "a push to a peer is refused where the stores that HEAD names cannot be read" {
	local tree files
	new_repo
	varve init -q --bare ../peer
	git remote add origin ../peer
	git config push.default current
	printf 'id,v\n1,2\n' > t.csv
	varve add t.csv > /dev/null
	mkdir ../store
	varve store add s "$PWD/../store" > /dev/null 2>&1
	git add .varveconfig
	varve commit -qm one
	succeeds varve push
	files=$(find ../store -type f | wc -l)
	[ "$files" -gt 2 ]
	git branch side
	printf 'id,v\n1,3\n' > t.csv
	varve add t.csv > /dev/null
	echo '[' >> .varveconfig
	git add .varveconfig
	varve commit -qm invalid
	ends_with 2 varve push
	stderr_has ".varveconfig cannot be read: bad config line"
	git checkout -q HEAD~1 .varveconfig
	varve commit -q --amend -m two
	git switch -q side
	git commit -q --allow-empty -m side
	echo x > x
	git add x
	git commit -qm side
	tree=$(git rev-parse 'HEAD^{tree}')
	mv ".git/objects/${tree:0:2}/${tree:2}" ../tree
	ends_with 2 varve push origin main
	stderr_has "$tree"
	[ "$(git -C ../peer rev-parse main)" = "$(git rev-parse main~1)" ]
	mv ../tree ".git/objects/${tree:0:2}/${tree:2}"
	succeeds varve push origin main
	[ "$(find ../store -type f | wc -l)" -gt "$files" ]
	# a fetch has other sources
	rm ".git/objects/${tree:0:2}/${tree:2}"
	succeeds varve fetch
}
