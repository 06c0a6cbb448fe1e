"""The verbs of the command line, one file a noun. They print; they decide nothing."""
