# What one row may take of the memory of whoever reads it: varve.maxRow.
load ../helper

# wide.csv: five small rows, with a cell of so many bytes in the fourth.
wide() {
	{
		printf 'id,text\n1,a\n2,b\n3,c\n4,"'
		head -c "$1" /dev/zero | tr '\0' x
		printf '"\n5,e\n'
	} > wide.csv
}

@test "a row that is too long is refused with its line and ways out" {
	new_repo
	git config varve.maxRow 1m
	wide 1200000
	ends_with 2 varve add wide.csv
	stderr_has "wide.csv: line 5, column 1: a row of more than 1.0 MB begins here"
	stderr_has "varve add --as file"
	stderr_has "varve.maxRow"
	succeeds varve add --as file wide.csv
	varve untrack wide.csv 2> /dev/null || true
	git config varve.maxRow 2m
	wide 1300000
	succeeds varve add --as table wide.csv
	succeeds varve commit -qm wide
	varve cat HEAD:wide.csv | cmp - wide.csv
}

@test "a table that is in the repository grows no row that is too long" {
	new_repo
	git config varve.maxRow 1m
	wide 900000
	succeeds varve add wide.csv
	succeeds varve commit -qm one
	wide 1200000
	ends_with 2 varve commit -qam two
	stderr_has "line 5, column 1: a row of more than 1.0 MB"
	ends_with 128 git add wide.csv
	[ "$(git rev-list --count HEAD)" = 1 ]
}

@test "an unclosed quote is refused without reading on to the end" {
	new_repo
	git config varve.maxRow 1m
	{
		printf 'id,text\n1,a\n2,"b\n'
		yes '3,a small row' | head -c 200000000
	} > open.csv
	ends_with 2 varve add open.csv
	stderr_has "line 3, column 1: a row of more than 1.0 MB begins here (or a quote is not closed)"
}

@test "the receiver of a long row has a limit of its own" {
	new_repo src
	cd src
	wide 6000000
	succeeds varve add wide.csv
	succeeds varve commit -qm wide
	cd ..
	varve init --bare far.git
	git -C far.git config varve.maxRow 1m
	cd src
	ends_with 2 varve push ../far.git main
	stderr_has "wide.csv"
	stderr_has "a row of more than 1.0 MB"
	[ -z "$(git -C ../far.git for-each-ref)" ]
	git -C ../far.git config varve.maxRow 8m
	succeeds varve push ../far.git main
	cd ..
	git config --global varve.maxRow 1m
	ends_with 2 varve clone src copy
	stderr_has "a row of more than 1.0 MB"
	succeeds varve -C src fsck --data
}
