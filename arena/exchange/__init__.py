"""Files in and out: which format a file has, what its rows become, and how results leave again.

It knows formats and the meaning of their rows; tables stay behind `db.landing` and `db.export`.
"""

from arena.exchange.detection import Confidence, Detection, Peek, detect, guess_columns, peek
from arena.exchange.errors import ExchangeError, FormatError, RowError, SourceError
from arena.exchange.export.battles import export_matches
from arena.exchange.export.choice import ExportFilter, ExportReport, States, Texts
from arena.exchange.export.preferences import export_preferences
from arena.exchange.export.responses import export_responses
from arena.exchange.export.writing import FileFormat, format_of, write_rows
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
    "ExportFilter",
    "ExportReport",
    "FileFormat",
    "FileReport",
    "FormatError",
    "ImportMode",
    "ImportReport",
    "Kind",
    "Peek",
    "RowError",
    "SampleRow",
    "Source",
    "SourceError",
    "States",
    "Strictness",
    "Texts",
    "Upload",
    "detect",
    "export_matches",
    "export_preferences",
    "export_responses",
    "format_of",
    "guess_columns",
    "import_files",
    "peek",
    "write_rows",
]
