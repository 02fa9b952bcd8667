# Lines over ssh, by libssh2 and by the ssh program: keys, hosts, and what goes wrong. The far
# end is a script that greets and gives back what it gets; push.bats has varve there.
load ../../cli/helper
load sshd

setup() {
	varve_setup
	line=$VARVE_BIN/../tests/net/line
	[ -x "$line" ] || skip "tests/net/line is not built"
	forgive_libssh2
}

teardown() {
	stop_sshd
	stop_agent
}

# A far end that gives everything back, known to us, and a key of ours.
usual_far() {
	start_sshd
	knows_host ed25519 ecdsa
	has_key "${1-ed25519}"
	far_echo
}

url() {
	printf 'ssh://%s@127.0.0.1:%s/%s' "$(id -un)" "$port" "${1-x}"
}

# Sends a text and gets it back.
echoes() {
	ends_with 0 bash -c "printf 'some text' | '$line' '$(url "$@")'"
	output_is "some text"
}

fails() {
	ends_with 1 "$line" "$(url)" < /dev/null
}

@test "an ed25519 key lets in" {
	usual_far ed25519
	each_way echoes
}

@test "an ecdsa key lets in" {
	usual_far ecdsa
	each_way echoes
}

@test "an RSA key is left to the ssh program" {
	usual_far rsa
	git config --global varve.ssh libssh2
	fails
	stderr_has "-11: no usable key for a login at"
	stderr_has "' (ed25519 or ecdsa, in ~/.ssh or ssh-agent)"
	git config --global varve.ssh auto
	echoes
	[ -s "$ssh_calls" ]
}

@test "a key with a passphrase is asked for it" {
	usual_far ecdsa
	rm "$HOME/.ssh/id_ecdsa"
	has_key ed25519 "correct horse"
	git config --global varve.ssh libssh2
	printf 'wrong\ncorrect horse\n' > answers
	VARVE_TEST_ANSWERS=answers echoes
	stderr_has "asked for a secret: Passphrase of the key '$HOME/.ssh/id_ed25519':"
	fails
	stderr_has "-11: no usable key for a login at"
	git config --global varve.ssh external
	printf '#!/bin/sh\necho correct horse\n' > askpass
	chmod 755 askpass
	SSH_ASKPASS=$PWD/askpass SSH_ASKPASS_REQUIRE=force echoes
}

@test "no or a wrong passphrase is no way in" {
	usual_far ecdsa
	rm "$HOME/.ssh/id_ecdsa"
	has_key ed25519 "correct horse"
	git config --global varve.ssh libssh2
	printf '\n' > answers
	VARVE_TEST_ANSWERS=answers fails
	stderr_has "-11: "
	stderr_has "rejected the login of the user '$(id -un)'"
	printf 'a\nb\nc\nd\n' > answers
	VARVE_TEST_ANSWERS=answers fails
	stderr_has "-11: "
	[ "$(grep -c 'asked for' <<< "$stderr")" = 3 ]
}

@test "the agent's keys let in" {
	usual_far ed25519
	start_agent
	ssh-add -q "$HOME/.ssh/id_ed25519"
	rm "$HOME"/.ssh/id_*
	each_way echoes
}

@test "an agent with many keys is asked over several connections" {
	usual_far ecdsa
	start_agent
	for i in 1 2 3 4 5; do
		ssh-keygen -q -t ed25519 -N '' -f "key$i"
		ssh-add -q "key$i"
	done
	ssh-keygen -q -t rsa -b 2048 -N '' -f rsa
	ssh-add -q rsa "$HOME/.ssh/id_ecdsa"
	rm "$HOME"/.ssh/id_*
	git config --global varve.ssh libssh2
	echoes
	[ "$(grep -c 'Connection from' "$far/sshd.log")" = 2 ]
}

@test "keys that the host does not take are refused by both ways" {
	start_sshd
	knows_host ed25519 ecdsa
	stranger_key ed25519
	ssh-keygen -q -t rsa -b 2048 -N '' -f "$HOME/.ssh/id_rsa" # libssh2 does not offer it
	far_echo
	git config --global varve.ssh libssh2
	fails
	stderr_has "-11: "
	stderr_has "rejected the login of the user '$(id -un)' (1 key offered)"
	stderr_has "authorized_keys"
	git config --global varve.ssh external
	fails
	stderr_has "-11: cannot connect to '127.0.0.1'"
	stderr_has "Permission denied (publickey)"
	git config --global varve.ssh auto
	fails
	stderr_has "-11: cannot connect to '127.0.0.1'"
	[ -s "$ssh_calls" ]
}

@test "without any key there is a word on how to make one" {
	start_sshd
	knows_host ed25519
	far_echo
	git config --global varve.ssh libssh2
	fails
	stderr_has "-11: no usable key for a login at"
	stderr_has "ssh-keygen -t ed25519"
	[ "$(grep -c 'Connection from' "$far/sshd.log")" = 0 ]
}

@test "a hashed known_hosts is read" {
	usual_far
	ssh-keygen -q -H -f "$HOME/.ssh/known_hosts"
	rm -f "$HOME/.ssh/known_hosts.old"
	! grep -q 127.0.0.1 "$HOME/.ssh/known_hosts" || false
	each_way echoes
}

@test "the key type that is known is the one that is asked for" {
	start_sshd
	has_key ed25519
	far_echo
	knows_host ecdsa
	each_way echoes
	rm "$HOME/.ssh/known_hosts"
	knows_host ed25519
	each_way echoes
}

@test "a broken line in known_hosts hides no other" {
	usual_far
	{ printf 'garbage\n\xff\xfe ssh-ed25519 AAA\n@foo x y z\n'; cat "$HOME/.ssh/known_hosts"; } > known
	mv known "$HOME/.ssh/known_hosts"
	each_way echoes
}

@test "an unknown host is refused with its fingerprint" {
	start_sshd
	has_key ed25519
	far_echo
	git config --global varve.ssh auto
	fails
	stderr_has "-11: the host '127.0.0.1' is not known; its ED25519 key has the fingerprint $(fingerprint ed25519)"
	stderr_has "ssh-keyscan -p $port"
	[ ! -s "$ssh_calls" ]
	[ ! -e "$HOME/.ssh/known_hosts" ]
	git config --global varve.ssh external
	fails
	stderr_has "-11: cannot connect to '127.0.0.1': Host key verification failed."
}

@test "what the hint says makes the host known" {
	start_sshd
	has_key ed25519
	far_echo
	git config --global varve.ssh libssh2
	fails
	bash -c "$(grep -o 'ssh-keyscan.*' <<< "$stderr")" 2> /dev/null
	echoes
}

@test "an unknown host can be accepted and is remembered" {
	start_sshd
	has_key ed25519
	far_echo
	git config --global varve.ssh libssh2
	rm -rf "$HOME/.ssh/known_hosts"
	printf 'no\n' > answers
	VARVE_TEST_ANSWERS=answers fails
	stderr_has "asked: The host '127.0.0.1' is not known; its ED25519 key has the fingerprint $(fingerprint ed25519)."
	[ ! -e "$HOME/.ssh/known_hosts" ]
	printf 'yes\n' > answers
	VARVE_TEST_ANSWERS=answers echoes
	[ "$(stat -c %a "$HOME/.ssh/known_hosts")" = 600 ]
	each_way echoes
}

@test "a host with another key is refused and nothing else is tried" {
	start_sshd
	has_key ed25519
	far_echo
	ssh-keygen -q -t ed25519 -N '' -f other
	printf '# mine\n[127.0.0.1]:%s %s\n' "$port" "$(cut -d' ' -f1,2 other.pub)" > "$HOME/.ssh/known_hosts"
	git config --global varve.ssh auto
	fails
	stderr_has "-11: the host key of '127.0.0.1' has changed: its fingerprint is $(fingerprint ed25519)"
	stderr_has "$HOME/.ssh/known_hosts, line 2, has another"
	stderr_has "ssh-keygen -R '[127.0.0.1]:$port'"
	[ ! -s "$ssh_calls" ]
	git config --global varve.ssh external
	fails
	stderr_has "-11: cannot connect to '127.0.0.1': its host key differs from the one in known_hosts"
}

@test "a revoked host key is refused" {
	usual_far
	rm "$HOME/.ssh/known_hosts"
	knows_host ed25519
	printf '@revoked * %s\n' "$(cut -d' ' -f1,2 "$keys/host_ed25519.pub")" >> "$HOME/.ssh/known_hosts"
	git config --global varve.ssh auto
	fails
	stderr_has "-11: the host key of '127.0.0.1'"
	stderr_has "is marked as revoked in $HOME/.ssh/known_hosts, line 2"
	[ ! -s "$ssh_calls" ]
	git config --global varve.ssh external
	fails
	stderr_has "-11: "
}

@test "a host that has an RSA key only is left to the ssh program" {
	start_sshd rsa
	knows_host rsa
	has_key ed25519
	far_echo
	git config --global varve.ssh libssh2
	fails
	stderr_has "-12: "
	stderr_has "cannot be checked by libssh2"
	git config --global varve.ssh auto
	echoes
	[ -s "$ssh_calls" ]
}

@test "a host whose digests libssh2 lacks is left to the ssh program" {
	start_sshd ed25519 -- "Ciphers aes256-ctr" "MACs umac-128@openssh.com"
	knows_host ed25519
	has_key ed25519
	far_echo
	git config --global varve.ssh libssh2
	fails
	stderr_has "-7: cannot open an ssh session with"
	git config --global varve.ssh auto
	echoes
	[ -s "$ssh_calls" ]
}

@test "a configuration that only ssh obeys makes it the way" {
	usual_far
	git config --global varve.ssh auto
	echoes
	[ ! -s "$ssh_calls" ]
	printf 'Host 127.*\n\tServerAliveInterval 5\n\tUser nobody\n' > "$HOME/.ssh/config"
	echoes
	[ ! -s "$ssh_calls" ]
	printf 'Host other\n\tProxyJump gate\n' > "$HOME/.ssh/config"
	echoes
	[ ! -s "$ssh_calls" ]
	printf 'Host 127.*\n\tRekeyLimit 1M\n\tHostKeyAlgorithms ssh-ed25519\n' > "$HOME/.ssh/config"
	echoes
	[ -s "$ssh_calls" ]
}

@test "host name, user and port come from the configuration" {
	usual_far
	printf 'Host data\n\tHostName 127.0.0.1\n\tPort %s\n\tUser %s\n' "$port" "$(id -un)" > "$HOME/.ssh/config"
	for way in libssh2 external auto; do
		git config --global varve.ssh "$way"
		ends_with 0 bash -c "printf 'some text' | '$line' data:x"
		output_is "some text"
	done
}

@test "without an ssh program libssh2 does it alone" {
	usual_far
	git config --global varve.ssh auto
	mkdir bin
	for program in bash sh cat printf; do
		ln -s "$(command -v "$program")" bin/
	done
	ends_with 0 bash -c "printf 'some text' | PATH=$PWD/bin '$line' '$(url)'"
	output_is "some text"
}

@test "a host without varve is named with the way out" {
	usual_far
	rm "$far/bin/varve"
	no_varve() {
		VARVE_TEST_PROGRAM=no-such-varve fails
		stderr_has "-1: program 'no-such-varve' not found on '127.0.0.1'"
		stderr_has "hint: install varve on that host, or set its path with 'git config remote.<name>.varve"
	}
	each_way no_varve
}

@test "varve may lie elsewhere on the far side" {
	usual_far
	mv "$far/bin/varve" "$far/old varve"
	elsewhere() {
		VARVE_TEST_PROGRAM="'$far/old varve'" echoes
		VARVE_TEST_PROGRAM='~/old\ varve' echoes
	}
	each_way elsewhere
}

@test "paths arrive as they were written" {
	usual_far
	far_varve 'echo "varve 1"; printf "%s|" "$@" > "$HOME/args"; exec cat'
	mkdir -p "$far/my data"
	paths() {
		echoes "a%20b(c)*"
		[ "$(cat "$far/args")" = "serve|--stdio|/a b(c)*|" ]
		echoes "~/my%20data"
		[ "$(cat "$far/args")" = "serve|--stdio|$far/my data|" ]
		echoes "~"
		[ "$(cat "$far/args")" = "serve|--stdio|$far|" ]
	}
	each_way paths
}

@test "a talkative start-up file is overlooked" {
	usual_far
	talk_at_login 'echo Welcome to this host; echo; printf "have fun "'
	each_way echoes
}

@test "a start-up file that never stops talking is shown" {
	usual_far
	talk_at_login 'for i in $(seq 200); do echo "Welcome to this host, it is number $i"; done'
	endless() {
		fails
		stderr_has "-7: "
		stderr_has 'does not answer as varve does; it sent: Welcome to this host, it is number 1\nWelcome'
		stderr_has "hint: a start-up file of the login shell on that host may print this"
	}
	each_way endless
}

# What the far shell does first: its start-up file where it is bash, else by force.
talk_at_login() {
	printf '%s\n' "$1" > "$far/.bashrc"
	case $(getent passwd "$(id -un)") in
	*/bash) ;;
	*) skip "the login shell here is not bash" ;;
	esac
}

@test "an account that may run nothing is shown with its words" {
	usual_far
	far_varve 'echo "This account is currently not available."; exit 1'
	unavailable() {
		fails
		stderr_has "-7: "
		stderr_has 'does not answer as varve does; it sent: This account is currently not available.\n'
	}
	each_way unavailable
}

@test "the far side's words come with the error" {
	usual_far
	far_varve 'echo "varve 1"; echo "a word" >&2; head -c 4; echo "varve: the disk is full" >&2; exit 2'
	words() {
		ends_with 1 bash -c "printf 'some text' | '$line' '$(url)'"
		stderr_has "remote: a word"
		stderr_has "-7: the connection to '$(url)' was closed before the end of the data: "
		stderr_has "the disk is full"
	}
	each_way words
}

@test "a far side that is killed is an error" {
	usual_far
	far_varve 'echo "varve 1"; head -c 4; kill -9 $$'
	killed() {
		ends_with 1 bash -c "printf 'some text' | '$line' '$(url)'"
		stderr_has "-7: the connection to '$(url)' was closed before the end of the data"
	}
	each_way killed
}

@test "a line that is cut is an error" {
	usual_far
	far_varve 'echo "varve 1"; head -c 4 > "$HOME/ready"; exec sleep 10'
	cut() {
		rm -f "$far/ready"
		(set +e; printf "some text" | "$line" "$(url)" > out 2> err; echo $? > status) 3>&- &
		until [ -s "$far/ready" ]; do
			sleep 0.05
		done
		pkill -9 -P "$sshd_pid"
		wait "$!"
		[ "$(cat status)" = 1 ]
		grep -q -- "^-7: the connection to '$(url)' was closed before the end of the data" err
	}
	each_way cut
}

@test "silence ends after the limit and names the peer" {
	usual_far
	far_varve 'echo "varve 1"; head -c 4; exec sleep 3'
	silent() {
		local start=$SECONDS
		VARVE_TEST_IDLE=1 ends_with 1 bash -c "printf 'some text' | '$line' '$(url)'"
		stderr_has "-7: no data could be received from or sent to '$(url)' for 1 second"
		[ $((SECONDS - start)) -lt $((12 * $(slowed))) ]
	}
	each_way silent
}

@test "a host that does not speak ssh is given up" {
	start_sshd
	stop_sshd
	stranger_key ed25519
	python3 -c "
import socket, time
s = socket.create_server(('127.0.0.1', $port))
print('ready', flush=True)
held = []
while True: held.append(s.accept())
" > ready 3>&- &
	python=$!
	until [ -s ready ]; do sleep 0.05; done
	mute() {
		VARVE_TEST_IDLE=1 fails
		stderr_has "-7: no data could be received from"
	}
	each_way mute
	kill "$python"
}

@test "megabytes go both ways with a flood beside them" {
	usual_far
	far_varve 'echo "varve 1"; head -c 3000000 /dev/zero | tr "\0" x >&2
		head -c 5000000 > "$HOME/got"; exec cat "$HOME/got"'
	head -c 5000000 /dev/urandom > sent
	flood() {
		"$line" "$(url)" < sent > got 2> err
		cmp sent got
		[ "$(wc -c < err)" -gt 3000000 ]
	}
	each_way flood
}

@test "keys are exchanged again in the middle" {
	start_sshd ed25519 -- "RekeyLimit 1M"
	knows_host ed25519
	has_key ed25519
	far_varve 'echo "varve 1"; head -c 5000000 > "$HOME/got"; exec cat "$HOME/got"'
	head -c 5000000 /dev/urandom > sent
	again() {
		"$line" "$(url)" < sent > got
		cmp sent got
	}
	each_way again
}

@test "a far side that listens late loses nothing" {
	usual_far
	far_varve 'echo "varve 1"; sleep 1; head -c 5000000 > "$HOME/got"; exec cat "$HOME/got"'
	head -c 5000000 /dev/urandom > sent
	late() {
		"$line" "$(url)" < sent > got
		cmp sent got
	}
	each_way late
}

@test "nothing listens and no such host are told apart" {
	start_sshd
	stop_sshd
	stranger_key ed25519
	git config --global varve.ssh libssh2
	fails
	stderr_has "-7: cannot connect to '127.0.0.1', port $port: Connection refused"
	ends_with 1 "$line" ssh://no-such-host.invalid/x < /dev/null
	stderr_has "'no-such-host.invalid'"
	git config --global varve.ssh external
	fails
	stderr_has "-7: cannot connect to '127.0.0.1': ssh: connect to host 127.0.0.1 port $port: Connection refused"
	ends_with 1 "$line" ssh://no-such-host.invalid/x < /dev/null
	stderr_has "cannot connect to 'no-such-host.invalid': ssh: Could not resolve hostname"
}
