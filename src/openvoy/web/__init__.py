"""The service over HTTP: JSON API, live push and dashboard."""
