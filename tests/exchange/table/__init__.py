"""The table of faults: which befalls which write at which exchange, and how its group has to end."""
