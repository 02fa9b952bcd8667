# Every page and every answer of the API that reads history, where the rows of older versions are not here: because a fetch
# might get them, because they have expired, or because nothing has them. tests/stories/walks/gaps.bats has the commands.
load ../helper
load ../../stories/walks/expired
load forms

setup() {
	varve_setup
}

teardown() {
	[ -z "${server-}" ] || kill "$server"
}

# The status of each answer, and its address.
addresses() {
	cat <<- END
		200
		200 commits
		200 tree/$old/
		404 table/$old/prices.csv
		404 table/$old/prices.csv?key=7
		404 table/$old/prices.csv?format=csv
		200 table/$head/prices.csv?key=7
		200 table/$head/prices.csv?key=7&cell=price
		404 columns/$old/prices.csv
		200 columns/$head/prices.csv?name=price
		200 history/prices.csv
		200 check/$old
		200 check/$head
		404 compare/$old..$head
		404 compare/$old..$head/prices.csv
		404 compare/$head
		404 raw/$old/prices.csv
		200 api/v0/changes
		404 api/v0/data/$old/prices.csv
		200 api/v0/history/prices.csv
		404 api/v0/compare/$old..$head/prices.csv
		200 api/v0/row/$head/prices.csv?key=7
		200 api/v0/column/$head/prices.csv?name=price
		404 api/v0/values/$old/prices.csv?name=price
	END
}

# looks STATE: of four versions of prices.csv only that of HEAD has its rows. The words of all answers are in the file all.
looks() {
	local code address got
	new_repo
	days 4
	leave_versions HEAD
	case $1 in
	fetchable) git remote add origin ../gone.git ;;
	expired) expire_versions HEAD~1 HEAD~2 HEAD~3 ;;
	esac
	old=$(git rev-parse HEAD~2)
	head=$(git rev-parse HEAD)
	start_web
	while read -r code address; do
		got=$(curl -s -L --globoff -o ../answer -w '%{http_code}' -b "$BATS_TEST_TMPDIR/jar" -H 'Accept: text/html' "$url/$address")
		[ "$got" = "$code" ] || { echo "$address: $got" >&2; return 1; }
		# each says something of it, but for the names of files
		grep -q -e missing -e expired -e 'not here' -e notHere ../answer || [[ $address = tree/* ]] || { echo "$address: nothing" >&2; return 1; }
		cat ../answer >> ../all
	done < <(addresses)
}

@test "expired rows are said to have expired by every page, and are never called missing or lost" {
	looks expired
	grep -q 'its rows expired on 2023-11-19 by the policy of Ada (last=1)' ../all
	grep -q 'The nearest stored version is' ../all
	grep -q 'not compared: rows have expired' ../all
	grep -q 'The rows of older versions have expired' ../all
	grep -q 'The rows of some versions have expired' ../all
	grep -q 'their rows have expired' ../all
	[ "$(grep -c -E 'ata (is|of .*) missing|data missing|missing here| lost|varve fetch' ../all)" = 0 ]
}

@test "rows that a remote may have are never called expired or lost by a page" {
	looks fetchable
	grep -q 'not compared: data is missing' ../all
	grep -q 'varve fetch --data --all' ../all
	[ "$(grep -c -E 'expired| lost' ../all)" = 0 ]
}

@test "rows that nothing has are named by the pages, which show the rest" {
	looks lost
	grep -q 'not compared: data is missing' ../all
	[ "$(grep -c expired ../all)" = 0 ]
}
