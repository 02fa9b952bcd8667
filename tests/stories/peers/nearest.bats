load ../../cli/helper

# Who was fast is asked first at the next start: what is remembered of peers, for each network apart.

setup() {
	varve_setup
	mkdir a
	cd a
	new_repo
	rows 20000 5 > prices.csv
	varve add prices.csv > /dev/null
	varve commit -qm one
	cd ..
	varve clone -q --bare a far.git
	varve clone -q --bare a near.git
	varve clone -q a b
	# The line to the far one: each answer comes two seconds later, and its turns are counted.
	cat > ssh <<-END
	#!/bin/sh
	for command; do :; done
	exec "$BATS_TEST_DIRNAME/../../net/proxy" --delay 1000 --count "$PWD/count" -- sh -c "\$command"
	END
	chmod +x ssh
	export GIT_SSH=$PWD/ssh
	cd b
	git config remote.origin.peers "ssh://host$PWD/../far.git"
	git config --add remote.origin.peers "$PWD/../near.git"
	cd ..
}

# One more version, which both peers have.
one_more() {
	cd a
	awk -F, -v OFS=, -v n="$1" 'NR > 1 && NR % 40 == n { $2 = $2 "1" n } { print }' prices.csv > new
	mv new prices.csv
	varve add prices.csv > /dev/null
	varve commit -qm more
	varve push -q ../far.git main
	varve push -q ../near.git main
	rm -f ../count
	cd ..
}

# How often the far one was asked for blocks in the last fetch: beside hello, which is one turn. It may not have been
# connected at all; nobody waits for the line to end.
far_asked() {
	for ((i = 0; i < 30; i++)); do
		[ ! -s count ] || break
		sleep 0.1
	done
	[ -s count ] || { echo 0; return; }
	python3 -c 'import json; print(max(0, sum(json.loads(l)["turns"] for l in open("count")) - 1))'
}

fetch() {
	(cd b && succeeds varve pull -q)
	cmp a/prices.csv b/prices.csv
}

speeds=b/.git/varve/cache/speeds

# the seven numbers of each line of a file of speeds
numbers() {
	od -An -v -t x8 -w56 -j 8 -N $(($(stat -c %s "$1") - 16)) "$1"
}

@test "a peer that was slow is not asked at the next start" {
	one_more 1
	fetch
	[ "$(numbers $speeds | wc -l)" -ge 1 ]
	for n in 2 3; do
		one_more "$n"
		fetch
		[ "$(far_asked)" = 0 ]
	done
	# whoever looks into the file does not learn who it was
	run grep -c -e near -e far -e ssh $speeds
	[ "$output" = 0 ]
}

@test "a peer that was slow is asked for what nobody else has" {
	one_more 1
	fetch
	one_more 2
	rm -rf near.git
	varve init -q --bare near.git
	python3 "$BATS_TEST_DIRNAME/../../net/thin.py" a/.git/varve 0 2
	(cd b && succeeds varve fetch -q && succeeds varve fsck --data)
	[ "$(far_asked)" -gt 0 ]
}

@test "a file of speeds that is damaged is ignored, and written anew" {
	one_more 1
	fetch
	cp $speeds good
	printf 'no figures\n' > $speeds
	one_more 2
	fetch
	[ "$(head -c 6 $speeds)" = VVSPED ]
	# the far one has a line only where it answered before the others had given all
	[ "$(numbers $speeds | wc -l)" -ge 1 ]
	one_more 3
	rm $speeds
	mkdir $speeds
	fetch
	[ -f "$speeds" ] # an empty folder in its place gives way
	cp good $speeds
	one_more 4
	fetch
	[ "$(far_asked)" = 0 ]
}
