load ../helper

two() {
	rows 3 > a.csv
	rows 3 | sed 's/^\(2,[^,]*\),[^,]*/\1,9.5/' > b.csv
}

@test "compare shows the differences of two files, and of versions of files, wherever they are" {
	two
	succeeds varve compare a.csv b.csv
	output_has "a.csv -> b.csv"
	output_has "1 row changed"
	new_repo
	two
	varve add -q a.csv
	varve commit -qm one
	cp b.csv a.csv
	varve commit -qam two
	git mv a.csv "c d.csv"
	varve commit -qam three
	for words in "HEAD~2:a.csv HEAD~1:a.csv" "HEAD~2:a.csv b.csv" "HEAD~2:a.csv ./b.csv" \
		"$PWD#HEAD~2:a.csv b.csv" "file://$PWD#HEAD~2:a.csv $PWD#HEAD~1:a.csv"; do
		ends_with 1 varve compare --exit-code --stat $words
		output_has "~1"
	done
	mkdir ../elsewhere
	cp b.csv ../elsewhere
	(cd ../elsewhere && ends_with 1 varve compare -q "$OLDPWD#HEAD~2:a.csv" b.csv && output_is "")
	succeeds varve compare --exit-code "HEAD:c d.csv" b.csv
	output_has "no change in data"
	ends_with 2 varve compare HEAD:a.csv b.csv
	stderr_has "'a.csv' is not in 'HEAD'"
	ends_with 2 varve compare a.csv
	stderr_has "compare requires two files"
	ends_with 2 varve compare --cached a.csv b.csv
}

@test "every form of a comparison of two versions is that of diff with their commits" {
	new_repo
	two
	varve add -q a.csv
	varve commit -qm one
	cp b.csv a.csv
	varve commit -qam two
	for form in json ndjson sql; do
		varve diff --format $form HEAD~1 HEAD -- a.csv > one
		varve compare --format $form HEAD~1:a.csv HEAD:a.csv > two
		cmp one two
	done
	for form in summary stat markdown; do
		varve diff --format $form HEAD~1 HEAD -- a.csv | grep -v -e '^a.csv' -e '^#' | sed 's/a\.csv//' > one
		varve compare --format $form HEAD~1:a.csv HEAD:a.csv | grep -v -e '^HEAD:' -e '^#' | sed 's/HEAD:a\.csv//' > two
		cmp one two
	done
	varve compare --format patch a.csv b.csv > /dev/null
}

@test "diff compares two files where git diff does" {
	two
	mkdir in
	cp a.csv b.csv in
	cd in
	new_repo
	varve add -q a.csv
	varve commit -qm one
	cp ../b.csv a.csv
	varve commit -qam two
	echo one > x.txt
	git add x.txt
	git commit -qm text
	echo two > x.txt
	for words in "HEAD~2:a.csv HEAD~1:a.csv" "HEAD~2:a.csv a.csv" "a.csv ../a.csv" "../a.csv b.csv" "HEAD:x.txt x.txt"; do
		ends_with 1 git diff --no-ext-diff --exit-code $words
		ends_with 1 varve diff --exit-code $words
	done
	for words in "HEAD~1:a.csv HEAD:a.csv" "HEAD:a.csv a.csv" "HEAD:x.txt HEAD:x.txt"; do
		ends_with 0 git diff --no-ext-diff --exit-code $words
		ends_with 0 varve diff --exit-code $words
	done
}

@test "a patch of two files is applied, however their paths are written" {
	local old dir=${PWD#/}
	two
	cp a.csv kept.csv
	mkdir in
	for old in a.csv ./a.csv in/../a.csv "../${PWD##*/}/a.csv" "$PWD/a.csv" "/..//$dir/./a.csv"; do
		cp kept.csv a.csv
		varve compare --format patch "$old" "$PWD/b.csv" > p
		case $old in
		/*) dir=${PWD#/}/a.csv ;;
		../*) dir=${PWD##*/}/a.csv ;;
		*) dir=a.csv ;;
		esac
		[ "$(jq -r 'select(.type == "table") | .path' p)" = "$dir" ]
		[ "$(jq -r 'select(.type == "table") | .old' p)" = "$old" ]
		slashes=${dir//[!\/]/}
		succeeds varve apply -p "${#slashes}" p
		cmp a.csv b.csv
	done
	# as git does
	git diff --no-index "$PWD/kept.csv" b.csv > p || true
	grep -q "^--- a${PWD}/kept.csv" p
}
