"""Rare names are drawn, what no face has is named, and the font files are the ones that were checked in."""

import struct

import pytest

from quiz.core.message import QuizError, say
from quiz.printing import fonts
from quiz.printing.fonts import Font, GlyphCheck, MissingGlyphs, font_for, is_printable, load_face, runs_by_font, text_width
from quiz.printing.outlines import sfnt

NEEDED = "①②③④⑤⑥⑦⑧⑨⑩⑪⑫⑬⑭⑮⑯⑰⑱⑲⑳√×○●□■—…“”‘’《》〔〕℃‰㎡·＿（）＜＞ABCXYZabcxyz0123456789"


@pytest.mark.parametrize("font", Font)
def test_both_faces_have_the_signs_of_a_paper(font):
    assert [char for char in NEEDED if char not in load_face(font).glyphs] == []


@pytest.mark.parametrize("char", "堃喆㐱𬭚䶮")
def test_a_rare_name_is_drawn_in_both_styles(char):
    assert is_printable(char)
    for font in Font:
        face = load_face(font_for(font, char))
        assert len(face.outline(face.glyphs[char])) > 50
        assert text_width(char, font, 10) == 10


def test_a_character_that_the_bold_face_lacks_is_borrowed():
    assert "㐱" not in load_face(Font.HEI).glyphs
    assert runs_by_font("王㐱甲", Font.HEI) == [(Font.HEI, "王"), (Font.SONG, "㐱"), (Font.HEI, "甲")]


@pytest.mark.parametrize("char", ["😀", "\ue000", "\ufffd", "\t", "\0", "\u200b", "\ufeff", "\u202e", "\U000f0000"])
def test_what_cannot_be_drawn_is_named(char):
    check = GlyphCheck()
    check.add(f"甲{char}乙{char}\n丙", say("第{n}题", n=3))
    with pytest.raises(MissingGlyphs) as caught:
        check.finish()
    (glyph,) = caught.value.glyphs
    assert (caught.value.code, glyph.char) == ("missing_glyph", char)
    message = caught.value.message.render()
    assert f"U+{ord(char):04X}" in message
    assert "第3题" in message
    assert "\0" not in message
    with pytest.raises(MissingGlyphs):
        text_width(char, Font.SONG, 10)


def test_all_missing_characters_are_listed_and_the_message_stays_short():
    check = GlyphCheck()
    for number in range(60):
        check.add(chr(0x1F600 + number), say("第{n}题", n=number))
    with pytest.raises(MissingGlyphs) as caught:
        check.finish()
    assert len(caught.value.glyphs) == 60
    assert "60" in caught.value.message.render()
    assert "第59题" not in caught.value.message.render()


def test_a_damaged_file_is_refused(tmp_path, monkeypatch):
    (tmp_path / "exam-song.ttf.xz").write_bytes(b"not a font")
    (tmp_path / "SHA256SUMS").write_bytes((fonts.FOLDER / "SHA256SUMS").read_bytes())
    monkeypatch.setattr(fonts, "FOLDER", tmp_path)
    with pytest.raises(QuizError, match="font_damaged"):
        load_face.__wrapped__(Font.SONG)


def test_marks_that_hang_over_the_edge_have_an_empty_right_half():
    for font in Font:
        face = load_face(font)
        for char in "，。、；：？！）》〉」』】〕”’":
            right = struct.unpack_from(">h", face.outline(face.glyphs[char]), 6)[0]
            assert right <= face.units / 2, (font, char)


def test_the_doubled_dash_is_one_line():
    for font in Font:
        face = load_face(font)
        left, right = struct.unpack_from(">h4xh", face.outline(face.glyphs["—"]), 2)[0], face.advances[face.glyphs["—"]]
        assert (left, right) == (0, face.units)


def test_a_subset_is_a_font_of_its_glyphs():
    face = load_face(Font.SONG)
    program = sfnt(face, [0, face.glyphs["堃"], face.glyphs[" "], face.glyphs["A"]])
    again = fonts.parse_tables(program)
    assert struct.unpack_from(">H", again["maxp"], 4) == (4,)
    assert face.outline(face.glyphs["堃"]) in again["glyf"]
    assert len(program) < 4000
