load ../helper
load ../../stories/hosts/host
load folder
load ../../laws/faults/transfer

# varve gc --remote of a store: fewer packs; what nothing needs is condemned, and removed a week later.

# Makes all files of the store older.
age() {
	find "$store" -type f -exec touch -d "-$1 days" {} +
}

count() {
	find "$store/$1" -type f | wc -l
}

# Seven versions in the store, one of them on a branch that was deleted.
many_versions() {
	a_store
	for row in 10 20 30 40 50; do
		change $row
		succeeds varve push -q
	done
	git checkout -q -b gone
	change 60
	succeeds varve push -q origin gone
	gone=$(root_of)
	git checkout -q main
	git push -q --no-verify origin :gone
	git branch -q -D gone
	[ "$(count packs) $(count lists) $(count versions)" = "7 7 7" ]
}

root_of() {
	git show "${1-HEAD}:prices.csv" | sed -n 's/.*"root": "\([^"]*\)".*/\1/p'
}

# No name of a version or pack is left in the file, and which gc wrote it stays.
nothing_condemned() {
	[ "$(sed 1d "$store/condemned" | cut -d' ' -f1)" = run ]
}

# Every version is in the store alone, and comes back.
all_there() {
	rm -rf "$BATS_TEST_TMPDIR/check"
	succeeds varve clone -q "$url" "$BATS_TEST_TMPDIR/check"
	succeeds varve -C "$BATS_TEST_TMPDIR/check" fsck --data
	output_has "sound"
	for commit in $(git rev-list main); do
		varve cat "$commit:prices.csv" | cmp - <(varve -C "$BATS_TEST_TMPDIR/check" cat "$commit:prices.csv")
	done
}

@test "small packs become one, what no ref needs is condemned, and a week later all of it is removed" {
	many_versions
	age 20
	succeeds varve gc --remote --dry-run
	[ "$(count packs) $(count lists) $(count versions)" = "7 7 7" ]
	[ ! -e "$store/condemned" ]
	succeeds varve gc --remote
	stderr_has "combined: 6 packs into 1 pack"
	[ "$(count packs) $(count versions)" = "8 7" ]
	[ "$(grep -c ^pack "$store/condemned")" -eq 7 ]
	[ "$(grep ^version "$store/condemned")" = "version $gone" ]
	[ -z "$(find "$store" -name "gc-*")" ]
	all_there
	succeeds varve gc --remote
	stderr_has "can be removed after"
	[ "$(count packs)" -eq 8 ]
	touch -d '-8 days' "$store/condemned"
	succeeds varve gc --remote
	stderr_has "removed: 1 version, 7 packs"
	[ "$(count packs) $(count lists) $(count versions)" = "1 1 6" ]
	nothing_condemned
	[ ! -e "$store/versions/$gone.packs" ]
	all_there
	succeeds varve gc --remote
	stderr_has "nothing to gain"
}

@test "what is young stays, whether a ref needs it or not" {
	many_versions
	succeeds varve gc --remote
	stderr_has "nothing to gain yet"
	stderr_has "7 packs are too recent to be combined: 'varve gc --remote' can combine or remove them after $(TZ=UTC date -d '+14 days' +%Y-%m-%d) "
	succeeds varve gc --remote=origin
	stderr_has "'varve gc --remote=origin' can combine or remove them after "
	stderr_has "'varve gc --remote=origin --prune=now' at once"
	succeeds varve gc --remote --prune=never
	stderr_lacks "young"
	[ "$(count packs) $(count lists) $(count versions)" = "7 7 7" ]
	age 20
	touch "$store/versions/$gone.packs"
	succeeds varve gc --remote
	[ -e "$store/versions/$gone.packs" ]
	! grep -q ^version "$store/condemned" || false
	while read -r hex; do
		[ "${#hex}" -ne 32 ] || ! grep -q "$hex" "$store/condemned"
	done < "$store/versions/$gone.packs"
}

@test "gc --remote --prune=now removes at once, but versions of the last hour" {
	many_versions
	succeeds varve gc --remote --prune=now
	stderr_has "1 version that no ref reaches is less than an hour old, and stays until the hour is over"
	[ "$(count versions)" = 7 ]
	all_there
	age 1
	succeeds varve gc --remote --prune=now
	[ "$(count packs) $(count lists) $(count versions)" = "1 1 6" ]
	nothing_condemned
	all_there
}

@test "a version that is pushed again while it is condemned stays, and so do its blocks" {
	many_versions
	varve clone -q "$url" ../b
	age 20
	succeeds varve gc --remote
	touch -d '-6 days' "$store/condemned"
	git checkout -q -b back main
	tick
	sed -i 's/^60,item/60,changed/' prices.csv
	varve commit -qam "change 60 again"
	[ "$(root_of)" = "$gone" ]
	succeeds varve push -q origin back
	# its blocks came in packs that are not condemned
	while read -r hex; do
		[ "${#hex}" -ne 32 ] || ! grep -q "$hex" "$store/condemned"
	done < "$store/versions/$gone.packs"
	touch -d '-8 days' "$store/condemned"
	cd ../b
	succeeds varve gc --remote
	[ -e "$store/versions/$gone.packs" ]
	[ ! -e "$store/condemned" ] || ! grep -q "$gone" "$store/condemned"
	succeeds varve clone -q -b back "$url" ../c
	cmp ../a/prices.csv ../c/prices.csv
}

@test "a version whose ref came back after it was condemned stays" {
	many_versions
	age 20
	succeeds varve gc --remote
	touch -d '-8 days' "$store/condemned"
	git checkout -q -b back main
	tick
	sed -i 's/^60,item/60,changed/' prices.csv
	varve commit -qam "change 60 again"
	git push -q --no-verify origin back
	git checkout -q main
	git branch -q -D back
	succeeds varve gc --remote
	[ -e "$store/versions/$gone.packs" ]
	succeeds varve clone -q -b back "$url" ../c
	sed 's/^60,item/60,changed/' prices.csv | cmp - ../c/prices.csv
}

@test "branches that were not pushed keep their versions, and a shallow clone is refused" {
	many_versions
	git checkout -q -b own
	change 70
	succeeds varve push --blocks -q
	own=$(root_of)
	age 20
	[ -e "$store/versions/$own.packs" ]
	git checkout -q main
	succeeds varve gc --remote --prune=now
	[ -e "$store/versions/$own.packs" ]
	git clone -q --depth 1 "file://$BATS_TEST_TMPDIR/work/host.git" ../shallow
	cd ../shallow
	git config remote.origin.url "$url"
	git config varve.trustedHost "$store"
	files > ../before
	ends_with 2 varve gc --remote --prune=now
	stderr_has "shallow"
	files | cmp - ../before
}

@test "a store that lacks a pack is left as it is" {
	many_versions
	age 20
	rm "$(find "$store/packs" -type f -printf '%s %p\n' | sort -n | tail -1 | cut -d' ' -f2)"
	files > ../before
	ends_with 2 varve gc --remote --prune=now
	stderr_has "nothing was removed"
	files | cmp - ../before
	succeeds varve push --blocks
	succeeds varve gc --remote --prune=now
	all_there
}

@test "a version without a file gets one, and a version of which a part is there keeps that" {
	many_versions
	rm "$store/versions/$(root_of).packs"
	age 20
	succeeds varve gc --remote
	[ -e "$store/versions/$(root_of).packs" ]
	all_there
}

@test "kill -9 in a gc of a store: nothing is lost, and the same gc again gets through" {
	need_strace
	many_versions
	age 20
	cd ..
	top=$PWD
	mv a a0
	mv store store0
	mv host.git host0.git
	fresh() {
		cd "$top"
		rm -rf a store host.git
		cp -a a0 a
		cp -a store0 store
		cp -a host0.git host.git
		cd a
	}
	swept() {
		varve gc --remote --prune=now
		# where it was killed between two versions, packs of both kinds are needed
		varve gc --remote --prune=now
		[ "$(count packs) $(count lists) $(count versions)" = "1 1 6" ]
		nothing_condemned && [ -z "$(find "$store" -name "gc-*")" ]
		all_there
	}
	MOST=9 each_killed client fresh swept varve gc --remote --prune=now
}

@test "a gc gives way to another one, but to none that is dead or was silent for an hour" {
	many_versions
	age 20
	mark=$store/gc-00000000000000000000000000000000
	echo "varve-lock 1 pid=1 started=1 pidns=1 boot=$(printf '%032d' 1) machine=$(printf '%016d' 1) host=elsewhere" > "$mark"
	files > ../before
	ends_with 2 varve gc --remote --prune=now
	stderr_has "another gc is running in '"
	stderr_has "nothing was changed"
	files | cmp - ../before
	touch -d '-61 minutes' "$mark"
	succeeds varve gc --remote --prune=now
	[ ! -e "$mark" ]
	[ "$(count packs) $(count lists) $(count versions)" = "1 1 6" ]
	all_there
}

@test "a damaged file condemned stops a push, removes nothing, and is written again by a push of blocks" {
	many_versions
	age 20
	succeeds varve gc --remote
	touch -d '-8 days' "$store/condemned"
	cp "$store/condemned" ../condemned
	local row=70
	for how in ': >' 'truncate -s 30' 'sed -i 3s/^./x/'; do
		cp ../condemned "$store/condemned"
		row=$((row + 10))
		change $row
		eval "$how $store/condemned"
		touch -d '-8 days' "$store/condemned"
		ends_with 2 varve gc --remote
		stderr_has "the store's file 'condemned' is damaged"
		[ "$(count packs)" -ge 8 ]
		ends_with 2 varve push -q
		stderr_has "varve push --blocks"
		succeeds varve push --blocks
		nothing_condemned
		succeeds varve push -q
		all_there
	done
	sed '1s/1$/2/' ../condemned > "$store/condemned"
	ends_with 2 varve push --blocks
	stderr_has "newer varve"
}

@test "locks that a killed git left among the refs that a gc fetches stop no gc" {
	many_versions
	for key in .git/varve/host/*; do
		mkdir -p ".git/refs/varve/fetched/${key##*/}/heads"
		: > ".git/refs/varve/fetched/${key##*/}/heads/main.lock"
		: > ".git/refs/varve/fetched/${key##*/}/0.lock"
	done
	succeeds varve gc --remote --dry-run
	[ -z "$(git for-each-ref refs/varve)" ]
	[ -z "$(find .git/refs/varve -name '*.lock' 2> /dev/null | head -1)" ] || [ "$(find .git/refs/varve -name '*.lock' | wc -l)" -le 2 ]
}

@test "drop does not count a version in a store that no ref of the host reaches" {
	many_versions
	git checkout -q -b own
	change 70
	succeeds varve push --blocks -q
	change 80
	ends_with 1 varve drop own~1
	succeeds varve cat own~1:prices.csv
	git checkout -q main
	succeeds varve drop main~1
	succeeds varve fsck
}

@test "an index that no version names is removed when it is old, and one that a version names stays" {
	a_store
	change 10
	succeeds varve push -q
	mkdir "$store/indexes"
	echo x > "$store/indexes/00000000000000000000000000000001.index"
	echo x > "$store/indexes/00000000000000000000000000000002.index"
	file=$store/versions/$(root_of).packs
	sed '3s/$/ 00000000000000000000000000000001/; $d' "$file" > lines
	{ cat lines; echo "sha256 $(sha256sum < lines | cut -c1-64)"; } > "$file"
	succeeds varve gc --remote
	[ "$(count indexes)" = 2 ]
	touch -d '-20 days' "$store"/indexes/*
	succeeds varve gc --remote
	[ "$(ls "$store/indexes")" = 00000000000000000000000000000001.index ]
	all_there
	# its packs become one, which has none
	age 20
	succeeds varve gc --remote
	[ "$(count indexes)" = 0 ]
	all_there
}
