"""Guards that run around every test."""
