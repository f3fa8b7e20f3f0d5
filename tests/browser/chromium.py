"""Debian's Chromium through Playwright, and the few gestures that every browser test needs."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, Locator, Page, Playwright, expect

FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
SETTLED = "[data-testid=stApp][data-test-script-state=notRunning]"
TIMEOUT_MS = 120_000
"""Far above what anything takes: a slow machine is no failure."""


@contextmanager
def launch(playwright: Playwright) -> Iterator[Browser]:
    """Start headless Chromium with a fresh profile."""
    executable = shutil.which("chromium")
    if executable is None:
        raise FileNotFoundError("The browser tests need Chromium at 'chromium' on the PATH.")
    browser = playwright.chromium.launch(executable_path=executable, args=list(FLAGS), headless=True)
    try:
        yield browser
    finally:
        browser.close()


def settle(page: Page) -> None:
    """Wait until the script has run to its end."""
    page.wait_for_selector(SETTLED, timeout=TIMEOUT_MS)


def open_address(page: Page, address: str) -> None:
    page.goto(address)
    settle(page)


def follow(page: Page, section: str) -> None:
    """Choose a page in the sidebar."""
    page.get_by_test_id("stSidebarNav").get_by_role("link", name=section, exact=True).click()
    expect(page.get_by_role("heading", name=section, level=1)).to_be_visible(timeout=TIMEOUT_MS)
    settle(page)


def press(page: Page, button: str) -> None:
    """Press a button by its name and wait for what it does."""
    page.get_by_role("button", name=button, exact=True).click()
    settle(page)


def wait_until(page: Page, is_so: Callable[[], bool]) -> None:
    """Wait for what no element of the page tells."""
    for _ in range(TIMEOUT_MS // 50):
        if is_so():
            return
        page.wait_for_timeout(50)
    raise AssertionError(f"it did not happen in {TIMEOUT_MS / 1000:.0f} s")


def drop_files(page: Page, *paths: Path) -> None:
    """Give files to the page's uploader."""
    page.get_by_test_id("stFileUploaderDropzoneInput").set_input_files([str(path) for path in paths])


def type_choice(page: Page, name: str, text: str) -> None:
    """Type a text of one's own into a choice and take it."""
    box = combobox(page, name)
    box.click()
    box.fill(text)
    box.press("Enter")
    settle(page)


def combobox(page: Page, name: str) -> Locator:
    return page.get_by_role("combobox", name=name)


def expect_text(page: Page, text: str) -> None:
    """Wait until the text is on the page."""
    expect(page.get_by_text(text, exact=False).first).to_be_visible(timeout=TIMEOUT_MS)
