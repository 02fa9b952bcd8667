load ../helper
load ../../stories/hosts/host

# Versions whose data goes because others keep it.

# Six versions of t.csv in a, and hub.git, which has them; here: a.
six() {
	mkdir a
	cd a
	new_repo
	rows 3000 > t.csv
	varve add -q t.csv
	varve commit -qm one
	for row in 2 3 4 5 6; do
		rows 3000 $row > t.csv
		varve commit -qam "v$row"
	done
	varve init -q --bare ../hub.git
	git remote add origin ../hub.git
	varve push -q origin main
}

# What each commit has, as SHA-256.
sums() {
	local rev
	for rev in $(git rev-list main); do
		varve -C "$1" cat "$rev:t.csv" | sha256sum
	done
}

@test "nothing is dropped that nobody else keeps" {
	six
	git remote remove origin
	before=$(ls -l .git/varve/packs)
	ends_with 1 varve drop --history
	stderr_has "5 versions stay: too few copies elsewhere (required: 1)"
	[ "$(ls -l .git/varve/packs)" = "$before" ]
	succeeds varve fsck
	output_has "sound: 6 versions of tables"
	output_lacks "not here"
}

@test "what was dropped takes no room, and comes back byte for byte when it is needed" {
	six
	sums . > ../before
	size=$(du -sb .git/varve/packs | cut -f1)
	succeeds varve drop -n --history
	output_has "would drop 5 versions"
	succeeds varve fsck
	output_has "sound: 6 versions of tables"
	succeeds varve drop --history
	output_has "origin: has 5 of 5 versions"
	output_has "dropped 5 versions"
	[ "$(du -sb .git/varve/packs | cut -f1)" -lt $((size * 2 / 3)) ]
	succeeds varve fsck
	output_has "sound: 1 version of a table, "
	output_has "not here: 5 versions, left with origin"
	sums . > ../after
	cmp ../before ../after
	succeeds varve fsck
	output_has "sound: 6 versions of tables"
	output_lacks "not here"
}

@test "what a fetch has just brought stays: a pull is about to merge it" {
	six
	varve clone -q ../hub.git ../b
	rows 3000 7 > t.csv
	varve commit -qam v7
	varve push -q origin main
	cd ../b
	varve fetch -q
	succeeds varve drop --history
	output_has "dropped 5 versions"
	mv ../hub.git ../gone.git
	succeeds varve merge origin/main
	cmp t.csv ../a/t.csv
}

@test "a plain fetch leaves them where they are, and fetch --data --all brings them" {
	six
	varve drop -q --history
	varve clone -q ../hub.git ../b
	cd ../b
	rows 3001 > t.csv
	varve commit -qam "b's"
	varve push -q
	cd ../a
	succeeds varve pull
	stderr_has "1 version of a table"
	[ "$(varve cat HEAD:t.csv | wc -l)" -eq 3002 ]
	succeeds varve fsck
	output_has "not here: 5 versions"
	succeeds varve fetch
	[ -z "$output$stderr" ]
	succeeds varve push origin main
	succeeds varve fetch --data --all
	succeeds varve fsck
	output_has "sound: 7 versions of tables"
	output_lacks "not here"
}

@test "a version that came back and is lost again is damage, however it came" {
	six
	varve drop -q --history
	[ "$(grep -c "origin$" .git/varve/elsewhere)" -eq 5 ]
	# One by being needed; two by fetch --data, one of which had come unnoted.
	varve cat HEAD~1:t.csv > /dev/null
	[ "$(grep -c "origin$" .git/varve/elsewhere)" -eq 4 ]
	cp .git/varve/elsewhere ../listed
	varve cat HEAD~2:t.csv > /dev/null
	cp ../listed .git/varve/elsewhere
	succeeds varve fetch -q --data HEAD~4..HEAD~2
	[ "$(grep -c "origin$" .git/varve/elsewhere)" -eq 1 ]
	succeeds varve fsck
	output_has "not here: 1 version, left with origin"
	# What is still listed stays what it is.
	rm -rf .git/varve/packs
	ends_with 1 varve fsck
	[ "$(grep -c "incomplete table" <<< "$output")" -eq 5 ]
	output_has "not here: 1 version"
}

@test "while versions are being dropped nothing is taken off the list" {
	six
	varve drop -q --history
	exec 8> .git/varve/drop.lock
	flock -x 8
	succeeds varve cat HEAD~1:t.csv 8>&-
	[ "$(grep -c "origin$" .git/varve/elsewhere)" -eq 5 ]
	exec 8>&-
	succeeds varve fetch -q --data --all
	run grep "origin$" .git/varve/elsewhere
	[ "$status" -eq 1 ]
}

@test "versions are named as for fetch --data; what is staged or published stays" {
	six
	succeeds varve drop HEAD
	output_has "1 version stays: staged, checked out or published"
	ends_with 2 varve drop HEAD~3..HEAD~1 other
	stderr_has "no table at 'other'"
	succeeds varve drop HEAD~3..HEAD~1
	output_has "dropped 3 versions"
	succeeds varve drop HEAD~3
	output_has "1 version was already missing here"
	varve ipfs publish HEAD~4:t.csv > /dev/null
	succeeds varve drop --history
	output_has "dropped 1 version,"
	varve restore --source HEAD~5 --staged t.csv
	succeeds varve drop HEAD~5
	output_has "1 version stays: staged, checked out or published"
	ends_with 2 varve drop
	stderr_has "specify the versions: a revision, A..B, or --history"
	ends_with 2 varve drop nosuch
	stderr_has "nosuch"
}

@test "tips of branches and tags stay" {
	six
	git tag kept HEAD~3
	git branch side HEAD~2
	succeeds varve drop --history
	output_has "dropped 3 versions"
	succeeds varve drop --json --history
	[ "$(jq .bytes <<< "$output")" = 0 ]
	[ "$(jq -r '.roots[0].fate' <<< "$output")" = away ]
}

@test "a repository whose blocks are damaged or gone does not count" {
	six
	find ../hub.git/varve/packs -name '*.pack' | while read -r pack; do
		chmod u+w "$pack"
		python3 - "$pack" <<- 'END'
			import sys
			data = bytearray(open(sys.argv[1], 'rb').read())
			for i in range(200, len(data) - 40, 97):
			    data[i] ^= 0xff
			open(sys.argv[1], 'wb').write(data)
		END
	done
	ends_with 1 varve drop --history
	stderr_has "versions stay"
	succeeds varve fsck
	output_has "sound: 6 versions of tables"
	rm -f ../hub.git/varve/packs/*
	ends_with 1 varve drop --history
	stderr_has "5 versions stay"
	rm -rf ../hub.git
	ends_with 2 varve drop --history
	stderr_has "cannot check the blocks at origin:"
	succeeds varve fsck
	output_has "sound: 6 versions of tables"
}

@test "so many others as are asked for must keep a version" {
	six
	ends_with 1 varve drop --history --copies 2
	stderr_has "5 versions stay: too few copies elsewhere (required: 2)"
	output_has "1 copy"
	varve clone -q ../hub.git ../b
	git remote add b ../b
	succeeds varve drop --history --copies 2
	output_has "dropped 5 versions"
	rm -rf ../hub.git
	[ "$(varve cat HEAD~4:t.csv | wc -l)" -eq 3001 ]
}

@test "who is dropping versions itself is not counted meanwhile" {
	six
	flock ../hub.git/varve/drop.lock sleep 60 &
	locker=$!
	while flock -n ../hub.git/varve/drop.lock true; do
		sleep 0.05
	done
	ends_with 2 varve drop --history
	stderr_has "cannot check the blocks at origin:"
	stderr_has "another varve process is dropping versions at the moment"
	git remote add other ../none.git
	ends_with 2 varve drop --history
	varve clone -q --bare ../hub.git ../none.git
	succeeds varve drop -n --history
	output_has "origin: not counted:"
	output_has "other: has 5 of 5 versions"
	git remote remove other
	pkill -P $locker || true
	kill $locker || true
	wait $locker || true
	succeeds varve drop --history
}

@test "two that drop at once, each counting on the other, lose nothing" {
	local i
	six
	sums . > ../before
	varve clone -q . ../b
	git -C ../b remote set-url origin "$PWD"
	git remote set-url origin "$PWD/../b"
	for i in 1 2 3 4 5 6; do
		varve drop -q --history > /dev/null 2>&1 &
		varve -C ../b drop -q --history > /dev/null 2>&1 || true
		wait
		sums . > ../after
		cmp ../before ../after
		sums ../b > ../after
		cmp ../before ../after
	done
}

@test "a drop that is killed leaves the version here or noted as elsewhere" {
	local at
	six
	sums . > ../before
	cp -a . ../start
	for at in 0.02 0.05 0.08 0.11 0.14 0.17 0.2 0.25 0.3; do
		rm -rf ../killed
		cp -a ../start ../killed
		timeout -s KILL $at varve -C ../killed drop -q --history || true
		succeeds varve -C ../killed fsck
		sums ../killed > ../after
		cmp ../before ../after
	done
}

@test "blocks at a Git host without varve count" {
	six
	git remote remove origin
	plain_host
	git remote add origin "$url"
	git config remote.origin.varveKind git
	varve push -q origin main
	sums . > ../before
	succeeds varve drop --history
	output_has "origin: has 5 of 5 versions"
	output_has "dropped 5 versions"
	sums . > ../after
	cmp ../before ../after
}

# on_host: the six of a, on a Git host alone; edit_blocks: a clone of the blocks' ref; here: a.
on_host() {
	six
	git remote remove origin
	plain_host "$@"
	git remote add origin "$url"
	git config remote.origin.varveKind git
	for n in 1 2 3 4 5 6; do # each version in a pack of its own
		varve push -q origin "main~$((6 - n)):refs/heads/main"
	done
	sums . > ../before
	git clone -q --no-checkout "$url" ../evil
	git -C ../evil fetch -q origin refs/varve/blocks
	git -C ../evil checkout -q FETCH_HEAD
}

put_blocks() {
	git -C ../evil add -A
	git -C ../evil commit -q "$@" -m other
	git -C ../evil push -q "${force---no-force}" origin HEAD:refs/varve/blocks
}

# The host keeps N versions, and nothing is lost.
host_keeps() {
	run_separate varve drop --history --json
	[ "$(json_of "d['keepers'][0]['versions']" <<< "$output")" = "$1" ]
	sums . > ../after
	cmp ../before ../after
	[ ! -e .git/varve/host/*/proof ]
}

run_separate() {
	run --separate-stderr "$@"
}

json_of() {
	python3 -c "import json, sys; d = json.load(sys.stdin); print($1)"
}

@test "a Git host whose packs are empty behind their lists keeps nothing" {
	on_host
	for pack in ../evil/packs/*/*.pack; do
		: > "$pack"
	done
	put_blocks
	host_keeps 0
	[ "$status" -eq 1 ]
	# nor where they were rewritten in the history, which is noticed
	rm -rf .git/varve/host
	varve push -q --blocks
	varve fetch -q
	git -C ../evil fetch -q origin refs/varve/blocks
	git -C ../evil checkout -q FETCH_HEAD
	for pack in ../evil/packs/*/*.pack; do
		: > "$pack"
	done
	force=--force put_blocks --amend
	host_keeps 0
	stderr_has "was overwritten since it was seen last"
}

@test "of a Git host only the versions count whose packs are sound" {
	on_host
	# the newest: differences stand on those before
	newest=$(git -C ../evil show --name-only --format= HEAD | grep 'pack$')
	: > "../evil/$newest"
	put_blocks
	ends_with 0 varve drop --history
	output_has "origin: has 5 of 5 versions"
	sums . > ../after
	cmp ../before ../after
}

@test "fsck --data asks whoever keeps what was dropped, and believes no list" {
	on_host
	succeeds varve drop --history
	succeeds varve fsck --json
	[ "$(json_of "d['elsewhere']" <<< "$output")" = 5 ]
	succeeds varve fsck --data --json
	[ "$(json_of "(d['shown'], d['elsewhere'])" <<< "$output")" = "(5, 5)" ]
	for pack in ../evil/packs/*/*.pack; do
		: > "$pack"
	done
	put_blocks
	succeeds varve fsck
	output_has "(no peer was asked)"
	succeeds varve --offline fsck --data
	ends_with 1 varve fsck --data --json
	[ "$(json_of "(len(d['problems']), d['problems'][0]['kind'], d['shown'])" <<< "$output")" = \
		"(5, 'lost table', 0)" ]
	git remote set-url origin "$PWD/../nobody.git"
	ends_with 0 varve fsck --data
	output_has "5 versions"
}

@test "one repository under two names or addresses counts once" {
	six
	git remote add again "$PWD/../hub.git"
	ends_with 1 varve drop --history --copies 2
	output_has "not counted: it is the same repository as"
	stderr_has "5 versions stay"
	ends_with 1 varve drop --copies 2 --from ../hub.git --from "$PWD/../hub.git" HEAD~1
	output_has "it is the same repository as"
	varve clone -q ../hub.git ../b
	git remote set-url again ../b
	succeeds varve drop --history --copies 2
}

@test "who keeps a version is noted anew, as seen from any folder, and without passwords" {
	six
	varve clone -q ../hub.git ../b
	git remote remove origin
	varve drop -q --from ../hub.git --history
	varve fetch -q --data --all --from ../hub.git
	succeeds varve fsck
	output_lacks "not here"
	varve drop -q --from ../b --history
	rm -rf ../hub.git
	mkdir sub
	cd sub
	[ "$(varve cat HEAD~3:t.csv | wc -l)" -eq 3001 ]
	cd ..
	succeeds varve fsck
	output_has "left with"
	output_lacks "hub.git"
	ends_with 2 varve drop --from http://joe:s3cret@127.0.0.1:1/x HEAD~1
	stderr_has "contains a password"
	output_lacks s3cret
	stderr_lacks s3cret
}

@test "SQL fetches what was dropped" {
	six
	varve drop -q --history
	succeeds varve sql --format csv "SELECT count(*) AS n FROM t AS OF 'HEAD~1'"
	output_is $'n\n3000'
	for table in varve_history_t "varve_diff_t('HEAD~3', 'HEAD~2')"; do
		varve drop -q --history
		succeeds varve sql "SELECT count(*) FROM $table"
	done
	varve drop -q --history
	succeeds varve sql "SELECT * FROM varve_blame_t LIMIT 3"
	varve drop -q --history
	ends_with 2 varve --offline sql "SELECT count(*) FROM t AS OF 'HEAD~1'"
	git config varve.autoFetch false
	ends_with 2 varve sql "SELECT count(*) FROM t AS OF 'HEAD~1'"
}

@test "a push to a new backup fetches what was dropped" {
	six
	varve -C ../hub.git fsck --data > /dev/null
	sums ../hub.git > ../wanted
	varve drop -q --history
	varve init -q --bare ../backup.git
	ends_with 2 varve --offline push --all ../backup.git
	stderr_has "5 versions could not be fetched"
	succeeds varve push --all ../backup.git
	stderr_has "5 versions were fetched, as the push needs them"
	sums ../backup.git | cmp - ../wanted
	# to a Git host, and only what it lacks
	git init -q --bare ../host.git
	git remote add host ../host.git
	git config remote.host.varveKind git
	varve push -q host HEAD~2:refs/heads/main
	varve drop -q --history
	succeeds varve push host main
	stderr_has "1 version was fetched"
	varve clone -q ../host.git ../c
	sums ../c | cmp - ../wanted
	# nobody has one
	varve drop -q HEAD~1
	rm -rf ../hub.git ../backup.git ../host.git
	varve init -q --bare ../late.git
	ends_with 2 varve push ../late.git main
	stderr_has "could not be fetched"
	[ -z "$(git -C ../late.git for-each-ref)" ]
}

@test "a path that no version has is an error, with a revision and with --history" {
	six
	ends_with 2 varve drop --history t.csv typo.csv
	stderr_has "no table at 'typo.csv' in these versions"
	ends_with 2 varve drop HEAD~1 typo.csv
	stderr_has "no table at 'typo.csv' in these versions"
	succeeds varve drop -n --history t.csv
}
