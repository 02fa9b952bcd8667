# Room at a server follows standing: what somebody keeps for the server's owner, as audits prove it.
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
	! grep -shE 'Sanitizer|runtime error' "$BATS_TEST_TMPDIR"/work/*.log /dev/null >&2
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

# standing [OPTION...]: what ann's server would say, as JSON in ../standing, which the model in Python checks with
# the raw records.
standing() {
	"${clock[@]}" varve -C ../keeper-ann vault ledger standing --json "$@" > "$BATS_TEST_TMPDIR/work/standing"
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
	as ann varve vault key trust ben "$ben"
	server ben --hold 10m --for "$ann"
	ben_server=$server
	as ann holder ben "$url"
	as ann add_file one
	as ann succeeds faketime -f -10d varve vault replicate --copies 2
}

reward="--hold 100m --ratio 5.0 --allowance 300k"

@test "who keeps for me has room with me" {
	ben_keeps_for_ann
	server ann $reward
	log=$BATS_TEST_TMPDIR/work/server-ann.log
	grep -q "room depends on standing: 307.2 kB each, and 5.000 times what was kept for 30 days" "$log"
	as ben holder ann "$url"
	as ben add_file two
	as ben succeeds varve vault replicate --copies 2
	as ben add_file three
	as ben ends_with 1 varve vault replicate
	stderr_has "holder 'ann': remote: no room for $ben: it may keep 307.2 kB here and keeps 2"
	stderr_has "; there: room there grows with the bytes that are kept for that server's owner, as audits prove ('varve vault ledger standing' there); 'varve vault prune' removes unreachable data; or add another holder"
	# The first audit proves ten days of 264,192 bytes and more: a third of that, five times.
	as ann succeeds varve vault audit
	stop "$server"
	server ann $reward
	as ben succeeds varve vault replicate
	as ben add_file four
	as ben ends_with 1 varve vault replicate
	as ann standing $reward
	[ "$(figure "$ben" byteDays)" -ge $((264192 * 10)) ]
	[ "$(figure "$ben" room)" -ge $((307200 + 264192 * 10 * 5 / 30)) ]
	room=$(figure "$ben" room)
	stderr_has "no room for $ben: it may keep 7"
	# What is used is what lies there.
	[ "$(($(figure "$ben" shards) + $(figure "$ben" records)))" = \
		"$(find keeper-ann/varve/hold/bafy* -type f -printf '%s\n' | awk '{ n += $1 } END { print n }')" ]
	as ann succeeds varve -C ../keeper-ann vault ledger standing $reward
	output_has "$ben  ben"
	output_has "byte-days, audited 1 time with success, last 20"
	output_has ": 307,200 bytes (the allowance) + 5.000 x "
	output_has " byte-days / 30"
	# Thirty days later nobody has proved anything for a month: no room but the allowance, and nothing goes.
	as ann faketime -f +31d varve -C ../keeper-ann vault ledger standing --json $reward > standing
	[ "$(figure "$ben" room)" = 307200 ]
	as ben succeeds varve vault audit --all ann
}

@test "who is trusted has room at once and who is not trusted any more brings nothing new" {
	machine ann
	machine ben
	server ann $reward
	as ben holder ann "$url"
	as ben ends_with 1 varve vault replicate --copies 2 --min 1
	stderr_has "this server keeps copies for others, but knows no writer of this vault"
	stderr_has "there: ask the server's owner to name your key (varve serve --for DID) or to trust it (varve vault key trust NAME DID); 'varve vault key show' prints it"
	as ann varve vault key trust ben "$ben"
	as ben succeeds varve vault replicate
	as ann succeeds varve vault key untrust ben
	as ben add_file one
	as ben ends_with 1 varve vault replicate
	stderr_has "this server keeps copies for others, but knows no writer of this vault"
	# What is there stays, and is given back.
	as ben succeeds varve vault recover -q --key "$BATS_TEST_TMPDIR/config-ben/varve/key" --to ../again "$url"
	as ann ends_with 2 varve vault key untrust ben
	stderr_has "no key is called 'ben'"
	as ann succeeds varve -C ../keeper-ann vault ledger standing $reward "$ben"
	output_has "no room here: it is not trusted"
	as ann succeeds varve -C ../keeper-ann vault ledger standing $reward "$ann"
	output_has "$ann  this machine"
	output_has "no room here: it is this machine's own key, and room is for others"
	output_lacks "key trust"
	# Without what the server was started with nobody knows for whom it keeps what lies there.
	as ann succeeds varve -C ../keeper-ann vault ledger standing
	stderr_has "copies for others are here, and the settings (varve.hold, varve.holdFor, varve.holdRatio) do not name for whom: pass the --hold, --for, --ratio and --allowance that 'varve serve' was started with"
	as ann succeeds varve vault ledger standing
	stderr_has "nothing is kept for others in this repository"
}

@test "two keys of one disk have two allowances only when both are trusted" {
	machine ann
	machine ben
	machine bob
	as ann varve vault key trust ben "$ben"
	server ann $reward
	for who in ben bob; do
		as "$who" holder ann "$url"
		as "$who" add_file one
	done
	as ben succeeds varve vault replicate --copies 2
	as bob ends_with 1 varve vault replicate --copies 2
	stderr_has "this server keeps copies for others, but knows no writer of this vault"
	as ann varve vault key trust bob "$bob"
	as bob succeeds varve vault replicate
	# Two names for one key are one identity.
	as ann varve vault key trust benjamin "$ben"
	as ben add_file two
	as ben ends_with 1 varve vault replicate
	stderr_has "no room for $ben: it may keep 307.2 kB"
}

@test "a share that was said does not follow standing" {
	machine ann
	machine ben
	server ann $reward --for "$ben=600k"
	as ben holder ann "$url"
	as ben add_file one
	as ben add_file two
	as ben succeeds varve vault replicate --copies 2
	as ben add_file three
	as ben ends_with 1 varve vault replicate
	stderr_has "no room for $ben: it may keep 614.4 kB"
	as ann standing $reward --for "$ben=600k"
	[ "$(figure "$ben" room)" = 614400 ]
}

# forge NAME: an audit of ann's vault, signed by this machine's key whether it may or not, comes to ann.
forge() {
	as ann python3 "$BATS_TEST_DIRNAME/forge.py" ../folder-ann "$BATS_TEST_TMPDIR/config-$1/varve/key" audit > number
	as ann varve vault ledger log > log
	grep -A 1 "does not count" log | grep -q . || return 1
}

@test "audits of others count for nothing, whoever they are" {
	ben_keeps_for_ann
	as ann succeeds varve vault audit
	server ann $reward
	as ann standing $reward
	before=$(figure "$ben" byteDays)
	[ "$before" -gt 0 ]
	forge ben
	as ann standing $reward
	[ "$(figure "$ben" byteDays)" = "$before" ]
	# A writer whose key ann trusts, five days later.
	carol=$(XDG_CONFIG_HOME=$BATS_TEST_TMPDIR/config-carol varve vault key new)
	as ann varve vault writers add "$carol"
	as ann varve vault key trust carol "$carol"
	as ann varve vault replicate -q
	XDG_CONFIG_HOME=$BATS_TEST_TMPDIR/config-carol varve vault recover -q \
		--key "$BATS_TEST_TMPDIR/config-ann/varve/key" --to carol folder-ann
	as carol succeeds faketime -f +5d varve vault audit
	as ann varve vault ledger log > log
	[ "$(grep -c "  audit  .*ben: " log)" = 2 ]
	clock=(faketime -f +6d)
	as ann standing $reward
	[ "$(figure "$ben" byteDays)" = "$before" ]
	python3 -c 'import json
assert sorted(len(e["audits"]) for e in json.load(open("standing"))["identities"]) == [0, 1]'
}

@test "an audit that is dated after now repeated under another number or changed counts for nothing" {
	ben_keeps_for_ann
	as ann succeeds varve vault audit
	server ann $reward
	as ann standing $reward
	before=$(figure "$ben" byteDays)
	record=$(grep -l -a kindeaudit ann/.git/varve/vault/ledger/*/* | tail -n 1)
	again="${record%/*}/0000000099-${record##*-}"
	cp "$record" "$again"
	as ann succeeds varve -C ../keeper-ann vault ledger standing --json $reward
	stderr_has "1 record is damaged: nothing of their authors counts from there on"
	[ "$(python3 -c 'import json, sys; print(json.load(sys.stdin)["identities"][0]["byteDays"])' <<< "$output")" = "$before" ]
	rm "$again"
	as ann succeeds faketime -f +400d varve vault audit
	as ann standing $reward
	[ "$(figure "$ben" byteDays)" = "$before" ]
	as ann succeeds varve -C ../keeper-ann vault ledger standing $reward
	output_has "; 1 audit dated after now"
	# Of a changed one nothing is believed, nor what follows it.
	flip_byte "$record" 200
	as ann succeeds varve -C ../keeper-ann vault ledger standing --json $reward
	stderr_has "record"
	[ "$(python3 -c 'import json, sys; print(json.load(sys.stdin)["identities"][0]["byteDays"])' <<< "$output")" -le "$before" ]
}

@test "kill -9 of the server leaves its account as it lies on the disk" {
	machine ann
	machine ben
	as ann varve vault key trust ben "$ben"
	server ann --hold 100m --ratio 1 --allowance 2m
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
		server ann --hold 100m --ratio 1 --allowance 2m
	done
	as ben succeeds varve vault replicate
	as ann standing --hold 100m --ratio 1 --allowance 2m
	used=$(find keeper-ann/varve/hold/bafy* -type f -printf '%s\n' | awk '{ n += $1 } END { print n }')
	[ "$(($(figure "$ben" shards) + $(figure "$ben" records)))" = "$used" ]
	as ben add_file last
	as ben add_file more
	as ben ends_with 1 varve vault replicate
	kept=$(sed -n 's/.*it may keep 2.1 MB here and keeps \([0-9.]*\) MB.*/\1/p' <<< "$stderr")
	# But for its rounding, and records that came since; a shard is more.
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
		serve --hold 1m --ratio "$ratio"
		stderr_has "ratio"
	done
	serve --ratio 1
	stderr_has "--hold BYTES requires --for DID or --ratio R"
	serve --hold 1m --allowance 5k --for "$(cat did)"
	stderr_has "--allowance BYTES requires --ratio R"
	serve --hold 1m --ratio 1 --allowance 2m
	stderr_has "an allowance of 2.1 MB is more than the 1.0 MB that are kept for all"
	git -C keeper config varve.hold 1m
	git -C keeper config varve.holdRatio half
	serve
	stderr_has "the setting varve.holdRatio: a ratio is a number up to 1000 with at most three decimals, not 'half'"
	echo "bob did:key:nonsense" > "$XDG_CONFIG_HOME/varve/trusted"
	git -C keeper config varve.holdRatio 0.5
	serve
	stderr_has "varve/trusted', line 1: not a name, a blank and a did:key: "
	ends_with 2 varve -C keeper vault ledger standing
	stderr_has "varve/trusted', line 1: not a name"
	ends_with 2 varve -C keeper vault ledger log --ratio 1
	stderr_has "are for ledger standing"
}

@test "a damaged line in the file of trusted keys stops no running server and lets none start" {
	machine ann
	machine ben
	as ann varve vault key trust ben "$ben"
	server ann $reward
	log=$BATS_TEST_TMPDIR/work/server-ann.log
	trusted=$BATS_TEST_TMPDIR/config-ann/varve/trusted
	as ben holder ann "$url"
	as ben succeeds varve vault replicate --copies 2
	echo "bob did:key:z6MkNotAKey" >> "$trusted"
	as ben add_file one
	as ben succeeds varve vault replicate
	as ben change_readme
	as ben succeeds varve vault replicate
	as ben succeeds varve vault audit ann
	[ "$(grep -c "the shares stay as they were: '$trusted', line 2: not a name, a blank and a did:key: 'bob did:key:z6MkNotAKey'" "$log")" = 1 ]
	# Another fault is said as well, once.
	echo nonsense > "$trusted"
	as ben change_readme
	as ben succeeds varve vault replicate
	[ "$(grep -c "the shares stay as they were" "$log")" = 2 ]
	grep -q "line 1: not a name, a blank and a did:key: 'nonsense'" "$log"
	# Mended, it counts again; and a fault that comes back is said again.
	echo > "$trusted"
	as ben change_readme
	as ben ends_with 1 varve vault replicate
	stderr_has "this server keeps copies for others, but knows no writer of this vault"
	echo nonsense > "$trusted"
	as ben ends_with 1 varve vault replicate
	[ "$(grep -c "the shares stay as they were" "$log")" = 3 ]
	stop "$server"
	XDG_CONFIG_HOME=$BATS_TEST_TMPDIR/config-ann ends_with 2 varve serve --http 127.0.0.1:0 $reward keeper-ann
	stderr_has "'$trusted', line 1: not a name, a blank and a did:key: 'nonsense'"
	stderr_has "mend that line of the trusted keys, or take it out; 'varve vault key trust NAME DID' writes one"
}

change_readme() {
	echo "$RANDOM$RANDOM" >> readme
	git commit -q -a -m readme
}

@test "who is not trusted any more audits what he has there and may let it go" {
	machine ann
	machine ben
	as ann varve vault key trust ben "$ben"
	server ann $reward
	as ben holder ann "$url"
	as ben succeeds varve vault replicate --copies 2
	as ben git switch -q -c aside
	as ben add_file one
	as ben varve switch -q main
	as ben succeeds varve vault replicate
	as ann varve vault key untrust ben
	as ben git branch -q -D aside
	as ben change_readme
	as ben ends_with 1 varve vault replicate
	as ben succeeds varve vault audit --all ann
	output_has "ann: all of 2 shards listed, with the right sizes"
	output_has "it takes nothing new: holder 'ann': remote: this server keeps copies for others, but knows no writer of this vault"
	as ben succeeds varve vault holder list
	output_has "takes nothing new: holder 'ann': remote: this server keeps copies for others"
	as ben varve vault status > status || true
	grep -q "takes nothing new: holder 'ann'" status
	had=$(ls keeper-ann/varve/hold/bafy*/shards | wc -l)
	as ben succeeds varve vault prune --grace 0
	stderr_has "deleted 2 copies"
	[ "$(ls keeper-ann/varve/hold/bafy*/shards | wc -l)" -lt "$had" ]
	# Nothing else came with it.
	as ben change_readme
	as ben ends_with 1 varve vault replicate
	stderr_has "this server keeps copies for others, but knows no writer of this vault"
	as ben succeeds varve vault recover -q --key "$BATS_TEST_TMPDIR/config-ben/varve/key" --to ../again "$url"
}

@test "a server that follows standing says at the start that nobody is trusted yet" {
	machine ann
	server ann $reward
	grep -q "keeping up to 104.9 MB of copies in '$BATS_TEST_TMPDIR/work/keeper-ann', for 0 days at least, as did:key:" "$BATS_TEST_TMPDIR/work/server-ann.log"
	grep -q "no key is trusted yet: name for whom they are with 'varve vault key trust NAME DID', also while this runs" "$BATS_TEST_TMPDIR/work/server-ann.log"
}
