load ../helper
load ../serve/server

# The page of a merge's conflicts: what it shows, to whom, and that the commands on it settle them.

setup() {
	server_setup
}

teardown() {
	[ -z "${server:-}" ] || stop_server
}

# start_web PATH: $url; curl gets in with the cookie in jar.
start_web() {
	: > "$BATS_TEST_TMPDIR/server.log"
	varve web --no-browser "$1" 2>> "$BATS_TEST_TMPDIR/server.log" 3>&- &
	server=$!
	local i first
	for ((i = 0; i < 1200; i++)); do
		first=$(sed -n 's/^open \(http.*\)$/\1/p' "$BATS_TEST_TMPDIR/server.log")
		[ -z "$first" ] || break
		sleep 0.05
	done
	[ -n "$first" ] || { cat "$BATS_TEST_TMPDIR/server.log" >&2; return 1; }
	url=$(printf '%s' "$first" | sed 's,^\(http://[^/]*\)/.*,\1,')
	curl -s -o /dev/null -c "$BATS_TEST_TMPDIR/jar" "$first"
}

got() {
	curl -s --globoff -b "$BATS_TEST_TMPDIR/jar" -H 'Accept: text/html' "$url/$1"
}

# said FILTER [PATH]: what jq finds in the API's answer.
said() {
	got "api/v0/conflicts${2:-}" | jq -r "$1"
}

# change BRANCH SED: commits places.csv, and a text beside it, on BRANCH.
change() {
	git switch -q "$1"
	sed -i "$2" places.csv
	echo "$1" > notes.txt
	varve commit -qam "$1"
	tick
}

# src with a merge under way: a cell, a row that was removed, one that both added, cells and keys with markup and quotes,
# and a text.
in_conflict() {
	new_repo src
	cd src
	rows 40 > places.csv
	printf '%s\n' "it's <b>,four,4.00,2024-01-01" >> places.csv
	echo base > notes.txt
	varve add --key id places.csv > /dev/null
	git add notes.txt
	varve commit -qm base
	tick
	git branch spring
	change main '5s/2024.*/<script>alert(1)<\/script>/; 9s/2024/2031/; 20d; s/,4.00,.*/,5.00,2031-01-01/; $a 90,here,1.00,2025-01-01'
	change spring '5s/2024.*/spring \& more/; 20s/2024/2032/; s/,4.00,.*/,6.00,2032-01-01/; $a 90,there,1.00,2025-01-01'
	git switch -q main
	ends_with 1 varve merge -q spring
	cd ..
}

@test "the owner sees each conflict with base, ours and theirs, and cells cannot become markup" {
	in_conflict
	varve -C src conflicts --json > known || true
	start_web src
	[ "$(said .state)" = merge ]
	[ "$(said '[.paths[].path] | join(" ")')" = 'notes.txt places.csv' ]
	[ "$(said '[.paths[1].items[] | del(.base, .ours, .theirs)]' | jq -cS .)" = "$(jq -cS '[.conflicts[1].items[] | del(.base, .ours, .theirs)]' known)" ]
	[ "$(said '.paths[1].items[] | select(.keyValues == ["4"]) | .column, .base, .ours, .theirs')" = 'day
2024-05-05
<script>alert(1)</script>
spring & more' ]
	total=$(said .total)
	[ "$total" = $(($(jq '.conflicts[1].items | length' known) + 1)) ]
	[ "$(said .words)" = "$total conflicts in 1 table and 1 other file" ]
	got '' > first
	grep -q "Others changed the same cells as you:</b> <a href=\"/conflicts\">$total conflicts in 1 table and 1 other file</a>" first
	got conflicts > page
	! grep -q '<script>alert\|<b>,' page || false
	grep -q '&lt;script&gt;alert(1)&lt;/script&gt;' page
	grep -q '<dt><b>Before</b> both changed it</dt>' page
	grep -q '<dt><b>Yours</b> main</dt>' page
	grep -q '<dt><b>Theirs</b> spring, A U Thor' page
	grep -q 'Removed in main, changed in spring' page
	row=$(grep -o 'href="/table/[^"]*key=[^"]*"' page | cut -d'"' -f2)
	[ "$row" = "/table/$(git -C src rev-parse spring)/places.csv?key=19" ]
	got "${row#/}" | grep -q '2032-'
	grep -q 'Added on both sides' page
	grep -q 'changed on both sides' page
}

@test "a table's own page goes on where the page before ended" {
	in_conflict
	start_web src
	count=$(said '.paths[0].total' /places.csv)
	[ "$(said '.paths[0] | (.items | length), .complete, .next' '/places.csv?n=2')" = '2
false
/api/v0/conflicts/places.csv?from=2&n=2' ]
	[ "$(said '[.paths[0].items[].keyValues | tojson] | join(" ")' '/places.csv?n=2&from=2')" = "$(said '[.paths[0].items[2:4][].keyValues | tojson] | join(" ")' /places.csv)" ]
	got 'conflicts/places.csv?n=2' | grep -q "Conflicts 1 to 2 of $count"
	got 'conflicts/places.csv?n=2' | grep -q '<a class="button" href="/conflicts/places.csv?from=2&amp;n=2" rel="next">Next</a>'
	! got conflicts/places.csv | grep -q notes.txt || false
	[ "$(status -b "$BATS_TEST_TMPDIR/jar" "$url/conflicts/prices.csv")" = 404 ]
	[ "$(said '.paths[0].items | length' '/places.csv?from=99999999999')" = 0 ]
}

# press TEXT: the status of the form whose address has TEXT, with $origin and $jar in the place of the page's own.
press() {
	local at
	at=$(got conflicts | grep -o 'method="post" action="[^"]*"' | cut -d'"' -f4 | sed 's/&amp;/\&/g' | grep -F -- "$1" | head -1)
	[ -n "$at" ] || { echo "no button for $1" >&2; return 1; }
	curl -s --globoff -o answer -w '%{http_code}' -X POST -b "${jar-$BATS_TEST_TMPDIR/jar}" -H "Origin: ${origin-$url}" "$url$at"
}

@test "buttons settle conflicts and finish the merge, from the page alone" {
	in_conflict
	start_web src
	cp src/places.csv before
	[ "$(origin=http://127.0.0.1:1 press 'do=theirs&of-row=4&of-column=day')" = 403 ]
	[ "$(origin='' press 'do=theirs&of-row=4&of-column=day')" = 405 ]
	[ "$(jar='x=y' press 'do=theirs&of-row=4&of-column=day')" = 403 ]
	at=$(got conflicts | grep -o 'action="[^"]*do=theirs[^"]*"' | head -1 | cut -d'"' -f2 | sed 's/&amp;/\&/g')
	[ "$(status -X POST -b "$BATS_TEST_TMPDIR/jar" -H "Origin: $url" "$url${at/token=/token=x}")" = 400 ]
	[ "$(status -X GET -b "$BATS_TEST_TMPDIR/jar" "$url$at")" = 200 ]
	cmp src/places.csv before
	[ "$(press 'do=theirs&of-row=4&of-column=day')" = 303 ]
	[ "$(grep '^4,' src/places.csv | cut -d, -f4)" = 'spring & more' ]
	[ "$(press 'do=ours&of-row=it%27s%20%3Cb%3E&token')" = 303 ]
	[ "$(press 'do=theirs&of-row=19&token')" = 303 ]
	grep -q '^19,.*2032-' src/places.csv
	[ "$(press 'notes.txt?do=base')" = 303 ]
	[ "$(cat src/notes.txt)" = base ]
	[ "$(press 'places.csv?do=theirs&token')" = 303 ]
	[ "$(grep '^it' src/places.csv)" = "it's <b>,four,5.00,2031-01-01" ]
	grep -q '^90,there,' src/places.csv
	got conflicts | grep -q 'No conflicts are left: everything is decided'
	printf '#!/bin/sh\necho no such merge >&2\nexit 1\n' > src/.git/hooks/commit-msg
	chmod +x src/.git/hooks/commit-msg
	[ "$(press do=continue)" = 400 ]
	rm src/.git/hooks/commit-msg
	[ "$(press do=continue)" = 303 ]
	[ "$(git -C src rev-list --parents -1 HEAD | wc -w)" = 3 ]
	[ -z "$(git -C src status --porcelain)" ]
	got conflicts | grep -q 'Nothing is in conflict\.'
}

@test "nobody but the owner sees conflicts" {
	in_conflict
	start_server src
	for place in conflicts conflicts/places.csv api/v0/conflicts api/v0/conflicts/places.csv; do
		[ "$(status "$url/$place")" = 404 ] || { echo "$place" >&2; return 1; }
		! curl -s "$url/$place" | grep -q 'alert\|spring' || false
	done
	curl -s -H 'Accept: text/html' "$url/" > page
	grep -q 'Last changes' page
	! grep -q 'in progress\|conflict' page || false
}

@test "a table of which nothing is written down names the command that finds out" {
	in_conflict
	mv src/.git/varve/conflicts was
	start_web src
	[ "$(said '.paths[1] | .known, (.items | length)')" = 'false
0' ]
	got conflicts | grep -q 'varve conflicts&#39; to list its rows'
	got '' | grep -q 'at least 2 conflicts in 1 table and 1 other file'
	# So it is where a newer varve wrote it down, or what is written down is damaged, of which nothing is shown.
	for change in 's/"varve-conflicts":1/"varve-conflicts":3/' 's/"spring"/"other"/; s/"leftOut":0/"leftOut":7/; s/"kind":"cell"/"kind":"x"/'; do
		rm -rf src/.git/varve/conflicts
		cp -r was src/.git/varve/conflicts
		sed -i "$change" src/.git/varve/conflicts/*
		[ "$(said '.paths[1] | .known, .sides.theirs' | xargs)" = 'false theirs' ]
		got conflicts > page
		grep -q 'varve conflicts&#39; to list its rows' page
		! grep -q '7 more\|(other)' page || false
	done
}

@test "a row without a key that one side removed is shown with its values, and a button puts it back" {
	new_repo src
	cd src
	printf 'a,b,c\n1,x,k\n2,<y>,l\n3,z,m\n4,q,n\n' > places.csv
	echo base > notes.txt
	varve add --no-key places.csv > /dev/null
	git add notes.txt
	varve commit -qm base
	tick
	git branch spring
	change main '/^2/d; /^4/d'
	change spring '/^2/s/<y>/<script>alert(1)<\/script>/; /^4/s/q/Q/'
	git switch -q main
	ends_with 1 varve merge -q spring
	cd ..
	start_web src
	[ "$(said '.paths[1].items[0] | .values, .rowNumbers' | jq -cS .)" = '{"base":{"a":"2","b":"<y>","c":"l"},"theirs":{"a":"2","b":"<script>alert(1)</script>","c":"l"}}
{"base":1,"theirs":1}' ]
	[ "$(said '.paths[1].items | length')" = 2 ]
	got conflicts > page
	grep -q '&lt;script&gt;alert(1)&lt;/script&gt;' page
	! grep -q '<script>alert' page || false
	[ "$(press 'do=theirs&of-row=theirs%3A4&token')" = 303 ]
	[ "$(cat src/places.csv)" = "$(printf 'a,b,c\n1,x,k\n3,z,m\n4,Q,n')" ]
	[ "$(press 'do=theirs&of-row=theirs%3A2&token')" = 303 ]
	[ "$(cat src/places.csv)" = "$(printf 'a,b,c\n1,x,k\n2,<script>alert(1)</script>,l\n3,z,m\n4,Q,n')" ]
}

@test "buttons keep a row that both sides added once or twice" {
	new_repo src
	cd src
	printf 'day,sold\n1,7\n2,7\n3,7\n' > places.csv
	varve add --no-key places.csv > /dev/null
	varve commit -qm base
	for branch in main spring; do
		git switch -qC $branch "$(git rev-parse :/base)"
		printf '4,<b>\n5,9\n' >> places.csv
		[ $branch = main ] || echo 6,9 >> places.csv
		GIT_AUTHOR_NAME=$branch varve commit -qam $branch
	done
	git switch -q main
	ends_with 1 varve merge -q spring
	cd ..
	start_web src
	[ "$(said '[.paths[0].items[].kind] | join(" ")')" = 'row-twice row-twice' ]
	got conflicts > page
	grep -q 'Added on both sides: the same row, or two?' page
	grep -q 'Keep once' page
	grep -q 'Keep twice' page
	! grep -q '<b>,\|4,<b>' page || false
	[ "$(press 'do=both&of-row=4&token')" = 303 ]
	[ "$(grep -c '^4,' src/places.csv)" = 2 ]
	[ "$(press 'places.csv?do=once&token')" = 303 ]
	[ "$(sed 1,4d src/places.csv | sort | xargs)" = '4,<b> 4,<b> 5,9 6,9' ]
	[ "$(press do=continue)" = 303 ]
	[ -z "$(git -C src status --porcelain)" ]
}

@test "a button keeps two rows with one key, theirs with the next free key" {
	new_repo src
	cd src
	(echo id,title,owner; for i in 97 98 99 100; do echo "$i,task$i,ann"; done) > places.csv
	varve add places.csv > /dev/null
	varve commit -qm base
	git switch -qc spring
	printf '101,paint,bob\n102,wash,bob\n' >> places.csv
	varve commit -qam theirs
	git switch -q main
	printf '101,drill,eve\n102,saw,eve\n' >> places.csv
	varve commit -qam ours
	ends_with 1 varve merge -q spring
	cd ..
	start_web src
	[ "$(said '[.paths[0].items[].kind] | join(" ")')" = 'key-twice key-twice' ]
	got conflicts > page
	grep -q 'Two rows, one key: both sides used it for a new row.' page
	grep -q 'Keep both, theirs with the next free key' page
	[ "$(press 'do=both&of-row=101&token')" = 303 ]
	[ "$(sed 1,5d src/places.csv | xargs)" = '101,drill,eve 102,saw,eve 103,paint,bob' ]
	[ "$(press 'do=theirs&of-row=102&token')" = 303 ]
	[ "$(sed 1,5d src/places.csv | xargs)" = '101,drill,eve 102,wash,bob 103,paint,bob' ]
	[ "$(press do=continue)" = 303 ]
	[ -z "$(git -C src status --porcelain)" ]
}
