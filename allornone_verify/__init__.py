"""The independent checker: the venue's ledger, the event log and Temporal's history, held against each other.

It imports nothing of the rest of the project, so that no mistake there can be its own.
"""

from allornone_verify.check import examine
from allornone_verify.report import Report
from allornone_verify.request import ExchangeFile, Request

__all__ = ["ExchangeFile", "Report", "Request", "examine"]
