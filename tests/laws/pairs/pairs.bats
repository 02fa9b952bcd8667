# Plain git over pointers and over text: the same tables, or a conflict. VARVE_TEST_SAMPLE gives other tables.
load ../../cli/helper

@test "git takes no table for another one when it merges, rebases and picks" {
	local count=4
	[ -z "${VARVE_TEST_ALL-}" ] || count=500
	mkdir "$BATS_TEST_TMPDIR/pairs"
	cd "$BATS_TEST_TMPDIR/pairs"
	python3 "$BATS_TEST_DIRNAME/pairs.py" "${VARVE_TEST_SAMPLE:-1}" "$count"
}

@test "an edit of a renamed table does not go into a new one that git pairs it with" {
	varve init -q
	varve track '*.csv' > /dev/null
	seq 1 40 | awk 'BEGIN { print "id,price" } { print $1 "," $1 * 7 % 50 }' > prices.csv
	git add .
	git commit -q -m base
	git switch -q -c fix
	sed -i 's/^2,.*/2,FIX/' prices.csv
	git commit -q -a -m fix
	git switch -q main
	sed 's/^.[48],.*/&0/' prices.csv > aa.csv
	git mv prices.csv zz.csv
	sed -i 's/^9,.*/9,1/' zz.csv
	git add .
	git commit -q -m 'the list is zz, and aa is new'
	for how in 'merge --no-edit fix' 'cherry-pick fix'; do
		run git $how
		[ "$status" -eq 1 ]
		[[ $output = *"aa.csv: git compared it with an unrelated table, as it detected a rename"* ]]
		[[ $output = *"hint: abort, and use 'varve merge' or 'varve cherry-pick'"* ]]
		run ! grep FIX aa.csv zz.csv
		git reset -q --hard
	done
	git rm -q aa.csv
	git commit -q -m 'aa goes'
	git merge -q --no-edit fix
	grep -q '^2,FIX' zz.csv
	grep -q '^9,1' zz.csv
}
