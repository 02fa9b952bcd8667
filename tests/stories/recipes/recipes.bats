load ../../cli/helper

page=${BATS_TEST_DIRNAME}/../../../docs/use/recipes.md

# What the page says that there is.
shop() {
	unset GIT_AUTHOR_DATE GIT_COMMITTER_DATE
	varve init -q --bare hub.git
	varve clone -q "$PWD/hub.git" shop 2> /dev/null
	cd shop
	printf '/exports/\n/for-*\n/from-*\n' > .gitignore
	seq 3 | sed 's/.*/{"id": &, "owner": null}/' > tasks.jsonl
	rows 50 > prices.csv
	varve add -q .gitignore tasks.jsonl
	varve add -q --key id prices.csv
	varve commit -q --date '70 days ago' -m one
	git tag v1
	sed -i 's/^9,item [0-9]*,/9,desk,/' prices.csv
	varve commit -qa --date '50 days ago' -m two
	sed -i 's/^7,\(item [0-9]*\),[^,]*/7,\1,4711/' prices.csv
	varve commit -qa -m three # today: three days ago may be last month
	varve push -q -u origin main
	mkdir exports
	for month in 08 09 10; do
		printf 'id,n\n1,%s\n2,5\n' "$month" > "exports/sales_2026-$month.csv"
	done
	sed 's/^3,item/3,chair/' prices.csv > exports/today.csv
	varve cat -o from-bob.csv v1:prices.csv
	sed -i 's/^5,item/5,shelf/' from-bob.csv
}

# recipe HEADING: runs its commands.
recipe() {
	awk -v heading="## $1" '/^## / { on = $0 == heading } on' "$page" |
		awk '/^```sh/ { on = 1; next } /^```/ { on = 0 } on' > ../recipe.sh
	[ "$(wc -l < ../recipe.sh)" -gt 0 ]
	GIT_EDITOR=true PAGER=false GIT_PAGER=false succeeds bash -eu ../recipe.sh < /dev/null
}

@test "no recipe has more than fifteen lines, and each is run" {
	awk '/^```sh/ { n = 0; next } /^```/ { if (n > 15) exit 1 } { n++ }' "$page"
	[ "$(sed -n 's/^## //p' "$page" | sort)" = "$(sed -n 's/^\t*recipe "\(.*\)"$/\1/p' "$BATS_TEST_DIRNAME/recipes.bats" | sort -u)" ]
}

@test "recipes that look at history" {
	shop
	recipe "What changed since last month"
	output_has "rows     50 -> 50: 1 changed"
	output_has "~1 row"
	recipe "Who changed this number"
	output_has "4711"
	recipe "A chart of a figure"
	[ "$(tail -n 4 <<< "$output" | grep -c '^2[0-9-]*.*,')" -eq 3 ]
	recipe "A release with a citation"
	output_has "CID bafy"
	grep -q '^cff-version: 1.2.0$' CITATION.cff
	recipe "Found by search engines and programs"
	grep -q '"contentUrl": "https://example.org/prices/pages/raw/' public/pages/croissant.json
}

@test "recipes that undo" {
	shop
	recipe "Undo a cell, a column, a night"
	git reset -q --hard HEAD~1
	[ "$(git log -1 --format=%s)" = 'Revert "Prices as before" in prices.csv' ]
	[ "$(varve cat --where 'id = 7' --columns price --format csv prices.csv | tail -1)" = 4711 ]
	git reset -q --hard HEAD~1
	[ "$(varve cat --where 'id = 7' --columns price --format csv prices.csv | tail -1)" = "$(varve cat --where 'id = 7' --columns price --format csv v1:prices.csv | tail -1)" ]
}

@test "recipes for every night and month" {
	shop
	recipe "A nightly job"
	grep -q '^3,chair' prices.csv
	recipe "A nightly job"
	[ "$(git rev-list --count '@{u}..')" -eq 0 ]
	[ "$(git rev-list --count HEAD)" -eq 4 ]
	printf 'id,name\n1,chair\n' > exports/today.csv
	ends_with 1 bash -eu ../recipe.sh
	stderr_has "nightly: check: 1"
	git diff --quiet
	head -n 1 prices.csv > exports/today.csv
	ends_with 1 bash -eu ../recipe.sh
	stderr_has "nightly: exports/today.csv: missing, or has no rows"
	rm exports/today.csv
	ends_with 1 bash -eu ../recipe.sh
	stderr_has "nightly: exports/today.csv: missing, or has no rows"
	git diff --quiet
	recipe "Monthly files as versions"
	output_has "9 -> 10"
	[ "$(wc -l < all.csv)" -eq 7 ]
	recipe "A backup of everything"
	[ "$(git -C ../backup.git rev-parse main)" = "$(git rev-parse HEAD)" ]
	recipe "A key that was found wrong"
	[ "$(varve info --json prices.csv | python3 -c 'import json, sys; print(json.load(sys.stdin)["keyColumns"])')" = "['id', 'day']" ]
}

@test "recipes that exchange with others" {
	shop
	recipe "A colleague without varve"
	grep -q '^5,shelf' prices.csv
	grep -q ',4711,' prices.csv
	varve push -q
	recipe "Claim a task"
	recipe "A colleague with only a browser"
	python3 -m zipfile -l site.zip | grep -q '^site/index.html'
	recipe "A network drive, OneDrive"
	cmp prices.csv ../clone/prices.csv
	recipe "Excel there and back"
	[ "$(head -1 for-excel.csv)" = $'\xef\xbb\xbf'"$(head -1 prices.csv)" ]
}

@test "the recipe for other programs serves CSV and Arrow" {
	local port
	shop
	port=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
	sed "s/127.0.0.1:8080/127.0.0.1:$port/" "$page" > ../page.md
	page=$PWD/../page.md
	recipe "R and Power BI"
	cmp all.csv prices.csv
	[ "$(tail -n +2 dear.csv | wc -l)" -eq "$(varve cat --where 'price > 100' --format csv v1:prices.csv | tail -n +2 | wc -l)" ]
	varve cat --format arrow prices.csv | cmp - all.arrows
}

# gone CID FOLDER...: no repository here has the version, nor finds it.
gone() {
	local cid=$1 folder
	shift
	rm -rf "$HOME/.cache"
	for folder; do
		ends_with 2 varve -C "$folder" cat "$cid"
		stderr_has "is missing here"
	done
}

@test "a row is erased from all of history, in each place" {
	local kind cid
	for kind in peer git store vault; do
		mkdir $kind && cd $kind
		shop
		[ $kind = vault ] || [ $kind = peer ] || git config --global remote.origin.varveKind git
		if [ $kind = store ]; then
			varve store add team "$PWD/../bucket" > /dev/null 2>&1
			varve add -q .varveconfig
			varve commit -qm store
		elif [ $kind = vault ]; then
			varve vault key new > /dev/null 2>&1
			mkdir ../holder
			varve vault holder add h ../holder > /dev/null 2>&1
			varve vault replicate -q --copies 1 > /dev/null 2>&1
			varve add -q .varveconfig
			varve commit -qm vault
		fi
		git branch side HEAD~1
		succeeds varve push -q --all
		succeeds varve push -q --tags
		cid=$(varve info --json v1:prices.csv | python3 -c 'import json, sys; print(json.load(sys.stdin)["root"])')
		[ "$(varve cat "$cid" | grep -c '^7,')" -eq 1 ]
		case $kind in
		peer | vault) succeeds varve -C ../hub.git erase prices.csv --where 'id = 7' --plan
			succeeds varve -C ../hub.git erase prices.csv --where 'id = 7' --apply
			gone "$cid" ../hub.git ;;
		git | store) rm -rf ../hub.git/varve
			recipe "Erase a row from all of history" || true
			output_has "objects: still there; "
			succeeds git -C ../hub.git gc -q --prune=now
			recipe "Erase a row from all of history"
			output_lacks "still there" ;;
		esac
		cd ..
		rm -rf shop
		succeeds varve clone -q "$PWD/hub.git" shop
		cd shop
		if [ $kind = vault ]; then
			varve vault holder add h ../holder > /dev/null 2>&1
			succeeds varve vault replicate -q
			succeeds varve vault prune --grace 0
			succeeds varve vault recover --to ../back ../holder
			gone "$cid" ../back
		fi
		gone "$cid" .
		for rev in main origin/side v1; do
			succeeds varve cat "$rev:prices.csv"
			output_lacks $'\n7,'
			[ "$(varve cat "$rev:prices.csv" | wc -l)" -eq 50 ]
		done
		succeeds varve fsck --data
		cd ../..
	done
}
