load ../helper

text_repo() {
	git init -q .
	rows 100 > p.csv
	git add . && git commit -q -m one
	succeeds varve track --text '*.csv'
	varve commit -q -m track
}

# edit ROW COLUMN VALUE
edit() {
	awk -F, -v OFS=, -v row="$1" -v column="$2" -v value="$3" '$1 == row { $column = value } 1' p.csv > new
	mv new p.csv
}

# Two branches, main checked out: both change row 5, main its price, side its name.
two_branches() {
	text_repo
	git switch -q -c side
	edit 5 2 side
	git commit -q -a -m side
	git switch -q main
	edit 5 3 1.00
	git commit -q -a -m main
}

@test "one command in a clone of plain git: the line, the drivers, and no filter" {
	git init -q .
	rows 5 > p.csv
	git add . && git commit -q -m one
	succeeds varve track --text '*.csv'
	output_is "*.csv: tracked; stays text in Git, compared and merged by cell"
	stderr_has "git now calls varve for tables of this repository"
	[ "$(cat .gitattributes)" = $'.gitattributes merge=varve-lines\n*.csv diff=varve merge=varve' ]
	[ "$(git diff --cached --name-only)" = .gitattributes ]
	git config merge.varve.driver
	succeeds varve track --text '*.csv'
	output_is "*.csv: is already tracked; stays text in Git, compared and merged by cell"
	stderr_is ""
	[ "$(git status --porcelain)" = "A  .gitattributes" ]
}

@test "new files stay text, whoever adds them, until --convert" {
	text_repo
	rows 5 > n.csv
	rows 6 > m.csv
	succeeds varve add n.csv
	output_is "1 ordinary file: n.csv"
	succeeds varve add .
	output_is "1 ordinary file: m.csv"
	git cat-file blob :n.csv | cmp - n.csv
	git cat-file blob :m.csv | cmp - m.csv
	rows 7 > k.csv
	ends_with 2 varve add --key id k.csv
	stderr_has "k.csv stays text, as set in .gitattributes"
	succeeds varve add --convert k.csv
	git cat-file blob :k.csv | grep -q '"varve"'
}

@test "status, commit, log, diff and blame count rows and show cells" {
	text_repo
	edit 5 2 five
	sed -i 8d p.csv
	succeeds varve status
	output_has "modified:  p.csv  -1 ~1 rows"
	succeeds varve diff
	output_has "item 155 -> five"
	succeeds git diff
	output_has "five"
	output_has "1 row removed"
	succeeds varve commit -a -m two
	output_has "p.csv: -1 ~1 rows"
	succeeds varve log --stat -1
	output_has "p.csv | -1 ~1 rows"
	succeeds git log -p -1
	output_has "five"
	succeeds varve blame --row 5 p.csv
	output_has "$(git rev-parse --short HEAD)"
	succeeds varve check
	output_has "p.csv: 99 rows"
	succeeds varve restore --source HEAD~1 p.csv
	rows 100 | cmp - p.csv
	succeeds varve status --json
	output_has '"rowsAdded": 1'
}

@test "git and varve merge two cells of one row" {
	two_branches
	succeeds git merge -q -m merged side
	grep -qx '5,side,1.00,2024-06-06' p.csv
	git reset -q --hard HEAD~1
	succeeds varve merge side
	git cat-file blob HEAD:p.csv | grep -qx '5,side,1.00,2024-06-06'
	[ -z "$(git status --porcelain)" ]
}

@test "a cell that both changed is a conflict that resolve settles" {
	two_branches
	git switch -q side
	edit 5 3 2.00
	git commit -q -a -m price
	git switch -q main
	ends_with 1 git merge -q -m merged side
	ends_with 1 varve conflicts
	output_has "2.00"
	succeeds varve resolve --theirs p.csv
	succeeds varve merge --continue
	git cat-file blob HEAD:p.csv | grep -qx '5,side,2.00,2024-06-06'
}

@test "a colleague without varve merges and compares as ever" {
	two_branches
	git clone -q . ../other
	cd ../other
	succeeds git diff origin/side HEAD -- p.csv
	output_has "+5,item 155,1.00,2024-06-06"
	sed -i 's/^90,.*/90,x,1.00,2024-01-01/' p.csv
	succeeds git commit -q -a -m row90
	git switch -q -c b HEAD~1
	sed -i 's/^50,.*/50,y,1.00,2024-01-01/' p.csv
	git commit -q -a -m row50
	succeeds git merge -q -m merged main
	grep -qx '50,y,1.00,2024-01-01' p.csv
	grep -qx '90,x,1.00,2024-01-01' p.csv
}

@test "line ends that Git converts are no difference of the file" {
	new_repo
	varve track --text '*.csv' > /dev/null
	rows 5 > t.csv
	git add . && git commit -qm one
	git config core.autocrlf true
	sed -i 's/$/\r/' t.csv
	for words in '' HEAD 'HEAD:t.csv t.csv' 't.csv HEAD:t.csv'; do
		succeeds varve diff --quiet $words
	done
	sed -i 's/^2,/9,/' t.csv
	ends_with 1 varve diff --exit-code HEAD:t.csv t.csv
	output_lacks CRLF
	git config core.autocrlf false
	ends_with 1 varve diff --exit-code HEAD:t.csv t.csv
	output_has "LF -> CRLF"
	echo '*.csv text' >> .gitattributes
	ends_with 1 varve diff --exit-code
	output_lacks CRLF
}

@test "the list shows such lines, and untrack takes them" {
	text_repo
	succeeds varve track
	output_is $'.gitattributes:2: *.csv  (stays text)\n\tp.csv'
	succeeds varve track --text
	output_is $'.gitattributes:2: *.csv  (stays text)\n\tp.csv'
	succeeds varve config --explain p.csv
	output_has "text"
	succeeds varve untrack '*.csv'
	output_is "*.csv: no longer tracked; committed versions are unchanged"
	[ "$(cat .gitattributes)" = ".gitattributes merge=varve-lines" ]
}

@test "mv takes a line of its own along" {
	text_repo
	varve untrack '*.csv' > /dev/null
	varve track --text p.csv > /dev/null
	succeeds varve mv p.csv q.csv
	[ "$(cat .gitattributes)" = $'.gitattributes merge=varve-lines\n/q.csv diff=varve merge=varve' ]
	git cat-file blob :q.csv | cmp - q.csv
}

@test "a line that keeps rows in blocks is not turned by --text" {
	new_repo
	rows 5 > p.csv
	varve add p.csv > /dev/null
	varve commit -q -m one
	ends_with 2 varve track --text p.csv
	stderr_has "p.csv: a line of '.gitattributes' already makes varve store this table"
	stderr_has "'varve untrack'"
	succeeds varve track --text '*.csv'
	output_has "p.csv stays in blocks, because of another line of .gitattributes"
}

@test "a line that wins is named" {
	git init -q .
	mkdir data
	rows 5 > data/p.csv
	echo '*.csv diff=other merge=other' > data/.gitattributes
	ends_with 2 varve track --text data/p.csv
	stderr_has "data/p.csv: another line of a .gitattributes file sets its diff or merge driver"
	stderr_has "git check-attr filter diff merge -- data/p.csv"
}

@test "a file of any name that is compared as text is a table for diff, git diff, patches, check and SQL" {
	local file
	new_repo
	varve track --text '*.json' '*.dat' > /dev/null
	printf '[{"id":1,"n":5},{"id":2,"n":6},{"id":3,"n":7}]' > a.json
	printf 'id,n\n1,5\n2,6\n3,7\n' > b.dat
	printf '[*]\nn < 8\n' > varve.checks
	git add .
	git commit -q -m one
	sed -i 's/6/66/' a.json b.dat
	for file in a.json b.dat; do
		succeeds varve diff
		output_has "$file: index -> work tree"
		succeeds git diff "$file"
		output_has "6 -> 66"
		ends_with 1 varve check
		output_has "$file: 3 rows, 2 columns"
		succeeds varve sql --format csv "SELECT to_n FROM varve_diff('$file')"
		output_is $'to_n\n66'
	done
	varve diff --format patch > p
	git checkout -q .
	succeeds varve apply p
	[ "$(grep -c 66 a.json b.dat)" = $'a.json:1\nb.dat:1' ]
	rm a.json
	git commit -q -a -m gone
	ends_with 1 varve check HEAD
	output_has "table-removed"
}

@test "a pattern for all files is for those that end as tables do: others stay git's" {
	new_repo
	rows 5 | tee a.csv b.psv > c.dat
	printf '# Title\n\ntext\n' > README.md
	mkdir data
	cp a.csv data/d.csv
	succeeds varve track --text '*' 'data/**'
	output_has "*.csv: tracked"
	output_has "data/**/*.tab: tracked"
	varve add . > /dev/null
	varve commit -q -m one
	git check-attr merge -- README.md c.dat b.psv data/d.csv > values
	[ "$(grep -c unspecified values)" = 2 ]
	succeeds varve check
	output_has "nothing wrong in 3 tables"
	git switch -q -c side
	sed -i 's/Title/Side/' README.md
	git commit -q -a -m side
	git switch -q main
	sed -i 's/Title/Main/' README.md
	git commit -q -a -m main
	ends_with 1 varve merge side
	grep -q '<<<<<<<' README.md
	varve merge --abort
	succeeds varve untrack '*'
	succeeds varve untrack 'data/**'
	! grep -q diff=varve .gitattributes || false
	ends_with 2 varve untrack '*'
}
