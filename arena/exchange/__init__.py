"""Files in and out: which format a file has, what its rows become, and how results leave again.

It knows formats and the meaning of their rows; tables stay behind `db.landing` and `db.export`.
"""

from arena.exchange.detection import Confidence, Detection, detect
from arena.exchange.errors import ExchangeError, FormatError, RowError, SourceError
from arena.exchange.formats import ALL_FORMATS
from arena.exchange.importing import import_files
from arena.exchange.mapping import ColumnMapping
from arena.exchange.report import (
    BadRow,
    CountRow,
    Counts,
    FileReport,
    ImportMode,
    ImportReport,
    Kind,
    SampleRow,
    Strictness,
)
from arena.exchange.sources import Source, Upload

LAND = ImportMode.LAND
DRY_RUN = ImportMode.DRY_RUN
LENIENT = Strictness.LENIENT
STRICT = Strictness.STRICT

__all__ = [
    "ALL_FORMATS",
    "DRY_RUN",
    "LAND",
    "LENIENT",
    "STRICT",
    "BadRow",
    "ColumnMapping",
    "Confidence",
    "CountRow",
    "Counts",
    "Detection",
    "ExchangeError",
    "FileReport",
    "FormatError",
    "ImportMode",
    "ImportReport",
    "Kind",
    "RowError",
    "SampleRow",
    "Source",
    "SourceError",
    "Strictness",
    "Upload",
    "detect",
    "import_files",
]
