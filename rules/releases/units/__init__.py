"""The units of the organisation in a release: their tree, which are shown, and the rows of a table."""
