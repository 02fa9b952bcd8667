load holders
load ../../interop/packages
load stores

# Kubo itself as a holder, and its exchange with varve's gateway. Building it takes minutes, so only
# VARVE_TEST_ALL=1 has it.

kind_records=no
kind_ranges=no

setup() {
	install_go kubo
	varve_setup
	only_keys
	export IPFS_PATH=$BATS_TEST_TMPDIR/ipfs
	ipfs=$packages/bin/ipfs
}

teardown() {
	kind_stop x
}

free_port() {
	python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'
}

# A node without peers. Arguments: of init.
make_node() {
	[ ! -d "$IPFS_PATH" ] || return 0
	"$ipfs" init --profile "${1-test}" > /dev/null
	rpc=$(free_port)
	gateway=$(free_port)
	"$ipfs" config --json Bootstrap '[]'
	"$ipfs" config Routing.Type none
	"$ipfs" config --json Addresses.Swarm '[]'
	"$ipfs" config Addresses.API "/ip4/127.0.0.1/tcp/$rpc"
	"$ipfs" config Addresses.Gateway "/ip4/127.0.0.1/tcp/$gateway"
}

run_node() {
	make_node "${1-test}"
	"$ipfs" daemon > "$BATS_TEST_TMPDIR/ipfs.log" 2>&1 3>&- &
	store_pid=$!
	for _ in $(seq 600); do
		! grep -q 'Daemon is ready' "$BATS_TEST_TMPDIR/ipfs.log" || return 0
		kill -0 "$store_pid"
		sleep 0.05
	done
	return 1
}

kind_start() {
	run_node
	url=ipfs+http://127.0.0.1:$rpc
	kind_options=(${2:+--quota "$2"})
}

kind_stop() {
	stop_program
}

kind_again() {
	run_node
}

kind_shards() {
	"$ipfs" pin ls --type recursive --quiet | grep '^bafkrei' | sort
}

kind_get() {
	"$ipfs" block get --offline "$2"
}

kind_lose() {
	"$ipfs" pin rm "$2" > /dev/null
	"$ipfs" block rm "$2" > /dev/null
}

@test "Kubo: keeps what is replicated" {
	holder_keeps_what_is_replicated
}

@test "Kubo: gives shards for a repair" {
	holder_gives_shards_for_a_repair
}

@test "Kubo: gives blocks that were dropped" {
	holder_gives_blocks
}

@test "Kubo: shows single leaves" {
	holder_shows_single_leaves
}

@test "Kubo: is paid when it was away" {
	holder_that_was_away_is_paid
}

@test "Kubo: whether it syncs is read from its configuration" {
	new_vault a
	make_node default-datastore
	"$ipfs" config --json Addresses.Swarm '[]'
	run_node
	succeeds varve vault holder add x "ipfs+http://127.0.0.1:$rpc"
	stderr_has "the node does not sync its blocks"
	kind_stop x
	"$ipfs" config --json Datastore.Spec "$("$ipfs" config Datastore.Spec | sed 's/"sync": *false/"sync": true/')"
	run_node
	succeeds varve vault holder list --json
	[ "$(jq '.[] | select(.name == "x") | .caveat' <<< "$output")" = null ]
}

@test "Kubo: a published version is the file that ipfs has, and its CID that of its own profile where it says so" {
	new_vault a
	make_node
	"$ipfs" config profile apply unixfs-v1-2025 > /dev/null
	run_node
	succeeds varve ipfs publish --to "http://127.0.0.1:$rpc" HEAD:t.csv --json
	file=$(jq -r .unixfs <<< "$output")
	"$ipfs" cat "$file" > ../is
	cmp t.csv ../is
	[ "$("$ipfs" add -Q --only-hash t.csv)" != "$file" ]
	succeeds varve ipfs publish HEAD:t.csv
	stderr_has "returns another CID"
	seq 1 200000 | awk 'BEGIN { srand(3); print "id,x" } { print $1 "," rand() }' > big.csv
	varve add -q --key id --order key big.csv
	varve commit -q -m big
	succeeds varve ipfs publish HEAD:big.csv
	stderr_has "with Kubo's profile unixfs-v1-2025, 'ipfs add' of this file returns the same CID"
	[ "$("$ipfs" add -Q --only-hash big.csv)" = "$(varve ipfs publish --json HEAD:big.csv | jq -r .unixfs)" ]
}

@test "Kubo: a published folder is cloned by its CID and by its key, and the next version comes by the key" {
	new_vault a
	make_node
	"$ipfs" config Ipns.MaxCacheTTL 0s
	"$ipfs" daemon --offline > "$BATS_TEST_TMPDIR/ipfs.log" 2>&1 3>&- &
	store_pid=$!
	until grep -q 'Daemon is ready' "$BATS_TEST_TMPDIR/ipfs.log"; do kill -0 "$store_pid"; sleep 0.05; done
	varve sign -q --name prices
	varve config varve.sign true
	succeeds varve publish --no-pages -o ../public --to "ipfs+http://127.0.0.1:$rpc" --name --json
	cid=$(jq -r .ipfs <<< "$output")
	name=$(jq -r .ipns <<< "$output")
	rm ../public/.varve-lock
	[ "$("$ipfs" add -Qr --hidden --only-hash --cid-version=1 ../public)" = "$cid" ]
	curl -sf "http://127.0.0.1:$gateway/ipns/$name?format=ipns-record" > ../record
	"$ipfs" name inspect --verify "$name" ../record | grep -q 'Valid: true'
	succeeds varve clone "http://127.0.0.1:$gateway/ipfs/$cid/" ../by_cid
	cmp t.csv ../by_cid/t.csv
	succeeds varve clone "$(varve key show)/prices" --from "ipfs+http://127.0.0.1:$gateway" ../by_key
	succeeds varve clone "http://127.0.0.1:$gateway/ipns/$name/" ../by_name
	git clone -q "http://127.0.0.1:$gateway/ipns/$name/repo.git" ../by_git
	[ "$(git -C ../by_git rev-parse HEAD)" = "$(git rev-parse HEAD)" ]
	sed -i '2s/.*/2,changed/' t.csv
	varve commit -qam two
	varve publish -q --no-pages -o ../public --to "ipfs+http://127.0.0.1:$rpc" --name
	[ "$("$ipfs" pin ls --type recursive --names | grep -c /public)" = 1 ]
	varve -C ../by_name pull -q
	cmp t.csv ../by_name/t.csv
	varve -C ../by_key pull -q
	cmp t.csv ../by_key/t.csv
	curl -sf "http://127.0.0.1:$gateway/ipns/$name/t.csv" | cmp - t.csv
}
