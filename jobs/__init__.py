"""Make it run: the only package that constructs things, reads the clock and knows the command line."""
