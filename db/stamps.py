"""Whether what a card rests on has changed since, by tallies that the database keeps: nothing is counted."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from db.response_arrays import count_changes
from db.tables import DisagreementMarkRow, JudgeRow, MatchTallyRow, PromptTagRow


@dataclass(frozen=True)
class Stamp:
    """What changes whenever a card could: while it is equal, a card need not be made again."""

    n_matches: int
    n_match_changes: int
    n_response_changes: int
    n_tags: int
    n_judges: int
    n_marks: int
    last_mark_at: str


def load_stamp(session: Session, dataset_id: int | None) -> Stamp:
    matches = select(func.sum(MatchTallyRow.n_matches), func.sum(MatchTallyRow.n_changes))
    if dataset_id is not None:
        matches = matches.where(MatchTallyRow.dataset_id == dataset_id)
    n_matches, n_changes = session.execute(matches).one()
    marks = select(func.count(), func.max(DisagreementMarkRow.marked_at))
    n_marks, marked_at = session.execute(marks).one()
    return Stamp(
        n_matches=int(n_matches or 0),
        n_match_changes=int(n_changes or 0),
        n_response_changes=count_changes(session),
        n_tags=session.scalar(select(func.count()).select_from(PromptTagRow)) or 0,
        n_judges=session.scalar(select(func.count()).select_from(JudgeRow)) or 0,
        n_marks=n_marks,
        last_mark_at=str(marked_at),
    )
