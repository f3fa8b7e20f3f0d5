"""Published verdicts of eight judges, said again by a server over HTTP and judged through LiteLLM.

`tests/judge/test_llmbar_replay.py` counts every cell without HTTP; here it is one a subset, or all of them.
"""

from __future__ import annotations

import asyncio
from collections import defaultdict
from dataclasses import replace

from judge import JudgeSpec, PairJudgment, judge_pair
from judge.litellm_client import LiteLLMClient
from tests.fake_llm import Request, read_prompt, serve
from tests.judge.subjects import FENCE_KEY, judge_for
from tests.judge.test_llmbar_replay import Cell, Recorded, load_cells, name, published
from tests.shared_data import IS_WHOLE, needs_shared_data

UNREADABLE = "Both outputs have their merits."
AT_ONCE = 24
SOME = (("LLMBar/Natural", "PaLM2/Vanilla_NoRules"), ("Processed/FairEval", "GPT-4/Vanilla_NoRules"))
"""Among them the judge with the most answers that nobody could read."""


def script_for(cells: dict[Cell, list[Recorded]]) -> dict[tuple[str, str, str, str], str]:
    """Say what each judge said, by judge, prompt and the two responses as shown."""
    said: dict[tuple[str, str, str, str], str] = {}
    for (_, evaluator), rows in cells.items():
        for row in rows:
            prompt, a, b = row.pair.prompt[0].content, row.pair.response_a[0], row.pair.response_b[0]
            said[evaluator, prompt, a, b] = {"1": "[[A]]", "2": "[[B]]", "": UNREADABLE}[row.original]
            swapped = row.swapped_mapped_back
            said[evaluator, prompt, b, a] = {"1": "[[B]]", "2": "[[A]]", "": UNREADABLE}[swapped]
    return said


async def judge_all(spec: JudgeSpec, cells: dict[Cell, list[Recorded]]) -> dict[Cell, list[PairJudgment]]:
    client, free = LiteLLMClient(), asyncio.Semaphore(AT_ONCE)

    async def one(cell: Cell, row: Recorded) -> PairJudgment:
        async with free:
            judge = replace(spec, model=f"hosted_vllm/{cell[1].replace('/', '--')}")
            return await judge_pair(judge, row.pair, 0, client.complete, FENCE_KEY)

    try:
        return {cell: await asyncio.gather(*(one(cell, row) for row in rows)) for cell, rows in cells.items()}
    finally:
        await client.aclose()


@needs_shared_data
def test_published_cells_come_out_over_http_under_the_sources_rule_and_ours() -> None:
    expected = {cell: counts for cell, counts in published().items() if IS_WHOLE or cell in SOME}
    cells = {cell: rows for cell, rows in load_cells().items() if cell in expected}
    said = script_for(cells)

    def answer(request: Request) -> str:
        shown = read_prompt(request)
        prompt = shown.blocks["conversation"]
        found = next(row for row in by_pair[shown.first, shown.second] if row[1] in prompt)
        return said[request["model"].replace("--", "/"), found[1], shown.first, shown.second]

    by_pair: dict[tuple[str, str], list[tuple[str, str, str, str]]] = defaultdict(list)
    for key in said:
        by_pair[key[2], key[3]].append(key)
    with serve(answer, has_schema=False) as llm:
        judged = asyncio.run(judge_all(replace(judge_for(), api_base=llm.api_base), cells))
        n_requests = llm.stats()["n_requests"]
    n_unreadable = 0
    for cell, results in judged.items():
        rows = [
            (row.gold, name(result.ab.verdict), name(result.ba.verdict))
            for row, result in zip(cells[cell], results, strict=True)
        ]
        both_unreadable = sum(ab == ba == "" for _, ab, ba in rows)
        n_unreadable += sum((ab == "") + (ba == "") for _, ab, ba in rows)
        assert {
            "n": len(rows),
            "correct_order1": sum(ab == gold for gold, ab, _ in rows),
            "correct_order2": sum(ba == gold for gold, _, ba in rows),
            "correct_both": sum(ab == ba == gold for gold, ab, ba in rows),
            "same_verdict": sum(ab == ba for _, ab, ba in rows),
        } == expected[cell]
        ours = sum(result.is_consistent is True for result in results)
        assert ours == expected[cell]["same_verdict"] - both_unreadable
    n_pairs = sum(len(rows) for rows in cells.values())
    assert n_requests == 2 * n_pairs + n_unreadable, "each unreadable answer is asked once for its repair"
