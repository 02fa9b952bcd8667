# A further form of files, text of fixed width (fixed.c): read, blamed, edited and merged, byte for byte.
load ../cli/helper

fixed_repo() {
	product=$PATH
	export PATH="${VARVE_BIN%/bin}/tests/form:$PATH"
	new_repo
	printf 'id    fruit        price\n1     apple        1.20\n2     green pear   3.00\n\n3     fig\n' > p.fixed
}

@test "text of fixed width is a table, and its bytes come back" {
	fixed_repo
	cp p.fixed before
	succeeds varve add --key id p.fixed
	git commit -qm one
	succeeds varve info p.fixed
	output_has "fixed width"
	rm p.fixed
	succeeds varve restore p.fixed
	cmp before p.fixed
	succeeds varve cat --format csv p.fixed
	output_is "$(printf 'id,fruit,price\n1,apple,1.20\n2,green pear,3.00\n3,fig,')"
	# rows in another spelling, too
	printf '4     kiwi   \r\n5           0.10\n\n\n' >> p.fixed
	cp p.fixed before
	succeeds varve add p.fixed
	git commit -qm two
	rm p.fixed
	succeeds varve restore p.fixed
	cmp before p.fixed
	succeeds varve fsck
}

@test "blame and diff are by cell" {
	fixed_repo
	varve add -q --key id p.fixed
	git commit -qm one
	sed -i 's/3\.00/3.50/' p.fixed
	succeeds varve diff p.fixed
	output_has "3.00"
	output_has "3.50"
	varve add -q p.fixed
	git commit -qm two
	succeeds varve blame --cells p.fixed
	output_has "3.50"
}

@test "set, delete and rename-column change one row, and nothing else" {
	fixed_repo
	varve add -q --key id p.fixed
	git commit -qm one
	succeeds varve set p.fixed 2 price=4.00
	printf 'id    fruit        price\n1     apple        1.20\n2     green pear   4.00\n\n3     fig\n' | cmp - p.fixed
	succeeds varve set p.fixed 3 price=0.5
	grep -qxF '3     fig          0.5' p.fixed
	succeeds varve set --new p.fixed 4 fruit=kiwi price=1
	tail -n 1 p.fixed | grep -qxF '4     kiwi         1'
	succeeds varve delete p.fixed 1
	printf 'id    fruit        price\n2     green pear   4.00\n\n3     fig          0.5\n4     kiwi         1\n' | cmp - p.fixed
	ends_with 2 varve set p.fixed 2 'fruit=a name that is too long'
	stderr_has "does not fit into the column: a file of the form 'fixed' cannot represent it"
	varve add -q p.fixed
	git commit -qm two
	succeeds varve rename-column p.fixed fruit name
	head -n 1 p.fixed | grep -qxF 'id    name         price'
}

@test "cells of both sides are merged, and a cell changed on both is a conflict" {
	fixed_repo
	varve add -q --key id p.fixed
	git commit -qm one
	git switch -qc side
	sed -i 's/1\.20/1.30/' p.fixed
	printf '5     lime         0.30\n' >> p.fixed
	varve add -q p.fixed
	git commit -qm side
	git switch -q -
	sed -i 's/apple/grape/; s/3\.00/3.10/' p.fixed
	varve add -q p.fixed
	git commit -qm main
	succeeds varve merge side
	printf 'id    fruit        price\n1     grape        1.30\n2     green pear   3.10\n\n3     fig\n5     lime         0.30\n' | cmp - p.fixed
	git switch -qc other HEAD~1
	sed -i 's/3\.10/9.99/' p.fixed
	varve add -q p.fixed
	git commit -qm other
	git switch -q -
	sed -i 's/3\.10/3.11/' p.fixed
	varve add -q p.fixed
	git commit -qm again
	ends_with 1 varve merge other
	ends_with 1 varve conflicts
	output_has "3.11"
	output_has "9.99"
}

@test "the product does not have this form" {
	fixed_repo
	succeeds varve add --key id p.fixed
	git commit -qm one
	PATH=$product
	ends_with 2 varve cat p.fixed
	stderr_has "dialect: an unknown form"
}
