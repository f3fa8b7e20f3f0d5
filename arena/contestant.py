"""One contestant: against whom it wins, on what, where it fails, what it is and what it costs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from arena.board.records import BoardQuery
from arena.board_charts.rows import BoardRows, load_rows
from arena.errors import NotFoundError
from arena.store import in_words
from arena.written import percent
from db import Database, contestants, datasets
from db.contestants import ResponseFigures, StoredContestant
from ranking.shares import clustered_share

WORST = 10
MAX_MATCHES_SHOWN = 3


@dataclass(frozen=True)
class Record:
    """Wins, ties and losses of the contestant; `win_share` counts a tie as half.

    A match whose two orders disagree counts by their mean, as a tie where they cancel out. `low` and `high`
    are the 95 % interval clustered by prompt, None where there are too few prompts.
    """

    name: str
    n: int
    n_won: int
    n_tied: int
    n_lost: int
    win_share: float
    low: float | None
    high: float | None
    n_prompts: int


@dataclass(frozen=True)
class WorstPrompt:
    """A prompt on which the contestant got little; `match_ids` are some matches there, worst first."""

    prompt_id: int
    preview: str
    n: int
    win_share: float
    match_ids: tuple[int, ...]


@dataclass(frozen=True)
class ContestantReport:
    """`overall` is None, and the lists are empty, where the contestant has no match in this scope."""

    settings: StoredContestant
    figures: ResponseFigures
    overall: Record | None
    opponents: tuple[Record, ...]
    tags: tuple[Record, ...]
    worst: tuple[WorstPrompt, ...]
    judges: tuple[str, ...]
    is_invented: bool
    sentence: str


@dataclass(frozen=True, eq=False)
class _Own:
    """The contestant's matches, seen from its side; every array of shape (n_matches,)."""

    points: NDArray[np.float64]
    opponent: NDArray[np.int64]
    prompt_id: NDArray[np.int64]
    match_id: NDArray[np.int64]

    def take(self, rows: NDArray[Any]) -> _Own:
        return _Own(self.points[rows], self.opponent[rows], self.prompt_id[rows], self.match_id[rows])


def get_contestant_report(database: Database, query: BoardQuery, name: str) -> ContestantReport:
    """Count the contestant's matches in the scope of a board; under the calibrated lens the judge's.

    Raises
    ------
    NotFoundError
        If there is no such contestant, or it has no response in the query's data set.
    """
    with in_words(), database.read() as session:
        settings = contestants.get_contestant(session, name)
        dataset_id = None if query.dataset is None else datasets.get_dataset_id(session, query.dataset)
        figures = contestants.get_response_figures(session, settings.id, dataset_id)
        tagged = contestants.load_tagged_prompts(session, dataset_id)
        is_invented = datasets.is_invented(session, dataset_id)
    if not figures.n_responses:
        raise NotFoundError(f"{name} has no response in data set '{query.dataset}'.")
    rows = load_rows(database, query)
    own = _own_matches(rows, name)
    overall = _record(name, own) if len(own.points) else None
    opponents = _opponents(rows, own)
    worst_ids = _worst_prompts(own)
    with in_words(), database.read() as session:
        previews = contestants.load_prompt_previews(session, worst_ids)
    return ContestantReport(
        settings=settings,
        figures=figures,
        overall=overall,
        opponents=opponents,
        tags=_by_tag(own, tagged),
        worst=tuple(_worst(own, prompt_id, previews) for prompt_id in worst_ids),
        judges=rows.judges,
        is_invented=is_invented,
        sentence=_sentence(name, overall, opponents),
    )


def _own_matches(rows: BoardRows, name: str) -> _Own:
    matches = rows.matches
    place = matches.names.index(name) if name in matches.names else -1
    is_a = matches.a == place
    kept = np.flatnonzero(is_a | (matches.b == place))
    is_a = is_a[kept]
    return _Own(
        points=np.where(is_a, matches.outcome[kept], 1 - matches.outcome[kept]),
        opponent=np.where(is_a, matches.b[kept], matches.a[kept]).astype(np.int64),
        prompt_id=np.asarray(matches.prompt_id, dtype=np.int64)[kept],
        match_id=rows.match_id[kept],
    )


def _record(name: str, own: _Own) -> Record:
    share = clustered_share(own.points, own.prompt_id)
    has_interval = not np.isnan(share.low)
    return Record(
        name=name,
        n=len(own.points),
        n_won=int((own.points > 0.5).sum()),
        n_tied=int((own.points == 0.5).sum()),
        n_lost=int((own.points < 0.5).sum()),
        win_share=share.value,
        low=share.low if has_interval else None,
        high=share.high if has_interval else None,
        n_prompts=share.n_prompts,
    )


def _opponents(rows: BoardRows, own: _Own) -> tuple[Record, ...]:
    """Return one record an opponent, the hardest first."""
    found = [
        _record(rows.matches.names[int(place)], own.take(own.opponent == place))
        for place in np.unique(own.opponent)
    ]
    return tuple(sorted(found, key=lambda one: (one.win_share, one.name)))


def _by_tag(own: _Own, tagged: Mapping[str, NDArray[np.int64]]) -> tuple[Record, ...]:
    """Return one record a tag, the worst first; a prompt with several tags counts under each."""
    found = []
    for tag, prompt_ids in tagged.items():
        part = own.take(np.isin(own.prompt_id, prompt_ids))
        if len(part.points):
            found.append(_record(tag, part))
    return tuple(sorted(found, key=lambda one: (one.win_share, one.name)))


def _worst_prompts(own: _Own) -> list[int]:
    """Return the prompts with the smallest shares of points under one half, most matches first."""
    prompts, place = np.unique(own.prompt_id, return_inverse=True)
    n = np.bincount(place.reshape(-1), minlength=len(prompts))
    points = np.bincount(place.reshape(-1), own.points, len(prompts))
    share = points / np.maximum(n, 1)
    order = np.lexsort((prompts, -n, share))
    return [int(prompts[at]) for at in order[:WORST] if share[at] < 0.5]


def _worst(own: _Own, prompt_id: int, previews: Mapping[int, str]) -> WorstPrompt:
    part = own.take(own.prompt_id == prompt_id)
    order = np.argsort(part.points, kind="stable")[:MAX_MATCHES_SHOWN]
    return WorstPrompt(
        prompt_id=prompt_id,
        preview=previews.get(prompt_id, ""),
        n=len(part.points),
        win_share=float(part.points.mean()),
        match_ids=tuple(int(one) for one in part.match_id[order]),
    )


def _sentence(name: str, overall: Record | None, opponents: tuple[Record, ...]) -> str:
    """Say how it stands, and whom it beats or loses to as far as the intervals tell."""
    if overall is None:
        return f"{name} has no scored match here yet."
    said = f"{name} wins {percent(overall.win_share)} of {overall.n:,} matches."
    beats = [one.name for one in opponents if one.low is not None and one.low > 0.5]
    loses = [one.name for one in opponents if one.high is not None and one.high < 0.5]
    parts = []
    if beats:
        parts.append(f"It beats {_some(beats)}")
    if loses:
        parts.append(f"{'loses' if beats else 'It loses'} to {_some(loses)}")
    rest = len(opponents) - len(beats) - len(loses)
    if not parts:
        return f"{said} Against no single opponent is the difference clear."
    tail = (
        f"; against {rest:,} {'other' if rest == 1 else 'others'} the difference is not clear" if rest else ""
    )
    return f"{said} {' and '.join(parts)}{tail}."


def _some(names: list[str]) -> str:
    shown = names[:3]
    more = len(names) - len(shown)
    return ", ".join(shown) + (f" and {more:,} more" if more else "")
