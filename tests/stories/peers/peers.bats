load ../../cli/helper

# A bare repository hub.git, and in it what the current repository's main has.
hub() {
	succeeds varve init -q --bare ../hub.git
	succeeds varve remote add origin ../hub.git
	succeeds varve push -q -u origin main
}

# Two commits of prices.csv in ./a, which is the current folder afterwards.
two_versions() {
	mkdir a
	cd a
	new_repo
	rows 3000 > prices.csv
	varve add prices.csv > /dev/null
	varve commit -qm one
	tick
	sed -i 's/^7,item/7,changed/' prices.csv
	varve commit -qam two
}

commit_change() {
	tick
	sed -i "$1" prices.csv
	varve commit -qam "$2"
}

sound() {
	succeeds varve fsck --data
	output_has "sound"
}

@test "a clone has the history, the files and all blocks" {
	two_versions
	cd ..
	succeeds varve clone a b
	stderr_has "cloning into 'b'"
	stderr_has "received 2 commits, 2 versions of tables"
	stderr_has "all 2 versions of tables are complete"
	cmp a/prices.csv b/prices.csv
	cd b
	[ "$(git rev-parse HEAD)" = "$(git -C ../a rev-parse HEAD)" ]
	[ -z "$(git status --porcelain)" ]
	[ -z "$(varve status --porcelain)" ]
	succeeds varve cat --raw HEAD~1:prices.csv
	sound
	git fsck --strict
	succeeds varve branch -vv
	output_has "origin/main"
}

@test "a clone by file:// and one of a bare repository" {
	two_versions
	hub
	cd ..
	succeeds varve clone "file://$PWD/hub.git" c
	cmp a/prices.csv c/prices.csv
	succeeds varve clone --bare hub.git d.git
	[ "$(git -C d.git rev-parse main)" = "$(git -C a rev-parse main)" ]
	cd d.git
	sound
}

@test "the remote of a clone has the name that git would give it" {
	two_versions
	cd ..
	git config --global clone.defaultRemoteName upstream
	succeeds varve clone -q a b
	[ "$(git -C b remote)" = upstream ]
	[ "$(git -C b rev-parse --abbrev-ref '@{u}')" = upstream/main ]
	succeeds varve clone -q -o other a c
	[ "$(git -C c remote)" = other ]
}

@test "clone checks out the branch asked for" {
	two_versions
	git checkout -q -b spring
	commit_change 's/^9,item/9,spring/' three
	git checkout -q main
	cd ..
	succeeds varve clone -q -b spring a b
	[ "$(git -C b branch --show-current)" = spring ]
	grep -q '^9,spring' b/prices.csv
	ends_with 2 varve clone -b nothing a c
	stderr_has "the remote has no branch or tag 'nothing'"
	[ ! -e c ]
}

@test "clone -b checks out a tag, detached, as git's clone does" {
	two_versions
	git tag old HEAD~1
	git tag -a -m "the same" annotated HEAD~1
	cd ..
	for tag in old annotated; do
		succeeds varve clone -b "$tag" a b
		stderr_has "HEAD is detached at $(git -C a rev-parse --short HEAD~1)"
		[ "$(cat b/.git/HEAD)" = "$(git -C a rev-parse HEAD~1)" ]
		cmp b/prices.csv <(varve -C a cat --raw HEAD~1:prices.csv)
		[ -z "$(git -C b status --porcelain)" ]
		[ "$(git -C b rev-parse --abbrev-ref origin/HEAD)" = origin/main ]
		rm -rf b
	done
	ends_with 2 varve clone --single-branch -b old a b
	stderr_has "old"
	[ ! -e b ]
}

@test "the ending .git of a path may be left out, as with git" {
	two_versions
	hub
	cd ..
	succeeds varve clone hub b
	[ "$(git -C b config remote.origin.url)" = "$PWD/hub" ]
	cmp a/prices.csv b/prices.csv
	succeeds varve clone -q "file://$PWD/hub" c
	cd a
	commit_change 's/^9,item/9,three/' three
	succeeds varve push -q ../hub main
	cd ../b
	succeeds varve pull
	cmp ../a/prices.csv prices.csv
	succeeds varve -C ../c fetch -q "$PWD/../hub" main
	succeeds varve cat "$PWD/../hub#main:prices.csv" --limit 1
	ends_with 2 varve clone ../hubb d
	stderr_has "no such folder '../hubb'"
	# a host without varve, whose blocks are in a ref
	cd ..
	git init -q --bare host.git
	git -C a remote add host "$PWD/host.git"
	succeeds varve -C a push -q --git-host host main 2> /dev/null || true
	serve_http hub.git
	succeeds varve clone -q "$url/hub" e
	cmp a/prices.csv e/prices.csv
}

@test "a remote's relative path begins at the top of the work tree, as in git" {
	two_versions
	hub
	varve clone -q ../hub.git ../p
	git config --add remote.origin.peers ../p
	mkdir sub
	cd sub
	succeeds varve fetch
	stderr_lacks "left out"
	(cd .. && commit_change 's/^9,item/9,sub/' three)
	succeeds varve push
	[ "$(git -C ../../hub.git rev-parse main)" = "$(git rev-parse main)" ]
	cd ..
	succeeds varve -C ../p pull -q
}

@test "clone --serve looks at the address before it makes the clone" {
	two_versions
	cd ..
	ends_with 2 varve clone --serve bogus a b
	stderr_has "'bogus' is not an address to listen on"
	[ ! -e b ]
	ends_with 2 varve clone --room 0 a b
	stderr_has "--room requires a number above 0"
	[ ! -e b ]
}

@test "a clone of a detached HEAD is detached there, unless no branch reaches it or another is asked for" {
	local how
	new_repo a
	cd a
	for i in 1 2 3; do
		rows 30 "$i" > prices.csv
		varve add -q prices.csv
		tick
		varve commit -qm "$i"
	done
	git checkout -q --detach HEAD~1
	id=$(git rev-parse HEAD)
	cd ..
	for how in "" --lazy --git-host; do
		rm -rf b
		# shellcheck disable=SC2086
		varve clone $how a b 2> err || [ "$how" = --git-host ]
		grep -q "the remote's HEAD is detached at ${id:0:7}" err
		[ "$(cat b/.git/HEAD)" = "$id" ]
		[ "$how" = --git-host ] || cmp b/prices.csv a/prices.csv
		[ -z "$(git -C b status --porcelain)" ]
		[ "$how" = --git-host ] || succeeds varve -C b fetch
	done
	succeeds varve clone --bare a c
	[ "$(cat c/HEAD)" = "$id" ]
	succeeds varve clone -b main a d
	[ "$(git -C d symbolic-ref HEAD)" = refs/heads/main ]
	(cd a && rows 9 > prices.csv && varve add -q prices.csv && varve commit -qm loose)
	succeeds varve clone a e
	stderr_has "nothing is checked out"
	ends_with 1 git -C e cat-file -e "$(git -C a rev-parse HEAD)"
}

@test "clone refuses a folder that is not empty, and leaves it alone" {
	two_versions
	cd ..
	mkdir b
	echo mine > b/note
	ends_with 2 varve clone a b
	stderr_has "not empty"
	[ "$(cat b/note)" = mine ]
}

@test "an empty repository can be cloned, and pushed to" {
	succeeds varve init -q --bare hub.git
	succeeds varve clone hub.git a
	stderr_has "cloned an empty repository"
	cd a
	rows 50 > prices.csv
	varve add prices.csv > /dev/null
	varve commit -qm one
	succeeds varve push -u origin main
	stderr_has "[new branch]"
	[ "$(git -C ../hub.git rev-parse main)" = "$(git rev-parse main)" ]
}

@test "a push sends what is new, and a second one nothing" {
	two_versions
	hub
	commit_change 's/^9,item/9,three/' three
	succeeds varve push
	stderr_has "sent 1 commit, 1 version of a table"
	stderr_has "main -> main"
	succeeds varve push
	stderr_is "everything up to date"
	cd ../hub.git
	sound
	git fsck --strict
}

@test "fetch moves the tracking branch, pull the branch at hand and its files" {
	two_versions
	hub
	cd ..
	succeeds varve clone -q hub.git b
	cd a
	commit_change 's/^9,item/9,three/' three
	varve push -q
	cd ../b
	succeeds varve fetch
	stderr_has "main -> origin/main"
	[ "$(git rev-parse origin/main)" = "$(git -C ../a rev-parse main)" ]
	[ "$(git rev-parse main)" != "$(git -C ../a rev-parse main)" ]
	succeeds varve pull
	cmp prices.csv ../a/prices.csv
	succeeds varve fetch
	[ -z "$stderr" ]
	git checkout -q --detach
	ends_with 2 varve pull
	stderr_is "varve: HEAD is detached: pull requires the branch to merge
hint: name one: varve pull REMOTE BRANCH; 'git branch -r' lists them"
}

@test "two sides' changes come together by pull and push" {
	two_versions
	hub
	cd ..
	succeeds varve clone -q hub.git b
	cd a
	commit_change 's/^9,item/9,ours/' "in a"
	varve push -q
	cd ../b
	commit_change 's/^11,item/11,theirs/' "in b"
	ends_with 1 varve push
	stderr_has "'varve pull' first"
	ends_with 2 varve pull --ff-only
	succeeds varve pull
	grep -q '^9,ours' prices.csv
	grep -q '^11,theirs' prices.csv
	succeeds varve push
	cd ../a
	succeeds varve pull
	cmp prices.csv ../b/prices.csv
	sound
}

@test "pull --rebase rebases by row and cell" {
	two_versions
	hub
	git reset -q --hard HEAD~1
	printf 'id,v\n9,z\n' > other.csv
	varve add -q other.csv
	varve commit -qm "of my own"
	git branch -q -u origin/main
	succeeds varve pull --rebase
	[ "$(git log -1 --format=%s)" = "of my own" ]
	[ "$(git rev-parse HEAD~1)" = "$(git rev-parse origin/main)" ]
}

@test "of --rebase and --no-rebase the last counts, as in git" {
	two_versions
	hub
	git reset -q --hard HEAD~1
	printf 'id,v\n9,z\n' > other.csv
	varve add -q other.csv
	varve commit -qm "of my own"
	git branch -q -u origin/main
	git config pull.rebase true
	succeeds varve pull --rebase --no-rebase
	[ "$(git rev-list --parents -1 HEAD | wc -w)" = 3 ]
	git reset -q --hard HEAD~1
	succeeds varve pull --no-rebase --rebase
	[ "$(git rev-list --parents -1 HEAD | wc -w)" = 2 ]
}

@test "a pull whose merge fails prints one JSON object, and its errors before" {
	two_versions
	hub
	git reset -q --hard HEAD~1
	echo mine >> prices.csv
	git branch -q -u origin/main
	ends_with 2 bash -c 'varve pull --json > ../both 2>&1'
	sed -n '/^{"fetch"/,$p' ../both | jq -e '.merge == null and .fetch.remote != ""'
	grep -q "^varve: " ../both
}

@test "a push that is not a fast-forward needs force, and the other side may forbid it" {
	two_versions
	hub
	git commit -q --amend -m "two again"
	ends_with 1 varve push
	stderr_has "[refused]"
	git -C ../hub.git config receive.denyNonFastForwards true
	ends_with 1 varve push --force
	stderr_has "receive.denyNonFastForwards"
	git -C ../hub.git config receive.denyNonFastForwards false
	succeeds varve push --force
	[ "$(git -C ../hub.git rev-parse main)" = "$(git rev-parse main)" ]
}

@test "force-with-lease refuses what moved since it was seen" {
	two_versions
	hub
	cd ..
	succeeds varve clone -q hub.git b
	cd b
	commit_change 's/^9,item/9,b/' "in b"
	varve push -q
	cd ../a
	git commit -q --amend -m "two again"
	ends_with 1 varve push --force-with-lease
	stderr_has "stale info: it has moved"
	ends_with 1 varve push --force-with-lease=main: origin main
	stderr_has "stale info: it exists already"
	ends_with 1 varve push --force-with-lease "$PWD/../hub.git" main
	stderr_has "stale info: it has no remote-tracking branch here"
	varve fetch -q
	succeeds varve push --force-with-lease
}

@test "each --force-with-lease counts, as in git" {
	two_versions
	hub
	git branch side
	varve push -q origin side
	old=$(git rev-parse main)
	git commit -q --amend -m "two again"
	git branch -q -f side
	ends_with 1 varve push --force-with-lease=main:HEAD~1 --force-with-lease=side:"$old" origin main side
	stderr_has "stale info: it is not at the expected commit"
	[ "$(git -C ../hub.git rev-parse main side | uniq)" = "$old" ]
	succeeds varve push --force-with-lease=main:"$old" --force-with-lease=side:"$old" origin main side
	[ "$(git -C ../hub.git rev-parse main side | uniq)" = "$(git rev-parse main)" ]
}

@test "branches and tags are pushed, deleted, and forbidden to be" {
	two_versions
	hub
	git branch spring
	git tag v1
	git tag -a v2 -m "version two"
	git -c advice.nestedTag=false tag -a nested v2 -m "of a tag"
	git tag -a files HEAD^{tree} -m "of a tree"
	git tag -a text HEAD:prices.csv -m "of a blob"
	git tag tree HEAD^{tree}
	git tag blob HEAD:prices.csv
	succeeds varve push origin spring v1 v2 nested files text tree blob
	stderr_has "[new tag]"
	[ "$(git -C ../hub.git rev-parse v2^{})" = "$(git rev-parse main)" ]
	for tag in v2 nested files text; do
		[ "$(git -C ../hub.git cat-file -t "$tag")" = tag ]
		[ "$(git -C ../hub.git rev-parse "$tag")" = "$(git rev-parse "$tag")" ]
	done
	git -C ../hub.git config receive.denyDeletes true
	ends_with 1 varve push --delete origin spring
	stderr_has "receive.denyDeletes"
	git -C ../hub.git config receive.denyDeletes false
	succeeds varve push --delete origin spring
	stderr_has "[deleted]"
	ends_with 1 git -C ../hub.git rev-parse -q --verify spring
	git tag -f v1 main~1 > /dev/null
	ends_with 1 varve push origin v1
	stderr_has "the tag already exists"
	cd ..
	succeeds varve clone hub.git b
	for tag in v2 nested files text tree blob; do
		[ "$(git -C b rev-parse "$tag")" = "$(git -C a rev-parse "$tag")" ]
		git -C b cat-file -p "$tag" > /dev/null
	done
	git -C b fsck --strict
	git -C b tag -d files tree > /dev/null
	succeeds varve -C b fetch --tags
	[ "$(git -C b rev-parse files tree)" = "$(git -C a rev-parse files tree)" ]
	succeeds varve -C b fetch --tags
	stderr_lacks received
}

@test "tags of fetched commits come along" {
	two_versions
	hub
	cd ..
	succeeds varve clone -q hub.git b
	cd a
	commit_change 's/^9,item/9,three/' three
	git tag -a v3 -m three
	varve push -q origin main v3
	cd ../b
	succeeds varve fetch
	stderr_has "[new tag]"
	[ "$(git rev-parse v3)" = "$(git -C ../a rev-parse v3)" ]
}

@test "prune takes away what is gone there" {
	two_versions
	git branch spring
	hub
	varve push -q origin spring
	cd ..
	succeeds varve clone -q hub.git b
	git -C hub.git branch -D spring > /dev/null
	cd b
	succeeds varve fetch
	git rev-parse -q --verify origin/spring
	succeeds varve fetch --prune
	stderr_has "[gone there]"
	ends_with 1 git rev-parse -q --verify origin/spring
}

@test "all refs of a push move, or none" {
	two_versions
	hub
	git branch spring
	git commit -q --amend -m "two again"
	ends_with 1 varve push origin spring main
	stderr_has "either all refs move or none"
	ends_with 1 git -C ../hub.git rev-parse -q --verify spring
}

@test "the checked-out branch of another work tree is refused, or follows, and another one moves" {
	two_versions
	cd ..
	succeeds varve clone -q a b
	cd b
	commit_change 's/^9,item/9,b/' "in b"
	ends_with 1 varve push
	stderr_has "it is checked out there"
	stderr_has "updateInstead"
	succeeds varve push origin HEAD:refs/heads/side
	[ "$(git -C ../a rev-parse side)" = "$(git rev-parse HEAD)" ]
	git -C ../a config receive.denyCurrentBranch updateInstead
	touch -d 2020-01-01 ../a/prices.csv # the same bytes
	succeeds varve push
	cmp prices.csv ../a/prices.csv
	[ -z "$(git -C ../a status --porcelain)" ]
	echo "9999,more,1,2024-01-01" >> ../a/prices.csv
	commit_change 's/^11,item/11,b/' "in b again"
	ends_with 1 varve push
	stderr_has "uncommitted changes"
}

@test "a push to a repository whose hooks may refuse it is refused, as varve does not run them" {
	two_versions
	hub
	commit_change 's/^9,item/9,b/' "in a"
	before=$(git -C ../hub.git rev-parse main)
	for hook in pre-receive update reference-transaction; do
		printf '#!/bin/sh\necho refused by the hook >&2\nexit 1\n' > "../hub.git/hooks/$hook"
		succeeds varve push -q origin HEAD:refs/heads/not-run
		succeeds varve push -q origin :not-run
		chmod +x "../hub.git/hooks/$hook"
		ends_with 1 varve push
		stderr_has "the hook $hook there is not run by varve"
		stderr_has "receive.varveSkipHooks"
		! git push -q origin main 2> ../said || return 1
		grep -q "refused by the hook" ../said
		[ "$(git -C ../hub.git rev-parse main)" = "$before" ]
		[ "$hook" = reference-transaction ] || rm "../hub.git/hooks/$hook"
	done
	git -C ../hub.git config receive.varveSkipHooks true
	succeeds varve push -q
	[ "$(git -C ../hub.git rev-parse main)" = "$(git rev-parse main)" ]
	cd ..
	succeeds varve clone -q a b
	git -C a config receive.denyCurrentBranch updateInstead
	printf '#!/bin/sh\nexit 1\n' > a/.git/hooks/push-to-checkout
	chmod +x a/.git/hooks/push-to-checkout
	cd b
	commit_change 's/^11,item/11,b/' "in b"
	ends_with 1 varve push
	stderr_has "the hook push-to-checkout there is not run by varve"
	rm ../a/.git/hooks/push-to-checkout
	succeeds varve push -q
	cmp prices.csv ../a/prices.csv
}

@test "a push to a branch of a linked work tree changes the files there, and no others" {
	two_versions
	git branch side
	git worktree add -q ../linked side
	git config receive.denyCurrentBranch updateInstead
	cd ..
	succeeds varve clone a b
	cd b
	git switch -q side
	commit_change 's/^9,item/9,b/' "on side"
	succeeds varve push
	same_bytes prices.csv ../linked/prices.csv
	for at in a linked; do
		[ -z "$(git -C ../$at status --porcelain)" ]
	done
	[ "$(git -C ../a show main:prices.csv)" = "$(git -C ../a show :prices.csv)" ]
	# two of them at once, and one that is rebased there
	commit_change 's/^8,item/8,b/' "on side again"
	git branch -f main
	ends_with 1 varve push origin main side
	stderr_has "push one at a time"
	(cd ../linked && GIT_SEQUENCE_EDITOR="sed -i 1ibreak" git rebase -qi HEAD~1)
	ends_with 1 varve push origin side
	stderr_has "or is rebasing it"
	git -C ../linked rebase --abort
	succeeds varve push origin side
	succeeds varve push origin main
	same_bytes prices.csv ../linked/prices.csv
	same_bytes prices.csv ../a/prices.csv
}

@test "what is missing locally is not pushed as if it were there" {
	two_versions
	succeeds varve init -q --bare ../hub.git
	rm -f .git/varve/packs/*
	ends_with 2 varve push ../hub.git main
	stderr_has "could not be fetched: prices.csv"
	ends_with 1 git -C ../hub.git rev-parse -q --verify main
}

@test "a clone of an incomplete repository says what nobody had" {
	two_versions
	cp prices.csv ..
	varve gc -q > /dev/null 2>&1 || true
	rm -f .git/varve/packs/*
	cd ..
	ends_with 1 varve clone a b
	stderr_has "2 of 2 versions lack blocks"
	[ -d b/.git ]
}

@test "a table is fetched by its name alone" {
	two_versions
	cid=$(varve info --json prices.csv | python3 -c 'import json, sys; print(json.load(sys.stdin)["root"])')
	mkdir ../b
	cd ../b
	new_repo
	succeeds varve fetch --cid "$cid" ../a
	succeeds varve cat --raw "$cid"
	varve cat --raw "$cid" | cmp - ../a/prices.csv
	ends_with 2 varve fetch --cid bafynonsense ../a
}

@test "dry-run sends nothing" {
	two_versions
	succeeds varve init -q --bare ../hub.git
	succeeds varve push --dry-run ../hub.git main
	stderr_has "would send"
	ends_with 1 git -C ../hub.git rev-parse -q --verify main
}

@test "a dry run of a push leaves nothing at the peer, and the id of the peer comes with its first blocks" {
	two_versions
	git init -q --bare ../plain.git
	varve init -q --bare ../hub.git
	for to in plain hub; do
		find ../$to.git -type f | sort > ../before
		succeeds varve push -n ../$to.git main
		stderr_has "would send 2 versions"
		find ../$to.git -type f | sort | diff ../before -
		[ "$to" = hub ] || [ ! -e ../plain.git/varve ]
		succeeds varve push -q ../$to.git main
		ends_with 1 varve drop -n --history --copies 2 --from ../$to.git --from "file://$(realpath ../$to.git)"
		output_has "it is the same repository as"
	done
}

@test "the pre-push hook may forbid it" {
	two_versions
	hub
	commit_change 's/^9,item/9,three/' three
	printf '#!/bin/sh\ncat > "$0.in"\nexit 1\n' > .git/hooks/pre-push
	chmod +x .git/hooks/pre-push
	ends_with 1 varve push
	stderr_has "pre-push"
	grep -q "refs/heads/main $(git rev-parse main) refs/heads/main" .git/hooks/pre-push.in
	succeeds varve push --no-verify
}

@test "whereis tells who has a version, and who delivered it" {
	two_versions
	hub
	cd ..
	succeeds varve clone -q hub.git b
	cd b
	succeeds varve whereis prices.csv
	output_has "all       here"
	output_has "all       origin"
	output_has "hub.git"
	rm -f ../hub.git/varve/packs/*
	succeeds varve whereis prices.csv
	output_has "nothing   origin"
}

@test "no such folder, no repository, no remote: each is named" {
	new_repo
	ends_with 2 varve clone ../nowhere x
	stderr_has "nowhere"
	mkdir ../plain
	ends_with 2 varve fetch ../plain
	stderr_has "no repository at"
	ends_with 2 varve fetch nowhere
	stderr_has "no remote or folder is named 'nowhere'"
	ends_with 2 varve push
	stderr_has "varve remote add origin"
}

@test "a repository of git without varve is served too" {
	mkdir g
	git init -q g
	printf 'a,b\n1,2\n' > g/t.csv
	git -C g add t.csv
	git -C g commit -qm one
	succeeds varve clone g h
	cmp g/t.csv h/t.csv
	git -C h fsck --strict
}

@test "a push to a read-only server is refused" {
	two_versions
	hub
	commit_change 's/^9,item/9,three/' three
	printf '#!/bin/sh\nexec varve serve --stdio --read-only ../hub.git\n' > ../ssh
	chmod +x ../ssh
	GIT_SSH=$PWD/../ssh ends_with 2 varve push ssh://host/hub.git main
	stderr_has "this repository does not accept pushes from you"
}

@test "commits that git brought get their blocks by the next fetch" {
	two_versions
	hub
	cd ..
	git clone -q hub.git b 2> /dev/null
	cd b
	varve init > /dev/null
	succeeds varve fetch -v
	stderr_has "blocks"
	succeeds varve restore prices.csv
	cmp prices.csv ../a/prices.csv
	cd ../a
	commit_change 's/^9,item/9,three/' three
	varve push -q
	cd ../b
	git fetch -q
	succeeds varve fetch
	succeeds varve cat --raw origin/main:prices.csv
	varve cat --raw origin/main:prices.csv | cmp - ../a/prices.csv
}

@test "an incomplete clone is completed by a peer that has the rest" {
	two_versions
	cd ..
	varve clone -q --bare a whole.git
	python3 "$BATS_TEST_DIRNAME/../../net/thin.py" a/.git/varve 0 2 > /dev/null
	ends_with 1 varve clone -q a b
	cd b
	succeeds varve fetch --from ../whole.git
	sound
}

@test "the other side's check of the data refuses a push, and the pusher reads why" {
	two_versions
	echo '{"rules": {"type-contradiction": "error"}}' > varve.json
	varve add -q varve.json
	varve commit -qm rules
	hub
	git -C ../hub.git config receive.varveCheck refuse
	tick
	sed -i 's/^9,item 279,[0-9.]*/9,item 279,cheap/' prices.csv
	varve add prices.csv > /dev/null 2>&1
	varve commit -qm bad
	ends_with 1 varve push
	stderr_has "remote:"
	stderr_has "cheap"
	stderr_has "receive.varveCheck"
	[ "$(git -C ../hub.git rev-parse main)" = "$(git rev-parse main~1)" ]
	git -C ../hub.git config receive.varveCheck warn
	succeeds varve push
	stderr_has "cheap"
}

# Serves $@ over HTTP on a free port; $url and $server (its process id).
serve_http() {
	varve serve --http 127.0.0.1:0 "$@" 2> serve.log 3>&- &
	server=$!
	for i in $(seq 600); do
		[ ! -e serve.log ] || url=$(sed -n 's/^serving .* at \(http[^ ]*\)$/\1/p' serve.log)
		[ -n "$url" ] && break
		sleep 0.1
	done
	[ -n "$url" ]
}

teardown() {
	[ -z "${server:-}" ] || kill "$server" 2> /dev/null || true
}

@test "clone, fetch and push over http" {
	two_versions
	cd ..
	varve clone -q --bare a hub.git
	printf 'secret\n' | varve serve --hash-secret ada > auth
	serve_http --auth auth hub.git
	succeeds varve clone "$url/hub.git" b
	cmp a/prices.csv b/prices.csv
	cd b
	commit_change 's/^9,item/9,three/' three
	GIT_ASKPASS=true ends_with 2 varve push
	succeeds varve push -u "http://ada:secret@${url#http://}/hub.git" main
	stderr_has "'main' now follows 'main' of http://ada@${url#http://}/hub.git"
	stderr_lacks secret
	[ "$(git -C ../hub.git rev-parse main)" = "$(git rev-parse main)" ]
	cd ../hub.git
	sound
}

@test "a trustless gateway serves as a block peer" {
	two_versions
	cd ..
	varve clone -q --bare a mirror.git
	python3 "$BATS_TEST_DIRNAME/../../net/thin.py" a/.git/varve 0 1 > /dev/null
	serve_http mirror.git
	succeeds varve clone --from "ipfs+$url" a b
	stderr_has "from ipfs+http"
	cd b
	varve cat --raw HEAD:prices.csv | cmp - <(cd ../mirror.git && varve cat --raw HEAD:prices.csv)
	sound
}

@test "a damaged block at the sender is named, and nothing moves" {
	two_versions
	succeeds varve init -q --bare ../hub.git
	python3 "$BATS_TEST_DIRNAME/../../net/thin.py" .git/varve 0 1 > /dev/null
	ends_with 2 varve push ../hub.git main
	stderr_has "the stored bytes are damaged"
	stderr_has "varve fsck"
	[ -z "$(git -C ../hub.git for-each-ref)" ]
}

# on_small_disk SIZE SCRIPT: runs the script in a fresh file system of that size, ./disk.
on_small_disk() {
	unshare -Urm sh -c 'mount -t tmpfs -o size=4m none "$1"' sh "$BATS_TEST_TMPDIR" 2> "$HOME/err" ||
		skip "mounting in a namespace of its own is not permitted: $(head -n 1 "$HOME/err")"
	mkdir -p disk
	unshare -Urm sh -c 'mount -t tmpfs -o size="$1" none disk && exec bash -eux "$2" 2> trace' sh "$1" "$2" ||
		{ tail -n 20 trace >&2; return 1; }
}

@test "a full disk on either side stops a transfer, and the next one completes it" {
	mkdir a
	cd a
	new_repo
	rows 300000 5 > prices.csv
	varve add prices.csv > /dev/null
	varve commit -qm one
	cd ..
	cat > script <<-'END'
	varve init -q --bare disk/hub.git
	git -C disk/hub.git config varve.keepFree 0
	head -c "$(($(stat -f -c '%a * %S' disk) - 200000))" /dev/zero > disk/filler
	! (cd a && varve push ../disk/hub.git main) 2> err || false
	grep -q "remote: .*space" err
	[ -z "$(git -C disk/hub.git for-each-ref)" ]
	! (varve clone a disk/b) 2> err || false
	grep -q "space" err
	rm disk/filler
	(cd disk/hub.git && varve fsck > /dev/null)
	(cd a && varve push -q ../disk/hub.git main)
	rm -rf disk/b
	varve clone -q --bare a disk/b
	(cd disk/hub.git && varve fsck --data > /dev/null)
	END
	on_small_disk 8m "$PWD/script"
}

@test "blocks of what plain git moved follow over http in both directions" {
	two_versions
	cd ..
	git clone -q --bare a hub.git
	printf 'secret\n' | varve serve --hash-secret ada > auth
	serve_http --auth auth hub.git
	cd a
	git config remote.hub.url "http://ada:secret@${url#http://}/hub.git"
	succeeds varve push hub main
	stderr_has "[its blocks]       main -> main"
	succeeds varve push hub main
	stderr_is "everything up to date"
	(cd ../hub.git && sound)
	cd ..
	varve clone -q "$url/hub.git" b
	cd a
	commit_change 's/^9,item/9,three/' three
	git push -q --no-verify ../hub.git main
	git -C ../b fetch -q ../hub.git +main:refs/remotes/origin/main
	commit_change 's/^11,item/11,four/' four
	succeeds varve push hub main
	(cd ../hub.git && sound)
	cd ../b
	succeeds varve fetch
	varve cat --raw origin/main:prices.csv | cmp - ../a/prices.csv
	sound
}

@test "a fetch finds what both have below a thousand commits that only one has" {
	new_repo far
	cd far
	rows 3000 > prices.csv
	varve add prices.csv
	varve commit -qm base
	cd ..
	varve clone -q far near
	rows 3001 > far/prices.csv
	(cd far && varve add prices.csv && varve commit -qm more)
	cd near
	local base now
	base=$(git rev-parse HEAD)
	now=$(git log -1 --format=%ct)
	awk -v base="$base" -v now="$now" 'BEGIN { for (i = 1; i <= 1500; i++) {
		printf "commit refs/heads/main\nmark :%d\ncommitter A <a@b> %d +0000\n", i, now + i
		printf "data 2\nm\nfrom %s\n", i == 1 ? base : ":" (i - 1)
	} }' | git fast-import --quiet
	[ "$(git rev-list --count main)" = 1501 ]
	git remote set-head origin -d # no ref names the commit that both have
	git update-ref -d refs/remotes/origin/main
	succeeds varve fetch
	[ "$(git rev-parse origin/main)" = "$(git -C ../far rev-parse HEAD)" ]
	[ "$(git rev-list --count main..origin/main)" = 1 ]
	varve cat origin/main:prices.csv | cmp - ../far/prices.csv
}

@test "a gateway at which nothing listens is not one that lacks a block" {
	new_repo a
	cd a
	rows 50 > prices.csv
	varve add -q prices.csv
	varve commit -q -m one
	git clone -q . ../b
	cd ../b
	varve init > /dev/null
	git remote remove origin
	ends_with 2 varve fetch --data --from ipfs+http://127.0.0.1:9 HEAD prices.csv
	stderr_has "connection refused"
	stderr_lacks "does not have"
}

@test "a clone has the remote's default branch as git's clone has it, and check begins a new branch there" {
	two_versions
	git branch -m main trunk
	git branch main HEAD~1 # which is not it
	cd ..
	git clone -q a by_git
	for options in "" "--lazy" "--single-branch"; do
		rm -rf b
		succeeds varve clone -q $options a b
		[ "$(git -C b symbolic-ref refs/remotes/origin/HEAD)" = "$(git -C by_git symbolic-ref refs/remotes/origin/HEAD)" ]
	done
	succeeds varve -C b fetch -q --prune
	cd b
	git switch -q -c new
	git commit -q --allow-empty -m own
	succeeds varve check "$(printf '%040d' 0)..HEAD"
	output_lacks "in 2 commits"
	[ "$(git rev-parse origin)" = "$(git rev-parse trunk)" ]
	cd ..
	git -C a branch HEAD/x # where git's clone ends with 128
	succeeds varve clone -q a c
	stderr_has "the remote's default branch is not recorded"
	[ "$(git -C c rev-parse HEAD)" = "$(git -C a rev-parse trunk)" ]
}

@test "a first clone from a peer that stands in for the remote has no tracking branches of that" {
	two_versions
	hub
	cd ..
	origin=$(git -C hub.git rev-parse main)
	succeeds varve clone -q hub.git friend
	(cd friend && git commit -q --allow-empty -m own && git branch secret && git tag theirs)
	mv hub.git away.git
	succeeds varve clone --from friend hub.git me
	[ -z "$(git -C me for-each-ref refs/remotes/origin)" ]
	[ "$(git -C me rev-parse main friend/main friend/secret theirs)" = "$(git -C friend rev-parse main main secret theirs)" ]
	cmp me/prices.csv friend/prices.csv
	succeeds varve -C me status
	mv away.git hub.git
	succeeds varve -C me fetch
	[ "$(git -C me rev-parse origin/main)" = "$origin" ]
	succeeds varve -C me status
	output_has "ahead of 'origin/main' by 1 commit"
}

@test "a peer that stands in for the remote moves none of its tracking branches" {
	two_versions
	hub
	cd ..
	origin=$(git -C hub.git rev-parse main)
	succeeds varve clone -q hub.git me
	succeeds varve clone -q hub.git friend
	(cd friend && git commit -q --allow-empty -m own && git branch secret)
	mv hub.git away.git
	cd me
	succeeds varve pull --from ../friend
	[ "$(git rev-parse origin/main)" = "$origin" ]
	[ "$(git rev-parse HEAD)" = "$(git -C ../friend rev-parse main)" ]
	[ "$(git rev-parse friend/secret)" = "$(git rev-parse HEAD)" ]
	succeeds varve status
	output_has "ahead of 'origin/main' by 1 commit"
	git remote add other ../friend
	succeeds varve fetch --from other origin
	[ "$(git rev-parse other/main)" = "$(git rev-parse HEAD)" ]
	[ "$(git rev-parse origin/main)" = "$origin" ]
	# an explicit place for it is the remote's, too
	succeeds varve fetch --from ../friend origin main:refs/remotes/origin/main
	[ "$(git rev-parse origin/main)" = "$origin" ]
}

@test "a peer that stands in for the remote of a lazy clone is asked for the rows of what it gave" {
	two_versions
	hub
	cd ..
	succeeds varve clone -q hub.git friend
	varve clone -q --lazy hub.git me 2> /dev/null
	(cd friend && sed -i '5s/item/theirs/' prices.csv && varve commit -qam theirs)
	mv hub.git away.git
	cd me
	succeeds varve pull --from ../friend
	cmp prices.csv ../friend/prices.csv
}

@test "a row group that more than doubles at its end travels as a difference" {
	local first
	noise() {
		python3 -c "
import random
random.seed(1)
print('id,text')
for i in range($1):
    print('%d,%032x' % (i, random.getrandbits(128)))"
	}
	mkdir a
	cd a
	new_repo
	noise 200 > t.csv
	varve add -q t.csv && varve commit -q -m one
	varve init -q --bare ../far
	varve push -q ../far main
	first=$(du -sb ../far/varve | cut -f1)
	noise 402 > t.csv
	varve commit -q -a -m two
	varve push -q ../far main
	[ "$(du -sb ../far/varve | cut -f1)" -lt "$((first + 5500))" ] # 202 new rows of 16 random bytes; 402 take 7,200
	[ "$(varve -C ../far info --json main:t.csv | python3 -c 'import json,sys; print(json.load(sys.stdin)["groups"])')" = 1 ]
}
