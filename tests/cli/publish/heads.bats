load ../helper
load folder

# Signed heads: who says which version is the newest, and what a copy may do about it.

teardown() {
	stop_server
}

# One more version, signed by $1 and published.
more() {
	another "$2"
	as "$1" varve sign -q
	varve publish -q --no-pages -o ../public
}

# What `b` has did not move: it is at $1.
at() {
	[ "$(git -C ../b rev-parse origin/main)" = "$1" ]
}

@test "a head is signed, checked by ssh-keygen, pinned at the first clone and followed" {
	signed
	# the bytes that were signed are the commit without its signature
	git cat-file commit "refs/varve/heads/$key_ada" > "$HOME/commit"
	python3 - "$HOME/commit" <<-'END'
	import re, sys
	raw = open(sys.argv[1], "rb").read()
	m = re.search(rb"gpgsig (.*?\n)(?! )", raw, re.S)
	open(sys.argv[1] + ".sig", "wb").write(m.group(1).replace(b"\n ", b"\n"))
	open(sys.argv[1], "wb").write(raw.replace(m.group(0), b""))
	END
	ssh-keygen -Y check-novalidate -n varve-head -s "$HOME/commit.sig" < "$HOME/commit" > /dev/null
	ends_with 255 ssh-keygen -Y check-novalidate -n git -s "$HOME/commit.sig" < "$HOME/commit"
	succeeds varve verify
	output_has "prices: signed by $key_ada ("
	succeeds varve clone "$site" ../b
	stderr_has "signed by $key_ada"
	stderr_has "are now trusted"
	grep -q "^owner $key_ada$" ../b/.git/varve/trust
	more ada 2
	succeeds varve -C ../b pull
	stderr_has "number 2"
	grep -q "^head $key_ada 2 " ../b/.git/varve/trust
	succeeds varve -C ../b status
	output_has "Signed by $key_ada ("
	[ "$(git -C ../b rev-parse "refs/varve/heads/$key_ada")" = "$(git rev-parse "refs/varve/heads/$key_ada")" ]
	succeeds varve -C ../b verify "$site"
	output_has "number 2"
	succeeds varve -C ../b info HEAD:prices.csv
	output_has "signed   $key_ada ("
	# the origin may go on without a head
	another 3
	varve publish -q --no-pages -o ../public
	succeeds varve -C ../b fetch
	stderr_has "main is 1 commit newer than the last signed head"
	at "$(git rev-parse main)"
	succeeds varve -C ../b fetch "$site"
	stderr_has "main is 1 commit newer than the last signed head"
}

@test "a key, what is trusted and a folder of a newer varve are named as that, and stay" {
	signed
	for file in .git/varve/trust ../public/folder "$HOME/ada/varve/key"; do
		sed -i '1s/ 1$/ 2/' "$file"
		cp "$file" "$HOME/newer"
		case $file in
		*trust) ends_with 2 varve verify ;;
		*folder) ends_with 2 varve publish -q --no-pages -o ../public ;;
		*) as ada ends_with 2 varve key show ;;
		esac
		stderr_has "a newer varve wrote "
		stderr_has "in format 2, and this varve reads only format 1"
		cmp "$file" "$HOME/newer"
		sed -i '1s/ 2$/ 1/' "$file"
	done
}

@test "a mirror that shows an older head is named, with both numbers and dates, and nothing is moved" {
	signed
	cp -r ../public ../old
	more ada 2
	varve clone -q "$site" ../b
	before=$(git rev-parse main)
	rm -rf ../public
	mv ../old ../public
	for url in '' "$site"; do # which names no remote
		ends_with 2 varve -C ../b fetch $url
		stderr_has "rollback: "
		stderr_has "has signed head number 1 ("
		stderr_has "but number 2 ("
		at "$before"
	done
	grep -q "^head $key_ada 2 " ../b/.git/varve/trust
	ends_with 1 varve -C ../b verify "$site"
	stderr_has "rollback: "
}

@test "two heads of one number are a fork" {
	signed
	varve clone -q "$site" ../b
	cp -r ../a ../a2
	more ada 2
	varve -C ../b pull -q
	before=$(git rev-parse main)
	rm -rf ../public
	cd ../a2
	another 3
	as ada varve sign -q
	varve publish -q --no-pages -o ../public
	ends_with 2 varve -C ../b fetch
	stderr_has "fork: "
	at "$before"
}

@test "another's head, another data set's head and no head at all move nothing of a stand-in" {
	signed
	varve clone -q "$site" ../b
	before=$(git rev-parse main)
	key_of eve
	cp -r . ../e
	cd ../e
	rm .git/varve/trust
	git update-ref -d "refs/varve/heads/$key_ada"
	another 2
	as eve varve sign -q --name prices
	rm -rf ../public
	varve publish -q --no-pages -o ../public
	ends_with 2 varve -C ../b fetch
	stderr_has "its signer is not the owner"
	at "$before"
	# ada's own, of something else
	cd ../a
	rm .git/varve/trust
	git update-ref -d "refs/varve/heads/$key_ada"
	as ada varve sign -q --name other
	rm -rf ../public
	varve publish -q --no-pages -o ../public
	ends_with 2 varve -C ../b fetch
	stderr_has "it belongs to another repository"
	at "$before"
}

@test "an old record below a new parent is not signed" {
	signed
	more ada 2
	varve clone -q "$site" ../b
	before=$(git rev-parse main)
	head=refs/varve/heads/$key_ada
	# the first record's commit, with the second one as its parent
	forged=$(git cat-file commit "$head~1" | sed "1a parent $(git rev-parse "$head")" | git hash-object -t commit -w --stdin)
	git update-ref "$head" "$forged"
	varve publish -q --no-pages -o ../public
	ends_with 2 varve -C ../b fetch
	stderr_has "the signature does not match the signed bytes"
	at "$before"
	# a record that was changed
	tree=$(git rev-parse "$before^{tree}")
	forged=$(git cat-file commit "$head~1" | sed "s/^tree .*/tree $tree/" | git hash-object -t commit -w --stdin)
	git update-ref "$head" "$forged"
	varve publish -q --no-pages -o ../public
	ends_with 2 varve -C ../b fetch
	stderr_has "the signature does not match the signed bytes"
	at "$before"
}

@test "an expired head is said, and refused only where the user wants that" {
	a_table
	key_of ada
	ends_with 2 as ada varve sign --expires 2024-01-01
	stderr_has "'2024-01-01': the date is in the past"
	for mirror in mirror/prices /srv/prices file:///srv/prices ssh://host/prices git://host/prices \
		ipfs+https://host s3://bucket/prices sftp://host/prices; do
		ends_with 2 as ada varve sign --name prices --mirror https://host/prices --mirror "$mirror"
		stderr_has "--mirror '$mirror': readers of the head would ignore it"
		stderr_has "relay+https://"
	done
	ends_with 2 as ada varve sign --name prices --mirror https://ada:geheim@host/prices
	stderr_has "the URL has a user name or password"
	! grep -q geheim <<< "$stderr" || return 1
	git rev-parse -q --verify "refs/varve/heads/$key_ada" && return 1
	end=$(($(date +%s) + 15))
	until=$(date -u -d "@$end" +%Y-%m-%dT%H:%M:%SZ)
	as ada varve sign -q --name prices --expires "$until"
	until="${until%T*} $(date -u -d "$until" +%H:%M) UTC"
	varve publish -q --no-pages -o ../public
	cd ..
	until [ "$(date +%s)" -gt "$end" ]; do sleep 0.5; done
	succeeds varve clone "$PWD/public" b
	stderr_has "expired at $until"
	succeeds varve -C b verify ../public
	output_has "expired $until"
	git config --global varve.refuseExpired true
	ends_with 2 varve -C b fetch
	stderr_has "expired at $until; nothing was moved"
	git config --global --unset varve.refuseExpired
	cd a
	as ada varve sign -q --final
	ends_with 2 as ada varve sign
	stderr_has "' is final, so no further version can be signed"
}

@test "a bot signs until a date, and no longer once it is revoked" {
	signed
	key_of bot
	ends_with 2 as bot varve sign
	stderr_has "is not a signer of 'prices'"
	as ada varve sign -q --signer "$key_bot=2100-01-01"
	more bot 2
	succeeds varve clone "$site" ../b
	grep -q "^owner $key_ada$" ../b/.git/varve/trust
	grep -q "^head $key_bot 1 " ../b/.git/varve/trust
	more bot 3
	varve -C ../b pull -q
	grep -q "^head $key_bot 2 " ../b/.git/varve/trust
	# stolen: what the thief signs after number 2 counts for nothing
	as ada varve sign -q --revoke "$key_bot=2"
	ends_with 2 as bot varve sign
	stderr_has "is not a signer of 'prices' any longer"
	varve publish -q --no-pages -o ../public
	succeeds varve -C ../b fetch
	grep -q "^head $key_bot 2 " ../b/.git/varve/trust
	# another signer whose time is over
	key_of late
	ends_with 2 as ada varve sign --signer "$key_late=2020-01-01"
	stderr_has "the date is in the past"
	as ada varve sign -q --signer "$key_late=$(date -u -d '+2 seconds' +%FT%TZ)"
	sleep 3
	ends_with 2 as late varve sign
	stderr_has "is not a signer of 'prices' any longer"
}

@test "what a thief signed after the revocation is named and counts for nothing" {
	signed
	key_of bot
	as ada varve sign -q --signer "$key_bot=2100-01-01"
	more bot 2
	varve clone -q "$site" ../b
	cp -r ../a ../thief
	as ada varve sign -q --revoke "$key_bot=1"
	cd ../thief
	another 3
	as bot varve sign -q
	git fetch -q ../a "+refs/varve/heads/$key_ada:refs/varve/heads/$key_ada"
	rm -rf ../public
	varve publish -q --no-pages -o ../public
	varve -C ../b fetch > "$HOME/out" 2>&1 || true
	grep -q "the owner revoked its key" "$HOME/out"
	grep -q "^head $key_bot 1 " ../b/.git/varve/trust
}

@test "two that sign at once are both believed, and the next record has both below it" {
	signed
	key_of bot
	as ada varve sign -q --signer "$key_bot=2100-01-01"
	cp -r ../a ../c
	as ada varve sign -q
	(cd ../c && another 2 && as bot varve sign -q)
	git fetch -q ../c "+refs/varve/heads/$key_bot:refs/varve/heads/$key_bot"
	as bot varve -C ../c fetch -q ../a main # whose own head is not there yet
	varve fetch -q ../c main
	git merge -q --ff-only FETCH_HEAD
	varve publish -q --no-pages -o ../public
	varve clone -q "$site" ../b
	grep -q "^head $key_ada 3 " ../b/.git/varve/trust
	grep -q "^head $key_bot 1 " ../b/.git/varve/trust
	cd ../b
	as ada varve sign -q
	[ "$(git rev-list --count --first-parent "refs/varve/heads/$key_ada")" = 4 ]
	git merge-base --is-ancestor "refs/varve/heads/$key_bot" "refs/varve/heads/$key_ada"
	succeeds varve verify
}

@test "of heads of several signers of one second the one with the greatest number is the newest" {
	signed
	allowed=() keys=(ada one two three)
	for who in "${keys[@]:1}"; do
		key_of "$who"
		key=key_$who
		allowed+=(--signer "${!key}=2100-01-01")
	done
	as ada varve sign -q "${allowed[@]}"
	for try in {1..60}; do # until all sign in one second
		at_once=()
		for who in "${keys[@]}"; do
			rm -rf "../$who" && cp -r ../a "../$who"
			(cd "../$who" && as "$who" varve sign -q) &
			at_once+=($!)
		done
		wait "${at_once[@]}"
		for who in "${keys[@]}"; do
			key=key_$who
			git -C ../ada fetch -q "../$who" "+refs/varve/heads/${!key}:refs/varve/heads/${!key}"
		done
		[ "$(git -C ../ada for-each-ref --format='%(committerdate)' 'refs/varve/heads/*' | sort -u | wc -l)" != 1 ] || break
	done
	cd ../ada
	git for-each-ref --format='%(committerdate) %(refname)' 'refs/varve/heads/*' >&2
	[ "$(git for-each-ref 'refs/varve/heads/*' | wc -l)" = 4 ]
	varve publish -q --no-pages -o ../public
	varve clone -q "$site" ../b
	cd ../b
	[ "$(varve verify --json | jq .number)" = 3 ]
}

@test "with varve.sign push and publish sign, and a Git host has the head beside the blocks" {
	a_table
	key_of ada
	git init -q --bare --template= ../host.git
	git remote add origin "file://$BATS_TEST_TMPDIR/work/host.git"
	git config remote.origin.varveKind git
	git config varve.sign true
	succeeds as ada varve push -u origin main
	[ "$(git -C ../host.git rev-parse "refs/varve/heads/$key_ada")" = "$(git rev-parse "refs/varve/heads/$key_ada")" ]
	[ -z "$(git -C ../host.git branch --list 'varve*')" ]
	as ada varve push -q
	[ "$(git rev-list --count "refs/varve/heads/$key_ada")" = 1 ]
	git config --global remote.origin.varveKind git
	succeeds varve clone --git-host "file://$BATS_TEST_TMPDIR/work/host.git" ../b
	stderr_has "signed by $key_ada"
	another 2
	as ada varve push -q
	succeeds varve -C ../b pull
	stderr_has "number 2"
	succeeds as ada varve publish --no-pages -o ../public
	varve -C ../b verify ../public > "$HOME/out"
	grep -q "number 2" "$HOME/out"
}

@test "no push from a clone with varve takes a signed head back, and one without varve is told by the next fetch" {
	a_table
	key_of ada
	git init -q --bare --template= ../host.git
	git remote add origin "file://$BATS_TEST_TMPDIR/work/host.git"
	git config remote.origin.varveKind git
	git config varve.sign true
	as ada varve push -q -u origin main
	git config --global remote.origin.varveKind git
	varve clone -q --git-host "file://$BATS_TEST_TMPDIR/work/host.git" ../b
	another 2
	as ada varve push -q
	git -C ../b config remote.origin.mirror true
	git -C ../b config --unset remote.origin.fetch
	ends_with 1 git -C ../b push -q origin
	stderr_has "would overwrite refs/varve/heads/$key_ada of origin, which names the newest signed version"
	git -C ../b update-ref -d "refs/varve/heads/$key_ada"
	git -C ../b fetch -q origin refs/varve/blocks:refs/varve/blocks
	ends_with 1 git -C ../b push -q --mirror origin
	stderr_has "would delete refs/varve/heads/$key_ada of origin"
	git -C ../host.git update-ref -d "refs/varve/heads/$key_ada"
	varve clone -q --git-host "file://$BATS_TEST_TMPDIR/work/host.git" ../c 2> "$HOME/err"
	succeeds as ada varve fetch
	stderr_has "' has no signed head, but this repository trusts one from earlier"
	another 3
	succeeds as ada varve push
	[ "$(git -C ../host.git rev-parse "refs/varve/heads/$key_ada")" = "$(git rev-parse "refs/varve/heads/$key_ada")" ]
}

@test "an SSH key signs, by its file and by the agent" {
	command -v ssh-agent > /dev/null || skip "ssh-agent is not installed"
	a_table
	ssh-keygen -q -t ed25519 -N '' -f "$HOME/id"
	git config varve.signingKey "$HOME/id"
	succeeds varve sign --name prices
	eval "$(ssh-agent -s)" > /dev/null
	ssh-add -q "$HOME/id"
	rm "$HOME/id"
	git config varve.signingKey "$HOME/id.pub"
	succeeds varve sign
	output_has "number 2"
	kill "$SSH_AGENT_PID"
	succeeds varve verify
	ends_with 2 varve sign
	stderr_has "ssh-keygen cannot sign"
	git config --unset varve.signingKey
	ends_with 2 varve sign
	stderr_has "this machine has no key yet"
}

@test "a row of a signed version is proved, and of another nothing" {
	a_table
	git tag -a v1 -m first
	ends_with 2 varve prove HEAD:prices.csv --row 17 -o ../row.car
	stderr_has "this version is not signed"
	key_of ada
	as ada varve sign -q --name prices
	succeeds varve prove HEAD:prices.csv --row 17 -o ../row.car
	stderr_has " kB prove this row"
	ends_with 2 varve prove HEAD:prices.csv --row 17 -o ../row.car
	succeeds varve prove -q -f HEAD:prices.csv --row 17 -o ../row.car
	grep -qa "varve head 1" ../row.car
	ends_with 2 varve verify ../row.car
	stderr_has "varve-reader verify FILE"
	another 1
	for wrong in "HEAD:prices.csv --row 17" "v1:prices.csv --row 99999" "prices.csv --row 17"; do
		# shellcheck disable=SC2086
		ends_with 2 varve prove $wrong -o ../no.car
		[ ! -e ../no.car ]
	done
	ends_with 2 varve prove v1:prices.csv -o ../no.car
	succeeds varve cite HEAD:prices.csv
}

@test "a version is cited with its id, its signer and its places" {
	a_table
	git tag v1
	git remote add origin https://user:secret@example.org/prices.git
	succeeds varve cite prices.csv
	root=$(varve info --json HEAD:prices.csv | python3 -c 'import json, sys; print(json.load(sys.stdin)["root"])')
	output_is "$(git log -1 --format=%an) (2023). prices.csv. $(git log -1 --format=%as). CID $root, commit $(git rev-parse HEAD).
https://user@example.org/prices.git"
	# Its day and year are those of its author's zone.
	git branch before
	git commit -q --amend --no-edit --date='1735687800 +0530'
	succeeds varve cite prices.csv
	output_has "$(git log -1 --format=%an) (2025). prices.csv. $(git log -1 --format=%as). "
	git reset -q --soft before
	cat > datapackage.json <<-'END'
	{"title": "50 % of {all} \\ prices", "contributors": [{"title": "Ada"}, {"title": "Bob"}], "licenses": [{"name": "CC0-1.0"}], "resources": []}
	END
	git add datapackage.json
	git commit -qm "Describe them"
	key_of ada
	as ada varve sign -q --name prices --mirror https://mirror.example.org/prices/
	succeeds varve cite --json prices.csv
	python3 -c 'import json, sys
c = json.load(sys.stdin)
assert c["authors"] == ["Ada", "Bob"] and c["title"] == "50 % of {all} \\ prices" and c["licence"] == "CC0-1.0", c
assert c["root"] == sys.argv[1] and c["signer"] == sys.argv[2] and c["number"] == 1, c
assert c["urls"] == ["https://mirror.example.org/prices/"], c' "$root" "$key_ada" <<< "$output"
	succeeds varve cite --format bibtex prices.csv
	output_has 'author = {Ada and Bob}'
	output_has 'title = {50 \% of \{all\} \textbackslash{} prices}'
	output_has "signed by $key_ada ("
	succeeds varve cite --format cff prices.csv
	output_has 'title: "50 % of {all} \\ prices"'
	output_has '  - name: "Bob"'
	succeeds varve cite --format datacite prices.csv
	[ "$(python3 -c 'import json, sys; print([c["name"] for c in json.load(sys.stdin)["creators"]])' <<< "$output")" = "['Ada', 'Bob']" ]
	# What was committed after it is not signed by that head; what was before, is, and had no title.
	printf '99,1\n' >> prices.csv
	varve commit -qam later
	succeeds varve cite prices.csv
	output_lacks "signed by"
	succeeds varve cite v1:prices.csv
	output_has ". prices.csv. "
	output_has "signed by $key_ada ("
	ends_with 2 varve cite :prices.csv
	stderr_has "':prices.csv' does not name a version of a commit"
	ends_with 2 varve cite nothing.csv
	stderr_has "'nothing.csv' is not in 'HEAD'"
	# A file that Git has as text has no root.
	git -c filter.varve.clean= -c filter.varve.process= -c filter.varve.required=false rm -q --cached prices.csv
	echo plain > note.txt
	git add note.txt
	git commit -qm note
	succeeds varve cite note.txt
	output_has "Git blob $(git rev-parse HEAD:note.txt)"
}

# A clone of a bare peer that has ada's head: `served.git` is the origin, reached by its path.
signed_peer() {
	a_table
	key_of ada
	varve init -q --bare ../served.git
	git remote add origin "$BATS_TEST_TMPDIR/work/served.git"
	git config remote.origin.varveKind peer
	as ada varve sign -q --name prices
	git config varve.sign true
	as ada varve push -q -u origin main
}

@test "a peer takes heads and shows them, and the next clone pins their owner" {
	signed_peer
	[ "$(git -C ../served.git rev-parse "refs/varve/heads/$key_ada")" = "$(git rev-parse "refs/varve/heads/$key_ada")" ]
	succeeds varve clone "$PWD/../served.git" ../b
	stderr_has "signed by $key_ada"
	grep -q "^owner $key_ada$" ../b/.git/varve/trust
	another 2
	as ada varve push -q
	succeeds varve -C ../b pull
	stderr_has "number 2"
	succeeds varve -C ../b verify origin
	output_has "number 2"
	# an older head at the origin moves nothing
	git -C ../served.git update-ref "refs/varve/heads/$key_ada" "refs/varve/heads/$key_ada~1"
	before=$(git rev-parse main)
	git -C ../served.git update-ref refs/heads/main "main~1"
	ends_with 2 varve -C ../b fetch
	stderr_has "rollback: "
	at "$before"
}

@test "a peer refuses a head of a stranger, an older one, and that one is deleted" {
	signed_peer
	another 2
	as ada varve push -q
	head=refs/varve/heads/$key_ada
	key_of eve
	cp -r . ../e
	cd ../e
	git config --unset varve.sign
	rm .git/varve/trust
	git update-ref -d "$head"
	as eve varve sign -q --name prices
	another 3
	succeeds varve push
	stderr_has "the signed head was not accepted: "
	stderr_has "its signer is not the owner"
	[ -z "$(git -C ../served.git for-each-ref "refs/varve/heads/$key_eve")" ]
	cd ../a
	ends_with 1 varve push origin ":$head"
	git -C ../served.git rev-parse -q --verify "$head"
}

@test "with the origin off a colleague's copy of the head moves the origin's branch, and no further than it says" {
	signed_peer
	varve clone -q "$PWD/../served.git" ../b
	another 2
	as ada varve push -q
	varve clone -q "$PWD/../served.git" ../c
	signed=$(git rev-parse main)
	mv ../served.git ../off.git
	# what the colleague did on his own is his
	cd ../c
	another 3
	own=$(git rev-parse main)
	cd ../b
	succeeds varve fetch --from ../c
	stderr_has "remotes/origin/main is at its signed commit"
	at "$signed"
	[ "$(git rev-parse refs/remotes/c/main)" = "$own" ]
	grep -q "^head $key_ada 2 " .git/varve/trust
	varve pull -q --from ../c
	[ "$(git rev-parse main)" = "$signed" ]
	# a colleague who is behind is no reason not to take what is his, if that is what was asked for
	git -C ../c reset -q --hard main~2
	git -C ../c update-ref "refs/varve/heads/$key_ada" "refs/varve/heads/$key_ada~1"
	git remote add c ../c
	succeeds varve fetch c
	grep -q "^head $key_ada 2 " .git/varve/trust
	ends_with 2 varve fetch --from ../c
	stderr_has "rollback: "
}

@test "with the origin off the copy with the newest head is taken, and one that cannot be believed is left out" {
	local n
	signed_peer
	varve clone -q "$PWD/../served.git" ../b
	for n in 1 2 3; do
		cp -r ../served.git "../copy$n.git"
		another "$((n + 1))"
		as ada varve push -q
	done
	mv ../served.git ../copy4.git
	cd ../b
	succeeds varve fetch --from ../copy1.git --from ../copy3.git --from ../copy2.git
	stderr_has "fetching the history from ../copy3.git instead"
	at "$(git -C ../a rev-parse main~1)"
	succeeds varve fetch --from ../copy2.git --from ../copy4.git
	stderr_has "fetching the history from ../copy4.git instead"
	stderr_has "../copy2.git is left out: rollback: "
	at "$(git -C ../a rev-parse main)"
	ends_with 2 varve fetch --from ../copy2.git --from ../copy1.git
	stderr_has "rollback: '../copy2.git' has signed head number 2"
	stderr_has "../copy1.git is left out: rollback: "
	at "$(git -C ../a rev-parse main)"
}

@test "of copies that stand in for the origin one that shows a head and does not give what it names is left out, and the next is asked" {
	local n
	signed_peer
	varve clone -q "$PWD/../served.git" ../b
	another 2
	as ada varve push -q
	for n in 1 2; do
		cp -r ../served.git "../copy$n.git"
	done
	mv ../served.git ../gone.git
	tree=$(git rev-parse 'main^{tree}')
	mkdir ../packs
	mv ../copy1.git/objects/pack/* ../packs
	for n in ../packs/*.pack; do
		[ ! -e "$n" ] || git -C ../copy1.git unpack-objects -q < "$n"
	done
	rm -f "../copy1.git/objects/${tree:0:2}/${tree:2}"
	[ "$(git -C ../copy1.git cat-file -t "$tree" 2> /dev/null)" != tree ]
	cp -r ../b ../c
	cd ../b
	# the origin that does not answer is asked once
	python3 -u - > ../port 2> /dev/null 3>&- <<-'END' &
	import socket
	with socket.create_server(("127.0.0.1", 0)) as s, open("../asked", "w", buffering=1) as log:
	    print(s.getsockname()[1], flush=True)
	    while True:
	        s.accept()[0].close()
	        print("asked", file=log)
	END
	server_pid=$!
	until [ -s ../port ]; do sleep 0.05; done
	git config remote.origin.varveKind peer
	git remote set-url origin "http://127.0.0.1:$(cat ../port)/"
	ends_with 2 varve fetch
	once=$(wc -l < ../asked)
	succeeds varve fetch --from ../copy1.git --from ../copy2.git
	[ "$(wc -l < ../asked)" = $((2 * once)) ]
	[ "$(grep -c '127.0.0.1' <<< "$stderr")" = 1 ]
	stop_server
	stderr_has "../copy1.git is left out: "
	stderr_has "fetching the history from ../copy2.git instead"
	at "$(git -C ../a rev-parse main)"
	succeeds varve fsck --data
	# likewise by the names of remotes
	cd ../c
	git remote add one ../copy1.git
	git remote add two ../copy2.git
	succeeds timeout 60 varve fetch --from one --from two
	stderr_has "one is left out: "
	stderr_has "fetching the history from two instead"
}

@test "signing that was killed before its head was trusted goes on after that head" {
	signed
	cp .git/varve/trust "$HOME/before"
	another 2
	as ada varve sign -q
	varve publish -q --no-pages -o ../public
	cp "$HOME/before" .git/varve/trust
	varve clone -q "$site" ../b
	more ada 3
	grep -q "^head $key_ada 3 " .git/varve/trust
	succeeds varve -C ../b pull
	stderr_has "number 3"
	# without the file, and before the first one was written: no second owner, no second first head
	rm .git/varve/trust
	more ada 4
	grep -q "^head $key_ada 4 " .git/varve/trust
	grep -q "^owner $key_ada$" .git/varve/trust
	succeeds varve -C ../b pull
	stderr_has "number 4"
	rm .git/varve/trust
	key_of eve
	ends_with 2 as eve varve sign -q
	stderr_has "is not a signer of 'prices'"
}

@test "of two that sign at once the second follows the first, and a fetch meanwhile loses neither head" {
	signed
	varve clone -q "$site" ../b
	pids=
	for i in 1 2 3 4 5 6; do
		as ada varve sign -q 3>&- &
		pids="$pids $!"
	done
	for i in $pids; do
		wait "$i"
	done
	grep -q "^head $key_ada 7 " .git/varve/trust
	[ "$(git rev-list --count "refs/varve/heads/$key_ada")" = 7 ]
	# eve signs in b, while b fetches what ada signed
	key_of eve
	as ada varve sign -q --signer "$key_eve=2099-01-01"
	varve publish -q --no-pages -o ../public
	varve -C ../b fetch -q
	for i in 1 2 3; do
		more ada "1$i"
		as eve varve -C ../b sign -q 3>&- &
		pids=$!
		as eve varve -C ../b fetch -q
		wait "$pids"
		grep -q "^head $key_ada $((8 + i)) " ../b/.git/varve/trust
		grep -q "^head $key_eve $i " ../b/.git/varve/trust
	done
}

# beside_lock COMMAND...: it waits for the lock of what is trusted, while a version is committed.
beside_lock() {
	local holder pid
	flock .git/varve/trust.lock sh -c 'echo > "$HOME/held"; read -r line' < <(until [ -e "$HOME/let-go" ]; do sleep 0.02; done; echo) 3>&- &
	holder=$!
	until [ -e "$HOME/held" ]; do sleep 0.02; done
	env XDG_CONFIG_HOME="$HOME/ada" "$@" 3>&- &
	pid=$!
	until ls -l "/proc/$pid/fd" | grep -q trust.lock; do sleep 0.02; done
	another 7
	touch "$HOME/let-go"
	wait "$pid"
	wait "$holder"
	rm "$HOME/held" "$HOME/let-go"
}

@test "what is signed is chosen under the lock, or a later head could name older refs" {
	signed
	beside_lock varve sign -q
	git cat-file blob "refs/varve/heads/$key_ada:refs" | grep -q "^$(git rev-parse main) "
	git config varve.sign true
	beside_lock varve publish -q --no-pages -o ../public
	grep -q "^$(git rev-parse main)"$'\t'"refs/heads/main$" ../public/repo.git/info/refs
	git cat-file blob "refs/varve/heads/$key_ada:refs" | grep -q "^$(git rev-parse main) "
	succeeds varve clone "$site" ../b
	stderr_has "number 3"
}

@test "a head that was signed here and not shown yet is a warning here, and a rollback for all others" {
	signed
	varve clone -q "$site" ../b
	as ada varve sign -q
	git remote add public "$site"
	git config remote.public.varveKind folder
	succeeds as ada varve fetch public
	stderr_has "does not have signed head 2, which was signed here"
	grep -q "^head $key_ada 2 " .git/varve/trust
	ends_with 2 varve fetch public
	stderr_has "rollback: "
	more ada 2
	succeeds as ada varve fetch public
	stderr_lacks "does not have signed head"
	succeeds varve -C ../b fetch
	stderr_has "number 3"
}

# ssh_key NAME: a key of OpenSSH; $key_NAME is it as heads have it.
ssh_key() {
	ssh-keygen -q -t ed25519 -N '' -f "$HOME/$1"
	git init -q "../of-$1"
	printf -v "key_$1" %s "$(git -C "../of-$1" commit -q --allow-empty -m one && varve -C "../of-$1" config varve.signingKey "$HOME/$1" && varve -C "../of-$1" sign --name x | grep -o 'z6Mk[^ ]*')"
}

@test "a far side signs what it accepts with a key of its own, and never with that of who pushes" {
	signed_peer
	ssh_key host
	as ada varve sign -q --signer "$key_host=2100-01-01"
	as ada varve push -q
	git -C ../served.git config varve.sign true
	# without one it runs as who pushes
	another 2
	succeeds as ada varve push
	stderr_lacks warning
	git config --unset varve.sign
	varve clone -q "$PWD/../served.git" ../b
	heads=$(git -C ../served.git for-each-ref refs/varve/heads)
	another 3
	succeeds as ada varve push
	stderr_lacks warning
	[ "$(git -C ../served.git for-each-ref refs/varve/heads)" = "$heads" ]
	git -C ../served.git config varve.signingKey "$HOME/host"
	cd ../b
	varve pull -q
	printf '9999,x\n' >> prices.csv
	varve commit -qam "by a colleague"
	varve push -q
	[ "$(git -C ../served.git log -1 --format=%s "refs/varve/heads/$key_host")" = "Head 1 of prices" ]
	cd ../a
	succeeds varve pull
	stderr_has "signed by $key_host"
	succeeds varve verify origin
	output_lacks "its signed head"
	# a key that nobody named
	ssh_key eve
	git -C ../served.git config varve.signingKey "$HOME/eve"
	another 4
	succeeds varve push
	stderr_has "the server did not sign this version: the key $key_eve is not a signer of 'prices'"
	succeeds varve -C ../b fetch
	stderr_has "main is 1 commit newer than the last signed head"
}

@test "what another push has brought meanwhile, the head too, is up to date and no refusal" {
	signed_peer
	another 2
	mkdir -p .git/hooks
	printf '%s\n' '#!/bin/sh' 'exec varve push -q --no-verify origin main v1' > .git/hooks/pre-push
	chmod +x .git/hooks/pre-push
	git tag v1
	succeeds as ada varve push origin main v1
	stderr_lacks "was not accepted"
	[ "$(git -C ../served.git rev-parse main v1)" = "$(git rev-parse main v1)" ]
	[ "$(git -C ../served.git rev-parse "refs/varve/heads/$key_ada")" = "$(git rev-parse "refs/varve/heads/$key_ada")" ]
}

@test "with varve.sign a push signs what it sent; a detached HEAD has nothing to sign" {
	signed_peer
	git branch side
	another 2
	there=$(git rev-parse side)
	as ada varve push -q origin side
	git cat-file blob "refs/varve/heads/$key_ada:refs" > "$HOME/refs"
	printf '%s refs/heads/main\n%s refs/heads/side\n' "$there" "$there" | cmp - "$HOME/refs"
	as ada varve push -q origin :side main:other
	git -C ../served.git cat-file blob "refs/varve/heads/$key_ada:refs" > "$HOME/refs"
	printf '%s refs/heads/main\n%s refs/heads/other\n' "$there" "$(git rev-parse main)" | cmp - "$HOME/refs"
	git checkout -q --detach
	ends_with 2 as ada varve sign
	stderr_has "varve: nothing to sign: HEAD is not on a branch with commits"
	succeeds as ada varve sign main
	new_repo ../empty
	cd ../empty
	ends_with 2 as ada varve sign --all
	stderr_has "nothing to sign: no branch or tag exists"
	git commit -q --allow-empty -m one
	ends_with 2 as ada varve sign --name "$(printf 'x%.0s' {1..201})"
	stderr_has "a name must be one line of at most 200 bytes"
}

@test "sign --default names the branch that a clone checks out" {
	signed
	git branch other HEAD
	ends_with 2 as ada varve sign -q --default other main
	stderr_has "'other' is not one of the branches to sign"
	as ada varve sign -q --all --default other
	varve publish -q --no-pages -o ../public
	succeeds varve clone "$site" ../b
	[ "$(git -C ../b branch --show-current)" = other ]
	as ada varve sign -q --all
	varve publish -q --no-pages -o ../public
	succeeds varve clone "$site" ../c
	[ "$(git -C ../c branch --show-current)" = other ]
}
