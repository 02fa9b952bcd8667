# The law of all merges: no value that a side wrote is lost. It stands in the result, or the command ends with a
# conflict. What one side does to a row meets what the other does to a column.
load ../helper

# put STATE: writes the table as one side has it. Each value that a side writes is called TOKEN-something.
put() {
	case $1 in
	base) printf 'id,a,b\n1,x,p\n2,y,q\n3,z,r\n' ;;
	row-added) printf 'id,a,b\n1,x,p\n2,y,q\n3,z,r\n4,TOKEN-a4,TOKEN-b4\n' ;;
	row-changed) printf 'id,a,b\n1,x,p\n2,y,TOKEN-b2\n3,z,r\n' ;;
	row-removed) printf 'id,a,b\n1,x,p\n3,z,r\n' ;;
	column-added) printf 'id,a,b,n\n1,x,p,TOKEN-n1\n2,y,q,TOKEN-n2\n3,z,r,TOKEN-n3\n' ;;
	column-dropped) printf 'id,a\n1,x\n2,y\n3,z\n' ;;
	column-replaced) printf 'id,a,n\n1,x,TOKEN-n1\n2,y,TOKEN-n2\n3,z,TOKEN-n3\n' ;;
	esac > t.csv
}

start() {
	new_repo
	put base
	varve add --key id t.csv > /dev/null
	varve commit -qm base
}

# state NAME MESSAGE: commits that state.
state() {
	tick
	put "$1"
	varve commit -qam "$2" > /dev/null
}

by_merge() {
	git checkout -q -b side
	state "$2" theirs
	git checkout -q main
	state "$1" ours
	run varve merge side
}

by_cherry_pick() {
	git checkout -q -b side
	state "$2" theirs
	git checkout -q main
	state "$1" ours
	run varve cherry-pick side
}

by_revert() {
	state "$2" theirs
	state base undone
	state "$1" ours
	run varve revert HEAD~1
}

by_apply() {
	put "$2"
	varve diff --format patch > ../theirs.patch
	state "$1" ours
	run varve apply --3way ../theirs.patch
}

by_git_merge() {
	git checkout -q -b side
	state "$2" theirs
	git checkout -q main
	state "$1" ours
	run git merge -q -m merged side
}

# As Git calls it, with the pointers of the three versions; the result stands in the second file.
by_merge_file() {
	git checkout -q -b side
	state "$2" theirs
	git checkout -q main
	state "$1" ours
	git show main~1:t.csv > ../base
	git show main:t.csv > ../ours
	git show side:t.csv > ../theirs
	run varve merge-file ../base ../ours ../theirs t.csv
	git update-index --cacheinfo "100644,$(git hash-object -w ../ours),t.csv"
	varve cat :t.csv > t.csv
}

# law BY [MOST]: all pairs, either way round; with MOST a sample of so many.
law() {
	local row column pair n=0 chosen
	chosen=" $(sampled 18 "${2-18}" | tr '\n' ' ')"
	mkdir begun
	(cd begun && start)
	for row in row-added row-changed row-removed; do
		for column in column-added column-dropped column-replaced; do
			for pair in "$row $column" "$column $row"; do
				n=$((n + 1))
				[[ $chosen = *" $n "* ]] || continue
				rm -rf case
				cp -a begun case
				cd case
				"$1" $pair
				judge "$row" "$column" || { echo "$1 $pair: $judgement; exit status $status"; echo "$output"; cat t.csv; return 1; }
				cd ..
			done
		done
	done
}

# Where nothing stands in the way both sides' values are there; where something does that is said.
judge() {
	local token
	cp t.csv merged.csv
	case "$1 $2" in
	'row-added column-added' | 'row-changed column-added' | 'row-removed column-dropped')
		judgement='should be clean'
		[ "$status" -eq 0 ] || return 1
		for token in $(for side in "$1" "$2"; do put "$side"; grep -o 'TOKEN-[a-z0-9]*' t.csv; done); do
			judgement="$token is lost"
			grep -q "$token" merged.csv || return 1
		done ;;
	*)
		judgement='should be a conflict'
		[ "$status" -eq 1 ] ;;
	esac
}

@test "merge loses no value that a side wrote" {
	law by_merge
}

@test "cherry-pick loses no value that a side wrote" {
	law by_cherry_pick 6
}

@test "revert loses no value that a side wrote" {
	law by_revert 6
}

@test "apply --3way loses no value that a side wrote" {
	law by_apply 6
}

@test "git merge with the driver loses no value that a side wrote" {
	law by_git_merge 6
}

@test "merge-file loses no value that a side wrote" {
	law by_merge_file 6
}
