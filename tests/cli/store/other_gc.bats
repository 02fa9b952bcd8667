load ../helper
load ../../stories/hosts/host
load folder

# varve gc --remote by a clone that lacks blocks which packs of the place are made from, or that still has a branch which
# another clone removed.

# Makes all files of the store older; the commits of a Git host have a clock of their own.
age() {
	[ -z "${store-}" ] || find "$store" -type f -exec touch -d "-20 days" {} +
}

# version ROW: one more, by a row of its own.
version() {
	tick
	sed -i "s/^$1,.*/$1,$1,$(($1 * 7))/" prices.csv
	varve commit -qam "row $1"
}

# all_there: the versions of main come back, each byte for byte.
all_there() {
	local commit
	rm -rf ../check
	succeeds varve clone -q "$url" ../check
	succeeds varve -C ../check fsck --data
	output_has "sound"
	for commit in $(git rev-list main); do
		cmp <(varve cat "$commit:prices.csv") <(varve -C ../check cat "$commit:prices.csv")
	done
}

# The young pack has differences to blocks of a version that a squash removed from history; b never had that version.
squashed() {
	numbers 3000 > prices.csv
	varve commit -qam numbers
	version 10
	version 20
	succeeds varve push -q origin main
	age
	export GIT_COMMITTER_DATE
	GIT_COMMITTER_DATE="$(date +%s) +0000"
	sed -i 's/^20,.*/20,1,2/' prices.csv
	varve commit -qam "row 20 again"
	succeeds varve push -q origin main
	git reset -q --soft HEAD~2
	git commit -q -m squashed
	succeeds varve push -q --force origin main
	varve clone -q "$url" ../b
}

@test "gc of a store by a clone without the versions that young packs are made from" {
	a_store
	squashed
	succeeds varve -C ../b gc --remote
	stderr_has "combined: 2 packs into 1 pack"
	all_there
	succeeds varve gc --remote --prune=now
	all_there
}

@test "gc of a Git host by a clone without the versions that young packs are made from" {
	plain_host
	a_table a
	squashed
	[ "$(packs | wc -l)" -eq 3 ]
	succeeds varve -C ../b gc --remote
	[ "$(packs | wc -l)" -eq 2 ]
	all_there
	succeeds varve gc --remote --prune=now
	all_there
}

@test "gc of a store by two clones, of which one still has a removed branch, in both orders" {
	a_store
	git checkout -q -b gone
	version 10
	succeeds varve push -q origin gone
	version 20
	succeeds varve push -q origin gone
	varve clone -q "$url" ../b
	git -C ../b branch -q gone origin/gone
	git checkout -q main
	git push -q --no-verify origin :gone
	git branch -q -D gone
	for dir in a b b a b; do
		version "$((100 + ++n))"
		succeeds varve push -q origin main
		age
		succeeds varve -C "../$dir" fetch -q origin
		succeeds varve -C "../$dir" gc --remote --prune=now
		all_there
	done
	succeeds varve -C ../b push -q origin gone
	rm -rf ../check
	succeeds varve clone -q -b gone "$url" ../check
	cmp <(varve -C ../b cat gone:prices.csv) ../check/prices.csv
	succeeds varve -C ../check fsck --data
}

# gone_from_host: a branch that only a still has, and whose blocks are old at the host; a gc of b runs when a pushes it again,
# after all blocks were sent, and before the ref moves.
gone_from_host() {
	numbers 300 > prices.csv
	varve commit -qam numbers
	succeeds varve push -q origin main
	git checkout -q -b gone
	version 10
	version 20
	succeeds varve push -q origin gone
	git push -q --no-verify origin :gone
	age
	varve clone -q "$url" ../b
	export GIT_COMMITTER_DATE
	GIT_COMMITTER_DATE="$(date +%s) +0000"
	cat > ../host.git/hooks/pre-receive <<-END
	#!/bin/sh
	grep -q refs/heads/gone || exit 0
	unset GIT_DIR GIT_QUARANTINE_PATH GIT_OBJECT_DIRECTORY GIT_ALTERNATE_OBJECT_DIRECTORIES GIT_CONFIG_PARAMETERS
	cd '$BATS_TEST_TMPDIR/work/b'
	varve fetch -q origin
	varve gc --remote $1 > ../gc.out 2>&1
	END
	chmod +x ../host.git/hooks/pre-receive
}

# pushed_whole COMMAND...: the branch is pushed by it, and complete.
pushed_whole() {
	succeeds "$@"
	cat ../gc.out
	! grep -q '^varve: \|^error' ../gc.out || false
	rm -rf ../check
	succeeds varve clone -q -b gone "$url" ../check
	cmp prices.csv ../check/prices.csv
	cmp <(varve cat HEAD~1:prices.csv) <(varve -C ../check cat HEAD~1:prices.csv)
	succeeds varve -C ../check fsck --data
}

@test "a gc of a Git host between the blocks and the ref of a push that found its blocks there frees none of them" {
	plain_host
	a_table a 300
	gone_from_host
	before=$(packs | wc -l)
	pushed_whole varve push -q origin gone
	grep -q "pack" ../gc.out
	# the same again, by git, in a young pack already
	git push -q --no-verify origin :gone
	before=$(git -C ../host.git rev-parse refs/varve/blocks)
	pushed_whole git push -q origin gone
	[ "$(git -C ../host.git rev-parse refs/varve/blocks)" = "$before" ]
}

@test "a gc of a store between the blocks and the ref of a push that found its blocks there frees none of them" {
	a_store 300
	gone_from_host --prune=now
	pushed_whole varve push -q origin gone
	grep -q "less than an hour old" ../gc.out
}
