"""Reading a long JSON list one element at a time, so that memory holds one element and not the file."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Final, TextIO

from arena.exchange.errors import SourceError

CHUNK_CHARS: Final = 1 << 20
MAX_ELEMENT_CHARS: Final = 64 * CHUNK_CHARS
_GAP: Final = re.compile(r"[\s,]*")


def iter_json_values(name: str, stream: TextIO) -> Iterator[tuple[int, str, object]]:
    """Yield (first line, text, value) of each element of the list, or of each of several objects.

    Raises
    ------
    SourceError
        If the JSON breaks off, or if it is one object of lists instead of a list of objects.
    """
    window = _Window(name, stream)
    window.skip_gap()
    is_list = window.peek() == "["
    if is_list:
        window.advance(1)
    n_values = 0
    while True:
        window.skip_gap()
        character = window.peek()
        if not character:
            if is_list:
                raise window.broken("the list is never closed")
            break
        if is_list and character == "]":
            break
        line = window.line
        text, value = window.read_value()
        n_values += 1
        if not is_list:
            _refuse_object_of_lists(name, value, line)
        yield line, text, value
    if not n_values:
        raise SourceError(f"{name} holds an empty list. Give a file with at least one row.")


def _refuse_object_of_lists(name: str, value: object, line: int) -> None:
    if not isinstance(value, dict):
        return
    lists = {key: len(entry) for key, entry in value.items() if isinstance(entry, list)}
    rows = [key for key in lists if all(isinstance(entry, dict) for entry in value[key])]
    is_columns = len(lists) == len(value) > 1 and len(set(lists.values())) == 1 and not rows
    if is_columns:
        raise SourceError(
            f"{name} is an object of columns ({_listed(lists)}), not a list of rows. Write one object a row:"
            " with pandas, df.to_json(path, orient='records', lines=True).", line,
        )  # fmt: skip
    if rows and not {"role", "content"} <= set().union(*(value[key][0] for key in rows if value[key])):
        own = {key: lists[key] for key in rows}
        if set(value) - set(rows) <= {"version", "name", "description", "metadata", "info"} or len(rows) > 1:
            raise SourceError(
                f"{name} is an object of lists ({_listed(own)}). Save each list as a file of its own,"
                " as a list of objects or as JSONL.", line,
            )  # fmt: skip


def _listed(lists: dict[str, int]) -> str:
    return ", ".join(f"{key}: {n}" for key, n in list(lists.items())[:6])


class _Window:
    """The part of the stream that is in memory, and where in it the reading stands."""

    def __init__(self, name: str, stream: TextIO) -> None:
        self._name = name
        self._stream = stream
        self._decoder = json.JSONDecoder()
        self._text = ""
        self._at = 0
        self._is_whole = False
        self.line = 1

    def skip_gap(self) -> None:
        while True:
            match = _GAP.match(self._text, self._at)
            assert match is not None
            self.advance(match.end() - self._at)
            if self._at < len(self._text) or not self._fill():
                return

    def peek(self) -> str:
        return self._text[self._at : self._at + 1]

    def advance(self, n_chars: int) -> None:
        self.line += self._text.count("\n", self._at, self._at + n_chars)
        self._at += n_chars

    def read_value(self) -> tuple[str, object]:
        while True:
            try:
                value, end = self._decoder.raw_decode(self._text, self._at)
            except json.JSONDecodeError as error:
                if self._fill():
                    continue
                at = self.line + self._text.count("\n", self._at, error.pos)
                raise self.broken(error.msg, at) from error
            except RecursionError as error:
                raise self.broken("it is nested too deeply to be a row") from error
            if end < len(self._text) or not self._fill():
                text = self._text[self._at : end]
                self.advance(end - self._at)
                return text, value

    def broken(self, why: str, line: int | None = None) -> SourceError:
        line = line or self.line
        return SourceError(
            f"{self._name}: the JSON breaks off in line {line} ({why})."
            " What follows was not read: mend it there.",
            line,
        )

    def _fill(self) -> bool:
        if self._is_whole:
            return False
        kept = self._text[self._at :]
        if len(kept) > MAX_ELEMENT_CHARS:
            raise self.broken(f"an element is longer than {MAX_ELEMENT_CHARS:,} characters")
        more = self._stream.read(max(CHUNK_CHARS, len(kept)))
        if not more:
            self._is_whole = True
            return False
        self._text = kept + more
        self._at = 0
        return True
