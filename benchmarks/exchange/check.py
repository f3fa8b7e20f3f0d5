"""Load exported files into the tools they are meant for, and compare what those make of them.

    python -m benchmarks.exchange.write FOLDER          # in the project's environment
    python3 -m venv VENV && VENV/bin/pip install -r benchmarks/exchange/requirements.txt
    VENV/bin/pip install --no-deps trl==1.16.0
    VENV/bin/python benchmarks/exchange/check.py FOLDER [--out benchmarks/exchange/results/check.json]

Nothing of this project is imported here. Strengths: evalica within 1e-5 relative, arena-rank within 0.1
point. Preferences: TRL's own functions of `trl.data_utils` (`is_conversational`, `maybe_extract_prompt`,
`maybe_apply_chat_template`, `maybe_unpair_preference_dataset`), with a tokenizer made on the spot. No trainer
is run: that needs torch.
"""

from __future__ import annotations

import argparse
import importlib.metadata
import json
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

MAX_RELATIVE = 1e-5
MAX_POINTS = 0.1
POINTS = 400 / np.log(10)
TEMPLATE = (
    "{% for m in messages %}<|{{ m['role'] }}|>{{ m['content'] }}\n{% endfor %}"
    "{% if add_generation_prompt %}<|assistant|>{% endif %}"
)
TOOLS = ("arena-rank", "datasets", "evalica", "numpy", "pandas", "transformers", "trl")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--out", type=Path)
    asked = parser.parse_args()
    cases = json.loads((asked.folder / "boards.json").read_text(encoding="utf-8"))
    boards = [check_board(asked.folder, case) for case in cases]
    found = {
        "versions": {tool: importlib.metadata.version(tool) for tool in TOOLS},
        "boards": boards,
        "preferences": [check_preferences(path) for path in sorted(asked.folder.glob("preferences-*"))],
    }
    is_good = all(
        board["evalica_largest_relative_difference"] <= MAX_RELATIVE
        and board["arena_rank_largest_difference_points"] <= MAX_POINTS
        for board in boards
    )
    text = json.dumps({"is_good": is_good, **found}, indent=2, ensure_ascii=False)
    print(text)
    if asked.out is not None:
        asked.out.write_text(text + "\n", encoding="utf-8")
    sys.exit(0 if is_good else 1)


def check_board(folder: Path, case: dict[str, Any]) -> dict[str, Any]:
    battles = pd.read_json(folder / case["file"], lines=True)
    assert len(battles) == case["n_rows"]
    theta = pd.Series(case["strengths"])
    by_evalica = strengths_of_evalica(battles)[theta.index]
    mine = np.exp(theta) / np.exp(theta).sum()
    by_arena_rank = ratings_of_arena_rank(battles)[theta.index]
    points = theta * POINTS
    gap = points - (by_arena_rank - by_arena_rank.mean())
    return {
        "board": case["name"],
        "n_rows": len(battles),
        "n_contestants": len(theta),
        "evalica_largest_relative_difference": float(np.abs(by_evalica / mine - 1).max()),
        "arena_rank_largest_difference_points": float(np.abs(gap).max()),
    }


def strengths_of_evalica(battles: pd.DataFrame) -> pd.Series[float]:
    """Return strengths that sum to 1; both bad is a tie, as in the arenas."""
    import evalica

    winners = battles["winner"].map({"model_a": evalica.Winner.X, "model_b": evalica.Winner.Y})
    winners = winners.fillna(evalica.Winner.Draw).map(evalica.Winner)
    result = evalica.bradley_terry(
        battles["model_a"], battles["model_b"], winners, weights=list(battles["weight"]),
        tolerance=1e-12, limit=100_000,
    )  # fmt: skip
    return result.scores / result.scores.sum()


def ratings_of_arena_rank(battles: pd.DataFrame) -> pd.Series[float]:
    """Return ratings; it knows no weights, so a row of weight 1 stands twice beside rows of 0.5."""
    from arena_rank.models.bradley_terry import BradleyTerry
    from arena_rank.utils.data_utils import PairDataset

    times = (battles["weight"] / battles["weight"].min()).round().astype(int)
    dataset = PairDataset.from_pandas(battles.loc[battles.index.repeat(times)])
    model = BradleyTerry(n_competitors=dataset.n_competitors)
    found = model.compute_ratings_and_cis(dataset)
    return pd.Series(np.asarray(found["ratings"]), index=found["competitors"])


def check_preferences(path: Path) -> dict[str, Any]:
    from datasets import load_dataset  # type: ignore[import-not-found]  # runs in an environment of its own
    from trl.data_utils import (  # type: ignore[import-not-found]
        is_conversational,
        maybe_apply_chat_template,
        maybe_extract_prompt,
        maybe_unpair_preference_dataset,
    )

    kind = "csv" if path.suffix == ".csv" else "json"
    loaded = load_dataset(kind, data_files=str(path), split="train")
    first = loaded[0]
    with_prompt = loaded.map(maybe_extract_prompt)
    assert with_prompt["prompt"] == loaded["prompt"], "TRL takes the prompt as it is"
    templated = with_prompt.map(maybe_apply_chat_template, fn_kwargs={"processing_class": tokenizer()})
    for row in templated:
        assert all(isinstance(row[key], str) and row[key] for key in ("prompt", "chosen", "rejected"))
        assert row["chosen"] != row["rejected"]
    unpaired = maybe_unpair_preference_dataset(loaded.select_columns(["prompt", "chosen", "rejected"]))
    assert len(unpaired) == 2 * len(loaded)
    assert sum(unpaired["label"]) == len(loaded)
    return {
        "file": path.name,
        "n_rows": len(loaded),
        "format": "conversational" if is_conversational(first) else "standard",
        "columns": loaded.column_names,
        "prompt_and_chosen_as_trained": templated[0]["prompt"] + templated[0]["chosen"],
    }


def tokenizer() -> Any:
    """Return a tokenizer of characters with a chat template: enough for TRL to render with."""
    from tokenizers import Tokenizer, models
    from transformers import PreTrainedTokenizerFast  # type: ignore[import-not-found]

    made = PreTrainedTokenizerFast(tokenizer_object=Tokenizer(models.BPE()))
    made.chat_template = TEMPLATE
    return made


if __name__ == "__main__":
    main()
