load ../helper

# Four versions: a table, a sale, another name of file and column, a price below zero.
history() {
	new_repo
	printf 'id,name,price\n1,a,10.5\n2,b,20\n3,c,\n' > t.csv
	varve add t.csv > /dev/null
	varve commit -qm one --date 2026-10-01
	printf 'id,name,price\n1,a,10.5\n2,b,30\n3,c,\n4,d,9.5\n' > t.csv
	varve commit -qam two --date 2026-10-02
	varve mv t.csv u.csv
	sed -i 1s/price/amount/ u.csv
	varve commit -qam three --date 2026-10-03
	sed -i 's/^1,a,10.5/1,a,-100/' u.csv
	varve commit -qam four --date 2026-10-04
}

# The figures of all versions, newest first.
figures() {
	varve log --json --figure "$@" u.csv | jq -c 'map(.figure)'
}

@test "a figure of each version is printed with a bar, through renames of file and column" {
	history
	succeeds varve log --figure 'sum(amount)' u.csv
	output_is "2026-10-04 $(git rev-parse --short HEAD) -60.5 -########################################
2026-10-03 $(git rev-parse --short HEAD~1)    50 #################################
2026-10-02 $(git rev-parse --short HEAD~2)    50 #################################
2026-10-01 $(git rev-parse --short HEAD~3)  30.5 ####################"
	for again in 1 2; do
		[ "$(figures 'sum(amount)')" = '[-60.5,50,50,30.5]' ]
		[ "$(figures 'count(*)')" = '[4,4,4,3]' ]
		[ "$(figures 'count(amount)')" = '[3,3,3,2]' ]
		[ "$(figures 'count(distinct name)')" = '[4,4,4,3]' ]
		[ "$(figures 'avg(amount)')" = '[-20.166666667,16.666666667,16.666666667,15.25]' ]
		[ "$(figures 'min(amount)')" = '[-100,9.5,9.5,10.5]' ]
		[ "$(figures 'max(name)')" = '["d","d","d","c"]' ]
		[ "$(figures 'share(amount > 10)')" = '[0.25,0.5,0.5,0.666666667]' ]
		[ "$(figures 'sum(amount)' --where 'id < 3' --where "name <> 'a'")" = '[30,30,30,20]' ]
		[ "$(figures 'sum(amount)' --where 'id > 8')" = '[null,null,null,null]' ]
	done
	succeeds varve log --figure 'sum(amount)' --since 2026-10-01 --until '2 Oct 2026' --reverse u.csv
	output_has "30.5 ####"
	[ "$(cut -d' ' -f1 <<< "$output" | tr '\n' ' ')" = "2026-10-01 2026-10-02 " ]
	[ "$(figures 'sum(amount)' -n 1 --skip 1)" = '[50]' ]
}

@test "SQL has the figure of each version as a column of varve_log" {
	history
	succeeds varve sql --format csv "SELECT commit_date, figure FROM varve_log('u.csv', NULL, 'sum(amount)', 'id <> 2')"
	output_is "commit_date,figure
2026-10-04T12:00:00Z,-90.5
2026-10-03T12:00:00Z,20
2026-10-02T12:00:00Z,20
2026-10-01T12:00:00Z,10.5"
	succeeds varve sql --format csv "SELECT typeof(figure) FROM varve_log('u.csv', NULL, 'max(name)') LIMIT 1"
	output_is $'typeof(figure)\ntext'
	ends_with 1 varve sql "SELECT figure FROM varve_log('u.csv', NULL, 'sum(nothing)')"
	stderr_has "no such column 'nothing'"
}

@test "answers are kept, and a new version costs what is new" {
	history
	[ "$(figures 'sum(amount)')" = '[-60.5,50,50,30.5]' ]
	rm -rf .git/varve/packs
	[ "$(figures 'sum(amount)' -n 2)" = '[-60.5,50]' ]
	find .git/varve/cache/check -name small -exec truncate -s 30 {} +
	[ "$(figures 'sum(amount)' -n 1)" = '["lost"]' ]
}

@test "a column is followed by its values where another one had its name before" {
	new_repo
	for text in 'id,x,y|1,1,10|2,2,20|3,3,30|' 'id,y|1,10|2,20|3,30|' 'id,x|1,10|2,20|3,30|' 'id,x,y|1,1,10|2,2,20|3,3,30|'; do
		tr '|' '\n' <<< "$text" | sed '/^$/d' > u.csv
		varve add -q u.csv
		varve commit -qm version
	done
	[ "$(figures 'sum(x)')" = '[6,60,60,60]' ]
	[ "$(figures 'sum(x)')" = '[6,60,60,60]' ]
}

@test "versions that Git has as text are counted, too" {
	new_repo
	printf 'id,v\n1,2\n' > t.csv
	git add t.csv
	git commit -qm text
	printf 'id,v\n1,2\n2,5\n' > t.csv
	varve add t.csv > /dev/null
	varve commit -qm table
	[ "$(varve log --json --figure 'sum(v)' t.csv | jq -c 'map(.figure)')" = '[7,2]' ]
}

@test "what is no aggregate, no column or no table is an error" {
	history
	for figure in amount 'sum(amount) + 1' 'sum(amount) group by id' 'count(*) - base'; do
		ends_with 2 varve log --figure "$figure" u.csv
		stderr_has "'$figure'"
	done
	ends_with 2 varve log --figure 'sum(nothing)' u.csv
	stderr_has "no such column 'nothing'"
	ends_with 2 varve log --figure 'count(*)'
	ends_with 2 varve log --figure 'count(*)' --where 'nothing > 1' u.csv
	stderr_has "'nothing > 1': character 1 of the condition: no such column 'nothing'"
	ends_with 2 varve log --figure 'count(*)' --where 'id > 1 id' u.csv
	stderr_has "'id > 1 id'"
	ends_with 2 varve log --figure 'count(*)' --stat u.csv
	ends_with 2 varve log --where 'id > 1' u.csv
}

@test "a figure is a number where it is one, with all its digits, and a text elsewhere" {
	new_repo
	printf 'id,code,day,tiny,big\n1,.5,2026-10-05,0.000000000123,9223372036854775807\n2,1e3,2026-11-05,1,3\n3,null,2026-12-05,1,3\n' > u.csv
	varve add -q u.csv
	varve commit -qm one
	for pair in 'min(code)|".5"|text' 'max(code)|"null"|text' 'min(day)|"2026-10-05"|text' 'max(big)|9223372036854775807|integer' \
		'sum(big)|9223372036854775813|text' 'sum(tiny)|2.000000000123|real' 'sum(tiny + 0 * id)|2.000000000123|real' \
		'deviation(id)|1|integer' 'avg(tiny)|0.666666667|real'; do
		IFS='|' read -r figure json type <<< "$pair"
		for again in 1 2; do
			succeeds varve log --json --figure "$figure" u.csv
			[[ $output == *"\"figure\":$json}]" ]] || fail "$figure: $output"
		done
		[ "$(varve sql --format csv "SELECT typeof(figure), figure FROM varve_log('u.csv', NULL, '$figure')" | tail -1)" = \
			"$type,$(tr -d '"' <<< "$json")" ]
	done
}

# Three versions in which West grows by a hundredth, and East comes.
regions() {
	new_repo
	local n
	for n in 1 2 3; do
		printf 'id,region,price\n007,West,100.%s\n008,West,0\n' "$n" > t.csv
		[ "$n" = 1 ] || printf '009,East,%s\n' "-$n" >> t.csv
		varve add -q --key id t.csv
		varve commit -qm "$n" --date "2026-10-0$n"
	done
}

@test "bars of a small change begin at the least value, which is on the axis" {
	regions
	succeeds varve log --figure 'max(price)' t.csv
	output_is "(bars from 100.1 to 100.3: they do not begin at 0)
2026-10-03 $(git rev-parse --short HEAD) 100.3 ########################################
2026-10-02 $(git rev-parse --short HEAD~1) 100.2 #####################
2026-10-01 $(git rev-parse --short HEAD~2) 100.1 #"
	succeeds varve log --figure 'count(*)' t.csv
	output_is "2026-10-03 $(git rev-parse --short HEAD) 3 ########################################
2026-10-02 $(git rev-parse --short HEAD~1) 3 ########################################
2026-10-01 $(git rev-parse --short HEAD~2) 2 ###########################"
}

@test "--by has a figure for each group, also for one that only some versions have" {
	regions
	succeeds varve log --figure 'sum(price)' --by region --reverse t.csv
	output_is "region=East
2026-10-01 $(git rev-parse --short HEAD~2) none
2026-10-02 $(git rev-parse --short HEAD~1)   -2 -###########################
2026-10-03 $(git rev-parse --short HEAD)   -3 -########################################

region=West
(bars from 100.1 to 100.3: they do not begin at 0)
2026-10-01 $(git rev-parse --short HEAD~2) 100.1 #
2026-10-02 $(git rev-parse --short HEAD~1) 100.2 #####################
2026-10-03 $(git rev-parse --short HEAD) 100.3 ########################################"
	for again in 1 2; do
		[ "$(varve log --json --figure 'sum(price)' --by region --by 'price > 1' t.csv | jq -c 'map(.figure)')" = \
			'[{"region=East, price > 1=false":-3,"region=West, price > 1=false":0,"region=West, price > 1=true":100.3},{"region=East, price > 1=false":-2,"region=West, price > 1=false":0,"region=West, price > 1=true":100.2},{"region=West, price > 1=false":0,"region=West, price > 1=true":100.1}]' ]
	done
	ends_with 2 varve log --figure 'sum(price)' --by nothing t.csv
	stderr_has "'nothing': character 1"
	ends_with 2 varve log --by region t.csv
	{ echo id,n; seq 201 | sed 's/$/,1/'; } > many.csv
	varve add -q many.csv
	varve commit -qm many
	ends_with 2 varve log --figure 'sum(n)' --by id many.csv
	stderr_has "201 groups, more than 200"
	succeeds varve log --figure 'sum(n)' --by id --where 'id < 5' many.csv
}

@test "--row has the figure of one row, by its own key" {
	regions
	for figure in price 'sum(price)'; do
		succeeds varve log --json --figure "$figure" --row 007 t.csv
		[ "$(jq -c 'map(.figure)' <<< "$output")" = '[100.3,100.2,100.1]' ]
	done
	[ "$(varve log --json --figure price --row West,009 --key region,id t.csv | jq -c 'map(.figure)')" = '[null,null,null]' ]
	[ "$(varve log --json --figure price --row East,009 --key region,id t.csv | jq -c 'map(.figure)')" = '[-3,-2,null]' ]
	ends_with 2 varve log --figure price --row 7 t.csv
	stderr_is "varve: 't.csv' has no row with the key '7'
hint: did you mean '007'? 'varve log --figure price --row 007 t.csv' does it"
}

@test "--row finds the key of a table that Git has as text" {
	new_repo
	printf 'id,price\n007,5\n009,6\n' > t.csv
	git add t.csv
	git commit -qm 1
	sed -i s/007,5/007,8/ t.csv
	git commit -qam 2
	[ "$(varve log --json --figure price --row 007 t.csv | jq -c 'map(.figure)')" = '[8,5]' ]
	ends_with 2 varve log --figure price --row 7 t.csv
	stderr_has "did you mean '007'?"
	ends_with 2 varve log --row 7 t.csv
	stderr_has "did you mean '007'?"
}
