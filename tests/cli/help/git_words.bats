load ../helper

# The commands of Git that varve points to: each works on a repository with tables.

two_versions() {
	new_repo
	rows 300 > prices.csv
	varve add prices.csv > /dev/null
	varve commit -q -m one
	tick
	rows 300 1 > prices.csv
	varve add prices.csv > /dev/null
	varve commit -q -m two
	tick
}

clean() {
	git diff --quiet && git diff --cached --quiet
	[ -z "$(git status --porcelain)" ]
}

points_to_git() {
	ends_with 2 varve "$1"
	[ "$(head -n 1 <<< "$stderr")" = "varve has no '$1'; 'git $1' works here" ]
}

@test "a word of git that looks at tables is answered with what shows rows, too" {
	two_versions
	ends_with 2 varve grep item
	stderr_has "in tables: 'varve cat FILE --where CONDITION'"
	ends_with 2 varve annotate prices.csv
	stderr_is "varve has no 'annotate'; 'varve blame prices.csv' does it
Git's own: 'git annotate prices.csv'"
	ends_with 2 varve log -L 1,3:prices.csv
	stderr_has "'varve log --row KEY FILE' lists"
	ends_with 2 varve log -L 1,1:notes.txt
	stderr_has "'git log -L 1,1:notes.txt' works here"
}

@test "git stash puts a table aside and brings it back" {
	points_to_git stash
	two_versions
	rows 310 2 > prices.csv
	succeeds git stash
	rows 300 1 | cmp - prices.csv
	succeeds git stash pop
	rows 310 2 | cmp - prices.csv
}

@test "git reset --hard restores a table" {
	points_to_git reset
	two_versions
	succeeds git reset -q --hard HEAD~1
	rows 300 | cmp - prices.csv
	clean
}

@test "git rebase carries a table along" {
	points_to_git rebase
	two_versions
	git checkout -q -b side HEAD~1
	echo note > note.txt
	git add note.txt
	git commit -q -m note
	succeeds git rebase -q main
	rows 300 1 | cmp - prices.csv
	clean
}

@test "git bisect goes through versions" {
	points_to_git bisect
	two_versions
	rows 300 2 > prices.csv
	varve commit -q -a -m three
	rows 300 1 > bad.csv
	succeeds git bisect start HEAD HEAD~2
	succeeds git bisect run sh -c '! cmp -s prices.csv bad.csv || exit 1'
	succeeds git bisect reset
	rows 300 2 | cmp - prices.csv
}

@test "git worktree has its own copy of a table" {
	points_to_git worktree
	two_versions
	succeeds git worktree add -q ../other HEAD~1
	rows 300 | cmp - ../other/prices.csv
	succeeds varve -C ../other status --porcelain
	output_is ""
}

@test "no hint names a command that does not do it for tables" {
	new_repo
	rows 5 > t.csv
	succeeds varve add t.csv
	for words in "add -p t.csv" "merge -X theirs main" "restore -p t.csv" "commit -p"; do
		ends_with 2 varve $words
		[[ $stderr != *"works here"* ]]
	done
	ends_with 2 varve describe t.csv
	stderr_has "'varve info t.csv'"
	succeeds varve info t.csv
}

@test "git grep and archive and notes and describe and the rest read" {
	local word
	for word in archive describe format-patch grep notes reflog rev-list rev-parse shortlog; do
		points_to_git "$word"
	done
	two_versions
	git tag -a -m one v1
	succeeds git describe
	succeeds git rev-parse HEAD
	succeeds git rev-list HEAD
	succeeds git shortlog HEAD
	succeeds git reflog
	succeeds git notes add -m checked
	succeeds git remote add origin ../elsewhere
	succeeds git grep --cached rows
	succeeds git format-patch -1
	succeeds git archive -o out.tar HEAD
}

@test "usual spellings of Git work, or name the command of Git that does" {
	git config --global init.defaultBranch main
	run python3 "$BATS_TEST_DIRNAME/spellings.py" "$(command -v varve)"
	[ "$status" -eq 0 ] || { echo "$output"; return 1; }
}

@test "a patch that git apply reads has no cells in it" {
	two_versions
	ends_with 2 varve diff --binary HEAD~1 HEAD
	stderr_has "'git diff --no-ext-diff --binary HEAD~1 HEAD' works here"
	git diff --no-ext-diff --binary HEAD~1 HEAD > ../two.patch
	git reset -q --hard HEAD~1
	git apply ../two.patch
	rows 300 1 | cmp - prices.csv
}
