"""Names beside points and ends of lines, kept apart so that none covers another."""

from __future__ import annotations

from collections.abc import Sequence


def spread(values: Sequence[float], gap: float) -> list[float]:
    """Return a place for each label, in the order of `values`: near its value, `gap` from every other.

    Labels too near are centred around the mean of their values, as a block.
    """
    order = sorted(range(len(values)), key=lambda index: values[index])
    blocks: list[list[int]] = []
    for index in order:
        blocks.append([index])
        while len(blocks) > 1 and _top(blocks[-2], values, gap) + gap > _bottom(blocks[-1], values, gap):
            last = blocks.pop()
            blocks[-1] = blocks[-1] + last
    places = [0.0] * len(values)
    for block in blocks:
        start = _bottom(block, values, gap)
        for step, index in enumerate(block):
            places[index] = start + step * gap
    return places


def _bottom(block: Sequence[int], values: Sequence[float], gap: float) -> float:
    middle = sum(values[index] for index in block) / len(block)
    return middle - gap * (len(block) - 1) / 2


def _top(block: Sequence[int], values: Sequence[float], gap: float) -> float:
    return _bottom(block, values, gap) + gap * (len(block) - 1)
