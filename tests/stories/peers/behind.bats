load ../../cli/helper

# A clone that lacks what the other side takes for granted, or the other way round: fetch goes on.

# hub.git, and the clones a (which pushes) and b.
setup() {
	varve_setup
	mkdir a
	cd a
	new_repo
	rows 3000 > t.csv
	varve add t.csv > /dev/null
	varve commit -qm one
	cd ..
	varve clone -q --bare a hub.git
	(cd a && varve remote add origin "$PWD/../hub.git")
	varve clone -q hub.git b
}

# One more version in a, pushed to a branch (main).
more() {
	(
		cd a
		tick
		sed -i "s/^$1,item/$1,changed/" t.csv
		varve commit -qam "change $1"
		varve push -q origin "HEAD:refs/heads/${2-main}"
	)
}

same() {
	cmp a/t.csv b/t.csv
	(cd b && succeeds varve fsck --data)
}

@test "a fetch goes on after what it had fetched was dropped" {
	more 7
	(cd b && varve fetch -q && succeeds varve drop --history)
	more 8
	more 9
	cd b
	succeeds varve fetch
	succeeds varve fetch
	succeeds varve pull -q
	cd ..
	same
	# again, and from a commit of which only the name is here
	more 10
	(cd b && varve fetch -q && succeeds varve drop --history)
	(cd a && git checkout -q main~2 2> /dev/null)
	more 11 side
	(cd a && git checkout -q main)
	more 12
	(cd b && succeeds varve pull -q)
	same
	(cd b && varve cat --raw origin/side:t.csv | cmp - <(cd ../a && varve cat --raw "$(git -C ../hub.git rev-parse side)":t.csv))
}

@test "a push sends whole what the other side lost after it was known to be complete" {
	more 7
	rm hub.git/varve/packs/*
	more 8
	(cd hub.git && succeeds varve fsck --data)
	varve -C hub.git cat --raw main:t.csv | cmp - a/t.csv
	varve -C hub.git cat --raw main~2:t.csv | cmp - <(varve -C a cat --raw main~2:t.csv)
}

# A branch of a pushed by git alone: its rows are not at the hub. The next push of varve would send them.
broken_branch() {
	more 7
	cd a
	git checkout -q -b broken
	tick
	sed -i "s/^5,item/5,broken/" t.csv
	varve commit -qam broken
	git push -q --no-verify origin broken
	git checkout -q main
	cd ..
}

one_stays_behind() {
	cd b
	ends_with 1 varve fetch
	stderr_has "broken"
	[ "$(git rev-parse origin/main)" = "$(git -C ../a rev-parse main)" ]
	ends_with 1 git rev-parse -q --verify origin/broken
	lacks_broken=$(git -C ../a rev-parse broken)
	! grep "$lacks_broken" .git/FETCH_HEAD || false
	succeeds varve fetch origin main
	succeeds varve pull
	stderr_has "broken"
	cd ..
	same
	cd b
	ends_with 2 varve fetch origin broken
	ends_with 2 varve pull origin broken
	cmp t.csv ../a/t.csv
	# from who has it, and then from the hub
	succeeds varve fetch --from "$PWD/../a"
	[ "$(git rev-parse origin/broken)" = "$lacks_broken" ]
	varve cat --raw origin/broken:t.csv | cmp - <(cd ../a && varve cat --raw broken:t.csv)
	succeeds varve fsck --data
	git update-ref -d refs/remotes/origin/broken
	cd ../a
	git checkout -q broken
	succeeds varve push $1 origin
	git checkout -q main
	cd ../b
	succeeds varve fetch
	[ "$(git rev-parse origin/broken)" = "$lacks_broken" ]
}

@test "one branch whose blocks are missing stays behind and all others move" {
	broken_branch
	one_stays_behind --all
}

@test "one branch of a plain host whose blocks are missing stays behind and all others move" {
	rm -rf hub.git b
	git init -q --bare hub.git
	(cd a && git config remote.origin.varveKind git && varve push -q origin main)
	varve clone -q --git-host hub.git b
	broken_branch
	one_stays_behind --blocks
}

@test "one branch whose version is not sound stays behind and all others move" {
	git -C a checkout -q -b lie
	more 6 lie
	git -C a show lie:t.csv | sed 's/"rows": *[0-9]*/"rows": 7/' > pointer
	git -C a checkout -q main
	more 7
	blob=$(git -C hub.git hash-object -w ../pointer)
	git -C hub.git update-ref refs/heads/lie "$(printf '100644 blob %s\tt.csv\n' "$blob" |
		git -C hub.git mktree | xargs git -C hub.git commit-tree -p main -m lie)"
	cd b
	ends_with 1 varve fetch
	stderr_has "lie"
	[ "$(git rev-parse origin/main)" = "$(git -C ../a rev-parse main)" ]
	ends_with 1 git rev-parse -q --verify origin/lie
}

@test "a clone that lacks blocks ends with 1 and says so, quietly and lazily too" {
	more 7
	python3 "$BATS_TEST_DIRNAME/../../net/thin.py" hub.git/varve 0 1
	ends_with 1 varve clone -q hub.git c
	stderr_has "lack blocks"
	stderr_has "hint: ask"
	ends_with 1 varve clone --lazy hub.git d
	stderr_has "t.csv"
}

@test "after a fetch of one branch what others lack is still known to be missing" {
	more 7
	cp -r hub.git sound.git
	python3 "$BATS_TEST_DIRNAME/../../net/thin.py" hub.git/varve 0 1
	ends_with 1 varve clone -q hub.git c
	(
		cd a
		git checkout -q --orphan other
		git rm -q -f t.csv
		printf 'id,name\n1,a\n' > u.csv
		varve add u.csv > /dev/null
		varve commit -qm other
		varve push -q origin other
		varve push -q ../sound.git other
		git checkout -q main
	)
	cd c
	succeeds varve fetch origin other
	git remote set-url origin ../sound.git
	succeeds varve fetch
	varve cat --raw HEAD:t.csv | cmp - ../a/t.csv
	succeeds varve fsck --data
}

@test "data of paths that are not there is not fetched in silence" {
	cd b
	ends_with 2 varve fetch --data HEAD t.csv nosuch.csv
	stderr_has "nosuch.csv"
	succeeds varve fetch --data HEAD t.csv
	git tag v2
	git tag v3
	ends_with 2 varve fetch --data v2 v3 -- t.csv
	succeeds varve fetch --data v2 -- t.csv
	ends_with 2 varve drop HEAD t.csv nosuch.csv
}

# A plain file may have any name that git takes; a table's is one on every system.
@test "a plain file whose name other systems do not have is cloned, changed, restored and removed" {
	name=$'a\tb: \\x\n.'
	(
		cd a
		mkdir -p -- '-d'
		echo hello > "$name"
		echo con > '-d/con'
		git add -- "$name" -d
		varve commit -qm odd
		varve push -q origin main
	)
	varve clone -q hub.git c
	cmp "a/$name" "c/$name"
	cd c
	[ -z "$(git status --porcelain)" ]
	output=$(varve status --porcelain)
	[ -z "$output" ]
	echo more >> "$name"
	succeeds varve commit -qam two
	succeeds varve push -q
	varve switch -q -c side HEAD~2
	[ ! -e "$name" ]
	varve switch -q main
	cmp "$name" <(printf 'hello\nmore\n')
	rm -- "$name"
	succeeds varve restore .
	cmp "$name" <(printf 'hello\nmore\n')
	cd ../b
	succeeds varve pull -q
	cmp "$name" "../c/$name"
	git rm -q -- "$name"
	succeeds varve commit -qm gone
	[ ! -e "$name" ]
	# a table with such a name
	git mv t.csv $'t\t.csv'
	git commit -qm table
	git push -q --no-verify ../hub.git HEAD:odd
	cd ..
	succeeds varve clone -b odd hub.git d
	cmp $'d/t\t.csv' $'b/t\t.csv'
}

@test "with the origin off a clone and a pull take the history from a peer and say so" {
	varve clone -q --bare hub.git peer.git
	more 7
	(cd a && varve push -q ../peer.git main)
	mv hub.git off.git
	succeeds varve clone --from "$PWD/peer.git" "$PWD/hub.git" c
	stderr_has "peer.git"
	cmp a/t.csv c/t.csv
	[ "$(git -C c config remote.origin.url)" = "$PWD/hub.git" ]
	[ "$(git -C c rev-parse peer/main)" = "$(git -C a rev-parse main)" ]
	[ -z "$(git -C c for-each-ref refs/remotes/origin)" ]
	(cd c && succeeds varve fsck --data)
	# what a clone has of its own is not taken for the origin's
	git -C peer.git branch own main
	cd b
	succeeds varve pull --from "$PWD/../peer.git"
	stderr_has "peer.git"
	cmp ../a/t.csv t.csv
	ends_with 1 git rev-parse -q --verify origin/own
	git config remote.origin.peers "$PWD/../peer.git"
	(cd ../a && tick && sed -i "s/^9,item/9,more/" t.csv && varve commit -qam more && varve push -q ../peer.git main)
	succeeds varve pull -q
	cmp ../a/t.csv t.csv
	# a peer that is behind takes nothing back
	git -C ../peer.git update-ref refs/heads/main main~2
	old=$(git rev-parse origin/main)
	succeeds varve fetch -p
	[ "$(git rev-parse origin/main)" = "$old" ]
	succeeds varve pull -q
	# and nobody at all is an error
	mv ../peer.git ../off2.git
	ends_with 2 varve fetch
	stderr_has "hub.git"
	stderr_has "peer.git"
	# the origin is back
	mv ../off.git ../hub.git
	mv ../off2.git ../peer.git
	succeeds varve push -q
	succeeds varve fetch
	[ "$(git -C ../hub.git rev-parse main)" = "$(git -C ../a rev-parse main)" ]
	[ "$(git rev-parse origin/main)" = "$(git -C ../a rev-parse main)" ]
}

@test "with the origin off a clone of a single branch takes the history from a peer" {
	varve clone -q --bare hub.git peer.git
	git -C peer.git branch other main
	mv hub.git off.git
	succeeds varve clone --git-host --single-branch --from "$PWD/peer.git" "$PWD/hub.git" c
	cmp b/t.csv c/t.csv
	[ "$(git -C c config remote.origin.url)" = "$PWD/hub.git" ]
	[ "$(git -C c for-each-ref --format='%(refname)' refs/remotes | sort)" = refs/remotes/peer/main ]
	[ "$(git -C c symbolic-ref HEAD)" = refs/heads/main ]
	succeeds varve clone --single-branch -b other --from "$PWD/peer.git" "$PWD/hub.git" d
	[ "$(git -C d for-each-ref --format='%(refname)' refs/remotes | sort)" = refs/remotes/peer/other ]
	cmp b/t.csv d/t.csv
	ends_with 2 varve clone --single-branch -b nowhere --from "$PWD/peer.git" "$PWD/hub.git" e
	ends_with 2 varve clone --single-branch --from "$PWD/off2.git" "$PWD/hub.git" e
	stderr_has "hub.git"
	[ ! -e e ]
}

@test "with the origin off a clone and a pull take the history from a Git host" {
	git init -q --bare host.git
	(cd a && varve remote add host "$PWD/../host.git" && git config remote.host.varveKind git && varve push -q host main)
	mv hub.git off.git
	# a path is asked as a peer, and for the blocks that a host has; a URL of git's as a host
	succeeds varve clone --from "$PWD/host.git" "http://127.0.0.1:9/hub.git" e
	cmp a/t.csv e/t.csv
	succeeds varve clone --git-host --from "file://$PWD/host.git" "http://127.0.0.1:9/hub.git" f
	cmp a/t.csv f/t.csv
	succeeds varve clone --git-host --from "$PWD/host.git" "$PWD/hub.git" c
	stderr_has "host.git"
	cmp a/t.csv c/t.csv
	[ "$(git -C c config remote.origin.url)" = "$PWD/hub.git" ]
	(cd c && succeeds varve fsck --data)
	succeeds varve clone --single-branch --from "$PWD/host.git" "$PWD/hub.git" d
	cmp a/t.csv d/t.csv
	more 7 || true
	(cd a && varve push -q host main)
	cd c
	succeeds varve pull --from "$PWD/../host.git"
	cmp ../a/t.csv t.csv
	succeeds varve fsck --data
}

@test "one remote that is off does not keep fetch --all from the others" {
	more 7
	cd b
	git remote add -f other ../hub.git > /dev/null 2>&1
	git remote add away "$PWD/../nowhere"
	git update-ref -d refs/remotes/other/main
	ends_with 2 varve fetch --all
	stderr_has "away"
	[ "$(git rev-parse other/main)" = "$(git -C ../a rev-parse main)" ]
	[ "$(git rev-parse origin/main)" = "$(git -C ../a rev-parse main)" ]
}
