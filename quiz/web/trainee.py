"""Pages of the trainee."""

from flask import Blueprint, current_app

pages = Blueprint("trainee", __name__)


@pages.app_template_global()
def has_page(endpoint: str) -> bool:
    """True when this installation has the page."""
    return endpoint in current_app.view_functions
