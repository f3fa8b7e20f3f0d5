"""The card, what goes with it and the lab from the command line."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from arena.cli.main import main
from arena.store import open_store
from db import Database
from tests.arena.filling import url_of
from tests.fake_llm import scripts, serve

SHOWN = ("card", "board", "voters", "disagreements", "labels")


def run(database: Database, *words: str) -> int:
    return main([*words, "--db", url_of(database)])


def read(capsys: pytest.CaptureFixture[str]) -> Any:
    return json.loads(capsys.readouterr().out)


@pytest.fixture
def demo(demo_url: str) -> Iterator[Database]:
    database = open_store(demo_url)
    yield database
    database.close()


@pytest.mark.on_sqlite
@pytest.mark.parametrize("shown", SHOWN)
@pytest.mark.parametrize("how", ["json", "csv", "table"])
def test_everything_on_the_page_can_be_had_here(
    demo: Database, capsys: pytest.CaptureFixture[str], shown: str, how: str
) -> None:
    words = ("audit", "--judge", "demo/first-glance", "--dataset", "demo", "--show", shown, "--format", how)
    assert run(demo, *words) == 0
    assert capsys.readouterr().out


@pytest.mark.on_sqlite
def test_a_card_in_json_has_its_counts_on_top_and_its_figures(
    demo: Database, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(demo, "audit", "--judge", "demo/first-glance", "--dataset", "demo", "--format", "json") == 0
    (card,) = read(capsys)
    names = {
        "judge", "version", "n_pairs", "n_consistent", "n_primacy", "n_recency", "n_other_flips",
        "n_unscored", "position_consistency",
    }  # fmt: skip
    assert names <= card.keys()
    fairness = next(figure for figure in card["figures"] if figure["name"] == "position.fairness")
    assert fairness["low"] < fairness["value"] < fairness["high"] < 0
    assert card["n_consistent"] + card["n_primacy"] + card["n_recency"] + card["n_other_flips"] == 390


@pytest.mark.on_sqlite
def test_labels_need_a_data_set(demo: Database, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(demo, "audit", "--judge", "demo/first-glance", "--show", "labels") == 2
    assert "add --dataset" in capsys.readouterr().err


def test_the_lab_says_its_price_works_and_reports(
    many_poems: Database, capsys: pytest.CaptureFixture[str]
) -> None:
    with serve(scripts.obedient) as llm:
        words = ("lab", "--judge", "openai/test-judge", "--dataset", "poems", "--pairs", "24")
        few = ("--changes", "instruction", "--api-base", llm.api_base, "--format", "json")
        assert run(many_poems, *words, *few, "--max-calls", "10") == 1
        captured = capsys.readouterr()
        assert "24 pairs \u00d7 2 orders \u00d7 (1 changes + 2 unchanged) = 144 calls" in captured.err
        assert "cap of 10 calls" in captured.err
        assert run(many_poems, "lab", "--resume", "1", "--max-calls", "1000", "--format", "json") == 0
        assert llm.stats()["n_requests"] == 144
    (report,) = read(capsys)
    assert report["figures"][0]["success"] == 1.0
    assert run(many_poems, "lab", "--judge", "openai/test-judge", "--report") == 0


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("lab",), "needs --judge J and --dataset D"),
        (("lab", "--judge", "openai/x", "--dataset", "poems", "--changes", "glitter"), "no change 'glitter'"),
        (("lab", "--judge", "openai/x", "--dataset", "poems"), "Add --yes"),
        (("lab", "--judge", "openai/x", "--dataset", "poems", "--budget-usd", "1"), "Add --max-calls N"),
        (("lab", "--resume", "9"), "no lab run 9"),
    ],
)
def test_wrong_words_are_answered_with_2(
    many_poems: Database, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch,
    words: tuple[str, ...], said: str,
) -> None:  # fmt: skip
    monkeypatch.setattr("sys.stdin.isatty", lambda: False)
    monkeypatch.setenv("OPENAI_API_KEY", "sk-something")
    assert run(many_poems, *words) == 2
    assert said in capsys.readouterr().err
