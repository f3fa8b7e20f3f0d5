"""Arrays in, arrays out: ratings, intervals and agreement from matches. Knows no database and no page."""
