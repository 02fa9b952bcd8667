#!/usr/bin/env python3
"""s3_store.py PORT PORTFILE LOG DIR [BUCKET...]: an S3 store over HTTP, as far as varve asks: PUT, GET with ranges,
DELETE, ListObjectsV2 with delimiter and pages; bucket in the path, or before ".localhost". Objects are files
below DIR/BUCKET. It is strict: every request must be signed with Signature Version 4 (computed here from AWS's
description, not from a library), over all of its x-amz headers, with a body of the digest it names, by the
access key AKIDEXAMPLE with the secret "secret/with+signs=" in the region eu-test-1, or with the session token "token/1==" by
AKIDSESSION with the same secret; at most 15 minutes off.

DIR.mode says what it does wrong, read at each request: "WHAT [COUNT]", for ever or so many times: slow (503
SlowDown), after (503 with Retry-After: 1), 500, drop (closes before it answers), half (closes in the middle of an answer), halfshards (the same to GET of shards), slowly (1,000 bytes of a shard a second),
error200, denied (AccessDenied to all but GET), hides (AccessDenied to GET of what is not there, and to lists), html, bare (404 without a body), region (301 with another region), malformed
(400 AuthorizationHeaderMalformed), skewed, full (QuotaExceeded to PUT), norange, pages (2 keys a page),
lostpage (a page that does not say where the next one begins), endless (the same token again and again), onandon (empty pages, each with another token), xml
(a list that is cut), other (other bytes in GET), expired (ExpiredToken to what a session signs), versions (what is replaced or removed stays below DIR.kept, behind a delete
marker, until its version is deleted; with pages of two), locked (the same with a lock on objects until 2099: a PUT needs Content-MD5), unlisted (the same, and lists of versions
are denied), undeletable (the same, and deleting a version is denied), undeleting (DELETE is denied), payer (the same to what has no x-amz-request-payer), public (a GET that is
signed is refused, another one is answered).

DIR.together says how many ranges of packs, and how many of lists, it wants to have been asked for at once, once: those that
come first wait for so many (four seconds at most). DIR.sent gets, a line each, the bytes of every answer to GET, and DIR.packs
and DIR.lists how many of either were under way at once, at most.

DIR.gate, where it is there, is a socket that is asked before each request is served: it is sent the access key, the method and
the path, in one line, and the request goes on when the socket is closed at the other end."""
import base64
import datetime
import email.utils
import hashlib
import hmac
import http.server
import os
import re
import socket
import sys
import threading
import time
import urllib.parse

port_file, log_file, root = sys.argv[2:5]
for name in sys.argv[5:]:
    os.makedirs(os.path.join(root, name), exist_ok=True)
SECRET = "secret/with+signs="
KEYS = {"AKIDEXAMPLE": None, "AKIDSESSION": "token/1=="}
REGION = "eu-test-1"
NS = 'xmlns="http://s3.amazonaws.com/doc/2006-03-01/"'
KEEPS = ("versions", "locked", "unlisted", "undeletable")
lock = threading.Lock()
changed = threading.Condition(lock)
under_way, most = {}, {}


def mode():
    """What to do wrong now; counts down."""
    with lock:
        try:
            with open(root + ".mode", encoding="ascii") as f:
                words = f.read().split()
        except FileNotFoundError:
            return ""
        if not words:
            return ""
        if len(words) > 1:
            left = int(words[1]) - 1
            with open(root + ".mode", "w", encoding="ascii") as f:
                f.write(f"{words[0]} {left}" if left > 0 else "")
        return words[0]


def gate(line):
    """Waits until it may go on."""
    try:
        with socket.socket(socket.AF_UNIX) as s:
            s.connect(root + ".gate")
            s.sendall(line.encode() + b"\n")
            s.recv(1)
    except (FileNotFoundError, ConnectionError):
        pass


def escape(text):
    return (text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace('"', "&#34;")
            .replace("'", "&#x27;"))


def encode(text, slash=""):
    return urllib.parse.quote(text, safe="-_.~" + slash)


def mac(key, text):
    return hmac.new(key, text.encode(), hashlib.sha256).digest()


class Store(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def log_message(self, *_):
        with open(log_file, "a", encoding="utf-8") as f:
            f.write(f"{self.command} {self.path} {self.headers.get('Range', '')}\n")

    def answer(self, status, body=b"", headers=(), kind="application/xml"):
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        for name, value in headers:
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def date_time_string(self, timestamp=None):
        shift = 3600 if self.skewed else 0
        now = datetime.datetime.now(datetime.timezone.utc) - datetime.timedelta(seconds=shift)
        return email.utils.format_datetime(now, usegmt=True)

    def error(self, status, code, message="as it is", extra="", headers=()):
        self.answer(status, f'<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>{code}</Code><Message>'
                            f"{escape(message)}</Message>{extra}<RequestId>1</RequestId></Error>".encode(), headers)

    # --- the signature

    def fault_of_signature(self, body):
        """None, or (status, code, message)."""
        m = re.fullmatch(r"AWS4-HMAC-SHA256 Credential=([^/]+)/(\d{8})/([^/]+)/s3/aws4_request, "
                         r"SignedHeaders=([a-z0-9;-]+), Signature=([0-9a-f]{64})",
                         self.headers.get("Authorization", ""))
        if not m:
            return 403, "AccessDenied", "no signature"
        access, day, region, names, signature = m.groups()
        if access not in KEYS:
            return 403, "InvalidAccessKeyId", "no such key"
        if region != REGION:
            return 400, "AuthorizationHeaderMalformed", f"the region '{region}' is wrong; expecting '{REGION}'", \
                f"<Region>{REGION}</Region>"
        if self.headers.get("x-amz-security-token") != KEYS[access]:
            return 403, "InvalidToken", "another token"
        stamp = self.headers.get("x-amz-date", "")
        if not re.fullmatch(day + r"T\d{6}Z", stamp):
            return 403, "AccessDenied", "no date"
        then = datetime.datetime.strptime(stamp, "%Y%m%dT%H%M%SZ")
        now = datetime.datetime.now(datetime.timezone.utc).replace(tzinfo=None)
        if abs((now - then).total_seconds()) > 900:
            return 403, "RequestTimeTooSkewed", "clock"
        names = names.split(";")
        if names != sorted(names) or "host" not in names or len(set(names)) != len(names):
            return 403, "AccessDenied", "headers that are signed"
        for name in self.headers:
            if name.lower().startswith("x-amz-") and name.lower() not in names:
                return 403, "AccessDenied", f"the header {name} was not signed"
        digest = self.headers.get("x-amz-content-sha256", "")
        path, _, query = self.path.partition("?")
        pairs = sorted((encode(k), encode(v)) for k, v in urllib.parse.parse_qsl(query, keep_blank_values=True))
        lines = [self.command, encode(urllib.parse.unquote(path), "/"), "&".join(f"{k}={v}" for k, v in pairs)]
        lines += [f"{n}:{' '.join(self.headers.get(n, '').split())}" for n in names]
        lines += ["", ";".join(names), digest]
        text = "\n".join(["AWS4-HMAC-SHA256", stamp, f"{day}/{region}/s3/aws4_request",
                          hashlib.sha256("\n".join(lines).encode()).hexdigest()])
        key = mac(mac(mac(mac(("AWS4" + SECRET).encode(), day), region), "s3"), "aws4_request")
        if not hmac.compare_digest(mac(key, text).hex(), signature):
            return 403, "SignatureDoesNotMatch", "another signature"
        if hashlib.sha256(body).hexdigest() != digest:
            return 400, "XAmzContentSHA256Mismatch", "another body"
        md5 = self.headers.get("Content-MD5")
        if md5 and md5 != base64.b64encode(hashlib.md5(body).digest()).decode():
            return 400, "BadDigest", "another body"
        return None

    # --- what goes wrong on purpose; True: it did

    def goes_wrong(self, wrong):
        if wrong == "slow":
            self.error(503, "SlowDown", "Please reduce your request rate.")
        elif wrong == "after":
            self.error(503, "ServiceUnavailable", headers=[("Retry-After", "1")])
        elif wrong == "500":
            self.error(500, "InternalError")
        elif wrong == "expired":
            self.error(400, "ExpiredToken", "The provided token has expired.")
        elif wrong == "drop":
            self.close_connection = True
        elif wrong == "error200":
            self.error(200, "InternalError", "We encountered an internal error.")
        elif wrong == "denied" and self.command != "GET" or wrong == "undeleting" and self.command == "DELETE":
            self.error(403, "AccessDenied", "Access Denied")
        elif wrong == "locked" and self.command == "PUT" and not self.headers.get("Content-MD5"):
            self.error(400, "InvalidRequest", "Content-MD5 OR x-amz-checksum- HTTP header is required for Put Object "
                                              "requests with Object Lock parameters")
        elif wrong == "undeletable" and self.command == "DELETE" and "versionId=" in self.path:
            self.error(403, "AccessDenied", "Access Denied")
        elif wrong == "locked" and self.command == "DELETE" and "versionId=" in self.path:
            self.error(400, "InvalidRequest", "Object is WORM protected and cannot be overwritten")
        elif wrong == "unlisted" and self.command == "GET" and self.path.endswith("versions="):
            self.error(403, "AccessDenied", "Access Denied")
        elif wrong == "payer" and self.headers.get("x-amz-request-payer") != "requester":
            self.error(403, "AccessDenied", "Access Denied")
        elif wrong == "public" and self.headers.get("Authorization"):
            self.error(403, "InvalidAccessKeyId", "no such key")
        elif wrong == "html":
            self.answer(404, b"<html>not here</html>", kind="text/html")
        elif wrong == "bare":
            self.answer(404)
        elif wrong == "region":
            self.error(301, "PermanentRedirect", headers=[("x-amz-bucket-region", "ap-test-2")])
        elif wrong == "malformed":
            self.error(400, "AuthorizationHeaderMalformed", extra="<Region>ap-test-2</Region>")
        elif wrong == "skewed":
            self.skewed = True
            self.error(403, "RequestTimeTooSkewed", "The difference is too large.")
        elif wrong == "full" and self.command == "PUT":
            self.error(403, "QuotaExceeded")
        else:
            return False
        return True

    # --- requests

    def serve(self):
        self.skewed = False
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        self.log_message()
        wrong = mode()
        if self.goes_wrong(wrong):
            return
        public = wrong == "public" and self.command == "GET"
        fault = None if public else self.fault_of_signature(body)
        if fault:
            self.error(*fault)
            return
        access = re.search(r"Credential=([^/]+)/", self.headers.get("Authorization", ""))
        gate(f"{access[1] if access else '-'} {self.command} {self.path}")
        path, _, query = self.path.partition("?")
        path = urllib.parse.unquote(path)[1:]
        host = self.headers["Host"].partition(":")[0]
        if host.endswith(".localhost"):
            path = host[:-len(".localhost")] + "/" + path
        bucket, _, key = path.partition("/")
        if not os.path.isdir(os.path.join(root, bucket)):
            self.error(404, "NoSuchBucket", "The specified bucket does not exist")
        elif ".." in key or "//" in key:
            self.error(400, "InvalidURI")
        elif not key and wrong == "hides":
            self.error(403, "AccessDenied", "Access Denied")
        elif not key and "versions" in dict(urllib.parse.parse_qsl(query, keep_blank_values=True)):
            self.list_versions(bucket, dict(urllib.parse.parse_qsl(query, keep_blank_values=True)))
        elif "versionId=" in query:
            self.version(f"{root}.kept/{path}/{urllib.parse.unquote(query.partition('versionId=')[2])}", wrong)
        elif not key:
            self.list(bucket, dict(urllib.parse.parse_qsl(query, keep_blank_values=True)), wrong)
        else:
            self.object(os.path.join(root, bucket, key), body, wrong)

    do_GET = do_PUT = do_DELETE = serve

    def send_response(self, code, message=None):
        self.send_response_only(code, message)
        self.send_header("Date", self.date_time_string())

    def keep(self, file):
        """The version that there is, out of sight."""
        kept = root + ".kept/" + os.path.relpath(file, root)
        os.makedirs(kept, exist_ok=True)
        version = str(max([int(name) for name in os.listdir(kept)], default=-1) + 1)
        if os.path.isfile(file):
            os.link(file, os.path.join(kept, version))
        return version

    def object(self, file, body, wrong):
        keeps = wrong in KEEPS
        if self.command in ("PUT", "DELETE") and keeps:
            with lock:
                version = [("x-amz-version-id", self.keep(file))]
        else:
            version = []
        if self.command == "PUT":
            os.makedirs(os.path.dirname(file), exist_ok=True)
            with open(f"{file}.new{threading.get_ident()}", "wb") as f:
                f.write(body)
            os.rename(f.name, file)
            self.answer(200, headers=[("ETag", f'"{hashlib.md5(body).hexdigest()}"')] + version)
        elif self.command == "DELETE":
            if os.path.isfile(file):
                os.remove(file)
            self.answer(204, headers=version + ([("x-amz-delete-marker", "true")] if keeps else []))
        elif not os.path.isfile(file) and wrong == "hides":
            self.error(403, "AccessDenied", "Access Denied")
        elif not os.path.isfile(file):
            marked = keeps and os.path.isdir(root + ".kept/" + os.path.relpath(file, root))
            self.error(404, "NoSuchKey", "The specified key does not exist.",
                       headers=[("x-amz-delete-marker", "true")] if marked else [])
        else:
            self.get(file, wrong)

    def version(self, file, wrong):
        if self.command == "DELETE":
            if os.path.isfile(file):
                os.remove(file)
            self.answer(204)
        elif not os.path.isfile(file):
            self.error(404, "NoSuchVersion", "no such version")
        else:
            with open(file, "rb") as f:
                self.answer(206, f.read(1), kind="application/octet-stream",
                            headers=[("x-amz-object-lock-retain-until-date", "2099-01-02T03:04:05Z")] if wrong == "locked" else [])

    def list_versions(self, bucket, query):
        prefix, found = query.get("prefix", ""), []
        for top, latest in ((root, "true"), (root + ".kept", "false")):
            for folder, _, names in os.walk(os.path.join(top, bucket)):
                for name in names:
                    file = os.path.join(folder, name)
                    key, version = (file, "null") if latest == "true" else (folder, name)
                    key = os.path.relpath(key, os.path.join(top, bucket))
                    if key.startswith(prefix) and "/" not in key[len(prefix):]:
                        found.append((key, version, latest, os.stat(file).st_size))
        after = (query.get("key-marker", ""), query.get("version-id-marker", ""))
        found = sorted(f for f in found if f[:2] > after)
        out = [f"<ListVersionsResult {NS}><IsTruncated>{'true' if len(found) > 2 else 'false'}</IsTruncated>"]
        if len(found) > 2:
            out.append(f"<NextKeyMarker>{escape(found[1][0])}</NextKeyMarker>"
                       f"<NextVersionIdMarker>{escape(found[1][1])}</NextVersionIdMarker>")
        for key, version, latest, size in found[:2]:
            out.append(f"<Version><Key>{escape(key)}</Key><VersionId>{version}</VersionId><IsLatest>{latest}</IsLatest>"
                       f"<Size>{size}</Size><Owner><ID>1</ID></Owner></Version>")
        out.append(f"<DeleteMarker><Key>{escape(prefix)}x</Key><VersionId>9</VersionId><IsLatest>true</IsLatest></DeleteMarker>"
                   "</ListVersionsResult>")
        self.answer(200, "".join(out).encode())

    def get(self, file, wrong):
        kind = os.path.basename(os.path.dirname(file))
        if kind not in ("packs", "lists") or not self.headers.get("Range"):
            self.give(file, wrong)
            return
        with changed:
            under_way[kind] = under_way.get(kind, 0) + 1
            if under_way[kind] > most.get(kind, 0):
                most[kind] = under_way[kind]
                with open(f"{root}.{kind}", "w", encoding="ascii") as f:
                    f.write(str(most[kind]))
            changed.notify_all()
            if os.path.exists(root + ".together"):
                with open(root + ".together", encoding="ascii") as f:
                    wanted = int(f.read())
                changed.wait_for(lambda: most[kind] >= wanted, 4)
        try:
            self.give(file, wrong)
        finally:
            with changed:
                under_way[kind] -= 1

    def give(self, file, wrong):
        with open(file, "rb") as f:
            whole = f.read()
        m = re.fullmatch(r"bytes=(\d+)-(\d+)", self.headers.get("Range", ""))
        status, piece = 200, whole
        if wrong == "other":
            whole = bytes(len(whole))
        if m and wrong != "norange":
            if int(m[1]) >= len(whole):
                self.error(416, "InvalidRange")
                return
            status, piece = 206, whole[int(m[1]):int(m[2]) + 1]
        if wrong == "half" or (wrong == "halfshards" and "/shards/" in self.path):
            self.send_response(status)
            self.send_header("Content-Length", str(len(piece)))
            self.end_headers()
            self.wfile.write(piece[:len(piece) // 2])
            self.close_connection = True
            return
        if wrong == "slowly" and "/shards/" in self.path:
            self.send_response(status)
            self.send_header("Content-Length", str(len(piece)))
            self.end_headers()
            try:
                for at in range(0, len(piece), 100):
                    self.wfile.write(piece[at:at + 100])
                    time.sleep(0.1)
            except OSError:
                self.close_connection = True  # nobody waits any more
            return
        with lock, open(root + ".sent", "a", encoding="ascii") as f:
            f.write(f"{len(piece)}\n")
        self.answer(status, piece, kind="application/octet-stream")

    def list(self, bucket, query, wrong):
        if self.command != "GET" or query.get("list-type") != "2":
            self.error(405, "MethodNotAllowed")
            return
        base = os.path.join(root, bucket)
        prefix, found = query.get("prefix", ""), {}
        for folder, _, names in os.walk(base):
            for name in names:
                key = os.path.relpath(os.path.join(folder, name), base)
                if not key.startswith(prefix):
                    continue
                head, slash, _ = key[len(prefix):].partition("/")
                if slash and query.get("delimiter") == "/":
                    found[prefix + head + "/"] = None
                elif not re.search(r"\.new\d+$", name):
                    try:
                        found[key] = os.stat(os.path.join(folder, name))
                    except FileNotFoundError:  # it went this moment
                        pass
        most = 2 if wrong in ("pages", "lostpage", "endless") else min(1000, int(query.get("max-keys", 1000)))
        after = query.get("continuation-token", "")
        after = after[len("t/&+"):] if after.startswith("t/&+") else query.get("start-after", "")
        keys = sorted(k for k in found if k > after)
        if wrong == "onandon":
            keys = []
        more = len(keys) > most
        keys = keys[:most]
        with open(log_file, "a", encoding="utf-8") as f:
            f.write(f"listed {len(keys)}\n")
        out = ['<?xml version="1.0" encoding="UTF-8"?>\n', f"<ListBucketResult {NS}><Name>{escape(bucket)}</Name>",
               f"<Prefix>{escape(prefix)}</Prefix><KeyCount>{len(keys)}</KeyCount>"]
        if more or wrong in ("lostpage", "endless", "onandon"):
            out.append("<IsTruncated>true</IsTruncated>")
            if wrong != "lostpage":
                token = "t/&+" + ("" if wrong == "endless" else str(time.monotonic_ns()) if wrong == "onandon" else keys[-1])
                out.append(f"<NextContinuationToken>{escape(token)}</NextContinuationToken>")
        else:
            out.append("<IsTruncated>false</IsTruncated>")
        for key in keys:
            if found[key] is None:
                out.append(f"<CommonPrefixes><Prefix>{escape(key)}</Prefix></CommonPrefixes>")
            else:
                then = time.strftime("%Y-%m-%dT%H:%M:%S.000Z", time.gmtime(found[key].st_mtime))
                out.append(f"<Contents><Key>{escape(key)}</Key><LastModified>{then}</LastModified>"
                           f"<ETag>&quot;0&quot;</ETag><Size>{found[key].st_size}</Size><StorageClass/></Contents>")
        text = "".join(out) + "</ListBucketResult>"
        self.answer(200, (text[:len(text) // 2] if wrong == "xml" else text).encode())


server = http.server.ThreadingHTTPServer(("127.0.0.1", int(sys.argv[1])), Store)
with open(port_file + ".new", "w", encoding="ascii") as port:
    port.write(f"{server.server_address[1]}\n")
os.rename(port_file + ".new", port_file)
server.serve_forever()
