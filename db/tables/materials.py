"""What is compared: data sets, prompts, contestants and their responses, and the settings of the database."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from db.tables.base import Base, one_of, utc_now


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
        # Averages by contestant, without touching the texts.
        Index("ix_response_facts", "contestant_id", "prompt_id", "cost_usd", "latency_s"),
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
# Failures are few and lie anywhere: the matrix of who answered what would read every response for them.
Index(
    "ix_response_failed",
    ResponseRow.prompt_id,
    ResponseRow.contestant_id,
    sqlite_where=text("state = 'failed'"),
    postgresql_where=text("state = 'failed'"),
)
