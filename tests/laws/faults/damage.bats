# Damage on the disk and blocks made to deceive: the right data or a named error.
load ../../cli/helper

# Three versions in one pack and its index; the bytes of each lie in ../vN.csv.
versions() {
	local n
	new_repo
	for n in 1 2 3; do
		rows $((400 + n * 10)) "$n" > prices.csv
		cp prices.csv "../v$n.csv"
		varve add prices.csv > /dev/null
		varve commit -q -m "$n"
	done
	varve gc -q
	packs=(.git/varve/packs/*.pack)
	[ "${#packs[@]}" = 1 ]
	pack=$(basename "${packs[0]}" .pack)
	cp -a .git/varve/packs ../sound
}

heal() {
	rm -rf .git/varve/packs
	cp -a ../sound .git/varve/packs
	chmod -R u+w .git/varve/packs
}

# change FILE KIND OFFSET: flip a bit, overwrite a byte, cut the file there.
change() {
	python3 - "$@" <<-'END'
	import os, sys
	name, kind, at = sys.argv[1], sys.argv[2], int(sys.argv[3])
	with open(name, "r+b") as f:
	    if kind == "cut":
	        f.truncate(at)
	    else:
	        f.seek(at)
	        b = f.read(1)[0]
	        f.seek(at)
	        f.write(bytes([b ^ (1 << at % 8) if kind == "flip" else (b + 85) & 255]))
	END
}

# answers WANTED COMMAND...: what it prints is the file WANTED, or it fails and says why.
answers() {
	local wanted=$1 code=0
	shift
	"$@" > ../answer 2> ../why || code=$?
	case $code in
	0) cmp ../answer "$wanted" ;;
	1 | 2) grep -q '^varve: .*[a-z]' ../why || { echo "$*: no message" >&2; return 1; } ;;
	*)
		echo "$*: exit status $code" >&2
		cat ../why >&2
		return 1 ;;
	esac
}

# Every reading command, and restore, with what may be damaged. $found: what fsck found.
all_commands() {
	local n
	for n in 1 3; do
		answers "../v$n.csv" varve cat "HEAD~$((3 - n)):prices.csv"
	done
	answers ../log varve log --oneline
	cp ../v3.csv prices.csv
	varve restore --source HEAD~2 prices.csv > ../answer 2> ../why || {
		[ $? -le 2 ]
		grep -q '^varve: ' ../why
	}
	cmp -s prices.csv ../v1.csv || cmp prices.csv ../v3.csv
	[ "$(ls -A)" = $'.git\n.gitattributes\nprices.csv' ]
	found=0
	varve fsck --data > ../found 2> ../why || found=$?
	[ "$found" -le 1 ] || { cat ../why >&2; return 1; }
}

# sample FILE COUNT: as many offsets, spread over it, with its first and last bytes; of these each
# sixth, see sampled. (The units flip every bit of a pack.)
sample() {
	local size
	size=$(stat -c %s "$1")
	{
		seq 0 7
		seq $((size - 1)) -9 $((size - 41))
		seq 11 $((size / $2 + 1)) $((size - 1))
	} > "$HOME/offsets"
	awk 'NR == FNR { chosen[$1]; next } FNR in chosen' \
		<(sampled "$(grep -c . "$HOME/offsets")" "$(($(grep -c . "$HOME/offsets") / 12))") "$HOME/offsets"
}

# An index that is not as it should be is made again, said to be, and no damage.
only_the_index_is_told() {
	succeeds varve fsck --data
	stderr_has "index '$pack.index'"
	stderr_has "was rebuilt"
	cmp ".git/varve/packs/$pack.index" "../sound/$pack.index"
	succeeds varve fsck --data
	[ -z "$stderr" ]
}

damage_packs() {
	local at
	versions
	varve log --oneline > ../log
	for at in $(sample "../sound/$pack.pack" "$2"); do
		heal
		change ".git/varve/packs/$pack.pack" "$1" "$at"
		all_commands || { echo "$1 at byte $at" >&2; return 1; }
		[ "$found" = 1 ] || { echo "fsck does not see: $1 at byte $at" >&2; cat ../found >&2; return 1; }
		grep -q -e "$pack" -e prices.csv ../found
	done
	heal
	succeeds varve fsck --data
}

@test "a flipped bit in a pack gives right data or a named error" {
	damage_packs flip 24
}

@test "a pack that was cut gives right data or a named error" {
	damage_packs cut 10
}

@test "a damaged index gives right data and heals" {
	local at kind
	versions
	varve log --oneline > ../log
	for kind in flip cut; do
		for at in $(sample "../sound/$pack.index" 8); do
			heal
			change ".git/varve/packs/$pack.index" "$kind" "$at"
			varve cat HEAD~2:prices.csv | cmp - ../v1.csv
			varve cat HEAD:prices.csv | cmp - ../v3.csv
			only_the_index_is_told
			# A writer writes it anew.
			rows 500 "$at" > prices.csv
			varve add prices.csv > /dev/null
			succeeds varve fsck --data
			git reset -q --hard
		done
	done
}

@test "an index of another repository does no harm" {
	versions
	mkdir ../other
	(
		cd ../other
		new_repo
		rows 300 7 > t.csv
		varve add t.csv > /dev/null
		varve commit -q -m other
	)
	cp ../other/.git/varve/packs/*.index ".git/varve/packs/$pack.index"
	varve cat HEAD~2:prices.csv | cmp - ../v1.csv
	varve cat HEAD:prices.csv | cmp - ../v3.csv
	only_the_index_is_told
	cp ../other/.git/varve/packs/*.pack ".git/varve/packs/$pack.pack"
	ends_with 2 varve cat HEAD:prices.csv
	stderr_has "varve: "
	ends_with 1 varve fsck --data
	output_has prices.csv
}

@test "a missing pack is told by every command and takes nothing with it" {
	versions
	rm ".git/varve/packs/$pack.pack"
	ends_with 2 varve cat HEAD~1:prices.csv
	stderr_has "varve: "
	echo mine > prices.csv
	ends_with 2 varve restore prices.csv
	[ "$(cat prices.csv)" = mine ]
	ends_with 1 varve fsck
	output_has "incomplete table: "
	[ "$(printf '%s\n' "$output" | grep -c 'prices.csv')" -ge 3 ]
	ends_with 2 varve info HEAD:prices.csv
	run varve gc -q --prune=now
	heal
	succeeds varve restore prices.csv
	cmp prices.csv ../v3.csv
	succeeds varve fsck --data
}

@test "a table that loses its pack can be added again" {
	versions
	rm .git/varve/packs/*
	touch prices.csv
	succeeds varve add prices.csv
	ends_with 1 varve fsck --data
	output_lacks "not here (block $(git cat-file blob :prices.csv | sed -n 's/.*"root": "\([^"]*\)".*/\1/p'))"
	rm prices.csv
	succeeds varve restore prices.csv
	cmp prices.csv ../v3.csv
}

# stage_blob: what stdin says becomes prices.csv in the index and in HEAD.
commit_blob() {
	local blob
	blob=$(git hash-object -w --stdin)
	git update-index --cacheinfo "100644,$blob,prices.csv"
	git commit -q -m hostile
}

# Every command must survive this version, and take nothing from the work tree.
survives_pointer() {
	commit_blob
	cp ../v3.csv prices.csv
	for command in "cat HEAD:prices.csv" "info HEAD:prices.csv" "show HEAD" "log --stat" "status" "fsck" "schema prices.csv" \
		"gc -q" "restore prices.csv" "restore --source HEAD prices.csv" "commit -q -a -m x --dry-run" "add -n prices.csv"; do
		timeout 20 varve $command > ../answer 2> ../why && code=0 || code=$?
		[ "$code" -le 2 ] || { echo "varve $command: exit status $code" >&2; cat ../why >&2; return 1; }
		[ "$code" -lt 2 ] || grep -q '^varve: ' ../why
		if LC_ALL=C grep -q "[$(printf '\001-\010\013-\037\177')]" ../answer ../why; then
			echo "raw control bytes from: varve $command" >&2
			return 1
		fi
		[ ! -e ../outside ]
	done
	git reset -q --hard HEAD~1 2> /dev/null || { rm -f .git/index.lock; git -c filter.varve.process= -c filter.varve.smudge=cat -c filter.varve.required=false reset -q --hard HEAD~1; }
	cp ../v3.csv prices.csv
}

@test "hostile pointers are refused and named" {
	versions
	git cat-file blob HEAD:prices.csv > ../p
	root=$(sed -n 's/.*"root": "\([^"]*\)".*/\1/p' ../p)
	leaf=bafkreifzjut3te7nhyekklss27nh3k72ysco7y32koao5eei66wof36n5e
	sed "s/$root/$leaf/" ../p | survives_pointer
	head -c 100 ../p | survives_pointer
	head -c $(($(stat -c %s ../p) - 1)) ../p | survives_pointer
	{ echo '<<<<<<< ours'; cat ../p; echo =======; cat ../p; echo '>>>>>>> theirs'; } | survives_pointer
	{ head -n 3 ../p; yes ' "about": "more and more",' | head -c 1200000; } | survives_pointer
	{ head -n 3 ../p; printf ' "columns": '; head -c 200000 /dev/zero | tr '\0' '['; } | survives_pointer
	sed 's/"rows": [0-9]*/"rows": 18446744073709551616/' ../p | survives_pointer
	sed 's/"rows": [0-9]*/"rows": -1/' ../p | survives_pointer
	sed 's/"varve": 1/"varve": 2/' ../p | survives_pointer
	sed 's/"kind": "table"/"kind": "file"/' ../p | survives_pointer
	printf '%s' "$(cat ../p)" | sed 's/"name": "id"/"name": "\\u001b[2J\\u0007"/' | survives_pointer
	sed 's/$/\r/' ../p | survives_pointer
	git reflog expire --expire=now --all
	rm .git/ORIG_HEAD
	succeeds varve fsck
}

@test "a version number of tomorrow is named" {
	versions
	git cat-file blob HEAD:prices.csv | sed 's/"varve": 1/"varve": 2/' | commit_blob
	ends_with 2 varve cat HEAD:prices.csv
	stderr_has 2
	ends_with 1 varve fsck
	output_has prices.csv
}
