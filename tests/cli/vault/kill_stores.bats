# kill -9 of varve at its system calls, those on the network, too, while it replicates to stores that are not folders:
# the same command then gets through, an empty machine gets everything back, and what is left at a store is what the
# vault has, once it was pruned. A sample of the calls; VARVE_TEST_ALL=1 tries each.
load holders
load ../../stories/ssh/sshd
load ../../laws/faults/transfer
load stores

setup() {
	varve_setup
	only_keys AKIDEXAMPLE secret/with+signs=
	store=$BATS_TEST_TMPDIR/store
	node=$BATS_TEST_TMPDIR/node
}

teardown() {
	stop_program
	stop_sshd
	stop_agent
}

# Where the store of the kind keeps its files: $kept.
fresh() {
	cd "$top"
	rm -rf repo a "$kept"
	cp -a state/repo state/a .
	cp -a state/kept "$kept"
	cd repo
}

sound() {
	local there known
	"$@"
	[ ! -e .git/varve/vault/spool ]
	varve vault ledger verify
	varve vault status
	varve vault audit --all
	varve vault prune --grace 0
	varve vault audit --json x > "$top/found"
	python3 -c 'import json, sys; d = json.load(sys.stdin)[0]; assert d["surplus"] == 0 and not d["bad"], d' < "$top/found"
	rm -rf "$top/check"
	varve vault recover -q --key "$XDG_CONFIG_HOME/varve/key" --to "$top/check" "$top/a"
	[ "$(git -C "$top/check" rev-parse main)" = "$(git rev-parse main)" ]
	cmp t.csv "$top/check/t.csv"
}

# The kind's store runs at $url, and keeps its files in $kept.
killed_while_replicating() {
	need_strace
	unset GIT_SSH GIT_SSH_VARIANT # no far side of ssh is traced
	changing=$changing,sendto,sendmsg,connect
	new_vault a
	varve vault holder add x "$url" --domain "house x" > ../added 2>&1 || {
		cat ../added >&2
		return 1
	}
	varve vault replicate --copies 2 > /dev/null
	add_large
	cd ..
	top=$PWD
	mkdir state
	cp -a repo a state
	cp -a "$kept" state/kept
	cd repo
	MOST=5 each_killed client fresh sound varve-vault replicate -q
}

@test "S3: kill -9 in a replicate: the same again gets through and leaks nothing" {
	start_s3
	url="s3://x/copies?endpoint=http://127.0.0.1:$port&region=eu-test-1"
	kept=$store
	killed_while_replicating
}

@test "IPFS: kill -9 in a replicate: the same again gets through and leaks nothing" {
	start_ipfs
	url=ipfs+http://127.0.0.1:$port
	kept=$node
	killed_while_replicating
}

@test "SFTP: kill -9 in a replicate: the same again gets through and leaks nothing" {
	forgive_libssh2
	start_sshd ed25519 -- "Subsystem sftp internal-sftp -d $BATS_TEST_TMPDIR/far"
	knows_host ed25519
	has_key ed25519
	mkdir -p "$far/copies"
	url=sftp://$(id -un)@127.0.0.1:$port$far/copies/x
	kept=$far/copies
	killed_while_replicating
	# Files that were under way are another's to judge for a day, then they go.
	find "$kept" -path '*/incoming/*' -type f -exec touch -d '2 days ago' {} +
	change 77
	varve vault replicate -q
	[ -z "$(find "$kept" -path '*/incoming/*' -type f)" ]
}
