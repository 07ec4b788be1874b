"""Pictures in the database: stored once with what needs them, handed out whole, refused when their bytes are missing or others."""

import hashlib
from dataclasses import replace

import pytest

from quiz.core.message import NotFound, QuizError
from quiz.core.picture import Picture
from quiz.core.question import Option
from quiz.storage import pictures as stored
from quiz.usecases import publishing
from quiz.usecases.pictures import pictures_to_print, read_picture, store_pictures

CONTENTS = [b"\x89PNG\r\n\x1a\n" + bytes([i]) * 2000 for i in range(3)]
PICTURES = [Picture(hashlib.sha256(content).hexdigest(), f"图{i}", 10, 10) for i, content in enumerate(CONTENTS)]
BYTES = {picture.digest: content for picture, content in zip(PICTURES, CONTENTS, strict=True)}


def pictured(question, number):
    return replace(question, picture=PICTURES[number], options=(Option("A", "", PICTURES[2]), *question.options[1:]))


def test_pictures_are_stored_once_and_come_back_whole(empty, county):
    changed = [pictured(county.QUESTIONS[0], 0), pictured(county.QUESTIONS[1], 1)]
    report = empty.do(publishing.publish, county.ADMIN, county.NOW, changed, pictures=BYTES)
    assert len(report.revised) == 2
    empty.do(publishing.publish, county.ADMIN, county.NOW, [replace(changed[0], explanation="新")], pictures=BYTES)
    assert empty.do(stored.pictures_of, [*BYTES, "0" * 64]) == BYTES
    row = empty.do(read_picture, PICTURES[0].digest)
    assert (row.kind, row.content) == ("png", CONTENTS[0])
    assert empty.do(publishing.read_question, county.ADMIN, changed[1].uid).item == changed[1]


def test_an_unknown_picture_is_not_found(empty):
    with pytest.raises(NotFound):
        empty.do(read_picture, "0" * 64)


def test_a_picture_of_a_part_of_a_case_is_needed_too(empty, county):
    case = replace(county.QUESTIONS[0], uid="case", parts=(pictured(county.QUESTIONS[1], 1),))
    with pytest.raises(QuizError, match="no_picture"):
        empty.do(store_pictures, [case], {PICTURES[1].digest: CONTENTS[1]})
    assert empty.do(stored.known_pictures, BYTES) == set()


def test_what_is_printed_brings_its_pictures(world):
    assert world.do(pictures_to_print, [world.paper()]) == {}
