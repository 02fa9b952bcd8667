load ../../cli/helper

# The programs of examples/, on the library alone.

setup() {
	varve_setup
	PATH="$VARVE_BIN/../examples/bin:$PATH"
	command -v validate > /dev/null || skip "the examples are not built with sanitizers"
}

two_versions() {
	new_repo
	printf 'id,item,price,day\n1,pear,9.99,2026-01-01\n2,plum,120,2026-01-05\n3,"a, b",150.50,2026-02-01\n4,,,\n' > prices.csv
	varve add --key id prices.csv > /dev/null
	varve commit -qm one
	varve tag v1
	printf 'id,item,price,day\n1,pear,10.99,2026-01-01\n3,"a, b",150.5,2026-02-01\n4,,,\n5,fig,3,2026-03-01\n' > prices.csv
	varve add prices.csv > /dev/null
	varve commit -qm two
}

@test "rows of a version that pass a filter are printed" {
	two_versions
	succeeds env rows . v1:prices.csv "price > 100 and day < 2026-02-15" id item price
	output_is $'2\tplum\t120\n3\ta, b\t150.50'
	succeeds env rows . v1:prices.csv "price = 150.5" price
	output_is 150.50
	succeeds env rows . v1:prices.csv "text(price) = 150.5" id
	output_is ""
	succeeds env rows . v1:prices.csv "price == 150.5 or item like '%um' and not id in (3, 4)" id
	output_is $'2\n3'
	succeeds env rows . prices.csv "text(item) = 'a, b'" id
	output_is 3
	succeeds env rows . HEAD:prices.csv "item is null" id
	output_is 4
	succeeds env rows . HEAD:prices.csv "item is not null and \"price\" != 3" id
	output_is $'1\n3'
	succeeds env rows . :prices.csv "day between 2026-02-01 and 2026-03-01" id
	output_is $'3\n5'
	succeeds env rows . HEAD:prices.csv "item ^= 'p'" id
	output_is 1
}

@test "a day names the last version before its end" {
	new_repo
	printf 'id\n1\n' > t.csv
	varve add t.csv > /dev/null
	GIT_COMMITTER_DATE="2026-03-01T23:59:59Z" varve commit -qm one
	printf 'id\n2\n' > t.csv
	varve add t.csv > /dev/null
	GIT_COMMITTER_DATE="2026-03-02T00:00:00Z" varve commit -qm two
	succeeds env rows . "@{2026-03-01}:t.csv" "id > 0" id
	output_is 1
	succeeds env rows . "@{2026-03-02}:t.csv" "id > 0" id
	output_is 2
	ends_with 2 env rows . "@{2026-02-28}:t.csv" "id > 0" id
}

@test "a filter that cannot be read is refused" {
	two_versions
	for filter in "" "price" "price >" "price > 1 or" "nosuch = 1" "price > x" "price = :p" "'price' = 1" \
		"price between 1" "price is" "price > \"x\"" "price > 'x" "price > 1 and"; do
		ends_with 2 env rows . HEAD:prices.csv "$filter" id
	done
	ends_with 2 env rows . HEAD:prices.csv "id = 1" nosuch
	ends_with 2 env rows . HEAD:nosuch.csv "id = 1" id
	ends_with 2 env rows . nosuch:prices.csv "id = 1" id
}

@test "the cells that differ between two revisions are printed" {
	two_versions
	succeeds diff . prices.csv v1 HEAD
	output_has "changed: id=1 id=1 price=9.99 price=10.99"
	output_has "removed: id=2 item=plum price=120 day=2026-01-05"
	output_has "added: id=5 item=fig price=3 day=2026-03-01"
	ends_with 2 diff . nosuch.csv v1 HEAD
}

@test "files are validated outside of any repository" {
	printf 'id,n\n1,2\n2,3\n' > good.csv
	printf 'id,n\n1,2\n1,x,3\n' > bad.csv
	succeeds validate good.csv
	ends_with 1 validate good.csv bad.csv
	output_has "bad.csv:3: extra-cell"
	ends_with 2 validate nosuch.csv
	ends_with 2 validate
}

@test "a stream is committed on a branch and on HEAD" {
	two_versions
	git branch side
	printf 'id,item\n1,fig\n' > new
	succeeds env put . in/new.csv "by a program" side < new
	output_has "A in/new.csv rows: 1"
	git diff --cached --quiet
	[ ! -e in ]
	succeeds varve cat side:in/new.csv
	output_is "$(cat new)"
	succeeds env put . in/new.csv "here, too" < new
	[ "$(git log -1 --format=%s)" = "here, too" ]
	cmp new in/new.csv
	rm new
	[ -z "$(git status --porcelain)" ]
	ends_with 1 env put . in/new.csv "once more" < in/new.csv
	succeeds varve fsck
	succeeds git fsck --strict
}

@test "a version that is stored as edits of the one before is read" {
	new_repo
	seq 1 3000 | sed 's/.*/&,item &,some words that make a row longer/; 1i id,name,words' > t.csv
	varve add --key id t.csv > /dev/null
	varve commit -qm one
	sed -i 's/^1500,item/1500,other/' t.csv
	varve add t.csv > /dev/null
	varve commit -qm two
	succeeds env rows . "HEAD:t.csv" "id = 1500" name
	output_is "other 1500"
	succeeds env rows . "HEAD~1:t.csv" "id = 1500" name
	output_is "item 1500"
}

@test "a push that is rejected is merged by cell and done again" {
	two_versions
	varve clone -q --bare . ../far.git
	varve clone -q ../far.git ../mine
	varve clone -q ../far.git ../yours
	sed -i 's/fig,3/fig,4/' ../yours/prices.csv
	succeeds varve -C ../yours commit -qam theirs
	succeeds varve -C ../yours push -q
	sed -i 's/10.99/11/' ../mine/prices.csv
	succeeds varve -C ../mine commit -qam ours
	succeeds env sync ../mine
	output_is "merged: $(git -C ../mine rev-parse HEAD)"
	[ "$(git -C ../far.git rev-parse main)" = "$(git -C ../mine rev-parse HEAD)" ]
	grep -q "1,pear,11," ../mine/prices.csv
	grep -q "5,fig,4," ../mine/prices.csv
	succeeds env sync ../mine
	output_is ""
	sed -i 's/fig,4/fig,5/' ../yours/prices.csv
	succeeds varve -C ../yours commit -qam theirs
	succeeds env sync ../yours
	sed -i 's/fig,5/fig,6/' ../yours/prices.csv
	succeeds varve -C ../yours commit -qam theirs
	succeeds varve -C ../yours push -q
	sed -i 's/fig,4/fig,7/' ../mine/prices.csv
	succeeds varve -C ../mine commit -qam ours
	ends_with 1 env sync ../mine
	output_is "prices.csv: cell row 5 column price"
	[ -z "$(git -C ../mine status --porcelain)" ]
}

@test "a push that the remote refuses for another reason is not repeated" {
	two_versions
	varve clone -q . ../mine
	sed -i 's/10.99/11/' ../mine/prices.csv
	succeeds varve -C ../mine commit -qam ours
	ends_with 2 timeout 60 sync ../mine
	stderr_has "checked out"
}

@test "the examples are a project of their own for CMake and pkg-config, and an error has a code and a hint" {
	local source=$BATS_TEST_DIRNAME/../../.. library=$VARVE_BIN/../lib built=$PWD/built
	mkdir pc
	sed "s|^includedir=.*|includedir=$source/include|; s|^libdir=.*|libdir=$library|" "$library/varve.pc" > pc/varve.pc
	PKG_CONFIG_PATH=$PWD/pc succeeds cmake -S "$source/examples" -B "$built"
	succeeds cmake --build "$built" --target example_rows
	two_versions
	ends_with 2 "$built/examples/bin/rows" . v7:prices.csv "id > 1" id
	stderr_is "rows: no version named 'v7' (not-found)
hint: 'git log' and 'git tag' list revisions"
	ends_with 2 "$built/examples/bin/rows" . v1:prices.csv "prise > 1" id
	stderr_has "hint: did you mean 'price'?"
}
