# Room at a server: the setting, or what a client keeps for the server's owner, as audits prove it.
load holders
load ../serve/server
load hold

setup() {
	server_setup
}

teardown() {
	local one
	for one in "${servers[@]}"; do
		kill "$one" 2> /dev/null && wait "$one" || true
	done
	! grep -shE 'Sanitizer|runtime error' "$BATS_TEST_TMPDIR"/work/*.log /dev/null >&2 || false
}

servers=()
clock=()

need_clock() {
	command -v faketime > /dev/null || skip "faketime is not installed"
	case ${LD_PRELOAD-}$(ldd "$(command -v varve)") in
		*asan*) skip "faketime and the address sanitizer cannot both be loaded first" ;;
	esac
}

# as NAME COMMAND...: at that machine, in its repository.
as() {
	local who=$1 before=$XDG_CONFIG_HOME folder=$PWD code=0
	shift
	export XDG_CONFIG_HOME="$BATS_TEST_TMPDIR/config-$who"
	cd "$BATS_TEST_TMPDIR/work/$who"
	"$@" || code=$?
	cd "$folder"
	export XDG_CONFIG_HOME=$before
	return "$code"
}

# machine NAME: with a key, a repository and a folder that keeps copies; $NAME is its DID.
machine() {
	mkdir -p "$BATS_TEST_TMPDIR/work/$1"
	printf -v "$1" %s "$(as "$1" varve vault key new)"
	as "$1" begin_repository "$1"
}

begin_repository() {
	new_repo
	echo "$1" > readme
	git add readme
	git commit -q -m one
	varve vault holder add folder "../folder-$1" --domain "house $1" 2> /dev/null
}

# server NAME OPTION...: this machine keeps copies; sets $url, the same again after a stop, and $server.
server() {
	local name=$1 log="$BATS_TEST_TMPDIR/work/server-$1.log" path="$BATS_TEST_TMPDIR/work/keeper-$1" i port
	shift
	[ -d "$path" ] || git init -q --bare "$path"
	port=$(cat "$path.port" 2> /dev/null || echo 0)
	: > "$log"
	XDG_CONFIG_HOME="$BATS_TEST_TMPDIR/config-$name" varve serve --http "127.0.0.1:$port" --term 0 \
		"$@" "$path" 2>> "$log" 3>&- &
	server=$!
	servers+=("$server")
	url=
	for ((i = 0; i < 1200; i++)); do
		url=$(sed -n 's/.* at \(http.*\)$/\1/p' "$log")
		[ -z "$url" ] || break
		kill -0 "$server" 2> /dev/null || break
		sleep 0.05
	done
	[ -n "$url" ] || { cat "$log" >&2; return 1; }
	echo "${url##*:}" > "$path.port"
}

stop() {
	kill "$1"
	wait "$1" || true
}

holder() {
	varve vault holder add "$1" "$2" --domain "house of $1" 2> /dev/null
}

# ann_keeps DID[=BYTES]: her server keeps copies for this key, and five bytes for each that it keeps for her.
ann_keeps() {
	[ -d keeper-ann ] || git init -q --bare keeper-ann
	git -C keeper-ann config varve.hold 100m
	git -C keeper-ann config varve.holdRatio 5.0
	git -C keeper-ann config varve.holdFor "$1"
}

# standing: the answer of ann's server, as JSON in ../standing, which the model in Python checks with the raw records.
standing() {
	"${clock[@]}" varve -C ../keeper-ann vault ledger standing --json > "$BATS_TEST_TMPDIR/work/standing"
	python3 "$BATS_TEST_DIRNAME/standing_model.py" "$(varve vault key show)" ../standing .git/varve/vault/ledger
}

# figure DID NAME: of ../standing.
figure() {
	python3 -c 'import json, sys
e = next(e for e in json.load(open(sys.argv[1]))["identities"] if e["did"] == sys.argv[2])
print(e[sys.argv[3]])' "$BATS_TEST_TMPDIR/work/standing" "$1" "$2"
}

# ben keeps ann's copies for ten days, and she audits him.
ben_keeps_for_ann() {
	need_clock
	machine ann
	machine ben
	server ben --hold 10m --for "$ann"
	ben_server=$server
	as ann holder ben "$url"
	as ann add_file one
	as ann succeeds faketime -f -10d varve vault replicate --copies 2
}

@test "who keeps for me has room with me" {
	ben_keeps_for_ann
	ann_keeps "$ben=300k"
	server ann
	grep -q "each key may use 5.000 bytes for each byte that it keeps for you, or its =BYTES if that is more; its last audit counts for 30 days" "$BATS_TEST_TMPDIR/work/server-ann.log"
	as ben holder ann "$url"
	as ben add_file two
	as ben succeeds varve vault replicate --copies 2
	as ben add_file three
	as ben ends_with 1 varve vault replicate
	stderr_has "holder 'ann': remote: no room for the key $ben: it may use 307.2 kB and uses 2"
	stderr_has "; there: run 'varve vault prune' to remove unreachable data, add another holder, or keep more copies for that server's owner (on the server, 'varve vault ledger standing' shows the room)"
	as ann succeeds varve vault audit
	stop "$server"
	server ann
	as ben succeeds varve vault replicate
	as ann standing
	kept=$(figure "$ben" bytes)
	[ "$kept" -ge 264192 ]
	[ "$(figure "$ben" room)" = $((kept * 5)) ]
	# The used room is the size of the stored shards.
	[ "$(($(figure "$ben" shards) + $(figure "$ben" records)))" = \
		"$(find keeper-ann/varve/hold/bafy* -type f -printf '%s\n' | awk '{ n += $1 } END { print n }')" ]
	as ann succeeds varve -C ../keeper-ann vault ledger standing
	output_has "$ben"
	output_has "it keeps for you: 2"
	output_has "you keep for it: "
	# After thirty days without an audit only the room of the setting remains, and nothing is deleted.
	as ann faketime -f +31d varve -C ../keeper-ann vault ledger standing --json > standing
	[ "$(figure "$ben" room)" = 307200 ]
	as ben succeeds varve vault audit --all ann
	# Without settings room is not reported.
	as ann succeeds varve vault ledger standing
	stderr_has "this repository keeps no copies for others: varve.hold and varve.holdFor are not set"
	output_has "you keep nothing for it: varve.holdFor does not name it"
}

# forge NAME: sends ann an audit of her vault, signed by this machine's key, with or without permission.
forge() {
	as ann python3 "$BATS_TEST_DIRNAME/forge.py" ../folder-ann "$BATS_TEST_TMPDIR/config-$1/varve/key" audit > number
	as ann varve vault ledger log > log
	grep -A 1 "does not count" log | grep -q . || return 1
}

@test "audits of others count for nothing, whoever they are" {
	ben_keeps_for_ann
	ann_keeps "$ben"
	as ann succeeds varve vault audit
	as ann standing
	[ "$(figure "$ben" bytes)" -gt 0 ]
	forge ben
	as ann standing
	# A writer, 31 days later.
	carol=$(XDG_CONFIG_HOME=$BATS_TEST_TMPDIR/config-carol varve vault key new)
	as ann varve vault writers add "$carol"
	as ann varve vault replicate -q
	XDG_CONFIG_HOME=$BATS_TEST_TMPDIR/config-carol varve vault recover -q \
		--key "$BATS_TEST_TMPDIR/config-ann/varve/key" --to carol folder-ann
	as carol succeeds faketime -f +31d varve vault audit
	as ann varve vault ledger log > log
	[ "$(grep -c "  audit  .*ben: " log)" = 2 ]
	clock=(faketime -f +32d)
	as ann standing
	[ "$(figure "$ben" bytes)" = 0 ]
}

@test "an audit that is dated after now repeated under another number or changed counts for nothing" {
	ben_keeps_for_ann
	ann_keeps "$ben"
	as ann succeeds varve vault audit
	as ann standing
	before=$(figure "$ben" bytes)
	record=$(grep -l -a kindeaudit ann/.git/varve/vault/ledger/*/* | head -n 1)
	again="${record%/*}/0000000099-${record##*-}"
	cp "$record" "$again"
	as ann succeeds varve -C ../keeper-ann vault ledger standing --json
	stderr_has "1 record is damaged: later records by the same author do not count"
	rm "$again"
	as ann succeeds faketime -f +400d varve vault audit
	as ann standing
	[ "$(figure "$ben" bytes)" = "$before" ]
	# Of a changed one nothing is believed, nor what follows it.
	flip_byte "$record" 200
	as ann succeeds varve -C ../keeper-ann vault ledger standing --json
	stderr_has "record"
	[ "$(python3 -c 'import json, sys; print(json.load(sys.stdin)["identities"][0]["bytes"])' <<< "$output")" = 0 ]
}

@test "kill -9 of the server leaves its account as it lies on the disk" {
	machine ann
	machine ben
	ann_keeps "$ben=2m"
	server ann
	as ben holder ann "$url"
	as ben succeeds varve vault replicate --copies 2
	for n in 1 2 3 4 5 6; do
		as ben add_file "file$n"
		as ben varve vault replicate -q > out 2>&1 &
		client=$!
		sleep "0.$((n * 7 % 10))"
		kill -9 "$server"
		wait "$server" || true
		wait "$client" || true
		server ann
	done
	as ben succeeds varve vault replicate
	as ann standing
	used=$(find keeper-ann/varve/hold/bafy* -type f -printf '%s\n' | awk '{ n += $1 } END { print n }')
	[ "$(($(figure "$ben" shards) + $(figure "$ben" records)))" = "$used" ]
	as ben add_file last
	as ben add_file more
	as ben ends_with 1 varve vault replicate
	kept=$(sed -n 's/.*it may use 2.1 MB and uses \([0-9.]*\) MB.*/\1/p' <<< "$stderr")
	# Except for rounding, and later records; a shard is larger.
	find keeper-ann/varve/hold/bafy* -type f -printf '%s\n' | awk -v kept="$kept" '
		{ n += $1 }
		END { d = n / 1e6 - kept; exit !(kept > 1 && d > -0.11 && d < 0.11) }'
	as ben succeeds varve vault ledger verify
}

@test "a ratio that makes no sense is refused at the start" {
	git init -q --bare keeper
	varve vault key new > did
	serve() {
		ends_with 2 varve serve --http 127.0.0.1:0 "$@" keeper
	}
	for ratio in 0 0.000 -1 x 1.2345 1. .5 1001 99999999999999999999; do
		serve --hold 1m --for "$(cat did)" --ratio "$ratio"
		stderr_has "ratio"
	done
	serve --ratio 1
	stderr_has "--ratio R requires --hold BYTES and --for DID"
	git -C keeper config varve.hold 1m
	git -C keeper config varve.holdFor "$(cat did)"
	git -C keeper config varve.holdRatio half
	serve
	stderr_has "the setting varve.holdRatio: a ratio must be a number up to 1000 with at most three decimals, not 'half'"
	echo "bob did:key:nonsense" > "$XDG_CONFIG_HOME/varve/trusted"
	git -C keeper config varve.holdRatio 0.5
	git -C keeper config varve.holdFor bob
	serve
	stderr_has "varve/trusted', line 1: expected NAME DID, found "
	ends_with 2 varve -C keeper vault ledger standing
	stderr_has "varve/trusted', line 1: expected NAME DID"
}

change_readme() {
	echo "$RANDOM$RANDOM" >> readme
	git commit -q -a -m readme
}

@test "who is not named any more audits what he has there and may let it go" {
	machine ann
	machine ben
	ann_keeps "$ben=10m"
	server ann
	as ben holder ann "$url"
	as ben succeeds varve vault replicate --copies 2
	as ben git switch -q -c aside
	as ben add_file one
	as ben varve switch -q main
	as ben succeeds varve vault replicate
	stop "$server"
	ann_keeps "$ann"
	server ann
	as ben git branch -q -D aside
	as ben change_readme
	as ben ends_with 1 varve vault replicate
	stderr_has "this server does not keep copies for any writer of this vault"
	stderr_has "there: ask the server's owner to keep copies for your key (varve serve --for DID); 'varve vault key show' prints its DID"
	as ben succeeds varve vault audit --all ann
	output_has "ann: lists 2 of 2 shards, with the right sizes"
	output_has "it accepts no new data: holder 'ann': remote: this server does not keep copies for any writer of this vault"
	as ben succeeds varve vault holder list
	output_has "accepts no new data: holder 'ann': remote: this server does not keep copies"
	as ben varve vault status > status || true
	grep -q "accepts no new data: holder 'ann'" status
	had=$(ls keeper-ann/varve/hold/bafy*/shards | wc -l)
	as ben succeeds varve vault prune --grace 0
	stderr_has "deleted 2 copies"
	[ "$(ls keeper-ann/varve/hold/bafy*/shards | wc -l)" -lt "$had" ]
	# Nothing else was sent with it.
	as ben change_readme
	as ben ends_with 1 varve vault replicate
	stderr_has "this server does not keep copies for any writer of this vault"
	as ben succeeds varve vault recover -q --key "$BATS_TEST_TMPDIR/config-ben/varve/key" --to ../again "$url"
}
