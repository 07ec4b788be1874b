"""Loads what a process needs before it prints its first page: the program and both faces. Imported once, by the process that the printing ones are
copies of."""

import gc

import quiz.batch.run  # noqa: F401
from quiz.printing.fonts import Font, load_face

for font in Font:
    load_face(font)
gc.freeze()  # nothing of it is ever given back, so copies need not look through it
