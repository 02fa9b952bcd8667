load ../helper

# `varve ipfs publish --to` an IPFS node, and routers: tests/net/ipfs_node.py, which checks what it gets.

node_py=$BATS_TEST_DIRNAME/../../net/ipfs_node.py

setup() {
	varve_setup
	unset http_proxy HTTP_PROXY
	new_repo
	rows 9000 > prices.csv
	varve add -q prices.csv
	varve commit -qm one
	table=$(git show HEAD:prices.csv | sed -n 's/.*"root": "\([a-z0-9]*\)".*/\1/p')
}

teardown() {
	[ -z "${node:-}" ] || kill "$node"
}

# start_node [LIE]: $node is its address.
start_node() {
	[ -z "${node:-}" ] || kill "$node"
	rm -f ../port
	python3 "$node_py" ../port ../log "$@" 3>&- &
	node=$!
	for i in $(seq 1200); do
		[ ! -s ../port ] || break
		sleep 0.05
	done
	address=http://127.0.0.1:$(cat ../port)
}

@test "a node gets the file, pinned, and is recorded" {
	start_node
	succeeds varve ipfs publish --to "$address" HEAD:prices.csv
	output_has "at     $address"
	file=$(varve ipfs publish --list --json | sed -n 's/.*"unixfs": "\([a-z0-9]*\)".*/\1/p')
	grep -q "POST /api/v0/dag/import?pin-roots=true&stats=true&allow-big-block=false" ../log
	grep -q "POST /api/v0/pin/ls?arg=$file&type=recursive" ../log
	! grep -q "$table" ../log || false
	succeeds varve ipfs publish -q --with-table --to "$address" HEAD:prices.csv
	grep -q "POST /api/v0/pin/ls?arg=$table&type=recursive" ../log
	[ "$(varve ipfs publish --list | grep -c "$address")" = 1 ]
}

@test "what a node says is checked" {
	while read -r lie words; do
		start_node "$lie"
		ends_with 2 varve ipfs publish --to "$address" HEAD:prices.csv
		stderr_has "$words"
		[ "$(varve ipfs publish --list | grep -c "at  ")" = 0 ]
	done <<-'END'
	pin pin: cannot
	root its answer lacks the CID of the root
	count it received only
	unpinned is not pinned
	error no space left on device
	html check that this is the RPC address of an IPFS node
	deaf was closed before the end of the answer
	END
}

@test "a node elsewhere, or with a password in its address, is refused" {
	ends_with 2 varve ipfs publish --to http://192.0.2.1:5001 HEAD:prices.csv
	stderr_has "is on another machine"
	ends_with 2 varve ipfs publish --to https://me:secret@node.example HEAD:prices.csv
	stderr_has "must not have a password"
	stderr_lacks "secret"
	ends_with 2 varve ipfs publish --to ../folder HEAD:prices.csv
	stderr_has "is not the address of an IPFS node's RPC"
	ends_with 2 varve ipfs publish --list --to http://127.0.0.1:1
	ends_with 2 varve ipfs publish --with-table HEAD:prices.csv
}

@test "routers are asked only when told to, and of what was published" {
	start_node
	ends_with 2 varve whereis --routing "$address" prices.csv
	stderr_has "is not published by this repository"
	[ ! -e ../log ]
	varve ipfs publish -q HEAD:prices.csv
	succeeds varve whereis prices.csv
	[ ! -e ../log ]
	succeeds varve whereis --routing "$address" prices.csv
	output_has "none"
	file=$(varve ipfs publish --list --json | sed -n 's/.*"unixfs": "\([a-z0-9]*\)".*/\1/p')
	[ "$(cat ../log)" = "GET /routing/v1/providers/$file
GET /routing/v1/providers/$table" ]
	varve ipfs publish -q --to "$address" HEAD:prices.csv
	succeeds varve whereis --routing "$address" prices.csv
	output_has "12D3KooWNode  /ip4/127.0.0.1/tcp/4001"
	varve whereis --json --routing "$address" prices.csv > ../said
	python3 -c 'import json; p = json.load(open("../said"))["providers"]; assert [(x["peer"], x["protocols"]) for x in p] == [("12D3KooWNode", "transport-bitswap")], p'
	start_node html
	ends_with 2 varve whereis --routing "$address" prices.csv
}

@test "a router that asks for patience gets it" {
	varve ipfs publish -q HEAD:prices.csv
	start_node busy
	succeeds varve whereis --routing "$address" prices.csv
	output_has "12D3KooWNode"
	[ "$(wc -l < ../log)" = 3 ]
}

@test "providers that a router names are sources, and what it makes up is left out" {
	varve clone -q --lazy -n "$PWD" ../b
	varve serve --http 127.0.0.1:0 --read-only . 2> ../serving 3>&- &
	node=$!
	until grep -q serving ../serving; do sleep 0.05; done
	served=$(sed -n 's/^serving .*:\([0-9]*\)$/\1/p' ../serving)
	python3 - "$served" > ../port 2> ../log 3>&- <<-'END' &
	import http.server, json, sys
	class Router(http.server.BaseHTTPRequestHandler):
	    def do_GET(self):
	        there = "127.0.0.1/tcp/" + sys.argv[1]
	        addresses = ["/ip4/127.0.0.1/tcp/4001/p2p/x", f"/ip4/127.0.0.1@{there}/http", "/ip4/127.0.0.1/tcp/1/http", "/dns4//tcp/1/https",
	                     "/unix/x", "/ip4/127.0.0.1/tcp/999999/http", f"/ip4/{there}/http/../x", f"/ip4/{there}/http", f"/ip4/{there}/http"]
	        body = json.dumps({"Providers": [{"Schema": "peer", "ID": str(i), "Addrs": [a]} for i, a in enumerate(addresses)] + [1, {}]}).encode()
	        self.send_response(200)
	        self.send_header("Content-Length", str(len(body)))
	        self.end_headers()
	        self.wfile.write(body if not self.path.endswith("none") else b"{}")
	s = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Router)
	print(s.server_address[1], flush=True)
	s.serve_forever()
	END
	router=$!
	until [ -s ../port ]; do sleep 0.05; done
	cd ../b
	ends_with 2 varve fetch --data HEAD --from "ipfs+http://127.0.0.1:$(cat ../port)/routing/v1/providers/none"
	succeeds varve fetch --data HEAD --from "ipfs+http://127.0.0.1:$(cat ../port)/routing/v1/providers/$table"
	kill "$router"
	grep -q "GET /routing/v1/providers/$table" ../log
	varve --offline cat HEAD:prices.csv | cmp - "$OLDPWD/prices.csv"
}

@test "a published folder goes to a node as a directory, its key's name leads there, and clones read it" {
	start_node
	varve key new > /dev/null
	varve config varve.sign true
	varve sign -q --name prices
	key=$(varve key show | sed 's/^did:key://')
	mkdir -p ../public
	succeeds varve publish -o ../public --to "ipfs+$address" --name
	output_has "ipfs://bafybei"
	name=$(sed -n 's/^ipns:\/\/\(k51[a-z0-9]*\) until 20..-.*Z$/\1/p' <<< "$output")
	# paths that sort between a folder and what is in it
	mkdir -p ../public/a ../public/a.b
	echo 1 > ../public/a/x
	echo 2 > "../public/a.b/+ %\"ü"
	echo 3 > ../public/a-b
	succeeds varve publish -q -o ../public --to "ipfs+$address" --name
	cmp <(curl -sf "$address/ipns/$name/prices.csv") prices.csv
	[ "$(curl -sf "$address/ipns/$name/a/x")" = 1 ]
	[ "$(curl -sf "$address/ipns/$name/a.b/%2B%20%25%22%C3%BC")" = 2 ]
	[ "$(grep -c "POST /api/v0/pin/rm?arg=bafybei" ../log)" = 1 ]
	succeeds varve clone -q "$address/ipns/$name/" ../by_place
	cmp prices.csv ../by_place/prices.csv
	succeeds git clone -q "$address/ipns/$name/repo.git" ../by_git
	succeeds varve clone "$key/prices" --from "ipfs+$address" ../by_name
	cmp prices.csv ../by_name/prices.csv
	# the next version
	sed -i '7s/^\([0-9]*\),[^,]*/\1,changed/' prices.csv
	varve commit -qam two
	succeeds varve publish -o ../public --to "ipfs+$address" --name --json
	python3 -c 'import json, sys; p = json.loads(sys.argv[1]); assert p["ipfs"].startswith("bafybei") and p["ipns"] == sys.argv[2], p' "$output" "$name"
	succeeds varve -C ../by_name pull
	cmp prices.csv ../by_name/prices.csv
	succeeds varve -C ../by_place pull -q
	cmp prices.csv ../by_place/prices.csv
}

@test "publish waits for a silent node as long as it was told" {
	start_node silent
	mkdir ../public
	ends_with 2 timeout 60 varve publish -q --no-pages -o ../public --to "ipfs+$address" --timeout 1
	stderr_has "did not answer in time"
	ends_with 2 varve publish -q -o ../public --timeout 1
	stderr_has "--timeout requires --to"
	ends_with 2 varve publish -q -o ../public --to "ipfs+$address" --timeout 1000001
	stderr_has "at most 1,000,000 seconds"
}

@test "what a node says of a folder is checked, and an agent's key signs no name" {
	local lie words
	while read -r lie words; do
		start_node "$lie"
		ends_with 2 varve publish -q --no-pages -o ../public --to "$address"
		stderr_has "$words"
	done <<-'END'
	root did not answer with the folder's CID
	unpinned is not pinned
	error no space left on device
	html check that this is the RPC address of an IPFS node
	END
	start_node
	ends_with 2 varve publish -q --no-pages -o ../public --to http://192.0.2.1:5001
	stderr_has "is on another machine"
	ends_with 2 varve publish -q -o ../public --name
	ends_with 2 varve publish -q -o ../public --to "$address" --name
	stderr_has "this machine has no key yet"
	ssh-keygen -q -t ed25519 -N "" -f ../id
	varve config varve.signingKey "$PWD/../id.pub"
	ends_with 2 varve publish -q -o ../public --to "$address" --name
	stderr_has "cannot sign IPNS records"
	ln -s /etc/passwd ../public/link
	ends_with 2 varve publish -q -o ../public --to "$address"
	stderr_has "' is not a file or a folder"
}
