# A history of which some versions have expired is complete without them, at every place.
load ../../cli/helper
load host
load ../walks/expired

never_missing='missing|lost|lacks|could not be fetched|incomplete'

@test "a push to an empty Git host and a clone of it need no expired version, and bring the list" {
	expired_middle
	a_host
	git remote add origin "$url"
	succeeds varve push -u origin main
	[[ "$output$stderr" != *[Ff]etching* ]] && ! grep -E "$never_missing" <<< "$output$stderr"
	[ "$(git -C "$host" rev-parse refs/varve/expired)" = "$(git rev-parse refs/varve/expired)" ]
	succeeds varve clone "$url" ../clone
	! grep -E "$never_missing" <<< "$output$stderr" || return 1
	cd ../clone
	is_whole
	succeeds varve fetch --data --all
	! grep -E "$never_missing|expired" <<< "$output$stderr" || return 1
	succeeds varve doctor
	! grep -E "$never_missing" <<< "$output$stderr" || return 1
	# and on
	rows 300 5 > prices.csv
	varve commit -qam "day 5"
	succeeds varve push
	ends_with 1 varve whereis HEAD~2:prices.csv
	output_has "here: its rows expired"
	# reading an expired version asks no host
	: > "$ssh_calls"
	succeeds varve log --stat
	ends_with 2 varve cat HEAD~2:prices.csv
	[ ! -s "$ssh_calls" ]
}

@test "a push to an empty peer and a clone of it need no expired version, and bring the list" {
	expired_middle
	git init -q --bare ../peer.git
	varve --git-dir=../peer.git init -q
	git remote add origin ../peer.git
	succeeds varve push -u origin main
	! grep -E "$never_missing" <<< "$output$stderr" || return 1
	succeeds varve clone ../peer.git ../clone
	! grep -E "$never_missing" <<< "$output$stderr" || return 1
	cd ../clone
	is_whole
	succeeds varve --git-dir=../peer.git fsck --data
	output_has "expired: 2 versions"
	succeeds varve fetch --data --all
	rows 300 5 > prices.csv
	varve commit -qam "day 5"
	succeeds varve push
}

@test "a host whose blocks are in a branch has the list in a branch" {
	expired_middle
	a_host
	git config -f .varveconfig blocks.ref varve-blocks
	git add .varveconfig
	varve commit -qm "blocks in a branch"
	git remote add origin "$url"
	succeeds varve push -u origin main
	[ "$(git -C "$host" rev-parse refs/heads/varve-expired)" = "$(git rev-parse refs/varve/expired)" ]
	succeeds varve clone "$url" ../clone
	cd ../clone
	succeeds varve fsck --data
	output_has "expired: 2 versions"
	[ -z "$(git branch -r --list '*expired*')" ]
	[ "$(git -C "$host" for-each-ref --format='%(refname)' refs/heads | wc -l)" = 3 ]
}

@test "the branch of the list does not become the default branch of an empty host" {
	expired_middle
	a_host
	git -C "$host" symbolic-ref HEAD refs/heads/none
	printf '%s\n' '#!/bin/sh' 'while read -r old new ref; do' \
		'git rev-parse -q --verify HEAD > /dev/null || git symbolic-ref HEAD "$ref"' 'done' \
		> "$host/hooks/post-receive"
	chmod +x "$host/hooks/post-receive"
	git config -f .varveconfig blocks.ref varve-blocks
	git add .varveconfig
	varve commit -qm "blocks in a branch"
	git remote add origin "$url"
	succeeds varve push -u origin main
	[ "$(git -C "$host" symbolic-ref HEAD)" = refs/heads/main ]
	[ "$(git -C "$host" rev-parse refs/heads/varve-expired)" = "$(git rev-parse refs/varve/expired)" ]
}

@test "rows in a store need no expired version" {
	expired_middle
	a_host
	mkdir ../store
	succeeds varve store add bucket "$PWD/../store"
	git add .varveconfig && varve commit -qm store
	git remote add origin "$url"
	succeeds varve push -u origin main
	succeeds varve clone "$url" ../clone
	cd ../clone
	succeeds varve fsck --data
	output_has "expired: 2 versions"
	! grep -E "$never_missing" <<< "$output$stderr" || return 1
}

@test "lists of two repositories unite at the remote" {
	new_repo
	days 4
	a_host
	git remote add origin "$url"
	succeeds varve push -q -u origin main
	varve clone -q "$url" ../other
	expire_versions HEAD~3
	(
		cd ../other
		expire_versions HEAD~2
		succeeds varve push -q
	)
	succeeds varve push
	stderr_lacks "not accepted"
	[ "$(git ls-tree refs/varve/expired | wc -l)" = 2 ]
	[ "$(git -C "$host" rev-parse refs/varve/expired)" = "$(git rev-parse refs/varve/expired)" ]
	cd ../other
	succeeds varve fetch
	[ "$(git rev-parse refs/varve/expired)" = "$(git -C "$host" rev-parse refs/varve/expired)" ]
	# nothing more to send
	git rev-parse refs/varve/expired > before
	succeeds varve fetch
	succeeds varve push
	[ "$(git rev-parse refs/varve/expired)" = "$(cat before)" ]
}

# A clone of before, in ../old, which has the rows of all four versions; in the current folder two are gone.
old_clone() {
	new_repo
	days 4
	varve clone -q . ../old
	leave_versions HEAD~3 HEAD
	expire_versions HEAD~1 HEAD~2
}

# In ../old: a further commit is pushed to the place URL, and no expired rows with it.
pushes_from_old() {
	cd ../old
	git remote set-url origin "$1"
	rows 300 5 > prices.csv
	varve commit -qam "day 5"
	succeeds varve push
	! grep -E "$never_missing" <<< "$output$stderr" || return 1
	# its own rows stay
	[ "$(varve cat HEAD~2:prices.csv | sha256sum)" = "$(rows 300 3 | sha256sum)" ]
	succeeds varve fsck
	output_has "sound: 5 versions"
	varve clone -q "$1" ../new
	cd ../new
	succeeds varve fsck --data
	output_has "expired: 2 versions"
	ends_with 2 varve cat HEAD~3:prices.csv
	stderr_has "expired on 2023-11-19"
}

@test "a clone of before keeps its rows, and brings no expired ones back to a host" {
	old_clone
	a_host
	git remote add origin "$url"
	succeeds varve push -q -u origin main
	pushes_from_old "$url"
	cd ../old
	succeeds varve push --blocks
	rm -r ../new
	varve clone -q "$url" ../new
	cd ../new
	ends_with 2 varve cat HEAD~3:prices.csv
}

@test "a clone of before brings no expired rows back to a peer" {
	old_clone
	git init -q --bare ../peer.git
	varve --git-dir=../peer.git init -q
	git remote add origin ../peer.git
	succeeds varve push -q -u origin main
	pushes_from_old "$PWD/../peer.git"
}

@test "a list only explains: rows that it names go to a place without it, and come back" {
	new_repo
	days 3
	expire_versions HEAD~1
	a_host
	git remote add origin "$url"
	succeeds varve push -q -u origin main
	git -C "$host" update-ref -d refs/varve/expired
	varve clone -q "$url" ../clone
	cd ../clone
	succeeds varve fsck --data
	output_has "sound: 3 versions"
	[ "$(varve cat HEAD~1:prices.csv | sha256sum)" = "$(rows 300 2 | sha256sum)" ]
}

@test "signed heads name and verify a history with expired versions" {
	expired_middle
	a_host
	varve key new > /dev/null
	varve config varve.sign true
	succeeds varve sign -q --name prices
	git remote add origin "$url"
	succeeds varve push -u origin main
	varve clone -q "$url" ../clone
	cd ../clone
	is_whole
	succeeds varve verify
	succeeds varve verify origin
	! grep -E "$never_missing" <<< "$output$stderr" || return 1
}

@test "a published folder has the list, and a clone of it is complete" {
	expired_middle
	succeeds varve publish -o ../pub
	! grep -E "$never_missing|expired" <<< "$output$stderr" || return 1
	rows 300 4 | cmp - ../pub/prices.csv
	varve clone -q "$PWD/../pub" ../clone
	cd ../clone
	is_whole
}

@test "publish and web --export leave a table out whose rows have expired, and name it" {
	new_repo
	days 2
	leave_versions HEAD~1
	expire_versions HEAD
	rows 40 9 > stock.csv
	varve add -q stock.csv
	varve commit -qm stock
	succeeds varve publish -o ../pub
	stderr_has "'prices.csv' is not published as a file: its rows expired on 2023-11-19 by the policy of Ada (last=1)"
	[ ! -e ../pub/prices.csv ]
	cmp stock.csv ../pub/stock.csv
	succeeds varve web --export ../web
	stderr_has "left out: version $(git rev-parse --short=8 HEAD): prices.csv: its rows expired on 2023-11-19 by the policy of Ada (last=1)"
	stderr_lacks "varve fetch"
	grep -q "its rows expired" ../web/index.html
}

@test "a vault keeps a history without its expired versions, and brings back the list" {
	expired_middle
	mkdir ../holder
	varve vault key new > /dev/null
	varve vault holder add h ../holder 2> /dev/null
	succeeds varve vault replicate --copies 1
	! grep -E "missing|lacks|could not be fetched" <<< "$output$stderr" || return 1
	succeeds varve vault recover --to ../back ../holder
	! grep -E "missing|lacks|could not be fetched" <<< "$output$stderr" || return 1
	cd ../back
	succeeds varve fsck --data
	output_has "sound: 2 versions"
	output_has "expired: 2 versions"
}

# comes_back CLONE [PUSH...]: writes the expired content again, commits and pushes it; then the clone gets it.
comes_back() {
	local clone=$1
	shift
	rows 300 2 > prices.csv
	cp prices.csv ../again.csv
	succeeds varve commit -qam "as on day 2"
	[ "$(git rev-parse HEAD:prices.csv)" = "$(git rev-parse HEAD~3:prices.csv)" ]
	succeeds "${@:-varve}" push
	! grep -E "$never_missing|expired" <<< "$output$stderr" || return 1
	cd "$clone"
	succeeds varve pull
	! grep -E "$never_missing|expired" <<< "$output$stderr" || return 1
	cmp ../again.csv prices.csv
	succeeds varve fsck --data
}

@test "an expired version that comes back is sent to a host, and to its clones" {
	expired_middle
	a_host
	git remote add origin "$url"
	succeeds varve push -u origin main
	succeeds varve clone "$url" ../older
	comes_back ../older
	succeeds varve clone "$url" ../newer
	cmp ../again.csv ../newer/prices.csv
	succeeds varve -C ../newer fsck --data
}

@test "an expired version that comes back is sent by plain git push" {
	expired_middle
	a_host
	succeeds varve install
	git remote add origin "$url"
	succeeds varve push -u origin main
	succeeds varve clone "$url" ../older
	comes_back ../older git
}

@test "an expired version that comes back is fetched on demand" {
	expired_middle
	a_host
	git remote add origin "$url"
	succeeds varve push -u origin main
	succeeds varve clone --lazy "$url" ../older
	comes_back ../older
	succeeds varve clone --lazy "$url" ../newer
	cmp ../again.csv ../newer/prices.csv
	cd ../newer
	: > "$ssh_calls"
	ends_with 2 varve cat HEAD~2:prices.csv
	[ ! -s "$ssh_calls" ]
}

@test "an expired version that comes back is sent to a peer, and to its clones" {
	expired_middle
	git init -q --bare ../peer.git
	varve --git-dir=../peer.git init -q
	git remote add origin ../peer.git
	succeeds varve push -u origin main
	succeeds varve clone ../peer.git ../older
	comes_back ../older
	succeeds varve --git-dir=../peer.git fsck --data
	succeeds varve clone ../peer.git ../newer
	cmp ../again.csv ../newer/prices.csv
	succeeds varve -C ../newer fsck --data
}
