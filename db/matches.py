"""Making matches of judgments: two decided orders of one pair, judge and repetition are one match."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import delete, insert, select, update
from sqlalchemy.orm import Session, aliased

from db.tables import JudgmentRow, MatchRow, PromptRow, ResponseRow, utc_now

BATCH = 400
"""Ids in one query: under every database's limit of parameters."""


def build_matches(session: Session, judgment_ids: Sequence[int]) -> int:
    """Make the matches whose second order has just been decided; return how many are new.

    Needs both orders stored and decided; a pair with one order still planned waits for it.
    """
    n_new = 0
    for start in range(0, len(judgment_ids), BATCH):
        n_new += _build_batch(session, judgment_ids[start : start + BATCH])
    return n_new


def _build_batch(session: Session, judgment_ids: Sequence[int]) -> int:
    pairs = _find_decided_pairs(session, judgment_ids)
    if not pairs:
        return 0
    match_ids = session.scalars(
        insert(MatchRow).returning(MatchRow.id, sort_by_parameter_order=True),
        [pair.columns() for pair in pairs],
    ).all()
    session.execute(
        update(JudgmentRow),
        [
            {"id": judgment_id, "match_id": match_id}
            for match_id, pair in zip(match_ids, pairs, strict=True)
            for judgment_id in (pair.ab.id, pair.ba.id)
        ],
    )
    return len(match_ids)


@dataclass(frozen=True)
class _DecidedPair:
    """Two decided orders of one pair: `ab` showed a first, `ba` showed b first."""

    ab: JudgmentRow
    ba: JudgmentRow
    dataset_id: int
    contestant_a_id: int
    contestant_b_id: int

    def columns(self) -> dict[str, Any]:
        scored = self.ab.state == self.ba.state == "scored"
        return {
            "dataset_id": self.dataset_id,
            "prompt_id": self.ab.prompt_id,
            "contestant_a_id": self.contestant_a_id,
            "contestant_b_id": self.contestant_b_id,
            "response_a_id": self.ab.response_first_id,
            "response_b_id": self.ba.response_first_id,
            "judge_id": self.ab.judge_id,
            "run_id": self.ab.run_id,
            "repetition": self.ab.repetition,
            "n_orders": 2,
            "verdict_ab": self.ab.verdict,
            "verdict_ba": self.ba.verdict,
            "state": "scored" if scored else "unscored",
            "reason": None if scored else self.ab.reason or self.ba.reason,
            "created_at": utc_now(),
        }


def _find_decided_pairs(session: Session, judgment_ids: Sequence[int]) -> list[_DecidedPair]:
    this, other = aliased(JudgmentRow), aliased(JudgmentRow)
    first, second = aliased(ResponseRow), aliased(ResponseRow)
    decided = ("scored", "unscored")
    query = (
        select(this, other, PromptRow.dataset_id, first.contestant_id, second.contestant_id)
        .join(
            other,
            (other.response_first_id == this.response_second_id)
            & (other.response_second_id == this.response_first_id)
            & (other.judge_id == this.judge_id)
            & (other.repetition == this.repetition),
        )
        .join(first, first.id == this.response_first_id)
        .join(second, second.id == this.response_second_id)
        .join(PromptRow, PromptRow.id == this.prompt_id)
        .where(
            this.id.in_(judgment_ids),
            this.match_id.is_(None),
            this.state.in_(decided),
            other.state.in_(decided),
            first.contestant_id != second.contestant_id,
        )
    )
    pairs: dict[int, _DecidedPair] = {}
    for row in session.execute(query, execution_options={"populate_existing": True}):
        judgment, opposite, dataset_id, first_id, second_id = row
        if judgment.shown_order == "ab":
            pairs[judgment.id] = _DecidedPair(judgment, opposite, dataset_id, first_id, second_id)
        else:
            pairs[opposite.id] = _DecidedPair(opposite, judgment, dataset_id, second_id, first_id)
    return list(pairs.values())


def find_unmatched(session: Session, run_id: int) -> list[int]:
    """Return the run's decided judgments of pairs without a match.

    Two workers that decide the two orders of a pair at the same instant each see the other's as undecided.
    """
    query = select(JudgmentRow.id).where(
        JudgmentRow.run_id == run_id,
        JudgmentRow.match_id.is_(None),
        JudgmentRow.response_second_id.is_not(None),
        JudgmentRow.state.in_(("scored", "unscored")),
    )
    return list(session.scalars(query))


def drop_matches(session: Session, judgment_ids: Sequence[int]) -> None:
    """Remove the matches that these judgments made, because they are about to be judged again."""
    for start in range(0, len(judgment_ids), BATCH):
        made = select(JudgmentRow.match_id).where(
            JudgmentRow.id.in_(judgment_ids[start : start + BATCH]), JudgmentRow.match_id.is_not(None)
        )
        session.execute(delete(MatchRow).where(MatchRow.id.in_(made)))
