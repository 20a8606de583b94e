"""The generated pages of docs/reference: each module renders one page from what the code declares."""
