"""Numbers in disguise: ids that do not look like neighbours, and that nothing has to remember."""


def scattered(number: int, odd: int, room: int) -> int:
    """Return `number` moved to its own other place in `room`, a power of two; `odd` decides where."""
    return number * odd % room


def gathered(value: int, odd: int, room: int) -> int:
    """Return the number that `scattered` moved to `value`."""
    inverse = 1
    while odd * inverse % room != 1:
        inverse = inverse * (2 - odd * inverse) % room  # doubles the bits that are right
    return value * inverse % room
