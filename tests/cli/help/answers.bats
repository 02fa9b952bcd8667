# Lines of a trial whose answers led nowhere: each is done, or names a line that does it as typed.
load ../helper

setup_prices() {
	new_repo
	printf 'sku,name,price,stock\n000007,fig,0.80,7\n000014,plum,6.25,12\n000147,pear,36.50,3\n' > prices.csv
	varve add -q prices.csv
	varve commit -qm first
	git tag v1.0
	sed -i 's/36.50/39.90/' prices.csv
	varve commit -qam 'price of pears'
	sed -i 's/0.80,7/0.80,99/' prices.csv
	varve commit -qam 'stock of figs'
}

# Runs the words, which fail, and then the line that the answer names; its output is in $output.
answered() {
	local line
	run ! varve "$@"
	echo "$output"
	[[ $output != *"leaves out"* && $output != *" -h'"* ]]
	line=$(sed -nE "s/^(varve: )?(varve has no '[^']*( [^']*)?'; |hint: (did you mean )?)?.*'((varve|git|awk|mkdir|printf|cp) .*)'( does it.*|\?| takes the file.*| sets it in all rows)$/\5/p" <<< "$output" | tail -n 1)
	echo "line: $line"
	[ -n "$line" ]
	run bash -c "$line"
	echo "$output"
	[ "$status" -eq 0 ]
}

@test "log lists the commits that changed a column" {
	setup_prices
	succeeds varve log --oneline --columns price prices.csv
	[ "$(cut -d' ' -f2- <<< "$output" | sed 's/^(.*) //')" = "$(printf 'price of pears\nfirst')" ]
	succeeds varve log --columns stock -p prices.csv
	output_has "7 -> 99"
	output_lacks "pears"
	succeeds varve log --oneline --columns stock --row 000147 prices.csv
	output_lacks "price of pears"
	answered log --columns price
	[[ $output == *"price of pears"* && $output != *figs* ]]
	answered log --cell price --row 000147 prices.csv
	[[ $output == *"36.50 -> 39.90"* ]]
	answered log --row 000007 --oneline
	[[ $output == *"stock of figs"* ]]
	ends_with 2 varve log --columns cost prices.csv
	stderr_has "no listed version of 'prices.csv' has a column 'cost'"
	succeeds varve log --columns price HEAD~1.. prices.csv
	[ -z "$output" ]
	sed 's/price/cost/' prices.csv > other && mv other prices.csv
	varve commit -qam 'a column renamed'
	succeeds varve log --oneline --columns cost prices.csv
	output_has "a column renamed"
	output_lacks "stock of figs"
}

@test "log lists merges only if they changed the column against each parent" {
	setup_prices
	git checkout -q -b side HEAD~1
	sed -i 's/6.25/7.00/' prices.csv
	varve commit -qam 'price of plums'
	git checkout -q main
	varve merge -q --no-edit side
	succeeds varve log --oneline --columns price prices.csv
	output_has "price of plums"
	output_has "price of pears"
	output_lacks Merge
}

@test "blame shows the cells of columns" {
	setup_prices
	succeeds varve blame --columns price --row 000147 prices.csv
	output_has "39.90"
	output_lacks "pear"
	succeeds varve blame --columns price,stock --json prices.csv
	[ "$(jq -c '.rows[0].cells | keys' <<< "$output")" = '["price","stock"]' ]
	answered who prices.csv 000147 price
	[[ $output == *39.90* && $output != *stock* ]]
	ends_with 2 varve blame --columns prise prices.csv
	stderr_has "did you mean 'price'"
}

@test "set changes the cells of all rows that meet a condition" {
	setup_prices
	succeeds varve set -n --where 'stock > 10' prices.csv price=1
	stderr_has "would change 2 rows"
	git diff --quiet
	succeeds varve set --where 'stock > 10' prices.csv price=1
	stderr_has "changed 2 rows"
	[ "$(cut -d, -f3 prices.csv | tr '\n' ' ')" = "price 1 1 39.90 " ]
	succeeds varve set --where 'stock > 10' prices.csv price=1
	stderr_has "unchanged"
	ends_with 1 varve set --where 'stock > 1000' prices.csv price=1
	stderr_has "no row meets the condition"
	ends_with 2 varve set --where true prices.csv sku=1
	stderr_has "sku belongs to the key"
	ends_with 2 varve set --where true --add prices.csv price=1
	ends_with 2 varve set --where true prices.csv cost=1
	[ "$(jq .rowsChanged <<< "$(varve set --json --where true prices.csv stock=5)")" = 3 ]
	answered set --all prices.csv stock=19
	[ "$(grep -c ',19$' prices.csv)" -eq 3 ]
	answered sql 'UPDATE prices SET stock=20'
	[ "$(grep -c ',20$' prices.csv)" -eq 3 ]
	answered sql "UPDATE prices SET stock=21, name='kaki' WHERE price > 1"
	[ "$(grep -c 'kaki.*,21$' prices.csv)" -eq 1 ]
	answered update prices.csv stock=22
	[ "$(grep -c ',22$' prices.csv)" -eq 3 ]
	answered set --where 'price > 1' prices.csv 000147 stock=23
	[ "$(grep -c ',23$' prices.csv)" -eq 1 ]
	printf 'a,b\n1,\n1,\n2,x\n' > keyless.csv
	varve add -q --no-key keyless.csv
	succeeds varve set --where 'b is null' keyless.csv b=y
	[ "$(tail -n +2 keyless.csv | tr '\n' ' ')" = "1,y 1,y 2,x " ]
}

@test "a column is added with its value" {
	setup_prices
	answered add-column prices.csv vat --default 19
	[ "$(head -n 2 prices.csv | tr '\n' ' ')" = "sku,name,price,stock,vat 000007,fig,0.80,99,19 " ]
	answered sql "ALTER TABLE prices ADD COLUMN land TEXT DEFAULT 'DE'"
	[ "$(head -n 2 prices.csv | tr '\n' ' ')" = "sku,name,price,stock,vat,land 000007,fig,0.80,99,19,DE " ]
	answered add-column prices.csv note
	[ "$(sed -n 2p prices.csv)" = "000007,fig,0.80,99,19,DE," ]
}

@test "versions come out of the repository as files" {
	setup_prices
	answered release v1.0
	[ -s v1.0.zip ]
	answered export v1.0 ../out/rel
	grep -q 36.50 ../out/rel/prices.csv
	answered restore --source v1.0 prices.csv -o old.csv
	grep -q 36.50 old.csv
	answered restore --source v1.0 prices.csv --to ../out/other
	grep -q 36.50 ../out/other/prices.csv
	grep -q 39.90 prices.csv
}

@test "rows are deleted, and taken back from before a commit" {
	setup_prices
	answered rm prices.csv 000014
	run ! grep plum prices.csv
	answered revert HEAD~1 --row 000147
	grep -q 36.50 prices.csv
}

@test "repair of a table restores the spelling" {
	setup_prices
	sed -i 's/^0*//' prices.csv
	answered repair prices.csv
	grep -q ^000147 prices.csv
	answered fix prices.csv
	answered repair
}

@test "counts and changed rows are queries" {
	setup_prices
	answered cat --count-by name prices.csv
	[[ $output == *plum* ]]
	answered cat --where "name = 'plum'" --count prices.csv
	[[ $output == *1* ]]
	answered cat --count prices.csv
	[[ $output == *3* ]]
	answered diff --format csv v1.0 HEAD~1 prices.csv
	[[ $output == *39.9* && $output != *99,7* ]]
	answered diff --format csv v1.0..HEAD~1 prices.csv
	[[ $output == *39.9* && $output != *,99* ]]
	answered cat prices.csv --changed-since v1.0
	[ "$(wc -l <<< "$output")" -eq 3 ]
	answered diff --changed-rows v1.0 HEAD~1 prices.csv
	[ "$(wc -l <<< "$output")" -eq 2 ]
	answered sql --format parquet 'select name from prices'
	grep -q plum result.csv
	answered sql --format csv 'select name from prices as of v1.0'
	[ "${lines[0]}" = name ]
	run ! varve sql "select cost from varve_diff_cells('prices.csv', 'v1.0')"
	[[ $output == *"its columns are sku, column_name"*"varve_diff_cells('prices.csv'"* ]]
}

@test "add -p keeps the edit that it does not stage" {
	setup_prices
	sed -i 's/pear/Pear/; s/plum/Plum/' prices.csv
	run ! varve add -p prices.csv
	line=$(sed -n "s/^hint: '\(.*\)' does it$/\1/p" <<< "$output")
	bash -c "${line/KEY/000014}"
	[ "$(git show :prices.csv | varve textconv /dev/stdin 2>/dev/null | grep -c Plum)" -eq 0 ]
	varve diff --cached prices.csv | grep -q Pear
	run ! grep -q Plum <(varve diff --cached prices.csv)
	grep -q Plum prices.csv
	grep -q Pear prices.csv
}

@test "rules and hooks are written by lines" {
	setup_prices
	answered rule add prices.csv 'price >= 0'
	grep -qx 'price >= 0' varve.checks
	answered check --rule "name <> '10%'" prices.csv
	grep -qx "name <> '10%'" varve.checks
	varve add -q varve.checks
	answered hook install
	sed -i 's/6.25/-1/' prices.csv
	run ! varve commit -qam wrong
	rm .git/hooks/pre-commit
	answered install --hooks
	run ! varve commit -qam wrong
}

@test "conflicts are decided by lines" {
	setup_prices
	for choice in "000014 price=6.50" "--keep ours" ""; do
		git checkout -q -B side v1.0
		sed -i 's/6.25/7.00/' prices.csv
		varve commit -qam side
		git checkout -q -B here v1.0
		sed -i 's/6.25/8.00/' prices.csv
		varve commit -qam here
		run ! varve merge -q side
		[ -n "$choice" ] || sed -i 's/8.00/6.50/' prices.csv
		answered resolve prices.csv $choice
		[ -z "$(git ls-files -u)" ]
		git reset -q --hard
	done
}

@test "gc has answers for du, --now and the folder of another repository" {
	setup_prices
	git clone -q --bare . ../other.git
	answered du
	answered size
	answered gc --now
	answered gc --remote ../other.git
}

@test "a program without its pages says so" {
	cp "$(command -v varve)" ./alone
	run ! ./alone help use/recipes
	[[ $output == *"installed without its pages"*"docs/use/recipes.md"* ]]
}

@test "a row without a key is found by its number" {
	new_repo
	printf 'a,b\nx,1\ny,2\nx,3\n' > keyless.csv
	varve add -q --no-key keyless.csv
	varve commit -qm first
	succeeds varve blame --cells --row 2 keyless.csv
	output_has "y"
	output_lacks "x"
	ends_with 2 varve blame --row 4 keyless.csv
	stderr_has "no row 4"
}

@test "words for a file of the index, stdin and one cell name the line" {
	setup_prices
	answered loc 000147 price
	[[ $output == *39.90* && $output != *pear* ]]
	ends_with 2 varve diff :prices.csv prices.csv
	stderr_has "to compare the index with the work tree, name only prices.csv"
	run ! varve append prices.csv -
	output_has "'tail -n +2 >> prices.csv' does it"
	run ! varve filter 'name == "a'"'"'b|c"' prices.csv
	output_has "name = 'a''b|c'"
}

@test "a lazy clone finds a store whose address is relative to the clone" {
	git init -q --bare o.git
	mkdir store
	git clone -q o.git a
	cd a
	git config remote.origin.varveKind git
	varve init -q
	varve store add --default team ../store
	seq 1 2000 | sed '1iid' > t.csv
	varve add -q t.csv .varveconfig
	varve commit -qm first
	varve push -q
	cd ..
	succeeds varve clone --git-host --lazy o.git b
	[ "$(head -n 1 b/t.csv)" = id ]
	[ "$(sha256sum < b/t.csv)" = "$(sha256sum < a/t.csv)" ]
}
