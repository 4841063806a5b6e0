"""The query and the JSON body of one request, read with care."""

import json
import re
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any
from urllib.parse import parse_qs

from allornone.testexchange.coinbase.problem import invalid
from allornone.testexchange.coinbase.shapes import object_of
from allornone.testexchange.door import Call

_NUMBER = re.compile(r"[0-9]{1,20}(\.[0-9]{1,20})?")
_OWN_ID = re.compile(r"[\x21-\x7e]{1,128}")
PAGE = 100


@dataclass(frozen=True, slots=True)
class Request:
    """What a call asks, and for whom."""

    account: str
    path: tuple[str, ...]
    """The parts of the path that name something."""
    query: dict[str, list[str]]
    body: dict[str, Any]

    def one(self, name: str) -> str | None:
        """Return the last of a parameter of the query."""
        return self.query[name][-1] if self.query.get(name) else None

    def every(self, *names: str) -> list[str]:
        """Return all values of a parameter that has been called different things."""
        return [text for name in names for given in self.query.get(name, []) for text in given.split(",")]

    def moment_ms(self, name: str) -> int | None:
        """Return an optional time."""
        text = self.one(name)
        try:
            return None if text is None else int(datetime.fromisoformat(text).timestamp() * 1000)
        except ValueError:
            raise invalid(f"{name} is no RFC 3339 time") from None

    def limit(self) -> int:
        """Return how many rows a page may have."""
        text = self.one("limit") or str(PAGE)
        return min(int(text), 1000) if text.isascii() and text.isdigit() and int(text) else PAGE

    def offset(self) -> int:
        """Return where the page begins: a cursor is the place in the list."""
        text = self.one("cursor") or "0"
        if not text.isascii() or not text.isdigit():
            raise invalid("invalid cursor")
        return int(text)

    def text(self, name: str) -> str:
        """Return a mandatory text of the body."""
        found = self.body.get(name)
        if not isinstance(found, str) or not _OWN_ID.fullmatch(found):
            raise invalid(f"{name} is missing or malformed")
        return found


def number(of: dict[str, Any], name: str) -> Decimal:
    """Return a mandatory amount, which comes as a string."""
    found = of.get(name)
    if not isinstance(found, str) or not _NUMBER.fullmatch(found):
        raise invalid(f"{name} is missing or malformed")
    return Decimal(found)


def read(call: Call, account: str, path: tuple[str, ...]) -> Request:
    """Return what a call says. Raises ProblemError where its body is no JSON object."""
    try:
        body = object_of(json.loads(call.body or "{}"))
    except ValueError:
        raise invalid("the body is no JSON") from None
    if body is None:
        raise invalid("the body is no JSON object")
    return Request(account, path, parse_qs(call.query), body)
