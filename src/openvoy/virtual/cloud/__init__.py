"""The vendor's cloud in software, as far as it hands out tokens: Enlighten (accounts) and Entrez (tokens) on one port.

A service is a module with plain functions and a table `ROUTES`; `router` finds them, `cloud` holds what they share.
"""
