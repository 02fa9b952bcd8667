load ../cli/helper
load packages

# What varve writes, read by the packages that IPFS itself is made of. The packages are pinned
# in package-lock.json and installed once into $VARVE_TEST_INTEROP.

here=$BATS_TEST_DIRNAME

setup() {
	need_node
	packages=${VARVE_TEST_INTEROP:-$HOME/.cache/varve-interop}
	install_packages "$here" "$packages" || skip "the npm packages cannot be had"
	varve_setup
	unset http_proxy HTTP_PROXY
}

teardown() {
	[ -z "${server:-}" ] || kill "$server"
	[ -z "${node:-}" ] || kill "$node"
}

@test "@ipld/car reads an exported CAR whole" {
	one_version
	cd src
	varve ipfs car export --json HEAD:prices.csv ../x.car > ../said
	cd ..
	blocks=$(sed -n 's/.*"blocks": \([0-9]*\).*/\1/p' said)
	succeeds node "$packages/read_car.mjs" x.car
	output_is "$root $blocks"
}

@test "ipfs-car lists roots and blocks" {
	one_version
	cd src
	varve ipfs car export -q HEAD:prices.csv ../x.car
	cd ..
	succeeds node "$packages/node_modules/.bin/ipfs-car" roots x.car
	output_has "$root"
	succeeds node "$packages/node_modules/.bin/ipfs-car" blocks x.car
	output_has "$root"
}

@test "every block comes from the gateway and a CAR made of them is taken in" {
	one_version
	serve
	succeeds node "$packages/walk.mjs" "$url" "$root" made.car
	[ "$output" -gt 3 ]
	new_repo other
	succeeds varve -C other ipfs car import "$PWD/made.car"
	output_has "$root: table, 20,000 rows"
	varve -C other cat "$root" > back.csv
	same_bytes src/prices.csv back.csv
}

@test "@ipld/car reads the gateway's CAR as it comes" {
	one_version
	serve
	curl -s -o x.car "$url/ipfs/$root?format=car"
	succeeds node "$packages/read_car.mjs" x.car
	output_has "$root "
}

@test "Helia's exporter reads a published version, whole and in part" {
	published
	serve
	node "$packages/cat.mjs" "$url" "$file" > back.csv
	same_bytes src/prices.csv back.csv
	for part in "0 1" "123456 70000" "500000 10"; do
		set -- $part
		node "$packages/cat.mjs" "$url" "$file" "$1" "$2" > part
		tail -c "+$(($1 + 1))" src/prices.csv | head -c "$2" > should
		same_bytes should part
	done
}

@test "ipfs-car unpacks an exported file" {
	published
	varve -C src ipfs car export -q --unixfs HEAD:prices.csv ../file.car
	succeeds node "$packages/node_modules/.bin/ipfs-car" roots file.car
	output_is "$file"
	node "$packages/node_modules/.bin/ipfs-car" unpack file.car --output back.csv
	same_bytes src/prices.csv back.csv
}

@test "an IPFS node takes a published version, pins it and gives the file" {
	published
	node "$packages/node_rpc.mjs" port 3>&- &
	node=$!
	for i in $(seq 100); do
		[ ! -s port ] || break
		sleep 0.1
	done
	address=http://127.0.0.1:$(cat port)
	succeeds varve -C src ipfs publish --with-table --to "$address" HEAD:prices.csv
	output_has "at     $address"
	curl -s -X POST -o back.csv "$address/api/v0/cat?arg=$file"
	same_bytes src/prices.csv back.csv
	curl -s -X POST "$address/api/v0/cat?arg=$file&offset=300000&length=1000" > part
	tail -c +300001 src/prices.csv | head -c 1000 > should
	same_bytes should part
	curl -s -X POST "$address/api/v0/pin/ls?arg=$root" | grep -q recursive
}
