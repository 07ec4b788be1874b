"""Makes the fictional demo county 青岚县: its profile and its roster, the same bytes on every run.

No place, person or figure in it is real. It refuses nothing and checks nothing: the loaders of the banks do the
checking, and the data is meant to pass (`identified = active + removed`, a township is the sum of its villages).

    python -m tools.make_demo_county [FOLDER]        # FOLDER is question_banks/profiles when left out
"""

import sys
from pathlib import Path
from random import Random

from tools.demo_county.households import make_households
from tools.demo_county.people import (
    make_county_leaders,
    make_department_cadres,
    make_names,
    make_stationed_cadres,
    make_township_cadres,
    make_village_cadres,
    move_cadres,
)
from tools.demo_county.places import assign_sponsors, make_townships
from tools.demo_county.texts import profile_text, roster_text

SEED = 2026
FOLDER = Path(__file__).resolve().parent.parent / "question_banks" / "profiles"


def main(folder: Path = FOLDER) -> None:
    random = Random(SEED)
    townships = make_townships(random)
    villages = [village for township in townships for village in township.villages]
    assign_sponsors(random, villages)
    cadres = [
        *make_county_leaders(random, townships),
        *make_department_cadres(random),
        *make_township_cadres(random, townships),
        *make_stationed_cadres(random, villages),
        *make_village_cadres(random, villages),
    ]
    move_cadres(cadres, townships)
    names = make_names(random, len(cadres))
    profile = profile_text(townships, make_households(townships, cadres))
    (folder / "qinglan.yaml").write_text(profile, encoding="utf-8", newline="\n")
    (folder / "qinglan-roster.yaml").write_text(roster_text(townships, cadres, names), encoding="utf-8", newline="\n")


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:2]))
