"""A reason is there, is kept whole, and is refused rather than cut."""

import pytest

from quiz.core.message import QuizError, say
from quiz.core.reason import LONGEST_REASON, clean_reason


def test_a_reason_is_kept_as_it_was_written():
    assert clean_reason("  视力不便\n") == "视力不便"
    assert len(clean_reason("理" * LONGEST_REASON + " ")) == LONGEST_REASON


@pytest.mark.parametrize(("given", "told"), [(" \n", "请说明。"), ("理" * (LONGEST_REASON + 1), "原因最多500个字。")])
def test_none_and_too_much_are_told(given, told):
    with pytest.raises(QuizError, match="no_reason") as refused:
        clean_reason(given, say("请说明。"))
    assert refused.value.message.render() == told
