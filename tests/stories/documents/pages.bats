load ../../cli/helper
load ../../cli/serve/server

# Pages of tables in documents, made by a reader of files called .toy: [NAME] begins a table, whose lines are CSV.

setup() {
	server_setup
	mkdir -p "$HOME/bin"
	cat > "$HOME/bin/toy" <<-'END'
		#!/bin/sh
		echo "$1 $3" >> "${0%/*}/asked"
		case $1 in
		list) sed -n 's/^\[\(.*\)\]$/{"name":"\1"}/p' "$2" ;;
		read) awk -v t="[$3]" '/^\[/ { on = $0 == t; next } on' "$2" ;;
		write) [ ! -e "${0%/*}/writes" ] || { echo BOOK; cat "$2"; } ;;
		esac
	END
	chmod +x "$HOME/bin/toy"
	git config --global varve.reader.toy.command "$HOME/bin/toy"
	new_repo src
	book 4.5 > src/b.toy
	git -C src add b.toy
	git -C src commit -qm one
	tick
	book 4.75 > src/b.toy
	printf '[Only]\nx,y\n1,2\n' > src/one.toy
	git -C src add .
	git -C src commit -qm two
}

teardown() {
	[ -z "${server:-}" ] || stop_server
}

book() { printf '[Prices]\nid,price\n1,%s\n2,20\n[Stock]\nsku,n\na,1\n' "$1"; }

page() { curl -sL --globoff -H 'Accept: text/html' -b "$BATS_TEST_TMPDIR/jar" "$url/$1"; }

# A page for which there was no time on a busy machine is a part, and the next visit continues.
page_has() {
	local i
	for ((i = 0; i < 10; i++)); do
		page "$1" > page.html
		! grep -qF -- "$2" page.html || return 0
		sleep 0.2
	done
	cat page.html >&2
	return 1
}

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
	[ -n "$first" ]
	url=$(printf '%s' "$first" | sed 's,^\(http://[^/]*\)/.*,\1,')
	curl -s -o /dev/null -c "$BATS_TEST_TMPDIR/jar" "$first"
}

@test "the owner's pages show tables of documents, their versions and what changed in them" {
	start_web src
	page_has table/main/b.toy '/b.toy%23Prices"'
	page_has table/main/b.toy '/b.toy%23Stock"'
	page_has table/main/b.toy%23Prices 4.75
	page_has table/main~1/b.toy%23Prices 4.5
	page_has table/main/one.toy '>2<'
	page_has compare/main~1..main/b.toy '/b.toy%23Prices"'
	page_has compare/main~1..main/b.toy%23Prices 4.75
	page_has history/b.toy%23Prices '/b.toy%23Prices"'
	page_has 'columns/main/b.toy%23Prices?name=price' 4.75
	page_has table/main/b.toy%23Nothing "has no table"
	[ "$(page raw/main/b.toy | cksum)" = "$(git -C src show main:b.toy | cksum)" ]
	[ "$(page 'table/main/b.toy%23Prices?format=csv')" = $'id,price\n1,4.75\n2,20' ]
	sed -i s/4.75/5/ src/b.toy
	page_has table/.work/b.toy%23Prices '>5<'
	asked=$(wc -l < "$HOME/bin/asked")
	page_has table/main/b.toy%23Stock sku
	page_has table/main/b.toy%23Prices 4.75
	[ "$(wc -l < "$HOME/bin/asked")" = "$((asked + 1))" ] # for Stock
}

@test "the overview and the history have rows of documents' tables, and say when these changed" {
	printf '[Prices]\nid,price\n1,5\n2,20\n3,30\n[Stock]\nsku,n\na,1\n' > src/b.toy
	git -C src commit -qam three
	start_web src
	page_has "" '/b.toy%23Prices"'
	page_has "" '3 rows, 2 columns'
	page_has "" '/one.toy"'
	page_has "" '1 row, 2 columns'
	page_has "" 'in a document'
	tr -d '\n' < page.html | grep -qE 'b\.toy#Prices.{0,400}(ago|today|yesterday)' || { cat page.html >&2; return 1; }
	page_has "" '>5<' # rows in all
	page api/v0/datasets/main | grep -qF '"rows":3'
	page_has history/b.toy%23Prices 'class="add">+1</span>'
	page_has history/b.toy%23Prices '2 rows, 2 columns'
	page_has history/b.toy%23Prices 'Rows over time'
	page_has history/b.toy%23Stock 'no change in data'
	page_has history/one.toy '1 row, 2 columns'
}

@test "the overview draws a document's rows of versions that were read before, counts the others, and runs no reader for them" {
	printf '[Prices]\nid,price\n1,5\n2,20\n3,30\n[Stock]\nsku,n\na,1\n' > src/b.toy
	git -C src commit -qam three
	start_web src
	page_has "" '2 versions not read yet'
	asked=$(grep -c '^read Prices' "$HOME/bin/asked")
	page_has "" '2 versions not read yet'
	[ "$(grep -c '^read Prices' "$HOME/bin/asked")" = "$asked" ]
	page_has history/b.toy%23Prices 'class="add">+1</span>'
	asked=$(wc -l < "$HOME/bin/asked")
	page_has "" 'Rows over time: from 2 to 3'
	[ "$(page api/v0/datasets/main | jq -c '.datasets[] | select(.path == "b.toy#Prices") | [.rowsOverTime[].rows], .versionsNotRead')" = $'[2,2,3]\nnull' ]
	stop_server
	start_web src # what was read is kept
	page_has "" 'Rows over time: from 2 to 3'
	[ "$(wc -l < "$HOME/bin/asked")" = "$asked" ]
	# its only table is another one than those of before
	printf '[Prices]\nid,price\n1,5\n' > src/b.toy
	git -C src commit -qam four
	page_has "" '1 row, 2 columns'
	page_has history/b.toy four
	printf '[Costs]\nid,price\n1,5\n' > src/b.toy
	git -C src commit -qam five
	page_has history/b.toy%23Costs '(was b.toy#Prices)'
	page_has history/b.toy%23Costs '#Prices</a>: new: 2 rows'
}

@test "a table is downloaded as a workbook where a program writes it, and it is not offered where none does" {
	git config --global varve.reader.workbook.command "$HOME/bin/toy"
	start_web src
	! page table/main/b.toy%23Prices | grep -qi workbook || false
	stop_server
	touch "$HOME/bin/writes"
	start_web src
	page_has table/main/b.toy%23Prices 'format=xlsx'
	page 'table/main/b.toy%23Prices?format=xlsx' > book
	[ "$(head -n 1 book)" = BOOK ]
	[ "$(sed -n 2p book)" = '{"name": "b.toy#Prices", "changes": false}' ]
	git config --global varve.reader.parquet.command "$HOME/bin/toy"
	[ "$(page 'table/main/b.toy%23Prices?format=parquet' | head -n 2)" = "$(printf 'BOOK\n{"name": "table", "changes": false}')" ]
	page_has 'table/main/b.toy%23Prices?q=2&format=parquet' 'a search, or rows in another order'
	page 'table/main/b.toy%23Prices?format=xlsx&col=id&op=eq&val=2&show=price' > one
	grep -qa price one
	[ "$(wc -c < one)" -lt "$(wc -c < book)" ]
	page_has 'table/main/b.toy%23Prices?col=id&op=eq&val=2' 'format=xlsx'
	! page 'table/main/b.toy%23Prices?q=2' | grep -q format=xlsx || false
	page_has 'table/main/b.toy%23Prices?q=2&format=xlsx' 'a search, or rows in another order'
	# no more than four at once, and none for a browser that has gone away
	sed -i 's/echo BOOK;/echo $$ >> "${0%\/*}\/pids"; exec sleep 100;/' "$HOME/bin/toy"
	: > "$HOME/bin/pids"
	for i in 1 2 3 4; do
		curl -sL --globoff -m 20 -b "$BATS_TEST_TMPDIR/jar" "$url/table/main/b.toy%23Prices?format=xlsx" > /dev/null 3>&- &
		curls="${curls-} $!"
	done
	for ((i = 0; i < 150 && $(wc -l < "$HOME/bin/pids") < 4; i++)); do sleep 0.1; done
	page_has 'table/main/b.toy%23Prices?format=xlsx' 'too many workbooks and Parquet files are being written'
	kill $curls
	for ((i = 0; i < 150; i++)); do
		kill -0 $(cat "$HOME/bin/pids") 2> /dev/null || break
		sleep 0.1
	done
	for pid in $(cat "$HOME/bin/pids"); do
		ends_with 1 kill -0 "$pid"
	done
	[ "$(wc -l < "$HOME/bin/pids")" -eq 4 ]
	stop_server
	start_server src
	! page table/main/b.toy | grep -qi workbook || false
}

@test "served pages run no reader unless the owner asks for it, and exported pages have the files alone" {
	echo '*.csv varve-reader=toy' > src/.gitattributes
	book 1 > src/b.csv
	git -C src add .
	git -C src commit -qm three
	start_server src
	page_has table/main/b.csv '[Prices]'
	page_has table/main/b.toy 'The file itself'
	page_has table/main/b.toy%23Prices 'which this server does not read'
	[ ! -e "$HOME/bin/asked" ]
	stop_server
	git -C src config varve.readers true # a repository does not ask
	start_server src
	page_has table/main/b.toy%23Prices 'which this server does not read'
	stop_server
	succeeds varve -C src web --export "$PWD/out"
	[ ! -e "$HOME/bin/asked" ]
	git config --global varve.readers true
	start_server src
	page_has table/main/b.toy%23Prices 4.75
}

@test "a served table is had as Parquet where a program writes it, and else the answer names what to install" {
	printf 'id,price\n1,9.99\n2,3.50\n' > src/p.csv
	varve -C src add -q p.csv
	git -C src commit -qm three
	sed -i '2i [ -e "${0%/*}/writes" ] || exit 3' "$HOME/bin/toy" # a library is missing
	git config --global varve.reader.parquet.command "$HOME/bin/toy"
	start_server src
	for address in 'raw/main/p.csv?format=parquet' 'table/main/p.csv?format=parquet'; do
		page_has "$address" 'this server has no program that writes Parquet'
		page_has "$address" 'pip install'
		[ "$(curl -sL -o /dev/null -w '%{http_code}' "$url/$address")" = 400 ]
	done
	touch "$HOME/bin/writes"
	[ "$(page 'raw/main/p.csv?format=parquet' | head -n 2)" = "$(page 'table/main/p.csv?format=parquet' | head -n 2)" ]
	page 'raw/main/p.csv?format=parquet' > all
	[ "$(head -n 1 all)" = BOOK ]
	grep -qa price all
	page 'raw/main/p.csv?format=parquet&columns=id&where=id%20%3D%202' > some
	[ "$(head -n 1 some)" = BOOK ]
	[ "$(wc -c < some)" -lt "$(wc -c < all)" ]
	curl -sI "$url/raw/main/p.csv?format=parquet" | grep -qi 'content-type: application/vnd.apache.parquet'
	# the owner wants no such programs
	git config --global varve.readers false
	page_has 'raw/main/p.csv?format=parquet' 'writes no workbooks and no Parquet'
}

@test "visitors who look at many documents at once start eight readers at the same time, and get all of them" {
	local n
	sed -i '2i [ "$1" = write ] || { echo + >> "${0%/*}/busy"; sleep 0.3; echo - >> "${0%/*}/busy"; }' "$HOME/bin/toy"
	git config --global varve.readers true
	for n in $(seq 20); do
		printf '[Only]\nx,y\n1,number-%s\n' $n > src/n$n.toy
	done
	git -C src add .
	git -C src commit -qm many
	start_server src
	for n in $(seq 20); do
		curl -sL -H 'Accept: text/html' -o "page$n" "$url/table/HEAD/n$n.toy" &
	done
	wait $(jobs -p | grep -vx "$server")
	for n in $(seq 20); do
		grep -q "number-$n<" "page$n"
	done
	awk '/\+/ && ++now > most { most = now } /-/ { now-- } END { exit !(most > 1 && most <= 8) }' "$HOME/bin/busy"
}

@test "visitors who look at what changed in many documents at once do not wait for each other's readers" {
	local n
	sed -i '2i [ "$1" != read ] || sleep 0.4' "$HOME/bin/toy"
	git config --global varve.readers true
	for n in $(seq 24); do
		printf '[Only]\nx,y\n1,old-%s\n' $n > src/n$n.toy
	done
	git -C src add .
	git -C src commit -qm many
	sed -i s/old-/new-/ src/n*.toy
	git -C src commit -qam changed
	start_server src
	for n in $(seq 24); do
		curl -sL -H 'Accept: text/html' -o "page$n" "$url/history/n$n.toy%23Only" &
	done
	wait $(jobs -p | grep -vx "$server")
	for n in $(seq 24); do
		grep -q '<ol class="log">' "page$n"
		! grep -q "readers of documents are running, which is the limit" "page$n" || false
	done
}
