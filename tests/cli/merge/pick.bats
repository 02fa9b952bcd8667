load ../helper

# A history of three changes on main, and spring with two of its own.
histories() {
	new_repo
	rows 3000 > prices.csv
	printf 'a\nb\nc\n' > note.txt
	varve add prices.csv note.txt > /dev/null
	varve commit -qm one
	git checkout -q -b spring
	change 's/^9,item/9,theirs/' "nine"
	GIT_AUTHOR_NAME=Other change 's/^10,item/10,theirs/; s/^7,item/7,theirs/' "ten and seven"
	git checkout -q main
	change 's/^8,item/8,ours/' "eight"
	change 's/^7,item/7,ours/' "seven"
}

change() {
	tick
	sed -i "$1" prices.csv
	varve commit -qam "$2"
}

clean() {
	[ -z "$(git status --porcelain)" ] && [ -z "$(varve status --porcelain)" ]
}

name() {
	grep "^$1," prices.csv | cut -d, -f2 | cut -d' ' -f1
}

@test "cherry-pick takes one commit's change, its author and its message" {
	histories
	tick
	succeeds varve cherry-pick spring~1
	output_has "nine"
	[ "$(name 9)" = theirs ] && [ "$(name 10)" = item ] && [ "$(name 8)" = ours ]
	[ "$(git log -1 --format='%s %an')" = "nine A U Thor" ]
	[ "$(git log -1 --format=%ad)" = "$(git log -1 --format=%ad spring~1)" ]
	[ "$(git rev-list --parents -1 HEAD | wc -w)" = 2 ]
	[ "$(git reflog -1 --format=%gs)" = "cherry-pick: nine" ]
	[ ! -e .git/CHERRY_PICK_HEAD ] && [ ! -e .git/MERGE_MSG ]
	clean
	ends_with 1 varve cherry-pick spring~1
	stderr_has "its changes have been applied already"
	[ ! -e .git/CHERRY_PICK_HEAD ]
	clean
}

@test "cherry-pick -x notes where it is from, -n only stages" {
	histories
	succeeds varve cherry-pick -x spring~1
	[ "$(git log -1 --format=%b)" = "(cherry picked from commit $(git rev-parse spring~1))" ]
	git reset -q --hard HEAD~1
	succeeds varve cherry-pick -n spring~1
	[ "$(git log -1 --format=%s)" = seven ]
	[ "$(git status --porcelain)" = "M  prices.csv" ]
	[ ! -e .git/CHERRY_PICK_HEAD ]
}

@test "a cherry-pick with conflicts goes on or is given up" {
	histories
	before=$(git ls-files -s)
	ends_with 1 varve cherry-pick spring
	[[ $stderr != *"git cherry-pick"* ]]
	output_has "CONFLICT (content): prices.csv: 1 cell of 1 row"
	stderr_has "varve cherry-pick --continue"
	[ "$(cat .git/CHERRY_PICK_HEAD)" = "$(git rev-parse spring)" ]
	ends_with 1 varve conflicts
	output_has "      main "
	output_has "(ten and seven)"
	ends_with 2 varve merge spring
	ends_with 2 varve merge --abort
	stderr_has "no merge is in progress"
	succeeds varve cherry-pick --abort
	[ "$(git ls-files -s)" = "$before" ]
	clean
	ends_with 1 varve cherry-pick spring
	ends_with 1 varve cherry-pick --continue
	succeeds varve resolve --theirs
	stderr_has "varve cherry-pick --continue"
	succeeds varve cherry-pick --continue
	[ "$(git log -1 --format='%s %an')" = "ten and seven Other" ]
	[ "$(name 7)" = theirs ] && [ "$(name 10)" = theirs ] && [ "$(name 9)" = item ]
	[ ! -e .git/CHERRY_PICK_HEAD ]
	clean
}

@test "several commits are picked in turn, up to the first conflict" {
	histories
	last=$(git rev-parse --short=7 main)
	ends_with 1 varve cherry-pick spring~1 spring main
	stderr_has "not applied yet: $last"
	[ "$(git log -1 --format=%s)" = nine ]
	varve cherry-pick --quit
	[ ! -e .git/CHERRY_PICK_HEAD ]
	[ "$(git status --porcelain)" = "UU prices.csv" ]
}

@test "revert takes back a commit, and later changes stay" {
	histories
	succeeds varve revert HEAD~1
	[ "$(name 8)" = item ] && [ "$(name 7)" = ours ]
	[ "$(git log -1 --format=%s)" = 'Revert "eight"' ]
	[ "$(git log -1 --format=%b)" = "This reverts commit $(git rev-parse HEAD~2)." ]
	clean
	ends_with 1 varve revert HEAD~2
	stderr_has "it is already reverted"
	succeeds varve revert HEAD
	[ "$(name 8)" = ours ]
	clean
}

@test "a revert that later changes stand against" {
	histories
	change 's/^7,ours/7,later/' "later"
	ends_with 1 varve revert HEAD~1
	output_has "1 cell of 1 row"
	ends_with 1 varve conflicts
	output_has "later 217"
	output_has "item 217"
	[ "$(cat .git/REVERT_HEAD)" = "$(git rev-parse HEAD~1)" ]
	succeeds varve resolve --theirs
	succeeds varve revert --continue
	[ "$(name 7)" = item ]
	[ "$(git log -1 --format=%s)" = 'Revert "seven"' ]
	[ ! -e .git/REVERT_HEAD ]
	clean
	ends_with 1 varve revert HEAD~1
	succeeds varve revert --abort
	clean
}

@test "of a merge it must be said which side" {
	histories
	varve merge -q spring > /dev/null || varve resolve -q --ours
	varve merge --continue > /dev/null
	ends_with 2 varve revert HEAD
	stderr_has "is a merge"
	stderr_has "-m 1"
	ends_with 2 varve revert -m 3 HEAD
	succeeds varve revert -m 1 HEAD
	[ "$(name 9)" = item ] && [ "$(name 8)" = ours ]
	git log -1 --format=%b | grep -q "^changes made to "
	clean
}

# Two tables and a text file, changed by each of three commits; then one table gets another name.
three_files() {
	new_repo
	rows 100 > a.csv
	cp a.csv b.csv
	sed -i 's/item/thing/' b.csv
	printf 'one\n\n\n\nfive\n' > n.txt
	varve add . > /dev/null
	varve commit -qm base
	for n in 1 2 3; do
		tick
		sed -i "s/^$n,\(item\|thing\)/$n,new/" a.csv b.csv
		sed -i "1s/.*/$n/" n.txt
		varve commit -qam "change $n"
		git tag "c$n"
	done
	varve mv b.csv c.csv > /dev/null
	varve commit -qm moved
}

line() {
	grep "^$1," "$2" | cut -d, -f2 | cut -d' ' -f1
}

@test "revert -- FILE takes back what a commit did to these files alone" {
	three_files
	succeeds varve revert c2 -- a.csv
	[ "$(line 2 a.csv)$(line 1 a.csv)$(line 3 a.csv) $(line 2 c.csv)" = "itemnewnew new" ]
	[ "$(git show --format= --name-only)" = a.csv ]
	[ "$(git log -1 --format=%B)" = 'Revert "change 2" in a.csv

This reverts commit '"$(git rev-parse c2)"' in this file.' ]
	succeeds varve revert c2 c.csv    # what was b.csv then
	[ "$(line 2 c.csv)$(line 3 c.csv)" = thingnew ]
	clean
	ends_with 1 varve revert c2 -- a.csv c.csv
	stderr_has "it is already reverted"
	ends_with 2 varve revert c2 -- a.csv none.csv
	stderr_has "'none.csv' is not among the changes of c2"
	ends_with 2 varve revert HEAD~ -- n.txt
	stderr_is "varve: 'n.txt' is not among the changes of HEAD~
hint: 'varve show --stat COMMIT' lists the changes of a commit"
	ends_with 2 varve cherry-pick c2 -- a.csv
	succeeds varve revert c3 -- n.txt
	[ "$(head -n1 n.txt)" = 2 ]
	clean
}

@test "revert -- FILE of a range, of a merge, and with --no-commit" {
	three_files
	succeeds varve revert -n c1..c3 -- c.csv
	[ "$(line 1 c.csv)$(line 2 c.csv)$(line 3 c.csv) $(line 3 a.csv)" = "newthingthing new" ]
	[ "$(git status --porcelain)" = "M  c.csv" ]
	git reset -q --hard
	succeeds varve revert c1..c3 -- c.csv
	[ "$(line 1 c.csv)$(line 2 c.csv)$(line 3 c.csv)" = newthingthing ]
	[ "$(git log -2 --format=%s)" = 'Revert "change 2" in b.csv
Revert "change 3" in b.csv' ]
	git switch -qc side c3
	sed -i 's/^9,\(item\|thing\)/9,new/' a.csv b.csv
	varve commit -qam side
	git switch -q main
	succeeds varve merge -q side
	ends_with 2 varve revert HEAD -- a.csv
	succeeds varve revert -m1 HEAD -- a.csv
	[ "$(line 9 a.csv) $(line 9 c.csv)" = "item new" ]
	clean
}

@test "revert -- FILE in conflict goes on or is given up" {
	three_files
	sed -i 's/^2,new/2,later/' a.csv
	varve commit -qam later
	before=$(git rev-parse HEAD)
	ends_with 1 varve revert c2 -- a.csv
	[ "$(cat .git/REVERT_HEAD)" = "$(git rev-parse c2)" ]
	succeeds varve revert --abort
	clean
	ends_with 1 varve revert --json -n c3 c2 -- a.csv
	[ "$(jq -r '.picks[] | .outcome + .conflictPaths[0]' <<< "$output" | tr '\n' ' ')" = "staged conflictsa.csv " ]
	[ "$(git rev-parse HEAD)" = "$before" ]
	clean
	ends_with 1 varve revert c2 -- a.csv
	succeeds varve resolve --theirs
	succeeds varve revert --continue
	[ "$(line 2 a.csv) $(git log -1 --format=%s)" = 'item Revert "change 2" in a.csv' ]
	clean
}

@test "revert -- FILE of a rename brings the name back, and its line in .gitattributes" {
	three_files
	varve revert HEAD -- c.csv
	[ -e b.csv ] && [ ! -e c.csv ]
	git check-attr filter b.csv | grep -q varve
	clean
	succeeds varve fsck
}

@test "several commits are named before the first is picked" {
	three_files
	succeeds varve revert --json HEAD~1 HEAD~2
	[ "$(jq -r '.picks[1].new' <<< "$output")" = "$(git rev-parse HEAD)" ]
	[ "$(git log -2 --format=%s)" = 'Revert "change 2"
Revert "change 3"' ]
	git reset -q --hard HEAD~2
	succeeds varve revert -n HEAD~1 HEAD~2
	[ "$(line 2 a.csv)$(line 3 a.csv)$(line 2 c.csv)" = itemitemthing ]
	git reset -q --hard
	succeeds varve revert c1..c3
	git switch -q --detach c1
	succeeds varve cherry-pick -n c1..c3
	[ "$(git write-tree)" = "$(git rev-parse c3^{tree})" ]
}

@test "the first commit can be picked and taken back" {
	histories
	git checkout -q --orphan fresh
	git rm -rfq .
	echo x > x.txt
	varve add x.txt > /dev/null
	varve commit -qm x
	succeeds varve cherry-pick main~2
	[ -e prices.csv ] && [ -e x.txt ]
	clean
	succeeds varve revert HEAD
	[ ! -e prices.csv ] && [ -e x.txt ]
	clean
}

@test "local changes in the way are named" {
	histories
	sed -i 's/^50,item/50,mine/' prices.csv
	ends_with 2 varve cherry-pick spring~1
	stderr_has "    prices.csv"
	stderr_has "the cherry-pick would overwrite these files; nothing was done"
	[ "$(name 50)" = mine ]
	ends_with 2 varve revert HEAD
	stderr_has "the revert would overwrite these files; nothing was done"
	ends_with 2 varve cherry-pick
	ends_with 2 varve revert nowhere
}

# main has p.csv as a table; the branch text has it as text that was committed over the pointer.
text_over_pointer() {
	new_repo
	rows 20 | tr , ';' > p.csv
	varve add p.csv > /dev/null
	varve commit -q -m one
	git switch -qc text
	sed -i 's/item 31;/changed;/' p.csv
	git update-index --cacheinfo "100644,$(git hash-object -w --no-filters p.csv),p.csv"
	git -c core.hooksPath=/dev/null commit -q -m text
	git -c filter.varve.process= -c filter.varve.clean=cat -c filter.varve.required=false switch -qf main
	varve restore p.csv
	sed -i 's/item 62;/other;/' p.csv
	varve add p.csv > /dev/null
	varve commit -q -m other
}

@test "text that was committed over a pointer keeps the key in a merge" {
	text_over_pointer
	key=$(varve info p.csv | grep -i key)
	[[ "$key" != *none* ]]
	succeeds varve merge text
	[ "$(varve info HEAD:p.csv | grep -i key)" = "$key" ]
	output_lacks "key changed"
	rows 20 | tr , ';' | sed 's/item 31;/changed;/; s/item 62;/other;/' | cmp - p.csv
	succeeds varve diff HEAD~1 HEAD
	output_lacks "key"
}

@test "text that was committed over a pointer is not merged over once it is edited" {
	text_over_pointer
	git switch -qf text
	cp p.csv before
	sed -i '5s/item/edited/' p.csv
	ends_with 2 varve merge main
	stderr_has "    p.csv"
	cp before p.csv
	succeeds varve merge main
	rows 20 | tr , ';' | sed 's/item 31;/changed;/; s/item 62;/other;/' | cmp - p.csv
}

@test "a conflict of --no-commit can be given up or committed" {
	histories
	for verb in cherry-pick revert; do
		before=$(git ls-files -s)
		rev=spring
		if [ $verb = revert ]; then
			change 's/^7,ours/7,later/' later
			rev=HEAD~1
			before=$(git ls-files -s)
		fi
		ends_with 1 varve $verb --no-commit "$rev"
		stderr_has "varve $verb --abort"
		ends_with 2 varve $verb "$rev"
		stderr_has "--abort"
		succeeds varve $verb --abort
		[ "$(git ls-files -s)" = "$before" ]
		clean
	done
	ends_with 1 varve cherry-pick -n spring
	varve resolve --theirs > /dev/null
	succeeds varve commit -m "as they have it"
	[ "$(name 7)" = theirs ]
	[ ! -e .git/CHERRY_PICK_HEAD ]
	clean
}

@test "several commits that together change nothing are not named by a commit that no log has" {
	new_repo
	rows 30 > prices.csv
	varve add -q prices.csv
	varve commit -qm one
	change 's/^9,item/9,other/' two
	varve revert -q HEAD
	succeeds varve revert -n HEAD~2..HEAD
	[ "$stderr" = "together, these commits change nothing here" ]
	clean
	succeeds varve revert -n --json HEAD~2..HEAD
	[ "$(jq -r '.picks[].commit' <<< "$output")" = "$(git log --format=%H HEAD~2..HEAD)" ]
	change 's/^8,item/8,other/' three
	succeeds varve revert -n --json HEAD~2..HEAD
	[ "$(jq -r '.picks[].commit' <<< "$output")" = "$(git log --format=%H HEAD~2..HEAD)" ]
	[ "$(name 8)" = item ] && [ "$(name 9)" = other ]
}
