# The vault as a source of blocks beside peers: the nearest gets requests first, the origin last, and no holder that is slow,
# lost or lying delays a read. The servers count the requests.
load vault
load ../serve/server
load hold

setup() {
	server_setup
	for name in $(compgen -e AWS_); do
		unset "$name"
	done
	export AWS_ACCESS_KEY_ID=AKIDEXAMPLE AWS_SECRET_ACCESS_KEY=secret/with+signs=
	store=$BATS_TEST_TMPDIR/store
	net=$BATS_TEST_DIRNAME/../../net
	pids=()
}

teardown() {
	for pid in "${pids[@]}"; do
		kill "$pid" || true
		wait "$pid" || true
	done
}

# wait_port FILE: prints the port that a server has written.
wait_port() {
	for ((i = 0; i < 1200; i++)); do
		[ ! -s "$1" ] || break
		sleep 0.05
	done
	cat "$1"
}

# A vault without a holder yet.
bare_vault() {
	new_vault a
	git config --remove-section holder.a
	rm -rf ../a
}

# A bucket as holder x.
add_store() {
	python3 "$net/s3_store.py" 0 "$store.port" "$store.log" "$store" x 3>&- &
	pids+=($!)
	port=$(wait_port "$store.port")
	varve vault holder add x "s3://x/copies?endpoint=http://127.0.0.1:$port&region=eu-test-1" --domain "house x" 2> /dev/null
}

# The origin, over a line with these options of the proxy; its bytes are counted in ../count.
add_origin() {
	varve init -q --bare ../hub.git
	cat > ../ssh <<-END
	#!/bin/sh
	for command; do :; done
	exec "$net/proxy" \$(cat "$PWD/../line") --count "$PWD/../count" -- sh -c "\$command"
	END
	chmod +x ../ssh
	: > ../line
	export GIT_SSH=$PWD/../ssh
	varve remote add origin "ssh://host$(realpath ..)/hub.git"
	varve push -q origin main
}

# Versions 1 to 5 of a table, of which all but the last are dropped here; where there is an origin, because
# it has them.
dropped() {
	for n in 1 2 3 4 5; do
		seq 1 6000 | awk -v n="$n" 'BEGIN { srand(n); print "id,x" } { print $1 "," rand() }' > big.csv
		varve add -q big.csv
		varve commit -q -m "big $n"
		sha256sum < big.csv > "../sum$n"
	done
	keeper=()
	if git remote get-url origin > /dev/null 2>&1; then
		varve push -q origin main
		keeper=(--from origin)
	fi
	varve vault replicate -q "$@"
	varve drop -q --history "${keeper[@]}"
	succeeds varve fsck
	output_has "not here"
	: > ../count
	: > "$store.log"
}

# read_version N: reads it, and checks its rows; stderr remains for the caller.
read_version() {
	run --separate-stderr timeout 120 varve cat --raw "main~$((5 - $1)):big.csv"
	[ "$status" = 0 ] || {
		printf '%s\n' "$stderr" >&2
		return 1
	}
	[ "$(timeout 120 varve cat --raw "main~$((5 - $1)):big.csv" | sha256sum)" = "$(cat "../sum$1")" ]
}

# The number of shards requested from the bucket since `dropped`, or since the last call of `forget`.
shards_asked() {
	grep -c 'GET .*/shards/' "$store.log" || :
}

forget() {
	: > "$store.log"
	: > ../count
}

# from WHO: bytes of blocks received from it, by the receipts.
from() {
	python3 - "$1" <<-'END'
	import json, sys
	print(sum(r["bytes"] for r in map(json.loads, open(".git/varve/receipts")) if sys.argv[1] in r["peer"]))
	END
}

@test "a holder gives what the origin would, which is slow" {
	new_vault a
	add_origin
	dropped --copies 1
	echo "--delay 700" > ../line
	read_version 1
	read_version 2
	read_version 3
	[ "$(from "the vault")" -gt "$(from origin)" ]
	[ "$(from "the vault")" -gt 100000 ]
}

@test "a holder that is slow is asked at first, and then left alone while others are fast" {
	new_vault a
	add_store
	add_origin
	dropped --copies 2
	echo "slowly" > "$store.mode"
	rm -rf ../a
	read_version 1
	[ "$(from origin)" -gt 30000 ]
	[ "$(from "the vault")" = 0 ]
	read_version 2
	forget
	read_version 3
	[ "$(shards_asked)" = 0 ]
	[ "$(from "the vault")" = 0 ]
}

@test "a holder that dies in the middle of a shard is left, and others give the rest" {
	new_vault a
	add_store
	add_origin
	dropped --copies 2
	rm -rf ../a
	echo "half" > "$store.mode"
	read_version 1
	[ "$(from origin)" -gt 30000 ]
	read_version 2
	forget
	read_version 3
	[ "$(shards_asked)" = 0 ]
}

@test "a holder that sends other bytes is not believed, and asked last for some time" {
	bare_vault
	add_store
	add_origin
	dropped --copies 1
	echo "other" > "$store.mode"
	read_version 1
	[ "$(from "the vault")" = 0 ]
	[ "$(from origin)" -gt 30000 ]
	forget
	rm "$store.mode"
	read_version 2
	[ "$(shards_asked)" = 0 ]
	# if no other holder has it, it still gets the request
	mv ../hub.git ../gone
	read_version 3
	[ "$(shards_asked)" -gt 0 ]
}

# proxy_to PORT OPTION...: the line to that port of this machine, with these options, on the port $proxied (0: a free
# one); $line is its process.
proxy_to() {
	local to=$1
	shift
	rm -f ../proxy.port
	python3 "$net/proxy" "$@" --listen "127.0.0.1:$proxied" --connect "127.0.0.1:$to" --port-file ../proxy.port 3>&- &
	line=$!
	pids+=("$line")
	proxied=$(wait_port ../proxy.port)
}

@test "a server that falls silent in the middle of a shard is left" {
	bare_vault
	new_keeper x
	serve_keeper x 100m
	pids+=("$keeper")
	proxied=0
	proxy_to "$(cat ../keeper-x.port)"
	varve vault holder add x "http://127.0.0.1:$proxied/" --domain "house x" 2> /dev/null
	add_origin
	dropped --copies 1
	kill "$line"
	wait "$line" || true
	proxy_to "$(cat ../keeper-x.port)" --cut-down 3000 --stall --stalled "$PWD/../stalled" --count "$PWD/../lines"
	# On a busy machine the origin may have sent all before the holder began to answer.
	for n in 1 2; do
		read_version "$n"
		[ ! -e ../stalled ] || break
	done
	[ -e ../stalled ]
	[ "$(from "the vault")" = 0 ]
	[ "$(from origin)" -gt 30000 ]
	read_version 3
	rm ../stalled
	read_version 4
	[ ! -e ../stalled ]
}

@test "without the origin the holders give all, a shard once" {
	bare_vault
	add_store
	add_origin
	dropped --copies 1
	mv ../hub.git ../gone
	for n in 1 2 3 4; do
		read_version "$n"
	done
	grep -o 'GET [^ ]*/shards/[^ ?]*' "$store.log" | sort > ../asked
	[ "$(wc -l < ../asked)" -ge 1 ] || { cat "$store.log" .git/varve/receipts >&2; false; }
	# lines are opened again for each version, so each shard is received at most once for each of them
	[ "$(uniq -c < ../asked | awk '$1 > 4' | wc -l)" = 0 ]
	succeeds varve fsck --data
}

@test "two holders that have a part each give it together" {
	new_vault a b
	dropped --copies 1
	succeeds varve fetch --data --all
	for n in 1 2 3 4; do
		read_version "$n"
	done
	[ "$(from "the vault")" -gt 200000 ]
}

@test "a shard that all holders lost is made of the others of its stripe" {
	new_vault a b c
	python3 -c 'import random
r = random.Random(1)
print("id,x")
for i in range(60000): print(f"{i},{r.getrandbits(200):x}")' > wide.csv
	varve add -q wide.csv
	varve commit -q -m wide
	sha256sum < wide.csv > ../wide
	echo "id,x" > wide.csv
	varve commit -q -am short
	varve vault replicate -q --code 2+1
	varve drop -q --history
	cp -a . ../named
	rm -rf ../b
	[ "$(timeout 120 varve cat --raw main~1:wide.csv | sha256sum)" = "$(cat ../wide)" ]
	# and without a name of the vault, since a lost remote has it
	cd ../named
	sed -i 's/ vault:$/ origin/' .git/varve/elsewhere
	[ "$(timeout 120 varve cat --raw main~1:wide.csv | sha256sum)" = "$(cat ../wide)" ]
}

@test "a vault that is busy, or cannot be read without asking for a passphrase, holds nobody up" {
	new_vault a
	add_origin
	dropped --copies 1
	# somebody works on the vault
	exec 8> .git/varve/vault/lock
	flock 8
	read_version 1
	[ "$(from origin)" -gt 30000 ]
	[ "$(from "the vault")" = 0 ]
	exec 8>&-
	# a key under a passphrase, and nobody there to type it
	printf 'secret\n' > ../phrase
	VARVE_PASSPHRASE_FILE=$PWD/../phrase varve vault key export --passphrase ../sealed
	mv ../sealed "$XDG_CONFIG_HOME/varve/key"
	chmod 600 "$XDG_CONFIG_HOME/varve/key"
	read_version 2
	[ "$(from "the vault")" = 0 ]
	# with the passphrase the vault is used again
	echo "--delay 700" > ../line
	VARVE_PASSPHRASE_FILE=$PWD/../phrase read_version 3
	[ "$(from "the vault")" -gt 0 ]
}

@test "a vault that was named reports a key that cannot be read without a passphrase" {
	new_vault a
	add_origin
	dropped --copies 1
	git remote remove origin
	printf 'secret\n' > ../phrase
	VARVE_PASSPHRASE_FILE=$PWD/../phrase varve vault key export --passphrase ../sealed
	mv ../sealed "$XDG_CONFIG_HOME/varve/key"
	chmod 600 "$XDG_CONFIG_HOME/varve/key"
	# varve runs 'varve vault serve --named' for a vault: on its command line
	ends_with 2 varve fetch --data --from vault: HEAD~1
	stderr_has "the passphrase of the key cannot be typed without a terminal"
	export VARVE_PASSPHRASE_FILE=$PWD/../phrase
	succeeds varve fetch --data --from vault: HEAD~1
}

# come_back: an empty machine gets everything from x, which gets requests first, and a; prints the number of shards and
# of those requested from x.
come_back() {
	rm -rf ../back
	forget
	timeout 120 varve vault recover -q --key "$XDG_CONFIG_HOME/varve/key" --to ../back "$(git config holder.x.url)" ../a >&2
	cmp t.csv ../back/t.csv
	echo "$(ls ../a/*/shards | wc -l) $(grep -o 'GET [^ ]*/shards/[^ ?]*' "$store.log" | sort -u | wc -l)"
}

# Five runs, each with a shard of its own, at a and x.
five_runs() {
	new_vault a
	add_store
	for n in 1 2 3 4 5; do
		change "$n$n"
		varve vault replicate -q --copies 2
	done
}

# is_asked_once MODE: of a store that behaves so a recover wants one shard, and the rest of others.
is_asked_once() {
	five_runs
	echo "$1" > "$store.mode"
	read -r all asked < <(come_back)
	[ "$all" -ge 5 ]
	[ "$asked" = 1 ]
}

@test "a recover asks a holder that dies for one shard, and then the others" {
	is_asked_once halfshards
}

@test "a recover asks a slow holder for one shard, and then the faster" {
	is_asked_once slowly
}

@test "a holder that fails is asked again for what no other has" {
	five_runs
	rm ../a/*/shards/*
	echo "halfshards 9" > "$store.mode"
	rm -rf ../back
	run timeout 120 varve vault recover -q --key "$XDG_CONFIG_HOME/varve/key" --to ../back "$(git config holder.x.url)" ../a
	[ "$status" = 0 ]
	cmp t.csv ../back/t.csv
}
