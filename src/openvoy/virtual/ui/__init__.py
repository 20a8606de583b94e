"""The gateway's own pages for people: login, home, production, inventory, events, administration.

They are made of the same replies that programs get, so a page and the JSON beside it say the same.
"""
