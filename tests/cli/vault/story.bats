# The purpose of the vault in one story: three laptops, a bucket and an IPFS node keep a real
# dataset; two laptops die, the third lies, and an empty machine gets everything back.
load vault
load hold

setup() {
	varve_setup
	unset http_proxy HTTP_PROXY
	export AWS_ACCESS_KEY_ID=AKIDEXAMPLE AWS_SECRET_ACCESS_KEY=secret/with+signs=
	pids=()
}

teardown() {
	local pid
	for pid in "${pids[@]}"; do
		kill "$pid" 2> /dev/null || true
		wait "$pid" 2> /dev/null || true
	done
	! grep -shE 'Sanitizer|runtime error' "$BATS_TEST_TMPDIR"/work/keeper-*.log /dev/null >&2 || false
}

# port_of FILE: waits until a server has printed its address.
port_of() {
	local i
	for ((i = 0; i < 1200; i++)); do
		[ ! -s "$1" ] || break
		sleep 0.05
	done
	cat "$1"
}

@test "two of five keepers die, one lies and is caught, and an empty machine gets everything back" {
	local name i shard
	net=$BATS_TEST_DIRNAME/../../net
	export XDG_CONFIG_HOME="$BATS_TEST_TMPDIR/config"
	mkdir repo
	cd repo
	new_repo
	for i in "$BATS_TEST_DIRNAME"/../../data/constituents/*.csv "$BATS_TEST_DIRNAME"/../../data/country-codes/*.csv; do
		name=$(basename "$(dirname "$i")").csv
		cp "$i" "$name"
		varve add -q "$name" 2> /dev/null || varve add -q --as file "$name"
		varve commit -q -m "$(basename "$i" .csv)"
	done
	varve vault key new > ../did
	for name in ann bob cleo; do
		new_keeper "$name"
		serve_keeper "$name" 100M
		pids+=("$keeper")
		eval "pid_$name=$keeper"
		varve vault holder add "$name" "$url" --domain "$name" 2> /dev/null
	done
	python3 "$net/s3_store.py" 0 ../s3.port ../s3.log ../s3 x bucket 3>&- &
	pids+=("$!")
	python3 "$net/ipfs_node.py" ../ipfs.port ../ipfs.log "" ../ipfs 0 3>&- &
	pids+=("$!")
	varve vault holder add bucket "s3://bucket/copies?endpoint=http://127.0.0.1:$(port_of ../s3.port)&region=eu-test-1" 2> /dev/null
	varve vault holder add ipfs "ipfs+http://127.0.0.1:$(port_of ../ipfs.port)" --domain node 2> /dev/null

	succeeds varve vault replicate --copies 4
	keep_recovery
	git add .varveconfig
	varve commit -qm "Keep sealed copies"
	succeeds varve vault replicate
	# Each run is stored at four of the five, chosen at random: the one that lies must have a run.
	for i in $(seq 60); do
		! compgen -G "$(kept_in cleo)/*" > ../shards || break
		git commit -q --allow-empty -m "Replicate once more"
		succeeds varve vault replicate
	done
	succeeds varve vault status
	output_has "the loss of any 3 holders would lose no data"

	# Two laptops die.
	for name in ann bob; do
		pid=pid_$name
		kill "${!pid}"
		wait "${!pid}" || true
		rm -rf "$(keeper_path "$name")"
	done
	# The third returns other bytes.
	for shard in "$(kept_in cleo)"/*; do
		chmod u+w "$shard"
		printf 'lies' | dd of="$shard" bs=1 seek=1000 conv=notrunc 2> /dev/null
	done
	ends_with 1 varve vault audit --all
	output_has "cleo: FAILED"
	output_has "ann: not asked"

	# The machine itself is lost, too.
	git for-each-ref --format='%(refname) %(objectname)' refs/heads > ../refs
	git rev-list --objects --all | wc -l > ../objects
	cd ..
	mv repo lost
	export XDG_CONFIG_HOME="$BATS_TEST_TMPDIR/config-empty"
	succeeds varve vault recover --key paper --to back "s3://bucket/copies?endpoint=http://127.0.0.1:$(cat s3.port)&region=eu-test-1"
	cd back
	git for-each-ref --format='%(refname) %(objectname)' refs/heads | cmp - ../refs
	[ "$(git rev-list --objects --all | wc -l)" -eq "$(cat ../objects)" ]
	succeeds varve fsck --data
	for i in $(git rev-list HEAD); do
		for name in $(git ls-tree --name-only "$i" -- constituents.csv country-codes.csv); do
			varve cat "$i:$name" > ../here
			varve -C ../lost cat "$i:$name" > ../there
			cmp ../here ../there
		done
	done
}
