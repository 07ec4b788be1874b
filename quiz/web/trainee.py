"""Pages of the trainee."""

from flask import Blueprint

pages = Blueprint("trainee", __name__)
