# kill -9 at the system calls that change something, one after the other. What was
# killed must have left the old state or the new one, and the same command must then
# get through; locks of Git's that the dead process left are named in the message.
load ../helper

# Calls after which the disk may look different.
changing=openat,creat,write,pwrite64,writev,fsync,fdatasync,rename,renameat,renameat2,unlink,unlinkat,mkdir,mkdirat,rmdir,link,linkat,symlinkat,ftruncate,fallocate,fchmod,chmod

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

# The calls that COMMAND makes.
count_calls() {
	fresh
	strace -f -o ../trace -e trace=$changing "$@" > /dev/null
	cd ..
	grep -c '^[0-9]* *[a-z0-9]*(' trace
}

# What a killed command left. COMMAND has to get through now.
sound_after() {
	local n=$1
	shift
	cmp prices.csv ../template/prices.csv
	cmp notes.txt ../template/notes.txt
	succeeds varve fsck --data
	succeeds git fsck --strict --no-dangling
	succeeds varve status --porcelain
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
	[ -z "$(find .git/varve -name '*tmp*' ! -type d)" ] || { find .git/varve; return 1; }
	[ -z "$(find . -maxdepth 1 -name '*tmp*')" ]
	succeeds varve fsck --data
}

# kill_each STEP FIRST COMMAND...: at every STEP-th call from the FIRST on.
kill_each() {
	local step=$1 n=$2 calls killed=0
	shift 2
	locked=0
	calls=$(count_calls "$@")
	[ "$calls" -gt 20 ]
	for ((; n <= calls; n += step)); do
		fresh
		strace -f -o /dev/null -e trace=$changing -e inject=$changing:signal=KILL:when=$n "$@" > /dev/null 2>&1 &&
			status=0 || status=$?
		[ "$status" -eq 0 ] || killed=$((killed + 1))
		case $(git rev-list --count HEAD) in
		1) [ "$(git rev-parse HEAD)" = "$old" ] ;;
		2) [ "$(git rev-parse HEAD^)" = "$old" ]
			git show HEAD:prices.csv | grep -q '"rows": 320' ;;
		*) false ;;
		esac
		sound_after "$n" "$@"
		git rev-parse -q --verify HEAD > /dev/null
		cd ..
	done
	echo "$killed of $calls calls killed; $locked left a lock of Git's" >&2
	[ "$killed" -gt $((calls / step / 2)) ]
}

@test "kill -9 in add leaves the old or the new state, odd calls" {
	need_strace
	template
	kill_each 2 1 varve add prices.csv notes.txt
}

@test "kill -9 in add leaves the old or the new state, even calls" {
	need_strace
	template
	kill_each 2 2 varve add prices.csv notes.txt
}

@test "kill -9 in commit leaves the old or the new commit, odd calls" {
	need_strace
	template staged
	kill_each 2 1 varve commit -q -m two
}

@test "kill -9 in commit leaves the old or the new commit, even calls" {
	need_strace
	template staged
	kill_each 2 2 varve commit -q -m two
}

@test "kill -9 in gc loses nothing" {
	need_strace
	template
	cd template
	varve commit -q -a -m two
	git reset -q --hard HEAD^
	git reflog expire --expire=now --all
	rows 320 1 > prices.csv
	echo second > notes.txt
	cd ..
	kill_each 2 1 varve gc -q --prune=now
}
