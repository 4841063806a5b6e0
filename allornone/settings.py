"""An installation's settings, from `ALLORNONE_*`. Temporal's address is Temporal's own configuration."""

import json
import re
import shlex
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal, cast
from urllib.parse import urlsplit

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PositiveInt,
    SecretStr,
    ValidationError,
    model_validator,
)
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict, SettingsError

from allornone import wire
from allornone.errors import BadSettingsError
from allornone.limits import Limits
from allornone.units import UnquotedNumber, VenueName

PREFIX = "ALLORNONE_"


def _absolute(path: Path) -> Path:
    return path.expanduser().resolve()


Folder = Annotated[Path, AfterValidator(_absolute)]
_SECRET = frozenset({"venues", "alert", "settings"})
LIMITS_MAX_BYTES = 1_000_000


def _limits(value: Any) -> Any:
    """Read limits that are given as text: JSON, or the path of a file of JSON. Empty text is no way to have none."""
    if not isinstance(value, str):
        return value
    text = value.strip()
    try:
        if not text.startswith("{"):
            with Path(text).expanduser().open(encoding="utf-8") as file:
                text = file.read(LIMITS_MAX_BYTES)
        return json.loads(text, parse_float=UnquotedNumber)
    except OSError as error:
        raise ValueError(f"must be a JSON object or the path of a file with one: {error.strerror}") from None
    except ValueError as error:
        raise ValueError(f"must be a JSON object or the path of a file with one: {error}") from None


def _alert(value: SecretStr) -> SecretStr:
    """Check what is called in an alert. No message shows it: a URL may hold a secret."""
    text = value.get_secret_value().strip()
    if text.startswith(("http://", "https://")):
        if not urlsplit(text).hostname:
            raise ValueError("the URL names no host")
    elif not shlex.split(text):
        raise ValueError("must be a command line, or a URL that begins with https:// or http://")
    return SecretStr(text)


Port = Annotated[int, Field(ge=1, le=65_535)]


class VenueSettings(BaseModel):
    """How one venue is reached: the adapter by its entry-point name, and whatever that adapter wants to know.

    Every key but `adapter` is an option of the adapter. Options may be secrets, so none is ever shown.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    adapter: str = "paper"
    options: dict[str, SecretStr] = Field(default_factory=dict)

    @model_validator(mode="before")
    @classmethod
    def _collect_options(cls, data: Any) -> Any:
        if not isinstance(data, Mapping) or "options" in data:
            return data  # pyright: ignore[reportUnknownVariableType] (pydantic refuses what it is not)
        given = dict(cast("Mapping[str, object]", data))
        adapter = given.pop("adapter", "paper")
        return {"adapter": adapter, "options": {key: str(value) for key, value in given.items()}}

    def plain(self) -> dict[str, str]:
        """Return the options as the adapter reads them."""
        return {key: value.get_secret_value() for key, value in self.options.items()}


class Settings(BaseSettings):
    """Where an installation keeps its things, which venues it may touch and how its processes listen.

    `venues` without an entry means the paper venues. A port of None is the usual one if that is free, else
    any. `db_synchronous`: `NORMAL` survives the death of any process, `FULL` also a power cut, at 1.4 times
    the time. `sweep_every_s` apart, groups without an end are looked for. No `limits`: any venue, asset and amount.
    `alert` is called when a group needs a person. A file of the event log that has `log_rotate_bytes` is closed and
    another one begun.
    """

    model_config = SettingsConfigDict(env_prefix=PREFIX, frozen=True, extra="ignore", validate_default=True)

    data_dir: Folder = Path(".allornone")
    log_dir: Folder = Field(default_factory=lambda data: data["data_dir"] / "logs")
    task_queue: Annotated[str, Field(min_length=1, max_length=200)] = wire.TASK_QUEUE
    venues: dict[VenueName, VenueSettings] = Field(default_factory=dict)
    limits: Annotated[Limits | None, NoDecode, BeforeValidator(_limits)] = None
    alert: Annotated[SecretStr, AfterValidator(_alert)] | None = None
    paper_url: str | None = None
    host: str = "127.0.0.1"
    temporal_port: Port | None = None
    ui_port: Port | None = None
    paper_port: Port | None = None
    db_synchronous: Literal["NORMAL", "FULL"] = "NORMAL"
    sweep_every_s: PositiveInt = 300
    log_rotate_bytes: Annotated[int, Field(ge=64 << 10)] = 256 << 20
    max_concurrent_activities: PositiveInt = 100


def load_settings(**given: Any) -> Settings:
    """Read the environment; `given` wins over it. Raises BadSettingsError, one line a problem."""
    try:
        return Settings(**given)
    except ValidationError as error:
        raise BadSettingsError("\n".join(_problem(found) for found in error.errors())) from None
    except SettingsError as error:
        name = re.search(r'field "(\w+)"', str(error))
        variable = PREFIX + name[1].upper() if name else str(error)
        raise BadSettingsError(f"{variable} must be one JSON object, such as '{{}}'") from None


class _NotShown:
    """Stands for what was found: an option of a venue, and whom an alert calls, may be a secret."""

    text = "something that is not shown here"


def _problem(found: Any) -> str:
    from allornone.documents.wording import worded  # noqa: PLC0415 (on first use: nobody waits for it who is right)

    setting, *rest = found["loc"] or ("settings",)
    said = found if setting not in _SECRET else {**found, "input": _NotShown()}
    steps = [str(step) for step in rest if step != "[key]"]
    sentence = worded(said, {}, _like(found["loc"]) or ".".join(steps[-1:]), Limits)
    return f"{PREFIX}{setting.upper()}{' at ' + '.'.join(steps) if steps else ''} {sentence}"


def _like(loc: tuple[int | str, ...]) -> str | None:
    """Return the field of a plan that is written as what stands here: a venue, or a token."""
    if loc[:1] == ("venues",) or loc[:2] == ("limits", "venues"):
        return "source_venue" if loc[-1:] == ("[key]",) or isinstance(loc[-1], int) else None
    return "source_token" if loc[:2] == ("limits", "assets") and loc[-1] == "[key]" else None
