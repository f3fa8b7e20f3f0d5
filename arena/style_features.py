"""Features of a response's text that the style terms of the ranking use; computed once, when it is stored."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

_FENCED: Final = re.compile(r"^[ \t]*(```+|~~~+).*?(?:^[ \t]*\1[ \t]*$|\Z)", re.MULTILINE | re.DOTALL)
_HEADER: Final = re.compile(r" {0,3}#{1,6}[ \t]+\S")
_LIST_ITEM: Final = re.compile(r"[ \t]*(?:[-*+]|\d{1,4}[.)])[ \t]+\S")
_BOLD: Final = re.compile(r"\*\*[^*\n]+\*\*|__[^_\n]+__")


@dataclass(frozen=True)
class StyleFeatures:
    """Sums over the turns of one response. Lines inside code blocks are no headers, items or bold text."""

    n_chars: int
    n_words: int
    """Runs of characters without white space: a sentence in Chinese counts as one word."""
    n_headers: int
    n_list_items: int
    n_bold: int
    n_code_blocks: int


def get_style_features(turns: Sequence[str]) -> StyleFeatures:
    """Count length and Markdown of a response, as the arenas do for their style control.

    References
    ----------
    Li et al. (2024), "Does style matter? Disentangling style and substance in Chatbot Arena", LMSYS blog.
    """
    n_code_blocks = n_headers = n_list_items = n_bold = 0
    for turn in turns:
        prose = turn
        if "```" in turn or "~~~" in turn:
            prose, n_blocks = _FENCED.subn("", turn)
            n_code_blocks += n_blocks
        lines = prose.split("\n")
        if "#" in prose:
            n_headers += sum(_HEADER.match(line) is not None for line in lines)
        n_list_items += sum(_LIST_ITEM.match(line) is not None for line in lines)
        if "**" in prose or "__" in prose:
            n_bold += len(_BOLD.findall(prose))
    return StyleFeatures(
        n_chars=sum(map(len, turns)),
        n_words=sum(len(turn.split()) for turn in turns),
        n_headers=n_headers,
        n_list_items=n_list_items,
        n_bold=n_bold,
        n_code_blocks=n_code_blocks,
    )
