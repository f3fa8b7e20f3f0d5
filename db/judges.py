"""Judge versions and rubrics: finding, saving, and the key of the judge's fences."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Double, cast, exists, func, select
from sqlalchemy.orm import Session

from db.tables import JudgeRow, JudgmentRow, MatchTallyRow, PromptRow, RubricRow, SettingRow

FENCE_KEY = "judge.fence_key"


@dataclass(frozen=True)
class StoredJudge:
    """`spec` rebuilds a judge of `judge/`; None for people and recorded judges."""

    id: int
    kind: str
    name: str
    version: str
    mode: str
    model: str | None
    family: str | None
    spec: dict[str, Any] | None


@dataclass(frozen=True)
class JudgeCounts:
    """`n_judgments` is None where it was not counted."""

    judge_id: int
    n_judgments: int | None
    n_matches: int


@dataclass(frozen=True)
class NewJudge:
    """A judge version about to be stored; the same name and version is the same judge."""

    kind: str
    name: str
    version: str
    mode: str
    model: str | None = None
    family: str | None = None
    spec: dict[str, Any] | None = None
    rubric_name: str | None = None
    rubric_version: str | None = None
    rubric_body: dict[str, Any] | None = None


def list_stored_judges(session: Session) -> list[StoredJudge]:
    """Return every version, oldest first."""
    return [_stored(row) for row in session.scalars(select(JudgeRow).order_by(JudgeRow.id))]


def get_stored_judge(session: Session, judge_id: int) -> StoredJudge:
    return _stored(session.get_one(JudgeRow, judge_id))


def _stored(row: JudgeRow) -> StoredJudge:
    return StoredJudge(row.id, row.kind, row.name, row.version, row.mode, row.model, row.family, row.spec)


def save_judge(session: Session, judge: NewJudge) -> int:
    """Return the id of this judge version, storing it where it is new."""
    found = session.scalar(
        select(JudgeRow.id).where(JudgeRow.name == judge.name, JudgeRow.version == judge.version)
    )
    if found is not None:
        return found
    row = JudgeRow(
        kind=judge.kind,
        name=judge.name,
        version=judge.version,
        mode=judge.mode,
        model=judge.model,
        family=judge.family,
        spec=judge.spec,
        rubric_id=_save_rubric(session, judge),
    )
    session.add(row)
    session.flush()
    return row.id


def _save_rubric(session: Session, judge: NewJudge) -> int | None:
    if judge.rubric_name is None or judge.rubric_version is None or judge.rubric_body is None:
        return None
    found = session.scalar(
        select(RubricRow.id).where(
            RubricRow.name == judge.rubric_name, RubricRow.version == judge.rubric_version
        )
    )
    if found is not None:
        return found
    row = RubricRow(name=judge.rubric_name, version=judge.rubric_version, body=judge.rubric_body)
    session.add(row)
    session.flush()
    return row.id


def count_by_judge(session: Session, dataset_id: int | None) -> dict[int, JudgeCounts]:
    """Count matches and finished judgments of the judges that have any, by judge id.

    Judgments of one data set are not counted: of a million that takes seconds, and matches say as much.
    """
    tally = select(MatchTallyRow.judge_id, func.sum(MatchTallyRow.n_matches)).group_by(MatchTallyRow.judge_id)
    if dataset_id is None:
        judgments = (
            select(JudgmentRow.judge_id, func.count())
            .where(JudgmentRow.state != "planned")
            .group_by(JudgmentRow.judge_id)
        )
        n_judgments = {row[0]: row[1] for row in session.execute(judgments)}
        n_matches = {row[0]: int(row[1]) for row in session.execute(tally)}
        return {
            judge_id: JudgeCounts(judge_id, n_judgments.get(judge_id, 0), n_matches.get(judge_id, 0))
            for judge_id in n_judgments.keys() | n_matches.keys()
        }
    tally = tally.where(MatchTallyRow.dataset_id == dataset_id, MatchTallyRow.n_matches > 0)
    n_matches = {row[0]: int(row[1]) for row in session.execute(tally)}
    in_dataset = select(PromptRow.id).where(PromptRow.dataset_id == dataset_id)
    has_judged = exists().where(
        JudgmentRow.judge_id == JudgeRow.id,
        JudgmentRow.prompt_id.in_(in_dataset),
        JudgmentRow.state != "planned",
    )
    others = session.scalars(select(JudgeRow.id).where(JudgeRow.id.not_in(n_matches), has_judged))
    present = {**n_matches, **dict.fromkeys(others, 0)}
    return {judge_id: JudgeCounts(judge_id, None, n) for judge_id, n in present.items()}


def get_fence_key(session: Session) -> bytes:
    """Return the random key of this database's fences, made on first use; needs a writing session."""
    row = session.get(SettingRow, FENCE_KEY)
    if row is None:
        row = SettingRow(key=FENCE_KEY, value=secrets.token_hex(32))
        session.add(row)
        session.flush()
    return bytes.fromhex(row.value)


@dataclass(frozen=True)
class JudgeAverages:
    """Means over a judge version's judgments that made a call; None where nothing is known."""

    n_judgments: int
    n_repairs: int
    """How many of them needed a second call."""
    n_tokens_in: float | None
    n_tokens_out: float | None
    cost_usd: float | None
    latency_s: float | None


def load_judge_averages(session: Session, judge_id: int) -> JudgeAverages:
    row = session.execute(
        select(
            func.count(),
            func.count(JudgmentRow.repair_call_id),
            func.avg(cast(JudgmentRow.n_tokens_in, Double)),
            func.avg(cast(JudgmentRow.n_tokens_out, Double)),
            func.avg(JudgmentRow.cost_usd),
            func.avg(JudgmentRow.latency_s),
        ).where(JudgmentRow.judge_id == judge_id, JudgmentRow.call_id.is_not(None))
    ).one()
    return JudgeAverages(*row)
