# kill -9 in commands that change files of the work tree, at the system calls that change
# something. Afterwards every file is old or new, byte for byte; `status` works, and tells
# when a command is half done; the next varve that writes puts all of it right, old or new
# as a whole; the same command then gets through; nothing is left over.
load ../../cli/helper

# VARVE_TEST_ALL=1 tries every call, else about MOST of a command are taken.
MOST=${VARVE_TEST_MOST:-2}
changing=write,pwrite64,writev,fsync,fdatasync,rename,renameat,renameat2,unlink,unlinkat,mkdir,mkdirat,rmdir,link,linkat,symlink,symlinkat,ftruncate,fallocate,fchmod

need_strace() {
	command -v strace > /dev/null || skip "strace is not installed"
	strace -f -o /dev/null -e inject=rmdir:signal=KILL:when=1 true 2> "$HOME/strace.err" ||
		skip "strace is not permitted here: $(head -n 1 "$HOME/strace.err")"
	# Finding leaks needs ptrace, which strace has taken.
	export ASAN_OPTIONS="${ASAN_OPTIONS:+$ASAN_OPTIONS:}detect_leaks=0"
	git config --global gc.auto 0
	git config --global varve.autoGc false
	git config --global gc.auto 0
}

# Two branches that differ in tables and files; `main` is checked out.
template() {
	mkdir template
	cd template
	new_repo
	mkdir sub
	rows 300 > prices.csv
	rows 40 5 > sub/old.csv
	echo first > notes.txt
	printf 'one\ntwo\n' > gone.txt
	echo last > zz.txt
	varve add . > /dev/null
	varve commit -q -m one
	varve switch -q -c other
	rows 320 1 > prices.csv
	rows 50 3 > new.csv
	echo second > notes.txt
	echo changed > zz.txt
	mkdir dir
	echo text > dir/more.txt
	varve rm -q sub/old.csv gone.txt
	varve add . > /dev/null
	tick
	varve commit -q -m two
	varve switch -q main
	cd ..
}

# The same, and main has gone on in another row.
diverged() {
	template
	cd template
	sed -i '5s/item/ITEM/' prices.csv
	varve add . > /dev/null
	tick
	varve commit -q -m three
	cd ..
}

# The same, and a cell in conflict: not merged yet.
disputed() {
	template
	cd template
	sed -i '5s/,2024.*/,2031-01-01/' prices.csv
	varve add . > /dev/null
	varve commit -q -m three
	varve switch -q other
	sed -i '5s/,2024.*/,2032-02-02/' prices.csv
	varve add . > /dev/null
	varve commit -q -m four
	varve switch -q main
	cd ..
}

fresh() {
	rm -rf victim
	cp -a template victim
	cd victim
}

# All files of the work tree with their bytes.
files() {
	find . -path ./.git -prune -o -type f -print -o -type l -print | LC_ALL=C sort | while read -r f; do
		printf '%s %s\n' "$(sha1sum < "$f" | cut -c1-40)" "$f"
	done
}

# Files, index, HEAD: what a command changes.
state() {
	files
	git ls-files -s
	git symbolic-ref -q HEAD || true
	git rev-parse 'HEAD^{tree}'
	ls .git/MERGE_HEAD .git/CHERRY_PICK_HEAD .git/REVERT_HEAD .git/varve/conflicts/* 2> /dev/null || true
}

# The calls that COMMAND makes, as lines "write 3": strace counts those of each thread
# and each name for itself.
list_calls() {
	fresh
	state > ../old
	files > ../old_files
	strace -f -o ../trace -e trace=$changing "$@" > /dev/null 2> ../usual_stderr && usual=0 || usual=$?
	[ "$usual" = "${ends-0}" ] || { cat ../usual_stderr >&2; return 1; }
	state > ../new
	files > ../new_files
	cd ..
	awk '$2 ~ /^[a-z0-9]+\(/ {
		name = substr($2, 1, index($2, "(") - 1)
		count = ++n[$1, name]
		if (count > most[name]) { most[name] = count; print name, count }
	}' trace > calls
}

# killed_at NAME N COMMAND...
killed_at() (
	exec 2> /dev/null > /dev/null
	strace -f -o /dev/null -e trace="$1" -e inject="$1:signal=KILL:when=$2" "${@:3}"
	exit $?
)

# Locks of Git's that the dead process left are told of, and taken away by hand.
again() {
	run --separate-stderr "$@"
	if [ "$status" -gt 1 ] && [[ $stderr =~ \.lock ]]; then
		locked=$((locked + 1))
		find .git -name '*.lock' ! -path '*/varve/*' -delete
		run --separate-stderr "$@"
	fi
}

fault() {
	faults=$((faults + 1))
	printf '%s\n' "FAULT at $at ($name $n): $1" >> ../faults
	[ -z "${VARVE_TEST_SHOW-}" ] || printf '%s\n' "$output" "$stderr" >> ../faults
	return 1
}

# no_mixture: each file is the old one or the new one, or is not there where one side has none.
no_mixture() {
	local line path
	files | while read -r line; do
		[[ $line = *"/.varve-"* ]] || grep -qxF -- "$line" ../old_files || grep -qxF -- "$line" ../new_files ||
			[ "${line#* }" = "${stepwise-}" ] || echo "${line#* }"
	done > ../mixed
	while read -r line; do
		path=${line#* }
		[ -e "$path" ] || [ -n "${may_lack-}" ] || ! grep -q " $path\$" ../new_files || echo "no $path" >> ../mixed
	done < ../old_files
	[ ! -s ../mixed ]
}

nothing_left() {
	# What is in the making below .git (.varve-tmp-...) may be somebody else's: gc takes the old ones.
	left=$(find . -name '.varve-*' ! -path './.git/.varve-tmp-*' ! -path './.git/varve/.varve-tmp-*' \
		! -path './.git/varve/cache/*' ! -path './.git/varve/packs/*' -o \
		-path './.git/varve/tmp/*' -o -path './.git/varve/later' -o -path './.git/varve/kept*')
	[ -z "$left" ]
}

# put_right N COMMAND...: what a killed command left. by_git: git writes files in place, so one may be half written until the
# next command; discards: what was changed may be gone, or not.
put_right() {
	local told
	[ -n "${by_git-}" ] || no_mixture || { fault "neither old nor new: $(tr '\n' ' ' < ../mixed)"; return; }
	again varve status
	[ "$status" = 0 ] || { fault "status ends with $status: $stderr"; return; }
	told=$stderr
	files > ../now_files
	if [ -z "${discards-}" ] && ! cmp -s ../now_files ../old_files && ! cmp -s ../now_files ../new_files && ! [[ $told =~ interrupted ]]; then
		fault "status tells nothing"
		return
	fi
	# Another command first, every second time: what it finds is put right as a whole.
	if [ $((at % 2)) = 0 ] || [ -n "${once-}" ]; then
		find .git -name '*.lock' ! -path '*/varve/*' -delete
		state > ../stopped
		run --separate-stderr varve rm -q --cached no-such-file
		state > ../now
		if [[ $stderr == *"'varve restore --quit' leaves"* ]]; then
			cmp -s ../now ../stopped && [ -e .git/varve/later ] ||
				{ fault "what is refused changes something: $(diff ../now ../stopped | head -3)"; return; }
			again "$@"
			state > ../now
		fi
		[ -n "${discards-}" ] || cmp -s ../now ../old || cmp -s ../now ../new || { [ -n "${between-}" ] && grep -q "$between" ../now; } ||
			{ fault "another command leaves it half done: $(diff ../now ../old | head -3 | tr '\n' ' ')"; return; }
		nothing_left || { fault "left over: $left"; return; }
	fi
	if [ -n "${once-}" ] && state | cmp -s - ../new; then
		return # done, and a second time is not the same
	fi
	again "$@"
	state > ../now
	if [ "$status" -gt 1 ] && ! cmp -s ../now ../new && [ -n "${between-}" ] && grep -q "$between" ../now; then
		again "${way_out[@]}"
		if [ "$status" -gt 1 ]; then
			fault "${way_out[*]} ends with $status: $stderr"
			return
		fi
		again "$@"
		state > ../now
	fi
	cmp -s ../now ../new || { fault "again ends with $status, half done: $stderr $(diff ../now ../new | head -3 | tr '\n' ' ')"; return; }
	nothing_left || { fault "left over: $left"; return; }
	run --separate-stderr git fsck --strict --no-dangling
	[ "$status" = 0 ] || fault "git fsck: $stderr"
}

# kill_each COMMAND...
kill_each() {
	local at name n calls tried=0 killed=0
	locked=0
	faults=0
	: > faults
	list_calls "$@"
	calls=$(grep -c . calls)
	[ "$calls" -gt 8 ]
	for at in $(sampled "$calls" "$MOST"); do
		read -r name n <<< "$(sed -n "${at}p" calls)"
		fresh
		tried=$((tried + 1))
		killed_at "$name" "$n" "$@" || killed=$((killed + 1))
		put_right "$@" || true
		cd ..
	done
	[ -z "${VARVE_TEST_COUNTS-}" ] ||
		echo "$*: $calls calls, tried $tried, killed $killed, locks of Git's $locked, faults $faults ($(grep -c "again ends" faults || true) where the command does not get through)" >> "$VARVE_TEST_COUNTS"
	echo "$*: tried $tried of $calls calls, killed $killed, $locked left a lock of Git's" >&2
	cat faults >&2
	[ "$killed" -ge $(((tried + 1) / 2)) ]
	[ "$faults" = 0 ]
}

@test "kill -9 in switch is put right" {
	need_strace
	template
	by_git=1 kill_each varve switch other
}

@test "kill -9 in switch -c is put right" {
	need_strace
	template
	git -C template switch -q --detach other
	(cd template && varve switch -q main)
	by_git=1 kill_each varve switch -c third other
}

# HEAD has the branch's commit before and after: only the name tells which it was.
@test "git killed in switch -c between branch and HEAD leaves no branch" {
	need_strace
	template
	fresh
	state > ../old
	run --separate-stderr strace -f -o /dev/null -P "$PWD/.git/HEAD.lock" -e trace=write -e inject=write:signal=KILL:when=1 varve switch -c third
	[ "$status" = 2 ]
	state > ../now
	cmp ../now ../old
	nothing_left
	[ -z "$(git branch --list third)" ]
	succeeds varve switch -c third
}

# A plain file: git switch ends with 0 there.
@test "a switch whose git cannot write a file fails and names it" {
	need_strace
	template
	fresh
	run --separate-stderr strace -f -o /dev/null -P "$PWD/zz.txt" -e trace=write -e inject=write:error=EIO:when=1+ varve switch -q other
	[ "$status" = 2 ]
	stderr_has "varve: HEAD was moved, but a later step failed: unable to write file zz.txt"
	succeeds varve restore zz.txt
	[ "$(cat zz.txt)" = changed ]
	nothing_left
}

@test "kill -9 in switch -f is put right" {
	need_strace
	template
	(cd template && rows 10 9 > prices.csv && echo mine > notes.txt)
	by_git=1 discards=1 kill_each varve switch -f other
}

@test "kill -9 in a merge that moves the branch is put right" {
	need_strace
	template
	by_git=1 kill_each varve merge other
}

@test "kill -9 in a merge is put right" {
	need_strace
	diverged
	between=MERGE_HEAD way_out=(varve merge --abort)
	by_git=1 kill_each varve merge other
}

@test "kill -9 in a merge with conflicts is put right" {
	need_strace
	disputed
	ends=1 between=MERGE_HEAD way_out=(varve merge --abort)
	by_git=1 kill_each varve merge other
}

@test "kill -9 in merge --abort is put right" {
	need_strace
	disputed
	(cd template && varve merge other > /dev/null 2>&1 || true)
	by_git=1 kill_each varve merge --abort
}

@test "kill -9 in cherry-pick is put right" {
	need_strace
	diverged
	between=CHERRY_PICK_HEAD way_out=(varve cherry-pick --abort)
	by_git=1 kill_each varve cherry-pick other
}

@test "kill -9 in revert is put right" {
	need_strace
	template
	(cd template && varve switch -q other)
	between=REVERT_HEAD way_out=(varve revert --abort)
	by_git=1 kill_each varve revert "$(git -C template rev-parse other)" -- prices.csv
}

@test "kill -9 in pull is put right" {
	need_strace
	template
	git -C template branch -q keep
	mv template origin
	git -C origin switch -q other
	varve clone -q origin template 2> /dev/null
	(cd template && varve switch -q -c work origin/main 2> /dev/null && varve init > /dev/null)
	git -C template config branch.work.remote origin
	git -C template config branch.work.merge refs/heads/other
	git -C template config protocol.file.allow always
	by_git=1 kill_each varve pull -q
}

@test "kill -9 in resolve is put right" {
	need_strace
	disputed
	(cd template && varve merge other > /dev/null 2>&1 || true)
	kill_each varve resolve --theirs prices.csv
}

@test "kill -9 in resolve of a row is put right" {
	need_strace
	disputed
	(cd template && varve merge other > /dev/null 2>&1 || true)
	kill_each varve resolve --theirs prices.csv --row 4
}

@test "kill -9 in mv is put right" {
	need_strace
	template
	# A file that moves has one name at a time; lines come one after the other.
	may_lack=1 stepwise=./.gitattributes
	kill_each varve mv prices.csv notes.txt sub/
}

@test "mv of several files writes .gitattributes once" {
	need_strace
	template
	cd template
	rows 9 > text.csv
	varve track --text text.csv > /dev/null
	git add text.csv
	varve commit -qm text
	cp .gitattributes ../before
	strace -f -o ../calls -e trace=rename,renameat,renameat2 varve mv prices.csv text.csv notes.txt sub/
	! cmp -s .gitattributes ../before || false
	[ "$(grep -c '/\.gitattributes"' ../calls)" = 1 ]
}

@test "kill -9 in mv of a folder is put right" {
	need_strace
	template
	may_lack=1 stepwise=./.gitattributes
	kill_each varve mv sub below
}

@test "kill -9 in rm is put right" {
	need_strace
	template
	# git removes files, then writes the index: again finishes it.
	between=refs/heads/main kill_each varve rm -q prices.csv sub/old.csv notes.txt
}

@test "kill -9 in rm -f of changed files is put right" {
	need_strace
	template
	(cd template && rows 10 9 > prices.csv && echo mine > notes.txt)
	between=refs/heads/main kill_each varve rm -q -f prices.csv notes.txt
}

@test "kill -9 in track is put right" {
	need_strace
	template
	stepwise=./.gitattributes
	kill_each varve track 'data/**/*.csv' 'x y.csv'
}

@test "kill -9 in untrack is put right" {
	need_strace
	template
	kill_each varve untrack prices.csv
}

@test "kill -9 in restore is put right" {
	need_strace
	template
	(cd template && rows 10 9 > prices.csv && echo mine > notes.txt && rm sub/old.csv)
	by_git=1 kill_each varve restore .
}

@test "kill -9 in restore of another version is put right" {
	need_strace
	template
	by_git=1 kill_each varve restore --source other --staged --worktree .
}

@test "kill -9 in apply is put right" {
	need_strace
	template
	(cd template && varve diff --format patch main other -- prices.csv new.csv > ../the.patch)
	kill_each varve apply ../the.patch
}

@test "kill -9 in apply --3way is put right" {
	need_strace
	diverged
	(cd template && varve diff --format patch main~1 other -- prices.csv new.csv > ../the.patch)
	once=1
	kill_each varve apply --3way ../the.patch
}

# bomb FILE COMMAND...: in victim, varve killed while its git was about to write the file.
bomb() {
	local file=$1
	shift
	[ "$*" = "${listed-}" ] || list_calls "$@"
	listed=$*
	fresh
	echo "$file filter=bomb" > .git/info/attributes
	git config filter.bomb.smudge 'kill -9 $(ps -o ppid= -p $PPID); sleep 2; cat'
	"$@" > /dev/null 2>&1 || true
	git config --unset filter.bomb.smudge
	rm .git/info/attributes
	[ -e .git/varve/later ]
}

half_way() {
	bomb zz.txt "$@"
	[ "$(cat notes.txt)" = second ]
}

@test "what is put right can be killed as well" {
	local at calls name n
	need_strace
	template
	half_way varve switch other
	cd ..
	rm -rf half
	mv victim half
	cp -a half victim
	(cd victim && strace -f -o ../trace -e trace=$changing varve rm -q --cached no-such-file 2> /dev/null) || true
	awk '$2 ~ /^[a-z0-9]+\(/ {
		name = substr($2, 1, index($2, "(") - 1)
		count = ++n[$1, name]
		if (count > most[name]) { most[name] = count; print name, count }
	}' trace > calls
	calls=$(grep -c . calls)
	[ "$calls" -gt 8 ]
	for at in $(sampled "$calls" "$MOST"); do
		read -r name n <<< "$(sed -n "${at}p" calls)"
		rm -rf victim
		cp -a half victim
		cd victim
		killed_at "$name" "$n" varve rm -q --cached no-such-file || true
		again varve rm -q --cached no-such-file
		find .git -name '*.lock' ! -path '*/varve/*' -delete
		run varve rm -q --cached no-such-file
		state > ../now
		cmp ../now ../old
		nothing_left
		cd ..
	done
}

# stopped WHERE COMMAND...: in victim, killed when the note is there; the one that comes first, of locks alone,
# stops nobody. WHERE: `in`, with a file changed and another one
# not yet, or `first`, with none.
stopped() {
	local where=$1 at name n
	shift
	[ "$*" = "${listed-}" ] || list_calls "$@"
	[ "$*" = "${listed-}" ] || last=([first]=1 [in]=1)
	listed=$*
	for ((at = last[$where]; at <= $(grep -c . calls); at++)); do
		read -r name n <<< "$(sed -n "${at}p" calls)"
		[[ $name = rename* || $name = unlink* ]] || continue
		fresh
		killed_at "$name" "$n" "$@" || true
		find .git -name '*.lock' ! -path '*/varve/*' -delete
		files > ../now_files
		last[$where]=$at
		if [ -e .git/varve/later ] && ! grep -qzx locks .git/varve/later && ! cmp -s ../now_files ../new_files &&
			[ "$where" = "$(cmp -s ../now_files ../old_files && echo first || echo in)" ]; then
			return 0
		fi
		cd ..
	done
	false
}

# The same; a restore is stopped before its second file.
stop() {
	if [[ $* = *" varve restore "* ]]; then bomb notes.txt "${@:2}"; else stopped "$@"; fi
}

# Commands that save something; not one of them may change anything here.
all_refuse() {
	local save
	state > ../stopped
	while read -r save; do
		status=0
		eval "$save" > ../said 2>&1 || status=$?
		[ "$status" -ne 0 ] && grep -q "'varve restore --quit' leaves files and index unchanged" ../said || {
			echo "after $*: $save: $status $(cat ../said)" >&2
			return 1
		}
	done <<-'END'
	varve add notes.txt
	varve add .
	varve commit -q -a -m mine
	varve commit -q -m mine notes.txt
	varve set -q prices.csv 7 price=1
	varve delete -q prices.csv 7
	varve rm -q --cached notes.txt
	varve mv notes.txt other.txt
	varve schema --key id prices.csv
	varve revert HEAD
	END
	state > ../now
	cmp ../stopped ../now
	[ -e .git/varve/later ]
	put=$VARVE_BIN/../examples/bin/put # a writer through the library has no hints
	[ ! -x "$put" ] || { ends_with 2 "$put" . prices.csv mine < ../now_files && stderr_has "was interrupted and is not"; }
}

@test "a command that saves does not first finish what was stopped" {
	local again where
	local -A last
	need_strace
	disputed
	cd template
	varve merge -q other > /dev/null || true
	varve resolve -q --theirs prices.csv
	echo "by hand" > notes.txt
	varve add -q notes.txt
	cd ..
	for again in "merge --abort" "restore ." "restore --source other ."; do
		if [ "$again" = "restore ." ]; then
			git -C template reset -q --hard
			rm -f template/new.csv
			rm -rf template/dir
			(cd template && sed -i '9s/item/EDIT/' prices.csv && echo mine > notes.txt && echo mine > gone.txt)
		fi
		for where in first in; do
			[ "$where $again" != "first ${again/#merge*/}" ] || continue
			stop "$where" varve $again
			echo "since then" > since.txt
			all_refuse "$again, $where"
			rm since.txt
			succeeds varve $again
			state > ../now
			cmp ../now ../new
			nothing_left
			cd ..
		done
		stop in varve $again
		state > ../stopped
		succeeds varve restore --quit
		stderr_has "was interrupted, and is now abandoned; files and index were not changed"
		state > ../now
		cmp ../now ../stopped
		nothing_left
		echo "by hand again" > notes.txt
		succeeds varve add notes.txt
		[ "$(git cat-file blob :notes.txt)" = "by hand again" ]
		cd ..
		# Once HEAD, index and files agree nothing is open.
		stop in varve $again
		git reset -q --hard
		git clean -q -f -d
		echo "after the reset" > notes.txt
		git add notes.txt
		git reset -q
		git checkout -q notes.txt
		state > ../stopped
		succeeds varve rm -q --cached gone.txt
		[ "$(git status --porcelain)" = "D  gone.txt
?? gone.txt" ]
		nothing_left
		cd ..
	done
}

@test "what somebody went on with stays, and is named" {
	template
	half_way varve switch other
	echo "my own words" > notes.txt
	succeeds varve status
	stderr_has "the switch to 'other' was interrupted; the next command that changes this work tree undoes or completes it"
	succeeds varve switch main
	stderr_has "    notes.txt: edited since, so not restored"
	stderr_has "the switch to 'other' was interrupted; its changes were undone"
	[ "$(cat notes.txt)" = "my own words" ]
	same_bytes prices.csv ../template/prices.csv
	same_bytes sub/old.csv ../template/sub/old.csv
	[ ! -e new.csv ]
	succeeds varve status --porcelain
	output_is " M notes.txt"
	nothing_left
}

@test "what somebody went on with after a killed resolve stays, and what it was is kept" {
	local name n
	need_strace
	disputed
	(cd template && varve merge other > /dev/null 2>&1 || true)
	cp template/prices.csv conflicted.csv
	list_calls varve resolve --theirs prices.csv
	while read -r name n; do
		[[ $name = rename* ]] || continue
		fresh
		killed_at "$name" "$n" varve resolve --theirs prices.csv || true
		if [ -e .git/varve/later ] && ! cmp -s prices.csv ../conflicted.csv; then break; fi
		cd ..
	done < calls
	[ -e .git/varve/later ]
	echo "my own words" > prices.csv
	ends_with 2 varve rm -q --cached no-such-file
	stderr_has "    prices.csv: edited since, so not restored"
	stderr_has "resolving conflicts was interrupted; its changes were undone"
	stderr_has "the previous content of the files is in '$PWD/.git/varve/kept-1'"
	[ "$(cat prices.csv)" = "my own words" ]
	grep -l . .git/varve/kept-1/* | while read -r kept; do cmp -s "$kept" ../conflicted.csv && echo same; done | grep -q same
	[ ! -e .git/varve/later ]
}

@test "a table that is too large for git comes back with its bytes where a switch is undone" {
	new_repo
	seq 1 460000 | awk 'BEGIN { print "id,name,value" } { print $1 ",the name of row " $1 " with words to make it longer than others are," $1 * 7 }' > big.csv
	[ "$(stat -c %s big.csv)" -gt $((32 << 20)) ]
	echo one > zz.txt
	varve add -q big.csv zz.txt
	git commit -q -m one
	git branch old
	sed -i '5s/name/NAME/' big.csv
	echo two > zz.txt
	varve add -q big.csv zz.txt
	git commit -q -m two
	cp big.csv ../big.csv
	echo "zz.txt filter=bomb" > .git/info/attributes
	git config filter.bomb.smudge 'kill -9 $(ps -o ppid= -p $PPID); sleep 1; cat'
	varve switch -q old > /dev/null 2>&1 || true
	git config --unset filter.bomb.smudge
	rm .git/info/attributes
	[ "$(stat -c %s big.csv)" -lt 1000 ]
	ends_with 2 varve rm -q --cached no-such-file
	stderr_has "the switch to 'old' was interrupted; its changes were undone"
	cmp big.csv ../big.csv
	[ -z "$(git status --porcelain)" ]
}

@test "where HEAD has moved on nothing is undone" {
	template
	half_way varve switch other
	files > ../now_files
	rm -f .git/index.lock
	git commit -q --allow-empty -m "somebody else's"
	succeeds varve restore --staged notes.txt
	stderr_has "the switch to 'other' was interrupted; it was not undone, since HEAD has moved on"
	files > ../then_files
	cmp ../now_files ../then_files
	nothing_left
}

@test "a note of a varve that is alive is not touched, and one of a newer varve is refused" {
	template
	cd template
	printf '#!/bin/sh\nvarve rm -q --cached gone.txt 2>&1; ls .git/varve/later; varve status 2>&1\n' > .git/hooks/post-checkout
	chmod +x .git/hooks/post-checkout
	succeeds varve switch -c third main
	stderr_has ".git/varve/later"
	stderr_lacks "interrupted"
	nothing_left
	printf 'varve-later 2\0' > .git/varve/later
	succeeds varve status
	stderr_has "a command of a newer varve was interrupted here"
	ends_with 2 varve switch main
	stderr_has "a command of a newer varve was interrupted here"
	printf 'varve' > .git/varve/later
	ends_with 2 varve switch main
	stderr_has "later', the record of an interrupted command, is damaged"
}

@test "a disk that is full when git writes leaves the old state" {
	need_strace
	template
	list_calls varve switch other
	fresh
	run --separate-stderr strace -f -o /dev/null -e trace=write -e inject=write:error=ENOSPC:when=1+ varve switch -q other
	[ "$status" = 2 ]
	state > ../now
	cmp ../now ../old
	nothing_left
	succeeds varve switch -q other
}
