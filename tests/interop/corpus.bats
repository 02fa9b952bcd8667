load ../cli/helper

@test "the texts of chardet's suite come back byte for byte, with the cells that Python reads" {
	[ -n "${VARVE_TEST_ALL-}" ] || skip "only with VARVE_TEST_ALL=1: 400 files are downloaded"
	packages=${VARVE_TEST_INTEROP:-$HOME/.cache/varve-interop}/corpus
	archive=$packages/chardet-5.2.0.tar.gz
	[ -f "$archive" ] || timeout 200 python3 -m pip download -q --no-deps --no-binary :all: -d "$packages" chardet==5.2.0 ||
		skip "the package registry cannot be reached"
	sha256sum "$archive" | grep -q ^1b3b6ff479a8c414bc3fa2c0852995695c4a026dcd6d0633b2dd092ca39c1cf7
	new_repo
	succeeds python3 "$BATS_TEST_DIRNAME/corpus.py" "$(command -v varve)" "$archive"
	output_has " files, 0 failed"
}
