"""What axe-core finds: nothing serious, whatever is shown."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

from tests.browser.conftest import Visit

GRAVE = {"serious", "critical"}


def faults(page: Page) -> list[str]:
    found = Axe().run(page).response["violations"]
    return [
        f"{each['id']}: {each['help']}: {node['html'][:200]}"
        for each in found
        for node in each["nodes"]
        if each["impact"] in GRAVE
    ]


def open_all(page: Page) -> None:
    """Open some cases, those behind them, and everything that folds."""
    for selector in ("#breach-list > li > .case > button", "#breach-list li li > .case > button"):
        for button in page.locator(selector).all()[:2]:
            button.click()
    page.evaluate("() => document.querySelectorAll('details').forEach((each) => { each.open = true; })")


@pytest.mark.parametrize(
    ("name", "scheme"),
    [("desk", "dark"), *((name, "light") for name in ("desk", "desk in French", "hostile", "portfolio", "empty"))],
)
def test_small_reports(visit: Visit, name, scheme):
    page = visit(name, color_scheme=scheme)
    open_all(page)
    assert faults(page) == []


@pytest.mark.parametrize(
    "options", [{}, {"viewport": {"width": 390, "height": 800}, "color_scheme": "dark"}], ids=["light", "dark, narrow"]
)
def test_the_demo(visit: Visit, options):
    page = visit("demo", **options)
    open_all(page)
    assert faults(page) == []


def test_axe_would_find_one(visit: Visit):
    page = visit("desk")
    page.evaluate("() => document.querySelector('select').parentElement.replaceWith(document.createElement('select'))")
    assert faults(page)
