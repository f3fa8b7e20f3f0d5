"""Keeping a spreadsheet from running what a model wrote: cells that look like formulas get a quote."""

from __future__ import annotations

import re
from typing import Final

MARKER: Final = "evenhand"
"""Column that every CSV of ours carries; only where it stands does an import take the quotes off again."""

_RISKY: Final = re.compile(r"'*[=+\-@\t\r]")
_QUOTED: Final = re.compile(r"'+[=+\-@\t\r]")


def neutralise(cell: str) -> str:
    """Put a quote before a cell that a spreadsheet could take for a formula; `restore` undoes it exactly."""
    return "'" + cell if _RISKY.match(cell) else cell


def restore(cell: str) -> str:
    return cell[1:] if _QUOTED.match(cell) else cell
