"""Files and uploads as text: what can be read is opened, what cannot is refused in a sentence."""

from __future__ import annotations

import codecs
import io
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Final, TextIO

from arena.exchange.errors import SourceError

CHUNK_BYTES: Final = 1 << 20
_BOMS: Final = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_BINARIES: Final = (
    (b"PK\x03\x04", "is a zip archive or an Excel workbook. Unpack it, or save the sheet as CSV"),
    (b"\x1f\x8b", "is compressed with gzip. Unpack it first"),
    (b"PAR1", "is a Parquet file. Save it as CSV or JSONL first"),
    (b"SQLite format 3", "is an SQLite database. Export its rows as CSV or JSONL first"),
    (b"%PDF", "is a PDF. Import needs CSV, TSV, JSON or JSONL"),
    *(
        (magic, f"is an image ({kind}), not a table. Import needs CSV, TSV, JSON or JSONL")
        for magic, kind in (
            (b"\x89PNG", "PNG"),
            (b"\xff\xd8\xff", "JPEG"),
            (b"GIF8", "GIF"),
            (b"II*\x00", "TIFF"),
            (b"MM\x00*", "TIFF"),
        )
    ),
)


@dataclass(frozen=True)
class Upload:
    """A file that exists only in memory, such as one that a page received."""

    name: str
    content: bytes


Source = str | Path | Upload | tuple[str, bytes]


@dataclass(frozen=True)
class CheckedSource:
    """A source whose every byte can be read as text in `encoding`."""

    name: str
    content: Path | bytes
    encoding: str

    @property
    def stem(self) -> str:
        return Path(self.name).stem

    @property
    def suffix(self) -> str:
        return Path(self.name).suffix.lower()

    @contextmanager
    def open_text(self) -> Iterator[TextIO]:
        """Open for reading with line ends as they are."""
        with _open(self.content) as binary:
            yield io.TextIOWrapper(binary, encoding=self.encoding, newline="")


def source_name(source: Source) -> str:
    """Return the name by which messages speak of the source: a file's name without its folder."""
    if isinstance(source, Upload):
        return source.name
    return source[0] if isinstance(source, tuple) else Path(source).name


def check_source(source: Source) -> CheckedSource:
    """Read every byte once and find the encoding.

    Raises
    ------
    SourceError
        For a folder, a missing or empty or binary file, a NUL byte, or bytes that are not UTF-8 and have
        no byte order mark.
    """
    name = source_name(source)
    content = _content(source)
    with _open(content) as binary:
        head = binary.read(CHUNK_BYTES)
        if not head.strip():
            raise SourceError(f"{name} is empty. Give a file with at least one row.")
        for magic, what in _BINARIES:
            if head.startswith(magic):
                raise SourceError(f"{name} {what}.")
        encoding = next((codec for bom, codec in _BOMS if head.startswith(bom)), "utf-8")
        _check_text(name, binary, head, encoding)
    return CheckedSource(name, content, encoding)


def _content(source: Source) -> Path | bytes:
    if isinstance(source, Upload):
        return source.content
    if isinstance(source, tuple):
        return source[1]
    path = Path(source)
    if path.is_dir():
        raise SourceError(f"{path.name} is a folder. Name the files in it, such as {path.name}/*.jsonl.")
    if not path.exists():
        raise SourceError(f"There is no file {path}. Check the path.")
    if not path.is_file():
        raise SourceError(f"{path.name} is no regular file. Give CSV, TSV, JSON or JSONL files.")
    return path


@contextmanager
def _open(content: Path | bytes) -> Iterator[BinaryIO]:
    if isinstance(content, bytes):
        yield io.BytesIO(content)
        return
    try:
        with content.open("rb") as binary:
            yield binary
    except OSError as error:
        raise SourceError(
            f"{content.name} cannot be read: {error.strerror}. Check its permissions."
        ) from error


def _check_text(name: str, binary: BinaryIO, head: bytes, encoding: str) -> None:
    decoder = codecs.getincrementaldecoder(encoding)()
    line = 1
    chunk = head
    while True:
        try:
            text = decoder.decode(chunk, final=not chunk)
        except UnicodeDecodeError as error:
            at = line + error.object[: error.start].count(b"\n")
            raise SourceError(_wrong_encoding(name, encoding, error, at), at) from error
        if "\0" in text:
            at = line + text[: text.index("\0")].count("\n")
            sentence = f"{name} holds a NUL byte in line {at}: it is a binary or damaged file."
            raise SourceError(f"{sentence} Import needs text: CSV, TSV, JSON or JSONL.", at)
        if not chunk:
            return
        line += text.count("\n")
        chunk = binary.read(CHUNK_BYTES)


def _wrong_encoding(name: str, encoding: str, error: UnicodeDecodeError, line: int) -> str:
    what = encoding.removesuffix("-sig").upper()
    bad = error.object[error.start : error.start + 1].hex().upper() or "at the end"
    return (
        f"{name} is not {what}: byte {bad} in line {line} does not fit."
        " Save it again as UTF-8 (in a spreadsheet: 'CSV UTF-8')."
    )
