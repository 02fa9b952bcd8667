load ../helper
load server
load relay

# An attacker who has a copy of a signed data set serves it through a relay, with heads or refs that lie. For each lie: nothing of a
# reader's clone moves, the lie is named, and a newcomer takes the healthy copy beside it.

setup() {
	relay_setup
	machine eve
	machine bot
	key=$(key_of ada)
	two_versions
	as ada varve -C src sign -q --name src --signer "$(key_of bot)=2100-01-01"
	old=$(git -C src rev-parse main)
	cp -r src before
	edit src good
	sleep 1 # heads have seconds
	as ada varve -C src sign -q --revoke "$(key_of bot)=0"
	new=$(git -C src rev-parse main)
	head=refs/varve/heads/$key
}

teardown() {
	relay_teardown
}

key_of() {
	as "$1" varve key show | sed -n '1s/did:key://p'
}

edit() { # FOLDER WORD
	tick
	sed -i "s/^600,[a-z]*/600,$2/" "$1/prices.csv"
	varve -C "$1" commit -qam "$2"
}

# unsigned: the repository here has no head and trusts nobody.
unsigned() {
	git for-each-ref --format='delete %(refname)' refs/varve/heads | git update-ref --stdin
	rm -f .git/varve/trust
}

# forge SED: the head here is its first record, changed.
forge() {
	git update-ref "$head" "$(git cat-file commit "$head~1" | sed "$1" | git hash-object -t commit -w --stdin)"
}

kinds="old forked foreign other none mixed below changed swapped thief ahead rowless"

# lie KIND: attacks/KIND; $says, what a reader hears.
lie() {
	mkdir -p attacks
	case $1 in
	old | forked | thief) cp -r before "attacks/$1" ;;
	*) cp -r src "attacks/$1" ;;
	esac
	cd "attacks/$1"
	case $1 in
	old) says="rollback: " ;;
	forked)
		edit . evil
		as ada varve sign -q
		says="fork: " ;;
	foreign)
		unsigned
		edit . evil
		as eve varve sign -q --name src
		says="its signer is not the owner" ;;
	other)
		unsigned
		edit . evil
		as ada varve sign -q --name other
		says="it belongs to another repository" ;;
	none)
		unsigned
		edit . evil
		says="rollback: " ;;
	mixed)
		git update-ref refs/heads/main "$old"
		says="" ;; # only its head counts
	below)
		forge "1a parent $(git rev-parse "$head")"
		says="the signature does not match the signed bytes" ;;
	changed)
		forge "s/^tree .*/tree $(git rev-parse "$new^{tree}")/"
		says="the signature does not match the signed bytes" ;;
	swapped)
		unsigned
		edit . evil
		as eve varve sign -q --name src
		git update-ref "$head" "refs/varve/heads/$(key_of eve)"
		git update-ref -d "refs/varve/heads/$(key_of eve)"
		says="its signer is not the owner" ;;
	thief)
		edit . evil
		as bot varve sign -q
		git fetch -q ../../src "+$head:$head"
		says="the owner revoked its key" ;;
	ahead)
		edit . evil
		says="" ;;
	rowless)
		rm -rf .git/varve/packs
		says="" ;;
	esac
	cd ../..
}

# newcomer KIND FIRST SECOND: the newest signed version comes, whoever is named first; of two heads with one number and time none is newer.
newcomer() {
	[ "$1" != forked ] || return 0
	rm -rf newcomer
	succeeds as cyn varve clone --from "$2" --from "$3" "$key/src" newcomer
	[ "$(git -C newcomer rev-parse main)" = "$new" ]
	same_bytes src/prices.csv newcomer/prices.csv
	succeeds as cyn varve -C newcomer verify
}

@test "each of twelve lies about signed heads behind a relay moves nothing and is named, and the healthy copy is used" {
	local all kind n
	read -ra all <<< "$kinds"
	start_relay
	start_through --public src
	good=$address
	succeeds as bob varve clone -q --from "$good" "$key/src" copy
	git -C copy remote set-url origin "http://127.0.0.1:9/"
	before=$(git -C copy for-each-ref && cat copy/.git/varve/trust)
	for n in $(sampled 12 4); do
		kind=${all[n - 1]}
		lie "$kind"
		XDG_CONFIG_HOME="$BATS_TEST_TMPDIR/machines/eve" varve serve --through "$relay" --public "attacks/$kind" 2> eve.log 3>&- &
		started+=("$!")
		wait_for eve.log 'waiting for visitors'
		bad=$(sed -n 's/^serving .* as //p' eve.log)
		echo "$kind"
		run --separate-stderr as bob varve -C copy fetch --from "$bad"
		stderr_has "$bad"
		stderr_has "$says"
		[ -z "$says" ] || [ "$kind" = thief ] || stderr_has "use another copy of the repository, or ask its owner"
		[ "$(git -C copy for-each-ref && cat copy/.git/varve/trust)" = "$before" ]
		newcomer "$kind" "$bad" "$good"
		newcomer "$kind" "$good" "$bad"
		# alone: what her key signed, or nothing
		run --separate-stderr as cyn varve clone --from "$bad" "$key/src" alone
		case $kind in
		foreign | other | none | below | changed | swapped | thief | rowless) [ "$status" -ne 0 ] ;;
		mixed | ahead) [ "$(git -C alone rev-parse main)" = "$new" ] ;;
		old) [ "$(git -C alone rev-parse main)" = "$old" ] ;;
		forked) [ "$(git -C alone rev-parse main)" = "$(git -C attacks/forked rev-parse main)" ] ;;
		esac
		rm -rf alone
		kill "${started[-1]}"
	done
}
