load ../helper
load server

# The gateway of IPFS as its clients meet it. The cases are those of ipfs/gateway-conformance that
# concern files; which are left out is said in docs/formats/http-api.md.

setup() {
	server_setup
}

teardown() {
	[ -z "${server:-}" ] || stop_server
}

# src: prices.csv published; $table and $file: its CIDs; one.csv: its bytes.
published() {
	new_repo src
	cd src
	rows 9000 > prices.csv
	cp prices.csv ../one.csv
	varve add -q prices.csv
	varve commit -qm one
	cd ..
	publish HEAD:prices.csv
}

publish() {
	varve -C src ipfs publish --json "$1" > said
	table=$(sed -n 's/.*"root": "\([a-z0-9]*\)".*/\1/p' said)
	file=$(sed -n 's/.*"unixfs": "\([a-z0-9]*\)".*/\1/p' said)
}

# The CIDs (hex) and lengths of the blocks of a CAR, one a line.
blocks_of() {
	python3 - "$1" <<-'END'
	import sys
	b = open(sys.argv[1], "rb").read()
	def varint(at):
	    n = shift = 0
	    while True:
	        n |= (b[at] & 127) << shift
	        shift += 7
	        at += 1
	        if b[at - 1] < 128:
	            return n, at
	n, at = varint(0)
	at += n
	while at < len(b):
	    n, at = varint(at)
	    print(b[at:at + 36].hex(), n - 36)
	    at += n
	END
}

# has_headers FILE PATTERN...
has_headers() {
	local file=$1 pattern
	shift
	for pattern; do
		grep -qi "$pattern" "$file" || { echo "no $pattern in:" >&2; cat "$file" >&2; return 1; }
	done
}

@test "a published version is a plain file to curl" {
	published
	start_server src
	size=$(stat -c %s one.csv)
	curl -s -D head -o back.csv "$url/ipfs/$file"
	same_bytes one.csv back.csv
	has_headers head '^HTTP/1.1 200' '^content-type: text/csv' "^etag: \"$file\"" '^accept-ranges: bytes' \
		'^cache-control: public, max-age=29030400, immutable' "^x-ipfs-path: /ipfs/$file" "^x-ipfs-roots: $file" \
		'^content-disposition: inline; filename="prices.csv"' '^content-security-policy: sandbox' \
		"^content-length: $size" '^access-control-allow-origin: \*'
	for range in 0-0 6-16 100-70000 33000- -3; do
		curl -s -r "$range" -o part "$url/ipfs/$file"
		python3 - "$range" <<-'END'
		import sys
		from_, _, to = sys.argv[1].partition("-")
		b = open("one.csv", "rb").read()
		want = b[-int(to):] if not from_ else b[int(from_):int(to) + 1 if to else None]
		assert open("part", "rb").read() == want
		END
	done
	[ "$(status -r 6-16 "$url/ipfs/$file")" = 206 ]
	curl -s -D head -o part -H 'Range: bytes=6-16,0-4' "$url/ipfs/$file" # the first one
	has_headers head '^HTTP/1.1 206' "^content-range: bytes 6-16/$size"
	[ "$(status -r "$size-" "$url/ipfs/$file")" = 416 ]
	curl -s -I "$url/ipfs/$file" > head
	has_headers head '^HTTP/1.1 200' "^content-length: $size"
	stop_server
}

@test "files are named, tagged and cached as the specification says" {
	published
	start_server src
	for tag in "\"$file\"" "W/\"$file\"" "\"a\", \"b\", \"$file\"" '*'; do
		[ "$(status -H "If-None-Match: $tag" "$url/ipfs/$file")" = 304 ]
	done
	[ "$(status -H 'If-None-Match: "x"' "$url/ipfs/$file")" = 200 ]
	curl -s -I "$url/ipfs/$file?download=true&filename=a%20b%22%C3%A9.txt" > head
	has_headers head "^content-disposition: attachment; filename=\"a b___.txt\"; filename\*=UTF-8''a%20b%22%C3%A9.txt" \
		'^content-type: text/plain'
	longest=$(printf '%200s' | tr ' ' x)
	curl -s -I "$url/ipfs/$file?download=true&filename=$longest" > head
	has_headers head "^content-disposition: attachment; filename=\"$longest\""
	curl -s -I "$url/ipfs/$file?download=true&filename=${longest}x" > head
	! grep -q xx head || false
	curl -s -I "$url/ipfs/$file?format=raw&filename=foobar.bin" > head
	has_headers head '^content-disposition: attachment; filename="foobar.bin"' '^content-type: application/vnd.ipld.raw' \
		"^etag: \"$file.raw\"" "^content-length: [0-9]"
	curl -s -I "$url/ipfs/$file?format=car" > head
	has_headers head "^content-disposition: attachment; filename=\"$file.car\"" "^etag: W/\"$file.car.all\""
	# a tag of its own for each thing that can be asked
	for query in '' '&dag-scope=block' '&dag-scope=entity' '&entity-bytes=0:9' '&entity-bytes=0:-9' '&entity-bytes=-9:*' \
		'&entity-bytes=0:*'; do
		curl -s -I "$url/ipfs/$file?format=car$query" | tr -d '\r' | sed -n 's/^[Ee]tag: //p'
	done > tags
	[ "$(sort -u tags | wc -l)" = 7 ]
	[ "$(status -H 'Service-Worker: script' "$url/ipfs/$file")" = 400 ]
	[ "$(status "$url/ipfs/$file/below")" = 404 ]
	[ "$(status "$url/ipfs/$file/")" = 200 ]
	[ "$(status -H 'Cache-Control: only-if-cached' "$url/ipfs/$file")" = 200 ]
	none=QmYzfKSE55XCjD1MW128RfciAf2DViABhEiXfgVFMabSjN
	[ "$(status -H 'Cache-Control: only-if-cached' "$url/ipfs/$none")" = 412 ]
	[ "$(status -I -H 'Cache-Control: only-if-cached' "$url/ipfs/$none")" = 412 ]
	[ "$(status "$url/ipfs/$none")" = 404 ]
	stop_server
}

@test "pages of other sites may read, and are told so" {
	published
	start_server src
	for method in GET OPTIONS; do
		curl -s -X $method -D head -o body -H 'Origin: http://page.example' "$url/ipfs/bafkqabtimvwgy3yk/"
		has_headers head '^access-control-allow-origin: \*' \
			'^access-control-allow-methods: GET, HEAD, OPTIONS' \
			'^access-control-allow-headers: .*Content-Type.*Range.*User-Agent.*X-Requested-With' \
			'^access-control-expose-headers: .*Content-Length.*Content-Range.*X-Chunked-Output.*X-Ipfs-Path.*X-Ipfs-Roots.*X-Stream-Output'
	done
	[ "$(status -X OPTIONS "$url/ipfs/$file")" = 204 ]
	[ "$(curl -s "$url/ipfs/bafkqabtimvwgy3yk")" = hello ]
	# versions by name are not for pages of other sites: names can be guessed
	curl -s -X OPTIONS -D head -o body "$url/raw/HEAD/prices.csv"
	has_headers head '^HTTP/1.1 204' '^allow: GET, HEAD, OPTIONS'
	! grep -qi access-control head || false
	curl -s -X PUT -D head -o body "$url/ipfs/$file"
	has_headers head '^HTTP/1.1 405' '^allow: GET, HEAD, OPTIONS'
	curl -s -X PUT -D head -o body "$url/varve"
	has_headers head '^HTTP/1.1 405' '^allow: POST, OPTIONS'
	stop_server
}

@test "a CAR has the blocks of its scope and part, no more" {
	published
	start_server src
	hex=$(python3 -c 'import base64,sys; t=sys.argv[1][1:].upper(); print(base64.b32decode(t+"="*(-len(t)%8)).hex())' "$file")
	curl -s -o all.car "$url/ipfs/$file?format=car"
	blocks_of all.car > all
	[ "$(head -1 all | cut -d' ' -f1)" = "$hex" ]
	[ "$(awk 'NR > 1 { n += $2 } END { print n }' all)" = "$(stat -c %s one.csv)" ]
	varve -C src ipfs car export -q --unixfs HEAD:prices.csv ../same.car
	same_bytes same.car all.car
	curl -s -o entity.car "$url/ipfs/$file?format=car&dag-scope=entity"
	same_bytes all.car entity.car
	curl -s -o block.car "$url/ipfs/$file?format=car&dag-scope=block"
	[ "$(blocks_of block.car | wc -l)" = 1 ]
	curl -s -o part.car "$url/ipfs/$file?format=car&entity-bytes=0:0"
	[ "$(blocks_of part.car)" = "$(sed -n 1,2p all)" ]
	curl -s -o part.car "$url/ipfs/$file?format=car&entity-bytes=-1:*"
	[ "$(blocks_of part.car)" = "$(sed -n '1p;$p' all)" ]
	curl -s -o part.car "$url/ipfs/$file?format=car&entity-bytes=99999999:*"
	[ "$(blocks_of part.car)" = "$(sed -n 1p all)" ]
	# each leaf by itself, in whatever spelling of the root
	python3 -c 'import base64,sys; print("b" + base64.b32encode(bytes.fromhex(sys.argv[1])).decode().rstrip("=").lower())' \
		"$(sed -n '2s/ .*//p' all)" > leaf
	curl -s -o leaf.bin "$url/ipfs/$(cat leaf)?format=raw"
	[ "$(stat -c %s leaf.bin)" = "$(sed -n '2s/.* //p' all)" ]
	same_bytes leaf.bin <(head -c "$(stat -c %s leaf.bin)" one.csv)
	curl -s -o back.csv "$url/ipfs/f$hex"
	same_bytes one.csv back.csv
	stop_server
}

@test "paths lead through nodes of a table" {
	published
	start_server src
	curl -s -o root.car "$url/ipfs/$table?format=car&dag-scope=block"
	# the first item of the list of row groups is an array that begins with the group's link
	curl -s -D head -o path.car "$url/ipfs/$table/data/items/0/0?format=car"
	has_headers head '^HTTP/1.1 200' "^x-ipfs-path: /ipfs/$table/data/items/0/0" "^x-ipfs-roots: $table,bafkrei"
	[ "$(blocks_of path.car | wc -l)" = 2 ]
	[ "$(blocks_of path.car | head -1)" = "$(blocks_of root.car)" ]
	curl -s -o group.raw "$url/ipfs/$table/data/items/0/0?format=raw"
	[ "$(blocks_of path.car | sed -n '2s/.* //p')" = "$(stat -c %s group.raw)" ]
	[ "$(status "$url/ipfs/$table/data/items/nothing?format=car")" = 404 ]
	[ "$(status "$url/ipfs/$table/nothing?format=car")" = 404 ]
	[ "$(status "$url/ipfs/$table/kind?format=raw")" = 400 ]
	[ "$(status "$url/ipfs/$table/kind?format=car")" = 200 ]
	[ "$(status "$url/ipfs/$table/data/items/0/0/below?format=car")" = 404 ]
	[ "$(status "$url/ipfs/$table$(printf '/a%.0s' $(seq 100))?format=car")" = 400 ]
	[ "$(status "$url/ipfs/$table/%zz?format=car")" = 400 ]
	stop_server
}

@test "only what was published is a file, as long as it is" {
	published
	cd src
	rows 9000 5 > prices.csv
	varve add -q prices.csv
	varve commit -qm two
	tick
	cd ..
	varve -C src ipfs car export -q --unixfs HEAD:prices.csv ../two.car # tells nobody
	first=$file
	start_server src
	two=$(blocks_of two.car | head -1 | cut -d' ' -f1)
	[ "$(status "$url/ipfs/f$two")" = 404 ]
	[ "$(status "$url/ipfs/$first")" = 200 ]
	# while the server runs
	publish HEAD:prices.csv
	curl -s -o back.csv "$url/ipfs/$file"
	same_bytes src/prices.csv back.csv
	[ "$(status "$url/ipfs/f$two")" = 200 ]
	# no branch reaches it: what was published stays
	git -C src reset -q --hard HEAD~1
	[ "$(status "$url/ipfs/$file")" = 200 ]
	[ "$(status "$url/ipfs/$table?format=raw")" = 200 ]
	[ "$(status "$url/raw/HEAD~0/prices.csv")" = 200 ]
	varve -C src ipfs publish -q --withdraw "$file"
	[ "$(status "$url/ipfs/$file")" = 404 ]
	[ "$(status "$url/ipfs/$table?format=raw")" = 404 ]
	[ "$(status "$url/ipfs/$first")" = 200 ]
	stop_server
}

@test "lists of leaves that are gone or damaged are made again" {
	published
	start_server src
	list=src/.git/varve/cache/unixfs/$table
	[ "$(status "$url/ipfs/$file")" = 200 ]
	stop_server
	cp "$list" good
	rm -r src/.git/varve/cache/unixfs
	start_server src
	curl -s -o back.csv "$url/ipfs/$file"
	same_bytes one.csv back.csv
	same_bytes good "$list"
	stop_server
	printf x | dd of="$list" bs=1 seek=200 conv=notrunc 2> /dev/null
	start_server src
	curl -s -o x.car "$url/ipfs/$file?format=car"
	stop_server
	varve -C src ipfs car export -q --unixfs HEAD:prices.csv ../same.car
	same_bytes same.car x.car
}

@test "a server for some shows nothing to pages of others" {
	published
	varve serve --hash-secret reader:r <<< secret > users
	chmod 600 users
	start_server --auth users --private src
	[ "$(status "$url/ipfs/$file")" = 401 ]
	curl -s -D head -o back.csv -u reader:secret "$url/ipfs/$file"
	same_bytes one.csv back.csv
	has_headers head '^cache-control: private, '
	! grep -qi access-control head || false
	stop_server
}

@test "a row larger than a block is cut into leaves, within the memory of a request" {
	new_repo src
	cd src
	python3 -c "print('id,text'); [print(f'{i},x{i * 7}' + 'y' * 9) if i != 150 else print('150,\"' + 'y' * 1250000 + '\"\"' + 'y' * 1250000 + '\"') for i in range(300)]" > prices.csv
	varve add -q prices.csv
	varve commit -qm wide
	cd ..
	publish HEAD:prices.csv
	start_server src
	curl -s -o back.csv "$url/ipfs/$file"
	same_bytes src/prices.csv back.csv
	curl -s -o x.car "$url/ipfs/$file?format=car"
	[ "$(blocks_of x.car | awk 'NR > 1 { n += $2; if ($2 > 1048576) bad = 1 } END { print n, bad + 0 }')" = "$(stat -c %s src/prices.csv) 0" ]
	[ "$(blocks_of x.car | grep -c ' 1048576$')" = 2 ]
	stop_server
	# a row is made as a whole
	start_server --request-memory 4m src
	[ "$(status "$url/ipfs/$file")" = 413 ]
	[ "$(status "$url/ipfs/$file?format=car")" = 413 ]
	[ "$(status -r 0-3 "$url/ipfs/$file")" = 206 ]
	[ "$(status "$url/ipfs/$file?format=raw")" = 200 ]
	stop_server
}
