load ../helper
load server

# `varve serve --http` as curl, openssl and varve itself meet it.

setup() {
	server_setup
}

teardown() {
	[ -z "${server:-}" ] || stop_server
}

@test "a clone over http has every version" {
	two_versions
	start_server src
	succeeds varve clone "$url/src" copy
	same_bytes two.csv copy/prices.csv
	varve -C copy cat HEAD~1:prices.csv > back.csv
	same_bytes one.csv back.csv
	succeeds varve -C copy fsck --data
	log_has 'POST /src/varve 200'
	stop_server
}

@test "curl gets a version as a file with its tag and type" {
	two_versions
	start_server src
	curl -s -D head -o back.csv "$url/raw/HEAD/prices.csv"
	same_bytes two.csv back.csv
	grep -qi "^etag: \"$(root_of HEAD)\"" head
	grep -qi '^content-type: text/csv' head
	grep -qi '^accept-ranges: bytes' head
	grep -qi "^content-length: $(stat -c %s two.csv)" head
	curl -s -o back.csv "$url/src/raw/main~1/prices.csv"
	same_bytes one.csv back.csv
	curl -s -I -o head "$url/raw/HEAD/prices.csv"
	grep -qi "^content-length: $(stat -c %s two.csv)" head
	# a branch with a slash, plain and encoded
	curl -s -o back.csv "$url/raw/feature/x/prices.csv"
	same_bytes one.csv back.csv
	curl -s -o back.csv "$url/raw/feature%2Fx/prices.csv"
	same_bytes one.csv back.csv
	stop_server
}

@test "ranges give exactly their bytes wherever they lie" {
	two_versions
	start_server src
	size=$(stat -c %s two.csv)
	for range in 0-0 0-99 1-1 100-5000 33000-66000 0-$((size - 1)) $((size - 1))-$((size - 1)) \
		$((size - 10))-$((size + 10)) 5000- -1 -70000 -$((size + 5)); do
		curl -s -r "$range" -o part -w '%{http_code}' "$url/raw/HEAD/prices.csv" > code
		from=${range%-*} to=${range#*-}
		if [ -z "$from" ]; then
			from=$((size - to))
			[ "$from" -ge 0 ] || from=0
			to=$((size - 1))
		fi
		[ -n "$to" ] && [ "$to" -lt "$size" ] || to=$((size - 1))
		tail -c "+$((from + 1))" two.csv | head -c "$((to - from + 1))" > should
		same_bytes should part
		[ "$(cat code)" = 206 ]
	done
	[ "$(status -r "$size-" "$url/raw/HEAD/prices.csv")" = 416 ]
	[ "$(status -r 5-2 "$url/raw/HEAD/prices.csv")" = 200 ]
	[ "$(status -H 'Range: bytes=0-1,5-6' "$url/raw/HEAD/prices.csv")" = 200 ]
	stop_server
}

@test "random ranges of odd tables agree with the file" {
	new_repo src
	cd src
	printf '\357\273\277id;name\r\n' > prices.csv
	awk 'BEGIN { for (i = 1; i <= 9000; i++) printf "%d;\"n %d\"%s", i, i * 7 % 101, i % 50 ? "\r\n" : "\n" }' >> prices.csv
	printf '9001;last' >> prices.csv
	head -c 400000 /dev/urandom > noise.bin
	varve add prices.csv
	varve add --as file noise.bin
	varve commit -qm one
	cd ..
	start_server src
	RANDOM=7
	for file in prices.csv noise.bin; do
		size=$(stat -c %s src/$file)
		for i in 1 2 3 4 5 6 7 8; do
			from=$(((RANDOM * 32768 + RANDOM) % size))
			len=$(((RANDOM * 32768 + RANDOM) % (size - from) + 1))
			curl -s -r "$from-$((from + len - 1))" -o part "$url/raw/HEAD/$file"
			tail -c "+$((from + 1))" "src/$file" | head -c "$len" > should
			same_bytes should part
		done
	done
	stop_server
}

@test "raw gives some rows in another form, as cat writes them" {
	two_versions
	start_server src
	for query in "" "&columns=id,price" "&where=id%20%3C%2010%20or%20price%20%3E%3D%2019" "&columns=name&where=id%20in%20(3,%207)" "&limit=5"; do
		words=()
		for word in ${query//&/ }; do
			words+=("--${word%%=*}" "$(python3 -c 'import sys, urllib.parse; print(urllib.parse.unquote(sys.argv[1]))' "${word#*=}")")
		done
		for format in csv tsv ndjson json arrow; do
			[ "$(status "$url/raw/HEAD~1/prices.csv?format=$format$query")" = 200 ]
			curl -s "$url/raw/HEAD~1/prices.csv?format=$format$query" > got
			varve -C src cat HEAD~1:prices.csv --format $format "${words[@]}" > should
			same_bytes should got
		done
	done
	# shares have each row once, in order
	for part in 0 1 2; do
		curl -s "$url/raw/HEAD/prices.csv?format=ndjson&part=$part/3"
	done > got
	varve -C src cat HEAD:prices.csv --format ndjson > should
	same_bytes should got
	tag="\"$(root_of HEAD~1)\""
	[ "$(status -H "If-None-Match: $tag" "$url/raw/HEAD~1/prices.csv?format=arrow")" = 304 ]
	[ "$(status -I "$url/raw/HEAD~1/prices.csv?format=arrow")" = 200 ]
	for wrong in format=xml format=table "format=csv&format=csv" "format=csv&columns=nosuch" "format=csv&where=id%20%3D%20x" "format=csv&where=nosuch%3D1" \
		"format=csv&part=3/3" "format=csv&part=1" "format=csv&limit=-1" "format=arrow&misfit=x" "columns=id"; do
		[ "$(status "$url/raw/HEAD~1/prices.csv?$wrong")" = 400 ]
	done
	[ "$(status "$url/raw/HEAD~1/nosuch.csv?format=csv")" = 404 ]
	printf 'words\n' > src/plain.txt
	git -C src add plain.txt
	git -C src commit -qm plain
	[ "$(status "$url/raw/HEAD/plain.txt?format=csv")" = 400 ]
	stop_server
}

@test "tags spare what is there already" {
	two_versions
	start_server src
	tag="\"$(root_of HEAD)\""
	# a condition that would not be heeded is refused
	[ "$(status "$url/raw/HEAD/prices.csv?where=id%3D7")" = 400 ]
	[ "$(status "$url/raw/HEAD/prices.csv?format=csv&were=id%3D7")" = 400 ]
	[ "$(status "$url/table/HEAD/prices.csv?format=csv&were=id%3D7")" = 400 ]
	[ "$(status -L "$url/api/v0/data/HEAD/prices.csv?were=id%3D7")" = 400 ]
	[ "$(status -L "$url/table/HEAD/prices.csv?utm_source=x")" = 200 ]
	[ "$(status -H "If-None-Match: $tag" "$url/raw/HEAD/prices.csv")" = 304 ]
	[ "$(status -H "If-None-Match: W/$tag" "$url/raw/HEAD/prices.csv")" = 304 ]
	[ "$(status -H 'If-None-Match: "x", *' "$url/raw/HEAD/prices.csv")" = 304 ]
	[ "$(status -H 'If-None-Match: "x"' "$url/raw/HEAD/prices.csv")" = 200 ]
	[ "$(status -H "If-Range: $tag" -r 0-9 "$url/raw/HEAD/prices.csv")" = 206 ]
	[ "$(status -H 'If-Range: "old"' -r 0-9 "$url/raw/HEAD/prices.csv")" = 200 ]
	curl -s -I "$url/raw/HEAD/prices.csv" | grep -qi '^cache-control: no-cache'
	curl -s -I "$url/raw/$(git -C src rev-parse HEAD)/prices.csv" | grep -qi '^cache-control: .*immutable'
	stop_server
}

@test "plain files and text of git's history are given as well" {
	new_repo src
	cd src
	printf 'a,b\n1,2\n' > plain.csv
	printf '<script>alert(1)</script>' > page.html
	git add -f plain.csv page.html
	git commit -qm plain
	cd ..
	start_server src
	curl -s -o back.csv "$url/raw/HEAD/plain.csv"
	same_bytes src/plain.csv back.csv
	curl -s -I "$url/raw/HEAD/page.html" > head
	grep -qi '^content-type: application/octet-stream' head
	grep -qi '^content-security-policy: sandbox' head
	stop_server
}

@test "what is not there is 404 and nothing outside is found" {
	two_versions
	printf secret > outside.txt
	ln -s ../outside.txt src/link.txt
	git -C src add link.txt
	git -C src commit -qm link
	start_server src
	for path in raw/HEAD/none.csv raw/nope/prices.csv raw/HEAD raw/HEAD/ raw/ raw/HEAD/link.txt \
		raw/HEAD/../outside.txt raw/HEAD/%2e%2e/outside.txt raw/HEAD//prices.csv \
		'raw/HEAD@%7B1%7D/prices.csv' 'raw/:%2Fone/prices.csv' 'raw/HEAD%5E%7B%2Fone%7D/prices.csv' \
		raw/--all/prices.csv raw/HEAD/%00 raw/%/x .git/config src/.git/config other/raw/HEAD/prices.csv \
		../outside.txt %2e%2e/outside.txt etc/passwd; do
		[ "$(status --path-as-is "$url/$path")" = 404 ] || { echo "$path"; false; }
	done
	[ "$(status -X DELETE "$url/raw/HEAD/prices.csv")" = 405 ]
	[ "$(status "$url/varve")" = 405 ]
	stop_server
}

@test "several repositories are served by their names" {
	two_versions
	new_repo other
	(cd other && rows 10 > t.csv && varve add t.csv && varve commit -qm one)
	start_server src other
	curl -s "$url/" > list
	grep -qx /src list
	grep -qx /other list
	curl -s -o back.csv "$url/other/raw/HEAD/t.csv"
	same_bytes other/t.csv back.csv
	[ "$(status "$url/raw/HEAD/t.csv")" = 404 ]
	succeeds varve clone "$url/other" copy
	same_bytes other/t.csv copy/t.csv
	stop_server
}

@test "pushing needs a name and its secret" {
	two_versions
	users
	start_server --auth users src
	varve clone -q "$url/src" copy
	git -C src checkout -q --detach
	cd copy
	git config user.name X
	git config user.email x@example.com
	rows 20000 3 > prices.csv
	varve commit -qam three
	ends_with 2 varve push origin main
	stderr_has "login"
	git remote set-url origin "${url/127/bob:battery@127}/src"
	ends_with 2 varve push origin main
	stderr_has "this user has no permission to write"
	stderr_lacks battery
	git remote set-url origin "${url/127/ada:nonsense@127}/src"
	ends_with 2 varve push origin main
	stderr_has "authentication failed"
	git remote set-url origin "${url/127/ada:correct%20horse@127}/src"
	succeeds varve push origin main
	cd ..
	varve -C src cat main:prices.csv > back.csv
	same_bytes copy/prices.csv back.csv
	log_has ' ada POST /src/varve 200'
	for secret in battery nonsense horse Y29ycmVj; do
		if grep -q "$secret" "$BATS_TEST_TMPDIR/server.log"; then
			false
		fi
	done
	stop_server
}

@test "a server signs a push with its machine's key, and none to somebody's work tree" {
	two_versions
	users
	varve key new > /dev/null
	varve -C src sign -q --name prices
	varve clone -q --bare src hub.git
	git -C hub.git config varve.sign true
	git -C src config varve.sign true
	start_server --auth users src hub.git
	varve clone -q "${url/127/ada:correct%20horse@127}/src" copy
	cd copy
	git config varve.signingKey ../none # the reader's own
	git remote add hub "${url/127/ada:correct%20horse@127}/hub.git"
	for to in origin hub; do
		rows 20000 ${#to} > prices.csv
		tick
		varve commit -qam "to $to"
		succeeds varve push "$to" main:"$to"
		stderr_lacks warning
	done
	[ -z "$(git -C ../src log --all --format=%s --grep "^Head 2")" ]
	[ -n "$(git -C ../hub.git log --all --format=%s --grep "^Head 2")" ]
	stop_server
}

@test "without a user file nobody pushes" {
	two_versions
	start_server src
	varve clone -q "$url/src" copy
	cd copy
	rows 20000 3 > prices.csv
	varve commit -qam three
	ends_with 2 varve push origin main
	stderr_has "read-only"
	stderr_has "it accepts pushes when run with --auth FILE"
	stderr_lacks "Git host"
	stop_server
}

@test "a private server shows nothing to strangers" {
	two_versions
	users
	start_server --private --auth users src
	for path in "" raw/HEAD/prices.csv "ipfs/$(root_of HEAD)?format=raw" ipfs/bafkqaaa?format=raw; do
		[ "$(status "$url/$path")" = 401 ]
		[ "$(status -u ada:no "$url/$path")" = 401 ]
		[ "$(status -u "bob:battery" "$url/$path")" = 200 ]
		[ "$(status -H "Authorization: Bearer bob.battery" "$url/$path")" = 200 ]
	done
	ends_with 2 varve clone "$url/src" copy
	stderr_has "login"
	succeeds varve clone -q "${url/127/bob:battery@127}/src" copy
	# the secret is not kept in what the clone shows
	stderr_lacks battery
	stop_server
}

@test "https works with a certificate that is trusted and not without" {
	two_versions
	certificate
	start_server --tls-cert server.pem --tls-key server.key src
	case $url in https://*) ;; *) false ;; esac
	curl -s --cacert ca.pem -o back.csv "$url/raw/HEAD/prices.csv"
	same_bytes two.csv back.csv
	ends_with 2 varve clone "$url/src" copy
	stderr_has "certificate is not trusted"
	stderr_has "http.sslCAInfo"
	git config --global "http.$url.sslCAInfo" "$PWD/ca.pem"
	succeeds varve clone "$url/src" copy
	same_bytes two.csv copy/prices.csv
	git config --global --unset "http.$url.sslCAInfo"
	succeeds env GIT_SSL_CAINFO="$PWD/ca.pem" varve -C copy fetch
	succeeds env SSL_CERT_FILE="$PWD/ca.pem" varve -C copy fetch
	ends_with 2 env SSL_CERT_FILE="$PWD/ca.pem" GIT_SSL_CAINFO="$PWD/other.pem" varve -C copy fetch
	succeeds env GIT_SSL_NO_VERIFY=1 varve -C copy fetch
	git config --global http.sslVerify false
	succeeds varve -C copy fetch
	# TLS 1.1 is not spoken, and plain http is none
	ends_with 35 curl -s --cacert ca.pem --tls-max 1.1 "$url/"
	[ "$(status "http${url#https}/")" != 200 ]
	stop_server
}

@test "certificates and keys that do not fit are refused" {
	new_repo src
	certificate
	openssl ecparam -genkey -name prime256v1 -noout -out other.key
	ends_with 2 varve serve --http 127.0.0.1:0 --tls-cert server.pem src
	stderr_has "a certificate requires its key, and a key its certificate"
	ends_with 2 varve serve --http 127.0.0.1:0 --tls-cert server.pem --tls-key server.csr src
	ends_with 2 varve serve --http 127.0.0.1:0 --tls-cert src/.git/config --tls-key server.key src
	stderr_has "PEM"
	ends_with 2 varve serve --http 127.0.0.1:0 --tls-cert none.pem --tls-key server.key src
	stderr_has "none.pem"
}

@test "the gateway gives raw blocks with the headers it must have" {
	two_versions
	start_server src
	cid=$(root_of HEAD)
	curl -s -D head -o block "$url/ipfs/$cid?format=raw"
	for wanted in '^content-type: application/vnd.ipld.raw' "^etag: \"$cid.raw\"" \
		'^cache-control: public, max-age=29030400, immutable' "^x-ipfs-path: /ipfs/$cid" \
		"^x-ipfs-roots: $cid" '^x-content-type-options: nosniff' \
		"^content-disposition: attachment; filename=\"$cid.bin\"" "^content-length: $(stat -c %s block)"; do
		tr -d '\r' < head | grep -qi "$wanted" || { echo "$wanted"; cat head; false; }
	done
	# the name is the hash of what came
	python3 - "$cid" <<-'END'
	import base64, hashlib, sys
	cid = sys.argv[1][1:].upper()
	raw = base64.b32decode(cid + "=" * (-len(cid) % 8))
	assert raw[4:] == hashlib.sha256(open("block", "rb").read()).digest()
	END
	curl -s -H 'Accept: application/vnd.ipld.raw' -D head -o again "$url/ipfs/$cid"
	same_bytes block again
	grep -qi "^content-location: /ipfs/$cid?format=raw" head
	curl -s -r 2-5 "$url/ipfs/$cid?format=raw" > part
	same_bytes part <(tail -c +3 block | head -c 4)
	[ "$(status -r 2-5 "$url/ipfs/$cid?format=raw")" = 206 ]
	[ "$(status -H "If-None-Match: \"$cid.raw\"" "$url/ipfs/$cid?format=raw")" = 304 ]
	[ "$(status -I "$url/ipfs/$cid?format=raw")" = 200 ]
	curl -s -I "$url/ipfs/$cid?format=raw&filename=a%20b.bin" | grep -qi "filename\*=UTF-8''a%20b.bin"
	stop_server
}

@test "the gateway gives CARs that car import takes" {
	two_versions
	start_server src
	cid=$(root_of HEAD)
	curl -s -D head -o x.car "$url/ipfs/$cid?format=car"
	tr -d '\r' < head | grep -qi '^content-type: application/vnd.ipld.car; version=1; order=dfs; dups=n'
	grep -qi '^etag: W/"' head
	varve -C src ipfs car export -q HEAD:prices.csv ../y.car
	same_bytes x.car y.car
	new_repo other
	succeeds varve -C other ipfs car import "$PWD/x.car"
	varve -C other cat "$cid" > back.csv
	same_bytes two.csv back.csv
	curl -s -o one.car "$url/ipfs/$cid?format=car&dag-scope=block"
	[ "$(stat -c %s one.car)" -lt "$(stat -c %s x.car)" ]
	ends_with 2 varve -C other ipfs car import "$PWD/nowhere.car"
	stop_server
}

@test "a CAR with dups=y has a block as often as it comes, and one of an empty range the root alone" {
	new_repo src
	cd src
	for n in 1 2 3 4 5 6; do
		seq 1 6000 | awk '{ printf "%d,%0100d\n", $1, $1 * 7919 % 10007 }'
	done | sed '1i a,b' > again.csv
	varve add -q again.csv
	varve commit -q -m one
	file=$(varve ipfs publish --json HEAD:again.csv | jq -r .unixfs)
	cd ..
	start_server src
	curl -s -D head -o once.car "$url/ipfs/$file?format=car&car-dups=n"
	tr -d '\r' < head | grep -qi '^content-type: .*; dups=n'
	curl -s -D other -o each.car -H 'Accept: application/vnd.ipld.car; order=dfs; dups=y' "$url/ipfs/$file"
	tr -d '\r' < other | grep -qi '^content-type: .*; dups=y'
	tr -d '\r' < other | grep -qi '^content-location: .*car-dups=y'
	[ "$(grep -i '^etag' head)" != "$(grep -i '^etag' other)" ]
	[ "$(stat -c %s each.car)" -gt "$(stat -c %s once.car)" ]
	# All bytes of the file, in its order, are in the one with duplicates.
	python3 - src/again.csv each.car <<-'END'
	import sys
	whole, car = (open(name, "rb").read() for name in sys.argv[1:])
	def varint(at):
	    n = shift = 0
	    while True:
	        n |= (car[at] & 127) << shift
	        at, shift = at + 1, shift + 7
	        if car[at - 1] < 128:
	            return n, at
	n, at = varint(0)
	at += n
	leaves = b""
	while at < len(car):
	    n, at = varint(at)
	    if car[at + 1] == 0x55:
	        leaves += car[at + 36:at + n]
	    at += n
	assert leaves == whole
	END
	for bytes in 5:4 99999999:*; do
		curl -s -o some.car "$url/ipfs/$file?format=car&entity-bytes=$bytes"
		curl -s -o root.car "$url/ipfs/$file?format=car&dag-scope=block"
		same_bytes some.car root.car
	done
	stop_server
}

@test "the gateway's probe and its statuses" {
	two_versions
	start_server src
	cid=$(root_of HEAD)
	none=bafkreihdwdcefgh4dqkjv67uzcmw7ojee6xedzdetojuzjevtenxquvyku
	[ "$(status "$url/ipfs/bafkqaaa?format=raw")" = 200 ]
	[ "$(curl -s "$url/ipfs/bafkqaaa?format=raw" | wc -c)" = 0 ]
	[ "$(curl -s "$url/ipfs/bafkqaaa?format=car" | od -An -tx1 | tr -d ' \n')" = \
		19a265726f6f747381d82a4500015500006776657273696f6e01 ]
	[ "$(status -I "$url/ipfs/bafkqaaa?format=car")" = 200 ]
	for try in "404 $none?format=raw" "404 $none?format=car" \
		"404 QmYwAPJzv5CZsnA625s3Xf2nemtYgPpHdWEz79ojWnPbdG?format=raw" \
		"404 bafybeievgwqmxi5xni5riojtkcuxod5ae2qwwxk4npgxcigvxk5fg6ott4?format=raw" \
		"400 notacid?format=raw" "400 ${cid}x?format=raw" "400 ${cid%?}?format=raw" \
		"400 $cid" "400 $cid?format=xml" "404 $cid/a/b?format=car" "200 $cid/?format=raw" \
		"400 $cid?format=car&dag-scope=some" "400 $cid?format=car&entity-bytes=x" \
		"200 $cid?format=car&entity-bytes=0:*" "200 $cid?format=car&entity-bytes=-5:-1" \
		"406 $cid?format=car&car-version=2" "400 $cid?format=car&car-order=up" \
		"200 $cid?format=car&car-order=unk&car-dups=y" "400 $cid?format=%zz"; do
		[ "$(status "$url/ipfs/${try#* }")" = "${try%% *}" ] || { echo "$try"; false; }
	done
	[ "$(status -H 'Cache-Control: only-if-cached' "$url/ipfs/$none?format=raw")" = 412 ]
	[ "$(status -H 'Cache-Control: only-if-cached' "$url/ipfs/$cid?format=raw")" = 200 ]
	[ "$(status -H 'Accept: text/html' "$url/ipfs/$cid")" = 400 ]
	[ "$(status -H 'Accept: application/vnd.ipld.car; version=2' "$url/ipfs/$cid")" = 406 ]
	[ "$(status -H 'Accept: text/html, application/vnd.ipld.car;q=0.5, application/vnd.ipld.raw;q=0.4' "$url/ipfs/$cid")" = 200 ]
	[ "$(status -X POST "$url/ipfs/$cid?format=raw")" = 405 ]
	stop_server
}

@test "blocks come from a gateway when the origin lacks them" {
	two_versions
	start_server src
	git clone -q src bare
	(cd bare && varve init > /dev/null 2>&1)
	rm -rf bare/.git/varve/packs
	succeeds varve clone --from "ipfs+$url" "$PWD/bare" copy
	varve -C copy cat HEAD~1:prices.csv > back.csv
	same_bytes one.csv back.csv
	succeeds varve -C copy fsck --data
	log_has 'GET /ipfs/baf'
	stop_server
}

@test "a gateway that lies is dropped and the others go on" {
	two_versions
	start_server src
	git clone -q src bare
	(cd bare && varve init > /dev/null 2>&1)
	rm -rf bare/.git/varve/packs
	cat > liar.py <<-'END'
	import http.server
	class Liar(http.server.BaseHTTPRequestHandler):
	    protocol_version = "HTTP/1.1"
	    def do_GET(self):
	        self.send_response(200)
	        self.send_header("Content-Length", "4")
	        self.end_headers()
	        self.wfile.write(b"lies")
	    def log_message(self, *args):
	        pass
	s = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Liar)
	print(s.server_port, flush=True)
	s.serve_forever()
	END
	python3 liar.py > port 2>/dev/null 3>&- &
	liar=$!
	for i in $(seq 1200); do
		[ -s port ] && break
		sleep 0.05
	done
	run --separate-stderr varve clone --from "ipfs+http://127.0.0.1:$(cat port)" --from "ipfs+$url" "$PWD/bare" copy
	kill "$liar"
	[ "$status" -eq 0 ] || { echo "$stderr"; false; }
	stderr_has "for the block"
	same_bytes two.csv copy/prices.csv
	succeeds varve -C copy fsck --data
	stop_server
}

@test "a large push over https asks the credential helper once" {
	two_versions
	users
	certificate
	start_server --auth users --tls-cert server.pem --tls-key server.key src
	git config --global "http.$url.sslCAInfo" "$PWD/ca.pem"
	printf '#!/bin/sh\necho "$1" >> %s/asked\n[ "$1" != get ] || printf "username=ada\\npassword=correct horse\\n"\n' "$PWD" > helper
	chmod +x helper
	git config --global credential.helper "$PWD/helper"
	varve clone -q "$url/src" copy
	[ ! -e asked ]
	git -C src checkout -q --detach
	head -c 3000000 /dev/urandom > copy/noise.bin
	varve -C copy add --as file noise.bin
	varve -C copy commit -qm noise
	succeeds varve -C copy push origin main
	[ "$(cat asked)" = $'get\nstore' ]
	varve -C src cat main:noise.bin > back.bin
	same_bytes copy/noise.bin back.bin
	succeeds varve -C src fsck --data
	stop_server
}

@test "a password in an address is printed by no command" {
	two_versions
	users
	start_server --auth users src
	with="${url/:\/\//:\/\/ada:correct%20horse@}/src"
	varve clone "$with" copy > said 2>&1
	git -C src checkout -q --detach
	cd copy
	echo x > more.bin
	varve add -q --as file more.bin
	varve commit -qm more
	varve push origin main >> ../said 2>&1
	varve push "$with" main:other >> ../said 2>&1
	varve fetch "$with" >> ../said 2>&1 || true
	git config remote.origin.url "${with/ada/eve}"
	varve doctor >> ../said 2>&1 || true
	varve push origin main:third >> ../said 2>&1 || true
	varve fetch >> ../said 2>&1 || true
	varve fetch --from "$with" >> ../said 2>&1 || true
	cd ..
	grep -q "^To " said
	if grep -n "correct" said; then
		false
	fi
	stop_server
}

@test "64 clients at once are served with flat memory" {
	two_versions
	start_server src
	curl -s -o /dev/null "$url/raw/HEAD/prices.csv"
	before=$(sed -n 's/^VmRSS:[^0-9]*\([0-9]*\).*/\1/p' "/proc/$server/status")
	for round in 1 2 3; do
		pids=
		for i in $(seq 64); do
			curl -s --limit-rate 400k -o "part$i" "$url/raw/HEAD~$((i % 2))/prices.csv" &
			pids="$pids $!"
		done
		for pid in $pids; do
			wait "$pid"
		done
		for i in $(seq 64); do
			if [ $((i % 2)) = 0 ]; then
				cmp -s two.csv "part$i"
			else
				cmp -s one.csv "part$i"
			fi
		done
	done
	after=$(sed -n 's/^VmHWM:[^0-9]*\([0-9]*\).*/\1/p' "/proc/$server/status")
	echo "before $before kB, at most $after kB"
	# 64 connections with two threads, two rings and a table open each; sanitizers add theirs
	limit=100000
	! nm "$(command -v varve)" 2>/dev/null | grep -q __asan_init || limit=1500000
	[ $((after - before)) -lt "$limit" ]
	stop_server
}

@test "SIGTERM lets what is under way end and takes no more" {
	two_versions
	start_server src
	curl -s --limit-rate 200k -o back.csv "$url/raw/HEAD/prices.csv" &
	client=$!
	until [ -s back.csv ]; do
		kill -0 "$client"
		sleep 0.05
	done
	stop_server
	wait "$client"
	same_bytes two.csv back.csv
	[ "$(status "$url/")" = 000 ]
}

@test "lines for the user file are made from a secret or with a new one" {
	printf 'geheim\n' > in
	varve serve --hash-secret ada < in > line
	grep -qE '^ada:rw:scrypt\$14\$8\$1\$[0-9a-f]{32}\$[0-9a-f]{64}$' line
	if grep -q geheim line; then
		false
	fi
	succeeds varve serve --hash-secret bob:r < /dev/null
	output_has "bob:r:scrypt"
	stderr_has "it is not shown again): "
	ends_with 2 varve serve --hash-secret a:b:c < /dev/null
	ends_with 2 varve serve --hash-secret $'a\nb' < /dev/null
	stderr_has "a name of at most 64 bytes, without control characters"
	printf 'x\n' > users
	new_repo src
	ends_with 2 varve serve --http 127.0.0.1:0 --auth users src
	stderr_has "users, line 1"
	mkfifo fifo
	for file in fifo src; do
		ends_with 2 timeout 20 varve serve --http 127.0.0.1:0 --auth "$file" src
		stderr_has "'$file' is not a file"
	done
}

@test "what cannot be served is said" {
	new_repo src
	mkdir src/sub
	ends_with 2 varve serve --http 127.0.0.1:0 nowhere
	stderr_has nowhere
	ends_with 2 varve serve --http 127.0.0.1:0 src/sub
	stderr_has "is inside a repository"
	ends_with 2 varve serve --http nonsense src
	stderr_has "is not an address to listen on"
	ends_with 2 varve serve --http 127.0.0.1:0 --private src
	stderr_has "no user file"
}

@test "a server goes by the names that it was given and believes the proxies that it was told" {
	new_repo src
	git -C src commit -q --allow-empty -m one
	start_server --host data.example --host other.example --trust-proxy 127.0.0.0/8 src
	[ "$(status -H 'Host: data.example:8080' "$url/")" = 200 ]
	[ "$(status -H 'Host: Other.Example' "$url/")" = 200 ]
	[ "$(status "$url/")" = 200 ]
	[ "$(status -H 'Host: evil.example' "$url/")" = 421 ]
	[ "$(status -H 'X-Forwarded-For: 6.6.6.6, 192.0.2.7' "$url/")" = 200 ]
	stop_server
	log_has ' 192.0.2.7 - GET / 200'
	ends_with 2 varve serve --http 127.0.0.1:0 --trust-proxy nonsense src
	stderr_has "'nonsense' is not an address or a network"
	ends_with 2 varve serve --http 127.0.0.1:0 --host http://x src
	stderr_has "'http://x' is not the name of a host"
	start_server src
	[ "$(status -H 'X-Forwarded-For: 192.0.2.7' "$url/")" = 200 ]
	stop_server
	log_has ' 127.0.0.1 - GET / 200'
}

@test "one client has so many connections as it was given" {
	new_repo src
	git -C src commit -q --allow-empty -m one
	start_server --connections 8 --per-address 2 src
	port=${url##*:}
	exec 5<> "/dev/tcp/127.0.0.1/$port" 6<> "/dev/tcp/127.0.0.1/$port"
	printf 'GET / HT' >&5
	printf 'GET / HT' >&6
	# Several threads take connections, in any order.
	for ((i = 0; i < 200; i++)); do
		[ "$(status "$url/")" != 429 ] || break
		sleep 0.05
	done
	[ "$i" -lt 200 ]
	curl -s -D head -o /dev/null "$url/"
	grep -qi '^retry-after: ' head
	[ "$(status --interface 127.0.0.2 "$url/")" = 200 ]
	exec 5>&- 6>&-
	stop_server
	# Many at once of one client all get an answer.
	start_server --connections 64 --per-address 8 src
	succeeds python3 - "${url##*:}" <<-'END'
	import collections, socket, sys, threading
	seen = collections.Counter()
	def ask():
	    with socket.create_connection(("127.0.0.1", int(sys.argv[1]))) as s:
	        s.sendall(b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n")
	        try:
	            seen[s.recv(100)[9:12]] += 1
	        except OSError:
	            seen[b"broken"] += 1
	threads = [threading.Thread(target=ask) for _ in range(60)]
	for t in threads:
	    t.start()
	for t in threads:
	    t.join()
	print(dict(seen))
	assert set(seen) <= {b"200", b"429"} and seen[b"200"] >= 8, seen
	END
	stop_server
	# 200 readers of a gateway, with what holds by default, that ask at once or a moment after they connected
	start_server src
	for pause in 0 0.5; do
		succeeds python3 - "${url##*:}" "$pause" <<-'END'
		import collections, socket, sys, threading, time
		seen, gate = collections.Counter(), threading.Barrier(200)
		def ask():
		    gate.wait()
		    with socket.create_connection(("127.0.0.1", int(sys.argv[1]))) as s:
		        s.settimeout(60)
		        time.sleep(float(sys.argv[2]))
		        try:
		            s.sendall(b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n")
		        except OSError:
		            pass
		        try:
		            seen[s.recv(100)[9:12]] += 1
		        except OSError:
		            seen[b"broken"] += 1
		threads = [threading.Thread(target=ask) for _ in range(200)]
		for t in threads:
		    t.start()
		for t in threads:
		    t.join()
		print(dict(seen))
		assert set(seen) <= {b"200", b"429"} and seen[b"200"] >= 64, seen
		END
	done
	stop_server
	start_server --per-address 1 --trust-proxy 127.0.0.0/8 src
	[ "$(status "$url/")" = 200 ]
	[ "$(status -H 'X-Forwarded-For: 192.0.2.7' "$url/")" = 200 ]
	stop_server
}
