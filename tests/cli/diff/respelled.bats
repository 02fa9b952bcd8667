# Keys that were respelled as a whole, and comparisons by another key.
load ../helper
load ../serve/server

teardown() {
	[ -z "${server:-}" ] || stop_server
}

# countries CODES ROWS FACTOR: codes of that form, names, regions and populations.
countries() {
	awk -v codes="$1" -v rows="$2" -v factor="$3" 'BEGIN {
		print "code,name,region,population"
		for (i = 1; i <= rows; i++) printf codes ",Country %d,R%d,%d\n", i * 7, i, i % 5, 1000 + i * factor
	}' > c.csv
}

respelled() {
	new_repo
	countries A%d 249 37
	varve add --key code c.csv > /dev/null
	varve commit -q -m alpha2
	git checkout -q -b side
	countries X%04d 253 39
	varve commit -qam alpha3
	git checkout -q main
	tick
}

@test "a key that was respelled as a whole is found by the names" {
	respelled
	succeeds varve diff --json main side
	[ "$(grep -c '^{"change":"changed","key":{"code":' <<< "$output")" -eq 249 ]
	[ "$(grep -c '^{"change":"added"' <<< "$output")" -eq 4 ]
	output_lacks '"change":"removed"'
	output_has '"code":{"old":"A7","new":"X0007"}'
}

@test "a merge joins rows of a key that one side respelled" {
	respelled
	sed -i 's/,R3,1111/,R9,1111/' c.csv
	varve commit -qam region
	succeeds varve merge side
	[ "$(wc -l < c.csv)" -eq 254 ]
	grep -qx 'X0021,Country 3,R9,1117' c.csv
	! grep -q '^A' c.csv || false
}

@test "most keys rewritten by one side are found by a text that all versions have" {
	new_repo
	awk 'BEGIN { print "name,flag,n"; for (i = 1; i <= 60; i++) printf "Land %d,I%d,%d\n", i * 7, i, i }' > c.csv
	varve track --text '*.csv' > /dev/null
	git add -A && git commit -qm base
	git switch -qc side
	awk -F, -v OFS=, 'NR > 12 { $1 = $1 " Republic"; $3 = $3 * 2 } 1' c.csv > d && mv d c.csv
	git commit -qam names
	git switch -q main
	sed -i 's/^\([^,]*\),\(I[0-9]*\),/\1,\2 ,/;s/I40 ,40/I40 ,41/;s/ ,/,/' c.csv
	sed -i '$ d' c.csv
	sed -i 's/$/,x/;1s/x/tz/' c.csv
	printf 'Land 999,I99,9,y\n' >> c.csv
	git commit -qam zones
	ends_with 1 varve merge --no-commit side
	ends_with 1 varve conflicts c.csv
	output_has "row Land 280"
	output_has "row Land 420"
	[ "$(grep -c '^  row' <<< "$output")" -eq 2 ]
	grep -qx 'Land 273 Republic,I39,78,x' c.csv
	grep -qx 'Land 999,I99,9,y' c.csv
	! grep -q '^Land 273,' c.csv || false
}

@test "half of the rows replaced by others are not found by a text that most of them share" {
	new_repo
	awk 'BEGIN { print "id,title,n"; for (i = 1; i <= 60; i++) printf "%d,Title %d,%d\n", i, i, i }' > c.csv
	varve add --key id c.csv > /dev/null
	varve commit -qm base
	awk 'BEGIN { print "id,title,n"; for (i = 31; i <= 90; i++) printf "%d,Title %d,%d\n", (i > 60 ? i + 100 : i), (i > 60 && i <= 80 ? i - 60 : i), i }' > c.csv
	succeeds varve diff --json
	output_lacks '"id":{"old"'
}

# votes SPELLING SEED ROWS: an election: precincts, offices, candidates, votes.
votes() {
	awk -v by="$1" -v seed="$2" -v rows="$3" 'BEGIN {
		print "precinct,office,candidate,party,votes"
		for (i = 0; i < rows; i++) printf by "\n", i % 10, int(i / 30), int(i / 10) % 3, int(i / 10) % 3, (i * i * seed + 13 * seed) % 997
	}' > c.csv
}

@test "a merge joins rows of which one side respelled a key of several columns" {
	new_repo
	varve track --text '*.csv' > /dev/null
	votes '1%d OUTSIDE CITY,U. S. Office %d,C%d,P%d,%d' 7 120
	git add -A && git commit -qm base
	git switch -qc side
	votes '1%d-OUTSIDE,Office %d,C%d,P%d,%d' 7 120
	sed -i '50s/,[0-9]*$/,5000/' c.csv
	git commit -qam spelled
	git switch -q main
	sed -i '70s/,[0-9]*$/,7000/' c.csv
	printf '19 OUTSIDE CITY,State Senate,C9,P9,1\n' >> c.csv
	git commit -qam more
	succeeds varve merge -q -m m side
	votes '1%d-OUTSIDE,Office %d,C%d,P%d,%d' 7 120
	sed -i '50s/,[0-9]*$/,5000/;70s/,[0-9]*$/,7000/' c.csv
	printf '19 OUTSIDE CITY,State Senate,C9,P9,1\n' >> c.csv
	succeeds git diff --exit-code HEAD
	git switch -q side
	succeeds varve merge -q -m m main~1
	succeeds git diff --exit-code main
}

@test "rows that the side removed or added among the respelled ones shift no pairs" {
	new_repo
	varve track --text '*.csv' > /dev/null
	votes '1%d OUTSIDE CITY,U. S. Office %d,C%d,P%d,%d' 7 120
	git add -A && git commit -qm base
	git switch -qc side
	votes '1%d-OUTSIDE,Office %d,C%d,P%d,%d' 7 120
	sed -i '90a 17-OUTSIDE,Sheriff,C7,P7,70' c.csv
	sed -i 30d c.csv
	git commit -qam spelled
	git switch -q main
	sed -i '70s/,[0-9]*$/,7000/' c.csv
	git commit -qam more
	succeeds varve merge -q -m m side
	votes '1%d-OUTSIDE,Office %d,C%d,P%d,%d' 7 120
	sed -i '70s/,[0-9]*$/,7000/' c.csv
	sed -i '90a 17-OUTSIDE,Sheriff,C7,P7,70' c.csv
	sed -i 30d c.csv
	succeeds git diff --exit-code HEAD
}

@test "the votes of another place are another table, whatever its precincts are called" {
	new_repo
	varve track --text '*.csv' > /dev/null
	votes '1%d OUTSIDE CITY,U. S. Office %d,C%d,P%d,%d' 7 120
	git add -A && git commit -qm base
	git switch -qc side
	votes '1%d-OUTSIDE,Office %d,C%d,P%d,%d' 5 120
	git commit -qam other
	git switch -q main
	printf '19 OUTSIDE CITY,State Senate,C9,P9,1\n' >> c.csv
	git commit -qam more
	ends_with 1 varve merge -q -m m side
	ends_with 1 varve conflicts c.csv
	output_has "theirs replaced it with another table"
}

@test "a merge with a respelled side has the changes of both, or stops" {
	new_repo
	git config gc.auto 0
	printf '*.csv diff=varve merge=varve\n' > .git/info/attributes
	succeeds python3 "$BATS_TEST_DIRNAME/respelled_law.py" "${VARVE_TEST_SAMPLE:-$RANDOM}" "$([ -n "${VARVE_TEST_ALL-}" ] && echo 200 || echo 6)"
	output_has "all of them right"
}

@test "rows of another table are not taken for respelled ones" {
	new_repo
	countries A%d 40 37
	varve add --key code c.csv > /dev/null
	varve commit -q -m one
	awk 'BEGIN { print "code,name,region,population"; for (i = 1; i <= 40; i++) printf "B%d,Town %d,R%d,%d\n", i, i, i % 5, i }' > c.csv
	succeeds varve diff --json
	[ "$(grep -c '^{"change":"added"' <<< "$output")" -eq 40 ]
	output_lacks '"change":"changed","key"'
}

@test "the page compares by another key" {
	respelled
	sed -i 's/Country 5,/Land 5,/' c.csv
	varve commit -qam name
	server_setup
	start_server .
	curl -s "$url/api/v0/compare/main~1...main/c.csv?key=name" > answer
	grep -q '"kind":"changed","key":"Land 5"' answer
	curl -s "$url/api/v0/compare/main~1...main/c.csv" > answer
	grep -q '"kind":"changed","key":"A35"' answer
	curl -s "$url/compare/main~1...main/c.csv?key=name" -L > page
	grep -q '<option value="name" selected>name' page
	[ "$(curl -s -o answer -w '%{http_code}' "$url/api/v0/compare/main~1...main/c.csv?key=nosuch")" = 404 ]
}

@test "rows that are only written otherwise are told in a line, and are no difference" {
	new_repo
	printf '%s\n' '{"id":1,"a":"x","b":2}' '{"id":2,"a":"y","b":3}' > m.ndjson
	printf 'id,v\n1,a\n2,b\n' > c.csv
	varve add -q .
	varve commit -qm first
	printf '%s\n' '{"id":1,"b":2,"a":"x"}' '{"id":2,"a":"y","b":3}' > m.ndjson
	printf 'id,v\n1,"a"\n2,b\n' > c.csv
	local said=$'c.csv: no change in data, only in how rows are written (quotes or spaces)\nm.ndjson: no change in data, only in how rows are written (order of members or spaces)'
	succeeds varve diff
	output_is "$said"
	succeeds varve diff --quiet
	output_is ""
	succeeds varve diff --format json
	[ "$(jq -c .tables <<< "$output")" = "[]" ]
	stderr_is "$said"
	succeeds git diff
	output_is "$said"
	succeeds varve diff --ignore-format
	output_is ""
	varve commit -qam second
	succeeds varve diff HEAD~1 HEAD
	output_is "$said"
	touch m.ndjson c.csv
	succeeds varve diff
	output_is ""
	cp c.csv d.csv; cp c.csv e.csv
	succeeds varve diff --no-index e.csv d.csv
	output_is ""
}
