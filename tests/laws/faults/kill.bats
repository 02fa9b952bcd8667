# kill -9 at the system calls that change something, one after the other. What was
# killed must have left the old state or the new one, and the same command must then
# get through: no lock of the dead process is in its way, nor does it stay.
load ../../cli/helper

# Calls after which the disk may look different; what open creates is seen at the
# first call after it. VARVE_TEST_ALL=1 tries each of them, else about MOST are taken.
MOST=3
changing=write,pwrite64,writev,fsync,fdatasync,rename,renameat,renameat2,unlink,unlinkat,mkdir,mkdirat,rmdir,link,linkat,symlink,symlinkat,chmod,fchmod,utimensat,ftruncate,fallocate

need_strace() {
	command -v strace > /dev/null || skip "strace is not installed"
	strace -f -o /dev/null -e inject=rmdir:signal=KILL:when=1 true 2> "$HOME/strace.err" ||
		skip "strace is not permitted here: $(head -n 1 "$HOME/strace.err")"
	# Finding leaks needs ptrace, which strace has taken.
	export ASAN_OPTIONS="${ASAN_OPTIONS:+$ASAN_OPTIONS:}detect_leaks=0"
}

# template: two versions, a third in the work tree (and staged, with "staged").
template() {
	mkdir template
	cd template
	new_repo
	rows 300 > prices.csv
	echo first > notes.txt
	varve add prices.csv notes.txt > /dev/null
	varve commit -q -m one
	rows 320 1 > prices.csv
	echo second > notes.txt
	[ "${1-}" != staged ] || varve add prices.csv notes.txt > /dev/null
	old=$(git rev-parse HEAD)
	cd ..
}

fresh() {
	rm -rf victim
	cp -a template victim
	cd victim
}

# The calls that COMMAND makes, as lines "write 3": strace counts those of each thread
# and each name for itself.
list_calls() {
	fresh
	strace -f -o ../trace -e trace=$changing "$@" > /dev/null
	cd ..
	awk '$2 ~ /^[a-z0-9]+\(/ {
		name = substr($2, 1, index($2, "(") - 1)
		count = ++n[$1, name]
		if (count > most[name]) { most[name] = count; print name, count }
	}' trace > calls
}

# Git's locks that there are, and what is written beside them.
git_locks() {
	find .git -name '*.lock' ! -path '*/varve/*' ! -path '*/tmp_objdir-*'
}

# What a killed command left. COMMAND has to get through now.
sound_after() {
	local n=$1
	shift
	cmp prices.csv ../template/prices.csv
	cmp notes.txt ../template/notes.txt
	succeeds varve fsck --data
	succeeds git fsck --strict --no-dangling
	[ -z "$(git_locks)" ] || locked=$((locked + 1))
	run --separate-stderr "$@"
	if [ "$status" -ne 0 ] && ! [ "$status:$(git rev-list --count HEAD)" = 1:2 ]; then
		show_run "$*" "killed at call $n: again ended with $status"
		return 1
	fi
	[ -z "$(git_locks)" ] || { git_locks >&2; return 1; }
	[ -z "$(find .git/varve/packs .git/varve/tmp -name '*tmp*' ! -type d 2> /dev/null)" ] || { find .git/varve; return 1; }
	# Elsewhere somebody else's may be in the making: gc takes the old ones.
	if [ -n "$(find .git/varve -name '.varve-tmp-*')" ]; then
		find .git/varve -name '.varve-tmp-*' -exec touch -d '2 days ago' {} +
		succeeds varve gc -q
		[ -z "$(find .git/varve -name '*tmp*' ! -type d)" ] || { find .git/varve; return 1; }
	fi
	[ -z "$(find . -maxdepth 1 -name '*tmp*')" ]
	succeeds git status --porcelain
}

# killed_at NAME N COMMAND...
killed_at() (
	exec 2> /dev/null > /dev/null
	strace -f -o /dev/null -e trace="$1" -e inject="$1:signal=${SIGNAL-KILL}:when=$2" "${@:3}"
	exit $?
)

# kill_each COMMAND...
kill_each() {
	local at name n calls tried=0 killed=0
	locked=0
	list_calls "$@"
	calls=$(grep -c . calls)
	[ "$calls" -gt 10 ]
	for at in $(sampled "$calls" "$MOST"); do
		read -r name n <<< "$(sed -n "${at}p" calls)"
		fresh
		tried=$((tried + 1))
		killed_at "$name" "$n" "$@" || killed=$((killed + 1))
		case $(git rev-list --count HEAD) in
		1) [ "$(git rev-parse HEAD)" = "$old" ] ;;
		2) [ "$(git rev-parse HEAD^)" = "$old" ]
			git show HEAD:prices.csv | grep -q '"rows": 320' ;;
		*) false ;;
		esac
		sound_after "$name $n" "$@"
		cd ..
	done
	echo "killed $killed times of $tried at $calls calls; $locked left a lock of Git's" >&2
	[ "$killed" -ge $((tried * 2 / 3)) ]
}

@test "kill -9 in add leaves the old or the new state" {
	need_strace
	template
	kill_each varve add prices.csv notes.txt
}

@test "kill -9 in commit leaves the old or the new commit" {
	need_strace
	template staged
	kill_each varve commit -q -m two
}

@test "kill -9 in gc loses nothing" {
	need_strace
	template
	cd template
	rows 350 3 > prices.csv
	varve add prices.csv > /dev/null
	git reset -q --hard
	rows 320 1 > prices.csv
	echo second > notes.txt
	cd ..
	kill_each varve gc -q --prune=now
}

@test "Ctrl-C, a closed terminal or TERM in add and commit leaves the old state or the new one" {
	local MOST=2
	need_strace
	template staged
	for SIGNAL in INT HUP TERM; do
		kill_each varve commit -q -m two
	done
	rm -rf template
	template
	SIGNAL=INT kill_each varve add prices.csv notes.txt
}

# kill_migrate WORDS...: in template. What was killed is concluded by the same command: one commit, with all of it.
kill_migrate() {
	local at name n calls step tried=0 killed=0
	list_calls varve migrate "$@"
	calls=$(grep -c . calls)
	[ "$calls" -gt 40 ]
	step=$((calls / (MOST * 2) + 1))
	[ -z "${VARVE_TEST_ALL-}" ] || step=1
	for ((at = 1; at <= calls; at += step)); do
		read -r name n <<< "$(sed -n "${at}p" calls)"
		fresh
		tried=$((tried + 1))
		killed_at "$name" "$n" varve migrate "$@" || killed=$((killed + 1))
		# A git that was killed leaves its lock, which git names and nobody else takes away.
		[ -L .git/index.lock ] || rm -f .git/index.lock
		run --separate-stderr varve migrate "$@"
		[ "$status" = 0 ] || { show_run "migrate $*" "killed at call $name $n: again ended with $status"; return 1; }
		[ "$(git rev-list --count "$old"..HEAD)" = 1 ]
		[ -z "$(git status --porcelain)" ]
		cmp a.csv ../template/a.csv
		cmp b.csv ../template/b.csv
		is_wanted HEAD:a.csv && is_wanted HEAD:b.csv
		git show HEAD:.gitattributes | cmp - ../wanted
		[ ! -e .git/varve-migrating ]
		[ -z "$(git_locks)" ]
		succeeds varve fsck --data
		cd ..
	done
	echo "killed $killed times of $tried at $calls calls" >&2
	[ "$killed" -ge $(((tried + 1) / 2)) ]
}

@test "kill -9 in migrate: the same command concludes it" {
	need_strace
	mkdir template
	cd template
	new_repo
	rows 30 > a.csv
	rows 40 > b.csv
	git add .
	git commit -qm one
	old=$(git rev-parse HEAD)
	cd ..
	cp -a template victim
	(cd victim && varve migrate -m over '*.csv' > /dev/null && git show HEAD:.gitattributes > ../wanted)
	is_wanted() { git cat-file blob "$1" | grep -q '^varve pointer: '; }
	kill_migrate -m over '*.csv'
}

@test "kill -9 in migrate --export: the same command concludes it" {
	need_strace
	mkdir template
	cd template
	new_repo
	rows 30 > a.csv
	rows 40 > b.csv
	varve track '*.csv' > /dev/null
	varve add . > /dev/null
	varve commit -qm one
	old=$(git rev-parse HEAD)
	cd ..
	is_wanted() { git cat-file blob "$1" | cmp - "../template/${1#*:}"; }
	cp -a template victim
	(cd victim && varve migrate --export -m back '*.csv' > /dev/null && git show HEAD:.gitattributes > ../wanted)
	kill_migrate --export -m back '*.csv'
}

# stale LOCK: as a varve leaves it that is killed while it holds it. Process 1 was not started then.
stale() {
	local machine boot space
	machine=$(stale_field machine)
	boot=$(stale_field boot)
	space=$(stale_field space)
	ln -s "varve-lock 1 pid=${2-1} started=${3-1} space=${4-$space} boot=${5-$boot} machine=${6-$machine} host=here" "$1"
}

# What a lock of this machine says.
stale_field() {
	[ -f ../holder ] || killed_holding ../holder
	sed -n "s/.* $1=\([^ ]*\) .*/\1/p" ../holder
}

# The text of a real lock, of a varve that is killed with the lock of the index in its hands.
killed_holding() {
	rm -rf ../holding
	git init -q ../holding
	git -C ../holding commit -q --allow-empty -m one
	echo x > ../holding/f
	(cd ../holding && killed_at rename 1 varve add f) || true
	readlink "$(find ../holding/.git -name '*.lock' -type l | head -n 1)" > "$1"
}

# Every kind of lock, and what libgit2 or varve half wrote beside it.
@test "locks of a varve that was killed are taken away, and that is said" {
	need_strace
	new_repo
	rows 50 > prices.csv
	varve add prices.csv > /dev/null
	varve commit -qm one
	git branch packed
	git pack-refs --all
	sed -i 's/^7,item/7,changed/' prices.csv
	stale .git/index.lock
	echo junk > .git/index~.lock
	echo junk > .git/index~.lock.lock
	succeeds varve add prices.csv
	stderr_has "removed"
	stderr_has "index.lock"
	stale .git/refs/heads/main.lock
	echo junk > .git/refs/heads/main~.lock
	succeeds varve commit -qm two
	stderr_has "main.lock"
	stale .git/packed-refs.lock
	succeeds varve push --delete . packed
	stderr_has "packed-refs.lock"
	stale .git/HEAD.lock
	succeeds varve switch -q -c other
	stderr_has "HEAD.lock"
	stale .git/config.lock
	echo junk > .git/config~.lock
	echo junk > .git/config~.lock.lock
	succeeds varve config varve.keepFree 64m
	stderr_has "config.lock"
	# In the way of a ref that has the folder's name.
	mkdir -p .git/refs/heads/topic/deep
	stale .git/refs/heads/topic/deep/x.lock
	echo junk > .git/refs/heads/topic/deep/x~.lock
	succeeds varve switch -q -c topic
	[ "$(git rev-parse topic)" = "$(git rev-parse HEAD)" ]
	[ -z "$(git_locks)" ]
	succeeds git fsck --strict
	succeeds varve fsck
}

# held NAME COMMAND...: COMMAND makes the lock; then varve waits for it in a copy of the repository.
held() {
	cp -a . "../$1"
	(
		cd "../$1"
		"${@:2}"
		ls -l .git/index.lock > "../$1.before"
		code=0
		varve add prices.csv 2> "../$1.said" || code=$?
		echo $code > "../$1.status"
		ls -l .git/index.lock > "../$1.after"
	) &
}

@test "a lock that may be somebody's is waited for, stays, and is named with its holder" {
	need_strace
	local name space boot
	new_repo
	rows 50 > prices.csv
	space=$(stale_field space)
	boot=$(stale_field boot)
	held git touch .git/index.lock
	held machine stale .git/index.lock 1 1 "$space" "$boot" 0123456789abcdef
	held space stale .git/index.lock 1 1 4
	held runs stale .git/index.lock $$ "$(sed 's/.*) //' /proc/$$/stat | cut -d ' ' -f 20)"
	# It does not run here, but the lock is younger than this start of the machine.
	held boot stale .git/index.lock 1 1 "$space" 00000000000000000000000000000000
	wait
	for name in git machine space runs boot; do
		[ "$(cat ../$name.status)" = 2 ]
		cmp ../$name.before ../$name.after
		grep -q "index.lock" ../$name.said
	done
	grep -q "^varve: another program holds the lock" ../git.said
	grep -q "remove the file" ../git.said
	for name in machine space boot; do
		grep -q "^varve: varve, process 1 on 'here', holds the lock" ../$name.said
		grep -q "cannot check a process of another machine" ../$name.said
	done
	grep -q "or end it" ../runs.said
	! git -C ../runs add prices.csv || false # it keeps Git out, too
	# Of an earlier start of this machine: nobody's.
	touch -h -d @1000 ../boot/.git/index.lock
	cd ../boot
	succeeds varve add prices.csv
	stderr_has "removed"
}

# Whoever comes second must not take away the lock that the first has made since.
@test "many varves that find the same dead lock change one thing after the other" {
	need_strace
	new_repo
	git commit -q --allow-empty -m one
	local round i
	for round in 1 2 3 4; do
		for i in 1 2 3 4 5 6 7 8; do git branch "b$i"; done
		git pack-refs --all
		stale .git/packed-refs.lock
		for i in 1 2 3 4 5 6 7 8; do
			varve push -q --delete . "b$i" 2>> ../said &
		done
		wait
		[ "$(git for-each-ref refs/heads --format='%(refname)')" = refs/heads/main ]
		[ "$(grep -c 'removed' ../said)" = "$round" ]
		[ -z "$(git_locks)" ]
	done
}

@test "kill -9 in init leaves nothing that the same init does not make whole" {
	local at name n calls tried=0
	need_strace
	mkdir template
	list_calls varve init -q .
	calls=$(grep -c . calls)
	[ "$calls" -gt 10 ]
	for at in $(sampled "$calls" "$MOST"); do
		read -r name n <<< "$(sed -n "${at}p" calls)"
		fresh
		killed_at "$name" "$n" varve init -q . || tried=$((tried + 1))
		succeeds varve init .
		[ -z "$(find . -name '*.lock' ! -path '*/varve/*')" ] || { find .; return 1; }
		[ -z "$(find . -name '*tmp*')" ] || { find .; return 1; }
		rows 5 > prices.csv
		succeeds varve add prices.csv
		succeeds varve commit -q -m one
		succeeds git fsck --strict
		[ "$(git config filter.varve.required)" = true ]
		[ -x .git/hooks/pre-push ]
		cd ..
	done
	[ "$tried" -gt 1 ]
}

# The other side waits for the rest then, and is not to be waited for: that took a minute.
@test "a push whose own disk fails ends at once, and the same push gets through" {
	local began n pack reads failed=0
	need_strace
	template
	cd template
	for n in 1 2 3; do
		rows $((20000 + n * 1000)) "$n" > prices.csv
		varve add prices.csv > /dev/null
		varve commit -q -m "$n"
	done
	varve gc -q
	pack=$(echo "$PWD"/.git/varve/packs/*.pack)
	varve init -q --bare ../hub.git
	strace -f -o ../reads -P "$pack" -e trace=pread64 varve push -q ../hub.git main
	reads=$(grep -c pread64 ../reads)
	[ "$reads" -gt 12 ]
	for n in 4 $((reads / 2)) $((reads - 4)); do
		rm -rf ../hub.git
		varve init -q --bare ../hub.git
		began=$SECONDS
		run --separate-stderr strace -f -o /dev/null -P "$pack" -e inject=pread64:error=EIO:when=$n+ varve push ../hub.git main
		[ $((SECONDS - began)) -lt 30 ]
		[ "$status" -eq 0 ] || failed=$((failed + 1))
		[ "$status" -eq 0 ] || stderr_has "Input/output error"
	done
	[ "$failed" -gt 1 ]
	succeeds varve push ../hub.git main
	succeeds varve -C ../hub.git fsck --data
}

# killed_in_place COMMAND...: killed at each of its renames; what it leaves is nothing that git's own add stages.
killed_in_place() {
	local n
	for n in 1 2 3 4 5 6; do
		rm -rf victim
		cp -a template victim
		cd victim
		if killed_at rename,renameat,renameat2 "$n" "$@"; then
			cd ..
			[ "$n" -gt 1 ]
			return 0
		fi
		rm -f .git/index.lock # as git says
		git add -A
		[ -z "$(git ls-files '*.varve-*')" ] || { echo "$*, killed at rename $n" >&2; git ls-files >&2; return 1; }
		[ -z "$(find . -path ./.git -prune -o -name '*varve-*' -print)" ]
		varve gc -q || true
		[ -z "$(find .git/varve/tmp -name '*varve-*' 2> /dev/null)" ]
		cd ..
	done
}

@test "git's own add stages nothing that a killed command was making" {
	need_strace
	mkdir template
	cd template
	new_repo
	rows 200 > t.csv
	rows 20 > u.tab
	echo text > plain.txt
	git add .
	varve add -q --key id t.csv
	varve commit -qm one
	varve switch -q -c side
	sed -i '9s/item/side/' t.csv
	echo side > plain.txt
	varve commit -qam side
	varve switch -q main
	sed -i '12s/item/patched/' t.csv
	varve diff --format patch t.csv > "$HOME/patch"
	varve convert -q --format arrow t.csv "$HOME/t.arrow"
	git checkout -q t.csv
	cd ..
	killed_in_place varve set -q t.csv 7 name=new
	killed_in_place varve delete -q t.csv 7
	killed_in_place varve restore -q --source side --row 8 t.csv
	killed_in_place varve rename-column t.csv price cost
	killed_in_place varve add -q --arrow "$HOME/t.arrow" t.csv
	killed_in_place varve apply -q "$HOME/patch"
	killed_in_place varve switch -q side
	killed_in_place varve merge -q side
	killed_in_place varve schema --key id t.csv
	killed_in_place varve track -q '*.tab'
}
