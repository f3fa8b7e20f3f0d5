"""Figures inside sentences, written one way on the page and in the shell: `62 %`, `−3`, `80 × 2`."""

from __future__ import annotations

from typing import Final

MINUS: Final = "\N{MINUS SIGN}"
TIMES: Final = "\N{MULTIPLICATION SIGN}"
_UNIT_SPACE: Final = "\N{NO-BREAK SPACE}"


def percent(share: float, *, digits: int = 0) -> str:
    """Return a share in [0, 1] in percents, kept on one line with their sign."""
    return f"{100 * share:.{digits}f}{_UNIT_SPACE}%"


def signed(value: float, *, digits: int = 0) -> str:
    """Return a difference with its sign; what rounds to nothing has none."""
    written = f"{value:+.{digits}f}"
    if not written.strip("+-0."):
        return written[1:]
    return written.replace("-", MINUS)


def points_of_percent(difference: float) -> str:
    """Return a difference of two shares in percentage points."""
    return f"{signed(100 * difference)}{_UNIT_SPACE}pp"
