"""The same seed draws the same papers on SQLite and on PostgreSQL, today and in ten years: their digests are written down here."""

from quiz.storage import sittings
from quiz.storage.engine import reading

COMMITMENT = "24eb16f18ee19ea836772d912e472ebe706878b484c562d2b48fbea75720ba28"
DIGESTS = {
    "C1": "9fb77bc52ffe10b3ea1eedf7603037f5883680db16ac11a8c91747755c89e33f",
    "C2": "a12f363cd69e4acbed4ac6dfa9a497ae1e664bd0a35e2d5d5a3f4541aebd19ea",
    "C3": "3c8030a35e81de35a6da51eefcf9094c10909d1a9f32cb0ec3413c0be6b4b227",
}


def test_the_papers_of_a_seed_are_the_published_ones(world):
    with reading(world.engine) as db:
        sitting = sittings.get_sitting(db, "s1")
        found = {seat.cadre.number: seat.paper.digest for seat in sittings.seats_of_sitting(db, sitting)}
        commitment = sitting.commitment
    assert found == DIGESTS
    assert commitment == COMMITMENT
