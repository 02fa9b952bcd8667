load ../helper
load ../../stories/hosts/host
load ../vault/stores
load forgets

# A store that the program rclone reaches: here a remote of the kind alias, to a folder, and one of the kind WebDAV.

setup() {
	varve_setup
	command -v rclone > /dev/null || skip "rclone is not installed"
	export RCLONE_CONFIG=$PWD/rclone.conf
	store=$PWD/nas/sales
	mkdir nas
	printf '[nas]\ntype = alias\nremote = %s\n' "$PWD/nas" > rclone.conf
	plain_host
	varve clone -q "$url" a
	cd a
}

begin() {
	succeeds varve store add --json origin rclone:nas:sales
	[ "$(jq -c '[.reads, .ranges, .writes, .lists, .removes]' <<< "$output")" = '[true,true,true,true,true]' ]
	[ "$(git config remote.origin.varveUrl)" = rclone:nas:sales ]
	[ ! -e .varveconfig ]
	rows "$1" > prices.csv
	varve add prices.csv > /dev/null
	varve commit -qm one
	succeeds varve push -u origin main
}

# A clone of the host with the same setting.
copy() {
	git clone -q "$url" "$1"
	git -C "$1" config remote.origin.varveUrl rclone:nas:sales
	varve -C "$1" init -q
	succeeds varve -C "$1" fetch --data --all
	succeeds varve -C "$1" restore prices.csv
}

@test "rclone keeps the blocks, a second machine gets them, and what is lost comes again" {
	begin 3000
	[ -z "$(git -C ../host.git for-each-ref refs/varve)" ]
	[ "$(cat "$store/format")" = "varve store 1" ]
	change 1
	varve push -q
	[ "$(ls "$store/incoming" 2> /dev/null)" = "" ]
	copy ../b
	cmp prices.csv ../b/prices.csv
	(cd ../b && sound)
	[ "$(varve status --remote --json | jq -c '[.versions, .lacking]')" = '[2,[]]' ]
	succeeds varve doctor
	rm "$(ls "$store"/packs/*.pack | head -1)"
	succeeds varve push --blocks
	copy ../c
	cmp prices.csv ../c/prices.csv
	succeeds varve gc --remote --prune=now
	copy ../d
	cmp prices.csv ../d/prices.csv
	succeeds varve store test
	output_has "read yes, ranges yes, write yes, list yes, remove yes"
	[ -z "$(ls "$store/trial")" ]
	succeeds varve store test origin
}

@test "a lazy clone reads single blocks through rclone" {
	begin 3000
	git clone -q "$url" ../b
	cd ../b
	git config remote.origin.varveUrl rclone:nas:sales
	varve init -q
	succeeds varve cat HEAD:prices.csv --where id=7
	[ "$(grep -c '^7,' <<< "$output")" = 1 ]
}

@test "a commit cannot name a program, and its settings are the user's" {
	begin 300
	git config --unset remote.origin.varveUrl
	git config -f .varveconfig store.team.url rclone:nas:other
	ends_with 2 varve store test team
	stderr_has "each user has to set it"
	[ ! -e ../nas/other ]
	varve add .varveconfig > /dev/null
	varve commit -qm two
	change 3
	ends_with 2 varve push
	[ ! -e ../nas/other ]
	for key in requestPayer anonymous endpoint profile; do
		rm .varveconfig
		git config -f .varveconfig store.team.url "$store"
		git config -f .varveconfig "store.team.$key" x
		ends_with 2 varve store test team
		stderr_has "of a store cannot be set here: each user sets it"
	done
}

@test "what rclone says when it fails is told, and nothing is lost" {
	ends_with 2 varve store add origin rclone:nowhere:sales
	stderr_has "rclone: "
	stderr_has "nowhere"
	ends_with 2 varve store add origin rclone:sales
	stderr_has "no rclone remote"
	ends_with 2 varve store add origin "rclone::sftp,pass=secret:x"
	stderr_lacks "pass=secret:x' "
	ends_with 2 varve store add team rclone:nas:sales
	stderr_has "not a remote of this repository"
	mkdir ../nas/full
	echo x > ../nas/full/y
	ends_with 2 varve store add origin rclone:nas:full
	stderr_has "not empty"
	begin 300
	mv ../nas ../away
	change 3
	ends_with 2 varve push
	[ "$(git -C ../host.git rev-parse main)" = "$(git rev-parse HEAD~1)" ]
	mkdir -p ../nas/sales
	ends_with 2 varve push
	[ -z "$(ls ../nas/sales)" ]
	rm -r ../nas
	mv ../away ../nas
	chmod 555 "$store/packs" "$store"
	if ! touch "$store/packs/x" 2> /dev/null; then
		ends_with 2 varve push
	fi
	rm -f "$store/packs/x"
	chmod 755 "$store/packs" "$store"
	succeeds varve push
	# The list of a folder fails: that a file is not in it is not known.
	mkdir ../fails
	printf '#!/bin/sh\ncase " $* " in\n*" lsf "*) echo no list today >&2; exit 1 ;;\n*" cat "*) exit 0 ;;\nesac\nexec %s "$@"\n' "$(command -v rclone)" > ../fails/rclone
	chmod +x ../fails/rclone
	PATH=$PWD/../fails:$PATH ends_with 2 varve store test
	stderr_has "no list today"
	# A file that is gone while a folder is listed: the list is not whole, and the folder not empty.
	printf '#!/bin/sh\ncase " $* " in\n*" lsf "*) exit 4 ;;\nesac\nexec %s "$@"\n' "$(command -v rclone)" > ../fails/rclone
	PATH=$PWD/../fails:$PATH ends_with 2 varve gc --remote
	stderr_has "only in part"
	mkdir ../bin
	for program in git sh cat sed; do
		ln -s "$(command -v "$program")" ../bin/
	done
	varve=$(command -v varve)
	PATH=$(cd ../bin && pwd) ends_with 2 "$varve" store test
	stderr_has "rclone"
}

@test "store list shows a store of rclone, and store remove takes it away" {
	begin 100
	git config --add remote.origin.varveUrl ssh://peer/sales.git
	succeeds varve store list
	[ "$output" = "origin	rclone:nas:sales (set in this clone only)" ]
	[ "$(varve store list --json | jq -c '[.[] | [.name, .url, .default, .own]]')" = '[["origin","rclone:nas:sales",true,true]]' ]
	succeeds varve store remove origin
	[ "$(git config --get-all remote.origin.varveUrl)" = ssh://peer/sales.git ]
	[ -z "$(varve store list)" ]
	[ -e "$store/format" ]
	ends_with 2 varve store remove origin
	stderr_has "no store 'origin'"
}

@test "push --blocks --all origin brings blocks from rclone back to the host" {
	begin 300
	succeeds varve push --blocks --all origin
	stderr_has "sent a random block of each of 1 version"
	[ -z "$(git config remote.origin.varveUrl)" ]
	mv "$store" "$store.away"
	succeeds varve clone -q "$url" ../b
	cmp prices.csv ../b/prices.csv
}

teardown() {
	stop_program
}

# A WebDAV server for the folder nas, and the remote `dav` to it: rclone is both, as it has a server of its own.
start_webdav() {
	port=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
	rclone serve webdav ../nas --addr "127.0.0.1:$port" --user ann --pass secret --dir-cache-time 0s > ../webdav.log 2>&1 3>&- &
	store_pid=$!
	for _ in $(seq 400); do
		! curl -s "http://127.0.0.1:$port/" > /dev/null || break
		kill -0 "$store_pid"
		sleep 0.05
	done
	printf '[dav]\ntype = webdav\nurl = http://127.0.0.1:%s\nvendor = rclone\nuser = ann\npass = %s\n' "$port" \
		"$(rclone obscure secret)" >> ../rclone.conf
}

@test "expired and erased rows are in no byte of a WebDAV server, and one that is away frees nothing" {
	unset http_proxy HTTP_PROXY
	start_webdav
	varve store add origin rclone:dav:sales > /dev/null
	printf 'id,email\n1,ada@example.org\n2,bob@example.org\n' > people.csv
	mkdir ../car
	for day in 1 2; do
		numbers 400 "$day" > prices.csv
		varve add -q prices.csv people.csv
		tick 86400
		varve commit -qm "day $day"
		varve ipfs car export -q HEAD:prices.csv "../car/$day"
	done
	varve ipfs car export -q HEAD:people.csv ../car/people
	varve push -q -u origin main
	succeeds erase_ada --plan --remote origin
	stop_program
	ends_with 2 erase_ada --apply --now --receipt ../receipt
	ends_with 1 python3 "$search" ../car/1 ../car/people -- "$store"
	sed -i '/^\[dav\]/,$d' ../rclone.conf
	start_webdav
	ends_with 1 erase_ada --apply --now --receipt ../receipt
	[ "$(blocks_answer)" = "gone " ]
	varve expire --keep last=1 --remote origin --plan ../plan.json > /dev/null
	succeeds varve expire --apply ../plan.json --now
	python3 "$search" ../car/1 +../car/2 ../car/people =ada@example.org -- "$store"
	git clone -q "$url" ../b
	git -C ../b config remote.origin.varveUrl rclone:dav:sales
	varve -C ../b init -q
	succeeds varve -C ../b fetch --data --all
	succeeds varve -C ../b restore prices.csv people.csv
	copy_has_the_rest ../b
}
