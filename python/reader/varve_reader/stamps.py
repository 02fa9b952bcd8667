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


def _read(path):
    """Returns (time, latest time) that a token says, or None."""
    text = _openssl("ts", "-reply", "-token_in", "-in", path, "-text").stdout.decode("utf-8", "replace")
    found = re.search(r"(?m)^Time stamp: (\w+ +\d+ [\d:]+)(?:\.\d+)? (\d+) GMT$", text)
    slow = re.search(r"(?m)^Accuracy: (?:(0x[0-9A-Fa-f]+|\d+) seconds|unspecified)?(.*)$", text)
    if not found:
        return None
    when = datetime.datetime.strptime(f"{found[1]} {found[2]} +0000", "%b %d %H:%M:%S %Y %z").timestamp()
    seconds = int(slow[1], 0) if slow and slow[1] else 0
    return int(when), int(when) + seconds + 1 + bool(slow and re.search(r"\d+ (millis|micros)|0x\w+ (millis|micros)", slow[2]))


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
        said = _read(path)
        if said is None:
            return Stamped(0, 0, None, "the time stamp is damaged")
        done = _openssl("ts", "-verify", "-digest", stamp.sha256, "-in", path, "-token_in", "-CAfile", authority, "-partial_chain",
                        "-auth_level", "2", "-attime", str(said[0]))
        text = done.stdout.decode("utf-8", "replace")
        if done.returncode != 0 or "Verification: OK" not in text:
            reason = re.findall(r"Verify error:[^\n]*|message imprint mismatch|signature failure", text)
            return Stamped(*said, None, "the time stamp is not valid: " + (reason or ["no named authority signed it"])[0])
        print_out = _openssl("pkcs7", "-inform", "DER", "-in", path, "-print", "-noout").stdout.decode("utf-8", "replace")
        digests = re.findall(r"digest_alg: *\n? *algorithm: (\S+)", print_out)
        if not digests or any(d in ("md5", "sha1") for d in digests):
            return Stamped(*said, None, "the time stamp's digest is too weak")
        return Stamped(*said, os.path.basename(authority), None)
