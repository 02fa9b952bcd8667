load holders
load ../serve/server
load ../serve/relay
load hold

# A machine that keeps copies for others is reached through a relay, and admits no reader of its repository.

setup() {
	relay_setup
	start_relay
}

teardown() {
	kind_end
	relay_teardown
}

# The machine is configured by the settings of its repository.
kind_start() {
	new_keeper "$1"
	git -C "$(keeper_path "$1")" config varve.hold "${2:-100m}"
	git -C "$(keeper_path "$1")" config varve.holdFor "$(cat "$BATS_TEST_TMPDIR/work/did")"
	git -C "$(keeper_path "$1")" config varve.holdTerm 0
	kind_again "$1"
}

# kind_again NAME [OPTION...]: $url, and $keeper, which serves there; a relay that was stopped is at its place again.
kind_again() {
	local log
	if [ -z "$relay_pid" ]; then
		start_relay_program varve serve --relay "127.0.0.1:${relay##*:}"
	fi
	log=$(keeper_path "$1").log
	: > "$log"
	XDG_CONFIG_HOME="$(keeper_path "$1").config" varve vault serve --through "$relay" "${@:2}" "$(keeper_path "$1")" 2> "$log" 3>&- &
	keeper=$!
	started+=("$keeper")
	wait_for "$log" 'waiting for visitors'
	url=$(sed -n 's/^serving .* as //p' "$log")
}

kind_stop() {
	stop_keeper
	end_pid "$relay_pid"
	relay_pid=
}

kind_end() {
	stop_keeper
}

@test "relay: keeps what is replicated" {
	holder_keeps_what_is_replicated
}

@test "relay: gives everything back" {
	holder_gives_everything_back
}

@test "relay: gives shards for a repair" {
	holder_gives_shards_for_a_repair
}

@test "relay: gives blocks that were dropped" {
	holder_gives_blocks
}

@test "relay: shows single leaves" {
	holder_shows_single_leaves
}

@test "relay: is caught and repaired" {
	holder_is_caught_and_repaired
}

@test "relay: other bytes are not believed" {
	holder_that_lies_is_not_believed
}

@test "relay: says when it is full" {
	holder_says_when_it_is_full
}

@test "relay: is paid when it was away" {
	holder_that_was_away_is_paid
}

@test "relay: is left" {
	holder_is_left
}

@test "relay: deletes what is pruned" {
	holder_deletes_what_is_pruned
}

@test "relay: two machines behind one relay do not fail together, and a second address is no second copy" {
	x_and a
	key=$(sed 's/^did:key://' ../keeper-x.did)
	grep -q "holder 'x' signs with the key did:key:$key" ../added
	at_x=$url
	kind_start y
	succeeds varve vault holder add y "$url"
	stderr_has "fails together with: machine $(sed 's/^did:key://' ../keeper-y.did)"
	ends_with 2 varve vault holder add z "${at_x%/*}"
	stderr_has "already"
	serve_keeper x 100m
	ends_with 2 varve vault holder add z "$url"
	stderr_has "this server is already the holder 'x'"
}

@test "relay: a holder whose address changes stays the same one, by its key" {
	x_and a
	succeeds varve vault replicate --copies 2
	at_x=$url
	kind_stop
	start_relay
	kind_again x
	[ "$url" != "$at_x" ]
	ends_with 2 varve vault holder add a "$url"
	stderr_has "a holder 'a' already exists"
	succeeds varve vault holder add x "$url"
	stderr_has "holder 'x' has a new address, before: $at_x"
	succeeds varve vault audit --all
	change 5
	succeeds varve vault replicate
	has_all x
	# another machine is another holder
	kind_start y
	ends_with 2 varve vault holder add x "$url"
	stderr_has "signs with another key"
	ends_with 2 varve vault holder add x "$url" --key "$(cat ../keeper-y.did)"
	stderr_has "a holder 'x' already exists"
}

@test "relay: who keeps copies lets strangers ask about copies, and nobody read the repository" {
	x_and a
	succeeds varve vault replicate --copies 2
	# the keeper has something of its own
	(
		cd ..
		mkdir own
		cd own
		git init -q
		git commit -q --allow-empty -m own
		git push -q ../keeper-x HEAD:refs/heads/main
	)
	own=$(git -C ../keeper-x rev-parse main)
	ends_with 2 varve clone "$url" ../got
	stderr_has "this machine answers only requests about copies"
	stderr_lacks "$own"
	stderr_lacks "fsck"
	ends_with 2 varve ls-remote "$url"
	output_lacks "$own"
	ends_with 2 varve push "$url" main:mine
	[ "$(git -C ../keeper-x for-each-ref --format='%(refname)')" = refs/heads/main ]
	ends_with 2 varve ls-remote "${url%/*}/other"
	stderr_has "lets in only keys that its owner has named"
	[ ! -e ../got ]
	# named ones read and push, and may be kept copies for
	stop_keeper
	kind_again x --reader "$(as bob varve key show | head -n 1)" --writer "$(cat ../did)"
	succeeds as bob varve ls-remote "$url"
	output_has "$own"
	ends_with 2 as bob varve push "$url" main:mine
	change 5
	succeeds varve vault replicate
	has_all x
	succeeds varve push "$url" main:mine
	[ "$(git -C ../keeper-x rev-parse mine)" = "$(git rev-parse main)" ]
	for two in "--push --only-copies" "--push --blocks" "--only-copies --blocks"; do
		# shellcheck disable=SC2086
		ends_with 2 varve vault serve --stdio $two "$(keeper_path x)"
		stderr_has "choose one of --push, --only-copies and --blocks"
	done
	# without the setting there are no copies
	stop_keeper
	git -C ../keeper-x config varve.hold 0
	ends_with 2 env XDG_CONFIG_HOME="$(keeper_path x).config" varve serve --through "$relay" "$(keeper_path x)"
	stderr_has "name who may come"
	kind_again x --public
	ends_with 3 varve vault audit
	[[ $output == *"no copies are kept here for others"* ]]
}

# large_vault: half a megabyte to send over a slow line, so that all moments are met; $took, the time of a run.
large_vault() {
	local begun
	new_vault a
	large=0
	another_large
	kind_start x
	port=${relay##*:}
	python3 "$tests/net/proxy" --rate 250000 --listen 127.0.0.1:0 --connect "127.0.0.1:$port" --port-file ../slow.port 3>&- &
	started+=("$!")
	wait_for ../slow.port .
	slow=${url/:$port/:$(cat ../slow.port)}
	succeeds varve vault holder add x "$slow"
	begun=$(date +%s%3N)
	succeeds varve vault replicate --copies 2
	took=$(($(date +%s%3N) - begun))
	RANDOM=${VARVE_TEST_SAMPLE:-0}
}

another_large() {
	large=$((large + 1))
	python3 -c 'import random, sys; sys.stdout.buffer.write(random.Random(int(sys.argv[1])).randbytes(400000))' "$large" > large
	git add large
	git commit -q -m "$large"
}

# killed SIDE COMMAND...: the side is killed at a random moment of the command; the same command again completes.
killed() {
	local side=$1 moment code=0 running waited
	shift
	moment=$((RANDOM * took / 32768))
	echo "$*: the $side is killed after $moment of $took ms"
	"$@" > ../run.log 2>&1 3>&- &
	running=$!
	sleep "$((moment / 1000)).$(printf %03d $((moment % 1000)))"
	case $side in
	holder)
		kill -KILL "$keeper"
		wait "$keeper" || true ;;
	relay) end_pid "$relay_pid" KILL || true ;;
	esac
	wait "$running" || code=$?
	cat ../run.log
	[ "$code" -le 2 ]
	case $side in
	holder) kind_again x ;;
	relay)
		waited=$(grep -c 'waiting for visitors' "$(keeper_path x).log")
		start_relay_program varve serve --relay "127.0.0.1:$port"
		wait_for "$(keeper_path x).log" 'waiting for visitors' $((waited + 1)) ;;
	esac
	[ "$code" -eq 0 ] || succeeds "$@"
	succeeds varve vault ledger verify
	succeeds varve vault audit --all
	succeeds varve vault status
}

# each_way SIDE: of a replicate, a repair, a prune and a recover.
each_way() {
	local cid
	large_vault
	for _ in $(sampled 5 1); do
		another_large
		killed "$1" varve vault replicate --timeout 20
		has_all x
		for cid in $(kind_shards x); do
			kind_lose x "$cid"
		done
		ends_with 1 varve vault audit
		killed "$1" varve vault repair --timeout 20
		has_all x
	done
	killed "$1" varve vault prune --timeout 20 --grace 0
	killed "$1" varve vault recover -q --timeout 20 --key "$XDG_CONFIG_HOME/varve/key" --to ../again "$slow"
	cmp t.csv ../again/t.csv
	cmp large ../again/large
	succeeds varve -C ../again fsck --data
}

@test "relay: a holder that is killed at any moment loses nothing, and the same command completes" {
	each_way holder
}

@test "relay: a relay that is killed at any moment loses nothing, and the same command completes" {
	each_way relay
}

# another_relay PROGRAM...: takes the place of the one that runs.
another_relay() {
	port=${relay##*:}
	kill -KILL "$relay_pid" 2> /dev/null || true
	wait "$relay_pid" 2> /dev/null || true
	"$@"
	[ "${relay##*:}" = "$port" ]
}

honest_relay() {
	start_relay_program varve serve --relay "127.0.0.1:$port"
}

evil_relay() {
	EVIL_PORT=$port start_evil "$@"
}

# attacked ACT...: a replicate through a relay that does ACT ends with an error, and one through an honest relay completes.
attacked() {
	n=$((n + 1))
	python3 -c 'import random, sys; sys.stdout.buffer.write(random.Random(int(sys.argv[1])).randbytes(90000))' "$n" > large
	git add large
	git commit -q -m "$*"
	kill -KILL "$keeper"
	another_relay evil_relay "$@"
	kind_again x
	run timeout 90 varve vault replicate --timeout 4
	kill -KILL "$keeper"
	if [ "$status" -lt 1 ] || [ "$status" -gt 2 ] || [[ $output != *"holder 'x'"* ]]; then
		echo "$* ended with $status: $output" >&2
		return 1
	fi
	another_relay honest_relay
	kind_again x
	succeeds varve vault replicate --timeout 20
	has_all x
	succeeds varve vault audit --all
}

# begin_attacks: a vault with its first run at x.
begin_attacks() {
	n=0
	new_vault a
	kind_start x
	succeeds varve vault holder add x "$url"
	succeeds varve vault replicate --copies 2
}

@test "relay: what a relay changes, drops, repeats, cuts, floods or withholds reaches no copy" {
	begin_attacks
	local all=("flip up 300" "flip down 400" "drop up 40000 7" "drop down 200 7" "repeat up 50000 300" "cut up 60000" "cut down 500" "flood down 300" "flood up 30000" "hang up 20000")
	local act
	for i in $(sampled 10 4); do
		act=${all[$(((i + ${VARVE_TEST_SAMPLE:-0}) % ${#all[@]}))]}
		# shellcheck disable=SC2086
		attacked $act || { echo "$act" >&2; return 1; }
	done
}

@test "relay: a late stream is only late, a replayed one and another machine in the place of the holder reach nothing" {
	begin_attacks
	change 5
	kill -KILL "$keeper"
	another_relay evil_relay delay 20
	kind_again x
	succeeds varve vault replicate
	has_all x
	change 6
	kill -KILL "$keeper"
	another_relay evil_relay replay
	kind_again x
	succeeds varve vault replicate
	wait_for "$(keeper_path x).log" "may ask about copies in 'keeper-x'"
	change 7
	ends_with 1 varve vault replicate --timeout 4
	wait_for "$(keeper_path x).log" 'was changed on its way'
	[ "$(grep -c 'may ask' "$(keeper_path x).log")" -eq 1 ]
	# a relay that joins everybody with everybody leads to eve's machine
	kill -KILL "$keeper"
	another_relay evil_relay honest
	at=$url
	kind_start eve
	url=$at
	ends_with 1 varve vault replicate --timeout 4
	stderr_has "does not have the key"
	! grep -q 'may ask' "$(keeper_path eve).log" || false
	[ -z "$(kind_shards eve)" ]
	kill -KILL "$keeper"
	another_relay honest_relay
	kind_again x
	succeeds varve vault replicate --timeout 20
	has_all x
	succeeds varve vault audit --all
}
