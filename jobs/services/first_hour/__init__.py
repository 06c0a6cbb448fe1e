"""What somebody new asks for: a first configuration, the move from another system, whether the sources of the catalogue still answer.

Values in, frozen answers out, like every service; the guide of the command line and the first page ask here.
"""
