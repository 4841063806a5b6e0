"""Transfers, withdrawals and deposits, seen by real ccxt."""

from decimal import Decimal
from typing import Any

import ccxt
import pytest

from allornone.testexchange.engine.movement import WithdrawalState
from allornone.testexchange.serving import Served
from tests.testexchange.conftest import client

ADDRESS = "0x" + "ab" * 20
REF = "0123456789abcdef0123456789abcdef"


def held(exchange: Served, wallet: str, asset: str) -> str:
    return str(exchange.engines["binance"].ledger.total("desk", wallet, asset))


async def withdraw(binance: Any, **params: str) -> Any:
    return await binance.withdraw("USDT", "100", ADDRESS, None, {"withdrawOrderId": REF, **params})


async def history(binance: Any) -> Any:
    return await binance.fetch_withdrawals("USDT", None, None, {"withdrawOrderId": REF})


async def test_a_transfer_moves_the_amount_at_once(binance: Any, exchange: Served) -> None:
    moved = await binance.transfer("USDT", "1000", "spot", "swap")

    assert moved["id"] == "1"
    assert (held(exchange, "spot", "USDT"), held(exchange, "usdm", "USDT")) == ("99000", "51000")


async def test_transfers_are_told_with_their_direction_and_without_any_id_of_ours(binance: Any) -> None:
    await binance.transfer("USDT", "1000", "spot", "swap")
    await binance.transfer("USDT", "300", "swap", "spot")

    [back] = await binance.fetch_transfers("USDT", None, None, {"type": "UMFUTURE_MAIN"})

    assert (back["amount"], back["status"], back["fromAccount"], back["toAccount"]) == (
        "300.00000000",
        "ok",
        "linear",
        "spot",
    )
    assert set(back["info"]) == {"asset", "amount", "type", "status", "tranId", "timestamp"}


async def test_a_transfer_of_more_than_there_is_is_refused(binance: Any, exchange: Served) -> None:
    with pytest.raises(ccxt.InsufficientFunds, match="-5013"):
        await binance.transfer("USDT", "50001", "swap", "spot")
    assert held(exchange, "usdm", "USDT") == "50000"


@pytest.mark.parametrize("acted", [True, False])
async def test_a_transfer_whose_answer_is_lost_may_have_moved_the_amount(
    binance: Any, exchange: Served, *, acted: bool
) -> None:
    exchange.inject({"kind": "transfer", "behaviour": "reset", "executed": acted})

    with pytest.raises(ccxt.NetworkError):
        await binance.transfer("USDT", "1000", "spot", "swap")
    assert held(exchange, "usdm", "USDT") == ("51000" if acted else "50000")


async def test_margin_in_use_cannot_be_transferred(binance: Any) -> None:
    await binance.create_order("BTC/USDT:USDT", "market", "buy", "10")

    with pytest.raises(ccxt.InsufficientFunds):
        await binance.transfer("USDT", "40000", "swap", "spot")


@pytest.mark.parametrize(
    ("named", "leaves"), [({}, "funding"), ({"walletType": "0"}, "spot"), ({"walletType": "1"}, "funding")]
)
async def test_a_withdrawal_that_names_no_wallet_leaves_the_one_that_was_chosen_in_binances_pages(
    binance: Any, exchange: Served, named: dict[str, str], leaves: str
) -> None:
    await binance.sapi_post_asset_transfer({"type": "MAIN_FUNDING", "asset": "USDT", "amount": "500"})
    exchange.engines["binance"].moving.chosen["desk"] = "funding"

    await withdraw(binance, **named)
    [row] = await history(binance)

    assert exchange.engines["binance"].books.withdrawals[1].wallet == leaves
    assert row["info"]["walletType"] == {"spot": 0, "funding": 1}[leaves]


async def test_a_deposit_comes_to_the_wallet_that_was_chosen(binance: Any, exchange: Served) -> None:
    engine = exchange.engines["binance"]
    engine.moving.chosen["desk"] = "funding"

    engine.moving.credit(engine.moving.arrive("desk", "USDT", Decimal(100)))
    [row] = await binance.fetch_deposits("USDT")

    assert (held(exchange, "spot", "USDT"), held(exchange, "funding", "USDT")) == ("100000", "100")
    assert row["info"]["walletType"] == 1


async def test_a_withdrawal_sets_the_amount_aside_and_leaves_when_its_time_is_over(
    binance: Any, exchange: Served
) -> None:
    sent = await withdraw(binance)
    [under_way] = await history(binance)
    balance = (await binance.fetch_balance())["USDT"]
    exchange.clock.offset_ms += 2_001
    [done] = await binance.fetch_withdrawals(
        "USDT", None, None, {"withdrawOrderId": REF, "timestamp": exchange.clock()}
    )

    assert (under_way["id"], under_way["status"], under_way["info"]["status"]) == (sent["id"], "pending", 4)
    assert (balance["free"], balance["used"]) == ("99900.00000000", "100.00000000")
    assert (done["status"], done["amount"], done["fee"]["cost"]) == ("ok", "99.00000000", "1.00000000")
    assert held(exchange, "spot", "USDT") == "99900"
    assert exchange.engines["binance"].ledger.total("fees", "spot", "USDT") == 1


@pytest.mark.parametrize(
    ("end", "status"),
    [("approval", ("pending", 2)), ("processing", ("pending", 4))],
)
async def test_a_withdrawal_may_be_stuck(binance: Any, exchange: Served, end: str, status: tuple[str, int]) -> None:
    exchange.inject({"kind": "withdraw", "behaviour": "withdrawal", "end": end})
    await withdraw(binance)
    exchange.clock.offset_ms += 86_400_000

    [found] = await binance.fetch_withdrawals("USDT", None, None, {"timestamp": exchange.clock()})

    assert (found["status"], found["info"]["status"]) == status
    assert held(exchange, "spot", "USDT") == "100000"


async def test_a_withdrawal_that_fails_gives_the_money_back(binance: Any, exchange: Served) -> None:
    exchange.inject({"kind": "withdraw", "behaviour": "withdrawal", "end": "failure"})
    await withdraw(binance)
    exchange.clock.offset_ms += 2_001

    [found] = await binance.fetch_withdrawals("USDT", None, None, {"timestamp": exchange.clock()})
    balance = (await binance.fetch_balance({"timestamp": exchange.clock()}))["USDT"]

    assert (found["status"], found["info"]["status"]) == ("failed", 5)
    assert balance["free"] == "100000.00000000"


async def test_a_stuck_withdrawal_can_be_ended_by_hand(binance: Any, exchange: Served) -> None:
    exchange.inject({"kind": "withdraw", "behaviour": "withdrawal", "end": "approval"})
    await withdraw(binance)
    engine = exchange.engines["binance"]

    engine.moving.end_withdrawal(engine.books.withdrawals[1], WithdrawalState.COMPLETED)

    assert [found["status"] for found in await history(binance)] == ["ok"]


async def test_a_withdrawal_whose_answer_is_lost_is_under_way(exchange: Served) -> None:
    exchange.inject({"kind": "withdraw", "behaviour": "hang"})

    async with client(exchange, timeout_ms=1000) as binance:
        with pytest.raises(ccxt.RequestTimeout):
            await withdraw(binance)
        assert len(await history(binance)) == 1


async def test_a_withdrawal_that_was_lost_on_its_way_is_not_there(exchange: Served) -> None:
    exchange.inject({"kind": "withdraw", "behaviour": "reset", "executed": False})

    async with client(exchange) as binance:
        with pytest.raises(ccxt.NetworkError):
            await withdraw(binance)
        assert await history(binance) == []


async def test_a_withdrawal_may_not_be_told_for_a_while(binance: Any, exchange: Served) -> None:
    exchange.inject({"kind": "withdraw", "behaviour": "hidden", "delay_s": "60"})
    await withdraw(binance)

    assert await history(binance) == []
    assert len(exchange.engines["binance"].books.withdrawals) == 1


async def test_a_withdrawal_sent_again_under_its_id_leaves_again(binance: Any, exchange: Served) -> None:
    await withdraw(binance)
    await withdraw(binance)

    assert len(exchange.engines["binance"].books.withdrawals) == 2


async def test_a_look_up_by_our_id_reaches_back_a_week(binance: Any, exchange: Served) -> None:
    await withdraw(binance)
    exchange.clock.offset_ms += 8 * 86_400_000

    by_id = await binance.fetch_withdrawals("USDT", None, None, {"withdrawOrderId": REF, "timestamp": exchange.clock()})
    in_all = await binance.fetch_withdrawals("USDT", None, None, {"timestamp": exchange.clock()})

    assert (by_id, len(in_all)) == ([], 1)


@pytest.mark.parametrize(
    ("params", "error", "code"),
    [
        ({"amount": "100001"}, ccxt.InsufficientFunds, "-4026"),
        ({"amount": "9.99"}, ccxt.BadRequest, "-4022"),
        ({"network": "DOGE"}, ccxt.BadSymbol, "-4018"),
        ({"address": "nowhere"}, ccxt.BadRequest, "-4033"),
    ],
)
async def test_a_bad_withdrawal_is_turned_down(
    binance: Any, exchange: Served, params: dict[str, str], error: type[Exception], code: str
) -> None:
    with pytest.raises(error, match=code):
        await withdraw(binance, **params)
    assert exchange.engines["binance"].books.withdrawals == {}


async def test_a_coin_that_may_not_leave_now_is_turned_down(binance: Any, exchange: Served) -> None:
    exchange.engines["binance"].moving.network("USDT").open = False

    with pytest.raises(ccxt.BadRequest, match="-4019"):
        await withdraw(binance)


async def test_a_key_without_the_permission_cannot_withdraw(exchange: Served) -> None:
    async with client(exchange, "desk-readonly") as binance:
        with pytest.raises(ccxt.AuthenticationError, match="-2015"):
            await withdraw(binance)


async def test_a_deposit_is_told_before_it_is_credited(binance: Any, exchange: Served) -> None:
    address = (await binance.fetch_deposit_address("ETH"))["address"]
    exchange.engines["binance"].moving.arrive("desk", "ETH", Decimal("1.5"))

    [coming] = await binance.fetch_deposits("ETH")
    before = held(exchange, "spot", "ETH")
    exchange.clock.offset_ms += 2_001
    [credited] = await binance.fetch_deposits("ETH", None, None, {"timestamp": exchange.clock()})

    assert (coming["status"], coming["amount"], coming["address"]) == ("pending", "1.50000000", address)
    assert (before, held(exchange, "spot", "ETH")) == ("50", "51.5")
    assert credited["status"] == "ok"


async def test_coins_tell_their_networks_fees_and_minimums(binance: Any) -> None:
    usdt = (await binance.fetch_currencies())["USDT"]

    assert usdt["networks"]["ERC20"]["fee"] == "1.00000000"
    assert usdt["networks"]["BEP20"]["limits"]["withdraw"]["min"] == "5.00000000"
