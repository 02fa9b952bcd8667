load ../helper
load folder

# The local network: whoever has a signed data set announces it by Avahi, and who is near takes it from there.

# Two machines with daemons of their own; `desk COMMAND` and `laptop COMMAND` run there.
lan_begin() {
	local program
	for program in avahi-daemon avahi-publish avahi-browse dbus-daemon ip nsenter; do
		PATH=$PATH:/usr/sbin:/sbin command -v "$program" > /dev/null || skip "$program is not installed"
	done
	unshare -Urmnp -f --mount-proc true 2> /dev/null || skip "no namespaces for users here"
	lan=$BATS_TEST_TMPDIR/lan
	mkdir "$lan"
	unshare -Urmnpf --kill-child --mount-proc bash "$BATS_TEST_DIRNAME/lan.sh" "$lan" > "$lan/log" 2>&1 3>&- &
	lan_pid=$!
	for _ in $(seq 200); do
		[ ! -e "$lan/desk" ] || break
		sleep 0.05
	done
	[ -e "$lan/desk" ] || skip "Avahi does not start in a namespace: $(tail -n 1 "$lan/log")"
	laptop=$(pgrep -P "$lan_pid" | head -n 1)
	# its daemon has a socket before it answers
	for _ in $(seq 200); do
		! laptop avahi-browse --terminate _varve._tcp > /dev/null 2>&1 || return 0
		sleep 0.05
	done
	laptop avahi-browse --terminate _varve._tcp
}

teardown() {
	stop_server
	if [ -n "${lan_pid-}" ]; then
		kill -KILL "$lan_pid" 2> /dev/null || true # unshare does not heed another
		wait "$lan_pid" 2> /dev/null || true
	fi
}

laptop() {
	nsenter -t "$laptop" -U -m -n -p --preserve-credentials sh -c 'cd "$0" && exec "$@"' "$PWD" "$@"
}

desk() {
	laptop nsenter -t "$(cat "$lan/desk")" -m -n sh -c 'cd "$0" && exec "$@"' "$PWD" "$@"
}

# serve_desk FOLDER PORT: until the end of the test; once it is announced, and the laptop's daemon knows its hash and where it is.
serve_desk() {
	hash=$(printf 'varve announce 1\n%s\nprices\n' "$key_ada" | sha256sum | cut -c 1-32)
	desk sh -c 'echo $$ > "$0" && exec "$@"' "$lan/pid" varve serve --http "*:$2" --read-only --announce "$1" 2> "$lan/$2" 3>&- &
	for _ in $(seq 100); do
		! grep -q Established "$lan/$2" || ! laptop avahi-browse --terminate --resolve --parsable "_$hash._sub._varve._tcp" 2> /dev/null | grep -q "^=.*;$2;" || return 0
		sleep 0.05
	done
	cat "$lan/$2"
	return 1
}

@test "with the origin gone a colleague on the local network has what was signed, and nothing else counts" {
	lan_begin
	a_table
	key_of ada
	git init -q --bare ../hub
	varve remote add origin "$PWD/../hub"
	as ada varve config varve.sign true
	as ada varve sign -q --name prices
	as ada varve push -q origin main
	cd ..
	varve clone -q "$PWD/hub" near
	varve clone -q "$PWD/hub" mine
	(cd a && another 1 && as ada varve push -q origin main)
	varve -C near pull -q
	mv hub gone
	serve_desk near 8080
	ends_with 2 laptop varve -C mine pull
	varve -C mine config varve.discover lan
	# who announces a hash that it should not know: nothing that it says is taken, and of what is wrong nothing is asked
	hash=$(printf 'varve announce 1\n%s\nprices\n' "$key_ada" | sha256sum | cut -c 1-32)
	for i in $(seq 12); do
		desk avahi-publish --service "--subtype=_$hash._sub._varve._tcp" "evil $i" _varve._tcp 1 'path=/$(id);"x' > /dev/null 2>&1 3>&- &
	done
	# what is not signed, on the branch and beside it
	(cd near && another 2 && varve branch more)
	succeeds laptop varve -C mine pull
	stderr_has "fetching the history from http://10.9.0.1:8080/near instead"
	[ "$(git -C mine rev-parse main)" = "$(git -C a rev-parse main)" ]
	cmp a/prices.csv mine/prices.csv
	[ -z "$(git -C mine for-each-ref --format='%(refname)' refs/remotes refs/tags | grep -v '^refs/remotes/origin/\(main\|HEAD\)$')" ]
	ends_with 1 git -C mine cat-file -e "$(git -C near rev-parse main)"
	# another data set behind the same hash
	laptop kill "$(cat "$lan/pid")"
	varve init -q other
	(cd other && rows 50 > prices.csv && varve add -q prices.csv && varve commit -qm other && git update-ref refs/heads/main HEAD)
	desk varve serve --http "*:8081" -q --read-only other 3>&- &
	desk avahi-publish --service "--subtype=_$hash._sub._varve._tcp" other _varve._tcp 8081 path=/ 2> "$lan/8081" 3>&- &
	for _ in $(seq 100); do
		! grep -q Established "$lan/8081" || break
		sleep 0.05
	done
	before=$(git -C mine rev-parse origin/main)
	ends_with 2 laptop varve -C mine fetch
	[ "$(git -C mine rev-parse origin/main)" = "$before" ]
	ends_with 1 git -C mine cat-file -e "$(git -C other rev-parse HEAD)"
}

@test "a data set that is asked for by its name is cloned from the local network" {
	lan_begin
	a_table
	key_of ada
	as ada varve sign -q --name prices
	as ada varve config varve.sign true
	cd ..
	varve clone -q "$PWD/a" near
	serve_desk near 8080
	ends_with 2 laptop varve clone "$key_ada/prices" mine
	stderr_has "varve.discover"
	git config --global varve.discover lan
	# what is not signed, on the branch and beside it
	(cd near && another 2 && varve branch more)
	succeeds laptop varve clone "$key_ada/prices" mine
	stderr_has "1 copy answered: http://10.9.0.1:8080/near"
	[ "$(git -C mine rev-parse main)" = "$(git -C a rev-parse main)" ]
	cmp a/prices.csv mine/prices.csv
	[ -z "$(git -C mine for-each-ref --format='%(refname)' refs/remotes refs/tags refs/heads | grep -v '^refs/\(remotes/origin\|heads\)/\(main\|HEAD\)$')" ]
	ends_with 1 git -C mine cat-file -e "$(git -C near rev-parse main)"
	# an answer after more than the usual time: there is no other copy
	mkdir slow
	printf '#!/bin/sh\nsleep 1\nexec %s "$@"\n' "$(command -v avahi-browse)" > slow/avahi-browse
	chmod +x slow/avahi-browse
	PATH=$PWD/slow:$PATH succeeds laptop varve clone "$key_ada/prices" late
	stderr_has "1 copy answered: http://10.9.0.1:8080/near"
	same_bytes a/prices.csv late/prices.csv
}

@test "rows come from a copy on the local network, and from the owner behind a relay when it is gone" {
	lan_begin
	a_table
	key_of ada
	as ada varve sign -q --name prices --mirror "relay+http://10.9.0.1:8090/$key_ada"
	as ada varve config varve.sign true
	cd ..
	varve clone -q "$PWD/a" near
	: > "$lan/relay" > "$lan/through"
	desk varve serve --relay 10.9.0.1:8090 > "$lan/relay" 2>&1 3>&- &
	until grep -q 'relaying at' "$lan/relay"; do sleep 0.05; done
	as ada desk varve serve --through http://10.9.0.1:8090 --public a 2> "$lan/through" 3>&- &
	until grep -q 'waiting for visitors' "$lan/through"; do sleep 0.05; done
	git config --global varve.discover lan
	git config --global varve.mirror relay+http://10.9.0.1:8090
	serve_desk near 8080
	succeeds laptop varve clone "$key_ada/prices" mine
	same_bytes a/prices.csv mine/prices.csv
	stderr_has "http://10.9.0.1:8080/near"
	stderr_lacks "of data from relay+"
	# both have news: the relay is not asked
	(cd a && another 1)
	as ada varve -C a sign -q
	git -C near config varve.discover off
	varve -C near pull -q
	visitors() { grep -c '^a guest: ' "$lan/through"; }
	before=$(visitors)
	succeeds laptop varve -C mine pull
	same_bytes a/prices.csv mine/prices.csv
	stderr_has "1 copy answered: http://10.9.0.1:8080/near"
	stderr_lacks "of data from relay+"
	[ "$(visitors)" -eq "$before" ]
	# the colleague has no news: there may be some at the owner
	(cd a && another 7)
	as ada varve -C a sign -q
	succeeds laptop varve -C mine pull
	same_bytes a/prices.csv mine/prices.csv
	stderr_has "the newest of 2 copies that answered is relay+http://10.9.0.1:8090/$key_ada"
	[ "$(visitors)" -gt "$before" ]
	# the colleague goes home
	laptop kill "$(cat "$lan/pid")"
	(cd a && another 2)
	as ada varve -C a sign -q
	succeeds laptop varve -C mine pull
	same_bytes a/prices.csv mine/prices.csv
	stderr_has "copy answered: relay+http://10.9.0.1:8090/$key_ada"
	succeeds varve -C mine fsck --data
}

@test "only what is signed, readable by all and reachable is announced" {
	a_table
	ends_with 2 varve serve --http 0 --announce "$PWD"
	stderr_has "other machines cannot reach"
	ends_with 2 varve serve --http 0 --announce --private "$PWD"
	stderr_has "--announce cannot be used with"
}

@test "a clone goes on to serve what it took, within a room" {
	a_table
	another 1
	another 2
	varve clone --room 95000 --serve 127.0.0.1:0 "$PWD" ../copy 2> ../said 3>&- &
	server_pid=$!
	until grep -q serving ../said; do sleep 0.05; done
	url=$(sed -n 's/^serving .* at //p' ../said)
	grep -q "^kept 1 of 3 versions, " ../said
	succeeds varve clone -q --lazy "$url" ../again
	stop_server
	cmp prices.csv ../again/prices.csv
	cd ../copy
	[ "$(ls -A)" = .git ]
	cmp ../a/prices.csv <(varve --offline cat HEAD:prices.csv)
	ends_with 2 varve --offline cat HEAD~1:prices.csv
}

# rewrite SEED: another version of prices.csv, of which no row was there before.
rewrite() {
	awk -v seed="$1" 'BEGIN { srand(seed); print "id,price"; for (i = 1; i <= 3000; i++) print i "," rand() }' > prices.csv
	varve add -q prices.csv
	varve commit -qm "$1"
}

# used: the bytes of the rows in ../copy, which are within its room.
used() {
	varve -C ../copy whereis --no-ask --json origin/main:prices.csv | python3 -c 'import json, sys; d = json.load(sys.stdin); assert d["used"] <= d["room"] == 80000, d; print(d["used"])'
}

@test "a lent clone stays within its room in later fetches, and keeps the newest versions" {
	new_repo a
	cd a
	for n in 1 2 3; do
		rewrite "$n"
	done
	succeeds varve clone --room 80000 "$PWD" ../copy
	[ "$(git -C ../copy config varve.room)" = 80000 ]
	cmp prices.csv ../copy/prices.csv
	succeeds varve clone --room 10 "$PWD" ../small
	head -n 1 ../small/prices.csv | grep -q '^varve pointer: '
	[ -z "$(git -C ../small status --porcelain)" ]
	git -C ../copy config varve.serveWhatIHave 127.0.0.1:0
	for n in 4 5 6 7 8; do
		rewrite "$n"
		succeeds varve -C ../copy fetch
		same_bytes prices.csv <(varve -C ../copy --offline cat origin/main:prices.csv)
		[ "$(used)" -gt 10000 ]
	done
	# the oldest are gone, and still at the origin
	ends_with 2 varve -C ../copy --offline cat origin/main~6:prices.csv
	succeeds varve -C ../copy fsck --data
	# what was read since then goes with the next fetch
	for n in 2 3 4 5 6; do
		varve -C ../copy cat "origin/main~$n:prices.csv" > ../old
	done
	run varve -C ../copy doctor
	[[ $output == *"the rows here use "*"(varve.room)"* ]]
	succeeds varve -C ../copy fetch
	[ "$(used)" -gt 10000 ]
	varve -C ../copy whereis --no-ask origin/main:prices.csv > ../said
	grep -q 'the rows here use .* (varve.room)' ../said
	# an origin that does not prove to have old versions: none is removed, and the new one does not come
	for n in 2 3 4; do
		varve -C ../copy cat "origin/main~$n:prices.csv" > ../old
	done
	varve clone -q --lazy "$PWD" ../part
	git -C ../copy remote set-url origin "$PWD/../part"
	rewrite 9
	succeeds varve -C ../part pull -q
	succeeds varve -C ../copy fetch
	stderr_has "1 new version is not kept"
	same_bytes ../old <(varve -C ../copy --offline cat origin/main~5:prices.csv)
	ends_with 2 varve -C ../copy --offline cat origin/main:prices.csv
}
