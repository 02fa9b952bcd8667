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
