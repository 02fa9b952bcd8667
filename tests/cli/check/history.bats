# A real history in which things really went wrong: the companies of the S&P 500, 189 versions as
# they were published, described by a datapackage.json and checked as a range.
load ../helper

# The history once more, each version with what describes it. Plain Git: no table is stored.
described_history() {
	local commit parent= tree package rules
	git clone -q --bare "$BATS_TEST_DIRNAME/../../data/histories/sp500-constituents.bundle" job/.git
	git --git-dir job/.git config core.bare false
	cd job
	cat > ../datapackage.json <<-'END'
	{
	 "name": "s-and-p-500-companies",
	 "resources": [
	  {
	   "name": "constituents",
	   "path": "constituents.csv",
	   "schema": {
	    "fieldsMatch": "partial",
	    "fields": [
	     {"name": "Symbol", "type": "string", "constraints": {"required": true, "pattern": "[A-Z]{1,5}([.-][A-Z])?"}},
	     {"name": "Security", "type": "string", "constraints": {"required": true}},
	     {"name": "GICS Sector", "type": "string", "constraints": {"required": true, "enum": ["Communication Services",
	      "Consumer Discretionary", "Consumer Staples", "Energy", "Financials", "Health Care", "Industrials",
	      "Information Technology", "Materials", "Real Estate", "Utilities"]}},
	     {"name": "GICS Sub-Industry", "type": "string", "constraints": {"required": true}},
	     {"name": "Headquarters Location", "type": "string", "constraints": {"required": true, "pattern": ".+, .+"}},
	     {"name": "Date added", "type": "date", "constraints": {"required": true, "minimum": "1957-03-04"}},
	     {"name": "CIK", "type": "integer", "constraints": {"required": true, "minimum": 1, "maximum": 9999999999}},
	     {"name": "Founded", "type": "string", "constraints": {"required": true, "pattern": "[12][0-9]{3}( \\(.*\\)|[/ ].*)?"}}
	    ],
	    "primaryKey": ["Symbol"]
	   }
	  }
	 ]
	}
	END
	echo '{"rules": {"row-count": {"min": 490, "max": 510}}}' > ../varve.json
	package=$(git hash-object -w ../datapackage.json)
	rules=$(git hash-object -w ../varve.json)
	for commit in $(git rev-list --reverse main); do
		git read-tree "$commit"
		git update-index --add --cacheinfo "100644,$package,datapackage.json" --cacheinfo "100644,$rules,varve.json"
		tree=$(git write-tree)
		tick
		parent=$(git commit-tree "$tree" ${parent:+-p $parent} -m "$(git log -1 --format=%cs "$commit")")
	done
	git update-ref refs/heads/checked "$parent"
	git symbolic-ref HEAD refs/heads/checked
	git reset -q --hard
	first=$(git rev-list --max-parents=0 HEAD)
}

# rule, column, key and value of all findings of the last --json report.
found() {
	printf '%s' "$output" | python3 -c '
import json, sys
for d in json.load(sys.stdin)["datasets"]:
    for f in d["findings"]:
        print("|".join(str(f.get(k, "")) for k in ("rule", "column", "line", "keyText", "value")))'
}

@test "every version of a real table is checked, and what went wrong in it is found where it came in" {
	described_history
	# the very first version has three rows with a comma that should stand in quotes
	ends_with 1 varve check --json "$first"
	[ "$(found)" = "extra-cell||135||
extra-cell||354||
extra-cell||476||" ]

	ends_with 1 varve check --new-only --json "$first..HEAD"
	found > ../found
	printf '%s\n' "$output" | python3 -c '
import json, sys
t = json.load(sys.stdin)["totals"]
assert t["commits"] == 188 and t["datasetCount"] == 188, t
assert t["errors"] == 39 and t["known"] == 415, t'
	# cells that are not there: 13 rows of one version without their last cell
	[ "$(grep -c '^missing-cell|Sector|' ../found)" -eq 13 ]
	# a row in which everything stands one column too far left, and a remark in a key
	grep -qxF "constraint-error|Symbol|392|Symbol=American Airlines Group|American Airlines Group" ../found
	grep -qxF "constraint-error|Symbol|403|Symbol=RVTY (Previously PKI)|RVTY (Previously PKI)" ../found
	# a number that somebody typed to try something
	grep -qxF "constraint-error|CIK|3|Symbol=AOS|4343243243432434" ../found
	grep -qxF "constraint-error|Headquarters Location|67|Symbol=XYZ|none" ../found
	# dates that were not known, or not for certain
	grep -qxF "type-error|Date added|188|Symbol=ES|2009" ../found
	grep -qxF "type-error|Date added|418|Symbol=SRE|2001?" ../found
	[ "$(grep -c '^constraint-error|Date added|.*|$' ../found)" -eq 10 ]
	# values that a program lost, put back in the next version but one
	[ "$(grep -c '^constraint-error|GICS Sub-Industry|.*|$' ../found)" -eq 6 ]
	# columns that were renamed, one of them for two days
	[ "$(grep '^column-removed' ../found)" = "column-removed|Name|||
column-removed|Sector|||
column-removed|Security|||
column-removed|Company|||" ]
	# and nothing else
	[ "$(wc -l < ../found)" -eq 39 ]

	ends_with 1 varve check --json "$first..HEAD"
	[ "$(found | wc -l)" -eq 454 ]
	# one of them is still there
	ends_with 1 varve check --json HEAD
	[ "$(found)" = "constraint-error|Headquarters Location|69|Symbol=XYZ|none" ]
	succeeds varve check --new-only --base HEAD~1 HEAD
}

@test "with and without what was learnt before a history is found to be the same" {
	described_history
	ends_with 1 varve check --json --save-result ../saved "$first..HEAD~100"
	first_time=$output
	ends_with 1 varve check --json "$first..HEAD~100"
	found > ../again
	output=$first_time
	found > ../first
	cmp ../first ../again
	ends_with 1 varve check --json --no-cache "$first..HEAD~100"
	found > ../again
	cmp ../first ../again
}

@test "the nightly line of docs/use/check.md prints what is new since it last ran, once" {
	local line
	line=$(sed -n 's/^0 6 .*; \(varve check .*\)/\1/p' "$BATS_TEST_DIRNAME/../../../docs/use/check.md")
	new_repo
	printf 'id,n\n1,1\n2,-2\n' > t.csv
	printf 'id,n\n1,-1\n' > u.csv
	printf '[*.csv]\nn > 0\n' > varve.checks
	varve add t.csv u.csv > out
	git add varve.checks
	varve commit -q -m first
	ends_with 1 bash -c "$line"
	stderr_has "no version named 'seen'"
	git tag seen
	succeeds bash -c "$line"
	output_is ""
	printf '3,-3\n' >> t.csv
	varve commit -q -a -m second
	succeeds bash -c "$line"
	output_has "t.csv: 3 rows"
	output_has "id=3"
	output_lacks "id=2"
	output_lacks "u.csv"
	succeeds bash -c "$line"
	output_is ""
}
