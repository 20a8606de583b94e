"""Pictures of the dashboard for the documents: the demo, and houses in trouble."""
