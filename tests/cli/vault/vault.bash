# What tests of vaults begin with: a repository with a table, a key, and holders in folders.

[ "$(type -t varve_setup)" = function ] || load ../helper # of another folder's test: it has it

# new_vault [HOLDER...]: a repository of two versions, and these holders (a b c), each a domain of its own.
new_vault() {
	local name
	export XDG_CONFIG_HOME="$BATS_TEST_TMPDIR/config"
	mkdir repo
	cd repo
	new_repo
	seq 1 400 | awk 'BEGIN { print "id,v" } { print $1 "," ($1 * 7919) % 10007 }' > t.csv
	varve add -q t.csv
	varve commit -q -m one
	sed -i 's/^7,.*/7,1/' t.csv
	echo hello > readme
	git add readme
	varve commit -q -a -m two
	varve vault key new > ../did
	for name in "${@:-a b c}"; do
		for name in $name; do
			varve vault holder add "$name" "../$name" --domain "house $name" 2> /dev/null
		done
	done
}

# The recovery key of the last replicate, whose stdout is in $output, as a file.
keep_recovery() {
	sed -n 's/^ *\(varve-recovery-1-[a-z2-7-]*\)$/\1/p' <<< "$output" > ../paper
	chmod 600 ../paper
	[ -s ../paper ]
}

# flip_byte FILE OFFSET: changes this byte.
flip_byte() {
	local byte
	byte=$(od -An -tu1 -j "$2" -N 1 "$1")
	printf "\\x$(printf %02x $((byte ^ 1)))" | dd of="$1" bs=1 seek="$2" conv=notrunc 2> /dev/null
}

# A machine that has nothing.
new_machine() {
	XDG_CONFIG_HOME=$(mktemp -du "$BATS_TEST_TMPDIR/config-XXXXXX")
	export XDG_CONFIG_HOME
}

# change VALUE [MESSAGE]: one more version.
change() {
	sed -i "s/^9,.*/9,$1/" t.csv
	varve commit -q -a -m "${2:-change}"
}

# All shards of all holders.
shards() {
	find "$BATS_TEST_TMPDIR"/work -path '*/shards/*' -type f
}

# Commits the policy, and makes a second writer: a clone in ../bob, recovered from ../a by the first one's key, with
# a key $bob of its own. $first and $second: the config folders of both; the second's is set.
second_writer() {
	git add .varveconfig
	git commit -q -m policy
	varve vault replicate -q
	first=$XDG_CONFIG_HOME
	new_machine
	second=$XDG_CONFIG_HOME
	bob=$(varve vault key new)
	XDG_CONFIG_HOME=$first varve vault writers add "$bob"
	varve vault recover -q --key "$first/varve/key" --to ../bob ../a
}

# A branch with a large table, which is deleted again.
branch_and_back() {
	git switch -q -c aside
	seq 1 9000 | awk 'BEGIN { srand(3); print "id,x" } { print $1 "," rand() }' > big.csv
	varve add -q big.csv
	varve commit -q -m big
	varve switch -q main
	varve vault replicate -q
	git branch -q -D aside
}
