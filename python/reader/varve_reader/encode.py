"""Converts text to the encoding of its file (store.md, "Encodings")."""
import codecs

from .errors import Damaged
from .xxh3 import xxh3_128

# What iconv's names are called in Python, where Python does not know them; several are tried one after the other.
NAMES = {
    "shift_jis": ["windows-31j", "cp932", "shift_jis"], "cp932-nec": ["cp932"], "big5": ["cp950", "big5"],
    "euc-jp": ["euc_jp", "eucjp_ms"], "euc-kr": ["euc_kr", "cp949"], "gbk": ["gbk", "cp936"],
    "windows-874": ["cp874"], "tis-620": ["tis_620", "cp874"],
}


def _own_bytes(error):
    """Error handler: encodes a stray byte, and in iconv's EUC encodings a control character above 127, as this byte."""
    codes = [ord(c) - (0xDC00 if c >= "\udc80" else 0) for c in error.object[error.start:error.end]]
    if not isinstance(error, UnicodeEncodeError) or not all(0x80 <= code <= 0xFF for code in codes):
        raise error
    return bytes(codes), error.end


codecs.register_error("varve", _own_bytes)


def _ibm_places():
    """Maps the characters that Python's cp932 encodes with NEC's codes to their codes in windows-31j."""
    table = {}
    for code in range(0xFA40, 0xFC4C):
        text = code.to_bytes(2, "big").decode("cp932", "ignore")
        if len(text) == 1 and text.encode("cp932")[0] in (0xED, 0xEE):
            table[ord(text)] = chr(0xDC00 + (code >> 8)) + chr(code & 255 | (0xDC00 if code & 128 else 0))
    return table


def _encode(text, codec):
    if codec == "windows-31j":
        return text.decode("utf-8", "surrogateescape").translate(_ibm_places()).encode("cp932", "varve")
    if codec in ("UTF-16LE", "UTF-16BE"):
        return text.decode("utf-8", "surrogatepass").encode(codec, "surrogatepass")
    return text.decode("utf-8", "surrogateescape").encode(codec, "varve")


def encode(text, name, size, digest):
    """Converts text to the encoding `name`, and returns the bytes that have this size and hash."""
    known = False
    for codec in NAMES.get(name.lower(), [name]):
        try:
            data, known = _encode(text, codec), True
            if len(data) == size and xxh3_128(data) == digest:
                return data
        except UnicodeError:
            known = True
        except LookupError:
            pass
    raise Damaged(f"the text does not give the file back in {name}" if known else
                  f"this Python does not know the encoding {name}; its text can be had with --text")
