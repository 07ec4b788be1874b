"""The web: pages and small JSON calls for each audience; asks the use cases and knows no SQL and no rule."""

from quiz.web.app import create_app, steady_clock
from quiz.web.counters import count_swept
from quiz.web.crowd import saves_together
from quiz.web.logs import start_logging

__all__ = ["count_swept", "create_app", "saves_together", "start_logging", "steady_clock"]
