load ../cli/helper

# The pages in Debian's Chromium, driven by python3-selenium (web.py). axe-core, which looks for what
# keeps people out, is pinned in package-lock.json and installed once into $VARVE_TEST_WEB; without it
# only that look is left out, and a test says so.

here=$BATS_TEST_DIRNAME

setup() {
	[ -x /usr/bin/chromedriver ] && [ -x /usr/bin/chromium ] || skip "chromium-driver is not installed"
	/usr/bin/python3 -c 'import selenium' 2> /dev/null || skip "python3-selenium is not installed"
	varve_setup
	unset http_proxy HTTP_PROXY https_proxy HTTPS_PROXY
}

teardown() {
	[ -z "${server:-}" ] || kill "$server"
}

install_axe() {
	packages=${VARVE_TEST_WEB:-$HOME/.cache/varve-web}
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
	) 9> "$packages/lock"
}

# Real versions of two tables, a commit each.
real_tables() {
	local data=$here/../data date table message
	new_repo tables
	cd tables || return 1
	while IFS=$'\t' read -r date table message; do
		[ -f "$data/$table/${date%%T*}.csv" ] || continue
		cp "$data/$table/${date%%T*}.csv" "$table.csv"
		varve add -q "$table.csv"
		GIT_AUTHOR_DATE=$date GIT_COMMITTER_DATE=$date varve commit -qm "$message"
	done < "$data/versions.tsv"
	cd ..
}

# Cells that would do harm if they became markup, or that are hard to show.
hostile_tables() {
	new_repo hostile
	cd hostile || return 1
	/usr/bin/python3 "$here/hostile.py" 1
	varve add -q .
	varve commit -qm '<script>alert("subject")</script> & "quotes"'
	tick
	/usr/bin/python3 "$here/hostile.py" 2
	varve add -q .
	varve commit -qm "$(printf 'turned \342\200\256 round')"
	cd ..
}

serve() {
	: > server.log
	varve serve -q --http 127.0.0.1:0 "$1" 2>> server.log 3>&- &
	server=$!
	for i in $(seq 100); do
		url=$(sed -n 's/.* at \(http.*\)$/\1/p' server.log)
		[ -z "$url" ] || return 0
		sleep 0.1
	done
	cat server.log
	return 1
}

browse() {
	succeeds /usr/bin/python3 "$here/web.py" "$@"
}

@test "every page looks right in light and dark and at two widths" {
	real_tables
	serve tables
	browse looks "$url"
}

@test "axe finds nothing" {
	command -v npm > /dev/null || skip "npm is not installed"
	install_axe || skip "axe-core cannot be had"
	real_tables
	serve tables
	browse axe "$url" "$packages/node_modules/axe-core/axe.min.js"
}

@test "everything works without JavaScript" {
	real_tables
	serve tables
	browse plain "$url"
}

@test "everything works with the keyboard alone" {
	real_tables
	serve tables
	browse keys "$url"
}

@test "hostile cells stay text" {
	hostile_tables
	serve hostile
	browse hostile "$url"
}

@test "a stranger finds out what changed by clicking" {
	real_tables
	serve tables
	browse stranger "$url"
}
