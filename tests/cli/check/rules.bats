load ../helper

# The block of docs/use/rules.md, whole.
rules_of_the_page() {
	awk '/<!-- rules -->/ { on = 1; next } on && /^```/ { if (seen) exit; seen = 1; next } on && seen' \
		"$BATS_TEST_DIRNAME/../../../docs/use/rules.md"
}

# Orders that meet all rules of the page, and a table beside it.
orders() {
	new_repo
	python3 - <<-'END'
		import datetime
		with open("customers.csv", "w") as f:
		    f.write("id,name\n" + "".join(f"{i},c{i}\n" for i in range(120)))
		with open("orders.csv", "w") as f:
		    f.write("id,customer,day,amount,status,shipped,ordered,mail,price,email,share,year\n")
		    for i in range(1440):
		        d = datetime.date(2024, i // 120 + 1, 1 + i % 27)
		        f.write(f"{i},{i % 120},{d},{i + 1}.50,closed,{d + datetime.timedelta(days=3)},{d},A{i}@x.org,"
		                f"{100 + i % 7},e{i}@x.org,{1 / 720:.12f},{2023 + i % 2}\n")
		with open("a_rates.csv", "w") as f:
		    f.write("id,x_pct,y_pct,z\n1,5,0,400\n2,100,7,500\n")
	END
	rules_of_the_page > varve.checks
	varve add . > /dev/null
	varve commit -q -m "first"
}

# What is found: rule, row, key or value.
found() {
	varve check --json "$@" | python3 -c '
import json, sys
for d in json.load(sys.stdin)["datasets"]:
    for f in d["findings"]:
        print(d["path"], f["rule"], f.get("row", f.get("keyText", "-")), f["expected"], sep=" | ")'
}

@test "the rules of the page hold, and each finds what breaks it" {
	orders
	[ "$(wc -l < varve.checks)" -eq 16 ]
	succeeds varve check
	succeeds varve check --explain --json orders.csv
	[ "$(python3 -c '
import json, sys
for r in json.loads(sys.argv[1]):
    if " " in r["rule"]:
        kept = r.get("groups", 0) > 0 and r["groupsKept"] == r["groups"]
        print(r["scope"], r["columnsRead"], kept, sep=" | ")' "$output")" = "row | amount | True
row | status, shipped | True
row | mail | True
row | shipped, ordered | True
table | customer, day, status | True
table | customer; id of customers | True
table | the number of rows | True
group | share, year | True
group | customer, ordered | True
table | email | True
table | email | True
past | old.status, new.status; 0 changed groups | False
past | old.price, new.price; 0 changed groups | False" ] || { echo "$output"; false; }
	python3 - <<-'END'
		rows = [l.split(",") for l in open("orders.csv").read().splitlines()]
		def put(row, **cells):
		    for name, value in cells.items():
		        rows[row][rows[0].index(name)] = value
		put(1, amount="-1")
		put(2, status="shipped", shipped="")
		put(3, mail="nobody")
		put(4, shipped="2024-06-01")
		put(5, customer="999")
		put(7, customer=rows[6][1], day=rows[6][2])
		put(8, price="1000")
		put(9, share="0.5")
		for i in range(20, 60):
		    put(i, email="")
		for i in range(100, 121):
		    put(i, customer=rows[99][1], day=f"2024-01-{i - 90}")
		rows = rows[:1200]
		open("orders.csv", "w").write("\n".join(map(",".join, rows)) + "\n")
		open("a_rates.csv", "a").write("3,5,-1,0\n")
	END
	[ "$(found)" = "a_rates.csv | row-constraint | 3 | columns '*_pct': value between 0 and 100
orders.csv | table-constraint | - | count(*) between 0.9 * base and 1.5 * base
orders.csv | table-constraint | year=2023 | sum(share) between 0.999 and 1.001 group by year
orders.csv | table-constraint | year=2024 | sum(share) between 0.999 and 1.001 group by year
orders.csv | table-constraint | month(ordered)=1 | count(distinct customer) >= 100 group by month(ordered)
orders.csv | row-constraint | 1 | amount > 0
orders.csv | row-constraint | 2 | status <> 'shipped' or shipped is not null
orders.csv | row-constraint | 3 | lower(mail) matches '[^@ ]+@[^@ ]+'
orders.csv | unique-error | 7 | unique (customer, day) where status <> 'cancelled'
orders.csv | unique-error | 108 | unique (customer, day) where status <> 'cancelled'
orders.csv | foreign-key | 5 | a row with this id in customers
orders.csv | change-constraint | 2 | old.status <> 'closed' or new.status = 'closed'
orders.csv | change-constraint | 8 | new.price <= old.price * 1.5
orders.csv | table-constraint | - | share(email is null) <= 0.02
orders.csv | row-constraint | 4 | days(ordered, shipped) between 0 and 30" ] || { found; false; }
	ends_with 1 varve check
	output_has 'the change does not meet "closed-stays"'
	output_has "count(*) = 1199 (base 1440)"
	ends_with 1 varve check --select closed-stays
	output_has "1 error"
	ends_with 1 varve check --select 'refunds are rows of their own'
	output_has "1 error"
	succeeds varve check --log='refunds are rows of their own'
	ends_with 1 varve check --select '#finance'
	output_has "orders.csv: "
	output_has "1 error"
	output_lacks "customers.csv"
	ends_with 1 varve check --select @ada --select closed-stays --skip '#finance'
	output_has "invalid: 1 error in 1 table"
	ends_with 1 varve check --select 'a_*'
	output_has "invalid: 1 error in 1 table"
	sed -i 's/^new.price/cost < 5\nsum(cost) > 5\n&/' varve.checks
	succeeds varve check --explain orders.csv
	output_has "none   nothing: varve.checks:13:1: no such column 'cost'"
	output_has "none   nothing: varve.checks:14:5: no such column 'cost'"
	output_has "old.price, new.price; 2 changed groups"
	ends_with 2 varve check --explain HEAD..HEAD
	succeeds varve check --explain rows-removed
	output_is "$(varve check --list-rules | grep '^rows-removed ')"
	ends_with 2 varve check --select '#finanse'
	stderr_has "no rule has '#finanse'"
	succeeds varve check --select row-count
	stderr_has "nothing was checked by row-count"
}

@test "random rules find what Python, SQLite and statistics find, in every version, kept or not" {
	local seed
	for seed in ${VARVE_TEST_SEEDS:-$((1 + ${VARVE_TEST_SAMPLE:-0} % 2))}; do
		new_repo "s$seed"
		(cd "s$seed" && python3 "$BATS_TEST_DIRNAME/rules_reference.py" "$seed" "$(a_sixth 120)" 4 80)
	done
}

@test "sums that are made from kept ones of row groups find what a check without a cache finds" {
	local seed
	for seed in ${VARVE_TEST_SEEDS:-$((RANDOM))}; do
		new_repo "d$seed"
		(cd "d$seed" && python3 "$BATS_TEST_DIRNAME/derived_model.py" "$seed" "${VARVE_TEST_ROUNDS:-3}")
	done
}

@test "kept verdicts of whole tables are used only if nothing that they depend on has changed" {
	local seed
	for seed in ${VARVE_TEST_SEEDS:-$((RANDOM))}; do
		new_repo "v$seed"
		(cd "v$seed" && python3 "$BATS_TEST_DIRNAME/verdict_model.py" "$seed" "${VARVE_TEST_ROUNDS:-6}")
	done
}

@test "the rules of descriptions and varve.json, printed as lines, find the same" {
	local seed
	new_repo
	for seed in ${VARVE_TEST_SEEDS:-$((RANDOM))}; do
		succeeds python3 "$BATS_TEST_DIRNAME/spelled_model.py" "$seed" 8
	done
	printf '{"rules": {"blank-row": "off", "rows-removed": {"max": 3}, "null-share": {"columns": ["n"], "max": "5%%"}}}' > varve.json
	printf '[t.csv]\npos: n > 0 warn @ada #fin -- why\nshare(n is null) <= 0.1 warn, <= 0.2 error where n > 1\n' > varve.checks
	printf 'id,n\n1,2\n' > t.csv
	succeeds varve check --list-rules --format checks --no-base t.csv
	output_has "[/t.csv]"
	output_has "-- cannot be written as a line: blank-row (/rules/blank-row)"
	output_has "-- cannot be written as a line: rows-removed (/rules/rows-removed)"
	output_has "share(n is null) <= base + 0.05"
	output_has "pos: n > 0 warn @ada #fin -- why"
	output_has "share(n is null) <= 0.2 where n > 1"
	ends_with 2 varve check --format checks
	stderr_has "--format checks requires --list-rules"
	succeeds varve check --list-rules --format checks --files t.csv
}

@test "a rule for dates or numbers on a column of texts names the command that gives it the type" {
	new_repo
	printf 'id,ended\n1,\n2,\n' > t.csv
	varve add t.csv > /dev/null
	varve commit -q -m "no value"
	printf '[t.csv]\nyear(ended) > 2000\nmax(days(ended, ended)) > 0\nyear(new.ended) > year(old.ended)\nended > 5\n' > varve.checks
	ends_with 1 varve check
	output_has "varve.checks:2:6: expected a date or a month, not a text; varve schema --type ended=date t.csv"
	output_has "varve.checks:3:10: expected a date, not a text; varve schema --type ended=date t.csv"
	output_has "varve.checks:4:10: expected a date or a month, not a text; varve schema --type ended=date t.csv"
	output_has "varve.checks:5:7: a text cannot be compared with a number; varve schema --type ended=number t.csv"
	varve schema --type ended=date t.csv > /dev/null
	printf '[t.csv]\nyear(ended) > 2000\nmax(days(ended, ended)) > 0\nyear(new.ended) > 0 or year(old.ended) > 0\n' > varve.checks
	ends_with 1 varve check
	output_lacks "varve schema"
	varve add -q datapackage.json
	varve commit -q --no-verify -m typed
	succeeds varve check
}

@test "a mistake names file, line and column" {
	new_repo
	rows 5 > t.csv
	varve add t.csv > /dev/null
	while IFS='|' read -r text place; do
		printf '[t.csv]\n%s\n' "$text" > varve.checks
		ends_with 2 varve check
		stderr_has "varve.checks:2:$place"
	done <<-'END'
		price >|8: a value is missing at the end
		price > 0 and (|16: a value is missing at the end
		sqr(price) > 0|1: no such function 'sqr'
		price > 0 sometimes|11: expected where, group by, warn, error, @owner, #tag or -- why
		name matches '('|14: the pattern is not a regular expression
		unique ()|9: expected the name of a column
		id references t|16: expected '(' and columns
		id references t(a, b)|16: expected the same number of columns as before 'references'
		sum(price) > price|14: a condition on counts and sums may name a column only inside them or after 'group by'
		price > 0 group by name|16: 'group by' requires a rule about counts or sums
		count(*) > 0 group name|20: expected 'by' after 'group'
		columns '*': sum(value) > 0|14: 'columns' is for rules about single rows
		sum(count(*)) > 0|5: no such function 'count'
		sum('x') > 0|5: expected a number, not a text
		avg(1 < 2) > 0|5: expected a number, not true or false
		max(1 < 2) > 0|5: true and false have no order
	END
	printf 'price > 0\n' > varve.checks
	ends_with 2 varve check
	stderr_has "varve.checks:1:1: expected a section such as [orders.csv] before the first rule"
	printf '[t.csv]\np: price > 0\n[*.csv]\np: price > 1\np: price > 2\n' > varve.checks
	ends_with 2 varve check
	stderr_has "varve.checks:5: the rule of line 4 has the same name, 'p'"
	printf '[t.csv]\ncost > 0\n' > varve.checks
	ends_with 1 varve check
	output_has "varve.checks:2:1: no such column 'cost'"
}

@test "a request is judged by the rules of its base, and what it changes of them is listed" {
	new_repo
	rows 5 > t.csv
	printf '[t.csv]\nprice >= 0\n' > varve.checks
	varve add . > /dev/null
	varve commit -q -m "first"
	git branch -q start
	printf '[t.csv]\nprice >= -100\n' > varve.checks
	sed -i '2s/\([^,]*,[^,]*\),[^,]*/\1,-5/' t.csv
	tick
	varve commit -q -a -m "loosened"
	ends_with 1 varve check start..HEAD
	output_has "rule [t.csv] price >= 0: removed"
	output_has "rule [t.csv] price >= -100: added"
	output_has "expected: price >= 0"
}

@test "rows under a rule test it: those with + must meet it, each with - must not" {
	new_repo
	printf 'id,day,amount,name\n1,2024-01-01,5,a\n2,2024-01-02,6,b\n' > t.csv
	cat > varve.checks <<-'END'
		[t.csv]
		amount > 0
		+ id=1, amount=3
		+ id=4
		- id=2, amount=-1
		- id=3, amount=2        -- meets the rule
		name <> 'a, b'
		- name='a, b'
		+ name='it''s'
		+ name='a, b'
		unique (day, id) where amount > 1
		+ id=1, day=2024-01-01, amount=5
		+ id=1, day=2024-01-01, amount=1
		- id=1, day=2024-01-01, amount=5
		- id=2, day=2024-01-01, amount=5
		sum(amount) between 1 and 10 group by day
		+ day=2024-01-01, amount=5
		+ day=2024-01-02, amount=7
		- day=2024-01-02, amount=7
		length(name) < 5 warn
		new.amount > old.amount or new.name is null
		+ id=1, amount=3, name='a -> b' -> amount=4
		+ id=1, amount=3, name=a -> amount=2, name=
		- id=1, amount=3, name=a -> amount=2
		- id=1, amount=3 -> amount=5
	END
	varve add . > /dev/null
	succeeds varve check
	ends_with 1 varve check --test-rules
	output_is "varve.checks:6: the rule should report this row (-), but accepts it: id=3, amount=2
varve.checks:10: the rule should accept this row (+), but reports it: name='a, b'
varve.checks:15: the rule should report this row (-), but accepts it: id=2, day=2024-01-01, amount=5
varve.checks:25: the rule should report this change (-), but accepts it: id=1, amount=3 -> amount=5
18 rows under 5 rules: 4 wrong; 1 rule without rows"
	sed -i '/meets the rule/d; /^+ name=.a/d; 15d; /^- id=2, day/d; /-> amount=5/d' varve.checks
	succeeds varve check --test-rules
	output_has "rules: none wrong"
	while IFS='|' read -r text message; do
		printf '[t.csv]\n%s\n' "$text" | tr '~' '\n' > varve.checks
		ends_with 2 varve check --test-rules
		stderr_has "$message"
	done <<-'END'
		amount > 0~- cost=5|varve.checks:3: t.csv has no column 'cost'
		amount > 0~- amount|varve.checks:3: write a row as id=1, name='a, b'
		amount > 0~- name='x|varve.checks:3: write a row as id=1, name='a, b'
		+ id=1|varve.checks:2:1: expected a rule before its example rows
		select id from t~+ id=1|varve.checks:3:1: a reference or a query cannot have example rows, as they depend on other tables
		new.id > 0~+ id=1|varve.checks:3: write a change as id=1, name='a' -> name='b'
		new.id > 0~+ id=1 -> cost=5|varve.checks:3: t.csv has no column 'cost'
		old.cost > 0~+ id=1 -> id=2|varve.checks:2:5: the base version has no such column: 'cost'
	END
}

@test "the least and the greatest value of each group are judged, and none where there are no values" {
	new_repo
	printf 'id,kind,n\n1,a,5\n2,a,\n3,b,7\n4,b,6\n5,c,\n' > t.csv
	printf '[t.csv]\nmin(n) >= 6 group by kind\nmax(n) <= 6 group by kind\n' > varve.checks
	succeeds varve add --key id t.csv
	ends_with 1 varve check --select '*' t.csv
	output_has "min(n) = 5"
	output_has "max(n) = 7"
	output_has "2 errors"
}

@test "groups that break a rule are listed in the order of their values" {
	local again
	new_repo
	printf 'id,g,d,s\n1,10,2024-02-01,b\n2,9,2024-01-01,aa\n3,-10,2023-12-31,c\n4,,2024-01-01,\n5,2.5,2024-03-01,B\n6,-9,2024-01-15,b\n7,2.45,,b\n8,2,2024-01-01,b\n' > t.csv
	printf '[t.csv]\nnumber: count(*) > 9 group by g\nday: count(*) > 9 group by d\nboth: count(*) > 9 group by s, g\n' > varve.checks
	succeeds varve add --key id t.csv
	for again in no yes; do
		ends_with 1 varve check --json --select '*' t.csv
		[ "$(jq -r '.datasets[].findings[] | "\(.name): \(.keyText)"' <<< "$output")" = "number: g=null
number: g=-10
number: g=-9
number: g=2
number: g=2.45
number: g=2.5
number: g=9
number: g=10
day: d=null
day: d=2023-12-31
day: d=2024-01-01
day: d=2024-01-15
day: d=2024-02-01
day: d=2024-03-01
both: s=null, g=null
both: s=B, g=2.5
both: s=aa, g=9
both: s=b, g=-9
both: s=b, g=2
both: s=b, g=2.45
both: s=b, g=10
both: s=c, g=-10" ] || { jq -r '.datasets[].findings[] | "\(.name): \(.keyText)"' <<< "$output"; false; }
	done
}

@test "a version that is nearer to an older one than to its base is found" {
	new_repo
	for night in 1 2 3 4 5; do
		rows 20 | awk -F, -v n="$night" 'BEGIN { OFS = "," } NR % 5 == n % 5 { $2 = "night" n } { print }' > t.csv
		cp t.csv ".git/$night.csv"
		varve add -q --key id t.csv
		tick
		varve commit -qm "$night"
	done
	old=$(git rev-parse --short=7 HEAD~3)
	while IFS='|' read -r code file rule why; do
		cp ".git/$file.csv" t.csv
		[ "$file" != 2 ] || [ "$why" != "1 row differs" ] || sed -i '4s/[^,]*$/x/' t.csv
		printf '[t.csv]\n%s\n' "$rule" > varve.checks
		ends_with "$code" varve check t.csv
		[[ $output$stderr == *"$why"* ]] || { echo "$file $rule: $output $stderr"; return 1; }
	done <<- EOF
		1|2|share(new.* = older.*) <= 0.99|the rows are those of the older version $old of
		1|2|share( new.*==older.* )<=0 -- why|rows differ from the base: an old file?
		1|2|share(new.* = older.*) <= 0.5|1 row differs
		0|2|share(new.* = older.*) <= 1|nothing wrong
		0|2|share(new.* = older.*) <= 0.5 warn|1 warning
		0|4|share(new.* = older.*) <= 0|nothing wrong
		0|5|share(new.* = older.*) <= 0|nothing wrong
		2|5|share(new.* = older.*) < 1|expected '<=' and a number from 0 to 1
	EOF
	# in a range of commits, also of text, and also without a cache
	printf '[t.csv]\nshare(new.* = older.*) <= 0.5\n' > varve.checks
	cp .git/2.csv t.csv
	varve add -q t.csv varve.checks
	varve commit -qm "an old file"
	ends_with 1 varve check HEAD~1..HEAD
	output_has "the older version $old"
	ends_with 1 varve check --no-cache HEAD~1..HEAD
	varve migrate --export t.csv -m text > /dev/null
	succeeds varve check HEAD~1..HEAD
	rows 20 | sed 's/$/z/' > t.csv
	varve commit -qam other
	cp .git/5.csv t.csv
	ends_with 1 varve check t.csv
	output_has "an old file?"
}

@test "a share of changed rows is counted over the rows that both versions have" {
	new_repo
	rows 20 > t.csv
	varve add -q t.csv
	varve commit -qm one
	sed -i '2,6s/,[^,]*,/,x,/; 20d' t.csv
	cp t.csv keyed.csv
	while IFS='|' read -r code rule why; do
		printf '[t.csv]\n%s\n' "$rule" > varve.checks
		ends_with "$code" varve check t.csv
		[[ $output$stderr == *"$why"* ]] || { echo "$rule: $output $stderr"; return 1; }
	done <<- 'EOF'
		1|share(old.name <> new.name) <= 0.26|5 of 19 rows of the base that are still there changed in this way (26.32 %)
		0|share(old.name <> new.name) <= 0.27|nothing wrong
		2|share(old.name <> new.name and new.id > 2) <= .1|expected '<=' and a number
		1|share(old.name <> new.name and new.id > 2) <= 0.1|3 of 19 rows
		2|share(old.* <> new.*) <= 0.299 warn, <= 0.2|expected where, group by, warn
		1|share(old.* <> new.*) <= 0.299|6 of 20 rows of the base are changed or gone (30 %)
		0|share( old.*!=new.* )<=0.3 -- why|nothing wrong
		0|share(old.* <> new.*) <= 0.299 warn|1 warning
		1|share(old.none <> new.name) <= 1|no such column: 'none'
		2|share(old.name <> new.name) <= 1.1|varve.checks:2:32: expected '<=' and a number from 0 to 1
		2|share(old.name <> new.name) < 1|expected '<=' and a number from 0 to 1
		2|share(old.name <> new.name) <= 1 where id > 1|cannot have a 'where'
	EOF
	printf '[t.csv]\nshare(old.name <> new.name) <= 1\n+ id=1\n' > varve.checks
	ends_with 2 varve check --test-rules
	stderr_has "a share of changed rows cannot have example rows"
	printf '[t.csv]\nshare(old.* <> new.*) <= 0.299\nshare(old.name <> new.name) <= 0.5\n' > varve.checks
	git checkout -q t.csv
	varve add -q --no-key t.csv
	varve commit -qm keyless
	cp keyed.csv t.csv
	ends_with 1 varve check t.csv
	output_has "6 of 20 rows of the base are changed or gone"
	output_has "the rule requires a key in both versions"
}

@test "where limits a rule about changed rows" {
	new_repo
	rows 20 > t.csv
	varve add -q t.csv
	varve commit -qm one
	sed -i '2,6s/,[^,]*,/,x,/' t.csv
	printf "[t.csv]\nnew.name <> 'x' where id > 3\n" > varve.checks
	ends_with 1 varve check t.csv
	output_has "invalid: 2 errors"
	printf "[t.csv]\nnew.name <> 'x' where id > 9\n" > varve.checks
	succeeds varve check t.csv
	printf "[t.csv]\nnew.name <> 'x' where it > 9\n" > varve.checks
	ends_with 1 varve check t.csv
	output_has "no such column 'it'"
}
