load ../../cli/helper

# Names and texts that mean harm, through every command (hostile.py; its STEP 1 tries them all).

try_hostile() {
	succeeds python3 "${BATS_TEST_DIRNAME}/hostile.py" "$@"
	case $output in
	*" 0 faults") ;;
	*) echo "$output" >&2; return 1 ;;
	esac
}

@test "file names of hostile trees reach nothing outside and no terminal" {
	try_hostile paths 23
}

@test "names of branches, tags, remotes and settings smuggle nothing in" {
	try_hostile refs 23
}

@test "texts of tables, commits and settings drive no terminal" {
	try_hostile texts 7
}

@test "a clone of a URL that is refused says so" {
	ends_with 2 varve clone 'ssh://!x/x' there
	ends_with 2 varve clone 'http://!x/' there
	[ ! -e there ]
}

@test "json on a terminal has no character that drives it" {
	command -v script > /dev/null || skip "there is no program 'script'"
	new_repo
	printf 'id,"n\302\205m"\n1,"\342\200\256x"\n' > t.csv
	varve add -q t.csv
	varve commit -qm one
	printf 'id,"n\302\205m"\n1,"\342\200\256y\177"\n' > t.csv
	varve commit -qam two
	for command in "schema t.csv" "diff HEAD~1 --format json" "diff HEAD~1 --format patch" "info --json t.csv" "cat HEAD:t.csv"; do
		GIT_PAGER=cat script -qec "varve $command" /dev/null < /dev/null > out
		! LC_ALL=C grep -q "$(printf '\302\205\|\342\200\256\|\177')" out || { cat -v out >&2; return 1; }
	done
	varve schema t.csv | LC_ALL=C grep -q "$(printf '\302\205')"
	git branch "$(printf 'b\302\205')"
	git checkout -q "$(printf 'b\302\205')"
	succeeds varve log --oneline -1
	output_has '(HEAD -> b\u{85}, main)'
}
