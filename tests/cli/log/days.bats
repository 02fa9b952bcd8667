load ../helper

# Three days, a table that has the day's number; the last day has a side branch whose commits are older than its merge.
days() {
	local n
	new_repo
	for n in 1 2 3; do
		printf 'id\n%s\n' "$n" > t.csv
		varve add t.csv > /dev/null
		at "2024-05-0${n}T23:59:59Z" varve commit -qm "day $n"
	done
}

at() {
	GIT_AUTHOR_DATE="2020-01-01T00:00:00Z" GIT_COMMITTER_DATE=$1 "${@:2}"
}

id() {
	git rev-parse "$1"
}

# The commit of a revision, as varve reads it.
named() {
	varve log --json -n1 "$1" | jq -r ".[0].commit"
}

@test "a day is the last commit before its end in every command" {
	days
	git clone -q . ../clone
	cd ../clone
	varve fetch -q --data
	for day in 2024-05-02 '@{2024-05-02}' '@{2024-05-02 23:59}' '@{2024-05-02 23:59:59}' 'main@{2024-05-02}' '2024-05-03~1' \
		'@{2024-05-03}^' '@{2024-05-02T23:59:59Z}' '@{2024-05-03T02:30+02:00}'; do
		succeeds varve cat "$day:t.csv"
		output_is $'id\n2'
		[ "$(named "$day")" = "$(id HEAD~1)" ]
	done
	succeeds varve cat '@{2024-05-02 23:58}:t.csv'
	output_is $'id\n1'
	succeeds varve diff --json 2024-05-01 2024-05-02
	first=$output
	succeeds varve diff --json HEAD~2 HEAD~1
	[ "$(jq -c '[.. | .cells? // empty]' <<< "$first")" = "$(jq -c '[.. | .cells? // empty]' <<< "$output")" ]
	succeeds varve diff --json '2 May 2024 01:00' '3 May 2024 01:00:00'
	[ "$(jq -c '[.. | .cells? // empty]' <<< "$first")" = "$(jq -c '[.. | .cells? // empty]' <<< "$output")" ]
	succeeds varve diff --name-only '@{2024-05-01}..2024-05-03'
	output_is t.csv
	succeeds varve show 2024-05-01
	output_has "$(id HEAD~2)"
	succeeds varve restore --source 2024-05-01 t.csv
	[ "$(cat t.csv)" = $'id\n1' ]
	succeeds varve sql --format csv "SELECT id FROM t AS OF '2024-05-02 23:58'"
	output_is $'id\n1'
	succeeds varve sql --format csv "SELECT id FROM t AS OF '@{2024-05-02}'"
	output_is $'id\n2'
}

@test "a day names the same version at a URL" {
	days
	mkdir ../other && cd ../other
	succeeds varve get ../work#2024-05-02:t.csv
	[ "$(cat t.csv)" = $'id\n2' ]
	git init -q . 2> /dev/null
	succeeds varve import "../work#@{2024-05-01}:t.csv" -o old.csv
	[ "$(cat old.csv)" = $'id\n1' ]
	succeeds varve cat "file://$PWD/../work#2024-05-02:t.csv"
	output_is $'id\n2'
}

@test "a ref that is called as a day wins" {
	days
	git tag 2024-05-02 HEAD
	succeeds varve cat 2024-05-02:t.csv
	output_is $'id\n3'
	succeeds varve cat '@{2024-05-02}:t.csv'
	output_is $'id\n2'
}

@test "what git reads in braces stays git's" {
	days
	for word in '@{0}' '@{1}' 'main@{2}' 'HEAD^{/day 2}' ':/day 1'; do
		[ "$(named "$word")" = "$(id "$word")" ]
	done
	git switch -q -c side HEAD~1
	[ "$(named '@{-1}')" = "$(id main)" ]
	[ "$(named 'HEAD@{1}')" = "$(id main)" ] # and not where the branch was
	[ "$(named '@~1')" = "$(id HEAD~1)" ]
	git branch -q --set-upstream-to main
	[ "$(named '@{u}')" = "$(id main)" ]
}

@test "a day without a version is an error that names the nearest" {
	days
	ends_with 2 varve cat 2024-04-30:t.csv
	stderr_has 2024-05-01
	ends_with 2 varve diff 2024-04-30 HEAD
	stderr_has 2024-05-01
	ends_with 2 varve cat '@{2999-01-01}:t.csv'
	stderr_has 2024-05-03
	ends_with 2 varve cat 2024-02-30:t.csv
	stderr_has 2024-02-30
	ends_with 2 varve cat '@{rubbish}:t.csv'
	ends_with 1 varve sql "SELECT * FROM t AS OF '2024-04-30'"
	stderr_has 2024-05-01
	succeeds varve cat '@{yesterday}:t.csv'
	output_is $'id\n3'
	for word in yesterday '1 day ago' 1.day.ago; do
		succeeds varve cat "$word:t.csv"
		output_is $'id\n3'
	done
	ends_with 2 varve cat yesterdays:t.csv
}

@test "merged commits count from when they were merged" {
	days
	git switch -q -c side HEAD~2
	printf 'id\n7\n' > t.csv
	varve add t.csv > /dev/null
	at 2024-05-02T10:00:00Z varve commit -qm side
	git switch -q main
	at 2024-05-09T10:00:00Z git merge -q -s ours -m merge side
	[ "$(named 2024-05-02)" = "$(id HEAD~2)" ]
}

@test "days end in the local zone, as times are shown" {
	days
	TZ=Asia/Tokyo succeeds varve cat 2024-05-02:t.csv
	output_is $'id\n1'
	TZ=America/New_York succeeds varve cat 2024-05-02:t.csv
	output_is $'id\n2'
}

@test "dates are written as people write them" {
	days
	for day in 2024-05-02 '2 May 2024' 'May 2, 2024' 2024/05/02 2.5.2024 'thu 2 may 2024' '@{2.5.2024}' 'main@{May 2 2024}'; do
		[ "$(named "$day")" = "$(id HEAD~1)" ]
		succeeds varve diff --name-only "$day" HEAD
		output_is t.csv
	done
	for month in 2024-05 'may 2024' 'last month' monday 'last year' yesterday '@{yesterday 18:00}'; do
		[ "$(named "$month")" = "$(id HEAD)" ]
		succeeds varve sql --format csv "SELECT id FROM t AS OF '$month'"
		output_is $'id\n3'
	done
	[ "$(named '@{2 May 2024 23:58}')" = "$(id HEAD~2)" ]
	succeeds varve sql --format csv "SELECT id FROM t AS OF '2 May 2024 23:59'"
	output_is $'id\n2'
	succeeds varve log --oneline --since 'may 2024' --until '2 May 2024' t.csv
	[ "$(wc -l <<< "$output")" = 2 ]
	ends_with 2 varve diff 'last fortnight' HEAD
	stderr_has "a date is written 2026-10-05"
}

@test "a file that is called as a date wins" {
	days
	mkdir 2024-05
	printf 'id\n1\n' > 2024-05/u.csv
	varve add 2024-05/u.csv > /dev/null
	varve commit -qm "a folder"
	[ "$(varve log --oneline 2024-05 | wc -l)" = 1 ]
	printf 'id\n2\n' > 2024-05/u.csv
	succeeds varve diff --name-only 2024-05
	output_is 2024-05/u.csv
	[ "$(varve log --oneline 2024-05 -- . | wc -l)" = 4 ]
}
