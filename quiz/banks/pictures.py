"""Reads the picture files that a bank names: only PNG and JPEG beside the bank file, made anew without metadata; trusts no name and no header.

A picture is decoded and written again, so that what is stored holds pixels and nothing else. The same file gives the same bytes on one version
of Pillow.
"""

from __future__ import annotations

import hashlib
import stat
import warnings
from collections.abc import Mapping
from dataclasses import dataclass, field
from io import BytesIO
from pathlib import Path

from PIL import Image, ImageChops, ImageOps

from quiz.banks.problems import Problems
from quiz.banks.schema import LINE_LIMIT, Fields, clean, open_fields, read_text
from quiz.banks.yaml_tree import Node, Scalar
from quiz.core.message import Message, say
from quiz.core.picture import Picture, Upload, picture_kind

MAX_BYTES = 2_000_000
MAX_SIDE = 4_000
"""The largest file and the longest side, in pixels, that is read at all."""

STORED_SIDE = 1_600
"""The longest side of what is stored: enough for a column of paper at 250 dpi."""

JPEG_QUALITY = 88
PICTURE_KEYS = ("file", "alt")
NAME_LIMIT = 200


@dataclass(frozen=True, slots=True)
class Fault:
    """Why a file gives no picture: the rule and the text for the setter."""

    rule: str
    message: Message


@dataclass(frozen=True, slots=True)
class _Stored:
    """A picture made anew."""

    digest: str
    width: int
    height: int


@dataclass(slots=True)
class PictureFolder:
    """The pictures beside one bank file; `found` collects what is to be stored, by digest.

    `folder` is None for a text that is no file: its pictures are the `uploads`, known by the last part of their names; `used` tells which it names.
    """

    folder: Path | None = None
    found: dict[str, bytes] = field(default_factory=dict)
    uploads: Mapping[str, Upload] = field(default_factory=dict)
    used: dict[str, str] = field(default_factory=dict)
    _read: dict[str, _Stored | Upload | Fault] = field(default_factory=dict)

    def picture(self, fields: Fields, problems: Problems) -> Picture | None:
        """Return the picture under the key `picture`; None when there is none or after reporting why it cannot be used."""
        node = fields.value("picture", required=False)
        inner = None if node is None else open_fields(node, "picture", problems, PICTURE_KEYS)
        if inner is None:
            return None
        alt = _alt(inner, problems)
        name = inner.text("file", limit=NAME_LIMIT)
        if not name:
            return None
        stored = self._stored(name)
        if isinstance(stored, Fault):
            problems.add(inner.at("file"), stored.rule, stored.message)
            return None
        return Picture(stored.digest, alt, stored.width, stored.height) if alt else None

    def _stored(self, name: str) -> _Stored | Upload | Fault:
        """The picture in a file, each file read once."""
        if name not in self._read:
            self._read[name] = self._uploaded(name) if self.folder is None else self._from_file(self.folder, name)
        return self._read[name]

    def _from_file(self, folder: Path, name: str) -> _Stored | Fault:
        content = _content(folder, name)
        return content if isinstance(content, Fault) else self._remade(content, name)

    def _uploaded(self, name: str) -> Upload | Fault:
        """The upload of this name; its folder does not count, so that two names with the same end would be the same picture."""
        if _leads_elsewhere(name):
            return _wrong_path(name)
        base = name.rsplit("/", 1)[-1]
        first = self.used.setdefault(base, name)
        if first != name:
            text = say("“{name}”和“{first}”的文件名相同。上传的图片只按文件名区分，请给其中一张改名。", name=name, first=first)
            return Fault("Q216", text)
        missing = say(
            "题库稿里没有图片“{name}”。粘贴或上传的文字不带图片：请在题库稿页面上传这张图片，文件名要相同（含大小写）；"
            "或者把图片放在题库文件旁边，用 quiz bank publish 一起发布。",
            name=base,
        )
        return self.uploads.get(base) or Fault("Q216", missing)

    def _remade(self, content: bytes, name: str) -> _Stored | Fault:
        made = remake(content, name)
        if isinstance(made, Fault):
            return made
        new, width, height = made
        digest = hashlib.sha256(new).hexdigest()
        self.found[digest] = new
        return _Stored(digest, width, height)


def remake(content: bytes, name: str) -> tuple[bytes, int, int] | Fault:
    """Return a picture's new bytes, its width and its height: upright, on white where it was transparent, no side beyond STORED_SIDE."""
    if len(content) > MAX_BYTES:
        return Fault("Q218", say("图片文件“{name}”超过{most}字节。请缩小或压缩后再存。", name=name, most=MAX_BYTES))
    kind = picture_kind(content)
    if not kind:
        return Fault("Q217", say("“{name}”不是 PNG 或 JPEG 图片（按文件内容判断，不看后缀）。请用画图软件另存为 PNG。", name=name))
    too_large = Fault("Q218", say("图片“{name}”的长和宽都不能超过{most}像素。请缩小后再存。", name=name, most=MAX_SIDE))
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            image = Image.open(BytesIO(content), formats=("PNG", "JPEG"))
        if max(image.size) > MAX_SIDE:
            return too_large
        if kind == "png" and getattr(image, "n_frames", 1) > 1:
            return Fault("Q217", say("“{name}”是动图，印不出来。请另存为一张静止的图片。", name=name))
        return _encoded(_plain(image), kind)
    except (Image.DecompressionBombWarning, Image.DecompressionBombError):
        return too_large
    except Exception:  # Pillow's decoders raise nearly anything for a damaged file
        return Fault("Q217", say("图片“{name}”已损坏或不完整，打不开。请重新导出后再放进来。", name=name))


def _plain(image: Image.Image) -> Image.Image:
    """The pixels alone, in grey or RGB."""
    upright = ImageOps.exif_transpose(image)
    if upright.mode.startswith("I"):  # 16 bits a pixel
        upright = upright.convert("I").point(lambda value: value / 256).convert("L")
    if upright.has_transparency_data:
        layer = upright.convert("RGBA")
        upright = Image.alpha_composite(Image.new("RGBA", layer.size, "white"), layer)
    upright = upright.convert("L" if upright.mode in ("1", "L") or _is_grey(upright.convert("RGB")) else "RGB")
    upright.thumbnail((STORED_SIDE, STORED_SIDE), Image.Resampling.LANCZOS)
    new = Image.new(upright.mode, upright.size)
    new.paste(upright)
    return new


def _is_grey(image: Image.Image) -> bool:
    """True when no pixel has a colour; one channel then says all, in a third of the bytes."""
    red, green, blue = image.split()
    return all(ImageChops.difference(red, other).getextrema() == (0, 0) for other in (green, blue))


def _encoded(image: Image.Image, kind: str) -> tuple[bytes, int, int]:
    out = BytesIO()
    if kind == "png":
        image.save(out, "PNG", optimize=True)
    else:
        image.save(out, "JPEG", quality=JPEG_QUALITY, optimize=True)
    return out.getvalue(), image.width, image.height


def upload_name(path: str) -> str:
    """Return the name by which a text finds a file that was sent as `path`; "" for one that no text can name."""
    name = clean(path.replace("\\", "/").rsplit("/", 1)[-1])
    return name if name.isprintable() and len(name) <= NAME_LIMIT and not _leads_elsewhere(name) else ""


def _leads_elsewhere(name: str) -> bool:
    """True for a path that is none below the bank's folder by its name alone."""
    return any(part in ("", ".", "..") or part.startswith("~") for part in name.split("/")) or bool(set(name) & set("\\:\0"))


def _wrong_path(name: str) -> Fault:
    return Fault("Q215", say("图片的路径“{name}”不对：要写题库文件旁边的文件，如 images/flow.png，不能有“..”和反斜杠，也不能指到别处。", name=name))


def _content(folder: Path, name: str) -> bytes | Fault:
    """The bytes of a file below `folder`; a path that leads out of it, by its name or over a link, is refused unread."""
    wrong = _wrong_path(name)
    if _leads_elsewhere(name):
        return wrong
    missing = Fault("Q216", say("找不到图片“{name}”。请核对文件名和大小写，图片要与题库文件放在一起。", name=name))
    try:
        path = folder.joinpath(*name.split("/")).resolve(strict=True)
        if not path.is_relative_to(folder.resolve()):
            return wrong
        if not stat.S_ISREG(path.stat().st_mode):
            return missing
        with path.open("rb") as file:
            return file.read(MAX_BYTES + 1)  # one too many is told by `remake`
    except (OSError, ValueError, RuntimeError):  # RuntimeError: links in a circle
        return missing


def _alt(fields: Fields, problems: Problems) -> str:
    """What the picture shows, in words."""
    node = fields.value("alt", required=False)
    if node is None or _is_blank(node):
        problems.add(fields.at("alt"), "Q219", say("图片缺少文字说明。请写“alt: …”，说出图上有什么，供看不见图的人读。"))
        return ""
    alt = read_text(node, "alt", problems, LINE_LIMIT)
    if alt and fields.has("file") and alt == fields.text("file", limit=NAME_LIMIT):
        problems.add(node, "Q219", say("图片的文字说明只写了文件名。请写出图上有什么。"))
        return ""
    return alt


def _is_blank(node: Node) -> bool:
    return isinstance(node, Scalar) and not clean(node.text)
