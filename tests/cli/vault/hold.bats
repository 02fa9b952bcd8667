load holders
load ../serve/server
load hold

setup() {
	server_setup
	liar=
}

teardown() {
	[ -z "$liar" ] || kill "$liar" 2> /dev/null || true
	stop_keeper
}

kind_start() {
	new_keeper "$1"
	serve_keeper "$1" "${2:-100m}"
}

# Holder x is behind somebody who does not lie yet; $url is his.
x_may_lie() {
	new_vault a
	kind_start x
	lie none
	: > "$BATS_TEST_TMPDIR/liar" # there before anybody looks
	python3 "$BATS_TEST_DIRNAME/lying_server.py" "$url" "$BATS_TEST_TMPDIR/lie" \
		> "$BATS_TEST_TMPDIR/liar" 2> "$BATS_TEST_TMPDIR/liar.log" 3>&- &
	liar=$!
	url=
	for ((i = 0; i < 1200; i++)); do
		url=$(cat "$BATS_TEST_TMPDIR/liar")
		[ -z "$url" ] || break
		sleep 0.05
	done
	[ -n "$url" ] || { cat "$BATS_TEST_TMPDIR/liar.log" >&2; return 1; }
	varve vault holder add x "$url" --domain "house x" 2> /dev/null
}

lie() {
	echo "$1" > "$BATS_TEST_TMPDIR/lie"
}

ask() {
	python3 "$BATS_TEST_DIRNAME/hold_line.py" "$@"
}

vault_id() {
	git config --file .varveconfig vault.id
}

shard_records() {
	find "$(keeper_path x)/varve/hold" -path "*/$1/*" -type f | wc -l
}

@test "a server keeps nothing for whom it does not know" {
	new_vault a
	new_keeper x
	XDG_CONFIG_HOME="$BATS_TEST_TMPDIR/config" varve vault key show > ../mine
	varve_stranger=$(cat ../keeper-x.did)
	cp ../did ../did.mine
	echo "$varve_stranger" > ../did
	serve_keeper x 10m
	varve vault holder add x "$url" --domain "house x" 2> /dev/null
	ends_with 1 varve vault replicate --copies 2 --min 1
	stderr_has "holder 'x': remote: this server does not keep copies for any writer of this vault"
	varve vault holder list > ../list || true
	[ "$(shard_records records)" = 0 ]
	[ "$(shard_records shards)" = 0 ]
}

@test "a server that keeps no copies says so" {
	new_vault a
	git init -q --bare ../plain
	start_server ../plain
	ends_with 2 varve vault holder add plain "$url"
	stderr_has "holder 'plain': remote: no copies are kept here for others"
	stderr_has "the server's owner can allow copies with --hold SIZE --for DID"
	stop_server
}

@test "copies are kept by varve vault serve, and not by varve serve" {
	new_vault a
	succeeds varve vault replicate --copies 1
	new_keeper x
	git -C "$(keeper_path x)" config varve.hold 10m
	git -C "$(keeper_path x)" config varve.holdFor "$(cat ../did)"
	cat > ../ssh <<-END
	#!/bin/sh
	for command; do :; done
	export XDG_CONFIG_HOME="$(keeper_path x).config"
	exec sh -c "\$(echo "\$command" | sed "\$(cat "$PWD/../as")")"
	END
	chmod +x ../ssh
	: > ../as
	export GIT_SSH=$PWD/../ssh
	succeeds varve vault holder add x "ssh://host$(keeper_path x)" --domain x
	succeeds varve vault replicate --copies 2
	[ "$(ls "$(keeper_path x)"/varve/hold/*/shards)" = "$(ls ../a/*/shards)" ]
	echo "s/varve vault serve/varve serve/" > ../as
	ends_with 3 varve vault audit x
	[[ $output$stderr = *"no copies are kept here for others"* ]]
}

@test "serve says what is missing for keeping copies" {
	git init -q --bare keeper
	ends_with 2 varve serve --http 127.0.0.1:0 --hold 1g keeper
	stderr_has "--hold BYTES and --for DID require each other"
	ends_with 2 varve serve --http 127.0.0.1:0 --hold 1g --for nobody keeper
	stderr_has "nobody"
	did=did:key:z6MkehRgf7yJbgaGfYsdoAsKdBPE3dj2CYhowQdcjqSJgvVd
	ends_with 2 varve serve --http 127.0.0.1:0 --hold 1g --for "$did" keeper
	stderr_has "receipts cannot be signed: this machine has no key yet"
	stderr_has "varve vault key new"
	varve vault key new
	git init -q --bare other
	ends_with 2 varve serve --http 127.0.0.1:0 --hold 1g --for "$did" keeper other
	stderr_has "varve.hold"
	ends_with 2 varve serve --http 127.0.0.1:0 --hold 1g --for "$did" --term soon keeper
	stderr_has "--term requires a number of days, not 'soon'"
	git -C keeper config varve.hold 1000000000
	ends_with 2 varve serve --http 127.0.0.1:0 keeper
	stderr_has "no key is named to keep copies for"
	git -C keeper config varve.holdFor "$did"
	start_server keeper
	log_has "keeping up to 1.0 GB of sealed copies for 1 key in 'keeper', for at least 90 days; this server's key is did:key:z6Mk"
	stop_server
}

@test "a shard that no place names is refused whoever sends it" {
	x_and a
	succeeds varve vault replicate --copies 2
	before=$(kind_shards x)
	succeeds ask "$url" hold-put vault="$(vault_id)" bytes=shard
	output_has "code: refused"
	output_has "no writer's place record names the shard"
	succeeds ask "$url" hold-put vault="$(vault_id)" bytes=zeros:4128
	output_has "code: damaged"
	succeeds ask "$url" hold-put vault="$(vault_id)" bytes=zeros:100
	output_has "code: damaged"
	[ "$(kind_shards x)" = "$before" ]
}

@test "a place of a writer for whom it keeps nothing brings no shards" {
	x_and a
	succeeds varve vault replicate --copies 2
	keep_recovery
	second_writer
	cd ../bob
	change 77 bob
	before=$(kind_shards x)
	ends_with 1 varve vault replicate
	stderr_has "holder 'x': remote: this server keeps no copies for the key $bob, whose record places the shard"
	stderr_has "varve serve --for DID"
	stderr_lacks "give it room"
	[ "$(kind_shards x)" = "$before" ]
	# His records are the vault's, all the same.
	ls "$(keeper_path x)"/varve/hold/*/records/"${bob#did:key:}"/
}

@test "a stranger's records are left out" {
	x_and a
	succeeds varve vault replicate --copies 2
	cp -R ../repo ../thief
	before=$(shard_records records)
	# He signs records with a key of his own: the server checks the author.
	record=$(ls ../a/*/records/*/* | head -n 1)
	head -c 64 /dev/zero > ../forged
	tail -c +65 "$record" >> ../forged
	succeeds ask "$url" hold-records vault="$(vault_id)" records=@../forged
	output_has "code: damaged"
	output_has "does not match"
	[ "$(shard_records records)" = "$before" ]
}

@test "who is named as a writer in the vault of a stranger brings nothing there before he signs" {
	new_vault a
	stranger=$XDG_CONFIG_HOME
	varve vault replicate -q --copies 1 2> /dev/null
	new_machine
	bob=$XDG_CONFIG_HOME
	varve vault key new > ../did
	XDG_CONFIG_HOME=$stranger varve vault writers add "$(cat ../did)"
	XDG_CONFIG_HOME=$stranger varve vault replicate -q
	new_keeper x
	serve_keeper x 100m
	varve vault holder add x "$url" --domain "house x" 2> /dev/null
	XDG_CONFIG_HOME=$stranger ends_with 1 varve vault replicate --copies 2 --min 1
	stderr_has "holder 'x': remote: this server has no copies of the vault $(vault_id)"
	stderr_has "2 copies are missing"
	[ "$(find "$(keeper_path x)/varve/hold" -path '*/records*' | wc -l)" = 0 ]
	[ "$(shard_records shards)" = 0 ]
	# Not in parts either.
	for record in ../a/*/records/*/*; do
		succeeds ask "$url" hold-records vault="$(vault_id)" records=@"$record"
		output_lacks "kept: 1"
	done
	[ "$(find "$(keeper_path x)/varve/hold" -path '*/records*' | wc -l)" = 0 ]
	ends_with 2 varve vault recover --key "$bob/varve/key" --to ../none "$url"
	stderr_has "no vault was found at the holders"
	# He who is known begins it, with all that was there before.
	varve vault recover -q --key "$bob/varve/key" --to ../bob ../a
	cd ../bob
	varve vault holder add x "$url" --domain "house x" 2> /dev/null
	change 77 bob
	succeeds varve vault replicate --copies 2
	(cd ../a/*/records && find . -type f | sort) > ../wanted
	(cd "$(keeper_path x)"/varve/hold/*/records && find . -type f | sort) > ../has
	diff ../wanted ../has
	mv ../a ../a.gone
	succeeds varve vault recover -q --key "$bob/varve/key" --to ../again "$url"
	cmp t.csv ../again/t.csv
}

@test "a stranger does not make the server read a ledger again" {
	x_and a
	succeeds varve vault replicate --copies 2
	places=$(grep -l -a kindeplace "$(keeper_path x)"/varve/hold/*/records/*/*)
	# What was read is known, while these are not there.
	mkdir ../aside
	mv $places ../aside
	vault=$(vault_id)
	known() {
		for place in $(cd ../aside && ls | sed 's/^[0-9]*-//'); do
			ask "$url" hold-receipt vault="$vault" place="$place"
		done
	}
	known | grep -q '^until: '
	head -c 300 /dev/zero > ../garbage
	other=bafyreifsxfndlvhe3pisqju2qsigazdu5flamafhlfduta4vxz7mvu4lfi
	for v in "$vault" "$other"; do
		succeeds ask "$url" hold-records vault="$v" records=@../garbage
		output_has "code: damaged"
	done
	first=$(ls ../a/*/records/*/0000000000-* | head -n 1)
	succeeds ask "$url" hold-records vault="$other" records=@"$first"
	output_has "it is a record of another vault"
	# A record of his own in this vault, and a vault of his own.
	new_machine
	varve vault key new > /dev/null
	cp -R ../a ../forged
	python3 "$BATS_TEST_DIRNAME/forge.py" ../forged "$XDG_CONFIG_HOME/varve/key" vault > /dev/null
	did=$(varve vault key show | grep -o 'z6Mk[A-Za-z0-9]*' | head -n 1)
	succeeds ask "$url" hold-records vault="$vault" records=@"$(ls ../forged/*/records/"$did"/*)"
	output_is "kept: 0"
	mkdir ../theirs
	(cd ../theirs && new_repo && echo 1 > one && git add one && git commit -q -m one &&
		varve vault holder add b ../b 2> /dev/null && varve vault replicate -q --copies 1 2> /dev/null)
	succeeds ask "$url" hold-records vault="$(cd ../b && ls -d bafy*)" records=@"$(ls ../b/*/records/*/0000000000-*)"
	output_has "this server does not keep copies for any writer of this vault"
	known | grep -q '^until: '
	# Somebody else who writes there is a reason to read again.
	echo other > "$(keeper_path x)/varve/hold/changed"
	! known | grep -q '^until: ' || false
}

# What x has read of this repository's vault is known, although the place records are not there any longer.
hide_places() {
	vault=$(vault_id)
	mkdir "$BATS_TEST_TMPDIR/aside"
	mv $(grep -l -a kindeplace "$(keeper_path x)/varve/hold/$vault"/records/*/*) "$BATS_TEST_TMPDIR/aside"
}

knows_places() {
	for place in $(cd "$BATS_TEST_TMPDIR/aside" && ls | sed 's/^[0-9]*-//'); do
		ask "$url" hold-receipt vault="$vault" place="$place"
	done | grep -q '^until: '
}

@test "who goes to and fro between many vaults makes the server read nobody else's again" {
	new_vault a
	mine=$XDG_CONFIG_HOME
	new_machine
	theirs=$XDG_CONFIG_HOME
	other=$(varve vault key new)
	export XDG_CONFIG_HOME=$mine
	new_keeper x
	serve_keeper x 100m --for "$other"
	varve vault holder add x "$url" --domain "house x" 2> /dev/null
	succeeds varve vault replicate --copies 2
	hide_places
	knows_places
	vaults=()
	for n in 1 2 3 4 5 6 7 8 9; do
		mkdir "../other$n"
		cd "../other$n"
		new_repo
		echo "$n" > one
		git add one
		git commit -q -m one
		export XDG_CONFIG_HOME=$theirs
		varve vault holder add x "$url" --domain "house x" 2> /dev/null
		varve vault replicate -q --copies 1 2> /dev/null
		vaults+=("$(vault_id)")
		cd ../repo
		export XDG_CONFIG_HOME=$mine
	done
	for v in "${vaults[@]}" "${vaults[@]}"; do
		succeeds ask "$url" hold-receipt vault="$v" place="$v"
		output_has "the place record"
	done
	knows_places
	# A server that begins anew has to read.
	stop_keeper
	serve_keeper x 100m --for "$other"
	! knows_places || false
}

@test "a record behind a gap is no reason to read a ledger again and counts once the gap is closed" {
	x_and a
	succeeds varve vault replicate --copies 2
	git config --rename-section holder.x away.x
	for n in 1 2 3; do
		change "$n"
		varve vault replicate -q --copies 1
	done
	git config --rename-section away.x holder.x
	hide_places
	knows_places
	last=$(cd ../a/*/records/* && ls | tail -n 1)
	had=$(ls "$(keeper_path x)/varve/hold/$vault"/records/* | wc -l)
	succeeds ask "$url" hold-records vault="$vault" records=@"$(ls ../a/*/records/*/"$last")"
	output_is "kept: 0"
	knows_places
	mv "$BATS_TEST_TMPDIR"/aside/* "$(keeper_path x)/varve/hold/$vault"/records/*/
	succeeds varve vault replicate --copies 2
	diff <(cd ../a/*/records/* && ls) <(cd "$(keeper_path x)/varve/hold/$vault"/records/* && ls)
	succeeds varve vault audit
}

@test "copies stay for their term whatever a thief of the key signs" {
	new_vault a
	new_keeper x
	serve_keeper x 100m --term 90
	varve vault holder add x "$url" --domain "house x" 2> /dev/null
	varve vault replicate --copies 2 > /dev/null
	git switch -q -c aside
	add_large
	varve switch -q main
	varve vault replicate -q
	git branch -q -D aside
	change 5
	before=$(kind_shards x)
	succeeds varve vault prune --grace 0
	stderr_has "deleted 1 copy"
	stderr_has "1 copy cannot be deleted yet: holder 'x': remote: the shard must be kept until 20"
	stderr_has "a receipt promises this"
	[ -z "$(comm -23 <(echo "$before") <(kind_shards x))" ]
	succeeds varve vault audit
	# Nothing at all lets this one go.
	cid=$(comm -12 <(cd ../a/*/shards && ls) <(kind_shards x) | head -n 1)
	succeeds ask "$url" hold-remove vault="$(vault_id)" shard="$cid"
	output_has "no writer has released the shard $cid"
	# After the term the retire must still have been here for two weeks.
	touch -d '91 days ago' "$(kept_in x)"/*
	succeeds varve vault prune --grace 0
	stderr_has "the record that releases it has just arrived"
	[ -z "$(comm -23 <(echo "$before") <(kind_shards x))" ]
	touch -d '15 days ago' "$(keeper_path x)"/varve/hold/*/records/*/*
	succeeds varve vault prune --grace 0
	stderr_has "deleted 1 copy"
	[ -n "$(comm -23 <(echo "$before") <(kind_shards x))" ]
	succeeds varve vault status
}

@test "a request that somebody recorded does nothing a second time" {
	x_and a
	succeeds varve vault replicate --copies 2
	git switch -q -c aside
	add_large
	varve switch -q main
	varve vault replicate -q
	cp -R "$(kept_in x)" ../recorded
	git branch -q -D aside
	change 5
	varve vault prune 2> /dev/null
	succeeds varve vault prune --grace 0
	stderr_has "deleted 2 copies"
	gone=$(comm -23 <(ls ../recorded) <(kind_shards x))
	[ -n "$gone" ]
	succeeds ask "$url" hold-put vault="$(vault_id)" bytes=@../recorded/"$gone"
	output_has "code: refused"
	output_has "record has released the shard $gone since it was placed"
	has_all x
	# Stored objects may be sent again, and stay unchanged.
	kept=$(kind_shards x | head -n 1)
	touch -d '2020-01-01' "$(kept_in x)/$kept"
	kind_get x "$kept" > ../kept
	succeeds ask "$url" hold-put vault="$(vault_id)" bytes=@../kept
	output_is ""
	[ "$(stat -c %Y "$(kept_in x)/$kept")" = "$(date -d 2020-01-01 +%s)" ]
}

@test "only names of the layout are read" {
	x_and a
	succeeds varve vault replicate --copies 2
	vault=$(vault_id)
	for name in ../../../config shards/../../lock /etc/passwd shards records/../shards "records/z6Mk/../x"; do
		succeeds ask "$url" hold-get vault="$vault" name="$name" from=0 size=100
		output_has "is not a file of a vault"
	done
	for name in .. "" / shards/ records/.. "records/z6Mk/x"; do
		succeeds ask "$url" hold-list vault="$vault" name="$name" after=
		output_has "is not a folder of a vault"
	done
	other=bafyreifsxfndlvhe3pisqju2qsigazdu5flamafhlfduta4vxz7mvu4lfi
	succeeds ask "$url" hold-list vault="$other" name=shards after=
	output_has "names: "
	output_lacks bafk
	succeeds ask "$url" hold-get vault="$other" name="shards/$(kind_shards x)" from=0 size=100
	output_has "code: not-found"
	succeeds ask "$url" hold-put vault="$other" bytes=shard
	output_has "this server has no copies of the vault $other"
	succeeds ask "$url" hold-audit vault="$vault" shard="$(kind_shards x)" leaf=999
	output_has "so leaf 999 does not exist"
	succeeds ask "$url" hold-receipt vault="$vault" place="$other"
	output_has "the place record $other"
	succeeds ask "$url" hold-dance vault="$vault"
	output_has "the request: 'hold-dance' is not a known value"
	succeeds ask "$url" hold version=2
	output_has "version 2 of the protocol for copies is not supported, only version 1"
}

@test "vaults are named to their keys only" {
	x_and a
	succeeds varve vault replicate --copies 2
	succeeds ask "$url" hold-vaults key=zeros:32 time=0 signature=zeros:64
	output_has "must have a valid signature"
	new_machine
	varve vault key new > /dev/null
	ends_with 2 varve vault recover --key "$XDG_CONFIG_HOME/varve/key" --to ../again "$url"
	stderr_has "no vault was found at the holders"
}

@test "another key at the same URL is named with the way out" {
	x_and a
	succeeds varve vault replicate --copies 2
	old=$(git config holder.x.key)
	[ "$old" = "$(cat ../keeper-x.did)" ]
	stop_keeper
	XDG_CONFIG_HOME="$(keeper_path x).config" varve vault key new --force > ../keeper-x.did
	serve_keeper x 100m
	change 5
	ends_with 1 varve vault replicate
	stderr_has "signs with another key: $(cat ../keeper-x.did) instead of $old"
	succeeds varve vault holder list
	output_has "signs with another key"
	ends_with 2 varve vault holder add x "$url"
	stderr_has "varve vault holder add x URL --key $(cat ../keeper-x.did)"
	# The command in the hint.
	succeeds varve vault holder add x "$url" --key "$(cat ../keeper-x.did)"
	succeeds varve vault audit
	succeeds varve vault replicate
	succeeds varve vault status
	ends_with 2 varve vault holder add b ../b --key "$(cat ../keeper-x.did)"
	stderr_has "has no key, since only varve servers sign"
}

@test "a quota for a server is refused: its owner limits it" {
	x_and a
	ends_with 2 varve vault holder add x "$url" --quota 1k
	stderr_has "leave out --quota"
	! git config holder.x.quota || false
	succeeds varve vault holder add x "$url"
}

# domains WORD: the domains of x and y in the JSON of holder list; the first must begin with WORD.
domains() {
	varve vault holder list --json > ../list
	python3 -c 'import json, sys
d = [h["domain"] for h in json.load(open("../list")) if h["name"] in "xy"]
assert len(d) == 2 and d[0] == d[1] and d[0].startswith(sys.argv[1]), d' "$1"
}

@test "two addresses of one server are one copy" {
	x_and a
	other=${url/127.0.0.1/localhost}
	ends_with 2 varve vault holder add y "$other"
	stderr_has "this server is already the holder 'x'"
	run git config holder.y.url
	[ "$status" = 1 ]
	varve vault holder remove a
	# As it was kept before that was seen. Labels do not make two of one.
	git config holder.y.url "$other"
	git config holder.y.domain "house y"
	git config holder.y.key "$(git config holder.x.key)"
	ends_with 2 varve vault replicate --copies 2 --min 1
	stderr_has "2 copies are required, and the holders are in only 1 failure domain"
	succeeds varve vault replicate --copies 1
	git config --file .varveconfig vault.copies 2
	ends_with 1 varve vault status
	output_lacks "safe:"
	domains "house x"
	git config --unset holder.x.domain
	git config --unset holder.y.domain
	domains "host 127.0.0.1"
	# Nor does it if the server is unreachable and its place was not set.
	stop_keeper
	domains "did:key:"
}

@test "a vault that names one server by two addresses comes back with one domain for both" {
	x_and a
	git config holder.y.url "${url/127.0.0.1/localhost}"
	git config holder.y.domain "house y"
	# Each holder that answers must send its key.
	git config --unset holder.x.key
	ends_with 2 varve vault replicate --copies 3 --min 1
	stderr_has "3 copies are required, and the holders are in only 2 failure domains"
	succeeds varve vault replicate --copies 2
	first=$XDG_CONFIG_HOME
	new_machine
	varve vault recover -q --key "$first/varve/key" --to ../again ../a
	cd ../again
	[ "$(git config holder.x.key)" = "$(git config holder.y.key)" ]
	domains "house x"
}

@test "other bytes a wrong leaf and a long path are found" {
	x_may_lie
	add_large
	succeeds varve vault replicate --copies 2
	lie leaf
	ends_with 1 varve vault audit x
	output_has "x: FAILED: 1 of 1 shard missing or changed"
	output_has "has changed"
	lie none
	succeeds varve vault repair
	lie path
	ends_with 1 varve vault audit x
	output_has "hashes instead of"
	lie none
	succeeds varve vault repair
	lie bytes
	ends_with 1 varve vault audit --all x
	output_has "it sent data that does not match the name of the shard"
	lie none
	succeeds varve vault repair
	succeeds varve vault audit --all
	succeeds varve vault status
}

@test "a receipt that another key signed is no receipt" {
	x_may_lie
	lie receipt
	ends_with 1 varve vault replicate --copies 2 --min 1
	stderr_has "holder 'x': the signature does not match the key and the signed bytes"
	stderr_has "1 copy is missing"
	ends_with 1 varve vault status
	succeeds varve vault ledger log
	output_lacks "shard at x"
	lie none
	succeeds varve vault replicate
	succeeds varve vault status
	receipt=$(varve vault ledger log --json | python3 -c 'import json, sys; print([r for r in json.load(sys.stdin) if r["kind"] == "receipt"][0]["record"])')
	succeeds varve vault ledger show "$receipt"
	output_has "signed by $(cat ../keeper-x.did)"
	output_has "kept until 20"
}

@test "a server that hides the newest records brings no old state back" {
	x_may_lie
	succeeds varve vault replicate --copies 2
	change 5
	succeeds varve vault replicate
	head=$(git rev-parse main)
	lie behind
	succeeds varve vault ledger verify
	succeeds varve vault recover -q --key "$XDG_CONFIG_HOME/varve/key" --to ../again "$url" ../a
	[ "$(git -C ../again rev-parse main)" = "$head" ]
	change 6
	succeeds varve vault replicate
	lie none
	succeeds varve vault recover -q --key "$XDG_CONFIG_HOME/varve/key" --to ../third "$url"
	[ "$(git -C ../third rev-parse main)" = "$(git rev-parse main)" ]
}

@test "a key that changes between two lines is an error" {
	x_may_lie
	succeeds varve vault replicate --copies 2
	lie key
	change 4
	ends_with 1 varve vault replicate
	stderr_has "signs with another key"
}

@test "lines that end and lengths that lie are errors that name the holder" {
	x_may_lie
	succeeds varve vault replicate --copies 2
	lie cut
	change 1
	ends_with 1 varve vault replicate
	stderr_has "holder 'x': "
	stderr_has "closed"
	lie full
	ends_with 1 varve vault replicate
	stderr_has "holder 'x': remote: it is full: 1 B of at most 1 B are used"
	stderr_lacks $'\e'
	lie huge
	ends_with 1 varve vault replicate
	stderr_has "holder 'x': $url sent a message of 1099511627776 bytes, more than the protocol allows"
	lie none
	succeeds varve vault replicate
	lie hang
	ends_with 1 varve vault audit --all x
	output_has "closed"
	lie endless
	ends_with 1 varve vault audit x
	output_has "its list is too long"
	lie back
	ends_with 1 varve vault audit x
	output_has "its list repeats names"
	lie none
	succeeds varve vault audit x
	succeeds varve vault status
}

# within SECONDS COMMAND...: the command ends in time, whatever its code; prints its messages.
within() {
	local seconds=$1 code=0
	shift
	timeout -k 5 "$seconds" "$@" > ../said 2>&1 || code=$?
	[ "$code" -lt 124 ] || { cat ../said >&2; echo "not within $seconds s: $*" >&2; return 1; }
}

@test "a server that sends only signs of life holds a recovery for ten seconds" {
	local kind
	x_may_lie
	succeeds varve vault replicate --copies 2
	key=$XDG_CONFIG_HOME/varve/key
	for kind in "alive" "alive hold-list" "alive hold-get" "drip" "drip hold-list"; do
		lie "$kind"
		# five times what it needs: other programs may have the processors
		within 60 varve vault recover --key "$key" --to "../again $kind" "$url" ../a
		[ "$(git -C "../again $kind" rev-parse main)" = "$(git rev-parse main)" ]
		grep -q "holder 'unnamed-1': .*\(no data for\|stopped waiting\|only .* in\)" ../said || { cat ../said >&2; false; }
	done
}

@test "kill -9 of the server while it receives: the same replicate again gets through" {
	x_and a
	add_large
	for n in 1 2 3 4 5 6; do
		change "$n"
		varve vault replicate --copies 2 > ../out 2>&1 &
		client=$!
		sleep "0.0$((n * 13 % 10))$n"
		kill -9 "$keeper"
		wait "$keeper" || true
		wait "$client" || true
		serve_keeper x 100m
		succeeds varve vault replicate --copies 2
		[ -z "$(find "$(keeper_path x)/varve/hold" -name 'bafk*' -size 0)" ]
		(cd "$(kept_in x)" && for f in bafk*; do
			[ "$(python3 -c 'import sys; sys.path.insert(0, sys.argv[1]); from hold_line import *; print(text_of(raw_cid(open(sys.argv[2], "rb").read())))' "$BATS_TEST_DIRNAME" "$f")" = "$f" ]
		done)
	done
	has_all x
	succeeds varve vault audit --all
	succeeds varve vault ledger verify
}

@test "two servers over one folder share its limit and its ledger" {
	x_and a
	succeeds varve vault replicate --copies 2
	first=$url one=$keeper
	git -C "$(keeper_path x)" config varve.hold 100m
	git -C "$(keeper_path x)" config varve.holdFor "$(cat ../did)"
	rm "$(keeper_path x).port"
	serve_keeper x 100m
	two=$keeper
	for n in 1 2 3 4; do
		change "$n"
		if [ $((n % 2)) = 0 ]; then git config holder.x.url "$first"; else git config holder.x.url "$url"; fi
		succeeds varve vault replicate
	done
	has_all x
	succeeds varve vault audit --all
	kill "$one"
	wait "$one" || true
}

@test "rsync moves a vault from a server to a folder" {
	x_and a
	succeeds varve vault replicate --copies 2
	keep_recovery
	cp -a "$(keeper_path x)/varve/hold" ../moved
	rm -rf ../a
	stop_keeper
	new_machine
	succeeds varve vault recover --key ../paper --to ../again ../moved
	cmp t.csv ../again/t.csv
}

@test "damaged records at a server are written again" {
	x_and a
	succeeds varve vault replicate --copies 2
	record=$(ls "$(keeper_path x)"/varve/hold/*/records/*/*2-*)
	cp "$record" ../record
	flip_byte "$record" 100
	ends_with 1 varve vault audit x
	succeeds varve vault repair
	cmp ../record "$record"
	change 5
	succeeds varve vault replicate
	succeeds varve vault status
}

@test "a server keeps parity and a stripe survives the loss of a folder" {
	new_vault "a b"
	kind_start x
	varve vault holder add x "$url" --domain "house x" 2> /dev/null
	python3 -c 'import random, sys; sys.stdout.buffer.write(random.Random(1).randbytes(5300000))' > large
	git add large
	git commit -q -m large
	succeeds varve vault replicate --code 2+1
	keep_recovery
	[ "$(find "$(kept_in x)" -size 1048512c | wc -l)" -ge 2 ]
	grep -L VVSHARD "$(kept_in x)"/* | grep -q bafk || grep -L VVSHARD ../a/*/shards/* ../b/*/shards/* | grep -q bafk
	succeeds varve vault audit
	rm -rf ../a
	new_machine
	succeeds varve vault recover --key ../paper --to ../again "$url"
	cmp large ../again/large
}

@test "a private server keeps copies for who can connect" {
	new_vault a
	new_keeper x
	(cd .. && users)
	serve_keeper x 100m --private --auth ../users
	ends_with 2 varve vault holder add x "$url"
	stderr_has "holder 'x': "
	stderr_lacks "cannot keep"
	printf '#!/bin/sh\n[ "$1" = get ] && printf "username=bob\\npassword=battery\\n"\n' > ../helper
	chmod 755 ../helper
	git config --global credential.helper "$PWD/../helper"
	succeeds varve vault holder add x "$url" --domain "house x"
	succeeds varve vault replicate --copies 2
	succeeds varve vault audit x
	# The secret is nowhere in the settings.
	run grep -r battery .git .varveconfig
	[ "$status" = 1 ]
}
