"""authority: a time-stamp authority on 127.0.0.1, by `openssl ts`, which can answer wrongly.

	authority.py make FOLDER [USE [SECONDS]]
		makes root.pem and a clock's certificate, for USE (stamps) and SECONDS from now
	authority.py serve FOLDER
		prints its port, and serves; the path names the way it answers (WAYS)
	authority.py restamp REF KEY [FOLDER | =TOKEN] [SEED]
		replaces the stamp of the head at REF: none, a new one of the authority in FOLDER, or the words of another head's
		line; with a byte of the token changed by SEED. KEY, an SSH key of the head's signer, signs it
"""
import base64
import datetime
import hashlib
import http.server
import os
import re
import subprocess
import sys
import time

CONFIG = """
[tsa]
default_tsa = clock
[clock]
dir = .
serial = serial
crypto_device = builtin
signer_cert = clock.pem
certs = root.pem
signer_key = clock.key
signer_digest = sha256
default_policy = 1.2.3.4.1
digests = sha256, sha384
accuracy = secs:1
ordering = no
tsa_name = no
ess_cert_id_chain = no
ess_cert_id_alg = sha256
[ca]
default_ca = authority
[authority]
new_certs_dir = .
database = index
serial = root.serial
default_md = sha256
policy = any
rand_serial = yes
[any]
commonName = supplied
[req]
distinguished_name = name
prompt = no
[name]
CN = NAME
[root]
basicConstraints = critical, CA:TRUE
keyUsage = critical, keyCertSign
[stamps]
extendedKeyUsage = critical, timeStamping
[other]
extendedKeyUsage = critical, serverAuth
"""


def openssl(folder, *args, **more):
	done = subprocess.run(["openssl", *args], cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.PIPE, **more)
	if done.returncode != 0:
		raise SystemExit(f"openssl {' '.join(args)}: {done.stderr.decode()}")
	return done.stdout


def make(folder, use="stamps", seconds=864000):
	os.makedirs(folder, exist_ok=True)
	name = os.path.basename(folder)
	with open(f"{folder}/config", "w") as f:
		f.write(CONFIG.replace("NAME", name))
	for file, text in (("serial", "01\n"), ("index", "")):
		with open(f"{folder}/{file}", "w") as f:
			f.write(text)
	for key in ("root", "clock"):
		openssl(folder, "ecparam", "-name", "prime256v1", "-genkey", "-noout", "-out", f"{key}.key")
	openssl(folder, "req", "-new", "-x509", "-key", "root.key", "-config", "config", "-extensions", "root", "-subj",
		f"/CN={name} root", "-days", "3650", "-out", "root.pem")
	openssl(folder, "req", "-new", "-key", "clock.key", "-config", "config", "-out", "request")
	now = datetime.datetime.now(datetime.timezone.utc)
	begin, end = ((now + datetime.timedelta(seconds=s)).strftime("%Y%m%d%H%M%SZ") for s in (-60, int(seconds)))
	openssl(folder, "ca", "-batch", "-notext", "-config", "config", "-cert", "root.pem", "-keyfile", "root.key", "-in", "request",
		"-startdate", begin, "-enddate", end, "-extensions", use, "-out", "clock.pem")


def git(*args, **more):
	return subprocess.run(["git", *args], stdout=subprocess.PIPE, check=True, **more).stdout


def signed(key, purpose, text):
	"""The lines of the SSH signature."""
	done = subprocess.run(["ssh-keygen", "-q", "-Y", "sign", "-n", purpose, "-f", key], input=text, stdout=subprocess.PIPE,
		stderr=subprocess.DEVNULL, check=True)
	return done.stdout.decode().splitlines()


def restamp(ref, key, how="", seed=""):
	"""how: as on the command line, or a function that makes the token for a digest."""
	raw = git("cat-file", "commit", ref)
	raw = re.sub(rb"gpgsig .*\n(?: .*\n)*", b"", raw)
	raw = re.sub(rb"(?m)^stamp .*\n", b"", raw)
	head, _, message = raw.partition(b"\n\n")
	if not callable(how) and how.startswith("="):
		signature, text = how[1:].split(" ")
	elif how:
		parents = b"".join(line + b"\n" for line in head.split(b"\n") if line.startswith(b"parent "))
		text = b"varve stamp 1\n" + parents + b"\n" + message
		signature = "".join(signed(key, "varve-stamp", text)[1:-1])
		digest = hashlib.sha256(text + f"signature {signature}\n".encode()).hexdigest()
		text = base64.b64encode(how(digest) if callable(how) else token(how, digest)).decode()
	if how:
		if seed:
			text = base64.b64encode(mutate(base64.b64decode(text), seed)).decode()
		message += f"stamp rfc3161 {signature} {text}\n".encode()
	lines = signed(key, "varve-head", head + b"\n\n" + message)
	header = "gpgsig " + "\n ".join(lines)
	oid = git("hash-object", "-w", "-t", "commit", "--stdin", input=head + b"\n" + header.encode() + b"\n\n" + message)
	git("update-ref", ref, oid.decode().strip())


def answer(folder, query, *more):
	with open(f"{folder}/query", "wb") as f:
		f.write(query)
	return openssl(folder, "ts", "-reply", "-config", "config", "-queryfile", "query", *more)


def ask(folder, digest, *more):
	return openssl(folder, "ts", "-query", "-digest", digest, "-sha256", "-cert", *more)


def token(folder, digest):
	return answer(folder, ask(folder, digest, "-no_nonce"), "-token_out")


def digest_of(query):
	at = query.index(b"\x04\x20") + 2  # an OCTET STRING of 32 bytes
	return query[at:at + 32].hex()


def mutate(data, seed):
	at = int(seed) % len(data)
	return data[:at] + bytes([data[at] ^ (1 + int(seed) // len(data) % 255)]) + data[at + 1:]


def replayed(folder, query):
	"""The first answer, for all requests."""
	if not os.path.exists(f"{folder}/first"):
		with open(f"{folder}/first", "wb") as f:
			f.write(answer(folder, query))
	with open(f"{folder}/first", "rb") as f:
		return f.read()


GRANTED = b"\x30\x03\x02\x01\x00"  # the status in DER


def with_status(number, data):
	"""The answer, also with its token, but another status."""
	return data.replace(GRANTED, GRANTED[:-1] + bytes([number]), 1)


WAYS = {
	"right": answer,
	"replayed": replayed,
	"nonce": lambda folder, query: answer(folder, ask(folder, digest_of(query))),
	"no-nonce": lambda folder, query: answer(folder, ask(folder, digest_of(query), "-no_nonce")),
	"hash": lambda folder, query: answer(folder, ask(folder, "ab" * 32)),
	"no-certificate": lambda folder, query: answer(folder, openssl(folder, "ts", "-query", "-digest", digest_of(query), "-sha256")),
	"refused": lambda folder, query: answer(folder, openssl(folder, "ts", "-query", "-digest", "ab" * 64, "-sha512", "-cert")),
	"garbage": lambda folder, query: b"<html>busy</html>",
	"empty": lambda folder, query: b"",
	"cut": lambda folder, query: answer(folder, query)[:-9],
	"longer": lambda folder, query: answer(folder, query) + b"\0",
	"token": lambda folder, query: token(folder, digest_of(query)),
	"echo": lambda folder, query: query,
	"nothing": lambda folder, query: b"\x30\x05" + GRANTED,
	"rejected": lambda folder, query: with_status(2, answer(folder, query)),
	"waiting": lambda folder, query: with_status(3, answer(folder, query)),
	"revoked": lambda folder, query: with_status(5, answer(folder, query)),
	"unheard": lambda folder, query: with_status(77, answer(folder, query)),
}


class Handler(http.server.BaseHTTPRequestHandler):
	protocol_version = "HTTP/1.1"

	def do_POST(self):
		folder, way = sys.argv[2], self.path.strip("/")
		query = self.rfile.read(int(self.headers["Content-Length"]))
		if self.headers["Content-Type"] != "application/timestamp-query":
			self.send_error(415)
			return
		if way == "silent":
			time.sleep(600)
		if way == "moved":
			self.send_response(302)
			self.send_header("Location", "/right")
			self.send_header("Content-Length", "0")
			self.end_headers()
			return
		if way == "error":
			self.send_error(404)
			return
		if way == "bomb":  # without a length and without an end
			self.send_response(200)
			self.send_header("Transfer-Encoding", "chunked")
			self.end_headers()
			try:
				while True:
					self.wfile.write(b"10000\r\n" + bytes(65536) + b"\r\n")
			except OSError:
				return
		kind, _, seed = way.partition("-of-")
		data = mutate(answer(folder, query), seed) if kind == "mutated" else WAYS[way](folder, query)
		self.send_response(200)
		self.send_header("Content-Type", "application/timestamp-reply")
		self.send_header("Content-Length", str(len(data)))
		self.end_headers()
		self.wfile.write(data)

	def log_message(self, *args):
		pass


def serve():
	server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
	print(server.server_address[1], flush=True)
	server.serve_forever()


if __name__ == "__main__":
	if sys.argv[1] == "make":
		make(*sys.argv[2:])
	elif sys.argv[1] == "restamp":
		restamp(*sys.argv[2:])
	else:
		serve()
