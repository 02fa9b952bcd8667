# docs/programs/ci/varve-pr against plain hosts: what the Action and the template of GitLab run.
load ../helper
load ../../stories/hosts/host

job=$BATS_TEST_DIRNAME/../../../docs/programs/ci/varve-pr

# The base with p.csv on main, a fork of it, and Bob's branch pr there, which changes row 5's name.
team() {
	plain_host
	mv host.git base.git
	git init -q --bare fork.git
	export VARVE_BASE_URL=${url%host.git}base.git VARVE_BASE=main
	export VARVE_HEAD_URL=${url%host.git}fork.git VARVE_HEAD_BRANCH=pr
	varve clone -q "$VARVE_BASE_URL" ada 2> /dev/null
	cd ada
	rows 50 > p.csv
	echo '{"rules": {"type-contradiction": "error"}}' > varve.json
	varve add p.csv varve.json > /dev/null
	varve commit -q -m one
	varve push -q -u origin main
	cd ..
	git -C base.git push -q ../fork.git main
	varve clone -q "$VARVE_BASE_URL" bob
	cd bob
	git remote set-url origin "$VARVE_HEAD_URL"
	git switch -q -c pr
	tick
	sed -i 's/^5,[^,]*/5,bob/' p.csv
	varve commit -q -a -m bob
	cd ..
	mkdir job
	export VARVE_TRUSTED=true
}

bob_pushes() { (cd bob && varve push -q origin pr); }
roots() { git -C "$1" show "$2:p.csv" | sed -n '3s/.*"root": "\([^"]*\)".*/\1/p'; }

@test "a fork's blocks are copied into the base" {
	team
	bob_pushes
	export VARVE_HEAD=$(git -C fork.git rev-parse pr)
	cd job
	succeeds sh "$job" blocks
	output_has "all blocks are here"
	# The fork goes away, the commit is merged on the host: the base alone has it all.
	git -C ../fork.git push -q ../base.git pr:main
	rm -rf ../fork.git
	succeeds varve clone -q "$VARVE_BASE_URL" ../later
	grep -q '^5,bob' ../later/p.csv
	succeeds sh "$job" publish
}

@test "blocks that are nowhere: the answer is no, and says what helps" {
	team
	(cd bob && git push -q --no-verify origin pr)
	cd job
	ends_with 1 sh "$job" blocks
	grep -q 'Blocks of this pull request are missing: `varve push`' varve.md
	head -n 1 varve.md | grep -qx '<!-- varve -->'
	bob_pushes || (cd ../bob && varve push -q --blocks origin)
	succeeds sh "$job" blocks
}

@test "the comment has the cells and what check says; invalid data is no" {
	team
	bob_pushes
	cd job
	succeeds sh "$job" comment
	head -n 1 varve.md | grep -qx '<!-- varve -->'
	grep -q '<code>bob</code>' varve.md
	grep -q 'varve check: valid' varve.md
	cd ../bob
	tick
	sed -i 's/^6,\(.*\),[^,]*,/6,\1,many,/' p.csv
	varve commit -q -a -m many 2> /dev/null
	varve push -q origin pr
	cd ../job
	ends_with 1 sh "$job" comment
	grep -q 'varve check: invalid' varve.md
}

@test "a job with a token runs no reader, nor does a repository that is pushed to" {
	team
	git config --global varve.reader.toy.command "touch $PWD/ran"
	cd ada
	printf '[b.toy#Prices]\nprice < 20\n' > varve.checks
	git add varve.checks
	git commit -q -m rules
	varve push -q origin main
	cd ../bob
	echo toy > b.toy
	git add b.toy
	git commit -q -m toy
	varve push -q origin pr
	cd ../job
	succeeds sh "$job" comment
	grep -q b.toy varve.md
	git init -q --bare ../hub
	git -C ../hub config receive.varveCheck refuse
	cd ../bob
	cp ../ada/varve.checks .
	git add varve.checks
	git commit -q -m rules
	succeeds varve push ../hub pr:main
	[ ! -e ../ran ]
	run varve check 'b.toy#Prices'
	[ -e ../ran ] # so it would have been seen
}

@test "two pull requests on one table, one of them from a fork, are both merged" {
	team
	bob_pushes
	cd ada
	git switch -q -c mine
	tick
	sed -i 's/^5,\([^,]*\),[^,]*/5,\1,1.00/' p.csv
	varve commit -q -a -m mine
	varve push -q origin mine
	cd ..
	git -C base.git fetch -q "$PWD/base.git" mine:main
	cd job
	succeeds sh "$job" blocks
	succeeds sh "$job" merge
	grep -q 'Merged main by cell' varve.md
	succeeds sh "$job" blocks
	# Now the host merges the branch as text, and finds nothing in the way.
	git -C ../fork.git push -q ../base.git pr:main
	succeeds varve clone -q "$VARVE_BASE_URL" ../after
	grep -qx '5,bob,1.00,2024-06-06' ../after/p.csv
}

@test "one cell changed on both sides is told with the commands to type" {
	team
	bob_pushes
	cd ada
	tick
	sed -i 's/^5,[^,]*/5,ada/' p.csv
	varve commit -q -a -m ada
	varve push -q
	cd ../job
	ends_with 1 sh "$job" merge
	grep -q 'Both sides changed the same cells' varve.md
	grep -q "varve pull $VARVE_BASE_URL main" varve.md
	grep -q 'ada' varve.md
}

@test "a branch that may not be pushed to is told with the two commands" {
	team
	bob_pushes
	cd ada
	tick
	sed -i 's/^9,[^,]*/9,ada/' p.csv
	varve commit -q -a -m ada
	varve push -q
	printf '#!/bin/sh\nexit 1\n' > ../fork.git/hooks/pre-receive
	chmod +x ../fork.git/hooks/pre-receive
	cd ../job
	ends_with 1 sh "$job" merge
	grep -q 'I may not push to the branch' varve.md
	grep -q '^    varve push$' varve.md
}

@test "plain files of each merge stand on a branch" {
	team
	cd job
	succeeds sh "$job" publish
	git -C ../base.git show tables:p.csv | cmp - ../ada/p.csv
	before=$(git -C ../base.git rev-parse tables)
	succeeds sh "$job" publish
	[ "$(git -C ../base.git rev-parse tables)" = "$before" ]
	cd ../ada
	rows 60 > p.csv
	varve commit -q -a -m sixty
	varve push -q
	cd ../job
	succeeds sh "$job" publish
	git -C ../base.git show tables:p.csv | cmp - ../ada/p.csv
	[ "$(git -C ../base.git rev-parse tables^)" = "$before" ]
}

@test "the files around it are YAML, and run nothing of the pull request" {
	/usr/bin/python3 -c 'import yaml' 2> /dev/null || skip "PyYAML is not there"
	/usr/bin/python3 - "$BATS_TEST_DIRNAME/../../../docs/programs/ci" <<-'END'
	import sys, yaml
	w = yaml.safe_load(open(sys.argv[1] + "/github.yml"))
	assert "pull_request_target" in w[True], w
	for name, job in w["jobs"].items():
	    for step in job["steps"]:
	        if step.get("uses", "").startswith("actions/checkout"):
	            assert "ref" not in step.get("with", {}) and step["with"]["persist-credentials"] is False, name
	        # what others write comes by the environment, never into the text of a script
	        assert "${{" not in step.get("run", ""), step
	# readers parse what strangers wrote: no token is near
	w = yaml.safe_load(open(sys.argv[1] + "/documents.yml"))
	assert list(w[True]) == ["pull_request"] and w["permissions"] == {"contents": "read"}, w
	assert "secrets." not in str(w) and "token" not in str(w["jobs"]), w
	for step in w["jobs"]["check"]["steps"]:
	    if step.get("uses", "").startswith("actions/checkout"):
	        assert step["with"]["persist-credentials"] is False, step
	    assert "${{" not in step.get("run", ""), step
	w = yaml.safe_load(open(sys.argv[1] + "/gitea.yml"))
	assert "pull_request" not in w[True] and "pull_request_target" in w[True], w
	assert not any("${{" in step["run"] for step in w["jobs"]["varve"]["steps"]), w
	g = yaml.safe_load(open(sys.argv[1] + "/gitlab.yml"))
	assert "schedule" in g["varve"]["rules"][0]["if"], g
	END
}

@test "the scripts in the files around it are shell" {
	/usr/bin/python3 -c 'import yaml' 2> /dev/null || skip "PyYAML is not there"
	/usr/bin/python3 - "$BATS_TEST_DIRNAME/../../../docs/programs/ci" <<-'END'
	import subprocess, sys, yaml
	w = yaml.safe_load(open(sys.argv[1] + "/github.yml"))
	scripts = [s["run"] for j in w["jobs"].values() for s in j["steps"] if "run" in s]
	scripts += yaml.safe_load(open(sys.argv[1] + "/gitlab.yml"))["varve"]["script"]
	scripts += [s["run"] for s in yaml.safe_load(open(sys.argv[1] + "/documents.yml"))["jobs"]["check"]["steps"] if "run" in s]
	scripts += [s["run"] for s in yaml.safe_load(open(sys.argv[1] + "/gitea.yml"))["jobs"]["varve"]["steps"]]
	assert len(scripts) >= 12, len(scripts)
	for script in scripts:
	    subprocess.run(["sh", "-n", "-c", script], check=True)
	END
}

@test "what is not set is named" {
	ends_with 2 sh "$job" blocks
	stderr_has "VARVE_BASE_URL is not set"
	export VARVE_BASE_URL=x VARVE_BASE=main
	ends_with 2 sh "$job" nonsense
	stderr_has "usage: varve-pr blocks|comment|merge|update-branches|publish"
}

@test "a stranger's rows are stored only where somebody vouches for the commit, and not without end" {
	team
	bob_pushes
	export VARVE_HEAD=$(git -C fork.git rev-parse pr) VARVE_TRUSTED=false
	before=$(git -C base.git rev-parse refs/varve/blocks)
	cd job
	ends_with 1 sh "$job" blocks
	grep -q "varve: take rows" varve.md
	grep -q "/varve take $VARVE_HEAD" varve.md
	succeeds sh "$job" comment
	grep -q '<code>bob</code>' varve.md
	grep -q "varve: take rows" varve.md
	[ ! -e data.git ]
	[ "$(git -C ../base.git rev-parse refs/varve/blocks)" = "$before" ]
	export VARVE_TRUSTED=true
	VARVE_MAX_MB=0 ends_with 1 sh "$job" blocks
	grep -q "more than 0 are not stored here" varve.md
	rm -rf data.git
	[ "$(git -C ../base.git rev-parse refs/varve/blocks)" = "$before" ]
	# What Bob pushes after that commit was vouched for does not come along.
	(cd ../bob && tick && sed -i 's/^6,[^,]*/6,later/' p.csv && varve commit -q -a -m later && varve push -q origin pr)
	succeeds sh "$job" blocks
	[ "$(git -C ../base.git rev-parse refs/varve/blocks)" != "$before" ]
	git -C ../fork.git push -q ../base.git "$VARVE_HEAD:refs/heads/main"
	git -C ../fork.git push -q ../base.git pr:refs/heads/after
	rm -rf ../fork.git
	ends_with 1 varve clone -q "$VARVE_BASE_URL" ../later
	grep -q '^5,bob' ../later/p.csv
	ends_with 2 varve -C ../later --offline cat origin/after:p.csv
}

@test "a varve that fails publishes nothing, and no step passes for done" {
	team
	bob_pushes
	cd job
	mkdir bin
	real=$(command -v varve)
	printf '#!/bin/sh\nfor word; do [ "$word" != "$FAIL" ] || exit 2; done\nexec "%s" "$@"\n' "$real" > bin/varve
	chmod +x bin/varve
	PATH=$PWD/bin:$PATH
	for FAIL in clone cat; do
		export FAIL
		ends_with 2 sh "$job" publish
		! git -C ../base.git rev-parse -q --verify tables || false
	done
	for FAIL in clone fetch push; do
		rm -rf data.git
		run -1 sh "$job" blocks || [ "$status" = 2 ]
		[ "$status" != 0 ]
	done
	for FAIL in clone fetch diff check; do
		rm -rf data.git varve.md
		run sh "$job" comment
		[ "$status" != 0 ]
	done
	for FAIL in clone fetch merge push; do
		run sh "$job" merge
		[ "$status" != 0 ]
	done
	FAIL=none
	succeeds sh "$job" publish
	git -C ../base.git show tables:p.csv | cmp - ../ada/p.csv
}

@test "no step hides the exit status of a program in a pipe" {
	# printf alone stands before a bar, and text in quotes
	run -1 grep -nE "(varve|git|gh|ask|curl|grep|tr|sed|du) [^'\"#]*[^|'\"]\|( |$)" "$job" "${job%/*}"/*.yml
}

@test "a comment keeps to the host's size, whatever the check finds" {
	team
	(cd bob && rows 3000 > p.csv && sed -i 's/^\([0-9]*\),\(.*\),[^,]*,/\1,\2,many,/' p.csv && tick && varve commit -q -a -m many)
	bob_pushes
	cd job
	VARVE_MAX_COMMENT=12000 VARVE_PAGES=https://data.example.org ends_with 1 sh "$job" comment
	[ "$(wc -c < varve.md)" -le 12000 ]
	grep '<details><summary>' varve.md
	grep 'href="https://data.example.org/table/' varve.md
	grep 'varve check: invalid' varve.md
}
