"""What is kept of a call beside its text: thinking, probabilities."""

import pytest
from sqlalchemy import select

from db import Database
from db.tables import CallRow, JudgmentRow
from tests.fake_llm import Reply, Request, serve
from tests.judging.working import asking, work

pytestmark = pytest.mark.on_sqlite


def test_thinking_in_a_field_of_its_own_is_kept_and_never_a_verdict(poems: Database) -> None:
    def think(_: Request) -> Reply:
        return Reply("It is close.\n\n[[C]]", thinking="B is better, so [[B]].")

    with serve(think) as llm:
        assert work(poems, asking(llm, pairs="2")).n_scored == 4
        with poems.read() as session:
            calls = session.scalars(select(CallRow)).all()
            verdicts = set(session.scalars(select(JudgmentRow.verdict)))
    assert {call.thinking for call in calls} == {"B is better, so [[B]]."}
    assert verdicts == {"tie"}


def test_a_verdicts_probability_and_the_outcome_it_implies_are_kept(poems: Database) -> None:
    def sure(_: Request) -> Reply:
        tokens = (
            ("[[", (("[[", 0.0),)),
            ("A", (("A", -0.105360516), ("B", -2.302585093))),
            ("]]", (("]]", 0.0),)),
        )
        return Reply("[[A]]", logprobs=tokens)

    with serve(sure) as llm:
        spec = asking(llm, pairs="2", parameters={"logprobs": True, "top_logprobs": 5})
        work(poems, spec)
        with poems.read() as session:
            rows = session.scalars(select(JudgmentRow)).all()
    assert len(rows) == 4
    for row in rows:
        assert row.probability == pytest.approx(0.9)
        assert row.expected_outcome == pytest.approx(0.9 if row.shown_order == "ab" else 0.1)
