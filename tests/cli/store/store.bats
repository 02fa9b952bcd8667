load ../helper
load ../../stories/hosts/host
load ../vault/stores

# `varve store`, and stores that are buckets or files of a web server.

setup() {
	varve_setup
	only_keys AKIDEXAMPLE secret/with+signs=
	plain_host
	varve clone -q "$url" a
	cd a
	store=$BATS_TEST_TMPDIR/s3
}

teardown() {
	stop_program
}

a_bucket() {
	start_program "$store.port" python3 "$BATS_TEST_DIRNAME/../../net/s3_store.py" "${1-0}" "$store.port" \
		"$store.log" "$store" bucket other
	export AWS_ENDPOINT_URL_S3=http://127.0.0.1:$port AWS_REGION=eu-test-1
}

# The clone's table, pushed to the store that is named.
pushed() {
	rows "${1-3000}" > prices.csv
	varve add prices.csv .varveconfig > /dev/null
	varve commit -qm one
	succeeds varve push -u origin main
}

# Another machine, where somebody trusts the bucket.
second() {
	cd "$BATS_TEST_TMPDIR/work"
	git config --global varve.trustedHost "$1"
	succeeds varve clone "$url" b
	cmp a/prices.csv b/prices.csv
	cd b
	sound
}

@test "store add makes a folder a store, tries it and names it in .varveconfig" {
	succeeds varve store add --json team "$PWD/../shared"
	stderr_has "warning: $PWD/../shared is a path of this machine"
	stderr_has "'varve push --blocks'"
	[ "$(jq -c '[.name, .reads, .ranges, .writes, .lists, .removes]' <<< "$output")" = \
		'["team",true,true,true,true,true]' ]
	[ "$(cat ../shared/format)" = "varve store 1" ]
	[ "$(git config --file .varveconfig store.team.url)" = "$PWD/../shared" ]
	[ -z "$(ls ../shared/trial)" ]
	succeeds varve store list --json
	[ "$(jq -c '.[] | [.name, .default]' <<< "$output")" = '["team",true]' ]
	succeeds varve store test
	mkdir below
	succeeds varve -C below store add other ../../other
	stderr_has "'varve add ../.varveconfig'"
	varve store remove other
	cp .varveconfig ../before
	succeeds varve store add team "$PWD/../shared" # again, as after a kill
	cmp .varveconfig ../before
	ends_with 2 varve store add team "$PWD/../other"
	stderr_has "a store named 'team' already exists"
	succeeds varve store remove team
	succeeds varve store list --json
	output_is "[]"
	ends_with 2 varve store remove team
	ends_with 2 varve store test
	[ -e ../shared/format ]
}

@test "of several stores the default one gets the blocks" {
	varve store add one "$PWD/../one"
	varve store add two "$PWD/../two"
	varve store add --default three "$PWD/../three"
	[ "$(varve store list --json | jq -r '.[] | select(.default).name')" = three ]
	varve store add --default four "$PWD/../four"
	[ "$(varve store list --json | jq -r '.[] | select(.default).name')" = four ]
	pushed
	[ "$(ls ../four)" = "format
lists
packs
trial
versions" ]
	[ ! -e ../three/packs ]
}

@test "a folder that has something else is not made a store" {
	mkdir ../full
	touch ../full/x
	ends_with 2 varve store add team "$PWD/../full"
	[ "$(ls ../full)" = x ]
	[ ! -e .varveconfig ]
	# but what a killed one left is nothing
	mkdir ../killed
	: > ../killed/.varve-tmp-abcdefgh
	succeeds varve store add again ../killed
}

@test "a name, a URL or words that make no store are refused before anything is written" {
	local bad
	for bad in "" "-x" "a.b" 'a"b'; do
		ends_with 2 varve store add -- "$bad" ../x
	done
	for bad in "https://u:p@x.org/" "s3://bucket/x?endpoint=http://127.0.0.1:1" "ssh://x.org/y" "s3://B/x?key=1"; do
		ends_with 2 varve store add team "$bad"
		stderr_lacks ".varveconfig"
	done
	ends_with 2 varve store add team ftp://x.org/y
	stderr_has "varve: varve does not support 'ftp://'"
	ends_with 2 varve store add --push-url ftp://x.org/y team ../x
	stderr_has "varve: varve does not support 'ftp://'"
	ends_with 2 varve store add team
	ends_with 2 varve store rename a b
	ends_with 2 varve store add --push-url https://x.org/y team ../x
	[ ! -e .varveconfig ]
	[ ! -e ../x ]
	git config -f .varveconfig store.team.url ftp://x.org/y
	ends_with 2 varve store test team
	stderr_has "varve: .varveconfig: varve does not support 'ftp://'"
}

@test "a bucket keeps the blocks, and a second machine gets them once it trusts the bucket" {
	a_bucket
	succeeds varve store add team s3://bucket/sales
	output_has "  as the key ...MPLE, region "
	! grep -q "$AWS_ACCESS_KEY_ID\|$AWS_SECRET_ACCESS_KEY" <<< "$output$stderr" || false
	[ "$(varve store test --json | jq -r .who)" = "$(sed -n 's/^  as //p' <<< "$output")" ]
	pushed
	stderr_has "s3://bucket/sales"
	[ "$(ls "$store/bucket/sales")" = "format
lists
packs
trial
versions" ]
	cd ..
	git clone -q "$url" c
	cd c
	varve init -q
	ends_with 2 varve restore prices.csv
	! grep -q secret <<< "$stderr" || false
	: > "$store.log"
	ends_with 2 varve fetch
	stderr_has "s3://bucket"
	[ ! -s "$store.log" ]
	VARVE_TRUSTED_HOSTS=s3://other ends_with 2 varve fetch
	[ ! -s "$store.log" ]
	VARVE_TRUSTED_HOSTS=s3://bucket succeeds varve fetch
	second s3://bucket
}

@test "what a push of a changed cell and a fetch of it ask of a bucket does not grow with the store" {
	a_bucket
	varve store add team s3://bucket
	pushed
	for i in 1 2 3; do
		change "$i"
		: > "$store.log"
		succeeds varve push
		[ "$(wc -l < "$store.log")" -le 8 ]
		! grep -q 'list-type' "$store.log" || false
	done
}

@test "a static site gives the blocks of a store, and is not written" {
	a_bucket
	varve store add team s3://bucket/sales
	pushed
	change 5
	varve push -q
	mkdir "$BATS_TEST_TMPDIR/www"
	cp -r "$store/bucket/sales" "$BATS_TEST_TMPDIR/www/blocks"
	stop_program
	store=$BATS_TEST_TMPDIR/www
	start_program "$store.port" python3 -c '
import http.server, sys, functools
handler = functools.partial(http.server.SimpleHTTPRequestHandler, directory=sys.argv[2])
server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
open(sys.argv[1], "w").write(str(server.server_port))
server.serve_forever()' "$store.port" "$store"
	varve store remove team
	ends_with 2 varve store add web "http://127.0.0.1:$port/none"
	ends_with 0 varve store add --json web "http://127.0.0.1:$port/blocks"
	[ "$(jq -c '[.reads, .writes, .lists]' <<< "$output")" = '[true,false,false]' ]
	git add .varveconfig
	git commit -qm web --no-verify
	change 6
	ends_with 2 varve push
	stderr_has "is read-only"
	[ "$(git -C ../host.git rev-parse main)" != "$(git rev-parse HEAD)" ]
	git reset -q --hard HEAD~1
	git push -q --no-verify
	second "http://127.0.0.1:$port"
}

@test "doctor asks the store for the versions, and names what it lost" {
	varve store add team "$PWD/../shared"
	pushed
	succeeds varve doctor
	rm ../shared/versions/* ../shared/lists/*
	ends_with 1 varve doctor
	output_has "$PWD/../shared"
	succeeds varve push --blocks
	succeeds varve doctor
	# packs that were seen whole are asked for a block again
	for pack in ../shared/packs/*; do
		truncate -s 100 "$pack"
	done
	ends_with 1 varve doctor
	output_has "varve push --blocks"
	succeeds varve push --blocks
	succeeds varve doctor
}

@test "what lies at the host moves to a store, and back" {
	plain_host
	a_table a
	change 7
	varve push -q
	git tag old HEAD~1
	store=$PWD/../store
	varve store add team "$store" 2> /dev/null
	varve add -q .varveconfig
	varve commit -qm store
	succeeds varve push --blocks
	[ "$(ls "$store/versions" | wc -l)" -eq 2 ]
	succeeds varve push
	git -C ../host.git update-ref -d refs/varve/blocks
	succeeds varve clone -q "$url" ../b
	cd ../b
	sound
	cmp prices.csv ../a/prices.csv
	cd ../a
	varve store remove team
	succeeds varve store list --json
	varve commit -qam "no store"
	succeeds varve push --blocks
	succeeds varve push
	mv "$store" "$store.away"
	succeeds varve clone -q "$url" ../c
	cd ../c
	sound
}

@test "a clone without all rows fetches them when it moves them to a store" {
	plain_host
	a_table a
	change 7
	varve push -q
	varve clone -q --lazy "$url" ../b
	cd ../b
	varve store add team "$PWD/../store" 2> /dev/null
	varve add -q .varveconfig
	varve commit -qm store
	succeeds varve push
	stderr_has "1 version was fetched, as the push needs it"
	[ "$(git -C ../host.git rev-parse main)" = "$(git rev-parse HEAD)" ]
	[ "$(ls ../store/versions | wc -l)" -eq 2 ]
}

@test "lists and versions that promise what cannot be are refused without more than is there" {
	varve store add team "$PWD/../shared" 2> /dev/null
	pushed 100
	local list version
	list=$(ls "$PWD"/../shared/lists/*)
	version=$(ls "$PWD"/../shared/versions/*)
	cp "$list" ../list
	cp "$version" ../version
	# The length of the pack: 2^62.
	printf '\100' | dd of="$list" bs=1 seek=31 conv=notrunc status=none
	ends_with 1 varve clone -q "$url" ../b
	stderr_has "damaged"
	rm -r ../b
	cp ../list "$list"
	printf 'varve version 1\n../../../../etc/passwd\n' > "$version"
	succeeds varve clone -q "$url" ../b
	rm -r ../b
	head -c 5000000 /dev/zero > "$version"
	succeeds varve clone -q "$url" ../b
	cmp prices.csv ../b/prices.csv
}

# shown: the places and versions that the last push --blocks --all proved.
shown() {
	stderr_has "sent a random block of each of $1 version"
}

@test "push --blocks --all moves what the host has to a store, proves it there and switches; and back" {
	plain_host
	a_table a
	change 7
	varve push -q
	git tag old HEAD~1
	git branch side HEAD~1
	varve store add one ../one 2> /dev/null
	varve store add two ../two 2> /dev/null
	cp .varveconfig before
	succeeds varve push --blocks --all -n two
	cmp before .varveconfig
	[ ! -e ../two/versions ]
	succeeds varve push --blocks --all two
	shown 2
	[ "$(git config -f .varveconfig store.two.default)" = true ]
	[ "$(ls ../two/versions | wc -l)" -eq 2 ]
	[ ! -e ../one/versions ]
	succeeds varve push --blocks --all two
	stderr_has "blocks go to two"
	varve add -q .varveconfig
	varve commit -qm two
	git -C ../host.git update-ref -d refs/varve/blocks
	change 8
	succeeds varve push -q
	succeeds varve clone -q "$url" ../b
	cd ../a
	succeeds varve push --blocks --all one
	shown 3
	[ "$(git config -f .varveconfig store.two.default)" = false ]
	varve commit -qam one
	varve push -q
	mv ../two ../two.away
	succeeds varve clone -q "$url" ../c
	cmp prices.csv ../c/prices.csv
	succeeds varve -C ../c doctor
	succeeds varve push --blocks --all origin
	shown 3
	[ -z "$(varve store list)" ]
	varve commit -qam none
	varve push -q
	mv ../one ../one.away
	succeeds varve clone -q "$url" ../d
	cmp prices.csv ../d/prices.csv
	succeeds varve -C ../d fsck --data
}

@test "push --blocks --all switches nothing where a version cannot be moved or is not shown" {
	plain_host
	a_table a
	change 7
	varve push -q
	varve store add team ../store 2> /dev/null
	cp .varveconfig before
	varve clone -q --lazy "$url" ../lazy
	cd ../lazy
	varve store add team ../store 2> /dev/null
	varve store add more ../more 2> /dev/null
	cp .varveconfig before
	ends_with 2 varve push --blocks --all more
	stderr_has "the place of the blocks was not changed"
	cmp before .varveconfig
	succeeds varve fetch --data --all
	succeeds varve push --blocks --all more
	cd ../a
	varve clone -q "$url" ../other
	cd ../other
	change 9
	varve push -q
	cd ../a
	ends_with 1 varve push --blocks --all team
	stderr_has "commits that are missing here"
	cmp before .varveconfig
	succeeds varve fetch -q --tags
	printf x > ../store/format
	ends_with 2 varve push --blocks --all team
	cmp before .varveconfig
	ends_with 2 varve push --blocks --all
	ends_with 2 varve push --blocks --all nobody
}

@test "push --blocks --all that is killed leaves the old place as it was" {
	plain_host
	a_table a
	change 7
	varve push -q
	varve store add team ../store 2> /dev/null
	varve store add next ../next 2> /dev/null
	cp .varveconfig before
	for ms in 5 20 40 80; do
		timeout -s KILL "0.$(printf %03d $ms)" varve push --blocks --all next 2> /dev/null || true
		git -C . config -f .varveconfig --get store.next.url > /dev/null
		[ "$(varve store list | grep -c .)" -eq 2 ]
	done
	succeeds varve clone -q "$url" ../b
	cmp prices.csv ../b/prices.csv
	succeeds varve push --blocks --all next
	shown 2
}

@test "a store in a link of the work tree is refused when it is added" {
	plain_host
	a_table a
	mkdir ../real
	ln -s ../real link
	mkdir sub
	ln -s ../../real sub/link
	ends_with 2 varve store add l link
	stderr_has "symbolic link"
	ends_with 2 varve store add l sub/link/below
	ends_with 2 varve store add --push-url link l https://example.org/store
	[ ! -e .varveconfig ]
	[ -z "$(ls ../real)" ]
	succeeds varve store add l ../real/store
}

# serve FOLDER: as a web server gives its files, at http://127.0.0.1:$port.
serve() {
	stop_program
	start_program "$store.port" python3 -c '
import http.server, sys, functools
handler = functools.partial(http.server.SimpleHTTPRequestHandler, directory=sys.argv[2])
server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
open(sys.argv[1], "w").write(str(server.server_port))
server.serve_forever()' "$store.port" "$1"
}

@test "a URL among blocks is asked for a store's mark first, and is a peer else" {
	mkdir ../www
	varve store add team "$PWD/../www/sales" 2> /dev/null
	pushed
	change 5
	varve push -q
	serve "$PWD/../www"
	varve store remove team
	git config -f .varveconfig blocks.url "http://127.0.0.1:$port/sales"
	git add .varveconfig
	git commit -qm web --no-verify
	git push -q --no-verify
	second "http://127.0.0.1:$port"
	succeeds varve doctor
	cd ..
	rm -rf b
	succeeds varve clone -q --lazy "$url" b
	cmp <(varve -C b cat HEAD~1:prices.csv) a/prices.csv
	# a setting of the user's, likewise
	git -C a rm -q .varveconfig
	git -C a commit -qm none --no-verify
	git -C a push -q --no-verify
	rm -rf c
	git clone -q "$url" c
	git -C c config remote.origin.varveUrl "http://127.0.0.1:$port/sales"
	varve -C c init -q
	succeeds varve -C c fetch
	succeeds varve -C c restore .
	cmp c/prices.csv a/prices.csv
	# not a store
	rm www/sales/format
	rm -rf c/.git/varve
	varve -C c init -q
	ends_with 2 varve -C c fetch
	stderr_has "no varve server answers there either"
}
