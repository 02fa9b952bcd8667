#!/bin/sh
# macos.sh ROOT: every source of the library and the programs compiles for macOS 12, and nothing is to warn of. The headers of the system are those that zig
# brings, those of libraries are this machine's. In a turn, a third of them. The last line is as tests/cli/run has it.
set -eu
. "$(dirname "$0")/clang_many.sh"
cd "$1"
work=${VARVE_MACOS_ROOT:-$HOME/.cache/varve-macos}
[ -e /usr/include/git2.h ] || { echo "ok # skip the headers of libraries are not in /usr/include"; exit 0; }
tests/package/macos/fetch --zig "$work" || { echo "ok # skip zig cannot be had"; exit 0; }
zig=$work/zig/lib
made=$(mktemp -d)
trap 'rm -rf "$made"' EXIT
made_headers "$made"
# Of /usr/include the libraries alone: what glibc has beside them is not on macOS.
for each in /usr/include /usr/include/*-linux-gnu; do
	libraries=$made/$(basename "$each")
	mkdir "$libraries"
	(cd "$each" && find . -maxdepth 1 | grep -E '^\./(bzlib|csv|microhttpd|pcre2|xxhash|zconf|zdict|zlib|(cbor|cmark-gfm|git2|isa-l|libssh2|lzma|sodium|sqlite3|zstd).*|curl|editline|openssl|yajl)(\.h)?$') |
		while read -r name; do
			ln -s "$each/$name" "$libraries"
		done
	set -- "$@" -isystem "$libraries"
done
shift
clang="$work/zig/zig clang"
# shellcheck disable=SC2086
set -- -target arm64-apple-macosx12.0.0 -D_DARWIN_C_SOURCE -Werror=unguarded-availability $clang_flags -I"$made" -nostdinc \
	-isystem "$zig/include" -isystem "$zig/libc/include/any-darwin-any" -isystem tests/package/macos/include "$@"
find -H base repo dataset diff check transport lib cmd -name '*.c' ! -path 'base/windows/*' | sort > "$made/sources"
[ "$(wc -l < "$made/sources")" -gt 500 ]
of_turn < "$made/sources" | clang_many "$@"
echo ok
