# kill -9 at the system calls that change something, one after the other. What was
# killed must have left the old state or the new one, and the same command must then
# get through; locks of Git's that the dead process left are named in the message.
load ../helper

# Calls after which the disk may look different; what open creates is seen at the
# first call after it. VARVE_TEST_ALL=1 tries each of them, else about MOST are taken.
MOST=36
changing=write,pwrite64,writev,fsync,fdatasync,rename,renameat,renameat2,unlink,unlinkat,mkdir,mkdirat,rmdir,link,linkat,symlinkat,ftruncate,fallocate

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

# What a killed command left. COMMAND has to get through now.
sound_after() {
	local n=$1
	shift
	cmp prices.csv ../template/prices.csv
	cmp notes.txt ../template/notes.txt
	succeeds varve fsck --data
	succeeds git fsck --strict --no-dangling
	run --separate-stderr "$@"
	if [ "$status" -ne 0 ] && [[ $stderr =~ \.lock ]]; then
		locked=$((locked + 1))
		find .git -name '*.lock' ! -path '*/varve/*' -delete
		run --separate-stderr "$@"
	fi
	if [ "$status" -ne 0 ] && ! [ "$status:$(git rev-list --count HEAD)" = 1:2 ]; then
		show_run "$*" "killed at call $n: again ended with $status"
		return 1
	fi
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
	strace -f -o /dev/null -e trace="$1" -e inject="$1:signal=KILL:when=$2" "${@:3}"
	exit $?
)

# kill_each COMMAND...
kill_each() {
	local at name n step calls tried=0 killed=0
	locked=0
	list_calls "$@"
	calls=$(grep -c . calls)
	[ "$calls" -gt 10 ]
	step=$((calls / MOST + 1))
	[ -z "${VARVE_TEST_ALL-}" ] || step=1
	for ((at = 1; at <= calls; at += step)); do
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
	echo "killed $killed times at $calls calls; $locked left a lock of Git's" >&2
	[ "$killed" -gt $((tried * 3 / 4)) ]
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

# The branch has another name afterwards, or the old one, or both; never none, and HEAD is on one.
@test "kill -9 in branch -m loses no branch" {
	local at name n killed=0 tried=0 line
	need_strace
	template
	git -C template config branch.main.description words
	list_calls varve branch -m main trunk
	[ "$(grep -c . calls)" -gt 10 ]
	while read -r name n; do
		fresh
		tried=$((tried + 1))
		killed_at "$name" "$n" varve branch -m main trunk || killed=$((killed + 1))
		[ "$(git rev-parse HEAD)" = "$old" ]
		git reflog show "$(git rev-parse --verify -q refs/heads/main > /dev/null && echo main || echo trunk)" | grep -q one
		succeeds git fsck --strict --no-dangling
		find .git -name '*.lock' ! -path '*/varve/*' -delete
		if git rev-parse --verify -q refs/heads/main > /dev/null; then
			succeeds varve branch -m main trunk
		fi
		[ "$(git for-each-ref --format='%(refname)' refs/heads)" = refs/heads/trunk ]
		[ "$(git symbolic-ref HEAD)" = refs/heads/trunk ]
		[ "$(git rev-parse trunk)" = "$old" ]
		git reflog trunk | grep -q one
		[ "$(git config branch.trunk.description)" = words ]
		cd ..
	done < calls
	echo "killed $killed times at $tried calls" >&2
	[ "$killed" -gt $((tried * 3 / 4)) ]
}

@test "the lock of a varve that was killed is taken away, that of another program is not" {
	new_repo
	rows 50 > prices.csv
	varve add prices.csv > /dev/null
	varve commit -qm one
	# As a varve leaves it that dies while it moves the branch.
	(umask 022 && : > .git/refs/heads/main.lock && chmod 1644 .git/refs/heads/main.lock)
	sed -i 's/^7,item/7,changed/' prices.csv
	succeeds varve commit -qam two
	[ ! -e .git/refs/heads/main.lock ]
	[ "$(stat -c %a .git/refs/heads/main)" = 644 ]
	: > .git/refs/heads/main.lock
	sed -i 's/^8,item/8,changed/' prices.csv
	ends_with 2 varve commit -qam three
	stderr_has "main.lock"
	[ -e .git/refs/heads/main.lock ]
}
