load ../cli/helper

# What varve writes, read by the packages that IPFS itself is made of. The packages are pinned
# in package-lock.json and installed once into $VARVE_TEST_INTEROP.

here=$BATS_TEST_DIRNAME

setup() {
	command -v node > /dev/null && command -v npm > /dev/null || skip "node is not installed"
	[ "$(node -p 'process.versions.node.split(".")[0]')" -ge 20 ] || skip "node is older than 20"
	install_packages || skip "the npm packages cannot be had"
	varve_setup
	unset http_proxy HTTP_PROXY
}

teardown() {
	[ -z "${server:-}" ] || kill "$server"
}

install_packages() {
	packages=${VARVE_TEST_INTEROP:-$HOME/.cache/varve-interop}
	mkdir -p "$packages" || return 1
	(
		flock 9
		cd "$packages" || exit 1
		if ! cmp -s "$here/package-lock.json" package-lock.json || [ ! -d node_modules ]; then
			rm -rf node_modules
			cp "$here/package.json" "$here/package-lock.json" .
			timeout 120 npm ci --ignore-scripts --no-audit --no-fund > npm.log 2>&1 || {
				rm -rf node_modules package-lock.json
				exit 1
			}
		fi
		cp "$here/"*.mjs .
	) 9> "$packages/lock"
}

one_version() {
	new_repo src
	cd src
	rows 20000 > prices.csv
	varve add prices.csv
	varve commit -qm one
	root=$(git show HEAD:prices.csv | sed -n 's/.*"root": "\([a-z0-9]*\)".*/\1/p')
	cd ..
}

serve() {
	: > server.log
	varve serve --http 127.0.0.1:0 src 2>> server.log 3>&- &
	server=$!
	for i in $(seq 100); do
		url=$(sed -n 's/.* at \(http.*\)$/\1/p' server.log)
		[ -z "$url" ] || return 0
		sleep 0.1
	done
	return 1
}

@test "@ipld/car reads an exported CAR whole" {
	one_version
	cd src
	varve car export --json HEAD:prices.csv ../x.car > ../said
	cd ..
	blocks=$(sed -n 's/.*"blocks": \([0-9]*\).*/\1/p' said)
	succeeds node "$packages/read_car.mjs" x.car
	output_is "$root $blocks"
}

@test "ipfs-car lists roots and blocks" {
	one_version
	cd src
	varve car export -q HEAD:prices.csv ../x.car
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
	succeeds varve -C other car import "$PWD/made.car"
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
