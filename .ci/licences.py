"""Refuse an installed package whose licence forbids commercial use, or that does not tell its licence."""

import re
import sys
from collections.abc import Iterator
from importlib.metadata import Distribution, distributions

ALLOWED = re.compile(
    r"\b(MIT|BSD|Apache|ISC|PSF|PSFL|MPL|0BSD|Unlicense|Zlib|CC0|Python Software Foundation|Mozilla Public License)\b",
    re.IGNORECASE,
)
FORBIDDEN = re.compile(
    r"non-?commercial|\bCC-BY-NC|\bBUSL\b|Business Source|\bSSPL\b|Server Side Public|Commons Clause|Elastic License"
    r"|PolyForm|\bAGPL|Affero|Proprietary",
    re.IGNORECASE,
)


def told(package: Distribution) -> str:
    """Return what a package tells of its licence, in a few words."""
    metadata = package.metadata
    fields = [metadata.get(name) or "" for name in ("License-Expression", "License")]
    classifiers = [line for line in metadata.get_all("Classifier") or [] if line.startswith("License ::")]
    # Some put the whole text into the field; its first lines name it.
    return "; ".join(text[:200] for text in (*fields, *classifiers) if text)


def problems() -> Iterator[str]:
    """Yield a line for each package that may not be depended on."""
    for package in distributions():
        name, licence = package.metadata["Name"], told(package)
        if FORBIDDEN.search(licence):
            yield f"{name}: its licence forbids what we do: {licence}"
        elif not ALLOWED.search(licence):
            yield f"{name}: no licence that is known to allow commercial use, was {licence or 'nothing'!r}"


def main() -> None:
    """Print what was found and exit with 1 if there is a problem."""
    found = sorted(problems())
    sys.stdout.write("".join(f"{line}\n" for line in found) or "licences: every package may be used commercially\n")
    sys.exit(1 if found else 0)


if __name__ == "__main__":
    main()
