load ../helper

# What was erased does not come back: the list of erased data, and old clones.

# A hub, a clone `old` of it with a commit of its own, and the hub and `work` without ada.
erased_people() {
	new_repo
	echo hello > readme.txt
	git add readme.txt
	git commit -qm start
	printf 'id,email\n1,ada@example.org\n2,bob@example.org\n' > people.csv
	varve add -q --key id people.csv
	varve commit -qm people
	printf '3,cy@example.org\n' >> people.csv
	tick 86400
	varve commit -qam more
	git init -q --bare -b main ../hub.git
	git remote add origin ../hub.git
	git config remote.origin.varveKind git
	varve push -q -u origin main
	varve clone -q --git-host ../hub.git ../old
	printf 'ada@example.org\n' > ../values
	varve erase --column email --values-from - --plan < ../values > /dev/null
	varve erase --column email --values-from - --apply < ../values > /dev/null
	varve push -q --force
	! varve cat main~1:people.csv | grep -q ada || false
	cd ../old
	printf '4,dan@example.org\n' >> people.csv
	tick 86400
	varve commit -qam own
	cd ../work
}

@test "--apply writes a list of what it erased, which names nobody, and later runs add to it" {
	erased_people
	[ "$(stat -c %a .git/varve/erased)" = 600 ]
	grep -qx "erased list 1" .git/varve/erased
	! grep -qE "ada@|example|$(git -C ../old rev-parse main~1)" .git/varve/erased || false
	grep -q "^value 0 15 " .git/varve/erased
	before=$(grep -c . .git/varve/erased)
	secret=$(sed -n 2p .git/varve/erased)
	printf 'bob@example.org\n' > ../values
	varve erase --values-from - --plan < ../values > /dev/null
	varve erase --values-from - --apply < ../values > /dev/null || true
	[ "$(grep -c . .git/varve/erased)" -gt "$before" ]
	[ "$(sed -n 2p .git/varve/erased)" = "$secret" ]
	[ "$(grep -c '^value' .git/varve/erased)" = 2 ]
}

@test "an old clone does not merge the new history with its old one, and pull --rebase takes only its own commits along" {
	erased_people
	cd ../old
	ends_with 2 varve pull
	stderr_has "origin/main was rewritten, and this branch still has commit"
	stderr_has "'varve pull --rebase' puts only your own commits on the new history"
	ends_with 2 varve pull -q
	ends_with 2 varve merge origin/main
	stderr_has "origin/main was rewritten"
	[ "$(git rev-list --merges --count HEAD)" = 0 ]
	succeeds varve pull -q --rebase
	[ "$(git rev-list --count HEAD)" = 4 ]
	[ "$(git rev-parse HEAD~1)" = "$(git -C ../work rev-parse main)" ]
	[ "$(varve cat HEAD:people.csv)" = "$(printf 'id,email\n2,bob@example.org\n3,cy@example.org\n4,dan@example.org')" ]
	succeeds varve pull -q
	varve push -q
	cd ../work
	succeeds varve pull -q
}

@test "the old rows of a clone can be freed after pull --rebase" {
	erased_people
	cd ../old
	varve pull -q --rebase
	git reflog expire --expire=now --all
	git gc -q --prune=now
	varve gc -q --prune=now
	git cat-file --batch-all-objects --batch > ../objects
	for commit in $(git rev-list --all --reflog); do
		varve cat "$commit:people.csv" >> ../objects || [ "$commit" = "$(git rev-list --max-parents=0 HEAD)" ]
	done
	! grep -aq "ada@" ../objects || false
	! grep -raq "ada@" .git || false
}

@test "a local branch of the old history is not merged, and --allow-rewritten insists" {
	erased_people
	cd ../old
	git branch feature
	varve pull -q --rebase
	ends_with 2 varve merge feature
	stderr_has "origin/main was rewritten, and feature still has commit"
	stderr_has "'git rebase --onto origin/main "
	git branch -q --unset-upstream feature 2>/dev/null || true
	succeeds varve merge -q --allow-rewritten feature
	[ "$(git rev-list --merges --count HEAD)" = 1 ]
	cd ../work
	echo more > more.txt
	git add more.txt
	git commit -qm more
	varve push -q
	cd ../old
	succeeds varve pull -q
}

@test "a receiver with the list refuses a push with erased data by name, keeps none of its rows, and takes other refs" {
	erased_people
	varve clone -q --bare . ../served.git
	cp .git/varve/erased ../served.git/varve/erased
	cd ../old
	git remote add served ../served.git
	varve pull -q --allow-rewritten
	ends_with 1 varve push served main
	stderr_has "commit"
	stderr_has "was erased"
	[ "$(git -C ../served.git rev-parse main)" = "$(git -C ../work rev-parse main)" ]
	[ -z "$(ls -A ../served.git/varve/incoming 2> /dev/null)" ]
	git checkout -q -b rows origin/main
	git checkout -q "main~2" -- people.csv
	varve commit -qm "the old rows on the new history"
	ends_with 1 varve push served rows
	stderr_has "has erased data in people.csv"
	git checkout -q -b good origin/main
	echo good > good.txt
	git add good.txt
	git commit -qm good
	succeeds varve push -q served good
	truncate -s -3 ../served.git/varve/erased
	echo more > good.txt
	git commit -qam better
	ends_with 2 varve push served good
	stderr_has "is damaged or not complete"
}

@test "check finds erased values that came back, names row and column, and does not print the value" {
	erased_people
	printf '9,ada@example.org\n' >> people.csv
	ends_with 1 varve check people.csv
	output_has "error erased, column email"
	output_lacks "ada@"
	varve commit -qam again --no-verify
	printf '10,x@example.org\n' >> people.csv
	ends_with 1 varve check people.csv
	ends_with 1 varve check people.csv
	output_has "error erased, column email"
	mv .git/varve/erased ../list
	succeeds varve check people.csv
	git config varve.erased "$PWD/../list"
	ends_with 1 varve check people.csv
	printf x >> ../list
	ends_with 2 varve check people.csv
	stderr_has "is damaged or not complete"
	rm ../list
	ends_with 2 varve check people.csv
	stderr_has "the setting varve.erased"
}

@test "values erased without regard to case are found so, and numbers only in their column" {
	erased_people
	printf 'BOB@example.org\n' > ../values
	varve erase --ignore-case --values-from - --plan < ../values > /dev/null
	varve erase --ignore-case --values-from - --apply < ../values > /dev/null
	printf '3\n' > ../values
	varve erase --column id --all --values-from - --plan < ../values > /dev/null
	varve erase --column id --all --values-from - --apply < ../values > /dev/null
	printf 'id,n\n1,3\n' > numbers.csv
	varve add -q numbers.csv
	succeeds varve check numbers.csv
	printf 'id,n,who\n3,1,x\n5,1,Bob@Example.Org\n' > numbers.csv
	varve add -q numbers.csv
	ends_with 1 varve check numbers.csv
	output_has "erased, column id"
	output_has "erased, column who"
	output_lacks "column n"
}

@test "check finds an erased value inside of a longer cell, where erase would find it, and a longer word is not it" {
	erased_people
	printf 'id,note\n1,"Mail: ada@example.org, phone 7"\n2,nada@example.org\n3,ada@example.organ\n4,"{""to"": ""\\u0061da@example.org""}"\n5,Ada@Example.Org\n' > notes.csv
	varve add -q notes.csv
	ends_with 1 varve check --json notes.csv
	[ "$(jq -c '[.datasets[].findings[] | select(.rule == "erased") | [.row, .column, .message]]' <<< "$output")" = \
		'[[1,"note","contains a value that was erased"],[4,"note","contains a value that was erased"]]' ]
	output_lacks "ada@"
	varve commit -qam notes --no-verify
	printf 'ADA@example.org\n' | varve erase --ignore-case --ignore-blanks --values-from - --plan > /dev/null
	printf 'ADA@example.org\n' | varve erase --ignore-case --ignore-blanks --values-from - --apply > /dev/null || true
	grep -q "^value 3 15 " .git/varve/erased
	printf 'id,note\n1,by Ada@ Example.Org.\n2,xAda@Example.Org\n' > again.csv
	varve add -q again.csv
	ends_with 1 varve check --json again.csv
	[ "$(jq -c '[.datasets[].findings[] | select(.rule == "erased") | .row]' <<< "$output")" = '[1]' ]
}

@test "a CI job with the list refuses a request with erased commits" {
	erased_people
	cd ../old
	varve pull -q --allow-rewritten
	succeeds varve check origin/main..HEAD
	git config varve.erased "$PWD/../work/.git/varve/erased"
	ends_with 2 varve check origin/main..HEAD
	stderr_has "was erased"
}

@test "a push over the history from before an erasure says what happened, and the command that replaces it" {
	erased_people
	git -C ../old push -q --no-verify --force origin origin/main:main
	! git cat-file -e "$(git -C ../hub.git rev-parse main)" 2> /dev/null || false
	ends_with 1 varve push origin HEAD:main
	stderr_has "the remote branch has a commit that was erased here: 'varve push --force origin main' replaces it there"
	git branch other
	ends_with 1 varve push origin other:main
	stderr_has "'varve push --force origin other:main' replaces it there"
	succeeds varve push -q --force origin main
	succeeds varve push
	[ "$(git -C ../hub.git rev-parse main)" = "$(git rev-parse main)" ]
}

@test "a push over a tag from before an erasure says what happened, and the command that replaces it" {
	erased_people
	git -C ../old tag v1 HEAD~1
	git -C ../old tag -a -m two v2 HEAD~1
	git -C ../old push -q --no-verify origin v1 v2
	git tag v1
	git tag -a -m two v2
	ends_with 1 varve push origin v1
	stderr_has "the remote ref has a commit that was erased here: 'varve push --force origin v1' replaces it there"
	succeeds varve push -q --force origin v1
	ends_with 1 varve push origin v2 # made after the erasure, so its id is unknown
	stderr_has "the tag already exists; use --force to move it"
}

@test "the owner's machine takes no commit with erased data, names the ref, and takes the other refs" {
	erased_people
	cd ../old
	varve pull -q --allow-rewritten
	git branch good origin/main
	varve push -q --all origin
	cd ../work
	ends_with 1 varve fetch
	stderr_has "refs/heads/main stays behind: origin/main: commit"
	stderr_has "was erased"
	stderr_has "'varve push --force origin main' replaces it there"
	[ "$(git rev-parse origin/good)" = "$(git rev-parse main)" ]
	[ "$(git rev-parse origin/main)" = "$(git rev-parse main)" ]
	ends_with 2 varve pull
	stderr_has "was erased"
	git fetch -q
	ends_with 2 varve merge origin/main
	stderr_has "was erased"
	ends_with 2 varve pull --rebase
	[ "$(git rev-parse main)" = "$(git rev-parse origin/good)" ]
	ends_with 1 varve push
	stderr_has "the remote branch has a commit that was erased here: 'varve push --force origin main' replaces it there"
	stderr_lacks "'varve pull' first"
	succeeds varve push -q --force origin main
	succeeds varve fetch
}
