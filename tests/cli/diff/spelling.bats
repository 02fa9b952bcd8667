load ../helper

# package DATE-MEMBERS NUMBER-MEMBERS: datapackage.json with these in the fields of t.csv.
package() {
	cat > datapackage.json <<-END
	{"name": "p", "resources": [{"name": "t", "path": "t.csv", "schema": {"fields": [
	  {"name": "id", "type": "integer"}, {"name": "day", "type": "date"$1}, {"name": "n", "type": "number"$2}]}}]}
	END
}

# The same data in two spellings, but for one date.
respelled() {
	new_repo
	package ', "format": "%d/%m/%Y"' ', "decimalChar": ","'
	printf 'id;day;n\n1;31/01/2024;1,5\n2;01/02/2024;2,50\n3;05/03/2024;3,0\n' > t.csv
	varve add datapackage.json > ../out
	varve add --key id t.csv > ../out
	varve commit -qm one
	package '' ''
	printf 'id;day;n\n1;2024-01-31;1.5\n2;2024-02-01;2.5\n3;2024-03-06;3.0\n' > t.csv
	varve add datapackage.json t.csv > ../out
	varve commit -qm two
}

@test "dates and numbers in two declared formats are the same values written otherwise" {
	respelled
	succeeds varve diff HEAD~1 HEAD
	output_has "31/01/2024 ~> 2024-01-31   1,5 ~> 1.5"
	output_has "01/02/2024 ~> 2024-02-01  2,50 ~> 2.5"
	output_has "05/03/2024 -> 2024-03-06   3,0 ~> 3.0"
	output_has "1 row changed (1 cell), 5 cells only written differently"
}

@test "what is only written otherwise can be hidden" {
	respelled
	succeeds varve diff --ignore-format HEAD~1 HEAD
	output_lacks "31/01/2024"
	output_has "05/03/2024 -> 2024-03-06"
	output_has "1 row changed (1 cell); 3 -> 3 rows"
	succeeds varve diff --json HEAD~1 HEAD
	python3 - "$output" <<-'END'
	import json, sys
	t = json.loads(sys.argv[1])["tables"][0]
	assert t["rows"][0]["cells"]["day"] == {"old": "31/01/2024", "new": "2024-01-31", "sameValue": True}
	assert t["rows"][2]["cells"]["day"] == {"old": "05/03/2024", "new": "2024-03-06"}
	END
}

@test "rows are found by a key of dates in another format" {
	respelled
	succeeds varve diff --key day HEAD~1 HEAD
	output_has "31/01/2024 ~> 2024-01-31"
	output_has "05/03/2024 -> 2024-03-06"
	output_has "1 row changed (1 cell, 1 key)"
}

@test "datetimes are equal in another zone and with other fractions" {
	printf 'id,at\n1,2024-01-01T00:30:00+01:00\n2,2024-01-01T00:00:00.50\n3,2024-01-01T00:00:00Z\n' > a.csv
	printf 'id,at\n1,2023-12-31T23:30:00Z\n2,2024-01-01T00:00:00.5\n3,2024-01-01T00:00:00\n' > b.csv
	succeeds varve diff --no-index a.csv b.csv
	output_has "2024-01-01T00:30:00+01:00 ~> 2023-12-31T23:30:00Z"
	output_has "2024-01-01T00:00:00.50 ~> 2024-01-01T00:00:00.5"
	output_has "2024-01-01T00:00:00Z -> 2024-01-01T00:00:00"
	output_has "1 row changed (1 cell), 2 cells only written differently"
}

@test "a patch still carries the bytes" {
	respelled
	cp t.csv ../new
	varve diff --format patch HEAD~1 HEAD -- t.csv > ../p
	git checkout -q HEAD~1
	cp t.csv ../old
	succeeds varve apply ../p
	same_bytes t.csv ../new
	succeeds varve apply -R ../p
	same_bytes t.csv ../old
}

@test "names come with their letters as git diff --name-status has them" {
	new_repo
	rows 20 > prices.csv
	echo a > gone.txt
	echo b > kept.txt
	varve add prices.csv gone.txt kept.txt > /dev/null
	varve commit -q -m one
	rows 21 > prices.csv
	git rm -q gone.txt
	echo new > new.txt
	varve add prices.csv new.txt > /dev/null
	succeeds varve diff --cached --name-status
	output_is "$(git diff --cached --name-status)"
}

@test "paths are taken out by :!PATH and :(exclude)PATH" {
	new_repo
	mkdir data
	rows 20 > data/a.csv
	rows 20 > data/b.csv
	echo a > note.txt
	varve add data/a.csv data/b.csv note.txt > /dev/null
	varve commit -q -m one
	rows 21 > data/a.csv
	rows 21 > data/b.csv
	echo b > note.txt
	local spec
	for spec in ':!data/a.csv' ':^data/a.csv' ':(exclude)data/a.csv' ':!*a.csv'; do
		succeeds varve diff --name-only -- "$spec"
		output_is "$(git diff --name-only -- "$spec")"
		succeeds varve diff --name-only -- data "$spec"
		output_is "data/b.csv"
	done
	succeeds varve diff --name-only -- ':!data'
	output_is "note.txt"
	succeeds varve status -s ':!data/a.csv'
	output_lacks a.csv
	succeeds varve add -q . ':!data/b.csv'
	succeeds git diff --cached --name-only
	output_is $'data/a.csv\nnote.txt'
}

@test "names of plain files are those whose bytes differ, as git has them, unless something else is asked" {
	new_repo
	printf 'a,b\n1,2\n' > blank.csv
	printf '[{"a":"x"}]\n' > escaped.json
	printf 'a,b\n1.50,2\n' > spelled.csv
	echo a > gone.csv
	git add .
	git commit -q -m one
	printf 'a,b\n1,2\n\n' > blank.csv
	printf '[{"a":"\\u0078"}]\n' > escaped.json
	printf 'a,b\n1.5,2\n' > spelled.csv
	git rm -q gone.csv
	echo b > new.csv
	git add .
	succeeds varve diff --cached --name-only
	output_is "$(git diff --cached --name-only)"
	succeeds varve diff --cached --name-status
	output_is "$(git diff --cached --name-status)"
	succeeds varve diff --cached --ignore-format --name-only -- blank.csv spelled.csv
	output_is ""
	succeeds varve diff --cached --where 'b = 3' --name-only -- blank.csv spelled.csv
	output_is ""
}

@test "status and diff name restore --spelling if most rows of a file differ" {
	new_repo
	seq -f '%06g' 40 | awk 'BEGIN { print "sku,n" } { print $1 ",n" $1 }' > t.csv
	varve add -q --key sku t.csv
	varve commit -qm one
	sed -i '3s/,n/,m/' t.csv
	succeeds varve status
	! output_has "restore --spelling" || false
	sed -i 's/^0*\([0-9]\)/\1/' t.csv
	succeeds varve status
	output_has '(if a spreadsheet program rewrote it: "varve restore --spelling t.csv" restores the spelling and keeps all edits)'
	succeeds varve diff
	stderr_has "hint: if a spreadsheet program rewrote the file: 'varve restore --spelling t.csv'"
	varve restore -q --spelling t.csv
	succeeds varve diff
	! stderr_has "spelling" || false
	output_has "1 row changed"
}
