"""Export battles and preference pairs of an invented world, with this project's own strengths beside them.

    python -m benchmarks.exchange.write FOLDER

`check.py` then reads nothing but these files, in an environment that does not hold this project.
"""

from __future__ import annotations

import argparse
import json
import math
import tempfile
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np

from arena.exchange import (
    ExportFilter,
    FileFormat,
    Texts,
    Upload,
    export_matches,
    export_preferences,
    import_files,
)
from arena.leaderboard import BoardQuery, get_board
from arena.store import open_store
from db import Database

CONTESTANTS = ("oak", "elm", "ash", "yew", "fir", "=sum", 'Ürt, "quoted"')
N_PROMPTS = 120
JUDGE, ONE_ORDER = "bench-judge", "one-order-judge"


@dataclass(frozen=True)
class Case:
    """A board and the battles it rests on. `n_rows` are the rows that the export says it wrote."""

    name: str
    lens: str
    judges: tuple[str, ...]
    file: str
    n_rows: int
    strengths: dict[str, float]
    """theta, in nats, mean 0."""


def fill(database: Database, n_prompts: int = N_PROMPTS) -> None:
    """Import responses and judgments: flips, ties, both bad, unreadable ones, votes, one-order judgments."""
    rng = np.random.default_rng(7)
    uploads = [
        Upload("responses.jsonl", "\n".join(_responses(n_prompts)).encode()),
        Upload("judgments.jsonl", "\n".join(_judgments(rng, n_prompts)).encode()),
    ]
    turns = [Upload("turns.jsonl", "\n".join(_turns()).encode())]
    for dataset, uploaded in (("plain", uploads), ("turns", turns)):
        report = import_files(database, uploaded, dataset)
        assert report.n_bad == 0, report.summary()


def _responses(n_prompts: int) -> Iterator[str]:
    for prompt in range(n_prompts):
        for name in CONTESTANTS:
            text = f"{name} says {prompt}.\n```python\nprint({prompt})\n```"
            row = {"prompt_id": f"p{prompt}", "prompt": f'Say {prompt}, in "quotes".', "model": name}
            yield json.dumps(row | {"response": text})


def _judgments(rng: np.random.Generator, n_prompts: int) -> Iterator[str]:
    theta = np.linspace(0.9, -0.9, len(CONTESTANTS))
    for prompt in range(n_prompts):
        for a in range(len(CONTESTANTS)):
            for b in range(a + 1, len(CONTESTANTS)):
                pair, gap = (CONTESTANTS[a], CONTESTANTS[b]), float(theta[a] - theta[b])
                who = rng.random()
                if who < 0.6:
                    yield _row(JUDGE, prompt, pair, _verdict(rng, gap + 0.3))
                    yield _row(JUDGE, prompt, pair[::-1], _verdict(rng, 0.3 - gap))
                elif who < 0.8:
                    yield _row(ONE_ORDER, prompt, pair[::-1], _verdict(rng, 0.3 - gap))
                if rng.random() < 0.3:
                    yield _row(f"annotator{prompt % 4}", prompt, pair, _verdict(rng, gap), kind="human")


def _verdict(rng: np.random.Generator, logit: float) -> str:
    draw = rng.random()
    if draw < 0.15:
        return "C" if draw < 0.1 else "D"
    if draw < 0.17:
        return "no idea"
    return "A" if rng.random() < 1 / (1 + math.exp(-logit)) else "B"


def _row(judge: str, prompt: int, shown: tuple[str, ...], verdict: str, *, kind: str = "recorded") -> str:
    first, second = shown
    return json.dumps(
        {"judge": judge, "judge_kind": kind, "prompt_id": f"p{prompt}", "shown_first": first,
         "shown_second": second, "verdict": verdict}
    )  # fmt: skip


def _turns() -> Iterator[str]:
    """Two turns after a system prompt, as battles: preferences that are conversations."""
    for number in range(20):
        for pair, winner in ((("oak", "elm"), "model_a"), (("elm", "oak"), "model_b")):
            first, second = (_conversation(name, number) for name in pair)
            yield json.dumps(
                {"prompt_id": f"t{number}", "model_a": pair[0], "model_b": pair[1], "winner": winner,
                 "judge": JUDGE, "conversation_a": first, "conversation_b": second, "turns_a": 2,
                 "turns_b": 2}
            )  # fmt: skip


def _conversation(name: str, number: int) -> list[dict[str, str]]:
    said = ("Be brief.", "One?", f"{name} one {number}", "Two?", f"{name} two")
    roles = ("system", "user", "assistant", "user", "assistant")
    return [{"role": role, "content": text} for role, text in zip(roles, said, strict=True)]


def write(folder: Path) -> None:
    with tempfile.TemporaryDirectory() as scratch:
        database = open_store(f"sqlite:///{scratch}/world.db")
        try:
            fill(database)
            cases = [
                case_of(database, folder, "one judge, both orders", "judge", (JUDGE,)),
                case_of(database, folder, "people's votes", "human", ()),
                case_of(database, folder, "judges pooled, one and two orders", "judge", (JUDGE, ONE_ORDER)),
            ]
            for dataset in ("plain", "turns"):
                out = folder / f"preferences-{dataset}.jsonl"
                export_preferences(database, ExportFilter(dataset=dataset), out, FileFormat.JSONL)
            export_preferences(
                database, ExportFilter(dataset="plain"), folder / "preferences-plain.csv", FileFormat.CSV
            )
        finally:
            database.close()
    boards = json.dumps([asdict(case) for case in cases], indent=2, ensure_ascii=False)
    (folder / "boards.json").write_text(boards + "\n", encoding="utf-8")


def case_of(database: Database, folder: Path, name: str, lens: str, judges: tuple[str, ...]) -> Case:
    """Export what one board ranks; pooled judges are exported as the whole lens."""
    assert lens in ("judge", "human")
    board = get_board(
        database, BoardQuery(dataset="plain", lens="human" if lens == "human" else "judge", judges=judges)
    )
    ratings = {row.contestant: row.rating for row in board.standings if row.rating is not None}
    mean = sum(ratings.values()) / len(ratings)
    strengths = {who: (rating - mean) * math.log(10) / 400 for who, rating in ratings.items()}
    wanted = ExportFilter(dataset="plain", lens=lens, judge=judges[0] if len(judges) == 1 else None)
    file = f"battles-{lens}-{len(judges)}.jsonl"
    report = export_matches(database, wanted, folder / file, FileFormat.JSONL, texts=Texts.WITHOUT)
    return Case(name, lens, judges, file, report.n_rows, strengths)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("folder", type=Path)
    asked = parser.parse_args().folder
    asked.mkdir(parents=True, exist_ok=True)
    write(asked)
