"""Tests proofs of one row: a proof is right, and every change of a proof is found."""
import hashlib
import os
import random

import pytest
from conftest import new_repository
from varve_reader import Damaged, open_place
from varve_reader.cbor import Cid, decode


@pytest.fixture(scope="module")
def proofs(run, tmp_path_factory):
    """Makes proofs: (folder of the proofs, owner's key, signer's key)."""
    top = tmp_path_factory.mktemp("proofs")
    run = type(run)(top)
    folder = new_repository(run, top / "repository")
    owner = run(folder, "varve", "key", "new").decode().split()[0].removeprefix("did:key:")
    rng = random.Random(1)
    (folder / "sub").mkdir()
    (folder / "sub" / "t.csv").write_text("id,v,w\n" + "".join(f"{i},{rng.random()},{'long ' * 9}\n" for i in range(60000)))
    (folder / "two.csv").write_text("a,b,v\n" + "".join(f'{i % 9},"{i},x",{i}\n' for i in range(900)))
    for table, key in (("sub/t.csv", "id"), ("two.csv", "a,b")):
        run(folder, "varve", "add", "-q", "--key", key, table)
    run(folder, "varve", "commit", "-q", "-m", "one")
    run(folder, "git", "tag", "-a", "v1", "-m", "first")
    run(folder, "varve", "prove", "HEAD:two.csv", "--row", "1", "-o", top / "no.car", may_fail=True)
    assert not (top / "no.car").exists()
    os.environ.pop("VARVE_KEY", None)
    here = run.env["XDG_CONFIG_HOME"]
    run.env["XDG_CONFIG_HOME"] = str(top / "bot")
    bot = run(folder, "varve", "key", "new").decode().split()[0].removeprefix("did:key:")
    run.env["XDG_CONFIG_HOME"] = here
    run(folder, "varve", "sign", "-q", "--name", "prices", "--signer", f"{bot}=2999-01-01")
    run(folder, "varve", "prove", "-q", "HEAD:sub/t.csv", "--row", "41234", "-o", top / "one.car")
    run(folder, "varve", "prove", "-q", "v1:two.csv", "--row", '4,"13,x"', "-o", top / "two.car")
    for n in (2, 3):
        with open(folder / "two.csv", "a") as f:
            f.write(f"{n}00,b,c\n")
        run(folder, "varve", "commit", "-q", "-am", f"{n}")
    run.env["XDG_CONFIG_HOME"] = str(top / "bot")
    run(folder, "varve", "sign", "-q")
    run(folder, "varve", "prove", "-q", "HEAD~1:sub/t.csv", "--row", "7", "-o", top / "bot.car")
    return top, owner, bot


def checked(path, owner=None):
    """Checks a proof: returns (errors, keys of the signers, rows)."""
    place = open_place(path)
    errors = [str(e) for e in place.verify(owner)]
    return errors, [h.key for h in place.heads], place.rows


def test_a_row_is_proved(proofs):
    top, owner, bot = proofs
    errors, keys, [(path, row)] = checked(top / "one.car", owner)
    assert (errors, keys, path, row["id"], row["w"]) == ([], [owner], "sub/t.csv", b"41234", b"long " * 9)
    assert checked(top / "two.car", owner)[2] == [["two.csv", {"a": b"4", "b": b"13,x", "v": b"13"}]]
    errors, keys, rows = checked(top / "bot.car", owner)
    assert (errors, keys, rows[0][1]["id"]) == ([], [bot], b"7")
    assert "not by " + bot in checked(top / "bot.car", bot)[0][0]
    assert max((top / name).stat().st_size for name in ("one.car", "two.car", "bot.car")) < 100000


def test_a_proof_of_a_later_format_is_refused_by_its_number(proofs, tmp_path):
    data = (proofs[0] / "one.car").read_bytes()
    start = data[0] + 1  # behind the header, whose link to the root ends it; the root is the first section
    length, at = (data[start] & 127) + (data[start + 1] << 7), start + 2
    root = data[at + 36:at + length].replace(b"fformat\1", b"fformat\2")
    cid = data[at:at + 4] + hashlib.sha256(root).digest()
    later = data[:at] + cid + root + data[at + length:]
    (tmp_path / "later.car").write_bytes(later.replace(data[at:at + 36], cid))
    assert "a proof of format 2" in checked(tmp_path / "later.car")[0][0]


def test_damage_is_named(proofs, tmp_path):
    seed = int(os.environ.get("VARVE_TEST_SEED") or random.randrange(1 << 32))
    print("seed", seed)
    rng, path, good = random.Random(seed), tmp_path / "one.car", (proofs[0] / "one.car").read_bytes()
    for n in range(150):
        data = bytearray(good)
        if n % 5 == 0:
            data = data[:rng.randrange(len(data))]
        else:
            data[rng.randrange(len(data))] ^= 1 << rng.randrange(8)
        path.write_bytes(data)
        try:
            errors = checked(path)[0]
        except Damaged as e:
            errors = [str(e)]
        assert any("one.car" in e for e in errors), n


def sections(data):
    """Returns (CID, bytes) of each section of a CAR, without the header."""
    at, out = 59, []
    while at < len(data):
        size = shift = 0
        while True:
            size |= (data[at] & 127) << shift
            shift += 7
            at += 1
            if data[at - 1] < 128:
                break
        out.append((Cid(data[at:at + 36]), data[at + 36:at + size]))
        at += size
    return out


def rewrite(blocks, changed):
    """Returns the blocks with the new bytes in `changed` (CID -> bytes), and with the new CIDs and ids wherever the old ones
    were."""
    names = {}
    for cid, data in changed.items():
        names[bytes(cid)] = bytes(Cid.of(cid.codec, data))
    blocks = [(cid, changed.get(cid, data)) for cid, data in blocks]
    for _ in range(12):
        out = []
        for cid, data in blocks:
            new = data
            for old, is_now in names.items():
                new = new.replace(old, is_now)
            now = Cid.of(cid.codec, new)
            if now != cid:
                names[bytes(cid)] = bytes(now)
            out.append((now, new))
        blocks = out
    return blocks


def car_of(blocks, root):
    def varint(n):
        return bytes((n & 127 | 128, n >> 7)) if 127 < n < 16384 else bytes((n & 127 | 128, n >> 7 & 127 | 128, n >> 14)) if n > 127 else bytes((n,))
    header = b"\xa2\x65roots\x81\xd8\x2a\x58\x25\x00" + bytes(root) + b"\x67version\x01"
    return varint(len(header)) + header + b"".join(varint(36 + len(d)) + bytes(c) + d for c, d in blocks)


def test_blocks_that_somebody_made_fit_prove_nothing(proofs, tmp_path):
    """Changes each block in turn, and updates the CIDs in all blocks above it, up to the next signature."""
    seed = int(os.environ.get("VARVE_TEST_SEED") or random.randrange(1 << 32))
    print("seed", seed)
    rng, path = random.Random(seed), tmp_path / "one.car"
    blocks = sections((proofs[0] / "one.car").read_bytes())
    path.write_bytes(car_of(blocks, blocks[0][0]))
    _, _, rows = checked(path)
    assert rows
    lines = (proofs[0] / "repository/sub/t.csv").read_bytes().split(b"\n")
    for n in range(150):
        cid, data = blocks[n % len(blocks)]
        wrong = bytearray(data)
        wrong[rng.randrange(len(wrong))] ^= 1 << rng.randrange(8)
        made = rewrite(blocks, {cid: bytes(wrong)})
        path.write_bytes(car_of(made, made[0][0]))
        try:
            errors, keys, got = checked(path, proofs[1])
        except Damaged:
            continue
        # The node on top, which nobody signs, may come to name another row of the same block: what is said of that one is true.
        assert errors or got == rows or n % len(blocks) == 0 and [
            (path, b",".join(row.values())) for path, row in got] == [("sub/t.csv", lines[int(got[0][1]["id"]) + 1])], (n, cid)


def test_a_proof_says_no_more_than_its_row(proofs, tmp_path):
    """A proof whose top node names another key, path, commit, head or root is refused, or proves the row with this key."""
    path, blocks = tmp_path / "one.car", sections((proofs[0] / "one.car").read_bytes())
    said = decode(blocks[0][1])
    for old, new in ((b"41234", b"41235"), (b"41234", b"99999"), (b"sub/t.csv", b"sub/u.csv"),
                     (said["commit"].encode(), said["head"].encode()), (said["head"].encode(), said["commit"].encode()),
                     (bytes(said["root"]), bytes(said["objects"][0]))):
        data = blocks[0][1].replace(old, new)
        assert data != blocks[0][1]
        root = Cid.of(0x71, data)
        path.write_bytes(car_of([(root, data)] + blocks[1:], root))
        errors, _, rows = checked(path)
        assert errors or (new, rows[0][1]["id"]) == (b"41235", b"41235")
    assert hashlib.sha256(blocks[0][1]).digest() == bytes(blocks[0][0])[4:]
