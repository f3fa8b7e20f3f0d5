"""Style features of a pair as covariates, in LMArena's coding (style control, August 2024).

Length is (a - b) / (a + b) of the characters; a markdown feature is the same of its densities (count a
character), with 1 added to the divisor as there.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from arena.board.positions import positions_of
from db.boards import MatchArrays, StyleArrays

MARKDOWN = ("n_headers", "n_list_items", "n_bold")


def style_covariates(
    control: Sequence[str], style: StyleArrays, stored: MatchArrays
) -> tuple[dict[str, NDArray[np.float64]], NDArray[np.bool_]]:
    """Return one difference a - b a stored match and feature, and which matches have both texts."""
    a = positions_of(style.response_id, stored.response_a)
    b = positions_of(style.response_id, stored.response_b)
    n_chars_a, n_chars_b = style.n_chars[a], style.n_chars[b]
    has_text = (n_chars_a >= 0) & (n_chars_b >= 0)
    covariates: dict[str, NDArray[np.float64]] = {}
    if "length" in control:
        total = (n_chars_a + n_chars_b).astype(np.float64)
        longer = (n_chars_a - n_chars_b).astype(np.float64)
        covariates["length"] = np.divide(longer, total, out=np.zeros(len(total)), where=total > 0)
    if "markdown" in control:
        length_a, length_b = (np.maximum(n_chars, 0) + 1.0 for n_chars in (n_chars_a, n_chars_b))
        for name in MARKDOWN:
            counts = getattr(style, name)
            density_a, density_b = counts[a] / length_a, counts[b] / length_b
            top, bottom = density_a - density_b, density_a
            bottom += density_b
            bottom += 1
            covariates[name.removeprefix("n_")] = np.divide(top, bottom, out=top)
    return covariates, has_text
