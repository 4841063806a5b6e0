"""The parameters of one request, read the way Kraken reads them."""

import re
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import NoReturn

from allornone.testexchange.kraken.errors import INVALID_ARGUMENTS, KrakenError

_NUMBER = re.compile(r"[0-9]{1,20}(\.[0-9]{1,20})?")
_OWN_ID = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}|[0-9a-fA-F]{32}|[\x21-\x7e]{1,18}")
"""A UUID with dashes or without, or up to 18 characters of free text."""


@dataclass(frozen=True, slots=True)
class Params:
    """Names and texts of a request."""

    values: dict[str, str]

    def text(self, name: str) -> str:
        """Return a mandatory parameter."""
        return self.given(name) or self.refuse(name)

    def given(self, name: str) -> str | None:
        """Return an optional parameter."""
        return self.values.get(name) or None

    def number(self, name: str) -> Decimal:
        """Return a mandatory amount that is no less than 0."""
        text = self.text(name)
        return Decimal(text) if _NUMBER.fullmatch(text) else self.refuse(name)

    def moment(self, name: str) -> float | None:
        """Return an optional time in seconds since 1970."""
        text = self.given(name)
        if text is None:
            return None
        return float(text) if _NUMBER.fullmatch(text) else self.refuse(name)

    def offset(self) -> int:
        """Return how many rows to pass over."""
        text = self.given("ofs") or "0"
        return int(text) if text.isascii() and text.isdigit() else self.refuse("ofs")

    def flag(self, name: str) -> bool:
        """Return an optional yes."""
        return (self.given(name) or "").lower() == "true"

    def own_id(self) -> str:
        """Return the client's own id, nothing where none was given."""
        text = self.given("cl_ord_id") or ""
        return text if not text or _OWN_ID.fullmatch(text) else self.refuse("cl_ord_id")

    def deadline_ms(self) -> int | None:
        """Return when an order must have been taken."""
        text = self.given("deadline")
        if text is None:
            return None
        try:
            at = datetime.fromisoformat(text)
        except ValueError:
            return self.refuse("deadline")
        return int(at.timestamp() * 1000) if at.tzinfo else self.refuse("deadline")

    @staticmethod
    def refuse(name: str) -> NoReturn:
        """Refuse the parameter."""
        raise KrakenError(f"{INVALID_ARGUMENTS}:{name}")
