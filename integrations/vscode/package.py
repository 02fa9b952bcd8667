#!/usr/bin/env python3
"""package.py FILE.vsix: the extension as a package for VS Code's and Open VSX's stores; equal sources make equal bytes.
A .vsix is a zip of the extension's folder with a manifest of NuGet's kind and a list of content types."""
import json
import os
import pathlib
import sys
import zipfile
from xml.sax.saxutils import escape, quoteattr

HERE = pathlib.Path(__file__).resolve().parent
WHEN = (1980, 1, 1, 0, 0, 0)
TYPES = {".json": "application/json", ".js": "application/javascript", ".css": "text/css", ".md": "text/markdown", ".txt": "text/plain", ".vsixmanifest": "text/xml"}

MANIFEST = """<?xml version="1.0" encoding="utf-8"?>
<PackageManifest Version="2.0.0" xmlns="http://schemas.microsoft.com/developer/vsx-schema/2011">
	<Metadata>
		<Identity Language="en-US" Id={name} Version={version} Publisher={publisher}/>
		<DisplayName>{title}</DisplayName>
		<Description xml:space="preserve">{description}</Description>
		<Tags>{tags}</Tags>
		<Categories>{categories}</Categories>
		<GalleryFlags>Public</GalleryFlags>
		<License>extension/LICENSE.txt</License>
		<Properties>
			<Property Id="Microsoft.VisualStudio.Code.Engine" Value={engine}/>
			<Property Id="Microsoft.VisualStudio.Code.ExtensionKind" Value={kind}/>
			<Property Id="Microsoft.VisualStudio.Services.GitHubFlavoredMarkdown" Value="true"/>
		</Properties>
	</Metadata>
	<Installation><InstallationTarget Id="Microsoft.VisualStudio.Code"/></Installation>
	<Dependencies/>
	<Assets>
		<Asset Type="Microsoft.VisualStudio.Code.Manifest" Path="extension/package.json" Addressable="true"/>
		<Asset Type="Microsoft.VisualStudio.Services.Content.Details" Path="extension/README.md" Addressable="true"/>
		<Asset Type="Microsoft.VisualStudio.Services.Content.License" Path="extension/LICENSE.txt" Addressable="true"/>
	</Assets>
</PackageManifest>
"""


def manifest(package):
    return MANIFEST.format(
        name=quoteattr(package["name"]), version=quoteattr(package["version"]), publisher=quoteattr(package["publisher"]),
        title=escape(package["displayName"]), description=escape(package["description"]), tags=escape(",".join(package["keywords"])),
        categories=escape(",".join(package["categories"])), engine=quoteattr(package["engines"]["vscode"]), kind=quoteattr(",".join(package["extensionKind"])))


def contents():
    """Names in the package and their bytes, in order."""
    package = json.loads((HERE / "package.json").read_text())
    types = "".join(f'<Default Extension="{end}" ContentType="{kind}"/>' for end, kind in sorted(TYPES.items()))
    yield "[Content_Types].xml", f'<?xml version="1.0" encoding="utf-8"?>\n<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">{types}</Types>\n'.encode()
    yield "extension.vsixmanifest", manifest(package).encode()
    yield "extension/LICENSE.txt", (HERE / "../../LICENSE").read_bytes()
    names = ["README.md", "package.json"] + [str(p.relative_to(HERE)) for folder in ("media", "src") for p in (HERE / folder).iterdir()]
    for name in sorted(names):
        if os.path.splitext(name)[1] not in TYPES:
            sys.exit(f"package.py: '{name}' has no content type: name its ending in TYPES")
        yield f"extension/{name}", (HERE / name).read_bytes()


def main(out):
    with zipfile.ZipFile(out, "w") as made:
        for name, data in contents():
            entry = zipfile.ZipInfo(name, WHEN)
            entry.external_attr = 0o100644 << 16
            # Stored: bytes that deflate makes differ between versions of zlib.
            made.writestr(entry, data, zipfile.ZIP_STORED)


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    main(sys.argv[1])
