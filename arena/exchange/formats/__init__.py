"""The formats that can be imported, the most telling keys first."""

from __future__ import annotations

from typing import Final

from arena.exchange.formats import battles, fastchat, generic, mtbench, recorded
from arena.exchange.formats.spec import Context, Field, Format, Phase, RowReader

DETECTABLE: Final[tuple[Format, ...]] = (
    *mtbench.FORMATS,
    *recorded.FORMATS,
    *battles.FORMATS,
    *fastchat.FORMATS,
    *generic.FORMATS,
)
"""In the order in which they are tried; prompts and wide responses are what remains."""

ALL_FORMATS: Final[dict[str, Format]] = {
    each.name: each for each in (*DETECTABLE, generic.WIDE, generic.PROMPTS)
}

__all__ = ["ALL_FORMATS", "DETECTABLE", "Context", "Field", "Format", "Phase", "RowReader"]
