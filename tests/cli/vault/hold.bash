# Varve servers that keep copies for others; load it behind holders and ../serve/server. A keeper is a bare
# repository $BATS_TEST_TMPDIR/work/keeper-NAME, with a key of its own.

keeper=

keeper_path() {
	echo "$BATS_TEST_TMPDIR/work/keeper-$1"
}

# new_keeper NAME: and a key; the machine that serves is not the one that replicates.
new_keeper() {
	git init -q --bare "$(keeper_path "$1")"
	XDG_CONFIG_HOME="$(keeper_path "$1").config" varve vault key new > "$(keeper_path "$1").did"
}

# serve_keeper NAME BYTES [OPTION...]: over HTTP, for the key of new_vault, without a term unless one is
# said; sets $url (the same again after a stop) and $keeper.
serve_keeper() {
	local name=$1 size=$2 log i port
	shift 2
	log="$(keeper_path "$name").log"
	port=$(cat "$(keeper_path "$name").port" 2> /dev/null || echo 0)
	: > "$log"
	XDG_CONFIG_HOME="$(keeper_path "$name").config" varve vault serve --http "127.0.0.1:$port" \
		--hold "$size" --for "$(cat "$BATS_TEST_TMPDIR/work/did")" --term 0 "$@" \
		"$(keeper_path "$name")" 2>> "$log" 3>&- &
	keeper=$!
	for ((i = 0; i < 1200; i++)); do
		url=$(sed -n 's/.* at \(http.*\)$/\1/p' "$log")
		[ -z "$url" ] || break
		kill -0 "$keeper" 2> /dev/null || break
		sleep 0.05
	done
	[ -n "$url" ] || { cat "$log" >&2; return 1; }
	echo "${url##*:}" > "$(keeper_path "$name").port"
}

stop_keeper() {
	[ -z "$keeper" ] || { kill "$keeper"; wait "$keeper" || true; } 2> /dev/null
	keeper=
	! grep -shE 'Sanitizer|runtime error' "$BATS_TEST_TMPDIR"/work/keeper-*.log /dev/null >&2 || false
}

kept_in() {
	echo "$(keeper_path "$1")"/varve/hold/bafy*/shards
}

kind_shards() {
	ls "$(kept_in "$1")" 2> /dev/null | sort
}

kind_get() {
	cat "$(kept_in "$1")/$2"
}

kind_set() {
	cp "$3" "$(kept_in "$1")/$2"
}

kind_lose() {
	rm "$(kept_in "$1")/$2"
}

# A file that takes a shard of 264,192 bytes.
add_file() {
	python3 -c 'import random, sys; sys.stdout.buffer.write(random.Random(sys.argv[1]).randbytes(200000))' "$1" > "$1"
	git add "$1"
	git commit -q -m "$1"
}
