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

page() { curl -sL --globoff -b "$BATS_TEST_TMPDIR/jar" "$url/$1"; }

page_has() {
	page "$1" > page.html
	grep -qF -- "$2" page.html || { cat page.html >&2; return 1; }
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

@test "served pages run no reader unless the owner asks for it, and exported pages have the files alone" {
	echo '*.csv varve-reader=toy' > src/.gitattributes
	book 1 > src/b.csv
	git -C src add .
	git -C src commit -qm three
	start_server src
	page_has table/main/b.csv '[Prices]'
	page_has table/main/b.toy 'The file itself'
	page_has table/main/b.toy%23Prices 'not read here'
	[ ! -e "$HOME/bin/asked" ]
	stop_server
	git -C src config varve.readers true # a repository does not ask
	start_server src
	page_has table/main/b.toy%23Prices 'not read here'
	stop_server
	succeeds varve -C src web --export "$PWD/out"
	[ ! -e "$HOME/bin/asked" ]
	git config --global varve.readers true
	start_server src
	page_has table/main/b.toy%23Prices 4.75
}
