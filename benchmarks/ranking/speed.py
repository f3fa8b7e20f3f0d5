"""Time and memory of the ranking room against arena-rank, evalica, choix and logistic regression.

    python -m venv benchvenv && benchvenv/bin/pip install -r benchmarks/ranking/requirements.txt
    PYTHONPATH=. benchvenv/bin/python benchmarks/ranking/speed.py [--sizes 100000 1000000 5000000]
    ... --add --sizes 5000000 --tools evenhand evalica     adds to the results of the same code

Every timed call starts from a DataFrame of names or from raw index arrays; nothing is summed before.
Several calls after one to warm up (compilation is not timed), each task in a process of its own. Besides
the wall time there is the processor time of all threads, which other programs on the machine inflate less.
Memory is the first call's peak over what was resident before it (Linux only).
"""

from __future__ import annotations

import argparse
import datetime
import hashlib
import importlib.metadata
import json
import os
import platform
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

N_CONTESTANTS = 100
TIE_SHARE = 0.15
N_PROMPTS = 5000
RESULTS = Path(__file__).parent / "results" / "speed.json"
WINNERS = np.array(["model_b", "tie", "model_a"])


@dataclass(frozen=True, eq=False)
class Data:
    a: NDArray[np.int64]
    b: NDArray[np.int64]
    outcome: NDArray[np.float64]
    prompt_id: NDArray[np.int64]
    features: NDArray[np.float64]
    names: list[str]

    def frame(self) -> pd.DataFrame:
        names = np.array(self.names)
        winner = WINNERS[(2 * self.outcome).astype(int)]
        return pd.DataFrame({"model_a": names[self.a], "model_b": names[self.b], "winner": winner})


def draw(n_matches: int) -> Data:
    rng = np.random.default_rng(1)
    theta = rng.normal(0, 1, N_CONTESTANTS)
    a = rng.integers(0, N_CONTESTANTS, n_matches)
    b = (a + rng.integers(1, N_CONTESTANTS, n_matches)) % N_CONTESTANTS
    features = rng.normal(size=(n_matches, 4))
    eta = theta[a] - theta[b] + features @ np.array([0.3, 0.1, -0.1, 0.0])
    outcome = (rng.random(n_matches) < 1 / (1 + np.exp(-eta))).astype(float)
    outcome[rng.random(n_matches) < TIE_SHARE] = 0.5
    names = [f"provider/model-{i:03d}" for i in range(N_CONTESTANTS)]
    return Data(a, b, outcome, rng.integers(0, N_PROMPTS, n_matches), features, names)


def ours(data: Data) -> dict[str, Callable[[], object]]:
    from ranking import (
        Matches,
        MatchTable,
        bootstrap_bradley_terry,
        fit_bradley_terry,
    )

    frame = data.frame()
    arrays = (data.a, data.b, data.outcome, data.names)
    features = {f"x{k}": np.ascontiguousarray(data.features[:, k]) for k in range(4)}
    table = MatchTable(Matches(*arrays))
    table.fit()

    def one_more() -> object:
        table.add(Matches([3], [5], [1.0], data.names))
        return table.fit()

    def floor_integers() -> object:
        code = data.a * N_CONTESTANTS + data.b
        code *= 3
        code += (2 * data.outcome).astype(np.int64)
        return np.bincount(code, minlength=3 * N_CONTESTANTS**2)

    def floor_names() -> object:
        a, _ = pd.factorize(frame["model_a"])
        b, _ = pd.factorize(frame["model_b"])
        winner, _ = pd.factorize(frame["winner"])
        return np.bincount((a * N_CONTESTANTS + b) * 3 + winner, minlength=3 * N_CONTESTANTS**2)

    rng = np.random.default_rng(0)
    return {
        "floor, names (encode, one bincount)": floor_names,
        "floor, integers (one bincount)": floor_integers,
        "fit + sandwich, names": lambda: fit_bradley_terry(Matches.from_frame(frame)),
        "fit + sandwich, integers": lambda: fit_bradley_terry(Matches(*arrays)),
        "fit + clustered, integers": lambda: fit_bradley_terry(Matches(*arrays, prompt_id=data.prompt_id)),
        "Davidson + sandwich, integers": lambda: fit_bradley_terry(Matches(*arrays), ties="davidson"),
        "4 covariates + sandwich, integers": lambda: fit_bradley_terry(
            Matches(*arrays, covariates=features), covariates=list(features)
        ),
        "refit after one more match": one_more,
        "100 bootstrap rounds, integers": lambda: bootstrap_bradley_terry(
            Matches(*arrays), rng=rng, n_rounds=100
        ),
    }


def arena_rank(data: Data) -> dict[str, Callable[[], object]]:
    from arena_rank.models.bradley_terry import BradleyTerry
    from arena_rank.models.contextual_bradley_terry import ContextualBradleyTerry
    from arena_rank.utils.data_utils import ContextualPairDataset, PairDataset

    frame = data.frame()
    integers = pd.DataFrame({"model_a": data.a, "model_b": data.b, "winner": data.outcome})
    with_features = integers.assign(**{f"x{k}": data.features[:, k] for k in range(4)})

    def plain(df: pd.DataFrame, outcome: Callable[[Any], float]) -> object:
        dataset = PairDataset.from_pandas(df, outcome_map=outcome)
        return BradleyTerry(N_CONTESTANTS).compute_ratings_and_cis(dataset)

    def contextual() -> object:
        dataset = ContextualPairDataset.from_pandas(
            with_features, ["x0", "x1", "x2", "x3"], outcome_map=float, reweighted=False
        )
        return ContextualBradleyTerry(N_CONTESTANTS, 4).compute_ratings_and_cis(dataset)

    winners = {"model_a": 1.0, "model_b": 0.0, "tie": 0.5}
    return {
        "fit + sandwich, names": lambda: plain(frame, winners.__getitem__),
        "fit + sandwich, integers": lambda: plain(integers, float),
        "4 covariates + sandwich, integers": contextual,
    }


def evalica(data: Data) -> dict[str, Callable[[], object]]:
    import evalica as package

    frame = data.frame()
    winners = {"model_a": package.Winner.X, "model_b": package.Winner.Y, "tie": package.Winner.Draw}

    def point() -> object:
        return package.bradley_terry(frame["model_a"], frame["model_b"], frame["winner"].map(winners))

    return {"point estimate, names": point}


def choix(data: Data) -> dict[str, Callable[[], object]]:
    import choix as package

    decided = data.outcome != 0.5
    won = data.outcome[decided] == 1
    pairs = np.where(won[:, None], *(np.stack(x, 1)[decided] for x in ((data.a, data.b), (data.b, data.a))))
    return {"point estimate without ties, integers": lambda: package.ilsr_pairwise(N_CONTESTANTS, pairs)}


def logistic(data: Data) -> dict[str, Callable[[], object]]:
    from sklearn.linear_model import LogisticRegression

    frame = data.frame()

    def fastchat() -> object:
        """FastChat's compute_mle_elo: ties doubled, a dense row a match, L-BFGS, no penalty."""
        models = pd.concat([frame["model_a"], frame["model_b"]]).unique()
        index = pd.Series(np.arange(len(models)), index=models)
        df = pd.concat([frame, frame], ignore_index=True)
        x = np.zeros((len(df), len(models)))
        x[np.arange(len(df)), index[df["model_a"]]] = np.log(10)
        x[np.arange(len(df)), index[df["model_b"]]] = -np.log(10)
        y = (df["winner"] == "model_a").to_numpy().astype(float).copy()
        tied = (df["winner"] == "tie").to_numpy().copy()
        tied[len(tied) // 2 :] = False
        y[tied] = 1.0
        return LogisticRegression(fit_intercept=False, C=np.inf, tol=1e-6).fit(x, y)

    return {"point estimate, names": fastchat}


TOOLS = {
    "evenhand": ours,
    "arena-rank": arena_rank,
    "evalica": evalica,
    "choix": choix,
    "logistic regression as in FastChat": logistic,
}


def measure(tool: str, task: str, n_matches: int) -> dict[str, object]:
    """Time one task in this process."""
    call = TOOLS[tool](draw(n_matches))[task]
    before = reset_peak_kb()
    begin = time.perf_counter()
    call()
    first = time.perf_counter() - begin
    peak = memory_kb("VmHWM")
    n_calls = int(np.clip(4.0 / max(first, 1e-4), 2, 40))
    times, processor = [], []
    for _ in range(n_calls):
        begin, begin_cpu = time.perf_counter(), time.process_time()
        call()
        times.append(time.perf_counter() - begin)
        processor.append(time.process_time() - begin_cpu)
    return {
        "tool": tool,
        "task": task,
        "n_matches": n_matches,
        "fastest_s": float(np.min(times)),
        "median_s": float(np.median(times)),
        "processor_fastest_s": float(np.min(processor)),
        "processor_median_s": float(np.median(processor)),
        "n_calls": n_calls,
        "first_call_s": first,
        "peak_over_resident_mb": round((peak - before) / 1024, 1),
        "load_average": os.getloadavg()[0],
    }


def reset_peak_kb() -> int:
    """Set the process's peak memory back to what it holds now, and give that."""
    Path("/proc/self/clear_refs").write_text("5")
    return memory_kb("VmRSS")


def memory_kb(field: str) -> int:
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith(field + ":"))


def run_apart(tool: str, task: str, n_matches: int) -> dict[str, object]:
    """Time one task in a process of its own."""
    command = [sys.executable, __file__, "--one", tool, task, str(n_matches)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=1800)
    if done.returncode:
        return {"tool": tool, "task": task, "n_matches": n_matches, "failed": done.stderr.strip()[-300:]}
    result: dict[str, object] = json.loads(done.stdout.splitlines()[-1])
    return result


def versions() -> dict[str, str]:
    packages = [
        "numpy",
        "scipy",
        "pandas",
        "pyarrow",
        "arena-rank",
        "jax",
        "evalica",
        "choix",
        "scikit-learn",
    ]
    found = {name: importlib.metadata.version(name) for name in packages}
    return {"python": platform.python_version(), **found}


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--sizes", type=int, nargs="+", default=[100_000, 1_000_000, 5_000_000])
    parser.add_argument("--one", nargs=3)
    parser.add_argument("--tools", nargs="+", default=list(TOOLS))
    parser.add_argument("--add", action="store_true")
    options = parser.parse_args()
    if options.one:
        tool, task, n_matches = options.one
        print(json.dumps(measure(tool, task, int(n_matches))))
        return
    rows = earlier_rows() if options.add else []
    for n_matches in options.sizes:
        for tool in options.tools:
            if tool.startswith("logistic") and n_matches > 1_000_000:
                continue  # its dense matrix would take 8 GB
            for task in TOOLS[tool](draw(1000)):
                rows.append(run_apart(tool, task, n_matches))
                print(json.dumps(rows[-1]), flush=True)
                write(rows)


def code_hash() -> str:
    """Hash the ranking room, so that rows of different code are never put in one table."""
    room = Path(__file__).parents[2] / "ranking"
    text = b"".join(path.read_bytes() for path in sorted(room.glob("*.py")))
    return hashlib.sha256(text).hexdigest()[:12]


def earlier_rows() -> list[dict[str, object]]:
    report = json.loads(RESULTS.read_text())
    if report["code"] != code_hash():
        raise SystemExit("the results there are of other code: run without --add")
    rows: list[dict[str, object]] = report["rows"]
    return rows


def write(rows: list[dict[str, object]]) -> None:
    """Keep what is measured so far, so that an interrupted run still leaves its rows."""
    report = {
        "date": datetime.datetime.now(datetime.UTC).date().isoformat(),
        "machine": f"{platform.machine()}, {os.cpu_count()} cores, {platform.system()}",
        "contestants": N_CONTESTANTS,
        "tie_share": TIE_SHARE,
        "prompts": N_PROMPTS,
        "versions": versions(),
        "code": code_hash(),
        "rows": rows,
    }
    RESULTS.write_text(json.dumps(report, indent=1) + "\n")


if __name__ == "__main__":
    main()
