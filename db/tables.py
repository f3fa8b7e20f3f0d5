"""Every table, with the rules that no row may break. See docs/data.md for how they hang together.

A judgment is one call of a judge or one human vote, in one shown order. A match is one pair of responses,
one judge, one repetition: two judgments in opposite orders, or one for votes and imported one-order
judgments. In both, verdict `a` means the response whose contestant has the lower id (`response_a_id`).
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import (
    JSON,
    CheckConstraint,
    DateTime,
    Dialect,
    ForeignKey,
    Index,
    MetaData,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column
from sqlalchemy.types import TypeDecorator

from db.texts import StoredText

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}


class UtcDateTime(TypeDecorator[datetime]):
    """Aware UTC in Python; SQLite, which knows no zones, stores it without one."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("A time without a zone cannot be stored; use aware UTC.")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


def utc_now() -> datetime:
    return datetime.now(UTC)


def one_of(column: str, *values: str) -> str:
    listed = ", ".join(f"'{value}'" for value in values)
    return f"{column} IN ({listed})"


VERDICTS = ("a", "b", "tie", "both_bad")


class Base(DeclarativeBase):
    metadata = MetaData(naming_convention=NAMING)
    type_annotation_map = {datetime: UtcDateTime, str: StoredText}  # noqa: RUF012 - SQLAlchemy's own hook


class SettingRow(Base):
    """What belongs to the database as a whole, such as the key of the judge's fences."""

    __tablename__ = "setting"
    key: Mapped[str] = mapped_column(primary_key=True)
    value: Mapped[str]


class DatasetRow(Base):
    __tablename__ = "dataset"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(unique=True)
    description: Mapped[str] = mapped_column(default="")
    is_invented: Mapped[bool] = mapped_column(default=False)
    """True for demo data: every page and export that shows it says so."""
    created_at: Mapped[datetime] = mapped_column(default=utc_now)


class PromptRow(Base):
    """`key` is the source's own id where it has one, else the hash of the messages."""

    __tablename__ = "prompt"
    __table_args__ = (
        UniqueConstraint("dataset_id", "key"),
        Index(None, "dataset_id", "text_hash"),
        CheckConstraint(one_of("kind", "preference", "correctness"), name="kind"),
        CheckConstraint("(messages IS NULL) = (text_hash IS NULL)", name="hashed"),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    dataset_id: Mapped[int] = mapped_column(ForeignKey("dataset.id", ondelete="CASCADE"))
    key: Mapped[str]
    messages: Mapped[list[dict[str, str]] | None] = mapped_column(JSON(none_as_null=True))
    """`[{"role": ..., "content": ...}]`; None where the source gave verdicts but no text."""
    text_hash: Mapped[str | None]
    kind: Mapped[str] = mapped_column(default="preference")
    created_at: Mapped[datetime] = mapped_column(default=utc_now)


class PromptTagRow(Base):
    __tablename__ = "prompt_tag"
    __table_args__ = (Index(None, "tag", "prompt_id"),)
    prompt_id: Mapped[int] = mapped_column(ForeignKey("prompt.id", ondelete="CASCADE"), primary_key=True)
    tag: Mapped[str] = mapped_column(primary_key=True)


class ReferenceRow(Base):
    """A known good response; for a prompt of several turns, one `turns` entry a turn."""

    __tablename__ = "reference"
    __table_args__ = (UniqueConstraint("prompt_id", "text_hash"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    prompt_id: Mapped[int] = mapped_column(ForeignKey("prompt.id", ondelete="CASCADE"))
    turns: Mapped[list[str]] = mapped_column(JSON)
    text_hash: Mapped[str]


class ContestantRow(Base):
    __tablename__ = "contestant"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(unique=True)
    model: Mapped[str | None]
    family: Mapped[str | None]
    api_base: Mapped[str | None]
    parameters: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    system_prompt: Mapped[str | None]
    input_usd_per_million: Mapped[float | None]
    """None: unknown, never free."""
    output_usd_per_million: Mapped[float | None]
    created_at: Mapped[datetime] = mapped_column(default=utc_now)


class ResponseRow(Base):
    """Style features are computed once from `turns`; all are None where the text is missing."""

    __tablename__ = "response"
    __table_args__ = (
        UniqueConstraint("prompt_id", "contestant_id", "sample_index"),
        Index(None, "contestant_id"),
        CheckConstraint(one_of("state", "ready", "failed"), name="state"),
        CheckConstraint("state = 'ready' OR reason IS NOT NULL", name="failure_has_reason"),
        CheckConstraint("(turns IS NULL) = (text_hash IS NULL)", name="hashed"),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    prompt_id: Mapped[int] = mapped_column(ForeignKey("prompt.id", ondelete="CASCADE"))
    contestant_id: Mapped[int] = mapped_column(ForeignKey("contestant.id"))
    sample_index: Mapped[int] = mapped_column(default=0)
    turns: Mapped[list[str] | None] = mapped_column(JSON(none_as_null=True))
    text_hash: Mapped[str | None]
    state: Mapped[str] = mapped_column(default="ready")
    reason: Mapped[str | None]
    detail: Mapped[str | None]
    """The failure in words, for people."""
    source: Mapped[str]
    """Where it came from: `import:<file>`, `generate`, `demo`."""
    source_key: Mapped[str | None]
    """The source's own id of this response, such as FastChat's `answer_id`."""
    finish_reason: Mapped[str | None]
    n_tokens_in: Mapped[int | None]
    n_tokens_out: Mapped[int | None]
    latency_s: Mapped[float | None]
    cost_usd: Mapped[float | None]
    n_chars: Mapped[int | None]
    n_words: Mapped[int | None]
    n_headers: Mapped[int | None]
    n_list_items: Mapped[int | None]
    n_bold: Mapped[int | None]
    n_code_blocks: Mapped[int | None]
    created_at: Mapped[datetime] = mapped_column(default=utc_now)


Index("ix_response_source_key", ResponseRow.source_key, sqlite_where=ResponseRow.source_key.is_not(None))
# What can be voted on, without touching the texts: picking a pair counts this index.
Index(
    "ix_response_readable",
    ResponseRow.prompt_id,
    ResponseRow.sample_index,
    ResponseRow.contestant_id,
    sqlite_where=text("state = 'ready' AND text_hash IS NOT NULL"),
    postgresql_where=text("state = 'ready' AND text_hash IS NOT NULL"),
)


class ExactScoreRow(Base):
    """One exact metric of one response, or why it has none."""

    __tablename__ = "exact_score"
    __table_args__ = (
        UniqueConstraint("response_id", "metric"),
        Index(None, "metric", "response_id"),
        CheckConstraint("(value IS NULL) = (problem IS NOT NULL)", name="value_or_problem"),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    response_id: Mapped[int] = mapped_column(ForeignKey("response.id", ondelete="CASCADE"))
    metric: Mapped[str]
    """As people write it: `exact`, `bleu:zh`, `number:1%`."""
    value: Mapped[float | None]
    problem: Mapped[str | None]
    signature: Mapped[str]
    """Version of what computed it, and a hash of the references; another one is computed anew."""
    created_at: Mapped[datetime] = mapped_column(default=utc_now)


class GenerationRow(Base):
    """A plan to ask contestants for responses, and its counters. `wanted` is what a person asked for."""

    __tablename__ = "generation"
    __table_args__ = (
        Index(None, "dataset_id"),
        CheckConstraint(one_of("state", "waiting", "running", "paused", "cancelled", "done", "stopped"),
                        name="state"),
        CheckConstraint(one_of("wanted", "run", "pause", "cancel"), name="wanted"),
    )  # fmt: skip
    id: Mapped[int] = mapped_column(primary_key=True)
    dataset_id: Mapped[int] = mapped_column(ForeignKey("dataset.id", ondelete="CASCADE"))
    state: Mapped[str] = mapped_column(default="waiting")
    wanted: Mapped[str] = mapped_column(default="run")
    stop_reason: Mapped[str | None]
    """Why it stopped short, in words for people."""
    plan: Mapped[dict[str, Any]] = mapped_column(JSON)
    n_planned: Mapped[int] = mapped_column(default=0)
    n_ready: Mapped[int] = mapped_column(default=0)
    n_failed: Mapped[int] = mapped_column(default=0)
    n_calls: Mapped[int] = mapped_column(default=0)
    """Calls that were answered, not those served from the call store."""
    n_cached: Mapped[int] = mapped_column(default=0)
    n_retries: Mapped[int] = mapped_column(default=0)
    n_unpriced: Mapped[int] = mapped_column(default=0)
    cost_usd: Mapped[float] = mapped_column(default=0.0)
    """Sum over priced calls only; with `n_unpriced` above 0 the true sum is unknown."""
    created_at: Mapped[datetime] = mapped_column(default=utc_now)
    started_at: Mapped[datetime | None]
    heartbeat_at: Mapped[datetime | None]
    finished_at: Mapped[datetime | None]


class RubricRow(Base):
    __tablename__ = "rubric"
    __table_args__ = (UniqueConstraint("name", "version"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]
    version: Mapped[str]
    """Hash of the content; a changed word is a new row."""
    body: Mapped[dict[str, Any]] = mapped_column(JSON)
    created_at: Mapped[datetime] = mapped_column(default=utc_now)


class JudgeRow(Base):
    """A judge is a version. Humans are judges; so is whoever gave imported verdicts (`recorded`)."""

    __tablename__ = "judge"
    __table_args__ = (
        UniqueConstraint("name", "version"),
        CheckConstraint(one_of("kind", "model", "builtin", "human", "recorded"), name="kind"),
        CheckConstraint(one_of("mode", "pairwise", "pointwise", "listwise"), name="mode"),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str]
    name: Mapped[str]
    version: Mapped[str]
    mode: Mapped[str]
    model: Mapped[str | None]
    family: Mapped[str | None]
    spec: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    """What rebuilds the judge of `judge/`; None for people and recorded judges."""
    rubric_id: Mapped[int | None] = mapped_column(ForeignKey("rubric.id"))
    created_at: Mapped[datetime] = mapped_column(default=utc_now)


class RunRow(Base):
    """A plan and its counters. `wanted` is what a person asked for, `state` what is."""

    __tablename__ = "run"
    __table_args__ = (
        Index(None, "dataset_id"),
        CheckConstraint(one_of("state", "planning", "waiting", "running", "paused", "cancelled", "done",
                               "stopped"), name="state"),
        CheckConstraint(one_of("wanted", "run", "pause", "cancel"), name="wanted"),
    )  # fmt: skip
    id: Mapped[int] = mapped_column(primary_key=True)
    dataset_id: Mapped[int] = mapped_column(ForeignKey("dataset.id", ondelete="CASCADE"))
    judge_id: Mapped[int] = mapped_column(ForeignKey("judge.id"))
    state: Mapped[str] = mapped_column(default="planning")
    wanted: Mapped[str] = mapped_column(default="run")
    stop_reason: Mapped[str | None]
    """Why it stopped short, in words for people."""
    plan: Mapped[dict[str, Any]] = mapped_column(JSON)
    n_planned: Mapped[int] = mapped_column(default=0)
    n_already: Mapped[int] = mapped_column(default=0)
    """Judgments of the plan that existed before it and were not planned again."""
    n_scored: Mapped[int] = mapped_column(default=0)
    n_unscored: Mapped[int] = mapped_column(default=0)
    n_calls: Mapped[int] = mapped_column(default=0)
    """Calls that were answered or failed for good, not those served from the call store."""
    n_cached: Mapped[int] = mapped_column(default=0)
    n_retries: Mapped[int] = mapped_column(default=0)
    n_unpriced: Mapped[int] = mapped_column(default=0)
    cost_usd: Mapped[float] = mapped_column(default=0.0)
    """Sum over priced calls only; with `n_unpriced` above 0 the true sum is unknown."""
    created_at: Mapped[datetime] = mapped_column(default=utc_now)
    started_at: Mapped[datetime | None]
    heartbeat_at: Mapped[datetime | None]
    finished_at: Mapped[datetime | None]


class CallRow(Base):
    """One answered exchange with a model, unique by content: what was paid for once is never paid again.

    A call that failed has no row; its judgment keeps the reason, so that trying again is a new call.
    The messages are not kept: they render anew from the judge version and the responses, and `key` proves it.
    """

    __tablename__ = "call"
    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(unique=True)
    model: Mapped[str]
    api_base: Mapped[str | None]
    parameters: Mapped[list[Any]] = mapped_column(JSON)
    """As sent, `[name, value]` each, after what the provider does not support was dropped."""
    raw_text: Mapped[str]
    thinking: Mapped[str | None]
    """What the provider sends beside the answer as the model's thinking; never read for a verdict."""
    finish_reason: Mapped[str]
    refusal: Mapped[str | None]
    n_tokens_in: Mapped[int | None]
    n_tokens_out: Mapped[int | None]
    cost_usd: Mapped[float | None]
    """None: unknown, never free."""
    latency_s: Mapped[float]
    attempts: Mapped[int] = mapped_column(default=1)
    logprobs: Mapped[list[Any] | None] = mapped_column(JSON(none_as_null=True))
    created_at: Mapped[datetime] = mapped_column(default=utc_now)


REASONS = (
    "refused", "truncated", "empty", "no_verdict", "conflicting", "off_menu", "invalid_json", "api_error",
    "timeout", "over_budget",
)  # fmt: skip


class MatchRow(Base):
    """`verdict_ab` was given with a shown first, `verdict_ba` with b first; either may be missing."""

    __tablename__ = "match"
    __table_args__ = (
        CheckConstraint("contestant_a_id < contestant_b_id", name="lower_contestant_is_a"),
        CheckConstraint(one_of("state", "scored", "unscored"), name="state"),
        CheckConstraint("n_orders IN (1, 2)", name="n_orders"),
        CheckConstraint(f"verdict_ab IS NULL OR {one_of('verdict_ab', *VERDICTS)}", name="verdict_ab"),
        CheckConstraint(f"verdict_ba IS NULL OR {one_of('verdict_ba', *VERDICTS)}", name="verdict_ba"),
        CheckConstraint(f"reason IS NULL OR {one_of('reason', *REASONS)}", name="reason"),
        CheckConstraint(
            "state = 'unscored' OR (n_orders = 2 AND verdict_ab IS NOT NULL AND verdict_ba IS NOT NULL)"
            " OR (n_orders = 1 AND (verdict_ab IS NULL) <> (verdict_ba IS NULL))",
            name="scored_has_every_verdict",
        ),
        CheckConstraint("state = 'scored' OR reason IS NOT NULL", name="unscored_has_reason"),
        Index("uq_match_pair_judge", "response_a_id", "response_b_id", "judge_id", "repetition", unique=True),
        Index("ix_match_board", "dataset_id", "judge_id", "contestant_a_id", "contestant_b_id", "prompt_id",
              "n_orders", "verdict_ab", "verdict_ba", "state"),
        Index(None, "prompt_id"),
        Index(None, "response_b_id"),
        Index(None, "run_id"),
    )  # fmt: skip
    id: Mapped[int] = mapped_column(primary_key=True)
    dataset_id: Mapped[int] = mapped_column(ForeignKey("dataset.id", ondelete="CASCADE"))
    prompt_id: Mapped[int] = mapped_column(ForeignKey("prompt.id", ondelete="CASCADE"))
    contestant_a_id: Mapped[int] = mapped_column(ForeignKey("contestant.id"))
    contestant_b_id: Mapped[int] = mapped_column(ForeignKey("contestant.id"))
    response_a_id: Mapped[int] = mapped_column(ForeignKey("response.id", ondelete="CASCADE"))
    response_b_id: Mapped[int] = mapped_column(ForeignKey("response.id", ondelete="CASCADE"))
    judge_id: Mapped[int] = mapped_column(ForeignKey("judge.id"))
    run_id: Mapped[int | None] = mapped_column(ForeignKey("run.id", ondelete="SET NULL"))
    repetition: Mapped[int] = mapped_column(default=0)
    n_orders: Mapped[int]
    verdict_ab: Mapped[str | None]
    verdict_ba: Mapped[str | None]
    state: Mapped[str]
    reason: Mapped[str | None]
    created_at: Mapped[datetime] = mapped_column(default=utc_now)


class JudgmentRow(Base):
    """One order of one comparison, or one pointwise grading. `planned` until it has been decided or failed.

    `recorded_score` is an imported float: a state of its own, never a level. `raw_text` is None where the
    call keeps it.
    """

    __tablename__ = "judgment"
    __table_args__ = (
        CheckConstraint(one_of("state", "planned", "scored", "unscored", "recorded_score"), name="state"),
        CheckConstraint(f"verdict IS NULL OR {one_of('verdict', *VERDICTS)}", name="verdict"),
        CheckConstraint(f"reason IS NULL OR {one_of('reason', *REASONS)}", name="reason"),
        CheckConstraint("(state = 'unscored') = (reason IS NOT NULL)", name="unscored_has_reason"),
        CheckConstraint("verdict IS NULL OR state = 'scored'", name="only_scored_has_verdict"),
        CheckConstraint(
            "state <> 'scored' OR response_second_id IS NULL OR verdict IS NOT NULL",
            name="scored_pair_has_verdict",
        ),
        CheckConstraint("(response_second_id IS NULL) = (shown_order IS NULL)", name="pair_has_order"),
        CheckConstraint(f"shown_order IS NULL OR {one_of('shown_order', 'ab', 'ba')}", name="shown_order"),
        Index("uq_judgment_pair", "response_first_id", "response_second_id", "judge_id", "repetition",
              unique=True, sqlite_where=text("response_second_id IS NOT NULL"),
              postgresql_where=text("response_second_id IS NOT NULL")),
        Index("uq_judgment_single", "response_first_id", "judge_id", "repetition",
              unique=True, sqlite_where=text("response_second_id IS NULL"),
              postgresql_where=text("response_second_id IS NULL")),
        Index(None, "run_id", "state"),
        Index(None, "match_id"),
        Index(None, "judge_id", "prompt_id"),
        Index(None, "response_first_id"),
        Index(None, "response_second_id"),
    )  # fmt: skip
    id: Mapped[int] = mapped_column(primary_key=True)
    run_id: Mapped[int | None] = mapped_column(ForeignKey("run.id", ondelete="SET NULL"))
    judge_id: Mapped[int] = mapped_column(ForeignKey("judge.id"))
    prompt_id: Mapped[int] = mapped_column(ForeignKey("prompt.id", ondelete="CASCADE"))
    response_first_id: Mapped[int] = mapped_column(ForeignKey("response.id", ondelete="CASCADE"))
    response_second_id: Mapped[int | None] = mapped_column(ForeignKey("response.id", ondelete="CASCADE"))
    shown_order: Mapped[str | None]
    repetition: Mapped[int] = mapped_column(default=0)
    match_id: Mapped[int | None] = mapped_column(ForeignKey("match.id", ondelete="SET NULL"))
    state: Mapped[str] = mapped_column(default="planned")
    verdict: Mapped[str | None]
    reason: Mapped[str | None]
    detail: Mapped[str | None]
    """The failure in words, for people."""
    reasoning: Mapped[str | None]
    raw_text: Mapped[str | None]
    parse_path: Mapped[str | None]
    probability: Mapped[float | None]
    expected_outcome: Mapped[float | None]
    """Outcome of `a` weighted by the probabilities of the menu; None without log-probabilities."""
    call_id: Mapped[int | None] = mapped_column(ForeignKey("call.id"))
    repair_call_id: Mapped[int | None] = mapped_column(ForeignKey("call.id"))
    n_tokens_in: Mapped[int | None]
    n_tokens_out: Mapped[int | None]
    cost_usd: Mapped[float | None]
    latency_s: Mapped[float | None]
    attempts: Mapped[int | None]
    is_cached: Mapped[bool] = mapped_column(default=False)
    """True where no call of this judgment was paid for by its own run."""
    created_at: Mapped[datetime] = mapped_column(default=utc_now)
    finished_at: Mapped[datetime | None]


class GradeRow(Base):
    """One criterion of one response in one judgment: a rubric level, or an imported float, never both."""

    __tablename__ = "grade"
    __table_args__ = (
        UniqueConstraint("judgment_id", "response_id", "criterion"),
        Index(None, "response_id"),
        CheckConstraint("(level IS NULL) <> (score IS NULL)", name="level_or_score"),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    judgment_id: Mapped[int] = mapped_column(ForeignKey("judgment.id", ondelete="CASCADE"))
    response_id: Mapped[int] = mapped_column(ForeignKey("response.id", ondelete="CASCADE"))
    criterion: Mapped[str]
    level: Mapped[int | None]
    score: Mapped[float | None]
    reasoning: Mapped[str | None]


class VoteRow(Base):
    """What only people leave behind, beside their judgment."""

    __tablename__ = "vote"
    judgment_id: Mapped[int] = mapped_column(ForeignKey("judgment.id", ondelete="CASCADE"), primary_key=True)
    token: Mapped[str | None] = mapped_column(unique=True)
    """One-time pair token: a held key or a second tab cannot vote twice. None for imported votes."""
    pick_rule: Mapped[str]
    pick_probability: Mapped[float | None]
    """Chance that this pair was picked; None = unknown."""
    time_taken_s: Mapped[float | None]
    reasons: Mapped[list[str]] = mapped_column(JSON, default=list)
    comment: Mapped[str | None]


class BallotRow(Base):
    """A pair in front of a voter: what the server remembers while the page knows nothing but two texts.

    It ends with its vote, which takes over its token; a skipped one stays, so that the pair is set aside.
    """

    __tablename__ = "ballot"
    __table_args__ = (
        UniqueConstraint("judge_id", "response_first_id", "response_second_id"),
        CheckConstraint(one_of("state", "open", "skipped"), name="state"),
        CheckConstraint(one_of("shown_order", "ab", "ba"), name="shown_order"),
        Index("uq_ballot_open", "judge_id", "dataset_id", unique=True,
              sqlite_where=text("state = 'open'"), postgresql_where=text("state = 'open'")),
        Index(None, "prompt_id"),
        Index(None, "response_first_id"),
        Index(None, "response_second_id"),
        Index(None, "dataset_id"),
    )  # fmt: skip
    id: Mapped[int] = mapped_column(primary_key=True)
    token: Mapped[str] = mapped_column(unique=True)
    judge_id: Mapped[int] = mapped_column(ForeignKey("judge.id", ondelete="CASCADE"))
    dataset_id: Mapped[int] = mapped_column(ForeignKey("dataset.id", ondelete="CASCADE"))
    prompt_id: Mapped[int] = mapped_column(ForeignKey("prompt.id", ondelete="CASCADE"))
    response_first_id: Mapped[int] = mapped_column(ForeignKey("response.id", ondelete="CASCADE"))
    response_second_id: Mapped[int] = mapped_column(ForeignKey("response.id", ondelete="CASCADE"))
    shown_order: Mapped[str]
    pick_rule: Mapped[str]
    pick_probability: Mapped[float | None]
    state: Mapped[str] = mapped_column(default="open")
    is_reopened: Mapped[bool] = mapped_column(default=False)
    """True after an undo: only one step can be taken back, so that a held key takes back no more."""
    shown_at: Mapped[datetime] = mapped_column(default=utc_now)


class LabRunRow(Base):
    """An experiment on one judge version: pairs, each changed in several ways and judged again."""

    __tablename__ = "lab_run"
    __table_args__ = (
        Index(None, "dataset_id"),
        Index(None, "judge_id"),
        CheckConstraint(one_of("state", "waiting", "running", "paused", "done", "stopped"), name="state"),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    dataset_id: Mapped[int] = mapped_column(ForeignKey("dataset.id", ondelete="CASCADE"))
    judge_id: Mapped[int] = mapped_column(ForeignKey("judge.id", ondelete="CASCADE"))
    state: Mapped[str] = mapped_column(default="waiting")
    stop_reason: Mapped[str | None]
    plan: Mapped[dict[str, Any]] = mapped_column(JSON)
    n_planned: Mapped[int] = mapped_column(default=0)
    n_already: Mapped[int] = mapped_column(default=0)
    n_calls: Mapped[int] = mapped_column(default=0)
    n_unpriced: Mapped[int] = mapped_column(default=0)
    cost_usd: Mapped[float] = mapped_column(default=0.0)
    """Sum over priced calls only; with `n_unpriced` above 0 the true sum is unknown."""
    created_at: Mapped[datetime] = mapped_column(default=utc_now)
    finished_at: Mapped[datetime | None]


class LabJudgmentRow(Base):
    """One order of one pair with one response changed; it is no judgment and makes no match.

    The changed text is not kept: it follows from the response and `transform`, which ends in its version.
    """

    __tablename__ = "lab_judgment"
    __table_args__ = (
        UniqueConstraint("judge_id", "response_a_id", "response_b_id", "transform", "changed", "shown_order",
                         "repetition", name="uq_lab_judgment_once"),
        Index(None, "lab_run_id", "state"),
        Index(None, "prompt_id"),
        Index(None, "response_a_id"),
        Index(None, "response_b_id"),
        CheckConstraint(one_of("state", "planned", "scored", "unscored"), name="state"),
        CheckConstraint(one_of("changed", "a", "b", "none"), name="changed"),
        CheckConstraint(one_of("shown_order", "ab", "ba"), name="shown_order"),
        CheckConstraint(f"verdict IS NULL OR {one_of('verdict', *VERDICTS)}", name="verdict"),
        CheckConstraint("(state = 'scored') = (verdict IS NOT NULL)", name="scored_has_verdict"),
        CheckConstraint("(state = 'unscored') = (reason IS NOT NULL)", name="unscored_has_reason"),
    )  # fmt: skip
    id: Mapped[int] = mapped_column(primary_key=True)
    lab_run_id: Mapped[int] = mapped_column(ForeignKey("lab_run.id", ondelete="CASCADE"))
    judge_id: Mapped[int] = mapped_column(ForeignKey("judge.id", ondelete="CASCADE"))
    prompt_id: Mapped[int] = mapped_column(ForeignKey("prompt.id", ondelete="CASCADE"))
    response_a_id: Mapped[int] = mapped_column(ForeignKey("response.id", ondelete="CASCADE"))
    response_b_id: Mapped[int] = mapped_column(ForeignKey("response.id", ondelete="CASCADE"))
    transform: Mapped[str]
    changed: Mapped[str]
    """Which response of the pair was changed; `none` for the unchanged pair, the noise floor."""
    shown_order: Mapped[str]
    repetition: Mapped[int] = mapped_column(default=0)
    state: Mapped[str] = mapped_column(default="planned")
    verdict: Mapped[str | None]
    reason: Mapped[str | None]
    detail: Mapped[str | None]
    call_id: Mapped[int | None] = mapped_column(ForeignKey("call.id"))
    cost_usd: Mapped[float | None]
    finished_at: Mapped[datetime | None]


MARKS = ("judge_right", "people_right", "rubric_unclear", "bad_prompt")


class DisagreementMarkRow(Base):
    """What somebody decided about a match on which people and the judge differ; the last word stands."""

    __tablename__ = "disagreement_mark"
    __table_args__ = (CheckConstraint(one_of("mark", *MARKS), name="mark"),)
    match_id: Mapped[int] = mapped_column(ForeignKey("match.id", ondelete="CASCADE"), primary_key=True)
    mark: Mapped[str]
    comment: Mapped[str | None]
    marked_at: Mapped[datetime] = mapped_column(default=utc_now)


class GoldPairRow(Base):
    """A pair whose verdict is known beforehand: what a careful voter says of it."""

    __tablename__ = "gold_pair"
    __table_args__ = (
        UniqueConstraint("response_a_id", "response_b_id"),
        Index(None, "response_b_id"),
        CheckConstraint(one_of("verdict", *VERDICTS), name="verdict"),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    response_a_id: Mapped[int] = mapped_column(ForeignKey("response.id", ondelete="CASCADE"))
    response_b_id: Mapped[int] = mapped_column(ForeignKey("response.id", ondelete="CASCADE"))
    verdict: Mapped[str]
    created_at: Mapped[datetime] = mapped_column(default=utc_now)
