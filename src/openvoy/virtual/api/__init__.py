"""State of a simulated site into the replies of its gateway, one file for each module of the API."""
