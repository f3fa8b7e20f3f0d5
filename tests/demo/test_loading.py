"""The demo comes whole, says that it is invented, and leaves nothing behind."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest
from sqlalchemy import select

from arena.cli.main import main
from arena.datasets import list_datasets
from arena.demo.content import load_demo
from arena.demo.load import get_demo_state, load_demo_data, remove_demo_data
from arena.demo.records import DemoJudgment, DemoVote
from arena.errors import UsageError
from arena.leaderboard import BoardQuery, get_board
from arena.run import RunSpec, start_run
from arena.run.runner import work_off
from arena.store import open_store
from db import Database, tables
from tests.ui.filling import fill, judge, leader
from tests.vote.stepping import Voter, count_rows


@pytest.fixture
def store(store_url: str) -> Iterator[Database]:
    database = open_store(store_url)
    yield database
    database.close()


@pytest.fixture
def demo(demo_url: str) -> Iterator[Database]:
    """With the demo in it and nothing else."""
    database = open_store(demo_url)
    yield database
    database.close()


def test_everything_that_was_written_arrives(store: Database) -> None:
    state = load_demo_data(store)
    content = load_demo()
    rows = count_rows(store)
    assert (state.n_prompts, state.n_responses, state.n_votes) == (40, 200, len(content.votes))
    assert (state.n_own_votes, state.n_runs) == (0, 0)
    assert rows["judgment"] == len(content.judgments) + len(content.votes)
    assert rows["match"] == len(content.judgments) // 2 + len(content.votes)
    assert rows["reference"] == sum(prompt.reference is not None for prompt in content.prompts)
    assert (rows["contestant"], rows["judge"]) == (5, len(content.judges) + len(content.voters))


def test_it_says_that_it_is_invented(demo: Database) -> None:
    (dataset,) = list_datasets(demo)
    assert (dataset.name, dataset.is_invented) == ("demo", True)
    assert "Invented" in dataset.description
    assert get_board(demo, BoardQuery(dataset="demo")).is_invented
    with demo.read() as session:
        assert set(session.scalars(select(tables.ResponseRow.source))) == {"demo (invented)"}
        assert set(session.scalars(select(tables.VoteRow.pick_rule))) == {"demo"}


def test_each_verdict_is_about_its_own_pair(demo: Database) -> None:
    content = load_demo()
    with demo.read() as session:
        names = {row.id: row.name for row in session.scalars(select(tables.ContestantRow))}
        keys = {row.id: row.key for row in session.scalars(select(tables.PromptRow))}
        judges = {row.id: row.name for row in session.scalars(select(tables.JudgeRow))}
        responses = {row.id: row for row in session.scalars(select(tables.ResponseRow))}
        stored = {}
        for row in session.scalars(select(tables.JudgmentRow)):
            assert row.response_second_id is not None
            first, second = responses[row.response_first_id], responses[row.response_second_id]
            assert first.prompt_id == second.prompt_id == row.prompt_id
            shown = (names[first.contestant_id], names[second.contestant_id])
            stored[judges[row.judge_id], keys[row.prompt_id], *shown] = (
                row.shown_order,
                row.verdict,
                row.state,
            )
    wanted = {}
    for judgment in content.judgments:
        by = (judgment.judge, judgment.prompt_key, *_shown(judgment))
        wanted[by] = (judgment.shown_order, judgment.verdict, judgment.state)
    for vote in content.votes:
        wanted[vote.voter, vote.prompt_key, *_shown(vote)] = (vote.shown_order, vote.verdict, "scored")
    assert stored == wanted


def _shown(of: DemoJudgment | DemoVote) -> tuple[str, str]:
    pair = (of.contestant_a, of.contestant_b)
    return pair if of.shown_order == "ab" else (pair[1], pair[0])


def test_loading_twice_changes_nothing(demo: Database) -> None:
    first = get_demo_state(demo)
    before = count_rows(demo)
    assert load_demo_data(demo) == first
    assert count_rows(demo) == before


def test_removing_leaves_nothing_behind(store: Database, demo: Database) -> None:
    loaded = get_demo_state(demo)
    assert remove_demo_data(demo) == loaded
    assert count_rows(demo) == count_rows(store)


def test_removing_leaves_other_data_as_it_was(store: Database) -> None:
    filled = fill(store)
    judge(store, filled, leader(0, 1, 2))
    with store.write() as session:
        session.add(tables.JudgeRow(kind="model", name="mine", version="1", mode="pairwise"))
        session.add(tables.ContestantRow(name="not asked yet"))
    before = count_rows(store)
    load_demo_data(store)
    remove_demo_data(store)
    assert count_rows(store) == before


def test_removing_takes_along_what_was_voted_and_judged_on_it(store: Database, demo: Database) -> None:
    run_id = start_run(demo, RunSpec(dataset="demo", judge="builtin/longest"))
    work_off(demo, run_id, lambda: True)
    voter = Voter(demo, dataset="demo")
    voter.vote()
    voter.skip()
    voter.next()
    state = get_demo_state(demo)
    assert (state.n_own_votes, state.n_runs) == (1, 1)
    remove_demo_data(demo)
    before, after = count_rows(store), count_rows(demo)
    assert {name: n for name, n in after.items() if name != "setting"} == {
        name: n for name, n in before.items() if name != "setting"
    }


def test_a_judge_and_a_voter_that_other_data_need_stay(store: Database) -> None:
    fill(store)
    Voter(store).vote()
    load_demo_data(store)
    Voter(store, dataset="demo").vote()
    remove_demo_data(store)
    rows = count_rows(store)
    assert (rows["judge"], rows["vote"], rows["contestant"]) == (1, 1, 3)


def test_removing_where_there_is_no_demo_does_nothing(store: Database) -> None:
    assert not remove_demo_data(store).is_loaded


def test_a_data_set_of_ones_own_is_neither_overwritten_nor_removed(store: Database) -> None:
    fill(store, dataset="demo")
    before = count_rows(store)
    for action in (load_demo_data, remove_demo_data):
        with pytest.raises(UsageError, match="your own"):
            action(store)
    assert not get_demo_state(store).is_loaded
    assert count_rows(store) == before


def test_responses_that_were_imported_into_it_are_not_lost(demo: Database) -> None:
    with demo.write() as session:
        prompt = session.scalars(select(tables.PromptRow)).first()
        person = tables.ContestantRow(name="mine")
        session.add(person)
        session.flush()
        assert prompt is not None
        session.add(
            tables.ResponseRow(
                prompt_id=prompt.id, contestant_id=person.id, turns=["x"], text_hash="x", source="import:mine"
            )
        )
    before = count_rows(demo)
    with pytest.raises(UsageError, match="1 responses that are not the demo's"):
        remove_demo_data(demo)
    assert count_rows(demo) == before


def test_a_contestant_of_the_same_name_is_not_mixed_up(store: Database) -> None:
    fill(store, contestants=("harbor-2", "birch"))
    before = count_rows(store)
    with pytest.raises(UsageError, match="harbor-2"):
        load_demo_data(store)
    assert count_rows(store) == before


def test_a_run_under_way_keeps_the_demo(demo: Database) -> None:
    start_run(demo, RunSpec(dataset="demo", judge="builtin/longest"))
    with pytest.raises(UsageError, match="Cancel it first"):
        remove_demo_data(demo)


def test_the_command_loads_and_removes(store_url: str, capsys: pytest.CaptureFixture[str]) -> None:
    url = store_url
    assert main(["demo", "--db", url, "--format", "json"]) == 0
    printed = capsys.readouterr()
    assert json.loads(printed.out)[0]["responses"] == 200
    assert "invented" in printed.err
    assert main(["demo", "--db", url]) == 0
    assert "nothing was changed" in capsys.readouterr().err
    assert main(["demo", "--remove", "--db", url]) == 0
    assert main(["demo", "--remove", "--db", url]) == 0
    assert "no demo to remove" in capsys.readouterr().err
