"""What an operator is told beside any view: that a halt stands, and that alerts reached nobody."""

from itertools import islice

from allornone.alerts.box import AlertBox
from allornone.cli.session import say
from allornone.halt import HaltFile
from allornone.settings import load_settings

ALERTS_MAX = 5


def say_notices() -> None:
    """Say what stands in this data folder."""
    folder = load_settings().data_dir
    halt, box = HaltFile(folder), AlertBox(folder)
    if (reason := halt.reason()) is not None:
        say(f"halted: {reason}; nothing new is sent forward until `allornone resume --all` ({halt.path})")
    for each in islice(box.undelivered(), ALERTS_MAX):
        say(f"alert not delivered: group {each.alert.group} ({each.alert.status}): {each.why}; see {box.folder}")
