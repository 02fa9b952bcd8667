"""The server of the Model Context Protocol, spoken to by hand: what no client sends, bounds of time, and kills. test_mcp_client.py has the official client."""
import json
import os
import random
import signal
import subprocess
import sys

import pytest

SAMPLE = int(os.environ.get("VARVE_TEST_SAMPLE", "1"))
MANY = "VARVE_TEST_ALL" in os.environ


def varve(folder, *words):
    return subprocess.run(["varve", *words], cwd=folder, check=True, capture_output=True, text=True).stdout


@pytest.fixture
def shop(folder):
    (folder / "prices.csv").write_text("id,item,price\n1,pear,9.99\n2,plum,3.50\n3,fig,0.80\n")
    varve(folder, "add", "-q", "--key", "id", "prices.csv")
    varve(folder, "commit", "-q", "-m", "January prices")
    return folder


class Raw:
    """A server without the client: for what no client sends, and for kills."""

    def __init__(self, folder, *words):
        self.process = subprocess.Popen([sys.executable, "-m", "varve.mcp", *words, str(folder)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)

    def send(self, message):
        self.process.stdin.write((message if isinstance(message, bytes) else json.dumps(message).encode()) + b"\n")
        self.process.stdin.flush()

    def ask(self, message):
        self.send(message)
        return json.loads(self.process.stdout.readline())

    def call(self, number, name, **arguments):
        return {"jsonrpc": "2.0", "id": number, "method": "tools/call", "params": {"name": name, "arguments": arguments}}

    def close(self):
        self.process.stdin.close()
        return self.process.wait(30)


def test_what_is_not_a_request_is_answered_and_the_server_goes_on(shop):
    raw = Raw(shop)
    assert raw.ask(b"{")["error"]["code"] == -32700
    assert raw.ask([1])["error"]["code"] == -32600
    assert raw.ask({"jsonrpc": "2.0", "id": 1, "method": "tools/fly"})["error"]["code"] == -32601
    assert raw.ask({"jsonrpc": "2.0", "id": 2, "method": "tools/call", "params": {"name": "fly"}})["error"]["code"] == -32602
    assert raw.ask({"jsonrpc": "2.0", "id": 3, "method": "tools/call", "params": [1]})["error"]["code"] == -32600
    assert raw.ask(b'"' + b"x" * (9 << 20) + b'"')["error"]["code"] == -32600
    raw.send({"jsonrpc": "2.0", "method": "notifications/cancelled", "params": {"requestId": 77}})
    raw.send(b"")
    old = raw.ask({"jsonrpc": "2.0", "id": "a", "method": "initialize", "params": {"protocolVersion": "1999-01-01"}})
    assert old["id"] == "a" and old["result"]["protocolVersion"] == "2025-11-25"
    assert raw.ask({"jsonrpc": "2.0", "id": 5, "method": "ping"}) == {"jsonrpc": "2.0", "id": 5, "result": {}}
    assert raw.ask(raw.call(6, "rows", path="prices.csv"))["result"]["structuredContent"]["rowCount"] == 3
    assert raw.close() == 0


def test_a_cancelled_call_ends_its_query(shop):
    raw = Raw(shop)
    slow = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n"
    raw.send(raw.call(1, "sql", query=slow))
    raw.send({"jsonrpc": "2.0", "method": "notifications/cancelled", "params": {"requestId": 1}})
    assert raw.ask({"jsonrpc": "2.0", "id": 2, "method": "ping"})["id"] == 2
    raw.send(raw.call(3, "sql", query=slow))
    assert raw.close() == 0  # the end of input ends it, too


def test_killed_servers_leave_the_old_table_or_the_new(shop):
    draw, done = random.Random(SAMPLE), 0
    for turn in range(40 if MANY else 4):
        raw = Raw(shop, "--write")
        calls = [raw.call(i, "append", path="prices.csv", rows=[{"id": 10000 + 100 * turn + i, "item": f"turn {turn}", "price": i}]) for i in range(25)]
        calls.insert(draw.randint(1, 24), raw.call("c", "commit", message=f"turn {turn}"))
        for message in calls:
            raw.send(message)
        answered = set()
        for _ in range(draw.randint(0, 12)):
            got = json.loads(raw.process.stdout.readline())
            if not got["result"]["isError"] and got["id"] != "c":
                answered.add(10000 + 100 * turn + got["id"])
        if draw.random() < 0.5:
            raw.process.send_signal(signal.SIGKILL)
            raw.process.wait()
        else:
            raw.close()
        rows = [json.loads(line) for line in varve(shop, "cat", "--format", "ndjson", "prices.csv").splitlines()]
        ids = [r["id"] for r in rows]
        assert len(set(ids)) == len(ids) and answered <= set(ids), (SAMPLE, turn)
        assert all(r["item"] == f"turn {r['id'] // 100 - 100}" for r in rows if r["id"] >= 10000), (SAMPLE, turn)
        done += len(answered)
        varve(shop, "commit", "-q", "-a", "--allow-empty", "-m", f"after {turn}")
    varve(shop, "fsck")


def test_rows_that_have_expired_are_said_to_have_expired_by_every_tool_that_reads_history(shop):
    for price in (10, 11, 12):
        (shop / "prices.csv").write_text(f"id,item,price\n1,pear,{price}\n2,plum,3.50\n3,fig,0.80\n")
        varve(shop, "commit", "-q", "-a", "-m", f"pears at {price}")
    varve(shop, "expire", "--keep", "last=1", "--plan", str(shop.parent / "plan"))
    varve(shop, "expire", "--apply", str(shop.parent / "plan"))
    raw = Raw(shop)
    said = {}
    for number, (name, arguments) in enumerate((("rows", {"revision": "HEAD~2"}), ("diff", {"old": "HEAD~2", "new": "HEAD"}),
                                                ("log", {}), ("blame", {}), ("sql", {}), ("check", {}))):
        if name == "sql":
            arguments = {"query": "SELECT count(*) AS n FROM varve_history_prices"}
        elif name not in ("log", "check"):
            arguments["path"] = "prices.csv"
        said[name] = raw.ask(raw.call(number, name, **arguments))["result"]
    assert raw.close() == 0
    for name in ("rows", "diff"):
        assert said[name]["isError"] and "expired" in json.dumps(said[name]), (name, said[name])
    for name in ("log", "blame", "sql", "check"):
        assert not said[name].get("isError"), (name, said[name])
    assert not [name for name, answer in said.items() if "missing here" in json.dumps(answer) or "varve fetch" in json.dumps(answer)], said
