"""A picture's whole way: from a file beside the bank over the sitting page, for people who are logged in, to the printed paper."""

from __future__ import annotations

import hashlib
import re
from datetime import timedelta
from io import BytesIO
from pathlib import Path

import pypdfium2
import pypdfium2.raw as pdfium
import pytest
from flask import Flask
from PIL import Image
from sqlalchemy import Engine, text
from sqlalchemy.exc import DatabaseError

from quiz.banks.lint import lint_paths
from quiz.core.access import command_line
from quiz.core.message import QuizError
from quiz.core.sitting import Release
from quiz.storage import pictures as stored
from quiz.storage.engine import reading, writing
from quiz.storage.papers import read_paper
from quiz.storage.sittings import get_sitting, seats_of_sitting
from quiz.storage.tables import PictureRow
from quiz.usecases import publishing
from tests.keyless import without_key
from tests.web.world import NINE, ZONE, Clock, Person, paper_code, schedule

BANK = """\
category: general/water
area: water
department: 县水利局
label: sample
documents: {law: {title: 供水办法, issuer: 县政府}}
questions:
  - id: single-1
    type: single
    stem: 单选第1号：见图，先做的是（　　）。
    picture: {file: images/flow.png, alt: "停水处理流程图：<先核实> & 再上报"}
    options:
      A: {picture: {file: images/a.png, alt: 一把扳手}}
      B: {text: 上报, picture: {file: images/b.jpg, alt: 一部电话}}
      C: 等待
      D: 发文
    key: A
    level: recall
    topic: 供水
    source: {document: law, clause: 第三条}
    valid_from: 2026-01-01
    valid_to: open
    explanation: 先核实再报告。
"""
SITTING = "pictured"
ADMIN = command_line("tests")
BEFORE = NINE - timedelta(hours=4)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A bank with three pictures beside it."""
    folder = tmp_path / "question_banks" / "general"
    (folder / "images").mkdir(parents=True)
    Image.new("RGB", (640, 300), "navy").save(folder / "images/flow.png")
    Image.new("L", (100, 100), 0).save(folder / "images/a.png")
    Image.new("RGB", (90, 120), "red").save(folder / "images/b.jpg")
    (folder / "water.yaml").write_text(BANK, encoding="utf-8")
    return folder


@pytest.fixture
def digests(folder: Path, web_engine: Engine) -> list[str]:
    """The digests of the pictures (of stem, A and B), published and on the papers of a sitting."""
    found = lint_paths([folder], ZONE)
    assert [d.render() for d in found.diagnostics] == []
    with writing(web_engine) as session:
        report = publishing.publish(session, ADMIN, BEFORE, found.questions, pictures=found.pictures)
    assert report.revised == ("single-1",)
    schedule(web_engine, SITTING, Release.ON_SUBMIT)
    question = found.questions[0]
    pictures = [question.picture, *(option.picture for option in question.options)]
    return [picture.digest for picture in pictures if picture]


def images_of(page: str) -> list[dict[str, str]]:
    return [dict(re.findall(r'(\w+)="([^"]*)"', tag)) for tag in re.findall(r"<img[^>]*>", page)]


def test_the_sitting_page_shows_the_pictures_with_words_and_size(digests: list[str], trainee: Person, web_engine: Engine) -> None:
    code = paper_code(web_engine, "Q001", SITTING)
    trainee.post(f"/papers/{code}/start")
    page = trainee.get(f"/papers/{code}/sit").get_data(as_text=True)
    images = {image["src"]: image for image in images_of(page)}
    assert set(images) == {f"/pictures/{digest}" for digest in digests}
    stem = images[f"/pictures/{digests[0]}"]
    assert (stem["alt"], stem["width"], stem["height"]) == ("停水处理流程图：&lt;先核实&gt; &amp; 再上报", "640", "300")
    for label in re.findall(r"<label class=\"option.*?</label>", page, re.DOTALL):
        if "<img" in label:
            assert re.search(r'<input type="radio"[^>]*>', label)
    reply = trainee.get(stem["src"])
    assert (reply.status_code, reply.content_type) == (200, "image/png")
    assert hashlib.sha256(reply.data).hexdigest() == digests[0]
    assert Image.open(BytesIO(reply.data)).size == (640, 300)
    assert reply.headers["Cache-Control"] == "private, max-age=31536000, immutable"
    assert reply.headers["X-Content-Type-Options"] == "nosniff"
    assert "img-src 'self'" in reply.headers["Content-Security-Policy"]
    assert trainee.get(f"/pictures/{digests[2]}").content_type == "image/jpeg"


def test_pictures_are_on_the_frozen_paper_with_and_without_its_key(digests: list[str], web_engine: Engine) -> None:
    with reading(web_engine) as session:
        row = get_sitting(session, SITTING)
        assert row is not None
        paper = read_paper(seats_of_sitting(session, row, numbers=["Q001"])[0].paper)
    assert paper.pictures == set(digests)
    assert without_key(paper).pictures == set(digests)


def test_strangers_get_no_picture_and_nobody_gets_one_by_guessing(digests: list[str], person, app: Flask) -> None:
    reply = person().get(f"/pictures/{digests[0]}")
    assert (reply.status_code, reply.data[:4]) == (302, b"<!do")
    assert reply.headers["Location"].startswith("/login")
    assert person().client.head(f"/pictures/{digests[0]}").status_code in (302, 401)
    for login in ("q001", "setter", "organiser", "marker", "inspector"):
        assert person(login).get(f"/pictures/{digests[0]}").status_code == 200
    for name in (
        "0" * 64,
        digests[0][:-1],
        digests[0].upper(),
        digests[0] + "0",
        "%00" * 64,
        "..%2f..%2fetc%2fpasswd",
        f"{digests[0]}.svg",
        "٠" * 64,
    ):
        assert person("q001").get(f"/pictures/{name}").status_code == 404, name
    assert person("q001").post(f"/pictures/{digests[0]}").status_code == 405


def test_the_result_and_the_setters_page_show_them_too(digests: list[str], trainee: Person, person, web_engine: Engine, clock: Clock) -> None:
    code = paper_code(web_engine, "Q001", SITTING)
    trainee.post(f"/papers/{code}/start")
    trainee.post(f"/papers/{code}/submit")
    clock.go_on(hours=3)
    result = trainee.get(f"/papers/{code}/result").get_data(as_text=True)
    setter = person("setter").get("/bank/questions/single-1").get_data(as_text=True)
    for page in (result, setter):
        assert {image["src"] for image in images_of(page)} == {f"/pictures/{digest}" for digest in digests}


def test_the_printed_paper_holds_every_picture_once(digests: list[str], person) -> None:
    organiser = person("organiser")
    data = {"who": "numbers", "numbers": "Q001 Q002", "size": "A4"}
    reply = organiser.post(f"/sittings/{SITTING}/papers.pdf", data)
    assert (reply.status_code, reply.mimetype) == (200, "application/pdf")
    document = pypdfium2.PdfDocument(reply.data)
    images = [thing for page in document for thing in page.get_objects(filter=[pdfium.FPDF_PAGEOBJ_IMAGE])]
    assert len(images) == 2 * len(digests)
    document.close()
    assert organiser.post(f"/sittings/{SITTING}/papers.pdf", data).data == reply.data


def test_publishing_again_changes_nothing_and_stores_nothing(digests: list[str], folder: Path, web_engine: Engine) -> None:
    found = lint_paths([folder], ZONE)
    with writing(web_engine) as session:
        report = publishing.publish(session, ADMIN, BEFORE, found.questions)  # what is stored need not be sent again
        assert (report.added, report.revised) == ((), ())
        assert session.query(PictureRow).count() == len(digests)


def test_a_new_picture_is_a_new_revision_and_the_old_one_stays(digests: list[str], folder: Path, web_engine: Engine) -> None:
    Image.new("RGB", (640, 300), "green").save(folder / "images/flow.png")
    found = lint_paths([folder], ZONE)
    with writing(web_engine) as session:
        assert publishing.publish(session, ADMIN, BEFORE, found.questions, pictures=found.pictures).revised == ("single-1",)
        assert stored.known_pictures(session, digests) == set(digests)


@pytest.mark.parametrize("sent", [{}, {"wrong": b"x"}, "swapped", "script"])
def test_nothing_is_published_without_the_bytes_of_its_pictures(sent: object, folder: Path, web_engine: Engine) -> None:
    found = lint_paths([folder], ZONE)
    pictures = dict(found.pictures)
    if sent in ("swapped", "script"):
        first, second, *_ = pictures
        pictures[first] = pictures[second] if sent == "swapped" else b"<svg><script>alert(1)</script></svg>"
    else:
        pictures = sent  # type: ignore[assignment]
    with pytest.raises(QuizError, match="no_picture"), writing(web_engine) as session:
        publishing.publish(session, ADMIN, BEFORE, found.questions, pictures=pictures)
    with reading(web_engine) as session:
        assert session.query(PictureRow).count() == 0
        assert publishing.read_question(session, ADMIN, "single-1").number == 1


def test_stored_pictures_can_be_neither_changed_nor_deleted(digests: list[str], web_engine: Engine) -> None:
    for statement in ("UPDATE picture SET content = x'00'", "DELETE FROM picture"):
        with pytest.raises(DatabaseError, match="append-only"), writing(web_engine) as session:
            session.execute(text(statement))
