"""A cell that held only when it was tried again says what it had seen before."""

from tests.campaign.matrix.trial import Finding


def test_a_cell_that_held_at_the_third_try_tells_of_the_two_before() -> None:
    first = Finding((), ("not ended after 30 s",), 31.0).after(None)
    second = Finding((), ("never fired",), 12.0).after(first)

    third = Finding((), (), 9.0).after(second)

    assert third.note == "odd before: not ended after 30 s; odd before: never fired"


def test_a_cell_that_held_at_once_has_nothing_to_tell() -> None:
    assert Finding((), (), 9.0).after(None).note == ""
