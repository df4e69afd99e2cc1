"""The table of promises: its order and its filters."""

import re
from collections.abc import Callable
from typing import get_args

import pytest
from playwright.sync_api import Locator, Page, expect

from sla_rules.language.document import Strength
from sla_rules.reason import word
from tests.browser import making
from tests.browser.conftest import Visit

STATUSES = [word(status, "en") for status in ("broken", "open", "not judged", "no data", "kept")]
STRENGTHS = [word(strength, "en").capitalize() for strength in get_args(Strength)]


def share(text: str) -> float | None:
    found = re.match(r"[\d.]+", text)
    return float(found[0]) if found else None


HEADERS: dict[str, Callable[[str], float | None]] = {
    "Status": STATUSES.index,
    "Strength": STRENGTHS.index,
    "Kept": share,
    "Breaches": lambda text: None if text == "—" else int(text.replace(",", "")),
}


def shown_rows(page: Page) -> Locator:
    return page.locator("#promise-table tbody tr:not([hidden])")


def column(page: Page, header: str) -> list[str]:
    """What is read in a column, from top to bottom."""
    headers = [text.strip(" ↕↑↓") for text in page.locator("#promise-table thead th").all_inner_texts()]
    return shown_rows(page).locator(f":nth-child({headers.index(header) + 1}):is(td, th)").all_inner_texts()


def names(page: Page) -> list[str]:
    return shown_rows(page).locator("th code:first-child").all_inner_texts()


def sorted_by(page: Page) -> dict[str, str]:
    headers = page.locator("#promise-table thead th[aria-sort]")
    return {each.inner_text().strip(" ↕↑↓"): str(each.get_attribute("aria-sort")) for each in headers.all()}


@pytest.mark.parametrize("name", ["demo", "desk"])
@pytest.mark.parametrize("header", HEADERS)
def test_a_header_sorts_up_then_down(visit: Visit, name, header):
    page = visit(name)
    as_written = names(page)
    button = page.locator("#promise-table thead").get_by_role("button", name=header)
    read = HEADERS[header]
    for order, sign in (("ascending", 1), ("descending", -1), ("ascending", 1)):
        button.click()
        assert sorted_by(page) == {header: order}
        keys = [read(text) for text in column(page, header)]
        known = [sign * key for key in keys if key is not None]
        assert known == sorted(known)
        assert None not in keys[: len(known)], "what has no share comes last"
        assert sorted(names(page)) == sorted(as_written)
    if header in ("Status", "Strength"):
        ranked = sorted(zip(keys, map(as_written.index, names(page)), strict=True))
        assert [as_written[place] for _, place in ranked] == names(page), "equal ones stay as in the agreement"


def test_the_order_of_the_agreement_comes_back(visit: Visit):
    page = visit("demo")
    agreed = [line.policy.id for line in making.demo().summary]
    assert sorted_by(page) == {"Promise": "ascending"}
    assert names(page) == agreed
    page.get_by_role("button", name="Breaches", exact=True).click()
    assert names(page) != agreed
    page.get_by_role("button", name="Promise", exact=True).click()
    assert (names(page), sorted_by(page)) == (agreed, {"Promise": "ascending"})
    page.get_by_role("button", name="Promise", exact=True).click()
    assert (names(page), sorted_by(page)) == (agreed[::-1], {"Promise": "descending"})


def test_filters_and_their_count(visit: Visit):
    page = visit("demo")
    lines = making.demo().summary
    form, count = page.locator("#promise-filters"), page.locator("#promise-count")
    assert count.get_attribute("aria-live") == "polite"
    expect(count).to_have_text("35 of 35 promises")

    form.locator("[name=status]").select_option("open")
    is_open = [line.policy.id for line in lines if line.status == "open"]
    assert names(page) == is_open
    expect(count).to_have_text(f"{len(is_open)} of 35 promises")
    form.locator("[name=strength]").select_option("guarantee")
    assert names(page) == []
    expect(count).to_have_text("0 of 35 promises")
    form.locator("[name=status]").select_option("")
    assert names(page) == [line.policy.id for line in lines if line.clause.strength == "guarantee"]
    form.locator("[name=text]").fill("  NO_double  ")
    assert names(page) == ["reservation.no_double_booking"]
    form.get_by_role("button", name="Show everything").click()
    expect(count).to_have_text("35 of 35 promises")
    assert len(names(page)) == 35
    assert form.locator("[name=text]").input_value() == ""


def test_what_is_filtered_is_sorted_too(visit: Visit):
    page = visit("demo")
    page.locator("#promise-filters [name=strength]").select_option("guarantee")
    kept = names(page)
    page.get_by_role("button", name="Breaches", exact=True).click()
    assert sorted(names(page)) == sorted(kept)
    assert names(page) != kept


def test_enter_in_the_search_does_not_leave_the_page(visit: Visit):
    page = visit("demo")
    page.locator("#promise-filters [name=text]").fill("phone")
    page.keyboard.press("Enter")
    assert names(page) == ["helpdesk.phone"]
    assert "?" not in page.url
