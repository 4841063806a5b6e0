"""What an operator is told beside any view: that a halt stands, and that alerts reached nobody."""

from itertools import islice

from allornone.alerts.box import AlertBox
from allornone.cli.session import say
from allornone.halt import HaltFile
from allornone.settings import load_settings

ALERTS_MAX = 5


def say_halt() -> None:
    """Say that this data folder's workers send nothing new forward, why, and since when."""
    halt = HaltFile(load_settings().data_dir)
    if (reason := halt.reason()) is None:
        return
    since = f" since {moment:%Y-%m-%d %H:%M:%S} UTC" if (moment := halt.since()) is not None else ""
    say(f"halted: {reason}; nothing new is sent forward{since}, until `allornone resume --all` ({halt.path})")


def say_notices() -> None:
    """Say what stands in this data folder."""
    say_halt()
    box = AlertBox(load_settings().data_dir)
    for each in islice(box.undelivered(), ALERTS_MAX):
        say(f"alert not delivered: group {each.alert.group} ({each.alert.status}): {each.why}; see {box.folder}")
