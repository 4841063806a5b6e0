"""The contract that every venue keeps, numbered as in docs/venue-contract.md."""

from decimal import Decimal
from typing import Any

import pytest

from allornone.errors import NotSentError, RefusedError, VenueUnavailableError
from allornone.models.details import OperationType, SpotTradeDetails
from allornone.models.execution import ExecutionHandshake, ExecutionRequest, ExecutionStatus
from allornone.venues.capabilities import UndoClass
from allornone.venues.reading import Reading, ReadingState

from .conftest import Bench

pytestmark = pytest.mark.asyncio(loop_scope="session")
