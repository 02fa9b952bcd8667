load ../../cli/helper
load ../../stories/hosts/host
load ../../cli/vault/stores

teardown() {
	[ -z "${buckets-}" ] || stop_program
}

# Every kind of file that varve writes, damaged in every way: kinds.py has the table.

# m: a merge with a cell in conflict.
in_conflict() {
	cp -a a m
	cd m
	varve switch -q -c side
	sed -i '50s/item/side/' t.csv
	varve commit -qam side
	varve switch -q main
	sed -i '50s/item/ours/' t.csv
	varve commit -qam ours
	ends_with 1 varve merge side
	cd ..
}

# kill_at N COMMAND...: it is killed at its N-th call that writes or renames.
kill_at() {
	local n=$1
	shift
	ASAN_OPTIONS=detect_leaks=0 strace -f -qq -o /dev/null -e "inject=write,pwrite64,rename,renameat,renameat2,unlink,unlinkat:signal=KILL:when=$n" "$@" \
		> /dev/null 2>&1 || true
}

# j: a track that was killed half done. An empty folder where strace is not permitted.
killed() {
	local n
	mkdir j
	strace -f -o /dev/null -e inject=rmdir:signal=KILL:when=1 true 2> /dev/null || return 0
	for n in 1 2 3 4 5 6 7 8 9 10; do
		rm -rf j
		cp -a a j
		(cd j && kill_at "$n" varve track -q '*.toy') 2> /dev/null
		[ ! -e j/.git/varve/kept/1 ] || [ ! -e j/.git/varve/later ] || break
	done
}

# A reader of files called .toy, which are CSV.
toy() {
	mkdir toy
	git init -q toy
	cat > toy/toy <<-'END'
		#!/bin/sh
		unset GIT_DIR
		case $1 in
		list) echo '{"name":"Prices","types":true}' ;;
		read)
			cd "${0%/*}"
			cp "$2" "table$$.csv"
			varve cat --format arrow "table$$.csv"
			rm "table$$.csv" ;;
		esac
	END
	chmod +x toy/toy
	git config --global varve.reader.toy.command "$PWD/toy/toy"
}

# c: a clone that was killed half done.
half_cloned() {
	local n
	mkdir c
	strace -f -o /dev/null -e inject=rmdir:signal=KILL:when=1 true 2> /dev/null || return 0
	for n in 30 60 90 120 150 180; do
		rm -rf c
		kill_at "$n" varve clone -q "$url" c
		[ ! -e c/.git/varve/cloning ] || break
	done
}

# A pack of a branch whose fetch ended before it was whole, one that nothing names, a damaged one that was replaced, and
# the rest of a command that could not be followed.
with_leftovers() {
	cp -a a i
	cd i
	varve switch -q -c far
	rows 700 9 > far.csv
	varve add -q far.csv
	tick
	varve commit -qm far
	succeeds varve push -q origin far
	cd ..
	cp -a i ii
	cd i
	git update-ref -d refs/remotes/origin/far
	varve switch -q main
	git branch -q -D far
	rm -rf .git/logs
	succeeds varve gc -q --prune=now
	mkdir -p .git/varve/incoming/0123456789abcdef/packs
	for i in ../ii/.git/varve/packs/*.pack; do
		[ -e ".git/varve/packs/${i##*/}" ] || cp "$i" .git/varve/incoming/0123456789abcdef/packs
	done
	touch .git/varve/incoming/0123456789abcdef/writer.lock
	rows 60 8 > t.csv
	varve add -q t.csv
	git reset -q --hard
	find .git/varve/packs -exec touch -d '3 days ago' {} +
	succeeds varve gc -q
	cd ..
	rm -rf ii
}

# d: a repository that took a damaged pack out of use and lacks its blocks.
mended() {
	local i
	cp -a a d
	cd d
	for i in .git/varve/packs/*.pack; do
		chmod +w "$i"
		printf 'XXXXXXXX' | dd of="$i" bs=1 seek=200 conv=notrunc 2> /dev/null
	done
	rm -rf .git/varve/cache
	varve fsck --repair > /dev/null 2>&1 || true
	cd ..
}


# A repository with five versions of t.csv in a store, two holders of its vault, and their copies to begin from.
begin() {
	local i
	export XDG_CONFIG_HOME="$PWD/config" XDG_CACHE_HOME="$PWD/cache"
	plain_host
	toy
	mkdir -p store
	printf 'varve store 1\n' > store/format
	varve clone -q "$url" a
	cd a
	printf '[store "team"]\n\turl = %s\n' "${buckets:-${PWD%/*}/}store" > .varveconfig
	rows 3000 > t.csv
	varve add .varveconfig > /dev/null
	varve add --key id t.csv > /dev/null
	rows 30 > b.toy
	git add b.toy
	varve commit -qm one
	succeeds varve push -q -u origin main
	for i in 10 20 30 40; do
		tick
		sed -i "${i}s/item/thing/" t.csv
		varve commit -qam "change $i"
		succeeds varve push -q
	done
	# gone: what no branch has, and the store does
	(cd ../store && find packs lists versions -type f | sort) > ../needed
	varve switch -q -c gone
	sed -i '50s/item/gone/' t.csv
	varve commit -qam gone
	succeeds varve push -q origin gone
	varve check > /dev/null 2>&1 || true
	touch t.csv
	varve status > /dev/null
	varve gc --remote > /dev/null 2>&1
	printf 'varve condemned 1\nrun %032d\n' 1 > ../store/condemned
	varve vault key new > /dev/null
	for i in x y; do
		varve vault holder add $i "${buckets:-${PWD%/*}/}$i" --domain "house $i" 2> /dev/null
	done
	succeeds varve vault replicate
	varve vault key export ../key 2> /dev/null
	varve switch -q main
	git branch -q -D gone
	git push -q --no-verify origin :gone
	rm -rf .git/logs
	find ../store -type f -exec touch -d '20 days ago' {} +
	succeeds varve ipfs publish HEAD:t.csv
	succeeds varve cat 'HEAD:b.toy#Prices'
	succeeds varve sign -q --name data
	succeeds varve publish -q --no-pages -o ../p
	succeeds varve publish -q -o ../w
	succeeds varve web --export ../e HEAD
	cd ..
	succeeds varve clone -q --lazy "$url" l
	succeeds varve clone -q p q
	varve -C a cat '../p#main:t.csv' > /dev/null
	in_conflict
	killed
	half_cloned
	with_leftovers
	(cd store && find packs lists versions -type f | sort) | comm -13 needed - > garbage # what is not in a, too
	mended
	for i in a store host.git x y l m j e p q w c i d config cache; do
		cp -a $i $i.0
	done
}

@test "what is damaged is seen and mended" {
	local every=40
	[ -z "${VARVE_TEST_ALL-}" ] || every=1
	begin
	python3 "$BATS_TEST_DIRNAME/kinds.py" "$HOME" "$PWD" "$every" "${VARVE_TEST_SAMPLE-5}" ${VARVE_TEST_ONLY-}
}

@test "what is damaged in a bucket, also while a gc or a prune is under way, is seen and mended" {
	local every=24
	[ -z "${VARVE_TEST_ALL-}" ] || every=1
	only_keys AKIDEXAMPLE secret/with+signs=
	ln -s . buckets
	start_program "$PWD/buckets.port" python3 "$BATS_TEST_DIRNAME/../../net/s3_store.py" 0 "$PWD/buckets.port" "$PWD/buckets.log" \
		"$PWD/buckets" store x y
	export AWS_ENDPOINT_URL_S3=http://127.0.0.1:$port AWS_REGION=eu-test-1 VARVE_TRUSTED_HOSTS=s3://store
	buckets=s3://
	begin
	BUCKET=1 python3 "$BATS_TEST_DIRNAME/kinds.py" "$HOME" "$PWD" "$every" "${VARVE_TEST_SAMPLE-5}" ${VARVE_TEST_ONLY-}
}
