load ../../cli/helper

# A reader of files called .toy: [NAME] begins a table, whose lines are CSV.
toy() {
	mkdir -p "$HOME/bin"
	cat > "$HOME/bin/toy" <<-'END'
		#!/bin/sh
		unset GIT_DIR
		cd "$HOME/bin" && echo "$1 $3" >> "$HOME/asked" && echo "$2" >> "$HOME/files"
		case $1 in
		list) sed -n 's/^\[\(.*\)\]$/{"name":"\1","types":true}/p' "$2" ;;
		read)
			awk -v t="[$3]" '/^\[/ { on = $0 == t; next } on' "$2" > $$.csv
			exec varve cat --format arrow $$.csv ;;
		esac
	END
	chmod +x "$HOME/bin/toy"
	git init -q "$HOME/bin"
	git config --global varve.reader.toy.command "$HOME/bin/toy"
}

book() { printf '[Prices]\nid,price\n1,%s\n2,20\n[Stock]\nsku,n\na,1\n' "$1"; }

two_versions() {
	git init -q .
	book 4.5 > b.toy
	git add b.toy
	git commit -qm one
	book 4.75 > b.toy
	git commit -qam two
}

@test "a table of a document is called by its name after a hash" {
	toy
	two_versions
	succeeds varve cat 'b.toy#Prices'
	[ "$output" = $'id,price\n1,4.75\n2,20' ]
	succeeds varve cat 'HEAD~1:b.toy#Prices' --where 'id = 1'
	[ "$output" = $'id,price\n1,4.5' ]
	succeeds varve sql 'select sum(price) s from "b.toy#Prices"' --format csv
	[ "$output" = $'s\n24.75' ]
	ends_with 2 varve info b.toy
	stderr_has 'b.toy has 2 tables: name one of them'
	stderr_has "'b.toy#Prices', 'b.toy#Stock'"
	ends_with 2 varve cat 'b.toy#Prise'
	stderr_has "b.toy has no table 'Prise'"
	succeeds varve cat "$PWD/b.toy#Prices"
	[ "$output" = $'id,price\n1,4.75\n2,20' ]
	git show HEAD~1:b.toy > ../old.toy
	succeeds varve diff --no-index "$PWD/../old.toy#Prices" ./b.toy#Prices
	output_has '4.5 -> 4.75'
	git bundle create -q ../b.bundle HEAD
	succeeds varve cat ../b.bundle#HEAD:b.toy
	[ "$output" = "$(cat b.toy)" ]
	book 1 > 'b.toy#Prices'
	varve cat 'b.toy#Prices' | cmp - 'b.toy#Prices'
}

@test "a document with several tables does not end the search for a column of a merge rule" {
	toy
	two_versions
	printf 'id,n\n1,2\n' > prices.csv
	git add prices.csv
	git commit -qm prices
	git switch -q -c other
	git commit -q --allow-empty -m other
	git switch -q -
	git commit -q --allow-empty -m ours
	ends_with 2 varve merge -X sum:nosuch other
	stderr_has "-X: no table of either side has a column 'nosuch'"
	succeeds varve merge -q -X sum:n other
}

@test "versions of a document are compared table by table" {
	toy
	two_versions
	succeeds varve diff HEAD~1 HEAD
	output_has 'b.toy#Prices: HEAD~1 -> HEAD'
	output_has '4.5 -> 4.75'
	output_lacks 'Stock'
	succeeds varve log -p
	output_has 'b.toy#Prices: new table, 2 rows'
	output_has 'b.toy#Stock: new table, 1 row'
	succeeds varve diff HEAD~1 HEAD "b.toy#Stock"
	output_lacks Prices
	succeeds varve diff HEAD~1 HEAD -- "b.toy#Prices"
	output_has "4.5 -> 4.75"
	output_has '4.5 -> 4.75'
	printf '[Prices]\nid,price\n1,4.75\n2,20\n[More]\nx\n1\n' > b.toy
	succeeds varve diff
	output_has 'b.toy#Stock: removed'
	output_has 'b.toy#More: new table, 1 row'
	{ git show HEAD:b.toy; echo; } > b.toy
	succeeds varve diff
	output_has 'b.toy: no change in its tables; the file itself changed'
	{ book 4.75 | sed '/^.Stock/,$d'; } > one.toy
	{ cat one.toy; echo; } > two.toy
	succeeds varve compare one.toy two.toy
	output_is 'two.toy: no change in its tables; the file itself changed'
	ends_with 1 varve compare --quiet one.toy two.toy
	succeeds varve compare --exit-code one.toy one.toy
	output_is ''
	book 4.5 > ../old.toy
	ends_with 1 varve compare --exit-code HEAD:b.toy ../old.toy
	output_has "HEAD:b.toy#Prices -> ../old.toy#Prices"
	output_has "4.75 -> 4.5"
	output_lacks Stock
	printf '[Prices]\nid,price\n1,4.75\n2,20\n[More]\nx\n1\n' > ../more.toy
	succeeds varve compare --json "$PWD#HEAD:b.toy" ../more.toy
	output_has '"path":"../more.toy#Stock","change":"removed"'
	output_has '"path":"../more.toy#More","change":"added"'
	succeeds varve diff --name-only
	[ "$output" = b.toy ]
}

@test "a renamed table of a document is found by its rows" {
	toy
	sed -i 's/^case/echo "note: look" >\&2\ncase/' "$HOME/bin/toy"
	git init -q .
	few() { printf 'id,price\n1,%s\n2,20\n3,30\n' "$1"; }
	{ echo '[Prices]'; few 4.5; echo '[Stock]'; echo sku,n; echo a,1; } > b.toy
	git add b.toy
	git commit -qm one
	{ echo '[Stock]'; echo sku,n; echo a,1; echo '[Prices 2027]'; few 4.75; echo '[More]'; echo x; echo 1; } > b.toy
	succeeds varve diff
	output_has 'b.toy#Prices -> b.toy#Prices 2027: index -> work tree'
	output_has '4.5 -> 4.75'
	output_has 'b.toy#More: new table, 1 row'
	output_lacks 'removed'
	[ "$(grep -c 'warning: b.toy#Prices 2027: look' <<< "$stderr")" = 1 ]
	succeeds varve diff --json
	[ "$(jq -r '.tables[] | select(.path == "b.toy#Prices 2027").oldPath' <<< "$output")" = 'b.toy#Prices' ]
	succeeds varve track --text b.toy
	succeeds git diff b.toy
	output_has 'b.toy#Prices -> b.toy#Prices 2027'
	output_lacks 'removed'
	git commit -qam two
	succeeds varve log -p 'b.toy#Prices 2027'
	output_has 'b.toy#Prices -> b.toy#Prices 2027'
	output_has 'b.toy#Prices: new table, 3 rows'
	output_lacks 'More'
	succeeds varve log --key id --row 1 'b.toy#Prices 2027'
	output_has '4.5 -> 4.75'
	output_has "$(git rev-parse HEAD~1)"
	succeeds varve blame --key id 'b.toy#Prices 2027'
	output_has "$(git rev-parse --short=7 HEAD~1)"
	succeeds varve sql --format csv "select count(*) n from varve_history('b.toy#Prices 2027') where id = 2"
	[ "$output" = $'n\n2' ]
}

@test "who changed a cell of a document is found through its history" {
	toy
	two_versions
	succeeds varve blame --key id 'b.toy#Prices'
	output_has "$(git rev-parse --short=7 HEAD)"
	output_has "$(git rev-parse --short=7 HEAD~1)"
	succeeds varve log --key id --row 1 'b.toy#Prices'
	output_has '4.5 -> 4.75'
}

@test "a second look at a version does not ask the reader" {
	toy
	two_versions
	succeeds varve diff HEAD~1 HEAD
	first=$output
	[ "$(sort -u "$HOME/files" | wc -l)" -eq 2 ] # each version is copied once, to be listed and read
	while read -r f; do [ ! -e "$f" ]; done < "$HOME/files"
	wc -l < "$HOME/asked" > before
	succeeds varve diff HEAD~1 HEAD
	[ "$output" = "$first" ]
	wc -l < "$HOME/asked" | cmp - before
	succeeds env TMPDIR="$HOME/none" varve diff HEAD~1 HEAD # nor is the document copied for it
	[ "$output" = "$first" ]
	for f in .git/varve/cache/documents/*; do
		[ -d "$f" ] || printf x > "$f"
	done
	succeeds varve diff HEAD~1 HEAD
	[ "$output" = "$first" ]
	asked() { wc -l < "$HOME/asked"; }
	book 5 > b.toy # a file of the work tree, by its bytes
	succeeds varve cat 'b.toy#Prices'
	was=$(asked)
	for touched in no yes; do
		[ "$touched" = no ] || touch -d '1 hour ago' b.toy
		succeeds varve cat 'b.toy#Prices'
		[ "$output" = $'id,price\n1,5\n2,20' ]
	done
	[ "$(asked)" = "$was" ]
	book 6 > b.toy
	succeeds varve cat 'b.toy#Prices'
	output_has '1,6'
	was=$(asked)
	cat > datapackage.json <<-'END'
		{"resources": [{"name": "p", "path": "b.toy#Prices", "schema": {"fields": [{"name": "id", "type": "string"}, {"name": "price"}]}}]}
	END
	succeeds varve info 'b.toy#Prices'
	output_has 'id      string'
	output_has 'form     a table of a document'
	[ "$(asked)" -gt "$was" ]
	sed -i 's/"string"/"integer"/' datapackage.json
	succeeds varve info 'b.toy#Prices'
	output_has 'id      integer'
	was=$(asked)
	succeeds varve info 'b.toy#Prices'
	[ "$(asked)" = "$was" ]
	echo '# another' >> "$HOME/bin/toy"
	succeeds varve info 'b.toy#Prices'
	[ "$(asked)" -gt "$was" ]
	rm datapackage.json
	: > "$HOME/library"
	sed -i "s|^list) |&stat -c '{\"uses\":{\"%n\":\"%.9Y\"}}' \"\$HOME/library\"; |" "$HOME/bin/toy"
	succeeds varve info 'b.toy#Prices'
	was=$(asked)
	succeeds varve info 'b.toy#Prices'
	[ "$(asked)" = "$was" ]
	touch -d '1 hour ago' "$HOME/library"
	succeeds varve info 'b.toy#Prices'
	[ "$(asked)" -eq $((was + 2)) ] # the list and the rows
	succeeds varve info 'b.toy#Prices'
	[ "$(asked)" -eq $((was + 2)) ]
	git checkout -q b.toy
	succeeds varve gc
	[ ! -e .git/varve/cache/documents ]
	succeeds varve diff HEAD~1 HEAD
	[ "$output" = "$first" ]
}

@test "a repository cannot name a reader" {
	git init -q .
	book 1 > b.toy
	git config varve.reader.toy.command "touch $PWD/ran"
	run varve cat 'b.toy#Prices'
	[ "$status" -eq 2 ]
	[ ! -e ran ]
	succeeds varve doctor
	git config --global varve.reader.toy.command "touch $PWD/ran"
	run varve cat 'b.toy#Prices'
	[ -e ran ]
}

@test "an attribute says of which kind a document is, or that it is none" {
	toy
	git init -q .
	book 4.5 > b.dat
	cp b.dat c.toy
	printf '*.dat varve-reader=toy\n*.toy -varve-reader\n' > .gitattributes
	succeeds varve cat 'b.dat#Prices' --where 'id = 1'
	[ "$output" = $'id,price\n1,4.5' ]
	git add .
	git commit -qm one
	book 4.75 | tee b.dat > c.toy
	succeeds varve diff
	output_has 'b.dat#Prices: index -> work tree'
	output_has '4.5 -> 4.75'
	output_lacks 'c.toy#'
	ends_with 2 varve cat 'c.toy#Prices'
	echo '*.dat varve-reader=none' > .gitattributes
	ends_with 2 varve cat 'b.dat#Prices'
	stderr_has 'b.dat: no reader for this kind of file is installed'
	stderr_has 'varve.reader.none.command'
}

@test "no command writes rows into a document" {
	toy
	two_versions
	cp b.toy then
	same() { cmp b.toy then; }
	book 6 > b.toy
	cp b.toy then
	ends_with 2 varve restore --row 1 b.toy
	same
	[ "$(grep -c '^\[' b.toy)" = 2 ]
	printf '[Prices]\nid,price\n1,6\n' > b.toy
	cp b.toy then
	for path in b.toy 'b.toy#Prices'; do
		ends_with 2 varve restore --row 1 "$path"
		stderr_has ': varve can read this kind of document, but not write it'
		ends_with 2 varve set "$path" 1 price=7
		stderr_has ': varve can read this kind of document, but not write it'
		ends_with 2 varve delete "$path" 1
	done
	same
	git stash -q
	varve diff --format patch --no-index then then > p || true
	printf '%s\n' 'id,price' '1,4.5' > was.csv
	printf '%s\n' 'id,price' '1,9' > is.csv
	varve diff --no-index --key id --format patch was.csv is.csv | sed 's/is\.csv\|was\.csv/b.toy/g' > p
	cp b.toy then
	run varve apply p
	[ "$status" -ne 0 ]
	same
}

@test "a merge leaves a document that both sides changed, and a decision takes one" {
	toy
	git init -q -b main .
	printf '[Prices]\nid,price\n1,4.5\n2,20\n' > b.toy
	echo '*.toy diff=varve merge=varve' > .gitattributes
	git add .
	git commit -qm one
	varve init -q 2> /dev/null || varve init > /dev/null
	git switch -q -c other
	sed -i 's/4.5/5/' b.toy
	cp b.toy theirs
	git commit -qam other
	git switch -q main
	sed -i 's/20/30/' b.toy
	cp b.toy ours
	git commit -qam main
	for by in git varve; do
		run "$by" merge other
		[ "$status" -eq 1 ]
		cmp b.toy ours
		[ "$(git status --short b.toy)" = 'UU b.toy' ]
		ends_with 1 varve conflicts
		output_has "a document; different cells changed: take one side, and enter the other's changes by hand"
		[ "$by" = varve ] || git merge --abort
	done
	succeeds varve resolve --theirs b.toy
	cmp b.toy theirs
	[ -z "$(git ls-files -u)" ]
	git commit -qm both
	git switch -q -c third HEAD~1
	sed -i 's/30/31/; s/4.5/6/' b.toy
	git commit -qam third
	ends_with 1 varve merge main
	ends_with 1 varve conflicts
	output_has 'a document; both changed Prices, row 1, price: 6 and 5; Prices, row 2, price: 31 and 20'
	output_lacks 'row 1, id'
	git merge --abort
	git config --global varve.reader.toy.command "$HOME/none"
	ends_with 1 varve merge main
	ends_with 1 varve conflicts
	output_has 'b.toy: a document'
	output_lacks 'both'
}

@test "git itself shows cells of documents that are tracked" {
	toy
	git config --global varve.reader.xlsx.command "$HOME/bin/toy"
	two_versions
	git mv b.toy b.xlsx
	git commit -qm renamed
	succeeds varve track '*.xlsx'
	output_lacks 'once it can be read'
	output_has "'git diff'"
	[ "$(git check-attr diff filter -- b.xlsx)" = $'b.xlsx: diff: varve\nb.xlsx: filter: unspecified' ]
	git commit -qm tracked
	book 6 > b.xlsx
	succeeds git diff
	output_has 'b.xlsx#Prices'
	output_has '4.75 -> 6'
	output_lacks Stock
	git commit -qam three
	succeeds git log -p -1 --ext-diff
	output_has '4.75 -> 6'
	succeeds git log -p -1
	output_has '-row 1 | 4.75'
	output_has '+row 1 | 6'
	succeeds git show :b.xlsx --textconv
	output_has 'table Stock'
	{ cat b.xlsx; echo; } > x
	mv x b.xlsx
	succeeds git diff
	output_has 'b.xlsx: no change in its tables; the file itself changed'
	printf '[Prices]\nid,price\n1,6\n2,20\n[More]\na\n1\n' > b.xlsx
	succeeds git diff
	output_has 'b.xlsx#More: new table'
	output_has 'b.xlsx#Stock: removed'
	git config --global varve.reader.xlsx.command "$HOME/none"
	succeeds git diff
	output_has b.xlsx
	succeeds varve track '*.xlsx'
	output_has "show once it can be read: 'pip install"
	succeeds git log -p
}

@test "tables of documents are checked by the rules that name them" {
	toy
	two_versions
	succeeds varve check
	stderr_has 'no tables to check'
	[ ! -e "$HOME/asked" ]
	succeeds varve check b.toy
	output_has 'b.toy#Prices: 2 rows, 2 columns, against HEAD'
	output_has 'b.toy#Stock: 1 row'
	printf '[b.toy#Prices]\nprice < 10\n' > varve.checks
	echo '{"rules": {"type-contradiction": "error"}}' > varve.json
	ends_with 1 varve check
	output_has "'price=20'"
	output_lacks Stock
	ends_with 1 varve check 'b.toy#Prices'
	succeeds varve check 'b.toy#Stock'
	git add varve.checks varve.json
	git commit -qm rules
	book much > b.toy
	ends_with 1 varve check
	output_has 'type-contradiction, column price'
	git commit -qam three
	ends_with 1 varve check HEAD~1..HEAD
	output_has 'type-contradiction, column price'
	git clone -q --bare . bare.git
	ends_with 1 varve --git-dir=bare.git check HEAD
	printf '[Stock]\nsku,n\na,1\n' > b.toy
	ends_with 1 varve check
	output_has "b.toy has no table 'Prices'"
	printf '[b.toy#S*]\ncount(*) > 5\n' > varve.checks
	ends_with 1 varve check
	output_has 'b.toy#Stock'
	output_lacks Prices
	ends_with 1 varve check --files --rules varve.checks 'b.toy#Stock'
	git config --global --unset varve.reader.toy.command
	git config --global varve.reader.toy.command "$HOME/none"
	ends_with 2 varve check
}

@test "numbers stored as text are found by a rule where diff shows a change of type" {
	toy
	git init -q .
	rows() { printf '[Prices]\nid,zip,price\n1,1001,4.5\n2,1002,20\n[Prices/types]\ncell,type\nzip,text column\n'; }
	rows > b.toy
	git add b.toy
	succeeds varve check 'b.toy#Prices'
	output_has 'nothing wrong'
	git commit -qm one
	{ rows; echo C2,text; echo A3,blob; } > b.toy
	succeeds varve diff
	output_has 'C2    text'
	succeeds varve check 'b.toy#Prices'
	output_has "warning number-as-text"
	output_has "'C2'"
	{ rows; echo price,text column; } > b.toy
	echo '{"rules": {"number-as-text": "error"}}' > varve.json
	ends_with 1 varve check 'b.toy#Prices'
	output_has "'column price'"
	git add .
	git commit -qm two
	succeeds varve check 'b.toy#Prices'
	output_has 'nothing wrong'
	{ rows | sed 's/price/&,code/; s/^[12],.*/&,7/'; echo price,text column; echo code,text column; } > b.toy # a new one
	succeeds varve check 'b.toy#Prices'
	output_lacks number-as-text
	echo '{"rules": {"number-as-text": "off"}}' > varve.json
	{ rows; echo C2,text; } > b.toy
	succeeds varve check 'b.toy#Prices'
	output_has 'nothing wrong'
}

@test "the job for documents in pull requests finds what breaks a rule and shows cells" {
	/usr/bin/python3 -c 'import yaml' 2> /dev/null || skip "PyYAML is not there"
	toy
	two_versions
	printf '[b.toy#Prices]\nprice < 25\n' > varve.checks
	git add varve.checks
	git commit -qm rules
	book 99 > b.toy
	git commit -qam three
	/usr/bin/python3 - "$BATS_TEST_DIRNAME/../../../docs/programs/ci/documents.yml" <<-'END'
	import sys, yaml
	for step in yaml.safe_load(open(sys.argv[1]))["jobs"]["check"]["steps"][-2:]:
	    open(f"../{step['name']}.sh", "w").write(step["run"])
	END
	BASE=$(git rev-parse HEAD~1) HEAD=$(git rev-parse HEAD) GITHUB_STEP_SUMMARY=$PWD/../summary
	export BASE HEAD GITHUB_STEP_SUMMARY
	ends_with 1 bash -eo pipefail ../Check.sh
	output_has '::error file=b.toy'
	output_has 'price=99'
	succeeds bash -eo pipefail ../Differences.sh
	grep -F '4.75' ../summary | grep -F 99
	HEAD=$BASE succeeds bash -eo pipefail ../Check.sh
}

@test "a description and the base say the types and the key of a table of a document" {
	toy
	two_versions
	cat > datapackage.json <<-'END'
		{"resources": [{"name": "p", "path": "b.toy#Prices", "schema": {"primaryKey": "id",
		 "fields": [{"name": "id", "type": "integer"}, {"name": "price", "type": "number", "constraints": {"maximum": 15}}]}}]}
	END
	printf '[b.toy#Prices]\nnew.price <= old.price * 2\n' > varve.checks
	git add .
	git commit -qm described
	book 9.6 > b.toy
	ends_with 1 varve check
	output_has 'b.toy#Prices'
	output_has 'id=2'
	output_has 'new.price <= old.price * 2'
	ends_with 1 varve check --files datapackage.json
	output_has 'id=2'
	sed -i s/Prices/Gone/ datapackage.json
	ends_with 1 varve check
	output_has "b.toy has no table 'Gone'"
}

@test "where readers are switched off, none is run, and what is not checked is named" {
	toy
	two_versions
	printf '[b.toy#Prices]\nprice < 10\n' > varve.checks
	echo '{"rules": {"type-contradiction": "error"}}' > varve.json
	git config varve.readers false
	succeeds varve check
	stderr_has 'b.toy: not checked, as this machine runs no readers of documents'
	ends_with 2 varve check 'b.toy#Prices'
	stderr_has 'document readers are disabled in this repository'
	ends_with 2 varve cat 'b.toy#Prices'
	succeeds varve diff HEAD~1 HEAD
	output_has b.toy
	succeeds varve log -p
	[ ! -e "$HOME/asked" ]
}

@test "a repository cannot bring modules that a reader would load" {
	git init -q .
	mkdir varve_data
	echo "open('$PWD/ran', 'w')" > varve_data/__init__.py
	cp varve_data/__init__.py pyarrow.py
	cp varve_data/__init__.py varve_data/reader.py
	printf 'PAR1....PAR1' > b.parquet
	git add .
	git commit -qm one
	for what in b.parquet HEAD:b.parquet ./b.parquet; do
		run varve info "$what"
	done
	[ ! -e ran ]
	python3 -m varve_data.reader list b.parquet || true
	[ -e ran ] # so it would have been seen
}

# What was ended is a zombie until the first process of the system has heard of it.
is_gone() { [[ $(ps -o stat= -p "$1") =~ ^(Z.*)?$ ]]; }

@test "a reader that fails, hangs, floods, lies or forks is named, and nothing of it is left" {
	toy
	git init -q .
	book 1 > b.toy
	git config --global varve.reader.seconds 2
	mkdir "$HOME/temp"
	export TMPDIR="$HOME/temp" # others have theirs
	reader() { printf '#!/bin/sh\n[ "$1" = read ] || { echo "{\\"name\\":\\"Prices\\"}"; exit; }\n%s\n' "$1" > "$HOME/bin/toy"; }
	reader 'printf "%s\n" "page 7 is cut" "Traceback (most recent call last):" "  File x" "page 7 is cut" "cannot find the end" "" >&2; exit 1'
	ends_with 2 varve cat 'b.toy#Prices'
	stderr_has 'b.toy: page 7 is cut; cannot find the end'
	stderr_lacks Trace
	reader 'echo "MemoryError" >&2; exit 1'
	ends_with 2 varve cat 'b.toy#Prices'
	stderr_has "hint: 'git config --global varve.reader.memory 4g' gives readers 4 GiB of memory"
	reader 'echo "no room for 9 cells" >&2; kill -ABRT $$'
	ends_with 2 varve cat 'b.toy#Prices'
	stderr_has 'was ended by signal 6'
	stderr_has '(varve.reader.memory): no room for 9 cells'
	reader 'seq -f "line %g is wrong" 1000000 >&2; exit 1'
	ends_with 2 varve cat 'b.toy#Prices'
	stderr_has '; line 1e+06 is wrong'
	[ "${#stderr}" -lt 600 ]
	reader 'sleep 30'
	ends_with 2 varve cat 'b.toy#Prices'
	stderr_has 'it took more than 2 seconds'
	reader 'sleep 30 & echo $! > "$HOME/child"; wait'
	ends_with 2 varve cat 'b.toy#Prices'
	is_gone "$(cat "$HOME/child")"
	reader 'yes "$(printf "\033[31mred")" >&2'
	ends_with 2 varve cat 'b.toy#Prices'
	! printf %s "$stderr" | grep -qF "$(printf '\033')" || false
	reader 'setsid yes "page 7 is cut" >&2 & sleep 0.2; exit 1' # which nobody can end who knows its group alone
	ends_with 2 varve cat 'b.toy#Prices'
	stderr_has 'page 7 is cut'
	reader 'yes' # rows of CSV without end
	git config --global varve.reader.output 4m
	ends_with 2 varve cat 'b.toy#Prices'
	stderr_has 'it wrote more than 4.2 MB'
	git config --global --unset varve.reader.output
	printf 'a,b\n1,2\n' > t.csv
	varve cat --format arrow t.csv > "$HOME/whole"
	reader 'head -c 300 "$HOME/whole"'
	ends_with 2 varve cat 'b.toy#Prices'
	stderr_has 'the Arrow data is incomplete'
	reader 'printf "\377\377\377\377\377\377\377\177"; cat "$HOME/whole"'
	ends_with 2 varve cat 'b.toy#Prices'
	stderr_has 'b.toy'
	reader 'sleep 30 > /dev/null 2>&1 < /dev/null & echo $! > "$HOME/child"; cat "$HOME/whole"'
	succeeds varve cat 'b.toy#Prices'
	is_gone "$(cat "$HOME/child")"
	rm -rf .git/varve/cache/documents
	# on a busy machine a reader gets little of the CPU (POSIX has no call that tells how much); one that only works on is
	# stopped all the same
	reader 'for i in 1 2 3 4 5 6 7 8; do sleep 0.5; n=0; while [ $n -lt 30000 ]; do n=$((n+1)); done; done; cat "$HOME/whole"'
	takes_posix_ways || succeeds varve cat 'b.toy#Prices'
	reader 'while :; do :; done'
	rm -rf .git/varve/cache/documents
	ends_with 2 varve cat 'b.toy#Prices'
	stderr_has 'it took more than 2 seconds'
	seq -f 'row %g of a table' 200000 > long.csv
	varve cat --format arrow long.csv > "$HOME/long"
	git config --global varve.reader.output 1m
	reader 'cat "$HOME/long"'
	ends_with 2 varve cat 'b.toy#Prices'
	stderr_has 'b.toy: '
	stderr_has 'it wrote more than 1.0 MB'
	git config --global --unset varve.reader.output
	reader 'exec sh -c "ulimit -v; exit 1" >&2'
	git config --global varve.reader.memory 104857600
	ends_with 2 varve cat 'b.toy#Prices'
	stderr_has 102400
	[ -z "$(find "${TMPDIR:-/tmp}" -maxdepth 1 -name '.varve-document-*' -newer b.toy)" ]
}

@test "a document of bytes whose reader fails is a file, and no text" {
	toy
	git init -q .
	printf 'x\0y' > b.toy
	git add b.toy
	git commit -qm one
	printf 'x\0z' > b.toy
	printf '#!/bin/sh\n[ "$1" = list ] || { echo "is cut" >&2; exit 1; }\necho "{\\"name\\":\\"Prices\\"}"\n' > "$HOME/bin/toy"
	succeeds varve diff
	output_has 'b.toy#Prices: b.toy: is cut; file changed'
}

@test "two versions are read side by side, and one whose reader hangs or fails ends both" {
	toy
	two_versions
	git config --global varve.reader.seconds 60
	mkdir "$HOME/temp"
	export TMPDIR="$HOME/temp"
	# $1: what the reader of the old version does, $2: of the new one, before both write their rows
	readers() {
		rm -rf .git/varve/cache/documents "$HOME"/at.* "$HOME/asked"
		cat > "$HOME/bin/toy" <<-END
			#!/bin/sh
			[ "\$1" = read ] || { echo '{"name":"Prices"}'; exit; }
			echo \$\$ > "$HOME/at.\$\$"
			until [ "\$(ls "$HOME"/at.* | wc -l)" -ge 2 ]; do sleep 0.05; done # hangs where they are not
			if grep -qF 4.75 "\$2"; then new=1; fi
			echo "\${new:-0}" >> "$HOME/asked"
			if [ -z "\$new" ]; then
				$1
			else
				$2
			fi
			exec cat "$HOME/rows\${new:-0}"
		END
	}
	none_is_left() {
		[ "$(cat "$HOME"/at.* | wc -l)" -eq 2 ]
		for pid in $(cat "$HOME"/at.*); do
			if kill -0 "$pid" 2> /dev/null; then return 1; fi
		done
		[ -z "$(find "$TMPDIR" -name '.varve-document-*')" ]
	}
	seq -f 'n%06.0f,9' 100000 | sed '1i id,price' > t.csv
	varve cat --format arrow t.csv > "$HOME/rows0"
	sed -i 's/^n070000,9/n070000,8/' t.csv
	varve cat --format arrow t.csv > "$HOME/rows1"
	readers : :
	succeeds varve diff HEAD~1 HEAD
	output_has '1 row changed (1 cell)'
	none_is_left
	rm "$HOME/asked"
	succeeds varve diff HEAD~1 HEAD # what both were kept as
	output_has '1 row changed (1 cell)'
	[ ! -e "$HOME/asked" ]
	git checkout -q HEAD~1 -- b.toy
	readers : :
	succeeds varve check 'b.toy#Prices' # against HEAD
	output_has 'b.toy#Prices: 100,000 rows'
	none_is_left
	[ "$(sort "$HOME/asked")" = $'0\n1' ]
	git checkout -q HEAD -- b.toy
	readers : 'echo "page 7 is cut" >&2; exit 1'
	ends_with 2 varve diff HEAD~1 HEAD -- 'b.toy#Prices'
	stderr_has 'b.toy: page 7 is cut'
	none_is_left
	readers 'echo "page 7 is cut" >&2; exit 1' 'sleep 100'
	ends_with 2 varve diff HEAD~1 HEAD -- 'b.toy#Prices'
	stderr_has 'b.toy: page 7 is cut'
	none_is_left
	git config --global varve.reader.seconds 2
	readers : 'sleep 100'
	ends_with 2 varve diff HEAD~1 HEAD -- 'b.toy#Prices'
	stderr_has "b.toy: "
	stderr_has 'it took more than 2 seconds'
	none_is_left
	readers 'sleep 100' 'head -c 300 /dev/zero; sleep 100'
	ends_with 2 varve diff HEAD~1 HEAD -- 'b.toy#Prices'
	stderr_has 'it took more than 2 seconds'
	none_is_left
	readers : 'head -c 800000 "$HOME/rows1"; kill $$' # half of its rows
	ends_with 2 varve diff HEAD~1 HEAD -- 'b.toy#Prices'
	none_is_left
	sed -i -e '/kill/s/.*/:/' -e '/until/d' "$HOME/bin/toy"
	varve cat 'HEAD:b.toy#Prices' | cmp - t.csv
}

@test "a document that is compared with plain text, whose rows the store has, is read again later" {
	toy
	git init -q .
	seq -f 'n%06.0f,9' 20000 | sed '1i id,price' > stored.csv
	sed 's/^n010000,9/n010000,8/' stored.csv > plain.csv
	sed '1i [Prices]' stored.csv > b.toy
	sed -i 's/exec .*/exec cat $$.csv/' "$HOME/bin/toy"
	varve add stored.csv
	succeeds varve diff --no-index plain.csv 'b.toy#Prices'
	output_has '1 row changed (1 cell)'
	varve cat 'b.toy#Prices' | cmp - stored.csv
	varve cat 'b.toy#Prices' | cmp - stored.csv
}

@test "a table of a document is described under its own name" {
	toy
	git init -q .
	printf '[Prices]\nid,price\n1,4.5\n2,20\n[Stock]\nsku,n\n"0a",1\n' > b.toy
	git add b.toy
	git commit -qm one
	succeeds varve schema --key id --type price=integer 'b.toy#Prices'
	grep -q '"path": "b.toy#Prices"' datapackage.json
	succeeds varve info 'b.toy#Prices'
	output_has "id (datapackage.json)"
	output_has "integer (1 is not)"
	ends_with 1 varve check 'b.toy#Prices'
	succeeds varve schema --type n=string 'b.toy#Stock'
	grep -q '"path": "b.toy#Stock"' datapackage.json
	succeeds varve info 'b.toy#Stock'
	output_has "n       string"
	printf '[Prices]\nid,price\n2,4\n1,20\n' > c.toy
	succeeds varve info 'c.toy#Prices'
	output_lacks "varve add --key"
}

@test "the tables of a document become CSV files beside it" {
	toy
	git init -q .
	mkdir in
	{ book 4.5; printf '[a/b]\nx\n1\n'; } > in/b.toy
	cd in
	succeeds varve add --as-csv b.toy
	output_has 'in/b.Prices.csv: 20 B, unpacked from in/b.toy'
	output_has 'in/b.Prices.csv: new table, 2 rows'
	[ "$(cat b.Prices.csv)" = $'id,price\n1,4.5\n2,20' ]
	[ "$(cat b.a_b.csv)" = $'x\n1' ]
	[ "$(git diff --cached --name-only | grep -v gitattributes | tr '\n' ' ')" = "in/b.Prices.csv in/b.Stock.csv in/b.a_b.csv " ]
	varve commit -qm one
	book 4.75 > b.toy
	succeeds varve add --as-csv ./b.toy
	succeeds varve diff --cached
	output_has '4.5 -> 4.75'
	output_lacks 'Stock'
	git add b.toy
	sed -i s/^2,20/2,21/ b.Prices.csv
	varve commit -qam two
	book 4.8 > b.toy
	succeeds varve add --as-csv b.toy
	[ "$(cat b.Prices.csv)" = $'id,price\n1,4.8\n2,21' ]
	varve commit -qm three
	echo '3,mine' >> b.Prices.csv
	cp b.Prices.csv want
	book 5 > b.toy
	ends_with 2 varve add --as-csv b.toy
	stderr_has 'b.Prices.csv'
	cmp b.Prices.csv want
	cp b.Prices.csv ..
	git checkout -q b.Prices.csv
	printf '[Prices]\nid,price\n1,4.8\n2,20\n[a/b]\nx\n1\n' > b.toy # no Stock
	echo notes > b.notes.txt
	succeeds varve add --as-csv b.toy
	stderr_has "warning: 'in/b.Stock.csv' was not updated, as 'in/b.toy' has no table of that name"
	[ "$(grep -c warning <<< "$stderr")" = 1 ]
	succeeds varve rm b.Stock.csv
	succeeds varve add --as-csv b.toy
	stderr_lacks Stock
	git reset -q --hard
	cp ../b.Prices.csv b.Prices.csv
	printf '[a/b]\nx\n1\n[a_b]\nx\n2\n' > b.toy
	ends_with 2 varve add --as-csv b.toy
	stderr_has "two tables of 'in/b.toy' would be written to 'in/b.a_b.csv'"
	git config --global varve.reader.toy.command "$HOME/none"
	ends_with 2 varve add --as-csv b.toy
}

@test "what each version of a large document costs is said, with the way out" {
	git init -q .
	truncate -s 11M big.xlsx big.parquet big.bin
	succeeds varve add .
	stderr_has "big.xlsx is stored in Git as a whole: 11.5 MB now, and again for each change; 'varve add --as-csv big.xlsx' makes a table of it"
	stderr_has "big.parquet is stored in Git as a whole: 11.5 MB now, and again for each change; 'varve add --as file big.parquet'"
	stderr_has 'big.bin is stored in Git as a whole'
	git commit -qm one
	for f in big.xlsx big.parquet big.bin; do printf x >> "$f"; done
	succeeds varve add .
	stderr_has "big.xlsx is stored in Git as a whole: 11.5 MB"
	stderr_has "big.parquet is stored"
	stderr_lacks big.bin
}

@test "a workbook is what a reader writes, and its failure is named" {
	toy
	git config --global varve.reader.xlsx.command "$HOME/bin/toy"
	git init -q .
	printf 'id,price\n1,4.5\n' > a.csv
	printf 'id,price\n1,5\n' > b.csv
	printf '#!/bin/sh\n[ "$1 $3" = "write " ] && cat "$2"\n' > "$HOME/bin/toy"
	varve cat --format xlsx a.csv > out
	[ "$(head -n 1 out)" = '{"name": "a.csv", "changes": false}' ]
	tail -n +2 out > rows
	varve cat --format arrow --misfit text --numbers decimal a.csv | cmp - rows
	succeeds varve diff --no-index --key id --format xlsx -o out a.csv b.csv
	[ "$(head -n 1 out)" = '{"name": "b.csv", "changes": true}' ]
	tail -n +2 out > rows
	varve diff --no-index --key id --format arrow --misfit text --numbers decimal a.csv b.csv | cmp - rows
	cp out want
	printf '#!/bin/sh\necho "no room for 9 rows" >&2; echo half; exit 1\n' > "$HOME/bin/toy"
	ends_with 2 varve diff --no-index --key id --format xlsx -o out a.csv b.csv
	stderr_has 'the workbook: no room for 9 rows'
	cmp out want
	ends_with 2 varve cat --format xlsx --misfit null a.csv
	git config --global varve.reader.xlsx.command "$HOME/none"
	ends_with 2 varve cat --format xlsx a.csv
	[ -z "$(find "${TMPDIR:-/tmp}" -maxdepth 1 -name '.varve-workbook-*' -newer a.csv)" ]
}

@test "a reader may write CSV" {
	mkdir -p "$HOME/bin"
	cat > "$HOME/bin/lines" <<-'END'
		#!/bin/sh
		case $1 in
		list) echo '{"name":"all"}' ;;
		read) cat "$2" ;;
		esac
	END
	chmod +x "$HOME/bin/lines"
	git config --global varve.reader.lines.command "$HOME/bin/lines"
	git init -q .
	printf 'id,name,n\n1,"a, b",4.50\n2,"two\nlines",\n' > a.lines
	git add a.lines && git commit -qm one
	succeeds varve cat 'a.lines#all'
	[ "$output" = $'id,name,n\n1,"a, b",4.50\n2,"two\nlines",' ]
	succeeds varve info a.lines
	output_has 'n       number'
	sed -i s/4.50/4.75/ a.lines
	succeeds varve diff
	output_has '4.50 -> 4.75'
	printf 'ab' > a.lines # less than what Arrow begins with
	succeeds varve cat 'a.lines#all'
	[ "$output" = ab ]
	: > a.lines
	ends_with 2 varve cat 'a.lines#all'
	printf 'a,b\n1,2,3\n' > a.lines
	ends_with 2 varve cat 'a.lines#all'
	stderr_has a.lines
}

@test "the reader in R of the page reads transport files" {
	command -v Rscript > /dev/null && Rscript -e 'library(haven); library(readr)' 2> /dev/null > /dev/null || skip "R is not installed"
	mkdir -p "$HOME/bin"
	sed -n '/^```r$/,/^```$/p' "$BATS_TEST_DIRNAME/../../../docs/use/documents.md" | sed '1d;$d' > "$HOME/bin/xpt"
	chmod +x "$HOME/bin/xpt"
	git config --global varve.reader.xpt.command "$HOME/bin/xpt"
	git init -q .
	write_xpt() {
		Rscript -e "haven::write_xpt(data.frame(id = 1:3, v = c($1, NA, 2.5), s = c('a', 'b \"c\"', 'd, e'), d = as.Date('2026-01-01') + 0:2), 'a.xpt')"
	}
	write_xpt '0.1 + 0.2'
	git add a.xpt && git commit -qm one
	succeeds varve cat 'a.xpt#data'
	[ "$output" = $'id,v,s,d\n1,0.30000000000000004,a,2026-01-01\n2,,"b ""c""",2026-01-02\n3,2.5,"d, e",2026-01-03' ]
	write_xpt 7
	succeeds varve diff
	output_has '0.30000000000000004 -> 7'
}
