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
	cat > README.md <<- 'END'
		# Companies and countries

		Two public tables: [companies](constituents.csv) of the S&P 500, and [countries](country-codes.csv).

		| table | key |
		|---|---|
		| `constituents.csv` | Symbol |
		| `country-codes.csv` | ISO3166-1-Alpha-3 |

		![a picture elsewhere](https://example.org/picture.png) and [a page elsewhere](https://example.org/).
	END
	git add README.md
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
	varve serve -q --http 127.0.0.1:0 ${more:-} "$1" 2>> server.log 3>&- &
	server=$!
	for i in $(seq 600); do
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

# To make them anew: VARVE_TEST_DOCS=docs/use, as a whole path.
@test "the pictures of the pages' document can be made" {
	local folder=${VARVE_TEST_DOCS:-$PWD/pictures}
	real_tables
	serve tables
	mkdir -p "$folder"
	browse documents "$url" "$folder"
	for name in $(sed -n 's/^!\[.*(\(web-.*\.png\))/\1/p' "$here/../../docs/use/web.md") web-front.png; do
		[ -s "$folder/$name" ] || { echo "$name" >&2; return 1; }
	done
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

# 20 columns and 300, as wide tables are.
wide_tables() {
	new_repo wide
	cd wide || return 1
	for version in 1 2; do
		awk -v last=$version 'BEGIN { printf "id"; for (i = 1; i < 20; i++) printf ",column_%d", i; print ""
			for (r = 1; r <= 3000; r++) { printf "%d", r; for (i = 1; i < 20; i++) printf ",%d", r * i + (r % 7 == 0) * last; print "" } }' > runways.csv
		awk -v last=$version 'BEGIN { printf "id"; for (i = 1; i < 300; i++) printf ",column_%d", i; print ""
			for (r = 1; r <= 300; r++) { printf "%d", r; for (i = 1; i < 300; i++) printf ",word %d", r * i * last; print "" } }' > wide.csv
		varve add -q --key id runways.csv wide.csv
		varve commit -qm "version $version"
		tick
	done
	cd ..
}

@test "pages keep to their budgets: first row, nodes, Tab stops, bytes" {
	wide_tables
	serve wide
	browse budgets "$url"
}

@test "a merge's conflicts stand side by side, for the owner" {
	local first axe=
	new_repo merged
	cd merged
	rows 20 > prices.csv
	varve add -q --key id prices.csv
	varve commit -qm base
	git branch spring
	tick
	sed -i '4s/item.*/<script>window.harmed = 1<\/script>,1.00,2024-01-01/; 9d' prices.csv
	varve commit -qam ours
	git switch -q spring
	sed -i '4s/item.*/there,2.00,2024-01-02/; 9s/item/thing/' prices.csv
	varve commit -qam theirs
	git switch -q main
	run varve merge -q spring
	[ "$status" -eq 1 ]
	cd ..
	varve web --no-browser merged > server.log 2>&1 3>&- &
	server=$!
	for i in $(seq 600); do
		first=$(sed -n 's/^open \(http.*\)$/\1/p' server.log)
		[ -z "$first" ] || break
		sleep 0.1
	done
	command -v npm > /dev/null && install_axe && axe=$packages/node_modules/axe-core/axe.min.js
	browse conflicts "${first%%/\?*}" "$first" $axe
}

@test "the owner's pages look right, and axe finds nothing in them" {
	local first axe=
	mkdir here
	new_repo here/tables
	rows 20 > here/tables/prices.csv
	varve -C here/tables add -q --key id prices.csv
	varve -C here/tables commit -qm one
	git -C here/tables remote add origin "$PWD/nowhere"
	(cd here && exec varve web --no-browser > ../server.log 2>&1 3>&-) &
	server=$!
	for i in $(seq 600); do
		first=$(sed -n 's/^open \(http.*\)$/\1/p' server.log)
		[ -z "$first" ] || break
		sleep 0.1
	done
	command -v npm > /dev/null && install_axe && axe=$packages/node_modules/axe-core/axe.min.js
	browse desk "${first%%/\?*}" "$first" $axe
}

@test "hostile cells stay text" {
	hostile_tables
	serve hostile
	browse hostile "$url"
}

@test "a new visitor does each everyday task in three clicks, on a phone and by keyboard alone" {
	real_tables
	git -C tables tag v1 HEAD~6
	serve tables
	browse visitor "$url"
}

@test "an exported comparison works from a folder" {
	real_tables
	succeeds varve -C tables web --export "$PWD/out" HEAD~6..HEAD
	[ "$(du -sb out | cut -f 1)" -lt 20971520 ]
	succeeds /usr/bin/python3 "$here/folder_links.py" out
	cmp tables/constituents.csv out/raw/*/constituents.csv
	browse exported "file://$PWD/out/index.html"
}

@test "pages of a clone without older data say what is not here" {
	real_tables
	varve clone -q --lazy tables lazy
	serve lazy
	browse missing "$url" $(git -C tables log -3 --format=%H -- constituents.csv)
}

# Each version of both tables as a commit of the repository here, in the order of their times.
whole_histories() {
	local data=$1 name table id date
	for name in sp500-constituents:constituents.csv country-codes:country-codes.csv runways:runways.csv; do
		git clone -q "$data/${name%:*}.bundle" "${name#*:}.git"
		git -C "${name#*:}.git" log --format="%aI %H ${name#*:}"
	done | sort > order
	while read -r date id table; do
		git -C "$table.git" show "$id:$table" > "$table"
		varve add -q "$table" 2> /dev/null || continue # the very first one of constituents.csv is malformed
		GIT_AUTHOR_DATE=$date GIT_COMMITTER_DATE=$date varve commit -qm "$table of ${date%%T*}"
	done < order
	rm -rf order ./*.git
}

@test "whole histories of real tables are shown back to the first version" {
	local data=${VARVE_TEST_HISTORIES:-$here/../../../shared/data}
	# Without them, and where not everything is tested, the versions that tests/data has.
	if [ -n "${VARVE_TEST_ALL:-}" ] && [ -f "$data/sp500-constituents.bundle" ] && [ -f "$data/country-codes.bundle" ] &&
		[ -f "$data/runways.bundle" ]; then
		new_repo tables
		cd tables
		whole_histories "$data"
		cd ..
		serve tables
		VERSIONS_con=180 VERSIONS_cou=45 VERSIONS_run=48 browse histories "$url"
	else
		real_tables
		serve tables
		VERSIONS_con=5 VERSIONS_cou=5 browse histories "$url"
	fi
}

@test "a large table is opened, jumped into, filtered and compared, by 64 at once, in 128 MB" {
	local rows=222000
	[ -z "${VARVE_TEST_ALL:-}" ] || rows=2214000
	cc -O2 -o make_table "$here/../bench/make_table.c"
	new_repo big
	cd big
	../make_table --rows $rows > data.csv
	varve add -q data.csv
	varve commit -qm one
	tick
	../make_table --rows $rows --change 100 > data.csv
	varve commit -qam two
	rm data.csv
	cd ..
	more="--per-address 128" serve big
	browse large "$url" "$server" $rows
}

@test "the owner sees what is not committed" {
	new_repo owned
	cd owned
	rows 20 > prices.csv
	rows 5 > gone.csv
	varve add -q prices.csv gone.csv
	varve commit -qm one
	rows 22 > prices.csv
	rm gone.csv
	varve web --no-browser 2> ../web.log 3>&- &
	server=$!
	for i in $(seq 600); do
		secret=$(sed -n 's/^open //p' ../web.log)
		[ -z "$secret" ] || break
		sleep 0.1
	done
	curl -sSL -c jar -b jar -H 'Accept: text/html' -o first "$secret"
	to=$(grep -o 'href="[^"]*">Your files compared with' first | sed 's/href="\([^"]*\).*/\1/')
	curl -sSL -b jar -o all "${secret%%/\?*}$to"
	grep -q ">prices.csv</a>: changed" all
	grep -q ">gone.csv</a>: removed" all
	to=$(grep -o 'href="[^"]*">prices.csv</a>: changed' all | sed 's/href="\([^"]*\).*/\1/')
	curl -sSL -b jar -o one "${secret%%/\?*}$to"
	grep -q '2 rows added' one
}
