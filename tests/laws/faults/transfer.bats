# kill -9 of either side of a transfer, at the system calls that change something: the same command
# then gets through, and leaves what it would have left alone.
load ../../cli/helper
load transfer

# a: two versions of a table, a file, a tag.
source_repo() {
	mkdir a
	cd a
	new_repo
	rows 300 > prices.csv
	echo first > notes.txt
	varve add prices.csv notes.txt > /dev/null
	varve commit -q -m one
	varve tag v1
	tick
	rows 320 1 > prices.csv
	varve commit -q -a -m two
	cd ..
}

no_clone() {
	rm -rf b
}

clone_sound() {
	if [ -e b/.git/varve/cloning ] || ! varve -C b fsck --data > /dev/null 2>&1; then
		"$@"
	fi
	cmp a/prices.csv b/prices.csv
	cmp a/notes.txt b/notes.txt
	cd b
	varve fsck --data
	git fsck --strict --no-dangling
	[ "$(git rev-parse HEAD origin/main)" = "$(git -C ../a rev-parse HEAD HEAD)" ]
	[ "$(git rev-parse v1)" = "$(git -C ../a rev-parse v1)" ]
	[ "$(git symbolic-ref HEAD)" = refs/heads/main ]
	[ "$(git config branch.main.remote) $(git config branch.main.merge)" = "origin refs/heads/main" ]
	[ -z "$(git status --porcelain)" ]
	[ -z "$(varve status --porcelain)" ]
	no_leftovers .
	[ -z "$(find . -name '.varve*')" ]
}

@test "kill -9 in clone: the same clone again gets through" {
	need_strace
	source_repo
	top=$PWD
	each_killed client no_clone clone_sound varve clone -q "ssh://host$PWD/a" b
}

@test "kill -9 of what a clone is served by: the same clone again gets through" {
	need_strace
	source_repo
	MOST=5 each_killed server no_clone clone_sound varve clone -q "ssh://host$PWD/a" b
}

# b: a clone that lacks the second commit.
fetch_repo() {
	rm -rf b
	cp -a b0 b
	cd b
}

fetch_sound() {
	"$@"
	[ "$(git rev-parse origin/main)" = "$(git -C ../a rev-parse main)" ]
	varve fsck --data
	git fsck --strict --no-dangling
	git merge -q --ff-only origin/main
	varve restore prices.csv 2> /dev/null || true
	cmp prices.csv ../a/prices.csv
	no_leftovers .git
}

older_clone() {
	git -C a branch -q old main~1
	varve clone -q a b0
	git -C b0 reset -q --hard origin/old
	git -C b0 update-ref -d refs/remotes/origin/main
	git -C b0 reflog expire --expire=now --all
	varve -C b0 gc -q --prune=now
	git -C b0 gc -q --prune=now
	git -C b0 config remote.origin.url "ssh://host$PWD/a"
}

@test "kill -9 in fetch: the same fetch again gets through" {
	need_strace
	source_repo
	older_clone
	top=$PWD
	fresh() { cd "$top"; fetch_repo; }
	each_killed client fresh fetch_sound varve fetch -q
}

push_sound() {
	clone_between "$top/hub.git"
	"$@"
	[ "$(git rev-parse origin/main)" = "$(git rev-parse main)" ]
	[ "$(git -C ../hub.git rev-parse main v1)" = "$(git rev-parse main v1)" ]
	[ "$(git config branch.main.remote) $(git config branch.main.merge)" = "origin refs/heads/main" ]
	varve -C ../hub.git fsck --data
	git -C ../hub.git fsck --strict --no-dangling
	varve fsck --data
	no_leftovers .git ../hub.git
}

push_setup() {
	need_strace
	source_repo
	top=$PWD
	varve init -q --bare hub0.git
	git -C a remote add origin "ssh://host$PWD/hub.git"
	mv a a0
	fresh() { cd "$top"; rm -rf a hub.git; cp -a a0 a; cp -a hub0.git hub.git; cd a; }
}

@test "kill -9 in push: the same push again gets through, and moves what it tracks" {
	push_setup
	each_killed client fresh push_sound varve push -q -u origin main v1
}

@test "kill -9 of what takes a push: the same push again gets through" {
	push_setup
	each_killed server fresh push_sound varve push -q -u origin main v1
}

pull_setup() {
	need_strace
	source_repo
	varve clone -q a b0
	git -C b0 config remote.origin.url "ssh://host$PWD/a"
	cd a
	tick
	rows 340 2 > prices.csv
	echo more > other.txt
	varve add other.txt > /dev/null
	varve commit -q -a -m three
	cd ..
	top=$PWD
	fresh() { cd "$top"; fetch_repo; }
}
pull_sound() {
	"$@"
	[ "$(git rev-parse HEAD)" = "$(git -C ../a rev-parse HEAD)" ]
	cmp prices.csv ../a/prices.csv
	cmp other.txt ../a/other.txt
	[ -z "$(git status --porcelain)" ]
	varve fsck --data
	git fsck --strict --no-dangling
	no_leftovers .
}
@test "kill -9 in pull: the same pull again gets through" {
	pull_setup
	each_killed client fresh pull_sound varve pull -q
}
merged_sound() {
	if [ -e .git/MERGE_HEAD ] && ! "$@"; then
		[ ! -e .git/MERGE_HEAD ] || varve merge --continue
	else
		"$@"
	fi
	[ "$(git rev-parse HEAD^2)" = "$(git -C ../a rev-parse HEAD)" ]
	grep -q '^7,mine' prices.csv
	cmp other.txt ../a/other.txt
	[ -z "$(git status --porcelain)" ]
	varve fsck --data
	no_leftovers .
}

@test "kill -9 in a pull that merges: the same again, or merge --continue, gets through" {
	pull_setup
	cd b0
	sed -i 's/^7,item/7,mine/' prices.csv
	echo mine > mine.txt
	varve add mine.txt > /dev/null
	varve commit -q -a -m mine
	cd ..
	each_killed client fresh merged_sound varve pull -q
}
