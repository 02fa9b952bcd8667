#!/usr/bin/env python3
"""footer.py LIBRARY EXTENSION VERSION: writes EXTENSION, the shared library with the footer that DuckDB reads before it loads an extension:
a custom section of WebAssembly with eight fields of 32 bytes, the last one first, and room for a signature."""
import pathlib
import platform
import sys

API = "v1.2.0"  # of DuckDB's C API for extensions: every later 1.x and 2.x has it
SYSTEMS = {"Linux": "linux", "Darwin": "osx"}
MACHINES = {"x86_64": "amd64", "aarch64": "arm64", "arm64": "arm64"}


def footer(version):
    system = f"{SYSTEMS[platform.system()]}_{MACHINES[platform.machine()]}"
    fields = ("", "", "", "C_STRUCT", version, API, system, "4")
    name = b"duckdb_signature"
    head = b"\0\x93\x04" + bytes([len(name)]) + name + b"\x80\x04"
    return head + b"".join(f.encode().ljust(32, b"\0") for f in fields) + bytes(256)


if __name__ == "__main__":
    library, extension, version = sys.argv[1:]
    end = footer(version)
    assert len(end) == 534
    pathlib.Path(extension).write_bytes(pathlib.Path(library).read_bytes() + end)
