"""Where money may be sent: a list that the installation keeps, and no plan can add to."""

import json
import os
import stat
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, TypeAdapter, ValidationError

from allornone.errors import BadSettingsError, RefusedError
from allornone.models.details import Address
from allornone.units import Token

MAX_BYTES = 1_000_000
_CODE = "EXEC-007"
_OTHERS_WRITE = stat.S_IWGRP | stat.S_IWOTH
"""Whoever writes the list says where money may go."""


class Allowed(BaseModel):
    """One address that withdrawals of `asset` over `network` may go to.

    The network is the exchange's own name of it; a plan may write its spaces as `-` or `_`. `tag` is the address's
    memo, where it has one; `key` the name that it has at an exchange that sends to names (Kraken).
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    asset: Token
    network: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]+( [A-Za-z0-9_-]+)*$", max_length=32)]
    address: Address
    tag: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]{1,64}$")] | None = None
    key: Annotated[str, StringConstraints(pattern=r"^[\x20-\x7e]{1,100}$")] | None = None


_LIST: TypeAdapter[list[Allowed]] = TypeAdapter(Annotated[list[Allowed], Field(max_length=10_000)])


@dataclass(frozen=True, slots=True)
class AllowList:
    """The addresses of an installation, and the file that has them; without one nothing is allowed."""

    entries: tuple[Allowed, ...] = ()
    file: Path | None = None

    def allowed(self, asset: str, address: str | None, network: str | None) -> Allowed:
        """Return the entry for `address`. Raises RefusedError where there is none, or it is not told which of several.

        The refusal names the file and nothing of what it holds.
        """
        if address is None:
            raise RefusedError("a withdrawal needs an address", _CODE)
        found = [
            each
            for each in self.entries
            if (each.asset, each.address) == (asset, address) and network in (None, *_spellings(each.network))
        ]
        if not found:
            named = f"{address} is no allowed address for {asset} ({network or 'any network'})"
            raise RefusedError(f"{named}: {self._why_not()}", _CODE)
        if len(found) > 1:
            raise RefusedError(f"{address} is allowed on several networks; name one", _CODE)
        return found[0]

    def _why_not(self) -> str:
        if self.file is None:
            return "the venue's option `addresses` names no file"
        return f"{self.file} did not list it when the worker started"


def read_addresses(place: str, file: Path | None) -> AllowList:
    """Return the allowed addresses from a file of JSON, none where no file is named. Raises BadSettingsError."""
    if file is None:
        return AllowList()
    try:
        with file.open(encoding="utf-8") as opened:
            if os.fstat(opened.fileno()).st_mode & _OTHERS_WRITE:
                told = f"{file} may be written by others than its owner; run chmod go-w on it"
                raise BadSettingsError(f"{place}.addresses: {told}")
            return AllowList(tuple(_LIST.validate_python(json.loads(opened.read(MAX_BYTES)))), file)
    except OSError as error:
        raise BadSettingsError(f"{place}.addresses: {file} cannot be read: {error.strerror}") from None
    except ValidationError as error:
        found = error.errors()[0]
        where = ".".join(str(part) for part in found["loc"])
        raise BadSettingsError(f"{place}.addresses: {file} at {where}: {found['msg']}") from None
    except ValueError:
        raise BadSettingsError(f"{place}.addresses: {file} must be a JSON list of asset, network, address") from None


def _spellings(network: str) -> tuple[str, ...]:
    return network, network.replace(" ", "-"), network.replace(" ", "_")
