"""The number that Kraken's test exchange gives a withdrawal out under: its own number in letters."""

_LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"
_ODD = 0x9E3779B97F4A7C15F39D
_SIZE = 18


def refid_of(withdrawal_id: int) -> str:
    """Return it, as `AGBSO6T-UFMTTQ-I7KGS6`."""
    value, letters = withdrawal_id * _ODD % len(_LETTERS) ** _SIZE, ""
    for _ in range(_SIZE):
        value, digit = divmod(value, len(_LETTERS))
        letters = _LETTERS[digit] + letters
    return f"A{letters[:6]}-{letters[6:12]}-{letters[12:]}"
