# A pointer of a version that this varve does not know: it is named, and stops nothing else.
load ../../cli/helper

# main: a table; a commit with a pointer of tomorrow for another one; a commit more of the first.
later() {
	varve init work > /dev/null
	cd work
	rows 300 > prices.csv
	rows 200 3 > other.csv
	varve add prices.csv other.csv > /dev/null
	varve commit -qm one
	git cat-file blob HEAD:other.csv | sed 's/"varve": 1/"varve": 2/' > ../later
	git update-index --cacheinfo "100644,$(git hash-object -w --no-filters ../later),other.csv"
	git commit -qm two
	cp ../later other.csv
	rows 300 1 > prices.csv
	varve add prices.csv > /dev/null
	tick
	varve commit -qm three
	cp prices.csv ../prices.csv
	varve init --bare ../hub.git > /dev/null
	varve remote add origin ../hub.git
}

goes_along() {
	stderr_has "warning: other.csv, commit $(git rev-parse --short=10 main~1): its rows are left out: the pointer is of version 2; this varve reads version 1"
	stderr_has "hint: upgrade varve to include the rows; for a transfer, upgrade it on both sides"
}

@test "a pointer of a later version is named and does not stop push, clone, fetch and git push" {
	later
	succeeds varve push origin main
	goes_along
	[ "$(git -C ../hub.git rev-parse main)" = "$(git rev-parse main)" ]
	cd ..
	succeeds varve clone hub.git clone
	cd clone
	goes_along
	same_bytes prices.csv ../prices.csv
	same_bytes other.csv ../later
	cd ../work
	rows 300 2 > prices.csv
	cp prices.csv ../prices.csv
	varve add prices.csv > /dev/null
	varve commit -qm four
	git push -q origin main
	cd ../clone
	succeeds varve pull
	same_bytes prices.csv ../prices.csv
}

@test "git and varve work on beside a pointer of a later version, which stays as it is" {
	later
	succeeds varve status
	output_has "Pointers of a newer varve, which this one cannot read:
  (upgrade varve to read them)
	other.csv

nothing to commit, working tree clean"
	touch other.csv
	succeeds git status --porcelain
	output_is ""
	succeeds git checkout -q HEAD~2
	succeeds git checkout -q main
	same_bytes other.csv ../later
	succeeds varve switch -q -d HEAD~2
	succeeds varve switch -q main
	same_bytes other.csv ../later
	rm other.csv
	succeeds varve restore other.csv
	same_bytes other.csv ../later
	ends_with 2 varve add other.csv
	stderr_has "other.csv: the pointer is of version 2; this varve reads version 1"
	# One that Git does not have for the path is refused.
	sed -i 's/"rows": 200/"rows": 201/' other.csv
	run git add other.csv
	[ "$status" -ne 0 ]
}

@test "fsck names a pointer of a later version, and gc keeps what it names" {
	later
	git checkout -q --orphan alone 2> /dev/null
	git rm -q --cached prices.csv
	git commit -qm "the later one alone"
	git branch -qD main
	git reflog expire --expire=now --all
	ends_with 1 varve fsck
	output_has "later pointer: $(git rev-parse --short HEAD):other.csv: the pointer is of version 2; this varve reads version 1"
	stderr_has "hint: upgrade varve to check pointers written by newer versions"
	varve gc -q --prune=now
	sed 's/"varve": 2/"varve": 1/' ../later > ../now
	git update-index --cacheinfo "100644,$(git hash-object -w --no-filters ../now),other.csv"
	succeeds varve cat :other.csv
	rows 200 3 > ../rows
	[ "$output" = "$(cat ../rows)" ]
}
