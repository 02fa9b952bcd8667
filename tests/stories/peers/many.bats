load ../../cli/helper

# Several peers at once.

setup() {
	varve_setup
	proxy="$BATS_TEST_DIRNAME/../../net/proxy"
	mkdir a
	cd a
	new_repo
	rows 300000 5 > prices.csv
	varve add prices.csv > /dev/null
	varve commit -qm one
	cd ..
}

# Mirrors of a.
mirrors() {
	for m in "$@"; do
		varve clone -q --bare a "$m"
	done
}

# How many blocks a fetch got from a peer whose URL ends with $1, by its messages.
from_peer() {
	printf '%s\n' "$stderr" | sed -n "s/^  \([0-9,]*\) blocks .* from .*$1\$/\1/p" | tr -d ,
}

complete() {
	cmp a/prices.csv b/prices.csv
	(cd b && varve fsck --data > /dev/null)
}

@test "blocks come from all peers, and the result is the same" {
	mirrors m1.git m2.git
	succeeds varve clone -v --from "$PWD/m1.git" --from "$PWD/m2.git" a b
	complete
	[ "$(from_peer m1.git)" -gt 0 ]
	[ "$(from_peer m2.git)" -gt 0 ]
	[ "$(wc -l < b/.git/varve/receipts)" -ge 2 ]
	cd b
	succeeds varve whereis --from "$PWD/../m1.git" prices.csv
	output_has "m1.git"
	output_has "blocks"
}

@test "peers that are configured are asked" {
	mirrors m1.git
	mkdir b
	cd b
	new_repo
	git remote add origin "$PWD/../a"
	git config --add remote.origin.peers "$PWD/../m1.git"
	succeeds varve pull -v origin main
	[ "$(from_peer m1.git)" -gt 0 ]
	cd ..
	complete
}

@test "a table spread over incomplete peers is completed" {
	mirrors m1.git m2.git
	# Of a and m1 each lost what the other has; m2 is whole, to compare with.
	python3 "$BATS_TEST_DIRNAME/../../net/thin.py" a/.git/varve 0 2
	python3 "$BATS_TEST_DIRNAME/../../net/thin.py" m1.git/varve 1 2
	ends_with 1 varve clone a c
	stderr_has "1 of 1 version lacks blocks"
	succeeds varve clone --from "$PWD/m1.git" a b
	cmp b/prices.csv <(cd m2.git && varve cat --raw HEAD:prices.csv)
	(cd b && varve fsck --data > /dev/null)
}

@test "a peer that dies is dropped, and the others go on" {
	mirrors m1.git m2.git
	cat > ssh <<-END
	#!/bin/sh
	for command; do :; done
	exec "$proxy" --cut-down 4000 -- sh -c "\$command"
	END
	chmod +x ssh
	GIT_SSH=$PWD/ssh succeeds varve clone --from "ssh://host$PWD/m1.git" --from "$PWD/m2.git" a b
	complete
}

@test "a peer that stalls is dropped" {
	mirrors m1.git
	cat > ssh <<-END
	#!/bin/sh
	for command; do :; done
	exec "$proxy" --cut-down 20000 --stall -- sh -c "\$command"
	END
	chmod +x ssh
	GIT_SSH=$PWD/ssh succeeds timeout 60 varve clone --timeout 2 --from "ssh://host$PWD/m1.git" a b
	complete
}

@test "a slow peer gives a few blocks, and nobody waits for the rest" {
	mirrors m1.git
	cat > ssh <<-END
	#!/bin/sh
	for command; do :; done
	exec "$proxy" --rate 2000 -- sh -c "\$command"
	END
	chmod +x ssh
	# All of it would take the peer some minutes, a single batch of blocks half a minute.
	size=$(du -sb m1.git/varve/packs | cut -f1)
	[ "$size" -gt 300000 ]
	GIT_SSH=$PWD/ssh succeeds varve clone -v --from "ssh://host$PWD/m1.git" a b
	complete
	slow=$(from_peer m1.git)
	[ -z "$slow" ] || [ "$slow" -le 8 ]
}

@test "a peer that lies is dropped" {
	cat > ssh <<-END
	#!/bin/sh
	exec python3 "$BATS_TEST_DIRNAME/../../net/liar.py" serve wrong-again "$PWD/a"
	END
	chmod +x ssh
	export TMPDIR=$BATS_TEST_TMPDIR
	GIT_SSH=$PWD/ssh succeeds varve clone --from ssh://host/liar a b
	stderr_has "for the block"
	complete
}

@test "a peer that cannot be reached is left out" {
	succeeds varve clone --from "$PWD/nowhere.git" a b
	stderr_has "is left out"
	complete
}

@test "--varve is the program that a clone runs on the far side, and that its remote keeps" {
	mirrors m1.git
	cat > ssh <<-'END'
	#!/bin/sh
	for command; do :; done
	exec env PATH=/usr/bin:/bin sh -c "$command"
	END
	mkdir -p "far side"
	printf '#!/bin/sh\necho >> "%s"\nexec "%s" "$@"\n' "$PWD/ran" "$(command -v varve)" > "far side/my-varve"
	chmod +x ssh "far side/my-varve"
	export GIT_SSH=$PWD/ssh
	succeeds varve clone --varve "'$PWD/far side/my-varve'" "ssh://host$PWD/m1.git" b
	cmp b/prices.csv <(cd m1.git && varve cat --raw HEAD:prices.csv)
	[ -s ran ]
	: > ran
	succeeds varve -C b fetch
	[ -s ran ]
}

# far OPTION...: the program of the far side is "varve vault serve --stdio OPTION...", as behind a relay.
far() {
	printf '#!/bin/sh\nfor path; do :; done\nexec "%s" vault serve --stdio %s "$path"\n' "$(command -v varve)" "$*" > far
	chmod +x far
}

@test "vault serve --stdio gives the repository to read, --push takes pushes too, and --only-copies gives nothing of it" {
	mirrors m1.git
	printf '#!/bin/sh\nfor command; do :; done\nexec sh -c "$command"\n' > ssh
	chmod +x ssh
	export GIT_SSH=$PWD/ssh
	far
	succeeds varve clone --varve "$PWD/far" "ssh://host$PWD/m1.git" b
	cmp b/prices.csv <(cd m1.git && varve cat --raw HEAD:prices.csv)
	cd b
	sed -i 's/^1,[^,]*/1,here/' prices.csv
	varve commit -qam here
	ends_with 2 varve push
	stderr_has "does not accept pushes"
	cd ..
	far --only-copies # varve vault serve --only-copies
	run varve clone --varve "$PWD/far" "ssh://host$PWD/m1.git" c
	[ "$status" -ne 0 ]
	[ ! -e c/prices.csv ]
	far --push # varve vault serve --push
	succeeds varve -C b push
	cmp b/prices.csv <(cd m1.git && varve cat --raw HEAD:prices.csv)
}
