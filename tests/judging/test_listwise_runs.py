"""Listwise runs: each list and its reverse is one call, and every pair of it is a match."""

from collections import Counter

import pytest
from sqlalchemy import func, select

from arena.errors import UsageError
from arena.judges import list_judges
from arena.leaderboard import BoardQuery, get_board
from arena.matches import MatchFilter, get_match, list_matches
from arena.reparse import reparse_judge
from arena.run import RunSpec, estimate_run
from db import Database
from db.tables import CallRow, JudgmentRow, MatchRow
from tests.arena.filling import fill
from tests.fake_llm import Request, read_prompt, scripts, serve
from tests.judging.test_reparse import said, use_newer_parser
from tests.judging.working import asking, work


def test_a_list_and_its_reverse_are_two_calls_and_every_pair_a_match(poems: Database) -> None:
    with serve(scripts.longest) as llm:
        spec = asking(llm, mode="listwise")
        estimate = estimate_run(poems, spec)
        status = work(poems, spec)
        assert llm.stats()["n_requests"] == estimate.n_calls == 12
    assert (status.n_planned, status.n_scored, status.n_calls) == (36, 36, 12)
    with poems.read() as session:
        verdicts = Counter(
            tuple(row) for row in session.execute(select(MatchRow.verdict_ab, MatchRow.verdict_ba))
        )
        tokens = session.execute(select(func.sum(JudgmentRow.n_tokens_in))).scalar()
        assert tokens == session.execute(select(func.sum(CallRow.n_tokens_in))).scalar()
    assert verdicts == {("b", "b"): 18}, "each contestant's text is longer than the one before"


def test_a_judge_that_ranks_what_it_sees_first_flips_every_pair(poems: Database) -> None:
    def first(request: Request) -> str:
        n = len(read_prompt(request).numbered)
        return "[[" + " > ".join(str(index + 1) for index in range(n)) + "]]"

    with serve(first) as llm:
        work(poems, asking(llm, mode="listwise"))
    with poems.read() as session:
        verdicts = Counter(
            tuple(row) for row in session.execute(select(MatchRow.verdict_ab, MatchRow.verdict_ba))
        )
    assert verdicts == {("a", "b"): 18}


def test_lists_rank_contestants_like_pairs_do(poems: Database) -> None:
    with serve(scripts.longest) as llm:
        work(poems, asking(llm, mode="listwise"))
    board = get_board(poems, BoardQuery("poems", judges=("hosted_vllm/fake",)))
    assert board.n_scored == 18
    match = list_matches(poems, MatchFilter(dataset="poems", judges=("hosted_vllm/fake",))).rows[0]
    assert get_match(poems, match.id).orders[0].prompt_as_sent is None


def test_a_new_contestant_is_ranked_in_a_list_of_all(poems: Database) -> None:
    sizes: list[int] = []

    def watch(request: Request) -> str:
        sizes.append(len(read_prompt(request).numbered))
        return scripts.longest(request)

    with serve(watch) as llm:
        spec = asking(llm, mode="listwise")
        work(poems, spec)
        fill(poems, contestants=("alder", "birch", "cedar", "dogwood"))
        status = work(poems, spec)
    assert (status.n_already, status.n_planned, status.n_calls) == (36, 36, 12)
    assert Counter(sizes) == {3: 12, 4: 12}


def test_an_unreadable_list_leaves_all_its_pairs_unscored(poems: Database) -> None:
    with serve(scripts.always("They are all nice."), has_schema=False) as llm:
        status = work(poems, asking(llm, mode="listwise"))
    assert (status.n_scored, status.n_unscored) == (0, 36)
    assert [(count.reason, count.n) for count in status.reasons] == [("no_verdict", 36)]


def test_lists_are_read_anew_like_pairs(poems: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    with serve(scripts.longest) as llm:
        work(poems, asking(llm, mode="listwise"))
    use_newer_parser(monkeypatch)
    outcome = reparse_judge(poems, "hosted_vllm/fake")
    assert (outcome.n_read, outcome.n_changed) == (36, 0)
    old, new = list_judges(poems)
    assert said(poems, old.id) == said(poems, new.id)


def test_a_built_in_judge_ranks_no_lists(poems: Database) -> None:
    with pytest.raises(UsageError, match="cannot be"):
        estimate_run(poems, RunSpec("poems", "builtin/longest", mode="listwise"))
