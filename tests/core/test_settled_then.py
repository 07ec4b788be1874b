"""What stood at the time of an older grading run: replayed from rows that only grow, whatever happened in which order."""

from datetime import UTC, datetime, timedelta
from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from quiz.core.correction import Correction, Remedy
from quiz.core.same_text import normalise
from quiz.core.settled_then import NEAR, Bounds, Decided, Saved, SettledLog, standing_at, standing_near
from quiz.core.to_mark import Settled
from tests.usecases.conftest import QUESTIONS

START = datetime(2026, 11, 21, tzinfo=UTC)
BLANKS = next(one for one in QUESTIONS if one.uid == "fill-0")
WORDS = ["自治", "村民自治", "2025"]

saves = st.lists(st.tuples(st.integers(0, 5), st.integers(1, 2), st.integers(1, 3), st.booleans()), max_size=12)


def made(rows):
    """Saves as they are read: each some minutes after the one before; a word on an earlier one takes its number, slot and text."""
    out, at = [], START
    for minutes, slot, seq, is_word in rows:
        at += timedelta(minutes=minutes)
        if is_word and out:
            before = out[(slot + seq) % len(out)]
            out.append(Saved(at, before.id, before.slot, before.seq, before.value, not before.counts))
        else:
            out.append(Saved(at, len(out) + 1, slot, seq, f"text {len(out)}"))
    return out


def replayed(rows):
    """The same, one after the other and slot by slot."""
    newest, found = {one.id: one for one in rows}, {}
    for one in newest.values():
        have = found.get(one.slot)
        if one.counts and (have is None or (one.seq, one.id) > (have.seq, have.id)):
            found[one.slot] = one
    return {slot: (one.id, one.value) for slot, one in found.items()}


@given(saves, st.integers(0, 40))
def test_what_counted_at_a_moment_is_what_a_replay_until_then_gives(rows, minutes):
    some, moment = made(rows), START + timedelta(minutes=minutes)
    standing = standing_at(some, moment)
    assert standing == replayed([one for one in some if one.at <= moment])
    near = standing_near(some, moment)
    assert standing in near
    assert len(near) == 1 + sum(abs(one.at - moment) <= NEAR for one in some)


events = st.lists(st.tuples(st.booleans(), st.sampled_from(WORDS), st.integers(0, 2), st.sampled_from([Remedy.FULL, Remedy.DROP, Remedy.ORIGINAL])))


@given(events, st.integers(0, 12), st.booleans())
def test_what_was_settled_at_a_moment_is_what_a_replay_until_then_gives(happened, count, is_close):
    """Of things far from each other there is one possibility; where all happened at once each point in between is one, until a cause says."""
    step = timedelta(0) if is_close else 3 * NEAR
    decisions, corrections, states = [], [], [({}, 0)]
    for n, (is_decision, word, share, remedy) in enumerate(happened):
        at = START + n * step
        if is_decision:
            decisions.append(Decided(10 * n + 1, at, ("fill-0", 1, normalise(word)), Fraction(share, 2)))
        else:
            corrections.append((Correction(len(corrections) + 1, "fill-0", remedy), at))
        mine = {one.text: one.share for one in decisions if one.text[2] == normalise(WORDS[0])}
        states.append((mine, len(corrections)))
    log = SettledLog(decisions, corrections)
    count = min(count, len(happened))
    known, few = states[count]
    every = [one for one, _ in corrections]
    wanted = Settled(known, every[:few])
    response, moment = ("2025", WORDS[0]), START + step * (2 * count - 1) / 2
    found = log.possible(BLANKS, response, moment, Bounds())
    assert wanted in found
    if not is_close:
        assert found == [wanted]
    by_cause = log.possible(BLANKS, response, moment, Bounds(correction=few or None, later_correction=few + 1))
    assert {len(one.corrections) for one in by_cause} == {few}
    assert log.now() == Settled({one.text: one.share for one in decisions}, every)
    assert log.touches("fill-0") == bool(happened)
    assert not log.touches("fill-1")
