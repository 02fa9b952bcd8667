# Rules with select: varve-sql runs them as a child, and each row is a finding.
load ../helper

# Two tables; the sums of one are the totals of the other, but for one day.
shop() {
	new_repo
	printf 'id,day,amount\n1,2024-01-01,5\n2,2024-01-01,6\n3,2024-01-02,7\n' > orders.csv
	printf 'day,total\n2024-01-01,11\n2024-01-02,8\n' > days.csv
	printf '%s\n' '[orders.csv]' "$@" > varve.checks
	varve add -q . 2> /dev/null
	varve commit -q -m "first"
}

# What is found: severity, rule, name, key, value.
found() {
	varve check --json "$@" | python3 -c '
import json, sys
for d in json.load(sys.stdin)["datasets"]:
    for f in d["findings"]:
        print(f["severity"], f["rule"], f.get("name", "-"), f.get("keyText", "-"), f.get("value", "-"), sep=" | ")'
}

@test "each row of a query is a finding, in the work tree, the index, a commit and the whole history" {
	local sums='warning | query-constraint | sums | day=2024-01-02 | got=7'
	shop "sums: select day, sum(amount) as got from orders group by day having got <> (select total from days where days.day = orders.day) warn @ada #finance" \
		"select amount, id from this where amount < (select amount from base where base.id = this.id) -- only up"
	[ "$(found)" = "$sums" ]
	sed -i 's/^2,.*/2,2024-01-01,1/' orders.csv
	local both="error | query-constraint | only up | id=2 | amount=1
warning | query-constraint | sums | day=2024-01-01 | got=6
$sums"
	[ "$(found | sort)" = "$both" ]
	[ "$(found --cached)" = "$sums" ]
	varve add -q orders.csv
	[ "$(found --cached | sort)" = "$both" ]
	ends_with 1 varve check --new-only --base HEAD
	output_has "2 new problems (1 error, 1 warning) in 1 of 2 tables; 1 known one unchanged"
	ends_with 1 varve check --limit 1 --select sums --fail-on warning
	output_has "query-constraint, 2 times"
	output_lacks "got=7"
	tick
	varve commit -q -m "second"
	[ "$(found HEAD | sort)" = "$both" ]
	ends_with 1 varve check --log
	output_has "only up (1 now, failed in 1 of 2 versions)"
	varve accept "only up" id=2 orders.csv --why "a refund" > /dev/null
	succeeds varve check --base HEAD~1
	output_has "accepted: a refund"
	printf '{"onCommit": "refuse"}' > varve.json
	printf '4,2024-01-03,1\n' >> orders.csv
	sed -i 's/ warn @ada/ @ada/' varve.checks
	varve add -q .
	ends_with 1 varve commit -q -m "third"
	stderr_has "day=2024-01-01  'got=6'"
}

@test "names, texts and missing values come whole; columns called select and from are no query" {
	shop "select day as \"a,b\", null as n, '' as e, 'x\"y' as q from orders where id = 3" \
		"select null as n, id as s from this where id = 1" "id <> 2"
	[ "$(found)" = 'error | query-constraint | - | a,b=2024-01-02 | n=null, e=, q=x"y
error | query-constraint | - | n=null | s=1
error | row-constraint | - | id=2 | id=2' ] || { found; false; }
	printf 'select,from\n1,2\n' > t.csv
	printf '[t.csv]\nselect * 2 > 5\n"from" > 5\n' > varve.checks
	ends_with 1 varve check --files t.csv --rules varve.checks
	output_has "expected: select * 2 > 5"
	printf '[*.csv]\nselect id from orders where id > (select count(*) from "./days.csv")\n' > my.checks
	mkdir ../alone
	cp orders.csv days.csv my.checks ../alone
	cd ../alone
	ends_with 1 varve check --files orders.csv --rules my.checks
	output_has "id=3"
}

@test "what a query cannot do is no answer: it is wrong, not confined, or varve-sql is not there" {
	shop "select cost from orders" "select id from ordres warn" "select id from orders; attach 'x.db' as x" \
		"select * from '../secret.csv'" "select * from \"$PWD#HEAD:days.csv\"" "select * from varve_check" \
		"select varve_attach('.') from orders" "select * from pragma_database_list" "select id from orders where" \
		"select * from \"link.csv\"" "select * from \"./.git/config\""
	printf 'a\n1\n' > ../secret.csv
	ln -s ../secret.csv link.csv
	ends_with 1 varve check
	output_has "varve.checks:2: no such column: cost"
	output_has "error unchecked: varve.checks:3: no such table: ordres"
	output_has "varve.checks:4: with --confined, only SELECT from tables is allowed"
	output_has "varve.checks:5: with --confined, only tables of this repository can be queried, not '../secret.csv'"
	output_has "varve.checks:6: with --confined, only tables of this repository can be queried, not '$PWD#HEAD:days.csv'"
	output_has "varve.checks:7: with --confined, only SELECT from tables is allowed, not 'varve_check'"
	output_has "varve.checks:8: not authorized to use function: varve_attach"
	output_has "varve.checks:9: with --confined, only SELECT from tables is allowed"
	output_has "varve.checks:10: incomplete input"
	output_has "varve.checks:11: with --confined, only tables of this repository can be queried, not 'link.csv'"
	output_has "varve.checks:12: with --confined, only tables of this repository can be queried, not './.git/config'"
	[ ! -e x.db ]
	printf '[orders.csv]\nselect id from orders where id > 5\n' > varve.checks
	succeeds varve check
	mkdir alone
	cp "$(command -v varve)" alone/
	varve commit -q -a --no-verify -m "one query"
	printf '[orders.csv]\nid < 0 or id > 0\nselect id from orders where id = 3\nselect id from orders where id = 3 and day < date()\n' > varve.checks
	varve commit -q -a --no-verify -m "two queries"
	ends_with 1 varve check HEAD
	kept=$(varve check --json HEAD | grep -c '"keyText": "id=3"')
	[ "$kept" = 2 ]
	PATH=/usr/bin:/bin ends_with 2 alone/varve check --json HEAD # one is kept, one asks for the time
	output_has '"keyText": "id=3"'
	output_has "varve-sql, which runs queries, is not installed"
	git reset -q --hard HEAD~1
	PATH=/usr/bin:/bin ends_with 2 alone/varve check
	output_has "error unchecked: varve.checks:2: varve-sql, which runs queries, is not installed"
	output_has "install the package varve-sql"
	output_has "invalid: 1 error"
}

@test "the rows of a query are kept for the files that they are of, in the work tree and the index" {
	shop "select id from orders where id = (select count(*) from days)"
	mkdir alone sub # alone: without varve-sql
	cp "$(command -v varve)" alone/
	not_kept() { ! is_kept "$@"; }
	is_kept() { PATH=/usr/bin:/bin alone/varve check --json "$@" > ../report || true; ! grep -q "is not installed" ../report; }
	not_kept
	[ "$(found)" = 'error | query-constraint | - | id=2 | -' ]
	is_kept
	grep -q '"keyText": "id=2"' ../report
	not_kept --cached
	[ "$(found --cached)" = 'error | query-constraint | - | id=2 | -' ]
	is_kept --cached
	printf '2024-01-03,1\n' >> days.csv # a table that the query reads, of the same age
	touch -d '2020-01-01' days.csv
	not_kept
	is_kept --cached
	[ "$(found)" = 'error | query-constraint | - | id=3 | -' ]
	is_kept
	touch days.csv
	is_kept
	cp orders.csv sub/new.csv
	is_kept
	printf '{"resources": [{"name": "o", "path": "orders.csv", "schema": {"missingValues": ["", "3"], "fields": [{"name": "id", "type": "integer"}, {"name": "day"}, {"name": "amount"}]}}]}' > datapackage.json
	not_kept
	[ -z "$(found --select query-constraint)" ]
	rm days.csv
	not_kept
	git checkout -q days.csv
	rm datapackage.json
	printf '%s\n' '[orders.csv]' 'select id from "orders@main" where id = 3' 'select id from orders as of '"'main'"' where id = 3' > varve.checks
	ends_with 1 varve check --select query-constraint
	not_kept
}

@test "a server that checks pushes does not run queries, and says so" {
	shop "select id from orders where id = 3" "id > 0"
	varve init -q --bare ../hub > /dev/null
	git -C ../hub config receive.varveCheck refuse
	git remote add hub ../hub
	succeeds varve push hub HEAD:main
	stderr_has "remote: 1 query of varve.checks is not run here: a server checks all rules except those with 'select'"
	sed -i 's/^3,/-3,/' orders.csv
	tick
	varve commit -q -a -m "second"
	ends_with 1 varve push hub HEAD:main
	stderr_has "id > 0"
	stderr_lacks "id = 3"
}

@test "fifteen rules of a data team: each finds its wrong row and no other, and no right one" {
	new_repo
	python3 "$BATS_TEST_DIRNAME/right_and_wrong.py" block -
}

@test "each recipe finds its wrong row and no other, and no right one" {
	new_repo
	python3 "$BATS_TEST_DIRNAME/right_and_wrong.py" recipes "$BATS_TEST_DIRNAME/../../../docs/use/recipes.checks"
}

@test "a query ends when the check that runs it is killed" {
	local check query=
	shop "select n as id from (with recursive c(n) as (select 1 union all select n + 1 from c) select n from c) where n < 0"
	varve check > /dev/null 2>&1 3>&- &
	check=$!
	while [ -z "$query" ]; do
		query=$(pgrep -P "$check" varve-sql || true)
	done
	kill -KILL "$check"
	for _ in $(seq 100); do
		state=$(ps -o state= -p "$query" || true)
		case $state in '' | Z*) return 0 ;; esac
		sleep 0.05
	done
	kill -KILL "$query"
	return 1
}
