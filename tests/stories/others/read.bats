load ../../cli/helper
load ../hosts/host
load ../../laws/faults/transfer

# Versions of other repositories, named URL#REV:PATH, without a clone of one's own.

setup() {
	varve_setup
	export VARVE_CACHE=$BATS_TEST_TMPDIR/cache
}

teardown() {
	[ -z "${server-}" ] || kill "$server"
}

# src: prices.csv of ROWS rows at v1, and of one row more at main.
source_repo() {
	git init -q src
	cd src
	varve init -q
	numbers "$1" > prices.csv
	varve add prices.csv > /dev/null
	varve commit -qm one
	git tag v1
	cp prices.csv ../v1.csv
	tick
	echo "0,1,2" >> prices.csv
	varve commit -qam two
	cd ..
	sizes=$(du -sb src/.git/varve/packs | cut -f1)
}

cached() {
	find "$VARVE_CACHE/repos" -name repository.git | wc -l
}

cached_bytes() {
	cat "$VARVE_CACHE"/repos/*/repository.git/varve/packs/*.pack 2> /dev/null | wc -c
}

@test "cat info log and diff read another repository by its path where there is none" {
	source_repo 300
	mkdir empty
	cd empty
	varve cat ../src#v1:prices.csv > got
	cmp got ../v1.csv
	varve cat "$BATS_TEST_TMPDIR/work/src#prices.csv" ../src#HEAD:prices.csv 2> /dev/null > got || true
	succeeds varve cat ../src#:prices.csv
	[ "$output" = "$(cat ../src/prices.csv)" ]
	succeeds varve info --json ../src#v1:prices.csv
	[ "$(python3 -c 'import json, sys; print(json.loads(sys.argv[1])["rowCount"])' "$output")" = 300 ]
	succeeds varve log --format json ../src#
	[ "$(python3 -c 'import json, sys; print(len(json.loads(sys.argv[1])))' "$output")" = 2 ]
	succeeds varve log --oneline ../src#v1:prices.csv
	[ "${#lines[@]}" = 1 ]
	succeeds varve log --oneline ../src#v1..main -- nothing.csv
	output_is ""
	ends_with 1 varve diff --exit-code --format json ../src#v1:prices.csv ../src#main:prices.csv
	same=$output
	ends_with 1 varve diff --exit-code --format json ../src#v1..main:prices.csv
	output_is "$same"
	ends_with 1 varve diff --exit-code --format json ../src#v1 main -- prices.csv
	output_is "$same"
	[ "$(cached)" = 1 ]
	[ "$(ls)" = got ]
}

@test "diff compares two files of other repositories, and two versions of one file as versions" {
	source_repo 3
	cp -a src other
	cd other
	sed '$d' prices.csv > things.csv
	varve add -q things.csv
	varve commit -qm things
	cd ..
	for words in "other#main:prices.csv other#main:things.csv" "src#main:prices.csv other#main:things.csv" \
		"./src/prices.csv other#:things.csv"; do
		ends_with 1 varve diff --exit-code $words
		output_has "1 row removed"
		stderr_lacks compare
	done
	succeeds varve diff other#main~1 main -- prices.csv things.csv
	output_has "things.csv: new table"
	succeeds varve diff other#main main -- prices.csv things.csv
	output_is ""
	stderr_has "varve compare 'other#main:prices.csv' 'other#main:things.csv'"
}

@test "words of two repositories or of none are refused, and name which" {
	source_repo 3
	git init -q other
	ends_with 2 varve cat src#v1:prices.csv v1.csv
	stderr_has "v1.csv"
	ends_with 2 varve log src#v1:prices.csv other#v1:prices.csv
	stderr_has "other#v1:prices.csv"
	ends_with 2 varve cat src#
	ends_with 2 varve cat src#v2:prices.csv
	ends_with 2 varve cat src#v1:other.csv
	ends_with 2 varve diff src#v1
	ends_with 2 varve cat ./nothing#prices.csv
	ends_with 2 varve cat http://127.0.0.1:1/x#prices.csv
	[ "$(cached)" = 1 ]
	[ "$(ls "$VARVE_CACHE/repos" | wc -l)" = 1 ]
}

@test "a file whose name has a number sign is a file, in a version too" {
	new_repo
	mkdir a
	rows 3 > a#b.csv
	rows 4 > c#d.csv
	varve add a#b.csv c#d.csv > /dev/null
	varve commit -qm one
	varve cat a#b.csv | cmp - a#b.csv
	varve cat HEAD:c#d.csv | cmp - c#d.csv
	varve cat HEAD@{0}:c#d.csv | cmp - c#d.csv
	[ ! -e "$VARVE_CACHE" ]
}

@test "a few rows of a peer cost a few blocks, and the version stays there" {
	source_repo 40000
	succeeds varve cat src#v1:prices.csv --where id=4711
	[ "${#lines[@]}" = 2 ]
	[ "${lines[1]}" = "$(sed -n 4712p v1.csv)" ]
	[ "$(cached_bytes)" = 0 ]
	stderr_has "varve: fetching blocks from $PWD/src"
	succeeds varve cat src#v1:prices.csv --limit 5
	[ "$output" = "$(head -n 6 v1.csv)" ]
	succeeds varve info --quick src#v1:prices.csv
	[ "$(cached_bytes)" -lt "$((sizes / 10))" ]
	varve cat src#v1:prices.csv | cmp - v1.csv
	[ "$(cached_bytes)" -gt "$((sizes / 2))" ]
}

@test "a query that needs some rows of a URL gets some blocks" {
	source_repo 40000
	command -v varve-sql > /dev/null || skip "varve-sql is not built"
	for few in 'LIMIT 3' 'LIMIT 2 OFFSET 5' 'LIMIT (SELECT 4)'; do
		succeeds varve sql --format csv "SELECT * FROM \"file://$PWD/src#v1:prices.csv\" $few"
		[ "$(cached_bytes)" -lt "$((sizes / 10))" ]
	done
	succeeds varve sql --format csv "SELECT count(*), count(a) FROM (SELECT *, 1 AS a FROM \"file://$PWD/src#v1:prices.csv\" LIMIT 30000)"
	[ "${lines[1]}" = 30000,30000 ]
	varve sql --format csv "SELECT * FROM \"file://$PWD/src#v1:prices.csv\" LIMIT 30000" > got
	[ "$(cached_bytes)" -gt "$((sizes / 2))" ]
}

@test "over ssh what one row needs is some kilobytes on the line" {
	source_repo 40000
	cat > ssh <<-'END'
	#!/bin/sh
	for command; do :; done
	sh -c "exec $command" | tee -a "$HOME/line"
	END
	chmod +x ssh
	export GIT_SSH=$PWD/ssh GIT_SSH_VARIANT=ssh
	succeeds varve cat "ada@host:$PWD/src#v1:prices.csv" --where id=4711
	[ "${lines[1]}" = "$(sed -n 4712p v1.csv)" ]
	[ "$(wc -c < "$HOME/line")" -lt 100000 ]
	[ "$sizes" -gt 300000 ]
}

@test "a plain Git host over http gives what is asked for, and refs are asked once per command" {
	http_host
	git -C host.git config uploadpack.allowFilter true
	a_table a
	git tag v1
	cp prices.csv ../v1.csv
	change 7
	varve push -q origin main v1
	cd ..
	varve cat "$url#v1:prices.csv" 2> /dev/null | cmp - v1.csv
	varve cat "$url#main:prices.csv" 2> /dev/null | cmp - a/prices.csv
	ends_with 1 varve diff --exit-code --format json "$url#v1..main:prices.csv"
	# a branch that moves, one that goes, and another default branch
	cd a
	change 8
	varve push -q origin main main:refs/heads/gone main:refs/heads/first
	succeeds varve cat "$url#HEAD:prices.csv"
	[ "$output" = "$(cat prices.csv)" ]
	succeeds varve log "$url#gone"
	git push -q origin :gone
	git -C ../host.git symbolic-ref HEAD refs/heads/first
	git reset -q --hard v1 2> /dev/null
	tick
	varve commit -q --allow-empty -m three
	varve push -q --force origin main
	ends_with 2 varve log "$url#gone"
	succeeds varve log --format json -n 1 "$url#"
	output_has "change 8"
	succeeds varve log --format json -n 1 "$url#main"
	output_has "three"
}

@test "a HEAD that is on no branch there is read at its commit, and where no ref reaches that, a branch is, and is named" {
	local once
	source_repo 300
	git -C src tag v2
	git -C src checkout -q --detach v1
	for once in first again; do
		succeeds varve cat src#HEAD:prices.csv
		[ "$output" = "$(cat v1.csv)" ]
		stderr_lacks "not on a branch"
	done
	git -C src checkout -q --detach v2
	succeeds varve cat src#HEAD:prices.csv
	[ "$output" = "$(cat src/prices.csv)" ]
	git -C src checkout -q --detach v1
	succeeds varve cat src#:prices.csv
	[ "$output" = "$(cat v1.csv)" ]
	git -C src commit -q --allow-empty -m "of nobody"
	for once in first again; do
		succeeds varve cat src#HEAD:prices.csv
		stderr_has "src is not on a branch: using 'main'"
		[ "$output" = "$(varve -C src cat main:prices.csv)" ]
	done
	git -C src checkout -q main
	succeeds varve cat src#HEAD:prices.csv
	stderr_lacks "not on a branch"
}

@test "what was read once is read without the URL, with a warning that has its age" {
	source_repo 300
	varve cat src#v1:prices.csv > /dev/null 2>&1
	mv src gone
	succeeds varve cat ./src#v1:prices.csv
	[ "$output" = "$(cat v1.csv)" ]
	stderr_has "warning"
	stderr_has "second"
	touch -d '3 hours ago' "$VARVE_CACHE"/repos/*/asked
	succeeds varve log --oneline "$PWD/src#"
	stderr_has "3 hours ago"
	ends_with 2 varve cat ./src#main:prices.csv
	succeeds varve --offline cat ./src#v1:prices.csv
	stderr_is ""
	mv gone src
	succeeds varve cat src#main:prices.csv
	stderr_lacks "warning"
	ends_with 2 varve --offline cat ./other#x.csv
}

@test "what was read longest ago goes when more than the limit lies in the cache" {
	source_repo 2000
	cp -r src second
	cp -r src third
	varve cat src#v1:prices.csv > /dev/null 2>&1
	varve cat second#v1:prices.csv > /dev/null 2>&1
	varve cat src#main:prices.csv > /dev/null 2>&1
	[ "$(cached)" = 2 ]
	one=$(find "$VARVE_CACHE"/repos/src-* -type f -printf '%s\n' | awk '{ n += $1 } END { print n }')
	git config --global varve.cacheSize $((one * 5 / 2))
	varve cat third#v1:prices.csv > /dev/null 2>&1
	[ "$(cached)" = 2 ]
	[ -e "$VARVE_CACHE"/repos/src-*/repository.git ]
	[ -e "$VARVE_CACHE"/repos/third-*/repository.git ]
	[ "$(ls "$VARVE_CACHE/repos" | wc -l)" = 2 ]
	git config --global varve.cacheSize 1
	varve cat second#v1:prices.csv 2> /dev/null | cmp - v1.csv
	[ "$(cached)" = 1 ]
}

@test "what a process reads is not removed" {
	source_repo 300
	cp -r src second
	git config --global varve.cacheSize 1
	varve cat src#v1:prices.csv > /dev/null 2>&1
	exec 7< "$(echo "$VARVE_CACHE"/repos/src-*/lock)"
	flock -s 7
	varve cat second#v1:prices.csv > /dev/null 2>&1
	[ "$(cached)" = 2 ]
	exec 7<&-
	varve cat second#main:prices.csv > /dev/null 2>&1
	[ "$(cached)" = 1 ]
}

@test "several processes that begin at once share one clone" {
	source_repo 300
	local i pids=()
	for i in 1 2 3 4 5 6; do
		varve cat src#v1:prices.csv > "got$i" 2> "err$i" 3>&- &
		pids+=($!)
	done
	for i in "${pids[@]}"; do
		wait "$i"
	done
	for i in 1 2 3 4 5 6; do
		cmp "got$i" v1.csv
	done
	[ "$(cached)" = 1 ]
}

cache_sound() {
	"$@" | cmp - v1.csv
	[ "$(cached)" = 1 ]
	[ -z "$(find "$VARVE_CACHE" -name 'cloning' -o -name '.varve-gone-*')" ]
	varve -C "$(echo "$VARVE_CACHE"/repos/*/repository.git)" fsck
}

@test "kill -9 while the cache is filled: the same command again gets through" {
	need_strace
	source_repo 300
	fresh() { rm -rf "$VARVE_CACHE"; }
	MOST=9 each_killed client fresh cache_sound varve cat "$PWD/src#v1:prices.csv"
}

@test "a bucket that a stranger's repository names is not asked" {
	source_repo 300
	cd src
	git config -f .varveconfig store.team.url s3://somebody/prefix
	git add .varveconfig
	varve commit -qm store
	cd ..
	git clone -q --bare src host.git
	export AWS_ENDPOINT_URL_S3=http://127.0.0.1:1 AWS_ACCESS_KEY_ID=a AWS_SECRET_ACCESS_KEY=b
	ends_with 2 varve cat "file://$PWD/host.git#v1:prices.csv"
	stderr_has "s3://somebody"
	stderr_has "trusted"
	stderr_lacks "127.0.0.1"
}
