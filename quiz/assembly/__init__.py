"""Drawing the papers of a whole sitting at once: PLAN tables, DEAL decks, EQUALISE expected scores, CHECK everything again.

`problem.py` holds all that a draw depends on besides its key, in whole numbers and texts; `draw.py` is the one way from there to the choice.
"""
