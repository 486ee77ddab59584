"""Room of the append-only record of who did what."""
