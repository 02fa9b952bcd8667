#!/usr/bin/python3
"""workbench.py URL FOLDER [PICTURES]: the extension in a real workbench of VS Code, served by code-server at URL, in Debian's
Chromium. FOLDER: a repository that workbench made, with prices.csv in conflict and other.csv changed."""
import os
import shutil
import sys
import tempfile
import time

from selenium import webdriver
from selenium.common.exceptions import WebDriverException
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys

OPTIONS = """--headless --no-sandbox --disable-gpu --disable-background-networking --disable-component-update --disable-sync --no-first-run
--disable-default-apps --disable-extensions --disable-dev-shm-usage --no-proxy-server --force-color-profile=srgb --lang=en-US
--window-size=1400,900""".split()
PATIENCE = 120      # seconds


class Workbench:
    def __init__(self, url, pictures):
        self.profile, self.pictures = tempfile.mkdtemp(prefix="varve-workbench-"), pictures
        options = webdriver.ChromeOptions()
        options.binary_location = "/usr/bin/chromium"
        for option in OPTIONS + [f"--user-data-dir={self.profile}"]:
            options.add_argument(option)
        self.driver = webdriver.Chrome(service=Service("/usr/bin/chromedriver"), options=options)
        self.driver.set_page_load_timeout(PATIENCE)
        self.driver.get(url)

    def close(self):
        self.driver.quit()
        shutil.rmtree(self.profile, ignore_errors=True)

    def until(self, holds, what):
        end = time.time() + PATIENCE
        while time.time() < end:
            try:
                found = holds()
                if found:
                    return found
            except (WebDriverException, AttributeError):
                pass
            time.sleep(0.3)
        self.picture("failed")
        raise SystemExit(f"workbench.py: did not happen in {PATIENCE} s: {what}")

    def picture(self, name):
        if self.pictures:
            self.driver.save_screenshot(os.path.join(self.pictures, f"{name}.png"))

    def one(self, selector):
        return next((e for e in self.driver.find_elements(By.CSS_SELECTOR, selector) if e.is_displayed()), None)

    def keys(self, *keys):
        ActionChains(self.driver).send_keys(*keys).perform()

    def command(self, name):
        """By the box of commands: Enter once it lists the name."""
        self.keys(Keys.ESCAPE)
        self.keys(Keys.F1)
        box = self.until(lambda: self.one(".quick-input-widget input"), "the box of commands")
        box.send_keys(name)
        self.until(lambda: name.split()[-1] in self.one(".quick-input-list .monaco-list-row").text, name)
        box.send_keys(Keys.ENTER)

    def open(self, name):
        self.keys(Keys.ESCAPE)
        row = self.until(lambda: next((e for e in self.driver.find_elements(By.CSS_SELECTOR, ".explorer-folders-view .monaco-list-row") if e.text.strip().split("\n")[0] == name), None), f"{name} in the list of files")
        ActionChains(self.driver).double_click(row).perform()
        self.until(lambda: name in self.one(".tab.active").text, f"the editor of {name}")

    def in_page(self, holds, what):
        """holds(driver) in the page of the extension that is shown."""
        def inside():
            self.driver.switch_to.default_content()
            for outer in self.driver.find_elements(By.CSS_SELECTOR, "iframe.webview.ready"):
                if not outer.is_displayed():
                    continue
                self.driver.switch_to.frame(outer)
                self.driver.switch_to.frame(self.driver.find_element(By.ID, "active-frame"))
                found = holds(self.driver)
                if found:
                    return found
                self.driver.switch_to.default_content()
            return None
        return self.until(inside, what)

    def out(self):
        self.driver.switch_to.default_content()


def text(driver, selector):
    return driver.find_element(By.CSS_SELECTOR, selector).text


def main(url, folder, pictures=None):
    w = Workbench(f"{url}/?folder={folder}", pictures)
    try:
        w.until(lambda: w.one(".monaco-workbench"), "the workbench")
        w.until(lambda: next((b for b in w.driver.find_elements(By.CSS_SELECTOR, ".dialog-buttons .monaco-button") if "Yes" in b.text), None), "the question of trust").click()
        # Changes by cell
        w.open("other.csv")
        w.until(lambda: w.one(".editor-actions [aria-label^='Changes by Cell']"), "the button of the table's editor")
        w.command("varve: Changes by Cell")
        w.in_page(lambda d: "1 changed (1 cell)" in text(d, "#summary") and "3.50" in text(d, "#grid") and d.find_element(By.CSS_SELECTOR, ".changed ins").text == "3.75", "the changed cell")
        assert w.driver.execute_script("return document.querySelectorAll('b').length") == 0, "a cell's text is HTML"
        assert "<b>bold</b>" in text(w.driver, "#grid")
        w.out()
        w.picture("changes")
        # Who set this cell
        w.open("other.csv")
        line = w.until(lambda: next((e for e in w.driver.find_elements(By.CSS_SELECTOR, ".view-line span span") if "pear" in e.text), None), "the line of the table")
        ActionChains(w.driver).move_to_element_with_offset(line, 0, 0).perform()
        w.until(lambda: "Set by Ada" in w.one(".monaco-hover").text, "the commit in the hover")
        w.picture("hover")
        # Problems
        w.command("Problems: Focus on Problems View")
        w.until(lambda: "is not a number" in w.one(".markers-panel").text, "the finding in the list of problems")
        w.picture("problems")
        # Conflicts
        w.open("prices.csv")
        w.command("varve: Resolve Conflicts by Cell")
        w.in_page(lambda d: text(d, "#summary") == "2 conflicts left" and "4.00" in text(d, "#grid"), "the cells in conflict")
        w.out()
        w.picture("conflicts")
        w.in_page(lambda d: d.find_element(By.ID, "grid"), "the grid")
        grid = w.driver.find_element(By.ID, "grid")
        grid.send_keys(Keys.ARROW_DOWN)
        grid.send_keys("t")
        w.in_page(lambda d: text(d, "#summary") == "1 conflict left", "one conflict is left")
        with open(os.path.join(folder, "prices.csv"), encoding="utf-8") as f:
            assert "2,plum,3.00" in f.read()
        w.driver.find_element(By.ID, "grid").send_keys(Keys.HOME, "o")
        w.in_page(lambda d: text(d, "#summary").startswith("No conflict is left"), "no conflict is left")
        w.out()
        w.picture("resolved")
        # In the other light: the page's colours are the theme's
        def colour(d):
            return d.execute_script("return getComputedStyle(document.body).backgroundColor")
        w.open("other.csv")
        w.command("varve: Changes by Cell")
        light = w.in_page(colour, "the page's colour")
        w.out()
        w.open("other.csv")
        w.command("Preferences: Toggle between Light/Dark Themes")
        w.open("prices.csv")
        w.open("other.csv")
        w.command("varve: Changes by Cell")
        w.in_page(lambda d: colour(d) != light, "the page's colour in the other theme")
        w.out()
        w.picture("dark")
    finally:
        w.close()


if __name__ == "__main__":
    main(*sys.argv[1:])
