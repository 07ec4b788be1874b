"""How a bank file becomes published: who may take which step from which state. The second reader is never the author."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

from quiz.core.message import QuizError, mark_text, say


class State(StrEnum):
    """Where a proposal stands."""

    DRAFT = "draft"
    SUBMITTED = "submitted"
    RETURNED = "returned"
    APPROVED = "approved"
    PUBLISHED = "published"
    WITHDRAWN = "withdrawn"


class Step(StrEnum):
    """What is done with a proposal; each is remembered with who, when and why."""

    SAVE = "save"
    SUBMIT = "submit"
    RETURN = "return"
    APPROVE = "approve"
    PUBLISH = "publish"
    WITHDRAW = "withdraw"


STATE_NAMES = {
    State.DRAFT: mark_text("草稿"),
    State.SUBMITTED: mark_text("待审核"),
    State.RETURNED: mark_text("已退回"),
    State.APPROVED: mark_text("审核通过"),
    State.PUBLISHED: mark_text("已发布"),
    State.WITHDRAWN: mark_text("已撤回"),
}

STEP_NAMES = {
    Step.SAVE: mark_text("保存"),
    Step.SUBMIT: mark_text("送审"),
    Step.RETURN: mark_text("退回"),
    Step.APPROVE: mark_text("通过"),
    Step.PUBLISH: mark_text("发布"),
    Step.WITHDRAW: mark_text("撤回"),
}

STEPS: Mapping[Step, tuple[frozenset[State], State]] = {
    Step.SAVE: (frozenset({State.DRAFT, State.RETURNED}), State.DRAFT),
    Step.SUBMIT: (frozenset({State.DRAFT, State.RETURNED}), State.SUBMITTED),
    Step.RETURN: (frozenset({State.SUBMITTED, State.APPROVED}), State.RETURNED),
    Step.APPROVE: (frozenset({State.SUBMITTED}), State.APPROVED),
    Step.PUBLISH: (frozenset({State.APPROVED}), State.PUBLISHED),
    Step.WITHDRAW: (frozenset({State.DRAFT, State.SUBMITTED, State.RETURNED, State.APPROVED}), State.WITHDRAWN),
}
"""From which states a step may be taken, and where it leads."""

AUTHORS_STEPS = frozenset({Step.SAVE, Step.SUBMIT, Step.WITHDRAW})
READERS_STEPS = frozenset({Step.APPROVE, Step.RETURN})


def next_state(state: State, step: Step, is_author: bool) -> State:
    """Return where `step` leads. QuizError `wrong_state`, `not_author` or `own_proposal` when it may not be taken."""
    from_states, to = STEPS[step]
    if state not in from_states:
        raise QuizError("wrong_state", say("题库稿现在是“{state}”，不能{step}。", state=say(STATE_NAMES[state]), step=say(STEP_NAMES[step])))
    if step in AUTHORS_STEPS and not is_author:
        raise QuizError("not_author", say("只有编写人可以{step}。", step=say(STEP_NAMES[step])))
    if step in READERS_STEPS and is_author:
        raise QuizError("own_proposal", say("编写人不能审核自己的稿子，请由第二人审核。"))
    return to


def open_steps(state: State, is_author: bool) -> list[Step]:
    """Return the steps this person may take now."""
    return [
        step
        for step, (from_states, _) in STEPS.items()
        if state in from_states and not (step in AUTHORS_STEPS and not is_author) and not (step in READERS_STEPS and is_author)
    ]
