"""The seed specification: numbers that every other implementation must give too."""

from quiz.core.seed import Stream, commitment, exam_key, paper_key, snapshot_digest


def test_seed_specification_vectors():
    """The numbers that every other implementation of the seed specification must give too."""
    seed = bytes(range(32))
    digest = snapshot_digest({"sitting": "s", "roster": ["C1", "张三"], "n": 3})
    key = exam_key(seed, digest)
    own = paper_key(key, "C1")
    assert digest.hex() == VECTORS["snapshot"]
    assert commitment(seed, digest) == VECTORS["commitment"]
    assert own.hex() == VECTORS["paper_key"]
    assert [Stream(own, "test").next_u64(), Stream(own, "b10").below(10)] == VECTORS["numbers"]
    assert "".join(Stream(own, "opt/q0").shuffled("ABCD")) == VECTORS["shuffled"]


VECTORS = {
    "snapshot": "f5c900d8e3cdc9538d29d69715f3c712984a145d995f79b4e57131fb06f43e49",
    "commitment": "9cc23ea9bd4d41b0d4ef87346f5f1b0680726f969440143a9a49164b6c506b90",
    "paper_key": "6a3580e390f7abf6397e2225c175eddee1c51dde9622ea1dd7a6982ddc8abd2f",
    "numbers": [10297297830550333877, 5],
    "shuffled": "DABC",
}
