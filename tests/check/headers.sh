#!/bin/sh
# headers.sh ROOT: every header compiles alone, and twice; but for those of Windows.
set -eu
. "$(dirname "$0")/clang_many.sh"
cd "$1"

headers=$(find -H include base repo dataset diff check transport lib cmd tests/unit tests/fuzz -name '*.h' ! -path 'base/*windows*' | sort)
[ -n "$headers" ] || { echo "no headers found"; exit 1; }
flags="-std=c11 -D_POSIX_C_SOURCE=200809L -D_XOPEN_SOURCE=700 -I. -Iinclude -Wall -Wextra -Wpedantic -Werror
	$(pkg-config --cflags yajl cmocka 2>/dev/null || true)"
bad=0
tried=0
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

# Twice: what a header declares stands between #ifndef, #define and #endif of one name, or behind #pragma once.
# shellcheck disable=SC2086
awk 'FNR == 1 { if (NR > 1 && !ok) { print file ": has no guard" } file = FILENAME; ok = seen = 0 }
	!seen && /^#ifndef / { seen = 1; name = $2; next }
	!seen && /^#pragma once/ { seen = ok = 1 }
	seen == 1 && !ok && $0 == "#define " name { ok = 1 }
	/^#/ { seen++ }
	END { if (!ok) { print file ": has no guard" } }' $headers > "$folder/open"
[ ! -s "$folder/open" ] || { cat "$folder/open"; bad=1; }

# Alone: where a source of ours includes a header before all else the build has compiled it alone. A source for each of
# the others.
find -H base repo dataset diff check transport lib cmd tests/unit tests/fuzz -name '*.c' -exec grep -h -m 1 '^#include ' {} + |
	sed -n 's/^#include "\([^"]*\)".*/ \1 /p' > "$folder/first"
first=$(cat "$folder/first")
for header in $headers; do
	case $first in
	*" $header "*) continue ;;
	esac
	name=$header
	source=$folder/
	while [ "$name" != "${name#*/}" ]; do
		source=$source${name%%/*}+
		name=${name#*/}
	done
	source=$source$name.c
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
