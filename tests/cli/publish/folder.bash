# A published folder and a web server of files for it, for tests that load ../helper.

# serve_files FOLDER [STOP]: python's own server at $port; its log is $server_log. It never answers what matches STOP, a
# regular expression for "PATH RANGE"; with it, it answers ranges. After stop_server it has the same port. Where LOGIN is
# set (user:secret) it wants that.
serve_files() {
	server_log=$BATS_TEST_TMPDIR/http.log
	: > "$BATS_TEST_TMPDIR/port"
	python3 -u - "${port:-0}" "$@" > "$BATS_TEST_TMPDIR/port" 2> "$server_log" 3>&- <<-'END' &
	import base64, http.server, os, re, sys, time
	login = os.environ.get("LOGIN")
	class Handler(http.server.SimpleHTTPRequestHandler):
	    protocol_version = 'HTTP/1.1'
	    def __init__(self, *args):
	        super().__init__(*args, directory=sys.argv[2])
	    def parse_request(self):
	        is_right = super().parse_request()
	        basic = 'Basic ' + base64.b64encode((login or '').encode()).decode()
	        if is_right and login and self.headers.get('Authorization') != basic:
	            self.send_response(401)
	            self.send_header('WWW-Authenticate', 'Basic realm="here"')
	            self.send_header('Content-Length', '0')
	            self.end_headers()
	            self.close_connection = True
	            return False
	        return is_right
	    def do_GET(self):
	        part = re.match(r'bytes=(\d+)-(\d+)$', self.headers.get('Range', ''))
	        path = self.translate_path(self.path)
	        if len(sys.argv) < 4 or not part or not os.path.isfile(path):
	            return super().do_GET()
	        while re.search(sys.argv[3], self.path + ' ' + part[0]):
	            time.sleep(1)
	        with open(path, 'rb') as f:
	            f.seek(int(part[1]))
	            bytes = f.read(int(part[2]) + 1 - int(part[1]))
	        self.log_message('%s %s', self.path, part[0])
	        self.send_response(206)
	        self.send_header('Content-Length', str(len(bytes)))
	        self.end_headers()
	        self.wfile.write(bytes)
	s = http.server.ThreadingHTTPServer(('127.0.0.1', int(sys.argv[1])), Handler)
	print(s.server_address[1], flush=True)
	s.serve_forever()
	END
	server_pid=$!
	until [ -s "$BATS_TEST_TMPDIR/port" ]; do sleep 0.05; done
	port=$(cat "$BATS_TEST_TMPDIR/port")
	site=http://127.0.0.1:$port
}

# serve_nginx FOLDER: the same by nginx, which answers ranges.
serve_nginx() {
	local program
	program=$(PATH=$PATH:/usr/sbin command -v nginx) || skip "nginx is not installed"
	port=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
	site=http://127.0.0.1:$port
	server_log=$BATS_TEST_TMPDIR/http.log
	mkdir -p "$BATS_TEST_TMPDIR/nginx"
	cat > "$BATS_TEST_TMPDIR/nginx.conf" <<-END
	daemon off; master_process off; pid $BATS_TEST_TMPDIR/nginx/pid; error_log stderr;
	events {}
	http {
		access_log $server_log;
		client_body_temp_path $BATS_TEST_TMPDIR/nginx; proxy_temp_path $BATS_TEST_TMPDIR/nginx;
		fastcgi_temp_path $BATS_TEST_TMPDIR/nginx; uwsgi_temp_path $BATS_TEST_TMPDIR/nginx;
		scgi_temp_path $BATS_TEST_TMPDIR/nginx;
		server { listen 127.0.0.1:$port; root $1; }
	}
	END
	"$program" -c "$BATS_TEST_TMPDIR/nginx.conf" -p "$BATS_TEST_TMPDIR/nginx" 2> /dev/null 3>&- &
	server_pid=$!
	for _ in $(seq 100); do
		if curl -s -o /dev/null "$site/"; then return; fi
		sleep 0.05
	done
	return 1
}

stop_server() {
	if [ -n "${server_pid-}" ]; then
		kill "$server_pid"
		wait "$server_pid" 2> /dev/null || true
	fi
	if [ -n "${proxy_pid-}" ]; then
		kill "$proxy_pid"
		wait "$proxy_pid" 2> /dev/null || true
	fi
	server_pid=
	proxy_pid=
}

# From now on $site is reached through a proxy that counts rounds (rounds.py), for commands that run with VARVE_TEST_ROUNDS=1 as
# the server does: export it before both.
count_rounds() {
	python3 -u "$BATS_TEST_DIRNAME/rounds.py" "$port" > "$BATS_TEST_TMPDIR/rounds" 3>&- &
	proxy_pid=$!
	until [ -s "$BATS_TEST_TMPDIR/rounds" ]; do sleep 0.05; done
	site=http://127.0.0.1:$(head -1 "$BATS_TEST_TMPDIR/rounds")
}

requests() {
	grep -c '"[A-Z]* /' "$server_log"
}

# A repository `a` with a table of $1 rows (3000) and one commit.
a_table() {
	new_repo a
	cd a
	rows "${1-3000}" > prices.csv
	varve add -q prices.csv
	varve commit -qm one
}

# another NUMBER: one more version.
another() {
	sed -i "$(($1 * 61 % 2900 + 2))s/item/item$1/; $(($1 * 911 % 2900 + 2))s/item/more$1/" prices.csv
	tick 86400
	varve commit -qam "$1"
}

# Everything in the folder is a day older than it was.
a_day_passes() {
	python3 - "$1" <<-'END'
	import os, re, sys
	for top, _, names in os.walk(sys.argv[1]):
	    for name in names:
	        path = os.path.join(top, name)
	        st = os.stat(path)
	        os.utime(path, (st.st_atime - 86400, st.st_mtime - 86400))
	path = os.path.join(sys.argv[1], "folder")
	with open(path) as f:
	    text = f.read()
	text = re.sub(r"(?m)^gone (\d+) ", lambda m: "gone %d " % max(0, int(m[1]) - 86400), text)
	with open(path, "w") as f:
	    f.write(text)
	END
}

# Every version in the clone is what it is in `a`.
same_versions() {
	local rev
	for rev in $(git -C "$1" rev-list "${2-HEAD}"); do
		varve -C "$1" cat "$rev:prices.csv" > "$HOME/one"
		varve -C "$3" --offline cat "$rev:prices.csv" | cmp - "$HOME/one"
	done
}

# key_of NAME: NAME has a machine of its own, with a key; $key_NAME is the key as heads have it.
key_of() {
	mkdir -p "$HOME/$1"
	XDG_CONFIG_HOME=$HOME/$1 varve key new > /dev/null
	printf -v "key_$1" %s "$(XDG_CONFIG_HOME=$HOME/$1 varve key show | sed 's/^did:key://')"
}

# as NAME COMMAND...: with the key of NAME.
as() {
	local who=$1
	shift
	XDG_CONFIG_HOME=$HOME/$who "$@"
}

# A table, signed by ada and published to `public`, which is served.
signed() {
	a_table
	key_of ada
	as ada varve sign -q --name prices
	as ada varve publish -q --no-pages -o ../public
	serve_files "$BATS_TEST_TMPDIR/work/public"
}
