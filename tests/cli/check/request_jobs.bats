# docs/programs/ci/github.yml, gitlab.yml and gitea.yml with docs/programs/ci/varve-pr, step by step as the services run them, against
# plain hosts. What they ask of the service's API a program in its place answers.
load ../helper
load ../../stories/hosts/host

ci=$BATS_TEST_DIRNAME/../../../docs/programs/ci

setup() {
	varve_setup
	command -v jq > /dev/null || skip "jq is not there"
	/usr/bin/python3 -c 'import yaml' 2> /dev/null || skip "PyYAML is not there"
	unset http_proxy https_proxy HTTP_PROXY HTTPS_PROXY all_proxy ALL_PROXY
	export no_proxy=127.0.0.1
}

teardown() {
	[ -z "${forge-}" ] || kill "$forge"
}

# Two open requests on one table: `mine` in base.git, which changes row 5's price, and Bob's `pr` in
# fork.git, which changes its name.
two_requests() {
	plain_host
	mv host.git base.git
	git init -q --bare fork.git
	base_url=${url%host.git}base.git
	fork_url=${url%host.git}fork.git
	varve clone -q "$base_url" ada 2> /dev/null
	cd ada
	rows 50 > p.csv
	varve add p.csv > /dev/null
	varve commit -q -m one
	varve push -q -u origin main
	git -C ../base.git push -q ../fork.git main
	varve clone -q "$base_url" ../bob
	git switch -q -c mine
	tick
	sed -i 's/^5,\([^,]*\),[^,]*/5,\1,1.00/' p.csv
	varve commit -q -a -m mine
	varve push -q origin mine
	cd ../bob
	git remote set-url origin "$fork_url"
	git switch -q -c pr
	tick
	sed -i 's/^5,[^,]*/5,bob/' p.csv
	varve commit -q -a -m bob
	varve push -q origin pr
	cd ..
	mkdir bin api
	export PATH="$PWD/bin:$PATH" API_FOLDER=$PWD/api
	# The runner's checkout: one commit of the default branch, by git alone.
	git -c protocol.file.allow=always clone -q --depth 1 --branch main "file://$PWD/base.git" job
}

# start_forge: forge.py, with the two requests, at $forge_url.
start_forge() {
	mkdir forge
	printf '%s' "${base_url%"$PWD/base.git"}" > forge/prefix
	jq -n --arg base "$PWD/base.git" --arg fork "$PWD/fork.git" '[
		{number: 1, branch: "mine", repo: $base, labels: [], author: "ada"},
		{number: 2, branch: "pr", repo: $fork, labels: [], fork: true}]' > forge/requests.json
	python3 "$BATS_TEST_DIRNAME/forge.py" forge > forge/port 2> forge/log 3>&- &
	forge=$!
	local i
	for ((i = 0; i < 600; i++)); do
		[ ! -s forge/port ] || break
		sleep 0.05
	done
	forge_url=http://127.0.0.1:$(cat forge/port)
}

# Could the host merge the branch of fork.git, as text?
mergeable() {
	git -C base.git fetch -q ../fork.git +pr:refs/pull/1/head
	git -C base.git merge-tree --write-tree main refs/pull/1/head > /dev/null
}

both_are_merged() {
	varve clone -q "$base_url" after
	grep -qx '5,bob,1.00,2024-06-06' after/p.csv
	succeeds varve -C after fsck
}

# scripts FILE JOB: what the job's steps run, in order, one after the other.
scripts() {
	/usr/bin/python3 - "$ci/$1" "$2" <<-'END'
	import sys, yaml
	w = yaml.safe_load(open(sys.argv[1]))
	job = w["jobs"][sys.argv[2]] if "jobs" in w else w[sys.argv[2]]
	for text in [s["run"] for s in job["steps"] if "run" in s] if "steps" in job else job["script"]:
	    print("(\n" + text + "\n)" if "steps" in job else text)
	END
}

@test "GitHub: two open requests on one table, one of a fork, are both merged" {
	two_requests
	# gh: statuses and comments are lines of files.
	cat > bin/gh <<-'END'
	#!/bin/sh
	case "$1 $2" in
	"api repos/ada/sales/statuses/"*)
		printf '%s' "${2##*/}" >> "$API_FOLDER/statuses"
		for word; do case $word in state=*) printf ' %s\n' "${word#state=}" >> "$API_FOLDER/statuses" ;; esac; done ;;
	"api repos/ada/sales/collaborators/"*) cat "$API_FOLDER/permission" ;;
	"api repos/ada/sales/pulls/"*) cat "$API_FOLDER/pull.json" ;;
	"pr comment") for file; do :; done; cat "$file" >> "$API_FOLDER/comments" ;;
	*) echo "gh: $*" >&2; exit 1 ;;
	esac
	END
	chmod +x bin/gh
	mkdir -p job/.github
	cp "$ci/varve-pr" job/.github/
	scripts github.yml pull-request > request.sh
	scripts github.yml merge > merge.sh
	export GITHUB_SERVER_URL=https://github.com GITHUB_REPOSITORY=ada/sales GH_REPO=ada/sales GH_TOKEN=t
	export VARVE_BASE_URL=$base_url NUMBER=1 WHO=eve VARVE_TRUSTED=true
	export VARVE_BASE=main VARVE_HEAD_URL=$fork_url VARVE_HEAD_BRANCH=pr
	export VARVE_HEAD=$(git -C fork.git rev-parse pr)
	(cd job && sh -e ../request.sh)
	[ "$(cat api/statuses)" = "$VARVE_HEAD success" ]
	grep -q '<code>bob</code>' api/comments
	git -C base.git update-ref refs/heads/main mine
	run ! mergeable
	# Eve may not; Ada may.
	printf '{"base": {"ref": "main"}, "head": {"ref": "pr", "repo": {"clone_url": "%s"}}}' "$fork_url" > api/pull.json
	echo read > api/permission
	ends_with 1 sh -ec 'cd job && sh -e ../merge.sh'
	output_has "eve may not write here"
	run ! mergeable
	echo write > api/permission
	export WHO=ada
	rm -f job/varve.md
	succeeds sh -ec 'cd job && sh -e ../merge.sh'
	grep -q 'Merged main by cell' api/comments
	export VARVE_HEAD=$(git -C fork.git rev-parse pr)
	(cd job && sh -e ../request.sh)
	[ "$(tail -n 1 api/statuses)" = "$VARVE_HEAD success" ]
	mergeable
	git -C base.git fetch -q ../fork.git pr:main
	rm -rf fork.git
	both_are_merged
}

@test "GitLab: two open requests on one table, one of a fork, are both merged" {
	two_requests
	# curl: the API of a project 1 and its fork 2.
	cat > bin/curl <<-'END'
	#!/bin/sh
	method=GET body=
	while [ $# -gt 1 ]; do
		case $1 in
		--request) method=$2; shift ;;
		--header) shift ;;
		--data-urlencode) body="$body $2"; shift ;;
		esac
		shift
	done
	cd "$API_FOLDER"
	case "$method $1" in
	"GET "*"/merge_requests?state=opened"*) cat open.json ;;
	"GET "*/projects/[12]) cat "project${1##*/}.json" ;;
	"GET "*/notes\?*) number=${1%/notes*}; cat "notes.${number##*/}.json" ;;
	"GET "*/members/all/*) cat "member.${1##*/}.json" ;;
	"POST "*/statuses/*) echo "${1##*/}$body" >> statuses; echo '{}' ;;
	"POST "*/notes | "PUT "*/notes/*)
		number=${1%/notes*}
		number=${number##*/}
		jq -Rs --slurpfile old "notes.$number.json" '[{id: (($old[0] | length) + 100), system: false,
			author: {id: 1}, body: .}] + $old[0]' "$OLDPWD/${body##*@}" > new.json
		mv new.json "notes.$number.json"
		echo '{}' ;;
	*) echo "curl: $method $1" >&2; exit 22 ;;
	esac
	END
	chmod +x bin/curl
	mkdir -p job/ci
	cp "$ci/varve-pr" "$ci/varve-pr-branches" job/ci/
	scripts gitlab.yml varve > pipeline.sh
	mine=$(git -C base.git rev-parse mine)
	pr=$(git -C fork.git rev-parse pr)
	jq -n --arg mine "$mine" --arg pr "$pr" '[
		{iid: 1, target_branch: "main", source_project_id: 1, source_branch: "mine", sha: $mine},
		{iid: 2, target_branch: "main", source_project_id: 2, source_branch: "pr", sha: $pr}]' > api/open.json
	jq -n --arg url "$base_url" '{http_url_to_repo: $url}' > api/project1.json
	jq -n --arg url "$fork_url" '{http_url_to_repo: $url}' > api/project2.json
	echo '[]' | tee api/notes.1.json > api/notes.2.json
	# take WHO COMMIT: somebody vouches for the fork's commit.
	take() {
		jq --argjson who "$1" --arg text "/varve take $2" '[{id: 50, system: false, author: {id: $who},
			body: $text}] + .' api/notes.2.json > api/new.json
		mv api/new.json api/notes.2.json
	}
	echo '{"access_level": 20}' > api/member.6.json
	echo '{"access_level": 40}' > api/member.7.json
	export CI_SERVER_URL=https://gitlab.example.org CI_SERVER_HOST=gitlab.example.org CI_PROJECT_ID=1
	start_forge
	export CI_API_V4_URL=$forge_url CI_DEFAULT_BRANCH=main
	export VARVE_BASE_URL=$base_url VARVE_TOKEN=secret API=$CI_API_V4_URL/projects/1
	take 6 "$pr"
	(cd job && sh -e ../pipeline.sh)
	grep -q "^$mine state=success" api/statuses
	grep -q "^$pr state=failed" api/statuses
	jq -r '.[0].body' api/notes.2.json | grep -q "/varve take $pr"
	jq -r '.[0].body' api/notes.2.json | grep -q '<code>bob</code>'
	jq '[.[] | select(.body | startswith("/varve take"))]' api/notes.2.json > api/new.json
	mv api/new.json api/notes.2.json
	take 7 "$pr"
	(cd job && sh -e ../pipeline.sh)
	grep -q "^$pr state=success" api/statuses
	jq -r '.[0].body' api/notes.1.json | grep -q '<code>1.00</code>'
	jq -r '.[0].body' api/notes.2.json | grep -q '<code>bob</code>'
	# The host merges the first; the second has a conflict now.
	git -C base.git update-ref refs/heads/main mine
	run ! mergeable
	jq '.[1:]' forge/requests.json > api/left.json
	mv api/left.json forge/requests.json
	jq '.[1:]' api/open.json > api/left.json
	mv api/left.json api/open.json
	# Somebody who may not write asks, then somebody who may.
	ask() {
		jq --argjson who "$1" --argjson id "$2" '[{id: $id, system: false, author: {id: $who},
			body: "/varve merge"}] + .' api/notes.2.json > api/new.json
		mv api/new.json api/notes.2.json
	}
	ask 6 200
	(cd job && sh -e ../pipeline.sh) > log
	grep -q '^#2: left alone, maintainers may not push to the fork' log
	run ! mergeable
	ask 7 300
	(cd job && sh -e ../pipeline.sh)
	jq -r '.[].body' api/notes.2.json | grep -q 'Merged main by cell'
	mergeable
	pr=$(git -C fork.git rev-parse pr)
	take 7 "$pr"
	jq --arg pr "$pr" '.[0].sha = $pr' api/open.json > api/left.json
	mv api/left.json api/open.json
	(cd job && sh -e ../pipeline.sh)
	grep -q "^$pr state=success" api/statuses
	[ "$(git -C fork.git rev-parse pr)" = "$pr" ]
	git -C base.git fetch -q ../fork.git pr:main
	rm -rf fork.git
	both_are_merged
}

@test "Gitea: two open requests on one table, one of a fork, are both merged" {
	two_requests
	start_forge
	mkdir -p job/base/ci
	cp "$ci/varve-pr" "$ci/varve-pr-branches" job/base/ci/
	scripts gitea.yml varve | sed '/git clone/d' > job.sh
	pr=$(git -C fork.git rev-parse pr)
	export SERVER=http://forge.example.org API=$forge_url/gitea/sales VARVE_BASE_URL=$base_url VARVE_TOKEN=secret
	# says WHO TEXT: a comment of the second request.
	says() {
		jq -n --arg who "$1" --arg text "$2" '{login: $who, body: $text}' > body.json
		curl -sf -H 'Authorization: token secret' -d @body.json "$API/issues/2/comments" > said
	}
	# last NUMBER: the last comment of the job.
	last() { jq -r --argjson n "$1" '.comments | map(select(.number == $n and .user.login == "varve"))[-1].body' forge/posted.json; }
	state() { jq -r --arg sha "$1" '.statuses | map(select(.sha == $sha))[0].state' forge/posted.json; }
	runs() { (cd job && rm -rf data.git && sh -e ../job.sh) > log 2>&1 || { cat log; return 1; }; }
	# Ada may write, and her rows are here. Bob vouches for himself.
	says bob "/varve take $pr"
	runs
	[ "$(state "$(git -C base.git rev-parse mine)")" = success ]
	[ "$(state "$pr")" = failure ]
	last 2 | grep "/varve take $pr"
	last 2 | grep '<code>bob</code>'
	last 1 | grep '<code>1.00</code>'
	# What Ada vouches for is stored; the comment is changed, not written again.
	says ada "/varve take $pr"
	runs
	[ "$(state "$pr")" = success ]
	! last 2 | grep "/varve take" || false
	[ "$(jq '.comments | map(select(.user.login == "varve")) | length' forge/posted.json)" = 2 ]
	git -C base.git update-ref refs/heads/main mine
	run ! mergeable
	jq '.[1:]' forge/requests.json > left.json
	mv left.json forge/requests.json
	says bob "/varve merge"
	runs
	run ! mergeable
	says ada "/varve merge"
	runs
	jq -r '.comments[].body' forge/posted.json | grep 'Merged main by cell'
	mergeable
	pr=$(git -C fork.git rev-parse pr)
	says ada "/varve take $pr"
	runs
	[ "$(state "$pr")" = success ]
	# A token that may not write is named.
	ends_with 22 env VARVE_TOKEN=wrong sh -ec 'cd job && rm -rf data.git && sh -e ../job.sh'
	stderr_has "error: 401"
	git -C base.git fetch -q ../fork.git pr:main
	rm -rf fork.git
	both_are_merged
}
