"""The command line: parses words, asks services, prints. One file a command; `main` puts them together."""
