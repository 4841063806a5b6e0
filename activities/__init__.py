"""Acts: venue calls and event records, the only code that touches the world for a workflow."""
