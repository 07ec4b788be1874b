"""What somebody sends with a proposal of the workbench: its text, typed or as a file, and its pictures, which are made anew; stores nothing."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

from flask_wtf import FlaskForm
from flask_wtf.file import FileField, MultipleFileField
from wtforms import HiddenField, StringField, TextAreaField
from wtforms.validators import Length

from quiz.banks.pictures import MAX_BYTES, Fault, remake, upload_name
from quiz.core.message import Message, QuizError, mark_text, say
from quiz.core.picture import Upload
from quiz.web.proposal_text import decode, tidy

MOST_AT_ONCE = 12


class ProposalForm(FlaskForm):  # type: ignore[misc]
    """The text of a proposal or the file that holds it, the state of the text that the sender saw, and what the reader says."""

    title = StringField(validators=[Length(max=200, message=mark_text("名称太长，请控制在200字以内。"))])
    source = TextAreaField()
    file = FileField()
    pictures = MultipleFileField()
    comment = TextAreaField(validators=[Length(max=2000, message=mark_text("意见太长，请控制在2000字以内。"))])
    seen = HiddenField()


class BadPictures(QuizError):
    """Pictures that cannot be used, each with its reason; nothing of what was sent is stored."""

    def __init__(self, faults: Sequence[Message]) -> None:
        super().__init__("bad_picture", say("有{n}张图片不能用，这次没有保存，正文仍在下面。请换好图片，重新选择后再保存。", n=len(faults)))
        self.faults = tuple(faults)


def require_fields(form: ProposalForm) -> None:
    """QuizError `no_text` with the first thing that a field does not take."""
    if not form.validate():
        first = next(text for field in form for text in field.errors)
        raise QuizError("no_text", say(str(first)))


def sent_text(form: ProposalForm) -> str:
    """The text of the uploaded file when there is one, else what stands in the field."""
    upload = form.file.data
    if upload and upload.filename:
        text = decode(upload.read())
        if text is None:
            raise QuizError("unreadable", say("这个文件不能作为题库稿读取，没有保存。"))
        return tidy(text)
    text = tidy(form.source.data or "")
    if not text.strip():
        raise QuizError("no_text", say("请粘贴题库稿正文，或者选择一个 YAML 文件。"))
    if "\0" in text:
        raise QuizError("no_text", say("正文里有不能保存的控制字符，请删掉后重新粘贴。"))
    return text


def sent_pictures(form: ProposalForm) -> list[tuple[Upload, bytes]]:
    """The pictures that came with the form, made anew. QuizError `too_many_pictures`, or `bad_picture` with a reason for each."""
    sent = [one for one in form.pictures.data or () if one.filename]
    if len(sent) > MOST_AT_ONCE:
        text = say("一次最多上传{most}张图片，这次选了{n}张，没有保存，正文仍在下面。请分几次上传。", most=MOST_AT_ONCE, n=len(sent))
        raise QuizError("too_many_pictures", text)
    found: list[tuple[Upload, bytes]] = []
    faults: list[Message] = []
    for one in sent:
        name = upload_name(one.filename)
        if not name:
            faults.append(say("有一张图片的文件名太长，或者含有不能用的字符。请改名后再上传。"))
            continue
        made = remake(one.stream.read(MAX_BYTES + 1), name)
        if isinstance(made, Fault):
            faults.append(made.message)
        else:
            content, width, height = made
            found.append((Upload(name, hashlib.sha256(content).hexdigest(), width, height, len(content)), content))
    if faults:
        raise BadPictures(faults)
    return found
