"""Whether what a card rests on has changed since: counts that cost less than reading it."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from db.tables import DisagreementMarkRow, JudgeRow, MatchRow, PromptTagRow, ResponseRow


@dataclass(frozen=True)
class Stamp:
    """What changes whenever a card could: while it is equal, a card need not be made again."""

    n_matches: int
    n_scored: int
    last_match_id: int
    last_match_at: str
    n_texts: int
    n_tags: int
    n_judges: int
    n_marks: int
    last_mark_at: str


def load_stamp(session: Session, dataset_id: int | None) -> Stamp:
    matches = select(func.count(), func.count().filter(MatchRow.state == "scored"), func.max(MatchRow.id))
    if dataset_id is not None:
        matches = matches.where(MatchRow.dataset_id == dataset_id)
    n_matches, n_scored, last_id = session.execute(matches).one()
    is_text = ResponseRow.text_hash.is_not(None) & (ResponseRow.state == "ready")
    marks = select(func.count(), func.max(DisagreementMarkRow.marked_at))
    n_marks, marked_at = session.execute(marks).one()
    return Stamp(
        n_matches=n_matches,
        n_scored=n_scored,
        last_match_id=last_id or 0,
        last_match_at=str(session.scalar(select(MatchRow.created_at).where(MatchRow.id == last_id))),
        n_texts=session.scalar(select(func.count()).select_from(ResponseRow).where(is_text)) or 0,
        n_tags=session.scalar(select(func.count()).select_from(PromptTagRow)) or 0,
        n_judges=session.scalar(select(func.count()).select_from(JudgeRow)) or 0,
        n_marks=n_marks,
        last_mark_at=str(marked_at),
    )
