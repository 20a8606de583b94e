"""The checks: one a file, pure, each from facts to findings."""
