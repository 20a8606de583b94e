"""One module a command, found by its being here. Heavy imports belong inside functions: `--help` loads all modules."""
