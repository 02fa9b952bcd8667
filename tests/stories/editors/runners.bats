# Real runners of hooks beside tables: what is not staged stays, and is not committed.
load ../../cli/helper

need_npm() {
	command -v npm > /dev/null || skip "npm is not installed"
	[ -n "${VARVE_TEST_ALL-}" ] || skip "only with VARVE_TEST_ALL=1: it is downloaded"
	mkdir npm
	(cd npm && echo '{}' > package.json && timeout 120 npm i --no-audit --no-fund "$@" > log 2>&1) || skip "the npm packages cannot be had"
	PATH=$PWD/npm/node_modules/.bin:$PATH
}

# two_tables DIR OPTIONS OF TRACK
two_tables() {
	new_repo "$1"
	cd "$1"
	varve track "${@:2}" '*.csv' > /dev/null
	rows 30 > t.csv
	rows 30 > u.csv
}

# part_staged: a staged change, and changes that are not, in the same table and another one.
part_staged() {
	sed -i 's/^3,.*/3,STAGED,1,2024-01-01/' t.csv
	git add t.csv
	sed -i 's/^9,.*/9,LATER,1,2024-01-01/' t.csv
	sed -i 's/^4,.*/4,LATER,1,2024-01-01/' u.csv
	cp t.csv ../t
	cp u.csv ../u
}

# committed_part: the commit has what was staged, and the files have the rest.
committed_part() {
	cmp t.csv ../t
	cmp u.csv ../u
	git cat-file --filters HEAD:t.csv > ../got
	grep -q STAGED ../got
	! grep -q LATER ../got || false
	git cat-file --filters HEAD:u.csv | cmp - <(rows 30)
}

@test "lefthook: a commit of a part, by git and by varve" {
	need_npm lefthook@2.1.1
	for kind in "" --text; do
		for by in git varve; do
			# shellcheck disable=SC2086
			two_tables "by-$by$kind" $kind
			printf 'pre-commit:\n  jobs:\n    - run: "true"\n' > lefthook.yml
			git add .
			git commit -q -m base
			lefthook install -f > /dev/null
			part_staged
			"$by" commit -q -m part
			committed_part
			cd ..
		done
	done
}

@test "lint-staged: a commit of a part, by git and by varve, and a formatter" {
	need_npm lint-staged@16.1.0
	for kind in "" --text; do
		for by in git varve; do
			# shellcheck disable=SC2086
			two_tables "by-$by$kind" $kind
			echo '{"lint-staged": {"*.csv": "true"}}' > package.json
			git add .
			git commit -q -m base
			printf '#!/bin/sh\nexec lint-staged\n' > .git/hooks/pre-commit
			chmod +x .git/hooks/pre-commit
			part_staged
			"$by" commit -q -m part
			committed_part
			cd ..
		done
	done
	two_tables formatted
	echo '{"lint-staged": {"*.csv": "sed -i s/STAGED/formatted/"}}' > package.json
	git add .
	git commit -q -m base
	cp ../by-git/.git/hooks/pre-commit .git/hooks
	part_staged
	ends_with 1 git commit -m part
	cmp t.csv ../t
	cmp u.csv ../u
	git cat-file --filters :t.csv | grep -q STAGED
	git reset -q --hard
	sed -i 's/^3,.*/3,STAGED,1,2024-01-01/' t.csv
	git add t.csv
	succeeds git commit -q -m all
	git cat-file --filters HEAD:t.csv | grep -q formatted
}

@test "husky: its hook runs, and varve's line in it sends rows" {
	need_npm husky@9.1.7
	two_tables a
	git add .
	git commit -q -m base
	echo '{}' > package.json
	husky
	printf 'echo ran > ../ran\n' > .husky/pre-commit
	printf 'varve pre-push "$@"\n' > .husky/pre-push
	part_staged
	git commit -q -m part
	[ "$(cat ../ran)" = ran ]
	committed_part
	git init -q --bare ../host.git
	git remote add origin "file://$PWD/../host.git"
	git config remote.origin.varveKind git
	succeeds git push -q origin main
	git -C ../host.git rev-parse -q --verify refs/varve/blocks
}

@test "pre-commit: a commit of a part, with a hook that changes another table" {
	[ -x /usr/bin/pre-commit ] || skip "pre-commit is not installed"
	export PRE_COMMIT_HOME=$HOME/pre-commit
	for kind in "" --text; do
		# shellcheck disable=SC2086
		two_tables "a$kind" $kind
		rows 5 > f.csv
		cat > .pre-commit-config.yaml <<- 'END'
			repos:
			- repo: local
			  hooks:
			  - id: mine
			    name: mine
			    entry: sh -c 'sed -i s/LATER/changed/ t.csv u.csv; true'
			    language: system
			    always_run: true
			    pass_filenames: false
		END
		git add .
		git commit -q -m base
		/usr/bin/pre-commit install > /dev/null
		part_staged
		succeeds git commit -q -m part
		committed_part
		cd ..
	done
}
