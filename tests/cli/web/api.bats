load ../helper
load ../serve/server

# The API beneath the pages, checked against Python's csv module and git.

oracle="$BATS_TEST_DIRNAME/oracle.py"

setup() {
	server_setup
}

teardown() {
	[ -z "${server:-}" ] || stop_server
}

# Three versions of places.csv in src; one.csv, two.csv, three.csv
# beside it.
places() {
	new_repo src
	local n=0 name
	for name in one two three; do
		python3 "$oracle" table $n > $name.csv
		cp $name.csv src/places.csv
		varve -C src add places.csv 2>/dev/null
		varve -C src commit -qm "$name"
		tick
		n=$((n + 2))
	done
}

# api PATH: what the API answers, as JSON.
api() {
	curl -s --globoff "$url/api/v0/$1"
}

# said PATH FILTER: what jq finds in it.
said() {
	api "$1" | jq -r "$2"
}

id_of() {
	git -C src rev-parse "$1"
}

@test "the same bytes under two names, which are read in two ways, are each counted as they are read" {
	new_repo src
	printf 'id,x\ty,q\n1,2\t3,4\n4,5\t6,7\n' | tee src/a.csv > src/b.tsv
	git -C src add .
	git -C src commit -qm one
	printf 'id,x\ty,q,z\tw\n1,2\t3,4,9\t7\n4,5\t6,7,8\t7\n' | tee src/a.csv > src/b.tsv
	git -C src commit -qam two
	start_server src
	succeeds said changes '.commits[0].changes[] | "\(.path) \(.changes.columnsAdded)"'
	output_is $'a.csv 1\nb.tsv 2'
}

@test "an error of the API names the missing or surplus part of the address" {
	places
	start_server src
	[ "$(said column/HEAD/places.csv '.error | "\(.message) \(.hint)"')" = 'the address does not name a column add ?name=COLUMN' ]
	[ "$(said 'changes?wher=1' '.error | "\(.message) \(.hint)"')" = "no such parameter 'wher' null" ]
	[[ $(said 'data/HEAD/places.csv?wher=1' .error.hint) == *"'where'"* ]]
}

# keyed COLUMN: src's datapackage.json names it as t.csv's key.
keyed() {
	jq -n --arg key "$1" '{resources: [{name: "t", path: "t.csv", schema: {primaryKey: $key,
		fields: [{name: "a", type: "integer"}, {name: "b", type: "integer"}]}}]}' > src/datapackage.json
}

@test "text of an older version is counted by the datapackage.json that it had, whatever a newer one says" {
	new_repo src
	printf 'a,b\n1,7\n2,8\n3,9\n' > src/t.csv
	keyed a
	git -C src add .
	git -C src commit -qm one
	sed -i 's/^2,8/2,80/' src/t.csv
	git -C src commit -qam two
	start_server src
	succeeds said history/t.csv '.commits[0].changes[0].words'
	output_is "~1 row"
	keyed b
	git -C src commit -qam three
	succeeds said history/t.csv '.commits[0].changes[0].words'
	output_is "~1 row"
	stop_server
	start_server src
	succeeds said history/t.csv '.commits[0].changes[0].words'
	output_is "~1 row"
	varve -C src log --stat -n 1 HEAD~1 | grep -qx ' t.csv | ~1 row'
}

@test "rows from any number on, and by key, are those of the file" {
	places
	start_server src
	python3 "$oracle" "$url" main three.csv jumps
	python3 "$oracle" "$url/src" main~2 one.csv jumps
}

@test "filters and the search find the rows that they name and no others" {
	places
	start_server src
	python3 "$oracle" "$url" main three.csv filters
}

@test "a condition finds the rows that cat --where finds, beside filters, search and sort" {
	places
	start_server src
	for condition in "size > 100 and name like '%a%'" "name is null or size between 5 and 50" 'id = 17' \
		"text(size) ^= '1' and not id in (11, 12)" 'size < 0 and size > 0'; do
		asked=$(jq -rn --arg c "$condition" '$c | @uri')
		curl -fsS "$url/table/main/places.csv?where=$asked&format=csv" > there.csv
		varve -C src cat main:places.csv --where "$condition" --format csv > here.csv
		cmp here.csv there.csv || { echo "$condition" >&2; return 1; }
		[ "$(said "data/main/places.csv?where=$asked&n=7" .matched)" = "$(varve -C src cat main:places.csv --where "$condition" --format ndjson | wc -l)" ]
		[ "$(said "data/main/places.csv?where=$asked&col=id&op=lt&val=500&n=1" .matched)" = \
			"$(varve -C src cat main:places.csv --where "$condition" --where 'id < 500' --format ndjson | wc -l)" ]
		[ "$(said "data/main/places.csv?where=$asked&sort=id&dir=desc&n=1" '.rows[0].cells[0]')" = \
			"$(varve -C src cat main:places.csv --where "$condition" --columns id --format csv | sed 1d | sort -n | sed -n '$p' | grep . || echo null)" ]
	done
	[ "$(said 'values/main/places.csv?name=id&where=size%3E100' '[.bars[].rows] | add')" = "$(varve -C src cat main:places.csv --where 'size > 100' --format ndjson | wc -l)" ]
	[ "$(said 'data/main/places.csv?where=size%20%3E' '.error | .code, .message')" = "badRequest
'size >': character 7 of the condition: a value is missing at the end" ]
	[ "$(said 'data/main/places.csv?where=siz%3E1' '.error | .code, .hint')" = "notFound
did you mean 'size'?" ]
	page=$(curl -fsSL "$url/table/main/places.csv?where=size%20%3E%20100")
	[[ $page == *'value="size &gt; 100"'* ]]
}

@test "sorted rows come in the order of their values, missing ones last" {
	places
	start_server src
	python3 "$oracle" "$url" main three.csv orders
}

@test "a column's values, range, mean and bars are those of the file" {
	places
	start_server src
	python3 "$oracle" "$url" main three.csv values
}

@test "rows that are shown are given as CSV and JSON" {
	places
	start_server src
	python3 "$oracle" "$url" main three.csv files
}

@test "what changed is told in words of rows, commit by commit" {
	places
	start_server src
	[ "$(said changes '.commits | length')" = 3 ]
	[ "$(said changes '.commits[].changes[] | select(.path == "places.csv") | .words' | sed -n 3p)" = 'new: 3,000 rows, 5 columns' ]
	[ "$(said changes '.commits[1].changes[0].words')" = "$(varve -C src log --oneline --stat -n1 HEAD~1 | sed -n 's/^ *places.csv *| *//p')" ]
	[ "$(said changes?n=1 '(.commits | length), .complete')" = '1
false' ]
	next=$(said changes?n=1 .next)
	[ "$(curl -s "$url$next" | jq -r '.commits[0].commit.id')" = "$(id_of HEAD~1)" ]
	[ "$(said "changes?since=$(id_of HEAD~1)" '.commits | length')" = 1 ]
	[ "$(said refs '.refs[0] | .name, .head, .commit.id')" = "main
true
$(id_of HEAD)" ]
	[ "$(said datasets/main '.datasets[0] | .path, .rows, .columns, .last.id, ([.rowsOverTime[].rows] | join(" "))')" = "places.csv
3000
5
$(id_of HEAD)
3000 3000 3000" ]
}

@test "the history of a file has none of the files of a folder that had its name" {
	new_repo src
	mkdir src/t.csv
	rows 10 > src/t.csv/part.csv
	varve -C src add -q t.csv && varve -C src commit -qm folder && tick
	git -C src rm -rq --cached t.csv && rm -r src/t.csv
	rows 3 | sed 's/^id/key/' > src/t.csv
	varve -C src add -q t.csv && varve -C src commit -qm file
	start_server src
	[ "$(said history/t.csv '.commits[] | [.commit.subject, (.changes[] | .path, .kind)] | join(" ")' | head -1)" = "file t.csv added" ]
	[ "$(said history/t.csv '.commits[1:][].changes[].path')" = "" ]
}

@test "a comparison has the rows and cells that differ, page by page" {
	places
	start_server src
	c=compare/main~2..main/places.csv
	[ "$(said $c '.changes | .rowsAdded, .rowsRemoved, .rowsChanged')" = '1
1
8' ]
	[ "$(said $c '[.rows[] | select(.kind == "changed") | .key] | join(" ")')" = '100 105 110 115 120 125 130 135' ]
	[ "$(said $c '.rows[] | select(.key == "100") | .cells[4][1]')" = 'note 4' ]
	[ "$(said $c '.rows[] | select(.key == "100") | .cells[0]')" = 100 ]
	[ "$(said "$c?hide=changed" '[.rows[].kind] | join(" ")')" = 'removed added' ]
	[ "$(said "$c?in=note&hide=added&hide=removed" '.matched')" = 8 ]
	[ "$(said "$c?in=name" '[.rows[].kind] | join(" ")')" = 'removed added' ]
	[ "$(said "$c?q=NOTE%204" .matched)" = 8 ]
	pair=$(said $c '.rows[] | select(.key == "100") | .cells[4] | join(" -> ")')
	[ "$(said "$c?in=note&change=$(jq -rn --arg p "$pair" '$p | @uri')" '[.rows[].key] | join(" ")')" = \
		"$(said $c "[.rows[] | select(.kind == \"changed\" and (.cells[4] | join(\" -> \")) == \"$pair\") | .key] | join(\" \")")" ]
	[ "$(said "$c?in=note&change=emptied" .matched)" = 0 ]
	[ "$(said "$c?n=4" '.rows | length')" = 4 ]
	next=$(said "$c?n=4&from=4" .next)
	[ "$(curl -s "$url$next" | jq -r '.rows[-1].kind, .complete')" = 'added
true' ]
	# rows between two changes, and their sum, are those that did not change
	[ "$(said $c '[.rows[].folded] | add')" = 2991 ]
	[ "$(said compare/main~2..main '.changes[0].words')" = '+1 -1 ~8 rows' ]
	[ "$(said compare/main..main/places.csv .same)" = true ]
}

@test "compared with nothing all is added, and the other way round removed" {
	places
	start_server src
	nothing=0000000000000000000000000000000000000000
	[ "$(said compare/$nothing..main '.changes[1] | .path + " " + .kind')" = 'places.csv added' ]
	[ "$(said compare/main..$nothing '.changes[1] | .path + " " + .kind')" = 'places.csv removed' ]
	[ "$(said compare/$nothing..$nothing '.changes | length')" = 0 ]
}

@test "a row's life and a column's life name every version that changed them" {
	places
	start_server src
	[ "$(said 'row/main/places.csv?key=100' '[.life[] | .kind + " " + .commit.id[0:8]] | join(" ")')" = "changed $(id_of HEAD | cut -c1-8) changed $(id_of HEAD~1 | cut -c1-8) added $(id_of HEAD~2 | cut -c1-8)" ]
	[ "$(said 'row/main/places.csv?key=100' '.life[0].cells[0] | .column, .old, .new')" = 'note
note 2
note 4' ]
	[ "$(said 'row/main/places.csv?row=0' .row.key)" = 1 ]
	[ "$(said 'column/main/places.csv?name=id' '[.versions[].mean] | join(" ")')" = '1501.483666667 1501.483666667 1500.5' ]
	[ "$(said history/places.csv '[.commits[].rows] | join(" ")')" = '3000 3000 3000' ]
}

@test "a column's life and the history have all sides of a merge that renames the table" {
	new_repo src
	cd src
	edit() { # FILE ROW SUBJECT
		sed -i "$2s/,.*/,$3/" "$1" && varve commit -qam "$3" && tick
	}
	printf 'id,a\n1,x\n2,y\n3,z\n4,u\n5,v\n6,w\n7,p\n8,q\n9,r\n' > t.csv
	varve add -q --key id t.csv && varve commit -qm one && tick
	git checkout -qb side
	varve mv t.csv u.csv && varve commit -qm moved && tick
	edit u.csv 3 two
	git checkout -q main
	edit t.csv 9 three
	varve merge -q side && tick
	edit u.csv 5 four
	varve rm -q u.csv && varve commit -qm removed && tick
	git checkout -q HEAD~1 -- u.csv && varve commit -qm again && tick
	edit u.csv 6 five
	cd ..
	start_server src
	[ "$(said 'column/main/u.csv?name=a' '[.versions[].commit.subject] | join(" ")')" = "five again four Merge branch 'side' three two one" ]
	[ "$(said history/u.csv '[.commits[].commit.subject] | join(" ")')" = "five again removed four Merge branch 'side' three two moved one" ]
}

# A row whose key, columns and file changed, on two branches that came together.
lively() {
	new_repo src
	cd src || return 1
	printf 'id,a,b\n1,x,y\n2,p,q\n3,r,s\n' > t.csv
	varve add --key id t.csv > ../out && varve commit -qm one && tick
	git checkout -qb side
	printf 'id,a,b\n1,x,side\n2,p,q\n3,r,s\n' > t.csv && varve commit -qam two && tick
	git checkout -q main
	printf 'id,a,b\n1,main,y\n2,p,q\n3,r,s\n' > t.csv && varve commit -qam three && tick
	varve merge -q side > ../out && tick
	printf 'id,a,c,d\n1,main,side,u\n2,p,q,v\n3,r,s,w\n' > t.csv && varve commit -qam four && tick
	varve mv t.csv u.csv && varve commit -qm five && tick
	printf 'id,a,c,d\n7,main,side,u\n2,p,q,v\n3,r,s,w\n' > u.csv && varve commit -qam six && tick
	printf 'id,a,c,d\n7,main,end,u\n2,p,q,v\n3,r,s,w\n' > u.csv && varve commit -qam seven
	cd ..
}

@test "a row of a table without a key has a life, too" {
	new_repo src
	printf 'a,b\n1,2\n1,2\n3,4\n' > src/k.csv
	varve -C src add k.csv > out && varve -C src commit -qm one && tick
	printf 'a,b\n9,9\n1,2\n1,2\n3,5\n' > src/k.csv
	varve -C src commit -qam two && tick
	start_server src
	[ "$(said 'row/main/k.csv?row=3' '[.life[] | .kind + " " + .commit.subject] | join(" ")')" = "changed two added one" ]
	[ "$(said 'row/main/k.csv?row=2' '[.life[] | .kind + " " + .commit.subject] | join(" ")')" = "added one" ]
	[ "$(said 'row/main/k.csv?row=0' '[.life[] | .kind + " " + .commit.subject] | join(" ")')" = "added two" ]
}

@test "a row's life names every commit that blame does, whole and in pieces" {
	lively
	start_server src
	[ "$(said 'row/main/u.csv?key=7' '[.life[].commit.subject] | join(" ")')" = "seven six four three two one" ]
	[ "$(said 'row/main/u.csv?key=7' '.life[1] | [.kind, .oldKey, .newKey] | join(" ")')" = "changed 1 7" ]
	[ "$(said 'row/main/u.csv?key=7' '.life[2].cells | tostring')" = '[{"column":"c","oldColumn":"b"},{"column":"d","was":"added","new":"u"}]' ]
	varve -C src blame --json --cells --row 7 u.csv | jq -r '.rows[0].cells[]' | sort -u > named
	said 'row/main/u.csv?key=7' '.life[].commit.id' | sort > told
	[ -z "$(comm -23 named told)" ]
	local next="/api/v0/row/main/u.csv?key=7&n=1" all=()
	while [ "$next" != null ]; do
		curl -s "$url$next" > answer
		all+=("$(jq -r '[.life[].commit.subject] | join(" ")' answer)")
		next=$(jq -r .next answer)
	done
	[ "$(echo "${all[@]}" | xargs)" = "seven six four three two one" ]
}

@test "a day names the last version before its end" {
	places
	start_server src
	day=$(git -C src show -s --format=%ad --date=format:%Y-%m-%d HEAD)
	[ "$(said "datasets/$day" .commit.id)" = "$(id_of HEAD)" ]
	[ "$(said datasets/1999-12-31 .error.code)" = notFound ]
	[ "$(said datasets/1999-12-31 .error.hint)" = "the first version is from $(git -C src show -s --format=%ad --date=format:%Y-%m-%d HEAD~2)" ]
	for day in 1999-13-31 2024-02-30 2023-02-29 2024-00-10 2024-01-00; do
		[ "$(said "datasets/$day" '.error | .code, .message, .hint')" = "badRequest
no such day '$day'
a day is written YYYY-MM-DD, such as 2024-12-31" ]
	done
	[ "$(said datasets/2000-02-29 .error.code)" = notFound ]
	[ "$(said datasets/1.2.3.4 '.error | .message, .hint')" = "version '1.2.3.4' does not exist, or no branch or tag reaches it
name a branch, a tag, a commit, or a day as YYYY-MM-DD, such as 2024-12-31" ]
}

@test "answers about a commit's id are kept for ever, others are asked again" {
	places
	start_server src
	id=$(id_of HEAD)
	curl -s -D head -o /dev/null "$url/api/v0/data/$id/places.csv"
	grep -qi '^cache-control: max-age=31536000, immutable' head
	grep -qi "^etag: \"$(git -C src show HEAD:places.csv | sed -n 's/.*"root": "\([a-z0-9]*\)".*/\1/p')-" head
	grep -qi "^x-varve-commit: $id" head
	tag=$(sed -n 's/^[Ee][Tt]ag: \(".*"\).*/\1/p' head)
	[ "$(status -H "If-None-Match: $tag" "$url/api/v0/data/main/places.csv")" = 200 ]
	curl -s -D head -o /dev/null "$url/api/v0/data/main/places.csv"
	grep -qi '^cache-control: no-cache' head
	tag=$(sed -n 's/^[Ee][Tt]ag: \(".*"\).*/\1/p' head)
	[ "$(status -H "If-None-Match: $tag" "$url/api/v0/data/main/places.csv")" = 304 ]
	[ "$(status -I "$url/api/v0/data/main/places.csv")" = 200 ]
}

@test "only what a branch or tag reaches is shown" {
	places
	cd src
	sed -i '5s/.*/5,secret,1.0,2024-01-01,x/' places.csv
	varve commit -qam hidden
	lost=$(git rev-parse HEAD)
	git reset -q --hard HEAD~1
	cd ..
	start_server src
	for place in "data/$lost/places.csv" "compare/main..$lost/places.csv" "row/$lost/places.csv?key=5" \
		"column/$lost/places.csv?name=id" "datasets/$lost" "values/$lost/places.csv?name=id" \
		"history?rev=$lost" "changes?after=$lost" "data/ORIG_HEAD/places.csv" "data/HEAD@%7B1%7D/places.csv"; do
		[ "$(status --globoff "$url/api/v0/$place")" = 404 ] || { echo "$place" >&2; return 1; }
		! api "$place" | grep -q secret || false
	done
	git -C src tag back "$lost"
	[ "$(said "data/$lost/places.csv?from=3&n=1" '.rows[0].cells[1]')" = secret ]
}

@test "with --private the API wants a name and a secret" {
	places
	users
	start_server --auth users --private src
	[ "$(status "$url/api/v0/refs")" = 401 ]
	[ "$(status "$url/")" = 401 ]
	curl -s -o /dev/null -D head "$url/api/v0/refs"
	grep -qi '^www-authenticate: basic' head
	[ "$(status -u bob:battery "$url/api/v0/refs")" = 200 ]
	curl -s -u bob:battery -o /dev/null -D head "$url/api/v0/data/$(id_of HEAD)/places.csv"
	grep -qi '^cache-control: private, max-age' head
}

@test "addresses with nonsense are refused and do no harm" {
	places
	start_server src
	for place in 'data/main/nothing.csv 404' 'data/none/places.csv 404' 'data//places.csv 400' 'row 400' 'row/main 400' \
		'values/main 400' 'column/main 400' 'column 400' 'nowhere 404' \
		'data/main/places.csv?sort=id&from=18446744073709551615 400' \
		'data/main/places.csv?col=id&op=like&val=1 400' 'data/main/places.csv?col=none&op=eq&val=1 404' \
		'data/main/places.csv?col=size&op=lt&val=much 400' 'data/main/places.csv?sort=none 404' \
		'data/main/places.csv?dir=up 400' 'data/main/places.csv?from=-1 400' 'data/main/places.csv?n=many 400' \
		'data/main/places.csv?jump=none 404' 'data/main/places.csv?show=none 404' \
		'data/main/places.csv?sort=id&from=99999999999 400' 'row/main/places.csv 400' \
		'row/main/places.csv?row=99999 404' 'row/main/places.csv?key=none 404' 'column/main/places.csv 400' \
		'compare/main..none 404' 'compare/..main 404' 'compare/main..main/none.csv 404' \
		'data/main/../../etc/passwd 404' 'data/main/%2e%2e%2f%2e%2e%2fetc%2fpasswd 404' \
		'data/%00/places.csv 400' 'data/main/places.csv?q=%zz 400' 'data/main/places.csv?hide=all 400' \
		'data/-h/places.csv 404' 'data/main:places.csv/x 404' 'data/.work/places.csv 404' \
		'data/main/.git/config 404' 'assets/../../../etc/passwd 404' 'history/none.csv 404'; do
		[ "$(status --globoff --path-as-is "$url/api/v0/${place% *}")" = "${place##* }" ] ||
			{ echo "$place: $(status --globoff --path-as-is "$url/api/v0/${place% *}")" >&2; return 1; }
	done
	long=$(printf 'x%.0s' $(seq 5000))
	[ "$(status "$url/api/v0/data/main/places.csv?q=$long")" = 400 ]
	[ "$(status "$url/api/v0/data/main/$long$long")" = 414 ]
	many=$(printf 'col=id&%.0s' $(seq 40))
	[ "$(status "$url/api/v0/data/main/places.csv?$many")" = 400 ]
	[ "$(said data/main/nothing.csv '.error | .code, .message')" = "notFound
version $(id_of HEAD | cut -c1-8) has no file 'nothing.csv'" ]
	[ "$(said data/main/place.csv '.error.near[0]')" = places.csv ]
	[ "$(status -X POST "$url/api/v0/refs")" = 405 ]
	[ "$(status -H 'Host: evil.example' "$url/api/v0/refs")" = 421 ]
	succeeds curl -sf -o /dev/null "$url/api/v0/refs"
}

@test "a table that this version has not is told of where it is" {
	places
	git -C src rm -q places.csv
	varve -C src commit -qm gone
	start_server src
	[ "$(said data/main/places.csv .error.newestWithIt.id)" = "$(id_of HEAD~1)" ]
	[ "$(said compare/main~1..main/places.csv '.words')" = 'removed: 3,000 rows, 5 columns' ]
	[ "$(said compare/main~1..main/places.csv '.changes.rowsRemoved, (.rows | length)' | tr '\n' ' ')" = '3000 0 ' ]
}

@test "files that are no tables say what they are" {
	new_repo src
	printf 'some <b>text</b>\n' > src/notes.txt
	printf '\211PNG\r\n\032\n....' > src/logo.png
	printf '\000\001\002' > src/bytes.bin
	printf 'a,b\n1,2\n3,4\n' > src/plain.csv
	git -C src -c core.attributesFile=/dev/null add notes.txt logo.png bytes.bin
	varve -C src add plain.csv 2>/dev/null
	varve -C src commit -qm files
	start_server src
	[ "$(said data/main/notes.txt '.dataset.kind, .text')" = 'text
some <b>text</b>' ]
	[ "$(said data/main/logo.png .dataset.kind)" = image ]
	[ "$(said data/main/bytes.bin .dataset.kind)" = bytes ]
	[ "$(said data/main/plain.csv '.dataset.kind, .rows[1].cells[1]')" = 'table
4' ]
	[ "$(said 'values/main/notes.txt?name=a' .error.code)" = notATable ]
	printf 'a,b\n1,"2\n3,4\n' > src/broken.csv
	git -C src -c core.attributesFile=/dev/null add broken.csv
	varve -C src commit -qm broken
	[ "$(said data/main/broken.csv '.dataset | .kind, .why')" = 'text
broken.csv: line 2, character 3: the quote that opens here is never closed' ]
}

@test "a repository without a commit says so" {
	new_repo src
	start_server src
	[ "$(said changes '.commits | length')" = 0 ]
	[ "$(said refs '.refs | length')" = 0 ]
	[ "$(said datasets/HEAD .error.code)" = notFound ]
}

@test "data is opened to pages of the origins that --cors names" {
	places
	start_server --cors https://maps.example src
	for place in "raw/main/places.csv" "api/v0/refs"; do
		curl -s -o /dev/null -D head -H 'Origin: https://maps.example' "$url/$place"
		grep -qi '^access-control-allow-origin: https://maps.example' head
		grep -qi '^vary: origin' head
		curl -s -o /dev/null -D head -H 'Origin: https://evil.example' "$url/$place"
		! grep -qi '^access-control-allow-origin' head || false
		curl -s -o /dev/null -D head -X OPTIONS -H 'Origin: https://maps.example' -w '%{http_code}' "$url/$place" > code
		[ "$(cat code)" = 204 ]
		grep -qi '^allow: GET, HEAD, OPTIONS' head
		grep -qi '^access-control-allow-methods: GET, HEAD, OPTIONS' head
	done
	curl -s -o /dev/null -D head -X OPTIONS "$url/varve"
	grep -qi '^allow: POST, OPTIONS' head
	curl -s -o /dev/null -D head -X PUT "$url/raw/main/places.csv"
	grep -q '^HTTP/1.1 405' head
	grep -qi '^allow: GET, HEAD, OPTIONS' head
	stop_server
	ends_with 2 varve serve --http 127.0.0.1:0 --cors maps.example src
	[[ $stderr == *"'maps.example' is not an origin"* ]]
}

@test "answers are compressed for who takes it, and ranges are not" {
	places
	start_server src
	for place in raw/main/places.csv api/v0/data/main/places.csv; do
		curl -s "$url/$place" > plain
		for coding in gzip zstd; do
			curl -s -D head -o packed -H "Accept-Encoding: $coding" "$url/$place"
			grep -qi "^content-encoding: $coding" head
			grep -qi '^vary: accept-encoding' head
			$coding -dc < packed > back
			same_bytes plain back
			[ "$(stat -c %s packed)" -lt $(($(stat -c %s plain) / 2)) ]
			tag=$(sed -n 's/^[Ee][Tt]ag: \(".*"\).*/\1/p' head)
			[ "$(status -H "Accept-Encoding: $coding" -H "If-None-Match: $tag" "$url/$place")" = 304 ]
			[ "$(status -H "If-None-Match: $tag" "$url/$place")" = 200 ]
		done
		curl -s -D head -o /dev/null -H 'Accept-Encoding: gzip;q=0' "$url/$place"
		! grep -qi '^content-encoding' head || false
	done
	[ "$(curl -s -r 0-9 -H 'Accept-Encoding: gzip' "$url/raw/main/places.csv")" = "$(head -c 10 three.csv)" ]
}

@test "If-Match is answered with 412 once a version is another one" {
	places
	start_server src
	curl -s -D head -o /dev/null "$url/raw/main/places.csv"
	tag=$(sed -n 's/^[Ee][Tt]ag: \(".*"\).*/\1/p' head)
	[ "$(status -H "If-Match: $tag" "$url/raw/main/places.csv")" = 200 ]
	[ "$(status -H "If-Match: \"x\", $tag" -r 0-9 "$url/raw/main/places.csv")" = 206 ]
	[ "$(status -H 'If-Match: *' "$url/raw/main/places.csv")" = 200 ]
	[ "$(status -H "If-Match: $tag" -r 0-9 "$url/raw/main~1/places.csv")" = 412 ]
	[ "$(status -H "If-Match: W/$tag" "$url/raw/main/places.csv")" = 412 ]
}

@test "a browser that goes away in the middle does no harm" {
	new_repo src
	python3 - > src/places.csv <<'P'
import random
r = random.Random(1)
print("id,a,b,c")
for i in range(60000):
    print(f"{i},{r.random()},{r.random()},{r.random()}")
P
	varve -C src add places.csv 2>/dev/null
	varve -C src commit -qm one
	start_server src
	python3 - "$url" <<'P'
import socket, sys, time
host, port = sys.argv[1][7:].split(":")
for n in range(20):
    s = socket.create_connection((host, int(port)))
    s.sendall(b"GET /table/main/places.csv?format=csv&n=%d HTTP/1.1\r\nHost: localhost\r\n\r\n" % n)
    s.recv(1)
    s.close()
for n in range(20):
    s = socket.create_connection((host, int(port)))
    s.sendall(b"GET /api/v0/data/main/places.csv?sort=a&q=%d HTTP/1.1\r\nHost: localhost\r\n\r\n" % n)
    s.close()
P
	[ "$(status "$url/api/v0/refs")" = 200 ]
	stop_server
}

@test "a version whose blocks are not here says so, and what gets them" {
	places
	git clone -q src bare 2>/dev/null
	start_server bare
	[ "$(said data/main/places.csv '.error.code')" = missing ]
	[ "$(said data/main/places.csv '.error.hint')" = "the operator of this server can fetch it with 'varve fetch --data $(id_of HEAD | cut -c1-8) places.csv'" ]
	[ "$(said compare/main~1..main/places.csv '.error.code')" = missing ]
	# the older version alone lacks its blocks
	varve -C bare fetch -q --data HEAD places.csv
	[ "$(said data/main/places.csv '.dataset.rows')" = 3000 ]
	[ "$(said compare/main~1..main/places.csv '.error.hint')" = "the operator of this server can fetch it with 'varve fetch --data $(id_of HEAD~1 | cut -c1-8) places.csv'" ]
	[ "$(said 'row/main/places.csv?row=5' '.complete, .notHere')" = "false
the operator of this server can fetch them with 'varve fetch --data --all'" ]
	[ "$(said 'column/main/places.csv?name=id' '.versions[] | [.there, .notHere, .rows] | tostring')" = '[true,null,3000]
[false,true,null]
[false,true,null]' ]
	# what pointers tell is told
	[ "$(said datasets/main '.datasets[0] | .rows, .columns')" = '3000
5' ]
	[ "$(said changes '.commits | length')" = 3 ]
}

@test "cells of a megabyte are cut, a row has them whole, and 3,000 columns fit" {
	new_repo src
	python3 - src <<'P'
import sys
with open(sys.argv[1] + "/big.csv", "w") as f:
    f.write("id,text\n" + "".join(f"{i},{'é' * 499990}{i}\n" for i in range(12)))
with open(sys.argv[1] + "/wide.csv", "w") as f:
    f.write(",".join(f"c{i}" for i in range(3000)) + "\n")
    f.write("".join(",".join(str(r * i) for i in range(3000)) + "\n" for r in range(300)))
P
	varve -C src add big.csv wide.csv 2>/dev/null
	varve -C src commit -qm big
	start_server src
	[ "$(said data/main/big.csv '.rows | length')" = 12 ]
	[ "$(said data/main/big.csv '.rows[3].cells[1] | .bytes, (.text | length)')" = '999981
1000' ]
	[ "$(said 'row/main/big.csv?row=3' '.row.cells[1] | length')" = 499991 ]
	[ "$(said data/main/wide.csv '.rows[1].cells[2999], (.rows | length < 200), .complete')" = '2999
true
false' ]
	next=$(said data/main/wide.csv .next)
	[ "$(curl -s "$url$next" | jq -r '.rows[0].number')" = "$(said data/main/wide.csv '.rows | length')" ]
	[ "$(awk '/^VmHWM/ { print ($2 < 130000) }' /proc/$server/status)" = 1 ] ||
		[ -n "$(nm "$(command -v varve)" 2> /dev/null | grep -m 1 __asan_init)" ]
}
