"""older.py LIBRARY FILE...: programs and shared libraries that want a newer C library than 2.28 are made to work with that one, too.

What is newer in the C library is either an old name that moved between its parts (pthread_create) or has a new version beside the old one
(exp): any version of it will do. Or it is in LIBRARY (older.c), which all FILEs that want something newer need from then on.
The versions that a FILE lists are changed in place: the new ones into the first of its machine, and names that had them take any version.
"""
import struct
import subprocess
import sys

from elftools.elf.elffile import ELFFile

OLDEST = (2, 28)
FIRST = {"EM_X86_64": "GLIBC_2.2.5", "EM_AARCH64": "GLIBC_2.17"}
MOVED = """call_once dladdr dlclose dlerror dlopen dlsym exp log ns_name_uncompress pow pthread_attr_setguardsize pthread_attr_setstacksize
    pthread_condattr_setclock pthread_create pthread_detach pthread_getconcurrency pthread_getspecific pthread_join pthread_key_create
    pthread_key_delete pthread_kill pthread_mutex_trylock pthread_mutexattr_destroy pthread_mutexattr_gettype pthread_mutexattr_init
    pthread_mutexattr_settype pthread_once pthread_rwlock_destroy pthread_rwlock_init pthread_rwlock_rdlock pthread_rwlock_tryrdlock
    pthread_rwlock_trywrlock pthread_rwlock_unlock pthread_rwlock_wrlock pthread_rwlockattr_destroy pthread_rwlockattr_init
    pthread_rwlockattr_setkind_np pthread_setconcurrency pthread_setname_np pthread_setspecific pthread_sigmask thrd_exit
    __libc_start_main""".split()  # the last one starts a program, whose constructors a C library before 2.34 leaves out: ours have none


def number(version):
    return tuple(map(int, version.removeprefix("GLIBC_").split("."))) if version.startswith("GLIBC_2") else (0,)


def digest(name):
    """The hash of a version's name, as ELF has it."""
    h = 0
    for byte in name.encode():
        h = (h << 4) + byte
        h = (h ^ (h & 0xF0000000) >> 24) & 0x0FFFFFFF
    return h


def change(path, provided):
    """Whether the file was changed, since it wants something newer."""
    with open(path, "r+b") as file:
        elf = ELFFile(file)
        needs, versions, symbols = map(elf.get_section_by_name, (".gnu.version_r", ".gnu.version", ".dynsym"))
        if needs is None:
            return False
        first, entries, newer, at = FIRST[elf["e_machine"]], {}, {}, needs["sh_offset"]
        for need, parts in needs.iter_versions():
            part = at + need["vn_aux"]
            for each in parts:
                entries[each.name] = each["vna_name"]
                if number(each.name) > OLDEST:
                    newer[each["vna_other"]] = part
                part += each["vna_next"]
            at += need["vn_next"]
        if not newer:
            return False
        for i in range(symbols.num_symbols()):
            if versions.get_symbol(i)["ndx"] in newer:
                name = symbols.get_symbol(i).name
                if name not in provided:
                    sys.exit(f"older: {path}: '{name}' is newer than the C library's version 2.28: add it to older.c, or to MOVED")
                file.seek(versions["sh_offset"] + 2 * i)
                file.write(struct.pack("<H", 1))
        for part in newer.values():
            file.seek(part)
            file.write(struct.pack("<I", digest(first)))
            file.seek(part + 8)
            file.write(struct.pack("<I", entries[first]))
    return True


def main():
    library, *files = sys.argv[1:]
    with open(library, "rb") as file:
        own = {each.name for each in ELFFile(file).get_section_by_name(".dynsym").iter_symbols() if each["st_shndx"] != "SHN_UNDEF"}
    for path in files:
        if change(path, own.union(MOVED)):
            subprocess.run(["patchelf", "--add-needed", "libolder.so", path], check=True)


main()
