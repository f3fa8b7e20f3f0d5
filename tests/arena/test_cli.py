"""The command line: what it prints, where, and how it ends."""

import json
from pathlib import Path
from typing import Any

import pytest

from arena.cli.main import main
from arena.cli.output import print_rows
from arena.cli.spending import is_own_server
from arena.lab import list_lab_status
from arena.run import list_runs
from db import Database
from tests.arena.filling import both_orders, record
from tests.fake_llm import scripts, serve


def run(database: Database, *words: str) -> int:
    return main([*words, "--db", database.url])


def read_json(capsys: pytest.CaptureFixture[str]) -> Any:
    return json.loads(capsys.readouterr().out)


def test_init_makes_a_database_and_a_second_time_changes_nothing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    url = f"sqlite:///{tmp_path}/fresh.db"
    assert main(["init", "--db", url]) == 0
    assert "ready" in capsys.readouterr().err
    assert main(["init", "--db", url]) == 0
    assert "up to date" in capsys.readouterr().err


def test_import_judge_and_leaderboard_follow_each_other(
    store: Database, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "responses.csv"
    lines = ["prompt,model,response"]
    lines += [
        f"Say {i},{name},{'word ' * (i + size)}" for i in range(6) for size, name in enumerate("xyz", 1)
    ]
    path.write_text("\n".join(lines))
    assert run(store, "import", str(path), "--dataset", "words", "--format", "json") == 0
    assert read_json(capsys)["n_bad"] == 0
    assert run(store, "judge", "--dataset", "words", "--judge", "builtin/random", "--format", "json") == 0
    (status,) = read_json(capsys)
    assert (status["state"], status["n_scored"]) == ("done", 36)
    assert run(store, "leaderboard", "--dataset", "words", "--format", "json") == 0
    board = read_json(capsys)
    assert {standing["contestant"] for standing in board["standings"]} == {"x", "y", "z"}
    assert {"rating", "low", "high", "rank_low", "rank_high", "n_matches"} <= board["standings"][0].keys()
    assert board["settings"]["dataset"] == "words"


def test_a_dry_run_changes_nothing(
    store: Database, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "prompts.jsonl"
    path.write_text('{"prompt": "one"}\n{"prompt": ""}\n')
    assert run(store, "import", str(path), "--dataset", "d", "--dry-run", "--format", "json") == 1
    said = capsys.readouterr()
    assert json.loads(said.out)["n_bad"] == 1
    assert "line 2" in said.err
    assert run(store, "leaderboard", "--dataset", "d") == 2
    assert "No data set is called 'd'" in capsys.readouterr().err


def test_a_paid_model_is_not_called_without_consent(
    poems: Database, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "sk-something")
    assert run(poems, "judge", "--dataset", "poems", "--judge", "openai/gpt-4o-mini") == 2
    said = capsys.readouterr().err
    assert "36 calls; about $" in said
    assert "--yes" in said


def test_a_cap_in_money_is_refused_where_no_price_is_known(
    poems: Database, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "sk-something")
    words = ("judge", "--dataset", "poems", "--judge", "openai/unheard-of", "--budget-usd", "1", "--yes")
    assert run(poems, *words) == 2
    assert "--max-calls" in capsys.readouterr().err


def test_a_run_that_fails_in_part_says_so(poems: Database, capsys: pytest.CaptureFixture[str]) -> None:
    with serve(lambda _request: "I cannot say.", has_schema=False) as llm:
        words = ("judge", "--dataset", "poems", "--judge", "openai/test-judge", "--api-base", llm.api_base)
        assert run(poems, *words) == 1
    assert "36 unscored" in capsys.readouterr().err


def test_an_own_server_needs_no_consent_and_no_key(
    poems: Database, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    with serve(scripts.longest) as llm:
        words = ("judge", "--dataset", "poems", "--judge", "openai/test-judge", "--api-base", llm.api_base)
        assert run(poems, *words) == 0
    assert run(poems, "runs", "--format", "csv") == 0
    assert "openai/test-judge" in capsys.readouterr().out


def test_a_missing_key_is_said_before_anything_starts(
    poems: Database, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    for words in (
        ("judge", "--dataset", "poems", "--judge", "openai/gpt-4o-mini", "--yes"),
        ("generate", "--dataset", "poems", "--contestant", "elm=openai/gpt-4o-mini", "--yes"),
        ("lab", "--dataset", "poems", "--judge", "openai/gpt-4o-mini", "--yes"),
    ):
        assert run(poems, *words) == 2
        assert "The key is missing: set OPENAI_API_KEY." in capsys.readouterr().err
    assert list_runs(poems) == []
    assert list_lab_status(poems) == []


def test_a_table_shows_no_rounding_error_and_no_braces(capsys: pytest.CaptureFixture[str]) -> None:
    counts: tuple[dict[str, int], ...] = ({}, {"refused": 2, "timeout": 1})
    print_rows([{"value": -1.05e-32, "unscored": one} for one in counts], "table")
    said = capsys.readouterr().out.splitlines()
    assert said[1].split() == ["0.000", "-"]
    assert said[2].split(maxsplit=1) == ["0.000", "refused 2, timeout 1"]


@pytest.mark.parametrize(
    ("api_base", "own"),
    [
        ("http://localhost:11434", True), ("http://127.0.0.1:1/v1", True), ("http://10.0.0.7/v1", True),
        ("http://box.local/v1", True), ("https://api.openai.com/v1", False), (None, False),
        ("nonsense", False),
    ],
)  # fmt: skip
def test_only_own_addresses_count_as_own(api_base: str | None, *, own: bool) -> None:
    assert is_own_server(api_base) is own


def test_audit_prints_the_counts_of_every_version(
    poems: Database, capsys: pytest.CaptureFixture[str]
) -> None:
    record(poems, both_orders("p0", "alder", "birch", "A"))
    assert run(poems, "audit", "--judge", "recorded-judge", "--format", "json") == 0
    (card,) = read_json(capsys)
    expected = {
        "judge": "recorded-judge", "n_pairs": 1, "n_consistent": 1, "n_primacy": 0, "n_recency": 0,
        "n_other_flips": 0, "n_unscored": 0, "position_consistency": 1.0,
    }  # fmt: skip
    assert expected.items() <= card.items()


def test_versions_are_listed_and_never_merged(poems: Database, capsys: pytest.CaptureFixture[str]) -> None:
    with serve(scripts.longest) as llm:
        for rubric in ("helpfulness", "style"):
            words = ("judge", "--dataset", "poems", "--judge", "openai/test-judge", "--rubric", rubric)
            assert run(poems, *words, "--api-base", llm.api_base) == 0
        assert llm.stats()["n_requests"] == 72
    capsys.readouterr()
    assert run(poems, "leaderboard", "--judge", "openai/test-judge") == 2
    assert "2 versions, which are never merged silently" in capsys.readouterr().err


def test_wrong_words_end_with_2() -> None:
    with pytest.raises(SystemExit) as caught:
        main(["leaderboard", "--method", "guess"])
    assert caught.value.code == 2


def test_runs_can_be_resumed_and_unknown_ones_are_said(
    poems: Database, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(poems, "resume", "7") == 2
    assert "There is no run 7" in capsys.readouterr().err
    assert run(poems, "cancel", "7") == 2
