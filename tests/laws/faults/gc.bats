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

# beside_repack GITDIR REF CALL COMMAND...: 'git repack -a -d' runs in GITDIR, bare or not, when the lock of REF is there and the
# ref is late: the CALL waits that fills the lock (varve's openat) or puts it in the ref's place (git's rename).
beside_repack() {
	local git ref=$2 call=$3 at
	git=$(cd "$1" && pwd)
	shift 3
	strace -f -qq -o /dev/null -P "$git/$ref~.lock" -P "$git/$ref.lock" -e "inject=$call:delay_enter=1500000" "$@" > "$HOME/${PWD##*/}.said" 2>&1 &
	at=$!
	until is_locked "$git/$ref" || ! kill -0 $at 2> /dev/null; do sleep 0.02; done
	is_locked "$git/$ref" || return 1
	compgen -G "$git/objects/pack/*.keep" > /dev/null || return 1
	git --git-dir "$git" repack -q -a -d
	is_locked "$git/$ref" || echo "the ref was not late enough: nothing is proved" >&2
	wait $at
}

# By varve, whose lock is a link, or by git.
is_locked() {
	[ -L "$1.lock" ] || [ -e "$1.lock" ]
}

@test "git's repack beside a late ref drops nothing" {
	command -v strace > /dev/null || skip "strace is not installed"
	strace -f -o /dev/null true 2> "$HOME/strace.err" || skip "strace is not permitted here"
	export ASAN_OPTIONS="${ASAN_OPTIONS:+$ASAN_OPTIONS:}detect_leaks=0"
	local put=$VARVE_BIN/../examples/bin/put name
	new_repo
	git config gc.auto 0
	git config varve.autoGc false
	rows 50 > t.csv
	rows 40 > u.csv
	varve add t.csv u.csv > /dev/null
	varve commit -q -m base
	git init -q --bare ../hub.git
	git remote add origin ../hub.git
	varve push -q origin main
	varve clone -q ../hub.git ../fetching
	sed -i 's/item 7/item seven/' t.csv
	varve commit -q -a -m two
	rows 60 > t2.csv
	cd ..
	cp -a work committing
	cp -a work bare_log
	cp -a work putting
	cp -a hub.git pushed.git
	varve -C work push -q origin main
	git -C work remote set-url origin ../pushed.git
	git -C bare_log config core.logAllRefUpdates false
	for name in committing bare_log; do # two new objects are a pack
		cp work/t2.csv $name/t.csv
		rows 45 > $name/u.csv
	done
	(cd committing && beside_repack .git refs/heads/main rename varve commit -q -a -m three) &
	(cd bare_log && beside_repack .git refs/heads/main rename varve commit -q -a -m three) &
	(cd pushed.git && beside_repack . refs/heads/other openat varve -C ../work push -q origin main:other) &
	(cd fetching && beside_repack .git refs/remotes/origin/main openat varve fetch -q) &
	if [ -x "$put" ]; then
		(cd putting && beside_repack .git refs/heads/main openat "$put" . t.csv three < t2.csv) &
	fi
	for name in $(jobs -p); do
		wait "$name" || { cat "$HOME"/*.said >&2; return 1; }
	done
	for name in committing bare_log pushed.git fetching putting; do
		[ "$name" != putting ] || [ -x "$put" ] || continue
		succeeds git -C "$name" fsck --strict --no-dangling
		output_is ""
		[ -z "$(find "$name" -name '*.keep')" ]
	done
	[ "$(git -C committing log -1 --format=%s)" = three ]
	[ "$(git -C fetching log -1 --format=%s origin/main)" = two ]
	[ "$(git -C pushed.git log -1 --format=%s other)" = two ]
	# What a dead process left goes with the next gc.
	rows 61 > work/t.csv
	varve -C work commit -q -a -m three
	varve -C work push -q ../hub.git main
	cd fetching
	strace -f -qq -o /dev/null -P "$PWD/.git/refs/remotes/origin/main~.lock" -e inject=openat:signal=KILL varve fetch -q || true
	[ "$(ls .git/objects/pack/*.keep | wc -l)" = 1 ]
	succeeds varve fetch -q
	[ "$(git log -1 --format=%s origin/main)" = three ]
	succeeds varve gc -q
	[ -z "$(find .git -name '*.keep')" ]
	succeeds varve fsck --data
}
