load ../helper
load ../../stories/hosts/host
load folder

# A store: packs, lists and versions as files of a folder; history at a host that knows git alone.

root_of() {
	git show "${1-HEAD}:prices.csv" | sed -n 's/.*"root": "\([^"]*\)".*/\1/p'
}

@test "a version goes to the store before its commit goes to the host, and comes back byte for byte" {
	a_store
	stderr_has "to $store"
	[ "$(git -C ../host.git for-each-ref --format='%(refname)')" = refs/heads/main ]
	[ "$(files | cut -d/ -f1 | sort | uniq -c | tr -s ' ')" = " 1 lists
 1 packs
 1 versions" ]
	[ -e "$store/versions/$(root_of).packs" ]
	cd ..
	succeeds varve clone "$url" b
	stderr_has "received 1 commit, 1 version of a table"
	cmp a/prices.csv b/prices.csv
	cd b
	sound
	[ "$(git for-each-ref refs/varve)" = "" ]
}

@test "a file of the store is what its name says" {
	a_store
	local pack hex
	pack=$(files | grep '^packs/')
	hex=${pack#packs/}
	hex=${hex%.pack}
	[ "$(files)" = "lists/$hex.list
packs/$hex.pack
versions/$(root_of).packs" ]
	printf 'varve version 1\nroot %s\n%s\n' "$(root_of)" "$hex" > lines
	{ cat lines; echo "sha256 $(sha256sum < lines | cut -c1-64)"; } | cmp - "$store/versions/$(root_of).packs"
	[ "$(tail -c 16 "$store/$pack" | od -An -tx1 | tr -d ' \n')" = "$hex" ]
}

@test "the next version adds a pack, a list and its own file, and rewrites nothing" {
	a_store
	files | (cd "$store" && xargs sha256sum) > before
	change 7
	succeeds varve push
	(cd "$store" && sha256sum -c --quiet -) < before
	[ "$(files | wc -l)" -eq 6 ]
	succeeds varve push
	stderr_is "everything up to date"
	[ "$(files | wc -l)" -eq 6 ]
	[ "$(wc -l < "$store/versions/$(root_of).packs")" -eq 5 ]
	git clone -q "$url" ../b
	cd ../b
	varve init -q
	succeeds varve fetch
	succeeds varve restore prices.csv
	cmp prices.csv ../a/prices.csv
}

@test "a lazy clone and a command that reads take versions from the store" {
	a_store
	change 7
	varve push -q
	cd ..
	varve clone -q --lazy "$url" b
	cd b
	succeeds varve diff --json HEAD~1 HEAD
	cmp prices.csv ../a/prices.csv
	sound
}

@test "git push by itself sends rows to the store first" {
	a_store
	change 9
	succeeds git push -q
	[ -e "$store/versions/$(root_of).packs" ]
}

@test "a store that is not there stops a push, which leaves the host as it was" {
	a_store
	mv "$store" "$store.away"
	change 7
	ends_with 2 varve push
	stderr_has "$store"
	ends_with 1 git push -q
	[ "$(git -C ../host.git rev-parse main)" = "$(git rev-parse HEAD~1)" ]
	[ ! -e "$store" ]
	mv "$store.away" "$store"
	succeeds varve push
	[ "$(git -C ../host.git rev-parse main)" = "$(git rev-parse HEAD)" ]
}

@test "a store of a newer varve is refused" {
	a_store
	printf 'varve store 2\n' > "$store/format"
	change 7
	ends_with 2 varve push
	stderr_has "format 2"
	cd ..
	ends_with 1 varve clone -q "$url" b
	stderr_has "format 2"
}

@test "two clones push to one store at once, and each finds all that the other has" {
	a_store
	varve clone -q "$url" ../b
	for i in 1 2 3; do
		git checkout -q -b "a$i" main
		change "$i"
	done
	cd ../b
	for i in 4 5 6; do
		git checkout -q -b "b$i" main
		change "$i"
	done
	varve push -q --all &
	(cd ../a && varve push -q --all)
	wait $!
	varve clone -q "$url" ../c
	cd ../c
	sound
	[ "$(varve fsck --data --json | grep -c damaged || true)" -lt 2 ]
	[ "$(ls "$store/versions" | wc -l)" -eq 7 ]
}

@test "a copy of the store by cp serves as well" {
	a_store
	cp -r "$store" ../mirror
	rm -r "$store"
	git clone -q "$url" ../b
	cd ../b
	varve init -q
	git config remote.origin.varveUrl "$(dirname "$store")/mirror"
	succeeds varve fetch
	succeeds varve restore prices.csv
	cmp prices.csv ../a/prices.csv
	sound
}

@test "what the store has lost or damaged is brought again by push --blocks" {
	a_store
	change 7
	varve push -q
	local pack list
	pack=$(ls -S "$store"/packs/* | tail -n 1)
	list=$(ls -S "$store"/lists/* | head -n 1)
	printf x | dd of="$pack" bs=1 seek=40 conv=notrunc status=none
	rm "$list"
	rm "$store/versions/$(root_of).packs"
	succeeds varve push --blocks
	varve clone -q "$url" ../b
	cd ../b
	sound
	cmp prices.csv ../a/prices.csv
	cd ../a
	succeeds varve push --blocks
	stderr_lacks "damaged"
}

@test "a store that was emptied gets all versions again with the next one" {
	a_store
	change 7
	varve push -q
	rm -r "$store"/packs "$store"/lists "$store"/versions
	change 8
	varve push -q
	varve clone -q "$url" ../b
	cd ../b
	sound
}

@test "names that are not a store's are passed over" {
	a_store
	mkdir -p "$store/lists/0123456789abcdef0123456789abcdef.list"
	touch "$store/lists/.syncthing.x.tmp" "$store/lists/desktop.ini" "$store/versions/desktop.ini" \
		"$store/packs/x (conflicted copy).pack"
	for i in $(seq 20); do
		change "$i"
	done
	succeeds varve push
	varve clone -q "$url" ../b
	cd ../b
	sound
	[ "$(ls "$store/versions" | grep -c ^bafy)" -eq 21 ]
}

@test "a listed file that is a symbolic link is not read, and a folder that is one is not written" {
	a_store
	mv "$store/packs" "$store.packs"
	ln -s "$store.packs" "$store/packs"
	change 7
	ends_with 2 varve push
	stderr_has "symbolic link"
	[ "$(ls "$store.packs" | wc -l)" -eq 1 ]
}

@test "a folder below the work tree is meant from its top, and none that a link leads to" {
	plain_host
	varve clone -q "$url" a
	cd a
	mkdir -p shared/store sub
	printf 'varve store 1\n' > shared/store/format
	printf 'shared/\n' > .gitignore
	printf '[store "team"]\n\turl = shared/store\n' > .varveconfig
	rows 100 > prices.csv
	varve add -q prices.csv .varveconfig .gitignore
	varve commit -qm one
	cd sub
	succeeds varve push -u origin main
	cd ..
	[ "$(find shared/store -type f | wc -l)" -eq 4 ]
	mv shared ../elsewhere
	ln -s ../elsewhere shared
	change 3
	ends_with 2 varve push
	stderr_has "symbolic link"
	[ "$(find ../elsewhere -type f | wc -l)" -eq 4 ]
}

@test "a store's URL with a password, an endpoint or a program in .varveconfig is refused" {
	plain_host
	varve clone -q "$url" a
	cd a
	rows 10 > prices.csv
	local bad
	for bad in "https://ada:secret@example.org/x" "s3://bucket/x?endpoint=http://127.0.0.1:1" "rclone:remote:x" \
		"ssh://example.org/x" "ext::sh -c true"; do
		printf '[store "team"]\n\turl = "%s"\n' "$bad" > .varveconfig
		varve add -q prices.csv .varveconfig
		varve commit -qm "$bad" --allow-empty
		ends_with 2 varve push -u origin main
		stderr_has .varveconfig
		stderr_lacks secret
	done
}

@test "status --remote lists the versions that are not in the store" {
	a_store
	[ "$(varve status --remote --json | jq -c '[.versions, .lacking]')" = '[1,[]]' ]
	place=$(varve status --remote --json | jq -r .place)
	[ "$place" = "$store" ]
	change 7
	git tag one
	change 8
	succeeds varve status --remote=origin --json
	[ "$(jq -r '.versions, (.lacking[] | .path, .commit, .here)' <<< "$output")" = "3
prices.csv
$(git rev-parse HEAD~1)
true
prices.csv
$(git rev-parse HEAD)
true" ]
	[ "$(jq -r '.lacking[1].root' <<< "$output")" = "$(root_of)" ]
	succeeds varve status --remote
	output_has "prices.csv"
	output_has '(use "varve push --blocks" to send them)'
	succeeds varve status --remote=origin
	output_has '(use "varve push --blocks origin" to send them)'
	varve push -q
	[ "$(varve status --remote --json | jq '.lacking | length')" -eq 0 ]
	rm "$store/versions/$(root_of).packs" "$store"/lists/*
	rm -rf .git/varve/host
	[ "$(varve status --remote --json | jq '.lacking | length')" -eq 3 ]
	ends_with 2 varve status --remote -s
	ends_with 2 varve status --remote=none
}

@test "a fork reads from the store of the repository above what its own store and host do not have" {
	a_store
	cp -R "$store" "$store.first"
	git clone -q --bare ../host.git ../fork.git
	cd ..
	mkdir mine
	printf 'varve store 1\n' > mine/format
	mine=$PWD/mine
	fork=${url%/*}/fork.git
	varve clone -q "$fork" b
	cd b
	printf '[store]\n\tupstream = %s\n[store "mine"]\n\turl = %s\n' "$store" "$mine" > .varveconfig
	git -c core.hooksPath=/dev/null commit -qam "a store of our own"
	git -c core.hooksPath=/dev/null push -q
	[ ! -e "$mine/packs" ]
	cd ..
	succeeds varve clone -q "$fork" c
	cmp c/prices.csv a/prices.csv
	cd c
	sound
	# a push goes to the fork's own; nothing is written above
	change 5
	succeeds varve push
	[ -e "$mine/versions/$(root_of).packs" ]
	diff -r "$store" "$store.first"
	# a fork without a store of its own
	printf '[store]\n\tupstream = %s\n' "$store" > .varveconfig
	git -c core.hooksPath=/dev/null commit -qam "none of our own"
	git reset -q --hard HEAD
	git -c core.hooksPath=/dev/null push -q
	cd ..
	varve clone -q --lazy "$fork" d || true
	cd d
	varve cat HEAD~2:prices.csv | cmp - ../a/prices.csv
	# one that cannot be read is named
	mv "$store" "$store.away"
	cd ..
	ends_with 1 varve clone "$fork" e
	stderr_has "$store"
}

@test "doctor notes a store that a fork shares with the repository above" {
	a_store 300
	git clone -q --bare ../host.git ../fork.git
	fork=${url%/*}/fork.git
	varve clone -q "$fork" ../b
	cd ../b
	succeeds varve doctor
	output_lacks "share a store"
	git remote add upstream "$url"
	succeeds varve doctor
	output_has "note: store: the remotes origin and upstream share a store ($store): a gc in a clone of one of them removes versions that only the other has"
	output_has "fix: if one of the remotes is a fork, give the fork a store of its own: there, run 'varve store add --default NAME URL', and set store.upstream in .varveconfig to this store"
	# as the mend says
	succeeds varve store add --default mine "$PWD/../mine"
	git config --file .varveconfig store.upstream "$store"
	git config --file .varveconfig --remove-section store.team
	git -c core.hooksPath=/dev/null commit -qam "a store of our own"
	succeeds varve push origin main
	succeeds varve doctor
	output_lacks "share a store"
}

@test "blocks that a folder's repository lacks come from the store that it names" {
	new_repo
	rows 300 > t.csv
	varve add -q t.csv
	varve commit -qm one
	varve store add team "$PWD/../kept" > /dev/null
	varve add -q .varveconfig
	varve commit -qm store
	git init -q --bare ../hub.git
	git remote add origin ../hub.git
	git config remote.origin.varveKind git
	succeeds varve push -q origin main
	git config --unset remote.origin.varveKind
	varve init -q --bare ../hub.git
	cd ..
	succeeds varve clone hub.git c
	cmp work/t.csv c/t.csv
	git clone -q hub.git d
	cd d
	succeeds varve cat HEAD:t.csv
	output_is "$(cat ../work/t.csv)"
	succeeds varve fetch --data
	succeeds varve restore .
	cmp ../work/t.csv t.csv
}

@test "store add takes a folder as seen from where the command runs" {
	new_repo
	mkdir -p sub/deep
	cd sub/deep
	succeeds varve store add one ../blk
	[ -d ../blk ] && [ "$(git config --file ../../.varveconfig store.one.url)" = sub/blk ]
	succeeds varve store add two ../../../far
	[ -d ../../../far ] && [ "$(git config --file ../../.varveconfig store.two.url)" = ../far ]
	succeeds varve store add three ./here
	[ -d here ] && [ ! -e ../../here ]
	cd ../..
	for name in one two three; do
		succeeds varve store test $name
	done
}

@test "whereis names the store that shows a version, and not one that only lists it" {
	a_store
	succeeds varve whereis prices.csv
	output_has "  all       here
  all       origin (in $store)"
	succeeds varve whereis --json prices.csv
	[ "$(jq -r '.peers[1] | .peer, .place, .has' <<< "$output")" = "origin
$store
all" ]
	rows 3100 > prices.csv
	varve add -q prices.csv
	succeeds varve whereis prices.csv
	output_has "  all       here
  nothing   origin (in $store)"
	succeeds varve whereis HEAD:prices.csv
	output_has "  all       origin (in $store)"
	# its list still names the pack
	rm "$store"/packs/*
	rm -rf .git/varve/host*
	succeeds varve whereis HEAD:prices.csv
	output_has "  all       here"
	[[ $output == *"  some      origin (in $store)"* || $output == *"  unknown   origin"* ]] || { echo "$output" >&2; return 1; }
	mv "$store" away
	succeeds varve whereis HEAD:prices.csv
	output_has "  unknown   origin"
}

@test "a push from a lazy clone to a store that lost its version files puts these back, from what its lists say" {
	a_store
	change 7
	varve push -q
	cd ..
	varve clone -q --lazy "$url" b
	rm "$store"/versions/*
	cd b
	echo words > words.txt
	varve add words.txt
	varve commit -qm words
	succeeds varve push
	[ "$(ls "$store"/versions/*.packs | wc -l)" -eq 2 ]
	succeeds varve status --remote
	output_has "2 versions, 0 incomplete there"
	varve clone -q "$url" ../c
	cmp ../c/prices.csv ../a/prices.csv
}

@test "a push by a path, to varve itself, fills the store that the repository names, before the branch moves" {
	a_store
	cd ..
	varve clone -q host.git b
	cd b
	git config remote.origin.varveKind peer
	sed -i 's/^7,item/7,changed/' prices.csv
	varve commit -qam two
	mv "$store" "$store.gone"
	before=$(git -C ../host.git rev-parse main)
	ends_with 2 varve push
	stderr_has "the store team"
	[ "$(git -C ../host.git rev-parse main)" = "$before" ]
	mv "$store.gone" "$store"
	succeeds varve push
	[ -e "$store/versions/$(root_of).packs" ]
	# whoever knows the host by git alone reads it there
	cd ../a
	succeeds varve pull
	cmp prices.csv ../b/prices.csv
}

@test "a folder is what it shows, not what a clone calls it, and push --blocks makes the ref that others read" {
	git init -q --bare host.git
	varve clone -q host.git a
	cd a
	rows 100 > prices.csv
	varve add -q prices.csv
	varve commit -qm one
	varve push -q -u origin main
	git config remote.origin.varveKind git
	varve clone -q ../host.git ../b
	(
		cd ../b
		sed -i 's/^7,item/7,changed/' prices.csv
		varve commit -qam two
		varve push -q
	)
	succeeds varve pull
	cmp prices.csv ../b/prices.csv
	[ -z "$(git -C ../host.git for-each-ref refs/varve/blocks)" ]
	succeeds varve push --blocks
	stderr_has "refs/varve/blocks"
	# as one sees it who has git alone there
	git clone -q --mirror ../host.git ../mirror.git
	git -C ../mirror.git fetch -q origin "refs/varve/*:refs/varve/*"
	varve clone -q ../mirror.git ../c
	cmp prices.csv ../c/prices.csv
}
