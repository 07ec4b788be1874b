"""Pictures of questions: stored with the publication that needs them, read by everyone who is logged in, handed to the printer."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence

from sqlalchemy.orm import Session

from quiz.core.message import NotFound, QuizError, say
from quiz.core.paper import Paper
from quiz.core.picture import picture_kind
from quiz.core.question import Question, pictures_of
from quiz.storage import pictures as stored
from quiz.storage.tables import PictureRow


def store_pictures(session: Session, questions: Iterable[Question], contents: Mapping[str, bytes]) -> None:
    """Store the pictures that these questions name, out of `contents` by digest.

    QuizError `no_picture` when one is neither stored nor given, or when its bytes are not those of its digest: nothing is published without it.
    """
    users = {picture.digest: question.uid for question in questions for picture in pictures_of(question)}
    new: dict[str, bytes] = {}
    for digest in sorted(users.keys() - stored.known_pictures(session, users)):
        content = contents.get(digest, b"")
        if hashlib.sha256(content).hexdigest() != digest or not picture_kind(content):
            raise QuizError("no_picture", say("题目{uid}的图片没有随题库一起送来，没有发布任何内容。请连同图片文件一起发布。", uid=users[digest]))
        new[digest] = content
    stored.save_pictures(session, new)


def read_picture(session: Session, digest: str) -> PictureRow:
    """Return a picture for anybody who is logged in; its digest cannot be guessed. NotFound when there is none."""
    found = stored.get_picture(session, digest)
    if found is None:
        raise NotFound()
    return found


def pictures_to_print(session: Session, papers: Sequence[Paper]) -> dict[str, bytes]:
    """Return the bytes of every picture on these papers, by digest."""
    return stored.pictures_of(session, {digest for paper in papers for digest in paper.pictures})
