load ../cli/helper

# archive_of PROJECT VERSION SHA256: its sdist.
archive_of() {
	local packages=${VARVE_TEST_INTEROP:-$HOME/.cache/varve-interop}/corpus
	archive=$packages/$1-$2.tar.gz
	[ -f "$archive" ] || timeout 200 python3 -m pip download -q --no-deps --no-binary :all: -d "$packages" "$1==$2" ||
		skip "the package registry cannot be reached"
	echo "$3  $archive" | sha256sum --check --quiet
}

@test "the texts of chardet's suite come back byte for byte, with the cells that Python reads" {
	[ -n "${VARVE_TEST_ALL-}" ] || skip "only with VARVE_TEST_ALL=1: 400 files are downloaded"
	archive_of chardet 5.2.0 1b3b6ff479a8c414bc3fa2c0852995695c4a026dcd6d0633b2dd092ca39c1cf7
	new_repo
	succeeds python3 "$BATS_TEST_DIRNAME/corpus.py" "$(command -v varve)" "$archive"
	output_has " files, 0 failed"
}

@test "the files of csvkit's and agate's suites come back byte for byte, with the cells that Python reads" {
	[ -n "${VARVE_TEST_ALL-}" ] || skip "only with VARVE_TEST_ALL=1: 100 files are downloaded"
	new_repo
	archive_of agate 1.13.0 24bc3d3cbd165aa3ab0ef9e798dd4c53ad703012d450fe89b9c26b239505c445
	succeeds python3 "$BATS_TEST_DIRNAME/corpus.py" "$(command -v varve)" "$archive"
	output_has "0 failed, 0 refused"
	archive_of csvkit 2.0.1 aa9460266d5713ff312a414ed3edd86e0c3a31da9b2e2758cbe5643fe1146dd1
	succeeds python3 "$BATS_TEST_DIRNAME/corpus.py" "$(command -v varve)" "$archive"
	output_has "0 failed, 3 refused"
}
