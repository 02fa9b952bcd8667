load ../helper

@test "a commit is told with what it changed" {
	new_repo
	rows 100 > prices.csv
	varve add prices.csv > /dev/null
	varve commit -qm one
	varve tag -m "the first" v1
	succeeds varve show v1
	output_has "$(git log -n 1 --decorate v1)"
	output_has " prices.csv     | new: 100 rows, 4 columns"
	succeeds varve show --oneline
	output_has "one"
	succeeds varve show --json
	echo "$output" | python3 -c '
import json, sys
(c,) = json.load(sys.stdin)
assert c["subject"] == "one" and len(c["files"]) == 2
'
}

@test "-u shows the rows of a commit, as -p does" {
	new_repo
	rows 100 > prices.csv
	varve add prices.csv > /dev/null
	varve commit -qm one
	sed -i 's/^7,[^,]*/7,other/' prices.csv
	varve commit -qam two
	succeeds varve show -p
	patch=$output
	output_has "-> other"
	succeeds varve show -u
	output_is "$patch"
	succeeds varve show --stat
	output_lacks "-> other"
}

@test "show --stat and commit count the changes of each changed table" {
	new_repo
	rows 100 > prices.csv
	rows 20 > more.csv
	varve add . > /dev/null
	varve commit -qm one
	sed -i '/^50,/s/item/thing/' prices.csv
	sed -i '/^7,/d' more.csv
	succeeds varve commit -am two
	output_has "  more.csv: -1 row"
	output_has "  prices.csv: ~1 row"
	succeeds varve show --stat
	output_has " more.csv   | -1 row"
	output_has " prices.csv | ~1 row"
}

@test "REV:PATH and a CID give the content" {
	new_repo
	rows 100 > prices.csv
	varve add prices.csv > /dev/null
	varve commit -qm one
	varve show HEAD:prices.csv > back.csv
	same_bytes prices.csv back.csv
	cid=$(git show HEAD:prices.csv | sed -n 's/.*"root": "\([a-z0-9]*\)".*/\1/p')
	varve show "$cid" > back.csv
	same_bytes prices.csv back.csv
}

@test "an unknown revision is named" {
	new_repo
	ends_with 2 varve show nothing
	stderr_has "no version named 'nothing'"
}
