#!/usr/bin/env python3
"""inspect_test.py: two sources of base, linked into a program for each kind of machine of macOS, pass inspect.py, and each fault that it
is there for is found. zig is in VARVE_MACOS_ROOT (~/.cache/varve-macos), where tests/package/macos/fetch puts it."""
import os
import struct
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(os.path.dirname(HERE)))
PLACE = os.environ.get("VARVE_MACOS_ROOT") or os.path.expanduser("~/.cache/varve-macos")
ZIG = os.path.join(PLACE, "zig/zig")
MAIN = "#include \"base/os.h\"\nint main(void) { return vv_cpu_count() == 0; }\n"
HINT = "__attribute__((used)) static const char hint[] = \"apt install xz\";\n"
NEWER = "extern int newer(void) __attribute__((availability(macos, introduced = 13.0)));\nint main(void) { return newer(); }\n"
STUB = "--- !tapi-tbd\ntbd-version: 4\ntargets: [ x86_64-macos, arm64-macos ]\ninstall-name: '{}'\nexports:\n  - targets: [ x86_64-macos, arm64-macos ]\n    symbols: [ _newer ]\n...\n"


def build(folder, arch, main, *words, least="12.0"):
    source, out = os.path.join(folder, "main.c"), os.path.join(folder, "program")
    with open(source, "w", encoding="utf-8") as f:
        f.write(main)
    target = f"{'aarch64' if arch == 'arm64' else arch}-macos.{least}"
    subprocess.run([ZIG, "cc", "-target", target, "-std=c11", "-w", "-D_DARWIN_C_SOURCE", "-g0", "-I", ROOT, "-o", out, source, *words], check=True, env=dict(
        os.environ, ZIG_GLOBAL_CACHE_DIR=f"{PLACE}/cache", ZIG_LOCAL_CACHE_DIR=f"{PLACE}/cache"))
    return out


def inspect(arch, path):
    run = subprocess.run([sys.executable, os.path.join(HERE, "inspect.py"), ZIG, f"{arch}:{path}"], capture_output=True, text=True)
    return run.stdout if run.returncode == 0 else run.stderr


def stub(folder, library):
    with open(os.path.join(folder, "libstub.tbd"), "w", encoding="utf-8") as f:
        f.write(STUB.format(library))
    return "-L" + folder, "-lstub"


def damage(path, at, byte):
    with open(path, "r+b") as f:
        f.seek(at)
        f.write(byte)


def main():
    if subprocess.run([os.path.join(HERE, "fetch"), "--zig", PLACE]).returncode:
        print("ok # skip zig cannot be had")
        return 0
    wrong = []

    def see(what, said, wanted):
        print(f"{what}: {said.strip()}")
        if wanted not in said:
            wrong.append(f"{what}: not '{wanted}'")

    with tempfile.TemporaryDirectory() as folder:
        sources = [os.path.join(ROOT, "base", name) for name in ("os.c", "sys.c")]
        for arch in ("arm64", "x86_64"):
            path = build(folder, arch, MAIN, *sources)
            see(f"a program for {arch}", inspect(arch, path), " imports, ")
        see("for another machine", inspect("arm64", path), "not for arm64")
        path = build(folder, "arm64", MAIN, *sources)
        damage(path, 0x4010, b"\x01\x02\x03")
        see("a byte after it was signed", inspect("arm64", path), "page 1 is not what was signed")
        path = build(folder, "arm64", MAIN, *sources)
        damage(path, os.path.getsize(path), b"\0")
        see("a byte more", inspect("arm64", path), "the signature is not what the file ends with")
        see("a hint for Debian", inspect("arm64", build(folder, "arm64", MAIN + HINT, *sources)), "hints at packages of Debian")
        see("for a newer macOS", inspect("arm64", build(folder, "arm64", MAIN, *sources, least="13.0")), "made for macOS (13, 0, 0)")
        path = build(folder, "arm64", NEWER, *stub(folder, "/usr/lib/libnot.1.dylib"))
        see("a library that macOS does not have", inspect("arm64", path), "needs /usr/lib/libnot.1.dylib")
        path = build(folder, "arm64", NEWER, *stub(folder, "/usr/lib/libiconv.2.dylib"))
        see("a function that its library does not have", inspect("arm64", path), "/usr/lib/libiconv.2.dylib has no _newer")
        path = build(folder, "arm64", NEWER.replace("newer", "iconv"), "-L" + HERE, "-liconv")
        see("a function that is newer", inspect("arm64", path), "_iconv is newer than macOS 12.0")
    print("\n".join(wrong) or "ok")
    return 1 if wrong else 0


sys.exit(main())
