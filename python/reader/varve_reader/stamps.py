"""Reads time stamps of heads (heads.md, "Outside time"), and checks them by the program openssl."""
import base64
import datetime
import hashlib
import os
import re
import subprocess
import tempfile
from collections import namedtuple

from .errors import Damaged, Missing

TOKEN_MAX = 24 << 10
ACCURACY_MAX = 86400
Stamp = namedtuple("Stamp", "sha256 token")  # token: None if the line is damaged, or its signature false
Stamped = namedtuple("Stamped", "time latest authority why")  # why: None, or why nobody vouches for the time


def read_stamp(message, parents, check_signature):
    """Returns the Stamp in a head's message, or None. check_signature(armored, text) raises Damaged."""
    found = re.search(rb"(?m)^stamp rfc3161 ([^ \n]*) ?(.*)$", message)
    if not found:
        return None
    text = b"varve stamp 1\n" + b"".join(b"parent %s\n" % p.encode() for p in parents) + b"\n" + message[:found.start()]
    try:
        check_signature(b"-----BEGIN SSH SIGNATURE-----\n" + found[1] + b"\n-----END SSH SIGNATURE-----", text)
        token = base64.b64decode(found[2], validate=True)
    except (Damaged, ValueError):
        token = b""
    digest = hashlib.sha256(text + b"signature " + found[1] + b"\n").hexdigest()
    return Stamp(digest, token if 0 < len(token) <= TOKEN_MAX else None)


def _openssl(*args):
    try:
        return subprocess.run(["openssl", *args], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL,
                              env=dict(os.environ, LC_ALL="C"), check=False, timeout=60)
    except FileNotFoundError:
        raise Missing("the program openssl, which checks time stamps, is not installed") from None


def _is_whole(token):
    """Returns whether a token is one DER sequence and nothing else."""
    size = token[1] & 127 if len(token) > 1 and token[1] > 127 else 0
    length = int.from_bytes(token[2:2 + size], "big") if size else token[1] if len(token) > 1 else 0
    return token[:1] == b"0" and len(token) == 2 + size + length


def _read(path):
    """Returns (time, latest time, None) that a token says; or (0, 0, what is wrong with it)."""
    text = _openssl("ts", "-reply", "-token_in", "-in", path, "-text").stdout.decode("utf-8", "replace")
    found = re.search(r"(?m)^Time stamp: (\w+ +\d+ [\d:]+)(?:\.\d+)? (\d+) GMT$", text)
    slow = re.search(r"(?m)^Accuracy: (?:(\S+) seconds|unspecified)?(.*)$", text)
    if not found:
        return 0, 0, "damaged"
    if not re.search(r"(?m)^Hash Algorithm: sha256$", text):
        return 0, 0, "not valid: message imprint mismatch: it is not a SHA-256"
    if re.search(r"(?m)^\S.*: critical$", text.partition("\nExtensions:")[2]):
        return 0, 0, "not valid: unknown critical extension"
    when = datetime.datetime.strptime(f"{found[1]} {found[2]} +0000", "%b %d %H:%M:%S %Y %z").timestamp()
    seconds = int(slow[1], 0) if slow and slow[1] and "-" not in slow[1] else -1 if slow and slow[1] else 0
    if not 0 <= seconds <= ACCURACY_MAX:
        return 0, 0, "not valid: its accuracy is not between 0 and 86,400 seconds"
    part = slow and re.search(r"\d+ (millis|micros)|0x\w+ (millis|micros)", slow[2])
    return int(when), int(when) + seconds + 1 + bool(part), None


def _reason(text):
    """Returns why openssl did not verify a token."""
    found = re.findall(r"Verify error:[^\n]*", text) or re.findall(r":error:\w+:[^:\n]*:[^:\n]*:([^:\n]+)", text) or \
        re.findall("message imprint mismatch|signature failure", text)
    return (found or ["no named authority signed it"])[0]


def check_stamp(stamp, authority):
    """Returns what is known of a stamp: a Stamped. authority: a file with certificates that the user trusts, or None."""
    if stamp.token is None:
        return Stamped(0, 0, None, "the time stamp is damaged, or its signer did not sign it")
    if authority is None:
        return Stamped(0, 0, None, "no authority is named (--authority), so its time stamp was not checked")
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "token")
        with open(path, "wb") as f:
            f.write(stamp.token)
        *said, wrong = _read(path) if _is_whole(stamp.token) else (0, 0, "damaged")
        if wrong:
            return Stamped(0, 0, None, "the time stamp is " + wrong)
        done = _openssl("ts", "-verify", "-digest", stamp.sha256, "-in", path, "-token_in", "-CAfile", authority, "-partial_chain",
                        "-auth_level", "2", "-attime", str(said[0]))
        text = done.stdout.decode("utf-8", "replace")
        if done.returncode != 0 or "Verification: OK" not in text:
            return Stamped(*said, None, "the time stamp is not valid: " + _reason(text))
        print_out = _openssl("pkcs7", "-inform", "DER", "-in", path, "-print", "-noout").stdout.decode("utf-8", "replace")
        digests = re.findall(r"digest_alg: *\n? *algorithm: (\S+)", print_out)
        if not digests or not all(re.fullmatch("sha(3-|512-)?(256|384|512)", d) for d in digests):
            return Stamped(*said, None, "the time stamp's digest is too weak")
        if not re.search(r"object: contentType \S+\s+set:\s+OBJECT:id-smime-ct-TSTInfo ", print_out):
            return Stamped(*said, None, "the time stamp is not valid: it is signed as another kind of content")
        return Stamped(*said, os.path.basename(authority), None)
