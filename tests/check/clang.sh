#!/bin/sh
# clang.sh ROOT: clang, too, finds nothing to warn of in any source, or in those of a turn.
set -eu
. "$(dirname "$0")/clang_many.sh"
cd "$1"

command -v clang >/dev/null || { echo "clang is not installed"; exit 1; }

flags=$(pkg-config --cflags libgit2 libzstd libcbor yajl libxxhash libcrypto cmocka)
made=$(mktemp -d)
trap 'rm -rf "$made"' EXIT
made_headers "$made"
# What the build makes of the fuzz targets.
for source in tests/fuzz/*_fuzz.c; do
	basename "$source" _fuzz.c | sed 's/.*/TARGET(&)/'
done > "$made/targets.inc"

# All that most sources include, read once: half of the time goes there. Not for those that choose what the C library
# declares to them.
{
	for header in stdbool stddef stdint stdio stdlib string sys/stat; do
		echo "#include <$header.h>"
	done
	for header in base/*.h; do
		[ "$header" = base/os_windows.h ] || echo "#include \"$header\""
	done
} > "$made/first.h"
find -H base repo dataset diff check transport lib cmd examples tests -name '*.c' ! -path 'base/windows/*' ! -path 'tests/package/windows/*' | sort | of_turn > "$made/all"
xargs grep -lE '^#define _[A-Z]+_SOURCE' < "$made/all" > "$made/own" || true
set -- $clang_flags -I"$made" $flags
clang "$@" -x c-header "$made/first.h" -o "$made/first.pch"
clang_many "$@" < "$made/own"
grep -vxF -f "$made/own" "$made/all" | clang_many "$@" -include-pch "$made/first.pch"
