load ../helper

# Two versions of a table, the first of which only the history has.
versions() {
	new_repo
	rows 3000 > prices.csv
	varve add prices.csv > /dev/null
	varve commit -qm one
	sed -i 's/^1500,/1500000,/' prices.csv
	varve add prices.csv > /dev/null
	varve commit -qm two
}

with_remote() {
	varve init -q --bare ../hub
	varve remote add origin "$PWD/../hub"
	varve push -q origin main 2> /dev/null
}

# Flips one bit of FILE at byte OFFSET.
flip() {
	chmod u+w "$1"
	python3 - "$1" "$2" <<-'END'
	import sys
	with open(sys.argv[1], "r+b") as f:
	    f.seek(int(sys.argv[2]))
	    b = f.read(1)[0]
	    f.seek(int(sys.argv[2]))
	    f.write(bytes([b ^ 1]))
	END
}

packs() {
	ls -S .git/varve/packs/*.pack
}

# Nothing is wrong, the versions are what they were, and there is nothing left to be done.
whole() {
	succeeds varve fsck --data
	varve cat HEAD:prices.csv | cmp - "${1-../two.csv}"
	varve cat HEAD~1:prices.csv | cmp - ../one.csv
	succeeds varve fsck --repair
	output_lacks "repaired"
	test ! -e .git/varve/incomplete
}

keep_versions() {
	varve cat HEAD~1:prices.csv > ../one.csv
	varve cat HEAD:prices.csv > ../two.csv
}

@test "a sound repository has nothing to be mended" {
	versions
	find .git/varve -type f | sort > ../before
	succeeds varve fsck --repair
	output_has "sound: 2 versions"
	output_lacks "repaired"
	find .git/varve -type f | sort | cmp - ../before
}

@test "a flipped bit anywhere in a pack is mended from a remote" {
	versions
	with_remote
	keep_versions
	cp -R .git/varve ../sound
	pack=$(packs | head -n 1)
	size=$(stat -c %s "$pack")
	# magic, method, digest, lengths, stored bytes, and the fields of the trailer
	for at in 0 6 8 20 41 43 100 $((size / 2)) $((size - 40)) $((size - 30)) $((size - 20)) $((size - 1)); do
		flip "$pack" "$at"
		rm prices.csv
		succeeds varve fsck --repair --from origin
		output_has "repaired: ${pack##*/}: "
		cp ../two.csv prices.csv
		whole
		rm -rf .git/varve
		cp -R ../sound .git/varve
	done
}

@test "a damaged pack is kept, and told where, but for one of which nothing was lost" {
	versions
	keep_versions
	cp -R .git/varve ../sound
	pack=$(packs | head -n 1)
	flip "$pack" 100
	cp "$pack" ../damaged
	run --separate-stderr varve fsck --repair # what only the first version had may be lost
	output_has "copied to a new pack; the damaged pack was renamed to"
	cmp ".git/varve/damaged/1/packs/${pack##*/}" ../damaged
	rm -rf .git/varve
	cp -R ../sound .git/varve
	flip "$pack" $(($(stat -c %s "$pack") - 39))
	succeeds varve fsck --repair
	output_has "nothing was lost"
	test ! -e .git/varve/damaged
	whole
}

@test "the work tree gives the blocks of its version, and those that others share with it" {
	versions
	keep_versions
	cp -R .git/varve/packs ../packs
	for pack in $(packs); do
		flip "$pack" 100
		ends_with 1 varve fsck
		run --separate-stderr varve fsck --repair
		output_has "repaired: "
		output_has ":prices.csv: from the work tree"
		varve cat HEAD:prices.csv | cmp - ../two.csv
		chmod -R u+w .git/varve
		rm -rf .git/varve/packs .git/varve/damaged
		cp -R ../packs .git/varve/packs
	done
}

@test "a table that was added with --skip-lines and other options of its form comes back" {
	local options
	for options in '--skip-lines 1' '--skip-lines 2 --key id' '--skip-lines 1 --initial-space keep --comment none' '--no-key --skip-lines 2'; do
		rm -rf repo && mkdir repo && cd repo
		git init -q && git symbolic-ref HEAD refs/heads/main
		[[ $options != *"2"* ]] && printf '7,8\nid,a\n1,2\n2,3\n' > t.csv ||
			printf '7,8\n9,1\nid,a\n1,2\n2,3\n' > t.csv
		varve add -q $options t.csv
		varve commit -qm one
		chmod -R u+w .git/varve
		rm .git/varve/packs/*
		ends_with 1 varve fsck
		succeeds varve fsck --repair
		output_has "t.csv: from the work tree"
		varve cat HEAD:t.csv | cmp - t.csv
		cd ..
	done
}

@test "without any pack the work tree gives its version, and a remote the others" {
	versions
	with_remote
	keep_versions
	rm .git/varve/packs/*
	ends_with 1 varve fsck --repair
	output_has "repaired: $(git rev-parse --short HEAD):prices.csv: from the work tree"
	output_has "incomplete table: $(git rev-parse --short HEAD~1):prices.csv: "
	output_has "(block baf"
	stderr_has "--from"
	varve cat HEAD:prices.csv | cmp - ../two.csv
	succeeds varve fsck --repair --from origin
	output_has "repaired: $(git rev-parse --short HEAD~1):prices.csv: from origin"
	whole
}

@test "a key that was declared comes again from the work tree" {
	new_repo
	rows 50 > prices.csv
	varve add --key id prices.csv > /dev/null 2>&1 || varve add prices.csv > /dev/null
	varve commit -qm one
	rm .git/varve/packs/*
	succeeds varve fsck --repair
	output_has ":prices.csv: from the work tree"
	succeeds varve fsck --data
}

# Removes all blocks: the work tree gives those of HEAD.
comes_again() {
	varve commit -qam "$1" 2> /dev/null
	rm -rf .git/varve
	run varve fsck --repair
	output_has "repaired: $(git rev-parse --short HEAD):k.csv: from the work tree"
	[ -z "$(varve status --porcelain)" ]
	varve cat HEAD:k.csv | cmp - k.csv
	varve add -q --fix . > /dev/null 2>&1 || true
}

@test "a table that lost its key, or got another key or order, comes again from the work tree" {
	new_repo
	printf 'id,v\n1,1\n2,2\n' > k.csv
	varve add -q k.csv
	comes_again "a key that was found"
	printf '2,3\n' >> k.csv
	comes_again "no longer a key"
	printf 'id,v\n1,1\n2,2\n3,3\n' > k.csv
	varve add -q --key id k.csv
	varve commit -qm declared
	varve add -q --no-key k.csv
	comes_again "no key, as asked"
	varve add -q --key v k.csv
	comes_again "another key"
	varve add -q --order file k.csv
	comes_again "the file's order"
	varve add -q --order key k.csv
	comes_again "key order"
}

@test "a file that is not a table is restored from the work tree" {
	new_repo
	head -c 300000 /dev/urandom > photo.bin
	varve add --as file photo.bin > /dev/null
	varve commit -qm one
	rm .git/varve/packs/*
	succeeds varve fsck --repair
	output_has ":photo.bin: from the work tree"
	varve cat HEAD:photo.bin | cmp - photo.bin
}

@test "the blocks of a truncated pack are recovered" {
	versions
	with_remote
	keep_versions
	rm prices.csv
	pack=$(packs | head -n 1)
	size=$(stat -c %s "$pack")
	cp -R .git/varve ../sound
	for length in 0 5 60 $((size / 2)) $((size - 40)) $((size - 1)); do
		for index in with without; do
			chmod u+w "$pack"
			truncate -s "$length" "$pack"
			if [ $index = without ]; then rm -f "${pack%.pack}.index"; fi
			succeeds varve fsck --repair --from "$PWD/../hub"
			whole
			rm -rf .git/varve
			cp -R ../sound .git/varve
		done
	done
}

@test "what no source has is listed, and the rest is whole" {
	versions
	rows 40 | sed 's/^/9/' > other.csv
	varve add other.csv > /dev/null
	varve commit -qm three
	cp other.csv ../other.csv
	rm prices.csv
	pack=$(packs | head -n 1)
	flip "$pack" 100
	ends_with 1 varve fsck --repair
	output_has "incomplete table: "
	output_has ":prices.csv: "
	output_has "(block "
	output_lacks ":other.csv: "
	varve cat HEAD:other.csv | cmp - ../other.csv
	ends_with 1 varve fsck --repair
	output_lacks "repaired"
	test -e .git/varve/incomplete
	ends_with 1 varve fsck --repair --json
	echo "$output" | python3 -c '
import json, sys
r = json.load(sys.stdin)
assert r["repaired"] == [] and r["problems"][0]["path"] == "prices.csv", r
assert r["problems"][0]["block"] and r["problems"][0]["commit"], r
'
}

@test "a missing or damaged index is made again" {
	versions
	keep_versions
	index=$(ls .git/varve/packs/*.index | head -n 1)
	rm "$index"
	succeeds varve fsck --repair
	stderr_has "index '${index##*/}': "
	output_has "sound: 2 versions"
	test -e "$index"
	flip "$index" 60
	succeeds varve fsck --repair
	stderr_has "index '${index##*/}': "
	whole
}

@test "a repository that cannot be written to is left as it is, and that is said" {
	versions
	succeeds varve fsck --repair
	flip "$(packs | head -n 1)" 100
	find .git/varve -type f -exec sha256sum {} + | sort > ../before
	if [ "$(id -u)" -eq 0 ]; then skip "root writes everywhere"; fi
	chmod -R a-w .git
	ends_with 2 varve fsck --repair
	chmod -R u+w .git
	stderr_has "varve: "
	find .git/varve -type f -exec sha256sum {} + | sort | cmp - ../before
}

@test "repair waits for whoever writes" {
	versions
	keep_versions
	flip "$(packs | head -n 1)" 100
	touch .git/varve/writer.lock
	python3 - <<-'END' &
	import fcntl, os, time
	f = open(".git/varve/writer.lock", "a")
	fcntl.flock(f, fcntl.LOCK_EX)
	open("../locked", "w").close()
	time.sleep(0.5)
	open("../over", "w").close()
	END
	until [ -e ../locked ]; do sleep 0.05; done
	run --separate-stderr varve fsck --repair
	test -e ../over
	wait
	varve cat HEAD:prices.csv | cmp - ../two.csv
}

@test "damaged receipts are found and moved away, and whereis works again" {
	versions
	varve clone -q . ../clone
	cd ../clone
	git -C "$OLDPWD" commit -q --allow-empty -m three
	succeeds varve whereis prices.csv
	cp .git/varve/receipts ../receipts
	for how in 'echo x >>' 'sed -i 1s/peer/pear/' 'sed -i 1d' 'rm -f FILE; mkdir'; do
		rm -rf .git/varve/receipts
		cat ../receipts ../receipts ../receipts > .git/varve/receipts
		eval "${how//FILE/.git/varve/receipts} .git/varve/receipts"
		ends_with 2 varve whereis prices.csv
		stderr_has "hint: varve fsck --repair"
		ends_with 1 varve fsck
		output_has "damaged receipts: '"
		ends_with 1 varve fsck --json
		[ "$(jq -r '.problems[].kind' <<< "$output")" = "damaged receipts" ]
		succeeds varve fsck --repair
		output_has "repaired: receipts: the damaged file was renamed to "
		succeeds varve whereis prices.csv
		succeeds varve fsck --data
	done
	[ -d .git/varve/damaged/4/receipts ]
	[ ! -e .git/varve/incomplete ]
}

@test "--from requires --repair" {
	new_repo
	ends_with 2 varve fsck --from origin
	stderr_has "--from requires --repair"
}

@test "receipts that are too large to be read hide no other damage, and stop no repair" {
	new_repo
	rows 2000 > p.csv
	varve add p.csv > /dev/null
	varve commit -qm one
	local pack
	pack=$(ls .git/varve/packs/*.pack | head -n 1)
	chmod u+w "$pack"
	printf 'damage' | dd of="$pack" bs=1 seek=600 conv=notrunc 2> /dev/null
	truncate -s 300M .git/varve/receipts
	ends_with 1 varve fsck
	output_has "damaged receipts: "
	output_has "damaged table: "
	ends_with 1 varve fsck --repair
	output_has "repaired"
	rm .git/varve/receipts
	succeeds varve fsck --data
}
