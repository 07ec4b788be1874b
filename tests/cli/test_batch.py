"""quiz paper batch: a whole sitting by site, room and seat; killed, gone on with, changed, refused."""

import re
import shutil
import signal
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path

import pypdfium2
import pytest

from quiz.cli.console import Console
from quiz.core.message import QuizError
from quiz.storage import sittings
from quiz.storage.engine import writing
from quiz.storage.tables import CadreRow, PaperRow
from tests.cli.test_chain import SITTING, Shell


@pytest.fixture(scope="module")
def instance(tmp_path_factory):
    """An installation with a sitting of the whole shipped county, made once."""
    folder = tmp_path_factory.mktemp("county")
    with pytest.MonkeyPatch.context() as patch:
        shell = Shell(folder, patch)
        shell.install()
        shell.draw(SITTING.replace("  group: {units: [T01]}\n", ""))
    return folder / "instance"


@pytest.fixture
def county(instance, tmp_path, monkeypatch):
    shutil.copytree(instance, tmp_path / "instance")
    return Shell(tmp_path, monkeypatch)


def text_of(path):
    document = pypdfium2.PdfDocument(path)
    pages = []
    for page in document:
        text = page.get_textpage()
        pages.append("".join(text.get_text_range().split()))
        text.close()
        page.close()
    document.close()
    return pages


def files_in(folder):
    return {path.relative_to(folder).as_posix(): path for path in folder.rglob("*.pdf")}


def seats():
    with Console().reader() as db:
        found = sittings.seats_of_sitting(db, sittings.get_sitting(db, "s1"))
        return {seat.paper.code: seat.cadre.name for seat in found}


def test_a_whole_sitting_lies_in_a_folder_by_site_and_room(county):
    out = county.folder / "out"
    people = seats()
    said = county("paper", "batch", "s1", "-o", out, "--places", "4", "--size", "A4")
    files = files_in(out)
    assert f"{len(people)}份试卷" in said
    papers = {name: path for name, path in files.items() if name.endswith("-试卷.pdf")}
    found = []
    for name, path in sorted(papers.items()):
        site, room = re.fullmatch(r"(\d\d-.+)/第(\d\d)考场-试卷\.pdf", name).groups()
        pages = text_of(path)
        assert f"第{int(room)}考场" in pages[0]
        assert "考场分隔页" in pages[0]
        codes = list(dict.fromkeys(re.findall(r"试卷编号([A-Z2-9]{5}-[A-Z2-9]{5})", "".join(pages))))
        labels = [label for page in pages for label in re.findall(r"座位(\d\d-\d\d)（考试形式", page)]
        assert labels == [f"{room}-{seat:02}" for seat in range(1, len(codes) + 1)]
        assert 1 <= len(codes) <= 4
        found += codes
        sheets, lists = "".join(text_of(files[f"{site}/第{room}考场-答题卡.pdf"])), text_of(files[f"{site}/第{room}考场-考场表单.pdf"])
        key = "".join(text_of(files[f"00-参考答案/{site}-第{room}考场.pdf"]))
        assert [title for page in lists for title in ("考场门贴", "签到表", "考场名册") if title in page] == ["考场门贴", "签到表", "考场名册"]
        for code in codes:
            assert code in sheets
            assert code in lists[-1]
            assert code in key
            assert all(people[code] in page for page in lists)
            assert people[code] not in key
    assert sorted(found) == sorted(people)
    assert len(files) == 4 * len(papers)


def test_what_is_finished_stays_and_what_no_longer_holds_goes(county):
    out = county.folder / "out"
    county("paper", "batch", "s1", "-o", out, "--places", "10", "--only", "lists", "--only", "papers")
    before = {name: (path.stat().st_ino, path.read_bytes()) for name, path in files_in(out).items()}
    name = sorted(before)[0]
    (out / name).write_bytes(before[name][1][:-100])
    said = county("paper", "batch", "s1", "-o", out, "--only", "lists", "--only", "papers")
    assert f"新生成1个文件，保留已完成的{len(before) - 1}个" in said
    after = {name: (path.stat().st_ino, path.read_bytes()) for name, path in files_in(out).items()}
    assert {key: content for key, (_, content) in after.items()} == {key: content for key, (_, content) in before.items()}
    assert [key for key in after if after[key][0] != before[key][0]] == [name]
    own = out / "mine.pdf"
    own.write_bytes(b"x")
    said = county("paper", "batch", "s1", "-o", out, "--places", "100", "--only", "lists")
    assert "删除了" in said
    assert own.exists()
    assert all("第01考场-考场表单" in key for key in files_in(out) if key != "mine.pdf")


def test_a_killed_run_leaves_no_half_file_and_is_gone_on_with(county):
    out = county.folder / "out"
    whole = county.folder / "whole"
    county("paper", "batch", "s1", "-o", whole, "--places", "2", "--jobs", "1")
    wanted = {name: path.read_bytes() for name, path in files_in(whole).items()}
    now = Console().now().isoformat()
    script = f"import datetime as d; from quiz.cli.console import Console; Console.now = lambda s: d.datetime.fromisoformat('{now}')"
    script += "; import quiz.cli as c; c.quiz()"
    words = [sys.executable, "-c", script, "paper", "batch", "s1", "-o", str(out), "--places", "2", "--jobs", "1"]
    process = subprocess.Popen(words, cwd=Path(__file__).resolve().parents[2], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    until = time.monotonic() + 60
    while len(files_in(out)) < 3 and time.monotonic() < until:
        with suppress(subprocess.TimeoutExpired):
            process.wait(0.01)
    process.send_signal(signal.SIGKILL)
    process.wait()
    left = {name: path.read_bytes() for name, path in files_in(out).items() if not path.name.startswith(".")}
    assert 3 <= len(left) < len(wanted)
    assert all(wanted[name] == content for name, content in left.items())
    said = county("paper", "batch", "s1", "-o", out, "--jobs", "1")
    kept = int(re.search(r"保留已完成的(\d+)个", said)[1])
    assert 2 <= kept <= len(left)  # the last may lie there without its line
    assert {name: path.read_bytes() for name, path in files_in(out).items()} == wanted


def test_nothing_is_made_when_a_character_cannot_be_printed(county):
    out = county.folder / "out"
    with writing(Console().engine) as db:
        paper = db.query(PaperRow).order_by(PaperRow.id.desc()).first()
        db.get(CadreRow, paper.cadre_id).name = "王\U0001f600"
    said = county("paper", "batch", "s1", "-o", out)
    assert "U+1F600" in said
    assert "王" in said
    assert files_in(out) == {}


def test_rooms_that_cannot_be_are_refused_in_words(county):
    out = county.folder / "out"
    bad = county.file("rooms.txt", "青溪镇 三十\n")
    assert "bad_rooms" in county("paper", "batch", "s1", "-o", out, "--rooms", bad)
    bad.write_text("不存在的学校：30\n", "utf-8")
    assert "unknown_site" in county("paper", "batch", "s1", "-o", out, "--rooms", bad)
    bad.write_text("青溪镇：1\n", "utf-8")
    assert "rooms_too_small" in county("paper", "batch", "s1", "-o", out, "--rooms", bad)
    assert files_in(out) == {}


def test_slips_are_issued_once_and_say_site_room_and_seat(county):
    out = county.folder / "out"
    county("paper", "batch", "s1", "-o", out, "--only", "lists", "--slips", "--address", "https://exam.example.cn")
    slips = {name: path.read_bytes() for name, path in files_in(out).items() if name.endswith("准考条.pdf")}
    name = sorted(slips)[0]
    assert f"{name.split('/')[0][3:]}座位01-01" in "".join(text_of(out / name))
    assert "已生成0张准考条" in county("paper", "batch", "s1", "-o", out, "--only", "lists", "--slips", "--address", "https://exam.example.cn")
    assert {name: (out / name).read_bytes() for name in slips} == slips


def test_a_folder_is_printed_into_by_one_run_at_a_time(county):
    from quiz.batch.folder import Folder

    out = county.folder / "out"
    with Folder(out).held():
        assert "being_printed" in county("paper", "batch", "s1", "-o", out)
    with pytest.raises(QuizError), Folder(out).held(), Folder(out).held():
        pass
