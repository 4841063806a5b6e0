"""The keys of an exchange account: read once, shown never."""

import json
import os
import re
import stat
from collections.abc import Mapping
from pathlib import Path
from typing import NoReturn

from pydantic import AliasChoices, BaseModel, ConfigDict, Field, SecretStr, ValidationError

from allornone.errors import BadSettingsError

MAX_BYTES = 65_536
SHORT = 3
"""A line of a key that is no longer tells nothing, and stands in many a text."""
_OTHERS = stat.S_IRWXG | stat.S_IRWXO
_QUOTED = r"\\*[\"']?"
_SIGNED = re.compile(
    rf"(signature|API-Sign|API-Key|X-MBX-APIKEY|apiKey|secret|password)({_QUOTED}\s*[=:]\s*{_QUOTED})[^&\s\"',}}\\]+",
    re.IGNORECASE,
)
_BEARER = re.compile(r"(Bearer|Basic)((?:\s|\+|%20)+)[\w.~+/=%-]{16,}", re.IGNORECASE)
_TOKEN = re.compile(r"eyJ[\w-]+\.[\w-]+\.[\w-]+")
"""A signed token (JWT) that stands alone: its first part is the `{"` of its header."""
_HIDDEN = "***"


class Credentials(BaseModel):
    """What signs requests. `apiKey` is ccxt's name of the key; `password` a passphrase, where an exchange has one."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    key: SecretStr = Field(min_length=1, validation_alias=AliasChoices("key", "apiKey"))
    secret: SecretStr = Field(min_length=1)
    password: SecretStr | None = None

    def __reduce__(self) -> NoReturn:
        """Refuse to be pickled, where keys would be written as they are: for another process, or into a file."""
        raise TypeError("credentials stay in the process that read them")

    def scrubbed(self, text: str) -> str:
        """Return `text` without these secrets, and without anything that looks like a signature."""
        for held in (self.key, self.secret, self.password):
            if held is not None:
                text = _written(held.get_secret_value()).sub(_HIDDEN, text)
        text = _BEARER.sub(rf"\1\2{_HIDDEN}", text)
        return _TOKEN.sub(_HIDDEN, _SIGNED.sub(rf"\1\2{_HIDDEN}", text))


def _written(secret: str) -> re.Pattern[str]:
    """Return what finds a secret as it is, in a URL, in JSON and in a `repr`; of one with lines each that tells it."""
    lines = [line for line in secret.splitlines() if len(line) > SHORT and not line.startswith("-----")]
    return re.compile("|".join("".join(map(_letter, line)) for line in lines or [secret]))


def _letter(letter: str) -> str:
    if letter.isalnum():
        return letter
    code = f"{ord(letter):02x}"
    return rf"(?:\\*{re.escape(letter)}|(?i:%(?:25)*{code}|\\+u00{code}))"


def read_credentials(
    place: str,
    file: Path | None,
    key_env: str | None,
    secret_env: str | None,
    environment: Mapping[str, str] | None = None,
) -> Credentials:
    """Return the credentials from a file of JSON that only its owner may read, else from two environment variables.

    Raises BadSettingsError, which names `place` and the file or the variable and never what is in it.
    """
    if file is not None:
        return _validated(place, str(file), _read(place, file))
    if key_env is None or secret_env is None:
        raise BadSettingsError(f"{place} needs credentials_file, or key_env and secret_env")
    given = os.environ if environment is None else environment
    missing = [name for name in (key_env, secret_env) if not given.get(name)]
    if missing:
        raise BadSettingsError(
            f"{place} reads its keys from {key_env} and {secret_env}; {', '.join(missing)} is not set"
        )
    return _validated(place, key_env, {"key": given[key_env], "secret": given[secret_env]})


def _read(place: str, file: Path) -> object:
    try:
        with file.open(encoding="utf-8") as opened:
            mode = os.fstat(opened.fileno()).st_mode
            if mode & _OTHERS:
                raise BadSettingsError(f"{place}: {file} may be read by others than its owner; run chmod 600 on it")
            return json.loads(opened.read(MAX_BYTES))
    except OSError as error:
        raise BadSettingsError(f"{place}: {file} cannot be read: {error.strerror}") from None
    except ValueError:
        # What it holds stays out of the message: it may be a key.
        raise BadSettingsError(f'{place}: {file} must be JSON, {{"apiKey": ..., "secret": ...}}') from None


def _validated(place: str, source: str, found: object) -> Credentials:
    try:
        return Credentials.model_validate(found)
    except ValidationError:
        raise BadSettingsError(
            f"{place}: {source} must give a key and a secret, and a password or nothing else"
        ) from None
