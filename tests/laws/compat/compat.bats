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
	cp -r .git/varve/packs ../packs
	python3 - <<-'EOF'
		import pathlib
		marks = set()
		for path in pathlib.Path(".git/varve").rglob("*"):
		    data = path.read_bytes() if path.is_file() else b""
		    if data[:2] == b"VV" and data[7:8] == b"\n" and data[:6] != b"VVPACK":
		        assert data[6] == 1, path
		        marks.add(data[2:6].decode())
		        path.write_bytes(data[:6] + b"\2" + data[7:])
		assert {"INDX", "SCAN", "STAT"} <= marks, marks
	EOF
	reads_all
	succeeds varve status
	diff -r ../packs .git/varve/packs
}

@test "the versions of formats that are printed are those of the bytes that are kept" {
	read_packs "$(formats | sort -V | tail -n 1)"
	succeeds varve version --formats
	for line in pointer root list "row group" chunk "row edits" pack index; do
		grep -E "^$line +1 " <<< "$output"
	done
	git cat-file blob kept:cities.csv | grep -F '{"varve": 1,'
	od -An -tu1 -j6 -N1 "$(ls .git/varve/packs/*.pack | head -n 1)" | grep -x ' *1'
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
		git ls-tree -r "kept~$n" | sed 's/ blob / /' > ../kept
		git ls-files -s | sed 's/ 0\t/\t/' > ../made
		diff ../kept ../made
	done
}
