load ../../cli/helper
load host

# tasks COUNT: the table, pushed to $url.
tasks() {
	varve clone -q "$url" first
	cd first
	seq "$1" | sed 's/.*/{"id": &, "owner": null}/' > tasks.jsonl
	varve add -q tasks.jsonl
	varve commit -qm tasks
	succeeds varve push -q -u origin main
	cd ..
}

@test "a row is claimed once, whoever asks, at a Git host and at a peer" {
	plain_host
	tasks 2
	succeeds varve clone -q "$url" second
	cd first
	succeeds varve set --if 'owner is null' --push tasks.jsonl 1 owner=ada
	stderr_is "tasks.jsonl: row 1: changed"
	[ "$(git log -1 --format=%s)" = "Set 1 in tasks.jsonl: owner=ada" ]
	[ -z "$(git status --porcelain)$(git rev-list @{u}..)" ]
	cd ../second
	ends_with 1 varve set --if 'owner is null' --push tasks.jsonl 1 owner=bot
	output_is '{"id":1,"owner":"ada"}'
	[ "$(git log --format=%s)" = "$(git -C ../first log --format=%s)" ]
	succeeds varve set --if 'owner is null' --push tasks.jsonl 1 owner=ada
	stderr_is "tasks.jsonl: row 1: unchanged"
	succeeds varve delete --if "owner = 'ada'" --push --json tasks.jsonl 1
	output_has '"outcome":"deleted"'
	succeeds varve delete --if "owner = 'ada'" --push tasks.jsonl 1
	cd ../first
	ends_with 1 varve set --if 'owner is null' --push tasks.jsonl 1 owner=ada
	stderr_has "no row has this key"
}

@test "what cannot be pushed is no claim, and leaves nothing" {
	plain_host
	tasks 2
	cd first
	left_alone() {
		ends_with 2 varve set --if 'owner is null' --push tasks.jsonl 2 owner=ada
		stderr_has "$1"
		[ "$(git rev-parse HEAD origin/main)" = "$head" ]
	}
	head=$(git rev-parse HEAD origin/main)
	printf '#!/bin/sh\n[ "$1" != refs/heads/main ]\n' > ../host.git/hooks/update
	chmod +x ../host.git/hooks/update
	left_alone "origin/main did not accept the commit"
	[ -z "$(git status --porcelain)" ]
	rm ../host.git/hooks/update
	mv ../host.git ../away
	left_alone "host.git"
	mv ../away ../host.git
	echo '{"id": 3, "owner": null}' >> tasks.jsonl
	left_alone "'tasks.jsonl' has other edits"
	git checkout -q tasks.jsonl
	git commit -q --allow-empty -m mine
	head=$(git rev-parse HEAD origin/main)
	left_alone "1 commit of this branch is not in origin/main"
	git reset -q --hard HEAD~1
	git switch -q -c other
	head=$(git rev-parse HEAD origin/main)
	left_alone "--push requires a branch with an upstream branch"
}

# Three agents and four tasks; with VARVE_TEST_ALL=1 eight and 400.
agents() {
	local size="3 4 2"
	[ -z "${VARVE_TEST_ALL-}" ] || size="8 400 10"
	set -- $size
	tasks "$2"
	succeeds python3 "$BATS_TEST_DIRNAME/claims.py" "$url" "$@"
	echo "$output" >&2
}

@test "agents in clones of their own claim each task once at a Git host, though commands are killed" {
	plain_host
	agents
}

@test "agents in clones of their own claim each task once at a peer, though commands are killed" {
	varve init -q --bare host.git
	url=$PWD/host.git
	agents
}
