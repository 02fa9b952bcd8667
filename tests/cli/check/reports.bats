# Each form of the report is read by a program that knows nothing of varve.
load ../helper

reader() {
	python3 "$BATS_TEST_DIRNAME/read_reports.py" "$@"
}

# all_forms STATUS [ARGUMENT...]: all forms into the folder reports.
all_forms() {
	local form wanted=$1
	shift
	rm -rf reports && mkdir reports
	local options=()
	for form in text json junit sarif github gitlab markdown html; do
		options+=(--output "$form=reports/$form")
	done
	ends_with "$wanted" varve check -q "${options[@]}" "$@"
	output_is ""
}

hostile() {
	new_repo
	printf 'id,price\n1,5\n2,6\n' > "${1-t.csv}"
	varve add "${1-t.csv}" > /dev/null
	varve commit -q -m first
	echo '{"rules": {"type-contradiction": "error"}}' > varve.json
	reader MAKE "${1-t.csv}"
}

@test "hostile cells do no harm in any form" {
	hostile
	all_forms 1 --limit 0
	reader READ reports
	xmllint --noout --schema "$BATS_TEST_DIRNAME/junit.xsd" reports/junit
	python3 -m json.tool < reports/gitlab > /dev/null
}

@test "hostile names of files and columns do no harm either" {
	new_repo
	mkdir 'a %"<b>'
	printf '"<i>x</i>, ::error::",b\n1,2\n3,4,5\n' > 'a %"<b>/t,:`.csv'
	all_forms 1 'a %"<b>/t,:`.csv'
	reader READ reports
	xmllint --noout --schema "$BATS_TEST_DIRNAME/junit.xsd" reports/junit
	mv 'a %"<b>/t,:`.csv' $'\e]0;\xc2\x9b\n::error::\xe2\x80\xae.csv'
	all_forms 1 $'\e]0;\xc2\x9b\n::error::\xe2\x80\xae.csv'
	reader READ reports
	xmllint --noout --schema "$BATS_TEST_DIRNAME/junit.xsd" reports/junit
}

@test "what is over the limit is told in each form" {
	hostile
	all_forms 1 --limit 3
	reader READ reports
	for form in text junit sarif gitlab markdown html; do
		grep -q 'more' "reports/$form" || { echo "$form does not say that there is more"; false; }
	done
	grep -q 'title=varve check::' reports/github
}

@test "versions of a range, accepted and known findings are written in each form" {
	hostile
	varve add t.csv > /dev/null 2>&1
	tick
	varve commit -q -m second
	all_forms 1 HEAD~1..HEAD
	reader READ reports
	all_forms 0 --accept type-contradiction --accept encoding-error --why "<b>::error::x]]>" HEAD~1..HEAD t.csv
	reader READ reports
	grep -q '"suppressions"' reports/sarif
	printf 'id\n1\n99\n' > t.csv
	all_forms 1 --new-only --base HEAD
	reader READ reports
	grep -q '"baselineState": "new"' reports/sarif
}

@test "the same problem keeps its fingerprint when its row moves" {
	new_repo
	rows 20 > prices.csv
	varve add prices.csv > /dev/null
	varve commit -q -m first
	sed -i 's/^5,\([^,]*\),[^,]*,/5,\1,none,/' prices.csv
	echo '{"rules": {"type-contradiction": "error"}}' > varve.json
	ends_with 1 varve check --format gitlab
	before=$(printf '%s' "$output" | python3 -c 'import json, sys; print(json.load(sys.stdin)[0]["fingerprint"])')
	sed -i '2,4d' prices.csv
	ends_with 1 varve check --format gitlab
	after=$(printf '%s' "$output" | python3 -c 'import json, sys; print(json.load(sys.stdin)[0]["fingerprint"])')
	[ "$before" = "$after" ]
}

@test "a problem without a row keeps its fingerprint while its message counts" {
	new_repo
	echo '{"rules": {"row-count": {"min": 30}}}' > varve.json
	prints=""
	for n in 10 20; do
		rows "$n" > prices.csv
		varve add prices.csv > /dev/null
		ends_with 1 varve check --format gitlab
		output_has "$n rows"
		prints="$prints $(printf '%s' "$output" | python3 -c 'import json, sys; print(*[x["fingerprint"] for x in json.load(sys.stdin)])')"
	done
	set -- $prints
	[ "$#" -eq 2 ]
	[ "$1" = "$2" ]
}

@test "GitHub gets ten annotations of a kind at most, of every kind of problem, and how many more there are" {
	new_repo
	rows 40 > prices.csv
	varve add prices.csv > /dev/null
	varve commit -q -m first
	echo '{"rules": {"type-contradiction": "error", "row-constraint": {"condition": "id > 39", "severity": "warning"}}}' > varve.json
	sed -i 's/^\([0-9]\),\([^,]*\),[^,]*,/\1,\2,none,/; s/^1\([0-9]\),.*/1\1,,,2024-02-30/' prices.csv
	ends_with 1 varve check --format github
	[ "$(printf '%s\n' "$output" | grep -c '^::error')" -eq 10 ]
	[ "$(printf '%s\n' "$output" | grep -c '^::warning')" -eq 10 ]
	output_has "::error file=prices.csv,line=2,title=type-contradiction::row 1 (id=1): price 'none' is not a number"
	output_has "title=type-contradiction::row 10 (id=10): day '2024-02-30'"
	output_has "::error title=varve check::10 more of this kind"
	output_has "::warning title=varve check::30 more of this kind"
}

@test "the job's summary is appended to, and a summary that cannot be written is not a verdict" {
	new_repo
	rows 5 > prices.csv
	varve add prices.csv > /dev/null
	varve commit -q -m first
	echo "before" > summary
	GITHUB_STEP_SUMMARY=$PWD/summary succeeds varve check --format github
	[ "$(head -n 2 summary)" = "before
<!-- varve check -->" ]
	GITHUB_STEP_SUMMARY=$PWD/summary succeeds varve check
	[ "$(grep -c 'varve check -->' summary)" -eq 1 ]
	GITHUB_STEP_SUMMARY=$PWD/no/such/folder ends_with 2 varve check --format github
	stderr_has "GITHUB_STEP_SUMMARY"
	GITHUB_STEP_SUMMARY=$PWD/other succeeds varve check -q --output github=annotations
	grep -q "varve check" other
	ends_with 2 varve check --output json=no/such/folder/x
}

@test "a disk that is full is not a verdict" {
	[ -e /dev/full ] || skip "there is no /dev/full"
	new_repo
	rows 5 > prices.csv
	varve add prices.csv > /dev/null
	ends_with 2 sh -c 'varve check --no-base > /dev/full'
}

@test "a report keeps 16 MiB of findings, counts all, and every form names how many it leaves out" {
	new_repo
	python3 "$BATS_TEST_DIRNAME/many_findings.py"
}

@test "the report keeps to the terminal, names rows by key, and a file of it is not cut" {
	new_repo
	echo "id,a column with a name of some length,b" > wide.csv
	for n in $(seq 1 30); do echo "$n,$n,a"; done >> wide.csv
	cat > datapackage.json <<-'END'
	{"resources": [{"name": "wide", "path": "wide.csv", "schema": {"primaryKey": "id", "fields": [
	{"name": "id", "type": "integer"},
	{"name": "a column with a name of some length", "type": "integer", "constraints": {"maximum": 25}},
	{"name": "b", "type": "string", "constraints": {"enum": ["a", "something else", "and something that is longer"]}}]}}]}
	END
	varve add wide.csv datapackage.json > /dev/null
	varve commit -qm one
	sed -i 's/^7,7,a/7,seven and a few more words so that it becomes long,a word that is not in the list of them/' wide.csv
	for width in 50 80 120; do
		COLUMNS=$width ends_with 1 varve check wide.csv
		while IFS= read -r line; do
			[ "${#line}" -le "$width" ] || { show_run "$width" "too wide: $line"; return 1; }
		done <<< "$output"
		output_has "id=7"
	done
	COLUMNS=50 ends_with 1 varve check --output text=report.txt wide.csv
	grep -q "line  row  key  *value" report.txt
	[ "$(wc -L < report.txt)" -gt 80 ]
}

@test "the page of a check begins with what is wrong" {
	new_repo
	printf 'id,n\n1,1\n2,2\n' > a.csv
	cp a.csv b.csv
	varve add a.csv b.csv > /dev/null
	varve commit -qm one
	sed -i 's/2,2/2,two/' b.csv
	echo '{"rules": {"type-contradiction": "error"}}' > varve.json
	ends_with 1 varve check --format html
	[[ $output == *'<p class="error">invalid: 1 error'*'What is wrong'*'<code>b.csv</code>'*'<a href="#g1">'*'<h2><code>b.csv'*'<h3 id="g1">'*'<code>a.csv</code>'* ]]
	local wrong=${output#*What is wrong}
	[[ ${wrong%%<code>b.csv*} != *a.csv* ]]
	varve restore b.csv > /dev/null
	succeeds varve check --format html
	output_lacks "What is wrong"
}

@test "with --log the page begins with each rule, since when it fails, and how often it did" {
	new_repo
	printf '[a.csv]\nlow: n < 5\nn <> 7 warn\nunique (n) -- each <once>\n' > varve.checks
	for n in 2 3 9 8 4 9; do
		printf 'id,n\n1,1\n2,%s\n' "$n" > a.csv
		tick
		varve add -q . && varve commit -q -m "n is $n"
	done
	ends_with 1 varve check --log --format html
	output_has '<p>2 of 3 hold</p>'
	output_has "<td>a.csv</td><td><code>low</code></td><td class=\"error\">fails</td><td>$(git log -1 --format=%as), A U Thor, <code>$(git rev-parse --short=10 HEAD)</code></td><td class=\"n\">1</td><td class=\"n\">3 of 6</td><td>&#183;&#183;&#9608;&#9608;&#183;&#9608;</td>"
	output_has '<code>each &#60;once&#62;</code></td><td class="valid">holds</td><td>always</td><td class="n">0</td><td class="n">0 of 6</td>'
	output_has '<a href="#g1"><code>row-constraint</code>: 1, 50.0&#160;% of the rows</a>'
	[[ $output == *'2 of 3 hold'*'What is wrong'*'<h2><code>a.csv'* ]]
	printf 'id,n\n1,1\n2,3\n' > a.csv
	succeeds varve check --log=low --format html
	output_has '<p>0 of 1 hold</p>'
	sed -i 's/^n <> 7.*/m < 5 warn/' varve.checks
	run varve check --log --format html
	output_has '<code>m &#60; 5</code></td><td class="valid">never applied</td><td></td>'
}
