# Folders over SFTP as holders, at a real sshd: the suite of all kinds, and what only this one can do wrong.
load holders
load ../../stories/ssh/sshd

setup() {
	varve_setup
	forgive_libssh2
}

teardown() {
	stop_sshd
	stop_agent
}

kind_start() {
	if [ -z "${sshd_pid-}" ]; then
		start_sshd ed25519 -- "Subsystem sftp internal-sftp -d $BATS_TEST_TMPDIR/far"
		knows_host ed25519
		has_key ed25519
	fi
	url=sftp://$(id -un)@127.0.0.1:$port$far/copies/$1
	kind_options=()
	[ -z "${2-}" ] || kind_options=(--quota "$2")
}

kind_stop() {
	kill "$sshd_pid"
	wait "$sshd_pid" || true
}

kind_again() {
	"$sshd" -D -e -f "$far/sshd_config" 2> "$far/sshd.log" 3>&- &
	sshd_pid=$!
	wait_for_port
}

kind_shards() {
	(cd "$far/copies/$1" && find . -path '*/shards/*' -type f | sed 's|.*/||' | sort)
}

shard_file() {
	find "$far/copies/$1" -path "*/shards/$2"
}

kind_get() {
	cat "$(shard_file "$@")"
}

kind_set() {
	cat "$3" > "$(shard_file "$1" "$2")"
}

kind_lose() {
	rm "$(shard_file "$@")"
}

@test "SFTP: keeps what is replicated" {
	holder_keeps_what_is_replicated
}

@test "SFTP: gives everything back" {
	holder_gives_everything_back
}

@test "SFTP: gives shards for a repair" {
	holder_gives_shards_for_a_repair
}

@test "SFTP: gives blocks that were dropped" {
	holder_gives_blocks
}

@test "SFTP: shows single leaves" {
	holder_shows_single_leaves
}

@test "SFTP: is caught and repaired" {
	holder_is_caught_and_repaired
}

@test "SFTP: other bytes are not believed" {
	holder_that_lies_is_not_believed
}

@test "SFTP: says when it is full" {
	holder_says_when_it_is_full
}

@test "SFTP: is paid when it was away" {
	holder_that_was_away_is_paid
}

@test "SFTP: is left" {
	holder_is_left
}

@test "SFTP: deletes what is pruned" {
	holder_deletes_what_is_pruned
}

# --- what only this kind can do wrong ----------------------------------------------------------

adds() {
	succeeds varve vault holder add x "$url"
}

does_not_add() {
	ends_with 2 varve vault holder add x "$url"
	stderr_has "$1"
	[ ! -e .git/config ] || ! grep -q 'holder "x"' .git/config
}

@test "SFTP: fails together with its host, and can be below the home" {
	new_vault a
	kind_start x
	url=sftp://127.0.0.1:$port/~/below/home
	adds
	stderr_has "fails together with: host 127.0.0.1"
	succeeds varve vault replicate --copies 2
	[ -s "$far/below/home/varve-holder" ]
	cmp ../a/*/shards/* "$far"/below/home/*/shards/*
	[ -z "$(ls "$far/below/home/incoming")" ]
	url=sftp://127.0.0.1:$port/~somebody/x
	ends_with 2 varve vault holder add y "$url"
	stderr_has "SFTP cannot look up other users' homes"
}

@test "SFTP: a host that is not known and one with another key are refused" {
	new_vault a
	start_sshd ed25519 -- "Subsystem sftp internal-sftp"
	has_key ed25519
	url=sftp://127.0.0.1:$port$far/x
	does_not_add "the host '127.0.0.1' is not known; its ED25519 key has the fingerprint $(fingerprint ed25519)"
	ssh-keygen -q -t ed25519 -N '' -f other
	printf '[127.0.0.1]:%s %s\n' "$port" "$(cut -d' ' -f1,2 other.pub)" > "$HOME/.ssh/known_hosts"
	does_not_add "known_hosts"
	[ ! -e "$far/x" ]
}

@test "SFTP: keys and settings that libssh2 cannot use are named" {
	new_vault a
	kind_start x
	GIT_SSH_COMMAND="ssh -v" does_not_add "SFTP requires libssh2, but the settings or the environment name an ssh program"
	stderr_has "git config varve.ssh libssh2"
	printf 'Host 127.0.0.1\n\tProxyJump elsewhere\n' > "$HOME/.ssh/config"
	does_not_add "ssh's own settings need the program (proxyjump)"
	git config --global varve.ssh libssh2
	rm "$HOME/.ssh/config"
	mv "$HOME/.ssh/id_ed25519" away
	does_not_add "' (ed25519 or ecdsa, in ~/.ssh or ssh-agent)"
	start_agent
	chmod 600 away
	ssh-add -q away
	adds
}

@test "SFTP: a key that is not let in, a password in the URL, and no SFTP there" {
	new_vault a
	kind_start x
	: > "$far/authorized"
	does_not_add "' rejected the login of the user '"
	url=sftp://me:secret@127.0.0.1:$port$far/x
	does_not_add "cannot contain a password"
	stderr_lacks secret
	cat "$HOME/.ssh/id_ed25519.pub" > "$far/authorized"
	stop_sshd
	sed -i /Subsystem/d "$far/sshd_config"
	kind_again x
	url=sftp://127.0.0.1:$port$far/x
	does_not_add "no SFTP with 'sftp://127.0.0.1:$port$far/x'"
	stderr_has "check that the host's sshd has the subsystem 'sftp'"
}

@test "SFTP: a disk that is not mounted gets nothing" {
	x_and a
	succeeds varve vault replicate --copies 2
	mv "$far/copies/x" "$far/copies/kept"
	mkdir "$far/copies/x"
	change 5
	ends_with 1 varve vault replicate
	stderr_has "' has no copies (no file 'varve-holder'), or its disk is not mounted"
	[ -z "$(ls "$far/copies/x")" ]
}

@test "SFTP: a server that only reads is named" {
	x_and a
	stop_sshd
	sed -i 's/internal-sftp/internal-sftp -R/' "$far/sshd_config"
	kind_again x
	ends_with 1 varve vault replicate --copies 2
	stderr_has "holder 'x': "
	stderr_has "no permission for"
	stderr_has " missing: "
}

@test "SFTP: a connection that is cut in the middle is made again" {
	x_and a
	seq 1 60000 | awk 'BEGIN { srand(3); print "id,x" } { print $1 "," rand() rand() }' > big.csv
	varve add -q big.csv
	varve commit -q -m big
	varve vault replicate --copies 2 --to x --limit-rate 400k > ../out 2> ../err 3>&- &
	replicating=$!
	for i in $(seq 600); do
		[ -z "$(kind_shards x)" ] || break
		sleep 0.1
	done
	[ -n "$(kind_shards x)" ]
	pkill -P "$sshd_pid"
	wait "$replicating" || [ $? = 1 ]
	[ "$(grep -c 'Accepted publickey' "$far/sshd.log")" -ge 3 ]
	succeeds varve vault replicate
	has_all x
	succeeds varve vault audit --all
}

@test "SFTP: what a killed one left goes, and what another is writing stays" {
	x_and a
	mkdir -p "$far/copies/x/incoming"
	touch "$far/copies/x/incoming/abcdefghijkl" "$far/copies/x/incoming/mine"
	touch -d '3 days ago' "$far/copies/x/incoming/bcdefghijklm" "$far/copies/x/incoming/other"
	succeeds varve vault replicate --copies 2
	[ "$(ls "$far/copies/x/incoming" | tr '\n' ' ')" = "abcdefghijkl mine other " ]
}

@test "SFTP: a host that is not known any more is not one that is full" {
	x_and a
	: > "$HOME/.ssh/known_hosts"
	ends_with 1 varve vault replicate --copies 2
	stderr_has "the host '127.0.0.1' is not known"
	stderr_lacks "full"
	knows_host ed25519
	succeeds varve vault replicate
}
