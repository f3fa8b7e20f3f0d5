"""A newer parser: another version, every stored answer read anew, and not one call."""

from collections import Counter
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import select

import arena.reparse
import arena.run.judge_choice
from arena.audit import get_cards
from arena.errors import UsageError
from arena.judges import list_judges
from arena.reparse import reparse_judge
from db import Database
from db.tables import JudgmentRow
from judge import JudgeSpec, make_spec, read_replies
from tests.fake_llm import Reply, Request, is_repair, read_prompt, scripts, serve, write_verdict
from tests.judging.working import asking, work


def moody(request: Request) -> Reply | str:
    """Answer well, badly and not at all."""
    first = read_prompt(request).first
    if "cedar" in first:
        return "Both have merits."
    if "birch" in first and not is_repair(request):
        return "Hard to say."
    return write_verdict(request, "A")


def use_newer_parser(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(arena.reparse, "PARSER_VERSION", "next")

    def make_newer(*args: Any, **settings: Any) -> JudgeSpec:
        return replace(make_spec(*args, **settings), parser="next")

    monkeypatch.setattr(arena.run.judge_choice, "make_spec", make_newer)


def said(database: Database, judge_id: int) -> Counter[tuple[object, ...]]:
    query = select(JudgmentRow).where(JudgmentRow.judge_id == judge_id)
    with database.read() as session:
        return Counter(
            (row.response_first_id, row.response_second_id, row.state, row.verdict, row.reason, row.call_id)
            for row in session.scalars(query)
        )


@pytest.mark.parametrize("mode", ["pairwise", "pointwise"])
def test_every_answer_is_read_anew_as_another_version_without_a_call(
    poems: Database, monkeypatch: pytest.MonkeyPatch, mode: str
) -> None:
    with serve(moody, has_schema=False) as llm:
        work(poems, asking(llm, mode=mode))
        n_requests = llm.stats()["n_requests"]
        use_newer_parser(monkeypatch)
        outcome = reparse_judge(poems, "hosted_vllm/fake")
        assert llm.stats()["n_requests"] == n_requests
    assert outcome.version != outcome.new_version
    assert (outcome.n_read, outcome.n_changed, outcome.n_there) == (36 if mode == "pairwise" else 18, 0, 0)
    old, new = list_judges(poems)
    assert said(poems, old.id) == said(poems, new.id), "a parser that reads alike says the same"
    assert (old.n_matches, old.n_judgments) == (new.n_matches, new.n_judgments)


def test_reading_twice_adds_nothing(poems: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    with serve(moody, has_schema=False) as llm:
        work(poems, asking(llm))
    label = list_judges(poems)[0]
    use_newer_parser(monkeypatch)
    reparse_judge(poems, "hosted_vllm/fake")
    again = reparse_judge(poems, f"hosted_vllm/fake@{label.version}")
    assert (again.n_read, again.n_there) == (36, 36)
    assert [one.n_judgments for one in list_judges(poems)] == [36, 36]


def test_a_parser_that_reads_more_scores_what_was_unscored(
    poems: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    with serve(moody, has_schema=False) as llm:
        status = work(poems, asking(llm))
    n_unreadable = status.n_unscored
    assert n_unreadable == 12
    use_newer_parser(monkeypatch)

    def read_generously(spec, replies, shown_order, *, n_responses=2):  # type: ignore[no-untyped-def]
        reading = read_replies(spec, replies, shown_order, n_responses=n_responses)
        if reading.state == "scored":
            return reading
        return replace(reading, state="scored", verdict="tie", reason=None, problem="", parse_path="tag")

    monkeypatch.setattr(arena.reparse, "read_replies", read_generously)
    outcome = reparse_judge(poems, "hosted_vllm/fake")
    assert (outcome.n_now_scored, outcome.n_changed, outcome.n_now_unscored) == (12, 12, 0)
    before, after = (
        get_cards(poems, f"hosted_vllm/fake@{version}")[0]
        for version in (outcome.version, outcome.new_version)
    )
    assert (before.n_pairs, before.n_unscored) == (18, 12)
    assert (after.n_pairs, after.n_unscored) == (18, 0)


def test_a_run_of_the_newer_parser_finds_every_call_in_the_store(
    poems: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    with serve(moody, has_schema=False) as llm:
        first = work(poems, asking(llm))
        n_requests = llm.stats()["n_requests"]
        use_newer_parser(monkeypatch)
        second = work(poems, asking(llm))
        assert llm.stats()["n_requests"] == n_requests
    assert len(list_judges(poems)) == 2
    assert (second.n_calls, second.n_cached) == (0, n_requests)
    assert (second.n_scored, second.n_unscored) == (first.n_scored, first.n_unscored)


def test_what_failed_without_an_answer_keeps_its_reason(
    poems: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    with serve(lambda _: Reply("context length exceeded", status=400)) as llm:
        assert work(poems, asking(llm)).n_unscored == 36
    use_newer_parser(monkeypatch)
    outcome = reparse_judge(poems, "hosted_vllm/fake")
    assert (outcome.n_read, outcome.n_kept) == (0, 36)
    old, new = list_judges(poems)
    assert said(poems, old.id) == said(poems, new.id)


def test_what_cannot_be_read_anew_is_refused(poems: Database) -> None:
    with serve(moody, has_schema=False) as llm:
        work(poems, asking(llm, pairs="2"))
        work(poems, asking(llm, judge="builtin/first", api_base=None))
    with pytest.raises(UsageError, match="the newest there is"):
        reparse_judge(poems, "hosted_vllm/fake")
    with pytest.raises(UsageError, match="made no calls"):
        reparse_judge(poems, "builtin/first")
    with pytest.raises(UsageError, match="No judge is called"):
        reparse_judge(poems, "nobody")


def test_a_changed_level_is_counted(poems: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    with serve(scripts.longest, has_schema=False) as llm:
        work(poems, asking(llm, mode="pointwise", rubric="helpfulness"))
    use_newer_parser(monkeypatch)

    def read_lower(spec, replies, shown_order, *, n_responses=2):  # type: ignore[no-untyped-def]
        reading = read_replies(spec, replies, shown_order, n_responses=n_responses)
        return replace(reading, grades=tuple(replace(grade, level=0) for grade in reading.grades))

    monkeypatch.setattr(arena.reparse, "read_replies", read_lower)
    outcome = reparse_judge(poems, "hosted_vllm/fake")
    n_scored = sum(state == "scored" for _, _, state, *_ in said(poems, list_judges(poems)[0].id).elements())
    assert 0 < outcome.n_changed == n_scored
    assert outcome.n_now_scored == outcome.n_now_unscored == 0
