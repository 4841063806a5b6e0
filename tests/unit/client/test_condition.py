"""A condition in Temporal's own words: it is put in brackets, and must not leave them."""

import pytest

from allornone.client.listing import condition, query
from allornone.errors import BadSearchError

SCOPE = "WorkflowType = 'AtomicGroup' AND ExecutionStatus != 'ContinuedAsNew' AND TaskQueue = 'q'"


def test_a_condition_is_one_more_thing_that_must_hold() -> None:
    where = """Strategy = "basis" AND (GroupStatus = 'blocked' OR NeedsOperator = true)"""

    assert query(task_queue="q", where=where) == f"{SCOPE} AND ({where})"


def test_a_bracket_or_a_quote_inside_a_text_is_only_text() -> None:
    where = r"""Strategy = "o'neil)" AND CorrelationId = 'say \'hi\' (' """

    assert condition(where) == where


@pytest.mark.parametrize(
    ("where", "why"),
    [
        ("", "is empty"),
        ("   ", "is empty"),
        ("""Strategy = "a") OR (TaskQueue = "other\"""", "brackets that do not match"),
        ("(Strategy = 'a'", "brackets that do not match"),
        ("Strategy = 'a", "a quote that is not closed"),
        ("Strategy = `a`", "a quote that is not closed"),
        ("Strategy = 'a'; x", "a quote that is not closed, or a ';'"),
        ("Strategy = 'a' order  by StartTime", "without 'ORDER  BY'"),
        ("Strategy = 'a' LIMIT 1", "without 'LIMIT'"),
    ],
)
def test_what_is_no_condition_is_refused_with_an_example(where: str, why: str) -> None:
    with pytest.raises(BadSearchError, match="write it as --where") as refused:
        condition(where)

    assert why in str(refused.value)


def test_a_venue_is_looked_for_among_those_of_the_plan() -> None:
    assert query(venue="lido").endswith(" AND Venues IN ('lido')")
