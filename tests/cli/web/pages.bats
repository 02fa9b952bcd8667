load ../helper
load ../serve/server

# What the pages answer to curl: caches, and addresses with nonsense. How they look is tests/web.

setup() {
	server_setup
}

teardown() {
	[ -z "${server:-}" ] || stop_server
}

# Two versions of t.csv (key id) in src, and files that are no tables.
some_files() {
	new_repo src
	rows 20 > src/t.csv
	printf 'a,b\n1,2\n3,4\n' > src/keyless.csv
	printf 'id,name\n1,"a\n2,b\n' > src/broken.csv
	head -c 300 /dev/zero > src/bytes.bin
	varve -C src add -q t.csv keyless.csv
	git -C src add -A
	varve -C src commit -qm one
	tick
	rows 25 > src/t.csv
	head -c 400 /dev/zero > src/bytes.bin
	git -C src add -A
	varve -C src commit -qm two
}

# page PATH: what a reader sees of it, in one line.
page() {
	curl -sL --globoff -H 'Accept: text/html' "$url/$1" | sed 's,<footer.*,,; s/.*<main[^>]*>//; s/<[^>]*>/ /g; s/&#39;/'"'"'/g' |
		tr -s ' \n' ' '
}

# views PATH: the words of the links to other views of the same.
views() {
	curl -sL -H 'Accept: text/html' "$url/$1" | tr '\n' ' ' | sed 's,.*<nav aria-label="Views">\(.*\)</nav>.*,\1,; s/<[^>]*>/ /g'
}

# head_of PATH NAME: a line of the answer's head.
head_of() {
	curl -s -D - -o /dev/null -H 'Accept: text/html' "$url/$1" | tr -d '\r' | sed -n "s/^$2: //Ip"
}

@test "pages whose address names commits are kept for an hour, others are asked again, all by their tags" {
	some_files
	start_server src
	new=$(git -C src rev-parse HEAD)
	old=$(git -C src rev-parse HEAD~1)
	for path in "tree/$new/" "table/$new/t.csv?sort=price" "compare/$old..$new" "compare/$old..$new/t.csv" \
		"table/$new/t.csv?key=3" "columns/$new/t.csv?name=price" "history/t.csv?rev=$new"; do
		[ "$(head_of "$path" cache-control)" = 'private, max-age=3600' ]
		[ "$(status -H 'Accept: text/html' -H "If-None-Match: $(head_of "$path" etag)" "$url/$path")" = 304 ]
	done
	for path in commits history/t.csv assets/style.css api/v0/changes; do
		[ "$(head_of "$path" cache-control)" = no-cache ]
		[ "$(status -H 'Accept: text/html' -H "If-None-Match: $(head_of "$path" etag)" "$url/$path")" = 304 ]
	done
	path="table/$new/t.csv?col=id&op=lt&val=9&format=csv"
	[ "$(head_of "$path" cache-control)" = 'max-age=31536000, immutable' ]
	tag=$(head_of "$path" etag)
	[ "$(status -H "If-None-Match: $tag" "$url/$path")" = 304 ]
	[ "$(status -H "If-None-Match: $tag" "$url/${path/lt/gt}")" = 200 ]
	[ "$(status -H "If-None-Match: $tag" "$url/${path/format=csv/format=json}")" = 200 ]
}

@test "a comparison whose check is not known yet is asked again" {
	new_repo
	seq 400000 | awk 'BEGIN { print "id,price,name" } { print $1 "," $1 * 1.25 ",name " $1 }' > t.csv
	varve add -q t.csv
	varve commit -qm one
	sed -i '9s/name/Name/' t.csv
	varve commit -qam two
	start_server .
	path=compare/$(git rev-parse HEAD~1)..$(git rev-parse HEAD)
	curl -s -H 'Accept: text/html' "$url/$path" | grep -q "not known yet"
	[ "$(head_of "$path" cache-control)" = no-cache ]
	curl -s -H 'Accept: text/html' "$url/check/$(git rev-parse HEAD)" | grep -q "valid"
	! curl -s -H 'Accept: text/html' "$url/$path" | grep -q "not known yet" || false
	[ "$(head_of "$path" cache-control)" = 'private, max-age=3600' ]
}

@test "a page says what was wrong with its address, and what to try" {
	local zeros=0000000000000000000000000000000000000000
	some_files
	start_server src
	for wanted in \
		"row/HEAD|The address does not name a table Write its version and its path: row/REV/PATH" \
		"columns/HEAD|The address does not name a table" \
		"table/HEAD/keyless.csv?key=1|'keyless.csv' has no key, so a row cannot be found by it" \
		"table/HEAD/t.csv?row=99999|row=99999 is beyond the end: 't.csv' has 25 rows The first row is row=0, the last one row=24" \
		"table/HEAD/t.csv?key=none|'t.csv' has no row with the key 'none', in this version or an earlier one Give a value of id as the key" \
		"table/HEAD/t.csv?jump=none|No row of 't.csv' has the key 'none' Give a value of id as the key" \
		"table/HEAD/t.csv?from=99999|Row 100,000 is beyond the end: this table has 25 rows." \
		"table/HEAD/t.csv?col=pric&val=1|t.csv: no such column 'pric' did you mean 'price'?" \
		"table/HEAD/t.csv?from=-1|From '-1' is invalid Use a whole number, 0 or greater" \
		"table/HEAD/t.cs|has no file 't.cs' Did you mean t.csv" \
		"compare?a=2024-02-30&b=HEAD|No such day '2024-02-30' A day is written YYYY-MM-DD, such as 2024-12-31" \
		"table/HEAD/broken.csv|This is not shown as a table: broken.csv: line 2, character 3: the quote that opens here is never closed." \
		"compare/HEAD~1..HEAD/t.csv?from=99|Change 100 does not exist: this comparison has 5 changes." \
		"compare/HEAD~1..HEAD/t.csv?from=99&hide=removed|this comparison has 5 changes that match these filters." \
		"table/HEAD/t.csv?col=id&op=lt&val=3&from=10|No further row matches." \
		"table/HEAD/t.csv?col=price&op=lt&val=|'' means a missing value in column 'price'" \
		"table/a%zz/t.csv|The version 'a%zz' is invalid Write a branch" \
		"compare/a%zz..HEAD/t.csv|The comparison 'a%zz..HEAD' is invalid Write A..B" \
		"history/a%zz|The path 'a%zz' is invalid Remove control characters, and write '%' as %25" \
		"check/$zeros|Only commits have a page of their check" \
		"table/$zeros/t.csv|The version before the first has no files" \
		"search?q=nonesuch|No table or column has this text in its name." \
		"nowhere|No such page 'nowhere'"; do
		said=$(page "${wanted%%|*}")
		[[ ${said,,} == *"${wanted#*|}"* || $said == *"${wanted#*|}"* || ${said,,} == *"$(tr '[:upper:]' '[:lower:]' <<< "${wanted#*|}")"* ]] ||
			{ echo "${wanted%%|*}: $said" >&2; return 1; }
	done
	# what is there is not said to be elsewhere, and leads back
	[[ $(page 'table/HEAD/t.csv?sort=none') != *"newest version that has it"* ]]
	[[ $(page 'table/HEAD/t.csv?sort=none') == *"t.csv in version $(git -C src rev-parse HEAD | cut -c1-8)"* ]]
	[[ $(page tree) == *keyless.csv*t.csv* ]]
	[[ $(page compare/HEAD~1..) == *bytes.bin*t.csv* ]]
}

@test "a history is shown where nothing is committed, or nothing is new" {
	varve init -q empty
	start_server empty
	[[ $(page commits) == *"No version to show yet."* ]]
	[[ $(page history/t.csv) == *"version before the first has no files"* ]]
	stop_server
	some_files
	start_server src
	[[ $(page 'history/t.csv?since=HEAD') == *"Nothing has changed."* ]]
}

@test "a check that lacks data says so, and not that time was short" {
	some_files
	git clone -q src lacking
	start_server lacking
	page check/HEAD > said
	grep -q "Check: not possible: data is missing" said
	grep -q "Data of this version, or of the one before it, is missing." said
	! grep -q "time limit\|Reload the page" said || false
}

@test "a file that only one version has is shown, and not called a table" {
	some_files
	head -c 300 /dev/zero > src/new.bin
	git -C src add -A
	git -C src commit -qm three
	start_server src
	page compare/HEAD~1..HEAD/new.bin > said
	grep -q "The new file" said
	! grep -qi "table: rows cannot" said || false
}

@test "a compared table has the change of its line ends" {
	new_repo src
	rows 5 > src/t.csv
	varve -C src add -q t.csv && varve -C src commit -qm one && tick
	sed -i 's/^2,/9,/; s/$/\r/' src/t.csv
	varve -C src add -q t.csv && varve -C src commit -qm two
	start_server src
	[[ $(page compare/HEAD~1..HEAD/t.csv) == *"form of the file changed: LF -"*CRLF* ]]
}

@test "files that are not tables have no views of rows and columns" {
	some_files
	start_server src
	for path in history/bytes.bin history/broken.csv table/HEAD/bytes.bin; do
		said=$(views $path)
		[[ $said == *" File "* && $said != *" Columns "* && $said != *" Rows "* ]] || { echo "$path: $said" >&2; return 1; }
	done
	[[ $(views history/t.csv) == *" Rows "*" Columns "* ]]
}

@test "pages whose older versions are not here show what is known, and what gets the rest" {
	some_files
	varve clone -q --lazy src lazy
	start_server lazy
	id=$(git -C src rev-parse HEAD~1 | cut -c1-8)
	[[ $(page compare/HEAD~1..HEAD/t.csv) == *"The operator of this server can fetch it with 'varve fetch --data $id t.csv'"* ]]
	[[ $(page compare/HEAD~1..HEAD/t.csv) == *"ersion $id: "* ]]
	[[ $(page 'table/HEAD/t.csv?key=3') == *"The data of older versions is missing."*"varve fetch --data --all"*"The row in this version"* ]]
	[[ $(page 'columns/HEAD/t.csv?name=price') == *"data missing"*"The data of some versions is missing."* ]]
	[[ $(page 'columns/HEAD/t.csv?name=price') != *"no such column"* ]]
	[[ $(page history/t.csv) == *"1 version could not be compared"* ]]
	[ "$(head_of "table/$(git -C src rev-parse HEAD)/t.csv?key=3" cache-control)" = no-store ]
	varve -C lazy fetch -q --data "$id" t.csv
	[[ $(page compare/HEAD~1..HEAD/t.csv) == *"5 rows added"* ]]
}

@test "a row's life counts cells with other values, and names changed columns and keys" {
	new_repo src
	printf 'id,v,w,x\n1,1.0,2.0,a\n2,1.5,2.5,b\n3,1.5,2.5,c\n' > src/t.csv
	varve -C src add --key id t.csv > out && varve -C src commit -qm one && tick
	printf 'id,v,w,x\n1,1.00,7.0,a\n2,1.5,2.5,b\n3,1.5,2.5,c\n' > src/t.csv
	varve -C src commit -qam two && tick
	printf 'id,v,w,x,y\n1,1.00,7.0,a,q\n2,1.5,2.5,b,q\n3,1.5,2.5,c,q\n' > src/t.csv
	varve -C src commit -qam three && tick
	printf 'id,v,w,x,y\n9,1.00,7.0,a,q\n2,1.5,2.5,b,q\n3,1.5,2.5,c,q\n' > src/t.csv
	varve -C src commit -qam four
	start_server src
	[[ $(page 'table/HEAD/t.csv?key=9') == *"Key changed: four"*"Columns changed: three"*"(new column)"*" 1 cell changed: two"*"Added: one"* ]]
	[[ $(page 'table/HEAD/t.csv?key=1') == *"does not have the row"*"Key changed: four"*"Added: one"* ]]
}

@test "a compared row has a link only where its own version has the key that it was compared by" {
	new_repo src
	cd src
	printf 'id,code,v\n1,3,a\n2,1,b\n3,2,c\n' > t.csv
	varve schema --key id t.csv
	rows 9 > u.csv
	varve add -q . && varve commit -qm one
	printf 'id,code,v\n1,3,A\n2,1,b\n4,4,d\n' > t.csv
	varve schema --key code t.csv
	sed 's/^5,/4,/' u.csv > w && mv w u.csv # id, which was found, identifies no row
	varve add -q . && varve commit -qm two
	cd ..
	start_server src
	links() {
		curl -sfL -H 'Accept: text/html' "$url/compare/main~1..main/$1" | grep -o 'href="/table/[^"]*key=[^"]*"' | sed 's/.*key=//; s/"//' | tr '\n' ' '
	}
	# the removed row has the code 2, with which its own version would find another row
	[ "$(links t.csv)" = "3 4 " ]
	[[ $(page compare/main~1..main/u.csv) == *"1 row changed"* ]]
	[ "$(links u.csv)" = "" ]
}

@test "the comparison of a merge with its parent lists what merge rules decided" {
	new_repo src
	cd src
	printf 'id,n\n1,5\n2,6\n' > t.csv
	echo '{"merge": {"t.csv": {"n": "max"}}}' > varve.json
	varve add -q --key id t.csv
	varve add -q varve.json
	varve commit -qm base
	git switch -q -c side
	printf 'id,n\n1,8\n2,6\n' > t.csv
	varve commit -qam side
	git switch -q main
	printf 'id,n\n1,7\n2,9\n' > t.csv
	varve commit -qam ours
	varve merge -q side
	cd ..
	start_server src
	id=$(git -C src rev-parse HEAD)
	for page in "$(git -C src rev-parse HEAD^)..$id/t.csv" "$(git -C src rev-parse HEAD^)..$id"; do
		curl -sfL "$url/compare/$page" > page.html
		grep "Decided by merge rules: t.csv: 1 cell by rule (max 1)" page.html
	done
}

@test "a version's check leads to the rows that are wrong, and its verdict is on other pages" {
	new_repo src
	printf 'id,n\n1,5\n2,6\n' > src/t.csv
	varve -C src add -q --key id t.csv
	varve -C src commit -qm one
	tick
	start_server src
	[[ $(page check/HEAD) == *"Check: valid"* && $(page '') == *"Check: valid"* ]]
	cd src
	printf '[t.csv]\nn <= 5\n' > varve.checks
	varve add -q varve.checks
	printf 'id,n\n1,5\n2,60\n3,<b>\n' > t.csv
	varve commit -qam two
	cd ..
	varve -C src check HEAD --format json > said || true
	page check/HEAD > shown
	grep -q "Check: not valid, $(jq .totals.errors said) error" shown || { cat shown said >&2; return 1; }
	curl -sL "$url/check/HEAD" | grep -q 'href="/table/[0-9a-f]*/t.csv?row=2"'
	[[ $(page compare/HEAD~1..HEAD/t.csv) == *"Check: not valid"* ]]
	since=$(cd src && varve check --log --json | jq -r '[.rules[] | select(.state == "fails")][0].since.commit' | cut -c1-40)
	curl -sL "$url/check/HEAD" | grep -q "fails since <a href=\"/check/$since\">"
	! curl -sL "$url/check/HEAD" | grep -q '<b></code>' || false
}

@test "a page that runs no query lists none as a rule that holds, nor does a check after it" {
	new_repo src
	printf '[t.csv]\nselect id from t where n > 5\nid > 0\n' > src/varve.checks
	printf 'id,n\n1,5\n2,6\n' > src/t.csv
	varve -C src add -q --key id t.csv
	varve -C src add -q varve.checks
	varve -C src commit -q --no-verify -m one
	start_server src
	page check/HEAD > shown
	grep -q "1 query not run" shown
	grep -q "id &gt; 0" shown
	! grep -q "select id" shown || false
	ends_with 1 varve -C src check --log
	output_has "fails since"
	output_has "select id from t where n > 5 (1 now"
}

@test "the overview has the README, tables folded by folder, and who signed it" {
	new_repo src
	mkdir src/data
	rows 3 > src/data/t.csv
	for i in $(seq 30); do rows 1 > src/t$i.csv; done
	printf '# Prices\n[t](data/t.csv), [d](./data/), [up](../x), ![p](p.png) ![f](https://example.org/f.png) [w](https://example.org/) <b>bold</b>\n' > src/README.md
	head -c 60 "$BATS_TEST_DIRNAME/../../../docs/use/web-cell.png" > src/p.png
	git -C src add README.md p.png
	varve -C src add -q .
	varve -C src commit -qm one
	varve vault key new > key
	succeeds varve -C src sign
	start_server src
	id=$(git -C src rev-parse HEAD)
	curl -sL -H "Accept: text/html" "$url/" > first
	grep -q '<h2>Prices</h2>' first
	grep -q "<a href=\"/table/$id/data/t.csv\">t</a>, <a href=\"/tree/$id/data/\">d</a>, up, <img src=\"/raw/$id/p.png\" alt=\"p\" /> f <a href=\"https://example.org/\">w</a> bold" first
	grep -q '<summary>data/: 1 table, .*, changed ' first
	[[ $(page '') == *"Signed by z6Mk"*", number 1, "* ]]
	succeeds varve -C src web --export "$PWD/out" HEAD
	succeeds python3 "$BATS_TEST_DIRNAME/../../web/folder_links.py" out
	grep -q '<h2>Prices</h2>' out/index.html
	grep -qE 'Signed by z6Mk[^<]*, number 1, [0-9]{4}-[0-9-]+T[0-9:]+Z<' out/index.html # it is read for years
}

@test "each page of a branch, a tag or a commit that no signed head has says that it is not signed" {
	new_repo src
	rows 3 > src/t.csv
	varve -C src add -q --key id t.csv
	varve -C src commit -qm one
	varve vault key new > key
	git -C src tag v1
	start_server src
	one=$(git -C src rev-parse HEAD)
	[[ $(page /table/main/t.csv) != *"not signed"* ]] # nobody signs here
	[ "$(curl -s "$url/api/v0/refs" | jq '[.refs[] | has("signed")] | any')" = false ]
	succeeds varve -C src sign
	git -C src switch -qc latest
	printf '4,evil,x\n' >> src/t.csv
	varve -C src commit -qam evil
	git -C src tag v9
	git -C src tag old v1 # signed rows by a name that no head lists
	evil=$(git -C src rev-parse HEAD)
	for place in table/$evil/t.csv tree/$evil/ columns/$evil/t.csv check/$evil compare/$one..$evil/t.csv history/t.csv; do
		curl -sL -H "Accept: text/html" "$url/$place" > shown
		grep -qE '<summary class="button"><span class="vh">Version: </span>[^<]*not signed' shown
	done
	for place in table/$one/t.csv tree/$one/ check/$one; do
		curl -sL -H "Accept: text/html" "$url/$place" > shown
		! grep -qE '<summary class="button"><span class="vh">Version: </span>[^<]*not signed' shown || false
	done
	[ "$(curl -s "$url/api/v0/refs" | jq -r '.refs[] | select(.signed | not) | .name' | sort | xargs)" = "latest old v9" ]
	[ "$(curl -s "$url/api/v0/refs" | jq -r '.refs[] | select(.signed) | .name' | sort | xargs)" = "main v1" ]
	succeeds varve -C src sign --all
	curl -sL -H "Accept: text/html" "$url/table/$evil/t.csv" > shown
	if grep -q "not signed" shown; then false; fi
	printf '5,evil,x\n' >> src/t.csv
	varve -C src commit -qam evil
	succeeds varve -C src web --export "$PWD/out" HEAD
	grep -q ', not signed' out/index.html
}

@test "tables of a folder stand together, and those that never changed are folded" {
	new_repo src
	mkdir src/eu
	for name in a b eu/c eu/d; do rows 3 > src/$name.csv; done
	varve -C src add -q .
	varve -C src commit -qm one
	start_server src
	curl -sL -H 'Accept: text/html' "$url/" > new # where nothing ever changed all are shown
	! grep -q 'never changed' new || false
	tick
	rows 4 > src/eu/d.csv
	rows 5 > src/b.csv
	varve -C src commit -qam two
	curl -sL -H 'Accept: text/html' "$url/" | grep -o 'scope="rowgroup"[^<]*<\|<summary>[^<]*\|<th scope="row"><a href="[^"]*">[^<]*' | sed 's/.*>//; s/<//' | grep -v '^main' > said
	printf '%s\n' b.csv eu/ d.csv '2 tables that never changed' a.csv eu/c.csv | diff - said
}

@test "rows of plain text of Git are counted on the overview" {
	new_repo src
	rows 20 > src/t.csv
	git -C src add t.csv
	git -C src commit -qm one
	tick
	rows 25 > src/t.csv
	git -C src commit -qam two
	start_server src
	[[ $(page '') == *" Rows 25 "*"t.csv plain text in Git 25 rows, "*"+5 "* ]]
	rows 3 > src/u.csv
	git -C src add u.csv
	git -C src commit -qm three
	[[ $(page '') != *" Rows "[0-9]* ]]
}

@test "tables and columns are found by name, and commits are a feed" {
	some_files
	start_server src
	[[ $(page search) == *" keyless.csv a, b t.csv id, "* ]]
	[[ $(page 'search?q=PRI') == *" t.csv price "* && $(page 'search?q=PRI') != *keyless* ]]
	curl -sL -H 'Accept: text/html' "$url/search?q=PRI&rev=HEAD~1" | grep -q "/columns/$(git -C src rev-parse HEAD~1)/t.csv?name=price\""
	# a filter is added to the condition that there is
	curl -sL -H 'Accept: text/html' "$url/table/HEAD/t.csv?where=id%20%3C%209&q=item" > rows.html
	grep -q '<input type="hidden" name="q" value="item"><input type="hidden" name="where" value="id &lt; 9"><label>Column' rows.html
	[[ $(page 'search?q=nowhere') == *"No table or column has this text in its name."* ]]
	git -C src commit -q --allow-empty -m "$(printf 'a <b>&\033 \342\200\256 c')"
	curl -sf -D head "$url/commits.atom" > feed
	grep -qi '^content-type: application/atom+xml' head
	xpath() { xmllint --xpath "$1" feed; }
	[ "$(xpath 'count(/*[local-name()="feed"]/*[local-name()="entry"])')" = 3 ]
	[ "$(xpath 'string(//*[local-name()="entry"][1]/*[local-name()="title"])')" = 'a <b>&\x1B \u{202E} c' ]
	[[ "$(xpath 'string(//*[local-name()="entry"][2]/*[local-name()="content"])')" == *"t.csv: +5 "* ]]
	curl -sfL -H 'Accept: text/html' -o /dev/null "$(xpath 'string(//*[local-name()="entry"][2]/*[local-name()="link"]/@href)')"
	[ "$(xpath 'string(//*[local-name()="feed"]/*[local-name()="updated"])')" = "$(TZ=UTC git -C src log -1 --date=format-local:%Y-%m-%dT%H:%M:%S+00:00 --format=%ad)" ]
	curl -sL -H 'Accept: text/html' "$url/" | grep -q '<link rel="alternate" type="application/atom+xml" title="Commits" href="/commits.atom">'
}

# suggested: where the cell's page leads to suggest a correction.
suggested() {
	curl -sL -H 'Accept: text/html' "$url/table/HEAD/t.csv?key=3&cell=name" | grep -o 'href="[^"]*"[^>]*>Suggest a correction' | cut -d'"' -f2 | sed 's/&amp;/\&/g'
}

@test "a cell leads to a form at the host in which its correction is suggested" {
	some_files
	start_server src
	[ -z "$(suggested)" ]
	for remote in git@example.org:ada/prices.git https://ada:secret@example.org/ada/prices.git/ ssh://git@example.org/ada/prices; do
		git -C src config remote.origin.url "$remote"
		[[ $(suggested) == 'https://example.org/ada/prices/issues/new?title=Correction%3A%20row%203%20of%20t.csv&body='*'%22old%22%3A%20%7B%0A%20%20%20%20%22name%22%3A%20%22item%2093%22%0A%20%20%7D'*"$(git -C src rev-parse HEAD)"* ]] || { suggested >&2; return 1; }
	done
	for remote in /srv/prices.git ../prices https://example.org/prices http://localhost/a/b; do
		git -C src config remote.origin.url "$remote"
		[ -z "$(suggested)" ] || { suggested >&2; return 1; }
	done
	# with a port, it may be a varve server: it counts if it is known to be a Git host
	for remote in http://git.example.org:3000/ada/prices.git https://ada:secret@10.0.0.7:3000/ada/prices/; do
		git -C src config remote.origin.url "$remote"
		git -C src config --unset remote.origin.varveKind || true
		[ -z "$(suggested)" ] || { suggested >&2; return 1; }
		for kind in peer folder; do
			git -C src config remote.origin.varveKind "$kind"
			[ -z "$(suggested)" ] || { suggested >&2; return 1; }
		done
		git -C src config remote.origin.varveKind git
		place=${remote/ada:secret@/}
		place=${place%/}
		[[ $(suggested) == "${place%.git}/issues/new?title=Correction"* ]] || { suggested >&2; return 1; }
	done
	# a varve server has no form, also without a port; and the port of ssh is not that of the pages
	git -C src config remote.origin.url https://data.example.org/ada/prices
	git -C src config remote.origin.varveKind peer
	[ -z "$(suggested)" ] || { suggested >&2; return 1; }
	git -C src config remote.origin.varveKind git
	git -C src config remote.origin.url ssh://git@git.example.org:2222/ada/prices.git
	[ -z "$(suggested)" ] || { suggested >&2; return 1; }
	# the setting names the form
	git -C src config varve.issues https://git.example.org:8443/ada/prices/-/issues/new
	[[ $(suggested) == 'https://git.example.org:8443/ada/prices/-/issues/new?issue%5Btitle%5D=Correction'* ]] || { suggested >&2; return 1; }
	git -C src config varve.issues http://git.example.org:3000/ada/prices/issues/new
	[[ $(suggested) == 'http://git.example.org:3000/ada/prices/issues/new?title=Correction'* ]] || { suggested >&2; return 1; }
	for form in javascript:alert/issues/new https://git.example.org/ada/prices 'https://git.example.org/?x/issues/new'; do
		git -C src config varve.issues "$form"
		[ -z "$(suggested)" ] || { suggested >&2; return 1; }
	done
	git -C src config --unset varve.issues
	printf '{"name":"p","homepage":"https://gitlab.com/ada/more/prices","resources":[]}' > src/datapackage.json
	git -C src add datapackage.json
	git -C src commit -qm home
	[[ $(suggested) == 'https://gitlab.com/ada/more/prices/-/issues/new?issue%5Btitle%5D=Correction'* ]]
}

@test "older addresses of pages lead to those of today" {
	some_files
	start_server src
	id=$(git -C src rev-parse HEAD)
	for pair in "data/$id/t.csv?q=x=/table/$id/t.csv?q=x" "data/HEAD=/tree/$id/" "row/HEAD/t.csv?key=3=/table/$id/t.csv?key=3" \
		"column/HEAD/t.csv?name=price=/columns/$id/t.csv?name=price" "history=/commits" "table/HEAD/t.csv?rev=HEAD~1=/table/$(git -C src rev-parse HEAD~1)/t.csv"; do
		case $pair in
		*q=x=*) from=${pair%%=x=*}=x to=${pair#*=x=} ;;
		*key=3=*) from=${pair%%=3=*}=3 to=${pair#*=3=} ;;
		*price=*) from=${pair%%price=*}price to=${pair#*price=} ;;
		*HEAD~1=*) from=${pair%%~1=*}~1 to=${pair#*~1=} ;;
		*) from=${pair%%=*} to=${pair#*=} ;;
		esac
		[ "$(head_of "$from" location)" = "$to" ] || { echo "$from: $(head_of "$from" location), not $to" >&2; return 1; }
	done
}

@test "a repository that is called like a page is served below /-" {
	new_repo table
	rows 5 > table/t.csv
	varve -C table add -q t.csv
	varve -C table commit -qm one
	start_server table
	curl -sL -H 'Accept: text/html' "$url/" > first
	at=$(grep -o 'href="[^"]*/t.csv"' first | head -1 | cut -d'"' -f2)
	[ "$at" = "/-/table/$(git -C table rev-parse HEAD)/t.csv" ]
	curl -sfL "$url$at" | grep -q '5 rows'
	curl -sf "$url/-/assets/style.css" > style
	curl -sf "$url$(curl -sL "$url$at" | grep -o 'href="[^"]*/raw/[^"]*"' | head -1 | cut -d'"' -f2)" | cmp - table/t.csv
}

@test "figures of a column and of one number are those of all versions, and an outlier does not flatten them" {
	new_repo src
	rows 20 > src/t.csv
	varve -C src add -q t.csv
	varve -C src commit -qm v0
	for n in $(seq 50); do
		tick
		sed "s/^7,\(item [0-9]*\),[^,]*/7,\1,$((n == 13 ? 900000 : n))/" <(rows 20) > src/t.csv
		varve -C src commit -qam "v$n"
	done
	start_server src
	curl -sL "$url/columns/HEAD/t.csv?name=price" > all
	[ "$(grep -o '<tr><td class="w">' all | wc -l)" = 51 ]
	grep -q '<figcaption>Mean (2 values outside of the scale: [0-9.]* to [0-9.,]* in all)' all
	to=$(curl -sL "$url/table/HEAD/t.csv?key=7" | sed -n 's/.*href="\/\([^"]*\)">over time.*/\1/p' | sed 's/&amp;/\&/g')
	curl -sL "$url/$to" > one
	[ "$(grep -o '<tr><td class="w">' one | wc -l)" = 51 ]
	[ "$(grep -o '<figcaption>Value' one | wc -l)" = 1 ]
	! grep -q '<figcaption>Mean' one || false
	grep -q '>900,000<' one
	for n in 1234567.25 -1234567.25; do echo "$n,$n"; done | sed '1i v,w' > src/big.csv
	varve -C src add -q big.csv
	varve -C src commit -qm big
	[[ $(page "columns/HEAD/big.csv?name=v") == *" Least −1,234,567.25 Greatest 1,234,567.25 "* ]]
}

@test "the page of a large table's column leads to the same over its versions" {
	local to
	new_repo src
	seq 200001 | awk 'BEGIN { print "id,v" } { print $1 "," $1 % 97 }' > src/t.csv
	varve -C src add -q t.csv
	varve -C src commit -qm one
	sed -i 's/^5,5$/5,6000/' src/t.csv
	varve -C src add -q t.csv
	varve -C src commit -qm two
	start_server src
	to=$(curl -sL "$url/columns/HEAD/t.csv?name=v" | sed -n 's/.*href="\([^"]*\)"[^>]*>Over time.*/\1/p' | sed 's/&amp;/\&/g')
	[[ "$(page "${to#/}" | sed 's/.*Version by version//')" == *6,000* ]]
}
