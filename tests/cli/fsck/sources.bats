# Where fsck --repair finds what is lost, and what is left when it is killed.
load ../helper
load ../../laws/faults/transfer

packs() {
	ls -S .git/varve/packs/*.pack
}

# Two versions in damaged; the hub has both.
damaged() {
	if [ ! -d ../template ]; then
		new_repo
		rows 900 > prices.csv
		varve add prices.csv > /dev/null
		varve commit -q -m one
		sed -i 's/^450,/450000,/' prices.csv
		varve commit -q -a -m two
		varve init -q --bare ../hub
		varve remote add origin "$PWD/../hub" > /dev/null
		varve push -q origin main
		varve cat HEAD:prices.csv > ../two.csv
		varve cat HEAD~1:prices.csv > ../one.csv
		pack=$(packs | head -n 1)
		chmod u+w "$pack"
		printf '\377\377\377' | dd of="$pack" bs=1 seek=$(($(stat -c %s "$pack") / 2)) conv=notrunc status=none
		rm "$(packs | tail -n 1)" prices.csv
		cp -a . ../template
	fi
	cd ..
	rm -rf work
	cp -a template work
	cd work
}

# Killed anywhere, the same repair again makes everything whole.
mended() {
	succeeds "$@"
	succeeds varve fsck --data
	varve cat HEAD:prices.csv | cmp - ../two.csv
	varve cat HEAD~1:prices.csv | cmp - ../one.csv
	test ! -e .git/varve/incomplete
	no_leftovers .git
}

@test "kill -9 in fsck --repair: the same repair again gets through" {
	need_strace
	MOST=6 each_killed client damaged mended varve fsck --repair --from origin
}

@test "a renamed table is found in the work tree by its content" {
	new_repo
	mkdir data
	rows 300 > data/prices.csv
	varve add data/prices.csv > /dev/null
	varve commit -q -m one
	cp data/prices.csv ../one.csv
	mv data/prices.csv costs.txt
	rows 300 9 > other.csv
	# Without any block, and with the root alone.
	rm .git/varve/packs/*
	succeeds varve fsck --repair
	output_has "data/prices.csv: from the work tree, where it has another name"
	varve cat HEAD:data/prices.csv | cmp - ../one.csv
	cmp costs.txt ../one.csv
	succeeds varve fsck --data
}

@test "a table that was added and renamed is found whatever its encoding" {
	new_repo
	{ echo id,name; seq 300 | sed 's/.*/&,é&/'; } | iconv -t latin1 > old.csv
	varve add -q old.csv 2> /dev/null
	mv old.csv new.csv
	# the group, which comes before the root
	printf damage | dd of="$(echo .git/varve/packs/*.pack)" bs=1 seek=100 conv=notrunc status=none
	succeeds varve fsck --repair
	output_has "old.csv: from the work tree, where it has another name"
	succeeds varve fsck --data
}

@test "a renamed table that is tracked under its new name gives the old version, too" {
	new_repo
	rows 300 > prices.csv
	varve add prices.csv > /dev/null
	varve commit -q -m one
	varve mv prices.csv costs.csv
	varve commit -q -m two
	rm .git/varve/packs/*
	succeeds varve fsck --repair
	succeeds varve fsck --data
	varve cat HEAD~1:prices.csv | cmp - costs.csv
}

@test "two remotes that each lack parts together give what is lost" {
	new_repo
	rows 60000 > prices.csv
	varve add prices.csv > /dev/null
	varve commit -q -m one
	for peer in a b; do
		varve init -q --bare ../$peer
		varve remote add $peer "$PWD/../$peer" > /dev/null
		varve push -q $peer main
	done
	python3 "$BATS_TEST_DIRNAME/../../net/thin.py" ../a/varve 0 2 > /dev/null
	python3 "$BATS_TEST_DIRNAME/../../net/thin.py" ../b/varve 1 2 > /dev/null
	mv prices.csv ../one.csv
	rm .git/varve/packs/*
	ends_with 1 varve fsck --repair --from a
	output_has "incomplete table"
	succeeds varve fsck --repair --from a --from b
	succeeds varve fsck --data
	varve cat HEAD:prices.csv | cmp - ../one.csv
	rm .git/varve/packs/*
	succeeds varve fsck --repair --from b --from a
	succeeds varve fsck --data
}
