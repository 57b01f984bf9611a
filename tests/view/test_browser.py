"""The application in a browser, with nothing but a keyboard."""

import contextlib
import re

import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.slow
PATIENCE_MS = 60_000
PHONE = {"viewport": {"width": 390, "height": 844}, "is_mobile": True, "has_touch": True}


@pytest.fixture(autouse=True, scope="module")
def _patient():
    expect.set_options(timeout=PATIENCE_MS)


@contextlib.contextmanager
def opened(browser, address, *, said=(), **options):
    """Open a page that says to the console just `said`, and asks nobody else for anything."""
    context = browser.new_context(**options)
    page = context.new_page()
    wrong = []
    page.on("console", lambda line: wrong.append(line.text))
    page.on("pageerror", lambda error: wrong.append(str(error)))
    page.on("dialog", lambda dialog: wrong.append(dialog.message))
    page.on("request", lambda one: None if one.url.startswith(address) else wrong.append(one.url))
    page.set_default_timeout(PATIENCE_MS)
    yield page
    assert wrong == list(said)
    context.close()


def press(page, *keys):
    for key in keys:
        page.keyboard.press(key)


def test_a_walk_with_the_keyboard_alone(browser, address, library):
    with opened(browser, address) as page:
        page.goto(address)
        press(page, "j", "j")
        expect(page.locator(":focus")).to_contain_text("explanation")
        press(page, "Enter")
        page.wait_for_url("**/record/1")
        press(page, "b")
        expect(page.get_by_role("status")).to_have_text("Marked bad")
        expect(page.locator("#bad")).to_have_attribute("aria-pressed", "true")
        press(page, "2", "n")
        page.keyboard.type("It leaves out the empty list.")
        press(page, "Control+Enter")
        expect(page.get_by_role("status")).to_have_text("Note kept")
        press(page, "j")
        page.wait_for_url("**/record/2")
        press(page, "k")
        page.wait_for_url("**/record/1")
        expect(page.locator("#note")).to_have_value("It leaves out the empty list.")
        expect(page.locator("#score-2")).to_have_attribute("aria-pressed", "true")
        press(page, "u")
        page.wait_for_url(address + "/")
        expect(page.locator(":focus")).to_contain_text("explanation")
        press(page, "?")
        expect(page.locator("#help")).to_be_visible()
        press(page, "Escape", "/")
        page.keyboard.type("zugzwang")
        press(page, "Enter")
        page.wait_for_url("**/?q=zugzwang")
        expect(page.locator(".entry")).to_have_count(1)
    (kept,) = library.notes.all()
    assert (kept.annotator, kept.mark, kept.score) == ("anna", "bad", 2)
    assert kept.note == "It leaves out the empty list."


def test_the_same_key_takes_back_and_quick_keys_all_count(browser, address, library):
    with opened(browser, address) as page:
        page.goto(f"{address}/record/0")
        press(page, "g", "4", "b", "5", "g")
        expect(page.locator("#good")).to_have_attribute("aria-pressed", "true")
        expect(page.locator("#score-5")).to_have_attribute("aria-pressed", "true")
        press(page, "g", "5")
        expect(page.locator("#panel")).to_have_attribute("data-score", "")
    assert library.notes.all() == ()


def test_a_note_is_kept_when_the_page_is_left(browser, address, library):
    with opened(browser, address) as page:
        page.goto(f"{address}/record/0")
        press(page, "n")
        page.keyboard.type("left in haste")
        page.locator("#next").click()
        page.wait_for_url("**/record/1")
    assert [one.note for one in library.notes.all()] == ["left in haste"]


def test_a_page_with_a_note_that_cannot_be_kept_is_not_left_at_once(browser, address, library):
    failed = "Failed to load resource: net::ERR_FAILED"
    with opened(browser, address, said=[failed]) as page:
        page.goto(f"{address}/record/0")
        page.route("**/annotation", lambda route: route.abort())
        press(page, "n")
        page.keyboard.type("nobody hears this")
        page.locator("#next").click()
        expect(page.get_by_role("status")).to_contain_text("Not kept")
        assert page.url == f"{address}/record/0"
        expect(page.locator("#note")).to_have_value("nobody hears this")
        page.locator("#next").click()
        page.wait_for_url("**/record/1")
    assert library.notes.all() == ()


def test_filters_stay_while_records_are_read(browser, address):
    with opened(browser, address) as page:
        page.goto(address)
        page.get_by_label("kind").select_option("solution")
        page.wait_for_url("**/?kind=solution")
        expect(page.locator(".entry")).to_have_count(2)
        press(page, "j", "Enter")
        page.wait_for_url("**/record/0?kind=solution")
        press(page, "ArrowRight")
        page.wait_for_url("**/record/5?kind=solution")
        expect(page.locator(".place")).to_contain_text("2 of 2")
        assert page.title() != "taken"
        press(page, "u")
        page.get_by_label("or another kind").select_option("preference")
        page.wait_for_url("**/?kind=solution&kind=preference")
        expect(page.locator(".entry")).to_have_count(3)
        page.get_by_role("link", name="Without kind preference").click()
        page.wait_for_url("**/?kind=solution")
        press(page, "j", "j", "Enter")
        page.get_by_role("link", name="Without kind solution").click()
        page.wait_for_url("**/record/5")


def test_two_annotators_disagree(browser, address, library):
    with opened(browser, address) as page:
        page.goto(f"{address}/record/1")
        press(page, "g", "5")
        expect(page.locator("#score-5")).to_have_attribute("aria-pressed", "true")
        page.locator("#annotator").select_option(label="somebody else …")
        page.locator("#new-name").fill("Bela <b>")
        press(page, "Enter")
        expect(page.locator("#panel")).to_have_attribute("data-annotator", "Bela <b>")
        expect(page.locator("#good")).to_have_attribute("aria-pressed", "false")
        expect(page.locator(".others li").first).not_to_be_visible()
        press(page, "b")
        expect(page.locator(".others")).to_contain_text("disagrees")
        assert page.locator(".others").inner_text().count("anna") == 1
        page.goto(f"{address}/?notes=disputed")
        expect(page.locator(".entry")).to_have_count(1)
        page.get_by_role("link", name="Agreement").click()
        expect(page.locator("table")).to_contain_text("Bela <b> and anna")
    assert library.notes.annotators() == ("Bela <b>", "anna")


def test_somebody_says_that_a_problem_was_wrongly_rejected(browser, address, library):
    with opened(browser, address) as page:
        page.goto(f"{address}/?kind=problem")
        press(page, "j", "Enter")
        page.wait_for_url("**/record/6?kind=problem")
        press(page, "g", "4", "n")
        page.keyboard.type("Two of them are right.")
        press(page, "Control+Enter")
        expect(page.get_by_role("status")).to_have_text("Note kept")
        expect(page.locator("#good")).to_have_attribute("aria-pressed", "true")
        press(page, "u")
        page.wait_for_url(f"{address}/?kind=problem")
        expect(page.locator(".entry").first).to_contain_text("✓ anna")
        expect(page.locator(".entry").last).not_to_contain_text("anna")
    (kept,) = library.notes.all()
    assert (kept.mark, kept.score, kept.note) == ("good", 4, "Two of them are right.")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("options", [{}, PHONE], ids=["desktop", "phone"])
def test_nothing_is_wider_than_the_page_and_all_text_has_contrast(
    browser, address, options, scheme
):
    with opened(browser, address, color_scheme=scheme, **options) as page:
        for path in (
            "/",
            "/record/0",
            "/record/2",
            "/record/3",
            "/record/5",
            "/record/6",
            "/agreement",
        ):
            page.goto(address + path)
            assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), path
            assert page.evaluate(FAINT) == [], path


FAINT = """() => {
  const parse = (text) => (text.match(/[\\d.]+/g) ?? []).map(Number);
  const light = ([r, g, b]) => [r, g, b].map((one) => {
    const part = one / 255;
    return part <= 0.03928 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  }).reduce((sum, part, i) => sum + part * [0.2126, 0.7152, 0.0722][i], 0);
  const behind = (node) => {
    for (let one = node; one; one = one.parentElement) {
      const colour = parse(getComputedStyle(one).backgroundColor);
      if (colour.length < 4 || colour[3] > 0) return colour;
    }
    return [255, 255, 255];
  };
  const faint = new Set();
  for (const node of document.querySelectorAll("body *")) {
    const own = [...node.childNodes].some((one) => one.nodeType === 3 && one.data.trim());
    if (!own || !node.checkVisibility() || node.closest(".off, .unseen, option, dialog")) continue;
    const [ink, paper] = [light(parse(getComputedStyle(node).color)), light(behind(node))];
    const contrast = (Math.max(ink, paper) + 0.05) / (Math.min(ink, paper) + 0.05);
    if (contrast < 4.5) faint.add(`${node.className || node.tagName} ${contrast.toFixed(2)}`);
  }
  return [...faint];
}"""


NAMELESS = """() => {
  const all = document.querySelectorAll("button, a, input:not([type=hidden]), select, textarea");
  const named = (one) => one.innerText.trim() || one.ariaLabel || one.labels?.length;
  return [...all].filter((one) => !named(one)).map((one) => one.outerHTML);
}"""


def test_everything_can_be_reached_and_has_a_name(browser, address):
    with opened(browser, address) as page:
        for path in ("/", "/record/1", "/agreement"):
            page.goto(address + path)
            nameless = page.evaluate(NAMELESS)
            assert nameless == []
            press(page, "Tab")
            assert page.evaluate("document.activeElement.className") == "skip"
            reached = page.evaluate("document.activeElement.outerHTML")
            for _ in range(6):
                press(page, "Tab")
                now = page.evaluate("document.activeElement.outerHTML")
                outline = page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
                assert now != reached and outline != "none"
                reached = now
        headings = page.evaluate("[...document.querySelectorAll('main h1')].length")
        assert headings == 1 and re.match(r"en", page.evaluate("document.documentElement.lang"))
