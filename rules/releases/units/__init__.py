"""The units of the organisation in a release: their tree, which of them are shown, and the rows of a table."""
