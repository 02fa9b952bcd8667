#!/bin/sh
# headers.sh ROOT: every header compiles alone, and twice, with each compiler here.
set -eu
. "$(dirname "$0")/clang_many.sh"
cd "$1"

headers=$(find -H include base repo dataset diff transport lib cmd tests/unit tests/fuzz -name '*.h' | sort)
[ -n "$headers" ] || { echo "no headers found"; exit 1; }
flags="-std=c11 -D_POSIX_C_SOURCE=200809L -D_XOPEN_SOURCE=700 -I. -Iinclude -Wall -Wextra -Wpedantic -Werror
	$(pkg-config --cflags yajl cmocka 2>/dev/null || true)"
bad=0
tried=0

# A source for each header.
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
for header in $headers; do
	source=$folder/$(echo "$header" | tr / +).c
	printf '#include "%s"\n#include "%s"\ntypedef int not_empty;\n' "$header" "$header" > "$source"
	echo "$source"
done > "$folder/list"

# shellcheck disable=SC2086
if command -v gcc >/dev/null; then
	tried=1
	xargs -P "$(getconf _NPROCESSORS_ONLN)" -n 50 gcc $flags -fsyntax-only < "$folder/list" || bad=1
fi
# shellcheck disable=SC2086
if command -v clang >/dev/null; then
	tried=1
	clang_many $flags < "$folder/list" || bad=1
fi
# Strangers include the public ones from C++, too.
if command -v g++ >/dev/null; then
	for header in include/varve/*.h; do
		printf '#include "%s"\n' "${header#include/}" | g++ -std=c++17 -Iinclude -Wall -Wextra -Wpedantic -Werror \
			-fsyntax-only -x c++ - || bad=1
	done
fi
[ "$bad" = 0 ] || echo "headers do not compile alone: each error says in which source, A+B.h.c for A/B.h"
[ "$tried" = 1 ] || { echo "neither gcc nor clang is here"; bad=1; }
exit "$bad"
