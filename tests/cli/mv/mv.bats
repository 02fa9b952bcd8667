load ../helper

one_table() {
	new_repo
	rows 100 > a.csv
	echo note > note.txt
	varve add a.csv note.txt > /dev/null
	varve commit -qm one
}

clean() {
	[ -z "$(git status --porcelain)" ] && [ -z "$(varve status --porcelain)" ]
}

@test "a table stays one under its new name" {
	one_table
	cp a.csv ../a.csv
	succeeds varve mv a.csv b.csv
	same_bytes ../a.csv b.csv
	[ ! -e a.csv ]
	succeeds git check-attr filter -- b.csv
	output_is "b.csv: filter: varve"
	! grep -q 'a\.csv' .gitattributes || false
	varve commit -qm two
	clean
	varve cat HEAD:b.csv > back
	same_bytes ../a.csv back
}

@test "no further line is written where a pattern tracks the new name" {
	new_repo
	varve track '*.csv' > /dev/null
	rows 5 > a.csv
	varve add a.csv > /dev/null
	varve commit -qm one
	cp .gitattributes ../before
	varve mv a.csv b.csv
	same_bytes ../before .gitattributes
	varve commit -qm two
	clean
}

@test "a folder that brings its own .gitattributes needs no line at the top" {
	new_repo
	mkdir d
	echo '*.csv filter=varve diff=varve merge=varve -text' > d/.gitattributes
	echo '*.tsv diff=varve merge=varve' >> d/.gitattributes
	rows 5 > d/a.csv
	rows 5 | tr , '\t' > d/b.tsv
	varve add d > /dev/null
	varve commit -qm one
	succeeds varve mv d e
	[ ! -e .gitattributes ]
	succeeds git check-attr filter -- e/a.csv
	output_is "e/a.csv: filter: varve"
	varve commit -qm two
	clean
}

@test "several files into a folder and a folder with all in it" {
	one_table
	mkdir data
	succeeds varve mv -v a.csv note.txt data
	output_is $'renaming \'a.csv\' to \'data/a.csv\'\nrenaming \'note.txt\' to \'data/note.txt\''
	varve commit -qm two
	clean
	succeeds varve mv data other
	[ -e other/a.csv ]
	varve commit -qm three
	clean
	succeeds git check-attr filter -- other/a.csv
	output_is "other/a.csv: filter: varve"
}

@test "a changed file is still changed under its new name" {
	one_table
	sed -i 's/^9,/9000,/' a.csv
	varve mv a.csv b.csv
	[ "$(varve status --porcelain | grep b.csv)" = "RM a.csv -> b.csv" ]
}

@test "what is in the way or not there is named" {
	one_table
	ends_with 2 varve mv a.csv note.txt
	stderr_has "destination exists"
	ends_with 2 varve mv nothing.csv b.csv
	stderr_has "bad source"
	echo x > untracked
	ends_with 2 varve mv untracked b
	stderr_has "not under version control"
	ends_with 2 varve mv a.csv note.txt nofolder
	stderr_has "'nofolder' is not a directory"
	ends_with 2 varve mv a.csv ../outside.csv
	ends_with 2 varve mv a.csv .git/x
	clean=$(git status --porcelain)
	[ "$clean" = "?? untracked" ]
}

@test "a dry run renames nothing" {
	one_table
	succeeds varve mv -n a.csv b.csv
	output_is "would rename 'a.csv' to 'b.csv'"
	clean
}
