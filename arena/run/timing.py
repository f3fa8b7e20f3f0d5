"""How soon a silent worker is noticed."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Timing:
    """When a worker gives a sign of life, and when it counts as gone; seconds."""

    sign_s: float = 3.0
    silent_s: float = 12.0
    look_s: float = 0.5
