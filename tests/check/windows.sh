#!/bin/sh
# windows.sh ROOT: what varve.exe is made of compiles for Windows without a warning, by Debian's mingw-w64 and the headers of this system's
# libraries: base, and of the other folders a sixth by VARVE_TEST_SAMPLE (VARVE_TEST_ALL: all).
set -eu
cd "$1"
cc=x86_64-w64-mingw32-gcc-posix
command -v "$cc" > /dev/null || { echo "ok # skip $cc is not installed"; exit 0; }
[ ! -e "$(tests/package/windows/root)/ready" ] || { echo "ok # skip package.varve_exe_is_built compiles these files"; exit 0; }
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
for each in bzlib.h cbor cbor.h csv.h curl git2 git2.h lzma lzma.h microhttpd.h openssl pcre2.h pcre2posix.h sqlite3.h sqlite3ext.h xxhash.h xxh3.h xxh_x86dispatch.h yajl zconf.h zdict.h zlib.h \
	zstd.h zstd_errors.h; do
	found=
	for top in /usr/include /usr/include/*-linux-gnu; do
		[ ! -e "$top/$each" ] || { cp -RL "$top/$each" "$folder/" && found=1; }
	done
	[ -n "$found" ] || { echo "windows: no $each in /usr/include"; exit 1; }
done
mkdir -p "$folder/check/kept"
echo '#define VV_VERDICT_SOURCES 1' > "$folder/check/kept/verdict_sources.h" # the build makes it
# A length of size_t is printed by mingw-w64's own printf, which its gcc does not know.
flags="-std=gnu11 -D_FILE_OFFSET_BITS=64 -D_WIN32_WINNT=0x0A00 -DNTDDI_VERSION=0x0A000006 -D__USE_MINGW_ANSI_STDIO=1 -D_POSIX_C_SOURCE=200809L
	-D_XOPEN_SOURCE=700 -DWIN32_LEAN_AND_MEAN -DPCRE2_STATIC -DVARVE_VERSION=\"1\" -DVARVE_LIBRARIES=\"\" -Wall -Wextra -Wno-format
	-Wno-format-extra-args -Werror -I. -Iinclude -Ibase/windows/include -isystem $folder -include base/os_windows.h"
# Not there yet: sealed copies, servers for others. The build makes what cmd/web/pages includes.
files=$(find base dataset diff repo check transport lib cmd/frame cmd/varve cmd/sql cmd/web cmd/ipfs/gateway.c -name '*.c' ! -path base/os.c ! -path 'base/keys/*' \
	! -path cmd/web/commands/serve.c ! -path cmd/web/commands/relay.c ! -path 'cmd/web/relay/*' ! -path 'cmd/web/pages/*' ! -path cmd/sql/vtab/extension.c ! -path transport/line/ssh2.c ! -path transport/line/ssh_login.c ! -path transport/line/tcp.c ! -path transport/line/txt.c \
	! -path transport/places/sftp_place.c | sort)
part=$((${VARVE_TEST_SAMPLE:-0} % 6))
[ -z "${VARVE_TEST_ALL:-}" ] || part=
# shellcheck disable=SC2016,SC2086
printf '%s\n' $files | awk -v part="$part" 'part == "" || /^base\// || NR % 6 == part' | xargs -P 2 -n 8 "$cc" -fsyntax-only $flags
