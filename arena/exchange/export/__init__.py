"""Results on their way out: battles, responses, preference pairs, and any rows of a board."""
