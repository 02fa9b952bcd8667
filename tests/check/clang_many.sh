# clang_many.sh, to be sourced: clang looks at many files in few processes, with what a build makes for them.

# made_headers FOLDER: the headers that a build makes, into FOLDER.
made_headers() {
	mkdir -p "$1/cmd/web/pages" "$1/check/kept"
	# Of HTML.
	python3 tests/cmake/html_parts.py "$1/cmd/web/pages/parts.h" "$1/parts.c" cmd/web/pages/parts/*.html
	# Of the sources that decide verdicts.
	python3 tests/cmake/source_hash.py "$1/check/kept/verdict_sources.h" VV_VERDICT_SOURCES . check
}

# How a build defines and warns.
clang_flags='-std=c11 -D_POSIX_C_SOURCE=200809L -D_XOPEN_SOURCE=700 -I. -Iinclude -DVARVE_VERSION="0" -DVARVE_LIBRARIES="" -DVV_TEST_BIN=""
	-DVARVE_PROGRAMS="" -Wall -Wextra -Wpedantic -Wshadow -Wstrict-prototypes -Wmissing-prototypes -Wconversion -Wformat=2 -Werror'

# of_turn: of the lines of stdin the third that VARVE_TEST_TURN (0 to 5) takes; all without one.
of_turn() {
	awk -v turn="${VARVE_TEST_TURN-}" 'turn == "" || NR % 3 == turn % 3'
}

# clang_many OPTION...: checks the syntax of the files on stdin, with the front end of clang (or of $clang) where
# the driver names it: it takes several files at once, and starting is most of what each of them costs.
clang_many() {
	line=$(${clang-clang} '-###' "$@" -fsyntax-only -x c - 2>&1 | tail -n 1)
	case $line in
	*'"-cc1"'*'"-"') eval "set -- ${line% \"-\"}" ;;
	*) set -- ${clang-clang} "$@" -fsyntax-only ;;
	esac
	xargs -P "$(getconf _NPROCESSORS_ONLN)" -n 100 "$@"
}
