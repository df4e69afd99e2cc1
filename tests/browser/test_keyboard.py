"""Without a mouse: everything is reached, seen, and works."""

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Visit

REACHABLE = "a[href], button, select, input, summary, [tabindex='0']"
"""What can be worked, or scrolled."""


def tab_to(page: Page, selector: str) -> None:
    """Press Tab until the first of what the selector names has the focus."""
    for _ in range(400):
        page.keyboard.press("Tab")
        if page.evaluate("wanted => document.activeElement === document.querySelector(wanted)", selector):
            return
    pytest.fail(f"Tab never comes to {selector}")


@pytest.mark.parametrize("name", ["desk", "hostile"])
def test_tab_reaches_everything_in_the_order_of_the_page_and_shows_where_it_is(visit: Visit, name):
    page = visit(name)
    for button in page.locator("#breach-list > li > .case > button").all():
        button.click()
    number = page.evaluate(
        """selector => {
             const all = [...document.querySelectorAll(selector)].filter((each) => each.checkVisibility());
             all.forEach((each, place) => { each.dataset.place = place; });
             return all.length;
           }""",
        REACHABLE,
    )
    page.evaluate("() => { document.body.tabIndex = -1; document.body.focus(); }")
    places = []
    for _ in range(number):
        page.keyboard.press("Tab")
        places.append(page.evaluate("() => document.activeElement.dataset.place"))
        outline = page.evaluate("() => getComputedStyle(document.activeElement).outlineStyle")
        assert outline != "none", page.evaluate("() => document.activeElement.outerHTML")
    assert places == [str(place) for place in range(number)]


def test_the_first_tab_offers_to_skip_to_the_promises(visit: Visit):
    page = visit("demo")
    page.keyboard.press("Tab")
    skip = page.get_by_role("link", name="Skip to the promises")
    expect(skip).to_be_focused()
    expect(skip).to_be_in_viewport()
    page.keyboard.press("Enter")
    expect(page.locator("#promises")).to_be_focused()
    page.keyboard.press("Tab")
    expect(page.locator("#promise-filters [name=status]")).to_be_focused()


def test_the_promises(visit: Visit):
    page = visit("desk")
    tab_to(page, "th[data-sort=breached] button")
    page.keyboard.press("Enter")
    assert page.locator("th[data-sort=breached]").get_attribute("aria-sort") == "ascending"
    expect(page.locator("th[data-sort=breached] button")).to_be_focused()
    page.keyboard.press("Space")
    assert page.locator("th[data-sort=breached]").get_attribute("aria-sort") == "descending"

    page.locator("#promise-filters [name=status]").focus()
    page.keyboard.press("ArrowDown")
    expect(page.locator("#promise-count")).to_have_text("1 of 3 promises")
    tab_to(page, "#promise-filters [name=text]")
    page.keyboard.type("nothing")
    expect(page.locator("#promise-count")).to_have_text("0 of 3 promises")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.locator("#promise-count")).to_have_text("3 of 3 promises")


def test_from_a_promise_to_the_table_of_a_case(visit: Visit):
    page = visit("desk")
    tab_to(page, "#promise-table a[data-promise]")
    page.keyboard.press("Enter")
    expect(page.locator("#breaches")).to_be_focused()
    tab_to(page, "#breach-list button")
    page.keyboard.press("Enter")
    tab_to(page, "#breach-list li li button")
    page.keyboard.press("Space")
    expect(page.locator("#breach-list li li").get_by_role("img")).to_be_visible()
    tab_to(page, "#breach-list li li summary")
    page.keyboard.press("Enter")
    expect(page.locator("#breach-list li li table")).to_be_visible()


def test_more_by_keyboard_keeps_the_focus(visit: Visit):
    page = visit("demo")
    page.locator("#more").focus()
    page.keyboard.press("Enter")
    assert page.locator("#breach-list > li").count() == 100
    expect(page.locator("#more")).to_be_focused()


def test_the_theme(visit: Visit):
    page = visit("desk")
    tab_to(page, "#theme")
    page.keyboard.press("Enter")
    assert page.locator("html").get_attribute("data-theme") == "dark"
