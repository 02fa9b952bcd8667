load ../helper
load ../../stories/hosts/host
load folder

# What a store keeps is what it shows: each file that a version stands on. What it lost is named, and put back.

# Six versions, each with a pack of its own; the fifth is gone here, too, if it is dropped.
versions() {
	a_store
	for row in 10 20 30 40 50; do
		change $row
		succeeds varve push -q
	done
	cp -a "$store" ../whole
	pack=$(ls "$store"/packs/* | sed -n 3p)
	list=$store/lists/$(basename "$pack" .pack).list
	version=$(ls "$store"/versions/* | sed -n 2p)
}

# As it was before anything was damaged.
whole_again() {
	rm -rf "$store"
	cp -a ../whole "$store"
}

# Every version is in the store alone, and comes back.
all_there() {
	rm -rf ../check
	succeeds varve clone -q "$url" ../check
	for commit in $(git rev-list main); do
		varve cat "$commit:prices.csv" | cmp - <(varve -C ../check cat "$commit:prices.csv")
	done
	succeeds varve -C ../check fsck --data
}

# lost FILE COMMAND...: the command damages the file, which is missed by status and doctor, and put back by a push of blocks.
lost() {
	local file=$1
	shift
	whole_again
	"$@"
	succeeds varve status --remote
	output_has "missing or damaged there: $file"
	output_has "varve push --blocks"
	ends_with 1 varve doctor
	output_has "$file"
	output_has "varve push --blocks origin"
	succeeds varve push --blocks
	succeeds varve status --remote
	output_has "6 versions, 0 incomplete there"
	succeeds varve doctor
	succeeds varve gc --remote --dry-run
	all_there
}

empty() { : > "$1"; }
cut() { truncate -s "$(($(stat -c %s "$1") / 2))" "$1"; }
cut_end() { truncate -s -1 "$1"; }
flip() { printf '\377' | dd of="$1" bs=1 seek="${2-5}" conv=notrunc status=none; }
folder() { rm "$1"; mkdir "$1"; }
other() { cp "$(ls "$(dirname "$1")"/* | grep -vxF "$1" | head -1)" "$1"; }

@test "a list that is missing or damaged is named, and made again from its pack" {
	versions
	for how in rm empty cut cut_end flip folder other; do
		lost "lists/$(basename "$list")" "$how" "$list"
	done
}

@test "a version's file that is missing or damaged is named, and written again" {
	versions
	for how in rm empty cut cut_end flip folder; do
		lost "versions/$(basename "$version")" "$how" "$version"
	done
}

@test "a pack that is missing or damaged is named, and its blocks are sent again" {
	versions
	for how in rm empty cut cut_end folder other; do
		lost "packs/$(basename "$pack")" "$how" "$pack"
	done
	# one flipped byte shows where all are read
	whole_again
	flip "$pack" 60
	ends_with 1 varve doctor
	output_has "damaged"
	succeeds varve push --blocks
	succeeds varve doctor
	all_there
}

@test "a pack and its list are lost together" {
	versions
	both() { rm "$list"; rm "$pack"; }
	lost "lists/$(basename "$list")" both
	both() { rm "$list"; cut "$pack"; }
	lost "lists/$(basename "$list")" both
	both() { cut "$list"; cut "$pack"; }
	lost "lists/$(basename "$list")" both
}

@test "the mark of a store is missing or damaged: nothing crashes, and it is written anew" {
	versions
	succeeds varve clone -q --lazy "$url" ../lazy
	for how in rm empty cut flip folder; do
		whole_again
		"$how" "$store/format"
		ends_with 1 varve doctor
		output_has "format"
		ends_with 2 varve status --remote
		stderr_has "format"
		ends_with 2 varve -C ../lazy cat HEAD~2:prices.csv --where id=5
		succeeds varve push --blocks
		printf 'varve store 1\n' | cmp - "$store/format"
		all_there
	done
	whole_again
	printf 'varve store 2\n' > "$store/format"
	ends_with 1 varve doctor
	output_has "upgrade varve"
	ends_with 2 varve push --blocks
	stderr_has "in format 2"
	printf 'varve store 2\n' | cmp - "$store/format"
	ends_with 2 varve -C ../lazy cat HEAD~2:prices.csv --where id=5
	# an empty folder may be a disk that is not mounted
	rm -r "${store:?}"/*
	ends_with 2 varve push --blocks
	[ -z "$(ls "$store")" ]
}

@test "a list that its pack alone shows is made again by a clone that has no rows" {
	versions
	GIT_LFS_SKIP_SMUDGE=1 git -c filter.varve.process= -c filter.varve.smudge=cat -c filter.varve.required=false clone -q "$url" ../empty
	rm "$store"/lists/*
	cd ../empty
	git config varve.trustedHost "$store"
	git config remote.origin.varveKind git
	run varve push --blocks
	[ "$(ls "$store/lists" | wc -l)" -eq "$(ls "$store/packs" | wc -l)" ]
	cd ../a
	all_there
}

@test "drop frees nothing of which one pack, list or file is gone at the store" {
	versions
	for damage in "rm $pack" "empty $pack" "cut_end $pack" "rm $list" "flip $list" "rm $version" "cut $version"; do
		whole_again
		$damage
		rm -rf ../d
		cp -a ../a ../d
		succeeds varve status --remote
		gone=$(grep -c "missing or damaged" <<< "$output")
		run varve -C ../d drop --history
		succeeds varve -C ../d log --oneline
		kept=0
		for commit in $(git rev-list main); do
			varve -C ../d --offline cat "$commit:prices.csv" > /dev/null 2>&1 && kept=$((kept + 1))
		done
		# what the store does not show whole is still here, and so is the last version
		[ "$kept" -ge "$gone" ]
		succeeds varve push --blocks
		for commit in $(git rev-list main); do
			varve cat "$commit:prices.csv" | cmp - <(varve -C ../d cat "$commit:prices.csv")
		done
	done
}

@test "drop frees nothing whose blocks are damaged at the store, though the same blocks are here" {
	versions
	for pack in "$store"/packs/*.pack; do
		head -c "$(($(stat -c %s "$pack") - 128))" /dev/zero | dd of="$pack" bs=1 seek=32 conv=notrunc status=none
	done
	run varve drop --history
	output_has "has 0 of 5 versions"
	succeeds varve --offline fsck --data
	for commit in $(git rev-list main); do
		succeeds varve --offline cat "$commit:prices.csv"
	done
}

@test "status --remote in a fresh clone counts the versions of the remote's branches, too" {
	versions
	git checkout -q -b other
	change 60
	succeeds varve push -q origin other
	succeeds varve clone -q "$url" ../fresh
	cd ../fresh
	[ -z "$(git branch --list other)" ]
	succeeds varve status --remote
	output_has "7 versions, 0 incomplete there"
}

every_file() { find "$store" -type f ! -name 'gc-*' | sort; }

@test "gc --remote frees nothing while a pack or list of a version is missing or cut at the store" {
	local from name how stopped=0
	versions
	git checkout -q -b gone
	change 60
	succeeds varve push -q origin gone
	git checkout -q main
	git push -q --no-verify origin :gone
	git branch -q -D gone
	find "$store" -type f -exec touch -d '-20 days' {} +
	rm -rf ../whole
	cp -a "$store" ../whole
	succeeds varve gc --remote
	find "$store" -type f -exec touch -d '-8 days' {} + # what it condemned may go now
	cp -a "$store" ../late
	for from in whole late; do
		for name in $(cd "../$from" && ls packs/* lists/* | sed -n '1p;4p;$p'); do
			for how in rm cut empty; do
				rm -rf "$store"
				cp -a "../$from" "$store"
				$how "$store/$name"
				every_file > ../before
				run varve gc --remote --prune=now
				if [ "$status" -ne 0 ]; then
					stopped=$((stopped + 1))
					[ -z "$(comm -23 ../before <(every_file))" ] || { echo "$from, $how $name"; comm -23 ../before <(every_file); return 1; }
					succeeds varve push --blocks
				fi
				succeeds varve status --remote
				output_has " 0 incomplete there"
			done
		done
		all_there
	done
	[ "$stopped" -ge 6 ]
}
