"""Draw question_banks/general/images/household-table.png, the survey table of four invented households: `python -m tools.draw_household_table`.

The picture ships with the sample that asks about it; this script is its source, so that a county can change the figures and draw it again.
"""

from __future__ import annotations

import lzma
import random
from io import BytesIO
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

ROOT = Path(__file__).resolve().parents[1]
TARGET = ROOT / "question_banks/general/images/household-table.png"
FACE = lzma.decompress((ROOT / "quiz/printing/fonts/exam-hei.ttf.xz").read_bytes())
TITLE = "四户家庭经济状况（虚构，2026年9月）"
ROWS = (
    ("户别", "人均年收入", "财产状况", "必需支出占比"),
    ("甲户", "21600元", "符合规定", "68%"),
    ("乙户", "13500元", "符合规定", "35%"),
    ("丙户", "12800元", "符合规定", "72%"),
    ("丁户", "11900元", "不符合规定", "70%"),
)
NOTES = ("上年度当地居民人均可支配收入：19800元", "当地规定的必需支出占比：60%")
WIDTHS = (100, 180, 180, 210)
"""Narrow columns and large letters: the table is read on telephones."""

LEFT, TOP, LINE, SCALE = 10, 72, 58, 2
INK, SHADE = 30, 236


def main() -> None:
    """Write the picture; the same every time."""
    width, height = LEFT * 2 + sum(WIDTHS), TOP + LINE * len(ROWS) + 44 * len(NOTES) + 16
    large = Image.new("L", (width * SCALE, height * SCALE), 255)
    draw = ImageDraw.Draw(large)
    pen = random.Random(2026)
    right, bottom = LEFT + sum(WIDTHS), TOP + LINE * len(ROWS)
    draw.rectangle([LEFT * SCALE, TOP * SCALE, right * SCALE, (TOP + LINE) * SCALE], fill=SHADE)
    write(draw, TITLE, width / 2, TOP / 2, 32)
    for i in range(len(ROWS) + 1):
        rule(draw, pen, (LEFT, TOP + i * LINE), (right, TOP + i * LINE))
    for i in range(len(WIDTHS) + 1):
        x = LEFT + sum(WIDTHS[:i])
        rule(draw, pen, (x, TOP), (x, bottom))
    for r, row in enumerate(ROWS):
        for c, text in enumerate(row):
            write(draw, text, LEFT + sum(WIDTHS[:c]) + WIDTHS[c] / 2, TOP + (r + 0.5) * LINE, 30)
    for i, note in enumerate(NOTES):
        write(draw, note, LEFT, bottom + 32 + 44 * i, 28, "lm")
    TARGET.parent.mkdir(exist_ok=True)
    large.resize((width, height), Image.Resampling.LANCZOS).quantize(16).save(TARGET, "PNG", optimize=True)
    print(TARGET.relative_to(ROOT), f"{width}×{height}", TARGET.stat().st_size)


def write(draw: ImageDraw.ImageDraw, text: str, x: float, y: float, size: int, anchor: str = "mm") -> None:
    """Write a text around a point."""
    draw.text((x * SCALE, y * SCALE), text, INK, ImageFont.truetype(BytesIO(FACE), size * SCALE), anchor)


def rule(draw: ImageDraw.ImageDraw, pen: random.Random, start: tuple[float, float], end: tuple[float, float]) -> None:
    """Draw a line as a hand draws it along a ruler: a little off, a little uneven."""
    steps = 12
    points = []
    for i in range(steps + 1):
        share = i / steps
        x, y = (a + (b - a) * share + pen.uniform(-0.7, 0.7) for a, b in zip(start, end, strict=True))
        points.append((x * SCALE, y * SCALE))
    draw.line(points, INK, 2 * SCALE, joint="curve")


if __name__ == "__main__":
    main()
