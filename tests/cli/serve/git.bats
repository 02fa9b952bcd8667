load ../helper
load server

# Plain git clones and fetches from `varve serve --http` what varve's own protocol shows, and nothing else.

setup() {
	server_setup
	export GIT_TERMINAL_PROMPT=0
}

teardown() {
	[ -z "${server:-}" ] || stop_server
}

# served: src has two versions in main, a tag, a hidden branch, a stash and a removed commit: $secret, $stash, $gone.
served() {
	two_versions
	cd src
	git tag -a v1 -m v1 HEAD~1
	git tag blob "$(git rev-parse HEAD:prices.csv)"
	git commit -q --allow-empty -m removed
	gone=$(git rev-parse HEAD)
	git reset -q --hard HEAD~1
	git branch team/secret
	git commit-tree -m secret -p HEAD 'HEAD^{tree}' > ../secret
	secret=$(cat ../secret)
	git update-ref refs/heads/team/secret "$secret"
	git config transfer.hideRefs refs/heads/team
	echo more >> prices.csv
	git stash -q
	stash=$(git rev-parse stash)
	git update-ref refs/notes/x "$(git rev-parse HEAD)"
	git config --add uploadpack.hideRefs '!refs/notes' # git alone would show these
	git config uploadpack.allowAnySHA1InWant true
	cd ..
}

# plain VERSION WORD...: git, with this version of its protocol.
plain() {
	timeout 60 git -c protocol.version="$1" "${@:2}"
}

@test "plain git clones what varve's own clone gets" {
	served
	start_server src
	varve clone -q "$url/src" own
	for version in 0 1 2; do
		plain $version clone -q --mirror "$url/src" "c$version"
		git -C "c$version" for-each-ref > got
		git -C src for-each-ref refs/heads refs/tags | grep -v secret > should
		cmp should got
		plain $version ls-remote "$url" HEAD > head
		[ "$(cut -f 1 head)" = "$(git -C src rev-parse HEAD)" ]
	done
	git clone -q "$url/src.git" named
	git -C named rev-parse --abbrev-ref HEAD | grep -qx main
	same_bytes <(git -C own rev-parse HEAD) <(git -C named rev-parse HEAD)
	varve -C named init -q
	varve -C named restore prices.csv
	same_bytes two.csv named/prices.csv
	stop_server
}

@test "hidden branches, the stash and removed commits are not sent to git, by name or by id" {
	served
	start_server src
	for version in 0 2; do
		git init -q "x$version"
		for id in "$secret" "$stash" "$gone"; do
			! plain $version -C "x$version" fetch -q "$url" "$id" 2> said || { echo "got $id" >&2; false; }
			! git -C "x$version" cat-file -e "$id" 2> /dev/null || false
		done
		! plain $version -C "x$version" fetch -q "$url" refs/notes/x 2> said || false
		! plain $version -C "x$version" fetch -q "$url" team/secret 2> said || false
	done
	# a branch at HEAD that is hidden, and one that is detached
	git -C src symbolic-ref HEAD refs/heads/team/secret
	plain 2 ls-remote "$url" > refs
	! grep -e "$secret" -e HEAD refs || false
	git -C src update-ref --no-deref HEAD "$gone"
	plain 2 ls-remote "$url" > refs
	! grep -e "$gone" -e HEAD refs || false
	git -C src symbolic-ref HEAD refs/heads/main
}

@test "git fetches later commits, shallow clones deepen, and requests may be compressed" {
	served
	start_server src
	git clone -q "$url" c
	git clone -q --depth 1 "$url" s
	[ "$(git -C s rev-list --count HEAD)" = 1 ]
	git -C s fetch -q --unshallow
	[ "$(git -C s rev-list --count HEAD)" = 2 ]
	# beyond 1 kB git compresses a request: many branches are wanted
	for i in $(seq 40); do
		git -C src branch "own$i" "$(git -C src commit-tree -m "$i" -p HEAD 'HEAD^{tree}')"
	done
	git -C src commit -q --allow-empty -m three
	GIT_TRACE_CURL=1 git -C c fetch -q 2> trace
	grep -qi 'content-encoding: gzip' trace
	[ "$(git -C c rev-parse origin/main)" = "$(git -C src rev-parse main)" ]
}

@test "git may read where varve may, and never push" {
	served
	users
	start_server --auth users --private src
	! git clone -q "$url" no 2> said || false
	site=${url#http://}
	git clone -q "http://bob:battery@$site" c
	! git -C c push -q "http://ada:correct%20horse@$site" main:x 2> said || false
	grep -q "accepts pushes from varve alone, not from git" said
	stop_server
	varve web --no-browser src 2> web.log 3>&- &
	server=$!
	until grep -qs secret web.log; do sleep 0.05; done
	url=$(sed -n 's,^open \(http://[^/]*\)/.*,\1,p' web.log)
	! git clone -q "$url" no 2> said || false
	cookie="varve-${url##*:}=$(sed -n 's/.*secret=//p' web.log)"
	git -c http.extraHeader="Cookie: $cookie" clone -q "$url" w
	kill "$server"
	wait "$server" || true
	server=
}

@test "requests that are not from git are refused" {
	served
	start_server src
	want() { status --data-binary "$1" -H "Content-Type: application/x-git-upload-pack-request" "${@:2}" "$url/git-upload-pack"; }
	[ "$(want 0011wnt 2> /dev/null)" = 400 ]
	[ "$(want zzzz)" = 400 ]
	[ "$(want "0032want xyz$(printf '%041d' 0)")" = 400 ]
	[ "$(want 0000 -H 'Content-Encoding: br')" = 415 ]
	[ "$(status --data-binary 0000 "$url/git-upload-pack")" = 415 ]
	[ "$(status "$url/git-upload-pack")" = 405 ]
	[ "$(status "$url/info/refs")" = 403 ]
	[ "$(status -X POST "$url/git-receive-pack")" = 403 ]
	[ "$(status "$url/info/refs?service=git-receive-pack")" = 403 ]
	# it unpacks to 100 MB
	head -c 100000000 /dev/zero | tr '\0' '0' | gzip > bomb
	[ "$(status --data-binary @bomb -H 'Content-Type: application/x-git-upload-pack-request' -H 'Content-Encoding: gzip' "$url/git-upload-pack")" = 400 ]
}

# slow_client: $client reads slowly what a git of $server sends.
slow_client() {
	curl -s --limit-rate 1k -H 'Content-Type: application/x-git-upload-pack-request' --data-binary @want "$url/git-upload-pack" > got 3>&- &
	client=$!
	until pgrep -P "$server" git > gits; do sleep 0.05; done
}

@test "a clone that is killed, and a server that ends, leave no git behind" {
	served
	head -c 3000000 /dev/urandom > src/noise
	git -C src add noise
	git -C src commit -qm noise
	start_server src
	printf '0032want %s\n00000009done\n' "$(git -C src rev-parse main)" > want
	slow_client
	kill -9 "$client"
	for ((i = 0; i < 400; i++)); do pgrep -P "$server" git > gits || break; sleep 0.05; done
	! pgrep -P "$server" git || false
	slow_client
	kill -9 "$server"
	wait "$server" || true
	server=
	for ((i = 0; i < 400; i++)); do pgrep -f "upload-pack.*$PWD/src" > /dev/null || break; sleep 0.05; done
	! pgrep -fa "upload-pack.*$PWD/src" || false
	kill -9 "$client" 2> /dev/null || true
}
