"""press.py PAGE URL JAR WORDS [FIELD=VALUE]...: sends the form of the page whose button has these words, with its fields as they
are and those given, as a browser without scripts does, and follows the answer. Prints the page that comes."""
import subprocess
import sys
from html.parser import HTMLParser
from urllib.parse import urlencode, urljoin


class Forms(HTMLParser):
    def __init__(self):
        super().__init__()
        self.forms, self.text, self.button, self.area = [], None, None, None

    def handle_starttag(self, tag, pairs):
        a = dict(pairs)
        if tag == "form":
            self.forms.append({"action": a.get("action", ""), "method": a.get("method", "get"), "fields": [], "buttons": []})
        elif not self.forms:
            return
        elif tag == "input" and "name" in a:
            self.forms[-1]["fields"].append((a["name"], a.get("value", "")))
        elif tag == "textarea":
            self.area, self.text = a["name"], ""
        elif tag == "select":
            self.forms[-1]["fields"].append((a["name"], None))
        elif tag == "option" and self.forms[-1]["fields"] and ("selected" in a or self.forms[-1]["fields"][-1][1] is None):
            self.forms[-1]["fields"][-1] = (self.forms[-1]["fields"][-1][0], a["value"])
        elif tag == "button":
            self.button, self.text = (a.get("name"), a.get("value", "")), ""

    def handle_data(self, data):
        if self.text is not None:
            self.text += data

    def handle_endtag(self, tag):
        if tag == "button" and self.button:
            self.forms[-1]["buttons"].append((" ".join(self.text.split()), *self.button))
            self.button = self.text = None
        elif tag == "textarea":
            self.forms[-1]["fields"].append((self.area, self.text.removeprefix("\n")))
            self.area = self.text = None


page, url, jar, words, *given = sys.argv[1:]
forms = Forms()
with open(page, encoding="utf-8") as f:
    forms.feed(f.read())
found = [(form, b) for form in forms.forms if form["method"] == "post" for b in form["buttons"] if b[0] == words]
if not found:
    sys.exit(f"no button {words!r}, but {[b[0] for form in forms.forms for b in form['buttons']]}")
form, button = found[0]
wanted = dict(g.split("=", 1) for g in given)
fields = [(name, wanted.pop(name, value)) for name, value in form["fields"]]
if wanted:
    sys.exit(f"the form has no field {list(wanted)}, but {[name for name, _ in form['fields']]}")
if button[1]:
    fields.append(button[1:])
body = urlencode([(name, value.replace("\r\n", "\n").replace("\n", "\r\n")) for name, value in fields])
sys.exit(subprocess.run(["curl", "-s", "-L", "-b", jar, "-H", "Accept: text/html", "-H", f"Origin: {url}", "--data-binary", body,
                         urljoin(url + "/", form["action"])]).returncode)
