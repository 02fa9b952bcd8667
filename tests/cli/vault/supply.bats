# varve gets the vault's blocks from varve-vault: one child, started when it is needed. What others than varve-vault answer,
# or nothing, does no harm.
load vault

setup() {
	varve_setup
	alone=$BATS_TEST_TMPDIR/alone
	mkdir "$alone"
	cp "$VARVE_BIN/varve" "$alone/"
	export FALSE_CHILD_LOG=$BATS_TEST_TMPDIR/child.log
	: > "$FALSE_CHILD_LOG"
}

# Versions that the vault's holders have and, with an argument, an origin ../hub.git; all but the last are dropped here.
dropped() {
	new_vault "a b"
	change 1
	change 2
	from=vault:
	if [ $# -gt 0 ]; then
		varve init -q --bare ../hub.git
		varve remote add origin "$(realpath ..)/hub.git"
		varve push -q origin main
		from=origin
	fi
	varve cat --raw HEAD~2:t.csv | sha256sum > ../sum
	varve vault replicate -q --copies 2
	varve drop -q --history --from "$from"
}

# From here on varve runs from a folder of its own, with $1 as its varve-vault.
with_child() {
	rm -f "$alone/varve-vault"
	[ $# = 0 ] || cp "$1" "$alone/varve-vault"
	export PATH=$alone:/usr/local/bin:/usr/bin:/bin
}

# The real one; each start is a line of the log.
logged() {
	printf '#!/bin/sh\necho "$*" >> "$FALSE_CHILD_LOG"\nexec "%s/varve-vault" "$@"\n' "$VARVE_BIN" > "$BATS_TEST_TMPDIR/logged"
	chmod +x "$BATS_TEST_TMPDIR/logged"
	with_child "$BATS_TEST_TMPDIR/logged"
}

# false_child MODE
false_child() {
	export FALSE_CHILD=$1
	printf '#!/bin/sh\nexec python3 "%s/false_child.py" "$@"\n' "$BATS_TEST_DIRNAME" > "$BATS_TEST_TMPDIR/false"
	chmod +x "$BATS_TEST_TMPDIR/false"
	with_child "$BATS_TEST_TMPDIR/false"
}

starts() {
	wc -l < "$FALSE_CHILD_LOG"
}

is_right() {
	[ "$(varve cat --raw HEAD~2:t.csv | sha256sum)" = "$(cat ../sum)" ]
}

@test "blocks come from the vault through one child that ends with the command" {
	dropped
	logged
	succeeds varve status
	succeeds varve cat t.csv
	[ "$(starts)" = 0 ]
	succeeds varve fetch --data --all
	[ "$(starts)" = 1 ]
	is_right
	succeeds varve fsck
	output_lacks "not here"
	[ "$(starts)" = 1 ]
	# nothing secret is in its arguments
	! grep -qf "$XDG_CONFIG_HOME/varve/key" "$FALSE_CHILD_LOG" || false
	! pgrep -f "varve-vault serve .*$BATS_TEST_TMPDIR" > /dev/null || false
}

@test "drop and whereis ask the child" {
	dropped
	logged
	change 3
	varve vault replicate -q 2> /dev/null || "$VARVE_BIN/varve" vault replicate -q
	change 4
	: > "$FALSE_CHILD_LOG"
	succeeds varve whereis HEAD~1:t.csv
	output_has "  all       a: "
	[ "$(starts)" = 1 ]
	ends_with 0 varve drop --history
	output_has "the vault: has "
	[ "$(starts)" = 2 ]
}

@test "where varve-vault is not installed its package is named" {
	dropped
	with_child
	ends_with 2 varve cat HEAD~2:t.csv
	stderr_has "the package varve-vault, which is needed to read the vault, is not installed"
	ends_with 2 varve fetch --data --from vault: HEAD~2
	stderr_has "install the package varve-vault"
	ends_with 1 varve whereis HEAD~2:t.csv
	output_has "  unknown   the package varve-vault, which is needed to read the vault, is not installed"
	ends_with 1 varve doctor --offline
	output_has "vault: the package varve-vault, which is needed to read the vault, is not installed"
	output_has "fix: install the package varve-vault"
	change 3
	ends_with 2 varve drop --history
	stderr_has "install the package varve-vault"
	succeeds varve fsck
}

@test "without varve-vault blocks that nobody else has name its package, and others give theirs in silence" {
	dropped origin
	with_child
	mv ../hub.git ../away
	ends_with 2 varve cat HEAD~2:t.csv
	stderr_has "install the package varve-vault"
	mv ../away ../hub.git
	succeeds varve fetch --data --all
	stderr_lacks "varve-vault"
	is_right
}

@test "a child that dies, lies or speaks nonsense does no harm" {
	local mode
	dropped origin
	cp -a . ../before
	for mode in dies other garbage; do
		false_child "$mode"
		rm -rf ../now
		cp -a ../before ../now
		cd ../now
		mv ../hub.git ../away
		ends_with 2 timeout 60 varve cat HEAD~2:t.csv
		[ "$(starts)" -ge 1 ]
		mv ../away ../hub.git
		succeeds timeout 60 varve fetch --data --all
		is_right
		succeeds varve fsck --data
		cd ../repo
	done
}

@test "a child that is silent is given up" {
	dropped
	false_child silent
	git config varve.timeout 2
	ends_with 2 timeout 60 varve cat HEAD~2:t.csv
	[ "$(starts)" -ge 1 ]
	succeeds varve fsck
	output_has "not here"
}

@test "nothing is dropped without a proof" {
	local mode
	dropped
	change 3
	varve vault replicate -q
	for mode in few garbage; do
		false_child "$mode"
		ends_with 2 varve drop --history
		stderr_has "cannot check the blocks at"
	done
	with_child
	ends_with 2 varve drop --history
	succeeds varve fsck
	output_has "not here: 3 versions"
}
