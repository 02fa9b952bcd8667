load ../helper

with_table() {
	new_repo
	rows "${1-300}" > prices.csv
	echo text > notes.txt
	varve add prices.csv notes.txt > /dev/null
	varve commit -q -m one
	tick
}

@test "an empty repository says what to do" {
	new_repo
	succeeds varve status
	output_is $'On branch main\n\nNo commits yet\n\nnothing to commit (create or copy files and use "varve add" to track them)'
}

@test "after a commit all is clean for varve and for Git" {
	with_table
	succeeds varve status
	output_is $'On branch main\nnothing to commit, working tree clean'
	[ -z "$(git status --porcelain)" ]
	succeeds varve status --porcelain
	output_is ""
}

@test "a changed table is told in rows, and with -v in groups" {
	with_table 3000
	rows 3012 > prices.csv
	echo more >> notes.txt
	succeeds varve status
	output_has "Changes not staged for commit:"
	[[ $output =~ modified:\ +prices\.csv\ +\+12\ rows$'\n' ]]
	succeeds varve status -v
	[[ $output =~ modified:\ +prices\.csv\ +\+12\ rows\;\ [0-9]+\ of\ [0-9]+\ groups? ]]
	output_has "modified:  notes.txt"
}

@test "staged and unstaged and untracked come apart" {
	with_table
	rows 310 > prices.csv
	varve add prices.csv > /dev/null
	echo more >> notes.txt
	echo new > new.txt
	succeeds varve status --porcelain
	output_is $' M notes.txt\nM  prices.csv\n?? new.txt'
	local ours=$output
	[ "$ours" = "$(git status --porcelain)" ]
	succeeds varve status -s -b
	output_has "## main"
	succeeds varve status
	output_has "Changes to be committed:"
	output_has "Untracked files:"
}

@test "only the form changed is said so" {
	with_table
	sed 's/$/\r/' prices.csv > crlf.csv
	mv crlf.csv prices.csv
	succeeds varve status
	output_has "formatting only: LF -> CRLF"
}

@test "a renamed column is not a change of formatting only" {
	new_repo
	printf 'id,"name",x\n1,a,5\n2,b,6\n' > t.csv
	varve add -q t.csv
	varve commit -qm one
	sed -i '1s/.*/id,label,x/' t.csv
	succeeds varve status
	output_has "modified:  t.csv  1 column renamed"
	succeeds varve status --json
	[ "$(jq -c '.entries[0].unstaged | [.formOnly, .changes.columnsRenamed]' <<< "$output")" = '[null,1]' ]
	sed -i '1s/.*/id,name,x/' t.csv
	succeeds varve status
	output_has "formatting only: header line with other quotes or spaces"
}

@test "a pointer alone is named with the command that mends it" {
	with_table
	git cat-file blob :prices.csv > p
	mv p prices.csv
	succeeds varve status
	output_has "pointer only: varve restore prices.csv"
	rm -rf .git/varve/packs
	succeeds varve status
	output_has "pointer only (blocks missing here): varve restore prices.csv"
	succeeds varve status --porcelain
	output_is ""
}

@test "the command that writes a table quotes its name" {
	new_repo
	rows 5 > "my prices.csv"
	varve add -q "my prices.csv"
	git show ":my prices.csv" > pointer
	mv pointer "my prices.csv"
	succeeds varve status
	output_has "my prices.csv  pointer only: varve restore 'my prices.csv'"
}

@test "plain text under a tracked pattern is named with the command that mends it" {
	new_repo
	rows 10 > a.csv
	git add a.csv
	git commit -q -m text
	varve track '*.csv' > /dev/null
	varve commit -q -m track
	succeeds varve status
	output_has "Committed as plain text"
	output_has "a.csv"
	output_has "varve add --fix"
}

@test "a table that cannot be read does not stop status" {
	with_table
	printf 'id,name,price,day\n1,"open\n' > prices.csv
	succeeds varve status
	output_has "modified:"
	output_has "cannot be added:"
	output_has "line 2"
}

@test "a table that lost its line in .gitattributes is named with the way back" {
	with_table
	git mv prices.csv costs.csv
	succeeds varve status
	output_has "costs.csv  no longer tracked by .gitattributes; 'varve track costs.csv' tracks it again"
	succeeds varve track costs.csv
	varve commit -q -m moved
	succeeds varve status --porcelain
	output_is ""
}

@test "deleted and renamed files are told as Git does" {
	new_repo
	varve track '*.csv' > /dev/null
	rows 300 > prices.csv
	echo text > notes.txt
	varve add . > /dev/null
	varve commit -q -m one
	git mv prices.csv costs.csv
	rm notes.txt
	succeeds varve status --porcelain
	output_is $'R  prices.csv -> costs.csv\n D notes.txt'
	[ "$output" = "$(git status --porcelain)" ]
}

@test "a touched table is clean" {
	with_table
	touch -d '2030-01-01' prices.csv
	succeeds varve status --porcelain
	output_is ""
}

@test "an edit that keeps size and time of day is seen" {
	with_table
	sed '5s/item/ITEM/' prices.csv > p
	cat p > prices.csv
	rm p
	succeeds varve status --porcelain
	output_is " M prices.csv"
}

@test "odd names are quoted as Git quotes them" {
	new_repo
	touch 'two words' $'tab\there' 'café' 'q"uote'
	succeeds varve status --porcelain
	[ "$output" = "$(git status --porcelain)" ]
	varve status --porcelain -z > "$HOME/ours"
	git status --porcelain -z > "$HOME/theirs"
	same_bytes "$HOME/ours" "$HOME/theirs"
	git config core.quotepath false
	succeeds varve status --porcelain -uall
	[ "$output" = "$(git status --porcelain -uall)" ]
}

@test "a folder shows paths from itself and scripts get them from the top" {
	with_table
	mkdir sub
	echo x > sub/x.txt
	echo more >> notes.txt
	cd sub
	succeeds varve status -s
	output_is $' M ../notes.txt\n?? ./'
	[ "$output" = "$(git status -s)" ]
	succeeds varve status --porcelain
	output_is $' M notes.txt\n?? sub/'
}

@test "paths limit what is shown" {
	with_table
	echo more >> notes.txt
	rows 5 > prices.csv
	succeeds varve status --porcelain notes.txt
	output_is " M notes.txt"
}

@test "untracked files can be hidden and listed" {
	new_repo
	mkdir d
	touch d/a d/b
	succeeds varve status --porcelain
	output_is "?? d/"
	succeeds varve status --porcelain -uall
	output_is $'?? d/a\n?? d/b'
	succeeds varve status --porcelain -uno
	output_is ""
}

@test "ahead and behind are told" {
	with_table
	git branch base
	git branch -q --set-upstream-to base
	echo a > a.txt
	varve add a.txt > /dev/null
	varve commit -q -m two
	succeeds varve status
	output_has "Your branch is ahead of 'base' by 1 commit"
	succeeds varve status -sb
	output_is "## main...base [ahead 1]"
	[ "$output" = "$(git status -sb)" ]
}

@test "git is asked for the upstream of a branch only where the settings name one" {
	with_table
	GIT_TRACE="$PWD/../trace" varve status > /dev/null
	grep -q ls-files ../trace
	! grep for-each-ref ../trace || false
	git branch base
	printf '[branch "Main"]\n\tremote = .\n[Branch "main"]\n\tREMOTE = .\n\tMerge = refs/heads/base\n' > ../more
	git config include.path "$PWD/../more"
	succeeds varve status -sb
	output_is "## main...base"
	git config --unset include.path
	git config --global branch.main.merge refs/heads/base
	git config --global branch.main.remote .
	succeeds varve status -sb
	[ "$output" = "$(git status -sb)" ]
	output_is "## main...base"
}

@test "an upstream that is not there, not yet or no longer, is told and stops nothing" {
	git init -q --bare ../empty.git
	varve clone -q ../empty.git ../first
	cd ../first
	echo a > a.txt
	varve add a.txt > /dev/null
	varve commit -q -m one
	succeeds varve status
	output_has "Your branch is based on 'origin/main', but the upstream is gone"
	succeeds varve status -sb
	output_is "## main...origin/main [gone]"
	[ "$output" = "$(git status -sb)" ]
	succeeds varve status --json
	output_has '"upstreamGone": true'
	varve push -q
	succeeds varve status --json
	[ "$(jq -c '[.upstream, has("upstreamGone")]' <<< "$output")" = '["origin/main",false]' ]
	# somebody deletes it
	git -C ../empty.git update-ref -d refs/heads/main
	varve fetch -q --prune
	succeeds varve status -sb
	output_is "## main...origin/main [gone]"
}

@test "versions that no remote has are counted, whichever commits bring them" {
	new_repo
	rows 20 > p.csv
	varve add p.csv > /dev/null
	varve commit -q -m one
	succeeds varve status
	output_lacks "known remote"
	git init -q --bare ../hub.git
	git remote add origin ../hub.git
	succeeds varve status
	output_has "1 version of a table in local branches, not on any known remote"
	output_has 'use "varve push" to send'
	succeeds varve status --json
	output_has '"unsentVersions": 1'
	(cd ../hub.git && varve init --bare -q)
	varve push -q -u origin main
	rows 20 1 > p.csv
	varve commit -q -a -m two
	git switch -q -c other HEAD~1
	rows 20 2 > p.csv
	varve commit -q -a -m three
	succeeds varve status
	output_has "2 versions of tables in local branches"
	# A squash on the other side: another commit, the same version.
	git switch -q main
	varve push -q origin main:squashed
	git fetch -q origin
	succeeds varve status
	output_has "1 version of a table in local branches"
	varve push -q origin other
	succeeds varve status
	output_lacks "known remote"
}

@test "conflicts are shown with Git's letters" {
	with_table
	git checkout -q -b side
	echo side > notes.txt
	git commit -q -a -m side
	git checkout -q main
	echo main > notes.txt
	git commit -q -a -m main
	git merge side > /dev/null 2>&1 || true
	succeeds varve status --porcelain
	output_is "UU notes.txt"
	succeeds varve status
	output_has $'\tboth modified:   notes.txt'
	output_has "A merge is in progress"
}

@test "the longest word of a conflict is apart from its path" {
	with_table
	git checkout -q -b side
	git rm -q prices.csv
	git commit -q -m side
	git checkout -q main
	varve set -q prices.csv 1 name=x
	varve commit -qam main
	git merge side > /dev/null 2>&1 || true
	succeeds varve status
	output_has $'\tdeleted by them: prices.csv'
}

@test "the JSON form is valid and holds the counts" {
	with_table 3000
	rows 3012 > prices.csv
	echo new > new.txt
	succeeds varve status --json
	python3 - "$output" <<-'END'
	import json, sys
	s = json.loads(sys.argv[1])
	assert s["branch"] == "main" and s["state"] == "" and len(s["head"]) == 40
	by = {e["path"]: e for e in s["entries"]}
	p = by["prices.csv"]
	assert p["kind"] == "table" and p["worktree"] == "M" and p["index"] == " "
	assert p["unstaged"]["rowCount"] == 3012 and p["unstaged"]["rowCountBefore"] == 3000
	assert 0 < p["unstaged"]["groupsNew"] <= p["unstaged"]["groups"]
	assert by["new.txt"]["index"] == "?"
	END
}

@test "status outside a repository and in a bare one is explained" {
	cd "$BATS_TEST_TMPDIR/home"
	ends_with 2 varve status
	stderr_has "not a"
	varve init --bare b.git > /dev/null
	cd b.git
	ends_with 2 varve status
	stderr_has "requires a work tree"
}

@test "colours come only on a terminal and not against NO_COLOR" {
	command -v script > /dev/null || skip "there is no program 'script'"
	new_repo
	echo x > x.txt
	run env TERM=xterm script -qec "varve status -s" /dev/null
	output_has $'\e[31m?'
	run env TERM=xterm NO_COLOR=1 script -qec "varve status -s" /dev/null
	output_lacks $'\e'
	run env TERM=dumb script -qec "varve status -s" /dev/null
	output_lacks $'\e'
	succeeds varve status -s
	output_is "?? x.txt"
}

@test "status and diff name a submodule with other commits, changed or new files, as git does" {
	git init -q -b main sub
	(cd sub && echo a > f && git add f && git commit -q -m one)
	git init -q -b main top
	cd top
	varve init -q
	git -c protocol.file.allow=always submodule --quiet add ../sub sub
	git commit -q -m sub
	succeeds varve status --short
	output_is ""
	echo b >> sub/f
	succeeds varve status --short
	output_is " M sub"
	git -C sub commit -q -a -m two
	succeeds varve status --short
	output_is " M sub"
	succeeds varve status
	output_has "modified:  sub"
	for side in "" HEAD "-- sub"; do
		ends_with 1 varve diff --exit-code $side
		output_has "sub: a link or submodule changed"
	done
	git config -f .gitmodules submodule.sub.ignore all
	git commit -q -a -m ignore
	succeeds varve show
	output_has "sub: a link or submodule changed ('git show $(git rev-parse --short=10 HEAD)' shows it)"
	succeeds varve status --short
	output_is ""
	succeeds varve diff --exit-code
	output_is ""
}

@test "a file of git add -N is new in the work tree, as for git" {
	new_repo
	varve commit -qm base --allow-empty
	rows 3 > t.csv
	echo x > n.txt
	: > empty
	git add -N t.csv n.txt empty
	[ "$(git status --porcelain)" = " A empty
 A n.txt
 A t.csv" ]
	succeeds varve status --porcelain
	output_is "$(git status --porcelain)"
	succeeds varve diff --name-only
	output_is "$(git diff --name-only)"
}

@test "a table whose executable bit alone changed is modified, as git has it" {
	new_repo
	rows 3 > t.csv
	varve add -q t.csv && varve commit -qm base
	chmod +x t.csv
	succeeds varve status --porcelain
	output_is "$(git status --porcelain)"
	output_is " M t.csv"
	git config core.fileMode false
	succeeds varve status --porcelain
	output_is ""
	git config core.fileMode true
	succeeds varve commit -qam mode
	[ "$(git show --summary --format=)" = " mode change 100644 => 100755 t.csv" ]
	succeeds varve status --porcelain
	output_is ""
}

@test "magic words and the variables for patterns select the paths that git selects" {
	local spec mode
	new_repo
	mkdir -p in/deep
	for file in t.csv U.csv in/a.csv in/B.csv in/deep/c.csv '[x].csv' x.csv; do
		rows 3 > "$file"
	done
	varve add -q . && varve commit -qm base
	for file in t.csv U.csv in/a.csv in/B.csv in/deep/c.csv '[x].csv' x.csv; do
		sed -i s/^2/9/ "$file"
	done
	cd in
	for mode in NONE=1 GIT_GLOB_PATHSPECS=1 GIT_ICASE_PATHSPECS=yes GIT_NOGLOB_PATHSPECS=1 GIT_ICASE_PATHSPECS=no; do
		for spec in a.csv A.CSV '*.csv' '*.CSV' '**/*.csv' 'd*' ../t.csv ../T.csv \
			':/' ':/t.csv' ':/./t.csv' ':/in/..//t.csv' ':(top)*.csv' ':(top,glob)*.csv' ':(glob)*.csv' ':(icase)b.CSV' ':(icase)*.CSV' ':(top,icase)u.csv' \
			':(top,literal)[x].csv' ':(top)[x].csv' ':(exclude)a.csv' ':!*.csv' ':(exclude,icase)A.csv' ':^/in' ':(top,icase)IN/DEEP'; do
			[ "$(env $mode varve status --porcelain "$spec" 2> /dev/null)" = "$(env $mode git status --porcelain "$spec" 2> /dev/null)" ] || {
				echo "$mode '$spec'"
				env $mode varve status --porcelain "$spec"
				echo git:
				env $mode git status --porcelain "$spec"
				return 1
			}
		done
	done
	GIT_ICASE_PATHSPECS=1 varve commit -qm case B.CSV
	[ "$(git show --format= --name-only)" = in/B.csv ]
	GIT_GLOB_PATHSPECS=1 varve commit -qm glob '*.csv'
	[ "$(git show --format= --name-only)" = in/a.csv ]
}

@test "pathspecs of git that varve lacks are refused, and patterns are names where git takes all literally" {
	new_repo
	rows 3 | tee t.csv > u.csv
	varve add -q t.csv u.csv && varve commit -qm base
	sed -i s/^2/9/ t.csv
	for spec in ':(attr:x)*.csv' ':(icase' ':(literal,glob)t.csv' ':(tpo)t.csv'; do
		for verb in "status --porcelain" "diff --name-only --" "restore" "rm --cached"; do
			ends_with 2 varve $verb "$spec"
			stderr_has "does not know the pathspec '$spec'"
		done
	done
	for file in '' ':!u.csv'; do # which excludes although there is a file of this name
		[ -z "$file" ] || : > "$file"
		succeeds varve diff --name-only -- ':!u.csv'
		output_is t.csv
	done
	for verb in add "status --porcelain" "rm --cached"; do
		ends_with 2 varve $verb ':/../out.csv'
		stderr_has "no file matches ':/../out.csv'"
	done
	export GIT_LITERAL_PATHSPECS=1
	ends_with 2 varve rm -f '*.csv'
	[ -e u.csv ]
	succeeds varve status --porcelain '*.csv'
	output_is "$(git status --porcelain '*.csv')"
}

@test "a file that varve keeps as bytes is of the kind file in JSON" {
	new_repo
	echo one > notes.txt
	varve add -q --as file notes.txt
	varve commit -qm one
	echo two > notes.txt
	succeeds varve status --json
	[ "$(jq -r '.entries[].kind' <<< "$output")" = file ]
}

@test "the pointer of another version in the work tree is compared with the index by its rows" {
	with_table 3000
	sed -i 's/^9,item/9,other/' prices.csv
	rows 2 | tail -n 1 | sed 's/^2,/5000,/' >> prices.csv
	varve add -q prices.csv
	varve commit -qm two
	git show HEAD~:prices.csv > prices.csv
	succeeds varve status
	output_has "modified:  prices.csv  -1 ~1 rows"
	varve diff --stat | grep -q "prices.csv | -1 ~1 rows"
	succeeds varve status --json
	[ "$(jq -c '.entries[] | [.kind, .unstaged.rowCount, .unstaged.rowCountBefore]' <<< "$output")" = '["table",3000,3001]' ]
}

@test "tables that are compared side by side have the counts that each has alone" {
	new_repo
	for i in $(seq 10 39); do
		rows 40 "$i" > "t$i.csv"
	done
	varve add -q ./*.csv
	varve commit -qm one
	for i in $(seq 10 2 38); do
		rows 41 "$i" | tail -n 1 >> "t$i.csv" # another length
	done
	sed -i '5s/2024/2025/' t11.csv t13.csv         # the same length
	sed -i 5d t15.csv
	touch t17.csv
	: > t19.csv
	git show HEAD:t21.csv | sed 's/rows/rowz/' > t21.csv # add refuses it
	git show HEAD:t22.csv > t23.csv                # the pointer of another table
	rm t25.csv
	chmod +x t27.csv
	echo 'id;name' > t29.csv
	succeeds varve status
	all=$output
	core=$(taskset -cp $$ | grep -o '[0-9]*$')
	succeeds taskset -c "$core" varve status # without threads
	output_is "$all"
	for i in $(seq 10 39); do
		line=$(grep "t$i.csv" <<< "$all" || true)
		[ "$line" = "$(varve status "t$i.csv" | grep "t$i.csv" || true)" ]
	done
	output_has "modified:  t10.csv  +1 row"
	output_has "modified:  t11.csv  ~1 row"
	output_has "modified:  t15.csv  -1 row"
	output_has "cannot be added"
	output_lacks t17.csv
	succeeds varve status --porcelain
	output_is "$(git status --porcelain)"
}

@test "diff shows a file of another length, and one of the same length, once" {
	new_repo
	rows 40 1 > a.csv
	rows 40 2 > b.csv
	varve add -q a.csv b.csv
	varve commit -qm one
	sed -i '5s/2024/2025/' a.csv
	sed -i 5d b.csv
	touch -d 2001-01-01 a.csv
	succeeds varve diff --stat
	output_has "a.csv | ~1 row"
	output_has "b.csv | -1 row"
	git add a.csv
	sed -i '5s/2025/2024/' a.csv # as committed, and not as staged
	succeeds varve diff --stat
	output_has "a.csv | ~1 row"
	succeeds varve diff --stat HEAD
	output_lacks a.csv
	sed -i '5s/2024/2025/' a.csv
	succeeds varve diff --stat
	output_lacks a.csv
}
