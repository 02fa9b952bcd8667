# Every reader of history, where the rows of older versions are not here: because a fetch might get them, because they
# have expired, or because nothing has them.
load ../../cli/helper

# A repository with four versions of prices.csv, of which only that of HEAD has its blocks, in STATE: fetchable (from a
# remote that is away), expired, or lost.
gapped() {
	local day
	new_repo
	for day in 1 2 3 4; do
		rows 300 "$day" > prices.csv
		varve add prices.csv > /dev/null
		tick 86400
		varve commit -qm "day $day"
	done
	without_older
	case $1 in
	fetchable) git remote add origin ../gone.git ;;
	expired) expire HEAD~1 ;;
	esac
}

# Leaves the blocks of HEAD's version alone.
without_older() {
	(
		mkdir ../alone
		cp prices.csv ../alone
		cd ../alone
		varve init -q
		varve add prices.csv > /dev/null
		varve commit -qm alone
	)
	[ "$(git rev-parse HEAD:prices.csv)" = "$(git -C ../alone rev-parse HEAD:prices.csv)" ]
	rm -rf .git/varve/packs .git/varve/cache
	cp -r ../alone/.git/varve/packs .git/varve
}

# Lists the versions of REV and its ancestors in refs/varve/expired.
expire() {
	local commit list
	list=$({
		printf 'varve expired 1\ntime 1700400000\nby Ada\npolicy last=1\n\n'
		for commit in $(git rev-list "$1"); do
			git cat-file blob "$commit:prices.csv" | grep -o 'bafy[a-z0-9]*' | head -n 1
		done | sort -u
	} | git hash-object -w --stdin)
	git update-ref refs/varve/expired "$(git commit-tree -m expired \
		"$(printf '100644 blob %s\t%s\n' "$list" "$list" | git mktree)")"
}

expired_text="its rows expired on 2023-11-19 by the policy of Ada (last=1)"

# What each command ends with where older rows are fetchable, expired and lost.
readers() {
	cat <<- 'END'
		2 2 2 varve cat HEAD~2:prices.csv
		2 2 2 varve info HEAD~2:prices.csv
		2 2 2 varve diff HEAD~2 HEAD
		2 0 2 varve blame prices.csv
		2 0 2 varve blame --cells --json prices.csv
		2 0 2 varve log --stat
		2 0 2 varve log -p
		2 0 2 varve log --row 7 -- prices.csv
		0 0 0 varve log --figure sum(price) -- prices.csv
		2 0 2 varve log -S 7
		2 0 2 varve show HEAD
		2 0 2 varve show -p HEAD
		2 2 2 varve check HEAD~1..HEAD
		2 2 2 varve check HEAD~3..HEAD~1
		2 2 2 varve restore --source HEAD~2 prices.csv
		2 2 2 varve fetch --data HEAD~2
		1 0 1 varve fsck
		1 1 1 varve whereis --no-ask HEAD~2:prices.csv
		2 0 2 varve sql SELECT count(*) FROM varve_history_prices
		0 0 0 varve sql SELECT figure FROM varve_log('prices.csv', 'HEAD', 'sum(price)')
		0 0 0 varve status
		0 0 0 varve gc
	END
}

# reads STATE COLUMN: runs all, of which COLUMN has the exit codes. What they print is in $all.
reads() {
	local line words
	gapped "$1"
	all=
	while read -r line; do
		read -ra words <<< "$line"
		if [[ $line == *" varve sql "* ]]; then
			ends_with "${words[$2]}" varve sql "${line#*varve sql }"
		else
			ends_with "${words[$2]}" "${words[@]:3}"
		fi
		all+="$output"$'\n'"$stderr"$'\n'
		[ -z "$(git status --porcelain)" ]
	done < <(readers)
}

@test "expired rows are said to have expired by every reader of history, and are never called missing or lost" {
	reads expired 1
	[[ "$all" == *"$expired_text"* ]]
	# fetch was asked, and may look elsewhere
	all=${all//"hint: another repository may have them: 'varve fetch --data --from URL ...'"/}
	! grep -E 'missing here|lost|varve fetch' <<< "$all" || return 1
}

@test "rows that a remote may have are never called expired or lost" {
	reads fetchable 0
	[[ "$all" == *"missing here, and could not be fetched: origin: "* && "$all" == *"varve fetch --data"* ]]
	[[ "$all" != *expired* && "$all" != *lost* ]]
}

@test "rows that nothing has are named, and the readers show the rest" {
	reads lost 2
	[[ "$all" == *"is missing here"* && "$all" == *" lost"* && "$all" != *expired* ]]
}

@test "a version that expired leads to the nearest one that is here" {
	gapped expired
	ends_with 2 varve cat HEAD~2:prices.csv
	stderr_has "HEAD~2:prices.csv: $expired_text"
	stderr_has "hint: the nearest stored version is '$(git rev-parse --short HEAD):prices.csv' of 2023-11-18"
	ends_with 1 varve switch -d HEAD~1
	stderr_has "prices.csv: $expired_text; only the pointer was written"
	succeeds varve switch main
	rows 300 4 | cmp - prices.csv
}

@test "blame marks what was set in a commit or before it, and ends there" {
	gapped expired
	succeeds varve blame prices.csv
	output_has "^$(git rev-parse --short HEAD)"
	stderr_has "$(git rev-parse --short HEAD~1):prices.csv: $expired_text: rows marked '^' were set in the marked commit or before it"
	succeeds varve blame --json prices.csv
	output_has '"boundary":true'
	# A row that is newer than the gap is not marked.
	echo 9999,new,1,2024-01-01 >> prices.csv
	varve commit -qam more
	succeeds varve blame --row 9999 prices.csv
	output_lacks "^"
	output_has "$(git rev-parse --short HEAD)"
	stderr_is ""
	succeeds varve log --row 9999 -- prices.csv
	output_has "prices.csv: added"
	succeeds varve log --row 7 --json -- prices.csv
	output_has '"change":"unknown"'
	stderr_has "the history of the row begins after that version"
}

@test "log --stat and --figure go on behind expired versions" {
	gapped expired
	succeeds varve log --stat --oneline
	[ "$(grep -c '(expired)' <<< "$output")" = 3 ]
	output_has "day 1"
	succeeds varve log --stat --json
	output_has '"gap":"expired"'
	succeeds varve log --figure 'count(*)' -- prices.csv
	[ "$(grep -c ' expired$' <<< "$output")" = 3 ]
	succeeds varve fsck
	output_has "sound: 1 version of a table"
	output_has "expired: 3 versions"
}
