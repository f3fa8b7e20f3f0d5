"""Anchor sets: storing the pairs under a name, and reading them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, insert, select
from sqlalchemy.orm import Session

from db.errors import NotFoundError
from db.tables import AnchorPairRow, AnchorSetRow, ResponseRow

Pair = tuple[int, int]
"""Two response ids, as matches store them."""


@dataclass(frozen=True)
class StoredAnchors:
    name: str
    n_pairs: int
    n_prompts: int
    created_at: datetime


def add_anchors(session: Session, dataset_id: int, name: str, pairs: Sequence[Pair]) -> None:
    row = AnchorSetRow(dataset_id=dataset_id, name=name)
    session.add(row)
    session.flush()
    session.execute(
        insert(AnchorPairRow),
        [{"anchor_set_id": row.id, "response_a_id": a, "response_b_id": b} for a, b in pairs],
    )


def list_anchors(session: Session, dataset_id: int) -> list[StoredAnchors]:
    """Return the sets of a data set, oldest first."""
    query = (
        select(
            AnchorSetRow.name,
            func.count(AnchorPairRow.response_a_id),
            func.count(ResponseRow.prompt_id.distinct()),
            AnchorSetRow.created_at,
        )
        .outerjoin(AnchorPairRow, AnchorPairRow.anchor_set_id == AnchorSetRow.id)
        .outerjoin(ResponseRow, ResponseRow.id == AnchorPairRow.response_a_id)
        .where(AnchorSetRow.dataset_id == dataset_id)
        .group_by(AnchorSetRow.id)
        .order_by(AnchorSetRow.id)
    )
    return [StoredAnchors(*row) for row in session.execute(query)]


def load_anchor_pairs(session: Session, dataset_id: int, name: str) -> set[Pair]:
    """Return the pairs of a set.

    Raises
    ------
    NotFoundError
        If the data set has no anchor set of that name.
    """
    query = select(AnchorSetRow.id).where(AnchorSetRow.dataset_id == dataset_id, AnchorSetRow.name == name)
    set_id = session.scalar(query)
    if set_id is None:
        known = ", ".join(one.name for one in list_anchors(session, dataset_id)) or "none yet"
        raise NotFoundError(f"There is no anchor set '{name}' here. Anchor sets: {known}.")
    pairs = select(AnchorPairRow.response_a_id, AnchorPairRow.response_b_id).where(
        AnchorPairRow.anchor_set_id == set_id
    )
    return {(row[0], row[1]) for row in session.execute(pairs)}
