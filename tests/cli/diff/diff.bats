load ../helper

# lamps.csv as it was and as it is.
old_lamps() {
	cat <<-'END'
	id,name,price,day,note
	1,Blue lamp,9.99,2024-01-05,alpha
	2,Red lamp,12.50,2024-01-06,
	3,Green lamp,8.0,2024-01-07,gamma
	4,漢字ランプ,7,2024-01-08,delta
	5,Old lamp,3.5,2024-01-09,x
	END
}

new_lamps() {
	cat <<-'END'
	id,name,price,day,note
	1,Blue lamp,8.99,2024-01-05,alpha
	2,Red lamp,12.50,2024-01-06,
	3,Green lamp,8.00,2024-01-07,gamma ray
	4,漢字ランプ大,7,2024-01-08,delta
	6,New lamp,99,2024-02-01,fresh
	END
}

# A repository with two versions, tagged v1 and v2.
two_versions() {
	new_repo
	old_lamps > lamps.csv
	varve add lamps.csv > /dev/null
	varve commit -qm one
	varve tag v1
	new_lamps > lamps.csv
	varve add lamps.csv > /dev/null
	varve commit -qm two
	varve tag v2
}

body() {
	cat <<-'END'

	    id  name                               price  day         note
	  ~  1  Blue lamp                   9.99 -> 8.99  2024-01-05  alpha
	  ~  3  Green lamp                   8.0 ~> 8.00  2024-01-07  gamma -> gamma ray
	  ~  4  漢字ランプ -> 漢字ランプ大             7  2024-01-08  delta
	  -  5  Old lamp                             3.5  2024-01-09  x
	  +  6  New lamp                              99  2024-02-01  fresh

	  1 row added, 1 row removed, 3 rows changed (3 cells), 1 cell only written differently (~>); 5 -> 5 rows
	END
}

@test "two versions are shown as an aligned table" {
	two_versions
	succeeds varve diff v1 v2 lamps.csv
	output_is "lamps.csv: v1 -> v2
$(body)"
	succeeds varve diff v1..v2
	output_is "lamps.csv: v1 -> v2
$(body)"
}

@test "index, work tree and commits are compared as git does" {
	two_versions
	succeeds varve diff
	output_is ""
	old_lamps > lamps.csv
	succeeds varve diff --stat
	output_has "lamps.csv | +1 -1 ~3 rows"
	succeeds varve diff --cached
	output_is ""
	varve add lamps.csv > /dev/null
	succeeds varve diff
	output_is ""
	succeeds varve diff --cached --name-only
	output_is "lamps.csv"
	succeeds varve diff v1
	output_is ""
	succeeds varve diff HEAD --name-only
	output_is "lamps.csv"
}

@test "three dots compare with the common ancestor" {
	two_versions
	git checkout -q -b side v1
	sed -i 's/Blue/Black/' lamps.csv
	varve add lamps.csv > /dev/null
	varve commit -qm side
	succeeds varve diff v2...side --json
	output_has '"name":{"old":"Blue lamp","new":"Black lamp"}'
	output_has '"rowsChanged":1'
	output_lacks "New lamp"
}

@test "two files are compared without a repository" {
	old_lamps > a.csv
	new_lamps > b.csv
	succeeds varve diff --no-index a.csv b.csv
	output_is "a.csv -> b.csv
$(body)"
	succeeds varve diff a.csv b.csv
	output_is "a.csv -> b.csv
$(body)"
	ends_with 2 varve diff --no-index a.csv
	ends_with 2 varve diff --no-index a.csv gone.csv
	stderr_has "no such file 'gone.csv'"
}

@test "exit code and quiet answer whether something differs" {
	two_versions
	ends_with 1 varve diff --exit-code v1 v2
	ends_with 1 varve diff --quiet v1 v2
	output_is ""
	ends_with 0 varve diff --quiet v1 v1
	ends_with 0 varve diff v1 v2
	ends_with 2 varve diff --quiet v1 nosuch
}

@test "plain text of git's history is compared as tables" {
	git init -q .
	old_lamps > lamps.csv
	git add . && git commit -qm one
	new_lamps > lamps.csv
	git commit -qam two
	succeeds varve diff HEAD~1 HEAD -- lamps.csv
	output_has "1 row added, 1 row removed, 3 rows changed (3 cells)"
	sed -i 's/Blue/Black/' lamps.csv
	succeeds varve diff --summary
	output_has "rows     5 -> 5: 1 changed"
}

@test "converting text into a table is not a change in data" {
	git init -q .
	old_lamps > lamps.csv
	git add . && git commit -qm one
	varve init > /dev/null 2>&1
	varve add --convert lamps.csv > /dev/null
	varve commit -qm two
	succeeds varve diff HEAD~1 HEAD lamps.csv
	output_has "no change in data"
	output_has "one side is text, the other a table of varve"
	ends_with 0 varve diff --quiet HEAD~1 HEAD lamps.csv
}

@test "an object of Git LFS that is here is compared, one that is not is named" {
	git init -q .
	old_lamps > lamps.csv
	git add . && git commit -qm one
	new_lamps > object
	oid=$(sha256sum object | cut -c1-64)
	printf 'version https://git-lfs.github.com/spec/v1\noid sha256:%s\nsize %s\n' "$oid" "$(wc -c < object)" > lamps.csv
	git add lamps.csv && git commit -qm two
	ends_with 2 varve diff HEAD~1 HEAD lamps.csv
	stderr_has "Git LFS"
	mkdir -p ".git/lfs/objects/${oid:0:2}/${oid:2:2}"
	cp object ".git/lfs/objects/${oid:0:2}/${oid:2:2}/$oid"
	succeeds varve diff HEAD~1 HEAD lamps.csv
	output_has "1 row added, 1 row removed, 3 rows changed (3 cells)"
}

@test "another form of the same data is said to be so" {
	old_lamps > a.csv
	sed 's/$/\r/' a.csv > b.csv
	succeeds varve diff --no-index a.csv b.csv
	output_has "form     LF -> CRLF"
	output_has "no change in data"
	varve convert a.csv c.ndjson 2> /dev/null
	succeeds varve diff --no-index a.csv c.ndjson
	output_has "no change in data"
}

@test "a table that became a file is said to be one" {
	new_repo
	old_lamps > lamps.csv
	varve add lamps.csv > /dev/null
	varve commit -qm one
	varve add --as file lamps.csv > /dev/null
	varve commit -qm two
	succeeds varve diff HEAD~1 HEAD lamps.csv
	output_is "lamps.csv: was a table, now a file"
}

@test "new, removed and renamed tables are told" {
	two_versions
	git mv lamps.csv light.csv
	old_lamps > second.csv
	varve add second.csv > /dev/null
	varve commit -qm three
	succeeds varve diff v2 HEAD --json
	output_has '"path":"light.csv","oldPath":"lamps.csv"'
	output_has '"path":"second.csv","change":"added"'
	succeeds varve diff v2 HEAD -- second.csv
	output_has "second.csv: new table, 5 rows, 5 columns"
	output_has "+  1  Blue lamp"
	succeeds varve diff HEAD v2 -- second.csv
	output_has "second.csv: removed table"
}

@test "ordinary text files are left to git" {
	two_versions
	echo hello > notes.txt
	git add notes.txt && git commit -qm three
	succeeds varve diff v2 HEAD
	output_is "notes.txt: text added ('git diff' shows it)"
	succeeds varve diff v2 HEAD --json
	stderr_has "notes.txt: text added"
}

@test "columns that were added, dropped, renamed and moved are described" {
	old_lamps > a.csv
	cat > b.csv <<-'END'
	id,day,title,price,vat
	1,2024-01-05,Blue lamp,9.99,0.2
	2,2024-01-06,Red lamp,12.50,0.2
	3,2024-01-07,Green lamp,8.0,0.2
	4,2024-01-08,漢字ランプ,7,0.2
	5,2024-01-09,Old lamp,3.5,0.2
	END
	succeeds varve diff --no-index a.csv b.csv
	output_has "moved 'day' after 'id'"
	output_has "renamed 'name' to 'title' (100 % alike)"
	output_has "added 'vat' (number) after 'price'"
	output_has "dropped 'note'"
	output_has "1 column added, 1 column dropped; no change in the other columns"
	succeeds varve diff --no-index --no-renames a.csv b.csv
	output_has "dropped 'name'"
	output_has "added 'title' (string) after 'day'"
	succeeds varve diff --no-index --rename note=title a.csv b.csv
	output_has "renamed 'note' to 'title'"
	ends_with 2 varve diff --no-index --rename nope=title a.csv b.csv
	stderr_has "no column 'nope' in the old version"
	ends_with 2 varve diff --no-index --rename note=title --rename name=title a.csv b.csv
	stderr_has "--rename: 'title' occurs twice"
	ends_with 2 varve diff --no-index --rename note=title --rename note=day a.csv b.csv
	stderr_has "--rename: 'note' occurs twice"
}

@test "options choose what is compared" {
	old_lamps > a.csv
	new_lamps > b.csv
	succeeds varve diff --no-index --ignore-format a.csv b.csv
	output_lacks "~>"
	succeeds varve diff --no-index --columns price a.csv b.csv
	output_has "1 row changed (1 cell)"
	succeeds varve diff --no-index --ignore-column name,note a.csv b.csv
	output_has "1 row changed (1 cell)"
	succeeds varve diff --no-index --tolerance 1 --columns price --stat a.csv b.csv
	output_lacks "cells"
	succeeds varve diff --no-index --where id=4 a.csv b.csv
	output_has "1 row changed (1 cell)"
	output_lacks "Blue"
	ends_with 2 varve diff --no-index --columns nope a.csv b.csv
	stderr_has "has a column 'nope'"
	ends_with 2 varve diff --no-index --tolerance much a.csv b.csv
	ends_with 2 varve diff --no-index --key nope a.csv b.csv
	stderr_has "key column 'nope' is not in either version"
}

@test "--where that is no condition is refused, also where nothing differs" {
	new_repo
	old_lamps > a.csv
	varve add -q a.csv
	varve commit -qm first
	for condition in 'price >' 'price 5' '(price = 5' '5 = 5' ''; do
		ends_with 2 varve diff --where "$condition"
		stderr_has "'$condition': character"
		ends_with 2 varve diff --where "$condition" HEAD HEAD -- a.csv
		stderr_has "'$condition': character"
	done
	succeeds varve diff --where 'price > 5'
	output_is ''
}

@test "a limit bounds the rows and says what it left out" {
	old_lamps > a.csv
	new_lamps > b.csv
	succeeds varve diff --no-index --limit 2 a.csv b.csv
	output_has "3 more rows are not shown"
	output_lacks "Old lamp"
	succeeds varve diff --no-index --limit 2 --json a.csv b.csv
	output_has '"leftOut":3'
}

@test "keys that repeat are named and matched in their order" {
	printf 'id,a\n1,x\n1,y\n2,z\n' > a.csv
	printf 'id,a\n1,x\n1,q\n2,z\n' > b.csv
	succeeds varve diff --no-index --key id a.csv b.csv
	output_has "y -> q"
	printf 'id,a\n1,v\n1,q\n2,z\n' > b.csv
	succeeds varve diff --no-index --key id a.csv b.csv
	stderr_has "1 key occurs more than once ('1')"
}

@test "wide tables fit into 80 columns" {
	awk 'BEGIN { for (r = 0; r < 30; r++) for (c = 0; c < 60; c++) printf "%s%s", r ? r * c "abc" : "column_" c, c < 59 ? "," : "\n" }' > a.csv
	awk 'BEGIN { for (r = 0; r < 30; r++) for (c = 0; c < 60; c++) printf "%s%s", r ? r * c (r == 7 && c % 9 == 2 ? "xyz" : "abc") : "column_" c, c < 59 ? "," : "\n" }' > b.csv
	COLUMNS=80 succeeds varve diff --no-index a.csv b.csv
	output_has "14abc -> 14xyz"
	[ "$(printf '%s\n' "$output" | wc -L)" -le 80 ]
}

@test "cells cannot drive the terminal" {
	printf 'id,a\n1,x\n' > a.csv
	printf 'id,a\n1,\033[31mred\007\n' > b.csv
	succeeds varve diff --no-index a.csv b.csv
	output_has '\x1B[31mred\x07'
	output_lacks "$(printf '\033')"
	succeeds varve diff --no-index --color=always a.csv b.csv
	output_has "$(printf '\033[31mx')"
}

@test "JSON and NDJSON are read by Python" {
	two_versions
	varve diff --json v1 v2 > d.json
	varve diff --format ndjson v1 v2 > d.ndjson
	python3 - <<-'END'
	import json
	d = json.load(open("d.json"))
	assert d["format"] == "varve.diff/1"
	t = d["tables"][0]
	assert t["path"] == "lamps.csv" and t["keyColumns"] == ["id"]
	assert [r["change"] for r in t["rows"]] == ["changed", "changed", "changed", "removed", "added"]
	assert t["rows"][1]["cells"]["price"] == {"old": "8.0", "new": "8.00", "sameValue": True}
	assert t["rows"][4]["cells"]["name"] == "New lamp"
	lines = [json.loads(l) for l in open("d.ndjson")]
	assert [l["type"] for l in lines] == ["diff", "table"] + ["row"] * 5 + ["summary"]
	rows = [{k: v for k, v in l.items() if k != "type"} for l in lines[2:7]]
	assert rows == t["rows"]
	END
}

@test "output goes to a file, whole or not at all" {
	two_versions
	succeeds varve diff v1 v2 --output out.txt
	output_is ""
	grep -q "Old lamp" out.txt
	mkdir folder
	ends_with 2 varve diff v1 v2 --output folder
	stderr_is "varve: 'folder' is a folder
hint: name a file in it"
	ends_with 2 varve diff v1 nosuch --output other.txt
	[ ! -e other.txt ]
	[ -z "$(ls -A | grep varve-diff)" ]
}

@test "revisions and paths that do not exist are named" {
	two_versions
	ends_with 2 varve diff nosuch
	stderr_has "nosuch"
	ends_with 2 varve diff v1 v2 -- gone.csv
	stderr_has "'gone.csv' is neither in v1 nor in v2"
	ends_with 2 varve diff -- gone.csv
	stderr_has "'gone.csv' is neither in the index nor in the work tree's tracked files"
	ends_with 2 varve diff --format markdown --size 9999999999
	stderr_has "--size requires a number of bytes from 1024 to 4294967295, not '9999999999'"
	ends_with 2 varve diff v1 v2 v1 --
	stderr_has "two versions"
	ends_with 2 varve diff v1..v2 v1 --
	stderr_has "diff compares two versions, and the arguments before '--' name more"
	ends_with 2 varve diff --cached v1 v2
}

@test "a table whose blocks are not here does not hide the others" {
	two_versions
	git rm -q --cached lamps.csv && rm lamps.csv
	old_lamps > other.csv
	varve add other.csv > /dev/null && varve commit -qm other
	git clone -q . ../clone
	cd ../clone
	git remote remove origin
	ends_with 2 varve diff HEAD~1 HEAD
	stderr_has "lamps.csv"
	stderr_has "other.csv"
}

@test "where blocks of the staged version are not here the hint is a command that works" {
	two_versions
	rm -rf .git/varve/packs
	echo >> lamps.csv
	ends_with 2 varve --offline diff
	stderr_has "varve fetch --data HEAD lamps.csv"
}

@test "bare repositories compare commits" {
	two_versions
	git clone -q --bare . ../bare.git
	cp -r .git/varve ../bare.git/varve
	cd ../bare.git
	succeeds varve diff v1 v2 lamps.csv --stat
	output_has "lamps.csv | +1 -1 ~3 rows"
	# HEAD is the name of a file here, too
	succeeds varve -C . diff --stat HEAD~1 HEAD
	output_has "lamps.csv | +1 -1 ~3 rows"
	for path in . ./lamps.csv '*.csv' ':!other'; do
		succeeds varve diff --stat v1 v2 -- "$path"
		output_has "lamps.csv | +1 -1 ~3 rows"
	done
	succeeds varve diff --stat v1 v2 -- ':!lamps.csv'
	output_lacks "lamps.csv"
	ends_with 2 varve diff
	stderr_has "no work tree"
}

# What the columns of the n-th change of the header are said to have gone through.
header_change() {
	local n=$1 last="" now commit before=""
	for commit in $(git log --reverse --format=%h -- country-codes.csv); do
		now=$(git show "$commit:country-codes.csv" | head -n 1 | tr -d '\r')
		if [ -n "$last" ] && [ "$now" != "$last" ]; then
			n=$((n - 1))
			if [ "$n" -eq 0 ]; then
				varve diff --summary "$before" "$commit" -- country-codes.csv 2> /dev/null | sed -n '/columns/,/rows /p'
				return
			fi
		fi
		last=$now
		before=$commit
	done
	return 1
}

@test "the nine changes of a real header are described as a person would" {
	git init -q .
	git fetch -q "$BATS_TEST_DIRNAME/../../data/histories/country-codes.bundle" 'refs/heads/main:refs/heads/real'
	git checkout -q real
	run header_change 1
	output_has "renamed 'name_fr' to 'official_name_fr' (100 % alike)"
	output_has "added 'official_name' (string) after 'name'"
	run header_change 2
	output_has "renamed 'official_name' to 'official_name_en'"
	output_has "renamed 'currency_alphabetic_code' to 'ISO4217-currency_alphabetic_code'"
	output_has "renamed 'currency_country_name' to 'ISO4217-currency_country_name'"
	output_has "renamed 'currency_minor_unit' to 'ISO4217-currency_minor_unit'"
	output_has "renamed 'currency_name' to 'ISO4217-currency_name'"
	output_has "renamed 'currency_numeric_code' to 'ISO4217-currency_numeric_code'"
	output_has "added 'EDGAR' (string) after 'geonameid'"
	run header_change 3
	output_has "renamed 'ISO3166-1-numeric' to 'M49' (100 % alike)"
	output_has "no change in data"
	run header_change 4
	output_has "renamed 'geonameid' to 'Geoname ID' (100 % alike)"
	run header_change 5
	output_has "renamed 'name' to 'CLDR display name' (99 % alike)"
	output_has "added 'official_name_ar' (string) at the beginning"
	output_has "added 'UNTERM Arabic Formal' (string) after 'M49'"
	run header_change 6
	output_has "columns: their order changed"
	output_lacks "dropped"
	run header_change 7
	output_has "Global Code' to 'Global Code' (100 % alike)"
	run header_change 8
	output_has "dropped 'Developed / Developing Countries'"
	output_lacks "added"
	run header_change 9
	output_has "added 'wikidata_id' (string) after 'EDGAR'"
	output_lacks "renamed"
	run header_change 10
	[ "$status" -ne 0 ]
}

@test "a file that is not a table is named with what it is and the command that makes a table of it" {
	new_repo
	printf 'PK\3\4xxxxxxxxxxxxxx\0' > book.xlsx
	printf 'SQLite format 3\0xxxx' > data.db
	rows 20 | tr , '\t' | iconv -t UTF-16 > unicode.txt
	echo text > notes.txt
	varve add -q book.xlsx data.db unicode.txt notes.txt
	varve commit -qm one
	printf more >> book.xlsx
	rm data.db
	rows 21 | tr , '\t' | iconv -t UTF-16 > unicode.txt
	echo more >> notes.txt
	succeeds varve diff book.xlsx data.db unicode.txt notes.txt
	output_has "book.xlsx: a ZIP archive or a workbook changed; 'pip install \"varve-data[office]\"', or"
	grep -qx 'data.db: an SQLite database removed' <<< "$output"
	output_has "unicode.txt: a text that can be read as a table changed; 'varve add --as table unicode.txt' makes a table of it"
	output_has "notes.txt: text changed ('git diff' shows it)"
}

@test "documents that are kept as bytes are told by their sizes where nothing here reads them" {
	git config --global varve.reader.xlsx.command "sh -c 'exit 3'"
	new_repo
	printf 'PK\3\4xxxx' > kept.xlsx
	cp kept.xlsx plain.xlsx
	rows 5 > t.csv
	varve add -q --as file kept.xlsx
	varve add -q t.csv plain.xlsx
	varve commit -qm one
	tee -a plain.xlsx <<< more >> kept.xlsx
	sed -i 's/^2,[^,]*/2,x/' t.csv
	succeeds varve diff
	output_has "kept.xlsx: a file, 8 B -> 13 B, contents differ"
	output_has "plain.xlsx: a ZIP archive or a workbook changed ('git diff' shows it)"
	output_has "t.csv"
	succeeds git diff kept.xlsx
	output_has "kept.xlsx: a file, 8 B -> 13 B, contents differ"
	ends_with 1 varve diff -q kept.xlsx
	varve commit -qam two
	succeeds varve log -p -1
	output_has "kept.xlsx: a file, 8 B -> 13 B, contents differ"
	rm kept.xlsx
	succeeds varve diff -- kept.xlsx
	output_is "kept.xlsx: removed file, 13 B"
}

@test "the sql form refuses tables that have one name in SQL" {
	new_repo
	mkdir a b
	printf 'id,v\n1,x\n' | tee a/t.csv > b/T.tsv
	git add . && git commit -qm one
	sed -i s/x/y/ a/t.csv
	printf 'id\tv\n1\tz\n' > b/T.tsv
	ends_with 2 varve diff --format sql
	stderr_has "'a/t.csv' and 'b/T.tsv' have the same name in SQL, 'T'"
	output_lacks COMMIT
	succeeds varve diff --format sql a/t.csv
	output_has 'UPDATE "t"'
	git commit -qam two
	git mv a/t.csv u.csv # its old name is taken, too
	sed -i s/z/w/ b/T.tsv
	ends_with 2 varve diff --format sql HEAD
	stderr_has "have the same name in SQL, 't'"
	git mv u.csv b/u.csv
	git commit -qam three
	succeeds varve diff --format sql HEAD~1 HEAD b/u.csv
}

@test "an entry of mode 0 in the tree of a stranger is named, and ends no command by a signal" {
	new_repo
	printf 'id,a\n1,1\n' > p.csv
	varve add -q .
	varve commit -qm 1
	tree=$({
		git cat-file tree HEAD
		printf '0 z\0'
		git rev-parse HEAD:p.csv | xxd -r -p
	} | git hash-object -t tree -w --stdin --literally)
	git branch evil "$(git commit-tree -p HEAD -m e "$tree")"
	for words in "diff main evil" "diff evil main" "show evil" "diff --summary main evil"; do
		succeeds varve $words
		output_has "z: not shown: its mode in the tree is invalid"
	done
	succeeds varve log -p evil
	succeeds varve diff --format markdown main evil
}

# The table with one change.
changed() {
	local table
	table=$(printf 'id,fruit,price\n1,apple,1.20\n2,pear,3.00\n3,fig,')
	case $1 in
	cell) sed 's/1\.20/1.30/' <<< "$table" ;;
	spelled) sed 's/1\.20/1.2/' <<< "$table" ;;
	added) printf '%s\n4,kiwi,2\n' "$table" ;;
	removed) sed '/pear/d' <<< "$table" ;;
	column-renamed) sed 's/price/cost/' <<< "$table" ;;
	column-added) sed '1s/$/,note/; 2,$s/$/,/' <<< "$table" ;;
	column-removed) cut -d, -f1,2 <<< "$table" ;;
	column-moved) awk -F, -v OFS=, '{ print $1, $3, $2 }' <<< "$table" ;;
	order) sed '2{h; d}; $G' <<< "$table" ;;
	line-ends) sed 's/$/\r/' <<< "$table" ;;
	none) printf '%s\n' "$table" ;;
	esac
}

# A form that does not show a kind of change writes the same for two kinds.
@test "each form shows each kind of change" {
	local form change forms
	new_repo
	changed none > t.csv
	varve add -q --key id t.csv
	varve commit -qm one
	forms=$(varve diff --help | sed -n 's/, arrow, .*//; s/,//g; s/.*--format FORMAT .*(default: text): //p')
	[ "$(wc -w <<< "$forms")" -ge 8 ]
	for form in $forms; do
		for change in cell spelled added removed column-renamed column-added column-removed column-moved order line-ends; do
			[ "$form $change" != "sql line-ends" ] || continue # as order: nothing of it is in a database
			changed "$change" > t.csv
			varve diff --format "$form" > "../$form.$change"
			sha256sum < "../$form.$change"
		done > sums
		[ -z "$(sort sums | uniq -d)" ] || { echo "$form does not distinguish two changes" >&2; return 1; }
	done
}
