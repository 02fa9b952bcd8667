load ../../cli/helper
load ../../cli/vault/vault

# Machines that sleep: they take connections, and say nothing.

setup() {
	varve_setup
	unset http_proxy https_proxy HTTP_PROXY HTTPS_PROXY all_proxy ALL_PROXY
	: > ports
	python3 "$BATS_TEST_DIRNAME/asleep.py" 2 > ports 3>&- &
	sleepers=$!
	local i
	for ((i = 0; i < 1200 && $(wc -l < ports) < 2; i++)); do
		sleep 0.05
	done
	mapfile -t port < ports
}

teardown() {
	kill "$sleepers"
}

# within SECONDS COMMAND...: it does not wait for anybody; $status. On a machine that is busy it takes longer.
within() {
	local start=$EPOCHREALTIME seconds=$1
	shift
	run --separate-stderr timeout 100 "$@"
	local took=$(((${EPOCHREALTIME/./} - ${start/./}) / 1000))
	[ "$took" -lt $((seconds * 1000)) ] || [ "$took" -lt $((seconds * 1000 * $(slowed))) ] || {
		show_run "$*" "it took $took ms"
		return 1
	}
}

@test "holders that sleep cost two seconds together and then nothing" {
	new_vault a b
	succeeds varve vault replicate
	for n in 0 1; do
		git config "holder.s$n.url" "http://127.0.0.1:${port[$n]}/v"
	done
	within 5 varve vault status

	change 5
	for command in "vault status" "vault replicate" "vault audit"; do
		within 3 varve $command
		[ "$status" -ne 2 ] && [ "$status" -lt 124 ]
	done
	succeeds varve vault status --json
	# but where somebody says how long
	SECONDS=0
	within 4 varve vault status --timeout 2
	[ "$SECONDS" -ge 1 ]
	within 4 varve vault audit --timeout 1 a
	[ "$status" -eq 0 ]
}

# hub.git, and its clones a (which pushes) and b.
three() {
	mkdir a
	cd a
	new_repo
	rows 20000 > t.csv
	varve add t.csv > /dev/null
	varve commit -qm one
	cd ..
	varve clone -q --bare a hub.git
	(cd a && varve remote add origin "$PWD/../hub.git")
	varve clone -q hub.git b
}

more() {
	(
		cd a
		tick
		awk -F, -v OFS=, -v n="$1" 'NR > 1 && NR % 20 == n { $2 = $2 "1" n } { print }' t.csv > new
		mv new t.csv
		varve commit -qam "change $1"
		varve push -q origin main
	)
}

@test "peers that sleep cost a fetch nothing while the origin is well" {
	three
	cd b
	git config remote.origin.peers "http://127.0.0.1:${port[0]}/r"
	git config --add remote.origin.peers "http://127.0.0.1:${port[1]}/r"
	within 2 varve fetch
	stderr_is ""
	for n in 1 2; do
		(cd .. && more "$n")
		within 3 varve fetch
		[ "$status" -eq 0 ]
		varve cat --raw origin/main:t.csv | cmp - ../a/t.csv
	done
}

@test "what nobody but a peer that sleeps may have is waited for two seconds and then not" {
	three
	(cd a && sed -i 's/^7,.*/7,x,1,2024-01-01/' t.csv && varve commit -qam lost && git push -q --no-verify ../hub.git HEAD:main)
	cd b
	git config remote.origin.peers "http://127.0.0.1:${port[0]}/r"
	git config --add remote.origin.peers "http://127.0.0.1:${port[1]}/r"
	within 5 varve fetch
	[ "$status" -eq 2 ]
	stderr_has "${port[0]}"
	within 2 varve fetch
	[ "$status" -eq 2 ]
	within 3 varve whereis t.csv
	stderr_lacks "varve:"
	output_has "${port[0]}"
	# who is named is asked all the same
	within 5 varve fetch --from "$PWD/../a"
	[ "$status" -eq 0 ]
	varve cat --raw origin/main:t.csv | cmp - ../a/t.csv
}

@test "--timeout in drop and gc, and varve.timeout for whatever reads" {
	three
	cd b
	git remote add sleeper "http://127.0.0.1:${port[0]}/v"
	git config remote.sleeper.varveKind peer
	within 6 varve drop --history --from sleeper --timeout 1
	[ "$status" -ne 124 ]
	git config varve.timeout 1
	within 6 varve drop --history --from sleeper
	[ "$status" -ne 124 ]
	ends_with 2 varve gc --timeout 1
	cd ..
	varve clone -q --lazy hub.git c
	more 3
	cd c
	git fetch -q
	git config remote.origin.url "http://127.0.0.1:${port[0]}/v"
	git config varve.timeout 1
	within 6 varve cat origin/main:t.csv
	[ "$status" -eq 2 ]
	# a Git host that sleeps
	git remote add host "http://127.0.0.1:${port[1]}/v.git"
	git config remote.host.varveKind git
	within 10 varve gc --remote=host --timeout 1
	[ "$status" -eq 2 ]
	within 10 varve gc --remote=host
	[ "$status" -eq 2 ]
}

# waits_three COMMAND...: it waits three seconds for who is asleep, and not the usual time, which is less or more.
waits_three() {
	local start=$EPOCHREALTIME
	within 10 varve "$@"
	[ "$((${EPOCHREALTIME/./} - ${start/./}))" -ge 2900000 ]
}

@test "--timeout in whatever asks the holders of a vault" {
	new_vault a b
	succeeds varve vault replicate
	git config holder.s.url "http://127.0.0.1:${port[0]}/v"
	for command in "readers --timeout 3" "writers --timeout 3" "prune -n --timeout 3" "repair --timeout 3" "holder --timeout 3 list"; do
		waits_three vault $command
		[ "$status" -eq 0 ]
	done
	change 5
	waits_three vault replicate -q --timeout 3
	[ "$status" -eq 0 ]
	waits_three vault recover -q --timeout 3 --to ../again "http://127.0.0.1:${port[0]}/v"
	[ "$status" -eq 2 ]
	stderr_has "for 3 seconds"
	[ ! -e ../again/t.csv ]
}

@test "--timeout in pull, verify and whereis" {
	three
	cd b
	git config remote.origin.peers "http://127.0.0.1:${port[0]}/r"
	waits_three whereis --timeout 3 t.csv
	[ "$status" -eq 0 ]
	waits_three verify --timeout 3 "http://127.0.0.1:${port[0]}/r"
	[ "$status" -eq 2 ]
	stderr_has "for 3 seconds"
	git config remote.origin.url "http://127.0.0.1:${port[0]}/r"
	waits_three pull --timeout 3
	[ "$status" -eq 2 ]
	stderr_has "for 3 seconds"
}
