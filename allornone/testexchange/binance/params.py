"""The parameters of one request, read the way Binance reads them."""

import re
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from typing import TypeVar

from allornone.testexchange.binance.problem import ProblemError

_Word = TypeVar("_Word", bound=StrEnum)
_NUMBER = re.compile(r"[0-9]{1,20}(\.[0-9]{1,20})?")
_CLIENT_ID = re.compile(r"[.A-Z:/a-z0-9_-]{1,36}")


@dataclass(frozen=True, slots=True)
class Params:
    """Names and texts of a request."""

    values: dict[str, str]
    account: str = ""
    permissions: frozenset[str] = frozenset()

    def text(self, name: str) -> str:
        """Return a mandatory parameter."""
        if not self.values.get(name):
            raise ProblemError(-1102, f"Mandatory parameter '{name}' was not sent, was empty/null, or malformed.")
        return self.values[name]

    def given(self, name: str) -> str | None:
        """Return an optional parameter."""
        return self.values.get(name) or None

    def amount(self, name: str) -> Decimal:
        """Return a mandatory number that is no less than 0."""
        text = self.text(name)
        try:
            if _NUMBER.fullmatch(text):
                return Decimal(text)
        except InvalidOperation:
            pass
        raise ProblemError(-1100, f"Illegal characters found in parameter '{name}'.")

    def whole(self, name: str) -> int | None:
        """Return an optional integer."""
        text = self.given(name)
        if text is None:
            return None
        if not text.isascii() or not text.isdigit():
            raise ProblemError(-1100, f"Illegal characters found in parameter '{name}'.")
        return int(text)

    def choice(self, name: str, of: dict[str, _Word], code: int, message: str) -> _Word:
        """Return a mandatory parameter that is one of a few words."""
        text = self.text(name)
        if text not in of:
            raise ProblemError(code, message)
        return of[text]

    def client_id(self, name: str) -> str | None:
        """Return an optional client id."""
        text = self.given(name)
        if text is not None and not _CLIENT_ID.fullmatch(text):
            raise ProblemError(-1100, f"Illegal characters found in parameter '{name}'.")
        return text
