load ../helper

# Ten versions of prices.csv; copies in ../kept.
versions() {
	new_repo
	mkdir ../kept
	rows 3000 > prices.csv
	for i in 1 2 3 4 5 6 7 8 9 10; do
		sed -i "$((i * 250 + 1))s/item/version $i/" prices.csv
		cp prices.csv "../kept/$i.csv"
		varve add prices.csv > /dev/null
		varve commit -qm "version $i"
		varve tag "v$i"
	done
}

all_back() {
	for i in 1 2 3 4 5 6 7 8 9 10; do
		varve cat "v$i:prices.csv" | cmp - "../kept/$i.csv" || return 1
	done
}

packs_size() {
	cat .git/varve/packs/* | wc -c
}

@test "every version comes back after gc and without indexes" {
	versions
	succeeds varve gc
	output_has "for 10 versions of tables"
	all_back
	rm .git/varve/packs/*.index
	all_back
	succeeds varve fsck --data
	git fsck --strict
	succeeds varve gc
	all_back
}

@test "unused blocks stay for their time of grace and then go" {
	versions
	rows 2000 9 > other.csv
	varve add other.csv > /dev/null
	root=$(git show :other.csv | sed -n 's/.*"root": "\([a-z0-9]*\)".*/\1/p')
	varve rm -q -f other.csv
	git restore --staged .gitattributes
	git checkout -q .gitattributes
	succeeds varve gc -n --prune=1.day
	output_has "removed by a later gc, 1 day after"
	succeeds varve gc -n --prune=90.minutes
	output_has "removed by a later gc, 1 h 30 min after"
	succeeds varve gc
	output_has "unused: "
	output_has "set aside: "
	succeeds varve cat "$root"
	succeeds varve gc
	output_has "set aside: "
	output_has ", removable by 'varve gc' after 20"
	succeeds varve gc --json
	jq -e '.asideBlocks > 0 and .asideBytes > 0 and .asideUntil > "2026"' <<< "$output"
	before=$(packs_size)
	succeeds varve gc --prune=now
	output_has "removed: "
	[ "$(packs_size)" -lt "$before" ]
	ends_with 2 varve cat "$root"
	all_back
}

@test "what a reflog the index or a stash names is kept" {
	versions
	git tag -d v10 > /dev/null
	git reset -q --hard HEAD~1
	sed -i '20s/item/stashed/' prices.csv
	cp prices.csv ../kept/stashed.csv
	git stash -q
	sed -i '30s/item/staged/' prices.csv
	cp prices.csv ../kept/staged.csv
	varve add prices.csv > /dev/null
	succeeds varve gc --prune=now
	varve cat :prices.csv | cmp - ../kept/staged.csv
	varve cat 'main@{1}:prices.csv' | cmp - ../kept/10.csv
	git reset -q --hard
	git stash pop -q
	same_bytes ../kept/stashed.csv prices.csv
	git reset -q --hard 'HEAD@{1}'
	succeeds varve fsck --data
}

@test "another worktree's versions are kept" {
	versions
	git worktree add -q --detach ../other
	cd ../other
	sed -i '40s/item/elsewhere/' prices.csv
	cp prices.csv ../kept/elsewhere.csv
	varve add prices.csv > /dev/null
	cd ../work
	succeeds varve gc --prune=now
	cd ../other
	varve cat :prices.csv | cmp - ../kept/elsewhere.csv
}

@test "a dry run changes nothing" {
	versions
	find .git/varve/packs -type f | sort | xargs sha256sum > ../before
	succeeds varve gc --dry-run
	find .git/varve/packs -type f | sort | xargs sha256sum > ../after
	same_bytes ../before ../after
}

@test "a second gc finds nothing to do" {
	versions
	varve gc > /dev/null
	find .git/varve/packs -type f | sort | xargs sha256sum > ../before
	varve gc > /dev/null
	find .git/varve/packs -type f | sort | xargs sha256sum > ../after
	same_bytes ../before ../after
}

@test "nothing is removed while a reachable node is damaged" {
	versions
	varve gc > /dev/null
	pack=$(ls -S .git/varve/packs/*.pack | head -n 1)
	chmod u+w "$pack"
	printf 'XXXX' | dd of="$pack" bs=1 seek=3000 conv=notrunc status=none
	cp "$pack" ../pack
	varve gc --prune=now || true
	same_bytes ../pack "$pack"
}

@test "times are understood as git writes them" {
	versions
	for when in now never 3.days 2.weeks.ago 1d; do
		succeeds varve gc -n --prune=$when
	done
	ends_with 2 varve gc --prune=yesterday
	stderr_has "--prune requires now, never, or a time"
}

@test "gc prints one version, and the time of grace, in words" {
	new_repo
	printf 'id\n1\n' > t.csv
	varve add -q t.csv
	printf 'id\n2\n' > t.csv
	varve add -q t.csv
	succeeds varve gc --prune=1.hour
	output_has "for 1 version of a table"
	output_has "removed by a later gc, 1 h 0 min after they fell out of use"
}

@test "JSON for scripts" {
	versions
	succeeds varve gc --json
	echo "$output" | python3 -c '
import json, sys
g = json.load(sys.stdin)
assert g["versions"] == 10 and g["liveBlocks"] > 10 and not g["dryRun"], g
'
}

@test "readers and a writer work beside gc" {
	versions
	(for n in 1 2 3 4 5; do varve gc -q --prune=now || exit 1; done) &
	gc=$!
	for n in 1 2 3; do all_back; done
	sed -i '50s/item/beside/' prices.csv
	varve add prices.csv > /dev/null
	varve commit -qm beside
	wait $gc
	all_back
	varve cat HEAD:prices.csv | cmp - prices.csv
	succeeds varve fsck --data
}

@test "a dry run says about how large the store will be" {
	versions
	for n in 1 2 3; do
		rows 3000 "$n" > "other$n.csv"
		varve add "other$n.csv" > /dev/null
		varve rm -q -f "other$n.csv"
	done
	for when in now 1.week; do
		succeeds varve gc --dry-run --json --prune=$when
		estimate=$(echo "$output" | sed -n 's/.*"bytesAfter": \([0-9]*\).*/\1/p')
		cp -r .git/varve ../varve
		varve gc -q --prune=$when
		after=$(packs_size)
		rm -rf .git/varve
		mv ../varve .git/varve
		[ "$after" -lt $((estimate * 11 / 10)) ]
		[ "$after" -gt $((estimate * 7 / 10)) ]
	done
}

# One version of a small table, then one with 17 MB that do not compress; $@: options of
# the commit.
grow() {
	new_repo
	rows 100 > prices.csv
	varve add prices.csv > /dev/null
	varve commit -qm small
	head -c 17500000 /dev/urandom > noise.bin
	varve add -q --as file noise.bin
	succeeds varve commit -m noise "$@"
}

# Waits for the background gc, at most half a minute.
ended() {
	local n
	for n in $(seq 300); do
		! grep -q '^store: ' .git/varve/gc.log 2> /dev/null || return 0
		sleep 0.1
	done
	cat .git/varve/gc.log
	return 1
}

@test "commit runs gc in the background when the store has grown much" {
	grow
	stderr_has "gc runs in the background"
	ended
	# Remembered, so that the next commits leave it at that.
	rows 200 > prices.csv
	succeeds varve commit -am more
	stderr_lacks gc
	succeeds varve gc --auto
	stderr_has "nothing was done: the store has 1"
	succeeds varve fsck --data
}

@test "no gc by itself where a setting says so" {
	git init -q
	git config gc.auto 0
	grow -q
	stderr_is ""
	succeeds varve commit --allow-empty -m more
	stderr_lacks gc
	succeeds varve gc --auto
	stderr_is "nothing was done: gc.auto is 0"
	[ ! -e .git/varve/gc.log ]
}

@test "an automatic gc gives way to a writer and tells when it failed" {
	git init -q
	git config gc.autoDetach false
	git config gc.auto 0
	grow
	git config --unset gc.auto
	exec 8> .git/varve/writer.lock
	flock 8
	succeeds varve gc --auto
	stderr_has "nothing was done: "
	exec 8>&-
	: > ../nothing
	pack=$(ls -S .git/varve/packs/*.pack | head -n 1)
	cp "$pack" ../pack
	chmod u+w "$pack"
	node=$(git show :noise.bin | sed -n 's/.*"root": "\([a-z0-9]*\)".*/\1/p')
	at=$(grep -abo '"*kinddfile' "$pack" | tail -n 1 | cut -d : -f 1)
	printf 'XXXX' | dd of="$pack" bs=1 seek="$at" conv=notrunc status=none
	ends_with 2 varve gc --auto
	cp ../pack "$pack"
	succeeds varve commit --allow-empty -m more
	stderr_has "the store needs a gc, but the last one failed: see "
	succeeds varve gc --auto
	succeeds varve commit --allow-empty -m more
	stderr_lacks gc
}

@test "what an ended transfer left is kept for its time of grace, and what a killed one left of Git's objects goes" {
	new_repo
	rows 3000 > prices.csv
	varve add prices.csv > /dev/null
	varve commit -qm one
	mkdir -p .git/varve/incoming/0123456789abcdef/packs .git/objects/tmp_objdir-varve-in-0123456789abcdef
	cp .git/varve/packs/pack-* .git/varve/incoming/0123456789abcdef/packs
	succeeds varve gc
	ls .git/varve/incoming/0123456789abcdef/packs/*.pack
	[ ! -e .git/objects/tmp_objdir-varve-in-0123456789abcdef ]
	touch -d '20 days ago' .git/varve/incoming/0123456789abcdef/packs/* .git/varve/incoming/0123456789abcdef
	succeeds varve gc --dry-run
	ls .git/varve/incoming/0123456789abcdef/packs/*.pack
	succeeds varve gc
	[ ! -e .git/varve/incoming/0123456789abcdef ]
	succeeds varve fsck --data
}

# All files of the Git folder, with their sizes and times.
all_files() {
	find .git -type f -printf '%p %i %s %T@\n' | sort
}

@test "a dry run makes no store" {
	git init -q .
	all_files > ../before
	succeeds varve gc --dry-run
	output_has "would go from 0 B -> about 0 B"
	all_files | diff ../before -
	[ ! -e .git/varve ]
}

@test "a dry run leaves what killed processes left" {
	versions
	rows 2000 9 > other.csv
	varve add other.csv > /dev/null
	varve rm -q -f other.csv
	mkdir -p .git/varve/incoming/0123456789abcdef/packs
	touch .git/varve/incoming/0123456789abcdef/writer.lock .git/varve/gc.lock
	cp "$(ls .git/varve/packs/*.pack | head -n 1)" .git/varve/incoming/0123456789abcdef/packs/tmp-whole
	touch .git/varve/incoming/0123456789abcdef/packs/tmp-empty .git/varve/packs/gctmp-killed
	all_files > ../before
	succeeds varve gc --dry-run
	all_files | diff ../before -
	succeeds varve gc --dry-run --prune=now
	all_files | diff ../before -
	succeeds varve gc --prune=now
	[ ! -e .git/varve/packs/gctmp-killed ]
	[ ! -e .git/varve/incoming/0123456789abcdef ]
}

@test "loose objects stay when the pack that git made of them cannot be read" {
	new_repo
	for i in 1 2 3 4 5; do
		seq "$i" 300 > a.txt
		git add a.txt
		git commit -qm "$i"
	done
	mkdir ../bin
	cat > ../bin/git <<-END
		#!/bin/sh
		"$(command -v git)" "\$@" || exit
		for name; do :; done
		case " \$* " in
		*" pack-objects "*)
			for pack in "\$name"-*.pack; do
				chmod u+w "\$pack"
				printf '\\377\\377\\377\\377' | dd of="\$pack" bs=1 seek=40 conv=notrunc 2> /dev/null
			done ;;
		esac
	END
	chmod +x ../bin/git
	find .git/objects -type f | sort > ../before
	PATH=$PWD/../bin:$PATH ends_with 2 varve gc
	stderr_has "cannot read the new Git pack"
	find .git/objects -type f | sort | diff ../before -
	git fsck --strict
	succeeds varve gc
	git fsck --strict
	[ "$(git count-objects)" = "0 objects, 0 kilobytes" ]
}

@test "gc keeps the versions that a pointer with conflict markers may mean" {
	new_repo
	rows 9 > prices.csv
	varve add prices.csv > /dev/null
	git cat-file blob :prices.csv > "$HOME/a"
	varve commit -qm one
	sed -i 's/item 3,/thing,/' prices.csv
	varve add prices.csv > /dev/null
	{
		head -n 2 "$HOME/a"
		echo '<<<<<<< HEAD'
		sed -n 3p "$HOME/a"
		echo =======
		git cat-file blob :prices.csv | sed -n 3p
		echo '>>>>>>> x'
		tail -n +4 "$HOME/a"
	} > torn
	root=$(git cat-file blob :prices.csv | sed -n '3s/.*"root": "\([^"]*\)".*/\1/p')
	git update-index --cacheinfo "100644,$(git hash-object -w torn),prices.csv"
	git -c core.hooksPath=/dev/null commit -qm torn
	cp prices.csv "$HOME/kept"
	rows 9 > prices.csv
	varve add prices.csv > /dev/null
	varve commit -qm mended
	rm -rf .git/varve/cache
	succeeds varve gc -q --prune=now
	varve cat "$root" | cmp - "$HOME/kept"
	ends_with 1 varve fsck
	output_has "damaged pointer: "
	output_has "conflict markers"
}

@test "gc removes what killed processes were writing to caches and about remotes" {
	new_repo
	rows 9 > prices.csv
	varve add prices.csv > /dev/null
	varve commit -qm one
	succeeds varve check
	mkdir -p .git/varve/cache/{check,check-files,scan,unixfs}
	for folder in check scan unixfs; do
		echo half > ".git/varve/cache/$folder/.varve-tmp-5isabwpokudi"
	done
	echo half > .git/varve/cache/check-files/new-5isabwpokudi
	git init -q --bare ../host.git
	succeeds varve push -q ../host.git main
	echo half > "$(echo .git/varve/host/*)/.varve-tmp-5isabwpokudi"
	find .git/varve -name '*5isabwpokudi' -exec touch -d '2 days ago' {} +
	succeeds varve gc
	[ -z "$(find .git/varve -name '*5isabwpokudi')" ]
	[ -n "$(ls .git/varve/cache/check)" ]
}

@test "packs younger than an hour stay whatever --prune says, since git may be about to name what is in them" {
	unset VARVE_TEST_GC_YOUNG
	new_repo
	rows 500 > t.csv
	varve add -q t.csv
	varve commit -qm one
	sed -i 's/item/changed/' t.csv
	git add t.csv # the filter has stored it, and only Git's index names it
	pointer=$(git show :t.csv)
	git reset -q
	varve gc --prune=now > out
	grep -q "kept until an hour old, since a program may be about to use them" out
	succeeds varve gc --prune=now
	output_has ", removable by 'varve gc --prune=now' after "
	# git goes on with what it has stored
	git update-index --cacheinfo "100644,$(git hash-object -w --stdin <<< "$pointer"),t.csv"
	git commit -q -m two
	succeeds varve fsck --data
	varve cat HEAD:t.csv | cmp - t.csv
	# an hour later what is unused goes, and what gc wrote meanwhile is as old as its contents
	git reset -q --hard HEAD~1
	git reflog expire --expire=now --all
	rm -f .git/ORIG_HEAD
	find .git/varve/packs -type f -exec touch -d '2 hours ago' {} +
	succeeds varve gc --prune=now
	output_has "removed: "
	sed -i 's/item/again/' t.csv
	varve add -q t.csv
	varve commit -qm three
	find .git/varve/packs -type f -exec touch -d '2 hours ago' {} +
	varve gc > /dev/null
	git reset -q --hard HEAD~1
	git reflog expire --expire=now --all
	rm -f .git/ORIG_HEAD
	succeeds varve gc --prune=now
	output_has "removed: "
	output_lacks "less than an hour old"
	succeeds varve fsck --data
}

@test "an add while a gc runs does not let git's filter wait for it" {
	new_repo
	rows 3 > prices.csv
	varve add -q prices.csv
	varve commit -qm one
	rows 4 > prices.csv
	exec 8> .git/varve/gc.lock
	flock -x 8
	succeeds timeout 30 varve add prices.csv # the filter waits 60 seconds
	exec 8>&-
	[ "$(git status --short)" = "M  prices.csv" ]
	succeeds varve commit -qm two
	[ -z "$(git status --short)" ]
	rows 4 | cmp - <(varve cat HEAD:prices.csv)
}

# Versions in each of which a twentieth of the rows goes elsewhere: what those after the first take.
@test "moved rows take at most two and a half times the bytes of git" {
	new_repo
	git init -q ../plain
	rows 7000 | awk -F, -v OFS=, 'NR == 1 { $5 = "a,b,c,d,e,f,g,h" }
		NR > 1 { for (i = 5; i < 13; i++) { n = (n * 1103515245 + 12345) % 2147483648; $i = int(n / 65536) % (i < 8 ? 20 : 9999) } } 1' > prices.csv
	for i in $(seq 16); do
		cp prices.csv ../plain
		varve add prices.csv > /dev/null
		varve commit -qm "version $i"
		git -C ../plain add prices.csv
		git -C ../plain commit -qm "version $i"
		if [ "$i" = 1 ] || [ "$i" = 16 ]; then
			varve gc -q --prune=now
			git -C ../plain repack -adfq
			ours+=("$(packs_size)")
			plain+=("$(cat ../plain/.git/objects/pack/*.pack | wc -c)")
		fi
		python3 - "$i" <<- 'END'
			import random, sys
			header, *rows = open("prices.csv")
			r = random.Random(int(sys.argv[1]))
			gone = [rows.pop(r.randrange(len(rows))) for _ in range(len(rows) // 20)]
			for row in gone:
			    rows.insert(r.randrange(len(rows) + 1), row)
			open("prices.csv", "w").writelines([header, *rows])
		END
	done
	varve fsck --data
	varve cat HEAD:prices.csv | cmp - ../plain/prices.csv
	echo "${ours[@]}; git: ${plain[@]}"
	[ $(((ours[1] - ours[0]) * 2)) -le $(((plain[1] - plain[0]) * 5)) ]
}

@test "a packed ref that a loose one has replaced may name a commit that git has removed" {
	new_repo
	rows 20 > prices.csv
	varve add -q prices.csv
	varve commit -qm one
	git pack-refs --all
	tick
	git commit -q --amend -m two
	git reflog expire --expire=now --all
	git prune --expire=now
	! git cat-file -e "$(sed -n 's| refs/heads/main$||p' .git/packed-refs)" 2> /dev/null || false
	succeeds varve fsck
	succeeds varve gc
	succeeds varve cat HEAD:prices.csv
	rm .git/refs/heads/main # now the packed one counts
	ends_with 2 varve gc
	stderr_has "packed-refs: cannot read the object"
}
