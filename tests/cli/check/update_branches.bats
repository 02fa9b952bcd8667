# docs/programs/ci/varve-pr update-branches, with plain hosts and a stand-in for the three APIs; tests/stories/hosts/gitea.bats
# has a real forge.
load ../helper
load ../../stories/hosts/host

job=$BATS_TEST_DIRNAME/../../../docs/programs/ci/varve-pr

setup() {
	varve_setup
	unset http_proxy https_proxy HTTP_PROXY HTTPS_PROXY all_proxy ALL_PROXY
	export no_proxy=127.0.0.1
}

teardown() {
	[ -z "${forge-}" ] || kill "$forge"
}

# p.csv on main; the branches one to five, each with another row changed, and six, which changes row 1 as main does later.
team() {
	plain_host
	mv host.git base.git
	export VARVE_BASE_URL=${url%host.git}base.git VARVE_BASE=main VARVE_TOKEN=secret
	varve clone -q "$VARVE_BASE_URL" ada 2> /dev/null
	cd ada
	rows 60 > p.csv
	varve add p.csv > /dev/null
	varve commit -q -m start
	varve push -q -u origin main
	local n=10 branch
	for branch in one two three four five; do
		git switch -q -c $branch main
		tick
		sed -i "s/^$n,[^,]*/$n,$branch/" p.csv
		varve commit -q -a -m $branch
		varve push -q origin $branch
		n=$((n + 1))
	done
	git switch -q -c six main
	tick
	sed -i 's/^1,[^,]*/1,six/' p.csv
	varve commit -q -a -m six
	varve push -q origin six
	git switch -q main
	tick
	sed -i 's/^1,[^,]*/1,main/' p.csv
	varve commit -q -a -m main
	varve push -q
	cd ..
	mkdir job forge
	printf '%s' "${url%$PWD/host.git}" > forge/prefix
}

# start KIND REQUESTS: the stand-in, with these open requests.
start() {
	python3 - "$2" > forge/requests.json <<-'END'
	import json, os, sys
	rows = [line.split() for line in sys.argv[1].splitlines() if line.split()]
	print(json.dumps([{"number": int(r[0]), "branch": r[1], "repo": os.getcwd() + "/" + (r[2] if len(r) > 2 and r[2].endswith(".git") else "base.git"),
	    "labels": ["varve: update"] if "label" in r else [], "approved": "approved" in r, "fork": "fork.git" in r,
	    "writable": "writable" in r, **({"sha": "0" * 40} if "moved" in r else {})} for r in rows]))
	END
	python3 "$BATS_TEST_DIRNAME/forge.py" forge > forge/port 2> forge/log 3>&- &
	forge=$!
	local i
	for ((i = 0; i < 600; i++)); do
		[ ! -s forge/port ] || break
		sleep 0.05
	done
	export VARVE_FORGE=$1 VARVE_API=http://127.0.0.1:$(cat forge/port)/$1/1
}

posted() { python3 -c "import json; d = json.load(open('forge/posted.json')); print($1)"; }
has_main() { git -C base.git merge-base --is-ancestor main "$1"; }
plain_conflict() { ! git -C base.git -c merge.varve.driver=false merge-tree --write-tree main "$1" > /dev/null; }

@test "of six requests those that are next, approved or labelled are merged by cell, checked and given their status" {
	for kind in github gitlab gitea; do
		mkdir "$kind"
		(
			cd "$kind"
			team
			start $kind "1 one
				2 two approved
				3 three label
				4 four
				5 five moved approved
				6 six approved"
			trap 'kill $forge' EXIT
			plain_conflict two
			cd job
			succeeds sh "$job" update-branches
			output_has "#5: left alone, the branch moved"
			cd ..
			for branch in one two three; do
				has_main $branch
				! plain_conflict $branch || false
			done
			! has_main four || false
			! has_main five || false
			! has_main six || false
			[ "$(posted 'sorted((s["context"], s["state"]) for s in d["statuses"])')" = \
				"[('varve: check', 'success'), ('varve: check', 'success'), ('varve: check', 'success')]" ]
			[ "$(posted '[c["number"] for c in d["comments"]]')" = "[6]" ]
			posted 'd["comments"][0]["body"]' | grep "varve pull $VARVE_BASE_URL main"
			posted 'd["comments"][0]["body"]' | grep six
			[ "$(posted 'len(d["labels"])')" = 1 ]
			# again: nothing is left to do, and nothing is said twice
			before=$(git -C base.git for-each-ref)
			cd job
			succeeds sh "$job" update-branches
			cd ..
			[ "$(git -C base.git for-each-ref)" = "$before" ]
			[ "$(posted 'len(d["comments"])')" = 1 ]
			# the host merges them as text, one after the other, each after a push to main
			git -C base.git fetch -q . two:main
			cd job
			succeeds sh "$job" update-branches
			cd ..
			git -C base.git fetch -q . three:main
			varve clone -q "$VARVE_BASE_URL" after
			grep -q '^11,two' after/p.csv
			grep -q '^12,three' after/p.csv
			grep -q '^1,main' after/p.csv
		)
	done
}

@test "two runs at once do no harm: both make the same merge" {
	team
	start github "2 two approved"
	cp -r job job2
	(cd job && sh "$job" update-branches > log 2>&1) &
	first=$!
	(cd job2 && sh "$job" update-branches > log 2>&1) || { cat job2/log; false; }
	wait $first || { cat job/log; false; }
	has_main two
	[ "$(git -C base.git rev-list --count main..two)" = 2 ]
	succeeds varve clone -q "$VARVE_BASE_URL" after
}

@test "of forks those are updated in which maintainers may edit, once their rows are stored in the base" {
	team
	git clone -q --mirror base.git fork.git
	start gitea "1 one fork.git
		2 two fork.git writable approved"
	cd job
	succeeds sh "$job" update-branches
	output_has "#1: left alone, maintainers may not push to the fork"
	output_has "#2: left alone, the rows of the fork are not stored here yet"
	curl -sf -H 'Authorization: token secret' -d '{"state": "success", "context": "varve: blocks are here"}' \
		"$VARVE_API/statuses/$(git -C ../base.git rev-parse two)" > /dev/null
	succeeds sh "$job" update-branches
	cd ..
	git -C fork.git merge-base --is-ancestor "$(git -C base.git rev-parse main)" two
	! has_main two || false
	# the fork goes away after the merge, and the base has all rows
	git -C fork.git push -q ../base.git two:main
	rm -rf fork.git
	succeeds varve clone -q "$VARVE_BASE_URL" after
	grep -q '^11,two' after/p.csv
}

@test "invalid data is a status that failed, checks that cannot run are trouble, and a bad token is named" {
	team
	start gitlab "2 two approved"
	cd job
	VARVE_CHECKS="exit 2" ends_with 2 sh "$job" update-branches
	stderr_has "#2: the checks could not run"
	! (cd .. && has_main two) || false
	VARVE_TOKEN=wrong ends_with 2 sh "$job" update-branches
	stderr_has "401"
	stderr_lacks "wrong"
	VARVE_CHECKS="exit 1" VARVE_STATUS="a, b" succeeds sh "$job" update-branches
	cd ..
	has_main two
	[ "$(posted 'sorted((s["context"], s["state"]) for s in d["statuses"])')" = "[('a', 'failed'), ('b', 'failed')]" ]
	cd job
	VARVE_FORGE=other ends_with 2 sh "$job" update-branches
	stderr_has "github, gitlab or gitea"
}
