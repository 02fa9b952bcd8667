"""The command varve-reader. Exit status: 0 success, 1 damage, 2 wrong usage or another failure."""
import argparse
import datetime
import os
import re
import shutil
import sys
import tempfile
import time

from .errors import Damaged, Missing
from .place import open_place
from .stamps import check_stamp

MEMORY = 64 << 20


def _parser():
    parser = argparse.ArgumentParser(prog="varve-reader", description="reads varve's versions without varve")
    commands = parser.add_subparsers(dest="command", required=True, metavar="verify | versions | cat")
    for name, text in (("verify", "check every block, every sum and every version"),
                       ("versions", "list versions, the newest first"),
                       ("cat", "write the file of a version, byte for byte")):
        sub = commands.add_parser(name, help=text, description=text)
        sub.add_argument("place", metavar="PLACE", help="published folder, store, CAR file, repository, or vault")
        if name == "cat":
            sub.add_argument("version", metavar="REV:PATH", help="a version, or the CID of its root")
            sub.add_argument("-o", metavar="FILE", dest="output", help="write to FILE")
            sub.add_argument("--text", action="store_true", help="UTF-8, in place of the file's own encoding")
        if name != "verify":
            sub.add_argument("--unsigned", action="store_true", help="ignore signed heads: any copy can add branches and tags")
        sub.add_argument("--owner", metavar="KEY", help="whose signed heads the place must have (z6Mk...)")
        sub.add_argument("--authority", metavar="FILE", help="certificates (PEM) of the time-stamp authorities that you trust")
        sub.add_argument("--key", metavar="FILE", help="the place is a vault, and this the key that opens it")
        sub.add_argument("--from", metavar="FOLDER", dest="more", action="append", default=[],
                         help="another folder that keeps copies of the vault")
    return parser


def _say(text, stream=None):
    """Prints a line. Characters that could control a terminal are escaped."""
    text = re.sub("[\x00-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]", lambda m: f"\\u{ord(m[0]):04x}", str(text))
    stream = stream or sys.stdout
    print(text.encode(stream.encoding or "utf-8", "backslashreplace").decode(stream.encoding or "utf-8"), file=stream)


def _verify(place, args):
    damage = 0
    for error in place.verify(args.owner):
        damage += 1
        _say(f"varve-reader: {error}", sys.stderr)
    versions = len({root for _, _, _, root in place.versions()} | set(place.roots)) if not damage else 0
    if not damage and not place.rows:
        _say(f"{len(place.blocks)} blocks, {versions} versions: nothing is damaged or missing")
    for path, row in place.rows:
        _say(f"{path}: " + ", ".join(f"{name} = {cell.decode('utf-8', 'replace')}" for name, cell in row.items()))
    for head in place.heads:
        late = head.expires and head.expires < time.time()
        _say(f"signed by {head.key}, number {head.number} of {head.name}, {_day(head.time)}" + ", expired" * bool(late))
        _say(f"number {head.number}: {_time(head, args.authority)}")
        if place.history and head.content is None:
            _say(f"number {head.number} has no SHA-256 of the files: Git's SHA-1 ids alone protect them")
    for key, (end, stamped) in place.late.items():
        _say(f"ignored the head of {key}: it could sign until {_day(end)}, and no time stamp shows that it was signed before" +
             (f" ({stamped.why})" if stamped and stamped.why else ""))
    if place.unsigned:
        _say("not signed: " + ", ".join(name.split("/", 2)[2] for name in place.unsigned))
    return 1 if damage else 0


def _time(head, authority):
    """Returns whose word the time of a head is."""
    stamped = check_stamp(head.stamp, authority) if head.stamp else None
    if stamped is None or stamped.why:
        return "the date is the signer's own word" + (f"; {stamped.why}" if stamped else "")
    return "time stamp " + datetime.datetime.fromtimestamp(stamped.time, datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")


def _day(seconds):
    return datetime.datetime.fromtimestamp(seconds, datetime.timezone.utc).strftime("%Y-%m-%d")


def _versions(place, args):
    heads = None if args.unsigned else place.signed(args.owner)
    signed = heads.signed() if heads else None
    for commit, seconds, path, root in place.versions():
        other = signed is not None and commit not in signed
        _say(f"{commit[:10]} {_day(seconds)} {root} {path}" + " (not signed)" * other if commit else root)
    return 0


def _cat(place, args):
    version = place.version(args.version, args.unsigned, args.owner)
    pieces = [version] if isinstance(version, bytes) else version.file(args.text)
    with tempfile.SpooledTemporaryFile(MEMORY) as whole:
        for piece in pieces:
            whole.write(piece)
        whole.seek(0)
        if args.output:
            part = args.output + ".part"
            with open(part, "wb") as out:
                shutil.copyfileobj(whole, out)
            os.replace(part, args.output)
        else:
            shutil.copyfileobj(whole, sys.stdout.buffer)
            sys.stdout.buffer.flush()
    return 0


def main(argv=None):
    """Runs the command, and returns its exit status."""
    args = _parser().parse_args(argv)
    try:
        place = open_place(args.place, args.key, args.more)
        place.authority = args.authority
        return {"verify": _verify, "versions": _versions, "cat": _cat}[args.command](place, args)
    except (Damaged, OSError) as e:
        _say(f"varve-reader: {e}", sys.stderr)
        return 2 if isinstance(e, (Missing, OSError)) else 1
