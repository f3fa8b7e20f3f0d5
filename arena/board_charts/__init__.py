"""What stands behind a board: how well it predicts, how it came about, how much it hangs on.

Each module answers one question with one frozen record and one sentence. All of them start from the board's
own query, so that they speak of the same matches.
"""
