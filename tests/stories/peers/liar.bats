load ../../cli/helper

# Peers that lie, in both roles: tests/net/liar.py says in what way.

liar() {
	python3 "$BATS_TEST_DIRNAME/../../net/liar.py" "$@"
}

setup() {
	varve_setup
	export TMPDIR="$BATS_TEST_TMPDIR"
	mkdir a
	cd a
	new_repo
	rows 3000 > prices.csv
	varve add prices.csv > /dev/null
	varve commit -qm one
	varve init -q --bare ../hub.git
}

# A push with this lie moves no ref, says so with the text, and leaves a sound repository that
# takes the truth.
refused() {
	run timeout 120 python3 "$BATS_TEST_DIRNAME/../../net/liar.py" push "$1" ../hub.git
	case $output in
	*"$2"*) ;;
	*)
		printf '%s\n' "the answer lacks '$2':" "$output" >&2
		return 1 ;;
	esac
	ends_with 1 git -C ../hub.git rev-parse -q --verify main
	[ -z "$(git -C ../hub.git for-each-ref)" ]
	(cd ../hub.git && varve fsck > /dev/null && git fsck --strict > /dev/null)
	succeeds varve push ../hub.git main
	(cd ../hub.git && varve fsck --data > /dev/null)
}

@test "the truth is taken" {
	run liar push truth ../hub.git
	[ "$output" = "answer [None] missing 0" ]
	[ "$(git -C ../hub.git rev-parse main)" = "$(git rev-parse main)" ]
	cd ../hub.git
	succeeds varve fsck --data
}

@test "a block with other bytes is not the one that is missing" {
	refused wrong-bytes "missing 1"
}

@test "a version without one of its blocks is not taken" {
	refused missing-child "missing 1"
}

@test "the right bytes under another codec are another block" {
	refused other-codec "m"
}

@test "a node that is not canonical is refused" {
	refused not-canonical "not in the canonical form"
}

@test "a node with bytes after its end is refused" {
	refused trailing-bytes "not in the canonical form"
}

@test "lengths beyond all bounds are refused before anything is allocated" {
	refused giant-length "malformed"
}

@test "a record that is cut short is refused" {
	refused cut-record "malformed"
}

@test "a compressed block that is not what it promises is refused" {
	refused bomb "cannot be unpacked"
}

@test "a stream without end is cut off at the limit" {
	git -C ../hub.git config receive.maxInputSize 2m
	refused endless "more than is accepted"
}

@test "garbage in place of frames is refused" {
	refused garbage "does not use varve's protocol"
}

@test "a message that is none is refused" {
	refused bad-message "members"
}

@test "refs that moved meanwhile do not move" {
	refused stale "it moved in the meantime: fetch, and push again"
}

@test "a ref to a commit that is not there is refused" {
	refused absent-commit "error"
}

@test "a commit without its trees is refused" {
	refused absent-tree "error"
}

@test "a pointer that does not say what its table is, is refused" {
	refused pointer "the pointer does not match its table"
}

@test "a tree with a name that Git forbids is refused" {
	refused dot-git "error"
}

@test "a row of 1 TiB is refused by who receives and who fetches it, and costs no memory" {
	export LIAR_MEMORY=$PWD/../memory
	refused long-row "a row group has"
	within 60000 400
	not_believed long-row "a row group has"
}

@test "a graph 20,000 deep is walked without harm" {
	refused deep "error"
}

@test "a graph that would unfold to 10^60 is walked once" {
	refused similar "error"
}

@test "names of refs that would leave their folder, or are none, are refused" {
	for name in HEAD refs/remotes/origin/main refs/heads/../../evil 'refs/heads/a b' refs/heads/.hidden 'refs/heads/x.lock' 'refs/heads/a\x1b' refs/stash 'refs/heads/' 'refs/tags/-x/..'; do
		run liar push "name:$name" ../hub.git
		case $output in
		"answer ["*"] missing 0" | error*) ;;
		*) echo "$name: $output" >&2; return 1 ;;
		esac
		case $output in *None*) echo "$name was taken: $output" >&2; return 1 ;; esac
		[ -z "$(git -C ../hub.git for-each-ref)" ]
	done
}

@test "blocks that nobody asked for are no harm" {
	run liar push unasked ../hub.git
	[ "$output" = "answer [None] missing 0" ]
	cd ../hub.git
	succeeds varve fsck --data
}

@test "what comes twice, or backwards, does no harm" {
	run liar push twice ../hub.git
	[ "$output" = "answer [None] missing 0" ]
	varve -C ../hub.git fsck --data > /dev/null
	rm -rf ../hub.git
	varve init -q --bare ../hub.git
	# Blocks before those that they link to are blocks; objects before what they name, too.
	run liar push backwards ../hub.git
	[ "$output" = "answer [None] missing 0" ]
	cd ../hub.git
	succeeds varve fsck --data
	succeeds git fsck --strict
}

@test "links that hold their bytes themselves, or are of another hash, are refused" {
	refused identity-link "not in the canonical form"
	refused_again other-hash "not in the canonical form"
}

refused_again() {
	rm -rf ../hub.git
	varve init -q --bare ../hub.git
	refused "$@"
}

# What the last liar's server took of memory, in KiB, is within the limit; of disk, the hub.
within() {
	local memory=$1 disk=$2
	nm "$(command -v varve)" 2> /dev/null | grep -q __asan_init && memory=$((memory * 4 + 600000))
	echo "memory $(cat "$LIAR_MEMORY") KiB of $memory, disk $(du -sk ../hub.git | cut -f1) KiB of $disk" >&2
	[ "$(cat "$LIAR_MEMORY")" -le "$memory" ]
	[ "$(du -sk ../hub.git | cut -f1)" -le "$disk" ]
}

@test "a frame of 2^63 bytes, ten million wants, a hundred thousand refs cost no memory and no disk" {
	export LIAR_MEMORY=$PWD/../memory
	refused frame-2-63 "bytes, more than the protocol allows"
	refused_again many-refs "error"
	rm -rf ../hub.git
	varve init -q --bare ../hub.git
	for lie in odd-length many-wants too-many-wants other-codec; do
		run timeout 60 python3 "$BATS_TEST_DIRNAME/../../net/liar.py" ask $lie ../hub.git
		case $lie:$output in
		many-wants:"answer B"* | odd-length:error* | other-codec:error* | too-many-wants:error* | too-many-wants:closed) ;;
		*) echo "$lie: $output" >&2; return 1 ;;
		esac
		within 60000 400
	done
}

@test "a node of 240,000 blocks that nobody has is answered within limits of memory and disk" {
	export LIAR_MEMORY=$PWD/../memory
	run timeout 120 python3 "$BATS_TEST_DIRNAME/../../net/liar.py" push wide ../hub.git
	[[ $output == *missing* || $output == error* ]] || { echo "$output" >&2; return 1; }
	[ -z "$(git -C ../hub.git for-each-ref)" ]
	# 10 MB of nodes, which do not get smaller.
	within 200000 24000
	succeeds varve push ../hub.git main
}

@test "chains of a million nodes, and ten million links: by hand" {
	[ -n "${VARVE_TEST_ALL-}" ] || skip "takes minutes: VARVE_TEST_ALL=1"
	export LIAR_MEMORY=$PWD/../memory
	for lie in deeper wider; do
		run timeout 900 python3 "$BATS_TEST_DIRNAME/../../net/liar.py" push $lie ../hub.git
		echo "$lie: ${output:0:200}" >&2
		[ -z "$(git -C ../hub.git for-each-ref)" ]
		within 1500000 1200000
	done
	succeeds varve push ../hub.git main
}

# ./b, whose origin is a server with this lie.
from_liar() {
	cat > ../ssh <<-END
	#!/bin/sh
	exec python3 "$BATS_TEST_DIRNAME/../../net/liar.py" serve $1 "$PWD"
	END
	chmod +x ../ssh
	mkdir -p ../b
	cd ../b
	[ -d .git ] || new_repo
	git remote add origin ssh://host/a 2> /dev/null || true
	git config receive.maxInputSize 4m
}

# A fetch from such a server fails with the text, and changes nothing here.
not_believed() {
	from_liar "$1"
	GIT_SSH=$PWD/../ssh ends_with 2 timeout 120 varve fetch
	stderr_has "$2"
	case $stderr in *$'\033'* | *$'\007'*) echo "a control character reached the terminal" >&2; return 1 ;; esac
	[ -z "$(git for-each-ref)" ]
	succeeds varve fsck
	cd ../a
}

believed() {
	from_liar "$1"
	GIT_SSH=$PWD/../ssh succeeds timeout 120 varve fetch
	[ "$(git rev-parse origin/main)" = "$(git -C ../a rev-parse main)" ]
	succeeds varve fsck --data
	cd ../a
}

@test "a server that tells the truth is believed" {
	believed truth
}

@test "wrong bytes at first are asked for again, and if wrong again refused" {
	believed wrong-bytes
	rm -rf ../b
	not_believed wrong-again "for the block"
	not_believed wrong-again " arrived damaged: "
}

@test "leaves that do not come by themselves are asked for" {
	believed no-leaves
}

@test "a server that says it has no blocks is no help" {
	not_believed absent " does not have: "
}

@test "a server that hangs up in the middle is named" {
	not_believed hang-up "closed"
}

@test "a server that never has enough of our commits is left" {
	not_believed never-ready "without end"
}

@test "a server that sends without end is left at the limit" {
	not_believed endless "sends more than is accepted"
}

@test "a server that speaks without end, or announces 2^63 bytes, is left" {
	not_believed chatter "violates the protocol: unexpected message '"
	not_believed frame-2-63 "bytes, more than the protocol allows"
}

@test "a server that gives blocks twice, or such as nobody asked for, is no harm" {
	believed twice
	rm -rf ../b
	believed unasked
}

@test "a server that drips is given up after the time asked for" {
	from_liar drip
	SECONDS=0
	GIT_SSH=$PWD/../ssh ends_with 2 timeout 60 varve fetch --timeout 2
	stderr_has "sent or accepted only"
	[ "$SECONDS" -lt 30 ]
}

@test "a server that gives small frames without end is given up" {
	from_liar drip-frames
	SECONDS=0
	GIT_SSH=$PWD/../ssh ends_with 2 timeout 60 varve fetch --timeout 2
	[ "$SECONDS" -lt 30 ]
}

@test "garbage from a server is named" {
	not_believed garbage "does not use varve's protocol"
}

@test "a server's text cannot drive the terminal" {
	not_believed text 'remote: \x1B[2Jhello\x07\xFF'
}

@test "a history with holes is refused" {
	not_believed no-objects "is not complete"
}

@test "refs with hostile names change nothing outside" {
	not_believed names "ref"
	[ ! -e ../evil ]
}

@test "a server whose ref does not exist is named" {
	not_believed absent-ref "is not complete"
}

@test "a protocol of the future is named" {
	not_believed future "version 2"
	not_believed future-greeting "7"
}
