#!/usr/bin/env python3
"""standing_model.py SELF STANDING FOLDER...: works out the standing of everybody from the raw records in these
ledgers, as docs/formats/vault.md says, and compares it with what `varve vault ledger standing --json` printed. SELF:
this machine's DID. It does it another way: all times that were proved are collected, joined, and only then measured."""
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
    """{holder: {...}}: what my audits prove."""
    records = dict(vault.counting())
    shards, runs = {}, {}
    for r in records.values():
        if r["kind"] == "vault" and r["vault"] is not None:
            for cid, leaves, _ in r["body"]["shards"]:
                shards[text_of(cid)] = leaves
                runs[text_of(cid)] = min(r["time"], runs.get(text_of(cid), r["time"]))
    retired = vault.retired(records)
    kept, proved, keys, lines = {}, {}, {}, {}
    events = sorted(records.values(), key=lambda r: (r["time"], bytes(r["author"]), r["sequence"]))
    for r in events:
        body, time = r["body"], r["time"]
        if r["kind"] == "place" and body["key"] and did(r["author"]) == me != did(body["key"]):
            keys[body["holder"]] = did(body["key"])
        elif r["kind"] == "receipt":
            place = records.get(text_of(body["place"]))
            if not place or place["kind"] != "place" or not place["body"]["key"] \
                    or did(place["author"]) != me or place["author"] == place["body"]["key"]:
                continue
            p = place["body"]
            for cid, _, _ in p["shards"]:
                if text_of(cid) in shards:
                    kept.setdefault((p["holder"], did(p["key"]), text_of(cid)), max(time, place["time"]))
        elif r["kind"] == "drop":
            for cid in body["shards"]:
                for k in [k for k in kept if k[0] == body["holder"] and k[2] == text_of(cid)]:
                    del kept[k]
        elif r["kind"] == "audit" and did(r["author"]) == me:
            key = keys.get(body["holder"])
            if not key:
                continue
            line = lines.setdefault(key, {"good": 0, "failed": 0, "ahead": 0, "proven": None})
            if time > now:
                line["ahead"] += 1
                continue
            good = not body["bad"] and body["asked"] > 0 and body["good"] == body["asked"]
            if time + window >= now:
                line["good" if good else "failed"] += 1
            line["proven"] = time if good else line["proven"]
            for k, since in list(kept.items()):
                if k[:2] != (body["holder"], key) or not since <= time or runs[k[2]] > time \
                        or retired.get(k[2], time + 1) <= time:
                    continue
                if good:
                    proved.setdefault((key, k[2]), []).append((since, time))
                kept[k] = time
            for cid in body["bad"]:
                for k in [k for k in kept if k[0] == body["holder"] and k[2] == text_of(cid)]:
                    del kept[k]
                proved_now = (key, text_of(cid))
                proved.setdefault(proved_now, []).append(None)
    for key, line in lines.items():
        seconds, alive = 0, 0
        for (k, cid), times in proved.items():
            if k != key:
                continue
            joined, end = 0, now - window
            for begin, until in sorted(t for t in times if t):
                joined += max(0, until - max(begin, end))
                end = max(end, until)
            seconds += joined * size(shards[cid])
            there = any(q[1] == key and q[2] == cid for q in kept)
            if there and times[-1] and cid not in retired:
                alive += size(shards[cid])
        line.update(byteDays=seconds // DAY, bytes=alive)
    return lines


def seconds_of(text):
    return text and calendar.timegm(clock.strptime(text, "%Y-%m-%dT%H:%M:%SZ"))


def main():
    me, standing = sys.argv[1], json.load(open(sys.argv[2]))
    now, days = seconds_of(standing["now"]), standing["days"]
    vaults = {}
    for folder in filter(os.path.isdir, sys.argv[3:]):
        records = [n for a in os.listdir(folder) for n in os.listdir(os.path.join(folder, a))]
        first = next(n[11:] for n in records if n.startswith("0000000000-") and any(
            decode(open(os.path.join(folder, a, n), "rb").read()[64:])[0]["vault"] is None
            for a in os.listdir(folder) if os.path.exists(os.path.join(folder, a, n))))
        vaults.setdefault(first, Vault()).load(folder)
    lines = {(name, key): line for name, vault in vaults.items()
             for key, line in prove(vault, me, now, days * DAY).items()}
    told = {(ln["vault"], e["did"]): ln for e in standing["identities"] for ln in e["audits"]}
    assert set(told) == set(lines), (set(told), set(lines))
    for where, ln in lines.items():
        for figure, value in ln.items():
            said = told[where][figure]
            assert (seconds_of(said) if figure == "proven" else said) == value, (where, figure, said, value)
    for e in standing["identities"]:
        kept = sum(ln["byteDays"] for (_, key), ln in lines.items() if key == e["did"])
        assert e["byteDays"] == kept, e
        if "room" in e and not e["share"]:
            room = standing["allowance"] + kept * standing["ratioThousandths"] // (days * 1000)
            assert e["room"] == min(room, standing["size"]), (e, room)
    print("%d lines, %d identities" % (len(lines), len(standing["identities"])))


if __name__ == "__main__":
    main()
