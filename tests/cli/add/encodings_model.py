"""Every character of an encoding, in a table, beside what Python's codec makes of the file.

encodings_model.py CODEC FILE TEXT writes FILE, which has each character that the codec has in a row of its own, and TEXT, the same in UTF-8.
"""
import sys


def main(codec, path, text_path):
    rows = ["id,c\r\n"]
    for point in range(0x80, 0x10000):
        if 0xd800 <= point <= 0xdfff:
            continue
        try:
            char = chr(point).encode(codec)
            if char.decode(codec) == chr(point) and b"," not in char and char != b"\xef\xbb\xbf":
                rows.append("%d,%s\r\n" % (point, chr(point)))
        except UnicodeError:
            pass
    text = "".join(rows)
    with open(path, "wb") as out:
        out.write(text.encode(codec))
    with open(text_path, "wb") as out:
        out.write(text.encode())


main(*sys.argv[1:])
