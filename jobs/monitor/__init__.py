"""Is everything alive, and is every source? Ticks, polls and beats go in; a state with a reason, and notices once per episode,
come out.
"""
