"""Published figures of real judges: position bias, LLMBar, PandaLM, each under the source's rule and ours."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from arena.audit import Figure, JudgeCard, get_cards
from arena.exchange import import_files
from db import Database
from tests.arena.filling import import_rows, new_store
from tests.shared_data import SHARED_DATA, needs_shared_data

pytestmark = needs_shared_data


def figure_of(card: JudgeCard, name: str) -> Figure:
    figure = card.figure(name)
    assert figure is not None
    return figure


def value_of(card: JudgeCard, name: str) -> float:
    value = figure_of(card, name).value
    assert value is not None
    return value


@pytest.fixture(scope="module")
def position(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    database = new_store(tmp_path_factory.mktemp("position"))
    import_files(database, [SHARED_DATA / "position_bias" / "verdicts.csv"], "position")
    yield database
    database.close()


@pytest.mark.parametrize(
    ("judge", "n_pairs", "n_primacy", "n_recency"),
    [("gpt-4-0613", 2400, 198, 245), ("gpt-3.5-turbo-0125", 1120, 54, 217)],
)
def test_preference_fairness_is_positive_where_the_second_shown_is_favoured(
    position: Database, judge: str, n_pairs: int, n_primacy: int, n_recency: int
) -> None:
    """arXiv 2406.07791: rcn x irr - pcn x ipr over the pairs of a cell, 1 all recency, -1 all primacy."""
    (card,) = get_cards(position, judge)
    n_flips = n_primacy + n_recency
    raw = n_recency * (n_recency / n_flips) - n_primacy * (n_primacy / n_flips)
    assert value_of(card, "position.fairness") == pytest.approx(raw / n_pairs)
    assert value_of(card, "position.fairness_cells") == pytest.approx(raw / n_pairs), (
        "cells are equally large"
    )
    assert value_of(card, "position.alpha") < 0, "being shown first costs"


def test_a_clustered_test_takes_back_what_an_independent_one_finds(position: Database) -> None:
    (card,) = get_cards(position, "gpt-4-0613")
    fairness = figure_of(card, "position.fairness")
    assert fairness.p_independent == pytest.approx(0.0287, abs=5e-4)
    assert fairness.p_value == pytest.approx(0.24, abs=0.01)
    assert "no preference for either side is shown" in card.sentence


def test_a_judge_that_favours_the_second_shown_is_called_so(position: Database) -> None:
    (card,) = get_cards(position, "gpt-3.5-turbo-0125")
    assert "more often towards the response shown second" in card.sentence


@pytest.fixture(scope="module")
def pandalm(tmp_path_factory: pytest.TempPathFactory) -> Iterator[JudgeCard]:
    database = new_store(tmp_path_factory.mktemp("pandalm"))
    files = [SHARED_DATA / "pandalm" / name for name in ("testset-v1.json", "gpt-3.5-turbo-testset-v1.json")]
    import_files(database, files, "pandalm")
    (card,) = get_cards(database, "gpt-3.5-turbo")
    yield card
    database.close()


def test_pandalm_accuracy_stands_under_our_rule_and_theirs(pandalm: JudgeCard) -> None:
    """Published 71.07 with 25 unreadable verdicts as ties; 69.77 as a class of their own."""
    assert round(100 * value_of(pandalm, "people.majority_all"), 2) == 69.77
    assert (
        "25 unscored; counted as ties, as some sources do, 71.07\N{NO-BREAK SPACE}%"
        in figure_of(pandalm, "people.majority_all").note
    )
    assert figure_of(pandalm, "people.majority").n == 999 - 25


def test_pandalm_raters_agree_as_published(pandalm: JudgeCard) -> None:
    kappas = {(pair.first[-1], pair.second[-1]): round(pair.kappa or 0, 2) for pair in pandalm.voters}
    assert kappas == {("1", "2"): 0.85, ("1", "3"): 0.88, ("2", "3"): 0.86}


def test_a_judge_far_below_the_raters_may_not_replace_them(pandalm: JudgeCard) -> None:
    assert value_of(pandalm, "people.alt_test") == 0.0
    s1 = figure_of(pandalm, "people.s1")
    assert s1.people is not None
    assert s1.longest is not None
    assert s1.longest.value < (s1.value or 0) < s1.people.value


def test_pandalm_confusion_has_every_vote_on_a_scored_pair_once(pandalm: JudgeCard) -> None:
    assert sum(cell.n for cell in pandalm.confusion) == 3 * (999 - 25)


@pytest.fixture(scope="module")
def llmbar(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    database = new_store(tmp_path_factory.mktemp("llmbar"))
    verdicts = list(_read_csv(SHARED_DATA / "llmbar" / "verdicts.csv"))
    for subset in sorted({row["subset"] for row in verdicts}):
        rows = [judgment for row in verdicts if row["subset"] == subset for judgment in _judgments(row)]
        import_rows(database, subset, rows)
    yield database
    database.close()


def _read_csv(path: Path) -> Iterator[dict[str, str]]:
    with path.open(newline="") as file:
        yield from csv.DictReader(file)


def _judgments(row: dict[str, str]) -> Iterator[dict[str, object]]:
    """Write both orders as shown; the source has mapped the swapped one back, so it is swapped again."""
    prompt, judge = f"item {row['idx']}", row["evaluator"]
    original = {"1": "A", "2": "B", "": "unreadable"}[row["winner_original_order"]]
    swapped = {"1": "B", "2": "A", "": "unreadable"}[row["winner_swapped_order_mapped_back"]]
    names = ("output_1", "output_2")
    yield _shown(prompt, judge, names, original)
    yield _shown(prompt, judge, names[::-1], swapped)
    gold = {"1": "A", "2": "B"}[row["gold_label"]]
    yield {**_shown(prompt, "gold", names, gold), "judge_kind": "human"}


def _shown(prompt: str, judge: str, names: tuple[str, ...], verdict: str) -> dict[str, object]:
    return {
        "judge": judge, "prompt": prompt, "shown_first": names[0], "shown_second": names[1],
        "verdict": verdict, "judge_kind": "recorded",
    }  # fmt: skip


PUBLISHED = (
    list(_read_csv(SHARED_DATA / "llmbar" / "published_statistics.csv")) if SHARED_DATA.is_dir() else []
)


@pytest.mark.parametrize("published", PUBLISHED, ids=lambda row: f"{row['subset']}-{row['evaluator']}")
def test_llmbar_gives_the_published_counts(llmbar: Database, published: dict[str, str]) -> None:
    """Theirs counts two unparsed verdicts as the same; ours leaves such pairs out and counts them apart."""
    (card,) = get_cards(llmbar, published["evaluator"], published["subset"])
    stored, swapped, both = card.by_order
    n = int(published["n"])
    assert stored.note == f"{published['correct_order1']} agree, of {n:,} pairs"
    assert swapped.note == f"{published['correct_order2']} agree, of {n:,} pairs"
    assert both.note == f"{published['correct_both']} agree, of {n:,} pairs"
    n_both_unparsed = _count_both_unparsed(published)
    assert card.n_consistent + n_both_unparsed == int(published["same_verdict"])
    assert card.n_pairs == n


def _count_both_unparsed(published: dict[str, str]) -> int:
    return sum(
        row["winner_original_order"] == row["winner_swapped_order_mapped_back"] == ""
        for row in _read_csv(SHARED_DATA / "llmbar" / "verdicts.csv")
        if (row["subset"], row["evaluator"]) == (published["subset"], published["evaluator"])
    )


def test_a_swapped_order_that_was_never_mapped_back_is_noticed(tmp_path: Path) -> None:
    """The source's columns are about outputs; read as shown sides, the swapped order comes out reversed."""
    database = new_store(tmp_path)
    rows = []
    for row in _read_csv(SHARED_DATA / "llmbar" / "verdicts.csv"):
        if (row["subset"], row["evaluator"]) == ("LLMBar/Natural", "GPT-4/Vanilla"):
            names = ("output_1", "output_2")
            word = {"1": "A", "2": "B", "": "unreadable"}
            rows.append(_shown(f"item {row['idx']}", "j", names, word[row["winner_original_order"]]))
            wrong = word[row["winner_swapped_order_mapped_back"]]
            rows.append(_shown(f"item {row['idx']}", "j", names[::-1], wrong))
    import_rows(database, "unmapped", json.loads(json.dumps(rows)))
    (card,) = get_cards(database, "j")
    assert card.warnings
    assert "mapped back" in card.warnings[0]
    database.close()
