"""Opening a page of the app in process, against a database of the test's own."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from streamlit.components.v2 import manifest_scanner
from streamlit.testing.v1 import AppTest

from ui.navigation import PAGES, START, PageEntry
from ui.shell import PAGE_SCRIPT

# Every new AppTest looks through all installed packages for components, which takes longer than most pages.
manifest_scanner.scan_component_manifests = cache(manifest_scanner.scan_component_manifests)


def open_page(entry: PageEntry, *, state: Mapping[str, str] | None = None, **query: str) -> AppTest:
    """Open the app at the page's address with this query, as a fresh session does.

    `state` fills widgets before they are drawn; the test harness cannot type a new option into a choice.
    """
    app = _with_query(AppTest.from_file(str(PAGE_SCRIPT), default_timeout=300), query)
    if entry is START or entry.path != Path(entry.file).stem:
        app.run()  # only then are pages known by another name than their file's
    if entry is START:
        return app
    app.switch_page(str(PAGES / entry.file))
    for key, value in (state or {}).items():
        app.session_state[key] = value
    return _with_query(app, query).run()


def _with_query(app: AppTest, query: dict[str, str]) -> AppTest:
    for name, value in query.items():
        app.query_params[name] = value
    return app


def markup_of(app: AppTest) -> list[str]:
    """Return our own markup on the page, a piece an element, large tables last."""
    drawn = [element.proto for element in app.get("bidi_component")]
    tables = [json.loads(one.json)["markup"] for one in drawn if one.component_name == "evenhand_markup"]
    return [*(str(element.value) for element in app.html), *tables]


def table_of(app: AppTest) -> str:
    """Return the markup of the page's last table."""
    return [markup for markup in markup_of(app) if "<table" in markup][-1]


def text_of(app: AppTest) -> str:
    """Return what the page says, without markup."""
    elements = [*app.title, *app.subheader, *app.markdown, *app.caption, *app.text]
    alerts = [*app.error, *app.warning, *app.success, *app.info]
    said = [str(element.value) for element in elements] + markup_of(app)
    said += [str(element.value) for element in alerts]
    return " ".join(html.unescape(re.sub(r"<[^>]*>", " ", one)) for one in said)
