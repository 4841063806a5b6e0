"""Turns in a budget, as tests ask for them."""

from allornone.venues.exchange.limits.budget import Budget
from allornone.venues.exchange.limits.spending import Ticket
from allornone.venues.exchange.limits.tariff import Cost, Counted


def weight(amount: int) -> Cost:
    return {Counted.WEIGHT: amount}


async def forward(budget: Budget, amount: int, left_s: float = 5) -> Ticket:
    return await budget.turn(weight(amount), urgent=False, left_s=left_s)


async def urgent(budget: Budget, amount: int, left_s: float = 15) -> Ticket:
    return await budget.turn(weight(amount), urgent=True, left_s=left_s)
