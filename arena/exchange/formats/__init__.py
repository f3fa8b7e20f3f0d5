"""The formats that can be imported, the most telling keys first."""

from __future__ import annotations

from typing import Final

from arena.exchange.formats import (
    alpacaeval,
    battles,
    fastchat,
    generic,
    mtbench,
    others,
    pandalm,
    preferences,
    recorded,
)
from arena.exchange.formats.spec import Context, Field, Format, PairOfFile, Phase, RowReader

DETECTABLE: Final[tuple[Format, ...]] = (
    *others.ARENA_HARD,
    *mtbench.FORMATS,
    *pandalm.FORMATS,
    *recorded.FORMATS,
    others.AUTOARENA_PAIRS,
    *battles.FORMATS,
    *alpacaeval.FORMATS,
    *preferences.FORMATS,
    others.UNIEVAL,
    *fastchat.FORMATS,
    *generic.FORMATS,
    others.AUTOARENA_RESPONSES,
)
"""In the order in which they are tried; prompts and wide responses are what remains."""

ALL_FORMATS: Final[dict[str, Format]] = {
    each.name: each for each in (*DETECTABLE, generic.WIDE, generic.PROMPTS)
}

__all__ = ["ALL_FORMATS", "DETECTABLE", "Context", "Field", "Format", "PairOfFile", "Phase", "RowReader"]
