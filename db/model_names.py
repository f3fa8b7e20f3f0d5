"""The models that judge or answer in this database."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from db.tables import ContestantRow, JudgeRow


@dataclass(frozen=True)
class ModelName:
    """USD a million tokens where somebody typed them in; None: not known here."""

    model: str
    input_usd: float | None = None
    output_usd: float | None = None

    @property
    def is_priced(self) -> bool:
        return self.input_usd is not None and self.output_usd is not None


def list_model_names(session: Session) -> list[ModelName]:
    """Return the models of model judges and of contestants, each as often as it stands there."""
    judging = select(JudgeRow.model).where(JudgeRow.kind == "model", JudgeRow.model.is_not(None)).distinct()
    answering = select(
        ContestantRow.model, ContestantRow.input_usd_per_million, ContestantRow.output_usd_per_million
    ).where(ContestantRow.model.is_not(None))
    judges = [ModelName(str(model)) for model in session.scalars(judging)]
    return judges + [ModelName(str(row[0]), row[1], row[2]) for row in session.execute(answering)]
