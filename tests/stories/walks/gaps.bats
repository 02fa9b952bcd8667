# Every reader of history, where the rows of older versions are not here: because a fetch might get them, because they
# have expired, or because nothing has them.
load ../../cli/helper
load expired

# A repository with four versions of prices.csv, of which only that of HEAD has its blocks, in STATE: fetchable (from a
# remote that is away), expired, or lost.
gapped() {
	new_repo
	days 4
	leave_versions HEAD
	case $1 in
	fetchable) git remote add origin ../gone.git ;;
	expired) expire_versions HEAD~1 HEAD~2 HEAD~3 ;;
	esac
}

expired_text="its rows expired on 2023-11-19 by the policy of Ada (last=1)"

# What each command ends with where older rows are fetchable, expired and lost.
readers() {
	cat <<- 'END'
		2 2 2 varve cat HEAD~2:prices.csv
		2 2 2 varve info HEAD~2:prices.csv
		2 2 2 varve cat -o ../new.parquet HEAD~2:prices.csv
		2 2 2 varve schema HEAD~2:prices.csv
		2 2 2 varve compare HEAD~2:prices.csv prices.csv
		2 2 2 varve prove -o ../proof --row 7 HEAD~2:prices.csv
		2 2 2 varve get -o ../got .#HEAD~2:prices.csv
		2 2 2 varve ipfs publish HEAD~2:prices.csv
		2 2 2 varve ipfs car export HEAD~2:prices.csv ../new.car
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
		2 0 2 varve check HEAD~1..HEAD
		2 2 2 varve check HEAD~3..HEAD~1
		2 2 2 varve restore --source HEAD~2 prices.csv
		2 2 2 varve fetch --data HEAD~2
		1 0 1 varve fsck
		1 1 1 varve whereis --no-ask HEAD~2:prices.csv
		2 0 2 varve sql SELECT count(*) FROM varve_history_prices
		0 0 0 varve sql SELECT figure FROM varve_log('prices.csv', 'HEAD', 'sum(price)')
		0 0 0 varve cite HEAD~2:prices.csv
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
		# what cannot go on, or outlives the rows, has the reason
		[[ $1 != expired || ( ${words[$2]} != 2 && $line != *" cite "* ) || "$output$stderr" = *"$expired_text"* || $stderr = *"in this range have expired"* ]] || {
			show_run "$line" "the reason is not there"
			return 1
		}
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
	# git itself writes the pointer
	git switch -qd HEAD~1 2> said
	grep -q "prices.csv: $expired_text; only the pointer was written" said
	rm said
	succeeds varve switch main
	rows 300 4 | cmp - prices.csv
}

@test "what would write an expired version is refused before anything is changed, and names the nearest one" {
	local head words
	gapped expired
	head=$(git rev-parse HEAD)
	while read -ra words; do
		ends_with 2 "${words[@]}"
		stderr_has "prices.csv: $expired_text"
		stderr_has "hint: the nearest stored version is '${head:0:7}:prices.csv' of 2023-11-18"
		[ "$(git rev-parse HEAD)" = "$head" ]
		[ "$(git symbolic-ref HEAD)" = refs/heads/main ]
		[ -z "$(git status --porcelain)" ]
		rows 300 4 | cmp - prices.csv
		[ ! -e .git/REVERT_HEAD ]
	done <<- 'END'
		varve revert --no-edit HEAD
		varve revert -n HEAD
		varve cherry-pick HEAD~2
		varve restore --source HEAD~2 prices.csv
		varve restore --source HEAD~2 --staged --worktree prices.csv
		varve switch -d HEAD~1
		varve switch -c old HEAD~2
	END
	[ -z "$(git branch --list old)" ]
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
	# each of the three versions is counted once, though two commits meet it
	succeeds varve log -S 7
	stderr_has "and those of 2 versions more: commits that changed them were not searched"
	succeeds varve log --stat --oneline
	# the newest version is stored: only the one before it expired
	[ "$(grep -c '(expired)' <<< "$output")" = 2 ]
	[ "$(grep -c '(the version before it expired)' <<< "$output")" = 1 ]
	output_has "day 1"
	succeeds varve log --stat --oneline -n 1
	output_has " columns (the version before it expired)"
	succeeds varve log --stat --json
	output_has '"gap":"expired"'
	succeeds varve log --figure 'count(*)' -- prices.csv
	[ "$(grep -c ' expired$' <<< "$output")" = 3 ]
	succeeds varve fsck
	output_has "sound: 1 version of a table"
	output_has "expired: 3 versions"
}

@test "show leaves out each table of a commit whose rows have expired" {
	local day
	new_repo
	for day in 1 2; do
		rows 50 "$day" > prices.csv
		rows 40 "$((day + 5))" > stock.csv
		varve add -q .
		tick 86400
		varve commit -qm "day $day"
	done
	rm -rf .git/varve/packs .git/varve/cache
	expire_versions HEAD HEAD~1 HEAD:stock.csv HEAD~1:stock.csv
	varve show HEAD > shown 2> said
	[ "$(grep -c 'the rows are not shown: ' said)" = 2 ]
	grep -q 'day 2' shown
}

@test "check compares with the nearest older version that is stored, and names it" {
	local older
	new_repo
	days 5
	older=$(git rev-parse --short HEAD~3)
	leave_versions HEAD~3 HEAD
	expire_versions HEAD~1 HEAD~2 HEAD~4
	succeeds varve check HEAD
	stderr_has "prices.csv: $expired_text; compared with the version of 2023-11-16 ($older)"
	output_has "against the version of 2023-11-16 ($older)"
	succeeds varve check --json HEAD~1..HEAD
	output_has "\"baseCommit\": \"$(git rev-parse HEAD~3)\""
	succeeds varve check HEAD~4..HEAD
	stderr_has "$(git rev-parse --short HEAD~4): prices.csv: $expired_text; no older version is stored for a comparison"
	stderr_has "prices.csv: its rows have expired: not checked"
	# what cannot be checked is not valid
	ends_with 2 varve check HEAD~3..HEAD~1
	stderr_has "the rows of all versions in this range have expired"
	ends_with 2 varve check HEAD~1
	stderr_has "$expired_text"
}

@test "check finds what changed against the nearest older version" {
	new_repo
	days 3
	printf '%s\n' '{"version": 1, "rules": {"rows-removed": {"max": 10}}}' > varve.json
	head -n 50 prices.csv > less && mv less prices.csv
	varve add -q . && tick 86400 && varve commit -qm less
	ends_with 1 varve check HEAD
	leave_versions HEAD~3 HEAD
	expire_versions HEAD~1 HEAD~2
	ends_with 1 varve check HEAD
	ends_with 1 varve check HEAD~1..HEAD
}
