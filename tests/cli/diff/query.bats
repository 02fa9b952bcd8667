# diff --query: the result of a query on both versions, compared as a table.
load ../helper

# sales.csv in two commits, v1 and v2.
sales() {
	new_repo
	printf 'id,region,amount\n1,EU,5\n2,US,6\n3,EU,7\n4,JP,8\n' > sales.csv
	varve add -q --key id sales.csv
	varve commit -qm one
	git tag v1
	printf 'id,region,amount\n1,EU,5\n2,US,60\n3,EU,7\n5,CN,9\n' > sales.csv
	varve commit -qam two
	git tag v2
}

query="SELECT region, sum(amount) AS total FROM sales GROUP BY 1 ORDER BY 1"

@test "the result of a query on two versions is compared as a table, in every form" {
	sales
	succeeds varve diff --query "$query" v1 v2
	output_has "6 -> 60"
	output_has "CN"
	output_has "1 row added, 1 row removed, 1 row changed (1 cell)"
	output_lacks "EU"
	# by hand
	varve sql --at v1 --format csv "$query" > one.csv
	varve sql --at v2 --format csv "$query" > two.csv
	[ "$(cat one.csv)" = $'region,total\nEU,12\nJP,8\nUS,6' ]
	for form in json ndjson markdown sql summary stat; do
		succeeds varve diff --format $form --key region --query "$query" v1 v2
		sed 's/v[12]:query.csv/X/g; s/query.csv/X/g' <<< "$output" > got
		succeeds varve diff --format $form --key region --no-index one.csv two.csv
		sed 's/two\.csv/X/g; s/one\.csv/X/g' <<< "$output" > want
		[ $form = markdown ] || [ $form = sql ] || cmp got want
	done
	succeeds varve diff --summary --query "$query" v1..v2
	output_has "total: 1"
	# the work tree, and a query that gives nothing on one side
	printf 'id,region,amount\n1,EU,50\n2,US,60\n3,EU,7\n5,CN,9\n' > sales.csv
	succeeds varve diff --query "$query" v2
	output_has "12 -> 57"
	succeeds varve diff --query "SELECT id, region FROM sales WHERE region = 'JP'" v1 v2
	output_has "1 row removed"
}

@test "exit codes, errors of SQL and what cannot be asked are named" {
	sales
	succeeds varve diff --exit-code --query "SELECT id FROM sales WHERE id < 3" v1 v2
	ends_with 1 varve diff --exit-code --query "$query" v1 v2
	ends_with 1 varve diff -q --query "$query" v1 v2
	[ -z "$output" ]
	ends_with 2 varve diff --query "SELECT nosuchcolumn FROM sales" v1 v2
	stderr_has "v1: the query fails: no such column: nosuchcolumn"
	ends_with 2 varve diff --query "SELECT 1 FROM nosuch" v1 v2
	stderr_has "no such table: nosuch"
	ends_with 2 varve diff --query "SELEC" v1 v2
	stderr_has "the query fails"
	ends_with 2 varve diff --query "$query"
	stderr_has "name a version"
	ends_with 2 varve diff --cached --query "$query" v1
	ends_with 2 varve diff --format patch --query "$query" v1 v2
	ends_with 2 varve diff --query "$query" v1 nosuch
	ends_with 1 varve sql --at nosuch "SELECT 1 FROM sales"
	stderr_has "nosuch"
	ends_with 2 varve sql --at v1 --export-views x.db
	# a table that only one version has
	git rm -q --cached sales.csv
	git commit -qm gone
	ends_with 2 varve diff --query "$query" v1 HEAD
	stderr_has "HEAD: the query fails: no such table: sales"
	ls "${TMPDIR:-/tmp}"/.varve-query-* 2> /dev/null && false || true
}
