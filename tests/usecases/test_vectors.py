"""The same seed draws the same papers on SQLite and on PostgreSQL, today and in ten years: their digests are written down here."""

from quiz.storage import sittings
from quiz.storage.engine import reading

COMMITMENT = "4439f8e4418751de1703e1b5b5daa72010ab59db78431fd99fe8d1e94e7c49b4"
DIGESTS = {
    "C1": "80245a73c1626ddc093651ea47130a246a2c48b375a548b727123f0d80d2b0e0",
    "C2": "916156d0b3aa33f80a7f44aff4b58e623eea90b2b07f5d4dc6e639025e68b2a9",
    "C3": "321fb39e5d2dcfeb8851161a24e902541f14854cb3e2f6148ab8d914469270e8",
}


def test_the_papers_of_a_seed_are_the_published_ones(world):
    with reading(world.engine) as db:
        sitting = sittings.get_sitting(db, "s1")
        found = {seat.cadre.number: seat.paper.digest for seat in sittings.seats_of_sitting(db, sitting)}
        commitment = sitting.commitment
    assert found == DIGESTS
    assert commitment == COMMITMENT
