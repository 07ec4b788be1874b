"""Issues admission slips into the folder of a print: the codes of a site are stored with the file that they stand in, or not at all."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from io import BytesIO
from pathlib import Path
from zoneinfo import ZoneInfo

from sqlalchemy import Engine

from quiz.batch.folder import Folder
from quiz.batch.order import File, Order
from quiz.core.access import Actor
from quiz.printing.slips_pdf import print_slips
from quiz.storage.engine import reading, writing
from quiz.translation import format_moment, translator
from quiz.usecases import admission


@dataclass(frozen=True, slots=True)
class Issuing:
    """Who issues codes when, where they are typed (`address`), the secret `key` under which their digests are stored, and what makes a new code."""

    actor: Actor
    now: datetime
    address: str
    key: str
    zone: ZoneInfo
    new_code: Callable[[], str]


def issue_slips(order: Order, folder: Path, engine: Engine, issuing: Issuing) -> int:
    """Make the slips of each site that are not finished, and return how many; earlier codes of their people are void.

    QuizError `over` once the sitting has ended, `being_printed`; Forbidden.
    """
    place = Folder(folder)
    with place.held():
        known = place.finished()
        return sum(_issue(place, order, file, engine, issuing) for file in order.slips if not place.is_finished(file, known))


def _issue(place: Folder, order: Order, file: File, engine: Engine, issuing: Issuing) -> int:
    numbers = [one.candidate.number for one in file.people]
    with reading(engine) as db:
        made = admission.make_slips(db, issuing.actor, order.sitting, issuing.now, issuing.new_code, "", numbers)
    when = format_moment(made.sitting.opens_at, order.language, issuing.zone)
    out = BytesIO()
    print_slips(made.slips, out, title=made.sitting.title, when=when, address=issuing.address, translate=translator(order.language))
    with writing(engine) as db:
        admission.store_slips(db, issuing.actor, issuing.now, made, issuing.key)
        place.save(file, out.getvalue())
    return len(made.slips)
