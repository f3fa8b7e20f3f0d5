"""A board is fitted once for the same evidence; whatever changes in the database is on the next one."""

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import delete, insert, update
from sqlalchemy.orm import Session

import arena.board.memo
import db.match_arrays
import db.scoped_matches
from arena.leaderboard import Board, BoardQuery, get_board
from db import Database, utc_now
from db.tables import (
    ContestantRow,
    DatasetRow,
    JudgeRow,
    JudgmentRow,
    MatchRow,
    PromptRow,
    PromptTagRow,
    ResponseRow,
    VoteRow,
)
from tests.arena.filling import both_orders, record

QUERIES = (
    BoardQuery("poems"),
    BoardQuery("poems", tags=("odd",)),
    BoardQuery("poems", flips="drop", control=("length",)),
    BoardQuery("poems", lens="human"),
    BoardQuery("poems", lens="calibrated"),
    BoardQuery("poems", outcomes="probability"),
    BoardQuery(),
)


@pytest.fixture
def judged(poems: Database) -> Database:
    """Every pair judged in both orders on each prompt, with probabilities, and a voter."""
    pairs = (("alder", "birch"), ("birch", "cedar"), ("cedar", "alder"))
    verdicts = []
    for prompt in range(6):
        for place, (a, b) in enumerate(pairs):
            verdicts += both_orders(f"p{prompt}", a, b, "AB"[(prompt + place) % 3 == 0])
    record(poems, verdicts)
    with poems.write() as session:
        session.execute(update(JudgmentRow).where(JudgmentRow.verdict == "a").values(expected_outcome=0.9))
        session.execute(update(JudgmentRow).where(JudgmentRow.verdict == "b").values(expected_outcome=0.2))
        session.add(JudgeRow(id=90, kind="human", name="ann", version="1", mode="pairwise"))
        session.flush()
        vote(session, 1)
    return poems


def vote(session: Session, match_id: int) -> None:
    """Let the voter say `a` of a pair that was judged."""
    columns = (
        "dataset_id",
        "prompt_id",
        "contestant_a_id",
        "contestant_b_id",
        "response_a_id",
        "response_b_id",
    )
    judged = session.get_one(MatchRow, match_id)
    own = {name: getattr(judged, name) for name in columns}
    added = MatchRow(**own, judge_id=90, n_orders=1, verdict_ab="a", state="scored", created_at=utc_now())
    session.add(added)
    session.flush()
    judgment = JudgmentRow(
        judge_id=90, prompt_id=added.prompt_id, response_first_id=added.response_a_id,
        response_second_id=added.response_b_id, shown_order="ab", match_id=added.id, state="scored",
        verdict="a", finished_at=utc_now(),
    )  # fmt: skip
    session.add(judgment)
    session.flush()
    session.add(VoteRow(judgment_id=judgment.id, pick_rule="uniform", pick_probability=0.1, reasons=[]))


def boards(database: Database) -> list[Board]:
    return [get_board(database, query) for query in QUERIES]


def forget() -> None:
    """Rank as a process does that has ranked nothing yet."""
    arena.board.memo._boards.clear()
    db.scoped_matches._shelves.clear()
    db.match_arrays._shelves.clear()


def test_the_same_evidence_is_fitted_once(judged: Database) -> None:
    first = boards(judged)
    assert all(one is two for one, two in zip(first, boards(judged), strict=True))
    forget()
    anew = boards(judged)
    assert anew == first
    assert all(one is not two for one, two in zip(first, anew, strict=True))


CHANGES: dict[str, Callable[[Session], Any]] = {
    "a vote": lambda s: vote(s, 2),
    "a verdict read anew": lambda s: s.execute(
        update(MatchRow).where(MatchRow.id == 3).values(verdict_ab="tie", verdict_ba="both_bad")
    ),
    "a match unscored": lambda s: s.execute(
        update(MatchRow).where(MatchRow.id == 3).values(state="unscored", reason="empty", verdict_ba=None)
    ),
    "a match removed": lambda s: s.execute(delete(MatchRow).where(MatchRow.id == 3)),
    "a prompt removed": lambda s: s.execute(delete(PromptRow).where(PromptRow.id == 2)),
    "a tag": lambda s: s.execute(insert(PromptTagRow).values(prompt_id=1, tag="odd")),
    "a probability": lambda s: s.execute(
        update(JudgmentRow).where(JudgmentRow.id == 2).values(expected_outcome=0.55)
    ),
    "a probability lost": lambda s: s.execute(
        update(JudgmentRow).where(JudgmentRow.id == 2).values(expected_outcome=None)
    ),
    "a judgment removed": lambda s: s.execute(delete(JudgmentRow).where(JudgmentRow.id == 30)),
    "another length": lambda s: s.execute(
        update(ResponseRow).where(ResponseRow.id == 1).values(n_chars=2_000)
    ),
    "a price": lambda s: s.execute(update(ResponseRow).values(cost_usd=0.25)),
    "a contestant's name": lambda s: s.execute(
        update(ContestantRow).where(ContestantRow.name == "alder").values(name="elder")
    ),
    "a judge's name": lambda s: s.execute(
        update(JudgeRow).where(JudgeRow.name == "recorded-judge").values(name="other")
    ),
    "another judge": lambda s: s.execute(update(MatchRow).where(MatchRow.id > 9).values(judge_id=90)),
    "invented": lambda s: s.execute(update(DatasetRow).values(is_invented=True)),
}


def test_every_change_is_on_the_next_board(judged: Database) -> None:
    before = boards(judged)
    for what, change in CHANGES.items():
        with judged.write() as session:
            change(session)
        after = boards(judged)
        assert after != before, what
        forget()
        before = boards(judged)
        assert before == after, what


def test_a_fit_that_fails_is_tried_again(judged: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise MemoryError

    forget()
    with monkeypatch.context() as patched:
        patched.setattr("arena.leaderboard.fit_board", fail)
        with pytest.raises(MemoryError):
            get_board(judged, QUERIES[0])
    assert get_board(judged, QUERIES[0]).n_scored == 18
