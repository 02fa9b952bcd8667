"""Writes a C header that defines MACRO as a 64-bit hash of the C sources below FOLDERs: their names and bytes.

usage: source_hash.py OUT.h MACRO ROOT FOLDER...
"""

import hashlib
import sys
from pathlib import Path

out, macro, root, *folders = sys.argv[1:]
whole = hashlib.sha256()
for path in sorted(p for folder in folders for p in Path(root, folder).rglob("*.[ch]")):
    whole.update(f"{path.relative_to(root)}\n{hashlib.sha256(path.read_bytes()).hexdigest()}\n".encode())
Path(out).write_text(f"/* Made by tests/cmake/source_hash.py from {' '.join(folders)}. */\n"
                     f"#define {macro} 0x{whole.hexdigest()[:16]}u\n")
