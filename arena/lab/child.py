"""Working off an experiment outside of a page: a child process, so that LiteLLM never enters the app's."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def start_lab_process(url: str, run_id: int) -> None:
    """Start `python -m arena lab --resume RUN --waiting` and leave it; what it does is in the database.

    It outlives the page and the tab. Ended early, it goes on with the same words.
    """
    paths = [str(ROOT), os.environ.get("PYTHONPATH", "")]
    environment = {
        **os.environ,
        "PYTHONPATH": os.pathsep.join(path for path in paths if path),
        "DATABASE_URL": url,  # not in the command: it can hold a password, and every user sees commands
    }
    command = [sys.executable, "-m", "arena", "lab", "--resume", str(run_id), "--waiting", "--yes"]
    nowhere = subprocess.DEVNULL
    subprocess.Popen(command, stdin=nowhere, stdout=nowhere, stderr=nowhere, env=environment)
