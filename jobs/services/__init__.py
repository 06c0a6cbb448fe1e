"""What a person can ask for, each a function of values to a frozen answer that pydantic can serialise: no command line, no
padded text, no printing. `cli`, `web` and `mcp` ask here and only show.
"""
