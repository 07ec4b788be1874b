"""The page that prints a whole sitting: who may, rooms, printing behind the page, downloads, deletion."""

from __future__ import annotations

import io
import re
import shutil
import subprocess
import sys
import threading
import time
import zipfile
from collections.abc import Callable
from pathlib import Path

import pypdfium2
import pytest
from flask import Flask
from sqlalchemy import Engine, select

from quiz.batch import background
from quiz.batch.background import State, Status
from quiz.batch.order import File, Kind
from quiz.core.message import Forbidden
from quiz.storage.engine import reading, writing
from quiz.storage.tables import AccountRow, AuditRow
from quiz.usecases.log_ins import actor_of_account
from quiz.web.context import Installation
from tests.web.world import SITTING, Clock, Person, engine_of, make_app

People = Callable[[str], Person]
PAGE = f"/sittings/{SITTING}/print"
FILES = f"{PAGE}/files.zip"
USUAL = {"places": "30", "rooms": "", "size": "A3"}


@pytest.mark.parametrize("login", ["", "nobody", "q001", "setter", "marker", "inspector"])
def test_only_organisers_open_print_and_take(person: People, login: str) -> None:
    """Everyone else is sent to the log-in page or refused."""
    who = person(login)
    assert who.get(PAGE).status_code == (302 if not login else 403)
    assert who.post(PAGE, {**USUAL, "do": "print", "papers": "y"}).status_code == (401 if not login else 403)
    assert who.post(FILES, {}).status_code == (401 if not login else 403)


def test_an_unknown_sitting_is_not_there_and_without_files_the_page_is_shown(person: People) -> None:
    """404, and the way back; nothing outside the folder is ever named."""
    organiser = person("organiser")
    assert organiser.get("/sittings/none/print").status_code == 404
    assert organiser.post("/sittings/none/print", {**USUAL, "do": "rooms"}).status_code == 404
    assert organiser.post("/sittings/none/print/files.zip", {}).status_code == 404
    for part in ({}, {"part": "../.."}):
        assert organiser.post(FILES, part).location == PAGE


def test_rooms_are_previewed_saved_and_told_with_what_is_wrong(person: People, web_engine: Engine) -> None:
    """A preview until they are saved; faults are told beside the field or above."""
    organiser = person("organiser")
    assert "还没有保存" in organiser.get(PAGE).text
    for wrong, text in (({"places": "0"}, "座位数须为1至500"), ({"rooms": "一中 三十"}, "每行写一个考点"), ({"places": "x"}, "请填写整数")):
        reply = organiser.post(PAGE, {**USUAL, "do": "rooms", **wrong})
        assert (reply.status_code, text in reply.text) == (422, True)
    reply = organiser.post(PAGE, {**USUAL, "do": "print"})
    assert (reply.status_code, "请至少选一样" in reply.text) == (422, True)
    reply = organiser.post(PAGE, {**USUAL, "do": "rooms", "rooms": "没有的学校：30"})
    assert (reply.status_code, "没有名为“没有的学校”的考点" in reply.text) == (409, True)
    assert organiser.post(PAGE, {**USUAL, "do": "rooms", "places": "7"}).status_code == 303
    page = organiser.get(PAGE).text
    assert "还没有保存" not in page
    assert 'value="7"' in page
    reply = organiser.post(PAGE, {**USUAL, "do": "rooms", "places": "8"})
    assert (reply.status_code, "考试已经开始" in reply.text) == (409, True)


def test_nodes_that_share_a_folder_show_and_hand_out_what_another_made(filled_sqlite: Path, tmp_path: Path, clock: Clock) -> None:
    """Whichever node the next request comes to; a node with a folder of its own knows nothing of it."""
    path = tmp_path / "quiz.db"
    shutil.copyfile(filled_sqlite, path)
    url = f"sqlite:///{path.as_posix()}"
    shared = {"shared_prints": tmp_path / "shared"}
    one, other = (make_app(url, tmp_path / name, clock, **shared) for name in ("one", "other"))
    alone = make_app(url, tmp_path / "alone", clock)
    found: Installation = one.extensions["quiz"]
    with reading(engine_of(one)) as db:
        account = db.scalars(select(AccountRow.id).where(AccountRow.login == "organiser")).one()
    folder = background.Folder(background.folder_of(found.settings, SITTING, account))
    folder.save(File("01-甲/表单.pdf", Kind.LISTS, None, (), "digest"), b"%PDF-1.4")
    background.write_status(folder.path, Status(State.DONE, 1, 1))
    assert folder.path.is_relative_to(tmp_path / "shared")
    for app, names in ((one, ["01-甲/表单.pdf"]), (other, ["01-甲/表单.pdf"]), (alone, [])):
        organiser = Person(app, "organiser")
        assert ("01-甲" in organiser.get(PAGE).text) is bool(names)
        with organiser.post(FILES, {}) as reply:
            assert (zipfile.ZipFile(io.BytesIO(reply.data)).namelist() if reply.status_code == 200 else []) == names
        engine_of(app).dispose()


EVERYTHING = {"papers": "y", "sheets": "y", "lists": "y", "keys": "y"}


def printed(app: Flask, person: People, what: dict[str, str] = EVERYTHING) -> Status:
    """Print, and wait until the process behind the page has ended."""
    found: Installation = app.extensions["quiz"]
    reply = person("organiser").post(PAGE, {**USUAL, "do": "print", **what})
    assert reply.status_code == 303
    (folder,) = (found.settings.instance / "prints" / SITTING).iterdir()
    until = time.monotonic() + 300
    while background.status_in(folder).state is State.RUNNING and time.monotonic() < until:
        for thread in threading.enumerate():  # the one that waits for the process
            if thread.name == "printing":
                thread.join(1.0)
    return background.status_in(folder)


def test_everything_is_printed_behind_the_page_taken_and_deleted(app: Flask, person: People, web_engine: Engine) -> None:
    """From the button to the archive; who took what is in the log; another organiser sees nothing of it."""
    status = printed(app, person)
    assert (status.state, status.problem) == (State.DONE, "")
    organiser = person("organiser")
    page = organiser.get(PAGE).text
    assert f"共{status.total}份" in page
    with organiser.post(FILES, {}) as reply, zipfile.ZipFile(io.BytesIO(reply.data)) as archive:
        names = archive.namelist()
        for name in names:
            document = pypdfium2.PdfDocument(archive.read(name))
            assert len(document) > 0
            document.close()
    assert {name.rsplit("-", 1)[1] for name in names} == {"试卷.pdf", "答题卡.pdf", "考场表单.pdf", "第01考场.pdf"}
    part = names[-1].split("/")[0]
    with organiser.post(FILES, {"part": part}) as reply, zipfile.ZipFile(io.BytesIO(reply.data)) as archive:
        assert archive.namelist() == [name for name in names if name.startswith(part)]
    with reading(web_engine) as db:
        actions = list(db.scalars(select(AuditRow.action).order_by(AuditRow.id)))
    assert actions[-4:] == ["plan_rooms", "print_rooms", "download_print", "download_print"]
    assert organiser.post(PAGE, {"do": "delete"}).status_code == 303
    assert organiser.post(FILES, {}).location == PAGE
    assert "生成的文件" not in organiser.get(PAGE).text


def test_a_killed_process_is_told_and_a_second_one_refused(app: Flask, person: People) -> None:
    """What a process that is gone left as running is told as broken off; while a folder is held nobody else prints into it."""
    found: Installation = app.extensions["quiz"]
    printed(app, person)
    (folder,) = (found.settings.instance / "prints" / SITTING).iterdir()
    organiser = person("organiser")
    with background.Folder(folder).held():
        reply = organiser.post(PAGE, {**USUAL, "do": "print", "papers": "y"})
        assert (reply.status_code, "另一个打印任务" in reply.text) == (409, True)
        assert organiser.post(PAGE, {"do": "delete"}).status_code == 409
    background.write_status(folder, Status(State.BROKEN_OFF, 1, 4))
    assert "生成中断了" in organiser.get(PAGE).text


def test_a_process_that_ends_late_says_nothing_of_the_order_that_came_after_its_own(tmp_path: Path) -> None:
    """Else a run that was begun at once after another would be told as broken off."""
    for is_same in (False, True):
        background._write(tmp_path / background.ORDER, {})
        stamp = background._stamp(tmp_path)
        if not is_same:
            background._write(tmp_path / background.ORDER, {})
        background.write_status(tmp_path, Status(State.RUNNING))
        background._outlive(subprocess.Popen([sys.executable, "-c", ""]), tmp_path, stamp)
        assert background.status_in(tmp_path).state is (State.BROKEN_OFF if is_same else State.RUNNING)


def test_slips_are_issued_behind_the_page_and_their_codes_let_people_in(app: Flask, person: People, web_engine: Engine) -> None:
    """The organiser's own authority issues them; what is finished keeps its codes, and after deletion new ones void the old."""
    found: Installation = app.extensions["quiz"]
    (found.settings.instance / "secret_key").write_text(found.settings.secret_key)  # the process reads it where an installation has it
    organiser = person("organiser")

    def codes() -> list[str]:
        status = printed(app, person, {"slips": "y"})
        assert (status.state, status.problem, status.done) == (State.DONE, "", status.total)
        with organiser.post(FILES, {}) as reply, zipfile.ZipFile(io.BytesIO(reply.data)) as archive:
            documents = [pypdfium2.PdfDocument(archive.read(name)) for name in archive.namelist() if name.endswith("/准考条.pdf")]
        assert len(documents) > 1  # one for each site
        text = "".join(page.get_textpage().get_text_range() for document in documents for page in document)
        for document in documents:
            document.close()
        assert "localhost/admit" in text
        return re.findall(r"\b(?:[2-9A-Z]{4}-){2}[2-9A-Z]{4}\b", text)

    made = codes()
    assert len(made) == len(set(made)) > 1
    assert codes() == made
    assert Person(app).post("/admit", {"code": made[0]}).status_code != 401
    with reading(web_engine) as db:
        assert set(db.scalars(select(AuditRow.actor).where(AuditRow.action == "issue_codes"))) == {"周组考"}
    assert organiser.post(PAGE, {"do": "delete"}).status_code == 303
    assert not set(codes()) & set(made)
    assert Person(app).post("/admit", {"code": made[0]}).status_code == 409


def test_who_lost_the_role_while_printing_issues_nothing(app: Flask, person: People, web_engine: Engine) -> None:
    """The process asks for the authority again."""
    with writing(web_engine) as db:
        account = db.scalars(select(AccountRow).where(AccountRow.login == "organiser")).one()
        account.is_active = False
        with pytest.raises(Forbidden):
            actor_of_account(db, account.id)
        with pytest.raises(Forbidden):
            actor_of_account(db, 10**6)
