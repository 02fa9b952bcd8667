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
	has "Everything is saved"
	has "Get new versions"
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
	has "Everything is saved"
	[ "$(git log -1 --format=%s)" = "the price of 7" ]
	[ "$(git -C ../host.git log -1 --format=%s main)" = "the price of 7" ]
	varve -C ../bob pull -q
	grep -qx '00007,7.60,2024-01-08,item 7' ../bob/prices.csv
}

@test "pages with the owner's bar are not kept: they show his changes at once" {
	two_people
	local at
	at=table/$(git rev-parse HEAD)/prices.csv
	[ -z "$(curl -s -o /dev/null -D - -b "$BATS_TEST_TMPDIR/jar" "$url/$at" | grep -i 'max-age=[1-9]')" ]
	page "$at"
	has "Everything is saved"
	sed -i 's/^00007,7.21/00007,8.00/' prices.csv
	page "$at"
	has "You changed prices.csv"
}

@test "a value that does not fit, and a cell that has changed meanwhile, are refused, and nothing is written" {
	two_people
	cp prices.csv ../before
	page "$row&cell=price"
	old=$page
	press Change value=many
	has "'many' is not a number"
	has "In the column 'price', a number is expected"
	press Change value=8,25
	has "'8,25' is not a number"
	has "write 8.25"
	page=$old
	press Change value=many
	has 'value="many" aria-invalid="true"'
	cmp prices.csv ../before
	sed -i 's/^00007,7.21/00007,8.00/' prices.csv
	cp prices.csv ../before
	page=$old
	press Change value=9.00
	has "The cell has changed since the page was shown: it is '8.00' now"
	cmp prices.csv ../before
	# what was typed is still there, beside the value of now
	press Change
	grep -q '^00007,9.00' prices.csv
}

@test "rows are added like others, removed, and taken back" {
	two_people
	page "$row&cell=id"
	has "The row is found by this value."
	lacks "New value of id"
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
	has "The row 00007 was removed from prices.csv."
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
	has "Undone."
	has "<ins>pear</ins>"
	lacks "<ins>7."
	grep -qx '00007,7.21,2024-01-09,pear' prices.csv
	press "Undo row 00007"
	grep -qx '00007,7.21,2024-01-08,item 7' prices.csv
	press "Undo row 00002"
	press "Undo row 00009"
	succeeds git diff --quiet
	# between saved versions nothing is undone
	sed -i 's/^00007,7.21/00007,8.00/' prices.csv
	git commit -q -a -m two
	page compare/HEAD~1..HEAD/prices.csv
	has "1 row changed on 14 Nov 2023, 2"
	has "<ins>"
	lacks Undo
	# of one day: the times tell the versions apart
	tick 3600
	sed -i 's/^00007,8.00/00007,9.00/' prices.csv
	git commit -q -a -m three
	page compare/HEAD~1..HEAD/prices.csv
	has "1 row changed between 14 Nov 2023, 22:13 and 14 Nov 2023, 23:13"
}

@test "a changed or added row is shown among the others, and so is one that is gone to under a filter" {
	two_people
	page "$row&cell=price"
	press Change value=7.50
	has 'id="r1"'
	has 'class="here c" id="r7"><th scope="row" class="no" id="here">'
	has "Rows 1 to 30 of 30"
	page "desk/prices.csv?like=00007"
	# the next key is proposed
	has 'name="c:id" aria-label="id" value="00031"'
	press "Add the row"
	has 'class="here a" id="r31"'
	has "Rows 1 to 31 of 31"
	tail -n 1 prices.csv | grep -qx '00031,7.50,2024-01-08,item 7'
	# of a larger table: some rows above
	page "table/.work/prices.csv?jump=00020&n=9"
	has "Rows 17 to 25 of 31"
	page "table/.work/prices.csv?jump=00030&n=9"
	has "Rows 23 to 31 of 31"
	# words are found in any columns; Go leaves the search
	page "table/.work/prices.csv?q=1%20item%2014.42"
	has "1 of 31 rows"
	has 'id="r14"'
	page "table/.work/prices.csv?q=%221%20item%22%2014.42"
	has "No row matches"
	page "table/.work/prices.csv?q=item%201&show=price"
	[[ $text == *'<form class="jump" action="/table/.work/prices.csv#here" method="get"><input type="hidden" name="show" value="price">'* ]]
}

@test "a row like one whose key has several columns begins with that key" {
	two_people
	printf 'year,source,amount\n2001,Coal,10\n2002,Coal,20\n' > pairs.csv
	varve add -q --key year,source pairs.csv
	varve commit -qm pairs
	page "desk/pairs.csv?like=2002,Coal"
	has "No two rows have the same year and source: change at least one of these."
	press "Add the row"
	has "A row has the key '2002,Coal' already"
	press "Add the row" c:year=2003
	tail -n 1 pairs.csv | grep -qx '2003,Coal,20'
}

@test "a table of an older version says so, and leads to the newest one" {
	two_people
	sed -i 's/^00007,7.21/00007,8.00/' prices.csv
	git commit -q -a -m two
	page "table/HEAD/prices.csv"
	lacks "You are looking at the version"
	page "table/HEAD~1/prices.csv?sort=price"
	has "You are looking at the version of 14 Nov 2023, 22:13, not at the newest one."
	[[ $text == *"href=\"/table/HEAD/prices.csv?sort=price\">Go to the newest</a>"* ]]
	sed -i 's/^00008,8.24/00008,9.00/' prices.csv
	page "table/HEAD~1/prices.csv?key=00007"
	[[ $text == *'href="/table/.work/prices.csv?key=00007">Go to the newest</a>'* ]]
	page "table/.work/prices.csv"
	lacks "You are looking at the version"
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
	page ""
	has ">A spreadsheet program has rewritten prices.csv</a>"
	echo note > note.txt
	git add note.txt
	page table/HEAD/prices.csv
	has ">You changed 2 files; a spreadsheet program has rewritten prices.csv</a>"
	git rm -q -f note.txt
	page desk
	has "A spreadsheet program has rewritten cells"
	has "; the file is written in another way (separators, line ends, encoding)."
	lacks CRLF
	has "A spreadsheet program saved this file."
	lacks "cells changed</"
	has "Save, do not send"
	lacks "Save and send"
	press "Undo its changes, keep mine"
	lacks "A spreadsheet program"
	has "were undone. prices.csv still has changes: 1 cell changed."
	has "1 cell changed"
	has "Save and send"
	grep -qx '00007,7.99,2024-01-08,item 7' prices.csv
	[ "$(git diff --no-ext-diff --textconv --numstat | cut -f 1-2)" = "$(printf '1\t1')" ]
}

@test "a table that Git alone keeps is changed, and put back after Excel, as any other" {
	git init -q --bare host.git
	new_repo src
	cd src
	printf 'id,price,day\n' > prices.csv
	for i in $(seq 30); do
		printf '%05d,%d.%02d,2024-01-%02d\n' "$i" "$i" "$((i * 3 % 100))" "$((i % 28 + 1))" >> prices.csv
	done
	git add prices.csv
	git commit -q -m one
	git remote add origin "file://$PWD/../host.git"
	git push -q -u origin main
	start_web .
	page "table/HEAD/prices.csv?key=00007&cell=price"
	press Change value=7.50
	has "Changed in the file"
	has "<ins>7.<mark>50</mark></ins>"
	grep -qx '00007,7.50,2024-01-08' prices.csv
	page desk
	has "You changed prices.csv: 1 cell changed"
	has 'value="prices.csv: 1 cell changed"'
	sed -i '1b; s/^0*//; s/-0*\([0-9]*\)-\([0-9]*\)$/-\1-\2/; s/\([0-9]*\)-\([0-9]*\)-\([0-9]*\)$/\3.\2.\1/; s/$/\r/' prices.csv
	page desk
	has "A spreadsheet program has rewritten cells"
	press "Undo its changes, keep mine"
	has "1 cell changed"
	grep -qx '00007,7.50,2024-01-08' prices.csv
	[ "$(git diff --no-ext-diff --no-textconv --numstat | cut -f 1-2)" = "$(printf '1\t1')" ]
}

@test "the newest version is changed where it is shown, as long as the file is the same" {
	two_people
	page "table/$(git rev-parse HEAD)/prices.csv?key=00007&cell=price"
	newest=$page
	press Change value=7.50
	has "<ins>7.<mark>50</mark></ins>"
	page "table/HEAD/prices.csv?key=00009&cell=price"
	lacks "<button class=\"main\">Change"
	has "table/.work/prices.csv?key=00009&cell=price"
	page ""
	has "table/.work/prices.csv"
	# an older page does not replace what the file has meanwhile
	page=$newest
	press Change value=8.00
	has "The cell has changed since the page was shown: it is '7.50' now"
	grep -qx '00007,7.50,2024-01-08,item 7' prices.csv
	git commit -q -a -m two
	page "table/HEAD~1/prices.csv?key=00009&cell=price"
	lacks "<button class=\"main\">Change"
}

@test "the bar's own button gets and sends" {
	two_people
	sed -i 's/^00009,9.27/00009,1.00/' ../bob/prices.csv
	varve -C ../bob commit -q -a -m bob
	varve -C ../bob push -q
	page ""
	press "Get new versions"
	has "Got 1 version of A U Thor: prices.csv (1 row changed)"
	sed -i 's/^00007,7.21/00007,7.50/' prices.csv
	git commit -q -a -m mine
	page table/HEAD/prices.csv
	press Send
	has "Sent 1 version"
	[ "$(git -C ../host.git rev-parse main)" = "$(git rev-parse HEAD)" ]
}

# prices.csv may not be below 0, but row 00003 of the sent version is.
prices_with_a_rule() {
	two_people
	sed -i 's/^00003,3.09/00003,-1.00/' prices.csv
	printf '[prices.csv]\nprice >= 0\n' > varve.checks
	varve add -q prices.csv varve.checks
	varve commit -q -m rule
	varve push -q
}

@test "a value that breaks a rule is not sent, but by a second button that says so" {
	prices_with_a_rule
	sed -i 's/^00009,9.27/00009,1.00/' prices.csv
	page desk
	lacks "The check finds"
	press "Save and send" message=good
	has "Sent 1 version"
	sent=$(git -C ../host.git rev-parse main)
	page desk
	sed -i 's/^00007,7.21/00007,-5.00/' prices.csv
	# the form of the page before, too
	token=$(sed -n 's/.*name="token" value="\([^"]*\)".*/\1/p' <<< "$page" | head -n 1)
	curl -s -o answer -b "$BATS_TEST_TMPDIR/jar" -H "Origin: $url" -H "Accept: text/html" -d "do=save-and-send&message=typed&token=$token" "$url/desk"
	grep -q "Nothing was sent, since the check finds an error: prices.csv" answer
	grep -q 'value="typed"' answer
	rm answer
	[ -n "$(git status --porcelain prices.csv)" ]
	page desk
	has "The check finds 1 error. In the row id=00007, price=-5.00 does not meet the condition (expected: price >= 0)."
	lacks "<button class=\"main\" name=\"do\" value=\"save-and-send\""
	press "Save, do not send" message=bad
	has "The check finds an error in your unsent versions: prices.csv"
	page ""
	press Send
	has "Nothing was sent"
	[ "$(git -C ../host.git rev-parse main)" = "$sent" ]
	press "Send with the error"
	has "Sent 1 version"
	[ "$(git -C ../host.git rev-parse main)" = "$(git rev-parse HEAD)" ]
	# what is sent already stops nothing
	sed -i 's/^00009,1.00/00009,2.00/; s/^00010,10.30/00010,-2.00/' prices.csv
	page desk
	press "Save and send with the error" message=again
	has "Sent 1 version"
	sed -i 's/^00009,2.00/00009,3.00/' prices.csv
	page desk
	press "Save and send" message=last
	has "Sent 1 version"
	[ "$(git -C ../host.git rev-parse main)" = "$(git rev-parse HEAD)" ]
}

@test "changes are saved and sent for a review by one button" {
	two_people
	main=$(git -C ../host.git rev-parse main)
	sed -i 's/^00007,7.21/00007,9.00/' prices.csv
	page desk
	press "Save and send for a review" message=look
	has "Your changes were sent, and wait until a colleague has looked at them."
	[ "$(git log -1 --format=%s)" = look ]
	[ "$(git -C ../host.git rev-parse main)" = "$main" ]
	git -C ../host.git for-each-ref --format='%(objectname)' refs/heads | grep -qx "$(git rev-parse HEAD)"
}

@test "a decided cell is named with its value in a row whose key has two columns, and in one whose key has a comma" {
	two_people
	printf 'year,source,amount\n2001,Coal,10\n2002,Coal,20\n' > pairs.csv
	printf 'name,amount\n"Berg, Bea",1\n"Cho, Carl",2\n' > names.csv
	varve add -q --key year,source pairs.csv
	varve add -q --key name names.csv
	varve commit -qm tables
	varve push -q
	varve -C ../bob pull -q
	sed -i 's/^2002,Coal,20/2002,Coal,21/' ../bob/pairs.csv
	sed -i 's/^"Berg, Bea",1/"Berg, Bea",11/' ../bob/names.csv
	varve -C ../bob commit -q -a -m bob
	varve -C ../bob push -q
	sed -i 's/^2002,Coal,20/2002,Coal,22/' pairs.csv
	sed -i 's/^"Berg, Bea",1/"Berg, Bea",12/' names.csv
	page desk
	press "Save and send" message=mine
	press "Take this: Yours"
	has "Decided: amount in row Berg, Bea: yours, 12."
	has "Decide again<span class=\"vh\">: amount in row Berg, Bea</span>"
	press "Take this: Theirs"
	has "Decided: amount in row 2002, Coal: theirs, 21."
	press "Decide again: amount in row 2002,Coal"
	has "This conflict is to be decided again. Your other decisions stay."
	press "Take this: Yours"
	has "Decided: amount in row 2002, Coal: yours, 22."
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
	has "Not sent yet: A U Thor changed the same cell as you. Decide them below, then send."
	has "<b>Theirs</b> A U Thor, "
	has ">Take yours<"
	lacks "A merge"
	lacks "origin/main"
	conflicts=$page
	press "Take this value for price" value=many
	has "'many' is not a number"
	page=$conflicts
	press "Take this value for price" value=8,5
	has "write 8.5"
	page=$conflicts
	press "Take this value for price" value=8.50
	has "Decided: price in row 00007: 8.50."
	has "No conflicts are left: everything is decided"
	has "Not sent yet: everything is decided"
	lacks "onclude"
	press "Finish and send"
	has "Sent 1 version: prices.csv (1 row changed)."
	has "Everything is saved and sent"
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
	has "Your changes were sent, and wait until a colleague has looked at them."
	branch=$(git -C ../host.git for-each-ref --format='%(refname:short)' refs/heads | grep -v '^main$')
	[ "$(git -C ../host.git rev-parse "$branch")" = "$(git rev-parse HEAD)" ]
	# what waits to be looked at is not sent along with the next version
	main=$(git -C ../host.git rev-parse main)
	sed -i 's/^00007,9.00/00007,9.50/' prices.csv
	page desk
	has "1 version of yours waits for a review"
	has "1 version waits for a review"
	lacks 'value="save-and-send"'
	get_token
	[ "$(curl -s -o /dev/null -w '%{http_code}' -b "$BATS_TEST_TMPDIR/jar" -H "Origin: $url" --data-urlencode do=save-and-send --data-urlencode message=next \
		--data-urlencode "token=$token" "$url/desk")" = 400 ]
	[ "$(git -C ../host.git rev-parse main)" = "$main" ]
	[ "$(git log -1 --format=%s)" = mine ]
	git checkout -q prices.csv
	page desk
	press "Send without the review"
	[ "$(git -C ../host.git rev-parse main)" = "$(git rev-parse HEAD)" ]
}

@test "a new row that is refused keeps what was typed, and the wrong field is marked" {
	two_people
	cp prices.csv ../before
	page "desk/prices.csv?like=00007"
	press "Add the row" c:id=00031 c:price=cheap c:item="a pear" c:day=2024-05-06
	has "'cheap' is not a number"
	has 'name="c:price" aria-label="price" value="cheap" aria-invalid="true"'
	has 'value="a pear"'
	has 'value="2024-05-06"'
	has 'value="00031"'
	[ "$(grep -o aria-invalid <<< "$page" | wc -l)" = 1 ]
	cmp prices.csv ../before
	press "Add the row" c:price=1.50 c:id=00009
	has "A row has the key '00009' already"
	has 'value="00009" aria-invalid="true"'
	has 'value="a pear"'
	press "Add the row" c:id=00032
	has "The row was added"
	tail -n 1 prices.csv | grep -qx '00032,1.50,2024-05-06,a pear'
}

@test "each button says what it did: what came, of whom, and what went" {
	two_people
	page "$row&cell=price"
	press Change value=7.50
	has "Changed in the file"
	page desk
	press "Save, do not send" message="the price of 7"
	has "Saved as a version: “the price of 7”."
	sed -i 's/^00009,9.27/00009,8.00/; 3d' ../bob/prices.csv
	GIT_AUTHOR_NAME=Bob varve -C ../bob commit -q -a -m bob
	varve -C ../bob push -q
	press Send
	has "Sent 1 version: prices.csv (1 row changed). Got 1 version of Bob: prices.csv (1 row removed, 1 row changed)."
	[ "$(git rev-list --parents -1 HEAD | wc -w)" = 3 ]
	[ "$(git log -1 --format=%s)" = "Unite with Bob's changes" ]
	[ "$(git -C ../host.git rev-parse main)" = "$(git rev-parse HEAD)" ]
	page desk
	lacks "Sent 1 version"
	press "Get new versions"
	has "Nothing new: you have all versions that others sent."
	varve -C ../bob pull -q
	echo 00099,1.00,2024-01-01,plum >> ../bob/prices.csv
	GIT_AUTHOR_NAME=Bob varve -C ../bob commit -q -a -m more
	echo 00100,1.00,2024-01-01,fig >> ../bob/prices.csv
	GIT_AUTHOR_NAME=Eve varve -C ../bob commit -q -a -m more
	varve -C ../bob push -q
	varve fetch -q
	page ""
	has "2 new versions of others are to get"
	page desk
	press "Get new versions"
	has "Got 2 versions of Eve and Bob: prices.csv (2 rows added)."
	[[ $page == *'role="status"'*'>Look</a>'* ]]
	# a line is about what is so: others' addresses make none
	page "desk?done=got&after=$(git rev-parse HEAD~1)"
	has "Got 1 version of Eve"
	page "desk?done=sent&after=<b>"
	lacks "<b>"
	page "desk?done=gone"
	lacks 'role="status"'
	page "desk?sent=nowhere"
	lacks "sent as the branch"
}

@test "versions of others are got as they are, though Git named a merge among them" {
	two_people
	echo 00098,1.00,2024-01-01,plum >> prices.csv
	varve commit -q -a -m mine
	varve push -q
	sed -i 's/^00009,9.27/00009,8.00/' ../bob/prices.csv
	varve -C ../bob commit -q -a -m bob
	varve -C ../bob pull -q
	[[ $(git -C ../bob log -1 --format=%s) == "Merge remote-tracking branch "* ]]
	varve -C ../bob push -q
	page desk
	press "Get new versions"
	[ "$(git rev-parse HEAD)" = "$(git -C ../bob rev-parse HEAD)" ]
	sed -i 's/^00007,7.21/00007,8.00/' ../bob/prices.csv
	varve -C ../bob commit -q -a -m "bob's second"
	varve -C ../bob push -q
	page desk
	press "Get new versions"
	has "Got 1 version of"
	[ "$(git rev-parse HEAD)" = "$(git -C ../bob rev-parse HEAD)" ]
	# and one whose first side is the version here
	git -C ../bob checkout -q -b other
	echo 00099,1.00,2024-01-01,fig >> ../bob/prices.csv
	varve -C ../bob commit -q -a -m other
	varve -C ../bob push -q origin other
	git -C ../bob checkout -q main
	git -C ../bob merge -q --no-ff --no-edit origin/other
	[[ $(git -C ../bob log -1 --format=%s) == "Merge remote-tracking branch "* ]]
	varve -C ../bob push -q
	page desk
	press "Get new versions"
	[ "$(git rev-parse HEAD)" = "$(git -C ../bob rev-parse HEAD)" ]
}

@test "the bar names news before what is not changed" {
	two_people
	sed -i 's/^00009,9.27/00009,8.00/' ../bob/prices.csv
	varve -C ../bob commit -q -a -m bob
	varve -C ../bob push -q
	varve fetch -q
	page ""
	has '>1 new version of others is to get</a>'
	sed -i 's/^00007,7.21/00007,8.00/' prices.csv
	page ""
	has '>1 new version of others is to get · You changed prices.csv: 1 cell changed</a>'
}

@test "the newest version that was not sent is taken back, with its changes kept" {
	two_people
	page desk
	lacks "Take back"
	sed -i 's/^00007,7.21/00007,8.00/' prices.csv
	page desk
	press "Save, do not send" message=wrong
	sed -i 's/^00009,9.27/00009,8.00/' prices.csv
	cp prices.csv ../before
	page desk
	has "wrong"
	old=$page
	press "Take back"
	has "Taken back"
	has "2 cells changed"
	[ "$(git log -1 --format=%s)" = one ]
	cmp prices.csv ../before
	# pressed twice, it takes nothing more back
	page=$old
	press "Take back"
	has "not the newest one"
	[ "$(git log -1 --format=%s)" = one ]
	page desk
	press "Save and send" message=right
	has "Sent 1 version"
	lacks "Take back"
	cmp prices.csv ../before
	# neither is what waits for a review, nor a merge
	sed -i 's/^00007,8.00/00007,9.00/' prices.csv
	page desk
	press "Save, do not send" message=asked
	press "Send for a review"
	lacks "Take back"
}

@test "a review says where its branch is and what comes next, and the menu of versions has it" {
	two_people
	git config user.name "Jürgen  Öztürk / Мария"
	sed -i 's/^00007,7.21/00007,9.00/' prices.csv
	page desk
	press "Save, do not send" message=mine
	press "Send for a review"
	branch=$(git -C ../host.git for-each-ref --format='%(refname:short)' refs/heads | grep -v '^main$')
	[[ $branch == Jürgen-Öztürk-Мария-20* ]]
	has "Your changes were sent, and wait until a colleague has looked at them."
	has "<blockquote>Please look at my changes: the branch <b>$branch</b>. In varve web"
	has "<code>varve merge origin/$branch</code>"
	has "data-copy=\"Please look at my changes: the branch $branch. In varve web"
	# a folder's path says nothing to others
	lacks "file://"
	git config remote.origin.url git@git.example:team/data.git
	page "desk?sent=$(python3 -c 'import sys, urllib.parse; print(urllib.parse.quote(sys.argv[1]))' "$branch")"
	has "the branch $branch at git@git.example:team/data.git. In varve web"
	git config remote.origin.url "file://$PWD/../host.git"
	has "Who may change <b>main</b> merges the branch"
	has ">origin/$branch <small>at the host"
	page desk
	has "Sent for a review: <b>$branch</b>"
	page ""
	[ "$(grep -o 'waits for a review, does not count yet' <<< "$text" | wc -l)" = 1 ]
	page commits
	[ "$(grep -o 'waits for a review, does not count yet' <<< "$text" | wc -l)" = 1 ]
	# a colleague finds it, and sees what it changes
	stop_server
	cd ../bob
	start_web .
	page desk
	press "Get new versions"
	has ">origin/$branch <small>at the host"
	page "table/origin%2F$(python3 -c 'import sys, urllib.parse; print(urllib.parse.quote(sys.argv[1]))' "$branch")/prices.csv?key=00007"
	has "9.00"
	# merged by whoever may, it counts
	git merge -q --ff-only "origin/$branch"
	varve push -q
	stop_server
	cd ../src
	start_web .
	page desk
	press "Get new versions"
	has "All of your saved versions are sent"
	lacks "for a review: <b>"
}

@test "a decided conflict is decided again before the merge is concluded" {
	two_people
	sed -i 's/^00007,7.21/00007,8.00/; s/^00009,9.27/00009,1.00/' ../bob/prices.csv
	varve -C ../bob commit -q -a -m bob
	varve -C ../bob push -q
	sed -i 's/^00007,7.21/00007,9.00/; s/^00009,9.27/00009,2.00/' prices.csv
	page desk
	press "Save and send" message=mine
	lacks "Decide this file again"
	has "Not sent yet: A U Thor changed the same 2 cells as you. Decide them below, then send."
	# the card has what the row is about
	has "<dt>item</dt><dd>item 7</dd>"
	has "<dt>day</dt><dd>2024-01-08</dd>"
	press "Take this: Theirs"
	has "Decided: price in row 00007: theirs, 8.00."
	has "A U Thor changed the same cells as you."
	grep -q '^00007,8.00' prices.csv
	press "Decide this file again from the beginning"
	has "to be decided again"
	has "8.00"
	has "2 conflicts"
	press "Take this: Yours"
	press "Take this: Yours"
	has "All conflicts of this file are decided"
	grep -q '^00007,9.00' prices.csv
	press "Decide this file again from the beginning"
	press "Take this: Theirs"
	press "Take this: Yours"
	press "Finish, do not send"
	has "Finished: your newest version has what you decided, and all other changes of both sides."
	has "1 version of yours is not sent"
	[ "$(git log -1 --format=%s)" = "Unite with A U Thor's changes" ]
	[ "$(git rev-list --parents -1 HEAD | wc -w)" = 3 ]
	press Send
	grep -q '^00007,8.00' prices.csv
	grep -q '^00009,2.00' prices.csv
	[ "$(git -C ../host.git rev-parse main)" = "$(git rev-parse HEAD)" ]
	# what was never asked is not touched
	sed -i 's/^00007,8.00/00007,9.99/' prices.csv
	get_token
	curl -s -o /dev/null -b "$BATS_TEST_TMPDIR/jar" -H "Origin: $url" -d "do=again&token=$token" "$url/conflicts/prices.csv"
	grep -q '^00007,9.99' prices.csv
}

@test "one cell is decided again, and the other decisions stay" {
	two_people
	sed -i 's/^00007,7.21/00007,8.00/; s/^00009,9.27/00009,1.00/; s/^00011,11.33/00011,1.10/; s/^00012,12.36/00012,1.20/' ../bob/prices.csv
	varve -C ../bob commit -q -a -m bob
	varve -C ../bob push -q
	sed -i 's/^00007,7.21/00007,9.00/; s/^00009,9.27/00009,2.00/; s/^00011,11.33/00011,2.10/; s/^00012,12.36/00012,2.20/' prices.csv
	page desk
	press "Save and send" message=mine
	press "Take this: Theirs"
	press "Take this value for price" value=5.55
	press "Take this: Yours"
	has "1 of 4 conflicts left"
	# each decision is listed with both values
	has '<td data-c="Yours">9.00</td><td data-c="Theirs">8.00</td><td data-c="Decided"><b>8.00</b> <small class="muted">theirs</small>'
	has '<td data-c="Yours">2.00</td><td data-c="Theirs">1.00</td><td data-c="Decided"><b>5.55</b></td>'
	has '<b>2.10</b> <small class="muted">yours</small>'
	[ "$(grep -o '<td data-c="Decided">' <<< "$text" | wc -l)" = 3 ]
	press "Decide again: price in row 00011"
	has "Your other decisions stay"
	has "2 of 4 conflicts left"
	has "Row 00011"
	has "Row 00012"
	lacks "Row 00007"
	grep -q '^00007,8.00' prices.csv
	grep -q '^00009,5.55' prices.csv
	press "Take this: Theirs"
	press "Take this: Yours"
	has "All conflicts of this file are decided"
	# a cell that is in no conflict changes nothing
	get_token
	[[ $(curl -s -o /dev/null -w '%{redirect_url}' -b "$BATS_TEST_TMPDIR/jar" -H "Origin: $url" -d "do=again&token=$token&of-place=00001&of-column=price" "$url/conflicts/prices.csv") == *done=again-none* ]]
	page conflicts
	has "All conflicts of this file are decided"
	grep -q '^00009,5.55' prices.csv
	# also the last one, when none is left
	press "Decide again: price in row 00012"
	has "1 conflict in 1 table"
	press "Take this: Theirs"
	press "Finish, do not send"
	has "Finished: your newest version has what you decided"
	[ "$(grep -E '^000(07|09|11|12)' prices.csv | cut -d, -f 1-2 | tr '\n' ' ')" = "00007,8.00 00009,5.55 00011,1.10 00012,1.20 " ]
}

@test "only rows that are changed have a button that undoes them" {
	two_people
	sed -i 's/^00007,7.21/00007,8.00/' prices.csv
	page "$row"
	has "Undo my changes of this row"
	page table/.work/prices.csv?key=00008
	lacks "Undo my changes of this row"
}

@test "a file that LibreOffice or Excel has open is named where it is changed" {
	two_people
	page "$row&cell=price"
	lacks "has this file open"
	echo ',ada,desk,29.11.2026 10:00,file:///home/ada;' > .~lock.prices.csv#
	page "$row&cell=price"
	has "LibreOffice has this file open"
	page desk/prices.csv
	has "LibreOffice has this file open"
	sed -i 's/^00007,7.21/00007,8.00/' prices.csv
	page desk
	has "LibreOffice has this file open"
	lacks "Take it into the next version"
	rm .~lock.prices.csv#
	: > '~$prices.csv'
	page desk
	has "Excel has this file open"
	lacks "Take it into the next version"
}

@test "a host that goes away in the middle of Send is said, and Send goes on later" {
	two_people
	sed -i 's/^00007,7.21/00007,8.00/' prices.csv
	# others' versions still come, and then the line is cut
	sed -i 's/^00009,9.27/00009,1.00/' ../bob/prices.csv
	varve -C ../bob commit -q -a -m bob
	varve -C ../bob push -q
	git config remote.origin.pushurl "file://$PWD/../away.git"
	page desk
	press "Save and send" message=mine
	has "Your version is saved here, but was not sent"
	has "Send it again later"
	[ "$(git -C ../host.git log -1 --format=%s main)" = bob ]
	grep -q '^00007,8.00' prices.csv
	grep -q '^00009,1.00' prices.csv
	page desk
	has "1 version of yours is not sent"
	git config --unset remote.origin.pushurl
	press Send
	has "Sent "
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
	press "Get new versions"
	has "Save your changes first"
	has "That did not work"
	lacks "B on the line"
	grep -q '^00009,8.00' prices.csv
	page desk
	press "Save, do not send" message=mine
	press "Get new versions"
	page desk
	has "1 version of yours is not sent"
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
	has "Everything is saved"
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
	get_token
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
	press "Keep my name" "name=Ada L" email=ada@example.org
	press "Save, do not send" message=mine
	[ "$(git log -1 --format='%an %ae')" = "Ada L ada@example.org" ]
}

@test "a form is taken from this run's own pages alone" {
	two_people
	cp prices.csv ../before
	page "$row&cell=price"
	get_token
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
	[ "$(wc -w <<< "$verbs")" -ge 25 ]
	cd src
	page "$row&cell=price"
	get_token
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
	get_token
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
