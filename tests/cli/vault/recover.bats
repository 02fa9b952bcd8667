# Partial recovery, and its report.
load vault

# One commit on main at this time, in the vault too.
commit_at() {
	export GIT_AUTHOR_DATE="$1" GIT_COMMITTER_DATE="$1"
	change "$2"
	unset GIT_AUTHOR_DATE GIT_COMMITTER_DATE
	varve vault replicate -q
}

newest_shard() {
	comm -13 <(sort ../before) <(ls ../a/*/shards | sort)
}

@test "a recovery without the newest run says how old each branch is and what is newer" {
	new_vault a
	varve vault replicate --copies 1 > /dev/null
	commit_at "2026-03-01T10:00:00Z" 5
	git branch side
	git tag -a -m v1 v1
	varve vault replicate -q
	old=$(git rev-parse main)
	ls ../a/*/shards > ../before
	commit_at "2026-03-02T10:00:00Z" 6
	head=$(varve vault status | sed -n 's/^head \(bafy[a-z2-7]*\) .*/\1/p')
	rm ../a/*/shards/"$(newest_shard)"
	ends_with 1 varve vault recover --key "$XDG_CONFIG_HOME/varve/key" --to ../again ../a
	output_has "missing: the head $head of "
	output_has "by $(cat ../did), is newer, but its version cannot be recovered"
	output_has "missing: refs/heads/main is restored as of 2026-03-01T10:00:00Z (${old:0:10})"
	output_has "missing: refs/heads/side is restored as of 2026-03-01T10:00:00Z (${old:0:10})"
	output_has "missing: refs/tags/v1 is restored as of "
	[ "$(git -C ../again rev-parse main)" = "$old" ]
	varve -C ../again fsck --data
}

@test "where the newest history is not whole the one before comes back and the newer commit is named" {
	new_vault a
	varve vault replicate --copies 1 > /dev/null
	old=$(git rev-parse main)
	ls ../a/*/shards > ../before
	head -c 2300000 /dev/urandom > noise
	git add noise
	git commit -q -m noise
	varve vault replicate -q
	new=$(git rev-parse main)
	[ "$(newest_shard | wc -l)" = 3 ]
	# The one in the middle: the list of refs can be had, a blob cannot.
	rm ../a/*/shards/"$(cd ../a/*/shards && ls -S $(comm -13 <(sort "$BATS_TEST_TMPDIR/work/before") <(ls | sort)) | head -n 1)"
	ends_with 1 varve vault recover --key "$XDG_CONFIG_HOME/varve/key" --to ../again ../a
	output_has "it does not have the shard"
	output_has "missing: refs/heads/main is restored as of "
	output_has "(${old:0:10}); its newest commit in the vault, ${new:0:10}, cannot be recovered"
	[ "$(git -C ../again rev-parse main)" = "$old" ]
	cmp <(git show main~1:t.csv) <(git -C ../again show main:t.csv)
	varve -C ../again fsck --data
}

@test "a recovered repository sends rows with git push, as a clone does" {
	new_vault a
	varve vault replicate --copies 1 > /dev/null
	succeeds varve vault recover --key "$XDG_CONFIG_HOME/varve/key" --to ../again ../a
	grep -q "varve pre-push" ../again/.git/hooks/pre-push
}

@test "of two heads that one key signed both come back" {
	new_vault "a b"
	varve vault replicate --copies 2 > /dev/null
	base=$(git rev-parse main)
	cp -r ../repo ../twin
	mkdir ../twins
	cp -r ../a ../twins/a
	cp -r ../b ../twins/b
	change 5 here
	ours=$(git rev-parse main)
	varve vault replicate -q
	cd ../twin
	git config holder.a.url "$(cd ../twins/a && pwd)"
	git config holder.b.url "$(cd ../twins/b && pwd)"
	change 6 there
	theirs=$(git rev-parse main)
	[ "$ours" != "$theirs" ]
	varve vault replicate -q
	cp -rn ../twins/a/. ../a
	cp -rn ../twins/b/. ../b
	cd ../repo
	ends_with 1 varve vault recover -q --key "$XDG_CONFIG_HOME/varve/key" --to ../again ../a
	stderr_has "is in use on two machines, and signed two heads"
	cd ../again
	both=$(git for-each-ref --format='%(objectname)' refs/heads/main 'refs/recovered/*/heads/main' | sort)
	[ "$both" = "$(printf '%s\n' "$ours" "$theirs" | sort)" ]
	succeeds varve fsck --data
}

@test "of several vaults at one holder each is named, and --vault takes one" {
	new_vault a
	varve vault replicate --copies 1 > /dev/null
	cp -r ../repo ../other
	cd ../other
	git config -f .varveconfig --remove-section vault
	change 6
	varve vault replicate --copies 1 > /dev/null
	[ "$(git config -f .varveconfig vault.id)" != "$(git config -f ../repo/.varveconfig vault.id)" ]
	ends_with 2 varve vault recover --key "$XDG_CONFIG_HOME/varve/key" --to ../again ../a
	stderr_has "several vaults"
	named=$stderr
	for repo in repo other; do
		id=$(git config -f "../$repo/.varveconfig" vault.id)
		[[ $named = *"--vault: "*"$id"* ]]
		succeeds varve vault recover --vault "$id" --key "$XDG_CONFIG_HOME/varve/key" --to "../again-$repo" ../a
		cmp "../again-$repo/t.csv" "../$repo/t.csv"
	done
}

@test "--bare recovers a repository without a work tree" {
	new_vault a
	varve vault replicate --copies 1 > /dev/null
	succeeds varve vault recover --bare --key "$XDG_CONFIG_HOME/varve/key" --to ../bare.git ../a
	[ "$(git -C ../bare.git rev-parse --is-bare-repository)" = true ]
	[ ! -e ../bare.git/t.csv ]
	varve -C ../bare.git cat main:t.csv | cmp - t.csv
	succeeds varve -C ../bare.git fsck --data
}
