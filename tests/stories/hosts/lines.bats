# A Git host without varve over real lines: http by git http-backend, ssh by sshd.
load ../../cli/helper
load ../ssh/sshd
load host

teardown() {
	[ -z "${server-}" ] || kill "$server"
	stop_sshd
}

@test "over http a plain host takes tables and gives them back" {
	http_host
	a_table a
	[ "$(git config remote.origin.varveKind)" = git ]
	varve clone -q "$url" ../b
	change 7
	succeeds varve push -q
	cd ../b
	succeeds varve pull -q
	cmp prices.csv ../a/prices.csv
	sound
	succeeds varve ls-remote --heads
	output_has "refs/heads/main"
}

# A clone of host.git in a, with two commits of a text; the current folder.
a_text() {
	git clone -q "$url" a
	cd a
	git config varve.x y
	for version in one two; do
		echo $version > a.txt
		git add .
		git commit -qm $version
	done
	git push -q origin HEAD:main
}

@test "what a web server leaves out of a history is noticed, and no ref moves" {
	http_host
	a_text
	git clone -q "$url" ../b
	before="$(git -C ../b rev-parse origin/main)"
	echo three > a.txt
	git commit -qam three
	git push -q origin HEAD:main
	# The last commit alone, without its tree and its text.
	printf '#!/bin/sh\ngit -C "%s" rev-list -1 main | git -C "%s" pack-objects -q --stdout\n' "$PWD/../host.git" "$PWD/../host.git" > ../hook
	chmod +x ../hook
	git config --global uploadpack.packObjectsHook "$PWD/../hook"
	ends_with 2 varve clone -q --git-host "$url" ../c
	stderr_has "did not send all necessary objects"
	cd ../b
	git config remote.origin.varveKind git
	ends_with 2 varve fetch
	stderr_has "did not send all necessary objects"
	[ "$(git rev-parse origin/main)" = "$before" ]
	[ -z "$(find .git -name '*.keep' -o -path '*varve/fetched/*' -type f)" ]
}

@test "an answer of a web server that is cut off in the middle of a length ends a fetch" {
	http_host
	a_text
	for most in 0 2 4 6 8 12 100; do
		echo $most > ../cut
		ends_with 2 timeout 60 varve clone -q --git-host "$url" ../c
		[ ! -e ../c ]
	done
}

@test "a shallow repository on a web server is refused, and its history is not taken for whole" {
	http_host
	a_text
	git -C ../host.git rev-parse main > ../host.git/shallow
	ends_with 2 varve clone -q --git-host "$url" ../b
	stderr_has "is a shallow repository"
	rm ../host.git/shallow
	succeeds varve clone -q --git-host "$url" ../b
	git -C ../b fsck --strict
	git -C ../b rev-parse HEAD~1
}

@test "a host whose web server answers 502 to what git does not know is tried with git" {
	http_host
	a_table a
	for text in "bad gateway" "<html>..."; do
		printf '502 /varve %s' "$text" > ../refuse
		rm -rf ../b
		succeeds varve clone -q "$url" ../b
		cmp prices.csv ../b/prices.csv
		[ "$(git -C ../b config remote.origin.varveKind)" = git ]
	done
}

# The folder of host.git on a web server that gives files and runs nothing.
plain_web_server() {
	unset http_proxy https_proxy HTTP_PROXY HTTPS_PROXY all_proxy ALL_PROXY
	export no_proxy=127.0.0.1
	git -C host.git update-server-info
	: > port
	python3 -u -m http.server --bind 127.0.0.1 0 > port 2> /dev/null 3>&- &
	server=$!
	local i
	for ((i = 0; i < 1200 && $(wc -c < port) == 0; i++)); do
		sleep 0.05
	done
	url=http://127.0.0.1:$(sed -n 's/.* port \([0-9]*\) .*/\1/p' port)/host.git
}

@test "a repository on a plain web server is refused, and git is not started again and again" {
	plain_host
	(a_table a)
	plain_web_server
	export GIT_TRACE2_EVENT=$PWD/events
	ends_with 2 timeout 20 varve clone "$url" b
	stderr_has "$url"
	stderr_has "plain web server"
	[ ! -e b ]
	[ "$(grep start events | wc -l)" -lt 10 ]
	# with what an earlier clone has, too
	cd a
	git remote set-url origin "$url"
	for command in fetch pull "push origin HEAD:new"; do
		: > events
		ends_with 2 timeout 20 varve $command
		[ "$(grep start events | wc -l)" -lt 10 ]
	done
}

@test "over http with filters nothing comes twice" {
	http_host
	git -C host.git config uploadpack.allowFilter true
	git -C host.git config uploadpack.allowAnySHA1InWant true
	varve clone -q "$url" a
	cd a
	numbers 20000 > prices.csv
	varve add prices.csv > /dev/null
	varve commit -qm one
	varve push -q -u origin main
	varve clone -q "$url" ../b
	cmp prices.csv ../b/prices.csv
	cd ../b
	[ -z "$(find .git/varve/host -size +40k)" ]
}

@test "a host that asks who you are gets what git's helpers know, for the blocks too" {
	http_host ada:secret
	git config --global credential.helper '!f() { echo username=ada; echo password=secret; }; f'
	a_table a
	varve clone -q "$url" ../b
	cmp prices.csv ../b/prices.csv
	git config --global credential.helper '!f() { echo username=ada; echo password=wrong; }; f'
	change 7
	ends_with 2 varve push
	stderr_has "uthentication failed"
	stderr_lacks "secret"
}

# None of git's own processes had $1 on its command line.
has_no_secret() {
	[ -s "$GIT_TRACE2_EVENT" ]
	! grep -F "$1" "$GIT_TRACE2_EVENT" || false
}

@test "a password in a URL stands on no command line of git's, and in no message" {
	http_host 'ada:pa$s "w:d'
	local with=${url/\/\//\/\/ada:pa%24s%20%22w%3Ad@}
	git config --global credential.helper '!f() { echo username=eve; echo password=other; }; f'
	export GIT_TRACE2_EVENT=$PWD/events GIT_TRACE2_REDACT=0
	varve clone -q "$with" a
	cd a
	git config remote.origin.varveKind git
	rows 3000 > prices.csv
	varve add prices.csv > /dev/null
	varve commit -qm one
	succeeds varve push -q -u origin main
	rm -rf .git/varve/host
	succeeds varve fetch -q
	change 7
	succeeds varve push -q "$with" HEAD:other
	has_no_secret 'pa%24s'
	has_no_secret 'pa$s'
	git remote set-url origin "${with/ada/eve}"
	: > "$GIT_TRACE2_EVENT"
	ends_with 2 env GIT_TRACE=1 GIT_CURL_VERBOSE=1 varve fetch
	stderr_has "uthentication failed"
	stderr_lacks 'pa%24s'
	stderr_lacks "run_command"
	has_no_secret 'pa%24s'
}

@test "a token in the place of a user stands on no command line of git's, and in no message" {
	http_host ghp_0123456789abcdef0123:
	local with=${url/\/\//\/\/ghp_0123456789abcdef0123:@}
	export GIT_TRACE2_EVENT=$PWD/events GIT_TRACE2_REDACT=0
	url=$with
	a_table a
	git ls-remote -q . > /dev/null
	succeeds varve fetch -q
	has_no_secret ghp_
	ends_with 2 env GIT_TRACE=1 varve clone "$with-not" b
	stderr_lacks ghp_
}

@test "a token in the clone's own settings serves the blocks too" {
	http_host ada:secret
	token=$(printf ada:secret | base64)
	git init -q a
	cd a
	git config "http.$url.extraheader" "Authorization: Basic $token"
	varve init > /dev/null 2>&1
	varve remote add origin "$url"
	git config remote.origin.varveKind git
	rows 3000 > prices.csv
	varve add prices.csv > /dev/null
	varve commit -qm one
	succeeds varve push -q -u origin main
	rm -rf .git/varve/host
	succeeds varve fetch -q
	! grep -r "$token" .git/varve || false
}

@test "over ssh a far side that has git and no varve is a host" {
	start_sshd
	knows_host ed25519 ecdsa
	has_key ed25519
	mkdir "$far/only"
	for program in sh git git-upload-pack git-receive-pack; do
		ln -s "$(PATH=/usr/bin:/bin command -v $program)" "$far/only/$program"
	done
	sed -i "s|^SetEnv.*|SetEnv HOME=$far PATH=$far/only|" "$far/sshd_config"
	stop_sshd
	: > "$far/sshd.log"
	"$sshd" -D -e -f "$far/sshd_config" 2>> "$far/sshd.log" 3>&- &
	sshd_pid=$!
	until grep -q 'Server listening' "$far/sshd.log"; do
		kill -0 "$sshd_pid"
		sleep 0.05
	done
	git init -q --bare host.git
	url=ssh://$(id -un)@127.0.0.1:$port$PWD/host.git
	git ls-remote "$url" || skip "sshd gives its sessions no PATH of its own"
	a_table a
	varve clone -q "$url" ../b
	cmp prices.csv ../b/prices.csv
	[ "$(git config remote.origin.varveKind)" = git ]
}

@test "a repository that one reaches by its path and another by a plain URL is one store for both" {
	plain_host
	a_table a
	varve clone -q ../host.git ../ada 2> /dev/null
	cmp prices.csv ../ada/prices.csv
	# by a path it is a peer from now on
	mkdir -p ../host.git/varve
	git -C ../ada config --unset remote.origin.varveKind
	change 7
	varve push -q
	cd ../ada
	[ "$(git config remote.origin.varveKind)" = "" ]
	succeeds varve pull -q
	cmp prices.csv ../a/prices.csv
	sound
	succeeds varve clone -q ../host.git ../other
	cmp prices.csv ../other/prices.csv
	change 9
	succeeds varve push -q
	change 10
	succeeds git push -q
	cd ../a
	succeeds varve pull -q
	cmp prices.csv ../ada/prices.csv
	sound
	# by path it puts back what was lost, too
	git -C ../host.git update-ref refs/varve/blocks refs/varve/blocks~1
	succeeds varve -C ../ada push --blocks
	stderr_has "sent the blocks of 1 version of a table to refs/varve/blocks"
	# git alone brings commits, and a checkout gets the blocks
	change 11
	varve push -q
	cd ../ada
	succeeds git pull -q
	cmp prices.csv ../a/prices.csv
}

@test "push --blocks makes the ref of blocks of a peer, so that readers by plain URLs get them" {
	plain_host
	git init -q --bare hub.git
	varve clone -q hub.git ada
	cd ada
	rows 300 > prices.csv
	varve add prices.csv > /dev/null
	varve commit -qm one
	varve push -q -u origin main
	ends_with 1 varve clone "ssh://host$PWD/../hub.git" ../cleo
	stderr_has "warning: refs/varve/blocks is missing on ssh://host$PWD/../hub.git"
	succeeds varve push --blocks
	succeeds varve -C ../cleo fetch
	succeeds varve -C ../cleo restore .
	cmp prices.csv ../cleo/prices.csv
}

@test "--timeout ends a wait for a host that is silent, for git's own requests too" {
	http_host
	a_table a
	kill "$server"
	: > ../port
	python3 -c 'import socket
s = socket.create_server(("127.0.0.1", 0))
print(s.getsockname()[1], flush=True)
held = []
while True:
    held.append(s.accept())' > ../port 3>&- &
	server=$!
	for ((i = 0; i < 1200 && $(wc -c < ../port) == 0; i++)); do
		sleep 0.05
	done
	git remote set-url origin "http://127.0.0.1:$(cat ../port)/host.git"
	[ "$(git config remote.origin.varveKind)" = git ]
	ends_with 2 timeout 30 varve fetch --timeout 1
	stderr_has "http://127.0.0.1"
	change 7
	ends_with 2 timeout 30 varve push --timeout 1
	git remote set-url origin "git://127.0.0.1:$(cat ../port)/host.git"
	for command in fetch push; do
		ends_with 2 timeout 30 varve $command --timeout 1
		stderr_has "git://127.0.0.1"
		stderr_has "no answer for 1 s"
	done
	git remote set-url origin "http://127.0.0.1:$(cat ../port)/host.git"
	# whatever it is: the time that was announced, once
	git config --unset remote.origin.varveKind
	SECONDS=0
	ends_with 2 varve fetch --timeout 6
	stderr_has "for 6 seconds"
	[ "$SECONDS" -lt 11 ]
}

@test "what a host says over http of a request that it refuses is shown" {
	http_host ada:secret
	right=${url/:\/\//:\/\/ada:secret@}
	url=$right
	export GIT_TERMINAL_PROMPT=0
	a_table a
	change 7
	# a wrong password, for a URL that nobody knows yet
	git remote set-url origin "${right/secret/wrong}"
	git config --unset remote.origin.varveKind
	for command in fetch push; do
		ends_with 2 varve $command
		stderr_has "uthentication failed"
		stderr_lacks ':wrong'
	done
	rm -rf ../b
	ends_with 2 varve clone "${right/secret/wrong}" ../b
	stderr_has "uthentication failed"
	# a name that is not there
	ends_with 2 varve clone "${right/host.git/nosuch.git}" ../b
	stderr_has "nosuch.git/' not found"
	# a token that may only read
	git remote set-url origin "$right"
	echo "403 receive-pack Write access to repository not granted." > ../refuse
	ends_with 2 varve push
	stderr_has "Write access to repository not granted"
	stderr_has "403"
	stderr_lacks "[blocks] ref"
	ends_with 128 git push origin main
	[ "$(git ls-remote origin main)" != "$(git rev-parse HEAD)	refs/heads/main" ]
	# a proxy that takes no request so large
	echo "413 POST too large" > ../refuse
	ends_with 2 varve push
	stderr_has "413"
	stderr_lacks "[blocks] ref"
	rm ../refuse
	succeeds varve push
	varve clone -q "$right" ../c
	cmp prices.csv ../c/prices.csv
}

@test "a password that url.*.insteadOf inserts is not shown" {
	new_repo
	git config --global url.http://ada:s3cret@127.0.0.1:9/.insteadOf http://host.example/
	git remote add origin http://host.example/x.git
	git commit -q --allow-empty -m one
	local command
	for command in fetch "push -u origin main" "push --blocks" "status --remote" doctor ls-remote \
		"clone --git-host http://host.example/x.git ../b" "clone http://host.example/x.git ../b"; do
		for GIT_TRACE in 0 1; do
			export GIT_TRACE
			run timeout 60 varve $command
			[ "$status" != 0 ]
			[ "$(grep -v '^[0-9][0-9]:' <<< "$output" | grep -c s3cret)" = 0 ]
		done
	done
}

@test "git's own commands show no parameter of a URL that lets in" {
	new_repo
	git remote add origin 'http://127.0.0.1:9/x.git?token=s3cret'
	local command
	for command in ls-remote "ls-remote http://127.0.0.1:9/y.git?token=s3cret" "remote show origin" "remote update"; do
		run timeout 60 varve $command
		[ "$status" != 0 ]
		output_has "127.0.0.1:9/"
		output_lacks s3cret
	done
	git remote set-url origin .
	git commit -q --allow-empty -m one
	succeeds varve ls-remote
	output_is "$(git ls-remote -q)"
	ends_with 2 varve ls-remote --exit-code origin nothing
}

@test "a host that one may read and not write says so" {
	http_host
	a_table a
	change 7
	git -C ../host.git config http.receivepack false
	ends_with 2 varve push
	stderr_has "the blocks were not accepted"
	stderr_has "403"
	succeeds varve fetch
	git -C ../host.git config http.receivepack true
	succeeds varve push -q
}

@test "a peer over ssh that keeps blocks in a ref, too, gives what only the ref has" {
	plain_host
	a_table a
	# The same repository by ssh with varve there: its folder has no blocks.
	mkdir bin
	cat > "$BATS_TEST_TMPDIR/ssh2" <<-'END'
	#!/bin/sh
	for word; do command=$word; done
	printf '%s\n' "$command" >> "$SSH2_CALLS"
	exec sh -c "$command"
	END
	chmod +x "$BATS_TEST_TMPDIR/ssh2"
	export SSH2_CALLS=$BATS_TEST_TMPDIR/ssh2_calls
	: > "$SSH2_CALLS"
	GIT_SSH=$BATS_TEST_TMPDIR/ssh2 succeeds varve clone "$url" ../b
	cmp prices.csv ../b/prices.csv
	grep -q '^varve' "$SSH2_CALLS"
	grep -q '^git-upload-pack' "$SSH2_CALLS"
	# What is pushed by that way is there for those who come by git alone.
	cd ../b
	change 7
	GIT_SSH=$BATS_TEST_TMPDIR/ssh2 succeeds varve push -q
	cd ../a
	succeeds varve pull -q
	cmp prices.csv ../b/prices.csv
	sound
}

@test "a push over http that is answered with 413 goes in halves, and a small one that is refused is not tried again" {
	http_host
	echo 4000000 > most
	large_table
	succeeds varve push -u origin main
	stderr_has "the host refuses a push of"
	[ -n "$(git config --local remote.origin.varvePushBytes)" ]
	varve clone -q "$url" ../b
	cmp prices.csv ../b/prices.csv
	echo 10 > ../most
	sed -i 's/^7,/7,x/' prices.csv
	varve commit -qam two
	ends_with 2 varve push
	stderr_lacks "the host refuses a push of"
	stderr_has 413
}
