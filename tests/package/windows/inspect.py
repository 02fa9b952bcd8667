#!/usr/bin/env python3
"""inspect.py FILE [HIDDEN...]: looks at varve-VERSION-windows-x86_64.zip, a wheel for Windows, or one program or DLL, without Windows. Each program is for
x86-64 and the console, needs Windows 10 and no more, imports only the functions that imports.txt has (each is in Windows 10 1809), can be
loaded at any address and runs no data; no section can be written and run; no file names one of the paths HIDDEN. The archive has each file
that it is to have, below one folder, or each that its RECORD has; varve.dll exports what lib/symbols.txt has."""
import base64
import hashlib
import os
import re
import struct
import sys
import zipfile

HERE = os.path.dirname(os.path.abspath(__file__))
PROGRAMS = ("bin/varve.exe", "bin/varve-sql.exe", "bin/varve-web.exe")
DLLS = ("bin/varve.dll", "bin/varve0.dll", "bin/libcurl.dll")
OTHERS = ("lib/libvarve.dll.a", "include/varve/base.h", "share/doc/varve/LICENSE", "share/doc/varve/libraries/README", "share/doc/varve/README.md")
PYTHON = "varve/_varve.pyd"
# What each DLL exports beside varve.dll; libcurl's names are its own matter.
EXPORTED = {"varve0.dll": {"sqlite3_varve_init"}, "_varve.pyd": {"PyInit__varve"}}
AMD64, CONSOLE, WINDOWS_10 = 0x8664, 3, (10, 0)
IS_DLL, NO_RELOCATIONS = 0x2000, 0x0001
# IMAGE_DLLCHARACTERISTICS: 64 bits of addresses, any address, no data is run. GNU ld makes no tables for Control Flow Guard.
FLAGS = {0x0020: "HIGH_ENTROPY_VA", 0x0040: "DYNAMIC_BASE", 0x0100: "NX_COMPAT"}
EXPORTS, IMPORTS, RELOCATIONS = 0, 1, 5
RUNS, WRITES = 0x20000000, 0x80000000


class Wrong(Exception):
    pass


def expect(held, what):
    if not held:
        raise Wrong(what)


def listed():
    """What programs may import: {dll: names}, both from imports.txt."""
    found, dll = {}, None
    with open(os.path.join(HERE, "imports.txt"), encoding="utf-8") as f:
        for line in f:
            if line.startswith("\t"):
                found[dll].update(line.split())
            elif line.strip() and not line.startswith("#"):
                dll = line.strip().lower()
                found[dll] = set()
    found["varve.dll"] = public()
    return found


def public():
    with open(os.path.join(HERE, "../../../lib/symbols.txt"), encoding="utf-8") as f:
        return set(f.read().split())


class Image:
    """A file of the format PE32+; https://learn.microsoft.com/windows/win32/debug/pe-format"""

    def __init__(self, data):
        self.data = data
        expect(data[:2] == b"MZ", "not a program")
        at, = struct.unpack_from("<I", data, 0x3C)
        expect(data[at:at + 4] == b"PE\0\0", "not a program of Windows")
        machine, sections, self.time, _, _, size, self.kind = struct.unpack_from("<2H3I2H", data, at + 4)
        expect(machine == AMD64, "not for x86-64")
        at += 24
        expect(struct.unpack_from("<H", data, at)[0] == 0x20B, "not PE32+")
        self.least = struct.unpack_from("<2H", data, at + 48)
        self.subsystem, self.flags = struct.unpack_from("<2H", data, at + 68)
        count, = struct.unpack_from("<I", data, at + 108)
        self.folders = [struct.unpack_from("<2I", data, at + 112 + 8 * i) for i in range(count)]
        self.sections = []
        for i in range(sections):
            name, virtual, address, length, offset, flags = struct.unpack_from("<8s4I12xI", data, at + size + 40 * i)
            expect(offset + length <= len(data), f"{name.decode()} goes beyond the file")
            self.sections.append((name.rstrip(b"\0").decode(), address, max(virtual, length), offset, flags))

    def offset(self, address):
        for _, start, length, offset, _ in self.sections:
            if start <= address < start + length:
                return offset + address - start
        raise Wrong(f"no section has the address {address:#x}")

    def text(self, address):
        at = self.offset(address)
        return self.data[at:self.data.index(0, at)].decode()

    def imports(self):
        """(DLL, function)"""
        at = self.offset(self.folders[IMPORTS][0])
        while True:
            names, _, _, dll, first = struct.unpack_from("<5I", self.data, at)
            if not dll:
                return
            at += 20
            entry = self.offset(names or first)
            while (value := struct.unpack_from("<Q", self.data, entry)[0]):
                expect(value >> 63 == 0, f"imports a function of {self.text(dll)} by its number")
                yield self.text(dll), self.text(value + 2)
                entry += 8

    def exports(self):
        if not self.folders[EXPORTS][1]:
            return set()
        at = self.offset(self.folders[EXPORTS][0])
        count, = struct.unpack_from("<I", self.data, at + 24)
        names = self.offset(struct.unpack_from("<I", self.data, at + 32)[0])
        return {self.text(struct.unpack_from("<I", self.data, names + 4 * i)[0]) for i in range(count)}


def check_image(data, may):
    image = Image(data)
    expect(image.subsystem == CONSOLE, f"of the subsystem {image.subsystem}, not of the console")
    expect(image.least == WINDOWS_10, f"made for Windows {image.least[0]}.{image.least[1]}, not 10.0")
    for bit, name in FLAGS.items():
        expect(image.flags & bit, f"without {name}")
    expect(not image.kind & NO_RELOCATIONS and image.folders[RELOCATIONS][1] > 0, "at a fixed address")
    expect(image.time == 0, "has the time when it was built")
    for name, _, _, _, flags in image.sections:
        expect(not (flags & RUNS and flags & WRITES), f"{name} can be written and run")
    expect(b"apt install" not in data, "hints at packages of Debian")
    names = sorted(image.imports())
    expect(names, "imports nothing")
    for dll, name in names:
        expect(dll.lower() in may, f"needs {dll}")
        expect(name in may[dll.lower()], f"imports {name} of {dll}, which imports.txt does not have: look up since which Windows there is one")
    return image, names


def check_hidden(name, data, hidden):
    for word in hidden:
        for spelled in (word.encode(), word.encode("utf-16-le")):
            expect(spelled not in data, f"{name} names {word}")


def files_of(path, top):
    files, times = {}, set()
    with zipfile.ZipFile(path) as archive:
        for each in archive.infolist():
            expect(each.filename.startswith(top), f"{each.filename} is outside of {top}")
            expect(not re.search(r'[\\:*?"<>|]|[. ](/|$)', each.filename), f"Windows has no file named {each.filename}")
            times.add(each.date_time)
            if not each.is_dir():
                files[each.filename[len(top):]] = archive.read(each)
    expect(len(times) == 1, "files have different times")
    return files


def check_files(files, wanted, dlls, hidden):
    missing = [name for name in wanted if not files.get(name)]
    expect(not missing, f"no {missing}")
    may, wrong = listed(), []
    for name, data in sorted(files.items()):
        check_hidden(name, data, hidden)
        if not name.endswith((".exe", ".dll", ".pyd")):
            continue
        try:
            image, names = check_image(data, may)
            dll = bool(image.kind & IS_DLL)
            expect(dll == (name in dlls), "of another kind than its name says")
            exports, own = image.exports(), os.path.basename(name)
            if dll and own != "libcurl.dll":
                wanted = public() if own == "varve.dll" else EXPORTED[own]
                expect(exports == wanted, f"exports {sorted(exports ^ wanted)[:5]}")
            expect(dll or not exports, f"exports {sorted(exports)[:5]}")
            print(f"{name}: {len(data)} bytes, Windows 10, {len(names)} imports; {', '.join(sorted({d for d, _ in names}))}")
        except Wrong as e:
            wrong.append(f"{name}: {e}")
    expect(not wrong, "\n".join(wrong))


def check_archive(path, hidden):
    expect(re.fullmatch(r"varve-[0-9.]+-windows-x86_64\.zip", os.path.basename(path)), f"{path} is not named as archives for Windows are")
    files = files_of(path, os.path.basename(path)[:-len(".zip")] + "/")
    check_files(files, (*PROGRAMS, *DLLS, *OTHERS), DLLS, hidden)


def check_wheel(path, hidden):
    named = re.fullmatch(r"(varve_data-[0-9.]+)-(cp311-abi3-win_amd64)\.whl", os.path.basename(path))
    expect(named, f"{path} is not named as wheels for Windows are")
    files, info = files_of(path, ""), f"{named[1]}.dist-info"
    dlls = (PYTHON, *(f"varve/{name}" for name in DLLS))
    check_files(files, (*dlls, *(f"varve/{name}" for name in PROGRAMS), "varve/__init__.py", "varve_data/program.py", "varve/share/doc/varve/docs/use/start.md",
                        *(f"{info}/{name}" for name in ("METADATA", "licenses/varve.LICENSE", "licenses/sbom.spdx.json", "licenses/curl.copyright"))), dlls, hidden)
    expect(f"Tag: {named[2]}\n" in files[f"{info}/WHEEL"].decode(), "its tag is not that of its name")
    record = {}
    for line in files.pop(f"{info}/RECORD").decode().splitlines():
        name, digest, size = line.rsplit(",", 2)
        record[name] = digest
    record.pop(f"{info}/RECORD", None)
    expect(record == {name: "sha256=" + base64.urlsafe_b64encode(hashlib.sha256(data).digest()).rstrip(b"=").decode() for name, data in files.items()},
           "RECORD is not what is in it")
    odd = [name for name in files if name.endswith((".so", ".pem")) or ".so." in name]
    expect(not odd, f"has {odd}")


def main(path, *hidden):
    try:
        if path.endswith(".zip"):
            check_archive(path, hidden)
        elif path.endswith(".whl"):
            check_wheel(path, hidden)
        else:
            with open(path, "rb") as f:
                data = f.read()
            image, names = check_image(data, listed())
            check_hidden(os.path.basename(path), data, hidden)
            print(f"{os.path.basename(path)}: {len(names)} imports")
    except Wrong as e:
        print(f"inspect: {e}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
