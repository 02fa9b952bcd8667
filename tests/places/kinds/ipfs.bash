# The stand-in for an IPFS node of tests/net: it knows raw blocks by their CIDs alone.
load ../cli/vault/stores

kind_keeps=yes # until its gc

kind_start() {
	node=$BATS_TEST_TMPDIR/node
	only_keys
	lies
	as=holder
	kind_proxied "$port"
}

# lies [LIE]: the node does this wrong from now on.
lies() {
	kind_stop
	start_program "$node.port" python3 "$BATS_TEST_DIRNAME/../net/ipfs_node.py" "$node.port" "$node.log" "${1-}" "$node" \
		"${port-0}"
}

kind_proxied() {
	url=ipfs+http://127.0.0.1:$1
}

kind_stop() {
	stop_program
}

kind_file() {
	echo "$node/$1"
}

kind_full() {
	lies full
}

kind_wrong() {
	lies "$1"
}

kind_bad_lists() {
	echo longline
}

seed() {
	python3 "$BATS_TEST_DIRNAME/objects.py" "$node" "$1" > seeded
	(cd "$node/pins" && xargs touch) < seeded
}
