#!/usr/bin/python3
"""web.py TEST URL [FILE]: looks at the pages of the varve that serves URL, in Debian's Chromium, headless. One
browser for all that a test looks at. Fails, and says where, if a page is not what it must be, writes
anything on the console, asks another host for anything, or is wider than its window."""
import base64
import gzip
import json
import os
import shutil
import sys
import tempfile
import threading
import time
import urllib.request
from urllib.parse import urlsplit

from selenium import webdriver
from selenium.common.exceptions import WebDriverException
from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.support.ui import Select

OPTIONS = """--headless --no-sandbox --disable-gpu --disable-background-networking --disable-component-update
--disable-sync --no-first-run --disable-default-apps --disable-extensions --disable-dev-shm-usage --no-proxy-server
--hide-scrollbars --force-color-profile=srgb --lang=en-US""".split()
WIDE, NARROW = (1400, 900), (390, 844)
PATIENCE = 20  # seconds
# (dark, size): the other two of four show nothing new, but for who looks at the pictures.
PICTURES = os.environ.get("VARVE_TEST_PICTURES")
LIGHTS = ((False, WIDE), (True, NARROW)) if not PICTURES else tuple(
    (dark, size) for dark in (False, True) for size in (WIDE, NARROW))


class Wrong(Exception):
    pass


def check(holds, what):
    if not holds:
        raise Wrong(what)


class Browser:
    def __init__(self, url):
        self.folder = tempfile.mkdtemp(prefix="varve-web-")
        options = webdriver.ChromeOptions()
        options.binary_location = "/usr/bin/chromium"
        for option in OPTIONS + [f"--user-data-dir={self.folder}"]:
            options.add_argument(option)
        options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
        self.url = url
        self.ours = urlsplit(url)
        self.driver = webdriver.Chrome(service=Service("/usr/bin/chromedriver"), options=options)
        self.driver.set_page_load_timeout(60)
        self.scripts, self.size = True, None
        self.resize(WIDE)

    def close(self):
        self.driver.quit()
        shutil.rmtree(self.folder, ignore_errors=True)

    def command(self, name, **values):
        return self.driver.execute_cdp_cmd(name, values)

    def resize(self, size):
        self.size = size
        self.command("Emulation.setDeviceMetricsOverride", width=size[0], height=size[1], deviceScaleFactor=1,
                     mobile=False)

    def dark(self, on):
        self.command("Emulation.setEmulatedMedia", media="",
                     features=[{"name": "prefers-color-scheme", "value": "dark" if on else "light"}])

    def without_scripts(self):
        self.scripts = False
        self.command("Emulation.setScriptExecutionDisabled", value=True)

    def go(self, address):
        self.driver.get(address if "://" in address else self.url + address)
        return self.settle()

    def settle(self):
        """What must hold of every page."""
        where = self.driver.current_url
        # Chromium itself says there that a page's status is an error.
        harm = [entry["message"] for entry in self.driver.get_log("browser")
                if not entry["message"].startswith(where + " - Failed to load resource")]
        check(not harm, f"{where}: on the console: {harm}")
        for entry in self.driver.get_log("performance"):
            message = json.loads(entry["message"])["message"]
            if message["method"] == "Network.requestWillBeSent":
                asked = urlsplit(message["params"]["request"]["url"])
                check((asked.scheme, asked.netloc) == (self.ours.scheme, self.ours.netloc) or asked.scheme in ("data", "about", "chrome"),
                      f"{where}: asks for {asked.geturl()}")
        check(self.driver.title, f"{where}: has no title")
        if self.scripts:
            width = self.run("return document.documentElement.scrollWidth")
            check(width <= self.size[0], f"{where}: is {width} pixels wide in a window of {self.size[0]}")
            check(not self.run("return window.harmed"), f"{where}: a cell ran as a script")
        return self

    def run(self, script, *arguments):
        return self.driver.execute_script(script, *arguments)

    def all(self, selector):
        return self.driver.find_elements(By.CSS_SELECTOR, selector)

    def one(self, selector):
        found = self.wait(lambda: self.all(selector))
        check(found, f"{self.driver.current_url}: there is no {selector}")
        return found[0]

    def wait(self, ask):
        """What ask() answers once it is something: keys and clicks may lead to a page that is not there yet."""
        end = time.monotonic() + PATIENCE
        while True:
            try:
                answer = ask()
            except WebDriverException:  # the page went away while it was looked at
                answer = None
            if answer or time.monotonic() > end:
                return answer
            time.sleep(0.05)

    def is_at(self, part):
        check(self.wait(lambda: part in self.driver.current_url), f"{self.driver.current_url} is not {part}")
        return self.settle()

    def text(self, selector="main"):
        return self.one(selector).text

    def link(self, text):
        found = self.driver.find_elements(By.PARTIAL_LINK_TEXT, text)
        if not found:
            check(False, f"{self.driver.current_url}: there is no link '{text}' among {[e.text for e in self.all('a')[:60]]}")
        return found[0]

    def click(self, what):
        element = self.link(what) if isinstance(what, str) else what
        element.click()
        return self.settle()

    def press(self, *keys):
        self.driver.switch_to.active_element.send_keys(*keys)
        return self

    def has(self, *words):
        # innerText is what text is here, in a tenth of the time.
        def shown():
            return " ".join(self.one("body").get_property("innerText").split())

        for word in words:
            if not self.wait(lambda: " ".join(word.split()) in shown()):
                check(False, f"{self.driver.current_url}: '{word}' is not in: {shown()[:1500]}")
        return self

    def picture(self, name):
        """All of the page, up to 3,000 pixels."""
        if PICTURES:
            height = min(3000, max(self.size[1], self.run("return document.documentElement.scrollHeight")))
            shot = self.command("Page.captureScreenshot", captureBeyondViewport=True,
                                clip={"x": 0, "y": 0, "width": self.size[0], "height": height, "scale": 1})
            with open(os.path.join(PICTURES, name + ".png"), "wb") as f:
                f.write(base64.b64decode(shot["data"]))


def main_pages(b):
    """Addresses of one page of each kind, found by their links."""
    b.go("/")
    pages = {"overview": b.driver.current_url}
    b.go("/commits")
    b.click(b.one(".log .words a[href*='/compare/']"))
    pages["compare"] = b.driver.current_url
    b.go("/tree/HEAD")
    pages["files"] = b.driver.current_url
    b.go("/table/HEAD/constituents.csv")
    pages["table"] = b.driver.current_url
    pages["row"] = b.one(".data tbody th a").get_attribute("href")
    pages["columns"] = b.link("Columns").get_attribute("href")
    pages["column"] = pages["columns"] + "?name=Symbol"
    pages["cell"] = pages["row"] + "&cell=Security"
    pages["commits"] = b.url + "/commits"
    pages["names"] = b.url + "/search?q=region"
    pages["check"] = b.url + "/check/HEAD"
    pages["history"] = b.one(".views a[href*='/history/']").get_attribute("href")
    pages["wide"] = b.url + "/compare/HEAD~4..HEAD/country-codes.csv"
    pages["search"] = b.url + "/table/HEAD/constituents.csv?q=software&sort=Symbol&dir=desc"
    return pages


def in_lights(b, pages):
    """Each page in LIGHTS; in an ordinary run each in one of them, which VARVE_TEST_SAMPLE draws."""
    draw, every = int(os.environ.get("VARVE_TEST_SAMPLE", "0")), PICTURES or os.environ.get("VARVE_TEST_ALL")
    for turn, (dark, size) in enumerate(LIGHTS):
        b.dark(dark)
        b.resize(size)
        for i, (name, address) in enumerate(pages.items()):
            if every or (turn + i + draw) % 2:
                yield name, address, dark, size


def looks(b):
    for name, address, dark, size in in_lights(b, main_pages(b)):
        b.go(address)
        check(b.text("h1"), f"{address}: has no heading")
        b.picture(f"{name}-{size[0]}{'-dark' if dark else ''}")
    b.go("/table/HEAD/nothing-here.csv")


def documents(b, folder):
    """The pictures of docs/use/web.md, and the one of the README."""
    b.resize((1280, 720))
    pages = main_pages(b)

    def save(name):
        b.settle()
        with open(os.path.join(folder, f"web-{name}.png"), "wb") as f:
            f.write(base64.b64decode(b.command("Page.captureScreenshot")["data"]))
    for name in ("overview", "table", "compare", "history"):
        b.go(pages[name])
        save(name)
    b.go(pages["table"])
    b.click(b.all(".data tbody tr:nth-child(4) td")[2])
    check(b.wait(lambda: b.all(".panel .cell-life li")), "the panel is empty")
    save("cell")
    b.resize((1080, 520))
    b.go(pages["compare"])
    save("front")


def axe_findings(b, code):
    b.run(code)
    return b.driver.execute_async_script(
        "var done = arguments[0]; axe.run(document, {resultTypes: ['violations']}).then(function (r) {"
        "done(r.violations.map(function (v) { return v.id + ': ' + v.nodes.slice(0, 3).map(function (n) {"
        "return n.html.slice(0, 160) + ' | ' + n.failureSummary; }).join(' ## '); })); });")


def axe(b, script):
    with open(script, encoding="utf-8") as f:
        code = f.read()
    pages = main_pages(b)
    pages["elsewhere"] = b.url + "/table/HEAD/country-code.csv"
    for name in ("compare", "table", "wide", "search"):  # a few rows tell as much as many
        pages[name] += ("&" if "?" in pages[name] else "?") + "n=12"
    bad = []
    for name, address, dark, size in in_lights(b, pages):
        b.driver.get(address)
        bad += [f"{name} ({size[0]}, {'dark' if dark else 'light'}): {one}" for one in axe_findings(b, code)]
    b.driver.get(pages["table"])
    b.all(".data tbody td")[1].click()
    check(b.wait(lambda: b.all(".panel .cell-life li")), "the panel is empty")
    bad += [f"panel: {one}" for one in axe_findings(b, code)]
    check(not bad, "\n".join(bad))


def plain(b):
    pages = main_pages(b)
    b.without_scripts()
    for address in pages.values():
        b.go(address)
        check(b.text("h1"), f"{address}: has no heading")
    b.go("/table/HEAD/constituents.csv")
    first = b.text(".data tbody tr")
    b.click("Next")
    check(b.text(".data tbody tr") != first, "the second page is the first one")
    b.has("Rows 201 to 400")
    b.go("/table/HEAD/constituents.csv")
    search = b.one("input[name=q]")
    search.send_keys("Apple")
    search.submit()
    b.is_at("q=Apple").has("AAPL", "Apple Inc.")
    b.go("/table/HEAD/constituents.csv")
    b.one(".filter summary").click()
    Select(b.one("select[name=col]")).select_by_visible_text("GICS Sector")
    b.one("input[name=val]").send_keys("Energy", Keys.ENTER)
    b.is_at("val=Energy").has("GICS Sector is Energy")
    sectors = [e.text for e in b.all(".data tbody td:nth-child(4)")]
    check(sectors and set(sectors) == {"Energy"}, f"not only Energy: {sectors}")
    b.click(b.one(".chips a"))
    check("val=" not in b.driver.current_url, "the filter is not taken away")
    b.click("Columns")
    b.click("GICS Sector")
    b.click("Industrials")
    b.has("GICS Sector is Industrials")
    b.go("/columns/HEAD/constituents.csv?name=CIK")
    low, high = b.all("main form:nth-of-type(2) input[name=val]")
    low.send_keys("700000")
    high.send_keys("800000", Keys.ENTER)
    b.is_at("op=le").has("CIK is at least 700000", "CIK is at most 800000")
    numbers = [int(e.text) for e in b.all(".data tbody td:nth-child(8)")]
    check(numbers and all(700000 <= n <= 800000 for n in numbers), f"not only those: {numbers}")
    b.go("/columns/HEAD/constituents.csv?name=GICS%20Sector")
    b.click("Greatest first")
    check(b.text("th[aria-sort=descending]").startswith("GICS Sector"), "another column is sorted")
    b.go("/table/HEAD/constituents.csv")
    b.all(".toolbar .menu summary")[1].click()
    for box in b.all("input[name=show]")[2:]:
        box.click()
    b.one(".boxes button").click()
    b.is_at("show=")
    check(len(b.all(".data thead th")) == 3, "other columns are shown than those that were chosen")
    b.go("/table/HEAD/constituents.csv")
    b.one(".versions summary").click()
    b.one("input[name=rev]").send_keys("2023-12-31", Keys.ENTER)
    b.is_at("/table/")
    check("2023" in b.text(".versions summary") and "rev=" not in b.driver.current_url, "another version is shown")
    b.go("/table/HEAD/constituents.csv")
    b.one("#jump").send_keys("AAPL", Keys.ENTER)
    b.is_at("jump=AAPL")
    check("AAPL" in b.text(".data tr.here"), "the row that was jumped to is not marked")
    b.click(b.one(".data tr.here th a"))
    b.has("AAPL", "History of the row:")
    b.go("/table/HEAD/constituents.csv")
    b.click("GICS Sector")
    check(b.text("th[aria-sort=ascending]").startswith("GICS Sector"), "another column is sorted")
    b.go("/table/HEAD/constituents.csv")
    b.one(".versions summary").click()
    b.one("input[name=a]").send_keys("HEAD~6", Keys.ENTER)
    b.is_at("/compare/")
    b.has("added", "removed", "changed")


def keys(b):
    b.go("/")
    b.press(Keys.TAB)
    check(b.driver.switch_to.active_element.text == "To the content", "the first Tab does not lead to the content")
    b.press(Keys.ENTER)
    b.go("/commits")
    b.press("j")
    check(b.run("return document.activeElement.closest('.log > li') !== null"), "j does not go to a commit")
    b.press(Keys.ENTER)
    b.is_at("/compare/")
    b.go(main_pages(b)["compare"])
    b.press("j", "j")
    at = b.run("return document.activeElement.tagName")
    check(at == "TR", f"j goes to {at}")
    second = b.run("return document.activeElement.rowIndex")
    b.press("k")
    check(b.run("return document.activeElement.rowIndex") < second, "k does not go back")
    b.press(Keys.ENTER)
    b.is_at("key=")
    b.go("/table/HEAD/constituents.csv")
    b.press("/")
    b.press("Apple", Keys.ENTER)
    b.is_at("q=Apple").has("AAPL")
    cell_by_keys(b)
    b.go("/table/HEAD/constituents.csv")
    b.one(".filter summary").click()
    Select(b.one("select[name=col]")).select_by_visible_text("CIK")
    ops = [o.text for o in b.all("select[name=op] option") if o.is_enabled()]
    check("is at least" in ops and len(ops) > 4, f"a number can be asked only: {ops}")
    Select(b.one("select[name=op]")).select_by_visible_text("is missing")
    check(not b.one("input[name=val]").is_enabled(), "a value can be given where none is needed")
    b.go("/table/HEAD/constituents.csv")
    track = b.one(".track")
    b.run("arguments[0].focus()", track)
    b.press(Keys.END)
    total = track.get_attribute("aria-valuemax")
    check(b.wait(lambda: b.text(".data tbody tr:last-child th").replace(",", "") == total),
          "End does not show the last row")
    check(b.wait(lambda: int(track.get_attribute("aria-valuenow")) > 400), "the scroll bar does not follow")
    b.settle()


def cell_by_keys(b):
    """A cell, its panel, its address, and the head of its column, without a pointer."""
    b.go("/table/HEAD/constituents.csv")
    b.run("arguments[0].focus()", b.one(".scroll"))
    for key in (Keys.ARROW_DOWN, Keys.ARROW_RIGHT, Keys.ARROW_DOWN):
        b.press(key)
    shown = b.driver.switch_to.active_element.text
    b.press(Keys.ENTER)
    check(b.wait(lambda: b.text(".panel .cell-now") == shown), f"the panel does not show '{shown}'")
    check(b.wait(lambda: b.all(".panel .cell-life li")), "the panel does not tell who set the cell")
    address = b.driver.current_url
    check("#key=" in address and "cell=Security" in address, f"{address} does not name the cell")
    b.press(Keys.ESCAPE)
    check(not b.all(".panel") and b.driver.switch_to.active_element.text == shown, "Escape does not go back to the cell")
    b.driver.get("about:blank")
    b.driver.get(address)
    check(b.wait(lambda: b.text(".panel .cell-now") == shown), "the address of a cell does not open it")
    b.press(Keys.ESCAPE)
    b.run("arguments[0].focus()", b.one(".scroll"))
    for key in (Keys.ARROW_DOWN, Keys.ARROW_UP, Keys.ENTER):
        b.press(key)
    check(b.wait(lambda: b.all(".panel .order a")), "the head of a column does not open")
    b.settle()


def first_row(b, size, most):
    b.resize(size)
    path = "/compare/HEAD~1..HEAD/runways.csv"
    b.go(path)
    row = b.run("return document.querySelector('.data tbody tr').getBoundingClientRect().y")
    check(row <= most + 110, f"{path}: the first row is at {row} of {size}")
    for path in ("/table/HEAD/runways.csv", "/table/HEAD/wide.csv"):
        b.go(path)
        row = b.run("var r = document.querySelector('.data tbody tr').getBoundingClientRect(); return [r.y, r.height]")
        check(row[0] <= most, f"{path}: the first row is at {row[0]} of {size}")
        check(row[1] <= 28, f"{path}: a row is {row[1]} pixels high")
        nodes = b.run("return document.querySelectorAll('*').length")
        check(nodes < 5000, f"{path}: {nodes} nodes")


def tab_stops(b, path):
    b.go(path)
    stops = 0
    while not b.run("return document.activeElement.closest('.data tbody tr') !== null"):
        b.press(Keys.TAB)
        stops += 1
        check(stops <= 16, f"{path}: more than 15 Tab stops before the first row")


def budgets(b):
    """What a page may cost: where its first row is, its nodes, Tab stops and bytes."""
    first_row(b, NARROW, 280)
    first_row(b, (1440, 900), 200)
    tab_stops(b, "/compare/HEAD~1..HEAD/runways.csv?in=column_3")
    b.run("document.querySelector('.groups a').focus()")
    names = []
    while not b.run("return document.activeElement.matches('summary')"):
        names.append(b.driver.switch_to.active_element.text)
        b.press(Keys.ARROW_RIGHT)
    check(len(names) > 3 and len(set(names)) > 3, f"arrows go only to {names}")
    tab_stops(b, "/table/HEAD/wide.csv")
    box = b.one(".scroll")
    b.run("arguments[0].scrollTop = 300; arguments[0].scrollLeft = 900", box)
    head = b.run("var r = document.querySelector('.data thead th:nth-child(3)').getBoundingClientRect(); return r.y")
    place = b.run("var r = arguments[0].getBoundingClientRect(); return [r.x, r.y]", box)
    check(abs(head - place[1]) < 3, f"the head is at {head}, not at {place[1]}, when rows are scrolled")
    key = b.run("var r = document.querySelector('.data tbody tr:nth-child(20) .k').getBoundingClientRect(); return r.x")
    check(place[0] <= key < place[0] + 100, f"the key is at {key} when columns are scrolled")
    for path in ("/", "/table/HEAD/runways.csv", "/table/HEAD/wide.csv", "/compare/HEAD~1..HEAD/runways.csv",
                 "/columns/HEAD/runways.csv", "/commits", "/search", "/check/HEAD", "/tree/HEAD/", "/assets/style.css"):
        with urllib.request.urlopen(urllib.request.Request(b.url + path, headers={"Accept": "text/html"})) as answer:
            size = len(gzip.compress(answer.read()))
        most = 8_000 if path.endswith(".css") else 150_000
        check(size < most, f"{path}: {size} bytes, compressed")


def hostile(b):
    b.go("/")
    b.has("<script>alert(", "turned \\u{202E} round")
    for size in (WIDE, NARROW):
        b.resize(size)
        for path in ("cells.csv", "long.csv", "wide.csv", "words.txt", "dot.png", "bytes.bin",
                     "%3Cb%3Ebold%20%26%20%27quoted%27%20%231%3F.csv"):
            b.go("/table/HEAD/" + path)
            check(len(b.driver.page_source) < 12_000_000, f"{path}: the page is too large")
        for path in ("cells.csv", "long.csv", "wide.csv", "words.txt"):
            b.go("/compare/HEAD~1..HEAD/" + path)
        b.go("/history/cells.csv").go("/columns/HEAD/cells.csv?name=value")
        b.go("/compare/HEAD~1..HEAD")
    b.go("/table/HEAD/cells.csv")
    check(len(b.all("h1")) == 1, "a cell made a heading")
    check(len(b.all(".data tbody tr")) == 26, "a cell ended the table")
    b.has("\\u{202E}", "<script>window.harmed = 1</script>", "empty")
    b.go("/table/HEAD/dot.png")
    check(b.run("return document.querySelector('img.shown').naturalWidth") == 1, "the picture is not shown")
    b.go("/table/HEAD/words.txt").has("<script>window.harmed = 1</script>", "plain words")
    check("Columns" not in b.text(".views"), "a text is said to have columns")
    b.go("/table/HEAD/cells.csv?q=%3Cscript%3Ewindow.harmed%3D6%3C%2Fscript%3E&sort=%22%3E%3Cb%3E")


def conflicts(b, first, script=None):
    """first: the address with the secret."""
    b.go(first)
    b.click("conflicts in 1 table")
    b.is_at("/conflicts")
    code = open(script, encoding="utf-8").read() if script else None
    for dark, size in LIGHTS:
        b.dark(dark)
        b.resize(size)
        b.go("/conflicts").has("Before", "Yours main", "Theirs spring, A U Thor,", "<script>window.harmed = 1</script>")
        tops = {e.rect["y"] for e in b.all(".sides")[0].find_elements(By.TAG_NAME, "div")}
        check(len(tops) == (1 if size == WIDE else 3), "the sides are not side by side, or not below each other")
        for fold in b.all(".conflicts summary"):
            fold.click()
        b.settle()
        b.picture(f"conflicts-{size[0]}{'-dark' if dark else ''}")
        bad = axe_findings(b, code) if code else []
        check(not bad, "\n".join(bad))
    b.click(b.one(".sides .theirs button"))
    for dark, size in LIGHTS:
        b.dark(dark)
        b.resize(size)
        b.go("/conflicts").has("Decided so far", "<script>window.harmed = 1</script>")
        b.picture(f"conflicts-begun-{size[0]}{'-dark' if dark else ''}")
        bad = axe_findings(b, code) if code else []
        check(not bad, "\n".join(bad))
    b.click(b.one(".decisions button"))
    b.has("This conflict is to be decided again")
    check(not b.all(".decisions"), "a cell to be decided again is among the decided ones")
    b.without_scripts()
    b.go("/conflicts")
    b.click(b.one(".sides .theirs button"))
    b.is_at("/conflicts").has("3 of 4 conflicts left")
    b.one(".conflicts summary").click()
    b.click(b.all(".conflicts > details button")[0])
    b.has("All conflicts of this file are decided")
    b.picture("conflicts-decided")
    bad = axe_findings(b, code) if code and b.scripts else []
    check(not bad, "\n".join(bad))
    b.click(b.one("main form button.main"))
    b.is_at("/desk").has("Finished: your newest version has what you decided")


def desk(b, first, script=None):
    """The owner's pages, each as it looks after the one before. first: the address with the secret."""
    code = open(script, encoding="utf-8").read() if script else None

    def look(name):
        for dark, size in LIGHTS:
            b.dark(dark)
            b.resize(size)
            b.settle()
            b.picture(f"{name}-{size[0]}{'-dark' if dark else ''}")
            bad = axe_findings(b, code) if code else []
            check(not bad, "\n".join(bad))
        b.dark(False)
        b.resize(WIDE)

    b.go(first)
    b.has("Get tables from an address")
    look("begin")
    b.one("input[name=address]").send_keys("nowhere")
    b.click(b.one("form button.main"))
    b.has("That did not work")
    look("begin-problem")
    b.click([e for e in b.all("main button") if e.text == "tables"][0])
    b.go("/table/.work/prices.csv?key=7&cell=price")
    look("cell")
    field = b.one(".cell-edit [name=value]")
    field.clear()
    field.send_keys("7.77", Keys.ENTER)
    b.has("You changed prices.csv: 1 cell changed", "Changed in the file")
    look("changed")
    address = b.driver.current_url
    b.driver.get("about:blank")
    b.go(address)
    check("Changed in the file" not in b.text(), "a line about a button is shown again")
    b.go("/table/.work/prices.csv").has("7.77")
    check(b.all("td.x ins"), "a changed cell is not marked in its table")
    cell = b.all(".data tbody tr")[2].find_elements(By.TAG_NAME, "td")[1]
    value = cell.text
    ActionChains(b.driver).double_click(cell).perform()
    check(b.wait(lambda: b.driver.switch_to.active_element.get_attribute("value") == value), "a double click does not lead into the field")
    b.go("/table/.work/prices.csv")
    look("table-changed")
    b.click("Look, save or undo")
    look("desk")
    b.click("Look, undo single changes")
    look("compare-own")
    b.go("/desk/prices.csv")
    look("new-row")
    b.go("/desk?form=login")
    look("login")
    b.go("/compare/HEAD...work/prices.csv")
    b.click(b.one("td.x .undo button"))
    b.go("/desk").has("Everything is saved")


class Hand:
    """Uses what is on a page, with the pointer or by keys alone, and counts."""

    def __init__(self, b, keys):
        self.b, self.keys, self.uses = b, keys, 0

    def reach(self, element):
        """By Tab; by arrows within a table, and where several links are one Tab stop."""
        def here():
            return self.b.run("return document.activeElement === arguments[0]", element)

        def beside():
            return self.b.run("""var a = document.activeElement, e = arguments[0], s = '.scroll, .groups, .toolbar .chip';
                a = a.closest(s), e = e.closest(s);
                return a && e && (a === e || a.parentNode === e.parentNode && a.matches('.chip'))""", element)

        for _ in range(90):
            if here():
                return
            if beside():
                break
            self.b.press(Keys.TAB)
        if element.tag_name in ("td", "th"):
            self.b.press(Keys.ARROW_DOWN, *([Keys.ARROW_UP] if element.tag_name == "th" else []))
        for _ in range(40):
            if here():
                return
            self.b.press(Keys.ARROW_RIGHT)
        check(False, f"{self.b.driver.current_url}: keys do not reach '{element.text}'")

    def use(self, element):
        self.uses += 1
        if self.keys:
            self.reach(element)
            self.b.press(Keys.ENTER)
        else:
            element.click()
        return self.b.settle()


def last_changes(b, hand):
    hand.use(b.link("in one comparison"))
    b.is_at("/compare/").has("constituents.csv", "changed")


def open_cell(b, hand):
    hand.use(b.link("constituents.csv"))
    hand.use(b.all(".data tbody tr:first-child td")[2])
    check(b.wait(lambda: b.all(".panel .cell-life li")), "the panel does not tell who set the cell")


def rows_over_years(b, hand):
    hand.use(b.one("main a[href*='/history/constituents.csv']"))
    b.has("Rows over time")
    check("2024" in b.text("figure:nth-of-type(2)"), "the plot has no years")


def two_releases(b, hand):
    hand.use(b.one(".versions summary"))
    hand.use(next(e for e in b.all(".versions li a") if e.get_property("textContent") == "compare with v1"))
    hand.use(b.link("constituents.csv"))
    b.has("added", "removed", "changed")


def who_left(b, hand):
    hand.use(b.one("main a[href*='/history/constituents.csv']"))
    hand.use(b.link("2020"))
    hand.use(next(e for e in b.all(".toolbar a.chip") if "removed" in e.text))
    b.is_at("hide=added")
    check(b.all(".diff tr.r") and not b.all(".diff tr.a, .diff tr.c"), "not only those that left are shown")


def rows_where(b, hand):
    hand.use(b.link("constituents.csv"))
    head = next(e for e in b.all(".data thead th") if e.text.startswith("GICS Sector"))
    hand.use(head if hand.keys else head.find_element(By.TAG_NAME, "a"))
    value = b.one(".panel .values a")
    words = f"GICS Sector is {value.text}"
    hand.use(value)
    b.has(words)


def download(b, hand):
    hand.use(b.link("constituents.csv"))
    hand.use(next(e for e in b.all(".toolbar summary") if e.text.startswith("Download")))
    hand.uses += 1
    with urllib.request.urlopen(b.link("CSV of the rows shown").get_attribute("href")) as answer:
        check(answer.readline().startswith(b"Symbol,"), "the file has other rows")


def link(b, hand):
    open_cell(b, hand)
    address = b.driver.current_url
    b.driver.get("about:blank")
    b.driver.get(address)
    check(b.wait(lambda: b.all(".panel .cell-life li")), f"{address} does not show the cell")


TASKS = (last_changes, open_cell, rows_over_years, two_releases, who_left, rows_where, download, link)


def visitor(b):
    """Everyday tasks, each from the first page in at most three clicks, or as many uses of Enter: in an ordinary run each in
    one of three ways, which VARVE_TEST_SAMPLE draws."""
    turn, every = int(os.environ.get("VARVE_TEST_SAMPLE", "0")), os.environ.get("VARVE_TEST_ALL")
    for way, (size, keys) in enumerate(((WIDE, False), (NARROW, False), (WIDE, True))):
        b.resize(size)
        for task in [task for i, task in enumerate(TASKS) if every or (i + turn) % 3 == way]:
            b.go("/")
            hand, start = Hand(b, keys), time.monotonic()
            task(b, hand)
            check(hand.uses <= 3, f"{task.__name__} takes {hand.uses} clicks")
            print(f"{task.__name__}, {size[0]} pixels{', keys' if keys else ''}: {hand.uses} clicks, {time.monotonic() - start:.1f} s")
            b.picture(f"task-{task.__name__}-{size[0]}{'-keys' if keys else ''}")


def missing(b, newest, older, oldest):
    """A clone without the data of older versions: each page says what is not here, and what gets it."""
    gets = "varve fetch --data"
    b.go(f"/compare/{oldest}..{older}/constituents.csv").has("Data is missing", f"{gets} {older[:8]}", f"{gets} {oldest[:8]}")
    b.picture("missing")
    b.go(f"/compare/{older}..{newest}/constituents.csv").has("Data is missing", f"{gets} {older[:8]} constituents.csv")
    commands = b.text(".note")
    check(commands.count(gets) == 1, f"more than the older version is to be fetched: {commands}")
    b.go("/history/constituents.csv").has("could not be compared", gets)
    b.go("/table/HEAD/constituents.csv?key=AAPL").has("The data of older versions is missing", "The row in this version", "Apple Inc.")
    b.go("/columns/HEAD/constituents.csv?name=Symbol").has("data missing", gets)
    check("no such column" not in b.text(), "what is not here is said not to have the column")


def histories(b):
    """Whole histories of the tables: every kind of page, back to the first versions."""
    tables = {"con": ("constituents.csv", "Symbol"), "cou": ("country-codes.csv", "Dial"), "run": ("runways.csv", "surface")}
    for path, column in [tables[name] for name in tables if "VERSIONS_" + name in os.environ]:
        b.go("/history/" + path).has("Rows changed, version by version", "Rows over time")
        versions = 0
        while True:
            versions += len(b.all(".log > li:not(.fold)"))
            older = b.all("a[rel=next]")
            if not older:
                break
            b.click(older[0])
        check(versions >= int(os.environ["VERSIONS_" + path[:3]]), f"{path}: only {versions} versions")
        last = b.all(".log > li .when a")[-1].get_attribute("href")
        b.go(last)
        check(b.all(".data tbody tr"), f"{last}: no rows")
        first = last.split("/table/")[1].split("/")[0]
        b.go(f"/compare/{first}..HEAD/{path}").has("added")
        b.go(f"/columns/HEAD/{path}?name={column}").has("Version by version")
        b.go(f"/table/HEAD/{path}?q=land&sort={column}")
        if b.all(".data tbody th a"):
            b.click(b.one(".data tbody th a"))
            b.has("History of the row:", "Added")
    b.without_scripts()
    if "VERSIONS_con" in os.environ:
        b.go("/compare/2023-12-31..2024-12-31/constituents.csv").has("added", "removed")


def large(b, server, rows):
    """The big table: opened, jumped into the middle, filtered, compared, by clicks and keys; 64 clients at once."""
    rows = int(rows)
    b.go("/").has("data.csv", f"{rows:,} rows")
    b.go("/table/HEAD/data.csv").has(f"Rows 1 to 130 of {rows:,}")
    track = b.one(".track")
    height = track.rect["height"]
    middle = b.run("var r = arguments[0].getBoundingClientRect(); return [r.left + r.width / 2, r.top + r.height / 2];", track)
    for kind in ("mousePressed", "mouseReleased"):
        b.command("Input.dispatchMouseEvent", type=kind, x=middle[0], y=middle[1], button="left", clickCount=1)
    near = b.wait(lambda: abs(int(track.get_attribute("aria-valuenow")) - rows / 2) < rows / 20 and
                  track.get_attribute("aria-valuenow"))
    check(near, f"a click into the middle of the scroll bar ({height} pixels) shows row {track.get_attribute('aria-valuenow')}")
    number = int(b.wait(lambda: b.text(".data tbody tr:nth-child(100) th")).replace(",", ""))
    check(abs(number - rows / 2) < rows / 20, f"row {number} is not in the middle")
    b.settle()
    key = b.text(".data tbody tr:nth-child(100) td")
    b.go("/table/HEAD/data.csv")
    b.one("#jump").send_keys(key, Keys.ENTER)
    b.is_at("jump=" + key)
    check(key in b.text(".data tr.here"), "the row that was jumped to is not marked")
    name = b.one(".data thead th:nth-child(2) a").text.split()[0]
    b.go(f"/table/HEAD/data.csv?col={name}&op=eq&val={key}").has(f"1 of {rows:,} rows")
    b.go("/table/HEAD/data.csv")
    b.one(".filter summary").click()
    Select(b.one("select[name=col]")).select_by_visible_text("status")
    b.one("input[name=val]").send_keys("paid", Keys.ENTER)
    b.is_at("val=paid").has("status is paid")
    found = {e.text for e in b.all(".data tbody td:nth-child(12)")}
    check(found == {"paid"}, f"not only those that are paid: {found}")
    b.go("/commits").click(b.one(".log .words a[href*='/compare/']"))
    changed = int(b.text(".toolbar .chip b"))
    check(50 < changed <= 100, f"{changed} rows changed")
    b.press("j", "j", Keys.ENTER)
    b.is_at("key=").has("1 cell changed")
    many(b.url, f"/table/HEAD/data.csv?from={rows // 2}", 64)
    own = memory_of(server)
    # A sanitizer keeps what was freed (256 MB of it), and bytes beside each allocation.
    with open(f"/proc/{server}/maps") as maps:
        sanitized = "libasan" in maps.read()
    check(own < (512_000_000 if sanitized else 128_000_000), f"the server holds {own:,} bytes")
    print(f"{own / 1e6:.0f} MB")


def many(url, path, clients):
    failed = []

    def one(n):
        try:
            for k in range(3):
                with urllib.request.urlopen(urllib.request.Request(f"{url}{path}{n * 1000 + k}", headers={
                        "Accept": "text/html"}), timeout=120) as answer:
                    check(b"</html>" in answer.read(), "half a page")
        except (OSError, Wrong) as problem:
            failed.append(problem)
    threads = [threading.Thread(target=one, args=(n,)) for n in range(clients)]
    for t in threads:
        t.start()
    for t in threads:
        t.join()
    check(not failed, f"{len(failed)} of {clients} at once: {failed[:1]}")


def memory_of(process):
    """Bytes of its own, without what it maps of packs."""
    with open(f"/proc/{process}/status", encoding="ascii") as f:
        kept = dict(line.split(":", 1) for line in f)
    return int(kept["RssAnon"].split()[0]) * 1024


def exported(b):
    b.go(b.url)
    b.has("changed")
    seen = {b.driver.current_url}
    todo = [e.get_attribute("href") for e in b.all("main a")]
    while todo and len(seen) < 40:
        address = todo.pop().split("#")[0]
        if address in seen or not address.endswith(".html"):
            continue
        seen.add(address)
        b.go(address)
        check(b.text("h1"), f"{address}: has no heading")
        todo += [e.get_attribute("href") for e in b.all("main a[href]")]
    check(len(seen) > 3, f"only these pages were found: {seen}")
    kinds = {word for a in seen for word in a.split("/")}
    check({"compare", "table"} <= kinds, f"no page of changes or of rows: {seen}")
    b.go(b.url)
    b.click(b.link("Search"))
    b.one("input[data-find]").send_keys("SYMBOL")
    check(b.wait(lambda: [e.text for e in b.all(".found tbody th") if e.is_displayed()] == ["constituents.csv"]),
          "the search of an export does not find a column's table")


def main():
    test, url = sys.argv[1], sys.argv[2].rstrip("/")
    b = Browser(url)
    try:
        globals()[test](b, *sys.argv[3:])
    except Wrong as wrong:
        print(f"web.py {test}: {wrong}")
        return 1
    finally:
        b.close()
    return 0


sys.exit(main())
