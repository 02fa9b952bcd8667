#!/usr/bin/env python3
"""inspect.py ZIG ARCHIVE [HIDDEN...]: looks at varve-VERSION-macos-ARCH-preview.tar.gz, or at one program (as ARCH:FILE), without a Mac: what dyld and the
kernel of macOS 12 ask of a program. Each is for its machine, needs 12.0 and no more, brings nothing but libraries that macOS has, imports only
what the list of that library has (zig's of libSystem; ours beside this file), and what is newer than 12.0 is not among it; its signature
holds the sum of each page of the file as it is; no hint is for another system; no file names one of the paths HIDDEN."""
import glob
import hashlib
import os
import re
import struct
import sys
import tarfile

CPU = {"arm64": 0x0100000C, "x86_64": 0x01000007}
PAGE = {"arm64": 0x4000, "x86_64": 0x1000}
LEAST = (12, 0, 0)
HERE = os.path.dirname(os.path.abspath(__file__))
PROGRAMS = ("varve", "varve-web", "varve-vault", "varve-ipfs", "varve-sql")
EXECUTE, DYLIB = 2, 6
SYMTAB, LOAD_DYLIB, ID_DYLIB, LOADER, SEGMENT, SIGNATURE, RPATH, BUILD_VERSION, MAIN = 0x2, 0xC, 0xD, 0xE, 0x19, 0x1D, 0x8000001C, 0x32, 0x80000028
DYLD_INFO, CHAINED = 0x80000022, 0x80000034
# None of these changes what is loaded: indices of symbols, UUID, starts of functions, data in code, version of the sources, exports.
HARMLESS = {0xB, 0x1B, 0x26, 0x29, 0x2A, 0x80000033}


class Wrong(Exception):
    pass


def expect(held, what):
    if not held:
        raise Wrong(what)


def uleb(data, at):
    value = shift = 0
    while True:
        byte = data[at]
        at += 1
        value |= (byte & 0x7F) << shift
        shift += 7
        if byte < 0x80:
            return value, at


def listed(zig, arch):
    """What libraries of the system export, by the path of each: {path: names}."""
    found = {}
    for path in (os.path.join(os.path.dirname(os.path.realpath(zig)), "lib/libc/darwin/libSystem.tbd"), *glob.glob(os.path.join(HERE, "*.tbd"))):
        with open(path, encoding="utf-8") as f:
            documents = f.read().split("--- !tapi-tbd")[1:]
        names = set()
        for document in documents:
            here = False
            for key, value in re.findall(r"([\w-]+):\s*\[([^\]]*)\]", document.split("exports:", 1)[-1]):
                words = re.findall(r"[^\s,'\"]+", value)
                if key == "targets":
                    here = any(w in words for w in (f"{arch}-macos", f"{arch}e-macos"))
                elif here and key.endswith("symbols"):
                    names.update(words)
        found[re.search(r"install-name:\s*'?([^'\s]+)", documents[0])[1]] = names
    return found


def binds(data):
    """What dyld looks up: (number of the library, name, may be absent)."""
    at = library = 0
    name, weak = "", False
    while at < len(data):
        code, low = data[at] & 0xF0, data[at] & 0x0F
        at += 1
        if code == 0x10:
            library = low
        elif code == 0x20:
            library, at = uleb(data, at)
        elif code == 0x30:
            library = -((16 - low) & 0xF)
        elif code == 0x40:
            end = data.index(0, at)
            name, weak, at = data[at:end].decode(), bool(low & 1), end + 1
        elif code in (0x60, 0x70, 0x80, 0xA0):
            _, at = uleb(data, at)
        elif code == 0xC0:
            _, at = uleb(data, at)
            _, at = uleb(data, at)
        elif code not in (0x00, 0x50, 0x90, 0xB0):
            raise Wrong(f"bind opcode {code:#x}")
        if code in (0x90, 0xA0, 0xB0, 0xC0):
            yield library, name, weak


def chained(data):
    """The same, of LC_DYLD_CHAINED_FIXUPS."""
    _, _, imports, symbols, count, form, packed = struct.unpack_from("<7I", data)
    expect(form in (1, 2) and packed == 0, f"chained imports of the form {form}")
    for i in range(count):
        value, = struct.unpack_from("<I", data, imports + i * (4 if form == 1 else 8))
        library, weak, name = value & 0xFF, value >> 8 & 1, symbols + (value >> 9)
        yield library if library < 0xF0 else library - 256, data[name:data.index(0, name)].decode(), bool(weak)


def check_signature(data, offset, size, text_size):
    expect(offset + size == len(data), "the signature is not what the file ends with")
    blob = data[offset:]
    magic, _, count = struct.unpack_from(">3I", blob)
    expect(magic == 0xFADE0CC0, "no signature")
    at = next((at for kind, at in (struct.unpack_from(">2I", blob, 12 + 8 * i) for i in range(count)) if kind == 0), None)
    expect(at is not None, "the signature has no code directory")
    directory = blob[at:]
    (magic, _, _, flags, hashes, _, _, slots, limit, hash_size, hash_type, _, page_bits) = struct.unpack_from(">9I4B", directory)
    expect(magic == 0xFADE0C02 and flags & 0x2, "the signature is not an ad-hoc one")
    expect((hash_type, hash_size) == (2, 32), "the signature has no SHA-256")
    expect(limit == offset, "the signature does not cover the file")
    page = 1 << page_bits
    expect(slots == (limit + page - 1) // page, "the signature leaves pages out")
    for i in range(slots):
        wanted = directory[hashes + 32 * i:hashes + 32 * i + 32]
        expect(hashlib.sha256(data[i * page:min((i + 1) * page, limit)]).digest() == wanted, f"page {i} is not what was signed")
    base, covered = struct.unpack_from(">2Q", directory, 64)
    expect(base == 0 and covered == text_size, "the signature covers another __TEXT")
    return slots


class Program:
    def __init__(self, data, arch):
        magic, cpu, _, self.kind, count, _, self.flags, _ = struct.unpack_from("<8I", data)
        expect(magic == 0xFEEDFACF and cpu == CPU[arch], f"not for {arch}")
        self.libraries, self.rpaths, self.segments, self.defined, self.id = [], [], {}, set(), None
        self.least = self.symbols = self.signature = None
        self.main, self.imports = False, set()
        at = 32
        for _ in range(count):
            command, size = struct.unpack_from("<2I", data, at)
            self.take(data, command, at, size, arch)
            at += size
        if self.symbols:
            self.read_symbols(data)
        self.defined -= {"__mh_dylib_header", "__mh_execute_header", "___dso_handle"}  # the linker's

    def text(self, data, at, size):
        start, = struct.unpack_from("<I", data, at + 8)
        return data[at + start:at + size].split(b"\0")[0].decode()

    def take(self, data, command, at, size, arch):
        if command == SEGMENT:
            name, address, _, offset, length = struct.unpack_from("<16s4Q", data, at + 8)
            name = name.rstrip(b"\0").decode()
            self.segments[name] = (offset, length)
            expect(address % PAGE[arch] == 0 and offset % PAGE[arch] == 0, f"{name} begins inside of a page")
            expect(offset + length <= len(data), f"{name} goes beyond the file")
        elif command == BUILD_VERSION:
            platform, least = struct.unpack_from("<2I", data, at + 8)
            expect(platform == 1, "not for macOS")
            self.least = (least >> 16, least >> 8 & 0xFF, least & 0xFF)
        elif command == LOAD_DYLIB:
            self.libraries.append(self.text(data, at, size))
        elif command == ID_DYLIB:
            self.id = self.text(data, at, size)
        elif command == RPATH:
            self.rpaths.append(self.text(data, at, size))
        elif command == SIGNATURE:
            self.signature = struct.unpack_from("<2I", data, at + 8)
        elif command == SYMTAB:
            self.symbols = struct.unpack_from("<4I", data, at + 8)
        elif command == DYLD_INFO:
            for offset, length in zip(*[iter(struct.unpack_from("<10I", data, at + 8)[2:8])] * 2):
                self.imports |= set(binds(data[offset:offset + length]))
        elif command == CHAINED:
            offset, length = struct.unpack_from("<2I", data, at + 8)
            self.imports |= set(chained(data[offset:offset + length]))
        elif command == MAIN:
            self.main = True
        elif command == LOADER:
            expect(self.text(data, at, size) == "/usr/lib/dyld", "another loader than dyld")
        else:
            expect(command in HARMLESS, f"load command {command:#x}")

    def read_symbols(self, data):
        offset, count, strings, _ = self.symbols
        for i in range(count):
            name, kind, _, described, _ = struct.unpack_from("<IBBHQ", data, offset + 16 * i)
            if kind & 0xE0 or not kind & 1 or kind & 0x10:  # for a debugger, local, or of this file alone
                continue
            name = data[strings + name:data.index(0, strings + name)].decode()
            if kind & 0x0E:
                self.defined.add(name)
            else:
                self.imports.add((described >> 8, name, bool(described & 0x40)))


def check_program(data, arch, known, beside):
    """beside: what libraries of the archive export, by @rpath/NAME."""
    p = Program(data, arch)
    expect(p.least == LEAST, f"made for macOS {p.least}, not {LEAST}")
    expect(b"apt install" not in data, "hints at packages of Debian")
    expect(p.flags & 0x80, "names are looked up in every library")
    if p.kind == EXECUTE:
        expect(p.main and p.flags & 0x200000, "a program without main, or at a fixed address")
        expect(not p.rpaths, f"looks for libraries in {p.rpaths}")
    else:
        expect(p.kind == DYLIB and set(p.rpaths) <= {"@loader_path"}, f"of the kind {p.kind}, looks for libraries in {p.rpaths}")
    exports = dict(known, **beside)
    for library in p.libraries:
        expect(library in exports, f"needs {library}")
    expect("/usr/lib/libSystem.B.dylib" in p.libraries and p.imports, "imports nothing")
    for number, name, weak in sorted(p.imports):
        if name == "dyld_stub_binder":
            continue
        expect(1 <= number <= len(p.libraries), f"looks for {name} in no library ({number})")
        library = p.libraries[number - 1]
        expect(name in exports[library], f"{library} has no {name}")
        expect(not weak, f"{name} is newer than macOS {LEAST[0]}.{LEAST[1]}")
    if p.signature is None:
        expect(arch != "arm64", "not signed")
        signed = "not signed"
    else:
        signed = f"{check_signature(data, *p.signature, p.segments['__TEXT'][1])} signed pages"
    return p, signed


def check_archive(path, zig, hidden):
    arch = re.fullmatch(r"varve-[0-9.]+-macos-(arm64|x86_64)-preview\.tar\.gz", os.path.basename(path))[1]
    top = os.path.basename(path)[:-len(".tar.gz")]
    known, files = listed(zig, arch), {}
    with tarfile.open(path) as tar:
        for member in tar:
            expect(member.name == top or member.name.startswith(top + "/"), f"{member.name} is outside of {top}")
            expect((member.uid, member.gid) == (0, 0) and member.mode & 0o7022 == 0 or member.issym(), f"{member.name}: owner or mode")
            if member.isfile():
                files[member.name[len(top) + 1:]] = (tar.extractfile(member).read(), member.mode)
            elif member.issym():
                expect("/" not in member.linkname, f"{member.name} leads to {member.linkname}")
            else:
                expect(member.isdir(), f"{member.name} is not a file")
    for name, (data, _) in files.items():
        for word in hidden:
            expect(word.encode() not in data, f"{name} names {word}")
    wanted = {f"bin/{p}" for p in PROGRAMS}
    machine = sorted(n for n, (d, _) in files.items() if d[:4] in (b"\xcf\xfa\xed\xfe", b"\xca\xfe\xba\xbe", b"\xce\xfa\xed\xfe"))
    expect(wanted <= set(machine), f"no {sorted(wanted - set(machine))}")
    beside, wrong = {}, []
    for name in sorted(machine, key=lambda n: not os.path.basename(n).startswith("libvarve.")):
        data, mode = files[name]
        try:
            p, signed = check_program(data, arch, known, beside)
            if p.id and os.path.basename(name) == "varve0.dylib":
                expect(p.defined == {"_sqlite3_varve_init"}, f"exports {sorted(p.defined)}")
            elif p.id:
                with open(os.path.join(HERE, "../../../lib/symbols.txt"), encoding="utf-8") as f:
                    public = {"_" + s for s in f.read().split()}
                expect(p.defined == public, f"exports {sorted(p.defined - public)[:5]}, not {sorted(public - p.defined)[:5]}")
                expect(p.id.startswith("@rpath/libvarve.0"), f"is {p.id}")
                beside[p.id] = p.defined
            else:
                expect(mode == 0o755, f"mode {mode:o}")
            print(f"{name}: {len(data)} bytes, macOS {LEAST[0]}.{LEAST[1]}, {len(p.imports)} imports, {signed}; {', '.join(p.libraries)}")
        except Wrong as e:
            wrong.append(f"{name}: {e}")
    expect(not wrong, "\n".join(wrong))


def main(zig, what, *hidden):
    try:
        if ":" in what:
            arch, path = what.split(":", 1)
            with open(path, "rb") as f:
                p, signed = check_program(f.read(), arch, listed(zig, arch), {})
            print(f"{os.path.basename(path)}: {len(p.imports)} imports, {signed}")
        else:
            check_archive(what, zig, hidden)
    except Wrong as e:
        print(f"inspect: {e}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
