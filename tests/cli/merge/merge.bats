load ../helper

# main and spring, both one commit past a common one; main is checked out. Each side's
# change is a sed script on prices.csv (rows have the keys 1 to 3000).
two_branches() {
	new_repo
	rows 3000 > prices.csv
	printf 'a\nb\nc\nd\ne\nf\n' > note.txt
	varve add prices.csv note.txt > /dev/null
	varve commit -qm one
	git branch base
	side spring "$2"
	git checkout -q main
	side main "$1"
}

# side BRANCH SED: a commit on BRANCH (made where HEAD is, unless it is checked out).
side() {
	tick
	[ "$(git branch --show-current)" = "$1" ] || git checkout -q -b "$1"
	sed -i "$2" prices.csv
	varve commit -qam "change in $1"
}

clean() {
	[ -z "$(git status --porcelain)" ] && [ -z "$(varve status --porcelain)" ]
}

row() {
	grep "^$1," prices.csv
}

@test "cells that only one side changed come together" {
	two_branches 's/^7,item/7,ours/' 's/^7,item 217,[0-9.]*/7,item 217,1.25/; s/^9,item/9,theirs/'
	succeeds varve merge spring
	output_has "merged prices.csv: from spring 2 cells"
	output_has "Merge branch 'spring'"
	[ "$(row 7)" = "7,ours 217,1.25,2024-08-08" ]
	[ "$(row 9 | cut -d, -f2)" = "theirs 279" ]
	clean
	[ "$(git rev-list --parents -1 HEAD | wc -w)" = 3 ]
	[ "$(git log -1 --format=%s)" = "Merge branch 'spring'" ]
	[ "$(git reflog -1 --format=%gs)" = "merge spring: Merge made by the 'ort' strategy." ]
	[ ! -e .git/MERGE_HEAD ] && [ ! -e .git/MERGE_MSG ]
	git fsck --strict
	varve fsck
}

@test "both peers get the same tree, whoever merges, varve or git" {
	two_branches 's/^7,item/7,ours/; $a 4000,x,1.00,2024-01-01' 's/^9,item/9,theirs/; 30d; $a 4001,y,2.00,2024-01-01'
	git branch keep
	succeeds varve merge -q spring
	tree=$(git rev-parse HEAD^{tree})
	git checkout -q spring
	succeeds varve merge -q keep
	[ "$(git rev-parse HEAD^{tree})" = "$tree" ]
	git checkout -q -b other keep
	succeeds git merge -q --no-edit spring~1
	[ "$(git rev-parse HEAD^{tree})" = "$tree" ]
	clean
}

@test "a conflict is a record, and the table stays valid" {
	two_branches 's/^7,item/7,ours/; s/^8,item/8,ours/' 's/^7,item/7,theirs/; s/^9,item/9,theirs/'
	cp prices.csv ../ours.csv
	ends_with 1 varve merge spring
	output_is "CONFLICT (content): prices.csv: 1 cell of 1 row; 'varve conflicts' lists them"
	stderr_has "varve merge --continue"
	[ "$(row 7 | cut -d, -f2)" = "ours 217" ]
	[ "$(row 9 | cut -d, -f2)" = "theirs 279" ]
	[ "$(wc -l < prices.csv)" = 3001 ]
	[ "$(git status --porcelain)" = "UU prices.csv" ]
	[ "$(varve status --porcelain)" = "UU prices.csv" ]
	[ "$(git ls-files -u | cut -d' ' -f3 | cut -c1)" = $'1\n2\n3' ]
	[ "$(cat .git/MERGE_HEAD)" = "$(git rev-parse spring)" ]
	[ "$(cat .git/ORIG_HEAD)" = "$(git rev-parse HEAD)" ]
	git status | grep -q "git merge --abort"
	ends_with 1 varve conflicts
	output_is 'prices.csv: 1 cell of 1 row
  row 7
    name
      main    ours 217
      spring  theirs 217
      base    item 217'
	ends_with 1 varve conflicts --json
	echo "$output" | python3 -c '
import json, sys
c = json.load(sys.stdin)["conflicts"]
assert len(c) == 1 and c[0]["path"] == "prices.csv" and c[0]["kind"] == "table"
assert c[0]["sides"] == {"base": "base", "ours": "main", "theirs": "spring"}
i = c[0]["items"]
assert len(i) == 1 and i[0]["kind"] == "cell" and i[0]["keyValues"] == ["7"] and i[0]["row"] == 6
assert [i[0][s] for s in ("column", "base", "ours", "theirs")] == ["name", "item 217", "ours 217", "theirs 217"]'
	ends_with 1 varve conflicts prices.csv
	ends_with 0 varve conflicts note.txt
	output_is ""
}

@test "a commit with conflicts is refused, and so is another merge" {
	two_branches 's/^7,item/7,ours/' 's/^7,item/7,theirs/'
	ends_with 1 varve merge spring
	for how in "commit -m x" "commit -am x" "merge --continue"; do
		ends_with 1 varve $how
		stderr_has "there are unmerged paths; nothing was committed: prices.csv (1 cell of 1 row)"
		stderr_has "varve resolve"
	done
	ends_with 2 varve merge spring
	stderr_has "a merge is in progress"
	ends_with 2 varve cherry-pick spring
	stderr_has "a merge is in progress"
	ends_with 2 varve switch spring
	[ "$(git log -1 --format=%s)" = "change in main" ]
}

@test "abort brings back the exact state before" {
	two_branches 's/^7,item/7,ours/; s/^8,item/8,ours/' 's/^7,item/7,theirs/; s/^9,item/9,theirs/'
	git checkout -q spring
	echo new > new.txt
	varve add new.txt > /dev/null
	git rm -q note.txt
	varve commit -qm more
	git checkout -q main
	echo untracked > other.txt
	cp -a . ../before
	before=$(git ls-files -s)
	ends_with 1 varve merge spring
	[ -e new.txt ] && [ ! -e note.txt ]
	succeeds varve merge --abort
	[ "$(git ls-files -s)" = "$before" ]
	[ "$(git status --porcelain)" = "?? other.txt" ]
	diff -r --exclude=.git . ../before
	[ ! -e .git/MERGE_HEAD ] && [ ! -e .git/varve/conflicts ]
	ends_with 2 varve merge --abort
	stderr_has "no merge is in progress"
	ends_with 1 varve merge spring
	varve resolve -q --theirs
	succeeds varve merge --abort
	diff -r --exclude=.git . ../before
	ends_with 1 varve merge spring
	succeeds git merge --abort
	diff -r --exclude=.git . ../before
}

@test "abort does not lose edits made to what had merged" {
	two_branches 's/^7,item/7,ours/' 's/^7,item/7,theirs/'
	git checkout -q spring
	sed -i 's/^a$/A/' note.txt
	varve commit -qam note
	git checkout -q main
	ends_with 1 varve merge spring
	echo mine >> note.txt
	ends_with 2 varve merge --abort
	stderr_has "    note.txt"
	stderr_has "undoing the merge would lose these edits"
	stderr_has "copy the edited files to another place, or discard the edits with 'varve restore PATH', then abort again"
	stderr_lacks "varve add"
	tail -n 1 note.txt | grep -q mine
	varve restore -q note.txt
	succeeds varve merge --abort
	[ "$(head -n 1 note.txt)" = a ]
	ends_with 1 varve cherry-pick -n spring~1
	varve resolve -q --theirs prices.csv
	echo 999,mine >> prices.csv
	ends_with 2 varve cherry-pick --abort
	stderr_has "undoing the cherry-pick would lose these edits"
}

@test "resolve takes a side for the whole table where its file is a pointer, or missing" {
	two_branches 's/^7,item/7,ours/' 's/^7,item/7,theirs/; s/^9,item/9,theirs/'
	for side in ours theirs; do
		for lost in "git show :2:prices.csv" "rm prices.csv"; do
			ends_with 1 varve merge spring
			$lost > other
			[ ! -s other ] || mv other prices.csv
			rm -f other
			ends_with 2 varve resolve --$side --row 8 prices.csv
			succeeds varve resolve --$side prices.csv
			[ "$(row 7 | cut -d, -f2)" = "$side 217" ]
			[ "$(row 9 | cut -d, -f2)" = "theirs 279" ]
			[ "$(git status --porcelain)" = "M  prices.csv" ] || [ $side = ours ]
			git reset -q --hard
			varve restore -q prices.csv
		done
	done
}

@test "resolve takes a side for the whole table" {
	two_branches 's/^7,item/7,ours/; s/^8,item/8,ours/; s/^100,item/100,ours/' 's/^7,item/7,theirs/; s/^9,item/9,theirs/; s/^100,item/100,theirs/'
	ends_with 1 varve merge spring
	succeeds varve resolve --theirs prices.csv
	stderr_has "prices.csv: resolved"
	stderr_has "'varve merge --continue' concludes the merge"
	[ "$(row 7 | cut -d, -f2)" = "theirs 217" ]
	[ "$(row 8 | cut -d, -f2)" = "ours 248" ]
	[ "$(row 9 | cut -d, -f2)" = "theirs 279" ]
	[ "$(row 100 | cut -d, -f2)" = "theirs 73" ]
	[ "$(git status --porcelain)" = "M  prices.csv" ]
	ends_with 0 varve conflicts
	succeeds varve merge --continue
	clean
	[ "$(git log -1 --format=%s)" = "Merge branch 'spring'" ]
	[ "$(git rev-list --parents -1 HEAD | wc -w)" = 3 ]
	git reset -q --hard HEAD~1
	ends_with 1 varve merge spring
	succeeds varve resolve --ours
	[ "$(row 7 | cut -d, -f2)" = "ours 217" ]
	[ "$(row 9 | cut -d, -f2)" = "theirs 279" ]
	succeeds varve merge --continue
	clean
	git reset -q --hard HEAD~1
	ends_with 1 varve merge spring
	succeeds varve resolve --base
	[ "$(row 7 | cut -d, -f2)" = "item 217" ]
	[ "$(row 8 | cut -d, -f2)" = "ours 248" ]
	succeeds varve merge --continue
	clean
}

@test "resolve takes a side for one row, or a value for one cell" {
	two_branches 's/^7,item 217,[0-9.]*/7,ours,1.00/; s/^9,item/9,ours/' 's/^7,item 217,[0-9.]*/7,theirs,2.00/; s/^9,item/9,theirs/'
	ends_with 1 varve merge spring
	output_has "3 cells of 2 rows"
	cp prices.csv ../merged.csv
	succeeds varve resolve --theirs prices.csv --row 7 --column price
	stderr_is "prices.csv: still in conflict: 2 cells of 2 rows"
	[ "$(row 7)" = "7,ours,2.00,2024-08-08" ]
	ends_with 2 varve resolve --set name=x prices.csv
	stderr_has "name the row with --row KEY"
	ends_with 2 varve resolve --set price=1 prices.csv
	stderr_has "prices.csv has no such conflict"
	ends_with 2 varve resolve --theirs prices.csv --row 8
	stderr_has "prices.csv has no such conflict"
	succeeds varve resolve --set 'name=both, of them' prices.csv --row 7
	[ "$(row 7)" = '7,"both, of them",2.00,2024-08-08' ]
	[ "$(git status --porcelain)" = "UU prices.csv" ]
	succeeds varve resolve --base --row 9
	stderr_has "prices.csv: resolved"
	[ "$(row 9 | cut -d, -f2)" = "item 279" ]
	[ "$(diff ../merged.csv prices.csv | grep -c '^>')" = 2 ]
	succeeds varve merge --continue
	clean
	varve fsck --data
}

@test "a row removed here and changed there" {
	two_branches '/^20,/d; s/^30,item/30,ours/; s/^40,item/40,ours/' 's/^20,item/20,theirs/; /^30,/d; /^40,/d'
	ends_with 1 varve merge spring
	output_has "3 rows removed on one side and changed on the other"
	! row 20 || false
	row 30
	ends_with 1 varve conflicts
	output_has "  row 20, removed in main, changed in spring"
	output_has "  row 30, removed in spring, changed in main"
	succeeds varve resolve --theirs prices.csv --row 20
	[ "$(sed -n 21p prices.csv)" = "20,theirs 620,583.80,2024-09-21" ]
	succeeds varve resolve --theirs prices.csv --row 30
	! row 30 || false
	succeeds varve resolve --base prices.csv --row 40
	stderr_has "prices.csv: resolved"
	[ "$(row 40 | cut -d, -f2)" = "item 231" ]
	[ "$(wc -l < prices.csv)" = 3000 ]
	succeeds varve merge --continue
	clean
}

@test "resolve finds the rows in a file that was edited meanwhile" {
	two_branches 's/^2000,item/2000,ours/; s/^9,item/9,ours/' 's/^2000,item/2000,theirs/; s/^9,item/9,theirs/'
	ends_with 1 varve merge spring
	sed -i '/^100,/d; 2i 5000,new,1.00,2024-01-01' prices.csv
	succeeds varve resolve --theirs prices.csv --row 2000
	row 2000 | grep -q '^2000,theirs'
	row 5000
	! row 100 || false
	sed -i '/^9,/d' prices.csv
	ends_with 2 varve resolve --theirs prices.csv --row 9
	stderr_has "prices.csv no longer has row"
	succeeds varve add prices.csv
	succeeds varve merge --continue
	clean
	! row 9 || false
}

@test "editing the file and adding it resolves, with the merged schema" {
	two_branches 's/^7,item/7,ours/' 's/^7,item/7,theirs/'
	git checkout -q spring
	varve schema --type price.title=Cost prices.csv > /dev/null 2>&1 || varve add --key id,day prices.csv > /dev/null
	varve commit -qam schema
	git checkout -q main
	ends_with 1 varve merge spring
	sed -i 's/^7,ours 217/7,both/' prices.csv
	succeeds varve add prices.csv
	[ ! -e .git/varve/conflicts/*.json ]
	[ "$(varve info --json spring:prices.csv | python3 -c 'import json,sys; print(json.load(sys.stdin).get("keyColumns"))')" = "$(varve info --json :prices.csv | python3 -c 'import json,sys; print(json.load(sys.stdin).get("keyColumns"))')" ]
	succeeds varve commit --no-edit
	clean
	[ "$(row 7 | cut -d, -f2)" = both ]
}

@test "a table removed on one side and changed on the other" {
	two_branches 's/^7,item/7,ours/' 's/^9,item/9,theirs/'
	git checkout -q spring
	git rm -q prices.csv
	git commit -qm gone
	git checkout -q main
	ends_with 1 varve merge spring
	output_is "CONFLICT (modify/delete): prices.csv deleted in spring and modified in HEAD.  Version HEAD of prices.csv left in tree."
	[ "$(row 7 | cut -d, -f2)" = "ours 217" ]
	[ "$(git status --porcelain)" = "UD prices.csv" ]
	ends_with 1 varve conflicts
	output_is "prices.csv: changed by ours, removed by theirs"
	ends_with 2 varve resolve --theirs prices.csv --row 7
	succeeds varve resolve --theirs prices.csv
	[ ! -e prices.csv ]
	succeeds varve merge --continue
	clean
	git reset -q --hard HEAD~1
	git checkout -q spring
	ends_with 1 varve merge main
	output_has "deleted in HEAD and modified in main"
	[ "$(row 7 | cut -d, -f2)" = "ours 217" ]
	succeeds varve resolve --theirs
	succeeds varve merge --continue
	row 7
	clean
}

# k.csv of main becomes k2.csv, another table; spring changes it.
renamed_and_changed() {
	printf 'id,a\n1,x\n2,y\n3,z\n' > k.csv
	varve add -q --key id k.csv
	varve commit -qm base
	git branch -f spring
	varve mv k.csv k2.csv > /dev/null
	printf 'id,q\n7,1\n8,2\n' > k2.csv
	varve commit -qam renamed
	git checkout -q spring
	sed -i s/y/changed/ k.csv
	varve commit -qam changed
	git checkout -q "$1"
}

@test "a table that resolve takes from a side is tracked again" {
	local here there side how
	for side in theirs ours; do
		[ $side = theirs ] && here=main there=spring || here=spring there=main
		new_repo "$BATS_TEST_TMPDIR/$side"
		cd "$BATS_TEST_TMPDIR/$side"
		renamed_and_changed $here
		ends_with 1 varve merge -m m $there
		output_has "CONFLICT (modify/delete): k.csv"
		succeeds varve resolve --$side k.csv
		stderr_lacks "warning"
		git show :.gitattributes | grep -q '^/k.csv filter=varve'
		succeeds varve merge --continue
		stderr_lacks "warning"
		git show HEAD:.gitattributes | grep -q '^/k.csv filter=varve'
		clean
		grep -q changed k.csv
	done
	new_repo "$BATS_TEST_TMPDIR/git"
	cd "$BATS_TEST_TMPDIR/git"
	renamed_and_changed main
	ends_with 1 varve merge -m m spring
	git checkout -q --theirs k.csv
	git add k.csv
	for how in "merge --continue" "commit -q"; do
		ends_with 2 varve $how
		stderr_has "k.csv: no line of .gitattributes tracks this file"
		stderr_has "varve track k.csv"
	done
	succeeds varve track k.csv
	succeeds varve restore k.csv
	succeeds varve merge --continue
	clean
	grep -q changed k.csv
}

@test "tables added on both sides" {
	two_branches 's/^7,item/7,ours/' 's/^9,item/9,theirs/'
	for branch in spring main; do
		git checkout -q $branch
		rows 10 > same.csv
		rows 10 > other.csv
		echo "11,$branch,1.00,2024-01-01" >> other.csv
		echo "1${#branch},$branch,1.00,2024-01-01" >> other.csv
		varve add same.csv other.csv > /dev/null
		varve commit -qm added
		tick
	done
	ends_with 1 varve merge spring
	output_has "CONFLICT (content): other.csv: 1 cell of 1 row"
	output_lacks same.csv
	[ "$(git status --porcelain | sort)" = $'AA other.csv\nM  prices.csv' ]
	grep -q '^11,main' other.csv
	grep -q '^14,main' other.csv
	grep -q '^16,spring' other.csv
	succeeds varve resolve --theirs other.csv
	grep -q '^11,spring' other.csv
	succeeds varve merge --continue
	clean
}

@test "text files merge as in git" {
	two_branches 's/^7,item/7,ours/' 's/^9,item/9,theirs/'
	git checkout -q spring
	sed -i 's/^f$/F/' note.txt
	varve commit -qam F
	git checkout -q main
	sed -i 's/^a$/A/' note.txt
	varve commit -qam A
	succeeds varve merge spring
	[ "$(tr -d '\n' < note.txt)" = AbcdeF ]
	clean
	sed -i 's/^c$/main/' note.txt
	varve commit -qam C
	git checkout -q spring
	sed -i 's/^c$/spring/' note.txt
	varve commit -qam c
	git checkout -q main
	ends_with 1 varve merge spring
	output_is "CONFLICT (content): Merge conflict in note.txt"
	[ "$(cat note.txt)" = $'A\nb\n<<<<<<< HEAD\nmain\n=======\nspring\n>>>>>>> spring\nd\ne\nF' ]
	grep -q "^#	note.txt" .git/MERGE_MSG
	ends_with 1 varve conflicts
	output_is "note.txt: changed on both sides"
	succeeds varve resolve --theirs note.txt
	[ "$(tr -d '\n' < note.txt)" = AbspringdeF ] || { cat note.txt >&2; grep -q spring note.txt; }
	succeeds varve merge --continue
	[ "$(git log -1 --format=%b)" = "" ]
	clean
}

@test "fast-forward, and when it is not wanted" {
	two_branches '' 's/^9,item/9,theirs/' || true
	git checkout -q main
	git reset -q --hard base
	git branch -f start
	ends_with 0 varve merge spring~1
	output_is "already up to date"
	succeeds varve merge --ff-only spring
	output_has "fast-forward: "
	output_has "1 file changed"
	[ "$(git rev-parse HEAD)" = "$(git rev-parse spring)" ]
	[ "$(git reflog -1 --format=%gs)" = "merge spring: Fast-forward" ]
	[ "$(git rev-parse ORIG_HEAD)" = "$(git rev-parse start)" ]
	row 9 | grep -q theirs
	clean
	git reset -q --hard start
	tick
	succeeds varve merge --no-ff -m "by hand" -m "second" spring
	[ "$(git rev-list --parents -1 HEAD | wc -w)" = 3 ]
	[ "$(git log -1 --format=%B)" = $'by hand\n\nsecond' ]
	clean
	git reset -q --hard start
	side main 's/^7,item/7,ours/'
	ends_with 2 varve merge --ff-only spring
	stderr_has "Not possible to fast-forward"
	[ "$(git log -1 --format=%s)" = "change in main" ]
	git config merge.ff only
	ends_with 2 varve merge spring
	succeeds varve merge --ff spring
}

@test "a merge into an empty repository moves there" {
	two_branches 's/^7,item/7,ours/' 's/^9,item/9,theirs/'
	git checkout -q --orphan empty
	git rm -rfq .
	succeeds varve merge spring
	[ "$(git rev-parse HEAD)" = "$(git rev-parse spring)" ]
	row 9 | grep -q theirs
	clean
}

@test "no-commit stops before the commit, quit forgets" {
	two_branches 's/^7,item/7,ours/' 's/^9,item/9,theirs/'
	succeeds varve merge --no-commit spring
	stderr_has "varve merge --continue"
	[ "$(git log -1 --format=%s)" = "change in main" ]
	[ -e .git/MERGE_HEAD ]
	[ "$(git status --porcelain)" = "M  prices.csv" ]
	succeeds varve merge --quit
	[ ! -e .git/MERGE_HEAD ]
	[ "$(git status --porcelain)" = "M  prices.csv" ]
	git reset -q --hard
	varve merge -q --no-commit spring
	succeeds varve merge --continue
	[ "$(git rev-list --parents -1 HEAD | wc -w)" = 3 ]
	clean
}

@test "local changes in a file of a conflict are not lost, since nothing is done" {
	two_branches 's/^7,item/7,ours/' 's/^7,item/7,theirs/'
	sed -i 's/^50,item/50,mine/' prices.csv
	cp prices.csv ../mine.csv
	ends_with 2 varve merge spring
	stderr_has "    prices.csv"
	stderr_has "the merge would overwrite these files; nothing was done"
	same_bytes prices.csv ../mine.csv
	ends_with 2 varve merge --abort
	rm prices.csv
	ends_with 1 varve merge spring
	succeeds varve merge --abort
	clean
}

@test "what would be lost is named and nothing is done" {
	two_branches 's/^7,item/7,ours/' 's/^9,item/9,theirs/'
	sed -i 's/^50,item/50,mine/' prices.csv
	cp prices.csv ../mine.csv
	ends_with 2 varve merge spring
	stderr_has "local changes to these files would be lost:"
	stderr_has "    prices.csv"
	stderr_has "the merge would overwrite these files; nothing was done"
	same_bytes prices.csv ../mine.csv
	varve add prices.csv > /dev/null
	ends_with 2 varve merge spring
	stderr_has "local changes to these files would be lost:"
	stderr_has "    prices.csv"
	same_bytes prices.csv ../mine.csv
	git reset -q --hard
	git checkout -q spring
	echo theirs > new.txt
	varve add new.txt > /dev/null
	varve commit -qm new
	git checkout -q main
	echo mine > new.txt
	ends_with 2 varve merge spring
	stderr_has "local changes to these files would be lost:"
	stderr_has "    new.txt"
	[ "$(cat new.txt)" = mine ]
	[ ! -e .git/MERGE_HEAD ]
	rm new.txt
	echo changed > note.txt
	touch -d 2020-01-01 prices.csv # the same bytes
	GIT_OPTIONAL_LOCKS=0 succeeds varve merge spring
	[ "$(cat note.txt)" = changed ]
	[ "$(git status --porcelain)" = " M note.txt" ]
}

@test "unrelated histories are refused, with the option that merges them" {
	two_branches 's/^7,item/7,ours/' 's/^9,item/9,theirs/'
	git checkout -q --orphan alone
	git rm -rfq .
	rows 5 > few.csv
	varve add few.csv > /dev/null
	varve commit -qm alone
	ends_with 2 varve merge main
	stderr_has "refusing to merge unrelated histories"
	[ ! -e prices.csv ]
	succeeds varve merge --allow-unrelated-histories main
	[ -e prices.csv ] && [ -e few.csv ]
	clean
}

@test "a criss-cross history: decisions of either side are seen" {
	two_branches 's/^7,item/7,ours/; s/^100,item/100,ours/' 's/^7,item/7,theirs/; s/^200,item/200,theirs/'
	git branch left main
	git branch right spring
	git checkout -q left
	varve merge -q right > /dev/null || varve resolve -q --ours
	varve merge --continue > /dev/null
	git checkout -q -b other right
	tick
	varve merge -q left~1 > /dev/null || varve resolve -q --theirs
	varve merge --continue > /dev/null
	# Both resolved for the same value: nothing is left to decide.
	sed -i 's/^300,item/300,other/' prices.csv
	varve commit -qam other
	git checkout -q left
	sed -i 's/^400,item/400,left/' prices.csv
	varve commit -qam left
	[ "$(git merge-base --all left other | wc -l)" = 2 ]
	git branch gitway
	succeeds varve merge other
	for r in "7 ours" "100 ours" "200 theirs" "300 other" "400 left"; do
		set -- $r
		row "$1" | grep -q "^$1,$2" || { row "$1" >&2; false; }
	done
	clean
	git checkout -q gitway
	succeeds git merge -q --no-edit other
	[ "$(git rev-parse gitway^{tree})" = "$(git rev-parse left^{tree})" ]
}

@test "a criss-cross history: differing decisions are a conflict" {
	two_branches 's/^7,item/7,ours/' 's/^7,item/7,theirs/'
	sed -i 's/^c$/main/' note.txt
	varve commit -qam c
	git branch left main
	git checkout -q -b right spring
	sed -i 's/^c$/spring/' note.txt
	varve commit -qam c
	git branch was-left left
	git checkout -q left
	varve merge -q right > /dev/null || varve resolve -q --ours
	varve merge --continue > /dev/null
	git checkout -q -b other right
	tick
	varve merge -q was-left > /dev/null || varve resolve -q --ours
	varve merge --continue > /dev/null
	git checkout -q left
	git branch gitway
	ends_with 1 varve merge other
	output_has "CONFLICT (content): prices.csv: 1 cell of 1 row"
	output_has "CONFLICT (content): Merge conflict in note.txt"
	ends_with 1 varve conflicts prices.csv
	output_has "      left   ours 217"
	output_has "      other  theirs 217"
	output_has "      base   item 217"
	succeeds varve merge --abort
	clean
	git checkout -q gitway
	ends_with 1 git merge other
	[ "$(git status --porcelain)" = $'UU note.txt\nUU prices.csv' ]
	git merge --abort
}

@test "a renamed table is followed where its blocks prove it" {
	two_branches 's/^7,item/7,ours/' 's/^9,item/9,theirs/'
	git checkout -q spring
	varve mv prices.csv costs.csv > /dev/null
	varve commit -qm renamed
	git checkout -q main
	git ls-files
	succeeds varve merge spring
	[ ! -e prices.csv ]
	grep -q '^7,ours' costs.csv
	grep -q '^9,theirs' costs.csv
	clean
}

@test "a table in another's place is never merged across" {
	new_repo
	rows 300 > 2023.csv
	varve add 2023.csv > /dev/null
	varve commit -qm one
	git checkout -q -b spring
	awk -F, 'NR == 1 { print; next } { printf "%d,other %d,%d.00,2025-01-01\n", $1 + 90000, NR, NR }' 2023.csv > 2024.csv
	git rm -q 2023.csv
	varve add 2024.csv > /dev/null
	varve commit -qm next
	git checkout -q main
	sed -i 's/^7,item/7,ours/' 2023.csv
	varve commit -qam ours
	ends_with 1 varve merge spring
	output_is "CONFLICT (modify/delete): 2023.csv deleted in spring and modified in HEAD.  Version HEAD of 2023.csv left in tree."
	grep -q '^7,ours' 2023.csv
	! grep -q ours 2024.csv || false
	varve merge --abort
	git config merge.renames true
	git merge spring > /dev/null || true
	[ -e 2024.csv ] && ! grep -q '^7,ours' 2024.csv
}

@test "a conflict git made without varve is listed and resolved all the same" {
	two_branches 's/^7,item/7,ours/' 's/^7,item/7,theirs/; s/^9,item/9,theirs/'
	git -c merge.varve.driver=false merge spring > /dev/null || true
	rm -rf .git/varve/conflicts
	[ "$(git status --porcelain)" = "UU prices.csv" ]
	ends_with 1 varve conflicts
	output_has "  row 7"
	output_has "theirs 217"
	succeeds varve resolve --theirs prices.csv
	[ "$(row 7 | cut -d, -f2)" = "theirs 217" ]
	[ "$(row 9 | cut -d, -f2)" = "theirs 279" ]
	succeeds varve merge --continue
	clean
}

@test "git's own merge uses varve, and records what it could not decide" {
	two_branches 's/^7,item/7,ours/' 's/^7,item/7,theirs/; s/^9,item/9,theirs/'
	ends_with 1 git merge spring
	stderr_has "varve: prices.csv: 1 cell of 1 row; 'varve conflicts' lists them"
	[ "$(row 7 | cut -d, -f2)" = "ours 217" ]
	[ "$(row 9 | cut -d, -f2)" = "theirs 279" ]
	ends_with 1 varve conflicts
	output_has "      main    ours 217"
	output_has "      spring  theirs 217"
	succeeds varve resolve --theirs prices.csv
	succeeds git commit -q --no-edit
	clean
	[ "$(row 7 | cut -d, -f2)" = "theirs 217" ]
}

@test "a record edited by hand into nonsense is named, and nothing is lost" {
	two_branches 's/^7,item/7,ours/' 's/^7,item/7,theirs/'
	for junk in '' '{' '[]' '{"varve-conflicts":1}' '{"varve-conflicts":1,"conflicts":[{"kind":"x"}],"leftOut":0}' '{"varve-conflicts":1,"conflicts":[{"kind":"cell","row":-1}],"leftOut":0}' '{"varve-conflicts":1,"conflicts":[],"leftOut":0,"decided":["x"]}' '{"varve-conflicts":1,"conflicts":[],"leftOut":0,"decided":[{"kind":"column","take":"mine"}]}'; do
		ends_with 1 varve merge spring
		echo "$junk" > .git/varve/conflicts/*.json
		ends_with 2 varve conflicts
		stderr_has "the record of the conflicts of prices.csv is damaged: "
		stderr_has "varve merge --abort"
		ends_with 2 varve resolve --theirs --row 7 prices.csv
		ends_with 1 varve commit -m x
		succeeds varve merge --abort
		clean
	done
	ends_with 1 varve merge spring
	echo "$junk" > .git/varve/conflicts/*.json
	succeeds varve resolve --theirs prices.csv
	[ "$(row 7 | cut -d, -f2)" = "theirs 217" ]
	succeeds varve merge --continue
	clean
}

@test "text that git holds merges as a table where the attributes say so" {
	new_repo
	echo '*.csv merge=varve' > .gitattributes
	rows 40 > plain.csv
	git add .
	git commit -qm one
	git checkout -q -b spring
	sed -i 's/^7,item 217,[0-9.]*/7,item 217,1.25/; s/^9,item/9,theirs/' plain.csv
	git commit -qam spring
	git checkout -q main
	sed -i 's/^7,item/7,ours/; s/^8,item/8,ours/' plain.csv
	git commit -qam main
	git branch keep
	succeeds varve merge spring
	[ "$(sed -n 8p plain.csv)" = "7,ours 217,1.25,2024-08-08" ]
	git show HEAD:plain.csv | cmp - plain.csv
	clean
	git checkout -q keep
	succeeds git merge -q --no-edit spring
	[ "$(git rev-parse HEAD^{tree})" = "$(git rev-parse main^{tree})" ]
	sed -i 's/^20,item/20,keep/' plain.csv
	git commit -qam k
	git checkout -q spring
	sed -i 's/^20,item/20,spring/' plain.csv
	git commit -qam s
	ends_with 1 varve merge keep
	output_has "1 cell of 1 row"
	succeeds varve resolve --set name=both plain.csv
	grep -q '^20,both' plain.csv
	succeeds varve merge --continue
	git show HEAD:plain.csv | cmp - plain.csv
	clean
}

@test "files kept as bytes are a conflict as a whole" {
	new_repo
	head -c 50000 /dev/urandom > blob.bin
	varve add --as file blob.bin > /dev/null
	varve commit -qm one
	git checkout -q -b spring
	echo spring >> blob.bin
	varve commit -qam spring
	cp blob.bin ../spring.bin
	git checkout -q main
	echo main >> blob.bin
	varve commit -qam main
	cp blob.bin ../main.bin
	ends_with 1 varve merge spring
	output_has "CONFLICT (content): blob.bin: "
	same_bytes blob.bin ../main.bin
	succeeds varve resolve --theirs
	same_bytes blob.bin ../spring.bin
	succeeds varve merge --continue
	clean
}

@test "gc in the middle of a merge takes nothing that is needed" {
	two_branches 's/^7,item/7,ours/' 's/^7,item/7,theirs/; s/^9,item/9,theirs/'
	ends_with 1 varve merge spring
	git branch -q -D spring
	varve gc --prune=now > /dev/null 2>&1 || varve gc > /dev/null
	ends_with 1 varve conflicts
	succeeds varve resolve --theirs prices.csv
	[ "$(row 7 | cut -d, -f2)" = "theirs 217" ]
	succeeds varve merge --continue
	clean
	varve fsck --data
}

@test "a table without key: rows appended on both sides both stay" {
	new_repo
	printf 'a,b\nx,1\nx,1\ny,2\n' > log.csv
	varve add --no-key log.csv > /dev/null
	varve commit -qm one
	git checkout -q -b spring
	echo s,3 >> log.csv
	varve commit -qam spring
	git checkout -q main
	echo m,4 >> log.csv
	varve commit -qam main
	succeeds varve merge spring
	[ "$(sort log.csv)" = $'a,b\nm,4\ns,3\nx,1\nx,1\ny,2' ]
	clean
}

@test "hooks run, and may refuse" {
	two_branches 's/^7,item/7,ours/' 's/^9,item/9,theirs/'
	printf '#!/bin/sh\nexit 1\n' > .git/hooks/pre-merge-commit
	printf '#!/bin/sh\necho after $1 > ../after\n' > .git/hooks/post-merge
	chmod +x .git/hooks/pre-merge-commit .git/hooks/post-merge
	ends_with 2 varve merge spring
	stderr_has "varve merge --continue"
	[ -e .git/MERGE_HEAD ]
	[ ! -e ../after ]
	succeeds varve merge --abort
	clean
	succeeds varve merge --no-verify spring
	[ "$(cat ../after)" = "after 0" ]
	clean
}

@test "without the blocks of a side nothing is done" {
	two_branches 's/^7,item/7,ours/' 's/^9,item/9,theirs/'
	git clone -q . ../clone 2> /dev/null
	cd ../clone
	varve init > /dev/null 2>&1
	git config varve.autoFetch false
	before=$(git ls-files -s)
	ends_with 2 varve merge origin/spring
	stderr_has "prices.csv: block "
	stderr_has "'varve fetch --data --all' gets those that the remotes have"
	[ "$(git ls-files -s)" = "$before" ]
	[ ! -e .git/MERGE_HEAD ]
}

@test "JSON lines: values keep their kind" {
	new_repo
	printf '{"id":1,"v":10,"s":"a"}\n{"id":2,"v":20,"s":"b"}\n' > t.ndjson
	varve add --key id t.ndjson > /dev/null
	varve commit -qm one
	git checkout -q -b spring
	sed -i 's/10/11/; s/"b"/null/' t.ndjson
	varve commit -qam spring
	git checkout -q main
	sed -i 's/10/12/; s/,"s":"b"//' t.ndjson
	varve commit -qam main
	ends_with 1 varve merge spring
	ends_with 1 varve conflicts
	output_has "main    (absent)"
	output_has "spring  null"
	succeeds varve resolve --set v=13 --row 1
	succeeds varve resolve --theirs --row 2
	[ "$(cat t.ndjson)" = $'{"id":1,"v":13,"s":"a"}\n{"id":2,"v":20,"s":null}' ]
	succeeds varve merge --continue
	clean
}

@test "JSON lines: a row that resolve brings back has the members that no other row has" {
	new_repo
	printf '{"id":%s,"v":1}\n' 1 2 3 > t.jsonl
	varve add -q --key id t.jsonl && varve commit -qm one
	git checkout -q -b spring
	sed -i 's/"id":2,"v":1/&,"note":"x"/' t.jsonl
	varve commit -qam note
	git checkout -q main
	sed -i 2d t.jsonl
	varve commit -qam gone
	ends_with 1 varve merge spring
	sed -i 's/"id":3,"v":1/"id":3,"v":2/' t.jsonl # an edit, which resolve leaves as it is
	succeeds varve resolve --theirs
	[ "$(cat t.jsonl)" = '{"id":1,"v":1}
{"id":2,"v":1,"note":"x"}
{"id":3,"v":2}' ]
}

@test "names of files: renamed text is followed, a folder in the way is said" {
	new_repo
	seq 1 50 > f
	seq 1 20 > d
	varve add f d > /dev/null
	varve commit -qm one
	git checkout -q -b spring
	git mv f f2
	sed -i 's/^5$/five/' f2
	git rm -q d
	mkdir d
	echo x > d/x
	varve add . > /dev/null
	varve commit -qm spring
	git checkout -q main
	sed -i 's/^45$/fortyfive/' f
	echo 21 >> d
	varve commit -qam main
	ends_with 1 varve merge spring
	output_has "CONFLICT (file/directory): directory in the way of d from HEAD; moving it to d~HEAD instead."
	[ ! -e f ]
	grep -q five f2
	grep -q fortyfive f2
	[ "$(cat d/x)" = x ]
	[ "$(tail -n 1 d~HEAD)" = 21 ]
	succeeds varve merge --abort
	[ -f d ] && [ -f f ] && [ ! -e f2 ]
	clean
}

@test "an empty file is not taken for another one, as git does not" {
	new_repo
	mkdir a c old
	touch a/init old/init
	seq 1 50 > old/f
	echo x > c/x
	git add .
	git commit -q -m one
	git checkout -q -b spring
	sed -i 's/^5$/five/' old/f
	git commit -q -a -m text
	echo secret > a/init
	git commit -q -a -m spring
	git checkout -q main
	git mv old new
	git rm -q a/init
	touch c/init
	git add .
	git commit -q -m main
	succeeds varve merge -q spring~ # a whole folder was renamed
	grep -q five new/f
	for how in "merge spring" "cherry-pick spring"; do
		ends_with 1 varve $how
		[ ! -s c/init ]
		[ "$(git show :3:a/init)" = secret ]
		git reset -q --hard
	done
}

@test "a rebase of git merges tables too, and its conflicts are resolved alike" {
	two_branches 's/^7,item/7,ours/; s/^8,item/8,ours/' 's/^7,item/7,theirs/; s/^9,item/9,theirs/'
	ends_with 1 git rebase spring
	ends_with 1 varve conflicts
	output_has "ours 217"
	output_has "theirs 217"
	succeeds varve resolve --theirs
	stderr_has "git rebase --continue"
	GIT_EDITOR=true succeeds git rebase --continue
	[ "$(row 7 | cut -d, -f2)" = "ours 217" ]
	[ "$(row 8 | cut -d, -f2)" = "ours 248" ]
	[ "$(row 9 | cut -d, -f2)" = "theirs 279" ]
	clean
}

@test "bad words: unknown, ambiguous, several" {
	two_branches 's/^7,item/7,ours/' 's/^9,item/9,theirs/'
	ends_with 2 varve merge nowhere
	stderr_has nowhere
	ends_with 2 varve merge spring main
	stderr_has "one branch at a time"
	ends_with 2 varve merge
	stderr_has "'main' has no upstream"
	ends_with 2 varve merge --abort spring
	ends_with 2 varve merge --continue
	stderr_has "no merge is in progress"
	ends_with 2 varve resolve --ours --theirs
	ends_with 2 varve resolve --ours
	stderr_has "nothing is in conflict"
	ends_with 2 varve resolve --set name
	ends_with 0 varve conflicts
}

@test "a word that names no file or conflict is refused by resolve and conflicts before anything changes" {
	two_branches 's/^7,item/7,ours/; s/^8,item/8,ours/' 's/^7,item/7,theirs/; s/^8,item/8,theirs/'
	ends_with 1 varve merge spring
	cp prices.csv .git/index ..
	ends_with 2 varve resolve --theirs 7 prices.csv
	stderr_has "no file matches '7'"
	stderr_has "'--row KEY' names a row"
	ends_with 2 varve resolve --theirs prices.csv typo.csv
	stderr_has "no file matches 'typo.csv'"
	ends_with 2 varve conflicts prices.csv typo.csv
	stderr_has "no file matches 'typo.csv'"
	ends_with 2 varve resolve --theirs prices.csv --row 7 --row 77
	stderr_has "prices.csv has no such conflict of row '77'"
	ends_with 2 varve resolve --theirs prices.csv --column name --column nmae
	stderr_has "prices.csv has no such conflict of column 'nmae'"
	ends_with 2 varve resolve --set name=x --row 8 --row '08' prices.csv
	stderr_has "prices.csv has no such conflict of row '08'"
	same_bytes ../prices.csv prices.csv
	cmp .git/index ../index
	succeeds varve resolve --theirs prices.csv note.txt --row 7 # a file without conflicts may be named
	stderr_has "prices.csv: still in conflict: 1 cell of 1 row"
}

@test "with several files in conflict, parts of one are resolved by its name" {
	two_branches 's/^7,item/7,ours/' 's/^7,item/7,theirs/'
	printf 'ours\n' > note.txt
	varve commit -qam ours
	git checkout -q spring
	printf 'theirs\n' > note.txt
	varve commit -qam theirs
	git checkout -q main
	ends_with 1 varve merge spring
	for paths in "" "prices.csv note.txt"; do
		ends_with 2 varve resolve --ours $paths --row 7
		stderr_has "2 files are in conflict"
		stderr_has "name it as PATH"
	done
	succeeds varve resolve --ours prices.csv --row 7
	stderr_has "prices.csv: resolved"
}

@test "a file that a merge left with conflicts is not staged until somebody settles them" {
	two_branches 's/^7,item/7,ours/; s/^8,item/8,ours/' 's/^7,item/7,theirs/; s/^9,item/9,theirs/'
	ends_with 1 varve merge spring
	touch prices.csv
	ends_with 2 varve add prices.csv
	stderr_has "prices.csv has unresolved conflicts"
	stderr_has "use 'varve resolve'"
	ends_with 1 varve commit -am x
	for command in "git add prices.csv" "git commit -qam x"; do
		ends_with 128 $command
		stderr_has "prices.csv has unresolved conflicts"
	done
	[ -e .git/MERGE_HEAD ]
	# git asks the filter for these as well.
	succeeds git diff
	succeeds git status
	sed -i 's/^7,ours/7,both/' prices.csv
	succeeds git commit -qam x
	[ "$(row 7 | cut -d, -f2)" = "both 217" ]
	clean
}

@test "what resolve leaves as the file is may be staged" {
	two_branches 's/^7,item/7,ours/' 's/^7,item/7,theirs/'
	ends_with 1 git merge spring
	ends_with 128 git add prices.csv
	succeeds varve resolve --ours prices.csv
	succeeds git add prices.csv
	succeeds git commit -qm x
	[ "$(row 7 | cut -d, -f2)" = "ours 217" ]
	clean
}

@test "a value of another type and an unknown column are reported by resolve --set" {
	two_branches 's/^7,item 217,[0-9.]*/7,item 217,1.00/' 's/^7,item 217,[0-9.]*/7,item 217,2.00/'
	ends_with 1 varve merge spring
	ends_with 2 varve resolve --set prce=20 prices.csv
	stderr_has "'prce'"
	stderr_has "'price'"
	cp prices.csv ../merged.csv
	succeeds varve resolve --set price=3 prices.csv
	stderr_lacks "warning"
	varve merge --abort
	ends_with 1 varve merge spring
	succeeds varve resolve --set price=abc prices.csv
	stderr_has "warning"
	stderr_has "'abc'"
	stderr_has "'price'"
}

@test "resolve refuses a second --set, which would drop the first" {
	two_branches 's/^7,item 217,[0-9.]*/7,ours,1.00/' 's/^7,item 217,[0-9.]*/7,theirs,2.00/'
	ends_with 1 varve merge spring
	cp prices.csv ../merged.csv
	ends_with 2 varve resolve --set price=3 --set name=x prices.csv --row 7
	stderr_has "--set was already given, with the value 'price=3'"
	same_bytes ../merged.csv prices.csv
}

@test "resolve --base takes the base at all conflicts, also at more than are listed" {
	new_repo
	rows 100002 > prices.csv
	cp prices.csv ../base.csv
	varve add -q prices.csv
	varve commit -qm one
	side spring 's/,item/,theirs/'
	git checkout -q main
	side main 's/,item/,ours/; s/^7,[^,]*,[^,]*,/7,ours 217,0.07,/'
	ends_with 1 varve merge spring
	cp prices.csv ../merged.csv
	ends_with 2 varve resolve --base --row 7
	stderr_has "too many conflicts to resolve one by one"
	echo '200000,new,1.00,2024-01-01' >> prices.csv
	ends_with 2 varve resolve --base
	stderr_has "prices.csv was edited, and has too many conflicts"
	stderr_has "varve add"
	cp ../merged.csv prices.csv
	succeeds varve resolve --base
	stderr_has "prices.csv: resolved"
	sed -i 's/^7,\([^,]*\),[^,]*,/7,\1,0.07,/' ../base.csv # not in conflict
	same_bytes ../base.csv prices.csv
	succeeds varve merge --continue
	clean
}

@test "resolve says of a cell in a table without a key that its row cannot be found after an edit" {
	new_repo
	printf 'name,price\na,1\nb,2\nc,3\n' > p.csv
	varve add -q --no-key p.csv
	varve commit -qm one
	git checkout -q -b spring
	sed -i 's/c,3/c,4/' p.csv
	varve commit -qam theirs
	git checkout -q main
	sed -i 's/c,3/c,5/' p.csv
	varve commit -qam ours
	ends_with 1 varve merge spring
	sed -i '1a new,0' p.csv
	ends_with 2 varve resolve --theirs p.csv --row 3
	stderr_has "p.csv has no key and was edited, so row 3 can no longer be found"
	grep -qx 'c,5' p.csv
}

@test "a merge ignores a changed file that is not a table" {
	new_repo
	printf 'id,v\n1,a\n2,b\n' > t.csv
	cp t.csv u.csv
	varve add -q t.csv u.csv
	varve commit -qm base
	git switch -q -c side
	sed -i s/a/A/ t.csv
	varve commit -qam side
	git switch -q main
	sed -i s/b/B/ t.csv
	varve commit -qam main
	printf 'id,v\n1,"a\n2,b\n' > u.csv
	cp u.csv ../u.csv
	succeeds varve merge side
	[[ "$stderr" != *u.csv* ]]
	cmp u.csv ../u.csv
	[ "$(git status --porcelain)" = " M u.csv" ]
}

@test "a merge beside an empty table, by git as well" {
	new_repo
	rows 5 > t.csv
	: > empty.csv
	: > bytes.bin
	varve add -q t.csv empty.csv
	varve add -q --as file bytes.bin
	varve commit -qm base
	git switch -q -c side
	sed -i '2s/$/theirs/' t.csv
	varve commit -qam side
	git switch -q main
	sed -i '4s/$/ours/' t.csv
	varve commit -qam main
	for who in git varve; do
		git reset -q --hard main
		succeeds "$who" merge --no-edit side
		[ -f empty.csv ]
		[ -f bytes.bin ]
		[ "$(grep -c 'theirs\|ours' t.csv)" = 2 ]
		[ -z "$(varve status --porcelain 2> /dev/null)$(git status --porcelain)" ]
		git switch -q --detach main
	done
}

@test "a conflict is printed once where an editor was asked for" {
	new_repo
	rows 5 > t.csv
	varve add -q t.csv
	varve commit -qm base
	git switch -q -c side
	sed -i '2s/$/theirs/' t.csv
	varve commit -qam side
	git switch -q main
	sed -i '2s/$/ours/' t.csv
	varve commit -qam main
	for how in "merge -e" "cherry-pick -e"; do
		ends_with 1 varve $how side
		[ "$(grep -c CONFLICT <<< "$output$stderr")" = 1 ]
		varve ${how% -e} --abort
	done
}

@test "conflicts of tables whose base is an empty file are those that the merge found" {
	new_repo
	varve track '*.csv' > ../out
	: > t.csv
	git add . && git commit -qm base
	git switch -q -c side
	printf 'id,v\n1,a\n2,b\n3,c\n' > t.csv
	varve commit -qam side
	git switch -q main
	printf 'id,v\n1,x\n2,y\n4,d\n' > t.csv
	varve commit -qam main
	ends_with 1 varve merge side
	output_has "2 cells of 2 rows"
	succeeds varve resolve --theirs --row 1
	stderr_has "still in conflict: 1 cell of 1 row"
	ends_with 1 varve conflicts
	output_has "1 cell of 1 row"
	succeeds varve resolve --ours
	[ "$(sort t.csv)" = "1,a
2,y
3,c
4,d
id,v" ]
	succeeds varve merge --continue
	git reset -q --hard HEAD~1
	printf 'v\nx\nx\n' > t.csv # without a key
	varve commit -qam other
	ends_with 1 varve merge side
	ends_with 1 varve conflicts
	output_lacks "nothing is left"
	succeeds varve resolve --ours
	[ "$(cat t.csv)" = $'v\nx\nx' ]
}

@test "conflicts and resolve go on after a path that cannot be merged again" {
	new_repo
	for t in a b c; do
		printf 'id,v\n1,x\n2,y\n' > $t.csv
	done
	varve add -q --key id a.csv b.csv c.csv
	varve commit -qm one
	git checkout -q -b spring
	sed -i 's/x/theirs/' ?.csv
	varve commit -qam spring
	git checkout -q main
	tick
	sed -i 's/x/ours/' ?.csv
	varve commit -qam main
	ends_with 1 varve merge spring
	for record in .git/varve/conflicts/*; do
		! grep -q '[ab].csv' "$record" || sed -i 's/"varve-conflicts":[0-9]*/"varve-conflicts":99/' "$record"
	done
	ends_with 2 varve conflicts
	output_has "c.csv: 1 cell of 1 row"
	[[ $output != *"a.csv"* ]]
	stderr_has "varve: the record of the conflicts of a.csv is of a later version"
	stderr_has "warning: the record of the conflicts of b.csv is of a later version"
	ends_with 2 varve conflicts --json
	echo "$output" | python3 -c '
import json, sys
a, b, c = json.load(sys.stdin)["conflicts"]
assert "later version" in a["error"] and "items" not in a and "error" not in c and len(c["items"]) == 1, (a, c)'
	ends_with 2 varve resolve --theirs
	stderr_has "c.csv: resolved"
	stderr_has "varve: the record of the conflicts of a.csv is of a later version"
	stderr_has "warning: the record of the conflicts of b.csv is of a later version"
	[ "$(git diff --name-only --diff-filter=U)" = "$(printf 'a.csv\nb.csv')" ]
	[ "$(cat c.csv)" = "$(printf 'id,v\n1,theirs\n2,y')" ]
}

@test "tables that git merged as text and that cannot be merged again are all named, with their own reasons" {
	new_repo
	for t in a b c; do
		printf 'id,v\n%s,x\n2,y\n' $t > $t.csv
	done
	varve add -q --key id a.csv b.csv c.csv
	varve commit -qm one
	git branch spring
	tick
	sed -i 's/x/ours/' ?.csv
	varve commit -qam main
	git checkout -q spring
	sed -i 's/y/theirs/' c.csv
	varve commit -qam c
	cp -r .git/varve/packs ../packs
	sed -i 's/x/theirs/' [ab].csv
	varve commit -qam "a and b"
	git checkout -q main
	! git -c merge.varve.driver='git merge-file %A %O %B' merge -q spring 2> ../refused || false
	mkdir ../torn
	cp ?.csv ../torn
	touch .git/index.lock
	ends_with 2 varve resolve --theirs
	stderr_has "index.lock"
	stderr_lacks "resolved"
	[ "$(cat a.csv)" = "$(printf 'id,v\na,ours\n2,y')" ]
	rm .git/index.lock
	cp ../torn/* .
	mv .git/varve/packs ../whole
	mv ../packs .git/varve
	ends_with 2 varve resolve --ours
	stderr_has "c.csv: merged by row and cell, nothing is in conflict"
	stderr_has "varve: a.csv: block "
	stderr_has "warning: b.csv: block "
	[ "$(grep -c ': block ' <<< "$stderr")" = 2 ]
	[ "$(git ls-files -u | cut -f 2 | uniq)" = "$(printf 'a.csv\nb.csv')" ]
	ends_with 2 varve add --fix
	stderr_has "varve: a.csv: block "
	stderr_has "warning: b.csv: block "
	rm -r .git/varve/packs
	mv ../whole .git/varve/packs
	succeeds varve resolve --theirs
	[ "$(cat a.csv b.csv)" = "$(printf 'id,v\na,theirs\n2,y\nid,v\nb,theirs\n2,y')" ]
}

# package.json and a schema are among '*.json'; a CSV of ragged lines is among '*.csv'.
@test "text that is not a table is merged by lines as git merges it, where a pattern tracks it" {
	new_repo
	varve track --text '*.json' '*.csv' > /dev/null
	printf '{\n "a": 1,\n "b": 2,\n "c": 3,\n "d": 4\n}\n' > p.json
	printf '{\n "a": 1,\n "b": 2\n}\n' > q.json
	printf 'a,b\n1,2,3\n4,5\n6,7\n8,9\n1,2,3,4,5\n8,9\n' > d.csv
	git add -A
	git commit -qm one
	git branch base
	git switch -qc spring
	sed -i 's/: 1/: 11/' p.json
	sed -i 's/: 1/: 11/' q.json
	sed -i 's/^4,5/4,55/' d.csv
	git commit -qam spring
	git switch -q main
	sed -i 's/: 4/: 44/' p.json
	sed -i '$s/8,9/8,99/' d.csv
	git commit -qam main
	succeeds varve merge -q spring
	tree=$(git rev-parse HEAD^{tree})
	[ "$(cat p.json)" = "$(printf '{\n "a": 11,\n "b": 2,\n "c": 3,\n "d": 44\n}')" ]
	[ "$(cat d.csv)" = "$(printf 'a,b\n1,2,3\n4,55\n6,7\n8,9\n1,2,3,4,5\n8,99')" ]
	git switch -q spring
	succeeds git merge -q -m m main~1
	[ "$(git rev-parse HEAD^{tree})" = "$tree" ]
	git switch -qc other base
	sed -i 's/: 1/: 12/' q.json
	git commit -qam "the same line"
	ends_with 1 git merge -m m spring~1
	stderr_has "q.json: base is text that is not a table: "
	[ "$(git ls-files -u | cut -f 2 | uniq)" = q.json ]
}

@test "a document whose merged lines are not JSON is a conflict" {
	new_repo
	varve track --text '*.json' > /dev/null
	printf '{"a": {\n\n\n\n\n}}\n' > p.json
	git add -A
	git commit -qm one
	git switch -qc spring
	sed -i '3s/.*/"x": 1/' p.json
	git commit -qam "a member"
	git switch -q main
	sed -i '1s/.*/{"a": [/; $s/.*/]}/' p.json
	git commit -qam "a list"
	git show main~1:p.json > ../base
	git show spring:p.json > ../theirs
	git merge-file -p p.json ../base ../theirs > ../lines # git merges these lines
	ends_with 1 varve merge spring
	[ "$(git ls-files -u | cut -f 2 | uniq)" = p.json ]
}

@test "--continue takes the message, the editor and the hooks as commit does, and no options of a new merge" {
	new_repo
	rows 5 > t.csv
	varve add -q --key id t.csv
	varve commit -qm one
	git switch -qc theirs
	sed -i 's/^2,.*/2,theirs,1,2024-01-01/' t.csv
	varve commit -qam theirs
	git switch -q main
	sed -i 's/^2,.*/2,ours,1,2024-01-01/' t.csv
	varve commit -qam ours
	stopped() {
		git reset -q --hard main~0
		ends_with 1 varve merge -q theirs
		varve resolve -q --ours t.csv
	}
	ours=$(git rev-parse main)
	stopped
	succeeds varve merge --continue -q -m first -m second
	[ -z "$output" ]
	[ "$(git log -1 --format=%B)" = $'first\n\nsecond' ]
	[ "$(git log -1 --format=%P | wc -w)" = 2 ]
	git reset -q --hard "$ours"
	stopped
	GIT_EDITOR='echo edited >' succeeds varve merge --continue -e
	[ "$(git log -1 --format=%s)" = edited ]
	git reset -q --hard "$ours"
	stopped
	succeeds varve merge --continue
	[ "$(git log -1 --format=%s)" = "Merge branch 'theirs'" ]
	git reset -q --hard "$ours"
	stopped
	for words in "--continue -X theirs" "--continue --no-ff" "--abort -m text" "--quit -e"; do
		ends_with 2 varve merge $words
		stderr_has "cannot be used together"
	done
	[ -e .git/MERGE_HEAD ]
	succeeds varve merge --abort
}
