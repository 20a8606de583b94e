"""How settings are declared and read: each field of a section is a `setting` of one of the `kinds`."""
