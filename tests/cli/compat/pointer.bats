# Repositories whose pointers were written before there was a line "data" in them.
load ../helper

old_repo() {
	local from="$BATS_TEST_DIRNAME/../../compat/pointer-1"
	git clone -q "$from/history.bundle" "${1-.}"
	git -C "${1-.}" branch -q side origin/side
	git -C "${1-.}" remote remove origin
	mkdir -p "${1-.}/.git/varve/packs"
	cp "$from"/*.pack "${1-.}/.git/varve/packs"
	(cd "${1-.}" && varve init -q && varve restore p.csv)
}

has_line() { git cat-file blob "$1" | grep -q '^ "data": "elsewhere, in blocks'; }

@test "a pointer says where its rows are and where to read on, in one fixed line" {
	new_repo
	rows 5 > a.csv
	rows 6 > b.csv
	varve add a.csv b.csv > /dev/null
	git cat-file blob :a.csv | grep '"data"' > a
	git cat-file blob :b.csv | grep '"data"' > b
	cmp a b
	grep -q "'varve fetch' gets them, 'varve restore' writes the file; docs/start.md of varve tells more" a
}

@test "old pointers are read, whole and sound" {
	old_repo > /dev/null 2>&1
	rows 12 | sed 's/item 62,/two,/' | cmp - p.csv
	succeeds varve fsck
	succeeds varve log -p
	output_has "two"
	succeeds varve diff main side
	output_has "three"
	succeeds varve doctor --offline
	succeeds varve check
}

@test "a table that did not change keeps its old pointer, whoever looks" {
	old_repo > /dev/null 2>&1
	! has_line HEAD:p.csv
	old=$(git rev-parse HEAD:p.csv)
	touch p.csv
	succeeds git status --porcelain
	output_is ""
	succeeds varve status --porcelain
	output_is ""
	cp p.csv keep && echo 13,x,1.00,2024-01-01 >> p.csv && varve add p.csv > /dev/null
	has_line :p.csv
	git reset -q
	cp keep p.csv
	rm keep
	succeeds varve add p.csv
	[ "$(git rev-parse :p.csv)" = "$old" ]
	touch p.csv
	git add p.csv
	[ "$(git rev-parse :p.csv)" = "$old" ]
	# Without blocks, too: the pointer in the index is known by its root.
	rm .git/varve/packs/*
	touch p.csv
	git add p.csv 2> /dev/null
	[ "$(git rev-parse :p.csv)" = "$old" ]
}

@test "a new version has the line, and the old ones stay as they are" {
	old_repo > /dev/null 2>&1
	sed -i 's/two/zwei/' p.csv
	succeeds varve commit -a -m zwei
	output_has "p.csv: ~1 row"
	has_line HEAD:p.csv
	! has_line HEAD~1:p.csv
	succeeds varve diff --stat HEAD~1 HEAD
	output_has "~1 row"
	succeeds varve fsck
	git checkout -q HEAD~1
	succeeds git status --porcelain
	output_is ""
	touch p.csv
	succeeds varve status --porcelain
	output_is ""
}

@test "branches with old and new pointers merge by cell" {
	old_repo > /dev/null 2>&1
	sed -i 's/item 279/nine/' p.csv
	varve commit -q -a -m nine
	succeeds varve merge side
	grep -q two p.csv && grep -q three p.csv && grep -q nine p.csv
	[ -z "$(git status --porcelain)" ]
	succeeds varve fsck
}

@test "the same version under both forms is no conflict and no change" {
	old_repo > /dev/null 2>&1
	git switch -q side
	git rm -q --cached p.csv && varve commit -q -m away
	git show main:.gitattributes > .gitattributes
	git add .gitattributes
	git cat-file blob main:p.csv | sed 's/^ "rows"/ "data": "elsewhere, in blocks: '"'varve fetch' gets them, 'varve restore' writes the file; docs\/start.md of varve tells more"'",\n&/' > new
	git update-index --add --cacheinfo "100644,$(git hash-object -w --no-filters new),p.csv"
	rm new p.csv
	varve commit -q -m new
	succeeds varve restore p.csv
	has_line HEAD:p.csv
	succeeds varve fsck
	succeeds varve diff main side
	output_is ""
	succeeds varve merge main
	[ -z "$(git status --porcelain)" ]
}

@test "old pointers are pushed, fetched and checked" {
	old_repo here > /dev/null 2>&1
	git init -q --bare hub.git
	cd here
	git remote add hub ../hub.git
	succeeds varve push -q hub main side
	cd ..
	succeeds varve clone -q hub.git there
	cmp here/p.csv there/p.csv
	cd there
	succeeds varve fsck
	[ -z "$(git status --porcelain)" ]
}
