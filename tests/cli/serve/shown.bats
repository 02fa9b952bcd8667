load ../helper
load server

# What `varve serve --http` shows: what branches and tags reach, by whatever name it is asked for.

setup() {
	server_setup
}

teardown() {
	[ -z "${server:-}" ] || stop_server
}

# src: main has public.csv; the version of secret.csv is reached only by what a test says.
# $lost: its commit, $root: its table's root.
with_secret() {
	new_repo src
	cd src
	rows 50 > public.csv
	varve add -q public.csv
	varve commit -qm public
	tick
	rows 60 1 > secret.csv
	echo "plain secret" > secret.txt
	varve add -q secret.csv secret.txt
	varve commit -qm secret
	lost=$(git rev-parse HEAD)
	root=$(git show HEAD:secret.csv | sed -n 's/.*"root": "\([a-z0-9]*\)".*/\1/p')
	git reset -q --hard HEAD~1
	cd ..
	public=$(git -C src show main:public.csv | sed -n 's/.*"root": "\([a-z0-9]*\)".*/\1/p')
}

lacks() {
	if git -C "$1" cat-file -e "$2" 2> /dev/null; then
		echo "$2 is in $1" >&2
		return 1
	fi
}

# Every way to ask for the secret version gets 404; the public one is there.
is_not_shown() {
	local rev length
	for rev in "$@" "$lost" "$lost^0" "$lost~0"; do
		[ "$(status "$url/raw/$rev/secret.csv")" = 404 ] || { echo "raw $rev" >&2; return 1; }
		[ "$(status "$url/raw/$rev/secret.txt")" = 404 ] || { echo "raw $rev" >&2; return 1; }
	done
	for length in 4 5 7 12 39; do
		[ "$(status "$url/raw/${lost:0:length}/secret.csv")" = 404 ]
		[ "$(status "$url/raw/x-1-g${lost:0:length}/secret.csv")" = 404 ]
	done
	[ "$(status "$url/ipfs/$root?format=raw")" = 404 ]
	[ "$(status "$url/ipfs/$root?format=car")" = 404 ]
	[ "$(status -I "$url/ipfs/$root?format=car")" = 404 ]
	[ "$(status -H "If-None-Match: \"$root.raw\"" "$url/ipfs/$root?format=raw")" = 404 ]
	[ "$(status -H 'Cache-Control: only-if-cached' "$url/ipfs/$root?format=raw")" = 412 ]
	[ "$(status "$url/raw/main/public.csv")" = 200 ]
	[ "$(status "$url/ipfs/$public?format=car")" = 200 ]
}

@test "a commit taken off its branch is shown no more" {
	with_secret
	start_server src
	is_not_shown ORIG_HEAD 'main@%7B1%7D' 'HEAD@%7B1%7D'
	curl -s "$url/raw/$lost/secret.csv" > said
	[ "$(cat said)" = "no branch or tag reaches commit $lost any more" ]
	# what is not shown and what was never there sound the same
	[ "$(curl -s "$url/raw/${lost:0:7}/secret.csv" | sed "s/${lost:0:7}/X/")" = \
		"$(curl -s "$url/raw/0123456/secret.csv" | sed s/0123456/X/)" ]
	[ "$(curl -s "$url/raw/ORIG_HEAD/secret.csv" | sed s/ORIG_HEAD/X/)" = \
		"$(curl -s "$url/raw/nowhere/secret.csv" | sed s/nowhere/X/)" ]
	stop_server
}

@test "what a tag reaches is shown until the tag is gone" {
	with_secret
	start_server src
	git -C src tag -a -m x v1 "$lost"
	[ "$(status "$url/raw/v1/secret.csv")" = 200 ]
	[ "$(status "$url/raw/${lost:0:8}/secret.csv")" = 200 ]
	[ "$(status "$url/ipfs/$root?format=car")" = 200 ]
	git -C src tag -d v1 > out
	is_not_shown v1
	git -C src branch b "$lost"
	[ "$(status "$url/raw/$lost/secret.csv")" = 200 ]
	[ "$(status "$url/ipfs/$root?format=raw")" = 200 ]
	stop_server
}

@test "stash, notes, remote branches and hidden refs are not shown" {
	with_secret
	git -C src update-ref refs/stash "$lost"
	git -C src update-ref refs/notes/n "$lost"
	git -C src update-ref refs/remotes/origin/x "$lost"
	git -C src update-ref refs/heads/private/x "$lost"
	git -C src config transfer.hideRefs refs/heads/private
	start_server src
	is_not_shown stash refs/stash stash@%7B0%7D notes/n origin/x private/x refs/heads/private/x heads%2Fprivate%2Fx
	varve clone "$url/src" copy 2> err
	lacks copy "$lost"
	[ -z "$(git -C copy for-each-ref | grep private)" ]
	git -C src config --unset transfer.hideRefs
	[ "$(status "$url/raw/private/x/secret.csv")" = 200 ]
	stop_server
}

@test "a detached HEAD shows only what branches reach" {
	with_secret
	git -C src checkout -q "$lost"
	start_server src
	is_not_shown HEAD
	stop_server
}

@test "over a pipe a hidden branch is neither given nor moved" {
	with_secret
	git -C src update-ref refs/heads/private "$lost"
	git -C src config transfer.hideRefs refs/heads/private
	succeeds varve clone src copy
	lacks copy "$lost"
	cd copy
	ends_with 1 varve push origin main:private
	stderr_has "receive.hideRefs or transfer.hideRefs hides this ref"
	[ "$(git -C ../src rev-parse private)" = "$lost" ]
}
