# What every test of the command line starts from. In a file COMMAND/NAME.bats:
#
#	load ../helper
#
#	@test "a table comes back byte for byte" {
#		new_repo
#		rows 100 > prices.csv
#		succeeds varve add prices.csv
#		output_has "100 rows"
#	}
#
# The file is found by itself (tests/laws and tests/stories likewise, with ../../cli/helper). Write each
# @test on one line. By hand: bats tests/cli/COMMAND/NAME.bats; the program is
# taken from VARVE_BIN (a folder), else from the newest build.
#
# Every test runs in a fresh folder with a home of its own, a fixed clock and
# author, LC_ALL=C.UTF-8, and without any Git setting of the machine.

bats_require_minimum_version 1.5.0

setup() {
	varve_setup
}

# For files with a setup of their own: call this first.
varve_setup() {
	local name
	for name in $(compgen -e); do
		case $name in
		VARVE_BIN | VARVE_TEST_*) ;;
		GIT_* | VARVE_* | SSH_* | XDG_* | NO_COLOR | PAGER | EDITOR | VISUAL | LESS | LC_* | LANG*)
			unset "$name" ;;
		esac
	done
	if [ -z "${VARVE_BIN:-}" ]; then
		VARVE_BIN=$(newest_build)
	fi
	export HOME="$BATS_TEST_TMPDIR/home"
	export XDG_CONFIG_HOME="$HOME/.config"
	export PATH="$VARVE_BIN:$PATH"
	export LC_ALL=C.UTF-8 TZ=UTC TERM=dumb EDITOR=false
	export GIT_CONFIG_GLOBAL="$HOME/.gitconfig" GIT_CONFIG_NOSYSTEM=1
	export GIT_AUTHOR_NAME="A U Thor" GIT_AUTHOR_EMAIL=author@example.com
	export GIT_COMMITTER_NAME="C O Mitter" GIT_COMMITTER_EMAIL=committer@example.com
	export GIT_TERMINAL_PROMPT=0
	# gc removes what is young, too: a test does not wait for an hour.
	export VARVE_TEST_GC_YOUNG=0
	varve_clock=1700000000
	tick 0
	umask 022
	mkdir -p "$HOME" "$BATS_TEST_TMPDIR/work"
	# libgit2 reads this file too, and knows nothing of GIT_CONFIG_GLOBAL.
	printf '%s\n' > "$HOME/.gitconfig" \
		'[init]' '	defaultBranch = main' \
		'[user]' '	name = A U Thor' '	email = author@example.com' \
		'[advice]' '	detachedHead = false' \
		'[safe]' '	bareRepository = all'
	cd "$BATS_TEST_TMPDIR/work" || return 1
}

newest_build() {
	local root program
	root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
	program=$(ls -t "$root"/build/*/bin/varve 2>/dev/null | head -n 1)
	if [ -z "$program" ]; then
		echo "no varve is built: run ./dev build" >&2
		return 1
	fi
	dirname "$program"
}

# Do the programs take the ways of any POSIX system ('./dev build portable', posix.*)?
takes_posix_ways() {
	[[ $VARVE_BIN =~ /(portable|posix)/bin/?$ ]]
}

# Moves the clock of authors and committers on by so many seconds (60).
tick() {
	varve_clock=$((varve_clock + ${1-60}))
	export GIT_AUTHOR_DATE="$varve_clock +0000" GIT_COMMITTER_DATE="$varve_clock +0000"
}

# sampled COUNT MOST: about MOST of the numbers 1 to COUNT, evenly, a line each. VARVE_TEST_SAMPLE, a number that
# './dev test' prints, moves the first one; VARVE_TEST_ALL=1 takes all.
sampled() {
	local step=$((($1 + $2 - 1) / $2))
	[ -z "${VARVE_TEST_ALL-}" ] || step=1
	seq $((${VARVE_TEST_SAMPLE:-0} % step + 1)) "$step" "$1"
}

# a_sixth COUNT: how many of COUNT random cases an ordinary run takes. VARVE_TEST_ALL=1: all.
a_sixth() {
	[ -n "${VARVE_TEST_ALL-}" ] && echo "$1" || echo $((($1 + 5) / 6))
}

# drawn COUNT: the first of the cases 0 to COUNT - 1 that an ordinary run takes; VARVE_TEST_SAMPLE moves it.
drawn() {
	[ -n "${VARVE_TEST_ALL-}" ] && echo 0 || echo $((${VARVE_TEST_SAMPLE:-0} % 6 * $1 / 6))
}

# Runs a command, which must end with 0. $output is its stdout, $stderr its stderr.
succeeds() {
	ends_with 0 "$@"
}

tests=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)

# What no message says: "1 rows". (Counts with a sign before them, as in "+2 -1 ~1 rows", have one word for all.)
one_of_many='(^|[^-+~.,0-9 ]|[^;] )1 (versions|rows|tables|blocks|commits|columns|files|keys|cells|groups|lines|refs|branches|tags|conflicts|holders|copies|shards|findings|errors|changes)([^a-z]|$)'

# ends_with STATUS COMMAND...: the same for another exit status.
ends_with() {
	local wanted=$1
	shift
	run --separate-stderr "$@"
	if [ "$status" -ne "$wanted" ]; then
		show_run "$*" "exit status $status instead of $wanted"
		return 1
	fi
	if [[ ${output:0:20000}$'\n'${stderr:0:20000} =~ $one_of_many ]]; then
		show_run "$*" "a plural of one: '${BASH_REMATCH[0]}'"
		return 1
	fi
	# Of rows, schemas and published packages it is theirs what members are called.
	if [[ "varve $* " == varve\ varve\ *\ --json\ * && ! " $* " =~ \ (cat|convert|schema|sql)\  && $output =~ ^[[{] ]]; then
		python3 "$tests/check/members.py" "$tests/.." - <<< "$output" || {
			show_run "$*" "a member that is not as tests/check/members.txt has it"
			return 1
		}
	fi
}

show_run() {
	printf '%s\n' "$2, after: $1" "--- stdout" "$output" "--- stderr" "${stderr-}" >&2
}

# The last command's stdout (stderr) as a whole; a last newline does not count.
output_is() {
	if [ "$output" != "$1" ]; then
		show_run "${BATS_RUN_COMMAND-}" "stdout is not '$1'"
		return 1
	fi
}

stderr_is() {
	if [ "$stderr" != "$1" ]; then
		show_run "${BATS_RUN_COMMAND-}" "stderr is not '$1'"
		return 1
	fi
}

output_has() {
	case $output in
	*"$1"*) ;;
	*)
		show_run "${BATS_RUN_COMMAND-}" "stdout lacks '$1'"
		return 1 ;;
	esac
}

output_lacks() {
	case $output in
	*"$1"*)
		show_run "${BATS_RUN_COMMAND-}" "stdout has '$1'"
		return 1 ;;
	esac
}

stderr_has() {
	case $stderr in
	*"$1"*) ;;
	*)
		show_run "${BATS_RUN_COMMAND-}" "stderr lacks '$1'"
		return 1 ;;
	esac
}

stderr_lacks() {
	case $stderr in
	*"$1"*)
		show_run "${BATS_RUN_COMMAND-}" "stderr has '$1'"
		return 1 ;;
	esac
}

# same_bytes FILE FILE
same_bytes() {
	cmp -- "$1" "$2"
}

# A repository of Git and varve in DIR (the current folder).
new_repo() {
	git init -q -- "${1-.}" && (cd -- "${1-.}" && varve init > "$BATS_TEST_TMPDIR/init.out" 2>&1) || {
		cat "$BATS_TEST_TMPDIR/init.out" >&2
		return 1
	}
}

# The most memory that a command took, in KiB, is below $1; a sanitizer has its own.
takes_less_than() {
	local most=$1
	shift
	nm "$(command -v varve)" 2> /dev/null | grep -q __asan_init && most=$((most * 3 + 600000))
	python3 - "$most" "$@" <<- 'END'
		import resource, subprocess, sys
		code = subprocess.run(sys.argv[2:]).returncode
		peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
		print(f"{peak} KiB of {sys.argv[1]}", file=sys.stderr)
		sys.exit(code or peak >= int(sys.argv[1]))
	END
}

# How many times as long as on a quiet machine a program takes now, by a loop's time on the clock and on the processor:
# for limits that are not met.
slowed() {
	local TIMEFORMAT='%R %U' took computed i
	read -r took computed < <({ time for ((i = 0; i < 200000; i++)); do :; done; } 2>&1)
	echo $((10#${took/./} / (10#${computed/./} + 1) + 1))
}

# rows COUNT [SALT]: a CSV table with the columns id, name, price and day; another
# salt gives other prices.
rows() {
	awk -v count="$1" -v salt="${2-0}" 'BEGIN {
		print "id,name,price,day"
		for (i = 1; i <= count; i++) {
			cents = (i * 7919 + salt * 104729) % 100000
			printf "%d,item %d,%d.%02d,2024-%02d-%02d\n", i, i * 31 % 1009,
				cents / 100, cents % 100, i % 12 + 1, i % 28 + 1
		}
	}'
}
