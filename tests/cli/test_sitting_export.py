"""The record of a sitting: complete, bound by digests, and enough to mark every attempt again from the file alone."""

import hashlib
import io
import json
import zipfile
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from fractions import Fraction

import pytest

from quiz.core.access import Actor, Role
from quiz.core.frozen import thaw
from quiz.core.marking import Mark, mark_response
from quiz.core.message import Forbidden, NotFound
from quiz.core.paper import Paper
from quiz.core.saving import Save
from quiz.core.seed import commitment, snapshot_digest
from quiz.formats.sealed_zip import SealedZip
from quiz.formats.sitting_zip import FORMAT, VERSION, write_record
from quiz.storage import dump
from quiz.storage.engine import reading, snapshot
from quiz.storage.tables import AttemptRow, AuditRow, DecisionRow, GradingRow, MarkRow, PaperRow, ResponseRow
from quiz.usecases import scheduling, sheets
from quiz.usecases.sitting_record import note_export, read_record
from tests.cli.test_chain import Shell, sit_right
from tests.judging import decide, list_texts
from tests.usecases.conftest import ADMIN, NOW, OPENS, SEED, ZONE, empty, sitting_plan, trainee  # noqa: F401
from tests.usecases.test_scanning import Paper as SheetPaper

AFTER = OPENS + timedelta(hours=3)


@pytest.fixture
def world(empty):  # noqa: F811
    """A sitting in which one was right, one wrote what a person had to decide, changed an answer and came late, and one never came."""
    empty.do(scheduling.create_sitting, ADMIN, NOW, sitting_plan(), ZONE, SEED)
    empty.start("C1")
    empty.submit(empty.right_answers("C1"), "C1")
    empty.start("C2")
    fill = next(slot for slot in empty.paper("C2").slots if slot.question.blanks)
    empty.save(1, ["A"], 1, "C2")
    empty.save(1, ["B"], 3, "C2")
    empty.save(1, ["C"], 2, "C2")
    empty.submit([Save(fill.number, ["2025", "自治县"], 4)], "C2")
    empty.save(1, ["D"], 9, "C2", OPENS + timedelta(minutes=50))
    for item in empty.do(list_texts, "s1"):
        empty.do(decide, ADMIN, "s1", item, AFTER)
    return empty


def exported(world, at=AFTER) -> dict[str, bytes]:
    """The members of the record by name."""
    out = io.BytesIO()
    world.do(note_export, ADMIN, "s1", at)
    with snapshot(world.engine) as db:
        record = read_record(db, ADMIN, "s1", at)
        about = {"code": "s1", "title": record.sitting.title, "is_final": record.is_final}
        write_record(out, at, about, record.rows.plan(), record.rows.streams(), record.rows.pictures, dump.plain)
    SealedZip(out, FORMAT, VERSION).check()
    with zipfile.ZipFile(out) as file:
        return {name: file.read(name) for name in file.namelist()}


def rows(members, name):
    return [json.loads(line) for line in members[f"{name}.jsonl"].splitlines()]


def test_it_holds_every_row(world):
    members = exported(world)
    with reading(world.engine) as db:
        wanted = {
            name: db.query(table).count()
            for name, table in (
                ("papers", PaperRow), ("attempts", AttemptRow), ("responses", ResponseRow), ("gradings", GradingRow),
                ("marks", MarkRow), ("decisions", DecisionRow),
            )
        }  # fmt: skip
        wanted["audit"] = db.query(AuditRow).filter(AuditRow.subject == "s1").count()
    assert {name: len(rows(members, name)) for name in wanted} == wanted
    assert wanted["decisions"] == 1
    assert {row["state"] for row in rows(members, "responses")} == {"accepted", "superseded", "late"}
    assert [row["action"] for row in rows(members, "audit")] == ["create_sitting", "decide", "export_sitting"]
    assert json.loads(members["manifest.json"])["rows"]["papers"] == 3


def test_scanned_pages_go_with_it_and_their_decisions(world):
    sheet = SheetPaper(world, "C3")
    page = sheet.page(doubts=(1,))
    (taken,) = sheet.take(page)
    world.do(sheets.decide_place, ADMIN, "s1", taken.sheet.state.places[0].scan_id, 1, 0, [], "看不清", AFTER)
    members = exported(world)
    assert members[f"pictures/scan-{page.digest}.jpeg"] == page.content
    assert [(row["digest"], row["problem"], row["doubts"]) for row in rows(members, "scans")] == [(page.digest, "", 1)]
    assert [(row["kind"], row["slot"], row["reason"]) for row in rows(members, "scan_decisions")] == [("mark", 1, "看不清")]


def test_every_attempt_is_marked_again_from_the_file_alone(world):
    members = exported(world)
    papers = {row["id"]: thaw(Paper, row["paper"]) for row in rows(members, "papers")}
    decisions = {(row["question_uid"], row["blank"], row["text"]): Fraction(row["share"], 1_000_000) for row in rows(members, "decisions")}
    newest = {row["attempt_id"]: row for row in sorted(rows(members, "gradings"), key=lambda row: row["number"])}
    attempts_in_file = rows(members, "attempts")
    for attempt in attempts_in_file:
        paper = papers[attempt["paper_id"]]
        saves = [row for row in rows(members, "responses") if row["attempt_id"] == attempt["id"] and row["state"] == "accepted"]
        values = {row["slot"]: tuple(json.loads(row["value"])) for row in sorted(saves, key=lambda row: (row["seq"], row["id"]))}
        stored = {row["slot"]: row for row in rows(members, "marks") if row["grading_id"] == newest[attempt["id"]]["id"]}
        for slot in paper.slots:
            rule = paper.sections[slot.section].rule
            mark = mark_response(slot.question, values.get(slot.number, ()), slot.max_mark, rule, decisions)
            assert replace(mark, revision=slot.revision) == thaw(Mark, json.loads(stored[slot.number]["detail"]))
            assert mark.mark == Decimal(stored[slot.number]["mark"]) / 100
        assert sum(row["mark"] for row in stored.values()) == newest[attempt["id"]]["score"]
    assert len(attempts_in_file) == 2


def test_the_papers_in_full_are_the_frozen_ones(world):
    members = exported(world)
    known = {row["digest"]: row["content"] for row in rows(members, "questions")}
    assert all(hashlib.sha256(text.encode()).hexdigest() == digest for digest, text in known.items())
    for row in rows(members, "papers"):
        assert hashlib.sha256(row["content"].encode()).hexdigest() == row["digest"]
        named = {stub.get("revision") or stub.get("digest") for stub in (slot["question"] for slot in json.loads(row["content"])["slots"])}
        assert named <= known.keys()
        assert thaw(Paper, row["paper"]) == world.paper(row["cadre_number"])


def test_the_draw_can_be_checked_against_its_commitment(world):
    import base64

    sitting = json.loads(exported(world)["sitting.json"])
    seed = base64.b64decode(sitting["seed"])
    assert seed == SEED
    assert commitment(seed, snapshot_digest(json.loads(sitting["snapshot"]))) == sitting["commitment"]


def test_it_says_in_chinese_how_to_read_it_and_whether_it_is_final(world):
    members = exported(world)
    text = members["读我.txt"].decode()
    assert "测试（s1）" in text
    assert "已结束" in text
    assert {name for name in members if name.split("/")[0] not in text} == {"读我.txt"}
    assert "记录不完整" in exported(world, OPENS)["读我.txt"].decode()


def test_only_who_sees_the_whole_county_may_take_it_away(world):
    for actor in (trainee(), *(Actor(role, {role: "/"}) for role in (Role.MARKER, Role.SETTER)), Actor("part", {Role.ORGANISER: "/QL/T01/"})):
        with pytest.raises(Forbidden):
            world.do(note_export, actor, "s1", AFTER)
    with pytest.raises(Forbidden):
        world.do(note_export, Actor("own", {Role.ORGANISER: "/"}, cadre_number="C1"), "s1", OPENS)
    with pytest.raises(NotFound):
        world.do(note_export, ADMIN, "none", AFTER)
    world.do(note_export, Actor("inspector", {Role.INSPECTOR: "/"}), "s1", AFTER)


def test_by_command_line_with_pictures_and_local_questions(tmp_path, monkeypatch):
    shell = Shell(tmp_path, monkeypatch)
    shell.install()
    shell.draw()
    sit_right(shell)
    output = shell("sitting", "export", "s1", "-o", tmp_path / "s.zip")
    assert "尚未结束" in output
    with zipfile.ZipFile(tmp_path / "s.zip") as file:
        manifest = file.read("manifest.json")
        questions = [json.loads(line) for line in file.read("questions.jsonl").splitlines()]
    assert hashlib.sha256(manifest).hexdigest() in output
    assert json.loads(manifest)["rows"]["attempts"] == 1
    assert any("@" in json.loads(row["content"])["uid"] for row in questions)
    assert "not_found" in shell("sitting", "export", "none", "-o", tmp_path / "x.zip")
    assert not (tmp_path / "x.zip").exists()
