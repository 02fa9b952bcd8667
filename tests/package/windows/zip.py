#!/usr/bin/env python3
"""zip.py FOLDER SECONDS FILE: an archive of all files of FOLDER, below its name, in order and with one time (SOURCE_DATE_EPOCH's), so that
it has the same bytes whenever it is made."""
import os
import sys
import time
import zipfile


def main(folder, seconds, out):
    when = time.gmtime(max(int(seconds), 315532800))[:6]  # 1980
    top = os.path.dirname(os.path.abspath(folder))
    names = sorted(os.path.join(where, name) for where, _, names in os.walk(folder) for name in names)
    with zipfile.ZipFile(out, "w") as archive:
        for name in names:
            entry = zipfile.ZipInfo(os.path.relpath(name, top), when)
            entry.create_system, entry.external_attr = 3, 0o100644 << 16
            with open(name, "rb") as f:
                archive.writestr(entry, f.read(), zipfile.ZIP_DEFLATED, 9)


main(*sys.argv[1:])
