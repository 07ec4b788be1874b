"""The web: pages and small JSON calls for each audience; asks the use cases and knows no SQL and no rule."""

from quiz.web.app import create_app

__all__ = ["create_app"]
