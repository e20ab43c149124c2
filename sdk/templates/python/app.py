"""Inserts the semicolon that C# misses (CS1002)."""

import wit_world
from buildfix_sdk import Diagnostic, Fix, Request, Response, Source, fix, fix_each, insert


def semicolon(diagnostic: Diagnostic, source: Source) -> Fix | str:
    # Bytes of UTF-8, not indices into a string: `source` holds them.
    at = diagnostic.span.start
    if source.slice(at).startswith(";"):
        return "a `;` stands there already"
    return insert(fix(diagnostic, "insert `;`", "verified"), source, at, ";")


class WitWorld(wit_world.WitWorld):
    def fix(self, request: Request) -> Response:
        return fix_each(request, semicolon)
