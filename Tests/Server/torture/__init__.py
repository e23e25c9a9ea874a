"""The torture test: real clients, a real process, and `kill -9` at random moments.

    python -m torture --kills 50 --seed 1

`make torture` runs it. A run is a row of lives; a life is a data directory that is killed some ten times. The
clients (`workers`, `traffic`, `stewards`) live in processes of their own, keep going until the server is gone,
and hand in what they asked and were answered. The `ledger` knows what has to follow from that. `life` kills,
restarts, counts, and in the end drains everything and compares.
"""
