# The repositories of tests/compat, one for each format that a release writes: every later varve reads them, and a
# program that writes the format makes the same blocks of the same files.
load ../../cli/helper

formats() {
	compat=$(cd "$BATS_TEST_DIRNAME/../../compat" && pwd)
	ls -d "$compat"/[0-9]*
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
