load ../helper
load server
load relay

# Who has read a published data set lends it to others: what signed heads list, and nothing else.

setup() {
	relay_setup
	two_versions
	did_of_ada=$(as ada varve key show | head -n 1)
	key=${did_of_ada#did:key:}
	git -C src tag v1 HEAD~1
	as ada varve -C src sign -q --name prices main v1
}

teardown() {
	[ -z "${server-}" ] || kill -KILL "$server" 2> /dev/null || true
	relay_teardown
}

# bob has the set, and things of his own: a commit on main, a branch, a tag. Its origin is then away.
bob_reads() {
	succeeds as bob varve clone -q "$PWD/src" copy
	(
		cd copy
		tick
		sed -i 's/^700,[a-z]*/700,own/' prices.csv
		as bob varve commit -qam own
		git tag own
		git branch private
		tick
		sed -i 's/^700,[a-z]*/700,secret/' prices.csv
		as bob varve commit -qam secret
		git branch -f private
		git reset -q --hard HEAD~1
	)
	mv src away
}

# serve_signed WAY: bob serves it; $place, where.
serve_signed() {
	if [ "$1" = relay ]; then
		start_relay
		: > bob.log
		XDG_CONFIG_HOME="$BATS_TEST_TMPDIR/machines/bob" varve serve --through "$relay" --public --signed copy 2> bob.log 3>&- &
		started+=("$!")
		wait_for bob.log 'waiting for visitors'
		place=$(sed -n 's/^serving .* as //p' bob.log)
	elif [ "$1" = http ]; then
		start_server --signed copy
		place=$url/copy
	fi
}

@test "a clone serves what it read by name, without its own branches, tags and commits" {
	local way private own
	bob_reads
	private=$(git -C copy rev-parse private)
	own=$(git -C copy rev-parse main)
	for way in http relay; do
		serve_signed "$way"
		succeeds as cyn varve clone --from "$place" "$key/prices" "by-$way"
		same_bytes away/prices.csv "by-$way/prices.csv"
		succeeds as cyn varve -C "by-$way" verify
		succeeds as cyn varve -C "by-$way" fsck --data
		[ "$(git -C "by-$way" rev-parse origin/main v1)" = "$(git -C away rev-parse main v1)" ]
		[ -z "$(git -C "by-$way" for-each-ref | grep -E 'own|private')" ]
		if [ "$way" = relay ]; then
			succeeds as cyn varve ls-remote "$place"
			output_has "$(git -C away rev-parse main)	refs/heads/main"
			output_has "refs/tags/v1"
			output_lacks "private"
			output_lacks "own"
		fi
		# by URL, too, also where each ref is asked for
		succeeds as cyn varve clone --unsigned "$place" "all-$way"
		[ -z "$(git -C "all-$way" for-each-ref | grep -E 'own|private')" ]
		for id in "$private" "$own"; do
			ends_with 2 as cyn varve cat "$place#$id:prices.csv"
			run ! git -C "all-$way" cat-file -e "$id"
		done
		# the origin goes on: bob has it after his next fetch, although his branch stays
		(
			cd away
			tick
			sed -i "s/^600,[a-z]*/600,$way/" prices.csv
			as ada varve commit -qam "$way"
			as ada varve sign -q
		)
		mv away src
		succeeds as bob varve -C copy fetch
		mv src away
		succeeds as cyn varve -C "by-$way" pull
		same_bytes away/prices.csv "by-$way/prices.csv"
	done
	[ "$(git -C copy rev-parse main)" = "$own" ]
}

@test "blocks of a private version, pushes, pages and git find nothing at who lends" {
	bob_reads
	root=$(git -C copy show private:prices.csv | sed -n 's/.*"root": "\([a-z0-9]*\)".*/\1/p')
	shared=$(git -C copy show origin/main:prices.csv | sed -n 's/.*"root": "\([a-z0-9]*\)".*/\1/p')
	serve_signed http
	for at in / /copy /copy/ /copy/raw/main/prices.csv "/ipfs/$root?format=raw" "/ipfs/$shared?format=raw" /copy/info/refs?service=git-upload-pack /copy/api/refs; do
		[ "$(curl -s -o answer -w '%{http_code}' "$url$at")" = 404 ]
		! grep -qE 'private|secret' answer || false
	done
	new_repo asks
	cd asks
	varve remote add bob "$place"
	# a block of his is asked for by its CID
	run varve whereis --from "$place" "$root"
	[[ $output == *"nothing   $place"* ]]
	run varve whereis --from "$place" "$shared"
	[[ $output == *"all       $place"* ]]
	cd ..
	succeeds as cyn varve clone -q "$place" again
	ends_with 2 as cyn varve -C again push origin main:mine
	stderr_has "read-only"
}

@test "a changed block at who lends is refused, and the rest is kept" {
	bob_reads
	serve_signed relay
	pack=$(find copy/.git/varve -name '*.pack' -size +8k | head -n 1)
	[ -n "$pack" ]
	chmod u+w "$pack"
	# one byte in the middle of the rows
	at=$(($(stat -c %s "$pack") / 2))
	byte=$(od -An -tu1 -j "$at" -N 1 "$pack")
	printf "\\$(printf %03o $(((byte + 1) % 256)))" | dd of="$pack" bs=1 seek="$at" conv=notrunc status=none
	run as cyn varve clone --from "$place" "$key/prices" got
	[ "$status" -ne 0 ]
	# from another copy the rest comes
	if [ -d got ]; then
		run as cyn varve -C got fetch --from "$PWD/away"
		succeeds as cyn varve -C got fsck --data
	fi
	succeeds as cyn varve clone --from "$place" --from "$PWD/away" "$key/prices" whole
	same_bytes two.csv whole/prices.csv
	succeeds as cyn varve -C whole fsck --data
}

@test "clone --serve lends a signed set, and serve does it again where the setting says" {
	start_relay
	: > lend.log
	XDG_CONFIG_HOME="$BATS_TEST_TMPDIR/machines/bob" varve clone --serve "$relay" src copy 2> lend.log 3>&- &
	lender=$!
	started+=("$lender")
	wait_for lend.log 'waiting for visitors'
	[ "$(git -C copy config varve.serveWhatIHave)" = "$relay" ]
	(cd copy && git branch private)
	place=$(sed -n 's/^serving .* as //p' lend.log)
	mv src away
	succeeds as cyn varve clone --from "$place" "$key/prices" one
	same_bytes two.csv one/prices.csv
	[ -z "$(git -C one for-each-ref | grep private)" ]
	end_pid "$lender"
	# again, and shown
	XDG_CONFIG_HOME="$BATS_TEST_TMPDIR/machines/bob" varve -C copy serve 2> lend.log 3>&- &
	started+=("$!")
	wait_for lend.log 'waiting for visitors'
	succeeds as cyn varve clone --from "$place" "$key/prices" two
	as bob varve -C copy doctor > said || true
	grep -q "the versions in them are lent to others at $relay" said
	as bob varve -C copy whereis --no-ask prices.csv > said
	grep -q "lent to others at $relay" said
	as bob varve -C copy whereis --no-ask --json prices.csv | python3 -c 'import json, sys; assert json.load(sys.stdin)["lent"] == sys.argv[1]' "$relay"
}

# owner_expires: three further versions at the owner, of whose five the two newest stay; signed.
owner_expires() {
	local n
	for n in 1 2 3; do
		tick
		sed -i "s/^60$n,[a-z]*/60$n,more/" src/prices.csv
		varve -C src commit -qam "$n"
	done
	(
		cd src
		varve expire -q --keep last=2 --plan ../plan > ../out
		as ada varve expire -q --apply ../plan > ../out
	)
	as ada varve -C src sign -q
}

# a_list REPOSITORY REV... : adds a list, without a signature, of prices.csv in these commits.
a_list() {
	(
		cd "$1"
		shift
		source "$BATS_TEST_DIRNAME/../../stories/walks/expired.bash"
		expire_versions "$@"
	)
}

@test "who lends passes on which versions expired at the owner, and not its own lists" {
	local way
	owner_expires
	succeeds as bob varve clone -q "$PWD/src" copy
	(
		cd copy
		tick
		sed -i 's/^700,[a-z]*/700,own/' prices.csv
		varve commit -qam own
		# his list would not count
		varve expire -q --keep last=1 --plan ../plan > ../out
		ends_with 2 as bob varve expire -q --apply ../plan
		stderr_has "it is signed neither by the owner nor with a key that the owner authorized"
	)
	a_list copy HEAD~1
	[ "$(git -C copy rev-parse refs/varve/expired)" != "$(git -C src rev-parse refs/varve/expired)" ]
	for way in http relay; do
		serve_signed "$way"
		run --separate-stderr as cyn varve clone --from "$place" --from "$PWD/src" "$key/prices" "by-$way"
		[ "$status" = 0 ]
		same_bytes src/prices.csv "by-$way/prices.csv"
		succeeds as cyn varve -C "by-$way" fsck --data
		# his lists do not come
		[ "$(git -C "by-$way" rev-parse refs/varve/expired)" = "$(git -C src rev-parse refs/varve/expired)" ]
	done
	# the owner's machine itself
	mv copy away
	kill -KILL "$server"
	start_server --signed src
	succeeds as cyn varve clone "$url/src" owner
	succeeds as cyn varve -C owner fsck --data
	[ "$(git -C owner rev-parse refs/varve/expired)" = "$(git -C src rev-parse refs/varve/expired)" ]
}

@test "a lender who lists versions that the owner has explains nothing, and the owner's lists count beside" {
	local way gone
	owner_expires
	gone=$(git -C src rev-parse HEAD~2)
	succeeds as bob varve clone -q "$PWD/src" copy
	# he left the version before the newest out, and says that it expired
	a_list copy HEAD~1
	git -C copy rev-parse refs/varve/expired > copy/.git/varve/expired-signed
	mv src away
	for way in http relay; do
		serve_signed "$way"
		run --separate-stderr as cyn varve clone --from "$place" "$key/prices" "by-$way"
		[[ $stderr = *"by Ada, of 1 expired version, does not count: it is not signed"* ]] || { echo "$stderr"; false; }
		# his list leaves nothing out
		same_bytes away/prices.csv "by-$way/prices.csv"
		same_bytes <(varve -C away cat HEAD~1:prices.csv) <(as cyn varve -C "by-$way" cat HEAD~1:prices.csv)
		# the owner's explains
		ends_with 2 as cyn varve -C "by-$way" cat "$gone:prices.csv"
		stderr_has "its rows expired on "
	done
}

@test "what expires at the owner's machine is served beside the signed versions at once" {
	owner_expires
	(
		cd src
		tick
		sed -i 's/^700,[a-z]*/700,last/' prices.csv
		varve commit -qam last
		as ada varve sign -q
		varve expire -q --keep last=1 --plan ../plan > ../out
		as ada varve expire -q --apply ../plan > ../out
	)
	start_server --signed src
	succeeds as cyn varve clone "$url/src" owner
	succeeds as cyn varve -C owner fsck --data
	output_has "sound: 2 versions"
	output_has "expired: 4 versions"
	[ "$(git -C owner rev-parse refs/varve/expired)" = "$(git -C src rev-parse refs/varve/expired)" ]
}

@test "a repository without a signed head is not served, and options for writing are refused" {
	git init -q empty
	git -C src update-ref -d "refs/varve/heads/$key"
	rm src/.git/varve/trust
	ends_with 2 as bob varve serve --http 127.0.0.1:0 --signed src
	stderr_has "has no signed head"
	start_relay
	ends_with 2 as bob varve clone --serve "$relay" src copy
	stderr_has "has no signed head"
	ends_with 2 as bob varve -C empty serve
	stderr_has "choose --http ADDR"
	ends_with 2 as bob varve serve --through "$relay" --signed --writer "$did_of_ada" src
	stderr_has "--signed and --writer cannot be used together"
	ends_with 2 as bob varve serve --relay 127.0.0.1:0 --signed
	stderr_has "cannot be used together"
}
