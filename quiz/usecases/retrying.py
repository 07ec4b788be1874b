"""Another try for somebody whose attempt was made void: a new paper drawn like that of somebody late, so that it can be proven like all others.

The void attempt and its paper are kept. Until the sitting's end only: after it the seed is shown, and whoever knows it could foresee the paper.
"""

from __future__ import annotations

import json
from datetime import datetime

from sqlalchemy.orm import Session

from quiz.assembly.again import again_local
from quiz.assembly.derive import ADD, seat_again
from quiz.core.access import Actor
from quiz.core.message import QuizError, say
from quiz.core.question import base_uid
from quiz.core.roster import Cadre
from quiz.core.sitting import Phase
from quiz.storage import amendments, sittings, voids
from quiz.storage.papers import read_paper
from quiz.storage.tables import PaperRow, SittingRow
from quiz.usecases import extending
from quiz.usecases.amendment import Amended, Seating, cadre_on_roster, check_reason
from quiz.usecases.voiding import attempt_to_judge


def retry(session: Session, actor: Actor, code: str, number: str, minutes: int, reason: str, now: datetime) -> Amended:
    """Give a cadre whose attempt is void another paper, to be started like the first; `minutes` by which they may end later than the others.

    NotFound, Forbidden (for oneself and as a candidate); QuizError `no_reason`, `not_started`, `not_void`, `closed`, `no_paper_possible`,
    `other_version`, and for the minutes what `extending.give_back` refuses.
    """
    check_reason(reason)
    sitting, _, attempt = attempt_to_judge(session, actor, code, number, now)
    amendments.hold(session, sitting)
    if attempt.voided_at is None:
        raise QuizError("not_void", say("只有作废以后，才能安排重考。"))
    if sittings.window_of(sitting).phase(now) is not Phase.OPEN:
        raise QuizError("closed", say("考试已经结束，不能再安排重考。"))
    change = _Retry(session, sitting, cadre_on_roster(session, actor, number))
    change.store(now, actor, reason.strip())
    if minutes:
        extending.give_one_back(session, actor, sitting, number, minutes, reason, now)
    return change.amended


class _Retry(Seating):
    def __init__(self, session: Session, sitting: SittingRow, cadre: Cadre) -> None:
        super().__init__(session, sitting, cadre)
        place = next(at for at, holder in enumerate(self.board.holders) if holder.number == cadre.number)
        self.read_around(place)
        had = [paper for paper, _ in voids.papers_of_cadre(session, sitting, self.rows[place][0].cadre_id)]
        self.attempt = had[-1].number + 1
        asked = {uid for paper in had for uid in json.loads(paper.questions)}
        self.detail = {
            **self.first_detail(self.rows[place][0].seat or place + 1, self.seen_before() | asked),
            "attempt": self.attempt,
            "had_forms": sorted({paper.form for paper in had if paper.form}),
            "had_local": self._local_of(had),
        }
        barred = frozenset(self.detail["barred"])
        part = again_local(self.board, self.member, barred, frozenset(self.detail["had_local"]))
        self.detail["local"] = self.local_score(part)
        made = seat_again(self.board, self.member, self.detail, barred)
        if made is None:
            raise QuizError("no_paper_possible", say("题库里剩下的题，组不成{name}的另一份完整试卷。", name=self.cadre.name))
        self.detail["form"] = made.form
        self.amended = Amended(self.number, paper=self.paper_of(made), cadre=self.cadre)

    def _local_of(self, had: list[PaperRow]) -> list[str]:
        """The bound questions on these papers."""
        templates = self.sources.snapshot["local"]["scopes"]
        uids = {slot.case or slot.question.uid for paper in had for slot in read_paper(paper).slots}
        return sorted(uid for uid in uids if base_uid(uid) in templates and base_uid(uid) != uid)

    def store(self, now: datetime, actor: Actor, reason: str) -> None:
        """Store the paper and log it."""
        self.save(ADD, self.detail, reason, now, actor, [self.new_paper(self.amended, self.attempt)], action="retry")
