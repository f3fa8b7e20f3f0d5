"""A cheap sign that something changed, for pages that remember what they counted."""

from __future__ import annotations

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from db.tables import DatasetRow, MatchRow, PromptRow, ResponseRow, RunRow


def get_mark(session: Session) -> str:
    """Return the highest ids of what a page counts: it changes when rows come, and mostly when they go."""
    tables = (DatasetRow, PromptRow, ResponseRow, MatchRow, RunRow)
    return ".".join(str(session.scalar(select(func.max(table.id))) or 0) for table in tables)
