"""Appeals by command line: list, answer, window; and one mark by hand."""

from datetime import UTC, datetime, timedelta

from quiz.cli.console import Console
from quiz.core.access import Actor, Role
from quiz.storage.engine import make_engine, writing
from quiz.storage.sittings import get_sitting, seats_of_sitting
from quiz.usecases import appealing


def test_list_answer_window_and_override(shell, monkeypatch):
    at = datetime(2026, 11, 22, 4, tzinfo=UTC)
    engine = make_engine(Console().settings.database_url)
    with writing(engine) as db:
        seat = next(seat for seat in seats_of_sitting(db, get_sitting(db, "s1")) if seat.attempt)
        number, actor = seat.cadre.number, Actor("x", {Role.TRAINEE: "/"}, cadre_number=seat.cadre.number)
        for slot, text in ((1, "条款已修订"), (2, "选项印刷\n不清")):
            appealing.speak(db, actor, seat.paper.code, slot, text, at)
    engine.dispose()
    listed = shell("appeal", "list", "s1")
    assert "1\tappeal\t" in listed
    assert "选项印刷 不清" in listed
    assert "2份等待答复" in listed
    assert "已答复" in shell("appeal", "answer", "s1", "1", "--reject", "--reason", "没有修订")
    assert "nothing_done" in shell("appeal", "answer", "s1", "2", "--uphold", "--reason", "x")
    assert "bad_mark" in shell("appeal", "answer", "s1", "2", "--uphold", "--mark", "两分", "--reason", "x")
    assert "已答复" in shell("appeal", "answer", "s1", "2", "--uphold", "--mark", "9.5", "--reason", "确实不清")
    assert "0份等待答复" in shell("appeal", "list", "s1")
    assert "rejected: 没有修订" in shell("appeal", "list", "s1", "--all")
    assert "99.5/100" in shell("result", "show", "s1", number)
    assert "1\tappeal" not in shell("appeal", "list", "s1")
    assert "已改分" in shell("result", "override", "s1", number, "3", "--mark", "0", "--reason", "卷面污损")
    assert "89.5/100" in shell("result", "show", "s1", number)
    assert "已改分" in shell("result", "override", "s1", number, "3", "--reason", "已复核")
    assert "bad_slot" in shell("result", "override", "s1", number, "99", "--mark", "1", "--reason", "x")
    assert "not_shorter" in shell("appeal", "window", "s1", "1")
    assert "异议期：5天" in shell("appeal", "window", "s1", "5")
    uid = next(line for line in listed.splitlines() if line.startswith("1\t")).split("\t")[2]
    later = Console().now() + timedelta(minutes=1)
    monkeypatch.setattr(Console, "now", lambda _self: later)
    assert "更正已生效" in shell("sitting", "correct", "s1", uid, "--remedy", "full", "--reason", "题目有误")
    assert "没有修订\t答复以后这道题又更正过" in shell("appeal", "list", "s1")
