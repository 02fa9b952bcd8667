# Tables without a key: a column that became unique is told of, and rows are named by what tells most.
load ../helper

# A table that had no key when it was added, and whose column id has no value twice now.
became_unique() {
	new_repo
	printf 'id,n\n1,a\n2,b\n2,c\n4,d\n5,d\n' > t.csv
	varve add t.csv > /dev/null
	varve commit -qm one
	seq 1 "${1-70}" | awk 'BEGIN { print "id,n" } { print $1 "," $1 % 7 }' > t.csv
}

@test "add tells of a column that has become unique, once, with the command" {
	became_unique
	succeeds varve add t.csv
	output_has "70 rows (+65), 2 columns, no key"
	output_has "key:     none, but the values of 'id' are unique: 'varve add --key id t.csv' makes it the key"
	varve commit -qm two
	echo 71,3 >> t.csv
	succeeds varve add t.csv
	output_lacks "are unique"
	succeeds varve add --key id t.csv
	output_has "key id"
	echo 72,3 >> t.csv
	succeeds varve add t.csv
	output_has "key id"
	output_lacks "are unique"
}

@test "add does not speak of a key to who wants none" {
	became_unique
	succeeds varve add --no-key t.csv
	output_lacks "are unique"
}

@test "the command that add names is one that a shell takes" {
	new_repo
	printf 'my id,n\n1,a\n2,b\n2,c\n' > 'a b.csv'
	varve add 'a b.csv' > /dev/null
	seq 1 70 | awk 'BEGIN { print "my id,n" } { print $1 "," $1 % 7 }' > 'a b.csv'
	succeeds varve add 'a b.csv'
	command=$(sed -n "s/.*: '\(varve add .*\)' makes it the key/\1/p" <<< "$output")
	succeeds sh -c "$command"
	output_has "key my id"
}

@test "info looks at all rows for a column that could be the key" {
	became_unique 5000
	varve add t.csv > /dev/null
	succeeds varve info t.csv
	output_has "the values of 'id' are unique: 'varve add --key id t.csv' makes it the key"
	succeeds varve info --json t.csv
	output_has '"couldBeKey": "id"'
	echo 4711,1 >> t.csv
	varve add t.csv > /dev/null
	succeeds varve info t.csv
	output_lacks "are unique"
	succeeds varve info --json t.csv
	output_has '"couldBeKey": null'
}

@test "a difference of rows without a key says by which column they could be told apart" {
	became_unique
	varve add t.csv > /dev/null
	varve commit -qm two
	sed -i 's/^60,.*/60,9/' t.csv
	succeeds varve diff
	stderr_has "hint: t.csv has no key, but the values of 'id' are unique: 'varve diff --key id' compares by it, 'varve add --key id t.csv' makes it the key"
	succeeds varve diff --key id
	[ -z "$stderr" ]
	output_has "60  4 -> 9"
	varve add --key id t.csv > /dev/null
	succeeds varve diff --cached
	[ -z "$stderr" ]
}

@test "a row without a key is named by the column that tells most, not by its number alone" {
	new_repo
	awk 'BEGIN { print "kind,size,amount,place,note"
		for (i = 1; i <= 60; i++) print i % 3 "," i % 5 "," i * 1.5 ",Place " (i == 9 ? 8 : i) "," i % 2 }' > t.csv
	varve add --no-key t.csv > /dev/null
	varve commit -qm one
	sed -i '/Place 40,/s/^/9/' t.csv
	succeeds varve diff
	output_has "Place 40"
	succeeds varve diff --format markdown
	output_has "<code>place</code> | column"
	output_has "| <code>Place 40</code> | <code>kind</code>"
}

@test "a wide row without a key begins with the column that tells most" {
	new_repo
	awk 'BEGIN { printf "kind"; for (c = 1; c <= 30; c++) printf ",a_rather_long_name_of_a_column_%d", c; print ",place"
		for (i = 1; i <= 60; i++) { printf "%d", i % 3; for (c = 1; c <= 30; c++) printf ",%d", (i + c) % 4; print ",Place " (i == 9 ? 8 : i) } }' > t.csv
	varve add --no-key t.csv > /dev/null
	varve commit -qm one
	awk -F, -v OFS=, '/Place 40$/ { for (c = 2; c <= 4; c++) $c = "a value that takes more room than there is in a column" } 1' t.csv > u && mv u t.csv
	succeeds varve diff
	output_has "~ place: Place 40 (row 40)"
}

@test "rows without a key stand in a table with their numbers, in as many columns as fit" {
	new_repo
	printf 'a,b,c\nx,1,left\nx,1,left\ny,2,left\nz,3,left\n' > t.csv
	varve add t.csv > /dev/null
	varve commit -qm one
	printf 'a,b,c\nx,1,left\nx,1,left\ny,2,left\nz,4,left\nz,9,left\n' > t.csv
	COLUMNS=80 succeeds varve diff
	output_is "t.csv: index -> work tree

    row       b  a  c
  ~   4  3 -> 4  z  left
  +   5       9  z  left

  1 row added, 1 row changed (1 cell); 4 -> 5 rows"
	for width in 24 23 22 21 20; do
		COLUMNS=$width succeeds varve diff
		while IFS= read -r line; do
			[ "${#line}" -le "$width" ] || { show_run "$width" "too wide: $line"; return 1; }
		done < <(grep -E '^(  [~+]|    row) ' <<< "$output")
	done
}

@test "a long run of changed rows is told as changed, and merges by cell" {
	mkdir runs
	cd runs
	if [ -n "${VARVE_TEST_ALL-}" ]; then
		python3 "$BATS_TEST_DIRNAME/changed_runs.py" varve 1 300
	else
		python3 "$BATS_TEST_DIRNAME/changed_runs.py" varve "$((8 * ${VARVE_TEST_SAMPLE:-1}))" 8
	fi
}

# Rows above and below the run are equal to rows in it, of which there are more in the old version.
@test "rows that repeat above, in and below a run of changed rows are told at their own places" {
	mkdir runs
	cd runs
	for seed in 2368 3518 74426 200629; do
		python3 "$BATS_TEST_DIRNAME/changed_runs.py" varve "$seed" 1
		rm -rf .git ./* .gitattributes
	done
}

@test "rows without a key are paired alike with and without --columns" {
	new_repo
	printf 'road,size,score\nA,big,4.75\nB,small,3\nA,small,4\n' > s.csv
	varve add -q --no-key s.csv
	sed -i 's/4.75/3.5/' s.csv
	succeeds varve diff s.csv
	output_has "4.75 -> 3.5"
	succeeds varve diff --columns score s.csv
	output_has "4.75 -> 3.5"
	! output_has "row added" || false
	succeeds varve diff --columns road s.csv
	! output_has "row" || false
}
