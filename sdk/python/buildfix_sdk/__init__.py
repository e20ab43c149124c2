"""Helpers for buildfix fixers in Python.

The records are those of wit/fixer.wit, which says what every field means; `componentize-py
-d wit/fixer.wit -w fixer bindings .` writes them out for an editor. Offsets count bytes of the
file's text as UTF-8: `Source` holds the bytes.
"""

from __future__ import annotations

from typing import Callable, Optional, Union

from wit_world.imports.types import (
    Diagnostic,
    FileEdit,
    Fix,
    Note,
    Request,
    Response,
    SourceFile,
    Span,
    TextEdit,
)

__all__ = [
    "Diagnostic",
    "FileEdit",
    "Fix",
    "Note",
    "Request",
    "Response",
    "Source",
    "SourceFile",
    "Span",
    "TextEdit",
    "delete",
    "fix",
    "fix_each",
    "insert",
    "insert_into_set",
    "replace",
]


class Source:
    """A file and its bytes."""

    def __init__(self, file: SourceFile) -> None:
        self.path: str = file.path
        self.text: str = file.text
        self.data: bytes = file.text.encode()

    def _check(self, at: int) -> None:
        if not 0 <= at <= len(self.data):
            raise ValueError(f"byte {at} is outside of {self.path}")
        if at < len(self.data) and self.data[at] & 0xC0 == 0x80:
            raise ValueError(f"byte {at} of {self.path} is inside of a character")

    def slice(self, start: int, end: Optional[int] = None) -> str:
        """The text between two bytes; without `end`, up to the end of the file.

        Raises ValueError for a place outside of the text or inside of a character.
        """
        end = len(self.data) if end is None else end
        self._check(start)
        self._check(end)
        return self.data[start:end].decode()

    def offset(self, index: int) -> int:
        """The byte of an index into `text`."""
        if not 0 <= index <= len(self.text):
            raise ValueError(f"index {index} is outside of {self.path}")
        return len(self.text[:index].encode())

    def index(self, offset: int) -> int:
        """The index into `text` of a byte."""
        return len(self.slice(0, offset))

    def line(self, offset: int) -> tuple[int, int]:
        """The bytes of the line that holds the byte `offset`, without its line end."""
        self._check(offset)
        start = self.data.rfind(b"\n", 0, offset) + 1
        end = self.data.find(b"\n", offset)
        if end == -1:
            return start, len(self.data)
        if end > start and self.data[end - 1 : end] == b"\r":
            end -= 1
        return start, end


def fix(diagnostic: Diagnostic, title: str, applicability: str) -> Fix:
    """A fix without edits that answers one diagnostic.

    `applicability` is "exact", "verified", "placeholder" or "suggest".
    """
    return Fix(
        answers=[diagnostic.id],
        title=title,
        applicability=applicability,
        edits=[],
        files=[],
        options=[],
    )


def replace(fix: Fix, source: Source, start: int, end: int, text: str, merge: str = "") -> Fix:
    """Adds to `fix`: replace the bytes from `start` to `end`."""
    span = Span(path=source.path, start=start, end=end)
    expect = source.slice(start, end)
    fix.edits.append(TextEdit(span=span, expect=expect, text=text, merge=merge))
    return fix


def insert(fix: Fix, source: Source, at: int, text: str) -> Fix:
    """Adds to `fix`: insert before the byte `at`."""
    return replace(fix, source, at, at, text)


def delete(fix: Fix, source: Source, start: int, end: int) -> Fix:
    """Adds to `fix`: delete the bytes from `start` to `end`."""
    return replace(fix, source, start, end, "")


def insert_into_set(fix: Fix, source: Source, at: int, text: str) -> Fix:
    """Adds to `fix`: insert an element of a set, such as an import's line. Equal ones of
    several fixers go in once."""
    return replace(fix, source, at, at, text, "set")


def fix_each(
    request: Request,
    fixer: Callable[[Diagnostic, Source], Union[Fix, str, None]],
) -> Response:
    """Asks `fixer` about each diagnostic: it returns a fix, or in a string the reason why
    there is none, or None."""
    source = Source(request.file)
    response = Response(fixes=[], notes=[])
    for diagnostic in request.diagnostics:
        answer = fixer(diagnostic, source)
        if isinstance(answer, str):
            response.notes.append(Note(diagnostic=diagnostic.id, message=answer))
        elif answer is not None:
            response.fixes.append(answer)
    return response
