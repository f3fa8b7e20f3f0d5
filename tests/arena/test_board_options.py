"""The vote rule and expected outcomes: whose votes count, and probabilities in place of verdicts."""

import json
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import update

from arena.cli.main import main
from arena.errors import UsageError
from arena.leaderboard import Board, BoardQuery, get_board
from db import Database
from db.tables import JudgmentRow
from tests.arena.filling import both_orders, fill, import_rows, record

RULE: dict[str, Any] = {"min_agreement": 0.6}


def rank(database: Database, **query: Any) -> Board:
    return get_board(database, BoardQuery("poems", **query))


def cast(database: Database, voter: str, verdicts: list[str]) -> None:
    """Import one person's verdicts on alder, shown first, and birch: one a prompt."""
    rows = [
        {"judge": voter, "judge_kind": "human", "prompt": f"p{p}", "shown_first": "alder",
         "shown_second": "birch", "verdict": verdict}
        for p, verdict in enumerate(verdicts)
    ]  # fmt: skip
    import_rows(database, "poems", rows)


@pytest.fixture
def voted(store: Database) -> Database:
    """Two careful voters for birch in four of five, one who always takes the first, and a judge."""
    fill(store, contestants=("alder", "birch"), n_prompts=30)
    careful = ["A" if p % 5 == 0 else "B" for p in range(30)]
    cast(store, "careful", careful)
    cast(store, "also careful", careful)
    cast(store, "always first", ["A"] * 29 + ["B"])
    record(
        store, [v for p in range(30) for v in both_orders(f"p{p}", "alder", "birch", "A" if p % 2 else "B")]
    )
    return store


def test_a_vote_rule_leaves_out_votes_and_says_so(voted: Database) -> None:
    everybody, ruled = rank(voted, lens="human"), rank(voted, lens="human", **RULE)
    assert (everybody.n_scored, ruled.n_scored) == (90, 60)
    assert ruled.left_out_voters == ("always first",)
    assert {standing.n_people for standing in ruled.standings} == {60}
    cell = next(cell for cell in ruled.cells if cell.row == "birch")
    assert cell.win_share == pytest.approx(0.8)
    said = "Votes count from voters with at least agreement with others of 60\u00a0%; left out: always first."
    assert said in ruled.notes


def test_a_vote_rule_holds_under_the_calibrated_lens(voted: Database) -> None:
    everybody, ruled = rank(voted, lens="calibrated"), rank(voted, lens="calibrated", **RULE)
    assert everybody.standings[0].rating != ruled.standings[0].rating
    assert ruled.left_out_voters == ("always first",)


def test_a_voter_left_out_does_not_rank_even_by_name(voted: Database) -> None:
    board = rank(voted, lens="human", judges=("always first",), **RULE)
    assert (board.n_matches, board.sentence) == (0, "Data set 'poems' has no votes that the vote rule keeps.")


def test_a_receipt_of_a_ruled_board_verifies_when_others_vote_later(voted: Database, tmp_path: Path) -> None:
    path = tmp_path / "receipt.json"
    asked = ["leaderboard", "--dataset", "poems", "--lens", "human", "--vote-rule", "agreement=0.6,seconds=1"]
    assert main([*asked, "--receipt", str(path), "--db", voted.url]) == 0
    receipt = json.loads(path.read_text())
    assert receipt["left_out_voters"] == ["always first"]
    assert (receipt["settings"]["min_agreement"], receipt["settings"]["min_median_s"]) == (0.6, 1.0)
    cast(voted, "late", ["B"] * 30)
    assert main(["verify", str(path), "--db", voted.url]) == 0


@pytest.mark.parametrize(
    ("query", "sentence"),
    [
        ({"min_gold": 0.8}, "rank nobody here"),
        ({"lens": "human", "min_agreement": 60}, "from 0 to 1, not 60"),
        ({"lens": "human", "min_gold": float("nan")}, "from 0 to 1, not nan"),
        ({"lens": "human", "min_median_s": -1}, "seconds from 0"),
        ({"lens": "human", "outcomes": "probability"}, "Only a judge's verdicts"),
        ({"method": "mean-level", "outcomes": "probability"}, "no levels"),
        ({"flips": "tie", "outcomes": "probability"}, "knows no flip"),
        ({"ties": "davidson", "outcomes": "probability"}, "no tie"),
        ({"gate": "number", "outcomes": "probability"}, "no gate"),
    ],
)
def test_options_that_mean_nothing_together_are_refused(query: dict[str, Any], sentence: str) -> None:
    with pytest.raises(UsageError, match=sentence):
        BoardQuery("poems", **query)


@pytest.mark.parametrize("rule", ["agreement", "agreement=much", "age=30"])
def test_a_rule_that_cannot_be_read_is_wrong_use(voted: Database, rule: str) -> None:
    asked = ["leaderboard", "--lens", "human", "--vote-rule", rule, "--db", voted.url]
    assert main(asked) == 2


def set_probability(database: Database, *, p: float, n_unknown: int) -> None:
    """Give every verdict of the judge this probability against the other side, but the first matches none."""
    with database.write() as session:
        for verdict, expected in (("a", p), ("b", 1 - p)):
            session.execute(
                update(JudgmentRow)
                .where(JudgmentRow.verdict == verdict, JudgmentRow.match_id > 90 + n_unknown)
                .values(expected_outcome=expected)
            )


def test_probabilities_stand_for_verdicts(voted: Database) -> None:
    set_probability(voted, p=0.9, n_unknown=0)
    board = rank(voted, outcomes="probability")
    cell = next(cell for cell in board.cells if cell.row == "alder")
    assert cell.win_share == pytest.approx(0.5 * 0.9 + 0.5 * 0.1)
    set_probability(voted, p=0.7, n_unknown=10)
    assert board.data_hash != rank(voted, outcomes="probability").data_hash
    assert any("probabilities that the judge's model gave" in note for note in board.notes)


def test_a_match_without_probability_is_left_out_and_counted(voted: Database) -> None:
    set_probability(voted, p=0.9, n_unknown=4)
    board = rank(voted, outcomes="probability")
    assert (board.n_matches, board.n_scored) == (30, 26)
    assert any(note.startswith("4 scored matches are left out") for note in board.notes)


def test_without_any_probability_the_board_says_how_to_get_them(voted: Database) -> None:
    with pytest.raises(UsageError, match="logprobs=true"):
        rank(voted, outcomes="probability")


def test_a_board_on_the_command_line_never_mixes_data_sets(
    voted: Database, capsys: pytest.CaptureFixture[str]
) -> None:
    asked = ["leaderboard", "--lens", "human", "--format", "json", "--db", voted.url]
    assert main(asked) == 0
    assert json.loads(capsys.readouterr().out)["settings"]["dataset"] == "poems"
    fill(voted, dataset="prose")
    assert main(asked) == 2
    assert (
        "There are 2 data sets, and a board ranks one: --dataset with poems, prose."
        in capsys.readouterr().err
    )
