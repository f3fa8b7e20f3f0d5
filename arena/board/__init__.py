"""The leaderboard in steps: the query, the evidence, the fit, the words. `arena.leaderboard` is its door."""
