"""When matches were stored."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from db.tables import MatchRow


def load_match_times(session: Session, match_ids: Sequence[int]) -> dict[int, datetime]:
    """Return the moment of each match, by id; a match that is not there is left out."""
    query = select(MatchRow.id, MatchRow.created_at).where(MatchRow.id.in_(match_ids))
    return {row[0]: row[1] for row in session.execute(query)}
