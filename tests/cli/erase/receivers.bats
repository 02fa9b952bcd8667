load ../helper
load ../../stories/hosts/host

# Who has a copy of the list of erased data refuses what an old clone sends.

find_ada() {
	printf 'ada@example.org\n' | varve erase --column email --values-from - "$@"
}

# base.git, a plain host; `old`, a clone of it from before, with a commit of its own; ada is erased in `work` and the base. ../list.
old_clone() {
	plain_host
	mv host.git base.git
	url=${url%host.git}base.git
	varve clone -q "$url" work 2> /dev/null
	cd work
	printf 'id,email\n1,ada@example.org\n2,bob@example.org\n' > people.csv
	varve add -q --key id people.csv
	varve commit -qm people
	printf '3,cy@example.org\n' >> people.csv
	tick 86400
	varve commit -qam more
	varve push -q -u origin main
	cd ..
	varve clone -q ${1-} "$url" old
	cd work
	find_ada --plan > /dev/null
	find_ada --apply > /dev/null
	varve push -q --force
	cp .git/varve/erased ../list
	cd ../old
	tick 86400
	echo own > own.txt
	git add own.txt
	git commit -qm own
	cd ..
}

@test "a pre-receive hook with the list refuses a push of git from an old clone, and names the command" {
	old_clone
	git -C base.git config varve.erased "$PWD/list"
	git -C base.git config remote.origin.url "file://$PWD/base.git"
	git -C base.git config remote.origin.varveKind git
	printf '%s\n' '#!/bin/sh' 'while read -r old new ref; do' \
		'	case $ref in refs/heads/*) varve check "$new" || exit 1 ;; esac' 'done' > base.git/hooks/pre-receive
	chmod +x base.git/hooks/pre-receive
	before=$(git -C base.git rev-parse main)
	cd old
	ends_with 1 git push -q --force origin main
	stderr_has "was erased"
	stderr_has "'varve pull --rebase' in the clone that it comes from"
	[ "$(git -C ../base.git rev-parse main)" = "$before" ]
	succeeds varve pull -q --rebase
	succeeds git push -q origin main
	[ "$(git -C ../base.git rev-parse main~1)" = "$before" ]
	truncate -s -3 ../list
	git commit -q --allow-empty -m more
	ends_with 1 git push -q origin main
	stderr_has "is damaged or not complete"
}

@test "varve-pr with the list refuses a request that brings erased data back, and names the command" {
	old_clone
	job=$BATS_TEST_DIRNAME/../../../docs/programs/ci/varve-pr
	git clone -q --bare base.git fork.git
	export VARVE_BASE_URL=$url VARVE_BASE=main VARVE_HEAD_URL=${url%base.git}fork.git VARVE_HEAD_BRANCH=pr
	export VARVE_ERASED=$PWD/list VARVE_TRUSTED=true
	git -C old push -q --no-verify ../fork.git main:pr
	varve -C old push -q --blocks "$VARVE_HEAD_URL" || true
	mkdir job
	cd job
	for what in blocks comment merge; do
		ends_with 1 sh "$job" "$what"
		grep -q 'brings back data that was erased' varve.md
		grep -q 'varve pull --rebase' varve.md
		grep -q 'was erased$' varve.md
		rm varve.md
	done
	cd ../old
	varve pull -q --rebase
	git push -q --force --no-verify ../fork.git main:pr
	cd ../job
	succeeds sh "$job" blocks
}

@test "a lazy clone with the list fetches no erased version, neither by a commit nor by reading an old one" {
	old_clone --lazy
	cd old
	cp ../list .git/varve/erased
	ends_with 2 varve cat HEAD~2:people.csv
	stderr_has "has erased data"
	rm .git/varve/erased
	cd ..
	varve clone -q --lazy "$url" late
	git -C old push -q --no-verify --force origin main
	cd late
	git config varve.erased "$PWD/../list"
	ends_with 2 varve fetch
	stderr_has "was erased"
	[ "$(git rev-parse origin/main)" = "$(git -C ../work rev-parse main)" ]
}
