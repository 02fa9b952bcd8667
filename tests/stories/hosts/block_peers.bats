# A Git host without varve whose blocks are kept by a repository that speaks varve, which the
# committed .varveconfig names.
load ../../cli/helper
load ../../cli/serve/server
load ../../cli/vault/stores
load host

setup() {
	server_setup
	server=
}

teardown() {
	[ -z "$server" ] || kill "$server"
	stop_program
}

# keep.git, served at $peer; host.git at $url; a: a table and .varveconfig, not pushed yet; the
# current folder.
with_peer() {
	plain_host
	host=$url
	varve init -q --bare keep.git
	printf 'secret' | varve serve --hash-secret ada > users
	git config --global credential.helper '!f() { echo username=ada; echo password=secret; }; f'
	start_server --auth users keep.git
	peer=$url
	url=$host
	varve clone -q "$url" a
	cd a
	rows 3000 > prices.csv
	printf '[blocks]\n\turl = %s\n' "$peer" > .varveconfig
	varve add prices.csv .varveconfig > /dev/null
	varve commit -qm one
}

# The part of a URL that is trusted.
site() {
	sed 's|^\([a-z+]*://[^/]*\).*|\1|' <<< "$1"
}

@test "blocks go to the peer that .varveconfig names, and come from there" {
	with_peer
	export VARVE_TRUSTED_HOSTS=$(site "$peer")
	succeeds varve push -u origin main
	stderr_has "to $peer"
	[ "$(git -C ../host.git for-each-ref --format='%(refname)')" = refs/heads/main ]
	succeeds varve clone "$url" ../b
	cmp prices.csv ../b/prices.csv
	change 7
	varve push -q
	cd ../b
	succeeds varve pull -q
	cmp prices.csv ../a/prices.csv
	sound
}

@test "a host that nobody trusts is not asked, and the way out is named" {
	with_peer
	ends_with 2 varve push -u origin main
	stderr_has "warning: .varveconfig names blocks at $peer, which is not used, as this host is not trusted"
	stderr_has "git config --global --add varve.trustedHost $(site "$peer")"
	[ -z "$(git -C ../host.git for-each-ref)" ]
	git config --global --add varve.trustedHost $(site "$peer")
	succeeds varve push -q -u origin main
	git config --global --unset varve.trustedHost
	: > "$BATS_TEST_TMPDIR/server.log"
	ends_with 1 varve clone "$url" ../b
	stderr_has "this host is not trusted"
	[ ! -s "$BATS_TEST_TMPDIR/server.log" ]
	cd ../b
	VARVE_TRUSTED_HOSTS="other.example, $(site "$peer")" succeeds varve fetch
	succeeds varve restore .
	cmp prices.csv ../a/prices.csv
}

@test "another port, scheme or user of a trusted host is not trusted" {
	with_peer
	for other in 127.0.0.1 http://127.0.0.1 "https://${peer#http://}" "${peer%:*}:1" "http://ada@${peer#http://}"; do
		VARVE_TRUSTED_HOSTS="$other" ends_with 2 varve push -u origin main
		stderr_has "this host is not trusted"
	done
	VARVE_TRUSTED_HOSTS="x,$peer/below" succeeds varve push -q -u origin main
}

@test "whereis names a block peer that has a version, and one that is not trusted" {
	with_peer
	export VARVE_TRUSTED_HOSTS=$(site "$peer")
	varve push -q -u origin main
	succeeds varve whereis prices.csv
	output_has "  all       origin (in $peer)"
	unset VARVE_TRUSTED_HOSTS
	succeeds varve whereis prices.csv
	output_has "  unknown   origin (in $peer): this host is not trusted"
}

@test "status --remote asks block peers for the versions" {
	with_peer
	export VARVE_TRUSTED_HOSTS=$(site "$peer")
	varve push -q -u origin main
	succeeds varve status --remote
	output_has "$peer: 1 version, 0 incomplete there"
	change 7
	succeeds varve status --remote --json
	[ "$(jq -c '[.versions, (.lacking | length)]' <<< "$output")" = '[2,1]' ]
	kill "$server"
	wait "$server" || true
	server=
	ends_with 2 varve status --remote
	unset VARVE_TRUSTED_HOSTS
	ends_with 2 varve status --remote
	stderr_has "is not trusted"
}

@test "a URL for pushes alone is where blocks go, and come from" {
	with_peer
	export VARVE_TRUSTED_HOSTS=$(site "$peer")
	printf '[blocks]\n\tpushUrl = %s\n' "$peer" > .varveconfig
	varve commit -qam pushes
	succeeds varve push -u origin main
	stderr_has "to $peer"
	[ "$(git -C ../host.git for-each-ref --format='%(refname)')" = refs/heads/main ]
	succeeds varve doctor
	succeeds varve clone "$url" ../b
	cmp prices.csv ../b/prices.csv
}

@test "remote.<name>.varveUrl is the user's own word" {
	with_peer
	git rm -q --cached .varveconfig
	rm .varveconfig
	git commit -q -m "no word of peers"
	git config remote.origin.varveUrl "$peer"
	succeeds varve push -q -u origin main
	[ "$(git -C ../host.git for-each-ref --format='%(refname)')" = refs/heads/main ]
	git clone -q "$url" ../b
	cd ../b
	git config remote.origin.varveUrl "$peer"
	varve init > /dev/null 2>&1
	succeeds varve restore .
	cmp prices.csv ../a/prices.csv
}

@test "two who push to one branch lose no blocks at the peer" {
	with_peer
	export VARVE_TRUSTED_HOSTS=$(site "$peer")
	varve push -q -u origin main
	varve clone -q "$url" ../b
	change 7
	git -C ../host.git config receive.denyNonFastForwards true
	cat > ../host.git/hooks/update <<-'END'
	#!/bin/sh
	exit 1
	END
	chmod +x ../host.git/hooks/update
	ends_with 1 varve push # the peer has it, the host does not
	rm ../host.git/hooks/update
	cd ../b
	change 9
	succeeds varve push -q
	varve clone -q "$url" ../c
	cmp prices.csv ../c/prices.csv
	cd ../a
	succeeds varve pull -q
	succeeds varve push -q
	varve clone -q "$url" ../d
	cmp prices.csv ../d/prices.csv
}

@test "a .varveconfig that makes no sense stops a push and names what is wrong" {
	plain_host
	varve clone -q "$url" a
	cd a
	rows 100 > prices.csv
	varve add prices.csv > /dev/null
	for bad in "url = ext::sh -c true" "url = /etc" "url = file:///etc" "url = git://x/y" "ref = a..b" \
		"url = ssh://-oProxyCommand=x/y" "url" "ref = refs/x"; do
		printf '[blocks]\n\t%s\n' "$bad" > .varveconfig
		git add .varveconfig
		varve commit -qm "$bad"
		ends_with 2 varve push -u origin main
		stderr_has ".varveconfig"
	done
	printf '[blocks\n' > .varveconfig
	git add .varveconfig
	varve commit -qm broken
	ends_with 2 varve push -u origin main
	stderr_has ".varveconfig cannot be read"
	[ -z "$(git -C ../host.git for-each-ref)" ]
}

@test "what .varveconfig includes is not read" {
	plain_host
	varve clone -q "$url" a
	cd a
	printf '[blocks]\n\tref = elsewhere\n' > ../other
	printf '[include]\n\tpath = %s\n' "$PWD/../other" > .varveconfig
	rows 100 > prices.csv
	varve add prices.csv .varveconfig > /dev/null
	varve commit -qm one
	succeeds varve push -q -u origin main
	git -C ../host.git rev-parse -q --verify refs/varve/blocks
}

@test "the blocks' ref can be a branch" {
	plain_host
	varve clone -q "$url" a
	cd a
	printf '[blocks]\n\tref = varve-blocks\n' > .varveconfig
	rows 3000 > prices.csv
	varve add prices.csv .varveconfig > /dev/null
	varve commit -qm one
	succeeds varve push -q -u origin main
	[ "$(git -C ../host.git for-each-ref --format='%(refname)')" = "refs/heads/main
refs/heads/varve-blocks" ]
	varve clone -q "$url" ../b
	cmp prices.csv ../b/prices.csv
	[ -z "$(git -C ../b for-each-ref '*varve*')" ]
	change 7
	succeeds varve push -q
	cd ../b
	succeeds varve pull -q
	cmp prices.csv ../a/prices.csv
	git clone -q --bare ../host.git ../fork.git
	varve clone -q "ssh://host$PWD/../fork.git" ../c
	cmp prices.csv ../c/prices.csv
}

@test "a clone from before the blocks went to another ref pulls, and no blocks are said to be deleted" {
	plain_host
	varve clone -q "$url" a
	cd a
	rows 3000 > prices.csv
	varve add prices.csv > /dev/null
	varve commit -qm one
	varve push -q -u origin main
	varve clone -q "$url" ../b
	varve clone -q "$url" ../c
	printf '[blocks]\n\tref = varve-blocks\n' > .varveconfig
	change 7
	varve add -q .varveconfig prices.csv && varve commit -qm two
	succeeds varve push
	stderr_lacks warning
	git -C ../host.git rev-parse -q --verify refs/heads/varve-blocks
	cd ../b
	succeeds varve pull
	stderr_lacks warning
	cmp prices.csv ../a/prices.csv
	git -C ../host.git update-ref -d refs/varve/blocks
	cd ../a
	change 8
	succeeds varve push
	stderr_lacks warning
	cd ../c
	succeeds varve pull
	stderr_lacks deleted
	cmp prices.csv ../a/prices.csv
	succeeds varve fsck --data
}

@test "no blocks are said to be deleted where their ref had a name with / in the place of -" {
	plain_host
	varve clone -q "$url" a
	cd a
	rows 3000 > prices.csv
	printf '[blocks]\n\tref = varve/blocks\n' > .varveconfig
	varve add -q .varveconfig prices.csv && varve commit -qm one
	varve push -q -u origin main
	printf '[blocks]\n\tref = varve-blocks\n' > .varveconfig
	change 7
	succeeds varve push
	stderr_lacks deleted
	git -C ../host.git rev-parse -q --verify refs/heads/varve-blocks
}

# A host that makes the first branch that it gets its default branch, as forges do.
forge() {
	plain_host
	git -C host.git symbolic-ref HEAD refs/heads/unborn
	cat > host.git/hooks/post-receive <<-'END'
	#!/bin/sh
	read -r old new ref
	git rev-parse -q --verify HEAD > /dev/null || git symbolic-ref HEAD "$ref"
	END
	chmod +x host.git/hooks/post-receive
}

# A clone in a whose blocks go to the branch varve-blocks; nothing is pushed.
a_with_blocks_branch() {
	varve clone -q "$url" a
	cd a
	git symbolic-ref HEAD refs/heads/main
	printf '[blocks]\n\tref = varve-blocks\n' > .varveconfig
	rows 3000 > prices.csv
	varve add prices.csv .varveconfig > /dev/null
	varve commit -qm one
}

@test "the branch of the blocks does not become the default branch of an empty host" {
	forge
	a_with_blocks_branch
	ends_with 1 git push origin main
	stderr_has "varve push -u origin refs/heads/main"
	stderr_lacks no-verify
	[ -z "$(git -C ../host.git for-each-ref)" ]
	succeeds varve push -q -u origin main
	[ "$(git -C ../host.git symbolic-ref HEAD)" = refs/heads/main ]
	varve clone -q "$url" ../b
	cmp prices.csv ../b/prices.csv
	succeeds varve doctor
	change 7
	succeeds git push -q
	varve clone -q "$url" ../c
	cmp prices.csv ../c/prices.csv
}

@test "a clone of a host whose default branch has blocks takes the next one, and doctor names it" {
	forge
	a_with_blocks_branch
	succeeds varve push -q -u origin main
	git -C ../host.git symbolic-ref HEAD refs/heads/varve-blocks
	git branch aaa
	varve push -q origin aaa
	succeeds varve clone "$url" ../b
	stderr_has "using 'main'"
	cmp prices.csv ../b/prices.csv
	[ "$(git -C ../b symbolic-ref HEAD)" = refs/heads/main ]
	succeeds varve clone -q --single-branch "$url" ../c
	cmp prices.csv ../c/prices.csv
	ends_with 1 varve -C ../b doctor
	output_has "the default branch of the remote origin"
	git -C ../host.git symbolic-ref HEAD refs/heads/main
	succeeds varve -C ../b doctor
}

# terminal ANSWER COMMAND...: on a terminal, where every question gets this answer.
terminal() {
	python3 - "$@" <<-'END'
	import os, pty, select, sys
	pid, fd = pty.fork()
	if pid == 0:
	    os.execvp(sys.argv[2], sys.argv[2:])
	said, answered = b"", 0
	while True:
	    if not select.select([fd], [], [], 20)[0]:
	        sys.exit("no end: " + said.decode())
	    try:
	        got = os.read(fd, 4096)
	    except OSError:
	        break
	    if not got:
	        break
	    said += got
	    if said.count(b"[y/N] ") > answered:
	        answered += 1
	        os.write(fd, sys.argv[1].encode() + b"\n")
	print(said.decode())
	sys.exit(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))
	END
}

@test "on a terminal the host is asked about once, and the answer is remembered" {
	with_peer
	ends_with 2 terminal n varve push -u origin main
	output_has ".varveconfig names blocks at $peer. Trust $(site "$peer")? [y/N]"
	output_has ", which is not used, as this host is not trusted"
	[ -z "$(git -C ../host.git for-each-ref)" ]
	[ -z "$(git config varve.trustedHost)" ]
	succeeds terminal yes varve push -u origin main
	[ "$(grep -c '. Trust ' <<< "$output")" -eq 1 ]
	[ "$(git config --local varve.trustedHost)" = "$(site "$peer")" ]
	change 7
	succeeds terminal n varve push
	output_lacks ". Trust "
	succeeds terminal y varve clone "$url" ../b
	output_has "Trust $(site "$peer")?"
	cmp prices.csv ../b/prices.csv
}

@test "doctor asks block peers, and names those that are not trusted" {
	with_peer
	export VARVE_TRUSTED_HOSTS=$(site "$peer")
	varve push -q -u origin main
	succeeds varve doctor
	output_has "no problems found"
	unset VARVE_TRUSTED_HOSTS
	ends_with 1 varve doctor
	output_has ".varveconfig names blocks at $peer, a host that is not trusted: it is not contacted"
	output_has "fix: git config --global --add varve.trustedHost $(site "$peer")"
	git config varve.trustedHost $(site "$peer")
	succeeds varve doctor
	kill "$server"
	wait "$server" || true
	server=
	ends_with 1 varve doctor
	output_has "the block peer $peer cannot be reached"
	output_has "fix: "
}

@test "the password in a block peer's URL is never printed" {
	with_peer
	git config --global --unset credential.helper
	git rm -q --cached .varveconfig
	rm .varveconfig
	git commit -q -m "no word of peers"
	git config remote.origin.varveUrl "http://ada:secret@${peer#http://}"
	hidden() {
		run --separate-stderr varve "$@"
		printf '%s\n' "$output" "$stderr" > said
		grep -q . said
		! grep -n secret said || { echo "varve $*" >&2; false; }
		rm said
	}
	hidden push -v -u origin main
	[ "$status" -eq 0 ]
	[ -n "$(git -C ../keep.git for-each-ref)" ]
	hidden push -v
	change 7
	hidden fetch -v --data --all
	hidden doctor
	hidden whereis
	kill "$server"
	wait "$server" || true
	server=
	for command in "push -v" "doctor" "fsck --data" "drop --history"; do
		hidden $command
	done
}

# Two versions at the peer, and in a store that a web server gives, $web, which .varveconfig names in the third commit, by
# lines of the section blocks: web_store LINE...
web_store() {
	local line
	with_peer
	mkdir -p ../www/sales
	printf 'varve store 1\n' > ../www/sales/format
	start_program "$BATS_TEST_TMPDIR/port" python3 -c '
import http.server, sys, functools
handler = functools.partial(http.server.SimpleHTTPRequestHandler, directory=sys.argv[2])
server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
open(sys.argv[1], "w").write(str(server.server_port))
server.serve_forever()' "$BATS_TEST_TMPDIR/port" "$PWD/../www" 2> /dev/null
	web=http://127.0.0.1:$port/sales
	export VARVE_TRUSTED_HOSTS="http://127.0.0.1:$port $(site "$peer")"
	git config remote.origin.varveUrl "$PWD/../www/sales"
	varve push -q -u origin main
	change 7
	varve push -q
	git config --unset remote.origin.varveUrl
	varve push -q --blocks
	{ printf '[blocks]\n'; printf '\t%s\n' "$@"; } | sed "s|WEB|$web|; s|PEER|$peer|" > .varveconfig
	varve commit -qam web
	varve push -q
}

@test "a web server's store beside block peers is read first, and frees nothing" {
	local lines
	for lines in "url = WEB|pushUrl = PEER" "url = WEB|url = PEER"; do
		web_store "${lines%|*}" "${lines#*|}"
		succeeds varve whereis prices.csv
		output_has "  all       origin (in $web)"
		ends_with 2 varve drop --history
		stderr_has "'$web' is a mirror: pushes write to other block peers, so it cannot prove that they have the blocks"
		stderr_has "name one of those with --from"
		succeeds varve --offline cat HEAD~2:prices.csv
		succeeds varve doctor
		succeeds varve drop --history --from "$peer"
		ends_with 2 varve --offline cat HEAD~2:prices.csv
		rm -rf ../www
		succeeds varve fsck --data
		output_has "$peer has just sent a block of each as proof"
		kill "$server"
		wait "$server" || true
		stop_program
		cd "$BATS_TEST_TMPDIR"
		rm -rf work
		mkdir work
		cd work
	done
}

@test "fsck --data finds at a block peer what a web server's store before it lacks" {
	web_store "url = WEB" "url = PEER"
	succeeds varve clone -q --lazy "$url" ../b
	cd ../b
	find ../www/sales -type f ! -name format -delete
	succeeds varve doctor # block peers have all
	succeeds varve fsck --data
	output_has "not here: 1 version; origin has just sent a block of each as proof"
	kill "$server"
	wait "$server" || true
	server=
	succeeds varve fsck --data
	output_has "not here: 1 version, dropped since origin had copies; asking it for proof failed"
}
