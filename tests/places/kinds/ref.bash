# A ref of a Git host without varve (refs/varve/blocks): an object is the one row of a table, on a branch of its own. git
# moves the packs, so each verb is a command of varve.
load ../stories/hosts/host

kind_start() {
	plain_host
	git clone -q "$url" a 2> /dev/null
	varve -C a init -q
}

at() {
	:
}

kind_stop() {
	:
}

kind_gone() {
	mv host.git away
}

commit_object() {
	git -C a switch -q "$1" 2> /dev/null || git -C a switch -q --orphan "$1"
	{ echo text; base64 -w 0 "$objects/$1"; echo; } > a/t.csv
	varve -C a add -q t.csv
	git -C a commit -q --allow-empty -m "$1"
}

put() {
	local cid
	for cid; do
		commit_object "$cid"
		varve -C a push -q origin "$cid" || return 11
	done
}

killed_put() {
	commit_object "$2"
	killed "$1" varve -C a push -q origin "$2"
}

get() (
	set -o pipefail
	branch=$(git ls-remote "$url" "refs/heads/$1")
	[ -n "$branch" ] || { echo "no branch $1" >&2; exit 1; }
	rm -rf b
	varve clone -q --single-branch --branch "$1" "$url" b && tail -n 1 b/t.csv | base64 -d | tail -c "+$((${2-0} + 1))" | head -c "${3-9999999}"
)

list() {
	local cid
	git ls-remote --heads "$url" > heads || return
	for cid in $(sed 's|.*/||' heads); do
		echo "$(get "$cid" | wc -c) $cid"
	done
}

remove() {
	git -C a switch -q --orphan none
	git -C a branch -q -D "$1" && git -C a push -q origin ":$1" && varve -C a gc -q --remote --prune=now
}

kind_full() {
	printf '#!/bin/sh\necho "disk quota exceeded" >&2\nexit 1\n' > host.git/hooks/pre-receive
	chmod +x host.git/hooks/pre-receive
}

proxied() {
	export GIT_SSH_COMMAND="python3 $BATS_TEST_DIRNAME/../net/proxy $* --ssh"
}

unproxied() {
	unset GIT_SSH_COMMAND
}
