"""Correcting by command line: check, do, list, print, undo."""

import json
import re

import pytest

from quiz.cli.console import Console
from quiz.storage.engine import make_engine, reading
from quiz.storage.papers import read_paper
from quiz.storage.sittings import get_sitting, seats_of_sitting


def sat_question(shell):
    """A general single choice on the paper that was sat."""
    engine = make_engine(Console().settings.database_url)
    with reading(engine) as db:
        sitting = get_sitting(db, "s1")
        paper = next(read_paper(seat.paper) for seat in seats_of_sitting(db, sitting) if seat.attempt)
    engine.dispose()
    return next(slot.question for slot in paper.slots if slot.question.type == "single" and "@" not in slot.question.uid)


def test_check_do_list_print_and_undo(shell):
    question = sat_question(shell)
    (key,) = question.key
    other = next(option.id for option in question.options if option.id != key)
    base = ("sitting", "correct", "s1", question.uid)
    seen = shell(*base, "--remedy", "new_key", "--key", other, "--check")
    assert "成绩变动1人：加分0人，减分1人。" in seen
    assert re.search(r"\t10→0\t100→90$", seen, re.MULTILINE)
    told = json.loads(shell(*base, "--remedy", "new_key", "--key", other, "--check", "--json"))
    assert (told["effect"]["lowered"], told["changes"][0]["score_after"]) == (1, "90.00")
    assert "没有更正过" in shell("sitting", "corrections", "s1")
    assert "no_reason" in shell(*base, "--remedy", "full")
    assert "第1次更正已生效" in shell(*base, "--remedy", "new_key", "--key", other, "--reason", "文件已修订")
    assert "第2次更正已生效" in shell(*base, "--remedy", "original", "--reason", "看错了文件")
    listed = shell("sitting", "corrections", "s1").splitlines()
    assert [line.split("\t")[0] for line in listed] == ["2", "1"]
    assert "看错了文件" in listed[0]
    file = shell.folder / "notice.pdf"
    assert "更正公告已写入" in shell("sitting", "correction-notice", "s1", "1", "-o", file)
    assert file.read_bytes().startswith(b"%PDF")


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("--remedy", "new_key"), "bad_key"),
        (("--remedy", "new_key", "--key", "Z"), "bad_key"),
        (("--remedy", "drop", "--key", "A"), "no_key_wanted"),
        (("--remedy", "original"), "same_as_now"),
    ],
)
def test_what_cannot_be_is_refused(shell, words, code):
    assert code in shell("sitting", "correct", "s1", sat_question(shell).uid, *words, "--reason", "x")
    assert "not_found" in shell("sitting", "correct", "s1", "nowhere", *words, "--reason", "x")
    assert "not_found" in shell("sitting", "correction-notice", "s1", "1", "-o", shell.folder / "x.pdf")
