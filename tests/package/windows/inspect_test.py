#!/usr/bin/env python3
"""inspect_test.py: a program of base's sources and a wheel, made for Windows by mingw-w64, pass inspect.py, and each fault that it is there for is found."""
import base64
import hashlib
import os
import shutil
import struct
import subprocess
import sys
import tempfile
import zipfile

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(os.path.dirname(HERE)))
COMPILER = "x86_64-w64-mingw32-gcc-posix"
MAIN = "#include \"base/os.h\"\nint main(void) { return vv_cpu_count() == 0; }\n"
HINT = "__attribute__((used)) static const char hint[] = \"apt install xz\";\n"
NEWER = "#include <windows.h>\nint main(void) { return SetThreadDescription(GetCurrentThread(), L\"x\"); }\n"
OTHER = "#include <windows.h>\n#include <mmsystem.h>\nint main(void) { return timeGetTime() == 0; }\n"
FLAGS = ("-O1", "-std=gnu11", "-w", "-D_WIN32_WINNT=0x0A00", "-DNTDDI_VERSION=0x0A000006", "-DWIN32_LEAN_AND_MEAN", "-D_FILE_OFFSET_BITS=64",
         "-D__USE_MINGW_ANSI_STDIO=1", "-D_POSIX_C_SOURCE=200809L", *(word for folder in ("", "base/windows/include", "include") for word in ("-I", os.path.join(ROOT, folder))))
OF_BASE = ("-include", "base/os_windows.h")
WINDOWS = ("-Wl,--no-insert-timestamp", "-Wl,--major-subsystem-version=10", "-Wl,--minor-subsystem-version=0", "-static", "-s")


def compile_base(folder):
    """The objects of base/windows, which are made once."""
    names = ("os", "paths", "environment", "fnmatch", "iconv", "files")
    objects = [os.path.join(folder, f"{name}.o") for name in names]
    if not os.path.exists(objects[-1]):
        subprocess.run([COMPILER, *FLAGS, *OF_BASE, "-c", *(os.path.join(ROOT, "base/windows", f"{name}.c") for name in names)], check=True, cwd=folder)
    return objects


def build(folder, main, *words):
    source, out = os.path.join(folder, "main.c"), os.path.join(folder, "program.exe")
    with open(source, "w", encoding="utf-8") as f:
        f.write(main)
    of_base = [*OF_BASE, *compile_base(folder)] if "base/os.h" in main else []
    subprocess.run([COMPILER, *FLAGS, "-o", out, source, *of_base, *WINDOWS, *words, "-lws2_32"], check=True)
    return out


def library(folder, names):
    """A DLL that exports these functions."""
    source, out = os.path.join(folder, "library.c"), os.path.join(folder, "library.dll")
    with open(source, "w", encoding="utf-8") as f:
        f.writelines(f"__declspec(dllexport) void {name}(void) {{}}\n" for name in names)
    subprocess.run([COMPILER, "-O1", "-w", "-shared", "-o", out, source, *WINDOWS], check=True)
    with open(out, "rb") as f:
        return f.read()


def wheel_files(folder):
    """What inspect.py wants in a wheel, with DLLs and programs that do nothing."""
    with open(os.path.join(ROOT, "lib/symbols.txt"), encoding="utf-8") as f:
        public = f.read().split()
    with open(build(folder, MAIN), "rb") as f:
        program = f.read()
    info = "varve_data-1.0.0.dist-info"
    files = {f"varve/bin/{name}.exe": program for name in ("varve", "varve-sql", "varve-web")}
    files |= {"varve/bin/varve.dll": library(folder, public), "varve/bin/varve0.dll": library(folder, ["sqlite3_varve_init"]),
              "varve/bin/libcurl.dll": library(folder, ["curl_easy_init"]), "varve/_varve.pyd": library(folder, ["PyInit__varve"])}
    files |= {name: b"x" for name in ("varve/__init__.py", "varve_data/program.py", "varve/share/doc/varve/docs/use/start.md", f"{info}/METADATA",
                                      *(f"{info}/licenses/{n}" for n in ("varve.LICENSE", "sbom.spdx.json", "curl.copyright")))}
    files[f"{info}/WHEEL"] = b"Wheel-Version: 1.0\nTag: cp311-abi3-win_amd64\n"
    return files


def inspect_wheel(folder, files, late=(), tag="cp311-abi3-win_amd64"):
    """What inspect.py says of a wheel with these files, and with some that came after its RECORD was written."""
    path = os.path.join(folder, f"varve_data-1.0.0-{tag}.whl")
    record = "".join(f"{n},sha256={base64.urlsafe_b64encode(hashlib.sha256(d).digest()).rstrip(b'=').decode()},{len(d)}\n" for n, d in files.items())
    with zipfile.ZipFile(path, "w") as f:
        for name, data in {**files, **dict(late), "varve_data-1.0.0.dist-info/RECORD": record.encode()}.items():
            f.writestr(zipfile.ZipInfo(name), data)
    return inspect(path)


def inspect(path, *hidden):
    run = subprocess.run([sys.executable, os.path.join(HERE, "inspect.py"), path, *hidden], capture_output=True, text=True)
    return run.stdout if run.returncode == 0 else run.stderr


def change(path, at, byte):
    """at: from the start of the optional header."""
    with open(path, "r+b") as f:
        f.seek(0x3C)
        f.seek(struct.unpack("<I", f.read(4))[0] + 24 + at)
        f.write(byte)


def main():
    if not shutil.which(COMPILER):
        print(f"ok # skip {COMPILER} is not installed")
        return 0
    wrong = []

    def see(what, said, wanted):
        print(f"{what}: {said.strip()}")
        if wanted not in said:
            wrong.append(f"{what}: not '{wanted}'")

    with tempfile.TemporaryDirectory() as folder:
        see("a program", inspect(build(folder, MAIN)), " imports")
        see("a path", inspect(build(folder, MAIN.replace("int", f"__attribute__((used)) static const char p[] = \"{folder}\";\nint")), folder), f"names {folder}")
        see("a path in UTF-16", inspect(build(folder, MAIN.replace("int", "#include <wchar.h>\n__attribute__((used)) static const wchar_t p[] = L\"/home/ada\";\nint")), "/home/ada"), "names /home/ada")
        see("a hint for Debian", inspect(build(folder, MAIN + HINT)), "hints at packages of Debian")
        see("a window", inspect(build(folder, MAIN, "-mwindows")), "of the subsystem 2")
        see("for an older Windows", inspect(build(folder, MAIN, "-Wl,--major-subsystem-version=5")), "made for Windows 5.0")
        see("at one address", inspect(build(folder, MAIN, "-Wl,--disable-dynamicbase")), "without HIGH_ENTROPY_VA")
        see("data that runs", inspect(build(folder, MAIN, "-Wl,--disable-nxcompat")), "without NX_COMPAT")
        see("a time", inspect(build(folder, MAIN, "-Wl,--insert-timestamp")), "has the time")
        see("a function that is not listed", inspect(build(folder, NEWER)), "imports SetThreadDescription of ")
        see("a DLL that is not listed", inspect(build(folder, OTHER, "-lwinmm")), "needs WINMM.dll")
        path = build(folder, MAIN)
        change(path, -20, b"\x64\xaa")
        see("for arm64", inspect(path), "not for x86-64")
        see("not a program", inspect(os.path.join(folder, "main.c")), "not a program")
        files = wheel_files(folder)
        see("a wheel", inspect_wheel(folder, files), "varve/_varve.pyd: ")
        see("a wheel of another name", inspect_wheel(folder, files, tag="py3-none-any"), "not named as wheels for Windows are")
        see("a wheel with another tag", inspect_wheel(folder, {**files, "varve_data-1.0.0.dist-info/WHEEL": b"Tag: py3-none-any\n"}), "its tag is not")
        see("a wheel without its module", inspect_wheel(folder, {n: d for n, d in files.items() if not n.endswith(".pyd")}), "no ['varve/_varve.pyd']")
        see("a wheel with a file that is not in RECORD", inspect_wheel(folder, files, {"varve/new.py": b"x"}), "RECORD is not")
        see("a wheel with a library of Linux", inspect_wheel(folder, {**files, "varve/varve0.so": b"x"}), "has ['varve/varve0.so']")
        see("a module that exports more", inspect_wheel(folder, {**files, "varve/_varve.pyd": library(folder, ["PyInit__varve", "other"])}), "_varve.pyd: exports ['other']")
    print("\n".join(wrong) or "ok")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
