"""How much of the groups a rule could look at: it holds of what its witnesses told, and of nothing beyond."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field

from allornone_verify.registry import Invariant
from allornone_verify.story import Story

NO_GROUP = "there is no group"
NO_HISTORY = "the server has no history"
WRITTEN_TO = "written to meanwhile"


@dataclass(frozen=True, slots=True)
class Lacks:
    """By witness why it tells nothing of one group, and where it tells only a part, which."""

    nothing: Mapping[str, str]
    a_part: Mapping[str, str]

    def of(self, invariant: Invariant) -> tuple[str, str]:
        """Return why a rule can say nothing of the group, and why only a part of what it says; empty where it can."""
        nothing = _first(invariant.needs, self.nothing)
        a_part = _first(invariant.needs + invariant.more, self.a_part) or _first(invariant.more, self.nothing)
        return nothing, a_part


def _first(names: str, reasons: Mapping[str, str]) -> str:
    return next((reasons[name] for name in names if name in reasons), "")


def lacks_of(story: Story, without: Mapping[str, str]) -> Lacks:
    """Return what the witnesses do not tell of a group; `without` are those that are missing altogether."""
    nothing, a_part = dict(without), dict[str, str]()
    if story.moving:
        nothing = {"V": WRITTEN_TO, "H": WRITTEN_TO, "R": WRITTEN_TO} | nothing
    venues = {str(intent.fields["venue"]) for intent in story.intents()}
    if unseen := sorted(venue for venue in venues if not story.witnessed(venue)):
        kept = nothing if len(unseen) == len(venues) else a_part
        kept.setdefault("V", f"no ledger tells of {', '.join(unseen)}")
    if not story.runs:
        nothing.setdefault("H", NO_HISTORY)
    return Lacks(nothing, a_part)


@dataclass(slots=True)
class Coverage:
    """How many groups one rule looked at wholly, and of the others how many and why not."""

    whole: int = 0
    unseen: Counter[str] = field(default_factory=Counter[str])
    """Groups that it could say nothing of."""
    partly: Counter[str] = field(default_factory=Counter[str])
    """Groups of which it judged what the other witnesses tell."""

    def note(self, nothing: str, a_part: str) -> None:
        """Count one group, with why nothing can be said of it, or why only a part."""
        if nothing:
            self.unseen[nothing] += 1
        elif a_part:
            self.partly[a_part] += 1
        else:
            self.whole += 1

    @property
    def looked(self) -> int:
        """Groups that it judged, if only in part."""
        return self.whole + self.partly.total()

    @property
    def reason(self) -> str:
        """Say what it did not look at, empty where it looked at all of every group."""
        groups = self.looked + self.unseen.total()
        parts = [f"{count} of {groups} groups not looked at: {why}" for why, count in self.unseen.most_common()]
        parts += [f"{count} of {groups} groups only in part: {why}" for why, count in self.partly.most_common()]
        return "; ".join(parts)
