"""What the settings say of one exchange account: closed, validated, no secret in it."""

from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints, ValidationError

from allornone.errors import BadSettingsError
from allornone.units import NonNegativeAmount

Name = Annotated[str, StringConstraints(pattern=r"^[a-z0-9_]{1,40}$")]
Variable = Annotated[str, StringConstraints(pattern=r"^[A-Za-z_][A-Za-z0-9_]{0,99}$")]


def _expanded(path: Path) -> Path:
    return path.expanduser()


File = Annotated[Path, AfterValidator(_expanded)]


class Options(BaseModel):
    """How one account of an exchange is reached.

    `exchange` is ccxt's name of it, `account` which of its wallets. `connect_to` (`ip:port`) and `ca_file` send every
    request of the exchange's own hosts to another place, such as a test exchange, and refuse any other host.
    `timeout_s` bounds one answer: a send and the reads that belong to it stay together below a send's own 30 s.
    `undo_slippage_bps` is how much worse than the price of the moment an undo may fill, `spread_bps` how far apart a
    book's best prices may be where a bound is taken from them. `addresses` is the file of
    allowed withdrawal addresses. `lookup` and `lateness_s` declare what an exchange without a module of its own can
    do (account `generic`). `watch_s` is how long what was taken is watched where only its own number finds it.
    `deposits_by` tells a deposit (account `deposits`) by its transaction alone, or, where a plan names none, by its
    exact amount, address and time. `data_dir` is where the workers of this host share their rate budgets,
    `limits_share` how much of the exchange's limits they may use: one over the number of hosts; more than one where the
    exchange grants more than it documents.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    exchange: Name
    account: Name = "spot"
    credentials_file: File | None = None
    key_env: Variable | None = None
    secret_env: Variable | None = None
    connect_to: Annotated[str, StringConstraints(pattern=r"^[0-9.]{7,15}:[0-9]{1,5}$")] | None = None
    ca_file: File | None = None
    addresses: File | None = None
    timeout_s: Annotated[Decimal, Field(gt=0, le=8)] = Decimal(5)
    undo_slippage_bps: Annotated[NonNegativeAmount, Field(gt=0, le=5_000)] = Decimal(100)
    spread_bps: Annotated[NonNegativeAmount, Field(gt=0, le=5_000)] = Decimal(500)
    watch_s: Annotated[NonNegativeAmount, Field(le=86_400)] = Decimal(3_600)
    deposits_by: Literal["transaction", "amount"] = "transaction"
    data_dir: File | None = None
    limits_share: Annotated[NonNegativeAmount, Field(gt=0, le=1_000)] = Decimal(1)
    lookup: Literal["none", "recent"] = "none"
    lateness_s: Annotated[NonNegativeAmount, Field(le=3_600)] | None = None


def read_options(place: str, given: Mapping[str, str]) -> Options:
    """Return the options. Raises BadSettingsError, a line a problem; no value is shown."""
    try:
        return Options.model_validate(dict(given))
    except ValidationError as error:
        told = [f"{place}.{'.'.join(str(part) for part in found['loc'])}: {found['msg']}" for found in error.errors()]
        raise BadSettingsError("\n".join(told)) from None
