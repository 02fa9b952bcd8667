load ../helper

versions() {
	new_repo
	rows 3000 > prices.csv
	varve add prices.csv > /dev/null
	varve commit -qm one
	sed -i 's/^1500,/1500000,/' prices.csv
	varve add prices.csv > /dev/null
	varve commit -qm two
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

biggest_pack() {
	ls -S .git/varve/packs/*.pack | head -n 1
}

@test "a sound repository is sound" {
	versions
	succeeds varve fsck
	output_has "sound: 2 versions of tables"
	succeeds varve fsck --data
	output_has "every byte"
	succeeds varve fsck -q
	output_is ""
}

@test "a loose object of Git that was cut is damaged, wherever it was cut" {
	new_repo
	rows 300 > plain.csv
	git add plain.csv
	git commit -qm one
	file=.git/objects/$(git rev-parse HEAD:plain.csv | sed 's,^..,&/,')
	whole=$(git cat-file -s HEAD:plain.csv)
	[ "$(varve cat HEAD:plain.csv | wc -c)" -eq "$whole" ]
	chmod u+w "$file"
	cp "$file" ../object
	len=$(stat -c %s "$file")
	for at in 1 2 20 100 $((len / 2)) $((len - 4)) $((len - 1)); do
		head -c "$at" ../object > "$file"
		ends_with 2 timeout 20 varve cat HEAD:plain.csv
		stderr_has "$(git rev-parse HEAD:plain.csv)"
	done
	cp ../object "$file"
	[ "$(varve cat HEAD:plain.csv | wc -c)" -eq "$whole" ]
}

@test "text that only Git keeps is named where it is missing or damaged, and comes back from a remote" {
	new_repo
	rows 300 > plain.csv
	seq 1 300000 > large.txt # more than what may be a pointer
	mkdir d
	seq 1 100 > d/small.txt
	git add .
	git commit -qm one
	git init -q --bare ../host.git
	git remote add origin "$PWD/../host.git"
	git push -q origin main
	cp -a .git ../whole
	for path in plain.csv large.txt d/small.txt d; do
		id=$(git rev-parse "HEAD:$path")
		file=.git/objects/${id:0:2}/${id:2}
		for how in rm cut flip packed; do
			case $how in
			rm) rm -f "$file" ;;
			cut) chmod u+w "$file"; truncate -s -7 "$file" ;;
			flip) flip "$file" $(($(stat -c %s "$file") / 2)) ;;
			packed)
				git repack -qad
				file=$(ls .git/objects/pack/*.pack)
				flip "$file" $(($(git verify-pack -v "$file" | awk -v id="$id" '$1 == id { print $5 }') + 8)) ;;
			esac
			ends_with 1 varve fsck --data
			output_has "damaged Git "
			[ "$how" = packed ] || output_has "$id"
			[ "$how" = packed ] || { [ "$path" = large.txt ] && [ "$how" != rm ]; } || {
				ends_with 1 varve fsck
				output_has ":$path"
			}
			ends_with 1 varve fsck --data --json
			output_has '"help": '
			if [ "$how" = packed ]; then
				mv .git/objects/pack ../pack
				mkdir .git/objects/pack
				git unpack-objects -qr < ../pack/*.pack 2> /dev/null || true
				rm -rf ../pack
			else
				rm -f "$file"
			fi
			git fetch -q --refetch
			succeeds varve fsck --data
			git cat-file -p "$id" > /dev/null
			rm -rf .git
			cp -a ../whole .git
		done
	done
	succeeds varve fsck --data
}

@test "a damaged commit or tag is named with what brings it back, and no repair is promised" {
	versions
	git tag -a -m text v1
	git init -q --bare ../host.git
	varve remote add origin "$PWD/../host.git"
	varve push -q --tags -u origin main
	cp -a .git ../whole
	for rev in HEAD HEAD~1 v1; do
		id=$(git rev-parse "$rev")
		file=.git/objects/${id:0:2}/${id:2}
		[ -e "$file" ] || git unpack-objects -q < .git/objects/pack/*.pack
		chmod u+w "$file"
		echo x > "$file"
		ends_with 1 varve fsck
		output_has "damaged Git object: cannot read the object $id"
		output_has "remove $PWD/$file; then 'git fetch --refetch'"
		stderr_lacks "fsck --repair"
		ends_with 1 varve fsck --repair --from origin
		stderr_lacks "missing blocks"
		rm -f "$file"
		git fetch -q --refetch origin '+refs/*:refs/back/*'
		succeeds varve fsck
		rm -rf .git
		cp -a ../whole .git
	done
}

@test "a loose object of an alternate that was cut is damaged" {
	new_repo
	rows 300 > plain.csv
	git add plain.csv
	git commit -qm one
	blob=$(git rev-parse HEAD:plain.csv)
	git clone -q --shared . ../shared
	cd ../shared
	file=$(cat .git/objects/info/alternates)/${blob:0:2}/${blob:2}
	chmod u+w "$file"
	cp "$file" ../object
	head -c "$(($(stat -c %s "$file") / 2))" ../object > "$file"
	ends_with 2 timeout 20 varve cat HEAD:plain.csv
	stderr_has "$blob"
	# One that the environment names, as git does for hooks that judge a push.
	mv .git/objects/info/alternates ../alternates
	GIT_ALTERNATE_OBJECT_DIRECTORIES=$(cat ../alternates) ends_with 2 timeout 20 varve cat HEAD:plain.csv
	stderr_has "$blob"
	mv ../alternates .git/objects/info/alternates
	cp ../object "$file"
	cmp <(varve cat HEAD:plain.csv) plain.csv
}

@test "a flipped bit is found with the tables and commits it touches" {
	versions
	flip "$(biggest_pack)" 100 # in the first group's bytes, not in the name of some record
	ends_with 1 varve fsck
	output_has "damaged pack: "
	output_has "damaged table: $(git rev-parse --short HEAD):prices.csv: "
	output_has "problem"
	ends_with 1 varve fsck --data
}

@test "missing blocks are reported as incomplete tables" {
	versions
	rm "$(biggest_pack)"
	ends_with 1 varve fsck
	output_has "incomplete table: "
	output_has ":prices.csv: "
}

@test "a damaged, missing or empty index is made again and data is right" {
	versions
	cp -a .git/varve/packs ../sound
	for index in .git/varve/packs/*.index; do flip "$index" 60; done
	varve cat HEAD:prices.csv | cmp - prices.csv
	succeeds varve fsck --data
	stderr_has "it was damaged, and was rebuilt"
	diff -r .git/varve/packs ../sound
	rm .git/varve/packs/*.index
	succeeds varve fsck --data
	stderr_has "it was missing, and was rebuilt"
	diff -r .git/varve/packs ../sound
	for index in .git/varve/packs/*.index; do : > "$index"; done # as a power cut leaves it
	succeeds varve fsck --json
	echo "$output" | python3 -c '
import json, sys
r = json.load(sys.stdin)
assert r["problems"] == [] and r["rebuiltIndexes"] > 0, r
'
	diff -r .git/varve/packs ../sound
	varve cat HEAD:prices.csv | cmp - prices.csv
}

@test "a pointer that lies about its data is told" {
	versions
	git show HEAD:prices.csv | sed 's/"rows": 3000/"rows": 3001/' > lie
	blob=$(git hash-object -w lie)
	git update-index --cacheinfo "100644,$blob,prices.csv"
	git commit -qm lie
	ends_with 1 varve fsck
	output_has "false pointer"
}

@test "a damaged pointer is told" {
	versions
	git show HEAD:prices.csv | sed 's/"bytes"/"byten"/' > bad
	blob=$(git hash-object -w bad)
	git update-index --cacheinfo "100644,$blob,prices.csv"
	git commit -qm bad
	ends_with 1 varve fsck
	output_has "damaged pointer: $(git rev-parse --short HEAD):prices.csv"
}

@test "a pointer that has become another kind of object is told, and gc removes nothing" {
	new_repo
	rows 9 > prices.csv
	varve add prices.csv > /dev/null
	varve commit -qm one
	mkdir ../packs
	mv .git/objects/pack/* ../packs
	for p in ../packs/*.pack; do
		git unpack-objects -q < "$p"
	done
	blob=$(git rev-parse HEAD:prices.csv)
	commit=$(git rev-parse HEAD)
	cp -f ".git/objects/${commit:0:2}/${commit:2}" ".git/objects/${blob:0:2}/${blob:2}"
	ends_with 1 varve fsck
	output_has "expected a blob"
	ends_with 2 varve gc -q --prune=now
	rm -f ".git/objects/${blob:0:2}/${blob:2}"
	for p in ../packs/*.pack; do
		git unpack-objects -q < "$p"
	done
	succeeds varve fsck --data
	output_has "1 version"
}

@test "a branch that cannot be read is told" {
	new_repo
	rows 9 > prices.csv
	varve add prices.csv > /dev/null
	varve commit -qm one
	cp .git/refs/heads/main ../main
	for damage in 's/$/x/' 's/^./z/' 's/.*//'; do
		sed "$damage" ../main > .git/refs/heads/main
		ends_with 2 varve fsck
		stderr_has refs/heads/main
		ends_with 2 varve cat HEAD:prices.csv
		stderr_has refs/heads/main
	done
	cp ../main .git/refs/heads/main
	succeeds varve fsck
}

@test "JSON for scripts" {
	versions
	succeeds varve fsck --json
	echo "$output" | python3 -c '
import json, sys
r = json.load(sys.stdin)
assert r["problems"] == [] and r["versions"] == 2
'
	flip "$(biggest_pack)" 100 # in the first group's bytes, not in the name of some record
	ends_with 1 varve fsck --json
	echo "$output" | python3 -c '
import json, sys
r = json.load(sys.stdin)
assert any(p["kind"] == "damaged table" and p["path"] == "prices.csv" for p in r["problems"]), r
'
}

# Of two packs that gc removes, the first is gone when it is killed: what the second has against
# blocks of the first cannot be read any more, and nobody needs it.
@test "what is left of a gc that was killed between two packs is no damage" {
	local i pack name tried=0
	new_repo
	rows 3000 > prices.csv
	varve add prices.csv > /dev/null
	varve commit -qm one
	for i in 1 2 3; do
		rows 3000 $i > prices.csv
		varve add prices.csv > /dev/null
		varve restore --staged --worktree prices.csv
	done
	cp -a .git/varve/packs ../before
	varve gc -q --prune=now
	for pack in ../before/*.pack; do
		name=$(basename "$pack" .pack)
		[ ! -e ".git/varve/packs/$name.pack" ] || continue
		tried=$((tried + 1))
		cp "$pack" "${pack%.pack}.index" .git/varve/packs/
		succeeds varve fsck --data
		rm ".git/varve/packs/$name.pack"
	done
	[ "$tried" -gt 1 ]
	succeeds varve fsck --data
	succeeds varve gc -q
	[ "$(find .git/varve/packs -name '*.index' | wc -l)" = "$(find .git/varve/packs -name '*.pack' | wc -l)" ]
}

@test "a damaged pack or index of Git is told before it is read, and git index-pack mends the index" {
	versions
	git gc -q
	pack=$(echo .git/objects/pack/pack-*.pack)
	index=${pack%.pack}.idx
	flip "$pack" $(($(wc -c < "$pack") - 10))
	ends_with 1 varve fsck --data
	output_has "damaged Git pack: objects/pack/$(basename "$pack") does not match its checksum"
	flip "$pack" $(($(wc -c < "$pack") - 10))
	flip "$index" $(($(wc -c < "$index") - 10))
	ends_with 1 varve fsck
	output_has "damaged Git index: objects/pack/$(basename "$index") does not match its checksum"
	stderr_has "'varve fsck --repair' makes a new index"
	rm -f "$index"
	git index-pack "$pack" > /dev/null
	succeeds varve fsck --data
}

# overwrite FILE OFFSET BYTE...
overwrite() {
	local file=$1 at=$2
	shift 2
	chmod u+w "$file"
	printf "$(printf '\\x%s' "$@")" | dd of="$file" bs=1 seek="$at" conv=notrunc status=none
}

# libgit2 would read beyond the pack, and the process end.
@test "every command names an index of Git that leads beyond its pack, and fsck --repair makes it again" {
	local at command
	versions
	git gc -q
	index=$(echo .git/objects/pack/pack-*.idx)
	at=$(($(wc -c < "$index") - 40 - 4 * $(git count-objects -v | sed -n "s/in-pack: //p"))) # of the first object
	cp "$index" ../index
	overwrite "$index" "$at" 7f ff ff 00
	cp -p prices.csv ../prices.csv
	for command in status log "cat HEAD:prices.csv" "diff HEAD~1" "add prices.csv" "gc" "doctor" "switch -c b" "fetch ."; do
		ends_with 2 varve $command
		stderr_has "Git's pack index '$PWD/$index' is damaged: an offset is outside the pack"
		stderr_has "hint: varve fsck --repair"
	done
	ends_with 1 varve fsck
	output_has "damaged Git index: objects/pack/$(basename "$index")"
	succeeds varve fsck --repair
	output_has "repaired: objects/pack/$(basename "$index"): rebuilt from its pack"
	output_has "sound: 2 versions"
	cmp "$index" ../index
	rm -f "${index%.idx}.rev" # of git 2.41 and newer
	[ "$(ls .git/objects/pack)" = "$(basename "${index%.idx}").idx
$(basename "${index%.idx}").pack" ]
	succeeds varve status
	# Where the pack is damaged, too, the index stays as it was, and both are named.
	overwrite "$index" "$at" 7f ff ff 00
	pack=${index%.idx}.pack
	flip "$pack" 40
	cp "$index" ../damaged
	ends_with 1 varve fsck --repair --data
	output_has "damaged Git index: objects/pack/$(basename "$index")"
	output_has "damaged Git pack: objects/pack/$(basename "$pack")"
	cmp "$index" ../damaged
}

@test "a damaged multi-pack-index of Git is named, and fsck --repair removes it" {
	versions
	git gc -q
	git multi-pack-index write
	index=.git/objects/pack/multi-pack-index
	succeeds varve fsck
	overwrite "$index" $(($(wc -c < "$index") - 20 - 4)) 7f ff ff 00
	ends_with 2 varve log
	stderr_has "Git's pack index '$PWD/$index' is damaged: an offset is outside the pack"
	ends_with 1 varve fsck
	output_has "damaged Git index: objects/pack/multi-pack-index"
	succeeds varve fsck --repair
	output_has "repaired: objects/pack/multi-pack-index: removed"
	[ ! -e "$index" ]
	succeeds varve log
}

# The only text of the commit is t.csv with '1,"#a",2' and a comment, stored so that the cell comes back without quotes.
@test "a version that was stored so that it does not come back is damaged" {
	git init -q spoiled
	cd spoiled
	git fetch -q "$BATS_TEST_DIRNAME/spoiled.bundle" main
	git update-ref refs/heads/main FETCH_HEAD
	varve init -q
	mkdir -p .git/varve/packs
	cp "$BATS_TEST_DIRNAME"/pack-*.pack .git/varve/packs
	ends_with 1 varve fsck -q --data
	local rev
	rev=$(git rev-parse --short main)
	output_has "damaged table: $rev:t.csv: "
	succeeds varve cat --format csv "$rev:t.csv"
	output_is $'id,tag,v\n1,#a,2\n3,b,4\n5,#c,6'
}
