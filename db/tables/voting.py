"""What people do: votes and their ballots, marks on disagreements, gold pairs."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from db.tables.base import VERDICTS, Base, one_of, utc_now


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

    It ends with its vote, which takes over its token; a skipped one stays, so that the pair is set aside, and
    so does one of which the voter said that they cannot tell: an answer of its own, never a tie.
    """

    __tablename__ = "ballot"
    __table_args__ = (
        UniqueConstraint("judge_id", "response_first_id", "response_second_id"),
        CheckConstraint(one_of("state", "open", "skipped", "cant_tell"), name="state"),
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


class VotePoolRow(Base):
    """How many pairs a large data set has, as it was counted last: a cache, right or wrong by its mark."""

    __tablename__ = "vote_pool"
    dataset_id: Mapped[int] = mapped_column(ForeignKey("dataset.id", ondelete="CASCADE"), primary_key=True)
    last_response_id: Mapped[int]
    """The highest response id when it was counted."""
    groups: Mapped[list[list[int]]] = mapped_column(JSON)
    """Prompt ids, sample indices and numbers of readable responses: three lists of one length."""


class VoteInviteRow(Base):
    """A link with which somebody outside may vote on one data set, and see nothing else."""

    __tablename__ = "vote_invite"
    __table_args__ = (Index(None, "dataset_id"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    dataset_id: Mapped[int] = mapped_column(ForeignKey("dataset.id", ondelete="CASCADE"))
    label: Mapped[str]
    """Whose votes come by it; it stands behind the name of every voter that does."""
    token_hash: Mapped[str] = mapped_column(unique=True)
    """SHA-256 of the token, which is shown once and kept nowhere."""
    created_at: Mapped[datetime] = mapped_column(default=utc_now)
    revoked_at: Mapped[datetime | None]


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
