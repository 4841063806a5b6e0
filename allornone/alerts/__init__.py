"""Alerts: what tells a person that a group needs one. Made of the event log's own records, delivered by the worker."""
