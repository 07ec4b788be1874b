"""python -m quiz.batch FOLDER: carries out the order in a folder; started by the page that prints."""

import secrets
import sys
from functools import partial
from pathlib import Path

from quiz.batch.background import work
from quiz.core.admission import make_code

if __name__ == "__main__":
    work(Path(sys.argv[1]), partial(make_code, secrets.choice))
