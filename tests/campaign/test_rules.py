"""Each load-bearing rule switched off is found to break what the model says; with it in its place nothing breaks."""

import pytest

from tests.campaign.rules import RULES, Rule, switched_off, switched_on

QUICK = tuple(rule for rule in RULES if rule.configuration.faults < 2)


@pytest.mark.parametrize("rule", QUICK, ids=lambda rule: rule.name)
def test_without_the_rule_something_breaks(rule: Rule) -> None:
    explored = switched_off(rule, seconds=120)

    assert explored.broken.partition(":")[0] in rule.breaks, f"{explored.broken!r} after {explored.states} states"
    assert explored.trace


ON = ("closed rule", "pivot precedence", "newest first", "undo of what happened")


@pytest.mark.parametrize("rule", [rule for rule in RULES if rule.name in ON], ids=lambda rule: rule.name)
def test_with_the_rule_nothing_breaks(rule: Rule) -> None:
    assert switched_on(rule).broken == ""
