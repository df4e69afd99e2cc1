"""How the page looks: dark and light, on paper, on a telephone, without scripts; and that markup is but text."""

import pytest
from playwright.sync_api import Page, expect

from tests.browser import making
from tests.browser.conftest import MEASURED, Visit

COLOURS = "() => ['backgroundColor', 'color'].map((name) => getComputedStyle(document.body)[name])"
CONTROLS = "#promise-filters, #breach-filters, #theme, #more, .case button"


def brightness(page: Page) -> tuple[float, float]:
    """How bright the ground and the ink are, from 0 to 255."""
    ground, ink = page.evaluate(COLOURS)
    return tuple(sum(map(int, colour[4:-1].split(","))) / 3 for colour in (ground, ink))


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_page_follows_the_reader_and_the_button_turns_it(visit: Visit, scheme):
    page = visit("desk", color_scheme=scheme)
    is_dark = scheme == "dark"
    for wanted in (is_dark, not is_dark, is_dark):
        ground, ink = brightness(page)
        assert (ground < ink) == wanted
        assert abs(ground - ink) > 150
        page.locator("#theme").click()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_on_paper_it_is_black_on_white_without_controls(visit: Visit, scheme):
    page = visit("demo", color_scheme=scheme)
    page.emulate_media(media="print")
    assert brightness(page) == (255, 0)
    for control in page.locator(CONTROLS).all()[:20]:
        expect(control).to_be_hidden()
    assert page.locator("#promise-table tbody tr").first.is_visible()


def test_on_paper_are_all_breaches_that_the_filter_leaves(visit: Visit):
    page = visit("demo")
    page.locator("#breach-filters [name=strength]").select_option("commitment")
    strengths = {line.policy.id: line.clause.strength for line in making.demo().summary}
    wanted = sum(strengths[policy] == "commitment" for policy in making.demo().breaches["policy"])
    assert wanted > 50
    page.pdf()
    assert page.locator("#breach-list > li").count() == wanted


@pytest.mark.parametrize("name", ["demo", "demo in French", "desk", "hostile", "portfolio", "empty"])
def test_a_telephone_scrolls_only_downwards(visit: Visit, name):
    page = visit(name, viewport={"width": 390, "height": 800})
    for button in page.locator("#breach-list > li > .case > button").all()[:3]:
        button.click()
    for button in page.locator("#breach-list li li > .case > button").all()[:1]:
        button.click()
    for summary in page.locator("summary").all()[:40]:
        summary.click()
    assert page.evaluate("() => document.documentElement.scrollWidth") <= 390


def test_without_scripts_the_promises_are_there_and_a_sentence_about_the_rest(visit: Visit):
    page = visit("demo", java_script_enabled=False)
    assert page.locator("#promise-table tbody tr:visible").count() == 35
    assert "Without JavaScript" in str(page.locator("noscript").text_content())
    for control in page.locator("form, #theme, #more").all():
        assert not control.is_visible()


def test_a_report_on_nothing(visit: Visit):
    page = visit("empty")
    assert page.get_by_role("heading", level=1).inner_text() == "Nothing could be judged"
    assert page.locator("#promise-table tbody tr").count() == 2


def test_markup_in_data_is_text(visit: Visit):
    page = visit("hostile")
    page.evaluate("() => { window.hit = () => { window.wasHit = true; }; }")
    closed = page.locator("#breach-list .case > button[aria-expanded=false]")
    while closed.count():
        closed.first.click()
    for summary in page.locator("summary").all():
        summary.click()
    assert page.locator("b, img, [onclick], [onerror]").count() == 0
    assert page.locator("script").count() == page.locator("script#data, script:not([type])").count() == 2
    assert page.evaluate("() => window.wasHit") is None
    assert page.title().startswith(" ".join(making.HIT.split()))
    for place in (
        ".title",
        "#promise-table .summary",
        "#promise-table .where",
        "#breach-list .subject",
        "#breach-list .where",
        "#windows td:nth-child(4)",
        "#findings",
        "#rulings tbody",
    ):
        assert making.HIT in page.locator(place).first.inner_text(), place
    assert making.HIT in str(page.locator("#breach-list svg").first.get_attribute("aria-label"))
    page.locator("#breach-filters [name=text]").fill(making.HIT)
    assert page.locator("#breach-list > li").count() == page.locator("#breach-list > li .subject").count() == 2


def test_ten_thousand_breaches_stay_a_small_file(visit: Visit, page_file, record_property):
    size = page_file("many").stat().st_size
    page = visit("many")
    paint = page.evaluate("() => performance.getEntriesByName('first-contentful-paint')[0].startTime")
    record_property(MEASURED, f"10,000 breaches: {size / 1e6:.1f} MB, first paint after {paint / 1000:.2f} s")
    assert size < 10_000_000
    assert paint > 0
