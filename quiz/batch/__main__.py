"""python -m quiz.batch FOLDER: carries out the order in a folder; started by the page that prints."""

import secrets
import sys
from pathlib import Path

from quiz.batch.background import work
from quiz.core.admission import ALPHABET, LENGTH

if __name__ == "__main__":
    work(Path(sys.argv[1]), lambda: "".join(secrets.choice(ALPHABET) for _ in range(LENGTH)))
