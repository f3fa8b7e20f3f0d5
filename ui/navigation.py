"""Which pages there are, in which order, under which address.

A page is one file in `ui/pages/`, and one line here. Addresses are stable: people share them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal
from urllib.parse import urlencode

import streamlit as st
from markupsafe import Markup
from streamlit.navigation.page import Page

PAGES = Path(__file__).parent / "pages"

Query = Mapping[str, str | int | Sequence[str]]


@dataclass(frozen=True)
class PageEntry:
    """`path` is the address below the app's root; `file` lies in `ui/pages/`."""

    path: str
    file: str
    title: str
    icon: str
    help: str
    visibility: Literal["visible", "hidden"] = "visible"


HOME = PageEntry(
    "home",
    "home.py",
    "Home",
    "home",
    "What this is, how far your comparison is, and what to do next.",
)
VOTE = PageEntry(
    "vote",
    "vote.py",
    "Vote",
    "how_to_vote",
    "Two responses side by side, names hidden, sides random: say which one is better.",
)
LEADERBOARD = PageEntry(
    "leaderboard",
    "leaderboard.py",
    "Leaderboard",
    "leaderboard",
    "Which contestant is better, and how sure that is: ratings with intervals from judges and people.",
)
CONTESTANT = PageEntry(
    "contestant",
    "contestant.py",
    "Contestant",
    "person",
    "One contestant: against whom and on what it wins, its worst prompts, its settings, cost and time.",
    visibility="hidden",
)
MATCHES = PageEntry(
    "matches",
    "matches.py",
    "Matches",
    "compare_arrows",
    "Every comparison, with filters by judge, contestant, tag, outcome and flips; each opens its evidence.",
)
MATCH = PageEntry(
    "match",
    "match.py",
    "Match",
    "compare_arrows",
    "One comparison: both responses, both orders' verdicts and reasoning, votes, what was sent.",
    visibility="hidden",
)
RUNS = PageEntry(
    "runs",
    "runs.py",
    "Judge runs",
    "play_circle",
    "Let a judge compare responses: what it will cost, how far it is, which calls failed; pause and resume.",
)
JUDGES = PageEntry(
    "judges",
    "judges.py",
    "Judges",
    "gavel",
    "May a judge be trusted? One card per judge version: flips, order effects, unscored judgments.",
)
RUBRICS = PageEntry(
    "rubrics",
    "rubrics.py",
    "Rubrics",
    "checklist",
    "What a judge looks at: criteria with described levels, versioned, and the prompt as it is read.",
)

IMPORT = PageEntry(
    "import",
    "imports.py",
    "Import",
    "upload_file",
    "Bring prompts, responses, votes or recorded judgments from files; see first what is new and what bad.",
)

RESPONSES = PageEntry(
    "responses",
    "responses.py",
    "Prompts & responses",
    "grid_on",
    "Which contestant has answered which prompt; generate what is missing, or try a prompt on several.",
)

MODELS = PageEntry(
    "models",
    "models.py",
    "Models & keys",
    "key",
    "Which providers and local servers can be asked, what their models cost, and one call to try each.",
)

START = HOME
"""The page at the app's root."""

SECTIONS: dict[str, tuple[PageEntry, ...]] = {
    "": (HOME, VOTE),
    "Results": (LEADERBOARD, CONTESTANT, MATCHES, MATCH),
    "Judging": (RUNS, JUDGES, RUBRICS, MODELS),
    "Data": (RESPONSES, IMPORT),
}


def sections() -> dict[str, list[Page]]:
    """Return what `st.navigation` takes."""
    return {section: [_page(entry) for entry in entries] for section, entries in SECTIONS.items()}


def _page(entry: PageEntry) -> Page:
    return st.Page(
        PAGES / entry.file,
        title=entry.title,
        icon=f":material/{entry.icon}:",
        url_path=entry.path,
        default=entry is START,
        visibility=entry.visibility,
        help=entry.help,
    )


def page_link(entry: PageEntry, text: str, query: Query | None = None, *, icon: str | None = None) -> None:
    """Show a link within the app. `text` is Streamlit's Markdown: names go through `ui.render.label`.

    The way to another page: `st.switch_page` fails while a widget is bound to the address.
    """
    shown = None if icon is None else f":material/{icon}:"
    st.page_link(_page(entry), label=text, icon=shown, query_params=_pairs(query))


def same_page_link(entry: PageEntry, text: str, query: Query, *, icon: str | None = None) -> None:
    """Show a link to the page it stands on with another address; Streamlit's own keeps the old address."""
    sign = Markup('<span class="eh-icon" aria-hidden="true">{}</span>').format(icon) if icon else ""
    anchor = Markup('<a class="eh-same-page" href="{}" target="_self">{}{}</a>')
    st.html(anchor.format(href(entry, query), sign, text), width="content")


def href(entry: PageEntry, query: Query | None = None) -> str:
    """Return the address for our own markup and charts, relative to the page it stands on."""
    path = "./" if entry is START else f"./{entry.path}"
    pairs = _pairs(query)
    return f"{path}?{urlencode(pairs)}" if pairs else path


def _pairs(query: Query | None) -> list[tuple[str, str]]:
    pairs: list[tuple[str, str]] = []
    for key, value in (query or {}).items():
        several = [value] if isinstance(value, str | int) else list(value)
        pairs += [(key, str(one)) for one in several]
    return pairs
