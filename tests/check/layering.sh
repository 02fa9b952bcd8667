#!/bin/sh
# layering.sh ROOT: every folder includes only itself and what stands below it,
# and each third-party library is included in its one folder, never in a header.
set -eu
cd "$1"

find -H base repo dataset diff transport cmd -name '*.[ch]' | sort | xargs awk '
function below(folder, other) {
	return index(" " allowed[folder] " ", " " other " ") > 0
}
function complain(what) {
	printf "%s:%d: %s\n", FILENAME, FNR, what
	bad = 1
}
BEGIN {
	allowed["base"] = "base"
	allowed["repo"] = "repo base"
	allowed["dataset"] = "dataset repo base"
	allowed["diff"] = "diff dataset repo base"
	allowed["transport"] = "transport repo base"
	allowed["cmd"] = "cmd diff transport dataset repo base"
	owner["git2"] = owner["git2.h"] = owner["zstd.h"] = owner["zdict.h"] = "repo"
	owner["zstd_errors.h"] = owner["cbor.h"] = owner["cbor"] = "repo"
	owner["zlib.h"] = "repo"
	owner["csv.h"] = owner["pcre2.h"] = "dataset"
	owner["libssh2.h"] = owner["libssh2_sftp.h"] = owner["curl"] = "transport"
	owner["microhttpd.h"] = "transport"
	owner["xxhash.h"] = owner["xxh_x86dispatch.h"] = owner["openssl"] = owner["yajl"] = owner["pthread.h"] = "base"
}
/^[ \t]*#[ \t]*include/ {
	match($0, /["<][^">]*[">]/)
	quote = substr($0, RSTART, 1)
	name = substr($0, RSTART + 1, RLENGTH - 2)
	split(FILENAME, here, "/")
	split(name, there, "/")
	if (quote == "\"") {
		if (name ~ /\.\./) {
			complain("include from the root, without ..: " name)
		} else if (name !~ /\//) {
			complain("include from the root: \"" here[1] "/" name "\"")
		} else if (!below(here[1], there[1])) {
			complain(here[1] " may not include " name)
		} else if (name ~ /_internal\.h$/ && here[1] != there[1]) {
			complain(name " belongs to " there[1])
		}
	} else if (there[1] in owner) {
		if (owner[there[1]] != here[1]) {
			complain("<" name "> is for " owner[there[1]] " only")
		} else if (FILENAME ~ /\.h$/ && FILENAME !~ /_internal\.h$/) {
			complain("<" name "> may not show in a header")
		}
	} else if (name ~ /^([a-z]mmintrin|arm_neon)\.h$/) {
		next
	} else if (name !~ /^(assert|complex|ctype|errno|fenv|float|inttypes|iso646|limits|locale|math|setjmp|signal|stdalign|stdarg|stdatomic|stdbool|stddef|stdint|stdio|stdlib|stdnoreturn|string|tgmath|threads|time|uchar|wchar|wctype)\.h$/ &&
		   name !~ /^(arpa|net|netinet|sys)\// &&
		   name !~ /^(dirent|dlfcn|fcntl|fnmatch|glob|grp|langinfo|libgen|netdb|poll|pwd|regex|spawn|strings|syslog|termios|unistd|utime|wordexp)\.h$/) {
		complain("<" name "> is not a header that varve uses")
	}
}
END { exit bad }
'
