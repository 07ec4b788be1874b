"""What is to be printed: the files of a sitting, each with the digest of all that it is made from."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable
from dataclasses import asdict, dataclass, replace
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import quiz
from quiz.core.canonical import canonical_json
from quiz.core.message import mark_text, say
from quiz.core.paper import Candidate
from quiz.core.room_list import Listed, RoomList
from quiz.printing.geometry import PageSize
from quiz.translation import format_moment, translator
from quiz.usecases.batch_printing import RoomToPrint, SeatToPrint, SittingToPrint


class Kind(StrEnum):
    """What a file holds."""

    PAPERS = "papers"
    SHEETS = "sheets"
    LISTS = "lists"
    KEYS = "keys"
    SLIPS = "slips"


KIND_NAMES: dict[Kind, str] = {
    Kind.PAPERS: mark_text("试卷"),
    Kind.SHEETS: mark_text("答题卡"),
    Kind.LISTS: mark_text("考场表单"),
    Kind.KEYS: mark_text("参考答案"),
    Kind.SLIPS: mark_text("准考条"),
}


@dataclass(frozen=True, slots=True)
class File:
    """A file to be made: its path in the folder, what it holds for whom, in which room (None: for a whole form), and its digest."""

    name: str
    kind: Kind
    room: RoomList | None
    people: tuple[SeatToPrint, ...]
    digest: str = ""


@dataclass(frozen=True, slots=True)
class Work:
    """Files that are made together, since they need the same papers."""

    files: tuple[File, ...]

    @property
    def documents(self) -> int:
        """How many papers, sheets, keys and lists are in them."""
        return sum(len(file.people) if file.kind is not Kind.LISTS else 1 for file in self.files)


@dataclass(frozen=True, slots=True)
class Order:
    """All that is to be printed of a sitting, on which paper and in which language.

    `slips` are files of admission slips, one for a site: their codes are issued, and so made, by who carries the order out.
    """

    sitting: str
    title: str
    size: PageSize
    language: str
    works: tuple[Work, ...]
    slips: tuple[File, ...] = ()

    @property
    def files(self) -> list[File]:
        """Every file but the slips."""
        return [file for work in self.works for file in work.files]


def make_order(found: SittingToPrint, kinds: Iterable[Kind], size: PageSize, language: str, zone: ZoneInfo) -> Order:
    """Return the order for a sitting: the files of each room, and the keys apart from them, one for a form whose papers are alike."""
    wanted = set(kinds)
    translate = translator(language)
    when = format_moment(found.opens_at, language, zone)
    label = {kind: say(name).render(translate) for kind, name in KIND_NAMES.items()}
    keys = f"00-{label[Kind.KEYS]}"
    works = []
    for room in found.rooms:
        listed = _listed(found, room, when)
        stem = say("第{room}考场", room=f"{room.room:02}").render(translate)
        site = f"{room.site_number:02}-{clean_name(room.site)}"
        files = [File(f"{site}/{stem}-{label[kind]}.pdf", kind, listed, room.people) for kind in (Kind.PAPERS, Kind.SHEETS, Kind.LISTS)]
        files.append(File(f"{keys}/{site}-{stem}.pdf", Kind.KEYS, listed, tuple(one for one in room.people if one.form not in found.forms)))
        works.append([file for file in files if file.kind in wanted and file.people])
    for form in found.forms if Kind.KEYS in wanted else ():
        one = next(one for one in found.people if one.form == form)
        works.append([File(f"{keys}/{say('{form}卷', form=form).render(translate)}.pdf", Kind.KEYS, None, (one,))])
    head = [size, language, when, found.title]
    slips = _slips(found, label[Kind.SLIPS]) if Kind.SLIPS in wanted else []
    made = tuple(Work(tuple(_dated(file, head) for file in files)) for files in works if files)
    return Order(found.code, found.title, size, language, made, tuple(_dated(file, head) for file in slips))


def _slips(found: SittingToPrint, label: str) -> list[File]:
    by_site: dict[str, list[SeatToPrint]] = {}
    for room in found.rooms:
        by_site.setdefault(f"{room.site_number:02}-{clean_name(room.site)}", []).extend(room.people)
    return [File(f"{site}/{label}.pdf", Kind.SLIPS, None, tuple(people)) for site, people in by_site.items()]


def _listed(found: SittingToPrint, room: RoomToPrint, when: str) -> RoomList:
    people = tuple(Listed(one.seat, one.candidate.name, one.candidate.number, one.candidate.unit, one.form, one.code) for one in room.people)
    return RoomList(found.title, when, found.minutes, room.site, room.room, room.room_name, found.columns, people)


def _dated(file: File, head: list[Any]) -> File:
    """The file with its digest: equal digests mean equal bytes."""
    room = asdict(file.room) if file.room else {}
    body = [*head, program_digest(), file.kind, room, [asdict(one) for one in file.people]]
    return replace(file, digest=hashlib.sha256(canonical_json(body)).hexdigest())


@cache
def program_digest() -> str:
    """Return the digest of what prints: program, faces and translations. After an update everything is printed anew."""
    home = Path(quiz.__file__).parent
    content = hashlib.sha256()
    for pattern in ("printing/*.py", "batch/*.py", "core/*.py", "printing/fonts/SHA256SUMS", "locale/*/LC_MESSAGES/*.po"):
        for path in sorted(home.glob(pattern)):
            content.update(path.name.encode() + b"\0" + path.read_bytes())
    return content.hexdigest()


def clean_name(text: str) -> str:
    """Return a name that every file system takes: no separators, no control characters, no dots or spaces at its ends."""
    return re.sub(r'[\x00-\x1f\x7f/\\:*?"<>|]+', "_", text).strip(" .")[:60] or "_"


def write_order(order: Order) -> dict[str, Any]:
    """Return an order as plain values, for a process that is to carry it out."""
    return asdict(order)


def read_order(plain: dict[str, Any]) -> Order:
    """Return the order in plain values."""
    works = tuple(Work(tuple(_read_file(file) for file in work["files"])) for work in plain["works"])
    slips = tuple(_read_file(file) for file in plain["slips"])
    return Order(plain["sitting"], plain["title"], PageSize(plain["size"]), plain["language"], works, slips)


def _read_file(plain: dict[str, Any]) -> File:
    people = tuple(SeatToPrint(**{**one, "candidate": Candidate(**one["candidate"])}) for one in plain["people"])
    room = plain["room"]
    listed = RoomList(**{**room, "people": tuple(Listed(**one) for one in room["people"])}) if room else None
    return File(plain["name"], Kind(plain["kind"]), listed, people, plain["digest"])
