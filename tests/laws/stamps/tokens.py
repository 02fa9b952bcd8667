"""tokens: a time-stamp authority whose certificates and tokens are made byte by byte, and FORMS, tokens that no reader may believe.

	authority = prepare(FOLDER)        readers trust the certificates in FOLDER/trusted.pem
	authority.token(DIGEST, TIME)      a right one
	FORMS[NAME].make(authority, DIGEST, TIME)
"""
import collections
import hashlib
import os
import subprocess
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "cli", "publish"))
import authority as by_openssl

DAY = 86400


# --- DER --------------------------------------------------------------------------------------------

def der(tag, *parts):
	data = b"".join(parts)
	size = len(data)
	if size < 128:
		return bytes([tag, size]) + data
	length = size.to_bytes((size.bit_length() + 7) // 8, "big")
	return bytes([tag, 128 | len(length)]) + length + data


def seq(*parts):
	return der(0x30, *parts)


def set_of(*parts):
	return der(0x31, *sorted(parts))


def tagged(n, *parts):
	return der(0xa0 | n, *parts)


def integer(n):
	return der(2, n.to_bytes(n.bit_length() // 8 + 1, "big", signed=True))


def octets(data):
	return der(4, data)


def bits(data):
	return der(3, b"\0" + data)


def oid(text):
	first, second, *rest = map(int, text.split("."))
	out = bytearray()
	for n in (first * 40 + second, *rest):
		piece = [n & 127]
		while n > 127:
			n >>= 7
			piece.append(128 | n & 127)
		out += bytes(reversed(piece))
	return der(6, bytes(out))


def generalized(seconds, form="%Y%m%d%H%M%SZ"):
	return der(0x18, time.strftime(form, time.gmtime(seconds)).encode())


def name_of(common):
	return seq(der(0x31, seq(oid("2.5.4.3"), der(0x0c, common.encode()))))


NULL = der(5)
TRUE = der(1, b"\xff")
DATA, SIGNED, TST = "1.2.840.113549.1.7.1", "1.2.840.113549.1.7.2", "1.2.840.113549.1.9.16.1.4"
CONTENT_TYPE, MESSAGE_DIGEST = "1.2.840.113549.1.9.3", "1.2.840.113549.1.9.4"
ESS, ESS_V2 = "1.2.840.113549.1.9.16.2.12", "1.2.840.113549.1.9.16.2.47"
STAMPS, SERVER = "1.3.6.1.5.5.7.3.8", "1.3.6.1.5.5.7.3.1"
HASHES = {"md5": "1.2.840.113549.2.5", "sha1": "1.3.14.3.2.26", "sha224": "2.16.840.1.101.3.4.2.4",
	"sha256": "2.16.840.1.101.3.4.2.1", "sha3-256": "2.16.840.1.101.3.4.2.8"}
SIGNATURES = {"ec": {"sha1": "1.2.840.10045.4.1", "sha224": "1.2.840.10045.4.3.1", "sha256": "1.2.840.10045.4.3.2"},
	"rsa": {"md5": "1.2.840.113549.1.1.4", "sha1": "1.2.840.113549.1.1.5", "sha256": "1.2.840.113549.1.1.11"}}


def algorithm(name):
	return seq(oid(HASHES[name]), NULL)


def attribute(kind, value):
	return seq(oid(kind), der(0x31, value))


# --- keys and certificates ---------------------------------------------------------------------------

class Key:
	"""A key in FOLDER/NAME.key; kind: a curve, or the bits of an RSA key."""

	def __init__(self, folder, name, kind="prime256v1"):
		self.path, self.kind = f"{folder}/{name}.key", "ec" if isinstance(kind, str) else "rsa"
		more = ["ecparam", "-name", kind, "-genkey", "-noout"] if isinstance(kind, str) else ["genrsa"]
		by_openssl.openssl(folder, *more, "-out", self.path, *([] if isinstance(kind, str) else [str(kind)]))
		self.public = by_openssl.openssl(folder, "pkey", "-in", self.path, "-pubout", "-outform", "DER")

	def sign(self, data, digest="sha256"):
		return subprocess.run(["openssl", "dgst", f"-{digest}", "-sign", self.path], input=data, stdout=subprocess.PIPE,
			check=True).stdout

	def signature(self, digest="sha256"):
		return seq(oid(SIGNATURES[self.kind][digest]), *([NULL] if self.kind == "rsa" else []))


def extension(kind, value, critical=True):
	return seq(oid(kind), TRUE if critical else b"", octets(value))


def usage(*kinds, critical=True):
	return extension("2.5.29.37", seq(*map(oid, kinds)), critical)


IS_CA = extension("2.5.29.19", seq(TRUE)), extension("2.5.29.15", der(3, b"\x02\x04"))
SIGNS = extension("2.5.29.15", der(3, b"\x07\x80"))
FOR_STAMPS = SIGNS, usage(STAMPS)


class Certificate:
	def __init__(self, subject, key, issuer=None, extensions=FOR_STAMPS, valid=None, digest="sha256"):
		"""issuer: a Certificate; None: itself. valid: (first second, last second)."""
		issuer = issuer or self
		self.key, self.name = key, name_of(subject)
		self.serial = integer(int.from_bytes(os.urandom(8), "big") >> 1)
		self.issuer = issuer.name
		begin, end = valid or (time.time() - DAY, time.time() + 3650 * DAY)
		body = seq(tagged(0, integer(2)), self.serial, issuer.key.signature(digest), self.issuer,
			seq(generalized(begin), generalized(end)), self.name, key.public, tagged(3, seq(*extensions)))
		self.der = seq(body, issuer.key.signature(digest), bits(issuer.key.sign(body, digest)))

	def pem(self):
		return subprocess.run(["openssl", "x509", "-inform", "DER"], input=self.der, stdout=subprocess.PIPE, check=True).stdout


# --- tokens -----------------------------------------------------------------------------------------

class Token:
	"""The parts of a token, which a form changes before it is made."""

	def __init__(self, signer, digest, when):
		self.signer, self.certificates = signer, [signer]
		self.kind, self.content_type, self.hash = SIGNED, TST, "sha256"
		self.version, self.policy, self.when = integer(1), oid("1.2.3.4.1"), generalized(when)
		self.imprint = algorithm("sha256"), octets(bytes.fromhex(digest))
		self.accuracy, self.more = seq(integer(1)), b""
		self.attributes = {
			CONTENT_TYPE: lambda content: oid(TST),
			MESSAGE_DIGEST: lambda content: octets(hashlib.new(self.hash, content).digest()),
			ESS_V2: lambda content: seq(seq(seq(octets(hashlib.sha256(self.signer.der).digest())))),
		}
		self.sign = lambda data: self.signer.key.sign(data, self.hash)
		self.content = self.sent = self.attached = None  # sent: in place of the content that is signed; attached: False: it is left out
		self.signers = lambda one: [one]

	def info(self):
		return seq(self.version, self.policy, seq(*self.imprint), integer(7), self.when, self.accuracy, self.more)

	def signer_info(self, content):
		pieces = [attribute(kind, value(content)) for kind, value in self.attributes.items()]
		attributes = set_of(*pieces)
		signed = self.sign(attributes if pieces else content)
		return seq(integer(1), seq(self.signer.issuer, self.signer.serial), algorithm(self.hash),
			b"\xa0" + attributes[1:] if pieces else b"", self.signer.key.signature(self.hash), octets(signed))

	def der(self):
		content = self.info() if self.content is None else self.content
		signers = self.signers(self.signer_info(content))
		sent = tagged(0, octets(content if self.sent is None else self.sent)) if self.attached is None else b""
		return seq(oid(self.kind), tagged(0, seq(integer(3), set_of(algorithm(self.hash)), seq(oid(self.content_type), sent),
			tagged(0, *(c.der for c in self.certificates)) if self.certificates else b"", set_of(*signers))))


class Authority:
	"""Its clock's certificate is below an intermediate one, as those of most authorities are."""

	def __init__(self, folder):
		os.makedirs(folder, exist_ok=True)
		self.folder = str(folder)
		self.root = Certificate("stamps root", self.new_key("root"), extensions=IS_CA)
		self.middle = Certificate("stamps middle", self.new_key("middle"), self.root, IS_CA)
		self.clock = Certificate("stamps clock", self.new_key("clock"), self.middle)

	def new_key(self, name, kind="prime256v1"):
		return Key(self.folder, name, kind)

	def parts(self, digest, when, signer=None, *chain):
		t = Token(signer or self.clock, digest, when)
		t.certificates = [t.signer, *(chain or [self.middle])]
		return t

	def token(self, digest, when):
		return self.parts(digest, when).der()

	def other(self, key="clock", **more):
		"""Another certificate of the clock, with other facts."""
		more.setdefault("issuer", self.middle)
		return Certificate("stamps clock", self.new_key("other", key) if not isinstance(key, str) or key != "clock" else self.clock.key,
			**more)


def prepare(folder):
	"""Makes an Authority that readers trust. Others with it: `plain`, a folder for openssl, is trusted, too; `foreign`, such a folder,
	and `twin`, an Authority of the same names, are not."""
	a = Authority(f"{folder}/own")
	a.twin = Authority(f"{folder}/twin")
	a.plain, a.foreign = f"{folder}/plain", f"{folder}/foreign"
	for other in (a.plain, a.foreign):
		by_openssl.make(other)
	with open(f"{folder}/trusted.pem", "wb") as f, open(f"{a.plain}/root.pem", "rb") as plain:
		f.write(a.root.pem() + plain.read())
	return a


# --- forms ------------------------------------------------------------------------------------------

# state: what verify says in JSON: "false": no token for this record, "unknown": one that no named authority vouches for, "known": a
# right one, of another time. words: how varve names what is wrong; second: how varve-reader does.
Form = collections.namedtuple("Form", "make state words second")
FORMS = {}
NOT_ONE = "not a time-stamp token"
DAMAGED = "time stamp is damaged"


def form(name, state, words, second=None):
	def put(make):
		assert name not in FORMS
		FORMS[name] = Form(make, state, words, second or words)
		return make
	return put


def changed(name, state, words, second=None):
	"""A form that changes the parts of a right token."""
	def put(change):
		def make(a, digest, when):
			t = a.parts(digest, when)
			change(t, a)
			return t.der()
		return form(name, state, words, second)(make)
	return put


def certified(name, words, second=None, key="clock", chain=None, **facts):
	"""A form whose certificate has other facts; those that are functions get the authority and the time."""
	def make(a, digest, when):
		known = {k: v(a, when) if callable(v) else v for k, v in facts.items()}
		one = a.other(key, **known)
		return a.parts(digest, when, one, *filter(None, [known.get("issuer")]), a.middle).der()
	form(name, "unknown", words, second)(make)


# What is no token at all.
form("nothing but an empty sequence", "false", NOT_ONE, DAMAGED)(lambda a, digest, when: seq())
form("a page of a web server", "false", NOT_ONE, DAMAGED)(lambda a, digest, when: b"<html><body>busy</body></html>")
form("the request", "false", NOT_ONE, DAMAGED)(lambda a, digest, when: by_openssl.ask(a.plain, digest))
form("the answer around the token", "false", NOT_ONE, DAMAGED)(lambda a, digest, when: by_openssl.answer(a.plain, by_openssl.ask(a.plain, digest)))
form("PEM", "false", NOT_ONE, DAMAGED)(lambda a, digest, when: subprocess.run(["openssl", "pkcs7", "-inform", "DER"],
	input=a.token(digest, when), stdout=subprocess.PIPE, check=True).stdout)
form("a byte too many", "false", NOT_ONE, DAMAGED)(lambda a, digest, when: a.token(digest, when) + b"\0")
form("more than 24 KiB", "false", "it is damaged", DAMAGED)(lambda a, digest, when: a.parts(digest, when, None, *[a.middle] * 120).der())
for cut in range(1, 9):
	form(f"the first {cut} of 9 parts", "false", NOT_ONE, DAMAGED)(
		lambda a, digest, when, cut=cut: (lambda t: t[:len(t) * cut // 9])(a.token(digest, when)))


# What is a message of CMS, and no time stamp.
@changed("data in place of a signed message", "false", NOT_ONE, DAMAGED)
def _(t, a):
	t.kind = DATA


@changed("a signature apart from its content", "false", NOT_ONE, DAMAGED)
def _(t, a):
	t.attached = False


@changed("a signed letter", "false", "another kind of content", DAMAGED)
def _(t, a):
	t.content_type, t.content = DATA, b"Dear reader, it was in May."
	t.attributes[CONTENT_TYPE] = lambda content: oid(DATA)


@changed("a letter that is called a time stamp", "false", NOT_ONE, DAMAGED)
def _(t, a):
	t.content = b"Dear reader, it was in May."


@changed("a time stamp of version 2", "false", "version")
def _(t, a):
	t.version = integer(2)


@changed("no signer", "false", "signer")
def _(t, a):
	t.signers = lambda one: []


@changed("two signers", "false", "signer")
def _(t, a):
	t.signers = lambda one: [one, one]


@changed("a second signer with a false signature", "false", "signer")
def _(t, a):
	t.signers = lambda one: [one, one[:-1] + bytes([one[-1] ^ 1])]


# For other bytes.
OTHER = "for other bytes"
form("for the record before", "false", OTHER, "imprint")(lambda a, digest, when: a.token(hashlib.sha256(b"before").hexdigest(), when))
form("for one more bit", "false", OTHER, "imprint")(lambda a, digest, when: a.token(digest[:-1] + "%x" % (int(digest[-1], 16) ^ 1), when))


@changed("of another kind of hash", "false", OTHER, "imprint")
def _(t, a):
	t.imprint = algorithm("sha3-256"), t.imprint[1]


@changed("of a part of the hash", "false", OTHER, "imprint")
def _(t, a):
	t.imprint = t.imprint[0], octets(t.imprint[1][2:-1])


@changed("of the hash and one byte more", "false", OTHER, "imprint")
def _(t, a):
	t.imprint = t.imprint[0], octets(t.imprint[1][2:] + b"\0")


@changed("of the SHA-1 of the record", "false", OTHER, "imprint")
def _(t, a):
	t.imprint = algorithm("sha1"), octets(t.imprint[1][2:22])


# Times.
ACCURACY = "accuracy"


@changed("as accurate as a year", "false", ACCURACY)
def _(t, a):
	t.accuracy = seq(integer(365 * DAY))


@changed("as accurate as 2^63 - 1 seconds", "false", ACCURACY)
def _(t, a):
	t.accuracy = seq(integer((1 << 63) - 1))


@changed("as accurate as 2^80 seconds", "false", ACCURACY)
def _(t, a):
	t.accuracy = seq(integer(1 << 80))


@changed("as accurate as less than nothing", "false", ACCURACY)
def _(t, a):
	t.accuracy = seq(integer(-3600))


@changed("in the thirteenth month", "false", "the time in", DAMAGED)
def _(t, a):
	t.when = der(0x18, b"20251301000000Z")


@changed("of a time without a zone", "false", "the time in", DAMAGED)
def _(t, a):
	t.when = t.when[:-1].replace(b"\x18\x0f", b"\x18\x0e")


@changed("of a time with years of two digits", "false", NOT_ONE, DAMAGED)
def _(t, a):
	t.when = der(0x17, t.when[4:])


@changed("of the year 9999", "unknown", "certificate has expired")
def _(t, a):
	t.when = der(0x18, b"99991231235959Z")


@changed("of the year 1950", "unknown", "not yet valid")
def _(t, a):
	t.when = der(0x18, b"19500101000000Z")


@changed("of a day before the certificate was made", "unknown", "not yet valid")
def _(t, a):
	t.when = generalized(time.time() - 3 * DAY)


form("of a time after the end", "known", "its time stamp is of", "")(lambda a, digest, when: a.token(digest, int(time.time())))


@changed("of a time whose accuracy reaches beyond the end", "known", "its time stamp is of", "")
def _(t, a):
	t.accuracy = seq(integer(7200))


# Signatures.
FALSE = "is false"
form("by openssl, with a bit of the signature turned", "false", FALSE, "signature")(
	lambda a, digest, when: (lambda t: t[:-1] + bytes([t[-1] ^ 1]))(by_openssl.token(a.plain, digest)))


@changed("signed by another key", "false", FALSE, "signature")
def _(t, a):
	t.sign = a.new_key("other").sign


@changed("dated back after it was signed", "false", FALSE, "digest")
def _(t, a):
	content = t.info()
	t.content, t.sent = content, content.replace(t.when, generalized(time.time() - DAY / 2))


@changed("with the hash of another record put in after it was signed", "false", FALSE, "digest")
def _(t, a):
	content, own = t.info(), t.imprint[1]
	t.content, t.sent = content.replace(own, octets(bytes(32))), content


@changed("signed without the content's hash", "false", FALSE, "digest|signature")
def _(t, a):
	del t.attributes[MESSAGE_DIGEST]


@changed("signed for another kind of content", "false", "another kind of content")
def _(t, a):
	t.attributes[CONTENT_TYPE] = lambda content: oid(DATA)


@changed("signed with MD5", "unknown", "too weak")
def _(t, a):
	rsa(t, a, "md5")


@changed("signed with SHA-1", "unknown", "too weak")
def _(t, a):
	t.hash = "sha1"


@changed("signed with SHA-224", "unknown", "too weak")
def _(t, a):
	t.hash = "sha224"


def rsa(t, a, digest):
	t.hash, t.signer = digest, a.other(2048)
	t.certificates = [t.signer, a.middle]


# Which certificate signed.
@changed("without its certificate", "false", "certificate")
def _(t, a):
	t.certificates = []


@changed("with another certificate than its signer's", "false", "certificate")
def _(t, a):
	t.certificates = [a.other(), a.middle]


@changed("without the certificate's hash under the signature", "false", "signing certificate")
def _(t, a):
	del t.attributes[ESS_V2]


@changed("with another certificate's hash under the signature", "false", "ess cert id")
def _(t, a):
	t.attributes[ESS_V2] = lambda content: seq(seq(seq(octets(bytes(32)))))


@changed("with another certificate's SHA-1 under the signature", "false", "ess cert id")
def _(t, a):
	del t.attributes[ESS_V2]
	t.attributes[ESS] = lambda content: seq(seq(seq(octets(bytes(20)))))


@changed("with a number in the place of the certificate's hash", "false", NOT_ONE, "certificate")
def _(t, a):
	t.attributes[ESS_V2] = lambda content: integer(7)


@changed("without the certificate between", "unknown", "issuer certificate")
def _(t, a):
	t.certificates = [a.clock]


form("by another authority, by openssl", "unknown", "self.signed")(lambda a, digest, when: by_openssl.token(a.foreign, digest))
form("by an authority of the same names", "unknown", "signature failure|self.signed")(
	lambda a, digest, when: a.twin.token(digest, when))
certified("by a certificate that signed itself", "self.signed", issuer=None)
certified("by a certificate of a web server", "purpose", extensions=(SIGNS, usage(SERVER)))
certified("by a certificate without a use", "purpose", extensions=(SIGNS,))
certified("by a certificate whose use is not critical", "purpose", extensions=(SIGNS, usage(STAMPS, critical=False)))
certified("by a certificate of two uses", "purpose", extensions=(SIGNS, usage(STAMPS, SERVER)))
certified("by a certificate that may not sign", "purpose", extensions=(extension("2.5.29.15", der(3, b"\x05\x20")), usage(STAMPS)))
certified("by a certificate with an unknown critical extension", "critical", extensions=(*FOR_STAMPS, extension("1.2.3.4.9", NULL)))
certified("by a certificate that had expired then", "certificate has expired", valid=lambda a, when: (when - 9 * DAY, when - DAY))
certified("by a certificate that was not valid yet", "not yet valid", valid=lambda a, when: (when + 60, when + DAY))
certified("by a certificate whose issuer had expired then", "certificate has expired",
	issuer=lambda a, when: Certificate("stamps old", a.new_key("old"), a.root, IS_CA, (when - 9 * DAY, when - DAY)))
certified("by a certificate whose issuer may not issue", "invalid CA|unable to get|not permitted", 
	issuer=lambda a, when: Certificate("stamps desk", a.new_key("desk"), a.middle))
certified("by a certificate signed with SHA-1", "weak", digest="sha1")
certified("by a key of RSA with 1,024 bits", "too weak", key=1024)
certified("by a key of 192 bits on a curve", "too weak", key="prime192v1")


@form("by a certificate with a false signature", "unknown", "signature failure")
def _(a, digest, when):
	one = a.other()
	one.der = one.der[:-1] + bytes([one.der[-1] ^ 1])
	return a.parts(digest, when, one, a.middle).der()


# What a client must look at by RFC 3161, and openssl does not by itself.
@changed("in the name of another authority", "false", "name")
def _(t, a):
	t.more = tagged(0, tagged(4, name_of("somebody else")))


@changed("with an unknown critical extension", "false", "extension")
def _(t, a):
	t.more = tagged(1, extension("1.2.3.4.9", NULL))
