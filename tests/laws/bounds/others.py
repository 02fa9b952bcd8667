"""What is no file of a published folder: lines that say nothing, pages of an S3 store, records of a vault at a server, answers of
name servers and of the local network. `others.py dns BEHAVIOUR WHERE COMMAND...` is one case in a namespace of its own."""
import atexit
import fcntl
import http.client
import os
import socket
import struct
import subprocess
import sys
import threading
import time

import server

HERE = os.path.dirname(os.path.abspath(__file__))
LINES = {"silent": b"", "greets": b"SSH-2.0-OpenSSH_9.2\r\n", "deaf": None}
VAULT = {"vault-list": b"hold-list", "vault-record": b"hold-get", "s3-list": b"list-type=2", "s3-record": b"/records/"}


# --- an HTTP server behind one that misbehaves ---------------------------------------------------------


class Proxy(server.Handler):
    """Requests that have server.wanted in them are answered as server.behaviour says, others by the server behind."""

    def body(self):
        if self.headers.get("Transfer-Encoding") != "chunked":
            return self.rfile.read(int(self.headers.get("Content-Length", 0)))
        out = b""
        while size := int(self.rfile.readline(), 16):
            out += self.rfile.read(size)
            self.rfile.readline()
        self.rfile.readline()
        return out

    def do_GET(self):
        body = self.body()
        bad = self.server.wanted in f"{self.command} {self.path}\n".encode() + body
        self.server.met |= bad
        if bad and self.server.behaviour == "silent":
            return self.wait()
        behind = http.client.HTTPConnection(self.server.behind)
        behind.putrequest(self.command, self.path, skip_host=True, skip_accept_encoding=True)
        for name, value in self.headers.items():
            if name.lower() not in ("transfer-encoding", "content-length", "connection"):
                behind.putheader(name, value)
        behind.putheader("Content-Length", str(len(body)))
        behind.endheaders(body)
        answer = behind.getresponse()
        try:
            data = answer.read()
            self.send_response(answer.status)
            for name, value in answer.getheaders():
                if name.lower() not in ("content-length", "transfer-encoding", "connection", "server", "date"):
                    self.send_header(name, value)
            endless = bad and self.server.behaviour == "endless"
            self.send_header(*(("Connection", "close") if endless else ("Content-Length", str(len(data)))))
            self.end_headers()
            getattr(self, self.server.behaviour if bad else "well")(data)
        except OSError:  # it went away
            self.close_connection = True

    do_POST = do_PUT = do_DELETE = do_GET


def proxy(behind, wanted, behaviour):
    s = server.Server(("127.0.0.1", 0), Proxy)
    s.behind, s.wanted, s.behaviour, s.met = behind, wanted, behaviour, False
    threading.Thread(target=s.serve_forever, daemon=True).start()
    return s


# --- lines ---------------------------------------------------------------------------------------------


held_open = []


def line(greeting):
    if greeting is None:
        port, kept = server.deaf()
        held_open.append(kept)
        return port
    s = socket.socket()
    s.bind(("127.0.0.1", 0))
    s.listen(64)
    held = []

    def run():
        while True:
            c = s.accept()[0]
            held.append(c)
            c.sendall(greeting)

    threading.Thread(target=run, daemon=True).start()
    return s.getsockname()[1]


def home():
    """One with a key of ssh."""
    os.makedirs("home/.ssh", mode=0o700, exist_ok=True)
    if not os.path.exists("home/.ssh/id_ed25519"):
        subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", "home/.ssh/id_ed25519"], check=True)
    return os.path.abspath("home")


# --- programs beside -----------------------------------------------------------------------------------


def wait_file(name, p, text="\n"):
    while not (os.path.exists(name) and text in open(name).read()):
        assert p.poll() is None, name
        time.sleep(0.05)
    return open(name).read()


def s3_store():
    p = subprocess.Popen([sys.executable, os.path.join(HERE, "../../net/s3_store.py"), "0", "s3.port", "s3.log", "s3", "x"])
    atexit.register(p.kill)
    port = wait_file("s3.port", p).strip()
    os.environ.update(AWS_ENDPOINT_URL_S3=f"http://127.0.0.1:{port}", AWS_ACCESS_KEY_ID="AKIDEXAMPLE",
                      AWS_SECRET_ACCESS_KEY="secret/with+signs=")
    return f"127.0.0.1:{port}"


BUCKET = "s3://x/copies/here?region=eu-test-1"


def vault(must):
    """The vault of v at a server, in a bucket and in the folder kept; its recovery key is the file paper. Where the first two
    answer, and the path of the first."""
    bucket = s3_store()
    must("varve", "clone", "-q", "o", "v", cwd=".")
    did = must("varve", "key", "show", cwd="v").strip()
    subprocess.run(["git", "init", "-q", "--bare", "keeper"], check=True)
    log, env = open("keeper.log", "w"), dict(os.environ, XDG_CONFIG_HOME=os.path.abspath("keeper.config"))
    subprocess.run(["varve", "vault", "key", "new"], check=True, capture_output=True, env=env)
    p = subprocess.Popen(["varve", "vault", "serve", "--http", "127.0.0.1:0", "--hold", "100m", "--for", did, "--term", "0",
                          "keeper"], stderr=log, env=env)
    atexit.register(p.kill)
    url = "http" + wait_file("keeper.log", p, " at http").split(" at http")[1].split()[0]
    must("varve", "vault", "holder", "add", "k", url, "--domain", "k", cwd="v")
    must("varve", "vault", "holder", "add", "f", "../kept", "--domain", "f", cwd="v")
    must("varve", "vault", "holder", "add", "b", BUCKET, "--domain", "b", cwd="v")
    said = must("varve", "vault", "replicate", "--copies", "3", cwd="v")
    with open("paper", "w") as f:
        f.write(next(w for w in said.split() if w.startswith("varve-recovery-1-")) + "\n")
    os.chmod("paper", 0o600)
    served, _, path = url[7:].partition("/")
    return served, bucket, path


# --- name servers --------------------------------------------------------------------------------------


def dns_answer(question, mirror):
    end = 12
    while question[end]:
        end += question[end] + 1
    raw = mirror.encode()
    data = b"".join(bytes([len(raw[i : i + 255])]) + raw[i : i + 255] for i in range(0, len(raw), 255))
    return (question[:2] + struct.pack(">HHHHH", 0x8180, 1, 1, 0, 0) + question[12 : end + 5]
            + b"\xc0\x0c" + struct.pack(">HHIH", 16, 1, 60, len(data)) + data)


def dns_server(address, behaviour, mirror):
    """Whatever is asked by UDP is too long for it; by TCP it misbehaves."""
    udp, tcp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM), socket.socket()
    for s in (udp, tcp):
        s.bind((address, 53))
    tcp.listen(16)

    def datagrams():
        while True:
            question, who = udp.recvfrom(4096)
            if behaviour != "silent":
                short = question[:2] + b"\x83\x80" + question[4:] if behaviour != "well" else dns_answer(question, mirror)
                udp.sendto(short, who)

    def stream(c):
        c.recv(2)
        whole = dns_answer(c.recv(4096), mirror)
        c.sendall(struct.pack(">H", 65000))
        while behaviour != "cut":
            c.sendall(whole[:200] if behaviour == "slow" else whole * 300)
            time.sleep(0.1 if behaviour == "slow" else 0)
            if behaviour == "stalled":
                time.sleep(600)
        c.close()

    def streams():
        while True:
            threading.Thread(target=stream, args=(tcp.accept()[0],), daemon=True).start()

    for run in (datagrams, streams):
        threading.Thread(target=run, daemon=True).start()


def dns(behaviour, where, key, *command):
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as s:
        fcntl.ioctl(s, 0x8914, struct.pack("16sH22x", b"lo", 1 | 64))  # SIOCSIFFLAGS: IFF_UP, IFF_RUNNING
    threading.excepthook = lambda _: None
    s = server.serve("pub")
    mirror = f"varve1 key={key.partition('/')[0]} name=p mirror=http://127.0.0.1:{s.server_address[1]}/well/"
    dns_server("127.0.0.2", behaviour, mirror)
    dns_server("127.0.0.3", "well", mirror)
    name = f"resolv.{behaviour}.{where}"
    with open(name, "w") as f:
        f.write("nameserver 127.0.0.2\n" + ("nameserver 127.0.0.3\n" if where == "beside" else ""))
    subprocess.run(["mount", "--bind", name, os.path.realpath("/etc/resolv.conf")], check=True)
    return subprocess.run(command).returncode


# --- the local network ---------------------------------------------------------------------------------

BROWSE = {
    "silent": "import time; time.sleep(600)",
    "slow": "import sys, time\nwhile 1: sys.stdout.write('=' * 200); sys.stdout.flush(); time.sleep(0.1)",
    "endless": "import sys\nwhile 1: sys.stdout.write('=;e;IPv4;n;_varve._tcp;local;h;192.0.2.1;9;\"path=/p\"\\n' * 1000)",
    "cut": "print('=;e;IPv4;n;_varve._tcp;local;h;192.0', end='')",
}


def browser(behaviour):
    """A folder with an avahi-browse that heeds no signal but KILL."""
    folder = os.path.abspath(f"browse-{behaviour}")
    os.makedirs(folder, exist_ok=True)
    with open(f"{folder}/avahi-browse", "w") as f:
        f.write(f"#!{sys.executable}\nimport signal\nsignal.signal(signal.SIGTERM, signal.SIG_IGN)\n{BROWSE[behaviour]}\n")
    os.chmod(f"{folder}/avahi-browse", 0o755)
    return folder


if __name__ == "__main__":
    sys.exit(dns(sys.argv[2], sys.argv[3], *sys.argv[4:]))
