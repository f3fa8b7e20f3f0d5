from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from tests.browser.chromium import TIMEOUT_MS, launch
from tests.browser.hostile import fill_hostile
from tests.browser.serving import ServedApp, serve_app

expect.set_options(timeout=TIMEOUT_MS)


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    with sync_playwright() as playwright, launch(playwright) as browser:
        yield browser


@pytest.fixture
def app(tmp_path: Path) -> Iterator[ServedApp]:
    """The app with an empty database of its own."""
    with serve_app(tmp_path) as served:
        yield served


@pytest.fixture(scope="module")
def full_app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServedApp]:
    """The app with two judges, a voter and a dataset whose every text is hostile."""
    folder = tmp_path_factory.mktemp("full")
    url = f"sqlite:///{folder / 'evenhand.db'}"
    fill_hostile(url)
    with serve_app(folder, database_url=url) as served:
        yield served


@pytest.fixture
def page(chromium: Browser) -> Iterator[Page]:
    context = chromium.new_context(viewport={"width": 1280, "height": 900}, color_scheme="light")
    context.set_default_timeout(TIMEOUT_MS)
    yield context.new_page()
    context.close()
