"""Pictures in the workbench: sent with a text, checked, shown, approved and published with it, and seen by setters alone until then."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from io import BytesIO

import pypdfium2
import pypdfium2.raw as pdfium
import pytest
from flask import Flask
from PIL import Image
from sqlalchemy import Engine
from werkzeug.test import TestResponse

from quiz.core.access import Role, command_line
from quiz.core.question import Question
from quiz.core.review import State
from quiz.storage import proposals
from quiz.storage.banks import get_published
from quiz.storage.engine import reading, writing
from quiz.storage.tables import PictureRow, ProposalPictureRow, ProposalRow
from quiz.usecases import accounts
from tests.web.test_workbench import TEXT, seen_in, state_of
from tests.web.world import NINE, PASSWORD, Person

People = Callable[[str], Person]
File = tuple[str, bytes]
TYPED = "# 我写的一行\n"
PICTURED = TEXT.replace("    options: {A: 入户", '    picture: {file: images/x.png, alt: "停水<流程>图"}\n    options: {A: 入户') + TYPED
NO_PICTURE = b"not a picture at all"


def png(colour: str = "navy", size: tuple[int, int] = (60, 40)) -> bytes:
    """A picture file."""
    out = BytesIO()
    Image.new("RGB", size, colour).save(out, "PNG")
    return out.getvalue()


@pytest.fixture
def setters(app: Flask, person: People) -> tuple[Person, Person]:
    """An author and a second reader."""
    with writing(app.extensions["quiz"].engine) as session:
        accounts.create_account(session, command_line("tests"), NINE, "reader", "陈审题", PASSWORD, [Role.SETTER])
    return person("setter"), person("reader")


def post(who: Person, path: str, files: Sequence[File] = (), **data: object) -> TestResponse:
    """Send a form with picture files as browsers do; the test client would put a long one into a file and leave that open."""
    parts = [(f'name="{name}"', str(value).encode()) for name, value in {"csrf_token": who.token, **data}.items()]
    parts += [(f'name="pictures"; filename="{name}"', content) for name, content in files]
    body = b"".join(b"--line\r\nContent-Disposition: form-data; %s\r\n\r\n%s\r\n" % (head.encode(), value) for head, value in parts)
    return who.client.post(path, data=body + b"--line--\r\n", content_type="multipart/form-data; boundary=line")


def start(who: Person, *files: File, text: str = PICTURED) -> str:
    """Save a new proposal with pictures; return its address."""
    answer = post(who, "/bank/proposals/new", files, source=text, title="饮水")
    assert answer.status_code == 302, answer.text
    return str(answer.location).split("?")[0]


def send(who: Person, path: str, *files: File, **data: object) -> TestResponse:
    """Open the page and send its form."""
    page = who.get(path).text
    return post(who, path, files, seen=seen_in(page) if 'name="seen"' in page else "", **data)


def addresses(page: str) -> list[str]:
    """Where the pictures of the questions on a page are."""
    return re.findall('<img class="picture" src="([^"]+)"', page)


def test_from_upload_to_publication(setters: tuple[Person, Person], web_engine: Engine) -> None:
    """The preview and the proof show the picture before it is published; then everyone who sits the question can see it."""
    author, reader = setters
    path = start(author, ("x.png", png()))
    page = author.get(path).text
    assert "没有错误，可以送审" in author.get(f"{path}?done=save").text
    (address,) = addresses(page)
    assert address.startswith(f"{path}/pictures/")
    assert 'alt="停水&lt;流程&gt;图"' in page
    assert "正文用到" in page
    assert "60×40像素" in page
    answer = author.get(address)
    assert (answer.mimetype, Image.open(BytesIO(answer.data)).size) == ("image/png", (60, 40))
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert "immutable" in answer.headers["Cache-Control"]
    document = pypdfium2.PdfDocument(author.get(f"{path}/print.pdf").data)
    assert any(thing.type == pdfium.FPDF_PAGEOBJ_IMAGE for sheet in document for thing in sheet.get_objects())
    public = "/pictures/" + address.rsplit("/", 1)[1]
    assert author.get(public).status_code == 404
    assert send(author, path, do="submit", source=PICTURED, title="饮水").status_code == 302
    shown = reader.get(path).text
    assert addresses(shown) == [address]
    assert 'name="remove"' not in shown
    assert send(reader, path, do="approve").status_code == 302
    assert send(author, path, do="publish").status_code == 302
    with reading(web_engine) as session:
        found = get_published(session, "bench-1")
        assert found is not None
        assert isinstance(found.item, Question)
        assert found.item.picture is not None
        assert public == f"/pictures/{found.item.picture.digest}"
    assert reader.get(public).data == answer.data
    assert ">未改动<" in author.get(path).text


def test_a_missing_picture_is_told_and_may_come_later(setters: tuple[Person, Person]) -> None:
    """Its line says that it can be uploaded; one that the text does not name is told too, and can be taken away again."""
    author, _ = setters
    path = start(author, ("y.png", png()))
    page = author.get(path).text
    assert "题库稿页面上传" in page
    assert "正文没有用到" in page
    assert addresses(page) == []
    assert send(author, path, do="submit").status_code == 422
    assert send(author, path, ("pictures/x.png", png()), do="save", source=PICTURED).status_code == 302
    assert len(addresses(author.get(path).text)) == 1
    assert send(author, path, remove="y.png", source=PICTURED + "# 又一行\n").status_code == 302
    page = author.get(path).text
    assert "y.png" not in page
    assert "# 又一行" in page
    assert len(addresses(page)) == 1


def test_the_same_name_replaces_and_an_old_page_is_stale(setters: tuple[Person, Person], web_engine: Engine) -> None:
    """A page shows what it was made from: whoever saw the old picture cannot approve the new one."""
    author, reader = setters
    path = start(author, ("x.png", png("navy")))
    old, before = seen_in(author.get(path).text), addresses(author.get(path).text)
    assert send(author, path, ("x.png", png("red")), do="save", source=PICTURED, title="饮水").status_code == 302
    now, after = seen_in(author.get(path).text), addresses(author.get(path).text)
    assert old != now
    assert before != after
    assert author.get(before[0]).status_code == 404
    with reading(web_engine) as session:
        assert session.query(ProposalPictureRow).count() == 1
    assert post(author, path, seen=old, do="submit").status_code == 409
    assert post(author, path, seen=old, do="save", source=PICTURED).status_code == 409
    assert send(author, path, do="submit").status_code == 302
    assert post(reader, path, seen=old, do="approve").status_code == 409
    assert post(reader, path, seen=now, do="approve").status_code == 302


def test_submitting_saves_a_new_picture_of_the_same_text(setters: tuple[Person, Person], web_engine: Engine) -> None:
    """A form sent by "submit" with nothing new but a picture stores it first."""
    author, _ = setters
    path = start(author)
    assert send(author, path, ("x.png", png()), do="submit", source=PICTURED, title="饮水").status_code == 302
    assert state_of(web_engine, path) == State.SUBMITTED


HEAVY = png() + bytes(3_000_000)


@pytest.mark.parametrize(
    ("files", "told"),
    [
        ([("text.png", NO_PICTURE)], "“text.png”不是 PNG 或 JPEG 图片"),
        ([("heavy.png", HEAVY)], "“heavy.png”超过2000000字节"),
        ([(f"{n}.png", png()) for n in range(13)], "一次最多上传12张图片，这次选了13张"),
        ([("x.png", png()), ("<b>.png", NO_PICTURE), ("c.svg", b"<svg/>")], "有2张图片不能用"),
        ([("a\u202e.png", png())], "不能用的字符"),
    ],
    ids=["text", "heavy", "thirteen", "two of three", "name"],
)
def test_what_cannot_be_used_is_refused_with_the_text_kept(setters: tuple[Person, Person], web_engine: Engine, files: list[File], told: str) -> None:
    """On the first page and on a later one; nothing is stored, not even the good ones."""
    author, _ = setters
    answer = post(author, "/bank/proposals/new", files, source=PICTURED)
    path = start(author, text=TEXT)
    for refused in (answer, send(author, path, *files, do="save", source=PICTURED)):
        assert refused.status_code == 422
        assert told in refused.text
        assert "<b>" not in refused.text.split('class="problems"')[1].split("</div>")[0]
        assert TYPED.strip() in refused.text.split("<textarea")[1].split("</textarea>")[0]
    with reading(web_engine) as session:
        assert session.query(ProposalPictureRow).count() == 0
        assert [row.source for row in session.query(ProposalRow)] == [TEXT]


def test_a_text_sent_as_a_file_is_kept_beside_a_bad_picture(setters: tuple[Person, Person]) -> None:
    """Nobody has to choose the file again."""
    sent = {"file": (BytesIO(PICTURED.encode()), "饮水.yaml"), "pictures": (BytesIO(NO_PICTURE), "x.png"), "source": ""}
    refused = setters[0].post("/bank/proposals/new", sent)
    assert refused.status_code == 422
    assert TYPED.strip() in refused.text.split("<textarea")[1].split("</textarea>")[0]
    assert 'value="饮水.yaml"' in refused.text


def test_only_setters_see_a_picture_that_is_not_published(setters: tuple[Person, Person], person: People) -> None:
    """Its address is of no use to anyone else, nor on another proposal."""
    author, reader = setters
    path = start(author, ("x.png", png()))
    (address,) = addresses(author.get(path).text)
    assert reader.get(address).status_code == 200
    for login in ("q001", "organiser", "marker", "inspector", "nobody"):
        assert person(login).get(address).status_code == 403, login
        assert person(login).get("/pictures/" + address.rsplit("/", 1)[1]).status_code == 404, login
        assert post(person(login), path, [("x.png", png("red"))], do="save", source=PICTURED).status_code == 403, login
    assert person("").get(address).status_code == 302
    other = start(author)
    assert author.get(address.replace(path, other)).status_code == 404
    assert author.get(f"{path}/pictures/x.png").status_code == 404
    assert author.get(f"{path}/pictures/{'0' * 64}").status_code == 404


def test_nothing_changes_after_submission_nor_by_another(setters: tuple[Person, Person], web_engine: Engine) -> None:
    """Neither a new file nor a removal, by the author or anybody, while it is read, approved or published."""
    author, reader = setters
    path = start(author, ("x.png", png()))
    assert send(reader, path, ("x.png", png("red")), do="save", source=PICTURED).status_code == 409
    assert send(reader, path, remove="x.png", source=PICTURED).status_code == 409
    send(author, path, do="submit")
    seen = seen_in(author.get(path).text)
    for who, step in ((author, ""), (reader, "approve"), (author, "publish")):
        if step:
            assert send(who, path, do=step).status_code == 302
        assert send(author, path, ("x.png", png("red")), do="save", source=PICTURED).status_code == 409
        assert send(author, path, ("x.png", png("red")), do="submit", source=PICTURED).status_code == 409
        assert send(author, path, remove="x.png", source=PICTURED).status_code == 409
        assert seen_in(author.get(path).text) == seen if 'name="seen"' in author.get(path).text else step == "publish"
    with reading(web_engine) as session:
        assert session.query(PictureRow).count() == 1


def test_a_proposal_holds_so_many(setters: tuple[Person, Person], web_engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    """One more is refused with all that came with it."""
    monkeypatch.setattr("quiz.usecases.reviewing.MOST_PICTURES", 2)
    author, _ = setters
    path = start(author, ("x.png", png()), ("y.png", png("red")))
    refused = send(author, path, ("z.png", png("green")), do="save", source=PICTURED)
    assert refused.status_code == 422
    assert "最多放2张图片" in refused.text
    assert send(author, path, ("y.png", png("green")), do="save", source=PICTURED).status_code == 302
    with reading(web_engine) as session:
        assert [one.name for one in proposals.pictures_of(session, int(path.rsplit("/", 1)[1]))] == ["x.png", "y.png"]


def test_only_these_pages_take_large_requests(setters: tuple[Person, Person]) -> None:
    """Another form of the workbench does not; more than the limit is refused unread."""
    author, _ = setters
    many = [(f"{n}.png", png() + bytes(1_900_000)) for n in range(9)]
    assert post(author, "/bank/proposals/new", many, source=PICTURED).status_code == 413
    assert post(author, "/bank/questions/single-1/retire", many[:1], reason="x").status_code == 413


def test_the_picture_of_a_case_is_in_its_proof(setters: tuple[Person, Person]) -> None:
    """It stands with the situation, which no question of the case repeats."""
    part = "{type: single, stem: 应当（　　）。, options: {A: 先核实再报告, B: 等待上级通知, C: 发布书面公告}, key: A}"
    text = PICTURED.replace("type: single", "type: case").replace("    key: A\n", "")
    text = re.sub(r"    options: .*\n", f"    parts:\n      - {part}\n      - {part.replace('应当', '不应')}\n", text, count=1)
    path = start(setters[0], ("x.png", png()), text=text)
    page = setters[0].get(path).text
    assert len(addresses(page)) >= 1, page
    document = pypdfium2.PdfDocument(setters[0].get(f"{path}/print.pdf").data)
    assert sum(thing.type == pdfium.FPDF_PAGEOBJ_IMAGE for sheet in document for thing in sheet.get_objects()) >= 1
