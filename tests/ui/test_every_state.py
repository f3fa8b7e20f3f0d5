"""Every page and tab in every state of the data: a sentence and a way on, never a traceback."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
import streamlit as st

from arena.demo.load import load_demo_data
from arena.store import open_store
from db import Database
from tests.ui.opening import markup_of, open_page, text_of
from tests.ui.states import HOSTILE, fill_broken, fill_large
from ui.navigation import (
    CONTESTANT,
    HOME,
    IMPORT,
    JUDGES,
    LEADERBOARD,
    MATCH,
    MATCHES,
    MODELS,
    RESPONSES,
    RUBRICS,
    RUNS,
    VOTE,
    PageEntry,
)  # fmt: skip

JUDGE_TABS = (
    "Card", "Agreement", "Ranks", "Jury", "Drift", "Lab", "People", "Disagreements", "Next label",
)  # fmt: skip
RESPONSE_TABS = ("Coverage", "Prompts", "Generate", "Playground", "Checks", "Export")
EVERY = (
    HOME,
    VOTE,
    LEADERBOARD,
    CONTESTANT,
    MATCHES,
    MATCH,
    RUNS,
    JUDGES,
    RUBRICS,
    MODELS,
    RESPONSES,
    IMPORT,
)
EMPTY = {
    HOME: ("There is no data yet", "Import a file"),
    VOTE: ("Pairs to vote on will be here", "See how to begin"),
    LEADERBOARD: ("The ranking of your contestants will be here", "Import a file"),
    CONTESTANT: ("Every contestant's wins and losses will be here", "Import a file"),
    MATCHES: ("Every comparison that a judge or a person made will be here", "Import a file"),
    MATCH: ("No match was chosen", "See all matches"),
    RUNS: ("Runs of your judges will be here", "Import a file"),
    JUDGES: ("What your judges are worth will be here", "Import a file"),
    RESPONSES: ("Your prompts, and who has answered them, will be here", "Import a file"),
}


@dataclass(frozen=True)
class Visit:
    """An address, and what the page says there."""

    entry: PageEntry
    query: dict[str, str] = field(default_factory=dict)
    says: str = ""

    def __str__(self) -> str:
        return f"{self.entry.path} {self.query}"


TABS = [
    *(Visit(JUDGES, {"view": view}) for view in JUDGE_TABS),
    *(Visit(RESPONSES, {"view": view}) for view in RESPONSE_TABS),
]
NOWHERE = [
    Visit(LEADERBOARD, {"dataset": "gone"}, "There is no dataset 'gone' here"),
    Visit(HOME, {"dataset": "gone"}, "There is no dataset 'gone' here"),
    Visit(VOTE, {"dataset": "gone"}, "There is no dataset 'gone' here"),
    Visit(RESPONSES, {"dataset": "gone"}, "There is no dataset 'gone' here"),
    Visit(MATCH, {"match": "999999"}, "There is no match 999999"),
    Visit(MATCH, {"match": "one"}, "which is no number of a match"),
    Visit(RUNS, {"run": "999"}, "There is no run 999"),
    Visit(RESPONSES, {"prompt": "999999"}, "There is no prompt 999999"),
    Visit(RESPONSES, {"prompt": "one"}),
    Visit(CONTESTANT, {"name": "nobody"}),
    Visit(JUDGES, {"judge": "gone"}, "There is no judge 'gone' here"),
    Visit(JUDGES, {"view": "Nonsense"}, "There is no section 'Nonsense' here"),
    Visit(MATCHES, {"page": "-5"}, "There is no page '-5' here"),
    Visit(MATCHES, {"page": "999999"}, "This is the last."),
    Visit(MATCHES, {"outcome": "nonsense", "reason": "nonsense", "tag": "gone"}, "There is no tag 'gone'"),
    Visit(MATCHES, {"judge": "gone"}, "There is no judge 'gone' here"),
]


@pytest.fixture(scope="module")
def templates(tmp_path_factory: pytest.TempPathFactory, sqlite_template: Path) -> dict[str, Path]:
    """One database a state, filled once."""
    fills: dict[str, Callable[[Database], object]] = {
        "demo": load_demo_data, "large": fill_large, "broken": fill_broken,
    }  # fmt: skip
    paths = {}
    for name, write in fills.items():
        paths[name] = tmp_path_factory.mktemp(name) / "evenhand.db"
        shutil.copyfile(sqlite_template, paths[name])
        database = open_store(f"sqlite:///{paths[name]}")
        write(database)
        database.close()
    return paths


@pytest.fixture
def state(request: pytest.FixtureRequest, templates: dict[str, Path]) -> Iterator[str]:
    """The database of the parametrized state, which the pages find through `$DATABASE_URL`."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DATABASE_URL", f"sqlite:///{templates[request.param]}")
        yield request.param
    st.cache_resource.clear()
    st.cache_data.clear()


def look(visits: list[Visit]) -> dict[str, str]:
    """Open each; return what went wrong, by address."""
    wrong = {}
    for visit in visits:
        app = open_page(visit.entry, state=None, **visit.query)
        if app.exception:
            wrong[str(visit)] = f"{app.exception[0].message} {app.exception[0].stack_trace[-3:]}"
        elif visit.says not in text_of(app).replace("\\", ""):
            wrong[str(visit)] = text_of(app)[:300]
        elif len(text_of(app)) < 80:
            wrong[str(visit)] = f"says next to nothing: {text_of(app)}"
    return wrong


@pytest.mark.parametrize("entry", EMPTY, ids=lambda entry: entry.path)
def test_without_data_a_page_says_what_will_be_here_and_offers_one_way(
    store: Database, entry: PageEntry
) -> None:
    app = open_page(entry)
    assert not app.exception
    words, button = EMPTY[entry]
    assert words in text_of(app)
    ways = [link.value for link in app.page_link]
    assert ways.count(button) == 1
    offers_demo = button == "Import a file" and entry is not HOME
    assert entry is HOME or ways == [button, *(["See the demo first"] if offers_demo else [])]


@pytest.mark.parametrize("state", ["demo", "large", "broken"], indirect=True)
def test_every_page_and_tab_opens_without_a_traceback(state: str) -> None:
    assert look([*(Visit(entry) for entry in EVERY), *TABS]) == {}


@pytest.mark.parametrize("state", ["broken"], indirect=True)
def test_every_broken_match_run_and_prompt_can_be_looked_at(state: str) -> None:
    pieces = [
        *(Visit(MATCH, {"match": str(match)}) for match in (1, 8, 9, 24, 25, 49, 50)),
        *(Visit(RUNS, {"run": run}) for run in ("1", "2")),
        *(Visit(RESPONSES, {"prompt": str(prompt)}) for prompt in range(1, 6)),
        Visit(CONTESTANT, {"name": HOSTILE}),
        Visit(CONTESTANT, {"name": "x" * 300}),
    ]
    assert look(pieces) == {}


@pytest.mark.parametrize("state", ["demo"], indirect=True)
def test_an_address_that_leads_nowhere_is_answered_in_words(state: str) -> None:
    assert look(NOWHERE) == {}


@pytest.mark.parametrize("state", ["large"], indirect=True)
def test_a_large_page_sends_a_page_of_rows(state: str) -> None:
    for visit in (Visit(RESPONSES), Visit(RESPONSES, {"view": "Prompts"}), Visit(MATCHES)):
        app = open_page(visit.entry, state=None, **visit.query)
        assert not app.exception
        rows = sum(markup.count("<tr>") for markup in markup_of(app))
        assert 10 < rows <= 2 * 50, visit
