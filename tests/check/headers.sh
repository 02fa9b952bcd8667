#!/bin/sh
# headers.sh ROOT: every header compiles alone, and twice, with each compiler here.
set -eu
cd "$1"

headers=$(find -H base repo dataset diff transport cmd tests/unit tests/fuzz -name '*.h' | sort)
[ -n "$headers" ] || { echo "no headers found"; exit 1; }
third_party=$(pkg-config --cflags yajl cmocka 2>/dev/null || true)
bad=0
tried=0

for cc in gcc clang; do
	command -v "$cc" >/dev/null || continue
	tried=1
	for header in $headers; do
		# shellcheck disable=SC2086
		printf '#include "%s"\n#include "%s"\ntypedef int not_empty;\n' "$header" "$header" |
			"$cc" -std=c11 -D_POSIX_C_SOURCE=200809L -D_XOPEN_SOURCE=700 -I. $third_party \
				-Wall -Wextra -Wpedantic -Werror -fsyntax-only -x c - || {
			echo "$header does not compile alone with $cc"
			bad=1
		}
	done
done
[ "$tried" = 1 ] || { echo "neither gcc nor clang is here"; bad=1; }
exit "$bad"
