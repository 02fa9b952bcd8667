# Histories of which some versions have expired. Load it behind helper.bash.

# expire_versions REV[:PATH]... : lists these versions, of prices.csv without a PATH, in refs/varve/expired, beside those
# that it lists already.
expire_versions() {
	local list rev
	list=$({
		printf 'varve expired 1\ntime 1700400000\nby Ada\npolicy last=1\n\n'
		for rev; do
			[[ $rev = *:* ]] || rev=$rev:prices.csv
			git cat-file blob "$rev" | grep -o 'bafy[a-z0-9]*' | head -n 1
		done | sort -u
	} | git hash-object -w --stdin)
	local parent=()
	if git rev-parse -q --verify refs/varve/expired > /dev/null; then
		parent=(-p refs/varve/expired)
	fi
	git update-ref refs/varve/expired "$(git commit-tree -m expired "${parent[@]}" "$(
		{
			[ ${#parent[@]} = 0 ] || git ls-tree refs/varve/expired
			printf '100644 blob %s\t%s\n' "$list" "$list"
		} | git mktree
	)")"
}

# leave_versions REV... : leaves only the blocks of prices.csv in these commits.
leave_versions() {
	local here=$PWD alone rev
	alone=$(mktemp -d "$BATS_TEST_TMPDIR/alone.XXXXXX")
	(
		cd "$alone"
		varve init -q
		for rev; do
			varve -C "$here" cat "$rev:prices.csv" > prices.csv
			varve add -q prices.csv
			varve commit -qm alone --allow-empty
			[ "$(git rev-parse HEAD:prices.csv)" = "$(git -C "$here" rev-parse "$rev:prices.csv")" ] || exit 1
		done
	)
	rm -rf .git/varve/packs .git/varve/cache
	cp -r "$alone/.git/varve/packs" .git/varve
}

# days COUNT : makes that many commits of prices.csv in the current repository.
days() {
	local day
	for ((day = 1; day <= $1; day++)); do
		rows 300 "$day" > prices.csv
		varve add -q prices.csv
		tick 86400
		varve commit -qm "day $day"
	done
}

# An expired middle: of four versions the second and third are listed, and have no blocks.
expired_middle() {
	new_repo
	days 4
	leave_versions HEAD~3 HEAD
	expire_versions HEAD~1 HEAD~2
}

# Each version that stays is here byte for byte, and the expired ones are known as such.
is_whole() {
	succeeds varve fsck --data
	output_has "sound: 2 versions"
	output_has "expired: 2 versions"
	[ "$(varve cat HEAD:prices.csv | sha256sum)" = "$(rows 300 4 | sha256sum)" ]
	[ "$(varve cat HEAD~3:prices.csv | sha256sum)" = "$(rows 300 1 | sha256sum)" ]
	ends_with 2 varve cat HEAD~2:prices.csv
	stderr_has "its rows expired on 2023-11-19 by the policy of Ada (last=1)"
}

# A plain Git host beside the repository: $host, and its $url (host.bash).
a_host() {
	local here=$PWD
	cd ..
	plain_host
	host=$PWD/host.git
	cd "$here"
}
