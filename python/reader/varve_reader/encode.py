"""Text back in the encoding of its file (store.md, "Encodings")."""
import codecs

from .errors import Damaged
from .xxh3 import xxh3_128

# What iconv's names are called in Python, where Python does not know them; several are tried one after the other.
NAMES = {
    "shift_jis": ["cp932", "shift_jis"], "windows-31j": ["cp932"], "cp932-nec": ["cp932"], "big5": ["cp950", "big5"],
    "euc-jp": ["euc_jp", "eucjp_ms"], "ibm943": ["cp932"], "euc-kr": ["euc_kr", "cp949"], "gbk": ["gbk", "cp936"],
    "windows-874": ["cp874"], "tis-620": ["tis_620", "cp874"],
}


def _utf16(text, name):
    return text.decode("utf-8", "surrogatepass").encode(name, "surrogatepass")


def encode(text, name, size, digest):
    """The file's bytes: those with that length and hash."""
    tried = []
    for codec in NAMES.get(name.lower(), [name]):
        try:
            codecs.lookup(codec)
        except LookupError:
            continue
        tried.append(codec)
        try:
            data = _utf16(text, name) if name in ("UTF-16LE", "UTF-16BE") else \
                text.decode("utf-8", "surrogateescape").encode(codec, "surrogateescape")
        except UnicodeError:
            continue
        if len(data) == size and xxh3_128(data) == digest:
            return data
    raise Damaged(f"the text does not give the file back in {name}" if tried else
                  f"this Python does not know the encoding {name}; its text can be had with --text")
