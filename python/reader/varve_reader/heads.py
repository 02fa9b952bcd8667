"""Reads signed heads: signed records of the refs of a repository (heads.md)."""
import base64
import hashlib
import re
import struct
import time as clock
from collections import namedtuple

from .cbor import Cursor
from .errors import Damaged, Missing, within
from .sealed import did, signed
from .stamps import check_stamp, read_stamp

ORDER = ["varve", "name", "key", "number", "time", "expires", "final", "refs", "mirror", "signer", "revoked", "saw"]
ONCE = ORDER[:5] + ["refs"]
Head = namedtuple("Head", "oid name key number time expires refs signers revoked saw first default content stamp")
# saw: (key, number, oid) of the newest records of others. content: the blob with the SHA-256 of files, or None. stamp: its
# Stamp, or None.
PLACES = ("refs/varve/heads/", "refs/heads/varve-heads/")


def _strings(data, count):
    c = Cursor(data)
    return [c.take(int.from_bytes(c.take(4), "big")) for _ in range(count)]


def _check_signature(armored, key, message, namespace=b"varve-head"):
    """Checks that this is an SSH signature of the message by this ssh-ed25519 key, in the namespace."""
    data = base64.b64decode(b"".join(armored.split(b"\n")[1:-1]))
    if data[:10] != b"SSHSIG\0\0\0\1":
        raise Damaged("not an SSH signature")
    public, space, reserved, algorithm, signature = _strings(data[10:], 5)
    (kind, raw), (_, value) = _strings(public, 2), _strings(signature, 2)
    if kind != b"ssh-ed25519" or space != namespace or did(raw) != key or algorithm not in (b"sha256", b"sha512"):
        raise Damaged("the signature is another key's, or for another purpose")
    digest = hashlib.new(algorithm.decode(), message).digest()
    whole = b"".join(struct.pack(">I", len(s)) + s for s in (space, reserved, algorithm, digest))
    signed(raw, value, b"SSHSIG" + whole)


def _record(text):
    """Reads the lines of a record, which must be in the right order; returns name -> list of values."""
    lines = [line.split(" ", 1) for line in text.decode("utf-8").split("\n")[:-1]]
    names = [line[0] for line in lines]
    if names != sorted(names, key=ORDER.index) or any(names.count(n) != 1 for n in ONCE) or lines[0] != ["varve", "head 1"]:
        raise Damaged("not a record of version 1")
    return {n: [line[1] if len(line) > 1 else "" for line in lines if line[0] == n] for n in ORDER}


def read_head(history, oid):
    """Reads the head at a commit. Checks its form, digests and signature, but not the earlier heads that it follows."""
    data = history.source.read(oid)[1]
    header, _, message = data.partition(b"\n\n")
    found = re.fullmatch(rb"tree (\w{40})\n((?:parent \w{40}\n)*)author (.*)\ncommitter (.*)\ngpgsig (.*(?:\n .*)*)", header)
    files = {name: blob for _, name, blob in history.tree(found[1].decode())} if found else {}
    lines = re.findall(r"(?m)^content (\S*) ?(.*)$", message.decode("utf-8", "replace"))
    digests = [digest for algorithm, digest in lines if algorithm == "sha256"]
    if files.keys() != {"head", "refs", *["content"] * bool(digests)} or len(digests) > 1:
        raise Damaged(f"commit {oid} is not a head")
    if lines and not digests:
        raise Damaged(f"commit {oid} has hashes of its files that only a newer varve-reader can check")
    text, refs = (history.source.read(files[n])[1] for n in ("head", "refs"))
    record, parents = _record(text), re.findall(r"parent (\w+)", found[2].decode())
    key, number, time = record["key"][0], int(record["number"][0]), int(record["time"][0])
    who = b"varve <%s> %d " % (key.encode(), time)
    if not found[3].startswith(who) or found[3] != found[4] or \
            not message.startswith(b"Head %d of %s\n\nrecord sha256 %s\n" % (
                number, record["name"][0].encode(), hashlib.sha256(text).hexdigest().encode())):
        raise Damaged(f"commit {oid} does not say what its record has")
    if record["refs"][0] != hashlib.sha256(refs).hexdigest():
        raise Damaged(f"commit {oid}: the refs are not those of its record")
    _check_signature(found[5].replace(b"\n ", b"\n"), key, header[:found.start(5) - 8] + b"\n\n" + message)
    saw = [(k, int(n), p) for k, n, p in (line.split(" ") for line in record["saw"])]
    first = parents[0] if len(parents) > len(saw) else None
    if parents[first is not None:] != [s[2] for s in saw] or (number == 1) != (first is None):
        raise Damaged(f"commit {oid} does not follow its parents")
    return Head(oid, record["name"][0], key, number, time, int((record["expires"] or [0])[0]),
                {line[41:]: line[:40] for line in refs.decode().split("\n")[:-1]},
                {s.split(" ")[0]: int(s.split(" ")[1]) for s in record["signer"]},
                {s.split(" ")[0]: int(s.split(" ")[1]) for s in record["revoked"]}, saw, first,
                (re.findall(r"(?m)^default (.*)$", message.decode("utf-8", "replace")) or [None])[0],
                (files["content"], digests[0]) if digests else None,
                read_stamp(message, parents, lambda armored, text: _check_signature(armored, key, text, b"varve-stamp")))


def allows(owner, head):
    """Returns whether the owner's record allows the head's key to sign at the head's time, and does not revoke the head."""
    return owner.name == head.name and owner.signers.get(head.key, 0) >= head.time and \
        head.number <= owner.revoked.get(head.key, head.number)


class Heads:
    """All heads of a repository. Each head, and every earlier head that it follows, is checked."""

    def __init__(self, history, owner=None, authority=None):
        """authority: the file with the certificates of the time-stamp authorities that the user trusts, or None."""
        self.history, self.known, self.shown, self.lists, self.late = history, {}, {}, {}, {}
        for name, oid in history.source.refs.items():
            if name.startswith(PLACES):
                with within(name):
                    head = self._chain(oid)
                    if head.key != name.rpartition("/")[2]:
                        raise Damaged("the head is another key's")
                    self.shown[head.key] = max(head, self.shown.get(head.key, head), key=lambda h: h.number)
        firsts = {self._first(h).key for h in self.shown.values() if not self._first(h).saw}
        self.owner = owner or (firsts.pop() if len(firsts) == 1 else None)
        if self.owner is None and self.shown:
            raise Damaged("refs/varve/heads: it is unclear who the owner is; name the key with --owner")
        if owner and owner not in self.shown:
            raise Damaged(f"refs/varve/heads/{owner}: missing")
        for head in self.known.values():
            with within(f"refs/varve/heads/{head.key}: number {head.number}"):
                self._allowed(head)
        if authority and self.owner in self.shown:
            for head in self.shown.values():
                self._judge_late(head, authority)

    def _judge_late(self, head, authority):
        """Adds a head to self.late if it may have been signed after its key's permission ended."""
        end = self._end(head)
        if end is None or self._vouched(head):
            return
        stamped = check_stamp(head.stamp, authority) if head.stamp else None
        if not stamped or stamped.why or stamped.latest > end:
            self.late[head.key] = (end, stamped)

    def _end(self, head):
        """Returns the time when the permission of a head's signer ended; None if it has not."""
        newest = self.shown[self.owner]
        if head.key == self.owner or head.number > newest.revoked.get(head.key, head.number):
            return None
        end = revoked = newest.signers.get(head.key, newest.time)
        record = newest
        while record and head.key in record.revoked:
            revoked, record = record.time, self.known.get(record.first)
        end = min(end, revoked)
        return end if end < clock.time() else None

    def _vouched(self, head):
        """Returns whether the owner, or a signer that may still sign, has seen a head."""
        revoked = self.shown[self.owner].revoked
        return any(other.key != head.key and other.number <= revoked.get(other.key, other.number) and
                   self._end(other) is None and head.oid in self.history.below([other.oid]) for other in self.shown.values())

    def _first(self, head):
        while head.first:
            head = self.known[head.first]
        return head

    def _chain(self, oid):
        """Returns the head at a commit. Adds this head, and all heads below it, to self.known."""
        left = [oid]
        while left:
            at = left[-1]
            need = [p for p in self.history.commit(at)[1] if p not in self.known]
            if need and at not in self.known:
                left += need
                continue
            if at not in self.known:
                self.known[at] = self._read(at)
            left.pop()
        return self.known[oid]

    def _read(self, oid):
        head = read_head(self.history, oid)
        before = self.known.get(head.first)
        if any((self.known[p].key, self.known[p].number) != (key, number) for key, number, p in head.saw):
            raise Damaged(f"commit {oid} does not follow its parents")
        if before and ((before.key, before.name, before.number + 1) != (head.key, head.name, head.number) or
                       before.time > head.time):
            raise Damaged(f"commit {oid} does not follow the record before it")
        return head

    def _allowed(self, head):
        """Raises Damaged unless the signer is the owner, or the owner's newest record below the head allows the signer."""
        if head.key == self.owner:
            return
        below = map(self.known.get, self.history.below([head.oid]))
        newest = max((h for h in below if h.key == self.owner), key=lambda h: h.number, default=None)
        if newest is None or not allows(newest, head):
            raise Damaged("the owner did not allow this signer")

    def counting(self):
        """Returns the heads of refs/varve/heads/ that the owner's newest record does not revoke, and that were not signed after
        their key's permission ended, as far as authorities are named; newest first."""
        revoked = self.shown[self.owner].revoked if self.owner in self.shown else {}
        seen = {oid for head in self.known.values() for _, _, oid in head.saw}
        return sorted((h for h in self.shown.values() if h.number <= revoked.get(h.key, h.number) and
                       h.key not in self.late),
                      key=lambda h: (h.time, h.oid not in seen), reverse=True)

    def content(self, head):
        """Returns ref -> SHA-256 of its files, as the head has it."""
        if head.content and head.oid not in self.lists:
            blob, digest = head.content
            data = self.history.source.read(blob)[1]
            found = re.findall(rb"([0-9a-f]{64}) (.+)\n", data)
            names = [name.decode() for _, name in found]
            if hashlib.sha256(data).hexdigest() != digest or b"".join(b"%s %s\n" % line for line in found) != data or \
                    names != sorted(set(names) & head.refs.keys(), key=str.encode):
                raise Damaged(f"commit {head.oid}: the list of contents is not that of the head")
            self.lists[head.oid] = dict(zip(names, (digest.decode() for digest, _ in found)))
        return self.lists.get(head.oid, {})

    def check_refs(self):
        """Checks that each ref in the newest head exists, and points to the head's commit or to a descendant of it; and the
        files of all heads' refs."""
        for head in self.counting()[:1]:
            for name, oid in head.refs.items():
                with within(f"{name}: signed by {head.key}, number {head.number}"):
                    self._check_ref(name, oid)
        for head in self.counting():
            for name in self.content(head):
                with within(f"{name}: signed by {head.key}, number {head.number}"):
                    self._check_files(head, name)

    def _check_ref(self, name, oid):
        now = self.history.source.refs.get(name)
        if now != oid and (now is None or name.startswith("refs/tags/") or oid not in self.history.below([now])):
            raise Damaged(f"an older or other commit is shown than {oid[:10]}")
        return now

    def _check_files(self, head, name):
        try:
            now = self.history.sha256(head.refs[name])
        except Missing:  # a part of the repository is here
            return
        if self.content(head).get(name, now) != now:
            raise Damaged("the files are not those that were signed")

    def default(self):
        """Returns the default branch of the newest head, or None."""
        refs = self.counting()[0].refs
        usual = [self.counting()[0].default, "refs/heads/main", "refs/heads/master", *refs]
        return next((name for name in usual if name in refs and name.startswith("refs/heads/")), None)

    def signed(self):
        """Returns the ids of all commits that a head covers."""
        tips = [oid for head in self.counting() for oid in head.refs.values()]
        return self.history.below(oid for oid in tips if self.history.source.has(oid))

    def unsigned(self):
        """Returns the branches and tags that no head lists."""
        signed = {name for head in self.counting() for name in head.refs}
        return sorted(name for name in self.history.source.refs if re.match("refs/(heads|tags)/", name) and
                      name not in signed and not re.match("refs/heads/varve-(heads/|blocks$)", name))

    def at(self, name):
        """Returns the commit of a ref, after checking that a head lists the ref, with this commit or one before it, and with
        these files."""
        head = next((h for h in self.counting() if name in h.refs), None)
        if head is None:
            raise Missing(f"'{name}' is not signed: no signed head lists it (--unsigned, or unsigned=True, reads it)")
        with within(f"{name}: signed by {head.key}, number {head.number}"):
            self._check_files(head, name)
            return self._check_ref(name, head.refs[name])
