# kill -9 of varve at its system calls, one after the other, while it works with a Git host without
# varve: the same command then gets through, and leaves what it would have left alone.
load ../../cli/helper
load ../../laws/faults/transfer
load host

# a: two versions of a table; host.git, empty.
source_repo() {
	need_strace
	plain_host
	mkdir a
	cd a
	new_repo
	rows 300 > prices.csv
	varve add prices.csv > /dev/null
	varve commit -q -m one
	tick
	rows 320 1 > prices.csv
	varve commit -q -a -m two
	git remote add origin "$url"
	git config remote.origin.varveKind git
	cd ..
	top=$PWD
}

host_sound() {
	git -C "$top/host.git" fsck --strict --no-dangling
	[ "$(git -C "$top/host.git" rev-parse main)" = "$(git -C "$top/a" rev-parse main)" ]
}

push_sound() {
	clone_between "$url"
	"$@"
	host_sound
	[ "$(git rev-parse origin/main)" = "$(git rev-parse main)" ]
	varve fsck --data
	no_leftovers .git
	rm -rf "$top/check"
	varve clone -q "$url" "$top/check"
	varve -C "$top/check" fsck --data
	cmp prices.csv "$top/check/prices.csv"
}

@test "kill -9 in a push to a host: the same push again gets through" {
	source_repo
	mv a a0
	mv host.git host0.git
	fresh() { cd "$top"; rm -rf a host.git; cp -a a0 a; cp -a host0.git host.git; cd a; }
	MOST=7 each_killed client fresh push_sound varve push -q -u origin main
}

fetch_sound() {
	"$@"
	host_sound
	[ "$(git rev-parse origin/main)" = "$(git -C "$top/host.git" rev-parse main)" ]
	[ -z "$(git for-each-ref refs/varve)" ]
	varve fsck --data
	git merge -q --ff-only origin/main
	varve restore prices.csv 2> /dev/null || true
	cmp prices.csv "$top/a/prices.csv"
	no_leftovers .git
}

@test "kill -9 in a fetch from a host: the same fetch again gets through" {
	source_repo
	(cd a && varve push -q origin main~1:refs/heads/main)
	varve clone -q --git-host "$url" b0
	(cd a && varve push -q origin main)
	fresh() { cd "$top"; rm -rf b; cp -a b0 b; cd b; }
	MOST=7 each_killed client fresh fetch_sound varve fetch -q
}

clone_sound() {
	if [ -e b/.git/varve/cloning ] || ! varve -C b fsck --data > /dev/null 2>&1; then
		"$@"
	fi
	cmp a/prices.csv b/prices.csv
	cd b
	varve fsck --data
	[ "$(git rev-parse HEAD origin/main)" = "$(git -C ../a rev-parse HEAD HEAD)" ]
	[ -z "$(git for-each-ref refs/varve)" ]
	[ -z "$(git status --porcelain)" ]
	no_leftovers .
}

@test "kill -9 in a clone of a host: the same clone again gets through" {
	source_repo
	(cd a && varve push -q origin main)
	no_clone() { rm -rf b; }
	MOST=7 each_killed client no_clone clone_sound varve clone -q --git-host "$url" b
}

blocks_sound() {
	"$@"
	host_sound
	varve fsck --data
	no_leftovers .git
	rm -rf "$top/check"
	varve clone -q "$url" "$top/check"
	varve -C "$top/check" fsck --data
	cmp prices.csv "$top/check/prices.csv"
}

@test "kill -9 in a push of the blocks alone: the same push again gets through" {
	source_repo
	(cd a && varve push -q -u origin main)
	git -C host.git update-ref -d refs/varve/blocks
	mv a a0
	mv host.git host0.git
	fresh() { cd "$top"; rm -rf a host.git; cp -a a0 a; cp -a host0.git host.git; cd a; }
	MOST=5 each_killed client fresh blocks_sound varve push -q --blocks
}

@test "kill -9 in a gc of the host's blocks: nothing is lost, and the same gc again gets through" {
	source_repo
	(cd a && varve push -q -u origin main~1:refs/heads/main && varve push -q origin main)
	mv a a0
	mv host.git host0.git
	fresh() { cd "$top"; rm -rf a host.git; cp -a a0 a; cp -a host0.git host.git; cd a; }
	MOST=5 each_killed client fresh blocks_sound varve gc -q --remote --prune=now
	[ "$(packs | wc -l)" -eq 1 ]
}

# Whatever a killed one has left: what it says of its versions is true, and the answer is there.
lazy_sound() {
	if [ -e b/.git/varve/cloning ] || [ ! -e b/prices.csv ]; then
		varve clone -q --git-host --lazy "$url" b
	fi
	varve -C b fsck
	varve -C b cat --raw HEAD~1:prices.csv | cmp - one.csv
	varve -C b fsck --data
	varve -C b fetch -q
	no_leftovers b
}

@test "kill -9 in a lazy clone, and while a command fetches what it needs" {
	source_repo
	(cd a && varve push -q origin main)
	rows 300 > one.csv
	no_clone() { cd "$top"; rm -rf b; }
	MOST=4 each_killed client no_clone lazy_sound varve clone -q --git-host --lazy "$url" b
	rm -rf b
	varve clone -q --git-host --lazy "$url" b0
	lazy() { cd "$top"; rm -rf b; cp -a b0 b; }
	MOST=4 each_killed client lazy lazy_sound varve -C b cat HEAD~1:prices.csv
}
