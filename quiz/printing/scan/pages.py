"""Files that come from scanners and phones → pages as they are kept: one JPEG or PNG each, in grey, no larger than reading needs."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
import pypdfium2
from PIL import Image

from quiz.core.message import QuizError, say
from quiz.core.picture import picture_kind
from quiz.printing.scan.find import Grey

DPI = 200
"""At which pages of a PDF are drawn."""

LONGEST_SIDE, LARGEST = 3600, 3_000_000
"""Pixels and bytes up to which a picture is kept as it came; a larger one is drawn smaller and packed again."""

MOST_PIXELS = 80_000_000
QUALITY = 80
PDF = b"%PDF-"


@dataclass(frozen=True, slots=True)
class KeptPage:
    """A page as it is kept: where it comes from in words, its bytes, their kind ("jpeg" or "png") and their SHA-256."""

    source: str
    content: bytes
    kind: str

    @property
    def digest(self) -> str:
        """The SHA-256 of the bytes."""
        return hashlib.sha256(self.content).hexdigest()


@dataclass(frozen=True, slots=True)
class Source:
    """A file, or its bytes, to take pages from."""

    name: str
    path: Path | None = None
    content: bytes = b""

    def read(self, size: int = -1) -> bytes:
        """Return the bytes, or the first so many."""
        if self.path is None:
            return self.content if size < 0 else self.content[:size]
        with self.path.open("rb") as file:
            return file.read(size)

    @property
    def is_pdf(self) -> bool:
        """True for a PDF by its first bytes, whatever its name says."""
        return self.read(len(PDF)) == PDF

    def open_pdf(self) -> pypdfium2.PdfDocument:
        """Return the PDF, opened."""
        return pypdfium2.PdfDocument(self.path or self.content)


def count_pages(source: Source) -> int:
    """Return how many pages a file has: of a PDF or a TIFF perhaps many. QuizError `bad_scan_file` for what is neither a picture nor a PDF."""
    if not source.is_pdf:
        return _count_frames(source)
    try:
        with source.open_pdf() as document:
            return len(document)
    except pypdfium2.PdfiumError as error:
        raise bad_file(source.name) from error


def bad_file(name: str) -> QuizError:
    """Return the error for a file that is neither a picture nor a PDF that opens."""
    return QuizError("bad_scan_file", say("{name}打不开，或者不是图片、PDF。", name=name))


def take_page(source: Source, index: int) -> KeptPage:
    """Return one page of a file as it will be kept. QuizError `bad_scan_file`."""
    if source.is_pdf:
        return KeptPage(f"{source.name}#{index + 1}", packed(_draw(source, index)), "jpeg")
    content = source.read()
    kind = picture_kind(content)
    image = decode(content) if kind else _frame(content, index)
    if image is None:
        raise bad_file(source.name)
    if kind and max(image.shape) <= LONGEST_SIDE and len(content) <= LARGEST:
        return KeptPage(source.name, content, kind)
    return KeptPage(f"{source.name}#{index + 1}" if _count_frames(source) > 1 else source.name, packed(image), "jpeg")


def take_pages(source: Source) -> Iterator[KeptPage]:
    """Yield every page of a file as it will be kept."""
    for index in range(count_pages(source)):
        yield take_page(source, index)


def _count_frames(source: Source) -> int:
    try:
        with Image.open(source.path or io.BytesIO(source.content)) as picture:
            return int(getattr(picture, "n_frames", 1))
    except Exception as error:  # Pillow names no set of errors for damaged files: TypeError, SyntaxError, KeyError, IndexError, …
        raise bad_file(source.name) from error


def _frame(content: bytes, index: int) -> Grey | None:
    """One frame of a picture of another kind, such as a TIFF that a scanner filled with many pages; None of one that is damaged or too large."""
    try:
        with Image.open(io.BytesIO(content)) as picture:
            picture.seek(index)
            if picture.width * picture.height > MOST_PIXELS:
                return None
            return np.asarray(picture.convert("L"), np.uint8)
    except Exception:  # as above
        return None


def decode(content: bytes) -> Grey | None:
    """Return a kept picture in grey, the way up its camera says; None when it is none or larger than any page can be."""
    try:
        with Image.open(io.BytesIO(content)) as header:
            width, height = header.size
    except Exception:  # as above
        return None
    if width * height > MOST_PIXELS:
        return None
    image = cv2.imdecode(np.frombuffer(content, np.uint8), cv2.IMREAD_GRAYSCALE)
    return None if image is None else np.asarray(image, np.uint8)


def packed(image: Grey) -> bytes:
    """Return a picture as JPEG, made smaller when it is larger than reading needs."""
    shrink = LONGEST_SIDE / max(image.shape)
    if shrink < 1:
        size = (max(1, round(image.shape[1] * shrink)), max(1, round(image.shape[0] * shrink)))
        image = np.asarray(cv2.resize(image, size, interpolation=cv2.INTER_AREA), np.uint8)
    return cv2.imencode(".jpg", image, [cv2.IMWRITE_JPEG_QUALITY, QUALITY])[1].tobytes()


def _draw(source: Source, index: int) -> Grey:
    try:
        with source.open_pdf() as document:
            page = document[index]
            width, height = page.get_size()
            scale = min(DPI / 72, LONGEST_SIDE / max(width, height))
            drawn = page.render(scale=scale, grayscale=True).to_numpy()
    except pypdfium2.PdfiumError as error:
        raise bad_file(source.name) from error
    return np.ascontiguousarray(drawn.reshape(drawn.shape[0], -1), np.uint8)
