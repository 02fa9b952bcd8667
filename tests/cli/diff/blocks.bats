load ../helper

# wide.csv: id and twelve columns, one of them long; two versions of five rows.
wide_versions() {
	new_repo
	wide_rows one > wide.csv
	varve add wide.csv > /dev/null
	varve commit -qm one
	wide_rows two > wide.csv
}

wide_rows() {
	local id
	echo "id,$(seq -s, -f 'amount_%02g' 1 10),description,day"
	for id in 1 2 3 4; do
		echo "$id,$(seq -s, $((id * 1000)) 1 $((id * 1000 + 9))),item $id of the list that is described at length here,2024-01-0$id"
	done | case $1 in
	one) cat ;;
	two) sed -e '/^4,/d' -e 's/^2,2000,2001/2,2000,7/' -e 's/^3,3000,3001\(.*\)length/3,8,9\1great length/' ;;
	esac
	[ "$1" = one ] || echo '5,1,,,,,,,,,,,'
}

@test "a block has names and values apart, aligned, and takes one line where the row fits" {
	wide_versions
	COLUMNS=80 succeeds varve diff wide.csv
	output_is "wide.csv: index -> work tree

  ~ id: 2  amount_02: 2001 -> 7  (amount_01: 2000, amount_03: 2002)
  ~ id: 3  (amount_03: 3002, amount_04: 3003)
      amount_01:    3000 -> 8
      amount_02:    3001 -> 9
      description:  - item 3 of the list that is described at length here
                    + item 3 of the list that is described at great length here
  - id: 4
      amount_01:   4000  amount_02:   4001  amount_03:   4002  amount_04:   4003
      amount_05:   4004  amount_06:   4005  amount_07:   4006  amount_08:   4007
      amount_09:   4008  amount_10:   4009
      description: item 4 of the list that is described at…
      day:         2024-01-04
  + id: 5  amount_01: 1

  1 row added, 1 row removed, 2 rows changed (4 cells); 4 -> 4 rows"
}

@test "a line of a block is never wider than the terminal" {
	wide_versions
	for width in 60 80 100 120 160; do
		COLUMNS=$width succeeds varve diff wide.csv
		local line
		while IFS= read -r line; do
			[ "${#line}" -le "$width" ] || { show_run "$width" "too wide: $line"; return 1; }
		done < <(grep -v ' rows changed (' <<< "$output")
	done
	# the row with what it has beside it takes exactly what there is, and is shorter where that is one less
	COLUMNS=160 succeeds varve diff wide.csv
	line=$(grep '^  ~ id: 2 .*(' <<< "$output")
	COLUMNS=${#line} succeeds varve diff wide.csv
	grep -qFx -- "$line" <<< "$output"
	COLUMNS=$((${#line} - 1)) succeeds varve diff wide.csv
	! grep -qFx -- "$line" <<< "$output" || false
}

@test "on a terminal a whole row takes eight lines, and says how many values are left out" {
	new_repo
	{
		echo "id,$(seq -s, -f 'amount_%02g' 1 60)"
		for id in 1 2 3; do
			echo "$id,$(seq -s, $((id * 1000)) $((id * 1000 + 59)))"
		done
	} > wide.csv
	varve add --key id wide.csv > /dev/null
	varve commit -qm one
	sed -i -e '/^3,/d' -e 's/^2,2000,2001,2002,2003,2004,2005,2006,2007,2008,2009/2,1,2,3,4,5,6,7,8,9,10/' wide.csv
	COLUMNS=80 succeeds varve diff wide.csv
	output_has "      amount_29: 3028  amount_30: 3029  amount_31: 3030  amount_32: 3031
      (and 28 more)"
	output_lacks amount_33
}

@test "into a pipe a block has whole values" {
	wide_versions
	succeeds varve diff wide.csv
	output_has "description: item 4 of the list that is described at length here"
	output_has "item 3 of the list that is described at length here -> item 3 of the list that is described at great length here"
}

@test "a block is coloured as a whole, with dim names" {
	wide_versions
	local esc=$'\033'
	COLUMNS=80 succeeds varve diff --color=always wide.csv
	output_has "  $esc[31m- $esc[31m$esc[2mid:$esc[0m$esc[31m 4$esc[0m"
	output_has "$esc[31m$esc[2mamount_05:$esc[0m$esc[31m "
	output_has "$esc[32m$esc[2mamount_01:$esc[0m$esc[32m 1$esc[0m"
	output_has "$esc[2mamount_02:$esc[0m $esc[31m2001$esc[0m -> $esc[32m7$esc[0m"
}

@test "on a terminal progress ends before the first row" {
	new_repo
	seq -f '%.0f,a,b' 1 200000 | (echo id,x,y && cat) > big.csv
	varve add big.csv > /dev/null
	varve commit -qm one
	sed -i 's/,a,/,c,/' big.csv
	succeeds python3 "$BATS_TEST_DIRNAME/first_rows.py" big.csv
	output_is ok
}
