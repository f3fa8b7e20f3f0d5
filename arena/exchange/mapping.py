"""What a person says about a file's columns where their names do not say it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class ColumnMapping:
    """Names for columns, values for columns that are missing, and the format where it was not seen.

    Parameters
    ----------
    columns : Mapping of str to str
        The file's column to the name that Evenhand knows, such as `{"shown_A": "shown_first"}`; a column
        mapped to the empty text is left out.
    constants : Mapping of str to str
        A value for every row that lacks the key, such as `{"judge": "gpt-4"}`.
    format : str or None
        Name of a format of `arena.exchange.ALL_FORMATS`; None detects it.
    """

    columns: Mapping[str, str] = field(default_factory=dict)
    constants: Mapping[str, str] = field(default_factory=dict)
    format: str | None = None


NO_MAPPING = ColumnMapping()
