load ../helper

with_table() {
	new_repo
	rows "${1-300}" > prices.csv
	varve add prices.csv > /dev/null
	varve commit -q -m one
	tick
}

clean() {
	[ -z "$(git status --porcelain)" ] || { git status >&2; return 1; }
}

@test "a commit ends with a line for each table" {
	new_repo
	rows 3000 > prices.csv
	varve add prices.csv > /dev/null
	succeeds varve commit -m "First prices"
	[[ ${lines[0]} =~ ^\[main\ \(root-commit\)\ [0-9a-f]{7,}\]\ First\ prices$ ]]
	[ "${lines[1]}" = " 2 files changed" ]
	[ "${lines[2]}" = "  prices.csv: new, 3,000 rows, 4 columns" ]
	clean
	succeeds git fsck --strict
}

@test "the second commit says what came to it" {
	with_table 3000
	rows 3005 > prices.csv
	succeeds varve commit -a -m "More"
	output_has " 1 file changed"
	output_has "  prices.csv: +5 rows"
	clean
}

@test "messages are put together as Git does" {
	with_table
	echo a > a
	varve add a > /dev/null
	succeeds varve commit -q -m "Subject  " -m $'body\n\n\n\nmore' -m last
	[ "$(git log -1 --format=%B)" = $'Subject\n\nbody\n\nmore\n\nlast' ]
	echo b > a
	printf '\n\nfrom a file \n' > msg
	succeeds varve commit -q -F msg a
	[ "$(git log -1 --format=%B)" = "from a file" ]
	echo c > a
	succeeds bash -c 'echo piped | varve commit -q -F - a'
	[ "$(git log -1 --format=%s)" = piped ]
}

@test "an empty message commits nothing" {
	with_table
	echo a > a
	varve add a > /dev/null
	ends_with 1 varve commit -m "  "
	stderr_has "Aborting commit due to empty commit message"
	stderr_has "nothing was committed"
	[ "$(git rev-list --count HEAD)" = 1 ]
}

@test "nothing staged is answered with 1 and what there is" {
	with_table
	ends_with 1 varve commit -m x
	output_has "nothing to commit, working tree clean"
	echo new > new.txt
	ends_with 1 varve commit -m x
	output_has "nothing added to commit but untracked files present"
	rows 9 > prices.csv
	ends_with 1 varve commit -m x
	output_has "no changes added to commit"
	[ "$(git rev-list --count HEAD)" = 1 ]
}

@test "an empty commit can be asked for" {
	with_table
	succeeds varve commit --allow-empty -m empty
	[ "$(git rev-list --count HEAD)" = 2 ]
}

@test "-a takes changed and removed files and no new ones" {
	with_table
	echo a > a.txt
	varve add a.txt > /dev/null
	varve commit -q -m a
	rm a.txt
	rows 310 > prices.csv
	echo new > new.txt
	succeeds varve commit -q -a -m all
	[ "$(git status --porcelain)" = '?? new.txt' ]
	[ "$(git ls-files)" = $'.gitattributes\nprices.csv' ]
}

@test "-a never converts text" {
	git init -q
	rows 5 > a.csv
	git add . && git commit -q -m text
	varve init > /dev/null
	rows 6 > a.csv
	succeeds varve commit -a -m more
	git cat-file blob HEAD:a.csv | cmp - a.csv
}

@test "only the named paths are committed" {
	with_table
	echo a > a.txt
	echo b > b.txt
	varve add a.txt b.txt > /dev/null
	rows 310 > prices.csv
	succeeds varve commit -q -m some prices.csv a.txt
	[ "$(git show --name-only --format= HEAD)" = $'a.txt\nprices.csv' ]
	[ "$(git status --porcelain)" = 'A  b.txt' ]
	ends_with 2 varve commit -m none missing.txt
	stderr_has "missing.txt"
	ends_with 2 varve commit -a -m none b.txt
	stderr_has "-a and PATH cannot be used together"
}

@test "amend replaces the last commit and keeps its author" {
	with_table
	GIT_AUTHOR_NAME=Ada varve commit -q --allow-empty -m "by ada"
	rows 310 > prices.csv
	varve add prices.csv > /dev/null
	succeeds varve commit -q --amend -m better
	[ "$(git log --format='%an %s')" = $'Ada better\nA U Thor one' ]
	succeeds varve commit -q --amend --no-edit
	[ "$(git log -1 --format=%s)" = better ]
	clean
}

@test "amend needs a commit" {
	new_repo
	ends_with 2 varve commit --amend -m x
	stderr_has "You have nothing to amend"
}

@test "author and date can be given" {
	with_table
	succeeds varve commit -q --allow-empty -m x --author "Ada <ada@example.com>" --date "2020-02-03T04:05:06Z"
	[ "$(git log -1 --format='%an %ae %at')" = "Ada ada@example.com 1580702706" ]
	ends_with 2 varve commit -q --allow-empty -m x --author nonsense
	ends_with 2 varve commit -q --allow-empty -m x --date nonsense
}

@test "a date or message that cannot be used is refused and nothing is staged" {
	with_table
	rows 310 > prices.csv
	ends_with 2 varve commit -a -m x --date nonsense
	ends_with 2 varve commit -a -F missing
	printf 'half\0lost\n' > msg
	ends_with 2 varve commit -a -F msg
	git diff --cached --quiet
}

@test "a missing identity is explained" {
	new_repo
	echo a > a
	varve add a > /dev/null
	git config --global --unset user.name
	git config --global --unset user.email
	unset GIT_AUTHOR_NAME GIT_AUTHOR_EMAIL GIT_COMMITTER_NAME GIT_COMMITTER_EMAIL
	ends_with 2 varve commit -m x
	stderr_has "git config"
	stderr_has "user.name"
}

@test "hooks run in Git's order and with Git's arguments" {
	with_table
	local hook
	for hook in pre-commit prepare-commit-msg commit-msg post-commit; do
		printf '#!/bin/sh\necho "%s $*" >> "$HOME/hooks.log"\n' "$hook" > .git/hooks/$hook
		chmod +x .git/hooks/$hook
	done
	echo a > a
	varve add a > /dev/null
	succeeds varve commit -q -m x
	[ "$(sed "s: [^ ]*COMMIT_EDITMSG: FILE:" "$HOME/hooks.log")" = $'pre-commit \nprepare-commit-msg FILE message\ncommit-msg FILE\npost-commit ' ]
	rm "$HOME/hooks.log"
	echo b > a
	succeeds varve commit -q -n -a -m x
	[ "$(cut -d ' ' -f 1 "$HOME/hooks.log")" = $'prepare-commit-msg\npost-commit' ]
}

@test "a hook that says no stops the commit" {
	with_table
	printf '#!/bin/sh\necho "no prices on Sundays" >&2\nexit 1\n' > .git/hooks/pre-commit
	chmod +x .git/hooks/pre-commit
	echo a > a
	varve add a > /dev/null
	ends_with 1 varve commit -m x
	stderr_has "no prices on Sundays"
	stderr_has "nothing was committed"
	stderr_has "pre-commit may have refused the commit"
	[ "$(git rev-list --count HEAD)" = 1 ]
	succeeds varve commit -q -n -m x
}

@test "a hook may change the message and what is staged" {
	with_table
	printf '#!/bin/sh\necho made > made.txt; git add made.txt\n' > .git/hooks/pre-commit
	printf '#!/bin/sh\necho "Checked: yes" >> "$1"\n' > .git/hooks/commit-msg
	chmod +x .git/hooks/pre-commit .git/hooks/commit-msg
	echo a > a
	varve add a > /dev/null
	succeeds varve commit -q -m x
	[ "$(git log -1 --format=%B)" = $'x\nChecked: yes' ]
	git cat-file -e HEAD:made.txt
	clean
}

@test "the editor gets a template and its comments go" {
	with_table
	rows 310 > prices.csv
	cat > "$HOME/editor" <<-'END'
	#!/bin/sh
	cp "$1" "$HOME/template"
	sed -i '1s/^/Edited\n/' "$1"
	END
	chmod +x "$HOME/editor"
	GIT_EDITOR="$HOME/editor" succeeds varve commit -q -a
	[ "$(git log -1 --format=%B)" = Edited ]
	grep -q '^# On branch main$' "$HOME/template"
	grep -q '^#	modified:   prices.csv' "$HOME/template"
	GIT_EDITOR=true ends_with 1 varve commit --allow-empty
	stderr_has "empty commit message"
}

@test "without an editor the way out is named" {
	with_table
	unset EDITOR
	TERM=dumb ends_with 1 varve commit --allow-empty
	stderr_has "-m"
}

@test "a merge is committed with both parents and its message" {
	with_table
	git checkout -q -b side
	echo side > notes.txt
	git add notes.txt
	git commit -q -m side
	git checkout -q main
	echo main > notes.txt
	git add notes.txt
	git commit -q -m main
	git merge side > /dev/null 2>&1 || true
	ends_with 1 varve commit -m x
	stderr_has "there are unmerged paths; nothing was committed"
	ends_with 1 varve commit -a -m x
	stderr_has "there are unmerged paths"
	echo both > notes.txt
	varve add notes.txt > /dev/null
	succeeds varve commit --no-edit
	[ "$(git log -1 --format=%s)" = "Merge branch 'side'" ]
	[ "$(git rev-list --parents -1 HEAD | wc -w)" = 3 ]
	[ ! -e .git/MERGE_HEAD ]
	clean
}

@test "bulk text under a tracked path is refused with the way out" {
	with_table
	rows 5 > prices.csv
	git -c filter.varve.process= -c filter.varve.clean=cat -c filter.varve.required=false add prices.csv
	ends_with 2 varve commit -m x
	stderr_has "prices.csv is tracked by varve, but is staged as plain text; nothing was committed"
	stderr_has "varve add --fix prices.csv"
	succeeds varve add --fix prices.csv
	succeeds varve commit -q -m x
	git cat-file blob HEAD:prices.csv | grep -q '"rows": 5'
	clean
}

@test "a pointer that was edited by hand is refused" {
	with_table
	local blob
	blob=$(git cat-file blob :prices.csv | sed 's/"rows": 300/"rows": 301/' | git hash-object -w --stdin)
	git update-index --cacheinfo 100644,$blob,prices.csv
	ends_with 2 varve commit -m x
	stderr_has "its pointer was edited"
	[ "$(git rev-list --count HEAD)" = 1 ]
}

@test "an edited datapackage.json gives the table a new root and no new group" {
	with_table 3000
	cat > datapackage.json <<-'END'
	{"name": "p", "resources": [{"name": "prices", "path": "prices.csv", "schema": {
	  "fields": [{"name": "id", "type": "string"}, {"name": "name", "type": "string"},
	             {"name": "price", "type": "number"}, {"name": "day", "type": "date"}],
	  "primaryKey": ["id"]}}]}
	END
	varve add datapackage.json > /dev/null
	succeeds varve commit -v -m describe
	[[ $output =~ prices\.csv:\ 1\ column\ retyped\;\ 0\ of\ [0-9]+\ groups?\ new ]]
	git cat-file blob HEAD:prices.csv | grep -q '{"name": "id", "type": "string"}'
	clean
	succeeds varve status --porcelain
	output_is ""
	succeeds varve add prices.csv
	output_is "prices.csv: unchanged"
}

@test "a dry run says what would be committed" {
	with_table
	rows 310 > prices.csv
	varve add prices.csv > /dev/null
	succeeds varve commit --dry-run
	output_has "Changes to be committed:"
	[ "$(git rev-list --count HEAD)" = 1 ]
	varve commit -q -m two
	ends_with 1 varve commit --dry-run
}

@test "committing works in a linked worktree and on a detached HEAD" {
	with_table
	git worktree add -q ../other -b other
	cd ../other
	rows 310 > prices.csv
	succeeds varve commit -a -m there
	output_has "[other "
	git checkout -q --detach
	rows 311 > prices.csv
	succeeds varve commit -a -m detached
	output_has "[detached HEAD "
	clean
}

@test "git status is clean right after every commit" {
	new_repo
	local i
	for i in 1 2 3 4 5 6; do
		rows $((300 + i)) $i > prices.csv
		varve add prices.csv > /dev/null
		varve commit -q -m "$i"
		clean
	done
}

@test "a locked index is named" {
	with_table
	rows 310 > prices.csv
	touch .git/index.lock
	ends_with 2 varve commit -a -m x
	stderr_has "index.lock"
	rm .git/index.lock
	succeeds varve commit -q -a -m x
}

@test "a cherry-pick that stopped keeps its author" {
	with_table
	echo one > notes.txt
	varve add notes.txt > /dev/null
	varve commit -q -m notes
	git checkout -q -b side
	echo side > notes.txt
	GIT_AUTHOR_NAME=Ada git commit -q -a -m "side note"
	git checkout -q main
	echo main > notes.txt
	git commit -q -a -m main
	git cherry-pick side > /dev/null 2>&1 || true
	echo both > notes.txt
	varve add notes.txt > /dev/null
	succeeds varve commit --no-edit
	[ "$(git log -1 --format='%an: %B')" = "Ada: side note" ]
	[ ! -e .git/CHERRY_PICK_HEAD ]
}

@test "many tables are summed up" {
	new_repo
	varve track '*.csv' > /dev/null
	local i
	for i in $(seq 1 25); do rows $((i + 5)) > $i.csv; done
	varve add . > /dev/null
	succeeds varve commit -m many
	output_has " 26 files changed"
	output_has "  and 5 more"
}

@test "the first commit may be of some paths only" {
	new_repo
	echo a > a.txt
	echo b > b.txt
	varve add a.txt b.txt > /dev/null
	succeeds varve commit -q -m a a.txt
	[ "$(git ls-tree --name-only HEAD)" = a.txt ]
	[ "$(git status --porcelain)" = 'A  b.txt' ]
}

@test "a date keeps its zone" {
	new_repo
	rows 5 > a.csv
	varve add a.csv > /dev/null
	TZ=America/New_York succeeds varve commit -m one --date 2024-03-01T12:00:00+05:30
	[ "$(git log -1 --format=%ad --date=iso)" = "2024-03-01 12:00:00 +0530" ]
	[ "$(git log -1 --format=%cd --date=iso)" = "2024-03-01 12:00:00 +0530" ]
	succeeds varve commit --amend --no-edit --date '1709290800 -0330'
	[ "$(git log -1 --format=%ad --date=raw)" = "1709290800 -0330" ]
	TZ=XYZ-2 succeeds varve commit --amend --no-edit --date 2024-03-01T12:00:00
	[ "$(git log -1 --format=%ad --date=iso)" = "2024-03-01 12:00:00 +0200" ]
}

@test "a day is noon in UTC, of author and committer" {
	with_table
	for day in 2026-10-05 '5 Oct 2026'; do
		TZ=Asia/Tokyo succeeds varve commit -q --allow-empty -m x --date "$day"
		[ "$(git log -1 --format='%ad %cd' --date=iso)" = "2026-10-05 12:00:00 +0000 2026-10-05 12:00:00 +0000" ]
	done
	before=$(git log -1 --format=%ct)
	ends_with 2 varve commit -q --amend --no-edit --allow-empty --author-date 2026-10-06
	stderr_has "GIT_AUTHOR_DATE"
	GIT_AUTHOR_DATE=2026-10-06T12:00:00Z succeeds varve commit -q --allow-empty -m x
	[ "$(git log -1 --format=%at)" = "$((before + 86400))" ]
	[ "$(git log -1 --format='%ct +0000')" = "$GIT_COMMITTER_DATE" ]
}

# A committed table and text, both changed; one more text is staged.
changed() {
	new_repo
	rows 50 > a.csv
	echo one > b.txt
	echo one > c.txt
	varve add . > /dev/null
	varve add a.csv > /dev/null
	varve commit -qm one
	echo two > c.txt
	varve add c.txt > /dev/null
	rows 60 > a.csv
	echo two > b.txt
	git status --porcelain > ../before
}

@test "a commit -a that fails leaves the index as it was" {
	changed
	cp .git/index ../index
	printf '#!/bin/sh\nexit 1\n' > .git/hooks/pre-commit
	chmod +x .git/hooks/pre-commit
	ends_with 1 varve commit -am two
	same_bytes .git/index ../index
	git status --porcelain | cmp - ../before
	ends_with 1 varve commit -m two b.txt
	same_bytes .git/index ../index
	# A hook that stages and then refuses; a message that is refused; none at all.
	printf '#!/bin/sh\ngit add b.txt\nexit 1\n' > .git/hooks/pre-commit
	ends_with 1 varve commit -am two
	git status --porcelain | cmp - ../before
	rm .git/hooks/pre-commit
	printf '#!/bin/sh\nexit 1\n' > .git/hooks/commit-msg
	chmod +x .git/hooks/commit-msg
	ends_with 1 varve commit -am two
	git status --porcelain | cmp - ../before
	rm .git/hooks/commit-msg
	ends_with 1 varve commit -a
	git status --porcelain | cmp - ../before
	[ ! -e .git/index.lock ]
	succeeds varve commit -am two
	succeeds git status --porcelain
	output_is ""
}

@test "what somebody else staged while a commit -a failed stays" {
	changed
	echo other > d.txt
	printf '#!/bin/sh\ngit add d.txt\nexit 1\n' > .git/hooks/commit-msg
	chmod +x .git/hooks/commit-msg
	ends_with 1 varve commit -am two
	stderr_has "another program changed the index in the meantime"
	[ -n "$(git ls-files d.txt)" ]
}

@test "commit -a takes a table whose file is the same and whose new description is not" {
	new_repo
	printf 'id,price\n1,1.50\n2,10.25\n' > t.csv
	touch -d '1 hour ago' t.csv
	varve add -q t.csv
	varve commit -qm one
	varve schema --type price=string t.csv 2> /dev/null
	succeeds varve status -s
	output_has " M t.csv"
	succeeds varve diff --stat
	output_has "t.csv"
	succeeds varve commit -a -m two
	output_has "t.csv: 1 column retyped"
	succeeds varve schema HEAD:t.csv
	output_has '"type": "string"'
	succeeds varve status -s
	output_is "?? datapackage.json"
	succeeds git status --short
	output_is "?? datapackage.json"
}

@test "a dry run of -a, or of paths, has what these would stage" {
	new_repo
	rows 9 > a.csv
	rows 9 > b.csv
	echo one > c.txt
	varve add a.csv b.csv c.txt > /dev/null
	varve commit -q -m one
	rows 9 1 > a.csv
	rm c.txt
	rows 10 > b.csv
	ends_with 1 varve commit --dry-run
	succeeds varve commit -a --dry-run
	output_has "modified:  a.csv"
	output_has "deleted:   c.txt"
	output_lacks "not staged"
	succeeds varve commit --dry-run a.csv
	output_has "modified:  a.csv"
	output_has "Changes not staged for commit"
	ends_with 1 varve commit --dry-run none.txt || [ "$status" = 2 ]
	[ -z "$(git diff --cached --name-only)" ]
	succeeds varve commit -a -m two
	ends_with 1 varve commit -a --dry-run
}

@test "varve that is run by its path, and is not on the PATH, is the filter of the git that it runs" {
	local own=${VARVE_BIN:-$(dirname "$(command -v varve)")}/varve
	new_repo
	rows 5 > t.csv
	varve add -q t.csv
	succeeds env PATH=/usr/bin:/bin "$own" commit -m one
	sed -i s/^3,item/3,other/ t.csv
	succeeds env PATH=/usr/bin:/bin "$own" commit -am two
	git ls-tree -l HEAD t.csv | grep -q ' [0-9][0-9][0-9]*	t.csv'
	succeeds env PATH=/usr/bin:/bin "$own" switch -c side HEAD~1
	cmp t.csv <(rows 5)
}

@test "paths are committed and removed where the environment makes git take all paths literally" {
	new_repo
	rows 3 > t.csv
	rows 3 | tee u.csv > '[x].csv'
	varve add -q t.csv u.csv '[x].csv' && varve commit -qm one
	sed -i s/^2/9/ t.csv u.csv
	export GIT_LITERAL_PATHSPECS=1
	succeeds varve commit -qm two -- t.csv
	[ "$(git status --porcelain)" = " M u.csv" ]
	succeeds varve rm -q '[x].csv'
	[ ! -e '[x].csv' ]
	succeeds varve restore u.csv
	[ "$(git status --porcelain -- u.csv)" = "" ]
}

@test "--no-gpg-sign commits unsigned, whatever the settings" {
	new_repo
	rows 20 > t.csv
	varve add t.csv > /dev/null
	git config commit.gpgSign true
	git config gpg.program false
	ends_with 2 varve commit -qm one
	ends_with 128 git rev-parse --verify HEAD
	succeeds varve commit --no-gpg-sign -qm one
	git cat-file commit HEAD > ../commit
	[ "$(grep -c gpgsig ../commit)" = 0 ]
}
