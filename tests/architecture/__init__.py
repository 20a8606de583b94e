"""Guards of the rules that matter. Each is a function over sources, so that each is shown to fail on a bad sample."""
