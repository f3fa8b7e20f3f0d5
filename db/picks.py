"""What the next pair may be picked from: pairs that a judge decided or doubted, and gold pairs."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import BigInteger, ColumnElement, case, cast, func, select
from sqlalchemy.orm import InstrumentedAttribute, Session, aliased

from db.arrays import read_integers
from db.tables import ContestantRow, GoldPairRow, JudgeRow, JudgmentRow, MatchRow, PromptRow, ResponseRow


@dataclass(frozen=True)
class JudgedPairs:
    """Pairs that one judge compared, scored or not; each array of shape (n_pairs,).

    `responses` and `contestants` hold both ids in one number, `ID_SPAN` times the first and the second.
    `is_doubtful` is 1 where the judge gave no verdict or changed it with the shown order.
    """

    responses: NDArray[np.int64]
    contestants: NDArray[np.int64]
    is_doubtful: NDArray[np.int64]


ID_SPAN = 2**31


def load_judged_pairs(
    session: Session, dataset_id: int, judge_id: int, *, is_all_readable: bool
) -> JudgedPairs:
    """Return each pair once, in no order.

    Parameters
    ----------
    is_all_readable : bool
        Whether every response has its text and sample 0: looking that up for each of a million pairs takes
        ten times as long.
    """
    is_flip = (MatchRow.n_orders == 2) & (MatchRow.verdict_ab != MatchRow.verdict_ba)
    is_doubtful = case(((MatchRow.state == "unscored") | is_flip, 1), else_=0)
    # Two numbers a row instead of five: reading costs as much as there are numbers.
    contestants = _both(MatchRow.contestant_a_id, MatchRow.contestant_b_id)
    query = select(
        _both(MatchRow.response_a_id, MatchRow.response_b_id), contestants * 2 + is_doubtful
    ).where(MatchRow.dataset_id == dataset_id, MatchRow.judge_id == judge_id, MatchRow.repetition == 0)
    if not is_all_readable:
        a, b = aliased(ResponseRow), aliased(ResponseRow)
        query = (
            query.join(a, a.id == MatchRow.response_a_id)
            .join(b, b.id == MatchRow.response_b_id)
            .join(PromptRow, PromptRow.id == MatchRow.prompt_id)
            .where(
                a.state == "ready", a.text_hash.is_not(None), b.state == "ready", b.text_hash.is_not(None),
                PromptRow.text_hash.is_not(None), a.sample_index == b.sample_index,
            )
        )  # fmt: skip
    responses, packed = read_integers(session, query)
    return JudgedPairs(responses, packed >> 1, packed & 1)


def _both(first: InstrumentedAttribute[int], second: InstrumentedAttribute[int]) -> ColumnElement[int]:
    return cast(first, BigInteger) * ID_SPAN + second


@dataclass(frozen=True)
class PairArrays:
    """Pairs of responses, the one of the lower contestant id first; each array of shape (n_pairs,)."""

    response_a: NDArray[np.int64]
    response_b: NDArray[np.int64]


def load_unsure_pairs(session: Session, dataset_id: int, judge_id: int, min_probability: float) -> PairArrays:
    """Return the pairs with a verdict of this judge whose probability is known and below this."""
    query = (
        select(MatchRow.response_a_id, MatchRow.response_b_id)
        .join(JudgmentRow, JudgmentRow.match_id == MatchRow.id)
        .where(MatchRow.dataset_id == dataset_id, MatchRow.judge_id == judge_id)
        .where(JudgmentRow.judge_id == judge_id, JudgmentRow.probability < min_probability)
        .distinct()
    )
    return PairArrays(*read_integers(session, query))


def load_voted_pairs(session: Session, dataset_id: int) -> PairArrays:
    """Return the pairs that anybody has voted on."""
    people = select(JudgeRow.id).where(JudgeRow.kind == "human")
    query = select(MatchRow.response_a_id, MatchRow.response_b_id).distinct()
    query = query.where(MatchRow.dataset_id == dataset_id, MatchRow.judge_id.in_(people))
    return PairArrays(*read_integers(session, query))


def load_gold_pairs(session: Session, dataset_id: int) -> PairArrays:
    """Return the pairs whose verdict is known and whose texts are there."""
    a, b = aliased(ResponseRow), aliased(ResponseRow)
    query = (
        select(GoldPairRow.response_a_id, GoldPairRow.response_b_id)
        .join(a, a.id == GoldPairRow.response_a_id)
        .join(b, b.id == GoldPairRow.response_b_id)
        .join(PromptRow, PromptRow.id == a.prompt_id)
        .where(
            PromptRow.dataset_id == dataset_id, PromptRow.text_hash.is_not(None),
            a.state == "ready", a.text_hash.is_not(None), b.state == "ready", b.text_hash.is_not(None),
            a.sample_index == b.sample_index,
        )
    )  # fmt: skip
    return PairArrays(*read_integers(session, query))


def load_pairs_of_contestants(session: Session, dataset_id: int, a_id: int, b_id: int) -> PairArrays:
    """Return every pair of texts of two contestants, the lower id first."""
    a, b = aliased(ResponseRow), aliased(ResponseRow)
    query = (
        select(a.id, b.id)
        .join(b, (b.prompt_id == a.prompt_id) & (b.sample_index == a.sample_index))
        .join(PromptRow, PromptRow.id == a.prompt_id)
        .where(
            a.contestant_id == a_id, b.contestant_id == b_id, PromptRow.dataset_id == dataset_id,
            PromptRow.text_hash.is_not(None), a.state == "ready", a.text_hash.is_not(None),
            b.state == "ready", b.text_hash.is_not(None),
        )
    )  # fmt: skip
    return PairArrays(*read_integers(session, query))


@dataclass(frozen=True)
class ChangeMark:
    """The highest ids: they change when a response, a match or a gold pair comes."""

    last_response_id: int
    last_match_id: int
    last_gold_id: int


def get_change_mark(session: Session) -> ChangeMark:
    return ChangeMark(
        *(session.scalar(select(func.max(table.id))) or 0 for table in (ResponseRow, MatchRow, GoldPairRow))
    )


def get_prompt_of(session: Session, pair: tuple[int, int]) -> int | None:
    """Return the prompt of a pair whose texts are both still there."""
    query = select(ResponseRow.prompt_id).where(
        ResponseRow.id.in_(pair), ResponseRow.state == "ready", ResponseRow.text_hash.is_not(None)
    )
    found = list(session.scalars(query))
    return found[0] if len(found) == 2 else None


def get_pair_of_match(session: Session, match_id: int) -> tuple[int, int] | None:
    row = session.execute(
        select(MatchRow.response_a_id, MatchRow.response_b_id).where(MatchRow.id == match_id)
    ).one_or_none()
    return None if row is None else (row[0], row[1])


@dataclass(frozen=True)
class NamedGold:
    contestant_a: str
    contestant_b: str
    prompt_key: str
    verdict: str


def list_gold(session: Session, dataset_id: int) -> list[NamedGold]:
    """Return a data set's gold pairs by their names, oldest first."""
    a, b = aliased(ResponseRow), aliased(ResponseRow)
    name_a, name_b = aliased(ContestantRow), aliased(ContestantRow)
    query = (
        select(name_a.name, name_b.name, PromptRow.key, GoldPairRow.verdict)
        .join(a, a.id == GoldPairRow.response_a_id)
        .join(b, b.id == GoldPairRow.response_b_id)
        .join(name_a, name_a.id == a.contestant_id)
        .join(name_b, name_b.id == b.contestant_id)
        .join(PromptRow, PromptRow.id == a.prompt_id)
        .where(PromptRow.dataset_id == dataset_id)
        .order_by(GoldPairRow.id)
    )
    return [NamedGold(*row) for row in session.execute(query)]
