"""Position keys: every spelling of the seed and its system is read, and none is typed twice."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from allornone.positions import PositionKey, PositionType, identity, parse_key, placed, position_type, typed


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("ETH", PositionKey(None, None, "ETH")),
        ("binance:ETH", PositionKey("binance", None, "ETH")),
        ("binance:BaseToken:ETH", PositionKey("binance", "BaseToken", "ETH")),
        ("binance.usdm:Perp:ETHUSDT", PositionKey("binance.usdm", "Perp", "ETHUSDT")),
        ("aave_v3:debtToken:debtUSDT", PositionKey("aave_v3", "debtToken", "debtUSDT")),
    ],
    ids=["bare", "two parts", "three parts", "account", "wider system"],
)
def test_a_key_is_taken_apart_and_put_together_again(text: str, key: PositionKey) -> None:
    assert parse_key(text) == key
    assert str(key) == text


@pytest.mark.parametrize(
    "text", ["", ":", "binance:", ":ETH", "a:b:c:d", "binance:Base Token:ETH", "Binance:ETH", "binance:ETH\n"]
)
def test_what_is_no_key_is_refused_with_what_to_write(text: str) -> None:
    with pytest.raises(ValueError, match="must be 'venue:token' or 'venue:PositionType:token'"):
        parse_key(text)


@pytest.mark.parametrize(
    ("venue", "token", "expected"),
    [
        ("aave", "aUSDT", PositionType.LENDING),
        ("compound", "cUSDC", PositionType.LENDING),
        ("morpho", "USDC", PositionType.LENDING),
        ("lido", "stETH", PositionType.STAKING),
        ("etherfi", "weETH", PositionType.STAKING),
        ("rocketpool", "rETH", PositionType.STAKING),
        ("binance", "BTC", PositionType.BASE),
        ("coinbase", "BTC", PositionType.BASE),
        ("kraken", "BTC", PositionType.BASE),
        ("wallet", "ETH", PositionType.BASE),
    ],
)
def test_the_seed_table_types_by_venue(venue: str, token: str, expected: PositionType) -> None:
    assert position_type(venue, token) is expected


@pytest.mark.parametrize("token", ["debtUSDT", "variableDebtWETH", "stableDebtDAI", "vdUSDC"])
def test_a_debt_token_is_debt_at_any_venue(token: str) -> None:
    assert position_type("aave", token) is PositionType.DEBT
    assert position_type("wallet", token) is PositionType.DEBT


@pytest.mark.parametrize("token", ["ETHUSDT", "BTCUSDC", "ETH-PERP"])
def test_a_contract_is_a_perp_at_an_exchange(token: str) -> None:
    assert position_type("binance.usdm", token) is PositionType.PERP


@pytest.mark.parametrize("token", ["USDT", "USDC", "ETH", "debt", "vd"])
def test_a_plain_token_is_neither_debt_nor_perp(token: str) -> None:
    assert position_type("binance", token) is PositionType.BASE


def test_an_account_has_the_type_of_its_venue() -> None:
    assert position_type("aave.main", "aUSDT") is PositionType.LENDING


def test_a_key_that_has_its_type_keeps_it() -> None:
    key = parse_key("lido:BaseToken:stETH")

    assert typed(key) == key


def test_a_bare_token_leaves_the_source_and_arrives_at_the_target() -> None:
    assert placed(parse_key("ETH"), -1, "binance", "lido").venue == "binance"
    assert placed(parse_key("ETH"), 1, "binance", "lido").venue == "lido"


def test_a_placed_key_stays_where_it_is() -> None:
    assert placed(parse_key("wallet:ETH"), -1, "binance", "lido").venue == "wallet"


def test_a_key_without_a_venue_has_no_type() -> None:
    with pytest.raises(ValueError, match="without a venue has no type: ETH"):
        typed(parse_key("ETH"))


@pytest.mark.parametrize(
    ("left", "right"),
    [
        ("lido:BaseToken:stETH", "lido:StakingToken:stETH"),
        ("lido:stETH", "lido:LST:stETH"),
        ("aave_v3:debtToken:debtUSDT", "aave_v3:DebtToken:debtUSDT"),
        ("bybit:PerpPosition:ETHUSDT", "bybit:ETHUSDT"),
    ],
)
def test_two_spellings_of_a_holding_are_one(left: str, right: str) -> None:
    assert identity(parse_key(left)) == identity(parse_key(right))


@pytest.mark.parametrize(
    ("left", "right"),
    [
        ("aave:DebtToken:USDT", "aave:BaseToken:USDT"),
        ("binance:Perp:ETHUSDT", "binance:BaseToken:ETHUSDT"),
        ("binance:ETH", "binance.usdm:ETH"),
        ("binance:ETH", "binance:stETH"),
    ],
)
def test_different_holdings_stay_apart(left: str, right: str) -> None:
    assert identity(parse_key(left)) != identity(parse_key(right))


VENUES = st.sampled_from(["binance", "binance.usdm", "aave", "lido", "wallet", "uniswap"])
TOKENS = st.from_regex(r"\A[A-Za-z0-9][A-Za-z0-9._/-]{0,31}\Z")


@given(VENUES, TOKENS)
def test_typing_twice_is_typing_once(venue: str, token: str) -> None:
    key = typed(PositionKey(venue, None, token))

    assert typed(parse_key(str(key))) == key
    assert str(key).count(":") == 2
