"""Published verdicts of eight judges, replayed through the judge room: accuracies come out as printed."""

import asyncio
import csv
import json
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path

import pytest

from judge import CallReply, CallRequest, Message, Pair, PairJudgment, judge_pair
from tests.fake_llm import read_prompt
from tests.judge.subjects import FENCE_KEY, judge_for

DATA = Path(__file__).parents[3] / "shared" / "data" / "llmbar"
pytestmark = pytest.mark.skipif(not DATA.exists(), reason="needs the shared data folder")

SPEC = judge_for()
Cell = tuple[str, str]


@dataclass(frozen=True)
class Recorded:
    """One row of the published verdicts; an empty verdict was unreadable."""

    pair: Pair
    gold: str
    original: str
    swapped_mapped_back: str


def load_cells() -> dict[Cell, list[Recorded]]:
    texts: dict[Cell, Pair] = {}
    for line in (DATA / "pairs.jsonl").read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        prompt = (Message("user", row["input"]),)
        texts[row["subset"], str(row["idx"])] = Pair(prompt, (row["output_1"],), (row["output_2"],))
    cells: dict[Cell, list[Recorded]] = defaultdict(list)
    with (DATA / "verdicts.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            pair = texts[row["subset"], row["idx"]]
            recorded = Recorded(
                pair,
                row["gold_label"],
                row["winner_original_order"],
                row["winner_swapped_order_mapped_back"],
            )
            cells[row["subset"], row["evaluator"]].append(recorded)
    return cells


def replay(recorded: Recorded) -> PairJudgment:
    """Let a judge say, about the sides it is shown, what the published judge said."""

    async def complete(request: CallRequest) -> CallReply:
        shown = read_prompt({"messages": [{"role": m.role, "content": m.content} for m in request.messages]})
        is_original = shown.first == recorded.pair.response_a[0]
        winner = recorded.original if is_original else recorded.swapped_mapped_back
        if winner == "":
            return CallReply("Both outputs have their merits.")
        side = winner if is_original else {"1": "2", "2": "1"}[winner]
        return CallReply(f"As shown, output {side} is better.\n\n[[{'A' if side == '1' else 'B'}]]")

    return asyncio.run(judge_pair(SPEC, recorded.pair, 0, complete, FENCE_KEY))


def published() -> dict[Cell, dict[str, int]]:
    with (DATA / "published_statistics.csv").open(encoding="utf-8", newline="") as file:
        return {
            (row["subset"], row["evaluator"]): {
                name: int(row[name])
                for name in ("n", "correct_order1", "correct_order2", "correct_both", "same_verdict")
            }
            for row in csv.DictReader(file)
        }


@pytest.fixture(scope="module")
def cells() -> dict[Cell, list[tuple[Recorded, PairJudgment]]]:
    return {
        cell: [(row, replay(row)) for row in rows]
        for cell, rows in load_cells().items()
        if cell in published()
    }


@pytest.mark.parametrize("cell", sorted(published()) if DATA.exists() else [], ids="/".join)
def test_each_published_cell_comes_out_under_the_sources_rule(
    cell: Cell, cells: dict[Cell, list[tuple[Recorded, PairJudgment]]]
) -> None:
    rows = [(row.gold, name(judged.ab.verdict), name(judged.ba.verdict)) for row, judged in cells[cell]]
    ours = {
        "n": len(rows),
        "correct_order1": sum(ab == gold for gold, ab, _ in rows),
        "correct_order2": sum(ba == gold for gold, _, ba in rows),
        "correct_both": sum(ab == ba == gold for gold, ab, ba in rows),
        "same_verdict": sum(
            ab == ba for _, ab, ba in rows
        ),  # the source counts two unreadable ones as the same
    }
    assert ours == published()[cell]


def test_two_unreadable_verdicts_are_not_the_same_verdict_here(
    cells: dict[Cell, list[tuple[Recorded, PairJudgment]]],
) -> None:
    for cell, judged in cells.items():
        both_unreadable = sum(row.original == row.swapped_mapped_back == "" for row, _ in judged)
        consistent = sum(result.is_consistent is True for _, result in judged)
        assert consistent == published()[cell]["same_verdict"] - both_unreadable


def name(verdict: str | None) -> str:
    return {"a": "1", "b": "2", None: ""}[verdict]
