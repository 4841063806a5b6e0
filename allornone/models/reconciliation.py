"""What comparing expected and actual changes found."""

from enum import StrEnum

from pydantic import BaseModel, ConfigDict, Field

from allornone.models.operation import DeltaTotals


class Verdict(StrEnum):
    """The verdict is on the unexplained part, per key, with bounds that know their side."""

    MATCH = "match"
    WITHIN = "within"
    PARTIAL = "partial"
    BREACH = "breach"
    UNOBSERVED = "unobserved"


class Reconciliation(BaseModel):
    """`actual - expected = explained + unexplained`, per position key; `reading` counts the looks it took."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    verdict: Verdict
    expected: DeltaTotals = Field(default_factory=dict)
    actual: DeltaTotals = Field(default_factory=dict)
    explained: DeltaTotals = Field(default_factory=dict)
    unexplained: DeltaTotals = Field(default_factory=dict)
    reading: int = 1
    reason: str = ""
