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
	stderr_has "it is of another data set"
	echo "${good/http:*/ext::sh -c id}" > ../txt
	ends_with 2 here varve clone dns:prices.example.org
	stderr_has "an http or https URL"
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
	stderr_has "names another owner or data set"
}

@test "by a name the commit of a HEAD on no branch, which no signed head names, is not checked out, and the rest comes" {
	named_here
	echo "varve1 key=$key name=eu/prices mirror=http://127.0.0.1:8081/" > ../txt
	another 1
	varve sign -q
	varve publish -q --no-pages -o ../public1
	git rev-parse main~1 > ../public1/repo.git/HEAD
	succeeds here varve clone dns:prices.example.org
	stderr_has "nothing is checked out"
	[ "$(git -C ../prices rev-parse origin/main)" = "$(git rev-parse main)" ]
	[ ! -e ../prices/prices.csv ]
}
