# What analysts, users of Git, Excel, DVC and R, journalists and maintainers type first: newcomers.py.
load ../helper

# right LIST WANTED
right() {
	run python3 "$BATS_TEST_DIRNAME/newcomers.py" "$(command -v varve)" "$BATS_TEST_DIRNAME/newcomers/$1.txt" "$2"
	echo "$output"
	[ "$status" -eq 0 ]
}

@test "49 of 50 lines that newcomers type are right at the first try" {
	right list1 49
}

@test "48 of 50 other lines are right" {
	right list2 48
}

@test "47 of 50 lines of a third list are right" {
	right list3 47
}

@test "46 of 50 lines of a fourth list are right" {
	right list4 46
}

@test "48 of 50 lines of a fifth list are right" {
	right list5 48
}

@test "44 of 50 lines of a sixth list are right" {
	right list6 44
}

@test "a hint that would discard edits names them" {
	new_repo
	printf 'id,item\n1,pear\n' > prices.csv
	cp prices.csv other.csv
	varve add -q prices.csv other.csv
	varve commit -qm one
	printf '2,plum\n' >> prices.csv
	ends_with 2 varve undo
	stderr_has "'varve restore prices.csv' does it"
	stderr_has "that discards the edits of prices.csv that are not committed"
	grep -q plum prices.csv
	varve add -q prices.csv
	ends_with 2 varve undo
	stderr_has "'varve restore --staged prices.csv' does it"
	[[ $stderr != *discards* ]]
	varve commit -qm two
	ends_with 2 varve undo
	stderr_has "'varve revert HEAD' does it"
	ends_with 2 varve discard other.csv
	[[ $stderr != *discards* ]]
}

@test "a version where log wants a date is answered with the range" {
	new_repo
	printf 'id,item\n1,pear\n' > prices.csv
	varve add -q prices.csv
	varve commit -qm one
	git tag v1
	printf '2,plum\n' >> prices.csv
	varve commit -qam two
	while IFS='|' read -r words line; do
		ends_with 2 varve log $words
		stderr_has "'$line' does it"
		succeeds $line
	done <<- 'EOF'
		--since v1|varve log v1..HEAD
		--after=v1 --oneline prices.csv|varve log v1..HEAD --oneline prices.csv
		--until v1 --stat|varve log v1 --stat
		--since v1 --before HEAD|varve log v1..HEAD
	EOF
	ends_with 2 varve log --since nonsense
	stderr_has "write it as"
}

@test "a row is named by another column only where one row has the value" {
	new_repo
	printf 'id,item,price\n1,pear,2\n2,plum,3\n3,pear,4\n' > prices.csv
	varve add -q --key id prices.csv
	varve commit -qm one
	ends_with 2 varve change prices.csv plum price=5
	stderr_has "varve set prices.csv 2 price=5 --if"
	ends_with 2 varve change prices.csv pear price=5
	stderr_has "varve set prices.csv pear price=5"
	ends_with 2 varve insert prices.csv 4 kiwi 1
	stderr_has "'sed -i '\$a 4,kiwi,1' prices.csv' does it"
}

@test "an answer names the words that it leaves out" {
	new_repo
	printf 'id,item,price\n1,pear,2\n2,plum,3\n' > prices.csv
	varve add -q --key id prices.csv
	varve commit -qm one
	ends_with 2 varve headers prices.csv nightly
	stderr_has "'varve info prices.csv' does it"
	stderr_has "that leaves out nightly"
	ends_with 2 varve headers the prices.csv
	[[ $stderr != *"leaves out"* ]]
	ends_with 2 varve add prices.csv --meta "from the printer"
	stderr_has "leaves out 'from the printer'"
	ends_with 2 varve add prices.csv --threads 4
	[[ $stderr != *"leaves out"* ]]
	ends_with 2 varve add prices.csv --desc "from the printer"
	stderr_has "'varve add prices.csv && varve commit -m 'from the printer'' does it"
	ends_with 2 varve head prices.csv --columns item --max-rows 1
	stderr_has "--columns item"
}

@test "a row is found by a cell, without the name of its file" {
	new_repo
	printf 'id,item,price\n1,pear,2\n2,plum,3\n' > prices.csv
	varve add -q --key id prices.csv
	varve commit -qm one
	while IFS='|' read -r words line; do
		ends_with 2 varve $words
		stderr_has "'$line' does it"
		bash -c "$line" > /dev/null
	done <<- 'EOF'
		when was plum changed|varve log --row 2 prices.csv
		blame prices.csv --row plum|varve blame prices.csv --row 2
		prices blame|varve blame prices.csv
		set prices.csv price of plum to 5|varve set prices.csv 2 price=5 --if "item = 'plum'"
		set price of plum to 4|varve set prices.csv 2 price=4 --if "item = 'plum'"
		delete row where item=pear prices.csv|varve delete prices.csv 1
	EOF
	[ "$(cat prices.csv)" = "$(printf 'id,item,price\n2,plum,4')" ]
	ends_with 2 varve set price of plum to 4
	stderr_has "varve set does not take these words"
	cp prices.csv more.csv
	varve add -q --key id more.csv
	ends_with 2 varve who changed plum # in both
	[[ $stderr != *"--row 2"* ]]
}

@test "a computed column is answered with awk where each cell is plain" {
	new_repo
	printf 'id,item,price\n1,pear,2.5\n2,plum,\n3,fig,x\n' > prices.csv
	ends_with 2 varve mutate prices.csv 'price=price*2'
	bash -c "$(sed -n "s/.*; '\(awk .*\)' does it/\1/p" <<< "$stderr")"
	[ "$(cat prices.csv)" = "$(printf 'id,item,price\n1,pear,5\n2,plum,\n3,fig,x')" ]
	ends_with 2 varve mutate prices.csv 'more = price + 1' where id=1
	bash -c "$(sed -n "s/.*; '\(awk .*\)' does it/\1/p" <<< "$stderr")"
	[ "$(cat prices.csv)" = "$(printf 'id,item,price,more\n1,pear,5,6\n2,plum,,\n3,fig,x,')" ]
	printf '4,"a,b",3,\n' >> prices.csv
	ends_with 2 varve mutate prices.csv 'price=price*2'
	[[ $stderr != *awk*"does it"* ]] || [[ $stderr == *"COMPUTED"* ]]
}

@test "revert without a commit names the edits, or the last commit" {
	new_repo
	printf 'id,item\n1,pear\n' > prices.csv
	varve add -q prices.csv
	varve commit -qm one
	ends_with 2 varve revert
	stderr_has "'varve revert HEAD' does it"
	printf '2,plum\n' >> prices.csv
	ends_with 2 varve revert
	stderr_has "'varve restore prices.csv' does it"
	stderr_has "that discards the edits of prices.csv"
}
