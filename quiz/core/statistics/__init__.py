"""How questions and papers fared, in figures that a statistician can check: marks in, frozen values out; knows no database and no person's name.

Numbers are floats here and nowhere else in the core: figures about marks are no marks. `docs/statistics.md` gives every formula with its source.
"""
