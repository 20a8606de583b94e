"""Values that keep coming: repeated readings, event streams, live data."""
