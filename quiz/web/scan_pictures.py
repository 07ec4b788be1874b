"""Pictures of scanned sheets: cut-outs, pages with what was read drawn on them, corrected copies; registered by the pages of scans."""

from __future__ import annotations

import hashlib
from io import BytesIO

from flask import send_file
from flask.typing import ResponseReturnValue

from quiz.core.access import Action
from quiz.core.answer_sheet import shape_of
from quiz.core.message import NotFound
from quiz.printing import scan as reading
from quiz.printing.answer_sheet import layout_of
from quiz.printing.corrected_pdf import CorrectedPage, CorrectedSheet, print_corrected
from quiz.usecases import corrected_copies, scanning, sheets
from quiz.usecases.corrected_copies import KeptSheet
from quiz.web.context import actor, needs, now, reader, translate
from quiz.web.downloads import attachment


@needs(Action.ENTER_ANSWERS)
def cut(code: str, scan: int, slot: int, blank: int) -> ResponseReturnValue:
    """The cut-out of one place of a scanned page."""
    reading.require()
    from quiz.printing.scan.draw import cut_out

    with reader() as db:
        row, image, sheet = scanning.read_page_image(db, actor(), code, scan, now())
    counted = next((item for item in sheet.state.counted if item.id == row.id), None) if sheet else None
    area = layout_of(shape_of(sheet.paper)).pages[row.page - 1].area(slot, blank) if sheet and counted else None
    if counted is None or area is None:
        raise NotFound()
    return _picture(cut_out(image.content, counted.reading.pose, area), "image/png")


@needs(Action.ENTER_ANSWERS)
def page_image(code: str, scan: int) -> ResponseReturnValue:
    """A page: upright with what was read drawn on it, or as it came when it could not be read."""
    with reader() as db:
        row, image, sheet = scanning.read_page_image(db, actor(), code, scan, now())
        found = sheets.reading_of_page(db, row)
    if found is None or sheet is None:
        return _picture(image.content, f"image/{image.kind}")
    reading.require()
    from quiz.printing.scan.draw import reading_on_page

    return _picture(reading_on_page(image.content, found, shape_of(sheet.paper)), "image/jpeg")


@needs(Action.READ_RESULTS)
def copy(code: str, number: str) -> ResponseReturnValue:
    """A cadre's corrected sheet."""
    with reader() as db:
        kept = corrected_copies.corrected(db, actor(), code, number, now())
    return _corrected(kept)


@needs(Action.SIT)
def my_copy(code: str) -> ResponseReturnValue:
    """The trainee's own corrected sheet, once its keys may be seen."""
    with reader() as db:
        kept = corrected_copies.my_corrected(db, actor(), code, now())
    return _corrected(kept)


def _corrected(kept: KeptSheet) -> ResponseReturnValue:
    reading.require()
    from quiz.printing.scan.draw import upright_jpeg

    found = []
    for content, read in kept.pages:
        picture = upright_jpeg(content, read)
        found.append(CorrectedPage(read.page, hashlib.sha256(picture).hexdigest(), picture))
    out = BytesIO()
    print_corrected([CorrectedSheet(kept.paper, found, kept.marks, kept.score)], out, translate=translate)
    return attachment(out, f"{kept.paper.code}.pdf")


def _picture(content: bytes, kind: str) -> ResponseReturnValue:
    return send_file(BytesIO(content), mimetype=kind)
