"""However a paper is read, its marks are the same: what grading reads of a stored text, against the rules applied to the whole paper."""

from __future__ import annotations

import hashlib
import json
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import text

from quiz.core.canonical import canonical_json
from quiz.core.correction import Correction, NewKey, Remedy, in_force, mark_settled
from quiz.core.frozen import freeze
from quiz.core.marking import Mark, Why
from quiz.core.paper import Paper, PaperSection, Slot
from quiz.core.paper_text import PaperTexts, QuestionTexts
from quiz.core.question import TRUE_OPTIONS, Blank, BlankKind, Level, Option, Point, Question, QuestionType, Source
from quiz.core.rule import FOR_CONTESTS, Rule, RuleName
from quiz.core.same_text import normalise
from quiz.core.to_mark import Settled, ToMark
from quiz.storage import attempts as stored
from quiz.storage import gradings, papers, sittings
from quiz.storage.tables import PaperRow, ResponseRow
from quiz.usecases import handing_in
from quiz.usecases.grading import Marker

OPTIONS = tuple(Option(letter, letter * 2) for letter in "ABCD")
WORDS = ("自治", "村民自治", "法 治", "2025", "二〇二五年", "2024", "", "&nbsp;")
RULES = [Rule(name, Decimal(value) if value else None) for name in RuleName if name not in FOR_CONTESTS for value in ("", "0.5")]


def asked(uid: str, kind: QuestionType, **parts: object) -> Question:
    values = {
        "category": "general/x",
        "area": "water",
        "department": "d",
        "stem": f"{uid}____",
        "level": Level.RECALL,
        "topic": "t",
        "source": Source("t", "i", "c"),
        "explanation": "e",
        "valid_from": date(2026, 1, 1),
    }
    return Question(uid=uid, type=kind, **values, **parts)  # type: ignore[arg-type]


BLANKS = (Blank(("2025",), BlankKind.NUMBER, "年"), Blank(("自治",), group="g", weight=Decimal(2)), Blank(("法治", "依法治理"), group="g"))
QUESTIONS = (
    asked("single", QuestionType.SINGLE, options=OPTIONS, key=frozenset("B")),
    asked("multiple", QuestionType.MULTIPLE, options=OPTIONS, key=frozenset("ABD")),
    asked("multiple@T01", QuestionType.MULTIPLE, options=OPTIONS, key=frozenset("AC")),
    asked("truth", QuestionType.TRUE_FALSE, options=TRUE_OPTIONS, key=frozenset("T"), keep_order=True),
    asked("blanks", QuestionType.FILL_IN, blanks=BLANKS),
    asked("case#1", QuestionType.FILL_IN, blanks=BLANKS[1:2]),
    asked("order", QuestionType.ORDERING, options=OPTIONS, key=frozenset({"1B", "2A", "3D", "4C"})),
    asked("match", QuestionType.MATCHING, options=OPTIONS, prompts=OPTIONS[:2], key=frozenset({"AC", "BA"})),
    asked("short", QuestionType.SHORT_ANSWER, points=(Point("收入", Decimal(2)), Point("评议", Decimal(3)))),
)
TEXTS = {hashlib.sha256(text).hexdigest(): text.decode() for text in (canonical_json(freeze(one)) for one in QUESTIONS)}
DIGESTS = {one.uid: hashlib.sha256(canonical_json(freeze(one))).hexdigest() for one in QUESTIONS}
IDS = {
    QuestionType.ORDERING: ["1A", "1B", "2A", "2C", "3D", "4C"],
    QuestionType.MATCHING: ["AA", "AC", "BA", "BD"],
    QuestionType.TRUE_FALSE: ["T", "F"],
}


def responses(question: Question) -> st.SearchStrategy[tuple[str, ...]]:
    if question.type.is_text:
        count = len(question.blanks) or 1
        return st.just(()) | st.tuples(*[st.sampled_from(WORDS)] * count)
    most = 1 if question.type in (QuestionType.SINGLE, QuestionType.TRUE_FALSE) else 4
    return st.lists(st.sampled_from(IDS.get(question.type, list("ABCD"))), unique=True, max_size=most).map(lambda found: tuple(sorted(found)))


def new_keys(question: Question) -> st.SearchStrategy[NewKey]:
    if question.type is QuestionType.FILL_IN:
        return st.tuples(*[st.lists(st.sampled_from(WORDS[:5]), min_size=1, max_size=2).map(tuple)] * len(question.blanks)).map(
            lambda blanks: NewKey(blanks=blanks)
        )
    ids = IDS.get(question.type, list("ABCD"))
    return st.lists(st.sets(st.sampled_from(ids), min_size=1).map(frozenset), min_size=1, max_size=2).map(lambda found: NewKey(tuple(found)))


@st.composite
def paper(draw: st.DrawFn) -> Paper:
    """A paper with some of the questions, each maybe more than once, in sections of any rule, worth anything."""
    sections = tuple(
        PaperSection(f"第{n}部分", QuestionType.SINGLE, Decimal(2), rule)
        for n, rule in enumerate(draw(st.lists(st.sampled_from(RULES), min_size=1, max_size=3)))
    )
    slots = []
    for number, question in enumerate(draw(st.lists(st.sampled_from(QUESTIONS), min_size=1, max_size=8)), 1):
        shown = question if question.keep_order else question.with_options(tuple(draw(st.permutations(question.options))))
        worth = draw(st.sampled_from(["1", "1.5", "2", "3.33"]))
        section, revision = draw(st.integers(0, len(sections) - 1)), draw(st.integers(1, 2))
        case = "case" if "#" in question.uid else ""
        slots.append(Slot(number, section, shown, revision, DIGESTS[question.uid], Decimal(worth), "通用", case=case))
    return Paper("CODE", "s1", "测试", 60, Decimal(10), Decimal(6), sections, tuple(slots))


@st.composite
def settled(draw: st.DrawFn) -> Settled:
    """Nothing at all, or some texts decided and some questions corrected."""
    if draw(st.booleans()):
        return Settled({})
    shares = draw(st.dictionaries(st.sampled_from(WORDS), st.sampled_from([Fraction(0), Fraction(1, 3), Fraction(1)])))
    places = [("blanks", 1), ("blanks", 2), ("case#1", 0), ("short", 0)]
    decisions = {(*place, normalise(word)): share for word, share in shares.items() for place in places}
    corrections = []
    for number, question in enumerate(draw(st.lists(st.sampled_from(QUESTIONS), max_size=4)), 1):
        remedy = draw(st.sampled_from(Remedy))
        if not remedy.needs_key:
            corrections.append(Correction(number, question.uid.partition("#")[0], remedy))
        elif question.type is not QuestionType.SHORT_ANSWER:
            corrections.append(Correction(number, question.uid, remedy, draw(new_keys(question))))
    return Settled(decisions, corrections)


READERS = QuestionTexts(most=6), QuestionTexts(most=100)
"""One forgets all the time, since papers have more questions together; one never, so that all examples mark the same values."""


@settings(deadline=None)
@given(st.data(), st.sampled_from(READERS), st.lists(paper(), min_size=1, max_size=3), settled(), st.booleans())
def test_what_grading_reads_is_marked_as_the_whole_paper(data, reader, some, known, is_old):
    marker = Marker(known)
    for one in some:
        texts = PaperTexts()
        content = canonical_json(freeze(one)).decode() if is_old else texts.write(one)[0]
        to_mark = reader.read_to_mark(content, lambda digests, own=texts.questions: {name: TEXTS.get(name) or own[name] for name in digests})
        assert [number for number, _ in to_mark] == [slot.number for slot in one.slots]
        for slot, (_, least) in zip(one.slots, to_mark, strict=True):
            response = data.draw(responses(slot.question))
            override = data.draw(st.none() | st.sampled_from([Decimal(0), Decimal("0.25"), slot.max_mark]))
            correction = in_force(known.corrections, slot.question.uid)
            plain = mark_settled(slot.question, response, slot.max_mark, one.sections[slot.section].rule, known.decisions, correction, override)
            wanted = gradings.marked(replace(plain, revision=slot.revision))
            value = json.dumps(response, ensure_ascii=False)
            assert marker.mark(least, value, override) == wanted
            assert marker.mark(least, value, override) == wanted


def test_what_is_known_by_rule_is_not_what_is_settled():
    """Everything is marked twice in turn, so that a mark kept for the one would be given for the other."""
    single, blank = (ToMark(QUESTIONS[n], 1, Decimal(2), Rule()) for n in (0, 5))
    corrected = Settled({}, [Correction(1, "single", Remedy.FULL)])
    decided = Settled({("case#1", 0, "村民自治"): Fraction(1)})
    for _ in range(2):
        for known, whys in ((Settled({}), "wrong needs_review"), (corrected, "full_for_all needs_review"), (decided, "wrong right")):
            marker = Marker(known)
            assert [marker.mark(single, '["A"]').mark.why, marker.mark(blank, '["村民自治"]').mark.why] == whys.split()


def test_a_few_slots_are_read_as_all_of_them():
    slots = tuple(Slot(n, 0, one, 1, DIGESTS[one.uid], Decimal(2), "通用", case="c" * ("#" in one.uid)) for n, one in enumerate(QUESTIONS, 1))
    texts = PaperTexts()
    content, _ = texts.write(
        Paper("CODE", "s1", "测试", 60, Decimal(18), Decimal(6), (PaperSection("题", QuestionType.SINGLE, Decimal(2), RULES[2]),), slots)
    )
    asked_for: list[str] = []

    def texts_of(digests: list[str]) -> dict[str, str]:
        asked_for.extend(digests)
        return {name: TEXTS.get(name) or texts.questions[name] for name in digests}

    reader = QuestionTexts(most=100)
    few = reader.read_to_mark(content, texts_of, [2, 5])
    assert [(number, one.question, one.max_mark, one.rule) for number, one in few] == [(n, QUESTIONS[n - 1], Decimal(2), RULES[2]) for n in (2, 5)]
    assert len(asked_for) == 2
    assert [slot for slot in reader.read_to_mark(content, texts_of) if slot[0] in (2, 5)] == few
    assert len(asked_for) == len(set(asked_for)) == len(QUESTIONS)


def test_papers_written_before_they_named_their_questions_are_graded(world, county):
    """Such a text says each question in full, as a frozen value."""

    def reissue(db):
        (seat,) = sittings.seats_of_cadre(db, "C1")
        old = replace(papers.read_paper(seat.paper), code="OLD01-PAPER")
        content = canonical_json(freeze(old)).decode()
        assert '"stem"' in content
        names = ("sitting_id", "cadre_id", "unit_id", "post", "cadre_name", "unit_name", "seat", "form", "questions")
        values = {name: getattr(seat.paper, name) for name in names}
        db.add(PaperRow(number=2, code=old.code, content=content, digest=hashlib.sha256(content.encode()).hexdigest(), **values))
        return old

    old = world.do(reissue)
    world.start()
    given = [replace(save, value=save.value if save.slot % 2 else []) for save in world.right_answers()]
    world.submit(given)

    def marks(db):
        (seat,) = sittings.seats_of_cadre(db, "C1")
        assert seat.paper.code == old.code
        graded = gradings.newest_grading(db, seat.attempt)
        return graded.score, gradings.marks_of(db, graded.grading_id)

    score, found = world.do(marks)
    values = {save.slot: tuple(save.value) for save in given}
    for slot in old.slots:
        rule = old.sections[slot.section].rule
        assert found[slot.number] == replace(mark_settled(slot.question, values[slot.number], slot.max_mark, rule, {}, None), revision=slot.revision)
    assert score == sum(mark.mark for mark in found.values()) > 0


@pytest.mark.parametrize("count", [1, 99, 100, 101, 256])
def test_every_mark_is_stored_however_many_go_in_one_statement(world, county, count):
    world.start()
    new = [gradings.marked(Mark(Decimal(n % 2), Decimal(2), RULES[0], Why.RIGHT, {"right": n})) for n in range(count)]

    def append(db):
        (seat,) = sittings.seats_of_cadre(db, "C1")
        row = {"sitting_id": seat.sitting.id, "attempt_id": seat.attempt.id, "number": 1, "score": 0, "max_score": 0, "pending": 0}
        (run,) = gradings.append_runs(db, [{**row, "reason": "", "graded_at": county.NOW}])
        gradings.append_marks(db, row["sitting_id"], [run], [[(n, one, None) for n, one in enumerate(new, 1)]])
        return gradings.marks_of(db, run)

    assert world.do(append) == {n: one.mark for n, one in enumerate(new, 1)}


def test_many_attempts_are_graded_together_as_one_by_one(world, county):
    for number in ("C1", "C2", "C3"):
        world.start(number)
        for save in world.right_answers(number)[:4]:
            world.save(save.slot, save.value, save.seq, number)
    world.do(handing_in.submit, county.trainee("C1"), world.code("C1"), (), "dev", county.OPENS + timedelta(minutes=30))
    assert world.do(handing_in.close_expired, county.OPENS + timedelta(hours=2)) == 2

    def runs(db):
        found = {}
        for number in ("C1", "C2", "C3"):
            (seat,) = sittings.seats_of_cadre(db, number)
            graded = gradings.newest_grading(db, seat.attempt)
            found[number] = (graded.number, graded.score, graded.max_score, graded.pending), gradings.marks_of(db, graded.grading_id)
        return found

    found = world.do(runs)
    for number, (run, marks) in found.items():
        assert run == (1, found["C1"][0][1], Decimal(10), 0), number
        assert [mark.why for mark in marks.values()].count(Why.RIGHT) == 4
        assert sorted(marks) == [slot.number for slot in world.paper(number).slots]


def test_the_newest_response_of_each_slot_counts_whatever_it_says_and_whenever_it_was_stored(world, county):
    """Read for many attempts at once as for each alone: numbered lower but stored later, superseded, late, of equal number, with line ends."""
    for number in ("C1", "C2", "C3"):
        world.start(number)
    saves = [
        *[(1, 9, "accepted", "new"), (1, 4, "accepted", "old, but came later"), (1, 10, "late", "too late"), (1, 12, "conflict", "")],
        *[(2, 3, "accepted", "of two"), (2, 3, "accepted", "the later"), (11, 2, "accepted", '十一\n二\r\n\u2028三, "四"\\')],
        *[(3, 7, "superseded", "never counted"), (10, 100, "accepted", "seq of three digits"), (10, 20, "accepted", "of two")],
    ]

    def read(db):
        if db.get_bind().dialect.name == "sqlite":  # its rows would come in the index's order, which nothing promises
            db.execute(text("DROP INDEX ix_response_attempt_seq"))
        seats = [sittings.seats_of_cadre(db, number)[0] for number in ("C1", "C2", "C3")]
        for seat, some in zip(seats, (saves, saves[::-1], []), strict=True):
            for slot, seq, state, said in some:
                own = {"sitting_id": seat.sitting.id, "attempt_id": seat.attempt.id, "device": "d", "received_at": county.NOW}
                db.add(ResponseRow(slot=slot, seq=seq, state=state, value=json.dumps([said, ""], ensure_ascii=False), **own))
                db.flush()
        found = stored.current_of_many(db, seats[0].sitting.id, [seat.attempt.id for seat in seats])
        alone = [stored.current_rows(db, seat.attempt) for seat in seats]
        assert [found[seat.attempt.id] for seat in seats] == [{slot: (row.id, row.value) for slot, row in one.items()} for one in alone]
        return [{slot: stored.response_in(value)[0] for slot, (_, value) in found[seat.attempt.id].items()} for seat in seats]

    first, second, nothing = world.do(read)
    assert first == {1: "new", 2: "the later", 11: saves[6][3], 10: "seq of three digits"}
    assert second == {**first, 2: "of two"}
    assert nothing == {}
