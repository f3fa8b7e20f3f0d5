"""Small databases for tests, filled through the doors that people use."""

import json
from pathlib import Path
from typing import Any

from arena.exchange import import_files
from arena.store import open_store
from db import Database


def new_store(folder: Path, name: str = "test.db") -> Database:
    return open_store(f"sqlite:///{folder / name}")


def url_of(database: Database) -> str:
    return database.url


def import_rows(database: Database, dataset: str, rows: list[dict[str, Any]]) -> None:
    """Import JSON lines, and fail where a row is bad."""
    text = "\n".join(json.dumps(row) for row in rows)
    report = import_files(database, [("rows.jsonl", text.encode())], dataset)
    assert report.n_bad == 0, report.bad_rows


def fill(
    database: Database,
    *,
    dataset: str = "poems",
    contestants: tuple[str, ...] = ("alder", "birch", "cedar"),
    n_prompts: int = 6,
) -> None:
    """Import one response a prompt and contestant; the text grows with the contestant's place."""
    rows = [
        {
            "id": f"p{prompt}",
            "prompt": f"Write about subject {prompt}.",
            "category": "even" if prompt % 2 == 0 else "odd",
            "model": name,
            "response": f"{name} on subject {prompt}. " + "More words. " * (place + 1),
        }
        for prompt in range(n_prompts)
        for place, name in enumerate(contestants)
    ]
    import_rows(database, dataset, rows)


def record(
    database: Database,
    verdicts: list[tuple[str, str, str, str]],
    *,
    dataset: str = "poems",
    judge: str = "recorded-judge",
) -> None:
    """Import judgments: (prompt, shown first, shown second, verdict as shown) each."""
    rows = [
        {"judge": judge, "prompt": prompt, "shown_first": first, "shown_second": second, "verdict": verdict}
        for prompt, first, second, verdict in verdicts
    ]
    import_rows(database, dataset, rows)


def both_orders(prompt: str, a: str, b: str, verdict: str) -> list[tuple[str, str, str, str]]:
    """Write one consistent match: the verdict about (a, b) given in both orders."""
    swapped = {"A": "B", "B": "A"}.get(verdict, verdict)
    return [(prompt, a, b, verdict), (prompt, b, a, swapped)]
