"""Decides: deterministic, replayable, without input or output."""
