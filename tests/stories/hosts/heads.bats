load ../../cli/helper
load host

# Signed heads at Git hosts where the blocks are in a branch: they travel with forks and mirrors, which copy branches and tags.

setup() {
	varve_setup
	plain_host
	varve key new > /dev/null
	key=$(varve key show | sed 's/^did:key://')
	varve clone -q "$url" a
	cd a
	printf '[blocks]\n\tref = refs/heads/varve-blocks\n' > .varveconfig
	rows 300 > prices.csv
	varve add -q .varveconfig prices.csv
	varve commit -qm one
	varve config varve.sign true
	varve sign -q --name prices
	succeeds varve push -q -u origin main
}

@test "a fork of branches and tags has the rows and the signed heads, and shows neither among branches" {
	cd ..
	[ "$(git -C host.git for-each-ref --format='%(refname)')" = "$(printf 'refs/heads/%s\n' main varve-blocks "varve-heads/$key")" ]
	# what forks and push mirrors do
	git clone -q --bare host.git fork.git
	succeeds varve clone "${url/host.git/fork.git}" b
	stderr_has "signed by $key"
	cmp a/prices.csv b/prices.csv
	grep -q "^owner $key$" b/.git/varve/trust
	[ "$(git -C b for-each-ref --format='%(refname)' refs/heads refs/remotes | grep -c varve)" -eq 0 ]
	[ "$(git -C b log --branches --remotes --oneline | wc -l)" -eq 1 ]
	succeeds varve -C b verify
	succeeds varve -C b verify origin
	output_has "prices: signed by $key"
	# a folder of this machine, too
	succeeds varve clone "$PWD/fork.git" c
	cmp a/prices.csv c/prices.csv
	grep -q "^owner $key$" c/.git/varve/trust
	# the fork stands still, and the origin goes on
	cd a
	change 7
	succeeds varve push -q
	[ "$(git -C ../host.git rev-parse "varve-heads/$key~1")" = "$(git -C ../fork.git rev-parse "varve-heads/$key")" ]
	git -C ../b remote set-url origin "$url"
	succeeds varve -C ../b pull -q
	cmp prices.csv ../b/prices.csv
	git -C ../b remote set-url origin "${url/host.git/fork.git}"
	ends_with 2 env XDG_CONFIG_HOME="$HOME/bob" varve -C ../b fetch
	stderr_has rollback
	[ "$(git -C ../b rev-parse origin/main)" = "$(git rev-parse main)" ]
}

@test "a push that would delete heads in branches is refused, and one without the hook is mended by the owner's next push" {
	ends_with 1 git push -q --mirror origin
	ends_with 1 git push -q origin ":varve-heads/$key"
	stderr_has "varve-heads/$key"
	git -C ../host.git show-ref -q "varve-heads/$key"
	git push -q --no-verify origin ":varve-heads/$key"
	change 7
	succeeds varve push -q
	git -C ../host.git show-ref -q "varve-heads/$key"
}

@test "of two heads of one key, as where blocks went to a branch, the later counts and the earlier is no rollback" {
	git -C ../host.git update-ref "refs/varve/heads/$key" "refs/heads/varve-heads/$key"
	export XDG_CONFIG_HOME=$HOME/bob
	varve clone -q "$url" ../b
	unset XDG_CONFIG_HOME
	change 7
	succeeds varve push -q
	export XDG_CONFIG_HOME=$HOME/bob
	succeeds varve -C ../b pull
	stderr_has "number 2"
	succeeds varve -C ../b fetch
	succeeds varve -C ../b verify origin
	output_has "number 2"
	succeeds varve clone "$url" ../c
	stderr_has "number 2"
	grep -q "^head $key 2 " ../c/.git/varve/trust
}
