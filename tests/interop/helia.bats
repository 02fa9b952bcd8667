load ../cli/helper
load packages

# @helia/verified-fetch, which pages and service workers read IPFS with, on a published version.

here=$BATS_TEST_DIRNAME/helia

setup() {
	[ -n "${VARVE_TEST_ALL-}" ] || skip "only with VARVE_TEST_ALL=1: 150 MB of packages are installed"
	need_node
	packages=${VARVE_TEST_INTEROP:-$HOME/.cache/varve-interop}-helia
	install_packages "$here" "$packages" || skip "the npm packages cannot be had"
	varve_setup
	unset http_proxy HTTP_PROXY
}

teardown() {
	[ -z "${server:-}" ] || kill "$server"
}

@test "verified-fetch reads a published version, whole and in part" {
	published
	serve
	node "$packages/verified.mjs" "$url" "$file" > back.csv
	same_bytes src/prices.csv back.csv
	node "$packages/verified.mjs" "$url" "$file" 123456-193455 > part
	tail -c +123457 src/prices.csv | head -c 70000 > should
	same_bytes should part
}
