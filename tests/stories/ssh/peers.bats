# Repositories reached over ssh, by libssh2 and by the ssh program, with varve at both ends.
load ../../cli/helper
load sshd

setup() {
	varve_setup
	forgive_libssh2
	start_sshd ed25519
	knows_host ed25519
	has_key ed25519
	ln -s "$VARVE_BIN/varve" "$far/bin/varve"
	new_repo "$far/data"
	git -C "$far/data" config receive.denyCurrentBranch ignore
	rows 500 > "$far/data/prices.csv"
	(cd "$far/data" && varve add prices.csv && varve commit -m first) > made
	url=ssh://$(id -un)@127.0.0.1:$port/~/data
}

teardown() {
	stop_sshd
}

@test "a repository is cloned, changed and pushed over ssh" {
	there_and_back() {
		succeeds varve clone "$url" "here-$way"
		cmp "here-$way/prices.csv" <(git -C "$far/data" show HEAD:prices.csv > /dev/null && cd "$far/data" && varve cat HEAD:prices.csv)
		cd "here-$way"
		rows 510 "$RANDOM" > prices.csv
		succeeds varve add prices.csv
		tick
		succeeds varve commit -m "by $way"
		succeeds varve push
		[ "$(git rev-parse HEAD)" = "$(git -C "$far/data" rev-parse main)" ]
		cmp prices.csv <(cd "$far/data" && varve cat main:prices.csv)
		cd ..
	}
	each_way there_and_back
	(cd "$far/data" && succeeds varve fsck)
}

@test "what is new over there is fetched over ssh" {
	git config --global varve.ssh libssh2
	succeeds varve clone "$url" here
	get_new() {
		rows 600 "$RANDOM" > "$far/data/prices.csv"
		tick
		(cd "$far/data" && varve add prices.csv && varve commit -m more) > made
		(cd here && succeeds varve fetch)
		[ "$(git -C here rev-parse origin/main)" = "$(git -C "$far/data" rev-parse main)" ]
		(cd here && varve cat origin/main:prices.csv) | cmp - "$far/data/prices.csv"
	}
	each_way get_new
}

@test "blocks of what plain git moved follow over ssh in both directions" {
	follow() {
		succeeds varve clone -q "$url" "here-$way"
		cd "here-$way"
		rows 510 "$RANDOM" > prices.csv
		varve commit -qam "by $way"
		git push -q --no-verify "$far/data" main
		succeeds varve push
		stderr_has "[its blocks]       main -> main"
		(cd "$far/data" && varve cat main:prices.csv) | cmp - prices.csv
		rows 520 "$RANDOM" > "$far/data/prices.csv"
		tick
		(cd "$far/data" && git reset -q && varve add prices.csv && varve commit -m "after $way") > ../made
		git fetch -q "$far/data" +main:refs/remotes/origin/main
		rows 530 "$RANDOM" > "$far/data/prices.csv"
		tick
		(cd "$far/data" && varve commit -a -m "more after $way") > ../made
		succeeds varve fetch
		varve cat origin/main:prices.csv | cmp - "$far/data/prices.csv"
		succeeds varve fsck --data
		cd ..
	}
	each_way follow
}

@test "a folder over there that is not a repository is named" {
	new_repo here
	cd here
	mkdir "$far/empty"
	no_repository() {
		ends_with 2 varve fetch "ssh://127.0.0.1:$port/~/empty"
		stderr_has "$far/empty"
		stderr_has "repository"
		ends_with 2 varve fetch "ssh://127.0.0.1:$port/~/nothing"
		stderr_has "$far/nothing"
	}
	each_way no_repository
}

@test "no message of the far side drives the terminal" {
	new_repo here
	cd here
	rm "$far/bin/varve"
	far_varve 'printf "varve: \033[2J\033]0;owned\007 \342\200\256 gone\n" >&2; exit 2'
	harmless() {
		ends_with 2 varve fetch "$url"
		stderr_has '\x1B[2J'
		! grep -q $'[\x1b\x07]' <<< "$stderr" || false
		! grep -q $'\u202e' <<< "$stderr" || false
	}
	each_way harmless
}

# at_terminal QUESTION ANSWER COMMAND...: runs it at a terminal of its own, where somebody types
# the answer when the question is there. $output is what the terminal showed.
at_terminal() {
	command -v script > /dev/null || skip "there is no program 'script'"
	local question=$1 answer=$2 i
	shift 2
	rm -f typed shown
	mkfifo typed
	script -qec "$*" /dev/null < typed > shown 3>&- &
	exec 5> typed
	for i in $(seq 1200); do
		if grep -qF "$question" shown; then
			break
		fi
		sleep 0.05
	done
	sleep 0.2
	printf '%s\n' "$answer" >&5
	wait $! || true
	exec 5>&-
	output=$(cat shown)
}

@test "somebody at a terminal may accept an unknown host" {
	new_repo here
	cd here
	rm "$HOME/.ssh/known_hosts"
	git config --global varve.ssh libssh2
	at_terminal "(yes/no)?" no varve fetch "$url"
	output_has "The host '127.0.0.1' is not known; its ED25519 key has the fingerprint $(fingerprint ed25519)."
	[ ! -e "$HOME/.ssh/known_hosts" ]
	at_terminal "(yes/no)?" yes varve fetch "$url"
	output_has "received 1 commit"
	each_way succeeds varve fetch "$url"
}

@test "without a terminal an unknown host is refused with its fingerprint" {
	new_repo here
	cd here
	rm "$HOME/.ssh/known_hosts"
	git config --global varve.ssh auto
	ends_with 2 setsid -w varve fetch "$url"
	stderr_has "the host '127.0.0.1' is not known; its ED25519 key has the fingerprint $(fingerprint ed25519)"
	stderr_has "ssh-keyscan"
}

@test "a passphrase is typed at a terminal, and without one there is a word on ssh-agent" {
	new_repo here
	cd here
	ssh-keygen -q -p -P '' -N 'correct horse' -f "$HOME/.ssh/id_ed25519"
	git config --global varve.ssh libssh2
	at_terminal "Passphrase of" "correct horse" varve fetch "$url"
	output_has "Passphrase of the key '$HOME/.ssh/id_ed25519':"
	output_has "received 1 commit"
	ends_with 2 setsid -w varve fetch "$url"
	stderr_has "a key has a passphrase: add the key to ssh-agent with ssh-add"
}

# far_stops N: kills varve and its children at the far end, N ms after the push began.
far_stops() {
	local pid=
	far_varve "echo \$\$ > '$far/pid'; exec '$VARVE_BIN/varve' \"\$@\""
	rm -f "$far/pid"
	varve push > ../run.log 2>&1 3>&- &
	local push=$!
	while [ ! -s "$far/pid" ] && kill -0 "$push" 2> /dev/null; do
		sleep 0.002
	done
	sleep "$(printf '0.%03d' "$1")"
	pid=$(cat "$far/pid")
	kill -KILL -- "-$(ps -o pgid= -p "$pid" | tr -d ' ')" 2> /dev/null || true
	wait "$push" || true
}

@test "a machine that stops while its files follow a push over ssh has all of it after the next one" {
	git config --global varve.ssh libssh2
	git -C "$far/data" config receive.denyCurrentBranch updateInstead
	rm "$far/bin/varve"
	far_varve "exec '$VARVE_BIN/varve' \"\$@\""
	succeeds varve clone "$url" here
	cd here
	local i n begun took
	for i in $(seq 40); do rows 3 "$i" > "t$i.csv"; done
	varve add . > made
	tick
	varve commit -qm tables
	begun=$(date +%s%3N)
	succeeds varve push
	took=$(($(date +%s%3N) - begun))
	RANDOM=${VARVE_TEST_SAMPLE:-0}
	for n in $(sampled 40 5); do
		for i in $(seq 40); do rows 3 "$n$i" > "t$i.csv"; done
		tick
		varve commit -qam "$n"
		far_stops $((RANDOM % (took < 999 ? took : 999)))
		succeeds varve push
		[ "$(git -C "$far/data" rev-parse main)" = "$(git rev-parse main)" ]
		[ -z "$(git -C "$far/data" status --porcelain)" ]
		diff -rq -x .git . "$far/data"
	done
	(cd "$far/data" && succeeds varve fsck --data)
}
