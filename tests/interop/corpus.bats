load ../cli/helper

# Foreign files are downloaded, not committed: pinned versions of packages, by their registries' own clients.
setup() {
	varve_setup
	[ -n "${VARVE_TEST_ALL-}" ] || skip "only with VARVE_TEST_ALL=1: packages with foreign files are downloaded"
	packages=${VARVE_TEST_INTEROP:-$HOME/.cache/varve-interop}/corpus
	mkdir -p "$packages"
}

# had SHA256 FILE: is it there, and what it has to be?
had() {
	archive=$packages/$2
	[ -f "$archive" ] || skip "the package registry cannot be reached"
	echo "$1  $archive" | sha256sum --check --quiet
}

# archive_of PROJECT VERSION SHA256: its sdist.
archive_of() {
	[ -f "$packages/$1-$2.tar.gz" ] ||
		timeout 400 python3 -m pip download -q --no-deps --no-binary :all: -d "$packages" "$1==$2" || true
	had "$3" "$1-$2.tar.gz"
}

# wheel_of PROJECT VERSION TAG SHA256: a wheel, whatever Python it is for.
wheel_of() {
	[ -f "$packages/$1-$2-$3.whl" ] ||
		timeout 200 python3 -m pip download -q --no-deps --only-binary :all: --python-version 36 --implementation cp --abi cp36m \
			--platform manylinux1_x86_64 -d "$packages" "$1==$2" || true
	had "$4" "$1-$2-$3.whl"
}

# deb_of PACKAGE VERSION SHA256: a package of Debian 12.
deb_of() {
	command -v apt-get > /dev/null && command -v dpkg-deb > /dev/null || skip "not a Debian"
	[ -f "$packages/$1_$2_all.deb" ] || (cd "$packages" && timeout 200 apt-get -q download "$1=$2") || true
	had "$3" "$1_$2_all.deb"
}

# source_of PACKAGE VERSION FILE SHA256: the upstream archive of a source package of Debian 12.
source_of() {
	local apt=$packages/apt list
	command -v apt-get > /dev/null || skip "not a Debian"
	if [ ! -f "$packages/$3" ]; then
		mkdir -p "$apt/lists/partial" "$apt/cache/archives/partial" "$apt/parts"
		for list in /etc/apt/sources.list /etc/apt/sources.list.d/debian.sources; do
			[ ! -f "$list" ] || sed 's/^Types:.*/Types: deb-src/; s/^deb /deb-src /' "$list" > "$apt/parts/${list##*/}"
		done
		(cd "$packages" &&
			set -- -q -o Dir::Etc::sourcelist=/dev/null -o "Dir::Etc::sourceparts=$apt/parts" -o "Dir::State::lists=$apt/lists" \
				-o "Dir::Cache=$apt/cache" "$1=$2" &&
			timeout 200 apt-get "${@:1:9}" update && timeout 200 apt-get "${@:1:9}" source --download-only "${@:10}") || true
	fi
	had "$4" "$3"
}

# compared ARCHIVE: with the Python that has pandas, where it can be had; else with Python's csv alone.
compared() {
	local python=$packages/venv/bin/python
	(
		flock 9
		[ -x "$packages/venv/done" ] ||
			{ /usr/bin/python3 -m venv "$packages/venv" && timeout 400 "$packages/venv/bin/pip" -q install pandas==2.2.3 &&
				install -m 755 /dev/null "$packages/venv/done"; } || true
	) 9> "$packages/lock"
	"$python" -c 'import pandas' || python=/usr/bin/python3
	new_repo "${1##*/}.r"
	cd "${1##*/}.r"
	succeeds "$python" "$BATS_TEST_DIRNAME/corpus.py" "$(command -v varve)" "$1"
	cd ..
	[ "$python" = /usr/bin/python3 ] || [ -z "${2-}" ] || output_has "$2"
}

@test "the texts of chardet's suite come back byte for byte, with the cells that Python reads" {
	archive_of chardet 5.2.0 1b3b6ff479a8c414bc3fa2c0852995695c4a026dcd6d0633b2dd092ca39c1cf7
	compared "$archive"
	output_has " files, 0 failed"
}

@test "the texts of uchardet's suite come back byte for byte, with the cells that Python reads" {
	source_of uchardet 0.0.7-1 uchardet_0.0.7.orig.tar.xz 3fc79408ae1d84b406922fa9319ce005631c95ca0f34b205fad867e8b30e45b1
	compared "$archive"
	output_has "112 files, 0 failed"
}

@test "the files of csvkit's and agate's suites come back byte for byte, with the cells that Python and pandas read" {
	archive_of agate 1.13.0 24bc3d3cbd165aa3ab0ef9e798dd4c53ad703012d450fe89b9c26b239505c445
	compared "$archive" "20 read by pandas"
	output_has "21 files, 0 failed, 0 refused"
	archive_of csvkit 2.0.1 aa9460266d5713ff312a414ed3edd86e0c3a31da9b2e2758cbe5643fe1146dd1
	compared "$archive" "73 read by pandas"
	output_has "77 files, 0 failed, 2 refused"
}

@test "the files of Frictionless's suite come back byte for byte, with the cells that Python and pandas read" {
	archive_of frictionless 5.18.0 4b21a10d3ac67e46a4a58a1e8a8a27c6882af4d1608eadfb6ccbfde0b5eef6b9
	compared "$archive" "120 read by pandas"
	output_has "135 files, 0 failed, 10 refused"
}

@test "the files of pandas's suite come back byte for byte, with the cells that Python and pandas read" {
	wheel_of pandas 0.22.0 cp36-cp36m-manylinux1_x86_64 c372db80a5bcb143c9cb254d50f902772c3b093a4f965275197ec2d2184b1e61
	compared "$archive" "45 read by pandas"
	output_has "46 files, 0 failed, 1 refused"
}

@test "the tables in Debian's packages come back byte for byte, with the cells that Python and pandas read" {
	deb_of python3-statsmodels 0.13.5+dfsg-7 77474ba544c8e18e7932635ef9ab65abc1b8720fb471465d2a6ddd5ea81f08ad
	compared "$archive" "203 read by pandas"
	output_has "205 files, 0 failed, 2 refused"
	deb_of ieee-data 20220827.1 9bf9ec7d59a4273cbb68d2331a045e624e3cfa2500ec65642776976aff1a3026
	compared "$archive" "4 read by pandas"
	output_has "4 files, 0 failed, 0 refused"
}
