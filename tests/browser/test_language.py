"""The page in French: nothing of the English one is left."""

import re
from typing import get_args

import pytest
from playwright.sync_api import Page

from sla_rules.calendar import Cause
from sla_rules.language.document import Strength
from sla_rules.reason import word
from sla_rules.report.page.labels import LABELS
from sla_rules.verdict import Outcome
from tests.browser import making
from tests.browser.conftest import Visit

TEXTS = """() => {
  const found = [document.title];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const text = walker.currentNode;
    if (!text.parentElement.closest("script, style, #promise-table details p")) found.push(text.data);
  }
  for (const name of ["aria-label", "placeholder", "title", "alt"]) {
    for (const each of document.querySelectorAll(`[${name}]`)) found.push(each.getAttribute(name));
  }
  return found;
}"""
STATUSES = ("broken", "open", "not judged", "no data", "kept")
TERMS = (*get_args(Strength), *get_args(Cause), *Outcome, *STATUSES)


def said(page: Page) -> list[str]:
    """All that is read or heard on the page, each text by itself, with a case and its table opened.

    Without the readings of clauses, which an agreement has in one language.
    """
    for button in page.locator("#breach-list > li > .case > button").all()[:3]:
        button.click()
    for button in page.locator("#breach-list li li > .case > button").all()[:1]:
        button.click()
    return [" ".join(text.split()) for text in page.evaluate(TEXTS)]


@pytest.mark.parametrize("name", ["demo", "desk"])
def test_no_label_is_left_in_the_other_language(visit: Visit, name):
    english, french = LABELS["en"], LABELS["fr"]
    own = {label for name, label in english.items() if label not in french.values() and "{" not in label}
    assert own & set(said(visit(name))), "the English page has them"
    page = visit(f"{name} in French")
    assert not own & set(said(page))
    assert page.locator("html").get_attribute("lang") == "fr"


@pytest.mark.parametrize("name", ["demo", "desk"])
def test_no_word_of_a_verdict_is_left_in_the_other_language(visit: Visit, name):
    words = {word(term, "en") for term in TERMS} - {word(term, "fr") for term in TERMS}
    assert words & parts(said(visit(name))), "the English page has them"
    left = words & parts(said(visit(f"{name} in French")))
    assert left == set()


def parts(texts: list[str]) -> set[str]:
    """Words between numbers, commas and brackets, as in `broken (33)`."""
    return {part.strip().lower() for text in texts for part in re.split(r"[\d.,:()]+", text)}


def test_summaries_and_reasons_are_french(visit: Visit):
    page = visit("demo in French")
    summaries = page.locator("#promise-table .summary").all_inner_texts()
    assert summaries == [line.clause.summary["fr"] for line in making.demo().summary]
    reasons = page.locator("#breach-list .why").all_inner_texts()
    verdicts = making.demo().of(making.demo().breaches.head(5))
    assert {verdict.reason_in("fr") for verdict in verdicts} & set(reasons)
    assert not {verdict.reason for verdict in verdicts} & set(reasons)


def test_numbers_are_written_as_the_language_does(visit: Visit):
    number = making.demo().breaches.height
    page = visit("desk in French")
    assert "13 h 55 min" in page.locator(".grave .reason").inner_text().replace("\u00a0", " ")
    page = visit("demo in French")
    assert page.locator("#breach-count").inner_text() == f"{number} manquements sur {number}"
    assert "1\u202f500" in page.locator("#promise-table").inner_text()
    assert "1,500" not in page.locator("#promise-table").inner_text()


def test_filters_work_in_french(visit: Visit):
    page = visit("demo in French")
    page.locator("#promise-filters [name=status]").select_option("open")
    assert page.locator("#promise-count").inner_text() == "2 engagements sur 35"
    assert page.locator("#promise-filters [name=status] option:checked").inner_text() == "en suspens"
