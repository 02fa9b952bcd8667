#!/usr/bin/env bash
# demo.sh: what varve does, on real tables, in a scratch repository that stays there to
# play with. Called by ./dev demo, which puts the program it built on the PATH.
set -euo pipefail

data=$(cd "$(dirname "$0")/../data" && pwd)
program=$(dirname "$(command -v varve)")
repository=$(mktemp -d "${TMPDIR:-/tmp}/varve-demo.XXXXXX")
cd "$repository"

bold='' plain=''
if [ -t 1 ] && [ -z "${NO_COLOR:-}" ]; then
	bold=$'\033[1m' plain=$'\033[0m'
fi
export PAGER=cat GIT_PAGER=cat

# title TEXT: what the next commands show.
title() {
	printf '\n%s\n' "== $*"
}

# run COMMAND...: echoes the command as one would type it, then runs it.
run() {
	local word line=
	for word; do
		case $word in
		*[!A-Za-z0-9_./:=,~@%+-]*) word="'$word'" ;;
		esac
		line+=" $word"
	done
	printf '\n%s$%s%s\n' "$bold" "$line" "$plain"
	"$@" 2>&1
}

# refused COMMAND...: the same for a command that must end with 2.
refused() {
	local status=0
	run "$@" || status=$?
	[ "$status" = 2 ] || exit 1
	echo "(exit status 2)"
}

# shell TEXT: the same for a line with pipes or redirections.
shell() {
	printf '\n%s$ %s%s\n' "$bold" "$1" "$plain"
	bash -c "$1"
}

# versions TABLE...: the lines of versions.tsv for these tables, in order of time.
versions() {
	local pattern
	pattern=$(IFS='|'; echo "$*")
	grep -E "	($pattern)	" "$data/versions.tsv"
}

# commit_version DATE TABLE MESSAGE: a published version becomes a commit of that day.
commit_version() {
	cp "$data/$2/${1%%T*}.csv" "$2.csv"
	printf '\n%s$ cp .../%s/%s.csv %s.csv%s' "$bold" "$2" "${1%%T*}" "$2" "$plain"
	run varve commit -a --date "$1" -m "$3"
}

title "A new repository. It is a Git repository, and varve keeps the tables in it."
run varve init
if ! git config user.name >/dev/null || ! git config user.email >/dev/null; then
	run git config user.name "Demo"
	run git config user.email "demo@example.com"
fi

title "The first version of two tables: the companies of the S&P 500 index, and country codes."
IFS=$'\t' read -r first_date _ first_message < <(versions constituents)
cp "$data/constituents/${first_date%%T*}.csv" constituents.csv
run head -n 4 constituents.csv
run varve add constituents.csv
run varve commit --date "$first_date" -m "$first_message"
IFS=$'\t' read -r codes_date _ codes_message < <(versions country-codes)
cp "$data/country-codes/${codes_date%%T*}.csv" country-codes.csv
run varve add country-codes.csv
run varve commit --date "$codes_date" -m "$codes_message"

title "All the later versions that lie in tests/data, as they were published."
while IFS=$'\t' read -r date table message; do
	case $date in
	"$first_date" | "$codes_date") ;;
	*) commit_version "$date" "$table" "$message" ;;
	esac
done < <(versions constituents country-codes)

title "The history."
run varve log --oneline
run varve log --stat -n 3

title "A malformed file is refused, and the line is named. (This one was really published.)"
cp "$data/constituents/2012-12-27.csv" constituents.csv
refused varve add constituents.csv
run sed -n 135p constituents.csv
run varve restore constituents.csv

title "A cell is changed."
shell "sed -i 's/^MMM,3M,/MMM,3M Company,/' constituents.csv"
run varve status
run varve commit -a -m "Write 3M's name out"
run varve status

title "Looking into tables, at any version, without checking anything out."
run varve cat constituents.csv --columns Symbol,Security,Founded --limit 5 --format table
run varve cat HEAD~1:constituents.csv --where Symbol=MMM --format json
run varve cat HEAD:country-codes.csv --where Continent=OC --columns CLDR\ display\ name,Capital,TLD --limit 5 --format table
run varve info constituents.csv

title "An old version comes back, byte for byte."
old=$(git log --format=%h --grep "as of May 2020" -- constituents.csv)
run varve restore --source "$old" constituents.csv
run cmp constituents.csv "$data/constituents/2020-05-25.csv"
echo "(cmp is silent: not one byte differs)"
run varve restore constituents.csv
count=0
while IFS=$'\t' read -r date table message; do
	revision=$(git log --format=%h --fixed-strings --grep "$message" -- "$table.csv" | tail -n 1)
	varve cat "$revision:$table.csv" | cmp - "$data/$table/${date%%T*}.csv"
	count=$((count + 1))
done < <(versions constituents country-codes)
printf '\nAll %d versions were read out of the history and compared with cmp: equal.\n' "$count"

title "To Git it is an ordinary repository; a table is a small text in it, a pointer."
run git log --oneline -n 3
run git status
run git show HEAD --stat --format=%s
shell "git show HEAD:constituents.csv | head -n 8"

title "What it takes on disk (bytes of all $count versions, and of the stores that hold them)."
bytes=0
while IFS=$'\t' read -r date table _; do
	bytes=$((bytes + $(wc -c < "$data/$table/${date%%T*}.csv")))
done < <(versions constituents country-codes)
printf '\n%12s  as files\n' "$bytes"
printf '%12s  .git/varve, the tables\n' "$(find .git/varve -type f -printf '%s\n' | awk '{ n += $1 } END { print n }')"
printf '%12s  .git/objects, commits and pointers\n' "$(find .git/objects -type f -printf '%s\n' | awk '{ n += $1 } END { print n }')"

cat <<END

The repository is yours to play with:

  cd $repository
  export PATH="$program:\$PATH"

Try:

  varve help
  varve log --stat -- country-codes.csv
  varve show HEAD~4
  varve cat HEAD~9:constituents.csv --where 'Symbol=AAPL' --format json
  varve info country-codes.csv
  varve switch -c try-out        (then edit a table, varve status, varve commit -a)
  varve fsck --data

And look at all of it in your browser:

  varve web
END
