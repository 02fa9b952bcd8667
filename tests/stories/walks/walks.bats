load ../../cli/helper

# The walks of four newcomers: what each types on the first days, with what that person expects.

walk() {
	unset GIT_AUTHOR_DATE GIT_COMMITTER_DATE
	export GIT_PAGER=cat
	succeeds python3 "$BATS_TEST_DIRNAME/walk.py" "$BATS_TEST_DIRNAME/$1.walk"
}

@test "an analyst gets what is wanted at first try" {
	walk analyst
}

@test "an engineer with a nightly job gets what is wanted at first try" {
	walk engineer
}

@test "a maintainer of a public data set gets what is wanted at first try" {
	walk maintainer
}

@test "an author of agents gets what is wanted at first try" {
	walk agents
}
