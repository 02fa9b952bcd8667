# The owner's desk in `varve web`: change, undo, save, send, get, by forms alone.
load ../helper
load ../serve/server
load forms

setup() {
	server_setup
}

teardown() {
	[ -z "${server:-}" ] || stop_server
}

# A host, src of ada with prices.csv, and bob's clone.
two_people() {
	git init -q --bare host.git
	new_repo src
	cd src
	printf 'id,price,day,item\n' > prices.csv
	for i in $(seq 30); do
		printf '%05d,%d.%02d,2024-01-%02d,item %d\n' "$i" "$i" "$((i * 3 % 100))" "$((i % 28 + 1))" "$i" >> prices.csv
	done
	varve add -q --key id prices.csv
	varve commit -q -m one
	git remote add origin "file://$PWD/../host.git"
	varve push -q -u origin main
	varve clone -q "file://$PWD/../host.git" ../bob 2> /dev/null
	start_web .
}

row=table/.work/prices.csv?key=00007

@test "a cell is changed, undone, changed again, saved and sent" {
	two_people
	page ""
	has "You changed nothing"
	has "Look for new versions"
	page "$row&cell=price"
	press Change value=7.50
	grep -qx '00007,7.50,2024-01-08,item 7' prices.csv
	page desk
	has "You changed prices.csv: 1 cell changed"
	has "prices.csv: 1 cell changed\""
	page "$row"
	press Undo
	succeeds git diff --quiet
	page "$row&cell=price"
	press Change value=7.60
	page desk
	press "Save and send" message="the price of 7"
	has "You changed nothing"
	[ "$(git log -1 --format=%s)" = "the price of 7" ]
	[ "$(git -C ../host.git log -1 --format=%s main)" = "the price of 7" ]
	varve -C ../bob pull -q
	grep -qx '00007,7.60,2024-01-08,item 7' ../bob/prices.csv
}

@test "a value that does not fit, and a cell that has changed meanwhile, are refused, and nothing is written" {
	two_people
	cp prices.csv ../before
	page "$row&cell=price"
	old=$page
	press Change value=many
	has "'many' is not a number"
	has "In the column 'price', a number is expected"
	cmp prices.csv ../before
	sed -i 's/^00007,7.21/00007,8.00/' prices.csv
	cp prices.csv ../before
	page=$old
	press Change value=9.00
	has "the cell has changed since the page was shown: it is '8.00' now"
	cmp prices.csv ../before
}

@test "rows are added like others, removed, and taken back" {
	two_people
	page "desk/prices.csv?like=00007"
	press "Add the row" c:id=00031 c:price=1.00
	tail -n 1 prices.csv | grep -qx '00031,1.00,2024-01-08,item 7'
	page "desk/prices.csv?like=00007"
	press "Add the row" c:id=00031
	has "A row has the key '00031' already"
	[ "$(grep -c ^00031 prices.csv)" = 1 ]
	page "$row"
	press "Remove this row"
	! grep -q ^00007 prices.csv || false
	has "1 row added"
	has "1 row removed"
	press Undo
	succeeds git diff --quiet
}

@test "changed cells show both values until saved, and each is undone alone" {
	two_people
	sed -i 's/^00007,7.21,2024-01-08,item 7/00007,7.50,2024-01-09,pear/; s/^00009,9.27/00009,9.50/; 3d' prices.csv
	page table/.work/prices.csv
	has "<del>7.<mark>21</mark></del>"
	has "<ins>7.<mark>50</mark></ins>"
	has "<ins>pear</ins>"
	page table/HEAD/prices.csv
	has "Show the table with your changes"
	lacks "<ins>"
	page compare/HEAD...work/prices.csv
	press "Undo price in row 00007"
	has "<ins>pear</ins>"
	lacks "<ins>7."
	grep -qx '00007,7.21,2024-01-09,pear' prices.csv
	press "Undo all of row 00007"
	grep -qx '00007,7.21,2024-01-08,item 7' prices.csv
	press "Undo all of row 00002"
	press "Undo all of row 00009"
	succeeds git diff --quiet
	# between saved versions nothing is undone
	sed -i 's/^00007,7.21/00007,8.00/' prices.csv
	git commit -q -a -m two
	page compare/HEAD~1..HEAD/prices.csv
	has "<ins>"
	lacks Undo
}

@test "a cell is chosen from what its column may have" {
	new_repo src
	cd src
	printf 'id,kind,ok,day,note\n' > t.csv
	for i in $(seq 9); do
		echo "$i,$([ $((i % 2)) = 0 ] && echo even || echo odd),$([ "$i" = 3 ] && echo no || echo yes),2024-02-0$i,n$((i % 3))" >> t.csv
	done
	varve add -q --key id t.csv
	varve schema --type ok=boolean t.csv > said 2>&1
	python3 - <<-'END'
	import json
	d = json.load(open("datapackage.json"))
	for f in d["resources"][0]["schema"]["fields"]:
	    if f["name"] == "kind":
	        f["constraints"] = {"enum": ["even", "odd", "prime"]}
	    if f["name"] == "ok":
	        f["trueValues"], f["falseValues"] = ["true", "yes"], ["false", "no"]
	json.dump(d, open("datapackage.json", "w"))
	END
	varve add -q .
	varve commit -q -m one
	start_web .
	at='table/.work/t.csv?key=3&cell'
	page "$at=kind"
	has '<option value="odd" selected>'
	has '<option value="prime">'
	press Change value=prime
	page "$at=ok"
	[ "$(grep -o '<option value="[^"]*"[^>]*>' <<< "$page" | tr -d '\n')" = '<option value="yes"><option value="no" selected>' ]
	press Change value=yes
	page "$at=day"
	has 'type="date"'
	press Change value=2024-05-01
	page "$at=note"
	has '<datalist id="common-4"><option value="n'
	grep -qx '3,prime,yes,2024-05-01,n0' t.csv
	page "desk/t.csv?like=3"
	has '<option value="prime" selected>'
	has '<datalist id="common-4">'
	press "Add the row" c:id=10
	grep -qx '10,prime,yes,2024-05-01,n0' t.csv
	page "desk/t.csv"
	press "Add the row" c:id=11 c:kind=odd c:ok=no
	grep -qx '11,odd,no,,' t.csv
}

@test "what Excel rewrote is put back, and edits stay" {
	two_people
	python3 - <<-'END'
	lines = open("prices.csv").read().splitlines()
	out = [lines[0].replace(",", ";")]
	for line in lines[1:]:
	    key, price, day, item = line.split(",")
	    y, m, d = day.split("-")
	    out.append(";".join([str(int(key)), price.replace(".", ","), f"{d}.{m}.{y}", item]))
	open("prices.csv", "w", newline="").write("\r\n".join(out).replace("7,21", "7,99") + "\r\n")
	END
	page desk
	has "A spreadsheet program has rewritten cells"
	has "Save, do not send"
	lacks "Save and send"
	press "Put its changes back, keep mine"
	lacks "A spreadsheet program"
	has "1 cell changed"
	has "Save and send"
	grep -qx '00007,7.99,2024-01-08,item 7' prices.csv
	[ "$(git diff --no-ext-diff --textconv --numstat | cut -f 1-2)" = "$(printf '1\t1')" ]
}

@test "two changed one cell: the page asks, a third value is taken, and it is sent" {
	two_people
	sed -i 's/^00007,7.21/00007,8.00/; s/^00009,9.27/00009,1.00/' ../bob/prices.csv
	varve -C ../bob commit -q -a -m bob
	varve -C ../bob push -q
	sed -i 's/^00007,7.21/00007,9.00/' prices.csv
	page desk
	press "Save and send" message=mine
	has "Conflicts"
	has "8.00"
	conflicts=$page
	press "Take this value for price" value=many
	has "'many' is not a number"
	page=$conflicts
	press "Take this value for price" value=8.50
	press "Conclude the merge"
	page desk
	press Send
	[ "$(git -C ../host.git rev-parse main)" = "$(git rev-parse HEAD)" ]
	grep -qx '00007,8.50,2024-01-08,item 7' prices.csv
	grep -qx '00009,1.00,2024-01-10,item 9' prices.csv
}

@test "where the host does not answer the version is saved, and sent later; a review has a branch of its own" {
	two_people
	sed -i 's/^00007,7.21/00007,9.00/' prices.csv
	mv ../host.git ../away
	page desk
	press "Save and send" message=mine
	has "saved here"
	[ "$(git log -1 --format=%s)" = mine ]
	mv ../away ../host.git
	page desk
	has "1 version of yours is not sent"
	press "Send for a review"
	has "Your version was sent as the branch"
	branch=$(git -C ../host.git for-each-ref --format='%(refname:short)' refs/heads | grep -v '^main$')
	[ "$(git -C ../host.git rev-parse "$branch")" = "$(git rev-parse HEAD)" ]
	# what waits to be looked at is not sent along with the next version
	main=$(git -C ../host.git rev-parse main)
	sed -i 's/^00007,9.00/00007,9.50/' prices.csv
	page desk
	has "1 version of yours waits for a review"
	has "1 version waits for a review"
	lacks "Save and send"
	[ "$(curl -s -o /dev/null -w '%{http_code}' -b "$BATS_TEST_TMPDIR/jar" -H "Origin: $url" --data-urlencode do=save-and-send --data-urlencode message=next \
		--data-urlencode "token=$(sed -n 's/.*name="token" value="\([^"]*\)".*/\1/p' <<< "$page" | head -1)" "$url/desk")" = 400 ]
	[ "$(git -C ../host.git rev-parse main)" = "$main" ]
	[ "$(git log -1 --format=%s)" = mine ]
	git checkout -q prices.csv
	page desk
	press "Send without the review"
	[ "$(git -C ../host.git rev-parse main)" = "$(git rev-parse HEAD)" ]
}

# A host that lets only ada in, with the secret; $host is its address.
private_host() {
	varve serve --hash-secret ada <<< correct-horse > users
	chmod 600 users
	start_server --private --auth users src
	host=$url host_server=$server
}

@test "what is not saved is named where others changed the same file, and their version is got after" {
	two_people
	sed -i 's/^00007,7.21/00007,8.00/' ../bob/prices.csv
	varve -C ../bob commit -q -a -m bob
	varve -C ../bob push -q
	sed -i 's/^00009,9.27/00009,8.00/' prices.csv
	page desk
	press Get
	has "Save your changes first"
	has "That did not work"
	lacks "B on the line"
	grep -q '^00009,8.00' prices.csv
	page desk
	press "Save, do not send" message=mine
	press Get
	page desk
	has "2 versions of yours are not sent"
	grep -q '^00007,8.00' prices.csv
	grep -q '^00009,8.00' prices.csv
}

@test "a private host's name and token are asked for in the page, and only Git's helper gets them" {
	new_repo src
	rows 9 > src/prices.csv
	varve -C src add -q --key id prices.csv
	varve -C src commit -q -m one
	git -C src config receive.denyCurrentBranch ignore
	private_host
	cat > helper <<-END
		#!/bin/sh
		[ "\$1" = store ] && exec cat > "$PWD/kept"
		[ "\$1" != get ] || [ ! -e "$PWD/kept" ] || exec grep -e ^username= -e ^password= "$PWD/kept"
	END
	chmod +x helper
	git config --global credential.helper "$PWD/helper"
	mkdir folder
	cd folder
	GIT_TRACE="$PWD/../trace" start_web --verbose
	page ""
	press Get address="$host/src" user=ada
	has "each in one line"
	press Get address="$host/src"
	has "That did not work"
	has "Write your name at the host, and a token, below"
	[ ! -e ../kept ]
	press Get address="$host/src" user=ada password=correct-horse
	has "prices.csv"
	grep -qx "host=${host#http://}" ../kept
	grep -qx password=correct-horse ../kept
	rm ../kept
	sed -i 's/^7,item [0-9]*/7,pear/' src/prices.csv
	page desk
	press "Save and send" message=pears
	has "The host asks who you are"
	has "You changed nothing"
	[ "$(git -C src log -1 --format=%s)" = pears ]
	press "Log in" user=ada $'password=a\nb'
	has "each in one line"
	page "desk?form=login"
	press "Log in" user=ada password=correct-horse
	press Send
	[ "$(git -C ../src log -1 --format=%s main)" = pears ]
	# nothing else has the secret
	rm ../kept
	! grep -rl correct-horse .. --exclude=trace || false
	! grep -q correct-horse ../trace "$BATS_TEST_TMPDIR/server.log" || false
	kill "$host_server"
	wait "$host_server" || true
}

@test "browsers that change one table at once lose nothing, and neither does one that leaves" {
	two_people
	local i token said
	page "$row&cell=price"
	token=$(printf '%s' "$page" | sed -n 's/.*name="token" value="\([^"]*\)".*/\1/p' | head -n 1)
	set_price() {
		curl -s -o /dev/null -w '%{http_code}' "${@:2}" -b "$BATS_TEST_TMPDIR/jar" -H "Origin: $url" \
			-d "do=set&token=$token&of-row=$1&of-column=price&was=$(grep "^$1," ../before | cut -d , -f 2)&value=500.50" "$url/desk/prices.csv"
	}
	cp prices.csv ../before
	for i in 11 12 13 14 15 16; do
		set_price 000$i > "../said$i" &
	done
	for i in 21 22 23; do
		set_price 000$i -m 0.05 > /dev/null || true &
	done
	# shellcheck disable=SC2046
	wait $(jobs -p | grep -vx "$server")
	for i in 11 12 13 14 15 16; do
		said=$(cat "../said$i")
		[ "$said" = 303 ] || [ "$said" = 400 ]
		[ "$said" = 400 ] || grep -q "^000$i,500.50," prices.csv
	done
	grep -l 303 ../said* > /dev/null
	# each row is as it was, or has the new price
	page desk
	[ "$(wc -l < prices.csv)" = 31 ]
	[ "$(diff prices.csv ../before | grep '^<' | grep -vc ',500.50,')" = 0 ]
	varve check -q prices.csv
	page "$row&cell=price"
	press Change value=7.77
	grep -q '^00007,7.77,' prices.csv
}

@test "who has no name is asked for it, before a version is saved" {
	two_people
	unset GIT_AUTHOR_NAME GIT_AUTHOR_EMAIL GIT_COMMITTER_NAME GIT_COMMITTER_EMAIL EMAIL
	stop_server
	git config --global --remove-section user 2> /dev/null || true
	start_web .
	sed -i 's/^00007,7.21/00007,9.00/' prices.csv
	page desk
	lacks "Save and send"
	has "Who are you?"
	press Keep "name=Ada L" email=ada@example.org
	press "Save, do not send" message=mine
	[ "$(git log -1 --format='%an %ae')" = "Ada L ada@example.org" ]
}

@test "a form is taken from this run's own pages alone" {
	two_people
	cp prices.csv ../before
	page "$row&cell=price"
	token=$(printf '%s' "$page" | sed -n 's/.*name="token" value="\([^"]*\)".*/\1/p' | head -n 1)
	fields="do=set&of-row=00007&of-column=price&was=7.21&value=1.00"
	origin="Origin: $url"
	jar=$BATS_TEST_TMPDIR/jar
	status() { curl -s -o /dev/null -w '%{http_code}\n' "$@" "$url/desk/prices.csv"; }
	[ "$(status -d "$fields&token=$token")" = 403 ]
	[ "$(status -b "$jar" -d "$fields&token=$token")" = 405 ]
	[ "$(status -b "$jar" -H 'Origin: http://evil.example' -d "$fields&token=$token")" = 403 ]
	[ "$(status -b "$jar" -H "$origin" -d "$fields")" = 400 ]
	[ "$(status -b "$jar" -H "$origin" -d "$fields&token=x$token")" = 400 ]
	[ "$(status -b "$jar" -H "$origin" -H 'Content-Type: text/plain' -d "$fields&token=$token")" = 415 ]
	[ "$(status -b "$jar" -H "$origin" -d "do=nonsense&token=$token")" = 400 ]
	[ "$(status -b "$jar" -H "$origin" -H 'Host: evil.example' -d "$fields&token=$token")" != 303 ]
	cmp prices.csv ../before
	[ "$(status -b "$jar" -H "$origin" -d "$fields&token=$token")" = 303 ]
	grep -q ^00007,1.00 prices.csv
	# a server for guests has none of it
	stop_server
	git commit -q -a -m two
	start_server .
	[ "$(curl -s -o /dev/null -w '%{http_code}' "$url/desk")" = 404 ]
	[ "$(curl -s -o /dev/null -w '%{http_code}' -H "Origin: $url" -d "$fields&token=$token" "$url/desk/prices.csv")" = 405 ]
}

# The verbs of a table in C, which has a line {"name", function} for each.
verbs_of() {
	sed -n '/verbs\[\] = {/,/};/p' "$BATS_TEST_DIRNAME/../../../cmd/web/model/$1.c" | grep -o '{"[a-z-]*"' | tr -d '{"'
}

# state: of files, refs, index and settings, but for what reading makes anew.
state() {
	git -C "$1" rev-parse HEAD
	git -C "$1" for-each-ref
	git -C "$1" config --list --local
	git -C "$1" status --porcelain
	find . "$HOME" -path './*/.git' -prune -o -type f -print0 | sort -z | xargs -0 sha256sum
}

@test "of each button, no forged request is taken" {
	two_people
	cd ..
	local verbs token
	verbs=$(verbs_of verb)
	[ "$(wc -w <<< "$verbs")" -ge 19 ]
	cd src
	page "$row&cell=price"
	token=$(printf '%s' "$page" | sed -n 's/.*name="token" value="\([^"]*\)".*/\1/p' | head -n 1)
	cd ..
	state src > "$BATS_TEST_TMPDIR/before"
	# shellcheck disable=SC2086
	python3 "$BATS_TEST_DIRNAME/forge.py" "$url" "$BATS_TEST_TMPDIR/jar" "$token" /desk/prices.csv $verbs > "$BATS_TEST_TMPDIR/said"
	cat "$BATS_TEST_TMPDIR/said"
	[ ! -s "$BATS_TEST_TMPDIR/said" ]
	diff <(state src) "$BATS_TEST_TMPDIR/before"
	# pages that only show have no buttons, and a server for guests none at all
	stop_server
	start_web --read-only src
	curl -s -b "$BATS_TEST_TMPDIR/jar" -H "Origin: $url" -H 'Accept: text/html' "$url/table/.work/prices.csv?key=00007&cell=price" > "$BATS_TEST_TMPDIR/said"
	! grep -q '<form method="post"' "$BATS_TEST_TMPDIR/said" || false
	# shellcheck disable=SC2086
	python3 "$BATS_TEST_DIRNAME/forge.py" "$url" "$BATS_TEST_TMPDIR/jar" "$token" /desk/prices.csv $verbs > "$BATS_TEST_TMPDIR/said"
	cat "$BATS_TEST_TMPDIR/said"
	[ ! -s "$BATS_TEST_TMPDIR/said" ]
	for verb in $verbs; do
		[ "$(curl -s -o /dev/null -w '%{http_code}' -b "$BATS_TEST_TMPDIR/jar" -H "Origin: $url" -d "do=$verb&token=$token&of-row=00007&of-column=price&was=7.21&value=1&message=m" "$url/desk/prices.csv")" = 400 ]
	done
	stop_server
	start_server src
	for verb in $verbs; do
		for more in "" "Cookie: varve=1"; do
			[ "$(curl -s -o /dev/null -w '%{http_code}' -H "$more" -H "Origin: $url" -d "do=$verb&token=$token&of-row=00007&of-column=price&was=7.21&value=1&message=m" "$url/desk/prices.csv")" = 405 ]
		done
	done
	diff <(state src) "$BATS_TEST_TMPDIR/before"
}

@test "of each button, fields that are options, paths, lines or commands do nothing else" {
	two_people
	local verbs token
	verbs=$(verbs_of verb)
	page "$row&cell=price"
	token=$(printf '%s' "$page" | sed -n 's/.*name="token" value="\([^"]*\)".*/\1/p' | head -n 1)
	# shellcheck disable=SC2086
	python3 "$BATS_TEST_DIRNAME/forge.py" "$url" "$BATS_TEST_TMPDIR/jar" "$token" /desk/prices.csv --hostile $verbs > "$BATS_TEST_TMPDIR/said"
	cat "$BATS_TEST_TMPDIR/said"
	[ ! -s "$BATS_TEST_TMPDIR/said" ]
	kill -0 "$server"
	# a review's branch has the name of its author, whatever that is
	[ -z "$(find .. "$HOME" -name '*harm*' -not -path '*/.git/varve/*' -not -path '*/refs/*')" ]
	git fsck --no-dangling > /dev/null 2>&1
	varve fsck -q
	varve check -q prices.csv
}
