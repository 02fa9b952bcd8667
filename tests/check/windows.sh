#!/bin/sh
# windows.sh ROOT: what Windows has so far, the folder base, compiles for it without a warning, by Debian's mingw-w64 and the headers of this
# system's libraries. (base/keys and base/signature are not there yet.)
set -eu
cd "$1"
cc=x86_64-w64-mingw32-gcc-posix
command -v "$cc" > /dev/null || { echo "ok # skip $cc is not installed"; exit 0; }
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
for each in openssl xxhash.h xxh3.h xxh_x86dispatch.h yajl; do
	found=
	for top in /usr/include /usr/include/*-linux-gnu; do
		[ ! -e "$top/$each" ] || { cp -RL "$top/$each" "$folder/" && found=1; }
	done
	[ -n "$found" ] || { echo "windows: no $each in /usr/include"; exit 1; }
done
# A length of size_t is printed by mingw-w64's own printf, which its gcc does not know.
flags="-std=gnu11 -D_FILE_OFFSET_BITS=64 -D_WIN32_WINNT=0x0A00 -DNTDDI_VERSION=0x0A000006 -D__USE_MINGW_ANSI_STDIO=1 -Wall -Wextra -Wno-format -Wno-format-extra-args
	-Werror -I. -Iinclude -Ibase/windows/include -isystem $folder"
files=$(find base -name '*.c' ! -path base/os.c ! -path 'base/keys/*' ! -path 'base/signature/*' | sort)
# shellcheck disable=SC2016,SC2086
printf '%s\n' $files | xargs -P 2 -n 8 "$cc" -fsyntax-only $flags
