# Files of a web server, which are put into its folder.
load ../cli/vault/stores

kind_start() {
	mkdir www
	start_printing web.port python3 -u -c '
import http.server, os, re, sys
class Ranges(http.server.SimpleHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    def log_message(self, *_): pass
    def do_GET(self):
        path = self.translate_path(self.path)
        if not os.path.isfile(path): return self.send_error(404)
        whole = open(path, "rb").read()
        m = re.fullmatch(r"bytes=(\d+)-(\d+)", self.headers.get("Range", ""))
        if m and int(m[1]) >= len(whole): return self.send_error(416)
        part = whole[int(m[1]):int(m[2]) + 1] if m else whole
        self.send_response(206 if m else 200)
        self.send_header("Content-Length", str(len(part)))
        self.end_headers()
        self.wfile.write(part)
server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), lambda *a: Ranges(*a, directory=sys.argv[1]))
print(server.server_address[1])
server.serve_forever()' "$PWD/www"
	as=store
	kind_proxied "$port"
	in_folder make
}

kind_proxied() {
	url=http://127.0.0.1:$1/place
}

kind_stop() {
	stop_program
}

kind_file() {
	echo "$PWD/www/place/$vault/shards/$1"
}

in_folder() {
	"$VARVE_BIN/../tests/net/place" store "$PWD/www/place" "$@"
}

put() {
	local cid words=()
	[ -n "$store_pid" ] || { at list x; return; }
	for cid; do
		words+=("$vault/shards/$cid" "$objects/$cid")
	done
	fails 11 at put "${words[@]:0:2}"
	grep -q "is read-only" err
	in_folder put "${words[@]}"
}

list() {
	[ -n "$store_pid" ] || { at list x; return; }
	fails 12 at list "$vault/shards"
	in_folder list "$vault/shards"
}

remove() {
	fails 11 at remove "$vault/shards/$1"
	in_folder remove "$vault/shards/$1"
}
