# How much room at a server each identity has.
load holders
load ../serve/server
load hold

setup() {
	server_setup
}

teardown() {
	stop_keeper
}

# ann in ../repo, ben in ../ben: each has a vault of one small table, and a folder to keep it.
ann_and_ben() {
	new_vault a
	ann=$(cat ../did)
	ann_home=$XDG_CONFIG_HOME
	new_machine
	ben_home=$XDG_CONFIG_HOME
	ben=$(varve vault key new)
	mkdir ../ben
	(cd ../ben && new_repo && echo hello > readme && git add readme && git commit -q -m one &&
		varve vault holder add b ../b --domain "house b" 2> /dev/null)
	export XDG_CONFIG_HOME=$ann_home
	new_keeper x
}

add_x() {
	varve vault holder add x "$url" --domain "house x" 2> /dev/null
}

# as_ben COMMAND...
as_ben() {
	cd ../ben
	export XDG_CONFIG_HOME=$ben_home
	"$@"
	cd ../repo
	export XDG_CONFIG_HOME=$ann_home
}

# Bytes of the vaults that have records of this DID at x.
bytes_of() {
	local vault
	for vault in "$(keeper_path x)"/varve/hold/bafy*; do
		[ ! -d "$vault/records/${1#did:key:}" ] || find "$vault" -type f -printf '%s\n'
	done | awk '{ n += $1 } END { print n + 0 }'
}

@test "one identity cannot take the room of the other" {
	ann_and_ben
	serve_keeper x 700k --for "$ben=350k" --for "$ann=350k"
	add_x
	add_file one
	succeeds varve vault replicate --copies 2
	add_file two
	ends_with 1 varve vault replicate
	stderr_has "holder 'x': remote: no room for the key $ann: it may use 358.4 kB and uses 2"
	stderr_has "this shard needs 264.2 kB more"
	stderr_has "'varve vault prune' removes unreachable data; ask the server's owner for more room (varve serve --hold BYTES, --for DID=BYTES), or add another holder"
	[ "$(bytes_of "$ann")" -lt 358400 ]
	as_ben add_x
	as_ben add_file three
	as_ben succeeds varve vault replicate --copies 2
	# What is there is kept, also by a server that begins anew, and counted.
	stop_keeper
	serve_keeper x 700k --for "$ben=350k" --for "$ann=350k"
	ends_with 1 varve vault replicate
	stderr_has "no room for the key $ann: it may use 358.4 kB and uses 2"
	stop_keeper
	serve_keeper x 2m --for "$ben" --for "$ann=600k"
	succeeds varve vault replicate
	[ "$(bytes_of "$ann")" -gt 500000 ]
	# Room that has become smaller deletes nothing.
	stop_keeper
	serve_keeper x 2m --for "$ben" --for "$ann=100k"
	succeeds varve vault audit --all x
	succeeds varve vault status
	add_file four
	ends_with 1 varve vault replicate
	stderr_has "no room for the key $ann: it may use 102.4 kB and uses 5"
	succeeds varve vault audit --all x
}

@test "what is pruned makes room again though there was none" {
	ann_and_ben
	serve_keeper x 1m --for "$ann=300k"
	add_x
	succeeds varve vault replicate --copies 2
	branch_and_back
	add_file one
	ends_with 1 varve vault replicate
	stderr_has "no room for the key $ann: it may use 307.2 kB"
	# Records that report this are still sent.
	succeeds varve vault prune --grace 0
	stderr_has "deleted 2 copies"
	succeeds varve vault replicate
	succeeds varve vault status
	succeeds varve vault ledger verify
}

@test "a vault counts for who began it whoever writes in it" {
	new_vault a
	new_keeper x
	serve_keeper x 1m
	add_x
	succeeds varve vault replicate --copies 2
	second_writer
	stop_keeper
	serve_keeper x 1m --for "$bob=300k" --for "$(cat ../did)=724k"
	cd ../bob
	add_file one
	add_file two
	# Two shards are more than Bob's own 300 kB, and less than what is left for who began it.
	succeeds varve vault replicate
	add_file three
	ends_with 1 varve vault replicate
	stderr_has "no room for the key $(cat ../did): it may use 741.4 kB"
}

@test "a vault of a stranger counts for those who sign in it" {
	new_vault a
	stranger=$XDG_CONFIG_HOME
	varve vault replicate -q --copies 1 2> /dev/null
	second_writer
	new_keeper x
	echo "$bob" > ../did
	serve_keeper x 1m --for "$bob=300k" --for "$(cat ../keeper-x.did)"
	cd ../bob
	add_x
	add_file one
	succeeds varve vault replicate --copies 2
	add_file two
	ends_with 1 varve vault replicate
	stderr_has "no room for the key $bob: it may use 307.2 kB"
}

@test "records have little room of their own and the last of it is for what lets go" {
	ann_and_ben
	serve_keeper x 1m --for "$ann=300k"
	add_x
	succeeds varve vault replicate --copies 2
	git switch -q -c aside
	add_file zero
	varve switch -q main
	succeeds varve vault replicate
	git branch -q -D aside
	# Three quarters of a sixteenth of all, and no more.
	for ((i = 0; i < 90; i++)); do
		change "$i"
		varve vault replicate -q --min 1 2> ../err || true
		! grep -q "these records need" ../err || break
	done
	[ "$i" -lt 90 ]
	grep -q "holder 'x': remote: no room for the key $ann: it may use 307.2 kB and uses 3" ../err
	records=$(find "$(keeper_path x)"/varve/hold/*/records -type f -printf '%s\n' | awk '{ n += $1 } END { print n }')
	[ "$records" -le 49152 ]
	[ "$records" -gt 45000 ]
	succeeds varve vault audit
	output_has "it accepts no new data: holder 'x': remote: no room for the key $ann"
	# What lets go is taken, with all that was written before it, and makes room.
	succeeds varve vault prune --grace 0
	stderr_has "deleted"
	[ "$(bytes_of "$ann")" -lt 200000 ]
	succeeds varve vault replicate
	succeeds varve vault status
	succeeds varve vault audit --all
}

@test "a server whose room is one identity's leaves room for records" {
	new_vault a
	new_keeper x
	serve_keeper x 700k
	add_x
	succeeds varve vault replicate --copies 2
	git switch -q -c aside
	add_file zero
	varve switch -q main
	succeeds varve vault replicate
	git branch -q -D aside
	add_file one
	succeeds varve vault replicate
	# Would fit but for the room of records.
	stop_keeper
	serve_keeper x 815000
	add_file two
	ends_with 1 varve vault replicate
	stderr_has "holder 'x': remote: it is full: 5"
	stderr_has "of at most 815.0 kB are used (50.9 kB are reserved for records); this shard needs 264.2 kB more"
	stderr_has "'varve vault prune' removes unreachable data; ask the server's owner for more room (varve serve --hold BYTES, --for DID=BYTES), or add another holder"
	stderr_lacks "--quota"
	succeeds varve vault prune --grace 0
	succeeds varve vault replicate
	succeeds varve vault status
}

@test "room that does not fit is named at the start" {
	git init -q --bare keeper
	varve vault key new > did
	did=did:key:z6MkehRgf7yJbgaGfYsdoAsKdBPE3dj2CYhowQdcjqSJgvVd
	serve() {
		ends_with 2 varve serve --http 127.0.0.1:0 --hold 1m "$@" keeper
	}
	serve --for "$did=2m"
	stderr_has "'$did=2m' is more than the 1.0 MB that are kept for all"
	for size in 0 "" x 5x -1 99999999999999999999; do
		serve --for "$did=$size"
		stderr_has "'$did=$size' does not end with a size such as =5g"
	done
	git -C keeper config varve.hold 1m
	git -C keeper config varve.holdFor "$did=2m"
	ends_with 2 varve serve --http 127.0.0.1:0 keeper
	stderr_has "the setting varve.holdFor: '$did=2m' is more than the 1.0 MB"
}
