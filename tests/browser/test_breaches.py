"""The list of breaches: its filters, its order, the way there from a promise, and the rest of it."""

import re

import polars as pl
import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser import making
from tests.browser.conftest import Visit

TORONTO = "America/Toronto"


def form(page: Page) -> Locator:
    return page.locator("#breach-filters")


def cases(page: Page) -> Locator:
    return page.locator("#breach-list > li")


def subjects(page: Page) -> list[str]:
    return cases(page).locator(".subject").all_inner_texts()


def counted(page: Page) -> str:
    return page.locator("#breach-count").inner_text()


def broken() -> pl.DataFrame:
    return making.demo().breaches


def of(number: int) -> str:
    return f"{number:,} of {broken().height:,} breaches"


def test_all_are_counted_and_the_first_ones_shown(visit: Visit):
    page = visit("demo")
    assert counted(page) == of(broken().height)
    assert page.locator("#breach-count").get_attribute("aria-live") == "polite"
    assert cases(page).count() == 50


def test_filters(visit: Visit):
    page = visit("demo")
    month = pl.coalesce("period", pl.col("start").dt.convert_time_zone(TORONTO).dt.strftime("%Y-%m"))
    march = broken().filter(month == "2026-03").height
    assert 0 < march < broken().height
    form(page).locator("[name=month]").select_option("2026-03")
    assert counted(page) == of(march)
    form(page).locator("[name=month]").select_option("")

    rooms = broken().filter(pl.col("policy") == "reservation.no_double_booking")
    form(page).locator("[name=promise]").select_option(label="reservation.no_double_booking")
    assert counted(page) == of(rooms.height)
    assert sorted(subjects(page)) == sorted(f"{row[0]}" for row in rooms.select("subject").iter_rows())
    form(page).locator("[name=strength]").select_option("target")
    assert (counted(page), subjects(page)) == (of(0), [])
    form(page).get_by_role("button", name="Show everything").click()
    expect(page.locator("#breach-count")).to_have_text(of(broken().height))

    strengths = {line.policy.id: line.clause.strength for line in making.demo().summary}
    targets = [policy for policy, strength in strengths.items() if strength == "target"]
    form(page).locator("[name=strength]").select_option("target")
    assert counted(page) == of(broken().filter(pl.col("policy").is_in(targets)).height)


def test_the_agreements_of_a_portfolio(visit: Visit):
    page = visit("portfolio")
    agreement = form(page).locator("[name=agreement]")
    assert agreement.locator("option").all_inner_texts()[1:] == ["north", "south"]
    agreement.select_option("north")
    assert counted(page) == "4 of 7 breaches"
    assert {text.split()[0] for text in cases(page).locator(".where").all_inner_texts()} == {"north"}
    page.locator("#promise-filters [name=agreement]").select_option("south")
    expect(page.locator("#promise-count")).to_have_text("2 of 4 promises")
    page.locator("#promise-table tbody tr:not([hidden]) a[data-promise]").first.click()
    assert counted(page) == "2 of 7 breaches"
    assert {text.split()[0] for text in cases(page).locator(".where").all_inner_texts()} == {"south"}


@pytest.mark.parametrize("text", ["ADHOC-0021", "  planted ROOM 29 ", "no such text", "("])
def test_search(visit: Visit, text):
    page = visit("demo")
    form(page).locator("[name=text]").fill(text)
    wanted = text.strip().lower()
    lines = {line.policy.id: line for line in making.demo().summary}
    found = 0
    for subject, period, reason, policy in broken().select("subject", "period", "reason", "policy").iter_rows():
        clause = lines[policy].clause
        said = (subject, period, reason, policy, clause.id, clause.section, clause.summary["en"])
        found += any(wanted in str(part).lower() for part in said if part)
    assert counted(page) == of(found)
    assert cases(page).count() == min(found, 50)


def test_orders(visit: Visit):
    page = visit("demo")
    agreed = subjects(page)
    for order, column, descending in (
        ("latest", "start", True),
        ("earliest", "start", False),
        ("worst", "margin", False),
    ):
        form(page).locator("[name=order]").select_option(order)
        ordered = broken().drop_nulls(column).sort(column, descending=descending).head(50)
        shown = cases(page).first.locator(".subject").inner_text()
        assert shown.split()[0] == ordered["subject"][0], order
    form(page).locator("[name=order]").select_option("policy")
    assert subjects(page) == agreed


@pytest.mark.parametrize("links", ["#promise-table", ".grave"])
def test_a_link_leads_from_a_promise_to_its_breaches(visit: Visit, links):
    page = visit("demo")
    form(page).locator("[name=text]").fill("nothing has this")
    form(page).locator("[name=order]").select_option("worst")
    link = page.locator(f"{links} a[data-promise]").nth(3)
    line = making.demo().summary[int(str(link.get_attribute("data-promise")))]
    link.click()
    assert page.url.endswith("#breaches")
    expect(page.locator("#breaches")).to_be_focused()
    assert form(page).locator("[name=promise] option:checked").inner_text() == line.policy.id
    named = set(cases(page).locator(".where code:first-child").all_inner_texts())
    assert named == {line.policy.id}
    assert counted(page) == of(broken().filter(pl.col("policy") == line.policy.id).height)


def test_the_number_at_a_promise_is_that_of_its_breaches(visit: Visit):
    page = visit("demo")
    for link in page.locator("#promise-table a[data-promise]").all()[::6]:
        said = link.inner_text()
        link.click()
        assert counted(page) == of(int(said))


def test_more_are_shown_until_there_are_none(visit: Visit):
    page = visit("demo")
    total = broken().height
    more = page.locator("#more")
    while more.is_visible():
        before = cases(page).count()
        assert more.inner_text() == f"Show {min(50, total - before)} more"
        more.click()
        assert cases(page).count() == min(before + 50, total)
    assert cases(page).count() == total
    form(page).locator("[name=month]").select_option("2026-03")
    assert cases(page).count() == 50, "a filter begins anew"


def test_a_page_of_ten_thousand(visit: Visit):
    page = visit("many")
    total = making.many().breaches.height
    note = page.locator("#breaches > .note").first.inner_text()
    assert f"10,000 of {total:,} breaches are on this page" in note
    assert counted(page) == "10,000 of 10,000 breaches"
    form(page).locator("[name=text]").fill("T-1234")
    assert re.fullmatch(r"1[12]? of 10,000 breaches", counted(page))
    assert all(subject.startswith("T-1234") for subject in subjects(page))
