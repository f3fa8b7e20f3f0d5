"""The published position-bias counts, recorded whole, and replayed over HTTP through LiteLLM."""

import csv
import json
import re
from collections import Counter, defaultdict
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from arena.audit import get_cards
from arena.exchange import import_files
from arena.run import RunSpec, get_run, start_run
from arena.run.runner import RUNNER_LOCK, work_off
from db import Database
from tests.arena.filling import import_rows
from tests.fake_llm import Request, read_prompt, serve, write_verdict
from tests.shared_data import IS_WHOLE, SHARED_DATA, needs_shared_data

VERDICTS = SHARED_DATA / "position_bias" / "verdicts.csv"
SHOWN = {"A": "A", "B": "B", "C": "tie"}

pytestmark = needs_shared_data


@pytest.mark.parametrize(
    ("judge", "n_pairs", "n_primacy", "n_recency", "n_consistent"),
    [("gpt-4-0613", 2400, 198, 245, 1957), ("gpt-3.5-turbo-0125", 1120, 54, 217, 849)],
)
def test_recorded_verdicts_give_the_published_counts(
    store: Database, judge: str, n_pairs: int, n_primacy: int, n_recency: int, n_consistent: int
) -> None:
    """arXiv 2406.07791, its MT-Bench and DevBench data."""
    import_files(store, [VERDICTS], "position")
    (card,) = get_cards(store, judge)
    assert (card.n_pairs, card.n_primacy, card.n_recency) == (n_pairs, n_primacy, n_recency)
    assert (card.n_consistent, card.n_unscored, card.n_other_flips) == (n_consistent, 0, 0)
    assert card.position_consistency == n_consistent / n_pairs


@pytest.mark.on_sqlite
def test_verdicts_replayed_over_http_give_the_same_counts(store: Database) -> None:
    rows = _replayed()
    counts = _count(rows)
    import_rows(store, "replay", list(_placeholders(rows)))
    with serve(_replaying(rows)) as llm:
        spec = RunSpec(
            dataset="replay",
            judge="openai/gpt-3.5-turbo-0125",
            pairs="baseline:human",
            api_base=llm.api_base,
            max_concurrency=32,
        )
        run_id = start_run(store, spec)
        with RUNNER_LOCK.hold(store) as is_ours:
            assert is_ours
            work_off(store, run_id, lambda: True)
        assert llm.stats()["n_requests"] == len(rows)
    status = get_run(store, run_id)
    assert (status.state, status.n_scored, status.n_unscored) == ("done", len(rows), 0)
    (card,) = get_cards(store, "openai/gpt-3.5-turbo-0125")
    assert (card.n_pairs, card.n_primacy, card.n_recency, card.n_consistent) == counts
    if IS_WHOLE:
        assert counts == (1120, 54, 217, 849)


def _replayed() -> list[dict[str, str]]:
    """The judge's verdicts on every eighth question, or on all of them."""
    rows = [row for row in _verdicts() if row["judge"] == "gpt-3.5-turbo-0125"]
    questions = sorted({row["question"] for row in rows})
    wanted = set(questions if IS_WHOLE else questions[::8])
    return [row for row in rows if row["question"] in wanted]


def _count(rows: list[dict[str, str]]) -> tuple[int, int, int, int]:
    """Count pairs, primacy, recency and consistent pairs as the paper does, from the recorded letters."""
    orders: dict[tuple[str, frozenset[str]], list[str]] = defaultdict(list)
    for row in rows:
        orders[row["question"], frozenset((row["shown_A"], row["shown_B"]))].append(row["choice"])
    kinds = Counter(_kind(*choices) for choices in orders.values())
    return len(orders), kinds["primacy"], kinds["recency"], kinds["consistent"]


def _kind(one: str, other: str) -> str:
    sides = {"A": 1, "B": -1, "C": 0}
    towards_first = sides[one] + sides[other]
    return "consistent" if towards_first == 0 else "primacy" if towards_first > 0 else "recency"


def _verdicts() -> list[dict[str, str]]:
    with Path(VERDICTS).open(newline="") as file:
        return list(csv.DictReader(file))


def _placeholders(rows: list[dict[str, str]]) -> list[dict[str, Any]]:
    """Texts are not published with the verdicts; each placeholder says so and names what it stands for."""
    wanted = sorted({(row["question"], row[shown]) for row in rows for shown in ("shown_A", "shown_B")})
    return [
        {
            "id": question,
            "prompt": f"[placeholder, the text is not published] question {question}",
            "model": model,
            "response": f"[placeholder, the text is not published] response {json.dumps([question, model])}",
        }
        for question, model in wanted
    ]


def _replaying(rows: list[dict[str, str]]) -> Callable[[Request], str]:
    choices = {(row["question"], row["shown_A"], row["shown_B"]): row["choice"] for row in rows}

    def answer(request: Request) -> str:
        shown = read_prompt(request)
        question, first = _read(shown.first)
        _, second = _read(shown.second)
        return write_verdict(request, SHOWN[choices[question, first, second]])

    return answer


def _read(text: str) -> tuple[str, str]:
    found = re.search(r"response (\[.*\])", text)
    assert found is not None
    question, model = json.loads(found[1])
    return question, model
