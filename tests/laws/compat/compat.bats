# The repositories of tests/compat, one for each format that a release writes: every later varve reads them, and a
# program that writes the format makes the same blocks of the same files.
load ../../cli/helper

compat=$(cd "$BATS_TEST_DIRNAME/../../compat" && pwd)

formats() {
	ls -d "$compat"/v[0-9]*
}

# read_format FOLDER: a repository with its branches and blocks.
read_format() {
	new_repo "read-${1##*/}"
	cd "read-${1##*/}"
	git fetch -q "$1/history.bundle" main:kept plain:plain
	gzip -dc "$1/blocks.car.gz" > ../blocks.car
	succeeds varve ipfs car import -q ../blocks.car
}

@test "every version of every format is read byte for byte" {
	for format in $(formats); do
		read_format "$format"
		for n in 0 1 2; do
			while read -r path; do
				git cat-file blob "plain~$n:$path" > ../plain
				# what cat prints of an encoded file is its text
				case $path in
				*latin1*) iconv -f ISO-8859-1 -t UTF-8 ../plain > ../text ;;
				*utf16*) iconv -f UTF-16LE -t UTF-8 ../plain > ../text ;;
				*) cp ../plain ../text ;;
				esac
				varve cat "kept~$n:$path" | cmp - ../text
			done < <(git ls-tree -r --name-only "plain~$n")
			git switch -q --detach "kept~$n"
			succeeds varve restore .
			while read -r path; do
				git cat-file blob "plain~$n:$path" | cmp - "$path"
			done < <(git ls-tree -r --name-only "plain~$n")
		done
		succeeds varve fsck --data
		cd ..
	done
}

# read_packs FOLDER: the same with its packs and indexes as they are.
read_packs() {
	new_repo "packs-${1##*/}"
	cd "packs-${1##*/}"
	git fetch -q "$1/history.bundle" main:kept plain:plain
	mkdir -p .git/varve/packs
	tar -xf "$1/packs.tar" -C .git/varve/packs
	git switch -q --detach kept
}

# Each version of each file, by the packs that are there.
reads_all() {
	for n in 0 1 2; do
		git switch -q --detach "kept~$n"
		succeeds varve restore .
		while read -r path; do
			git cat-file blob "plain~$n:$path" | cmp - "$path"
		done < <(git ls-tree -r --name-only "plain~$n")
	done
	succeeds varve fsck --data
}

@test "packs with records of every method, and their indexes, are read as they are" {
	for format in $(formats); do
		read_packs "$format"
		python3 "$compat/methods.py" .git/varve/packs/*.pack > ../methods
		grep -Fx '0 1 2 3 4' ../methods
		cp -r .git/varve/packs ../packs
		reads_all
		diff -r ../packs .git/varve/packs
		rm .git/varve/packs/*.index
		reads_all
		diff -r ../packs .git/varve/packs # an index has one form
		rm -r ../packs
		cd ..
	done
}

@test "an index with a fan-out finds every block" {
	for format in $(formats); do
		new_repo "wide-${format##*/}"
		cd "wide-${format##*/}"
		mkdir -p .git/varve/packs
		tar -xzf "$format/wide.tar.gz" -C .git/varve/packs
		cp -r .git/varve/packs ../packs
		od -An -tu4 -j32 -N4 .git/varve/packs/*.index | grep -x ' *260' # offsets of 4 bytes, and a fan-out
		for i in $(seq 0 2099); do
			printf -v name t%04d.csv "$i"
			printf 'id,x\n%d,%d\n' "$i" $((i * 7919 % 10007)) > "$name"
		done
		cp -r . ../files
		varve add -q . 2> /dev/null
		diff -r ../packs .git/varve/packs # every block was found
		rm -- *.csv
		succeeds varve restore .
		diff -r -x .git -x .gitattributes ../files .
		rm .git/varve/packs/*.index
		succeeds varve fsck --data
		diff -r ../packs .git/varve/packs # an index has one form
		rm -r ../packs ../files
		cd ..
	done
}

@test "derived files of another version are made again" {
	read_packs "$(formats | sort -V | tail -n 1)"
	reads_all
	succeeds varve check cities.csv
	touch cities.csv
	succeeds varve add cities.csv
	cp -r .git/varve/packs ../packs
	python3 - <<-'EOF'
		import pathlib
		marks = set()
		for path in pathlib.Path(".git/varve").rglob("*"):
		    data = path.read_bytes() if path.is_file() else b""
		    if data[:2] == b"VV" and data[7:8] == b"\n" and data[:6] != b"VVPACK":
		        marks.add(data[2:6].decode())
		        path.write_bytes(data[:6] + bytes([data[6] + 1]) + data[7:])
		assert {"INDX", "SCAN", "STAT"} <= marks, marks
	EOF
	reads_all
	succeeds varve status
	succeeds varve add cities.csv
	diff -r ../packs .git/varve/packs
}

@test "the versions of formats that are printed are those of the bytes that are kept" {
	read_packs "$(formats | sort -V | tail -n 1)"
	succeeds varve version --formats
	for line in pointer root list "row group" chunk "row edits" pack index store folder "signed head" proof vault difference varve.json protocol; do
		grep -E "^$line +1  frozen" <<< "$output"
	done
	[ "$(grep -cv '1  frozen' <<< "$output")" = 1 ] # caches
	git cat-file blob kept:cities.csv | grep -F '{"varve": 1,'
	od -An -tu1 -j6 -N1 "$(ls .git/varve/packs/*.pack | head -n 1)" | grep -x ' *1'
	places "$(formats | sort -V | tail -n 1)"
	[ "$(cat "$kept/store/format")" = "varve store 1" ]
	[ "$(head -n 1 "$kept/public/folder")" = "varve folder 1" ]
	[ "$(head -n 1 "$kept/clone.down")" = "varve 1" ]
	git --git-dir="$kept/public/repo.git" cat-file blob refs/varve/heads/z6MkunzCW92a4heit8ZibUYHgaEkPuRiSe5rUP4WM7XjhvkV:head | grep -x 'varve head 1'
	varve init -q . > /dev/null
	varve diff --format ndjson HEAD~1 HEAD | head -n 1 | grep -F '"format":"varve.diff/1"'
}

@test "the newest format makes the same blocks of the same files" {
	format=$(formats | sort -V | tail -n 1)
	read_format "$format"
	new_repo ../again
	cd ../again
	git fetch -q "$format/history.bundle" main:kept plain:plain
	for n in 2 1 0; do
		while IFS=$'\t' read -r path options; do
			mkdir -p "$(dirname "$path")"
			git cat-file blob "plain~$n:$path" > "$path"
			varve add -q ${options//$'\t'/ } "$path" 2> /dev/null
		done < "$format/add"
		# But for the driver that merges .gitattributes, and columns without a value, which have no type now.
		git ls-tree -r "kept~$n" | sed 's/ blob / /' | grep -v -e '\.gitattributes$' -e 'odd/empty.csv$' > ../kept
		git ls-files -s | sed 's/ 0\t/\t/' | grep -v -e '\.gitattributes$' -e 'odd/empty.csv$' > ../made
		diff ../kept ../made
	done
}

# places FORMAT: what tests/compat/make_places made, in `kept`.
places() {
	kept=$BATS_TEST_TMPDIR/work/kept-${1##*/}
	mkdir "$kept"
	tar -xzf "$1/places.tar.gz" -C "$kept"
}

# came_back FOLDER NUMBER [REV]: all files of version NUMBER are in this repository as they came in.
came_back() {
	local path
	for path in prices.csv tasks.ndjson odd.csv readme; do
		if [ "$path" = odd.csv ]; then
			iconv -f ISO-8859-1 -t UTF-8 "$kept/plain/$2/$path"
		else
			cat "$kept/plain/$2/$path"
		fi > text
		varve -C "$1" cat "${3-HEAD}:$path" | cmp - text
		[ -n "${3-}" ] || [ ! -e "$1/$path" ] || cmp "$1/$path" "$kept/plain/$2/$path"
	done
}

# all_came_back FOLDER: it has all three versions, and all is right.
all_came_back() {
	for n in 0 1 2; do
		came_back "$1" "$n" "HEAD~$((2 - n))"
	done
	came_back "$1" 2
	succeeds varve -C "$1" fsck --data
}

@test "kept stores, Git hosts, CARs, published folders and their signed heads are read" {
	for format in $(formats); do
		places "$format"
		succeeds varve clone "$kept/public" public
		stderr_has "signed by z6Mk"
		all_came_back public
		succeeds varve -C public verify "$kept/public"
		output_has "prices: signed by"
		git init -q --bare host.git
		git -C host.git fetch -q "$kept/host.bundle" 'refs/*:refs/*'
		varve clone -q "file://$PWD/host.git" host
		all_came_back host
		git -C host.git update-ref -d refs/varve/blocks
		git clone -q --no-checkout host.git store 2> /dev/null
		git -C store config remote.origin.varveKind git
		git -C store config remote.origin.varveUrl "$kept/store"
		varve -C store init > /dev/null
		succeeds varve -C store fetch
		succeeds varve -C store switch main
		all_came_back store
		new_repo car
		git -C car fetch -q "$kept/host.bundle" main:kept
		succeeds varve -C car ipfs car import -q "$kept/one.car"
		varve -C car cat kept:prices.csv | cmp - "$kept/plain/2/prices.csv"
		rm -rf public host.git host store car
	done
}

@test "kept vaults are opened with their key" {
	for format in $(formats); do
		places "$format"
		chmod 600 "$kept/key"
		for holder in a b; do
			succeeds varve vault recover --key "$kept/key" --to "$holder" "$kept/vault-$holder"
			all_came_back "$holder"
		done
		rm -rf a b
	done
}

@test "a peer of each version is understood, and understands" {
	for format in $(formats); do
		places "$format"
		GIT_SSH_COMMAND="$compat/replay.py $kept/clone.down" succeeds varve clone -q --bare ssh://host/peer peer
		came_back peer 0
		# the requests of then are answered
		varve serve --stdio "$PWD/peer" < "$kept/clone.up" > answer
		[ "$(head -n 1 answer)" = "$(head -n 1 "$kept/clone.down")" ]
		varve clone -q peer ours
		varve serve --stdio "$PWD/peer" < "$kept/push.up" > answer
		came_back peer 1
		succeeds varve -C peer fsck --data
		# the answers of then satisfy a push of today
		varve -C ours pull -q
		GIT_SSH_COMMAND="$compat/replay.py $kept/push.down" succeeds varve -C ours push ssh://host/peer main
		stderr_has "main -> main"
		rm -rf peer ours
	done
}

@test "options, exit codes and members of JSON outputs stay" {
	for format in $(formats); do
		places "$format"
		"$compat/surface.py" "$compat/../../docs/man" "$kept" > now
		comm -23 <(LC_ALL=C sort "$format/surface") <(LC_ALL=C sort now) > gone
		cat gone
		[ ! -s gone ]
		rm -rf surface hub.git
	done
}
