load ../helper
load server
load relay

# A machine that has a key, a visitor and the relay are killed at random moments of clones and pushes. Afterwards the same
# command completes, and nothing is wrong.

setup() {
	relay_setup
	two_versions
	git -C src config receive.denyCurrentBranch updateInstead
	start_relay
	port=${relay##*:}
	# bob's line is slow, so that all moments are met
	python3 "$tests/net/proxy" --rate 60000 --listen 127.0.0.1:0 --connect "127.0.0.1:$port" --port-file slow.port 3>&- &
	started+=("$!")
	wait_for slow.port .
	start_through --writer "$did_of_bob" src
	slow=${address/:$port/:$(cat slow.port)}
	local begun
	begun=$(date +%s%3N)
	succeeds as bob varve clone "$slow" writer
	took=$(($(date +%s%3N) - begun))
	RANDOM=${VARVE_TEST_SAMPLE:-0}
}

teardown() {
	relay_teardown
}

# killed SIDE N: the odd ones are clones, the even ones pushes.
killed() {
	local command moment code=0 waited
	if [ $(($2 % 2)) -eq 1 ]; then
		rm -rf copy
		command=(varve clone "$slow" copy)
	else
		tick
		sed -i "2,\$s/,[a-z0-9]* /,w$2 /" writer/prices.csv
		varve -C writer commit -qam "w$2"
		command=(varve -C writer push)
	fi
	moment=$((RANDOM * took / 32768))
	echo "${command[*]}: the $1 is killed after $moment of $took ms"
	XDG_CONFIG_HOME="$BATS_TEST_TMPDIR/machines/bob" "${command[@]}" > run.log 2>&1 3>&- &
	local running=$!
	sleep "$((moment / 1000)).$(printf %03d $((moment % 1000)))"
	case $1 in
	owner) end_pid "$through_pid" KILL || true ;;
	relay) end_pid "$relay_pid" KILL || true ;;
	visitor) kill -KILL "$running" 2> /dev/null || true ;;
	esac
	wait "$running" || code=$?
	cat run.log
	[ "$code" -le 2 ] || [ "$1" = visitor ]
	case $1 in
	owner) start_through --writer "$did_of_bob" src ;;
	relay)
		waited=$(grep -c 'waiting for visitors' through.log)
		start_relay_program varve serve --relay "127.0.0.1:$port"
		wait_for through.log 'waiting for visitors' $((waited + 1)) ;;
	esac
	[ "$code" -eq 0 ] || succeeds as bob "${command[@]}"
	if [ $(($2 % 2)) -eq 1 ]; then
		same_bytes src/prices.csv copy/prices.csv
		succeeds varve -C copy fsck --data
	else
		[ "$(git -C src rev-parse main)" = "$(git -C writer rev-parse main)" ]
		# the server of a killed owner's visitor completes what it began
		for _ in $(seq 400); do
			! cmp -s writer/prices.csv src/prices.csv || break
			sleep 0.05
		done
		same_bytes writer/prices.csv src/prices.csv
		[ -z "$(git -C src status --porcelain)" ]
		succeeds varve -C src fsck --data
	fi
}

@test "an owner that is killed at any moment leaves nothing wrong, and the same command completes" {
	for i in $(sampled 10 4); do
		killed owner "$i"
	done
}

@test "a relay that is killed at any moment leaves nothing wrong, and the same command completes" {
	for i in $(sampled 10 4); do
		killed relay "$i"
	done
}

@test "a visitor that is killed at any moment leaves nothing wrong, and the same command completes" {
	for i in $(sampled 10 4); do
		killed visitor "$i"
	done
}
