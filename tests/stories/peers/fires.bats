load ../../cli/helper
load ../../cli/publish/folder
load ../../cli/vault/vault

# The owner's machine burns. Whoever has a copy stands in for it, each alone; and an attacker who holds a copy shows old, forked,
# foreign or mixed rows beside a healthy one, or sleeps. Servers are those that people run: python's http.server, nginx and varve itself.

setup() {
	varve_setup
	unset http_proxy HTTP_PROXY
	pids=()
}

teardown() {
	local pid
	for pid in "${pids[@]}"; do
		kill "$pid" 2> /dev/null || true
		wait "$pid" 2> /dev/null || true
	done
	stop_server
}

# started LOG COMMAND...: a server that writes where it is; $at is its URL.
started() {
	local log=$1 i
	shift
	: > "$log"
	PYTHONUNBUFFERED=1 "$@" >> "$log" 2>&1 3>&- &
	pids+=($!)
	for ((i = 0; i < 1200; i++)); do
		at=$(grep -o 'http://[^ /)]*' "$log" | head -1)
		[ -z "$at" ] || return 0
		sleep 0.05
	done
	cat "$log" >&2
	return 1
}

web() {
	started "../log-${#pids[@]}" python3 -m http.server 0 --bind 127.0.0.1 --directory "$1"
}

# The data set of ada in `a`: its second version is signed, number 2; `old` is all that there was before.
two_signed() {
	a_table 300
	key_of ada
	name=$key_ada/prices
	as ada varve sign -q --name prices "$@"
	old=$(git rev-parse HEAD)
	cp -r . ../old
	sed -i '7s/item/new/' prices.csv
	tick 86400
	varve commit -qam two
	sleep 1 # heads have seconds
	as ada varve sign -q
	new=$(git rev-parse HEAD)
}

# publish_all NAME...: each repository as the folder pub-NAME.
publish_all() {
	for each in "$@"; do
		varve -C "../$each" publish -q --no-pages -o "$PWD/../pub-$each"
	done
}

# newcomer WHERE...: has the newest signed version from there, in a clone and by one read.
newcomer() {
	rm -rf ../newcomer "$HOME/.cache"
	succeeds varve clone "$@" ../newcomer
	stderr_has "signed by $key_ada"
	stderr_has "number 2"
	[ "$(git -C ../newcomer rev-parse HEAD)" = "$new" ]
	cmp prices.csv ../newcomer/prices.csv
	succeeds varve -C ../newcomer verify
	output_has "number 2"
}

@test "each place alone gives a newcomer the newest signed version: a web server, a folder, a laptop, varve, a vault" {
	two_signed
	publish_all a
	web ../pub-a
	newcomer "$at"
	newcomer --from "$at" "$name"
	succeeds varve cat "$at#main:prices.csv"
	printf '%s\n' "$output" | cmp - prices.csv
	newcomer "$PWD/../pub-a"
	newcomer --from "$PWD/../pub-a" "$name"
	newcomer "$PWD"
	newcomer --from "$PWD" "$name"
	cp -r .git ../served.git
	git -C ../served.git config core.bare true
	started ../log-served varve serve --http 127.0.0.1:0 ../served.git
	newcomer "$at"
	newcomer --from "$at" "$name"
	# a vault of two folders, from its key alone
	mkdir ../x ../y
	as ada varve vault holder add x ../x --domain home 2> /dev/null
	as ada varve vault holder add y ../y --domain work 2> /dev/null
	succeeds as ada varve vault replicate --copies 1
	succeeds as ada varve vault key export ../key
	succeeds varve vault recover --key ../key --to ../r "$PWD/../x" "$PWD/../y"
	succeeds varve -C ../r verify
	output_has "number 2"
	varve -C ../r cat main:prices.csv | cmp - prices.csv
}

@test "a clone that fetched the newest signed version, and has no branch at it, serves it" {
	two_signed
	varve clone -q ../old ../fetched
	git -C ../fetched remote set-url origin "$PWD"
	varve -C ../fetched fetch -q
	[ "$(git -C ../fetched rev-parse main)" = "$old" ]
	newcomer --from "$PWD/../fetched" "$name"
	newcomer "$PWD/../fetched"
	git -C ../fetched checkout -q --orphan own
	varve -C ../fetched commit -q -m own
	git -C ../fetched branch -q -D main
	newcomer --from "$PWD/../fetched" "$name"
	started ../log-fetched varve serve --http 127.0.0.1:0 ../fetched
	newcomer --from "$at" "$name"
	# a hidden branch stays hidden, whatever a head lists
	git -C ../fetched config transfer.hideRefs refs/heads/main
	ends_with 2 varve clone --from "$at" "$name" ../hidden
}

@test "nginx alone gives a newcomer the newest signed version, at once and lazily" {
	two_signed
	publish_all a
	serve_nginx "$PWD/../pub-a"
	newcomer "$site"
	newcomer --from "$site" "$name"
	newcomer --lazy "$site"
}

# What an attacker shows who holds a copy: eve has forked ada's key, or signs as somebody else.
attacks() {
	local refs
	cp -r ../old ../forked
	(
		cd ../forked
		sed -i '9s/item/evil/' prices.csv
		varve commit -qam evil
		as ada varve sign -q
	)
	cp -r ../old ../foreign
	key_of eve
	(
		cd ../foreign
		git for-each-ref --format='delete %(refname)' refs/varve/heads | git update-ref --stdin
		rm -f .git/varve/trust
		as eve varve sign -q --name prices
	)
	cp -r . ../mixed
	publish_all old forked foreign mixed
	refs=../pub-mixed/repo.git
	chmod -R u+w "$refs"
	sed -i "s/$new\(.*refs.heads.main\)/$old\1/" "$refs/info/refs" "$refs/packed-refs"
	git -C ../mixed update-ref refs/heads/main "$old"
	for each in old forked foreign mixed; do
		cp -r "../$each/.git" "../$each.git"
		git -C "../$each.git" config core.bare true
	done
	cp -r .git ../a.git
	git -C ../a.git config core.bare true
}

# relayed FOLDER: eve serves it to everybody behind a relay; $bad is its URL there.
relayed() {
	local log=../log-through-${#pids[@]} i
	if [ -z "${relay-}" ]; then
		started ../log-relay varve serve --relay 127.0.0.1:0
		relay=$(sed -n 's/^relaying at //p' ../log-relay)
	fi
	XDG_CONFIG_HOME=$HOME/eve varve serve --through "$relay" --public "$1" > /dev/null 2> "$log" 3>&- & # not 'as': $! is varve
	pids+=($!)
	for ((i = 0; i < 1200; i++)); do
		bad=$(sed -n 's/^serving .* as //p' "$log")
		! grep -q 'waiting for visitors' "$log" || return 0
		sleep 0.05
	done
	cat "$log" >&2
	return 1
}

# reader_stays WHAT: a clone that has the newest version does not move, and the place is named.
reader_stays() {
	git -C ../reader remote set-url origin "$bad"
	run --separate-stderr varve -C ../reader pull
	[ "$(git -C ../reader rev-parse origin/main HEAD | sort -u)" = "$new" ]
	stderr_has "$bad"
	stderr_has "$1"
	cmp prices.csv ../reader/prices.csv
}

# With the healthy copy beside it a newcomer has the newest version, whoever is named first.
copy_is_used() {
	newcomer --from "$bad" --from "$good" "$name"
	newcomer --from "$good" --from "$bad" "$name"
}

@test "an attacker at a web server, a folder, varve itself or behind a relay is named, moves nothing, and the healthy copy is used" {
	local -A says=([old]=rollback [forked]=fork [foreign]="cannot be trusted" [mixed]="before its signed head")
	local place what n=0
	two_signed
	publish_all a
	web ../pub-a
	good=$at
	attacks
	varve clone -q "$good" ../reader
	for n in $(sampled 16 4); do
		what=(old forked foreign mixed)
		what=${what[(n - 1) % 4]}
		case $(((n - 1) / 4)) in
		0) web "../pub-$what" && bad=$at ;;
		1) bad=$PWD/../pub-$what ;;
		2) started "../log-$n" varve serve --http 127.0.0.1:0 "../$what.git" && bad=$at ;;
		3) relayed "../$what.git" && [[ $bad == relay+http://* ]] ;;
		esac
		git -C ../reader config --unset remote.origin.varveKind || true
		reader_stays "${says[$what]}"
		[ "$what" = forked ] || copy_is_used
	done
}

# sleepy HOW FOLDER: a web server of it that accepts and says nothing (silent), or gives 2 kB each second (slow).
sleepy() {
	cat > ../sleepy.py <<- 'END'
	import http.server, sys, time
	class Handler(http.server.SimpleHTTPRequestHandler):
	    def __init__(self, *args):
	        super().__init__(*args, directory=sys.argv[2])
	    def do_GET(self):
	        time.sleep(600 if sys.argv[1] == "silent" else 0)
	        super().do_GET()
	    def copyfile(self, source, out):
	        while part := source.read(2048):
	            out.write(part)
	            time.sleep(1)
	s = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
	print(f"http://127.0.0.1:{s.server_address[1]}/", flush=True)
	s.serve_forever()
	END
	started "../log-$1" python3 ../sleepy.py "$1" "$2"
}

@test "a place that is silent or slow is passed over for the healthy copy" {
	local how
	two_signed
	publish_all a
	web ../pub-a
	good=$at
	for how in silent slow; do
		sleepy "$how" ../pub-a
		SECONDS=0
		newcomer --from "$at" --from "$good" "$name"
		[ "$SECONDS" -lt 20 ] || [ "$SECONDS" -lt $((20 * $(slowed))) ]
	done
}

# A copy of eve's, in $eve: genuine heads, and beside them HEAD on a branch, a tag and a note with a row of her own. It is
# $mirror/prices at a web server, found by the name, too.
doors() {
	mkdir ../m
	cp -r . ../eve
	cd ../eve
	git switch -qc latest
	sed -i '9s/item/evil/' prices.csv
	varve commit -qam evil
	git tag v9
	git switch -q main
	varve publish -q --no-pages -o ../m/prices main latest v9
	cd ../a
	eve=$PWD/../m/prices
	chmod -R u+w "$eve/repo.git"
	for list in info/refs packed-refs; do
		sed -i "s/^\($(git -C ../eve rev-parse latest)\)\(.\)refs.heads.latest$/&\n\1\2refs\/notes\/commits/" "$eve/repo.git/$list"
	done
	echo 'ref: refs/heads/latest' > "$eve/repo.git/HEAD"
	grep -q refs/notes "$eve/repo.git/info/refs"
	web ../m
	git config --global varve.mirror "$at"
	mkdir ../reading
}

# read_by COMMAND PLACE WORD: reads by that door; what came is in $output and in `got`.
read_by() {
	rm -rf got prices.csv .varveconfig
	case $1 in
	clone)
		if [ "$3" = HEAD ]; then set -- "$1" "$2"; else set -- "$1" "$2" -b "$3"; fi
		run --separate-stderr varve clone "${@:3}" "$2" got
		;;
	log) run --separate-stderr varve log -p "$2#$3" ;;
	diff) run --separate-stderr varve diff "$2#$3" "$2#main" ;;
	compare) run --separate-stderr varve compare "$2#$3:prices.csv" ../a/prices.csv ;;
	get) run --separate-stderr varve get -o got "$2#$3:prices.csv" ;;
	import) run --separate-stderr varve import -o got "$2#$3:prices.csv" ;;
	sql) run --separate-stderr varve sql "SELECT * FROM \"$2#$3:prices.csv\"" ;;
	*) run --separate-stderr varve "$1" "$2#$3:prices.csv" ;;
	esac
}

@test "no door leads to a branch, a tag or a note that no signed head names, nor to a HEAD that is on one" {
	local n commands=(clone cat get import log diff compare info cite schema sql) words=(HEAD latest v9 refs/notes/commits)
	two_signed
	doors
	cd ../reading
	git init -q
	varve init -q
	places=("$name" "$at/prices/" "$eve")
	for n in $(sampled 132 10); do
		n=$((n - 1))
		command=${commands[n % 11]} word=${words[n / 11 % 4]} place=${places[n / 44]}
		# SQL reads a folder as the repository that is in it, and has no names
		[ "$command" != sql ] || place=$at/prices/
		echo "$command $word $place" >&2
		read_by "$command" "$place" "$word"
		[[ "$output" != *evil* ]]
		[ ! -e got ] || ! grep -rq evil got
		if [ "$word" = HEAD ]; then
			[ "$status" = 0 ]
			[ ! -d got ] || cmp ../a/prices.csv got/prices.csv
			[ ! -f got ] || cmp ../a/prices.csv got
		else
			[ "$status" != 0 ]
			[ ! -e got ]
			[ "$word" = refs/notes/commits ] || stderr_has "is not signed"
		fi
	done
	# clone and verify name them; and who wants them gets them, named as what they are
	succeeds varve verify "$at/prices/"
	output_has "not signed: latest, v9"
	output_has "HEAD is on latest, which is not signed"
	[ "$(varve verify --json "$at/prices/" | jq -r '.unsigned[]' | xargs)" = "refs/heads/latest refs/tags/v9" ]
	succeeds varve cat --unsigned "$at/prices/#latest:prices.csv"
	stderr_has "'latest' is not signed"
	output_has evil
	succeeds varve sql --unsigned "SELECT * FROM \"$at/prices/#latest:prices.csv\""
	output_has evil
	succeeds varve clone "$at/prices/" ../c
	stderr_has "not signed: latest, v9"
	succeeds varve -C ../c verify
	output_has "not signed: v9"
	succeeds varve -C ../c info origin/latest:prices.csv
	output_has "signed   no: "
	succeeds varve clone -q --unsigned "$at/prices/" ../d
	grep -q evil ../d/prices.csv
	succeeds varve clone "$name" ../e
	[ "$(git -C ../e for-each-ref --format='%(refname)' refs/heads refs/tags refs/remotes | grep -c 'latest\|v9')" = 0 ]
}

@test "a colleague on a branch of his own, on none, or without main stands in for the owner by the name" {
	two_signed
	varve clone -q . ../col
	for state in "switch -qc wip" "switch -q --detach" "branch -qD main"; do
		git -C ../col $state
		newcomer --from "$PWD/../col" "$name"
		[ "$(git -C ../newcomer symbolic-ref HEAD)" = refs/heads/main ]
	done
	ends_with 2 varve clone -b wip --from "$PWD/../col" "$name" ../x
	stderr_has "'wip' is not signed"
	# his folder has no main either
	git -C ../col switch -q wip
	varve -C ../col publish -q --no-pages -o "$PWD/../pub-col" wip
	newcomer --from "$PWD/../pub-col" "$name"
}

@test "pull and fetch of a URL refuse a copy of this repository that was rolled back, as of the remote" {
	two_signed
	publish_all a old
	varve clone -q ../pub-a ../r
	varve clone -q ../pub-old ../t
	sed -i '9s/item/evil/' ../t/prices.csv
	varve -C ../t commit -qam evil
	varve -C ../t publish -q --no-pages -o ../pub-old
	for command in fetch pull; do
		for place in pub-old t; do
			ends_with 2 varve -C ../r "$command" "$PWD/../$place"
			stderr_has rollback
			cmp prices.csv ../r/prices.csv
		done
	done
	# without heads it is said that nothing is signed
	git -C ../t for-each-ref --format='delete %(refname)' refs/varve/heads | git -C ../t update-ref --stdin
	run --separate-stderr varve -C ../r fetch "$PWD/../t"
	stderr_has "has no signed head: its data is not signed"
}

@test "commits of a copy after the signed one are read as newer than it, by each door" {
	local command
	two_signed
	cp -r . ../ahead
	sed -i '9s/item/evil/' ../ahead/prices.csv
	varve -C ../ahead commit -qam evil
	at=$PWD/../ahead
	mkdir ../reading
	cd ../reading
	git init -q
	varve init -q
	for command in cat get import log diff compare info cite schema; do
		read_by "$command" "$at" main
		[ "$status" -le 1 ]
		stderr_has "not signed: main of"
		stderr_has "is newer than the newest signed head"
	done
	succeeds varve cat "$at#prices.csv"
	stderr_has "not signed: HEAD of"
	succeeds varve log "$at#"
	stderr_has "not signed: HEAD of"
	succeeds varve sql "SELECT * FROM \"file://$at#prices.csv\""
	stderr_has "not signed: HEAD of"
	succeeds varve sql -q "SELECT * FROM \"file://$at#prices.csv\""
	[ -z "$stderr" ]
	succeeds varve log "$at#main~1..main"
	stderr_has "not signed: main of"
	succeeds varve cat "$at#main~1:prices.csv"
	[[ "$stderr" != *"not signed"* ]]
	printf '%s\n' "$output" | cmp - ../a/prices.csv
}
