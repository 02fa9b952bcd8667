"""check_python.py TABLE: what a script for the job does: csv, a type check of each cell, a
set for the key."""

import csv
import re
import sys
from datetime import date

REGIONS = {"N", "S", "E", "W", "NE", "NW", "SE", "SW", "C", "I"}
STATUS = {"new", "open", "paid", "sent", "done"}
SKU = re.compile("[A-H][0-9]{5}").fullmatch


def main(path):
    keys = set()
    wrong = 0
    with open(path, newline="", encoding="utf-8") as file:
        rows = csv.reader(file)
        next(rows)
        for row in rows:
            try:
                key = int(row[0])
                ok = key not in keys and date.fromisoformat(row[1]) >= date(2014, 1, 1)
                keys.add(key)
                ok = ok and row[2] in REGIONS and int(row[3]) >= 0 and SKU(row[4]) and int(row[6]) >= 1
                ok = ok and float(row[7]) >= 0 and row[9] in ("true", "false") and row[10] in STATUS
                ok = ok and row[12] != "" and int(row[13]) <= 100 and len(row[14]) <= 1
                int(row[8]), int(row[11]), float(row[16]), int(row[17]), int(row[19])
            except (ValueError, IndexError):
                ok = False
            wrong += not ok
    print(f"{wrong} wrong rows, {len(keys)} keys")
    return wrong > 0


sys.exit(main(sys.argv[1]))
