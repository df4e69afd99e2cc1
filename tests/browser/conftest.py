"""The browser, and the reports that it opens; `make browser-test` installs what this needs."""

import shutil
from collections.abc import Callable, Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest

if any(find_spec(name) is None for name in ("playwright", "axe_playwright_python")) or shutil.which("chromium") is None:
    raise pytest.UsageError("these tests need chromium and the extra `browser`: run `make browser-test`")

from playwright.sync_api import Browser, Page

from tests.browser.chromium import chromium
from tests.browser.making import PAGES

Visit = Callable[..., Page]
MEASURED = "measured"


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    with chromium() as browser:
        yield browser


@pytest.fixture(scope="session")
def page_file(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Path]:
    """The file of one of `PAGES`, made when first asked for."""
    folder = tmp_path_factory.mktemp("pages")

    def file(name: str) -> Path:
        path = folder / f"{name}.html"
        if not path.exists():
            path.write_text(PAGES[name](), encoding="utf-8")
        return path

    return file


@pytest.fixture
def visit(browser: Browser, page_file: Callable[[str], Path]) -> Iterator[Visit]:
    """Opens one of `PAGES`, with options of a playwright context.

    Afterwards nothing must have gone wrong in it, and nothing been fetched but the file itself.
    """
    opened, complaints, fetched = [], [], []

    def open_page(name: str, **options: Any) -> Page:
        context = browser.new_context(**{"viewport": {"width": 1200, "height": 900}, **options})
        context.set_default_timeout(5_000)
        opened.append((context, page_file(name).as_uri()))
        page = context.new_page()
        page.on("console", lambda message: complaints.append(f"console: {message.text}"))
        page.on("pageerror", lambda error: complaints.append(f"page: {error}"))
        page.on("request", lambda request: fetched.append(request.url))
        page.goto(opened[-1][1])
        return page

    yield open_page
    for context, _ in opened:
        context.close()
    assert complaints == []
    assert fetched == [address for _, address in opened]


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print what tests have measured: it is told, not judged, as machines differ."""
    for report in terminalreporter.getreports("passed"):
        for name, value in report.user_properties:
            if name == MEASURED and report.when == "call":
                terminalreporter.write_line(str(value))
