# What every kind of place must do (transport/places/place.h), at one of the kind $VARVE_TEST_PLACE. kinds/KIND.bash has:
#
#	kind_start          starts it, and sets $as (store or holder) and $url for the program place of tests/net
#	                    (which makes it then); it may choose other objects, which are $small and $large
#	kind_stop           ends what it started; called once more from teardown
#	kind_file NAME      prints the file that has the object, to be changed behind varve's back
#	kind_full           from now on it has no room for two more large objects
#	kind_half_way NAME  writes the large object, and is killed after it began and before it ended
#	kind_leftovers      prints the files that unfinished writes left
#	kind_proxied PORT   sets $url so that 127.0.0.1:PORT is asked, which leads to $port
#
# and may replace what follows, up to its loading, and set kind_keeps=yes: removed objects can be read for a while;
# kind_limits_itself=yes: a user cannot set a quota.
load ../cli/helper

# Another CID, of no vault.
vault=bafyreifzjut3te2nhyekklss27nh3k72ysco7y32koao5eei66wof36n5e
quota=

at() {
	"$VARVE_BIN/../tests/net/place" "$as" ${quota:+--quota "$quota"} "$url" "$@"
}

put() {
	local cid words=()
	for cid; do
		words+=("$vault/shards/$cid" "$objects/$cid")
	done
	at put "${words[@]}"
}

# get CID [FROM [LEN]]
get() {
	at get "$vault/shards/$1" "${2-0}" "${3-9999999}"
}

list() {
	at list "$vault/shards"
}

remove() {
	at remove "$vault/shards/$1"
}

# The place itself is away: its folder, its bucket, its server.
kind_gone() {
	kind_stop
}

# seed COUNT: so many objects behind varve's back.
seed() {
	python3 "$BATS_TEST_DIRNAME/objects.py" "$(dirname "$(kind_file "$large")")" "$1" > seeded
}

kind_half_way() {
	killed_put 0.2 "$1"
}

# Prints the files below "incoming", in which kinds with folders write.
kind_leftovers() {
	local shards
	shards=$(dirname "$(kind_file "$large")")
	find "${shards%/*/*}" -path '*/incoming/*' -type f
}

# Prints the names of faults in lists; kind_wrong NAME brings one about.
kind_bad_lists() {
	:
}

setup() {
	varve_setup
	unset http_proxy HTTP_PROXY https_proxy HTTPS_PROXY all_proxy ALL_PROXY
	objects=$PWD/objects
	mkdir "$objects"
	mapfile -t small < <(python3 "$BATS_TEST_DIRNAME/objects.py" "$objects" 3)
	large=$(python3 "$BATS_TEST_DIRNAME/objects.py" "$objects" 1 64)
	proxy=
	kind_start
	at make
	list > before
}

teardown() {
	unproxied
	kind_stop
}

# has CID...: these come back whole.
has() {
	local cid
	for cid; do
		get "$cid" | cmp - "$objects/$cid"
	done
}

# listed CID...: the list has these, with their sizes, and what it had at the beginning.
listed() {
	local cid
	{
		cat before
		for cid; do
			echo "$(wc -c < "$objects/$cid") $cid"
		done
	} | sort > wanted
	list | sort | diff wanted - >&2
}

# fails STATUS WORDS...: with this exit status of `place`.
fails() {
	local wanted=$1 status=0
	shift
	"$@" > out 2> err || status=$?
	[ "$status" = "$wanted" ] || { echo "$* ends with $status, not $wanted: $(cat err)" >&2; return 1; }
}

# never_wrong CID: what comes is the object, or a failure.
never_wrong() {
	! get "$1" > out 2> err || cmp out "$objects/$1"
}

proxied() {
	: > proxy.port
	python3 "$BATS_TEST_DIRNAME/../net/proxy" "$@" --listen 0 --connect "127.0.0.1:$port" --port-file proxy.port \
		2> /dev/null 3>&- &
	proxy=$!
	for _ in $(seq 400); do
		[ ! -s proxy.port ] || break
		sleep 0.05
	done
	direct=$url
	kind_proxied "$(cat proxy.port)"
}

unproxied() {
	[ -n "$proxy" ] || return 0
	kill "$proxy" 2> /dev/null || true
	wait "$proxy" 2> /dev/null || true
	proxy=
	url=$direct
}

# killed SECONDS COMMAND...: ends it with SIGKILL then, and waits until it is gone, with its locks.
killed() {
	"${@:2}" > out 2> err 3>&- &
	sleep "$1"
	kill -KILL $! 2> /dev/null || true
	wait $! 2> /dev/null || true
}

# killed_put SECONDS CID
killed_put() {
	killed "$1" "$VARVE_BIN/../tests/net/place" "$as" "$url" put "$vault/shards/$2" "$objects/$2"
}

load "kinds/${VARVE_TEST_PLACE:?}"

# An object that was removed, or never came.
gone() {
	[ -n "${kind_keeps-}" ] || fails 1 get "$1"
	! list | grep " $1\$" || false
}

@test "kept" {
	local len
	put "${small[0]}" "$large"
	has "${small[0]}" "$large"
	len=$(wc -c < "$objects/$large")
	while read -r from count; do
		get "$large" "$from" "$count" | cmp - <(tail -c "+$((from + 1))" "$objects/$large" | head -c "$count")
	done <<-END
	0 1
	4095 2
	100000 70000
	$((len - 10)) 100
	$len 5
	END
	listed "${small[0]}" "$large"
	put "${small[0]}" "${small[1]}"
	listed "${small[0]}" "${small[1]}" "$large"
	remove "${small[0]}"
	gone "${small[0]}"
	listed "${small[1]}" "$large"
	has "${small[1]}" "$large"
}

@test "absent" {
	listed
	fails 1 get "${small[0]}"
	put "$large"
	fails 1 get "${small[0]}"
	fails 1 get "${small[0]}" 4096
	remove "${small[0]}" > out 2> err || [ $? = 1 ] # some do not say so
	listed "$large"
	has "$large"
	# A place that is away is not an empty one.
	kind_gone
	for verb in "get $large" list "put ${small[0]}"; do
		! $verb > out 2> err || { echo "$verb: ends with 0" >&2; return 1; }
		[ ! -s out ]
		[ -s err ]
	done
}

@test "pages" {
	put "$large"
	seed "${kind_many-300}"
	list > is
	{ cat before; sed 's/^/4128 /' seeded; echo "$(wc -c < "$objects/$large") $large"; } | sort > wanted
	sort is | diff wanted - > differs || { head differs >&2; return 1; }
	for fault in $(kind_bad_lists); do
		kind_wrong "$fault"
		! list > out 2> err || { echo "$fault: the list ends with 0" >&2; return 1; }
	done
}

@test "foreign" {
	local file dir
	put "${small[0]}" "$large"
	file=$(kind_file "$large")
	dir=$(dirname "$file")
	echo "somebody's" > "$dir/notes 'of' \"mine\" & <more>"
	mkdir -p "$dir/deep"
	echo "somebody's" > "$dir/deep/$large"
	list > out
	for cid in "${small[0]}" "$large"; do
		[ "$(grep -c " $cid\$" out)" = 1 ]
	done
	remove "${small[0]}"
	put "${small[1]}"
	[ "$(grep -rl "somebody's" "$dir" | wc -l)" = 2 ]
	# Other bytes under a name, and a part of them: the caller checks what comes. A put brings it back.
	for change in cut swap; do
		cp "$file" whole
		case $change in
		cut) head -c 9000 whole > "$file" ;;
		swap) { head -c 100 /dev/zero; tail -c +101 whole; } > other; cat other > "$file" ;;
		esac
		! get "$large" > out 2> err || cmp out "$file"
		put "$large"
		has "$large" "${small[1]}"
	done
}

@test "full" {
	put "${small[0]}"
	if [ "$as" = holder ] && [ -z "${kind_limits_itself-}" ]; then # what the user allows
		quota=100000
		fails 11 put "$large"
		quota=
		listed "${small[0]}"
	fi
	kind_full
	status=0
	put "$large" > out 2> err || status=$?
	[ "$status" = 11 ] || { cat err >&2; return 1; }
	fails 1 get "$large"
	listed "${small[0]}"
	has "${small[0]}"
}

@test "cut" {
	put "${small[0]}" "$large"
	for n in 0 2000 100000; do
		proxied --cut-down "$n"
		never_wrong "$large"
		unproxied
	done
	remove "$large"
	for n in 3000 100000; do
		proxied --cut-up "$n"
		put "$large" > out 2> err || true
		unproxied
		never_wrong "$large"
		put "$large"
		has "$large" "${small[0]}"
		remove "$large"
	done
	listed "${small[0]}"
}

@test "slow" {
	put "$large"
	export VARVE_TEST_IDLE=2
	for how in "--rate 30" "--stall --cut-down 4000"; do
		SECONDS=0
		proxied $how
		! get "$large" > out 2> err || { echo "$how: ends with 0" >&2; return 1; }
		unproxied
		[ "$SECONDS" -lt 40 ]
		[ -s err ]
	done
	unset VARVE_TEST_IDLE
	has "$large"
}

@test "killed" {
	put "${small[0]}"
	for wait in 0.01 0.03 0.1 half; do
		[ "$wait" = half ] && kind_half_way "$large" || killed_put "$wait" "$large"
		never_wrong "$large"
		# What it left goes with the next one.
		put "$large"
		has "$large" "${small[0]}"
		listed "${small[0]}" "$large"
		kind_leftovers > left
		[ ! -s left ] || { cat left >&2; return 1; }
		remove "$large"
	done
}
