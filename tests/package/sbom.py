#!/usr/bin/env python3
"""sbom.py LIST NAME VERSION SECONDS: an SPDX 2.3 document of the archive NAME, on stdout. LIST has the libraries that the archive
brings, as `make` writes it: `PACKAGE VERSION, of the source package SOURCE VERSION` (Debian's, whose version names its fixes), or
`SHA256 ARCHIVE NAME` (sources that were built for it); SECONDS, the time of the commit, are those of SOURCE_DATE_EPOCH.

Format: https://spdx.github.io/spdx-spec/v2.3/"""
import datetime
import json
import re
import sys

DEBIAN = re.compile(r"(\S+) (\S+), of the source package (\S+) (\S+)")
SOURCES = re.compile(r"([0-9a-f]{64}) (\S+) (\S+)")


def debian(name, version, source, source_version):
    return {"name": name, "versionInfo": version, "sourceInfo": f"Debian's source package {source} {source_version}",
            "supplier": "Organization: Debian", "externalRefs": [purl(f"pkg:deb/debian/{name}@{version}")]}


def sources(digest, archive, name):
    version = re.search(r"[-_]v?(\d\S*?)(?:\.orig)?\.(?:tar\.\w+|crate|zip)$", archive)
    version = version[1] if version else "NOASSERTION"
    return {"name": name, "versionInfo": version, "packageFileName": archive, "supplier": "NOASSERTION",
            "checksums": [{"algorithm": "SHA256", "checksumValue": digest}], "externalRefs": [purl(f"pkg:generic/{name}@{version}")]}


def purl(locator):
    return {"referenceCategory": "PACKAGE-MANAGER", "referenceType": "purl", "referenceLocator": locator.replace("+", "%2B")}


def libraries(lines):
    for line in lines:
        if found := DEBIAN.fullmatch(line.strip()):
            yield debian(*found.groups())
        elif found := SOURCES.fullmatch(line.strip()):
            yield sources(*found.groups())


def document(lines, name, version, seconds):
    own = {"name": "varve", "versionInfo": version, "supplier": "NOASSERTION", "licenseDeclared": "Apache-2.0",
           "externalRefs": [purl(f"pkg:generic/varve@{version}")]}
    packages = [own, *libraries(lines)]
    for number, package in enumerate(packages):
        package.update({"SPDXID": f"SPDXRef-{number}", "downloadLocation": "NOASSERTION", "filesAnalyzed": False})
    created = datetime.datetime.fromtimestamp(seconds, datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")
    relations = [("SPDXRef-DOCUMENT", "DESCRIBES", "SPDXRef-0")]
    relations += [("SPDXRef-0", "CONTAINS", package["SPDXID"]) for package in packages[1:]]
    return {"spdxVersion": "SPDX-2.3", "dataLicense": "CC0-1.0", "SPDXID": "SPDXRef-DOCUMENT", "name": name,
            "documentNamespace": f"https://github.com/OWNER/varve/releases/download/v{version}/{name}.spdx.json",
            "creationInfo": {"created": created, "creators": ["Organization: varve", f"Tool: varve-sbom-{version}"]},
            "packages": packages,
            "relationships": [{"spdxElementId": a, "relationshipType": kind, "relatedSpdxElement": b} for a, kind, b in relations]}


if __name__ == "__main__":
    with open(sys.argv[1], encoding="utf-8") as f:
        made = document(f.readlines(), sys.argv[2], sys.argv[3], int(sys.argv[4]))
    if len(made["packages"]) < 2:
        sys.exit(f"sbom: {sys.argv[1]} names no library")
    json.dump(made, sys.stdout, indent=1)
    print()
