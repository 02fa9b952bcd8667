# What editors and other programs run on a table, step by step (docs/use/editors.md): each is right, or fails.
load ../../cli/helper

# a_table OPTIONS OF TRACK: p.csv with two changed lines that are not staged, and HEAD's version in ../old.
a_table() {
	new_repo
	varve track "$@" '*.csv' > /dev/null
	printf 'id,item,price\n1,pear,9.99\n2,plum,120\n3,fig,3\n4,kiwi,7\n' > p.csv
	cp p.csv ../old
	varve add -q .
	varve commit -q -m one
	sed -i 's/9.99/10/; s/kiwi,7/kiwi,8/' p.csv
	cp p.csv ../new
}

# As VS Code's git extension stages text: through the filter, under the path's name.
code_stages() {
	local blob
	blob=$(git hash-object --stdin -w --path "$1")
	git update-index --cacheinfo 100644 "$blob" "$1"
}

# code_selects LINE: the index's text, with one line of the file in place of its own.
code_selects() {
	git show --textconv :p.csv > ../left
	sed "$1s/.*/$(sed -n "$1p" p.csv)/" ../left
}

index_is() {
	git cat-file --filters :p.csv | cmp - "$1"
}

vs_code() {
	a_table "$@"
	[ "$(git show --textconv :p.csv | diff - p.csv | grep -c '^[<>]')" = 4 ]
	# "Stage Selected Ranges": the second change alone
	code_selects 5 > ../wanted
	code_stages p.csv < ../wanted
	index_is ../wanted
	cmp p.csv ../new
	# "Revert Selected Ranges": the first change, in the file
	git show --textconv :p.csv > p.csv
	[ -z "$(git diff --name-only)" ]
	git commit -qm two
	git cat-file --filters HEAD:p.csv | cmp - ../wanted
	succeeds varve diff HEAD~1 HEAD
	output_has "7 -> 8"
	output_lacks "9.99"
	# "Unstage Selected Ranges": from HEAD's text
	cp ../new p.csv
	git add p.csv
	git show --textconv HEAD:p.csv | code_stages p.csv
	[ -z "$(git diff --cached --name-only)" ]
}

@test "VS Code stages, unstages and reverts selected lines of a table" {
	vs_code
}

@test "VS Code stages, unstages and reverts selected lines of a table that Git keeps as text" {
	vs_code --text
}

@test "a three-way editor gets base, ours and theirs as files" {
	a_table
	varve commit -qam ours
	git switch -q -c other HEAD~1
	sed -i 's/9.99/11/' p.csv
	cp p.csv ../theirs
	varve commit -qam theirs
	git switch -q main
	ends_with 1 git merge -q other
	git show --textconv :1:p.csv | cmp - ../old
	git show --textconv :2:p.csv | cmp - ../new
	git show --textconv :3:p.csv | cmp - ../theirs
	sed 's/1,pear,10/1,pear,10.5/' ../new > p.csv
	cp p.csv ../wanted
	git add p.csv
	git commit -qm merged
	git cat-file --filters HEAD:p.csv | cmp - ../wanted
}

@test "JetBrains reads a table by git cat-file --filters" {
	a_table
	git cat-file --filters HEAD:p.csv | cmp - ../old
	git cat-file --batch --filters <<< "HEAD:p.csv p.csv" > ../batch || true
	# its partial commit writes the base with some lines into the index
	git cat-file --filters :p.csv | sed 's/9.99/10/' > ../wanted
	code_stages p.csv < ../wanted
	index_is ../wanted
}

@test "a hunk of lines that GitHub Desktop, lazygit or magit applies to the index is refused" {
	a_table
	git diff --no-ext-diff --patch-with-raw -z --no-color -- p.csv | tr '\0' '\n' | sed -n '/^diff --git/,$p' > ../desktop.patch
	git diff --no-ext-diff --submodule --unified=3 --color=never -- p.csv > ../lazygit.patch
	git diff --ita-visible-in-index --no-ext-diff -U0 -- p.csv > ../magit.patch
	for patch in desktop lazygit magit; do
		grep -q '^+1,pear,10$' "../$patch.patch"
		ends_with 1 git apply --cached --unidiff-zero --whitespace=nowarn "../$patch.patch"
		stderr_has "patch does not apply"
		index_is ../old
		cmp p.csv ../new
	done
	# the whole file
	git add p.csv
	index_is ../new
}

@test "a hunk of lines of a table that Git keeps as text is staged" {
	a_table --text
	git diff --no-ext-diff -U0 -- p.csv > ../all.patch
	# the first of its two hunks
	awk '/^@@/ { n++ } n < 2' ../all.patch > ../one.patch
	succeeds git apply --cached --unidiff-zero --whitespace=nowarn ../one.patch
	sed 's/9.99/10/' ../old > ../wanted
	index_is ../wanted
}

@test "git add -p stages a table as a whole or not at all" {
	a_table
	printf 'n\n' | git add -p > ../out 2>&1
	index_is ../old
	printf 'y\n' | git add -p >> ../out 2>&1
	index_is ../new
	grep -q '"root"' ../out
}

@test "a hook that changes a table beside unstaged changes of it does not add these to the commit" {
	a_table
	git add p.csv
	sed -i 's/3,fig,3/3,fig,LATER/' p.csv
	cp p.csv ../new
	# lint-staged's steps
	cat > .git/hooks/pre-commit <<- 'END'
		#!/bin/sh
		set -e
		git diff --binary --unified=0 --no-color --no-ext-diff --src-prefix=a/ --dst-prefix=b/ --patch --output ../unstaged.patch -- p.csv
		git checkout --force -- p.csv
		sed -i "$FORMAT" p.csv
		git add p.csv
		git apply -v --whitespace=nowarn --recount --unidiff-zero ../unstaged.patch ||
			git apply -v --whitespace=nowarn --recount --unidiff-zero --3way ../unstaged.patch
	END
	chmod +x .git/hooks/pre-commit
	cp -r . ../b
	FORMAT='' succeeds git commit -m two
	cmp p.csv ../new
	git cat-file --filters HEAD:p.csv > ../got
	grep -q '^1,pear,10$' ../got
	! grep -q LATER ../got || false
	cd ../b
	FORMAT='s/plum/PLUM/' ends_with 1 git commit -m two
	stderr_has "p.csv: a hook has changed this table, and applies its unstaged changes to the commit"
	[ "$(git rev-list --count HEAD)" = 1 ]
}
