# Tables whose blocks are gone while their files are still there.
load ../helper

two_tables() {
	new_repo
	rows 300 > prices.csv
	rows 200 7 > other.csv
	varve add prices.csv other.csv > /dev/null
	varve commit -qm one
	rows 300 1 > prices.csv
	varve add prices.csv > /dev/null
	tick
	varve commit -qm two
}

@test "status names tables without blocks, and fsck --repair makes them from the files" {
	two_tables
	succeeds varve status
	output_lacks "Blocks missing here"
	rm -rf .git/varve
	succeeds varve status
	output_has "Blocks missing here:
  (use \"varve fsck --repair\" to make them from the files, or \"varve fetch --data\")
	other.csv
	prices.csv

nothing to commit, working tree clean"
	succeeds varve status --json
	echo "$output" | python3 -c 'import json, sys; assert json.load(sys.stdin)["incomplete"] == ["other.csv", "prices.csv"]'
	succeeds varve status --porcelain
	output_is ""
	# A file that is gone or was edited does not change what is missing of the version.
	rm other.csv
	echo 999,x,1,2024-01-01 >> prices.csv
	succeeds varve status prices.csv
	output_has "Blocks missing here:"
	output_lacks "other.csv"
	succeeds varve status
	output_has "	other.csv
	prices.csv"
	git checkout -q other.csv 2> /dev/null
	rows 300 1 > prices.csv
	rows 200 7 > other.csv
	ends_with 1 varve fsck --repair # the first version is lost
	succeeds varve status
	output_has "nothing to commit, working tree clean"
	output_lacks "Blocks missing here"
}

@test "of many tables some are looked at, and all where one lacks blocks" {
	local i
	new_repo
	for i in $(seq 600); do echo "id$i" > $i.csv; done
	varve add *.csv > /dev/null
	varve commit -qm many
	rm -rf .git/varve/packs
	succeeds varve status --json
	echo "$output" | python3 -c 'import json, sys; assert len(json.load(sys.stdin)["incomplete"]) == 600'
	succeeds varve status
	output_has "	... and 580 more"
}

@test "git checkout with a lost store writes pointers, says so, and leaves other tables alone" {
	two_tables
	rm -rf .git/varve
	cp other.csv ../other.csv
	succeeds git checkout -q HEAD~1
	stderr_has "prices.csv: blocks are missing here (no remote is configured); only the pointer was written; 'varve restore prices.csv' writes the data"
	git cat-file blob HEAD:prices.csv > ../pointer
	same_bytes prices.csv ../pointer
	same_bytes other.csv ../other.csv
	succeeds git status --porcelain
	output_is ""
	succeeds varve status
	output_has "Not written to the work tree:
	prices.csv  pointer only (blocks missing here): varve restore prices.csv"
	# What was not replaced is there again.
	varve fsck --repair > /dev/null || true
	rm other.csv
	succeeds git checkout -q other.csv
	same_bytes other.csv ../other.csv
	ends_with 2 varve restore prices.csv
	stderr_has "prices.csv"
	same_bytes prices.csv ../pointer
}
