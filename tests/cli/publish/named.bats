load ../helper
load folder

# A data set that is asked for by the name of a domain. The name server is our own.

# here COMMAND...: where names are answered from the file txt, and public1 to public3 are served.
here() {
	(cd .. && unshare -Urmn python3 "$BATS_TEST_DIRNAME/named.py" txt "$@")
}

named_here() {
	unshare -Urmn true 2> /dev/null || skip "no namespaces for users here"
	a_table
	varve key new > /dev/null
	key=$(varve key show | sed 's/^did:key://')
	varve sign -q --name eu/prices "$@"
	varve publish -q --no-pages -o ../public1
	echo "varve1 key=$key name=eu/prices mirror=http://127.0.0.1:8082/ mirror=http://127.0.0.1:8081/" > ../txt
}

@test "a domain names owner and mirrors, the first that answers is taken, and later fetches find the others" {
	named_here --mirror http://127.0.0.1:8083/
	succeeds here varve clone dns:prices.example.org
	stderr_has "prices.example.org names 'eu/prices', signed by $key ("
	cmp prices.csv ../prices/prices.csv
	grep -q "^owner $key$" ../prices/.git/varve/trust
	# another version at the third place alone, which only the newest head names
	another 1
	varve sign -q
	varve publish -q --no-pages -o ../public3
	mv ../public1 ../public2 ../gone 2> /dev/null || mv ../public1 ../gone
	rm ../txt
	succeeds here varve -C prices fetch
	[ "$(git -C ../prices rev-parse origin/main)" = "$(git rev-parse main)" ]
	# what is not signed is not taken
	another 2
	varve config varve.sign false
	varve publish -q --no-pages -o ../public3
	ends_with 2 here varve -C prices fetch
	[ "$(git -C ../prices rev-parse origin/main)" = "$(git rev-parse main~1)" ]
}

@test "another owner, another data set and records that are wrong are refused and name what is expected" {
	named_here
	good=$(cat ../txt)
	XDG_CONFIG_HOME=$HOME/eve varve key new > /dev/null
	eve=$(XDG_CONFIG_HOME=$HOME/eve varve key show | sed 's/^did:key://')
	echo "${good/$key/$eve}" > ../txt
	ends_with 2 here varve clone dns:prices.example.org
	stderr_has "its signer is not the owner"
	echo "${good/eu\/prices/other}" > ../txt
	ends_with 2 here varve clone dns:prices.example.org
	stderr_has "it belongs to another repository"
	echo "${good/http:*/ext::sh -c id}" > ../txt
	ends_with 2 here varve clone dns:prices.example.org
	stderr_has "an http, https or relay+https URL"
	echo "varve1 key=$key name=x" > ../txt
	ends_with 2 here varve clone dns:prices.example.org
	stderr_has "lacks one of key=, name= and mirror="
	: > ../txt
	ends_with 2 here varve clone dns:prices.example.org
	stderr_has "no TXT record"
	[ ! -e ../prices ] && [ ! -e ../other ] && [ ! -e ../x ]
	# a domain that changes hands leads nowhere
	printf 'v=spf1 -all\n%s\n' "$good" > ../txt
	succeeds here varve clone -q dns:prices.example.org
	mv ../public1 ../public3
	echo "varve1 key=$eve name=eu/prices mirror=http://127.0.0.1:8083/" > ../txt
	ends_with 2 here varve -C prices fetch
	stderr_has "names a different owner or repository"
}

@test "by a name the signed default branch is checked out, although HEAD is on no branch or on one that no signed head names" {
	named_here
	echo "varve1 key=$key name=eu/prices mirror=http://127.0.0.1:8081/" > ../txt
	another 1
	varve sign -q
	varve publish -q --no-pages -o ../public1
	git rev-parse main~1 > ../public1/repo.git/HEAD
	succeeds here varve clone dns:prices.example.org
	[ "$(git -C ../prices rev-parse origin/main HEAD | sort -u)" = "$(git rev-parse main)" ]
	[ "$(git -C ../prices symbolic-ref HEAD)" = refs/heads/main ]
	cmp prices.csv ../prices/prices.csv
}

# copies NAME...: the published folder, now, as further folders that are served.
copies() {
	local to
	for to; do
		mkdir -p "$(dirname "$to")"
		rm -rf "$to"
		cp -r ../public1 "$to"
	done
}

@test "of all copies that answer a clone and each later fetch take the one with the newest head" {
	named_here
	copies ../public2
	another 1
	varve sign -q
	varve publish -q --no-pages -o ../public1
	succeeds here varve clone dns:prices.example.org
	stderr_has "the newest of 2 copies that answered is http://127.0.0.1:8081"
	[ "$(git -C ../prices rev-parse main)" = "$(git rev-parse main)" ]
	[ "$(git -C ../prices config remote.origin.url)" = http://127.0.0.1:8081/ ]
	# the one that was taken stands still, and another goes on
	copies ../public2
	another 2
	varve sign -q
	varve publish -q --no-pages -o ../public2
	succeeds here varve -C prices pull
	[ "$(git -C ../prices rev-parse main)" = "$(git rev-parse main)" ]
	[ -z "$(git -C ../prices for-each-ref --format='%(refname)' refs/remotes | grep -v '^refs/remotes/origin/')" ]
	# all are older than what is known here now
	rm -rf ../public2
	ends_with 2 here varve -C prices fetch
	stderr_has "rollback"
	cmp prices.csv ../prices/prices.csv
}

@test "a name is verified at each copy that is known, and pushed to where a remote of that name can be written" {
	named_here
	copies ../public2
	another 1
	varve sign -q
	varve publish -q --no-pages -o ../public1
	# one that shows an older head than was seen here is a rollback, and the answer is no
	ends_with 1 here varve -C a verify dns:prices.example.org
	stderr_has "http://127.0.0.1:8082/ is left out: rollback"
	stderr_has "http://127.0.0.1:8081/ has number 2"
	output_has "number 2"
	new_repo ../b # where nothing is trusted
	cd ..
	succeeds env XDG_CONFIG_HOME="$HOME/bob" unshare -Urmn python3 "$BATS_TEST_DIRNAME/named.py" txt varve -C b verify dns:prices.example.org
	stderr_has "http://127.0.0.1:8082/ has number 1"
	stderr_has "http://127.0.0.1:8081/ has number 2"
	output_has "eu/prices: signed by $key"
	output_has "number 2"
	# a copy that shows nothing shows nothing wrong
	touch public2/forbidden
	succeeds env XDG_CONFIG_HOME="$HOME/bob" unshare -Urmn python3 "$BATS_TEST_DIRNAME/named.py" txt varve -C b verify dns:prices.example.org
	stderr_has "http://127.0.0.1:8082/ is left out"
	rm public2/forbidden
	# each copy must have what was signed, not the newest alone
	sed -i 's,refs/heads/main,refs/heads/other,' public2/repo.git/info/refs
	ends_with 1 env XDG_CONFIG_HOME="$HOME/bob" unshare -Urmn python3 "$BATS_TEST_DIRNAME/named.py" txt varve -C b verify dns:prices.example.org
	stderr_has "http://127.0.0.1:8082/ differs from its signed version"
	output_has "number 2"
	# nor may one have what somebody else signed
	cp -r a eve
	(
		cd eve
		git for-each-ref --format='delete %(refname)' refs/varve/heads | git update-ref --stdin
		rm -rf .git/varve/trust ../public2
		export XDG_CONFIG_HOME=$HOME/eve
		varve key new > /dev/null
		varve sign -q --name eu/prices
		varve publish -q --no-pages -o ../public2
	)
	ends_with 1 env XDG_CONFIG_HOME="$HOME/bob" unshare -Urmn python3 "$BATS_TEST_DIRNAME/named.py" txt varve -C b verify dns:prices.example.org
	stderr_has "http://127.0.0.1:8082/ is left out: it is another repository"
	output_has "number 2"
	cd a
	git config --global varve.mirror http://127.0.0.1:9/
	ends_with 2 here varve -C a verify "$key/eu/prices"
	stderr_has "http://127.0.0.1:9/eu/prices is left out"
	stderr_has "no known copy of '$key/eu/prices' answers"
	ends_with 2 varve push "$key/eu/prices" main
	stderr_has "'$key/eu/prices' is a repository's name, which cannot be pushed to"
	stderr_has "pushUrl"
	git init -q --bare ../bare.git
	git remote add ada "$key/eu/prices"
	ends_with 2 varve push ada main
	stderr_has "' is a repository's name, which cannot be pushed to"
	mkdir -p sub
	ends_with 2 varve -C sub push ada main
	stderr_has "' is a repository's name, which cannot be pushed to"
	git remote set-url --push ada "$PWD/../bare.git"
	succeeds varve push "$key/eu/prices" main
	[ "$(git -C ../bare.git rev-parse main)" = "$(git rev-parse main)" ]
	another 2
	succeeds varve push -q ada main
	git remote remove ada
	git remote add origin "$PWD/../bare.git"
	git config remote.origin.varveName dns:prices.example.org
	another 3
	succeeds varve push dns:prices.example.org main
	[ "$(git -C ../bare.git rev-parse main)" = "$(git rev-parse main)" ]
}

@test "a name in full is cloned, and read by URL, from whoever is known to have it" {
	named_here
	rm ../txt
	ends_with 2 here varve clone "$key/eu/prices"
	stderr_has "no known copy of '$key/eu/prices' answers"
	stderr_has "--from URL"
	[ ! -e ../prices ]
	succeeds here varve clone "$key/eu/prices" --from http://127.0.0.1:8081/ a1
	cmp prices.csv ../a1/prices.csv
	succeeds here varve clone "$key/eu/prices" --from public1 byPath
	[ "$(git -C ../byPath config remote.origin.url)" = "$(cd .. && pwd)/public1" ]
	succeeds varve -C ../byPath pull
	stderr_lacks "left out"
	succeeds here varve clone -q --single-branch "did:key:$key/eu/prices" --from http://127.0.0.1:8081/ a2
	cmp prices.csv ../a2/prices.csv
	# the user's mirrors: folders by name, and a gateway of IPFS by the owner's key
	ipns=$(python3 - "$key" <<-'END'
	import sys
	n = 0
	for c in sys.argv[1][1:]:
	    n = n * 58 + "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz".index(c)
	n = int.from_bytes(bytes.fromhex("0172002408011220") + n.to_bytes(34, "big")[2:], "big")
	text = ""
	while n:
	    n, d = divmod(n, 36)
	    text = "0123456789abcdefghijklmnopqrstuvwxyz"[d] + text
	print("k" + text)
	END
	)
	copies ../public2/eu/prices
	git config --global varve.mirror http://127.0.0.1:8082/
	rm -rf ../public1.gone && mv ../public1 ../public1.gone
	succeeds here varve clone "$key/eu/prices" a3
	cmp prices.csv ../a3/prices.csv
	succeeds here varve cat --raw "$key/eu/prices#prices.csv"
	mv ../public1.gone ../public1
	copies "../public3/ipns/$ipns"
	rm -rf ../public1 ../public2
	ends_with 2 here varve clone "$key/eu/prices" a4
	git config --global varve.mirror ipfs+http://127.0.0.1:8083
	succeeds here varve clone "$key/eu/prices" a4
	cmp prices.csv ../a4/prices.csv
	# a clone whose copy is gone finds the gateway, too
	succeeds here varve -C a1 fetch
	git config --global --unset varve.mirror
	ends_with 2 here varve -C a1 fetch
	succeeds here varve clone "$key/eu/prices" --from ipfs+http://127.0.0.1:8083/ a5
	cmp prices.csv ../a5/prices.csv
	# the other remotes of a repository
	git -C ../a1 remote add ada "$key/eu/prices"
	git -C ../a1 remote set-url origin "http://127.0.0.1:8083/ipns/$ipns/"
	git -C ../a1 config --unset remote.origin.varveName
	succeeds here varve -C a1 fetch ada
	[ "$(git -C ../a1 rev-parse ada/main)" = "$(git rev-parse main)" ]
	for i in {01..40}; do # more than are asked at once
		git -C ../a1 remote add "there$i" "http://127.0.0.1:9/$i"
	done
	git -C ../a1 remote add eve "did:key:$key/other"
	succeeds here varve -C a1 fetch ada
	stderr_lacks "eve"
	# no place, and no name
	ends_with 2 varve clone "$key"
	stderr_has "KEY/NAME"
	[ ! -e "$key" ]
	ends_with 2 varve clone "did:key:${key%?}/eu/prices"
	stderr_has "' is not a name, expected KEY/NAME or dns:DOMAIN"
	# somebody else's, and another data set of the owner, are not taken
	XDG_CONFIG_HOME=$HOME/eve varve key new > /dev/null
	eve=$(XDG_CONFIG_HOME=$HOME/eve varve key show | sed 's/^did:key://')
	ends_with 2 here varve clone "$eve/eu/prices" --from "http://127.0.0.1:8083/ipns/$ipns/"
	ends_with 2 here varve clone "$key/other" --from "http://127.0.0.1:8083/ipns/$ipns/"
	stderr_has "it belongs to another repository"
	[ ! -e ../other ]
}
