"""A small newsroom on the loopback range, published article by article and watched by the real daemon. Tests and benchmarks use
the newsroom too.
"""
