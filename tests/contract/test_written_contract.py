"""The written contract and the suite name the same rules."""

import re
from pathlib import Path

HERE = Path(__file__).parent
CONTRACT = HERE.parents[1] / "docs" / "venue-contract.md"


def test_every_rule_is_written_down_and_every_written_rule_is_tested() -> None:
    written = re.findall(r"^\| VC-(\d\d) ", CONTRACT.read_text("utf-8"), re.MULTILINE)
    suites = [path.read_text("utf-8") for path in sorted(HERE.glob("test_venue_*.py"))]

    tested = [number for suite in suites for number in re.findall(r"test_vc(\d\d)_", suite)]

    assert sorted(tested) == written == [f"{number:02}" for number in range(1, 33)]
