"""The page in a real browser: nothing from elsewhere, no complaint, for eyes, keys and readers."""

from __future__ import annotations

import html
import json
import re
import subprocess
import sys

import pytest

from codegen.report.page import write_page
from codegen.report.reading import reading
from codegen.report.summary import views

CODEGEN = [sys.executable, "-m", "codegen"]
SIZES = {"desktop": (1280, 900), "phone": (390, 844)}


@pytest.fixture(scope="module")
def page(data, tmp_path_factory):
    out = tmp_path_factory.mktemp("page") / "report.html"
    with reading([data]) as found:
        write_page(found, out)
    return out


@pytest.fixture
def opened(browser, page):
    """Return a function that opens the page; nothing may be asked for or complained of."""
    contexts, troubles = [], []

    def opening(size="desktop", **options):
        width, height = SIZES[size]
        context = browser.new_context(viewport={"width": width, "height": height}, **options)
        contexts.append(context)
        tab = context.new_page()
        tab.on("console", lambda message: troubles.append(message.text))
        tab.on("pageerror", lambda error: troubles.append(str(error)))
        tab.on("request", lambda request: asked.append(request.url))
        asked = []
        tab.goto(page.as_uri())
        if options.get("java_script_enabled", True):
            tab.wait_for_selector("html[data-drawn]", state="attached")
        assert asked == [page.as_uri()]
        return tab

    yield opening
    for context in contexts:
        context.close()
    assert not troubles


def test_the_page_names_no_other_host_to_ask(page):
    text = page.read_text("utf-8")
    own = text.partition('<script type="module">')[0]  # the library is looked at as it runs
    found = re.findall(r"<(?:script|link|img|iframe|style)[^>]+(?:src|href)=\"([^\"]*)\"", own)
    assert found == ["data:,"]
    assert "default-src 'none'" in text
    assert "<h1>verified</h1>" in text  # the dataset that was named, not its runs
    # what a model wrote stays text: neither an element, nor the end of the script around it
    assert "<img src=x" not in text and "</script><script>document" not in text
    body = re.search(r'<script type="application/json" id="data">(.*?)</script>', text, re.DOTALL)
    assert json.loads(body[1])["views"].keys() >= {"", "language=python"}


def test_what_is_read_without_scripts_is_all_there(opened, data):
    tab = opened(java_script_enabled=False)
    with reading([data]) as found:
        view = next(iter(views(found)))
    shown = tab.locator("main").inner_html()
    for section in view.sections:
        assert html.escape(section.says, quote=False) in html.unescape(shown).replace("&", "&amp;")
        assert tab.locator(f"#{section.key} h2").inner_text() == section.title
        assert tab.locator(f"#{section.key} table").count() == len(section.panels)


@pytest.mark.slow
@pytest.mark.parametrize(("size", "scheme"), [("desktop", "light"), ("phone", "dark")])
def test_it_is_drawn_and_accessible_on_every_screen(opened, size, scheme):
    axe = pytest.importorskip("axe_playwright_python.sync_playwright")
    tab = opened(size, color_scheme=scheme, bypass_csp=True)
    plots = tab.locator("[data-plot]").count()
    assert plots > 15
    assert tab.locator("[data-plot] svg").count() == plots
    assert tab.evaluate("document.documentElement.scrollWidth <= innerWidth")
    tab.evaluate("for (const one of document.querySelectorAll('details')) one.open = true")
    found = axe.Axe().run(tab)
    assert [one["id"] for one in found.response["violations"]] == []


def test_no_plot_is_empty(opened):
    tab = opened()
    marks = tab.evaluate(
        """() => [...document.querySelectorAll("[data-plot]")].map((one) => [
          one.dataset.plot,
          [...one.querySelectorAll(".mark-rect path, .mark-symbol path, .mark-line path")]
            .filter((path) => path.getBoundingClientRect().width > 1).length])"""
    )
    assert [name for name, count in marks if not count] == []


def test_another_part_is_chosen_with_the_keyboard(opened):
    tab = opened()
    before = tab.locator(".lead").inner_text()
    tab.keyboard.press("Tab")
    assert tab.evaluate("document.activeElement.textContent") == "Skip to the summary"
    tab.keyboard.press("Tab")
    assert tab.evaluate("document.activeElement.id") == "part"
    tab.keyboard.press("ArrowDown")
    tab.wait_for_selector(".lead:has-text('(run: run-0).')")
    assert tab.locator(".lead").inner_text() != before
    assert tab.locator("#said").inner_text() == "Only run-0 is shown."
    assert not tab.locator("nav a[href='#rounds']").is_visible()
    tab.select_option("#part", "")
    tab.wait_for_selector("nav a[href='#rounds']")
    assert tab.locator(".lead").inner_text() == before


def test_hostile_text_is_shown_and_not_run(opened):
    tab = opened()
    tab.locator("#rejections .quotes details").first.evaluate("one => one.open = true")
    assert "owned" not in tab.title()
    assert "<img src=x onerror=alert(1)>" in tab.locator("#rejections").inner_text()


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (("nowhere", "--html", "out.html"), "holds neither a run nor a dataset"),
        (("nowhere", "--html", "out.html", "--json"), "give one of them"),
        (("nowhere", "nowhere", "--html", "out.html"), "named twice"),
    ],
)
def test_what_cannot_be_used_is_refused_with_a_reason(tmp_path, arguments, complaint):
    done = subprocess.run(
        [*CODEGEN, "report", *arguments], cwd=tmp_path, capture_output=True, text=True, timeout=60
    )
    assert done.returncode == 2 and complaint in done.stderr and "Traceback" not in done.stderr
    assert not list(tmp_path.iterdir())


def test_a_dataset_has_a_page(data, tmp_path):
    command = [*CODEGEN, "report", str(data)]
    out = tmp_path / "report.html"
    done = subprocess.run(
        [*command, "--html", str(out)], capture_output=True, text=True, timeout=120
    )
    assert done.returncode == 0, done.stderr
    assert out.read_text("utf-8").startswith("<!doctype html>")
