load ../../cli/helper

# A line that is cut at every byte, on either way: the same command then gets through, and both sides
# are sound. Some places of each, all of them with VARVE_TEST_ALL=1.

setup() {
	varve_setup
	proxy="$BATS_TEST_DIRNAME/../../net/proxy"
	top=$PWD
	mkdir a
	cd a
	new_repo
	rows 400 > prices.csv
	echo some words > notes.txt
	varve add prices.csv notes.txt > /dev/null
	varve commit -qm one
	tick
	rows 420 1 > prices.csv
	varve commit -qam two
	cd ..
	varve init -q --bare hub0.git
	git -C a remote add origin "ssh://host$top/hub.git"
}

# counted COMMAND...: $up and $down are the bytes of its line.
counted() {
	rm -f "$top/count"
	GIT_SSH_COMMAND="$proxy --count $top/count --ssh" "$@" > /dev/null 2>&1
	read -r up down < <(python3 -c 'import json, sys; c = json.loads(open(sys.argv[1]).readline()); print(c["up"], c["down"])' "$top/count")
}

# cut_each WAY BYTES FRESH SOUND COMMAND...
cut_each() {
	local way=$1 bytes=$2 fresh=$3 sound=$4 at tried=0 cut=0
	shift 4
	for at in $(sampled "$bytes" "${PLACES-3}"); do
		at=$((at - 1))
		$fresh
		tried=$((tried + 1))
		if ! GIT_SSH_COMMAND="$proxy --cut-$way $at --ssh" "$@" > /dev/null 2> "$top/said"; then
			cut=$((cut + 1))
			grep -q '^varve: ' "$top/said"
		fi
		if ! GIT_SSH_COMMAND="$proxy --ssh" "$@" > "$top/again" 2>&1; then
			echo "cut $way at $at of $bytes: $(cat "$top/said" "$top/again")" >&2
			return 1
		fi
		$sound
		cd "$top"
	done
	echo "$tried places of $bytes $way, $cut commands failed" >&2
	# The last bytes may be such as nobody waits for.
	[ "$cut" -ge $((tried - (tried > 100 ? 12 : 1))) ]
}

no_clone() {
	rm -rf b
}

clone_sound() {
	cmp a/prices.csv b/prices.csv
	varve -C b fsck --data > /dev/null
	[ -z "$(git -C b status --porcelain)" ]
	[ -z "$(ls b/.git/varve/incoming)" ]
}

@test "a clone is completed wherever its line was cut" {
	counted varve clone -q "ssh://host$top/a" b
	for way in up down; do
		cut_each $way ${!way} no_clone clone_sound clone_again
	done
}

# One that is complete needs no second attempt.
clone_again() {
	[ -e b ] && [ ! -e b/.git/varve/cloning ] || timeout 60 varve clone -q "ssh://host$top/a" b
}

fresh_hub() {
	cd "$top"
	rm -rf hub.git
	cp -a hub0.git hub.git
	git -C a for-each-ref --format='delete %(refname)' refs/remotes | git -C a update-ref --stdin
	cd a
}

push_sound() {
	[ "$(git -C ../hub.git rev-parse main)" = "$(git rev-parse main)" ]
	[ "$(git rev-parse origin/main)" = "$(git rev-parse main)" ]
	varve -C ../hub.git fsck --data > /dev/null
	git -C ../hub.git fsck --strict > /dev/null 2>&1
	[ -z "$(ls ../hub.git/varve/incoming)" ]
}

@test "a push is completed wherever its line was cut" {
	fresh_hub
	counted varve push -q origin main
	for way in up down; do
		cut_each $way ${!way} fresh_hub push_sound timeout 60 varve push -q origin main
	done
}
