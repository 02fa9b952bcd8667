#!/usr/bin/env python3
"""aws_keys.py PORTFILE LOG DIR: the services of AWS that lend keys, at one port of 127.0.0.1: STS (POST /), the agent of a
container (GET /container), and a machine's metadata, version 2 (/latest/...). They lend what s3_store.py takes: AKIDSESSION
with the token "token/1==". LOG gets a line for each that was asked: what, and who asked.

DIR/ends: so many seconds from now they end (3600 without it). DIR/refuse: STS answers AccessDenied. DIR/silent: the metadata
does not answer for ten seconds. DIR/token: what the container's agent and AssumeRoleWithWebIdentity want to see.
The role arn:aws:iam::1:role/varve is lent to AKIDEXAMPLE, whose signature is not computed, but must be there and for "sts"."""
import datetime
import http.server
import json
import os
import sys
import time
import urllib.parse

port_file, log_file, root = sys.argv[1:4]
os.makedirs(root, exist_ok=True)
ROLE = "arn:aws:iam::1:role/varve"


def setting(name, otherwise=None):
    try:
        with open(os.path.join(root, name), encoding="ascii") as f:
            return f.read().strip()
    except FileNotFoundError:
        return otherwise


def ends():
    when = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(seconds=int(setting("ends", "3600")))
    return when.strftime("%Y-%m-%dT%H:%M:%SZ")


class Services(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        pass

    def note(self, what):
        with open(log_file, "a", encoding="utf-8") as f:
            f.write(what + "\n")

    def answer(self, status, text):
        body = text.encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def keys(self):
        return json.dumps({"Code": "Success", "AccessKeyId": "AKIDSESSION", "SecretAccessKey": "secret/with+signs=",
                           "Token": "token/1==", "Expiration": ends()})

    def refuse(self, why):
        self.answer(403, "<ErrorResponse xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\"><Error><Type>Sender</Type>"
                         f"<Code>AccessDenied</Code><Message>{why}</Message></Error></ErrorResponse>")

    def do_POST(self):
        body = self.rfile.read(int(self.headers.get("Content-Length", 0))).decode()
        if "?" in self.path:
            self.refuse("in a URL")
            return
        q = dict(urllib.parse.parse_qsl(body))
        by = self.headers.get("Authorization", "")
        self.note(f"{q.get('Action')} {q.get('RoleSessionName')} {q.get('ExternalId', '-')}")
        if setting("refuse") is not None or q.get("RoleArn") != ROLE or q.get("Version") != "2011-06-15":
            self.refuse("not for you")
        elif q["Action"] == "AssumeRole" and not ("Credential=AKIDEXAMPLE/" in by and "/eu-test-1/sts/aws4_request" in by):
            self.refuse("who are you")
        elif q["Action"] == "AssumeRoleWithWebIdentity" and (q.get("WebIdentityToken") != setting("token") or by):
            self.refuse("another token")
        else:
            name = q["Action"]
            self.answer(200, f'<{name}Response xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><{name}Result>'
                             "<AssumedRoleUser><Arn>a</Arn></AssumedRoleUser><Credentials>"
                             "<AccessKeyId>AKIDSESSION</AccessKeyId><SecretAccessKey>secret/with+signs=</SecretAccessKey>"
                             f"<SessionToken>token/1==</SessionToken><Expiration>{ends()}</Expiration></Credentials>"
                             f"</{name}Result></{name}Response>")

    def do_PUT(self):
        self.note("metadata token")
        if setting("silent") is not None:
            time.sleep(10)
        self.answer(200 if self.headers.get("X-aws-ec2-metadata-token-ttl-seconds") else 400, "opened")

    def do_GET(self):
        base = "/latest/meta-data/iam/security-credentials/"
        if self.path == "/container":
            self.note("container")
            fine = self.headers.get("Authorization") == setting("token")
            self.answer(200 if fine else 403, self.keys() if fine else "{}")
        elif self.headers.get("X-aws-ec2-metadata-token") != "opened":
            self.answer(401, "")
        elif self.path == base:
            self.answer(200, "varve")
        elif self.path == base + "varve":
            self.note("metadata keys")
            self.answer(200, self.keys())
        else:
            self.answer(404, "")


server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Services)
with open(port_file + ".new", "w", encoding="ascii") as out:
    out.write(str(server.server_address[1]))
os.rename(port_file + ".new", port_file)
server.serve_forever()
