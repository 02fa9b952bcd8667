#!/usr/bin/env python3
"""layering.py ROOT: a folder includes only itself and what stands below it, a room
only itself and the rooms before it, what stands apart is included
by who links it only, nothing below the programs uses what belongs to the whole process, nothing but base/os uses what systems differ in, and no third-party header is reachable, through however many includes,
from outside of the folder that owns the library."""
import os
import re
import sys

ROOMS = """
base/system
base
base/json
base/signature
base/locks
base/keys
base/threads
base/windows/include
base/windows/include/editline
base/windows/include/sys
base/windows/include/arpa
base/windows/include/netinet
base/windows

repo/blocks
repo/git
repo/git/history
repo/git/verb
repo/git/index
repo/git/merge
repo/git/objects
repo/known

dataset/format
dataset/read
dataset/schema
dataset/table
dataset/rows

diff/rows
diff/spreadsheet
diff/write
diff/merge

check/kept
check/rules
check/past
check/report

transport/line
transport/http
transport/protocol
transport/places
transport/places/packs
transport/ipfs
transport/server

lib/tables
lib/remotes
lib/heads
lib/rows
lib/arrow
lib/arrow/in
lib/documents
lib/sync
lib/names
lib/view
lib/worktree
lib/edit
lib/space
lib/merge
lib/status
lib/check
lib/commit
lib/clone
lib/publish
include/varve
lib

cmd/frame

cmd/ipfs

cmd/vault/hold
cmd/vault/sealed
cmd/vault/work
cmd/vault

cmd/web/model
cmd/web
cmd/web/relay
cmd/web/pages
cmd/web/commands

cmd/sql/vtab
cmd/sql

cmd/varve
cmd/varve/print
cmd/varve/commands/git
cmd/varve/commands/published
cmd/varve/commands/space
cmd/varve/commands
""".split()

CORE = ["check", "diff", "transport", "dataset", "repo", "base"]
BELOW = {  # programs, the folders of cmd, share its frame
    "base": [],
    "repo": ["base"],
    "dataset": ["repo/blocks", "repo/git/pointer.h", "base"],  # which version is the parent its callers say
    "diff": ["dataset", "repo", "base"],
    "check": ["diff", "dataset", "repo", "base"],
    "transport": ["repo", "base"],
    "include": [],
    "lib": ["include", *CORE],
    "cmd/frame": ["lib", "include", *CORE],
    "cmd/ipfs": ["cmd/frame", "lib", "include", *CORE],
    "cmd/vault": ["cmd/frame", "lib", "include", *CORE],
    "cmd/web": ["cmd/vault", "cmd/ipfs", "cmd/frame", "lib", "include", *CORE],
    "cmd/sql": ["cmd/frame", "lib", "include", *CORE],
    "cmd/varve": ["cmd/ipfs", "cmd/frame", "lib", "include", *CORE],
}

PROGRAMS = ["cmd/ipfs", "cmd/vault", "cmd/web", "cmd/sql", "cmd/varve"]
APART = {  # targets of their own, and who may link them
    "base/keys": ["cmd/vault", "cmd/web"],
    "transport/ipfs": ["transport/server", *PROGRAMS],
    "cmd/vault/hold": ["cmd/vault", "cmd/web"],
    **dict.fromkeys(("cmd/vault/sealed", "cmd/vault/work", "cmd/vault"), ["cmd/vault"]),
    "transport/server": ["cmd/web"],
}

OWNERS = {  # of <header.h> or <folder/...>
    "repo": "git2 git2.h zstd.h zdict.h zstd_errors.h cbor.h cbor zlib.h lzma.h bzlib.h",
    "dataset": "csv.h pcre2.h",
    "transport": "libssh2.h libssh2_sftp.h curl",
    "transport/server": "microhttpd.h",
    "cmd/vault/sealed": "isa-l",
    "cmd/web/pages": "cmark-gfm.h cmark-gfm-core-extensions.h",
    "cmd/sql": "sqlite3.h sqlite3ext.h editline",
    "base/keys": "sodium.h sodium",
    "base": "xxhash.h xxh_x86dispatch.h openssl yajl pthread.h",
}
OWNER = {name: folder for folder, names in OWNERS.items() for name in names.split()}

LIBC = re.compile(
    r"^((assert|complex|ctype|errno|fenv|float|inttypes|iso646|limits|locale|math|setjmp|signal"
    r"|stdalign|stdarg|stdatomic|stdbool|stddef|stdint|stdio|stdlib|stdnoreturn|string|tgmath"
    r"|threads|time|uchar|wchar|wctype"
    r"|dirent|dlfcn|iconv|libproc|mach/mach_time|mach-o/dyld|sched|fcntl|fnmatch|glob|grp|langinfo|libgen|netdb|poll|pwd|regex|resolv|spawn|strings"
    r"|syslog|termios|unistd|utime|wordexp|xlocale|[a-z]mmintrin|arm_neon)\.h|(arpa|net|netinet|sys)/.*)$")

# What belongs to the process: the programs alone read and change it, and pass what they read (base/env.h).
PROCESS = re.compile(r"\b(getenv|secure_getenv|setenv|unsetenv|putenv|clearenv|setlocale|chdir|fchdir|fork|vfork"
                     r"|strtod|strtof|exit|signal|sigaction)\s*\(|\bextern char \*\*environ\b")
# What follows the letters of the locale; base/ascii.h has the same for ASCII.
LOCALE = re.compile(r"\b(strn?casecmp|is(alpha|alnum|digit|xdigit|space|upper|lower|punct)|to(upper|lower))\s*\(")
PROCESS_MAY = {
    "base/os.c": "where a package that brings its C library has its encodings",
    "base/sys.c": "where the running program itself is",
    "dataset/schema/decimal.c": "digits without a point, which all locales read alike",
    "lib/repo.c": "VARVE_OPEN_ENVIRON: the caller asks for a snapshot",
    "lib/serve.c": "answers on stdin and stdout, as a program's main loop",
    "base/file.c": "the folder for temporary files is not passed to it yet",
}

# What systems differ in: base/os.h has it for all.
SYSTEM = re.compile(r"\b(_WIN32|_WIN64|__MINGW\w+|__CYGWIN__|_MSC_VER|_GNU_SOURCE|_DARWIN_C_SOURCE|__linux__|__APPLE__|__MACH__|VV_OS_(?:LINUX|MACOS|POSIX)|SOCK_CLOEXEC|SOCK_NONBLOCK|MSG_NOSIGNAL"
                    r"|F_SETPIPE_SZ|F_FULLFSYNC|CLOCK_BOOTTIME|PR_SET_PDEATHSIG|RLIMIT_AS|RLIMIT_DATA|O_PATH|O_TMPFILE|st_[am]timespec"
                    r"|(?<!\.)(?:prctl|pipe|pipe2|accept4|fsync|fdatasync|sigtimedwait|getrandom|getentropy|sched_getaffinity|sysctl|sysctlbyname"
                    r"|socket|socketpair|dlopen|dlsym|dladdr|syscall|memfd_create|renameat2|posix_spawnp?|vfork|call_once|pthread_condattr_setclock)\s*\()"
                    r"|\bsys/(?:prctl|random|syscall|sysctl|epoll|eventfd|inotify)\.h\b|\bthreads\.h\b|\"/proc/")
SYSTEM_MAY = ("base/os.c", "base/os.h", "base/program_start.h", "base/os_windows.h", "base/windows/")

# Includes headers of Windows, and stands in for what that system lacks.
WINDOWS = ("base/os_windows.h", "base/windows/")

# Reads the columns of a group as they are encoded, without making cells of them.
INTERNAL_MAY = {"check/rules/cells.c": "dataset/format/group_internal.h"}

GENERATED = {"cmd/web/pages/parts.h", "check/kept/verdict_sources.h"}  # by the build
RANK = {room: i for i, room in enumerate(ROOMS)}
MOST_FILES = 45  # in a room


def sources(root):
    for top in BELOW:
        for folder, _, names in os.walk(os.path.join(root, top)):
            for name in sorted(names):
                if name.endswith((".c", ".h")):
                    yield os.path.relpath(os.path.join(folder, name), root)


def read_includes(root, path):
    with open(os.path.join(root, path), encoding="utf-8") as f:
        for number, line in enumerate(f, 1):
            m = re.match(r'\s*#\s*include\s*(["<])([^">]*)', line)
            if m:
                yield number, m[1], ("include/" if m[2].startswith("varve/") else "") + m[2]


def top(path):
    """The folder of a file; below cmd each program is one."""
    parts = path.split("/")
    return "/".join(parts[:2 if parts[0] == "cmd" else 1])


def stands_in(path, folder):
    return path.startswith(folder + "/")


class Checker:
    def __init__(self, root):
        self.bad = 0
        self.includes = {path: list(read_includes(root, path)) for path in sources(root)}
        self.libraries = {}  # of each file: third-party headers it reaches

    def complain(self, path, number, what):
        print(f"{path}:{number}: {what}")
        self.bad = 1

    def own_include(self, path, number, name):
        room, other = os.path.dirname(path), os.path.dirname(name)
        apart = APART.get(other)
        if apart and other != room and not any(stands_in(path, folder) for folder in apart):
            self.complain(path, number, f"{other} stands apart: {room} may not include {name}")
        if ".." in name or "/" not in name:
            self.complain(path, number, f'include from the root, without "..": {name}')
        elif name in GENERATED and path.startswith(os.path.dirname(name) + "/"):
            return
        elif name not in self.includes:
            self.complain(path, number, f"there is no {name}")
        elif top(path) != top(name):
            if not any(name == below or stands_in(name, below) for below in BELOW[top(path)]):
                self.complain(path, number, f"{top(path)} may not include {name}")
            elif name.endswith("_internal.h") and INTERNAL_MAY.get(path) != name:
                self.complain(path, number, f"{name} belongs to {top(name)}")
        elif RANK[other] > RANK[room]:
            self.complain(path, number, f"{room} stands before {other} and may not include {name}")

    def foreign_include(self, path, number, name):
        owner = OWNER.get(name.split("/")[0])
        if owner and not stands_in(path, owner):
            self.complain(path, number, f"<{name}> is for {owner} only")
        elif not owner and not LIBC.match(name) and not path.startswith(WINDOWS):
            self.complain(path, number, f"<{name}> is not a header that varve uses")

    def of_a_system(self, path):
        """Uses what only some systems have, or have in their own way."""
        with open(path, encoding="utf-8") as f:
            text = re.sub(r"/\*.*?\*/", lambda m: "\n" * m[0].count("\n"), f.read(), flags=re.S)
        for m in () if path.startswith(SYSTEM_MAY) else SYSTEM.finditer(text):
            self.complain(path, text.count("\n", 0, m.start()) + 1, f"{m[0].rstrip('(')} is for base/os.c, which other systems have a way for")

    def process_wide(self, path):
        """Uses what belongs to the process; an exception that nothing needs any longer is one too many."""
        with open(path, encoding="utf-8") as f:
            text = re.sub(r"/\*.*?\*/|//[^\n]*|\"(?:\\.|[^\"\\\n])*\"",
                          lambda m: "\n" * m[0].count("\n"), f.read(), flags=re.S)
        for m in LOCALE.finditer(text):
            self.complain(path, text.count("\n", 0, m.start()) + 1,
                          f"{m[0].rstrip('(')} follows the locale; base/ascii.h compares ASCII")
        found = list(PROCESS.finditer(text))
        if path in PROCESS_MAY:
            if not found:
                self.complain(path, 1, "needs no exception in PROCESS_MAY any longer")
            return
        for m in found:
            self.complain(path, text.count("\n", 0, m.start()) + 1,
                          f"{m[0].rstrip('(')} is for programs; below them the environment is an argument (base/env.h)")

    def reached(self, path):
        """Third-party headers that path includes, itself or through others."""
        if path not in self.libraries:
            self.libraries[path] = set()  # ends circles
            found = set()
            for _, quote, name in self.includes.get(path, []):
                if quote == "<" and name.split("/")[0] in OWNER:
                    found.add(name)
                elif quote == '"':
                    found |= self.reached(name)
            self.libraries[path] = found
        return self.libraries[path]

    def run(self):
        for path, includes in self.includes.items():
            self.of_a_system(path)
            if not path.startswith(("cmd/", *WINDOWS)):
                self.process_wide(path)
            if os.path.dirname(path) not in RANK:
                self.complain(path, 1, f"{os.path.dirname(path)} is not a room; see ROOMS in {sys.argv[0]}")
                continue
            for number, quote, name in includes:
                if quote == '"':
                    self.own_include(path, number, name)
                    if name in GENERATED:
                        continue
                    for library in self.reached(name):
                        if not stands_in(path, OWNER[library.split("/")[0]]):
                            self.complain(path, number, f"<{library}> is reached through {name}")
                else:
                    self.foreign_include(path, number, name)
        for room in ROOMS:
            count = sum(os.path.dirname(path) == room for path in self.includes)
            if count > MOST_FILES:
                self.complain(room, 0, f"{count} files: more than {MOST_FILES} want rooms")
        if not self.includes:
            self.complain(".", 0, "no sources found")
        return self.bad


os.chdir(sys.argv[1])
sys.exit(Checker(".").run())
