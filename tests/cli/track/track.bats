load ../helper

@test "a pattern is tracked once and staged" {
	new_repo
	succeeds varve track 'data/**/*.csv'
	output_is "data/**/*.csv: tracked"
	git check-attr filter diff merge -- data/x/a.csv | grep -c ': varve$' | grep -qx 3
	[ "$(git diff --cached --name-only)" = .gitattributes ]
	succeeds varve track 'data/**/*.csv'
	output_is "data/**/*.csv: is already tracked"
	[ "$(grep -c 'data' .gitattributes)" = 1 ]
}

@test "the list tells which line makes a table of which file" {
	new_repo
	succeeds varve track
	output_has "nothing is tracked yet"
	rows 5 > a.csv
	varve add a.csv > /dev/null
	succeeds varve track --text
	output_is "no pattern keeps tables as text; 'varve track --text PATTERN' adds one"
	varve track '*.tsv' > /dev/null
	succeeds varve track
	output_has ".gitattributes:2: /a.csv"
	output_has $'\ta.csv'
	output_has "*.tsv  (no file yet)"
}

@test "a pattern of a folder is written for the top" {
	new_repo
	mkdir data
	cd data
	succeeds varve track '*.csv'
	output_is "data/**/*.csv: tracked"
	succeeds git check-attr filter -- a.csv
	output_is "a.csv: filter: varve"
	succeeds git check-attr filter -- ../a.csv
	output_is "../a.csv: filter: unspecified"
}

@test "text that matches is counted with the command that converts it" {
	new_repo
	rows 5 > a.csv
	rows 6 > b.csv
	git add . && git commit -q -m text
	succeeds varve track '*.csv'
	output_has "2 matching files are stored in Git as text; 'varve add --fix' makes tables of them"
	git reset -q --hard
	succeeds varve track a.csv
	output_has "1 matching file is stored in Git as text; 'varve add --fix' makes a table of it"
}

@test "track and untrack take the name of a file with brackets as that file" {
	new_repo
	rows 3 | tee x.csv > '[x].csv'
	varve add -q '[x].csv'
	succeeds varve untrack '[x].csv'
	output_has "[x].csv: no longer tracked"
	[ "$(git check-attr filter '[x].csv')" = "[x].csv: filter: unspecified" ]
	succeeds varve track '[x].csv'
	[ "$(git check-attr filter '[x].csv')" = "[x].csv: filter: varve" ]
	[ "$(git check-attr filter x.csv)" = "x.csv: filter: unspecified" ]
	rm '[x].csv'
	varve track '[y].csv'
	[ "$(git check-attr filter y.csv)" = "y.csv: filter: varve" ]
	succeeds varve untrack '[y].csv'
}

@test "untrack takes the line back" {
	new_repo
	varve track '*.csv' > /dev/null
	succeeds varve untrack '*.csv'
	output_has "*.csv: no longer tracked"
	succeeds git check-attr filter -- a.csv
	output_is "a.csv: filter: unspecified"
	ends_with 2 varve untrack '*.csv'
	stderr_has "*.csv"
	stderr_has "'varve track' lists the lines"
	ends_with 2 varve untrack
}

@test "untrack of a file that another line tracks writes an exception, and names that line where it cannot" {
	new_repo
	rows 5 > p.csv
	rows 5 > q.csv
	varve track '*.csv' > /dev/null
	varve add -q p.csv q.csv
	varve commit -qm one
	succeeds varve untrack p.csv
	grep -qxF '/p.csv !filter !diff !merge -text' .gitattributes
	succeeds git check-attr filter -- p.csv
	output_is "p.csv: filter: unspecified"
	succeeds git add --renormalize .
	[ "$(git diff --cached --name-only | xargs)" = ".gitattributes p.csv" ]
	git cat-file blob :p.csv | cmp - p.csv
	succeeds varve track p.csv
	succeeds varve untrack p.csv # the line of the file and that of the pattern
	succeeds git check-attr filter -- p.csv
	output_is "p.csv: filter: unspecified"
	varve track '*' > /dev/null
	succeeds varve untrack '*'
	stderr_has "q.csv is still tracked, by .gitattributes:2 (*.csv)"
	mkdir deep
	rows 5 > deep/t.csv
	echo 't.csv filter=varve diff=varve merge=varve -text' > deep/.gitattributes
	cp .gitattributes before
	ends_with 2 varve untrack deep/t.csv
	stderr_has "in a deeper folder still tracks it"
	cmp before .gitattributes
}

@test "a file becomes text again after untrack and git add" {
	new_repo
	rows 5 > a.csv
	varve add a.csv > /dev/null
	varve commit -q -m one
	succeeds varve untrack a.csv
	output_has "git add --renormalize PATH"
	succeeds git add --renormalize a.csv
	succeeds varve commit -q -m text
	git cat-file blob HEAD:a.csv | cmp - a.csv
}

@test "untrack names a damaged pointer, which stays" {
	new_repo
	rows 20 > p.csv
	varve add p.csv > /dev/null
	varve commit -q -m one
	git cat-file blob HEAD:p.csv | sed '3,$d' > "$BATS_TEST_TMPDIR/bad"
	git update-index --cacheinfo "100644,$(git hash-object -w --no-filters "$BATS_TEST_TMPDIR/bad"),p.csv"
	git -c core.hooksPath=/dev/null commit -q -m damaged
	cp "$BATS_TEST_TMPDIR/bad" p.csv
	pattern=$(sed -n 's/ filter=varve.*//p' .gitattributes)
	succeeds varve untrack "$pattern"
	stderr_has "warning: p.csv: a damaged pointer"
	stderr_has "varve restore --source $(git rev-parse --short HEAD~1) p.csv"
}

@test "names, macros and lines of one pattern by the hundred thousand hold nobody up" {
	new_repo
	printf 'id,v\n1,1\n' > t.csv
	varve add -q t.csv
	varve commit -qm one
	cp .gitattributes ../kept
	for form in names macros macro lines; do
		python3 - "$form" > .gitattributes <<-'END'
		import sys
		n = 100000
		def in_lines(words):
		    line = "*"
		    for word in words:
		        line += " " + word
		        if len(line) > 2000:
		            print(line)
		            line = "*"
		    print(line)
		form = sys.argv[1]
		if form == "names":
		    in_lines("a%06d" % i for i in range(n))
		elif form == "macros":
		    print("\n".join("[attr]q%d a" % i for i in range(n)))
		    in_lines("q%d" % i for i in range(n))
		elif form == "macro":
		    print("\n".join("[attr]q a%d" % i for i in range(n)))
		    print("* q")
		else:
		    print("\n".join("t.csv a%d" % i for i in range(n)))
		END
		[ "$(wc -c < .gitattributes)" -gt 800000 ]
		cat ../kept >> .gitattributes
		touch t.csv
		succeeds timeout 60 varve status
		succeeds timeout 60 varve add --dry-run t.csv
		[ "$(git check-attr filter t.csv)" = "t.csv: filter: varve" ]
	done
}

# moved_past_varve: in src a table that is tracked by its name, moved by git and pushed; in copy a clone that pulled.
moved_past_varve() {
	new_repo src
	rows 40 > src/t.csv
	varve -C src add -q t.csv
	varve -C src commit -qm one
	git init -q --bare host.git
	git -C src remote add origin "file://$PWD/host.git"
	git -C src config remote.origin.varveKind git
	varve -C src push -q -u origin main
	varve clone -q --git-host "file://$PWD/host.git" copy
	git -C src mv t.csv u.csv
	git -C src commit -qm moved
	run --separate-stderr git -C src push -q origin main
	git -C copy pull -q
	cd copy
}

@test "a table that git moved away from its line is named at git push, by status and by doctor" {
	moved_past_varve
	[ "$status" = 0 ]
	stderr_has "warning: u.csv: "
	stderr_has "varve track u.csv"
	[ "$(head -c 14 u.csv)" = "varve pointer:" ]
	succeeds varve status
	output_has "u.csv  pointer only, no line of .gitattributes tracks it: varve track u.csv"
	output_lacks clean
	succeeds varve status --json
	output_has '"pointerOnly": true'
	output_has '"trackLost": true'
	ends_with 1 varve doctor --offline
	output_has "fix: varve track u.csv"
}

@test "track writes the tables that git wrote as pointers, and another clone gets them so" {
	moved_past_varve
	succeeds varve track u.csv
	output_has "1 table written to the work tree"
	rows 40 | cmp - u.csv
	[ "$(git status --porcelain)" = "M  .gitattributes" ]
	varve commit -qm tracked
	succeeds varve push -q
	stderr_lacks warning
	cd ../src
	git pull -q
	rows 40 | cmp - u.csv
	[ -z "$(git status --porcelain)" ]
	succeeds varve status
	output_has "working tree clean"
}

@test "track fetches the blocks of a table that it writes" {
	moved_past_varve
	rm -rf .git/varve/packs
	succeeds varve track u.csv
	rows 40 | cmp - u.csv
}

@test "status names a table that git moved to a name that no table has" {
	new_repo
	rows 40 > t.csv
	varve add -q t.csv
	varve commit -qm one
	git cat-file blob :t.csv > p
	git mv t.csv notes
	mv p notes
	git update-index -q --refresh || true
	succeeds varve status
	output_has "notes  pointer only, no line of .gitattributes tracks it: varve track notes"
}

@test "a table with another ending than tables have is found by its line" {
	new_repo
	rows 40 > t.dat
	varve add -q --as table t.dat
	varve commit -qm one
	git mv t.dat u.dat
	git cat-file blob :u.dat > p
	mv p u.dat
	git commit -qm moved
	git update-index -q --refresh || true
	succeeds varve status
	output_has "u.dat  pointer only, no line of .gitattributes tracks it: varve track u.dat"
	succeeds varve track '*.dat'
	rows 40 | cmp - u.dat
	git mv u.dat u.other
	succeeds varve commit -m other
	stderr_has "u.other: no longer tracked by .gitattributes; 'varve track u.other' tracks it again"
}

@test "the line of a table follows git mv and varve commit -a, and a table that git commit -a made text is named" {
	new_repo
	rows 100 > prices.csv
	varve add -q --key id prices.csv
	varve commit -q -m first
	git mv prices.csv moved.csv
	sed -i '2s/item 31/edited/' moved.csv
	succeeds varve commit -a -m moved
	git cat-file blob HEAD:moved.csv | grep -q '"key": \["id"\]'
	[ "$(grep -c prices .gitattributes)" -eq 0 ]
	grep -q '^/moved.csv filter=varve' .gitattributes
	git diff --quiet HEAD
	git mv moved.csv text.csv
	git commit -q -a -m text
	succeeds varve status
	stderr_has "text.csv: 'moved.csv', a table of varve, was renamed to this file, which Git stores as text"
	git commit -q --allow-empty -m later
	ends_with 1 varve doctor --offline
	output_has "plain: text.csv: 'moved.csv', a table of varve, was renamed to this file"
	varve add -q --convert text.csv
	varve commit -q -m back
	succeeds varve doctor --offline
}

@test "a table whose line was taken out by hand is named when commit -a makes text of it" {
	new_repo
	rows 10 > prices.csv
	varve add -q prices.csv
	varve commit -q -m first
	echo > .gitattributes
	sed -i '2s/item 31/edited/' prices.csv
	succeeds varve commit -a -m second
	stderr_has "prices.csv is no longer tracked by .gitattributes, so it becomes text in Git"
}
