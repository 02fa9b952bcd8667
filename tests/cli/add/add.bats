load ../helper

pointer_of() {
	git cat-file blob ":$1"
}

@test "a table is understood and staged as a pointer" {
	new_repo
	rows 3000 > prices.csv
	succeeds varve add prices.csv
	output_has "prices.csv: new table, 3,000 rows, 4 columns, key id (found: no value repeats)"
	output_has "id integer, name string, price number, day date"
	output_has "comma"
	output_has "new,"
	pointer_of prices.csv | sed -n 3p | grep -q '^{"varve": 1, "kind": "table", "root": "bafyrei'
	git check-attr filter prices.csv | grep -q ': varve$'
	grep -qx '.gitattributes merge=varve-lines' .gitattributes
	[ "$(git diff --name-only)" = "" ]
	[ "$(git diff --cached --name-only)" = $'.gitattributes\nprices.csv' ]
}

@test "adding again says how much is new and that nothing is" {
	new_repo
	rows 3000 > prices.csv
	varve add prices.csv
	succeeds varve add prices.csv
	output_is "prices.csv: unchanged"
	rows 3010 > prices.csv
	succeeds varve add prices.csv
	output_has "prices.csv: 3,010 rows (+10), 4 columns, key id"
}

@test "a key that is named is proved" {
	new_repo
	rows 100 > prices.csv
	succeeds varve add --key name,id prices.csv
	output_has "key name, id (as declared: no value repeats)"
	pointer_of prices.csv | grep -q '"key": \["name", "id"\]'
}

@test "a key that repeats is refused with both lines" {
	new_repo
	printf 'id,v\n1,a\n2,b\n1,c\n' > t.csv
	ends_with 2 varve add --key id t.csv
	stderr_has "t.csv"
	stderr_has "line 2"
	stderr_has "line 4"
	[ -z "$(git diff --cached --name-only)" ]
	[ ! -e .gitattributes ]
}

@test "a key column that is missing is named with those that are there" {
	new_repo
	rows 10 > prices.csv
	ends_with 2 varve add --key sku prices.csv
	stderr_has "no column named 'sku'"
	stderr_has "id, name, price, day"
}

@test "no key is looked for when none is wanted" {
	new_repo
	rows 100 > prices.csv
	succeeds varve add --no-key prices.csv
	output_has "no key"
	cp prices.csv other.csv
	succeeds varve add --key none other.csv
	output_has "no key"
}

@test "key options that contradict or are empty are refused" {
	new_repo
	rows 10 > prices.csv
	ends_with 2 varve add --key id --no-key prices.csv
	stderr_has "cannot be used together"
	ends_with 2 varve add --key id,,name prices.csv
	stderr_has "empty column name"
}

@test "a line with other quotes is refused with the options that read them" {
	new_repo
	printf 'id,name\n1,a\n2,"say \\"hi\\", he said"\n3,c\n' > a.csv
	printf 'id,name\n1,"b" c\n2,d\n' > b.csv
	local f
	for f in a b; do
		ends_with 2 varve add $f.csv
		stderr_has "'--escape \\' reads \\\" as a quote within a cell, '--quote none' takes quotes as text"
		stderr_lacks "--skip-footer"
	done
	succeeds varve add --escape '\' a.csv
	succeeds varve add --quote none b.csv
}

@test "malformed files are refused with the line and nothing is staged" {
	new_repo
	rows 10 > good.csv
	printf 'a,b\n1,"open\n2,3\n' > bad.csv
	ends_with 2 varve add good.csv bad.csv
	stderr_has "bad.csv"
	stderr_has "line 2"
	stderr_has "--as file"
	[ -z "$(git diff --cached --name-only)" ]
	printf 'a,b\n1,2\n1,2,3\n' > bad.csv
	ends_with 2 varve add good.csv bad.csv
	stderr_has "line 3"
	[ -z "$(git diff --cached --name-only)" ]
	[ ! -e .gitattributes ]
}

@test "a malformed file can be kept as bytes" {
	new_repo
	printf 'a,b\n1,"open\n2,3\n' > bad.csv
	succeeds varve add --as file bad.csv
	output_has "bad.csv: new file, "
	pointer_of bad.csv | grep -q '"kind": "file"'
}

@test "delimiter quote and header can be given" {
	new_repo
	printf "1;'a;b'\n2;c\n" > t.csv
	succeeds varve add --delimiter ';' --quote "'" --no-header t.csv
	output_has "2 rows, 2 columns"
	printf 'x\ty\n1\t2\n' > tabs.txt
	succeeds varve add --delimiter tab tabs.txt
	output_has "1 row, 2 columns"
	ends_with 2 varve add --delimiter ab t.csv
	stderr_has "--delimiter requires one character"
}

@test "a first line that has all names of --key is the header, unless --no-header says otherwise" {
	new_repo
	printf 'id,a\nx,a\ny,a\nz,b\n' > t.csv
	succeeds varve add --key id t.csv
	output_has "3 rows, 2 columns, key id"
	printf '"nr",v,2020\nx,v,1\ny,v,2\nx,v,3\n' > u.csv
	succeeds varve add --key nr,2020 u.csv
	output_has "3 rows, 3 columns, key nr, 2020"
	cp t.csv v.csv
	succeeds varve add v.csv
	output_has "4 rows, 2 columns, no key"
	ends_with 2 varve add --no-header --key id v.csv
	stderr_has "no column named 'id'"
	ends_with 2 varve add --key id,nr v.csv
	stderr_has "no column named"
	: > empty.csv
	ends_with 2 varve add --key id empty.csv
	stderr_has "hint: the file has no columns"
	succeeds varve add --key id v.csv
	output_has "key id"
	succeeds varve fsck --data
}

@test "JSON with rows is a table, other JSON an ordinary file" {
	new_repo
	printf '[{"id":1,"v":"a"},{"id":2,"v":"b"}]\n' > t.json
	printf '{"id":1}\n' > u.json
	printf '[1,2]\n' > v.json
	succeeds varve add .
	output_has "2 rows, 2 columns"
	output_has "2 ordinary files: u.json, v.json"
	stderr_is ""
	varve cat :t.json > got
	same_bytes t.json got
}

@test "a folder's JSON becomes a table only where rows are most of it and its name is no configuration's" {
	new_repo
	local f about
	mkdir .vscode
	about='"description":"a program that has long settings, of which the people below are the smaller part"'
	echo '{"people":[{"name":"a"},{"name":"b"}]}' | tee package.json manifest.json .vscode/launch.json \
		tsconfig.json tsconfig.app.json .eslintrc.json nest-cli.json > people.json
	echo '[{"label":"a"},{"label":"b"}]' | tee tasks.json > list.json
	echo "{$about,\"people\":[{\"name\":\"a\"},{\"name\":\"b\"}]}" > about.json
	{
		printf '{%s,"rows":[{"id":0}' "$about"
		seq -f ',{"id":%.0f}' 1 60000
		echo ']}'
	} > long.json
	succeeds varve add .
	stderr_is ""
	for f in people list long; do
		[ "$(git cat-file -p ":$f.json" | head -c 15)" = 'varve pointer: ' ]
	done
	for f in package manifest .vscode/launch tsconfig tsconfig.app .eslintrc nest-cli tasks about; do
		git cat-file -p ":$f.json" > got
		same_bytes "$f.json" got
	done
	git rm -q --cached package.json about.json tasks.json
	varve add -q '*.json'
	[ "$(git cat-file -p :package.json)" = "$(cat package.json)" ]
	git rm -q --cached package.json about.json tasks.json
	succeeds varve add package.json about.json tasks.json
	for f in package about tasks; do
		[ "$(git cat-file -p ":$f.json" | head -c 15)" = 'varve pointer: ' ]
	done
	echo '{"people":[{"name":"a"},{"name":"c"}]}' > package.json
	varve add -q .
	[ "$(git cat-file -p :package.json | head -c 15)" = 'varve pointer: ' ]
}

@test "a folder's new files that read as tables become tables and it is said" {
	new_repo
	mkdir data
	rows 10 > data/a.csv
	printf 'a\tb\n1\t2\n' > data/t.tsv
	printf '{"id":1}\n{"id":2}\n' > data/n.jsonl
	printf 'a,b\n1,2,3\n' > data/broken.csv
	: > data/empty.csv
	echo x > data/b.txt
	succeeds varve add data
	output_has "3 new files recognized as tables ('git config varve.addTables false' leaves new files to Git)"
	output_has "data/a.csv: 10 rows, key id (found: no value repeats)"
	output_has "3 ordinary files: data/b.txt, data/broken.csv, data/empty.csv"
	stderr_has "data/broken.csv is stored in Git as text, since it cannot be read as a table: data/broken.csv: line 2, character 5"
	stderr_has "data/empty.csv is stored in Git as text, since it cannot be read as a table: it is empty"
	pointer_of data/a.csv | grep -q '^{"varve": 1'
	pointer_of data/n.jsonl | grep -q '^{"varve": 1'
	pointer_of data/broken.csv | cmp - data/broken.csv
	[ "$(grep -c filter=varve .gitattributes)" -eq 3 ]
	varve commit -qm one
	[ -z "$(git status --porcelain)" ]
}

@test "each ending of a table's name makes a table, in a folder and by name" {
	new_repo
	printf 'a|b\n1|2\n' > a.psv
	printf 'a\tb\n1\t2\n' > b.tab
	printf '{"a":1}\n{"a":2}\n' > c.jsonlines
	printf '{"a":1}\n{"a":2}\n' > d.ndjson
	succeeds varve add .
	for f in a.psv b.tab c.jsonlines d.ndjson; do
		pointer_of $f | grep -q '"kind": "table"'
		git rm -qf --cached $f
		succeeds varve add $f
		pointer_of $f | grep -q '"kind": "table"'
	done
}

@test "varve.addTables decides what becomes of new files" {
	new_repo
	git config varve.addTables false
	rows 10 > a.csv
	succeeds varve add .
	output_has "a.csv is stored in Git as text"
	varve commit -qm text
	rows 5 > b.csv
	git config --unset varve.addTables
	succeeds varve add -A
	output_has "b.csv is stored in Git as text; 'varve add' with the name of a file makes a table of it"
	git rm -q --cached b.csv
	git config varve.addTables true
	succeeds varve add -A
	output_has "b.csv: new table, 5 rows"
	pointer_of a.csv | cmp - a.csv
}

@test "several files are told with their keys" {
	new_repo
	for i in 1 2 3 4; do rows "$i" > $i.csv; done
	printf 'a\nx\nx\n' > 5.csv
	succeeds varve add .
	output_has "4.csv: 4 rows, key id"
	output_has "5.csv: 2 rows, no key"
	output_has "in all: 5 tables, 12 rows, 4 with a key"
}

@test "add . changes no fixture of an existing repository" {
	git init -q
	mkdir -p t/fixtures
	for i in 1 2 3 4 5; do rows "$i" > t/fixtures/$i.csv; done
	git add .
	git commit -q -m fixtures
	varve init > /dev/null
	succeeds varve add .
	output_is ""
	[ -z "$(git status --porcelain)" ]
	rows 6 > t/fixtures/1.csv
	succeeds varve add -A
	[ "$(git diff --cached --name-only)" = t/fixtures/1.csv ]
	pointer_of t/fixtures/1.csv | cmp - t/fixtures/1.csv
}

@test "what HEAD holds as text stays text until convert" {
	git init -q
	rows 20 > prices.csv
	git add . && git commit -q -m text
	varve init > /dev/null
	rows 21 > prices.csv
	succeeds varve add prices.csv
	output_has "prices.csv stays text, as in HEAD; 'varve add --convert PATH' makes a table"
	pointer_of prices.csv | cmp - prices.csv
	ends_with 2 varve add --key id prices.csv
	stderr_has "stays text, as in HEAD"
	stderr_has "--convert"
	succeeds varve add --convert prices.csv
	output_has "prices.csv: was plain text, now table, 21 rows"
	pointer_of prices.csv | grep -q '^{"varve": 1'
}

@test "plain text under a tracked pattern is converted by fix" {
	new_repo
	rows 20 > prices.csv
	git add prices.csv
	git commit -q -m text
	printf '*.csv filter=varve diff=varve merge=varve -text\n' > .gitattributes
	git add .gitattributes
	succeeds varve add --fix
	output_has "prices.csv: was plain text, now table"
	pointer_of prices.csv | grep -q '^{"varve": 1'
}

@test "a tracked pattern makes tables of all that matches" {
	new_repo
	mkdir data
	varve track 'data/*.csv' > /dev/null
	for i in 1 2 3 4 5; do rows $((i * 10)) > data/$i.csv; done
	rows 5 > outside.txt
	succeeds varve add .
	output_has "data/1.csv: 10 rows"
	output_lacks "new file"
	output_has "in all: 5 tables, 150 rows"
	pointer_of data/5.csv | grep -q '"rows": 50'
	pointer_of outside.txt | cmp - outside.txt
}

@test "datapackage.json and files of Git are never tables" {
	new_repo
	varve track '*.json' > /dev/null
	printf '{"name": "x", "resources": [{"name": "t", "path": "t.csv"}]}\n' > datapackage.json
	succeeds varve add datapackage.json
	pointer_of datapackage.json | cmp - datapackage.json
	ends_with 2 varve add --as table datapackage.json
}

@test "deleted files are staged and -u takes no new ones" {
	new_repo
	rows 10 > a.csv
	echo text > b.txt
	varve add a.csv b.txt > /dev/null
	varve commit -q -m one
	rm a.csv
	echo more >> b.txt
	echo new > c.txt
	succeeds varve add -u
	[ "$(git status --porcelain)" = $'D  a.csv\nM  b.txt\n?? c.txt' ]
	succeeds varve add -A
	output_has "1 ordinary file: c.txt"
}

@test "a pattern selects in all folders" {
	new_repo
	mkdir -p x/y
	echo 1 > x/y/a.txt
	echo 2 > b.txt
	succeeds varve add '*.txt'
	[ "$(git diff --cached --name-only)" = $'b.txt\nx/y/a.txt' ]
}

@test "ignored files are refused unless forced" {
	new_repo
	echo 'secret.csv' > .gitignore
	rows 5 > secret.csv
	rows 5 > open.csv
	ends_with 2 varve add open.csv secret.csv
	stderr_has "secret.csv is ignored"
	[ -z "$(git diff --cached --name-only)" ]
	succeeds varve add -f secret.csv
	pointer_of secret.csv | grep -q '"rows": 5'
	ends_with 2 varve add .gitattributes nothing.csv
}

@test "a dry run changes nothing" {
	new_repo
	rows 100 > prices.csv
	echo x > x.txt
	succeeds varve add -n prices.csv x.txt
	output_has "100 rows"
	output_has "would stage 1 ordinary file: x.txt"
	[ -z "$(git diff --cached --name-only)" ]
	[ ! -e .gitattributes ]
	[ -z "$(ls .git/varve/packs 2>/dev/null)" ]
}

@test "paths that match nothing and paths outside are refused" {
	new_repo
	ends_with 2 varve add missing.csv
	stderr_has "missing.csv"
	ends_with 2 varve add ../home
	stderr_has "outside"
	ends_with 2 varve add
	stderr_has "nothing specified, nothing staged"
	cd "$BATS_TEST_TMPDIR/home"
	ends_with 2 varve add x
	stderr_has "not a"
}

@test "a value against the column's type is reported with its line, and changes a type that was found" {
	new_repo
	rows 50 > prices.csv
	varve add prices.csv > /dev/null
	varve commit -q -m one
	sed '12s/.*/11,item 1,cheap,2024-01-01/' prices.csv > new.csv
	mv new.csv prices.csv
	succeeds varve add prices.csv
	stderr_has "prices.csv: price: 'cheap' in line 12 is not a number: now string"
	pointer_of prices.csv | grep -q '{"name": "price", "type": "string"}'
	varve schema --type price=number prices.csv
	sed -i '12s/cheap/7.5/' prices.csv
	succeeds varve add prices.csv datapackage.json
	sed -i '12s/7.5/cheaper/' prices.csv
	succeeds varve add prices.csv
	stderr_has "prices.csv, line 12, column price: 'cheaper' is not a number"
	pointer_of prices.csv | grep -q '{"name": "price", "type": "number"}'
}

@test "untracked big files are hinted at" {
	new_repo
	head -c 11000000 /dev/zero > big.bin
	succeeds varve add big.bin
	stderr_has "varve add --as file big.bin"
}

@test "a line deeper down that wins is named and nothing is staged" {
	new_repo
	mkdir data
	echo '*.csv -filter' > data/.gitattributes
	rows 5 > data/a.csv
	ends_with 2 varve add data/a.csv
	stderr_has "unsets filter=varve"
	[ -z "$(git diff --cached --name-only)" ]
	[ ! -e .gitattributes ]
}

@test "a pointer in the work tree is not taken for a table" {
	new_repo
	rows 50 > prices.csv
	varve add prices.csv > /dev/null
	varve commit -q -m one
	pointer_of prices.csv > p
	mv p prices.csv
	succeeds varve add prices.csv
	output_has "the file is only the pointer"
	[ "$(pointer_of prices.csv | head -c 15)" = 'varve pointer: ' ]
}

@test "hostile names are refused and shown escaped" {
	new_repo
	local name
	for name in $'bad\nname.csv' $'e\e]0;x.csv' 'con.csv' 'a:b.csv'; do
		rows 3 > "./$name"
		ends_with 2 varve add --as table "./$name"
		stderr_lacks $'\e'
		[ -z "$(git diff --cached --name-only)" ]
	done
}

@test "a folder that took a file's place and a file that took a folder's are staged as Git does" {
	new_repo
	rows 3 > a.csv
	mkdir b.csv
	rows 4 > b.csv/x.csv
	echo one > t
	varve add . > /dev/null
	varve commit -qm one
	rm -r a.csv b.csv t
	mkdir a.csv t
	rows 4 > a.csv/y.csv
	rows 5 > b.csv
	echo two > t/z
	cp -r . ../twin
	succeeds varve add .
	output_has "3 removed files"
	succeeds git ls-files a.csv b.csv t
	output_is $'a.csv/y.csv\nb.csv\nt/z'
	git -C ../twin add -A .
	[ "$(git ls-files)" = "$(git -C ../twin ls-files)" ]
	varve commit -qm two
	succeeds varve status
	output_has "working tree clean"
	succeeds varve cat HEAD:b.csv
	[ "$output" = "$(cat b.csv)" ]
	succeeds varve fsck
}

@test "a name that is refused says what can be done" {
	new_repo
	rows 3 > $'bad\nname.csv'
	rows 3 > good.csv
	ends_with 2 varve add *.csv
	stderr_has "the path 'bad\\nname.csv' cannot be used: it has a control character"
	stderr_has "hint: rename it, or add it to .gitignore"
	[ -z "$(git ls-files)" ]
}

@test "a name that no table may have is an ordinary file where a folder is added" {
	new_repo
	rows 3 > aux.csv
	rows 3 > good.csv
	echo text > 'a: b.txt'
	succeeds varve add .
	stderr_is "warning: aux.csv stays an ordinary file, as a table cannot have this name: a name in it is a device on Windows"
	cmp aux.csv <(git cat-file blob :aux.csv)
	[ "$(git ls-files | wc -l)" = "$(ls -A | grep -vcx .git)" ]
	varve commit -qm one
	succeeds varve status
	output_has "working tree clean"
	ends_with 2 varve add --as table nul.csv
}

@test "an unchanged symbolic link, or a file with a name that no table may have, is not reported" {
	new_repo
	rows 3 > aux.csv
	echo text > note.txt
	ln -s note.txt link
	varve add -q .
	varve commit -qm one
	succeeds varve add .
	[ -z "$output$stderr" ]
	ln -sf other link
	succeeds varve add .
	output_is "1 ordinary file: link"
	[ "$(git cat-file blob :link)" = other ]
}

@test "a name that no table may have is text under a line that makes tables of all, for git and varve" {
	local f
	new_repo
	echo '*.csv filter=varve diff=varve merge=varve -text' > .gitattributes
	rows 3 > good.csv
	for f in nul.csv 12:30.csv -x.csv $'a\nb.csv'; do
		rows 3 > "./$f"
	done
	succeeds git add .
	stderr_has "12:30.csv stays an ordinary file, as a table cannot have this name: it has a ':'"
	succeeds varve add .
	succeeds varve commit -m one
	for f in nul.csv 12:30.csv -x.csv $'a\nb.csv'; do
		cmp "./$f" <(git cat-file blob "HEAD:$f")
		rows 4 > "./$f"
	done
	succeeds git diff -- -x.csv
	output_has '+  4'
	succeeds varve add --fix .
	succeeds varve commit -q -a -m two
	[ -z "$(git status --porcelain)" ]
	[ -z "$(varve status -s)" ]
	succeeds varve doctor
	rows 5 > 12:30.csv
	[ "$(varve status -s)" = ' M 12:30.csv' ]
	succeeds varve clone -q . ../copy
	git diff --quiet HEAD -- good.csv
	git restore 12:30.csv
	diff -r -x .git . ../copy
}

@test "a table that git gave a name that none may have is cloned, restored and renamed" {
	new_repo
	rows 3 > t.csv
	varve add -q t.csv
	echo '*.csv filter=varve diff=varve merge=varve -text' > .gitattributes
	git mv t.csv 1:2.csv
	git commit -qam moved
	succeeds varve clone -q . ../copy
	cd ../copy
	cmp 1:2.csv <(rows 3)
	rows 4 > 1:2.csv
	succeeds git commit -qam more
	[ "$(git cat-file blob HEAD:1:2.csv | head -c 13)" = "varve pointer" ]
	succeeds varve restore --source HEAD~1 1:2.csv
	cmp 1:2.csv <(rows 3)
	succeeds git restore 1:2.csv
	succeeds varve mv 1:2.csv ok.csv
	succeeds varve commit -m named
	succeeds varve fsck --data
	cmp ok.csv <(rows 4)
}

@test "an index that is a symbolic link stays one" {
	new_repo
	rows 3 > a.csv
	echo one > t
	git add t
	mv .git/index ../kept.index
	ln -s ../../kept.index .git/index
	succeeds varve add a.csv
	[ -L .git/index ]
	succeeds git ls-files
	output_has "a.csv"
}

@test "spaces and brackets in names are tracked literally" {
	new_repo
	rows 5 > 'a [1] b.csv'
	rows 5 > 'a 1 b.csv'
	succeeds varve add 'a [1] b.csv'
	git check-attr filter -- 'a [1] b.csv' | grep -q ': varve$'
	git check-attr filter -- 'a 1 b.csv' | grep -q ': unspecified$'
}

@test "plain git add makes the same pointer" {
	new_repo
	rows 500 > prices.csv
	varve add prices.csv > /dev/null
	local first
	first=$(git rev-parse :prices.csv)
	git rm -q --cached prices.csv
	git add prices.csv
	[ "$(git rev-parse :prices.csv)" = "$first" ]
}

@test "datapackage.json gives types and key" {
	new_repo
	rows 20 > prices.csv
	cat > datapackage.json <<-'END'
	{"name": "p", "resources": [{"name": "prices", "path": "prices.csv", "schema": {
	  "fields": [{"name": "id", "type": "string"}, {"name": "name", "type": "string"},
	             {"name": "price", "type": "number"}, {"name": "day", "type": "date"}],
	  "primaryKey": "id"}}]}
	END
	succeeds varve add prices.csv
	output_has "key id (from datapackage.json)"
	output_has "id string"
}

@test "a primaryKey that is not unique is warned of, and stays the key" {
	new_repo
	printf 'id,a\n1,x\n1,y\n' > t.csv
	printf '{"resources": [{"name": "t", "path": "t.csv", "schema": {"fields": [{"name": "id"}, {"name": "a"}], "primaryKey": "id"}}]}' > datapackage.json
	succeeds varve add t.csv
	[ "$stderr" = "warning: t.csv: the primaryKey of datapackage.json is not unique: line 2 and line 3 both have id = '1'" ]
	output_has "key id (from datapackage.json)"
}

@test "compressed files are kept as bytes with a hint" {
	new_repo
	rows 50 | gzip > packed.csv
	succeeds varve add packed.csv
	output_has "packed.csv: new file, "
	stderr_has "packed.csv: compressed, kept as bytes: each version is stored in full"
	stderr_has "'varve convert packed.csv OUT.csv' makes a table of it"
	pointer_of packed.csv | grep -q '"kind": "file"'
}

@test "a file whose rows are not seen is named with the command that shows them" {
	new_repo
	rows 50 > t.csv
	gzip -k t.csv
	xz -k t.csv 2> ../no || rm -f t.csv.xz
	printf 'PK\3\4xxxx' > book.xlsx
	printf 'SQLite format 3\0xxxx' > data.db
	succeeds varve add --as file t.csv.gz book.xlsx data.db
	stderr_has "t.csv.gz: compressed, kept as bytes: each version is stored in full; 'varve add --as-csv t.csv.gz' makes a table of it"
	stderr_has "book.xlsx: a ZIP archive or a workbook, kept as bytes"
	stderr_has "data.db: an SQLite database, kept as bytes; 'varve add --as-csv data.db'"
	if [ -e t.csv.xz ]; then
		succeeds varve add --as file t.csv.xz
		stderr_has "'varve add --as-csv t.csv.xz'"
		varve convert t.csv.xz OUT.csv
		same_bytes t.csv OUT.csv
	fi
	varve commit -qm one
	printf more >> data.db
	succeeds varve add data.db
	stderr_is ""
}

@test "a compressed file whose name tells that no table is in it is named for no rows" {
	new_repo
	rows 5 | gzip > t.csv.gz
	echo manual | gzip > README.gz
	echo sources | gzip > src.tar.gz
	succeeds varve add t.csv.gz README.gz src.tar.gz
	output_has "t.csv.gz: compressed; 'varve add --as-csv t.csv.gz'"
	[[ $output != *"README.gz: "* ]]
	[[ $output != *"src.tar.gz: "* ]]
}

@test "a text that can be read as a table is named with the command that makes one of it, whatever its name and encoding" {
	new_repo
	rows 50 | tr , '\t' | iconv -t UTF-16 > unicode.txt
	rows 50 | tr , ';' > "a b.dat"
	rows 3 > table
	cp table .hidden
	cp table a.log
	printf 'Dear all,\nsee the files, and the rest,\nof which we spoke\n' > letter.txt
	printf 'all:\tone two\n\tcc -o one\n\tcc -o two\n' > Makefile
	head -c 100000 /dev/urandom > noise.dat
	printf 'a,b\n1,2\n' > short.txt
	: > empty.txt
	succeeds varve add unicode.txt "a b.dat" table .hidden a.log letter.txt Makefile noise.dat short.txt empty.txt
	output_has "unicode.txt: a text that can be read as a table; 'varve add --as table unicode.txt' makes a table of it"
	output_has "varve add --as table 'a b.dat'"
	output_has "varve add --as table table'"
	[ "$(grep -c "a text that can be read as a table" <<< "$output")" = 3 ]
	succeeds varve add --as table unicode.txt
	output_has "50 rows"
	git rm -q --cached table
	succeeds varve add --json table
	output_has '"rowsUnseen":"a text that can be read as a table"'
}

@test "documents are named with the command that writes their tables as CSV" {
	new_repo
	printf 'PK\3\4xxxx' > "book 1.xlsx"
	printf 'SQLite format 3\0xxxx' > data.db
	printf 'PAR1xxxx' > t.parquet
	succeeds varve add --dry-run "book 1.xlsx" data.db t.parquet
	output_has "  book 1.xlsx: a ZIP archive or a workbook; 'varve add --as-csv 'book 1.xlsx'' makes a table of it, or of each table in it"
	output_has "  data.db: an SQLite database; 'varve add --as-csv data.db'"
	output_has "  t.parquet: a Parquet file; 'varve add --as-csv t.parquet'"
	printf 'PAR1' > cut.parquet # nothing but its mark
	succeeds varve add --dry-run cut.parquet
	output_has "  cut.parquet: a Parquet file; "
	ends_with 2 varve convert "book 1.xlsx" OUT.csv
	stderr_has "'varve add --as-csv 'book 1.xlsx'' makes a table of it, or of each table in it"
	ends_with 2 varve convert - OUT.csv < "book 1.xlsx"
	stderr_lacks as-csv
}

@test "a hint about a file that is no text names nothing that cannot help" {
	new_repo
	printf 'PAR1xxxx' > t.parquet
	ends_with 2 varve add --as table t.parquet
	stderr_has "--as-csv"
	stderr_has "--as file"
	stderr_lacks "malformed"
	printf 'PK\3\4xxxx' > a.zip
	cp a.zip app.jar
	ends_with 2 varve add --as table a.zip
	stderr_has "a ZIP archive"
	stderr_lacks "as-csv"
	succeeds varve add .
	output_has "  a.zip: a ZIP archive or a workbook"
	output_lacks "as-csv a.zip"
	output_lacks "  app.jar"
}

@test "an add of a folder names new files whose rows are not seen, and what makes tables of them" {
	new_repo
	rows 50 > t.csv
	rows 50 | gzip > u.csv.gz
	printf 'PK\3\4xxxx' > book.xlsx
	echo text > notes.txt
	succeeds varve add .
	output_has "t.csv: new table"
	output_has "3 ordinary files: book.xlsx, notes.txt, u.csv.gz"
	output_has "  u.csv.gz: compressed; 'varve add --as-csv u.csv.gz' makes a table of it"
	output_has "  book.xlsx: a ZIP archive or a workbook; 'varve add --as-csv book.xlsx' makes a table of it, or of each table in it"
	for i in 1 2 3 4 5; do cp u.csv.gz u$i.csv.gz; done
	echo more >> u.csv.gz
	succeeds varve add --dry-run .
	output_has "would stage 6 ordinary files"
	output_has "  and 2 more that are not read as tables"
	succeeds varve add -q .
	output_is ""
}

@test "force takes what is ignored also inside a folder" {
	new_repo
	printf 'build/\n*.log\n' > .gitignore
	mkdir -p data/build/deep
	rows 5 > data/a.csv
	rows 6 > data/build/deep/b.csv
	echo x > data/c.log
	varve track 'data/**/*.csv' > /dev/null
	succeeds varve add data
	git ls-files > ../listed
	! grep -q 'b.csv\|c.log' ../listed || false
	succeeds varve add -f data
	[ "$(git ls-files data | tr '\n' ' ')" = "data/a.csv data/build/deep/b.csv data/c.log " ]
	git show :data/build/deep/b.csv | grep -q '"varve": 1'
	echo y > other.log
	succeeds varve add -A
	[ -z "$(git ls-files other.log)" ]
	succeeds varve add -A -f
	[ -n "$(git ls-files other.log)" ]
}

@test "a dry run says that it looks for no key" {
	new_repo
	rows 20 > prices.csv
	succeeds varve add -n prices.csv
	output_has "key not searched for in a dry run"
	succeeds varve add -n --key id prices.csv
	output_has "key id (not verified in a dry run)"
	succeeds varve add -n --no-key prices.csv
	output_has ", no key"
	output_lacks "dry run"
	succeeds varve add prices.csv
	output_has "key id (found: no value repeats)"
	rows 21 > prices.csv
	succeeds varve add -n prices.csv
	output_has "key id"
	output_lacks "dry run"
}

@test "rows longer than the header are refused and never one column" {
	new_repo
	printf 'a,b\n1,2,3\n4,5,6\n' > long.csv
	printf 'Prices of 2024, EUR\na,b,c\n1,2,3\n4,5,6\n' > title.csv
	ends_with 2 varve add long.csv
	stderr_has "long.csv: line 2, character 5: found 3 cells, expected at most 2"
	stderr_has "varve add --as file"
	ends_with 2 varve add title.csv
	stderr_has "title.csv: line 2, character 5: found 3 cells, expected at most 2"
	stderr_has "the first line must be the header"
	[ -z "$(git diff --cached --name-only)" ]
}

@test "a new file of one column whose texts have commas is refused with the option that reads it" {
	new_repo
	printf 'name\npear\na, b\nplum\nx;y\n' > n.csv
	ends_with 2 varve add n.csv
	stderr_has "n.csv: line 3, character 3: found 2 cells, expected at most 1"
	stderr_has "'--delimiter none' reads lines as cells"
	succeeds varve add --delimiter none n.csv
	output_has "n.csv: new table, 4 rows, 1 column"
}

@test "a table that no longer fits its delimiter is refused by add, commit and git add" {
	new_repo
	printf 'id,b\n1,2\n4,5\n' > t.csv
	varve add t.csv > /dev/null && varve commit -qm one
	printf 'id,b\n1,2,3\n4,5,6\n7,8,9\n' > t.csv
	ends_with 2 varve add t.csv
	stderr_has "t.csv: line 2, character 5: found 3 cells, expected at most 2"
	stderr_has "git checkout -- t.csv"
	ends_with 2 varve commit -am two
	stderr_has "t.csv: line 2, character 5"
	ends_with 128 git add t.csv
	stderr_has "t.csv: line 2, character 5: found 3 cells, expected at most 2"
	[ -z "$(git diff --cached --name-only)" ]
	succeeds git checkout -- t.csv
	[ "$(cat t.csv)" = $'id,b\n1,2\n4,5' ]
	succeeds git stash list
	[ -z "$(git status --porcelain)" ]
}

@test "a branch with rows too long cannot be committed and so never merged as empty rows" {
	new_repo
	printf 'id,b\n1,2\n4,5\n' > t.csv
	varve add --key id t.csv > /dev/null && varve commit -qm one
	git branch side
	printf 'id,b\n1,2,3\n4,5,6\n' > t.csv
	ends_with 128 git commit -qam long
	git checkout -q -- t.csv
	git checkout -q side
	printf 'id,b\n1,2\n4,5\n7,8\n' > t.csv
	git commit -qam row
	git checkout -q main
	printf 'id,b\n1,3\n4,5\n' > t.csv
	git commit -qam cell
	succeeds git merge -q side
	[ "$(cat t.csv)" = $'id,b\n1,3\n4,5\n7,8' ]
}

@test "short rows are warned of with their count and first line" {
	new_repo
	printf 'id,b,c\n1,2,3\n4,5\n\n7\n' > t.csv
	succeeds varve add t.csv
	stderr_has "t.csv: 2 rows have fewer cells than the header, the first in line 3; their last cells are missing"
	printf 'id,b,c\n1,2,3\n4,5\n7,8,9\n' > t.csv
	succeeds git add t.csv
	stderr_has "t.csv: 1 row has fewer cells than the header: line 3; its last cells are missing"
	printf 'id,b,c\n1,2,3\n4,5,\n' > t.csv
	succeeds varve add t.csv
	stderr_lacks "fewer cells"
}

@test "what was said to be one column stays so" {
	new_repo
	printf 'a, b\nx, y\nz\n' > t.csv
	varve add --delimiter tab t.csv > /dev/null && varve commit -qm one
	printf 'a, b\nx, y\nz, w\n' > t.csv
	succeeds varve add t.csv
	output_has "1 column,"
	stderr_has "read as one column, as in the previous version; with --delimiter ',' it has 2 columns"
}

@test "a column with a comma in its name is a key in every command" {
	new_repo
	printf '"a,b",c,d\n1,2,3\n4,2,6\n' > t.csv
	succeeds varve add --key '"a,b"' t.csv
	output_has "key a,b (as declared"
	varve commit -qm one
	succeeds varve add --key 'd,"a,b",c' t.csv
	output_has "key d, a,b, c"
	succeeds varve add --key c --key '"a,b"' t.csv
	output_has "key c, a,b"
	varve add --no-key t.csv > /dev/null && varve commit -qm two
	printf '"a,b",c,d\n1,2,3\n4,2,7\n' > t.csv
	succeeds varve diff --key '"a,b",c'
	output_has "1 row changed (1 cell)"
	varve commit -qam three
	succeeds varve blame --key '"a,b"' t.csv
	succeeds varve log --oneline --row 4 --key '"a,b"' t.csv
	output_has "d: 6 -> 7"
	succeeds varve log --oneline --row 4,2 --key '"a,b",c' t.csv
	output_has "d: 6 -> 7"
	succeeds varve cat --columns 'c,"a,b"' t.csv
	output_has 'c,"a,b"'
	succeeds varve schema --key '"a,b",c' t.csv
	grep -q '"primaryKey": \["a,b", "c"\]' datapackage.json
	ends_with 2 varve blame --key 'a,c' t.csv
	stderr_has "no column named 'a' for the key"
}

@test "a key that names a column twice is refused" {
	new_repo
	printf 'id,a\n1,x\n2,y\n' > t.csv
	ends_with 2 varve add --key id,id t.csv
	stderr_has "t.csv: the key names the column 'id' twice"
	succeeds varve add t.csv
	varve commit -qm one
	ends_with 2 varve blame --key id,id t.csv
	stderr_has "the key names the column 'id' twice"
	ends_with 2 varve log --row 1 --key id,id t.csv
	stderr_has "the key names the column 'id' twice"
}

@test "characters have the same words in add and convert" {
	new_repo
	for word in 'tab:\t' '\t:\t' 'comma:,' 'semicolon:;' 'pipe:|' 'space: ' ';:;' 'x:x'; do
		printf "1${word##*:}2\n" > t.txt
		succeeds varve convert --no-header --delimiter "${word%:*}" --format csv t.txt -
		output_has "1,2"
		succeeds varve add -n --as table --no-header --delimiter "${word%:*}" t.txt
		output_has "1 row, 2 columns"
	done
	printf '1,"2\n' > t.txt
	for word in none ''; do
		succeeds varve convert --no-header --quote "$word" --format csv t.txt -
		output_has '1,"""2"'
		succeeds varve add -n --as table --no-header --quote "$word" t.txt
		output_has "1 row, 2 columns"
	done
	printf 'Hello, world\nno; not\n' > t.txt
	succeeds varve convert --no-header --delimiter none --format csv t.txt -
	output_has '"Hello, world"'
	succeeds varve add -n --as table --no-header --delimiter none t.txt
	output_has "2 rows, 1 column"
	for command in 'convert --delimiter ab t.txt -' 'convert --quote ab t.txt -' 'add --escape ab t.txt'; do
		ends_with 2 varve $command
		stderr_has "requires one character, not 'ab'"
		stderr_has "tab, comma, semicolon, pipe, space or none"
	done
}

@test "a table that is described in another dialect is read again when it is named" {
	new_repo
	printf 'a;b,c\n1;2,3\n4;5,6\n' > t.csv
	touch -d '1 hour ago' t.csv
	varve add -q --delimiter comma t.csv
	varve commit -qm one
	printf '{"resources": [{"name": "t", "path": "t.csv", "dialect": {"delimiter": ";"}}]}\n' > datapackage.json
	varve add -q datapackage.json
	succeeds varve commit -qm two
	stderr_has "'varve add t.csv' reads and stages it"
	succeeds varve add t.csv
	output_has "';'"
	succeeds varve schema t.csv
	output_has '"name": "a"'
	succeeds varve add t.csv
	output_has "t.csv: unchanged"
}

@test "a group that another table has already is not new" {
	new_repo
	rows 5000 > t.csv
	head -c 300000 /dev/urandom > r.bin
	succeeds varve add t.csv
	output_lacks "  stored:  0 of "
	cp t.csv u.csv
	succeeds varve add u.csv
	output_has "  stored:  0 of "
	output_has "new, 0 B for a file of "
	succeeds varve add --as file r.bin
	output_lacks " 0 of "
	cp r.bin s.bin
	succeeds varve add --as file s.bin
	output_has "new file, 0 of "
	# one of several that are named together
	rows 6000 > b.csv
	cp b.csv c.csv
	succeeds varve add b.csv c.csv
	[ "$(grep -c "  stored:  0 of .* new, 0 B for a file of " <<< "$output")" -eq 1 ]
	# what was collected is stored again, and is new
	varve rm -q --cached t.csv u.csv
	varve gc -q --prune=now
	succeeds varve add u.csv
	output_lacks "  stored:  0 of "
	succeeds varve add t.csv
	output_has "  stored:  0 of "
	# of a commit, too: of copies the first is new
	[ "$(varve status --json | grep -c '"groupsNew": 0,')" -eq 2 ]
	succeeds varve commit -v -m one
	output_has "  t.csv: new, 5,000 rows, 4 columns; 3 of 3 "
	output_has "  u.csv: new, 5,000 rows, 4 columns; 0 of 3 groups new, 0 B for a file of "
	cp t.csv w.csv
	succeeds varve add w.csv
	succeeds varve commit -v -m two
	output_has "  w.csv: new, 5,000 rows, 4 columns; 0 of 3 groups new, 0 B for a file of "
	# a dry run stores nothing, and counts the same
	cp t.csv x.csv
	printf 'id,other\n1,2\n' > y.csv
	succeeds varve add --dry-run x.csv y.csv
	[ "$(grep -c "  stored:  0 of 3 " <<< "$output")" -eq 1 ]
	[ "$(grep -c "  stored:  1 of 1 " <<< "$output")" -eq 1 ]
	# nor of what replaces a table that has another content
	cp t.csv y.csv
	varve add -q y.csv
	cp c.csv y.csv
	succeeds varve add --dry-run y.csv
	output_has "  stored:  0 of "
}

@test "a dry run refuses a pipe as an add does" {
	new_repo
	mkfifo pipe.csv
	ends_with 2 varve add pipe.csv
	said=$stderr
	ends_with 2 varve add -n pipe.csv
	stderr_is "$said"
	output_is ""
}

@test "all refused names are reported in one run, and nothing is added" {
	new_repo
	for file in -a.csv b:c.csv 'd\e.csv' fine.csv; do
		printf 'id\n1\n' > "./$file"
	done
	ends_with 2 varve add -- -a.csv b:c.csv 'd\e.csv' fine.csv
	for file in -a.csv b:c.csv e.csv; do
		stderr_has "$file"
	done
	[ -z "$(git ls-files)" ]
	rm ./-a.csv b:c.csv 'd\e.csv'
	succeeds varve add .
	[ -n "$(git ls-files fine.csv)" ]
}

@test "a path in a submodule is refused with its name, and the submodule stays" {
	local before command
	git init -q -b main sub
	(cd sub && rows 3 > s.csv && git add . && git commit -q -m one)
	git init -q -b main top
	cd top
	varve init -q
	git -c protocol.file.allow=always submodule --quiet add ../sub d
	rows 3 > x.csv
	varve add -q x.csv
	varve commit -q -m one
	rows 4 > d/new.csv
	varve cat x.csv --format arrow > ../a.arrow
	before=$(git ls-files -s)
	for command in "add d/s.csv" "add d/new.csv" "add d/*.csv" "add -f d/new.csv" "add --arrow ../a.arrow d/s.csv" \
		"rm d/s.csv" "mv d/s.csv y.csv" "mv x.csv d" "mv x.csv d/y.csv" "restore d/s.csv"; do
		ends_with 2 varve $command
		stderr_has "is in the submodule 'd'"
		stderr_has "hint: run the command in 'd', which is a repository of its own"
		[ "$(git ls-files -s)" = "$before" ]
	done
	succeeds varve add .
	[ "$(git ls-files -s)" = "$before" ]
	cmp d/s.csv ../sub/s.csv
}

@test "the command of a hint works in the folder where the user stands" {
	new_repo
	mkdir -p sub/deep other
	printf 'a,b\n1\n1,2,3\n' > sub/ragged.csv
	printf 'a,b\n1,"x\n' > 'sub/open quote.csv'
	printf '{"a":[{"x":1}],"b":[{"y":2}]}' > other/two.json
	cd sub
	ends_with 2 varve add ragged.csv
	stderr_has "sub/ragged.csv: line 3"
	stderr_has "'varve add --as file ragged.csv' keeps it as bytes"
	ends_with 2 varve add 'open quote.csv'
	stderr_has "varve add --as file 'open quote.csv'"
	cd deep
	ends_with 2 varve add --as table ../../other/two.json
	stderr_has "'varve add --records /a ../../other/two.json' makes a table of the first array"
	succeeds varve add --records /a ../../other/two.json
	ends_with 2 varve add ../ragged.csv
	stderr_has "varve add --as file ../ragged.csv"
	succeeds varve add --as file ../ragged.csv
	cd ../..
	ends_with 2 varve add 'sub/open quote.csv'
	stderr_has "varve add --as file 'sub/open quote.csv'"
	cd sub
	cp 'open quote.csv' ./-n.csv
	ends_with 2 varve add ./-n.csv
	stderr_has "'varve add --as file ./-n.csv' keeps it as bytes"
	succeeds varve add --as file ./-n.csv
	# no such command helps where the option is wrong
	printf 'a,b\n1,2\n' > fine.csv
	ends_with 2 varve add --header-rows 5 fine.csv
	stderr_has "fine.csv"
	stderr_lacks "--as file"
	stderr_lacks "qsv"
	echo 'secret.*' > .gitignore
	cp fine.csv secret.csv
	ends_with 2 varve add secret.csv
	stderr_has "'varve add -f secret.csv' adds it anyway; 'git check-ignore -v secret.csv' shows the pattern"
	succeeds git check-ignore -v secret.csv
	succeeds varve add -f secret.csv
}

@test "a table without bytes is the empty blob in git, and a table again with the next rows" {
	local none=e69de29bb2d1d6434b8b29ae775ad8c2e48c5391
	new_repo
	rows 3 > a.csv
	rows 3 | tr , '\t' > b.dat
	cp a.csv ../want
	varve add -q a.csv
	varve add -q --as table b.dat
	varve commit -qm one
	: > a.csv
	: > b.dat
	ends_with 1 varve check
	output_has "2 of 2 tables"
	succeeds varve commit -am none
	output_has "a.csv: 3 -> 0 rows"
	[ "$(git rev-parse :a.csv)" = $none ]
	touch a.csv b.dat
	[ -z "$(git status --porcelain)$(varve status -s)" ]
	git add -A
	[ "$(git rev-parse :b.dat)" = $none ]
	succeeds varve show --stat
	output_has "a.csv | -3 rows"
	succeeds varve diff HEAD~1
	[[ "$output" != *"one side is text"* ]]
	ends_with 1 varve check --base HEAD~1
	output_has "2 of 2 tables"
	succeeds varve doctor
	git init -q --bare ../o.git
	varve push -q ../o.git main
	varve clone -q ../o.git ../clone
	[ ! -s ../clone/a.csv ] && [ -f ../clone/a.csv ]
	succeeds varve -C ../clone fsck --data
	varve mv a.csv c.csv
	varve commit -qm moved
	cp ../want c.csv
	succeeds varve commit -am again
	output_has "c.csv: 3 rows"
	pointer_of c.csv | grep -q '"rows": 3'
	tr , '\t' < ../want > b.dat
	succeeds varve add b.dat
	output_has "b.dat: 3 rows"
	git restore --staged --worktree b.dat
	succeeds varve blame c.csv
	git switch -q --detach HEAD~3
	same_bytes ../want a.csv
	git switch -q main
	same_bytes ../want c.csv
	[ -z "$(git status --porcelain)$(varve status -s)" ]
}

@test "dry runs in a repository that has no secret make none" {
	git init -q
	git config user.name x
	rows 20 > prices.csv
	rows 30 > other.csv
	git add other.csv
	git commit -qm one
	succeeds varve add -n prices.csv
	succeeds varve add -n --convert other.csv
	rows 31 > other.csv
	succeeds varve commit --dry-run -a
	git checkout -q other.csv
	succeeds varve migrate -n '*.csv'
	succeeds varve migrate -n --everything '*.csv'
	[ ! -e .git/varve/secret ]
	succeeds varve add --convert other.csv
	[ -e .git/varve/secret ]
}

@test "a key is unique by its values as check compares them: inferred types give way, declared ones refuse it" {
	new_repo
	printf 'id,v\n1.1,a\n1.10,b\n2.5,c\n' > t.csv
	run varve add --key id t.csv
	[ "$status" -eq 0 ]
	output_has "line 2 and line 3 both have id = '1.1' in different spellings: the key is text"
	output_has "columns: id string"
	succeeds varve check t.csv
	varve commit -qm one
	for type in "number 1 1.0" "integer 1 01" "boolean true 1"; do
		set -- $type
		printf "id,v\n$2,a\n$3,b\n" > u.csv
		echo "{\"resources\": [{\"name\": \"u\", \"path\": \"u.csv\", \"schema\": {\"fields\": [{\"name\": \"id\", \"type\": \"$1\"}, {\"name\": \"v\", \"type\": \"string\"}]}}]}" > datapackage.json
		ends_with 2 varve add --key id u.csv
		stderr_has "u.csv: line 2 and line 3 both have id = '$2', so the key is not unique"
	done
	rm datapackage.json
	printf 'id,v\n1,a\n1.5,b\n2,c\n' > w.csv
	varve add -q --key id w.csv
	varve commit -qm two
	echo 2.0,d >> w.csv
	run varve add w.csv
	output_has "line 4 and line 5 both have id = '2': the key does not identify rows"
	ends_with 1 varve check w.csv
}
