load ../../cli/helper
load ../../cli/serve/server
load ../../cli/serve/relay

# Two homes, each behind a router that lets nothing in, and a server that both reach, with a relay: each in a network of
# its own (homes.sh), with names alone.

setup() {
	local program
	for program in ip nsenter nft unshare; do
		PATH=$PATH:/usr/sbin:/sbin command -v "$program" > /dev/null || skip "$program is not installed"
	done
	unshare -Urmnp -f --mount-proc true 2> /dev/null || skip "no namespaces for users here"
	relay_setup
	homes=$BATS_TEST_TMPDIR/homes
	mkdir "$homes"
	unshare -Urmnpf --kill-child --mount-proc bash "$BATS_TEST_DIRNAME/homes.sh" "$homes" > "$homes/log" 2>&1 3>&- &
	homes_pid=$!
	for _ in $(seq 400); do
		[ ! -e "$homes/up" ] && kill -0 "$homes_pid" 2> /dev/null || break
		sleep 0.05
	done
	[ -e "$homes/up" ] || skip "this kernel has no networks with NAT: $(tail -n 1 "$homes/log")"
	inner=$(pgrep -P "$homes_pid" | head -n 1)
}

teardown() {
	[ -z "${homes_pid-}" ] || kill -KILL "$homes_pid" 2> /dev/null || true # unshare does not heed another
	relay_teardown # an nsenter stops itself with its command, as if it were a shell's job, and nothing there continues it
}

# enter NETWORK COMMAND...: in place of this shell.
enter() {
	exec nsenter -t "$inner" -U -m -n -p --preserve-credentials nsenter -t "$(cat "$homes/$1")" -n \
		sh -c 'cd "$0" && exec "$@"' "$PWD" "${@:2}"
}

# at NETWORK COMMAND...
at() {
	(enter "$@")
}

# home NAME COMMAND...: on the machine there.
home() {
	as "$1" at "$@"
}

# start NETWORK NAME COMMAND...: until the end of the test; NAME.log and NAME.pid.
start() {
	touch "$2.log"
	enter "$1" sh -c 'echo $$ > "$0" && exec "$@"' "$PWD/$2.pid" "${@:3}" >> "$2.log" 2>&1 3>&- &
	started+=("$!")
}

signal() { # NAME SIGNAL
	at server kill "-$2" "$(cat "$1.pid")"
}

relay_at() { # ADDRESS [COUNT]: where relay.test is from now on; the COUNT-th one
	printf '127.0.0.1 localhost\n%s relay.test\n' "$1" > "$homes/hosts"
	start server relay varve serve --relay "$1:8090" --host relay.test
	wait_for relay.log '^relaying at' "${2:-1}"
}

# serve NAME OPTION...: a home's repository; $address.
serve() {
	as "$1" start "$1" "$1" varve serve --through http://relay.test:8090 --alive 2 "${@:2}"
	wait_for "$1.log" 'waiting for visitors'
	address=$(sed -n 's/^serving .* as //p' "$1.log")
}

# All that runs in a home, as when its lid is closed and opened.
lid() { # NAME STOP|CONT
	at "$1" sh -c 'pids=
	for p in /proc/[0-9]*; do
		[ "$(readlink "$p/ns/net")" != "$(readlink /proc/self/ns/net)" ] || [ "${p#/proc/}" = $$ ] || pids="$pids ${p#/proc/}"
	done
	kill "-$0" $pids 2> /dev/null' "$2" || true
}

# edit FOLDER ROW WHO: a commit of the day.
edit() {
	sed -i "/^$2,/s/item/$3/" "$1/prices.csv"
	varve -C "$1" commit -qam "$3 on day $day"
}

# in_the_middle COMMAND...: its end is awaited with `wait "$running"`.
in_the_middle() {
	"$@" > running.log 2>&1 3>&- &
	running=$!
	sleep "0.$((RANDOM % 5 + 1))"
}

@test "two homes work together for a week while relays come and go and a laptop sleeps" {
	two_versions
	mv src sales
	git -C sales config receive.denyCurrentBranch updateInstead
	did_of_ada=$(as ada varve key show | head -n 1)
	relay_at 203.0.113.1
	serve ada --writer "$did_of_bob" sales
	grep -q '^relay+http://relay.test:8090/z6Mk.*/sales$' <<< "$address"

	# nothing in a home is reached from outside
	start ada open varve serve --http '*:8080' sales
	wait_for open.log ' at http'
	at ada curl -sf -o /dev/null http://10.0.0.2:8080/
	for from in server bob; do
		for to in 198.51.100.2 10.0.0.2; do
			! at "$from" curl -s -m 2 -o /dev/null "http://$to:8080/" || return 1
		done
	done

	succeeds home bob varve clone "$address" copy
	same_bytes two.csv copy/prices.csv
	git -C copy config receive.denyCurrentBranch updateInstead
	serve bob --writer "$did_of_ada" copy
	git -C sales remote add bob "$address"

	for day in 1 2 3 4 5 6 7; do
		tick 86400
		case $day in
		3) # the relay's process is another one
			signal relay KILL
			relay_at 203.0.113.1 2 ;;
		5) # and is at another address
			signal relay KILL
			relay_at 203.0.113.2 3 ;;
		7) # the provider gives the home another address
			at ada-router sh -c 'ip addr flush dev outside && ip addr add 198.51.100.3/29 dev outside &&
				ip route add default via 198.51.100.1' ;;
		esac
		case $day in
		3 | 5) # both find it again by themselves
			wait_for ada.log 'waiting for visitors' $(((day + 1) / 2))
			wait_for bob.log 'waiting for visitors' $(((day + 1) / 2)) ;;
		7) wait_for ada.log 'waiting for visitors' 4 ;;
		esac
		edit sales "$((day * 100 + 10))" "ada$day"
		edit copy "$((day * 100 + 60))" "bob$day"
		case $day in
		4 | 6)
			in_the_middle home ada varve -C sales pull bob main
			if [ "$day" -eq 4 ]; then
				lid bob STOP
				sleep 3
				lid bob CONT
			else
				at bob-router ip link set inside down
				sleep 3
				at bob-router ip link set inside up
			fi
			wait "$running" || { cat running.log; return 1; }
			succeeds home ada varve -C sales push bob main ;;
		2)
			succeeds home ada varve -C sales pull bob main
			succeeds home ada varve -C sales push bob main ;;
		*)
			succeeds home bob varve -C copy pull
			succeeds home bob varve -C copy push ;;
		esac
		[ "$(git -C sales rev-parse main)" = "$(git -C copy rev-parse main)" ]
		same_bytes sales/prices.csv copy/prices.csv
		[ -z "$(git -C sales status --porcelain)$(git -C copy status --porcelain)" ]
	done
	[ "$(git -C sales log --format=%s | grep -c ' on day ')" -eq 14 ]
	for who in ada bob; do
		[ "$(grep -cE "^[1-7][16]0,$who[1-7] " sales/prices.csv)" -eq 7 ]
	done
	succeeds varve -C sales fsck --data
	succeeds varve -C copy fsck --data
}

# --- beside a direct peer ---------------------------------------------------------------------------

# late PORT TO: a port of the server whose bytes are 20 ms on the way.
late() {
	start server "late$1" python3 "$tests/net/proxy" --delay 20 --listen "203.0.113.1:$1" --connect "203.0.113.1:$2" \
		--port-file "$PWD/late$1.port"
	wait_for "late$1.port" .
}

passed() { # bytes that bob's line carried, both ways
	at bob cat /proc/net/dev | awk '$1 == "eth0:" { print $2 + $10 }'
}

# measured COMMAND...: $bytes and $ms, of a command at bob's.
measured() {
	local bytes_before ms_before
	bytes_before=$(passed)
	ms_before=$(date +%s%3N)
	succeeds home bob "$@"
	ms=$(($(date +%s%3N) - ms_before))
	bytes=$(($(passed) - bytes_before))
}

@test "a relay costs few bytes and the way to the second home" {
	new_repo src
	cd src
	git config receive.denyCurrentBranch updateInstead
	awk 'BEGIN { srand(1); for (i = 1; i <= 60000; i++) printf "%d,%d,%.6f,%.6f\n", i, rand() * 1e9, rand(), rand() }' \
		> rows.csv
	(echo id,a,b,c && cat rows.csv) > prices.csv
	rm rows.csv
	varve add --key id prices.csv
	varve commit -qm one
	cd ..
	cp -r src direct
	relay_at 203.0.113.1
	late 8091 8090
	as ada start ada ada varve serve --through http://relay.test:8091 --writer "$did_of_bob" src
	wait_for ada.log 'waiting for visitors'
	relayed=$(sed -n 's/^serving .* as //p' ada.log)
	printf 'secret\n' | varve serve --hash-secret bob > users
	chmod 600 users
	start server open varve serve --http 203.0.113.1:8080 --auth users direct
	wait_for open.log ' at http'
	late 8081 8080
	day=1
	for way in direct relay; do
		there=$([ "$way" = relay ] && echo src || echo direct)
		url=$([ "$way" = relay ] && echo "$relayed" || echo http://bob:secret@203.0.113.1:8081/direct)
		measured varve clone -q "$url" "$way-copy"
		echo "$way clone $bytes $ms" >> figures
		sed -i 's/^\([0-9]*00\),[0-9]*/\1,7/' "$there/prices.csv"
		varve -C "$there" commit -qam two
		measured varve -C "$way-copy" pull -q
		echo "$way pull $bytes $ms" >> figures
		same_bytes "$there/prices.csv" "$way-copy/prices.csv"
		sed -i 's/^\([0-9]*50\),[0-9]*/\1,8/' "$way-copy/prices.csv"
		varve -C "$way-copy" commit -qam three
		measured varve -C "$way-copy" push -q
		echo "$way push $bytes $ms" >> figures
		[ "$(git -C "$there" rev-parse main)" = "$(git -C "$way-copy" rev-parse main)" ]
	done
	cat figures
	# bytes: within a twentieth and what a handshake takes
	awk '{ bytes[$1 $2] = $3 } END { for (k in bytes) if (k ~ /^relay/) {
		d = bytes["direct" substr(k, 6)]; if (bytes[k] > d * 1.05 + 4000) exit 1 } }' figures
}
