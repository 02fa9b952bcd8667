load ../../cli/helper
load ../hosts/host
load ../../laws/faults/transfer

# A file of another repository, without its history.

setup() {
	varve_setup
	export VARVE_CACHE=$BATS_TEST_TMPDIR/cache
	git init -q src
	cd src
	varve init -q
	mkdir data
	rows 300 > data/prices.csv
	echo "what the prices are" > readme.txt
	varve add data readme.txt > /dev/null
	varve commit -qm one
	git tag v1
	cp data/prices.csv ../v1.csv
	tick
	echo "301,item,1.00,2024-01-01" >> data/prices.csv
	varve commit -qam two
	cd ..
}

@test "a file of another repository is written byte for byte under its name" {
	mkdir empty
	cd empty
	succeeds varve get ../src#data/prices.csv
	cmp prices.csv ../src/data/prices.csv
	succeeds varve get ../src#v1:data/prices.csv -o v1.csv -q
	stderr_lacks "wrote"
	cmp v1.csv ../v1.csv
	succeeds varve get "file://$BATS_TEST_TMPDIR/work/src#readme.txt"
	cmp readme.txt ../src/readme.txt
	varve get ../src#v1:data/prices.csv -o - | cmp - ../v1.csv
	varve get "file://$BATS_TEST_TMPDIR/work/src#v1:data/prices.csv" -o - | cmp - ../v1.csv
	rm prices.csv
	succeeds varve get "file://$BATS_TEST_TMPDIR/work/src#data/prices.csv"
	cmp prices.csv ../src/data/prices.csv
	ends_with 2 varve get --rev v1 "file://$BATS_TEST_TMPDIR/work/src#data/prices.csv"
	stderr_has "write it before the path: URL#REV:PATH"
	ends_with 2 varve get "file://$BATS_TEST_TMPDIR/work/src"
	stderr_has "URL#REV:PATH"
	[ "$(ls -A | tr '\n' ' ')" = "prices.csv readme.txt v1.csv " ]
}

@test "a file that is there is left, unless -f is given" {
	echo mine > readme.txt
	ends_with 2 varve get src#readme.txt
	[ "$(cat readme.txt)" = mine ]
	succeeds varve get -f src#readme.txt
	cmp readme.txt src/readme.txt
}

@test "what is not there is an error, and nothing is written" {
	mkdir empty
	cd empty
	ends_with 2 varve get ../src#nothing.csv
	stderr_has "nothing.csv"
	ends_with 2 varve get ../src#data
	ends_with 2 varve get ../src#v9:readme.txt
	ends_with 2 varve get ../src2#readme.txt
	ends_with 2 varve get ../src
	[ -z "$(ls -A)" ]
}

@test "another spelling of repository, revision and path is an error that has the right one" {
	ends_with 2 varve get src data/prices.csv
	stderr_has "'varve get src#data/prices.csv' does it"
	for command in cat log diff info get schema; do
		ends_with 2 varve $command "file://$PWD/src" v1:data/prices.csv
		stderr_has "'file://$PWD/src#v1:data/prices.csv'"
	done
	git init -q here
	cd here
	varve init -q
	ends_with 2 varve import ../src data/prices.csv
	stderr_has "'../src#data/prices.csv'"
	ends_with 2 varve blame ../src#data/prices.csv
	stderr_has "URL#REV:PATH is for cat"
	ends_with 2 varve clone ../src#data/prices.csv
	stderr_has "'varve get' copies one file"
	url=https://ada:secret@127.0.0.1:1
	for words in "diff $url/a#v1:t.csv $url/b#v1:t.csv" "diff $url/a $url/b" "get a#b $url/b"; do
		ends_with 2 varve $words
		stderr_lacks secret
	done
	ends_with 2 varve cat ../src#v9:data/prices.csv
	stderr_has "'varve log ../src#' lists its versions"
	succeeds varve log ../src#
}

get_sound() {
	[ ! -e got.csv ] || cmp got.csv v1.csv
	"$@" -f
	cmp got.csv v1.csv
	[ -z "$(find . -maxdepth 1 -name ".varve*")" ]
}

@test "kill -9 in a get: the same get again gets through" {
	need_strace
	fresh() { rm -rf "$VARVE_CACHE" got.csv .varve-*; }
	MOST=5 each_killed client fresh get_sound varve get "$PWD/src#v1:data/prices.csv" -o got.csv
}
