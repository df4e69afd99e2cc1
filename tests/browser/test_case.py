"""One opened case: its picture, its table, and the cases behind a broken period."""

import re

import pytest
from playwright.sync_api import Locator, Page

from tests.browser import making
from tests.browser.conftest import Visit

OPEN = re.compile("Show what happened|Voir ce qui s’est passé")


def toggle(case: Locator) -> None:
    case.locator("> .case").get_by_role("button", name=OPEN).click()


def ticket(page: Page) -> Locator:
    """The ticket of the help desk, opened behind its broken month."""
    toggle(page.locator("#breach-list > li"))
    case = page.locator("#breach-list li li")
    toggle(case)
    return case


def rows(case: Locator) -> list[list[str]]:
    case.locator("details summary").click()
    return [each.locator("td").all_inner_texts() for each in case.locator("tbody tr").all()]


def middle(mark: Locator) -> float:
    box = mark.bounding_box()
    assert box is not None
    return box["x"] + box["width"] / 2


def test_the_picture_says_what_the_sentence_says(visit: Visit):
    case = ticket(visit("desk"))
    picture = case.get_by_role("img")
    label = str(picture.get_attribute("aria-label"))
    assert label.startswith("Timeline of T-1037. ")
    assert case.locator("> .case .why").inner_text() in label
    texts = picture.locator("text").all_text_contents()
    assert "due 2026-04-03 14:45:00 CEST" in texts
    assert "done 2026-04-07 15:10:00 CEST" in texts
    assert case.locator(".late").inner_text() == "Late by 5 h 55 min"


def test_the_stretches_are_those_of_the_trace(visit: Visit):
    case = ticket(visit("desk"))
    (verdict,) = making.desk().of(making.desk().judged.breached.filter(subject="T-1037").collect())
    told = rows(case)
    assert len(told) == case.locator("svg rect").count()
    assert [row[0] for row in told[1:]] == [row[1] for row in told[:-1]], "each begins where the one before ends"
    stretches = verdict.trace.stretches
    assert len(told) == len(stretches) + 1, "one is parted by the due instant"
    counted = {row[3].split()[0] for row in told}
    assert counted == {"counted", "late", "closed", "holiday", "excluded"}
    assert next((row[0][:19], row[2]) for row in told if row[3] == "late") == ("2026-04-03 14:45:00", "1 h 15 min")
    legend = case.locator(".legend li").all_inner_texts()
    assert set(legend) == counted
    assert case.locator("svg rect title").first.text_content() == "counted: 1 h 45 min"


def test_the_marks_stand_where_they_belong(visit: Visit):
    case = ticket(visit("desk"))
    bars = case.locator("svg rect")
    kinds = [str(each.get_attribute("class")) for each in bars.all()]
    late = bars.nth(kinds.index("bar c-late")).bounding_box()
    before = bars.nth(kinds.index("bar c-late") - 1).bounding_box()
    assert late is not None
    assert before is not None
    due = case.locator("svg line[stroke-dasharray]")
    assert middle(due) == pytest.approx(late["x"], abs=2)
    assert middle(due) == pytest.approx(before["x"] + before["width"], abs=2)
    first, last = bars.first.bounding_box(), bars.last.bounding_box()
    assert first is not None
    assert last is not None
    assert middle(case.locator("svg circle")) == pytest.approx(first["x"], abs=2)
    assert middle(case.locator("svg path")) == pytest.approx(last["x"] + last["width"], abs=2)


def test_a_broken_period_shows_the_cases_behind_it(visit: Visit):
    page = visit("demo")
    page.locator("#breach-filters [name=promise]").select_option(label="helpdesk.phone")
    period = page.locator("#breach-list > li")
    assert period.count() == 1
    toggle(period)
    behind = period.locator(".story > ol > li")
    missed = making.demo().judged.breached.filter(policy="helpdesk.phone", period="2026-03").collect()
    calls = missed.filter(missed["subject"] != "")
    assert behind.count() == 20
    assert period.locator(".story > .note").last.inner_text() == f"and {calls.height - 20} more"
    assert set(behind.locator(".subject").all_inner_texts()) <= set(calls["subject"])
    toggle(behind.nth(2))
    assert behind.nth(2).get_by_role("img").is_visible()


def test_each_case_of_each_promise_opens(visit: Visit):
    page = visit("demo")
    for promise in page.locator("#breach-filters [name=promise] option").all()[1:]:
        page.locator("#breach-filters [name=promise]").select_option(promise.get_attribute("value"))
        case = page.locator("#breach-list > li").first
        toggle(case)
        assert case.locator(".story").is_visible()
        assert case.locator(".story > svg, .story > .note, .story > ol").first.is_visible()
        assert "NaN" not in case.inner_html()
        assert "undefined" not in case.inner_html()


def test_a_case_closes_again(visit: Visit):
    page = visit("desk")
    case = page.locator("#breach-list > li")
    # Its words change with what it does.
    button = case.locator(".case button").first
    assert OPEN.fullmatch(button.inner_text())
    assert button.get_attribute("aria-expanded") == "false"
    button.click()
    assert button.get_attribute("aria-expanded") == "true"
    assert button.inner_text() == "Hide what happened"
    assert case.locator(".story").count() == 1
    button.click()
    assert button.get_attribute("aria-expanded") == "false"
    assert case.locator(".story").count() == 0
