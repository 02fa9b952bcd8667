#!/usr/bin/env python3
"""Two tables in which runs of rows come several times: repeated_rows.py SEED OLD NEW."""

import random
import sys

ROWS = 1000

seed, old, new = int(sys.argv[1]), sys.argv[2], sys.argv[3]
rng = random.Random(seed)
run = [f"{i},{i * 2654435761 % 2**30},word{i * 7919 % 1000},some text to make it longer {i * 104729 % 65536}\n"
       for i in range(4 * ROWS)]


def write(path, rows):
    with open(path, "w", encoding="ascii") as f:
        f.write("a,b,c,d\n" + "".join(rows))


rows = [row for _ in range(30) for row in run[rng.randrange(3) * ROWS:]]
write(old, rows)
for _ in range(6):
    at = rng.randrange(len(rows))
    if rng.random() < 0.5:
        del rows[at:at + rng.randrange(1, 6 * ROWS)]
    else:
        start = rng.randrange(len(rows))
        rows[at:at] = rows[start:start + rng.randrange(1, 6 * ROWS)]
write(new, rows)
