load ../helper

# Every consecutive pair of versions of a published table: the patch gives the next
# version byte for byte, and backwards the one before.
whole_history() {
	local bundle=$1 file=$2 oid last= pairs=0
	git clone -q "$BATS_TEST_DIRNAME/../../data/histories/$bundle.bundle" history
	cd history
	git checkout -q -B main refs/remotes/origin/main
	varve init > ../out
	for oid in $(git rev-list --reverse main); do
		git cat-file blob "$oid:$file" > ../new
		if [ -n "$last" ] && ! cmp -s ../old ../new; then
			if ! varve diff --format patch "$last" "$oid" -- "$file" > ../p 2> ../err; then
				# the very first version is malformed: nothing else may be refused
				[ "$pairs" -eq 0 ] && grep 'cells, expected at most' ../err
			else
				cp ../old "$file"
				varve apply --exact ../p > ../out
				cmp "$file" ../new
				varve apply --exact -R ../p > ../out
				cmp "$file" ../old
				pairs=$((pairs + 1))
			fi
		fi
		mv ../new ../old
		last=$oid
	done
	echo "$pairs pairs"
	[ "$pairs" -ge "$3" ]
}

@test "every version of the S&P 500 list becomes the next by its patch" {
	whole_history sp500-constituents constituents.csv 150
}

@test "every version of the country codes becomes the next by its patch" {
	whole_history country-codes country-codes.csv 40
}
