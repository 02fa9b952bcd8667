load ../../cli/helper

# Workbooks that varve's own reader merges; nothing but Python is needed.
setup() {
	varve_setup
	top=$(cd "$BATS_TEST_DIRNAME/../../.." && pwd)
	python3 -c 'import sys; sys.exit(sys.version_info < (3, 11))' || skip "Python is older than 3.11"
	export PYTHONPATH=$top/python PYTHONDONTWRITEBYTECODE=1
}

put() { python3 "$top/tests/stories/documents/book.py" book.xlsx < cells; }
cells_are() { python3 "$top/tests/stories/documents/book.py" -l book.xlsx | grep -v '=$' > is || true; diff -u "${1-expected}" is; }

# edit SED: what a person changes in the workbook
edit() { sed -i "$1" cells; put; }

two_people() {
	git init -q -b main .
	printf '%s\n' 'Prices!A1=id' 'Prices!B1=price' 'Prices!C1==SUM(B2:B4)' 'Prices!A2=a' 'Prices!B2=4.5' 'Prices!A3=b' 'Prices!B3=20' 'Prices!A4=c' 'Prices!B4=7' 'Stock!A1=sku' 'Stock!B1=n' 'Stock!A2=x' 'Stock!B2=1' > cells
	put
	echo '*.xlsx diff=varve merge=varve' > .gitattributes
	printf 'cells\nis\nexpected\n' > .git/info/exclude
	varve init > /dev/null 2>&1
	git add .
	git commit -qm one
	cp cells base
	git switch -q -c other
	edit "$1"
	git commit -qam other
	git switch -q main
	cp base cells
	edit "$2"
	git commit -qam main
	sed "$2; $1" base > expected
}

@test "different cells of a workbook merge, whichever command merges" {
	two_people 's/Prices!B2=4.5/Prices!B2=5/; s/Stock!B2=1/Stock!B2=8/' 's/Prices!B3=20/Prices!B3=21/'
	start=$(git rev-parse HEAD)
	for by in 'varve merge' 'git merge -q -m m' 'git cherry-pick'; do
		git reset -q --hard "$start"
		succeeds $by other
		[ "$by" != 'varve merge' ] || output_has 'merged book.xlsx: from other 2 cells'
		[ -z "$(git status --porcelain -uno)" ]
		cells_are
		unzip -p book.xlsx xl/workbook.xml | grep -q fullCalcOnLoad # of the sum no stored value holds
		python3 "$top/tests/stories/documents/book.py" -l book.xlsx | grep -q 'C1==SUM'
	done
	git reset -q --hard "$start"
	succeeds git rebase -q other
	cells_are
	git reset -q --hard "$start~1"
	cp base cells
	edit 's/Prices!B3=20/Prices!B3=21/'
	git stash -q
	git merge -q other
	succeeds git stash apply -q
	cells_are
}

@test "a cell of a workbook that both changed is a conflict by its address, and a side decides that cell alone" {
	two_people 's/Prices!B2=4.5/Prices!B2=5/; s/Stock!B2=1/Stock!B2=8/' 's/Prices!B2=4.5/Prices!B2=6/; s/Prices!B3=20/Prices!B3=21/'
	for by in varve git; do
		run "$by" merge other
		[ "$status" -eq 1 ]
		ends_with 1 varve conflicts
		output_has 'book.xlsx: a workbook; both changed Prices!B2: 6 and 5'
		cells_are # ours at the conflict
		[ "$by" = varve ] && sides='theirs:5 base:4.5 ours:6' || sides=theirs:5
		for side in $sides; do
			succeeds varve resolve --${side%:*}
			sed "s/Prices!B2=.*/Prices!B2=${side#*:}/" expected > decided
			cells_are decided
			[ -z "$(git ls-files -u)" ]
			git merge --abort
			[ "$side" = "${sides##* }" ] || run varve merge other
		done
	done
	succeeds varve merge -q -X theirs other
	sed 's/Prices!B2=.*/Prices!B2=5/' expected > decided
	cells_are decided
}

@test "an edit follows its row where the other side inserted rows" {
	two_people 's/Prices!B4=7/Prices!B4=70/' "s/Prices!A4=c/Prices!A5=c/; s/Prices!B4=7/Prices!B5=7/; s/Prices!A3=b/Prices!A4=b/; s/Prices!B3=20/Prices!B4=20/; s/Prices!A2=a/&\nPrices!A3=new\nPrices!B3=1/; s/SUM(B2:B4)/SUM(B2:B5)/"
	succeeds varve merge -q other
	sed 's/Prices!B5=7$/Prices!B5=70/' cells | LC_ALL=C sort > decided
	python3 "$top/tests/stories/documents/book.py" -l book.xlsx | LC_ALL=C sort | diff -u decided -
}

@test "rows that two people append to a sheet are all there once, and one that both entered differently is a conflict" {
	two_people 's/Prices!B4=7/&\nPrices!A5=d\nPrices!B5=1/' 's/Prices!B4=7/&\nPrices!A5=e\nPrices!B5=2\nPrices!A6=f\nPrices!B6=3/'
	for by in 'varve merge -q' 'git merge -q -m m'; do
		succeeds $by other
		sed 's/Prices!B6=3/&\nPrices!A7=d\nPrices!B7=1/' cells | LC_ALL=C sort > wanted
		python3 "$top/tests/stories/documents/book.py" -l book.xlsx | LC_ALL=C sort | diff -u wanted -
		git reset -q --hard HEAD~1
	done
	cp base cells
	edit 's/Prices!B4=7/&\nPrices!A5=d\nPrices!B5=9/'
	git commit -qam differently
	ends_with 1 varve merge other
	output_has "book.xlsx: a workbook; both changed Prices!B5: 9 and 1"
	git merge --abort
	cp base cells
	edit 's/Prices!B4=7/&\nPrices!A5=d\nPrices!B5=1/'
	git commit -qam alike
	succeeds varve merge -q other
	LC_ALL=C sort cells > wanted
	python3 "$top/tests/stories/documents/book.py" -l book.xlsx | LC_ALL=C sort | diff -u wanted -
}

@test "a sheet that one side renamed and the other changed is a conflict that names it, in both directions; other sheets merge" {
	two_people 's/Prices!/Costs!/' 's/Prices!B3=20/Prices!B3=21/'
	git show HEAD:book.xlsx > ours
	ends_with 1 varve merge other
	output_has "not merged by cell: theirs removed or renamed sheet Prices, which ours changed"
	cmp book.xlsx ours
	git merge --abort
	git switch -q --detach other
	ends_with 1 varve merge main
	output_has "not merged by cell: ours removed or renamed sheet Prices, which theirs changed"
	git show other:book.xlsx | cmp - book.xlsx
	git merge --abort
	git switch -q -c third main~1
	cp base cells
	edit 's/Stock!B2=1/Stock!B2=8/'
	git commit -qam third
	succeeds varve merge -q other
	sed 's/Prices!/Costs!/; s/Stock!B2=1/Stock!B2=8/' base | LC_ALL=C sort > wanted
	python3 "$top/tests/stories/documents/book.py" -l book.xlsx | LC_ALL=C sort | diff -u wanted -
}

@test "a workbook of another format that both changed is a conflict of the document, and a decision takes a side whole" {
	git init -q -b main .
	echo '*.ods diff=varve merge=varve' > .gitattributes
	varve init > /dev/null 2>&1
	for version in base other ours; do
		python3 -c 'import sys, zipfile
with zipfile.ZipFile("book.ods", "w") as book:
    book.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
    book.writestr("content.xml", "<a>" + sys.argv[1] + "</a>")' $version
		git add .
		git commit -qm $version
		git branch $version
		git switch -q --detach base
	done
	git switch -q ours
	git show other:book.ods > theirs
	cp book.ods mine
	for by in 'varve merge' 'git merge'; do
		ends_with 1 $by other
		cmp book.ods mine
		ends_with 1 varve conflicts
		output_has "book.ods: a document; not merged by cell: it is an OpenDocument file (.ods); only .xlsx and .xlsm are"
		succeeds varve resolve --theirs
		cmp book.ods theirs
		git merge --abort
	done
}

@test "what cannot be merged by cell is refused by name, and stays a conflict of the document" {
	two_people 's/Prices!B2=4.5/&\nPrices!width=30/; s/Stock!B2=1/Stock!B2=8/' 's/Prices!B3=20/&\nPrices!chart=one/'
	git show HEAD:book.xlsx > ours
	ends_with 1 varve merge other
	cmp book.xlsx ours
	ends_with 1 varve conflicts
	output_has "not merged by cell: both sides changed more than cells: theirs changed columns' widths and formats of sheet Prices; ours changed drawing of sheet Prices"
	succeeds varve resolve --theirs
	git show other:book.xlsx | cmp - book.xlsx
	git merge --abort
	git switch -q -c third HEAD~1
	cp base cells
	edit 's/Stock!B2=1/Stock!B2=9/' # cells and a drawing are merged
	git commit -qam third
	succeeds varve merge -q main
	unzip -p book.xlsx xl/drawings/drawing0.xml | grep -q one
	python3 "$top/tests/stories/documents/book.py" -l book.xlsx | grep -qx 'Stock!B2=9'
}

@test "without a program that merges workbooks the conflict says what to install" {
	two_people 's/Prices!B2=4.5/Prices!B2=5/' 's/Prices!B3=20/Prices!B3=21/'
	git show HEAD:book.xlsx > ours
	export PYTHONPATH=$HOME
	ends_with 1 varve merge other
	cmp book.xlsx ours
	ends_with 1 varve conflicts
	output_has "not merged by cell: 'pip install \"varve-data[office]\"' installs a program that merges workbooks by cell"
	git merge --abort
	mkdir "$HOME/bin"
	printf '#!/bin/sh\necho "{\\"cells\\": 1, \\"conflicts\\": 0}"\nhead -c 100 "$4"\nkill -9 $$\n' > "$HOME/bin/read"
	chmod +x "$HOME/bin/read"
	git config --global varve.reader.xlsx.command "$HOME/bin/read" # killed half way
	ends_with 1 varve merge other
	cmp book.xlsx ours
	ends_with 1 varve conflicts
	output_has 'book.xlsx: a document'
}
