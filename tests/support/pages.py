"""Pages as a test opens them: ready or failed, without loading the whole site again."""

from playwright.sync_api import Page

DONE = 'body[data-state="ready"], body[data-state="error"]'
READY = 'body[data-state="ready"]'

# To another view as a link does it; the state is `loading` before this returns.
LEAD = """(target) => {
  const before = location.href;
  window.gridgov.lead(target);
  return before !== location.href;
}"""

FAILURES = """() => [
  document.body.dataset.failure,
  ...[...document.querySelectorAll('[data-failed]')].map((part) =>
    `${part.dataset.failed} ${part.innerText}`.slice(0, 400)),
]"""


def open_page(page: Page, url: str) -> None:
    """Load an address and wait until all of it is drawn.

    Raises:
        AssertionError: a part of the page failed.
    """
    page.goto(url)
    wait_drawn(page)


def lead(page: Page, target: str) -> None:
    """Go on to another view within the site, as a link does."""
    if page.evaluate(LEAD, target):
        wait_drawn(page)


def wait_drawn(page: Page) -> None:
    """Wait until all is drawn."""
    page.wait_for_selector(DONE, timeout=60_000)
    state = page.locator("body").get_attribute("data-state")
    assert state == "ready", f"{page.url}: {page.evaluate(FAILURES)}"
