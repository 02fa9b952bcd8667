"""relay_client.py: a relay of a test's own, and what machines and visitors say to it: an independent reading of
docs/operate/relay.md, with Ed25519 of OpenSSL."""
import ctypes
import ctypes.util
import os
import socket
import subprocess

ALPHABET = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
ED25519 = 1087  # of openssl/evp.h
crypto = ctypes.CDLL(ctypes.util.find_library("crypto") or "libcrypto.so.3")
for function in crypto.EVP_PKEY_new_raw_private_key, crypto.EVP_MD_CTX_new:
    function.restype = ctypes.c_void_p


def name_of(key):
    """The name z6Mk... of a public key."""
    n = int.from_bytes(b"\xed\x01" + key.public, "big")
    text = ""
    while n:
        n, digit = divmod(n, 58)
        text = ALPHABET[digit] + text
    return "z" + text


class Key:
    """An Ed25519 key pair."""

    def __init__(self):
        self.pair = ctypes.c_void_p(crypto.EVP_PKEY_new_raw_private_key(ED25519, None, os.urandom(32), ctypes.c_size_t(32)))
        self.public = self.filled(32, lambda out, length: crypto.EVP_PKEY_get_raw_public_key(self.pair, out, length))

    @staticmethod
    def filled(count, function):
        out, length = ctypes.create_string_buffer(count), ctypes.c_size_t(count)
        assert function(out, ctypes.byref(length)) == 1 and length.value == count
        return out.raw

    def sign(self, message):
        context = ctypes.c_void_p(crypto.EVP_MD_CTX_new())
        assert crypto.EVP_DigestSignInit(context, None, None, None, self.pair) == 1
        signature = self.filled(64, lambda out, length: crypto.EVP_DigestSign(context, out, length, message,
                                                                              ctypes.c_size_t(len(message))))
        crypto.EVP_MD_CTX_free(context)
        return signature


class Relay:
    def __init__(self, *options, **environment):
        self.process = subprocess.Popen(["varve", "serve", "--relay", "127.0.0.1:0", *options],
                                        stderr=subprocess.PIPE, text=True, env={**os.environ, **environment})
        self.port = int(self.process.stderr.readline().rsplit(":", 1)[1])

    def connect(self, source="127.0.0.1"):
        s = socket.create_connection(("127.0.0.1", self.port), source_address=(source, 0))
        s.settimeout(15)
        return s

    def end(self):
        self.process.terminate()
        assert self.process.wait(10) == 0


def read(s, count):
    got = b""
    while len(got) < count:
        piece = s.recv(count - len(got))
        if not piece:
            raise EOFError(got)
        got += piece
    return got


def request(s, path, host="relay.example", more=""):
    """The status of the answer, and its line of text."""
    s.sendall(f"GET {path} HTTP/1.1\r\nHost: {host}\r\nConnection: Upgrade\r\nUpgrade: varve-relay-1\r\n{more}\r\n"
              .encode())
    return answer(s)


def answer(s):
    head = b""
    while not head.endswith(b"\r\n\r\n"):
        head += read(s, 1)
    status = int(head.split()[1])
    return status, b"" if status == 101 else read_rest(s)


def read_rest(s):
    rest = b""
    while piece := s.recv(4096):
        rest += piece
    return rest


def is_closed(s):
    try:
        return s.recv(1) == b""
    except ConnectionResetError:
        return True


def wait(relay, key, host="relay.example", signed="relay.example", claimed=None, source="127.0.0.1"):
    """A connection that waits, and the relay's word on it."""
    s = relay.connect(source)
    assert request(s, "/relay/wait", host)[0] == 101
    proof = key.sign(b"varve relay wait 1\n" + read(s, 32) + signed.encode())
    s.sendall((claimed or key).public + proof)
    return s, read(s, 1)


def visit(relay, key, source="127.0.0.1"):
    """A visitor's connection, whose answer is not read yet."""
    s = relay.connect(source)
    s.sendall(f"GET /relay/to/{name_of(key)} HTTP/1.1\r\nHost: h\r\nUpgrade: varve-relay-1\r\n\r\n".encode())
    return s


def pair(relay, key):
    machine, word = wait(relay, key)
    assert word == b"+", word
    visitor = visit(relay, key)
    assert read(machine, 1) == b"!"
    machine.sendall(b".!")
    assert answer(visitor)[0] == 101
    return machine, visitor
