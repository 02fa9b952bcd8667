load ../helper

# Every version of a published table, committed with varve one after the other; then
# each one back, compared with what Git has in the bundle.
commit_all_versions() {
	local bundle=$1 file=$2 oid
	git clone -q --bare "$BATS_TEST_DIRNAME/../../data/histories/$bundle.bundle" "$BATS_TEST_TMPDIR/source.git"
	source_git="$BATS_TEST_TMPDIR/source.git"
	git --git-dir "$source_git" gc -q
	git --git-dir "$source_git" rev-list --reverse refs/heads/main > versions
	mkdir repo && cd repo
	new_repo
	while read -r oid; do
		git --git-dir "$source_git" cat-file blob "$oid:$file" > "$file"
		tick
		varve add "$file" > /dev/null
		varve commit -q -m "$oid"
	done < ../versions
}

# Each commit's table must be the bundle's. The commit's message is the bundle's id.
compare_all_versions() {
	local file=$1 commit oid count=0
	while read -r commit oid; do
		varve cat "$commit:$file" > ../got
		git --git-dir "$source_git" cat-file blob "$oid:$file" > ../wanted
		cmp ../got ../wanted
		count=$((count + 1))
	done < <(git log --format='%H %s' -- "$file")
	[ "$count" -ge "$2" ]
}

bytes_of() {
	find "$@" -type f -printf '%s\n' | awk '{ n += $1 } END { print n }'
}

@test "every version of the country codes comes back, also after gc and without indexes" {
	commit_all_versions country-codes country-codes.csv
	git_size=$(bytes_of "$source_git/objects")
	own_size=$(bytes_of .git/varve .git/objects)
	echo "git gc: $git_size bytes, varve: $own_size bytes"
	[ "$own_size" -lt "$git_size" ]
	git fsck --strict
	[ -z "$(git status --porcelain)" ]
	compare_all_versions country-codes.csv 40
	varve gc > /dev/null
	rm -f .git/varve/packs/*.index
	compare_all_versions country-codes.csv 40
	varve fsck --data
}

@test "every version of the S&P 500 comes back, also after gc and without indexes" {
	commit_all_versions sp500-constituents constituents.csv
	git_size=$(bytes_of "$source_git/objects")
	own_size=$(bytes_of .git/varve .git/objects)
	echo "git gc: $git_size bytes, varve: $own_size bytes"
	[ $((own_size * 2)) -le $((git_size * 3)) ]
	git fsck --strict
	[ -z "$(git status --porcelain)" ]
	compare_all_versions constituents.csv 180
	varve gc > /dev/null
	rm -f .git/varve/packs/*.index
	compare_all_versions constituents.csv 180
	varve fsck --data
}
