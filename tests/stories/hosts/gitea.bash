# Gitea, a real forge, built from its Go module: on 127.0.0.1, with SQLite, for the users ada and bob (password "secret12").
# Load it behind helper.bash and interop/packages.bash.

free_port() {
	python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'
}

write_gitea_ini() {
	cat > "$forge/app.ini" <<-END
	APP_NAME = forge
	RUN_USER = $gitea_user
	RUN_MODE = prod
	WORK_PATH = $forge
	[server]
	PROTOCOL = http
	HTTP_ADDR = 127.0.0.1
	HTTP_PORT = $http_port
	ROOT_URL = http://127.0.0.1:$http_port/
	STATIC_ROOT_PATH = $forge/static
	START_SSH_SERVER = true
	SSH_DOMAIN = 127.0.0.1
	SSH_LISTEN_HOST = 127.0.0.1
	SSH_LISTEN_PORT = $ssh_port
	SSH_PORT = $ssh_port
	OFFLINE_MODE = true
	[database]
	DB_TYPE = sqlite3
	PATH = $forge/gitea.db
	[repository]
	ROOT = $forge/repos
	DEFAULT_BRANCH = main
	[security]
	INSTALL_LOCK = true
	SECRET_KEY = secret
	PASSWORD_HASH_ALGO = pbkdf2_v1
	[log]
	MODE = file
	LEVEL = Warn
	ROOT_PATH = $forge/log
	[service]
	DISABLE_REGISTRATION = true
	[migrations]
	ALLOW_LOCALNETWORKS = true
	[mirror]
	MIN_INTERVAL = 1m
	END
}

# Nothing of our environment: settings of git that a test has are not the forge's.
run_gitea() {
	local who=() how=
	[ "$gitea_user" != nobody ] || who=(setpriv --reuid=nobody --regid=nogroup --clear-groups)
	[ "$1" != web ] || how=exec # behind &, so that its process is the one that is stopped
	$how env -C "$forge" -i "PATH=$PATH" "HOME=$forge/home" "USER=$gitea_user" "${who[@]}" ./gitea --config "$forge/app.ini" "$@"
}

# start_gitea: $forge, its folder; $site, its address; $pages, without "http://".
start_gitea() {
	unset http_proxy https_proxy HTTP_PROXY HTTPS_PROXY all_proxy ALL_PROXY
	export no_proxy=127.0.0.1 GIT_TERMINAL_PROMPT=0
	# It does not run as root, and our folders ($TMPDIR too) are not for everybody.
	gitea_user=$(id -un)
	[ "$(id -u)" -ne 0 ] || gitea_user=nobody
	forge=$(mktemp -d /tmp/varve-gitea-XXXXXX)
	http_port=$(free_port)
	ssh_port=$(free_port)
	mkdir "$forge/home"
	cp -r "$packages/bin/gitea" "$packages/static" "$forge"
	write_gitea_ini
	[ "$gitea_user" != nobody ] || chown -R nobody "$forge"
	run_gitea migrate > "$forge.log" 2>&1
	run_gitea admin user create --username ada --password secret12 --email ada@example.com --admin \
		--must-change-password=false > /dev/null
	run_gitea admin user create --username bob --password secret12 --email bob@example.com \
		--must-change-password=false > /dev/null
	run_gitea web > "$forge.log" 2>&1 3>&- &
	gitea=$!
	pages=127.0.0.1:$http_port
	site=http://$pages
	for _ in $(seq 1200); do
		! curl -sf "$site/api/v1/version" > /dev/null || return 0
		kill -0 $gitea
		sleep 0.1
	done
	return 1
}

stop_gitea() {
	[ -z "${gitea-}" ] || kill "$gitea"
	[ -z "${gitea-}" ] || wait "$gitea" || true
	[ -z "${forge-}" ] || rm -rf "$forge" "$forge.log"
}

# api USER METHOD PATH [JSON]
api() {
	curl -sS --fail-with-body -u "$1:secret12" -X "$2" -H 'Content-Type: application/json' ${4+-d "$4"} "$site/api/v1/$3"
}

# api_gives PATH EXPRESSION: of what ada gets there, as d.
api_gives() {
	api ada GET "$1" | python3 -c "import json, sys; d = json.load(sys.stdin); print($2)"
}

# until_given PATH EXPRESSION VALUE: it answers a push before its pages know of it.
until_given() {
	until_true gives "$@"
}

gives() {
	[ "$(api_gives "$1" "$2")" = "$3" ]
}

# until_true COMMAND...: what the forge does by and by.
until_true() {
	for _ in $(seq 100); do
		! "$@" > /dev/null 2>&1 || return 0
		sleep 0.1
	done
	"$@"
}

as() {
	echo "http://$1:secret12@$pages/$2"
}
