"""Lists of matches for review: what fits a filter, page by page, and where one match stands in it."""

from __future__ import annotations

import threading
from bisect import bisect_left
from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final, TypeVar
from weakref import WeakKeyDictionary

from arena.judges import find_judge, label_judges
from arena.majority import AGREES, DISAGREES, compare
from arena.store import in_words
from db import Database, Session, datasets, judges, match_choices, match_list
from db.agreement import load_voted_matches
from db.match_choices import ListedDataset
from db.match_filter import TEXT_WINDOW, MatchQuery, Outcome
from db.match_list import ListedMatch

__all__ = [
    "CAP",
    "PAGE_SIZE",
    "TEXT_WINDOW",
    "ListedDataset",
    "MatchChoices",
    "MatchFilter",
    "MatchPage",
    "MatchRow",
    "Neighbours",
    "Outcome",
    "PeopleCount",
    "get_match_choices",
    "get_neighbours",
    "list_listed_datasets",
    "list_matches",
    "to_rows",
]

PAGE_SIZE: Final = 50
CAP: Final = 10_000
"""How far a search by text or by people's votes goes; what is beyond it is said, not counted."""
MAX_KEPT: Final = 100
"""Of what was counted or found; the ids of one search take up to 400 kB."""
Found = TypeVar("Found")
_Answers = OrderedDict[tuple[MatchQuery, match_list.TallyMark], Any]
_KEPT: WeakKeyDictionary[Database, _Answers] = WeakKeyDictionary()
_KEEPING = threading.Lock()


@dataclass(frozen=True)
class MatchFilter:
    """Which matches to show; None or empty: any.

    Parameters
    ----------
    kind : {"ai", "people"} or None
        Whose matches; built-in and recorded judges count as `ai`.
    contestants : tuple of str
        Matches in which each of these takes part.
    outcome : {"scored", "decided", "tie", "both_bad", "flip", "unscored"} or None
    disagrees_with_people : bool or None
        Matches of AI judges that say, or do not say, what most votes say (`arena.majority`).
    text : str or None
        Part of the prompt or of a response.
    """

    dataset: str | None = None
    judges: tuple[str, ...] = ()
    kind: str | None = None
    contestants: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    outcome: Outcome | None = None
    reason: str | None = None
    disagrees_with_people: bool | None = None
    text: str | None = None


@dataclass(frozen=True)
class PeopleCount:
    verdict: str
    n: int


@dataclass(frozen=True)
class MatchRow:
    """One line of the list; `people` is what voters said of the same two responses."""

    id: int
    dataset: str
    prompt_preview: str
    contestant_a: str
    contestant_b: str
    judge: str
    judge_kind: str
    n_orders: int
    verdict_ab: str | None
    verdict_ba: str | None
    state: str
    reason: str | None
    is_flip: bool
    people: tuple[PeopleCount, ...]
    created_at: datetime


@dataclass(frozen=True)
class MatchPage:
    """One page, newest first; `page` counts from 1.

    `is_capped`: there are more than `n_total`, which was as far as the search went. `is_text_bounded`: only
    the newest `TEXT_WINDOW` matches had their responses searched for the text.
    """

    rows: tuple[MatchRow, ...]
    n_total: int
    page: int
    n_pages: int
    is_capped: bool = False
    is_text_bounded: bool = False


@dataclass(frozen=True)
class Neighbours:
    """Where a match stands in its filter: `position` counts from 1, newest first; None: not in that list."""

    previous_id: int | None
    next_id: int | None
    position: int | None
    n_total: int
    is_capped: bool = False


@dataclass(frozen=True)
class MatchChoices:
    """What a dataset's matches can be filtered by."""

    judges: tuple[str, ...]
    contestants: tuple[str, ...]
    tags: tuple[str, ...]


def list_listed_datasets(database: Database) -> list[ListedDataset]:
    """Return all, in the order in which they came; nothing is counted."""
    with in_words(), database.read() as session:
        return match_choices.list_listed_datasets(session)


def get_match_choices(database: Database, dataset: str) -> MatchChoices:
    """Return the pairwise judges with a match there, the contestants with a response, and the tags."""
    with in_words(), database.read() as session:
        dataset_id = datasets.get_dataset_id(session, dataset)
        stored = judges.list_stored_judges(session)
        there = match_choices.find_judges(session, dataset_id)
        names = match_choices.list_contestant_names(session, dataset_id)
        tags = datasets.list_tags(session, dataset_id)
    labels = label_judges(stored)
    return MatchChoices(
        judges=tuple(labels[judge.id] for judge in stored if judge.id in there),
        contestants=tuple(names),
        tags=tuple(tag.tag for tag in tags),
    )


def list_matches(database: Database, wanted: MatchFilter, page: int = 1) -> MatchPage:
    """Return one page; a page beyond the last gives the last."""
    with in_words(), database.read() as session:
        query = _to_query(session, wanted)
        found = _search(database, session, query) if query.is_costly else None
        n_total = _count(database, session, query) if found is None else len(found.ids)
        n_pages = max(1, -(-n_total // PAGE_SIZE))
        page = min(max(page, 1), n_pages)
        start = (page - 1) * PAGE_SIZE
        if found is None:
            ids = match_list.list_match_ids(session, query, start, PAGE_SIZE, n_total)
        else:
            ids = list(found.ids[start : start + PAGE_SIZE])
        rows = to_rows(session, match_list.load_listed(session, ids))
    if found is None:
        return MatchPage(rows, n_total, page, n_pages)
    return MatchPage(rows, n_total, page, n_pages, found.is_capped, found.is_text_bounded)


def get_neighbours(database: Database, wanted: MatchFilter, match_id: int) -> Neighbours:
    """Return what comes before and after a match in the list of this filter."""
    with in_words(), database.read() as session:
        query = _to_query(session, wanted)
        if query.is_costly:
            return _search(database, session, query).around(match_id)
        if not match_list.has_match(session, query, match_id):
            return Neighbours(None, None, None, _count(database, session, query))
        n_total = _count(database, session, query)
        place = match_list.find_place(session, query, match_id, n_total)
    return Neighbours(place.previous_id, place.next_id, place.n_newer + 1, n_total)


def _count(database: Database, session: Session, query: MatchQuery) -> int:
    """Count what fits, or return what was counted of the same matches before."""
    if query.is_tallied:
        return match_list.count_matches(session, query)
    return _kept(database, session, query, lambda: match_list.count_matches(session, query))


def _kept(database: Database, session: Session, query: MatchQuery, ask: Callable[[], Found]) -> Found:
    """Ask, or return what was answered when the matches, tags and responses were as they are."""
    key = query, match_list.load_tally_mark(session, query)
    with _KEEPING:
        known = _KEPT.setdefault(database, OrderedDict())
        if key in known:
            known.move_to_end(key)
            answer: Found = known[key]
            return answer
    answer = ask()
    with _KEEPING:
        known[key] = answer
        while len(known) > MAX_KEPT:
            known.popitem(last=False)
    return answer


@dataclass(frozen=True)
class _Found:
    """Ids newest first, up to the cap."""

    ids: tuple[int, ...]
    is_capped: bool
    is_text_bounded: bool

    def around(self, match_id: int) -> Neighbours:
        n_total = len(self.ids)
        at = bisect_left(self.ids, -match_id, key=lambda one: -one)
        if at == n_total or self.ids[at] != match_id:
            return Neighbours(None, None, None, n_total, self.is_capped)
        newer = self.ids[at - 1] if at else None
        older = self.ids[at + 1] if at + 1 < n_total else None
        return Neighbours(newer, older, at + 1, n_total, self.is_capped)


def _search(database: Database, session: Session, query: MatchQuery) -> _Found:
    """Find what is not worth finding anew for every page."""

    def ask() -> _Found:
        asked = replace(query, among=_find_by_people(session, query))
        ids = tuple(match_list.list_match_ids(session, asked, 0, CAP + 1))
        is_bounded = bool(query.text) and match_list.has_more(session, replace(asked, text=None), TEXT_WINDOW)
        return _Found(ids[:CAP], len(ids) > CAP, is_bounded)

    return _kept(database, session, query, ask)


def _find_by_people(session: Session, query: MatchQuery) -> tuple[int, ...] | None:
    """Return the matches that say, or do not say, what most votes say; None where nobody asks."""
    if query.disagrees_with_people is None:
        return None
    voted = load_voted_matches(session, query.dataset_id)
    wanted = DISAGREES if query.disagrees_with_people else AGREES
    return tuple(voted.judged.match_id[compare(voted.judged, voted.votes) == wanted].tolist())


def _to_query(session: Session, wanted: MatchFilter) -> MatchQuery:
    dataset_id = None if wanted.dataset is None else datasets.get_dataset_id(session, wanted.dataset)
    stored = judges.list_stored_judges(session) if wanted.judges else []
    return MatchQuery(
        dataset_id=dataset_id,
        judge_ids=tuple(find_judge(stored, name, mode="pairwise").id for name in wanted.judges),
        kind=wanted.kind,
        contestants=wanted.contestants,
        tags=wanted.tags,
        outcome=wanted.outcome,
        reason=wanted.reason,
        disagrees_with_people=wanted.disagrees_with_people,
        text=wanted.text,
    )


def to_rows(session: Session, listed: Sequence[ListedMatch]) -> tuple[MatchRow, ...]:
    """Add labels and what people said."""
    labels = label_judges(judges.list_stored_judges(session))
    people = match_list.count_people_verdicts(
        session, [(match.response_a_id, match.response_b_id) for match in listed]
    )
    return tuple(
        MatchRow(
            id=match.id,
            dataset=match.dataset,
            prompt_preview=match.prompt_preview,
            contestant_a=match.contestant_a,
            contestant_b=match.contestant_b,
            judge=labels[match.judge_id],
            judge_kind=match.judge_kind,
            n_orders=match.n_orders,
            verdict_ab=match.verdict_ab,
            verdict_ba=match.verdict_ba,
            state=match.state,
            reason=match.reason,
            is_flip=match.state == "scored" and match.n_orders == 2 and match.verdict_ab != match.verdict_ba,
            people=tuple(
                PeopleCount(verdict, n)
                for verdict, n in sorted(people.get((match.response_a_id, match.response_b_id), {}).items())
            ),
            created_at=match.created_at,
        )
        for match in listed
    )
