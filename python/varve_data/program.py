"""The program varve and the certificates that the wheel brings along, and the environment of what libvarve does."""
from __future__ import annotations

import os
import pathlib
import shutil
import subprocess
import sys

HERE = pathlib.Path(__file__).parents[1] / "varve"
WINDOWS = sys.platform == "win32"
OWN = HERE / "bin" / ("varve.exe" if WINDOWS else "varve")
# Where libcurl of the wheel looks for authorities, and where other systems have them.
AUTHORITIES = (
    "/etc/ssl/certs/ca-certificates.crt",
    "/etc/pki/tls/certs/ca-bundle.crt",
    "/etc/ssl/ca-bundle.pem",
    "/etc/ssl/cert.pem",
)


def environment() -> tuple[bytes, ...]:
    """The environment for libvarve, as NAME=value. VARVE_PYTHON: what reads documents is this interpreter. From a wheel it has the wheel's program at the end of PATH, and
    SSL_CERT_FILE where libcurl would not find the system's authorities: their file, or that of the wheel."""
    env = {os.fsencode(name): os.fsencode(value) for name, value in os.environ.items()}
    if sys.executable:
        env[b"VARVE_PYTHON"] = os.fsencode(sys.executable)
    if OWN.exists():
        env[b"PATH"] = env.get(b"PATH", os.fsencode(os.defpath)) + os.fsencode(os.pathsep) + os.fsencode(OWN.parent)
    own = HERE / "cacert.pem"
    if own.exists() and not (env.get(b"SSL_CERT_FILE") or env.get(b"SSL_CERT_DIR")):
        found = next((path for path in AUTHORITIES if os.path.exists(path)), os.fspath(own))
        if found != AUTHORITIES[0]:
            env[b"SSL_CERT_FILE"] = os.fsencode(found)
    return tuple(name + b"=" + value for name, value in env.items())


def program() -> str | None:
    """The path of the program: the package's own, else the first on the PATH that is not this script; None: there is none."""
    if OWN.exists():
        return os.fspath(OWN)
    here = pathlib.Path(sys.argv[0]).resolve().parent
    folders = [f for f in os.environ.get("PATH", os.defpath).split(os.pathsep) if pathlib.Path(f or ".").resolve() != here]
    return shutil.which("varve", path=os.pathsep.join(folders))


def main() -> None:
    """Runs the program in place of this process, and ends as it does."""
    path = program()
    if path is None:
        print("varve: the program is neither in this package nor on the PATH", file=sys.stderr)
        sys.exit(2)
    env = dict(os.fsdecode(word).split("=", 1) for word in environment())
    if not WINDOWS:
        os.execve(path, ["varve", *sys.argv[1:]], env)
    # There a process cannot become another program: the shell would not wait for it. Ctrl-C reaches both.
    with subprocess.Popen([path, *sys.argv[1:]], env=env) as child:
        while True:
            try:
                sys.exit(child.wait())
            except KeyboardInterrupt:
                pass
