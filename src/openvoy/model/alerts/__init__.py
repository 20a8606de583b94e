"""What a household is told of: rules that judge what was read, and a book in which nothing is told twice."""
