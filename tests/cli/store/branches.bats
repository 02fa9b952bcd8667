load ../helper
load ../../stories/hosts/host
load folder

# Branches that name other stores than the default branch does: a clone has their rows, too.

# The host's main sends its rows where `main_store`, run before the first commit, says; feature to $other. The current folder is
# the clone a, on feature.
two_stores() {
	plain_host
	other=$PWD/other
	mkdir other
	varve clone -q "$url" a
	cd a
	! declare -f main_store > /dev/null || main_store
	rows 30 > prices.csv
	varve add -q .
	varve commit -qm one
	varve push -q -u origin main
	varve switch -qc feature
	varve store add --default other "$other" > /dev/null
	rows 3000 > prices.csv
	varve add -q .
	varve commit -qm two
	varve push -q -u origin feature
}

has_both() {
	cmp <(varve -C "$1" cat --raw origin/main:prices.csv) <(rows 30)
	cmp <(varve -C "$1" cat --raw origin/feature:prices.csv) <(rows 3000)
	varve -C "$1" switch -q feature
	cmp "$1/prices.csv" prices.csv
	varve -C "$1" switch -q main
	succeeds varve -C "$1" fsck --data
}

each_clone_has_both() {
	succeeds varve clone "$url" ../b
	stderr_has "all 2 versions of tables are complete"
	has_both ../b
	succeeds varve clone -q --lazy "$url" ../c
	has_both ../c
	git clone -q "$url" ../d
	succeeds varve -C ../d fetch -q --data
	has_both ../d
}

@test "a clone has the rows of a branch that was the first to name a store" {
	two_stores
	each_clone_has_both
}

@test "a clone has the rows of a branch that names another store than the default branch" {
	main_store() {
		mkdir ../team
		varve store add team "$PWD/../team" > /dev/null
	}
	two_stores
	each_clone_has_both
}

@test "the store of another branch is not contacted if it is not trusted, and the clone names what it lacks" {
	two_stores
	printf '[store "other"]\n\turl = s3://some-bucket/x\n' > .varveconfig
	git commit -qam moved --no-verify
	git push -q --no-verify
	cd ..
	ends_with 1 varve clone -q "$url" b
	stderr_has "varve.trustedHost s3://some-bucket"
	stderr_has "1 of 2 versions lacks blocks"
	cmp b/prices.csv <(cd a && rows 30)
}

@test "a fetch that lacks nothing does not look for stores of other branches" {
	two_stores
	varve switch -q main
	git push -q --no-verify origin :feature
	printf '[store "other"]\n\turl = s3://some-bucket/x\n' > .varveconfig
	git checkout -qb third
	git add .varveconfig
	git commit -qm moved --no-verify
	git push -q --no-verify origin third
	succeeds varve clone "$url" ../b
	stderr_lacks "some-bucket"
	stderr_has "complete"
}
