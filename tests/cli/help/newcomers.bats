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

@test "46 of 50 lines of a sixth list are right" {
	right list6 46
}

@test "45 of 48 lines of a seventh list are right" {
	right list7 45
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
	stderr_has "'varve add prices.csv' does it; that leaves out 'from the printer'"
	ends_with 2 varve head prices.csv --columns item --max-rows 1
	stderr_has "--columns item"
}

@test "options of another tool are in the answer, or named as left out" {
	new_repo
	printf 'id,item,price\n1,pear,2\n2,plum,3\n' > prices.csv
	varve add -q --key id prices.csv
	varve commit -qm one
	while IFS='`' read -r words line left; do
		eval "ends_with 2 varve $words"
		stderr_has "'$line' does it"
		if [ -n "$left" ]; then
			stderr_has "that leaves out $left"
		else
			[[ $stderr != *"leaves out"* ]]
		fi
		bash -c "$line" > /dev/null
	done <<- 'EOF'
		read prices.csv --nrows 2`varve cat prices.csv --limit 2`
		read_csv prices.csv --nrows=1`varve cat prices.csv --limit=1`
		csvlook prices.csv --max-rows 2`varve cat prices.csv --format table --limit 2`
		csvsort -c price -r prices.csv --max-rows 1`varve cat prices.csv --sort -price --limit 1`
		csvsort -c price -H prices.csv`varve cat prices.csv --sort price`-H
		csvcut -c 1,3 prices.csv`varve cat prices.csv --columns id,price`
		csvcut -H -c item prices.csv`varve cat prices.csv --columns item`-H
		sort_values price --ascending=False prices.csv`varve cat prices.csv --sort -price`
		sort_values price --ascending False prices.csv`varve cat prices.csv --sort -price`
		sort_values price --ascending True prices.csv`varve cat prices.csv --sort price`
		tail -n2 prices.csv --columns item`varve cat prices.csv --columns item | tail -n 2`
		to_json prices.csv --orient records --indent 2`varve cat prices.csv --format json`--orient records --indent 2
		search pear prices.csv --ignore-case`git grep -n pear prices.csv`--ignore-case
		round price 1 prices.csv`varve sql "SELECT *, round(price) AS new FROM prices"`1
		st prices.csv`varve status`prices.csv
		head HEAD:prices.csv -1`varve cat HEAD:prices.csv --limit 1`
		to_csv prices.csv --sep ";" -o out.csv`varve cat prices.csv -o out.csv`--sep ';'
		std prices.csv price`varve sql "SELECT stddev(price) FROM prices"`
		groupby item price --agg std prices.csv`varve sql "SELECT item, stddev(price) FROM prices GROUP BY item"`
		sumif item plum price prices.csv`varve sql "SELECT sum(price) FROM prices WHERE item = 'plum'"`
		countif price ">2" prices.csv`varve sql "SELECT count(*) FROM prices WHERE price > 2"`
		cat prices.csv --distinct --columns item`varve cat prices.csv --columns item | awk '{r = r $0 ORS; gsub(/[^"]/, ""); q = q $0} q ~ /^("")*$/ {if (!seen[r]++) printf "%s", r; r = q = ""} END {printf "%s", r}'`
		cat prices.csv --distinct --limit 1`varve cat prices.csv | awk '{r = r $0 ORS; gsub(/[^"]/, ""); q = q $0} q ~ /^("")*$/ {if (!seen[r]++) printf "%s", r; r = q = ""} END {printf "%s", r}'`--limit 1
		blame prices.csv -L 2,3 --cells`varve blame prices.csv --cells | sed -n '1p;2,3 p'`
		dvc get . prices.csv --rev HEAD -o old.csv`varve get .#HEAD:prices.csv -o old.csv`
		update prices.csv set price=4 where id=2 --quiet`varve set prices.csv 2 price=4 --if id=2`--quiet
		drop item prices.csv --dry-run`varve cat prices.csv --columns=-item -o prices.csv`--dry-run
	EOF
	[ "$(cat prices.csv)" = "$(printf 'id,price\n1,2\n2,4')" ]
	# a misspelled word is none of these if words would be lost
	ends_with 2 varve submt prices.csv price
	[[ $stderr != *push* ]]
}

@test "a question about changes is answered by the log if no file is edited" {
	new_repo
	printf 'id,item,stock\n1,pear,\n2,plum,3\n' > prices.csv
	varve add -q --key id prices.csv
	varve commit -qm one
	ends_with 2 varve what changed
	stderr_has "'varve log --stat' does it"
	ends_with 2 varve changes in prices.csv
	stderr_has "'varve log --stat prices.csv' does it"
	ends_with 2 varve changes HEAD
	stderr_has "'varve diff HEAD' does it"
	ends_with 2 varve fillna stock 0 prices.csv
	bash -c "$(sed -n "s/.*; '\(awk .*\)' does it/\1/p" <<< "$stderr")"
	[ "$(cat prices.csv)" = "$(printf 'id,item,stock\n1,pear,0\n2,plum,3')" ]
	ends_with 2 varve what changed
	stderr_has "'varve diff' does it"
	ends_with 2 varve dvc checkout
	stderr_has "'varve restore prices.csv' does it"
	stderr_has "discards the edits of prices.csv"
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

@test "names of columns and tables get the quotes that they need" {
	new_repo
	printf 'Code,Région name,order,Note\n53,Bretagne,3,"Rennes, Brest"\n93,"Provence, Alpes",5,\n94,Corse,,Île\n' > 'régions 1.csv'
	printf 'nr;Région name;Größe\n1;Corse;9\n' > b.csv
	varve add -q 'régions 1.csv'
	varve add -q --key nr b.csv
	varve commit -qm one
	while IFS='^' read -r words expected; do
		eval "ends_with 2 varve $words"
		line=$(sed -n "s/.*[;:] '\(varve .*\)' \(does it\|prints the rows\).*/\1/p" <<< "$stderr" | head -n 1)
		printed=$(bash -c "$line") || { echo "$words: $line"; return 1; }
		[[ $printed == *"$expected"* ]] || { echo "$words: $line: $printed"; return 1; }
		[[ $stderr != *"leaves out"* ]] || { echo "$words: $stderr"; return 1; }
	done <<- 'EOF'
		value_counts "régions 1.csv" "Région name"^| Corse           |        1 |
		frequency -s order "régions 1.csv"^|     3 |        1 |
		csvcut -c "Région name",Code "régions 1.csv"^"Provence, Alpes",93
		csvstat --sum -c order "régions 1.csv"^ 8 |
		csvgrep -c "Région name" -m Bretagne "régions 1.csv"^"Rennes, Brest"
		filter "régions 1.csv" "Région name" = Corse^94,Corse,,Île
		query "order > 3 and \"Région name\" like 'P%'" "régions 1.csv"^93,
		csvjoin -c "Région name" "régions 1.csv" b.csv^| Île
		groupby "Région name" sum Größe b.csv^| Corse       |            9 |
		stats1 -a min,max -f order -g "Région name" "régions 1.csv"^min("order")
		put '$half = $Code / 2' "régions 1.csv"^46.5
		sort -f "Région name" -nr Code "régions 1.csv"^94,Corse
		set b.csv C2=10^
		at "régions 1.csv" Corse Note=x^
	EOF
	grep -qx '94,Corse,,x' 'régions 1.csv'
	grep -qx '1;Corse;10' b.csv
}

@test "a line with words missing is not one that would empty the file" {
	new_repo
	printf 'id,item,price\n1,"pear, green",2\n' > prices.csv
	varve add -q prices.csv
	varve commit -qm one
	for words in "put price=price*2" "fillna x 0 1" "append" "replace a" "add row"; do
		ends_with 2 varve $words prices.csv
		[[ $stderr != *"&& mv"* && $stderr != *"sed -i"* && $stderr != *">>"* ]] || { echo "$words: $stderr"; return 1; }
	done
}

@test "the command that has to be first is in the line" {
	new_repo
	printf 'id,item\n1,pear\n' > prices.csv
	varve add -q prices.csv
	varve commit -qm one
	printf '2,plum\n' >> prices.csv
	ends_with 2 varve rename prices.csv item name
	stderr_has "'varve add prices.csv && varve rename-column prices.csv item name' does it"
	ends_with 2 varve rename-column prices.csv item name
	stderr_has "'varve add prices.csv && varve rename-column prices.csv item name' does it"
	ends_with 2 varve get ".#HEAD:prices.csv"
	stderr_has "'varve get -f '.#HEAD:prices.csv'' overwrites it"
	ends_with 2 varve commit -Am two
	stderr_has "'varve add -A && varve commit -m two' does it"
	ends_with 2 varve slice -s 1 -e 2 prices.csv
	stderr_has "'varve cat prices.csv --offset 1 --limit 1' does it"
	ends_with 2 varve in2csv --sheet Juni prices.xlsx
	stderr_has "does it"
}
