# The examples of docs/programs/ci.md, run as they stand there.
load ../helper

page=$BATS_TEST_DIRNAME/../../../docs/programs/ci.md
component=$BATS_TEST_DIRNAME/../../../templates/check.yml

block() {
	python3 "$BATS_TEST_DIRNAME/ci_blocks.py" "$page" "$@"
}

# The peer with main and a branch `pr`, and an empty folder where the job runs.
team() {
	export VARVE_PEER="$PWD/team"
	varve init -q team > /dev/null
	cd team
	printf 'id,name,price\n1,a,5\n2,b,6\n3,c,7\n' > t.csv
	echo '{"rules": {"type-contradiction": "error"}}' > varve.json
	varve add t.csv varve.json > /dev/null
	varve commit -qm one
	git switch -qc pr 2> /dev/null
	tick
	push_next "$1"
	mkdir ../job
	cd ../job
}

# Another commit of pr with this price.
push_next() {
	printf 'id,name,price\n1,a,%s\n2,b,6\n3,c,7\n' "$1" > "$VARVE_PEER/t.csv"
	varve -C "$VARVE_PEER" add t.csv > /dev/null 2>&1
	varve -C "$VARVE_PEER" commit -qm "price $1"
	tick
	export BASE=$(git -C "$VARVE_PEER" rev-parse main) HEAD=$(git -C "$VARVE_PEER" rev-parse pr)
}

# Step N of GitLab's component.
gitlab() {
	sed '1,/^---$/d' "$component" > component.yml
	python3 "$BATS_TEST_DIRNAME/ci_blocks.py" component.yml "$1"
}

# A script as a runner starts it.
step() {
	printf '%s\n' "$1" > "$BATS_TEST_TMPDIR/step.sh"
	bash -e "$BATS_TEST_TMPDIR/step.sh"
}

@test "the workflow files are YAML" {
	/usr/bin/python3 -c 'import yaml' 2> /dev/null || skip "PyYAML is not there"
	block "GitHub" 1 | /usr/bin/python3 -c '
import sys, yaml
w = yaml.safe_load(sys.stdin)
steps = w["jobs"]["check"]["steps"]
assert [s["name"] for s in steps if "run" in s] == ["Fetch the data", "Check"], w
'
	block "GitLab" 1 | /usr/bin/python3 -c '
import sys, yaml
(use,) = yaml.safe_load(sys.stdin)["include"]
spec, jobs = yaml.safe_load_all(open(sys.argv[1]))
assert use["component"].split("/")[-1].split("@")[0] == "check", use
assert set(use["inputs"]) <= set(spec["spec"]["inputs"]), use
(w,) = jobs.values()
assert len(w["script"]) == 2 and w["cache"]["paths"] == ["data.git"], w
' "$component"
}

@test "GitHub: valid data passes with a summary" {
	team 50
	export GITHUB_STEP_SUMMARY=$BATS_TEST_TMPDIR/summary.md GITHUB_ACTIONS=true
	step "$(block "GitHub" 1 "Fetch the data")"
	succeeds step "$(block "GitHub" 1 "Check")"
	[ -s "$GITHUB_STEP_SUMMARY" ]
	python3 -c 'import json; d = json.load(open("varve.sarif")); assert d["version"] == "2.1.0" and not d["runs"][0]["results"]'
}

@test "GitHub: invalid data fails with annotations, with the cache of the last job too" {
	team none
	export GITHUB_STEP_SUMMARY=$BATS_TEST_TMPDIR/summary.md GITHUB_ACTIONS=true
	step "$(block "GitHub" 1 "Fetch the data")"
	ends_with 1 step "$(block "GitHub" 1 "Check")"
	output_has "::error file=t.csv,line=8,title=type-contradiction::" # the line of its column in the pointer
	output_has "line 2, row 1"
	grep -q "type-contradiction" "$GITHUB_STEP_SUMMARY"
	python3 -c '
import json
(r,) = json.load(open("varve.sarif"))["runs"][0]["results"]
assert r["ruleId"] == "type-contradiction", r
'
	export BASE_BEFORE=$HEAD
	push_next 50
	BASE=$BASE_BEFORE
	step "$(block "GitHub" 1 "Fetch the data")"
	succeeds step "$(block "GitHub" 1 "Check")"
}

@test "GitHub: the comment is made, and later brought up to date" {
	team none
	step "$(block "GitHub" 1 "Fetch the data")"
	ends_with 1 step "$(block "GitHub" 1 "Check")"
	mkdir bin
	printf '#!/bin/sh\necho "gh $*" >> gh.log\n[ -e exists ] || case $* in *--edit-last*) exit 1 ;; esac\n' > bin/gh
	chmod +x bin/gh
	PATH="$PWD/bin:$PATH" NUMBER=7 step "$(block "GitHub" 2 "Comment")"
	[ "$(wc -l < gh.log)" -eq 2 ]
	touch exists
	PATH="$PWD/bin:$PATH" NUMBER=7 step "$(block "GitHub" 2 "Comment")"
	[ "$(wc -l < gh.log)" -eq 3 ]
	first=$(head -n 1 varve.md)
	HEAD=$BASE
	succeeds step "$(block "GitHub" 1 "Check")"
	[ "$(head -n 1 varve.md)" = "$first" ]
}

@test "GitLab: reports for the merge request, with the cache of the last job too" {
	team none
	export CI_MERGE_REQUEST_DIFF_BASE_SHA=$BASE CI_COMMIT_SHA=$HEAD
	export CI_SERVER_URL=https://gitlab.example.org CI_JOB_TOKEN=t VARVE_OPTIONS=
	step "$(gitlab 1)"
	ends_with 1 step "$(gitlab 2)"
	python3 - <<-'END'
	import json, xml.etree.ElementTree as x
	(f,) = json.load(open("quality.json"))
	assert f["location"]["path"] == "t.csv" and f["location"]["lines"]["begin"] == 8, f
	assert x.parse("check.xml").getroot().tag == "testsuites"
	END
	push_next 50
	CI_MERGE_REQUEST_DIFF_BASE_SHA=$CI_COMMIT_SHA CI_COMMIT_SHA=$HEAD
	step "$(gitlab 1)"
	succeeds step "$(gitlab 2)"
	[ "$(cat quality.json)" = "[]" ]
	export VARVE_OPTIONS="--format json"
	step "$(gitlab 2)" > report.json
	python3 -m json.tool report.json > /dev/null
}

@test "a shell job tells valid from invalid from broken" {
	team 50
	block "Any other CI" 1 > ../check-data.sh
	succeeds sh ../check-data.sh main pr
	output_has "check-data: valid"
	push_next none
	ends_with 1 sh ../check-data.sh main pr
	output_has "check-data: invalid"
	python3 -c 'import xml.etree.ElementTree as x; assert x.parse("check.xml").getroot().findall(".//failure")'
	grep -q "type-contradiction" check.html
	ends_with 2 sh ../check-data.sh no-such-base pr
	output_has "check-data: could not run"
}

@test "a shallow clone is never called valid and told how to deepen" {
	team 50
	git clone -q --depth=1 --branch pr "file://$VARVE_PEER" clone 2> /dev/null
	cd clone
	varve init -q
	mkdir -p .git/varve/packs
	cp "$VARVE_PEER"/.git/varve/packs/* .git/varve/packs/
	ends_with 2 varve check HEAD
	stderr_has "git fetch --deepen=1"
	git fetch -q --deepen=1
	succeeds varve check HEAD
}

@test "the hook keeps invalid data out of git commit and varve commit" {
	new_repo
	printf 'id,price\n1,5\n2,6\n' > t.csv
	varve add t.csv > /dev/null
	varve commit -qm one
	block "Before the commit" 1 > .git/hooks/pre-commit
	chmod +x .git/hooks/pre-commit
	echo '{"rules": {"type-contradiction": "error"}}' > varve.json
	varve add varve.json
	tick
	printf 'id,price\n1,x\n2,6\n' > t.csv
	varve add t.csv > /dev/null 2>&1
	ends_with 1 git commit -m two
	ends_with 1 varve commit -m two
	succeeds varve commit --no-verify -m two
	tick
	printf 'id,price\n1,5\n2,7\n' > t.csv
	varve add t.csv > /dev/null 2>&1
	succeeds git commit -m three
}

@test "varve.json of the page is one" {
	new_repo
	printf 'id,price\n1,5\n2,6\n' > t.csv
	block "Before the commit" 3 > varve.json
	varve add t.csv varve.json > /dev/null
	succeeds varve commit -m one
}

@test "what varve accept writes accepts a removed column once the base has it" {
	new_repo
	mkdir data
	printf 'id,rating,score\n1,a,5\n2,b,6\n' > data/ratings.csv
	succeeds varve accept --all column-removed data/ratings.csv --why "replaced by score, see #214"
	varve add data/ratings.csv varve.json > /dev/null
	varve commit -qm one
	tick
	printf 'id,score\n1,5\n2,6\n' > data/ratings.csv
	varve add data/ratings.csv > /dev/null
	varve commit -qm "Drop the old rating"
	succeeds varve check HEAD~1..HEAD
	output_has "replaced by score, see #214"
}

@test "a request does not loosen the rules that it is checked by, and shows what it changes" {
	new_repo
	printf 'id,price\n1,5\n2,6\n' > t.csv
	echo '{"rules": {"row-constraint": "price >= 0"}}' > varve.json
	varve add t.csv varve.json > /dev/null
	varve commit -qm one
	for rules in '{}' '{"rules": {"row-constraint": "off"}}' '{"datasets": [{"path": "*.csv", "check": false}]}' \
		'{"accept": [{"rule": "row-constraint", "path": "t.csv", "why": "mine"}], "rules": {"row-constraint": "price >= 0"}}'; do
		git checkout -q -B pr main
		tick
		printf 'id,price\n1,5\n2,-6\n' > t.csv
		echo "$rules" > varve.json
		varve add t.csv varve.json > /dev/null 2>&1
		varve commit -qm loose
		succeeds varve check HEAD
		ends_with 1 varve check main..pr
		output_has "row-constraint"
		ends_with 1 varve check main...pr
		ends_with 1 varve check --rules-from main pr
		ends_with 1 varve check --rules-from main "$(printf '0%.0s' $(seq 40))..pr"
	done
	# good data with other rules: valid, and the change is listed
	git checkout -q -B pr main
	printf 'id,price\n1,5\n2,7\n' > t.csv
	echo '{"rules": {"row-constraint": "price >= 1"}, "failOn": "warning"}' > varve.json
	varve add t.csv varve.json > /dev/null 2>&1
	tick
	varve commit -qm other
	succeeds varve check main..pr
	output_has 'rule row-constraint: "price >= 0" -> "price >= 1"'
	output_has 'failOn: none -> "warning"'
	# stricter rules than the request's own data meets would make main invalid
	echo '{"rules": {"row-constraint": "price > 5"}}' > varve.json
	git commit -qam strict
	ends_with 1 varve check main..pr
	output_has "row-constraint"
}
