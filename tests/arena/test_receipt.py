import json
from pathlib import Path

import pytest

from arena.cli.main import main
from db import Database
from tests.arena.filling import both_orders, record


@pytest.fixture
def receipt(poems: Database, tmp_path: Path) -> Path:
    verdicts = []
    for prompt in range(6):
        verdicts += both_orders(f"p{prompt}", "alder", "birch", "A" if prompt % 3 else "B")
        verdicts += both_orders(f"p{prompt}", "birch", "cedar", "A" if prompt % 2 else "B")
    record(poems, verdicts)
    path = tmp_path / "receipt.json"
    assert main(["leaderboard", "--dataset", "poems", "--receipt", str(path), "--db", poems.url]) == 0
    return path


def verify(database: Database, path: Path) -> int:
    return main(["verify", str(path), "--db", database.url])


def test_a_receipt_recomputes_its_board(poems: Database, receipt: Path) -> None:
    assert verify(poems, receipt) == 0


def test_matches_stored_later_do_not_change_a_published_board(poems: Database, receipt: Path) -> None:
    record(poems, both_orders("p0", "alder", "cedar", "A"))
    assert verify(poems, receipt) == 0


def test_a_changed_figure_is_named(
    poems: Database, receipt: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    content = json.loads(receipt.read_text())
    content["standings"][0]["rating"] += 0.001
    receipt.write_text(json.dumps(content))
    assert verify(poems, receipt) == 1
    assert "rating is" in capsys.readouterr().out


def test_a_changed_match_is_seen(poems: Database, receipt: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with poems.write() as session:
        from db.tables import MatchRow

        match = session.query(MatchRow).first()
        assert match is not None
        match.verdict_ab = "tie"
    assert verify(poems, receipt) == 1
    assert "The matches differ" in capsys.readouterr().out


@pytest.mark.parametrize("text", ["", "{}", "[]", '{"kind": "evenhand-receipt", "version": 99}', "\x00\xff"])
def test_what_is_no_receipt_is_refused(poems: Database, tmp_path: Path, text: str) -> None:
    path = tmp_path / "other.json"
    path.write_text(text, encoding="latin-1")
    assert verify(poems, path) == 2
    assert verify(poems, tmp_path / "missing.json") == 2


@pytest.mark.parametrize("what", ["matches", "responses", "preferences", "leaderboard"])
def test_everything_can_be_exported(poems: Database, receipt: Path, tmp_path: Path, what: str) -> None:
    out = tmp_path / f"{what}.csv"
    assert main(["export", what, "--dataset", "poems", "--out", str(out), "--db", poems.url]) == 0
    assert len(out.read_text().splitlines()) > 3


def test_an_unknown_ending_writes_nothing(poems: Database, tmp_path: Path) -> None:
    out = tmp_path / "matches.xlsx"
    assert main(["export", "matches", "--out", str(out), "--db", poems.url]) == 2
    assert not out.exists()
