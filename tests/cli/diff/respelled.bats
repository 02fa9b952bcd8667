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
