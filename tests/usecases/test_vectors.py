"""The same seed draws the same papers on SQLite and on PostgreSQL, today and in ten years: their digests are written down here."""

from quiz.storage import sittings
from quiz.storage.engine import reading

COMMITMENT = "4439f8e4418751de1703e1b5b5daa72010ab59db78431fd99fe8d1e94e7c49b4"
DIGESTS = {
    "C1": "f460058b2ba517357e920bea008f1ef48510fc8173e050144da771107ca8dd4b",
    "C2": "c970619f259e9fc75ef0444b009dc134d909ac49dff587c33c785c9c7738e1c3",
    "C3": "2cc667c01befc3ef00d5d3a5f9c90ccafae01a7bba54b9ab16e1306fd3e6e69e",
}


def test_the_papers_of_a_seed_are_the_published_ones(world):
    with reading(world.engine) as db:
        sitting = sittings.get_sitting(db, "s1")
        found = {seat.cadre.number: seat.paper.digest for seat in sittings.seats_of_sitting(db, sitting)}
        commitment = sitting.commitment
    assert found == DIGESTS
    assert commitment == COMMITMENT
