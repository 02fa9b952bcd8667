load ../helper
load folder

# Refs are what the newest signed head says: a place that shows others beside it moves nothing back, whoever reads it.

setup() {
	varve_setup
	signed
	old=$(git rev-parse main)
}

teardown() {
	stop_server
}

# The head names the second version, and the folder shows main at $1.
shows() {
	sed -i "s/^.*heads.main$/$1	refs\/heads\/main/" ../public/repo.git/info/refs
}

second() {
	another 2
	as ada varve sign -q
	as ada varve publish -q --no-pages -o ../public
	new=$(git rev-parse main)
}

# The clone $1 is at the signed version.
is_new() {
	[ "$(git -C "$1" rev-parse origin/main)" = "$new" ]
	cmp prices.csv "$1/prices.csv"
}

@test "main at an older commit beside the newest head is taken from the head by whoever reads" {
	varve clone -q "$site" ../was
	second
	shows "$old"
	succeeds varve clone "$site" ../b
	stderr_has "has main 1 commit before its signed head, number 2: using the signed version"
	is_new ../b
	succeeds varve clone -q --lazy "$site" ../lazy
	is_new ../lazy
	succeeds varve -C ../was pull
	stderr_has "1 commit before its signed head"
	is_new ../was
	succeeds varve -C ../b fetch
	is_new ../b
	mkdir ../alone && cd ../alone
	succeeds varve cat "$site#main:prices.csv"
	printf '%s\n' "$output" | cmp - ../a/prices.csv
	succeeds varve info "$site#main:prices.csv"
	output_has "number 2"
	ends_with 1 varve -C ../b verify "$site"
	output_has "main 1 commit before its signed head, number 2"
}

@test "verify has the same verdict: what is ahead of the signed head is named and no difference" {
	as ada varve sign -q --mirror "$site"
	another 2
	succeeds as ada varve verify
	output_has "main 1 commit after its signed head, number 2"
	varve publish -q --no-pages -o ../public
	for copy in "$site" ../public; do
		succeeds varve verify "$copy"
		output_has "main 1 commit after its signed head, number 2"
	done
	[ "$(varve verify --json "$site" | jq .differing)" = 0 ]
	# a copy in the place of the origin shows nothing but what is signed
	ends_with 1 varve verify "$key_ada/prices"
	stderr_has "differs from its signed version"
	# a peer whose commits are not here
	varve clone -q . ../c
	another 3
	ends_with 1 varve -C ../c verify origin
	output_has "main is at commit $(git rev-parse --short=10 HEAD), which was not fetched here"
	varve -C ../c fetch -q
	succeeds varve -C ../c verify origin
	output_has "main 2 commits after its signed head, number 2"
	git branch -qM main gone
	ends_with 1 varve -C ../c verify origin
	output_has "main is missing there"
}

@test "another history, a moved tag and no heads at all move nothing" {
	git tag v1
	second
	varve clone -q "$site" ../b
	# history that does not follow main, below the genuine head
	git switch -q -c eve "$old"
	another 5
	git switch -q main
	varve publish -q --no-pages -o ../public main v1 eve
	shows "$(git rev-parse eve)"
	succeeds varve -C ../b fetch
	stderr_has "has main at a commit other than that of its signed head, number 2"
	is_new ../b
	succeeds varve clone -q "$site" ../c
	is_new ../c
	as ada varve sign -q main v1
	varve publish -q --force --no-pages -o ../public main v1
	sed -i "s/^.*tags.v1$/$new	refs\/tags\/v1/" ../public/repo.git/info/refs
	succeeds varve clone "$site" ../d
	stderr_has "has v1 at a commit other than that of its signed head"
	[ "$(git -C ../d rev-parse v1)" = "$old" ]
	# the head that is trusted counts where none is shown
	shows "$old"
	sed -i /refs.varve.heads/d ../public/repo.git/info/refs
	succeeds varve -C ../d fetch
	stderr_has "has no signed head"
	stderr_has "main 1 commit before its signed head, number 3"
	is_new ../d
}

@test "what the origin of a signed version was forced back from comes from a mirror, and without one is named" {
	as ada varve sign -q --mirror "$site"
	varve publish -q --no-pages -o ../public
	git init -q --bare ../hub.git
	git remote add origin "$PWD/../hub.git"
	git config varve.sign true
	as ada varve push -q -u origin main
	varve clone -q ../hub.git ../was
	VARVE_CACHE=$PWD/../cache varve cat "../hub.git#main:prices.csv" > ../read
	second
	as ada varve push -q
	varve -C ../was fetch -q
	git push -q -f origin "$old:main"
	# the hub gives the commit as long as it has it
	succeeds varve clone ../hub.git ../kept
	stderr_lacks "lacks the commit"
	is_new ../kept
	git -C ../hub.git repack -adq
	git -C ../hub.git prune --expire=now
	succeeds varve clone ../hub.git ../b
	stderr_has "but lacks the commit ${new:0:10} that this head names"
	stderr_has "fetching the history from $site instead"
	is_new ../b
	succeeds varve -C ../was pull
	is_new ../was
	stop_server
	ends_with 1 varve clone ../hub.git ../c
	stderr_has "but lacks the commit ${new:0:10} that this head names"
	stderr_has "warning: the clone has the remote's current version, which is not the newest signed one"
	stderr_has "get the commit from its signer, a mirror or another clone: --from URL"
	[ "$(git -C ../c rev-parse HEAD)" = "$old" ]
	succeeds varve -C ../c status
	output_lacks "Signed by"
	ends_with 1 varve -C ../c fetch
	stderr_has "main stays behind: "
	ends_with 1 varve -C ../c pull
	stderr_has "get the commit from its signer, a mirror or another clone: --from URL"
	[ "$(git -C ../c rev-parse HEAD)" = "$old" ]
	ends_with 1 varve cat "../hub.git#main:prices.csv"
	stderr_has "does not have the repository's newest signed version"
	# nor does a copy that was read before stand in for it
	ends_with 1 env VARVE_CACHE="$PWD/../cache" varve cat "../hub.git#main:prices.csv"
	stderr_has "does not have the repository's newest signed version"
	stderr_lacks "did not answer"
	mv ../hub.git ../away.git
	succeeds env VARVE_CACHE="$PWD/../cache" varve cat "../hub.git#main:prices.csv"
	stderr_has "did not answer"
	output_is "$(cat ../read)"
	mv ../away.git ../hub.git
	succeeds varve -C ../c pull --from ../a
	is_new ../c
}

@test "a table that was imported is not updated to what a mirror shows beside its newest head" {
	varve clone -q "$site" ../b
	second
	cp -r ../public ../saved
	new_repo ../u
	cd ../u
	varve import "$site#main:prices.csv"
	varve commit -qm import
	cd ../a
	shows "$old"
	cd ../u
	succeeds varve update
	cmp prices.csv ../a/prices.csv
}

@test "publish does not put a folder back: not to an older version, nor to one that lacks what only the folder has" {
	cp -r . ../late
	another 2
	new=$(git rev-parse main)
	cp -r . ../second
	varve publish -q --no-pages -o ../public
	cd ..
	for who in late second; do
		[ "$who" = late ] || git -C second reset -q --hard "$old"
		refs=$(cat public/repo.git/info/refs)
		ends_with 2 as ada varve -C "$who" publish --no-pages -o "$PWD/public"
		stderr_has "has main at commit ${new:0:10}, which is missing here"
		[ "$(cat public/repo.git/info/refs)" = "$refs" ]
	done
	git -C second branch kept "$new"
	ends_with 2 varve -C second publish --no-pages -o "$PWD/public"
	stderr_has "which is not an ancestor of the commit here"
	ends_with 2 varve -C late publish --force --prune --no-pages -o "$PWD/public"
	stderr_has ": one run cannot both replace and remove its commits"
	# the folder is the last copy of the newest version
	rm -rf a second
	succeeds varve -C late publish --force --no-pages -o "$PWD/public"
	stderr_has "' are saved below refs/remotes/published/"
	[ "$(git -C late rev-parse published/main)" = "$new" ]
	succeeds varve -C late publish -q --prune --no-pages -o "$PWD/public"
	varve clone -q public b
	[ "$(git -C b rev-parse HEAD)" = "$old" ]
	succeeds varve -C late --offline cat published/main:prices.csv
	output_has item2
}

@test "a key on two machines signs one chain, and where both signed at once a record joins the two" {
	export XDG_CONFIG_HOME=$HOME/ada
	git init -q --bare ../hub.git
	git remote add origin "$PWD/../hub.git"
	git config varve.sign true
	varve push -q -u origin main
	varve clone -q ../hub.git ../b
	git -C ../b config varve.sign true
	XDG_CONFIG_HOME=$HOME varve clone -q ../public ../reader
	XDG_CONFIG_HOME=$HOME varve clone -q ../hub.git ../other
	# of the folder the second machine learns the first one's head before it numbers its own
	second
	varve -C ../b pull -q ../a main
	(cd ../b && another 3)
	varve -C ../b publish -q --no-pages -o "$PWD/../public"
	grep -q "^head $key_ada 3 " ../b/.git/varve/trust
	# and then both sign a third one
	another 4
	varve publish --no-pages -o ../folder4 > /dev/null
	varve -C ../b push -q
	XDG_CONFIG_HOME=$HOME varve -C ../other pull -q
	ends_with 2 varve fetch
	stderr_has "fork: "
	stderr_has "varve sign --join"
	succeeds varve sign --join origin
	output_has "number 4"
	succeeds varve pull -q
	succeeds varve push
	stderr_lacks "warning: the signed head"
	succeeds varve -C ../b pull -q
	succeeds varve publish -q --no-pages -o ../public
	for who in ../reader ../other; do
		succeeds env XDG_CONFIG_HOME="$HOME" varve -C "$who" pull -q
		cmp prices.csv "$who/prices.csv"
	done
	succeeds varve verify ../public
	output_has "number 5"
}

@test "a push of a key that may not sign moves its refs, and varve.sign of a user is of repositories that the user signed" {
	git init -q --bare ../hub.git
	git remote add origin "$PWD/../hub.git"
	git config varve.sign true
	as ada varve push -q -u origin main
	varve clone -q ../hub.git ../b
	key_of bob
	cd ../b
	git config varve.sign true
	another 2
	succeeds as bob varve push
	stderr_has "main -> main"
	stderr_has "warning: this version is not signed: the key $key_bob is not a signer of 'prices'"
	[ "$(git -C ../hub.git rev-parse main)" = "$(git rev-parse HEAD)" ]
	# for all repositories of the user, and so for the far side of a path, and for what is another's
	git config --unset varve.sign
	git -C ../a config --unset varve.sign
	git config --global varve.sign true
	another 3
	succeeds as bob varve push
	stderr_lacks warning
	cd ../a
	as ada varve pull -q
	another 4
	succeeds as ada varve push
	stderr_lacks warning
	as ada varve verify origin > /dev/null
	another 5
	sleep 1
	succeeds as ada varve push
	stderr_lacks warning
	succeeds varve clone ../hub.git ../c
	stderr_has "number 3"
}

@test "an address at IPFS is cloned by a gateway, and the clone of one that never changes follows its head's key" {
	mkdir -p ../public/ipfs ../public/ipns
	varve publish -q --no-pages -o ../public/ipfs/bafyone
	git config --global varve.mirror "ipfs+$site"
	succeeds varve clone ipfs://bafyone ../b
	cmp prices.csv ../b/prices.csv
	second
	name=$(python3 - "$key_ada" <<-'END'
	import sys
	n = 0
	for c in sys.argv[1][1:]:
	    n = n * 58 + "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz".index(c)
	n, text = int.from_bytes(bytes.fromhex("0172002408011220") + n.to_bytes(34, "big")[2:], "big"), ""
	while n:
	    n, r = divmod(n, 36)
	    text = "0123456789abcdefghijklmnopqrstuvwxyz"[r] + text
	print("k" + text)
	END
	)
	varve publish -q --no-pages -o "../public/ipns/$name"
	succeeds varve -C ../b pull
	is_new ../b
	git config --global --unset varve.mirror
	succeeds varve clone -q --from "ipfs+$site" "ipns://$name" ../c
	is_new ../c
}

@test "publish does not move a tag of the folder, and says that it is another commit" {
	git tag v1
	varve publish -q --no-pages -o ../public
	another 2
	git tag -f v1 > /dev/null
	ends_with 2 varve publish --no-pages -o ../public
	stderr_has "has v1 at commit ${old:0:10}, which is not the commit here"
}
