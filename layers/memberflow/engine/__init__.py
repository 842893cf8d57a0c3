"""The pure engine: a member is a fold of facts. No clock, network, environment or randomness; start reading at fold.py.

Inside, a moment is integer milliseconds UTC; a day is the number of days since 1970-01-01, local to the programme.
"""
