# What gc may never take, and when it takes what.
load ../../cli/helper

# Five versions; the bytes of each in ../vN.csv.
versions() {
	local n
	new_repo
	for n in 1 2 3 4 5; do
		rows $((300 + n)) "$n" > prices.csv
		cp prices.csv "../v$n.csv"
		varve add prices.csv > /dev/null
		varve commit -q -m "$n"
		tick
	done
}

# Every version must be there.
all_there() {
	varve gc -q --prune=now
	succeeds varve fsck --data
	for n in "$@"; do
		varve cat "${n%%=*}:prices.csv" | cmp - "../${n#*=}.csv"
	done
}

@test "after a hard reset into the reflog nothing is missing" {
	versions
	git reset -q --hard HEAD~3
	all_there HEAD=v2 'HEAD@{1}=v5'
	git reset -q --hard 'HEAD@{1}'
	cmp prices.csv ../v5.csv
	git reset -q --hard 'HEAD@{3}'
	cmp prices.csv ../v4.csv
	all_there HEAD=v4
}

@test "what was stashed comes back after gc" {
	versions
	rows 400 9 > prices.csv
	cp prices.csv ../v9.csv
	git stash -q
	rows 410 8 > prices.csv
	cp prices.csv ../v8.csv
	git stash -q
	all_there HEAD=v5
	git stash pop -q
	cmp prices.csv ../v8.csv
	git checkout -q prices.csv
	git stash pop -q
	cmp prices.csv ../v9.csv
}

@test "what only another worktree's index or HEAD names is kept" {
	versions
	git worktree add -q --detach ../linked HEAD~4
	cd ../linked
	rows 420 7 > prices.csv
	cp prices.csv ../v7.csv
	varve add prices.csv > /dev/null
	cd ../work
	all_there HEAD=v5
	cd ../linked
	rm prices.csv
	succeeds varve restore prices.csv
	cmp prices.csv ../v7.csv
	varve commit -q -m detached
	cd ../work
	all_there "$(git -C ../linked rev-parse HEAD)=v7"
}

@test "a deleted branch is kept as long as a reflog knows it" {
	versions
	git checkout -q -b side
	rows 430 6 > prices.csv
	cp prices.csv ../v6.csv
	varve commit -q -a -m side
	gone=$(git rev-parse HEAD)
	git checkout -q main
	git branch -q -D side
	all_there "$gone=v6"
	git reflog expire --expire=now --all
	varve gc -q --prune=now
	ends_with 2 varve cat "$gone:prices.csv"
	all_there HEAD=v5 HEAD~4=v1
}

# A version that nothing names any more.
litter() {
	rows 440 "$1" > prices.csv
	varve add prices.csv > /dev/null
	root=$(git cat-file blob :prices.csv | sed -n 's/.*"root": "\([^"]*\)".*/\1/p')
	git reset -q --hard
}

@test "the time of grace is kept to and a dry run keeps all" {
	versions
	litter 5
	varve cat "$root" > ../litter.csv
	succeeds varve gc --dry-run --prune=now
	varve cat "$root" | cmp - ../litter.csv
	varve gc -q
	varve cat "$root" | cmp - ../litter.csv
	varve gc -q --prune=1.day
	varve cat "$root" | cmp - ../litter.csv
	varve gc -q --prune=now
	ends_with 2 varve cat "$root"
	all_there HEAD=v5
}

@test "a clock that was set back or forward loses nothing" {
	command -v faketime > /dev/null || skip "faketime is not installed"
	[ -z "$(nm -D "$(command -v varve)" 2> /dev/null | grep __asan_init)" ] ||
		skip "faketime and the address sanitizer cannot both be loaded first"
	versions
	litter 5
	for when in '1971-01-01' '2038-01-20' '2106-02-08' '2000-01-01'; do
		faketime "$when" varve gc -q
		succeeds varve fsck --data
	done
	faketime '1971-01-01' varve gc -q
	varve gc -q
	all_there HEAD=v5 HEAD~4=v1
}

@test "a pack set aside in the future is not old" {
	versions
	litter 5
	varve gc -q
	aside=$(ls .git/varve/packs/aside-*.pack)
	later=${aside/aside-[0-9]*-/aside-9999999999-}
	mv "$aside" "$later"
	rm -f .git/varve/packs/aside-*.index
	varve gc -q --prune=1.hour
	varve cat "$root" > /dev/null
	early=${later/aside-9999999999-/aside-0000000001-}
	[ ! -e "$later" ] || mv "$later" "$early"
	rm -f .git/varve/packs/aside-*.index
	varve gc -q --prune=1.hour
	ends_with 2 varve cat "$root"
	all_there HEAD=v5 HEAD~4=v1
}
