load ../helper

# Consecutive pairs of versions of a published table: the patch gives the next version byte
# for byte, and backwards the previous one. Each EACH-th pair, with VARVE_TEST_ALL=1 every one.
# whole_history BUNDLE FILE PAIRS EACH
whole_history() {
	local bundle=$1 file=$2 each=$4 oid last= pairs=0 tried=0
	[ -z "${VARVE_TEST_ALL-}" ] || each=1
	git clone -q "$BATS_TEST_DIRNAME/../../data/histories/$bundle.bundle" history
	cd history
	git checkout -q -B main refs/remotes/origin/main
	varve init > ../out
	for oid in $(git rev-list --reverse main); do
		git cat-file blob "$oid:$file" > ../new
		if [ -n "$last" ] && ! cmp -s ../old ../new && pairs=$((pairs + 1)) && [ $((pairs % each)) = $((1 % each)) ]; then
			if ! varve diff --format patch "$last" "$oid" -- "$file" > ../p 2> ../err; then
				# the very first version is malformed: nothing else may be refused
				[ "$tried" -eq 0 ] && grep 'cells, expected at most' ../err
			else
				cp ../old "$file"
				varve apply --exact ../p > ../out
				cmp "$file" ../new
				varve apply --exact -R ../p > ../out
				cmp "$file" ../old
				tried=$((tried + 1))
			fi
		fi
		mv ../new ../old
		last=$oid
	done
	echo "$tried of $pairs pairs"
	[ "$pairs" -ge "$3" ]
	[ "$tried" -ge $(($3 / each)) ]
}

@test "every version of the S&P 500 list becomes the next by its patch" {
	whole_history sp500-constituents constituents.csv 150 4
}

@test "every version of the country codes becomes the next by its patch" {
	whole_history country-codes country-codes.csv 40 2
}
