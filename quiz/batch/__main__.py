"""python -m quiz.batch FOLDER: carries out the order in a folder; started by the page that prints."""

import sys
from pathlib import Path

from quiz.batch.background import work

if __name__ == "__main__":
    work(Path(sys.argv[1]))
