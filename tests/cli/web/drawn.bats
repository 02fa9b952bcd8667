load ../helper
load ../serve/server

# What pages draw and mark, by their markup.

setup() {
	server_setup
}

teardown() {
	[ -z "${server:-}" ] || stop_server
}

# markup PATH: the page's, with a line for each element.
markup() {
	curl -sL --globoff -H 'Accept: text/html' "$url/$1" | sed 's/</\n</g'
}

@test "the page of several repositories has its style" {
	local name
	for name in 'one repo' two; do
		new_repo "$name"
		rows 5 > "$name/t.csv"
		varve -C "$name" add -q t.csv
		varve -C "$name" commit -qm one
	done
	start_server 'one repo' two
	markup '' | grep -o '\(href\|src\)="[^"]*\(css\|js\|svg\)"' | cut -d'"' -f2 > files
	[ "$(wc -l < files)" -eq 3 ]
	while read -r name; do
		[ "$(status "$url$name")" = 200 ]
	done < files
}

@test "the page of several repositories says what each is" {
	local name
	for name in full empty; do
		new_repo "$name"
	done
	rows 5 > full/t.csv
	echo '{"description": "Prices of a day", "resources": [{"name": "t", "path": "t.csv"}]}' > full/datapackage.json
	varve -C full add -q t.csv datapackage.json
	varve -C full commit -qm one
	start_server full empty
	# a verdict that takes longer than some milliseconds is on the next page
	for _ in {1..40}; do
		markup '' | sed -n '/<ul/,/<\/ul/s/<[^>]*>//gp' | tr -s '\n' > said
		! grep -qx valid said || break
		sleep 0.25
	done
	grep -qx 'Prices of a day' said
	grep -q '^1 table, 5 rows · changed .* · Check: $' said
	grep -qx 'valid' said
	grep -qx 'No version to show yet' said
	mv full/.git full/git
	markup '' | sed -n '/<ul/,/<\/ul/s/<[^>]*>//gp' | tr -s '\n' > said
	grep -qx full said
	grep -qx 'No version to show yet' said
}

@test "commits alike are one line of the overview, with their sums" {
	local i
	new_repo src
	rows 50 > src/t.csv
	varve -C src add -q t.csv
	varve -C src commit -qm first
	for i in 1 2 3; do
		tick
		sed -i "/^${i}0,/s/item/thing/; /^${i}2,/d" src/t.csv
		varve -C src commit -qam "Update $i"
	done
	start_server src
	markup src/ | sed -n '/<dl class="days"/,/<\/dl/s/<[^>]*>//gp' > said
	grep -qx '3 similar commits: Update 3' said
	! grep -qx 'Update 1' said || false
	tr -d '\n' < said | grep -q 't.csv: +0 −3 ~3 rows in all'
	grep -qx first said
}

@test "more than ten commits alike are one line of a history, which opens to all of them" {
	local i
	new_repo src
	rows 50 > src/t.csv
	varve -C src add -q t.csv
	varve -C src commit -qm first
	for i in $(seq 22); do
		tick 86400
		rows $((i + 50)) > src/t.csv
		varve -C src commit -qam "$([ "$i" = 12 ] && echo Mend || echo "Night $i")"
	done
	start_server src
	markup history/t.csv > page
	[ "$(grep -c '<div class="when"' page)" = 23 ]
	[ "$(grep -c '<li class="fold"' page)" = 1 ] # ten are not many
	sed -n '/<li class="fold"/,/<\/summary/s/<[^>]*>//gp' page | tr -d '\n' > said
	grep -q '^11 similar versions, [0-9A-Z][A-Za-z0-9 ]* to [0-9A-Z][A-Za-z0-9 ]*: Night 11 t.csv: +11 −0 ~0 rows in all$' said
	[ "$(sed -n '/<li class="fold"/,/<\/details/p' page | grep -c '<div class="when"')" = 11 ]
	[ "$(markup commits | grep -c '<li class="fold"')" = 1 ]
}

@test "the scale of a histogram goes to the end of its last bar" {
	new_repo src
	python3 -c 'print("id,v"); [print(f"{i},{i % 100}") for i in range(1000)]' > src/t.csv
	varve -C src add -q t.csv
	varve -C src commit -qm one
	start_server src
	curl -s "$url/api/v0/values/HEAD/t.csv?name=v" > values.json
	end=$(jq '.bars[-1].to' values.json)
	markup 'column/HEAD/t.csv?name=v' | sed -n '/<svg class="plot"/,/<\/svg/p' | sed -n '/<text/s/.*>//p' > texts
	grep -qx "$end" texts
}

@test "a value far from all others does not flatten a histogram, which says what it leaves out" {
	new_repo src
	python3 -c 'print("id,v,day"); [print(f"{i},{9000000 if i == 13 else i % 100},{1900 if i == 13 else 2026}-01-{i % 28 + 1:02}") for i in range(1000)]' > src/t.csv
	varve -C src add -q t.csv
	varve -C src commit -qm one
	start_server src
	curl -s "$url/api/v0/values/HEAD/t.csv?name=v" > values.json
	[ "$(jq -c '[.outside, (.bars | length), .bars[0].from, .bars[-1].to, ([.bars[].rows] | unique)]' values.json)" = '[1,20,0,100,[49,50]]' ]
	markup 'column/HEAD/t.csv?name=v' > page
	grep -q '<figcaption>Number of rows by v (1 value outside of the scale: 0 to 9,000,000 in all)' page
	[ "$(grep -c '<rect class="bar' page)" = 20 ]
	markup 'column/HEAD/t.csv?name=day' > page
	grep -q '<figcaption>Number of rows by day (1 value outside of the scale: 1900-01-14 to 2026-01-28 in all)' page
	[ "$(grep -c '<rect class="bar' page)" = 28 ]
}

@test "rows over time go in steps and the versions that are drawn are told" {
	new_repo src
	for i in $(seq 60); do
		rows $((i % 7 + 3)) > src/t.csv
		tick 86400
		varve -C src add -q t.csv
		varve -C src commit -qm "$i"
	done
	start_server src
	markup history/t.csv > page
	grep -q 'Rows changed, version by version: the newest 50 versions' page
	grep -q 'Rows over time$' page
	markup "$(sed -n 's/.*href="\/\([^"]*\)" rel="next".*/\1/p; s/.*rel="next" href="\/\([^"]*\)".*/\1/p' page | sed 's/&amp;/\&/g' | head -n 1)" > older
	grep -q 'Rows over time: these 10 versions' older
	# each corner has a coordinate of the one before
	sed -n 's/.*<polyline[^>]*points="\([^"]*\)".*/\1/p' page | head -n 1 | tr ' ' '\n' | grep . > corners
	python3 - <<-'END'
	corners = [tuple(map(int, line.split(","))) for line in open("corners")]
	assert len(corners) == 119, len(corners)
	assert all(a[0] == b[0] or a[1] == b[1] for a, b in zip(corners, corners[1:])), corners
	END
}

@test "a changed word in a long text is marked alone, wherever it is" {
	new_repo src
	write() {
		python3 - "$@" > src/t.csv <<-'END'
		import sys
		text = [f"word{i}" for i in range(900)]
		for at, word in zip(sys.argv[1::2], sys.argv[2::2]):
		    text[int(at)] = word
		print("id,text")
		print("1," + " ".join(text))
		END
	}
	for at in 20 500 880; do
		write
		varve -C src add -q --key id t.csv
		varve -C src commit -qm "before $at" || true
		write $at "än other"
		varve -C src add -q t.csv
		varve -C src commit -qm "after $at"
		[ -n "${server:-}" ] || start_server src
		markup "compare/HEAD~1..HEAD/t.csv" | sed -n 's/^<mark>//p' > marks
		[ "$(cat marks)" = "word$at
än other" ]
		markup "row/HEAD/t.csv?key=1" | sed -n 's/^<mark>//p' | head -n 2 | grep -qx "än other"
	done
	curl -sL "$url/api/v0/compare/HEAD~1..HEAD/t.csv" |
		jq -e '.rows[0].cells | flatten | map(select(type == "object" and .from > 2000)) | length == 2'
}

@test "a character without width is shown" {
	new_repo src
	printf 'id,v\n1,a\xe2\x80\x8bb\n2,\xf0\x9f\x91\xa9\xe2\x80\x8d\xf0\x9f\x92\xbb\n' > src/t.csv
	varve -C src add -q t.csv
	varve -C src commit -qm one
	start_server src
	markup data/HEAD/t.csv > page
	grep -qF '\u{200B}' page
	! grep -qF '\u{200D}' page || false
	varve -C src cat --format table t.csv | grep -qF 'a\u{200B}b'
}
