#!/bin/sh
# clang.sh ROOT: clang, too, finds nothing to warn of in any source.
set -eu
cd "$1"

command -v clang >/dev/null || { echo "clang is not here: nothing checked"; exit 0; }

flags=$(pkg-config --cflags libgit2 libzstd libcbor yajl libxxhash libcrypto cmocka)
find -H base repo dataset diff transport cmd tests -name '*.c' | sort |
	xargs -P "$(getconf _NPROCESSORS_ONLN)" -n 4 sh -c '
		flags=$1
		shift
		exec clang -std=c11 -D_POSIX_C_SOURCE=200809L -D_XOPEN_SOURCE=700 -I. $flags \
			-DVARVE_VERSION=\"0\" -fsyntax-only -Wall -Wextra -Wpedantic -Wshadow \
			-Wstrict-prototypes -Wmissing-prototypes -Wconversion -Wformat=2 -Werror "$@"
	' sh "$flags"
