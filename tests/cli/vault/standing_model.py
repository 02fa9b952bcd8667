#!/usr/bin/env python3
"""standing_model.py SELF STANDING FOLDER...: works out the standing of everybody from the raw records in these
ledgers, as docs/formats/vault.md says, and compares it with what `varve vault ledger standing --json` printed. SELF:
this machine's DID. It does it another way: each copy is followed through all records in the order of their times."""
import calendar
import json
import os
import sys
import time as clock

from hold_line import decode, text_of
from read_vault import did

DAY = 86400


class Vault:
    def __init__(self):
        self.records = {}

    def load(self, folder):
        for author in os.listdir(folder):
            for name in os.listdir(os.path.join(folder, author)):
                with open(os.path.join(folder, author, name), "rb") as f:
                    self.records[name[11:]] = decode(f.read()[64:])[0]

    def writers(self):
        """Who may write, and up to which record somebody who may not any more."""
        first = next(r for r in self.records.values() if r["vault"] is None)
        owners = {bytes(k) for k in first["body"]["owners"]}
        epochs = [r for r in self.records.values() if r["kind"] == "epoch"]
        named = {text_of(p) for e in epochs for p in e["body"]["previous"]}
        last = [e for c, e in self.records.items() if e["kind"] == "epoch" and c not in named]
        assert len(last) == 1, "this model knows no epochs that two owners began at once"
        now = {bytes(k) for k in last[0]["body"]["writers"]}
        ever = {bytes(k) for e in epochs for k in e["body"]["writers"]}
        until = {}
        for e in epochs:
            for key, record in e["body"]["removed"]:
                until[bytes(key)] = self.records[text_of(record)]["sequence"] if record else -1
        return owners, now, ever, until

    def counting(self):
        owners, now, ever, until = self.writers()
        for c, r in self.records.items():
            a = bytes(r["author"])
            if a in owners or a in now or (a in ever and r["sequence"] <= until.get(a, -1)):
                yield c, r

    def retired(self, records):
        """When each shard was retired, of those that no later run of its writer names again."""
        out = {}
        for r in records.values():
            if r["kind"] == "retire":
                for c in r["body"]["shards"]:
                    out[text_of(c)] = r["time"]
        return out


def size(leaves):
    return leaves * (4096 + 32)


def prove(vault, me, now, window):
    """{key: (bytes, proven)}: what my audits prove."""
    records = dict(vault.counting())
    shards = {}
    for r in records.values():
        if r["kind"] == "vault" and r["vault"] is not None:
            shards.update({text_of(cid): leaves for cid, leaves, _ in r["body"]["shards"]})
    retired = vault.retired(records)
    copies, keys, last = {}, {}, {}  # (address, shard) -> [key, since, proven]
    for r in sorted(records.values(), key=lambda r: (r["time"], bytes(r["author"]), r["sequence"])):
        body, time, mine = r["body"], r["time"], did(r["author"]) == me
        if r["kind"] == "place" and mine and body["key"] and did(body["key"]) != me:
            keys[body["holder"]] = did(body["key"])
        elif r["kind"] == "receipt":
            place = records.get(text_of(body["place"]))
            if place and place["kind"] == "place" and place["body"]["key"] and did(place["author"]) == me:
                p = place["body"]
                for cid, _, _ in p["shards"]:
                    if did(p["key"]) != me:
                        copies.setdefault((p["holder"], text_of(cid)), [did(p["key"]), max(time, place["time"]), None])
        elif r["kind"] == "drop":
            for cid in body["shards"]:
                copies.pop((body["holder"], text_of(cid)), None)
        elif r["kind"] == "audit" and mine and time <= now:
            good = not body["bad"] and body["asked"] > 0 and body["good"] == body["asked"]
            for cid in body["bad"]:
                copies.pop((body["holder"], text_of(cid)), None)
            for (address, _), copy in copies.items():
                if address == body["holder"]:
                    copy[2] = time if good and copy[1] <= time else None
    found = {}
    for (address, cid), (key, _, proven) in copies.items():
        if proven is not None and now - proven <= window and keys[address] == key:
            line = found.setdefault(key, [set(), 0])
            line[1] = max(line[1], proven)
            if cid in shards and cid not in retired:
                line[0].add(cid)
    return {key: (sum(size(shards[c]) for c in cids), proven) for key, (cids, proven) in found.items()}


def seconds_of(text):
    return text and calendar.timegm(clock.strptime(text, "%Y-%m-%dT%H:%M:%SZ"))


def main():
    me, standing = sys.argv[1], json.load(open(sys.argv[2]))
    now = seconds_of(standing["now"])
    vaults = {}
    for folder in filter(os.path.isdir, sys.argv[3:]):
        records = [n for a in os.listdir(folder) for n in os.listdir(os.path.join(folder, a))]
        first = next(n[11:] for n in records if n.startswith("0000000000-") and any(
            decode(open(os.path.join(folder, a, n), "rb").read()[64:])[0]["vault"] is None
            for a in os.listdir(folder) if os.path.exists(os.path.join(folder, a, n))))
        vaults.setdefault(first, Vault()).load(folder)
    kept = {}
    for vault in vaults.values():
        for key, (count, proven) in prove(vault, me, now, 30 * DAY).items():
            before = kept.get(key, (0, 0))
            kept[key] = before[0] + count, max(before[1], proven)
    told = {e["did"]: (e["bytes"], seconds_of(e["proven"]) or 0) for e in standing["identities"]}
    for key, line in kept.items():
        assert told[key] == line, (key, told[key], line)
    for e in standing["identities"]:
        assert e["did"] in kept or told[e["did"]] == (0, 0), e
        if "room" in e:
            room = kept.get(e["did"], (0, 0))[0] * standing["ratioThousandths"] // 1000
            assert e["room"] >= min(room, standing["size"]), (e, room)
    print("%d lines, %d identities" % (len(kept), len(told)))


if __name__ == "__main__":
    main()
