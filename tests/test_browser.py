"""Pages in a real browser: opened from a file, without a network."""

from pathlib import Path

import axe_core_python
import pytest

import small_workspace
from analysis import report
from analysis.report import Job

CHROMIUM = Path("/usr/bin/chromium")
FLAGS = (
    "--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update", "--disable-sync",
    "--no-first-run",
)  # fmt: skip
AXE = Path(axe_core_python.__file__).parent / "axe.min.js"
VIEWS = {
    "light": {"viewport": {"width": 1280, "height": 900}, "color_scheme": "light"},
    "dark": {"viewport": {"width": 1280, "height": 900}, "color_scheme": "dark"},
    "narrow": {"viewport": {"width": 320, "height": 640}, "color_scheme": "light"},
}
PAGES = (
    "organizer/pl/2_agreement-e01.html",
    "organizer/en/2_agreement-e01.html",
    "organizer/pl/colophon.html",
    "index.html",
)
CHARTS = PAGES[:2]

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(not CHROMIUM.exists(), reason="no Chromium at /usr/bin/chromium"),
]


@pytest.fixture(scope="module")
def reports(tmp_path_factory):
    workspace = small_workspace.workspace(tmp_path_factory.mktemp("pages"), {"2_agreement": small_workspace.SHOWN})
    jobs = [Job("2_agreement", "e01", language, "organizer") for language in ("pl", "en")]
    assert {outcome.state for outcome in report.render(workspace, jobs, workers=2)} == {"made"}
    return workspace.shelf.reports


@pytest.fixture(scope="module")
def browser():
    playwright = pytest.importorskip("playwright.sync_api")
    with playwright.sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=str(CHROMIUM), args=list(FLAGS))
        yield browser
        browser.close()


class View:
    """A page as it opened: what the console said, what it asked for, the open page."""

    def __init__(self, browser, path, **how):
        self.said, self.asked = [], []
        self.context = browser.new_context(offline=True, accept_downloads=True, **how)
        self.page = self.context.new_page()
        self.page.on("console", lambda message: self.said.append(message.text))
        self.page.on("pageerror", lambda error: self.said.append(str(error)))
        self.page.on("request", lambda request: self.asked.append(request.url))
        self.page.goto(path.as_uri())
        if path.name.startswith("2_"):
            self.page.wait_for_selector("body[data-drawn]")

    def __enter__(self):
        return self

    def __exit__(self, *error):
        self.context.close()


@pytest.fixture(scope="module", params=[(name, view) for name in PAGES for view in VIEWS], ids="-".join)
def opened(request, browser, reports):
    name, view = request.param
    with View(browser, reports / name, **VIEWS[view]) as opened:
        yield opened


def test_a_page_opens_without_a_complaint_and_asks_for_nothing(opened):
    assert opened.said == []
    assert [url for url in opened.asked if not url.startswith(("file:", "data:", "blob:"))] == []


def test_a_page_is_no_wider_than_the_screen(opened):
    assert opened.page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_every_figure_is_drawn_and_has_a_name(opened):
    charts = opened.page.locator("figure .chart[role=img][aria-label]")
    drawn = [charts.nth(place).locator("svg.main-svg").count() for place in range(charts.count())]
    assert len(drawn) == (2 if "2_agreement" in opened.page.url else 0)
    assert all(drawn)


def test_a_page_has_no_barrier_that_axe_knows(opened):
    opened.page.evaluate(AXE.read_text("utf-8") + "; undefined")
    found = opened.page.evaluate("axe.run()")
    assert [(fault["id"], fault["nodes"][0]["html"]) for fault in found["violations"]] == []
    assert len(found["passes"]) > 10


def test_a_chart_is_dark_in_the_dark_and_light_on_paper(browser, reports):
    paper = "getComputedStyle(document.querySelector('.chart .main-svg')).background"
    with View(browser, reports / CHARTS[0], **VIEWS["dark"]) as opened:
        assert "rgb(20, 24, 28)" in opened.page.evaluate(paper)
        opened.page.evaluate("dispatchEvent(new Event('beforeprint'))")
        assert "rgb(255, 255, 255)" in opened.page.evaluate(paper)


def test_a_polish_chart_writes_decimal_commas(browser, reports):
    texts = "[...document.querySelectorAll('.xtick text')].map((tick) => tick.textContent)"
    with View(browser, reports / CHARTS[0], **VIEWS["light"]) as polish:
        assert "0,6" in polish.page.evaluate(texts)
    with View(browser, reports / CHARTS[1], **VIEWS["light"]) as english:
        assert "0.6" in english.page.evaluate(texts)


def test_no_chart_can_be_sent_anywhere(browser, reports):
    with View(browser, reports / CHARTS[0], **VIEWS["light"]) as opened:
        assert opened.page.locator(".modebar-btn").count() == 0
        assert opened.page.evaluate("document.querySelector('.chart')._context.showSendToCloud") is False


def downloaded(view, button):
    with view.page.expect_download() as waiting:
        button.click()
    return Path(waiting.value.path()).read_bytes()


def test_a_polish_download_opens_in_a_polish_spreadsheet_and_cannot_run(browser, reports):
    with View(browser, reports / CHARTS[0], **VIEWS["light"]) as opened:
        content = downloaded(opened, opened.page.get_by_role("button", name="Pobierz dane (CSV)").last)
    lines = content.decode("utf-8-sig").splitlines()
    assert content.startswith(b"\xef\xbb\xbf")
    assert lines[0] == "Dane symulowane"
    assert lines[2:] == ["name;value", "'=HYPERLINK(1);-1234,5"]


def test_an_english_download_has_points_and_commas(browser, reports):
    with View(browser, reports / CHARTS[1], **VIEWS["light"]) as opened:
        content = downloaded(opened, opened.page.get_by_role("button", name="Download the data (CSV)").last)
    assert content.decode("utf-8-sig").splitlines()[2:] == ["name,value", "'=HYPERLINK(1),-1234.5"]


def test_a_chart_can_be_saved_as_a_picture(browser, reports):
    with View(browser, reports / CHARTS[1], **VIEWS["light"]) as opened:
        opened.page.locator("figure summary").first.click()
        content = downloaded(opened, opened.page.get_by_role("button", name="Save the chart (PNG)").first)
        assert opened.said == []
    assert content.startswith(b"\x89PNG")


def test_a_page_prints_on_a4(browser, reports):
    with View(browser, reports / CHARTS[0], **VIEWS["light"]) as opened:
        content = opened.page.pdf(prefer_css_page_size=True)
    assert b"/MediaBox [0 0 594.95996 841.91998]" in content or b"/MediaBox [0 0 595" in content
