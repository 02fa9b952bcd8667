#!/usr/bin/env python3
"""hostile.py 1|2: writes tables into the current folder whose names and cells are markup, scripts, marks that
turn writing round, a megabyte long, or three thousand columns wide; 2 has other values in some of them."""
import csv
import sys

second = sys.argv[1] == "2"
SCRIPT = "<script>window.harmed = 1</script>"
IMAGE = "<img src=x onerror='window.harmed = 2'>"
CELLS = [
    SCRIPT, IMAGE, '"><svg onload=window.harmed=3>', "javascript:window.harmed=4", "&lt;b&gt; &amp;amp;",
    "user\u202egpj.exe", "\u2066left\u2069", "\x1b[31mred", "tab\there", "two\nlines", "nul \u0001 end",
    "</td></tr></table><h1>out</h1>", "</title></script><h1>out</h1>", "--><!-- -->", "{{7*7}}", "${7*7}",
    "'; window.harmed = 5; '", "\ufeffmark", "soft\u00adhyphen", "\u0627\u0644\u0639\u0631\u0628\u064a\u0629",
    "a" * 300, "e\u0301" * 40 + "\u0301" * 60, "", "NA", " ", "\U0001f469\u200d\U0001f4bb",
]


def write(name, header, rows):
    with open(name, "w", encoding="utf-8", newline="") as f:
        w = csv.writer(f, lineterminator="\n")
        w.writerow(header)
        w.writerows(rows)


write("cells.csv", ["id", SCRIPT, IMAGE + "\u202e", "value"],
      [[i, cell, CELLS[-1 - i] if second else cell, i * (2 if second and i % 3 == 0 else 1)]
       for i, cell in enumerate(CELLS)])
write("long.csv", ["id", "text"], [[1, "x" * 1000000 + ("2" if second else "1")], [2, "short"]])
write("wide.csv", ["id"] + [f"column {i}" for i in range(2999)],
      [[r] + [r * i + (1 if second and r == 2 and i == 5 else 0) for i in range(2999)] for r in range(4)])
write("<b>bold & 'quoted' #1?.csv", ["a", "b"], [[1, 2], [3, 5 if second else 4]])
with open("words.txt", "w", encoding="utf-8") as f:
    f.write(SCRIPT + "\n" + "plain words\n")
with open("dot.png", "wb") as f:
    f.write(bytes.fromhex("89504e470d0a1a0a0000000d4948445200000001000000010806000000"
                          "1f15c4890000000d49444154789c6360f8cfc0f01f0005000"
                          "1ff56c72f0d0000000049454e44ae426082"))
with open("bytes.bin", "wb") as f:
    f.write(bytes(range(256)) * 4)
