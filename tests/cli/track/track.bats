load ../helper

@test "a pattern is tracked once and staged" {
	new_repo
	succeeds varve track 'data/**/*.csv'
	output_is "data/**/*.csv: tracked"
	git check-attr filter diff merge -- data/x/a.csv | grep -c ': varve$' | grep -qx 3
	[ "$(git diff --cached --name-only)" = .gitattributes ]
	succeeds varve track 'data/**/*.csv'
	output_is "data/**/*.csv: is tracked already"
	[ "$(grep -c 'data' .gitattributes)" = 1 ]
}

@test "the list tells which line makes a dataset of which file" {
	new_repo
	succeeds varve track
	output_has "nothing is tracked yet"
	rows 5 > a.csv
	varve add a.csv > /dev/null
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
	output_has "2 files that Git holds as text match; 'varve add --fix' makes datasets of them"
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
