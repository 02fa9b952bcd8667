# For tests that kill one side of a transfer at its system calls, one after the other.
#
#	calls_of victim varve clone -q ssh://host/...      the calls, as lines "write 3", in ./calls
#	killed_at victim write 3 varve clone ...           the same command, one side killed there
#
# The first word says who is the victim: client (the command itself, without what it starts) or
# server (what the command runs through GIT_SSH). VARVE_TEST_ALL=1 tries each call, else about MOST.

changing=write,pwrite64,writev,fsync,fdatasync,rename,renameat,renameat2,unlink,unlinkat,mkdir,mkdirat,rmdir,link,linkat,symlinkat,ftruncate,fallocate

need_strace() {
	command -v strace > /dev/null || skip "strace is not installed"
	strace -f -b execve -o /dev/null -e inject=rmdir:signal=KILL:when=1 true 2> "$HOME/strace.err" ||
		skip "strace is not permitted here: $(head -n 1 "$HOME/strace.err")"
	# Finding leaks needs ptrace, which strace has taken.
	export ASAN_OPTIONS="${ASAN_OPTIONS:+$ASAN_OPTIONS:}detect_leaks=0"
	cat > "$HOME/ssh" <<-'END'
	#!/bin/sh
	# The far side of ssh, under strace where $FAR_TRACE says how.
	for command; do :; done
	exec $FAR_TRACE sh -c "exec $command"
	END
	chmod +x "$HOME/ssh"
	export GIT_SSH="$HOME/ssh" GIT_SSH_VARIANT=ssh
}

# traced VICTIM "OPTIONS OF STRACE" COMMAND...
traced() {
	case $1 in
	client) timeout 60 strace -f -b execve $2 "${@:3}" ;;
	server) FAR_TRACE="strace -f $2" timeout 60 "${@:3}" ;;
	esac
}

# strace counts the calls of each thread and each name for itself.
calls_of() {
	traced "$1" "-o $HOME/trace -e trace=$changing" "${@:2}" > /dev/null
	awk '$2 ~ /^[a-z0-9]+\(/ {
		name = substr($2, 1, index($2, "(") - 1)
		count = ++n[$1, name]
		if (count > most[name]) { most[name] = count; print name, count }
	}' "$HOME/trace" > "$HOME/calls"
	[ "$(grep -c . "$HOME/calls")" -ge 2 ]
}

# The lines of calls that are to be tried.
chosen_calls() {
	awk 'NR == FNR { chosen[$1]; next } FNR in chosen' \
		<(sampled "$(grep -c . "$HOME/calls")" "$(((${MOST-6} + 1) / 2))") "$HOME/calls"
}

# killed_at VICTIM CALL N COMMAND...: $killed_status is how it ended, $HOME/killed what it said.
killed_at() {
	killed_status=0
	(exec 2> /dev/null
	traced "$1" "-o /dev/null -e trace=$2 -e inject=$2:signal=KILL:when=$3" "${@:4}" > "$HOME/killed" 2>&1) 2> /dev/null ||
		killed_status=$?
}

# each_killed VICTIM FRESH SOUND COMMAND...: FRESH makes what COMMAND works on, SOUND is run
# after each kill, with the command. All that goes wrong is listed.
each_killed() {
	local victim=$1 fresh=$2 sound=$3 name n tried=0 killed=0 wrong=0
	shift 3
	$fresh
	calls_of "$victim" "$@"
	while read -r name n; do
		$fresh
		tried=$((tried + 1))
		killed_at "$victim" "$name" "$n" "$@"
		[ "$killed_status" -eq 0 ] || killed=$((killed + 1))
		set +eET
		(set -eE; trap 'echo "line $LINENO: $BASH_COMMAND"' ERR; $sound "$@") > "$HOME/sound" 2>&1 < /dev/null
		status=$?
		set -eET
		if [ "$status" -ne 0 ]; then
			wrong=$((wrong + 1))
			echo "--- $victim killed at $name $n, and then:" >&2
			tail -n 12 "$HOME/sound" >&2
		fi
	done <<< "$(chosen_calls)"
	echo "$victim killed $killed times at $tried calls of $*; $wrong went wrong" >&2
	[ "$wrong" -eq 0 ]
	[ "$killed" -gt $((tried / 3)) ]
}

# clone_between URL: a clone of what a killed push left has its versions whole, or says what is missing and what helps.
clone_between() {
	local commit
	rm -rf "$top/between"
	if ! varve clone -q "$1" "$top/between" 2> "$HOME/between"; then
		grep -q '^hint: ' "$HOME/between" || { cat "$HOME/between"; return 1; }
		return 0
	fi
	for commit in $(git -C "$top/between" rev-list --all); do
		if varve -C "$top/between" cat "$commit:prices.csv" > "$HOME/one" 2> "$HOME/between"; then
			varve -C "$top/a" cat "$commit:prices.csv" | cmp - "$HOME/one"
		else
			grep -q '^hint: ' "$HOME/between" || { cat "$HOME/between"; return 1; }
		fi
	done
}

# Nothing of a transfer that ended may be left in a repository's folders. What may still be in
# the making elsewhere gc takes, when it is old; a lock is taken by who needs it.
no_leftovers() {
	local dir left
	for dir; do
		left=$(find "$dir" \( -name 'tmp_objdir-varve-in-*' -o -path '*/varve/incoming/?*' -o -name cloning \))
		[ -z "$left" ] || { echo "left: $left"; return 1; }
		if [ -n "$(find "$dir" -name '*tmp-*' -o -name 'tmp_*')" ]; then
			find "$dir" \( -name '*tmp-*' -o -name 'tmp_*' \) -exec touch -d '2 days ago' {} +
			varve -C "$dir" gc -q
			left=$(find "$dir" -name '*tmp-*' -o -name 'tmp_*')
			[ -z "$left" ] || { echo "left after gc: $left"; return 1; }
		fi
	done
}
