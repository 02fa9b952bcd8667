"""The document that an archive has of its libraries names each with its version, and is well-formed SPDX 2.3."""
import os
import re
import sys

sys.path.insert(0, os.path.dirname(__file__))
import sbom

LINES = ["Static libraries in these programs: SHA-256, archive, Debian's source package or crate.\n",
         "libgit2-1.5 1.5.1+ds-1+deb12u1, of the source package libgit2 1.5.1+ds-1+deb12u1\n",
         "a" * 64 + " zstd_1.5.5+dfsg2.orig.tar.xz libzstd\n", "b" * 64 + " libgit2-sys-0.17.0.crate libgit2-sys\n"]
made = sbom.document(LINES, "varve-1-linux-x86_64", "1", 0)
ids = [package["SPDXID"] for package in made["packages"]]
assert [(p["name"], p["versionInfo"]) for p in made["packages"]] == [
    ("varve", "1"), ("libgit2-1.5", "1.5.1+ds-1+deb12u1"), ("libzstd", "1.5.5+dfsg2"), ("libgit2-sys", "0.17.0")], made["packages"]
assert len(set(ids)) == 4 and all(re.fullmatch(r"SPDXRef-[A-Za-z0-9.-]+", name) for name in ids), ids
assert made["creationInfo"]["created"] == "1970-01-01T00:00:00Z"
assert {r["relatedSpdxElement"] for r in made["relationships"]} == set(ids), made["relationships"]
assert made["packages"][1]["externalRefs"][0]["referenceLocator"] == "pkg:deb/debian/libgit2-1.5@1.5.1%2Bds-1%2Bdeb12u1"
try:
    from spdx_tools.spdx.parser.jsonlikedict.json_like_dict_parser import JsonLikeDictParser
    from spdx_tools.spdx.validation.document_validator import validate_full_spdx_document
except ImportError:
    print("spdx-tools is not installed: its validator was not asked")
else:
    faults = validate_full_spdx_document(JsonLikeDictParser().parse(made), "SPDX-2.3")
    assert not faults, faults
print(f"{len(ids)} packages")
