load ../../cli/helper

# The real histories, pushed commit by commit to a peer and cloned from there to a third.

# travels NAME FILE EACH: of the versions each EACH-th, with VARVE_TEST_ALL=1 every one.
travels() {
	local each=$3
	[ -z "${VARVE_TEST_ALL-}" ] || each=1
	git clone -q -b main "$BATS_TEST_DIRNAME/../../data/histories/$1.bundle" src
	varve init -q --bare hub.git
	mkdir a
	cd a
	new_repo
	git remote add origin ../hub.git
	for c in $(git -C ../src rev-list --reverse main | awk -v each="$each" 'NR % each == 1 % each'); do
		tick
		git -C ../src show "$c:$2" > "$2"
		varve add "$2" > /dev/null 2>&1 || varve add --as "$(git rev-parse -q --verify HEAD > /dev/null && echo table || echo file)" "$2" > /dev/null
		varve commit -qm "$c" || continue
		varve push -q origin main
		[ "$(git rev-parse main)" = "$(git -C ../hub.git rev-parse main)" ]
	done
	cd ..
	varve clone -q hub.git third
	cd third
	succeeds varve fsck --data
	git fsck --strict
	for c in $(git rev-list main); do
		original=$(git log -1 --format=%s "$c")
		varve cat --raw "$c:$2" | cmp - <(git -C ../src show "$original:$2")
	done
}

@test "the country codes travel commit by commit, all versions byte for byte" {
	travels country-codes country-codes.csv 2
}

@test "the S&P 500 travels commit by commit, all versions byte for byte" {
	travels sp500-constituents constituents.csv 5
}
