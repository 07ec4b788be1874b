"""The same seed draws the same papers on SQLite and on PostgreSQL, today and in ten years: their digests are written down here."""

from quiz.storage import sittings
from quiz.storage.engine import reading

COMMITMENT = "24eb16f18ee19ea836772d912e472ebe706878b484c562d2b48fbea75720ba28"
DIGESTS = {
    "C1": "925708cdde2d7956378d25770614f40fdc696ec07dfb651c999119870db14428",
    "C2": "3ecd06d2e59f4d081137d0f348d54b9bd51fe82de86b2cd74be0a0d698c547d7",
    "C3": "ec6dc365307681a24b519ea0903c9d28b4fe28d112ed4b0f60bfa928c9620788",
}


def test_the_papers_of_a_seed_are_the_published_ones(world):
    with reading(world.engine) as db:
        sitting = sittings.get_sitting(db, "s1")
        found = {seat.cadre.number: seat.paper.digest for seat in sittings.seats_of_sitting(db, sitting)}
        commitment = sitting.commitment
    assert found == DIGESTS
    assert commitment == COMMITMENT
