"""folder_links.py FOLDER: every link of index.html, and of every page that it leads to, leads to a file that is there,
below the folder, and to a place in it that is there. Fails and names those that do not."""
import html.parser
import os
import sys
from urllib.parse import unquote, urldefrag


class Page(html.parser.HTMLParser):
    def __init__(self, path):
        super().__init__()
        self.ids, self.links = set(), []
        with open(path, encoding="utf-8") as f:
            self.feed(f.read())

    def handle_starttag(self, tag, attributes):
        for name, value in attributes:
            if name == "id":
                self.ids.add(value)
            elif name == "href" and value and value.startswith("https://"):
                pass  # of a README
            elif name in ("href", "src") and value:
                self.links.append(value)


root = os.path.realpath(sys.argv[1])
pages, todo = {}, [os.path.join(root, "index.html")]
wrong, count = [], 0


def page_at(path):
    if path not in pages:
        pages[path] = Page(path)
        todo.append(path)
    return pages[path]


while todo:
    path = todo.pop()
    for link in page_at(path).links:
        to, part = urldefrag(link)
        target = os.path.realpath(os.path.join(os.path.dirname(path), unquote(to))) if to else path
        count += 1
        if not target.startswith(root + os.sep) or not os.path.isfile(target):
            wrong.append(f"{path}: {link}: there is no such file")
        elif target.endswith(".html") and part and unquote(part) not in page_at(target).ids:
            wrong.append(f"{path}: {link}: there is no such place")
        elif target.endswith(".html"):
            page_at(target)
print("\n".join(wrong[:20]) or f"{count} links of {len(pages)} pages")
sys.exit(1 if wrong or count == 0 else 0)
