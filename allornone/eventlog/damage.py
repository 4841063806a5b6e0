"""What the log raises when its own files cannot be believed."""

from allornone.errors import AllOrNoneError


class DamagedLogError(AllOrNoneError, OSError):
    """A line of the log is not what was written; nothing is written after it, so nothing is sent."""

    def __init__(self, file: str, line: int, found: str) -> None:
        super().__init__(
            f"{file} line {line}: {found}; stop every worker of this log, keep a copy of the file, and put "
            "back the file as it was written (a backup, a mirror); never edit lines"
        )
        self.file = file
        self.line = line
        self.found = found
