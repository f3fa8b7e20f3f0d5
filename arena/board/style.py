"""Style features of a pair as covariates, in LMArena's coding (style control, August 2024).

Length is (a - b) / (a + b) of the characters; a markdown feature is the same of its densities (count a
character), with 1 added to the divisor as there.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from arena.board.positions import positions_of
from arena.outcomes import OutcomeRows
from db.boards import MatchArrays, StyleArrays

MARKDOWN = ("n_headers", "n_list_items", "n_bold")


def style_covariates(
    control: Sequence[str], style: StyleArrays, stored: MatchArrays, rows: OutcomeRows
) -> tuple[dict[str, NDArray[np.float64]], NDArray[np.bool_]]:
    """Return one difference a - b a row and feature, and which rows have both texts."""
    a = rows.of(positions_of(style.response_id, stored.response_a))
    b = rows.of(positions_of(style.response_id, stored.response_b))
    has_text = (style.n_chars[a] >= 0) & (style.n_chars[b] >= 0)
    length_a, length_b = style.n_chars[a].astype(float), style.n_chars[b].astype(float)
    covariates: dict[str, NDArray[np.float64]] = {}
    if "length" in control:
        total = length_a + length_b
        covariates["length"] = np.divide(
            length_a - length_b, total, out=np.zeros(len(total)), where=total > 0
        )
    if "markdown" in control:
        for name in MARKDOWN:
            counts = getattr(style, name)
            density_a, density_b = counts[a] / (length_a + 1), counts[b] / (length_b + 1)
            covariates[name.removeprefix("n_")] = (density_a - density_b) / (density_a + density_b + 1)
    return covariates, has_text
