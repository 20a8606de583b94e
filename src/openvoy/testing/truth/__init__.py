"""Years of simulated sites through the real pipeline, compared with what really was."""
