load ../helper

text_repo() {
	git init -q .
	rows 30 > a.csv
	mkdir data
	rows 40 > data/b.csv
	echo hello > readme.txt
	git add . && git commit -q -m one
	rows 30 1 > a.csv
	git commit -q -a -m two
}

# PATH becomes what Git LFS commits, its object in .git/lfs.
to_lfs() {
	local hash
	hash=$(sha256sum "$1" | cut -d' ' -f1)
	mkdir -p ".git/lfs/objects/${hash:0:2}/${hash:2:2}"
	cp "$1" ".git/lfs/objects/${hash:0:2}/${hash:2:2}/$hash"
	printf 'version https://git-lfs.github.com/spec/v1\noid sha256:%s\nsize %d\n' "$hash" "$(stat -c %s "$1")" > "$1"
}

is_table() { git cat-file blob "$1" | grep -q '^{"varve": 1, "kind": "table"'; }

@test "text of Git becomes tables in one commit; older versions stay" {
	text_repo
	before=$(git rev-parse HEAD)
	succeeds varve migrate --dry-run '*.csv'
	output_is $'a.csv: text of Git, 904 B\ndata/b.csv: text of Git, 1.2 kB\n2 files, 2.1 kB; nothing was changed'
	[ -z "$(git status --porcelain)" ] && [ ! -e .gitattributes ]
	succeeds varve migrate '*.csv'
	output_has "older versions are unchanged"
	[ "$(git rev-parse HEAD^)" = "$before" ]
	[ "$(git log -1 --format=%s)" = "Keep as tables of varve: *.csv" ]
	is_table HEAD:a.csv && is_table HEAD:data/b.csv
	[ -z "$(git status --porcelain)" ]
	rows 30 1 | cmp - a.csv
	rows 40 | cmp - data/b.csv
	grep -qx '\*.csv filter=varve diff=varve merge=varve -text' .gitattributes
	succeeds varve diff HEAD~2 HEAD -- a.csv
	output_has "30 rows changed"
	succeeds varve cat HEAD~2:a.csv
	succeeds varve doctor --offline
	succeeds varve migrate '*.csv'
	output_is "all of these are tables of varve already"
}

@test "what Git LFS holds is taken over, from its objects, and its line goes" {
	git init -q .
	rows 30 > a.csv
	rows 20 > keep.csv
	to_lfs a.csv
	echo '*.csv filter=lfs diff=lfs merge=lfs -text' > .gitattributes
	git -c filter.lfs.process= -c filter.lfs.clean=cat -c filter.lfs.required=false add .
	git commit -q -m lfs
	succeeds varve migrate -m over a.csv keep.csv
	is_table HEAD:a.csv
	rows 30 | cmp - a.csv
	[ "$(git log -1 --format=%s)" = over ]
	succeeds varve cat HEAD~1:a.csv
	succeeds varve doctor --offline
}

@test "the line of the very pattern loses the words of Git LFS" {
	git init -q .
	rows 30 > a.csv
	to_lfs a.csv
	printf '*.bin filter=lfs diff=lfs merge=lfs -text\n*.csv filter=lfs diff=lfs merge=lfs -text\n' > .gitattributes
	git -c filter.lfs.clean=cat add . && git commit -q -m lfs
	succeeds varve migrate '*.csv'
	grep -qx '\*.bin filter=lfs diff=lfs merge=lfs -text' .gitattributes
	! grep -q 'csv filter=lfs' .gitattributes || false
	is_table HEAD:a.csv
}

@test "an object of Git LFS that is not here stops everything" {
	git init -q .
	rows 30 > a.csv
	rows 20 > b.csv
	to_lfs a.csv
	rm -r .git/lfs
	git add . && git commit -q -m lfs
	ends_with 2 varve migrate '*.csv'
	stderr_has "a.csv: its content is in Git LFS, and object"
	stderr_has "'git lfs fetch --all' fetches it"
	[ -z "$(git status --porcelain)" ]
}

@test "and back: plain files in one commit, compared by cell as before" {
	text_repo
	varve migrate '*.csv' > /dev/null 2>&1
	rows 30 2 > a.csv
	varve commit -q -a -m three
	succeeds varve migrate --export --dry-run '*.csv'
	output_has "a.csv: a table of varve, "
	succeeds varve migrate --export '*.csv'
	[ "$(git log -1 --format=%s)" = "Keep as plain text: *.csv" ]
	git cat-file blob HEAD:a.csv | cmp - a.csv
	rows 30 2 | cmp - a.csv
	git cat-file blob HEAD:data/b.csv | cmp - data/b.csv
	grep -qx '\*.csv diff=varve merge=varve' .gitattributes
	[ -z "$(git status --porcelain)" ]
	succeeds varve diff HEAD~1 HEAD
	output_has "one side is text"
	succeeds varve migrate --export '*.csv'
	output_is "all of these are plain files already"
}

@test "export writes tables that lie as pointers" {
	text_repo
	varve migrate '*.csv' > /dev/null 2>&1
	git cat-file blob HEAD:a.csv > a.csv
	succeeds varve migrate --export a.csv data/b.csv '*.csv'
	rows 30 1 | cmp - a.csv
	git cat-file blob HEAD:a.csv | cmp - a.csv
}

@test "changes that are staged or not committed are named first" {
	text_repo
	echo 99,x,1.00,2024-01-01 >> a.csv
	ends_with 2 varve migrate '*.csv'
	stderr_has "a.csv has uncommitted changes"
	git add a.csv
	ends_with 2 varve migrate '*.csv'
	stderr_has "a.csv is staged: migrate makes its own commit"
	[ ! -e .gitattributes ]
}

@test "folders, unknown names and no names are refused; a line that wins is named" {
	text_repo
	ends_with 2 varve migrate
	stderr_has "migrate requires files or patterns"
	ends_with 2 varve migrate data
	stderr_has "data: migrate takes files and patterns"
	stderr_has "'data/**/*.csv'"
	ends_with 2 varve migrate none.csv
	stderr_has "none.csv"
	ln -s a.csv link && git add link && git commit -q -m link
	ends_with 2 varve migrate link
	stderr_is "varve: link: migrate takes data files, not links and submodules"
	succeeds varve migrate 'li*'
	output_is "none of these can be a table"
	echo '*.csv filter=other' > data/.gitattributes
	git add . && git commit -q -m other
	ends_with 2 varve migrate '*.csv'
	stderr_has "data/b.csv: another line of .gitattributes overrides varve's line"
	[ -z "$(git status --porcelain)" ]
	varve migrate a.csv > /dev/null 2>&1
	varve track '*.csv' > /dev/null && varve commit -q -m wide
	ends_with 2 varve migrate --export a.csv
	stderr_has "a.csv: another line of .gitattributes still makes it a table of varve"
	stderr_has "varve migrate --export '*.csv'"
	[ -z "$(git status --porcelain)" ]
}

@test "what the hint of a refused export names works, in a folder below too" {
	local hint
	text_repo
	varve migrate '*.csv' > /dev/null 2>&1
	git branch migrated
	ends_with 2 varve migrate --export a.csv
	hint=$(sed -n 's/^hint: \(varve .*\) (all that.*/\1/p' <<< "$stderr")
	succeeds sh -c "$hint"
	git show HEAD:a.csv | cmp - a.csv
	git reset -q --hard migrated
	cd data
	ends_with 2 varve migrate --export b.csv
	hint=$(sed -n 's/^hint: \(varve .*\) (all that.*/\1/p' <<< "$stderr")
	succeeds sh -c "$hint"
	git show HEAD:data/b.csv | cmp - b.csv
	git show HEAD:a.csv | cmp - ../a.csv
	[ -z "$(git status --porcelain)" ]
}

@test "without a commit all is staged" {
	text_repo
	succeeds varve migrate --no-commit a.csv
	[ "$(git diff --cached --name-only)" = $'.gitattributes\na.csv' ]
	succeeds varve commit -m mine
	git init -q empty
	cd empty
	touch x.csv
	ends_with 2 varve migrate x.csv
	stderr_has "no commits yet, so there is nothing to migrate"
}

@test "a damaged pointer is named, and nothing is changed" {
	text_repo
	varve migrate '*.csv' > /dev/null 2>&1
	git cat-file blob HEAD:a.csv | sed '3,$d' > "$BATS_TEST_TMPDIR/bad"
	blob=$(git hash-object -w --no-filters "$BATS_TEST_TMPDIR/bad")
	git update-index --cacheinfo "100644,$blob,a.csv"
	git -c core.hooksPath=/dev/null commit -q -m damaged
	git cat-file blob HEAD:a.csv > a.csv
	before=$(git rev-parse HEAD)
	ends_with 2 varve migrate --export '*.csv'
	stderr_has "a.csv: a damaged pointer: "
	stderr_has "hint: varve restore --source $(git rev-parse --short HEAD~1) a.csv && varve add a.csv"
	stderr_has "1 pointer is damaged: nothing was changed"
	[ "$(git rev-parse HEAD)" = "$before" ]
	ends_with 2 varve migrate '*.csv'
	stderr_has "1 pointer is damaged: nothing was changed"
	varve restore --source HEAD~1 a.csv
	varve add a.csv > /dev/null
	varve commit -q -m mended
	succeeds varve migrate --export '*.csv'
	rows 30 1 | cmp - a.csv
	git cat-file blob HEAD:a.csv | cmp - a.csv
}

@test "what another change has staged is refused, also after an interrupted migration" {
	text_repo
	succeeds varve migrate --no-commit a.csv
	echo other >> readme.txt
	git add readme.txt
	ends_with 2 varve migrate a.csv
	stderr_has "is staged"
	git reset -q --hard
	printf '%s\0take\0a.csv\0' "$(git rev-parse HEAD)" > .git/varve-migrating
	echo other >> readme.txt
	git add readme.txt
	ends_with 2 varve migrate a.csv
	stderr_has "readme.txt is staged"
	git reset -q --hard
	rm .git/varve-migrating
	echo '*.x text' > .gitattributes
	git add .gitattributes
	ends_with 2 varve migrate a.csv
	stderr_has ".gitattributes is staged"
}

@test "a branch that another program moved meanwhile is said" {
	text_repo
	mkdir -p .git/hooks
	printf '%s\n' '#!/bin/sh' 'git update-ref refs/heads/main $(git commit-tree -p HEAD -m other HEAD^{tree})' > .git/hooks/commit-msg
	chmod +x .git/hooks/commit-msg
	ends_with 2 varve migrate a.csv
	stderr_has "fatal: cannot lock ref 'HEAD'"
	stderr_has "nothing was committed"
	stderr_has "hint: another program changed HEAD or the index in the meantime; unstage the changes, then run the command again"
	[ "$(git log -1 --format=%s)" = other ]
}

@test "where a file is refused nothing is changed, and the others can be migrated" {
	new_repo
	rows 20 > a.csv
	printf 'id,v\n1,2\n2,3,4,5\n3,4\n4,5,6\n' > odd.csv
	git add .
	git commit -qm one
	echo '# mine' > .gitattributes
	ends_with 2 varve migrate a.csv odd.csv
	stderr_has "odd.csv: line 3"
	[ "$(git status --porcelain)" = "?? .gitattributes" ]
	[ "$(cat .gitattributes)" = '# mine' ]
	succeeds varve migrate -m two a.csv
	output_has "a.csv: was plain text, now table"
}

@test "a file whose name no table may have is named, and a pattern leaves it to Git" {
	new_repo
	rows 10 | tee a.csv > at_10:30.csv
	git add .
	git commit -q -m text
	ends_with 2 varve migrate -m m at_10:30.csv
	stderr_has "at_10:30.csv"
	stderr_has "':'"
	[ -z "$(git status --porcelain)" ]
	succeeds varve migrate -m m '*.csv'
	stderr_has "at_10:30.csv stays an ordinary file, as a table cannot have this name"
	[ "$(git cat-file blob HEAD:a.csv | head -c 13)" = "varve pointer" ]
	rows 10 | cmp - <(git cat-file blob HEAD:at_10:30.csv)
	[ -z "$(git status --porcelain)" ]
}

@test "a table has the bytes that Git has, whatever line ends core.autocrlf writes" {
	new_repo
	rows 10 > a.csv
	git add a.csv
	git commit -q -m text
	git config core.autocrlf true
	rm a.csv
	git checkout -q -- a.csv
	grep -q $'\r' a.csv
	succeeds varve migrate -m varve a.csv
	varve cat HEAD:a.csv | cmp - <(rows 10)
	succeeds varve migrate -m text --export a.csv
	git cat-file blob HEAD:a.csv | cmp - <(rows 10)
	[ -z "$(git status --porcelain)" ]
}

@test "a file in an encoding of the work tree is refused before anything changes" {
	git init -q .
	echo '*.csv working-tree-encoding=UTF-16LE' > .gitattributes
	rows 9 | iconv -t UTF-16LE > prices.csv
	git add . && git commit -q -m one
	varve init > /dev/null
	cp .gitattributes before
	ends_with 2 varve migrate '*.csv'
	stderr_has "-working-tree-encoding"
	cmp before .gitattributes
	rm before
	[ -z "$(git status --porcelain)" ]
}

@test "an empty file among the others does not stop a migration, nor add --fix" {
	git init -q
	: > empty.csv
	rows 3 > t.csv
	cp t.csv want.csv
	git add . && git commit -qm text
	succeeds varve migrate '*.csv'
	is_table HEAD:t.csv
	cmp t.csv want.csv
	[ ! -s empty.csv ]
	[ -z "$(git status --porcelain)" ]
	succeeds varve add --fix
	succeeds varve add --fix empty.csv
	printf 'id,v\n1,a\n' > empty.csv
	succeeds varve add empty.csv
	output_has "table, 1 row"
	git commit -qm full
	succeeds varve migrate --export '*.csv'
	cmp t.csv want.csv
	[ "$(git show HEAD:empty.csv)" = $'id,v\n1,a' ]
}
