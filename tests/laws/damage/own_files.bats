load ../../cli/helper

# A repository that has each kind of file that varve opens for writing, the folder that it publishes, a holder.
begin() {
	export XDG_CONFIG_HOME="$PWD/config" XDG_CACHE_HOME="$PWD/cache"
	mkdir store
	printf 'varve store 1\n' > store/format
	varve init -q --bare host
	varve init -q a
	cd a
	printf '[store "team"]\n\turl = %s\n' "${PWD%/*}/store" > .varveconfig
	git remote add origin ../host
	rows 40 > t.csv
	cp t.csv k.csv
	varve add .varveconfig > /dev/null
	varve add --key id . > /dev/null
	varve commit -qm one
	git branch side
	tick
	sed -i '5s/item/thing/' t.csv
	varve commit -qam two
	succeeds varve push -q -u origin main
	succeeds varve check
	varve switch -q side
	tick
	sed -i '9s/item/side/' t.csv
	varve commit -qam side
	varve switch -q main
	varve status > /dev/null
	varve vault key new > /dev/null
	for i in x y; do varve vault holder add $i ../$i --domain "house $i" 2> /dev/null; done
	succeeds varve vault replicate
	succeeds varve sign -q --name data
	succeeds varve publish -q -o ../p
	sed -i '7s/item/edit/' t.csv
	succeeds varve diff --stat
	cd ..
	for i in a p x y host store; do
		cp -a $i $i.0
	done
}

@test "a file of varve's own that was replaced by a link, a folder, a pipe or a device changes nothing outside" {
	local count=60
	[ -z "${VARVE_TEST_ALL-}" ] || count=1500
	begin
	python3 "$BATS_TEST_DIRNAME/own_files.py" "$PWD" "$count" "${VARVE_TEST_SAMPLE-5}" ${VARVE_TEST_ONLY-}
}

@test "the turn is not written through a link" {
	new_repo
	rows 5 > t.csv
	varve add -q .
	varve commit -qm one
	echo precious > ../victim
	rm .git/varve/turn
	ln -s "$PWD/../victim" .git/varve/turn
	sed -i '2s/item/thing/' t.csv
	for command in "add ." "commit -qam two" "switch -c new" "set t.csv 1 item=x"; do
		ends_with 2 varve $command
		[[ $stderr == *"/turn' is a symbolic link"*"remove the link"* ]]
		[ "$(< ../victim)" = precious ]
	done
	rm .git/varve/turn
	mkfifo .git/varve/turn
	ends_with 2 timeout 20 varve add .
	[[ $stderr == *"/turn' is not a regular file"* ]]
	rm .git/varve/turn
	succeeds varve commit -qam two
}
