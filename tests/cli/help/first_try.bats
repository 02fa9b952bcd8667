# What people who know git, SQL, pandas or Excel type first works, or is answered with the command that does it.
load ../helper

@test "words and orders of other programs work, or are answered with the exact command" {
	new_repo
	printf 'id,item,price\n1,pear,9.99\n2,plum,3.50\n3,fig,0.80\n' > prices.csv
	varve add -q --key id prices.csv
	varve commit -qm one
	sed -i s/3.50/3.75/ prices.csv
	varve commit -qam two
	while IFS='|' read -r code words what; do
		eval "ends_with $code varve $words"
		[[ $output$stderr == *"$what"* ]] || { echo "$words: $output $stderr"; return 1; }
		git checkout -q prices.csv
	done <<- 'EOF'
		2|cat prices.csv@HEAD~1|did you mean 'HEAD~1:prices.csv'?
		2|diff prices.csv@HEAD~1|did you mean 'HEAD~1 -- prices.csv'?
		0|cat --sort 'price desc' --limit 1 prices.csv|pear
		0|cat --sort 'price ASC' --limit 1 prices.csv|fig
		2|cat --sort price desc prices.csv|--sort -price
		2|cat prices.csv --columns id price|--columns id,price
		2|cat prices.csv --to json|'--format'
		2|schema show prices.csv|'varve schema prices.csv'
		2|add prices|did you mean 'prices.csv'?
		2|update prices.csv set price=4 where id=2|varve set FILE KEY COLUMN=VALUE
		2|revert prices.csv|'varve restore prices.csv' discards its changes
		2|restore HEAD~1 prices.csv|did you mean '--source HEAD~1'?
		2|set prices.csv 2 price 4|did you mean 'price=4'?
		2|delete prices.csv where price=9.99|varve cat prices.csv --where "not (price=9.99)" -o prices.csv
		2|log prices.csv 2|did you mean '--row 2'?
		2|log --row id=2 prices.csv|did you mean '2'?
		2|blame --row id=2 prices.csv|did you mean '2'?
		2|restore --row id=2 prices.csv|did you mean '2'?
		2|filter prices.csv price|varve cat FILE --where CONDITION
		2|value_counts item prices.csv|GROUP BY
		2|to_excel prices.csv|'varve cat prices.csv -o OUT.xlsx'
		2|sql prices.csv 'select * from prices'|varve sql "select * from prices"
		1|sql 'show tables'|varve sql '.tables'
		1|sql 'select top 2 * from prices'|limit N
		1|sql 'update prices set price = 1'|'varve set FILE KEY COLUMN=VALUE'
	EOF
}

@test "cat -o writes the format of the file's ending, and copies bytes under their own" {
	new_repo
	printf 'id;item\r\n1;"pear"\r\n' > a.csv
	varve add -q a.csv
	varve commit -qm one
	varve cat -o out.json a.csv
	python3 -c 'import json; assert json.load(open("out.json")) == [{"id": 1, "item": "pear"}]'
	varve cat -o out.jsonl HEAD:a.csv
	[ "$(cat out.jsonl)" = '{"id":1,"item":"pear"}' ]
	varve cat -o out.csv a.csv
	same_bytes a.csv out.csv
	varve cat -o out.txt a.csv
	same_bytes a.csv out.txt
	varve cat -o other.json --format tsv a.csv
	[ "$(head -n 1 other.json)" = $'id\titem' ]
}
