"""Pictures beside a bank file: what may be read, how it is made anew, and that every bad one is told at its place."""

from __future__ import annotations

import hashlib
import os
import struct
import zlib
from io import BytesIO
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from PIL import Image, PngImagePlugin

from quiz.banks.bank_file import BankFile, load_bank
from quiz.banks.lint import LoadedBank, lint_paths
from quiz.banks.pictures import MAX_BYTES, MAX_SIDE, STORED_SIDE, PictureFolder, remake, upload_name
from quiz.banks.problems import Loaded
from quiz.core.frozen import freeze, thaw
from quiz.core.picture import Upload
from quiz.core.question import Option, Question, pictures_of

CHINA = ZoneInfo("Asia/Shanghai")
HEAD = """\
category: general/monitoring
area: monitoring
department: 县农业农村局
label: sample
documents: {law: {title: 某法, issuer: 某部}}
questions:
  - id: m-1
    type: single
    stem: 见图，正确的是（　　）。
"""
TAIL = """\
    key: A
    level: recall
    topic: 动态
    source: {document: law, clause: 第一条}
    valid_from: 2021-06-01
    valid_to: open
    explanation: 说明。
"""
OPTIONS = "    options: {A: 甲, B: 乙}\n"
SVG = b'<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'


def png(width: int = 40, height: int = 30, mode: str = "RGB", colour: object = "white", **options: object) -> bytes:
    out = BytesIO()
    Image.new(mode, (width, height), colour).save(out, "PNG", **options)  # type: ignore[arg-type]
    return out.getvalue()


def jpeg(width: int = 40, height: int = 30, **options: object) -> bytes:
    out = BytesIO()
    Image.new("RGB", (width, height), "red").save(out, "JPEG", **options)
    return out.getvalue()


def chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def bomb(side: int) -> bytes:
    """A PNG of a few bytes that claims to be `side` pixels wide and high."""
    start = b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0))
    return start + chunk(b"IDAT", zlib.compress(bytes(1000))) + chunk(b"IEND", b"")


def bank(folder: Path, picture: str, options: str = OPTIONS) -> LoadedBank:
    """What is read of a bank in `folder` whose only question has this picture."""
    (folder / "m.yaml").write_text(HEAD + f"    picture: {picture}\n" + options + TAIL, encoding="utf-8")
    return lint_paths([folder / "m.yaml"], CHINA)


def told(found: LoadedBank) -> list[str]:
    return [f"{d.line}:{d.column} {d.rule}" for d in found.diagnostics]


def test_a_picture_is_read_with_its_words_and_size(tmp_path: Path) -> None:
    (tmp_path / "images").mkdir()
    (tmp_path / "images" / "流程.png").write_bytes(png())
    found = bank(tmp_path, "{file: images/流程.png, alt: 识别流程图}")
    assert told(found) == []
    picture = found.questions[0].picture
    assert picture is not None
    assert (picture.alt, picture.width, picture.height) == ("识别流程图", 40, 30)
    content = found.pictures[picture.digest]
    assert hashlib.sha256(content).hexdigest() == picture.digest
    assert Image.open(BytesIO(content)).size == (40, 30)


def test_options_may_be_pictures_alone_or_with_words_and_equal_words_beside_different_pictures_differ(tmp_path: Path) -> None:
    (tmp_path / "a.png").write_bytes(png(colour="black"))
    (tmp_path / "b.jpg").write_bytes(jpeg())
    (tmp_path / "q.png").write_bytes(png(50, 50))
    options = """\
    options:
      A: {picture: {file: a.png, alt: 甲图}}
      B: {picture: {file: b.jpg, alt: 乙图}}
      C: {text: 见图, picture: {file: a.png, alt: 甲图}}
      D: {text: 见图, picture: {file: b.jpg, alt: 乙图}}
      E: {text: 都不是}
"""
    found = bank(tmp_path, "{file: q.png, alt: 题图}", options)
    assert told(found) == []
    (question,) = found.questions
    assert [(option.id, option.text, bool(option.picture)) for option in question.options] == [
        ("A", "", True), ("B", "", True), ("C", "见图", True), ("D", "见图", True), ("E", "都不是", False),
    ]  # fmt: skip
    assert len(list(pictures_of(question))) == 5
    assert len(found.pictures) == 3


def test_the_same_picture_twice_is_the_same_option(tmp_path: Path) -> None:
    (tmp_path / "a.png").write_bytes(png())
    options = "    options: {A: {picture: {file: a.png, alt: 甲}}, B: {picture: {file: a.png, alt: 乙}}}\n"
    assert [row.split()[1] for row in told(bank(tmp_path, "{file: a.png, alt: 图}", options))] == ["Q203"]


def test_an_option_with_neither_words_nor_picture_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a.png").write_bytes(png())
    assert "F102" in " ".join(told(bank(tmp_path, "{file: a.png, alt: 图}", "    options: {A: {text: ''}, B: 乙, C: 丙}\n")))


def test_a_question_with_pictures_is_the_same_after_freezing(tmp_path: Path) -> None:
    (tmp_path / "a.png").write_bytes(png())
    (question,) = bank(tmp_path, "{file: a.png, alt: 图}", "    options: {A: {picture: {file: a.png, alt: 图}}, B: 乙}\n").questions
    assert thaw(Question, freeze(question)) == question
    assert freeze(Option("A", "甲")) == {"id": "A", "text": "甲"}  # old digests stay


def test_parts_of_a_case_have_pictures_of_their_own(tmp_path: Path) -> None:
    (tmp_path / "a.png").write_bytes(png())
    (tmp_path / "b.png").write_bytes(png(colour="black"))
    text = HEAD.replace("type: single", "type: case").replace("见图，正确的是（　　）。", "某户见图。") + (
        "    picture: {file: a.png, alt: 户情}\n"
        "    parts:\n"
        "      - {type: single, stem: 应当（　　）。, options: {A: 甲, B: 乙}, key: A}\n"
        "      - {type: single, stem: 不应当（　　）。, options: {A: 甲, B: 乙}, key: A, picture: {file: b.png, alt: 另一图}}\n"
    )
    (tmp_path / "m.yaml").write_text(text + TAIL.replace("    key: A\n", ""), encoding="utf-8")
    found = lint_paths([tmp_path / "m.yaml"], CHINA)
    assert told(found) == []
    (case,) = found.questions
    assert [part.picture.alt if part.picture else "" for part in case.parts] == ["", "另一图"]
    assert case.picture is not None
    assert case.picture.alt == "户情"


BAD = {
    "text.png": ("只是文字".encode(), "Q217"),
    "drawing.png": (SVG, "Q217"),
    "empty.png": (b"", "Q217"),
    "gif.png": (b"GIF89a" + bytes(50), "Q217"),
    "header.png": (b"\x89PNG\r\n\x1a\n", "Q217"),
    "cut.png": (png(300, 300)[:-40], "Q217"),
    "cut.jpg": (jpeg(300, 300)[:-400], "Q217"),
    "damaged.png": (png(64, 64).replace(b"IDAT", b"IDAX"), "Q217"),
    "bomb.png": (bomb(10_000), "Q218"),
    "big-bomb.png": (bomb(60_000), "Q218"),
    "wide.png": (png(MAX_SIDE + 1, 1), "Q218"),
    "heavy.png": (png() + bytes(MAX_BYTES), "Q218"),
}


@pytest.mark.parametrize("name", BAD)
def test_a_bad_picture_is_told_at_its_place(name: str, tmp_path: Path) -> None:
    content, rule = BAD[name]
    (tmp_path / name).write_bytes(content)
    found = bank(tmp_path, f"{{file: {name}, alt: 图}}")
    assert told(found) == [f"10:21 {rule}"]
    assert (found.questions, dict(found.pictures)) == ((), {})


@pytest.mark.parametrize("extension", ["svg", "html", "pdf"])
def test_what_a_file_is_called_does_not_matter(extension: str, tmp_path: Path) -> None:
    (tmp_path / f"a.{extension}").write_bytes(SVG)
    assert told(bank(tmp_path, f"{{file: a.{extension}, alt: 图}}")) == ["10:21 Q217"]


def test_an_animation_is_refused(tmp_path: Path) -> None:
    frames = [Image.new("RGB", (20, 20), colour) for colour in ("red", "blue")]
    frames[0].save(tmp_path / "a.png", save_all=True, append_images=frames[1:])
    assert told(bank(tmp_path, "{file: a.png, alt: 图}")) == ["10:21 Q217"]


@pytest.mark.parametrize(
    "name",
    ["../../etc/passwd", "../secret.png", "images/../../secret.png", "/etc/passwd", "~/a.png", r"images\a.png", "C:/a.png", "a//b.png", "./a.png"],
)
def test_a_path_that_leads_elsewhere_is_refused_unread(name: str, tmp_path: Path) -> None:
    folder = tmp_path / "bank"
    folder.mkdir()
    (tmp_path / "secret.png").write_bytes(png())
    (folder / "a.png").write_bytes(png())
    found = bank(folder, f"{{file: '{name}', alt: 图}}")
    assert told(found) == ["10:21 Q215"]
    assert found.questions == ()


@pytest.mark.skipif(os.name == "nt", reason="links need a right on Windows")
def test_links_out_of_the_folder_are_refused_and_pipes_are_not_waited_for(tmp_path: Path) -> None:
    folder = tmp_path / "bank"
    folder.mkdir()
    (tmp_path / "secret.png").write_bytes(png())
    (folder / "link.png").symlink_to(tmp_path / "secret.png")
    (folder / "images").symlink_to(tmp_path)
    (folder / "circle.png").symlink_to("circle.png")
    os.mkfifo(folder / "pipe.png")
    (folder / "folder.png").mkdir()
    rules = [told(bank(folder, f"{{file: {name}, alt: 图}}")) for name in ("link.png", "images/secret.png", "circle.png", "pipe.png", "folder.png")]
    assert rules == [[f"10:21 {rule}"] for rule in ("Q215", "Q215", "Q216", "Q216", "Q216")]


def test_a_missing_file_and_missing_words_are_told(tmp_path: Path) -> None:
    (tmp_path / "a.png").write_bytes(png())
    assert told(bank(tmp_path, "{file: b.png, alt: 图}")) == ["10:21 Q216"]
    assert told(bank(tmp_path, "{file: a.png}")) == ["10:14 Q219"]
    assert told(bank(tmp_path, "{file: a.png, alt: }")) == ["10:33 Q219"]
    assert told(bank(tmp_path, "{file: a.png, alt: ' '}")) == ["10:33 Q219"]
    assert told(bank(tmp_path, "{file: a.png, alt: a.png}")) == ["10:33 Q219"]
    assert told(bank(tmp_path, "{alt: 图}")) == ["10:14 F102"]
    assert told(bank(tmp_path, "a.png")) == ["10:14 F103"]
    assert told(bank(tmp_path, "{file: a.png, alt: 图, width: 3}")) == ["10:36 F101"]


def test_a_bad_picture_of_an_option_is_told_once_and_its_letter_stays_known(tmp_path: Path) -> None:
    (tmp_path / "a.png").write_bytes(png())
    options = "    options: {A: {picture: {file: no.png, alt: 甲}}, B: {picture: {file: no.png, alt: 乙}}}\n"
    assert [row.split()[1] for row in told(bank(tmp_path, "{file: a.png, alt: 图}", options))] == ["Q216", "Q216"]


def test_pasted_text_cannot_bring_pictures() -> None:
    read = load_bank(HEAD + "    picture: {file: a.png, alt: 图}\n" + OPTIONS + TAIL, "正文")
    assert [(d.line, d.column, d.rule) for d in read.diagnostics] == [(10, 21, "Q216")]
    assert "粘贴" in read.diagnostics[0].render()


UPLOAD = Upload("x.png", "0" * 64, 40, 30, 100)


def with_uploads(*names: str) -> tuple[Loaded[BankFile], PictureFolder]:
    """What is read of a text whose stem and options name these files, with one upload."""
    folder = PictureFolder(uploads={"x.png": UPLOAD})
    options = "".join(f"      {letter}: {{picture: {{file: '{name}', alt: 图{letter}}}}}\n" for letter, name in zip("ABCD", names[1:], strict=False))
    text = HEAD + f"    picture: {{file: '{names[0]}', alt: 图}}\n" + (f"    options:\n{options}" if options else OPTIONS) + TAIL
    return load_bank(text, "正文", folder), folder


@pytest.mark.parametrize("name", ["x.png", "images/x.png", "a/b/x.png"])
def test_an_upload_is_found_by_the_end_of_its_name(name: str) -> None:
    read, folder = with_uploads(name)
    assert read.diagnostics == ()
    (question,) = read.value.questions  # type: ignore[union-attr]
    assert question.picture is not None
    assert (question.picture.digest, question.picture.width, question.picture.height) == (UPLOAD.digest, 40, 30)
    assert set(folder.used) == {"x.png"}


def test_uploads_that_are_missing_elsewhere_or_named_alike_are_told() -> None:
    for name, rule in (("X.png", "Q216"), ("images/y.png", "Q216"), ("../x.png", "Q215"), (r"images\x.png", "Q215"), ("/x.png", "Q215")):
        assert [d.rule for d in with_uploads(name)[0].diagnostics] == [rule], name
    assert "页面上传" in with_uploads("y.png")[0].diagnostics[0].render()
    told_twice = with_uploads("a/x.png", "b/x.png", "a/x.png")[0].diagnostics[0]
    assert (told_twice.rule, "文件名相同" in told_twice.render()) == ("Q216", True)


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("x.png", "x.png"),
        (r"C:\图\x.png", "x.png"),
        ("../../etc/x.png", "x.png"),
        ("屏幕截图 1.png ", "屏幕截图 1.png"),
        ("e\u0301.png", "é.png"),
        ("", ""),
        ("..", ""),
        ("~x", ""),
        ("a:b.png", ""),
        ("a\0.png", ""),
        ("a\u202eb.png", ""),
        ("长" * 201, ""),
    ],
)
def test_the_name_of_an_upload_is_one_that_a_text_can_write(path: str, name: str) -> None:
    assert upload_name(path) == name


def made(content: bytes) -> Image.Image:
    result = remake(content, "a")
    assert isinstance(result, tuple)
    image = Image.open(BytesIO(result[0]))
    assert image.size == result[1:]
    return image


def test_nothing_but_pixels_is_kept() -> None:
    notes = PngImagePlugin.PngInfo()
    notes.add_text("Author", "SECRET")
    notes.add_itxt("XML:com.adobe.xmp", "SECRET")
    exif = Image.Exif()
    exif[0x010E] = "SECRET"
    for content in (
        png(pnginfo=notes, exif=exif, dpi=(300, 300)),
        jpeg(exif=exif, comment=b"SECRET", dpi=(300, 300)),
        png() + b"SECRET" + SVG,
        jpeg() + b"SECRET" + SVG,
    ):
        assert b"SECRET" in content
        result = remake(content, "a")
        assert isinstance(result, tuple)
        assert b"SECRET" not in result[0]
        assert b"svg" not in result[0]


def test_a_photograph_stands_upright() -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    assert made(jpeg(40, 30, exif=exif)).size == (30, 40)


@pytest.mark.parametrize(
    ("mode", "colour", "seen"),
    [
        ("RGBA", (0, 0, 0, 0), 255),
        ("LA", (0, 0), 255),
        ("L", 128, 128),
        ("1", 1, 255),
        ("I;16", 32768, 128),
        ("P", 0, 0),
        ("RGB", (9, 9, 9), 9),
        ("RGB", (9, 9, 90), (9, 9, 90)),
        ("RGBA", (255, 0, 0, 255), (255, 0, 0)),
    ],
)
def test_every_kind_of_pixel_becomes_grey_or_colours_on_white(mode: str, colour: object, seen: object) -> None:
    image = made(png(mode=mode, colour=colour))
    assert image.mode in ("L", "RGB")
    assert image.getpixel((3, 3)) == seen


def test_large_pictures_are_made_smaller() -> None:
    assert made(png(3200, 1000)).size == (STORED_SIDE, 500)
    assert made(jpeg(1000, 4000)).size == (400, STORED_SIDE)


def test_the_same_file_gives_the_same_bytes() -> None:
    for content in (png(2000, 900, colour="navy"), jpeg(2000, 900)):
        assert remake(content, "a") == remake(content, "b")


def test_a_file_named_by_several_questions_is_read_once(tmp_path: Path) -> None:
    (tmp_path / "a.png").write_bytes(png())
    folder = PictureFolder(tmp_path)
    text = HEAD + "    picture: {file: a.png, alt: 图}\n" + OPTIONS + TAIL
    second = "  - id: m-2\n" + text.split("  - id: m-1\n")[1]
    assert len(load_bank(text + second, "f.yaml", folder).value.questions) == 2  # type: ignore[union-attr]
    assert len(folder.found) == 1
