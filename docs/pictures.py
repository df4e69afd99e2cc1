"""Takes the pictures of the README and of these pages from the demonstration, in a browser: `make pictures`.

The same reports give the same pictures on a machine with the same fonts and the same browser.
"""

from pathlib import Path
from tempfile import TemporaryDirectory

from playwright.sync_api import Browser, FloatRect, Page, ViewportSize

from sla_rules.report import Report
from tests.browser.chromium import chromium
from tests.browser.making import demo, desk

IMAGES = Path(__file__).parent / "images"
WIDTH, HEIGHT, SHARPNESS = 1060, 800, 1.5
"""Of the window; a picture has more pixels than the page, to stay sharp on a fine screen."""
MARGIN = 8
"""Below what is shown of the page."""
GRAVEST = 3
"""How many of the broken promises the picture of the report shows."""


def main() -> None:
    """Take all pictures."""
    IMAGES.mkdir(exist_ok=True)
    with TemporaryDirectory() as folder, chromium() as browser:
        take_top(opened(browser, demo(), Path(folder)), "report.png")
        take_case(opened(browser, desk(), Path(folder)), "timeline.png")


def opened(browser: Browser, report: Report, folder: Path) -> Page:
    """Open the page of a report."""
    file = folder / "report.html"
    report.to_html(file)
    window: ViewportSize = {"width": WIDTH, "height": HEIGHT}
    page = browser.new_page(viewport=window, device_scale_factor=SHARPNESS, color_scheme="light")
    page.goto(file.as_uri())
    return page


def take_top(page: Page, name: str) -> None:
    """Take what one sees first: the verdict, how it stands by strength, and what weighs most."""
    last = page.locator(".grave > li").nth(GRAVEST - 1).bounding_box()
    assert last is not None
    top: FloatRect = {"x": 0, "y": 0, "width": WIDTH, "height": last["y"] + last["height"] + MARGIN}
    page.screenshot(path=IMAGES / name, clip=top, full_page=True)


def take_case(page: Page, name: str) -> None:
    """Take the first case behind the first breach, opened."""
    page.locator("#breach-list > li > .case button").first.click()
    case = page.locator("#breach-list li li").first
    case.locator(".case button").click()
    page.mouse.move(0, 0)
    case.screenshot(path=IMAGES / name)


if __name__ == "__main__":
    main()
