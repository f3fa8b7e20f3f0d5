"""What a judge's judgments cost, summed by prompt and kept in the process.

Two million judgments take over a second to sum. Only those of newer matches are read behind what is kept, or
behind a copy in the database (`db.kept_arrays`); where a match has changed or gone all are read anew.
"""

from __future__ import annotations

import threading
import weakref
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from db.engine import READS
from db.kept_arrays import list_stamps, load_block
from db.match_arrays import Part, load_parts
from db.tables import JudgmentRow, MatchTallyRow, PromptRow

SUBJECT: Final = "costs"
_SUMS: Final = ("n_judgments", "n_priced", "cost_usd", "n_timed", "latency_s")


@dataclass(frozen=True, eq=False)
class PromptCosts:
    """Sums over one judge's judgments that belong to a match, by prompt; each of shape (n_prompts,).

    `n_matches` counts the matches; `cost_usd` and `latency_s` are summed where they are known.
    """

    prompt_id: NDArray[Any]
    n_matches: NDArray[Any]
    n_judgments: NDArray[Any]
    n_priced: NDArray[Any]
    cost_usd: NDArray[Any]
    n_timed: NDArray[Any]
    latency_s: NDArray[Any]

    def columns(self) -> dict[str, NDArray[Any]]:
        return {name: getattr(self, name) for name in self.__dataclass_fields__}


NOTHING: Final = PromptCosts(*(np.zeros(0, dtype=np.int64) for _ in PromptCosts.__dataclass_fields__))


@dataclass(frozen=True)
class _Known:
    """Costs of the matches up to `last_match_id`, and how many changes the database had counted by then."""

    costs: PromptCosts
    n_changes: int
    last_match_id: int

    def are_of(self, part: Part) -> bool:
        """Whether every match that was summed is still there, as it was, and none has come between."""
        n_before = int(np.searchsorted(part.matches.match_id, self.last_match_id, side="right"))
        return self.n_changes == part.n_changes and int(self.costs.n_matches.sum()) == n_before


_kept: weakref.WeakKeyDictionary[Any, dict[tuple[int, int], _Known]] = weakref.WeakKeyDictionary()
_lock = threading.Lock()


def load_prompt_costs(session: Session, dataset_id: int, judge_id: int) -> PromptCosts:
    """Return what the judgments of this judge's matches cost; nothing of judgments without a match."""
    parts = load_parts(session, dataset_id, [judge_id])
    if not parts or not len(parts[0].matches):
        return NOTHING
    if not session.info.get(READS):  # it may see what is never committed
        return sum_costs(session, dataset_id, judge_id, parts[0])
    with _lock:
        kept = _kept.setdefault(session.get_bind(), {})
    known = kept.get((dataset_id, judge_id)) or _take_block(session, dataset_id, judge_id)
    if known is None or not known.are_of(parts[0]):
        known = _Known(sum_costs(session, dataset_id, judge_id, parts[0]), *_mark_of(parts[0]))
    else:
        known = _with_newer(session, dataset_id, judge_id, parts[0], known)
    kept[dataset_id, judge_id] = known
    return known.costs


def _mark_of(part: Part) -> tuple[int, int]:
    return part.n_changes, int(part.matches.match_id[-1])


def _take_block(session: Session, dataset_id: int, judge_id: int) -> _Known | None:
    for stamp in list_stamps(session, SUBJECT, dataset_id):
        columns = load_block(session, stamp) if stamp.judge_id == judge_id else None
        if columns is not None and set(columns) == set(PromptCosts.__dataclass_fields__):
            return _Known(PromptCosts(**columns), stamp.n_changes, stamp.last_id)
    return None


def count_copied(session: Session, tally: MatchTallyRow) -> int:
    """Count the judge's matches whose costs are in a copy of the present state, 0 without one."""
    known = _take_block(session, tally.dataset_id, tally.judge_id)
    return int(known.costs.n_matches.sum()) if known is not None and known.n_changes == tally.n_changes else 0


def _with_newer(session: Session, dataset_id: int, judge_id: int, part: Part, known: _Known) -> _Known:
    """Add the judgments of the matches after those that were summed."""
    n_before = int(known.costs.n_matches.sum())
    if n_before == len(part.matches):
        return known
    newer = Part(part.matches.take(slice(n_before, None)), part.n_changes)
    added = sum_costs(session, dataset_id, judge_id, newer, known.last_match_id)
    prompts = np.union1d(known.costs.prompt_id, added.prompt_id)
    sums = {}
    for name in ("n_matches", *_SUMS):
        sums[name] = np.zeros(len(prompts), dtype=np.result_type(getattr(added, name), np.int64))
        for costs in (known.costs, added):
            sums[name][np.searchsorted(prompts, costs.prompt_id)] += getattr(costs, name)
    return _Known(PromptCosts(prompts, **sums), *_mark_of(part))


def sum_costs(
    session: Session, dataset_id: int, judge_id: int, part: Part, after_match_id: int | None = None
) -> PromptCosts:
    """Read the judgments of these matches, which are all of the judge's after that one (None: all)."""
    query = (
        select(
            JudgmentRow.prompt_id,
            func.count(),
            func.count(JudgmentRow.cost_usd),
            func.coalesce(func.sum(JudgmentRow.cost_usd), 0.0),
            func.count(JudgmentRow.latency_s),
            func.coalesce(func.sum(JudgmentRow.latency_s), 0.0),
        )
        .where(JudgmentRow.judge_id == judge_id, JudgmentRow.match_id.is_not(None))
        .group_by(JudgmentRow.prompt_id)
    )
    if after_match_id is not None:
        last = int(part.matches.match_id[-1])
        query = query.where(JudgmentRow.match_id > after_match_id, JudgmentRow.match_id <= last)
    elsewhere = select(MatchTallyRow.n_matches).where(
        MatchTallyRow.judge_id == judge_id,
        MatchTallyRow.dataset_id != dataset_id,
        MatchTallyRow.n_matches > 0,
    )
    if session.scalar(elsewhere.limit(1)) is not None:
        query = query.join(PromptRow, PromptRow.id == JudgmentRow.prompt_id).where(
            PromptRow.dataset_id == dataset_id
        )
    prompts, n_matches = np.unique(part.matches.prompt_id, return_counts=True)
    rows = {row[0]: row[1:] for row in session.execute(query)}
    sums = np.array([rows.get(prompt, (0,) * len(_SUMS)) for prompt in prompts.tolist()], dtype=np.float64)
    counts = {
        name: column if name in ("cost_usd", "latency_s") else np.rint(column).astype(np.int64)
        for name, column in zip(_SUMS, sums.reshape(-1, len(_SUMS)).T, strict=True)
    }
    return PromptCosts(prompts.astype(np.int64), n_matches, **counts)
