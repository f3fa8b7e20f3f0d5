"""What PandaLM publishes of its three annotators comes out of the stored votes."""

from __future__ import annotations

import json
from collections.abc import Iterator
from math import log
from pathlib import Path

import pytest

from arena.agreement import AgreementReport, get_agreement
from arena.cli.main import main
from arena.store import open_store

SHARED = Path(__file__).resolve().parents[2] / ".." / "shared" / "data"
FOLDER = SHARED / "pandalm"
pytestmark = pytest.mark.skipif(not SHARED.is_dir(), reason="the shared data are not beside this copy")

STRENGTHS = {"llama": 0.7243, "pythia": 0.0736, "bloom": -0.0182, "opt": -0.2430, "cerebras": -0.5368}
"""Half a win each for a tie, mean zero, in nats."""


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> str:
    url = f"sqlite:///{tmp_path_factory.mktemp('pandalm') / 'evenhand.db'}"
    files = [str(FOLDER / name) for name in ("testset-v1.json", "gpt-3.5-turbo-testset-v1.json")]
    assert main(["import", *files, "--dataset", "pandalm", "--db", url]) == 0
    return url


@pytest.fixture(scope="module")
def report(url: str) -> Iterator[AgreementReport]:
    database = open_store(url)
    yield get_agreement(database, "pandalm")
    database.close()


def test_the_three_annotators_agree_as_published(report: AgreementReport) -> None:
    kappas = {(pair.first[-1], pair.second[-1]): pair.figure for pair in report.pairs_of_people}
    assert {pair: round(figure.kappa, 2) for pair, figure in kappas.items()} == {
        ("1", "2"): 0.85,
        ("1", "3"): 0.88,
        ("2", "3"): 0.86,
    }
    assert {figure.n for figure in kappas.values()} == {999}
    assert all(figure.low < figure.kappa < figure.high for figure in kappas.values())


def test_the_pooled_figure_lies_among_the_pairs(report: AgreementReport) -> None:
    assert (report.people.n, report.n_people, report.n_votes) == (3 * 999, 3, 2997)
    assert 0.85 < report.people.kappa < 0.88


def test_the_judge_is_compared_without_its_unreadable_verdicts(report: AgreementReport) -> None:
    """Their accuracy of 71.07 counts 25 unreadable verdicts as ties; without them 697 of 974 are right."""
    assert report.judge_majority.n == 999 - 25
    assert report.judge_majority.share == pytest.approx(697 / 974, abs=1e-9)


def test_the_majority_board_gives_the_known_strengths(url: str, capsys: pytest.CaptureFixture[str]) -> None:
    capsys.readouterr()
    words = ["leaderboard", "--dataset", "pandalm", "--lens", "human", "--votes", "majority"]
    assert main([*words, "--format", "json", "--db", url]) == 0
    standings = json.loads(capsys.readouterr().out)["standings"]
    theta = {row["contestant"].split("-")[0]: (row["rating"] - 1000) * log(10) / 400 for row in standings}
    assert theta == pytest.approx(STRENGTHS, abs=0.001)
