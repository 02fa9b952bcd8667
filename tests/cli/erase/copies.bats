load ../helper

# Each place of this repository that may have an old version, one by one: a search over all bytes finds nothing there.

find_ada() {
	printf 'ada@example.org\n' | varve erase --values-from - "$@"
}

# ada in both versions of people.csv; ../1.car and ../2.car have their blocks.
two_versions() {
	new_repo
	printf 'id,email\n1,ada@example.org\n2,bob@example.org\n' > people.csv
	varve add -q --key id people.csv
	varve commit -qm people
	printf '3,cy@example.org\n' >> people.csv
	tick
	varve commit -qam more
	varve ipfs car export -q HEAD~1:people.csv ../1.car
	varve ipfs car export -q HEAD:people.csv ../2.car
}

nothing_is_left() {
	succeeds python3 "$BATS_TEST_DIRNAME/../../stories/hosts/search.py" ../1.car ../2.car =ada@example.org -- .git
	succeeds varve fsck --data
	git fsck --strict
}

@test "old versions are gone where git had packed the refs, and later commands work" {
	two_versions
	git tag -a -m plain v1
	git gc -q
	grep -q refs/heads/main .git/packed-refs
	find_ada --plan > /dev/null
	succeeds find_ada --apply
	nothing_is_left
	succeeds varve gc
	succeeds find_ada --plan
}

@test "published versions of an erased person are listed, and withdrawn" {
	two_versions
	varve ipfs publish -q HEAD~1:people.csv
	varve ipfs publish -q HEAD:people.csv
	echo hello > other.txt
	varve add -q --as file other.txt
	varve commit -qm other
	varve ipfs publish -q HEAD:other.txt
	echo 'holder http://127.0.0.1:5001' | tee -a .git/varve/published/* > /dev/null
	succeeds find_ada --plan
	output_has "still in main, published bafy"
	ends_with 1 find_ada --apply --receipt ../receipt
	output_has "withdrawn: 2 published versions"
	output_has "ipfs: http://127.0.0.1:5001: files: out of reach; published there: unpin it there"
	[ "$(jq -c '[.answers[] | select(.remote == "ipfs") | .answer]' ../receipt)" = '["out of reach"]' ]
	[ "$(ls .git/varve/published | wc -l)" = 1 ]
	nothing_is_left
	succeeds find_ada --apply --json
	[ "$(jq .erased.withdrawnVersions <<< "$output")" = 0 ]
}

@test "a published version that no commit has is named as not searched, and its blocks are not called gone" {
	two_versions
	varve ipfs publish -q HEAD:people.csv
	git reset -q --hard HEAD~1
	git reflog expire --expire=now --all
	git gc -q --prune=now
	ends_with 1 find_ada --plan
	output_has "published bafy"
	output_has ": in no commit: not searched; withdraw it"
	ends_with 1 find_ada --apply
	output_has ": in no commit: not searched; withdraw it"
	varve ipfs publish --withdraw -q "$(ls .git/varve/published)" 2> /dev/null
	succeeds find_ada --apply
	varve gc -q --prune=now
	nothing_is_left
}

@test "signed tags that lose their signature are named, others are not" {
	two_versions
	git tag -a -m plain plain
	ssh-keygen -q -t ed25519 -N '' -f ../key
	git config gpg.format ssh
	git config user.signingkey "$PWD/../key.pub"
	git tag -s -m signed v1
	git commit -q -S --allow-empty -m "a signed commit"
	find_ada --plan > /dev/null
	succeeds find_ada --apply
	output_has "5 commits and tags have new ids, 2 without their signature"
	[ "$(grep "signature lost" <<< "$output")" = "signature lost: the tag v1" ]
	! git cat-file tag v1 | grep -q SIGNATURE || false
	git tag -s -m "for ada@example.org" v2
	find_ada --plan > /dev/null
	succeeds find_ada --apply --json
	[ "$(jq -c '[.erased.unsignedTags, .erased.lostSignatures]' <<< "$output")" = '[["refs/tags/v2"],1]' ]
}

@test "a value that only an inner tag, or the tag that a merge quotes, has is found and erased" {
	local where
	ssh-keygen -q -t ed25519 -N '' -f ../key
	for where in message tagger; do
		mkdir "../$where.d"
		cd "../$where.d" || return 1
		new_repo
		git config gpg.format ssh
		git config user.signingkey "$PWD/../key.pub"
		tick
		git commit -q --allow-empty -m start
		git checkout -q -b side
		tick
		git commit -q --allow-empty -m side
		git checkout -q main
		if [ "$where" = message ]; then
			git tag -s -m "for ada@example.org" inner side
		else
			GIT_COMMITTER_EMAIL=ada@example.org git tag -s -m plain inner side
		fi
		git tag -a -m outer outer inner
		git merge -q --no-ff -m merged inner
		git cat-file commit HEAD | grep -q "^mergetag "
		git tag -d inner > /dev/null
		git reflog expire --expire=now --all
		succeeds find_ada --plan
		output_has "1 message of a commit: $(git rev-parse --short=10 HEAD)"
		output_has "1 tag, in its message or tagger: refs/tags/outer"
		succeeds find_ada --apply
		! git cat-file commit HEAD | grep -q "ada@example.org" || false
		[ "$(git cat-file commit HEAD | grep -c ^parent)" = 2 ]
		[ "$(git rev-parse 'outer^{commit}')" = "$(git rev-parse side)" ]
		succeeds python3 "$BATS_TEST_DIRNAME/../../stories/hosts/search.py" =ada@example.org -- .git
		git fsck --strict
		succeeds find_ada --plan
		output_lacks "refs/tags/outer"
		output_lacks "message of a commit"
	done
}

@test "the receipt names each file that was not searched" {
	two_versions
	printf '%s\n' 'version https://git-lfs.github.com/spec/v1' "oid sha256:$(printf x | sha256sum | cut -d' ' -f1)" 'size 1' > ada@example.org.bin
	printf 'a\0b' > some.bin
	git add .
	git commit -qm files
	find_ada --plan > /dev/null || true
	ends_with 1 find_ada --apply --receipt ../receipt
	[ "$(jq -c '[.answers[] | select(.what == "files") | [.place, .answer, .notAsked]]' ../receipt)" = \
		'[["erased.bin","not looked at",1],["some.bin","not looked at",1]]' ]
	! grep -q ada@ ../receipt || false
}

@test "replaced commits, stashes, resolutions, indexes of packs, old packs and dropped commits are freed, too" {
	two_versions
	git config rerere.enabled true
	echo 5,eve@example.org >> people.csv
	git stash -q
	printf 'id,email\n1,ada@example.org\n2,bob@example.org\n' > text.csv
	printf '{"id":1,"mail":"ada@example.org"}\n{"id":2,"mail":"x"}\n' > text.ndjson
	git add text.csv text.ndjson
	git commit -qm "tables as text"
	git checkout -q -b side
	sed -i 's/bob@/bob2@/' text.csv
	git commit -qam side
	git checkout -q main
	sed -i 's/bob@/bob3@/' text.csv
	git commit -qam main
	run git merge side
	git checkout -q --ours text.csv
	git add text.csv
	git commit -qm merged
	[ -n "$(ls .git/rr-cache)" ]
	git replace --graft HEAD~1
	echo "by ada@example.org" > dropped.txt
	git add dropped.txt
	git commit -qm dropped
	git reset -q --hard HEAD~1
	git reflog expire --expire=now HEAD
	git -c gc.reflogExpireUnreachable=now gc -q --cruft --prune=never
	git commit-graph write --reachable 2> /dev/null
	git multi-pack-index write 2> /dev/null
	[ -n "$(ls .git/objects/pack/*.mtimes .git/objects/pack/multi-pack-index)" ]
	find_ada --plan > /dev/null
	succeeds find_ada --apply
	nothing_is_left
	[ "$(cat text.csv)" = "$(printf 'id,email\n2,bob3@example.org')" ]
	[ "$(cat text.ndjson)" = '{"id":2,"mail":"x"}' ]
	git stash pop -q
	grep -q eve@ people.csv
}

@test "files that may be the only copy are named, and one after the other was removed, the same command ends" {
	two_versions
	mkdir -p .git/varve/kept-1 .git/varve/damaged/1/packs .git/varve/incoming/0123456789abcdef/packs .git/lost-found/other
	echo ada@example.org | tee .git/varve/kept-1/a > .git/lost-found/other/b
	cp .git/varve/packs/*.pack .git/varve/damaged/1/packs/
	cp .git/varve/packs/*.pack .git/varve/incoming/0123456789abcdef/packs/
	touch .git/varve/incoming/0123456789abcdef/writer.lock
	find_ada --plan > /dev/null
	for name in lost-found varve/kept-1 varve/damaged; do
		ends_with 1 find_ada --apply --receipt ../receipt
		output_has "not looked at: $PWD/.git/$name"
		jq -r '.answers[] | select(.answer == "not looked at") | .place' ../receipt | grep -qx "$PWD/.git/$name"
		rm -r ".git/$name"
	done
	succeeds find_ada --apply
	nothing_is_left
}

@test "a tag at any ref is searched, its own name too, and with --from where its commit is" {
	new_repo
	printf 'id,mail\n1,ada@example.org\n' > people.csv
	varve add -q people.csv
	tick
	varve commit -qm one
	git tag -a -m "for ada@example.org" early
	sed -i 's/^1,.*/1,bob@example.org/' people.csv
	tick
	varve commit -qam two
	git tag -a -m "also for ada@example.org" v2
	git update-ref refs/kept/v2 refs/tags/v2
	git tag -d v2 > /dev/null
	git tag -a -m plain ada@example.org
	git update-ref refs/kept/named refs/tags/ada@example.org
	git tag -d ada@example.org > /dev/null
	git reflog expire --expire=now --all
	succeeds find_ada --from HEAD
	output_has "2 tags, in their messages or taggers: refs/kept/named, refs/kept/v2"
	succeeds find_ada --plan
	output_has "3 tags, in their messages or taggers: refs/kept/named, refs/kept/v2, refs/tags/early"
	succeeds find_ada --apply
	succeeds python3 "$BATS_TEST_DIRNAME/../../stories/hosts/search.py" =ada@example.org -- .git
	git fsck --strict
	git cat-file tag refs/kept/named | grep -q "^tag "
	succeeds find_ada --plan
	output_has "nothing found"
}
