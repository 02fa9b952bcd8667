# A private sshd on 127.0.0.1, and a home with keys, for tests of lines over ssh. Load it behind
# helper.bash.
#
# The far side runs as the same user, in the home $far, with $far/bin in front on its PATH. The
# program `ssh` is a wrapper that keeps OpenSSH away from the tester's own ~/.ssh and notes each
# call in $ssh_calls.

# Skips the test where no sshd can be run.
need_sshd() {
	sshd=$(PATH="$PATH:/usr/sbin:/sbin" command -v sshd) || skip "no sshd is installed"
	if [ "$(id -u)" = 0 ]; then
		mkdir -p /run/sshd 2>/dev/null || skip "sshd needs the folder /run/sshd"
	fi
}

# make_host_keys TYPE...: keys for hosts in $keys, made once for a file of tests.
make_host_keys() {
	local type
	keys=$BATS_FILE_TMPDIR/keys
	mkdir -p "$keys"
	for type; do
		[ -e "$keys/host_$type" ] || ssh-keygen -q -t "$type" -N '' -C host -f "$keys/host_$type"
	done
}

# start_sshd [HOST KEY TYPE...] [-- CONFIGURATION LINE...]: sets $port. Without types: two of three, as the third, rsa,
# takes half a second to make.
start_sshd() {
	local type types=() try
	need_sshd
	while [ $# -gt 0 ] && [ "$1" != -- ]; do
		types+=("$1")
		shift
	done
	[ $# -eq 0 ] || shift
	[ ${#types[@]} -gt 0 ] || types=(ed25519 ecdsa)
	make_host_keys "${types[@]}"
	far=$BATS_TEST_TMPDIR/far
	mkdir -p "$far/bin" "$HOME/.ssh" "$BATS_TEST_TMPDIR/bin"
	chmod 700 "$HOME/.ssh"
	: >> "$far/authorized"
	for try in 1 2 3 4 5; do
		port=$((20000 + (RANDOM * 32768 + RANDOM) % 40000))
		{
			echo "Port $port"
			echo "ListenAddress 127.0.0.1"
			for type in "${types[@]}"; do
				echo "HostKey $keys/host_$type"
			done
			echo "AuthorizedKeysFile $far/authorized"
			echo "PidFile none"
			echo "LogLevel VERBOSE"
			echo "StrictModes no"
			echo "UsePAM no"
			echo "PasswordAuthentication no"
			echo "KbdInteractiveAuthentication no"
			echo "PermitRootLogin yes"
			echo "SetEnv HOME=$far PATH=$far/bin:$PATH ASAN_OPTIONS=${ASAN_OPTIONS-detect_leaks=1}"
			[ $# -eq 0 ] || printf '%s\n' "$@"
		} > "$far/sshd_config"
		# From 9.8 on it refuses an address after logins from there that failed.
		! "$sshd" -t -f "$far/sshd_config" -o PerSourcePenalties=no 2> /dev/null || echo "PerSourcePenalties no" >> "$far/sshd_config"
		"$sshd" -D -e -f "$far/sshd_config" 2> "$far/sshd.log" 3>&- &
		sshd_pid=$!
		wait_for_port && break
		stop_sshd
	done
	wrap_ssh
}

# libssh2 1.10 loses two numbers with each signature of an ecdsa key. What is lost there, and only
# there, is not a fault of ours.
forgive_libssh2() {
	printf 'leak:libssh2.so\n' > "$BATS_TEST_TMPDIR/lsan"
	export LSAN_OPTIONS="suppressions=$BATS_TEST_TMPDIR/lsan:print_suppressions=0"
	export ASAN_OPTIONS="${ASAN_OPTIONS-}:fast_unwind_on_malloc=0"
}

wait_for_port() {
	local i
	for i in $(seq 1200); do
		grep -qs 'Server listening' "$far/sshd.log" && return
		kill -0 "$sshd_pid" 2>/dev/null || return 1
		sleep 0.02
	done
	return 1
}

stop_sshd() {
	if [ -n "${sshd_pid-}" ]; then
		kill "$sshd_pid" 2>/dev/null || true
		wait "$sshd_pid" 2>/dev/null || true
	fi
	sshd_pid=
}

wrap_ssh() {
	ssh_calls=$BATS_TEST_TMPDIR/ssh-calls
	: > "$ssh_calls"
	cat > "$BATS_TEST_TMPDIR/bin/ssh" <<-END
	#!/bin/bash
	case " \$* " in *" -G "*) ;; *) echo "\$*" >> '$ssh_calls' ;; esac
	own=(-o UserKnownHostsFile='$HOME/.ssh/known_hosts' -o GlobalKnownHostsFile=none)
	for key in id_ed25519 id_ecdsa id_rsa; do
		[ ! -e "$HOME/.ssh/\$key" ] || own+=(-o "IdentityFile=$HOME/.ssh/\$key")
	done
	[ ! -e "$HOME/.ssh/id_ed25519" ] && [ ! -e "$HOME/.ssh/id_ecdsa" ] &&
		[ ! -e "$HOME/.ssh/id_rsa" ] && own+=(-o IdentityFile=none)
	config='$HOME/.ssh/config'
	[ -e "\$config" ] || config=none
	exec '$(command -v ssh)' -F "\$config" "\${own[@]}" "\$@"
	END
	chmod 755 "$BATS_TEST_TMPDIR/bin/ssh"
	PATH="$BATS_TEST_TMPDIR/bin:$PATH"
}

# knows_host TYPE...: puts the host's keys of these types into known_hosts.
knows_host() {
	local type
	for type; do
		printf '[127.0.0.1]:%s ' "$port"
		cut -d' ' -f1,2 "$keys/host_$type.pub"
	done >> "$HOME/.ssh/known_hosts"
}

# has_key TYPE [PASSPHRASE]: a key of the user that may log in.
has_key() {
	stranger_key "$@"
	cat "$HOME/.ssh/id_$1.pub" >> "$far/authorized"
}

# stranger_key TYPE [PASSPHRASE]: one that may not.
stranger_key() {
	ssh-keygen -q -t "$1" -N "${2-}" -C user -f "$HOME/.ssh/id_$1"
}

fingerprint() {
	ssh-keygen -l -f "$keys/host_$1.pub" | cut -d' ' -f2
}

# far_varve SCRIPT: what stands for varve at the far end.
far_varve() {
	printf '#!/bin/sh\n%s\n' "$1" > "$far/bin/varve"
	chmod 755 "$far/bin/varve"
}

far_echo() {
	far_varve "echo 'varve 1'; exec cat"
}

# each_way COMMAND...: with $way libssh2, then external; varve.ssh says so too.
each_way() {
	for way in libssh2 external; do
		git config --global varve.ssh "$way"
		: > "$ssh_calls"
		"$@"
		if [ "$way" = external ]; then
			[ -s "$ssh_calls" ]
		else
			[ ! -s "$ssh_calls" ]
		fi
	done
}

start_agent() {
	eval "$(ssh-agent -s 3>&-)" > /dev/null
}

stop_agent() {
	if [ -n "${SSH_AGENT_PID-}" ]; then
		kill "$SSH_AGENT_PID"
		unset SSH_AGENT_PID SSH_AUTH_SOCK
	fi
}
